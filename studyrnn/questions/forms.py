"""How an answer is given: numbers, a choice, an order, the wrong line, a formula, a design, part after part.

A form says what of the worked-out values is compared (`observe`), how far a slip has to be from the key to be told
apart (`apart`), and finishes a draft: options in their order, the last line of the question, how typed text is read.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from studyrnn.engine.latex import latex, literal
from studyrnn.grading import answers
from studyrnn.grading.scoring import distance, entries_of, number_of, tolerance_of
from studyrnn.model import Answer, AnswerKind, Computed, SlipValue, Value, Work

APART = 20  # tolerances between the key and every slip, and between any two slips
PRECISION = "carry 4 decimals, give 3"
EXACTLY = 1e-9  # what floats lose of a whole number or a fraction
SAME_FORMULA = 1e-9  # relative: two formulas that agree so closely at random points are compared exactly


def plain(value: Any) -> Value:
    """A value of any kind of number as floats and lists, rounded to 12 decimals: the same on every machine."""
    return _rounded(value.tolist() if hasattr(value, "tolist") else value)


def _rounded(value: Any) -> Value:
    if isinstance(value, float):
        return round(value, 12) + 0.0  # no negative zero
    if not isinstance(value, list):
        return round(float(value), 12) + 0.0
    if isinstance(value[0], float):
        return [round(entry, 12) + 0.0 for entry in value]
    return [_rounded(entry) for entry in value]  # type: ignore[return-value]


@dataclass
class Draft:
    """One draw that has passed its guards."""

    symbol: str  # of what is asked for
    key: Value
    slips: list[SlipValue]
    options: tuple[str, ...]
    work: Work
    trace: Mapping[str, Any] = field(default_factory=dict)  # all values by name; none where no equations are

    @property
    def computed(self) -> Computed:
        assert isinstance(self.work, Computed), "only what is made of equations has this form"
        return self.work


@dataclass(frozen=True)
class Finished:
    kind: AnswerKind
    key: Value
    tolerance: float
    slips: list[SlipValue]
    task: str
    answer: Answer
    options: tuple[str, ...] = ()
    said: str = ""  # the answer in words, above the worked steps
    response: Any = None  # what somebody who is right would give, where that is not the key itself
    parts: tuple[str, ...] = ()
    parts_at: str = ""  # the step at which what was shown leaves the right way


class Form(Protocol):
    @property
    def exact(self) -> bool:
        """Whether rounding has no place in it."""
        ...

    def observe(self, trace: Mapping[str, Any], asks: str) -> Value: ...
    def tolerance(self, key: Value) -> float: ...
    def apart(self, key: Value) -> float: ...
    def finish(self, draft: Draft, chance: random.Random) -> Finished | None:
        """None where these numbers do not make a question of this form."""
        ...


# -- numbers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Numbers:
    """A number, a vector or a matrix: to 3 decimals, as whole numbers, or as exact fractions."""

    precision: str = PRECISION

    @property
    def exact(self) -> bool:
        return self.precision != PRECISION

    def observe(self, trace: Mapping[str, Any], asks: str) -> Value:
        return plain(trace[asks])

    def tolerance(self, key: Value) -> float:
        return EXACTLY * max(1.0, *map(abs, entries_of(key))) if self.exact else tolerance_of(key)

    def apart(self, key: Value) -> float:
        return APART * tolerance_of(key) if self.precision != "whole" else 0.5

    def finish(self, draft: Draft, chance: random.Random) -> Finished:
        kind = self._kind(draft.key)
        several = isinstance(draft.key, list)
        how = {"whole": "whole numbers" if several else "a whole number", "fraction": "exactly, as a fraction"}
        task = f"Compute ${draft.symbol}$ ({how.get(self.precision, self.precision)})."
        answer = answers.Numbers(answers.shape_of(draft.key), f"${draft.symbol}$", self.precision)
        return Finished(kind, draft.key, self.tolerance(draft.key), draft.slips, task, answer)

    def _kind(self, key: Value) -> AnswerKind:
        if isinstance(key, list):
            return "matrix" if isinstance(key[0], list) else "vector"
        return {"whole": "integer", "fraction": "fraction"}.get(self.precision, "number")  # type: ignore[return-value]


NUMBERS = Numbers()
WHOLE = Numbers("whole")
FRACTION = Numbers("fraction")


@dataclass(frozen=True)
class Parts(Numbers):
    """One intermediate after the other, each asked for by its name in the equations; the last is what is asked."""

    names: tuple[str, ...] = ()

    def finish(self, draft: Draft, chance: random.Random) -> Finished:
        symbols = [step.symbol for step in draft.work.steps() if step.name in self.names]
        task = f"Compute, one after the other, ${', '.join(symbols)}$ ({PRECISION})."
        return replace(super().finish(draft, chance), task=task, parts=self.names)


# -- digits: a choice, an order, a line ------------------------------------------------------------------------------


def shuffled(count: int, chance: random.Random) -> list[int]:
    order = list(range(count))
    for last in range(count - 1, 0, -1):
        other = int(chance.random() * (last + 1))
        order[last], order[other] = order[other], order[last]
    return order


def place_of(value: Value) -> int:
    """Of a choice, the place among the options that a value stands for."""
    return round(number_of(value))


@dataclass(frozen=True)
class Choice:
    """One of a few options.

    options   what they say, and why who takes a wrong one is wrong; none: the values of the key and of the slips
    pick      the place among the options of what was worked out, counted from 0
    most      options at the most, where they are values
    """

    options: tuple[tuple[str, str], ...] = ()
    pick: Callable[[Mapping[str, Any]], int] | None = None
    most: int = 4

    exact = True

    def observe(self, trace: Mapping[str, Any], asks: str) -> Value:
        return float(self.pick(trace)) if self.pick else plain(trace[asks])

    def tolerance(self, key: Value) -> float:
        return EXACTLY if self.pick else tolerance_of(key)

    def apart(self, key: Value) -> float:
        return 0.5 if self.pick else APART * tolerance_of(key)

    def finish(self, draft: Draft, chance: random.Random) -> Finished:
        if self.options:
            texts = [text for text, _ in self.options]
            key, slips = place_of(draft.key), self._with_reasons(draft)
        elif draft.options:
            texts, key, slips = list(draft.options), place_of(draft.key), draft.slips
        else:
            texts, key, slips = self._values(draft, chance)
        order = shuffled(len(texts), chance)
        places = {old: float(new) for new, old in enumerate(order, 1)}
        found = [slip._replace(value=places[place_of(slip.value)]) for slip in slips]
        shown = tuple(texts[k] for k in order)
        said = f"{places[key]:.0f} is right: {texts[key]}"
        answer = answers.Digit(len(texts))
        return Finished("choice", places[key], EXACTLY, found, "Choose one: type its digit.", answer, shown, said)

    def _with_reasons(self, draft: Draft) -> list[SlipValue]:
        """The slips that lead to a wrong option, and for every other one why it is wrong."""
        taken = {place_of(slip.value) for slip in draft.slips}
        key = place_of(draft.key)
        return draft.slips + [
            SlipValue(f"option-{place + 1}", float(place), because, "")
            for place, (_, because) in enumerate(self.options)
            if place not in taken and place != key
        ]

    def _values(self, draft: Draft, chance: random.Random) -> tuple[list[str], int, list[SlipValue]]:
        """The key among the slips, all with the same number of decimals."""
        chosen = sorted(shuffled(len(draft.slips), chance)[: self.most - 1])
        slips = [draft.slips[k] for k in chosen]
        texts = [f"${literal(value, 3)}$" for value in (draft.key, *(slip.value for slip in slips))]
        return texts, 0, [slip._replace(value=float(place)) for place, slip in enumerate(slips, 1)]


@dataclass(frozen=True)
class Order:
    """All options in the right order, by their digits.

    show   from all values by name to the texts of the options; what is asked for has one number an option
    task   in which order
    """

    show: Callable[[Mapping[str, Any]], Sequence[str]] | None = None
    task: str = "Put them in order: type the digits, the first one first."

    exact = True

    def observe(self, trace: Mapping[str, Any], asks: str) -> Value:
        numbers = entries_of(plain(trace[asks]))
        return [float(k) for k in sorted(range(len(numbers)), key=lambda k: numbers[k])]

    def tolerance(self, key: Value) -> float:
        return EXACTLY

    def apart(self, key: Value) -> float:
        return 0.5

    def finish(self, draft: Draft, chance: random.Random) -> Finished:
        texts = list(self.show(draft.trace)) if self.show else list(draft.options)
        order = shuffled(len(texts), chance)
        if [float(k) for k in order] == draft.key:
            order = order[1:] + order[:1]  # never shown in the right order
        places = {float(old): float(new) for new, old in enumerate(order, 1)}

        def shown(places_of: Value) -> Value:
            return [places[entry] for entry in entries_of(places_of)]

        slips = [slip._replace(value=shown(slip.value)) for slip in draft.slips]
        key = shown(draft.key)
        said = "In order: " + ", ".join(f"{entry:.0f}" for entry in entries_of(key)) + "."
        answer = answers.Digits(len(texts))
        options = tuple(texts[k] for k in order)
        return Finished("order", key, EXACTLY, slips, self.task, answer, options, said)


@dataclass(frozen=True)
class WrongLine:
    """A worked solution with a slip in it: the first line that is wrong is asked for."""

    exact = False

    def observe(self, trace: Mapping[str, Any], asks: str) -> Value:
        return plain(trace[asks])

    def tolerance(self, key: Value) -> float:
        return tolerance_of(key)

    def apart(self, key: Value) -> float:
        return APART * tolerance_of(key)

    def finish(self, draft: Draft, chance: random.Random) -> Finished | None:
        slip = draft.slips[int(chance.random() * len(draft.slips))]
        lines = draft.computed.lines(slip.id)
        names = [line.name for line in lines]
        wrong_value = lines[names.index(slip.parts_at)].value
        right_value = plain(draft.trace[slip.parts_at])
        if distance(wrong_value, right_value) < self.apart(right_value):
            return None  # nobody could see it
        wrong = names.index(slip.parts_at) + 1
        texts = tuple(f"${line.symbol} = {line.formula} = {line.tex or literal(line.value, 4)}$" for line in lines)
        others = [
            SlipValue("a-right-line", float(k), "That line is right: it follows from the numbers above it.", name)
            if k < wrong
            else SlipValue("follows", float(k), "That line only carries on what went wrong further up.", slip.parts_at)
            for k, name in enumerate(names, 1)
            if k != wrong
        ]
        task = "One line is wrong in itself; lines below it may only carry the mistake on. Which line is it?"
        said = f"Line {wrong} is wrong. {slip.message}"
        answer = answers.Digit(len(lines))
        return Finished("line", float(wrong), EXACTLY, others, task, answer, texts, said, parts_at=slip.parts_at)


# -- what is run -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Formula:
    """An expression in `variables`, graded by its values at random points and then exactly.

    The variables among the inputs are drawn as vectors, one entry a point; those with an equation follow from it.
    """

    variables: tuple[str, ...]

    exact = True

    def observe(self, trace: Mapping[str, Any], asks: str) -> Value:
        return plain(trace[asks])

    def tolerance(self, key: Value) -> float:
        return SAME_FORMULA * max(1.0, *map(abs, entries_of(key)))

    def apart(self, key: Value) -> float:
        return APART * tolerance_of(key)

    def finish(self, draft: Draft, chance: random.Random) -> Finished:
        formula = draft.computed.formula(self.variables)
        answer = answers.Formula(self.variables, {name: plain(draft.trace[name]) for name in self.variables}, formula)
        slips = [slip._replace(response=draft.computed.formula(self.variables, slip.id)) for slip in draft.slips]
        names = ", ".join(f"`{name}`" for name in self.variables)
        task = f"Give ${draft.symbol}$ as a formula. Names you may use: {names}."
        lines = "\n".join(f"$${line}$$" for line in draft.computed.equations())
        symbols = dict(zip(self.variables, draft.computed.symbols(self.variables), strict=True))
        together = latex(formula, scalar=True, write=symbols.__getitem__)
        typed = f"Typed, in this form or any other: `{answer.typed(formula)}`"
        said = f"{lines}\nPut together: $${draft.symbol} = {together}$$ {typed}"
        key, tolerance = draft.key, self.tolerance(draft.key)
        return Finished("formula", key, tolerance, slips, task, answer, said=said, response=formula)


@dataclass(frozen=True)
class Design:
    """Numbers that make a network do something: any that do. They are run, on all cases at once.

    parameters   the names to be chosen; each has an equation, which gives one right design
    within       how far an output may be from what is wanted
    """

    parameters: tuple[str, ...]
    within: float = 0.05

    exact = True

    def observe(self, trace: Mapping[str, Any], asks: str) -> Value:
        return plain(trace[asks])

    def tolerance(self, key: Value) -> float:
        return self.within

    def apart(self, key: Value) -> float:
        return 2 * self.within

    def finish(self, draft: Draft, chance: random.Random) -> Finished:
        symbols = draft.computed.symbols(self.parameters)
        names = ", ".join(f"${tex}$" for tex in symbols)
        answer = answers.Design(self.parameters, symbols, draft.computed.outputs)
        response = [number_of(plain(draft.trace[name])) for name in self.parameters]
        slips = [slip._replace(response=draft.computed.design(self.parameters, slip.id)) for slip in draft.slips]
        chosen = ", ".join(f"${tex} = {literal(value)}$" for tex, value in zip(symbols, response, strict=True))
        task = f"Choose {names}: {len(response)} numbers in this order. Any that work are right."
        said = f"One design that works: {chosen}"
        return Finished("design", draft.key, self.within, slips, task, answer, said=said, response=response)
