"""What charts in the terminal are made of: numbers and words."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from math import inf, nan

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studyrnn.terminal.chart_base import folded, inline, number, numbers, words

# -- numbers ---------------------------------------------------------------------------------------------------------


@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: value != 0))
@example(0.0009996)
@example(99.96)
@example(999999.5)
@example(-0.000123)
def test_three_significant_digits_are_the_right_ones(value: float) -> None:
    """Against exact decimal arithmetic, in both ways of writing."""
    whole, *_ = numbers([value, 0.5], plain=True)
    exact = Decimal(value)
    digits = exact.quantize(Decimal(1).scaleb(exact.adjusted() - 2), ROUND_HALF_EVEN)
    shown = Decimal(whole)
    assert shown == digits or (abs(value) >= 999.5 and abs(shown - exact) <= Decimal("0.5"))
    assert numbers([value, 0.5], plain=False)[0].replace("−", "-").count("-") == whole.split("e")[0].count("-")


@given(st.floats(-1, 1), st.integers(0, 4))
def test_nothing_is_minus_zero(value: float, decimals: int) -> None:
    for text in (number(value, True, decimals), number(-0.0, True, decimals), *numbers([value, -1.0], True, decimals)):
        assert float(text) != 0 or not text.startswith("-")
        assert abs(Decimal(text) - Decimal(value)) <= Decimal("0.5").scaleb(-decimals) or float(text) in {0.0, -1.0}


@pytest.mark.parametrize(
    ("values", "decimals", "shown"),
    [
        ((1, 12, 300), None, ["1", "12", "300"]),
        ((1, 0.5, 0), None, ["1.00", "0.500", "0"]),
        ((1.5, nan, inf, -inf), None, ["1.50", "–", "∞", "−∞"]),
        ((-0.0004, 2.5), 2, ["0.00", "2.50"]),
        ((-3e-7, 2e-7), 2, ["−3.00·10⁻⁷", "2.00·10⁻⁷"]),
        ((2e7, 1.234e-12), None, ["2.00·10⁷", "1.23·10⁻¹²"]),
    ],
)
def test_numbers_that_stand_together(values: tuple[float, ...], decimals: int | None, shown: list[str]) -> None:
    assert numbers(values, False, decimals) == shown


def test_numbers_in_plain_text() -> None:
    assert numbers([-1.234e-12, nan, inf, -0.5], plain=True) == ["-1.23e-12", "none", "inf", "-0.500"]
    assert number(0.4, True, percent=True) == "40 %"


# -- words -----------------------------------------------------------------------------------------------------------

WORDS = st.lists(st.sampled_from(["a", "of", "gradient", "90 %", "7 %", "0.5 %", "**12 %**", "%", "12"]), min_size=1)


@given(WORDS, st.integers(12, 60))
def test_a_number_and_its_per_cent_stand_on_one_line(pieces: list[str], width: int) -> None:
    """In captions and in labels; and every word is there, with a space before it."""
    text = " ".join(pieces)
    lines = [line.plain.strip() for line in words(text, width, plain=False)]
    for rows, whole in ((lines, text.replace("**", "")), (folded(text, width), text)):
        assert " ".join(rows) == whole
        assert not any(re.search(r"\d$", row) and after.startswith("%") for row, after in pairwise(rows))


@pytest.mark.parametrize(
    ("width", "rows"),
    [
        (23, ["parameter-sharing.", "window-against-rnn:", "once-per-step"]),
        (33, ["parameter-sharing.", "window-against-rnn: once-per-step"]),
        (12, ["parameter-", "sharing.", "window-", "against-rnn:", "once-per-", "step"]),
        (6, ["parame", "ter-", "sharin", "g.", "window", "-", "agains", "t-rnn:", "once-", "per-", "step"]),
    ],
)
def test_a_long_word_is_broken_where_it_has_joints(width: int, rows: list[str]) -> None:
    """Behind stops, else behind hyphens, else anywhere."""
    assert folded("parameter-sharing.window-against-rnn: once-per-step", width) == rows


@given(st.text("ab-.:/ é", max_size=40), st.integers(2, 20))
def test_folding_loses_nothing(text: str, width: int) -> None:
    rows = folded(text, width)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")
    assert all(len(row) <= width for row in rows)


def test_ranges_are_ascii_in_plain_text() -> None:
    assert inline("n 4, 30–95 %, ≤ 3 × 2, −1", plain=True) == "n 4, 30-95 %, <= 3 x 2, -1"
    assert [line.plain for line in words("Between 83–86 % and ≥ 90 %.", 60, plain=True)] == [
        " Between 83-86 % and >= 90 %."
    ]
    assert inline("30–95 %", plain=False) == "30–95 %"
