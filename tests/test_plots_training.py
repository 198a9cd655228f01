"""The pictures about training: what all of them keep to, and networks that are fitted, against passes by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pictured import facts
from pictured import figure as drawn
from shown import curves

from studyrnn.errors import UsageError
from studyrnn.figures.parts import Bars, Figure, Lines
from studyrnn.markup import formulas
from studyrnn.mathtext import one_line
from studyrnn.plots import find, forecast, overfitting, teacher_forcing

TRAINED = ("teacher-forcing", "overfitting", "forecast")
ALL = ("clipping", "rmsprop", *TRAINED)


def forward(weights: Any, xs: np.ndarray) -> list[np.ndarray]:
    """y_1, ..., y_T of a tanh network from h_0 = 0, each (1, N); xs (T, 1, N)."""
    h = np.zeros((len(weights["W_hh"]), xs.shape[2]))
    outputs = []
    for x in xs:
        h = np.tanh(weights["W_xh"] @ x + weights["W_hh"] @ h + weights["b_h"][:, None])
        outputs.append(weights["W_hy"] @ h + weights["b_y"][:, None])
    return outputs


def sequences(values: Any, length: int) -> np.ndarray:
    """x_1, ..., x_T of a set of examples, (T, 1, N)."""
    return np.array([values[f"x_{t}"] for t in range(1, length + 1)])


# -- every picture ---------------------------------------------------------------------------------------------------

EXTREMES = [(name, option, end) for name in ALL for option in find(name).options for end in (option.low, option.high)]


@pytest.mark.parametrize(
    ("name", "option", "end"), EXTREMES, ids=[f"{name}-{option.name}-{end}" for name, option, end in EXTREMES]
)
def test_every_option_may_be_as_small_or_large_as_it_says(name: str, option: Any, end: float) -> None:
    """No warning (they are errors here), as many values as places in each curve, a caption without gaps; one step
    beyond the limit is refused."""
    figure = drawn(name, **{option.name: end})
    for part in figure.parts:
        if isinstance(part, Lines):
            assert {len(series.values) for series in part.series} == {len(part.x)}
            assert np.isfinite(part.x).all()
    assert "nan" not in figure.see
    assert "  " not in figure.see
    beyond = end - 1 if end == option.low else end + 1
    with pytest.raises(UsageError, match="has to be"):
        drawn(name, **{option.name: beyond})


def test_all_options_at_their_worst_together() -> None:
    """The largest learning rates, curvature and lengths at once: numbers overflow, and are said to be beyond bounds."""
    cliff = drawn("clipping", threshold=1000, eta=0.1, steps=200, length=50)
    assert facts(cliff)["loss at the end, without clipping"] == "beyond bounds"
    assert "on its numbers are beyond bounds" in cliff.see
    valley = drawn("rmsprop", eta=0.1, rho=0.999, curvature=1000, steps=300)
    assert facts(valley)["loss at the end, SGD"] == "beyond bounds"
    assert np.isnan(curves(valley, 1)["SGD"][-1])
    assert all(np.isfinite(curves(valley, part)["RMSProp"]).all() for part in (0, 1))


@pytest.mark.parametrize("name", ALL)
def test_every_text_can_be_typeset(name: str) -> None:
    """Captions, titles, labels and names: each formula in them is in the subset, with and without Unicode."""
    figure = drawn(name)
    texts = [figure.title, figure.see, *(fact.label for fact in figure.facts)]
    for part in figure.parts:
        texts.append(part.title)
        if isinstance(part, Lines):
            texts += [part.x_axis.label, part.y_axis.label, *(mark.label for mark in part.marks)]
            texts += [series.name for series in part.series]
    assert all(one_line(tex, ascii_only) for text in texts for tex in formulas(text) for ascii_only in (True, False))


@pytest.mark.parametrize("name", ALL)
def test_the_same_options_draw_the_same(name: str) -> None:
    """Chance comes from the seed alone; another seed draws another figure."""
    assert drawn(name) == drawn(name)
    if name in TRAINED:
        assert drawn(name, seed=1) != drawn(name, seed=2)


@pytest.mark.parametrize("name", TRAINED)
def test_who_watches_is_told_each_epoch(name: str) -> None:
    """Once after each, with how many there are."""
    told: list[tuple[int, int]] = []
    find(name).figure({"epochs": "3"}, lambda done, steps: told.append((done, steps)))
    assert told == [(1, 3), (2, 3), (3, 3)]


# -- teacher forcing -------------------------------------------------------------------------------------------------


def test_waves_are_two_sines() -> None:
    """They satisfy the difference equation of two frequencies, their mean square is 1, and phases differ."""
    s = teacher_forcing.waves(60, 400, np.random.default_rng(3))[:, 0]
    for period in (12, 5):
        s = s[2:] - 2 * np.cos(2 * np.pi / period) * s[1:-1] + s[:-2]
    np.testing.assert_allclose(s, 0, atol=1e-12)
    s = teacher_forcing.waves(60, 4000, np.random.default_rng(3))[:, 0]
    assert np.mean(s**2) == pytest.approx(1, abs=0.01)
    assert np.std(s[0]) > 0.9


def test_both_errors_are_those_of_a_loop() -> None:
    """Forced it reads the series, free its own output from step 2 of the forecast on; mean over all series."""
    chance = np.random.default_rng(1)
    weights = teacher_forcing.forecaster(60, chance).weights
    series = teacher_forcing.waves(10 + 40, 200, chance)
    expected = {}
    for name, warm in (("fed true values", 49), ("fed its own forecasts", 10)):
        h, y, found = np.zeros((12, 200)), np.zeros((1, 200)), []
        for t in range(49):
            x = series[t] if t < warm else y
            h = np.tanh(weights["W_xh"] @ x + weights["W_hh"] @ h + weights["b_h"][:, None])
            y = weights["W_hy"] @ h + weights["b_y"][:, None]
            found.append(np.sqrt(np.mean((y - series[t + 1]) ** 2)))
        expected[name] = found[9:]
    figure = drawn("teacher-forcing")
    for name, error in expected.items():
        np.testing.assert_allclose(curves(figure)[name], error, rtol=1e-9)
        assert facts(figure)[f"at the last step, {name}"] == pytest.approx(error[-1], rel=1e-9)
        assert f"{error[-1]:.3g}" in figure.see
    assert facts(figure)["error of forecasting 0"] == pytest.approx(np.sqrt(np.mean(series[10:] ** 2)), rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_free_running_adds_errors_up(seed: int) -> None:
    """Whatever the seed: alike at step 1; at the end larger than forced and than at the start, as the caption says."""
    figure = drawn("teacher-forcing", seed=seed)
    forced, free = curves(figure)["fed true values"], curves(figure)["fed its own forecasts"]
    assert forced[0] == free[0]
    assert free[-1] > 1.2 * max(forced[-1], free[0])
    assert "each forecast starts from the errors of those before it" in figure.see


def test_teacher_forcing_learned_from_true_values() -> None:
    """As the caption says: in training every input is the target of the step before. Its loss is that of a forward pass
    over these, and far below that of forecasting 0."""
    fit = teacher_forcing.forecaster(5, np.random.default_rng(1))
    xs = sequences(fit.training, 16)
    targets = np.array([fit.training[f"target_{t}"] for t in range(1, 17)])
    np.testing.assert_array_equal(xs[1:], targets[:-1])
    loss = np.mean((np.array(forward(fit.weights, xs)) - targets) ** 2)
    assert fit.epochs[-1].train == pytest.approx(loss, rel=1e-12)
    assert loss < 0.5 * np.mean(targets**2)


def test_what_training_was_and_what_it_leaves_out_are_named() -> None:
    """Whether errors have added up or not: teacher forcing belongs to training, and its gap is exposure bias."""
    early = drawn("teacher-forcing", steps=2, epochs=1, seed=3)
    assert "have hardly added up so far" in early.see
    for figure in (early, drawn("teacher-forcing")):
        assert "with teacher forcing: in training every input is a true value" in figure.see
        assert "is called exposure bias" in figure.see


# -- overfitting -----------------------------------------------------------------------------------------------------


def loss_of(weights: Any, values: Any) -> float:
    return float(np.mean((forward(weights, sequences(values, 6))[-1] - values["target_6"]) ** 2))


def test_the_losses_are_those_of_a_forward_pass() -> None:
    """Before the first epoch and after the last, of both sets; the least is where the curve is least."""
    fit = overfitting.fitted(16, 20, 200, 1)
    figure = drawn("overfitting")
    for name, values in (("training", fit.training), ("validation", fit.validation)):
        loss = curves(figure)[name]
        assert loss[0] == pytest.approx(loss_of(fit.first, values), rel=1e-12)
        assert loss[-1] == pytest.approx(loss_of(fit.weights, values), rel=1e-9)
        assert facts(figure)[f"{name} loss at the end"] == loss[-1]
    validation = [loss_of(weights, fit.validation) for weights in (fit.first, *(e.parameters for e in fit.epochs))]
    best = facts(figure)["epoch of the least validation loss"]
    assert validation[best] == min(validation)
    assert f"least after epoch {best}," in figure.see
    assert validation[-1] > 1.5 * validation[best]


def hand_bptt(weights: Any, xs: np.ndarray, target: np.ndarray) -> dict[str, np.ndarray]:
    """The gradient of the mean squared error at the last step, backwards in time by hand."""
    W_xh, W_hh, W_hy = weights["W_xh"], weights["W_hh"], weights["W_hy"]
    hs = [np.zeros((len(W_hh), xs.shape[2]))]
    for x in xs:
        hs.append(np.tanh(W_xh @ x + W_hh @ hs[-1] + weights["b_h"][:, None]))
    dy = 2 * (W_hy @ hs[-1] + weights["b_y"][:, None] - target) / xs.shape[2]
    found = {name: np.zeros_like(value) for name, value in weights.items()}
    found["W_hy"], found["b_y"] = dy @ hs[-1].T, dy.sum(axis=1)
    dh = W_hy.T @ dy
    for x, h, before in zip(xs[::-1], hs[:0:-1], hs[-2::-1], strict=True):
        da = dh * (1 - h**2)
        found["W_xh"] += da @ x.T
        found["W_hh"] += da @ before.T
        found["b_h"] += da.sum(axis=1)
        dh = W_hh.T @ da
    return found


def test_three_epochs_are_three_steps_of_adam_by_hand() -> None:
    """Backpropagation through time and Adam written out, from the first weights on all examples at once."""
    fit = overfitting.fitted(5, 7, 3, 4)
    xs, target = sequences(fit.training, 6), fit.training["target_6"]
    weights = {name: value.copy() for name, value in fit.first.items()}
    m = {name: np.zeros_like(value) for name, value in weights.items()}
    v = {name: np.zeros_like(value) for name, value in weights.items()}
    for t in (1, 2, 3):
        for name, g in hand_bptt(weights, xs, target).items():
            m[name], v[name] = 0.9 * m[name] + 0.1 * g, 0.999 * v[name] + 0.001 * g * g
            root = np.sqrt(v[name] / (1 - 0.999**t)) + 1e-8
            weights[name] = weights[name] - 0.01 * m[name] / (1 - 0.9**t) / root
        for name, expected in weights.items():
            np.testing.assert_allclose(fit.epochs[t - 1].parameters[name], expected, rtol=1e-6, atol=1e-9)


def test_the_examples_are_sums_and_noise() -> None:
    """Sums of variance 1, noise of variance 0.25 beside them; what is held out is not what is learned from."""
    values = overfitting.noisy_sums(20000, np.random.default_rng(0))
    sums = sequences(values, 6).sum(axis=0)
    assert np.var(sums) == pytest.approx(1, abs=0.04)
    noise = values["target_6"] - sums
    assert np.var(noise) == pytest.approx(0.25, abs=0.01)
    assert abs(np.corrcoef(sums[0], noise[0])[0, 1]) < 0.03
    assert overfitting.left_by_the_sum(values) == pytest.approx(np.mean(noise**2), rel=1e-12)
    fit = overfitting.fitted(2, 20, 1, 1)
    assert not set(fit.training["x_1"][0]) & set(fit.validation["x_1"][0])


def test_what_has_not_overfitted_is_not_said_to_have() -> None:
    """After one epoch the validation loss still falls; learning noise is said only below what the true sum leaves."""
    early = drawn("overfitting", epochs=1)
    assert curves(early)["validation"][1] < curves(early)["validation"][0]
    assert "nothing shows yet that it overfits" in early.see
    chosen = [(seed, *rest) for seed in range(4) for rest in ((30, 1, 20), (100, 16, 4))]
    chosen += [(9, 4, 16, 4), (2, 6, 16, 4)]  # between what the sum leaves of these few and the variance of the noise
    for seed, epochs, hidden, count in chosen:
        figure = drawn("overfitting", seed=seed, epochs=epochs, hidden=hidden, examples=count)
        fit = overfitting.fitted(hidden, count, epochs, seed)
        noise = fit.training["target_6"] - sequences(fit.training, 6).sum(axis=0)
        validation = curves(figure)["validation"]
        risen = validation[-1] > validation.min()
        learned = curves(figure)["training"][-1] < np.mean(noise**2)
        assert ("the network fits noise" in figure.see) == (risen and learned)
        left = f"Whoever knew the true sums would still have a loss of {np.mean(noise**2):.3g} on the examples"
        assert (left in figure.see) == (risen and learned)
        assert figure.see.startswith("The task: the sum of 6 numbers, with noise added to it.")


# -- forecast --------------------------------------------------------------------------------------------------------


def bars(figure: Figure) -> dict[str, float]:
    part = figure.parts[1]
    assert isinstance(part, Bars)
    return {bar.label: bar.value for bar in part.bars}


def test_the_forecasts_are_those_of_a_forward_pass() -> None:
    """Each from the eight values before it, windows cut by hand; errors of all three forecasts, as bars."""
    found = forecast.forecast(8, 40, 0.1, 1)
    figure = drawn("forecast")
    series, network = found.series, []
    for k in range(192, 224):
        window = series[k - 8 : k].reshape(8, 1, 1)
        network.append(forward(found.fit.weights, window)[-1].item())
    np.testing.assert_allclose(curves(figure)["network"], network, rtol=1e-10)
    np.testing.assert_array_equal(curves(figure)["noisy sine"], series[192:])
    np.testing.assert_array_equal(curves(figure)["last value"], series[191:-1])
    others = {"network": np.array(network), "last value": series[191:-1], "mean of the past": series[:192].mean()}
    for name, values in others.items():
        assert bars(figure)[name] == pytest.approx(np.mean((values - series[192:]) ** 2), rel=1e-10)
    ratio = bars(figure)["last value"] / bars(figure)["network"]
    assert facts(figure)["error of the last value / network"] == pytest.approx(ratio, rel=1e-12)


def test_baselines_of_a_clean_sine_have_a_closed_form() -> None:
    """Over whole periods: sin a - sin b = 2 cos sin gives 2 sin^2(pi / P); the mean of a sine is 0, its square 1/2."""
    figure = drawn("forecast", noise=0, epochs=1)
    np.testing.assert_allclose(curves(figure)["sine"], np.sin(2 * np.pi * np.arange(192, 224) / 16), atol=1e-12)
    assert bars(figure)["last value"] == pytest.approx(2 * np.sin(np.pi / 16) ** 2, rel=1e-12)
    assert bars(figure)["mean of the past"] == pytest.approx(0.5, rel=1e-12)
    assert "noise" not in figure.see + figure.title


def test_nothing_is_learned_from_the_test_stretch() -> None:
    """The training windows lie in the first 192 steps, all of them: its loss is a forward pass over these."""
    found = forecast.forecast(4, 2, 0.3, 5)
    xs = np.array([found.series[k : k + 8] for k in range(184)]).T[:, None]
    np.testing.assert_array_equal(sequences(found.fit.training, 8), xs)
    np.testing.assert_array_equal(found.fit.training["target_8"][0], found.series[8:192])
    loss = np.mean((forward(found.fit.weights, xs)[-1][0] - found.series[8:192]) ** 2)
    assert found.fit.epochs[-1].train == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize(
    "chosen",
    [{}, {"epochs": 1, "hidden": 1}, {"noise": 2}, {"noise": 1, "epochs": 5}, {"noise": 2, "seed": 2}],
    ids=str,
)
def test_the_caption_says_which_baseline_is_beaten(chosen: dict[str, Any]) -> None:
    """Against the bars, for networks that beat both, one or none."""
    figure = drawn("forecast", **chosen)
    network, last, mean = (bars(figure)[name] for name in ("network", "last value", "mean of the past"))
    says = {
        (True, True): "it beats the last value and the mean of the past.",
        (True, False): "it beats the last value but does not beat the mean of the past.",
        (False, True): "it beats the mean of the past but does not beat the last value.",
        (False, False): "it does not beat the last value or the mean of the past.",
    }
    assert says[network < last, network < mean] in figure.see


def test_an_error_below_the_noise_is_said_to_be_chance() -> None:
    """Over 32 steps the noise itself is by chance smaller than its variance now and then; only then it is said."""
    below = []
    for seed in range(6):
        figure = drawn("forecast", seed=seed)
        below.append(bars(figure)["network"] < 0.1**2)
        assert ("over 32 steps chance may take the error below it" in figure.see) == below[-1]
        assert "whose variance is 0.01" in figure.see
    assert any(below)
    assert not all(below)


def test_by_default_the_network_beats_both_baselines() -> None:
    """Whatever the seed: its error is less than a third of that of the last value."""
    for seed in range(4):
        errors = bars(drawn("forecast", seed=seed))
        assert errors["network"] < errors["last value"] / 3 < errors["mean of the past"]
