"""A learner's own problem as a file: what is right becomes the right network, and nothing else ever happens."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import yaml
from homework import EXAMPLES, WHOLE, accepted, changed, described, tensors_of
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.cells import Cell, gru, lstm, rnn
from studyrnn.engine.network import Layer, Network
from studyrnn.errors import ArgumentError
from studyrnn.problems import ASKS, read
from studyrnn.solving import Solved

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
