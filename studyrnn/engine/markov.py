"""Markov chains: sequences whose next state depends on the present one alone.

The k states are numbered from 0. P (k, k) is row-stochastic: P[i, j] is the probability of going from i to j, so each
ROW sums to 1, and a distribution p (k,) over the states goes on as P^T p (p P, where distributions are rows).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.equations import Program
from studyrnn.engine.losses import sequence_probability
from studyrnn.engine.shapes import TOLERANCE, array, distribution, numbered, shown, whole
from studyrnn.errors import ArgumentError

NEXT = Program.parse({"p": "P.T @ p_"})  # p_t from p_{t-1}


def transition_matrix(P: Any) -> Array:
    """`P` as an array (k, k). Raises ArgumentError where it is not square, or a row is no distribution."""
    found = array("P", P, (None, None))
    if found.shape[0] != found.shape[1] or not found.size:
        raise ArgumentError(f"P has shape {shown(found.shape)}; it has to be square (k, k), from rows to columns")
    rows, columns = (np.abs(found.sum(axis=axis) - 1).max() for axis in (1, 0))
    if columns <= TOLERANCE < rows:
        raise ArgumentError("the columns of P add up to 1 and its rows do not: give its transpose")
    for i, row in enumerate(found):
        distribution(f"row {i} of P", row)
    return found


def next_distribution(p: Any, P: Any) -> Array:
    """P^T p: how likely each state is one step later. p (k,), P (k, k); raises ArgumentError where they do not fit."""
    return after(p, P, 1)["p_1"]


def after(p: Any, P: Any, steps: int) -> dict[str, Array]:
    """The distribution after each of the steps: p_t = P^T p_{t-1}. Grinstead & Snell 1997, section 11.1.

    p (k,), P (k, k), steps >= 0. Returns the trace of NEXT over the steps: P, p_0, p_1, p_2 ... Raises ArgumentError
    for a P that is not row-stochastic, a p that is no distribution over its states, or steps that are no number of
    steps.
    """
    P = transition_matrix(P)
    p = distribution("p", p, (len(P),))
    program = Program({})
    for t in range(1, whole("steps", steps, 0) + 1):
        program += NEXT.at_step(t)
    return program.run({"P": P, "p_0": p}, NUMPY)


def path_probability(path: Sequence[int], p0: Any, P: Any) -> dict[str, float]:
    """P(s_0, s_1, ..., s_T) = p0[s_0] P[s_0, s_1] ... P[s_{T-1}, s_T]: the chain rule with the Markov property.

    path: T + 1 states, p0 (k,) the distribution of the first. Returns the trace: factor_1 ... factor_{T+1} (the first
    is p0[s_0]), product_1 ... (what has been multiplied so far), probability. Raises ArgumentError for an empty path or
    a state that does not exist, and like `after`.
    """
    P = transition_matrix(P)
    p0 = distribution("p0", p0, (len(P),))
    states = numbered("path", path, len(P))
    if not states:
        raise ArgumentError("path is empty; it needs at least the state it starts in")
    drawn = [p0[states[0]], *(P[i, j] for i, j in pairwise(states))]
    factors = [min(1.0, float(factor)) for factor in drawn]  # a sum may exceed 1 by a rounding
    named = {f"factor_{t}": factor for t, factor in enumerate(factors, start=1)}
    return named | sequence_probability(factors)


def closed_classes(P: Any) -> list[list[int]]:
    """The sets of states that reach each other and nothing else: a chain that is in one never leaves it.

    In the order of their first states; there is at least one. Raises ArgumentError like `transition_matrix`.
    """
    P = transition_matrix(P)
    reaches = (P > 0) | np.eye(len(P), dtype=bool)
    for through in range(len(P)):  # Warshall 1962
        reaches |= reaches[:, [through]] & reaches[through]
    classes: list[list[int]] = []
    for i in range(len(P)):
        reached = np.flatnonzero(reaches[i])
        if reaches[reached, i].all() and reached.tolist() not in classes:
            classes.append(reached.tolist())
    return classes


def stationary(P: Any) -> dict[str, Array]:
    """The distribution that a step does not change: P^T pi = pi, sum(pi) = 1. Grinstead & Snell 1997, section 11.3.

    Returns the trace of the linear system: A (k, k), which is P^T - I with its last row, implied by the others, made
    ones; b (k,), zeros and a one; pi (k,) with A pi = b. Raises ArgumentError where pi is not unique: the chain has
    two or more closed classes, and each has one of its own; and like `transition_matrix`.
    """
    P = transition_matrix(P)
    classes = closed_classes(P)
    if len(classes) > 1:
        raise ArgumentError(
            f"the stationary distribution is not unique: the states fall into closed classes {classes}, "
            "and a chain stays in the one it gets into"
        )
    A = P.T - np.eye(len(P))
    A[-1] = 1.0
    b = np.zeros(len(P))
    b[-1] = 1.0
    return {"A": A, "b": b, "pi": np.linalg.solve(A, b)}


def simulate(P: Any, start: int, steps: int, chance: np.random.Generator) -> dict[str, Any]:
    """A path drawn from the chain: from state i, go to the first j where P[i, 0] + ... + P[i, j] exceeds u.

    Returns the trace: cumulative (k, k), the sums along each row; u (steps,), the uniform numbers drawn from 0 to 1;
    states, a list of steps + 1 with `start` first. Raises ArgumentError for a start that is no state, steps below 0,
    and like `transition_matrix`.
    """
    P = transition_matrix(P)
    states = [whole("start", start, 0, len(P) - 1)]
    sums = np.cumsum(P, axis=1)
    cumulative = sums / sums[:, -1:]  # exactly 1 at the end: u is always below
    u = chance.random(whole("steps", steps, 0))
    for draw in u:
        states.append(int(np.searchsorted(cumulative[states[-1]], draw, side="right")))
    return {"cumulative": cumulative, "u": u, "states": states}


def markov_property(joint: Any, tolerance: float = TOLERANCE) -> dict[str, Any]:
    """Is P(c | a, b) = P(c | b)? Of three successive states, does the past a add anything once the present b is known?

    joint (k, k, k): P(a, b, c), 0 or more, summing to 1. Returns the trace:

    P_ab (k, k), P_bc (k, k), P_b (k,)   the marginals
    c_given_b (k, k)       row b is P(c | b) = P_bc / P_b
    c_given_ab (k, k, k)   P(c | a, b) = joint / P_ab
    difference (k, k, k)   the second less the first
    markov                 whether no difference is larger than `tolerance`

    Where a condition has probability 0 its conditional is not defined: NaN stands there, and it is left out of the
    verdict. Raises ArgumentError where joint is no such table.
    """
    table = array("joint", joint, (None, None, None))
    if len(set(table.shape)) != 1 or not table.size:
        raise ArgumentError(f"joint has shape {shown(table.shape)}; three states of one chain need (k, k, k)")
    table = distribution("joint", table.ravel()).reshape(table.shape)
    P_ab, P_bc, P_b = table.sum(axis=2), table.sum(axis=0), table.sum(axis=(0, 2))
    c_given_b, c_given_ab = _conditional(P_bc, P_b), _conditional(table, P_ab)
    difference = c_given_ab - c_given_b
    return {
        "P_ab": P_ab,
        "P_bc": P_bc,
        "P_b": P_b,
        "c_given_b": c_given_b,
        "c_given_ab": c_given_ab,
        "difference": difference,
        "markov": not (np.abs(difference) > tolerance).any(),  # false for NaN
    }


def _conditional(joint: Array, condition: Array) -> Array:
    """joint / condition over the last axis of joint, NaN where the condition never holds."""
    result = np.full(joint.shape, np.nan)
    np.divide(joint, condition[..., None], out=result, where=condition[..., None] > 0)
    return result
