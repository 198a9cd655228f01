from __future__ import annotations

import math

from by_hand import Given, plus, times
from studyrnn.model import Question


def dropout_mask(g: Given, q: Question) -> list[float]:
    """What comes through entry by entry, as a factor on the columns of the input matrix."""
    if "m" in g:
        factors = [1 / g["q"] if bit else 0.0 for bit in g["m"]]
    else:
        factors = [g["q"] if "original" in q.stem else 1.0] * 2
    columns = [[w * factor for w, factor in zip(row, factors, strict=True)] for row in g["W_xh"]]
    return [math.tanh(a) for a in plus(times(columns, g["x"]), times(g["W_hh"], g["h_prev"]))]


def recurrent_survival(g: Given, q: Question) -> float:
    """Step by step; the variance over the two outcomes: all kept, or lost."""
    kept = 1.0
    for _ in range(1 if "held" in q.stem else int(g["T"])):
        kept *= g["q"]
    if "n" in g:
        return g["n"] * kept
    survivor = g["c_0"] / kept
    return kept * (survivor - g["c_0"]) ** 2 + (1 - kept) * g["c_0"] ** 2


def overfit(g: Given, q: Question) -> str:
    if "test" in g:
        _loss, size = min(zip(g["validation"], g["n"], strict=True))
        return f"the one with $n = {size:.0f}$"
    train, validation = (g[name][-1] - g[name][2] for name in ("train", "validation"))
    states = ("It overfits", "It underfits", "Neither yet", "It diverges")
    by_way = {(1, 1): states[3], (0, 0): states[1], (-1, 1): states[0], (-1, -1): states[2]}
    ways = tuple((way > 0.1) - (way < -0.1) for way in (train, validation))
    return next(option for option in q.options if option.startswith(by_way[ways]))


def early_stopping(g: Given, _: Question) -> list[float]:
    """The first epoch whose loss is not undercut by the p that follow."""
    losses, patience = g["losses"], int(g["p"])
    best = next(k for k, loss in enumerate(losses) if loss == min(losses[: k + patience + 1]))
    return [best + patience + 1.0, best + 1.0]


BY_HAND = {
    "regularisation.dropout-mask": dropout_mask,
    "regularisation.recurrent-survival": recurrent_survival,
    "regularisation.overfit": overfit,
    "regularisation.early-stopping": early_stopping,
}
