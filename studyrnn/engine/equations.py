"""A computation is a list of named equations, parsed once and read in many ways.

    Program.parse({"a": "W_xh @ x + W_hh @ h_ + b_h", "h": "tanh(a)"})

The language: names, numbers, `+ - * /` (elementwise; a number is spread over a vector), `@` (matrix times vector or
matrix), `W.T`, and the functions listed in `FUNCTIONS`. A trailing underscore is the previous step (`h_` is h at t-1),
a trailing `__2` the place in a network (`h_3__2` is h at step 3 in layer 2). Nothing here knows what a number is: `run`
takes the operations as an argument, so the same list works on NumPy arrays, SymPy expressions or 30-digit numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import itemgetter
from typing import Any

from studyrnn.errors import ArgumentError

FUNCTIONS = {  # and how many arguments each takes
    "tanh": 1, "sigmoid": 1, "relu": 1, "step": 1, "exp": 1, "log": 1, "sqrt": 1,  # step(y) is the slope of relu
    "sin": 1, "abs": 1, "power": 2,
    "total": 1, "mean": 1, "size": 1, "ones": 1,  # of a vector: sum, mean and count of its entries; as many ones
    "batch_total": 1, "batch_mean": 1, "batch_size": 1,  # the same over the examples of a batch
    "outer": 2, "dot": 2, "diag": 1, "minimum": 2, "clamp": 2,
    "concat": 2, "first": 2, "last": 2,  # [a; b]; first(g, a): as many entries of g as a has
    "softmax": 1, "softmax_rows": 1, "one_hot_max": 1,  # of a matrix: each row; one-hot where the largest entry stands
    "half_square": 1, "mean_square": 1,
    "cross_entropy": 2, "binary_cross_entropy": 2,  # of logits and targets; binary: entry by entry
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


Reader = Callable[[Mapping[str, Any]], Any]


def reader(expression: Expression, operations: Operations) -> Reader:
    """The expression as a function of the values by name: its operations are looked up once, not at every use."""
    if isinstance(expression, Name):
        return itemgetter(expression.id)
    if isinstance(expression, Number):
        constant = operations["number"](expression.value)
        return lambda _: constant
    apply, args = _at_once(expression, operations)
    names = [arg.id for arg in args if isinstance(arg, Name)]
    match len(args), len(names):
        case 1, 1:
            (a,) = names
            return lambda values: apply(values[a])
        case 2, 2:
            a, b = names
            return lambda values: apply(values[a], values[b])
        case 1, _:
            inner = reader(args[0], operations)
            return lambda values: apply(inner(values))
        case 2, _:
            left, right = (reader(arg, operations) for arg in args)
            return lambda values: apply(left(values), right(values))
    parts = [reader(arg, operations) for arg in args]
    return lambda values: apply(*[part(values) for part in parts])


def _at_once(expression: Apply, operations: Operations) -> tuple[Callable[..., Any], tuple[Expression, ...]]:
    """The operation and its arguments; W.T @ v, a square, and the sum that a weight gathers over the steps go in one
    call where the operations have one for it."""
    op, args = expression.op, expression.args
    match op, args:
        case "matvec", (Apply(op="transpose", args=(W,)), v) if "transposed_matvec" in operations:
            return operations["transposed_matvec"], (W, v)
        case "mul", (a, b) if a == b and "square" in operations:
            return operations["square"], (a,)
        case "add", (Apply(op="outer"), Apply(op="outer"), *_) if "add_outers" in operations:
            outers = [arg for arg in args if isinstance(arg, Apply) and arg.op == "outer"]
            if len(outers) == len(args):
                return operations["add_outers"], tuple(side for outer in outers for side in outer.args)
        case "add", (_, _, _, *_):
            add = operations["add"]
            return lambda *terms: reduce(add, terms), args
    return operations[op], args


def evaluate(expression: Expression, values: Mapping[str, Any], operations: Operations) -> Any:
    return reader(expression, operations)(values)


class Program:
    """Named equations in the order in which they are worked out."""

    def __init__(self, equations: Mapping[str, Expression]) -> None:
        self.equations: dict[str, Expression] = dict(equations)
        self._readers: dict[int, tuple[Operations, list[tuple[str, Reader]]]] = {}

    @classmethod
    def parse(cls, equations: Mapping[str, str]) -> Program:
        return cls({name: parse(text) for name, text in equations.items()})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Program) and self.equations == other.equations

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(self.equations.items()))

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
        intermediate result is carried on. Raises ArgumentError for a name without a value, and for shapes that no
        operation can join.
        """
        trace = dict(values)
        name = ""
        steps = self._compiled(operations)
        if not self.equations.keys().isdisjoint(values.keys()):
            steps = [step for step in steps if step[0] not in values]
        try:
            for name, work_out in steps:
                trace[name] = work_out(trace)
        except KeyError as missing:
            raise ArgumentError(f"{missing} has no value, and {name} needs it") from None
        except (ValueError, TypeError, IndexError, AttributeError, ZeroDivisionError) as error:
            raise ArgumentError(f"{name} cannot be worked out: {self._shapes(name, trace)} ({error})") from error
        return trace

    def _compiled(self, operations: Operations) -> list[tuple[str, Reader]]:
        known = self._readers.get(id(operations))
        if known is None:  # the operations are kept beside their readers, so that no other object gets their id
            readers = [(name, reader(expression, operations)) for name, expression in self.equations.items()]
            known = self._readers[id(operations)] = (operations, readers)
        return known[1]

    def _shapes(self, name: str, trace: Mapping[str, Any]) -> str:
        read = dict.fromkeys(_in_order(self.equations[name]))
        return ", ".join(f"{part} has shape {getattr(trace[part], 'shape', ())}" for part in read)

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

    def at_step(self, t: int, previous: int | None = None, place: str = "", each_step: Iterable[str] = ()) -> Program:
        """The equations with their step written out: `h` becomes `h_2`, `h_` becomes `h_1`, weights stay.

        previous   the number of the step before: t - 1, or t + 1 in a reversed layer
        place      put behind every name, weights too
        each_step  inputs besides x that have a value for every step
        """
        previous = t - 1 if previous is None else previous
        renamed = {name: f"{name}{place}" for name in self.inputs}
        renamed |= {name: f"{name}_{t}{place}" for name in ("x", *each_step)}
        for name in self.equations:
            renamed[name] = f"{name}_{t}{place}"
            renamed[f"{name}_"] = f"{name}_{previous}{place}"
        return self.renamed(renamed)

    def renamed(self, names: Mapping[str, str]) -> Program:
        """The same equations under other names, on both sides."""
        parts: dict[str, Expression] = {old: Name(new) for old, new in names.items()}
        return Program({names.get(name, name): substitute(rhs, parts) for name, rhs in self.equations.items()})


def _in_order(expression: Expression) -> Iterable[str]:
    if isinstance(expression, Name):
        yield expression.id
    elif isinstance(expression, Apply):
        for arg in expression.args:
            yield from _in_order(arg)


_SIGNS = {"add": ("+", 1), "sub": ("-", 1), "mul": ("*", 2), "matvec": ("@", 2), "div": ("/", 2)}


def written(expression: Expression, place: int = 0) -> str:
    """An expression as the text that `parse` reads; `place` is how tightly it has to bind."""
    match expression:
        case Name(id=name):
            return name
        case Number(value=value):
            return f"{value:g}" if value >= 0 or place == 0 else f"({value:g})"
        case Apply(op="neg", args=(arg,)):
            text = f"-{written(arg, 2)}"
            return f"({text})" if place > 0 else text
        case Apply(op="transpose", args=(arg,)):
            return f"{written(arg, 3)}.T"
        case Apply(op=op, args=(first, *others)) if op in _SIGNS:
            sign, binding = _SIGNS[op]
            text = f" {sign} ".join([written(first, binding), *(written(arg, binding + 1) for arg in others)])
            return f"({text})" if binding < place else text
    return f"{expression.op}({', '.join(written(arg) for arg in expression.args)})"
