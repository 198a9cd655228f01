"""Heatmaps and matrices as SVG: cells in their places, shaded by their numbers, readable on every shade."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise, product
from math import nan

import pytest
from svg_reading import box, drawn, found, number, said, words

from studyrnn.figures.parts import Bar, Bars, Heatmap, Lines, Matrix, Series
from studyrnn.figures.svg_shades import on_shade, shade


def luminance(colour: str) -> float:
    """Relative luminance of sRGB, as WCAG 2.1 defines it."""
    channels = [int(colour[1:][index : index + 2], 16) / 255 for index in (0, 2, 4)]
    return sum(
        weight * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
        for weight, c in zip((0.2126, 0.7152, 0.0722), channels, strict=True)
    )


def contrast(one: str, other: str) -> float:
    light, dark = max(luminance(one), luminance(other)), min(luminance(one), luminance(other))
    return (light + 0.05) / (dark + 0.05)


def test_numbers_are_readable_on_every_shade() -> None:
    """At least 4.5 to 1, the contrast that WCAG asks of text; shades only grow darker, from near white to dark."""
    shades = [shade(step / 1000) for step in range(1001)]
    assert min(contrast(on_shade(colour), colour) for colour in shades) >= 4.5
    lights = [luminance(colour) for colour in shades]
    assert all(before >= after for before, after in pairwise(lights))
    assert lights[0] > 0.9 and lights[-1] < 0.05


def test_shades_have_no_steps() -> None:
    """A thousandth of the scale changes no channel by more than one step of a screen."""
    shades = [shade(step / 1000) for step in range(1001)]
    channels = [[int(colour[start : start + 2], 16) for start in (1, 3, 5)] for colour in shades]
    assert max(abs(a - b) for before, after in pairwise(channels) for a, b in zip(before, after, strict=True)) <= 1


@pytest.mark.parametrize("colour", ["#1a1a1a", "#555555"])
def test_ink_is_readable_on_paper(colour: str) -> None:
    """Both inks that words are written in."""
    assert contrast(colour, "#ffffff") >= 7
    root = drawn(Bars((Bar("a", 1.0, "note"),)), Lines((0.0, 1.0), (Series("s", (1.0, 2.0)),)))
    fills = {part.get("fill") for text in found(root, "text") for part in text.iter()} - {None}
    assert fills == {"#1a1a1a", "#555555"}


def cells(root: ET.Element) -> dict[str, ET.Element]:
    return {said(rect): rect for rect in found(root, "rect") if said(rect)}


def test_cells_stand_in_their_row_and_column_and_are_darker_for_more() -> None:
    """A heatmap of 2 rows and 3 columns: places, shades from low to high, numbers, and what each cell says."""
    values = ((0.0, 1.0, 2.0), (3.0, 4.0, 5.0))
    root = drawn(Heatmap(("r", "s"), ("a", "b", "c"), values))
    rects = cells(root)
    names = [[f"{row}, {column}: {values[i][j]:.0f}" for j, column in enumerate("abc")] for i, row in enumerate("rs")]
    in_order = [rects[name] for row in names for name in row]
    lights = [luminance(rect.get("fill", "")) for rect in in_order]
    assert all(before > after for before, after in pairwise(lights))
    for i, j in product(range(2), range(3)):
        rect = rects[names[i][j]]
        assert number(rect, "x") == number(rects[names[0][j]], "x")
        assert number(rect, "y") == number(rects[names[i][0]], "y")
        inside_it = next(box(text) for text in found(root, "text") if words(text) == f"{values[i][j]:.0f}")
        assert number(rect, "x") < inside_it.left and inside_it.right < number(rect, "x") + number(rect, "width")
        assert number(rect, "y") < inside_it.top and inside_it.bottom < number(rect, "y") + number(rect, "height")
    assert number(rects[names[0][0]], "x") < number(rects[names[0][1]], "x")
    assert number(rects[names[0][0]], "y") < number(rects[names[1][0]], "y")


def test_a_shade_stands_for_a_number_between_low_and_high() -> None:
    """With ends of its own, half of the way is the shade at 0.5; what lies beyond an end has its shade."""
    root = drawn(Heatmap(("",), ("a", "b", "c", "d"), ((0.0, 5.0, 10.0, 99.0),), low=0.0, high=10.0))
    rects = cells(root)
    assert [rects[f"{name}"].get("fill") for name in ("a: 0", "b: 5", "c: 10", "d: 99")] == [
        shade(0),
        shade(0.5),
        shade(1),
        shade(1),
    ]


def test_the_scale_is_told_beside_the_shades() -> None:
    """Low and high with what they count, and a row of shades from the one to the other."""
    part = Heatmap(("",), ("", ""), ((0.0, 12.0),), low=0.0, high=14.0, scale="reviews a day")
    root = drawn(part)
    texts = [words(text) for text in found(root, "text")]
    assert "14 reviews a day" in texts and "no number" not in texts
    legend = [rect.get("fill") for rect in found(root, "rect")[1:] if not said(rect)]
    assert legend[0] == shade(0) and legend[-1] == shade(1)
    assert sorted(legend, key=lambda colour: -luminance(colour or "")) == legend


def test_a_cell_without_a_number_is_an_empty_frame() -> None:
    """Not the shade of zero: paper, a dashed edge, and the legend says what that is."""
    root = drawn(Heatmap(("",), ("a", "b"), ((nan, 0.0),)))
    empty = cells(root)["a: –"]
    assert empty.get("fill") == "#ffffff" and empty.get("stroke-dasharray")
    assert not cells(root)["b: 0"].get("stroke-dasharray")
    assert "no number" in [words(text) for text in found(root, "text")]


def test_many_cells_have_no_numbers_in_them_but_say_them() -> None:
    """26 weeks of 7 days: months above, days beside, numbers for who points at a cell."""
    months = tuple("Jun" if week == 0 else "Jul" if week == 4 else "" for week in range(26))
    days = ("Mon", "", "Wed", "", "Fri", "", "Sun")
    values = tuple(tuple(float((day + week) % 9) for week in range(26)) for day in range(7))
    root = drawn(Heatmap(days, months, values, scale="reviews"))
    texts = [words(text) for text in found(root, "text")]
    assert set(texts) == {"Title", "What to see.", *months, *days, "0", "8 reviews"} - {""}
    assert len([rect for rect in found(root, "rect") if said(rect)]) == 7 * 26


def test_a_label_wider_than_its_column_is_tilted_and_labels_of_many_steps_are_thinned() -> None:
    """Long words over narrow columns turn by 45 degrees; numbers of 60 steps are shown at even distances."""
    long = tuple(f"a rather long label {index}" for index in range(8))
    root = drawn(Heatmap(("",), long, (tuple(map(float, range(8))),)))
    assert len([text for text in found(root, "text") if text.get("transform")]) == 8
    steps = tuple(map(str, range(60)))
    root = drawn(Heatmap(("",), steps, (tuple(0.5 + step for step in range(60)),), low=0.25, high=61.5))
    shown = [int(words(text)) for text in found(root, "text") if words(text) in steps]
    assert len(shown) > 5 and len({after - before for before, after in pairwise(shown)}) == 1


def test_matrices_that_are_compared_have_one_scale() -> None:
    """Where the darkest shade is said to be 1, a half is shaded like a half, however small the others are."""
    root = drawn(Matrix("A", ((0.5, 0.0),), largest=1.0))
    fills = {said(rect): rect.get("fill") for rect in found(root, "rect")}
    assert fills["0.50"] == shade(0.5)


def test_a_label_over_the_first_or_last_column_does_not_stick_out() -> None:
    """Wider than its column, it is moved inwards until it stands within the text."""
    labels = ("the first of all weeks", *[""] * 38, "the last of all weeks")
    root = drawn(Heatmap(("",), labels, (tuple(map(float, range(40))),)))
    first, last = (next(box(text) for text in found(root, "text") if words(text) == labels[at]) for at in (0, -1))
    assert first.left == pytest.approx(0, abs=0.01) and last.right == pytest.approx(720 - 2 * 28, abs=0.01)


def test_a_matrix_shows_its_symbol_its_numbers_and_how_large_they_are() -> None:
    """J₃ = before the brackets; minus signs; the shade goes by size, so -2 is as dark as 2."""
    root = drawn(Matrix("J_3", ((0.0, 1.0), (-2.0, 2.0))))
    texts = [words(text) for text in found(root, "text")]
    assert {"J₃ =", "0.00", "1.00", "−2.00", "2.00"} <= set(texts)
    fills = {said(rect): rect.get("fill") for rect in found(root, "rect")}
    assert fills["−2.00"] == fills["2.00"] == shade(1) and fills["1.00"] == shade(0.5) and fills["0.00"] == shade(0)
    left, right = found(root, "polyline")
    edges = sorted(float(point.split(",")[0]) for line in (left, right) for point in line.get("points", "").split())
    rects = cells(root).values()
    assert edges[0] < min(number(rect, "x") for rect in rects)
    assert edges[-1] > max(number(rect, "x") + number(rect, "width") for rect in rects)
