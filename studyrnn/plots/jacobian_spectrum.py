"""Eigenvalues and singular values of one step's Jacobian, and singular values of products over many steps."""

from __future__ import annotations

from math import prod

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.cells import rnn
from studyrnn.engine.gradient_flow import jacobians, products, spectral_norm, spectral_radius
from studyrnn.figures.parts import Axis, Fact, Figure, Lines, Mark, Series
from studyrnn.plots._networks import ROUNDING, SEED, beyond_rounding, counted, one_layer, random_run, times, written
from studyrnn.plots.base import Option, Picture

ONE_DIRECTION = 0.1  # beside the largest singular value, so small is the second


def draw(units: int, scale: float, steps: int, seed: int) -> Figure:
    run = random_run(one_layer(rnn(), steps), units, seed, "fan-in", scale)
    factors = jacobians(run)
    found = products(factors)
    far = sorted({1, -(-steps // 4), -(-steps // 2), steps}, reverse=True)
    spread = {k: _singular(found[f"P_{k}"]) for k in far}
    bound = prod(map(spectral_norm, factors))
    parts = (_one_step(factors[-1], steps), _over_steps(spread))
    matrices = {"$W_{hh}$": run["W_hh"], f"$J_{{{steps}}}$": factors[-1], f"$P_{{{steps}}}$": found[f"P_{steps}"]}
    facts = _facts(matrices, bound, parts)
    return Figure("jacobian-spectrum", "Jacobians and their products", _seen(spread, bound, scale), parts, facts)


def _one_step(last: Array, steps: int) -> Lines:
    curves = {"singular values": _singular(last), "moduli of eigenvalues": _moduli(last)}
    title = rf"One step, $J_{{{steps}}} = \partial h_{{{steps}}} / \partial h_{{{steps - 1}}}$: sorted by size"
    return _sorted(curves, Axis("size", low=0), title)


def _over_steps(spread: dict[int, Array]) -> Lines:
    curves = {f"$P_{{{k}}}$": values for k, values in spread.items()}
    title = r"Products $P_t = J_t \cdots J_1 = \partial h_t / \partial h_0$: sorted singular values"
    return _sorted(curves, Axis("singular value", log=True), title)


def _facts(matrices: dict[str, Array], bound: float, parts: tuple[Lines, ...]) -> tuple[Fact, ...]:
    sizes = {"spectral radius": spectral_radius, "spectral norm": spectral_norm}
    facts = [Fact(f"{name} of {of}", size(matrix)) for of, matrix in matrices.items() for name, size in sizes.items()]
    facts.append(Fact("product of the norms of all steps", bound))
    if any(np.isnan(one.values).any() for part in parts for one in part.series):
        facts.append(Fact("not drawn, for it may be rounding: of the largest, less than", ROUNDING))
    return tuple(facts)


def _singular(matrix: Array) -> Array:
    return np.asarray(np.linalg.svd(matrix, compute_uv=False))


def _moduli(matrix: Array) -> Array:
    return np.sort(np.abs(np.linalg.eigvals(matrix)))[::-1]


def _sorted(curves: dict[str, Array], axis: Axis, title: str) -> Lines:
    """One curve for each, from the largest down, as far as rounding lets it be known."""
    series = tuple(Series(name, beyond_rounding(values, float(values[0]))) for name, values in curves.items())
    ranks = counted(1, len(series[0].values))
    return Lines(ranks, series, Axis("rank (1: the largest)"), axis, (Mark("1", 1.0),), title)


def _seen(spread: dict[int, Array], bound: float, scale: float) -> str:
    steps = max(spread)
    values = spread[steps]
    text = (
        "No step lengthens a gradient by more than its spectral norm, the largest singular value, which is never below "
        f"the spectral radius, the largest modulus of an eigenvalue. Over {steps} steps the norms multiply to "
        f"{written(bound)}, and the norm of the product, which is never more, is {written(values[0])}."
    )
    if len(values) > 1:
        share = float(values[1] / values[0])
        text += f" The second singular value of $P_{{{steps}}}$ is {written(share)} of the largest"
        text += ": what comes back from there lies nearly in one direction." if share < ONE_DIRECTION else "."
    return text + f" Nothing is trained: recurrent weights are drawn from $N(0, 1/n)${times(scale).rstrip(',')}."


PICTURE = Picture(
    "singular values and eigenvalues of a tanh RNN's Jacobian, and of products over many steps",
    draw,
    (
        Option("units", 16, "entries of the hidden state", 1, 32),
        Option("scale", 1.0, "multiplies the recurrent weights, which are N(0, 1/n)", 0.1, 3),
        Option("steps", 20, "how many Jacobians are multiplied", 2, 60),
        SEED,
    ),
)
