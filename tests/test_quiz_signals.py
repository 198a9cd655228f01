"""The terminal itself: control keys at every prompt, another width, escape sequences."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from running import PROGRAM, Terminal, unstyled
from sittings import FIVE, MIXED, editor, kinds, log, start, type_all

from studyrnn.model import GOOD

# -- the terminal itself ---------------------------------------------------------------------------------------------

PLACES = [
    ([], "answer ›"),
    (["9"], "how sure ›"),
    (["9", "1", "b"], "answer ›"),
    ([""], "step ›"),
    (["", "a"], "rating ›"),
]


def at_the_exercise(folder: Path, typed: list[str], prompt: str) -> Terminal:
    """After one card that was answered, at one of the prompts that an exercise has."""
    play = start(folder, "--confidence", deck=MIXED)
    type_all(play, "", "1", "3", *typed)
    assert play.text().splitlines()[-1].strip() == prompt
    return play


@pytest.mark.parametrize(("typed", "prompt"), PLACES)
def test_ctrl_c_at_every_prompt(tmp_path: Path, typed: list[str], prompt: str) -> None:
    play = at_the_exercise(tmp_path, typed, prompt)
    play.interrupt()
    assert play.finish() == 130
    assert "Everything answered is saved" in play.text()
    assert "Traceback" not in play.text()
    assert kinds(tmp_path) == ["review one"]


@pytest.mark.parametrize(("typed", "prompt"), PLACES)
def test_ctrl_d_at_every_prompt(tmp_path: Path, typed: list[str], prompt: str) -> None:
    play = at_the_exercise(tmp_path, typed, prompt)
    play.child.sendeof()
    assert play.finish() == 0
    assert play.text().count("1 card in") == 1
    assert "Traceback" not in play.text()
    assert kinds(tmp_path) == ["review one"]


@pytest.mark.parametrize("ending", ["interrupt", "end"])
def test_the_menu_can_be_left_by_a_control_key(tmp_path: Path, ending: str) -> None:
    """The summary is not said twice."""
    play = start(tmp_path, "--limit", "1")
    assert "more ›" in type_all(play, "", "3")
    if ending == "interrupt":
        play.interrupt()
    else:
        play.child.sendeof()
    assert play.finish() == (130 if ending == "interrupt" else 0)
    assert play.text().count("1 card in") == 1


def test_ctrl_c_keeps_what_was_graded(tmp_path: Path) -> None:
    """A right answer that waits for its rating is logged with the rating that was suggested."""
    play = start(tmp_path, deck=FIVE.replace("answer: Alpha.", "number: 1"))
    play.type("1")
    play.interrupt()
    assert play.finish() == 130
    assert [(event.card, event.rating) for event in log(tmp_path)] == [("five/one", GOOD)]


def test_ctrl_z_and_back(tmp_path: Path) -> None:
    """In a shell: stopped, brought to the foreground, and the next line is an answer."""
    (tmp_path / "five.yaml").write_text(FIVE, "utf-8")
    shell = Terminal(tmp_path, program=("bash", "--norc", "-i"), PS1="shell: ")
    shell.wait_for("shell: ")
    shell.type(shlex.join([*PROGRAM, "quiz", str(tmp_path / "five.yaml")]))
    shell.child.send("\x1a")
    shell.wait_for("shell: ")
    shell.type("fg", "studyrnn")
    assert "Alpha." in shell.type("")
    shell.type("3")
    assert kinds(tmp_path) == ["review one"]


def test_a_window_that_became_narrow(tmp_path: Path) -> None:
    """`r` draws the card, and everything after it is drawn, within the new width."""
    play = start(tmp_path, "lstm.full-step", columns=100)
    play.child.setwinsize(300, 62)
    play.screen.resize(300, 62)
    before = len(play.raw)
    type_all(play, "r", "s", "s", "s", "s", "s", "", "", "?")
    assert max(map(len, unstyled(play.raw[before:]).splitlines())) <= 62
    assert "lstm.full-step" in play.text() or "An LSTM layer" in play.text()


def test_escape_sequences_of_a_deck_are_shown_not_obeyed(tmp_path: Path) -> None:
    r"""A card with \e[2J is left out, and what is told about it clears no screen and rings no bell."""
    bad = FIVE.replace("First?", r'"Clear \e[2J this"').replace("answer: Beta.", r'"a\e]0;title\a": Beta.')
    play = start(tmp_path, EDITOR=editor(tmp_path, f"p.write_text({bad!r})"))
    told = " ".join(play.type("e").split())
    assert r"question: contains the control character '\x1b'" in told
    assert r'unknown key "a\x{1b}]0;title\x{7}"' in told
    again = start(tmp_path)
    assert "five.yaml: what has one is left out" in " ".join(again.text().split())
    assert "Third?" in again.text()
    for sequence in ("\x1b[2J", "\x1b]0;", "\x07"):
        assert sequence not in play.raw + again.raw
