"""The ways of answering a computed question: how each is read, and what it amounts to.

What an answer amounts to is compared entry by entry with the key and with the slips, whatever was typed: of numbers the
numbers themselves, of a formula its values at random points, of a design what the network does with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from studyrnn.engine.equations import Expression, evaluate, names_in, written
from studyrnn.engine.latex import number
from studyrnn.engine.lists import PLAIN
from studyrnn.errors import Unreadable
from studyrnn.grading import expressions, reading
from studyrnn.grading.reading import shape_of
from studyrnn.grading.scoring import entries_of
from studyrnn.model import Value

__all__ = ["Design", "Digit", "Digits", "Formula", "Numbers", "shape_of"]


class _Answer:
    """What most of them have in common: a response is what it amounts to."""

    entrywise = False

    def amounts_to(self, response: Any) -> Value:
        value: Value = response
        return value

    def confirms(self, response: Any) -> bool:
        return True

    def which(self, right: Sequence[bool]) -> str:
        return ""


@dataclass(frozen=True)
class Numbers(_Answer):
    """A number, a vector or a matrix. `precision` is "whole", "fraction", or any words: decimals."""

    shape: tuple[int, ...]
    name: str  # what it is called in messages
    precision: str = ""

    entrywise = True

    def read(self, text: str) -> Value:
        return reading.read_value(text, self.shape, self.name)

    def typed(self, response: Value) -> str:
        def one(value: float) -> str:
            if self.precision == "fraction":
                return str(Fraction(value).limit_denominator(10_000))
            return number(value) if "10^" not in number(value) else repr(value)

        if not isinstance(response, list):
            return one(response)
        rows = [" ".join(map(one, row)) if isinstance(row, list) else one(row) for row in response]
        return "; ".join(rows) if isinstance(response[0], list) else " ".join(rows)

    def which(self, right: Sequence[bool]) -> str:
        """ "Both entries are wrong.", "Entry 1 is right; entry 2 is wrong."."""
        if len(right) == 1:
            return ""
        if not any(right):
            all_of_them = "Both" if len(right) == 2 else f"All {len(right)}"
            return f"{all_of_them} entries are wrong."
        good = self._entries([k for k, ok in enumerate(right) if ok])
        bad = self._entries([k for k, ok in enumerate(right) if not ok])
        return f"{good.capitalize()} right; {bad} wrong."

    def _entries(self, places: list[int]) -> str:
        columns = self.shape[1] if len(self.shape) == 2 else 0
        names = [f"({k // columns + 1},{k % columns + 1})" if columns else str(k + 1) for k in places]
        if len(names) == 1:
            return f"entry {names[0]} is"
        return f"entries {', '.join(names[:-1])} and {names[-1]} are"


@dataclass(frozen=True)
class Digit(_Answer):
    """One of `count` options or lines, by its number."""

    count: int

    def read(self, text: str) -> float:
        compact = text.strip().rstrip(".)")
        if not compact.isascii() or not compact.isdigit() or len(compact) > 3 or not 1 <= int(compact) <= self.count:
            raise Unreadable(f"type one number from 1 to {self.count}")
        return float(compact)

    def typed(self, response: float) -> str:
        return f"{response:.0f}"


@dataclass(frozen=True)
class Digits(_Answer):
    """All of `count` options in an order."""

    count: int

    def read(self, text: str) -> Value:
        digits = reading.digits(text, self.count)
        if sorted(digits) != list(range(1, self.count + 1)):
            raise Unreadable(f"type each digit from 1 to {self.count} once")
        return [float(digit) for digit in digits]

    def typed(self, response: Value) -> str:
        return " ".join(f"{entry:.0f}" for entry in entries_of(response))

    def which(self, right: Sequence[bool]) -> str:
        wrong = [str(place) for place, good in enumerate(right, 1) if not good]
        return f"Not yet in place: {', '.join(wrong)}."


@dataclass(frozen=True)
class Formula(_Answer):
    """An expression in `variables`; `points` has a vector of values for each of them, `key` is a right one."""

    variables: tuple[str, ...]
    points: Mapping[str, Value]
    key: Expression

    def read(self, text: str) -> Expression:
        expression = expressions.read_expression(text, self.variables)
        if not all(math.isfinite(entry) for entry in self._values(expression)):
            raise Unreadable("that is not a finite number everywhere")
        return expression

    def amounts_to(self, response: Expression) -> Value:
        return self._values(response)

    def _values(self, expression: Expression) -> list[float]:
        points = len(entries_of(next(iter(self.points.values()))))
        values = []
        for k in range(points):
            here = {name: entries_of(value)[k] for name, value in self.points.items()}
            try:
                values.append(float(evaluate(expression, here, PLAIN)))
            except (ArithmeticError, ValueError):
                raise Unreadable("that cannot be worked out for all values of its names") from None
        return values

    def confirms(self, response: Expression) -> bool:
        """The two are the same function of their names: exactly, or where intermediates stand for one another in
        both, by the values alone."""
        from studyrnn.engine.exact import same_function

        names = names_in(response) | names_in(self.key)
        return names_in(response) != names_in(self.key) or same_function(response, self.key, sorted(names))

    def typed(self, response: Expression) -> str:
        return written(response)


@dataclass(frozen=True)
class Design(_Answer):
    """Numbers for `parameters`; `outputs` runs the network with them."""

    parameters: tuple[str, ...]
    symbols: tuple[str, ...]
    outputs: Callable[[Mapping[str, float]], Value]

    def read(self, text: str) -> Value:
        if len(self.parameters) == 1:
            return [entries_of(reading.read_value(text, (), f"${self.symbols[0]}$"))[0]]
        return reading.read_value(text, (len(self.parameters),), "the design")

    def amounts_to(self, response: Value) -> Value:
        outputs = self.outputs(dict(zip(self.parameters, entries_of(response), strict=True)))
        return [entry if math.isfinite(entry) else 1e300 for entry in entries_of(outputs)]

    def typed(self, response: Value) -> str:
        return " ".join(number(entry) for entry in entries_of(response))

    def which(self, right: Sequence[bool]) -> str:
        return f"It does what is asked in {sum(right)} of {len(right)} cases."
