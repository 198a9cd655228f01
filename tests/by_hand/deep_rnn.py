"""Layer after layer over the whole sequence, where the engine goes step after step."""

from __future__ import annotations

import math
import re

from by_hand import Given, plus, times
from studyrnn.model import Question


def second_layer(g: Given, _: Question) -> list[float]:
    sums = plus(times(g["W_xh__2"], g["h__1"]), times(g["W_hh__2"], g["h_old__2"]), g["b_h__2"])
    return [math.tanh(a) for a in sums]


def two_layers(g: Given, _: Question) -> float:
    sequence = [g["x_1__1"], g["x_2__1"]]
    for layer in (1, 2):
        h, states = g[f"h_0__{layer}"], []
        for x in sequence:
            h = math.tanh(g[f"W_xh__{layer}"] * x + g[f"W_hh__{layer}"] * h + g[f"b_h__{layer}"])
            states.append(h)
        sequence = states
    return sequence[1]


def order(_: Given, q: Question) -> str:
    layer, step = map(int, re.search(r"that of layer (\d+) at step (\d+)", q.stem).groups())  # type: ignore[union-attr]
    return f"$h_{{{step}}}^{{({layer - 1})}}$ and $h_{{{step - 1}}}^{{({layer})}}$"


BY_HAND = {
    "deep-rnn.order": order,
    "deep-rnn.second-layer": second_layer,
    "deep-rnn.two-layers": two_layers,
}
