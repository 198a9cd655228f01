"""A solved network, unrolled and walked through: forward step by step and back again, with the numbers in place.

Each frame shows a few columns of one layer around the step that is worked, and the equations of that step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from studyrnn.engine.network import Network, Place, unreached
from studyrnn.engine.specification import stepped
from studyrnn.engine.symbols import direction_of, layer_of, step_of, symbol
from studyrnn.engine.training import Chunk
from studyrnn.figures import strips
from studyrnn.figures.parts import Diagram, Edge, Figure, Node
from studyrnn.model import Given, Step
from studyrnn.solving import CLIPPING, GRADIENTS, TOGETHER, Section, Solved

WIDTH = 58  # columns of a diagram, where nothing else is said
_HERE = 1  # the accent of the step that is worked
_GAP = 2  # lines of an arrow from row to row
_MOST = 6  # entries of a vector that are shown; of a longer one the first and the last


@dataclass(frozen=True)
class Frame:
    heading: str
    steps: tuple[Step, ...] = ()  # what is worked here
    note: str = ""  # Markdown: what has to be said before
    diagram: Diagram | None = None
    given: tuple[Given, ...] = ()


def frames(solved: Solved, width: int = WIDTH) -> Iterator[Frame]:
    """The whole way, in the order in which it is worked out; diagrams take `width` columns at most."""
    yield Frame("Given", given=tuple(solved.given()))
    before = note = ""
    for way, section in _sections(solved):
        if not section.steps:  # a heading over what follows
            before, note = f"{section.heading}: " if solved.homework.truncate else "", section.note
        elif section.heading in {TOGETHER, CLIPPING}:
            yield Frame(section.heading, section.steps, section.note)
        else:
            for frame in way.through(section, width):
                yield Frame(before + frame.heading, frame.steps, note or frame.note, frame.diagram)
                note = ""


def finished(solved: Solved) -> Figure:
    """The unrolled network with every number, forward; and where there is a loss, back."""
    ways: list[_Way] = []
    for way, section in _sections(solved):
        if section.heading not in {TOGETHER, CLIPPING}:
            way.note(section.steps)
            ways += [way] if way not in ways else []
    parts = [diagram for way in ways for diagram in way.everything()]
    return Figure("trace", "A network unrolled", f"{solved.summary()}.", tuple(parts))


def _sections(solved: Solved) -> Iterator[tuple[_Way, Section]]:
    """Each section with the way it belongs to: forward, or back through one chunk."""
    sizes = {name: value.size for name, value in solved.run.trace.items()}
    way = _Way(solved.network, sizes, dict(solved.homework.values))
    chunks = iter(solved.chunks if "gradients" in solved.homework.ask else ())
    for section in solved.sections():
        if not section.steps or (_is_back(section.steps) and way.chunk is None):
            way = _Way(solved.network, sizes, {}, next(chunks), cut=solved.homework.truncate is not None)
        yield way, section


@dataclass(eq=False)
class _Way:
    """Forward, or back through one chunk: which steps it goes through, and what is known so far, by name.

    cut   the chunk is one of a truncated sequence: what lies outside it has no part in it
    """

    network: Network
    sizes: dict[str, int]
    known: dict[str, Any]
    chunk: Chunk | None = None  # None: forward
    cut: bool = False
    zeros: set[str] = field(default_factory=set)  # gradients of what no loss reaches

    def __post_init__(self) -> None:
        if self.chunk:
            backward = self.chunk.backward
            reached = backward.equations.keys() - unreached(backward)
            self.zeros = {f"d{name}" for name in self.sizes} - reached

    def note(self, steps: Sequence[Step]) -> None:
        self.known |= {step.name: step.value for step in steps}

    def through(self, section: Section, width: int) -> Iterator[Frame]:
        """One frame for each layer that a section goes through."""
        groups = [(place, tuple(steps)) for place, steps in groupby(section.steps, lambda step: self._where(step.name))]
        if section.heading == GRADIENTS:  # of everything, and what they end at stands at the bottom
            groups = [(self.network.places[0], section.steps)]
        for place, steps in groups:
            self.note(steps)
            layer = f", layer {place.layer + 1}" if len(groups) > 1 and place is not None else ""
            yield Frame(section.heading + layer, steps, section.note, self._around(place, steps, width))

    def everything(self) -> Iterator[Diagram]:
        """Every column of every layer, in as many diagrams as they need."""
        places: list[Place | None] = [*self.network.places, *([None] if self.network.places[-1].direction else [])]
        for place in places[::-1] if self.chunk else places:
            left = self._order(place)
            while left:
                count = len(left)
                while count > 1 and self._columns(place, left[:count], None).width > WIDTH:
                    count -= 1
                yield self._columns(place, left[:count], None)
                left = left[count:]

    # -- which columns -----------------------------------------------------------------------------------------------

    def _where(self, name: str) -> Place | None:
        """The place whose columns show a quantity; None: the outputs above both directions."""
        places = self.network.places
        layer, direction = layer_of(name), direction_of(name)
        if layer is None and not direction:
            return None if places[-1].direction else places[-1]
        among = [place for place in places if layer is None or place.layer == layer - 1]
        return next(place for place in among[::-1] if not direction or place.direction == direction)

    def _order(self, place: Place | None) -> list[int]:
        """The steps in the order in which they are read; of a cut chunk only its own."""
        order = list(place.steps) if place else list(range(1, self.network.steps + 1))
        if self.chunk is None or not self.cut:
            return order
        return [t for t in order if self.chunk.first <= t <= self.chunk.losses[-1]]

    def _around(self, place: Place | None, steps: Sequence[Step], width: int) -> Diagram | None:
        """The columns around the step that is worked, as many as there is room for; None: it changes none of them."""
        order = self._order(place)
        shown = {name for t in order for name in self._named(place, t)} | {self.network.total}
        shown |= set(place.states(place.start)) if place else set()
        if not any(step.name.removeprefix("d") in shown for step in steps):
            return None
        t = next((step_of(step.name) for step in steps if step_of(step.name) in order), None)
        at = order.index(t) if t is not None else (0 if self.chunk else len(order) - 1)
        for count in range(len(order), 1, -1):
            first = max(0, min(at - count // 2, len(order) - count))
            drawn = self._columns(place, order[first : first + count], t)
            if drawn.width <= width:
                return drawn
        return self._columns(place, order[at : at + 1], t)

    # -- what stands in a column -------------------------------------------------------------------------------------

    def _names(self, place: Place | None, t: int) -> dict[str, list[str]]:
        """The quantities of one column, from the bottom up; a loss without an output stands where the output would."""
        network = self.network
        L = [name] if (name := network.at("L", t)) in network.losses and self._counts(t) else []
        if place is None:
            both = stepped("u", t, network.suffix_of(len(network.layers) - 1))
            if not network.output:
                return {"x": [], "h": [both], "y": L, "L": []}
            return {"x": [both], "h": [network.at("y", t)], "y": L, "L": []}
        x = network.at("x", t) if place.layer == 0 else self._handed_up(place.layer - 1, t)
        y = [network.at("y", t)] if self._is_top(place) and network.output else []
        over = (y or L) if self._is_top(place) else []
        # What both directions read has its gradient from both: it stands under neither.
        return {
            "x": [] if self.chunk and place.direction else [x],
            "h": place.states(t),
            "y": over,
            "L": L if y else [],
        }

    def _counts(self, t: int) -> bool:
        return not self.cut or self.chunk is None or t in self.chunk.losses

    def _is_top(self, place: Place) -> bool:
        return place is self.network.places[-1] and not place.direction

    def _named(self, place: Place | None, t: int) -> list[str]:
        return [name for group in self._names(place, t).values() for name in group]

    def _handed_up(self, layer: int, t: int) -> str:
        """What a layer hands up: its output, or both directions stacked."""
        places = [place for place in self.network.places if place.layer == layer]
        if len(places) == 1:
            return places[0].at(places[0].cell.output, t)
        return stepped("u", t, self.network.suffix_of(layer))

    def _column(self, place: Place | None, t: int) -> strips.Step:
        rows = {row: "\n".join(map(self._label, names)) for row, names in self._names(place, t).items()}
        if place is not None and not self._is_top(place):  # where it goes on, which has columns of its own
            above = self._handed_up(place.layer, t) if place.direction else ""
            rows["y"] = f"${symbol(f'd{above}' if self.chunk else above)}$" if above else f"layer {place.layer + 2}"
        return strips.Step(**rows)

    def _label(self, name: str) -> str:
        """Its symbol, and below it the numbers, once they are known."""
        if self.chunk and name in self.network.losses:  # where a gradient comes from
            return f"${symbol(name)}$"
        name, size = (f"d{name}" if self.chunk else name), self.sizes[name]
        if name in self.known:
            numbers = _numbers(_entries(self.known[name]))
        else:
            numbers = _numbers([0.0] * size) if name in self.zeros else "\n".join(["·"] * max(1, min(size, _MOST)))
        return f"${symbol(name)}$\n{numbers}"

    # -- drawing -----------------------------------------------------------------------------------------------------

    def _columns(self, place: Place | None, ts: Sequence[int], here: int | None) -> Diagram:
        """Steps in the order in which they are read, from left to right; on the way back the arrows turn round."""
        labels = [self._column(place, t) for t in ts]
        goes_on = place is not None and not (self.cut and self.chunk and self.chunk.first in ts and ts[0] != 1)
        before = place.states(ts[0] - place.pace) if place is not None and goes_on else []
        way = strips.strip(labels, strips.rows(labels, gap=_GAP), "\n".join(map(self._label, before)), strips.NONE)
        if place is None:  # outputs do not hang on one another
            way = way._replace(edges=tuple(edge for edge in way.edges if not _level(edge)))
        if self.chunk:
            way = strips.backward(way)
        nodes = tuple(_here(node, ts.index(here) + 1 if here in ts else 0) for node in way.nodes)
        return Diagram(nodes, way.edges, way.width, way.height, self._title(place), self._words(place, ts))

    def _title(self, place: Place | None) -> str:
        what = "Gradients" if self.chunk else "Values"
        if place is None:
            return f"{what} above both directions"
        layer = f", layer {place.layer + 1}" if len(self.network.layers) > 1 else ""
        direction = {"f": ", read forwards", "r": ", read backwards"}.get(place.direction, "")
        of = f", of the losses of this window: steps {_span(self.chunk.losses)}" if self.chunk and self.cut else ""
        return what + layer + direction + of

    def _words(self, place: Place | None, ts: Sequence[int]) -> tuple[str, ...]:
        """What is known in these columns, for who cannot see them."""
        names = [f"d{name}" if self.chunk else name for t in ts for name in self._named(place, t)]
        told = {name: [f"{v + 0.0:.4f}" for v in _entries(self.known[name])] for name in names if name in self.known}
        return tuple(f"${symbol(name)}$ = {', '.join(numbers)}." for name, numbers in told.items())


def _is_back(steps: Sequence[Step]) -> bool:
    return steps[0].name.startswith("d")


def _span(steps: Sequence[int]) -> str:
    return f"{steps[0]} to {steps[-1]}" if len(steps) > 1 else f"{steps[0]}"


def _level(edge: Edge) -> bool:
    return str(edge.start).startswith("h_") and str(edge.end).startswith("h_")


def _here(node: Node, column: int) -> Node:
    return node._replace(accent=_HERE) if node.name == f"h_{column}" else node


def _entries(value: Any) -> list[float]:
    """A number or a vector as a list."""
    return [float(entry) for entry in value] if isinstance(value, Sequence) else [float(value)]


def _numbers(values: Sequence[float]) -> str:
    if len(values) <= _MOST:
        return strips.column(values)
    lines = strips.column([*values[: _MOST - 2], values[-1]]).split("\n")
    return "\n".join([*lines[:-1], "⋮".center(len(lines[0])), lines[-1]])
