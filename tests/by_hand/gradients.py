from __future__ import annotations

import math
from itertools import pairwise

from by_hand import Given, logistic, points, times
from studyrnn.model import Question


def power(g: Given, _: Question) -> float:
    gradient = g["g_T"]
    for _step in range(int(g["s"]), int(g["T"])):
        gradient *= g["w"]
    return gradient


def steps_until(g: Given, q: Question) -> float:
    size, steps = 1.0, 0
    while (size < g["threshold"]) if "above" in q.stem else (size > g["threshold"]):
        size, steps = size * abs(g["w"] * g["s"]), steps + 1
    return float(steps)


def slope_of(g: Given, q: Question) -> float:
    """A central difference of the activation where the state is, or the slope that is given."""
    if "s" in g:
        return g["s"]
    f, at = (math.tanh, math.atanh(g["h"])) if "tanh" in q.stem else (logistic, math.log(g["h"] / (1 - g["h"])))
    return (f(at + 1e-5) - f(at - 1e-5)) / 2e-5


def fate(g: Given, q: Question) -> str:
    factor = round(g["w"] * slope_of(g, q), 8)
    many = abs(factor) ** 9
    what = "It keeps its size" if many == 1 else "It vanishes" if many < 1 else "It explodes"
    turns = {1: "", -1: ", changing its sign at every step"}[-1 if factor < 0 else 1]
    return f"{what}{turns or (' and its sign' if many == 1 else '')}."


def fastest_to_vanish(g: Given, _: Question) -> list[str]:
    name = "h" if "h" in g else "s"
    slopes = [1 - h**2 for h in g["h"]] if name == "h" else g["s"]
    units = sorted(zip(g["w"], slopes, g[name], strict=True), key=lambda unit: abs(unit[0] * unit[1]))
    return [rf"$w = {w:g}, \quad {name} = {shown:g}$" for w, _slope, shown in units]


def product(g: Given, q: Question) -> float:
    states = [g[f"h_{t}"] for t in (1, 2, 3)]
    slopes = [h * (1 - h) if r"\sigma" in q.stem else (1 - h) * (1 + h) for h in states]
    return g["w"] ** 3 * math.prod(slopes)


def mean_misleads(g: Given, _: Question) -> float:
    if "m" in g:
        return math.prod([g["u"], g["v"]] * int(g["m"]))
    return math.exp(sum(math.log(g[f"q_{t}"]) for t in (1, 2, 3)) / 3)


def matrix(g: Given) -> list[list[float]]:
    return [[g["a"], g["b"]], [g["c"], g["d"]]]


def spectral_radius(g: Given, _: Question) -> float:
    """The two roots of the characteristic polynomial, as complex numbers."""
    half, product = (g["a"] + g["d"]) / 2, g["a"] * g["d"] - g["b"] * g["c"]
    root = complex(half * half - product) ** 0.5
    return max(abs(half + root), abs(half - root))


def largest_singular_value(g: Given) -> float:
    """The root of the larger eigenvalue of the symmetric matrix W^T W."""
    (a, b), (c, d) = matrix(g)
    first, mixed, last = a * a + c * c, a * b + c * d, b * b + d * d
    return math.sqrt((first + last) / 2 + math.hypot((first - last) / 2, mixed))


def matrix_fate(g: Given, q: Question) -> str:
    """Lengths along the power iteration: of every direction in one step, and far on."""
    if spectral_radius(g, q) > 1:
        return "It explodes, except perhaps in special directions."
    turned = [list(column) for column in zip(*matrix(g), strict=True)]
    angles = [math.pi * k / 500 for k in range(500)]
    longest = max(math.hypot(*times(turned, [math.cos(angle), math.sin(angle)])) for angle in angles)
    return "It shrinks at every step." if longest < 1 else "It may grow at first, but vanishes in the end."


def norm_bound(g: Given, _: Question) -> float:
    bound = 1.0
    for _step in range(int(g["T"])):
        bound *= largest_singular_value(g) * g["gamma"]
    return bound


def jacobian_product(g: Given, _: Question) -> list[list[float]]:
    """Forwards: what becomes of each unit vector."""
    columns = []
    for unit in ([1.0, 0.0], [0.0, 1.0]):
        there = unit
        for D in (g["D_1"], g["D_2"]):
            there = [D[k][k] * entry for k, entry in enumerate(times(g["W_hh"], there))]
        columns.append(there)
    return [list(row) for row in zip(*columns, strict=True)]


def formula(g: Given, q: Question) -> list[float]:
    """Forward sensitivity: dh_1 by h_0, then dh_2, one path after the other."""
    found = []
    for at in points(q):
        slopes = [at[h] * (1 - at[h]) if r"\sigma" in q.stem else 1 - at[h] ** 2 for h in ("h_1", "h_2")]
        through = slopes[1] * at["W_hh"] * (slopes[0] * at["W_hh"])
        found.append(through + slopes[1] * at.get("W_skip", 0.0))
    return found


STAGES = (
    "write one step",
    "differentiate",
    "that derivative|in that|size of that",
    "by the chain",
    "this power",
    "the last",
)


def vanishing_argument(_: Given, q: Question) -> list[str]:
    """Each step names the stage that it is at."""

    def stage(text: str) -> int:
        return next(k for k, cues in enumerate(STAGES) if any(cue in text.lower() for cue in cues.split("|")))

    ordered = sorted(q.options, key=stage)
    assert all(stage(a) < stage(b) for a, b in pairwise(ordered)), q.replay
    return ordered


BY_HAND = {
    "gradients.power": power,
    "gradients.steps-until": steps_until,
    "gradients.fate": fate,
    "gradients.fastest-to-vanish": fastest_to_vanish,
    "gradients.product": product,
    "gradients.mean-misleads": mean_misleads,
    "gradients.spectral-radius": spectral_radius,
    "gradients.matrix-fate": matrix_fate,
    "gradients.jacobian-product": jacobian_product,
    "gradients.norm-bound": norm_bound,
    "gradients.formula": formula,
    "gradients.skip-formula": formula,
    "gradients.vanishing-argument": vanishing_argument,
}
