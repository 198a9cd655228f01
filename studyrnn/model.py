"""What the rooms hand to each other: plain frozen data, no behaviour beyond looking at itself.

What is small is a NamedTuple: a dataclass takes five times as long to define, and the first question waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

Value = float | list[float] | list[list[float]]
"""A number, a vector, or a matrix as a list of rows."""

AnswerKind = Literal[
    "number", "vector", "matrix", "integer", "fraction", "choice", "order", "line", "formula", "design"
]
CardKind = Literal["open", "choice", "cloze", "typed", "number", "order", "exercise"]
CARD_KINDS: tuple[CardKind, ...] = ("open", "choice", "cloze", "typed", "number", "order", "exercise")


class Option(NamedTuple):
    text: str
    right: bool
    because: str = ""


@dataclass(frozen=True)
class Card:
    """What is scheduled. `id` is deck/card, or the exercise's own id; it never changes when the text does."""

    id: str
    kind: CardKind
    deck: str
    topic: str
    question: str = ""  # Markdown with $...$; for a cloze the text with its {{gaps}}
    answer: str = ""
    points: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    accept: tuple[str, ...] = ()
    number: float = 0.0
    tolerance: float = 0.0
    unit: str = ""
    order: tuple[str, ...] = ()  # in the right order
    why: str = ""
    plot: str = ""  # the picture that explains it, as after `studyrnn plot`: powers --w 0.9
    source: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()  # where a claim can be looked up: author, year, title
    requires: tuple[str, ...] = ()  # ids of cards that should come first
    formerly: tuple[str, ...] = ()  # ids that this card had before: it carries their history on
    siblings: tuple[str, ...] = ()  # cards that give this one away, or the other way round: not on the same day
    tags: tuple[str, ...] = ()
    exercise: str = ""  # the id of the exercise that asks
    given: Mapping[str, Value] = field(default_factory=dict)  # its numbers, where they are not drawn anew
    variant: Mapping[str, str] = field(default_factory=dict)  # which of its variants, where they are not drawn

    @property
    def shown_number(self) -> str:
        """A count in full, any other number as short as it was written."""
        return f"{self.number:.0f}" if float(self.number).is_integer() else f"{self.number:.10g}"

    @property
    def asked_unit(self) -> str:
        """ "(in weights)", unless the question names the unit itself."""
        return f"(in {self.unit})" if self.unit and self.unit not in self.question else ""


class Reading(NamedTuple):
    """Something outside the deck that is worth reading."""

    title: str
    url: str = ""
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deck:
    name: str
    title: str
    cards: tuple[Card, ...]
    chapter: int = 0  # its place among the decks; 0: after those that have one
    requires: tuple[str, ...] = ()  # names of decks that should come first
    covers: tuple[str, ...] = ()  # sources that are headings only, so that no card answers them
    reading: tuple[Reading, ...] = ()


class Problem(NamedTuple):
    """Something in a deck that its author has to mend, or where it is only a warning, to look at."""

    file: str
    line: int
    card: str  # its id, or "" where the deck itself is meant
    message: str
    warning: bool = False

    def __str__(self) -> str:
        card = f'card "{self.card}": ' if self.card else ""
        return f"{self.file}:{self.line}   {'warning: ' if self.warning else ''}{card}{self.message}"


@dataclass(frozen=True)
class Loaded:
    """One file: what is good in it, what is wrong, and where each card stands."""

    deck: Deck
    problems: tuple[Problem, ...]
    file: str = ""  # as it was named
    lines: Mapping[str, int] = field(default_factory=dict)  # by the id of the card; "": the deck itself


class Given(NamedTuple):
    """A quantity that the stem states."""

    name: str  # as in JSON: h_prev, W_xz
    symbol: str  # LaTeX
    value: Value
    tex: str = ""  # how the value is written, where not with its decimals: ln 3


class Step(NamedTuple):
    """One line of the worked solution."""

    name: str
    symbol: str
    formula: str  # LaTeX of the right-hand side
    substituted: str  # the same with the numbers put in
    value: Value
    terms: str = ""  # the same with each product worked out, where that is neither the line above nor the value
    tex: str = ""  # how the value is written, where not with 4 decimals: 3/4, 12


class SlipValue(NamedTuple):
    """What a typical mistake would have given on these numbers."""

    id: str
    value: Value  # what it amounts to, compared like the key
    message: str
    parts_at: str  # the name of the worked step where it leaves the right way
    response: Any = None  # what was given, where that is not the value itself: a formula, a design


class Answer(Protocol):
    """How an answer is typed, and what it amounts to."""

    @property
    def entrywise(self) -> bool:
        """Whether each entry can be right or wrong on its own, in a way that a learner understands."""
        ...

    def read(self, text: str) -> Any:
        """Raises Unreadable, with a message that shows how to type it."""
        ...

    def amounts_to(self, response: Any) -> Value:
        """What is compared with the key and the slips."""
        ...

    def confirms(self, response: Any) -> bool:
        """The last word on a response whose values are right."""
        ...

    def typed(self, response: Any) -> str:
        """How somebody would type it."""
        ...

    def which(self, right: Sequence[bool]) -> str:
        """Which entries are right and which are wrong, in words."""
        ...


class Work(Protocol):
    """What stands behind a question, worked out when it is asked for."""

    def steps(self) -> tuple[Step, ...]: ...
    def hints(self) -> tuple[str, ...]: ...


@runtime_checkable
class Computed(Work, Protocol):
    """What stands behind a question that was made of equations."""

    def lines(self, slip: str) -> tuple[Step, ...]:
        """The worked solution of somebody who makes the slip."""
        ...

    def part(self, question: Question, name: str, known: Mapping[str, Value]) -> Question:
        """One of the intermediates as a question of its own; `known`: the learner's own earlier ones."""
        ...

    def equations(self) -> tuple[str, ...]:
        """What is worked out, as LaTeX, without numbers."""
        ...

    def formula(self, variables: Sequence[str], slip: str = "") -> Any:
        """What is asked for as an expression in `variables`."""
        ...

    def symbols(self, names: Sequence[str]) -> tuple[str, ...]: ...
    def design(self, parameters: Sequence[str], slip: str) -> list[float]:
        """The numbers that somebody who makes the slip would choose."""
        ...

    def outputs(self, chosen: Mapping[str, float]) -> Value:
        """What the network does with these numbers."""
        ...


@dataclass(frozen=True)
class Question:
    """What is shown: fresh numbers for one exercise, with everything that follows from them."""

    exercise: str
    version: int
    seed: int
    index: int
    topic: str
    level: int
    kind: AnswerKind
    stem: str  # Markdown with $...$, without the given numbers
    given: tuple[Given, ...]
    convention: Mapping[str, str]
    asks: str
    asks_symbol: str
    key: Value
    tolerance: float
    slips: tuple[SlipValue, ...]
    task: str  # the last line: what to type, how precisely
    answer: Answer = field(compare=False, repr=False)
    work: Work = field(compare=False, repr=False)
    options: tuple[str, ...] = ()  # Markdown, in the order shown; of a wrong line: the lines
    said: str = ""  # Markdown: the answer in words
    response: Any = None  # a right response, where that is not the key itself: a formula, a design
    parts: tuple[str, ...] = ()  # the intermediates that are asked for one after the other
    parts_at: str = ""  # the step at which what is shown leaves the right way: of a wrong line
    why: str = ""  # Markdown: what to take home

    @property
    def replay(self) -> str:
        """The code that draws it again; none where its numbers were not drawn."""
        return "" if self.index < 0 else f"{self.exercise}@{self.version}:{self.seed}/{self.index}"

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return self.work.steps()

    @cached_property
    def hints(self) -> tuple[str, ...]:
        return self.work.hints()

    @property
    def right_response(self) -> Any:
        return self.key if self.response is None else self.response


class Score(NamedTuple):
    """How right a response was: not how well it was remembered (that is a rating)."""

    value: float  # 0..1: the share of the entries that are right
    entries: tuple[bool, ...] = ()
    slip: SlipValue | None = None
    message: str = ""  # in symbols: tells no right number and no distance

    @property
    def right(self) -> bool:
        return self.value >= 1


class Sheet(NamedTuple):
    """One question as it is put to a learner, whatever kind of card it comes from."""

    heading: str  # "GRU · level 3"
    text: str  # Markdown
    given: tuple[Given, ...] = ()
    choices: tuple[str, ...] = ()  # Markdown; shown with the digits that choose them
    task: str = ""  # the last line: what to type
    exact_keys: bool = False  # digits only: single letters cannot be an answer, so they can be commands


@dataclass(frozen=True)
class Solution:
    """What is shown once a question is over."""

    answer: str  # Markdown
    listed: tuple[tuple[str, str], ...] = ()  # below it: labels (the digits that were shown) and Markdown
    points: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    parts_at: str = ""  # the step where the learner's slip left the right way
    why: str = ""
    refs: tuple[str, ...] = ()  # where it can be looked up
    plot: str = ""  # the picture that explains it
    replay: str = ""


AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
RATING_NAMES = {AGAIN: "again", HARD: "hard", GOOD: "good", EASY: "easy"}


class MemoryState(NamedTuple):
    """FSRS's view of a card after its last counted review. Days are ordinal study days."""

    stability: float
    difficulty: float
    last_day: int
    due_day: int
    reviews: int
    lapses: int


LEECH = 8  # lapses after which a card is better rewritten than repeated

EventKind = Literal["review", "undo", "suspend", "unsuspend", "flag", "unflag", "forget", "reschedule"]
EVENT_KINDS: tuple[EventKind, ...] = (
    "review", "undo", "suspend", "unsuspend", "flag", "unflag", "forget", "reschedule",
)  # fmt: skip


@dataclass(frozen=True)
class Event:
    """One line of the log: everything that is known of one answer, or of what a learner did to a card otherwise."""

    card: str
    at: str  # UTC, ISO 8601
    day: int  # ordinal of the study day
    kind: EventKind = "review"
    id: str = ""
    of: str = ""  # of an undo: the event that it takes back
    rating: int | None = None
    due_day: int | None = None
    score: float | None = None
    seed: int | None = None
    index: int | None = None
    version: int | None = None
    response: str = ""
    slip: str = ""
    hints: int = 0
    tries: int = 0
    milliseconds: int = 0
    mode: str = ""  # quiz, repeat (within a day) or cram (never counts)
    predicted: float | None = None  # recall predicted before the answer
    confidence: int | None = None  # 1 to 3, as the learner felt before the answer was shown
    model: str = ""


class CardState(NamedTuple):
    """What the log says of a card: the events replayed."""

    answers: int = 0  # every answer, repeats within a day included: the number of the next draw
    first_day: int = 0  # of the answers since it was new; 0: it is new
    last_day: int = 0
    last_rating: int = 0
    due_day: int = 0
    memory: MemoryState | None = None
    suspended: bool = False
    flagged: bool = False

    @property
    def is_new(self) -> bool:
        return self.memory is None

    @property
    def is_leech(self) -> bool:
        return self.memory is not None and self.memory.lapses >= LEECH


NEW = CardState()  # of a card that was never answered
