"""Encoders and decoders in loops; losses from probabilities."""

from __future__ import annotations

import math

from by_hand import Given
from studyrnn.model import Question


def context(g: Given, _: Question) -> float:
    h = 0.0
    for x in (g["x_1"], g["x_2"], g["x_3"]):
        h = math.tanh(g["u"] * x + g["v"] * h + g["b"])
    return h


def greedy(g: Given, _: Question) -> float:
    state, token, score = g["c"], 0, 0.0
    for _step in range(2):
        state = math.tanh(g["u"] * token + g["v"] * state)
        score = g["w"] * state
        token = 1 if score > 0 else 0
    return score


def loss(g: Given, _: Question) -> float:
    """Minus the logarithm of the probability of the whole translation."""
    p = 1.0
    for t, right in ((1, "a"), (2, "b")):
        odds = {name: math.exp(g[f"{name}_{t}"]) for name in "abc"}
        p *= odds[right] / sum(odds.values())
    return -math.log(p)


def autoencoder(g: Given, _: Question) -> float:
    code = sum(w * x for w, x in zip(g["w"], g["x"], strict=True))
    return sum((v * code - x) ** 2 for v, x in zip(g["v"], g["x"], strict=True)) / 2


CUES = ("reads words", "Its last state", "start token", "a score", "best score", "next input", "end token")


def order(_: Given, q: Question) -> list[str]:
    return [next(text for text in q.options if cue in text) for cue in CUES]


BY_HAND = {
    "encoder-decoder.context": context,
    "encoder-decoder.order": order,
    "encoder-decoder.greedy": greedy,
    "encoder-decoder.loss": loss,
    "encoder-decoder.autoencoder": autoencoder,
}
