"""Descent at a cliff: the loss of a scalar linear recurrence, with and without clipping by norm."""

from __future__ import annotations

from functools import cache, partial
from typing import NamedTuple

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.cells import state_space
from studyrnn.engine.clipping import by_global_norm
from studyrnn.engine.network import Layer, Network
from studyrnn.engine.optimisers import sgd
from studyrnn.figures.parts import Axis, Fact, Figure, Lines, Mark, Series
from studyrnn.plots._networks import counted, written
from studyrnn.plots._training import Descent, descent, told
from studyrnn.plots.base import Option, Picture

START, TARGET = 0.9, 2.0
NAMES = ("without clipping", "with clipping")
_VIEW = 2.0  # as far from 0 as the path of w is drawn
_FLAT = 1e-6  # a gradient that no patience would make something of


@cache
def _recurrence(length: int) -> Network:
    """h_t = w h_{t-1} from h_0 = 1, with w the A of a linear state space; its loss is 1/2 (h_T - target)^2."""
    return Network((Layer(state_space()),), length, output=False, loss="half-squared", targets=(length,))


def loss_and_slope(w: Array, length: int) -> tuple[Array, Array]:
    """L and dL/dw at each of many w, by backpropagation through time."""
    network = _recurrence(length)
    values = {"A": w[None, None], "B": [[0.0]], "C": [[1.0]], "D": [[0.0]], "h_0": [1.0]}
    values |= {name: [0.0] for name in network.xs}
    with np.errstate(over="ignore", invalid="ignore"):
        run = network.forward({**values, network.at("target", length): [TARGET]})
        return run.loss, run.backward(("A",))["dA"][0, 0]


class Paths(NamedTuple):
    plain: Descent
    clipped: Descent


def paths(threshold: float, eta: float, steps: int, length: int) -> Paths:
    def slope(w: Array) -> Array:
        return loss_and_slope(w, length)[1]

    clip = partial(by_global_norm, threshold=threshold)
    return Paths(*(descent(sgd(eta), [START], slope, steps, how) for how in (None, clip)))


def draw(threshold: float, eta: float, steps: int, length: int) -> Figure:
    found = paths(threshold, eta, steps, length)
    return Figure(
        name="clipping",
        title="A cliff, with and without clipping",
        see=_see(found, threshold, eta, length),
        parts=(_cliff(length), _path(found, length), _gradients(found, threshold, length)),
        facts=_facts(found, threshold, eta, length),
    )


# -- what is drawn ---------------------------------------------------------------------------------------------------


def _cliff(length: int) -> Lines:
    w = np.linspace(START - 0.1, _edge(length), 61)
    return Lines(
        told(w),
        (Series("$L(w)$", told(loss_and_slope(w, length)[0])),),
        Axis("$w$"),
        Axis("loss"),
        (Mark("start", START, across=False), Mark("minimum", _minimum(length), across=False)),
        f"The loss $L = \\frac{{1}}{{2}} (w^{{{length}}} - {TARGET:g})^2$",
    )


def _path(found: Paths, length: int) -> Lines:
    w = np.append(np.concatenate([path.w for path in found]), _minimum(length))
    return Lines(
        counted(0, len(found.plain.w) - 1),
        tuple(Series(name, told(path.w[:, 0])) for name, path in zip(NAMES, found, strict=True)),
        Axis("step"),
        Axis("$w$", low=max(float(np.nanmin(w)), -_VIEW), high=min(float(np.nanmax(w)), _VIEW)),
        (Mark("minimum", _minimum(length)),),
        "The path of $w$",
        _told_at(found.plain, length),
    )


def _gradients(found: Paths, threshold: float, length: int) -> Lines:
    sizes = [np.abs(path.gradient[:, 0]) for path in found]
    return Lines(
        counted(0, len(sizes[0]) - 1),
        tuple(Series(name, told(size)) for name, size in zip(NAMES, sizes, strict=True)),
        Axis("step"),
        Axis(r"$\lvert dL/dw \rvert$", log=True, low=min(1e-3, threshold / 10), high=max(1e3, 10 * threshold)),
        (Mark("threshold", threshold),),
        "The gradient before it is clipped",
        _told_at(found.plain, length),
    )


def _thrown_from(path: Descent, length: int) -> int | None:
    """The first place from which a step leads further away from the minimum than the start is."""
    w = path.w[1:, 0]
    far = np.flatnonzero((np.abs(w - _minimum(length)) > _minimum(length) - START) | np.isnan(w))
    return int(far[0]) if far.size else None


def _told_at(path: Descent, length: int) -> tuple[float, ...]:
    """Before and after the throw, where there is one."""
    k, last = _thrown_from(path, length), len(path.moves)
    return () if k is None else tuple(map(float, sorted({0, k, k + 1, (k + 1 + last) // 2, last})))


def _minimum(length: int) -> float:
    return float(TARGET ** (1 / length))


def _edge(length: int) -> float:
    """Up the wall: where h_T is four times the target, and the loss nine times that of h_T = 0."""
    return float((4 * TARGET) ** (1 / length))


# -- what is told ----------------------------------------------------------------------------------------------------


def _see(found: Paths, threshold: float, eta: float, length: int) -> str:
    start, edge = loss_and_slope(np.array([START, _edge(length)]), length)[1]
    wall = f"The slope of the loss is {_signed(start)} at the start, and {_signed(edge)} up the wall on the right."
    if not _cut(found.clipped, threshold):
        return f"{wall} No gradient on the way is larger than the threshold, so clipping changes nothing here."
    return (
        f"{wall} {_throw(found.plain, length)} "
        f"With clipping no step is longer than {written(eta * threshold)}, the learning rate times the threshold; "
        f"{_end(found.clipped, length)} The minimum is at {_place(_minimum(length))}."
    )


def _throw(path: Descent, length: int) -> str:
    """What becomes of descent without clipping: thrown off the wall, or not."""
    k, end = _thrown_from(path, length), _end(path, length)
    if k is None:
        return f"Without clipping, too, $w$ never comes further away from the minimum than it began; {end}"
    size = _signed(path.gradient[k, 0])
    step = f"Without clipping, the gradient at step {k} is {size}, and the next step throws $w$"
    if np.isnan(path.w[k + 1, 0]):
        return f"{step} from {_place(path.w[k, 0])} to where its numbers are beyond bounds."
    return f"{step} from {_place(path.w[k, 0])} to {_place(path.w[k + 1, 0])}, further away than it began; {end}"


def _end(path: Descent, length: int) -> str:
    if path.lost_at is not None:
        return f"from step {path.lost_at} on its numbers are beyond bounds."
    w, last = path.w[-1, 0], abs(float(path.gradient[-1, 0]))
    is_stuck = last < _FLAT and abs(w**length - TARGET) > TARGET / 2  # not flat because it is the minimum
    stuck = f", where a gradient of {written(last)} leads nowhere" if is_stuck else ""
    return f"after the last step it is at {_place(w)}{stuck}."


def _facts(found: Paths, threshold: float, eta: float, length: int) -> tuple[Fact, ...]:
    return (
        *(Fact(f"loss at the end, {name}", _last_loss(path, length)) for name, path in zip(NAMES, found, strict=True)),
        Fact("longest step without clipping", float(np.nanmax(found.plain.moves))),
        Fact("longest step that clipping allows", eta * threshold),
        Fact("gradients that were clipped", f"{_cut(found.clipped, threshold)} of {len(found.clipped.moves)}"),
    )


def _last_loss(path: Descent, length: int) -> float | str:
    return "beyond bounds" if path.lost_at is not None else float(loss_and_slope(path.w[-1], length)[0][0])


def _cut(path: Descent, threshold: float) -> int:
    """How many steps were made shorter."""
    return int(np.sum(np.abs(path.gradient[:-1]) > threshold))


def _place(w: float) -> str:
    return f"${w:.3f}$" if abs(w) < 1000 else _signed(w)


def _signed(value: float) -> str:
    return f"{'$-$' if value < 0 else ''}{written(abs(float(value)))}"


PICTURE = Picture(
    summary="what a cliff in the loss does to descent, with and without clipping",
    draw=draw,
    options=(
        Option("threshold", 1.0, "the norm to which a larger gradient is scaled down", 0.001, 1000),
        Option("eta", 0.005, "the learning rate", 0.00001, 0.1),
        Option("steps", 40, "steps of descent", 1, 200),
        Option("length", 20, "steps $T$ of the recurrence $h_T = w^T h_0$", 5, 50),
    ),
)
