"""How a network is written out, what its parts do, and what it refuses."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import numpy as np
import pytest

from studyrnn.engine.arrays import softmax
from studyrnn.engine.cells import Cell, gru, jordan, lstm, rnn, state_space
from studyrnn.engine.equations import Program, parse
from studyrnn.engine.network import Layer, Network, Run, shared, unreached
from studyrnn.errors import ArgumentError, UnknownName

Arrays = dict[str, Any]

SIZES = {"d": 2, "n": 3, "m": 2}
MANY: dict[str, Network] = {
    "rnn": Network((Layer(rnn()),), 3, loss="half-squared"),
    "lstm": Network((Layer(lstm()),), 3, loss="half-squared"),
    "gru": Network((Layer(gru()),), 3, loss="half-squared"),
    "bidirectional": Network((Layer(lstm(), reverse=rnn()),), 3, loss="half-squared"),
    "two-layers": Network((Layer(gru()), Layer(rnn("sigmoid"))), 3, loss="half-squared"),
    "jordan": Network((Layer(jordan()),), 3, output=False, loss="half-squared"),
    "state-space": Network((Layer(state_space()),), 3, output=False, loss="half-squared"),
}
every_network = pytest.mark.parametrize("network", MANY.values(), ids=MANY)


def drawn(network: Network, sizes: dict[str, int] | None = None, seed: int = 1, **given: Any) -> Arrays:
    """Random numbers for everything; n1, nf and so on are as large as n unless `sizes` says more."""
    chance, known = np.random.default_rng(seed), SIZES | (sizes or {})
    values: Arrays = {}
    for name, shape in network.shapes.items():
        parts = [(size,) if isinstance(size, str) else size for size in shape]
        values[name] = chance.uniform(-1, 1, [sum(known.get(p, known[p[0]]) for p in part) for part in parts])
    return values | {name: np.array(value, dtype=float) for name, value in given.items()}


def with_parts(network: Network, **parts: Any) -> Network:
    """The same network with some of its parts changed."""
    return Network(**{**{name: getattr(network, name) for name in network.__dataclass_fields__}, **parts})


def written(network: Network) -> dict[str, Any]:
    return network.program.equations


def parsed(equations: dict[str, str]) -> dict[str, Any]:
    return Program.parse(equations).equations


def equals(mine: Any, other: Any) -> None:
    assert np.shape(mine) == np.shape(other)
    np.testing.assert_allclose(mine, other, rtol=1e-13, atol=1e-14)


def same_gradients(mine: Arrays, other: Arrays, names: Any) -> None:
    for name in names:
        equals(mine[f"d{name}"], other[f"d{name}"])


# -- equations and names ---------------------------------------------------------------------------------------------


def test_one_layer() -> None:
    """Step by step: the cell, the output, the loss; the total last. Weights have no step."""
    network = Network((Layer(rnn()),), 2, loss="half-squared")
    assert written(network) == parsed(
        {
            "a_1": "W_xh @ x_1 + W_hh @ h_0 + b_h",
            "h_1": "tanh(a_1)",
            "y_1": "W_hy @ h_1 + b_y",
            "L_1": "total(half_square(y_1 - target_1))",
            "a_2": "W_xh @ x_2 + W_hh @ h_1 + b_h",
            "h_2": "tanh(a_2)",
            "y_2": "W_hy @ h_2 + b_y",
            "L_2": "total(half_square(y_2 - target_2))",
            "L": "L_1 + L_2",
        }
    )
    assert list(written(network)) == ["a_1", "h_1", "y_1", "L_1", "a_2", "h_2", "y_2", "L_2", "L"]
    assert network.parameters == ["W_xh", "W_hh", "b_h", "W_hy", "b_y"]
    assert network.initial == ["h_0"]
    assert network.xs == ["x_1", "x_2"]
    assert network.losses == ["L_1", "L_2"]
    assert network.numbers == []
    assert network.shapes == {
        "x_1": ("d",), "W_xh": ("n", "d"), "W_hh": ("n", "n"), "b_h": ("n",), "h_0": ("n",), "W_hy": ("m", "n"),
        "b_y": ("m",), "target_1": ("m",), "x_2": ("d",), "target_2": ("m",),
    }  # fmt: skip
    assert set(network.shapes) == set(network.program.inputs)


def test_two_layers_go_up_at_every_step() -> None:
    """Layer 2 reads h of layer 1 at the same step; every name carries its layer."""
    network = Network((Layer(rnn()), Layer(lstm())), 2)
    order = [f"{name}_{t}__{place}" for t in (1, 2) for place, names in ((1, "ah"), (2, "ifgoch")) for name in names]
    order.insert(8, "y_1")
    assert list(written(network)) == [*order, "y_2"]
    assert written(network)["a_2__1"] == parse("W_xh__1 @ x_2 + W_hh__1 @ h_1__1 + b_h__1")
    assert written(network)["i_2__2"] == parse("sigmoid(W_xi__2 @ h_2__1 + W_hi__2 @ h_1__2 + b_i__2)")
    assert written(network)["c_2__2"] == parse("f_2__2 * c_1__2 + i_2__2 * g_2__2")
    assert written(network)["y_2"] == parse("W_hy @ h_2__2 + b_y")
    assert network.initial == ["h_0__1", "h_0__2", "c_0__2"]
    assert network.shapes["W_xh__1"] == ("n1", "d")
    assert network.shapes["W_xi__2"] == ("n2", "n1")
    assert network.shapes["W_hy"] == ("m", "n2")


def test_two_directions_go_one_after_the_other() -> None:
    """Forward from the first step, in reverse from the last, then both stacked, forward above reverse."""
    network = Network((Layer(rnn(), reverse=rnn("relu")),), 2)
    assert written(network) == parsed(
        {
            "a_1__f": "W_xh__f @ x_1 + W_hh__f @ h_0__f + b_h__f",
            "h_1__f": "tanh(a_1__f)",
            "a_2__f": "W_xh__f @ x_2 + W_hh__f @ h_1__f + b_h__f",
            "h_2__f": "tanh(a_2__f)",
            "a_2__r": "W_xh__r @ x_2 + W_hh__r @ h_3__r + b_h__r",
            "h_2__r": "relu(a_2__r)",
            "a_1__r": "W_xh__r @ x_1 + W_hh__r @ h_2__r + b_h__r",
            "h_1__r": "relu(a_1__r)",
            "u_1": "concat(h_1__f, h_1__r)",
            "u_2": "concat(h_2__f, h_2__r)",
            "y_1": "W_hy @ u_1 + b_y",
            "y_2": "W_hy @ u_2 + b_y",
        }
    )
    assert list(written(network))[:6] == ["a_1__f", "h_1__f", "a_2__f", "h_2__f", "a_2__r", "h_2__r"]
    assert network.initial == ["h_0__f", "h_3__r"]
    assert network.shapes["W_hy"] == ("m", ("nf", "nr"))


def test_two_layers_of_two_directions() -> None:
    """The second layer reads the stacked states of the first, and begins when the first is through."""
    network = Network((Layer(rnn(), reverse=rnn()), Layer(rnn(), reverse=rnn())), 2, output=False)
    assert written(network)["a_1__2r"] == parse("W_xh__2r @ u_1__1 + W_hh__2r @ h_2__2r + b_h__2r")
    assert network.shapes["W_xh__2r"] == ("n2r", ("n1f", "n1r"))
    order = list(written(network))
    assert order.index("u_2__1") < order.index("a_1__2f")
    assert order[-2:] == ["u_1__2", "u_2__2"]


@pytest.mark.parametrize("name", ["dec", "decoder", "R"])
def test_a_name_stands_behind_every_name(name: str) -> None:
    """For networks that are joined. The name says nothing about the direction, whatever letter it ends with."""
    plain = Network((Layer(rnn()),), 2, loss="mse")
    named = with_parts(plain, name=name)
    renamed = {old: f"{old}__{name}" for old in [*plain.program.inputs, *plain.program.equations]}
    assert written(named) == plain.program.renamed(renamed).equations
    assert named.initial == [f"h_0__{name}"]
    assert named.losses == [f"L_1__{name}", f"L_2__{name}"]
    assert Network((Layer(rnn()), Layer(rnn())), 1, name=name).initial == [f"h_0__{name}1", f"h_0__{name}2"]
    values, other = drawn(plain), {}
    for old, value in values.items():
        other[f"{old}__{name}"] = value
    equals(named.forward(other).loss, plain.forward(values).loss)
    same = named.forward(other).backward()
    equals(same[f"dW_hh__{name}"], plain.forward(values).backward()["dW_hh"])


def test_what_stands_between_two_layers() -> None:
    """Dropout of the input, then the cell, then the residual sum, then the normalisation."""
    network = Network((Layer(rnn(), residual=True, dropout="fresh", norm="layer"),), 1)
    assert list(written(network)) == ["x_kept_1", "a_1", "h_1", "s_1", "mu_1", "var_1", "v_hat_1", "v_norm_1", "y_1"]
    assert written(network) | parsed(
        {
            "x_kept_1": "m_1 * x_1 / q",
            "a_1": "W_xh @ x_kept_1 + W_hh @ h_0 + b_h",
            "s_1": "h_1 + x_kept_1",
            "mu_1": "mean(s_1)",
            "v_norm_1": "gain * v_hat_1 + shift",
            "y_1": "W_hy @ v_norm_1 + b_y",
        }
    ) == written(network)  # fmt: skip
    assert network.numbers == ["q"]
    assert network.parameters[-4:] == ["gain", "shift", "W_hy", "b_y"]


def test_masks_are_fresh_or_fixed() -> None:
    """One for every step, or one for all; of each layer its own, with one keep probability."""
    fresh, fixed = (Network((Layer(rnn(), dropout=kind), Layer(rnn(), dropout=kind)), 2) for kind in ("fresh", "fixed"))
    masks = [[name for name in network.shapes if name.startswith("m")] for network in (fresh, fixed)]
    assert masks == [["m_1__1", "m_1__2", "m_2__1", "m_2__2"], ["m__1", "m__2"]]
    assert fixed.shapes["m__2"] == ("n1",)
    assert fresh.numbers == fixed.numbers == ["q"]


def test_padded_steps() -> None:
    """Each state is the new one where k is 1 and the previous one where it is 0; so is the loss."""
    network = Network((Layer(lstm()),), 2, loss="half-squared", reduce="mean", masked=True)
    assert network.numbers == ["k_1", "k_2"]
    assert written(network) | parsed(
        {
            "c_new_2": "f_2 * c_1 + i_2 * g_2",
            "c_2": "k_2 * c_new_2 + (1 - k_2) * c_1",
            "h_2": "k_2 * h_new_2 + (1 - k_2) * h_1",
            "L": "(k_1 * L_1 + k_2 * L_2) / (k_1 + k_2)",
        }
    ) == written(network)  # fmt: skip


def test_skip_connections() -> None:
    """h_t also gets the state k steps earlier in reading order, from the initial state on; y reads the sum."""
    network = Network((Layer(rnn(), reverse=rnn(), skip=2),), 3)
    assert written(network)["h_2__f"] == parse("h_new_2__f + h_0__f")
    assert written(network)["h_3__f"] == parse("h_new_3__f + h_1__f")
    assert written(network)["h_2__r"] == parse("h_new_2__r + h_4__r")
    assert written(network)["h_1__r"] == parse("h_new_1__r + h_3__r")
    assert written(network)["h_1__f"] == parse("tanh(a_1__f)"), "nothing lies two steps before the first"
    own = Network((Layer(jordan(), skip=1),), 2, output=False)
    assert list(written(own)) == ["a_1", "h_1", "y_1", "a_2", "h_new_2", "h_2", "y_2"]
    assert written(own)["h_2"] == parse("h_new_2 + h_1")
    assert written(own)["y_2"] == parse("W_hy @ h_2 + b_y")


def test_cells_with_outputs_of_their_own() -> None:
    """A Jordan cell carries y; it and a state-space model need no output layer."""
    network = MANY["jordan"]
    assert written(network)["a_2"] == parse("W_xh @ x_2 + W_yh @ y_1 + b_h")
    assert network.initial == ["y_0"]
    assert network.shapes["y_0"] == network.shapes["target_1"] == ("m",)
    stacked = Network((Layer(rnn()), Layer(jordan())), 1, output=False, loss="mse")
    assert written(stacked)["y_1"] == parse("y_1__2")
    assert stacked.shapes["target_1"] == ("m2",)
    above = Network((Layer(rnn()), Layer(jordan())), 1)
    assert written(above)["y_1"] == parse("W_hy @ y_1__2 + b_y")


def test_without_an_output_layer_the_loss_sees_the_top() -> None:
    """h of one direction, both stacked, the normalised sum: whatever is handed up."""
    for layer, top in (
        (Layer(rnn()), "h_1"),
        (Layer(rnn(), reverse=rnn()), "u_1"),
        (Layer(rnn(), norm="layer"), "v_norm_1"),
    ):
        network = Network((layer,), 1, output=False, loss="half-squared")
        assert written(network)["L_1"] == parse(f"total(half_square({top} - target_1))")


def test_inputs_that_are_fed_back() -> None:
    """The previous y, as it is or as a choice; it is no input then, and x has as many entries as y."""
    network = Network((Layer(rnn()),), 3, feed=("given", "output", "choice"))
    assert written(network)["x_2"] == parse("y_1")
    assert written(network)["x_3"] == parse("one_hot_max(y_2)")
    assert network.xs == ["x_1"]
    assert network.shapes["x_1"] == network.shapes["b_y"] == ("m",)


@pytest.mark.parametrize(
    ("loss", "reduce", "total"),
    [
        ("half-squared", "sum", "L_2 + L_3"),
        ("half-squared", "mean", "(L_2 + L_3) / 2"),
        ("cross-entropy", "mean", "(L_2 + L_3) / 2"),
        ("mse", "sum", "(L_2 + L_3) / 2"),
    ],
)
def test_the_total_loss(loss: str, reduce: str, total: str) -> None:
    """Summed over the steps that have a loss, or their mean; mse is always a mean."""
    network = Network((Layer(rnn()),), 3, loss=loss, reduce=reduce, targets=(2, 3))
    assert written(network)["L"] == parse(total)
    assert "L_1" not in written(network)
    assert [name for name in network.shapes if name.startswith("target")] == ["target_2", "target_3"]


def test_losses_by_hand() -> None:
    """y = (1, -2) and (3, 0) against (0, 0): half-squared 2.5 + 4.5, mean squares (5 + 9) / 4; one of two classes."""
    linear = Network((Layer(state_space()),), 2, output=False, loss="half-squared")
    values = {"A": np.zeros((2, 2)), "B": np.eye(2), "C": np.eye(2), "D": np.zeros((2, 2)), "x_1": [1, -2]}
    values |= {"x_2": [3, 0]}
    zeros = {"target_1": [0, 0], "target_2": [0, 0]}
    assert linear.forward(values | zeros).loss == 7
    assert with_parts(linear, reduce="mean").forward(values | zeros).loss == 3.5
    assert with_parts(linear, loss="mse").forward(values | zeros).loss == 3.5
    one_hot = {"target_1": [1, 0], "target_2": [0, 1]}
    expected = [np.log(1 + np.exp(-3)), np.log(1 + np.exp(3))]
    run = with_parts(linear, loss="cross-entropy").forward(values | one_hot)
    equals(np.array([run["L_1"], run["L_2"]]), np.array(expected))
    run = with_parts(linear, loss="binary-cross-entropy", targets=(1,)).forward(values | {"target_1": [1, 1]})
    equals(run.loss, np.log(1 + np.exp(-1)) + np.log(1 + np.exp(2)))


# -- reading both ways -----------------------------------------------------------------------------------------------


def test_the_reversed_direction_is_kept_in_reading_order() -> None:
    """h_t__r has seen x_t to x_3: at step 1 the whole sequence, at step 3 only the last input."""
    network = MANY["bidirectional"]
    values = drawn(network)
    plain = network.forward(values)
    for t in (1, 2, 3):
        moved = network.forward(values | {f"x_{t}": values[f"x_{t}"] + 1})
        seen_forward = [bool(np.any(moved[f"h_{s}__f"] != plain[f"h_{s}__f"])) for s in (1, 2, 3)]
        seen_in_reverse = [bool(np.any(moved[f"h_{s}__r"] != plain[f"h_{s}__r"])) for s in (1, 2, 3)]
        assert seen_forward == [s >= t for s in (1, 2, 3)]
        assert seen_in_reverse == [s <= t for s in (1, 2, 3)]


@pytest.mark.parametrize("cell", [rnn(), lstm(), gru(), lstm(peephole=True)])
def test_in_reverse_a_cell_is_a_cell_on_the_reversed_sequence(cell: Cell) -> None:
    """The same states from the end on, each at the step of its input."""
    both = Network((Layer(cell, reverse=cell),), 3, output=False)
    values = drawn(both)
    run = both.forward(values)
    one = Network((Layer(cell),), 3, output=False)
    turned = {name: values[f"{name}__r"] for name in cell.parameters}
    turned |= {f"x_{t}": values[f"x_{4 - t}"] for t in (1, 2, 3)}
    turned |= {f"{state}_0": values[f"{state}_4__r"] for state in cell.states}
    reversed_run = one.forward(turned)
    for t in (1, 2, 3):
        equals(run[f"h_{t}__r"], reversed_run[f"h_{4 - t}"])
        assert np.array_equal(run[f"u_{t}"], np.concatenate([run[f"h_{t}__f"], run[f"h_{t}__r"]]))


# -- where gradients go ----------------------------------------------------------------------------------------------


@every_network
def test_many_to_one_has_one_loss(network: Network) -> None:
    """With a target at the last step only, the gradient is that of the last loss alone."""
    values = drawn(network)
    last = with_parts(network, targets=(3,))
    run = last.forward({name: value for name, value in values.items() if name in last.shapes})
    all_losses = network.forward(values)
    equals(run.loss, all_losses["L_3"])
    names = [*network.parameters, *network.initial, *network.xs]
    found = run.backward()
    same_gradients(found, all_losses.backward(of=["L_3"]), names)
    assert not any(name in found for name in ("L_1", "dL_1", "dL_1_in"))


@every_network
def test_the_losses_share_the_gradient(network: Network) -> None:
    """Backpropagated one at a time and added up, they give the gradient of their sum; without any it is 0."""
    values = drawn(network)
    run = network.forward(values)
    names = [*network.parameters, *network.initial, *network.xs]
    parts = [run.backward(of=[loss]) for loss in network.losses]
    whole = run.backward()
    for name in names:
        equals(sum(part[f"d{name}"] for part in parts), whole[f"d{name}"])
        assert not np.any(run.backward(of=[])[f"d{name}"])


def test_one_loss_of_a_mean_keeps_its_share() -> None:
    """Of the mean of three losses, the second one's part is a third of its own gradient."""
    network = with_parts(MANY["rnn"], reduce="mean")
    values = drawn(network)
    mean, alone = network.forward(values).backward(of=["L_2"]), MANY["rnn"].forward(values).backward(of=["L_2"])
    equals(3 * mean["dW_hh"], alone["dW_hh"])


def test_an_input_reaches_no_earlier_loss() -> None:
    """dL_1/dx_2 is 0 where nothing reads backwards."""
    run = MANY["lstm"].forward(drawn(MANY["lstm"]))
    found = run.backward(of=["L_1"])
    assert not np.any(found["dx_2"])
    assert np.all(found["dx_1"])


def test_truncation_takes_a_state_as_given() -> None:
    """Nothing flows back through h_1: the rest is the gradient of a sequence that begins with that state."""
    network = MANY["rnn"]
    values = drawn(network)
    run = network.forward(values)
    cut = run.backward(stop=["h_1"], of=["L_2", "L_3"])
    rest = Network((Layer(rnn()),), 2, loss="half-squared")
    later = {name: value for name, value in values.items() if name in network.parameters} | {"h_0": run["h_1"]}
    later |= {f"{name}_{t}": values[f"{name}_{t + 1}"] for name in ("x", "target") for t in (1, 2)}
    expected = rest.forward(later).backward()
    same_gradients(cut, expected, ["W_xh", "W_hh", "b_h", "W_hy", "b_y"])
    equals(cut["dx_2"], expected["dx_1"])
    assert not np.any(cut["dx_1"])
    assert not np.any(cut["dh_0"])


def test_only_what_is_asked_for() -> None:
    """wrt chooses the inputs; the way there is in the trace as well, a target too where the loss is a square."""
    run = MANY["rnn"].forward(drawn(MANY["rnn"]))
    program = MANY["rnn"].backward(wrt=["W_hh", "target_2"])
    assert list(program.equations)[-2:] == ["dW_hh", "dtarget_2"]
    found = run.backward(wrt=["W_hh", "target_2"])
    assert "dW_xh" not in found
    equals(found["dtarget_2"], run["target_2"] - run["y_2"])
    equals(found["dh_3"], run.backward()["dh_3"])


def test_what_no_loss_reaches() -> None:
    """With the loss of step 2 alone, back to step 2: the first input and state have no part in it, nor x_3."""
    network = MANY["rnn"]
    program = network.backward(stop=["h_1"], of=["L_2"])
    assert unreached(program) == {"dx_1", "dx_3", "dh_0"}
    found = network.forward(drawn(network)).backward(stop=["h_1"], of=["L_2"])
    for name in program.equations:
        assert bool(np.any(found[name])) == (name not in {"dx_1", "dx_3", "dh_0"})
    assert unreached(network.backward()) == set()
    assert unreached(network.backward(of=[])) == {f"d{name}" for name in (*network.parameters, "h_0", *network.xs)}


# -- padding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reduce", ["sum", "mean"])
@every_network
def test_a_padded_tail_changes_nothing(network: Network, reduce: str) -> None:
    """Three steps of which the last is padding have the loss, the gradients and the final states of two."""
    padded = with_parts(network, masked=True, reduce=reduce)
    short = with_parts(network, steps=2, reduce=reduce)
    values = drawn(padded, k_1=1, k_2=1, k_3=0)
    start = {
        name: name.replace("_3", "_4") for name in short.initial if name.endswith("r")
    }  # in reverse: behind the end
    run = padded.forward(values)
    expected = short.forward({name: values[start.get(name, name)] for name in short.shapes})
    equals(run.loss, expected.loss)
    for place, other in zip(padded.places, short.places, strict=True):
        for final, last in zip(place.states(place.last), other.states(other.last), strict=True):
            equals(run[final], expected[last])
    found, wanted = run.backward(), expected.backward()
    same_gradients(found, wanted, [*network.parameters, "x_1", "x_2"])
    for name in short.initial:
        equals(found[f"d{start.get(name, name)}"], wanted[f"d{name}"])
    assert not np.any(found["dx_3"])


def test_each_example_has_its_own_padding() -> None:
    """A batch of sequences of length 1, 2 and 3 is three sequences, whatever stands in the padding."""
    network = with_parts(MANY["gru"], masked=True, reduce="mean")
    lengths = (1, 2, 3)
    values = drawn(network)
    chance = np.random.default_rng(8)
    batch = dict(values)
    for t in (1, 2, 3):
        batch[f"k_{t}"] = np.array([float(t <= length) for length in lengths])
        batch |= {f"{name}_{t}": chance.normal(size=(2, 3)) for name in ("x", "target")}
    run = network.forward(batch)
    for b, length in enumerate(lengths):
        alone = Network((Layer(gru()),), length, loss="half-squared", reduce="mean")
        given = {name: batch[name][:, b] if name[:2] in {"x_", "ta"} else batch[name] for name in alone.shapes}
        result = alone.forward(given)
        equals(run.loss[b], result.loss)
        equals(run["h_3"][:, b], result[f"h_{length}"])


# -- dropout ---------------------------------------------------------------------------------------------------------


def test_dropout_is_inverted() -> None:
    """What is kept is divided by q, so that the mean over all masks, each as likely as it is, is the input."""
    network = Network((Layer(rnn(), dropout="fresh"),), 1)
    values = drawn(network, q=0.8, x_1=[0.4, -0.6])
    equals(network.forward(values | {"m_1": np.array([1.0, 0.0])})["x_kept_1"], np.array([0.5, 0.0]))
    mean = np.zeros(2)
    for mask in product([0.0, 1.0], repeat=2):
        chance = np.prod([0.8 if kept else 0.2 for kept in mask])
        mean += chance * network.forward(values | {"m_1": np.array(mask)})["x_kept_1"]
    equals(mean, values["x_1"])


@pytest.mark.parametrize("dropout", ["fresh", "fixed"])
def test_keeping_everything_is_no_dropout(dropout: str) -> None:
    """With masks of ones and q = 1 the network is the one without; what a mask drops gets no gradient."""
    plain = Network((Layer(lstm()), Layer(rnn())), 2, loss="half-squared")
    layers = (Layer(lstm(), dropout=dropout), Layer(rnn(), dropout=dropout))
    network = with_parts(plain, layers=layers)
    values = drawn(network)
    masks = [name for name in network.shapes if name.startswith("m")]
    kept = {name: np.ones_like(values[name]) for name in masks} | {"q": np.array(1.0)}
    run = network.forward(values | kept)
    expected = plain.forward({name: values[name] for name in plain.shapes})
    equals(run.loss, expected.loss)
    same_gradients(run.backward(), expected.backward(), [*plain.parameters, *plain.initial, *plain.xs])
    first = masks[0]
    dropped = network.forward(values | kept | {first: np.array([0.0, 1.0])}).backward()
    assert dropped["dx_1"][0] == 0
    assert dropped["dx_1"][1] != 0


# -- feeding back ----------------------------------------------------------------------------------------------------


def test_teacher_forcing_and_running_free() -> None:
    """Given its own outputs as inputs a network computes the same; but the gradient goes through them only when it
    feeds them back itself."""
    free = Network((Layer(rnn()),), 3, loss="half-squared", feed=("given", "output", "output"))
    taught = Network((Layer(rnn()),), 3, loss="half-squared")
    values = drawn(free, {"d": 2})
    run = free.forward(values)
    forced = taught.forward(values | {"x_2": run["y_1"], "x_3": run["y_2"]})
    equals(run.loss, forced.loss)
    through, not_through = run.backward(), forced.backward()
    assert np.max(np.abs(through["dW_hy"] - not_through["dW_hy"])) > 1e-3
    equals(through["dy_2"], run["y_2"] - run["target_2"] + through["dx_3"])
    equals(not_through["dy_2"], run["y_2"] - run["target_2"])


def test_a_choice_gets_no_gradient() -> None:
    """Greedy decoding: the next input is one-hot where the output is largest, and training takes it as given."""
    greedy = Network((Layer(gru()),), 3, loss="cross-entropy", feed=("given", "choice", "choice"))
    taught = Network((Layer(gru()),), 3, loss="cross-entropy")
    targets = {f"target_{t}": [1, 0, 0] for t in (1, 2, 3)}
    values = drawn(greedy, {"m": 3}, **targets)
    run = greedy.forward(values)
    for t in (2, 3):
        assert sorted(run[f"x_{t}"]) == [0, 0, 1]
        assert np.argmax(run[f"x_{t}"]) == np.argmax(run[f"y_{t - 1}"])
    forced = taught.forward(values | {"x_2": run["x_2"], "x_3": run["x_3"]})
    found = run.backward()
    same_gradients(found, forced.backward(), [*greedy.parameters, "h_0", "x_1"])
    for t in (1, 2):
        equals(found[f"dy_{t}"], softmax(run[f"y_{t}"]) - run[f"target_{t}"])


def test_scheduled_sampling_is_a_word_a_step() -> None:
    """Some inputs given, others fed back."""
    network = Network((Layer(rnn()),), 3, feed=("given", "output", "given"))
    run = network.forward(drawn(network))
    assert network.xs == ["x_1", "x_3"]
    assert np.array_equal(run["x_2"], run["y_1"])
    assert not np.array_equal(run["x_3"], run["y_2"])


# -- short cuts ------------------------------------------------------------------------------------------------------


def test_residual_and_skip_by_hand() -> None:
    """A ReLU cell of one unit, W_xh = 2, W_hh = 1, from h_0 = 1, on x = 1, 2, 3."""
    values = {"W_xh": [[2.0]], "W_hh": [[1.0]], "b_h": [0.0], "h_0": [1.0], "x_1": [1.0], "x_2": [2.0], "x_3": [3.0]}

    def states(name: str, **parts: Any) -> list[float]:
        network = Network((Layer(rnn("relu"), **parts),), 3, output=False)
        return [float(value[0]) for value in network.forward(values).over_time(name)]

    assert states("h") == [3, 7, 13]
    assert states("s", residual=True) == [4, 9, 16]
    assert states("h", residual=True) == [3, 7, 13], "the sum goes upward, not to the next step"
    assert states("h", skip=1) == [3 + 1, 8 + 4, 18 + 12]
    assert states("h", skip=2) == [3, 7 + 1, 14 + 3]
    assert states("h", skip=4) == [3, 7, 13]


def test_a_residual_layer_of_two_directions() -> None:
    """The input is added to both halves, one above the other."""
    network = Network((Layer(rnn(), reverse=rnn(), residual=True),), 1, output=False)
    values = drawn(network, {"d": 3, "nf": 2, "nr": 1})
    run = network.forward(values)
    equals(run["s_1"], np.concatenate([run["h_1__f"], run["h_1__r"]]) + values["x_1"])


def test_a_skip_connection_carries_the_gradient() -> None:
    """With recurrent weights of 0, what reaches h_0 over a skip of 2 is what arrives at h_2, unchanged."""
    network = Network((Layer(rnn(), skip=2),), 2, loss="half-squared", targets=(2,))
    values = drawn(network) | {"W_hh": np.zeros((3, 3))}
    found = network.forward(values).backward()
    equals(found["dh_0"], found["dh_2"])


# -- initial states --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [(), (4,)], ids=["one", "batch"])
@pytest.mark.parametrize("own", [False, True], ids=["shared-weights", "own-weights"])
@every_network
def test_missing_initial_states_are_zeros(network: Network, own: bool, batch: tuple[int, ...]) -> None:
    """All of them or some; their gradients are there all the same."""
    values = drawn(network)
    for name in values:
        axis = batch if own or name not in network.parameters else ()
        values[name] = np.multiply.outer(values[name], np.ones(axis))
    zeros = {name: np.zeros(values[name].shape[0]) for name in network.initial}
    run = network.forward(values | zeros)
    expected = run.backward()
    without = {name: value for name, value in values.items() if name not in network.initial}
    for given in (without, without | dict(list(zeros.items())[:1])):
        found = network.forward(given)
        equals(found.loss, run.loss)
        same_gradients(found.backward(), expected, [*network.parameters, *network.initial, *network.xs])


# -- a run -----------------------------------------------------------------------------------------------------------


def test_a_run_has_every_value_by_name() -> None:
    """One by one, and over time."""
    network = MANY["two-layers"]
    values = drawn(network)
    run = network.forward(values)
    assert isinstance(run, Run)
    assert set(run.trace) == set(values) | set(network.program.equations)
    assert [value is run[f"h_{t}__2"] for t, value in enumerate(run.over_time("h", "__2"), start=1)] == [True] * 3
    assert run.loss is run["L"]


def test_gradients_have_the_shape_of_what_was_given() -> None:
    """Also in a batch, where some vectors are shared and others not."""
    network = MANY["lstm"]
    values = drawn(network)
    values["x_2"] = np.multiply.outer(values["x_2"], np.ones(5))
    values["W_hf"] = np.multiply.outer(values["W_hf"], np.ones(5))
    run = network.forward(values)
    assert run.batch == 5
    assert run.loss.shape == (5,)
    found = run.backward()
    for name in [*network.parameters, *network.initial, *network.xs]:
        assert found[f"d{name}"].shape == values[name].shape


@pytest.mark.parametrize("own", [["x_3"], ["target_1"], ["W_own"], ["start"], ["x_2", "target_3", "W_own"]], ids=str)
@every_network
def test_what_each_example_has_of_its_own(network: Network, own: list[str]) -> None:
    """Any value can be shared by the batch or not: an example gets what it gets alone, gradients of the rest add up."""
    named = {"W_own": network.parameters[0], "start": network.initial[-1]}
    own = [named.get(name, name) for name in own]
    values, chance = drawn(network), np.random.default_rng(9)
    names = list(values)
    batch = {name: chance.uniform(-1, 1, (*values[name].shape, 3)) if name in own else values[name] for name in names}
    run = network.forward(batch)
    together = run.backward(wrt=names)
    examples = [{name: batch[name][..., b] if name in own else batch[name] for name in names} for b in range(3)]
    alone = [network.forward(example) for example in examples]
    gradients = [each.backward(wrt=names) for each in alone]
    equals(run.loss, np.array([each.loss for each in alone]))
    for name in names:
        each = [gradient[f"d{name}"] for gradient in gradients]
        equals(together[f"d{name}"], np.stack(each, axis=-1) if name in own else sum(each))


def test_what_is_shared_is_summed_over_the_batch() -> None:
    """A gradient with one axis more than its parameter; any other stays."""
    gradient = np.arange(6.0).reshape(2, 3)
    assert shared(gradient, (2,)).tolist() == [3, 12]
    assert shared(gradient, (2, 3)) is gradient


def test_values_are_left_alone() -> None:
    """Forward and backward change nothing that was given."""
    values = drawn(MANY["gru"])
    before = {name: value.copy() for name, value in values.items()}
    MANY["gru"].forward(values).backward()
    assert all(np.array_equal(values[name], before[name]) for name in before)
    assert list(values) == list(before)


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
