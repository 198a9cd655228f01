"""One direction is the other on the reversed list."""

from __future__ import annotations

import math

from by_hand import Given
from studyrnn.model import Question


def states(inputs: list[float], weight: float, recurrent: float) -> list[float]:
    h, found = 0.0, []
    for x in inputs:
        h = math.tanh(weight * x + recurrent * h)
        found.append(h)
    return found


def backward(g: Given) -> list[float]:
    return states([g["x_3"], g["x_2"], g["x_1"]], g["p"], g["q"])[::-1] if "x_1" in g else []


def backward_state(g: Given, _: Question) -> float:
    return backward(g)[0]


def concat(g: Given, _: Question) -> float:
    forward = states([g["x_1"], g["x_2"], g["x_3"]], g["u"], g["v"])
    return g["a"] * forward[1] + g["c"] * backward(g)[1]


def shapes(g: Given, _: Question) -> float:
    def direction(reads: float, units: float) -> float:
        return units * (reads + units + 1)

    return sum(direction(g["d"], g["n"]) + direction(2 * g["n"], g["k"]) for _direction in ("forward", "backward"))


BY_HAND = {
    "bidirectional.backward-state": backward_state,
    "bidirectional.concat": concat,
    "bidirectional.shapes": shapes,
}
