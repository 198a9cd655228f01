"""FSRS on study days: the intervals, the traps of the library, the fuzz."""

from __future__ import annotations

from datetime import UTC, datetime

import fsrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from studyrnn.model import AGAIN, EASY, GOOD, HARD, MemoryState
from studyrnn.scheduling import PARAMETERS, Scheduler, recall, streak, study_day

EXACT = Scheduler(fuzz=False)
DAY = 739_000


def due_days(ratings: list[int], scheduler: Scheduler = EXACT) -> list[int]:
    """The intervals when every review happens on the day it is due."""
    memory: MemoryState | None = None
    day, intervals = DAY, []
    for rating in ratings:
        memory = scheduler.review(memory, "card", rating, day)
        intervals.append(memory.due_day - day)
        day = memory.due_day
    return intervals


@pytest.mark.parametrize(
    ("ratings", "intervals"),
    [
        ([AGAIN], [1]),
        ([HARD], [1]),
        ([GOOD], [2]),
        ([EASY], [8]),
        ([GOOD, GOOD, GOOD, GOOD], [2, 11, 46, 163]),
        ([GOOD, AGAIN, GOOD], [2, 1, 2]),
    ],
)
def test_expected_intervals(ratings: list[int], intervals: list[int]) -> None:
    """The published FSRS-6 defaults at 90 % retention."""
    assert due_days(ratings) == intervals


def test_first_stability_follows_from_the_parameters_alone() -> None:
    """A second route: FSRS-6 starts with S = w[rating - 1]; at 90 % the interval is S itself, rounded."""
    for rating in (AGAIN, HARD, GOOD, EASY):
        memory = EXACT.review(None, "card", rating, DAY)
        assert memory.stability == PARAMETERS[rating - 1]
        assert memory.due_day - DAY == max(1, round(PARAMETERS[rating - 1]))


def library_recall(memory: MemoryState, day: int) -> float:
    """What fsrs itself says, its days at midnight UTC."""
    at = [datetime.fromordinal(ordinal).replace(tzinfo=UTC) for ordinal in (memory.last_day, memory.due_day, day)]
    card = fsrs.Card(
        card_id=0, state=fsrs.State.Review, stability=memory.stability, difficulty=memory.difficulty, due=at[1],
        last_review=at[0],
    )  # fmt: skip
    return fsrs.Scheduler(parameters=PARAMETERS).get_card_retrievability(card, at[2])


def test_recall_follows_the_published_forgetting_curve() -> None:
    """R(t) = (1 + F t / S) ** -w20 with F so that R(S) = 0.9, recomputed here."""
    memory = EXACT.review(None, "card", GOOD, DAY)
    decay = -PARAMETERS[20]
    factor = 0.9 ** (1 / decay) - 1
    for days in (0, 1, 2, 10, 100):
        expected = (1 + factor * days / memory.stability) ** decay
        assert recall(memory, DAY + days) == pytest.approx(expected, rel=1e-12)
    for days in (0, 3, 50):
        assert recall(memory, DAY + days) == pytest.approx(library_recall(memory, DAY + days), rel=1e-12)


def test_the_parameters_are_those_the_library_publishes() -> None:
    """Spelt out in our code; where the library moves on, this says so."""
    assert PARAMETERS == fsrs.scheduler.DEFAULT_PARAMETERS


def test_a_second_review_on_one_day_changes_nothing() -> None:
    """Fed three same-day repeats, FSRS would turn S .64 into .11."""
    once = EXACT.review(None, "card", GOOD, DAY)
    assert EXACT.review(once, "card", AGAIN, DAY) is once
    assert EXACT.review(once, "card", AGAIN, DAY - 1) is once


def test_the_evening_and_the_next_evening_are_two_days() -> None:
    """The library floors 21:00 to 20:00 to the same day (S 2.31); study days count the sleep between (S 7.3)."""
    first, second = study_day(datetime(2026, 11, 21, 21)), study_day(datetime(2026, 11, 22, 20))
    assert second == first + 1
    memory = EXACT.replay("card", [(first, GOOD), (second, GOOD)])
    assert memory is not None
    assert memory.stability == pytest.approx(7.32, abs=0.01)


@pytest.mark.parametrize(("hour", "minute", "belongs_to"), [(3, 59, 20), (4, 0, 21), (23, 59, 21)])
def test_a_study_day_ends_at_four(hour: int, minute: int, belongs_to: int) -> None:
    """Studying past midnight is still today."""
    assert study_day(datetime(2026, 11, 21, hour, minute)) == datetime(2026, 11, belongs_to).toordinal()


def test_lapses_count_only_what_was_once_learned() -> None:
    assert EXACT.review(None, "card", AGAIN, DAY).lapses == 0
    memory = EXACT.replay("card", [(DAY, GOOD), (DAY + 2, AGAIN), (DAY + 3, AGAIN), (DAY + 4, GOOD)])
    assert memory is not None
    assert (memory.lapses, memory.reviews) == (2, 4)


histories = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 4)), min_size=1, max_size=12)


@given(histories, st.text("abc/", min_size=1, max_size=8))
def test_fuzz_is_bounded_and_the_same_every_time(steps: list[tuple[int, int]], card: str) -> None:
    """15 % below a week, 10 % below 20 days, 5 % above, never unseeded, never below what is exact by more."""
    day, plain, fuzzed = DAY, None, None
    for gap, rating in steps:
        day += gap
        plain = EXACT.review(plain, card, rating, day)
        fuzzed = Scheduler().review(fuzzed, card, rating, day)
        exact, moved = plain.due_day - day, fuzzed.due_day - day
        share = 0.15 if exact < 7 else 0.10 if exact < 20 else 0.05
        assert abs(moved - exact) <= (0 if exact < 3 else max(1, round(exact * share)))
        assert moved >= 1
    assert fuzzed == Scheduler().replay(card, _absolute(steps))


def _absolute(steps: list[tuple[int, int]]) -> list[tuple[int, int]]:
    day, history = DAY, []
    for gap, rating in steps:
        day += gap
        history.append((day, rating))
    return history


@given(histories)
def test_a_better_rating_never_brings_a_card_back_sooner(steps: list[tuple[int, int]]) -> None:
    """Again <= Hard <= Good <= Easy, whatever came before."""
    memory = EXACT.replay("card", _absolute(steps))
    assert memory is not None
    day = memory.due_day
    due = [EXACT.review(memory, "card", rating, day).due_day for rating in (AGAIN, HARD, GOOD, EASY)]
    assert due == sorted(due)


def test_the_maximum_interval_holds() -> None:
    assert max(due_days([EASY] * 12, Scheduler(maximum_interval=100))) == 100


retentions = st.floats(0.7, 0.99)
maxima = st.integers(1, 36500)
schedulers = st.builds(Scheduler, desired_retention=retentions, maximum_interval=maxima, fuzz=st.booleans())


@given(histories, schedulers, st.text("abc/", min_size=1, max_size=8))
def test_a_schedule_moved_is_where_its_last_review_would_have_put_it(
    steps: list[tuple[int, int]], scheduler: Scheduler, card: str
) -> None:
    """Under whatever settings it was scheduled before; and what these settings scheduled stays where it is."""
    memory = scheduler.replay(card, _absolute(steps))
    assert memory is not None
    assert scheduler.due_day(memory, card) == memory.due_day
    other = Scheduler(0.8, 50).replay(card, _absolute(steps))
    assert other is not None
    assert scheduler.due_day(other, card) == memory.due_day
    assert memory.last_day < memory.due_day <= memory.last_day + scheduler.maximum_interval


@given(st.floats(0.001, 1e6), retentions, maxima)
def test_an_interval_is_the_one_of_the_library(stability: float, retention: float, most: int) -> None:
    """To the day, where the curve does not end within a rounding error of noon."""
    days = stability * (retention ** (1 / -PARAMETERS[20]) - 1) / (0.9 ** (1 / -PARAMETERS[20]) - 1)
    assume(abs(days % 1 - 0.5) > 1e-9 * max(1, days))
    library = fsrs.Scheduler(parameters=PARAMETERS, desired_retention=retention, maximum_interval=most)
    assert Scheduler(retention, most).interval(stability) == library._next_interval(stability=stability)


@given(histories, retentions, maxima)
def test_a_due_day_is_the_one_of_the_library(steps: list[tuple[int, int]], retention: float, most: int) -> None:
    """The same by what the library publishes: its cards come due on our days."""
    library = fsrs.Scheduler(
        parameters=PARAMETERS, desired_retention=retention, maximum_interval=most, learning_steps=(),
        relearning_steps=(), enable_fuzzing=False,
    )  # fmt: skip
    card, ours = (
        fsrs.Card(card_id=0, due=datetime.fromordinal(DAY).replace(tzinfo=UTC)),
        Scheduler(retention, most, False),
    )
    for day, rating in _absolute(steps):
        card, _ = library.review_card(card, fsrs.Rating(rating), datetime.fromordinal(day).replace(tzinfo=UTC))
    memory = ours.replay("card", _absolute(steps))
    assert memory is not None
    assert memory.due_day == card.due.toordinal()


@given(histories, retentions, retentions)
def test_aiming_at_a_higher_recall_brings_no_card_back_later(
    steps: list[tuple[int, int]], one: float, other: float
) -> None:
    memory = EXACT.replay("card", _absolute(steps))
    assert memory is not None
    low, high = (Scheduler(goal, fuzz=False).due_day(memory, "card") for goal in sorted((one, other)))
    assert high <= low


def test_a_streak_lives_until_a_day_is_missed() -> None:
    """Today need not be done yet."""
    assert [streak(days, 100) for days in ({100, 99, 98, 96}, {99, 98}, {98}, set())] == [3, 2, 0, 0]
