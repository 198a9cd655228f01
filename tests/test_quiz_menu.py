"""What the quiz offers at its end, and the options that choose otherwise."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest
from running import PROMPTS, Terminal, piped
from sittings import FIVE, TODAY, kinds, log, start, state, type_all

from studyrnn.exercises import find
from studyrnn.questions.drawing import draw

PLAY = [sys.executable, str(Path(__file__).with_name("play.py"))]


# -- what else there is at the end -----------------------------------------------------------------------------------


def test_the_menu_asks_again_what_went_wrong(tmp_path: Path) -> None:
    """Another word is refused; Enter leaves."""
    play = start(tmp_path, "--limit", "2")
    shown = type_all(play, "", "1", "", "3", "", "3")
    assert "m again the 1 that went wrong · n 3 new ones · a study ahead · u undo · Enter leave" in " ".join(
        shown.split()
    )
    assert "type one of these keys" in play.type("2")
    assert "1 of 1 · 1 to repeat" in play.type("m")
    assert "that went wrong" not in type_all(play, "", "3")
    assert play.leave() == 0


def test_the_menu_undoes_the_last_answer(tmp_path: Path) -> None:
    """And the one before it, once back at the cards."""
    play = start(tmp_path, "--limit", "2")
    type_all(play, "", "3", "", "4")
    assert "Second?" in play.type("u")
    assert "First?" in play.type("u")
    assert "2 cards in" in type_all(play, "", "3", "", "3")
    assert kinds(tmp_path) == ["review one", "review two", "undo two", "undo one", "review one", "review two"]


def test_what_was_taken_back_slipped_nowhere(tmp_path: Path) -> None:
    """The summary counts the slips of the answers that stand."""
    (slip, *_) = draw(find("lstm.cell-state"), 3, 0).slips
    assert isinstance(slip.value, list)
    typed = " ".join(map(str, slip.value))
    play = Terminal(tmp_path, "quiz", "lstm.cell-state", "--seed", "3")
    play.wait_for("› ")
    type_all(play, typed, typed, "", "a", "1", "u", typed, typed, "", "a", "1")
    assert f"slips    {slip.id} ×2" in play.type("q", "\0never")
    assert play.finish() == 0


def test_the_menu_goes_on_with_what_is_due(tmp_path: Path) -> None:
    """Where a limit left some of it."""
    type_all(start(tmp_path), *["", "3"] * 2, "3", "", *["", "3"] * 2)
    play = Terminal(tmp_path, "9", "quiz", str(tmp_path / "five.yaml"), "--limit", "3", "--seed", "3", program=PLAY)
    assert "1 of 3 · 3 due" in play.wait_for(*PROMPTS)
    shown = ""
    for _ in range(12):  # "Enter ›", "rating ›", and what asks for a number
        if "more ›" in shown:
            break
        shown = play.type("" if "Enter ›" in play.text().splitlines()[-1] else "3")
    assert "d 2 more that are due" in play.text()
    assert "1 of 2 · 2 due" in play.type("d")


def test_the_menu_brings_new_cards(tmp_path: Path) -> None:
    """And offers them only as long as there are some."""
    play = start(tmp_path, "--limit", "2")
    type_all(play, "", "3", "", "3")
    assert "1 of 3 · 3 new" in play.type("n")
    shown = type_all(play, "3", "", "", "3", "", "3")
    assert "a study ahead" in shown
    assert "new one" not in shown.rpartition("this week")[2]


def test_the_menu_studies_ahead(tmp_path: Path) -> None:
    """What was answered today already counts as a repetition, and no due day moves."""
    play = start(tmp_path, "--limit", "1")
    type_all(play, "", "3")
    due = state(tmp_path, "five/one").due_day
    assert "First?" in play.type("a")
    type_all(play, "", "4")
    assert log(tmp_path)[-1].mode == "repeat"
    assert state(tmp_path, "five/one").due_day == due


def test_the_menu_offers_nothing_that_is_suspended(tmp_path: Path) -> None:
    """Neither the new card nor the one that went wrong; only to undo that is left."""
    play = start(tmp_path, "--limit", "2", deck="\n".join(FIVE.splitlines()[:5]))
    assert "u undo · Enter leave" in type_all(play, "", "1", "x", "x").splitlines()[-2]
    assert play.leave() == 0


# -- options ---------------------------------------------------------------------------------------------------------


def test_cram_leaves_the_schedule_alone(tmp_path: Path) -> None:
    """Everything is asked, due or not; the answers are logged as crammed and change no state."""
    type_all(start(tmp_path, "--limit", "1"), "", "3")
    before = state(tmp_path, "five/one")
    play = start(tmp_path, "--cram", "--limit", "2")
    assert "First?" in play.text()
    play.type("")
    assert "again: once more in this session" in play.type("1")
    assert "good: the schedule stays as it is" in type_all(play, "", "3")
    assert [event.mode for event in log(tmp_path)] == ["quiz", "cram", "cram"]
    after = state(tmp_path, "five/one")
    assert (after.due_day, after.memory) == (before.due_day, before.memory)
    assert state(tmp_path, "five/two").is_new


def test_an_exam_has_everything_asked_once_before_it(tmp_path: Path) -> None:
    """Five cards in three days are two a day; the log says for which exam."""
    day = date.fromordinal(TODAY + 3).isoformat()
    play = start(tmp_path, "--exam", day)
    assert "1 of 2 · 2 new" in play.text()
    type_all(play, "", "3")
    assert [event.mode for event in log(tmp_path)] == [f"exam {day}"]


@pytest.mark.parametrize(("day", "message"), [("2020-01-31", "not in the future"), ("soon", "is not a date")])
def test_an_exam_on_a_day_that_cannot_be(tmp_path: Path, day: str, message: str) -> None:
    done = piped(tmp_path, "quiz", "--exam", day)
    assert done.returncode == 2
    assert message in done.stderr


def test_minutes_end_a_session_between_two_cards(tmp_path: Path) -> None:
    """By a clock that goes on ten seconds whenever it is looked at."""
    clock = "import itertools, time\ntime.monotonic = itertools.count(0.0, 10.0).__next__\n"
    (tmp_path / "sitecustomize.py").write_text(clock, "utf-8")
    play = start(tmp_path, "--minutes", "0.5", PYTHONPATH=f"{tmp_path}:{Path(__file__).parents[1]}")
    play.type("")
    play.type("3", "\0never")
    assert "0.5 minutes are over; 4 cards left." in play.text()
    assert play.finish() == 0
    assert len(log(tmp_path)) == 1


def test_a_limit_counts_cards_and_not_repetitions(tmp_path: Path) -> None:
    play = start(tmp_path, "--limit", "1")
    assert "2 of 2" in type_all(play, "", "1")
    assert "more ›" in type_all(play, "", "3")


def test_cram_and_exam_exclude_each_other(tmp_path: Path) -> None:
    done = piped(tmp_path, "quiz", "gru", "--cram", "--exam", "2999-01-01")
    assert done.returncode == 2
    assert "choose one of the two" in done.stderr
