"""What is read from a picture, and cells written by hand that its numbers are compared with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from studyrnn.figures.parts import Figure, Lines
from studyrnn.plots import find

Values = dict[str, Any]


def figure(name: str, **chosen: str | float) -> Figure:
    return find(name).figure({option.replace("_", "-"): str(value) for option, value in chosen.items()})


def lines(found: Figure, part: int = 0) -> Lines:
    drawn = found.parts[part]
    assert isinstance(drawn, Lines)
    return drawn


def curves(found: Figure, part: int = 0) -> dict[str, tuple[float, ...]]:
    return {series.name: series.values for series in lines(found, part).series}


def facts(found: Figure) -> Values:
    return {fact.label: fact.value for fact in found.facts}


def texts(found: Figure) -> list[str]:
    """Everything in it that is Markdown."""
    words = [found.title, found.see, *(text for fact in found.facts for text in fact if isinstance(text, str))]
    for place in range(len(found.parts)):
        part = lines(found, place)
        words += [part.title, part.x_axis.label, part.y_axis.label, *(mark.label for mark in part.marks)]
        words += [series.name for series in part.series]
    return words


def sigmoid(a: Any) -> Any:
    return 1 / (1 + np.exp(-a))


# -- cells written by hand: the states after a step from those before ------------------------------------------------


def tanh_step(v: Values, x: Any, h: Any) -> Any:
    return np.tanh(v["W_xh"] @ x + v["W_hh"] @ h + v["b_h"])


def relu_step(v: Values, x: Any, h: Any) -> Any:
    return np.maximum(0, v["W_xh"] @ x + v["W_hh"] @ h + v["b_h"])


def gru_step(v: Values, x: Any, h: Any) -> Any:
    r = sigmoid(v["W_xr"] @ x + v["W_hr"] @ h + v["b_r"])
    z = sigmoid(v["W_xz"] @ x + v["W_hz"] @ h + v["b_z"])
    return (1 - z) * np.tanh(v["W_xn"] @ x + v["W_hn"] @ (r * h) + v["b_n"]) + z * h


def lstm_step(v: Values, x: Any, state: Any) -> Any:
    """The state is h above c."""
    h, c = np.split(state, 2)
    i, f, o = (sigmoid(v[f"W_x{k}"] @ x + v[f"W_h{k}"] @ h + v[f"b_{k}"]) for k in "ifo")
    c = f * c + i * np.tanh(v["W_xg"] @ x + v["W_hg"] @ h + v["b_g"])
    return np.concatenate([o * np.tanh(c), c])


Step = Callable[[Values, Any, Any], Any]


def walked(step: Step, values: Values, state: Any, first: int, last: int) -> Any:
    """The state after steps first, ..., last."""
    for t in range(first, last + 1):
        state = step(values, values[f"x_{t}"], state)
    return state


def differences(function: Callable[[Any], Any], at: Any, size: float = 1e-6) -> Any:
    """The Jacobian by central differences: one column for each entry of the argument."""
    units = size * np.eye(len(at))
    return np.array([(function(at + unit) - function(at - unit)) / (2 * size) for unit in units]).T
