"""Axes: which numbers are marked, where numbers lie between the ends, and how a number is written."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise
from math import inf, isfinite, isnan, log10, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.figures.parts import Axis
from studyrnn.figures.scales import Scale, number_text, number_texts, power_of_ten, scale, ticks, told_places

FINITE = st.floats(allow_nan=False, allow_infinity=False)
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def read(text: str) -> Fraction:
    """A written number, read back exactly."""
    plain = text.replace("−", "-")
    if power := re.fullmatch(r"(?:(.+)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", plain):
        return Fraction(power[1] or 1) * Fraction(10) ** int(power[2].translate(RAISED))
    return Fraction(plain)


@pytest.mark.parametrize(
    ("low", "high", "most", "texts"),
    [
        (0, 1, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0, 50, 6, ["0", "10", "20", "30", "40", "50"]),
        (-3, 2, 6, ["−3", "−2", "−1", "0", "1", "2"]),
        (0.1, 0.3, 5, ["0.10", "0.15", "0.20", "0.25", "0.30"]),
        (3, 17, 4, ["5", "10", "15"]),
        (0.693, 0.694, 5, ["0.6930", "0.6932", "0.6934", "0.6936", "0.6938", "0.6940"]),
        (0, 4e-7, 4, ["0", "1·10⁻⁷", "2·10⁻⁷", "3·10⁻⁷", "4·10⁻⁷"]),
        (0, 3e6, 3, ["0", "1·10⁶", "2·10⁶", "3·10⁶"]),
        (-5e307, 5e307, 2, ["−5·10³⁰⁷", "0", "5·10³⁰⁷"]),
    ],
)
def test_marks_are_round_numbers(low: float, high: float, most: int, texts: list[str]) -> None:
    """Steps of 1, 2 or 5 times a power of ten, all with the decimals that the step needs."""
    assert [tick.text for tick in ticks(Scale(low, high), most)] == texts


@settings(max_examples=300)
@given(ends=st.tuples(FINITE, FINITE).filter(lambda ends: ends[0] < ends[1]), most=st.integers(2, 10))
def test_every_mark_lies_where_its_own_text_says(ends: tuple[float, float], most: int) -> None:
    """Read back from the text, without our code: in order, on the axis, even steps, not too many."""
    low, high = map(Fraction, ends)
    marked = ticks(Scale(*ends), most)
    values = [read(tick.text) for tick in marked]
    assert len(marked) <= most + 1
    for tick, value in zip(marked, values, strict=True):
        room = max(Fraction(1, 10**6), Fraction(max(map(abs, ends))) / 10**15 / (high - low))
        assert 0 <= tick.place <= 1
        assert abs(Fraction(tick.place) - (value - low) / (high - low)) <= room + Fraction(5e-324) / (high - low)
    if high - low > max(map(abs, (low, high))) / 10**9 and high - low > Fraction(1, 10**300):
        steps = {after - before for before, after in pairwise(values)}
        assert len(steps) <= 1
        assert all(re.fullmatch("[125]0*", str(s.numerator * 10**400 // s.denominator)) for s in steps)


@pytest.mark.parametrize(
    ("low", "high", "most", "texts"),
    [
        (-8, 0, 8, ["10⁻⁸", "10⁻⁷", "10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]),
        (-8, 0, 4, ["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"]),
        (-300, 300, 3, ["10⁻²⁰⁰", "10⁰", "10²⁰⁰"]),
        (log10(2), log10(6), 4, ["2", "3", "4", "5", "6"]),
    ],
)
def test_marks_of_a_logarithmic_axis_are_decades(low: float, high: float, most: int, texts: list[str]) -> None:
    """Whole powers of ten, as many apart as there is room for; round numbers where there is no decade."""
    axis = Scale(low, high, log=True)
    found = ticks(axis, most)
    assert [tick.text for tick in found] == texts
    for tick in found:
        assert tick.place == pytest.approx((log10(read(tick.text)) - low) / (high - low), abs=1e-9)


def test_shares_are_marked_in_per_cent_and_counts_in_whole_numbers() -> None:
    """0 %, 20 %, ...; nothing between 0 and 1 card."""
    assert [tick.text for tick in ticks(Scale(0, 1), 5, percent=True)] == [
        "0 %",
        "20 %",
        "40 %",
        "60 %",
        "80 %",
        "100 %",
    ]
    assert [tick.text for tick in ticks(Scale(0, 2), 6, whole=True)] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("axis", "values", "ends"),
    [
        (Axis(), [0.1, 3.7], (0.0, 4.0)),
        (Axis(), [-1.0, 1.0], (-1.0, 1.0)),
        (Axis(low=-0.5), [1.0, 3.7], (-0.5, 4.0)),
        (Axis(low=0.0, high=3.0), [-100.0, 100.0], (0.0, 3.0)),
        (Axis(), [], (0.0, 1.0)),
        (Axis(), [nan, inf], (0.0, 1.0)),
        (Axis(), [2.0, 2.0], (1.0, 3.0)),
        (Axis(), [0.0], (-1.0, 1.0)),
        (Axis(log=True), [3e-8, 0.5], (-8.0, 0.0)),
        (Axis(log=True), [1e-8, 1.0, 0.0, -3.0], (-8.0, 0.0)),
        (Axis(log=True, low=1e-3), [1e-8, 1.0], (-3.0, 0.0)),
        (Axis(log=True, low=-5.0), [0.01, 1.0], (-2.0, 0.0)),
        (Axis(low=nan, high=inf), [0.0, 1.0], (0.0, 1.0)),
    ],
)
def test_an_axis_reaches_as_far_as_it_says_or_the_numbers_do(
    axis: Axis, values: list[float], ends: tuple[float, float]
) -> None:
    """Limits that are given hold exactly; others go to the next mark or decade; what has no place does not count."""
    assert scale(axis, values)[:2] == pytest.approx(ends)


def test_an_axis_that_is_not_rounded_ends_with_its_numbers() -> None:
    """The x of a chart: from the first to the last step."""
    assert scale(Axis(), [1.0, 49.0], rounded=False)[:2] == (1.0, 49.0)


@given(
    values=st.lists(st.floats(), max_size=8),
    low=st.none() | st.floats(),
    high=st.none() | st.floats(),
    log=st.booleans(),
    rounded=st.booleans(),
)
def test_an_axis_always_has_two_ends(
    values: list[float], low: float | None, high: float | None, log: bool, rounded: bool
) -> None:
    """Whatever the numbers and limits: finite, in order; and without limits every number lies between them."""
    found = scale(Axis("", log, low, high), values, rounded)
    assert isfinite(found.low) and isfinite(found.high) and found.low < found.high
    if low is None and high is None:
        places = [found.place(value) for value in values if isfinite(value) and (value > 0 or not log)]
        assert all(-1e-9 <= place <= 1 + 1e-9 for place in places)


def test_what_has_no_place_is_nowhere() -> None:
    """NaN and infinities on every axis, zero and negative numbers on a logarithmic one."""
    assert all(isnan(Scale(0, 1).place(value)) for value in (nan, inf, -inf))
    assert all(isnan(Scale(-3, 0, log=True).place(value)) for value in (0.0, -1.0, nan))
    assert Scale(-3, 0, log=True).place(0.1) == pytest.approx(2 / 3)
    assert Scale(-1.7e308, 1.7e308).place(0.0) == 0.5


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (42.0, "42"), (-7, "−7"), (999_999.0, "999999"), (1234567.0, "1.23·10⁶"),
        (0.5, "0.5"), (0.123456, "0.123"), (0.00123456, "0.00123"), (1.23456e-4, "1.23·10⁻⁴"), (1e-8, "1·10⁻⁸"),
        (999.7, "1000"), (99.96, "100"), (12345.6, "12346"), (-2.5, "−2.5"), (nan, "–"), (inf, "∞"), (-inf, "−∞"),
    ],
)  # fmt: skip
def test_a_number_is_written_with_three_digits(value: float, text: str) -> None:
    """Whole numbers as they are, small and large ones in powers of ten, a true minus, no zero too many."""
    assert number_text(value) == text


@given(value=FINITE)
def test_a_written_number_is_right_to_three_digits(value: float) -> None:
    """Read back from its text it differs by half a unit of the third digit at most."""
    assert abs(read(number_text(value)) - Fraction(value)) <= abs(Fraction(value)) / 200


@pytest.mark.parametrize(
    ("value", "decimals", "percent", "text"),
    [
        (0.125, 2, False, "0.12"), (-0.001, 2, False, "0.00"), (3, 1, False, "3.0"), (-1.5, 0, False, "−2"),
        (0.9312, None, True, "93 %"), (0.9312, 1, True, "93.1 %"), (0.004, None, True, "0.4 %"), (0, None, True, "0 %"),
        (0.997, None, True, "99.7 %"), (1, None, True, "100 %"), (nan, None, True, "–"),
    ],
)  # fmt: skip
def test_decimals_and_per_cent(value: float, decimals: int | None, percent: bool, text: str) -> None:
    """So many decimals as are asked for; zero has no sign; nothing and all are only told where they are true."""
    assert number_text(value, decimals, percent) == text


def test_numbers_that_stand_together_have_the_same_digits() -> None:
    """Zeros at the end are kept, unless all of them are whole."""
    assert number_texts([0.16, 0.0674, 1.0, 0.0, nan]) == ["0.160", "0.0674", "1.00", "0", "–"]
    assert number_texts([1.0, 20.0, inf]) == ["1", "20", "∞"]
    assert number_texts([2.5, 3e-7]) == ["2.50", "3.00·10⁻⁷"]


def test_a_power_of_ten_has_raised_digits() -> None:
    """Minus and all digits."""
    assert power_of_ten(-1234567890) == "10⁻¹²³⁴⁵⁶⁷⁸⁹⁰"


def test_which_x_are_told() -> None:
    """Those asked for, or the nearest there are, each once; else five of them from first to last."""
    x = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    assert told_places(x) == [0, 2, 4, 6, 8]
    assert told_places(x, (7.0, 0.9, 1.1, 100.0)) == [7, 1, 8]
    assert told_places([3.0]) == [0]
    assert told_places([nan, 1.0, 2.0]) == [1, 2]
    assert told_places([]) == []
