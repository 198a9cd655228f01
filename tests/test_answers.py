"""The ways of answering a computed question: read, graded, and told what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from studyrnn.errors import Unreadable
from studyrnn.exercises import find
from studyrnn.grading.diagnosis import grade
from studyrnn.grading.scoring import entries_of
from studyrnn.model import Question
from studyrnn.questions.drawing import draw

SOME = range(8)


def questions(exercise: str) -> list[Question]:
    return [draw(find(exercise), seed, 0) for seed in SOME]


def typed(question: Question, text: str) -> Any:
    return grade(question.answer.read(text), question)


@pytest.mark.parametrize(
    "form",
    [
        "(h_2 - {t}) * (1 - h_2^2) * (h_1 + W_hh * (1 - h_1^2) * h_0)",
        "(1 - h2^2)*(h2 - {t})*h1 + (h2 - {t})*(1 - h2^2)*W_hh*(1 - h1*h1)*h0",
        "-({t} - h_2) * (1 - h_2) * (1 + h_2) * (h_1 + h_0 * W_hh * (1 - h_1^2))",
        "dL/dW = (h_2 - {t})*(1 − h₂²)*(h₁ + W_hh*(1 − h₁²)*h₀)",
    ],
)
def test_a_formula_is_right_in_any_form(form: str) -> None:
    """The gradient of two steps of a single unit, written in four ways."""
    for question in questions("bptt.symbolic"):
        target = next(given.value for given in question.given if given.name == "target")
        text = form.replace("{t}", f"({target})")
        assert typed(question, text).value == 1.0
        assert question.answer.confirms(question.answer.read(text))


def test_a_formula_that_is_nearly_right_is_wrong() -> None:
    """A millionth more is another function."""
    for question in questions("bptt.symbolic"):
        right = question.answer.typed(question.response)
        assert typed(question, right).value == 1.0
        assert typed(question, f"({right}) * 1.000001").value < 1.0


def test_any_design_that_works_is_right() -> None:
    """A latch with other weights than those that are shown; one that forgets is told so."""
    for question in questions("rnn.design-latch"):
        if question.convention["wanted"] != "any":
            continue
        given = {name.name: float(name.value) for name in question.given}  # type: ignore[arg-type]
        s, v = given["s"], given["v"]
        assert typed(question, f"{3 / s:.6f} {7 / v:.6f} -1").value == 1.0
        forgetful = typed(question, f"{3 / s:.6f} 0 -1")
        assert forgetful.value < 1.0
        assert forgetful.slip is not None
        assert forgetful.slip.id == "forgets"


def test_an_order_is_graded_place_by_place() -> None:
    for question in questions("bptt.order-of-steps"):
        digits = [f"{entry:.0f}" for entry in entries_of(question.key)]
        for text in (" ".join(digits), "".join(digits), ",".join(digits), " > ".join(digits)):
            assert typed(question, text).value == 1.0
        exchanged = [digits[1], digits[0], *digits[2:]]
        score = typed(question, " ".join(exchanged))
        assert score.value < 1.0
        assert "1, 2" in score.message
        for text in ("1 2 3", digits[0] * 7, "7 6 5 4 3 2 1 0"):
            with pytest.raises(Unreadable, match="digit"):
                question.answer.read(text)


def test_a_choice_takes_a_digit_and_nothing_else() -> None:
    for question in questions("rnn.task-kind"):
        assert typed(question, f" {question.key:.0f}. ").value == 1.0
        for text in ("0", "5", "1 2", "one", "1.5", "-1"):
            with pytest.raises(Unreadable, match="one number from 1 to 4"):
                question.answer.read(text)


def test_fractions_and_whole_numbers_are_exact() -> None:
    """A fraction may be typed as one or with enough decimals; a whole number is right or wrong."""
    for question in questions("lstm.exact-gate"):
        assert typed(question, question.answer.typed(question.key)).value == 1.0
        assert typed(question, f"{question.key:.12f}").value == 1.0
        assert typed(question, f"{float(question.key) + 0.001:.12f}").value < 1.0  # type: ignore[arg-type]
    for question in questions("truncated-bptt.stored"):
        assert typed(question, f"{question.key:.0f}").value == 1.0
        assert typed(question, f"{float(question.key) + 1:.0f}").value < 1.0  # type: ignore[arg-type]


def test_the_wrong_line_explains_what_followed_from_it() -> None:
    for question in questions("rnn.wrong-line"):
        for line in range(1, len(question.options) + 1):
            score = typed(question, str(line))
            assert (score.value == 1.0) == (line == question.key)
            if line < float(question.key):  # type: ignore[arg-type]
                assert "is right" in score.message
            elif line > float(question.key):  # type: ignore[arg-type]
                assert "carries on" in score.message
