"""Typed text -> an expression in the language of equations. Nothing that is typed is ever run.

read_expression("w*(1 - h1^2)", ("W_hh", "h_1"))      names may be typed h1, h_1, h_{1}, W_hh, Whh
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping, Sequence

from studyrnn.engine.equations import Apply, Expression, Name, Number
from studyrnn.errors import Unreadable
from studyrnn.grading.reading import SIGNS, shown

LONGEST = 400
_DEEPEST = 30
_HIGHEST = 12  # a power; of nested ones, their product
_FUNCTIONS = {name: name for name in ("tanh", "exp", "sqrt", "sigmoid", "relu", "sin", "abs")}
_FUNCTIONS |= {"ln": "log", "log": "log", "sigma": "sigmoid"}
_OPERATIONS: Mapping[type[ast.operator], str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}
_SUPERSCRIPTS = {ord(sign): f"^{digit}" for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_SUBSCRIPTS = {ord(sign): str(digit) for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")}


def read_expression(text: str, names: Sequence[str]) -> Expression:
    """Raises Unreadable, with the names that may be used, for what is no formula in them."""
    if len(text) > LONGEST:
        raise Unreadable(f"that is too long: at most {LONGEST} characters")
    if not text.strip():
        raise Unreadable("nothing was typed")
    source = _source(text)
    if _depth(source) > _DEEPEST:
        raise Unreadable("that is nested too deeply")
    try:
        tree = ast.parse(source, mode="eval").body
        return _Reader(names, text).expression(tree, 1)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unreadable(f'I cannot read "{shown(text)}". {_how(names)}') from None


def _how(names: Sequence[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in names)
    return f"Write * between factors and ^ for powers, and use the names {listed}"


def _source(text: str) -> str:
    text = text.translate(SIGNS | _SUPERSCRIPTS | _SUBSCRIPTS).strip().strip("$").strip()
    before, sign, after = text.partition("=")
    if sign and re.search(r"[A-Za-z∂∇]", before):  # "dL/dw = ..."
        text = after
    text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
    text = re.sub(r"\\(?:cdot|times)\b", "*", text)
    text = re.sub(r"_\{(\w+)\}", r"_\1", text)
    text = re.sub(r"\\(?:text|mathrm|operatorname)\{(\w+)\}", r"\1", text)
    text = text.replace("\\left", "").replace("\\right", "").replace("\\", " ")
    text = text.replace("[", "(").replace("]", ")").replace("{", "(").replace("}", ")")
    return text.replace("^", "**").strip()


def _depth(source: str) -> int:
    depth = deepest = 0
    for character in source:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    return deepest


class _Reader:
    def __init__(self, names: Sequence[str], text: str) -> None:
        self.names = names
        self.text = text
        self.known = {_bare(name): name for name in names}

    def expression(self, node: ast.expr, power: int) -> Expression:
        """`power` is the product of the powers that this node is raised to further out."""
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                if not math.isfinite(value) or abs(value) > 1e9:
                    raise Unreadable(f'"{shown(self.text)}" holds too large a number')
                return Number(float(value))
            case ast.Name(id=name):
                return Name(self.name(name))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Apply("neg", (self.expression(operand, power),))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.expression(operand, power)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.raised(left, right, power)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
                return Apply(_OPERATIONS[type(op)], (self.expression(left, power), self.expression(right, power)))
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name.lower() in _FUNCTIONS:
                return Apply(_FUNCTIONS[name.lower()], (self.expression(argument, power),))
            case ast.Call(func=ast.Name(id=name)) if _bare(name) in self.known:
                raise Unreadable(f"write * between `{shown(name)}` and the bracket")
            case ast.Call(func=ast.Name(id=name)):
                raise Unreadable(f'I know no function "{shown(name)}". Functions: {", ".join(sorted(_FUNCTIONS))}')
        raise ValueError

    def name(self, typed: str) -> str:
        if _bare(typed) in self.known:
            return self.known[_bare(typed)]
        listed = ", ".join(f"`{name}`" for name in self.names)
        raise Unreadable(f'I do not know "{shown(typed)}" here. Names you may use: {listed}')

    def raised(self, base: ast.expr, exponent: ast.expr, power: int) -> Expression:
        match exponent:
            case ast.Constant(value=int() as times) if times >= 0 and times * power <= _HIGHEST:
                pass
            case _:
                raise Unreadable(f"powers are whole numbers from 0 to {_HIGHEST} here, like `h_1^2`")
        raised = self.expression(base, power * max(times, 1))
        return Apply("mul", (raised, raised)) if times == 2 else Apply("power", (raised, Number(float(times))))


def _bare(name: str) -> str:
    return name.replace("_", "").lower()
