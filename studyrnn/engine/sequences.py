"""Sequences as they are: shifted, joined, summed, sampled, cut into windows, and forecast without any network.

A sequence is the list of its steps: T numbers, shape (T,), or T vectors of d entries, shape (T, d). Steps are numbered
from 1 in names and in what is returned as a time; classes and states are numbered from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.equations import Program
from studyrnn.engine.losses import mse
from studyrnn.engine.shapes import array, numbered, real, sequence, shown, whole
from studyrnn.errors import ArgumentError

MEAN = Program.parse({"total": "total(x)", "mean": "total / size(x)"})  # (1/T) sum_t x_t


# -- operations ------------------------------------------------------------------------------------------------------


def shift(x: Any, k: int, fill: float | None = None) -> Array:
    """The sequence whose entry at step t is x_{t+k}: k > 0 advances (the future comes earlier), k < 0 delays.

    At the ends |k| entries would lie outside of x. By default their steps are dropped, and T - |k| entries remain:
    x_{1+k}, ..., x_T, at the steps 1 to T - k where k > 0 and at the steps 1 - k to T where k < 0. They are the same
    numbers as in x; what changes is the step they belong to. With `fill` the length stays T, and that number stands
    (in every entry of a vector) where x has none: at the end for k > 0, at the beginning for k < 0.

    x (T,) or (T, d). Raises ArgumentError where k is no whole number, or so large that nothing is left to return.
    """
    found, k = sequence("x", x), whole("k", k)
    T, size = len(found), abs(k)
    if fill is None and size >= T:
        raise ArgumentError(f"k is {k}, and x has {T} steps: nothing is left; shift by less, or give a fill")
    kept = found[k:] if k > 0 else found[: max(0, T - size)]
    if fill is None:
        return kept
    outside = np.full((min(size, T), *found.shape[1:]), real("fill", fill))
    return np.concatenate([kept, outside] if k > 0 else [outside, kept])


def concatenate(x: Any, y: Any) -> Array:
    """(x_1, ..., x_S, y_1, ..., y_T): S + T steps, in this order.

    Both are sequences of numbers, or of vectors of equal size; raises ArgumentError otherwise.
    """
    x, y = sequence("x", x), sequence("y", y)
    if x.shape[1:] != y.shape[1:]:
        raise ArgumentError(f"the steps of y have shape {shown(y.shape[1:])}; those of x have {shown(x.shape[1:])}")
    return np.concatenate([x, y])


def total(x: Any) -> Array:
    """sum_t x_t: a number, or a vector (d,) summed entry by entry. Raises ArgumentError where x is no sequence."""
    return np.asarray(mean(x)["total"])


def mean(x: Any) -> dict[str, Array]:
    """(1/T) sum_t x_t, a number or a vector (d,). Returns the trace of MEAN: x, total, mean.

    Raises ArgumentError where x is no sequence.
    """
    return MEAN.run({"x": sequence("x", x)}, NUMPY)


def autocorrelation(x: Any, lag: int = 1) -> dict[str, Any]:
    """How much x_t and x_{t+lag} go together: r = sum_t (x_t - m)(x_{t+lag} - m) / sum_t (x_t - m)^2, m the mean.

    The sum above has T - lag terms, the one below T (Box & Jenkins 1970), so |r| <= 1. x (T,). Returns the trace: mean,
    deviations (T), products (T - lag), covered (their sum), spread (the sum of squares), r. Raises ArgumentError for a
    lag outside 1 to T - 1 and where all entries are equal.
    """
    x = array("x", x, (None,))
    if len(x) < 2:
        raise ArgumentError(f"x has {len(x)} steps; an autocorrelation needs 2 or more")
    lag = whole("lag", lag, 1, len(x) - 1)
    deviations = x - x.mean()
    products = deviations[:-lag] * deviations[lag:]
    spread = float(np.sum(deviations * deviations))
    if (x == x[0]).all():
        raise ArgumentError(f"all entries of x are {x[0]:g}: what does not vary has no autocorrelation")
    return {
        "mean": float(x.mean()),
        "deviations": deviations,
        "products": products,
        "covered": float(products.sum()),
        "spread": spread,
        "r": float(products.sum() / spread),
    }


def one_hot(classes: Sequence[int], count: int) -> Array:
    """(T, count): row t is zero except for a one at the place of class t; classes are numbered from 0.

    Raises ArgumentError for a class that is not one of 0 to count - 1.
    """
    places = np.array(numbered("classes", classes, whole("count", count, 1)), dtype=np.intp)
    return np.where(places[:, None] == np.arange(count), 1.0, 0.0)


def sampled_sine(
    amplitude: float,
    frequency: float,
    count: int,
    sample_rate: float | None = None,
    step: float | None = None,
    phase: float = 0.0,
) -> dict[str, Any]:
    """A wave in continuous time made a sequence: x_k = A sin(2 pi nu t_k + phase) at t_k = k dt, k = 0 ... count - 1.

    frequency    nu, in periods per unit of time, above 0
    sample_rate  samples per unit of time, or step: the time dt between two samples; one of them
    phase        in radians

    Returns the trace: t (count,), angle (count,), samples_per_period 1 / (nu dt), aliased, x (count,). `aliased` says
    that there are not more than two samples a period: then a slower wave has the same samples, or all may be zero
    (Shannon 1949). Raises ArgumentError for both or none of sample_rate and step, and for what is not positive.
    """
    if (sample_rate is None) == (step is None):
        raise ArgumentError("give either sample_rate or step, the time between two samples")
    A, phi, nu = real("amplitude", amplitude), real("phase", phase), real("frequency", frequency, above=0)
    k = np.arange(whole("count", count, 1), dtype=np.float64)
    if step is None:
        rate = real("sample_rate", sample_rate, above=0)
        t = k / rate  # not k * (1 / rate): sample 3 of 10 is at 0.3
        per_period = rate / nu
    else:
        dt = real("step", step, above=0)
        t = k * dt
        per_period = 1 / (nu * dt)
    angle = 2 * np.pi * nu * t + phi
    return {
        "t": t,
        "angle": angle,
        "samples_per_period": per_period,
        "aliased": per_period <= 2 + 1e-9,
        "x": A * np.sin(angle),
    }


# -- windows and a baseline ------------------------------------------------------------------------------------------


def windows(series: Any, width: int, horizon: int = 1, stride: int = 1, targets: Any = None) -> dict[str, Any]:
    """Every window of `width` steps with its target: the examples of a feed-forward network on a sliding window.

    series   (T,) or (T, d)
    horizon  how many steps after the last step of its window the target stands: 1 is the next value (forecasting),
             0 the window's own last step (filtering, with `targets` from another sequence)
    stride   how many steps one window begins after the other
    targets  where the targets come from, (T,) or (T, m); the series itself where it is left out

    Returns the trace: first and last (the steps, from 1, of each window's ends), target_at (the step of its target),
    inputs (N, width) or (N, width, d), targets (N,) or (N, m). With stride 1, N = T - width - horizon + 1. For the
    batch of a layer W x + b, `feedforward.as_columns` makes each window a column. Raises ArgumentError where not one
    window with its target fits.
    """
    x = sequence("series", series)
    wanted = x if targets is None else sequence("targets", targets)
    if len(wanted) != len(x):
        raise ArgumentError(f"targets has {len(wanted)} steps; the series has {len(x)}")
    width, horizon, stride = whole("width", width, 1), whole("horizon", horizon, 0), whole("stride", stride, 1)
    if width + horizon > len(x):
        raise ArgumentError(
            f"a window of {width} with its target {horizon} further on spans {width + horizon} steps; "
            f"the series has {len(x)}"
        )
    starts = np.arange(0, len(x) - width - horizon + 1, stride)
    ends = starts + width - 1
    return {
        "first": (starts + 1).tolist(),
        "last": (ends + 1).tolist(),
        "target_at": (ends + horizon + 1).tolist(),
        "inputs": x[starts[:, None] + np.arange(width)],
        "targets": wanted[ends + horizon],
    }


def last_value_forecast(series: Any, horizon: int = 1) -> dict[str, Any]:
    """The baseline that any forecast has to beat: what is, will be. The forecast of x_{t+horizon} is x_t.

    series (T,) or (T, d), horizon 1 to T - 1. Returns the trace: forecast and actual, T - horizon steps each, error
    (forecast - actual) and the losses of `losses.mse`, with the mean squared error "L" last; it is the mean over steps
    and entries. Raises ArgumentError where the horizon leaves nothing to forecast.
    """
    x = sequence("series", series)
    if len(x) < 2:
        raise ArgumentError("series has one step; a forecast needs one before it")
    horizon = whole("horizon", horizon, 1, len(x) - 1)
    forecast, actual = x[:-horizon], x[horizon:]
    losses = mse(forecast.reshape(len(forecast), -1), actual.reshape(len(actual), -1))
    per_step = {name: loss for name, loss in losses.items() if name.startswith("L")}
    return {"forecast": forecast, "actual": actual, "error": forecast - actual, **per_step}
