"""Who looks at whom: the weights of one head of self-attention, with and without the division by sqrt(d_k)."""

from __future__ import annotations

from collections.abc import Mapping
from math import log2, sqrt

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.attention import ATTENTION, CAUSAL, self_attention
from studyrnn.engine.initialisers import fan_in
from studyrnn.figures.parts import Fact, Figure, Matrix
from studyrnn.plots._networks import SEED
from studyrnn.plots.base import Option, Picture

_WORDS = ("the", "cat", "saw", "the", "dog", "run", "off", "now")
_EMBEDDING = 32  # entries of a token


def draw(tokens: int, d_k: int, causal: str, seed: int) -> Figure:
    words, masked = _WORDS[:tokens], causal == "yes"
    trace = _trace(words, d_k, masked, np.random.default_rng(seed))
    undivided = (CAUSAL if masked else ATTENTION).run(_undivided(trace), NUMPY)
    A, B = trace["weights"], undivided["weights"]
    mask = r" + \text{mask}" if masked else ""
    return Figure(
        "attention",
        f"Who looks at whom: one {'causal ' if masked else ''}head of self-attention, not trained",
        _see(words, d_k, masked, A, B),
        (
            _matrix("A", A, words, rf"$A = \operatorname{{softmax}}(Q K^\top / \sqrt{{d_k}}{mask})$"),
            _matrix("B", B, words, rf"Not divided by $\sqrt{{d_k}}$: $B = \operatorname{{softmax}}(Q K^\top{mask})$"),
        ),
        (
            Fact("$A$: mean of the largest weights", _largest(A)),
            Fact("$B$: mean of the largest weights", _largest(B)),
            Fact("$A$: mean entropy of a row, bits", _entropy(A)),
            Fact("$B$: mean entropy of a row, bits", _entropy(B)),
            Fact("mean entropy of equal weights, bits", _most(tokens, masked)),
            Fact(r"deviation of the products $Q K^\top$", float((trace["Q"] @ trace["K"].T).std())),
        ),
    )


def _trace(words: tuple[str, ...], d_k: int, masked: bool, chance: np.random.Generator) -> dict[str, Array]:
    """Random embeddings, one for each word, and projections that give queries and keys entries of variance 1."""
    embeddings = {word: chance.normal(size=_EMBEDDING) for word in dict.fromkeys(_WORDS)}
    W_q, W_k, W_v = (fan_in((d_k, _EMBEDDING), chance).T for _ in "qkv")
    return self_attention([embeddings[word] for word in words], W_q, W_k, W_v, masked)


def _undivided(trace: Mapping[str, Array]) -> dict[str, Array]:
    """The same queries, keys and values, and 1 to divide by: a value under the name of an equation stands in for it."""
    return {name: trace[name] for name in ("Q", "K", "V", "mask") if name in trace} | {"scale": np.array(1.0)}


def _matrix(symbol: str, weights: Array, words: tuple[str, ...], title: str) -> Matrix:
    return Matrix(symbol, tuple(map(tuple, weights.tolist())), words, words, title, largest=1.0)


def _largest(weights: Array) -> float:
    return float(weights.max(axis=1).mean())


def _entropy(weights: Array) -> float:
    """-sum w log2 w of each row, where 0 log 0 is 0, and the mean of the rows."""
    logs = np.log2(np.where(weights > 0, weights, 1.0))
    return float((weights * (0.0 - logs)).sum(axis=1).mean())


def _most(count: int, masked: bool) -> float:
    """The entropy of rows that spread their weight evenly over all that they may look at."""
    return sum(log2(seen) for seen in range(1, count + 1)) / count if masked else log2(count)


def _see(words: tuple[str, ...], d_k: int, masked: bool, A: Array, B: Array) -> str:
    most = int(A[-1].argmax())
    text = (
        "A row of $Q$ is the query of a token, a row of $K$ its key, each made from its embedding by a matrix of its "
        "own. Each row of $A$ is a token that looks, each column one that is looked at; the weights of a row add up "
        f'to 1, and the last token, "{words[-1]}", looks most at "{words[most]}" ({A[-1, most]:.2f}).'
    )
    if masked:
        text += " Above the diagonal all is 0: no token looks at a later one, and the first only at itself."
    elif len(set(words)) < len(words):
        text += " A word that comes twice has the same row and the same column twice: no order is built in."
    root = rf"$\sqrt{{d_k}} = {sqrt(d_k):.3g}$"
    if d_k == 1:
        return f"{text} The division by {root} changes nothing."
    return (
        f"{text} Without the division by {root} the softmax is sharper: the largest weight of a row is "
        f"{_largest(B):.2f} on average, not {_largest(A):.2f}."
    )


PICTURE = Picture(
    r"the attention weights of one head, with and without a causal mask and the division by $\sqrt{d_k}$",
    draw,
    (
        Option("tokens", 6, "how many", 2, len(_WORDS)),
        Option("d-k", 16, "entries of a query and of a key", 1, 256),
        Option("causal", "no", "whether a mask hides later tokens", choices=("yes", "no")),
        SEED,
    ),
)
