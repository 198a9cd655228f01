"""Formulas as people type them: read into the language of equations, or refused with what to write instead."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyrnn.engine.equations import Apply, Expression, Name, Number, evaluate, written
from studyrnn.engine.lists import PLAIN
from studyrnn.errors import Unreadable
from studyrnn.grading.expressions import LONGEST, read_expression

NAMES = ("W_hh", "h_0", "h_1", "dh")
VALUES = {"W_hh": 0.7, "h_0": -0.4, "h_1": 0.3, "dh": 1.1}


def value(text: str) -> float:
    return float(evaluate(read_expression(text, NAMES), VALUES, PLAIN))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("W_hh * h_1", 0.21),
        ("Whh*h1", 0.21),
        ("W_{hh} \\cdot h_{1}", 0.21),
        ("$W_hh h_1$".replace(" ", "*"), 0.21),
        ("dh(1 - h1^2)".replace("dh(", "dh*("), 1.1 * 0.91),
        ("dh*(1 − h₁²)", 1.1 * 0.91),
        ("dL/dW = dh * h_0", -0.44),
        ("-h_0", 0.4),
        ("+h_1", 0.3),
        ("h_1**3", 0.027),
        ("h_1^0", 1.0),
        ("\\frac{h_1}{2}", 0.15),
        ("tanh(h_0) + sigma(0)", math.tanh(-0.4) + 0.5),
        ("ln(exp(h_1))", 0.3),
        ("[W_hh + 1] / {2}", 0.85),
        ("sqrt(abs(h_0))", math.sqrt(0.4)),
        ("0.5 * dh", 0.55),
        ("2e-1 * dh", 0.22),
    ],
)
def test_ways_of_writing(text: str, expected: float) -> None:
    assert value(text) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "nothing was typed"),
        ("   ", "nothing was typed"),
        ("h_7", 'do not know "h_7"'),
        ("dh (1 - h_1)", r"write \* between"),
        ("f(h_1)", 'no function "f"'),
        ("h_1^h_0", "powers are whole numbers"),
        ("h_1^-1", "powers are whole numbers"),
        ("h_1^0.5", "powers are whole numbers"),
        ("h_1^99999", "powers are whole numbers"),
        ("((h_1^9)^9)^9", "powers are whole numbers"),
        ("9^9^9^9", "powers are whole numbers"),
        ("1e400", "too large a number"),
        ("10**9 * 99999999999999", "too large a number"),
        ("(" * 60 + "h_1" + ")" * 60, "nested too deeply"),
        ("h_1 +" * 200, "too long"),
        ("h_1 +", "cannot read"),
        ("__import__('os').system('true')", "cannot read"),
        ("h_1.__class__", "cannot read"),
        ("[x for x in h_1]", "cannot read"),
        ("lambda: h_1", "cannot read"),
        ("h_1 if h_0 else dh", "cannot read"),
        ("h_1 < h_0", "cannot read"),
        ("'h_1'", "cannot read"),
        ("True", "cannot read"),
        ("tanh(h_1, h_0)", "no function|cannot read"),
    ],
)
def test_what_is_refused(text: str, told: str) -> None:
    """With what is wrong; nothing that is typed is run."""
    with pytest.raises(Unreadable, match=told):
        read_expression(text, NAMES)


def test_the_message_for_a_wrong_name_lists_the_right_ones() -> None:
    with pytest.raises(Unreadable, match="`W_hh`, `h_0`, `h_1`, `dh`"):
        read_expression("x + 1", NAMES)


@given(st.text(max_size=2 * LONGEST))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read_expression(text, NAMES)
    except Unreadable as refused:
        assert "\x1b" not in str(refused)


@given(st.text(alphabet="h_01dW+-*/^()[]{}., tanhexp\\²₁$=e9", max_size=80))
def test_text_that_looks_like_a_formula_is_read_or_refused(text: str) -> None:
    try:
        read_expression(text, NAMES)
    except Unreadable as refused:
        assert str(refused)


def expressions() -> st.SearchStrategy[Expression]:
    leaves: st.SearchStrategy[Any] = st.sampled_from([Name(name) for name in NAMES]) | st.integers(0, 9).map(
        lambda whole: Number(float(whole))
    )

    def larger(smaller: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        two = st.tuples(st.sampled_from(["add", "sub", "mul"]), st.tuples(smaller, smaller))
        one = st.tuples(st.sampled_from(["tanh", "sigmoid", "neg", "sin"]), st.tuples(smaller))
        return (two | one).map(lambda parts: Apply(parts[0], parts[1]))

    return st.recursive(leaves, larger, max_leaves=8)


@given(expressions())
def test_what_is_written_is_read_back_as_the_same_value(expression: Expression) -> None:
    text = written(expression)
    if len(text) > LONGEST:
        return
    assert value(text) == pytest.approx(float(evaluate(expression, VALUES, PLAIN)), rel=1e-12, abs=1e-12)
