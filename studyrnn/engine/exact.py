"""The operations of the equations on SymPy expressions: exact fractions, or symbols for derivations."""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any

import sympy

from studyrnn.engine.equations import Expression, Program, evaluate
from studyrnn.engine.lists import each, operations


def _scalars(tanh: Any, sigmoid: Any) -> dict[str, Any]:
    return {
        "number": lambda value: sympy.Rational(repr(float(value))),
        "tanh": tanh,
        "sigmoid": sigmoid,
        "exp": sympy.exp,
        "log": sympy.log,
        "sqrt": sympy.sqrt,
        "sin": sympy.sin,
        "relu": lambda a: sympy.Max(a, 0),
        "step": lambda y: sympy.Heaviside(y, 0),
        "smaller": sympy.Min,
    }


class OpaqueTanh(sympy.Function):  # type: ignore[misc]
    """tanh as a function of which only the slope is known, 1 - tanh^2: nested ones are differentiated fast."""

    def fdiff(self, argindex: int = 1) -> Any:
        return 1 - self**2


class OpaqueSigmoid(sympy.Function):  # type: ignore[misc]
    """The sigmoid, of which only the slope s (1 - s) is known."""

    def fdiff(self, argindex: int = 1) -> Any:
        return self * (1 - self)


EXACT: dict[str, Any] = operations(_scalars(sympy.tanh, lambda a: 1 / (1 + sympy.exp(-a))))
SYMBOLIC: dict[str, Any] = operations(_scalars(OpaqueTanh, OpaqueSigmoid))


def exact_number(value: Any) -> Any:
    """A float that a person wrote with few decimals, or lists of them, as exact fractions; infinities as such."""

    def exact(entry: Any) -> Any:
        if isinstance(entry, Integral):
            return sympy.Integer(int(entry))
        return sympy.Rational(repr(float(entry))) if math.isfinite(entry) else sympy.oo * (1 if entry > 0 else -1)

    return each(exact)(value)


def run_exact(program: Program, values: dict[str, Any], digits: int = 30) -> dict[str, Any]:
    """Work `program` out on the exact fractions that `values` (floats, lists, lists of rows) stand for.

    Returns every named value as SymPy numbers (lists of them), evaluated to `digits` digits at the end only. Nested
    exponentials grow fast: a step or two of an LSTM or GRU, more of a vanilla RNN; `precise` knows no such limit.
    """
    trace = program.run({name: exact_number(value) for name, value in values.items()}, EXACT)
    return {name: each(lambda entry: sympy.N(entry, digits))(trace[name]) for name in program.equations}


def symbols(name: str, size: int | None = None) -> Any:
    """A real symbol, or a list of them for a vector: what `Program.run(..., SYMBOLIC)` takes as a value."""
    if size is None:
        return sympy.Symbol(name, real=True)
    return [sympy.Symbol(f"{name}[{k}]", real=True) for k in range(size)]


def slope(value: Any, by: Any) -> Any:
    """The derivative of a symbolic number by a symbol, or by each of a list of them; found by SymPy alone."""
    return each(lambda symbol: sympy.diff(value, symbol))(by)


def at(value: Any, numbers: list[tuple[Any, float]], digits: int = 30) -> list[str]:
    """Symbolic numbers with numbers in place of symbols (the short decimals that the floats stand for), as decimals."""
    known = {symbol: exact_number(number) for symbol, number in numbers}

    def evaluated(entry: Any) -> str:
        plain = entry.replace(OpaqueTanh, sympy.tanh).replace(OpaqueSigmoid, lambda a: 1 / (1 + sympy.exp(-a)))
        return str(sympy.N(plain.subs(known), digits))

    return [evaluated(entry) for entry in (value if isinstance(value, list) else [value])]


def equal(a: Any, b: Any) -> bool:
    """Whether two expressions are the same function: expanded, then simplified only where that is not enough."""
    difference = sympy.expand(a - b)
    return bool(difference == 0) or bool(sympy.simplify(difference) == 0)


def same_function(a: Expression, b: Expression, names: list[str]) -> bool:
    """Whether two expressions in single numbers are the same function of `names`."""
    known = {name: symbols(name) for name in names}
    return equal(evaluate(a, known, EXACT), evaluate(b, known, EXACT))
