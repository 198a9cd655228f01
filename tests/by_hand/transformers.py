"""Attention token by token with sums written out; paths by walking them; parameters matrix by matrix."""

from __future__ import annotations

import math
from itertools import product

from by_hand import Given
from studyrnn.model import Question


def scores(g: Given, q: Question) -> list[float] | list[list[float]]:
    def score(query: list[float], key: list[float]) -> float:
        return math.fsum(a * b for a, b in zip(query, key, strict=True)) / math.sqrt(len(key))

    if q.convention["queries"] == "one":
        return [score(g["q"], key) for key in g["K"]]
    return [[score(query, key) for key in g["K"]] for query in g["Q"]]


def shares(s: list[float]) -> list[float]:
    """Each against all the others: 1 over the sum of the ratios."""
    return [1 / math.fsum(math.exp(other - one) for other in s) for one in s]


def weights(g: Given, q: Question) -> list[float]:
    s = g["s"] if q.convention["from"] == "scores" else [u / math.sqrt(g["d_k"]) for u in g["u"]]
    return shares(s)


def read(query: list[float], keys: list[list[float]], values: list[list[float]]) -> list[float]:
    s = [sum(a * b for a, b in zip(query, key, strict=True)) / len(key) ** 0.5 for key in keys]
    return [math.fsum(w * v for w, v in zip(shares(s), column, strict=True)) for column in zip(*values, strict=True)]


def attention(g: Given, _: Question) -> list[float]:
    return read(g["q"], g["K"], g["V"])


def causal(g: Given, q: Question) -> list[float]:
    """As if the later tokens had never been there."""
    t = int(q.convention["position"])
    return read(g["q"], g["K"][:t], g["V"][:t])


def finished(steps: int, layers: int, waits_for_time: bool) -> int:
    """When the last of all updates is done, each of one unit, begun as soon as those it needs are there."""
    done: dict[tuple[int, int], int] = {}
    for t, layer in product(range(steps), range(layers)):
        before = done.get((t - 1, layer), 0) if waits_for_time else 0
        done[t, layer] = 1 + max(before, done.get((t, layer - 1), 0))
    return max(done.values())


def path_length(g: Given, q: Question) -> float:
    kind = q.convention["kind"]
    if kind == "recurrent":
        return float(len(range(round(g["j"]), round(g["k"]))))
    if kind == "window":
        layers, place = 0, g["T"]
        while place > 1:
            layers, place = layers + 1, place - g["k"]
        return float(layers)
    T, blocks = round(g["T"]), round(g["l"])
    if kind == "generation":
        return float(sum(1 for _ in product(range(T), range(blocks))))
    return float(finished(T, blocks, kind == "wavefront"))


def block_parameters(g: Given, q: Question) -> float:
    d, kind = g["d"], q.convention["kind"]
    if kind == "one-head":
        matrices = [(g["k"], d), (g["k"], d), (g["v"], d), (d, g["v"])]
        return sum(rows * columns for rows, columns in matrices)
    if kind == "heads":
        return sum(3 * d * (d / g["a"]) for _ in range(round(g["a"]))) + d * d
    layers = [(d, d)] * 4 + [(g["w"], d), (d, g["w"])]
    block = sum(rows * (columns + 1) for rows, columns in layers) + sum([d, d] * 2)
    return block * g.get("B", 1)


BY_HAND = {
    "transformers.scores": scores,
    "transformers.weights": weights,
    "transformers.attention": attention,
    "transformers.causal": causal,
    "transformers.path-length": path_length,
    "transformers.block-parameters": block_parameters,
}
