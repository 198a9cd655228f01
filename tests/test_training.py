"""Truncated backpropagation, teacher forcing and the training loop: against PyTorch, short networks, differences."""

from __future__ import annotations

import json
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from differences import slopes
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.cells import Cell, gru, jordan, lstm, rnn
from studyrnn.engine.clipping import by_global_norm
from studyrnn.engine.initialisers import initialise
from studyrnn.engine.network import Layer, Network, Run
from studyrnn.engine.optimisers import adam, sgd
from studyrnn.engine.training import (
    Epoch,
    Recipe,
    dropout_masks,
    examples,
    fit,
    mean_loss,
    truncated,
    truncation_bias,
    truncation_windows,
    untruncated,
)
from studyrnn.errors import ArgumentError, UnknownName

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "training.json").read_text(encoding="utf-8"))
Arrays = dict[str, Any]

# What goes back over 5 steps: the steps of the losses, the first step that they come to, the last. Worked out by hand.
BY_HAND: dict[tuple[int, int], list[tuple[tuple[int, ...], int, int]]] = {
    (1, 1): [((1,), 1, 1), ((2,), 2, 2), ((3,), 3, 3), ((4,), 4, 4), ((5,), 5, 5)],
    (1, 3): [((1,), 1, 1), ((2,), 1, 2), ((3,), 1, 3), ((4,), 2, 4), ((5,), 3, 5)],
    (2, 2): [((1, 2), 1, 2), ((3, 4), 3, 4), ((5,), 5, 5)],
    (2, 3): [((1, 2), 1, 2), ((3, 4), 2, 4), ((5,), 4, 5)],
    (3, 2): [((2, 3), 2, 3), ((4, 5), 4, 5)],
    (4, 1): [((4,), 4, 4), ((5,), 5, 5)],
    (5, 5): [((1, 2, 3, 4, 5), 1, 5)],
    (2, 9): [((1, 2), 1, 2), ((3, 4), 1, 4), ((5,), 1, 5)],
    (9, 2): [((4, 5), 4, 5)],
}
CELLS: dict[str, tuple[Cell, ...]] = {
    "rnn": (rnn(),), "lstm": (lstm(),), "gru": (gru(),), "two layers": (lstm(), rnn("relu")),
}  # fmt: skip

every_cut = pytest.mark.parametrize("cut", BY_HAND, ids=str)


def numbers(network: Network, sizes: list[int], seed: int = 0, examples: tuple[int, ...] = ()) -> Arrays:
    """Weights, and random inputs, first states and targets."""
    chance = np.random.default_rng(seed)
    values: Arrays = dict(initialise(network, sizes, "fan-in", chance))
    letters = {"d": sizes[0], "m": sizes[-1]}
    for name, shape in network.shapes.items():
        if name not in values:
            size = letters.get(str(shape[0])[0]) or sizes[int(str(shape[0])[1:] or 1)]
            values[name] = chance.uniform(-1, 1, (size, *examples))
        elif len(shape) == 1:
            values[name] = chance.uniform(-1, 1, size=values[name].shape)
    return values


# -- truncation ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", REFERENCE, ids=[f"{case['I']}x{case['H']}" for case in REFERENCE])
def test_every_truncated_gradient_is_that_of_pytorch(case: Arrays) -> None:
    """k1 = k2, k1 < k2 and (1, T), both losses, six steps: every weight's gradient."""
    layer, out = case["params"]["l0"], case["params"]["out"]
    values: Arrays = {"W_xh": layer["W_ih"], "W_hh": layer["W_hh"], "W_hy": out["W_y"], "b_y": out["c_y"]}
    values["b_h"] = np.add(layer["b_ih"], layer["b_hh"])
    values["h_0"] = case["state0"]["l0"]["h0"][0]
    values |= {f"x_{t}": x[0] for t, x in enumerate(case["x"], start=1)}
    targets = {"mse": [y[0] for y in case["target"]], "ce": [np.eye(case["O"])[k[0]] for k in case["classes"]]}
    names = {"W_ih": "W_xh", "W_hh": "W_hh", "b_ih": "b_h", "b_hh": "b_h", "W_y": "W_hy", "c_y": "b_y"}
    assert len(case["runs"]) == 18
    for stored in case["runs"]:
        loss = {"mse": "half-squared", "ce": "cross-entropy"}[stored["loss"]]
        network = Network((Layer(rnn()),), case["T"], loss=loss)
        given_targets = {f"target_{t}": y for t, y in enumerate(targets[stored["loss"]], start=1)}
        found = truncated(network.forward({**values, **given_targets}), stored["k1"], stored["k2"]).gradients
        for part in stored["grad"].values():
            for name, expected in part.items():
                np.testing.assert_allclose(found[names[name]], expected, rtol=1e-12, atol=1e-13)


@every_cut
def test_windows_are_those_worked_out_by_hand(cut: tuple[int, int]) -> None:
    """Every pair of k1 and k2 over 5 steps, and the same with losses at steps 2 and 5 only."""
    assert truncation_windows(5, *cut) == BY_HAND[cut]
    some = [(tuple(t for t in losses if t in {2, 5}), first, last) for losses, first, last in BY_HAND[cut]]
    assert truncation_windows(5, *cut, targets=(2, 5)) == some


def short(run: Run, losses: tuple[int, ...], first: int, last: int) -> dict[str, Any]:
    """The gradients of a network that has only these steps, and begins with the state that the long one had there."""
    network = run.network
    feed = ("given", *network.feed[first:last]) if network.feed else ()
    targets = tuple(t - first + 1 for t in losses)
    part = Network(network.layers, last - first + 1, network.output, network.loss, targets=targets, feed=feed)
    values = {name: run.values[name] for name in network.parameters}
    for name in part.shapes:
        if name not in values:
            kind, step, *place = name.replace("__", "_").split("_")
            values[name] = run[f"{kind}_{int(step) + first - 1}" + "".join(f"__{p}" for p in place)]
    return part.forward(values).backward()


@every_cut
@pytest.mark.parametrize("cells", CELLS)
def test_a_window_is_a_short_network(cut: tuple[int, int], cells: str) -> None:
    """Each chunk, and the sum of all, is what networks of only those steps give, started from the carried states."""
    network = Network(tuple(Layer(cell) for cell in CELLS[cells]), 5, loss="half-squared")
    run = network.forward(numbers(network, [2, *([3] * len(CELLS[cells])), 2]))
    found = truncated(run, *cut)
    total: Arrays = dict.fromkeys([*network.parameters, *network.initial, *network.xs], 0.0)
    for chunk, (losses, first, last) in zip(found.chunks, BY_HAND[cut], strict=True):
        expected = short(run, losses, first, last)
        assert (chunk.losses, chunk.first, chunk.last) == (losses, first, last)
        own = {name: f"d{name}" for name in network.parameters}
        own |= {f"x_{t}": f"dx_{t - first + 1}" for t in range(first, last + 1)}
        own |= {name: f"d{name}" for name in network.initial if first == 1}
        for name in total:
            wanted = expected[own[name]] if name in own else np.zeros_like(run[name])
            np.testing.assert_allclose(chunk.trace[f"d{name}"], wanted, rtol=1e-11, atol=1e-13)
            total[name] = total[name] + wanted
        walked = chunk.backward.run(run.trace, NUMPY)
        assert all(np.array_equal(walked[f"d{name}"], chunk.trace[f"d{name}"]) for name in total)
    assert list(found.gradients) == list(total)
    for name, gradient_of in found.gradients.items():
        np.testing.assert_allclose(gradient_of, total[name], rtol=1e-11, atol=1e-13)


@every_cut
def test_outputs_that_are_fed_back_are_cut_too(cut: tuple[int, int]) -> None:
    """Where x_t is the previous y, that path from step to step ends at the cut like the one along the states."""
    network = Network((Layer(rnn()),), 5, loss="half-squared", feed=("given", *["output"] * 4))
    run = network.forward(numbers(network, [2, 3, 2]))
    total = [short(run, *window) for window in BY_HAND[cut]]
    for name in network.parameters:
        expected = sum(part[f"d{name}"] for part in total)
        np.testing.assert_allclose(truncated(run, *cut).gradients[name], expected, rtol=1e-11, atol=1e-13)


def test_skip_connections_are_cut_too() -> None:
    """Of a Jordan cell y is the state, and h is what a skip connection carries: both are taken as given at the cut.

    Differences of L_2 along the weights, with y_1 and h_1 held where the forward pass had them.
    """
    network = Network((Layer(jordan(), skip=1),), 2, output=False, loss="half-squared")
    run = network.forward(numbers(network, [2, 3, 2]))
    held = {name: run[name] for name in ("y_1", "h_1", "a_1")}
    values: Arrays = {name: np.array(value) for name, value in run.values.items()}
    second = truncated(run, 1, 1).chunks[1]
    for name in network.parameters:
        slope = slopes(lambda: float(network.program.run({**values, **held}, NUMPY)["L_2"]), values[name])
        np.testing.assert_allclose(second.trace[f"d{name}"], slope, atol=1e-8)


def test_full_backpropagation_is_one_chunk() -> None:
    """Also of a network that reads backwards: everything that `backward` gives, and nothing is cut."""
    network = Network((Layer(rnn(), reverse=rnn()),), 3, loss="half-squared", targets=(1, 3))
    run = network.forward(numbers_of_both(network))
    found = untruncated(run)
    ((losses, first, last),) = [(chunk.losses, chunk.first, chunk.last) for chunk in found.chunks]
    assert (losses, first, last) == ((1, 3), 1, 3)
    walked = run.backward()
    assert list(found.gradients) == [*network.parameters, *network.initial, *network.xs]
    for name, value in found.gradients.items():
        np.testing.assert_array_equal(value, walked[f"d{name}"])


def test_chunks_without_a_loss_are_none() -> None:
    """Where nothing goes back all gradients are zero, in the shapes of what they belong to."""
    network = Network((Layer(rnn()),), 2, loss="half-squared", targets=(1,))
    run = network.forward(numbers(network, [2, 3, 2]))
    found = truncated(run, 2, 1)
    assert found.chunks == ()
    assert {name: value.shape for name, value in found.gradients.items()} == {
        name: np.shape(run.values[name]) for name in (*network.parameters, "h_0", "x_1", "x_2")
    }
    assert not any(value.any() for value in found.gradients.values())


@settings(deadline=None, max_examples=25)
@given(steps=st.integers(1, 5), k1=st.integers(1, 6), extra=st.integers(0, 6), seed=st.integers(0, 1000))
def test_long_windows_are_full_backpropagation(steps: int, k1: int, extra: int, seed: int) -> None:
    """Whenever k2 reaches from the end of a chunk to the first step, the bias is zero, first states included."""
    network = Network((Layer(gru()),), steps, loss="half-squared")
    run = network.forward(numbers(network, [1, 2, 1], seed))
    for difference in truncation_bias(run, k1, steps + k1 + extra).values():
        np.testing.assert_allclose(difference, 0, atol=1e-13)


def test_bias_by_hand() -> None:
    """A scalar network with a loss at step 2 of 2: truncated after one step, the path through h_1 is gone."""
    network = Network((Layer(rnn()),), 2, loss="half-squared", targets=(2,))
    w, u, h_0, x_1, x_2, target = 0.8, 0.5, 0.3, 1.0, -0.4, 0.7
    values = {"W_xh": [[u]], "W_hh": [[w]], "b_h": [0.0], "W_hy": [[1.0]], "b_y": [0.0], "h_0": [h_0]}
    run = network.forward({**values, "x_1": [x_1], "x_2": [x_2], "target_2": [target]})
    h_1 = np.tanh(u * x_1 + w * h_0)
    h_2 = np.tanh(u * x_2 + w * h_1)
    da_1 = (h_2 - target) * (1 - h_2**2) * w * (1 - h_1**2)
    bias = truncation_bias(run, 1, 1)
    assert bias["W_hh"].item() == pytest.approx(-da_1 * h_0, rel=1e-13)
    assert bias["W_xh"].item() == pytest.approx(-da_1 * x_1, rel=1e-13)
    assert bias["h_0"].item() == pytest.approx(-da_1 * w, rel=1e-13)
    assert bias["W_hy"].item() == 0


def test_truncation_of_a_batch_and_of_a_mean() -> None:
    """A batch gives the sum of its examples; a mean over the steps divides by their number, whatever the window."""
    network = Network((Layer(lstm()),), 4, loss="half-squared")
    values = numbers(network, [2, 3, 2], examples=(3,))
    together = truncated(network.forward(values), 2, 3).gradients
    alone = [
        {name: value if name in network.parameters else value[:, b] for name, value in values.items()} for b in range(3)
    ]
    single = [truncated(network.forward(one), 2, 3).gradients for one in alone]
    mean = Network((Layer(lstm()),), 4, loss="half-squared", reduce="mean")
    for name in network.parameters:
        np.testing.assert_allclose(together[name], sum(one[name] for one in single), rtol=1e-12, atol=1e-14)
        of_mean = truncated(mean.forward(alone[0]), 2, 3).gradients[name]
        np.testing.assert_allclose(of_mean, single[0][name] / 4, rtol=1e-12, atol=1e-14)


def test_what_cannot_be_truncated_is_refused() -> None:
    """Both directions, no loss, and windows of no steps: each says why."""
    both = Network((Layer(rnn(), reverse=rnn()),), 2, loss="half-squared")
    with pytest.raises(
        ArgumentError, match="a bidirectional network cannot be truncated: its reversed direction begins"
    ):
        truncated(both.forward(numbers_of_both(both)), 1, 1)
    network = Network((Layer(rnn()),), 2)
    run = network.forward(numbers(network, [1, 1, 1]))
    with pytest.raises(ArgumentError, match="no loss"):
        truncated(run, 1, 1)
    for k1, k2, says in ((0, 1, "k1 is 0; it needs"), (1, -2, "k2 is -2; it needs"), (1.5, 2, "k1 is 1.5; it needs")):
        with pytest.raises(ArgumentError, match=f"{says} a whole number"):
            truncated(run, k1, k2)  # type: ignore[arg-type]


def numbers_of_both(network: Network) -> Arrays:
    values: Arrays = dict(initialise(network, [1, 2, 1], "glorot", np.random.default_rng(0)))
    return values | {name: [0.5] for name in network.shapes if name.startswith(("x_", "target_"))}


# -- the loop --------------------------------------------------------------------------------------------------------

ADDER = Network((Layer(rnn()),), 4, loss="mse", targets=(4,))


def sums(chance: np.random.Generator, count: int) -> Arrays:
    """Four numbers each, and their sum."""
    xs = chance.uniform(-0.5, 0.5, (4, 1, count))
    return examples(ADDER, xs, xs.sum(axis=0)[None])


def trained(network: Network, sizes: list[int], data: list[Arrays], recipe: Recipe, seed: int = 1) -> list[Epoch]:
    chance = np.random.default_rng(seed)
    first = initialise(network, sizes, "glorot", chance)
    return list(fit(network, first, data[0], data[1], recipe, chance))


def test_a_small_network_learns_to_add() -> None:
    """On sums that it never saw its error is far below that of forecasting the last number, and of the mean."""
    chance = np.random.default_rng(0)
    data = [sums(chance, 128), sums(chance, 64)]
    recipe = Recipe(adam(0.02), epochs=25, batch=16, clip=partial(by_global_norm, threshold=1.0))
    epochs = trained(ADDER, [1, 6, 1], data, recipe)
    held_out = data[1]
    last_value = np.mean((held_out["x_4"] - held_out["target_4"]) ** 2)
    assert epochs[-1].validation < 0.05 * min(last_value, np.var(held_out["target_4"]))
    assert [epoch.number for epoch in epochs] == list(range(1, 26))


def test_a_small_network_forecasts_a_sine_better_than_its_last_value() -> None:
    """One step ahead, on phases that it never saw, from the third step on: before it the phase cannot be known."""
    network = Network((Layer(rnn()),), 10, loss="mse", targets=tuple(range(3, 11)))
    chance = np.random.default_rng(0)
    data = []
    for count in (48, 32):
        wave = np.sin(0.7 * np.arange(11)[:, None, None] + chance.uniform(0, 2 * np.pi, count))
        data.append(examples(network, wave[:-1], wave[3:]))
    epochs = trained(network, [1, 5, 1], data, Recipe(adam(0.03), epochs=40, batch=16))
    last_value = np.mean([(data[1][f"x_{t}"] - data[1][f"target_{t}"]) ** 2 for t in range(3, 11)])
    assert epochs[-1].validation < 0.1 * last_value
    assert epochs[-1].train == pytest.approx(mean_loss(network, epochs[-1].parameters, data[0]), rel=1e-14)


def test_a_tiny_training_set_overfits() -> None:
    """Noise learned by heart: the training loss goes to nothing while the validation loss rises again."""
    network = Network((Layer(rnn()),), 3, loss="mse", targets=(3,))
    chance = np.random.default_rng(5)
    data = [examples(network, chance.normal(size=(3, 2, n)), chance.normal(size=(1, 1, n))) for n in (6, 60)]
    epochs = trained(network, [2, 12, 1], data, Recipe(adam(0.03), epochs=150, batch=6))
    best = min(epoch.validation for epoch in epochs)
    assert epochs[-1].train < 1e-3 < epochs[0].train
    assert epochs[-1].validation > 1.2 * best
    assert epochs[-1].validation > 100 * epochs[-1].train


def test_an_epoch_is_a_step_for_each_minibatch() -> None:
    """Five examples in threes: a step along the mean slope of three, by differences, then one along that of the other
    two, in the order that the chance gives."""
    data = sums(np.random.default_rng(2), 5)
    first = initialise(ADDER, [1, 2, 1], "glorot", np.random.default_rng(3))
    (epoch,) = fit(ADDER, first, data, data, Recipe(sgd(0.1), 1, 3), np.random.default_rng(4))
    order = np.random.default_rng(4).permutation(5)
    weights = {name: value.copy() for name, value in first.items()}
    for chosen in (order[:3], order[3:]):
        some = {name: value[:, chosen] for name, value in data.items()}
        found = {name: slopes(partial(mean_loss, ADDER, weights, some), value) for name, value in weights.items()}
        weights = {name: value - 0.1 * found[name] for name, value in weights.items()}
    for name, expected in weights.items():
        np.testing.assert_allclose(epoch.parameters[name], expected, atol=1e-9)


def test_clipping_comes_before_the_step() -> None:
    """With a threshold of 0.01, gradient descent moves all weights together by eta times 0.01 and no more."""
    chance = np.random.default_rng(2)
    data = sums(chance, 5)
    first = initialise(ADDER, [1, 2, 1], "glorot", chance)
    recipe = Recipe(sgd(0.1), 1, 5, clip=partial(by_global_norm, threshold=0.01))
    (epoch,) = fit(ADDER, first, data, data, recipe, chance)
    moved = np.concatenate([np.ravel(epoch.parameters[name] - first[name]) for name in first])
    assert np.linalg.norm(moved) == pytest.approx(0.1 * 0.01, rel=1e-10)


def test_a_first_state_is_learned_when_it_is_a_parameter() -> None:
    """Among the parameters h_0 moves like a weight; left out it stays zero and is no parameter."""
    chance = np.random.default_rng(2)
    data = sums(chance, 8)
    weights = initialise(ADDER, [1, 2, 1], "glorot", chance)
    (epoch,) = fit(ADDER, {**weights, "h_0": np.zeros(2)}, data, data, Recipe(sgd(0.1), 1, 8), chance)
    assert epoch.parameters["h_0"].shape == (2,)
    assert np.abs(epoch.parameters["h_0"]).min() > 0
    (plain,) = fit(ADDER, weights, data, data, Recipe(sgd(0.1), 1, 8), chance)
    assert "h_0" not in plain.parameters


def test_training_repeats_itself_and_stops_when_asked_to() -> None:
    """The same chance gives the same weights; a caller who takes two epochs of a hundred pays for two."""
    data = [sums(np.random.default_rng(0), 24), sums(np.random.default_rng(1), 8)]
    first = initialise(ADDER, [1, 3, 1], "glorot", np.random.default_rng(4))
    runs = [
        list(islice(fit(ADDER, first, data[0], data[1], Recipe(adam(0.01), 100, 7), np.random.default_rng(9)), 2))
        for _ in range(2)
    ]
    assert [epoch.number for epoch in runs[0]] == [1, 2]
    for name, value in first.items():
        np.testing.assert_array_equal(runs[0][1].parameters[name], runs[1][1].parameters[name])
        assert not np.array_equal(runs[0][0].parameters[name], value)
    other = next(iter(fit(ADDER, first, data[0], data[1], Recipe(adam(0.01), 1, 7), np.random.default_rng(10))))
    assert not np.array_equal(other.parameters["W_hh"], runs[0][0].parameters["W_hh"])


def test_mistakes_are_found_before_the_first_epoch() -> None:
    """Counts that differ, names that are none, losses that are missing: said at the call, not at the first epoch."""
    chance = np.random.default_rng(0)
    data, recipe = sums(chance, 4), Recipe(sgd(0.1), 1, 2)
    first = initialise(ADDER, [1, 2, 1], "glorot", chance)
    with pytest.raises(ArgumentError, match=r"training needs as many examples, 1 or more, .*: x_1 has 3, x_2 has 4"):
        fit(ADDER, first, {**data, "x_1": data["x_1"][:, :3]}, data, recipe, chance)
    with pytest.raises(ArgumentError, match="validation needs as many examples"):
        fit(ADDER, first, data, {}, recipe, chance)
    with pytest.raises(UnknownName, match='no parameter is called "W_hx"'):
        fit(ADDER, {**first, "W_hx": np.eye(2)}, data, data, recipe, chance)
    with pytest.raises(ArgumentError, match="no value for W_hh"):
        fit(ADDER, {name: value for name, value in first.items() if name != "W_hh"}, data, data, recipe, chance)
    with pytest.raises(ArgumentError, match="this network has no loss, so there is nothing to train"):
        fit(Network((Layer(rnn()),), 4), first, data, data, recipe, chance)
    with pytest.raises(ArgumentError, match="epochs is 0; it needs a whole number of 1 or more"):
        Recipe(sgd(0.1), 0, 2)
    with pytest.raises(ArgumentError, match="batch is 0; it needs a whole number of 1 or more"):
        Recipe(sgd(0.1), 1, 0)
    with pytest.raises(ArgumentError, match=r"batch is 2\.5; it needs a whole number"):
        Recipe(sgd(0.1), 1, 2.5)  # type: ignore[arg-type]


def test_examples_are_named_step_by_step() -> None:
    """Column b of each array belongs to example b; a count that does not fit is refused."""
    xs = np.arange(8.0).reshape(4, 1, 2)
    named = examples(ADDER, xs, [[[10.0, 20.0]]])
    assert list(named) == ["x_1", "x_2", "x_3", "x_4", "target_4"]
    assert named["x_2"].tolist() == [[2.0, 3.0]]
    assert named["target_4"].tolist() == [[10.0, 20.0]]
    with pytest.raises(ArgumentError, match=r"xs has shape \(3, 1, 2\); it needs \(4, any, any\)"):
        examples(ADDER, xs[:3], [[[1.0, 2.0]]])
    with pytest.raises(ArgumentError, match=r"targets has shape \(1, 1, 3\); it needs \(1, any, 2\)"):
        examples(ADDER, xs, [[[1.0, 2.0, 3.0]]])


def test_no_window_reaches_the_first_state_over_a_skip_connection() -> None:
    """A window that begins after step 1 gives h_0 nothing; the loss of step 1 alone reaches it."""
    chance = np.random.default_rng(0)
    network = Network((Layer(rnn(), skip=2),), 2, loss="half-squared")
    run = network.forward({name: chance.normal(size=(1,) * len(shape)) for name, shape in network.shapes.items()})
    first, second = truncated(run, 1, 1).chunks
    assert second.first == 2
    assert second.trace["dh_0"] == 0
    assert first.trace["dh_0"] != 0


def test_dropout_masks_keep_with_their_probability() -> None:
    """Drawn anew for every entry and example; without chance nothing is dropped; what is given stays."""
    layers = (Layer(rnn()), Layer(rnn(), dropout="fresh"))
    network = Network(layers, 2, loss="mse")
    values = {f"x_{t}": np.zeros((1, 4000)) for t in (1, 2)} | {"W_xh__1": np.zeros((3, 1))}
    drawn = dropout_masks(network, values, 0.8, np.random.default_rng(1))
    assert set(drawn) == {"m_1__2", "m_2__2", "q"}
    assert drawn["q"] == 0.8
    assert drawn["m_1__2"].shape == (3, 4000)
    assert set(np.unique(drawn["m_1__2"])) == {0.0, 1.0}
    assert drawn["m_1__2"].mean() == pytest.approx(0.8, abs=0.02)  # five standard deviations
    assert (drawn["m_1__2"] != drawn["m_2__2"]).any()
    still = dropout_masks(network, values)
    assert still["q"] == 1
    assert still["m_2__2"].all()
    assert dropout_masks(Network((Layer(rnn()),), 2), values) == {}
    with pytest.raises(ArgumentError, match="q is 0; it needs a number above 0 to 1"):
        dropout_masks(network, values, 0)


def test_a_network_with_dropout_is_fitted() -> None:
    """Masks are drawn for every minibatch; the losses that are reported drop nothing."""
    chance = np.random.default_rng(2)
    network = Network((Layer(rnn(), dropout="fixed"),), 3, loss="mse", targets=(3,))
    weights = initialise(network, (2, 4, 1), "glorot", chance)
    xs = chance.uniform(-1, 1, (3, 2, 64))
    data = examples(network, xs, np.mean(xs[:, :1], axis=0)[None])
    recipe = Recipe(adam(0.02), epochs=30, batch=16, keep=0.8)
    epochs = list(fit(network, weights, data, data, recipe, chance))
    assert epochs[-1].train == mean_loss(network, epochs[-1].parameters, data)
    assert epochs[-1].train < 0.5 * mean_loss(network, weights, data)
