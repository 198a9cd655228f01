"""How right an answer is, and what the learner is told about a wrong one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyrnn.exercises import all_exercises, find
from studyrnn.grading import answers
from studyrnn.grading.diagnosis import grade, grade_number
from studyrnn.grading.scoring import entries_of, right_entries, tolerance_of
from studyrnn.model import Question, SlipValue, Value
from studyrnn.questions.base import Exercise
from studyrnn.questions.drawing import draw
from studyrnn.questions.forms import Numbers

DECIMALS = [exercise for exercise in all_exercises() if isinstance(exercise.form, Numbers) and not exercise.form.exact]
EXERCISES = pytest.mark.parametrize("exercise", DECIMALS, ids=lambda exercise: exercise.id)
VECTOR = draw(find("gru.hidden-state"), 7, 0)  # two entries; no two slips give the same for one of them
NUMBER = draw(find("bptt.scalar"), 7, 0)
MATRIX = replace(VECTOR, kind="matrix", key=[[0.5, -0.3], [0.7, 0.2]], slips=(), answer=answers.Numbers((2, 2), "$W$"))


def message(value: Value, question: Question) -> str:
    return grade(value, question).message


def moved(value: Value, by: float) -> Value:
    if isinstance(value, list):
        return [moved(entry, by) for entry in value]  # type: ignore[return-value]
    return value + by


def scaled(value: Value, by: float) -> Value:
    if isinstance(value, list):
        return [scaled(entry, by) for entry in value]  # type: ignore[return-value]
    return value * by


# -- scoring ---------------------------------------------------------------------------------------------------------


@EXERCISES
def test_the_key_itself_is_right(exercise: Exercise, seeds: range) -> None:
    """Whole, and without a word of comment."""
    for seed in seeds:
        question = draw(exercise, seed, 0)
        score = grade(question.key, question)
        assert (score.value, score.right, score.slip, score.message) == (1.0, True, None, "")


@EXERCISES
def test_the_tolerance_is_where_right_ends(exercise: Exercise, seeds: range) -> None:
    """On its edge is right, in either direction; a thousandth of it further is wrong."""
    for seed in seeds:
        question = draw(exercise, seed, 0)
        for sign in (1, -1):
            assert grade(moved(question.key, sign * question.tolerance), question).right
            assert grade(moved(question.key, sign * 1.001 * question.tolerance), question).value == 0


def test_the_tolerance_grows_with_the_largest_entry_only_above_one() -> None:
    """1e-3 for keys within 1; three digits of the largest entry for greater ones; never relative to a small one."""
    assert tolerance_of(0.2) == tolerance_of([0.001, -1.0]) == 1e-3
    assert tolerance_of([0.1, -40.0]) == tolerance_of([[2.0, 40.0]]) == 40e-3


def test_three_decimals_of_four_carried_are_right() -> None:
    """What the task asks for is accepted, and so are all digits that somebody likes to give."""
    key = VECTOR.key
    for decimals in (3, 4, 9):
        assert grade([round(entry, decimals) for entry in entries_of(key)], VECTOR).right


def test_each_entry_counts_for_itself() -> None:
    """One of two right is half, and the score says which."""
    first, second = entries_of(VECTOR.key)
    score = grade([first, second + 9], VECTOR)
    assert (score.value, score.entries, score.right) == (0.5, (True, False), False)
    assert score.message == "Entry 1 is right; entry 2 is wrong. It is not what any usual slip gives."


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=6), st.data())
def test_the_share_is_that_of_the_right_entries(key: list[float], data: st.DataObject) -> None:
    """Whatever is typed, the score is the number of entries within the tolerance over the number of entries."""
    typed = data.draw(st.lists(st.floats(-10, 10), min_size=len(key), max_size=len(key)))
    score = grade(typed, replace(VECTOR, key=key, tolerance=tolerance_of(key), slips=()))
    assert score.value == sum(score.entries) / len(key)
    assert score.entries == right_entries(typed, key, tolerance_of(key))
    assert score.right == (score.message == "")


# -- slips -----------------------------------------------------------------------------------------------------------


@EXERCISES
def test_what_a_slip_gives_is_explained_by_that_slip(exercise: Exercise, seeds: range) -> None:
    """Each slip's own numbers are wrong and get its message, also where some of its entries are right."""
    for seed in seeds:
        question = draw(exercise, seed, 0)
        assert question.slips
        for slip in question.slips:
            score = grade(slip.value, question)
            assert not score.right
            assert score.slip == slip
            assert score.message.endswith(slip.message)


@pytest.mark.parametrize("slip", VECTOR.slips, ids=lambda slip: slip.id)
def test_a_slip_in_one_entry_is_recognised_beside_a_right_one(slip: SlipValue) -> None:
    """Who forgets the bias in the second row only hears that, and which row it was."""
    (right, _), (_, wrong) = entries_of(VECTOR.key), entries_of(slip.value)
    score = grade([right, wrong], VECTOR)
    assert (score.value, score.slip) == (0.5, slip)
    assert score.message == f"Entry 1 is right; entry 2 is wrong. {slip.message}"


def test_two_slips_in_two_entries_are_no_known_slip() -> None:
    """One message has to explain all that is wrong."""
    (first, _), (_, second) = entries_of(VECTOR.slips[0].value), entries_of(VECTOR.slips[1].value)
    score = grade([first, second], VECTOR)
    assert score.slip is None
    assert score.message == "Both entries are wrong. It is not what any usual slip gives."


def test_a_slip_is_looked_for_before_anything_general() -> None:
    """A slip that happens to turn the sign round is called by its name."""
    slip = NUMBER.slips[0]._replace(value=-float(entries_of(NUMBER.key)[0]))
    assert message(slip.value, replace(NUMBER, slips=(slip,))) == slip.message


# -- what can go wrong with any numbers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([-0.5, 0.3], "Both entries are wrong. Only the sign is turned round."),
        ([0.5, 0.3], "Entry 1 is right; entry 2 is wrong. Only the sign is turned round."),
        ([-0.3, 0.5], "Both entries are wrong. The right values stand there in another order."),
        ([5.0, -3.0], "Both entries are wrong. The decimal point has moved."),
        ([0.05, -30.0], "Both entries are wrong. The decimal point has moved."),
        ([0.5, -0.003], "Entry 1 is right; entry 2 is wrong. The decimal point has moved."),
        ([0.51, -0.29], "Both entries are wrong. Close: rounded too early? Carry 4 decimals."),
        ([0.52, -0.3], "Entry 2 is right; entry 1 is wrong. Close: rounded too early? Carry 4 decimals."),
        ([0.6, -0.2], "Both entries are wrong. It is not what any usual slip gives."),
        ([-0.5, 0.4], "Both entries are wrong. It is not what any usual slip gives."),
        ([0.0, 0.0], "Both entries are wrong. It is not what any usual slip gives."),
    ],
)
def test_sign_order_decimal_point_and_rounding_are_recognised(value: list[float], told: str) -> None:
    """Where no slip explains the numbers, what can go wrong with any numbers is looked for; else it is left open."""
    assert message(value, replace(VECTOR, key=[0.5, -0.3], tolerance=1e-3, slips=())) == told


def test_a_single_number_is_spoken_of_without_counting_entries() -> None:
    """There is no "entry 1" where one number was asked for."""
    question = replace(NUMBER, key=0.5, tolerance=1e-3, slips=())
    assert message(-0.5, question) == "Only the sign is turned round."
    assert message(0.05, question) == "The decimal point has moved."
    assert message(0.52, question) == "Close: rounded too early? Carry 4 decimals."
    assert message(0.7, question) == "It is not what any usual slip gives."


def test_nought_has_no_sign_to_turn_round() -> None:
    """Where the key is within the tolerance of nought, an answer just below it is a matter of rounding."""
    question = replace(NUMBER, key=0.0008, tolerance=1e-3, slips=())
    assert message(-0.0012, question) == "Close: rounded too early? Carry 4 decimals."


def test_close_grows_with_the_tolerance() -> None:
    """An answer of 40 may be off by more than one of 0.4 before rounding is no explanation."""
    question = replace(NUMBER, key=40.0, tolerance=tolerance_of(40.0), slips=())
    assert message(41.0, question) == "Close: rounded too early? Carry 4 decimals."
    assert message(42.0, question) == "It is not what any usual slip gives."


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (
            [[-0.3, 0.5], [0.7, 0.2]],
            "Entries (2,1) and (2,2) are right; entries (1,1) and (1,2) are wrong. "
            "The right values stand there in another order.",
        ),
        ([[0.5, -0.3], [0.7, -0.2]], "Entries (1,1), (1,2) and (2,1) are right; entry (2,2) is wrong. "
         "Only the sign is turned round."),
        ([[9.0, 9.0], [9.0, 9.0]], "All 4 entries are wrong. It is not what any usual slip gives."),
    ],
)  # fmt: skip
def test_entries_of_a_matrix_are_called_by_row_and_column(value: list[list[float]], told: str) -> None:
    """(row, column), counted from one, as on paper."""
    assert message(value, MATRIX) == told


# -- what must not be told -------------------------------------------------------------------------------------------


@EXERCISES
def test_before_the_last_try_no_number_is_given_away(exercise: Exercise, seeds: range) -> None:
    """Whatever was typed, the message holds no decimal number at all, so none of the key and no distance."""
    for seed in seeds:
        question = draw(exercise, seed, 0)
        key = question.key
        tries = [slip.value for slip in question.slips]
        tries += [moved(key, by) for by in (0.01, 0.02, 0.5, -3.0)]
        tries += [scaled(key, by) for by in (-1.0, 0.1, 10.0, 100.0)]
        for value in tries:
            score = grade(value, question)
            assert score.message or score.value == 1.0  # a key of 0.002 is in reach of a tenth of it
            assert not re.search(r"\d[.,]\d", re.sub(r"\(\d,\d\)", "", score.message))  # (1,2) is a place
            assert all(f"{entry:.3f}" not in score.message for entry in entries_of(key))


# -- the fixed number of a card --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "key", "tolerance", "right", "told"),
    [
        (24, 24, 0, True, ""),
        (0.1 + 0.2, 0.3, 0, True, ""),
        (24.5, 24, 0.5, True, ""),
        (23.5, 24, 0.5, True, ""),
        (24.501, 24, 0.5, False, "Close: rounded too early?"),
        (26.5, 24, 0.5, False, "Close: rounded too early?"),
        (26.6, 24, 0.5, False, ""),
        (24.001, 24, 0, False, ""),
        (-24, 24, 0.5, False, "The sign is turned round."),
        (4, -4, 0, False, "The sign is turned round."),
        (240, 24, 0, False, "The decimal point has moved."),
        (2.4, 24, 0, False, "The decimal point has moved."),
        (2400, 24, 0.5, False, "The decimal point has moved."),
        (0.24, 24, 0.5, False, "The decimal point has moved."),
        (1, 0, 0, False, ""),
        (0, 0, 0, True, ""),
        (7, 24, 0.5, False, ""),
    ],
)
def test_a_cards_number(value: float, key: float, tolerance: float, right: bool, told: str) -> None:
    """The card's own tolerance decides, nought means exact; the sign, the decimal point and rounding are recognised."""
    score = grade_number(value, key, tolerance)
    assert (score.right, score.entries, score.slip, score.message) == (right, (right,), None, told)
