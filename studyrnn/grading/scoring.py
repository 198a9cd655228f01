"""How right a value is, entry by entry."""

from __future__ import annotations

import math
import operator

from studyrnn.model import Value

ABSOLUTE = 1e-3
"""Students who carry 4 decimals and give 3 stay within it; hardly any misconception does. Never relative alone."""


def entries_of(value: Value) -> list[float]:
    if not isinstance(value, list):
        return [value]
    if value and isinstance(value[0], list):
        return [entry for row in value for entry in row]
    return value  # type: ignore[return-value]


def number_of(value: Value) -> float:
    """A value that is a single number."""
    assert not isinstance(value, list)
    return value


def tolerance_of(key: Value) -> float:
    """1e-3, scaled by the largest entry where that exceeds 1."""
    return ABSOLUTE * max(1.0, *(abs(entry) for entry in entries_of(key)))


def distance(a: Value, b: Value) -> float:
    """The largest difference of two entries at the same place; infinite where one of them is no number."""
    differences = list(map(abs, map(operator.sub, entries_of(a), entries_of(b))))
    return math.inf if any(map(math.isnan, differences)) else max(differences)


def right_entries(value: Value, key: Value, tolerance: float) -> tuple[bool, ...]:
    """Which entries lie within `tolerance` of the key; the shapes agree. A hair is added for what floats lose."""
    allowed = tolerance * (1 + 1e-9) + 1e-12
    return tuple(abs(mine - right) <= allowed for mine, right in zip(entries_of(value), entries_of(key), strict=True))
