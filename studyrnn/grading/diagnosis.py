"""Which mistake explains a wrong answer.

First the slips of the question itself, then what can go wrong with any numbers. Messages speak in symbols: before the
last try a learner hears which entries are wrong and why, never a right number and never how far off.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from studyrnn.grading.scoring import ABSOLUTE, entries_of, right_entries
from studyrnn.model import Question, Score, SlipValue, Value

NEAR = 0.03  # of max(1, largest entry): close enough to suspect rounding, once no slip explains it
CARRIED_ON = 0.75  # of the marks, for what is right but for a wrong value that it starts from


def grade(response: Any, question: Question) -> Score:
    """Score what was read and say what went wrong."""
    answer, key = question.answer, question.key
    value = answer.amounts_to(response)
    right = right_entries(value, key, question.tolerance)
    if all(right) and answer.confirms(response):
        return Score(1.0, right)
    share = sum(right) / len(right) if question.kind not in {"formula", "choice", "line"} else 0.0
    which = answer.which(right)
    slip = _slip(value, question, right)
    if slip is not None:
        return Score(share, right, slip, f"{which} {slip.message}".strip())
    if not answer.entrywise:
        return Score(share, right, None, UNKNOWN if question.kind == "formula" else which)
    slip = _general(value, question, right)
    return Score(share, right, slip, f"{which} {slip.message if slip else UNKNOWN}".strip())


def grade_part(response: Value, part: Question, carried: Question | None) -> Score:
    """Score one part of a longer question. `carried` is the same part as it follows from the learner's own earlier
    values, where these are wrong: who is right from there on has made no new mistake."""
    score = grade(response, part)
    if score.right or carried is None:
        return score
    right = right_entries(response, carried.key, carried.tolerance)
    if not all(right):
        return score
    message = "Right from what you had before: the mistake is further up, and this part carries it on."
    return Score(CARRIED_ON, right, None, message)


def can_be_carried(value: Value, part: Question) -> bool:
    """Whether a wrong value may stand in for the right one further on: finite, within the range of its function, and
    not nought, which would make the rest trivial."""
    entries = entries_of(value)
    step = part.steps[0] if part.steps else None
    low, high = _range(step.formula if step else "")
    return any(entries) and all(math.isfinite(entry) and low <= entry <= high for entry in entries)


def _range(formula: str) -> tuple[float, float]:
    if formula.startswith(r"\sigma("):
        return 0.0, 1.0
    return (-1.0, 1.0) if formula.startswith(r"\tanh(") else (-math.inf, math.inf)


def grade_number(value: float, key: float, tolerance: float) -> Score:
    """A card's fixed number: no slips are known, so only what can go wrong with any number is recognised."""
    if abs(value - key) <= tolerance * (1 + 1e-9) + 1e-12 * max(1.0, abs(key)):
        return Score(1.0, (True,))
    message = ""
    if key and abs(value + key) <= tolerance + 1e-12:
        message = "The sign is turned round."
    elif _decimal_point_moved(value, key):
        message = "The decimal point has moved."
    elif tolerance and abs(value - key) <= 5 * tolerance:
        message = "Close: rounded too early?"
    return Score(0.0, (False,), None, message)


def _slip(value: Value, question: Question, right: tuple[bool, ...]) -> SlipValue | None:
    """The slip that explains every wrong entry: each is what the slip gives, at the same place.

    One that explains the right entries as well explains more, and goes first.
    """
    partial: SlipValue | None = None
    for slip in question.slips:
        like = right_entries(value, slip.value, question.tolerance)
        if all(like):
            return slip
        explains = question.answer.entrywise and all(fits or good for fits, good in zip(like, right, strict=True))
        if partial is None and explains:
            partial = slip
    return partial


# -- what can go wrong with any numbers ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Wrong:
    """A wrong answer beside the right one."""

    value: Value
    key: Value
    tolerance: float
    places: tuple[int, ...]  # of the wrong entries

    @property
    def mine(self) -> list[float]:
        return entries_of(self.value)

    @property
    def right(self) -> list[float]:
        return entries_of(self.key)

    def close(self, a: float, b: float) -> bool:
        return abs(a - b) <= self.tolerance

    def everywhere(self, fits: Callable[[float, float], bool]) -> bool:
        return all(fits(self.mine[k], self.right[k]) for k in self.places)


def _sign(wrong: _Wrong) -> bool:
    return wrong.everywhere(lambda mine, right: abs(right) > wrong.tolerance and wrong.close(mine, -right))


def _transposed(wrong: _Wrong) -> bool:
    value, key = wrong.value, wrong.key
    if not (isinstance(value, list) and isinstance(key, list) and isinstance(value[0], list)):
        return False
    turned: Value = [list(column) for column in zip(*value, strict=True)]
    same_shape = len(entries_of(turned)) == len(entries_of(key)) and len(key) == len(value[0])
    return same_shape and all(right_entries(turned, key, wrong.tolerance))


def _other_order(wrong: _Wrong) -> bool:
    pairs = zip(sorted(wrong.mine), sorted(wrong.right), strict=True)
    return len(wrong.right) > 1 and all(wrong.close(p, q) for p, q in pairs)


def _decimal_point(wrong: _Wrong) -> bool:
    return wrong.everywhere(_decimal_point_moved)


def _decimal_point_moved(mine: float, key: float) -> bool:
    """By one or two places. Compared by ratio: near zero everything would be within any absolute tolerance."""
    return key != 0 and any(abs(mine / key / factor - 1) <= 0.02 for factor in (10, 0.1, 100, 0.01))


def _rounded_early(wrong: _Wrong) -> bool:
    near = NEAR * max(1.0, *map(abs, wrong.right))
    return wrong.everywhere(lambda mine, right: abs(mine - right) <= near)


@dataclass(frozen=True)
class _General:
    id: str
    fits: Callable[[_Wrong], bool]
    message: str
    decimals: bool = False  # only where decimals are asked for: rounding is no excuse elsewhere
    fraction: bool = False  # only where a fraction is


_GENERAL = (
    _General("sign", _sign, "Only the sign is turned round."),
    _General("transposed", _transposed, "The matrix is transposed."),
    _General("other-order", _other_order, "The right values stand there in another order."),
    _General("decimal-point", _decimal_point, "The decimal point has moved."),
    _General("rounded-early", _rounded_early, "Close: rounded too early? Carry 4 decimals.", decimals=True),
    _General("rounded", _rounded_early, "Close, but not exact: give it as a fraction.", fraction=True),
)
UNKNOWN = "It is not what any usual slip gives."


def _general(value: Value, question: Question, right: tuple[bool, ...]) -> SlipValue | None:
    """The first of all that can go wrong with any numbers that fits."""
    places = tuple(k for k, good in enumerate(right) if not good)
    wrong = _Wrong(value, question.key, question.tolerance, places)
    for slip in _GENERAL:
        allowed = (question.tolerance >= ABSOLUTE or not slip.decimals) and (
            question.kind == "fraction" or not slip.fraction
        )
        if allowed and slip.fits(wrong):
            return SlipValue(slip.id, value, slip.message, "")
    return None
