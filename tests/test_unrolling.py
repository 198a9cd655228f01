"""How a network is written out: equations, names, and which way a layer reads."""

from __future__ import annotations

import numpy as np
import pytest
from networks import MANY, drawn, equals, parsed, with_parts, written

from studyrnn.engine.cells import Cell, gru, jordan, lstm, rnn, state_space
from studyrnn.engine.equations import parse
from studyrnn.engine.network import Layer, Network

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
