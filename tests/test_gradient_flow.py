"""Powers, Jacobians, products and norms: against closed forms, differences, exact fractions, and PyTorch."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from math import inf, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from studyrnn.engine.cells import Cell, gru, jordan, lstm, rnn, state_space
from studyrnn.engine.gradient_flow import (
    Behaviour,
    cell_jacobian,
    classify,
    derivative,
    direct_path_program,
    first_step_beyond,
    gradient_norms,
    jacobian,
    jacobians,
    lstm_paths,
    powers,
    products,
    spectral_norm,
    spectral_radius,
    step_bound,
)
from studyrnn.engine.network import Layer, Network, Run
from studyrnn.errors import ArgumentError, UnknownName

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "gradient_flow.json").read_text(encoding="utf-8"))
CELLS: dict[str, Cell] = {
    "tanh": rnn(), "relu": rnn("relu"), "sigmoid": rnn("sigmoid"), "layer norm": rnn(norm="layer"), "lstm": lstm(),
    "peephole": lstm(peephole=True), "gru before": gru(), "gru after": gru("after", "new"), "jordan": jordan(),
}  # fmt: skip
SLOPES: dict[str, Callable[[Any], Any]] = {
    "tanh": lambda h: 1 - h**2,
    "relu": lambda h: (h > 0).astype(float),
    "sigmoid": lambda h: h * (1 - h),
}
Arrays = dict[str, Any]

every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
matrices = st.integers(1, 3).flatmap(
    lambda n: st.lists(st.lists(st.floats(-3, 3), min_size=n, max_size=n), min_size=n, max_size=n)
)


def random_run(network: Network, n: int = 3, d: int = 2, m: int = 2, seed: int = 0, batch: tuple[int, ...] = ()) -> Run:
    """A network run on random weights and inputs of these sizes."""
    chance = np.random.default_rng(seed)
    sizes = {"d": d, "m": m, "n": n}

    def size(letters: Any) -> int:
        return sum(sizes[letter[0]] for letter in ([letters] if isinstance(letters, str) else letters))

    values = {}
    for name, letters in network.shapes.items():
        examples = () if name in network.parameters else batch
        values[name] = chance.uniform(-1, 1, tuple(size(letter) for letter in letters) + examples)
    return network.forward(values)


def differences(function: Callable[[Any], Any], at: Any) -> Any:
    """The Jacobian by central differences: one column for each entry of the argument."""
    columns = []
    for unit in 1e-5 * np.eye(len(at)):
        columns.append((function(at + unit) - function(at - unit)) / 2e-5)
    return np.array(columns).T


# -- powers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("w", "expected"),
    [
        (1.5, Behaviour.EXPLODES), (1.0, Behaviour.CONSTANT), (0.5, Behaviour.VANISHES), (0.0, Behaviour.ZERO),
        (-0.0, Behaviour.ZERO), (-0.5, Behaviour.VANISHES_ALTERNATING), (-1.0, Behaviour.ALTERNATES),
        (-1.5, Behaviour.EXPLODES_ALTERNATING), (1 + 1e-15, Behaviour.EXPLODES), (1 - 1e-15, Behaviour.VANISHES),
    ],
)  # fmt: skip
def test_the_six_cases_and_zero(w: float, expected: Behaviour) -> None:
    """Every interval of w and every border, and how close to a border still counts."""
    assert classify(w) is expected


@settings(deadline=None, max_examples=60)
@given(w=st.floats(-3, 3).filter(lambda w: abs(abs(w) - 1) > 0.01 or abs(w) == 1))
def test_the_powers_do_what_the_case_says(w: float) -> None:
    """p_k is w^k, and from k = 1 to 60 it grows, shrinks, stays or alternates as classified."""
    assume(w == 0 or abs(w) > 1e-4)
    p = [float(value) for value in powers(w, 60).values()]
    np.testing.assert_allclose(p, [w**k for k in range(1, 61)], rtol=1e-12, atol=1e-300)
    case = classify(w)
    sizes = np.abs(p)
    assert ("explodes" in case) == (sizes[-1] > 1.5)
    assert ("vanishes" in case) == bool(0 < sizes[0] < 1 and sizes[-1] < sizes[0])
    assert ("alternat" in case) == (p[0] < 0 < p[1])
    assert (case == Behaviour.CONSTANT) == (p == [1.0] * 60)


def test_powers_beyond_the_largest_number_are_infinite() -> None:
    """10^400 has no float; it is shown as infinite, and 0.1^400 as 0."""
    assert float(powers(10.0, 400)["p_400"]) == inf
    assert float(powers(-10.0, 401)["p_401"]) == -inf
    assert float(powers(0.1, 400)["p_400"]) == 0


def brute(w: str, threshold: str) -> int:
    """Multiply exact fractions until the threshold is passed."""
    size, limit, k = abs(Fraction(w)), Fraction(threshold), 1
    power = size
    while not (power < limit if size < 1 else power > limit):
        k, power = k + 1, power * size
    return k


@pytest.mark.parametrize("w", ["0.9", "-0.5", "0.7", "0.3", "0.1", "1.1", "-2", "1.5", "0.99", "1.01"])
@pytest.mark.parametrize("threshold", ["0.001", "0.49", "0.09", "0.01", "1", "1000", "2.25", "4", "1.21"])
def test_the_first_step_beyond_a_threshold_is_that_of_exact_multiplication(w: str, threshold: str) -> None:
    """Also where a power equals the threshold, like 0.7^2 and 0.49, which floats miss by one bit."""
    assert first_step_beyond(float(w), float(threshold)) == brute(w, threshold)


def test_where_nothing_shrinks_or_grows_there_is_no_such_step() -> None:
    """|w| = 1 never passes a threshold; 0 does at once."""
    assert first_step_beyond(1.0, 0.5) is None
    assert first_step_beyond(-1.0, 7.0) is None
    assert first_step_beyond(0.0, 1e-9) == 1


# -- Jacobians -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", SLOPES)
def test_the_jacobian_of_a_vanilla_cell_is_its_closed_form(activation: str) -> None:
    """diag(phi'(a)) W_hh at every step of a run and of the cell alone; for tanh diag(1 - h^2) W_hh."""
    run = random_run(Network((Layer(rnn(activation)),), 4))
    for t in range(1, 5):
        expected = SLOPES[activation](run[f"h_{t}"])[:, None] * run["W_hh"]
        np.testing.assert_allclose(jacobian(run, t), expected, rtol=1e-13, atol=1e-15)
        values = {name: run[name] for name in ("W_xh", "W_hh", "b_h")}
        alone = cell_jacobian(rnn(activation), {**values, "x": run[f"x_{t}"], "h_": run[f"h_{t - 1}"]})
        np.testing.assert_allclose(alone, expected, rtol=1e-13, atol=1e-15)


@every_cell
def test_the_jacobian_of_every_cell_is_its_differences(cell: Cell) -> None:
    """All states by all states before, with the step repeated from states that are moved a little."""
    run = random_run(Network((Layer(cell),), 3, output=False))
    one = Network((Layer(cell),), 1, output=False)
    weights = {name: run[name] for name in one.parameters}
    for t in (1, 3):
        before = [run[f"{state}_{t - 1}"] for state in cell.states]
        cuts = np.cumsum([len(value) for value in before])[:-1]

        def step(stacked: Any, x: Any = run[f"x_{t}"], cuts: Any = cuts) -> Any:
            states = dict(zip([f"{state}_0" for state in cell.states], np.split(stacked, cuts), strict=True))
            after = one.forward({**weights, **states, "x_1": x})
            return np.concatenate([after[f"{state}_1"] for state in cell.states])

        np.testing.assert_allclose(jacobian(run, t), differences(step, np.concatenate(before)), atol=1e-9)


@every_cell
def test_the_product_of_jacobians_is_the_whole_derivative(cell: Cell) -> None:
    """P_t = J_t ... J_1 is the derivative of the states at t by the first ones, found by differences over the run."""
    run = random_run(Network((Layer(cell),), 4, output=False))
    first = np.concatenate([run[f"{state}_0"] for state in cell.states])
    cuts = np.cumsum([len(run[f"{state}_0"]) for state in cell.states])[:-1]

    def end(stacked: Any) -> Any:
        states = dict(zip([f"{state}_0" for state in cell.states], np.split(stacked, cuts), strict=True))
        moved = run.network.forward({**run.values, **states})
        return np.concatenate([moved[f"{state}_4"] for state in cell.states])

    trace = products(jacobians(run))
    np.testing.assert_allclose(trace["P_4"], differences(end, first), atol=1e-9)
    names = [[f"{state}_{t}" for state in cell.states] for t in (4, 0)]
    np.testing.assert_allclose(trace["P_4"], derivative(run.network.program, run.trace, *names), rtol=1e-11, atol=1e-13)
    assert list(trace) == [f"{kind}_{t}" for t in range(1, 5) for kind in ("P", "norm")]


def test_jacobians_of_layers_directions_and_connections() -> None:
    """Closed forms of the second layer, of a reversed direction, of a skip connection, and of outputs fed back."""
    deep = random_run(Network((Layer(lstm()), Layer(rnn())), 3))
    np.testing.assert_allclose(
        jacobian(deep, 2, "__2"), (1 - deep["h_2__2"] ** 2)[:, None] * deep["W_hh__2"], rtol=1e-12
    )
    both = random_run(Network((Layer(rnn(), reverse=rnn()),), 3))
    np.testing.assert_allclose(
        jacobian(both, 3, "__r"), (1 - both["h_3__r"] ** 2)[:, None] * both["W_hh__r"], rtol=1e-12
    )
    np.testing.assert_array_equal(jacobians(both, "__f")[0], jacobian(both, 1, "__f"))
    whole = derivative(both.network.program, both.trace, ["h_1__r"], ["h_4__r"])
    np.testing.assert_allclose(products(jacobians(both, "__r"))["P_3"], whole, rtol=1e-12)
    skip = random_run(Network((Layer(rnn(), skip=1),), 3))
    plain = (1 - skip["h_new_2"] ** 2)[:, None] * skip["W_hh"]
    np.testing.assert_allclose(jacobian(skip, 2), np.eye(3) + plain, rtol=1e-12)
    closed = random_run(Network((Layer(rnn()),), 3, feed=("given", "output", "output")))
    loop = closed["W_hh"] + closed["W_xh"] @ closed["W_hy"]
    np.testing.assert_allclose(jacobian(closed, 3), (1 - closed["h_3"] ** 2)[:, None] * loop, rtol=1e-12)


def test_derivatives_between_any_two_quantities() -> None:
    """dy_2/dx_1 = W_hy J_2 diag(1 - h_1^2) W_xh; the future does not change the past; a thing by itself is 1."""
    run = random_run(Network((Layer(rnn()),), 2))
    program = run.network.program
    expected = run["W_hy"] @ jacobian(run, 2) @ ((1 - run["h_1"] ** 2)[:, None] * run["W_xh"])
    np.testing.assert_allclose(derivative(program, run.trace, ["y_2"], ["x_1"]), expected, rtol=1e-12)
    np.testing.assert_array_equal(derivative(program, run.trace, ["h_1"], ["x_2"]), np.zeros((3, 2)))
    np.testing.assert_array_equal(derivative(program, run.trace, ["h_1"], ["h_1"]), np.eye(3))
    by_both = derivative(program, run.trace, ["h_2"], ["h_1", "h_0"])  # h_1 held fixed: nothing is left for h_0
    np.testing.assert_allclose(by_both, np.hstack([jacobian(run, 2), np.zeros((3, 3))]), rtol=1e-12)


def test_a_linear_recurrence_has_the_power_of_its_matrix() -> None:
    """h = A h_ + B x: every Jacobian is A, the product over t steps A^t."""
    run = random_run(Network((Layer(state_space()),), 5, output=False))
    np.testing.assert_array_equal(jacobian(run, 2), run["A"])
    np.testing.assert_allclose(products(jacobians(run))["P_5"], np.linalg.matrix_power(run["A"], 5), rtol=1e-12)


# -- sizes -----------------------------------------------------------------------------------------------------------


def test_sizes_of_matrices_by_hand() -> None:
    """[[3, 0], [4, 5]] has eigenvalues 3 and 5, singular values sqrt(45) and sqrt(5); twice a quarter turn has +-2i."""
    assert spectral_radius([[3, 0], [4, 5]]) == pytest.approx(5, rel=1e-14)
    assert spectral_norm([[3, 0], [4, 5]]) == pytest.approx(sqrt(45), rel=1e-14)
    assert spectral_radius([[0, -2], [2, 0]]) == pytest.approx(2, rel=1e-14)
    assert spectral_norm([[3.0, 4.0]]) == pytest.approx(5, rel=1e-14)


@settings(deadline=None, max_examples=60)
@given(W=matrices)
def test_the_radius_is_at_most_the_norm(W: list[list[float]]) -> None:
    """Radius <= spectral norm <= Frobenius norm; the norm is the root of the largest eigenvalue of W^T W."""
    A = np.array(W)
    norm = spectral_norm(W)
    assert spectral_radius(W) <= norm * (1 + 1e-6) + 1e-9
    assert norm <= np.sqrt(np.sum(A * A)) * (1 + 1e-12) + 1e-12
    assert norm == pytest.approx(np.sqrt(max(np.linalg.eigvalsh(A.T @ A))), rel=1e-6, abs=1e-6)


def test_a_matrix_that_is_not_normal_grows_before_it_vanishes() -> None:
    """Radius 0.9, so its powers vanish; but [[0.9, 4], [0, 0.9]]^k has 4 k 0.9^(k-1) in its corner, up to 15.5."""
    W = [[0.9, 4.0], [0.0, 0.9]]
    assert spectral_radius(W) == pytest.approx(0.9)
    trace = products([W] * 150)
    for k in (1, 10, 150):
        assert trace[f"P_{k}"][0, 1] == pytest.approx(4 * k * 0.9 ** (k - 1), rel=1e-10)
    norms = [trace[f"norm_{k}"] for k in range(1, 151)]
    assert norms[0] > 4
    assert norms[9] > 15 > norms[0]
    assert norms[-1] < 1e-3


@pytest.mark.parametrize("activation", SLOPES)
@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_no_step_exceeds_its_bound(activation: str, seed: int) -> None:
    """The norm of each Jacobian, and of each product, is at most sigma_max times the largest slope, step by step."""
    run = random_run(Network((Layer(rnn(activation)),), 3), seed=seed)
    allowed = 1.0
    trace = products(jacobians(run))
    for t in range(1, 4):
        bound = step_bound(run["W_hh"], run[f"h_{t}"], activation)
        np.testing.assert_allclose(bound["slope"], SLOPES[activation](run[f"h_{t}"]), rtol=1e-14)
        assert spectral_norm(jacobian(run, t)) <= bound["bound"] * (1 + 1e-12)
        allowed *= bound["bound"]
        assert trace[f"norm_{t}"] <= allowed * (1 + 1e-12)


def test_the_bound_by_hand() -> None:
    """Singular values 2 and 0.5, h = (0.5, 0): slopes 0.75 and 1, bound 2 - though the Jacobian itself has norm 1.5."""
    bound = step_bound([[2.0, 0.0], [0.0, 0.5]], [0.5, 0.0])
    assert (bound["sigma_max"], bound["bound"]) == (pytest.approx(2.0), pytest.approx(2.0))
    assert bound["slope"].tolist() == [0.75, 1.0]


# -- whole runs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", REFERENCE, ids=[case["cell"] for case in REFERENCE])
def test_gradient_norms_are_those_of_pytorch(case: Arrays) -> None:
    """dL/dh_t, and dL/dc_t of an LSTM, at every step."""
    cell = {"rnn_tanh": rnn(biases=2), "lstm": lstm(biases=2)}[case["cell"]]
    values: Arrays = {"W_hy": case["params"]["out"]["W_y"], "b_y": case["params"]["out"]["c_y"]}
    for stored, ours in (("W_ih", "W_x"), ("W_hh", "W_h"), ("b_ih", "b_"), ("b_hh", "b_h")):
        rows = np.split(np.array(case["params"]["l0"][stored]), len(cell.gates))
        values |= {f"{ours}{gate}": block for gate, block in zip(cell.gates, rows, strict=True)}
    values |= {f"{name[0]}_0": state[0] for name, state in case["state0"]["l0"].items()}
    for t in range(3):
        values |= {f"x_{t + 1}": case["x"][t][0], f"target_{t + 1}": case["target"][t][0]}
    found = gradient_norms(Network((Layer(cell),), 3, loss="half-squared").forward(values))
    assert set(found) == set(cell.states)
    for state, norms in found.items():
        expected = [np.linalg.norm(row[0]) for row in case["grad_state"][state]]
        np.testing.assert_allclose(norms, expected, rtol=1e-12)


def test_gradient_norms_of_one_late_loss_follow_the_jacobians() -> None:
    """With a loss at step 3 of 5 only: dL/dh_t = (J_3 ... J_{t+1})^T dL/dh_3, and zero after it; a batch by columns."""
    network = Network((Layer(rnn()),), 5, loss="half-squared", targets=(3,))
    run = random_run(network)
    arriving = run["W_hy"].T @ (run["y_3"] - run["target_3"])
    expected: list[float] = []
    for t in (3, 2, 1):
        expected.insert(0, float(np.linalg.norm(arriving)))
        arriving = jacobian(run, t).T @ arriving
    np.testing.assert_allclose(gradient_norms(run)["h"], [*expected, 0.0, 0.0], rtol=1e-12)
    many = random_run(network, batch=(2,))
    norms = gradient_norms(many)["h"]
    assert norms.shape == (5, 2)
    for b in range(2):
        one = {name: value if name in network.parameters else value[:, b] for name, value in many.values.items()}
        np.testing.assert_allclose(norms[:, b], gradient_norms(network.forward(one))["h"], rtol=1e-12)


def test_the_direct_path_of_an_lstm_is_not_the_whole_derivative() -> None:
    """carry_t multiplies forget gates; cell_t has the paths through h as well, as differences show."""
    run = random_run(Network((Layer(lstm()),), 4, output=False))
    paths = lstm_paths(run)
    gates = np.array([run[f"f_{t}"] for t in range(1, 5)])
    np.testing.assert_allclose(paths["carry_3"], gates[:3].prod(axis=0), rtol=1e-14)
    moved = differences(lambda c: run.network.forward({**run.values, "c_0": c})["c_4"], run["c_0"])
    np.testing.assert_allclose(paths["cell_4"], moved, atol=1e-9)
    assert np.abs(paths["cell_4"] - np.diag(paths["carry_4"])).max() > 1e-3
    np.testing.assert_allclose(paths["state_4"], products(jacobians(run))["P_4"], rtol=1e-11, atol=1e-14)
    np.testing.assert_array_equal(paths["state_2"][3:, 3:], paths["cell_2"])


def test_without_recurrent_weights_the_direct_path_is_all() -> None:
    """W_h* = 0: no gate sees h, so dc_t/dc_0 is exactly diag(f_t ... f_1)."""
    run = random_run(Network((Layer(lstm()),), 3, output=False))
    closed = {f"W_h{gate}": np.zeros((3, 3)) for gate in "ifgo"}
    paths = lstm_paths(run.network.forward({**run.values, **closed}))
    np.testing.assert_allclose(paths["cell_3"], np.diag(paths["carry_3"]), rtol=1e-13, atol=1e-15)


def test_open_forget_gates_keep_what_a_vanilla_network_loses() -> None:
    """30 steps, small weights: with b_f = 5 the cell state passes on most of a gradient, tanh passes on nothing."""
    chance = np.random.default_rng(1)
    long = Network((Layer(lstm()),), 30, output=False)
    weights = {name: chance.uniform(-0.2, 0.2, cell_shape(name)) for name in long.parameters}
    inputs = {f"x_{t}": chance.normal(size=2) for t in range(1, 31)}
    gated = lstm_paths(long.forward({**weights, **inputs, "b_f": np.full(3, 5.0)}))
    vanilla = Network((Layer(rnn()),), 30, output=False)
    plain = {"W_xh": weights["W_xg"], "W_hh": weights["W_hg"], "b_h": weights["b_g"]}
    lost = products(jacobians(vanilla.forward({**plain, **inputs})))
    assert gated["carry_30"].min() > 0.6
    assert spectral_norm(gated["cell_30"]) > 0.6
    assert lost["norm_30"] < 1e-12


def cell_shape(name: str) -> tuple[int, ...]:
    return (3,) if name.startswith("b") else (3, 2 if name[2] == "x" else 3)


def test_the_direct_path_in_a_layer_of_several() -> None:
    """The equations carry the place of their layer."""
    assert list(direct_path_program(2, "__2").equations) == ["carry_1__2", "carry_2__2"]
    assert direct_path_program(2, "__2").inputs == ["f_1__2", "f_2__2"]
    run = random_run(Network((Layer(rnn()), Layer(lstm())), 2, output=False))
    np.testing.assert_allclose(lstm_paths(run, "__2")["carry_2"], run["f_1__2"] * run["f_2__2"], rtol=1e-14)


# -- refusals --------------------------------------------------------------------------------------------------------

RUN = random_run(Network((Layer(rnn()),), 2))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: classify(float("inf")), "w holds inf"),
        (lambda: powers(2.0, 0), "steps is 0; it needs a whole number of 1 or more"),
        (lambda: powers(2.0, 2.5), "steps is 2.5; it needs a whole number"),  # type: ignore[arg-type]
        (lambda: powers(float("nan"), 2), "w holds nan"),
        (lambda: direct_path_program(0), "steps is 0; it needs a whole number of 1 or more"),
        (lambda: first_step_beyond(0.5, 0.0), "threshold is 0.0; it needs a number above 0"),
        (lambda: first_step_beyond(0.5, float("nan")), "threshold holds nan"),
        (lambda: first_step_beyond(float("nan"), 0.5), "w holds nan"),
        (lambda: jacobian(RUN, 3), "t is 3; it needs a whole number from 1 to 2"),
        (lambda: jacobian(random_run(RUN.network, batch=(2,)), 1), "this run has a batch of examples"),
        (lambda: derivative(RUN.network.program, RUN.trace, ["h_9"], ["h_0"]), "nothing here is called h_9"),
        (lambda: derivative(RUN.network.program, RUN.trace, ["h_1"], ["W_hh"]), r"W_hh has shape \(3, 3\)"),
        (lambda: products([]), "there are no matrices to multiply"),
        (lambda: products([np.eye(2), np.eye(3)]), r"matrix 2 has shape \(3, 3\); it needs \(2, 2\)"),
        (lambda: spectral_radius([[1.0, 2.0]]), r"W has shape \(1, 2\); only a square matrix has eigenvalues"),
        (lambda: spectral_norm(np.zeros((0, 2))), "it needs at least one entry"),
        (lambda: step_bound(np.eye(2), [0.1]), r"h has shape \(1\); it needs \(2\)"),
        (lambda: lstm_paths(RUN), "only an LSTM that reads forwards, without padding"),
        (lambda: gradient_norms(RUN), "no loss"),
        (lambda: cell_jacobian(rnn(), {"x": [1.0]}), "'W_xh' has no value"),
    ],
)
def test_what_has_no_answer_is_refused(wrong: Callable[[], Any], says: str) -> None:
    """Each message names the argument and what is wrong with it."""
    with pytest.raises(ArgumentError, match=says):
        wrong()


def test_places_and_activations_that_are_none() -> None:
    """The known ones are listed."""
    with pytest.raises(UnknownName, match='no place of a layer is called "__2"'):
        jacobian(RUN, 1, "__2")
    with pytest.raises(UnknownName, match=r'no activation is called "tan"\. Did you mean "tanh"'):
        step_bound(np.eye(2), [0.1, 0.2], "tan")


def test_batch_normalisation_has_no_jacobian_of_one_example() -> None:
    """Its examples depend on each other, and the unit vectors would be taken for examples."""
    values = {"W_xh": np.eye(2), "W_hh": np.eye(2), "gain": [1.0, 1.0], "shift": [0.0, 0.0]}
    with pytest.raises(ArgumentError, match="batch normalisation mixes the examples"):
        cell_jacobian(rnn(norm="batch"), {**values, "x": [0.5, 0.1], "h_": [0.2, 0.3]})
