"""Padded steps, masks and keep probabilities: what they do, and which are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from studyrnn.engine.cells import rnn
from studyrnn.engine.network import Layer, Network
from studyrnn.errors import ArgumentError

PADDED = {
    "W_xh": [[1.0]], "W_hh": [[0.5]], "b_h": [0.0], "W_hy": [[1.0]], "b_y": [0.0],
    "x_1": [[1.0, 1.0]], "x_2": [[1.0, 9.0]], "k_1": [1.0, 1.0], "k_2": [1.0, 0.0], "target_2": [[0.0, 0.0]],
}  # fmt: skip


def test_a_padded_last_step_compares_what_was_carried_over() -> None:
    """Many-to-one: the example that ends early has the loss of its own last state, whatever stands in the padding."""
    run = Network((Layer(rnn()),), 2, loss="mse", masked=True, targets=(2,)).forward(PADDED)
    np.testing.assert_allclose(run.loss, [np.tanh(1 + 0.5 * np.tanh(1)) ** 2, np.tanh(1) ** 2], rtol=1e-15)
    gradients = run.backward()
    assert np.isfinite(gradients["dW_hh"]).all()
    assert gradients["dx_2"][0, 1] == 0
    assert gradients["dx_1"][0, 1] == pytest.approx(2 * np.tanh(1) * (1 - np.tanh(1) ** 2))


def test_targets_of_padded_steps_do_not_matter() -> None:
    """A row of zeros is no distribution, and at a padded step nobody asks."""
    network = Network((Layer(rnn()),), 2, loss="cross-entropy", masked=True)
    values = {**PADDED, "W_hy": [[1.0], [-1.0]], "b_y": [0.0, 0.0], "target_1": [[1.0, 0.0], [0.0, 1.0]]}
    run = network.forward({**values, "target_2": [[1.0, 0.0], [0.0, 0.0]]})
    assert np.isfinite(run.loss).all()
    with pytest.raises(ArgumentError, match="target_1 adds up to"):
        network.forward({**values, "target_1": [[0.0, 0.0], [0.0, 1.0]], "target_2": [[1.0, 0.0], [0.0, 0.0]]})


@pytest.mark.parametrize(
    ("layer", "options", "more", "says"),
    [
        (Layer(rnn()), {"masked": True}, {"k_2": [1.0, 7.0]}, "k_2 has entries other than 0 and 1"),
        (Layer(rnn()), {"masked": True}, {"k_1": [1.0, 0.0]}, "every step of an example is padding"),
        (Layer(rnn(), dropout="fixed"), {}, {"m": [2.0], "q": 0.5}, "m has entries other than 0 and 1"),
        (Layer(rnn(), dropout="fixed"), {}, {"m": [1.0], "q": 0.0}, "q is 0.0; a keep probability is above 0"),
        (Layer(rnn(), dropout="fixed"), {}, {"m": [1.0], "q": 1.5}, "q is 1.5; a keep probability is above 0"),
    ],
)
def test_masks_and_keep_probabilities(layer: Layer, options: dict[str, Any], more: dict[str, Any], says: str) -> None:
    """A mask is 0 or 1, a probability is one, and a mean is over something."""
    values = {**PADDED, "target_1": [[0.0, 0.0]]}
    if not options:
        values = {name: value for name, value in values.items() if not name.startswith("k_")}
    with pytest.raises(ArgumentError, match=says):
        Network((layer,), 2, loss="mse", **options).forward({**values, **more})


def test_lists_will_do_for_layers_and_steps() -> None:
    """The same network as from tuples."""
    from_lists = Network([Layer(rnn())], 2, loss="mse", targets=[2], feed=["given", "output"])  # type: ignore[arg-type]
    assert from_lists == Network((Layer(rnn()),), 2, loss="mse", targets=(2,), feed=("given", "output"))
    assert from_lists.program == Network((Layer(rnn()),), 2, loss="mse", targets=(2,), feed=("given", "output")).program


def test_batch_statistics_do_not_count_padding() -> None:
    """They would, so the two do not go together."""
    with pytest.raises(ArgumentError, match="batch statistics would count the padded steps"):
        Network((Layer(rnn(norm="batch")),), 2, masked=True)
