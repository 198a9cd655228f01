"""Solved homework held to PyTorch, and to a network written out by hand in 40 digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from solutions import CASES, GATES, LOSSES, REFERENCE, TRUNCATED, TWO_LAYERS, File, at, numbers_in, record_of, same

# -- PyTorch's values ------------------------------------------------------------------------------------------------


def cell_of(case: File) -> File:
    """The first keys of the file."""
    name = case["cell"].partition("_")[0]
    file: File = {"cell": name}
    if name == "rnn":
        file["activation"] = case["cell"].removeprefix("rnn_")
    if name == "gru":  # PyTorch's own form where a case does not say
        file["convention"] = {"reset": case.get("reset", "after"), "z_keeps": case.get("z_keeps", "old")}
    if case["cell"] == "lstm_peephole":
        file["convention"] = {"peephole": True}
    return file


def direction_of(case: File, stored: File, gradients: bool) -> File:
    """One direction in the words of the file, from PyTorch's stacked rows.

    A gate has one bias here: the sum of PyTorch's two; its gradient is that of either. A GRU with reset after keeps
    the second bias of the candidate apart.
    """
    file = cell_of(case)
    gates = GATES[file["cell"]]
    blocks = {name: np.split(np.array(stored[name]), len(gates)) for name in ("W_ih", "W_hh", "b_ih", "b_hh")}
    found: File = {}
    for k, gate in enumerate(gates):
        apart = gate == "n" and file["convention"]["reset"] == "after"
        bias = blocks["b_ih"][k] if gradients or apart else blocks["b_ih"][k] + blocks["b_hh"][k]
        found |= {f"W_x{gate}": blocks["W_ih"][k], f"W_h{gate}": blocks["W_hh"][k], f"b_{gate}": bias}
        found |= {"b_hn": blocks["b_hh"][k]} if apart else {}
    found |= {name: np.array(stored[name]) for name in ("p_i", "p_f", "p_o") if name in stored}
    return {name: value.tolist() for name, value in found.items()}


def layers_of(case: File, stored: File, states: File, example: int, gradients: bool = False) -> list[File]:
    layers: list[File] = []
    for key in [key for key in stored if key not in {"out", "x"}]:
        behind = "_reverse" if key.endswith("r") else ""
        if not behind:
            layers.append({})
        layers[-1]["reverse" if behind else "forward"] = direction_of(case, stored[key], gradients)
        layers[-1] |= {f"{state}{behind}": value[example] for state, value in states[key].items() if len(state) == 2}
    return layers


def file_of(case: File, example: int, loss: str) -> File:
    """One example of a case as a file."""
    params = case["params"] if isinstance(case["params"], dict) else REFERENCE["params"][case["params"]]
    targets = {"target": case["target"]} if loss == "mse" else {"classes": case["classes"]}
    return {
        **cell_of(case),
        "layers": layers_of(case, params, case["state0"], example),
        "output": {"W_hy": params["out"]["W_y"], "b_y": params["out"]["c_y"]},
        "x": [rows[example] for rows in case["x"]],
        **{key: [rows[example] for rows in value] for key, value in targets.items()},
        "loss": LOSSES[loss],
    }


def added(records: list[Any]) -> Any:
    """Entry by entry."""
    if isinstance(records[0], dict):
        return {key: added([record[key] for record in records]) for key in records[0]}
    if isinstance(records[0], list) and isinstance(records[0][0], dict):
        return [added(list(entries)) for entries in zip(*records, strict=True)]
    return np.sum([np.array(record) for record in records], axis=0).tolist()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", CASES)
def test_every_number_is_pytorchs(name: str, loss: str) -> None:
    """Trace, outputs, losses and every gradient, of each example; the gradients of weights summed over a batch."""
    case = CASES[name]
    records = [record_of(file_of(case, example, loss)) for example in range(case["B"])]
    for example, record in enumerate(records):
        trace = [
            {"layer": number, "direction": "reverse" if key.endswith("r") else "forward", "t": t}
            | {name: values[t - 1][example] for name, values in case["trace"][key].items()}
            for number, keys in enumerate([["l0", "l0r"], ["l1"]])
            for key in keys
            if key in case["trace"]
            for t in range(1, case["T"] + 1)
        ]
        same(record["trace"], trace)
        probabilities = {"p": [p[example] for p in case["prob"]]} if loss == "ce" else {}
        same(record["outputs"], {"y": [y[example] for y in case["y"]]} | probabilities)
        per_step = [step[example] for step in case["loss"][f"{loss}_per_step"]]
        same(record["loss"], {"total": math.fsum(per_step), "per_step": per_step})
        gradients = layers_of(case, case["grad"][loss], case["grad"][loss], example, gradients=True)
        same(record["gradients"]["x"], [rows[example] for rows in case["grad"][loss]["x"]])
        for mine, theirs in zip(record["gradients"]["layers"], gradients, strict=True):
            assert mine.keys() == theirs.keys()
            same({k: v for k, v in mine.items() if "0" in k}, {k: v for k, v in theirs.items() if "0" in k})
    total = added([record["gradients"] for record in records])
    same(total["output"], {"W_hy": case["grad"][loss]["out"]["W_y"], "b_y": case["grad"][loss]["out"]["c_y"]})
    theirs = layers_of(case, case["grad"][loss], case["grad"][loss], 0, gradients=True)
    for mine, other in zip(total["layers"], theirs, strict=True):
        for direction in mine.keys() & {"forward", "reverse"}:
            same(mine[direction], other[direction])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_mean_squared_errors_are_pytorchs(case: File) -> None:
    """mse: the mean over every step and entry; PyTorch's mean over the batch is the mean of its examples."""
    totals = [record_of(file_of(case, k, "mse") | {"loss": "mse"})["loss"]["total"] for k in range(case["B"])]
    same(sum(totals) / len(totals), case["loss"]["mse_torch_mean"])


@pytest.mark.parametrize("case", TRUNCATED, ids=["2x2", "3x4"])
def test_truncated_gradients_are_pytorchs(case: File) -> None:
    """Every pair of k1 and k2 and both losses: the sums over all windows."""
    for run in case["runs"]:
        file = file_of(case, 0, run["loss"]) | {"truncate": {"k1": run["k1"], "k2": run["k2"]}}
        found = record_of(file)["gradients"]
        same(found["layers"][0]["forward"], direction_of(case, run["grad"]["l0"], gradients=True))
        same(found["output"], {"W_hy": run["grad"]["out"]["W_y"], "b_y": run["grad"]["out"]["c_y"]})


# -- an LSTM of two layers, written out ------------------------------------------------------------------------------


MP = mpmath.mp.clone()
MP.dps = 40


def exact(value: Any) -> Any:
    """Decimals as they are written, in 40 digits."""
    if isinstance(value, dict):
        return {key: exact(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [exact(entry) for entry in value]
    return MP.mpf(repr(value)) if isinstance(value, int | float) else value


def by_hand(file: File) -> Any:
    """The mean over steps 1 and 3 of half the squared error, with nothing but loops."""
    states = [(layer["h0"], layer["c0"]) for layer in file["layers"]]
    losses = []
    for x, target in zip(file["x"], file["target"], strict=True):
        signal = x
        for number, layer in enumerate(file["layers"]):
            states[number] = one_step(layer["forward"], signal, *states[number])
            signal = states[number][0]
        if target is not None:
            loss = MP.mpf(0)
            for k, bias in enumerate(file["output"]["b_y"]):
                y = bias + sum(file["output"]["W_hy"][k][j] * signal[j] for j in range(len(signal)))
                loss += (y - target[k]) ** 2 / 2
            losses.append(loss)
    return sum(losses) / len(losses)


def one_step(weights: File, x: list[Any], h: list[Any], c: list[Any]) -> tuple[list[Any], list[Any]]:
    new_h, new_c = [], []
    for k in range(len(h)):
        a = {}
        for gate in "ifgo":
            a[gate] = weights[f"b_{gate}"][k]
            for j, value in enumerate(x):
                a[gate] += weights[f"W_x{gate}"][k][j] * value
            for j, value in enumerate(h):
                a[gate] += weights[f"W_h{gate}"][k][j] * value
        i, f, o = (1 / (1 + MP.exp(-a[gate])) for gate in "ifo")
        new_c.append(f * c[k] + i * MP.tanh(a["g"]))
        new_h.append(o * MP.tanh(new_c[k]))
    return new_h, new_c


def slope(loss: Callable[[File], Any], file: File, path: tuple[Any, ...]) -> Any:
    """Central differences; `file` is as before when it is done."""
    owner, last, step = at(file, path[:-1]), path[-1], MP.mpf("1e-15")
    value, found = owner[last], []
    for shifted in (value + step, value - step):
        owner[last] = shifted
        found.append(loss(file))
    owner[last] = value
    return (found[0] - found[1]) / (2 * step)


def test_an_lstm_of_two_layers_by_hand() -> None:
    """Every gradient stands where its number stands in the file, and is the slope of the loss there."""
    record, file = record_of(TWO_LAYERS), exact(TWO_LAYERS)
    assert math.isclose(record["loss"]["total"], by_hand(file), rel_tol=1e-14)
    places = list(numbers_in(record["gradients"]))
    given = {part: TWO_LAYERS[part] for part in ("layers", "output", "x")}
    assert sorted(map(str, places)) == sorted(map(str, numbers_in(given)))
    for path in places:
        assert math.isclose(at(record["gradients"], path), slope(by_hand, file, path), rel_tol=1e-11, abs_tol=1e-15), (
            path
        )
