"""Lists handled with loops, chains followed path by path, tasks told by what they read and write."""

from __future__ import annotations

import cmath
import math
import re
from itertools import pairwise, product

from by_hand import Given
from studyrnn.model import Question


def _lists(q: Question) -> list[list[float]]:
    return [[float(entry) for entry in found.split(",")] for found in re.findall(r"= \(([\d, ]+)\)", q.stem)]


def shift(_: Given, q: Question) -> list[float]:
    if q.convention["kind"] == "join":
        x, y = _lists(q)
        asked = int(re.search(r"z_\{(\d+)\}", q.stem)[1])  # type: ignore[index]
        return [float(len(x) + len(y)), [*x, *y][asked - 1]]
    (x,) = _lists(q)
    k = int(re.search(r" by (\d+)", q.stem)[1])  # type: ignore[index]
    for _step in range(k):  # one step after the other: an end falls off, a zero comes in
        x = [*x[1:], 0.0] if q.convention["kind"] == "advance" else [0.0, *x[:-1]]
    return x


def mean_and_sum(g: Given, q: Question) -> list[float]:
    steps = int(q.convention["steps"])
    return [math.fsum(entries) / steps for entries in zip(*(g[f"x_{t}"] for t in range(1, steps + 1)), strict=True)]


def rule(g: Given, q: Question) -> float:
    a, b, kind = g["a"], g["b"], q.convention["rule"]
    if kind == "linear":  # step by step from the first element
        return a + b + sum(a for _ in range(int(g["t"]) - 1))
    if kind == "quadratic":  # by differences: x_{t+1} - x_t = a (2 t + 1) + b
        return a + b + sum(a * (2 * t + 1) + b for t in range(1, int(g["t"])))
    if kind == "recursive":  # x_4 = a^3 x_1 + b (a^2 + a + 1)
        return a**3 * g["x_1"] + b * (a * a + a + 1)
    return (a**3 + 2 * a * b) * g["x_2"] + (a * a * b + b * b) * g["x_1"]


def sine(g: Given, _: Question) -> float:
    """A pointer that turns once a period."""
    spacing = g["delta"] if "delta" in g else 1 / g["r"]
    turn = cmath.exp(2j * math.pi * g["nu"] * spacing)
    pointer = complex(g["A"])
    for _step in range(int(g["k"])):
        pointer *= turn
    return pointer.imag


def autocorrelation(g: Given, q: Question) -> float:
    """Multiplied out: sum x_t x_{t+1} - m (2 sum x - x_1 - x_T) + (T - 1) m^2 over sum x^2 - T m^2."""
    T = int(q.convention["steps"])
    x = [g[f"x_{t}"] for t in range(1, T + 1)]
    m = sum(x) / T
    products = sum(a * b for a, b in pairwise(x))
    above = products - m * (2 * sum(x) - x[0] - x[-1]) + (T - 1) * m * m
    return above / (sum(a * a for a in x) - T * m * m)


def markov_step(g: Given, q: Question) -> list[float]:
    """All paths, each with its probability, gathered by where they end."""
    P, states, steps = g["P"], range(len(g["P"])), int(q.convention["steps"])
    ends = [0.0 for _ in states]
    for path in product(states, repeat=steps + 1):
        ends[path[-1]] += g["p_0"][path[0]] * math.prod(P[i][j] for i, j in pairwise(path))
    return ends


def markov_path(g: Given, q: Question) -> float:
    path = [g[f"s_{t}"].index(1) for t in (1, 2, 3)]
    start = 1.0 if q.convention["start"] == "known" else g["p_0"][path[0]]
    return start * g["P"][path[0]][path[1]] * g["P"][path[1]][path[2]]


def shape(g: Given, q: Question) -> list[float]:
    """By their places in the layout."""
    steps = g["T"] if "T" in g else g["s"] * g["r"]
    places = ("batch", "time") if q.convention["layout"] == "batch first" else ("time", "batch")
    sizes = {"batch": g["N"], "time": steps, "features": g["n"] if "of" in q.convention else g["d"]}
    return [sizes[place] for place in (*places, "features")]


# What each task says and no other does.
TOLD = {
    "One-to-many.": ("photograph", "composes", "advertisement", "directions", "robot arm"),
    "Many-to-one.": ("grades", "next hour", "people speaks", "letter", "pen", "sports"),
    "Many-to-many, an output at each step of the input.": (
        "word classes",
        "gestures",
        "after each one",
        "heartbeat",
        "valves",
    ),
    "Many-to-many, by an encoder and a decoder.": (
        "in English",
        "summary",
        "answer of",
        "reads a tune",
        "lines of a program",
    ),
}


def kinds(_: Given, q: Question) -> str:
    (kind,) = (kind for kind, signs in TOLD.items() if any(sign in q.stem for sign in signs))
    return kind


BY_HAND = {
    "sequences.shift": shift,
    "sequences.mean-and-sum": mean_and_sum,
    "sequences.rule": rule,
    "sequences.sine": sine,
    "sequences.autocorrelation": autocorrelation,
    "sequences.markov-step": markov_step,
    "sequences.markov-path": markov_path,
    "sequences.shape": shape,
    "sequences.kinds": kinds,
}
