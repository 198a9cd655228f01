"""Training over sequences: truncated backpropagation, and a loop over minibatches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.equations import Program
from studyrnn.engine.network import Network, Run
from studyrnn.engine.optimisers import Optimiser, begin, step
from studyrnn.engine.shapes import Size, array, parts, real, whole
from studyrnn.errors import ArgumentError, known

Clip = Callable[[Mapping[str, Array]], Mapping[str, Any]]  # like functools.partial(by_global_norm, threshold=1.0)


# -- truncated backpropagation ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chunk:
    """The losses of some steps, how far back they go, and the gradients that they give."""

    losses: tuple[int, ...]  # the steps that they belong to
    first: int  # the first step that they come to
    last: int
    backward: Program
    trace: Mapping[str, Array]  # every gradient of these losses in it by name


@dataclass(frozen=True)
class Truncated:
    """All chunks that have a loss; and their gradients added up, by the name of what they belong to."""

    chunks: tuple[Chunk, ...]
    gradients: Mapping[str, Array]


Window = tuple[tuple[int, ...], int, int]  # the steps whose losses go back, the first step that they come to, the last


def truncation_windows(steps: int, k1: int, k2: int, targets: Sequence[int] | None = None) -> list[Window]:
    """What `truncated` sends back in each chunk. targets: the steps that have a loss; None for all.

    Raises ArgumentError unless steps, k1 and k2 are whole numbers of at least 1.
    """
    for name, count in (("steps", steps), ("k1", k1), ("k2", k2)):
        whole(name, count, 1)
    with_loss = range(1, steps + 1) if targets is None else targets
    found = []
    for start in range(1, steps + 1, k1):
        last = min(start + k1 - 1, steps)
        first = max(1, start - max(k2 - k1, 0), last - k2 + 1)
        found.append((tuple(t for t in with_loss if max(start, first) <= t <= last), first, last))
    return found


def truncated(run: Run[Network], k1: int, k2: int) -> Truncated:
    """Truncated backpropagation through time: every k1 steps, back through at most k2 steps. Sutskever 2013, 2.8.6.

    After steps k1, 2 k1, ... the losses of the last k1 steps go back through the last k2 steps; the state before them
    is taken as given, though the forward pass carried it over. The weights stay the same throughout, and the gradients
    of all chunks are added up.

    k1 = 1       sliding: each step's loss goes back through k2 steps (Williams & Peng 1990, BPTT(h) with h = k2)
    k1 = k2 = k  chunked: the state is detached every k steps
    k1 < k2      the chunks overlap; (1, T) is full backpropagation
    k1 > k2      the losses of a chunk before its last k2 steps are in no gradient: nothing goes back that far

    Where k1 does not divide T, the last chunk is shorter and goes back no further than if it were whole.

    Gradients are those of all parameters, initial states and x_t, in the shapes in which they were given. Raises
    ArgumentError for a network that reads backwards or has no loss, and unless k1 and k2 are at least 1.
    """
    network = run.network
    if any(layer.reverse for layer in network.layers):
        raise ArgumentError(
            "a bidirectional network cannot be truncated: its reversed direction begins at the last step, so no state "
            "at a cut belongs to the past of both directions; give a network without reverse"
        )
    chunks = []
    for losses, first, last in truncation_windows(network.steps, k1, k2, network.target_steps):
        if losses:
            which = {"stop": _handed_on(network, first), "of": [network.at("L", t) for t in losses]}
            chunks.append(Chunk(losses, first, last, network.backward(**which), run.backward(**which)))
    return _added_up(run, chunks)


def untruncated(run: Run[Network]) -> Truncated:
    """Full backpropagation: all losses in one chunk, back to the first step; for networks that read backwards too."""
    network = run.network
    return _added_up(run, [Chunk(network.target_steps, 1, network.steps, network.backward(), run.backward())])


def _added_up(run: Run[Network], chunks: Sequence[Chunk]) -> Truncated:
    network = run.network
    total = {}
    for name in (*network.parameters, *network.initial, *network.xs):
        total[name] = np.zeros(np.shape(run.values[name]))
        for chunk in chunks:
            total[name] = total[name] + chunk.trace[f"d{name}"]
    return Truncated(tuple(chunks), total)


def _handed_on(network: Network, step: int) -> list[str]:
    """What steps before `step` hand on: states, what skip connections carry, and outputs, which may be fed back."""
    found: dict[str, None] = {}
    if step > 1:  # over a skip connection even a first state may be near
        found |= dict.fromkeys(network.initial)
    for t in range(1, step):
        found |= dict.fromkeys(name for place in network.places for name in place.states(t))
        found |= dict.fromkeys(place.at("h", t) for place in network.places if network.layers[place.layer].skip)
        found[network.at("y", t)] = None
    return [name for name in found if name in network.program.equations or name in network.shapes]


def truncation_bias(run: Run[Network], k1: int, k2: int) -> dict[str, Array]:
    """What truncation leaves out, by name: the truncated gradient minus the full one.

    Zero for k1 <= k2 = T. Raises ArgumentError like `truncated`.
    """
    cut, full = truncated(run, k1, k2).gradients, untruncated(run).gradients
    return {name: gradient - full[name] for name, gradient in cut.items()}


# -- the loop --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recipe:
    """How to train: how many passes over the examples, how many of them a minibatch has, what is clipped and how, and
    where the network has dropout, with what probability an entry is kept.

    Raises ArgumentError unless epochs and batch are whole numbers from 1, and keep is above 0 and at most 1.
    """

    optimiser: Optimiser
    epochs: int
    batch: int
    clip: Clip | None = None
    keep: float = 1.0

    def __post_init__(self) -> None:
        whole("epochs", self.epochs, 1)
        whole("batch", self.batch, 1)
        real("keep", self.keep, above=0, most=1)


@dataclass(frozen=True)
class Epoch:
    """After pass `number` (from 1): the mean losses of an example under the parameters reached, and these."""

    number: int
    train: float
    validation: float
    parameters: dict[str, Array]


def examples(network: Network, xs: Any, targets: Any) -> dict[str, Array]:
    """Inputs xs (T, d, N) and targets (number of steps with a loss, m, N) of N examples, under the network's names.

    Raises ArgumentError where the counts of steps or of examples do not fit.
    """
    inputs = array("xs", xs, (len(network.xs), None, None))
    wanted = array("targets", targets, (len(network.losses), None, inputs.shape[2]))
    named = dict(zip(network.xs, inputs, strict=True))
    return named | {network.at("target", t): y for t, y in zip(network.target_steps, wanted, strict=True)}


def fit(
    network: Network,
    parameters: Mapping[str, Any],
    training: Mapping[str, Any],
    validation: Mapping[str, Any],
    recipe: Recipe,
    chance: np.random.Generator,
) -> Iterator[Epoch]:
    """Minibatch training, epoch by epoch: as many as the recipe says, or until the caller stops (early stopping).

    parameters    what is learned, with its first values: all of network.parameters, and initial states if they are to
                  be learned too (h_0 (n), the same for all examples)
    training      everything else that the network takes, by name, the examples as last axis: x_t (d, N), target_t
    validation    the same of examples that are never trained on
    chance        shuffles the examples anew in every epoch

    The gradient of a minibatch is the mean over its examples; clipping comes before the optimiser's step. Raises
    ArgumentError where there is no loss, the examples differ in number, or the values do not fit; UnknownName for a
    parameter that is none.
    """
    weights = {name: array(name, value) for name, value in parameters.items()}
    for name in weights:
        known("parameter", name, [*network.parameters, *network.initial])
    learned, held_out = _set("training", training), _set("validation", validation)
    for values in (learned, held_out):
        mean_loss(network, weights, values)  # before the caller asks for an epoch: do all values fit?
    return _epochs(network, weights, learned, held_out, recipe, chance)


def _epochs(
    network: Network,
    weights: dict[str, Array],
    training: Mapping[str, Array],
    validation: Mapping[str, Array],
    recipe: Recipe,
    chance: np.random.Generator,
) -> Iterator[Epoch]:
    size = next(iter(training.values())).shape[-1]
    kept = begin(recipe.optimiser, weights)
    for number in range(1, recipe.epochs + 1):
        order = chance.permutation(size)
        for start in range(0, size, recipe.batch):
            chosen = order[start : start + recipe.batch]
            values = {**weights, **{name: value[..., chosen] for name, value in training.items()}}
            run = network.forward(values | dropout_masks(network, values, recipe.keep, chance))
            walked = run.backward(tuple(weights))
            gradients: Mapping[str, Array] = {name: walked[f"d{name}"] / len(chosen) for name in weights}
            if recipe.clip:
                gradients = recipe.clip(gradients)["clipped"]
            weights, kept, _ = step(recipe.optimiser, weights, gradients, kept)
        yield Epoch(number, mean_loss(network, weights, training), mean_loss(network, weights, validation), weights)


def mean_loss(network: Network, parameters: Mapping[str, Any], values: Mapping[str, Any]) -> float:
    """The network's loss, averaged over the examples in `values` (last axis). Raises ArgumentError like `fit`."""
    if not network.loss:
        raise ArgumentError("this network has no loss, so there is nothing to train; name one, like loss='mse'")
    known = {**parameters, **values}
    return float(np.mean(network.forward(dropout_masks(network, known) | known).loss))


def dropout_masks(
    network: Network, values: Mapping[str, Any], q: float = 1.0, chance: np.random.Generator | None = None
) -> dict[str, Array]:
    """What a network with dropout needs besides weights and examples: masks m (entries, N) of 0 and 1, and q.

    values   weights and examples, which say how many entries and examples there are; masks among them are kept
    q        each entry is kept with this probability; without `chance` nothing is dropped, as at test time

    Without dropout in the network it is empty. Raises ArgumentError unless 0 < q <= 1.
    """
    real("q", q, above=0, most=1)
    masks = [name for name in network.masks if name not in values]
    if not masks:
        return {}
    sizes: dict[Size, int] = {}
    for name, shape in network.shapes.items():
        if name in values:
            sizes |= zip(shape, np.shape(values[name]), strict=False)
    examples = np.shape(values[network.xs[0]])[1:]
    drawn: dict[str, Array] = {f"q{network.suffix}": np.array(q if chance is not None else 1.0)}
    for name in masks:
        count = sum(sizes[part] for part in parts(network.shapes[name][0]))
        kept = np.ones((count, *examples)) if chance is None else chance.random((count, *examples)) < q
        drawn[name] = kept.astype(np.float64)
    return drawn


def _set(what: str, values: Mapping[str, Any]) -> dict[str, Array]:
    arrays = {name: array(name, value) for name, value in values.items()}
    sizes = {name: value.shape[-1] if value.ndim else 0 for name, value in arrays.items()}
    if not sizes or min(sizes.values()) < 1 or len(set(sizes.values())) > 1:
        counts = ", ".join(f"{name} has {size}" for name, size in sizes.items())
        raise ArgumentError(f"{what} needs as many examples, 1 or more, in the last axis everywhere: {counts}")
    return arrays
