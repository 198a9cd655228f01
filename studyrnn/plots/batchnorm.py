"""What normalisation does to the sums before tanh when the inputs of a recurrent layer shift: none, batch and layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import atanh, ceil, sqrt

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.cells import rnn
from studyrnn.engine.gradient_flow import SLOPES
from studyrnn.engine.initialisers import initialise
from studyrnn.engine.network import Layer, Network
from studyrnn.figures.parts import Axis, Fact, Figure, Heatmap, Lines, Mark, Series
from studyrnn.plots._networks import SEED, counted
from studyrnn.plots.base import Option, Picture

_STEPS = 20
_BEFORE = 10  # steps with inputs of mean 0 and deviation 1
_INPUTS = 8
_CALLED = {"": "none", "batch": "batch", "layer": "layer"}
_SATURATED = 0.1  # a slope of tanh below it
_HALVES = (slice(_BEFORE), slice(_BEFORE, _STEPS))
_BEND = atanh(sqrt(1 - _SATURATED))  # the sum at which the slope 1 - tanh^2 has fallen to it
_EDGES = (-_BEND, -1.0, 0.0, 1.0, _BEND)  # between the rows of the heatmaps

Sums = Mapping[str, Array]  # by kind of normalisation, "" for none: (steps, units, examples)


def draw(norm: str, batch: int, units: int, shift: float, scale: float, seed: int) -> Figure:
    inputs = _inputs(batch, shift, scale, np.random.default_rng([seed, 1]))
    weights = _weights(units, np.random.default_rng([seed, 0]))
    sums = {kind: _sums(kind, weights, inputs) for kind in _CALLED}
    saturated = {kind: _saturated(a) for kind, a in sums.items()}
    return Figure(
        "batchnorm",
        r"Normalised over what: the sums of a recurrent layer before $\tanh$",
        _see(saturated, batch, shift, scale),
        (
            *_heatmaps({kind: sums[kind] for kind in ("", norm)}),
            _curves(saturated, (shift, scale) != (0, 1)),
            _statistics(sums),
        ),
        tuple(
            Fact(f"saturated from step {_BEFORE + 1} on, {_CALLED[kind]}", _after(shares))
            for kind, shares in saturated.items()
        ),
    )


def _inputs(batch: int, shift: float, scale: float, chance: np.random.Generator) -> Array:
    """(steps, inputs, examples): mean 0 and deviation 1, in the second half mean `shift` and deviation `scale`."""
    x = chance.normal(size=(_STEPS, _INPUTS, batch))
    return np.concatenate([x[:_BEFORE], shift + scale * x[_BEFORE:]])


def _weights(units: int, chance: np.random.Generator) -> dict[str, Array]:
    """For all three kinds: biases and shifts zero, gains one."""
    drawn = initialise(Network((Layer(rnn()),), 1, output=False), (_INPUTS, units), "glorot", chance, "orthogonal")
    return drawn | {"gain": np.ones(units), "shift": np.zeros(units)}


def _sums(kind: str, weights: Mapping[str, Array], inputs: Array) -> Array:
    """What goes into tanh at every step, (steps, units, examples): a_t, or what normalisation makes of it."""
    network = Network((Layer(rnn(norm=kind)),), len(inputs), output=False)
    values = {name: weights[name] for name in network.parameters}
    run = network.forward(values | {f"x_{t}": x for t, x in enumerate(inputs, start=1)})
    return np.array(run.over_time("a_norm" if kind else "a"))


def _saturated(sums: Array) -> tuple[float, ...]:
    """At each step the share of units, over all examples, that let less than a tenth of a gradient through."""
    slopes = SLOPES["tanh"].run({"h": np.tanh(sums)}, NUMPY)["slope"]
    return tuple(float(share) for share in (slopes < _SATURATED).mean(axis=(1, 2)))


def _after(shares: Sequence[float]) -> float:
    return float(np.mean(shares[_BEFORE:]))


# -- parts -----------------------------------------------------------------------------------------------------------


def _heatmaps(sums: Sums) -> list[Heatmap]:
    """The share of the sums in each interval, a column a step, the largest sums on top; one scale for all."""
    rows = {kind: np.searchsorted(_EDGES, a, side="right") for kind, a in sums.items()}
    places = range(len(_EDGES), -1, -1)
    shares = {kind: np.array([(found == row).mean(axis=(1, 2)) for row in places]) for kind, found in rows.items()}
    high = ceil(10 * max(float(found.max()) for found in shares.values())) / 10
    return [_heatmap(kind, found, high) for kind, found in shares.items()]


def _heatmap(kind: str, shares: Array, high: float) -> Heatmap:
    edges = [f"${edge:.3g}$" for edge in _EDGES]
    between = [f"{low} to {high}" for low, high in pairwise(edges)]
    return Heatmap(
        rows=(f"above {edges[-1]}", *reversed(between), f"below {edges[0]}"),
        columns=tuple(str(t) if t == 1 or t % 5 == 0 else "" for t in range(1, _STEPS + 1)),
        values=tuple(map(tuple, shares.tolist())),
        low=0.0,
        high=high,
        x_label="step $t$",
        y_label="sum",
        title=f"Sums {f'with {kind}' if kind else 'without'} normalisation (top and bottom row: saturated units)",
        scale="share of the units, over all examples",
        decimals=2,
    )


def _curves(saturated: Mapping[str, tuple[float, ...]], changed: bool) -> Lines:
    return Lines(
        x=counted(1, _STEPS),
        series=tuple(Series(_CALLED[kind], shares) for kind, shares in saturated.items()),
        x_axis=Axis("step"),
        y_axis=Axis("share of saturated units", low=0.0),
        marks=(Mark("the inputs change", _BEFORE + 1.0, across=False),) if changed else (),
        title=rf"Units whose slope of $\tanh$ is below {_SATURATED}",
        told_at=(1.0, 5.0, 10.0, 11.0, 15.0, 20.0),
    )


def _statistics(sums: Sums) -> Heatmap:
    """At the last step: |mean| and deviation of a unit over the examples, and of an example over its units."""
    last = [found[-1] for found in sums.values()]
    return Heatmap(
        rows=(r"unit: $|\mu|$", r"unit: $\sigma$", r"example: $|\mu|$", r"example: $\sigma$"),
        columns=tuple(_CALLED[kind] for kind in sums),
        values=tuple(
            tuple(float(np.mean(of(a, axis))) for a in last) for axis in (1, 0) for of in (_distance_from_zero, np.std)
        ),
        low=0.0,
        x_label="normalisation",
        title=f"Mean and deviation at step {_STEPS}, of a unit over the batch and of an example over the layer",
        scale="average over all units, or over all examples",
        decimals=2,
    )


def _distance_from_zero(a: Array, axis: int) -> Array:
    return np.asarray(np.abs(a.mean(axis)))


def _see(saturated: Mapping[str, tuple[float, ...]], batch: int, shift: float, scale: float) -> str:
    change = (
        f"From step {_BEFORE + 1} on the inputs have mean ${shift:g}$ and deviation {scale:g} instead of 0 and 1."
        if (shift, scale) != (0, 1)
        else "The inputs have mean 0 and deviation 1 at every step."
    )
    before, after = ({kind: f"{np.mean(shares[part]):.2f}" for kind, shares in saturated.items()} for part in _HALVES)
    alone = ", but one example alone is its own mean, so every sum becomes 0" if batch == 1 else ""
    return (
        rf"{change} The share of saturated units (slope of $\tanh$ below {_SATURATED}: less than a tenth of a gradient "
        f"passes) is {before['']} up to step {_BEFORE} and {after['']} after it, with batch normalisation "
        f"{before['batch']} and {after['batch']}, with layer normalisation {before['layer']} and {after['layer']}. "
        f"Batch normalisation brings each unit to mean 0 and deviation 1 over the examples of the batch{alone}. Layer "
        "normalisation brings each example to mean 0 and deviation 1 over the units of the layer, so it needs no other "
        "examples."
    )


PICTURE = Picture(
    "the sums before tanh when the inputs shift: without normalisation, over the batch, over the layer",
    draw,
    (
        Option("norm", "batch", "which is drawn beside none", choices=("batch", "layer")),
        Option("batch", 32, "examples", 1, 128),
        Option("units", 32, "entries of the hidden state", 2, 64),
        Option("shift", 3.0, "mean of the inputs in the second half", -10, 10),
        Option("scale", 2.0, "deviation of the inputs in the second half", 0.1, 10),
        SEED,
    ),
)
