"""What has to hold for any cell, any size, any weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.cells import ACTIVATIONS, Cell, gru, lstm, rnn
from studyrnn.engine.exact import run_exact
from studyrnn.engine.network import LOSSES, OUTPUT_LAYER, train_pass, unroll

CELLS: dict[str, Cell] = {
    **{f"rnn-{activation}": rnn(activation) for activation in ACTIVATIONS},
    "lstm": lstm(),
    **{f"gru-{reset}-{keeps}": gru(reset, keeps) for reset in ("before", "after") for keeps in ("old", "new")},
}
STEP = 1e-5  # of the central differences
CORNER = 1e-3  # nearer to it than this, ReLU has no slope that a difference could measure

Arrays = dict[str, Any]

every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


@dataclass
class Problem:
    """One sequence to learn from, or `batch` of them side by side."""

    d: int
    n: int
    m: int
    steps: int
    batch: int
    loss: str
    seed: int

    def numbers(self, cell: Cell, examples: tuple[int, ...] = (), own: bool = False) -> Arrays:
        """Weights, inputs, states and targets; `examples` is () or (B,), `own` gives each example its weights."""
        chance = np.random.default_rng(self.seed)
        shapes = {**cell.shapes(self.d, self.n), "W_hy": (self.m, self.n), "b_y": (self.m,)}
        axes: dict[str, tuple[int, ...]] = {}
        for name, shape in shapes.items():
            alone = (1,) if len(shape) == 1 and examples else ()  # a shared bias is a column
            axes[name] = shape + (examples if own else alone)
        size = (self.m, *examples)
        return {
            "parameters": {name: chance.uniform(-1, 1, axis) for name, axis in axes.items()},
            "xs": [chance.uniform(-1, 1, (self.d, *examples)) for _ in range(self.steps)],
            "state": {name: chance.uniform(-1, 1, (self.n, *examples)) for name in cell.states},
            "targets": [self.target(chance, size) for _ in range(self.steps)],
        }

    def target(self, chance: np.random.Generator, size: tuple[int, ...]) -> Any:
        if self.loss == "half-squared":
            return chance.uniform(-2, 2, size)
        return np.moveaxis(np.eye(self.m)[chance.integers(self.m, size=size[1:])], -1, 0)  # one-hot


sizes = st.integers(1, 3)
problems = st.builds(
    Problem, sizes, sizes, sizes, st.integers(1, 4), sizes, st.sampled_from(sorted(LOSSES)), st.integers(0, 2**32 - 1)
)


def central(loss: Callable[[], float], array: Any) -> Any:
    """The slope of `loss` along every entry of `array`, which is moved in place and put back."""
    slopes = np.empty_like(array)
    for place in np.ndindex(array.shape):
        kept = array[place]
        array[place] = kept + STEP
        above = loss()
        array[place] = kept - STEP
        slopes[place] = (above - loss()) / (2 * STEP)
        array[place] = kept
    return slopes


def close(mine: Any, other: Any, tolerance: float = 1e-11) -> None:
    assert np.shape(mine) == np.shape(other)
    np.testing.assert_allclose(mine, other, rtol=tolerance, atol=tolerance)


def is_smooth(cell: Cell, traces: list[Arrays]) -> bool:
    return cell.convention.get("activation") != "relu" or all(np.all(np.abs(t["a"]) > CORNER) for t in traces)


@every_cell
@settings(max_examples=40, deadline=None)
@given(problem=problems)
def test_bptt_is_the_slope_of_the_loss(cell: Cell, problem: Problem) -> None:
    """Every gradient of backpropagation through time equals a central difference of the summed loss."""
    v = problem.numbers(cell)
    result = train_pass(cell, v["parameters"], v["xs"], v["state"], v["targets"], problem.loss)
    assume(is_smooth(cell, result.traces))

    def loss() -> float:
        total = 0.0
        traces = unroll(cell, v["parameters"], v["xs"], v["state"])
        for trace, target in zip(traces, v["targets"], strict=True):
            y = OUTPUT_LAYER.run({**v["parameters"], "h": trace["h"]}, NUMPY)["y"]
            total += float(LOSSES[problem.loss].run({"y": y, "target": target}, NUMPY)["L"])
        return total

    found = result.gradients
    assert set(found.parameters) == set(v["parameters"])
    for name, array in v["parameters"].items():
        close(found.parameters[name], central(loss, array), 1e-6)
    for gradient, x in zip(found.xs, v["xs"], strict=True):
        close(gradient, central(loss, x), 1e-6)
    for name, array in v["state"].items():
        close(found.initial[name], central(loss, array), 1e-6)


@pytest.mark.parametrize("own", [False, True], ids=["shared-weights", "own-weights"])
@every_cell
@settings(max_examples=25, deadline=None)
@given(problem=problems)
def test_a_batch_is_its_examples_one_by_one(cell: Cell, own: bool, problem: Problem) -> None:
    """Each example of a batch gets what it gets alone; gradients of shared weights add up."""
    v = problem.numbers(cell, (problem.batch,), own)
    together = train_pass(cell, v["parameters"], v["xs"], v["state"], v["targets"], problem.loss)
    summed = {name: np.zeros(np.shape(array)) for name, array in v["parameters"].items()}
    for b in range(problem.batch):

        def of(array: Any, b: int = b) -> Any:
            return array[..., b]

        weights = {name: weight_of(array, name, own, b) for name, array in v["parameters"].items()}
        state = {name: of(array) for name, array in v["state"].items()}
        xs, targets = [of(x) for x in v["xs"]], [of(t) for t in v["targets"]]
        alone = train_pass(cell, weights, xs, state, targets, problem.loss)
        for mine, one in zip(together.traces, alone.traces, strict=True):
            for name in cell.program.equations:
                close(of(mine[name]), one[name])
        close([of(y) for y in together.ys], alone.ys)
        close([of(loss) for loss in together.losses], alone.losses)
        close([of(x) for x in together.gradients.xs], alone.gradients.xs)
        for name in cell.states:
            close(of(together.gradients.initial[name]), alone.gradients.initial[name])
            close(
                [of(s[name]) for s in together.gradients.states],
                [s[name] for s in alone.gradients.states],
            )
        for name, gradient in alone.gradients.parameters.items():
            if own:
                summed[name][..., b] = gradient
            else:
                summed[name] += gradient.reshape(summed[name].shape)
    assert set(together.gradients.parameters) == set(summed)
    for name, gradient in summed.items():
        close(together.gradients.parameters[name], gradient)


def weight_of(array: Any, name: str, own: bool, b: int) -> Any:
    """The weight of example b without a batch axis."""
    if own:
        return array[..., b]
    return array[:, 0] if name.startswith("b_") else array


@every_cell
@settings(max_examples=5, deadline=None)
@given(d=st.integers(1, 2), n=st.integers(1, 2), seed=st.integers(0, 2**32 - 1))
def test_numpy_agrees_with_exact_numbers(cell: Cell, d: int, n: int, seed: int) -> None:
    """One step in floats equals the same step on fractions, evaluated to 30 digits, to 1e-12."""
    chance = np.random.default_rng(seed)
    shapes = {**cell.shapes(d, n), "x": (d,), **{f"{name}_": (n,) for name in cell.states}}
    values = {name: (chance.integers(-10, 11, shape) / 10).tolist() for name, shape in shapes.items()}
    floats = cell.program.run({name: np.array(value) for name, value in values.items()}, NUMPY)
    exact = run_exact(cell.program, values)
    assert set(exact) == set(cell.program.equations)
    for name, value in exact.items():
        close(floats[name], np.array(value.tolist(), dtype=float)[:, 0], 1e-12)


@pytest.mark.parametrize("loss", sorted(LOSSES))
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_losses_agree_with_exact_numbers(loss: str, seed: int) -> None:
    """Output layer and loss in floats equal the same on fractions to 1e-12."""
    problem = Problem(d=1, n=2, m=3, steps=1, batch=1, loss=loss, seed=seed)
    chance = np.random.default_rng(seed)
    program = OUTPUT_LAYER + LOSSES[loss]
    shapes = {"W_hy": (3, 2), "b_y": (3,), "h": (2,)}
    values = {name: (chance.integers(-20, 21, shape) / 10).tolist() for name, shape in shapes.items()}
    values["target"] = np.round(problem.target(chance, (3,)), 1).tolist()
    floats = program.run({name: np.array(value) for name, value in values.items()}, NUMPY)
    close(floats["L"], float(run_exact(program, values)["L"]), 1e-12)


@pytest.mark.parametrize("reset", ["before", "after"])
@settings(max_examples=40, deadline=None)
@given(problem=problems)
def test_negated_z_weights_turn_one_convention_into_the_other(reset: str, problem: Problem) -> None:
    """z_keeps=old is z_keeps=new with W_xz, W_hz and b_z negated: same states, 1 - z, gradients of z negated."""
    sign = {"W_xz": -1, "W_hz": -1, "b_z": -1}
    v = problem.numbers(gru(reset, "old"))
    flipped = {name: sign.get(name, 1) * array for name, array in v["parameters"].items()}
    old = train_pass(gru(reset, "old"), v["parameters"], v["xs"], v["state"], v["targets"], problem.loss)
    new = train_pass(gru(reset, "new"), flipped, v["xs"], v["state"], v["targets"], problem.loss)
    for mine, other in zip(old.traces, new.traces, strict=True):
        close(mine["h"], other["h"])
        close(mine["z"], 1 - other["z"])
    close(old.losses, new.losses)
    close(old.gradients.xs, new.gradients.xs)
    close(old.gradients.initial["h"], new.gradients.initial["h"])
    for name, gradient in old.gradients.parameters.items():
        close(gradient, sign.get(name, 1) * new.gradients.parameters[name])
