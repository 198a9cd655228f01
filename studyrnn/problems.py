"""A learner's own problem from YAML (JSON is YAML): a network with its numbers, and what is to be computed.

Every mistake of a file is found, each with its line, the shape that is needed and an example.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from studyrnn.engine.cells import ACTIVATIONS, Cell, gru, lstm, rnn
from studyrnn.engine.losses import REDUCTIONS
from studyrnn.engine.network import Layer, Network, Place
from studyrnn.engine.shapes import distribution
from studyrnn.errors import ArgumentError
from studyrnn.model import Problem
from studyrnn.yamlfile import BadNode, quoted
from studyrnn.yamltensors import Tensor, TensorReader, entries, is_list, is_null, wanted

CELLS = ("rnn", "lstm", "gru")
CONVENTIONS = {
    "gru": {"reset": ("before", "after"), "z_keeps": ("old", "new")},
    "lstm": {"peephole": ("true", "false")},
}
LOSSES = ("half-squared", "mse", "cross-entropy")
ASKS = ("trace", "outputs", "loss", "gradients")
DIRECTIONS = {"forward": "", "reverse": "_reverse"}
Found = TypeVar("Found")
ShapesOf = Callable[[int], Mapping[str, tuple[int, ...]]]  # of tensors, from the number of units
TOP = ("cell", "activation", "convention", "layers", "output", "x", "target", "classes", "loss", "reduce", "truncate",
       "clip", "ask")  # fmt: skip


@dataclass(frozen=True)
class Homework:
    network: Network
    values: Mapping[str, Tensor]  # by the network's names
    truncate: tuple[int, int] | None  # k1, k2
    clip: tuple[str, float] | None  # "norm" or "value", and the threshold
    ask: tuple[str, ...]


def read(raw: bytes, file: str) -> tuple[Homework | None, tuple[Problem, ...]]:
    """The problem that stands in `raw`, or None and everything that is wrong with it."""
    reader = _HomeworkReader(quoted(file))
    root = reader.part(reader.compose, raw)
    homework = None if root is None else reader.part(reader.homework, root)
    problems = tuple(sorted(reader.problems, key=lambda problem: problem.line))
    return (None if problems else homework), problems


@dataclass
class _LayerNumbers:
    """What the file says of one layer, by direction: tensors, initial states, and how many units there are."""

    tensors: dict[str, dict[str, Tensor]]
    states: dict[str, dict[str, Tensor]]
    units: dict[str, int | None]

    @property
    def width(self) -> int | None:
        """How many numbers it hands to the layer above, as far as the file says."""
        sizes = [size for size in self.units.values() if size]
        return sum(sizes) if "forward" in self.units and len(sizes) == len(self.units) else None


class _HomeworkReader(TensorReader):
    what = "problem"
    begins = "cell:  layers:  x:    (studyrnn solve --example gru prints one)"

    def homework(self, root: Any) -> Homework | None:
        keys = self.mapping(root, TOP, "the problem")
        for key in ("cell", "layers", "x"):
            if key not in keys:
                self.problem(root, f"{key}: is missing. studyrnn solve --example gru prints a whole problem")
        cell = self.cell(root, keys)
        xs = self.steps(keys["x"], "x") if "x" in keys else []
        d = len(xs[0]) if xs and xs[0] else None
        layers = (self.part(self.layers, keys, cell, d) or []) if cell and "layers" in keys else []
        top = layers[-1].width if layers else None
        output: dict[str, Tensor] = {}
        m = top
        if "output" in keys:
            found = self.part(self.tensors, keys["output"], "output", lambda m: {"W_hy": (m, top or 0), "b_y": (m,)})
            output, m = found or ({}, None)
        loss, targets = self.targets(keys, len(xs), m)
        reduce = self.word(keys["reduce"], "reduce", REDUCTIONS) if "reduce" in keys else "sum"
        if "reduce" in keys and loss == "mse":
            self.problem(keys["reduce"], "reduce: mse is the mean over every step and entry already; leave reduce out")
        truncate = self.part(self.truncation, keys["truncate"], layers) if "truncate" in keys else None
        clip = self.part(self.clipping, keys["clip"]) if "clip" in keys else None
        ask = self.part(self.asked, keys) or ()
        if self.problems or cell is None or not layers:
            return None
        network = Network(
            tuple(Layer(cell, cell if "reverse" in layer.tensors else None) for layer in layers),
            len(xs),
            output=bool(output),
            loss=loss if targets else "",
            reduce=reduce,
            targets=tuple(targets) or None,
        )
        values = {network.at("x", t): x for t, x in enumerate(xs, 1)} | _named(network, layers) | output
        values |= {network.at("target", t): target for t, target in targets.items()}
        return Homework(network, values, truncate, clip, ask)

    def part(self, read: Callable[..., Found], *given: Any) -> Found | None:
        """`read(*given)`; None for a part of the file that is unusable, which must not hide mistakes in the others."""
        try:
            return read(*given)
        except BadNode:
            return None

    # -- the cell ----------------------------------------------------------------------------------------------------

    def cell(self, root: Any, keys: Mapping[str, Any]) -> Cell | None:
        name = self.word(keys["cell"], "cell", CELLS) if "cell" in keys else ""
        activation = "tanh"
        if "activation" in keys:
            if name not in {"rnn", ""}:
                self.problem(keys["activation"], "activation: only the vanilla RNN (cell: rnn) has a choice")
            activation = self.word(keys["activation"], "activation", ACTIVATIONS) or "tanh"
        convention: dict[str, str] = {}
        if "convention" in keys and name:
            convention = self.part(self.convention, keys["convention"], name) or {}
        if name == "gru":
            return gru(convention.get("reset", "before"), convention.get("z_keeps", "old"))
        if name == "lstm":
            return lstm(peephole=convention.get("peephole") == "true")
        return rnn(activation) if name == "rnn" else None

    def convention(self, node: Any, cell: str) -> dict[str, str]:
        if cell not in CONVENTIONS:
            self.problem(node, "convention: only gru (reset, z_keeps) and lstm (peephole) have one")
            return {}
        known = CONVENTIONS[cell]
        keys = self.mapping(node, known, "convention")
        words = {key: self.word(value, key, known[key]) for key, value in keys.items()}
        return {key: word for key, word in words.items() if word}

    # -- layers ------------------------------------------------------------------------------------------------------

    def layers(self, keys: Mapping[str, Any], cell: Cell, d: int | None) -> list[_LayerNumbers]:
        found: list[_LayerNumbers] = []
        for number, node in enumerate(self.sequence(keys["layers"], keys, "layers"), 1):
            below = found[-1].width if found else d
            found.append(self.part(self.layer, node, cell, below, number) or _LayerNumbers({}, {}, {}))
        return found

    def layer(self, node: Any, cell: Cell, below: int | None, number: int) -> _LayerNumbers:
        initial = [f"{state}0{behind}" for behind in DIRECTIONS.values() for state in cell.states]
        keys = self.mapping(node, (*DIRECTIONS, *initial), f"layer {number}")
        if "forward" not in keys:
            self.problem(node, f"layer {number}: forward: is missing; it holds {', '.join(cell.parameters)}")
        layer = _LayerNumbers({}, {}, {})
        for direction, behind in DIRECTIONS.items():
            if direction in keys:
                where = f"layer {number}, {direction}"
                found = self.part(self.tensors, keys[direction], where, partial(cell.shapes, below or 0))
                layer.tensors[direction], layer.units[direction] = found or ({}, None)
            layer.states[direction] = {}
            for state in cell.states:
                if (key := f"{state}0{behind}") in keys:
                    units = layer.units.get(direction) or 0
                    layer.states[direction][state] = self.tensor(keys[key], f"layer {number}, {key}", (units,))
                    if direction == "reverse" and direction not in keys:
                        self.problem(keys[key], f"{key}: this layer has no reverse direction")
        return layer

    def tensors(self, node: Any, where: str, shapes: ShapesOf) -> tuple[dict[str, Tensor], int | None]:
        """The weights and biases of one direction, or of the output layer, and how many units they say there are."""
        keys = self.mapping(node, shapes(0), where)
        units = _most_frequent(keys)
        needed = shapes(units or 0)
        for name, shape in needed.items():
            if name not in keys:
                self.problem(node, f"{where}: {name} is missing{wanted(shape)}")
        return {name: self.tensor(value, f"{where}, {name}", needed[name]) for name, value in keys.items()}, units

    # -- targets -----------------------------------------------------------------------------------------------------

    def targets(self, keys: Mapping[str, Any], steps: int, m: int | None) -> tuple[str, dict[int, Tensor]]:
        """The loss, and the target of each step that has one."""
        if "target" in keys and "classes" in keys:
            self.problem(keys["classes"], "classes: there is a target already; give one of them")
        loss = "cross-entropy" if "classes" in keys else "half-squared"
        if "loss" in keys:
            loss = self.word(keys["loss"], "loss", LOSSES) or loss
            if "target" not in keys and "classes" not in keys:
                self.problem(keys["loss"], f"loss: needs a target, one row a step{wanted((steps, m or 0))}")
        if "classes" in keys:
            if loss != "cross-entropy":
                self.problem(keys["classes"], f"classes: go with loss: cross-entropy; {loss} needs a target")
            return loss, self.classes(keys["classes"], steps, m)
        if "target" not in keys:
            return loss, {}
        found: dict[int, Tensor] = {}
        for t, entry in enumerate(self.per_step(keys["target"], "target", steps), 1):
            if not is_null(entry):
                found[t] = self.tensor(entry, f"target of step {t}", (m or 0,))
                if loss == "cross-entropy" and not _is_distribution(found[t]):
                    self.problem(
                        entry, f"target of step {t}: for cross-entropy it is a distribution: numbers from 0 that add "
                        "up to 1, like [0, 1, 0]. Or write  classes: [1, ...]",
                    )  # fmt: skip
        return loss, found

    def classes(self, node: Any, steps: int, m: int | None) -> dict[int, Tensor]:
        found: dict[int, Tensor] = {}
        for t, entry in enumerate(self.per_step(node, "classes", steps), 1):
            if is_null(entry):
                continue
            value = self.number(entry, "classes")
            if m and not (value == int(value) and 0 <= value < m):
                self.problem(
                    entry, f"classes: step {t} is {quoted(str(entry.value))}; {m} outputs have classes 0 to {m - 1}"
                )
            found[t] = [1.0 if k == value else 0.0 for k in range(m or 0)]
        return found

    # -- what to do with it ------------------------------------------------------------------------------------------

    def truncation(self, node: Any, layers: list[_LayerNumbers]) -> tuple[int, int] | None:
        keys = self.mapping(node, ("k1", "k2"), "truncate")
        found = []
        for key in ("k1", "k2"):
            value = self.number(keys[key], key) if key in keys else 0.0
            if value < 1 or value != int(value):
                why = "must be a whole number of steps, 1 or more: {k1: 2, k2: 3} updates every 2 steps and goes back 3"
                self.problem(keys.get(key, node), f"truncate: {key} {why}")
            found.append(int(value))
        if any("reverse" in layer.tensors for layer in layers):
            why = "a layer reads backwards, so its first step depends on the last: no window is left"
            self.problem(node, f"truncate: {why}")
        return (found[0], found[1])

    def clipping(self, node: Any) -> tuple[str, float] | None:
        keys = self.mapping(node, ("norm", "value"), "clip")
        if len(keys) != 1:
            self.problem(node, "clip: give one threshold, {norm: 1.0} or {value: 1.0}")
            return None
        ((kind, entry),) = keys.items()
        threshold = self.number(entry, f"clip: {kind}")
        if threshold <= 0:
            self.problem(entry, f"clip: {kind} must be above 0")
        return kind, threshold

    def asked(self, keys: Mapping[str, Any]) -> tuple[str, ...]:
        has_loss = "target" in keys or "classes" in keys
        possible = ASKS if has_loss else ASKS[:2]
        for key in ("truncate", "clip"):
            if key in keys and not has_loss:
                self.problem(keys[key], f"{key}: is about gradients, and without target or classes there are none")
        if "ask" not in keys:
            return possible
        nodes = self.sequence(keys["ask"], keys, "ask")
        found = tuple(self.word(node, "ask", ASKS) for node in nodes)
        for node, word in zip(nodes, found, strict=True):
            if word and word not in possible:
                self.problem(node, f"ask: {word} needs a target or classes")
        return found


def _most_frequent(nodes: Mapping[str, Any]) -> int | None:
    """How many rows or entries most of the tensors have: one that is wrong must not make the others look wrong.

    A vector in place of a matrix says nothing; where two sizes are as frequent, biases are right: none is transposed.
    """
    biases_first = sorted(nodes, key=lambda name: name.startswith("W_"))
    found = [(name, entries(nodes[name])) for name in biases_first]
    sizes = [len(rows) for name, rows in found if rows and is_list(rows[0]) == name.startswith("W_")]
    return Counter(sizes).most_common(1)[0][0] if sizes else None


def _is_distribution(tensor: Tensor) -> bool:
    """Or no vector, which has been told already."""
    try:
        return not tensor or isinstance(tensor[0], list) or bool(distribution("target", tensor).size)
    except ArgumentError:
        return False


def _named(network: Network, layers: list[_LayerNumbers]) -> dict[str, Tensor]:
    """The numbers of the layers under the names that the network's equations have for them."""
    values: dict[str, Tensor] = {}
    for place in network.places:
        layer, direction = layers[place.layer], direction_word(place)
        values |= {f"{name}{place.suffix}": tensor for name, tensor in layer.tensors[direction].items()}
        for state in place.cell.states:
            zeros = [0.0] * (layer.units[direction] or 0)
            values[place.at(state, place.start)] = layer.states[direction].get(state, zeros)
    return values


def direction_word(place: Place) -> str:
    """One of DIRECTIONS."""
    return "reverse" if place.direction == "r" else "forward"
