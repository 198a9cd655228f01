"""Odds in place of probabilities where that is another way."""

from __future__ import annotations

import math

from by_hand import Given
from studyrnn.model import Question


def positive(score: float) -> float:
    return math.exp(score) / (1 + math.exp(score))


def probability(g: Given, _: Question) -> float:
    return positive(g["w"][0] * g["h"][0] + g["w"][1] * g["h"][1] + g["b"])


def read_out(g: Given, _: Question) -> float:
    h = 0.0
    for x in (g["x_1"], g["x_2"]):
        h = math.tanh(g["u"] * x + g["v"] * h + g["c"])
    return positive(g["w"] * h + g["b"])


def order_free(g: Given, _: Question) -> float:
    """The mean of the words' scores is the score of their mean."""
    scores = [sum(w * x for w, x in zip(g["w"], g[name], strict=True)) for name in ("x_3", "x_1", "x_2")]
    return positive(math.fsum(scores) / 3 + g["b"])


def loss(g: Given, _: Question) -> float:
    score = g["w"] * g["h"] + g["b"]
    return math.log(1 + math.exp(-score if g["y"] == 1 else score))


BY_HAND = {
    "sentiment.probability": probability,
    "sentiment.read-out": read_out,
    "sentiment.order-free": order_free,
    "sentiment.loss": loss,
}
