from __future__ import annotations

import math
import re

from by_hand import SQUASH, Given, hadamard, plus, times
from studyrnn.model import Question


def pre_activation(g: Given, _: Question) -> list[float]:
    return plus(times(g["W_xh"], g["x"]), times(g["W_hh"], g["h_prev"]), g["b_h"])


def hidden_state(g: Given, q: Question) -> list[float]:
    return [SQUASH[q.convention["activation"]](a) for a in pre_activation(g, q)]


def matrix_vector(g: Given, q: Question) -> list[float]:
    return times(g["W_xh"], g["x"]) if q.convention["of"] == "input" else times(g["W_hh"], g["h_prev"])


def hadamard_or_dot(g: Given, q: Question) -> list[float] | float:
    return sum(hadamard(g["w"], g["h_prev"])) if "w" in g else hadamard(g["r"], g["h_prev"])


def shapes(_: Given, q: Question) -> str:
    """From the equations of the stem: whatever is multiplied or added has to fit."""
    head = q.stem.partition("It is run")[0]
    sizes = {
        "d": re.search(r"reads (\d+) numbers|inputs (?:with|of) (\d+) entries", head),
        "n": re.search(r"(\d+) hidden units", head),
        "m": re.search(r"(\d+) outputs|outputs of (\d+)", head),
    }
    d, n, m = (next(filter(None, sizes[letter].groups())) for letter in "dnm")  # type: ignore[union-attr]
    asked = re.search(r"What shape has \$(.*)\$\?", q.stem)[1]  # type: ignore[index]
    rows = {"W_{xh}": (n, d), "W_{hh}": (n, n), "W_{hy}": (m, n), "b_h": (n,), "b_y": (m,), "h_t": (n,)}
    return "$" + r" \times ".join(rows[asked]) + "$"


def task_kind(_: Given, q: Question) -> str:
    length = next(int(n) for n in re.findall(r"\d+", re.sub(r"one of \d+ grades|which of \d+ \w+", "", q.stem)))
    if re.search("each word|each of|at each", q.stem):
        return f"the outputs at all steps from 1 to {length}"
    if re.search("translates|answers|sums up", q.stem):
        return f"one output for each word it writes, once all {length} inputs are read"
    return f"the output at step {length} alone"


def scalar_step(g: Given, _: Question) -> float:
    return math.tanh(g["W_xh"] * g["x"] + g["W_hh"] * g["h_prev"] + g["b_h"])


def read_out(g: Given, h: list[float]) -> list[float]:
    return plus(times(g["W_hy"], h), g["b_y"])


def output(g: Given, q: Question) -> list[float]:
    return read_out(g, [math.tanh(a) for a in pre_activation(g, q)])


def next_token(g: Given, q: Question) -> str:
    exponentials = [math.exp(logit) for logit in output(g, q)]
    shares = {e / sum(exponentials): word for e, word in zip(exponentials, ("we", "read", "old", "books"), strict=True)}
    return f"*{shares[max(shares)]}*"


def states(g: Given, steps: int) -> dict[str, list[float]]:
    found = {"h_0": g["h_0"]}
    for t in range(1, steps + 1):
        found[f"a_{t}"] = pre_activation({**g, "x": g[f"x_{t}"], "h_prev": found[f"h_{t - 1}"]}, None)  # type: ignore[arg-type]
        found[f"h_{t}"] = [math.tanh(a) for a in found[f"a_{t}"]]
    del found["h_0"]
    return found


def unroll(g: Given, _: Question) -> list[float]:
    return states(g, 2)["h_2"]


def wrong_line(g: Given, _: Question) -> dict[str, list[float]]:
    found = states(g, 2)
    return {**found, "y_2": read_out(g, found["h_2"])}


def padding(g: Given, q: Question) -> float:
    h = g["h_0"]
    for t in range(1, 2 + ("two real" in q.stem)):
        h = scalar_step({**g, "x": g[f"x_{t}"], "h_prev": h}, q)
    return h


def design_latch(_: Given, q: Question) -> list[float]:
    wanted = {"any": lambda *x: any(x), "all": lambda *x: all(x), "last": lambda *x: x[2]}[q.convention["wanted"]]
    return [float(wanted(k // 4 % 2, k // 2 % 2, k % 2)) for k in range(8)]


def design_counter(g: Given, q: Question) -> list[float]:
    on = [bin(k).count("1") for k in range(8)]
    count = {"up": on, "down": [-k for k in on], "off": [3 - k for k in on], "clock": [3] * 8}
    return [g["h_0"] + g["v"] * k for k in count[q.convention["wanted"]]]


def design_parity(_: Given, q: Question) -> list[float]:
    return [float(bin(k).count("1") % 2) for k in range(8)]


BY_HAND = {
    "rnn.pre-activation": pre_activation,
    "rnn.hidden-state": hidden_state,
    "rnn.matrix-vector": matrix_vector,
    "rnn.hadamard": hadamard_or_dot,
    "rnn.shapes": shapes,
    "rnn.task-kind": task_kind,
    "rnn.scalar-step": scalar_step,
    "rnn.output": output,
    "rnn.next-token": next_token,
    "rnn.unroll": unroll,
    "rnn.wrong-line": wrong_line,
    "rnn.padding": padding,
    "rnn.design-latch": design_latch,
    "rnn.design-counter": design_counter,
    "rnn.design-parity": design_parity,
}
