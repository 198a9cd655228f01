"""Products of what the stem lists; logarithms to the base that is asked for."""

from __future__ import annotations

import math
import re

from by_hand import Given
from studyrnn.model import Question


def chain_rule(_: Given, q: Question) -> float:
    *words, sentence = dict.fromkeys(re.findall(r"\*([^*]+)\*", q.stem))
    shares = {"": numbers(q.stem.partition("At the start: ")[2].partition(";")[0])}
    shares |= {word: numbers(q.stem.partition(f"after *{word}*: ")[2]) for word in words}
    p, before = 1.0, ""
    for word in [*sentence.split(), "end"]:
        p *= shares[before][3 if word == "end" else words.index(word)]
        before = word
    return p


def numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"\d\.\d+", text)[:4]]


def next_word(g: Given, _: Question) -> float:
    odds = [math.exp((g[f"s_{k}"] - g["s_2"]) / g["tau"]) for k in (1, 3)]
    return 1 / (1 + sum(odds))


def perplexity(g: Given, _: Question) -> float:
    """The inverse of the geometric mean."""
    return math.prod(g[f"p_{t}"] for t in (1, 2, 3, 4)) ** -0.25


def bits(g: Given, _: Question) -> float:
    return -sum(math.log2(g[f"p_{t}"]) for t in (1, 2, 3)) / 3


BY_HAND = {
    "language-models.chain-rule": chain_rule,
    "language-models.next-word": next_word,
    "language-models.perplexity": perplexity,
    "language-models.bits": bits,
}
