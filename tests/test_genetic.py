"""One generation by hand, and what has to hold of any search."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.arrays import Array
from studyrnn.engine.genetic import crossover, evolve, generation, random_search, select
from studyrnn.errors import ArgumentError

POPULATION = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [0.0, 0.0, 0.0]]
FITNESS = [0.2, 0.9, 0.5, 0.9]


def hill(w: Array) -> float:
    """Highest, 0, at (1, -2)."""
    return -float((w[0] - 1) ** 2 + (w[1] + 2) ** 2)


# -- one generation --------------------------------------------------------------------------------------------------


def test_a_generation_by_hand() -> None:
    """Individuals 1 and 3 are the fittest; two children cut after one entry, two after two, with little noise."""
    noise = [[0, 0, 0], [0.5, 0, 0], [0, -1, 0], [0, 0, 0.25]]
    trace = generation(POPULATION, FITNESS, keep=2, pairs=[(0, 1), (1, 0)], cuts=[1, 2], mutations=noise)
    assert trace["order"] == [1, 3, 2, 0]
    assert trace["selected"].tolist() == [[4, 5, 6], [0, 0, 0]]
    assert trace["children"].tolist() == [[4, 0, 0], [0, 5, 6], [0, 0, 6], [4, 5, 0]]
    assert trace["mutated"].tolist() == [[4, 0, 0], [0.5, 5, 6], [0, -1, 6], [4, 5, 0.25]]
    assert trace["population"].tolist() == [[4, 5, 6], [0, 0, 0], *trace["mutated"].tolist()]
    assert trace["best"].tolist() == [4, 5, 6]
    assert trace["best_fitness"] == 0.9


def test_a_generation_on_a_loss_by_hand() -> None:
    """Minimising (w1 - 1)^2 + (w2 + 2)^2: losses 5, 5, 1, 17; the child (1, -2) of 2 and 0 is the optimum."""
    population = [[0.0, -4.0], [3.0, -1.0], [1.0, -1.0], [2.0, 2.0]]
    fitness = [hill(np.array(w)) for w in population]
    assert fitness == [-5, -5, -1, -17]
    trace = generation(population, fitness, 2, pairs=[(0, 1)], cuts=[1], mutations=[[0, 2], [0, 0]])
    assert trace["selected"].tolist() == [[1, -1], [0, -4]]
    assert trace["children"].tolist() == [[1, -4], [0, -1]]
    assert trace["mutated"].tolist() == [[1, -2], [0, -1]]
    assert hill(trace["mutated"][0]) == 0


def test_without_pairs_only_the_fittest_remain() -> None:
    """Selection alone."""
    trace = generation(POPULATION, FITNESS, keep=3, pairs=[], cuts=[], mutations=np.zeros((0, 3)))
    assert trace["population"].tolist() == select(POPULATION, FITNESS, 3)["selected"].tolist()
    assert trace["children"].shape == (0, 3)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=8), st.data())
def test_selection_against_a_sorted_list(fitness: list[int], data: Any) -> None:
    """Python's stable sort by falling fitness; the first of equals stays first."""
    keep = data.draw(st.integers(1, len(fitness)))
    population = [[float(number)] for number in range(len(fitness))]
    expected = sorted(range(len(fitness)), key=lambda number: -fitness[number])
    trace = select(population, fitness, keep)
    assert trace["order"] == expected
    assert trace["selected"].ravel().tolist() == expected[:keep]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(), st.integers()), min_size=2, max_size=6), st.data())
def test_crossover_loses_nothing(pairs: list[tuple[int, int]], data: Any) -> None:
    """At each place the two children have what the two parents had, exchanged from the cut on."""
    a, b = ([float(pair[side] % 1000) for pair in pairs] for side in (0, 1))
    cut = data.draw(st.integers(1, len(a) - 1))
    first, second = crossover(a, b, cut)
    for place in range(len(a)):
        expected = (a[place], b[place]) if place < cut else (b[place], a[place])
        assert (first[place], second[place]) == expected


# -- searches --------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 5), st.floats(0, 2), st.floats(0, 1))
def test_the_best_never_gets_worse(seed: int, half: int, spread: float, rate: float) -> None:
    """The history never falls and tells the truth; the population keeps its size; one seed gives one result."""
    first = np.random.default_rng(seed).uniform(-3, 3, (2 * half + 2, 2))
    runs = [evolve(hill, first, 6, 2, np.random.default_rng(seed), spread, rate) for _ in range(2)]
    history = runs[0]["history"]
    assert history[0] == max(hill(w) for w in first)
    assert all(before <= after for before, after in itertools.pairwise(history))
    assert len(history) == 7
    assert runs[0]["population"].shape == first.shape
    assert runs[0]["best_fitness"] == hill(runs[0]["best"]) == history[-1]
    assert runs[0]["population"].tolist() == runs[1]["population"].tolist()


def test_without_mutation_no_new_numbers_appear() -> None:
    """Crossover only recombines: each entry of the last population stood at its place in the first."""
    first = np.random.default_rng(2).uniform(-3, 3, (10, 3))
    last = evolve(lambda w: -float(w @ w), first, 8, 4, np.random.default_rng(3), rate=0)["population"]
    for place in range(3):
        assert set(last[:, place]) <= set(first[:, place])


def test_evolution_finds_the_top_of_a_hill() -> None:
    """Within 0.1 of (1, -2) after 40 generations of 20, from far away."""
    first = np.random.default_rng(1).uniform(-10, -5, (20, 2))
    found = evolve(hill, first, 40, 4, np.random.default_rng(4), spread=0.5)
    assert found["best"] == pytest.approx([1, -2], abs=0.1)


def test_parents_of_a_pair_differ() -> None:
    """With two selected, (0, 0) and (1, 1), and without noise, each pair has one child with something of both."""
    first = [[0.0, 0.0], [1.0, 1.0], [-9.0, -9.0], [-9.0, -9.0]]
    last = evolve(lambda w: float(w[0] > -1), first, 1, 2, np.random.default_rng(0), rate=0)["population"]
    assert sorted(last.tolist()) == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_every_pair_and_every_cut_can_be_drawn() -> None:
    """From four parents of four equal entries each come all 36 mixtures of two of them, and nothing else."""
    first = np.repeat([[0.0], [1.0], [2.0], [3.0], *[[-9.0]] * 400], 4, axis=1)
    last = evolve(lambda w: float(w[0]), first, 1, 4, np.random.default_rng(0), rate=0)["population"][4:]
    mixtures = {(a,) * cut + (b,) * (4 - cut) for a in range(4) for b in range(4) for cut in (1, 2, 3) if a != b}
    assert {tuple(child) for child in last} == mixtures
    alone = evolve(lambda w: float(w[0]), first[:3], 1, 1, np.random.default_rng(0), rate=0)["population"]
    assert alone.tolist() == [[2] * 4] * 3  # a single parent is both


def test_mutations_have_the_spread_and_the_rate_that_were_asked_for() -> None:
    """Over 4000 entries of children of zeros: mean 0, standard deviation 0.1 by default, and a quarter mutated."""
    first = np.zeros((1002, 4))
    all_of_them, some = (
        evolve(lambda _: 0.0, first, 1, 2, np.random.default_rng(6), rate=rate)["population"][2:] for rate in (1, 0.25)
    )
    assert abs(all_of_them.mean()) < 5 * 0.1 / np.sqrt(4000)
    assert all_of_them.std() == pytest.approx(0.1, rel=0.1)
    assert (all_of_them != 0).all()
    assert np.mean(some != 0) == pytest.approx(0.25, abs=0.04)


def test_searches_of_nothing() -> None:
    """No generation leaves the population as it was; a box without extent has one candidate."""
    trace = evolve(hill, [[0.0, 0.0], [1.0, -2.0]], 0, 2, np.random.default_rng(0))
    assert trace["history"] == [0]
    assert trace["best"].tolist() == [1, -2]
    assert random_search(hill, [1, -2], [1, -2], 1, np.random.default_rng(0))["best_fitness"] == 0


def test_random_search_is_its_candidates() -> None:
    """The best of what the generator gives, inside its box, with the best so far at every trial."""
    trace = random_search(hill, [-3, -3], [3, 0], 50, np.random.default_rng(8))
    candidates = np.random.default_rng(8).random((50, 2)) * [6, 3] - [3, 3]
    assert trace["candidates"] == pytest.approx(candidates)
    values = [hill(w) for w in trace["candidates"]]
    assert trace["fitness"].tolist() == values
    assert trace["history"] == [max(values[: trial + 1]) for trial in range(50)]
    assert trace["best"].tolist() == trace["candidates"][values.index(max(values))].tolist()
    assert trace["best_fitness"] == max(values)


# -- errors ----------------------------------------------------------------------------------------------------------


def test_what_does_not_fit_a_generation_is_refused() -> None:
    """Counts, ranks, cuts and shapes, each by name."""
    with pytest.raises(ArgumentError, match=r"fitness has shape \(3\); it needs \(4\)"):
        generation(POPULATION, [1, 2, 3], 2, [], [], np.zeros((0, 3)))
    with pytest.raises(ArgumentError, match="keep is 5; it needs a whole number from 1 to 4"):
        generation(POPULATION, FITNESS, 5, [], [], np.zeros((0, 3)))
    with pytest.raises(ArgumentError, match="cuts has 0 entries; it needs one for each of the 1 pairs"):
        generation(POPULATION, FITNESS, 2, [(0, 1)], [], np.zeros((2, 3)))
    with pytest.raises(ArgumentError, match=r"pairs\[0\]\[1\] is 2; it needs a whole number from 0 to 1"):
        generation(POPULATION, FITNESS, 2, [(0, 2)], [1], np.zeros((2, 3)))
    with pytest.raises(ArgumentError, match=r"pairs\[0\] has 1 entries; it needs two parents"):
        generation(POPULATION, FITNESS, 2, [(0,)], [1], np.zeros((2, 3)))  # type: ignore[list-item]
    with pytest.raises(ArgumentError, match="cut is 3; it needs a whole number from 1 to 2"):
        generation(POPULATION, FITNESS, 2, [(0, 1)], [3], np.zeros((2, 3)))
    with pytest.raises(ArgumentError, match=r"mutations has shape \(1, 3\); it needs \(2, 3\)"):
        generation(POPULATION, FITNESS, 2, [(0, 1)], [1], np.zeros((1, 3)))
    with pytest.raises(ArgumentError, match="a has one entry"):
        crossover([1], [2], 1)


def test_what_does_not_fit_a_search_is_refused() -> None:
    """An odd number of children, a fitness that is no number, an empty box."""
    chance = np.random.default_rng(0)
    with pytest.raises(ArgumentError, match="population has 4 rows and keep is 1; children come in pairs"):
        evolve(hill, POPULATION, 1, 1, chance)
    with pytest.raises(ArgumentError, match="fitness holds nan"):
        evolve(lambda _: float("nan"), POPULATION, 1, 2, chance)
    with pytest.raises(ArgumentError, match=r"rate is 1.5; it needs a number from 0 to 1"):
        evolve(hill, POPULATION, 1, 2, chance, rate=1.5)
    with pytest.raises(ArgumentError, match=r"spread is -0.1; it needs a number from 0"):
        evolve(hill, POPULATION, 1, 2, chance, spread=-0.1)
    with pytest.raises(ArgumentError, match=r"generations is 2.5; it needs a whole number"):
        evolve(hill, POPULATION, 2.5, 2, chance)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="low is above high at 2"):
        random_search(hill, [0, 1], [1, 0], 5, chance)
    with pytest.raises(ArgumentError, match="trials is 0"):
        random_search(hill, [0, 0], [1, 1], 0, chance)
