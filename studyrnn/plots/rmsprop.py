"""Gradient descent, momentum, RMSProp and Adam in a valley that is steep in one direction and flat in the other."""

from __future__ import annotations

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.calculus import gradient
from studyrnn.engine.equations import Program
from studyrnn.engine.optimisers import adam, largest_step, momentum, rmsprop, sgd
from studyrnn.figures.parts import Axis, Fact, Figure, Lines, Mark, Series
from studyrnn.plots._networks import counted, written
from studyrnn.plots._training import Descent, descent, told
from studyrnn.plots.base import Option, Picture

START = (1.0, 1.0)  # as far from the minimum along both
VALLEY = Program.parse({"L": "total(curvature * half_square(w))"})
_SLOPE = gradient(VALLEY, {"L": "1"}, ["w"])
_MU = 0.9
_ZIGZAG = 16  # steps in the steep direction that are drawn


def descents(eta: float, rho: float, curvature: float, steps: int) -> dict[str, Descent]:
    """By the name of the optimiser, from the same start with the same learning rate; w is (steep, flat)."""
    curvatures = np.array([curvature, 1.0])

    def slope(w: Array) -> Array:
        values = {"w": w, "curvature": curvatures}
        return np.asarray(_SLOPE.run(VALLEY.run(values, NUMPY), NUMPY)["dw"])

    optimisers = {"SGD": sgd(eta), "momentum": momentum(eta, _MU), "RMSProp": rmsprop(eta, rho), "Adam": adam(eta)}
    return {name: descent(optimiser, START, slope, steps) for name, optimiser in optimisers.items()}


def losses(path: Descent, curvature: float) -> Array:
    """L at the start and after each step."""
    values = {"w": path.w.T, "curvature": np.array([[curvature], [1.0]])}
    return np.asarray(VALLEY.run(values, NUMPY)["L"])


def per_gradient(path: Descent) -> Array:
    """By how much each entry moves for each unit of its gradient, (steps, 2): what takes the place of eta."""
    size = np.abs(path.gradient[:-1])
    return np.divide(path.moves, size, out=np.full_like(size, np.nan), where=size > 0)


def draw(eta: float, rho: float, curvature: float, steps: int) -> Figure:
    found = descents(eta, rho, curvature, steps)
    by_step = {name: losses(path, curvature) for name, path in found.items()}
    return Figure(
        name="rmsprop",
        title=f"A valley {curvature:g} times as steep in one direction as in the other",
        see=_see(found, by_step, eta, curvature),
        parts=(_steep(found), _flat(found), _rates(found["RMSProp"], eta, curvature)),
        facts=_facts(found, by_step, eta, rho),
    )


def _steep(found: dict[str, Descent]) -> Lines:
    """Its first steps alone, where each can be told from the next; no further out than twice the start."""
    shown = {name: path.w[: _ZIGZAG + 1, 0] for name, path in found.items()}
    w = np.concatenate(list(shown.values()))
    last = len(shown["SGD"]) - 1
    return Lines(
        counted(0, last),
        tuple(Series(name, told(path)) for name, path in shown.items()),
        Axis("step"),
        Axis("$w$", low=-2.0 if np.nanmin(w) < -2 else None, high=2.0 if np.nanmax(w) > 2 else None),
        (Mark("minimum", 0.0),),
        f"The way in the steep direction, the first {last} steps",
        told_at=(*counted(0, min(3, last - 1)), float(last)),
    )


def _flat(found: dict[str, Descent]) -> Lines:
    return Lines(
        counted(0, len(found["SGD"].moves)),
        tuple(Series(name, told(path.w[:, 1])) for name, path in found.items()),
        Axis("step"),
        Axis("$w$"),
        (Mark("minimum", 0.0),),
        "The way in the flat direction",
    )


def _rates(path: Descent, eta: float, curvature: float) -> Lines:
    rates = per_gradient(path)
    names = ("steep direction", "flat direction")
    return Lines(
        counted(1, len(rates)),
        tuple(Series(name, told(rates[:, entry])) for entry, name in enumerate(names)),
        Axis("step"),
        Axis("step / gradient", log=True),
        (Mark(r"$\eta$, of SGD", eta), Mark("limit of stability in the steep direction", 2 / curvature)),
        "RMSProp: the length of a step over that of its gradient",
    )


def _see(found: dict[str, Descent], by_step: dict[str, Array], eta: float, curvature: float) -> str:
    steep, flat = map(_times, lengthened(found["momentum"]))
    return " ".join(
        (
            _stability(eta, curvature),
            "Momentum adds gradients up, so those that alternate cancel in part, and those that agree make steps "
            f"longer: its longest step is {steep} as its first in the steep direction, {flat} in the flat one.",
            _rescaled(found["RMSProp"], curvature),
            _best(by_step),
        )
    )


def lengthened(path: Descent) -> Array:
    """The longest step over the first, in each direction."""
    return np.asarray(np.nanmax(path.moves, axis=0) / path.moves[0])


def _times(ratio: float) -> str:
    return f"{written(float(ratio))} times as long" if ratio > 1.005 else "as long"


def _stability(eta: float, curvature: float) -> str:
    product = eta * curvature
    if product > 2:
        return f"SGD diverges in the steep direction: learning rate times curvature is {written(product)}, above 2."
    zigzag = ", zigzagging," if product > 1 else ""
    return (
        f"SGD multiplies the distance to the minimum by {written(abs(1 - product))} a step in the steep direction"
        f"{zigzag} and by {written(1 - eta)} in the flat one."
    )


def _rescaled(path: Descent, curvature: float) -> str:
    """What RMSProp does, and where it first goes beyond what is stable: |1 - rate curvature| above 1."""
    text = (
        "RMSProp divides each gradient by the root of its recent mean square, so its first step is "
        f"{written(path.moves[0, 0])} in both directions"
    )
    beyond = np.flatnonzero(per_gradient(path)[:, 0] > 2 / curvature)
    if not beyond.size:
        return f"{text}."
    return (
        f"{text}; the smaller its gradients of late, the further it goes for the present one, in the steep direction "
        f"at step {beyond[0] + 1} for the first time beyond the limit of stability, and such a step makes the distance "
        "to the minimum larger."
    )


def _best(by_step: dict[str, Array]) -> str:
    ends = {name: loss[-1] for name, loss in by_step.items() if np.isfinite(loss[-1])}
    best = min(ends, key=lambda name: float(ends[name]))
    return (
        f"After the last step the loss of {best} is the lowest; that is no ranking, for all have the same learning "
        "rate here, and each has a best one of its own."
    )


def _facts(found: dict[str, Descent], by_step: dict[str, Array], eta: float, rho: float) -> tuple[Fact, ...]:
    return (
        *(
            Fact(f"loss at the end, {name}", float(loss[-1]) if np.isfinite(loss[-1]) else "beyond bounds")
            for name, loss in by_step.items()
        ),
        *(
            Fact(f"first step, {name}", " and ".join(f"{move:.3g}" for move in found[name].moves[0]))
            for name in ("SGD", "RMSProp")
        ),
        Fact("no step of RMSProp is longer than", largest_step(eta, rho)),
    )


PICTURE = Picture(
    summary="a step size for each entry: RMSProp beside SGD, momentum and Adam in a valley",
    draw=draw,
    options=(
        Option("eta", 0.015, "the learning rate, the same for all", 0.0001, 0.1),
        Option("rho", 0.9, "the share of the old mean square that RMSProp keeps", 0, 0.999),
        Option("curvature", 100.0, "of the steep direction; that of the flat one is 1", 2, 1000),
        Option("steps", 100, "steps of descent", 2, 300),
    ),
)
