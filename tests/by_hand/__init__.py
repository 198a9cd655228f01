"""A second way to each key: plain Python that shares nothing with the engine. One file a topic, called like it.

A file has BY_HAND, from the id of an exercise to a function of (what the stem gives, the question):

    numbers, parts   the key
    choice           the text of the right option, or where the options are values, the value
    order            the texts of the options in the right order
    wrong line       the right value of every line by name
    formula          the value of what is asked at each of `points(q)`
    design           what the network has to put out
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable
from typing import Any

from studyrnn.model import Question

Given = dict[str, Any]
Second = Callable[[Given, Question], Any]


def times(W: list[list[float]], v: list[float]) -> list[float]:
    return [sum(w * entry for w, entry in zip(row, v, strict=True)) for row in W]


def plus(*vectors: list[float]) -> list[float]:
    return [sum(entries) for entries in zip(*vectors, strict=True)]


def hadamard(*vectors: list[float]) -> list[float]:
    return [math.prod(entries) for entries in zip(*vectors, strict=True)]


def logistic(a: float) -> float:
    return 1 / (1 + math.exp(-a))


SQUASH: dict[str, Callable[[float], float]] = {"tanh": math.tanh, "sigmoid": logistic, "relu": lambda a: max(a, 0.0)}


def points(q: Question) -> list[dict[str, float]]:
    """The values of the variables at which a formula is compared."""
    values: dict[str, list[float]] = q.answer.points  # type: ignore[attr-defined]
    return [dict(zip(values, at, strict=True)) for at in zip(*values.values(), strict=True)]


def second_ways() -> dict[str, Second]:
    found: dict[str, Second] = {}
    for module in pkgutil.iter_modules(__path__):
        found |= importlib.import_module(f"{__name__}.{module.name}").BY_HAND
    return found
