"""Shifts, sums, windows, samples and the forecast that needs no network."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.exact import EXACT, exact_number
from studyrnn.engine.feedforward import as_columns, layer
from studyrnn.engine.sequences import (
    MEAN,
    autocorrelation,
    concatenate,
    last_value_forecast,
    mean,
    one_hot,
    sampled_sine,
    shift,
    total,
    windows,
)
from studyrnn.engine.shapes import numbered, whole
from studyrnn.errors import ArgumentError

ODD = [1, 3, 5, 7, 9]  # x_t = 2 t - 1
VECTORS = [[0.2, 0.3, -0.1], [-0.1, 0.2, 0.4], [0.3, -0.2, 0.1], [0.1, 0.4, -0.2]]

series_of_numbers = st.lists(st.integers(-50, 50), min_size=2, max_size=12)


# -- shift -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", range(-6, 7))
def test_a_filled_shift_has_x_t_plus_k_at_step_t(k: int) -> None:
    """Looked up step by step in a table of the steps of x; 0 where x has no such step."""
    table = dict(enumerate(ODD, start=1))
    expected = [table.get(t + k, 0) for t in range(1, 6)]
    assert shift(ODD, k, fill=0).tolist() == expected


def test_positive_advances_and_negative_delays() -> None:
    """x_{t+2} begins with x_3; x_{t-2} ends with x_{T-2}; nothing is made up at the ends."""
    assert shift(ODD, 2).tolist() == [5, 7, 9]
    assert shift(ODD, -2).tolist() == [1, 3, 5]
    assert shift(ODD, 0).tolist() == ODD
    assert shift(ODD, 4).tolist() == [9]


@pytest.mark.parametrize("k", [-3, -1, 1, 2])
def test_vectors_are_shifted_whole(k: int) -> None:
    """Each entry moves as a sequence of numbers would, and the fill stands in every entry."""
    moved = shift(VECTORS, k, fill=7.0)
    assert moved.shape == (4, 3)
    for entry in range(3):
        assert moved[:, entry].tolist() == shift([x[entry] for x in VECTORS], k, fill=7.0).tolist()


@settings(deadline=None, max_examples=50)
@given(series_of_numbers, st.integers(-15, 15))
def test_there_and_back(x: list[int], k: int) -> None:
    """Advancing and delaying by the same k gives x again, but for what fell off an end."""
    back = shift(shift(x, k, fill=99), -k, fill=99)
    inside = [1 <= t - k <= len(x) for t in range(1, len(x) + 1)]
    assert back.tolist() == [value if keep else 99 for value, keep in zip(x, inside, strict=True)]


def test_a_shift_that_leaves_nothing_is_refused() -> None:
    """The message says how long x is and what to do."""
    with pytest.raises(ArgumentError, match=r"k is -5, and x has 5 steps: nothing is left.*give a fill"):
        shift(ODD, -5)
    with pytest.raises(ArgumentError, match=r"k is 1.5; it needs a whole number"):
        shift(ODD, 1.5)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="fill has shape"):
        shift(ODD, 1, fill=[1, 2])  # type: ignore[arg-type]


# -- concatenation, sum, mean ----------------------------------------------------------------------------------------


def test_concatenation_keeps_order_and_length() -> None:
    """x before y: as lists are added."""
    assert concatenate(ODD, [2, 4]).tolist() == [*ODD, 2, 4]
    assert concatenate([2, 4], ODD).tolist() == [2, 4, *ODD]
    assert concatenate(VECTORS[:1], VECTORS[1:]).tolist() == VECTORS


def test_steps_of_different_size_cannot_be_joined() -> None:
    """Numbers and vectors, or vectors of different size."""
    with pytest.raises(ArgumentError, match=r"the steps of y have shape \(3\); those of x have \(\)"):
        concatenate(ODD, VECTORS)
    with pytest.raises(ArgumentError, match=r"\(2\); those of x have \(3\)"):
        concatenate(VECTORS, [[1, 2]])


def test_the_five_odd_numbers() -> None:
    """1 + 3 + 5 + 7 + 9 = 5^2, and their mean is 5."""
    assert total(ODD) == 25
    assert list(mean(ODD)) == ["x", "total", "mean"]
    assert mean(ODD)["mean"] == 5


def test_the_four_word_vectors() -> None:
    """Sum [1/2, 7/10, 1/5] and mean [1/8, 7/40, 1/20]: exactly, from the equations on fractions."""
    exact = MEAN.run({"x": exact_number(VECTORS)}, EXACT)
    assert [Fraction(str(entry)) for entry in exact["total"]] == [Fraction(1, 2), Fraction(7, 10), Fraction(1, 5)]
    assert [Fraction(str(entry)) for entry in exact["mean"]] == [Fraction(1, 8), Fraction(7, 40), Fraction(1, 20)]
    assert mean(VECTORS)["mean"] == pytest.approx([0.125, 0.175, 0.05], abs=1e-15)
    assert total(VECTORS).shape == (3,)


@pytest.mark.parametrize("value", [[], 3.0, np.ones((2, 2, 2)), np.ones((2, 0))])
def test_what_is_no_sequence_is_refused(value: Any) -> None:
    """No steps, no list of steps, or steps that are matrices."""
    with pytest.raises(
        ArgumentError, match=r"x has shape .*a sequence needs \(T\) for numbers or \(T, d\) for vectors"
    ):
        mean(value)


# -- autocorrelation -------------------------------------------------------------------------------------------------


def test_autocorrelation_by_hand() -> None:
    """1..5 about 3: products 2, 0, 0, 2 over squares 4, 1, 0, 1, 4: 4/10."""
    trace = autocorrelation([1, 2, 3, 4, 5])
    assert trace["deviations"].tolist() == [-2, -1, 0, 1, 2]
    assert trace["products"].tolist() == [2, 0, 0, 2]
    assert (trace["covered"], trace["spread"], trace["r"]) == (4, 10, 0.4)
    assert autocorrelation([0, 3, 3])["r"] == pytest.approx(-1 / 6)  # deviations -2, 1, 1: (-2 + 1) / 6
    assert autocorrelation([1, 2, 3, 4, 5], lag=3)["r"] == pytest.approx(-0.4)  # -2 * 1 + -1 * 2 = -4


@settings(deadline=None, max_examples=50)
@given(series_of_numbers.filter(lambda x: len(set(x)) > 1), st.data())
def test_autocorrelation_against_fractions(x: list[int], data: Any) -> None:
    """The defining sums in exact fractions; never beyond 1."""
    lag = data.draw(st.integers(1, len(x) - 1))
    m = Fraction(sum(x), len(x))
    above = sum((x[t] - m) * (x[t + lag] - m) for t in range(len(x) - lag))
    r = above / sum((value - m) ** 2 for value in x)
    assert autocorrelation(x, lag)["r"] == pytest.approx(float(r), abs=1e-12)
    assert abs(r) <= 1


def test_autocorrelation_refuses_what_has_none() -> None:
    """Constants, a single step, and lags that leave no pair."""
    with pytest.raises(ArgumentError, match="all entries of x are 2"):
        autocorrelation([2, 2, 2])
    with pytest.raises(ArgumentError, match="x has 1 steps"):
        autocorrelation([2])
    with pytest.raises(ArgumentError, match="lag is 3; it needs a whole number from 1 to 2"):
        autocorrelation([1, 2, 3], 3)


# -- one-hot ---------------------------------------------------------------------------------------------------------


def test_one_hot_rows() -> None:
    """A one at the place of the class, counted from 0; every row sums to 1."""
    assert one_hot([2, 0, 2], 3).tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1]]
    assert one_hot([], 3).shape == (0, 3)
    assert one_hot([0], 1).tolist() == [[1]]
    assert one_hot([99_999], 100_000).sum() == 1  # without a table of all classes beside each other


def test_a_class_outside_is_refused() -> None:
    """Negative numbers too: they would count from the end."""
    with pytest.raises(ArgumentError, match=r"classes\[1\] is 3; it needs a whole number from 0 to 2"):
        one_hot([0, 3], 3)
    with pytest.raises(ArgumentError, match=r"classes\[0\] is -1"):
        one_hot([-1], 3)


def test_whole_numbers() -> None:
    """NumPy's integers are, floats and text are not; bounds are part of the message."""
    assert whole("n", np.int64(4), 1) == 4
    assert numbered("path", np.array([1, 0]), 2) == [1, 0]  # type: ignore[arg-type]
    for wrong in (2.0, "2", None, [1]):
        with pytest.raises(ArgumentError, match=r"n is .*; it needs a whole number"):
            whole("n", wrong)
    with pytest.raises(ArgumentError, match="n is 0; it needs a whole number of 1 or more"):
        whole("n", 0, 1)
    assert numbered("labels", (5, 0)) == [5, 0]
    with pytest.raises(ArgumentError, match=r"labels\[1\] is -1; it needs a whole number of 0 or more"):
        numbered("labels", [5, -1])
    with pytest.raises(ArgumentError, match="labels is 3; it needs a list of whole numbers"):
        numbered("labels", 3)  # type: ignore[arg-type]


# -- a sampled sine --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("A", "nu", "rate", "phase"), [(2.0, 1.5, 10.0, 0.0), (0.5, 3.0, 7.0, 0.4), (1, 50, 8000, -1)])
def test_samples_against_thirty_digits(A: float, nu: float, rate: float, phase: float) -> None:
    """A sin(2 pi nu k / rate + phase) by mpmath."""
    x = sampled_sine(A, nu, 9, sample_rate=rate, phase=phase)["x"]
    with mpmath.workdps(30):
        expected = [float(A * mpmath.sin(2 * mpmath.pi * nu * k / mpmath.mpf(rate) + phase)) for k in range(9)]
    assert x == pytest.approx(expected, rel=1e-12, abs=1e-13)


def test_four_samples_a_period() -> None:
    """sin at multiples of a quarter turn: 0, A, 0, -A; step and sample_rate say the same."""
    trace = sampled_sine(3, 0.5, 5, step=0.5)
    assert trace["t"].tolist() == [0, 0.5, 1, 1.5, 2]
    assert trace["angle"] == pytest.approx([0, np.pi / 2, np.pi, 3 * np.pi / 2, 2 * np.pi])
    assert trace["x"] == pytest.approx([0, 3, 0, -3, 0], abs=1e-14)
    assert trace["samples_per_period"] == 4
    assert sampled_sine(3, 0.5, 5, sample_rate=2)["x"].tolist() == trace["x"].tolist()
    assert list(trace)[-1] == "x"
    assert sampled_sine(3, 0.5, 1, step=0.5)["x"].tolist() == [0]


def test_too_few_samples_show_another_wave() -> None:
    """At 10 samples a second, 9 periods look like 1 period turned round; half the rate shows nothing at all."""
    slow, fast = (sampled_sine(1, nu, 20, sample_rate=10) for nu in (1, 9))
    assert fast["x"] == pytest.approx(-slow["x"], abs=1e-12)
    assert (slow["aliased"], fast["aliased"]) == (False, True)
    limit = sampled_sine(1, 5, 20, sample_rate=10)
    assert limit["x"] == pytest.approx(np.zeros(20), abs=1e-12)
    assert limit["aliased"]


def test_a_sine_needs_one_way_of_sampling() -> None:
    """Both or none is refused, and so is what is not above 0."""
    with pytest.raises(ArgumentError, match="either sample_rate or step"):
        sampled_sine(1, 1, 5)
    with pytest.raises(ArgumentError, match="either sample_rate or step"):
        sampled_sine(1, 1, 5, sample_rate=10, step=0.1)
    with pytest.raises(ArgumentError, match="step is -1; it needs a number above 0"):
        sampled_sine(1, 1, 5, step=-1)
    with pytest.raises(ArgumentError, match="frequency is 0"):
        sampled_sine(1, 0, 5, step=1)
    with pytest.raises(ArgumentError, match="amplitude holds nan"):
        sampled_sine(float("nan"), 1, 5, step=1)
    with pytest.raises(ArgumentError, match=r"count is 2.5; it needs a whole number"):
        sampled_sine(1, 1, 2.5, step=1)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="count is 0"):
        sampled_sine(1, 1, 0, step=1)


# -- windows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "horizon", "stride"), [*product([1, 2, 4], [0, 1, 3], [1, 2, 5])])
def test_windows_against_a_search_of_all_starts(width: int, horizon: int, stride: int) -> None:
    """Every start that fits, each stride-th; inputs and target read off the list by their steps."""
    series = [10 * t for t in range(1, 10)]
    found = [
        (first, series[first - 1 : first - 1 + width], first + width - 1 + horizon)
        for first in range(1, 10, stride)
        if first + width - 1 + horizon <= 9
    ]
    trace = windows(series, width, horizon, stride)
    assert trace["first"] == [first for first, _, _ in found]
    assert trace["last"] == [first + width - 1 for first, _, _ in found]
    assert trace["target_at"] == [at for _, _, at in found]
    assert trace["inputs"].tolist() == [inputs for _, inputs, _ in found]
    assert trace["targets"].tolist() == [series[at - 1] for _, _, at in found]
    if stride == 1:
        assert len(found) == 9 - width - horizon + 1


def test_windows_of_vectors_and_targets_of_their_own() -> None:
    """Three inputs each with the label of the last of them: T - k + 1 pairs."""
    trace = windows(VECTORS, 3, horizon=0, targets=[1, 2, 3, 4])
    assert trace["inputs"].tolist() == [VECTORS[:3], VECTORS[1:]]
    assert trace["targets"].tolist() == [3, 4]


def test_a_series_may_be_just_long_enough() -> None:
    """One window and its target, the last value."""
    trace = windows(ODD, 4)
    assert trace["inputs"].tolist() == [[1, 3, 5, 7]]
    assert trace["targets"].tolist() == [9]


def test_windows_become_the_columns_of_a_batch() -> None:
    """A layer on the batch gives what it gives on each window laid out by hand."""
    inputs = windows(VECTORS, 2)["inputs"]
    columns = as_columns(inputs)
    assert columns.shape == (6, 2)
    assert columns[:, 0].tolist() == VECTORS[0] + VECTORS[1]
    W, b = np.arange(12.0).reshape(2, 6) / 10, [0.1, -0.2]
    together = layer(columns, W, b)["h"]
    for number in range(2):
        assert together[:, number] == pytest.approx(layer(VECTORS[number] + VECTORS[number + 1], W, b)["h"])


def test_windows_that_do_not_fit_are_refused() -> None:
    """The message counts the steps that would be needed."""
    with pytest.raises(
        ArgumentError, match="a window of 4 with its target 2 further on spans 6 steps; the series has 5"
    ):
        windows(ODD, 4, horizon=2)
    with pytest.raises(ArgumentError, match="width is 0; it needs a whole number of 1 or more"):
        windows(ODD, 0)
    with pytest.raises(ArgumentError, match="targets has 2 steps; the series has 5"):
        windows(ODD, 2, targets=[1, 2])


# -- the baseline ----------------------------------------------------------------------------------------------------


def test_the_last_value_as_forecast() -> None:
    """1, 2, 4, 7: errors -1, -2, -3, mean of the squares 14/3."""
    trace = last_value_forecast([1, 2, 4, 7])
    assert trace["forecast"].tolist() == [1, 2, 4]
    assert trace["actual"].tolist() == [2, 4, 7]
    assert trace["error"].tolist() == [-1, -2, -3]
    assert (trace["L_1"], trace["L_2"], trace["L_3"]) == (1, 4, 9)
    assert trace["L"] == pytest.approx(14 / 3)
    assert list(trace)[-1] == "L"


def test_the_last_value_two_steps_ahead_and_of_vectors() -> None:
    """Errors against x_{t+2}: 3 and 5; of vectors the mean is over steps and entries."""
    assert last_value_forecast([1, 2, 4, 7], horizon=2)["L"] == pytest.approx((9 + 25) / 2)
    squares = [(p - q) ** 2 for a, b in pairwise(VECTORS) for p, q in zip(a, b, strict=True)]
    assert last_value_forecast(VECTORS)["L"] == pytest.approx(sum(squares) / 9)


def test_a_forecast_needs_something_to_forecast() -> None:
    """One step, or a horizon beyond the end."""
    with pytest.raises(ArgumentError, match="one step"):
        last_value_forecast([1])
    with pytest.raises(ArgumentError, match="horizon is 2; it needs a whole number from 1 to 1"):
        last_value_forecast([1, 2], 2)


def test_the_mean_runs_on_arrays_as_well() -> None:
    """The program is what the function runs."""
    assert MEAN.run({"x": np.array(ODD, dtype=float)}, NUMPY)["mean"] == 5
