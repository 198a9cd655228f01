"""What an exercise is: which numbers to draw, what is asked, which slips are plausible.

Key, worked steps, hints and the answers of the slips follow from the equations (`drawing.py`). A new exercise is one
`Exercise(...)` in the file of its topic. Nothing here imports NumPy, so that ids and topics can be read at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from studyrnn.engine.equations import Program


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
    """One form of an exercise: another convention, another activation."""

    program: Program
    stem: str
    slips: tuple[Slip, ...]
    convention: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Range:
    """Where a number comes from: low, low + step, ..., high."""

    low: float = -1.0
    high: float = 1.0
    step: float = 0.1


TENTHS = Range()
GATE = Range(0.1, 0.9)


@dataclass(frozen=True, eq=False)  # compared and cached as the object it is
class Exercise:
    id: str  # topic.name, kebab-case
    version: int  # goes up whenever the questions change: a replay code names it
    level: int  # 1 (a piece) to 5 (design and proof)
    asks: str  # the name of the quantity asked for
    summary: str  # what it trains, in one line
    variants: tuple[Variant, ...]
    given: tuple[str, ...] = ()  # intermediates that the stem states instead of what they come from
    ranges: Mapping[str, Range] = field(default_factory=dict)  # where not the usual one of its name
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # likewise; () is a number
    scalar: bool = False  # every quantity is a number

    @property
    def topic(self) -> str:
        return self.id.partition(".")[0]


INPUTS, UNITS = 2, 2  # entries of x_t and h_t: the smallest size at which a transposed matrix shows


def no_bias(name: str) -> Slip:
    return Slip(
        "no-bias",
        f"The bias ${_tex(name)}$ is missing: the pre-activation ends with $+\\,{_tex(name)}$.",
        names={name: "0"},
    )


def transposed(name: str) -> Slip:
    return Slip(
        f"transposed-{name.replace('_', '-').lower()}",
        f"That is ${_tex(name)}^\\top$ in place of ${_tex(name)}$: take its rows, not its columns, times the vector.",
        names={name: f"{name}.T"},
    )


def _tex(name: str) -> str:
    letter, _, index = name.partition("_")
    return f"{letter}_{{{index}}}"
