"""Encoder and decoder joined, greedy decoding, free running: by hand, by differences, by trying every sequence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from math import exp, log, tanh
from typing import Any

import numpy as np
import pytest
from differences import slopes
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.cells import Cell, gru, jordan, lstm, rnn, state_space
from studyrnn.engine.decoding import EncoderDecoder, exposure, greedy_decode
from studyrnn.engine.initialisers import initialise
from studyrnn.engine.network import Layer, Network
from studyrnn.engine.precise import run_precise
from studyrnn.errors import ArgumentError, UnknownName

Arrays = dict[str, Any]


def joined(
    *cells: Cell, source: int = 3, target: int = 3, feed: tuple[str, ...] = (), masked: bool = False
) -> EncoderDecoder:
    layers = tuple(Layer(cell) for cell in cells)
    encoder = Network(layers, source, output=False, masked=masked, name="enc")
    return EncoderDecoder(encoder, Network(layers, target, loss="cross-entropy", feed=feed, name="dec"))


def random_values(model: EncoderDecoder, d: int, n: int, m: int, seed: int = 0, batch: tuple[int, ...] = ()) -> Arrays:
    """Weights, source vectors, decoder inputs and targets; inputs and targets of the decoder are one-hot."""
    chance = np.random.default_rng(seed)
    layers = [n] * len(model.encoder.layers)
    values: Arrays = dict(initialise(model.encoder, [d, *layers], "glorot", chance))
    values |= initialise(model.decoder, [m, *layers, m], "glorot", chance)
    for name, value in values.items():
        if value.ndim == 1:
            values[name] = chance.normal(size=value.shape) / 2
    values |= {name: chance.normal(size=(d, *batch)) for name in model.encoder.xs}
    for name in model.shapes:
        if name not in values and name.startswith(("x_", "target_")):
            values[name] = one_hot(chance.integers(m, size=batch), m)
    return values


def one_hot(token: Any, m: int) -> Any:
    return np.moveaxis(np.eye(m)[token], -1, 0)


# -- joined ----------------------------------------------------------------------------------------------------------

TINY: Arrays = {  # one unit, two tokens
    "W_xh__enc": [[0.5]], "W_hh__enc": [[0.8]], "b_h__enc": [0.1], "x_1__enc": [1.0], "x_2__enc": [-0.4],
    "W_xh__dec": [[0.3, -0.6]], "W_hh__dec": [[1.2]], "b_h__dec": [0.0], "W_hy__dec": [[2.0], [-1.0]],
    "b_y__dec": [-0.5, 0.2], "x_1__dec": [1.0, 0.0],
}  # fmt: skip


def test_a_tiny_model_by_hand() -> None:
    """Two steps read, two written, one unit: every state, logit and the loss, number by number."""
    model = joined(rnn(), source=2, target=2)
    values = {**TINY, "x_2__dec": [0.0, 1.0], "target_1__dec": [0.0, 1.0], "target_2__dec": [1.0, 0.0]}
    h_1 = tanh(0.5 * 1.0 + 0.1)
    h_2 = tanh(0.5 * -0.4 + 0.8 * h_1 + 0.1)
    s_1 = tanh(0.3 + 1.2 * h_2)
    s_2 = tanh(-0.6 + 1.2 * s_1)
    p_1 = 1 / (1 + exp(2 * s_1 - 0.5 - (-s_1 + 0.2)))  # of token 1 against token 0
    p_2 = 1 / (1 + exp(-s_2 + 0.2 - (2 * s_2 - 0.5)))
    run = model.forward(values)
    assert run["h_0__dec"].item() == pytest.approx(h_2, rel=1e-14)
    assert run["h_2__dec"].item() == pytest.approx(s_2, rel=1e-14)
    assert float(run.loss) == pytest.approx(-log(p_1) - log(p_2), rel=1e-13)
    d_logit = p_1 - 1  # dL/dy_1 of token 1 at step 1
    assert run.backward()["dy_1__dec"].tolist() == pytest.approx([-d_logit, d_logit], rel=1e-12)
    assert "dy_1__dec" not in run.backward(of=["L_2__dec"])


def test_what_is_handed_over() -> None:
    """Every state of every layer, by name; the shapes know that both are of one size."""
    model = joined(lstm(), gru(), source=3)
    assert model.handed_over == {
        "h_0__dec1": "h_3__enc1", "c_0__dec1": "c_3__enc1", "h_0__dec2": "h_3__enc2"
    }  # fmt: skip
    assert not set(model.handed_over) & set(model.shapes)
    assert model.shapes["W_hi__dec1"] == model.shapes["W_hi__enc1"]
    assert model.shapes["W_xi__dec1"] != model.shapes["W_xi__enc1"]
    assert set(model.parameters) | set(model.encoder.initial) <= set(model.shapes)
    assert set(model.program.inputs) == set(model.shapes)


@pytest.mark.parametrize("cells", [(rnn(),), (lstm(), gru())], ids=["rnn", "lstm and gru"])
def test_the_joined_program_is_what_was_run(cells: tuple[Cell, ...]) -> None:
    """One program, run at once by NumPy and on 30 digits, gives the loss of both networks run one after the other."""
    model = joined(*cells, source=2, target=2)
    values = random_values(model, 2, 2, 3)
    zeros = {name: np.zeros(2) for name in model.encoder.initial}
    loss = float(model.forward(values).loss)
    assert float(model.program.run({**values, **zeros}, NUMPY)["L__dec"]) == pytest.approx(loss, rel=1e-14)
    lists = {name: value.tolist() for name, value in {**values, **zeros}.items()}
    assert float(run_precise(model.program, lists)["L__dec"]) == pytest.approx(loss, rel=1e-13)


@pytest.mark.parametrize(
    ("cells", "feed", "batch"),
    [
        ((rnn(),), (), ()),
        ((lstm(),), (), (2,)),
        ((gru(), lstm()), (), ()),
        ((rnn(),), ("given", "output", "output"), (2,)),
        ((gru(),), ("given", "choice", "choice"), ()),
    ],
    ids=["rnn", "lstm batch", "two layers", "outputs fed back", "choices fed back"],
)
def test_gradients_are_differences(cells: tuple[Cell, ...], feed: tuple[str, ...], batch: tuple[int, ...]) -> None:
    """Of every weight of encoder and decoder, of the encoder's first states and inputs; summed over a batch where one
    value is shared by all."""
    model = joined(*cells, feed=feed)
    values = random_values(model, 2, 2, 3, batch=batch)
    values |= {name: np.full(2, 0.2) for name in model.encoder.initial}
    walked = model.forward(values).backward()
    for name in (*model.parameters, *model.encoder.initial, *model.encoder.xs):
        slope = slopes(lambda: float(np.sum(model.forward(values).loss)), values[name])
        assert walked[f"d{name}"].shape == np.shape(values[name])
        np.testing.assert_allclose(walked[f"d{name}"], slope, atol=1e-8)


def test_padding_of_the_source_changes_nothing() -> None:
    """A masked encoder hands over the state of the last real step."""
    model, longer = joined(gru(), source=2), joined(gru(), source=4, masked=True)
    values = random_values(model, 2, 2, 3)
    padded = {**values, "x_3__enc": [9.0, 9.0], "x_4__enc": [9.0, 9.0]}
    padded |= {f"k_{t}__enc": float(t <= 2) for t in range(1, 5)}
    expected, found = model.forward(values).backward(), longer.forward(padded).backward()
    assert float(found["L__dec"]) == pytest.approx(float(expected["L__dec"]), rel=1e-14)
    for name in model.parameters:
        np.testing.assert_allclose(found[f"d{name}"], expected[f"d{name}"], rtol=1e-12, atol=1e-15)


def test_only_the_vector_passes_from_one_to_the_other() -> None:
    """Two sources that end in the same state are written alike; the gradient reaches the source through it alone."""
    model = joined(rnn(), source=2, target=2)
    values = {**TINY, "x_2__dec": [0.0, 1.0], "target_1__dec": [0.0, 1.0], "target_2__dec": [1.0, 0.0]}
    trace = model.forward(values).backward()
    h_1 = tanh(0.5 * 3.0 + 0.1)
    x_2 = (np.arctanh(trace["h_2__enc"].item()) - 0.8 * h_1 - 0.1) / 0.5  # leads to the same last state
    other = model.forward({**values, "x_1__enc": [3.0], "x_2__enc": [x_2]})
    np.testing.assert_allclose(other["y_2__dec"], trace["y_2__dec"], rtol=1e-12)
    np.testing.assert_array_equal(trace["dh_2__enc"], trace["dh_0__dec"])


# -- greedy decoding -------------------------------------------------------------------------------------------------


def step_by_step(values: Arrays, end: int, most: int) -> tuple[list[int], float]:
    """Written out for one tanh layer: the largest logit each time, and the log-probability of all."""
    h = np.zeros(np.shape(values["b_h__enc"]))
    for t in range(1, 4):
        h = np.tanh(values["W_xh__enc"] @ values[f"x_{t}__enc"] + values["W_hh__enc"] @ h + values["b_h__enc"])
    x, total = values["x_1__dec"], 0.0
    tokens: list[int] = []
    while len(tokens) < most and (not tokens or tokens[-1] != end):
        h = np.tanh(values["W_xh__dec"] @ x + values["W_hh__dec"] @ h + values["b_h__dec"])
        y = values["W_hy__dec"] @ h + values["b_y__dec"]
        tokens.append(max(range(len(y)), key=y.tolist().__getitem__))
        total += float(y[tokens[-1]] - np.log(np.sum(np.exp(y))))
        x = np.eye(len(y))[tokens[-1]]
    return tokens, total


def inputs_of(model: EncoderDecoder, values: Arrays) -> Arrays:
    """What greedy decoding needs: no targets, and of the decoder's inputs only the first."""
    return {
        name: value
        for name, value in values.items()
        if not name.startswith("target_") and (name not in model.decoder.xs or name == "x_1__dec")
    }


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), most=st.integers(1, 6), end=st.integers(0, 3))
def test_greedy_decoding_takes_the_largest_each_time(seed: int, most: int, end: int) -> None:
    """The same tokens and probability as a loop of its own, with the end symbol wherever it comes, or cut at most."""
    model = joined(rnn())
    values = inputs_of(model, random_values(model, 2, 3, 4, seed))
    for name in model.parameters:
        values[name] = 3 * values[name]
    tokens, total = step_by_step(values, end, most)
    trace = greedy_decode(model, values, end, most)
    assert trace["tokens"] == tokens
    assert trace["ended"] == (tokens[-1] == end)
    assert trace["log_probability"] == pytest.approx(total, rel=1e-12)
    assert len(trace["probabilities"]) == len(tokens) == len(trace["token_probabilities"])
    for p, token, chosen in zip(trace["probabilities"], tokens, trace["token_probabilities"], strict=True):
        assert p.sum() == pytest.approx(1, rel=1e-14)
        assert p[token] == p.max() == chosen


def test_the_log_probability_is_the_loss_of_the_sequence_forced() -> None:
    """Given its own tokens as targets and as inputs, the model's cross-entropy is minus the log-probability."""
    model = joined(lstm(), target=4)
    values = random_values(model, 2, 3, 3, seed=4)
    trace = greedy_decode(model, inputs_of(model, values), end=99 % 3, most=4)
    length = len(trace["tokens"])
    part = EncoderDecoder(model.encoder, replace(model.decoder, steps=length))
    forced = inputs_of(model, values)
    for t, token in enumerate(trace["tokens"], start=1):
        forced |= {f"target_{t}__dec": np.eye(3)[token], f"x_{t + 1}__dec": np.eye(3)[token]}
    forced.pop(f"x_{length + 1}__dec")
    assert float(part.forward(forced).loss) == pytest.approx(-trace["log_probability"], rel=1e-13)


def test_greedy_need_not_be_the_likeliest() -> None:
    """Of all sequences of two tokens, tried one by one, another is likelier than the greedy one, for some weights."""
    model = joined(rnn(), target=2)
    found = []
    for seed in range(60):
        values = random_values(model, 2, 2, 3, seed)
        values |= {"W_hy__dec": 4 * values["W_hy__dec"], "W_xh__dec": 4 * values["W_xh__dec"]}
        start = values["x_1__dec"]
        loss = {}
        for a, b in product(range(3), repeat=2):
            forced = {"x_1__dec": start, "x_2__dec": np.eye(3)[a]}
            forced |= {"target_1__dec": np.eye(3)[a], "target_2__dec": np.eye(3)[b]}
            loss[a, b] = float(model.forward({**values, **forced}).loss)
        assert sum(exp(-each) for each in loss.values()) == pytest.approx(1, rel=1e-12)
        greedy = greedy_decode(model, inputs_of(model, values), end=0, most=2)
        if greedy["tokens"][0]:  # it went on for two tokens
            assert -greedy["log_probability"] == pytest.approx(loss[tuple(greedy["tokens"])], rel=1e-12)
            found.append(-greedy["log_probability"] > min(loss.values()) + 1e-9)
    assert any(found)
    assert not all(found)


# -- free running ----------------------------------------------------------------------------------------------------


def test_exposure_by_hand() -> None:
    """Forecasts y = 0.9 x of a series 1, 1, 1 ...: forced the error stays (0.1)^2, free it is (1 - 0.9^k)^2."""
    network = Network((Layer(state_space()),), 5, output=False)
    weights = {"A": [[0.0]], "B": [[0.0]], "C": [[0.0]], "D": [[0.9]]}
    trace = exposure(network, weights, np.ones((6, 1)), given=2)
    np.testing.assert_allclose(trace["forced_error"], [0.01] * 5, rtol=1e-12)
    np.testing.assert_allclose(trace["free_error"], [(1 - 0.9**k) ** 2 for k in (1, 1, 2, 3, 4)], rtol=1e-12)
    np.testing.assert_allclose(np.ravel(trace["free"]), [0.9**k for k in (1, 1, 2, 3, 4)], rtol=1e-13)


def test_exposure_step_by_step() -> None:
    """A GRU on a batch of series: the free run is the network run one step at a time on its own outputs."""
    network = Network((Layer(gru()),), 4, loss="mse")
    chance = np.random.default_rng(3)
    weights = initialise(network, [2, 3, 2], "glorot", chance)
    series = chance.normal(size=(5, 2, 3))
    trace = exposure(network, weights, series, given=2)
    one = Network((Layer(gru()),), 1)
    for kind in ("forced", "free"):
        h, y = np.zeros((3, 3)), series[0]
        for t in range(4):
            x = series[t] if kind == "forced" or t < 2 else y
            run = one.forward({**weights, "x_1": x, "h_0": h})
            h, y = run["h_1"], run["y_1"]
            np.testing.assert_allclose(trace[kind][t], y, rtol=1e-13)
            assert trace[f"{kind}_error"][t] == pytest.approx(np.mean((y - series[t + 1]) ** 2), rel=1e-12)
    np.testing.assert_array_equal(trace["forced_error"][:2], trace["free_error"][:2])
    assert not np.allclose(trace["forced"][2:], trace["free"][2:])
    alone = exposure(network, weights, series[:, :, 1], given=2)
    assert alone["free"].shape == (4, 2)
    np.testing.assert_allclose(alone["free"], trace["free"][:, :, 1], rtol=1e-13)
    everything = exposure(network, weights, series, given=4)
    np.testing.assert_array_equal(everything["free"], everything["forced"])


# -- refusals --------------------------------------------------------------------------------------------------------

MODEL = joined(rnn(), source=2, target=2)
VALUES = random_values(MODEL, 2, 2, 3)
STEP = (Layer(rnn()),)


def silent() -> EncoderDecoder:
    """The model without a loss."""
    return replace(MODEL, decoder=replace(MODEL.decoder, loss=""))


def reader(*layers: Layer, loss: str = "", name: str = "a") -> Network:
    return Network(layers, 1, loss=loss, name=name)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: EncoderDecoder(reader(*STEP), reader(*STEP)), "need names, two different ones"),
        (lambda: EncoderDecoder(reader(*STEP), reader(*STEP, name="")), "need names, two different ones"),
        (lambda: EncoderDecoder(reader(*STEP, loss="mse"), MODEL.decoder), "the encoder has a loss"),
        (lambda: EncoderDecoder(reader(Layer(lstm())), MODEL.decoder), "as many layers, each with the same states"),
        (lambda: EncoderDecoder(reader(*STEP, *STEP), MODEL.decoder), "as many layers, each with the same states"),
        (lambda: EncoderDecoder(reader(Layer(rnn(), reverse=rnn())), MODEL.decoder), "a layer reads backwards"),
        (lambda: MODEL.forward({**VALUES, "h_0__dec": [0.0]}), "h_0__dec is what the encoder ends with, h_2__enc"),
        (lambda: MODEL.forward({**VALUES, "x_9__enc": [0.0]}), "nothing here is called x_9__enc"),
        (lambda: MODEL.forward({**VALUES, "W_hh__dec": np.eye(3)}), r"W_hh__dec has shape \(3, 3\); it needs \(2, 2\)"),
        (lambda: MODEL.forward({**VALUES, "x_1__dec": np.ones((3, 2))}), "one example and the decoder's a batch"),
        (lambda: silent().backward(), "this network has no loss, so there is nothing to differentiate"),
        (lambda: greedy_decode(MODEL, inputs_of(MODEL, VALUES), 0, 0), "most is 0; it needs a whole number of 1 or"),
        (lambda: greedy_decode(MODEL, inputs_of(MODEL, VALUES), 0, 2.5), "most is 2.5; it needs a whole number"),  # type: ignore[arg-type]
        (lambda: greedy_decode(MODEL, inputs_of(MODEL, VALUES), 3, 2), "end is 3; it needs a whole number from 0 to 2"),
        (lambda: greedy_decode(MODEL, VALUES, 0, 2), "nothing here is called target_1__dec, x_2__dec"),
        (lambda: exposure(Network(STEP, 3), {}, np.ones((4, 1)), 0), "given is 0; it needs a whole number from 1 to 3"),
        (lambda: exposure(Network(STEP, 3), {}, np.ones((3, 1)), 1), r"series has shape \(3, 1\); it needs \(4, any\)"),
        (lambda: exposure(Network((Layer(jordan()),), 3, output=False), {}, np.ones((4, 1)), 1), "no value for W_xh"),
    ],
)
def test_what_does_not_fit_is_refused(wrong: Callable[[], Any], says: str) -> None:
    """Each message says what does not fit and why."""
    with pytest.raises(ArgumentError, match=says):
        wrong()


def test_names_that_are_none_are_refused() -> None:
    """As in a network by itself: what is asked for has to be an input, a loss or a quantity of either part."""
    run = MODEL.forward(VALUES)
    for asked, says in (
        ({"wrt": ["h_0__dec"]}, 'no input is called "h_0__dec"'),
        ({"of": ["L_3__dec"]}, 'no loss of a step is called "L_3__dec"'),
        ({"stop": ["h_2"]}, 'no quantity is called "h_2"'),
    ):
        with pytest.raises(UnknownName, match=says):
            run.backward(**asked)


def test_nothing_flows_back_through_what_is_cut() -> None:
    """With the vector between both taken as given the encoder has no gradient, and the decoder's stay."""
    run = MODEL.forward(VALUES)
    cut, whole = run.backward(stop=["h_0__dec"]), run.backward()
    assert not cut["dW_hh__enc"].any()
    np.testing.assert_array_equal(cut["dW_hh__dec"], whole["dW_hh__dec"])
