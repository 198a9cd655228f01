"""What a network is: layers over steps, what stands between them, and how everything in it is called.

Names carry their step and their place: h_3 is the hidden state at step 3 of a network of one layer, h_3__2 of layer 2,
h_3__2r of its reversed direction (h_3__2f of the forward one), h_3__enc2r in a network called enc.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from studyrnn.engine.cells import Cell
from studyrnn.engine.losses import LOSSES, REDUCTIONS
from studyrnn.engine.normalisation import NORMS
from studyrnn.engine.shapes import whole
from studyrnn.errors import ArgumentError, known

FEEDS = ("given", "output", "choice")
DROPOUTS = ("fresh", "fixed")
NO_NAMES = ("f", "r", "in", "clipped")  # behind a name these mean a direction, the way into an activation, clipping


def stepped(symbol: str, t: int, suffix: str = "") -> str:
    """The name of a quantity at a step: h_3__2 of h, 3 and __2."""
    return f"{symbol}_{t}{suffix}"


@dataclass(frozen=True)
class Layer:
    """One layer, and what stands between it and the layer above.

    reverse    a second cell that reads the sequence from its end; both outputs are stacked, forward above reverse
    residual   the layer's input is added to its output (He et al. 2016; both have the same size)
    skip       k > 0: h_t also receives h_{t-k} unchanged
    dropout    of the layer's input, inverted, with keep probability q: m * x / q. "fresh": a mask m_t for every step
               (Zaremba et al. 2014); "fixed": one mask m for all steps (Gal & Ghahramani 2016)
    norm       of the layer's output: "layer" or "batch"

    Raises UnknownName for another word, ArgumentError for a skip that is no whole number from 0, and for two norms.
    """

    cell: Cell
    reverse: Cell | None = None
    residual: bool = False
    skip: int = 0
    dropout: str = ""
    norm: str = ""

    def __post_init__(self) -> None:
        for what, given, words in (("dropout", self.dropout, DROPOUTS), ("norm", self.norm, NORMS)):
            if given:
                known(what, given, words)
        whole("skip", self.skip, 0)
        if self.norm and any("norm" in cell.convention for _, cell in self.cells):
            raise ArgumentError("the cell is normalised already: leave out the norm of the layer, or that of the cell")

    @property
    def cells(self) -> list[tuple[str, Cell]]:
        """By direction, in the order of the work."""
        return [("f", self.cell), ("r", self.reverse)] if self.reverse else [("", self.cell)]


@dataclass(frozen=True)
class Place:
    """One direction of one layer: its cell, its steps, and what stands behind its names."""

    layer: int  # from 0
    direction: str  # "" where the layer has but one, else "f" or "r"
    cell: Cell
    suffix: str  # like __2r
    start: int  # where its initial states stand, before the first step that it reads: 0, or T + 1 read from the end
    last: int  # the step that it reads last: T, or 1

    @property
    def pace(self) -> int:
        """From one step to the next: 1, or -1 where it reads from the end."""
        return -1 if self.direction == "r" else 1

    @property
    def steps(self) -> range:
        """In the order in which it reads them."""
        return range(self.start + self.pace, self.last + self.pace, self.pace)

    def at(self, symbol: str, t: int) -> str:
        """The name of a quantity of this place at step t: h_3__2r."""
        return stepped(symbol, t, self.suffix)

    def states(self, t: int) -> list[str]:
        """The names of what step t hands on: h_3__2r; of an LSTM also c_3__2r."""
        return [self.at(state, t) for state in self.cell.states]


def sized(letter: str, suffix: str) -> str:
    """The letter of a size that belongs to a place: n2r of n and __2r."""
    return letter + suffix.strip("_")


@dataclass(frozen=True)
class Specification:
    """Layers over `steps` steps, bottom first.

    output     y_t = W_hy h_t + b_y of the top layer at every step (Jordan and state-space cells have their own y_t)
    loss       one of LOSSES, from y_t and target_t; "" for none
    reduce     over the steps with a loss: "sum" or "mean"; "mse" is always the mean over steps and entries
    targets    the steps that have a loss, from 1; None for all that are no padding. (steps,) makes it many-to-one
    feed       where x_t comes from, a word a step: "given"; "output": the previous y; "choice": one-hot where the
               previous y is largest (greedy decoding; nothing flows back through a choice). () for all given
    forced     teacher forcing: every output that is fed back, by `feed` or by a Jordan cell, is replaced by the target
               of its step. Targets are given, so no gradient flows through them: where the outputs are the only
               recurrence, the gradient is the sum of the gradients of single steps. At inference there is no target to
               put in, and the outputs come back (`decoding.exposure`). Williams & Zipser 1989; Goodfellow et al. 2016,
               section 10.2.1
    masked     steps may be padding: k_t is 1 at a real step and 0 at a padded one, which keeps its states. It has no
               loss, unless `targets` names it: what is compared then is what was carried over from the last real step
    name       put behind every name, for networks that are joined into one program; letters from a to z

    Raises UnknownName for a word that is none, ArgumentError for what contradicts itself.
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
    forced: bool = False

    def __post_init__(self) -> None:
        for name in ("layers", "targets", "feed"):  # a list will do
            if getattr(self, name) is not None:
                object.__setattr__(self, name, tuple(getattr(self, name)))
        whole("steps", self.steps, 1)
        if self.loss:
            known("loss", self.loss, LOSSES)
        known("reduction", self.reduce, REDUCTIONS)
        for word in self.feed:
            known("source of inputs", word, FEEDS)
        for t in self.targets or ():
            whole("a step in targets", t, 1, self.steps)
        for problem in _contradictions(self):
            raise ArgumentError(problem)

    @property
    def skips_padding(self) -> bool:
        """Whether padded steps have no loss."""
        return self.masked and self.targets is None

    @property
    def takes_mean(self) -> bool:
        return self.reduce == "mean" or self.loss == "mse"

    @property
    def target_steps(self) -> tuple[int, ...]:
        return tuple(range(1, self.steps + 1)) if self.targets is None else self.targets

    # -- names -------------------------------------------------------------------------------------------------------

    @property
    def suffix(self) -> str:
        """What stands behind the names of the whole network: __enc, or nothing."""
        return f"__{self.name}" if self.name else ""

    def suffix_of(self, layer: int, direction: str = "") -> str:
        """What stands behind the names of a layer (from 0), or of one of its directions ("f", "r")."""
        number = str(layer + 1) if len(self.layers) > 1 or (self.name and direction) else ""
        return f"__{self.name}{number}{direction}" if self.name or number or direction else ""

    def at(self, symbol: str, t: int) -> str:
        """The name of a quantity of the whole network at step t: x_3, y_3, target_3, L_3."""
        return stepped(symbol, t, self.suffix)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every direction of every layer, from the bottom up, forward before reverse."""
        return tuple(
            Place(
                number,
                direction,
                cell,
                self.suffix_of(number, direction),
                start=self.steps + 1 if direction == "r" else 0,
                last=1 if direction == "r" else self.steps,
            )
            for number, layer in enumerate(self.layers)
            for direction, cell in layer.cells
        )

    def places_of(self, layer: int) -> list[Place]:
        """The places of one layer (from 0)."""
        return [place for place in self.places if place.layer == layer]

    @property
    def total(self) -> str:
        """The name of the loss of the whole sequence: L."""
        return f"L{self.suffix}"

    @property
    def losses(self) -> list[str]:
        """The names of the losses of single steps: L_1, L_2, ..."""
        return [self.at("L", t) for t in self.target_steps] if self.loss else []


def _contradictions(network: Specification) -> Iterator[str]:
    layers, targets = network.layers, network.targets
    if network.name and (not re.fullmatch("[A-Za-z]+", network.name) or network.name in NO_NAMES):
        yield f'name is "{network.name}"; it needs letters from a to z, and not one of {", ".join(NO_NAMES)} alone'
    if not layers:
        yield "layers is empty; a network has at least one"
        return
    has_outputs = layers[-1].cell.output == "y" and not layers[-1].reverse
    if network.output and has_outputs and len(layers) == 1:
        yield "the cell has outputs y of its own; leave out the output layer (output=False)"
    if network.feed:
        yield from _feeding(network, has_outputs or network.output)
    if network.forced:
        yield from _forcing(network)
    if targets is not None and len(set(targets)) < len(targets):
        yield f"targets {targets} names a step twice; it needs each once"
    if targets == () and network.loss:
        yield "targets is empty, so there is no loss; leave out the loss, or name a step"
    if network.masked and any(layer.skip for layer in layers):
        yield "skip connections over padded steps are not defined here: use one or the other"
    if network.masked and any(place.cell.convention.get("norm") == "batch" for place in network.places):
        yield "batch statistics would count the padded steps: normalise over the layer, or leave out the padding"


def _forcing(network: Specification) -> Iterator[str]:
    outputs_back = any("y" in place.cell.states for place in network.places)
    fed = [t - 1 for t, word in enumerate(network.feed, 1) if word != "given"]
    fed += range(1, network.steps) if outputs_back else ()
    if not fed:
        yield "no output of this network is fed back, so there is nothing to force; see feed"
    if outputs_back and len(network.places) > 1:
        yield "only a Jordan network of one layer, read forwards, has a target for every output that it feeds back"
    if missing := [str(t) for t in fed if not network.loss or t not in network.target_steps]:
        yield f"there is no target at step {', '.join(missing)}, but its output is fed back"


def _feeding(network: Specification, has_outputs: bool) -> Iterator[str]:
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
