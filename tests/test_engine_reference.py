"""The engine against PyTorch: every array of one forward and backward pass (fixtures/reference.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studyrnn.engine.arrays import softmax
from studyrnn.engine.cells import Cell, gru, lstm, rnn
from studyrnn.engine.network import Pass, train_pass

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "reference.json").read_text())
CASES = {case["id"]: case for case in REFERENCE["cases"]}
BEFORE_OLD = "gru_before_old/2x2/single/T6B3"
LOSSES = {"mse": "half-squared", "ce": "cross-entropy"}
GATES = {"rnn": "h", "lstm": "ifgo", "gru": "rzn"}

Arrays = dict[str, Any]

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
every_loss = pytest.mark.parametrize("loss", LOSSES)


def cell_of(case: dict[str, Any]) -> Cell:
    if case["cell"] == "lstm":
        return lstm()
    if case["cell"] == "gru":
        return gru(case["reset"], case["z_keeps"])
    return rnn(case["cell"].removeprefix("rnn_"))


def apart(name: str, cell: Cell) -> bool:
    """GRU with reset after: both biases of the candidate are parameters, one inside r * (...)."""
    return name == "n" and "b_hn" in cell.parameters


def weights_of(cell: Cell, layer: Arrays, output: Arrays) -> Arrays:
    """PyTorch's stacked rows by gate, its two biases added up, biases as columns."""
    found: Arrays = {"W_hy": np.array(output["W_y"]), "b_y": column(output["c_y"])}
    for gate, (W_x, W_h, b_x, b_h) in by_gate(cell, layer):
        found |= {f"W_x{gate}": W_x, f"W_h{gate}": W_h}
        found |= {f"b_{gate}": b_x, f"b_h{gate}": b_h} if apart(gate, cell) else {f"b_{gate}": b_x + b_h}
    return found


def gradients_of(cell: Cell, layer: Arrays, output: Arrays) -> Arrays:
    """The same names; the gradient of a sum of biases is the gradient of either."""
    found: Arrays = {"W_hy": np.array(output["W_y"]), "b_y": column(output["c_y"])}
    for gate, (W_x, W_h, b_x, b_h) in by_gate(cell, layer):
        found |= {f"W_x{gate}": W_x, f"W_h{gate}": W_h, f"b_{gate}": b_x}
        if apart(gate, cell):
            found[f"b_h{gate}"] = b_h
        else:
            close(b_x, b_h)
    return found


def by_gate(cell: Cell, layer: Arrays) -> list[tuple[str, list[Any]]]:
    gates = GATES[cell.name]
    stacked = [np.array(layer["W_ih"]), np.array(layer["W_hh"]), column(layer["b_ih"]), column(layer["b_hh"])]
    return list(zip(gates, zip(*[np.split(array, len(gates)) for array in stacked], strict=True), strict=True))


def column(entries: list[float]) -> Any:
    return np.array(entries)[:, None]


def sequence(values: Any) -> Any:
    """(T, B, entries) -> (T, entries, B): here the batch axis is the last."""
    return np.array(values, dtype=float).swapaxes(1, 2)


def targets_of(case: dict[str, Any], loss: str) -> Any:
    return sequence(case["target"] if loss == "mse" else np.eye(case["O"])[np.array(case["classes"])])


def states_of(case: dict[str, Any]) -> Arrays:
    return {name.removesuffix("0"): np.array(value).T for name, value in case["state0"]["l0"].items()}


def walked(case: dict[str, Any], loss: str) -> tuple[Cell, Pass]:
    cell = cell_of(case)
    stored = REFERENCE["params"][case["params"]]
    weights = weights_of(cell, stored["l0"], stored["out"])
    xs, targets = sequence(case["x"]), targets_of(case, loss)
    return cell, train_pass(cell, weights, xs, states_of(case), targets, LOSSES[loss])


def close(mine: Any, theirs: Any) -> None:
    assert np.shape(mine) == np.shape(theirs)
    np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-13)


def test_the_sample_covers_every_cell_and_length() -> None:
    """The fixture has all four cells, three GRU forms (the fourth is derived below), T = 1, T = 3 and a batch."""
    forms = {(case["cell"], case.get("reset"), case.get("z_keeps")) for case in CASES.values()}
    plain = {("rnn_tanh", None, None), ("rnn_relu", None, None), ("lstm", None, None)}
    assert forms == plain | {("gru", "after", "old"), ("gru", "after", "new"), ("gru", "before", "old")}
    assert {case["T"] for case in CASES.values()} == {1, 3, 6}
    assert max(case["B"] for case in CASES.values()) == 3


@every_loss
@every_case
def test_forward(case: dict[str, Any], loss: str) -> None:
    """Every intermediate, output, probability and loss is PyTorch's."""
    _, result = walked(case, loss)
    for name, values in case["trace"]["l0"].items():
        close([trace[name] for trace in result.traces], sequence(values))
    close(result.ys, sequence(case["y"]))
    close([softmax(y) for y in result.ys], sequence(case["prob"]))
    close(result.losses, np.array(case["loss"][f"{loss}_per_step"]))
    close(np.sum(result.losses), case["loss"][loss])


@every_loss
@every_case
def test_gradients(case: dict[str, Any], loss: str) -> None:
    """The gradients of every weight, of the inputs, of the initial and of every later state are PyTorch's."""
    cell, result = walked(case, loss)
    theirs, found = case["grad"][loss], result.gradients
    expected = gradients_of(cell, theirs["l0"], theirs["out"])
    assert set(found.parameters) == set(expected)
    for name, gradient in expected.items():
        close(found.parameters[name], gradient)
    close(found.xs, sequence(theirs["x"]))
    for name in cell.states:
        close(found.initial[name], np.array(theirs["l0"][f"{name}0"]).T)
        close([state[name] for state in found.states], sequence(case["grad_state"][loss]["l0"][name]))


@every_loss
def test_before_new_is_before_old_with_z_turned_round(loss: str) -> None:
    """The one GRU form without a case of its own, from PyTorch's before/old values: negated z weights, 1 - z."""
    case = CASES[BEFORE_OLD]
    cell = gru("before", "new")
    stored, theirs = REFERENCE["params"][case["params"]], case["grad"][loss]
    sign = {"W_xz": -1, "W_hz": -1, "b_z": -1}
    weights = {k: sign.get(k, 1) * v for k, v in weights_of(cell, stored["l0"], stored["out"]).items()}
    xs, targets = sequence(case["x"]), targets_of(case, loss)
    result = train_pass(cell, weights, xs, states_of(case), targets, LOSSES[loss])
    trace = case["trace"]["l0"]
    for name in "rnh":
        close([step[name] for step in result.traces], sequence(trace[name]))
    close([step["z"] for step in result.traces], 1 - sequence(trace["z"]))
    close(result.losses, np.array(case["loss"][f"{loss}_per_step"]))
    for name, gradient in gradients_of(cell, theirs["l0"], theirs["out"]).items():
        close(result.gradients.parameters[name], sign.get(name, 1) * gradient)
    close(result.gradients.xs, sequence(theirs["x"]))
    close(result.gradients.initial["h"], np.array(theirs["l0"]["h0"]).T)
