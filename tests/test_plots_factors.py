"""Pictures of what one unit or one cell does to a gradient, step by step: powers, slopes, states, forget gates."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise, product
from math import acosh, atanh, cosh, inf, isnan, sqrt, tanh
from typing import Any

import numpy as np
import pytest
from pictured import curves, differences, facts, figure, lines, lstm_step, sigmoid, walked

from studyrnn.engine.cells import lstm
from studyrnn.figures.parts import Lines
from studyrnn.plots._networks import one_layer, random_run, written

# -- powers ----------------------------------------------------------------------------------------------------------


def test_powers_are_exact_products() -> None:
    """Against fractions, sign and size."""
    found = figure("powers", steps=30, w=-0.625)
    assert lines(found, 1).x == tuple(range(1, 21))  # signs of more steps could not be told apart
    for name, values in curves(found, 1).items():
        w = Fraction(re.sub(r"[$w= ]", "", name))
        assert w < 0
        np.testing.assert_allclose(values, [float(w**k) for k in range(1, 21)], rtol=1e-13)
    sizes = curves(found)
    assert list(sizes) == ["$|w| = 1.1$", "$|w| = 1$", "$|w| = 0.9$", "$|w| = 0.625$"]
    np.testing.assert_allclose(sizes["$|w| = 0.625$"], [0.625**k for k in range(1, 31)], rtol=1e-13)
    assert len(curves(found, 1)) == 4 and len(curves(figure("powers"), 1)) == 3


@pytest.mark.parametrize(("w", "steps", "told"), [(0.99, 100, "0.366"), (-1.0, 7, "−1"), (-0.5, 4, "0.0625")])
def test_the_power_of_the_last_step_is_told(w: float, steps: int, told: str) -> None:
    """As the cards have it that ask for 0.99 over 100 steps."""
    found = figure("powers", w=w, steps=steps)
    assert float(told.replace("−", "-")) == pytest.approx(float(Fraction(w) ** steps), rel=2e-3)
    assert found.see.endswith(f"$w^{{{steps}}}$ is {told}.") and len(lines(found).x) == steps


@pytest.mark.parametrize("w", [1.1, 0.9, -0.9, -1.1, 0.8, -1.7, 2.0, 0.001])
def test_a_weight_is_ten_times_away_at_the_step_that_is_told(w: float) -> None:
    """Found by multiplying."""
    told = str(facts(figure("powers", w=w))[f"$w = {w:g}$"])
    size, k = 1.0, 0
    while 0.1 <= size <= 10:
        size, k = size * abs(w), k + 1
    assert told.endswith(f"{'above 10' if abs(w) > 1 else 'below 0.1'} in size from $k = {k}$ on")
    assert ("alternating" in told) == (w < 0) and ("explodes" in told) == (abs(w) > 1)


@pytest.mark.parametrize(("w", "fate"), [(1, "constant"), (-1, "alternates between −1 and 1"), (0, "zero at once")])
def test_weights_that_go_nowhere_have_no_step(w: float, fate: str) -> None:
    """w = 1, w = -1 and w = 0 are the cases without growth or decay; none is shown twice."""
    found = figure("powers", w=w)
    assert facts(found)[f"$w = {w:g}$"] == fate and f"The case of $w = {w:g}$: {fate};" in found.see
    assert len(found.facts) == (7 if w == 0 else 6) and len(curves(found, 1)) == 3


# -- saturation ------------------------------------------------------------------------------------------------------


def test_slopes_are_those_of_the_curves() -> None:
    """Differences of activations written by hand; where ReLU bends there is none, and nothing is drawn."""
    found = figure("saturation", low=-7.5, high=4)
    x = np.array(lines(found).x)
    known = {"sigmoid": sigmoid, "tanh": np.tanh, "ReLU": lambda a: np.maximum(0, a)}
    smooth = np.abs(x) > 1e-3
    relu = dict(zip(x, curves(found, 1)["ReLU"], strict=True))
    assert isnan(relu[0]) and {value for at, value in relu.items() if at < 0} == {0}
    assert {value for at, value in relu.items() if at > 0} == {1} and np.diff(x).max() < 0.2
    assert max(at for at in relu if at < 0) > -1e-6 and min(at for at in relu if at > 0) < 1e-6  # no slanted stroke
    for name, function in known.items():
        np.testing.assert_allclose(curves(found)[name], function(x), atol=1e-15)
        slope = (function(x + 1e-6) - function(x - 1e-6)) / 2e-6
        np.testing.assert_allclose(np.array(curves(found, 1)[name])[smooth], slope[smooth], atol=1e-9)


@pytest.mark.parametrize("limit", [0.001, 0.05, 0.24])
def test_where_slopes_fall_below_the_limit(limit: float) -> None:
    """Closed forms: 1 - tanh(a)^2 = limit, and 1 / (4 cosh(a/2)^2) = limit."""
    found = figure("saturation", limit=limit)
    at = {"tanh": atanh(sqrt(1 - limit)), "sigmoid": 2 * acosh(1 / (2 * sqrt(limit)))}
    assert 1 / (4 * cosh(at["sigmoid"] / 2) ** 2) == pytest.approx(limit)
    for name, a in at.items():
        assert facts(found)[f"{name}: slope < {limit:g} for $|a|$ >"] == pytest.approx(a, rel=1e-12)
    told = re.search(r"\$\|a\|\$ is above ([\d.]+) and ([\d.]+)\. ReLU", found.see)
    assert told is not None
    assert [float(a) for a in told.groups()] == pytest.approx([at["sigmoid"], at["tanh"]], rel=0.005)
    assert [facts(found)[f"{name}: largest slope"] for name in ("sigmoid", "tanh", "ReLU")] == [1 / 4, 1, 1]
    assert facts(found)["sigmoid: 10 slopes multiply to at most"] == 4.0**-10


def test_who_leaves_the_axis_is_said() -> None:
    """ReLU, where the axis goes on beyond 2; every other number is on it."""
    for high in (1, 2, 6.5):
        part = lines(figure("saturation", high=high))
        top = part.y_axis.high
        assert top == 2 and max(*curves_of(part, "sigmoid"), *curves_of(part, "tanh")) < top
        assert ("goes on up to 6.5" in part.title) == (max(curves_of(part, "ReLU")) > top)


def curves_of(part: Lines, name: str) -> tuple[float, ...]:
    return next(series.values for series in part.series if series.name == name)


# -- h0-forgetting ---------------------------------------------------------------------------------------------------


def test_two_runs_by_hand() -> None:
    """Each weight with a loop of math.tanh, whose difference is taken at every step."""
    found = figure("h0-forgetting", steps=12, w=-1.3, x=0.2, second=-0.4)
    assert len(lines(found).series) == 5
    for name, values in curves(found).items():
        w, one, other = float(re.sub(r"[$w= ]", "", name)), 1.0, -0.4
        for value in values:
            assert value == pytest.approx(abs(one - other), rel=1e-11)
            one, other = tanh(w * one + 0.2), tanh(w * other + 0.2)


def test_a_step_multiplies_the_distance_by_the_weight_at_most() -> None:
    """As the caption says, for weights and inputs of either sign."""
    for x, w in product((-0.7, 0.0, 2.0), (-2.0, -0.6, 0.3, 1.5)):
        for name, values in curves(figure("h0-forgetting", x=x, w=w, steps=30)).items():
            size = abs(float(re.sub(r"[$w= ]", "", name)))
            pairs = [(a, b) for a, b in pairwise(values) if not isnan(b)]
            assert pairs and all(b <= size * a + 1e-13 for a, b in pairs)


@pytest.mark.parametrize(
    ("chosen", "kept", "gone"),
    [
        ({}, {1.0, 1.1, 1.5}, {0.5, 0.9}),
        ({"steps": 34}, {0.9, 1.0, 1.1, 1.5}, {0.5}),  # 1.4 % are left for 0.9
        ({"steps": 3}, {0.5, 0.9, 1.0, 1.1, 1.5}, set()),
        ({"x": 0.5, "steps": 60}, set(), {0.5, 0.9, 1.0, 1.1, 1.5}),
    ],
)
def test_who_forgets_is_told_as_it_is(chosen: dict[str, float], kept: set[float], gone: set[float]) -> None:
    """In the caption, and step by step in the facts: run by hand."""
    found = figure("h0-forgetting", **chosen)
    steps, x = int(chosen.get("steps", 40)), chosen.get("x", 0.0)
    for w in kept | gone:
        one, other, below = 1.0, -1.0, inf
        for t in range(1, steps + 1):
            one, other = tanh(w * one + x), tanh(w * other + x)
            below = min(below, t if abs(one - other) < 0.02 else inf)
        told = f"from step {below} on" if below <= steps else f"not within {steps} steps"
        assert facts(found)[f"$w = {w:g}$: below 1 %"] == told
        assert (below <= steps) == (w in gone)
    after = found.see.partition(f"After {steps} steps ")[2]
    left, _, fewer = after.partition(". ")[0].removesuffix(".").partition("less")
    numbers = r"\d+(?:\.\d+)?"
    assert set(map(float, re.findall(numbers, left.partition("$w$")[2]))) == kept
    assert ("left for all" in fewer) == (not kept) and ("less" in after) == bool(gone)
    if kept:
        assert set(map(float, re.findall(numbers, fewer))) == gone


def test_a_weight_of_one_forgets_as_the_caption_says() -> None:
    """A step leaves at most 2 tanh(d/2) of a distance d, whatever is read; with x = 0 the ratio of two comes to 1."""
    chance = np.random.default_rng(1)
    for w in (1.0, -1.0):
        a, b = chance.uniform(-1, 1, 2)
        for x in chance.normal(size=500):
            nearer = abs(tanh(w * a + x) - tanh(w * b + x))
            assert nearer <= 2 * tanh(abs(a - b) / 2) + 1e-15
            a, b = tanh(w * a + x), tanh(w * b + x)
    apart = curves(figure("h0-forgetting", steps=200))["$w = 1$"]
    ratios = [after / before for before, after in pairwise(apart)]
    assert ratios == sorted(ratios) and 0.99 < ratios[-1] < 1 and apart[-1] < apart[40] / 2
    assert "at $|w| = 1$ it still does" in figure("h0-forgetting").see


@pytest.mark.parametrize(("w", "second", "kept"), [(1.5, -1, True), (2, 0.9, True), (2, 0, False), (0.7, -1, False)])
def test_a_bit_that_is_kept_and_a_gradient_that_is_gone(w: float, second: float, kept: bool) -> None:
    """Both states by a loop, dh_T/dh_0 as a product of weights and slopes; a sentence only where signs stay."""
    found = figure("h0-forgetting", w=w, second=second, steps=30)
    ends, slope = [], 1.0
    for place, first in enumerate((1.0, float(second))):
        h, states = first, [first]
        for _ in range(30):
            h = tanh(w * h)
            slope *= w * (1 - h * h) if place == 0 else 1
            states.append(h)
        assert curves(found, 1)[f"from $h_0 = {first:g}$"] == pytest.approx(states, abs=1e-15)
        assert facts(found)[f"$w = {w:g}$: $h_{{30}}$ from $h_0 = {first:g}$"] == pytest.approx(h, abs=1e-15)
        ends.append(h)
    label = rf"$w = {w:g}$: $\partial h_{{30}} / \partial h_0$ from $h_0 = 1$"
    assert facts(found)[label] == pytest.approx(slope, rel=1e-9)
    assert ("keep the sign of their $h_0$" in found.see) == kept
    if kept:
        assert all(abs(h) > 0.5 and h * first > 0 for h, first in zip(ends, (1, second), strict=True)) and slope < 0.01


def test_a_derivative_beyond_floats_is_not_called_zero() -> None:
    """With w = 3 and x = 3 it is some 10^-800, but with w = 0 nothing at all."""
    steps = {"steps": 200, "x": 3}
    told = [facts(figure("h0-forgetting", w=w, **steps)) for w in (3, 0)]
    labels = [rf"$w = {w}$: $\partial h_{{200}} / \partial h_0$ from $h_0 = 1$" for w in (3, 0)]
    assert [found[label] for found, label in zip(told, labels, strict=True)] == ["below $10^{-300}$", 0]


# -- forget-path -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [0, 1, 2])
def test_both_paths_of_the_cell_state(scale: float) -> None:
    """Products of gates that a hand-written LSTM had, and differences of its c_t by c_0 with h_0 held at zero."""
    found = figure("forget-path", steps=8, units=4, scale=scale, forget_bias=1.5, seed=4)
    values = dict(random_run(one_layer(lstm(), 8), 4, 4, scale=scale, keep_bias=1.5).values)
    product_of_gates, state, gates = np.ones(4), np.zeros(8), []
    for t in range(1, 9):
        f = sigmoid(values["W_xf"] @ values[f"x_{t}"] + values["W_hf"] @ state[:4] + values["b_f"])
        state = walked(lstm_step, values, state, t, t)
        product_of_gates = product_of_gates * f
        gates.append(f)

        def cell(c: Any, t: int = t) -> Any:
            return walked(lstm_step, values, np.concatenate([np.zeros(4), c]), 1, t)[4:]

        full = np.linalg.svd(differences(cell, np.zeros(4), 1e-5))[1][0]
        assert curves(found)["forget gates alone"][t - 1] == pytest.approx(product_of_gates.max(), rel=1e-12)
        assert curves(found)["all paths"][t - 1] == pytest.approx(full, rel=1e-7)
    shown = curves(found, 1)
    for name, function in (("largest", np.max), ("mean", np.mean), ("smallest", np.min)):
        np.testing.assert_allclose(shown[name], [function(f) for f in gates], rtol=1e-12)
    assert facts(found)["mean of all forget gates"] == pytest.approx(np.mean(gates), rel=1e-12)
    told = f"8 gates of {written(np.mean(gates))}, their mean here, multiply to {written(np.mean(gates) ** 8)}"
    assert told in found.see and f"half is kept where each is {written(2 ** (-1 / 8))}." in found.see
    assert facts(found)["all paths, as a multiple of the forget gates alone"] == pytest.approx(
        full / product_of_gates.max(), rel=1e-7
    )


def test_without_recurrent_weights_there_is_only_the_direct_path() -> None:
    """The caption says so where it is so, and there both curves agree; after one step they always do."""
    alone = figure("forget-path", scale=0)
    np.testing.assert_allclose(curves(alone)["all paths"], curves(alone)["forget gates alone"], rtol=1e-12)
    assert "no other path" in alone.see and "no other path" not in figure("forget-path").see
    both = curves(figure("forget-path"))
    assert both["all paths"][0] == pytest.approx(both["forget gates alone"][0], rel=1e-12)
    assert both["all paths"][1] != pytest.approx(both["forget gates alone"][1], rel=1e-3)


@pytest.mark.parametrize("scale", [0, 1])
def test_beside_it_stands_what_gates_without_a_bias_do(scale: float) -> None:
    """Products and means of the forget gates of the same LSTM with b_f = 0, by hand; not twice where it is 0 anyway."""
    options = {"steps": 10, "units": 4, "scale": scale, "seed": 3}
    values = dict(random_run(one_layer(lstm(), 10), 4, 3, scale=scale).values)
    state, gates = np.zeros(8), []
    for t in range(1, 11):
        gates.append(sigmoid(values["W_xf"] @ values[f"x_{t}"] + values["W_hf"] @ state[:4]))
        state = walked(lstm_step, values, state, t, t)
    found = figure("forget-path", **options)
    alone = np.cumprod(gates, axis=0).max(axis=1)
    np.testing.assert_allclose(curves(found)["forget gates alone, $b_f = 0$"], alone, rtol=1e-12)
    np.testing.assert_allclose(curves(found, 1)["mean, $b_f = 0$"], np.mean(gates, axis=1), rtol=1e-12)
    assert facts(found)["mean of all forget gates, $b_f = 0$"] == pytest.approx(np.mean(gates), rel=1e-12)
    assert f"with $b_f = 0$ it would have {written(alone[-1])}" in found.see
    without = figure("forget-path", **options, forget_bias=0)
    assert list(curves(without)) == ["all paths", "forget gates alone"] and "it would have" not in without.see
    np.testing.assert_allclose(curves(without)["forget gates alone"], alone, rtol=1e-12)


def test_one_unit_has_one_curve() -> None:
    """Where the largest, the mean and the smallest gate are one gate, it is drawn once."""
    found = figure("forget-path", units=1)
    assert list(curves(found, 1)) == ["mean", "mean, $b_f = 0$"] and "keeps most" not in found.see
    assert list(curves(figure("forget-path", units=2), 1)) == ["largest", "mean", "smallest", "mean, $b_f = 0$"]


@pytest.mark.parametrize("bias", [1, 5])
def test_an_lstm_that_explodes_is_said_to(bias: float) -> None:
    """Where all paths together come to more than 1, which no product of gates does."""
    found = figure("forget-path", forget_bias=bias)
    assert max(curves(found)["forget gates alone"]) < 1
    assert ("gradients can explode" in found.see) == (curves(found)["all paths"][-1] > 1) == (bias == 5)
