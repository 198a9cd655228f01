"""Forecasts and their errors in loops; costs counted matrix by matrix."""

from __future__ import annotations

import math

from by_hand import Given
from studyrnn.model import Question


def forecast(g: Given, _: Question) -> float:
    standardised = g["s"] / g["d"] - g["m"] / g["d"]
    state = math.tanh(math.fsum((g["u"] * standardised, g["v"] * g["h_prev"], g["b"])))
    return g["m"] + g["d"] * g["w"] * state + g["d"] * g["c"]


def baseline(g: Given, _: Question) -> float:
    def error(guess: str, back: int) -> float:
        return sum((g[f"{guess}_{t - back}"] - g[f"s_{t}"]) ** 2 for t in (2, 3, 4))

    ours, last = error("f", 0), error("s", 1)
    return (last - ours) / last


CASES = {
    "a recurrent network that reads forward, with an output at every step": ("live", "pump"),
    "a bidirectional network with an output at every step": ("letters", "tags"),
    "a recurrent network with one output, after the last step": ("Films", "speakers"),
    "an encoder, and a decoder that writes until its end token": ("queries", "Articles"),
    "a decoder alone, started from a vector": ("Photographs", "melody"),
}


def which_architecture(_: Given, q: Question) -> str:
    (fits,) = [kind for kind, cues in CASES.items() if any(cue in q.stem for cue in cues)]
    return fits


def streaming_cost(g: Given, _: Question) -> float:
    matrices = [(g["n"], g["d"]), (g["n"], g["n"]), (g["m"], g["n"])]
    return sum(rows * columns for rows, columns in matrices) * g["r"]


BY_HAND = {
    "applications.forecast": forecast,
    "applications.baseline": baseline,
    "applications.which-architecture": which_architecture,
    "applications.streaming-cost": streaming_cost,
}
