"""Random networks that several pictures share, and numbers as captions write them."""

from __future__ import annotations

from typing import Any

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.cells import Cell
from studyrnn.engine.initialisers import initialise
from studyrnn.engine.network import Layer, Network, Run
from studyrnn.figures.scales import number_text
from studyrnn.plots.base import Option

INPUTS = 4  # entries of x_t
SEED = Option("seed", 1, "where the random weights and inputs come from", 0, 999_999)
_TYPED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
ROUNDING = 1e-13  # of the largest: what is smaller may be nothing but rounding


def one_layer(cell: Cell, steps: int, targets: tuple[int, ...] = ()) -> Network:
    """One layer without outputs; its h_t have a half-squared loss at the steps in `targets`."""
    return Network((Layer(cell),), steps, output=False, loss="half-squared" if targets else "", targets=targets)


def random_run(
    network: Network,
    units: int,
    seed: int,
    recurrent: str = "orthogonal",
    scale: float = 1.0,
    keep_bias: float = 0.0,
) -> Run[Network]:
    """A network of one layer, run on random numbers.

    Inputs and targets are N(0, 1), and the same for every cell; input weights are drawn as Glorot & Bengio 2010,
    recurrent ones by the scheme `recurrent` and multiplied by `scale`. Biases are zero but for `keep_bias`, that of the
    gate that keeps the old state: b_f of an LSTM, b_z of a GRU.
    """
    chance = np.random.default_rng(seed)
    values: dict[str, Any] = {name: chance.normal(size=INPUTS) for name in network.xs}
    values |= {network.at("target", t): chance.normal(size=units) for t in network.target_steps if network.loss}
    for name, weight in initialise(network, (INPUTS, units), "glorot", chance, recurrent).items():
        values[name] = scale * weight if name.startswith("W_h") else weight
        if name in {"b_f", "b_z"}:
            values[name] = np.full(units, keep_bias)
    return network.forward(values)


def counted(first: int, last: int) -> tuple[float, ...]:
    """first, ..., last as the x of a curve."""
    return tuple(float(k) for k in range(first, last + 1))


def beyond_rounding(values: Any, largest: float = 1.0) -> tuple[float, ...]:
    """NaN in place of what is too small beside the largest to be told from rounding."""
    found: Array = np.asarray(values, dtype=np.float64)
    return tuple(np.where(found < ROUNDING * largest, np.nan, found).tolist())


def written(value: float) -> str:
    """As a chart writes a number that stands by itself, with a power of ten as a formula."""
    mantissa, _, exponent = number_text(value).partition("·10")
    return rf"${_typed(mantissa)} \cdot 10^{{{_typed(exponent)}}}$" if exponent else mantissa


def _typed(text: str) -> str:
    return text.translate(_TYPED)


def listed(words: list[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(words[:-1])] * bool(words[:-1]) + words[-1:])


def chosen(value: float) -> str:
    """An option as it was typed, inside of a formula."""
    mantissa, _, exponent = f"{value + 0.0:.12g}".partition("e")  # + 0.0: no sign of zero
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def with_bias(name: str, gate: str, bias: float) -> str:
    """ "LSTM, b_f = 1": the name of a curve."""
    return f"{name}, $b_{gate} = {chosen(bias)}$"


def times(scale: float) -> str:
    """Behind what recurrent weights are in a caption: nothing where they are that as they stand."""
    return "" if scale == 1 else f", times {scale:g},"


def compared(value: float, other: float) -> str:
    """ "less than", "as much as" or "more than"."""
    return "as much as" if value == other else "less than" if value < other else "more than"
