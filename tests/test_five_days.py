"""Five days of study with a moved clock: crash, undo, edit, cram, two machines, an exam. Nothing is ever lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from running import Terminal, environment
from test_quiz_pipe import DECK

from studyrnn.model import Event
from studyrnn.store import Store

PLAY = [sys.executable, str(Path(__file__).with_name("play.py"))]
REMEMBERED = "3"


class Learner:
    """One machine: its log, and the days on which it is used."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.log = folder, folder / f"{name}.db"
        self.deck = folder / "seven.yaml"

    def quiz(self, day: float, *options: str, **more: str) -> Terminal:
        words = (str(day), "--db", str(self.log), "quiz", str(self.deck), "--seed", "3", *options)
        return Terminal(self.folder, *words, program=PLAY, **more)

    def run(self, day: float, *words: str) -> str:
        done = subprocess.run(
            [*PLAY, str(day), "--db", str(self.log), *words],
            env=environment(self.folder),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def events(self) -> list[Event]:
        with Store(self.log) as store:
            assert store.verify() == []
            return store.events()


def reveal(play: Terminal, cards: int) -> None:
    """Look at the answer of so many cards, and say that they were remembered."""
    for _ in range(cards):
        shown = play.type("")
        while "step › " in shown:
            shown = play.type("a")
        play.type(REMEMBERED)


@pytest.fixture
def deck(tmp_path: Path) -> Path:
    path = tmp_path / "seven.yaml"
    path.write_text(DECK, "utf-8")
    return path


def test_five_days(deck: Path, tmp_path: Path) -> None:
    """As a learner would live them, one sitting after the other."""
    at_home, on_the_train = Learner(tmp_path, "home"), Learner(tmp_path, "train")
    three_new_ones_and_a_slip_of_the_finger(at_home)
    a_flat_battery_in_the_middle(at_home)
    two_machines_that_exchange_logs(at_home, on_the_train)
    a_card_is_mended_and_everything_crammed(at_home, on_the_train)
    a_slow_clock_and_an_exam(at_home)


def three_new_ones_and_a_slip_of_the_finger(learner: Learner) -> None:
    play = learner.quiz(0, "--new", "3")
    assert "1 of 3 · 3 new" in play.wait_for("Enter › ")
    reveal(play, 2)
    assert "Taken back" in play.type("u")
    reveal(play, 2)
    assert play.leave() == 0
    assert [event.kind for event in learner.events()] == ["review", "review", "undo", "review", "review"]


def a_flat_battery_in_the_middle(learner: Learner) -> None:
    play = learner.quiz(1, "--new", "3")
    assert "1 of 3 · 3 new" in play.wait_for("Enter › ")
    reveal(play, 1)
    play.child.kill(signal.SIGKILL)
    assert play.finish() == -signal.SIGKILL
    play = learner.quiz(1, "--new", "3")
    assert "2 days in a row · 1 answered earlier today, all saved. 2 to go." in play.wait_for("answer › ")
    play.type(":q", "this week")
    assert play.finish() == 0


def two_machines_that_exchange_logs(at_home: Learner, on_the_train: Learner) -> None:
    log = str(at_home.folder / "log.jsonl")
    at_home.run(1, "log", "export", "-o", log)
    on_the_train.run(1.5, "log", "import", log)
    for machine, new in ((at_home, "0"), (on_the_train, "2")):
        play = machine.quiz(2, "--new", new)
        play.wait_for("› ")
        reveal(play, 2)
        play.type(":q", "this week")
        play.child.close()
    for source, target in ((at_home, on_the_train), (on_the_train, at_home), (at_home, on_the_train)):
        source.run(2, "log", "export", "-o", log)
        target.run(2, "log", "import", log)
    assert {event.id for event in at_home.events()} == {event.id for event in on_the_train.events()}
    assert due(at_home, 3) == due(on_the_train, 3)


def a_card_is_mended_and_everything_crammed(learner: Learner, other: Learner) -> None:
    editor = learner.folder / "editor.sh"
    editor.write_text('#!/bin/sh\nsed -i "s/What does/Tell what does/" "$2"\n', "utf-8")
    editor.chmod(0o755)
    before = {event.id for event in learner.events()}
    play = learner.quiz(3, "--cram", EDITOR=str(editor))
    play.wait_for("› ")
    play.type(":e")
    assert "Tell what does" in learner.deck.read_text("utf-8")
    reveal(play, 3)
    play.type(":q", "this week")
    assert play.finish() == 0
    assert {event.mode for event in learner.events() if event.id not in before} == {"cram"}
    assert due(learner, 3) == due(other, 3)  # who did not cram


def a_slow_clock_and_an_exam(learner: Learner) -> None:
    """The clock stands a while before the last answer; the exam is tomorrow, so every card comes once more."""
    exam = date.fromordinal(due(learner, 4)["day"] + 1).isoformat()
    play = learner.quiz(2.999, "--exam", exam)
    shown = play.wait_for("› ")
    while "this week" not in shown:
        shown = play.type("a" if "step › " in shown else REMEMBERED if "rating › " in shown else "")
    play.child.close()
    events = learner.events()
    assert len({event.card for event in events if event.mode == f"exam {exam}"}) >= 3
    assert [event.at for event in events] == sorted(event.at for event in events)


def due(learner: Learner, day: float) -> dict[str, int]:
    """What there is to do, and which study day it is."""
    told = json.loads(learner.run(day, "due", str(learner.deck), "--json"))
    counts = {name: told[name] for name in ("missed", "due", "new", "tomorrow", "week")}
    return {**counts, "day": date.fromisoformat(told["day"]).toordinal()}
