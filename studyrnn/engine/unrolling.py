"""How a network is written out over its steps: one named equation for every layer, direction and step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np

from studyrnn.engine.arrays import Array, total
from studyrnn.engine.calculus import sum_of
from studyrnn.engine.cells import Cell, dimensions
from studyrnn.engine.equations import Apply, Expression, Name, Number, Program, parse
from studyrnn.engine.losses import LOSSES
from studyrnn.engine.normalisation import normalisation
from studyrnn.engine.shapes import Shape, Size
from studyrnn.errors import ArgumentError

if TYPE_CHECKING:
    from studyrnn.engine.network import Layer, Network


class Unrolled:
    """Collects the equations of a network, and for every input the letters of its shape."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.equations: dict[str, Expression] = {}
        self.shapes: dict[str, Shape] = {}
        self.parameters: list[str] = []
        self.initial: list[str] = []
        self.sizes: dict[str, Size] = {}  # of x_t and of what each layer hands upward
        self.tops: dict[int, str] = {}  # what the loss of each step sees
        self.added: list[tuple[str, str]] = []  # what residual connections add up
        self.needs_batch = False

    @cached_property
    def program(self) -> Program:
        return Program(self.equations)

    def add(self, name: str, text: str) -> str:
        self.equations[name] = parse(text)
        return name

    def letter(self, letter: str, place: str = "") -> str:
        return letter + (place or self.network.suffix).strip("_")

    def take(self, name: str, shape: Shape) -> str:
        self.shapes.setdefault(name, shape)
        return name

    def parameter(self, name: str, shape: Shape) -> str:
        if name not in self.shapes:
            self.parameters.append(name)
        return self.take(name, shape)

    def check(self, arrays: Mapping[str, Array], batch: int | None) -> None:
        """Raises ArgumentError for what `fitted` cannot see and NumPy would work out in its own way."""
        if batch is None and self.needs_batch:
            raise ArgumentError("batch normalisation needs a batch: give the examples as the last axis, x_1 (d, B)")
        if self.network.loss == "cross-entropy":
            for t in self.network.target_steps:
                name = f"target_{t}{self.network.suffix}"
                if np.abs(total(arrays[name]) - 1).max() > 1e-9:
                    raise ArgumentError(f"{name} does not add up to 1: for cross-entropy a target is a distribution")
        counts: dict[Size, int] = {}
        for name, shape in self.shapes.items() if self.added else ():
            counts |= zip(shape, arrays[name].shape, strict=False)
        for names in self.added:
            sizes = [self.sizes[name] for name in names]
            below, above = (sum(counts[part] for part in ([size] if isinstance(size, str) else size)) for size in sizes)
            if below != above:
                raise ArgumentError(
                    f"{names[0]} has {below} entries and {names[1]} has {above}: "
                    "a residual connection adds them, so they need as many"
                )


@cache
def unrolled(network: Network) -> Unrolled:
    """Step by step, each step through all layers; where a layer reads backwards, layer by layer."""
    w = Unrolled(network)
    steps = range(1, network.steps + 1)
    reads_backwards = any(layer.reverse for layer in network.layers)
    for block in [steps] if reads_backwards else [range(t, t + 1) for t in steps]:
        signal = {t: _input_at(w, t) for t in block}
        for number in range(len(network.layers)):
            signal = _through_layer(w, number, signal)
        for t in block:
            _output_at(w, t, signal[t])
    if network.loss:
        _total_loss(w)
    return w


def _input_at(w: Unrolled, t: int) -> str:
    network, name = w.network, f"x_{t}{w.network.suffix}"
    feed = network.feed[t - 1] if network.feed else "given"
    # What is fed back has as many entries as the output.
    w.sizes[name] = w.letter("m" if set(network.feed) - {"given"} else "d")
    if network.masked:
        w.take(f"k_{t}{network.suffix}", ())
    if feed == "given":
        return w.take(name, (w.sizes[name],))
    previous = f"y_{t - 1}{network.suffix}"
    return w.add(name, previous if feed == "output" else f"one_hot_max({previous})")


def _through_layer(w: Unrolled, number: int, signal: dict[int, str]) -> dict[int, str]:
    """What the layer makes of the signal of each step."""
    layer, place = w.network.layers[number], w.network.place(number, "")
    if layer.dropout:
        signal = {t: _dropped(w, layer, place, t, x) for t, x in signal.items()}
    for direction, cell in layer.cells:
        backwards = direction == "r"
        for t in sorted(signal, reverse=backwards):
            _cell_at(w, layer, cell, w.network.place(number, direction), t, signal[t], -1 if backwards else 1)
    return {t: _handed_up(w, number, t, x) for t, x in signal.items()}


def _dropped(w: Unrolled, layer: Layer, place: str, t: int, x: str) -> str:
    name = f"x_kept_{t}{place}"
    size = w.sizes[name] = w.sizes[x]
    mask = w.take(f"m_{t}{place}" if layer.dropout == "fresh" else f"m{place}", (size,))
    q = w.take(f"q{w.network.suffix}", ())
    return w.add(name, f"{mask} * {x} / {q}")


def _cell_at(w: Unrolled, layer: Layer, cell: Cell, place: str, t: int, x: str, pace: int) -> None:
    """The equations of the cell at step t, reading x; each state as a skip connection or padding makes it.

    pace   1, or -1 where the layer reads backwards
    """
    back, k = t - pace, f"k_{t}{w.network.suffix}"
    letters: dict[str, Size] = {"d": w.sizes[x], "n": w.letter("n", place), "m": w.letter("m", place)}
    for parameter in cell.parameters:
        w.parameter(f"{parameter}{place}", tuple(letters[letter] for letter in dimensions(parameter)))
    for state in cell.states:
        if back in {0, w.network.steps + 1}:
            w.initial.append(w.take(f"{state}_{back}{place}", (letters[dimensions(state)[0]],)))
    earlier = f"h_{t - pace * layer.skip}{place}"
    has_earlier = layer.skip > 0 and (earlier in w.equations or earlier in w.shapes)
    step = cell.program.at_step(t, back, place).renamed({f"x_{t}{place}": x})
    for symbol, (name, rhs) in zip(cell.program.equations, step.equations.items(), strict=True):
        new = f"{symbol}_new_{t}{place}"
        if w.network.masked and symbol in cell.states:
            w.equations[new] = rhs
            w.add(name, f"{k} * {new} + (1 - {k}) * {symbol}_{back}{place}")
        elif has_earlier and symbol == "h":
            w.equations[new] = rhs
            w.add(name, f"{new} + {earlier}")
        else:
            w.equations[name] = rhs
    w.sizes[f"{cell.output}_{t}{place}"] = letters[dimensions(cell.output)[0]]


def _handed_up(w: Unrolled, number: int, t: int, x: str) -> str:
    """The layer's output at step t: both directions stacked, the input added, normalised, as the layer says."""
    layer, place = w.network.layers[number], w.network.place(number, "")
    tops = [f"{cell.output}_{t}{w.network.place(number, direction)}" for direction, cell in layer.cells]
    top = tops[0]
    if layer.reverse:
        top = w.add(f"u_{t}{place}", f"concat({tops[0]}, {tops[1]})")
        w.sizes[top] = tuple(str(w.sizes[name]) for name in tops)
    if layer.residual:
        size, below = w.sizes[top], top
        w.added.append((x, below))
        top = w.add(f"s_{t}{place}", f"{below} + {x}")
        w.sizes[top] = size
    w.needs_batch |= "batch" in {layer.norm, *(cell.convention.get("norm") for _, cell in layer.cells)}
    if layer.norm:
        size = w.sizes[top]
        names = {"v": top, **{name: f"{name}{place}" for name in ("gain", "shift")}}
        names |= {name: f"{name}_{t}{place}" for name in ("mu", "var", "v_hat", "v_norm")}
        w.parameter(names["gain"], (size,))
        w.parameter(names["shift"], (size,))
        w.equations |= Program.parse(normalisation("v", layer.norm)).renamed(names).equations
        top = names["v_norm"]
        w.sizes[top] = size
    return top


def _output_at(w: Unrolled, t: int, top: str) -> None:
    network, suffix = w.network, w.network.suffix
    y = f"y_{t}{suffix}"
    if network.output:
        m = w.letter("m")
        W, b = w.parameter(f"W_hy{suffix}", (m, w.sizes[top])), w.parameter(f"b_y{suffix}", (m,))
        w.add(y, f"{W} @ {top} + {b}")
        w.sizes[y] = m
    elif top.startswith("y_"):
        if y != top:
            w.add(y, top)
            w.sizes[y] = w.sizes[top]
    else:
        y = top
    w.tops[t] = y
    if network.loss and t in network.target_steps:
        target = w.take(f"target_{t}{suffix}", (w.sizes[y],))
        loss = LOSSES[network.loss].renamed(
            {"y": y, "target": target, **{name: f"{name}_{t}{suffix}" for name in "pL"}}
        )
        w.equations |= loss.equations


def _total_loss(w: Unrolled) -> None:
    network, suffix = w.network, w.network.suffix
    terms: list[Expression] = [Name(name) for name in network.losses]
    count: Expression = Number(len(terms))
    if network.masked:
        real: list[Expression] = [Name(f"k_{t}{suffix}") for t in network.target_steps]
        terms = [Apply("mul", pair) for pair in zip(real, terms, strict=True)]
        count = sum_of(real)
    total = sum_of(terms)
    w.equations[f"L{suffix}"] = Apply("div", (total, count)) if network.takes_mean else total
