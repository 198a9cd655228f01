"""Runs step by step, with a list of what is read."""

from __future__ import annotations

import math
import re

from by_hand import Given
from studyrnn.model import Question


def forecasts(g: Given, forced: bool) -> list[float]:
    h, read, made = g["h_0"], g["s_1"], []
    for true_next in (g["s_2"], None):
        h = math.tanh(g["W_xh"] * read + g["W_hh"] * h + g["b_h"])
        made.append(g["W_hy"] * h + g["b_y"])
        read = true_next if forced else made[-1]
    return made


def forced(g: Given, _: Question) -> float:
    return forecasts(g, forced=True)[1]


def free_running(g: Given, _: Question) -> float:
    return forecasts(g, forced=False)[1]


def error(g: Given, _: Question) -> float:
    truth = forecast = g["s_1"]
    for _step in range(round(g["k"])):
        truth, forecast = truth * g["w"], forecast * g["v"]
    return forecast - truth


def which_input(_: Given, q: Question) -> str:
    target, written = (found.split() for found in re.findall(r"\*([^*]+)\*", q.stem))
    step = int(re.search(r"at step (\d)", q.stem)[1])  # type: ignore[index]
    return f"*{(target if 'teacher forcing' in q.stem else written)[step - 2]}*"


BY_HAND = {
    "teacher-forcing.forced": forced,
    "teacher-forcing.free-running": free_running,
    "teacher-forcing.error": error,
    "teacher-forcing.which-input": which_input,
}
