"""The picture of costs: curves and crossings against closed forms, what attention keeps against a backward pass."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from pictured import facts
from pictured import figure as drawn
from shown import curves

from studyrnn.figures.parts import Lines
from studyrnn.plots import cost

Arrays = dict[str, Any]

BLOCKS = {"rnn": 1, "gru": 3, "lstm": 4}
KEPT = {"rnn": 1, "gru": 4, "lstm": 6}  # h; r, z, n, h; i, f, g, o, c, h


def multiplications(T: int, d: int) -> int:
    """Four projections of T tokens, T^2 products of queries and keys, T^2 weights times values."""
    return 4 * T * d * d + 2 * T * T * d


@pytest.mark.parametrize("per", ["token", "sequence"])
@pytest.mark.parametrize("cell", BLOCKS)
@pytest.mark.parametrize(("d", "units"), [(256, 256), (3, 50), (40, 7)])
def test_work_and_memory(cell: str, d: int, units: int, per: str) -> None:
    """Every curve against its closed form."""
    figure = drawn("cost", d=d, units=units, cell=cell, longest=1000, k2=20, per=per)
    T = np.array([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000])
    assert [part.x for part in figure.parts if isinstance(part, Lines)] == [tuple(T), tuple(T)]
    wanted = {name.upper(): blocks * T * (units * d + units**2) for name, blocks in BLOCKS.items()}
    wanted["attention"] = 4 * T * d**2 + 2 * T**2 * d
    work, memory = curves(figure), curves(figure, 1)
    assert work.keys() == wanted.keys()
    for name, values in wanted.items():
        np.testing.assert_array_equal(work[name], values / T if per == "token" else values)
    full, truncated, state, training, cache = memory.values()
    np.testing.assert_array_equal(full, KEPT[cell] * units * T)
    np.testing.assert_array_equal(truncated, KEPT[cell] * units * np.minimum(T, 20))
    np.testing.assert_array_equal(state, np.full(len(T), units * (2 if cell == "lstm" else 1)))
    np.testing.assert_array_equal(cache, 2 * T * d)
    np.testing.assert_array_equal(training, 4 * T * d + T**2)


@pytest.mark.parametrize(("d", "units"), [(1, 1), (16, 16), (8, 30), (5, 60), (64, 2), (7, 11)])
def test_crossings(d: int, units: int) -> None:
    """The first T of each kind, found by trying one after the other."""
    figure = drawn("cost", d=d, units=units, longest=100)
    upright = {mark.label: mark.at for part in figure.parts if isinstance(part, Lines) for mark in part.marks}
    for name, blocks in BLOCKS.items():
        step = blocks * units * (d + units)
        first = next(T for T in range(1, 10**5) if multiplications(T, d) > step * T)
        assert facts(figure)[f"multiplications: attention above the {name.upper()} from $T =$"] == first
        assert f"the {name.upper()} from $T = {first}$" in figure.see
        assert upright.get(f"attention above {name.upper()}") == (first if 1 < first <= 100 else None)
    half = next(T for T in range(1, 10**5) if 2 * T * T * d > 4 * T * d * d)
    assert facts(figure)["attention: $T^2$ part above projections from $T =$"] == half
    cached = next(T for T in range(1, 10**5) if 2 * T * d > 2 * units)
    assert facts(figure)["keys and values above the LSTM state from $T =$"] == cached


def mixed(w: Arrays, kept: Arrays | None = None) -> Any:
    """One head of attention without a mask, and the output projection; what is computed on the way goes into `kept`."""
    kept = {} if kept is None else kept
    for name in "QKV":
        kept[name] = w["X"] @ w[f"W_{name}"]
    powers = np.exp(kept["Q"] @ kept["K"].T / math.sqrt(w["X"].shape[1]))
    kept["A"] = powers / powers.sum(axis=1, keepdims=True)
    kept["M"] = kept["A"] @ kept["V"]
    return kept["M"] @ w["W_O"]


def test_what_training_keeps_of_attention_is_enough() -> None:
    """A backward pass by hand that reads Q, K, V, A and the mixed values alone, no scores, has the gradients that small
    differences have; the numbers that it has kept are as many as the curve says."""
    T, d = 8, 3
    chance = np.random.default_rng(2)
    w: Arrays = {"X": chance.normal(size=(T, d))} | {f"W_{name}": chance.normal(size=(d, d)) for name in "QKVO"}
    out = chance.normal(size=(T, d))
    kept: Arrays = {}
    mixed(w, kept)
    found = {"W_O": kept["M"].T @ out}
    dM = out @ w["W_O"].T
    dA = dM @ kept["V"].T
    ds = kept["A"] * (dA - (dA * kept["A"]).sum(axis=1, keepdims=True)) / math.sqrt(d)
    for name, slope in {"Q": ds @ kept["K"], "K": ds.T @ kept["Q"], "V": kept["A"].T @ dM}.items():
        found[f"W_{name}"] = w["X"].T @ slope
    for name, slope in found.items():
        for place in np.ndindex(d, d):
            step = np.zeros((d, d))
            step[place] = 1e-6
            above, below = (np.sum(out * mixed(w | {name: w[name] + sign * step})) for sign in (1, -1))
            assert slope[place] == pytest.approx((above - below) / 2e-6, rel=1e-5, abs=1e-7)
    curve = curves(drawn("cost", d=d, longest=T), 1)["attention, training"]
    assert curve[-1] == sum(value.size for value in kept.values())


def test_equal_sizes() -> None:
    """Where units and inputs are as many, attention overtakes the GRU beyond T = d and the LSTM beyond 2 d."""
    for d in (1, 10, 333):
        assert [cost.overtakes(blocks * 2 * d * d, d) for blocks in BLOCKS.values()] == [1, d + 1, 2 * d + 1]


@pytest.mark.parametrize("longest", [8, 9, 64, 65, 10**6])
def test_steps_that_wait(longest: int) -> None:
    """Lengths double up to the longest, which is how many recurrent steps wait for one another; attention has one."""
    figure = drawn("cost", longest=longest)
    lines = figure.parts[0]
    assert isinstance(lines, Lines)
    assert lines.x[-1] == longest
    assert all(1 < after / before <= 2 for before, after in zip(lines.x, lines.x[1:], strict=False))
    waits = [f"steps one after the other for $T = {longest}$, {kind}" for kind in ("recurrent", "attention")]
    assert [facts(figure)[label] for label in waits] == [longest, 1]
