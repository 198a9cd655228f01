"""Equations as LaTeX, with symbols or with numbers in their place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from studyrnn.engine.equations import Apply, Expression, Name, Number
from studyrnn.engine.symbols import symbol

_NUMBERS = {"eta", "factor", "mu", "rho", "weight_decay", "q", "epsilon", "threshold", "beta1", "beta2"}
_FUNCTIONS = {
    "tanh": r"\tanh",
    "sigmoid": r"\sigma",
    "relu": r"\operatorname{ReLU}",
    "step": r"\operatorname{step}",
    "exp": r"\exp",
    "log": r"\ln",
    "softmax": r"\operatorname{softmax}",
    "softmax_rows": r"\operatorname{softmax}",
    "one_hot_max": r"\operatorname{onehot}",
    "total": r"\operatorname{sum}",
    "mean": r"\operatorname{mean}",
    "size": r"\operatorname{size}",
    "batch_total": r"\operatorname{sum}_{\text{batch}}",
    "batch_mean": r"\operatorname{mean}_{\text{batch}}",
    "batch_size": r"\operatorname{size}_{\text{batch}}",
    "first": r"\operatorname{first}",
    "last": r"\operatorname{last}",
    "minimum": r"\min",
    "clamp": r"\operatorname{clip}",
    "ones": r"\operatorname{ones}",
}

_TOO_LONG = 1e12  # to be written out

# How tightly an operation binds; an argument that binds less than its place asks for gets parentheses.
_SUM, _NEGATIVE, _PRODUCT, _ATOM = 1, 2, 3, 4


def number(value: float, decimals: int | None = None) -> str:
    """A number as a person would write it: as few digits as it has, or a fixed count of decimals."""
    text = f"{value:.{10 if decimals is None else decimals}f}"
    if decimals is None:
        text = text.rstrip("0").rstrip(".")
    vanishes = decimals is None and value and float(text) == 0
    if vanishes or abs(value) >= _TOO_LONG:
        mantissa, _, exponent = f"{value:.3e}".partition("e")
        return rf"{float(mantissa):g} \cdot 10^{{{int(exponent)}}}"
    return text.removeprefix("-") if float(text) == 0 else text


def literal(value: Any, decimals: int | None = None) -> str:
    """A number, a vector (list) or a matrix (list of rows) with its numbers written out."""
    if not isinstance(value, list):
        return number(value, decimals)
    rows = [row if isinstance(row, list) else [row] for row in value]
    written = [number(entry) for row in rows for entry in row]
    if decimals is None and not any("^" in text for text in written):
        decimals = max(len(text.partition(".")[2]) for text in written)  # as the longest, so that columns align
    body = r" \\ ".join(" & ".join(number(entry, decimals) for entry in row) for row in rows)
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


def latex(expression: Expression, scalar: bool = False, write: Callable[[str], str] = symbol, place: int = 0) -> str:
    """`scalar`: every product is one of numbers. `write`: what stands for a name: its symbol, or its value."""
    text, binding = _written(expression, scalar, write)
    return f"({text})" if binding < place else text


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
    def rows(self) -> str:
        return self.removeprefix(r"\begin{bmatrix} ").removesuffix(r" \end{bmatrix}")


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
    "concat": (r"\begin{{bmatrix}} {0.rows} \\ {1.rows} \end{{bmatrix}}", (0, 0), _ATOM),
    "half_square": (r"\tfrac{{1}}{{2}} {0.squared}", (_ATOM,), _PRODUCT),
    "mean_square": (r"\operatorname{{mean}}({0.squared})", (_ATOM,), _ATOM),
    "cross_entropy": (r"-{1.top} \ln(\operatorname{{softmax}}({0}))", (0, _ATOM), _NEGATIVE),
    "binary_cross_entropy": (
        r"-({1} \odot \ln(\sigma({0})) + (1 - {1}) \odot \ln(1 - \sigma({0})))", (0, _PRODUCT), _NEGATIVE,
    ),
}  # fmt: skip


def _written(expression: Expression, scalar: bool, write: Callable[[str], str]) -> tuple[str, int]:
    if isinstance(expression, Name):
        text = write(expression.id)
        return text, _NEGATIVE if text.startswith("-") else _ATOM
    if isinstance(expression, Number):
        return number(expression.value), _ATOM
    args = expression.args

    def put(index: int, place: int) -> _Part:
        return _Part(latex(args[index], scalar, write, place))

    if expression.op == "add":
        return " + ".join(put(index, _PRODUCT if index else _SUM) for index in range(len(args))), _SUM
    form = _form(expression, scalar)
    if form in _FORMS:
        template, places, binding = _FORMS[form]
        return template.format(*(put(index, place) for index, place in enumerate(places))), binding
    inside = ", ".join(put(index, 0) for index in range(len(args)))
    return f"{_FUNCTIONS[expression.op]}({inside})", _ATOM


def _form(expression: Apply, scalar: bool) -> str:
    """The operation, or what a reader would rather see for it: a square, a product of numbers."""
    op, args = expression.op, expression.args
    if op == "mul" and args[0] == args[1] and not isinstance(args[0], Number):
        return "square"
    if op == "mul" and (scalar or _is_plain(expression)):
        return "scale"
    if scalar and op in {"matvec", "outer", "transpose"}:
        return "itself" if op == "transpose" else "scale"
    return op


def _is_plain(product: Apply) -> bool:
    """A product with a number in it, or with a scale that is one: no elementwise sign."""
    first = product.args[0]
    if isinstance(first, Name):
        return first.id in _NUMBERS or bool(
            re.fullmatch(r"k_\d+", first.id)
        )  # k_t: 1 at a real step, 0 at a padded one
    return isinstance(first, Number) or (isinstance(first, Apply) and first.op in {"minimum", "div"})


def substituted(expression: Expression, values: Mapping[str, Any], computed: Mapping[str, Any], scalar: bool) -> str:
    """The right-hand side with numbers in place of names: what was given as given, what was computed to 4 decimals."""
    return latex(expression, scalar, lambda name: literal(values[name], 4 if name in computed else None))
