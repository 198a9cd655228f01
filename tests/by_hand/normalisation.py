from __future__ import annotations

import math
import re
import statistics

from by_hand import Given
from studyrnn.model import Question

EPSILON = 1e-5


def standard(values: list[float], epsilon: float = EPSILON) -> list[float]:
    mean = statistics.fmean(values)
    deviation = math.sqrt(statistics.pvariance(values) + epsilon)
    return [(value - mean) / deviation for value in values]


def batch_norm(g: Given, _: Question) -> list[float]:
    return [g["gain"] * value + g["shift"] for value in standard(g["x"])]


def layer_norm(g: Given, _: Question) -> list[float]:
    scaled = zip(standard(g["a"]), g["gain"], g["shift"], strict=True)
    return [math.tanh(value * gain + shift) for value, gain, shift in scaled]


def which_axis(g: Given, q: Question) -> float:
    unit, example = (int(found) for found in re.findall(r"unit (\d) in example (\d)", q.stem)[0])
    if "batch normalisation" in q.stem:
        return round(standard([row[unit - 1] for row in g["A"]], 0.0)[example - 1], 4)
    return round(standard(g["A"][example - 1], 0.0)[unit - 1], 4)


def running(g: Given, q: Question) -> float:
    share = g["alpha"] if r"\alpha \mu" in q.stem else 1 - g["alpha"]
    variance = statistics.variance(g["x"]) if "less one" in q.stem else statistics.pvariance(g["x"])
    mean = g["M_0"] + share * (statistics.fmean(g["x"]) - g["M_0"])
    return (g["u"] - mean) / math.sqrt(g["V_0"] + share * (variance - g["V_0"]) + EPSILON)


def backward(g: Given, _: Question) -> list[float]:
    """The Jacobian of the normalisation, entry by entry, transposed times v."""
    count, hats = len(g["a"]), standard(g["a"])
    deviation = math.sqrt(statistics.pvariance(g["a"]) + EPSILON)
    return [
        math.fsum(v * ((i == j) - 1 / count - hats[i] * hats[j] / count) / deviation for j, v in enumerate(g["v"]))
        for i in range(count)
    ]


BY_HAND = {
    "normalisation.batch-norm": batch_norm,
    "normalisation.layer-norm": layer_norm,
    "normalisation.which-axis": which_axis,
    "normalisation.statistics": running,
    "normalisation.backward": backward,
}
