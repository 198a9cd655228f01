"""The operations of the equations on numbers of any kind: a vector is a list, a matrix a list of rows.

A batch of vectors is a matrix, one column an example, and a vector beside it is one for all examples; one number for
each example has no place here, so batches of layer norms and masks belong to NumPy.

The operations are written out entry by entry, independently of NumPy, and take what they need to know about numbers as
an argument: `exact` and `precise` are this file with SymPy's and with mpmath's functions.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

Scalars = Mapping[str, Callable[..., Any]]
_OF_ONE = ("tanh", "sigmoid", "exp", "log", "sqrt", "sin")


def each(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function on every entry of a number, a vector or a matrix."""

    def over(value: Any) -> Any:
        return [over(entry) for entry in value] if isinstance(value, list) else function(value)

    return over


def spread(combine: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Entry by entry; a number is spread over a vector, a vector over the columns of a matrix.

    Raises ValueError where the shapes differ.
    """

    def both(a: Any, b: Any) -> Any:
        if isinstance(a, list) and isinstance(b, list):
            return [both(p, q) for p, q in zip(a, b, strict=True)]
        if isinstance(a, list):
            return [both(p, b) for p in a]
        if isinstance(b, list):
            return [both(a, q) for q in b]
        return combine(a, b)

    return both


def is_matrix(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def transpose(W: Any) -> Any:
    return [list(column) for column in zip(*W, strict=True)] if is_matrix(W) else W


def dot(u: Any, v: Any) -> Any:
    """The product of two vectors, or of each column of a matrix with the same column of the other."""
    if is_matrix(u):
        return [dot(*columns) for columns in zip(transpose(u), transpose(v), strict=True)]
    if not isinstance(u, list):
        return u * v
    return sum((p * q for p, q in zip(u, v, strict=True)), start=0)


def matvec(W: Any, v: Any) -> Any:
    """Matrix times vector, matrix times matrix, or the product of two numbers."""
    if not isinstance(W, list):
        return W * v
    if is_matrix(v):
        return [[dot(row, column) for column in transpose(v)] for row in W]
    return [dot(row, v) for row in W]


def outer(u: Any, v: Any) -> Any:
    """u v^T for two vectors, A B^T for two matrices, the product for two numbers."""
    if is_matrix(u):
        return matvec(u, transpose(v))
    return [[p * q for q in v] for p in u] if isinstance(u, list) else u * v


def total(v: Any) -> Any:
    """The sum of the entries of a vector, of each column of a matrix; a number is its own total."""
    if is_matrix(v):
        return [total(column) for column in transpose(v)]
    return sum(v, start=0) if isinstance(v, list) else v


def size(v: Any) -> int:
    return len(v) if isinstance(v, list) else 1


def operations(scalars: Scalars) -> dict[str, Callable[..., Any]]:
    """The operations on the kind of numbers that `scalars` knows: number (from a float), tanh, sigmoid, exp, log, sqrt,
    sin, relu, step, smaller."""
    exp, log = scalars["exp"], scalars["log"]

    def softmax(y: Any) -> Any:
        if is_matrix(y):
            return transpose([softmax(column) for column in transpose(y)])
        weights = [exp(entry) for entry in y]
        return [weight / total(weights) for weight in weights]

    def cross_entropy(y: Any, target: Any) -> Any:
        if is_matrix(y):
            return [cross_entropy(*columns) for columns in zip(transpose(y), transpose(target), strict=True)]
        return dot(target, [log(total([exp(other) for other in y])) - entry for entry in y])

    def one_hot_max(y: Any) -> Any:
        if is_matrix(y):
            return transpose([one_hot_max(column) for column in transpose(y)])
        best = 0
        for place, entry in enumerate(y):
            best = place if bool(entry > y[best]) else best
        return [scalars["number"](float(place == best)) for place in range(len(y))]

    def clamp(v: Any, limit: Any) -> Any:
        return each(lambda entry: -scalars["smaller"](limit, -scalars["smaller"](limit, entry)))(v)

    def diag(v: Any) -> Any:
        if not isinstance(v, list):
            return v
        zero = scalars["number"](0.0)
        return [[entry if row == column else zero for column in range(len(v))] for row, entry in enumerate(v)]

    return {
        "number": scalars["number"],
        "add": spread(operator.add),
        "sub": spread(operator.sub),
        "mul": spread(operator.mul),
        "div": spread(operator.truediv),
        "neg": each(operator.neg),
        "matvec": matvec,
        "transpose": transpose,
        "outer": outer,
        "dot": dot,
        "diag": diag,
        **{name: each(scalars[name]) for name in (*_OF_ONE, "relu", "step")},
        "abs": each(abs),
        "power": spread(operator.pow),
        "total": total,
        "mean": lambda v: each(lambda entry: entry / size(v))(total(v)),
        "size": lambda v: scalars["number"](float(size(v))),
        "ones": each(lambda _: scalars["number"](1.0)),
        "batch_total": lambda v: [sum(row) for row in v],
        "batch_mean": lambda v: [sum(row) / len(row) for row in v],
        "batch_size": lambda v: scalars["number"](float(len(v[0]))),
        "minimum": spread(scalars["smaller"]),
        "clamp": clamp,
        "concat": lambda a, b: [*(a if isinstance(a, list) else [a]), *(b if isinstance(b, list) else [b])],
        "first": lambda g, a: g[: len(a)],
        "last": lambda g, b: g[len(g) - len(b) :],
        "softmax": softmax,
        "softmax_rows": lambda scores: [softmax(row) for row in scores],
        "one_hot_max": one_hot_max,
        "half_square": each(lambda e: e * e / 2),
        "mean_square": lambda e: each(lambda entry: entry / size(e))(total(each(lambda entry: entry * entry)(e))),
        "cross_entropy": cross_entropy,
        "binary_cross_entropy": spread(lambda y, target: log(1 + exp(y)) - target * y),
    }


PLAIN = operations(
    {
        "number": float,
        "tanh": math.tanh,
        "sigmoid": lambda a: 0.5 * math.tanh(0.5 * a) + 0.5,
        "exp": math.exp,
        "log": math.log,
        "sqrt": math.sqrt,
        "sin": math.sin,
        "relu": lambda a: max(a, 0.0),
        "step": lambda y: 1.0 if y > 0 else 0.0,
        "smaller": min,
    }
)
"""On floats: for single values, without NumPy."""
