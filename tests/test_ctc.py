"""The loss of a labelling without known places in time: against every path counted, PyTorch, and differences."""

from __future__ import annotations

import json
from itertools import product
from math import comb, inf, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from differences import central
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.calculus import gradient
from studyrnn.engine.cells import rnn
from studyrnn.engine.ctc import (
    alignments,
    best_path,
    collapse,
    ctc,
    extended,
    feasible,
    forward_program,
    mean_ctc_loss,
    repeats,
)
from studyrnn.engine.exact import run_exact
from studyrnn.engine.network import Layer, Network
from studyrnn.engine.precise import run_precise
from studyrnn.errors import ArgumentError

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "ctc.json").read_text())

every_case = pytest.mark.parametrize("case", REFERENCE, ids=[f"T{case['T']}C{case['C']}" for case in REFERENCE])


def softmax(y: Any) -> Any:
    return np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Any, list[int], int]:
    """Logits (T, m), labels that may or may not fit, and a blank that is any class."""
    m, T = draw(st.integers(2, 4)), draw(st.integers(1, 5))
    blank = draw(st.integers(0, m - 1))
    others = [k for k in range(m) if k != blank]
    labels = draw(st.lists(st.sampled_from(others), max_size=T + 1))
    rows = st.lists(st.floats(-4, 4), min_size=m, max_size=m)
    return np.array(draw(st.lists(rows, min_size=T, max_size=T))), labels, blank


def fitting(problem: tuple[Any, list[int], int]) -> bool:
    logits, labels, _ = problem
    return feasible(labels, len(logits))


def weighed(logits: Any, labels: list[int], blank: int) -> dict[tuple[int, ...], float]:
    """Every path of all m^T that stands for the labelling, with its probability."""
    p, (T, m) = softmax(logits), logits.shape
    paths = [path for path in product(range(m), repeat=T) if collapse(path, blank) == labels]
    return {path: float(np.prod([p[t, k] for t, k in enumerate(path)])) for path in paths}


# -- against PyTorch -------------------------------------------------------------------------------------------------


@every_case
def test_loss_gradient_and_count_are_those_of_the_reference(case: dict[str, Any]) -> None:
    """PyTorch's loss and gradient, and the count of the paths."""
    found = ctc(case["logits"], case["target"], case["blank"])
    close = {"rtol": 1e-12, "atol": 1e-13}
    np.testing.assert_allclose(found["loss"], case["loss"], **close)
    np.testing.assert_allclose(found["likelihood"], case["likelihood"], **close)
    np.testing.assert_allclose(np.exp(found["log_probabilities"]), case["prob"], **close)
    np.testing.assert_allclose(found["gradient"], case["grad_logits"], **close)
    assert len(alignments(case["target"], case["T"], case["blank"])) == case["alignments"]


def test_the_mean_divides_each_loss_by_the_length_of_its_labelling() -> None:
    """With the reference's losses; no labels count as one, and one example that does not fit makes it infinite."""
    logits = [case["logits"] for case in REFERENCE]
    labels = [case["target"] for case in REFERENCE]
    expected = (0.781755338870623 / 1 + 0.053079070987227 / 1 + 1.58434430516675 / 2) / 3
    assert mean_ctc_loss(logits, labels) == pytest.approx(expected, rel=1e-12)
    assert mean_ctc_loss([np.zeros((3, 2))], [[]]) == pytest.approx(3 * log(2))
    assert mean_ctc_loss(logits, [*labels[:2], [1, 1, 1]]) == inf


# -- against every path counted --------------------------------------------------------------------------------------


def test_two_steps_of_three_classes_by_hand() -> None:
    """p(a) = 1/2, p(blank) = 3/10 and p(b) = 1/5, then 2/5, 1/2, 1/10: aa, a-, -a give 57/100."""
    p = np.array([[0.3, 0.5, 0.2], [0.5, 0.4, 0.1]])
    found = ctc(np.log(p), [1])
    assert found["extended"] == [0, 1, 0]
    np.testing.assert_allclose(found["alpha"], [[0.3, 0.5, 0.0], [0.15, 0.32, 0.25]])
    np.testing.assert_allclose(found["beta"], [[0.12, 0.45, 0.15], [0.0, 0.4, 0.5]])
    assert found["likelihood"] == pytest.approx(0.5 * 0.4 + 0.5 * 0.5 + 0.3 * 0.4)
    np.testing.assert_allclose(found["posterior"], np.array([[0.12, 0.45, 0.0], [0.25, 0.32, 0.0]]) / 0.57)


def test_two_frames_have_the_loss_of_the_worked_example() -> None:
    """p(a) = 3/5, then 1/2, the rest is blank: aa, a- and -a are all but --, so P = 1 - 2/5 1/2 = 4/5, loss ln(5/4)."""
    found = ctc(np.log([[0.4, 0.6], [0.5, 0.5]]), [1])
    assert found["likelihood"] == pytest.approx(4 / 5, rel=1e-14)
    assert found["loss"] == pytest.approx(log(5 / 4), rel=1e-14)
    assert alignments([1], 2) == [(0, 1), (1, 0), (1, 1)]
    exact = run_exact(forward_program([1], 2), {"p_1_0": 0.4, "p_1_1": 0.6, "p_2_0": 0.5, "p_2_1": 0.5})
    assert str(exact["P"]).rstrip("0") == "0.8"


@settings(deadline=None, max_examples=60)
@given(problems())
def test_likelihood_and_posterior_are_those_of_all_paths(problem: tuple[Any, list[int], int]) -> None:
    """The recursion gives what summing over all m^T paths gives, also where no path fits."""
    logits, labels, blank = problem
    found, paths = ctc(logits, labels, blank), weighed(*problem)
    P = sum(paths.values())
    assert found["likelihood"] == pytest.approx(P, rel=1e-10)
    assert found["loss"] == (pytest.approx(-log(P), rel=1e-10, abs=1e-12) if P else inf)
    expected = np.zeros_like(logits)
    for path, weight in paths.items():
        for t, k in enumerate(path):
            expected[t, k] += weight / P
    np.testing.assert_allclose(found["posterior"], expected, atol=1e-12)
    assert bool(paths) == feasible(labels, len(logits))


@settings(deadline=None, max_examples=60)
@given(problems().filter(fitting))
def test_alpha_and_beta_meet_at_every_step(problem: tuple[Any, list[int], int]) -> None:
    """P = sum over the places of alpha beta / probability, whatever the step (Graves et al. 2006, equation 14)."""
    found = ctc(*problem)
    emitted = np.exp(found["log_probabilities"])[:, found["extended"]]
    meetings = (found["alpha"] * found["beta"] / emitted).sum(axis=1)
    np.testing.assert_allclose(meetings, found["likelihood"], rtol=1e-10)
    np.testing.assert_allclose(found["posterior"].sum(axis=1), 1.0)


@settings(deadline=None, max_examples=40)
@given(problems().filter(fitting))
def test_the_gradient_is_that_of_differences(problem: tuple[Any, list[int], int]) -> None:
    """Central differences of the loss, logit by logit."""
    logits, labels, blank = problem
    measured = central(lambda moved: ctc(moved, labels, blank)["loss"], logits)
    assert ctc(*problem)["gradient"] == pytest.approx(measured, abs=1e-8)


def test_the_blank_may_be_any_class() -> None:
    """Exchanging the columns and the names of two classes changes nothing."""
    logits = np.array([[0.3, -1.0, 0.2], [1.1, 0.4, -0.6], [-0.5, 0.7, 0.9]])
    first, last = ctc(logits, [1]), ctc(logits[:, [2, 1, 0]], [1], blank=2)
    assert first["loss"] == pytest.approx(last["loss"], rel=1e-14)
    np.testing.assert_allclose(first["gradient"], last["gradient"][:, [2, 1, 0]])


def test_the_outputs_of_a_network_fit_as_they_are() -> None:
    """Its y_1 ... y_T are the rows of the logits."""
    chance = np.random.default_rng(4)
    network = Network((Layer(rnn()),), 3)
    shapes = {"W_xh": (2, 2), "W_hh": (2, 2), "b_h": (2,), "W_hy": (3, 2), "b_y": (3,), **dict.fromkeys(network.xs, 2)}
    run = network.forward({name: chance.normal(size=shape) for name, shape in shapes.items()})
    found = ctc(run.over_time("y"), [2, 1])
    assert found["gradient"].shape == (3, 3)
    assert found["loss"] == ctc([run["y_1"], run["y_2"], run["y_3"]], [2, 1])["loss"]


def test_a_long_sequence_does_not_underflow() -> None:
    """2000 steps of two equal classes and one label: T (T + 1) / 2 paths of probability 2^-T, far below any float64."""
    T = 2000
    found = ctc(np.zeros((T, 2)), [1])
    assert found["likelihood"] == 0.0
    assert found["loss"] == pytest.approx(T * log(2) - log(T * (T + 1) / 2), rel=1e-12)
    np.testing.assert_allclose(found["posterior"].sum(axis=1), 1.0)


def test_large_logits_do_not_overflow() -> None:
    """A softmax of 1000 and -1000: the certain path costs nothing, the impossible one 2000 a step."""
    certain = np.array([[1000.0, -1000.0], [-1000.0, 1000.0]])
    assert str(ctc(certain, [1])["loss"]) == "0.0"  # not -0.0
    assert ctc(certain, [])["loss"] == pytest.approx(2000.0)


# -- what does not fit -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "shortest"), [([], 0), ([1], 1), ([1, 2], 2), ([1, 1], 3), ([1, 1, 2, 2, 2], 8), ([1, 2, 1], 3)]
)
def test_repeated_labels_need_a_blank_between_them(labels: list[int], shortest: int) -> None:
    """The shortest sequence has a step for each label and one for each repeat."""
    assert len(labels) + repeats(labels) == shortest
    assert feasible(labels, shortest)
    assert not feasible(labels, shortest - 1)


def test_a_labelling_that_does_not_fit_has_infinite_loss_and_no_gradient() -> None:
    """Two equal labels in two steps: likelihood 0, loss infinite; posterior and gradient are zeros."""
    found = ctc([[0.1, 0.2], [0.3, 0.4]], [1, 1])
    assert (found["likelihood"], found["loss"], found["log_likelihood"]) == (0.0, inf, -inf)
    assert not found["gradient"].any()
    assert not found["posterior"].any()
    assert alignments([1, 1], 2) == []


# -- paths -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "labelling"),
    [([1, 1, 0, 1, 2, 2, 0], [1, 1, 2]), ([0, 0], []), ([], []), ([1, 1, 1], [1]), ([1, 0, 0, 1], [1, 1])],
)
def test_a_path_collapses(path: list[int], labelling: list[int]) -> None:
    """Repeats are merged before blanks are dropped: a blank keeps two equal labels apart."""
    assert collapse(path) == labelling


def test_another_blank_is_dropped() -> None:
    """With class 2 as the blank, 0 is a label."""
    assert collapse([0, 2, 0, 1, 1, 2], blank=2) == [0, 0, 1]
    assert extended([0, 1], blank=2) == [2, 0, 2, 1, 2]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 2), max_size=3), st.integers(1, 6))
def test_there_are_binomially_many_alignments(labels: list[int], T: int) -> None:
    """L labels with r repeats have C(T + L - r, 2 L) paths, each of which collapses to them."""
    found = alignments(labels, T)
    assert len(found) == len(set(found)) == comb(T + len(labels) - repeats(labels), 2 * len(labels))
    assert all(len(path) == T and collapse(path) == labels for path in found)


def test_the_best_path_need_not_give_the_best_labelling() -> None:
    """Blank at both steps is the likeliest path (9/25), but a has three paths (16/25): greedy decoding misses it."""
    logits = np.log([[0.6, 0.4], [0.6, 0.4]])
    found = best_path(logits)
    assert found["path"] == [0, 0]
    assert found["labels"] == []
    assert found["path_probability"] == pytest.approx(0.36)
    assert ctc(logits, [1])["likelihood"] == pytest.approx(0.64)


def test_the_best_path_is_collapsed() -> None:
    """The largest logit of each row, with repeats and blanks taken out; the first of equals."""
    path = [2, 2, 0, 2, 1]
    found = best_path(3.0 * np.eye(3)[path])
    assert (found["path"], found["labels"]) == (path, [2, 2, 1])
    assert best_path([[1.0, 1.0]], blank=1)["labels"] == [0]


# -- the recursion as equations --------------------------------------------------------------------------------------


def inputs(logits: Any) -> dict[str, Any]:
    p = softmax(logits)
    return {f"p_{t + 1}_{k}": p[t, k] for t, k in np.ndindex(p.shape)}


def test_the_equations_of_two_steps() -> None:
    """One label, two steps: the four ways into the table, and the two ends."""
    expected = {
        "alpha_1_1": "p_1_0",
        "alpha_1_2": "p_1_1",
        "alpha_2_1": "alpha_1_1 * p_2_0",
        "alpha_2_2": "(alpha_1_2 + alpha_1_1) * p_2_1",
        "alpha_2_3": "alpha_1_2 * p_2_0",
        "P": "alpha_2_2 + alpha_2_3",
        "L": "-log(P)",
    }
    program = forward_program([1], 2)
    assert program.equations == type(program).parse(expected).equations
    assert "alpha_2_1" not in program.needed(["L"]).equations


@settings(deadline=None, max_examples=40)
@given(problems().filter(fitting))
def test_the_equations_agree_with_the_table_and_their_gradient_with_the_posterior(
    problem: tuple[Any, list[int], int],
) -> None:
    """alpha, P and L by name; dL/dp through the softmax is softmax - posterior."""
    logits, labels, blank = problem
    program = forward_program(labels, len(logits), blank)
    trace, found = program.run(inputs(logits), NUMPY), ctc(*problem)
    for (t, s), alpha in np.ndenumerate(found["alpha"]):
        assert trace.get(f"alpha_{t + 1}_{s + 1}", 0.0) == pytest.approx(alpha, rel=1e-10)
    assert trace["P"] == pytest.approx(found["likelihood"], rel=1e-10)
    assert trace["L"] == pytest.approx(found["loss"], rel=1e-10, abs=1e-12)

    walked = gradient(program, {"L": "1"}, program.inputs, numbers=program.inputs).run(trace, NUMPY)
    p = softmax(logits)
    slopes = np.zeros_like(p)
    for t, k in np.ndindex(p.shape):
        slopes[t, k] = walked.get(f"dp_{t + 1}_{k}", 0.0)
    np.testing.assert_allclose(p * (slopes - (p * slopes).sum(axis=1, keepdims=True)), found["gradient"], atol=1e-10)


def test_the_equations_agree_to_thirty_digits() -> None:
    """The recursion in 30-digit numbers and the loss in logarithms differ by float64's rounding only."""
    logits = np.array([[0.2, -0.1, 0.8], [-0.7, 0.6, 0.1], [1.3, 0.3, -0.4], [0.4, -0.9, 0.5]])
    values = {name: float(value) for name, value in inputs(logits).items()}
    precise = run_precise(forward_program([1, 2], 4), values)
    assert float(precise["L"]) == pytest.approx(ctc(logits, [1, 2])["loss"], rel=1e-14)


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("logits", "labels", "blank", "message"),
    [
        ([0.1, 0.2], [1], 0, r"logits has shape \(2\); it needs \(any, any\)"),
        ([[], []], [1], 0, r"logits has shape \(2, 0\); it needs a row for each step, a column for each class"),
        ([[0.1, float("nan")]], [1], 0, "logits holds nan at"),
        ([[0.1, 0.2]], [2], 0, r"labels\[0\] is 2; it needs a whole number from 0 to 1"),
        ([[0.1, 0.2]], [0], 0, "labels holds 0, the blank"),
        ([[0.1, 0.2]], [-1], 0, r"labels\[0\] is -1; it needs a whole number from 0 to 1"),
        ([[0.1, 0.2]], [0.5], 0, r"labels\[0\] is 0.5; it needs a whole number"),
        ([[0.1, 0.2]], 1, 0, "labels is 1; it needs a list of whole numbers"),
        ([[0.1, 0.2]], [1], 2, "blank is 2; it needs a whole number from 0 to 1"),
        ([[0.1, 0.2]], [1], -1, "blank is -1; it needs a whole number from 0 to 1"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(logits: Any, labels: Any, blank: int, message: str) -> None:
    """Each message names the argument, what it is, and what it has to be."""
    with pytest.raises(ArgumentError, match=message):
        ctc(logits, labels, blank)


def test_the_other_functions_refuse_likewise() -> None:
    """No steps, too many paths to try, no path at all, and examples without labels."""
    with pytest.raises(ArgumentError, match="T is 0; it needs a whole number of 1 or more"):
        alignments([1], 0)
    with pytest.raises(ArgumentError, match=r"T is 2.5; it needs a whole number"):
        feasible([1], 2.5)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"path\[1\] is 0.5; it needs a whole number"):
        collapse([1, 0.5])  # type: ignore[list-item]
    with pytest.raises(ArgumentError, match=r"labels\[0\] is -1; it needs a whole number of 0 or more"):
        extended([-1])
    with pytest.raises(ArgumentError, match=r"T is 20: 3\^20 paths are too many to try"):
        alignments([1, 2], 20)
    with pytest.raises(ArgumentError, match="T is 2; these labels need at least 3 steps"):
        forward_program([1, 1], 2)
    with pytest.raises(ArgumentError, match="T is 0; it needs a whole number of 1 or more"):
        forward_program([], 0)
    with pytest.raises(ArgumentError, match="there are 1 logits and 2 labels"):
        mean_ctc_loss([[[0.1, 0.2]]], [[1], [1]])
    with pytest.raises(ArgumentError, match="there are 0 logits"):
        mean_ctc_loss([], [])
    with pytest.raises(ArgumentError, match="blank is 5"):
        best_path([[0.1, 0.2]], blank=5)
