"""Boxes and arrows as SVG: the layout of the terminal, scaled, with frames, arrow heads and real subscripts.

Where lines only cross, the level one is interrupted; where one line has branches stands a dot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from xml.sax.saxutils import escape

from studyrnn.boxes import columns
from studyrnn.figures.layout import Layout, Place, Placed, Route, laid_out
from studyrnn.figures.palette import COLOURS
from studyrnn.figures.parts import Diagram
from studyrnn.figures.svg_text import INK, PAPER, coordinate, element

CELL_WIDTH, CELL_HEIGHT = 9.0, 18.0
ACCENTS = (INK, *COLOURS)
_TINTS = (PAPER, "#e3eff7", "#fbeadd", "#e0f3ec", "#f8ecf3", "#e9f5fc", "#fdf4df")
_SIZE, _SMALL = 15.0, 10.5
_PILL = 22.0  # the height of an operation in one line
_HEAD, _HALF = 9.0, 4.0  # an arrow head: its length, and half of its width
_GAP = 6.0  # on either side of a crossing
_SERIF = "'STIX Two Text', 'Times New Roman', 'Liberation Serif', serif"
_MONO = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"

Point = tuple[float, float]


def diagram(part: Diagram, top: float, width: float) -> tuple[str, float]:
    """The elements, and the height that they take below `top`. Its title and its words stand where it is put in."""
    layout = laid_out(part)
    scale = min(1.0, width / (part.width * CELL_WIDTH))
    place = f"translate(0 {coordinate(top)})" + (f" scale({scale:.4f})" if scale < 1 else "")
    drawn = element("g", "".join(_elements(layout)), transform=place, font_family=_SERIF)
    return drawn, part.height * CELL_HEIGHT * scale


def _elements(layout: Layout) -> Iterator[str]:
    done: dict[int, set[Place]] = {}
    for route, net in sorted(zip(layout.routes, layout.nets, strict=True), key=lambda pair: pair[0].edge.dashed):
        yield _line(layout, route, done.setdefault(net, set()))
    for cell in layout.junctions:
        x, y = _middle(cell)
        yield element("circle", cx=x, cy=y, r=2.8, fill=ACCENTS[layout.strokes[cell][0].accent])
    for placed in layout.nodes.values():
        yield _node(placed)
    for route in layout.routes:
        if route.label:
            yield _label(route)


def _middle(cell: Place) -> Point:
    return ((cell[0] + 0.5) * CELL_WIDTH, (cell[1] + 0.5) * CELL_HEIGHT)


# -- lines -----------------------------------------------------------------------------------------------------------


def _line(layout: Layout, route: Route, done: set[Place]) -> str:
    """The way with its corners and its head, from where it leaves what is drawn already of the same net (`done`)."""
    edge, cells = route.edge, list(route.cells)
    colour = ACCENTS[edge.accent]
    ways = [_middle(point) for point in route.points]
    start = _border(layout.nodes[edge.start], ways[0], ways[1]) if isinstance(edge.start, str) else ways[0]
    tip = _border(layout.nodes[edge.end], ways[-1], ways[-2]) if isinstance(edge.end, str) else ways[-1]
    shared = 0
    while shared < len(cells) - 1 and cells[shared] in done:
        shared += 1
    if shared:
        start, cells = _middle(cells[shared - 1]), cells[shared:]
    done |= set(route.cells[:-1])
    points = [start, *_bends(start, [_middle(cell) for cell in cells], tip), tip]
    ends = [*points[:-1], _moved(tip, points[-2], _HEAD - 1)] if edge.arrow else points
    drawn = element(
        "path",
        d=_path(ends, [_middle(cell) for cell in layout.crossings if cell in cells]),
        fill="none",
        stroke=colour,
        stroke_width=2.2 if edge.accent else 1.5,
        stroke_dasharray="5 4" if edge.dashed else None,
        stroke_linejoin="round",
    )
    return drawn + (_head(tip, points[-2], colour) if edge.arrow else "")


def _bends(start: Point, middles: list[Point], tip: Point) -> list[Point]:
    """The corners between two points, of all cells between them."""
    ways = [start, *middles, tip]
    return [b for a, b, c in zip(ways, ways[1:], ways[2:], strict=False) if a[0] != c[0] and a[1] != c[1]]


def _border(placed: Placed, point: Point, toward: Point) -> Point:
    """Where a line in the direction of its next corner meets what is drawn of a node."""
    (left, top), (right, bottom) = _corners(placed)
    if point[1] == toward[1]:
        return (left if toward[0] < left else right, point[1])
    return (point[0], top if toward[1] < top else bottom)


def _corners(placed: Placed) -> tuple[Point, Point]:
    """The rectangle that is drawn, or for a text the one that lines keep out of; its middle is the node's column."""
    frame = placed.frame
    x, y = (placed.node.x + 0.5) * CELL_WIDTH, (frame.top + frame.bottom + 1) / 2 * CELL_HEIGHT
    wide, high = frame.right - frame.left + 1, frame.bottom - frame.top + 1
    if placed.node.shape == "text":
        half = (_estimate(placed.lines) / 2 + 4, (high - 1) / 2 * CELL_HEIGHT + 10)
    elif placed.drawn:
        half = ((wide - 1) / 2 * CELL_WIDTH, (high - 1) / 2 * CELL_HEIGHT)
    else:
        half = (max(_PILL, wide * CELL_WIDTH - 4) / 2, _PILL / 2)
    return (x - half[0], y - half[1]), (x + half[0], y + half[1])


def _estimate(lines: Iterable[str]) -> float:
    return max(columns(line) for line in lines) * 7.5


def _moved(point: Point, toward: Point, by: float) -> Point:
    dx, dy = toward[0] - point[0], toward[1] - point[1]
    length = abs(dx) + abs(dy)
    return (point[0] + dx / length * by, point[1] + dy / length * by)


def _path(points: list[Point], crossings: list[Point]) -> str:
    written = [f"M{_written(points[0])}"]
    for (x1, y1), (x2, y2) in pairwise(points):
        if y1 == y2:
            sign = 1 if x2 > x1 else -1
            here = [x for x, y in crossings if y == y1 and min(x1, x2) < x < max(x1, x2)]
            for x in sorted(here, key=lambda x: sign * x):
                written.append(f"L{_written((x - sign * _GAP, y1))}M{_written((x + sign * _GAP, y1))}")
        written.append(f"L{_written((x2, y2))}")
    return "".join(written)


def _written(point: Point) -> str:
    return f"{coordinate(point[0])} {coordinate(point[1])}"


def _head(tip: Point, back: Point, colour: str) -> str:
    base = _moved(tip, back, _HEAD)
    across = (_HALF, 0.0) if tip[0] == back[0] else (0.0, _HALF)
    corners = [tip, (base[0] + across[0], base[1] + across[1]), (base[0] - across[0], base[1] - across[1])]
    return element("polygon", points=" ".join(f"{coordinate(x)},{coordinate(y)}" for x, y in corners), fill=colour)


# -- nodes and labels ------------------------------------------------------------------------------------------------


def _node(placed: Placed) -> str:
    (left, top), (right, bottom) = _corners(placed)
    accent, shape = placed.node.accent, placed.node.shape
    frame = ""
    if shape != "text":
        height = bottom - top
        radius = 2 if shape == "box" else min(height / 2, 12)
        frame = element(
            "rect",
            x=left,
            y=top,
            width=right - left,
            height=height,
            rx=radius,
            fill=_TINTS[accent],
            stroke=ACCENTS[accent],
            stroke_width=1.5,
        )
    x, middle, count = (left + right) / 2, (top + bottom) / 2, len(placed.lines)
    lines = (
        typeset(line, x, middle + (k - (count - 1) / 2) * CELL_HEIGHT + 5, ACCENTS[accent] if shape == "text" else INK)
        for k, line in enumerate(placed.lines)
    )
    return frame + "".join(lines)


def _label(route: Route) -> str:
    """Beside an upright line it begins or ends near it; along a level one it has its middle there."""
    assert route.label is not None
    label, colour = route.label, ACCENTS[route.edge.accent]
    baseline = (label.frame.top + 0.5) * CELL_HEIGHT + 5
    if label.side == "right":
        return typeset(label.text, label.frame.left * CELL_WIDTH - 3, baseline, colour, "start")
    if label.side == "left":
        return typeset(label.text, (label.frame.right + 1) * CELL_WIDTH + 3, baseline, colour, "end")
    return typeset(label.text, (label.frame.left + label.frame.right + 1) / 2 * CELL_WIDTH, baseline, colour)


_SCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₜᵢⱼₖₘₙ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵗⁱʲᵏᵐⁿˡᵀ", "0123456789+−=()tijkmn0123456789+−=()tijkmnlT")
_PIECES = re.compile(
    r"(?P<below>[₀-₎ₜᵢⱼₖₘₙ]+|_(?:\([^()]*\)|[A-Za-z0-9]+))"
    r"|(?P<above>[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵗⁱʲᵏᵐⁿˡᵀ]+|\^(?:\([^()]*\)|[A-Za-z0-9→←∗′]+))"
    r"|(?P<number>[⎡⎢⎣][^⎤⎥⎦]*[⎤⎥⎦])"
    r"|(?P<word>[A-Za-z]{2,})|(?P<letter>[A-Za-zα-ω])|(?P<rest>[^A-Za-zα-ω_^]|[_^])"
)


def typeset(line: str, x: float, baseline: float, fill: str = INK, anchor: str = "middle") -> str:
    """A line of Unicode maths, hₜ₋₁ or W_xh, with its letters in italics and its scripts lowered and raised."""
    pieces, shift = [], 0.0
    for match in _PIECES.finditer(line):
        kind, content = str(match.lastgroup), match[0]
        wanted = {"below": 4.0, "above": -6.0}.get(kind, 0.0)
        if kind in {"below", "above"}:
            content = content.lstrip("_^").translate(_SCRIPTS)
            content = content if kind == "above" and content[1:-1].isdigit() else content.strip("()")  # (2): a layer
        pieces.append(_span(content, kind, wanted - shift))
        shift = wanted
    return element("text", "".join(pieces), x=x, y=baseline, font_size=_SIZE, text_anchor=anchor, fill=fill)


def _span(content: str, kind: str, by: float) -> str:
    """A word is upright, and so are digits; letters that stand for something are in italics, in scripts as well."""
    script = kind in {"below", "above"}
    italic = kind == "letter" or (script and content.isalpha() and len(content) < 3)
    if script and not italic and re.search("[a-z]", content) and not content.isalpha():
        pieces = [piece for piece in re.split("([a-z])", content) if piece]
        return "".join(_span(piece, kind, by if k == 0 else 0) for k, piece in enumerate(pieces))
    return element(
        "tspan",
        escape(content.replace(" ", "\u00a0")),  # or several blanks, as before a number, would become one
        dy=by if by else None,
        font_size=_SMALL if script else 12.5 if kind == "number" else None,
        font_style="italic" if italic else None,
        font_family=_MONO if kind == "number" else None,
    )
