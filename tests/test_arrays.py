"""The softmax and what is computed from its logarithm, against 40 digits and where exponentials would overflow."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.arrays import cross_entropy, log_softmax, softmax

logits = st.lists(st.floats(-700, 700), min_size=1, max_size=5)


def digits(y: list[float]) -> list[Any]:
    """ln softmax(y) by its definition; 700 digits, as e^-1400 beside 1 must not be lost."""
    with mpmath.workdps(700):
        together = mpmath.log(mpmath.fsum(mpmath.exp(mpmath.mpf(entry)) for entry in y))
        return [mpmath.mpf(entry) - together for entry in y]


@settings(deadline=None, max_examples=40)
@given(logits)
def test_the_logarithm_and_its_exponential_against_many_digits(y: list[float]) -> None:
    """The logarithm is right where the probability itself is too small for a number."""
    expected = [float(entry) for entry in digits(y)]
    assert log_softmax(np.array(y)) == pytest.approx(expected, rel=1e-13, abs=1e-13)
    assert softmax(np.array(y)) == pytest.approx(np.exp(expected), rel=1e-12)


@settings(deadline=None, max_examples=40)
@given(logits, st.data())
def test_cross_entropy_against_many_digits(y: list[float], data: Any) -> None:
    """Of one class it is the logarithm, of a mixture the mean of the logarithms."""
    place = data.draw(st.integers(0, len(y) - 1))
    expected = [-float(entry) for entry in digits(y)]
    assert cross_entropy(np.array(y), np.eye(len(y))[place]) == pytest.approx(expected[place], rel=1e-13, abs=1e-13)
    even = np.full(len(y), 1 / len(y))
    assert cross_entropy(np.array(y), even) == pytest.approx(sum(expected) / len(y), rel=1e-12, abs=1e-12)


def test_each_column_is_by_itself() -> None:
    """Over axis 0; enormous logits make certainties, without a warning, and a certain loss is 0.0, not -0.0."""
    y = np.array([[1000.0, 0.0], [-1000.0, 0.0]])
    assert softmax(y).tolist() == [[1, 0.5], [0, 0.5]]
    assert log_softmax(y)[:, 0].tolist() == [0, -2000]
    assert str(cross_entropy(np.array([3.0]), np.array([1.0]))) == "0.0"


def test_a_masked_entry_has_no_weight() -> None:
    """Minus infinity is a logit too, as the mask of causal attention makes it."""
    assert softmax(np.array([0.0, -np.inf, 0.0])).tolist() == [0.5, 0, 0.5]
