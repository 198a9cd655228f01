"""The operations of the equations on NumPy float64 arrays.

One exercise: vectors (n,), matrices (m, n), scalars. Many at once: the batch axis comes last, vectors (n, B), weights
(m, n) shared or (m, n, B) one's own, biases (n, 1) or (n, B).
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def matvec(W: Any, v: Any) -> Any:
    """W (m, n) times v (n,) or (n, B); W (m, n, B) times v (n, B); two scalars: their product."""
    dimensions = np.ndim(W)
    if dimensions == 2:
        return W @ v
    return np.einsum("ijb,jb->ib", W, v) if dimensions == 3 else W * v


def outer(u: Any, v: Any) -> Any:
    """u (m,) and v (n,) -> (m, n); with a batch axis (m, n, B); two scalars: their product."""
    if np.ndim(u) == 0:
        return u * v
    return u[:, None] * v[None, :]


def transpose(W: Any) -> Any:
    return np.swapaxes(W, 0, 1) if np.ndim(W) >= 2 else W


def sigmoid(a: Any) -> Any:
    """1 / (1 + exp(-a)), written with tanh so that no exponential overflows."""
    return 0.5 * np.tanh(0.5 * a) + 0.5


def softmax(y: Any) -> Any:
    """Over axis 0."""
    shifted = np.exp(y - np.max(y, axis=0))
    return shifted / np.sum(shifted, axis=0)


def cross_entropy(y: Any, target: Any) -> Any:
    """-sum target log softmax(y), from the logits y (m, ...) and one-hot targets of the same shape; over axis 0."""
    largest = np.max(y, axis=0)
    log_total = largest + np.log(np.sum(np.exp(y - largest), axis=0))
    return np.sum(target * (log_total - y), axis=0)


NUMPY: dict[str, Any] = {
    "number": float,
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "matvec": matvec,
    "transpose": transpose,
    "outer": outer,
    "dot": lambda u, v: np.sum(u * v, axis=0),
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "relu": lambda a: np.maximum(a, 0.0),
    "step": lambda y: np.where(y > 0, 1.0, 0.0),
    "softmax": softmax,
    "cross_entropy": cross_entropy,
    "half_square": lambda e: 0.5 * e * e,
    "ones": np.ones_like,
    "total": lambda v: np.sum(v, axis=0),
    "sqrt": np.sqrt,
    "minimum": np.minimum,
    "clamp": lambda v, limit: np.clip(v, -limit, limit),
}
