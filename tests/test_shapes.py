"""Numbers that fit, and what is said of those that do not."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.shapes import Shape, array, fitted, shown
from studyrnn.errors import ArgumentError

SHAPES: dict[str, Shape] = {"x": ("d",), "W": ("n", "d"), "b": ("n",), "q": ()}
FITTING: dict[str, Any] = {"x": [1.0, 2.0, 3.0], "W": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "b": [1.0, 2.0], "q": 0.5}


def says(message: str) -> Any:
    """The whole message, to the letter."""
    return pytest.raises(ArgumentError, match=f"^{re.escape(message)}$")


# -- one array -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, np.array(1.0)), ([1, 2], np.array([1.0, 2.0])), (((1.5,), (2,)), np.array([[1.5], [2.0]]))],
)
def test_numbers_lists_and_rows_become_float_arrays(value: Any, expected: Any) -> None:
    """Whatever whole numbers and nested sequences are given, float64 comes out, of the same shape."""
    found = array("x", value)
    assert found.dtype == np.float64
    assert found.shape == expected.shape
    assert np.array_equal(found, expected)


def test_an_array_of_the_right_kind_is_not_copied() -> None:
    """What is float64 already is handed through."""
    given = np.ones(3)
    assert array("x", given) is given


@pytest.mark.parametrize("value", [[[1.0, 2.0], [3.0]], "abc", [1.0, "b"], {"a": 1.0}, [[1.0], 2.0]])
def test_what_is_no_array_is_refused(value: Any) -> None:
    """Ragged rows, words and other things are named by their argument."""
    with says("W_xh is not an array of numbers with rows of equal length"):
        array("W_xh", value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1.0, float("nan")], "x holds nan at 2: it needs finite numbers"),
        ([[1.0, 2.0], [float("-inf"), 4.0]], "x holds -inf at (2, 1): it needs finite numbers"),
        (float("inf"), "x holds inf: it needs finite numbers"),
        ([None, 1.0], "x holds nan at 1: it needs finite numbers"),
    ],
)
def test_numbers_that_are_not_finite_are_refused(value: Any, message: str) -> None:
    """The message shows the first of them and its place, counted from one."""
    with says(message):
        array("x", value)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((3,), "W has shape (2, 3); it needs (3)"),
        ((3, 2), "W has shape (2, 3); it needs (3, 2)"),
        ((None, 2), "W has shape (2, 3); it needs (any, 2)"),
        ((2, 3, 1), "W has shape (2, 3); it needs (2, 3, 1)"),
        ((), "W has shape (2, 3); it needs ()"),
    ],
)
def test_another_shape_is_refused(shape: tuple[int | None, ...], message: str) -> None:
    """The message has the shape found and the shape needed."""
    with says(message):
        array("W", FITTING["W"], shape)


@pytest.mark.parametrize("shape", [(2, 3), (None, 3), (2, None), (None, None), None])
def test_sizes_that_do_not_matter_are_any(shape: tuple[int | None, ...] | None) -> None:
    """None stands for every size, and no shape at all for every shape."""
    assert array("W", FITTING["W"], shape).shape == (2, 3)


def test_shapes_as_they_are_printed() -> None:
    """Without the comma that Python puts behind a single size."""
    assert [shown(shape) for shape in [(), (2,), (2, 3), (None, 3)]] == ["()", "(2)", "(2, 3)", "(any, 3)"]


# -- many that have to fit each other --------------------------------------------------------------------------------


def test_one_example_comes_back_as_it_is() -> None:
    """Arrays in the order of the shapes, without a batch."""
    arrays, batch = fitted(FITTING, SHAPES)
    assert batch is None
    assert {name: value.tolist() for name, value in arrays.items()} == FITTING
    assert list(arrays) == list(SHAPES)


def test_a_batch_is_one_axis_more() -> None:
    """What all examples share stays, but a vector gets an axis of one, which NumPy spreads over them."""
    arrays, batch = fitted(FITTING | {"x": np.ones((3, 4)), "q": np.ones(4)}, SHAPES)
    assert batch == 4
    assert {name: value.shape for name, value in arrays.items()} == {"x": (3, 4), "W": (2, 3), "b": (2, 1), "q": (4,)}


def test_weights_may_be_each_examples_own() -> None:
    """A matrix with one axis more is a matrix for each example."""
    arrays, batch = fitted(FITTING | {"W": np.ones((2, 3, 5))}, SHAPES)
    assert batch == 5
    assert arrays["W"].shape == (2, 3, 5)
    assert arrays["x"].shape == (3, 1)


@pytest.mark.parametrize("kind", [np.float32, np.int64])
def test_all_arrays_become_float64(kind: Any) -> None:
    """Also where some are float64 already and others are not."""
    given = {name: np.array(value) for name, value in FITTING.items()}
    arrays, _ = fitted(given | {"W": given["W"].astype(kind)}, SHAPES)
    assert {value.dtype for value in arrays.values()} == {np.dtype(np.float64)}


def test_arrays_are_looked_at_entry_by_entry() -> None:
    """Large numbers are finite though their sum is not, and infinities that cancel are not."""
    given = {name: np.array(value) for name, value in FITTING.items()}
    arrays, _ = fitted(given | {"b": np.array([1.5e308, 1.5e308])}, SHAPES)
    assert arrays["b"].tolist() == [1.5e308, 1.5e308]
    with says("b holds inf at 1: it needs finite numbers"):
        fitted(given | {"b": np.array([float("inf"), float("-inf")])}, SHAPES)


def test_nothing_fits_nothing() -> None:
    """A program without inputs needs no values."""
    assert fitted({}, {}) == ({}, None)


def test_stacked_vectors_are_as_long_as_both() -> None:
    """A pair of letters is the sum of both sizes: an output layer on two directions."""
    shapes: dict[str, Shape] = {"h": ("f",), "g": ("r",), "W": ("m", ("f", "r"))}
    arrays, _ = fitted({"h": [1.0], "g": [1.0, 2.0], "W": np.ones((4, 3))}, shapes)
    assert arrays["W"].shape == (4, 3)
    with says("W has shape (4, 4); it needs (any, 3) (h has f = 1; g has r = 2)"):
        fitted({"h": [1.0], "g": [1.0, 2.0], "W": np.ones((4, 4))}, shapes)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"W": [[1.0, 2.0]], "b": [1.0]}, "W has shape (1, 2); it needs (any, 3) (x has d = 3)"),
        ({"b": [1.0, 2.0, 3.0]}, "b has shape (3); it needs (2) (W has n = 2)"),
        ({"W": [1.0, 2.0, 3.0]}, "W has shape (3); it needs (any, 3) (x has d = 3)"),
        ({"x": 1.0}, "x has shape (); it needs (any)"),
        ({"q": [[0.5]]}, "q has shape (1, 1); it needs ()"),
        (
            {"x": np.ones((3, 4)), "b": np.ones((2, 5))},
            "b has shape (2, 5); it needs (2, 4) (W has n = 2; x has batch = 4)",
        ),
        ({"x": np.ones((3, 4)), "q": [0.5]}, "q has shape (1); it needs (4) (x has batch = 4)"),
        ({"b": [1.0, float("nan")]}, "b holds nan at 2: it needs finite numbers"),
        ({"x": np.array([1.0, float("inf"), 3.0])}, "x holds inf at 2: it needs finite numbers"),
        ({"W": [[1.0], [2.0, 3.0]]}, "W is not an array of numbers with rows of equal length"),
        ({"w": 1.0, "v": 2.0}, "nothing here is called w, v; known: x, W, b, q"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(changed: dict[str, Any], message: str) -> None:
    """The value, its shape, the shape it needs, and which other value says so."""
    with says(message):
        fitted(FITTING | changed, SHAPES)


def test_values_that_are_missing_are_named() -> None:
    """All of them at once."""
    with says("no value for W, q"):
        fitted({"x": [1.0], "b": [1.0]}, SHAPES)


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.tuples(*[st.integers(1, 4)] * 2),
    batch=st.none() | st.integers(1, 4),
    wrong=st.none() | st.sampled_from(["x", "b", "W"]),
)
def test_exactly_what_fits_is_accepted(sizes: tuple[int, int], batch: int | None, wrong: str | None) -> None:
    """Any sizes, with and without a batch; one entry more in any one of three values is found."""
    d, n = sizes
    axis = () if batch is None else (batch,)
    shapes = {"x": (d, *axis), "W": (n, d), "b": (n,), "q": axis}
    values = {name: np.ones(shape) for name, shape in shapes.items()}
    if wrong is None:
        arrays, found = fitted(values, SHAPES)
        assert found == batch
        assert all(np.ndim(arrays[name]) >= np.ndim(value) for name, value in values.items())
    else:
        first, *rest = shapes[wrong]
        values[wrong] = np.ones((first + 1, *rest))
        with pytest.raises(ArgumentError, match=r"^[Wb] has shape"):
            fitted(values, SHAPES)
