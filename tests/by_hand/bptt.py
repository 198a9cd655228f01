"""Slopes found forwards, or by moving what they are taken along."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from by_hand import Given, logistic, plus, points, times
from studyrnn.model import Question


def scalar(g: Given, _: Question) -> float:
    """Forwards, not backwards: dh_t/dW = (1 - h_t^2) (h_{t-1} + W dh_{t-1}/dW)."""
    return forwards(g, 2, {2: g["target"]})


def forwards(g: Given, steps: int, targets: dict[int, float]) -> float:
    h, slope, total = g["h_0"], 0.0, 0.0
    for t in range(1, steps + 1):
        previous, h = h, math.tanh(g["W_xh"] * g[f"x_{t}"] + g["W_hh"] * h + g["b_h"])
        slope = (1 - h**2) * (previous + g["W_hh"] * slope)
        total += (h - targets[t]) * slope if t in targets else 0.0
    return total


def symbolic(g: Given, q: Question) -> list[float]:
    return [scalar({**g, **at}, q) for at in points(q)]


def slope(f: Callable[[float], float], at: float) -> float:
    """A derivative, by central differences of two widths, extrapolated."""
    wide, narrow = ((f(at + d) - f(at - d)) / (2 * d) for d in (2e-3, 1e-3))
    return (4 * narrow - wide) / 3


def squash(q: Question) -> Callable[[float], float]:
    return math.tanh if q.convention["activation"] == "tanh" else logistic


def local_gradient(g: Given, q: Question) -> list[float]:
    f = squash(q)
    return [above * slope(f, a) for above, a in zip(g["dh"], g["a"], strict=True)] if "a" in g else _from_h(g, q)


def _from_h(g: Given, q: Question) -> list[float]:
    tanh = q.convention["activation"] == "tanh"
    return [
        above / math.cosh(math.atanh(h)) ** 2 if tanh else above * h * (1 - h)
        for above, h in zip(g["dh"], g["h"], strict=True)
    ]


def jacobian(g: Given, q: Question) -> list[list[float]]:
    tanh = q.convention["activation"] == "tanh"
    slopes = [1 / math.cosh(math.atanh(h)) ** 2 if tanh else h - h * h for h in g["h"]]
    return [[s * w for w in row] for s, row in zip(slopes, g["W_hh"], strict=True)]


def symbolic_local(g: Given, q: Question) -> list[float]:
    tanh = q.convention["activation"] == "tanh"
    slopes = [1 - at["n"] ** 2 if tanh else at["n"] - at["n"] ** 2 for at in points(q)]
    weights = [g["alpha"] + g["beta"] * s * at["W_hh"] for s, at in zip(slopes, points(q), strict=True)]
    return [weight * at["dh"] for weight, at in zip(weights, points(q), strict=True)]


def matrices(g: Given, _: Question) -> list[list[float]]:
    """Forwards, one entry of the matrix at a time."""
    return [[_entry(g, i, lambda x, h, j=j: h[j]) for j in range(2)] for i in range(2)]


def input_matrix(g: Given, _: Question) -> list[list[float]]:
    return [[_entry(g, i, lambda x, h, j=j: x[j]) for j in range(2)] for i in range(2)]


def bias(g: Given, _: Question) -> list[float]:
    return [_entry(g, i, lambda x, h: 1.0) for i in range(2)]


def _entry(g: Given, i: int, multiplied: Callable[[list[float], list[float]], float]) -> float:
    """The slope of the loss along a weight into unit i; `multiplied`: what that weight multiplies."""
    h, moved = g["h_0"], [0.0, 0.0]
    for x in (g["x_1"], g["x_2"]):
        through = times(g["W_hh"], moved)
        through[i] += multiplied(x, h)
        h = [math.tanh(a) for a in plus(times(g["W_xh"], x), times(g["W_hh"], h), g["b_h"])]
        moved = [(1 - entry**2) * along for entry, along in zip(h, through, strict=True)]
    return sum((entry - wanted) * along for entry, wanted, along in zip(h, g["target"], moved, strict=True))


def delta_recursion(g: Given, _: Question) -> list[float]:
    found = []
    for k, (h, wanted) in enumerate(zip(g["h"], g["target"], strict=True)):
        later = sum(g["W_hh"][i][k] * g["da_next"][i] for i in range(2))
        found.append((h - wanted + later) / math.cosh(math.atanh(h)) ** 2)
    return found


def three_steps(g: Given, _: Question) -> float:
    return forwards(g, 3, {3: g["target"]})


def wrong_line(g: Given, _: Question) -> dict[str, float]:
    lines: dict[str, float] = {}
    h = g["h_0"]
    for t in (1, 2, 3):
        lines[f"a_{t}"] = g["W_xh"] * g[f"x_{t}"] + g["W_hh"] * h + g["b_h"]
        lines[f"h_{t}"] = h = math.tanh(lines[f"a_{t}"])
    above = h - g["target"]
    for t in (3, 2, 1):
        lines[f"dh_{t}"] = above
        lines[f"da_{t}"] = above * (1 - lines[f"h_{t}"] ** 2)
        above = lines[f"da_{t}"] * g["W_hh"]
    return {**lines, "dW_hh": three_steps(g, None)}  # type: ignore[arg-type]


def two_losses(g: Given, _: Question) -> float:
    return forwards(g, 2, {1: g["target_1"], 2: g["target_2"]})


def sum_over_steps(g: Given, _: Question) -> float:
    return math.fsum(g[f"da_{t}"] * g[f"h_{t - 1}"] for t in (1, 2, 3))


def paths(g: Given, _: Question) -> float:
    losses = range(round(g["j"]), round(g["k"]) + 1)
    return float(sum(1 for loss in losses for step in losses if step <= loss))


def gradient_check(g: Given, _: Question) -> float:
    def loss(w: float) -> float:
        return (math.tanh(w * g["s"] + g["b"]) - g["y"]) ** 2 / 2

    return (loss(g["w"] + g["epsilon"]) - loss(g["w"] - g["epsilon"])) / (2 * g["epsilon"])


PIECES = ("Compute the states", "Compare", "Multiply by the slopes", "Go one step back", "Repeat", "Add up", "Take")


def order_of_steps(_: Given, q: Question) -> list[str]:
    return [next(text for text in q.options if re.match(piece, text)) for piece in PIECES]


def wrong_entry(_: Given, q: Question) -> str:
    def disagreement(text: str) -> float:
        computed, numerical = (float(part.split("$")[0]) for part in re.split("= |differences \\$", text)[1:])
        return abs(computed / numerical - 1)

    (found,) = [text for text in q.options if disagreement(text) > 0.02]
    return found


BY_HAND = {
    "bptt.input-matrix": input_matrix,
    "bptt.bias": bias,
    "bptt.wrong-entry": wrong_entry,
    "bptt.scalar": scalar,
    "bptt.symbolic": symbolic,
    "bptt.local-gradient": local_gradient,
    "bptt.jacobian": jacobian,
    "bptt.symbolic-local": symbolic_local,
    "bptt.matrices": matrices,
    "bptt.delta-recursion": delta_recursion,
    "bptt.two-losses": two_losses,
    "bptt.sum-over-steps": sum_over_steps,
    "bptt.three-steps": three_steps,
    "bptt.wrong-line": wrong_line,
    "bptt.paths": paths,
    "bptt.gradient-check": gradient_check,
    "bptt.order-of-steps": order_of_steps,
}
