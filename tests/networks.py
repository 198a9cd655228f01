"""Networks of every kind, and random numbers that fit them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from studyrnn.engine.cells import gru, jordan, lstm, rnn, state_space
from studyrnn.engine.equations import Program
from studyrnn.engine.network import Layer, Network

Arrays = dict[str, Any]

SIZES = {"d": 2, "n": 3, "m": 2}
MANY: dict[str, Network] = {
    "rnn": Network((Layer(rnn()),), 3, loss="half-squared"),
    "lstm": Network((Layer(lstm()),), 3, loss="half-squared"),
    "gru": Network((Layer(gru()),), 3, loss="half-squared"),
    "bidirectional": Network((Layer(lstm(), reverse=rnn()),), 3, loss="half-squared"),
    "two-layers": Network((Layer(gru()), Layer(rnn("sigmoid"))), 3, loss="half-squared"),
    "jordan": Network((Layer(jordan()),), 3, output=False, loss="half-squared"),
    "state-space": Network((Layer(state_space()),), 3, output=False, loss="half-squared"),
}
every_network = pytest.mark.parametrize("network", MANY.values(), ids=MANY)


def drawn(network: Network, sizes: dict[str, int] | None = None, seed: int = 1, **given: Any) -> Arrays:
    """Random numbers for everything; n1, nf and so on are as large as n unless `sizes` says more."""
    chance, known = np.random.default_rng(seed), SIZES | (sizes or {})
    values: Arrays = {}
    for name, shape in network.shapes.items():
        parts = [(size,) if isinstance(size, str) else size for size in shape]
        values[name] = chance.uniform(-1, 1, [sum(known.get(p, known[p[0]]) for p in part) for part in parts])
    return values | {name: np.array(value, dtype=float) for name, value in given.items()}


def with_parts(network: Network, **parts: Any) -> Network:
    """The same network with some of its parts changed."""
    return Network(**{**{name: getattr(network, name) for name in network.__dataclass_fields__}, **parts})


def written(network: Network) -> dict[str, Any]:
    return network.program.equations


def parsed(equations: dict[str, str]) -> dict[str, Any]:
    return Program.parse(equations).equations


def equals(mine: Any, other: Any) -> None:
    assert np.shape(mine) == np.shape(other)
    np.testing.assert_allclose(mine, other, rtol=1e-13, atol=1e-14)


def same_gradients(mine: Arrays, other: Arrays, names: Any) -> None:
    for name in names:
        equals(mine[f"d{name}"], other[f"d{name}"])
