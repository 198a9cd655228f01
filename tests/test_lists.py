"""The two tables of operations against each other, and the derivative rule of every operation against differences."""

from __future__ import annotations

from math import log
from typing import Any

import mpmath
import numpy as np
import pytest

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.calculus import gradient
from studyrnn.engine.equations import FUNCTIONS, Apply, Expression, Name, Program
from studyrnn.engine.exact import EXACT, exact_number
from studyrnn.engine.lists import each
from studyrnn.engine.network import shared
from studyrnn.engine.precise import PRECISE, context, precise_number

Shape = tuple[int, ...]

FAST = {"transposed_matvec", "add_outers", "square"}  # two operations in one, in NumPy only
STEP = context.mpf("1e-10")

ANY_ONE: list[tuple[Shape, ...]] = [((),), ((3,),), ((3, 2),)]
ANY_TWO: list[tuple[Shape, ...]] = [((), ()), ((3,), (3,)), ((), (3,)), ((3,), ()), ((3, 2), (3, 2)), ((3, 2), ())]
A_BATCH: list[tuple[Shape, ...]] = [((3, 2),), ((1, 4),)]
SHAPES: dict[str, list[tuple[Shape, ...]]] = {  # of the arguments that each operation is tried on
    **dict.fromkeys(["add", "sub", "mul", "div", "minimum", "binary_cross_entropy"], ANY_TWO),
    **dict.fromkeys(
        ["neg", "tanh", "sigmoid", "relu", "step", "exp", "log", "sqrt", "sin", "abs", "half_square"], ANY_ONE
    ),
    **dict.fromkeys(["total", "mean", "mean_square", "size", "ones", "transpose"], ANY_ONE),
    **dict.fromkeys(["batch_total", "batch_mean", "batch_size"], A_BATCH),
    "matvec": [((), ()), ((3, 2), (2,)), ((1, 3), (3,)), ((3, 2), (2, 4))],
    "outer": [((), ()), ((3,), (2,)), ((1,), (3,))],
    "diag": [((3,),), ((1,),), ((),)],
    "dot": [((), ()), ((3,), (3,)), ((3, 2), (3, 2))],
    "clamp": [((), ()), ((3,), ()), ((3, 2), ())],
    "power": [((), ()), ((3,), ()), ((3, 2), ())],
    "concat": [((2,), (3,)), ((1,), (1,)), ((2, 2), (3, 2))],
    "first": [((5,), (2,)), ((3, 2), (1, 2))],
    "last": [((5,), (2,)), ((3, 2), (1, 2))],
    "softmax": [((3,),), ((1,),), ((3, 2),)],
    "softmax_rows": [((3, 2),), ((2, 2),)],
    "one_hot_max": [((3,),), ((1,),), ((3, 2),)],
    "cross_entropy": [((3,), (3,)), ((1,), (1,)), ((3, 2), (3, 2))],
}
CASES = [(op, shapes) for op, tried in SHAPES.items() for shapes in tried]
# What gives a number for each column of a matrix: lists do not spread that over the matrix again.
OF_EACH_EXAMPLE = {"total", "mean", "mean_square", "dot", "softmax", "cross_entropy"}
WITHOUT_RULE = {"clamp", "sin", "first", "last", "softmax_rows"}

every_operation = pytest.mark.parametrize(("op", "shapes"), CASES, ids=lambda value: str(value).replace(" ", ""))


def drawn(op: str, shapes: tuple[Shape, ...]) -> list[Any]:
    """Numbers from -2 to 2 with one decimal, none twice and none 0; what an operation needs where it needs it."""
    chance = np.random.default_rng(len(op) + 7 * len(shapes[0]))
    counts = [int(np.prod(shape)) for shape in shapes]
    tenths = chance.permutation([*range(-20, 0), *range(1, 21)])[: sum(counts)] / 10
    parts = zip(np.split(tenths, np.cumsum(counts)[:-1]), shapes, strict=True)
    values = [part.reshape(shape) for part, shape in parts]
    match op:
        case "log" | "sqrt":
            return [np.abs(values[0])]
        case "clamp":
            return [values[0], np.array(0.7)]
        case "power":
            return [values[0], np.array(3.0)]
        case "cross_entropy":
            return [values[0], NUMPY["one_hot_max"](values[1])]
    return values


def as_array(value: Any) -> Any:
    return np.array(each(float)(value))


def names(values: list[Any]) -> dict[str, Any]:
    return dict(zip("ab", values, strict=False))


# -- the tables ------------------------------------------------------------------------------------------------------


def test_all_tables_have_the_same_operations() -> None:
    """What the language can say can be worked out in floats, in 30 digits and exactly; nothing else is in a table."""
    assert set(PRECISE) == set(EXACT) == set(NUMPY) - FAST
    assert set(NUMPY) >= FAST
    signs = {"number", "add", "sub", "mul", "div", "neg", "matvec", "transpose"}
    assert set(PRECISE) == set(FUNCTIONS) | signs
    assert set(SHAPES) == set(PRECISE) - {"number"}, "every operation is tried below"
    assert all(len(shapes) == FUNCTIONS.get(op, len(shapes)) for op, shapes in CASES)


@every_operation
def test_lists_agree_with_numpy(op: str, shapes: tuple[Shape, ...]) -> None:
    """The same shape and the same numbers to 1e-14; what is one number for a whole batch has no axis of one."""
    values = drawn(op, shapes)
    array = np.asarray(NUMPY[op](*values))
    if op in {"batch_total", "batch_mean"}:
        array = array[:, 0]
    written = as_array(PRECISE[op](*(precise_number(value.tolist()) for value in values)))
    assert written.shape == array.shape
    np.testing.assert_allclose(array, written, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("op", SHAPES)
def test_fractions_agree_with_numpy(op: str) -> None:
    """The table of exact numbers, on the first shape that is no bare number."""
    shapes = next(shapes for shapes in SHAPES[op] if shapes[0] != ())
    values = drawn(op, shapes)
    array = np.asarray(NUMPY[op](*values))
    exact = EXACT[op](*(exact_number(value.tolist()) for value in values))
    np.testing.assert_allclose(np.squeeze(array), np.squeeze(as_array(exact)), rtol=1e-14, atol=1e-15)


def test_numbers_are_what_was_written() -> None:
    """0.1 in an equation is one tenth, not the float next to it."""
    assert PRECISE["number"](0.1) * 10 == 1
    assert EXACT["number"](0.1) * 10 == 1
    assert NUMPY["number"](0.1) == 0.1
    assert NUMPY["number"](0.1).shape == ()


def test_products_of_whole_batches() -> None:
    """Two batches as matrices: their outer product in lists is NumPy's of each example, summed."""
    chance = np.random.default_rng(3)
    u, v = chance.normal(size=(3, 4)), chance.normal(size=(2, 4))
    summed = NUMPY["outer"](u, v).sum(axis=-1)
    assert summed.shape == (3, 2)
    np.testing.assert_allclose(
        as_array(PRECISE["outer"](precise_number(u.tolist()), precise_number(v.tolist()))), summed
    )


def test_a_vector_beside_a_batch_is_one_for_all_examples() -> None:
    """In lists a bias (n,) joins a matrix (n, B) row by row, as a column (n, 1) does in NumPy."""
    a, b = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([10.0, 20.0])
    np.testing.assert_array_equal(
        as_array(PRECISE["add"](precise_number(a.tolist()), precise_number(b.tolist()))), a + b[:, None]
    )


def test_weights_of_each_example() -> None:
    """NumPy's products with a batch as the last axis are those of its examples one by one."""
    chance = np.random.default_rng(4)
    W, x, X = chance.normal(size=(3, 2, 5)), chance.normal(size=(2, 5)), chance.normal(size=(2, 4, 5))
    u, shared = chance.normal(size=(3, 5)), chance.normal(size=(2, 1))
    for b in range(5):
        np.testing.assert_allclose(NUMPY["matvec"](W, x)[:, b], W[:, :, b] @ x[:, b])
        np.testing.assert_allclose(NUMPY["matvec"](W, X)[:, :, b], W[:, :, b] @ X[:, :, b])
        np.testing.assert_allclose(NUMPY["matvec"](W, shared)[:, b], W[:, :, b] @ shared[:, 0])
        np.testing.assert_allclose(NUMPY["transposed_matvec"](W, u)[:, b], W[:, :, b].T @ u[:, b])
        np.testing.assert_allclose(NUMPY["outer"](u, x)[:, :, b], np.outer(u[:, b], x[:, b]))


@pytest.mark.parametrize("batch", [(), (4,)], ids=["one", "batch"])
def test_two_operations_in_one(batch: Shape) -> None:
    """NumPy's short cuts give what the two operations give one after the other."""
    chance = np.random.default_rng(5)
    u1, v1, u2, v2 = (chance.normal(size=(size, *batch)) for size in (3, 2, 3, 2))
    both = NUMPY["add"](NUMPY["outer"](u1, v1), NUMPY["outer"](u2, v2))
    np.testing.assert_allclose(NUMPY["add_outers"](u1, v1, u2, v2), both)
    W = chance.normal(size=(3, 2))
    np.testing.assert_allclose(NUMPY["square"](u1), NUMPY["mul"](u1, u1))
    np.testing.assert_allclose(NUMPY["transposed_matvec"](W, u1), NUMPY["matvec"](NUMPY["transpose"](W), u1))


@pytest.mark.parametrize("op", ["add", "sub", "mul", "div", "dot", "matvec"])
def test_lists_that_do_not_fit_are_refused(op: str) -> None:
    """No entry is dropped and none is used twice."""
    left = [[1, 2, 3], [4, 5, 6]] if op == "matvec" else [1, 2, 3]
    with pytest.raises(ValueError, match="argument"):
        PRECISE[op](precise_number(left), precise_number([1, 2]))


# -- far out ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("far", [-800.0, 800.0])
def test_nothing_overflows(far: float) -> None:
    """Sigmoid, softmax and both cross-entropies keep their value where exp does not."""
    a = np.array([far, 0.0])
    assert NUMPY["sigmoid"](a)[0] == (far > 0)
    np.testing.assert_array_equal(NUMPY["softmax"](a), [1.0, 0.0] if far > 0 else [0.0, 1.0])
    assert NUMPY["cross_entropy"](a, np.array([1.0, 0.0])) == max(0.0, -far)
    assert NUMPY["binary_cross_entropy"](a, np.array([1.0, 1.0])).tolist() == [max(0.0, -far), log(2)]


def test_the_largest_of_equals_is_the_first() -> None:
    """Both tables choose the same one."""
    tied = [1.0, 3.0, 3.0]
    assert NUMPY["one_hot_max"](np.array(tied)).tolist() == [0, 1, 0]
    assert PRECISE["one_hot_max"](tied) == [0, 1, 0]


# -- derivative rules ------------------------------------------------------------------------------------------------


def program_of(op: str, shapes: tuple[Shape, ...]) -> Program:
    args: tuple[Expression, ...] = tuple(Name(letter) for letter, _ in zip("ab", shapes, strict=False))
    return Program({"y": Apply(op, args)})


@pytest.mark.parametrize("op", sorted(WITHOUT_RULE))
def test_no_rule_no_gradient(op: str) -> None:
    """What has no derivative rule is refused, not left out."""
    with pytest.raises(ValueError, match=f"there is no derivative rule for {op}"):
        gradient(program_of(op, SHAPES[op][0]), {"y": "seed"}, ["a"])


@pytest.mark.parametrize(
    ("op", "shapes"),
    [(op, shapes) for op, shapes in CASES if op not in WITHOUT_RULE],
    ids=lambda value: str(value).replace(" ", ""),
)
def test_derivative_rules(op: str, shapes: tuple[Shape, ...]) -> None:
    """Each entry of each argument: the rule, in floats and in 30 digits, is a central difference of seed times y."""
    given = names(drawn(op, shapes))
    exactly = {name: precise_number(value.tolist()) for name, value in given.items()}
    program = program_of(op, shapes)
    y = as_array(program.run(exactly, PRECISE)["y"])
    seed = np.random.default_rng(6).integers(-9, 10, y.shape) / 10
    chosen = ["a"] if op == "power" or op.endswith("cross_entropy") else list(given)  # nothing flows to b
    backward = gradient(program, {"y": "seed"}, chosen, [name for name, value in given.items() if value.ndim == 0])

    def weighed(values: dict[str, Any]) -> Any:
        return context.fdot(np.ravel(seed).tolist(), flat(program.run(values, PRECISE)["y"]))

    expected = {name: np.empty(given[name].shape) for name in chosen}
    for name in chosen:
        for place in np.ndindex(given[name].shape):
            sides = [weighed(exactly | {name: moved(exactly[name], place, way)}) for way in (STEP, -STEP)]
            expected[name][place] = float((sides[0] - sides[1]) / (2 * STEP))
    of_each_row = op in {"batch_total", "batch_mean"}
    walked = backward.run(program.run(given, NUMPY) | {"seed": seed[:, None] if of_each_row else np.array(seed)}, NUMPY)
    for name in chosen:
        np.testing.assert_allclose(
            shared(walked[f"d{name}"], given[name].shape), expected[name], rtol=1e-12, atol=1e-13
        )
    if op not in OF_EACH_EXAMPLE or len(shapes[0]) < 2:
        precise = backward.run(program.run(exactly, PRECISE) | {"seed": precise_number(seed.tolist())}, PRECISE)
        for name in chosen:
            digits = shared(as_array(precise[f"d{name}"]), given[name].shape)
            np.testing.assert_allclose(digits, expected[name], rtol=1e-14, atol=1e-15)


def flat(value: Any) -> list[Any]:
    return [entry for part in value for entry in flat(part)] if isinstance(value, list) else [value]


def moved(value: Any, place: tuple[int, ...], by: mpmath.mpf) -> Any:
    if not place:
        return value + by
    return [moved(part, place[1:], by) if k == place[0] else part for k, part in enumerate(value)]
