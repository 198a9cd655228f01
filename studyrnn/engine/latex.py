"""Equations as LaTeX, with symbols or with numbers in their place."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from studyrnn.engine.equations import Apply, Expression, Name, Number, names_in
from studyrnn.engine.symbols import symbol

_FUNCTIONS = {
    "tanh": r"\tanh",
    "sigmoid": r"\sigma",
    "relu": r"\operatorname{ReLU}",
    "step": r"\operatorname{step}",
    "exp": r"\exp",
    "log": r"\ln",
    "sin": r"\sin",
    "softmax": r"\operatorname{softmax}",
    "softmax_rows": r"\operatorname{softmax}",
    "one_hot_max": r"\operatorname{onehot}",
    "total": r"\operatorname{sum}",
    "mean": r"\operatorname{mean}",
    "size": r"\operatorname{size}",
    "batch_total": r"\operatorname{sum}_{\text{batch}}",
    "batch_mean": r"\operatorname{mean}_{\text{batch}}",
    "batch_size": r"\operatorname{size}_{\text{batch}}",
    "minimum": r"\min",
    "clamp": r"\operatorname{clip}",
    "ones": r"\operatorname{ones}",
    "diag": r"\operatorname{diag}",
}

MATRIX = (r"\begin{bmatrix} ", r" \end{bmatrix}")
_TOO_LONG = 1e12  # to be written out

# How tightly an operation binds; an argument that binds less than its place asks for gets parentheses.
_SUM, _NEGATIVE, _PRODUCT, _ATOM = 1, 2, 3, 4


@lru_cache(maxsize=4096)
def number(value: float, decimals: int | None = None) -> str:
    """A number as a person would write it: as few digits as it has, or a fixed count of decimals.

    Without a count, what would vanish takes a power of ten; what is too long always does.
    """
    text = f"{value:.{10 if decimals is None else decimals}f}"
    if decimals is None:
        text = text.rstrip("0").rstrip(".")
    vanishes = decimals is None and value and float(text) == 0
    if vanishes or abs(value) >= _TOO_LONG:
        mantissa, _, exponent = f"{value:.3e}".partition("e")
        return rf"{float(mantissa):g} \cdot 10^{{{int(exponent)}}}"
    return text.removeprefix("-") if float(text) == 0 else text


_NOISE = 1e-12  # what rounding leaves of a zero


def literal(value: Any, decimals: int | None = None) -> str:
    """A number, a vector (list) or a matrix (list of rows) with its numbers written out.

    Where all of it would round to zero, as the gradient of a far step may, it is shown in powers of ten.
    """
    rows = [row if isinstance(row, list) else [row] for row in (value if isinstance(value, list) else [value])]
    if decimals is not None and _NOISE < max(abs(entry) for row in rows for entry in row) < 0.5 * 10**-decimals:
        rows = [[float(f"{entry:.1e}") if abs(entry) > _NOISE else 0 for entry in row] for row in rows]
        decimals = None
    if not isinstance(value, list):
        return number(rows[0][0], decimals)
    if decimals is None:
        written = [number(entry) for row in rows for entry in row]
        if not any("^" in text for text in written):
            decimals = max(len(text.partition(".")[2]) for text in written)  # as the longest, so that columns align
    body = r" \\ ".join([" & ".join([number(entry, decimals) for entry in row]) for row in rows])
    return rf"{MATRIX[0]}{body}{MATRIX[1]}"


@dataclass(frozen=True)
class _Style:
    scalar: bool
    numbers: Collection[str]
    write: Callable[[str], str]


def latex(
    expression: Expression,
    scalar: bool = False,
    write: Callable[[str], str] = symbol,
    numbers: Collection[str] = (),
) -> str:
    """An expression as a formula.

    scalar    every quantity is a single number
    write     what stands for a name: its symbol, or its value
    numbers   the names that are single numbers among vectors: their products take a dot
    """
    return _put(expression, _Style(scalar, numbers, write), 0)


def _put(expression: Expression, style: _Style, place: int) -> _Part:
    """In parentheses where it binds less tightly than its place asks for."""
    text, binding = _written(expression, style)
    return _Part(f"({text})" if binding < place else text)


class _Part(str):
    """An argument as LaTeX, with what may be hung on it: a fraction, a derivative and what has a superscript already
    get parentheses first."""

    __slots__ = ()

    def raised(self, exponent: str) -> str:
        bare = re.fullmatch(r"[^/^]*|\(.*\)|\\begin\{bmatrix\}.*\\end\{bmatrix\}", self)
        return f"{self}^{exponent}" if bare else f"({self})^{exponent}"

    @property
    def top(self) -> str:
        return self.raised(r"\top")

    @property
    def squared(self) -> str:
        return self.raised("2")

    @property
    def base(self) -> str:
        return self.raised("").removesuffix("^")

    @property
    def rows(self) -> str:
        return self.removeprefix(MATRIX[0]).removesuffix(MATRIX[1])


# For each operation: how it is written, how tightly each argument has to bind, how tightly the whole does.
_FORMS = {
    "sub": ("{0} - {1}", (_SUM, _PRODUCT), _SUM),
    "neg": ("-{0}", (_PRODUCT,), _NEGATIVE),
    "mul": (r"{0} \odot {1}", (_PRODUCT, _PRODUCT), _PRODUCT),
    "scale": (r"{0} \cdot {1}", (_PRODUCT, _PRODUCT), _PRODUCT),
    "square": ("{0.squared}", (_ATOM, 0), _PRODUCT),
    "matvec": ("{0} {1}", (_ATOM, _ATOM), _PRODUCT),
    "outer": ("{0} {1.top}", (_ATOM, _ATOM), _PRODUCT),
    "dot": ("{0.top} {1}", (_ATOM, _ATOM), _PRODUCT),
    "transpose": ("{0.top}", (_ATOM,), _ATOM),
    "itself": ("{0}", (_PRODUCT,), _PRODUCT),
    "div": (r"\frac{{{0}}}{{{1}}}", (0, 0), _ATOM),
    "sqrt": (r"\sqrt{{{0}}}", (0,), _ATOM),
    "power": ("{0.base}^{{{1}}}", (_ATOM, 0), _PRODUCT),
    "abs": (r"\lvert {0} \rvert", (0,), _ATOM),
    "concat": (r"\begin{{bmatrix}} {0.rows} \\ {1.rows} \end{{bmatrix}}", (0, 0), _ATOM),
    "first": (r"\operatorname{{upper}}({0})", (0,), _ATOM),  # as many entries as the second argument has
    "last": (r"\operatorname{{lower}}({0})", (0,), _ATOM),
    "half_square": (r"\tfrac{{1}}{{2}} {0.squared}", (_ATOM,), _PRODUCT),
    "mean_square": (r"\operatorname{{mean}}({0.squared})", (_ATOM,), _ATOM),
    "cross_entropy": (r"-{1.top} \ln(\operatorname{{softmax}}({0}))", (0, _ATOM), _NEGATIVE),
    "binary_cross_entropy": (
        r"-({1} \odot \ln(\sigma({0})) + (1 - {1}) \odot \ln(1 - \sigma({0})))", (0, _PRODUCT), _NEGATIVE,
    ),
}  # fmt: skip


def _written(expression: Expression, style: _Style) -> tuple[str, int]:
    if isinstance(expression, Name):
        text = style.write(expression.id)
        return text, _NEGATIVE if text.startswith("-") else _ATOM
    if isinstance(expression, Number):
        return number(expression.value), _NEGATIVE if expression.value < 0 else _ATOM
    args = expression.args
    if expression.op == "add":
        return " + ".join(_put(arg, style, _PRODUCT if k else _SUM) for k, arg in enumerate(args)), _SUM
    form = _form(expression, style)
    if form in _FORMS:
        template, places, binding = _FORMS[form]
        return template.format(*(_put(arg, style, place) for arg, place in zip(args, places, strict=False))), binding
    inside = ", ".join(_put(arg, style, 0) for arg in args)
    return f"{_FUNCTIONS[expression.op]}({inside})", _ATOM


def _form(expression: Apply, style: _Style) -> str:
    """The operation, or what a reader would rather see for it: a square, a product of numbers."""
    op, args = expression.op, expression.args
    if op == "mul" and args[0] == args[1] and not isinstance(args[0], Number):
        return "square"
    if op == "mul" and (style.scalar or any(_is_number(arg, style.numbers) for arg in args)):
        return "scale"
    if style.scalar and op in {"matvec", "outer"}:
        return "scale"
    if style.scalar and op in {"transpose", "total", "diag"}:
        return "itself"
    return op


_ONE_NUMBER = {"dot", "total", "mean", "size", "mean_square", "cross_entropy"}
_ENTRY_BY_ENTRY = {
    "add", "sub", "mul", "div", "neg", "power", "minimum",
    "sqrt", "exp", "log", "sin", "abs", "tanh", "sigmoid", "relu", "step",
}  # fmt: skip


def _is_number(expression: Expression, numbers: Collection[str]) -> bool:
    if isinstance(expression, Name):
        return expression.id in numbers
    if isinstance(expression, Number) or expression.op in _ONE_NUMBER:
        return True
    return expression.op in _ENTRY_BY_ENTRY and all(_is_number(arg, numbers) for arg in expression.args)


class Sheet:
    """A formula to be filled in with other texts for its names again and again: walked once for each kind of text."""

    def __init__(self, expression: Expression, scalar: bool = False, numbers: Collection[str] = ()) -> None:
        self.expression, self.scalar, self.numbers = expression, scalar, numbers
        self.names = sorted(names_in(expression))
        self._forms: dict[tuple[str, ...], list[str]] = {}

    def filled(self, texts: Mapping[str, str]) -> str:
        """The formula with `texts` for its names. What can be hung on a text depends on its kind alone: a matrix, a
        negative number, any other number; only a power or a fraction is looked at itself."""
        own = [texts[name] for name in self.names]
        if any("^" in text or "/" in text for text in own):
            return latex(self.expression, self.scalar, texts.__getitem__, self.numbers)
        kinds = tuple([_kind(text) for text in own])
        form = self._forms.get(kinds)
        if form is None:
            form = self._forms[kinds] = self._form(kinds)
        pieces = form.copy()
        for place in range(1, len(pieces), 2):
            k = int(pieces[place])
            start, end = len(kinds[k]), -len(MATRIX[1]) if kinds[k] == MATRIX[0] else None
            pieces[place] = own[k][start:end]
        return "".join(pieces)

    def _form(self, kinds: tuple[str, ...]) -> list[str]:
        """What stands between the texts, and in between the places of the texts among the names."""
        marked = {
            name: f"{kind}{_MARK}{k}{_MARK}{MATRIX[1] if kind == MATRIX[0] else ''}"
            for k, (name, kind) in enumerate(zip(self.names, kinds, strict=True))
        }
        return latex(self.expression, self.scalar, marked.__getitem__, self.numbers).split(_MARK)


_MARK = "\ue000"


def _kind(text: str) -> str:
    """What it begins with, as far as that decides how it is written in a formula."""
    if text.startswith(MATRIX[0]):
        return MATRIX[0]
    return "-" if text.startswith("-") else ""
