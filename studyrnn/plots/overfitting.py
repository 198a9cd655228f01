"""Training and validation loss, epoch by epoch, of a network with few noisy examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.cells import rnn
from studyrnn.engine.network import Layer, Network
from studyrnn.engine.optimisers import adam
from studyrnn.engine.training import Recipe, examples
from studyrnn.figures.parts import Axis, Fact, Figure, Lines, Mark, Series
from studyrnn.plots._networks import SEED, counted, written
from studyrnn.plots._training import Trained, trained
from studyrnn.plots.base import Option, Picture, Watch
from studyrnn.wording import many

LENGTH = 6  # numbers in a sequence, whose sum is asked for
NOISE = 0.5  # the deviation of what is added to the sum
ETA = 0.01
HELD_OUT = 200  # examples for validation
_NETWORK = Network((Layer(rnn()),), LENGTH, loss="mse", targets=(LENGTH,))


def noisy_sums(count: int, chance: np.random.Generator) -> dict[str, Array]:
    """Sequences of N(0, 1/T), so that their sums are N(0, 1), and targets: the sum, and noise that nobody can know."""
    xs = chance.normal(0, 1 / np.sqrt(LENGTH), (LENGTH, 1, count))
    return examples(_NETWORK, xs, (xs.sum(axis=0) + chance.normal(0, NOISE, (1, count)))[None])


def fitted(hidden: int, count: int, epochs: int, seed: int, watch: Watch = lambda done, steps: None) -> Trained:
    """All examples are one batch: an epoch is one step."""
    chance = np.random.default_rng(seed)
    training, validation = noisy_sums(count, chance), noisy_sums(HELD_OUT, chance)
    return trained(_NETWORK, hidden, training, validation, Recipe(adam(ETA), epochs, count), chance, watch)


def left_by_the_sum(values: Mapping[str, Array]) -> float:
    """The loss of the true sum on these examples: what is learned below it is noise."""
    xs, target = (np.array([values[name] for name in names]) for names in (_NETWORK.xs, [f"target_{LENGTH}"]))
    return float(np.mean((xs.sum(axis=0) - target) ** 2))


def draw(hidden: int, examples: int, epochs: int, seed: int, watch: Watch) -> Figure:
    fit = fitted(hidden, examples, epochs, seed, watch)
    training, validation = fit.losses()
    best = int(np.argmin(validation))
    curves = Lines(
        counted(0, epochs),
        (Series("training", training), Series("validation", validation)),
        Axis("epoch"),
        Axis("mean squared error", low=0.0),
        (Mark("least validation loss", best, across=False), Mark("variance of the noise", NOISE**2)),
        "Loss on what it learns from, and on what it never sees",
        told_at=tuple(map(float, sorted({0, best, (best + epochs) // 2, epochs}))),
    )
    return Figure(
        name="overfitting",
        title=f"{many(hidden, 'hidden unit')}, {examples} noisy examples",
        see=_see(training, validation, best, left_by_the_sum(fit.training)),
        parts=(curves,),
        facts=_facts(training, validation, best),
    )


def _see(training: Sequence[float], validation: Sequence[float], best: int, left: float) -> str:
    task = f"The task: the sum of {LENGTH} numbers, with noise added to it."
    least, last = written(validation[best]), written(validation[-1])
    if best == len(validation) - 1:
        return f"{task} The validation loss is least after the last epoch, {least}: nothing shows yet that it overfits."
    when, kept = (f"after epoch {best}", f"of epoch {best}") if best else ("before the first epoch", "it began with")
    fitted = ""
    if training[-1] < left:
        fitted = (
            f" Whoever knew the true sums would still have a loss of {written(left)} on the examples it learns from; "
            "below that the network fits noise."
        )
    return (
        f"{task} The validation loss is least {when}, {least}, and {last} at the end, while the training loss goes "
        f"from {written(training[best])} to {written(training[-1])}; early stopping keeps the weights {kept}.{fitted}"
    )


def _facts(training: Sequence[float], validation: Sequence[float], best: int) -> tuple[Fact, ...]:
    return (
        Fact("epoch of the least validation loss", best),
        Fact("least validation loss", validation[best]),
        Fact("validation loss at the end", validation[-1]),
        Fact("training loss at the end", training[-1]),
        Fact("variance of the noise", NOISE**2),
    )


PICTURE = Picture(
    summary="training and validation loss by epoch with few noisy examples; where to stop",
    draw=draw,
    options=(
        Option("hidden", 16, "hidden units", 1, 32),
        Option("examples", 20, "sequences that it learns from", 2, 100),
        Option("epochs", 200, "passes over them", 1, 500),
        SEED,
    ),
    watched=True,
)
