"""Sittings of the quiz on a real terminal: small decks, typing, and what the log says afterwards."""

from __future__ import annotations

import shlex
import sys
from datetime import datetime
from pathlib import Path

from running import PROMPTS, Terminal

from studyrnn.model import CardState, Event
from studyrnn.scheduling import study_day
from studyrnn.store import Store

TODAY = study_day(datetime.now().astimezone())
FIVE = """deck: five
title: Five
cards:
  - {id: one, topic: gru, question: First?, answer: Alpha., source: [s000-q13, my own notes]}
  - {id: two, topic: gru, question: Second?, answer: Beta.}
  - {id: three, topic: gru, question: Third?, number: 3}
  - {id: four, topic: gru, question: Fourth?, answer: Delta.}
  - {id: five, topic: gru, question: Fifth?, answer: Epsilon.}
"""
LETTERS = """deck: letters
title: Letters that are keys elsewhere
cards:
  - {id: s, topic: gru, question: Which letter is a state?, accept: [s]}
  - {id: q, topic: gru, question: Which letter is a query?, accept: [q]}
"""
MIXED = """deck: mixed
title: A card, then an exercise
cards:
  - {id: one, topic: gru, question: First?, answer: Alpha.}
  - exercise: lstm.unroll
"""


def start(folder: Path, *options: str, deck: str = FIVE, **more: str) -> Terminal:
    """The quiz of one deck, at its first prompt."""
    path = folder / f"{deck.split()[1]}.yaml"
    if not path.exists():
        path.write_text(deck, "utf-8")
    play = Terminal(folder, "quiz", str(path), "--seed", "3", *options, **more)
    play.child.delaybeforesend = None  # a prompt shows only when its line is listened for
    play.wait_for(*PROMPTS)
    return play


def type_all(play: Terminal, *lines: str) -> str:
    """Type one line after the other; what the last one brought."""
    shown = ""
    for line in lines:
        shown = play.type(line)
    return shown


def log(folder: Path) -> list[Event]:
    """Every event, once it is sure that the states agree with them."""
    with Store(folder / "data" / "studyrnn" / "reviews.db") as store:
        assert store.verify() == []
        return store.events()


def kinds(folder: Path) -> list[str]:
    return [f"{event.kind} {event.card.rpartition('/')[2]}" for event in log(folder)]


def state(folder: Path, card: str) -> CardState:
    with Store(folder / "data" / "studyrnn" / "reviews.db") as store:
        return store.state(card)


def editor(folder: Path, *change: str) -> str:
    """An editor that notes how it was called, and then does something to the file `p`, whose text is `t`."""
    script = folder / "my editor.py"
    called = f"pathlib.Path({str(folder / 'called')!r}).write_text('\\n'.join(sys.argv[1:]))"
    lines = ["import pathlib, sys", called, "p = pathlib.Path(sys.argv[2])", "t = p.read_text()", *change]
    script.write_text("\n".join(lines), "utf-8")
    return shlex.join([sys.executable, str(script)])
