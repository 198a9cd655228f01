"""How a network is written out over its steps: one named equation for every layer, direction and step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from studyrnn.engine.calculus import sum_of
from studyrnn.engine.cells import dimensions
from studyrnn.engine.equations import Apply, Expression, Name, Number, Program, parse
from studyrnn.engine.losses import LOSSES
from studyrnn.engine.normalisation import normalisation
from studyrnn.engine.shapes import Shape, Size
from studyrnn.engine.specification import Layer, Place, Specification, sized, stepped


@dataclass(frozen=True)
class Unrolled:
    """A network as equations, and what has to be known of their inputs."""

    program: Program
    shapes: Mapping[str, Shape]  # of every input, in letters
    parameters: tuple[str, ...]
    initial: tuple[str, ...]
    xs: tuple[str, ...]  # those that are given
    tops: Mapping[int, str]  # what the loss of each step sees
    added: Mapping[tuple[str, str], tuple[Size, Size]]  # what residual connections add up, and their sizes
    needs_batch: bool
    masks: tuple[str, ...]  # inputs that are 0 or 1: of dropout, and of padding


@cache
def unrolled(network: Specification) -> Unrolled:
    """Step by step, each step through all layers; where a layer reads backwards, layer by layer."""
    return _Unrolling(network).unrolled()


class _Unrolling:
    """Collects the equations of a network in the order of the work."""

    def __init__(self, network: Specification) -> None:
        self.network = network
        self.equations: dict[str, Expression] = {}
        self.shapes: dict[str, Shape] = {}
        self.parameters: dict[str, None] = {}  # in order, each once
        self.initial: list[str] = []
        self.xs: list[str] = []
        self.sizes: dict[str, Size] = {}  # of x_t and of what each layer hands upward
        self.tops: dict[int, str] = {}
        self.added: dict[tuple[str, str], tuple[Size, Size]] = {}
        self.masks: dict[str, None] = {}

    def unrolled(self) -> Unrolled:
        network = self.network
        steps = range(1, network.steps + 1)
        reads_backwards = any(layer.reverse for layer in network.layers)
        for block in [steps] if reads_backwards else [range(t, t + 1) for t in steps]:
            signal = {t: self.input(t) for t in block}
            for number in range(len(network.layers)):
                signal = self.through_layer(number, signal)
            for t in block:
                self.output(t, signal[t])
        if network.loss:
            self.total_loss()
        norms = {layer.norm for layer in network.layers}
        norms |= {place.cell.convention.get("norm", "") for place in network.places}
        return Unrolled(
            Program(self.equations),
            self.shapes,
            tuple(self.parameters),
            tuple(self.initial),
            tuple(self.xs),
            self.tops,
            self.added,
            needs_batch="batch" in norms,
            masks=tuple(self.masks),
        )

    # -- one name more -----------------------------------------------------------------------------------------------

    def add(self, name: str, text: str) -> str:
        self.equations[name] = parse(text)
        return name

    def take(self, name: str, shape: Shape) -> str:
        self.shapes.setdefault(name, shape)
        return name

    def parameter(self, name: str, shape: Shape) -> str:
        self.parameters.setdefault(name)
        return self.take(name, shape)

    # -- one step more -----------------------------------------------------------------------------------------------

    def input(self, t: int) -> str:
        network, name = self.network, self.network.at("x", t)
        feed = network.feed[t - 1] if network.feed else "given"
        # What is fed back has as many entries as the output.
        self.sizes[name] = sized("m" if set(network.feed) - {"given"} else "d", network.suffix)
        if network.masked:
            self.masks[self.take(network.at("k", t), ())] = None
        if feed == "given":
            self.xs.append(name)
            return self.take(name, (self.sizes[name],))
        if network.forced:
            return self.add(name, self.target(t - 1, self.sizes[name]))
        previous = network.at("y", t - 1)
        return self.add(name, previous if feed == "output" else f"one_hot_max({previous})")

    def through_layer(self, number: int, signal: dict[int, str]) -> dict[int, str]:
        """What the layer makes of the signal of each step."""
        layer = self.network.layers[number]
        if layer.dropout:
            signal = {t: self.dropped(number, t, x) for t, x in signal.items()}
        places = self.network.places_of(number)
        for place in places:
            for t in place.steps:
                if t in signal:
                    self.cell(layer, place, t, signal[t])
        return {t: self.handed_up(number, places, t, x) for t, x in signal.items()}

    def dropped(self, number: int, t: int, x: str) -> str:
        network, suffix = self.network, self.network.suffix_of(number)
        name = stepped("x_kept", t, suffix)
        size = self.sizes[name] = self.sizes[x]
        fresh = network.layers[number].dropout == "fresh"
        mask = self.take(stepped("m", t, suffix) if fresh else f"m{suffix}", (size,))
        self.masks[mask] = None
        q = self.take(f"q{network.suffix}", ())
        return self.add(name, f"{mask} * {x} / {q}")

    def cell(self, layer: Layer, place: Place, t: int, x: str) -> None:
        """The equations of the cell at step t, reading x; each state as a skip connection or padding makes it."""
        cell, back, k = place.cell, t - place.pace, self.network.at("k", t)
        letters: dict[str, Size] = {"d": self.sizes[x], **{letter: sized(letter, place.suffix) for letter in "nm"}}
        for parameter in cell.parameters:
            self.parameter(f"{parameter}{place.suffix}", tuple(letters[letter] for letter in dimensions(parameter)))
        if back == place.start:
            for state, name in zip(cell.states, place.states(back), strict=True):
                self.initial.append(self.take(name, (letters[dimensions(state)[0]],)))
        earlier = place.at("h", t - place.pace * layer.skip)
        has_earlier = layer.skip > 0 and (earlier in self.equations or earlier in self.shapes)
        read = {place.at("x", t): x}
        if self.network.forced and "y" in cell.states and back != place.start:
            read[place.at("y", back)] = self.target(back, letters["m"])
        step = cell.program.at_step(t, back, place.suffix).renamed(read)
        for symbol, (name, rhs) in zip(cell.program.equations, step.equations.items(), strict=True):
            new = place.at(f"{symbol}_new", t)
            if self.network.masked and symbol in cell.states:
                self.equations[new] = rhs
                self.add(name, f"{k} * {new} + (1 - {k}) * {place.at(symbol, back)}")
            elif has_earlier and symbol == "h":
                self.equations[new] = rhs
                self.add(name, f"{new} + {earlier}")
            else:
                self.equations[name] = rhs
        self.sizes[place.at(cell.output, t)] = letters[dimensions(cell.output)[0]]

    def handed_up(self, number: int, places: list[Place], t: int, x: str) -> str:
        """The layer's output at step t: both directions stacked, the input added, normalised, as the layer says."""
        layer, suffix = self.network.layers[number], self.network.suffix_of(number)
        tops = [place.at(place.cell.output, t) for place in places]
        top = tops[0]
        if layer.reverse:
            top = self.add(stepped("u", t, suffix), f"concat({tops[0]}, {tops[1]})")
            self.sizes[top] = tuple(str(self.sizes[name]) for name in tops)
        size = self.sizes[top]
        if layer.residual:
            self.added[x, top] = (self.sizes[x], size)
            top = self.add(stepped("s", t, suffix), f"{top} + {x}")
        if layer.norm:
            top = self.normalised(layer.norm, top, size, t, suffix)
        self.sizes[top] = size
        return top

    def normalised(self, norm: str, top: str, size: Size, t: int, suffix: str) -> str:
        names = {"v": top, **{name: f"{name}{suffix}" for name in ("gain", "shift")}}
        names |= {name: stepped(name, t, suffix) for name in ("mu", "var", "v_hat", "v_norm")}
        self.parameter(names["gain"], (size,))
        self.parameter(names["shift"], (size,))
        self.equations |= Program.parse(normalisation("v", norm)).renamed(names).equations
        return names["v_norm"]

    # -- outputs and losses ------------------------------------------------------------------------------------------

    def output(self, t: int, top: str) -> None:
        network = self.network
        y = network.at("y", t)
        if network.output:
            m = sized("m", network.suffix)
            W = self.parameter(f"W_hy{network.suffix}", (m, self.sizes[top]))
            b = self.parameter(f"b_y{network.suffix}", (m,))
            self.add(y, f"{W} @ {top} + {b}")
            self.sizes[y] = m
        elif top == network.places[-1].at("y", t):  # the cell's own
            if y != top:
                self.add(y, top)
                self.sizes[y] = self.sizes[top]
        else:
            y = top
        self.tops[t] = y
        if network.loss:
            self.loss(t, y)

    def loss(self, t: int, y: str) -> None:
        network, target = self.network, self.network.at("target", t)
        loss = LOSSES[network.loss]
        if t in network.target_steps:
            self.target(t, self.sizes[y])
        else:
            loss = loss.needed(["p"])  # probabilities there are at every step
        names = {name: network.at(name, t) for name in "pL"}
        self.equations |= loss.renamed({"y": y, "target": target, **names}).equations

    def target(self, t: int, size: Size) -> str:
        return self.take(self.network.at("target", t), (size,))

    def total_loss(self) -> None:
        network = self.network
        terms: list[Expression] = [Name(name) for name in network.losses]
        count: Expression = Number(len(terms))
        if network.skips_padding:
            real: list[Expression] = [Name(network.at("k", t)) for t in network.target_steps]
            terms = [Apply("mul", pair) for pair in zip(real, terms, strict=True)]
            count = sum_of(real)
        total = sum_of(terms)
        divided = network.takes_mean and count != Number(1)
        self.equations[network.total] = Apply("div", (total, count)) if divided else total
