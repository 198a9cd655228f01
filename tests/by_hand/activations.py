"""Activations entry by entry, by other formulas than the worked solutions use; slopes as differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from by_hand import SQUASH, Given
from studyrnn.model import Question

WIDTH = 1e-3


def softmax(y: list[float]) -> list[float]:
    """One over the sum of the exponentials of the differences: nothing overflows."""
    return [1 / sum(math.exp(other - mine) for other in y) for mine in y]


def slope(f: Callable[[float], float], at: float) -> float:
    """A central difference with the error of order WIDTH^2 taken out."""
    wide, narrow = ((f(at + w) - f(at - w)) / (2 * w) for w in (2 * WIDTH, WIDTH))
    return (4 * narrow - wide) / 3


def sigmoid(g: Given, _: Question) -> list[float]:
    return [(1 + math.tanh(a / 2)) / 2 for a in g["a"]]


def tanh(g: Given, _: Question) -> list[float]:
    return [math.tanh(a) for a in g["a"]]


def exact_values(g: Given, q: Question) -> float:
    """From the whole numbers behind the logarithms."""
    k = math.prod(
        (Fraction(round(math.exp(abs(a)))) ** (1 if a > 0 else -1) for a in (g["u"], g["v"])), start=Fraction(1)
    )
    over, under = k.numerator, k.denominator
    if q.convention["activation"] == "sigmoid":
        return float(Fraction(over, over + under))
    return float(Fraction(over**2 - under**2, over**2 + under**2))


def slope_from_output(g: Given, q: Question) -> list[float]:
    """By way of the pre-activation that belongs to the output."""
    activation = q.convention["activation"]
    inverse = {"tanh": math.atanh, "sigmoid": lambda h: math.log(h / (1 - h))}[activation]
    return [slope(SQUASH[activation], inverse(h)) for h in g["h"]]


def relu(g: Given, q: Question) -> list[float]:
    if q.convention["kind"] == "forward":
        return [(a + abs(a)) / 2 for a in g["a"]]
    return [upstream if a > 0 else 0.0 for a, upstream in zip(g["a"], g["g"], strict=True)]


def saturation(g: Given, q: Question) -> float:
    """The slope lies below the threshold where the output is far enough from the middle of its range."""
    if q.convention["activation"] == "tanh":
        return float(sum(abs(h) > math.sqrt(1 - g["theta"]) for h in g["h"]))
    return float(sum(abs(h - 0.5) > math.sqrt(0.25 - g["theta"]) for h in g["h"]))


def softmax_values(g: Given, _: Question) -> list[float]:
    return softmax([y / g.get("tau", 1) for y in g["y"]])


def softmax_shift(g: Given, q: Question) -> str:
    wanted = softmax(g["y"])

    def vector(option: str) -> list[float]:
        inside = option.partition("{bmatrix}")[2].partition("\\end")[0]
        return [float(entry) for entry in inside.split("\\\\")]

    fitting = [
        option
        for option in q.options
        if max(abs(p - w) for p, w in zip(softmax(vector(option)), wanted, strict=True)) < 1e-9
    ]
    assert len(fitting) == 1
    return fitting[0]


def softmax_jacobian(g: Given, _: Question) -> list[float]:
    """The whole matrix, entry by entry, then its transpose times the slope that arrives."""
    p, arriving = softmax(g["y"]), g.get("k") or g["g"]
    jacobian = [[p[i] * ((i == j) - p[j]) for j in range(3)] for i in range(3)]
    return [sum(arriving[i] * jacobian[i][j] for i in range(3)) for j in range(3)]


BY_HAND = {
    "activations.sigmoid": sigmoid,
    "activations.tanh": tanh,
    "activations.exact-values": exact_values,
    "activations.slope-from-output": slope_from_output,
    "activations.relu": relu,
    "activations.saturation": saturation,
    "activations.softmax": softmax_values,
    "activations.softmax-shift": softmax_shift,
    "activations.softmax-jacobian": softmax_jacobian,
}
