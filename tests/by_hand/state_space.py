"""Linear systems, run in loops or written out."""

from __future__ import annotations

from by_hand import Given, plus, times
from studyrnn.model import Question


def step(g: Given, _: Question) -> list[float]:
    """Without the state in between: y = C A h_ + (C B + D) x."""
    inputs = plus(times(g["C"], times(g["B"], g["x"])), times(g["D"], g["x"]))
    return plus(times(g["C"], times(g["A"], g["h_prev"])), inputs)


def simulate(g: Given, _: Question) -> float:
    """Written out: an input counts A to the power of the steps since."""
    inputs = sum(g["A"] ** (3 - t) * g["B"] * g[f"x_{t}"] for t in (1, 2, 3))
    return g["C"] * (g["A"] ** 3 * g["h_0"] + inputs)


def as_rnn(g: Given, _: Question) -> list[float]:
    return plus(times(g["A"], g["h_prev"]), times(g["B"], g["u"]))


BY_HAND = {
    "state-space.step": step,
    "state-space.simulate": simulate,
    "state-space.as-rnn": as_rnn,
}
