"""The engine against PyTorch: every array of whole forward and backward passes (fixtures/reference.json)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studyrnn.engine.arrays import softmax
from studyrnn.engine.cells import Cell, gru, lstm, rnn
from studyrnn.engine.network import Layer, Network, Run

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "reference.json").read_text(encoding="utf-8"))
CASES = {case["id"]: case for case in REFERENCE["cases"]}
LOSSES = {"mse": "half-squared", "ce": "cross-entropy"}
LAYERS = {"single": ["l0"], "two_layer": ["l0", "l1"], "bidirectional": ["l0", "l0r"]}
PLACES = {  # what stands behind our names
    "single": {"l0": ""},
    "two_layer": {"l0": "__1", "l1": "__2"},
    "bidirectional": {"l0": "__f", "l0r": "__r"},
}
STACKED = {"W_ih": "W_x{}", "W_hh": "W_h{}", "b_ih": "b_{}", "b_hh": "b_h{}"}  # and what each block of rows is here

Arrays = dict[str, Any]

every_case = pytest.mark.parametrize("case", CASES)
every_loss = pytest.mark.parametrize("loss", LOSSES)
either_bias = pytest.mark.parametrize("biases", [1, 2], ids=["one-bias", "two-biases"])


def cell_of(case: Arrays, biases: int) -> Cell:
    match case["cell"]:
        case "lstm":
            return lstm(biases=biases)
        case "lstm_peephole":
            return lstm(peephole=True, biases=biases)
        case "gru":
            return gru(case.get("reset", "after"), case.get("z_keeps", "old"), biases)
    return rnn(case["cell"].removeprefix("rnn_"), biases)


def network_of(case: Arrays, loss: str, biases: int, reduce: str = "sum") -> Network:
    cell = cell_of(case, biases)
    layers = {
        "single": (Layer(cell),),
        "two_layer": (Layer(cell), Layer(cell)),
        "bidirectional": (Layer(cell, reverse=cell),),
    }
    return Network(layers[case["arch"]], case["T"], loss=loss, reduce=reduce)


def by_name(cell: Cell, stored: Arrays, place: str) -> Arrays:
    """PyTorch's stacked rows cut into gates; peepholes have the same names in both."""
    found: Arrays = {}
    for kind, pattern in STACKED.items():
        for gate, rows in zip(cell.gates, np.split(np.array(stored[kind]), len(cell.gates)), strict=True):
            found[pattern.format(gate) + place] = rows
    return found | {f"{name}{place}": np.array(stored[name]) for name in stored if name.startswith("p_")}


def parameters_of(case: Arrays, biases: int) -> Arrays:
    """Where a gate has one bias here, it is the sum of PyTorch's two."""
    cell, stored = cell_of(case, biases), REFERENCE["params"][case["params"]]
    found: Arrays = {"W_hy": np.array(stored["out"]["W_y"]), "b_y": np.array(stored["out"]["c_y"])}
    for layer, place in PLACES[case["arch"]].items():
        named = by_name(cell, stored[layer], place)
        found |= {name: named[name] for name in (f"{name}{place}" for name in cell.parameters)}
        for gate in cell.gates:
            if f"b_h{gate}" not in cell.parameters:
                found[f"b_{gate}{place}"] = named[f"b_{gate}{place}"] + named[f"b_h{gate}{place}"]
    return found


def initial_of(case: Arrays, stored: Arrays) -> Arrays:
    """h_0 and c_0; of the reversed direction the states behind the last step."""
    found: Arrays = {}
    for layer, place in PLACES[case["arch"]].items():
        start = case["T"] + 1 if layer == "l0r" else 0
        found |= {f"{name[0]}_{start}{place}": np.array(stored[layer][name]).T for name in case["state0"][layer]}
    return found


def over_time(name: str, values: Any, place: str = "") -> Arrays:
    """One array for each step, name_1 ..., with the batch as the last axis."""
    return {f"{name}_{t}{place}": np.array(value, dtype=float).T for t, value in enumerate(values, start=1)}


def values_of(case: Arrays, loss: str, biases: int) -> Arrays:
    targets = case["target"] if loss == "mse" else np.eye(case["O"])[np.array(case["classes"])]
    return {
        **parameters_of(case, biases),
        **initial_of(case, case["state0"]),
        **over_time("x", case["x"]),
        **over_time("target", targets),
    }


@cache
def walked(name: str, loss: str, biases: int) -> tuple[Run, Arrays]:
    """The forward run and the trace of the backward one."""
    case = CASES[name]
    run = network_of(case, LOSSES[loss], biases).forward(values_of(case, loss, biases))
    return run, run.backward()


def equals(mine: Any, theirs: Any) -> None:
    assert np.shape(mine) == np.shape(theirs)
    np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-13)


def all_equal(mine: Arrays, theirs: Arrays, prefix: str = "") -> None:
    assert theirs
    for name, value in theirs.items():
        equals(mine[f"{prefix}{name}"], value)


def test_the_sample_has_every_kind() -> None:
    """Four cells in three architectures, peepholes, three GRU forms (the fourth is derived below), lengths, batches."""
    plain = {(cell, arch, T) for cell in ("rnn_tanh", "rnn_relu", "lstm", "gru") for arch in LAYERS for T in (1, 3)}
    found = {(case["cell"], case["arch"], case["T"]) for case in CASES.values() if "reset" not in case}
    assert found == plain | {("lstm_peephole", "single", 1), ("lstm_peephole", "single", 3)}
    forms = {(case["reset"], case["z_keeps"]) for case in CASES.values() if "reset" in case}
    assert forms == {("after", "old"), ("after", "new"), ("before", "old")}
    assert {case["B"] for case in CASES.values()} == {1, 3}
    assert {(case["I"], case["H"], case["O"]) for case in CASES.values()} == {(2, 2, 2), (3, 4, 3)}


@either_bias
@every_case
def test_states_gates_and_outputs(case: str, biases: int) -> None:
    """Every intermediate of every layer and direction, the outputs and their softmax, at every step."""
    stored, (run, _) = CASES[case], walked(case, "ce", biases)
    assert list(stored["trace"]) == LAYERS[stored["arch"]]
    for layer, place in PLACES[stored["arch"]].items():
        names = set(cell_of(stored, biases).program.equations)
        assert names == set(stored["trace"][layer])
        for name, values in stored["trace"][layer].items():
            all_equal(run.trace, over_time(name, values, place))
    all_equal(run.trace, over_time("y", stored["y"]))
    for y, prob in zip(run.over_time("y"), over_time("prob", stored["prob"]).values(), strict=True):
        equals(softmax(y), prob)


@every_loss
@every_case
def test_losses(case: str, loss: str) -> None:
    """The loss of every step and example, and their sum."""
    stored, (run, _) = CASES[case], walked(case, loss, 1)
    all_equal(run.trace, over_time("L", stored["loss"][f"{loss}_per_step"]))
    equals(np.sum(run.loss), stored["loss"][loss])


@pytest.mark.parametrize(("name", "loss"), [("mse", "mse"), ("ce", "cross-entropy")])
@every_case
def test_mean_losses(case: str, name: str, loss: str) -> None:
    """PyTorch's own means, over steps, examples and (squared errors) entries, are the mean over the batch of ours."""
    stored = CASES[case]
    run = network_of(stored, loss, biases=1, reduce="mean").forward(values_of(stored, name, biases=1))
    equals(np.mean(run.loss), stored["loss"][f"{name}_torch_mean"])


@either_bias
@every_loss
@every_case
def test_gradients_of_parameters(case: str, loss: str, biases: int) -> None:
    """Every weight and bias; the gradient of a sum of two biases is that of either."""
    stored, (run, found) = CASES[case], walked(case, loss, biases)
    cell, theirs = cell_of(stored, biases), stored["grad"][loss]
    expected: Arrays = {"W_hy": np.array(theirs["out"]["W_y"]), "b_y": np.array(theirs["out"]["c_y"])}
    for layer, place in PLACES[stored["arch"]].items():
        named = by_name(cell, theirs[layer], place)
        expected |= {name: named[name] for name in (f"{name}{place}" for name in cell.parameters)}
        for gate in cell.gates:
            if f"b_h{gate}" not in cell.parameters:
                equals(named[f"b_{gate}{place}"], named[f"b_h{gate}{place}"])
    assert set(expected) == set(run.network.parameters)
    all_equal(found, expected, "d")


@every_loss
@every_case
def test_gradients_of_inputs_and_states(case: str, loss: str) -> None:
    """The inputs, the initial states of each layer and direction and, in one layer, the states of every step."""
    stored, (run, found) = CASES[case], walked(case, loss, 1)
    all_equal(found, over_time("x", stored["grad"][loss]["x"]), "d")
    initial = initial_of(stored, stored["grad"][loss])
    assert set(initial) == set(run.network.initial)
    all_equal(found, initial, "d")
    assert ("grad_state" in stored) == (stored["arch"] == "single")
    if "grad_state" in stored:
        states = stored["grad_state"][loss]["l0"]
        assert set(states) == set(cell_of(stored, 1).states)
        for name, values in states.items():
            all_equal(found, over_time(name, values), "d")


@every_loss
@pytest.mark.parametrize("case", [name for name, case in CASES.items() if case["B"] == 1])
def test_one_example_without_a_batch_axis(case: str, loss: str) -> None:
    """The batch of one, given without its axis, has the same values without that axis."""
    stored, (batch, batch_gradients) = CASES[case], walked(case, loss, 1)
    of_a_step = {*batch.network.xs, *batch.network.initial}
    values = {
        name: value[:, 0] if name in of_a_step or name.startswith("target") else value
        for name, value in values_of(stored, loss, 1).items()
    }
    run = network_of(stored, LOSSES[loss], 1).forward(values)
    gradients = run.backward()
    assert run.batch is None
    for name in run.network.program.equations:
        equals(run[name], batch[name][..., 0])
    for name in run.network.parameters:
        equals(gradients[f"d{name}"], batch_gradients[f"d{name}"])
    for name in of_a_step:
        equals(gradients[f"d{name}"], batch_gradients[f"d{name}"][:, 0])


@every_loss
@pytest.mark.parametrize("case", ["gru_before_old/2x2/single/T6B3", "gru_before_old/3x4/single/T6B3"])
def test_before_new_is_before_old_with_z_turned_round(case: str, loss: str) -> None:
    """The one GRU form without a case of its own, from PyTorch's before/old values: negated z weights, 1 - z."""
    stored = CASES[case]
    turned = {**stored, "z_keeps": "new"}
    sign = {"W_xz": -1, "W_hz": -1, "b_z": -1}
    values = {name: sign.get(name, 1) * value for name, value in values_of(stored, loss, 1).items()}
    run = network_of(turned, LOSSES[loss], 1).forward(values)
    found = run.backward()
    trace, theirs = stored["trace"]["l0"], stored["grad"][loss]
    for gate in "rnh":
        all_equal(run.trace, over_time(gate, trace[gate]))
    all_equal(run.trace, over_time("z", 1 - np.array(trace["z"])))
    equals(np.sum(run.loss), stored["loss"][loss])
    for name, gradient in by_name(gru(), theirs["l0"], "").items():
        if name in gru().parameters:
            equals(found[f"d{name}"], sign.get(name, 1) * gradient)
    all_equal(found, over_time("x", theirs["x"]), "d")
    all_equal(found, initial_of(stored, theirs), "d")
