"""Where the numbers of a question come from. Each draws from one stream of chance, calling nothing but .random()."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Protocol

from studyrnn.model import Value


class Source(Protocol):
    def draw(self, chance: random.Random, shape: tuple[int, ...]) -> Value: ...

    def tex(self, value: Value) -> str:
        """How the value is written, where that is not its decimals: ln 3."""
        ...


class _Plain:
    """Numbers that are shown as they are; `one` draws a single one."""

    def one(self, chance: random.Random) -> float:
        raise NotImplementedError

    def draw(self, chance: random.Random, shape: tuple[int, ...]) -> Value:
        if not shape:
            return self.one(chance)
        return [self.draw(chance, shape[1:]) for _ in range(shape[0])]  # type: ignore[return-value]

    def tex(self, value: Value) -> str:
        return ""


@dataclass(frozen=True)
class Range(_Plain):
    """low, low + step, ..., high."""

    low: float = -1.0
    high: float = 1.0
    step: float = 0.1

    @cached_property
    def _all(self) -> tuple[float, ...]:
        count = round((self.high - self.low) / self.step) + 1
        return tuple(round(self.low + steps * self.step, 6) for steps in range(count))  # 0.3, not 0.30000000000000004

    def one(self, chance: random.Random) -> float:
        return self._all[int(chance.random() * len(self._all))]


@dataclass(frozen=True)
class Pick(_Plain):
    """One of a few numbers."""

    among: tuple[float, ...]

    def one(self, chance: random.Random) -> float:
        return self.among[int(chance.random() * len(self.among))]


@dataclass(frozen=True)
class Logs(_Plain):
    """ln k or -ln k for a whole k from 2 to `most`: sigmoid(ln k) = k / (k + 1), tanh(ln k) = (k^2 - 1) / (k^2 + 1)."""

    most: int = 9

    def one(self, chance: random.Random) -> float:
        k = 2 + int(chance.random() * (self.most - 1))
        return math.log(k) if chance.random() < 0.5 else -math.log(k)

    def tex(self, value: Value) -> str:
        def entry(a: Any) -> str:
            return rf"{'-' if a < 0 else ''}\ln {round(math.exp(abs(a)))}"

        if not isinstance(value, list):
            return entry(value)
        rows = [row if isinstance(row, list) else [row] for row in value]
        body = r" \\ ".join(" & ".join(map(entry, row)) for row in rows)
        return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


@dataclass(frozen=True)
class OneHot(_Plain):
    """A vector with a single one; of a matrix, each row."""

    def draw(self, chance: random.Random, shape: tuple[int, ...]) -> Value:
        if len(shape) > 1:
            return [self.draw(chance, shape[1:]) for _ in range(shape[0])]  # type: ignore[return-value]
        place = int(chance.random() * shape[0])
        return [float(k == place) for k in range(shape[0])]


@dataclass(frozen=True)
class Probabilities(_Plain):
    """Shares above zero that add up to one, in tenths or finer; of a matrix, each row does."""

    parts: int = 10

    def draw(self, chance: random.Random, shape: tuple[int, ...]) -> Value:
        if len(shape) > 1:
            return [self.draw(chance, shape[1:]) for _ in range(shape[0])]  # type: ignore[return-value]
        places = list(range(1, self.parts))
        cuts = sorted(places.pop(int(chance.random() * len(places))) for _ in range(shape[0] - 1))
        return [round((b - a) / self.parts, 6) for a, b in pairwise([0, *cuts, self.parts])]


@dataclass(frozen=True)
class Fixed(_Plain):
    """Always the same: what a question states but does not vary."""

    value: Value

    def draw(self, chance: random.Random, shape: tuple[int, ...]) -> Value:
        return self.value


def all_cases(*names: str, low: float, high: float) -> dict[str, Fixed]:
    """Every combination of two values: a vector for each name, with one entry a case; the last name changes fastest."""
    last = len(names) - 1
    return {
        name: Fixed([high if case >> (last - place) & 1 else low for case in range(2 ** len(names))])
        for place, name in enumerate(names)
    }


TENTHS = Range()
NOT_ZERO = Pick(tuple(round(sign * k / 10, 1) for k in range(1, 11) for sign in (-1, 1)))
"""Tenths in which a factor that is left out always shows."""
GATE = Range(0.1, 0.9)
COUNTS = Range(2, 9, 1)
BITS = Range(0, 1, 1)
SATURATED = Pick((-100.0, 100.0))
"""What opens or shuts a gate altogether, so that the rest is whole numbers."""
