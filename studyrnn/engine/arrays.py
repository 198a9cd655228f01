"""The operations of the equations on NumPy float64 arrays.

One exercise: vectors (n,), matrices (m, n), scalars (). Many at once: the batch axis comes last, vectors (n, B),
scalars (B,), weights (m, n) shared or (m, n, B) one's own, biases (n, 1) or (n, B).
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


_HALF = np.array(0.5)  # an array meets an array faster than a number does


def matvec(W: Any, v: Any) -> Any:
    """W (m, n) times v (n,), (n, B) or (n, k); W (m, n, B) times v (n, B) or (n, k, B); two scalars: their product."""
    if W.ndim == 2:
        return W.dot(v) if v.ndim < 3 else np.einsum("ij,jkb->ikb", W, v)
    if W.ndim == 3:
        return np.einsum("ijb,jb->ib" if v.ndim == 2 else "ijb,jkb->ikb", W, v)
    return W * v


def transposed_matvec(W: Any, v: Any) -> Any:
    """W.T times v, in one go."""
    return W.T.dot(v) if W.ndim == 2 and v.ndim < 3 else matvec(transpose(W), v)


def outer(u: Any, v: Any) -> Any:
    """u (m,) and v (n,) -> (m, n); with a batch axis (m, n, B); two scalars: their product."""
    if u.ndim == 1:
        return u[:, None] * v
    return u * v if u.ndim == 0 else u[:, None] * v[None, :]


def add_outers(*sides: Any) -> Any:
    """outer(u1, v1) + outer(u2, v2) + ... in one product; sides are u1, v1, u2, v2, ..."""
    us, vs = sides[::2], sides[1::2]
    if us[0].ndim == 1:
        return np.array(us).T.dot(np.array(vs))
    return reduce(np.add, map(outer, us, vs))


def diag(v: Any) -> Any:
    """v (n,) on the diagonal of a matrix (n, n), zeros elsewhere; with a batch axis (n, n, B); a number stays one."""
    return np.eye(len(v)).reshape(len(v), len(v), *[1] * (v.ndim - 1)) * v if v.ndim else v


def transpose(W: Any) -> Any:
    """The first two axes change places; a scalar is its own transpose."""
    return np.swapaxes(W, 0, 1) if W.ndim >= 2 else W


def total(v: Any) -> Any:
    """The sum over axis 0; a number is its own total."""
    return np.add.reduce(v) if v.ndim else v


def mean(v: Any) -> Any:
    return total(v) / len(v) if v.ndim else v


def sigmoid(a: Any) -> Any:
    """1 / (1 + exp(-a)), written with tanh so that no exponential overflows; right to 1e-16 absolute, not relative."""
    result = np.tanh(a * _HALF)
    result *= _HALF
    result += _HALF
    return result


def log_softmax(y: Any) -> Any:
    """ln softmax(y) over axis 0. The largest logit is taken off first, so that no exponential overflows."""
    shifted = y - np.max(y, axis=0)
    return shifted - np.log(np.sum(np.exp(shifted), axis=0))


def softmax(y: Any) -> Any:
    """Over axis 0."""
    return np.exp(log_softmax(y))


def cross_entropy(y: Any, target: Any) -> Any:
    """-sum target log softmax(y), from the logits y (m, ...) and one-hot targets of the same shape; over axis 0."""
    return np.sum(target * (0.0 - log_softmax(y)), axis=0)  # not -log_softmax(y): no -0.0 where p is 1


def binary_cross_entropy(y: Any, target: Any) -> Any:
    """-target log sigmoid(y) - (1 - target) log(1 - sigmoid(y)) from the logit y, entry by entry; never overflows."""
    return np.maximum(y, 0.0) - target * y + np.log1p(np.exp(-np.abs(y)))


def one_hot_max(y: Any) -> Any:
    """One where the largest entry along axis 0 stands (the first of equals), zero elsewhere."""
    places = np.arange(len(y)).reshape(-1, *[1] * (y.ndim - 1))
    return np.where(places == np.argmax(y, axis=0), 1.0, 0.0)


NUMPY: dict[str, Any] = {
    "number": np.array,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "square": np.square,
    "div": np.divide,
    "neg": np.negative,
    "matvec": matvec,
    "transposed_matvec": transposed_matvec,
    "transpose": transpose,
    "outer": outer,
    "add_outers": add_outers,
    "dot": lambda u, v: total(u * v),
    "diag": diag,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "relu": lambda a: np.maximum(a, 0.0),
    "step": lambda y: np.where(y > 0, 1.0, 0.0),
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "abs": np.abs,
    "power": np.power,
    "total": total,
    "mean": mean,
    "size": lambda v: np.float64(len(v) if v.ndim else 1),
    "ones": np.ones_like,
    "batch_total": lambda v: np.sum(v, axis=-1, keepdims=True),
    "batch_mean": lambda v: np.mean(v, axis=-1, keepdims=True),
    "batch_size": lambda v: np.float64(v.shape[-1]),
    "minimum": np.minimum,
    "clamp": lambda v, limit: np.clip(v, -limit, limit),
    "concat": lambda a, b: np.concatenate([np.atleast_1d(a), np.atleast_1d(b)]),
    "first": lambda g, a: g[: len(a)],
    "last": lambda g, b: g[len(g) - len(b) :],
    "softmax": softmax,
    "softmax_rows": lambda scores: np.swapaxes(softmax(np.swapaxes(scores, 0, 1)), 0, 1),
    "one_hot_max": one_hot_max,
    "half_square": lambda e: 0.5 * (e * e),
    "mean_square": lambda e: mean(e * e),
    "cross_entropy": cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
}
