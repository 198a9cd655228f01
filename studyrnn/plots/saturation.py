"""Activations and their slopes: where one saturates, little of a gradient gets through."""

from __future__ import annotations

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.gradient_flow import SLOPES
from studyrnn.figures.parts import Axis, Fact, Figure, Lines, Mark, Series
from studyrnn.plots._networks import written
from studyrnn.plots.base import Option, Picture

SHOWN = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}
POINTS = 121
BACK = 10  # steps, of which a fact tells what they leave
_TOP = 2.0  # of the upper axis: all of ReLU would leave the others flat
_FAR = 50.0  # where both sigmoid and tanh are flat
_NEAR = 1e-9  # on either side of 0: ReLU bends between them, and nothing is drawn there


def draw(low: float, high: float, limit: float) -> Figure:
    a = np.unique([*np.linspace(low, high, POINTS), -_NEAR, 0, _NEAR])
    marks = (Mark(f"{limit:g}", limit),)
    slopes = {name: _slope(name, a) for name in SHOWN}
    slopes["relu"] = np.where(a == 0, np.nan, slopes["relu"])
    title = f"The activations; ReLU goes on up to {high:g}" if high > _TOP else "The activations"
    parts = (
        _lines(a, {name: NUMPY[name](a) for name in SHOWN}, Axis(r"$\phi(a)$", low=-1.2, high=_TOP), title),
        _lines(a, slopes, Axis(r"$\phi'(a)$", low=0), "Their slopes", marks),
    )
    largest = {name: float(np.max(_slope(name, np.array([0.0, 1.0])))) for name in SHOWN}
    beyond = {name: _falls_below(name, limit) for name in ("sigmoid", "tanh")}
    facts = [Fact(f"{SHOWN[name]}: largest slope", value) for name, value in largest.items()]
    facts += [Fact(rf"{name}: slope < {limit:g} for $|a|$ >", at) for name, at in beyond.items()]
    facts.append(Fact(f"sigmoid: {BACK} slopes multiply to at most", largest["sigmoid"] ** BACK))
    return Figure("saturation", "Saturation", _seen(largest, beyond, limit), parts, tuple(facts))


def _slope(name: str, a: Array) -> Array:
    slope: Array = SLOPES[name].run({"h": NUMPY[name](a)}, NUMPY)["slope"]
    return slope


def _lines(a: Array, curves: dict[str, Array], axis: Axis, title: str, marks: tuple[Mark, ...] = ()) -> Lines:
    series = tuple(Series(SHOWN[name], tuple(values.tolist())) for name, values in curves.items())
    low, high = float(a[0]), float(a[-1])
    return Lines(tuple(a.tolist()), series, Axis("$a$"), axis, marks, title, (low, low / 2, 0, high / 2, high))


def _falls_below(name: str, limit: float) -> float:
    """The |a| at which the slope is `limit`, by halving: it falls with |a|."""
    inside, outside = 0.0, _FAR
    for _ in range(60):
        middle = (inside + outside) / 2
        if _slope(name, np.array([middle]))[0] > limit:
            inside = middle
        else:
            outside = middle
    return outside


def _seen(largest: dict[str, float], beyond: dict[str, float], limit: float) -> str:
    return (
        "Beside a weight, every step back multiplies the gradient by the slope at its $a$. That of the sigmoid is at "
        f"most {largest['sigmoid']:g}, so the slopes of {BACK} steps leave at most "
        f"{written(largest['sigmoid'] ** BACK)} of it; that of tanh is {largest['tanh']:g} at 0 alone. Both saturate: "
        f"their slopes are below {limit:g} where $|a|$ is above {written(beyond['sigmoid'])} and "
        f"{written(beyond['tanh'])}. ReLU passes all of it where $a > 0$ and nothing where $a < 0$; at 0 it has no "
        "slope."
    )


PICTURE = Picture(
    "sigmoid, tanh and ReLU with their slopes, and where these are close to zero",
    draw,
    (
        Option("low", -6.0, "the smallest a drawn", -20, -1),
        Option("high", 6.0, "the largest a drawn", 1, 20),
        Option("limit", 0.05, "the slope that counts as small", 0.001, 0.24),
    ),
)
