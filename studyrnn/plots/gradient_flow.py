"""How much of the gradient of a loss is left, step by step back through time, in four kinds of networks."""

from __future__ import annotations

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.cells import Cell, gru, lstm, rnn
from studyrnn.engine.gradient_flow import gradient_norms
from studyrnn.engine.network import Network, Run
from studyrnn.figures.parts import Axis, Fact, Figure, Lines, Series
from studyrnn.plots._networks import (
    SEED,
    chosen,
    compared,
    counted,
    one_layer,
    random_run,
    times,
    with_bias,
    written,
)
from studyrnn.plots.base import Option, Picture

RNN, IRNN = "RNN (tanh)", "IRNN (ReLU)"
_UNBIASED = with_bias("LSTM $c_t$", "f", 0)


def draw(steps: int, units: int, scale: float, forget_bias: float, seed: int) -> Figure:
    left = _all_left(steps, units, scale, forget_bias, seed)
    lines = Lines(
        counted(1, steps),
        tuple(Series(name, tuple(values.tolist())) for name, values in left.items()),
        Axis("step $t$"),
        Axis(f"gradient norm, as a multiple of that at step {steps}", log=True),
        title=r"$\lVert \partial L / \partial h_t \rVert$, of the LSTM also $\lVert \partial L / \partial c_t \rVert$",
        told_at=tuple(round(1 + part * (steps - 1)) for part in (0, 1 / 3, 2 / 3, 1)),
    )
    see = _seen({name: float(values[0]) for name, values in left.items()}, steps, scale, forget_bias)
    return Figure("gradient-flow", "Gradients on their way back through time", see, (lines,), _facts(left, steps))


def _all_left(steps: int, units: int, scale: float, bias: float, seed: int) -> dict[str, Array]:
    """What is left by curve. An LSTM whose forget bias is 0 is there whatever the bias of the others."""

    def left(cell: Cell, recurrent: str = "orthogonal", keep: float = bias) -> dict[str, Array]:
        return _left(random_run(one_layer(cell, steps, (steps,)), units, seed, recurrent, scale, keep))

    long = left(lstm())
    found = {RNN: left(rnn())["h"]}
    found |= {with_bias(f"LSTM ${state}_t$", "f", bias): long[state] for state in "ch"}
    found |= {with_bias("GRU", "z", bias): left(gru())["h"], IRNN: left(rnn("relu"), "identity")["h"]}
    return found if bias == 0 else {**found, _UNBIASED: left(lstm(), keep=0.0)["c"]}


def _left(run: Run[Network]) -> dict[str, Array]:
    """The norms of the gradients of each state, relative to that at the last step; NaN where that one is zero."""
    found = {}
    for state, norms in gradient_norms(run).items():
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # no cell state where tanh(c_T) is flat
            relative = norms / norms[-1]
        found[state] = np.where(np.isfinite(relative), relative, np.nan)
    return found


def _factor(left: Array) -> float:
    """The geometric mean: the factor that, taken at every step back, leads to what is left at step 1."""
    return float(left[0] ** (1 / (len(left) - 1)))


def _facts(left: dict[str, Array], steps: int) -> tuple[Fact, ...]:
    facts = [
        Fact(f"{name}: mean factor per step", _factor(values))
        for name, values in left.items()
        if not np.isnan(values[0])
    ]
    if zero := [name for name, values in left.items() if not np.all(values)]:
        facts.append(Fact("exactly zero at some steps, and not drawn there", "; ".join(zero)))
    if flat := [name for name, values in left.items() if np.isnan(values[0])]:
        facts.append(Fact(f"not drawn, for tanh is flat at $c_{{{steps}}}$", "; ".join(flat)))
    return tuple(facts)


def _seen(first: dict[str, float], steps: int, scale: float, bias: float) -> str:
    there = {name: value for name, value in first.items() if not np.isnan(value)}
    most, least = max(there, key=there.__getitem__), min(there, key=there.__getitem__)
    text = (
        f"The loss stands at step {steps} alone, so read from right to left: falling is vanishing, rising is "
        f"exploding, and a straight line is one factor at every step. At step 1 the norm is largest in {most}, "
        f"{written(there[most])} times what it was, and smallest in {least}, {written(there[least])} times. Nothing is "
        "trained: recurrent weights are orthogonal (in the IRNN, an RNN with ReLU, the identity)"
        f"{times(scale)} and $b_f = b_z = {chosen(bias)}$."
    )
    if _UNBIASED not in there:
        return text
    return text + (
        f" In an LSTM the gradient of $c_t$ runs back along the forget gates: with $b_f = 0${' instead' * (bias != 0)} "
        f"that leaves {written(there[_UNBIASED])}, {compared(there[_UNBIASED], there[RNN])} in the RNN."
    )


PICTURE = Picture(
    "gradient norms back through time in an RNN, an LSTM, a GRU and an IRNN",
    draw,
    (
        Option("steps", 30, "how long the sequence is; the loss stands at its last step", 2, 100),
        Option("units", 16, "entries of the hidden state", 1, 64),
        Option("scale", 1.0, "multiplies the recurrent weights, which are orthogonal (IRNN: the identity)", 0.1, 3),
        Option("forget-bias", 1.0, "bias of the gates that keep the old state: b_f (LSTM), b_z (GRU)", -10, 10),
        SEED._replace(default=2),
    ),
)
