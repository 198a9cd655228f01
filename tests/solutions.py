"""Solved homework as plain data, and how it is compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from homework import accepted

from studyrnn.solving import Solved

FIXTURES = Path(__file__).parent / "fixtures"
REFERENCE = json.loads((FIXTURES / "reference.json").read_text("utf-8"))
CASES = {case["id"]: case for case in REFERENCE["cases"]}
TRUNCATED = json.loads((FIXTURES / "training.json").read_text("utf-8"))
LOSSES = {"mse": "half-squared", "ce": "cross-entropy"}
GATES = {"rnn": "h", "lstm": "ifgo", "gru": "rzn"}

File = dict[str, Any]


def solved(file: File) -> Solved:
    return Solved(accepted(json.dumps(file)))


def record_of(file: File) -> File:
    """What --json prints, read again."""
    record: File = json.loads(json.dumps(solved(file).record(), allow_nan=False))
    return record


def same(mine: Any, theirs: Any) -> None:
    """As many keys and entries on both sides, and equal to what PyTorch's 15 digits say."""
    if isinstance(theirs, dict):
        assert mine.keys() == theirs.keys()
        for key, value in theirs.items():
            same(mine[key], value)
    elif isinstance(theirs, list) and any(isinstance(entry, dict | None) for entry in theirs):
        assert len(mine) == len(theirs)
        for one, other in zip(mine, theirs, strict=True):
            same(one, other)
    elif theirs is None or isinstance(theirs, str):
        assert mine == theirs
    else:
        assert np.shape(mine) == np.shape(theirs)
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-13)


TWO_LAYERS: File = {
    "cell": "lstm",
    "layers": [
        {
            "forward": {
                "W_xi": [[0.5, 0.1], [-0.2, 0.4]], "W_hi": [[0.3, -0.1], [0.2, 0.6]], "b_i": [0.05, -0.1],
                "W_xf": [[0.2, -0.4], [0.1, 0.3]], "W_hf": [[0.5, 0.2], [-0.3, 0.1]], "b_f": [1, 0.5],
                "W_xg": [[0.7, 0.3], [-0.6, 0.8]], "W_hg": [[0.1, 0.4], [0.5, -0.2]], "b_g": [0, 0.1],
                "W_xo": [[-0.1, 0.6], [0.4, 0.2]], "W_ho": [[0.2, 0.1], [0.3, -0.5]], "b_o": [0.2, -0.3],
            },
            "h0": [0.1, -0.2], "c0": [0.3, 0.25],
        },
        {
            "forward": {
                "W_xi": [[0.3, -0.2]], "W_hi": [[0.4]], "b_i": [0.1], "W_xf": [[-0.3, 0.5]], "W_hf": [[0.15]],
                "b_f": [1], "W_xg": [[0.55, 0.7]], "W_hg": [[-0.2]], "b_g": [-0.05], "W_xo": [[0.2, 0.12]],
                "W_ho": [[0.45]], "b_o": [0.02],
            },
            "h0": [-0.15], "c0": [0.4],
        },
    ],
    "output": {"W_hy": [[1.1], [-0.5]], "b_y": [0.2, -0.1]},
    "x": [[1, 0.5], [-1, 2], [0.3, -0.7]],
    "target": [[0.3, 0], None, [0.8, -0.4]],
    "reduce": "mean",
}  # fmt: skip


def numbers_in(node: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else None
    if items is None:
        yield here
        return
    for key, value in items:
        yield from numbers_in(value, (*here, key))


def at(node: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        node = node[key]
    return node
