"""Layer and batch normalisation: by hand, as laws, and against differences."""

from __future__ import annotations

from math import exp, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.calculus import gradient
from studyrnn.engine.equations import Program
from studyrnn.engine.normalisation import EPSILON, NORMS, normalisation
from studyrnn.engine.precise import run_precise
from studyrnn.errors import UnknownName

Arrays = dict[str, Any]

both = pytest.mark.parametrize("kind", NORMS)
batches = arrays(np.float64, (4, 5), elements=st.floats(-3, 3).map(lambda entry: round(entry, 3)))


def program(kind: str, epsilon: float = EPSILON) -> Program:
    return Program.parse(normalisation("v", kind, epsilon))


def plain(v: Any) -> Arrays:
    """Gain 1 and shift 0."""
    return {"v": v, "gain": np.ones((len(v), 1)), "shift": np.zeros((len(v), 1))}


def normalised(v: Any, kind: str, epsilon: float = EPSILON) -> Arrays:
    return program(kind, epsilon).run(plain(np.asarray(v, dtype=float)), NUMPY)


# -- by hand ---------------------------------------------------------------------------------------------------------


def test_a_layer_by_hand() -> None:
    """1, 2, 3, 6: mean 3, variance (4 + 1 + 0 + 9) / 4 = 7/2; then gain 2 and shift 1."""
    values = {"v": np.array([1.0, 2.0, 3.0, 6.0]), "gain": np.full(4, 2.0), "shift": np.ones(4)}
    found = program("layer", 0.5).run(values, NUMPY)
    assert found["mu"] == 3.0
    assert found["var"] == 3.5
    np.testing.assert_allclose(found["v_hat"], [-1.0, -0.5, 0.0, 1.5])
    np.testing.assert_allclose(found["v_norm"], [-1.0, 0.0, 1.0, 4.0])


def test_a_batch_by_hand() -> None:
    """Two entries, four examples: each entry over its row, 1, 2, 3, 6 and ten times that."""
    found = normalised([[1.0, 2.0, 3.0, 6.0], [10.0, 20.0, 30.0, 60.0]], "batch", 0.0)
    np.testing.assert_allclose(found["mu"], [[3.0], [30.0]])
    np.testing.assert_allclose(found["var"], [[3.5], [350.0]])
    row = np.array([-2.0, -1.0, 0.0, 3.0]) / sqrt(3.5)
    np.testing.assert_allclose(found["v_norm"], [row, row])


def test_a_layer_of_a_batch_is_normalised_example_by_example() -> None:
    """The examples, the last axis, do not see each other; transposed, a layer is a batch."""
    v = np.array([[1.0, -4.0], [2.0, 0.5], [6.0, 1.0]])
    together = normalised(v, "layer")["v_hat"]
    for example in (0, 1):
        values = {"v": v[:, example], "gain": np.ones(3), "shift": np.zeros(3)}
        np.testing.assert_allclose(together[:, example], program("layer").run(values, NUMPY)["v_hat"])
    np.testing.assert_allclose(together, normalised(v.T, "batch")["v_hat"].T)


@both
def test_equal_entries_become_zeros(kind: str) -> None:
    """A variance of zero divides by the root of epsilon, not by zero."""
    assert not normalised(np.full((2, 3), 0.75), kind)["v_hat"].any()


def test_a_batch_of_one_example_becomes_zeros() -> None:
    """One example is its own mean: batch normalisation forgets it, layer normalisation does not."""
    v = [[1.0], [5.0]]
    assert not normalised(v, "batch")["v_hat"].any()
    np.testing.assert_allclose(normalised(v, "layer", 0.0)["v_hat"], [[-1.0], [1.0]])


def test_to_thirty_digits() -> None:
    """The same equations in 30-digit numbers."""
    values = {"v": [0.3, -1.2, 0.75], "gain": [1.5, 0.5, -2.0], "shift": [0.1, 0.2, 0.3]}
    precise = run_precise(program("layer"), values)
    found = program("layer").run({name: np.array(value) for name, value in values.items()}, NUMPY)
    np.testing.assert_allclose(found["v_norm"], [float(entry) for entry in precise["v_norm"]], rtol=1e-14)


# -- laws ------------------------------------------------------------------------------------------------------------


@both
@settings(deadline=None, max_examples=30)
@given(v=batches)
def test_mean_zero_and_variance_nearly_one(kind: str, v: Any) -> None:
    """The mean is 0, and the variance var / (var + epsilon), along the axis of its kind."""
    found = normalised(v, kind)
    axis = {"layer": 0, "batch": 1}[kind]
    np.testing.assert_allclose(found["v_hat"].mean(axis), 0.0, atol=1e-9)
    variance = np.var(v, axis)
    np.testing.assert_allclose(np.var(found["v_hat"], axis), variance / (variance + EPSILON), rtol=1e-6, atol=1e-12)


@both
@settings(deadline=None, max_examples=30)
@given(v=batches, factor=st.floats(0.5, 20), offset=st.floats(-50, 50))
def test_scale_and_offset_of_what_comes_in_are_taken_out(kind: str, v: Any, factor: float, offset: float) -> None:
    """norm(k v + c) = norm(v) for k > 0, up to epsilon: here it is scaled with the variance."""
    scaled = normalised(factor * v + offset, kind, EPSILON * factor**2)["v_norm"]
    np.testing.assert_allclose(scaled, normalised(v, kind)["v_norm"], atol=1e-6)


@both
@settings(deadline=None, max_examples=10)
@given(v=batches)
def test_its_own_statistics_as_gain_and_shift_undo_it(kind: str, v: Any) -> None:
    """gain = sqrt(var + epsilon) and shift = mean give back v (Ioffe & Szegedy 2015, section 3)."""
    first = normalised(v, kind)
    spread, middle = np.sqrt(first["var"] + EPSILON), first["mu"]
    again = program(kind).run({"v": v, "gain": spread, "shift": middle}, NUMPY)
    np.testing.assert_allclose(again["v_norm"], v, atol=1e-12)


# -- gradients -------------------------------------------------------------------------------------------------------


def differences(whole: Program, values: Arrays, name: str) -> Any:
    """Central differences of L by every entry of a value."""
    found = np.zeros_like(values[name])
    for place in np.ndindex(found.shape):
        ends = []
        for step in (1e-5, -1e-5):
            moved = values[name].copy()
            moved[place] += step
            ends.append(np.sum(whole.run(values | {name: moved}, NUMPY)["L"]))
        found[place] = (ends[0] - ends[1]) / 2e-5
    return found


def examples(kind: str, B: int | None) -> Arrays:
    """Values of a batch of B examples or (None) of one."""
    chance = np.random.default_rng(len(kind))
    values = {name: chance.normal(size=3 if B is None else (3, B)) for name in ("v", "weights")}
    return values | {name: chance.normal(size=3 if B is None else (3, 1)) for name in ("gain", "shift")}


@pytest.mark.parametrize(("kind", "B"), [("layer", None), ("layer", 4), ("batch", 4), ("batch", 1)])
@pytest.mark.parametrize("after", ["v_norm", "tanh(v_norm)", "v_norm * v_norm"])
def test_gradients_are_those_of_differences(kind: str, B: int | None, after: str) -> None:
    """Through mean and variance to v, to gain and to shift; a gradient of what is shared is summed over the batch."""
    whole = program(kind) + Program.parse({"L": f"total(weights * ({after}))"})
    values = examples(kind, B)
    walked = gradient(whole, {"L": "1"}, ["v", "gain", "shift"]).run(whole.run(values, NUMPY), NUMPY)
    for name in ("v", "gain", "shift"):
        found = walked[f"d{name}"]
        if found.shape != values[name].shape:
            found = found.sum(axis=-1, keepdims=True)
        np.testing.assert_allclose(found, differences(whole, values, name), atol=1e-7)


def test_gain_and_shift_that_are_numbers_gather_over_the_entries() -> None:
    """One gain for all entries is named in `numbers`: what comes back to it is summed over them."""
    whole = program("layer") + Program.parse({"L": "total(weights * v_norm)"})
    values = examples("layer", None) | {"gain": np.array(0.8), "shift": np.array(-0.3)}
    names = ["v", "gain", "shift"]
    walked = gradient(whole, {"L": "1"}, names, numbers=["gain", "shift"]).run(whole.run(values, NUMPY), NUMPY)
    for name in names:
        assert walked[f"d{name}"].shape == values[name].shape
        np.testing.assert_allclose(walked[f"d{name}"], differences(whole, values, name), atol=1e-7)


@both
def test_nothing_flows_back_along_offset_and_scale(kind: str) -> None:
    """Moving all of v, or (but for epsilon) stretching it, changes no loss: dv is orthogonal to ones and to v."""
    whole = program(kind, 0.0) + Program.parse({"L": "total(weights * v_norm)"})
    values = examples(kind, 5)
    dv = gradient(whole, {"L": "1"}, ["v"]).run(whole.run(values, NUMPY), NUMPY)["dv"]
    axis = {"layer": 0, "batch": 1}[kind]
    np.testing.assert_allclose(dv.sum(axis), 0.0, atol=1e-12)
    np.testing.assert_allclose((dv * values["v"]).sum(axis), 0.0, atol=1e-12)


def test_slopes_of_the_sigmoid_before_and_after_normalising() -> None:
    """At 8, 9, 10, 13 the sigmoid is flat (slope below 0.00034); normalised, they lie where its slope is up to 1/4."""
    a = np.array([8.0, 9.0, 10.0, 13.0])
    whole = Program.parse({**normalisation("a", "layer"), "before": "sigmoid(a)", "after": "sigmoid(a_norm)"})
    values = {"a": a, "gain": np.ones(4), "shift": np.zeros(4)}
    trace = whole.run(values, NUMPY)
    before, after = (trace[name] * (1 - trace[name]) for name in ("before", "after"))
    np.testing.assert_allclose(trace["a_norm"], [-1.0690, -0.5345, 0.0, 1.6036], atol=1e-4)
    hand = [1 / (2 + exp(entry) + exp(-entry)) for entry in a]
    np.testing.assert_allclose(before, hand, rtol=1e-9)
    assert max(before) < 0.00034
    np.testing.assert_allclose(after, [0.1903, 0.2330, 0.25, 0.1394], atol=1e-4)


# -- names -----------------------------------------------------------------------------------------------------------


def test_names_follow_what_is_normalised() -> None:
    """{of}_hat and {of}_norm, after the mean and the variance."""
    assert list(normalisation("c", "layer")) == ["mu", "var", "c_hat", "c_norm"]
    assert program("batch").inputs == ["v", "gain", "shift"]


def test_an_unknown_kind_is_refused() -> None:
    """The message lists the kinds there are."""
    with pytest.raises(UnknownName, match=r'no normalisation is called "group"\. Known: layer, batch'):
        normalisation("a", "group")
