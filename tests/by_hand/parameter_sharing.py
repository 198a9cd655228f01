"""Counted one matrix after the other."""

from __future__ import annotations

import math

from by_hand import Given
from studyrnn.model import Question


def entries(*shapes: tuple[float, ...]) -> float:
    return sum(math.prod(shape) for shape in shapes)


def layer(d: float, n: float, biases: int = 1) -> float:
    return entries((n, d), (n, n), *[(n,)] * biases)


def rnn_count(g: Given, _: Question) -> float:
    return layer(g["d"], g["n"])


def with_output(g: Given, _: Question) -> float:
    return layer(g["d"], g["n"]) + entries((g["m"], g["n"]), (g["m"],))


def gated_count(g: Given, q: Question) -> float:
    gates = {"An LSTM": "ifgo", "A GRU": "rzn"}[q.convention["cell"]]
    return sum(layer(g["d"], g["n"]) for _ in gates)


def conventions(g: Given, q: Question) -> float:
    gates = "ifgo" if "LSTM" in q.convention["cell"] else "rzn"
    biases = 1 if q.convention["cell"] == "Keras LSTM" else 2
    return sum(layer(g["d"], g["n"], biases) for _ in gates)


def stacked_count(g: Given, _: Question) -> float:
    return layer(g["d"], g["n"]) + layer(g["n"], g["n"])


def bidirectional_count(g: Given, _: Question) -> float:
    return sum(layer(width, g["n"]) for width in (g["d"], 2 * g["n"]) for _ in ("forward", "backward"))


def window_against_rnn(g: Given, _: Question) -> float:
    return entries((g["n"], g["T"] * g["d"])) - entries((g["n"], g["d"]), (g["n"], g["n"]))


def break_even(g: Given, _: Question) -> float:
    return 1 + g["n"] / g["d"]


def same_weights(g: Given, _: Question) -> float:
    h = g["h_0"]
    for t in (1, 2, 3):
        h = math.tanh(g["W_xh"] * g[f"x_{t}"] + g["W_hh"] * h)
    return h


BY_HAND = {
    "parameter-sharing.rnn-count": rnn_count,
    "parameter-sharing.with-output": with_output,
    "parameter-sharing.gated-count": gated_count,
    "parameter-sharing.conventions": conventions,
    "parameter-sharing.stacked-count": stacked_count,
    "parameter-sharing.bidirectional-count": bidirectional_count,
    "parameter-sharing.window-against-rnn": window_against_rnn,
    "parameter-sharing.break-even": break_even,
    "parameter-sharing.same-weights": same_weights,
}
