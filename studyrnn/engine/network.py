"""A network over a sequence is one program: every layer, direction and step written out, with output layer and loss.

Forward it is run, backward `calculus.gradient` turns it round: backpropagation through time is what the chain rule
makes of it, whatever the cells. Names carry their step and their place: h_3 is the hidden state at step 3 of a network
of one layer, h_3__2 of layer 2, h_3__2r of its reversed direction (h_3__2f of the forward one).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.calculus import gradient
from studyrnn.engine.cells import Cell
from studyrnn.engine.equations import Expression, Number, Program, substitute
from studyrnn.engine.losses import LOSSES, REDUCTIONS
from studyrnn.engine.normalisation import NORMS
from studyrnn.engine.shapes import Shape, array, fitted
from studyrnn.engine.unrolling import Unrolled, unrolled
from studyrnn.errors import ArgumentError, UnknownName

FEEDS = ("given", "output", "choice")


@dataclass(frozen=True)
class Layer:
    """One layer, and what stands between it and the layer above.

    reverse    a second cell that reads the sequence from its end; both outputs are stacked, forward above reverse
    residual   the layer's input is added to its output (He et al. 2016; both have the same size)
    skip       k > 0: h_t also receives h_{t-k} unchanged
    dropout    of the layer's input, inverted, with keep probability q: m * x / q. "fresh": a mask m_t for every step
               (Zaremba et al. 2014); "fixed": one mask m for all steps (Gal & Ghahramani 2016)
    norm       of the layer's output: "layer" or "batch"
    """

    cell: Cell
    reverse: Cell | None = None
    residual: bool = False
    skip: int = 0
    dropout: str = ""
    norm: str = ""

    def __post_init__(self) -> None:
        for what, given, known in (("dropout", self.dropout, ("fresh", "fixed")), ("norm", self.norm, NORMS)):
            if given and given not in known:
                raise UnknownName(what, given, known)
        if self.skip < 0:
            raise ArgumentError(f"skip is {self.skip}; it is a number of steps, 1 or more (0: no skip connection)")
        if self.norm and any("norm" in cell.convention for _, cell in self.cells):
            raise ArgumentError("the cell is normalised already: leave out the norm of the layer, or that of the cell")

    @property
    def cells(self) -> list[tuple[str, Cell]]:
        return [("f", self.cell), ("r", self.reverse)] if self.reverse else [("", self.cell)]


@dataclass(frozen=True)
class Network:
    """Layers over `steps` steps, bottom first.

    output     y_t = W_hy h_t + b_y of the top layer at every step (Jordan and state-space cells have their own y_t)
    loss       one of LOSSES, from y_t and target_t; "" for none
    reduce     over the steps with a loss: "sum" or "mean"; "mse" is always the mean over steps and entries
    targets    the steps that have a loss, from 1; None for all. (steps,) makes it many-to-one
    feed       where x_t comes from, a word a step: "given"; "output": the previous y; "choice": one-hot where the
               previous y is largest (greedy decoding; nothing flows back through a choice). () for all given
    masked     steps may be padding: k_t is 1 at a real step and 0 at a padded one, which keeps its states and has no
               loss
    name       put behind every name, for networks that are joined into one program
    """

    layers: tuple[Layer, ...]
    steps: int
    output: bool = True
    loss: str = ""
    reduce: str = "sum"
    targets: tuple[int, ...] | None = None
    feed: tuple[str, ...] = ()
    masked: bool = False
    name: str = ""

    def __post_init__(self) -> None:
        _checked(self)

    # -- its equations and its names ---------------------------------------------------------------------------------

    @cached_property
    def _unrolled(self) -> Unrolled:
        return unrolled(self)

    @property
    def program(self) -> Program:
        return self._unrolled.program

    @property
    def shapes(self) -> dict[str, Shape]:
        """The shape of every input, in letters: d inputs, n units (n1, n2 ... of the layers), m outputs."""
        return self._unrolled.shapes

    @property
    def parameters(self) -> list[str]:
        return self._unrolled.parameters

    @property
    def initial(self) -> list[str]:
        """The initial states: h_0, c_0; of a reversed direction those behind the last step."""
        return self._unrolled.initial

    @property
    def numbers(self) -> list[str]:
        return [name for name, shape in self.shapes.items() if shape == ()]

    @property
    def xs(self) -> list[str]:
        return [name for name in self.shapes if name.startswith("x_")]

    @property
    def losses(self) -> list[str]:
        return [f"L_{t}{self.suffix}" for t in self.target_steps] if self.loss else []

    @property
    def takes_mean(self) -> bool:
        return self.reduce == "mean" or self.loss == "mse"

    @property
    def target_steps(self) -> tuple[int, ...]:
        return tuple(range(1, self.steps + 1)) if self.targets is None else self.targets

    @property
    def suffix(self) -> str:
        return f"__{self.name}" if self.name else ""

    def top(self, t: int) -> str:
        """The name of what the loss of step t sees: y_t, or without an output layer what the top layer hands up."""
        return self._unrolled.tops[t]

    def place(self, layer: int, direction: str) -> str:
        """What stands behind the names of a layer (from 0) and direction ("", "f", "r")."""
        number = str(layer + 1) if len(self.layers) > 1 else ""
        return f"__{self.name}{number}{direction}" if self.name or number or direction else ""

    def backward(
        self, wrt: Iterable[str] | None = None, stop: Iterable[str] = (), of: Iterable[str] | None = None
    ) -> Program:
        """The equations of backpropagation from the loss.

        wrt    the inputs whose gradients are asked for; None: all parameters, initial states and x_t
        stop   names that nothing flows back through
        of     the losses of single steps to start from, like L_2; None: all that have a part in L
        """
        names = None if wrt is None else tuple(wrt)
        return _backward(self, names, tuple(stop), None if of is None else tuple(of))

    # -- running it on numbers ---------------------------------------------------------------------------------------

    def forward(self, values: Mapping[str, Any]) -> Run:
        """Every intermediate by name. Raises ArgumentError where the values do not fit (`shapes.fitted`).

        values   one example: x_t (d), h_0 (n) ...; a batch: the examples are the last axis, x_t (d, B), and each
                 weight is shared (n, d) or each example's own (n, d, B). Initial states may be left out: zeros.
        """
        if any(name not in values for name in self.initial):
            values = {**self._zeros(values), **values}
        arrays, batch = fitted(values, self.shapes)
        self._unrolled.check(arrays, batch)
        if batch is not None:  # what the examples share is used by each of them, and its gradients are their sum
            for name, shape in self.shapes.items():
                if len(shape) == 1 and arrays[name].shape[-1] != batch and name not in self.parameters:
                    arrays[name] = np.broadcast_to(arrays[name], (len(arrays[name]), batch))
        return Run(self, self.program.run(arrays, NUMPY), values, batch)

    def _zeros(self, values: Mapping[str, Any]) -> dict[str, Array]:
        missing = [name for name in self.initial if name not in values]
        zeros: dict[str, Array] = {}
        for name in missing:
            letter = self.shapes[name][0]
            like = next(p for p in self.parameters if letter in self.shapes[p])
            if like in values:
                sizes = dict(zip(self.shapes[like], array(like, values[like]).shape, strict=False))
                zeros[name] = np.zeros(sizes.get(letter, 0))  # 0: `like` has too few axes, which `fitted` will say
        return zeros


@dataclass(frozen=True)
class Run:
    """A network that has been run forward."""

    network: Network
    trace: dict[str, Array]
    values: Mapping[str, Any]  # as they were given
    batch: int | None  # None: one example

    def __getitem__(self, name: str) -> Array:
        return self.trace[name]

    @property
    def loss(self) -> Array:
        return self.trace[f"L{self.network.suffix}"]

    def over_time(self, name: str, place: str = "") -> list[Array]:
        """name_1, ..., name_T."""
        return [self.trace[f"{name}_{t}{place}"] for t in range(1, self.network.steps + 1)]

    def backward(
        self, wrt: Iterable[str] | None = None, stop: Iterable[str] = (), of: Iterable[str] | None = None
    ) -> dict[str, Array]:
        """The trace with every gradient in it by name (`dh_2`, `dW_hh`), of the loss summed over the batch.

        A gradient of what is shared by a batch is summed over it, and has the shape of what was given. The arguments
        are those of `Network.backward`.
        """
        program = self.network.backward(wrt, stop, of)
        walked = program.run(self.trace, NUMPY)
        if self.batch is not None:
            for name, value in self.values.items():
                if f"d{name}" in walked:
                    walked[f"d{name}"] = shared(walked[f"d{name}"], np.shape(value))
        return walked


def shared(d: Array, shape: tuple[int, ...]) -> Array:
    """Sum a gradient over the batch where its parameter, of `shape`, was one for all: one weight, many uses."""
    return np.asarray(np.sum(d, axis=-1)) if d.ndim > len(shape) else d


@cache
def _backward(
    network: Network, wrt: tuple[str, ...] | None, stop: tuple[str, ...], of: tuple[str, ...] | None
) -> Program:
    if not network.loss:
        raise ArgumentError("this network has no loss, so there is nothing to differentiate")
    inputs, equations = list(network.shapes), list(network.program.equations)
    for what, asked, known in (
        ("loss of a step", of, network.losses),
        ("input", wrt, inputs),
        ("quantity", stop, inputs + equations),
    ):
        if unknown := set(asked or ()) - set(known):
            raise UnknownName(what, min(unknown), known)
    program, total = network.program, f"L{network.suffix}"
    if of is not None:  # the same total without the other steps
        others = [name for name in network.losses if name not in of]
        program = Program({**program.equations, total: _without(program.equations[total], others)})
    names = (*network.parameters, *network.initial, *network.xs) if wrt is None else wrt
    return gradient(program, {total: "1"}, names, network.numbers, stop)


def _without(total: Expression, losses: list[str]) -> Expression:
    return substitute(total, dict.fromkeys(losses, Number(0)))


def _checked(network: Network) -> None:
    """Raises ArgumentError or UnknownName for what contradicts itself."""
    if network.loss and network.loss not in LOSSES:
        raise UnknownName("loss", network.loss, LOSSES)
    if network.reduce not in REDUCTIONS:
        raise UnknownName("reduction", network.reduce, REDUCTIONS)
    for feed in network.feed:
        if feed not in FEEDS:
            raise UnknownName("source of inputs", feed, FEEDS)
    for problem in _contradictions(network):
        raise ArgumentError(problem)


def _contradictions(network: Network) -> Iterator[str]:
    layers, targets = network.layers, network.targets
    if network.steps < 1:
        yield f"steps is {network.steps}; a network runs for at least one step"
    if not layers:
        yield "layers is empty; a network has at least one"
        return
    has_outputs = layers[-1].cell.output == "y" and not layers[-1].reverse
    if network.output and has_outputs and len(layers) == 1:
        yield "the cell has outputs y of its own; leave out the output layer (output=False)"
    if network.feed:
        yield from _feeding(network, has_outputs or network.output)
    if sorted({*(targets or ())} & {*range(1, network.steps + 1)}) != sorted(targets or ()):
        yield f"targets {targets} are not all steps from 1 to {network.steps}, each once"
    if targets == () and network.loss:
        yield "targets is empty, so there is no loss; leave out the loss, or name a step"
    if network.masked and any(layer.skip for layer in layers):
        yield "skip connections over padded steps are not defined here: use one or the other"


def _feeding(network: Network, has_outputs: bool) -> Iterator[str]:
    if len(network.feed) != network.steps:
        yield f"feed has {len(network.feed)} words; it needs one for each of the {network.steps} steps"
    if network.feed[0] != "given":
        yield 'feed begins with a step that is fed back; the first input has to be "given"'
    if set(network.feed) == {"given"}:
        return
    if any(layer.reverse for layer in network.layers):
        yield "a layer reads the sequence backwards, so its inputs cannot be fed back from its outputs"
    if not has_outputs:
        yield "the previous y is fed back, and nothing gives a y; add an output layer (output=True)"
