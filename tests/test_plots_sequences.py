"""Far cues, normalisation and attention as pictures: against loops written by hand, and closed forms."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from shown import of_card

from studyrnn import plots
from studyrnn.engine.cells import gru, lstm, rnn
from studyrnn.figures.parts import Figure, Heatmap, Lines, Matrix
from studyrnn.plots import attention, batchnorm, far_cue, find

PICTURES = ("far-cue", "batchnorm", "attention", "cost")
Arrays = dict[str, Any]


def drawn(name: str, **options: object) -> Figure:
    return find(name).figure({option.replace("_", "-"): str(value) for option, value in options.items()})


def curves(figure: Figure, place: int = 0) -> dict[str, Any]:
    lines = [part for part in figure.parts if isinstance(part, Lines)][place]
    return {series.name: np.array(series.values) for series in lines.series}


def facts(figure: Figure) -> dict[str, Any]:
    return {fact.label: fact.value for fact in figure.facts}


def sigmoid(a: Any) -> Any:
    return 1 / (1 + np.exp(-a))


# -- all of them -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("end", ["low", "high"])
def test_every_limit_draws(name: str, end: str) -> None:
    """At all lows and all highs, whatever the choice: no warning, as many numbers as places, facts that are numbers."""
    options = find(name).options
    limits = {option.name: str(getattr(option, end)) for option in options if not option.choices}
    for option in options:
        for choice in option.choices or ("",):
            figure = find(name).figure(limits | ({option.name: choice} if choice else {}))
            for part in figure.parts:
                if isinstance(part, Lines):
                    assert {len(series.values) for series in part.series} == {len(part.x)}
                    assert list(part.x) == sorted(set(part.x))
                else:
                    assert isinstance(part, Matrix | Heatmap)
                    assert np.shape(part.values) == (len(part.rows), len(part.columns))
                    assert np.isfinite(part.values).all()
            assert all(isinstance(fact.value, str) or math.isfinite(fact.value) for fact in figure.facts)


@pytest.mark.parametrize("name", PICTURES[:3])
def test_the_seed_decides(name: str) -> None:
    """The same seed draws the same numbers, another one others."""
    assert drawn(name, seed=5) == drawn(name, seed=5) != drawn(name, seed=6)


# -- the first token -------------------------------------------------------------------------------------------------


def states(name: str, w: Arrays, tokens: list[int]) -> list[Any]:
    """h_1, h_2, ... of one sequence, as the cells are defined."""
    n = len(next(iter(w.values())))
    h, c, found = np.zeros(n), np.zeros(n), []
    for token in tokens:
        x = np.eye(8)[token]

        def a(gate: str, h: Any, x: Any = x) -> Any:
            return w[f"W_x{gate}"] @ x + w[f"W_h{gate}"] @ h + w[f"b_{gate}"]

        if name == "RNN":
            h = np.tanh(a("h", h))
        elif name == "LSTM":
            c = sigmoid(a("f", h)) * c + sigmoid(a("i", h)) * np.tanh(a("g", h))
            h = sigmoid(a("o", h)) * np.tanh(c)
        else:
            z, reset = sigmoid(a("z", h)), sigmoid(a("r", h))
            h = (1 - z) * np.tanh(a("n", reset * h)) + z * h
        found.append(h)
    return found


@pytest.mark.parametrize("options", [{}, {"longest": 25, "units": 5, "scale": 1.7, "forget_bias": -0.5, "seed": 3}])
def test_distances_of_two_sequences(options: Arrays) -> None:
    """The curves are the distances of the states of two sequences run one by one, each step written out."""
    chosen: Arrays = {"longest": 60, "units": 16, "scale": 1.0, "forget_bias": 1.0, "seed": 1} | options
    longest, units, scale, bias, seed = chosen.values()
    filler: Any = np.random.default_rng([seed, 1]).integers(2, 8, longest)
    found = curves(drawn("far-cue", **options))
    for (name, shares), cell, gate, keep in zip(
        found.items(), (rnn(), lstm(), gru(), lstm()), ("", "b_f", "b_z", "b_f"), (0, bias, bias, 0), strict=True
    ):
        weights = far_cue._weights(cell, units, scale, np.random.default_rng([seed, 0]))
        if gate:
            weights[gate] = np.full(units, float(keep))
        kind, _, told = name.partition(", ")
        assert told == (f"${gate} = {keep:g}$" if gate else "")
        first, other = (np.array(states(kind, weights, [cue, *filler])) for cue in (0, 1))
        distances = np.sqrt(((first - other) ** 2).sum(axis=1))
        np.testing.assert_allclose(shares, distances / distances[0], rtol=1e-9, atol=1e-13)


def test_recurrent_weights_are_orthogonal_times_scale() -> None:
    """W W^T = scale^2 I for every recurrent matrix; no bias is set."""
    for cell in (rnn(), lstm(), gru()):
        for name, weight in far_cue._weights(cell, 7, 1.5, np.random.default_rng(0)).items():
            if name.startswith("W_h"):
                np.testing.assert_allclose(weight @ weight.T, 2.25 * np.eye(7), atol=1e-12)
            elif name.startswith("b"):
                assert not weight.any()


def test_one_run_gives_all_lengths() -> None:
    """A sequence that ends after 10 filler tokens leaves what the long one leaves at its tenth."""
    short, long = curves(drawn("far-cue", longest=10)), curves(drawn("far-cue", longest=60))
    for name, shares in short.items():
        np.testing.assert_allclose(shares, long[name][:11], rtol=1e-9)


def test_open_gates_keep_the_first_token() -> None:
    """With z = sigmoid(10) a GRU barely moves; the RNN has no gate, and its curve does not know the option."""
    usual, open_gates = curves(drawn("far-cue")), curves(drawn("far-cue", forget_bias=10))
    assert open_gates["GRU, $b_z = 10$"].min() > 0.97
    assert usual["GRU, $b_z = 1$"][-1] < 0.01
    np.testing.assert_array_equal(usual["RNN"], open_gates["RNN"])


def test_an_lstm_without_forget_bias() -> None:
    """It is there beside every other bias, once; the caption compares its factor with that of the RNN as they are."""
    name, than = "LSTM, $b_f = 0$", set()
    for options in ({}, {"scale": 0.3}, {"forget_bias": 0}, {"forget_bias": 0, "scale": 0.5, "seed": 4}):
        figure = drawn("far-cue", **options)
        found = curves(figure)
        assert len(found) == (3 if "forget_bias" in options else 4)
        np.testing.assert_array_equal(found[name], curves(drawn("far-cue", **{**options, "forget_bias": 2}))[name])
        here, there = (facts(figure)[f"{cell}: mean factor of one token"] for cell in (name, "RNN"))
        than.add("less than" if here < there else "more than")
        assert f"{'less' if here < there else 'more'} than that of the RNN" in figure.see
        assert f"$b_f = b_z = {options.get('forget_bias', 1)}$" in figure.see
    assert than == {"less than", "more than"}


@pytest.mark.parametrize("scale", [0.3, 1.0, 3.0])
def test_far_cue_facts_and_words(scale: float) -> None:
    """Reach and mean factor from the curve, by other ways than the picture's; the caption says what has grown."""
    figure = drawn("far-cue", scale=scale, longest=40, forget_bias=0)
    for name, shares in curves(figure).items():
        there = shares[~np.isnan(shares)]
        reach = [k for k in range(41) if shares[k] >= 0.01][-1]
        told = facts(figure)[f"{name}: longest filler with 1 % left"]
        assert told == ("40 or more" if reach == 40 else reach)
        factor = math.exp(np.diff(np.log(there)).mean())
        assert facts(figure)[f"{name}: mean factor of one token"] == pytest.approx(factor)
        kind = name.partition(",")[0]
        said = re.search(rf"([\d.]+) in the {kind}", figure.see)
        assert said is not None
        assert float(said[1]) == pytest.approx(factor, rel=0.005)
        grown = figure.see.partition(" the states end further apart")
        assert (f"the {kind}" in grown[0].rpartition(";")[2] and bool(grown[1])) == (there[-1] > 1 and len(there) == 41)
    assert len(re.findall(r"\.(?= |$)", figure.see)) <= 4


def test_rounding_is_not_drawn() -> None:
    """What is below 1e-13 is a gap up to the end, and the facts say so; where nothing is, they do not."""
    figure = drawn("far-cue", scale=0.3, longest=200)
    shares = curves(figure)["RNN"]
    gaps = np.isnan(shares)
    assert 10 < np.argmax(gaps) < 100
    assert gaps[np.argmax(gaps) :].all()
    assert np.nanmin(shares) >= 1e-13
    assert figure.facts[-1].label.startswith("not drawn")
    assert not any(label.startswith("not drawn") for label in facts(drawn("far-cue")))


# -- normalisation ---------------------------------------------------------------------------------------------------


def sums_by_hand(kind: str, weights: Arrays, inputs: Any) -> list[Any]:
    h, found = np.zeros((len(weights["W_hh"]), inputs.shape[2])), []
    for x in inputs:
        a = weights["W_xh"] @ x + weights["W_hh"] @ h
        if kind:
            axis = {"batch": 1, "layer": 0}[kind]
            mean = a.mean(axis, keepdims=True)
            a = (a - mean) / np.sqrt(((a - mean) ** 2).mean(axis, keepdims=True) + 1e-5)
        h = np.tanh(a)
        found.append(a)
    return found


@pytest.mark.parametrize("norm", ["batch", "layer"])
@pytest.mark.parametrize("options", [{}, {"batch": 3, "units": 5, "shift": -1.5, "scale": 4.0, "seed": 2}])
def test_sums_and_saturation(norm: str, options: Arrays) -> None:
    """Heatmaps, shares, statistics and facts, all from sums worked out step by step.

    A unit is saturated where 1 - tanh(a)^2 < 0.1, that is |a| > artanh(sqrt(0.9)).
    """
    chosen: Arrays = {"batch": 32, "units": 32, "shift": 3.0, "scale": 2.0, "seed": 1} | options
    batch, units, shift, scale, seed = chosen.values()
    figure = drawn("batchnorm", norm=norm, **options)
    x = np.random.default_rng([seed, 1]).normal(size=(20, 8, batch))
    x[10:] = x[10:] * scale + shift
    weights = batchnorm._weights(units, np.random.default_rng([seed, 0]))
    sums = {kind: sums_by_hand(kind.removeprefix("none"), weights, x) for kind in ("none", "batch", "layer")}
    for kind, part in zip(("none", norm), figure.parts[:2], strict=True):
        assert isinstance(part, Heatmap)
        bend = math.atanh(math.sqrt(0.9))
        bins = [-np.inf, -bend, -1, 0, 1, bend, np.inf]
        shares = np.array([np.histogram(a, bins)[0][::-1] / a.size for a in sums[kind]]).T
        np.testing.assert_allclose(part.values, shares, atol=1e-12)
        assert part.high is not None
        assert part.high >= np.max(part.values)
    saturated = {kind: [(abs(a) > math.atanh(math.sqrt(0.9))).mean() for a in found] for kind, found in sums.items()}
    for kind, shares in curves(figure).items():
        np.testing.assert_allclose(shares, saturated[kind], atol=1e-12)
        label = f"saturated from step 11 on, {kind}"
        assert facts(figure)[label] == pytest.approx(np.mean(saturated[kind][10:]))
    halves = [
        tuple(f"{np.mean(shares[part]):.2f}" for part in (slice(10), slice(10, 20))) for shares in saturated.values()
    ]
    assert "is {} up to step 10 and {} after it".format(*halves[0]) in figure.see
    assert "with batch normalisation {} and {}, with layer normalisation {} and {}.".format(*halves[1], *halves[2]) in (
        figure.see
    )
    assert f"mean {shift:g} and deviation {scale:g} instead" in figure.see.replace("$", "")
    for kind, row in statistics(figure).items():
        a = sums[kind][-1]
        over = [a, a.T]  # units as rows: over the batch; examples as rows: over the layer
        wanted = [np.mean(list(map(of, each))) for each in over for of in (lambda v: abs(sum(v) / len(v)), np.std)]
        np.testing.assert_allclose(np.array(row), wanted, atol=1e-12)


def statistics(figure: Figure) -> dict[str, Any]:
    """By kind of normalisation |mean| and deviation of a unit, then of an example."""
    table = figure.parts[-1]
    assert isinstance(table, Heatmap)
    assert [row.partition(":")[0] for row in table.rows] == ["unit", "unit", "example", "example"]
    return dict(zip(table.columns, np.transpose(table.values), strict=True))


def test_each_kind_normalises_over_its_own_axis() -> None:
    """Mean 0 and deviation 1 over the batch for batch normalisation, over the layer for layer normalisation only."""
    none, batch, layer = statistics(drawn("batchnorm")).values()
    np.testing.assert_allclose([*batch[:2], *layer[2:]], [0, 1, 0, 1], atol=1e-4)
    assert min(abs(none[0]), abs(layer[0])) > 0.3
    assert abs(none[1] - 1) > 0.1 < abs(layer[1] - 1)


def test_a_batch_of_one_leaves_nothing() -> None:
    """Over one example every sum is its own mean: all are 0, and the caption says so; of more examples it does not."""
    figure = drawn("batchnorm", batch=1)
    heatmap = figure.parts[1]
    assert isinstance(heatmap, Heatmap)
    assert heatmap.values[heatmap.rows.index("$0$ to $1$")] == (1.0,) * 20
    assert "every sum becomes 0. Layer normalisation" in figure.see
    assert "every sum becomes 0" not in drawn("batchnorm", batch=2).see


def test_inputs_that_do_not_change() -> None:
    """Where the second half is like the first, no line says that it changes, and neither does the caption."""
    same, other = drawn("batchnorm", shift=0, scale=1), drawn("batchnorm")
    assert [len(part.marks) for figure in (same, other) for part in figure.parts if isinstance(part, Lines)] == [0, 1]
    assert "instead of" not in same.see
    assert "instead of" in other.see


# -- attention -------------------------------------------------------------------------------------------------------


def softmax_rows(Q: Any, K: Any, divisor: float, causal: bool) -> list[list[float]]:
    rows = []
    for i, q in enumerate(Q):
        scores = [sum(map(math.prod, zip(q, k, strict=True))) / divisor for k in K]
        powers = [math.exp(score) if j <= i or not causal else 0.0 for j, score in enumerate(scores)]
        rows.append([power / sum(powers) for power in powers])
    return rows


def weights_of(figure: Figure) -> tuple[Any, Any]:
    A, B = (np.array(part.values) for part in figure.parts if isinstance(part, Matrix))
    return A, B


@pytest.mark.parametrize("causal", ["yes", "no"])
@pytest.mark.parametrize(("tokens", "d_k"), [(6, 16), (8, 3), (2, 64), (4, 1)])
def test_attention_weights(causal: str, tokens: int, d_k: int) -> None:
    """Both matrices, their largest weights and entropies from queries and keys, product by product."""
    figure = drawn("attention", tokens=tokens, d_k=d_k, causal=causal)
    trace = attention._trace(attention._WORDS[:tokens], d_k, False, np.random.default_rng(1))
    for symbol, found, divisor in zip("AB", weights_of(figure), (math.sqrt(d_k), 1.0), strict=True):
        wanted = softmax_rows(trace["Q"].tolist(), trace["K"].tolist(), divisor, causal == "yes")
        np.testing.assert_allclose(found, wanted, atol=1e-12)
        np.testing.assert_allclose(found.sum(axis=1), 1)
        entropy = sum(-w * math.log2(w) for row in wanted for w in row if w > 0) / tokens
        assert facts(figure)[f"${symbol}$: mean entropy of a row, bits"] == pytest.approx(entropy)
        largest = sum(map(max, wanted)) / tokens
        assert facts(figure)[f"${symbol}$: mean of the largest weights"] == pytest.approx(largest)
        assert d_k == 1 or f"{largest:.2f}" in figure.see
    if causal == "yes":
        assert not np.triu(weights_of(figure)[0], 1).any()


def test_a_mask_shares_out_what_is_left() -> None:
    """A causal row is the row without mask, cut off after its own token and divided by what is left of it."""
    free, masked = (weights_of(drawn("attention", tokens=8, causal=causal))[0] for causal in ("no", "yes"))
    kept = np.tril(free)
    np.testing.assert_allclose(masked, kept / kept.sum(axis=1, keepdims=True), atol=1e-12)


def test_the_same_word_twice() -> None:
    """Rows and columns of "the", first and fourth, are the same without a mask; the caption says so only there."""
    figure = drawn("attention", tokens=5)
    A, _ = weights_of(figure)
    np.testing.assert_allclose(A[0], A[3])
    np.testing.assert_allclose(A[:, 0], A[:, 3])
    assert "comes twice" in figure.see
    assert "comes twice" not in drawn("attention", tokens=3).see + drawn("attention", tokens=5, causal="yes").see


@pytest.mark.parametrize("causal", ["yes", "no"])
def test_division_makes_the_softmax_flatter(causal: str) -> None:
    """What the caption says of every d_k: the softmax is sharper undivided, and the same where the root is 1."""
    for seed in range(10):
        for d_k in (2, 16, 256):
            A, B = weights_of(drawn("attention", d_k=d_k, seed=seed, causal=causal))
            assert B.max(axis=1).mean() > A.max(axis=1).mean()
    A, B = weights_of(drawn("attention", d_k=1, causal=causal))
    np.testing.assert_array_equal(A, B)
    assert "changes nothing" in drawn("attention", d_k=1, causal=causal).see


def test_products_spread_like_the_root() -> None:
    """Products of queries and keys have variance d_k on average, which is why the root is what they are divided by."""
    label = r"deviation of the products $Q K^\top$"
    for d_k in (4, 64):
        squares = [facts(drawn("attention", tokens=8, d_k=d_k, seed=seed))[label] ** 2 for seed in range(200)]
        assert 0.8 < np.mean(squares) / d_k < 1.1  # a little below 1: each spread is around a mean of its own


def test_the_card_about_the_division_shows_its_eight() -> None:
    """It says that for 64 entries a typical product has size 8; in its picture that is so."""
    words = of_card("transformers", "why-scores-are-divided")
    spread = facts(plots.drawn(words))[r"deviation of the products $Q K^\top$"]
    assert words[:3] == ["attention", "--d-k", "64"]
    assert spread == pytest.approx(8, abs=0.2)


def test_entropy_of_equal_weights() -> None:
    """log2 of how many tokens may be looked at: 4 for each row, or 1, 2, 3 and 4."""
    label = "mean entropy of equal weights, bits"
    assert facts(drawn("attention", tokens=4))[label] == pytest.approx(2)
    assert facts(drawn("attention", tokens=4, causal="yes"))[label] == pytest.approx(math.log2(math.factorial(4)) / 4)
