"""Curves and bars as SVG: every shape where its axis says, every name and number beside it.

Positions are read from the document itself: what lies between two marks of an axis is computed from the numbers
written beside these marks, so that axis and shape cannot be wrong together.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise, product
from math import inf, nan

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from svg_reading import box, drawn, found, number, overlap, pieces, rulers, said, words

from studyrnn.figures.parts import Axis, Bar, Bars, Lines, Mark, Series
from studyrnn.figures.svg_lines import cut, runs

# -- lines -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "axis"),
    [
        ((0.0, 1.0, 4.0, 2.5, -1.0), Axis()),
        ((3e-8, 1e-5, 1e-3, 0.2, 1.0), Axis(log=True)),
        ((1e300, 3e300, 2e300, 0.0, -1e300), Axis()),
        ((1e-310, 2e-310, 5e-310, 0.0, 1e-310), Axis()),
        ((0.69, 0.70, 0.71, 0.68, 0.69), Axis(low=0.5, high=1.0)),
        ((1.7e308, -1.7e308, 0.0, 1e308, -1e308), Axis(low=-1.75e308, high=1.75e308)),
        ((2.0, 3.0, 4.0, 5.0, 6.0), Axis(low=2.0, high=6.0, log=True)),
    ],
)
def test_a_point_lies_where_the_axes_say(values: tuple[float, ...], axis: Axis) -> None:
    """Between the marks by their own labels, linear or logarithmic, to a hundredth of a pixel."""
    x = (0.0, 1.0, 2.0, 5.0, 10.0)
    root = drawn(Lines(x, (Series("s", values),), Axis("t"), axis))
    across, up = rulers(root, log_y=axis.log)
    dots = [(number(dot, "cx"), number(dot, "cy")) for dot in found(root, "circle")]
    assert len(dots) == 5
    for (cx, cy), t, value in zip(dots, x, values, strict=True):
        assert cx == pytest.approx(across.place(t), abs=0.02)
        assert cy == pytest.approx(up.place(value), abs=0.02)


def test_a_logarithmic_x_axis_has_its_decades_evenly_spread() -> None:
    """1, 10, 100, 1000 are equally far apart, and labelled as powers."""
    root = drawn(Lines((1.0, 10.0, 100.0, 1000.0), (Series("s", (1.0, 2.0, 3.0, 4.0)),), Axis(log=True)))
    places = [number(dot, "cx") for dot in found(root, "circle")]
    gaps = [after - before for before, after in pairwise(places)]
    assert gaps == pytest.approx([gaps[0]] * 3, abs=0.02)
    assert {"10⁰", "10¹", "10²", "10³"} <= {words(text) for text in found(root, "text")}


def test_a_number_that_is_not_there_is_a_gap() -> None:
    """Two pieces of line, none across the gap; a point between two gaps is a dot."""
    values = (1.0, 2.0, nan, 3.0, 4.0, inf, *(2.0,) * 20, nan, 5.0, nan)
    root = drawn(Lines(tuple(map(float, range(len(values)))), (Series("s", values),)))
    path = next(path for path in found(root, "path") if len(pieces(path)) > 1)
    assert list(map(len, pieces(path))) == [2, 2, 20]
    across, up = rulers(root)
    (dot,) = found(root, "circle")
    assert (number(dot, "cx"), number(dot, "cy")) == pytest.approx((across.place(27), up.place(5)), abs=0.02)


def test_what_is_not_positive_has_no_place_on_a_logarithmic_axis() -> None:
    """Zero and negative numbers are gaps there, and are told below."""
    root = drawn(Lines((0.0, 1.0, 2.0), (Series("s", (1.0, 0.0, -5.0)),), y_axis=Axis(log=True)))
    assert len(found(root, "circle")) == 1
    assert {"0", "−5"} <= {words(text) for text in found(root, "text")}


def test_a_curve_leaves_the_frame_where_it_should() -> None:
    """1.5^k between k = 2 and k = 3 crosses 3 at 2 + 0.75/1.125; nothing is drawn above, and no dot at the edge."""
    values = tuple(1.5**k for k in range(6))
    root = drawn(Lines(tuple(map(float, range(6))), (Series("w", values),), y_axis=Axis(low=0.0, high=3.0)))
    across, up = rulers(root)
    (stroke,) = pieces(found(root, "path")[0])
    assert stroke[-1] == pytest.approx((across.place(2 + 0.75 / 1.125), up.place(3)), abs=0.02)
    assert len(found(root, "circle")) == 3


@settings(max_examples=300)
@given(
    start=st.tuples(st.integers(-12, 24), st.integers(-12, 24)),
    end=st.tuples(st.integers(-12, 24), st.integers(-12, 24)),
)
@example(start=(0, 0), end=(12, 12))
@example(start=(-12, 0), end=(0, 12))
def test_a_line_is_cut_at_the_edges_like_its_points(start: tuple[int, int], end: tuple[int, int]) -> None:
    """Against enumeration: points every thousandth along it are in the square just where the cut piece is."""
    first, last = (tuple(c / 12 for c in point) for point in (start, end))
    shares = [step / 1000 for step in range(1001)]
    points = [tuple(a + share * (b - a) for a, b in zip(first, last, strict=True)) for share in shares]
    within = [point for point in points if all(1e-9 <= c <= 1 - 1e-9 for c in point)]
    piece = cut((first[0], first[1]), (last[0], last[1]))
    if not within:
        return
    assert piece is not None
    step = max(abs(a - b) for a, b in zip(first, last, strict=True)) / 1000 + 1e-9
    for drawn_end, true_end in zip(piece, (within[0], within[-1]), strict=True):
        assert all(0 <= c <= 1 for c in drawn_end)
        assert all(abs(a - b) <= step for a, b in zip(drawn_end, true_end, strict=True))


def test_a_line_beside_the_square_is_not_drawn() -> None:
    """Both ends outside, and no point inside: also where its ends lie beyond different edges."""
    assert cut((-1.0, 0.5), (0.5, 2.5)) is None
    assert cut((2.0, 0.5), (3.0, 0.5)) is None
    assert cut((0.5, -2.0), (0.5, -1.0)) is None
    assert runs([(2.0, 2.0), (3.0, 3.0)]) == []


def test_curves_can_be_told_apart_without_colour() -> None:
    """Six series have six dashes and six colours; twenty still differ in one of the two."""
    series = tuple(Series(str(index), (0.0, float(index))) for index in range(20))
    root = drawn(Lines((0.0, 1.0), series))
    looks = {}
    for path in found(root, "path"):
        looks[int(said(path))] = (path.get("stroke"), path.get("stroke-dasharray"))
    assert len({looks[index][0] for index in range(6)}) == len({looks[index][1] for index in range(6)}) == 6
    assert len(set(looks.values())) == 20


def test_names_stand_at_the_ends_of_their_curves() -> None:
    """Far apart: each name is level with the last point of its curve, right of the frame, after a piece like it."""
    series = (Series("low", (5.0, 0.0)), Series("middle", (0.0, 5.0)), Series("high", (3.0, 10.0)))
    root = drawn(Lines((0.0, 1.0), series))
    across, up = rulers(root)
    for one in series:
        name = next(box(text) for text in found(root, "text") if words(text) == one.name)
        assert (name.top + name.bottom) / 2 == pytest.approx(up.place(one.values[-1]), abs=3)
        curve, swatch = (path for path in found(root, "path") if said(path) == one.name)
        assert curve.get("stroke-dasharray") == swatch.get("stroke-dasharray")
        assert across.at[1] < pieces(swatch)[0][0][0] < name.left


def test_names_of_curves_that_end_together_keep_apart() -> None:
    """Eight curves with one end: eight names one below the other, none on another, all of them whole."""
    series = tuple(Series(f"curve {index}", (float(index), 1.0)) for index in range(8))
    root = drawn(Lines((0.0, 1.0), series))
    right = max(number(line, "x2") for line in found(root, "line"))
    names = sorted(box(text) for text in found(root, "text") if words(text).startswith("curve"))
    beside = sorted((name for name in names if name.left > right - 1), key=lambda name: name.top)
    assert {name.text for name in beside} == {one.name for one in series}
    assert all(before.bottom <= after.top + 0.01 for before, after in pairwise(beside))


def test_a_level_mark_lies_at_its_number_and_widens_the_axis() -> None:
    """A threshold above all values is in the picture, dashed, from edge to edge, with its name."""
    root = drawn(Lines((0.0, 1.0), (Series("s", (1.0, 2.0)),), marks=(Mark("threshold", 5.0),)))
    across, up = rulers(root)
    level = next(path for path in found(root, "path") if said(path) == "threshold")
    assert level.get("stroke-dasharray")
    (stroke,) = pieces(level)
    assert stroke == [pytest.approx((x, up.place(5)), abs=0.02) for x in across.at]


def test_an_upright_mark_stands_at_its_x_with_its_name_above() -> None:
    """Two close to each other: each line is at its x and runs through neither name."""
    marks = (Mark("window", 4.0, across=False), Mark("the end of the input", 4.5, across=False))
    root = drawn(Lines(tuple(map(float, range(11))), (Series("s", tuple(map(float, range(11)))),), marks=marks))
    across, up = rulers(root)
    dashed = [line for line in found(root, "line") if line.get("stroke-dasharray")]
    places = sorted((number(line, "x1"), min(number(line, "y1"), number(line, "y2"))) for line in dashed)
    assert [x for x, _ in places] == pytest.approx([across.place(4), across.place(4.5)], abs=0.02)
    names = [box(text) for text in found(root, "text") if words(text) in {mark.label for mark in marks}]
    assert len(names) == 2 and all(name.bottom < up.at[0] for name in names)
    for (x, top), name in product(places, names):
        assert not (name.left < x < name.right and top < name.bottom)


def test_the_name_of_a_mark_stays_clear_of_names_beside_the_frame() -> None:
    """Eight names beside a low frame begin above its edge; a long name of an upright mark reaches over them."""
    series = tuple(Series(f"a long name {index}", (1.0, 2.0)) for index in range(16))
    mark = Mark("a mark with a long name, near the right edge", 0.9, across=False)
    texts = [box(text) for text in found(drawn(Lines((0.0, 1.0), series, marks=(mark,))), "text")]
    flag = next(place for place in texts if place.text == mark.label)
    assert any(place.left < flag.right and place.text.startswith("a long name") for place in texts)
    assert not [place.text for place in texts if place != flag and overlap(place, flag)]


def test_a_mark_outside_is_told_in_words() -> None:
    """Beyond a fixed axis a mark is not drawn, but not kept back either."""
    lines = Lines((0.0, 1.0), (Series("s", (1.0, 2.0)),), y_axis=Axis(low=0.0, high=2.0), marks=(Mark("limit", 5.0),))
    assert "Not in the picture: limit (5)." in [words(text) for text in found(drawn(lines), "text")]


def told_numbers(part: Lines) -> list[list[str]]:
    """The table below a chart, row by row."""
    root = drawn(part)
    texts = [text for text in found(root, "text") if number(text, "x") == 0 and text.get("text-anchor") is None]
    heads = [text for text in texts if words(text) in {"t", *(one.name for one in part.series)}]
    level = {number(head, "y"): [words(head)] for head in heads}
    for text in sorted(found(root, "text"), key=lambda text: number(text, "x")):
        if text.get("text-anchor") == "end" and number(text, "y") in level:
            level[number(text, "y")].append(words(text))
    return list(level.values())


def test_numbers_stand_below_at_the_x_that_are_asked_for() -> None:
    """Names to the left, then the number of each series at each x; a dash where there is none."""
    series = (Series("s", (1.0, nan, 0.125, 1e-9)), Series("u", (10.0, 20.0, -30.0, inf)))
    part = Lines((0.0, 1.0, 2.0, 3.0), series, Axis("t"), told_at=(1.0, 2.0, 3.0))
    assert told_numbers(part) == [["t", "1", "2", "3"], ["s", "–", "0.125", "1.00·10⁻⁹"], ["u", "20", "−30", "∞"]]


def test_without_a_wish_five_of_them_are_told_evenly_spread() -> None:
    """First, last, and three between."""
    part = Lines(tuple(map(float, range(101))), (Series("s", tuple(t / 2 for t in range(101))),), Axis("t"))
    assert told_numbers(part) == [["t", "0", "25", "50", "75", "100"], ["s", "0", "12.5", "25.0", "37.5", "50.0"]]


# -- bars ------------------------------------------------------------------------------------------------------------


def bar_rects(root: ET.Element) -> dict[str, ET.Element]:
    return {said(rect).split(":")[0]: rect for rect in found(root, "rect") if ":" in said(rect)}


def test_bars_are_as_long_as_their_numbers_from_zero() -> None:
    """Lengths are proportional; negative ones go left; each ends where the axis says."""
    values = {"a": 2.0, "b": 4.0, "c": -1.0, "d": 0.5}
    root = drawn(Bars(tuple(Bar(label, value) for label, value in values.items())))
    across, _ = rulers(root)
    rects = bar_rects(root)
    for label, value in values.items():
        start, wide = number(rects[label], "x"), number(rects[label], "width")
        ends = (start, start + wide)
        assert ends == pytest.approx(sorted((across.place(0), across.place(value))), abs=0.02)
        assert wide / number(rects["a"], "width") == pytest.approx(abs(value) / 2, abs=1e-3)


@pytest.mark.parametrize(("value", "side"), [(3.0, 1), (-3.0, -1)])
def test_the_number_of_a_bar_stands_beyond_its_end(value: float, side: int) -> None:
    """Outside the bar, on its side; the note further out, and all of it level with the bar."""
    root = drawn(Bars((Bar("label", value, "a note"), Bar("other", -value))))
    rect = bar_rects(root)["label"]
    number_box = next(box(text) for text in found(root, "text") if "a note" in words(text))
    assert number_box.text == ("3a note" if side > 0 else "a note−3")
    start, end = number(rect, "x"), number(rect, "x") + number(rect, "width")
    assert number_box.left > end if side > 0 else number_box.right < start
    middle = number(rect, "y") + number(rect, "height") / 2
    assert number_box.top < middle < number_box.bottom


def test_shares_are_told_in_per_cent_and_the_axis_too() -> None:
    """93 %, and marks up to 100 %; a little is not called nothing, nearly all is not called all."""
    part = Bars(
        (Bar("a", 0.9312), Bar("b", 0.004), Bar("c", 0.997), Bar("d", 1.0)), Axis(low=0.0, high=1.0), percent=True
    )
    texts = [words(text) for text in found(drawn(part), "text")]
    assert {"93 %", "0.4 %", "99.7 %", "100 %", "0 %", "20 %"} <= set(texts)


def test_counts_have_no_marks_between_whole_numbers() -> None:
    """At most 2 cards a day: the axis is marked 0, 1, 2."""
    root = drawn(Bars((Bar("today", 2.0), Bar("tomorrow", 1.0)), Axis("cards")))
    marks = [words(text) for text in found(root, "text") if text.get("text-anchor") == "middle"]
    assert marks == ["0", "1", "2", "cards"]


def test_a_number_that_has_no_bar_is_told_all_the_same() -> None:
    """NaN and 0 have no bar; infinity has one to the edge; what lies beyond a fixed axis ends at its edge."""
    values = {"none": nan, "zero": 0.0, "endless": inf, "long": 50.0}
    part = Bars(tuple(Bar(label, value) for label, value in values.items()), Axis(low=0.0, high=10.0))
    root = drawn(part)
    rects, (across, _) = bar_rects(root), rulers(root)
    assert set(rects) == {"endless", "long"}
    for rect in rects.values():
        assert number(rect, "x") + number(rect, "width") == pytest.approx(across.place(10), abs=0.02)
    assert {"–", "0", "∞", "50"} <= {words(text) for text in found(root, "text")}


def test_on_a_logarithmic_axis_the_smallest_bar_can_be_seen() -> None:
    """It begins below the smallest number; ends lie where the decades say; zero has none."""
    root = drawn(Bars((Bar("a", 1e-8), Bar("b", 1e-2), Bar("c", 0.0)), Axis(log=True)))
    rects, (across, _) = bar_rects(root), rulers(root, log_x=True)
    assert set(rects) == {"a", "b"}
    assert number(rects["a"], "width") > 20
    for label, value in (("a", 1e-8), ("b", 1e-2)):
        end = number(rects[label], "x") + number(rects[label], "width")
        assert end == pytest.approx(across.place(value), abs=0.02)
