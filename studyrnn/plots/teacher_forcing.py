"""The error of a forecast step by step: with true values put in, and with the network's own outputs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.cells import rnn
from studyrnn.engine.decoding import exposure
from studyrnn.engine.network import Layer, Network
from studyrnn.engine.optimisers import adam
from studyrnn.engine.training import Recipe, examples
from studyrnn.figures.parts import Axis, Fact, Figure, Lines, Series
from studyrnn.plots._networks import SEED, counted, written
from studyrnn.plots._training import Trained, told, trained
from studyrnn.plots.base import Option, Picture, Watch

PERIODS = (12, 5)  # of the two waves that a series is the sum of
WARM = 10  # true values that both forecasts have seen before they part
_LENGTH, _HIDDEN = 16, 12
_LEARNED_FROM, _TESTED_ON = 64, 200  # series
FED = ("fed true values", "fed its own forecasts")
_ADDED_UP = 1.2  # free running over forced, from where it is said that errors add up


def waves(length: int, count: int, chance: np.random.Generator) -> Array:
    """Sums of two sines with random phases, (length, 1, count); their mean square is 1."""
    k = np.arange(length)[:, None, None]
    slow, fast = (np.sin(2 * np.pi * k / period + chance.uniform(0, 2 * np.pi, count)) for period in PERIODS)
    return np.asarray(slow + fast)


def forecaster(epochs: int, chance: np.random.Generator, watch: Watch = lambda done, steps: None) -> Trained:
    """A network that forecasts one step ahead, trained with teacher forcing: every input is a true value."""
    network = Network((Layer(rnn()),), _LENGTH, loss="mse")
    series = waves(_LENGTH + 1, _LEARNED_FROM, chance)
    data = examples(network, series[:-1], series[1:])
    return trained(network, _HIDDEN, data, data, Recipe(adam(0.02), epochs, batch=16), chance, watch)


def errors(weights: Mapping[str, Array], series: Array) -> tuple[Array, Array]:
    """The root mean square error of each step over all series, forced and free, from where the two may differ.

    The forecast of step 1 follows WARM true values in both; from step 2 on the free one reads forecasts of its own.
    """
    network = Network((Layer(rnn()),), len(series) - 1)
    found = exposure(network, weights, series, WARM)
    forced, free = (np.sqrt(found[f"{kind}_error"][WARM - 1 :]) for kind in ("forced", "free"))
    return forced, free


def draw(steps: int, epochs: int, seed: int, watch: Watch) -> Figure:
    chance = np.random.default_rng(seed)
    weights = forecaster(epochs, chance, watch).weights
    series = waves(WARM + steps, _TESTED_ON, chance)
    forced, free = errors(weights, series)
    blind = float(np.sqrt(np.mean(series[WARM:] ** 2)))  # of the forecast 0 at every step
    curves = Lines(
        counted(1, steps),
        tuple(Series(name, told(error)) for name, error in zip(FED, (forced, free), strict=True)),
        Axis("step of the forecast"),
        Axis("error", low=0.0),
        title="Root mean square error",
    )
    return Figure(
        name="teacher-forcing",
        title="Trained with teacher forcing, then fed true values or its own forecasts",
        see=_see(forced, free, blind),
        parts=(curves,),
        facts=_facts(forced, free, blind),
    )


def _see(forced: Array, free: Array, blind: float) -> str:
    ratio = free[-1] / forced[-1]
    if ratio > _ADDED_UP:
        outcome = f"{written(ratio)} times as large, for each forecast starts from the errors of those before it"
    else:
        outcome = "so errors have hardly added up so far"
    hopeless = f" Forecasting 0 at every step would have an error of {written(blind)}." if free[-1] > blind / 2 else ""
    return (
        "A network learned to forecast sums of two sines one step ahead with teacher forcing: in training every input "
        f"is a true value. Now, fed true values again, it has an error of {written(forced[-1])} at the last step; fed "
        f"its own forecasts from step 2 on, {written(free[-1])}, {outcome}. That in training it never meets errors of "
        f"its own is called exposure bias.{hopeless}"
    )


def _facts(forced: Array, free: Array, blind: float) -> tuple[Fact, ...]:
    return (
        Fact("error at step 1, the same for both", float(forced[0])),
        *(Fact(f"at the last step, {name}", float(error[-1])) for name, error in zip(FED, (forced, free), strict=True)),
        Fact("error of forecasting 0", blind),
    )


PICTURE = Picture(
    summary="after teacher forcing: how errors add up where a network reads its own forecasts",
    draw=draw,
    options=(
        Option("steps", 40, "steps that are forecast", 2, 100),
        Option("epochs", 60, "passes over the training series", 1, 300),
        SEED,
    ),
    watched=True,
)
