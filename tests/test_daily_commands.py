"""What stands around a quiz: due, reschedule and the marks, each as a person or a script runs them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from running import Run, configure, planned, state
from test_quiz_days import TODAY, answered, log
from test_quiz_pipe import DECK

from studyrnn.model import AGAIN, EASY, GOOD, HARD, CardState
from studyrnn.scheduling import Scheduler

# -- due -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names", [(), ("seven",), ("teacher-forcing", "seven/order"), ("data/studyrnn/decks/seven.yaml",)]
)
def test_due_says_what_the_quiz_would_ask(run: Run, tmp_path: Path, names: tuple[str, ...]) -> None:
    """In words and for programs, of everything or of what is named."""
    answered(tmp_path, "seven/open", (3, GOOD))
    answered(tmp_path, "seven/order", (5, AGAIN), (0, AGAIN))
    answered(tmp_path, "seven/typed", (1, GOOD))
    answered(tmp_path, "seven/number", (1, AGAIN))
    names = tuple(str(tmp_path / name) if name.endswith("yaml") else name for name in names)
    asked = planned(run("quiz", *names).stdout)
    told = run("due", *names)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == f"{asked}\n"
    found = json.loads(run("due", *names, "--json").stdout)
    parts = [(found["missed"], "to repeat"), (found["due"], "due"), (found["new"], "new")]
    assert ", ".join(f"{count} {what}" for count, what in parts if count) == asked
    assert found["total"] == found["missed"] + found["due"] + found["new"] > 0
    assert found["missed"] == 1
    assert found["day"] == date.fromordinal(TODAY).isoformat()


def test_due_says_what_is_coming_where_nothing_is_due(run: Run, tmp_path: Path) -> None:
    configure(tmp_path, "new = 0\n")
    assert run("due").stdout == "nothing due\n"
    answered(tmp_path, "seven/open", (0, GOOD))
    answered(tmp_path, "seven/typed", (1, EASY), (0, EASY))
    assert run("due").stdout == "nothing due; 1 in 2 days\n"
    found = json.loads(run("due", "--json").stdout)
    assert (found["total"], found["tomorrow"], found["week"], found["streak"]) == (0, 0, 1, 2)
    assert found["next"] == date.fromordinal(TODAY + 2).isoformat()
    answered(tmp_path, "seven/order", (0, HARD))
    assert run("due").stdout == "nothing due; 1 tomorrow\n"


def test_due_refuses_what_it_does_not_know(run: Run) -> None:
    done = run("due", "svn")
    assert (done.returncode, done.stdout) == (2, "")
    assert 'no deck, topic or card is called "svn"' in done.stderr


# -- reschedule ------------------------------------------------------------------------------------------------------


def test_reschedule_moves_what_was_scheduled_to_where_the_settings_put_it(run: Run, tmp_path: Path) -> None:
    """Not with --dry-run; once, and the second time there is nothing left to move."""
    histories = {
        "seven/open": [(60, GOOD), (58, GOOD), (40, GOOD)],
        "seven/order": [(30, EASY), (20, GOOD)],
        "seven/number": [(1, AGAIN)],
        "left/long-ago": [(60, GOOD), (58, GOOD), (40, GOOD)],
    }
    for card, history in histories.items():
        answered(tmp_path, card, *history)
    before = {card: state(tmp_path, card) for card in histories}
    assert "3 cards with a history: 0 earlier, 0 later, 3 as before." in run("reschedule").stdout
    configure(tmp_path, "retention = 0.97\n")
    dry = run("reschedule", "--dry-run")
    assert "3 cards with a history: 2 earlier, 0 later, 1 as before. Nothing was changed" in dry.stdout
    assert {card: state(tmp_path, card) for card in histories} == before
    done = run("reschedule")
    assert dry.stdout.partition(" Nothing")[0] + " Done.\n" == done.stdout
    for card in ("seven/open", "seven/order"):
        after, memory = state(tmp_path, card), before[card].memory
        assert memory is not None
        assert after.due_day == Scheduler(0.97).due_day(memory, card) < before[card].due_day
        assert after.memory is not None
        assert (after.memory.stability, after.memory.reviews) == (memory.stability, memory.reviews)
    for card in ("seven/number", "left/long-ago"):
        assert state(tmp_path, card) == before[card]
    assert [event.kind for event in log(tmp_path)][-2:] == ["reschedule", "reschedule"]
    assert "0 earlier, 0 later, 3 as before.\n" in run("reschedule").stdout
    assert run("log", "verify").returncode == 0
    configure(tmp_path, "")
    assert "1 card with a history: 0 earlier, 1 later" in run("reschedule", "seven/open").stdout
    assert state(tmp_path, "seven/open") == before["seven/open"]


# -- marks -----------------------------------------------------------------------------------------------------------


def test_suspended_cards_are_not_asked_until_they_are_unsuspended(run: Run, tmp_path: Path) -> None:
    done = run("suspend", "seven/open", "seven/open", "seven/typed")
    assert done.stdout == "".join(
        f"{card} suspended: not asked until `studyrnn unsuspend`\n" for card in ("seven/open", "seven/typed")
    )
    assert planned(run("quiz", "seven").stdout) == "6 new"
    assert run("due", "seven").stdout == "6 new\n"
    assert run("suspend", "seven/open").stdout == "seven/open was suspended already\n"
    assert run("unsuspend", "seven/open").stdout == "seven/open no longer suspended\n"
    assert run("unsuspend", "seven/open").stdout == "seven/open was not suspended\n"
    assert run("due", "seven").stdout == "7 new\n"
    assert [(event.card, event.kind, event.day) for event in log(tmp_path)] == [
        ("seven/open", "suspend", TODAY), ("seven/typed", "suspend", TODAY), ("seven/open", "unsuspend", TODAY),
    ]  # fmt: skip


def test_flagged_cards_are_those_that_quiz_flagged_asks(run: Run, tmp_path: Path) -> None:
    assert run("flag", "seven/open").stdout == "seven/open flagged: `studyrnn quiz --flagged` asks it\n"
    assert planned(run("quiz", "--flagged").stdout) == "1 new"
    assert run("flag", "seven/open").stdout == "seven/open was flagged already\n"
    assert run("unflag", "seven/open", "lstm.cell-state").stdout == (
        "seven/open no longer flagged\nlstm.cell-state was not flagged\n"
    )
    assert planned(run("quiz", "--flagged").stdout) == ""
    assert [event.kind for event in log(tmp_path)] == ["flag", "unflag"]


def test_a_forgotten_card_is_new_and_its_answers_stay(run: Run, tmp_path: Path) -> None:
    answered(tmp_path, "seven/open", (5, GOOD), (2, AGAIN))
    assert run("due", "seven/open").stdout == "1 due\n"
    assert run("forget", "seven/open").stdout == "seven/open forgotten: new again; its answers stay in the log\n"
    assert run("due", "seven/open").stdout == "1 new\n"
    assert run("forget", "seven/open").stdout == "seven/open is new: there is nothing to forget\n"
    assert [event.kind for event in log(tmp_path)] == ["review", "review", "forget"]
    assert state(tmp_path, "seven/open") == CardState(answers=2)


def test_a_deck_a_topic_or_a_file_stands_for_its_cards(run: Run, tmp_path: Path) -> None:
    """Only for its own; many are counted, not listed."""
    run("suspend", "seven/open")
    assert run("suspend", "seven").stdout == ("7 cards suspended: not asked until `studyrnn unsuspend`; 1 as before\n")
    assert run("suspend", "seven").stdout == "8 cards: nothing to change\n"
    assert len(log(tmp_path)) == 8
    file = tmp_path / "more.yaml"
    file.write_text(DECK.replace("deck: seven", "deck: more"), "utf-8")
    assert run("flag", str(file), "more/open").stdout == "8 cards flagged: `studyrnn quiz --flagged` asks it\n"
    assert {event.card for event in log(tmp_path)[8:]} == {
        f"more/{name}" for name in ("open", "choice", "both", "cloze", "typed", "number", "order")
    } | {"lstm.cell-state"}
    assert run("flag", "more/cloze").stdout == "more/cloze was flagged already\n"


def test_a_card_that_has_left_its_deck_can_still_be_marked(run: Run, tmp_path: Path) -> None:
    answered(tmp_path, "gone/card", (5, GOOD))
    for command in ("suspend", "unsuspend", "flag", "unflag", "forget"):
        assert run(command, "gone/card").stdout.startswith("gone/card ")
    assert [event.kind for event in log(tmp_path)] == ["review", "suspend", "unsuspend", "flag", "unflag", "forget"]


@pytest.mark.parametrize(
    ("command", "name", "told"),
    [
        ("suspend", "seven/opne", 'no deck, topic or card is called "seven/opne". Did you mean "seven/open"'),
        ("unflag", "sevne", 'no deck, topic or card is called "sevne". Did you mean "seven"'),
        ("flag", "zzzz", 'no deck, topic or card is called "zzzz". `studyrnn decks` lists the decks'),
        ("forget", "seven/opne", 'no card is called "seven/opne". Did you mean "seven/open"'),
        ("forget", "lstm.cell-stat", 'no card is called "lstm.cell-stat". Did you mean "lstm.cell-state"'),
        ("forget", "seven", 'no card is called "seven". Did you mean "seven/'),
    ],
)
def test_an_unknown_name_marks_nothing(run: Run, tmp_path: Path, command: str, name: str, told: str) -> None:
    """The nearest are named; what stood before it is not marked either."""
    answered(tmp_path, "seven/open", (5, GOOD))
    done = run(command, "seven/open", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert len(log(tmp_path)) == 1
