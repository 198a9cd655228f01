"""Markov chains against enumeration of all paths, exact matrix powers and textbook numbers."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from itertools import accumulate, pairwise, product
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.markov import (
    NEXT,
    after,
    closed_classes,
    markov_property,
    next_distribution,
    path_probability,
    simulate,
    stationary,
)
from studyrnn.errors import ArgumentError

# The weather in the Land of Oz: rain, nice, snow (Grinstead & Snell, example 11.1).
OZ = [[0.5, 0.25, 0.25], [0.5, 0.0, 0.5], [0.25, 0.25, 0.5]]
TWO = [[0.9, 0.1], [0.4, 0.6]]


@st.composite
def chains(draw: Any, positive: bool = False) -> tuple[list[Fraction], list[list[Fraction]]]:
    """A first distribution and a transition matrix, both of exact fractions."""
    k = draw(st.integers(2, 4))

    def row() -> list[Fraction]:
        weights = draw(st.lists(st.integers(int(positive), 9), min_size=k, max_size=k).filter(any))
        return [Fraction(weight, sum(weights)) for weight in weights]

    return row(), [row() for _ in range(k)]


def floats(rows: Any) -> Any:
    return [floats(row) for row in rows] if isinstance(rows, list) else float(rows)


# -- distributions ---------------------------------------------------------------------------------------------------


def test_one_step_by_hand() -> None:
    """From (1/2, 1/2): 0.5 * 0.9 + 0.5 * 0.4 = 0.65. P p, without the transpose, would give another one."""
    assert next_distribution([0.5, 0.5], TWO) == pytest.approx([0.65, 0.35])
    assert np.array(TWO) @ [0.5, 0.5] == pytest.approx([0.5, 0.5])


def test_the_land_of_oz_after_two_and_six_days() -> None:
    """The textbook's tables of P^2 and P^6 to three decimals, row by row."""
    two = [[0.438, 0.188, 0.375], [0.375, 0.250, 0.375], [0.375, 0.188, 0.438]]
    for start in range(3):
        trace = after(np.eye(3)[start], OZ, 6)
        assert list(trace) == ["P", *(f"p_{t}" for t in range(7))]
        assert trace["p_2"] == pytest.approx(two[start], abs=6e-4)
        assert trace["p_6"] == pytest.approx([0.400, 0.200, 0.400], abs=6e-4)


@settings(deadline=None, max_examples=30)
@given(chains(), st.integers(0, 4))
def test_every_step_is_the_sum_over_all_paths(chain: Any, steps: int) -> None:
    """P(s_T = j) adds up the probabilities of all k^T ways to get there, in exact fractions."""
    p0, P = chain
    k = len(p0)
    expected = [Fraction(0)] * k
    for path in product(range(k), repeat=steps + 1):
        probability = p0[path[0]]
        for i, j in pairwise(path):
            probability *= P[i][j]
        expected[path[-1]] += probability
    assert after(floats(p0), floats(P), steps)[f"p_{steps}"] == pytest.approx(floats(expected), abs=1e-12)


def test_ten_steps_against_an_exact_power() -> None:
    """p^T P^10 by SymPy."""
    P = sympy.Matrix([[sympy.Rational(9, 10), sympy.Rational(1, 10)], [sympy.Rational(2, 5), sympy.Rational(3, 5)]])
    exact = (P**10).T * sympy.Matrix([sympy.Rational(1, 4), sympy.Rational(3, 4)])
    assert after([0.25, 0.75], TWO, 10)["p_10"] == pytest.approx([float(entry) for entry in exact], abs=1e-14)


def test_the_equation_is_one_step() -> None:
    """Written out for step 3 it reads p_2 and the one P."""
    assert NEXT.at_step(3).inputs == ["P", "p_2"]


# -- paths -----------------------------------------------------------------------------------------------------------


def test_a_path_by_hand() -> None:
    """Rain, rain, snow, nice from (0.2, 0.3, 0.5): 0.2 * 0.5 * 0.25 * 0.25."""
    trace = path_probability([0, 0, 2, 1], [0.2, 0.3, 0.5], OZ)
    assert [trace[f"factor_{t}"] for t in range(1, 5)] == [0.2, 0.5, 0.25, 0.25]
    assert [trace[f"product_{t}"] for t in range(1, 5)] == pytest.approx([0.2, 0.1, 0.025, 0.00625])
    assert trace["probability"] == pytest.approx(0.00625)
    assert list(trace)[-1] == "probability"
    assert path_probability([1, 1], [0.2, 0.3, 0.5], OZ)["probability"] == 0
    assert path_probability([0, 0], [1, 0], [[1 + 1e-10, 0], [0, 1]])["probability"] == 1  # rounded, not wrong


@settings(deadline=None, max_examples=20)
@given(chains(), st.integers(1, 3))
def test_all_paths_together_are_certain(chain: Any, steps: int) -> None:
    """The probabilities of all paths of one length sum to 1."""
    p0, P = floats(chain[0]), floats(chain[1])
    paths = product(range(len(p0)), repeat=steps)
    assert sum(path_probability(path, p0, P)["probability"] for path in paths) == pytest.approx(1)


# -- the stationary distribution -------------------------------------------------------------------------------------


def test_stationary_by_hand() -> None:
    """Two states: (b, a) / (a + b) where a leaves the first and b the second; Oz: (2/5, 1/5, 2/5)."""
    assert stationary(TWO)["pi"] == pytest.approx([0.4 / 0.5, 0.1 / 0.5])
    trace = stationary(OZ)
    assert trace["pi"] == pytest.approx([0.4, 0.2, 0.4])
    assert trace["A"].tolist() == [[-0.5, 0.5, 0.25], [0.25, -1, 0.25], [1, 1, 1]]
    assert trace["b"].tolist() == [0, 0, 1]
    assert list(trace) == ["A", "b", "pi"]


@settings(deadline=None, max_examples=30)
@given(chains(positive=True))
def test_stationary_by_counting_trees(chain: Any) -> None:
    """Markov chain tree theorem: pi_r is proportional to the weight of all spanning trees that lead to r."""
    P = chain[1]
    k = len(P)
    weights = []
    for root in range(k):
        others = [i for i in range(k) if i != root]
        weight = Fraction(0)
        for towards in product(range(k), repeat=k - 1):
            arrows = dict(zip(others, towards, strict=True))
            if all(_leads_to(root, start, arrows, k) for start in others):
                term = Fraction(1)
                for i, j in arrows.items():
                    term *= P[i][j]
                weight += term
        weights.append(weight)
    expected = [float(weight / sum(weights)) for weight in weights]
    assert stationary(floats(P))["pi"] == pytest.approx(expected, abs=1e-11)


def _leads_to(root: int, start: int, arrows: dict[int, int], k: int) -> bool:
    for _ in range(k):
        start = arrows.get(start, root)
    return start == root


def test_periodic_and_absorbing_chains_have_one() -> None:
    """It is unique although the first never settles and the second has states that are left for good."""
    assert stationary([[0, 1], [1, 0]])["pi"] == pytest.approx([0.5, 0.5])
    assert stationary([[0.5, 0.5, 0], [0.2, 0.3, 0.5], [0, 0, 1]])["pi"] == pytest.approx([0, 0, 1], abs=1e-15)
    assert stationary([[1.0]])["pi"] == [1]


def test_two_closed_classes_have_many() -> None:
    """The message names them."""
    with pytest.raises(ArgumentError, match=r"not unique.*closed classes \[\[0\], \[1\]\]"):
        stationary(np.eye(2))
    with pytest.raises(ArgumentError, match=r"\[\[0, 2\], \[3\]\]"):
        stationary([[0.5, 0, 0.5, 0], [0.25, 0.25, 0.25, 0.25], [1, 0, 0, 0], [0, 0, 0, 1]])


@settings(deadline=None, max_examples=40)
@given(chains())
def test_as_many_closed_classes_as_independent_solutions(chain: Any) -> None:
    """Their number is the dimension of the kernel of P^T - I, by exact elimination."""
    P = sympy.Matrix([[sympy.Rational(entry.numerator, entry.denominator) for entry in row] for row in chain[1]])
    kernel = (P.T - sympy.eye(P.rows)).nullspace()
    assert len(closed_classes(floats(chain[1]))) == len(kernel)


# -- simulation ------------------------------------------------------------------------------------------------------


def test_a_simulated_path_can_be_followed_by_hand() -> None:
    """Each state is found again from its row, its uniform number and nothing else."""
    trace = simulate(OZ, 1, 200, np.random.default_rng(3))
    state, states = 1, [1]
    for u in trace["u"]:
        state = bisect_right(list(accumulate(OZ[state])), u)
        states.append(state)
    assert trace["states"] == states
    assert trace["cumulative"].tolist() == [[0.5, 0.75, 1], [0.5, 0.5, 1], [0.25, 0.5, 1]]
    assert all((i, j) != (1, 1) for i, j in pairwise(states))  # it has probability 0


def test_simulated_frequencies_come_near_the_probabilities() -> None:
    """Within 5 standard errors, over 20,000 steps."""
    states = np.array(simulate(TWO, 0, 20_000, np.random.default_rng(11))["states"])
    from_first = states[1:][states[:-1] == 0]
    assert abs(np.mean(from_first == 1) - 0.1) < 5 * np.sqrt(0.09 / len(from_first))
    assert abs(np.mean(states == 0) - 0.8) < 0.03


def test_a_cycle_is_followed_whatever_chance_says() -> None:
    """Certain transitions, also where a row does not sum to 1 to the last bit; the same seed gives the same path."""
    cycle = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    assert simulate(cycle, 2, 5, np.random.default_rng(0))["states"] == [2, 0, 1, 2, 0, 1]
    tenths = [[0.1] * 10] * 10
    assert sum([0.1] * 10) < 1
    first, second = (simulate(tenths, 0, 50, np.random.default_rng(5)) for _ in range(2))
    assert first["states"] == second["states"]
    assert (first["cumulative"][:, -1] == 1).all()
    assert simulate(OZ, 0, 0, np.random.default_rng(0))["states"] == [0]


# -- the Markov property ---------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=30)
@given(chains(positive=True), chains(positive=True))
def test_a_chain_has_the_property(first: Any, second: Any) -> None:
    """P(a) P(b|a) P(c|b) has it, even with another transition matrix for the second step."""
    p0, P = floats(first[0]), floats(first[1])
    k = len(p0)
    Q = floats(second[1]) if len(second[1]) == k else P
    joint = [[[p0[a] * P[a][b] * Q[b][c] for c in range(k)] for b in range(k)] for a in range(k)]
    verdict = markov_property(joint)
    assert verdict["markov"] is True
    assert verdict["c_given_b"] == pytest.approx(np.array(Q))


def test_a_table_that_remembers_two_steps() -> None:
    """c repeats a with probability 3/4, a and b are fair coins: P(c = 0 | b) = 1/2, P(c = 0 | a = 0, b) = 3/4."""
    joint = [[[0.25 * (0.75 if c == a else 0.25) for c in (0, 1)] for _ in (0, 1)] for a in (0, 1)]
    verdict = markov_property(joint)
    assert verdict["markov"] is False
    assert verdict["P_ab"].tolist() == [[0.25, 0.25], [0.25, 0.25]]
    assert verdict["P_b"].tolist() == [0.5, 0.5]
    assert verdict["c_given_b"].tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert verdict["c_given_ab"].tolist() == [[[0.75, 0.25]] * 2, [[0.25, 0.75]] * 2]
    assert np.abs(verdict["difference"]).tolist() == np.full((2, 2, 2), 0.25).tolist()
    assert list(verdict)[-1] == "markov"


def test_impossible_conditions_are_left_out() -> None:
    """State 1 never follows state 0, so nothing can be said about what comes after that."""
    joint = np.zeros((2, 2, 2))
    joint[0, 0] = [0.2, 0.2]
    joint[1, 0] = [0.1, 0.1]
    joint[1, 1] = [0.3, 0.1]
    verdict = markov_property(joint)
    assert np.isnan(verdict["c_given_ab"][0, 1]).all()
    assert verdict["c_given_ab"][1, 1] == pytest.approx([0.75, 0.25])
    assert verdict["markov"] is True


# -- errors ----------------------------------------------------------------------------------------------------------


def test_what_is_no_transition_matrix_is_refused() -> None:
    """The row is named, and a transposed matrix is recognised."""
    with pytest.raises(ArgumentError, match=r"row 1 of P adds up to 0.9; a distribution has entries from 0"):
        after([1, 0], [[0.5, 0.5], [0.5, 0.4]], 1)
    with pytest.raises(ArgumentError, match="the columns of P add up to 1 and its rows do not: give its transpose"):
        after([1, 0], np.transpose(TWO), 1)
    with pytest.raises(ArgumentError, match=r"row 0 of P holds -0.1; a distribution has"):
        stationary([[1.1, -0.1], [0.5, 0.5]])
    with pytest.raises(ArgumentError, match=r"P has shape \(1, 2\); it has to be square"):
        stationary([[0.5, 0.5]])


def test_what_is_no_distribution_or_state_is_refused() -> None:
    """A p of another size or sum, a state that does not exist, an empty path, a negative number of steps."""
    with pytest.raises(ArgumentError, match=r"p has shape \(3\); it needs \(2\)"):
        after([1, 0, 0], TWO, 1)
    with pytest.raises(ArgumentError, match=r"p adds up to 1.1; a distribution has"):
        after([0.5, 0.6], TWO, 1)
    with pytest.raises(ArgumentError, match="steps is -1; it needs a whole number of 0 or more"):
        after([1, 0], TWO, -1)
    with pytest.raises(ArgumentError, match=r"steps is 2.5; it needs a whole number"):
        after([1, 0], TWO, 2.5)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"path\[1\] is 2; it needs a whole number from 0 to 1"):
        path_probability([0, 2], [1, 0], TWO)
    with pytest.raises(ArgumentError, match="path is empty"):
        path_probability([], [1, 0], TWO)
    with pytest.raises(ArgumentError, match="start is 2"):
        simulate(TWO, 2, 1, np.random.default_rng(0))


def test_what_is_no_joint_table_is_refused() -> None:
    """Three equal axes, a total of 1."""
    with pytest.raises(ArgumentError, match=r"joint has shape \(2, 2, 3\); .* need \(k, k, k\)"):
        markov_property(np.full((2, 2, 3), 1 / 12))
    with pytest.raises(ArgumentError, match="joint adds up to 2; a distribution has"):
        markov_property(np.full((2, 2, 2), 1 / 4))
