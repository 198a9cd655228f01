"""Two runs of one network from different initial states: does it forget where it began?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.cells import rnn
from studyrnn.engine.gradient_flow import derivative
from studyrnn.engine.network import Layer, Network
from studyrnn.figures.parts import Axis, Fact, Figure, Lines, Mark, Series
from studyrnn.plots._networks import ROUNDING, beyond_rounding, chosen, counted, listed, written
from studyrnn.plots.base import Option, Picture

WEIGHTS = (0.5, 0.9, 1.0, 1.1)
FIRST = 1.0  # h_0 of the first run
FORGOTTEN = 0.01  # of the first distance
_SHARE = f"{100 * FORGOTTEN:g} %"


States = Array  # of both runs, (2, T + 1)
Distances = Mapping[float, Array]  # at t = 0, ..., T, by weight


def draw(steps: int, w: float, x: float, second: float) -> Figure:
    weights = [*WEIGHTS, *([w] if w not in WEIGHTS else [])]
    runs = both_runs(weights, steps, x, second)
    apart = {weight: np.abs(both[0] - both[1]) for weight, both in runs.items()}
    threshold = FORGOTTEN * (FIRST - second)
    slope = slope_by_first(w, steps, x)
    return Figure(
        "h0-forgetting",
        "Does the initial state matter?",
        _seen(apart, threshold, steps) + _bit_seen(w, x, runs[w], slope),
        (_distances(apart, threshold, x, second), _states(w, runs[w], second)),
        _facts(apart, threshold, w, runs[w], slope),
    )


def both_runs(weights: Sequence[float], steps: int, x: float, second: float) -> dict[float, States]:
    """h_0, ..., h_T of either run, (2, T + 1), for each weight: all runs are the examples of one batch."""
    network = Network((Layer(rnn()),), steps, output=False)
    starts = np.tile([FIRST, second], len(weights))
    values = {"W_xh": np.eye(1), "W_hh": np.repeat(weights, 2)[None, None, :], "b_h": np.zeros(1), "h_0": starts[None]}
    run = network.forward(values | {name: np.array([x]) for name in network.xs})
    states = np.array([starts, *(h[0] for h in run.over_time("h") if h is not run["h_0"])])
    return {weight: states[:, 2 * k : 2 * k + 2].T for k, weight in enumerate(weights)}


def slope_by_first(w: float, steps: int, x: float) -> float:
    """dh_T/dh_0 of the first run."""
    network = Network((Layer(rnn()),), steps, output=False)
    values = {"W_xh": [[1.0]], "W_hh": [[w]], "b_h": [0.0], "h_0": [FIRST]} | {name: [x] for name in network.xs}
    run = network.forward(values)
    return float(derivative(network.program, run.trace, [f"h_{steps}"], ["h_0"])[0, 0])


# -- what is drawn ---------------------------------------------------------------------------------------------------


def _distances(apart: Distances, threshold: float, x: float, second: float) -> Lines:
    shown = {weight: beyond_rounding(values) for weight, values in apart.items()}
    return Lines(
        counted(0, len(next(iter(apart.values()))) - 1),
        tuple(Series(f"$w = {chosen(weight)}$", values) for weight, values in shown.items()),
        Axis("step $t$"),
        Axis("distance between the two $h_t$", log=True, low=1e-6),
        (Mark(_SHARE, threshold),),
        rf"$h_t = \tanh(w h_{{t-1}} + x)$ from $h_0 = {FIRST:g}$ and from $h_0 = {chosen(second)}$, "
        f"with $x = {chosen(x)}$",
    )


def _states(w: float, runs: States, second: float) -> Lines:
    curves = zip((FIRST, second), runs.tolist(), strict=True)
    return Lines(
        counted(0, len(runs[0]) - 1),
        tuple(Series(f"from $h_0 = {chosen(start)}$", tuple(states)) for start, states in curves),
        Axis("step $t$"),
        Axis("$h_t$", low=-1, high=1),
        title=f"The states of both runs with $w = {chosen(w)}$",
    )


# -- what is told ----------------------------------------------------------------------------------------------------


def _facts(apart: Distances, threshold: float, w: float, runs: States, slope: float) -> tuple[Fact, ...]:
    end, own = f"h_{{{len(runs[0]) - 1}}}", f"$w = {chosen(w)}$:"
    facts = [
        Fact(f"$w = {chosen(weight)}$: below {_SHARE}", _first_below(values, threshold))
        for weight, values in apart.items()
    ]
    facts += [Fact(f"{own} ${end}$ from $h_0 = {chosen(h[0])}$", float(h[-1])) for h in runs]
    facts.append(Fact(rf"{own} $\partial {end} / \partial h_0$ from $h_0 = {FIRST:g}$", _passed(w, slope)))
    if any(np.isnan(beyond_rounding(values)).any() for values in apart.values()):
        facts.append(Fact("not drawn, for it may be rounding: less than", ROUNDING))
    return tuple(facts)


def _passed(w: float, slope: float) -> float | str:
    """Only a weight of 0 lets nothing through: any other product of slopes is 0 because floats end there."""
    return slope if slope or not w else "below $10^{-300}$"


def _first_below(values: Array, threshold: float) -> str:
    step = next((t for t, value in enumerate(values) if value < threshold), None)
    return f"not within {len(values) - 1} steps" if step is None else f"from step {step} on"


def _seen(found: Distances, threshold: float, steps: int) -> str:
    kept = [f"${chosen(weight)}$" for weight, values in found.items() if values[-1] >= threshold]
    gone = [f"${chosen(weight)}$" for weight, values in found.items() if values[-1] < threshold]
    after = []
    if kept:
        after.append(f"more than {_SHARE} of it is left for $w$ = {listed(kept)}")
    if gone:
        after.append(f"less for $w$ = {listed(gone)}" if kept else f"less than {_SHARE} of it is left for all")
    return (
        "A step multiplies the distance by $|w|$ at most, for tanh is nowhere steeper than 1. Where $|w| < 1$ the "
        "network therefore forgets where it began, whatever it reads; at $|w| = 1$ it still does, though perhaps "
        "slower than by any fixed factor a step; above 1 nothing forces it to. After "
        f"{steps} steps {', '.join(after)}."
    )


def _bit_seen(w: float, x: float, runs: States, slope: float) -> str:
    """What is stored where it is one of two stable states; nothing where there are none, or too few steps."""
    if not (w > 1 and x == 0 and runs[1, 0] != 0 and slope < FORGOTTEN):
        return ""
    end = f"h_{{{len(runs[0]) - 1}}}"
    return (
        f" With $w = {chosen(w)}$ both runs keep the sign of their $h_0$ for good, one bit (${end}$ is "
        f"{written(runs[0, -1])} and {written(runs[1, -1])}), and yet "
        rf"$\partial {end} / \partial h_0$ of the first is {written(slope)}: a gradient need not show what is stored."
    )


PICTURE = Picture(
    "two runs from different initial states, and how far apart they stay, for several recurrent weights",
    draw,
    (
        Option("steps", 40, "how many steps both runs take", 2, 200),
        Option("w", 1.5, "a recurrent weight of your own beside 0.5, 0.9, 1 and 1.1", -3, 3),
        Option("x", 0.0, "the input, the same at every step and in both runs", -3, 3),
        Option("second", -1.0, "h_0 of the second run; the first begins at 1", -1, 0.9),
    ),
)
