"""What no network can be, and what none can be run on."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from networks import MANY, Arrays, drawn, written

from studyrnn.engine.cells import jordan, rnn
from studyrnn.engine.network import Layer, Network
from studyrnn.errors import ArgumentError, UnknownName

# -- what is refused -------------------------------------------------------------------------------------------------


def refused(message: str, error: type[Exception] = ArgumentError) -> Any:
    return pytest.raises(error, match=f"^{re.escape(message)}")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"loss": "half-square"}, 'no loss is called "half-square". Did you mean "half-squared"?'),
        ({"loss": "mae"}, 'no loss is called "mae".'),
        ({"reduce": "average"}, 'no reduction is called "average". Known: sum, mean'),
        ({"feed": ("given", "teacher")}, 'no source of inputs is called "teacher".'),
    ],
)
def test_unknown_words(parts: dict[str, Any], message: str) -> None:
    """With those that come near, or all."""
    with refused(message, UnknownName):
        Network((Layer(rnn()),), 2, **parts)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"steps": 0}, "steps is 0; it needs a whole number of 1 or more"),
        ({"steps": -1}, "steps is -1; it needs a whole number of 1 or more"),
        ({"steps": 2.0}, "steps is 2.0; it needs a whole number"),
        ({"layers": ()}, "layers is empty; a network has at least one"),
        ({"feed": ("given",)}, "feed has 1 words; it needs one for each of the 2 steps"),
        ({"feed": ("output", "given")}, 'feed begins with a step that is fed back; the first input has to be "given"'),
        (
            {"feed": ("given", "output"), "layers": (Layer(rnn(), reverse=rnn()),)},
            "a layer reads the sequence backwards, so its inputs cannot be fed back from its outputs",
        ),
        (
            {"feed": ("given", "choice"), "output": False},
            "the previous y is fed back, and nothing gives a y; add an output layer (output=True)",
        ),
        (
            {"layers": (Layer(jordan()),)},
            "the cell has outputs y of its own; leave out the output layer (output=False)",
        ),
        ({"targets": (3,)}, "a step in targets is 3; it needs a whole number from 1 to 2"),
        ({"targets": (0, 1)}, "a step in targets is 0; it needs a whole number from 1 to 2"),
        ({"targets": (1.0,)}, "a step in targets is 1.0; it needs a whole number"),
        ({"targets": (1, 1)}, "targets (1, 1) names a step twice; it needs each once"),
        (
            {"targets": (), "loss": "mse"},
            "targets is empty, so there is no loss; leave out the loss, or name a step",
        ),
        (
            {"masked": True, "layers": (Layer(rnn(), skip=1),)},
            "skip connections over padded steps are not defined here: use one or the other",
        ),
    ],
)
def test_contradictions(parts: dict[str, Any], message: str) -> None:
    """What cannot be written out, and what to write instead."""
    with refused(message):
        Network(**{"layers": (Layer(rnn()),), "steps": 2, **parts})


def test_reading_backwards_what_is_given_is_fine() -> None:
    """Words that all say "given" are no feedback, with two directions and without outputs."""
    layers = (Layer(rnn(), reverse=rnn()),)
    assert written(Network(layers, 2, output=False, feed=("given", "given"))) == written(
        Network(layers, 2, output=False)
    )


@pytest.mark.parametrize(
    ("parts", "error", "message"),
    [
        ({"dropout": "variational"}, UnknownName, 'no dropout is called "variational". Known: fresh, fixed'),
        ({"norm": "layers"}, UnknownName, 'no norm is called "layers". Did you mean "layer"'),
        ({"skip": -1}, ArgumentError, "skip is -1; it needs a whole number of 0 or more"),
        ({"skip": 1.5}, ArgumentError, "skip is 1.5; it needs a whole number"),
        (
            {"cell": rnn(norm="layer"), "norm": "layer"},
            ArgumentError,
            "the cell is normalised already: leave out the norm of the layer, or that of the cell",
        ),
    ],
)
def test_layers_that_cannot_be(parts: dict[str, Any], error: type[Exception], message: str) -> None:
    """Found when the layer is made."""
    with refused(message, error):
        Layer(**{"cell": rnn(), **parts})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"W_hh": np.ones((2, 3))}, "W_hh has shape (2, 3); it needs (3, 3) (W_xh has n = 3)"),
        ({"x_2": np.ones(3)}, "x_2 has shape (3); it needs (2) (x_1 has d = 2)"),
        ({"b_y": [[1.0], [2.0, 3.0]]}, "b_y is not an array of numbers with rows of equal length"),
        ({"h_0": [0.0, float("nan"), 0.0]}, "h_0 holds nan at 2: it needs finite numbers"),
        ({"W_hz": np.ones((3, 3))}, "nothing here is called W_hz; known: x_1, W_xh, W_hh, b_h, h_0"),
        ({"x_1": None}, "x_1 holds nan: it needs finite numbers"),
        ({"W_xh": 1.0}, "W_xh has shape (); it needs (any, 2) (x_1 has d = 2)"),
    ],
)
def test_values_that_do_not_fit(changed: Arrays, message: str) -> None:
    """Found before anything is computed."""
    network = Network((Layer(rnn()),), 2)
    with refused(message):
        network.forward({**drawn(network), **changed})


@pytest.mark.parametrize(
    ("W_xh", "message"),
    [
        ([[1.0, 2.0], [3.0]], "W_xh is not an array of numbers with rows of equal length"),
        ([1.0, 2.0, 3.0], "W_xh has shape (3); it needs (any, 2) (x_1 has d = 2)"),
        (2.0, "W_xh has shape (); it needs (any, 2) (x_1 has d = 2)"),
    ],
)
def test_weights_from_which_no_state_can_be_sized(W_xh: Any, message: str) -> None:
    """The weight is blamed, not the initial state that was left out."""
    network = Network((Layer(rnn()),), 2)
    values = drawn(network) | {"W_xh": W_xh}
    with refused(message):
        network.forward({name: value for name, value in values.items() if name != "h_0"})


def test_values_that_are_missing() -> None:
    """All of them by name."""
    network = Network((Layer(rnn()),), 2, loss="mse")
    with refused("no value for b_h, target_2"):
        network.forward({name: value for name, value in drawn(network).items() if name not in {"b_h", "target_2"}})
    with refused("no value for x_1, W_xh, W_hh, b_h, h_0, W_hy, b_y, target_1, x_2, target_2"):
        network.forward({})


@pytest.mark.parametrize("sizes", [{"d": 2, "n": 3}, {"d": 1, "n": 3}, {"d": 3, "n": 1}])
def test_a_residual_connection_needs_equal_sizes(sizes: dict[str, int]) -> None:
    """Also where one of them is 1, which NumPy would spread over the others."""
    network = Network((Layer(rnn(), residual=True),), 2)
    message = (
        f"x_1 has {sizes['d']} entries and h_1 has {sizes['n']}: a residual connection adds them, so they need as many"
    )
    with refused(message):
        network.forward(drawn(network, sizes))


@pytest.mark.parametrize(
    ("loss", "target", "message"),
    [
        ("cross-entropy", [0.5, 0.6], "^target_2 .*distribution"),
        ("cross-entropy", [1.5, -0.5], "^target_2 .*distribution"),
        ("binary-cross-entropy", [0.5, 1.1], "^target_2 holds .*: it needs probabilities from 0 to 1"),
        ("binary-cross-entropy", [-0.1, 1.0], "^target_2 holds .*: it needs probabilities from 0 to 1"),
    ],
)
def test_targets_that_are_no_probabilities(loss: str, target: list[float], message: str) -> None:
    """Of cross-entropy they are a distribution, of binary cross-entropy each one for itself; also in a batch."""
    network = Network((Layer(rnn()),), 2, loss=loss)
    good = {"target_1": np.array([0.25, 0.75]), "target_2": np.array([0.0, 1.0])}
    values = drawn(network) | good
    network.forward(values)
    with pytest.raises(ArgumentError, match=message):
        network.forward(values | {"target_2": np.array(target)})
    batch = np.stack([good["target_2"], np.array(target)], axis=-1)
    with pytest.raises(ArgumentError, match=message):
        network.forward(values | {"target_2": batch})
    network.forward(values | {"target_2": np.stack([good["target_2"], good["target_1"]], axis=-1)})


def test_batch_normalisation_needs_a_batch() -> None:
    """In the cell or in the layer; one example has nothing to be compared with."""
    for layer in (Layer(rnn(norm="batch")), Layer(rnn(), norm="batch"), Layer(rnn(), reverse=rnn(norm="batch"))):
        network = Network((layer,), 1)
        values = drawn(network)
        with refused("batch normalisation needs a batch: give the examples as the last axis, x_1 (d, B)"):
            network.forward(values)
        network.forward(values | {"x_1": np.ones((2, 4))})


def test_without_a_loss_there_is_no_gradient() -> None:
    """Said at once, not as a missing name."""
    network = Network((Layer(rnn()),), 1)
    with refused("this network has no loss, so there is nothing to differentiate"):
        network.forward(drawn(network)).backward()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"of": ["L_4"]}, 'no loss of a step is called "L_4". Did you mean'),
        ({"of": ["L"]}, 'no loss of a step is called "L". Did you mean'),
        ({"wrt": ["W_hz"]}, 'no input is called "W_hz". Did you mean'),
        ({"wrt": ["h_1"]}, 'no input is called "h_1". Did you mean'),
        ({"stop": ["h1"]}, 'no quantity is called "h1". Did you mean'),
    ],
)
def test_gradients_of_what_is_not_there(asked: dict[str, list[str]], message: str) -> None:
    """A misspelt name would otherwise cut nothing, or be missed much later."""
    with refused(message, UnknownName):
        MANY["rnn"].backward(**asked)
