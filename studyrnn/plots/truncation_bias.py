"""What truncated backpropagation leaves out of a gradient, for every length of its window."""

from __future__ import annotations

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.cells import rnn
from studyrnn.engine.training import truncated, untruncated
from studyrnn.figures.parts import Axis, Fact, Figure, Lines, Mark, Series
from studyrnn.plots._networks import SEED, beyond_rounding, counted, one_layer, random_run, times, written
from studyrnn.plots.base import Option, Picture

WEIGHTS = {"W_hh": "$W_{hh}$", "W_xh": "$W_{xh}$"}
SMALL = 0.01


def draw(steps: int, k2: int, units: int, scale: float, seed: int) -> Figure:
    errors, cosines = comparisons(steps, units, scale, seed)
    window = min(k2, steps)
    x, x_axis = counted(1, steps), Axis("window $k_2$ (steps, that of the loss counted)")
    at = (Mark(f"$k_2 = {window}$", window, across=False),)
    shown = {name: (*beyond_rounding(values[:-1]), 0.0) for name, values in errors.items()}
    parts = (
        Lines(x, _series(shown), x_axis, Axis("error, relative to the full gradient", log=True), at, "Relative error"),
        Lines(x, _series(cosines), x_axis, Axis("cosine", high=1), at, "Cosine between truncated and full gradient"),
    )
    error, cosine = errors["W_hh"][window - 1], cosines["W_hh"][window - 1]
    facts = (
        Fact(f"$W_{{hh}}$, $k_2 = {window}$: relative error", error if window < steps else 0.0),
        Fact(f"$W_{{hh}}$, $k_2 = {window}$: cosine", cosine),
        *(
            Fact(f"{label}: error below {100 * SMALL:g} % from $k_2$ =", _small_from(errors[name]))
            for name, label in WEIGHTS.items()
        ),
    )
    return Figure("truncation-bias", "The bias of truncation", _seen(error, cosine, window, steps, scale), parts, facts)


def comparisons(steps: int, units: int, scale: float, seed: int) -> tuple[dict[str, list[float]], ...]:
    """Of each weight for k2 = 1, ..., T: |g - G| / |G| of the truncated gradient g and the full G, and their cosine."""
    run = random_run(one_layer(rnn(), steps, tuple(range(1, steps + 1))), units, seed, scale=scale)
    full = untruncated(run).gradients
    cut = [truncated(run, 1, k).gradients for k in range(1, steps + 1)]
    errors = {name: [_size(g[name] - full[name]) / _size(full[name]) for g in cut] for name in WEIGHTS}
    cosines = {name: [_cosine(g[name], full[name]) for g in cut] for name in WEIGHTS}
    return errors, cosines


def _size(matrix: Array) -> float:
    return float(np.linalg.norm(matrix))


def _cosine(one: Array, other: Array) -> float:
    return min(1.0, float(np.sum(one * other)) / (_size(one) * _size(other)))


def _series(curves: dict[str, tuple[float, ...]] | dict[str, list[float]]) -> tuple[Series, ...]:
    return tuple(Series(WEIGHTS[name], tuple(values)) for name, values in curves.items())


def _small_from(errors: list[float]) -> int:
    """The first window from which on every error is small; that of the whole sequence has none."""
    large = [k for k, error in enumerate(errors, start=1) if error >= SMALL]
    return max(large, default=0) + 1


def _seen(error: float, cosine: float, window: int, steps: int, scale: float) -> str:
    text = "There is a loss at every step, and each goes back through $k_2$ steps at most, its own counted"
    if window < steps:
        text += (
            f": with $k_2 = {window}$ the gradient of $W_{{hh}}$ is off by {written(error)} of its norm, and the "
            f"cosine of the angle between both is {written(cosine)}"
        )
    return text + (
        ". What is left out is all that a loss says about earlier steps: little where gradients vanish within the "
        f"window, much where they do not. With $k_2 = {steps}$, the whole sequence, nothing is left out. Nothing is "
        f"trained: recurrent weights are orthogonal{times(scale).rstrip(',')}."
    )


PICTURE = Picture(
    "how far gradients of truncated backpropagation are from the full ones, for every window k2",
    draw,
    (
        Option("steps", 16, "how long the sequence is", 2, 20),
        Option(
            "k2",
            5,
            "the window that the numbers tell about, that of the loss counted; at most all steps",
            1,
            20,
        ),
        Option("units", 8, "entries of the hidden state", 1, 32),
        Option("scale", 1.0, "multiplies the recurrent weights, which are orthogonal", 0.1, 3),
        SEED,
    ),
)
