"""Everything counted: against frameworks' own totals, shapes written out, and multiplications as they happen."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.calculus import gradient
from studyrnn.engine.cells import Cell, gru, lstm, parameter_shape, rnn
from studyrnn.engine.counting import (
    CELLS,
    CONVENTIONS,
    attention_cost,
    attention_memory,
    attention_step_cost,
    chain_rule_terms,
    embedding_count,
    feedforward_count,
    forward_cost,
    inference_memory,
    orders,
    output_count,
    parameter_count,
    step_cost,
    stored_names,
    stored_values,
    transformer_count,
)
from studyrnn.engine.feedforward import mlp
from studyrnn.engine.lists import operations
from studyrnn.engine.network import Layer, Network
from studyrnn.errors import ArgumentError, UnknownName

PROGRAMS: dict[str, Cell] = {"rnn": rnn(), "lstm": lstm(), "lstm-peephole": lstm(peephole=True), "gru": gru()}

# torch.nn.RNN: inputs, units, layers, both directions, parameters with PyTorch's two biases, and with one.
PYTORCH = [
    (3, 4, 1, False, 36, 32),
    (3, 4, 1, True, 72, 64),
    (3, 4, 2, False, 76, 68),
    (3, 4, 2, True, 184, 168),
    (3, 20, 1, False, 500, 480),
    (3, 20, 1, True, 1000, 960),
    (3, 20, 2, False, 1340, 1300),
    (3, 20, 2, True, 3480, 3400),
    (10, 4, 1, False, 64, 60),
    (10, 4, 1, True, 128, 120),
    (10, 4, 2, False, 104, 96),
    (10, 4, 2, True, 240, 224),
    (10, 20, 1, False, 640, 620),
    (10, 20, 1, True, 1280, 1240),
    (10, 20, 2, False, 1480, 1440),
    (10, 20, 2, True, 3760, 3680),
]

# The formulas for one layer and direction, as each framework's shapes give them: gates, and biases of n entries.
FORMULAS = {
    ("rnn", "one-bias"): (1, 1), ("rnn", "pytorch"): (1, 2), ("rnn", "keras"): (1, 1),
    ("rnn", "keras-v1"): (1, 1), ("rnn", "flax"): (1, 1),
    ("lstm", "one-bias"): (4, 4), ("lstm", "pytorch"): (4, 8), ("lstm", "keras"): (4, 4),
    ("lstm", "keras-v1"): (4, 4), ("lstm", "flax"): (4, 4),
    ("gru", "one-bias"): (3, 3), ("gru", "pytorch"): (3, 6), ("gru", "keras"): (3, 6),
    ("gru", "keras-v1"): (3, 3), ("gru", "flax"): (3, 4),
}  # fmt: skip

sizes = st.integers(1, 9)


# -- parameters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("d", "n", "layers", "both", "two", "one"), PYTORCH)
def test_against_pytorch(d: int, n: int, layers: int, both: bool, two: int, one: int) -> None:
    """Totals of torch.nn.RNN; LSTM and GRU have 4 and 3 times as many there."""
    for cell, blocks in (("rnn", 1), ("lstm", 4), ("gru", 3)):
        assert parameter_count(cell, d, n, layers, both, "pytorch")["total"] == blocks * two
        assert parameter_count(cell, d, n, layers, both)["total"] == blocks * one


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(FORMULAS)), sizes, sizes, st.integers(1, 3), st.booleans())
def test_against_the_formulas(which: tuple[str, str], d: int, n: int, layers: int, both: bool) -> None:
    """Gates times n (inputs + n), and the biases of the convention, layer by layer."""
    gates, biases = FORMULAS[which]
    directions = 2 if both else 1
    expected = sum(
        directions * (gates * n * ((d if number == 0 else directions * n) + n) + biases * n) for number in range(layers)
    )
    cell, convention = which
    assert parameter_count(cell, d, n, layers, both, convention)["total"] == expected


def test_a_model_as_keras_builds_it() -> None:
    """Embedding(1000, 64), then 128 units: kernel (64, g), recurrent (128, g), bias (g) or, for its GRU, (2, g)."""
    assert embedding_count(1000, 64)["total"] == 64_000
    assert parameter_count("lstm", 64, 128, convention="keras")["total"] == 64 * 512 + 128 * 512 + 512 == 98_816
    assert parameter_count("gru", 64, 128, convention="keras")["total"] == 64 * 384 + 128 * 384 + 2 * 384
    assert parameter_count("gru", 64, 128, convention="keras-v1")["total"] == 64 * 384 + 128 * 384 + 384
    assert output_count(128, 10)["total"] == 1290


def test_the_parts_by_name() -> None:
    """Two layers in both directions: the second reads 2 n."""
    trace = parameter_count("lstm", 3, 4, layers=2, bidirectional=True)
    assert [name for name in trace if name.endswith("__1f")] == [
        "inputs__1f", "input_weights__1f", "recurrent_weights__1f", "biases__1f",
    ]  # fmt: skip
    assert (trace["inputs__1r"], trace["input_weights__1r"]) == (3, 4 * 4 * 3)
    assert (trace["inputs__2r"], trace["input_weights__2r"]) == (8, 4 * 4 * 8)
    assert trace["recurrent_weights__2f"] == 4 * 4 * 4
    assert list(trace)[-1] == "total"
    assert trace["total"] == sum(count for name, count in trace.items() if not name.startswith(("inputs", "total")))
    single = parameter_count("rnn", 3, 4)
    assert single == {"inputs": 3, "input_weights": 12, "recurrent_weights": 16, "biases": 4, "total": 32}


def test_peepholes_are_three_vectors() -> None:
    """Diagonal weights for i, f and o."""
    trace = parameter_count("lstm-peephole", 3, 4)
    assert trace["peepholes"] == 12
    assert trace["total"] == parameter_count("lstm", 3, 4)["total"] + 3 * 4


def test_a_gru_is_three_quarters_of_an_lstm_where_biases_agree() -> None:
    """With one bias each and with PyTorch's two; by Keras' defaults it is a little more."""
    for convention in ("one-bias", "pytorch", "keras-v1"):
        assert 4 * parameter_count("gru", 5, 7, convention=convention)["total"] == (
            3 * parameter_count("lstm", 5, 7, convention=convention)["total"]
        )
    keras = [parameter_count(cell, 5, 7, convention="keras")["total"] for cell in ("gru", "lstm")]
    assert 4 * keras[0] > 3 * keras[1]


@pytest.mark.parametrize(("cell", "both"), [*product(["rnn", "lstm", "gru"], [False, True])])
def test_as_many_as_the_network_has(cell: str, both: bool) -> None:
    """The sizes of all parameters of two layers of the engine's own network with an output layer."""
    layer = Layer(PROGRAMS[cell], reverse=PROGRAMS[cell] if both else None)
    network = Network((layer, layer), 2)
    letters = {"d": 3, "m": 5, **dict.fromkeys(("n1", "n2", "n1f", "n1r", "n2f", "n2r"), 4)}

    def entries(shape: Any) -> int:
        return int(np.prod([sum(letters[x] for x in ([s] if isinstance(s, str) else s)) for s in shape]))

    expected = sum(entries(network.shapes[name]) for name in network.parameters)
    top = 8 if both else 4
    assert parameter_count(cell, 3, 4, 2, both)["total"] + output_count(top, 5)["total"] == expected


def test_feedforward_layers() -> None:
    """m (n + 1) + ... : 3 inputs, 4 units, 2 outputs: 16 + 10; weights alone 12 + 8. As many as mlp takes."""
    assert feedforward_count((3, 4, 2)) == {
        "weights__1": 12, "biases__1": 4, "weights__2": 8, "biases__2": 2, "total": 26,
    }  # fmt: skip
    assert feedforward_count((3, 4, 2), bias=False)["total"] == 20
    trace = mlp(np.ones(3), np.ones((4, 3)), np.ones(4), np.ones((2, 4)), np.ones(2))
    assert sum(trace[name].size for name in ("W_xh", "b_h", "W_hy", "b_y")) == 26
    assert output_count(4, 2) == {"weights": 8, "biases": 2, "total": 10}
    assert output_count(4, 2, bias=False) == {"weights": 8, "total": 8}


@settings(deadline=None, max_examples=30)
@given(sizes, sizes)
def test_when_a_flattened_sequence_has_as_many_first_weights(d: int, k: int) -> None:
    """T d n = d n + n n where T = 1 + n / d: below that the recurrent network has more, above it fewer."""
    n = k * d
    recurrent = parameter_count("rnn", d, n)
    weights = recurrent["input_weights"] + recurrent["recurrent_weights"]
    assert feedforward_count(((1 + k) * d, n), bias=False)["total"] == weights
    assert feedforward_count((k * d, n), bias=False)["total"] < weights


def test_a_transformer_block() -> None:
    """Shapes (d, d) four times, (4 d, d) and (d, 4 d): 12 d^2; with another width its own."""
    assert transformer_count(8)["total"] == 4 * 8 * 8 + 32 * 8 + 8 * 32 == 12 * 64
    assert transformer_count(8)["attention"] == 256
    assert transformer_count(8, width=5)["feedforward"] == 80


# -- multiplications -------------------------------------------------------------------------------------------------


class Counted:
    """A number that counts its multiplications."""

    made = 0

    def __mul__(self, other: Any) -> Counted:
        Counted.made += 1
        return self

    def __add__(self, other: Any) -> Counted:
        return self

    def __sub__(self, other: Any) -> Counted:
        return self

    __radd__ = __rsub__ = __add__


def same(value: Any) -> Any:
    return value


COUNTING = operations(
    {
        "number": same,
        **dict.fromkeys(("tanh", "sigmoid", "exp", "log", "sqrt", "sin", "relu", "step"), same),
        "smaller": min,
    }
)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("d", "n"), [(1, 1), (3, 4), (5, 2)])
def test_multiplications_as_they_happen(cell: str, d: int, n: int) -> None:
    """The cell's equations are worked out on numbers that count."""
    program = PROGRAMS[cell].program
    values: dict[str, Any] = {}
    for name in program.inputs:
        shape = (d,) if name == "x" else (n,) if name.endswith("_") else parameter_shape(name, d, n)
        row = [Counted() for _ in range(shape[-1])]
        values[name] = row if len(shape) == 1 else [row for _ in range(shape[0])]
    Counted.made = 0
    program.run(values, COUNTING)
    assert step_cost(cell, d, n, elementwise=True)["total"] == Counted.made
    trace = step_cost(cell, d, n)
    assert trace["total"] == Counted.made - trace["elementwise"]


def test_cost_of_a_step_by_hand() -> None:
    """LSTM: 4 n d + 4 n n and 3 n entry by entry; peepholes 3 n more; read-out m n; T steps T times as much."""
    assert step_cost("lstm", 3, 5) == {"inputs": 60, "recurrent": 100, "elementwise": 15, "total": 160}
    assert step_cost("lstm-peephole", 3, 5)["elementwise"] == 30
    assert step_cost("gru", 3, 5, elementwise=True)["total"] == 45 + 75 + 15
    assert step_cost("rnn", 3, 5, m=2) == {"inputs": 15, "recurrent": 25, "outputs": 10, "elementwise": 0, "total": 50}
    assert forward_cost("rnn", 3, 5, T=10, m=2) == {"step": 50, "total": 500}


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 6), st.integers(1, 5))
def test_attention_multiplications_one_by_one(T: int, d: int) -> None:
    """Loops over tokens and entries; token by token, with keys and values kept, it comes to the causal half."""
    projections = sum(1 for _ in product(range(4), range(T), range(d), range(d)))
    pairs = sum(1 for _ in product(range(T), range(T), range(d)))
    trace = attention_cost(T, d)
    assert (trace["projections"], trace["scores"], trace["mixing"]) == (projections, pairs, pairs)
    assert trace["total"] == projections + 2 * pairs
    one_by_one = [attention_step_cost(t, d) for t in range(1, T + 1)]
    seen = sum(1 for t, s in product(range(T), range(T)) if s <= t)
    assert sum(step["total"] for step in one_by_one) == projections + 2 * d * seen
    assert one_by_one[-1] == {
        "projections": 4 * d * d,
        "scores": T * d,
        "mixing": T * d,
        "total": 4 * d * d + 2 * T * d,
    }


def test_orders_of_attention_and_recurrence() -> None:
    """T^2 d against T n^2: attention is less work while T d < n^2, and always one step deep."""
    assert orders(10, 64, 64) == {
        "attention_work": 6400, "recurrent_work": 40_960, "attention_sequential": 1, "recurrent_sequential": 10,
        "attention_path": 1, "recurrent_path": 10,
    }  # fmt: skip
    level = orders(64, 64, 64)
    assert level["attention_work"] == level["recurrent_work"]
    assert orders(65, 64, 64)["attention_work"] > orders(65, 64, 64)["recurrent_work"]


# -- backpropagation and memory --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("T", "k2"), [*product([1, 2, 5, 9], [None, 1, 3, 20])])
def test_chains_one_by_one(T: int, k2: int | None) -> None:
    """Pairs of a loss t and a step k <= t at which W was used, no more than k2 steps back."""
    pairs = [(t, k) for t in range(1, T + 1) for k in range(1, t + 1) if k2 is None or t - k < k2]
    trace = chain_rule_terms(T, k2)
    assert trace["total"] == len(pairs)
    assert [trace[f"terms_{t}"] for t in range(1, T + 1)] == [sum(p == t for p, _ in pairs) for t in range(1, T + 1)]
    assert trace["recursion"] == T
    if k2 is None:
        assert trace["total"] == T * (T + 1) // 2


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_stored_suffices_and_is_needed(cell: str) -> None:
    """The backward equations run on the stored values alone, with inputs and weights; without any one they cannot."""
    one = PROGRAMS[cell]
    chance = np.random.default_rng(0)
    outside = {
        name: chance.uniform(
            -1, 1, (3,) if name == "x" else (2,) if name.endswith("_") else parameter_shape(name, 3, 2)
        )
        for name in one.program.inputs
    }
    trace = one.program.run(outside, NUMPY)
    back = gradient(one.program, {"h": "seed_h"}, one.parameters)
    full = back.run({**trace, "seed_h": np.ones(2)}, NUMPY)
    names = [name for name in stored_names(cell) if name != "h"]  # h is read by the next step, as h_
    kept = {**outside, "seed_h": np.ones(2), **{name: trace[name] for name in names}}
    if cell == "rnn":
        kept["h"] = trace["h"]
    found = back.run(kept, NUMPY)
    for name in one.parameters:
        assert found[f"d{name}"].tolist() == full[f"d{name}"].tolist()
    for name in names:
        with pytest.raises(ArgumentError, match=f"'{name}' has no value"):
            back.run({other: value for other, value in kept.items() if other != name}, NUMPY)


def test_stored_values_by_name() -> None:
    """rnn: h. LSTM: four gates, cell and hidden state. GRU: r, z, n and h. Times T, or k2 where that is less."""
    assert stored_values("rnn", 4, 10) == {"h": 4, "step": 4, "steps": 10, "total": 40}
    assert stored_values("lstm", 4, 10) == {**dict.fromkeys("ifgoch", 4), "step": 24, "steps": 10, "total": 240}
    assert stored_values("gru", 4, 10, k2=3) == {**dict.fromkeys("rznh", 4), "step": 16, "steps": 3, "total": 48}
    assert stored_values("gru", 4, 10, k2=30)["steps"] == 10


def test_memory_at_inference() -> None:
    """h, in an LSTM c too, whatever T; attention keeps two vectors a token."""
    assert inference_memory("rnn", 4) == {"h": 4, "total": 4}
    assert inference_memory("lstm", 4, layers=3) == {"h": 12, "c": 12, "total": 24}
    assert attention_memory(100, 4) == {"keys": 400, "values": 400, "total": 800}
    assert attention_memory(100, 4, layers=2)["total"] == 1600


# -- errors ----------------------------------------------------------------------------------------------------------


def test_unknown_cells_and_conventions_are_refused() -> None:
    """What there is, is named."""
    with pytest.raises(UnknownName, match=r'no cell is called "lstn". Did you mean "lstm"'):
        parameter_count("lstn", 3, 4)
    with pytest.raises(UnknownName, match=r'no convention is called "tensorflow". Known: one-bias, pytorch, keras'):
        parameter_count("lstm", 3, 4, convention="tensorflow")
    with pytest.raises(UnknownName, match="no cell"):
        step_cost("jordan", 3, 4)
    assert set(CONVENTIONS) == {convention for _, convention in FORMULAS}


def test_sizes_of_one_are_sizes() -> None:
    """The smallest of everything."""
    assert embedding_count(1, 1)["total"] == 1
    assert transformer_count(1, width=1)["total"] == 4 + 2
    assert forward_cost("rnn", 1, 1, T=1) == {"step": 2, "total": 2}
    assert set(orders(1, 1, 1).values()) == {1}
    assert stored_values("rnn", 1, 1, k2=1)["total"] == 1
    assert inference_memory("rnn", 1)["total"] == 1
    assert attention_memory(1, 1)["total"] == 2


def test_sizes_below_one_are_refused() -> None:
    """Nothing has no inputs, units or steps."""
    with pytest.raises(ArgumentError, match="n is 0; it needs a whole number of 1 or more"):
        parameter_count("rnn", 3, 0)
    with pytest.raises(ArgumentError, match="T is 0"):
        forward_cost("rnn", 3, 4, 0)
    with pytest.raises(ArgumentError, match="k2 is 0"):
        chain_rule_terms(3, 0)
    with pytest.raises(ArgumentError, match="m is -1; it needs a whole number of 0 or more"):
        step_cost("rnn", 3, 4, m=-1)
    with pytest.raises(ArgumentError, match=r"sizes is \[3\]; it needs two or more"):
        feedforward_count([3])
    with pytest.raises(ArgumentError, match=r"d is 2.5; it needs a whole number"):
        embedding_count(10, 2.5)  # type: ignore[arg-type]
