"""Counted in loops where that is quick, from the shapes elsewhere."""

from __future__ import annotations

import re

from by_hand import Given
from studyrnn.model import Question


def step_cost(g: Given, _: Question) -> float:
    return float(sum(g["d"] + g["n"] for _unit in range(round(g["n"]))))


def sequence_cost(g: Given, q: Question) -> float:
    return g["T"] * (step_cost(g, q) + g["m"] * g["n"])


def stored_values(g: Given, q: Question) -> float:
    cell, when = q.convention["kind"].split()
    states = {"rnn": ["h"], "lstm": ["h", "c"]}[cell]
    return len(states) * g["n"] * (g["T"] if when == "training" else 1)


def gradient_terms(g: Given, q: Question) -> float:
    window = g.get("k", g["T"])
    return float(sum(min(t, window) for t in range(1, round(g["T"]) + 1)))


def attention_cost(g: Given, _: Question) -> float:
    return sum(2 * g["d"] for _query in range(round(g["T"])) for _key in range(round(g["T"])))


def cache_against_state(g: Given, q: Question) -> float:
    return 2 * g["T"] * g["d"] - {"rnn": 1, "lstm": 2}[q.convention["kind"]] * g["n"]


def growth(_: Given, q: Question) -> str:
    factor = int(re.search(r"become (\d+) times", q.stem)[1])  # type: ignore[index]
    what = q.stem.partition("What becomes of ")[2]
    if "attention scores" in what:
        return f"It grows {factor**2}-fold."
    fixed = (
        "keeps for its next step" in what
        or "fixed window" in what
        or re.search(r"weights of (a|an) [\w-]+ (RNN|layer|attention)", what)
    )
    return "It stays the same." if fixed or "weights of a self-attention" in what else f"It grows {factor}-fold."


BY_HAND = {
    "complexity.step-cost": step_cost,
    "complexity.sequence-cost": sequence_cost,
    "complexity.stored-values": stored_values,
    "complexity.gradient-terms": gradient_terms,
    "complexity.attention-cost": attention_cost,
    "complexity.cache-against-state": cache_against_state,
    "complexity.growth": growth,
}
