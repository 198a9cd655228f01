"""How sure one is, a solution step by step, a question part by part."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import Terminal
from sittings import FIVE, MIXED, log, start, type_all

from studyrnn.exercises import find
from studyrnn.model import AGAIN
from studyrnn.questions.drawing import draw
from studyrnn.session import SURE_RETURNS_AFTER

# -- how sure --------------------------------------------------------------------------------------------------------


def test_confidence_is_asked_before_anything_is_told(tmp_path: Path) -> None:
    """One to three, logged; q leaves there too."""
    play = start(tmp_path, "--confidence")
    shown = play.type("")
    assert "how sure" in shown
    assert "Alpha." not in shown
    assert "type 1, 2 or 3" in play.type("very")
    assert "Alpha." in play.type("2")
    type_all(play, "3", "")
    play.type("q", "\0never")
    assert play.finish() == 0
    assert [event.confidence for event in log(tmp_path)] == [2]


def test_a_confident_miss_comes_back_first(tmp_path: Path) -> None:
    """After one other card, where a guess that failed waits for four."""
    play = start(tmp_path, "--confidence", deck=FIVE.replace("answer: Alpha.", "number: 1"))
    type_all(play, "7", "3", "8", "")
    (event,) = log(tmp_path)
    assert (event.confidence, event.rating) == (3, AGAIN)
    assert "First?" in type_all(play, *["", "1", "3"] * SURE_RETURNS_AFTER)


# -- step by step, part by part --------------------------------------------------------------------------------------


def test_a_missed_solution_comes_step_by_step(tmp_path: Path) -> None:
    """One for each Enter; `a` shows the rest."""
    play = start(tmp_path, deck=MIXED + "  - exercise: gru.unroll\n")
    first = type_all(play, "s", "")
    assert "Enter next step · a all" in first
    assert "c₁ =" in first
    assert "c₂ =" not in first
    second = play.type("")
    assert "c₂ =" in second
    assert "h₂ =" not in second
    assert "h₂ =" in play.type("")
    type_all(play, "", "")
    rest = play.type("a")
    assert "n₂ =" in rest
    assert "h₂ =" in rest
    assert "rating ›" in rest


def test_what_is_copied_from_the_solution_was_not_known(tmp_path: Path) -> None:
    """Hints count as help; the last of them is the solution itself."""
    question = draw(find("lstm.cell-state"), 3, 0)
    play = Terminal(tmp_path, "quiz", "lstm.cell-state", "--seed", "3")
    play.wait_for("› ")
    assert "Hint 1 of 3." in play.type("h")
    type_all(play, "h", "h", "h")
    assert "From the solution: counts as missed." in play.type(" ".join(map(str, question.key)))
    play.type("")
    play.type("q", "\0never")
    assert play.finish() == 0
    assert log(tmp_path)[0].rating == AGAIN


def test_part_by_part_after_a_failed_try(tmp_path: Path) -> None:
    """Each intermediate asked, a wrong one resolved at once; the score is the share of the parts."""
    play = start(tmp_path, deck=MIXED)
    steps = draw(find("lstm.unroll"), 3, 0).steps
    assert "b part by part" not in play.type("s")
    assert "once a try has failed" in play.type("b")
    assert "b part by part" in play.type("9")
    assert "Part 1 of 3." in play.type("b")
    assert "Part 2 of 3." in play.type(str(steps[0].value))
    play.type("9")
    resolved = play.type("9")
    assert f"{steps[1].value:.4f}".lstrip("-") in resolved
    assert "Part 3 of 3." in resolved
    assert "2 of 3 parts right." in play.type(str(steps[2].value))
    play.type("")
    (event,) = log(tmp_path)
    assert (event.score, event.rating) == (pytest.approx(2 / 3), AGAIN)
    assert event.response.count(" | ") == 2


def test_part_by_part_after_the_last_try(tmp_path: Path) -> None:
    """`r` then draws the question and which part of it is asked."""
    play = start(tmp_path, deck=MIXED)
    assert "b goes through it part by part" in type_all(play, "s", "9", "9")
    assert "Part 1 of 3. Compute c₁" in play.type("b")
    drawn = play.type("r")
    assert "A single LSTM unit" in drawn
    assert "Compute h₂" in drawn
    assert "Compute c₁" in drawn
