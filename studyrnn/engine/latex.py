"""Equations as LaTeX, with symbols or with numbers in their place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from studyrnn.engine.equations import Apply, Expression, Name, Number

_SPECIAL = {
    "target": r"\text{target}",
    "threshold": r"\theta",
    "norm": r"\lVert g \rVert",
    "grad": "g",
    "grad_clipped": r"\tilde{g}",
}
_FUNCTIONS = {
    "tanh": r"\tanh",
    "sigmoid": r"\sigma",
    "relu": r"\operatorname{ReLU}",
    "step": r"\operatorname{step}",
    "softmax": r"\operatorname{softmax}",
    "cross_entropy": r"\operatorname{CE}",
    "total": r"\operatorname{sum}",
    "minimum": r"\min",
    "clamp": r"\operatorname{clip}",
    "ones": r"\operatorname{ones}",
}

# How tightly an operation binds; an argument that binds less than its place asks for gets parentheses.
_SUM, _NEGATIVE, _PRODUCT, _ATOM = 1, 2, 3, 4


def symbol(name: str) -> str:
    """The symbol of a name: h_ -> h_{t-1}, W_xz -> W_{xz}, h_2 -> h_2, dW_hh -> dL/dW_hh, z -> z_t."""
    if name in _SPECIAL:
        return _SPECIAL[name]
    if name.startswith("d") and len(name) > 1:
        inner = name[1:]
        if match := re.fullmatch(r"(\w+?)_in(_*)", inner):  # before an activation; further in, with a prime
            return rf"\delta_{{{match[1]}}}" + "'" * len(match[2])
        return rf"\partial L/\partial {symbol(inner)}"
    if match := re.fullmatch(r"([A-Za-z])_", name):
        return f"{match[1]}_{{t-1}}"
    if match := re.fullmatch(r"([A-Za-z])_(\w+)", name):
        return f"{match[1]}_{match[2]}" if len(match[2]) == 1 else f"{match[1]}_{{{match[2]}}}"
    return f"{name}_t" if re.fullmatch("[a-z]", name) else name


def number(value: float, decimals: int | None = None) -> str:
    """A number as a person would write it: as few digits as it has, or a fixed count of decimals."""
    if decimals is None:
        text = f"{value:.10f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def literal(value: Any, decimals: int | None = None) -> str:
    """A number, a vector (list) or a matrix (list of rows) with its numbers written out."""
    if not isinstance(value, list):
        return number(value, decimals)
    rows = [row if isinstance(row, list) else [row] for row in value]
    if decimals is None:  # as many as the entry that needs most, so that columns align
        decimals = max(len(number(entry).partition(".")[2]) for row in rows for entry in row)
    body = r" \\ ".join(" & ".join(number(entry, decimals) for entry in row) for row in rows)
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


def latex(expression: Expression, scalar: bool = False, write: Callable[[str], str] = symbol, place: int = 0) -> str:
    """`scalar`: every product is one of numbers. `write`: what stands for a name: its symbol, or its value."""
    text, binding = _written(expression, scalar, write)
    return f"({text})" if binding < place else text


def _written(expression: Expression, scalar: bool, write: Callable[[str], str]) -> tuple[str, int]:
    if isinstance(expression, Name):
        text = write(expression.id)
        return text, _NEGATIVE if text.startswith("-") else _ATOM
    if isinstance(expression, Number):
        return number(expression.value), _ATOM

    def put(index: int, place: int) -> str:
        return latex(expression.args[index], scalar, write, place)

    match expression:
        case Apply(op="add"):
            return f"{put(0, _SUM)} + {put(1, _PRODUCT)}", _SUM
        case Apply(op="sub"):
            return f"{put(0, _SUM)} - {put(1, _PRODUCT)}", _SUM
        case Apply(op="neg"):
            return f"-{put(0, _PRODUCT)}", _NEGATIVE
        case Apply(op="mul", args=(Name() as a, b)) if a == b:
            base = put(0, _ATOM)
            return f"({base})^2" if "/" in base else f"{base}^2", _PRODUCT
        case Apply(op="mul"):
            sign = r"\cdot" if scalar or _is_plain(expression) else r"\odot"
            return rf"{put(0, _PRODUCT)} {sign} {put(1, _PRODUCT)}", _PRODUCT
        case Apply(op="matvec") | Apply(op="outer") if scalar:
            return rf"{put(0, _PRODUCT)} \cdot {put(1, _PRODUCT)}", _PRODUCT
        case Apply(op="matvec"):
            return f"{put(0, _ATOM)} {put(1, _ATOM)}", _PRODUCT
        case Apply(op="outer"):
            return rf"{put(0, _ATOM)} {put(1, _ATOM)}^\top", _PRODUCT
        case Apply(op="dot"):
            return rf"{put(0, _ATOM)}^\top {put(1, _ATOM)}", _PRODUCT
        case Apply(op="transpose"):
            return (put(0, _PRODUCT), _PRODUCT) if scalar else (rf"{put(0, _ATOM)}^\top", _ATOM)
        case Apply(op="div"):
            return rf"\frac{{{put(0, 0)}}}{{{put(1, 0)}}}", _ATOM
        case Apply(op="sqrt"):
            return rf"\sqrt{{{put(0, 0)}}}", _ATOM
        case Apply(op="half_square"):
            return rf"\tfrac{{1}}{{2}} {put(0, _ATOM)}^2", _PRODUCT
    inside = ", ".join(put(index, 0) for index in range(len(expression.args)))
    return f"{_FUNCTIONS[expression.op]}({inside})", _ATOM


def _is_plain(product: Apply) -> bool:
    """A product with a number in it, or with a scale that is one: no elementwise sign."""
    first = product.args[0]
    return isinstance(first, Number) or (isinstance(first, Apply) and first.op in {"minimum", "div"})


def substituted(expression: Expression, values: Mapping[str, Any], computed: Mapping[str, Any], scalar: bool) -> str:
    """The right-hand side with numbers in place of names: what was given as given, what was computed to 4 decimals."""
    return latex(expression, scalar, lambda name: literal(values[name], 4 if name in computed else None))
