"""Worked steps: each equation in symbols, with its numbers, and its value."""

from __future__ import annotations

from studyrnn.engine.cells import rnn
from studyrnn.engine.equations import Program
from studyrnn.engine.worked import worked
from studyrnn.model import Step

SUM = Program.parse({"a": "W_xh @ x + b_h", "h": "relu(a)"})
NUMBERS = {"W_xh": [[0.5, -2]], "x": [1, 0.25], "b_h": [0.125], "a": [0.125], "h": [0.125]}


def test_one_step_for_each_equation_in_their_order() -> None:
    """Given numbers as they were given, computed ones to 4 decimals, and the value in full."""
    assert worked(SUM, NUMBERS) == (
        Step(
            "a",
            "a_t",
            r"W_{xh} x_t + b_h",
            r"\begin{bmatrix} 0.5 & -2.0 \end{bmatrix} \begin{bmatrix} 1.00 \\ 0.25 \end{bmatrix}"
            r" + \begin{bmatrix} 0.125 \end{bmatrix}",
            [0.125],
            r"\begin{bmatrix} 0.0000 \end{bmatrix} + \begin{bmatrix} 0.125 \end{bmatrix}",
        ),
        Step(
            "h",
            "h_t",
            r"\operatorname{ReLU}(a_t)",
            r"\operatorname{ReLU}(\begin{bmatrix} 0.1250 \end{bmatrix})",
            [0.125],
        ),
    )


def test_numbers_instead_of_vectors() -> None:
    """With `scalar` a product is a product, and a row is no matrix."""
    (step,) = worked(Program.parse({"a": "W_xh @ x + b_h"}), {"W_xh": 0.5, "x": -2, "b_h": 1, "a": 0}, scalar=True)
    assert (step.formula, step.substituted, step.value) == (r"W_{xh} \cdot x_t + b_h", r"0.5 \cdot (-2) + 1", 0)


def test_what_was_computed_can_be_said() -> None:
    """What an earlier program computed gets 4 decimals as well; what `computed` leaves out was given."""
    later = Program.parse({"h": "relu(a)"})
    bare, told = worked(later, NUMBERS), worked(later, NUMBERS, computed={"a": 1, "h": 1})
    assert bare[0].substituted == r"\operatorname{ReLU}(\begin{bmatrix} 0.125 \end{bmatrix})"
    assert told[0].substituted == r"\operatorname{ReLU}(\begin{bmatrix} 0.1250 \end{bmatrix})"


def test_other_numbers_are_put_into_the_same_formulas() -> None:
    """A program is written once; two draws of numbers share its symbols and nothing else."""
    program = rnn("sigmoid").program
    draws: list[dict[str, float]] = [
        {"W_xh": 1, "x": value, "W_hh": 2, "h_": 0.5, "b_h": 0, "a": value + 1, "h": 0.5} for value in (3, 4)
    ]
    first, second = (worked(program, draw, scalar=True) for draw in draws)
    assert [step.formula for step in first] == [step.formula for step in second]
    assert first[0].substituted == r"1 \cdot 3 + 2 \cdot 0.5 + 0"
    assert second[0].substituted == r"1 \cdot 4 + 2 \cdot 0.5 + 0"
    assert (first[1].symbol, first[1].formula, first[1].substituted) == ("h_t", r"\sigma(a_t)", r"\sigma(4.0000)")


def test_numbers_of_any_size_stay_readable() -> None:
    """Powers of ten for what is too small or too large to be written out, also within a vector."""
    (step,) = worked(
        Program.parse({"a": "W_xh * x"}),
        {"W_xh": [1e-13, 2], "x": [3e20, -0.5], "a": [3e7, -1]},
    )
    assert step.substituted == (
        r"\begin{bmatrix} 1 \cdot 10^{-13} \\ 2 \end{bmatrix} \odot"
        r" \begin{bmatrix} 3 \cdot 10^{20} \\ -0.5 \end{bmatrix}"
    )


def test_what_arrives_at_a_loss_is_a_number() -> None:
    """Between numbers and before a vector stands a dot; the elementwise sign is for vectors."""
    program = Program.parse({"dy_2": "dL_2 * 2 * (y_2 - target_2)", "dh_2": "dy_2 * h_2"})
    numbers = {"dL_2": 0.5, "y_2": [1], "target_2": [3], "h_2": [2], "dy_2": [-2], "dh_2": [-4]}
    first, second = worked(program, numbers)
    assert first.formula == r"\partial L/\partial L_2 \cdot 2 \cdot (y_2 - \text{target}_2)"
    assert second.formula == r"\partial L/\partial y_2 \odot h_2"
