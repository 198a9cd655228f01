"""The language of equations: reading it, refusing the rest, rewriting, slicing, running."""

from __future__ import annotations

import numpy as np
import pytest

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.calculus import gradient, sum_of, tidy
from studyrnn.engine.cells import gru, lstm, rnn
from studyrnn.engine.equations import Apply, Expression, Name, Number, Program, evaluate, names_in, parse, substitute

RNN = rnn().program
GRU = gru("before", "old").program


def names(*ids: str) -> tuple[Expression, ...]:
    return tuple(Name(name) for name in ids)


# -- parse -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("h_", Name("h_")),
        ("2", Number(2)),
        ("0.5", Number(0.5)),
        ("a + b", Apply("add", names("a", "b"))),
        ("a - b", Apply("sub", names("a", "b"))),
        ("a * b", Apply("mul", names("a", "b"))),
        ("a / b", Apply("div", names("a", "b"))),
        ("W @ x", Apply("matvec", names("W", "x"))),
        ("-a", Apply("neg", names("a"))),
        ("W.T", Apply("transpose", names("W"))),
        ("tanh(a)", Apply("tanh", names("a"))),
        ("outer(u, v)", Apply("outer", names("u", "v"))),
        ("  a  ", Name("a")),
    ],
)
def test_each_piece_of_the_language(text: str, expected: Expression) -> None:
    """Every operation is read as the node of its name."""
    assert parse(text) == expected


def test_precedence_and_grouping() -> None:
    """Products bind tighter than sums, sums group to the left, parentheses win."""
    assert parse("a - b - c") == Apply("sub", (Apply("sub", names("a", "b")), Name("c")))
    assert parse("a + W @ x") == Apply("add", (Name("a"), Apply("matvec", names("W", "x"))))
    assert parse("(a + b) * c") == Apply("mul", (Apply("add", names("a", "b")), Name("c")))
    assert parse("-a * b") == Apply("mul", (Apply("neg", names("a")), Name("b")))


@pytest.mark.parametrize(
    "text",
    [
        "a ** 2", "a // b", "a % b", "+a", "not a", "a < b", "a if b else c", "a[0]", "a.S", "(a, b)", "'a'", "None",
        "1j", "lambda: 1", "cos(a)", "foo(a)", "tanh(x=a)", "tanh(*a)", "a.T(b)", "__import__('os')", "a.__class__",
    ],
)  # fmt: skip
def test_the_rest_of_python_is_refused(text: str) -> None:
    """What leaves the language raises ValueError with the offending text in it."""
    with pytest.raises(ValueError, match="not in the language of equations") as caught:
        parse(text)
    assert repr(text) in str(caught.value)


def test_refusal_names_the_piece_and_the_whole() -> None:
    """The message shows which part of a long equation is not understood."""
    with pytest.raises(ValueError, match=r"'h\[0\]' in 'tanh\(a \+ h\[0\]\)'"):
        parse("tanh(a + h[0])")


@pytest.mark.parametrize("text", ["a +", "", "a b", "tanh(a"])
def test_broken_syntax_is_refused_like_everything_else(text: str) -> None:
    """Text that is not even Python raises the documented ValueError."""
    with pytest.raises(ValueError, match="not in the language"):
        parse(text)


def test_truth_values_are_no_numbers() -> None:
    """True and False are refused: the language has names, numbers and operations only."""
    with pytest.raises(ValueError, match="not in the language"):
        parse("True")


# -- names, substitution, evaluation ---------------------------------------------------------------------------------


def test_names_in_finds_every_name_once() -> None:
    """Names are collected through every operation; functions and numbers are none."""
    assert names_in(parse("(1 - z) * n + z * tanh(W.T @ h_)")) == {"z", "n", "W", "h_"}
    assert names_in(Number(3)) == set()


def test_substitution_is_simultaneous() -> None:
    """{f: i, i: f} exchanges two names, and what is put in is not looked through again."""
    swapped = substitute(parse("f * c_ + i * g"), {"f": Name("i"), "i": Name("f")})
    assert swapped == parse("i * c_ + f * g")
    assert substitute(parse("z * h_"), {"z": parse("1 - z")}) == parse("(1 - z) * h_")


def test_evaluation_takes_its_operations_from_outside() -> None:
    """The same expression gives whatever the operations make of it."""
    spelled = {"number": str, "add": "({} + {})".format, "mul": "({} {})".format}
    assert evaluate(parse("2 * a + b"), {"a": "A", "b": "B"}, spelled) == "((2 A) + B)"
    assert evaluate(parse("2 * a + b"), {"a": 3.0, "b": 1.0}, NUMPY) == 7.0


# -- programs --------------------------------------------------------------------------------------------------------


def test_inputs_are_the_undefined_names_in_order_of_first_use() -> None:
    """Inputs come as they are met when reading; equations are not among them."""
    assert RNN.inputs == ["W_xh", "x", "W_hh", "h_", "b_h"]
    assert lstm().program.inputs[:8] == ["W_xi", "x", "W_hi", "h_", "b_i", "W_xf", "W_hf", "b_f"]
    assert lstm().program.inputs[-1] == "c_"
    assert lstm().parameters == [f"{kind}{gate}" for gate in "ifgo" for kind in ("W_x", "W_h", "b_")]


def test_reset_after_has_one_bias_more() -> None:
    """GRU with reset after the product keeps the candidate's two biases apart."""
    assert set(gru("after").parameters) - set(gru("before").parameters) == {"b_hn"}


def test_run_keeps_every_intermediate() -> None:
    """The trace has the inputs and each named equation; the given values are not changed."""
    given = {"W_xh": np.float64(0.5), "x": np.float64(2.0), "W_hh": np.float64(-1.0), "h_": 0.25, "b_h": 0.1}
    before = dict(given)
    trace = RNN.run(given, NUMPY)
    assert trace["a"] == pytest.approx(0.85)
    assert trace["h"] == pytest.approx(np.tanh(0.85))
    assert set(trace) == {*given, "a", "h"}
    assert given == before


def test_run_carries_a_given_intermediate_on() -> None:
    """A value under the name of an equation stands in for it: what follows is worked out from that value."""
    trace = RNN.run({"W_xh": 0.5, "x": 2.0, "W_hh": -1.0, "h_": 0.25, "b_h": 0.1, "a": -0.3}, NUMPY)
    assert trace["a"] == -0.3
    assert trace["h"] == pytest.approx(np.tanh(-0.3))
    assert RNN.run({"a": 0.5}, NUMPY)["h"] == pytest.approx(np.tanh(0.5)), "what only `a` needs is not asked for"


def test_rewrite_replaces_names_and_equations() -> None:
    """`names` reads a name as an expression everywhere, `equations` replaces whole right-hand sides."""
    flipped = GRU.rewrite(names={"z": "1 - z"})
    assert flipped.equations["h"] == parse("(1 - (1 - z)) * n + (1 - z) * h_")
    assert flipped.equations["z"] == GRU.equations["z"], "the equation that defines z stays"
    linear = RNN.rewrite({"h": "a"}, {"b_h": "0"})
    assert linear.equations == {"a": parse("W_xh @ x + W_hh @ h_ + 0"), "h": Name("a")}
    assert RNN.rewrite().equations == RNN.equations


def test_rewrite_refuses_an_equation_that_is_not_there() -> None:
    """A misspelt name is a programming error, and is named."""
    with pytest.raises(ValueError, match="hh"):
        RNN.rewrite({"hh": "a"})


def test_needed_keeps_what_leads_there() -> None:
    """Only the equations behind what is asked remain, in their order."""
    assert list(GRU.needed(["z"]).equations) == ["z"]
    assert list(GRU.needed(["h"]).equations) == ["r", "z", "n", "h"]
    assert list(GRU.needed(["n", "z"]).equations) == ["r", "z", "n"]


def test_needed_stops_at_what_is_given() -> None:
    """A given intermediate becomes an input, and what only it needs falls away."""
    program = GRU.needed(["h"], given=["r", "z"])
    assert list(program.equations) == ["n", "h"]
    assert program.inputs == ["W_xn", "x", "W_hn", "r", "h_", "b_n", "z"]
    assert list(GRU.needed(["h"], given=["n"]).equations) == ["z", "h"]


def test_at_step_numbers_states_and_leaves_weights() -> None:
    """h becomes h_2, h_ becomes h_1, x becomes x_2; the weights are the same at every step."""
    step = RNN.at_step(2)
    assert step.equations == {
        "a_2": parse("W_xh @ x_2 + W_hh @ h_1 + b_h"),
        "h_2": parse("tanh(a_2)"),
    }


def test_steps_written_out_equal_the_cell_run_twice() -> None:
    """Two numbered steps in one program compute what the cell computes called twice."""
    chance = np.random.default_rng(1)
    cell = lstm()
    weights = {name: chance.normal(size=shape) for name, shape in cell.shapes(2, 3).items()}
    x_1, x_2, h_0, c_0 = (chance.normal(size=size) for size in (2, 2, 3, 3))
    both = cell.program.at_step(1) + cell.program.at_step(2)
    unrolled = both.run({**weights, "x_1": x_1, "x_2": x_2, "h_0": h_0, "c_0": c_0}, NUMPY)
    first = cell.program.run({**weights, "x": x_1, "h_": h_0, "c_": c_0}, NUMPY)
    second = cell.program.run({**weights, "x": x_2, "h_": first["h"], "c_": first["c"]}, NUMPY)
    np.testing.assert_array_equal(unrolled["h_2"], second["h"])
    np.testing.assert_array_equal(unrolled["c_2"], second["c"])


def test_programs_add_up_and_the_later_equation_wins() -> None:
    """`+` puts one program after another; an equation of the same name is replaced in its place."""
    assert list((RNN + Program.parse({"y": "W_hy @ h"})).equations) == ["a", "h", "y"]
    assert (RNN + Program.parse({"h": "a"})).equations["h"] == Name("a")


# -- tidy, and gradients as programs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "tidied"),
    [
        ("1 * a", "a"),
        ("a * 1", "a"),
        ("-(-a)", "a"),
        ("a + -b", "a - b"),
        ("1 * (1 * a) + -(1 * b)", "a - b"),
        ("tanh(1 * a)", "tanh(a)"),
        ("2 * a", "2 * a"),
        ("-a + b", "-a + b"),
        ("1 * 1", "1"),
    ],
)
def test_tidy_drops_what_nobody_would_write(written: str, tidied: str) -> None:
    """Factors of one, double minus and plus-minus go, at any depth; the rest stays."""
    assert tidy(parse(written)) == parse(tidied)


def test_sum_of_adds_from_left_to_right() -> None:
    """Terms are added in order; a negative one is subtracted."""
    assert sum_of([Name("a"), parse("-b"), Name("c")]) == parse("a - b + c")
    assert sum_of([Name("a")]) == Name("a")


def test_the_gradient_of_an_unused_input_is_zero() -> None:
    """What the loss does not depend on gets an equation all the same: zeros of its shape."""
    program = gradient(Program.parse({"L": "half_square(y - t)"}), {"L": "1"}, ["y", "w"])
    trace = program.run({"y": 3.0, "t": 1.0, "w": np.array([5.0, 6.0])}, NUMPY)
    assert trace["dy"] == 2.0
    assert trace["dw"].tolist() == [0.0, 0.0]


def test_the_gradient_is_a_program_with_readable_names() -> None:
    """Backpropagation through one RNN step is the list that a textbook writes."""
    program = gradient(RNN, {"h": "seed_h"}, ["W_xh", "W_hh", "b_h", "x", "h_"])
    expected = {
        "dh": "seed_h",
        "da": "dh * (1 - h * h)",
        "dW_xh": "outer(da, x)",
        "dW_hh": "outer(da, h_)",
        "db_h": "da",
        "dx": "W_xh.T @ da",
        "dh_": "W_hh.T @ da",
    }
    assert {name: tidy(rhs) for name, rhs in program.equations.items()} == {k: parse(v) for k, v in expected.items()}


@pytest.mark.parametrize("text", ["tanh()", "tanh(a, b)", "minimum(a)", "cross_entropy(y)"])
def test_a_wrong_number_of_arguments_is_refused(text: str) -> None:
    """Where it is written, not where it would first be run."""
    with pytest.raises(ValueError, match="not in the language"):
        parse(text)
