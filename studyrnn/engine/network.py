"""A cell over a sequence, an output layer and a loss, forward and backward.

Shapes: T steps, d inputs, n units, m outputs, B examples side by side (the last axis; it may be left out everywhere).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.calculus import gradient
from studyrnn.engine.cells import Cell
from studyrnn.engine.equations import Program

OUTPUT_LAYER = Program.parse({"y": "W_hy @ h + b_y"})
OUTPUT_GRADIENT = gradient(OUTPUT_LAYER, {"y": "seed_y"}, ["W_hy", "b_y", "h"])

# The loss of one step, from outputs y (m, ...) and a target of their shape; cross-entropy: logits and one-hot.
LOSSES = {
    "half-squared": Program.parse({"L": "total(half_square(y - target))"}),
    "cross-entropy": Program.parse({"L": "cross_entropy(y, target)"}),
}

Values = Mapping[str, Any]


def unroll(cell: Cell, parameters: Values, xs: Sequence[Array], state: Values) -> list[dict[str, Array]]:
    """Walk the cell over xs (T, d[, B]) from `state` ({"h": h0} or {"h": h0, "c": c0}, each (n[, B])).

    Returns one trace a step: every input, parameter, intermediate and state by name.
    """
    traces = []
    for x in xs:
        previous = {f"{name}_": state[name] for name in cell.states}
        trace = cell.program.run({**parameters, **previous, "x": x}, NUMPY)
        traces.append(trace)
        state = trace
    return traces


@dataclass(frozen=True)
class Gradients:
    parameters: dict[str, Array]  # summed over the steps, and over the batch where the parameter is shared
    xs: list[Array]  # dL/dx_t, T x (d[, B])
    initial: dict[str, Array]  # dL/dh_0 (and dL/dc_0)
    states: list[dict[str, Array]]  # the total dL/dh_t (and dL/dc_t) of each step


def bptt(cell: Cell, traces: Sequence[Values], d_h: Sequence[Array]) -> Gradients:
    """Backpropagation through time.

    d_h   T x (n[, B]): what each step's own loss asks of h_t; what arrives from later steps is added here.
    """
    parameters = cell.parameters
    previous = [f"{name}_" for name in cell.states]
    backward = gradient(cell.program, {s: f"seed_{s}" for s in cell.states}, [*parameters, "x", *previous])
    carried: dict[str, Any] = {name: np.zeros_like(d_h[0]) for name in cell.states}
    totals: dict[str, Any] = dict.fromkeys(parameters, 0.0)
    xs: list[Array] = []
    states: list[dict[str, Array]] = []
    for trace, own in zip(reversed(traces), reversed(d_h), strict=True):
        seeds = {f"seed_{name}": value for name, value in carried.items()}
        seeds["seed_h"] = seeds["seed_h"] + own
        walked = backward.run({**trace, **seeds}, NUMPY)
        for name in parameters:
            totals[name] = totals[name] + shared(walked[f"d{name}"], trace[name])
        xs.append(walked["dx"])
        states.append({name: walked[f"d{name}"] for name in cell.states})
        carried = {name: walked[f"d{name}_"] for name in cell.states}
    return Gradients(totals, xs[::-1], carried, states[::-1])


def shared(d: Any, parameter: Any) -> Array:
    """Sum a gradient over the axes along which its parameter was broadcast: one weight, many uses."""
    extra = np.ndim(d) - np.ndim(parameter)
    if extra > 0:
        d = np.sum(d, axis=tuple(range(-extra, 0)))
    stretched = tuple(k for k, size in enumerate(np.shape(parameter)) if size == 1 != np.shape(d)[k])
    return np.sum(d, axis=stretched, keepdims=True) if stretched else np.asarray(d)


@dataclass(frozen=True)
class Pass:
    """One forward and backward pass of cell, output layer and loss."""

    traces: list[dict[str, Array]]
    ys: list[Array]  # T x (m[, B]); logits, where the loss is cross-entropy
    losses: list[Array]  # T x (B) or T scalars
    gradients: Gradients  # of the SUM of the losses; `parameters` includes W_hy and b_y


def train_pass(
    cell: Cell, parameters: Values, xs: Sequence[Array], state: Values, targets: Sequence[Array], loss: str
) -> Pass:
    """y_t = W_hy h_t + b_y at every step, the losses summed over time and batch, and all gradients of that sum.

    Raises KeyError for a loss other than "half-squared" and "cross-entropy".
    """
    program = LOSSES[loss]
    slope = gradient(program, {"L": "1"}, ["y"])
    traces = unroll(cell, parameters, xs, state)
    layer: dict[str, Any] = {"W_hy": parameters["W_hy"], "b_y": parameters["b_y"]}
    totals: dict[str, Any] = dict.fromkeys(layer, 0.0)
    ys, losses, d_h = [], [], []
    for trace, target in zip(traces, targets, strict=True):
        forward = OUTPUT_LAYER.run({**layer, "h": trace["h"]}, NUMPY)
        loss_trace = program.run({"y": forward["y"], "target": target}, NUMPY)
        d_y = slope.run(loss_trace, NUMPY)["dy"]
        walked = OUTPUT_GRADIENT.run({**forward, "seed_y": d_y}, NUMPY)
        for name, weight in layer.items():
            totals[name] = totals[name] + shared(walked[f"d{name}"], weight)
        ys.append(forward["y"])
        losses.append(loss_trace["L"])
        d_h.append(walked["dh"])
    through_time = bptt(cell, traces, d_h)
    through_time.parameters.update(totals)
    return Pass(traces, ys, losses, through_time)
