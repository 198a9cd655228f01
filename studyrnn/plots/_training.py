"""What the pictures about training share: a descent step by step, and a network fitted as one watches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.initialisers import initialise
from studyrnn.engine.network import Network
from studyrnn.engine.optimisers import Optimiser, begin, step
from studyrnn.engine.training import Clip, Epoch, Recipe, fit, mean_loss
from studyrnn.plots.base import Watch

BEYOND = 1e100  # a descent whose gradient is larger is lost; its square is still a number


class Descent(NamedTuple):
    """A row for the start, and one after each step; NaN from where it is lost."""

    w: Array  # (steps + 1, entries)
    gradient: Array

    @property
    def lost_at(self) -> int | None:
        """The first step after which its numbers are beyond bounds."""
        gone = np.flatnonzero(np.isnan(self.w).any(axis=1))
        return int(gone[0]) if gone.size else None

    @property
    def moves(self) -> Array:
        """By how much each step moves each entry, (steps, entries)."""
        return np.abs(np.diff(self.w, axis=0))


def descent(
    optimiser: Optimiser, start: Sequence[float], slope: Callable[[Array], Array], steps: int, clip: Clip | None = None
) -> Descent:
    """Steps of an optimiser from `start`, with `slope` the gradient at a place; clipping comes before the step."""
    w = {"w": np.array(start)}
    kept = begin(optimiser, w)
    places, gradients = np.full((2, steps + 1, len(start)), np.nan)
    for k in range(steps + 1):
        with np.errstate(over="ignore", invalid="ignore"):  # infinite is lost, like too large
            gradient = slope(w["w"])
        if not (np.abs(gradient) <= BEYOND).all():
            break
        places[k], gradients[k] = w["w"], gradient
        clipped = clip({"w": gradient})["clipped"] if clip else {"w": gradient}
        w, kept, _ = step(optimiser, w, clipped, kept)
    return Descent(places, gradients)


class Trained(NamedTuple):
    """A network that was fitted: on what, from which weights, and how it went."""

    network: Network
    training: Mapping[str, Array]
    validation: Mapping[str, Array]
    first: Mapping[str, Array]  # the weights before the first epoch
    epochs: tuple[Epoch, ...]

    @property
    def weights(self) -> Mapping[str, Array]:
        return self.epochs[-1].parameters

    def losses(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Of training and of validation, before the first epoch and after each."""
        start = (mean_loss(self.network, self.first, values) for values in (self.training, self.validation))
        rows = [tuple(start), *((epoch.train, epoch.validation) for epoch in self.epochs)]
        training, validation = zip(*rows, strict=True)
        return training, validation


def trained(
    network: Network,
    hidden: int,
    training: Mapping[str, Array],
    validation: Mapping[str, Array],
    recipe: Recipe,
    chance: np.random.Generator,
    watch: Watch,
) -> Trained:
    """A network of one layer, from one number a step to one number, fitted from weights drawn as Glorot & Bengio."""
    first = initialise(network, [1, hidden, 1], "glorot", chance)
    epochs = []
    for epoch in fit(network, first, training, validation, recipe, chance):
        epochs.append(epoch)
        watch(epoch.number, recipe.epochs)
    return Trained(network, training, validation, first, tuple(epochs))


def told(values: Iterable[Any]) -> tuple[float, ...]:
    """Numbers as a figure takes them."""
    return tuple(float(value) for value in values)
