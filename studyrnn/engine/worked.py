"""A program and its numbers as a worked solution: each equation in symbols, with the numbers put in, and its value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from studyrnn.engine.equations import Apply, Expression, Name, Number, Program, Reader, evaluate, reader
from studyrnn.engine.latex import latex, literal, substituted
from studyrnn.engine.lists import PLAIN
from studyrnn.engine.symbols import symbol
from studyrnn.model import Step

_PRODUCTS = {"matvec", "mul", "outer", "dot", "div"}


def worked(
    program: Program, shown: Mapping[str, Any], scalar: bool = False, computed: Collection[str] | None = None
) -> tuple[Step, ...]:
    """One step for each equation, in the order of work.

    shown      every value by name as a number, a list or a list of rows
    scalar     every product is one of numbers
    computed   the names that were computed, which are shown to 4 decimals; all others as they were given. None: those
               that an equation of this program defines
    """
    rounded = program.equations if computed is None else computed
    numbers = frozenset(name for name, value in shown.items() if not isinstance(value, list))
    steps = []
    for name, sheet in _written(program, scalar, numbers).items():
        with_numbers = substituted(_counted(program.equations[name], shown), shown, rounded, scalar, numbers)
        terms = _terms(sheet, shown, rounded, scalar)
        steps.append(Step(name, sheet.symbol, sheet.formula, with_numbers, shown[name], terms))
    return tuple(steps)


@dataclass(frozen=True)
class _Written:
    """What is the same for every draw of numbers."""

    symbol: str
    formula: str
    reduced: Expression | None  # the right-hand side with names in place of its products; None: no line of its own
    products: Mapping[str, Reader]


@cache
def _written(program: Program, scalar: bool, numbers: frozenset[str]) -> dict[str, _Written]:
    written = {}
    for name, rhs in program.equations.items():
        products: dict[str, Reader] = {}
        reduced = _reduced(rhs, products)
        adds_up = products and not isinstance(reduced, Name)
        formula = latex(rhs, scalar, numbers=numbers)
        written[name] = _Written(symbol(name), formula, reduced if adds_up else None, products)
    return written


def _reduced(expression: Expression, products: dict[str, Reader]) -> Expression:
    if not isinstance(expression, Apply):
        return expression
    if expression.op in _PRODUCTS:
        name = f"product {len(products)}"
        products[name] = reader(expression, PLAIN)
        return Name(name)
    return Apply(expression.op, tuple(_reduced(arg, products) for arg in expression.args))


def _counted(expression: Expression, shown: Mapping[str, Any]) -> Expression:
    """size(v) as the number that it is."""
    if not isinstance(expression, Apply):
        return expression
    if expression.op == "size":
        return Number(evaluate(expression, shown, PLAIN))
    return Apply(expression.op, tuple(_counted(arg, shown) for arg in expression.args))


def _terms(sheet: _Written, shown: Mapping[str, Any], rounded: Collection[str], scalar: bool) -> str:
    """The right-hand side with each product worked out: what stands on paper before the last addition."""
    if sheet.reduced is None:
        return ""
    products = {name: literal(product(shown), 4) for name, product in sheet.products.items()}

    def write(name: str) -> str:
        return products[name] if name in products else literal(shown[name], 4 if name in rounded else None)

    return latex(sheet.reduced, scalar, write)
