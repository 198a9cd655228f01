"""The cells: what they are made of, and that their variants are what their names say."""

from __future__ import annotations

from math import exp, tanh
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.cells import ACTIVATIONS, Cell, dimensions, gru, jordan, lstm, parameter_shape, rnn, state_space
from studyrnn.errors import UnknownName

Arrays = dict[str, Any]

RNN = ["W_xh", "W_hh", "b_h"]
LSTM = [f"{kind}{gate}" for gate in "ifgo" for kind in ("W_x", "W_h", "b_")]
GRU = [f"{kind}{gate}" for gate in "rzn" for kind in ("W_x", "W_h", "b_")]


def sigmoid(a: float) -> float:
    return 1 / (1 + exp(-a))


def drawn(cell: Cell, d: int, n: int, seed: int) -> Arrays:
    chance = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {**cell.shapes(d, n), "x": (d,), **{f"{name}_": (n,) for name in cell.states}}
    return {name: chance.uniform(-1, 1, shape) for name, shape in shapes.items()}


# -- what a cell is --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "name", "states", "output", "parameters", "gates"),
    [
        (rnn(), "rnn", "h", "h", RNN, "h"),
        (rnn(biases=2), "rnn", "h", "h", [*RNN, "b_hh"], "h"),
        (rnn(norm="layer"), "rnn", "h", "h", ["W_xh", "W_hh", "gain", "shift"], "h"),
        (rnn(norm="batch"), "rnn", "h", "h", ["W_xh", "W_hh", "gain", "shift"], "h"),
        (lstm(), "lstm", "hc", "h", LSTM, "ifgo"),
        (lstm(biases=2), "lstm", "hc", "h", [*LSTM, "b_hi", "b_hf", "b_hg", "b_ho"], "ifgo"),
        (lstm(peephole=True), "lstm", "hc", "h", [*LSTM, "p_i", "p_f", "p_o"], "ifgo"),
        (gru(), "gru", "h", "h", GRU, "rzn"),
        (gru("after"), "gru", "h", "h", [*GRU, "b_hn"], "rzn"),
        (gru(biases=2), "gru", "h", "h", [*GRU, "b_hr", "b_hz", "b_hn"], "rzn"),
        (gru("after", biases=2), "gru", "h", "h", [*GRU, "b_hr", "b_hz", "b_hn"], "rzn"),
        (jordan(), "jordan", "y", "y", ["W_xh", "W_yh", "b_h", "W_hy", "b_y"], "h"),
        (state_space(), "state-space", "h", "y", ["A", "B", "C", "D"], ""),
    ],
)
def test_what_each_cell_has(cell: Cell, name: str, states: str, output: str, parameters: list[str], gates: str) -> None:
    """Name, states, output, parameters and gates."""
    assert cell.name == name
    assert cell.states == tuple(states)
    assert cell.output == output
    assert sorted(cell.parameters) == sorted(parameters)
    assert cell.gates == list(gates)
    inputs = {"x", *(f"{state}_" for state in cell.states)}
    assert set(cell.program.inputs) == inputs | set(parameters), "nothing else is read"


@pytest.mark.parametrize(
    ("cell", "order"),
    [
        (rnn(), ["a", "h"]),
        (rnn(norm="layer"), ["a", "mu", "var", "a_hat", "a_norm", "h"]),
        (lstm(), ["i", "f", "g", "o", "c", "h"]),
        (lstm(peephole=True), ["i", "f", "g", "c", "o", "h"]),
        (gru(), ["r", "z", "n", "h"]),
        (jordan(), ["a", "h", "y"]),
        (state_space(), ["h", "y"]),
    ],
)
def test_the_order_of_work(cell: Cell, order: list[str]) -> None:
    """As a person works them out: with peepholes the output gate comes after the cell state that it sees."""
    assert list(cell.program.equations) == order


@pytest.mark.parametrize(
    ("cell", "formula"),
    [
        (rnn(), lambda d, n, m: n * (d + n + 1)),
        (rnn(biases=2), lambda d, n, m: n * (d + n + 2)),
        (lstm(), lambda d, n, m: 4 * n * (d + n + 1)),
        (lstm(biases=2), lambda d, n, m: 4 * n * (d + n + 2)),
        (lstm(peephole=True), lambda d, n, m: 4 * n * (d + n + 1) + 3 * n),
        (gru(), lambda d, n, m: 3 * n * (d + n + 1)),
        (gru("after"), lambda d, n, m: 3 * n * (d + n + 1) + n),
        (gru("after", biases=2), lambda d, n, m: 3 * n * (d + n + 2)),
        (jordan(), lambda d, n, m: n * (d + m + 1) + m * (n + 1)),
        (state_space(), lambda d, n, m: (n + m) * (n + d)),
    ],
)
def test_how_many_parameters(cell: Cell, formula: Any) -> None:
    """The counts that the papers and the frameworks give, for sizes that cannot be confused."""
    shapes = cell.shapes(3, 5, 2)
    assert list(shapes) == cell.parameters
    assert sum(int(np.prod(shape)) for shape in shapes.values()) == formula(3, 5, 2)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("W_xh", "nd"), ("W_hh", "nn"), ("W_hy", "mn"), ("W_yh", "nm"), ("W_xz", "nd"), ("b_h", "n"), ("b_hn", "n"),
        ("b_y", "m"), ("p_o", "n"), ("gain", "n"), ("shift", "n"), ("h", "n"), ("c", "n"), ("y", "m"), ("x", "d"),
        ("A", "nn"), ("B", "nd"), ("C", "mn"), ("D", "md"),
    ],
)  # fmt: skip
def test_a_name_says_its_shape(name: str, letters: str) -> None:
    """Rows are where a weight leads, columns where it comes from."""
    assert dimensions(name) == tuple(letters)
    sizes = {"d": 3, "n": 5, "m": 2}
    assert parameter_shape(name, **sizes) == tuple(sizes[letter] for letter in letters)


@pytest.mark.parametrize("make", [rnn, lstm, gru, jordan, state_space])
def test_one_object_for_each_cell(make: Any) -> None:
    """Asked for twice, it is the same: what is derived from it is worked out once."""
    assert make() == make()
    assert hash(make()) == hash(make())
    assert len({make(), make()}) == 1


def test_variants_are_different_cells() -> None:
    """And each says which convention it has."""
    assert rnn("relu") != rnn()
    assert rnn("tanh") == rnn()
    assert rnn("relu").convention == {"activation": "relu"}
    assert rnn(norm="batch").convention == {"activation": "tanh", "norm": "batch"}
    assert lstm(peephole=True).convention == {"peephole": "yes"}
    assert lstm().convention == {}
    assert gru("after", "new").convention == {"reset": "after", "z_keeps": "new"}
    assert jordan("sigmoid").convention == {"activation": "sigmoid"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: rnn("relo"), 'no activation is called "relo". Did you mean "relu"'),
        (lambda: rnn("softplus"), 'no activation is called "softplus". Known: tanh, relu, sigmoid'),
        (lambda: jordan("linear"), 'no activation is called "linear"'),
        (lambda: rnn(norm="group"), 'no normalisation is called "group". Known: layer, batch'),
        (lambda: gru("behind"), 'no place of the reset gate is called "behind". Known: before, after'),
        (lambda: gru(z_keeps="older"), 'no convention of z is called "older". Did you mean "old"'),
    ],
)
def test_unknown_words_are_refused(make: Any, message: str) -> None:
    """With the words that are known, or the one that comes near."""
    with pytest.raises(UnknownName) as caught:
        make()
    assert message in str(caught.value)


# -- what a cell computes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations(activation: str) -> None:
    """a = 0.5 * 2 - 1 * 0.25 + 0.1 = 0.85, through each function, in an Elman and in a Jordan cell."""
    expected = {"tanh": tanh(0.85), "relu": 0.85, "sigmoid": sigmoid(0.85)}[activation]
    numbers = {"W_xh": 0.5, "x": 2.0, "W_hh": -1.0, "h_": 0.25, "b_h": 0.1}
    trace = rnn(activation).program.run({name: np.float64(value) for name, value in numbers.items()}, NUMPY)
    assert trace["a"] == pytest.approx(0.85)
    assert trace["h"] == pytest.approx(expected)
    numbers = {"W_xh": 0.5, "x": 2.0, "W_yh": -1.0, "y_": 0.25, "b_h": 0.1, "W_hy": 3.0, "b_y": -1.0}
    trace = jordan(activation).program.run({name: np.float64(value) for name, value in numbers.items()}, NUMPY)
    assert trace["y"] == pytest.approx(3 * expected - 1)


def test_relu_below_zero() -> None:
    """A negative sum gives 0, and a sum of 0 gives 0."""
    for b in (-0.4, -0.3):
        values = {"W_xh": 1.0, "x": 0.3, "W_hh": 1.0, "h_": 0.0, "b_h": b}
        assert rnn("relu").program.run({k: np.float64(v) for k, v in values.items()}, NUMPY)["h"] == 0


def test_a_normalised_sum_by_hand() -> None:
    """a = (1, 3): mean 2, variance 1; gain (2, 3) and shift (0.5, -0.5) on (-1, 1) / sqrt(1 + 0.00001)."""
    values = {
        "W_xh": np.array([[1.0], [3.0]]),
        "x": np.array([1.0]),
        "W_hh": np.zeros((2, 2)),
        "h_": np.zeros(2),
        "gain": np.array([2.0, 3.0]),
        "shift": np.array([0.5, -0.5]),
    }
    trace = rnn("relu", norm="layer").program.run(values, NUMPY)
    scale = 1.00001**-0.5
    assert trace["mu"] == pytest.approx(2)
    assert trace["var"] == pytest.approx(1)
    np.testing.assert_allclose(trace["a_norm"], [0.5 - 2 * scale, 3 * scale - 0.5])
    np.testing.assert_allclose(trace["h"], [0, 3 * scale - 0.5])


def test_peepholes_by_hand() -> None:
    """All weights 0 but the peepholes: i and f see the old cell state 2, o sees the new one."""
    values = {name: np.float64(0) for name in lstm(peephole=True).program.inputs}
    values |= {
        name: np.float64(value) for name, value in {"c_": 2, "p_i": 0.5, "p_f": -0.5, "p_o": 1, "b_g": 1}.items()
    }
    trace = lstm(peephole=True).program.run(values, NUMPY)
    c = sigmoid(-1) * 2 + sigmoid(1) * tanh(1)
    assert trace["c"] == pytest.approx(c)
    assert trace["o"] == pytest.approx(sigmoid(c))
    assert trace["h"] == pytest.approx(sigmoid(c) * tanh(c))


def test_the_four_grus_by_hand() -> None:
    """One unit, r = z = 1/4 by their biases, h_ = 0.8, W_hn = 2, b_hn = 0.5: where r acts, and what z keeps."""
    quarter = -np.log(3)  # sigmoid of it is 1/4
    numbers = {"W_hn": 2.0, "h_": 0.8, "b_r": quarter, "b_z": quarter, "b_n": 0.1, "b_hn": 0.5}
    candidate = {"before": tanh(2 * (0.25 * 0.8) + 0.1), "after": tanh(0.1 + 0.25 * (2 * 0.8 + 0.5))}
    for reset, n in candidate.items():
        for z_keeps, h in {"old": 0.75 * n + 0.25 * 0.8, "new": 0.25 * n + 0.75 * 0.8}.items():
            cell = gru(reset, z_keeps)
            values = {name: np.float64(numbers.get(name, 0.0)) for name in cell.program.inputs}
            trace = cell.program.run(values, NUMPY)
            assert trace["n"] == pytest.approx(n)
            assert trace["h"] == pytest.approx(h)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (rnn(), rnn(biases=2)),
        (lstm(), lstm(biases=2)),
        (lstm(peephole=True), lstm(peephole=True, biases=2)),
        (gru(), gru(biases=2)),
        (gru("after"), gru("after", biases=2)),
    ],
    ids=["rnn", "lstm", "peephole", "gru-before", "gru-after"],
)
@settings(deadline=None, max_examples=10)
@given(d=st.integers(1, 3), n=st.integers(1, 3), seed=st.integers(0, 2**32 - 1))
def test_two_biases_are_their_sum(one: Cell, two: Cell, d: int, n: int, seed: int) -> None:
    """The cell with one bias computes the same from the sum; a bias inside r * (...) stays apart in both."""
    values = drawn(two, d, n, seed)
    summed = {name: value for name, value in values.items() if name in one.program.inputs}
    for gate in two.gates:
        if f"b_h{gate}" not in one.parameters:
            summed[f"b_{gate}"] = values[f"b_{gate}"] + values[f"b_h{gate}"]
    theirs, mine = two.program.run(values, NUMPY), one.program.run(summed, NUMPY)
    for name in one.program.equations:
        np.testing.assert_allclose(mine[name], theirs[name], rtol=1e-13, atol=1e-14)


def test_a_state_space_model_has_the_closed_form_of_control_theory() -> None:
    """From h_0 on, h_t = A^t h_0 + sum A^(t-k) B x_k and y_t = C h_t + D x_t."""
    chance = np.random.default_rng(5)
    sizes: dict[str, tuple[int, ...]] = state_space().shapes(2, 3, 2)
    A, B, C, D = (chance.integers(-3, 4, sizes[name]) for name in "ABCD")
    xs, start = chance.integers(-3, 4, (4, 2)), chance.integers(-3, 4, 3)
    h = start.astype(float)
    for t, x in enumerate(xs, start=1):
        trace = state_space().program.run(
            {"A": A.astype(float), "B": B.astype(float), "C": C.astype(float), "D": D.astype(float), "x": x, "h_": h},
            NUMPY,
        )
        h = trace["h"]
        power = np.linalg.matrix_power
        closed = power(A, t) @ start + sum(power(A, t - k) @ B @ xs[k - 1] for k in range(1, t + 1))
        np.testing.assert_array_equal(h, closed)
        np.testing.assert_array_equal(trace["y"], C @ closed + D @ x)
