"""What the parts of a network do."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from networks import MANY, drawn, equals, every_network, same_gradients, with_parts

from studyrnn.engine.arrays import softmax
from studyrnn.engine.cells import gru, lstm, rnn
from studyrnn.engine.network import Layer, Network, Run, shared, unreached

# -- where gradients go ----------------------------------------------------------------------------------------------


@every_network
def test_many_to_one_has_one_loss(network: Network) -> None:
    """With a target at the last step only, the gradient is that of the last loss alone."""
    values = drawn(network)
    last = with_parts(network, targets=(3,))
    run = last.forward({name: value for name, value in values.items() if name in last.shapes})
    all_losses = network.forward(values)
    equals(run.loss, all_losses["L_3"])
    names = [*network.parameters, *network.initial, *network.xs]
    found = run.backward()
    same_gradients(found, all_losses.backward(of=["L_3"]), names)
    assert not any(name in found for name in ("L_1", "dL_1", "dL_1_in"))


@every_network
def test_the_losses_share_the_gradient(network: Network) -> None:
    """Backpropagated one at a time and added up, they give the gradient of their sum; without any it is 0."""
    values = drawn(network)
    run = network.forward(values)
    names = [*network.parameters, *network.initial, *network.xs]
    parts = [run.backward(of=[loss]) for loss in network.losses]
    whole = run.backward()
    for name in names:
        equals(sum(part[f"d{name}"] for part in parts), whole[f"d{name}"])
        assert not np.any(run.backward(of=[])[f"d{name}"])


def test_one_loss_of_a_mean_keeps_its_share() -> None:
    """Of the mean of three losses, the second one's part is a third of its own gradient."""
    network = with_parts(MANY["rnn"], reduce="mean")
    values = drawn(network)
    mean, alone = network.forward(values).backward(of=["L_2"]), MANY["rnn"].forward(values).backward(of=["L_2"])
    equals(3 * mean["dW_hh"], alone["dW_hh"])


def test_an_input_reaches_no_earlier_loss() -> None:
    """dL_1/dx_2 is 0 where nothing reads backwards."""
    run = MANY["lstm"].forward(drawn(MANY["lstm"]))
    found = run.backward(of=["L_1"])
    assert not np.any(found["dx_2"])
    assert np.all(found["dx_1"])


def test_truncation_takes_a_state_as_given() -> None:
    """Nothing flows back through h_1: the rest is the gradient of a sequence that begins with that state."""
    network = MANY["rnn"]
    values = drawn(network)
    run = network.forward(values)
    cut = run.backward(stop=["h_1"], of=["L_2", "L_3"])
    rest = Network((Layer(rnn()),), 2, loss="half-squared")
    later = {name: value for name, value in values.items() if name in network.parameters} | {"h_0": run["h_1"]}
    later |= {f"{name}_{t}": values[f"{name}_{t + 1}"] for name in ("x", "target") for t in (1, 2)}
    expected = rest.forward(later).backward()
    same_gradients(cut, expected, ["W_xh", "W_hh", "b_h", "W_hy", "b_y"])
    equals(cut["dx_2"], expected["dx_1"])
    assert not np.any(cut["dx_1"])
    assert not np.any(cut["dh_0"])


def test_only_what_is_asked_for() -> None:
    """wrt chooses the inputs; the way there is in the trace as well, a target too where the loss is a square."""
    run = MANY["rnn"].forward(drawn(MANY["rnn"]))
    program = MANY["rnn"].backward(wrt=["W_hh", "target_2"])
    assert list(program.equations)[-2:] == ["dW_hh", "dtarget_2"]
    found = run.backward(wrt=["W_hh", "target_2"])
    assert "dW_xh" not in found
    equals(found["dtarget_2"], run["target_2"] - run["y_2"])
    equals(found["dh_3"], run.backward()["dh_3"])


def test_what_no_loss_reaches() -> None:
    """With the loss of step 2 alone, back to step 2: the first input and state have no part in it, nor x_3."""
    network = MANY["rnn"]
    program = network.backward(stop=["h_1"], of=["L_2"])
    assert unreached(program) == {"dx_1", "dx_3", "dh_0"}
    found = network.forward(drawn(network)).backward(stop=["h_1"], of=["L_2"])
    for name in program.equations:
        assert bool(np.any(found[name])) == (name not in {"dx_1", "dx_3", "dh_0"})
    assert unreached(network.backward()) == set()
    assert unreached(network.backward(of=[])) == {f"d{name}" for name in (*network.parameters, "h_0", *network.xs)}


# -- padding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reduce", ["sum", "mean"])
@every_network
def test_a_padded_tail_changes_nothing(network: Network, reduce: str) -> None:
    """Three steps of which the last is padding have the loss, the gradients and the final states of two."""
    padded = with_parts(network, masked=True, reduce=reduce)
    short = with_parts(network, steps=2, reduce=reduce)
    values = drawn(padded, k_1=1, k_2=1, k_3=0)
    start = {
        name: name.replace("_3", "_4") for name in short.initial if name.endswith("r")
    }  # in reverse: behind the end
    run = padded.forward(values)
    expected = short.forward({name: values[start.get(name, name)] for name in short.shapes})
    equals(run.loss, expected.loss)
    for place, other in zip(padded.places, short.places, strict=True):
        for final, last in zip(place.states(place.last), other.states(other.last), strict=True):
            equals(run[final], expected[last])
    found, wanted = run.backward(), expected.backward()
    same_gradients(found, wanted, [*network.parameters, "x_1", "x_2"])
    for name in short.initial:
        equals(found[f"d{start.get(name, name)}"], wanted[f"d{name}"])
    assert not np.any(found["dx_3"])


def test_each_example_has_its_own_padding() -> None:
    """A batch of sequences of length 1, 2 and 3 is three sequences, whatever stands in the padding."""
    network = with_parts(MANY["gru"], masked=True, reduce="mean")
    lengths = (1, 2, 3)
    values = drawn(network)
    chance = np.random.default_rng(8)
    batch = dict(values)
    for t in (1, 2, 3):
        batch[f"k_{t}"] = np.array([float(t <= length) for length in lengths])
        batch |= {f"{name}_{t}": chance.normal(size=(2, 3)) for name in ("x", "target")}
    run = network.forward(batch)
    for b, length in enumerate(lengths):
        alone = Network((Layer(gru()),), length, loss="half-squared", reduce="mean")
        given = {name: batch[name][:, b] if name[:2] in {"x_", "ta"} else batch[name] for name in alone.shapes}
        result = alone.forward(given)
        equals(run.loss[b], result.loss)
        equals(run["h_3"][:, b], result[f"h_{length}"])


# -- dropout ---------------------------------------------------------------------------------------------------------


def test_dropout_is_inverted() -> None:
    """What is kept is divided by q, so that the mean over all masks, each as likely as it is, is the input."""
    network = Network((Layer(rnn(), dropout="fresh"),), 1)
    values = drawn(network, q=0.8, x_1=[0.4, -0.6])
    equals(network.forward(values | {"m_1": np.array([1.0, 0.0])})["x_kept_1"], np.array([0.5, 0.0]))
    mean = np.zeros(2)
    for mask in product([0.0, 1.0], repeat=2):
        chance = np.prod([0.8 if kept else 0.2 for kept in mask])
        mean += chance * network.forward(values | {"m_1": np.array(mask)})["x_kept_1"]
    equals(mean, values["x_1"])


@pytest.mark.parametrize("dropout", ["fresh", "fixed"])
def test_keeping_everything_is_no_dropout(dropout: str) -> None:
    """With masks of ones and q = 1 the network is the one without; what a mask drops gets no gradient."""
    plain = Network((Layer(lstm()), Layer(rnn())), 2, loss="half-squared")
    layers = (Layer(lstm(), dropout=dropout), Layer(rnn(), dropout=dropout))
    network = with_parts(plain, layers=layers)
    values = drawn(network)
    masks = [name for name in network.shapes if name.startswith("m")]
    kept = {name: np.ones_like(values[name]) for name in masks} | {"q": np.array(1.0)}
    run = network.forward(values | kept)
    expected = plain.forward({name: values[name] for name in plain.shapes})
    equals(run.loss, expected.loss)
    same_gradients(run.backward(), expected.backward(), [*plain.parameters, *plain.initial, *plain.xs])
    first = masks[0]
    dropped = network.forward(values | kept | {first: np.array([0.0, 1.0])}).backward()
    assert dropped["dx_1"][0] == 0
    assert dropped["dx_1"][1] != 0


# -- feeding back ----------------------------------------------------------------------------------------------------


def test_teacher_forcing_and_running_free() -> None:
    """Given its own outputs as inputs a network computes the same; but the gradient goes through them only when it
    feeds them back itself."""
    free = Network((Layer(rnn()),), 3, loss="half-squared", feed=("given", "output", "output"))
    taught = Network((Layer(rnn()),), 3, loss="half-squared")
    values = drawn(free, {"d": 2})
    run = free.forward(values)
    forced = taught.forward(values | {"x_2": run["y_1"], "x_3": run["y_2"]})
    equals(run.loss, forced.loss)
    through, not_through = run.backward(), forced.backward()
    assert np.max(np.abs(through["dW_hy"] - not_through["dW_hy"])) > 1e-3
    equals(through["dy_2"], run["y_2"] - run["target_2"] + through["dx_3"])
    equals(not_through["dy_2"], run["y_2"] - run["target_2"])


def test_a_choice_gets_no_gradient() -> None:
    """Greedy decoding: the next input is one-hot where the output is largest, and training takes it as given."""
    greedy = Network((Layer(gru()),), 3, loss="cross-entropy", feed=("given", "choice", "choice"))
    taught = Network((Layer(gru()),), 3, loss="cross-entropy")
    targets = {f"target_{t}": [1, 0, 0] for t in (1, 2, 3)}
    values = drawn(greedy, {"m": 3}, **targets)
    run = greedy.forward(values)
    for t in (2, 3):
        assert sorted(run[f"x_{t}"]) == [0, 0, 1]
        assert np.argmax(run[f"x_{t}"]) == np.argmax(run[f"y_{t - 1}"])
    forced = taught.forward(values | {"x_2": run["x_2"], "x_3": run["x_3"]})
    found = run.backward()
    same_gradients(found, forced.backward(), [*greedy.parameters, "h_0", "x_1"])
    for t in (1, 2):
        equals(found[f"dy_{t}"], softmax(run[f"y_{t}"]) - run[f"target_{t}"])


def test_scheduled_sampling_is_a_word_a_step() -> None:
    """Some inputs given, others fed back."""
    network = Network((Layer(rnn()),), 3, feed=("given", "output", "given"))
    run = network.forward(drawn(network))
    assert network.xs == ["x_1", "x_3"]
    assert np.array_equal(run["x_2"], run["y_1"])
    assert not np.array_equal(run["x_3"], run["y_2"])


# -- short cuts ------------------------------------------------------------------------------------------------------


def test_residual_and_skip_by_hand() -> None:
    """A ReLU cell of one unit, W_xh = 2, W_hh = 1, from h_0 = 1, on x = 1, 2, 3."""
    values = {"W_xh": [[2.0]], "W_hh": [[1.0]], "b_h": [0.0], "h_0": [1.0], "x_1": [1.0], "x_2": [2.0], "x_3": [3.0]}

    def states(name: str, **parts: Any) -> list[float]:
        network = Network((Layer(rnn("relu"), **parts),), 3, output=False)
        return [float(value[0]) for value in network.forward(values).over_time(name)]

    assert states("h") == [3, 7, 13]
    assert states("s", residual=True) == [4, 9, 16]
    assert states("h", residual=True) == [3, 7, 13], "the sum goes upward, not to the next step"
    assert states("h", skip=1) == [3 + 1, 8 + 4, 18 + 12]
    assert states("h", skip=2) == [3, 7 + 1, 14 + 3]
    assert states("h", skip=4) == [3, 7, 13]


def test_a_residual_layer_of_two_directions() -> None:
    """The input is added to both halves, one above the other."""
    network = Network((Layer(rnn(), reverse=rnn(), residual=True),), 1, output=False)
    values = drawn(network, {"d": 3, "nf": 2, "nr": 1})
    run = network.forward(values)
    equals(run["s_1"], np.concatenate([run["h_1__f"], run["h_1__r"]]) + values["x_1"])


def test_a_skip_connection_carries_the_gradient() -> None:
    """With recurrent weights of 0, what reaches h_0 over a skip of 2 is what arrives at h_2, unchanged."""
    network = Network((Layer(rnn(), skip=2),), 2, loss="half-squared", targets=(2,))
    values = drawn(network) | {"W_hh": np.zeros((3, 3))}
    found = network.forward(values).backward()
    equals(found["dh_0"], found["dh_2"])


# -- initial states --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [(), (4,)], ids=["one", "batch"])
@pytest.mark.parametrize("own", [False, True], ids=["shared-weights", "own-weights"])
@every_network
def test_missing_initial_states_are_zeros(network: Network, own: bool, batch: tuple[int, ...]) -> None:
    """All of them or some; their gradients are there all the same."""
    values = drawn(network)
    for name in values:
        axis = batch if own or name not in network.parameters else ()
        values[name] = np.multiply.outer(values[name], np.ones(axis))
    zeros = {name: np.zeros(values[name].shape[0]) for name in network.initial}
    run = network.forward(values | zeros)
    expected = run.backward()
    without = {name: value for name, value in values.items() if name not in network.initial}
    for given in (without, without | dict(list(zeros.items())[:1])):
        found = network.forward(given)
        equals(found.loss, run.loss)
        same_gradients(found.backward(), expected, [*network.parameters, *network.initial, *network.xs])


# -- a run -----------------------------------------------------------------------------------------------------------


def test_a_run_has_every_value_by_name() -> None:
    """One by one, and over time."""
    network = MANY["two-layers"]
    values = drawn(network)
    run = network.forward(values)
    assert isinstance(run, Run)
    assert set(run.trace) == set(values) | set(network.program.equations)
    assert [value is run[f"h_{t}__2"] for t, value in enumerate(run.over_time("h", "__2"), start=1)] == [True] * 3
    assert run.loss is run["L"]


def test_gradients_have_the_shape_of_what_was_given() -> None:
    """Also in a batch, where some vectors are shared and others not."""
    network = MANY["lstm"]
    values = drawn(network)
    values["x_2"] = np.multiply.outer(values["x_2"], np.ones(5))
    values["W_hf"] = np.multiply.outer(values["W_hf"], np.ones(5))
    run = network.forward(values)
    assert run.batch == 5
    assert run.loss.shape == (5,)
    found = run.backward()
    for name in [*network.parameters, *network.initial, *network.xs]:
        assert found[f"d{name}"].shape == values[name].shape


@pytest.mark.parametrize("own", [["x_3"], ["target_1"], ["W_own"], ["start"], ["x_2", "target_3", "W_own"]], ids=str)
@every_network
def test_what_each_example_has_of_its_own(network: Network, own: list[str]) -> None:
    """Any value can be shared by the batch or not: an example gets what it gets alone, gradients of the rest add up."""
    named = {"W_own": network.parameters[0], "start": network.initial[-1]}
    own = [named.get(name, name) for name in own]
    values, chance = drawn(network), np.random.default_rng(9)
    names = list(values)
    batch = {name: chance.uniform(-1, 1, (*values[name].shape, 3)) if name in own else values[name] for name in names}
    run = network.forward(batch)
    together = run.backward(wrt=names)
    examples = [{name: batch[name][..., b] if name in own else batch[name] for name in names} for b in range(3)]
    alone = [network.forward(example) for example in examples]
    gradients = [each.backward(wrt=names) for each in alone]
    equals(run.loss, np.array([each.loss for each in alone]))
    for name in names:
        each = [gradient[f"d{name}"] for gradient in gradients]
        equals(together[f"d{name}"], np.stack(each, axis=-1) if name in own else sum(each))


def test_what_is_shared_is_summed_over_the_batch() -> None:
    """A gradient with one axis more than its parameter; any other stays."""
    gradient = np.arange(6.0).reshape(2, 3)
    assert shared(gradient, (2,)).tolist() == [3, 12]
    assert shared(gradient, (2, 3)) is gradient


def test_values_are_left_alone() -> None:
    """Forward and backward change nothing that was given."""
    values = drawn(MANY["gru"])
    before = {name: value.copy() for name, value in values.items()}
    MANY["gru"].forward(values).backward()
    assert all(np.array_equal(values[name], before[name]) for name in before)
    assert list(values) == list(before)
