"""A program and its numbers as a worked solution: each equation in symbols, with the numbers put in, and its value."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from studyrnn.engine.equations import Apply, Expression, Name, Number, Program, Reader, evaluate, reader
from studyrnn.engine.latex import Sheet, latex, literal
from studyrnn.engine.lists import PLAIN
from studyrnn.engine.symbols import symbol
from studyrnn.model import Step

_PRODUCTS = {"matvec", "mul", "outer", "dot", "div"}  # power and the functions are worked out with the whole


def to_four(value: Any) -> str:
    return literal(value, 4)


def worked(
    program: Program,
    shown: Mapping[str, Any],
    scalar: bool = False,
    computed: Collection[str] | None = None,
    symbols: Mapping[str, str] | None = None,
    written: Mapping[str, str] | None = None,
    write: Callable[[Any], str] = to_four,
) -> tuple[Step, ...]:
    """One step for each equation, in the order of work.

    shown      every value by name as a number, a list or a list of rows
    scalar     every product is one of numbers
    computed   the names that were computed, which are shown to 4 decimals; all others as they were given. None: those
               that an equation of this program defines
    symbols    the names that stand for something else than usual, as LaTeX
    written    the values that are not written with decimals, as LaTeX: ln 3, 3/4
    write      a product that is worked out before it is added, as LaTeX
    """
    rounded = program.equations if computed is None else computed
    numbers = frozenset(name for name, value in shown.items() if not isinstance(value, list))
    values = _Values(shown, rounded, written or {})
    steps = []
    for name, sheet in _written(program, scalar, numbers, frozenset((symbols or {}).items())).items():
        with_numbers = sheet.with_numbers(program.equations[name], values)
        text = values.written.get(name, "")
        steps.append(
            Step(name, sheet.symbol, sheet.formula, with_numbers, shown[name], sheet.terms(values, write), text)
        )
    return tuple(steps)


class _Values(dict[str, str]):
    """How the value of each name is written: worked out when it is first asked for."""

    def __init__(self, shown: Mapping[str, Any], rounded: Collection[str], written: Mapping[str, str]) -> None:
        super().__init__(written)
        self.shown, self.rounded, self.written = shown, rounded, written

    def __missing__(self, name: str) -> str:
        text = self[name] = literal(self.shown[name], 4 if name in self.rounded else None)
        return text


@dataclass(frozen=True)
class _Written:
    """What is the same for every draw of numbers."""

    symbol: str
    formula: str
    sheet: Sheet | None  # the right-hand side to put numbers in; None: it depends on how many entries they have
    reduced: Sheet | None  # the same with names in place of its products; None: no line of its own
    products: Mapping[str, Reader]
    scalar: bool
    numbers: Collection[str]

    def with_numbers(self, rhs: Expression, values: _Values) -> str:
        if self.sheet is not None:
            return self.sheet.filled(values)
        return latex(_counted(rhs, values.shown), self.scalar, values.__getitem__, self.numbers)

    def terms(self, values: _Values, write: Callable[[Any], str]) -> str:
        """The right-hand side with each product worked out: what stands on paper before the last addition."""
        if self.reduced is None:
            return ""
        products = {name: write(product(values.shown)) for name, product in self.products.items()}
        return self.reduced.filled(ChainMap(products, values))


@cache
def _written(
    program: Program, scalar: bool, numbers: frozenset[str], symbols: frozenset[tuple[str, str]]
) -> dict[str, _Written]:
    written = {}
    own = dict(symbols)

    def write(name: str) -> str:
        return own.get(name) or symbol(name)

    for name, rhs in program.equations.items():
        products: dict[str, Reader] = {}
        reduced = _reduced(rhs, products)
        adds_up = products and not isinstance(reduced, Name)
        written[name] = _Written(
            symbol=write(name),
            formula=latex(rhs, scalar, write, numbers),
            sheet=None if _counts(rhs) else Sheet(rhs, scalar, numbers),
            reduced=Sheet(reduced, scalar) if adds_up else None,
            products=products,
            scalar=scalar,
            numbers=numbers,
        )
    return written


def _reduced(expression: Expression, products: dict[str, Reader]) -> Expression:
    if not isinstance(expression, Apply):
        return expression
    if expression.op in _PRODUCTS:
        name = f"product {len(products)}"
        products[name] = reader(expression, PLAIN)
        return Name(name)
    return Apply(expression.op, tuple(_reduced(arg, products) for arg in expression.args))


def _counts(expression: Expression) -> bool:
    return isinstance(expression, Apply) and (expression.op == "size" or any(map(_counts, expression.args)))


def _counted(expression: Expression, shown: Mapping[str, Any]) -> Expression:
    """size(v) as the number that it is."""
    if not isinstance(expression, Apply):
        return expression
    if expression.op == "size":
        return Number(evaluate(expression, shown, PLAIN))
    return Apply(expression.op, tuple(_counted(arg, shown) for arg in expression.args))
