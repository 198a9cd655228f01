"""A learner's own problem as a file: what is right becomes the right network, what is wrong is told with its line."""

from __future__ import annotations

import copy
import json
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.cells import Cell, gru, lstm, rnn
from studyrnn.engine.network import Layer, Network
from studyrnn.errors import ArgumentError
from studyrnn.problems import ASKS, Homework, read
from studyrnn.solving import Solved

EXAMPLES = {
    entry.name.removesuffix(".yaml"): entry.read_text("utf-8")
    for entry in (files("studyrnn") / "examples").iterdir()
    if entry.name.endswith(".yaml")
}

# A network of 3 inputs, 2 units and 1 output; one tensor a line, so that every mistake has a line of its own.
WHOLE = """\
cell: rnn
activation: relu
layers:
  - forward:
      W_xh: [[1, 2, 3], [4, 5, 6]]
      W_hh: [[7, 8], [9, 10]]
      b_h: [11, 12]
    h0: [13, 14]
output:
  W_hy: [[15, 16]]
  b_y: [17]
x: [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
target: [null, [18]]
loss: half-squared
reduce: mean
truncate: {k1: 1, k2: 2}
clip: {norm: 1.5}
ask: [loss, gradients]
"""


def read_text(text: str) -> tuple[Homework | None, list[tuple[int, str]]]:
    homework, problems = read(text.encode(), "mine.yaml")
    return homework, [(problem.line, problem.message) for problem in problems]


def accepted(text: str) -> Homework:
    homework, problems = read_text(text)
    assert problems == []
    assert homework is not None
    return homework


def refused(text: str) -> list[tuple[int, str]]:
    homework, problems = read_text(text)
    assert homework is None
    assert problems
    return problems


def changed(line: str, new: str, text: str = WHOLE) -> str:
    """The file with another line in place of the one that begins like this."""
    lines = text.split("\n")
    (place,) = [k for k, old in enumerate(lines) if old.strip().startswith(line)]
    lines[place] = new
    return "\n".join(lines)


def described(network: Network) -> tuple[Any, ...]:
    """A network by its equations: cells that are built twice are two objects."""
    return network.program.equations, network.shapes, network.steps, network.output, network.loss, network.target_steps


# -- what is right ---------------------------------------------------------------------------------------------------


def test_a_whole_file() -> None:
    """Every key: the network, the numbers under its names, and what is to be done with it."""
    homework = accepted(WHOLE)
    network = Network((Layer(rnn("relu")),), 2, output=True, loss="half-squared", reduce="mean", targets=(2,))
    assert described(homework.network) == described(network)
    assert homework.values == {
        "W_xh": [[1, 2, 3], [4, 5, 6]], "W_hh": [[7, 8], [9, 10]], "b_h": [11, 12], "h_0": [13, 14],
        "W_hy": [[15, 16]], "b_y": [17], "x_1": [0.1, 0.2, 0.3], "x_2": [0.4, 0.5, 0.6], "target_2": [18],
    }  # fmt: skip
    assert (homework.truncate, homework.clip, homework.ask) == ((1, 2), ("norm", 1.5), ("loss", "gradients"))


def test_the_least_that_a_file_needs() -> None:
    """Without the rest: tanh, initial states of zeros, no output layer, no loss, and what there is to be asked."""
    homework = accepted("cell: rnn\nlayers: [{forward: {W_xh: [[0.5]], W_hh: [[2]], b_h: [0]}}]\nx: [[1], [2]]\n")
    assert described(homework.network) == described(Network((Layer(rnn()),), 2, output=False))
    assert homework.values["h_0"] == [0.0]
    assert (homework.truncate, homework.clip, homework.ask) == (None, None, ("trace", "outputs"))


GATES = {"rnn": "h", "lstm": "ifgo", "gru": "rzn"}
FORMS: dict[str, tuple[dict[str, Any], Cell]] = {
    "rnn tanh": ({"cell": "rnn", "activation": "tanh"}, rnn("tanh")),
    "rnn relu": ({"cell": "rnn", "activation": "relu"}, rnn("relu")),
    "rnn sigmoid": ({"cell": "rnn", "activation": "sigmoid"}, rnn("sigmoid")),
    "lstm": ({"cell": "lstm"}, lstm()),
    "lstm without": ({"cell": "lstm", "convention": {"peephole": False}}, lstm()),
    "lstm peephole": ({"cell": "lstm", "convention": {"peephole": True}}, lstm(peephole=True)),
    "gru": ({"cell": "gru"}, gru("before", "old")),
    "gru before new": ({"cell": "gru", "convention": {"z_keeps": "new"}}, gru("before", "new")),
    "gru after old": ({"cell": "gru", "convention": {"reset": "after"}}, gru("after", "old")),
    "gru after new": ({"cell": "gru", "convention": {"reset": "after", "z_keeps": "new"}}, gru("after", "new")),
}


def tensors_of(form: dict[str, Any], d: int, n: int, first: float = 1.0) -> dict[str, Any]:
    """Every tensor of one direction, each number another one."""
    names = {f"W_x{gate}": (n, d) for gate in GATES[form["cell"]]} | {
        f"W_h{gate}": (n, n) for gate in GATES[form["cell"]]
    }
    shapes: dict[str, tuple[int, ...]] = {**names, **{f"b_{gate}": (n,) for gate in GATES[form["cell"]]}}
    convention = form.get("convention", {})
    if convention.get("peephole"):
        shapes |= {"p_i": (n,), "p_f": (n,), "p_o": (n,)}
    if convention.get("reset") == "after":
        shapes |= {"b_hn": (n,)}
    found: dict[str, Any] = {}
    for name, shape in shapes.items():
        rows = [[round((first := first + 1) / 100, 2) for _ in range(shape[-1])] for _ in range(shape[0])]
        found[name] = rows if len(shape) == 2 else rows[0]
    return found


@pytest.mark.parametrize("name", FORMS)
def test_every_cell_and_convention(name: str) -> None:
    """The cell that is meant, with its numbers under their names."""
    form, cell = FORMS[name]
    tensors = tensors_of(form, 3, 2)
    homework = accepted(json.dumps({**form, "layers": [{"forward": tensors}], "x": [[1, 2, 3]]}))
    assert described(homework.network) == described(Network((Layer(cell),), 1, output=False))
    assert homework.values == tensors | {"x_1": [1, 2, 3]} | {f"{state}_0": [0.0, 0.0] for state in cell.states}


def test_layers_and_directions() -> None:
    """Two bidirectional layers: the second reads both directions of the first; reversed states begin behind the end."""
    form: dict[str, Any] = {"cell": "lstm"}
    lower = {"forward": tensors_of(form, 1, 2), "reverse": tensors_of(form, 1, 1, 30), "h0": [5, 6], "c0_reverse": [7]}
    upper = {"forward": tensors_of(form, 3, 1, 60), "reverse": tensors_of(form, 3, 2, 90), "h0_reverse": [8, 9]}
    homework = accepted(json.dumps({**form, "layers": [lower, upper], "x": [[1], [2], [3]]}))
    assert described(homework.network) == described(Network((Layer(lstm(), lstm()),) * 2, 3, output=False))
    places = {"__1f": lower["forward"], "__1r": lower["reverse"], "__2f": upper["forward"], "__2r": upper["reverse"]}
    expected = {f"{name}{place}": value for place, tensors in places.items() for name, value in tensors.items()}
    expected |= {"h_0__1f": [5, 6], "c_0__1f": [0, 0], "h_4__1r": [0], "c_4__1r": [7]}
    expected |= {"h_0__2f": [0], "c_0__2f": [0], "h_4__2r": [8, 9], "c_4__2r": [0, 0]}
    assert homework.values == expected | {"x_1": [1], "x_2": [2], "x_3": [3]}


def test_classes_are_one_hot_targets() -> None:
    """From 0, cross-entropy without being told; null where there is no loss."""
    text = changed("target", "classes: [1, null]").replace("loss: half-squared\n", "")
    text = text.replace("[[15, 16]]", "[[1, 2], [3, 4], [5, 6]]").replace("b_y: [17]", "b_y: [0, 0, 0]")
    homework = accepted(text)
    assert (homework.network.loss, homework.network.targets) == ("cross-entropy", (1,))
    assert homework.values["target_1"] == [0, 1, 0]
    assert "target_2" not in homework.values


def test_without_a_loss_half_squared_is_taken() -> None:
    assert accepted(changed("loss", "")).network.loss == "half-squared"
    assert accepted(changed("ask", "")).ask == ASKS


def test_json_is_read_as_well() -> None:
    """The same homework from JSON, on one line or on many."""
    plain = json.dumps(yaml.safe_load(WHOLE))
    for text in (plain, json.dumps(json.loads(plain), indent=2)):
        assert accepted(text) == accepted(WHOLE)
        assert accepted("\ufeff" + text) == accepted(WHOLE)


def test_numbers_as_people_write_them() -> None:
    """Signs, exponents, no leading zero, quotes: each is the nearest double."""
    text = changed("x:", "x: [[+1, -.5, 1e-3], ['2', \"0.1\", 3.]]")
    assert [accepted(text).values[f"x_{t}"] for t in (1, 2)] == [[1, -0.5, 0.001], [2, 0.1, 3]]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_right(name: str) -> None:
    accepted(EXAMPLES[name])


def test_the_examples_show_every_cell_and_every_key() -> None:
    cells = {accepted(text).network.layers[0].cell.name for text in EXAMPLES.values()}
    assert cells == {"rnn", "lstm", "gru"}
    keys = {key for text in EXAMPLES.values() for key in yaml.safe_load(text)}
    assert keys == {
        "cell", "activation", "convention", "layers", "output", "x", "target", "classes", "loss", "reduce", "truncate",
        "clip", "ask",
    }  # fmt: skip


# -- what is wrong ---------------------------------------------------------------------------------------------------

MISTAKES = [  # the line to replace, what stands there instead, the line that is named, what is said
    ("cell", "cell: rnm", 1, 'cell: there is no "rnm" here. Did you mean "rnn"?'),
    ("cell", "cel: rnn", 1, 'unknown key "cel". Did you mean "cell"?'),
    ("cell", "", 2, "cell: is missing. studyrnn solve --example gru prints a whole problem"),
    ("cell", "cell: [rnn]", 1, "cell: there is no a list or a mapping here"),
    ("activation", "activation: sin", 2, 'activation: there is no "sin" here. Known: tanh, relu, sigmoid'),
    ("activation", "convention: {reset: after}", 2, "convention: only gru (reset, z_keeps) and lstm"),
    ("activation", "cell: rnn", 2, 'the key "cell" stands here twice'),
    ("activation", "? [1, 2]\n: 3", 2, "a key must be a word"),
    ("W_xh", "      W_xh: [[1, 2], [4, 5]]", 5, "layer 1, forward, W_xh: has shape (2, 2); it needs (2, 3), 2 rows"),
    ("W_xh", "      W_xh: [[1, 2, 3], [4, 5]]", 5, "W_xh: row 2 has 2 numbers and row 1 has 3; it needs (2, 3)"),
    ("W_xh", "      W_xh: [[1, 2, 3], 4]", 5, "W_xh: numbers and rows are mixed; it needs (2, 3)"),
    ("W_xh", "      W_xh: [[], []]", 5, "W_xh: row 1 is empty; it needs (2, 3)"),
    ("W_xh", "      W_xh: []", 5, "W_xh: is no list of numbers; it needs (2, 3)"),
    ("W_xh", "      W_xh: 3", 5, "W_xh: is no list of numbers; it needs (2, 3)"),
    ("W_xh", "      W_xh: [[1, 2, three], [4, 5, 6]]", 5, "W_xh: three is not a number. Write it like 24, 0.5 or 1e-3"),
    ("W_xh", "      W_xh: [[1, 2, null], [4, 5, 6]]", 5, "W_xh: null is not a number"),
    ("W_xh", "      W_xh: [[1, 2, [3]], [4, 5, 6]]", 5, "W_xh: that is not a number"),
    ("W_xh", "      W_xh: [[1, 2, 1e400], [4, 5, 6]]", 5, "W_xh: 1e400 is not a number"),
    ("W_xh", "      W_xh: [[1, 2, .inf], [4, 5, 6]]", 5, "W_xh: .inf is not a number"),
    ("W_xh", "      W_xh: [[1, 2, -inf], [4, 5, 6]]", 5, "W_xh: -inf is not a number"),
    ("W_xh", "      W_xh: [[1, 2, .nan], [4, 5, 6]]", 5, "W_xh: .nan is not a number"),
    ("W_xh", "      W_xh: [[1, 2, NaN], [4, 5, 6]]", 5, "W_xh: NaN is not a number"),
    ("W_xh", "      W_xh: [[1, 2, 1_0], [4, 5, 6]]", 5, "W_xh: 1_0 is not a number"),
    ("W_xh", "      W_xx: [[1, 2, 3], [4, 5, 6]]", 5, 'unknown key "W_xx". Did you mean "W_xh"'),
    ("W_xh", "", 6, "layer 1, forward: W_xh is missing, 2 rows of 3, like [[0.1, -0.2, 0.3], [-0.4, 0.5, -0.6]]"),
    ("W_hh", "      W_hh: [7, 8]", 6, "W_hh: has shape (2); it needs (2, 2), 2 rows of 2, like [[0.1, -0.2], [0"),
    ("b_h", "      b_h: [[11], [12]]", 7, "b_h: has shape (2, 1); it needs (2), a list of 2, like [0.1, -0.2]"),
    ("h0", "    h0: [13]", 8, "layer 1, h0: has shape (1); it needs (2)"),
    ("h0", "    h0: 0", 8, "layer 1, h0: is no list of numbers; it needs (2)"),
    ("h0", "    c0: [13, 14]", 8, 'unknown key "c0"'),
    ("h0", "    h0_reverse: [13, 14]", 8, "h0_reverse: this layer has no reverse direction"),
    ("h0", "    reverse: 3", 8, "layer 1, reverse must be a mapping of  key: value  with the keys W_xh, W_hh, b_h"),
    ("h0", "  - 3", 8, "layer 2 must be a mapping of  key: value  with the keys forward, reverse, h0, h0_reverse"),
    ("h0", "  - h0: [1, 2]", 8, "layer 2: forward: is missing; it holds W_xh, W_hh, b_h"),
    ("W_hy", "  W_hy: [[15], [16]]", 10, "output, W_hy: has shape (2, 1); it needs (1, 2), 1 row of 2"),
    ("W_hy", "  W_hy: [15, 16]", 10, "output, W_hy: has shape (2); it needs (1, 2), 1 row of 2"),
    ("W_hy", "", 11, "output: W_hy is missing, 1 row of 2, like [[0.1, -0.2]]"),
    ("b_y", "", 10, "output: b_y is missing, a list of 1, like [0.1]"),
    ("b_y", "  b_x: [17]", 11, 'unknown key "b_x". Did you mean "b_y"?'),
    ("x:", "", 1, "x: is missing"),
    ("x:", "x: [1, 2, 3]", 12, "x: one row a step, like [[0.5, -1], [0.2, 0.3]]; a single step is [[0.5, -1]]"),
    ("x:", "x: 3", 12, "x: one row a step"),
    ("x:", "x: [[1, 2, 3], [4, 5]]", 12, "x: row 2 has 2 numbers and row 1 has 3"),
    ("x:", "x: [[1, 2, 3], [4, 5, null]]", 12, "x: null is not a number"),
    ("x:", "x: [[1, 2, 3]]", 13, "target: has 2 entries for 1 steps of x; write null where there is none"),
    ("target", "target: [null, null]", 13, "target: every step is null, so there is no loss"),
    ("target", "target: 3", 13, "target: must be a list with one entry a step; null where a step has no loss"),
    ("target", "target: [null, 18]", 13, "target of step 2: is no list of numbers; it needs (1), a list of 1"),
    ("target", "target: [null, [18, 19]]", 13, "target of step 2: has shape (2); it needs (1)"),
    ("target", "classes: [0, null]", 13, "classes: go with loss: cross-entropy; half-squared needs a target"),
    ("loss", "loss: cross-entropy", 13, "target of step 2: for cross-entropy it is a distribution"),
    ("loss", "loss: squared", 14, 'loss: there is no "squared" here. Did you mean "half-squared"?'),
    ("loss", "loss: mse", 15, "reduce: mse is the mean over every step and entry already; leave reduce out"),
    ("loss", "classes: [0, 0]", 14, "classes: there is a target already; give one of them"),
    ("reduce", "reduce: total", 15, 'reduce: there is no "total" here. Known: sum, mean'),
    ("truncate", "truncate: 3", 16, "truncate must be a mapping of  key: value  with the keys k1, k2"),
    ("truncate", "truncate: {k1: 2}", 16, "truncate: k2 must be a whole number of steps, 1 or more: {k1: 2, k2: 3}"),
    ("truncate", "truncate: {k1: 0, k2: 2}", 16, "truncate: k1 must be a whole number of steps, 1 or more"),
    ("truncate", "truncate: {k1: 1.5, k2: 2}", 16, "truncate: k1 must be a whole number of steps, 1 or more"),
    ("clip", "clip: 3", 17, "clip must be a mapping of  key: value  with the keys norm, value"),
    ("clip", "clip: {}", 17, "clip: give one threshold, {norm: 1.0} or {value: 1.0}"),
    ("clip", "clip: {norm: 1, value: 1}", 17, "clip: give one threshold"),
    ("clip", "clip: {value: 0}", 17, "clip: value must be above 0"),
    ("ask", "ask: [loss, gradient]", 18, 'ask: there is no "gradient" here. Did you mean "gradients"?'),
    ("ask", "ask: loss", 18, "ask: must be a list with at least one entry"),
    ("ask", "aks: [loss]", 18, 'unknown key "aks". Did you mean "ask"?'),
]  # fmt: skip


@pytest.mark.parametrize(("line", "new", "place", "said"), MISTAKES)
def test_a_mistake_is_found_where_it_stands(line: str, new: str, place: int, said: str) -> None:
    """Its line, what is wrong and what to write instead; nothing that is right is blamed with it."""
    problems = refused(changed(line, new))
    assert [at for at, message in problems if said in message] == [place]
    consequences = ("is missing", "a layer reads backwards")
    assert all(said in message or any(word in message for word in consequences) for _, message in problems)


WITHOUT_A_LOSS = "cell: rnn\nlayers: [{forward: {W_xh: [[1]], W_hh: [[1]], b_h: [0]}}]\nx: [[1], [2]]\n"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("loss: mse", "loss: needs a target, one row a step, 2 rows of 1, like [[0.1], [-0.2]]"),
        ("truncate: {k1: 1, k2: 1}", "truncate: is about gradients, and without target or classes there are none"),
        ("clip: {norm: 1}", "clip: is about gradients, and without target or classes there are none"),
        ("ask: [trace, gradients]", "ask: gradients needs a target or classes"),
        ("classes: [0, 1]", "classes: step 2 is 1; 1 outputs have classes 0 to 0"),
        ("classes: [0.5, 0]", "classes: step 1 is 0.5; 1 outputs have classes 0 to 0"),
        ("classes: [-1, 0]", "classes: step 1 is -1; 1 outputs have classes 0 to 0"),
        ("classes: [one, 0]", "classes: one is not a number"),
        ("classes: [null, null]", "classes: every step is null, so there is no loss"),
        ("classes: 0", "classes: must be a list with one entry a step"),
        ("convention: {peephole: true}", "convention: only gru (reset, z_keeps) and lstm (peephole) have one"),
    ],
)
def test_a_mistake_in_what_is_added(more: str, said: str) -> None:
    """On line 4; and nothing else is complained about."""
    ((line, message),) = refused(WITHOUT_A_LOSS + more)
    assert line == 4
    assert message.startswith(said)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("cell: lstm\nactivation: tanh\n", "activation: only the vanilla RNN (cell: rnn) has a choice"),
        ("cell: gru\nconvention: {reset: befor}\n", 'reset: there is no "befor" here. Did you mean "before"?'),
        ("cell: gru\nconvention: {z_keeps: none}\n", 'z_keeps: there is no "none" here. Known: old, new'),
        ("cell: gru\nconvention: {peephole: true}\n", 'unknown key "peephole". Known: reset, z_keeps'),
        ("cell: gru\nconvention: after\n", "convention must be a mapping of  key: value  with the keys reset, z_keeps"),
        ("cell: lstm\nconvention: {peephole: yes}\n", 'peephole: there is no "yes" here. Known: true, false'),
        ("cell: lstm\nconvention: {peephole: True}\n", 'peephole: there is no "True" here. Did you mean "true"?'),
    ],
)
def test_a_mistake_in_the_convention(cell: str, said: str) -> None:
    form = {"cell": cell.split()[1]}
    text = cell + f"layers: [{{forward: {json.dumps(tensors_of(form, 1, 1))}}}]\nx: [[1]]\n"
    assert refused(text) == [(2, said)]


def test_after_has_a_bias_more_than_before() -> None:
    """b_hn is asked for with one convention and unknown in the other."""
    tensors = json.dumps(tensors_of({"cell": "gru"}, 1, 1))
    rest = f"layers: [{{forward: {tensors}}}]\nx: [[1]]\n"
    after = f"cell: gru\nconvention: {{reset: after}}\n{rest}"
    assert refused(after) == [(3, "layer 1, forward: b_hn is missing, a list of 1, like [0.1]")]
    before = f"cell: gru\n{rest}".replace('"b_n"', '"b_hn": [0], "b_n"')
    ((line, message),) = refused(before)
    assert line == 2
    assert message.startswith('unknown key "b_hn". Did you mean')


def test_a_layer_that_reads_backwards_has_no_windows() -> None:
    text = EXAMPLES["bidirectional"] + "truncate: {k1: 1, k2: 1}\n"
    ((line, message),) = refused(text)
    assert line == len(text.split("\n")) - 1
    assert message.startswith("truncate: a layer reads backwards")


def test_shapes_follow_from_below() -> None:
    """The second layer reads both directions of the first, and the output layer the second."""
    two = {"forward": tensors_of({"cell": "rnn"}, 1, 2), "reverse": tensors_of({"cell": "rnn"}, 1, 1)}
    form = {"cell": "rnn", "layers": [two, {"forward": tensors_of({"cell": "rnn"}, 2, 2)}], "x": [[1]]}
    form["output"] = {"W_hy": [[1, 2, 3]], "b_y": [0]}
    assert [message.partition(",  ")[0] for _, message in refused(json.dumps(form))] == [
        "layer 2, forward, W_xh: has shape (2, 2); it needs (2, 3), 2 rows of 3, "
        "like [[0.1, -0.2, 0.3], [-0.4, 0.5, -0.6]]",
        "output, W_hy: has shape (1, 3); it needs (1, 2), 1 row of 2, like [[0.1, -0.2]]",
    ]


def test_one_wrong_matrix_does_not_blame_the_others() -> None:
    """Most tensors have two rows, so the one with three is wrong, also where it comes first."""
    problems = refused(changed("W_xh", "      W_xh: [[1, 2, 3], [4, 5, 6], [7, 8, 9]]"))
    assert [line for line, _ in problems] == [5]


def test_a_layer_that_cannot_be_read_does_not_blame_the_output() -> None:
    """How wide it is, nobody knows."""
    assert [line for line, _ in refused(changed("h0", "  - 3"))] == [8]
    assert [line for line, _ in refused(changed("x:", "x: [[1, 2, 3], [4, 5]]"))] == [12]


ALL_WRONG = """\
cell: gru
convention: 3
layers: 4
output: 5
x: [[1], [1, 2]]
target: 7
loss: mze
reduce: x
truncate: 4
clip: 5
ask: 6
more: 7
"""


def test_all_mistakes_at_once() -> None:
    """A part that cannot be read hides no mistake in another; in the order of the lines."""
    assert [line for line, _ in refused(ALL_WRONG)] == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]


def test_all_mistakes_of_all_layers() -> None:
    """Several in one layer, in both directions, in the states and in the output layer."""
    text = """\
cell: rnn
layers:
  - forward:
      W_xh: [[1, 2]]
      W_hh: [[1, 0], [0, 1]]
      b_h: [0, zero]
    reverse:
      W_hh: [[1]]
      b_h: 1
    h0: [1]
  - forward: []
    h0: [[1]]
output:
  W_hy: [[1], [2, 3]]
x: [[1], [2]]
"""
    assert [line for line, _ in refused(text)] == [4, 6, 8, 9, 10, 11, 14, 14]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "the file is empty. A problem begins with  cell:  layers:  x:"),
        ("# only a comment\n", 1, "the file is empty"),
        ("[1, 2]", 1, "the problem must be a mapping of  key: value  with the keys cell, activation,"),
        ("cell: rnn\nlayers:\n\t- 3\n", 3, "not YAML"),
        ("cell: rnn\nx: [[1]\n", 3, "not YAML"),
        ("cell: rnn\n---\ncell: gru\n", 2, "not YAML"),
        ("cell: &a rnn\nx: *a\n", 1, "anchors (&) and aliases (*) are not used here"),
        ("cell: !!python/object/apply:os.system [ls]\n", 1, "tags are not used here"),
        ("cell: !!str rnn\n", 1, "tags are not used here"),
        ("cell: rnn\nx: " + "[" * 30 + "]" * 30 + "\n", 2, "nested more than 20 deep: this is no problem"),
    ],
)
def test_what_is_no_problem_at_all(text: str, line: int, said: str) -> None:
    ((found, message),) = refused(text)
    assert found == line
    assert message.startswith(said)


def test_bytes_that_are_no_text() -> None:
    homework, problems = read(b"cell: rnn\nx: [[1]] # \xff\n", "mine.yaml")
    assert homework is None
    assert [(problem.line, problem.message) for problem in problems] == [
        (2, "this is not UTF-8: save the file as UTF-8")
    ]


def test_what_a_terminal_would_obey_is_shown_as_codes() -> None:
    """Escape sequences, control characters and turned letters, in keys, words, numbers and the name of the file."""
    text = 'cell: "\\e[31mrnn"\n"\\e]0;x\\a": 1\nlayers: 3\nx: [["\\e[2J", "\\u202e1"]]\n'
    homework, problems = read(text.encode(), "\x1b[31m.yaml")
    assert homework is None
    shown = "\n".join(map(str, problems))
    assert "\\x{1b}[31mrnn" in shown
    assert "\\x{202e}1 is not a number" in shown
    assert shown.replace("\n", "").isprintable()


def test_a_long_text_is_cut() -> None:
    ((_, message),) = refused(changed("activation", f"{'a' * 5000}: 1"))
    assert len(message) < 500


# -- never anything else ---------------------------------------------------------------------------------------------

JUNK: list[Any] = [
    None, True, "", "x", "1e400", "-1e308", 1e308, -0.0, 0, -1, 2.5, 10**30, [], [[]], {}, [None], [[1, 2], 3],
    [[1], [2]], [[[1]]], {"norm": 1}, {"k1": 2, "k2": 10**9}, "\x1b[31m", "nan", float("inf"), ["trace"], "lstm",
    "cross-entropy", "mean", "mse", [0, 1], [[0.5]], "2001-01-01", "0x1f", {"reset": "after"},
]  # fmt: skip


def paths(node: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a nested structure, the root not among them."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path for key, value in items for path in [(*here, key), *paths(value, (*here, key))]]


def mutilate(root: Any, draw: Any) -> None:
    """One change at a random place."""
    places = paths(root)
    if not places:
        return
    *above, last = draw(st.sampled_from(places))
    owner = root
    for key in above:
        owner = owner[key]
    match draw(st.sampled_from(["delete", "junk", "wrap", "twice", "rename"])):
        case "delete":
            del owner[last]
        case "junk":
            owner[last] = copy.deepcopy(draw(st.sampled_from(JUNK)))
        case "wrap":
            owner[last] = [owner[last]]
        case "twice" if isinstance(owner, list):
            owner.insert(last, copy.deepcopy(owner[last]))
        case _ if isinstance(owner, dict):
            owner[draw(st.sampled_from(["reverse", "h0", "c0_reverse", "b_h", "classes", "y", "\x07"]))] = owner.pop(
                last
            )


@st.composite
def mutilated(draw: Any) -> str:
    root = yaml.safe_load(EXAMPLES[draw(st.sampled_from(sorted(EXAMPLES)))])
    for _ in range(draw(st.integers(1, 4))):
        mutilate(root, draw)
    if draw(st.booleans()):
        return json.dumps(root, indent=draw(st.sampled_from([None, 1])))
    lines = yaml.safe_dump(root, default_flow_style=draw(st.sampled_from([None, False, True]))).split("\n")
    if draw(st.integers(0, 3)) == 0:  # a line that stands there twice: mostly a key
        lines.insert(draw(st.integers(0, len(lines) - 1)), draw(st.sampled_from(lines)))
    return "\n".join(lines)


def solved_or_refused(raw: bytes) -> None:
    homework, problems = read(raw, "mine.yaml")
    lines = len(raw.splitlines()) + 1  # what is missing at the end of a file is missing behind its last line
    if homework is None:
        assert problems
        assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)
        for problem in problems:
            assert 1 <= problem.line <= lines
            assert problem.message
        return
    assert problems == ()
    try:
        solved = Solved(homework)
        record = solved.record()
        assert all(section.heading for section in solved.sections())
        assert all(solved.results().values())
    except ArgumentError as error:
        assert "outgrows" in str(error) or "overflow" in str(error)
    else:
        json.dumps(record, allow_nan=False)


@settings(deadline=None, max_examples=150)
@given(mutilated())
def test_mutilated_files_are_solved_or_refused(text: str) -> None:
    """Whatever is deleted, doubled, renamed or put in place of something: an answer, or problems with their lines."""
    solved_or_refused(text.encode("utf-8", errors="replace"))


@settings(deadline=None, max_examples=100)
@given(
    st.one_of(st.binary(max_size=60), st.text(alphabet="{}[]:,-&*!|>'\"#%@`? \n\tax01.", max_size=60).map(str.encode))
)
def test_anything_is_solved_or_refused(raw: bytes) -> None:
    """Bytes, and what looks a little like YAML."""
    solved_or_refused(raw)
