"""The operations of the equations on SymPy numbers: exact where that is possible, to any number of digits else."""

from __future__ import annotations

import operator
from typing import Any

import sympy

from studyrnn.engine.equations import Program


def _each(function: Any) -> Any:
    return lambda value: value.applyfunc(function) if isinstance(value, sympy.MatrixBase) else function(value)


def _spread(combine: Any) -> Any:
    """Entry by entry, a number spread over a vector where they meet."""

    def both(a: Any, b: Any) -> Any:
        if isinstance(a, sympy.MatrixBase) and isinstance(b, sympy.MatrixBase):
            return sympy.Matrix(*a.shape, [combine(p, q) for p, q in zip(a, b, strict=True)])
        if isinstance(a, sympy.MatrixBase):
            return a.applyfunc(lambda p: combine(p, b))
        if isinstance(b, sympy.MatrixBase):
            return b.applyfunc(lambda q: combine(a, q))
        return combine(a, b)

    return both


def _transpose(value: Any) -> Any:
    return value.T if isinstance(value, sympy.MatrixBase) else value


def _softmax(y: Any) -> Any:
    weights = y.applyfunc(sympy.exp)
    return weights / sum(weights)


EXACT: dict[str, Any] = {
    "number": sympy.nsimplify,
    "add": _spread(operator.add),
    "sub": _spread(operator.sub),
    "mul": _spread(operator.mul),
    "div": _spread(operator.truediv),
    "neg": operator.neg,
    "matvec": operator.mul,
    "transpose": _transpose,
    "outer": lambda u, v: u * _transpose(v),
    "dot": lambda u, v: u.dot(v) if isinstance(u, sympy.MatrixBase) else u * v,
    "tanh": _each(sympy.tanh),
    "sigmoid": _each(lambda a: 1 / (1 + sympy.exp(-a))),
    "relu": _each(lambda a: sympy.Max(a, 0)),
    "step": _each(lambda y: sympy.Integer(1) if y > 0 else sympy.Integer(0)),
    "softmax": _softmax,
    "cross_entropy": lambda y, t: -sum(p * sympy.log(q) for p, q in zip(t, _softmax(y), strict=True)),
    "half_square": _each(lambda e: e * e / 2),
    "total": lambda v: sum(v) if isinstance(v, sympy.MatrixBase) else v,
    "sqrt": sympy.sqrt,
    "minimum": sympy.Min,
    "clamp": lambda v, limit: _each(lambda p: sympy.Max(-limit, sympy.Min(limit, p)))(v),
    "ones": _each(lambda _: sympy.Integer(1)),
}


def exact_number(value: Any) -> Any:
    """A float that a person wrote with few decimals, a list of them or a list of rows, as exact fractions."""
    if isinstance(value, list):
        return sympy.Matrix(
            [[exact_number(entry) for entry in row] if isinstance(row, list) else exact_number(row) for row in value]
        )
    return sympy.Rational(repr(value)) if isinstance(value, float) else sympy.Integer(value)


def run_exact(program: Program, values: dict[str, Any], digits: int = 30) -> dict[str, Any]:
    """Work `program` out on the exact fractions that `values` (floats, lists, lists of rows) stand for.

    Returns every named value as a SymPy number or column, evaluated to `digits` significant digits at the end only.
    """
    exact = {name: exact_number(value) for name, value in values.items()}
    trace = program.run(exact, EXACT)
    return {name: sympy.N(trace[name], digits) for name in program.equations}
