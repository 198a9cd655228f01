"""Figures on the terminal. What they look like stands in tests/golden/charts/*.txt: a change there is to be looked at.

To write them anew: python tests/test_charts.py
"""

from __future__ import annotations

import io
import re
import sys
from math import inf, nan
from pathlib import Path

import pytest
from chart_examples import FIGURES, PRODUCT, SCREENS, drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from studyrnn.figures.parts import (
    Axis,
    Bar,
    Bars,
    Diagram,
    Edge,
    Fact,
    Figure,
    Heatmap,
    Lines,
    Mark,
    Matrix,
    Node,
    Part,
    Series,
)
from studyrnn.terminal.charts import figure, part
from studyrnn.terminal.screen import MARGIN

GOLDEN = Path(__file__).parent / "golden" / "charts"


def screen(name: str) -> str:
    shown, width, plain = SCREENS[name]
    return "\n".join(line.plain for line in figure(shown, width, plain)) + "\n"


@pytest.mark.parametrize("name", SCREENS)
def test_the_figure_is_as_it_was_looked_at(name: str) -> None:
    """Character by character; no spaces are left at the ends of lines."""
    assert screen(name) == (GOLDEN / f"{name}.txt").read_text("utf-8")
    assert not re.search(r" +$", screen(name), re.MULTILINE)


def test_parts_stand_one_below_the_other_then_facts_then_what_to_see() -> None:
    lines = [line.plain for line in figure(FIGURES["matrices"], 58, plain=True)]
    places = [lines.index(f" {text}") for text in ("Matrices", "Jacobian of a step", "Numbers in their places.")]
    assert places == sorted(places)
    shown = Figure(
        "f", "Title", "See.", (PRODUCT, PRODUCT), (Fact("one", 1), Fact("a third", 1 / 3), Fact("x", "$x_t$"))
    )
    matrix = " J_3 J_2 = [0.120, -0.400; 0.900, -0.001]"
    assert [line.plain for line in figure(shown, 58, plain=True)] == [
        "", " Title", "", matrix, "", matrix, "", " one      1", " a third  0.333", " x        x_t", "", " See.", "",
    ]  # fmt: skip


def test_a_diagram_is_drawn_where_diagrams_are() -> None:
    """With its title once, for it brings its own."""
    two = Diagram((Node("x", "$x_t$", 5, 1), Node("h", "$h_t$", 20, 1)), (Edge("x", "h"),), 26, 3, "A step")
    shown = "\n".join(drawn(two))
    assert shown.count("A step") == 1
    assert "xₜ" in shown


# -- colour ----------------------------------------------------------------------------------------------------------


def printed(lines: list[Text], **how: bool) -> str:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, color_system="truecolor", width=100, **how)
    for line in lines:
        console.print(line, soft_wrap=True)
    return stream.getvalue()


def test_colour_comes_in_addition_and_goes_with_no_color() -> None:
    """Okabe and Ito's blue is there with colours; without them the same characters are, and no colour."""
    for name, (shown, width, plain) in SCREENS.items():
        coloured = printed(figure(shown, width, plain))
        without = printed(figure(shown, width, plain), no_color=True)
        assert ("38;2;0;114;178" in coloured) or plain, name
        assert "38;" not in without
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == re.sub(r"\x1b\[[0-9;]*m", "", without) == screen(name)


# -- every part at every width ---------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.floats(),
    st.floats(-2, 2),
    st.integers(-9, 99).map(float),
    st.sampled_from([0.0, -0.0, 1e-8, 1e300, -1e300, 5e-324, 1.7976931348623157e308, nan, inf, -inf]),
)
LABELS = st.one_of(
    st.sampled_from(
        ["", "a", "forget gate", "$h_t$", r"$\frac{1}{2}$", "$\\unknown$", "**b** `c`", "\x1b[31mred", "x" * 90]
    ),
    st.text(max_size=12),
    st.text(max_size=80),
)
LIMITS = st.none() | st.floats(-1e300, 1e300)
AXES = st.builds(Axis, LABELS, st.booleans(), LIMITS, LIMITS)


def rows(longest: int) -> st.SearchStrategy[tuple[float, ...]]:
    return st.lists(VALUES, max_size=longest).map(tuple)


def labels(longest: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(LABELS, max_size=longest).map(tuple)


LINES = st.builds(
    Lines,
    rows(12),
    st.lists(st.builds(Series, LABELS, rows(12)), max_size=8).map(tuple),
    AXES,
    AXES,
    st.lists(st.builds(Mark, LABELS, VALUES, st.booleans()), max_size=3).map(tuple),
    LABELS,
    st.lists(VALUES, max_size=8).map(tuple),
)
DECIMALS = st.none() | st.integers(0, 6)
BARS = st.builds(
    Bars,
    st.lists(st.builds(Bar, LABELS, VALUES, LABELS), max_size=6).map(tuple),
    AXES,
    LABELS,
    DECIMALS,
    st.booleans(),
)
HEATMAPS = st.builds(
    Heatmap,
    labels(5),
    labels(9) | st.integers(0, 130).map(lambda count: tuple(map(str, range(count)))),
    st.lists(rows(9), max_size=5).map(tuple),
    LIMITS,
    LIMITS,
    LABELS,
    LABELS,
    LABELS,
    LABELS,
    DECIMALS,
)
SYMBOLS = st.sampled_from(["J_3", "W_{hh}", r"\unknown"])
GRIDS = st.lists(rows(9), max_size=4).map(tuple)
MATRICES = st.builds(Matrix, SYMBOLS, GRIDS, labels(4), labels(9), LABELS, st.integers(0, 6))
PARTS = st.one_of(LINES, BARS, HEATMAPS, MATRICES)


@settings(max_examples=400, deadline=None)
@given(PARTS, st.integers(20, 120), st.booleans())
def test_no_line_is_ever_wider_than_the_text(shown: Part, width: int, plain: bool) -> None:
    """Whatever the numbers, the labels and the width; and nothing that a terminal would obey comes through."""
    for line in part(shown, width, plain):
        assert line.cell_len <= width + MARGIN
        assert line.plain.isprintable()
        assert line.plain == line.plain.rstrip(" ")
        assert not line.plain.strip() or line.plain.startswith(" ")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(PARTS, max_size=2).map(tuple),
    LABELS,
    LABELS,
    st.lists(st.builds(Fact, LABELS, VALUES | LABELS)),
    st.integers(20, 120),
)
def test_no_figure_is_ever_wider_than_the_text(
    parts: tuple[Part, ...], title: str, see: str, facts: list[Fact], width: int
) -> None:
    shown = Figure("f", title, see, parts, tuple(facts))
    assert all(line.cell_len <= width + MARGIN for line in figure(shown, width, plain=False))


ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="$*`\\"), max_size=12)


@settings(max_examples=200, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=8), ASCII, st.booleans(), st.integers(20, 120))
def test_plain_text_is_ascii(values: list[float], label: str, log: bool, width: int) -> None:
    """Every glyph and every number, as long as the labels are."""
    axis = Axis(label, log)
    x = tuple(range(len(values)))
    shown: list[Part] = [
        Lines(x, (Series(label, tuple(values)), Series("b", tuple(reversed(values)))), axis, axis, (Mark(label, 1),)),
        Bars(tuple(Bar(label, value, label) for value in values), axis),
        Heatmap((label, "b"), (), (tuple(values), tuple(values)), x_label=label, y_label=label, scale=label),
        Matrix("J_3", (tuple(values), tuple(values)), (label, "b")),
    ]
    for each in shown:
        assert "\n".join(drawn(each, width, plain=True)).isascii()


if __name__ == "__main__":
    for each in SCREENS:
        (GOLDEN / f"{each}.txt").write_text(screen(each), "utf-8")
    sys.exit(0)
