"""Teacher forcing: the targets in place of the outputs that are fed back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from studyrnn.engine.cells import gru, jordan, rnn
from studyrnn.engine.equations import names_in
from studyrnn.engine.network import Layer, Network
from studyrnn.errors import ArgumentError


def forced_jordan(steps: int) -> Network:
    return Network((Layer(jordan()),), steps, output=False, loss="half-squared", forced=True)


def drawn_for(network: Network, sizes: dict[str, int], batch: tuple[int, ...] = ()) -> dict[str, Any]:
    chance = np.random.default_rng(5)
    shared = set(network.parameters)
    return {
        name: chance.normal(size=(*(sizes[str(letter)] for letter in shape), *(() if name in shared else batch)))
        for name, shape in network.shapes.items()
    }


def test_a_forced_jordan_network_has_only_one_step_gradients() -> None:
    """Its gradient is the sum of those of single steps that begin with the target before; BPTT's is another."""
    network = forced_jordan(4)
    values = drawn_for(network, {"d": 2, "n": 3, "m": 2})
    run = network.forward(values)
    forced = run.backward()
    one = Network((Layer(jordan()),), 1, output=False, loss="half-squared")
    weights = {name: values[name] for name in network.parameters}
    total: dict[str, Any] = dict.fromkeys(weights, 0.0)
    for t in range(1, 5):
        before = values["y_0"] if t == 1 else values[f"target_{t - 1}"]
        step = one.forward({**weights, "x_1": values[f"x_{t}"], "y_0": before, "target_1": values[f"target_{t}"]})
        np.testing.assert_allclose(run[f"y_{t}"], step["y_1"], rtol=1e-14)
        total = {name: total[name] + step.backward()[f"d{name}"] for name in weights}
    full = Network((Layer(jordan()),), 4, output=False, loss="half-squared").forward(values).backward()
    for name, expected in total.items():
        np.testing.assert_allclose(forced[f"d{name}"], expected, rtol=1e-12, atol=1e-14)
    assert not np.allclose(forced["dW_yh"], full["dW_yh"])


def test_a_forced_batch_is_its_examples() -> None:
    """Checked and summed over the batch like any network, also where all sizes are equal."""
    network = forced_jordan(3)
    values = drawn_for(network, {"d": 3, "n": 3, "m": 3}, (3,))
    together = network.forward(values)
    alone = [
        network.forward({name: v if name in network.parameters else v[..., k] for name, v in values.items()})
        for k in range(3)
    ]
    np.testing.assert_allclose(together.loss, [run.loss for run in alone], rtol=1e-13)
    for name in network.parameters:
        summed = sum(run.backward()[f"d{name}"] for run in alone)
        np.testing.assert_allclose(together.backward()[f"d{name}"], summed, rtol=1e-12, atol=1e-13)


def test_no_path_through_time_is_left() -> None:
    """In the equations of the gradient nothing of one step reads anything of another."""
    backward = forced_jordan(3).backward(forced_jordan(3).parameters)
    steps = {name: {part.split("_")[-1] for part in names_in(rhs)} for name, rhs in backward.equations.items()}
    assert all(read <= {name.split("_")[-1], "hy"} for name, read in steps.items() if name[-1].isdigit())
    assert any(name.endswith("_3") for name in steps)


@pytest.mark.parametrize("feed", ["output", "choice"])
def test_forced_feedback_is_the_network_with_the_targets_as_inputs(feed: str) -> None:
    """x_t = target_{t-1}; backpropagation along the hidden states goes on."""
    network = Network((Layer(gru()),), 3, loss="cross-entropy", feed=("given", feed, feed), forced=True)
    values = drawn_for(network, {"m": 2, "n": 3})
    values |= {f"target_{t}": np.eye(2)[t % 2] for t in range(1, 4)}
    run = network.forward(values)
    given = Network((Layer(gru()),), 3, loss="cross-entropy")
    expected = given.forward({**values, "x_2": values["target_1"], "x_3": values["target_2"]})
    assert float(run.loss) == pytest.approx(float(expected.loss), rel=1e-14)
    for name in network.parameters:
        np.testing.assert_allclose(run.backward()[f"d{name}"], expected.backward()[f"d{name}"], rtol=1e-12, atol=1e-14)


def test_forcing_needs_feedback_and_targets() -> None:
    """Nothing fed back, no target for it, or a Jordan layer whose output is no y of the network: each is said."""
    with pytest.raises(ArgumentError, match="no output of this network is fed back"):
        Network((Layer(rnn()),), 3, loss="half-squared", forced=True)
    with pytest.raises(ArgumentError, match="there is no target at step 1, 2, but its output is fed back"):
        Network((Layer(jordan()),), 3, output=False, loss="half-squared", targets=(3,), forced=True)
    with pytest.raises(ArgumentError, match="only a Jordan network of one layer"):
        Network((Layer(jordan()), Layer(jordan())), 3, output=False, loss="half-squared", forced=True)
