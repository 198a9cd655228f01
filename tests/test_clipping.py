"""Gradient clipping: against PyTorch, by hand on a 3-4-5 triangle, and the laws of each kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.clipping import (
    PYTORCH_EPSILON,
    by_each_norm,
    by_global_norm,
    by_largest_entry,
    by_value,
    each_norm_program,
    global_norm_program,
    value_program,
)
from studyrnn.engine.precise import run_precise
from studyrnn.errors import ArgumentError

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "clipping.json").read_text(encoding="utf-8"))
Clip = Callable[..., dict[str, Any]]
OURS: dict[str, Clip] = {
    "by_global_norm": by_global_norm,
    "by_global_norm_torch_eps1e-6": partial(by_global_norm, epsilon=PYTORCH_EPSILON),
    "by_inf_norm_torch": partial(by_largest_entry, epsilon=PYTORCH_EPSILON),
    "by_value": by_value,
    "by_each_tensor_norm": by_each_norm,
}
TRIANGLE = {"W": [[3.0, 0.0], [0.0, 0.0]], "b": [0.0, -4.0]}  # norms 3 and 4, together 5

every_kind = pytest.mark.parametrize("kind", OURS)

entries = st.floats(-50, 50).filter(lambda entry: entry == 0 or abs(entry) > 1e-6)
tensors = st.fixed_dictionaries(
    {
        "W": st.lists(st.lists(entries, min_size=2, max_size=2), min_size=2, max_size=2),
        "b": st.lists(entries, min_size=2, max_size=2),
        "s": entries,
    }
)


def flat(gradients: dict[str, Any]) -> Any:
    return np.concatenate([np.ravel(gradients[name]) for name in sorted(gradients)])


@every_kind
@pytest.mark.parametrize("case", REFERENCE, ids=["clipped", "below"])
def test_every_kind_is_that_of_the_reference(case: dict[str, Any], kind: str) -> None:
    """Two gradients, one above and one below its threshold, clipped in five ways."""
    trace = OURS[kind](case["grad"], case["threshold"])
    for name, expected in case[kind].items():
        np.testing.assert_allclose(trace["clipped"][name], expected, rtol=1e-12, atol=1e-13)
    if kind == "by_global_norm":
        assert trace["norm"] == pytest.approx(case["total_norm"], rel=1e-13)
    if kind == "by_inf_norm_torch":
        assert trace["norm"] == case["max_abs"]


def test_a_triangle_by_hand() -> None:
    """Norm 5 at threshold 2: the factor is 0.4. By each norm 2/3 and 1/2, by value [2, -2], by largest entry 1/2."""
    trace = by_global_norm(TRIANGLE, 2.0)
    assert (trace["norm"], trace["factor"]) == (5.0, pytest.approx(0.4))
    np.testing.assert_allclose(flat(trace["clipped"]), [1.2, 0, 0, 0, 0, -1.6])
    each = by_each_norm(TRIANGLE, 2.0)
    assert (each["norm_W"], each["norm_b"]) == (3.0, 4.0)
    np.testing.assert_allclose(flat(each["clipped"]), [2, 0, 0, 0, 0, -2])
    np.testing.assert_array_equal(flat(by_value(TRIANGLE, 2.0)["clipped"]), [2, 0, 0, 0, 0, -2])
    largest = by_largest_entry(TRIANGLE, 2.0)
    assert (largest["norm"], largest["factor"]) == (4.0, 0.5)
    np.testing.assert_array_equal(flat(largest["clipped"]), [1.5, 0, 0, 0, 0, -2])


def test_the_trace_is_that_of_the_program() -> None:
    """Inputs, equations, and then what to go on with, also for a tensor whose name begins like an equation's."""
    names = ["norm_g", "threshold", "norm", "factor", "norm_g_clipped", "clipped"]
    trace = by_global_norm({"norm_g": [3.0, 4.0]}, 2.0)
    assert list(trace) == names
    assert trace["norm_g"].tolist() == [3, 4]
    assert trace["threshold"] == 2
    assert trace["clipped"]["norm_g"] is trace["norm_g_clipped"]
    assert "epsilon" in by_global_norm({"g": [1.0]}, 2.0, PYTORCH_EPSILON)


def test_the_small_addition_of_pytorch() -> None:
    """Norm 5, threshold 2: the factor is 2 / 5.000001, so the clipped norm stays just below 2."""
    trace = by_global_norm(TRIANGLE, 2.0, PYTORCH_EPSILON)
    assert trace["factor"] == pytest.approx(2 / 5.000001, rel=1e-15)
    assert 2 - 1e-6 < np.linalg.norm(flat(trace["clipped"])) < 2
    assert by_largest_entry(TRIANGLE, 2.0, PYTORCH_EPSILON)["factor"] == pytest.approx(2 / 4.000001, rel=1e-15)


@every_kind
def test_below_the_threshold_nothing_changes(kind: str) -> None:
    """Not even the last bit; and a zero gradient has nothing to scale."""
    np.testing.assert_array_equal(flat(OURS[kind](TRIANGLE, 5.1)["clipped"]), flat(TRIANGLE))
    for tiny in (0.0, 1e-200):  # whose square is 0 too
        gradient = {"W": [[tiny, tiny]], "b": [tiny]}
        np.testing.assert_array_equal(flat(OURS[kind](gradient, 0.5)["clipped"]), [tiny] * 3)


def test_a_zero_tensor_beside_another() -> None:
    """One tensor of zeros stays, the other is still clipped."""
    trace = by_each_norm({"W": [0.0, 0.0], "b": [3.0, 4.0]}, 1.0)
    assert trace["factor_W"] == 1
    np.testing.assert_allclose(trace["clipped"]["b"], [0.6, 0.8])


@settings(deadline=None, max_examples=60)
@given(gradients=tensors, threshold=st.floats(0.1, 60))
def test_laws_of_clipping(gradients: dict[str, Any], threshold: float) -> None:
    """By norm: direction kept, norm min(norm, threshold). Nothing grows, no sign turns, a second time does nothing."""
    before = flat(gradients)
    norm = float(np.linalg.norm(before))
    scaled = flat(by_global_norm(gradients, threshold)["clipped"])
    np.testing.assert_allclose(np.linalg.norm(scaled), min(norm, threshold), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(scaled * norm, before * np.linalg.norm(scaled), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(
        flat(by_value(gradients, threshold)["clipped"]), np.clip(before, -threshold, threshold)
    )
    assert np.max(np.abs(flat(by_largest_entry(gradients, threshold)["clipped"]))) <= threshold * (1 + 1e-12)
    for name, tensor in by_each_norm(gradients, threshold)["clipped"].items():
        own = float(np.linalg.norm(np.ravel(gradients[name])))
        np.testing.assert_allclose(np.linalg.norm(np.ravel(tensor)), min(own, threshold), rtol=1e-12, atol=1e-12)
    for clip in (by_global_norm, by_value, by_each_norm, by_largest_entry):
        once = clip(gradients, threshold)["clipped"]
        assert (np.abs(flat(once)) <= np.abs(before)).all()
        assert (flat(once) * before >= 0).all()
        np.testing.assert_allclose(flat(clip(once, threshold)["clipped"]), flat(once), rtol=1e-12, atol=0)


def test_clipping_by_value_turns_the_direction_and_by_norm_does_not() -> None:
    """(3, 4) at 3: by value (3, 3), another direction; by norm (1.8, 2.4), the same."""
    gradient = {"g": [3.0, 4.0]}
    assert by_value(gradient, 3.0)["clipped"]["g"].tolist() == [3.0, 3.0]
    clipped = by_global_norm(gradient, 3.0)["clipped"]["g"]
    assert clipped.tolist() == pytest.approx([1.8, 2.4])
    assert hypot(*clipped) == pytest.approx(3.0)


def test_the_programs_on_thirty_digits() -> None:
    """The equations that are shown are those that were computed: the same values from lists of mpmath numbers."""
    case = REFERENCE[0]
    values = {**case["grad"], "threshold": case["threshold"]}
    programs = {
        "by_global_norm": global_norm_program("Ab"),
        "by_each_tensor_norm": each_norm_program("Ab"),
        "by_value": value_program("Ab"),
    }
    for kind, program in programs.items():
        precise = run_precise(program, values)
        for name in "Ab":
            np.testing.assert_allclose(np.array(precise[f"{name}_clipped"], dtype=float), case[kind][name], rtol=1e-12)
    shifted = run_precise(global_norm_program("Ab", epsilon=True), {**values, "epsilon": PYTORCH_EPSILON})
    torch = case["by_global_norm_torch_eps1e-6"]["b"]
    np.testing.assert_allclose(np.array(shifted["b_clipped"], dtype=float), torch, rtol=1e-12)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: by_global_norm(TRIANGLE, 0.0), "threshold is 0.0; it needs a number above 0"),
        (lambda: by_value(TRIANGLE, -1.0), "threshold is -1.0; it needs a number above 0"),
        (lambda: by_global_norm(TRIANGLE, 1.0, -1e-6), "epsilon is -1e-06; it needs a number from 0"),
        (lambda: by_each_norm({}, 1.0), "there are no gradients to clip"),
        (lambda: by_global_norm({"W": [1.0, float("inf")]}, 1.0), "W holds inf at 2: it needs finite numbers"),
        (lambda: by_global_norm({"W": np.zeros((1, 1, 1))}, 1.0), "W has 3 axes; a gradient is"),
        (lambda: by_global_norm({"W hh": [1.0]}, 1.0), "'W hh' is no name for a tensor"),
        (lambda: by_global_norm({"norm": [1.0]}, 1.0), "'norm' is no name for a tensor"),
        (lambda: by_global_norm({"W": [1e200, 1e200]}, 1.0), "norm is too large for a number"),
    ],
)
def test_what_cannot_be_clipped_is_refused(wrong: Callable[[], Any], says: str) -> None:
    """Each message names the argument and what it needs."""
    with pytest.raises(ArgumentError, match=says):
        wrong()


@pytest.mark.parametrize("name", ["W_clipped", "norm_W", "factor_W"])
def test_a_name_that_clipping_needs_is_refused(name: str) -> None:
    """The value given under it would stand in for the norm or the result."""
    with pytest.raises(ArgumentError, match=f"{name} is what clipping calls a value of its own"):
        by_each_norm({"W": [3.0, 4.0], name: 2.0}, 1.0)
