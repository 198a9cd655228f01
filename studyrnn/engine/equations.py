"""A computation is a list of named equations, parsed once and read in many ways.

    Program.parse({"a": "W_xh @ x + W_hh @ h_ + b_h", "h": "tanh(a)"})

The language: names, numbers, `+ - *` (elementwise), `@` (matrix times vector), `W.T`, and the functions listed in
`FUNCTIONS`. A trailing underscore is the previous step (`h_` is h at t-1). Nothing here knows what a number is:
`run` takes the operations as an argument, so the same list works on NumPy arrays, SymPy numbers or plain floats.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FUNCTIONS = {  # and how many arguments each takes
    "tanh": 1, "sigmoid": 1, "relu": 1, "step": 1,  # activations; step(y) is the slope of relu
    "softmax": 1, "cross_entropy": 2, "half_square": 1, "total": 1, "ones": 1,  # losses; total adds the entries up
    "outer": 2, "dot": 2, "sqrt": 1, "minimum": 2, "clamp": 2,
}  # fmt: skip

Operations = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Name:
    id: str


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Apply:
    """One operation: `op` is add, sub, mul, div, matvec, neg, transpose or one of FUNCTIONS."""

    op: str
    args: tuple[Expression, ...]


Expression = Name | Number | Apply

_BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.MatMult: "matvec"}


def parse(text: str) -> Expression:
    """Read one right-hand side. Raises ValueError where it leaves the language (a programming error)."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError:
        raise ValueError(f"not in the language of equations: {text!r}") from None
    return _from_syntax(tree.body, text)


def _from_syntax(node: ast.expr, text: str) -> Expression:
    match node:
        case ast.Name(id=name):
            return Name(name)
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return Number(value)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return Apply(_BINARY[type(op)], (_from_syntax(left, text), _from_syntax(right, text)))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Apply("neg", (_from_syntax(operand, text),))
        case ast.Attribute(value=value, attr="T"):
            return Apply("transpose", (_from_syntax(value, text),))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if FUNCTIONS.get(name) == len(args):
            return Apply(name, tuple(_from_syntax(arg, text) for arg in args))
    raise ValueError(f"not in the language of equations: {ast.unparse(node)!r} in {text!r}")


def substitute(expression: Expression, replacements: Mapping[str, Expression]) -> Expression:
    """Replace names, all at once: {f: i, i: f} exchanges them."""
    match expression:
        case Name(id=name):
            return replacements.get(name, expression)
        case Apply(op=op, args=args):
            return Apply(op, tuple(substitute(arg, replacements) for arg in args))
    return expression


def names_in(expression: Expression) -> set[str]:
    match expression:
        case Name(id=name):
            return {name}
        case Apply(args=args):
            return set().union(*(names_in(arg) for arg in args))
    return set()


def evaluate(expression: Expression, values: Mapping[str, Any], operations: Operations) -> Any:
    if type(expression) is Apply:
        return operations[expression.op](*[evaluate(arg, values, operations) for arg in expression.args])
    if type(expression) is Name:
        return values[expression.id]
    assert type(expression) is Number
    return operations["number"](expression.value)


class Program:
    """Named equations in the order in which they are worked out."""

    def __init__(self, equations: Mapping[str, Expression]) -> None:
        self.equations: dict[str, Expression] = dict(equations)

    @classmethod
    def parse(cls, equations: Mapping[str, str]) -> Program:
        return cls({name: parse(text) for name, text in equations.items()})

    @property
    def inputs(self) -> list[str]:
        """The names that no equation defines, in order of first use."""
        seen: dict[str, None] = {}
        for expression in self.equations.values():
            for name in _in_order(expression):
                seen.setdefault(name)
        return [name for name in seen if name not in self.equations]

    def __add__(self, other: Program) -> Program:
        return Program(self.equations | other.equations)

    def run(self, values: Mapping[str, Any], operations: Operations) -> dict[str, Any]:
        """Work the equations out from top to bottom and keep every intermediate by name.

        A value given under the name of an equation stands in for that equation: that is how a learner's own
        intermediate result is carried on.
        """
        trace = dict(values)
        for name, expression in self.equations.items():
            if name not in trace:
                trace[name] = evaluate(expression, trace, operations)
        return trace

    def rewrite(self, equations: Mapping[str, str] | None = None, names: Mapping[str, str] | None = None) -> Program:
        """The same program with a misconception in it.

        `names` reads one name as another expression wherever it stands on a right-hand side ("z" as "1 - z");
        `equations` replaces whole right-hand sides.
        """
        swaps = {name: parse(text) for name, text in (names or {}).items()}
        whole = {name: parse(text) for name, text in (equations or {}).items()}
        unknown = (set(whole) - set(self.equations)) | (set(swaps) - set(self.equations) - set(self.inputs))
        if unknown:
            raise ValueError(f"nothing is called {sorted(unknown)}")
        return Program({name: whole.get(name) or substitute(old, swaps) for name, old in self.equations.items()})

    def needed(self, asked: Iterable[str], given: Iterable[str] = ()) -> Program:
        """Only the equations that lead to `asked` when the values of `given` are known."""
        wanted, known = set(asked), set(given)
        kept: dict[str, Expression] = {}
        for name in reversed(list(self.equations)):
            if name in wanted and name not in known:
                kept[name] = self.equations[name]
                wanted |= names_in(self.equations[name])
        return Program(dict(reversed(kept.items())))

    def at_step(self, t: int) -> Program:
        """The equations with their step written out: `h` becomes `h_2`, `h_` becomes `h_1`, weights stay."""
        numbered: dict[str, Expression] = {"x": Name(f"x_{t}")}
        for name in self.equations:
            numbered[name] = Name(f"{name}_{t}")
            numbered[f"{name}_"] = Name(f"{name}_{t - 1}")
        return Program({f"{name}_{t}": substitute(expression, numbered) for name, expression in self.equations.items()})


def _in_order(expression: Expression) -> Iterable[str]:
    if isinstance(expression, Name):
        yield expression.id
    elif isinstance(expression, Apply):
        for arg in expression.args:
            yield from _in_order(arg)
