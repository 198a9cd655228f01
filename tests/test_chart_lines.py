"""Curves in the terminal: what stands where, which letter is whose, what is told below."""

from __future__ import annotations

import re
from math import inf, nan

import pytest
from chart_examples import GRADIENTS, POWERS, SIX, STEPS, drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.figures.parts import Axis, Lines, Mark, Series
from studyrnn.terminal.chart_base import told_apart


def field(shown: Lines, width: int = 58, plain: bool = False) -> list[tuple[str, str]]:
    """For each row of the field the number on its tick, and what is drawn right of the axis."""
    edge = r"[+|]" if plain else r"[┤│]"
    rows = [re.match(rf" *(\S*) ?{edge}(.*)", line) for line in drawn(shown, width, plain)]
    return [(row[1], row[2]) for row in rows if row]


def has_dots(text: str) -> bool:
    return any(0x2800 < ord(letter) < 0x2900 for letter in text)


def rows_at_the_right(ends: tuple[float, float], value: float, axis: Axis, width: int) -> list[str]:
    """The ticks of the rows in which a level piece at `value` is drawn, right of a piece from end to end."""
    shown = Lines((0, 1, 2, 3), (Series("", (*ends, nan, nan)), Series("", (nan, nan, value, value))), y_axis=axis)
    found = field(shown, width)
    right = max(len(rest) for _, rest in found) * 3 // 5
    return [told for told, rest in found if has_dots(rest[right:])]


@settings(deadline=None, max_examples=40)
@given(st.integers(-40, 40), st.integers(1, 60), st.sampled_from([1, 0.1, 100, 1e-5]), st.integers(30, 110))
def test_a_number_is_drawn_in_the_row_of_its_tick(low: int, more: int, unit: float, width: int) -> None:
    """A level line at the value that a tick tells: dots are in its row and in no other."""
    ends = (low * unit, (low + more) * unit)
    told = [text for text, _ in field(Lines((0, 1), (Series("", ends),)), width) if text]
    assert len(told) >= 2
    for text in told:
        mantissa, _, exponent = text.replace("−", "-").partition("·10")
        value = float(mantissa) * 10.0 ** int(exponent.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)
        if ends[0] <= value <= ends[1]:  # others would move the axis
            assert rows_at_the_right(ends, value, Axis(), width) == [text]


@pytest.mark.parametrize("width", [40, 58, 98])
def test_a_decade_is_drawn_in_the_row_of_its_tick(width: int) -> None:
    """On a log axis 10⁻⁴ stands where 1e-4 is drawn."""
    for exponent in range(-8, 1, 2):
        raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        assert rows_at_the_right((1e-8, 1), 10.0**exponent, Axis(log=True), width) == [f"10{raised}"]


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(20, 110), st.booleans())
def test_a_point_is_drawn_in_the_column_of_its_tick(last: int, width: int, plain: bool) -> None:
    """One point at each x that a tick tells; both with the same upright axis, which takes its columns."""
    x, upright = tuple(float(k) for k in range(last + 1)), Axis(low=0, high=60)
    lines = drawn(Lines(x, (Series("", x),), y_axis=upright), width, plain)
    axis = next(k for k, line in enumerate(lines) if ("└" in line or "++" in line) and "┤" not in line)
    for told in re.finditer(r"\S+", lines[axis + 1]):
        point = Lines(x, (Series("", tuple(0.0 if k == float(told[0]) else nan for k in x)),), y_axis=upright)
        shown = drawn(point, width, plain)
        (row,) = [line for line in shown[: axis + 5] if has_dots(line) or re.search(r"[+|].*\*", line)]
        column = next(k for k, letter in enumerate(row) if has_dots(letter) or letter == "*")
        below = next(line for line in shown if "└" in line or "++" in line)
        assert below[column] in "┬+"


@pytest.mark.parametrize("width", [58, 98])
def test_every_curve_has_a_letter_where_it_ends(width: int) -> None:
    """Without colour: the letter stands in the row of the last value, and the legend says whose it is."""
    values = (0, 2, 4, 6, 8, 10)
    shown = Lines((0, 1), tuple(Series(f"curve {value}", (5, value)) for value in values), y_axis=Axis(low=0, high=10))
    ends = {rest.split()[-1]: told for told, rest in field(shown, width) if rest.split()[-1:] and rest[-1].isalpha()}
    assert ends == dict(zip("abcdef", map(str, values), strict=True))
    text = "\n".join(drawn(shown, width))
    assert all(f"{letter}  curve {value}" in text for letter, value in zip("abcdef", values, strict=True))


def test_curves_that_end_together_have_a_letter_where_they_run_alone() -> None:
    shown = field(Lines((0, 1, 2), (Series("up", (0, 10, 0)), Series("down", (0, -10, 0)))))
    ends = [rest for _, rest in shown if rest.endswith(" ab")]
    assert len(ends) == 1
    letters = [
        (k, letter) for k, (_, rest) in enumerate(shown) for letter in re.findall(r"[ab]", rest.removesuffix(" ab"))
    ]
    middle = shown.index(next(row for row in shown if row[1].endswith(" ab")))
    assert [letter for k, letter in letters if k < middle] in (["a"], [])
    assert [letter for k, letter in letters if k > middle] in (["b"], [])


def test_a_curve_that_stops_early_has_its_letter_there() -> None:
    """The first ends in the middle, where nothing else is."""
    shown = Lines((0, 1, 2, 3, 4), (Series("short", (10, 10, 10, nan, nan)), Series("long", (0, 0, 0, 0, 0))))
    (row,) = [rest for _, rest in field(shown) if "a" in rest]
    assert 0.4 < row.index("a") / 50 < 0.6


def test_plain_curves_have_characters_of_their_own() -> None:
    shown = drawn(SIX, 58, plain=True)
    assert [line.split()[0] for line in shown[-6:]] == list("*ox+#@")
    drawn_in_field = set("".join(rest for _, rest in field(SIX, 58, plain=True)))
    assert set("*ox+#@") <= drawn_in_field


def test_told_numbers_are_those_of_the_curve() -> None:
    """Five, evenly spread, or the nearest to those asked for."""
    last = drawn(Lines(POWERS, (Series("w", tuple(0.8**k for k in POWERS)),)))[-2:]
    assert [float(text) for text in last[0].split()[1:]] == [0, 3, 6, 9, 12]
    assert [float(text) for text in last[1].split()[1:]] == [float(f"{0.8**k:.3g}") for k in (0, 3, 6, 9, 12)]
    asked = drawn(Lines(POWERS, (Series("w", tuple(2**k for k in POWERS)),), told_at=(1.2, 11, 400, 11)))[-2:]
    assert asked[0].split() == ["x", "1", "11", "12"]
    assert asked[1].split() == ["w", "2", "2048", "4096"]


def test_numbers_that_name_columns_are_told_apart() -> None:
    """With as many digits as that takes; the curve's own stay at three."""
    last = drawn(Lines((1e6, 1e6 + 1, 1e6 + 2), (Series("a", (1 / 3, 0.5, 2 / 3)),)))[-2:]
    assert [line.split() for line in last] == [["x", "1000000", "1000001", "1000002"], ["a", "0.333", "0.500", "0.667"]]
    assert told_apart([1e-4, 0.1, 2], plain=True) == ["1e-4", "0.1", "2"]
    assert told_apart([0.10001, 0.10002, nan], plain=False) == ["0.10001", "0.10002", "–"]


def test_a_number_at_the_rounded_end_of_an_axis_is_drawn() -> None:
    """3 times 1e-5 is a little more than 3e-5, where the axis ends."""
    shown = Lines((0, 1), (Series("", (0, 3 * 1e-5)),))
    assert has_dots(field(shown)[0][1])
    assert not any("Not drawn" in line for line in drawn(shown))


def test_what_is_not_drawn_is_said() -> None:
    """Infinite, not above 0 on a log axis, beyond an axis that was asked for; NaN is no number."""
    log = Lines((0, 1, 2, 3, 4), (Series("a", (1, 0, -2, inf, nan)),), y_axis=Axis(log=True))
    assert " Not drawn: 2 not above 0, 1 infinite." in drawn(log)
    beyond = Lines((0, 1, 2), (Series("a", (1, 50, 2)),), y_axis=Axis(low=0, high=10))
    assert " Not drawn: 1 beyond the axis." in drawn(beyond)
    assert not any("Not drawn" in line for line in drawn(GRADIENTS))
    assert " There are no numbers to draw." in drawn(Lines((0, 1), (Series("a", (nan, nan)),)))


@pytest.mark.parametrize("plain", [False, True])
def test_every_mark_has_its_label(plain: bool) -> None:
    """On its line where there is room, else below, with its number."""
    full = Lines(
        STEPS,
        (Series("zigzag", tuple(float(k % 2) for k in range(51))),),
        marks=(Mark("half", 0.5), Mark("far", 99, False)),
    )
    shown = drawn(full, plain=plain)
    assert f" {'-' if plain else '╌'} half: 0.5" in shown
    assert f" {':' if plain else '┊'} far: 99" in shown
    level = Lines((0, 1), (Series("", (0, 0)),), marks=(Mark("threshold", 10), Mark("end", 0.5, False)))
    rows = dict(row for row in field(level, plain=plain) if row[0])
    assert " threshold " in rows["10"]
    assert any(re.search(r"[┊:] end( |$)| end [┊:]", rest) for _, rest in field(level, plain=plain))
