"""Reads a drawn diagram back from its characters, as an eye follows lines: which node leads to which.

Of the layout only the rectangles of nodes and labels are taken; every line, corner, junction, crossing and arrow head
is read from the glyphs.
"""

from __future__ import annotations

from studyrnn import plots
from studyrnn.figures.layout import Frame, Layout, Placed, laid_out
from studyrnn.figures.parts import Diagram
from studyrnn.terminal.diagrams import diagram
from studyrnn.terminal.screen import MARGIN

Place = tuple[int, int]
STEPS = {"N": (0, -1), "E": (1, 0), "S": (0, 1), "W": (-1, 0)}
OPPOSITE = {"N": "S", "S": "N", "E": "W", "W": "E"}
GLYPHS = {
    "│": "NS", "┆": "NS", "|": "NS", ":": "NS", "─": "EW", "┄": "EW", "-": "EW", ".": "EW",
    "╰": "NE", "╯": "NW", "╭": "SE", "╮": "SW", "├": "NSE", "┤": "NSW", "┬": "EWS", "┴": "EWN",
    "┼": "NESW", "+": "NESW",
}  # fmt: skip
HEADS = {"▶": "E", "◀": "W", "▲": "N", "▼": "S", ">": "E", "<": "W", "^": "N", "v": "S"}


def drawing(part: Diagram, plain: bool = False) -> list[str]:
    """The lines of the drawing alone, without margin, title and words."""
    bare = Diagram(part.nodes, part.edges, part.width, part.height)
    return [line.plain[MARGIN:].ljust(part.width) for line in diagram(bare, part.width, plain)][: part.height]


def connections(part: Diagram, plain: bool = False) -> set[tuple[str, str]]:
    """Which node an arrow leads from, and to which. Fails where a line ends in nothing."""
    return _Reader(laid_out(part, plain), drawing(part, plain)).connections()


class _Reader:
    def __init__(self, layout: Layout, lines: list[str]) -> None:
        self.nodes = layout.nodes
        frames = [placed.frame for placed in layout.nodes.values()]
        frames += [route.label.frame for route in layout.routes if route.label]
        cells = {(x, y): glyph for y, line in enumerate(lines) for x, glyph in enumerate(line) if glyph != " "}
        self.glyphs = cells
        self.free = {cell: g for cell, g in cells.items() if not any(frame.holds(cell) for frame in frames)}
        unknown = {glyph for glyph in self.free.values() if glyph not in GLYPHS and glyph not in HEADS}
        assert not unknown, f"neither line nor arrow: {unknown}"

    def connections(self) -> set[tuple[str, str]]:
        found = set()
        left = set(self.free)
        while left:
            line = self.whole(left.pop())
            left -= line
            heads = {self.pointed_at(cell) for cell in line if self.free[cell] in HEADS}
            starts = {name for cell in line for name in self.starts(cell)}
            assert heads and starts, f"a line without a beginning or without an end at {min(line)}"
            found |= {(start, head) for start in starts for head in heads}
        return found

    def whole(self, start: Place) -> set[Place]:
        """Every cell of the line that this cell belongs to."""
        seen, waiting = {start}, [start]
        while waiting:
            cell = waiting.pop()
            for direction in self.arms(cell):
                other = self.next(cell, direction)
                if other is not None and other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return seen

    def arms(self, cell: Place) -> str:
        glyph = self.free[cell]
        return OPPOSITE[HEADS[glyph]] if glyph in HEADS else GLYPHS[glyph]

    def next(self, cell: Place, direction: str) -> Place | None:
        """The cell that a line goes on in; a level line goes on behind an upright one that it only crosses."""
        other = _moved(cell, direction)
        while other in self.free and OPPOSITE[direction] not in self.arms(other):
            if direction in "NS" or self.arms(other) != "NS" or self.free[cell] == "+":
                return None
            other = _moved(other, direction)
        return other if other in self.free else None

    def starts(self, cell: Place) -> list[str]:
        """The nodes that a line comes out of at this cell."""
        return [
            name
            for direction in self.arms(cell)
            for name, placed in self.nodes.items()
            if self.leaves(placed, cell, direction)
        ]

    def leaves(self, placed: Placed, cell: Place, direction: str) -> bool:
        other = _moved(cell, direction)
        if placed.node.shape == "text":
            return _meets_text(placed.frame, cell, direction)
        if not placed.frame.holds(other):
            return False
        return not placed.drawn or OPPOSITE[direction] in GLYPHS.get(self.glyphs[other], "")

    def pointed_at(self, cell: Place) -> str:
        direction = HEADS[self.free[cell]]
        (name,) = (
            name
            for name, placed in self.nodes.items()
            if placed.frame.holds(_moved(cell, direction))
            or (placed.node.shape == "text" and _meets_text(placed.frame, cell, direction))
        )
        return name


def _meets_text(frame: Frame, cell: Place, direction: str) -> bool:
    """On the level there is one blank between a line and a text."""
    other = _moved(cell, direction)
    return frame.holds(other if direction in "NS" else _moved(other, direction))


def _moved(cell: Place, direction: str) -> Place:
    return (cell[0] + STEPS[direction][0], cell[1] + STEPS[direction][1])


# -- the pictures that are read ----------------------------------------------------------------------------------------

PICTURES = ("unrolled", "rnn-cell", "lstm-cell", "gru-cell", "bidirectional", "encoder-decoder")


def options(name: str) -> list[dict[str, str]]:
    """Every choice of options that a picture has."""
    ways: list[dict[str, str]] = [{}]
    for option in plots.find(name).options:
        values = option.choices or [str(number) for number in range(int(option.low or 0), int(option.high or 0) + 1)]
        ways = [{**way, option.name: value} for way in ways for value in values]
    return ways


ALL = [(name, way) for name in PICTURES for way in options(name)]
NAMES = ["-".join([name, *way.values()]) for name, way in ALL]


def parts(name: str, way: dict[str, str]) -> list[Diagram]:
    found = plots.find(name).figure(way).parts
    return [part for part in found if isinstance(part, Diagram)]
