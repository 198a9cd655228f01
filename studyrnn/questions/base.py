"""What an exercise is: which numbers to draw, what is asked, which slips are plausible.

Key, worked steps, hints and the answers of the slips follow from the equations (`planning.py`, `drawing.py`). A new
exercise is one `Exercise(...)` in the file of its topic in `studyrnn/exercises/`. Nothing here imports NumPy, so that
ids and topics can be read at once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from studyrnn.engine.equations import Program
from studyrnn.model import Value
from studyrnn.questions.forms import NUMBERS, Form
from studyrnn.questions.sources import Source


@dataclass(frozen=True)
class Slip:
    """A typical mistake: the equations as somebody who makes it would have them.

    `names` reads a name as another expression wherever it is used; `equations` replaces right-hand sides.
    The message says in symbols what was done and why it is wrong; it never contains a number of the question.
    """

    id: str
    message: str
    equations: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    always: bool = True  # False: on some numbers it cannot be told from the right answer, and is left out there


@dataclass(frozen=True)
class Variant:
    """One form of an exercise: another convention, another activation, another number of steps."""

    program: Program
    stem: str
    slips: tuple[Slip, ...]
    convention: Mapping[str, str] = field(default_factory=dict)  # what sets it apart from the other variants
    ranges: Mapping[str, Source] = field(default_factory=dict)  # on top of those of the exercise
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # likewise
    symbols: Mapping[str, str] = field(default_factory=dict)  # likewise
    also: tuple[str, ...] = ()  # inputs that are given though the right way does not need them: a slip does
    keep: Callable[[Mapping[str, Any]], bool] | None = None  # from all values by name: are they worth asking?


@dataclass(frozen=True)
class Told:
    """One question that no equation says: a sentence to count, steps to put in order, a case to judge.

    Of a choice the key and the slips are places in `options`, counted from 0; of an ordering, lists of such places,
    and the options stand in the right order. Both are shuffled before they are shown.
    """

    stem: str
    key: Value
    slips: Mapping[str, Value]  # by the id of a slip that the variant declares
    solution: str  # Markdown: how the key comes about
    given: Mapping[str, Value] = field(default_factory=dict)  # shown with their symbols below the stem
    options: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Teller:
    """A variant whose questions are told by a function of chance, which calls nothing of it but .random()."""

    tell: Callable[[random.Random], Told]
    slips: tuple[Slip, ...]  # ids and messages
    convention: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)  # compared and cached as the object it is
class Exercise:
    id: str  # topic.name, kebab-case
    version: int  # goes up whenever the questions change: a replay code names it
    level: int  # 1 (a piece) to 5 (design and proof)
    summary: str  # what it asks and trains, in one line
    variants: tuple[Variant | Teller, ...]
    asks: str = ""  # the name of the quantity asked for
    requires: tuple[str, ...] = ()  # exercises that should be mastered first
    form: Form = NUMBERS  # how the answer is given
    task: str = ""  # the last line of the question, where the form's own does not fit
    why: str = ""  # Markdown: what to take home from it, shown below the solution
    given: tuple[str, ...] = ()  # intermediates that the stem states instead of what they come from
    hides: tuple[str, ...] = ()  # inputs that the stem describes in words, so that they are not listed
    ranges: Mapping[str, Source] = field(default_factory=dict)  # where not the usual one of its name
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # likewise; () is a number
    symbols: Mapping[str, str] = field(default_factory=dict)  # LaTeX of names that do not mean the usual
    scalar: bool = False  # every quantity is a number
    d: int = 2  # entries of x_t
    n: int = 2  # of h_t: two is the smallest size at which a transposed matrix shows
    m: int = 2  # of y_t

    @property
    def topic(self) -> str:
        return self.id.partition(".")[0]

    @property
    def slips(self) -> dict[str, str]:
        """Every slip that it knows, with its message."""
        return {slip.id: slip.message for variant in self.variants for slip in variant.slips}
