"""Heatmaps and matrices in the terminal: every shade and every number in its place."""

from __future__ import annotations

import re
from math import isfinite, isnan, nan

import pytest
from chart_examples import ATTENTION, CALENDAR, JACOBIAN, WORDS, drawn, weights
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studyrnn.figures.palette import COLOURS
from studyrnn.figures.parts import Heatmap, Matrix
from studyrnn.terminal.charts import part
from studyrnn.terminal.screen import MARGIN

# -- heatmaps --------------------------------------------------------------------------------------------------------


def told_classes(lines: list[str]) -> dict[str, tuple[float, float]]:
    """Glyph and the numbers it stands for, as the line below the cells says."""
    found = re.findall(r"([·░▒▓█]) (−?[\d.]+)(?:(?:–| to )(−?[\d.]+))?(?=  |$)", "\n".join(lines), re.MULTILINE)
    return {glyph: (float(a.replace("−", "-")), float((b or a).replace("−", "-"))) for glyph, a, b in found}


CELLS = st.one_of(
    st.lists(st.integers(0, 60).map(float), min_size=26, max_size=26),
    st.lists(st.integers(-30, 4).map(float), min_size=26, max_size=26),
    st.lists(st.floats(-3, 3).map(lambda value: round(value, 3)), min_size=26, max_size=26),
    st.lists(st.sampled_from([0.0, 1.0, 2.0, nan]), min_size=26, max_size=26),
)


@given(CELLS, CELLS)
@settings(deadline=None)
def test_every_shade_is_that_of_its_number(one: list[float], other: list[float]) -> None:
    """Each cell's glyph is one whose numbers, as told below, hold its own; higher numbers are never lighter."""
    rows = (tuple(one), tuple(other), tuple(one), tuple(other))
    lines = drawn(Heatmap(("a", "b", "c", "d"), (), rows), 58)
    finite = [value for row in rows for value in row if not isnan(value)]
    if not finite:
        assert lines == [" There are no numbers to draw."]
        return
    classes = told_classes(lines)
    step = (max(finite) - min(finite)) / 5
    for line, row in zip(lines, rows, strict=False):
        for k, value in enumerate(row):
            cell = line.ljust(58)[4 + 2 * k]
            if isnan(value):
                assert cell == " "
                continue
            low, high = classes[cell]
            assert low - 0.06 * step <= value <= high + 0.06 * step
    shades = [classes[glyph] for glyph in "·░▒▓█" if glyph in classes]
    assert shades == sorted(shades)


def test_nothing_is_a_class_of_its_own() -> None:
    classes = told_classes(drawn(CALENDAR))
    assert classes["·"] == (0, 0)
    assert classes["░"][0] == 1
    assert any("blank: no number" in line for line in drawn(CALENDAR))


@pytest.mark.parametrize(("width", "left_out"), [(58, 65), (98, 25)])
def test_columns_without_room_are_left_out_and_that_is_said(width: int, left_out: int) -> None:
    """The last ones stay, with their labels: the last cell is that of the last number."""
    wave = Heatmap(("a",), tuple(map(str, range(1, 121))), (tuple([0.0] * 119 + [1.0]),))
    lines = drawn(wave, width)
    assert f" The first {left_out} columns are left out: there is no room." in lines
    cells = next(line for line in lines if line.startswith(" a"))
    assert (len(cells), cells[-1], set(cells[4:-1])) == (width + MARGIN, "█", {"·"})
    heads = [(head.start(), head[0]) for head in re.finditer(r"\d+", lines[0])]
    assert len(heads) > 2
    assert all(int(text) == left_out + 1 + start - 4 for start, text in heads)


def test_few_cells_have_their_numbers() -> None:
    """Every number of the attention weights, in its row and order, with the shade that is told for it."""
    lines = drawn(ATTENTION)
    classes = told_classes(lines)
    start = next(k for k, line in enumerate(lines) if line.split() == list(WORDS))
    for line, row in zip(lines[start + 1 :], weights(6), strict=False):
        found = re.findall(r"([·░▒▓█]) (\d\.\d\d)", line)
        assert [float(text) for _, text in found] == [float(f"{value:.2f}") for value in row]
        assert all(
            classes[glyph][0] <= value <= classes[glyph][1] for (glyph, _), value in zip(found, row, strict=True)
        )


WEEKS = tuple(tuple(float((7 * week + 11 * day) % 60) for week in range(11)) for day in range(7))


@pytest.mark.parametrize(
    ("width", "plain", "first"), [(78, False, "· "), (58, False, "·"), (58, True, None), (40, False, None)]
)
def test_numbers_never_stand_without_their_shades(width: int, plain: bool, first: str | None) -> None:
    """Counts have room behind their shades in fewer columns; where they have none, shades stand alone."""
    calendar = Heatmap(tuple("MTWTFSS"), ("Nov", *[""] * 10), WEEKS, scale="answers")
    lines = drawn(calendar, width, plain)
    rows = [line for line in lines if re.match(r" [MTWFS]  ", line)]
    cells = [re.findall(r"([·░▒▓█.:+*#]) ?( ?\d+)", row) for row in rows]
    if first is None:
        assert not re.search(r"\d", "".join(rows))
        return
    assert [[int(number) for _, number in row] for row in cells] == [list(map(int, week)) for week in WEEKS]
    assert rows[0].split("0")[0].endswith(f"{first} ")
    classes = told_classes(lines)
    assert all(classes[glyph][0] <= int(number) <= classes[glyph][1] for row in cells for glyph, number in row)


def test_numbers_with_decimals_need_a_space_behind_their_shade() -> None:
    """ "·0.25" is hard to read: shades stand alone before they touch such a number."""
    weights = Heatmap((), (), (tuple(k / 40 for k in range(9)),) * 2, scale="weight", decimals=2)
    assert "· 0.03" in "\n".join(drawn(weights, 98))
    narrow = drawn(weights, 58)
    assert not re.search(r"\d", "".join(narrow[:2]))
    assert narrow[0].count("░") == 4


def test_labels_without_room_are_listed_below() -> None:
    """Words above narrow columns would run into each other: numbers stand for them."""
    words = tuple(f"word{k}" for k in range(24))
    lines = drawn(Heatmap(("a",) * 8, words, (tuple(range(24)),) * 8))
    assert lines[0].split()[:3] == ["1", "3", "5"]
    listed = ", ".join(f"{k} {word}" for k, word in enumerate(words, 1))
    assert f"Columns: {listed}" in " ".join(" ".join(lines).split())


def test_values_beyond_the_scale_are_told_as_such() -> None:
    low, high = -5.0, 25.0
    text = "\n".join(drawn(Heatmap((), (), ((low, *range(1, 120), high),), 0, 20), 120))
    assert "· up to 0" in text
    assert "█ 16 or more" in text


# -- matrices --------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.lists(st.floats(-99, 99), min_size=3, max_size=3), min_size=1, max_size=5),
    st.integers(0, 3),
    st.booleans(),
)
@example([[-0.5, 0.5, 0.25]], 0, False)
@example([[-0.5, 7.0, 0.0004]], 0, True)
def test_a_matrix_shows_its_numbers_in_their_places(values: list[list[float]], decimals: int, plain: bool) -> None:
    """Whether in brackets or on one line; nothing is minus zero."""
    lines = drawn(Matrix("A", tuple(map(tuple, values)), decimals=decimals), 200, plain)
    found = re.findall(r"-?\d[\d.]*", "\n".join(lines).replace("−", "-"))
    flat = [value for row in values for value in row]
    rounded = [f"{value:.{decimals}f}" for value in flat]
    expected = [text if float(text) else text.removeprefix("-") for text in rounded]
    if any(flat) and not any(map(float, expected)):
        assert re.search(r"[1-9]", "".join(found))  # rather than zeros only
    else:
        assert found == expected


def test_matrix_brackets_labels_and_the_way_out_where_it_is_too_wide() -> None:
    assert drawn(JACOBIAN)[2:] == [
        "          h₁     h₂    h₃",
        "      ⎡ 0.12  −0.40  0.00⎤  h₁",
        " J₃ = ⎢ 0.90   0.00  0.33⎥  h₂",
        "      ⎣−0.05   0.61  0.20⎦  h₃",
    ]
    narrow = drawn(JACOBIAN, 22)[2:]
    assert narrow[0] == " J₃ ="
    assert next(line.split() for line in narrow if line.startswith(" h₂"))[:2] == ["h₂", "0.90"]
    assert not any(mark in "".join(narrow) for mark in "⎡⎢⎣")


def test_large_entries_stand_out_by_weight_as_well() -> None:
    """Bold for the largest; colour says the sign, which the minus says, too."""
    line = part(JACOBIAN, 58, plain=False)[4]
    styles = {line.plain[span.start : span.end]: str(span.style) for span in line.spans}
    assert styles["0.90"] == f"bold {COLOURS[0]}"
    assert isfinite(float(line.plain.split()[3]))
