"""Intervals, chance, losses, percentiles and streaks, against other ways to find them."""

from __future__ import annotations

from math import log, sqrt
from statistics import NormalDist

import pytest
from histories import TODAY
from hypothesis import given
from hypothesis import strategies as st

from studyrnn.statistics.measures import (
    Share,
    ahead,
    chance,
    expected_log_loss,
    log_losses,
    longest_streak,
    median,
    moving_average,
    nine_tenths,
)  # fmt: skip

SHARES = st.integers(1, 400).flatmap(lambda of: st.builds(Share, st.integers(0, of), st.just(of)))


def edge(share: Share, low: float, high: float) -> float:
    """Where |share - p| is 1.96 standard errors of p, between a p that is inside and one that is outside, halved."""
    inside = low
    for _ in range(200):
        middle = (low + high) / 2
        within = abs(share.value - middle) <= NormalDist().inv_cdf(0.975) * sqrt(middle * (1 - middle) / share.of)
        low, high = (middle, high) if within else (low, middle)
        inside = middle if within else inside
    return inside


@given(SHARES)
def test_the_interval_is_that_of_its_definition(share: Share) -> None:
    """Wilson's: its ends are found by halving, from the share outwards."""
    low, high = share.interval
    assert low == pytest.approx(edge(share, share.value, 0.0), abs=1e-9)
    assert high == pytest.approx(edge(share, share.value, 1.0), abs=1e-9)
    assert 0 <= low <= share.value <= high <= 1


def test_an_interval_from_the_literature() -> None:
    """81 of 263: Newcombe 1998, table I, gives 0.2553 to 0.3662 for the score method without continuity correction."""
    assert Share(81, 263).interval == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(SHARES, SHARES)
def test_chance_is_that_of_two_samples_of_one_population(one: Share, other: Share) -> None:
    """The normal tail from the standard library; and the order of the two does not matter."""
    pooled = (one.hits + other.hits) / (one.of + other.of)
    error = sqrt(pooled * (1 - pooled) / one.of + pooled * (1 - pooled) / other.of)
    tail = 2 * NormalDist().cdf(-abs(one.value - other.value) / error) if error else 1.0
    assert chance(one, other) == pytest.approx(tail, abs=1e-9)
    assert chance(other, one) == pytest.approx(tail, abs=1e-9)


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(1, 8))
def test_the_moving_average_sees_only_what_came_before(outcomes: list[bool], window: int) -> None:
    """Each from its own slice of earlier outcomes; turning all from one on round changes nothing before it."""
    found = moving_average(outcomes, window)
    for place, predicted in enumerate(found):
        earlier = outcomes[max(0, place - window) : place]
        assert predicted == pytest.approx((earlier.count(True) + 1) / (len(earlier) + 2))
        turned = outcomes[:place] + [not happened for happened in outcomes[place:]]
        assert moving_average(turned, window)[: place + 1] == found[: place + 1]


def test_a_log_loss_is_clipped_at_a_thousandth() -> None:
    """What was certain and did not happen costs -ln 0.001, not infinity; what was certain and did, nearly nothing."""
    assert log_losses([1.0, 0.0, 1.0], [False, True, True]) == pytest.approx([6.907755, 6.907755, 0.0010005], abs=1e-6)
    assert expected_log_loss([1.0, 0.5]) == pytest.approx((0.001 * 6.907755 + 0.999 * 0.0010005 + log(2)) / 2, abs=1e-6)


def test_who_is_ahead_needs_more_than_chance() -> None:
    assert ahead([0.1, 0.2] * 50, [0.3, 0.3] * 50) == 1
    assert ahead([0.3, 0.3] * 50, [0.1, 0.2] * 50) == -1
    assert ahead([0.1, 0.5] * 50, [0.5, 0.1] * 50) == 0


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_percentiles_are_what_their_words_say(values: list[float]) -> None:
    """At least 90 % do not exceed it, and that is true of no smaller value; the median has halves on both sides."""
    ordered = sorted(values)
    found = nine_tenths(ordered)
    reached = [10 * sum(value <= each for value in values) >= 9 * len(values) for each in ordered]
    assert found == ordered[reached.index(True)]
    middle = median(ordered)
    assert 2 * sum(value <= middle for value in values) >= len(values) <= 2 * sum(value >= middle for value in values)


@given(st.sets(st.integers(TODAY - 40, TODAY)))
def test_the_longest_streak(days: set[int]) -> None:
    """The longest by looking at every run of days."""
    runs = [0] + [last - first + 1 for first in days for last in days if {*range(first, last + 1)} <= days]
    assert longest_streak(days) == max(runs)
