"""A program and its numbers as a worked solution: each equation in symbols, with the numbers put in, and its value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from studyrnn.engine.equations import Program
from studyrnn.engine.latex import latex, substituted
from studyrnn.engine.symbols import symbol
from studyrnn.model import Step


def worked(
    program: Program, shown: Mapping[str, Any], scalar: bool = False, computed: Mapping[str, Any] | None = None
) -> tuple[Step, ...]:
    """One step for each equation, in the order of work.

    shown      every value by name as a number, a list or a list of rows
    scalar     every product is one of numbers
    computed   the names that were computed, which are shown to 4 decimals; all others as they were given. None: those
               that an equation of this program defines
    """
    steps = []
    for name, (sign, formula) in _written(program, scalar).items():
        numbers = substituted(program.equations[name], shown, computed or program.equations, scalar)
        steps.append(Step(name, sign, formula, numbers, shown[name]))
    return tuple(steps)


@cache
def _written(program: Program, scalar: bool) -> dict[str, tuple[str, str]]:
    """Symbol and formula of each equation: the same for every draw of numbers."""
    return {name: (symbol(name), latex(rhs, scalar)) for name, rhs in program.equations.items()}
