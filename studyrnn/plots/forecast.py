"""A sine, forecast one step ahead by a small network, against the last value and the mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.cells import rnn
from studyrnn.engine.network import Layer, Network
from studyrnn.engine.optimisers import adam
from studyrnn.engine.sequences import last_value_forecast, sampled_sine, windows
from studyrnn.engine.training import Recipe, examples
from studyrnn.figures.parts import Axis, Bar, Bars, Fact, Figure, Lines, Series
from studyrnn.plots._networks import SEED, counted, written
from studyrnn.plots._training import Trained, told, trained
from studyrnn.plots.base import Option, Picture, Watch

PERIOD = 16  # steps
LEARNED, TESTED = 192, 32  # steps of the series: whole periods
WINDOW = 8  # values from which the next one is forecast
ETA, BATCH = 0.01, 16
_MEAN = "mean of the past"  # of the stretch that the network learns from
_NETWORK = Network((Layer(rnn()),), WINDOW, loss="mse", targets=(WINDOW,))


class Forecast(NamedTuple):
    series: Array  # (LEARNED + TESTED)
    fit: Trained  # its validation set is the test stretch, from which nothing is learned
    network: Array  # forecasts of the test stretch
    last_value: Array
    mean: Array


def forecast(hidden: int, epochs: int, noise: float, seed: int, watch: Watch = lambda done, steps: None) -> Forecast:
    """A network fitted to the first stretch of a noisy sine, and its forecasts of the second."""
    chance = np.random.default_rng(seed)
    sine = sampled_sine(1.0, 1 / PERIOD, LEARNED + TESTED, step=1)["x"]
    series = sine + noise * chance.normal(size=len(sine))
    training, test = _windows(series[:LEARNED]), _windows(series[LEARNED - WINDOW :])
    fit = trained(_NETWORK, hidden, training, test, Recipe(adam(ETA), epochs, BATCH), chance, watch)
    outputs = _NETWORK.forward({**fit.weights, **test})[_NETWORK.top(WINDOW)][0]
    last = np.asarray(last_value_forecast(series[LEARNED - 1 :])["forecast"])
    return Forecast(series, fit, outputs, last, np.full(TESTED, series[:LEARNED].mean()))


def _windows(series: Array) -> dict[str, Array]:
    cut: Mapping[str, Array] = windows(series, WINDOW)
    return examples(_NETWORK, cut["inputs"].T[:, None], cut["targets"][None, None])


def draw(hidden: int, epochs: int, noise: float, seed: int, watch: Watch) -> Figure:
    found = forecast(hidden, epochs, noise, seed, watch)
    truth = found.series[LEARNED:]
    forecasts = {"network": found.network, "last value": found.last_value, _MEAN: found.mean}
    squared = {name: float(np.mean((values - truth) ** 2)) for name, values in forecasts.items()}
    measured = "noisy sine" if noise else "sine"
    curves = {measured: truth, "network": found.network, "last value": found.last_value}
    return Figure(
        name="forecast",
        title="A noisy sine, one step ahead" if noise else "A sine, one step ahead",
        see=_see(squared, noise),
        parts=(
            Lines(
                counted(LEARNED + 1, LEARNED + TESTED),
                tuple(Series(name, told(values)) for name, values in curves.items()),
                Axis("step"),
                Axis("value"),
                title=f"The {TESTED} steps after those that it learned from",
            ),
            Bars(tuple(Bar(*pair) for pair in squared.items()), Axis(), "Mean squared error of the forecasts"),
        ),
        facts=_facts(squared, noise, found.fit),
    )


def _see(squared: Mapping[str, float], noise: float) -> str:
    network, baselines = squared["network"], {name: squared[name] for name in ("last value", _MEAN)}
    beaten = [f"the {name}" for name, error in baselines.items() if network < error]
    others = [f"the {name}" for name, error in baselines.items() if network >= error]
    verdict = f"it beats {' and '.join(beaten)}" if beaten else ""
    if others:
        verdict += f"{' but ' if beaten else ''}{'' if beaten else 'it '}does not beat {' or '.join(others)}"
    return (
        f"On steps that it has not learned from, the network's mean squared error is {written(network)}: {verdict}. "
        f"The last value is always a step late.{_floor(network, noise)}"
    )


def _floor(error: float, noise: float) -> str:
    """What no forecast of a noisy value gets below but by luck."""
    if not noise:
        return ""
    chance = f"; over {TESTED} steps chance may take the error below it" if error < noise**2 else ""
    return f" No forecast can see the noise coming, whose variance is {written(noise**2)}{chance}."


def _facts(squared: Mapping[str, float], noise: float, fit: Trained) -> tuple[Fact, ...]:
    return (
        Fact("error of the last value / network", squared["last value"] / squared["network"]),
        Fact("error of the network in training", fit.epochs[-1].train),
        Fact("variance of the noise", noise**2),
    )


PICTURE = Picture(
    summary="a network learns to forecast a noisy sine, against the last value as a baseline",
    draw=draw,
    options=(
        Option("hidden", 8, "hidden units", 1, 32),
        Option("epochs", 40, "passes over the training stretch", 1, 300),
        Option("noise", 0.1, "the deviation of the noise in every value", 0, 2),
        SEED,
    ),
    watched=True,
)
