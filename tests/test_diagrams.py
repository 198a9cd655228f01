"""Boxes and arrows: where everything stands, how lines meet, in characters and as SVG.

Golden files: tests/golden/diagrams/*.txt. To write them anew: python tests/test_diagrams.py
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest
from drawn_lines import ALL, NAMES, PICTURES, connections, drawing, parts

from studyrnn import plots
from studyrnn.figures.layout import laid_out, typeset
from studyrnn.figures.parts import Diagram, Edge, Node
from studyrnn.figures.strips import NONE, Step, backward, column, joined, rows, strip
from studyrnn.figures.svg import svg
from studyrnn.figures.svg_diagrams import CELL_HEIGHT, CELL_WIDTH
from studyrnn.figures.svg_diagrams import diagram as drawn_as_svg
from studyrnn.figures.svg_text import plain_text, width_of
from studyrnn.terminal.charts import figure
from studyrnn.terminal.diagrams import diagram
from studyrnn.terminal.screen import MARGIN

GOLDEN = Path(__file__).parent / "golden" / "diagrams"
WIDTH = 58
GOLDENS: dict[str, tuple[str, dict[str, str]]] = {
    **{name: (name, {}) for name in PICTURES},
    "unrolled-4": ("unrolled", {"steps": "4", "loss": "no"}),
    "lstm-cell-peephole": ("lstm-cell", {"peephole": "yes"}),
    "gru-cell-after-new": ("gru-cell", {"reset": "after", "z-keeps": "new"}),
    "encoder-decoder-target": ("encoder-decoder", {"feed": "target", "source": "2"}),
}
every_picture = pytest.mark.parametrize(("name", "way"), ALL, ids=NAMES)


def shown(name: str, plain: bool, width: int = WIDTH) -> str:
    picture, way = GOLDENS[name]
    lines = [line.plain.rstrip() for line in figure(plots.find(picture).figure(way), width, plain)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("plain", [False, True], ids=["glyphs", "plain"])
@pytest.mark.parametrize("name", GOLDENS)
def test_the_picture_is_as_it_was_looked_at(name: str, plain: bool) -> None:
    assert shown(name, plain) == (GOLDEN / f"{name}{'-plain' * plain}.txt").read_text("utf-8")


@every_picture
def test_a_picture_fits_a_terminal_of_60_columns(name: str, way: dict[str, str]) -> None:
    """With its margin; and it is the same at 100: nothing is stretched."""
    for part in parts(name, way):
        for plain in (False, True):
            lines = [line.plain for line in diagram(part, WIDTH, plain)]
            assert max(map(len, lines)) <= WIDTH + MARGIN
        assert [line.plain for line in diagram(part, 98, False)] == [line.plain for line in diagram(part, WIDTH, False)]


@every_picture
def test_plain_text_is_ascii_and_says_everything_in_sentences(name: str, way: dict[str, str]) -> None:
    for part in parts(name, way):
        text = "\n".join(line.plain for line in diagram(part, WIDTH, plain=True))
        assert text.isascii()
        assert len(part.words) >= 1
        for said in part.words:
            assert " ".join(typeset(said, ascii_only=True).split()) in " ".join(text.split())


@every_picture
def test_every_formula_can_be_typeset(name: str, way: dict[str, str]) -> None:
    """A formula outside the subset would stand there with its dollar signs."""
    found = plots.find(name).figure(way)
    texts = [found.title, found.see, *(word for part in parts(name, way) for word in part.words)]
    texts += [each.label for part in parts(name, way) for each in (*part.nodes, *part.edges)]
    assert not [text for text in texts if "$" in plain_text(text)]


@every_picture
@pytest.mark.parametrize("plain", [False, True])
def test_no_line_touches_a_label(name: str, way: dict[str, str], plain: bool) -> None:
    """Beside a text, and beside what stands on an arrow, there is a blank; so there is inside a frame of lines."""
    for part in parts(name, way):
        layout, lines = laid_out(part, plain), drawing(part, plain)
        frames = [placed.frame for placed in layout.nodes.values() if placed.node.shape == "text"]
        frames += [route.label.frame for route in layout.routes if route.label]
        for frame in frames:
            for line in range(frame.top, frame.bottom + 1):
                beside = [x for x in (frame.left - 1, frame.right + 1) if 0 <= x < part.width]
                assert all(lines[line][x] == " " for x in beside), (frame, lines[line])


def test_where_there_is_no_room_the_sentences_stand_for_the_drawing() -> None:
    (part,) = parts("lstm-cell", {})
    text = "\n".join(line.plain for line in diagram(part, 40, plain=False))
    assert "▶" not in text
    assert "cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ" in text
    assert max(map(len, text.split("\n"))) <= 40 + MARGIN


# -- lines that meet -------------------------------------------------------------------------------------------------

A, B = Node("a", "a", 1, 2, "text"), Node("b", "b", 9, 2, "text")
C, D = Node("c", "c", 5, 0, "text"), Node("d", "d", 5, 4, "text")


def cross(*edges: Edge, nodes: tuple[Node, ...] = (A, B, C, D)) -> Diagram:
    return Diagram(nodes, edges, 11, 5)


def test_a_crossing_is_not_a_junction() -> None:
    """Lines from different nodes pass each other; one that branches has a glyph for it."""
    crossing = cross(Edge("a", "b"), Edge("c", "d"))
    assert [line.rstrip() for line in drawing(crossing)] == ["     c", "     │", " a ──│─▶ b", "     ▼", "     d"]
    assert [line.rstrip() for line in drawing(crossing, plain=True)][2] == " a --|-> b"
    assert connections(crossing) == {("a", "b"), ("c", "d")}
    branching = cross(Edge("a", "b"), Edge("a", "c", ((5, 2),)), Edge("a", "d", ((5, 2),)))
    assert [line.rstrip() for line in drawing(branching)] == ["     c", "     ▲", " a ──┼─▶ b", "     ▼", "     d"]
    assert drawing(branching, plain=True)[2].rstrip() == " a --+-> b"
    assert connections(branching) == {("a", "b"), ("a", "c"), ("a", "d")}


@pytest.mark.parametrize(
    ("ends", "glyph"),
    [("bd", "┬"), ("bc", "┴"), ("cd", "┤"), ("d", "╮"), ("c", "╯"), ("b", "─"), ("bcd", "┼")],
)
def test_each_way_of_branching_has_its_glyph(ends: str, glyph: str) -> None:
    edges = [Edge("a", end, () if end == "b" else ((5, 2),)) for end in ends]
    assert drawing(cross(*edges))[2][5] == glyph


def test_lines_from_the_right_and_from_below_turn_as_well() -> None:
    assert drawing(cross(Edge("b", "d", ((5, 2),))))[2][5] == "╭"
    assert drawing(cross(Edge("b", "c", ((5, 2),))))[2][5] == "╰"
    assert drawing(cross(Edge("d", "c"), Edge("d", "b", ((5, 2),))))[2][5] == "├"


def test_an_edge_may_begin_and_end_on_a_line() -> None:
    """Places of the grid are ends, too; what begins on a line carries what the line carries."""
    part = cross(Edge("a", "b"), Edge((5, 2), "d"))
    assert [line.rstrip() for line in drawing(part)][2:] == [" a ──┬─▶ b", "     ▼", "     d"]
    assert connections(part) == {("a", "b"), ("a", "d")}
    open_ended = cross(Edge("a", (7, 2), arrow=False), nodes=(A,))
    assert drawing(open_ended)[2].rstrip() == " a ─────"


def test_a_line_is_dashed_where_all_that_pass_are() -> None:
    part = cross(Edge("a", "b"), Edge("a", "d", ((5, 2),), dashed=True))
    assert [line.rstrip() for line in drawing(part)][2:] == [" a ──┬─▶ b", "     ▼", "     d"]
    long = Diagram((A, Node("b", "b", 9, 2, "text")), (Edge("a", "b", dashed=True),), 11, 3)
    assert drawing(long)[2].rstrip() == " a ┄┄┄┄▶ b"
    assert drawing(long, plain=True)[2].rstrip() == " a ....> b"


def test_frames_have_a_joint_where_a_line_leaves_and_none_where_one_arrives() -> None:
    nodes = (Node("a", "a", 2, 1), Node("s", "$+$", 9, 1, "round"), Node("b", "b", 16, 1, "round", height=3))
    part = Diagram(nodes, (Edge("a", "s"), Edge("s", "b")), 19, 3)
    assert drawing(part) == ["┌───┐         ╭───╮", "│ a ├──▶(+)──▶│ b │", "└───┘         ╰───╯"]
    assert drawing(part, plain=True) == ["+---+         +---+", "| a +-->(+)-->| b |", "+---+         +---+"]


def test_labels_stand_above_a_level_line_and_to_the_right_of_an_upright_one() -> None:
    """On the other side where that one is taken."""
    level = Edge("a", "b", ((1, 4), (9, 4)), label="way")
    assert drawing(Diagram((A, B), (level,), 11, 6))[3:5] == [" │  way  ▲ ", " ╰───────╯ "]
    taken = (A, B, Node("e", "eeeee", 5, 3, "text"))
    assert drawing(Diagram(taken, (level,), 11, 6))[3:] == [" │ eeeee ▲ ", " ╰───────╯ ", "    way    "]
    upright = Edge("c", "d", label="$W_{xh}$")
    assert drawing(Diagram((C, D), (upright,), 12, 5))[1:3] == ["     │      ", "     │ W_xh "]
    assert drawing(Diagram((C, D), (upright,), 7, 5))[1:3] == ["     │ ", "W_xh │ "]


def test_colour_underlines_what_is_there_without_it() -> None:
    """The path of the cell state is blue from end to end; the same characters stand there without colour."""
    top = diagram(parts("lstm-cell", {})[0], WIDTH, plain=False)[0]
    blue = "".join(top.plain[span.start : span.end] for span in top.spans if span.style == "#0072B2")
    assert blue == "cₜ₋₁─────▶───────────▶───────────────────┬───▶cₜ"


REFUSED: dict[str, tuple[Callable[[], Diagram], str]] = {
    "unknown node": (lambda: cross(Edge("a", "z")), "no node is called z"),
    "slanting": (lambda: cross(Edge("a", "b", ((3, 1),))), "no level or upright way"),
    "slanting corners": (lambda: cross(Edge("a", "b", ((3, 2), (5, 3), (7, 2)))), "neither level nor upright"),
    "not in line": (lambda: cross(Edge("a", "c")), "cannot be straight"),
    "outside": (lambda: cross(Edge("a", "b", ((1, 7), (9, 7)))), "outside of the grid"),
    "node outside": (lambda: cross(nodes=(Node("e", "wide", 10, 2, "text"),)), "does not fit"),
    "same name": (lambda: cross(nodes=(A, A)), "same name"),
    "overlap": (lambda: cross(nodes=(A, Node("e", "eee", 2, 2, "text"))), "overlap"),
    "frame too small": (lambda: cross(nodes=(Node("e", "eeee", 5, 2, width=5),)), "too small"),
    "through a node": (lambda: cross(Edge("a", "b"), nodes=(A, B, Node("e", "e", 5, 2, "text"))), "runs through e"),
    "on one line": (lambda: cross(Edge("a", "b"), Edge("d", "b", ((5, 2),))), "touch at"),
    "head on a line": (lambda: cross(Edge("a", "b"), Edge("a", (5, 2))), "goes through the head"),
    "no room": (lambda: cross(Edge("e", "f"), nodes=(Node("e", "e", 2, 2), Node("f", "f", 7, 2))), "no room"),
    "beside a text": (lambda: cross(Edge("c", "d"), nodes=(C, D, Node("e", "e", 4, 2, "text"))), "too close to e"),
    "corner at a line": (lambda: cross(Edge("a", "b"), Edge("c", (8, 1), ((5, 1),))), "too close"),
    "bend at the head": (lambda: cross(Edge("a", "b", ((7, 2), (7, 3), (9, 3)))), "no room"),
    "no room for a label": (lambda: cross(Edge("a", "b", label="much too long")), "no room for its label"),
}


@pytest.mark.parametrize(("made", "message"), REFUSED.values(), ids=REFUSED)
def test_what_contradicts_itself_or_is_ambiguous_is_refused(made: Callable[[], Diagram], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        laid_out(made())


FOUR = tuple(Node(name, name, x, y) for name, x, y in (("a", 5, 4), ("b", 16, 4), ("c", 5, 13), ("d", 16, 13)))


def any_edge(chance: Random) -> Edge:
    """From one of four boxes to one of them, with up to three corners besides that which it needs."""
    start, end = chance.choice(FOUR), chance.choice(FOUR)
    level, corners = chance.random() < 0.5, [(start.x, start.y)]
    for _ in range(chance.choice([0, 1, 1, 2, 2, 3])):
        x, y = corners[-1]
        corners.append((chance.randint(0, 18), y) if level else (x, chance.randint(0, 18)))
        level = not level
    x, y = corners[-1]
    return Edge(start.name, end.name, (*corners[1:], (end.x, y) if level else (x, end.y)))


def test_whatever_is_accepted_can_be_read_back() -> None:
    """Any edges with any corners are either refused, or the characters show just them, in both kinds of text."""
    chance, accepted = Random(1), 0
    for _ in range(6000):
        edges = tuple(any_edge(chance) for _ in range(chance.randint(1, 4)))
        part = Diagram(FOUR, edges, 22, 18)
        try:
            laid_out(part)
        except ValueError:
            continue
        accepted += 1
        for plain in (False, True):
            assert connections(part, plain) == {(edge.start, edge.end) for edge in edges}, edges
    assert accepted > 100


# -- strips with numbers ---------------------------------------------------------------------------------------------


def test_a_vector_is_a_label_of_several_lines() -> None:
    assert column([0.5, -1.25]) == "⎡ 0.50⎤\n⎣−1.25⎦"
    assert column([1, 2, 30], decimals=0) == "⎡ 1⎤\n⎢ 2⎥\n⎣30⎦"
    assert column([-0.0]) == column([-0.001]) == "0.00"


def numbers(steps: int) -> Diagram:
    shown = [Step(column([t, -t]), column([0.5, 0.25, -1]), column([t / 10]), "1.50") for t in range(1, steps + 1)]
    return joined([strip(shown, rows(shown, total=True), column([0, 0, 0]), total="$L$ = 4.50")])


def test_numbers_stand_in_the_place_of_symbols() -> None:
    """Columns of several lines, with arrows between their middles, 58 columns for three steps."""
    part = numbers(3)
    assert part.width <= WIDTH
    lines = drawing(part)
    assert [line.count("⎡") for line in lines].count(4) == 1  # the states, with the initial one
    assert any(" ⎡0.00⎤  W_hh │ ⎡ 0.50⎤ │" in f" {line}" for line in lines)
    assert any("⎢0.00⎥ ─────▶│ ⎢ 0.25⎥ ├" in line for line in lines)
    plain = drawing(part, plain=True)
    assert "\n".join(plain).isascii()
    assert [line.index("[ 0.25]") for line in plain if "[ 0.25]" in line] == [
        line.index("⎢ 0.25⎥") for line in lines if "⎢ 0.25⎥" in line
    ]


def test_a_wide_input_has_room_under_a_narrow_state() -> None:
    """Columns are as far apart as their widest label needs, and the first and the last of them fit."""
    shown = [Step("an input of some width", "h", "y"), Step("and another one", "h", "y")]
    lines = drawing(joined([strip(shown, rows(shown))]))
    assert re.fullmatch(r"an input of some width {3,}and another one *", lines[-1])


def test_the_way_back_has_every_arrow_turned_round() -> None:
    shown = [Step("a", "b", "c"), Step("d", "e", "f")]
    forward = strip(shown, rows(shown), "0", NONE)
    there, back = connections(joined([forward])), connections(joined([backward(forward)]))
    assert {(end, start) for start, end in there} == back
    assert ("x_1", "h_1") in there
    assert all(edge.dashed for edge in backward(forward).edges)


# -- SVG -------------------------------------------------------------------------------------------------------------


def elements(part: Diagram) -> list[ElementTree.Element]:
    drawn, height = drawn_as_svg(part, 10, 600)
    assert height == part.height * CELL_HEIGHT
    return list(ElementTree.fromstring(drawn).iter())


@every_picture
def test_svg_draws_every_node_arrow_and_label(name: str, way: dict[str, str]) -> None:
    """A path and a head for each edge, a frame for each node that has one, and all texts; nothing that could clash."""
    for part in parts(name, way):
        found = elements(part)
        tags = [element.tag for element in found]
        assert set(tags) == {"g", "path", "polygon", "rect", "text", "tspan"} | ({"circle"} & set(tags))
        assert tags.count("path") == tags.count("polygon") == len(part.edges)
        assert tags.count("rect") == sum(node.shape != "text" for node in part.nodes)
        labels = [line for node in part.nodes for line in node.label.split("\n")]
        assert tags.count("text") == len([*labels, *filter(None, (edge.label for edge in part.edges))])
        assert not any("id" in element.attrib for element in found)
        assert tags.count("circle") == len(laid_out(part).junctions)


@every_picture
def test_svg_ends_its_arrows_at_what_they_point_to(name: str, way: dict[str, str]) -> None:
    """The tip of each head lies on a frame, or beside a text, and where the arrow of the characters ends."""
    for part in parts(name, way):
        layout, found = laid_out(part), elements(part)
        tips = [tuple(map(float, e.attrib["points"].split()[0].split(","))) for e in found if e.tag == "polygon"]
        frames = [tuple(float(e.attrib[k]) for k in ("x", "y", "width", "height")) for e in found if e.tag == "rect"]
        routes = sorted(layout.routes, key=lambda route: route.edge.dashed)  # solid lines are drawn first
        for (x, y), route in zip(tips, routes, strict=True):
            column, line = route.points[-1]
            assert abs(x - (column + 0.5) * CELL_WIDTH) <= 1.2 * CELL_WIDTH
            assert abs(y - (line + 0.5) * CELL_HEIGHT) <= 0.7 * CELL_HEIGHT
            on_frame = any(
                (min(abs(x - left), abs(x - left - wide)) < 0.02 and top <= y <= top + high)
                or (min(abs(y - top), abs(y - top - high)) < 0.02 and left <= x <= left + wide)
                for left, top, wide, high in frames
            )
            assert on_frame == (layout.nodes[str(route.edge.end)].node.shape != "text")


@every_picture
def test_svg_labels_fit_their_frames(name: str, way: dict[str, str]) -> None:
    for part in parts(name, way):
        for placed in laid_out(part).nodes.values():
            if placed.node.shape != "text":
                wide = (placed.frame.right - placed.frame.left) * CELL_WIDTH
                assert max(width_of(line, 12) for line in placed.lines) <= wide


def test_svg_interrupts_the_level_line_at_a_crossing_and_marks_a_branch() -> None:
    crossing = elements(cross(Edge("a", "b"), Edge("c", "d")))
    level, upright = [element.attrib["d"] for element in crossing if element.tag == "path"]
    x, y = 5.5 * CELL_WIDTH, 2.5 * CELL_HEIGHT
    assert f"L{x - 6:g} {y:g}M{x + 6:g} {y:g}L" in level
    assert upright.count("M") == 1
    assert not [element for element in crossing if element.tag == "circle"]
    branching = elements(cross(Edge("a", "b"), Edge("a", "d", ((5, 2),))))
    (dot,) = [element for element in branching if element.tag == "circle"]
    assert (float(dot.attrib["cx"]), float(dot.attrib["cy"])) == (5.5 * CELL_WIDTH, 2.5 * CELL_HEIGHT)
    assert [element.attrib["d"].count("M") for element in branching if element.tag == "path"] == [1, 1]


def test_svg_lowers_and_raises_scripts_and_escapes_text() -> None:
    part = Diagram((Node("a", "$h_{t-1}$ < $h_1^{\\rightarrow}$ & $W_{xh}$", 14, 0, "text"),), (), 30, 1)
    (text,) = [element for element in elements(part) if element.tag == "text"]
    spans = [(s.text, float(s.attrib.get("dy", 0)), s.attrib.get("font-style")) for s in text]
    assert "".join(text.itertext()).replace("\u00a0", " ") == "ht−1 < h1→ & Wxh"
    assert spans[:3] == [("h", 0, "italic"), ("t", 4, "italic"), ("−1", 0, None)]
    assert ("1", 4, None) in spans
    assert ("→", -10, None) in spans  # up from below the line
    assert ("xh", 4, "italic") in spans


def test_svg_is_made_smaller_where_there_is_less_room() -> None:
    (part,) = parts("lstm-cell", {})
    drawn, height = drawn_as_svg(part, 0, part.width * CELL_WIDTH / 2)
    assert "scale(0.5000)" in drawn
    assert height == part.height * CELL_HEIGHT / 2


@every_picture
def test_the_whole_document_is_well_formed_and_harmless(name: str, way: dict[str, str]) -> None:
    document = svg(plots.find(name).figure(way))
    assert ElementTree.fromstring(document).tag.endswith("svg")
    assert not re.search(r"<(script|style|marker|image|use)|href|url\(", document)


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for each in GOLDENS:
        for way in (False, True):
            (GOLDEN / f"{each}{'-plain' * way}.txt").write_text(shown(each, way), "utf-8")
    sys.exit(0)
