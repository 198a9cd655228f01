"""The operations of the equations on mpmath numbers: 30 digits, the engine's cheap independent check."""

from __future__ import annotations

from typing import Any

import mpmath

from studyrnn.engine.equations import Program
from studyrnn.engine.lists import each, operations

DIGITS = 30
context = mpmath.mp.clone()  # our own: the precision of mpmath's global one belongs to whoever else uses it
context.dps = DIGITS

PRECISE: dict[str, Any] = operations(
    {
        "number": lambda value: context.mpf(repr(value)),
        "tanh": context.tanh,
        "sigmoid": lambda a: 1 / (1 + context.exp(-a)),
        "exp": context.exp,
        "log": context.log,
        "sqrt": context.sqrt,
        "sin": context.sin,
        "relu": lambda a: a if a > 0 else context.mpf(0),
        "step": lambda y: context.mpf(1 if y > 0 else 0),
        "smaller": min,
    }
)


def precise_number(value: Any) -> Any:
    """A float, or lists of them, as the very binary fraction that the float is."""
    return each(context.mpf)(value)


def precise_decimal(value: Any) -> Any:
    """Decimals as a person wrote them (0.1 is a tenth here): floats or texts, or lists of them."""
    return each(lambda entry: context.mpf(entry if isinstance(entry, str) else repr(entry)))(value)


def run_precise(program: Program, values: dict[str, Any]) -> dict[str, Any]:
    """Work `program` out from floats, lists and lists of rows: every named value to 30 digits, in lists as well.

    Raises ArgumentError like `Program.run`.
    """
    return program.run({name: precise_number(value) for name, value in values.items()}, PRECISE)
