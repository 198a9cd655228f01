"""The powers of a number: what a gradient is multiplied by on its way through k linear units."""

from __future__ import annotations

from studyrnn.engine.gradient_flow import Behaviour, classify, first_step_beyond, powers
from studyrnn.figures.parts import Axis, Fact, Figure, Lines, Series
from studyrnn.plots._networks import chosen, counted, written
from studyrnn.plots.base import Option, Picture

CASES = (1.1, 1.0, 0.9, -0.9, -1.0, -1.1)
SIGNS = 20  # steps in which a change of sign at each can still be seen


def draw(steps: int, w: float) -> Figure:
    weights = [*CASES, *([w] if w not in CASES else [])]
    values = {weight: tuple(float(power) for power in powers(weight, steps).values()) for weight in weights}
    sizes = {abs(weight): tuple(map(abs, values[weight])) for weight in weights}
    x, x_axis = counted(1, steps), Axis("steps back $k$")
    near = x[:SIGNS]
    parts = (
        Lines(
            x,
            tuple(Series(f"$|w| = {chosen(size)}$", sizes[size]) for size in sorted(sizes, reverse=True)),
            x_axis,
            Axis("$|w|^k$", log=True),
            title="The size $|w|^k$ of $w^k$, the same for $w$ and $-w$",
        ),
        Lines(
            near,
            tuple(
                Series(f"$w = {chosen(weight)}$", values[weight][:SIGNS]) for weight in sorted(weights) if weight < 0
            ),
            x_axis,
            Axis("$w^k$"),
            title="$w^k$ of a negative $w$: the sign changes at every step",
            told_at=tuple(sorted({*near[:4], near[-1]})),
        ),
    )
    see = (
        "Only $|w|$ decides: on the log axis $|w|^k$ rises on a straight line where $|w| > 1$, falls on one where "
        "$0 < |w| < 1$, and stays level only where $|w|$ is exactly 1. A negative $w$ adds nothing but the change of "
        f"sign. The case of $w = {chosen(w)}$: {_named(classify(w))}; $w^{{{steps}}}$ is {written(values[w][-1])}."
    )
    facts = tuple(Fact(f"$w = {chosen(weight)}$", _fate(weight)) for weight in sorted(weights, reverse=True))
    return Figure("powers", "Powers of one recurrent weight", see, parts, facts)


def _fate(w: float) -> str:
    """Its behaviour, and when it has come a factor of ten away from 1."""
    behaviour = classify(w)
    threshold = 10.0 if abs(w) > 1 else 0.1
    step = first_step_beyond(w, threshold)
    if step is None or behaviour is Behaviour.ZERO:
        return _named(behaviour)
    return f"{_named(behaviour)}; {'above' if threshold > 1 else 'below'} {threshold:g} in size from $k = {step}$ on"


def _named(behaviour: Behaviour) -> str:
    return behaviour.replace("-", "−")


PICTURE = Picture(
    "how w^k vanishes, stays or explodes, and alternates, for six weights and one of your own",
    draw,
    (
        Option("steps", 20, "the largest k", 2, 100),
        Option("w", 0.8, "a weight of your own beside the six", -2, 2),
    ),
)
