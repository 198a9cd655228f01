from __future__ import annotations

import math

from by_hand import Given, logistic, times
from studyrnn.model import Question


def xavier_limit(g: Given, q: Question) -> float:
    """The limit from the textbook formula, the deviation from the precision."""
    terms = {"Xavier": (g["d"] + g["n"]) / 2, "He pre": g["d"] / 2, "mean square": g["d"]}
    (count,) = (value for cue, value in terms.items() if cue in q.stem)
    return math.sqrt(3 / count) if "evenly" in q.stem else 1 / math.sqrt(count)


def preactivation_variance(g: Given, q: Question) -> float:
    """Term by term, layer by layer."""
    if "mean" in g:
        return math.fsum([g["sigma"] ** 2 * (g["mean"] ** 2 + g["s"] ** 2)] * int(g["n"]))
    if "tau" in g:
        from_inputs = [g["sigma"] ** 2 * g["p"]] * int(g["d"])
        return math.fsum(from_inputs + [g["tau"] ** 2 * g["q"]] * int(g["n"]))
    signal = g["q"]
    for _ in range(int(g["k"])):
        signal = math.fsum([g["sigma"] ** 2 * (signal / 2 if "ReLU" in q.stem else signal)] * int(g["n"]))
    return signal


def irnn_step(g: Given, _: Question) -> list[float]:
    moved = times(g["W_xh"], g["x"])
    return [h + a if h + a > 0 else 0.0 for h, a in zip(g["h_prev"], moved, strict=True)]


def irnn_gradient(g: Given, _: Question) -> list[float]:
    """The loss is linear between two kinks: a finite difference is its slope."""
    step, slopes = 1e-4, []
    for k in range(3):
        losses = []
        for move in (step, -step):
            h = [entry + move * (j == k) for j, entry in enumerate(g["h_prev"])]
            losses.append(math.fsum(v * s for v, s in zip(g["v"], irnn_step({**g, "h_prev": h}, _), strict=True)))
        slopes.append((losses[0] - losses[1]) / (2 * step))
    return slopes


def forget_bias(g: Given, _: Question) -> float:
    if "b_f" in g:
        cell = g["c_0"]
        for _step in range(int(g["k"])):
            cell *= logistic(g["b_f"])
        return cell

    low, high = -20.0, 20.0
    for _step in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if g["c_0"] * logistic(middle) ** g["k"] < g["c_k"] else (low, middle)
    return low


BY_HAND = {
    "initialisation.xavier-limit": xavier_limit,
    "initialisation.preactivation-variance": preactivation_variance,
    "initialisation.irnn-step": irnn_step,
    "initialisation.irnn-gradient": irnn_gradient,
    "initialisation.forget-bias": forget_bias,
}
