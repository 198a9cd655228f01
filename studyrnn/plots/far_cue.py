"""How much of the first token is left in the last hidden state, across more and more filler: RNN, LSTM and GRU.

A one-hot token, then filler: two sequences that differ in nothing but the first token, run through the same untrained
cell. One run gives all lengths, since the state after k filler tokens does not know what comes later.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan, nan

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.cells import Cell, gru, lstm, rnn
from studyrnn.engine.initialisers import initialise
from studyrnn.engine.network import Layer, Network
from studyrnn.engine.sequences import one_hot
from studyrnn.figures.parts import Axis, Fact, Figure, Lines, Mark, Series
from studyrnn.plots._networks import ROUNDING, SEED, chosen, compared, counted, listed, times, with_bias, written
from studyrnn.plots.base import Option, Picture

_TOKENS = 8  # 0 and 1 come first, one in each sequence; the others are filler
_LEFT = 0.01

Shares = Mapping[str, tuple[float, ...]]  # by curve, for 0, 1, 2 ... filler tokens


def draw(longest: int, units: int, scale: float, forget_bias: float, seed: int) -> Figure:
    filler = [int(token) for token in np.random.default_rng([seed, 1]).integers(2, _TOKENS, longest)]
    bias = forget_bias + 0.0  # no sign of zero

    def left(cell: Cell, gate: str = "", keep: float = bias) -> tuple[float, ...]:
        weights = _weights(cell, units, scale, np.random.default_rng([seed, 0]))
        return _left(cell, {**weights, **({f"b_{gate}": np.full(units, keep)} if gate else {})}, filler)

    kinds = {"RNN": left(rnn()), "LSTM": left(lstm(), "f"), "GRU": left(gru(), "z")}
    unbiased = left(lstm(), "f", 0.0)
    names = ("RNN", with_bias("LSTM", "f", bias), with_bias("GRU", "z", bias))
    curves = dict(zip(names, kinds.values(), strict=True))
    curves[with_bias("LSTM", "f", 0)] = unbiased  # where the bias is 0 it is there already, and the same
    see = _see(kinds, unbiased, scale, bias)
    return Figure("far-cue", "What is left of the first token", see, (_curves(curves),), _facts(curves, longest))


def _weights(cell: Cell, units: int, scale: float, chance: np.random.Generator) -> dict[str, Array]:
    """Those from the inputs as Glorot & Bengio 2010, those from the state orthogonal times `scale`; biases zero."""
    network = Network((Layer(cell),), 1, output=False)
    weights = initialise(network, (_TOKENS, units), "glorot", chance, "orthogonal")
    return {name: scale * weight if name.startswith("W_h") else weight for name, weight in weights.items()}


def _left(cell: Cell, weights: Mapping[str, Array], filler: list[int]) -> tuple[float, ...]:
    """How far apart the two states are, as a share of how far they are without filler; NaN once it is rounding."""
    both = [one_hot([first, *filler], _TOKENS) for first in (0, 1)]  # the two sequences are a batch of two
    inputs = {f"x_{t}": np.array(columns).T for t, columns in enumerate(zip(*both, strict=True), start=1)}
    run = Network((Layer(cell),), 1 + len(filler), output=False).forward({**weights, **inputs})
    distances = np.array([np.linalg.norm(h[:, 0] - h[:, 1]) for h in run.over_time("h")])
    shares = distances / distances[0]
    rounded = np.cumsum(shares < ROUNDING) > 0  # what grows again has grown from rounding
    return tuple(np.where(rounded, nan, shares).tolist())


def _reach(shares: tuple[float, ...]) -> int:
    """The longest filler across which 1 % is left."""
    return max(k for k, share in enumerate(shares) if share >= _LEFT)


def _factor(shares: tuple[float, ...]) -> float:
    """What a filler token leaves, on average over all that are drawn: the k-th root of what k of them leave."""
    k = sum(not isnan(share) for share in shares) - 1
    return float(shares[k] ** (1 / k))


def _curves(left: Shares) -> Lines:
    longest = len(left["RNN"]) - 1
    return Lines(
        counted(0, longest),
        tuple(Series(name, shares) for name, shares in left.items()),
        Axis("filler tokens"),
        Axis("distance of the last states, as a share of that without filler", log=True),
        (Mark("1 %", _LEFT),),
        told_at=tuple(round(part * longest) for part in (0, 1 / 3, 2 / 3, 1)),
    )


def _facts(left: Shares, longest: int) -> tuple[Fact, ...]:
    reach = {name: _reach(shares) for name, shares in left.items()}
    facts = [
        Fact(f"{name}: longest filler with 1 % left", k if k < longest else f"{k} or more") for name, k in reach.items()
    ]
    facts += [Fact(f"{name}: mean factor of one token", _factor(shares)) for name, shares in left.items()]
    if any(isnan(shares[-1]) for shares in left.values()):
        facts.append(Fact("not drawn, for it is rounding: less than", ROUNDING))
    return tuple(facts)


def _see(left: Shares, unbiased: tuple[float, ...], scale: float, bias: float) -> str:
    factors = {name: _factor(shares) for name, shares in left.items()}
    grown = [f"the {name}" for name, shares in left.items() if shares[-1] > 1]
    more = f"; in {listed(grown)} the states end further apart than they began" if grown else ""
    without = _factor(unbiased)
    return (
        "Two sequences differ in the first token alone; drawn is how far apart that leaves their last hidden states "
        "$h_t$. A straight line is one factor for every token: on average it is "
        f"{listed([f'{written(factor)} in the {name}' for name, factor in factors.items()])}{more}. Nothing is trained "
        f"yet: recurrent weights are orthogonal{times(scale)} and $b_f = b_z = {chosen(bias)}$; "
        f"{'with $b_f = 0$ ' * (bias != 0)}the factor of the LSTM is {written(without)}, "
        f"{compared(without, factors['RNN'])} that of the RNN. A gradient on its way back from the last step to the "
        "first token meets the same kind of factors."
    )


PICTURE = Picture(
    "how much of the first token is left after more and more filler: RNN, LSTM, GRU",
    draw,
    (
        Option("longest", 60, "how many filler tokens at most", 5, 200),
        Option("units", 16, "entries of the hidden state", 2, 64),
        Option("scale", 1.0, "multiplies the recurrent weights, which are orthogonal", 0.1, 3),
        Option("forget-bias", 1.0, "bias of the gates that keep the old state: b_f (LSTM), b_z (GRU)", -5, 10),
        SEED,
    ),
)
