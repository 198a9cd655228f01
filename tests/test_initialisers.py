"""First weights and first states: variances by hand and by counting, orthogonality, shapes of whole networks."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np
import pytest
from differences import slopes
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.calculus import gradient
from studyrnn.engine.cells import Cell, gru, jordan, lstm, rnn, state_space
from studyrnn.engine.gradient_flow import jacobian
from studyrnn.engine.initialisers import (
    SCHEMES,
    fan_in,
    glorot,
    he,
    identity,
    initial_state_network,
    initial_states,
    initialise,
    orthogonal,
    pytorch,
    report,
    spread,
)
from studyrnn.engine.network import Layer, Network
from studyrnn.errors import ArgumentError, UnknownName

Arrays = dict[str, Any]


def chance(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


# -- one matrix ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scheme", "variance"), [("glorot", 2 / (3 + 5)), ("he", 2 / 3), ("fan-in", 1 / 3)])
def test_variances_by_hand(scheme: str, variance: float) -> None:
    """3 inputs, 5 outputs: variance, its root, and the limit of the uniform distribution, limit^2 / 3 = variance."""
    found = spread(scheme, 3, 5)
    assert found["variance"] == pytest.approx(variance, rel=1e-15)
    assert found["sigma"] ** 2 == pytest.approx(variance, rel=1e-14)
    assert found["limit"] ** 2 / 3 == pytest.approx(variance, rel=1e-14)
    assert list(found) == ["variance", "sigma", "limit"]


def test_the_variance_of_pytorch_is_that_of_its_bound() -> None:
    """1/(3 n) of n hidden units, whatever the fans: the limit is 1/sqrt(n). Without n the rows are the units."""
    assert spread("pytorch", 3, 5)["variance"] == pytest.approx(1 / 15, rel=1e-15)
    assert spread("pytorch", 7, 5, n=4)["limit"] == pytest.approx(0.5, rel=1e-15)


def test_glorot_limit_is_the_root_of_six_over_the_sum() -> None:
    """sqrt(6 / (3 + 5)); and of a square matrix Glorot's variance is 1/n."""
    assert spread("glorot", 3, 5)["limit"] == pytest.approx(sqrt(0.75), rel=1e-14)
    assert spread("glorot", 7, 7)["variance"] == pytest.approx(1 / 7) == spread("fan-in", 7, 7)["variance"]


@pytest.mark.parametrize("kind", ["uniform", "normal"])
@pytest.mark.parametrize(
    ("draw", "variance"), [(glorot, 2 / 500), (he, 2 / 400), (fan_in, 1 / 400)], ids=["glorot", "he", "fan-in"]
)
def test_draws_have_the_variance_and_the_kind_they_should(draw: Callable[..., Any], variance: float, kind: str) -> None:
    """40,000 entries, 400 inputs, 100 outputs: mean 0, the variance within 3 %, and the tails of the distribution."""
    W = draw((100, 400), chance(), kind)
    assert W.shape == (100, 400)
    assert abs(W.mean()) < 0.02 * sqrt(variance)
    assert W.var() == pytest.approx(variance, rel=0.03)
    beyond = np.mean(np.abs(W) > sqrt(3 * variance))
    assert beyond == 0 if kind == "uniform" else 0.07 < beyond < 0.1  # of a normal distribution 8.3 %


def test_fan_in_keeps_the_size_of_what_goes_through() -> None:
    """Variance 1/n_in: the entries of W x have on average the mean square of x, whatever its size; He doubles it."""
    x = chance(1).normal(size=(300, 200))
    for draw, factor in ((fan_in, 1.0), (he, 2.0)):
        out = draw((500, 300), chance(2)) @ x
        assert np.mean(out**2) / np.mean(x**2) == pytest.approx(factor, rel=0.05)


@settings(deadline=None, max_examples=40)
@given(n_out=st.integers(1, 6), n_in=st.integers(1, 6), seed=st.integers(0, 1000), scale=st.floats(0.1, 3))
def test_orthogonal_rows_or_columns(n_out: int, n_in: int, seed: int, scale: float) -> None:
    """The fewer of both are orthonormal; all singular values are the scale."""
    W = orthogonal((n_out, n_in), chance(seed), scale)
    assert W.shape == (n_out, n_in)
    products = W @ W.T if n_out <= n_in else W.T @ W
    np.testing.assert_allclose(products, scale**2 * np.eye(min(n_out, n_in)), atol=1e-12)


def test_orthogonal_matrices_lean_to_no_side() -> None:
    """Without the signs of R a 1 x 1 matrix would always be the same; with them both signs are equally likely, and the
    mean of any entry is zero."""
    source = chance(3)
    ones = [orthogonal((1, 1), source).item() for _ in range(400)]
    assert set(np.round(ones, 12)) == {-1.0, 1.0}
    assert 160 < sum(one > 0 for one in ones) < 240
    mean = np.mean([orthogonal((3, 3), source) for _ in range(600)], axis=0)
    assert np.abs(mean).max() < 5 / sqrt(3 * 600)


def test_pytorch_bound_is_that_of_the_hidden_units() -> None:
    """Uniform on +-1/sqrt(n): variance 1/(3 n), n the rows unless given."""
    W = pytorch((100, 400), chance())
    assert np.abs(W).max() <= 0.1
    assert W.var() == pytest.approx(1 / 300, rel=0.03)
    assert np.abs(pytorch((4, 2500), chance(), n=25)).max() == pytest.approx(0.2, rel=0.01)


def test_identity_keeps_what_is_positive() -> None:
    """IRNN with zero bias: without input a state stays; the Jacobian is I, its row zero for an idle unit."""
    network = Network((Layer(rnn("relu")),), 2, output=False)
    weights = initialise(network, [1, 3], "glorot", chance(), recurrent="identity")
    inputs = {"x_1": [0.0], "x_2": [0.0]}
    run = network.forward({**weights, **inputs, "h_0": [0.5, 2.0, 0.0]})
    np.testing.assert_array_equal(run["h_2"], [0.5, 2.0, 0.0])
    np.testing.assert_array_equal(jacobian(run, 1), np.diag([1.0, 1.0, 0.0]))
    np.testing.assert_array_equal(identity((2, 2), 0.5), [[0.5, 0.0], [0.0, 0.5]])


# -- whole networks --------------------------------------------------------------------------------------------------

NETWORKS: dict[str, tuple[Network, list[int]]] = {
    "rnn": (Network((Layer(rnn()),), 2), [2, 3, 4]),
    "two biases": (Network((Layer(lstm(biases=2)),), 2), [2, 3, 4]),
    "peephole": (Network((Layer(lstm(peephole=True)),), 2, output=False), [2, 3]),
    "two layers": (Network((Layer(gru()), Layer(lstm())), 2), [2, 3, 5, 4]),
    "both directions": (Network((Layer(rnn(), reverse=gru()), Layer(rnn(), reverse=rnn())), 2), [2, 3, 5, 4]),
    "normalised": (Network((Layer(rnn(norm="layer")), Layer(gru(), norm="layer")), 2), [2, 3, 5, 4]),
    "jordan": (Network((Layer(jordan()),), 2, output=False), [2, 3, 4]),
    "state space": (Network((Layer(state_space()),), 2, output=False), [2, 3, 4]),
    "named": (Network((Layer(lstm()), Layer(rnn())), 2, name="dec"), [2, 3, 5, 4]),
    "named, both directions": (Network((Layer(lstm(), reverse=rnn()),), 2, name="enc"), [2, 3, 4]),
    "fed back": (Network((Layer(rnn()),), 2, feed=("given", "output")), [4, 3, 4]),
}

every_network = pytest.mark.parametrize(("network", "sizes"), NETWORKS.values(), ids=NETWORKS)


@every_network
@pytest.mark.parametrize("scheme", [name for name in SCHEMES if name != "identity"])
def test_a_network_gets_all_its_weights_in_shapes_that_fit(network: Network, sizes: list[int], scheme: str) -> None:
    """Exactly the parameters, and the network runs on them: `fitted` finds every shape in order."""
    values = initialise(network, sizes, scheme, chance())
    assert list(values) == network.parameters
    inputs = {name: np.ones(sizes[0]) for name in network.xs}
    run = network.forward({**values, **inputs, **initial_states(network, sizes)})
    assert all(np.isfinite(value).all() for value in run.trace.values())


def test_shapes_by_hand() -> None:
    """Two layers, the lower in both directions: what the upper reads is 3 + 3 entries."""
    network = Network((Layer(rnn(), reverse=rnn()), Layer(rnn())), 1)
    shapes = {name: value.shape for name, value in initialise(network, [2, 3, 5, 4], "glorot", chance()).items()}
    assert shapes == {
        "W_xh__1f": (3, 2), "W_hh__1f": (3, 3), "b_h__1f": (3,), "W_xh__1r": (3, 2), "W_hh__1r": (3, 3),
        "b_h__1r": (3,),
        "W_xh__2": (5, 6), "W_hh__2": (5, 5), "b_h__2": (5,), "W_hy": (4, 5), "b_y": (4,),
    }  # fmt: skip


@every_network
def test_vectors_begin_at_zero_and_gains_at_one(network: Network, sizes: list[int]) -> None:
    """Biases, shifts and peepholes are zero, gains one, weights are drawn; nothing is shared between weights."""
    for name, value in initialise(network, sizes, "glorot", chance()).items():
        if value.ndim == 2:
            assert np.abs(value).min() > 0
        else:
            np.testing.assert_array_equal(value, np.full(value.shape, float(name.startswith("gain"))))


def test_the_forget_bias_is_that_of_the_forget_gate_alone() -> None:
    """b_f, in every layer; of two biases the first, so that their sum is what was asked for."""
    network = Network((Layer(lstm(biases=2)), Layer(lstm(biases=2))), 1)
    values = initialise(network, [1, 2, 2, 1], "glorot", chance(), forget_bias=1.0)
    vectors = {name: value for name, value in values.items() if value.ndim == 1}
    ones = {name for name, value in vectors.items() if (value == 1).all()}
    assert ones == {"b_f__1", "b_f__2"}
    assert all((value == 0).all() for name, value in vectors.items() if name not in ones)


def test_a_recurrent_scheme_is_for_the_recurrent_weights() -> None:
    """Orthogonal W_hr, W_hz, W_hn, while W_x* and W_hy are drawn otherwise; of a state-space model A."""
    network = Network((Layer(gru()),), 1)
    values = initialise(network, [4, 4, 4], "glorot", chance(), recurrent="orthogonal")
    for name, value in values.items():
        if value.ndim == 2:
            recurrent = name in {"W_hr", "W_hz", "W_hn"}
            assert np.allclose(value @ value.T, np.eye(4)) == recurrent
    linear = Network((Layer(state_space()),), 1, output=False)
    np.testing.assert_array_equal(initialise(linear, [2, 3, 2], "he", chance(), "identity")["A"], np.eye(3))


def test_pytorch_weights_of_a_network_have_the_bound_of_their_layer() -> None:
    """1/sqrt(n) for W_xh, W_hh and W_hy, whatever d and m are."""
    network = Network((Layer(rnn()),), 1)
    values = initialise(network, [900, 16, 900], "pytorch", chance())
    for name in ("W_xh", "W_hy"):
        assert np.abs(values[name]).max() == pytest.approx(0.25, rel=0.01)
    assert np.abs(values["W_hh"]).max() <= 0.25


def test_the_same_seed_draws_the_same_weights() -> None:
    """Chance comes from the generator only."""
    network, sizes = NETWORKS["two layers"]
    first, again, other = (initialise(network, sizes, "he", chance(seed)) for seed in (5, 5, 6))
    for name, value in first.items():
        np.testing.assert_array_equal(value, again[name])
    assert not np.array_equal(first["W_hn__1"], other["W_hn__1"])


# -- what a matrix says ----------------------------------------------------------------------------------------------


def test_report_by_hand() -> None:
    """[[3, 0], [4, 5]]: eigenvalues 3 and 5, singular values sqrt(45) and sqrt(5), squares 50, variance 3.5."""
    found = report([[3, 0], [4, 5]])
    expected = {"spectral_radius": 5, "spectral_norm": sqrt(45), "frobenius_norm": sqrt(50), "variance": 3.5}
    assert found == {name: pytest.approx(value, rel=1e-13) for name, value in expected.items()}
    assert set(report([[1.0, 2.0]])) == set(expected) - {"spectral_radius"}


def test_a_large_normal_matrix_has_radius_one_and_norm_two() -> None:
    """N(0, 1/n), n = 100: both within 15 %; an orthogonal one has exactly 1 and 1."""
    found = report(fan_in((100, 100), chance()))
    assert found["spectral_radius"] == pytest.approx(1, rel=0.15)
    assert found["spectral_norm"] == pytest.approx(2, rel=0.15)
    even = report(orthogonal((50, 50), chance()))
    assert even["spectral_radius"] == pytest.approx(1)
    assert even["spectral_norm"] == pytest.approx(1)


# -- first states ----------------------------------------------------------------------------------------------------


def test_zero_and_noisy_states() -> None:
    """A vector for each state of each layer and direction; noise has the deviation it was given and its own seed."""
    network = Network((Layer(lstm(), reverse=rnn()), Layer(jordan())), 2, output=False)
    zeros = initial_states(network, [1, 2, 3, 4])
    shapes = {"h_0__1f": (2,), "c_0__1f": (2,), "h_3__1r": (2,), "y_0__2": (4,)}
    assert {name: value.shape for name, value in zeros.items()} == shapes
    assert not any(value.any() for value in zeros.values())
    wide, sizes = Network((Layer(rnn()),), 1), [1, 20_000, 1]
    noise = initial_states(wide, sizes, 0.3, chance())["h_0"]
    assert noise.std() == pytest.approx(0.3, rel=0.03)
    np.testing.assert_array_equal(noise, initial_states(wide, sizes, 0.3, chance())["h_0"])


def problem(cell: Cell) -> tuple[Network, Arrays]:
    network, source = Network((Layer(cell),), 3, loss="half-squared"), chance(8)
    values: Arrays = dict(initialise(network, [2, 3, 2], "glorot", source))
    values |= {name: source.normal(size=2) for name in network.shapes if name.startswith(("x_", "target_"))}
    return network, values


@pytest.mark.parametrize("cell", [rnn(), lstm()], ids=["rnn", "lstm"])
def test_the_gradient_of_a_learned_first_state(cell: Cell) -> None:
    """dh_0 (and dc_0) of a run are the slopes of the loss along the first states."""
    network, values = problem(cell)
    values |= initial_states(network, [2, 3, 2], 0.5, chance(1))
    walked = network.forward(values).backward()
    for name in network.initial:
        expected = slopes(lambda: float(network.forward(values).loss), values[name])
        np.testing.assert_allclose(walked[f"d{name}"], expected, atol=1e-8)


def test_a_second_network_gives_the_first_states() -> None:
    """h_0 = tanh(W_0 v + b_0) and the same for c_0, joined in front: values and all gradients, by differences."""
    network, values = problem(lstm())
    second = initial_state_network() + initial_state_network("c_0", "W_c", "b_c", "v")
    program = second + network.program
    source = chance(2)
    added = {"W_0": (3, 2), "b_0": (3,), "W_c": (3, 2), "b_c": (3,), "v": (2,)}
    values |= {name: source.normal(size=shape) for name, shape in added.items()}
    trace = program.run(values, NUMPY)
    np.testing.assert_allclose(trace["h_0"], np.tanh(values["W_0"] @ values["v"] + values["b_0"]), rtol=1e-14)
    own = {name: values[name] for name in network.shapes if name in values}
    run = network.forward({**own, "h_0": trace["h_0"], "c_0": trace["c_0"]})
    assert trace["L"] == pytest.approx(float(run.loss), rel=1e-14)
    walked = gradient(program, {"L": "1"}, [*added, "W_hf"]).run(trace, NUMPY)
    for name in (*added, "W_hf"):
        expected = slopes(lambda: float(program.run(values, NUMPY)["L"]), values[name])
        np.testing.assert_allclose(walked[f"d{name}"], expected, atol=1e-8)


# -- refusals --------------------------------------------------------------------------------------------------------

NETWORK, SIZES = NETWORKS["rnn"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: spread("glorot", 0, 3), "n_in is 0; it needs a whole number of 1 or more"),
        (lambda: glorot((2.5, 3), chance()), "n_out is 2.5; it needs a whole number"),  # type: ignore[arg-type]
        (lambda: orthogonal((3, 3), chance(), float("nan")), "scale holds nan"),
        (lambda: identity((3, 3), float("inf")), "scale holds inf"),
        (lambda: orthogonal((0, 3), chance()), "n_out is 0"),
        (lambda: identity((2, 3)), r"shape is \(2, 3\); only a recurrent matrix"),
        (lambda: pytorch((2, 2), chance(), n=0), "n is 0"),
        (lambda: initialise(NETWORK, [2, 3], "he", chance()), "sizes has 2 numbers; .* needs 3: d, n of layer 1, m"),
        (lambda: initialise(NETWORK, [2, 0, 1], "he", chance()), "n of layer 1 is 0; it needs a whole number of 1"),
        (lambda: initialise(NETWORK, [2, 3.0, 1], "he", chance()), "n of layer 1 is 3.0; it needs a whole number"),  # type: ignore[list-item]
        (lambda: initialise(NETWORK, SIZES, "he", chance(), forget_bias=float("nan")), "forget_bias holds nan"),
        (lambda: initialise(NETWORK, SIZES, "identity", chance()), r"shape is \(3, 2\); only a recurrent matrix"),
        (lambda: initial_states(NETWORK, SIZES, -0.1, chance()), "deviation is -0.1; it needs a number from 0"),
        (lambda: initial_states(NETWORK, SIZES, float("nan"), chance()), "deviation holds nan"),
        (lambda: initial_states(NETWORK, SIZES, 0.1), "noise needs chance"),
        (lambda: report([1.0, 2.0]), r"W has shape \(2\); it needs \(any, any\)"),
    ],
)  # fmt: skip
def test_sizes_that_are_none_are_refused(wrong: Callable[[], Any], says: str) -> None:
    """Each message names the size and what it has to be."""
    with pytest.raises(ArgumentError, match=says):
        wrong()


def test_schemes_that_are_none() -> None:
    """The nearest known ones are offered."""
    with pytest.raises(UnknownName, match='no scheme is called "xavier"'):
        initialise(NETWORK, SIZES, "xavier", chance())
    with pytest.raises(UnknownName, match=r'no scheme is called "orthogonl"\. Did you mean "orthogonal"'):
        initialise(NETWORK, SIZES, "he", chance(), recurrent="orthogonl")
    with pytest.raises(UnknownName, match='no kind of distribution is called "gauss"'):
        glorot((2, 2), chance(), "gauss")
    with pytest.raises(UnknownName, match='no scheme with a variance is called "orthogonal"'):
        spread("orthogonal", 1, 1)
