"""Figures as SVG: well-formed, harmless and readable, whatever they hold."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise, product
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from svg_reading import SVG, box, drawn, found, inside, number, overlap, words

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
    Series,
)
from studyrnn.figures.svg import svg
from studyrnn.figures.svg_text import apart, plain_text, shortened, width_of, wrapped

# -- any figure at all -----------------------------------------------------------------------------------------------

LARGEST = 1.7976931348623157e308
NUMBERS = st.one_of(
    st.floats(),
    st.floats(-10, 10),
    st.integers(-100, 100).map(float),
    st.sampled_from([nan, inf, -inf, 0.0, -0.0, 5e-324, -5e-324, LARGEST, -LARGEST, 1e-8]),
)
TEXTS = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        ["", "$h_t$", "$\\frac{a}{b}$", "$ \\nonsense $", "**bold** `code`", "a\nb", "<script>&\"'", "]]>"]
    ),
    st.sampled_from(
        ["\x00\x1b[31m", "\ud800", "\ufffe", "漢字" * 30, "W" * 90, "translation", "a word " * 40, "\u202eturned"]
    ),
)
ROWS = st.lists(st.lists(NUMBERS, max_size=8).map(tuple), max_size=8).map(tuple)
LABELS = st.lists(TEXTS, max_size=10).map(tuple)
AXES = st.builds(Axis, TEXTS, st.booleans(), st.none() | NUMBERS, st.none() | NUMBERS)
MARKS = st.lists(st.builds(Mark, TEXTS, NUMBERS, st.booleans()), max_size=4).map(tuple)
DECIMALS = st.none() | st.integers(0, 5)


@st.composite
def curves(draw: st.DrawFn) -> Lines:
    x = tuple(draw(st.lists(NUMBERS, max_size=12) | st.integers(0, 40).map(range)))
    values = st.lists(NUMBERS, min_size=len(x), max_size=len(x)).map(tuple)
    series = tuple(draw(st.lists(st.builds(Series, TEXTS, values), max_size=9)))
    told_at = tuple(draw(st.lists(NUMBERS, max_size=12)))
    return Lines(x, series, draw(AXES), draw(AXES), draw(MARKS), draw(TEXTS), told_at)


@st.composite
def many_cells(draw: st.DrawFn) -> Heatmap:
    rows, columns = draw(st.sampled_from([(7, 26), (1, 300), (200, 2), (30, 30), (2, 12)]))
    values = tuple(tuple(float((i * 7 + j * 3) % 11) for j in range(columns)) for i in range(rows))
    label = draw(st.sampled_from(["", "{}", "step {}", "a long label {}"]))
    return Heatmap(tuple(map(label.format, range(rows))), tuple(map(label.format, range(columns))), values)


BARS = st.lists(st.builds(Bar, TEXTS, NUMBERS, TEXTS), max_size=9).map(tuple)
PARTS = st.one_of(
    curves(),
    st.builds(Bars, BARS, AXES, TEXTS, DECIMALS, st.booleans()),
    st.builds(Heatmap, LABELS, LABELS, ROWS, st.none() | NUMBERS, st.none() | NUMBERS, TEXTS, TEXTS, TEXTS, TEXTS),
    many_cells(),
    st.builds(Matrix, TEXTS, ROWS, LABELS, LABELS, TEXTS, st.integers(0, 4), st.none() | NUMBERS),
)
FACTS = st.lists(st.builds(Fact, TEXTS, NUMBERS | TEXTS | st.integers()), max_size=4).map(tuple)
FIGURES = st.builds(Figure, TEXTS, TEXTS, TEXTS, st.lists(PARTS, max_size=2).map(tuple), FACTS)


@settings(max_examples=400, deadline=None)
@given(figure=FIGURES)
def test_any_figure_is_well_formed_and_stays_inside_its_view(figure: Figure) -> None:
    """Whatever the numbers and texts: XML that a strict parser takes, finite coordinates, nothing cut off."""
    root = ET.fromstring(svg(figure))
    inside(root)
    assert all(number(root, key) > 0 for key in ("width", "height"))


@settings(max_examples=400, deadline=None)
@given(figure=FIGURES)
def test_no_text_of_any_figure_runs_into_another(figure: Figure) -> None:
    """Names at curves, numbers at bars, labels of axes, numbers in cells: by estimated width they keep apart."""
    boxes = [box(text) for text in found(ET.fromstring(svg(figure)), "text") if not text.get("transform")]
    assert not [(one.text, other.text) for one, other in combinations(boxes, 2) if overlap(one, other)]


@settings(max_examples=100, deadline=None)
@given(figure=FIGURES)
def test_nothing_in_it_is_obeyed_or_fetched(figure: Figure) -> None:
    """Safe inside a card: only known elements and attributes, no script, style sheet, id, link, event or url()."""
    root = ET.fromstring(svg(figure))
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "g", "rect", "line", "path", "polyline", "circle", "text", "tspan"}
    for element in root.iter():
        for key, value in element.attrib.items():
            assert key not in {"id", "class", "href"} and not key.startswith("on") and "}" not in key
            assert "url(" not in value and (key != "style" or value == "max-width:100%;height:auto")


def test_a_figure_says_what_it_is_to_who_cannot_see_it() -> None:
    """Title and description come first, in plain text, and the whole is one image."""
    figure = Figure("flow", "The gradient $\\partial L$", "Look at **this**, $h_t$.", (Matrix("A", ((1.0,),)),))
    root = ET.fromstring(svg(figure))
    assert root.get("role") == "img"
    assert [element.tag for element in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert [words(element) for element in root][:2] == ["The gradient ∂L", "Look at this, hₜ."]


def test_a_diagram_is_told_in_words_and_drawn_below_its_title() -> None:
    """Its sentences are in the description; its drawing begins below its title and ends above the caption."""
    nodes = (Node("x", "$x_t$", 5, 3), Node("h", "$h_t$", 25, 3))
    part = Diagram(nodes, (Edge("x", "h"),), 30, 7, "A diagram", ("$x_t$ leads to $h_t$.",))
    root = drawn(part)
    assert words(found(root, "desc")[0]) == "What to see. xₜ leads to hₜ."
    top = {words(text): number(text, "y") for text in found(root, "text")}
    moved = re.search(r'transform="translate\(0 ([\d.]+)\)"', svg(Figure("name", "Title", "What to see.", (part,))))
    assert moved and top["A diagram"] < float(moved[1]) < float(moved[1]) + 7 * 18 < top["What to see."]


def test_it_has_its_own_light_paper() -> None:
    """The first shape is a white rectangle over the whole view, so that dark ink is readable in a dark viewer."""
    root = drawn(Bars((Bar("a", 1.0),)))
    paper = found(root, "rect")[0]
    assert [paper.get(key) for key in ("x", "y", "width", "height")] == root.get("viewBox", "").split()
    assert paper.get("fill") == "#ffffff"
    inks = {text.get("fill") or part.get("fill") for text in found(root, "text") for part in (text, *text)}
    assert None not in inks


def test_text_of_the_figure_is_all_there_in_order() -> None:
    """Title, title of the part, facts, and the caption, from top to bottom."""
    figure = Figure("f", "A title", "A caption.", (Bars((Bar("a", 1.0),), title="A part"),), (Fact("seed", 7),))
    boxes = [box(text) for text in found(ET.fromstring(svg(figure)), "text")]
    top = {place.text: place.top for place in boxes}
    assert top["A title"] < top["A part"] < top["seed"] < top["A caption."]
    assert abs(top["seed"] - top["7"]) < 0.01


# -- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("$h_t$ is **bold**, *italic*, `code`", "hₜ is bold, italic, code"),
        ("$$W_{hh} h_{t-1}$$", "W_hh hₜ₋₁"),
        ("a\n  b", "a b"),
        (r"costs \$5", "costs $5"),
        (r"$\unknown$", r"$\unknown$"),
        ("\x1b[31mred", "\\x{1b}[31mred"),
    ],
)
def test_markdown_becomes_plain_text(markdown: str, plain: str) -> None:
    """Maths typeset, marks gone; what cannot be typeset as it was written; nothing that a terminal would obey."""
    assert plain_text(markdown) == plain


@given(text=st.text(max_size=60), width=st.floats(20, 400))
def test_wrapped_and_shortened_text_fits_and_loses_nothing(text: str, width: float) -> None:
    """Every line is as wide as allowed at most; all letters are there, in order; shortened is a beginning and "…"."""
    lines = wrapped(text, 11, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line, 11) <= width + 1e-9 for line in lines)
    short = shortened(text, 11, width)
    assert width_of(short, 11) <= width + 1e-9
    assert short == text or (text.startswith(short[:-1]) and short.endswith("…"))


@given(wanted=st.lists(st.floats(0, 100), min_size=1, max_size=6), size=st.floats(1, 30), low=st.floats(-20, 0))
def test_names_are_moved_apart_and_kept_inside(wanted: list[float], size: float, low: float) -> None:
    """No two overlap, their order is kept, and all stay between the ends where there is room for all."""
    high = low + size * len(wanted) + 50
    places = apart(wanted, [size] * len(wanted), low, high)
    ordered = sorted(places)
    assert all(after - before >= size - 1e-9 for before, after in pairwise(ordered))
    assert ordered[0] >= low - 1e-9 and ordered[-1] + size <= high + 1e-9
    assert [places[index] for index in sorted(range(len(wanted)), key=lambda index: wanted[index])] == ordered


@settings(max_examples=60, deadline=None)
@given(wanted=st.lists(st.integers(0, 12), min_size=3, max_size=3))
def test_names_are_moved_as_little_as_possible(wanted: list[int]) -> None:
    """The sum of squared moves is the least of all placements on a fine grid, found by trying them all."""
    size, half_steps = 4, [step / 2 for step in range(25)]
    places = apart([float(place) for place in wanted], [float(size)] * 3, 0, 12 + size)
    moved = sum((a - b) ** 2 for a, b in zip(places, wanted, strict=True))
    tried = [
        sum((a - b) ** 2 for a, b in zip(trial, wanted, strict=True))
        for trial in product(half_steps, repeat=3)
        if all(after - before >= size for before, after in pairwise(sorted(trial)))
    ]
    assert moved <= min(tried) + 1e-9
