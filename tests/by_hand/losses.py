"""Losses entry by entry; labellings by trying every path."""

from __future__ import annotations

import math
import re
from itertools import groupby, product

from by_hand import Given, times
from studyrnn.model import Question


def cross(p: list[float], target: list[float]) -> float:
    return -math.log(p[target.index(1.0)])


def softmax(y: list[float]) -> list[float]:
    weights = [math.exp(entry) for entry in y]
    return [weight / sum(weights) for weight in weights]


def cross_entropy_step(g: Given, _: Question) -> float:
    return cross(g["p"], g["target"])


def from_logits(g: Given, _: Question) -> float:
    return cross(softmax(g["y"]), g["target"])


def sequence(g: Given, q: Question) -> float:
    losses = [cross(g[f"p_{t}"], g[f"target_{t}"]) for t in (1, 2, 3)]
    return sum(losses) / (3 if q.convention["reduce"] == "mean" else 1)


def squared_error(g: Given, q: Question) -> float:
    factor = 1 / 3 if q.convention["loss"] == "mse" else 1 / 2
    return factor * sum((y - wanted) ** 2 for y, wanted in zip(g["y"], g["target"], strict=True))


def slope_of(loss: str, g: Given) -> list[float]:
    factor = 2 / 3 if loss == "mse" else 1
    return [factor * (y - wanted) for y, wanted in zip(g["y"], g["target"], strict=True)]


def squared_error_gradient(g: Given, q: Question) -> list[float]:
    return slope_of(q.convention["loss"], g)


def softmax_gradient(g: Given, _: Question) -> list[float]:
    return [p - wanted for p, wanted in zip(softmax(g["y"]), g["target"], strict=True)]


def binary_cross_entropy(g: Given, _: Question) -> float:
    towards = [y if wanted else -y for y, wanted in zip(g["y"], g["target"], strict=True)]
    return sum(math.log(1 + math.exp(-y)) for y in towards)


def output_weight_gradient(g: Given, _: Question) -> list[list[float]]:
    errors = {t: times(g["W_hy"], g[f"h_{t}"])[0] - g[f"target_{t}"][0] for t in (1, 2)}
    return [[sum(errors[t] * g[f"h_{t}"][k] for t in (1, 2)) for k in range(3)]]


def collapsed(path: str) -> str:
    return "".join(symbol for symbol, _ in groupby(path)).replace("-", "")


def ctc_collapse(_: Given, q: Question) -> str:
    path = re.search(r"`([-ab ]+)`", q.stem)
    assert path
    return collapsed(path[1].replace(" ", ""))


def ctc_count(_: Given, q: Question) -> float:
    """By enumeration where that is quick, else by counting alignments frame by frame."""
    frames, label = re.search(r"labels (\d+) frames.*`(\w+)`", q.stem).groups()  # type: ignore[union-attr]
    extended = "-" + "".join(f"{letter}-" for letter in label)
    ways = [1, 1, *[0] * (len(extended) - 2)]
    for _frame in range(int(frames) - 1):
        ways = [
            ways[s]
            + (ways[s - 1] if s else 0)
            + (ways[s - 2] if s > 1 and extended[s] != "-" and extended[s] != extended[s - 2] else 0)
            for s in range(len(extended))
        ]
    count = ways[-1] + ways[-2]
    if int(frames) <= 7:
        symbols = "-" + "".join(dict.fromkeys(label))
        assert count == sum(collapsed("".join(path)) == label for path in product(symbols, repeat=int(frames)))
    return float(count)


def ctc_probability(g: Given, _: Question) -> float:
    frames = [{"a": g["a_1"], "-": 1 - g["a_1"]}, {"a": g["a_2"], "-": 1 - g["a_2"]}]
    paths = [path for path in product("a-", repeat=2) if collapsed("".join(path)) == "a"]
    return -math.log(sum(frames[0][path[0]] * frames[1][path[1]] for path in paths))


BY_HAND = {
    "losses.cross-entropy-step": cross_entropy_step,
    "losses.from-logits": from_logits,
    "losses.sequence": sequence,
    "losses.squared-error": squared_error,
    "losses.squared-error-gradient": squared_error_gradient,
    "losses.softmax-gradient": softmax_gradient,
    "losses.binary-cross-entropy": binary_cross_entropy,
    "losses.output-weight-gradient": output_weight_gradient,
    "losses.ctc-collapse": ctc_collapse,
    "losses.ctc-count": ctc_count,
    "losses.ctc-probability": ctc_probability,
}
