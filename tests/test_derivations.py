"""Derivations: every line is right, and a line that is not is never shown."""

from __future__ import annotations

import dataclasses

import pytest

from studyrnn.engine import derivations
from studyrnn.engine.calculus import gradient
from studyrnn.engine.cells import Cell, gru, lstm, rnn
from studyrnn.engine.derivations import SLOPES, Derivation, one_step, slope_of, through_time
from studyrnn.engine.equations import Program, parse
from studyrnn.engine.network import Network
from studyrnn.engine.symbols import symbol
from studyrnn.errors import ArgumentError, UnknownName
from studyrnn.mathtext import display, one_line

CELLS = {
    "rnn": rnn(),
    "rnn relu": rnn("relu"),
    "rnn sigmoid": rnn("sigmoid"),
    "lstm": lstm(),
    "lstm peephole": lstm(peephole=True),
    "gru": gru(),
    "gru before new": gru("before", "new"),
    "gru after old": gru("after", "old"),
    "gru after new": gru("after", "new"),
}


def lines_of(derivation: Derivation, heading: str) -> list[tuple[str, str]]:
    """Left and right side as a terminal shows them."""
    return [
        (one_line(line.left) if line.left else "", one_line(line.right)) for line in dict(derivation.sections)[heading]
    ]


def is_readable(derivation: Derivation) -> None:
    """Everything can be typeset, and a heading has lines below it."""
    for heading, lines in derivation.sections:
        assert heading
        assert lines
        for line in lines:
            display(f"{line.left or 'x'} = {line.right}", 80)
            one_line(f"{line.left or 'x'} = {line.right}", ascii_only=True)


# -- slopes ----------------------------------------------------------------------------------------------------------

LAST = {  # what the textbooks end with
    "tanh": "∂L/∂yₜ ⊙ (1 − yₜ²)",
    "sigmoid": "∂L/∂yₜ ⊙ yₜ ⊙ (1 − yₜ)",
    "relu": "∂L/∂yₜ ⊙ step(xₜ)",
    "softmax": "yₜ ⊙ (∂L/∂yₜ − (∂L/∂yₜ)ᵀ yₜ)",
    "cross-entropy": "pₜ − target",
    "binary-cross-entropy": "pₜ − target",
    "half-squared": "yₜ − target",
    "mse": "(2 · eₜ)/(size(yₜ))",
}


@pytest.mark.parametrize("name", SLOPES)
def test_every_slope(name: str) -> None:
    """It is derived, checked, readable, and ends with the known result."""
    found = slope_of(name)
    is_readable(found)
    assert [heading for heading, _ in found.sections] == ["Given", "Backwards"]
    assert lines_of(found, "Backwards")[-1][1] == LAST[name]
    assert all(line.reason for line in dict(found.sections)["Backwards"])


def test_a_chain_of_equal_lines() -> None:
    """The left side stands once."""
    assert [bool(line.left) for line in dict(slope_of("tanh").sections)["Backwards"]] == [True, False, False]


def test_an_unknown_slope() -> None:
    with pytest.raises(UnknownName, match=r'no derivation is called "tnah"\. Did you mean "tanh"\?'):
        slope_of("tnah")


WRONG_LINES = [
    ("tanh", 0, "dy * (v * v + u * u) / (v * v)"),
    ("tanh", 2, "dy * (1 + y * y)"),
    ("sigmoid", 1, "dy * (1 / (1 + u)) * (1 / (1 + u))"),
    ("sigmoid", 2, "dy * y * y"),
    ("relu", 0, "dy * x"),
    ("softmax", 1, "y * (1 - y) * dy"),  # the diagonal alone
    ("cross-entropy", 3, "target - p"),
    ("binary-cross-entropy", 1, "target * (1 - p) + (1 - target) * p"),
    ("half-squared", 0, "2 * (y - target)"),
    ("mse", 0, "2 * e"),
]


@pytest.mark.parametrize(("name", "place", "text"), WRONG_LINES)
def test_a_wrong_line_is_caught(monkeypatch: pytest.MonkeyPatch, name: str, place: int, text: str) -> None:
    """Wherever it stands in the chain."""
    known = derivations._SLOPES[name]
    chain = list(known.chain)
    chain[place] = (text, "wrong")
    monkeypatch.setitem(derivations._SLOPES, name, dataclasses.replace(known, chain=tuple(chain)))
    with pytest.raises(AssertionError, match="is not the derivative by"):
        slope_of(name)


@pytest.mark.parametrize(
    ("name", "text"),
    [("softmax", "dy / s"), ("cross-entropy", "target / p"), ("binary-cross-entropy", "(1 - target) / p")],
)
def test_a_wrong_line_before_the_chain_is_caught(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    """Also one that no line of the chain uses."""
    known = derivations._SLOPES[name]
    ((left, _, reason),) = known.first
    monkeypatch.setitem(derivations._SLOPES, name, dataclasses.replace(known, first=((left, text, reason),)))
    with pytest.raises(AssertionError, match="is not the derivative by"):
        slope_of(name)


# -- one step --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CELLS)
def test_back_through_one_step_of_every_cell(name: str) -> None:
    """To everything the cell reads: its weights, the input, the previous states."""
    cell = CELLS[name]
    found = one_step(cell)
    is_readable(found)
    left = [left for left, _ in lines_of(found, "Backwards")]
    assert len(left) == len(set(left))
    for read in [*cell.parameters, "x", *(f"{state}_" for state in cell.states)]:
        assert one_line(symbol(f"d{read}")) in left


def test_back_through_one_step_of_a_vanilla_rnn() -> None:
    """Line by line as in every textbook; what arrives from outside has a name."""
    assert lines_of(one_step(rnn()), "Backwards") == [
        ("∂L/∂hₜ", "later_h"),
        ("∂L/∂aₜ", "∂L/∂hₜ ⊙ (1 − hₜ²)"),
        ("∂L/∂W_xh", "∂L/∂aₜ xₜᵀ"),
        ("∂L/∂W_hh", "∂L/∂aₜ hₜ₋₁ᵀ"),
        ("∂L/∂b_h", "∂L/∂aₜ"),
        ("∂L/∂xₜ", "W_xhᵀ ∂L/∂aₜ"),
        ("∂L/∂hₜ₋₁", "W_hhᵀ ∂L/∂aₜ"),
    ]


def test_back_to_one_name_alone() -> None:
    """Only what leads there is written down."""
    assert [left for left, _ in lines_of(one_step(lstm(), "c_"), "Backwards")] == ["∂L/∂hₜ", "∂L/∂cₜ", "∂L/∂cₜ₋₁"]
    assert lines_of(one_step(lstm(), "c_"), "Backwards")[-1] == ("∂L/∂cₜ₋₁", "∂L/∂cₜ ⊙ fₜ")


def test_a_name_that_the_cell_does_not_have() -> None:
    with pytest.raises(UnknownName, match=r'no input or weight is called "W_xz"\. Did you mean "W_xh"'):
        one_step(rnn(), "W_xz")


# -- through time ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 2, 3])
@pytest.mark.parametrize("name", CELLS)
def test_through_time_for_every_cell(name: str, steps: int) -> None:
    """To a weight, a bias, and an initial state."""
    cell = CELLS[name]
    bias = next(parameter for parameter in cell.parameters if parameter.startswith("b_"))
    for wrt in (cell.parameters[0], bias, f"{cell.states[-1]}_0"):
        found = through_time(cell, steps, wrt)
        is_readable(found)
        assert lines_of(found, "Backwards")[-1][0] == one_line(symbol(f"d{wrt}"))
        assert len(lines_of(found, "Forward")) == steps * (len(cell.program.equations) + 1) + 1


def test_two_steps_of_a_vanilla_rnn() -> None:
    """Every line of it; a sum names the equations that its terms come from."""
    found = through_time(rnn(), 2, "W_hh")
    assert found.title == "Backpropagation through time, 2 steps. The loss sees $h_t$ itself"
    assert lines_of(found, "Forward") == [
        ("a₁", "W_xh x₁ + W_hh h₀ + b_h"), ("h₁", "tanh(a₁)"), ("L₁", "sum(½ (h₁ − target₁)²)"),
        ("a₂", "W_xh x₂ + W_hh h₁ + b_h"), ("h₂", "tanh(a₂)"), ("L₂", "sum(½ (h₂ − target₂)²)"), ("L", "L₁ + L₂"),
    ]  # fmt: skip
    assert lines_of(found, "Backwards") == [
        ("∂L/∂h₂", "h₂ − target₂"),
        ("∂L/∂a₂", "∂L/∂h₂ ⊙ (1 − h₂²)"),
        ("∂L/∂h₁", "W_hhᵀ ∂L/∂a₂ + (h₁ − target₁)"),
        ("∂L/∂a₁", "∂L/∂h₁ ⊙ (1 − h₁²)"),
        ("∂L/∂W_hh", "∂L/∂a₂ h₁ᵀ + ∂L/∂a₁ h₀ᵀ"),
    ]
    assert [line.reason for line in dict(found.sections)["Backwards"]] == [
        "", "", "used in $L_1$, $a_2$: one term from each", "", "used in $a_1$, $a_2$: one term from each",
    ]  # fmt: skip


def test_put_together_where_it_can_be_read() -> None:
    """One formula of forward quantities alone; left out where it would fill half a page."""
    assert lines_of(through_time(rnn(), 1, "b_h"), "Put together") == [("∂L/∂b_h", "(h₁ − target₁) ⊙ (1 − h₁²)")]
    long = through_time(gru(), 3, "W_xz")
    assert [heading for heading, _ in long.sections] == ["Forward", "Backwards"]
    for cell in CELLS.values():
        (*_, (heading, lines)) = through_time(cell, 2, cell.parameters[0]).sections
        if heading == "Put together":
            assert r"\partial" not in lines[0].right


@pytest.mark.parametrize("steps", [0, 4])
def test_too_many_steps(steps: int) -> None:
    with pytest.raises(ArgumentError, match=f"steps is {steps}; derivations are written out for 1 to 3 steps"):
        through_time(rnn(), steps, "W_hh")


@pytest.mark.parametrize(("name", "near"), [("W_hz", '"W_xh" or "W_hh"'), ("x_3", '"x_2" or "x_1"'), ("h_2", '"h_0"')])
def test_a_name_that_the_network_does_not_have(name: str, near: str) -> None:
    with pytest.raises(UnknownName, match=f'no input or weight is called "{name}". Did you mean .*{near}'):
        through_time(rnn(), 2, name)


def slipped(program: Program, name: str, text: str) -> Program:
    return Program({**program.equations, name: parse(text)})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("da_2", "dh_2 * (1 - h_2)"),  # the square forgotten
        ("dh_1", "W_hh.T @ da_2"),  # the loss of step 1 forgotten
        ("dh_1", "W_hh @ da_2 + (h_1 - target_1)"),  # the transpose forgotten
        ("dW_hh", "outer(da_2, h_1)"),  # a step forgotten
        ("dW_hh", "outer(da_2, h_2) + outer(da_1, h_1)"),  # one step too late
    ],
)
def test_a_wrong_line_of_backpropagation_is_caught(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    right = Network.backward

    def wrong(self: Network, wrt: list[str]) -> Program:
        return slipped(right(self, wrt), name, text)

    monkeypatch.setattr(Network, "backward", wrong)
    with pytest.raises(AssertionError, match="the derivative by W_hh is not the slope of the loss"):
        through_time(rnn(), 2, "W_hh")


@pytest.mark.parametrize(
    ("cell", "name", "text", "by"),
    [
        (rnn(), "dh_", "W_hh @ dh", "h_"),  # not through the activation
        (lstm(), "dc_", "dc * i", "c_"),
        (gru(), "dz", "dh * h_", "W_xz"),
        (rnn(), "dW_xh", "outer(x, da)", "W_xh"),  # rows and columns exchanged
    ],
)
def test_a_wrong_line_of_one_step_is_caught(
    monkeypatch: pytest.MonkeyPatch, cell: Cell, name: str, text: str, by: str
) -> None:
    def wrong(program: Program, seeds: dict[str, str], wrt: list[str]) -> Program:
        return slipped(gradient(program, seeds, wrt), name, text)

    monkeypatch.setattr(derivations, "gradient", wrong)
    with pytest.raises(AssertionError, match=f"the derivative by {by} is not the slope of the loss"):
        one_step(cell, by)
