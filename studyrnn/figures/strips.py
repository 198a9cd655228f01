"""A network unrolled over its steps, as nodes and edges: one column a step, inputs below, outputs above.

Labels may have several lines, so that numbers can stand in the place of symbols: `column` makes one of a vector.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from studyrnn.figures.layout import room
from studyrnn.figures.parts import Diagram, Edge, Node

STATE = 2  # the accent of what leads from one step to the next


class Step(NamedTuple):
    """The labels of one column, from the bottom up; "" for what is not shown."""

    x: str
    h: str
    y: str = ""
    L: str = ""


class Weights(NamedTuple):
    """The labels of the arrows, the same at every step; "" for none."""

    xh: str = "$W_{xh}$"
    hh: str = "$W_{hh}$"
    hy: str = "$W_{hy}$"


NAMED, NONE = Weights(), Weights("", "", "")


class Drawn(NamedTuple):
    """A part of a diagram, and the cells that it takes from the top left of that diagram."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: int
    height: int


class Rows(NamedTuple):
    """The lines on which the quantities of a strip have their middles, and the line below all."""

    total: int
    L: int
    y: int
    h: int
    x: int
    end: int


def column(values: Iterable[float], decimals: int = 2) -> str:
    """A vector as a label: an entry a line, in tall brackets where there are several."""
    entries = [f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−") for value in values]
    if len(entries) == 1:
        return entries[0]
    widest = max(map(len, entries))
    brackets = ["⎡⎤", *["⎢⎥"] * (len(entries) - 2), "⎣⎦"]
    return "\n".join(f"{pair[0]}{entry:>{widest}}{pair[1]}" for pair, entry in zip(brackets, entries, strict=True))


def rows(steps: Sequence[Step], top: int = 0, frame: int = 0, total: bool = False, gap: int = 4) -> Rows:
    """Where each quantity stands; a state takes `frame` lines, or what its label needs, an arrow beside it `gap`."""
    line, found = top + 5 * total, {"total": top + 1}
    for name, below in (("L", 2), ("y", gap), ("h", gap), ("x", 0)):
        label_lines = max(getattr(step, name).count("\n") + 1 for step in steps)
        height = max(label_lines + 2, frame) if name == "h" else label_lines
        found[name] = line + (height - 1) // 2
        if any(getattr(step, name) for step in steps):
            line += height + below
    return Rows(**found, end=line)


def strip(
    steps: Sequence[Step],
    at: Rows,
    initial: str = "",
    weights: Weights = NAMED,
    left: int = 0,
    between: int = 0,
    total: str = "",
) -> Drawn:
    """One column for each step. Nodes are called x_1, h_1, y_1, L_1 and so on, the initial state h_0, the total loss L.

    at        the lines to stand on, from `rows`
    initial   the label of the state before the first step; "" for none
    between   columns between two states; 0: as the label of their arrow needs
    total     the label of the sum of all L_t; "" for none
    """
    widest = {name: max(room(getattr(step, name)) for step in steps) for name in ("x", "h", "y", "L")}
    box = widest["h"] + 5 - widest["h"] % 2
    outer = max(widest[name] for name in ("x", "y", "L"))
    pitch = max(box + (between or max(4, room(weights.hh) + 2)), outer + 3)
    before = room(initial)
    arrow = 4 if "\n" not in initial else max(4, room(weights.hh) + 3)  # above one line there is room for its label
    first = left + max((before + arrow if initial else 0) + (box - 1) // 2, (outer - 1) // 2)
    last = first + (len(steps) - 1) * pitch
    nodes = [Node("h_0", initial, left + (before - 1) // 2, at.h, "text")] if initial else []
    edges = [Edge("h_0", "h_1", label=weights.hh, accent=STATE)] if initial else []
    if total:
        nodes.append(Node("L", total, (first + last) // 2, at.total, "round", last - first + 7, 3))
    for t, step in enumerate(steps, start=1):
        x = first + (t - 1) * pitch
        nodes += _column(step, t, x, at, box)
        edges += _upward(step, t, weights)
        edges += [Edge(f"h_{t - 1}", f"h_{t}", label=weights.hh, accent=STATE)] if t > 1 else []
        edges += [Edge(f"L_{t}", "L")] if total else []
    beside = 2 + max(room(weights.xh), room(weights.hy))  # the label of the last column
    return Drawn(tuple(nodes), tuple(edges), last + max((box + 1) // 2, outer // 2 + 1, beside), at.end)


def backward(way: Drawn) -> Drawn:
    """Every arrow the other way, dashed: the way of a gradient."""
    return way._replace(edges=tuple(map(_turned, way.edges)))


def _column(step: Step, t: int, x: int, at: Rows, box: int) -> list[Node]:
    outer = [(name, getattr(step, name), getattr(at, name)) for name in ("x", "y", "L") if getattr(step, name)]
    return [
        Node(f"h_{t}", step.h, x, at.h, width=box, accent=STATE),
        *(Node(f"{n}_{t}", text, x, y, "text") for n, text, y in outer),
    ]


def _upward(step: Step, t: int, weights: Weights) -> list[Edge]:
    edges = [Edge(f"x_{t}", f"h_{t}", label=weights.xh)] if step.x else []
    edges += [Edge(f"h_{t}", f"y_{t}", label=weights.hy)] if step.y else []
    return edges + ([Edge(f"y_{t}", f"L_{t}")] if step.L else [])


def _turned(edge: Edge) -> Edge:
    return edge._replace(start=edge.end, end=edge.start, via=edge.via[::-1], dashed=True)


def joined(parts: Sequence[Drawn], title: str = "", words: Sequence[str] = ()) -> Diagram:
    """Several parts on one grid."""
    return Diagram(
        tuple(node for part in parts for node in part.nodes),
        tuple(edge for part in parts for edge in part.edges),
        max(part.width for part in parts),
        max(part.height for part in parts),
        title,
        tuple(words),
    )
