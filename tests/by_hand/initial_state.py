"""Two runs side by side, or one moved a little at its start."""

from __future__ import annotations

import math

from by_hand import Given, plus, times
from studyrnn.model import Question


def zero(g: Given, _: Question) -> list[float]:
    return [math.tanh(a) for a in plus(times(g["W_xh"], g["x_1"]), g["b_h"])]


def run(g: Given, h: float) -> float:
    for x in (g["x_1"], g["x_2"]):
        h = math.tanh(g["W_xh"] * x + g["W_hh"] * h + g["b_h"])
    return h


def effect(g: Given, _: Question) -> float:
    return run(g, g["h_0"]) - run(g, 0.0)


def gradient(g: Given, _: Question) -> float:
    """Forwards: dh_t/dh_0 = (1 - h_t^2) W dh_{t-1}/dh_0."""
    h, slope = g["h_0"], 1.0
    for x in (g["x_1"], g["x_2"]):
        h = math.tanh(g["W_xh"] * x + g["W_hh"] * h + g["b_h"])
        slope *= (1 - h * h) * g["W_hh"]
    return (h - g["target"]) * slope


BY_HAND = {
    "initial-state.zero": zero,
    "initial-state.effect": effect,
    "initial-state.gradient": gradient,
}
