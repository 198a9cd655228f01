"""What has to hold for any network, any size, any numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.cells import Cell, gru, jordan, lstm, rnn, state_space
from studyrnn.engine.equations import Apply, evaluate
from studyrnn.engine.exact import SYMBOLIC, equal, run_exact, slope, symbols
from studyrnn.engine.losses import LOSSES
from studyrnn.engine.network import Layer, Network, Run
from studyrnn.engine.normalisation import EPSILON
from studyrnn.engine.precise import PRECISE, context, precise_number, run_precise
from studyrnn.engine.shapes import Size

CELLS: dict[str, Cell] = {
    "rnn": rnn(),
    "rnn-relu": rnn("relu"),
    "rnn-sigmoid": rnn("sigmoid"),
    "rnn-two-biases": rnn(biases=2),
    "rnn-layer-norm": rnn(norm="layer"),
    "lstm": lstm(),
    "lstm-two-biases": lstm(biases=2),
    "lstm-peephole": lstm(peephole=True),
    "gru-before-old": gru("before", "old"),
    "gru-before-new": gru("before", "new"),
    "gru-after-old": gru("after", "old"),
    "gru-after-new": gru("after", "new"),
    "gru-two-biases": gru(biases=2),
    "gru-after-two-biases": gru("after", biases=2),
    "jordan": jordan(),
    "jordan-relu": jordan("relu"),
    "state-space": state_space(),
}
STEP = context.mpf("1e-10")  # of the central differences: their error is that squared
CORNER = 1e-6  # nearer to it than this, ReLU has no slope that a difference could measure
FLAT = 1e-3  # a variance below this makes layer norm magnify what floats round off

Arrays = dict[str, Any]

every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
seeds = st.integers(0, 2**32 - 1)


def quick(examples: int) -> Any:
    return settings(max_examples=examples, deadline=None)


# -- networks to try it on -------------------------------------------------------------------------------------------


@dataclass
class Problem:
    """A network, a size for every letter of its shapes, and the seed of its numbers."""

    network: Network
    sizes: dict[str, int]
    lengths: tuple[int, ...]  # of the unpadded sequences: one for each example
    seed: int

    def numbers(self, batch: int | None = None, own: bool = False) -> Arrays:
        """Everything the network takes; `batch` adds that axis to all but the weights, `own` to them too."""
        chance, given = np.random.default_rng(self.seed), {}
        for name, letters in self.network.shapes.items():
            shape = tuple(self.size(letter) for letter in letters)
            shared = (name in self.network.parameters or name == "q") and not own
            shape += () if batch is None or shared else (batch,)
            given[name] = self.draw(name, shape, chance)
        return given

    def size(self, size: Size) -> int:
        return self.sizes[size] if isinstance(size, str) else sum(self.sizes[letter] for letter in size)

    def draw(self, name: str, shape: tuple[int, ...], chance: np.random.Generator) -> Any:
        if name.startswith("target") and self.network.loss == "cross-entropy":
            one_hot = np.eye(shape[0])[chance.integers(shape[0], size=shape[1:])]
            return np.moveaxis(one_hot, -1, 0)
        if name.startswith("k_"):
            t = int(name.removeprefix("k_"))
            real = [float(t <= length) for length in self.lengths]
            return np.array(real[: shape[0]] if shape else real[0])
        if name.startswith("m") or (name.startswith("target") and self.network.loss == "binary-cross-entropy"):
            return chance.integers(0, 2, shape).astype(float)
        return chance.uniform(*((0.5, 1) if name == "q" else (-1, 1)), shape)

    @cached_property
    def inputs(self) -> list[str]:
        """All that has a gradient: weights, inputs and states, masks and keep probability too."""
        choices = "entropy" in self.network.loss
        return [name for name in self.network.shapes if not (choices and name.startswith("target"))]


@st.composite
def problems(draw: st.DrawFn, cell: Cell) -> Problem:
    """A network with `cell` at the bottom, of one or two layers, and everything else by chance."""
    flag, steps = st.booleans(), draw(st.integers(1, 3))
    masked, feeds_back, is_residual = draw(flag), draw(flag), draw(st.integers(0, 3)) == 0

    def layer(cell: Cell) -> Layer:
        other = draw(st.sampled_from(list(CELLS.values())))
        return Layer(
            cell,
            reverse=other if draw(flag) and not feeds_back else None,
            residual=is_residual and draw(flag),
            skip=0 if masked else draw(st.integers(0, 2)),
            dropout=draw(st.sampled_from(["", "fresh", "fixed"])),
            norm=""
            if "norm" in cell.convention or "norm" in other.convention
            else draw(st.sampled_from(["", "layer"])),
        )

    above = draw(st.lists(st.sampled_from(list(CELLS.values())), max_size=1))
    layers = tuple(layer(each) for each in (cell, *above))
    only = layers[0] if len(layers) == 1 else None
    targets = draw(st.none() | st.sets(st.integers(1, steps), min_size=1).map(lambda found: tuple(sorted(found))))
    network = Network(
        layers,
        steps,
        output=not (only and only.cell.output == "y" and not only.reverse) and (feeds_back or draw(flag)),
        loss=draw(st.sampled_from(list(LOSSES))),
        reduce=draw(st.sampled_from(["sum", "mean"])),
        targets=targets,
        feed=("given", *(draw(st.sampled_from(["given", "output"])) for _ in range(1, steps))) if feeds_back else (),
        masked=masked,
    )
    first_loss = 1 if targets is None else targets[0]
    lengths = draw(st.tuples(*[st.integers(first_loss, steps)] * 3))
    return Problem(network, draw(sizes_for(network)), lengths, draw(seeds))


@st.composite
def sizes_for(draw: st.DrawFn, network: Network) -> dict[str, int]:
    letters = {part for shape in network.shapes.values() for size in shape for part in size}
    letters |= {letter for shape in network.shapes.values() for letter in shape if isinstance(letter, str)}
    least = 2 if any(name.startswith("gain") for name in network.shapes) else 1  # one entry varies from no other
    if not any(layer.residual for layer in network.layers):
        return {letter: draw(st.integers(least, 3)) for letter in sorted(letters)}
    # A residual connection wants all layers as wide as the input; the two directions share the width.
    halves = any(layer.reverse for layer in network.layers)
    width = 2 * least if halves else draw(st.integers(least, 3))
    return {letter: width // 2 if letter[-1] in "fr" else width for letter in sorted(letters)}


def floats(value: Any) -> Any:
    return np.array(value, dtype=float)


def lists(values: Arrays) -> Arrays:
    return {name: value.tolist() for name, value in values.items()}


def close(mine: Any, other: Any, tolerance: float = 1e-12, what: str = "") -> None:
    assert np.shape(mine) == np.shape(other), what
    assert np.all(np.abs(mine - other) <= tolerance * (1 + np.abs(other))), f"{what}: {mine} is not {other}"


def is_smooth(run: Run) -> bool:
    """No ReLU near its corner."""
    relus = [rhs for rhs in run.network.program.equations.values() if isinstance(rhs, Apply) and rhs.op == "relu"]
    return all(np.min(np.abs(evaluate(rhs.args[0], run.trace, NUMPY))) > CORNER for rhs in relus)


def is_varied(run: Run) -> bool:
    """Nothing is normalised whose entries are almost equal."""
    return all(np.min(run[name]) > FLAT for name in run.network.program.equations if name.startswith("var"))


# -- values and gradients --------------------------------------------------------------------------------------------


@every_cell
@quick(4)
@given(data=st.data())
def test_numpy_agrees_with_30_digits(cell: Cell, data: st.DataObject) -> None:
    """Forward and backward, every named value in floats equals the same program worked out entry by entry in mpmath."""
    problem = data.draw(problems(cell))
    values = problem.numbers()
    run = problem.network.forward(values)
    assume(is_varied(run))
    backward = problem.network.backward(wrt=problem.inputs)
    precise = run_precise(problem.network.program, lists(values))
    precise = backward.run(precise, PRECISE)
    found = run.backward(wrt=problem.inputs)
    for name in [*problem.network.program.equations, *backward.equations]:
        close(found[name], floats(precise[name]), what=name)


@every_cell
@quick(4)
@given(data=st.data())
def test_gradients_are_the_slopes_of_the_loss(cell: Cell, data: st.DataObject) -> None:
    """Along a direction through all inputs at once, and along one through a single input, the loss rises as the
    gradients say; the slopes are central differences of 30-digit values."""
    problem = data.draw(problems(cell))
    values = problem.numbers()
    run = problem.network.forward(values)
    assume(is_smooth(run) and is_varied(run))
    found = run.backward(wrt=problem.inputs)
    chance = np.random.default_rng(problem.seed)
    direction = {name: chance.uniform(-1, 1, np.shape(values[name])) for name in problem.inputs}
    alone = data.draw(st.sampled_from(problem.inputs))
    rises_along(direction, problem.network, values, found)
    rises_along({alone: direction[alone]}, problem.network, values, found)


def rises_along(direction: Arrays, network: Network, values: Arrays, found: Arrays) -> None:
    """The slope of the loss, summed over a batch, is the gradients times the direction."""
    exactly = {name: precise_number(value.tolist()) for name, value in values.items()}

    def loss(step: Any) -> Any:
        moved = {
            name: PRECISE["add"](exactly[name], PRECISE["mul"](precise_number(way.tolist()), step))
            for name, way in direction.items()
        }
        return PRECISE["total"](network.program.run(exactly | moved, PRECISE)["L"])

    for name in direction:
        assert np.shape(found[f"d{name}"]) == np.shape(values[name])
    parts = [np.sum(found[f"d{name}"] * way) for name, way in direction.items()]
    size = max(1.0, *(float(np.sum(np.abs(found[f"d{name}"] * way))) for name, way in direction.items()))
    slope_found = (loss(STEP) - loss(-STEP)) / (2 * STEP)
    assert abs(sum(float(part) for part in parts) - float(slope_found)) < 1e-12 * size, list(direction)


@pytest.mark.parametrize("own", [False, True], ids=["shared-weights", "own-weights"])
@every_cell
@quick(3)
@given(data=st.data(), batch=st.integers(1, 3))
def test_a_batch_is_its_examples_one_by_one(cell: Cell, own: bool, data: st.DataObject, batch: int) -> None:
    """Each example of a batch gets what it gets alone; gradients of what the examples share add up."""
    problem = data.draw(problems(cell))
    network, values = problem.network, problem.numbers(batch, own)
    run = network.forward(values)
    assume(is_varied(run))
    together = run.backward(wrt=problem.inputs)
    shared = [name for name, shape in network.shapes.items() if np.ndim(values[name]) == len(shape)]
    assert run.batch == batch
    assert bool(shared) != own
    sums = {f"d{name}": np.zeros(np.shape(values[name])) for name in shared if name in problem.inputs}
    for b in range(batch):
        example = {name: value if name in shared else value[..., b] for name, value in values.items()}
        alone = network.forward(example)
        assert alone.batch is None
        walked = alone.backward(wrt=problem.inputs)
        for name in [*network.program.equations, *network.backward(wrt=problem.inputs).equations]:
            if name in sums:
                sums[name] += walked[name]
            else:
                mine, other = together[name], walked[name]  # what is a constant has no axis for the examples
                close(mine[..., b] if np.ndim(mine) > np.ndim(other) else mine, other, what=name)
    for name, value in sums.items():
        close(together[name], value, what=name)


# -- conventions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("biases", [1, 2])
@pytest.mark.parametrize("reset", ["before", "after"])
@quick(15)
@given(sizes=st.tuples(*[st.integers(1, 3)] * 3), steps=st.integers(1, 3), seed=seeds)
def test_negated_z_weights_turn_one_convention_into_the_other(
    reset: str, biases: int, sizes: tuple[int, ...], steps: int, seed: int
) -> None:
    """z_keeps=old is z_keeps=new with all weights of z negated: same states, 1 - z, gradients of z negated."""

    def network(z_keeps: str) -> Network:
        return Network((Layer(gru(reset, z_keeps, biases)),), steps, loss="half-squared")

    values = Problem(network("old"), dict(zip("dnm", sizes, strict=True)), (), seed).numbers()
    sign = dict.fromkeys(["W_xz", "W_hz", "b_z", "b_hz"], -1)
    old = network("old").forward(values)
    new = network("new").forward({name: sign.get(name, 1) * value for name, value in values.items()})
    for t in range(1, steps + 1):
        close(old[f"z_{t}"], 1 - new[f"z_{t}"])
        close(old[f"h_{t}"], new[f"h_{t}"])
    mine, other = old.backward(), new.backward()
    for name in [*network("old").parameters, *network("old").initial, *network("old").xs]:
        close(mine[f"d{name}"], sign.get(name, 1) * other[f"d{name}"], what=name)


# -- normalisation ---------------------------------------------------------------------------------------------------

NORMALISED = {
    "of-a-batch-in-the-cell": Layer(rnn(norm="batch")),
    "of-a-batch-in-the-layer": Layer(lstm(), norm="batch"),
    "of-a-batch-both-ways": Layer(rnn(norm="batch"), reverse=rnn("sigmoid", norm="batch")),
}
every_norm = pytest.mark.parametrize("layer", NORMALISED.values(), ids=NORMALISED)


def normalised(layer: Layer, seed: int) -> tuple[Network, Arrays]:
    """Two steps of a batch of four, whose entries differ enough to be normalised."""
    network = Network((layer,), 2, loss="half-squared")
    sizes = {"d": 3, "n": 2, "nf": 2, "nr": 1, "m": 2}
    return network, Problem(network, sizes, (), seed).numbers(batch=4)


@every_norm
@quick(8)
@given(seed=seeds)
def test_batch_norm_gives_mean_zero_and_variance_one(layer: Layer, seed: int) -> None:
    """Over the examples, before gain and shift; the variance less what epsilon takes away."""
    network, values = normalised(layer, seed)
    run = network.forward(values)
    hats = [name for name in network.program.equations if "_hat" in name]
    assert hats
    for name in hats:
        var = run[name.replace("v_hat", "var").replace("a_hat", "var")]
        close(np.mean(run[name], axis=-1), np.zeros(len(var)), 1e-9)
        close(np.var(run[name], axis=-1, keepdims=True), var / (var + EPSILON), 1e-9)


@every_norm
@quick(4)
@given(seed=seeds)
def test_batch_norm_agrees_with_30_digits_and_their_differences(layer: Layer, seed: int) -> None:
    """The whole batch as matrices in mpmath: the same values, and the slope of the summed loss along a direction
    through all parameters, inputs and states."""
    network, values = normalised(layer, seed)
    run = network.forward(values)
    assume(is_varied(run))
    precise = run_precise(network.program, lists(values))
    for name in network.program.equations:
        close(np.squeeze(run[name]), np.squeeze(floats(precise[name])), 1e-11, name)
    names, chance = [*network.parameters, *network.initial, *network.xs], np.random.default_rng(seed)
    direction = {name: chance.uniform(-1, 1, np.shape(values[name])) for name in names}
    rises_along(direction, network, values, run.backward())


# -- fractions and symbols -------------------------------------------------------------------------------------------

NUMBERS = {  # networks whose every quantity is one number, deep enough that the chain rule has work to do
    "rnn": Network((Layer(rnn()),), 2, loss="half-squared"),
    "lstm": Network((Layer(lstm()),), 1, loss="half-squared"),
    "lstm-peephole": Network((Layer(lstm(peephole=True)),), 1, loss="half-squared"),
    "gru-before": Network((Layer(gru()),), 1, loss="half-squared"),
    "gru-after": Network((Layer(gru("after", "new")),), 1, loss="half-squared"),
    "jordan": Network((Layer(jordan()),), 2, output=False, loss="half-squared"),
    "state-space": Network((Layer(state_space()),), 2, output=False, loss="half-squared"),
}
every_network = pytest.mark.parametrize("network", NUMBERS.values(), ids=NUMBERS)


@every_network
def test_sympy_derives_the_same_gradients(network: Network) -> None:
    """In symbols: SymPy's own derivative of the loss by each input is what the backward program writes."""
    signs = {name: symbols(name) for name in network.shapes}
    trace = network.program.run(signs, SYMBOLIC)
    walked = network.backward().run(trace, SYMBOLIC)
    for name in [*network.parameters, *network.initial, *network.xs]:
        derived = slope(trace["L"], signs[name])
        assert derived != 0, f"{name} has a part in the loss"
        assert equal(derived, walked[f"d{name}"]), name


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru-before", "jordan", "state-space"])
def test_a_network_of_numbers_agrees_with_exact_fractions(name: str) -> None:
    """Plain numbers instead of vectors, forward and backward: floats equal fractions evaluated to 30 digits."""
    network = NUMBERS[name]
    chance = np.random.default_rng(7)
    given = {symbol: int(chance.integers(-20, 21)) / 10 for symbol in network.shapes}
    both_ways = network.program + network.backward()
    exact = run_exact(both_ways, given)
    trace = both_ways.run({symbol: np.float64(value) for symbol, value in given.items()}, NUMPY)
    assert list(exact) == list(both_ways.equations)
    for symbol, value in exact.items():
        close(trace[symbol], float(value), what=symbol)


@every_cell
@quick(3)
@given(d=st.integers(1, 2), n=st.integers(1, 2), m=st.integers(1, 2), seed=seeds)
def test_a_step_agrees_with_exact_fractions(cell: Cell, d: int, n: int, m: int, seed: int) -> None:
    """One step of vectors in floats equals the same step on fractions, evaluated to 30 digits."""
    chance = np.random.default_rng(seed)
    sizes = {"x": (d,), "h_": (n,), "c_": (n,), "y_": (m,)}
    shapes = {name: sizes.get(name) or cell.shapes(d, n, m)[name] for name in cell.program.inputs}
    given = {name: (chance.integers(-10, 11, shape) / 10).tolist() for name, shape in shapes.items()}
    exact = run_exact(cell.program, given)
    trace = cell.program.run({name: np.array(value) for name, value in given.items()}, NUMPY)
    for name, value in exact.items():
        close(trace[name], floats(value), 1e-9 if "norm" in cell.convention else 1e-12, name)
