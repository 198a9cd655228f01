"""Feed-forward layers and the autoencoder: values by hand and by loops, gradients by SymPy and finite differences."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sympy
from differences import central
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.exact import EXACT, exact_number
from studyrnn.engine.feedforward import (
    AUTOENCODER,
    as_columns,
    autoencoder,
    autoencoder_backward,
    autoencoder_step,
    layer,
    mlp,
    mlp_backward,
    mlp_gradients,
    mlp_program,
)
from studyrnn.engine.precise import run_precise
from studyrnn.errors import ArgumentError, UnknownName

X = [1.0, -2.0, 0.5]
W_XH = [[0.1, 0.2, -0.3], [0.4, -0.5, 0.6]]
B_H = [0.05, -0.1]
W_HY = [[0.7, -0.8], [0.9, 1.0], [-0.2, 0.3]]
B_Y = [0.1, 0.0, -0.2]
TARGET = [0.5, -0.5, 1.0]
ACTIVATIONS = {
    "tanh": math.tanh,
    "relu": lambda a: max(a, 0.0),
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "identity": lambda a: a,
}


def affine(W: Any, x: Any, b: Any) -> list[float]:
    return [sum(w * v for w, v in zip(row, x, strict=True)) + shift for row, shift in zip(W, b, strict=True)]


# -- forward ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_layer_and_an_mlp_by_loops(activation: str) -> None:
    """Row times column, entry by entry, with the activation of Python's math."""
    a = affine(W_XH, X, B_H)
    h = [ACTIVATIONS[activation](entry) for entry in a]
    one = layer(X, W_XH, B_H, activation)
    assert one["a"] == pytest.approx(a)
    assert one["h"] == pytest.approx(h)
    two = mlp(X, W_XH, B_H, W_HY, B_Y, activation)
    assert two["h"] == pytest.approx(h)
    assert two["y"] == pytest.approx(affine(W_HY, h, B_Y))
    assert list(two)[-3:] == ["a", "h", "y"]


def test_a_relu_network_by_hand() -> None:
    """a = (1 - 2 + 1, 3 + 2 - 1) = (0, 4), h = (0, 4), y = 2 * 0 - 1 * 4 + 3 = -1."""
    trace = mlp([1, 2], [[1, -1], [3, 1]], [1, -1], [[2, -1]], [3], "relu")
    assert trace["a"].tolist() == [0, 4]
    assert trace["h"].tolist() == [0, 4]
    assert trace["y"].tolist() == [-1]


def test_a_batch_is_its_examples_side_by_side() -> None:
    """Columns: each gets what it gets alone."""
    batch = np.array([X, [0.3, 0.1, -0.7]]).T
    together = mlp(batch, W_XH, B_H, W_HY, B_Y)["y"]
    for number in range(2):
        assert together[:, number] == pytest.approx(mlp(batch[:, number], W_XH, B_H, W_HY, B_Y)["y"])


def test_windows_as_columns() -> None:
    """Three windows of two numbers, and one window of two vectors: first on top."""
    assert as_columns([[1, 2], [2, 3], [3, 4]]).tolist() == [[1, 2, 3], [2, 3, 4]]
    assert as_columns([[[1, 2], [3, 4]]]).tolist() == [[1], [2], [3], [4]]
    with pytest.raises(ArgumentError, match=r"inputs has shape \(0, 2\)"):
        as_columns(np.ones((0, 2)))


# -- gradients -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "identity", "relu"])
@pytest.mark.parametrize("batch", [None, 3])
def test_gradients_against_differences(activation: str, batch: int | None) -> None:
    """Central differences of the loss, summed over a batch, by every entry of every weight and input."""
    chance = np.random.default_rng(7)
    shapes: dict[str, tuple[int, ...]] = {"W_xh": (2, 3), "b_h": (2,), "W_hy": (3, 2), "b_y": (3,)}
    given_: dict[str, Any] = {name: chance.uniform(-1, 1, shape) for name, shape in shapes.items()}
    examples = () if batch is None else (batch,)
    given_ |= {name: chance.uniform(-1, 1, (3, *examples)) for name in ("x", "target")}
    trace = mlp_gradients(**given_, activation=activation)
    assert np.abs(mlp(**{name: given_[name] for name in [*shapes, "x"]}, activation=activation)["a"]).min() > 1e-3
    for name in [*shapes, "x"]:

        def loss(moved: Any, name: str = name) -> float:
            return float(np.sum(mlp_gradients(**{**given_, name: moved}, activation=activation)["L"]))

        measured = central(loss, given_[name])
        assert trace[f"d{name}"].shape == given_[name].shape
        assert trace[f"d{name}"] == pytest.approx(measured, abs=1e-8)


def test_the_derivation_by_sympy() -> None:
    """1-1-1 with tanh: SymPy differentiates the loss itself."""
    names = sympy.symbols("x w b v c t", real=True)
    x, w, b, v, c, t = names
    loss = (v * sympy.tanh(w * x + b) + c - t) ** 2 / 2
    at = dict(zip(names, [0.7, -1.3, 0.2, 0.9, 0.1, 0.4], strict=True))
    trace = mlp_gradients([0.7], [0.4], [[-1.3]], [0.2], [[0.9]], [0.1])
    assert float(trace["L"]) == pytest.approx(float(loss.subs(at)))
    for name, symbol in {"W_xh": w, "b_h": b, "W_hy": v, "b_y": c, "x": x}.items():
        assert trace[f"d{name}"].item() == pytest.approx(float(sympy.diff(loss, symbol).subs(at)), rel=1e-13)


def test_the_backward_list_by_hand() -> None:
    """ReLU, y = -1, target 1: dy = -2, dh = (-4, 2), da = (0, 2) as unit 1 is off, dW_xh = da x^T."""
    trace = mlp_gradients([1, 2], [1], [[1, -1], [3, 1]], [1, -1], [[2, -1]], [3], "relu")
    assert trace["L"] == 2
    assert trace["dy"].tolist() == [-2]
    assert trace["dW_hy"].tolist() == [[0, -8]]
    assert trace["dh"].tolist() == [-4, 2]
    assert trace["da"].tolist() == [0, 2]
    assert trace["dW_xh"].tolist() == [[0, 0], [2, 4]]
    assert trace["dx"].tolist() == [6, 2]


def test_the_gradient_of_a_classifier() -> None:
    """With cross-entropy dy is softmax(y) - target, on 30 digits."""
    values = {"x": X, "W_xh": W_XH, "b_h": B_H, "W_hy": W_HY, "b_y": B_Y, "target": [0, 1, 0]}
    trace = run_precise(mlp_program("tanh", "cross-entropy") + mlp_backward("tanh", "cross-entropy"), values)
    y = np.array(mlp(X, W_XH, B_H, W_HY, B_Y)["y"])
    p = np.exp(y) / np.exp(y).sum()
    assert [float(entry) for entry in trace["dy"]] == pytest.approx(p - [0, 1, 0])


# -- the autoencoder -------------------------------------------------------------------------------------------------


def test_two_one_two_by_hand() -> None:
    """x = (1, 2), W_e = (1/2, 1/4), W_d = (1, 1/2)^T: code 1, x_hat (1, 1/2), error (0, -3/2), L 9/8, and the step."""
    trace = autoencoder_step([1, 2], [[0.5, 0.25]], [[1], [0.5]], eta=0.1)
    assert trace["code"].tolist() == [1]
    assert trace["x_hat"].tolist() == [1, 0.5]
    assert trace["error"].tolist() == [0, -1.5]
    assert trace["L"] == 1.125
    assert trace["dW_d"].tolist() == [[0], [-1.5]]
    assert trace["dcode"].tolist() == [-0.75]
    assert trace["dW_e"].tolist() == [[-0.75, -1.5]]
    assert trace["W_new_d"] == pytest.approx(np.array([[1], [0.65]]))
    assert trace["W_new_e"] == pytest.approx(np.array([[0.575, 0.4]]))
    # code 1.375, x_hat (1.375, 0.89375)
    assert trace["L_new"] == pytest.approx((0.375**2 + 1.10625**2) / 2)
    assert list(trace)[-1] == "L_new"


def test_the_autoencoder_in_fractions() -> None:
    """The equations on SymPy's fractions, and the gradients that SymPy finds itself."""
    entries = sympy.symbols("e1 e2 d1 d2")
    x1, x2 = sympy.Rational(1), sympy.Rational(2)
    code = entries[0] * x1 + entries[1] * x2
    loss = ((entries[2] * code - x1) ** 2 + (entries[3] * code - x2) ** 2) / 2
    at = dict(zip(entries, [sympy.Rational(3, 10), sympy.Rational(-1, 5), sympy.Rational(7, 10), 1], strict=True))
    weights = {"W_e": [[0.3, -0.2]], "W_d": [[0.7], [1.0]], "x": [1, 2]}
    values = {name: exact_number(value) for name, value in weights.items()}
    trace = (AUTOENCODER + autoencoder_backward()).run(values, EXACT)
    assert trace["L"] == loss.subs(at)
    assert trace["dW_e"] == [[sympy.diff(loss, entry).subs(at) for entry in entries[:2]]]
    assert trace["dW_d"] == [[sympy.diff(loss, entry).subs(at)] for entry in entries[2:]]


def test_a_batch_sums_the_gradients() -> None:
    """And its step is the step along that sum."""
    xs = np.array([[1.0, 2.0], [0.5, -1.0], [0.2, 0.4]]).T
    W_e, W_d = [[0.5, 0.25]], [[1.0], [0.5]]
    together = autoencoder_step(xs, W_e, W_d, 0.05)
    alone = [autoencoder(x, W_e, W_d) for x in xs.T]
    assert together["dW_e"] == pytest.approx(sum(trace["dW_e"] for trace in alone))
    assert together["W_new_d"] == pytest.approx(W_d - 0.05 * sum(trace["dW_d"] for trace in alone))
    assert together["L"] == pytest.approx([float(trace["L"]) for trace in alone])


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 999))
def test_a_small_step_lowers_the_loss(seed: int) -> None:
    """By eta times the squared length of the gradient, to first order."""
    chance = np.random.default_rng(seed)
    x, W_e, W_d = chance.uniform(-1, 1, 3), chance.uniform(-1, 1, (2, 3)), chance.uniform(-1, 1, (3, 2))
    trace = autoencoder_step(x, W_e, W_d, eta=1e-6)
    squared = np.sum(trace["dW_e"] ** 2) + np.sum(trace["dW_d"] ** 2)
    assert float(trace["L"] - trace["L_new"]) == pytest.approx(1e-6 * squared, rel=1e-4, abs=1e-13)


def test_what_a_wide_code_gives_back() -> None:
    """With identity matrices nothing is lost, and nothing is left to learn."""
    trace = autoencoder(X, np.eye(3), np.eye(3))
    assert trace["L"] == 0
    assert not trace["dW_e"].any()
    assert not trace["dW_d"].any()


# -- errors ----------------------------------------------------------------------------------------------------------


def test_what_does_not_fit_is_refused() -> None:
    """Shapes, activations, losses, learning rates."""
    with pytest.raises(ArgumentError, match=r"x has shape \(2\); it needs \(3\)"):
        layer([1, 2], W_XH, B_H)
    with pytest.raises(ArgumentError, match=r"W_hy has shape \(2, 3\); it needs \(any, 2\)"):
        mlp(X, W_XH, B_H, W_XH, B_Y)
    with pytest.raises(UnknownName, match='no activation is called "tan"'):
        layer(X, W_XH, B_H, "tan")
    with pytest.raises(UnknownName, match='no loss is called "absolute"'):
        mlp_program("tanh", "absolute")
    with pytest.raises(ArgumentError, match="W_d has shape"):
        autoencoder([1, 2], [[0.5, 0.25]], [[1, 0.5]])
    with pytest.raises(ArgumentError, match="eta is 0; it needs a number above 0"):
        autoencoder_step([1, 2], [[0.5, 0.25]], [[1], [0.5]], 0)
    with pytest.raises(ArgumentError, match="inputs has shape"):
        as_columns([1, 2, 3])
