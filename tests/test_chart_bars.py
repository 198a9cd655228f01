"""Bars in the terminal: as long as their numbers, with what stands beside them."""

from __future__ import annotations

import math
import re
from math import inf, nan

from chart_examples import drawn
from hypothesis import given
from hypothesis import strategies as st

from studyrnn.figures.parts import Axis, Bar, Bars
from studyrnn.terminal.chart_base import GAP


def length(bar: str) -> float:
    """In cells."""
    return sum({"█": 1, "▐": 0.5, "#": 1}.get(cell, (" ▏▎▍▌▋▊▉".find(cell)) / 8) for cell in bar if cell not in " │|")


def bar_of(line: str) -> str:
    return "".join(re.findall(r"[█▏▎▍▌▋▊▉▐]+", line))


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=8), st.integers(40, 120))
def test_bars_are_as_long_as_their_numbers(values: list[float], width: int) -> None:
    """To an eighth of a cell, measured in the longest, which is full."""
    lengths = [length(bar_of(line)) for line in drawn(Bars(tuple(Bar("b", value) for value in values)), width)]
    longest = max(lengths)
    assert longest == round(longest) >= 10
    for value, cells in zip(values, lengths, strict=True):
        assert abs(cells - max(1 / 8, value / max(values) * longest)) <= 1 / 16 + 1e-9


@given(
    st.lists(st.floats(-1e3, 1e3).filter(lambda v: abs(v) > 1), min_size=2, max_size=8).filter(
        lambda v: min(v) < 0 < max(v)
    )
)
def test_bars_left_and_right_of_a_common_zero(values: list[float]) -> None:
    """The same unit to both sides, to half a cell; the zero of all in one column."""
    lines = drawn(Bars(tuple(Bar("b", value) for value in values)))
    (zero,) = {line.index("│") for line in lines}
    sides = [(length(bar_of(line[:zero])), length(bar_of(line[zero:]))) for line in lines]
    unit = max(max(sides, key=max)) / max(map(abs, values))
    for value, (left, right) in zip(values, sides, strict=True):
        assert min(left, right) == 0
        assert abs((right - left) - value * unit) <= 0.75
        assert (right > left) == (value > 0)


@given(st.lists(st.integers(-9, 3), min_size=2, max_size=6, unique=True))
def test_log_bars_begin_at_the_lowest_decade(exponents: list[int]) -> None:
    """Lengths go with exponents; the line above says where they begin."""
    lines = drawn(Bars(tuple(Bar("b", 1.5 * 10.0**e) for e in exponents), Axis("norm", log=True)), 98)
    raised = str(min(exponents)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    assert lines[0] == f" norm, log scale from 10{raised}"
    lengths = [length(bar_of(line)) for line in lines[1:]]
    start, reach = min(exponents), max(exponents) - min(exponents) + 1
    cells = max(lengths) / (math.log10(1.5) + reach - 1)
    for exponent, found in zip(exponents, lengths, strict=True):
        assert abs(found - (exponent - start + math.log10(1.5)) * cells) <= 0.25


def test_what_bars_cannot_show_is_said() -> None:
    shown = drawn(Bars((Bar("a", 50), Bar("b", 5), Bar("c", inf), Bar("d", nan)), Axis("x", low=2, high=10)))
    assert shown[0] == " x, bars begin at 2, ◂ ▸ goes on"
    assert [("▸" in line) for line in shown[1:]] == [True, False, True, False]
    assert [line.split()[-1] for line in shown[1:]] == ["50", "5", "∞", "–"]
    assert abs(length(bar_of(shown[2])) / len(re.findall(r"[█▸]", shown[1])) - 3 / 8) < 0.01


def test_bars_that_have_no_place_are_counted() -> None:
    """On a log axis, and below an axis that was asked for; their numbers stand there all the same."""
    log = drawn(Bars((Bar("a", 0), Bar("b", 10), Bar("c", -inf)), Axis(log=True)))
    assert log[0] == " log scale from 10⁰, 2 not drawn"
    assert [line.split()[-1] for line in log[1:]] == ["0", "10", "−∞"]
    cut = drawn(Bars((Bar("a", 1), Bar("b", 4)), Axis(low=2)))
    assert cut[0] == " bars begin at 2, 1 not drawn"
    assert [bar_of(line) == "" for line in cut[1:]] == [True, False]


def test_shares_are_told_in_per_cent() -> None:
    """A whole share would fill the room; a little is not nothing."""
    shown = drawn(Bars((Bar("a", 0.93, "28 of 30"), Bar("b", 1), Bar("c", 0.001), Bar("d", 0)), percent=True))
    assert [re.search(r"\S+ %", line)[0] for line in shown] == ["93 %", "100 %", "0.1 %", "0 %"]
    assert shown[0].endswith("28 of 30")
    full = length(bar_of(shown[1]))
    assert abs(length(bar_of(shown[0])) - 0.93 * full) <= 1 / 16
    assert bar_of(shown[2]) == "▏"
    assert bar_of(shown[3]) == ""


def test_a_name_that_is_too_long_leaves_the_bars_the_room_that_it_does_not_need() -> None:
    """It is broken behind its stop, and bars begin where its longest line ends."""
    lines = drawn(Bars((Bar("windows-and-counts.one-hot-window-size: one-a-word", 2, "1 before"), Bar("b", 1))))
    assert lines[1:3] == [" one-hot-window-size:", " one-a-word"]
    assert {line.index("█") for line in (lines[0], lines[3])} == {len(lines[1]) + GAP}


def test_labels_that_are_long_are_folded_and_notes_move_below() -> None:
    """Nothing is cut off."""
    bar = Bar("the gate that forgets what is of no use", 3, "as measured on the last day")
    text = " ".join(" ".join(drawn(Bars((bar, Bar("b", 1))), 40)).split())
    words = re.sub(r"[█▏▎▍▌▋▊▉] ?", "", text)
    assert all(word in words for word in (bar.label + " " + bar.note).split())
