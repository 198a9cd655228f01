"""The direct path through an LSTM's cell state, next to all paths together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.cells import lstm
from studyrnn.engine.gradient_flow import direct_path_program, jacobians, products, spectral_norm
from studyrnn.figures.parts import Axis, Fact, Figure, Lines, Series
from studyrnn.plots._networks import SEED, chosen, counted, one_layer, random_run, times, with_bias, written
from studyrnn.plots.base import Option, Picture


class Paths(NamedTuple):
    """From c_0 to c_t, t = 1, ..., T, in an LSTM that is not trained."""

    alone: tuple[float, ...]  # along the forget gates, in the unit that keeps most
    together: tuple[float, ...]  # the spectral norm of the full derivative
    gates: Array  # (T, n)


def draw(steps: int, units: int, forget_bias: float, scale: float, seed: int) -> Figure:
    biases = dict.fromkeys((forget_bias + 0.0, 0.0))
    found = {bias: paths(steps, units, bias, scale, seed) for bias in biases}
    parts = (_paths(found), _gates(found))
    return Figure("forget-path", "The direct path of the cell state", _seen(found, scale), parts, _facts(found))


def paths(steps: int, units: int, bias: float, scale: float, seed: int) -> Paths:
    """By products of the Jacobians: `lstm_paths`, which also knows connections that skip steps, takes ten times as
    long."""
    run = random_run(one_layer(lstm(), steps), units, seed, scale=scale, keep_bias=bias)
    direct = direct_path_program(steps).run(run.trace, NUMPY)
    states = products(jacobians(run))  # P_t = d(h_t, c_t)/d(h_0, c_0)
    alone = tuple(float(np.max(direct[f"carry_{t}"])) for t in range(1, steps + 1))
    together = tuple(spectral_norm(states[f"P_{t}"][units:, units:]) for t in range(1, steps + 1))
    return Paths(alone, together, np.array(run.over_time("f")))


# -- what is drawn ---------------------------------------------------------------------------------------------------

Found = Mapping[float, Paths]  # by the bias of the forget gates: the one that was asked for, then 0


def _paths(found: Found) -> Lines:
    bias, *others = found
    curves = [Series("all paths", found[bias].together), Series("forget gates alone", found[bias].alone)]
    curves += [Series(with_bias("forget gates alone", "f", other), found[other].alone) for other in others]
    return Lines(
        counted(1, len(curves[0].values)),
        tuple(curves),
        Axis("step $t$"),
        Axis(r"largest factor from $c_0$ to $c_t$", log=True),
        title=r"$\partial c_t / \partial c_0$: its spectral norm, and the largest $f_t \cdots f_1$ of a unit, "
        f"with $b_f = {chosen(bias)}$",
    )


def _gates(found: Found) -> Lines:
    """The largest, mean and smallest entry at each step, and the mean of the others."""
    bias, *others = found
    gates = found[bias].gates
    over_units = {"mean": gates.mean(axis=1)}
    if gates.shape[1] > 1:
        over_units = {"largest": gates.max(axis=1), **over_units, "smallest": gates.min(axis=1)}
    over_units |= {with_bias("mean", "f", other): found[other].gates.mean(axis=1) for other in others}
    curves = tuple(Series(name, tuple(values.tolist())) for name, values in over_units.items())
    title = f"The forget gates, with $b_f = {chosen(bias)}$"
    return Lines(counted(1, len(gates)), curves, Axis("step $t$"), Axis("$f_t$", low=0, high=1), title=title)


# -- what is told ----------------------------------------------------------------------------------------------------


def _facts(found: Found) -> tuple[Fact, ...]:
    bias, *others = found
    _, together, gates = found[bias]
    last = f"$c_0$ to $c_{{{len(gates)}}}$"
    facts = [Fact("mean of all forget gates", float(np.mean(gates)))]
    facts += [Fact(with_bias("mean of all forget gates", "f", b), float(np.mean(found[b].gates))) for b in others]
    facts += [Fact(f"forget gates alone, {last}", found[bias].alone[-1])]
    facts += [Fact(with_bias(f"forget gates alone, {last}", "f", other), found[other].alone[-1]) for other in others]
    facts += [
        Fact(f"all paths, {last}", together[-1]),
        Fact("all paths, as a multiple of the forget gates alone", together[-1] / found[bias].alone[-1]),
    ]
    return tuple(facts)


def _seen(found: Found, scale: float) -> str:
    bias, *others = found
    alone, together, gates = found[bias]
    steps, mean = len(gates), float(np.mean(gates))
    unit = "The unit that keeps most" if gates.shape[1] > 1 else "The unit"
    unbiased = "".join(f"; with $b_f = 0$ it would have {written(found[other].alone[-1])}" for other in others)
    return (
        f"The product of the forget gates is what the cell state itself carries: {steps} gates of {written(mean)}, "
        f"their mean here, multiply to {written(mean**steps)}, and half is kept where each is "
        f"{written(0.5 ** (1 / steps))}. {unit} has {written(alone[-1])} left{unbiased}. "
    ) + _all_paths(together[-1], bias, scale)


def _all_paths(together: float, bias: float, scale: float) -> str:
    if scale == 0:
        return "Without recurrent weights the gates do not read $h$: there is no other path, and both curves agree."
    grown = ", more than 1 although no gate is: gradients can explode in an LSTM, too" if together > 1 else ""
    return (
        f"All paths together come to {written(together)}{grown}; from step 2 on $c$ also acts through $h$ on the "
        "gates and the candidate, which may add to the direct path or work against it. Nothing is trained: recurrent "
        f"weights are orthogonal{times(scale)} and $b_f = {chosen(bias)}$."
    )


PICTURE = Picture(
    "the product of an LSTM's forget gates, next to the full derivative of the cell state",
    draw,
    (
        Option("steps", 30, "how many steps the cell state is carried", 2, 60),
        Option("units", 8, "entries of the cell state", 1, 32),
        Option("forget-bias", 1.0, "bias of the forget gates", -5, 10),
        Option("scale", 1.0, "multiplies the recurrent weights, which are orthogonal; 0: the gates read x alone", 0, 2),
        SEED,
    ),
)
