"""Unit by unit; shapes from what has to be multiplied with what."""

from __future__ import annotations

import re

from by_hand import SQUASH, Given
from studyrnn.model import Question


def forward(g: Given, q: Question) -> list[float]:
    squash = SQUASH[q.convention["activation"]]
    h = [
        squash(bias + sum(weight * x for weight, x in zip(row, g["x"], strict=True)))
        for row, bias in zip(g["W_xh"], g["b_h"], strict=True)
    ]
    return [bias + sum(row[k] * h[k] for k in range(2)) for row, bias in zip(g["W_hy"], g["b_y"], strict=True)]


def shapes(_: Given, q: Question) -> str:
    d, n, m = re.match(r"A network reads\D+(\d+) .*has (\d+) hidden units and \D+(\d+)", q.stem).groups()  # type: ignore[union-attr]
    examples = re.search(r"trained on (\d+) examples", q.stem)[1]  # type: ignore[index]
    asked = re.search(r"What shape has \$(.+)\$\?", q.stem)[1]  # type: ignore[index]
    rows, columns = {
        "W_{xh}": (n, d),
        "W_{hy}": (m, n),
        "b_h": (n, ""),
        "b_y": (m, ""),
        "X": (d, examples),
        "H": (n, examples),
        "Y": (m, examples),
    }[asked]
    return f"${rows} \\times {columns}$." if columns else f"A vector of {rows}."


def window_network(g: Given, q: Question) -> float:
    squash = SQUASH[q.convention["activation"]]
    y = g["c"] - g["s_4"]
    for unit in range(2):
        a = g["b"][unit] + sum(g["W"][unit][place] * g[f"s_{place + 1}"] for place in range(3))
        y += g["v"][unit] * squash(a)
    return float(y)


BY_HAND = {
    "feedforward.forward": forward,
    "feedforward.shapes": shapes,
    "feedforward.window-network": window_network,
}
