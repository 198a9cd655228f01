"""Which mistake explains a wrong answer.

First the slips of the question itself, then what can go wrong with any numbers. Messages speak in symbols: before the
last try a learner hears which entries are wrong and why, never a right number and never how far off.
"""

from __future__ import annotations

from collections.abc import Callable

from studyrnn.grading.scoring import ABSOLUTE, entries_of, right_entries
from studyrnn.model import Question, Score, SlipValue, Value

NEAR = 0.03  # of max(1, largest entry): close enough to suspect rounding, once no slip explains it


def grade(value: Value, question: Question) -> Score:
    """Score `value` (in the shape of the key) and say what went wrong."""
    key, tolerance = question.key, question.tolerance
    right = right_entries(value, key, tolerance)
    if all(right):
        return Score(1.0, right)
    share = sum(right) / len(right)
    slip = _slip(value, question, right)
    if slip is not None:
        return Score(share, right, slip, f"{_which(question, right)} {slip.message}".strip())
    return Score(share, right, None, _general(value, question, right).strip())


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
        if partial is None and all(fits or good for fits, good in zip(like, right, strict=True)):
            partial = slip
    return partial


def _general(value: Value, question: Question, right: tuple[bool, ...]) -> str:
    mine, key = entries_of(value), entries_of(question.key)
    tolerance = question.tolerance
    wrong = [k for k, good in enumerate(right) if not good]

    def all_wrong(fits: Callable[[int], bool]) -> bool:
        return all(fits(k) for k in wrong)

    def close(a: float, b: float) -> bool:
        return abs(a - b) <= tolerance

    which = _which(question, right)
    if all_wrong(lambda k: abs(key[k]) > tolerance and close(mine[k], -key[k])):
        return f"{which} Only the sign is turned round."
    if _is_transposed(value, question.key, tolerance):
        return f"{which} The matrix is transposed."
    if len(key) > 1 and all(close(p, q) for p, q in zip(sorted(mine), sorted(key), strict=True)):
        return f"{which} The right values stand there in another order."
    if all_wrong(lambda k: _decimal_point_moved(mine[k], key[k])):
        return f"{which} The decimal point has moved."
    near = NEAR * tolerance / ABSOLUTE
    if all_wrong(lambda k: abs(mine[k] - key[k]) <= near):
        return f"{which} Close: rounded too early? Carry 4 decimals."
    return f"{which} It is not what any usual slip gives."


def _decimal_point_moved(mine: float, key: float) -> bool:
    """By one or two places. Compared by ratio: near zero everything would be within any absolute tolerance."""
    return key != 0 and any(abs(mine / key / factor - 1) <= 0.02 for factor in (10, 0.1, 100, 0.01))


def _is_transposed(value: Value, key: Value, tolerance: float) -> bool:
    if not (isinstance(value, list) and isinstance(key, list) and isinstance(value[0], list)):
        return False
    turned: Value = [list(column) for column in zip(*value, strict=True)]
    same_shape = len(entries_of(turned)) == len(entries_of(key)) and len(key) == len(value[0])
    return same_shape and all(right_entries(turned, key, tolerance))


def _which(question: Question, right: tuple[bool, ...]) -> str:
    """Which entries are meant: "Both entries are wrong.", "Entry 1 is right, entry 2 is wrong."."""
    if len(right) == 1:
        return ""
    if not any(right):
        all_of_them = "Both" if len(right) == 2 else f"All {len(right)}"
        return f"{all_of_them} entries are wrong."
    good = _entries([k for k, ok in enumerate(right) if ok], question)
    bad = _entries([k for k, ok in enumerate(right) if not ok], question)
    return f"{good.capitalize()} right; {bad} wrong."


def _entries(indices: list[int], question: Question) -> str:
    columns = len(question.key[0]) if isinstance(question.key, list) and isinstance(question.key[0], list) else 0
    names = [f"({k // columns + 1},{k % columns + 1})" if columns else str(k + 1) for k in indices]
    if len(names) == 1:
        return f"entry {names[0]} is"
    return f"entries {', '.join(names[:-1])} and {names[-1]} are"
