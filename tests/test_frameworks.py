"""Weights of frameworks: read, they give the frameworks' own values; written, they come back as they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.cells import Cell, gru, jordan, lstm, rnn, state_space
from studyrnn.engine.frameworks import LAYOUTS, read, read_stack, write, write_stack
from studyrnn.engine.network import Layer, Network
from studyrnn.errors import ArgumentError, UnknownName

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "frameworks.json").read_text())
CASES = {case["id"]: case for case in REFERENCE["cases"]}
OLD = {name: case for name, case in CASES.items() if case.get("z_keeps", "old") == "old"}
NEW = {name: case for name, case in CASES.items() if name not in OLD}
SUFFIXES = {"l0": "_l0", "l1": "_l1", "l0r": "_l0_reverse"}
PLACES = {
    "single": {"l0": ""},
    "two_layer": {"l0": "__1", "l1": "__2"},
    "bidirectional": {"l0": "__f", "l0r": "__r"},
}

# Every cell that a layout can hold, and whether the layout holds its biases one by one.
ONE_BY_ONE = [
    *[("pytorch", cell) for cell in (rnn(), rnn("relu", 2), lstm(), lstm(biases=2))],
    *[("pytorch", gru("after", z_keeps, biases)) for z_keeps in ("old", "new") for biases in (1, 2)],
    *[("keras", cell) for cell in (rnn("sigmoid"), lstm(), gru(), gru("before", "new"))],
    *[("keras", gru("after", z_keeps, biases)) for z_keeps in ("old", "new") for biases in (1, 2)],
    *[("cs231n", cell) for cell in (rnn(), lstm())],
    *[("equinox", cell) for cell in (lstm(), gru("after", "old"), gru("after", "new"))],
]
ADDED_UP = [
    *[("keras", cell) for cell in (rnn(biases=2), lstm(biases=2), gru("before", "new", 2))],
    *[("cs231n", cell) for cell in (rnn(biases=2), lstm(biases=2))],
    *[("equinox", cell) for cell in (lstm(biases=2), gru("after", "old", 2), gru("after", "new", 2))],
]

Arrays = dict[str, Any]
seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 4)


def drawn(cell: Cell, d: int, n: int, seed: int = 0) -> Arrays:
    chance = np.random.default_rng(seed)
    return {name: chance.normal(size=shape) for name, shape in cell.shapes(d, n).items()}


def named(case: Arrays) -> Arrays:
    """The reference's arrays under PyTorch's own names."""
    names = {"W_ih": "weight_ih", "W_hh": "weight_hh", "b_ih": "bias_ih", "b_hh": "bias_hh"}
    layers = case["params"].items()
    return {
        f"{names[name]}{SUFFIXES[layer]}": np.array(layers_own[name]) for layer, layers_own in layers for name in names
    }


def network_of(case: Arrays, biases: int = 1, z_keeps: str = "old") -> Network:
    kind = case["cell"]
    if kind == "lstm":
        cell = lstm(biases=biases)
    else:
        cell = gru("after", z_keeps, biases) if kind == "gru" else rnn(kind.removeprefix("rnn_"), biases)
    layer = Layer(cell, reverse=cell) if case["arch"] == "bidirectional" else Layer(cell)
    return Network((layer,) * (2 if case["arch"] == "two_layer" else 1), case["T"], output=False)


def given_values(case: Arrays) -> Arrays:
    """Inputs and initial states; the one example's batch axis goes last."""
    T = case["T"]
    values = {f"x_{t + 1}": np.array(x).T for t, x in enumerate(case["x"])}
    for layer, states in case["state0"].items():
        place = PLACES[case["arch"]][layer]
        start = T + 1 if place == "__r" else 0
        values |= {f"{state[0]}_{start}{place}": np.array(value).T for state, value in states.items()}
    return values


def close_to_reference(network: Network, parameters: Arrays, case: Arrays) -> None:
    run = network.forward(parameters | given_values(case))
    for layer, place in PLACES[case["arch"]].items():
        for t in range(case["T"]):
            expected = np.array(case["h"][layer][t]).T
            np.testing.assert_allclose(run[f"h_{t + 1}{place}"], expected, rtol=1e-12, atol=1e-13)


def step(cell: Cell, parameters: Arrays, values: Arrays) -> Arrays:
    """One step of a network of the cell."""
    run = Network((Layer(cell),), 1, output=False).forward(parameters | values)
    return {state: run[f"{state}_1"] for state in cell.states}


def sigmoid(a: Any) -> Any:
    return 1 / (1 + np.exp(-a))


# -- against PyTorch -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("biases", [1, 2])
@pytest.mark.parametrize("case", OLD.values(), ids=OLD)
def test_a_network_with_the_weights_of_pytorch_has_its_hidden_states(case: Arrays, biases: int) -> None:
    """One layer, two, both directions; tanh, relu, LSTM, GRU; two biases kept apart or added up."""
    network = network_of(case, biases)
    parameters = read_stack(network, named(case))
    assert set(parameters) == set(network.parameters)
    close_to_reference(network, parameters, case)


@pytest.mark.parametrize("case", OLD.values(), ids=OLD)
def test_a_state_dict_comes_back_as_it_was(case: Arrays) -> None:
    """With two biases nothing is lost; with one they come back as their sum and zero."""
    state_dict = named(case)
    two, one = network_of(case, 2), network_of(case, 1)
    back = write_stack(two, read_stack(two, state_dict))
    assert set(back) == set(state_dict)
    for name, value in state_dict.items():
        np.testing.assert_array_equal(back[name], value)

    summed = write_stack(one, read_stack(one, state_dict))
    after = network_of(case).layers[0].cell.name == "gru"
    for suffix in {SUFFIXES[layer] for layer in case["params"]}:
        n = summed[f"weight_hh{suffix}"].shape[1]
        kept = slice(0, 2 * n) if after else slice(None)  # the n of a GRU with reset after keeps both
        expected = state_dict[f"bias_ih{suffix}"] + state_dict[f"bias_hh{suffix}"]
        np.testing.assert_array_equal(summed[f"bias_ih{suffix}"][kept], expected[kept])
        assert not summed[f"bias_hh{suffix}"][kept].any()


@pytest.mark.parametrize("case", NEW.values(), ids=NEW)
def test_the_other_convention_of_z_is_the_same_network_with_negated_rows(case: Arrays) -> None:
    """The reference's h of z n + (1 - z) h_, computed by the cell of (1 - z) n + z h_ from what was written for it."""
    new, old = network_of(case, 2, "new"), network_of(case, 2, "old")
    own = read_stack(old, named(case))  # the reference stores the weights of its own convention
    close_to_reference(new, own, case)
    stored = write_stack(new, own)
    n = stored["weight_hh_l0"].shape[1]
    for name, value in named(case).items():
        np.testing.assert_array_equal(stored[name], np.concatenate([value[:n], -value[n : 2 * n], value[2 * n :]]))
    close_to_reference(old, read_stack(old, stored), case)
    close_to_reference(new, read_stack(new, stored), case)


@pytest.mark.parametrize(
    "count", REFERENCE["param_counts"], ids=lambda c: f"{c['I']}-{c['H']}-{c['layers']}{c['bidirectional']}"
)
def test_as_many_numbers_are_written_as_pytorch_has(count: Arrays) -> None:
    """The reference's parameter counts, of one and two layers, in one and both directions."""
    cell, both = rnn(), count["bidirectional"]
    network = Network((Layer(cell, reverse=cell if both else None),) * count["layers"], 1, output=False)
    parameters: Arrays = {}
    for place in network.places:
        d = count["I"] if place.layer == 0 else count["H"] * (2 if both else 1)
        parameters |= {f"{name}{place.suffix}": value for name, value in drawn(cell, d, count["H"]).items()}
    stored = write_stack(network, parameters)
    assert sum(value.size for value in parameters.values()) == count["one_bias"]
    assert sum(value.size for value in stored.values()) == count["torch_two_biases"]


# -- against the formulas in rows ------------------------------------------------------------------------------------


def rows_of(d: int, n: int, gates: int, seed: int) -> tuple[Arrays, Any, Any, Any]:
    """Weights of a layer that multiplies rows, and a batch of 3 rows of x, h and c."""
    chance = np.random.default_rng(seed)
    weights = {"W": chance.normal(size=(d, gates * n)), "U": chance.normal(size=(n, gates * n))}
    return weights | {"b": chance.normal(size=gates * n), "b2": chance.normal(size=gates * n)}, *(
        chance.normal(size=(3, size)) for size in (d, n, n)
    )


@settings(deadline=None, max_examples=10)
@given(sizes, sizes, seeds)
def test_keras_lstm(d: int, n: int, seed: int) -> None:
    """Keras: x @ kernel + h @ recurrent_kernel + bias in four blocks of columns i, f, c, o."""
    w, x, h, c = rows_of(d, n, 4, seed)
    i, f, g, o = np.split(x @ w["W"] + h @ w["U"] + w["b"], 4, axis=1)
    c_new = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    parameters = read(lstm(), {"kernel": w["W"], "recurrent_kernel": w["U"], "bias": w["b"]}, "keras")
    found = step(lstm(), parameters, {"x_1": x.T, "h_0": h.T, "c_0": c.T})
    np.testing.assert_allclose(found["c"].T, c_new, rtol=1e-10)
    np.testing.assert_allclose(found["h"].T, sigmoid(o) * np.tanh(c_new), rtol=1e-10)


@pytest.mark.parametrize("z_keeps", ["old", "new"])
@pytest.mark.parametrize("reset", ["before", "after"])
@settings(deadline=None, max_examples=5)
@given(sizes, sizes, seeds)
def test_keras_gru(reset: str, z_keeps: str, d: int, n: int, seed: int) -> None:
    """Keras: columns z, r, h; reset_after has a bias for x in its first row, one for the state in its second."""
    w, x, h, _ = rows_of(d, n, 3, seed)
    x_z, x_r, x_h = np.split(x @ w["W"] + w["b"], 3, axis=1)
    b_z, b_r, b_h = np.split(w["b2"] if reset == "after" else 0 * w["b2"], 3)
    U_z, U_r, U_h = np.split(w["U"], 3, axis=1)
    z, r = sigmoid(x_z + h @ U_z + b_z), sigmoid(x_r + h @ U_r + b_r)
    from_state = r * (h @ U_h + b_h) if reset == "after" else (r * h) @ U_h
    expected = z * h + (1 - z) * np.tanh(x_h + from_state)

    bias = np.stack([w["b"], w["b2"]]) if reset == "after" else w["b"]
    cell = gru(reset, z_keeps)
    parameters = read(cell, {"kernel": w["W"], "recurrent_kernel": w["U"], "bias": bias}, "keras")
    np.testing.assert_allclose(step(cell, parameters, {"x_1": x.T, "h_0": h.T})["h"].T, expected, rtol=1e-10)


def test_keras_vanilla() -> None:
    """Keras: activation(x @ kernel + h @ recurrent_kernel + bias)."""
    w, x, h, _ = rows_of(3, 2, 1, 5)
    parameters = read(rnn("relu"), {"kernel": w["W"], "recurrent_kernel": w["U"], "bias": w["b"]}, "keras")
    expected = np.maximum(x @ w["W"] + h @ w["U"] + w["b"], 0)
    np.testing.assert_allclose(step(rnn("relu"), parameters, {"x_1": x.T, "h_0": h.T})["h"].T, expected, rtol=1e-12)


@settings(deadline=None, max_examples=10)
@given(sizes, sizes, seeds)
def test_cs231n_lstm(d: int, n: int, seed: int) -> None:
    """CS231n: four blocks of columns i, f, o, g."""
    w, x, h, c = rows_of(d, n, 4, seed)
    i, f, o, g = np.split(x @ w["W"] + h @ w["U"] + w["b"], 4, axis=1)
    c_new = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    parameters = read(lstm(), {"Wx": w["W"], "Wh": w["U"], "b": w["b"]}, "cs231n")
    found = step(lstm(), parameters, {"x_1": x.T, "h_0": h.T, "c_0": c.T})
    np.testing.assert_allclose(found["h"].T, sigmoid(o) * np.tanh(c_new), rtol=1e-10)


@settings(deadline=None, max_examples=10)
@given(sizes, sizes, seeds)
def test_equinox_gru(d: int, n: int, seed: int) -> None:
    """Equinox: rows r, z, n; bias_n alone stands inside r * (...)."""
    w, x, h, _ = rows_of(d, n, 3, seed)
    bias_n = w["b2"][:n]
    x_r, x_z, x_n = np.split(x @ w["W"] + w["b"], 3, axis=1)
    h_r, h_z, h_n = np.split(h @ w["U"], 3, axis=1)
    r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    candidate = np.tanh(x_n + r * (h_n + bias_n))
    arrays = {"weight_ih": w["W"].T, "weight_hh": w["U"].T, "bias": w["b"], "bias_n": bias_n}
    parameters = read(gru("after"), arrays, "equinox")
    found = step(gru("after"), parameters, {"x_1": x.T, "h_0": h.T})
    np.testing.assert_allclose(found["h"].T, candidate + z * (h - candidate), rtol=1e-10, atol=1e-12)


# -- there and back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("layout", "cell"), ONE_BY_ONE)
@settings(deadline=None, max_examples=5)
@given(sizes, sizes, seeds)
def test_what_is_written_is_read_as_it_was(layout: str, cell: Cell, d: int, n: int, seed: int) -> None:
    """Where the layout holds every bias, reading is the inverse of writing; the arguments are copied."""
    parameters = drawn(cell, d, n, seed)
    stored = write(cell, parameters, layout)
    back = read(cell, stored, layout)
    assert list(back) == cell.parameters
    for name, value in parameters.items():
        np.testing.assert_array_equal(back[name], value)
        assert not any(np.shares_memory(value, kept) for kept in stored.values())
        assert not any(np.shares_memory(back[name], kept) for kept in stored.values())


@pytest.mark.parametrize(("layout", "cell"), ADDED_UP)
@settings(deadline=None, max_examples=5)
@given(sizes, sizes, seeds)
def test_two_biases_in_a_layout_of_one_are_their_sum(layout: str, cell: Cell, d: int, n: int, seed: int) -> None:
    """What is read back is another split of the biases and the same model."""
    parameters = drawn(cell, d, n, seed)
    back = read(cell, write(cell, parameters, layout), layout)
    gate = cell.gates[0]
    np.testing.assert_array_equal(back[f"b_{gate}"], parameters[f"b_{gate}"] + parameters[f"b_h{gate}"])
    assert not back[f"b_h{gate}"].any()
    chance = np.random.default_rng(seed)
    values = {"x_1": chance.normal(size=d), **{f"{state}_0": chance.normal(size=n) for state in cell.states}}
    before, after = step(cell, parameters, values), step(cell, back, values)
    np.testing.assert_allclose(after["h"], before["h"], rtol=1e-10, atol=1e-12)


def test_the_order_of_the_gates_is_visible() -> None:
    """Biases 1, 2, 3 ... in our order, as they come to stand in each framework."""
    four = {f"W_{kind}{gate}": [[0.0]] for kind in "xh" for gate in "ifgo"}
    four |= {f"b_{gate}": [number] for number, gate in enumerate("ifgo", start=1)}
    assert write(lstm(), four, "pytorch")["bias_ih"].tolist() == [1, 2, 3, 4]
    assert write(lstm(), four, "pytorch")["bias_hh"].tolist() == [0, 0, 0, 0]
    assert write(lstm(), four, "keras")["bias"].tolist() == [1, 2, 3, 4]
    assert write(lstm(), four, "cs231n")["b"].tolist() == [1, 2, 4, 3]
    assert write(lstm(), four, "equinox")["bias"].tolist() == [1, 2, 3, 4]

    three = {f"W_{kind}{gate}": [[0.0]] for kind in "xh" for gate in "rzn"}
    three |= {"b_r": [1], "b_z": [2], "b_n": [3], "b_hn": [4]}
    assert write(gru("after"), three, "pytorch")["bias_ih"].tolist() == [1, 2, 3]
    assert write(gru("after"), three, "pytorch")["bias_hh"].tolist() == [0, 0, 4]
    assert write(gru("after"), three, "keras")["bias"].tolist() == [[2, 1, 3], [0, 0, 4]]
    assert write(gru("after"), three, "equinox")["bias"].tolist() == [1, 2, 3]
    assert write(gru("after"), three, "equinox")["bias_n"].tolist() == [4]
    assert write(gru("after", "new"), three, "keras")["bias"].tolist() == [[-2, 1, 3], [0, 0, 4]]


@pytest.mark.parametrize(("layout", "cell"), ONE_BY_ONE)
def test_a_layer_without_bias_has_zeros(layout: str, cell: Cell) -> None:
    """All biases may be missing."""
    stored = write(cell, drawn(cell, 2, 3), layout)
    found = read(cell, {name: stored[name] for name in LAYOUTS[layout].weights}, layout)
    assert list(found) == cell.parameters
    assert all(value.any() != name.startswith("b_") for name, value in found.items())


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "layout", "message"),
    [
        (gru("before"), "pytorch", r"before the product, W_hn \(r \* h_\); that of PyTorch comes after it"),
        (gru("before"), "equinox", "different models, and no weights make them equal"),
        (gru("after"), "cs231n", "CS231n has no gru cell; it has rnn, lstm"),
        (rnn(), "equinox", "Equinox has no rnn cell; it has lstm, gru"),
        (jordan(), "pytorch", "PyTorch has no jordan cell"),
        (state_space(), "keras", "Keras has no state-space cell"),
        (lstm(peephole=True), "keras", "Keras has no place for p_i, p_f, p_o"),
        (rnn(norm="layer"), "pytorch", "PyTorch has no place for gain, shift; use the cell without peepholes or norm"),
        (rnn("sigmoid"), "pytorch", "PyTorch has no cell with sigmoid; it knows tanh, relu"),
        (rnn("relu"), "cs231n", "CS231n has no cell with relu; it knows tanh"),
    ],
)
def test_cells_that_a_framework_has_not_are_refused(cell: Cell, layout: str, message: str) -> None:
    """Reading and writing say why."""
    with pytest.raises(ArgumentError, match=message):
        write(cell, {}, layout)
    with pytest.raises(ArgumentError, match=message):
        read(cell, {}, layout)


def test_keras_weights_of_the_other_reset_are_refused() -> None:
    """The shape of Keras's bias tells reset_after; a cell that resets elsewhere is another model."""
    weights = {"kernel": np.zeros((2, 6)), "recurrent_kernel": np.zeros((2, 6))}
    with pytest.raises(ArgumentError, match=r'\(6\), so this layer has reset_after=False.*read it as gru\("before"\)'):
        read(gru("after"), weights | {"bias": np.zeros(6)}, "keras")
    with pytest.raises(ArgumentError, match=r'\(2, 6\), so this layer has reset_after=True.*read it as gru\("after"\)'):
        read(gru("before"), weights | {"bias": np.zeros((2, 6))}, "keras")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"weight_ih": np.zeros((6, 3))}, r"weight_ih has shape \(6, 3\); it needs \(8, any\)"),
        ({"weight_hh": np.zeros((8, 3))}, r"weight_ih has shape \(8, 3\); it needs \(12, any\)"),
        ({"weight_hh": np.zeros((6, 2))}, r"weight_hh has shape \(6, 2\); it needs \(8, any\)"),
        ({"weight_hh": np.zeros(8)}, r"weight_hh has shape \(8\); it needs \(any, any\)"),
        ({"bias_hh": np.zeros(4)}, r"bias_hh has shape \(4\); it needs \(8\)"),
        ({"bias_ih": np.full(8, np.inf)}, "bias_ih holds inf"),
        ({"weight_hr": np.zeros((1, 2))}, "nothing here is called weight_hr; known: weight_ih, weight_hh"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changed: Arrays, message: str) -> None:
    """The message names the framework's array, its shape and the one it needs."""
    arrays = {
        "weight_ih": np.zeros((8, 3)),
        "weight_hh": np.zeros((8, 2)),
        "bias_ih": np.zeros(8),
        "bias_hh": np.zeros(8),
    }
    with pytest.raises(ArgumentError, match=message):
        read(lstm(), arrays | changed)


def test_missing_arrays_and_columns_are_refused() -> None:
    """One bias of two is missing; a kernel with too few columns speaks of columns."""
    with pytest.raises(ArgumentError, match="no value for bias_hh"):
        read(rnn(), {"weight_ih": [[1.0]], "weight_hh": [[1.0]], "bias_ih": [1.0]})
    with pytest.raises(ArgumentError, match="no value for weight_ih, weight_hh"):
        read(rnn(), {})
    with pytest.raises(ArgumentError, match=r"kernel has shape \(3, 4\); it needs \(any, 8\)"):
        read(lstm(), {"kernel": np.zeros((3, 4)), "recurrent_kernel": np.zeros((2, 8))}, "keras")
    with pytest.raises(UnknownName, match="Did you mean"):
        read(rnn(), {}, "torch")


def test_parameters_that_do_not_fit_are_refused() -> None:
    """Missing, unknown, of another shape, or one's own for every example of a batch."""
    good = drawn(lstm(), 2, 3)
    with pytest.raises(ArgumentError, match="no value for W_xi"):
        write(lstm(), {name: value for name, value in good.items() if name != "W_xi"})
    with pytest.raises(ArgumentError, match="nothing here is called W_hy"):
        write(lstm(), good | {"W_hy": np.zeros((1, 3))})
    with pytest.raises(ArgumentError, match=r"b_f has shape \(2\); it needs \(3\)"):
        write(lstm(), good | {"b_f": np.zeros(2)})
    with pytest.raises(ArgumentError, match="those of 5 examples"):
        write(lstm(), good | {"W_xi": np.zeros((3, 2, 5))})


def test_a_stack_names_the_layer_that_does_not_fit() -> None:
    """Second layers, reversed directions and missing layers are told apart."""
    two = Network((Layer(lstm(), reverse=lstm()),) * 2, 1, output=False)
    parameters: Arrays = {}
    for place, d in zip(two.places, (2, 2, 6, 6), strict=True):
        parameters |= {f"{name}{place.suffix}": value for name, value in drawn(lstm(), d, 3).items()}
    stored = write_stack(two, parameters | {"W_hy": np.zeros((1, 6))})
    assert stored["weight_ih_l1_reverse"].shape == (12, 6)
    assert list(read_stack(two, stored)) == list(parameters)
    with pytest.raises(ArgumentError, match=r"layer_l1_reverse: weight_ih has shape \(11, 6\)"):
        read_stack(two, stored | {"weight_ih_l1_reverse": np.zeros((11, 6))})
    with pytest.raises(ArgumentError, match="no value for weight_hh_l1"):
        read_stack(two, {name: value for name, value in stored.items() if name != "weight_hh_l1"})
    with pytest.raises(ArgumentError, match="nothing here is called weight_ih_l0_reverse, "):
        read_stack(Network((Layer(lstm()),) * 2, 1, output=False), stored)
    with pytest.raises(ArgumentError, match="layer_l1_reverse: no value for W_xo"):
        write_stack(two, {name: value for name, value in parameters.items() if name != "W_xo__2r"})


@pytest.mark.parametrize(
    ("layer", "what"),
    [
        (Layer(rnn(), residual=True), "residual"),
        (Layer(rnn(), skip=1), "skip"),
        (Layer(rnn(), norm="layer"), "norm"),
    ],
)
def test_layers_that_a_stack_of_pytorch_has_not_are_refused(layer: Layer, what: str) -> None:
    """Residual and skip connections and norms stand outside PyTorch's stack."""
    network = Network((Layer(rnn()), layer), 2, output=False)
    with pytest.raises(ArgumentError, match=f"layer 2 has a {what}"):
        read_stack(network, {})
    with pytest.raises(ArgumentError, match=f"layer 2 has a {what}"):
        write_stack(network, {})
