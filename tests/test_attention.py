"""Scaled dot-product attention against loops of plain numbers, 30 digits, and cases that can be done in the head."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.attention import ATTENTION, CAUSAL, attention, causal_mask, self_attention
from studyrnn.engine.precise import run_precise
from studyrnn.errors import ArgumentError

Q = [[0.3, -0.8], [1.2, 0.5], [-0.4, 0.9]]
K = [[0.7, 0.1], [-0.6, 0.4], [0.2, -1.1]]
V = [[1.0, 0.5, -0.2], [0.3, -0.7, 0.8], [-0.9, 0.6, 0.1]]


def by_loops(Q: Any, K: Any, V: Any, causal: bool) -> tuple[list[list[float]], list[list[float]]]:
    """Weights and outputs entry by entry; later keys are left out of the sum, not masked."""
    weights, outputs = [], []
    for t, q in enumerate(Q):
        keys = K[: t + 1] if causal else K
        scores = [sum(a * b for a, b in zip(q, k, strict=True)) / math.sqrt(len(q)) for k in keys]
        total = math.fsum(math.exp(score) for score in scores)
        row = [math.exp(score) / total for score in scores] + [0.0] * (len(K) - len(keys))
        weights.append(row)
        outputs.append([sum(w * v[j] for w, v in zip(row, V, strict=True)) for j in range(len(V[0]))])
    return weights, outputs


@pytest.mark.parametrize("causal", [False, True])
def test_weights_and_output_against_loops(causal: bool) -> None:
    """Three tokens, d_k = 2, d_v = 3."""
    trace = attention(Q, K, V, causal)
    weights, outputs = by_loops(Q, K, V, causal)
    assert trace["weights"] == pytest.approx(np.array(weights), abs=1e-15)
    assert trace["output"] == pytest.approx(np.array(outputs), abs=1e-15)
    assert trace["scale"] == pytest.approx(math.sqrt(2))


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(0, 999))
def test_any_sizes_against_loops(T: int, S: int, d_k: int, d_v: int, seed: int) -> None:
    """Also where queries and keys differ in number; rows of weights are distributions."""
    chance = np.random.default_rng(seed)
    q, k, v = chance.normal(0, 2, (T, d_k)), chance.normal(0, 2, (S, d_k)), chance.normal(0, 2, (S, d_v))
    trace = attention(q, k, v)
    weights, outputs = by_loops(q.tolist(), k.tolist(), v.tolist(), False)
    assert trace["weights"] == pytest.approx(np.array(weights), abs=1e-13)
    assert trace["output"] == pytest.approx(np.array(outputs), abs=1e-12)
    assert trace["weights"].sum(axis=1) == pytest.approx(np.ones(T))
    if T == S:
        weights, outputs = by_loops(q.tolist(), k.tolist(), v.tolist(), True)
        assert attention(q, k, v, causal=True)["output"] == pytest.approx(np.array(outputs), abs=1e-12)


def test_the_trace_in_the_order_of_work() -> None:
    """scale, scores, (masked,) weights, output."""
    assert [name for name in attention(Q, K, V) if name not in "QKV"] == ["scale", "scores", "weights", "output"]
    names = [name for name in attention(Q, K, V, causal=True) if name not in "QKV"]
    assert names == ["mask", "scale", "scores", "masked", "weights", "output"]


def test_in_the_head() -> None:
    """d_k = 4, so the scale is 2. The query scores 2 ln 3 / 2 = ln 3 and 0: weights 3/4 and 1/4 on the values 8, 0."""
    trace = attention([[2 * math.log(3), 0, 0, 0]], [[1, 0, 0, 0], [0, 1, 0, 0]], [[8], [0]])
    assert trace["scale"] == 2
    assert trace["scores"] == pytest.approx(np.array([[math.log(3), 0]]))
    assert trace["weights"] == pytest.approx(np.array([[0.75, 0.25]]))
    assert trace["output"] == pytest.approx(np.array([[6.0]]))


def test_equal_keys_average_the_values() -> None:
    """Without anything to tell them apart; causally, each token averages those up to itself."""
    same = np.ones((3, 2))
    assert attention(Q, same, V)["output"] == pytest.approx(np.tile(np.mean(V, axis=0), (3, 1)))
    running = [np.mean(V[: t + 1], axis=0) for t in range(3)]
    assert attention(Q, same, V, causal=True)["output"] == pytest.approx(np.array(running))


def test_no_weight_at_all_on_later_tokens() -> None:
    """Exactly 0, even where later scores are enormous; changing a later token changes nothing before it."""
    trace = attention(Q, 1e6 * np.array(K), V, causal=True)
    assert (trace["weights"][np.triu_indices(3, k=1)] == 0).all()
    assert trace["output"][0].tolist() == V[0]
    assert np.isfinite(trace["output"]).all()
    X = np.array(Q)
    W = np.array([[0.2, -0.5], [0.7, 0.3]])
    before = self_attention(X, W, W.T, W, causal=True)["output"]
    X[2] = [50, -50]
    after = self_attention(X, W, W.T, W, causal=True)["output"]
    assert after[:2].tolist() == before[:2].tolist()
    assert after[2].tolist() != before[2].tolist()


def test_the_mask() -> None:
    """Zero where a token may look, minus infinity above the diagonal."""
    infinity = float("inf")
    assert causal_mask(3).tolist() == [[0, -infinity, -infinity], [0, 0, -infinity], [0, 0, 0]]
    with pytest.raises(ArgumentError, match=r"T is 2.5; it needs a whole number"):
        causal_mask(2.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("causal", [False, True])
def test_the_equations_on_thirty_digits(causal: bool) -> None:
    """The same programs, worked out on lists of mpmath numbers; masked weights are 0 there as well."""
    given_ = {"Q": Q, "K": K, "V": V} | ({"mask": causal_mask(3).tolist()} if causal else {})
    precise = run_precise(CAUSAL if causal else ATTENTION, given_)
    found = attention(Q, K, V, causal)
    for name in ("scores", "weights", "output"):
        assert found[name] == pytest.approx(np.array(precise[name], dtype=float), abs=1e-15)
    if causal:
        assert precise["weights"][0][1:] == [0, 0]


def test_self_attention_projects_the_rows() -> None:
    """Q = X W_q and so on by loops, then the attention of these; d = 2, d_k = 3, d_v = 1."""
    X = [[1.0, 2.0], [0.5, -1.0]]
    W_q, W_k, W_v = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], [[0.3, -0.1, 0.2], [0.0, 0.5, -0.4]], [[2.0], [-1.0]]

    def rows(W: list[list[float]]) -> list[list[float]]:
        return [[sum(x[i] * W[i][j] for i in range(2)) for j in range(len(W[0]))] for x in X]

    trace = self_attention(X, W_q, W_k, W_v)
    assert trace["Q"] == pytest.approx(np.array(rows(W_q)))
    assert trace["V"].tolist() == [[0.0], [2.0]]
    _, outputs = by_loops(rows(W_q), rows(W_k), rows(W_v), False)
    assert trace["output"] == pytest.approx(np.array(outputs))
    assert list(trace)[-1] == "output"


def test_forgetting_the_scale_is_one_equation() -> None:
    """A slip is a rewritten equation: without the scale the weights are those of larger scores."""
    slip = ATTENTION.rewrite({"scale": "1"}).run({"Q": np.array(Q), "K": np.array(K), "V": np.array(V)}, NUMPY)
    scaled = attention(np.array(Q) * math.sqrt(2), K, V)
    assert slip["weights"] == pytest.approx(scaled["weights"])


def test_shapes_that_do_not_fit_are_refused() -> None:
    """The argument that does not fit is named."""
    with pytest.raises(ArgumentError, match=r"K has shape \(3, 3\); it needs \(any, 2\)"):
        attention(Q, V, V)
    with pytest.raises(ArgumentError, match=r"V has shape \(2, 3\); it needs \(3, any\)"):
        attention(Q, K, V[:2])
    with pytest.raises(ArgumentError, match="Q has 2 rows and K has 3; causal attention is of a sequence to itself"):
        attention(Q[:2], K, V, causal=True)
    with pytest.raises(ArgumentError, match="Q or K is empty"):
        attention(np.ones((2, 0)), np.ones((3, 0)), V)
    with pytest.raises(ArgumentError, match="Q or K is empty"):
        attention(Q, np.ones((0, 2)), np.ones((0, 3)))
    with pytest.raises(ArgumentError, match=r"W_k has shape \(2, 1\); it needs \(2, 2\)"):
        self_attention(Q, np.eye(2), [[1], [2]], np.eye(2))
