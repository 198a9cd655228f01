"""Words looked up by their place, angles by the law of cosines, parameters counted block by block."""

from __future__ import annotations

import math

from by_hand import Given
from studyrnn.model import Question


def one_hot_column(g: Given, q: Question) -> list[float]:
    place = g["code"].index(1)
    return g["E"][place] if q.convention["table"] == "rows" else [row[place] for row in g["E"]]


def mean(g: Given, q: Question) -> list[float]:
    if q.convention["from"] == "vectors":
        vectors = [g[f"x_{t}"] for t in (1, 2, 3)]
    else:
        vectors = [[row[g[f"k_{t}"].index(1)] for row in g["E"]] for t in (1, 2, 3)]
    return [math.fsum(entries) / 3 for entries in zip(*vectors, strict=True)]


def cosine_of(u: list[float], v: list[float]) -> float:
    """From the three sides of the triangle."""
    a, b, c = math.hypot(*u), math.hypot(*v), math.dist(u, v)
    return (a * a + b * b - c * c) / (2 * a * b)


def cosine(g: Given, _: Question) -> float:
    return cosine_of(g["u"], g["v"])


def nearest(g: Given, _: Question) -> str:
    """By the angles themselves, in the plane."""

    def turned(v: list[float]) -> float:
        difference = abs(math.atan2(v[1], v[0]) - math.atan2(g["u"][1], g["u"][0]))
        return min(difference, 2 * math.pi - difference)

    k = min((1, 2, 3), key=lambda k: turned(g[f"v_{k}"]))
    return f"The word with the vector $v_{k}$."


def parameters(g: Given, q: Question) -> float:
    V, d, n = g["V"], g["d"], g["n"]
    if q.convention["kind"] == "difference":
        return V * (n - d) - n * d
    unit = d + n + 1
    output_row = n + 1 if q.convention["kind"] == "language-model" else 0
    return V * (d + output_row) + n * unit


BY_HAND = {
    "embeddings.one-hot-column": one_hot_column,
    "embeddings.mean": mean,
    "embeddings.cosine": cosine,
    "embeddings.nearest": nearest,
    "embeddings.parameters": parameters,
}
