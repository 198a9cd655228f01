"""Clipping at a cliff, and optimisers in a valley: each number against a loop or a closed form."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from pictured import facts
from pictured import figure as drawn
from shown import curves, of_card

from studyrnn import plots
from studyrnn.figures.parts import Lines
from studyrnn.plots import clipping, rmsprop

# -- clipping --------------------------------------------------------------------------------------------------------


def test_the_cliff_is_the_power_of_w() -> None:
    """L = 1/2 (w^T - 2)^2 and dL/dw = (w^T - 2) T w^(T-1), on both sides of the wall and below zero."""
    w = np.array([-1.1, -0.5, 0.0, 0.9, 1.0, 1.05, 1.2])
    for T in (5, 20, 49):
        loss, slope = clipping.loss_and_slope(w, T)
        np.testing.assert_allclose(loss, (w**T - 2) ** 2 / 2, rtol=1e-12)
        np.testing.assert_allclose(slope, (w**T - 2) * T * w ** (T - 1), rtol=1e-12, atol=1e-300)


def descended(threshold: float, eta: float, steps: int, T: int) -> list[tuple[float, float]]:
    """w and the size of the gradient, by hand; as far as the numbers go."""
    w, found = 0.9, []
    for _ in range(steps + 1):
        g = (w**T - 2) * T * w ** (T - 1)
        found.append((w, abs(g)))
        w -= eta * min(max(g, -threshold), threshold)  # of one number the norm is its size
    return found


@pytest.mark.parametrize(
    ("threshold", "eta", "steps", "length"), [(1.0, 0.005, 40, 20), (4.0, 0.003, 30, 20), (0.5, 0.03, 60, 10)]
)
def test_both_paths_are_those_of_a_loop(threshold: float, eta: float, steps: int, length: int) -> None:
    """Every w, every gradient, and the losses at the end."""
    figure = drawn("clipping", threshold=threshold, eta=eta, steps=steps, length=length)
    for name, limit in (("without clipping", np.inf), ("with clipping", threshold)):
        expected = np.array(descended(limit, eta, steps, length))
        np.testing.assert_allclose(curves(figure, 1)[name], expected[:, 0], rtol=1e-7)
        np.testing.assert_allclose(curves(figure, 2)[name], expected[:, 1], rtol=1e-5)
        last = (expected[-1, 0] ** length - 2) ** 2 / 2
        assert facts(figure)[f"loss at the end, {name}"] == pytest.approx(last, rel=1e-5, abs=1e-12)
    assert facts(figure)["longest step that clipping allows"] == threshold * eta


def test_by_default_the_wall_throws_w_off_for_good() -> None:
    """The caption against the loop and the tables: where the gradient is large, where the next step leads, and that the
    gradient there is next to nothing."""
    path = descended(np.inf, 0.005, 40, 20)
    minimum = 2 ** (1 / 20)
    k = next(step for step, (w, _) in enumerate(path) if step and abs(w - minimum) > minimum - 0.9) - 1
    longest = max(abs(after - before) for (before, _), (after, _) in pairwise(path))
    assert abs(path[k + 1][0] - path[k][0]) == longest
    figure = drawn("clipping")
    see = figure.see
    assert f"the gradient at step {k} is {path[k][1]:.3g}, and the next step throws $w$ from" in see
    assert curves(figure, 2)["without clipping"][k] == pytest.approx(path[k][1])  # under step k of the table
    assert f"throws $w$ from ${path[k][0]:.3f}$ to ${path[k + 1][0]:.3f}$" in see
    assert path[-1][1] < 1e-12
    assert "leads nowhere" in see
    clipped = descended(1.0, 0.005, 40, 20)
    assert see.endswith(
        f"after the last step it is at ${clipped[-1][0]:.3f}$. The minimum is at ${2 ** (1 / 20):.3f}$."
    )
    cut = sum(g > 1 for _, g in clipped[:-1])
    assert facts(drawn("clipping"))["gradients that were clipped"] == f"{cut} of 40"


def test_a_careful_learning_rate_is_not_said_to_be_thrown() -> None:
    """Where the threshold is never reached the paths are one; where steps are short nothing is thrown."""
    same = drawn("clipping", eta=0.0001, threshold=1000)
    assert "clipping changes nothing here" in same.see
    np.testing.assert_array_equal(*curves(same, 1).values())
    slow = drawn("clipping", eta=0.0001)
    assert "throws" not in slow.see
    assert "never comes further away from the minimum" in slow.see
    distances = np.abs(curves(slow, 1)["without clipping"] - 2 ** (1 / 20))
    assert distances.max() == distances[0]
    settled = drawn("clipping", eta=0.0005, steps=200)
    assert curves(settled, 2)["without clipping"][-1] < 1e-6  # it lies in the minimum, and is not stuck elsewhere
    assert "leads nowhere" not in settled.see


@pytest.mark.parametrize("length", [5, 20, 50])
@pytest.mark.parametrize("eta", [0.0005, 0.002, 0.006, 0.0153617, 0.0245375, 0.05, 0.1])
def test_the_first_throw_is_the_one_that_is_told(eta: float, length: int) -> None:
    """Against a loop that stops where Python's numbers end: the first step that leads further away than the start."""
    w, minimum, throw = 0.9, 2 ** (1 / length), 0
    for step in range(1, 41):
        w -= eta * (w**length - 2) * length * w ** (length - 1)
        if abs(w - minimum) > minimum - 0.9:
            throw = step
            break
    see = drawn("clipping", eta=eta, length=length).see
    assert ("never comes further away" in see) == (not throw)
    assert not throw or f"Without clipping, the gradient at step {throw - 1} is" in see
    assert not throw or ", and the next step throws $w$ from" in see


# -- rmsprop ---------------------------------------------------------------------------------------------------------


def stepped(name: str, eta: float, rho: float, c: float, steps: int) -> np.ndarray:
    """One direction of curvature c from w = 1, by hand."""
    w, m, v, path = 1.0, 0.0, 0.0, [1.0]
    for t in range(1, steps + 1):
        g = c * w
        if name == "SGD":
            w -= eta * g
        elif name == "momentum":
            m = 0.9 * m + g
            w -= eta * m
        elif name == "RMSProp":
            v = rho * v + (1 - rho) * g * g
            w -= eta * g / (v**0.5 + 1e-8)
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            w -= eta * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8)
        path.append(w)
    return np.array(path)


@pytest.mark.parametrize(("eta", "rho", "curvature"), [(0.015, 0.9, 100.0), (0.01, 0.5, 30.0), (0.002, 0.99, 600.0)])
def test_every_optimiser_is_that_of_a_loop(eta: float, rho: float, curvature: float) -> None:
    """The way in both directions, the loss 1/2 (c w_1^2 + w_2^2) after each step, and the first steps."""
    figure = drawn("rmsprop", eta=eta, rho=rho, curvature=curvature, steps=60)
    assert set(curves(figure)) == {"SGD", "momentum", "RMSProp", "Adam"}
    for name, way in curves(figure, 1).items():
        steep, flat = (stepped(name, eta, rho, c, 60) for c in (curvature, 1.0))
        np.testing.assert_allclose(way, flat, rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(curves(figure, 0)[name], steep[:17], rtol=1e-9, atol=1e-15)
        found = rmsprop.losses(rmsprop.descents(eta, rho, curvature, 60)[name], curvature)
        np.testing.assert_allclose(found, (curvature * steep**2 + flat**2) / 2, rtol=1e-9, atol=1e-15)
        assert facts(figure)[f"loss at the end, {name}"] == found[-1]
        if name in {"SGD", "RMSProp"}:
            first = f"{abs(steep[1] - 1):.3g} and {abs(flat[1] - 1):.3g}"
            assert facts(figure)[f"first step, {name}"] == first


def test_what_each_direction_goes_for_its_gradient() -> None:
    """eta / (sqrt(v) + epsilon) with v from a loop; where the curvature is 100 times as large, a hundredth of it."""
    rates = curves(drawn("rmsprop"), 2)
    for name, c in (("steep direction", 100.0), ("flat direction", 1.0)):
        v, expected = 0.0, []
        for w in stepped("RMSProp", 0.015, 0.9, c, 100)[:-1]:
            v = 0.9 * v + 0.1 * (c * w) ** 2
            expected.append(0.015 / (v**0.5 + 1e-8))
        np.testing.assert_allclose(rates[name], expected, rtol=1e-6)
    np.testing.assert_allclose(rates["flat direction"] / rates["steep direction"], 100, rtol=1e-4)


@pytest.mark.parametrize(("eta", "says"), [(0.019, "SGD multiplies"), (0.021, "SGD diverges")])
def test_whether_sgd_diverges_is_said(eta: float, says: str) -> None:
    """|1 - eta c| is below 1 at 0.019 and above at 0.021 for c = 100: the loss of that direction shrinks, or grows."""
    figure = drawn("rmsprop", eta=eta, steps=300)
    assert says in figure.see
    loss = facts(figure)["loss at the end, SGD"]
    assert (loss > 50.5) == (says == "SGD diverges")
    assert loss == pytest.approx(50 * (1 - 100 * eta) ** 600 + (1 - eta) ** 600 / 2, rel=1e-9)


@pytest.mark.parametrize("eta", [0.009, 0.011, 0.0199])
def test_zigzagging_is_a_change_of_sign_at_every_step(eta: float) -> None:
    """In the steep direction of curvature 100, from a learning rate of 0.01 on."""
    figure = drawn("rmsprop", eta=eta)
    signs = np.sign(curves(figure)["SGD"])
    assert ("zigzagging" in figure.see) == (signs[1:] == -signs[:-1]).all() == (eta > 0.01)


@pytest.mark.parametrize("eta", [0.001, 0.015, 0.0199, 0.03, 0.05])
def test_what_momentum_adds_up(eta: float) -> None:
    """Its longest step over its first, in each direction, from a loop: larger where gradients agree, about 1 where they
    alternate; 0.05 times the curvature of 100 is above 3.8, where momentum diverges."""
    see = drawn("rmsprop", eta=eta).see
    ratios = []
    for c in (100.0, 1.0):
        moves = np.abs(np.diff(stepped("momentum", eta, 0.9, c, 100)))
        ratios.append(moves.max() / moves[0])
    said = see.partition("its longest step is ")[2].partition(" in the flat one")[0].split(" in the steep direction, ")
    for words, ratio in zip(said, ratios, strict=True):
        told = words.removesuffix(" as its first").removesuffix("as long").removesuffix(" times ")
        if "cdot" not in told:
            assert float(told or 1) == pytest.approx(ratio, rel=0.005)
    assert ratios[1] > 2
    assert (ratios[0] < 1.2) == (eta not in {0.001, 0.05})
    assert ("longest step is as long as its first in the steep" in see) == (eta in {0.015, 0.0199})
    assert (ratios[0] > 1000) == (eta == 0.05) == ("cdot" in said[0])


def test_the_steep_way_is_cut_where_it_leaves_the_picture() -> None:
    """Twice as far out as the start, where a descent diverges; else all of it is shown."""
    for eta, high in ((0.015, None), (0.03, 2.0)):
        steep = drawn("rmsprop", eta=eta).parts[0]
        assert isinstance(steep, Lines)
        assert (steep.y_axis.high, steep.y_axis.low) == (high, None if high is None else -high)
        assert (max(abs(value) for one in steep.series for value in one.values) > 2) == (high is not None)


def test_another_learning_rate_has_another_lowest_loss() -> None:
    """That is why the caption calls it no ranking."""
    best = {}
    for eta in (0.001, 0.0025, 0.015):
        see = drawn("rmsprop", eta=eta).see
        best[eta] = see.partition("the loss of ")[2].partition(" is the lowest; that is no ranking")[0]
    assert best[0.015] == "RMSProp" != best[0.001]
    assert set(best.values()) <= {"SGD", "momentum", "RMSProp", "Adam"}


def test_the_card_about_momentum_shows_both_that_it_names() -> None:
    """Across the valley SGD goes on zigzagging while momentum settles, along it momentum gets on faster."""
    words = of_card("training", "momentum-in-a-narrow-valley")
    eta = float(words[words.index("--eta") + 1])
    steps = int(words[words.index("--steps") + 1])
    figure = plots.drawn(words)
    for part, c, shown in ((0, 100.0, 16), (1, 1.0, steps)):
        ends = {name: np.abs(stepped(name, eta, 0.9, c, shown)[-3:]) for name in ("SGD", "momentum")}
        for name, end in ends.items():
            np.testing.assert_allclose(np.abs(curves(figure, part)[name][-3:]), end, rtol=1e-6, atol=1e-12)
        assert ends["momentum"].max() < ends["SGD"].min()
    assert "zigzagging" in figure.see


def test_the_caption_names_the_lowest_loss_and_the_first_overshooting() -> None:
    """At 100 steps RMSProp has not gone beyond 2 / curvature; later it has, at the step that the loop finds."""
    for steps in (2, 100, 200):
        figure = drawn("rmsprop", steps=steps)
        ends = {}
        for name in curves(figure):
            steep, flat = (stepped(name, 0.015, 0.9, c, steps)[-1] for c in (100.0, 1.0))
            ends[name] = 100 * steep**2 + flat**2
        assert f"the loss of {min(ends, key=ends.__getitem__)} is the lowest; that is no ranking" in figure.see
        w = stepped("RMSProp", 0.015, 0.9, 100.0, steps)
        grown = [k for k in range(1, steps + 1) if abs(w[k]) > abs(w[k - 1])]
        assert ("makes the distance to the minimum larger" in figure.see) == bool(grown)
        assert not grown or f"at step {grown[0]} for the first time" in figure.see


def test_rates_are_left_out_where_there_is_no_gradient() -> None:
    """A step for a gradient of zero is no number."""
    path = rmsprop.descents(0.01, 0.9, 100.0, 3)["SGD"]  # 0.01 times 100: the steep direction is at its minimum at once
    assert np.isnan(rmsprop.per_gradient(path)[1:, 0]).all()
    np.testing.assert_allclose(rmsprop.per_gradient(path)[:, 1], 0.01)
