"""A genetic algorithm over vectors of weights, one generation at a time, and random search to compare it with.

A population is (N, d), one individual a row; individuals are numbered from 0. Fitness is to be large: for a loss, give
its negative. Nothing here promises a global optimum, and the number of trials that is needed grows fast with d.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.shapes import array, numbered, real, whole
from studyrnn.errors import ArgumentError

Fitness = Callable[[Array], float]  # of one individual (d,)


def select(population: Any, fitness: Any, keep: int) -> dict[str, Any]:
    """Truncation selection: the `keep` fittest, fittest first; of equals the one that stands first.

    population (N, d), fitness (N,), 1 <= keep <= N. Returns the trace: order (all individuals by rank), selected
    (keep, d). Raises ArgumentError where they do not fit.
    """
    population = array("population", population, (None, None))
    fitness = array("fitness", fitness, (len(population),))
    keep = whole("keep", keep, 1, len(population))
    order = np.argsort(-fitness, kind="stable")
    return {"order": order.tolist(), "selected": population[order[:keep]]}


def crossover(a: Any, b: Any, cut: int) -> tuple[Array, Array]:
    """One-point crossover of two parents (d,): the first `cut` entries of one, the rest of the other; then reversed.

    1 <= cut <= d - 1, so that each child has something of both. Holland 1975. Raises ArgumentError otherwise.
    """
    a = array("a", a, (None,))
    b = array("b", b, a.shape)
    if len(a) < 2:
        raise ArgumentError("a has one entry; there is no place to cut it")
    cut = whole("cut", cut, 1, len(a) - 1)
    return np.concatenate([a[:cut], b[cut:]]), np.concatenate([b[:cut], a[cut:]])


def generation(
    population: Any,
    fitness: Any,
    keep: int,
    pairs: Sequence[tuple[int, int]],
    cuts: Sequence[int],
    mutations: Any,
) -> dict[str, Any]:
    """The next population: the `keep` fittest unchanged (elitism), then two mutated children of each pair.

    population (N, d), fitness (N,)
    pairs      the parents, as ranks among the selected: (0, 1) are the fittest two
    cuts       for each pair, how many entries come from the first parent
    mutations  (2 * pairs, d), the noise that is added to each child; zeros for none

    Everything that chance would choose is an argument, so that the result can be worked out by hand. Returns the trace:
    order, selected (keep, d), best_fitness and best (d,), those of the fittest before, children (2 * pairs, d), mutated
    (2 * pairs, d), population (keep + 2 * pairs, d). Goldberg 1989, chapter 1; real-valued as in Michalewicz 1992.
    Raises ArgumentError where the arguments do not fit.
    """
    chosen = select(population, fitness, keep)
    selected: Array = chosen["selected"]
    if len(cuts) != len(pairs):
        raise ArgumentError(f"cuts has {len(cuts)} entries; it needs one for each of the {len(pairs)} pairs")
    children = [np.empty((0, selected.shape[1]))]
    for number, (pair, cut) in enumerate(zip(pairs, cuts, strict=True)):
        parents = numbered(f"pairs[{number}]", pair, len(selected))
        if len(parents) != 2:
            raise ArgumentError(f"pairs[{number}] has {len(parents)} entries; it needs two parents")
        children.append(np.array(crossover(selected[parents[0]], selected[parents[1]], cut)))
    born = np.concatenate(children)
    mutated = born + array("mutations", mutations, born.shape)
    return {
        **chosen,
        "best_fitness": float(np.max(array("fitness", fitness))),
        "best": selected[0],
        "children": born,
        "mutated": mutated,
        "population": np.concatenate([selected, mutated]),
    }


def evolve(
    fitness: Fitness,
    population: Any,
    generations: int,
    keep: int,
    chance: np.random.Generator,
    spread: float = 0.1,
    rate: float = 1.0,
) -> dict[str, Any]:
    """Some generations in a row, with pairs, cuts and mutations drawn from `chance`.

    fitness      of one individual (d,); larger is better
    population   (N, d), d >= 2, the first; it keeps its size, so N - keep has to be even
    spread, rate each entry of a child is mutated with probability `rate`, by normal noise of standard deviation
                 `spread`

    Parents of a pair are two different ones of the selected where there are two. Returns the trace: history, the best
    fitness of each population, the first and last included (generations + 1; it never falls, as the best are kept),
    population (N, d, the last), best_fitness, best (d,). Raises ArgumentError where the arguments do not fit, and where
    the fitness of an individual is no finite number.
    """
    people = array("population", population, (None, None))
    keep, generations = whole("keep", keep, 1, len(people)), whole("generations", generations, 0)
    deviation, probability = real("spread", spread, least=0), real("rate", rate, least=0, most=1)
    if (len(people) - keep) % 2:
        raise ArgumentError(
            f"population has {len(people)} rows and keep is {keep}; children come in pairs: keep one more"
        )
    size, d = len(people) - keep, people.shape[1]
    values = _fitness_of(fitness, people)
    history = [float(values.max())]
    for _ in range(generations):
        pairs = [_two_of(keep, chance) for _ in range(size // 2)]
        cuts = [1 + int(chance.random() * (d - 1)) for _ in pairs]
        noise = chance.normal(0.0, deviation, (size, d)) * (chance.random((size, d)) < probability)
        people = generation(people, values, keep, pairs, cuts, noise)["population"]
        values = _fitness_of(fitness, people)
        history.append(float(values.max()))
    best = people[int(np.argmax(values))]
    return {"history": history, "population": people, "best_fitness": history[-1], "best": best}


def _two_of(count: int, chance: np.random.Generator) -> tuple[int, int]:
    """Two numbers below `count`, different where there are two."""
    first = int(chance.random() * count)
    return first, (first + 1 + int(chance.random() * (count - 1))) % count


def random_search(fitness: Fitness, low: Any, high: Any, trials: int, chance: np.random.Generator) -> dict[str, Any]:
    """The baseline: `trials` individuals drawn evenly between low (d,) and high (d,), and the best of them.

    Bergstra & Bengio 2012. Returns the trace: candidates (trials, d), fitness (trials,), history (the best so far, for
    each trial), best_fitness, best (d,). Raises ArgumentError where low is above high, or there is no trial.
    """
    low = array("low", low, (None,))
    high = array("high", high, low.shape)
    if (low > high).any():
        raise ArgumentError(f"low is above high at {int(np.argmax(low > high)) + 1}")
    candidates = low + (high - low) * chance.random((whole("trials", trials, 1), len(low)))
    values = _fitness_of(fitness, candidates)
    return {
        "candidates": candidates,
        "fitness": values,
        "history": np.maximum.accumulate(values).tolist(),
        "best_fitness": float(values.max()),
        "best": candidates[int(np.argmax(values))],
    }


def _fitness_of(fitness: Fitness, population: Array) -> Array:
    return array("fitness", [fitness(individual) for individual in population], (len(population),))
