"""Where everything in a diagram stands: the frames of its nodes, the paths of its edges, the places of its labels.

Everything is counted in characters from the top left; the terminal draws these cells, SVG scales them. A line carries
what its start carries: edges that begin at one node may share a part of their way, and where they part there is a
junction. Lines of different starts may only cross, one level and one upright; all else would be ambiguous, and is
refused. So is a line through a node, a label without room, and whatever does not lie on the grid: ValueError, for a
diagram is written by this project and not by who looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from typing import Literal, NamedTuple

from studyrnn.boxes import columns
from studyrnn.figures.parts import Diagram, Edge, Node
from studyrnn.typeset import flat

Place = tuple[int, int]  # column, line
Side = Literal["above", "below", "right", "left"]

NORTH, EAST, SOUTH, WEST = 1, 2, 4, 8  # the arms of a cell: where a line in it leads
ARMS = {(0, -1): NORTH, (1, 0): EAST, (0, 1): SOUTH, (-1, 0): WEST}
LEVEL, UPRIGHT = EAST | WEST, NORTH | SOUTH

_ASCII = str.maketrans("⎡⎢⎣⎤⎥⎦−×·→←↑↓", "[[[]]]-x*><^v")


def typeset(markdown: str, ascii_only: bool = False) -> str:
    """One line of a label."""
    text = flat(markdown, ascii_only)
    return text.translate(_ASCII) if ascii_only else text


def room(label: str) -> int:
    """How many columns a label needs, in whichever of the two ways it takes more."""
    return max(columns(typeset(line, way)) for line in label.split("\n") for way in (False, True))


# -- what a layout is made of ----------------------------------------------------------------------------------------


class Frame(NamedTuple):
    """A rectangle of cells; right and bottom are its last ones."""

    left: int
    top: int
    right: int
    bottom: int

    def holds(self, place: Place) -> bool:
        return self.left <= place[0] <= self.right and self.top <= place[1] <= self.bottom

    def meets(self, other: Frame) -> bool:
        return not (
            self.right < other.left or other.right < self.left or self.bottom < other.top or other.bottom < self.top
        )

    @property
    def middle(self) -> Place:
        """That of an even count is the first of the two."""
        return ((self.left + self.right) // 2, (self.top + self.bottom) // 2)

    def cells(self) -> Iterator[Place]:
        return ((x, y) for y in range(self.top, self.bottom + 1) for x in range(self.left, self.right + 1))


class Placed(NamedTuple):
    """A node with its label typeset, and the cells that it covers."""

    node: Node
    lines: tuple[str, ...]
    frame: Frame

    @property
    def drawn(self) -> bool:
        """Whether its frame is drawn as lines: not that of a text, and not that of an operation in one line, (+)."""
        return self.node.shape == "box" or (self.node.shape == "round" and self.frame.bottom > self.frame.top)


class Label(NamedTuple):
    text: str
    place: Place  # its first letter
    side: Side  # of its line

    @property
    def frame(self) -> Frame:
        x, y = self.place
        return Frame(x, y, x + columns(self.text) - 1, y)


class Route(NamedTuple):
    """An edge and its way. The ends lie on the frames of its nodes, beside a text one column away from it."""

    edge: Edge
    points: tuple[Place, ...]
    cells: tuple[Place, ...]  # those with a line or an arrow head in them, in order
    arms: tuple[int, ...]  # of each cell
    label: Label | None = None


class Stroke(NamedTuple):
    """What one net draws into one cell; dashed where all edges are that pass there."""

    net: int
    arms: int
    accent: int
    dashed: bool
    edge: Edge


@dataclass(frozen=True)
class Layout:
    diagram: Diagram
    nodes: Mapping[str, Placed]
    routes: tuple[Route, ...]
    nets: tuple[int, ...]  # of each route: those with the same number are one line with branches

    @cached_property
    def strokes(self) -> Mapping[Place, tuple[Stroke, ...]]:
        """What is drawn into each cell: one stroke, or where lines cross two, the upright one first."""
        found: dict[Place, dict[int, Stroke]] = {}
        for route, net in zip(self.routes, self.nets, strict=True):
            for cell, arms in zip(route.cells, route.arms, strict=True):
                here = found.setdefault(cell, {})
                before = here.get(net, Stroke(net, 0, route.edge.accent, True, route.edge))
                here[net] = before._replace(arms=before.arms | arms, dashed=before.dashed and route.edge.dashed)
        return {cell: tuple(sorted(here.values(), key=lambda s: s.arms == LEVEL)) for cell, here in found.items()}

    @property
    def heads(self) -> Mapping[Place, Route]:
        return {route.cells[-1]: route for route in self.routes if route.edge.arrow}

    @property
    def junctions(self) -> list[Place]:
        """Where a line has branches, apart from where it leaves its node."""
        frames = [placed.frame for placed in self.nodes.values()]
        return [
            cell
            for cell, strokes in self.strokes.items()
            if len(strokes) == 1 and strokes[0].arms.bit_count() > 2 and not any(f.holds(cell) for f in frames)
        ]

    @property
    def crossings(self) -> list[Place]:
        return [cell for cell, strokes in self.strokes.items() if len(strokes) == 2]


def laid_out(diagram: Diagram, ascii_only: bool = False) -> Layout:
    """Raises ValueError where the diagram contradicts itself, or would be ambiguous."""
    nodes = {node.name: _placed(node, ascii_only) for node in diagram.nodes}
    if len(nodes) < len(diagram.nodes):
        raise ValueError("two nodes of a diagram have the same name")
    _refuse_nodes(diagram, nodes.values())
    routes = [_route(diagram, nodes, edge) for edge in diagram.edges]
    nets = _nets(routes)
    layout = Layout(diagram, nodes, tuple(routes), nets)
    _refuse_lines(layout)
    _refuse_closeness(layout)
    return Layout(diagram, nodes, tuple(_labelled(layout, ascii_only)), nets)


# -- nodes -----------------------------------------------------------------------------------------------------------


def _placed(node: Node, ascii_only: bool) -> Placed:
    """An operation in one line stands in parentheses, (+); other frames are lines, with a blank beside the label."""
    lines = tuple(typeset(line, ascii_only) for line in node.label.split("\n"))
    needed = max(map(columns, lines))
    if node.shape == "text":
        width, height = needed, len(lines)
    elif node.shape == "round" and len(lines) == 1 and node.height <= 1:
        width, height = max(needed + 2, node.width), 1
    else:
        width = node.width or needed + 5 - needed % 2  # odd, so that lines can leave from the middle
        height = node.height or len(lines) + 2
        if width < needed + 2 or height < len(lines) + 2:
            raise ValueError(f"{node.name} is {width} by {height}: too small for its label")
    left, top = node.x - (width - 1) // 2, node.y - (height - 1) // 2
    return Placed(node, lines, Frame(left, top, left + width - 1, top + height - 1))


def _refuse_nodes(diagram: Diagram, nodes: Iterable[Placed]) -> None:
    grid = Frame(0, 0, diagram.width - 1, diagram.height - 1)
    for name, frame in ((placed.node.name, placed.frame) for placed in nodes):
        if not (grid.holds((frame.left, frame.top)) and grid.holds((frame.right, frame.bottom))):
            raise ValueError(f"{name} does not fit: {frame} on a grid of {diagram.width} by {diagram.height}")
    for one, other in combinations(nodes, 2):
        if one.frame.meets(other.frame):
            raise ValueError(f"{one.node.name} and {other.node.name} overlap")


# -- edges -----------------------------------------------------------------------------------------------------------


def _name(edge: Edge) -> str:
    return f"the edge from {edge.start} to {edge.end}"


def _route(diagram: Diagram, nodes: Mapping[str, Placed], edge: Edge) -> Route:
    start, end = _end(nodes, edge, edge.start), _end(nodes, edge, edge.end)
    first, last = (edge.via[0], edge.via[-1]) if edge.via else _facing(start, end, edge)
    points = (_leaving(start, first, edge), *edge.via, _leaving(end, last, edge))
    _refuse_points(diagram, edge, points)
    cells, arms = _walked(points)
    framed = isinstance(start, Placed) and start.drawn  # then the line has a joint in its frame
    begin = isinstance(start, Placed) and not framed
    stop = len(cells) - isinstance(end, Placed)
    bent = isinstance(end, Placed) and arms[stop - 1] not in {LEVEL, UPRIGHT}
    if stop - begin < 1 + framed or bent:
        raise ValueError(f"{_name(edge)} has no room")
    last_arms = arms[-1] if edge.arrow else arms[stop - 1]  # a head has no arm in front of it
    return Route(edge, points, cells[begin:stop], (*arms[begin : stop - 1], last_arms))


def _end(nodes: Mapping[str, Placed], edge: Edge, end: str | Place) -> Placed | Place:
    if isinstance(end, str) and end not in nodes:
        raise ValueError(f"{_name(edge)}: no node is called {end}")
    return nodes[end] if isinstance(end, str) else end


def _refuse_points(diagram: Diagram, edge: Edge, points: tuple[Place, ...]) -> None:
    grid = Frame(0, 0, diagram.width - 1, diagram.height - 1)
    if outside := [point for point in points if not grid.holds(point)]:
        raise ValueError(f"{_name(edge)}: {outside[0]} is outside of the grid")
    for one, other in pairwise(points):
        if (one[0] == other[0]) == (one[1] == other[1]):
            raise ValueError(f"{_name(edge)}: from {one} to {other} it is neither level nor upright")


def _frame(end: Placed | Place) -> Frame:
    return end.frame if isinstance(end, Placed) else Frame(*end, *end)


def _facing(start: Placed | Place, end: Placed | Place, edge: Edge) -> tuple[Place, Place]:
    """Two places that a straight edge passes through, one in each end; each as the other end sees it."""
    a, b = _frame(start), _frame(end)
    x = _common((a.left, a.right), (b.left, b.right), _middle(start)[0], _middle(end)[0])
    y = _common((a.top, a.bottom), (b.top, b.bottom), _middle(start)[1], _middle(end)[1])
    if (x is None) == (y is None):
        raise ValueError(f"{_name(edge)} cannot be straight")
    if x is not None:
        return (x, _middle(end)[1]), (x, _middle(start)[1])
    assert y is not None
    return (_middle(end)[0], y), (_middle(start)[0], y)


def _middle(end: Placed | Place) -> Place:
    return (end.node.x, end.node.y) if isinstance(end, Placed) else end


def _common(a: tuple[int, int], b: tuple[int, int], middle_a: int, middle_b: int) -> int | None:
    """A coordinate in both spans: the middle of the shorter one, or else that of the other."""
    middles = (middle_a, middle_b) if a[1] - a[0] <= b[1] - b[0] else (middle_b, middle_a)
    return next((m for m in middles if a[0] <= m <= a[1] and b[0] <= m <= b[1]), None)


def _leaving(end: Placed | Place, toward: Place, edge: Edge) -> Place:
    """Where a leg toward a place leaves its end: never at the corner of a frame."""
    if not isinstance(end, Placed):
        return end
    (x, y), frame, beside = toward, end.frame, end.node.shape == "text"
    inset = 1 if end.drawn else 0
    if frame.top + inset <= y <= frame.bottom - inset and not frame.left <= x <= frame.right:
        return (frame.left - beside if x < frame.left else frame.right + beside, y)
    if frame.left + inset <= x <= frame.right - inset and not frame.top <= y <= frame.bottom:
        return (x, frame.top if y < frame.top else frame.bottom)
    raise ValueError(f"{_name(edge)}: no level or upright way between {end.node.name} and {toward}")


def _walked(points: tuple[Place, ...]) -> tuple[tuple[Place, ...], tuple[int, ...]]:
    """Every cell from the first point to the last, and its arms."""
    cells, arms = [points[0]], [0]
    for (x, y), (to_x, to_y) in pairwise(points):
        step = ((to_x > x) - (to_x < x), (to_y > y) - (to_y < y))
        for _ in range(abs(to_x - x) + abs(to_y - y)):
            arms[-1] |= ARMS[step]
            cells.append((cells[-1][0] + step[0], cells[-1][1] + step[1]))
            arms.append(ARMS[-step[0], -step[1]])
    return tuple(cells), tuple(arms)


def _nets(routes: list[Route]) -> tuple[int, ...]:
    """Edges with one start are one net; an edge that begins or ends on the line of another belongs to that one's."""
    nets = list(range(len(routes)))

    def join(one: int, other: int) -> None:
        new, old = sorted((nets[one], nets[other]))
        nets[:] = [new if net == old else net for net in nets]

    for (k, one), (m, other) in combinations(enumerate(routes), 2):
        ends = {end for end in (one.edge.start, one.edge.end) if not isinstance(end, str)} & set(other.cells)
        ends |= {end for end in (other.edge.start, other.edge.end) if not isinstance(end, str)} & set(one.cells)
        if ends or one.edge.start == other.edge.start:
            join(k, m)
    return tuple(nets)


def _refuse_lines(layout: Layout) -> None:
    for route in layout.routes:
        own = [layout.nodes[route.edge.start].frame] if isinstance(route.edge.start, str) else []
        for name, placed in layout.nodes.items():
            passed = [cell for cell in route.cells if placed.frame.holds(cell)]
            if passed and not (placed.frame in own and passed == [route.cells[0]]):
                raise ValueError(f"{_name(route.edge)} runs through {name} at {passed[-1]}")
    heads = layout.heads
    for cell, strokes in layout.strokes.items():
        crossing = len(strokes) == 2 and [stroke.arms for stroke in strokes] == [UPRIGHT, LEVEL]
        if len(strokes) > 1 and (not crossing or cell in heads):
            raise ValueError(f"{_name(strokes[0].edge)} and {_name(strokes[1].edge)} touch at {cell}")
        if cell in heads and strokes[0].arms != heads[cell].arms[-1]:
            raise ValueError(f"a line goes through the head of {_name(heads[cell].edge)}")


def _refuse_closeness(layout: Layout) -> None:
    """A line beside what it does not lead to looks as if it did: at a frame, at a text, and where lines bend."""
    owners = {cell: name for name, placed in layout.nodes.items() for cell in placed.frame.cells()}
    for route in layout.routes:
        for k, (x, y) in enumerate(route.cells):
            own = {route.edge.start if k < 2 else "", route.edge.end if k == len(route.cells) - 1 else ""}
            for (dx, dy), arm in ARMS.items():
                near = owners.get((x + dx, y + dy))
                if near and near not in own and (arm & LEVEL or layout.nodes[near].drawn):
                    raise ValueError(f"{_name(route.edge)} is too close to {near} at {(x, y)}")
    for (x, y), (stroke, *_) in layout.strokes.items():
        if stroke.arms.bit_count() == 1 or stroke.arms in {LEVEL, UPRIGHT}:
            continue
        for (dx, dy), arm in ARMS.items():
            for other in () if stroke.arms & arm else layout.strokes.get((x + dx, y + dy), ()):
                if other.net != stroke.net:
                    raise ValueError(f"{_name(stroke.edge)} and {_name(other.edge)} are too close at {(x, y)}")


# -- labels of edges -------------------------------------------------------------------------------------------------


def _labelled(layout: Layout, ascii_only: bool) -> Iterator[Route]:
    taken = {cell for placed in layout.nodes.values() for cell in placed.frame.cells()} | set(layout.strokes)
    for route in layout.routes:
        if not route.edge.label:
            yield route
            continue
        label = _label(layout, route, typeset(route.edge.label, ascii_only), taken)
        taken |= set(label.frame.cells())
        yield route._replace(label=label)


def _label(layout: Layout, route: Route, text: str, taken: set[Place]) -> Label:
    """Beside the longest leg as near to its middle as there is room, a blank to its left and right."""
    grid = Frame(0, 0, layout.diagram.width - 1, layout.diagram.height - 1)
    for place, side in _beside(route, columns(text)):
        label = Label(text, place, side)
        left, line, right, _ = label.frame
        inside = grid.holds(place) and grid.holds((right, line))
        if inside and not any(cell in taken for cell in Frame(left - 1, line, right + 1, line).cells()):
            return label
    raise ValueError(f'{_name(route.edge)}: there is no room for its label "{text}"')


def _beside(route: Route, width: int) -> Iterator[tuple[Place, Side]]:
    """Places for a label, the best first: above a level leg or below it, to the right of an upright one or the left."""
    legs = sorted(pairwise(route.points), key=lambda leg: -abs(leg[0][0] - leg[1][0]) - abs(leg[0][1] - leg[1][1]))
    drawn = set(route.cells) - {route.points[0], route.cells[-1]}
    for (x1, y1), (x2, y2) in legs:
        leg = Frame(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
        cells = [cell for cell in leg.cells() if cell in drawn]
        if not cells:
            continue
        if y1 == y2:
            reach = range(cells[0][0] - width // 2, cells[-1][0] + width // 2 + 1)
            for x in _from_the_middle(reach):
                yield (x - (width - 1) // 2, y1 - 1), "above"
                yield (x - (width - 1) // 2, y1 + 1), "below"
        else:
            for y in _from_the_middle([y for _, y in cells]):
                yield (x1 + 2, y), "right"
                yield (x1 - 1 - width, y), "left"


def _from_the_middle(numbers: Sequence[int]) -> list[int]:
    """Of two that are as near to it the larger: that is the lower one."""
    middle = (min(numbers) + max(numbers)) / 2
    return sorted(numbers, key=lambda number: (abs(number - middle), -number))
