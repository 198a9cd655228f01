"""Networks without recurrence: one layer, one hidden layer and an output, and the linear autoencoder, with gradients.

Examples are columns: x (d,), or a batch x (d, B). Weights are shared by the batch, or each example's own (n, d, B); the
gradient of what is shared is summed over the batch. Losses are half squared, L a number or one for each example (B,).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.calculus import gradient
from studyrnn.engine.cells import ACTIVATIONS
from studyrnn.engine.equations import Program
from studyrnn.engine.losses import LOSSES
from studyrnn.engine.network import shared
from studyrnn.engine.optimisers import begin, sgd, step
from studyrnn.engine.shapes import Shape, array, fitted, shown
from studyrnn.errors import ArgumentError, known

AUTOENCODER = Program.parse(
    {"code": "W_e @ x", "x_hat": "W_d @ code", "error": "x_hat - x", "L": "total(half_square(error))"}
)
_WEIGHTS = ("W_xh", "b_h", "W_hy", "b_y")
_LAYER: dict[str, Shape] = {"W": ("n", "d"), "b": ("n",), "x": ("d",)}
_MLP: dict[str, Shape] = {"W_xh": ("n", "d"), "b_h": ("n",), "W_hy": ("m", "n"), "b_y": ("m",), "x": ("d",)}
_AUTOENCODER: dict[str, Shape] = {"W_e": ("n", "d"), "W_d": ("d", "n"), "x": ("d",)}


# -- one layer, and two ----------------------------------------------------------------------------------------------


@cache
def layer_program(activation: str = "tanh") -> Program:
    """a = W x + b, h = activation(a). Raises UnknownName for one other than tanh, relu, sigmoid, identity."""
    return Program.parse({"a": "W @ x + b", "h": _activated("a", activation)})


@cache
def mlp_program(activation: str = "tanh", loss: str = "") -> Program:
    """a = W_xh x + b_h, h = activation(a), y = W_hy h + b_y; with `loss`, one of LOSSES, L of y and target besides.

    Goodfellow et al. 2016, section 6.1. Raises UnknownName for another activation or loss.
    """
    equations = {"a": "W_xh @ x + b_h", "h": _activated("a", activation), "y": "W_hy @ h + b_y"}
    return Program.parse(equations) + (LOSSES[known("loss", loss, LOSSES)] if loss else Program({}))


def _activated(name: str, activation: str) -> str:
    known("activation", activation, (*ACTIVATIONS, "identity"))
    return name if activation == "identity" else f"{activation}({name})"


def layer(x: Any, W: Any, b: Any, activation: str = "tanh") -> dict[str, Array]:
    """h = activation(W x + b). x (d,) or (d, B), W (n, d), b (n,). Returns the trace of `layer_program`: a, h (n,).

    Raises ArgumentError where the shapes do not fit, UnknownName for another activation.
    """
    values, _ = fitted({"W": W, "b": b, "x": x}, _LAYER)
    return layer_program(activation).run(values, NUMPY)


def mlp(x: Any, W_xh: Any, b_h: Any, W_hy: Any, b_y: Any, activation: str = "tanh") -> dict[str, Array]:
    """One hidden layer and a linear output: y = W_hy activation(W_xh x + b_h) + b_y.

    x (d,) or (d, B), W_xh (n, d), b_h (n,), W_hy (m, n), b_y (m,). Returns the trace of `mlp_program`: a, h (n,), y
    (m,). Raises ArgumentError where the shapes do not fit, UnknownName for another activation.
    """
    given = {"W_xh": W_xh, "b_h": b_h, "W_hy": W_hy, "b_y": b_y, "x": x}
    values, _ = fitted(given, _MLP)
    return mlp_program(activation).run(values, NUMPY)


@cache
def mlp_backward(activation: str = "tanh", loss: str = "half-squared") -> Program:
    """The equations of backpropagation through `mlp_program` with a loss: dy, dh, da, all weights, dx."""
    return gradient(mlp_program(activation, loss), {"L": "1"}, (*_WEIGHTS, "x"))


def mlp_gradients(
    x: Any, target: Any, W_xh: Any, b_h: Any, W_hy: Any, b_y: Any, activation: str = "tanh"
) -> dict[str, Array]:
    """Backpropagation of L = 1/2 |y - target|^2 through `mlp`. Rumelhart, Hinton & Williams 1986.

    target (m,) or (m, B), the others as in `mlp`. Returns the trace: a, h, y, L, then backwards dy, dh, da and the
    gradients dW_hy, db_y, dW_xh, db_h, each in the shape of what it belongs to, and dx. Raises like `mlp`.
    """
    given = {"W_xh": W_xh, "b_h": b_h, "W_hy": W_hy, "b_y": b_y, "x": x, "target": target}
    return _there_and_back(
        mlp_program(activation, "half-squared"), mlp_backward(activation), given, {**_MLP, "target": ("m",)}
    )


def _there_and_back(
    forward: Program, backward: Program, given: Mapping[str, Any], shapes: Mapping[str, Shape]
) -> dict[str, Array]:
    """The trace of both, the gradients of what a batch shares summed over it."""
    values, batch = fitted(given, shapes)
    trace = backward.run(forward.run(values, NUMPY), NUMPY)
    if batch is not None:
        for name, value in given.items():
            if f"d{name}" in trace:
                trace[f"d{name}"] = shared(trace[f"d{name}"], np.shape(value))
    return trace


# -- the linear autoencoder ------------------------------------------------------------------------------------------


@cache
def autoencoder_backward() -> Program:
    """The gradients of both matrices of AUTOENCODER. x is what it is asked to give back: a target, not a weight."""
    return gradient(AUTOENCODER, {"L": "1"}, ("W_d", "W_e"))


def autoencoder(x: Any, W_e: Any, W_d: Any) -> dict[str, Array]:
    """code = W_e x, x_hat = W_d code, L = 1/2 |x_hat - x|^2, with the gradients. Goodfellow et al. 2016, section 14.1.

    x (d,) or (d, B), W_e (n, d), W_d (d, n), n < d for a bottleneck. Nobody labels anything: the input is its own
    target. Returns the trace: code (n,), x_hat and error (d,), L, then dcode and the gradients dW_d (d, n) and dW_e
    (n, d). Raises ArgumentError where the shapes do not fit.
    """
    return _there_and_back(AUTOENCODER, autoencoder_backward(), {"W_e": W_e, "W_d": W_d, "x": x}, _AUTOENCODER)


def autoencoder_step(x: Any, W_e: Any, W_d: Any, eta: float) -> dict[str, Array]:
    """One step of gradient descent on both matrices at once: W - eta dL/dW, with learning rate eta > 0.

    Both gradients are taken at the old weights, and summed over a batch. Returns the trace of `autoencoder`, then
    W_new_e, W_new_d and L_new, the loss after the step. The matrices are shared: W_e (n, d), W_d (d, n). Raises
    ArgumentError where the shapes do not fit or eta is not above 0.
    """
    optimiser = sgd(eta)
    weights = {"W_e": array("W_e", W_e, (None, None)), "W_d": array("W_d", W_d, (None, None))}
    trace = autoencoder(x, **weights)
    gradients = {name: trace[f"d{name}"] for name in weights}
    moved, _, _ = step(optimiser, weights, gradients, begin(optimiser, weights))
    after = autoencoder(x, **moved)
    return trace | {"W_new_e": moved["W_e"], "W_new_d": moved["W_d"], "L_new": after["L"]}


def as_columns(inputs: Sequence[Any]) -> Array:
    """Windows, (N, k) or (N, k, d), as the columns of a batch (k d, N): what stands first in a window stands on top.

    Raises ArgumentError where the windows are not of one size.
    """
    found = array("inputs", inputs)
    if found.ndim not in {2, 3} or not found.size:
        raise ArgumentError(f"inputs has shape {shown(found.shape)}; it needs (N, k), or (N, k, d) for vectors")
    return found.reshape(len(found), -1).T
