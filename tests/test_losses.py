"""Losses of given outputs against PyTorch, 30 digits and hand; probabilities of sequences by enumeration."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest
from differences import central
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.losses import (
    LOSSES,
    binary_cross_entropy,
    half_squared,
    mse,
    negative_log_likelihood,
    output_gradient,
    perplexity,
    sequence_probability,
    softmax_cross_entropy,
)
from studyrnn.errors import ArgumentError, UnknownName

FUNCTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "half-squared": half_squared,
    "mse": mse,
    "cross-entropy": softmax_cross_entropy,
    "binary-cross-entropy": binary_cross_entropy,
}

# Outputs, targets and losses of two networks over three steps, computed by PyTorch in float64.
RNN_Y = [
    [-0.0757907765574198, 0.198888780400319],
    [0.0264039439745451, 0.150355091210097],
    [0.000895530983013204, 0.992492723558775],
]
RNN_TARGET = [[0.94, 0.89], [0.78, 0.65], [-0.61, 0.61]]
RNN_HALF_SQUARED = [0.754732809797842, 0.408776025268395, 0.259747016675214]
RNN_MSE_LOSS = 0.47441861724715  # torch.nn.functional.mse_loss
LSTM_Y = [
    [0.472028754174288, 0.27997033701094],
    [0.422399210160766, 0.323125362074778],
    [0.408096400114735, 0.307850725173169],
]
LSTM_CLASSES = [1, 0, 0]
LSTM_P = [
    [0.547867556041507, 0.452132443958493],
    [0.524798099313301, 0.475201900686699],
    [0.525040452546765, 0.474959547453235],
]
LSTM_CROSS_ENTROPY = [0.793780124463895, 0.644741663094142, 0.644279966888874]

probabilities = st.lists(st.floats(0.01, 1), min_size=1, max_size=8)


def per_step(trace: dict[str, Any]) -> list[float]:
    return [value for name, value in trace.items() if name.startswith("L_")]


def one_hot(classes: list[int]) -> Any:
    return np.eye(2)[classes]


# -- values ----------------------------------------------------------------------------------------------------------


def test_half_squared_and_mse_against_pytorch() -> None:
    """Per step and in total; mse_loss is the mean over steps and entries, the mean of our mse."""
    trace = half_squared(RNN_Y, RNN_TARGET)
    assert per_step(trace) == pytest.approx(RNN_HALF_SQUARED, rel=1e-12)
    assert trace["L"] == pytest.approx(sum(RNN_HALF_SQUARED), rel=1e-12)
    assert half_squared(RNN_Y, RNN_TARGET, "mean")["L"] == pytest.approx(sum(RNN_HALF_SQUARED) / 3, rel=1e-12)
    assert mse(RNN_Y, RNN_TARGET)["L"] == pytest.approx(RNN_MSE_LOSS, rel=1e-12)
    assert per_step(mse(RNN_Y, RNN_TARGET)) == pytest.approx(RNN_HALF_SQUARED, rel=1e-12)  # as m is 2


def test_cross_entropy_against_pytorch() -> None:
    """Probabilities, each step, sum and mean."""
    trace = softmax_cross_entropy(LSTM_Y, one_hot(LSTM_CLASSES))
    assert trace["p"] == pytest.approx(np.array(LSTM_P), rel=1e-12)
    assert per_step(trace) == pytest.approx(LSTM_CROSS_ENTROPY, rel=1e-12)
    assert trace["L"] == pytest.approx(2.08280175444691, rel=1e-12)
    assert softmax_cross_entropy(LSTM_Y, one_hot(LSTM_CLASSES), "mean")["L"] == pytest.approx(0.694267251482303)


def test_binary_cross_entropy_against_thirty_digits() -> None:
    """-t ln s - (1 - t) ln(1 - s) with s = 1 / (1 + e^-y), by mpmath; also where 1 - s would round to 0."""
    y, target = [[2.0, -1.5], [60.0, 0.0]], [[1.0, 0.0], [0.0, 0.25]]
    trace = binary_cross_entropy(y, target)
    with mpmath.workdps(40):
        expected = []
        for logits, wanted in zip(y, target, strict=True):
            terms = []
            for logit, t in zip(logits, wanted, strict=True):
                s = 1 / (1 + mpmath.exp(-mpmath.mpf(logit)))
                terms.append(-t * mpmath.log(s) - (1 - t) * mpmath.log(1 - s))
            expected.append(float(sum(terms)))
    assert per_step(trace) == pytest.approx(expected, rel=1e-14)
    assert trace["p"][1] == pytest.approx([1, 0.5])


def test_by_hand() -> None:
    """Errors 1, -2: halves 1/2 + 2, mean square 5/2. Logits ln 3, 0: p = 3/4, 1/4. A logit of 0 is a coin: ln 2."""
    trace = half_squared([3, 1], [2, 3])
    assert trace["error"].tolist() == [1, -2]
    assert (trace["L_1"], trace["L"]) == (2.5, 2.5)
    assert mse([3, 1], [2, 3])["L"] == 2.5
    trace = softmax_cross_entropy([math.log(3), 0], [0, 1])
    assert trace["p"] == pytest.approx([0.75, 0.25])
    assert trace["L"] == pytest.approx(math.log(4))
    assert binary_cross_entropy([0], [1])["L"] == pytest.approx(math.log(2))


@pytest.mark.parametrize("loss", FUNCTIONS)
def test_sum_and_mean_over_time(loss: str) -> None:
    """T times the mean is the sum; each step's loss is that of the step alone; the result stands last."""
    target = one_hot([0, 1, 1])
    total, average = (FUNCTIONS[loss](RNN_Y, target, reduce) for reduce in ("sum", "mean"))
    assert total["L"] == pytest.approx(3 * average["L"])
    assert per_step(total) == per_step(average)
    alone = [FUNCTIONS[loss](y, wanted)["L"] for y, wanted in zip(RNN_Y, target, strict=True)]
    assert per_step(total) == pytest.approx(alone)
    assert list(total)[-1] == "L"
    assert total["y"].tolist() == RNN_Y
    assert total["target"].tolist() == target.tolist()


def test_a_list_of_arrays_is_a_list_of_steps() -> None:
    """As a network's outputs over time come."""
    steps = [np.array(y) for y in RNN_Y]
    assert half_squared(steps, RNN_TARGET)["L"] == half_squared(RNN_Y, RNN_TARGET)["L"]


# -- gradients -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", FUNCTIONS)
@pytest.mark.parametrize("reduce", ["sum", "mean"])
@pytest.mark.parametrize("steps", [None, 3])
def test_output_gradients_against_differences(loss: str, reduce: str, steps: int | None) -> None:
    """Central differences of the function's own L."""
    y, target = np.array(RNN_Y), one_hot([0, 1, 1])
    if steps is None:
        y, target = y[0], target[0]
    measured = central(lambda moved: FUNCTIONS[loss](moved, target, reduce)["L"], y)
    found = output_gradient(loss, y, target, reduce)
    assert found.shape == y.shape
    assert found == pytest.approx(measured, abs=1e-9)


def test_output_gradients_by_formula() -> None:
    """(p - target) / T on logits; 2 (y - target) / (m T) for the mean squared error."""
    target = one_hot(LSTM_CLASSES)
    assert output_gradient("cross-entropy", LSTM_Y, target, "mean") == pytest.approx((np.array(LSTM_P) - target) / 3)
    expected = 2 * (np.array(RNN_Y) - RNN_TARGET) / 6
    assert output_gradient("mse", RNN_Y, RNN_TARGET, "mean") == pytest.approx(expected)
    assert set(FUNCTIONS) == set(LOSSES)


# -- probabilities of sequences --------------------------------------------------------------------------------------


def test_the_chain_rule_by_hand() -> None:
    """1/2 * 1/4 * 4/5 = 1/10, with every partial product."""
    assert sequence_probability([0.5, 0.25, 0.8]) == pytest.approx(
        {"product_1": 0.5, "product_2": 0.125, "product_3": 0.1, "probability": 0.1}
    )
    assert sequence_probability([0.5, 0.0, 1.0])["probability"] == 0


def test_all_sequences_of_a_bigram_table_are_certain_together() -> None:
    """Over all 27 sentences of three words the probabilities sum to 1."""
    start = [0.5, 0.3, 0.2]
    table = [[0.1, 0.6, 0.3], [0.25, 0.25, 0.5], [0.7, 0.2, 0.1]]
    found = [
        sequence_probability([start[a], table[a][b], table[b][c]])["probability"]
        for a, b, c in product(range(3), repeat=3)
    ]
    assert sum(found) == pytest.approx(1)


@settings(deadline=None, max_examples=40)
@given(probabilities)
def test_negative_log_likelihood_is_that_of_the_product(p: list[float]) -> None:
    """The sum is -ln of the probability of the sequence; the mean is what perplexity is made of."""
    trace = negative_log_likelihood(p)
    assert trace["L"] == pytest.approx(-math.log(math.prod(p)), abs=1e-9)
    assert per_step(trace) == pytest.approx([-math.log(entry) for entry in p])
    assert trace["p"].tolist() == p
    assert negative_log_likelihood(p, "mean")["L"] == pytest.approx(trace["L"] / len(p))
    found = perplexity(p)
    assert found["perplexity"] == pytest.approx(math.prod(p) ** (-1 / len(p)))  # geometric mean of 1 / p
    from_logs = perplexity(log_probabilities=[math.log(entry) for entry in p])
    assert from_logs["perplexity"] == pytest.approx(found["perplexity"])
    assert list(found)[-1] == list(from_logs)[-1] == "perplexity"


def test_perplexity_by_hand() -> None:
    """1/2 and 1/8: the mean of ln 2 and ln 8 is ln 4. Not exp of the sum, 16. Even guesses among m words: m."""
    trace = perplexity([0.5, 0.125])
    assert (trace["L_1"], trace["L_2"], trace["L"]) == pytest.approx((math.log(2), math.log(8), math.log(4)))
    assert trace["perplexity"] == pytest.approx(4)
    assert perplexity([1 / 7] * 5)["perplexity"] == pytest.approx(7)
    assert perplexity([1, 1])["perplexity"] == 1


def test_perplexity_from_logarithms_does_not_underflow() -> None:
    """A thousand tokens of probability e^-5: the product is 0 in floats, the perplexity e^5."""
    assert perplexity(log_probabilities=[-5.0] * 1000)["perplexity"] == pytest.approx(math.exp(5))


# -- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", FUNCTIONS)
def test_what_does_not_fit_is_refused(loss: str) -> None:
    """Shapes, reductions and numbers that are none."""
    with pytest.raises(ArgumentError, match=r"target has shape \(2\); it needs \(3, 2\)"):
        FUNCTIONS[loss](RNN_Y, [1, 0])
    with pytest.raises(UnknownName, match=r'no reduction is called "average". Known: sum, mean'):
        FUNCTIONS[loss]([1, 2], [0, 1], "average")
    with pytest.raises(ArgumentError, match=r"y has shape \(\); it needs \(m\) for one step or \(T, m\) for T steps"):
        FUNCTIONS[loss](1.0, 1.0)
    with pytest.raises(ArgumentError, match="y holds inf"):
        FUNCTIONS[loss]([math.inf, 0], [1, 0])


def test_targets_that_are_no_probabilities_are_refused() -> None:
    """Class numbers in place of one-hot codes, above all."""
    with pytest.raises(ArgumentError, match="target adds up to 2; a distribution has entries from 0 that add up to 1"):
        softmax_cross_entropy([1, 2], [1, 1])
    with pytest.raises(ArgumentError, match="target holds -1; a distribution has"):
        softmax_cross_entropy([1, 2], [2, -1])
    with pytest.raises(ArgumentError, match=r"target adds up to 1.000001; "):
        softmax_cross_entropy([[1, 2], [1, 2]], [[0, 1], [0.5, 0.500001]])  # each row, not each column
    with pytest.raises(ArgumentError, match=r"target adds up to 0.5; "):
        output_gradient("cross-entropy", [1, 2], [0.5, 0])
    with pytest.raises(ArgumentError, match="target holds 2: it needs probabilities from 0 to 1"):
        binary_cross_entropy([1, 2], [2, 0])
    with pytest.raises(ArgumentError, match=r"target holds -0.5: it needs probabilities from 0 to 1"):
        output_gradient("binary-cross-entropy", [1, 2], [0, -0.5])
    with pytest.raises(UnknownName, match='no loss is called "absolute"'):
        output_gradient("absolute", [1], [1])


def test_numbers_that_are_no_probabilities_are_refused() -> None:
    """Above 1, below 0, zero where its logarithm is taken, none at all, logarithms above 0."""
    with pytest.raises(ArgumentError, match=r"conditionals holds 1.5: it needs probabilities from 0 to 1"):
        sequence_probability([0.5, 1.5])
    with pytest.raises(ArgumentError, match="conditionals is empty"):
        sequence_probability([])
    with pytest.raises(ArgumentError, match="probabilities holds 0 at 2: -ln 0 is infinite"):
        negative_log_likelihood([0.5, 0.0])
    with pytest.raises(ArgumentError, match=r"probabilities holds -0.7: .* not their logarithms"):
        perplexity([-0.7])
    with pytest.raises(ArgumentError, match="log_probabilities has an entry above 0"):
        perplexity(log_probabilities=[0.1])
    with pytest.raises(ArgumentError, match="either probabilities or log_probabilities"):
        perplexity()
    with pytest.raises(ArgumentError, match="either probabilities or log_probabilities"):
        perplexity([0.5], [-0.7])
    with pytest.raises(UnknownName, match="no reduction"):
        negative_log_likelihood([0.5], "max")
