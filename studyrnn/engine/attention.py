"""Scaled dot-product attention (Vaswani et al. 2017, section 3.2.1), one head, one example.

Tokens are ROWS here, as in the paper, unlike the columns elsewhere: X (T, d), and each projection is X W with W (d, k).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.equations import Program
from studyrnn.engine.shapes import array, whole
from studyrnn.errors import ArgumentError

PROJECTIONS = Program.parse({"Q": "X @ W_q", "K": "X @ W_k", "V": "X @ W_v"})
_SCORES = {"scale": "sqrt(size(K.T))", "scores": "Q @ K.T / scale"}  # K.T has d_k rows
ATTENTION = Program.parse({**_SCORES, "weights": "softmax_rows(scores)", "output": "weights @ V"})
CAUSAL = Program.parse(
    {**_SCORES, "masked": "scores + mask", "weights": "softmax_rows(masked)", "output": "weights @ V"}
)


def causal_mask(T: int) -> Array:
    """(T, T): 0 where token t may look (at itself and before), minus infinity where it may not (later tokens).

    Added to the scores, it makes the weights of later tokens exactly 0, as exp(-inf) = 0. Raises
    ArgumentError for T below 1.
    """
    T = whole("T", T, 1)
    return np.where(np.tri(T, dtype=bool), 0.0, -np.inf)


def attention(Q: Any, K: Any, V: Any, causal: bool = False) -> dict[str, Array]:
    """softmax(Q K^T / sqrt(d_k)) V, the softmax over each row: every query's average of the values.

    Q (T, d_k): a query a row; K (S, d_k) and V (S, d_v): a key and a value a row. Returns the trace of ATTENTION:
    scale (the root of d_k), scores (T, S), weights (T, S; each row sums to 1), output (T, d_v). With `causal`, the
    trace of CAUSAL: mask and masked (T, T) besides, and no token looks at a later one. Raises ArgumentError where the
    shapes do not fit; causal attention needs as many keys as queries.
    """
    Q = array("Q", Q, (None, None))
    K = array("K", K, (None, Q.shape[1]))
    V = array("V", V, (len(K), None))
    if not (Q.size and K.size):
        raise ArgumentError("Q or K is empty; attention needs at least one query and one key of one entry")
    if not causal:
        return ATTENTION.run({"Q": Q, "K": K, "V": V}, NUMPY)
    if len(Q) != len(K):
        raise ArgumentError(f"Q has {len(Q)} rows and K has {len(K)}; causal attention is of a sequence to itself")
    return CAUSAL.run({"Q": Q, "K": K, "V": V, "mask": causal_mask(len(Q))}, NUMPY)


def self_attention(X: Any, W_q: Any, W_k: Any, W_v: Any, causal: bool = False) -> dict[str, Array]:
    """Attention of a sequence to itself: Q = X W_q, K = X W_k, V = X W_v.

    X (T, d): a token a row; W_q and W_k (d, d_k), W_v (d, d_v). Returns the trace of PROJECTIONS and of `attention`.
    Raises ArgumentError where the shapes do not fit.
    """
    X = array("X", X, (None, None))
    d = X.shape[1]
    W_q = array("W_q", W_q, (d, None))
    W_k = array("W_k", W_k, (d, W_q.shape[1]))
    W_v = array("W_v", W_v, (d, None))
    projected = PROJECTIONS.run({"X": X, "W_q": W_q, "W_k": W_k, "W_v": W_v}, NUMPY)
    return projected | attention(projected["Q"], projected["K"], projected["V"], causal)
