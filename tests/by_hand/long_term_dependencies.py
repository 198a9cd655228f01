"""Factors multiplied step by step, or compared by their logarithms."""

from __future__ import annotations

import re
from fractions import Fraction

from by_hand import Given
from studyrnn.model import Question


def filler(g: Given, _: Question) -> float:
    cell = unit = 1.0
    for _step in range(round(g["k"])):
        cell *= g["f"]
        unit *= g["s"] * g["w"]
    return cell / unit


def reach(_: Given, q: Question) -> float:
    factor, share = (Fraction(found) for found in re.findall(r"\d\.\d+", q.stem))
    return float(next(k for k in range(1, 2000) if factor**k < share))


HELPS = {
    "bracket": "an LSTM or a GRU",
    "truncated to": "truncating later",
    "one word": "attention",
    "1.3": "clipping the norm",
    "one half": "forget gates whose biases start at 1",
}


def which_help(_: Given, q: Question) -> str:
    (found,) = [text for cue, start in HELPS.items() if cue in q.stem for text in q.options if text.startswith(start)]
    return found


BY_HAND = {
    "long-term-dependencies.filler": filler,
    "long-term-dependencies.reach": reach,
    "long-term-dependencies.which-help": which_help,
}
