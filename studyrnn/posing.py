"""How each kind of card is put, read, graded and resolved: one small class a kind, one way of being asked.

sheet       what is shown
tries       how often an answer may be typed; 0 where only the learner can judge
hints       one for each request
read        typed text -> response; raises Unreadable
grade       response -> Score; None where only the learner can judge
solution    what is shown at the end, given the last slip that was recognised
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any, Protocol

from studyrnn.errors import Unreadable
from studyrnn.markup import fill_gaps, hide_gaps
from studyrnn.model import Card, CardKind, Computed, Question, Score, Sheet, SlipValue, Solution, Value
from studyrnn.topics import title


class Posed(Protocol):
    sheet: Sheet
    tries: int
    has_worked_solution: bool  # that can be shown as the last hint

    @property
    def hints(self) -> tuple[str, ...]: ...
    @property
    def breakable(self) -> tuple[str, ...]:
        """The intermediates that can be asked for one by one."""
        ...

    def read(self, text: str) -> Any: ...
    def grade(self, response: Any) -> Score | None: ...
    def solution(self, slip: SlipValue | None) -> Solution: ...


def pose(card: Card, order: Callable[[int], list[int]], question: Question | None = None) -> Posed:
    """`order(n)` is a permutation of range(n) for options and entries; an exercise brings its drawn question."""
    if card.kind == "exercise":
        assert question is not None
        return ExercisePosed(question, card.plot)
    return _KINDS[card.kind](card, order)


class _FromCard(ABC):
    tries = 1
    hints: tuple[str, ...] = ()
    breakable: tuple[str, ...] = ()
    has_worked_solution = False
    exact_keys = False

    def __init__(self, card: Card, order: Callable[[int], list[int]]) -> None:
        self.card = card
        self.order = order
        self.sheet = Sheet(title(card.topic), self.text(), (), self.choices(), self.task(), self.exact_keys)

    def text(self) -> str:
        return self.card.question

    def choices(self) -> tuple[str, ...]:
        return ()

    def task(self) -> str:
        return ""

    @abstractmethod
    def read(self, text: str) -> Any: ...

    @abstractmethod
    def grade(self, response: Any) -> Score | None: ...

    @abstractmethod
    def solution(self, slip: SlipValue | None) -> Solution: ...

    def resolved(self, answer: str, listed: Sequence[tuple[str, str]] = ()) -> Solution:
        card = self.card
        return Solution(answer, tuple(listed), card.points, why=card.why, refs=card.refs, plot=card.plot)


class OpenPosed(_FromCard):
    """Only the learner can judge: think, reveal, rate."""

    tries = 0
    exact_keys = True

    def task(self) -> str:
        return "(think, then Enter)"

    def read(self, text: str) -> str:
        return text  # what was thought, if somebody likes to type it

    def grade(self, response: str) -> None:
        return None

    def solution(self, slip: SlipValue | None) -> Solution:
        return self.resolved(self.card.answer)


class ClozePosed(OpenPosed):
    """All gaps are hidden together."""

    def text(self) -> str:
        return hide_gaps(self.card.question)

    def solution(self, slip: SlipValue | None) -> Solution:
        return self.resolved(fill_gaps(self.card.question))


class ChoicePosed(_FromCard):
    exact_keys = True

    def __init__(self, card: Card, order: Callable[[int], list[int]]) -> None:
        self.options = [card.options[k] for k in order(len(card.options))]
        self.right = {k for k, option in enumerate(self.options, 1) if option.right}
        super().__init__(card, order)

    def choices(self) -> tuple[str, ...]:
        return tuple(option.text for option in self.options)

    def task(self) -> str:
        return "(all that apply: their digits, with or without spaces)" if len(self.right) > 1 else ""

    def read(self, text: str) -> set[int]:
        from studyrnn.grading.reading import digits

        chosen = set(digits(text, len(self.options)))
        if len(self.right) == 1 and len(chosen) > 1:
            raise Unreadable("choose one: a single digit")
        return chosen

    def grade(self, response: set[int]) -> Score:
        """Each option is an entry: rightly chosen, or rightly left alone."""
        entries = tuple((k in response) == (k in self.right) for k in range(1, len(self.options) + 1))
        if response == self.right:
            return Score(1.0, entries)
        reasons = [f"{k}: {self._because(k)}" for k in sorted(response - self.right) if self._because(k)]
        if response < self.right:
            reasons.append("That is not all of them.")
        share = max(0, len(response & self.right) - len(response - self.right)) / len(self.right)
        return Score(share, entries, message="\n".join(reasons))

    def _because(self, k: int) -> str:
        return self.options[k - 1].because

    def solution(self, slip: SlipValue | None) -> Solution:
        if len(self.right) == 1:
            (k,) = self.right
            because = f" {self._because(k)}" if self._because(k) else ""
            return self.resolved(f"{k} is right: {self.options[k - 1].text}{because}")
        return self.resolved("Right answers:", [(str(k), self.options[k - 1].text) for k in sorted(self.right)])


class TypedPosed(_FromCard):
    tries = 2

    def read(self, text: str) -> str:
        """A single letter where none is accepted was meant as a key, which is no wrong answer."""
        letter = text.strip()
        if letter.isalpha() and len(letter) == 1 and all(len(normalised(answer)) > 1 for answer in self.card.accept):
            raise Unreadable(f"one letter is no answer here; as a key write it with a colon, `:{letter}`")
        return text

    def grade(self, response: str) -> Score:
        mine = normalised(response)
        accepted = [normalised(answer) for answer in self.card.accept]
        if mine in accepted:
            return Score(1.0, (True,))
        near = max(SequenceMatcher(None, mine, answer).ratio() for answer in accepted)
        return Score(0.0, (False,), message="Close: look at the spelling." if near > 0.85 else "")

    def solution(self, slip: SlipValue | None) -> Solution:
        first, *others = self.card.accept
        also = f"   (also: {', '.join(others)})" if others else ""
        return self.resolved(f"{first}{also}")


class NumberPosed(_FromCard):
    tries = 2
    exact_keys = True

    def task(self) -> str:
        return self.card.asked_unit

    def read(self, text: str) -> float:
        from studyrnn.grading.reading import read_value

        unit = self.card.unit
        if unit and text.strip().lower().endswith(unit.lower()):
            text = text.strip()[: -len(unit)]
        value = read_value(text, ())
        assert isinstance(value, float)
        return value

    def grade(self, response: float) -> Score:
        from studyrnn.grading.diagnosis import grade_number

        return grade_number(response, self.card.number, self.card.tolerance)

    def solution(self, slip: SlipValue | None) -> Solution:
        unit = f" {self.card.unit}" if self.card.unit else ""
        return self.resolved(f"${self.card.shown_number}${unit}")


class OrderPosed(_FromCard):
    tries = 2
    exact_keys = True

    def __init__(self, card: Card, order: Callable[[int], list[int]]) -> None:
        shuffled = order(len(card.order))
        if shuffled == sorted(shuffled):
            shuffled = shuffled[1:] + shuffled[:1]  # never shown in the right order
        self.entries = [card.order[k] for k in shuffled]
        self.right = [self.entries.index(entry) + 1 for entry in card.order]
        super().__init__(card, order)

    def choices(self) -> tuple[str, ...]:
        return tuple(self.entries)

    def task(self) -> str:
        return "Type the digits in the right order, with or without spaces"

    def read(self, text: str) -> list[int]:
        from studyrnn.grading.reading import digits

        typed = digits(text, len(self.entries))
        if sorted(typed) != list(range(1, len(self.entries) + 1)):
            raise Unreadable(f"type each digit from 1 to {len(self.entries)} once")
        return typed

    def grade(self, response: list[int]) -> Score:
        entries = tuple(mine == right for mine, right in zip(response, self.right, strict=True))
        wrong = [str(place) for place, good in enumerate(entries, 1) if not good]
        message = f"Not yet in place: {', '.join(wrong)}." if wrong else ""
        return Score(sum(entries) / len(entries), entries, message=message)

    def solution(self, slip: SlipValue | None) -> Solution:
        return self.resolved("In order:", [(str(k), self.entries[k - 1]) for k in self.right])


class ExercisePosed:
    """Fresh numbers, every step worked, slips recognised."""

    has_worked_solution = True

    def __init__(self, question: Question, plot: str = "") -> None:
        self.question, self.plot = question, plot
        q = question
        self.tries = 1 if q.kind == "choice" else 2
        self.sheet = Sheet(f"{title(q.topic)} · level {q.level}", q.stem, q.given, q.options, q.task, exact_keys=True)

    @property
    def hints(self) -> tuple[str, ...]:
        return self.question.hints

    @property
    def breakable(self) -> tuple[str, ...]:
        if self.question.kind not in {"number", "vector", "matrix"} or len(self.question.steps) < 2:
            return ()
        return tuple(step.name for step in self.question.steps)

    def read(self, text: str) -> Any:
        return self.question.answer.read(text)

    def grade(self, response: Any) -> Score:
        from studyrnn.grading.diagnosis import grade

        return grade(response, self.question)

    def solution(self, slip: SlipValue | None) -> Solution:
        q = self.question
        parts_at = slip.parts_at if slip and slip.parts_at else q.parts_at
        steps = tuple(step for step in q.steps if step.name == parts_at) if q.kind == "line" else q.steps
        return Solution(q.said, steps=steps, parts_at=parts_at, why=q.why, plot=self.plot, replay=q.replay)


class PartPosed(ExercisePosed):
    """One intermediate of a longer question.

    own   the learner's wrong values of earlier parts: who goes on from them rightly makes no new mistake
    """

    def __init__(self, question: Question, name: str, own: Mapping[str, Value]) -> None:
        work = question.work
        assert isinstance(work, Computed)
        super().__init__(work.part(question, name, {}))
        self.name = name
        self.carried = work.part(question, name, own) if own else None

    breakable = ()

    def grade(self, response: Any) -> Score:
        from studyrnn.grading.diagnosis import grade_part

        return grade_part(response, self.question, self.carried)

    def solution(self, slip: SlipValue | None) -> Solution:
        return replace(super().solution(slip), why="", replay="")

    def carried_on(self, value: Value | None) -> dict[str, Value]:
        """The learner's wrong value, where later parts may go on from it."""
        from studyrnn.grading.diagnosis import can_be_carried

        return {self.name: value} if value is not None and can_be_carried(value, self.question) else {}


_KINDS: dict[CardKind, type[_FromCard]] = {
    "open": OpenPosed,
    "choice": ChoicePosed,
    "cloze": ClozePosed,
    "typed": TypedPosed,
    "number": NumberPosed,
    "order": OrderPosed,
}


def normalised(text: str) -> str:
    """What counts in a typed term: letters, digits and arithmetic. Case, hyphens, punctuation and an article do not."""
    text = unicodedata.normalize("NFKD", text).casefold().replace("−", "-")
    text = re.sub(r"(?<![^\W\d])-|-(?![^\W\d])", " minus ", text)  # a hyphen stands between letters
    text = re.sub(r"([+=*/^<>])", r" \1 ", text)
    text = "".join(c if c.isalnum() or c in "+=*/^<>" else " " for c in text if not unicodedata.combining(c))
    words = text.split()
    if len(words) > 1 and words[0] in {"the", "a", "an"}:
        words = words[1:]
    return " ".join(words)
