"""Every mistake in a learner's file is told with its line and what to write instead."""

from __future__ import annotations

import json

import pytest
from homework import ALL_WRONG, EXAMPLES, changed, refused, tensors_of

from studyrnn.problems import read

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
