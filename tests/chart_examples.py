"""Charts of every kind to look at, and the lines that they are drawn as."""

from __future__ import annotations

import math
from math import nan

from studyrnn.figures.parts import Axis, Bar, Bars, Fact, Figure, Heatmap, Lines, Mark, Matrix, Part, Series
from studyrnn.terminal.charts import part

STEPS = tuple(float(k) for k in range(51))
POWERS = tuple(float(k) for k in range(13))


def shrinking(rate: float, wobble: float = 0) -> tuple[float, ...]:
    return tuple(rate**k * (1 + wobble * math.sin(1.7 * k)) for k in STEPS)


def weights(size: int) -> tuple[tuple[float, ...], ...]:
    """Rows that add up to one."""
    scores = [[math.exp(1.5 * math.sin(7 * i + 3 * j * j)) for j in range(size)] for i in range(size)]
    return tuple(tuple(score / sum(row) for score in row) for row in scores)


GRADIENTS = Lines(
    STEPS,
    (
        Series(r"$\tanh$, $W_{hh}$ of norm 0.9", shrinking(0.69, 0.2)),
        Series("LSTM, forget bias 1", shrinking(0.93)),
        Series("GRU", shrinking(0.87, 0.1)),
        Series("ReLU, identity", shrinking(0.995)),
    ),
    Axis("steps back in time"),
    Axis("norm of the gradient", log=True),
    (Mark("smallest half-precision number", 6e-8), Mark("window", 20, across=False)),
)
SIX = Lines(
    POWERS,
    tuple(Series(f"$w = {w}$", tuple(w**k for k in POWERS)) for w in (1.2, 1.0, 0.8, 0.0, -0.8, -1.2)),
    Axis("$k$"),
    Axis("$w^k$"),
)
LOSS = Lines(
    STEPS,
    (Series("loss", tuple(1.7 * math.exp(-k / 12) + 0.3 + 0.02 * math.sin(2.1 * k) for k in STEPS)),),
    Axis("epoch"),
    Axis("cross-entropy", low=0),
    (Mark("entropy of the source", 0.3),),
    told_at=(0, 10, 50),
)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CALENDAR = Heatmap(
    DAYS,
    tuple({0: "Jun", 5: "Jul", 9: "Aug", 13: "Sep", 18: "Oct", 22: "Nov"}.get(week, "") for week in range(26)),
    tuple(
        tuple(
            nan if week == 25 and day > 3 else float(max(0, (37 * week + 11 * day * day) % 41 - 9))
            for week in range(26)
        )
        for day in range(7)
    ),
    title="The last 26 weeks",
    scale="reviews a day",
)
WORDS = ("the", "cat", "sat", "on", "the", "mat")
ATTENTION = Heatmap(
    WORDS, WORDS, weights(6), 0, 1, x_label="keys", y_label="queries", scale="weight", title="Weights", decimals=2
)
MANY = Heatmap(("a", "b"), tuple(map(str, range(1, 121))), (tuple(math.sin(k / 9) for k in range(120)),) * 2)
COUNTS = (12, 19, 3, 0, 7, 22, 14, 9, 5, 2, 11, 6, 1, 4)
DUE = Bars(
    tuple(Bar(f"{DAYS[k % 7]} {k + 1} Dec", count, "today" if k == 0 else "") for k, count in enumerate(COUNTS)),
    Axis("reviews"),
    "What comes due",
)
RIGHT = Bars(
    (
        Bar("LSTM", 28 / 30, "28 of 30"),
        Bar("GRU", 10 / 14, "10 of 14"),
        Bar("truncated BPTT", 0.5, "3 of 6"),
        Bar("attention", nan, "not asked yet"),
    ),
    title="Right at the first try",
    percent=True,
)
NORMS = Bars(
    tuple(Bar(rf"$\partial L / \partial h_{{{t}}}$", 0.3 ** (10 - t)) for t in range(1, 11)),
    Axis("norm", log=True),
    "Norms over time",
)
CHANGES = Bars(
    (Bar("$w_1$", -0.42), Bar("$w_2$", 1.37), Bar("$w_3$", 0.003), Bar("$w_4$", -1.9), Bar("$b$", 0)),
    title="Change of each weight",
)
STATES = ("$h_1$", "$h_2$", "$h_3$")
JACOBIAN = Matrix(
    "J_3", ((0.12, -0.4, 0), (0.9, -0.001, 0.33), (-0.05, 0.61, 0.2)), STATES, STATES, "Jacobian of a step"
)
PRODUCT = Matrix(r"J_3 J_2", ((0.12, -0.4), (0.9, -0.001)), decimals=3)
WIDE = Matrix("W_{hh}", tuple(tuple(math.sin(3 * i + j * j) for j in range(11)) for i in range(4)))

FIGURES = {
    "lines": Figure(
        "lines",
        "How far the gradient reaches",
        "The curve of $\\tanh$ falls by about the same factor at every step: on this axis it is nearly straight.",
        (GRADIENTS, SIX, LOSS),
        (Fact("steps until the norm of $\\tanh$ is below $10^{-6}$", 38), Fact("norm at the last step", 0.69**50)),
    ),
    "bars": Figure("bars", "Bars", "Each bar has its number beside it.", (DUE, RIGHT, NORMS, CHANGES)),
    "heatmaps": Figure("heatmaps", "Heatmaps", "Denser is more.", (CALENDAR, ATTENTION, MANY)),
    "matrices": Figure("matrices", "Matrices", "Numbers in their places.", (JACOBIAN, PRODUCT, WIDE)),
}
SCREENS = {
    f"{name}-{width}{'-plain' if plain else ''}": (shown, width, plain)
    for name, shown in FIGURES.items()
    for width, plain in ((58, False), (98, False), (58, True))
}


def drawn(shown: Part, width: int = 58, plain: bool = False) -> list[str]:
    return [line.plain for line in part(shown, width, plain)]
