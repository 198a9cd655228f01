from __future__ import annotations

import math

from by_hand import Given, hadamard
from studyrnn.model import Question


def sgd(g: Given, _: Question) -> list[float]:
    """Mean and decay as a share of each entry that stays."""
    rows = [g[name] for name in ("grad", "grad_1", "grad_2") if name in g]
    shares = [1 - g["eta"] * g.get("weight_decay", 0.0)] * 2
    kept = hadamard(shares, g["w_prev"])
    return [w - g["eta"] * math.fsum(column) / len(rows) for w, *column in zip(kept, *rows, strict=True)]


def momentum(g: Given, q: Question) -> float:
    """The velocity written out as a sum over the past."""
    mu, eta = g["mu"], g["eta"]
    if "step itself" in q.stem:
        first = mu * g["v_0"] - eta * g["grad_1"]
        return g["w_0"] + first + mu * mu * g["v_0"] - eta * (mu * g["grad_1"] + g["grad_2"])
    velocities = [mu * g["v_0"] + g["grad_1"], mu * mu * g["v_0"] + mu * g["grad_1"] + g["grad_2"]]
    if "Nesterov" in q.stem:
        moves = [mu * v + grad for v, grad in zip(velocities, (g["grad_1"], g["grad_2"]), strict=True)]
    else:
        moves = velocities
    return g["w_0"] - eta * sum(moves)


def rmsprop(g: Given, _: Question) -> list[float]:
    """The step as the learning rate over the root of the average of squares relative to the present one."""
    moved = []
    for w, v, grad in zip(g["w_prev"], g["v_prev"], g["grad"], strict=True):
        relative = 1 - g["rho"] + g["rho"] * v / grad**2
        moved.append(w - math.copysign(g["eta"] / math.sqrt(relative), grad))
    return moved


def adam(g: Given, _: Question) -> float:
    """The corrected averages as weighted means of what came so far."""

    def mean(beta: float, first: float, second: float) -> float:
        return (beta * first + second) / (1 + beta)

    m = mean(g["beta1"], g["grad_1"], g["grad_2"])
    v = mean(g["beta2"], g["grad_1"] ** 2, g["grad_2"] ** 2)
    return g["w_1"] - g["eta"] * m / math.sqrt(v)


def adam_lines(g: Given, _: Question) -> dict[str, float]:
    found: dict[str, float] = {"m_0": 0.0, "v_0": 0.0}
    for t in (1, 2):
        grad = g[f"grad_{t}"]
        found[f"m_{t}"] = g["beta1"] * found[f"m_{t - 1}"] + (1 - g["beta1"]) * grad
        found[f"v_{t}"] = g["beta2"] * found[f"v_{t - 1}"] + (1 - g["beta2"]) * (grad * grad)
    found["m_hat"] = found["m_2"] / (1 - g["beta1"] * g["beta1"])
    found["v_hat"] = found["v_2"] / (1 - g["beta2"] * g["beta2"])
    del found["m_0"], found["v_0"]
    return found | {"w_2": g["w_1"] - g["eta"] * found["m_hat"] / math.sqrt(found["v_hat"])}


def first_step(g: Given, _: Question) -> float:
    """The gradient cancels."""
    return g["eta"] / math.sqrt(1 - g["rho"]) if "rho" in g else g["eta"]


def learning_rate(g: Given, q: Question) -> str:
    """Walk, with the slope measured."""
    factor = 0.5 if "tfrac" in q.stem else 1.0

    def loss(w: float) -> float:
        return factor * g["a"] * (w - g["c"]) ** 2

    w, gaps = g["w_0"], []
    for _ in range(3):
        gaps.append(w - g["c"])
        w -= g["eta"] * (loss(w + 0.5) - loss(w - 0.5))  # of a parabola the central difference is the slope
    distance = "shrinks" if abs(gaps[1]) < abs(gaps[0]) else "grows"
    side = "stays on one side of it" if gaps[0] * gaps[1] > 0 else "changes sides at every step"
    return f"The distance to $c$ {distance}; $w$ {side}."


def genetic_generation(g: Given, _: Question) -> list[float]:
    _, best = min(zip(g["losses"], g["P"], strict=True))
    _, second = sorted(zip(g["losses"], g["P"], strict=True))[1]
    child = [best[k] if k < g["k"] else second[k] for k in range(len(best))]
    return [gene + change for gene, change in zip(child, g["u"], strict=True)]


BY_HAND = {
    "optimisers.sgd": sgd,
    "optimisers.momentum": momentum,
    "optimisers.rmsprop": rmsprop,
    "optimisers.adam": adam,
    "optimisers.first-step": first_step,
    "optimisers.wrong-line": adam_lines,
    "optimisers.learning-rate": learning_rate,
    "optimisers.genetic-generation": genetic_generation,
}
