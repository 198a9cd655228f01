"""Terms listed one after the other; gradients forwards, counting a use of the weight only where it is kept."""

from __future__ import annotations

import math

from by_hand import Given
from studyrnn.model import Question


def followed(g: Given, kept: set[int]) -> float:
    """The slope of the loss along the weight as it is used at the steps `kept`."""
    h, moved = g["h_0"], 0.0
    for t in (1, 2, 3):
        used = h if t in kept else 0.0
        h = math.tanh(g["W_xh"] * g[f"x_{t}"] + g["W_hh"] * h + g["b_h"])
        moved = (1 - h * h) * (used + g["W_hh"] * moved)
    return (h - g["target"]) * moved


def gradient(g: Given, q: Question) -> float:
    return followed(g, {2, 3}) if q.convention["cut"] == "window" else chunked(g)


def chunked(g: Given) -> float:
    """Every way from a loss down to a use of the weight in the same chunk of two."""

    def slope(t: int) -> float:
        return 1 - g[f"h_{t}"] ** 2

    own = sum(g[f"e_{t}"] * slope(t) * g[f"h_{t - 1}"] for t in (1, 2, 3, 4))
    earlier = sum(g[f"e_{t}"] * slope(t) * g["W_hh"] * slope(t - 1) * g[f"h_{t - 2}"] for t in (2, 4))
    return own + earlier


def bias(g: Given, _: Question) -> float:
    return followed(g, {1, 2})


def chunks(g: Given, q: Question) -> float:
    T, k = round(g["T"]), round(g["k"])
    if q.convention["cut"] == "window":
        return float(sum(min(loss, k) for loss in range(1, T + 1)))
    return float(sum(loss % k + 1 for loss in range(T)))


def stored(g: Given, _: Question) -> float:
    return sum(g["n"] * g["B"] for step in range(round(g["T"])) if step >= g["k"])


BY_HAND = {
    "truncated-bptt.gradient": gradient,
    "truncated-bptt.bias": bias,
    "truncated-bptt.chunks": chunks,
    "truncated-bptt.stored": stored,
}
