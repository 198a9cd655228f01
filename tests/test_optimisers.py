"""Optimisers step by step: against PyTorch and Keras formulas, 30-digit arithmetic, closed forms, and their bounds."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.optimisers import (
    Optimiser,
    adagrad,
    adam,
    adamw,
    begin,
    largest_step,
    momentum,
    nesterov,
    over_steps,
    rmsprop,
    sgd,
    step,
    trajectory,
)
from studyrnn.engine.precise import run_precise
from studyrnn.errors import ArgumentError, UnknownName

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "optimisers.json").read_text(encoding="utf-8"))
W_0, GRADIENTS = REFERENCE["w0"], REFERENCE["grads"]
OURS: dict[str, Optimiser] = {
    "sgd": sgd(0.1),
    "sgd_momentum": momentum(0.1, 0.9),
    "sgd_nesterov": nesterov(0.1, 0.9),
    "sgd_weight_decay": sgd(0.1, weight_decay=0.01),
    "adagrad": adagrad(0.1),
    "rmsprop_eps_outside": rmsprop(0.01, 0.9, 0.01),
    "rmsprop_torch_default": rmsprop(0.01, 0.99),
    "rmsprop_eps_inside": rmsprop(0.01, 0.9, 0.01, "inside"),
    "rmsprop_momentum": rmsprop(0.01, 0.9, 0.01, mu=0.9),
    "rmsprop_centered": rmsprop(0.01, 0.9, 0.01, centred=True),
    "adam": adam(0.1),
    "adam_amsgrad": adam(0.1, amsgrad=True),
    "adam_eps_hat_keras": adam(0.1, epsilon=0.01, place="uncorrected"),
    "adamw": adamw(0.1),
}

every_run = pytest.mark.parametrize("run", REFERENCE["runs"])


def test_every_stored_run_is_claimed() -> None:
    """No run of the reference is left out by a misspelt name, and none is ours alone."""
    assert set(OURS) == set(REFERENCE["runs"])


@every_run
def test_three_steps_are_those_of_the_reference(run: str) -> None:
    """The weights after each of three steps, one gradient entry 0 at the first."""
    trace = trajectory(OURS[run], W_0, GRADIENTS)
    for t, expected in enumerate(REFERENCE["runs"][run]["w_after_step"], start=1):
        np.testing.assert_allclose(trace[f"w_{t}"], expected, rtol=1e-12, atol=1e-13)


@every_run
def test_the_settings_are_those_of_the_reference(run: str) -> None:
    """What PyTorch was given is what the optimiser holds."""
    stored = REFERENCE["runs"][run]["settings"]
    named = {"lr": "eta", "momentum": "mu", "weight_decay": "weight_decay", "alpha": "rho", "eps": "epsilon"}
    expected = {named[key]: value for key, value in stored.items() if key in named}
    if "betas" in stored:
        expected |= dict(zip(("beta1", "beta2"), stored["betas"], strict=True))
    assert dict(OURS[run].settings) == expected


@every_run
def test_every_intermediate_agrees_with_thirty_digits(run: str) -> None:
    """The same equations on mpmath numbers, written out entry by entry, give the same trace."""
    optimiser = OURS[run]
    trace = trajectory(optimiser, W_0, GRADIENTS)
    given_values = {"w_0": W_0, **{f"grad_{t}": g for t, g in enumerate(GRADIENTS, start=1)}, **optimiser.settings}
    given_values |= {f"{name}_0": value for name, value in optimiser.start.items()}
    precise = run_precise(over_steps(optimiser, 3), given_values)
    for name in over_steps(optimiser, 3).equations:
        np.testing.assert_allclose(trace[name], np.array(precise[name], dtype=float), rtol=1e-13, atol=1e-16)


def test_steps_by_dict_are_the_steps_of_each_parameter() -> None:
    """A matrix, a vector and a number together, three steps, each as it goes by itself."""
    chance = np.random.default_rng(3)
    shapes: dict[str, tuple[int, ...]] = {"W_hh": (2, 3), "b_h": (2,), "scale": ()}
    start = {name: chance.normal(size=shape) for name, shape in shapes.items()}
    gradients = [{name: chance.normal(size=shape) for name, shape in shapes.items()} for _ in range(3)]
    for optimiser in OURS.values():
        parameters, kept = dict(start), begin(optimiser, start)
        for some in gradients:
            parameters, kept, traces = step(optimiser, parameters, some, kept)
            assert all(traces[name]["w"] is parameters[name] for name in shapes)
        for name, shape in shapes.items():
            alone = trajectory(optimiser, start[name], [some[name] for some in gradients])
            np.testing.assert_array_equal(parameters[name], alone["w_3"])
            assert parameters[name].shape == shape
            for quantity in optimiser.start:
                np.testing.assert_array_equal(kept[name][quantity], alone[f"{quantity}_3"])


def test_a_step_leaves_its_arguments_alone() -> None:
    """Parameters, gradients and what was kept are the same objects with the same numbers afterwards."""
    parameters, gradients = {"w": np.array([1.0, 2.0])}, {"w": np.array([3.0, -4.0])}
    kept = begin(adam(0.1), parameters)
    step(adam(0.1), parameters, gradients, kept)
    assert parameters["w"].tolist() == [1.0, 2.0]
    assert gradients["w"].tolist() == [3.0, -4.0]
    start = {"m": 0.0, "v": 0.0, "beta1_power": 1.0, "beta2_power": 1.0}
    assert {name: float(value) for name, value in kept["w"].items()} == start


# -- worked by hand, closed forms ------------------------------------------------------------------------------------


def test_rmsprop_accumulator_by_hand() -> None:
    """rho 0.9, gradients 2 then 1: v is 0.1 * 4 = 0.4, then 0.9 * 0.4 + 0.1 * 1 = 0.46; the root is taken of v."""
    trace = trajectory(rmsprop(0.1, 0.9, 1e-12), 0.0, [2.0, 1.0])
    assert trace["v_1"] == pytest.approx(0.4, rel=1e-15)
    assert trace["v_2"] == pytest.approx(0.46, rel=1e-15)
    assert trace["w_1"] == pytest.approx(-0.1 * 2 / sqrt(0.4), rel=1e-9)
    assert trace["w_2"] == pytest.approx(-0.1 * 2 / sqrt(0.4) - 0.1 / sqrt(0.46), rel=1e-9)


def test_adam_by_hand() -> None:
    """Gradients 1 then 3: m 0.1, 0.39; v 0.001, 0.009999; corrected by 1 - 0.9^t and 1 - 0.999^t."""
    trace = trajectory(adam(0.5), 0.0, [1.0, 3.0])
    assert trace["m_2"] == pytest.approx(0.39, rel=1e-14)
    assert trace["v_2"] == pytest.approx(0.009999, rel=1e-14)
    assert trace["m_hat_2"] == pytest.approx(0.39 / 0.19, rel=1e-14)
    assert trace["v_hat_2"] == pytest.approx(0.009999 / 0.001999, rel=1e-12)


def test_the_powers_of_adam_need_no_exponent() -> None:
    """They are beta1^t and beta2^t at step t."""
    trace = trajectory(adam(0.1, 0.8, 0.95), 0.0, [1.0] * 6)
    for t in range(1, 7):
        assert trace[f"beta1_power_{t}"] == pytest.approx(0.8**t, rel=1e-14)
        assert trace[f"beta2_power_{t}"] == pytest.approx(0.95**t, rel=1e-14)


def test_constant_gradients_make_adam_walk_at_eta() -> None:
    """With a constant gradient both corrected averages are exact from step 1 on, so every step is eta long."""
    trace = trajectory(adam(0.1, epsilon=1e-15), [5.0, 5.0], [[0.3, -70.0]] * 5)
    np.testing.assert_allclose(trace["w_5"], [5.0 - 0.5, 5.0 + 0.5], rtol=1e-12)


def test_momentum_reaches_its_terminal_speed() -> None:
    """Under a constant gradient the step goes to eta grad / (1 - mu), ten times eta grad for mu = 0.9."""
    trace = trajectory(momentum(0.01, 0.9), 0.0, [2.0] * 300)
    assert trace["w_299"] - trace["w_300"] == pytest.approx(0.01 * 2 / 0.1, rel=1e-9)


def test_both_forms_of_momentum_give_the_same_weights() -> None:
    """The textbook keeps a velocity u = mu u - eta grad and adds it to the weights."""
    gradients = [0.5, -2.0, 1.5, 0.25]
    w, u = 1.0, 0.0
    for g in gradients:
        u = 0.7 * u - 0.2 * g
        w += u
    assert trajectory(momentum(0.2, 0.7), 1.0, gradients)["w_4"] == pytest.approx(w, rel=1e-14)


def test_nesterov_is_the_gradient_at_the_place_ahead() -> None:
    """Sutskever's form looks ahead to w + mu u for its gradient; there PyTorch's weights lie. On the loss 1/2 w^2."""
    eta, mu, w, u = 0.1, 0.8, 2.0, 0.0
    ahead, gradients = [], []
    for _ in range(5):
        look = w + mu * u
        ahead.append(look)
        gradients.append(look)  # the gradient of 1/2 w^2 at `look`
        u = mu * u - eta * look
        w += u
    trace = trajectory(nesterov(eta, mu), ahead[0], gradients)
    np.testing.assert_allclose([trace[f"w_{t}"] for t in range(1, 5)], ahead[1:], rtol=1e-13)


def test_no_momentum_and_no_decay_is_gradient_descent() -> None:
    """mu = 0 in both forms of momentum, and decay 0, give w - eta grad."""
    expected = trajectory(sgd(0.3), W_0, GRADIENTS)["w_3"]
    for same in (momentum(0.3, 0.0), nesterov(0.3, 0.0), sgd(0.3, 0.0)):
        np.testing.assert_allclose(trajectory(same, W_0, GRADIENTS)["w_3"], expected, rtol=1e-14)
    np.testing.assert_allclose(
        trajectory(adamw(0.3, weight_decay=0.0), W_0, GRADIENTS)["w_3"], trajectory(adam(0.3), W_0, GRADIENTS)["w_3"]
    )


@pytest.mark.parametrize("place", ["outside", "inside"])
@settings(deadline=None, max_examples=60)
@given(
    rho=st.floats(0, 0.99),
    eta=st.floats(1e-3, 1),
    gradients=st.lists(st.floats(-100, 100), min_size=1, max_size=6),
)
def test_no_step_of_rmsprop_is_longer_than_its_bound(
    place: str, rho: float, eta: float, gradients: list[float]
) -> None:
    """|w_t - w_{t-1}| <= eta / sqrt(1 - rho) for whatever gradients."""
    trace = trajectory(rmsprop(eta, rho, 1e-8, place), 0.0, gradients)
    walked = np.diff([trace[f"w_{t}"] for t in range(len(gradients) + 1)])
    assert np.max(np.abs(walked)) <= eta / sqrt(1 - rho) * (1 + 1e-12) + 1e-12
    assert largest_step(eta, rho) == pytest.approx(eta / sqrt(1 - rho), rel=1e-14)


def test_a_first_step_comes_near_the_bound_of_rmsprop() -> None:
    """The bound is sharp: rho 0.9 gives 3.162 eta, and a first step reaches it but for epsilon."""
    assert largest_step(0.001, 0.9) == pytest.approx(0.001 * 3.1622776601683795, rel=1e-12)
    first = trajectory(rmsprop(0.001, 0.9), 0.0, [7.0])["w_1"]
    assert -first == pytest.approx(largest_step(0.001, 0.9), rel=1e-8)


# -- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: sgd(0.0), "eta is 0.0; it needs a number above 0"),
        (lambda: adam(-0.1), "eta is -0.1; it needs a number above 0"),
        (lambda: sgd(0.1, weight_decay=-1.0), "weight_decay is -1.0; it needs a number from 0"),
        (lambda: adamw(0.1, weight_decay=-1.0), "weight_decay is -1.0; it needs a number from 0"),
        (lambda: momentum(0.1, 1.0), "mu is 1.0; it needs a number from 0 below 1"),
        (lambda: nesterov(0.1, -0.5), "mu is -0.5; it needs a number from 0 below 1"),
        (lambda: rmsprop(0.1, rho=1.0), "rho is 1.0; it needs a number from 0 below 1"),
        (lambda: rmsprop(0.1, epsilon=0.0), "epsilon is 0.0; it needs a number above 0"),
        (lambda: adagrad(0.1, 0.0), "epsilon is 0.0"),
        (lambda: adam(0.1, beta2=1.0), "beta2 is 1.0; it needs a number from 0 below 1"),
        (lambda: adam(float("nan")), "eta holds nan: it needs finite numbers"),
        (lambda: largest_step(0.1, 1.0), "rho is 1.0; it needs a number from 0 below 1"),
        (lambda: trajectory(sgd(0.1), [1.0, 2.0], [[1.0]]), r"gradient 1 has shape \(1\); it needs \(2\)"),
        (lambda: trajectory(sgd(0.1), 1.0, []), "gradients is empty; it needs one for each step"),
        (lambda: over_steps(sgd(0.1), 0), "steps is 0; it needs a whole number of 1 or more"),
        (lambda: over_steps(sgd(0.1), 2.5), "steps is 2.5; it needs a whole number"),  # type: ignore[arg-type]
    ],
)
def test_settings_out_of_range_are_refused_by_name(wrong: Callable[[], Any], says: str) -> None:
    """Each message names the setting, what it is, and what it has to be."""
    with pytest.raises(ArgumentError, match=says):
        wrong()


@pytest.mark.parametrize("make", [rmsprop, adam])
def test_an_unknown_place_of_epsilon_lists_the_known_ones(make: Callable[..., Optimiser]) -> None:
    """A word that is none is answered with those that are."""
    with pytest.raises(UnknownName, match=r'no place of epsilon is called "within". Known: '):
        make(0.1, place="within")


def test_steps_refuse_gradients_that_do_not_fit() -> None:
    """Missing, unknown and misshapen gradients are named."""
    w = {"W_hh": np.eye(2), "b_h": np.zeros(2)}
    kept = begin(sgd(0.1), w)
    with pytest.raises(ArgumentError, match="no gradient, or nothing kept, for b_h"):
        step(sgd(0.1), w, {"W_hh": np.eye(2)}, kept)
    with pytest.raises(ArgumentError, match="a gradient for dW_hh, which is no parameter; known: W_hh, b_h"):
        step(sgd(0.1), w, {**w, "dW_hh": np.eye(2)}, kept)
    with pytest.raises(ArgumentError, match=r"the gradient of b_h has shape \(3\); it needs \(2\)"):
        step(sgd(0.1), w, {"W_hh": np.eye(2), "b_h": np.zeros(3)}, kept)
