"""Pictures of gradients through whole networks: numbers against loops, differences, closed forms and 60 digits."""

from __future__ import annotations

import re
from itertools import product
from math import isfinite, isinf, isnan, sqrt
from typing import Any

import mpmath
import numpy as np
import pytest
from pictured import (
    Step,
    Values,
    curves,
    differences,
    facts,
    figure,
    gru_step,
    lines,
    lstm_step,
    relu_step,
    sigmoid,
    tanh_step,
    texts,
    walked,
)

from studyrnn.engine.cells import gru, lstm, rnn
from studyrnn.markup import formulas
from studyrnn.mathtext import one_line
from studyrnn.plots import find
from studyrnn.plots._networks import beyond_rounding, chosen, compared, listed, one_layer, random_run, written
from studyrnn.terminal.chart_base import number
from studyrnn.typeset import flat

NAMES = (
    "forget-path", "gradient-flow", "h0-forgetting", "jacobian-spectrum", "powers", "saturation", "truncation-bias",
)  # fmt: skip
every_picture = pytest.mark.parametrize("name", NAMES)


# -- what all of them promise ----------------------------------------------------------------------------------------


@every_picture
def test_at_the_ends_of_every_option_numbers_are_finite_or_missing(name: str) -> None:
    """No overflow, no warning (which would be an error here), no infinite number, and a fact for every label."""
    options = [option for option in find(name).options if option.name != "seed"]
    for ends in product(*((option.low, option.high) for option in options)):
        found = figure(name, **dict(zip((option.name for option in options), ends, strict=True)))
        for place in range(len(found.parts)):
            part = lines(found, place)
            assert all(len(series.values) == len(part.x) for series in part.series)
            assert not any(isinf(value) for series in part.series for value in series.values)
        assert all(isfinite(value) for value in facts(found).values() if not isinstance(value, str))


@every_picture
def test_the_same_options_give_the_same_figure_and_another_seed_another(name: str) -> None:
    """Chance comes from the seed alone."""
    assert repr(figure(name)) == repr(figure(name))
    if any(option.name == "seed" for option in find(name).options):
        assert repr(figure(name, seed=5)) != repr(figure(name, seed=6))


@every_picture
def test_every_option_changes_the_picture(name: str) -> None:
    """None is there for nothing."""
    for option in find(name).options:
        other = option.low if option.low != option.default else option.high
        assert repr(figure(name, **{option.name: other})) != repr(figure(name)), option.name


@every_picture
def test_every_text_can_be_typeset(name: str) -> None:
    """Titles, captions, labels and names hold only maths that the terminal knows, in Unicode and in ASCII."""
    low = {option.name: option.low for option in find(name).options}
    for found in (figure(name), figure(name, **{key: value for key, value in low.items() if value is not None})):
        assert found.name == name
        for text in texts(found):
            for formula in formulas(text):
                assert one_line(formula)
                assert one_line(formula, ascii_only=True).isascii()


@every_picture
def test_captions_are_short_and_write_a_minus_as_a_minus(name: str) -> None:
    """At most four sentences, whatever the options; no number carries a hyphen outside of maths."""
    options = find(name).options
    for end in ("default", "low", "high"):
        found = figure(name, **{option.name: getattr(option, end) for option in options})
        assert len(re.findall(r"\.(?= |$)", found.see)) <= 4
        for text in texts(found):
            assert not re.search(r"(?<!\w)-\d", re.sub(r"\$[^$]*\$", "", text)), text


def test_random_networks_are_what_their_options_say() -> None:
    """Orthogonal times scale, identity for an IRNN, one bias for the keeping gate, the same inputs for all."""
    values = random_run(one_layer(lstm(), 3, (3,)), 5, 7, scale=1.5, keep_bias=2.0).values
    other = random_run(one_layer(gru(), 3, (3,)), 5, 7, keep_bias=2.0).values
    np.testing.assert_allclose(values["W_hf"].T @ values["W_hf"], 2.25 * np.eye(5), atol=1e-12)
    assert np.array_equal(random_run(one_layer(rnn("relu"), 3), 5, 7, "identity", 0.5).values["W_hh"], np.eye(5) / 2)
    assert set(values["b_f"]) == set(other["b_z"]) == {2.0}
    assert not any(np.any(values[f"b_{gate}"]) for gate in "igo") and not np.any(other["b_r"])
    assert all(np.array_equal(values[name], other[name]) for name in ("x_1", "x_2", "x_3", "target_3"))
    wide = random_run(one_layer(rnn(), 2), 200, 1, "fan-in", 2.0).values["W_hh"]
    assert np.var(wide) == pytest.approx(4 / 200, rel=0.05)


def test_numbers_in_captions() -> None:
    """Three significant digits without zeros at the end, and powers of ten: the same as in a fact beside them."""
    assert [written(value) for value in (0.0, 0.0312, 0.9996, 12.34, 910.4, 0.001, 242, -0.5)] == [
        "0", "0.0312", "1", "12.3", "910", "0.001", "242", "−0.5",
    ]  # fmt: skip
    assert written(0.000547) == r"$5.47 \cdot 10^{-4}$" and written(-2.3e-300) == r"$-2.3 \cdot 10^{-300}$"
    for value in 10 ** np.random.default_rng(0).uniform(-12, 12, 50):
        assert flat(written(value)).replace(" ", "") == number(value, plain=False)
    assert [chosen(value) for value in (-0.0, 1, -2.5, 1e-7)] == ["0", "1", "-2.5", r"1 \cdot 10^{-7}"]
    assert [compared(1, other) for other in (2, 1, 0)] == ["less than", "as much as", "more than"]
    assert (listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])) == ("a", "a and b", "a, b and c")
    kept = beyond_rounding([2.0, 1.9e-13, 3e-13], 2.0)
    assert kept[0] == 2 and isnan(kept[1]) and kept[2] == 3e-13


# -- gradient-flow ---------------------------------------------------------------------------------------------------


FLOW: list[tuple[str, Any, Step, str, slice]] = [
    ("RNN (tanh)", rnn(), tanh_step, "orthogonal", slice(0, 3)),
    ("LSTM $h_t$, $b_f = 0.7$", lstm(), lstm_step, "orthogonal", slice(0, 3)),
    ("LSTM $c_t$, $b_f = 0.7$", lstm(), lstm_step, "orthogonal", slice(3, 6)),
    ("LSTM $c_t$, $b_f = 0$", lstm(), lstm_step, "orthogonal", slice(3, 6)),
    ("GRU, $b_z = 0.7$", gru(), gru_step, "orthogonal", slice(0, 3)),
    ("IRNN (ReLU)", rnn("relu"), relu_step, "identity", slice(0, 3)),
]


@pytest.mark.parametrize(("name", "cell", "step", "recurrent", "part"), FLOW, ids=[row[0] for row in FLOW])
def test_gradients_are_those_that_differences_find(
    name: str, cell: Any, step: Step, recurrent: str, part: slice
) -> None:
    """The state at step t is moved a little, and the rest of the sequence run by hand up to the loss.

    The LSTM whose forget bias is 0 is beside those with the bias that was asked for.
    """
    chosen = {"steps": 6, "units": 3, "scale": 1.2, "forget_bias": 0.7, "seed": 3}
    drawn = curves(figure("gradient-flow", **chosen))[name]
    values = dict(random_run(one_layer(cell, 6, (6,)), 3, 3, recurrent, 1.2, 0.0 if "= 0$" in name else 0.7).values)

    def gradient(t: int) -> Any:
        """Of the loss by the state at t; h for itself, and c for itself with h = o tanh(c) going with it."""
        state = walked(step, values, np.zeros(6 if cell.name == "lstm" else 3), 1, t - 1)

        def loss(moved: Any) -> Any:
            end = walked(step, values, moved, t + 1, 6)
            return np.atleast_1d(0.5 * np.sum((end[:3] - values["target_6"]) ** 2))

        if part.start == 0:
            return differences(loss, step(values, values[f"x_{t}"], state))[0, :3]
        o = sigmoid(values["W_xo"] @ values[f"x_{t}"] + values["W_ho"] @ state[:3] + values["b_o"])
        c = step(values, values[f"x_{t}"], state)[3:]
        return differences(lambda moved: loss(np.concatenate([o * np.tanh(moved), moved])), c)[0]

    norms = np.array([np.linalg.norm(gradient(t)) for t in range(1, 7)])
    np.testing.assert_allclose(drawn, norms / norms[-1], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_caption_of_gradient_flow_names_the_curves_with_most_and_least_left(seed: int) -> None:
    """And the facts are the steady factors that lead to what is left."""
    found = figure("gradient-flow", steps=20, seed=seed)
    first = {name: values[0] for name, values in curves(found).items()}
    most, least = max(first.values()), min(first.values())
    names = {value: name for name, value in first.items()}
    assert f"largest in {names[most]}, {written(most)} times what it was" in found.see
    assert f"smallest in {names[least]}, {written(least)} times" in found.see
    for name, value in first.items():
        assert facts(found)[f"{name}: mean factor per step"] ** 19 == pytest.approx(value)


@pytest.mark.parametrize("options", [{}, {"seed": 25}, {"scale": 0.3, "steps": 12}, {"forget_bias": 0}, {"seed": 8}])
def test_what_an_lstm_without_forget_bias_is_said_to_leave(options: dict[str, float]) -> None:
    """Less than the RNN or more, as the curves have it; the biases and the scale of the weights are told, too."""
    found = figure("gradient-flow", **options)
    unbiased, rnn_left = (curves(found)[name][0] for name in ("LSTM $c_t$, $b_f = 0$", "RNN (tanh)"))
    than = "less" if unbiased < rnn_left else "more"
    assert f"leaves {written(unbiased)}, {than} than in the RNN" in found.see
    bias, scale = options.get("forget_bias", 1), options.get("scale", 1)
    assert f"$b_f = b_z = {bias}$" in found.see and (f", times {scale}," in found.see) == (scale != 1)
    assert len(lines(found).series) == (6 if bias else 5)


def test_both_answers_to_what_the_forget_bias_does_are_seen() -> None:
    """So that the test above has both before it."""
    seen = {"less" if "less than in the RNN" in figure("gradient-flow", seed=s).see else "more" for s in (1, 25)}
    assert seen == {"less", "more"}


def test_exact_zeros_are_told_of() -> None:
    """A ReLU below zero passes nothing back; a curve on a log axis ends there, and a fact says why."""
    label = "exactly zero at some steps, and not drawn there"
    found = figure("gradient-flow", seed=1)
    assert 0 in curves(found)["IRNN (ReLU)"] and facts(found)[label] == "IRNN (ReLU)"
    usual = figure("gradient-flow")
    assert 0 not in curves(usual)["IRNN (ReLU)"] and label not in facts(usual)


def test_a_flat_cell_state_has_no_curve() -> None:
    """tanh(c_T) rounds to 1 where c has grown for long: nothing reaches c_T, and no fact is made up."""
    found = figure("gradient-flow", units=1, steps=100, scale=0.1, forget_bias=10, seed=959849)
    flat_name = "LSTM $c_t$, $b_f = 10$"
    assert all(map(isnan, curves(found)[flat_name]))
    assert facts(found)["not drawn, for tanh is flat at $c_{100}$"] == flat_name
    assert sum("mean factor" in fact.label for fact in found.facts) == len(lines(found).series) - 1


# -- jacobian-spectrum -----------------------------------------------------------------------------------------------


def hand_made_jacobians(units: int, scale: float, steps: int, seed: int) -> tuple[Any, list[Any]]:
    """W_hh, and diag(1 - h_t^2) W_hh of a loop over the steps."""
    values = dict(random_run(one_layer(rnn(), steps), units, seed, "fan-in", scale).values)
    h, found = np.zeros(units), []
    for t in range(1, steps + 1):
        h = tanh_step(values, values[f"x_{t}"], h)
        found.append(np.diag(1 - h**2) @ values["W_hh"])
    return values["W_hh"], found


@pytest.mark.parametrize(("units", "scale", "steps", "seed"), [(16, 1.0, 20, 1), (6, 2.5, 60, 3), (5, 0.1, 7, 2)])
def test_singular_values_that_are_shown_are_right_to_the_digits_told(
    units: int, scale: float, steps: int, seed: int
) -> None:
    """Of the products, multiplied and decomposed with 60 digits: what rounding has spoiled is not shown."""
    found = figure("jacobian-spectrum", units=units, scale=scale, steps=steps, seed=seed)
    _, factors = hand_made_jacobians(units, scale, steps, seed)
    shown = {int(name.strip("$P_{}")): values for name, values in curves(found, 1).items()}
    assert sorted(shown) == sorted({1, -(-steps // 4), -(-steps // 2), steps})
    with mpmath.workdps(60):
        whole = mpmath.eye(units)
        for k, factor in enumerate(factors, start=1):
            whole = mpmath.matrix(factor.tolist()) * whole
            if k not in shown:
                continue
            exact = [float(value) for value in mpmath.svd_r(whole, compute_uv=False)]
            for value, right in zip(shown[k], exact, strict=True):
                if isnan(value):
                    assert right < 2e-13 * exact[0]
                else:
                    assert value == pytest.approx(right, rel=2e-3)


def test_one_step_and_the_facts_of_the_spectrum() -> None:
    """Eigenvalues are where the determinant of J - lambda vanishes; norms come from the eigenvalues of J^T J."""
    found = figure("jacobian-spectrum", units=4, scale=1.3, steps=9, seed=2)
    W, factors = hand_made_jacobians(4, 1.3, 9, 2)
    last, whole = factors[-1], np.linalg.multi_dot(factors[::-1])
    roots = np.sort(np.abs(np.roots(np.poly(last))))[::-1]
    np.testing.assert_allclose(curves(found)["moduli of eigenvalues"], roots, rtol=1e-8)
    squares = np.sort(np.linalg.eigvalsh(last.T @ last))[::-1]
    np.testing.assert_allclose(curves(found)["singular values"], np.sqrt(squares), rtol=1e-8)
    for label, matrix in (("$W_{hh}$", W), ("$J_{9}$", last), ("$P_{9}$", whole)):
        norm = sqrt(max(np.linalg.eigvalsh(matrix.T @ matrix)))
        assert facts(found)[f"spectral norm of {label}"] == pytest.approx(norm, rel=1e-9)
        assert facts(found)[f"spectral radius of {label}"] == pytest.approx(
            max(abs(np.roots(np.poly(matrix)))), rel=1e-6
        )
        assert facts(found)[f"spectral radius of {label}"] <= norm * (1 + 1e-9)
    bound = np.prod([sqrt(max(np.linalg.eigvalsh(factor.T @ factor))) for factor in factors])
    assert facts(found)["product of the norms of all steps"] == pytest.approx(bound, rel=1e-9)
    assert f"norms multiply to {written(bound)}" in found.see


def test_one_direction_is_said_only_where_the_second_singular_value_is_small() -> None:
    """And nothing about a second one where there is one unit."""
    for options in ({}, {"units": 2, "scale": 0.1, "steps": 2}, {"units": 8, "steps": 3}, {"units": 3, "seed": 4}):
        found = figure("jacobian-spectrum", **options)
        largest = next(iter(curves(found, 1).values()))
        share = largest[1] / largest[0]
        assert ("nearly in one direction" in found.see) == (isnan(share) or share < 0.1)
        hidden = any(isnan(v) for part in (0, 1) for values in curves(found, part).values() for v in values)
        assert any("may be rounding" in fact.label for fact in found.facts) == hidden
    assert "second" not in figure("jacobian-spectrum", units=1).see


# -- truncation-bias -------------------------------------------------------------------------------------------------


def truncated_by_hand(values: Values, steps: int, k2: int) -> Values:
    """BPTT written out: the loss of step t goes back through steps t, t - 1, ..., t - k2 + 1."""
    h = [np.zeros(len(values["b_h"]))]
    for t in range(1, steps + 1):
        h.append(tanh_step(values, values[f"x_{t}"], h[-1]))
    found: Values = {"W_hh": 0.0, "W_xh": 0.0}
    for t in range(1, steps + 1):
        back = h[t] - values[f"target_{t}"]
        for s in range(t, max(0, t - k2), -1):
            delta = (1 - h[s] ** 2) * back
            found["W_hh"] = found["W_hh"] + np.outer(delta, h[s - 1])
            found["W_xh"] = found["W_xh"] + np.outer(delta, values[f"x_{s}"])
            back = values["W_hh"].T @ delta
    return found


@pytest.mark.parametrize("scale", [0.6, 2.5])
def test_errors_and_cosines_of_truncated_gradients(scale: float) -> None:
    """Every window, against loops; where gradients explode the cosine may be negative, and stays what it is."""
    found = figure("truncation-bias", steps=9, units=3, scale=scale, seed=2)
    targets = tuple(range(1, 10))
    values = dict(random_run(one_layer(rnn(), 9, targets), 3, 2, scale=scale).values)
    full = truncated_by_hand(values, 9, 9)
    for name, label in (("W_hh", "$W_{hh}$"), ("W_xh", "$W_{xh}$")):
        G = full[name]
        cut = [truncated_by_hand(values, 9, k)[name] for k in range(1, 10)]
        errors = [sqrt(np.sum((g - G) ** 2) / np.sum(G**2)) for g in cut]
        shown = np.array(curves(found)[label])
        kept = ~np.isnan(shown)
        np.testing.assert_allclose(shown[kept], np.array(errors)[kept], rtol=1e-9, atol=1e-13)
        assert np.max(np.array(errors)[~kept], initial=0) < 2e-13 and shown[-1] == 0
        cosines = [np.sum(g * G) / sqrt(np.sum(g**2) * np.sum(G**2)) for g in cut]
        np.testing.assert_allclose(curves(found, 1)[label], cosines, rtol=1e-9)
        assert max(curves(found, 1)[label]) <= 1
        first = next(k for k in range(1, 10) if max(errors[k - 1 :]) < 0.01)
        assert facts(found)[f"{label}: error below 1 % from $k_2$ ="] == first


def test_the_gradient_that_all_windows_are_compared_with_is_that_of_the_loss() -> None:
    """Differences of the summed loss by every entry of W_hh agree with the loops that the test above trusts."""
    values = dict(random_run(one_layer(rnn(), 4, (1, 2, 3, 4)), 2, 3).values)

    def loss(flat: Any) -> Any:
        moved, h, total = {**values, "W_hh": flat.reshape(2, 2)}, np.zeros(2), 0.0
        for t in range(1, 5):
            h = tanh_step(moved, values[f"x_{t}"], h)
            total += 0.5 * np.sum((h - values[f"target_{t}"]) ** 2)
        return np.atleast_1d(total)

    by_differences = differences(loss, values["W_hh"].ravel())[0].reshape(2, 2)
    np.testing.assert_allclose(truncated_by_hand(values, 4, 4)["W_hh"], by_differences, rtol=1e-7, atol=1e-10)


def test_the_window_that_is_told_about() -> None:
    """Facts and caption are of k2; a window beyond the sequence is the whole sequence, which leaves out nothing."""
    found = figure("truncation-bias", k2=3)
    error, cosine = curves(found)["$W_{hh}$"][2], curves(found, 1)["$W_{hh}$"][2]
    assert facts(found)["$W_{hh}$, $k_2 = 3$: relative error"] == error
    assert facts(found)["$W_{hh}$, $k_2 = 3$: cosine"] == cosine
    assert f"off by {written(error)} of its norm" in found.see and f"is {written(cosine)}." in found.see
    assert "its own counted" in found.see and "counted" in lines(found).x_axis.label  # k2 = 1 is that step alone
    assert lines(found).marks[0].at == 3
    whole = figure("truncation-bias", k2=20, steps=6)
    assert facts(whole)["$W_{hh}$, $k_2 = 6$: relative error"] == 0 and "off by" not in whole.see
