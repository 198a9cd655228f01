"""The quiz on a real terminal: played, interrupted, killed and continued."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest
from running import Terminal, piped, unstyled
from test_quiz_pipe import DECK, reviews

from studyrnn.exercises import find
from studyrnn.questions.drawing import draw


@pytest.fixture
def deck(tmp_path: Path) -> str:
    path = tmp_path / "seven.yaml"
    path.write_text(DECK, "utf-8")
    return str(path)


def digits_of(shown: str) -> dict[str, str]:
    """Which digit stands before which option."""
    return {word: digit for digit, word in re.findall(r"   (\d)  (\w+)", shown)}


def test_every_kind_with_wrong_unreadable_and_right_answers(deck: str, tmp_path: Path) -> None:
    """A whole session by hand: unreadable is asked again for nothing, misses come back, the end sums up."""
    play = Terminal(tmp_path, "quiz", deck, "--seed", "3")
    assert "1 of 8 · 8 new" in play.wait_for("Enter › ")
    assert "The old state." in play.type("")
    choice = play.type("3")
    digit = digits_of(choice)
    assert "type digits from 1 to 3" in play.type("seven")
    assert "It acts inside the candidate." in play.type(digit["reset"])
    both = play.type("")
    digit = digits_of(both)
    assert "◐ partly" in play.type(digit["update"])
    assert "[...] gate is [...]" in play.type("4")
    assert "The update gate is zₜ." in play.type("")
    assert "Feeding the truth" in play.type("2")
    assert "Close: look at the spelling" in play.type("teecher forcing")
    assert "✓ right" in play.type("teacher forcing")
    assert "how many entries" in play.type("")
    assert "decimals take a point" in play.type("2,0")
    assert "✓ right" in play.type("2")
    returned = play.type("")
    assert "Which keeps?" in returned
    assert "✓ right" in play.type(digits_of(returned)["update"])
    order = play.type("")
    assert "right order" in order
    digit = digits_of(order)
    assert "in place: 1, 2" in play.type(" ".join(digit[word] for word in ("candidate", "gates", "state")))
    assert "✓ right" in play.type("".join(digit[word] for word in ("gates", "candidate", "state")))
    assert "LSTM · level 2" in play.type("3")
    question = draw(find("lstm.cell-state"), 3, 0)
    assert "cₜ has 2 entries" in play.type("1 2 3")
    assert "The forget and the input gate" in play.type(str(question.slips[0].value))
    assert "✓ right" in play.type(str(question.key))
    assert "this week" in play.type("")
    assert "again: once more in this session" in play.text()
    assert play.leave() == 0
    assert [rating for _, rating, _ in reviews(tmp_path)] == [3, 1, 4, 2, 2, 3, 3, 3, 2]
    assert "f-and-i-exchanged" in play.text()


def test_killed_in_the_middle_and_continued(deck: str, tmp_path: Path) -> None:
    """kill -9 loses the card on the screen and nothing else; the next start goes on where it was."""
    play = Terminal(tmp_path, "quiz", deck, "--seed", "3")
    play.wait_for("Enter › ")
    play.type("")
    play.type("3")
    play.child.kill(signal.SIGKILL)
    assert play.finish() == -signal.SIGKILL
    assert reviews(tmp_path) == [("open", 3, None)]
    again = Terminal(tmp_path, "quiz", deck, "--seed", "3")
    shown = again.wait_for("answer › ")
    assert "1 answered earlier today, all saved. 7 to go." in shown
    assert "Which keeps?" in shown
    again.interrupt()
    assert again.finish() == 130
    assert "Everything answered is saved" in again.text()


def test_a_missed_card_goes_on_after_an_interruption(deck: str, tmp_path: Path) -> None:
    """By the schedule it is due tomorrow; the session was not over with it."""
    play = Terminal(tmp_path, "quiz", deck, "--limit", "1")
    play.wait_for("Enter › ")
    play.type("")
    play.type("1")
    play.interrupt()
    assert play.finish() == 130
    assert "1 of 1 · 1 to repeat" in piped(tmp_path, "quiz", deck, "--limit", "1").stdout


def test_ctrl_d_ends_with_the_summary(deck: str, tmp_path: Path) -> None:
    play = Terminal(tmp_path, "quiz", deck)
    play.wait_for("Enter › ")
    play.type("")
    play.type("3")
    play.child.sendeof()
    assert play.finish() == 0
    assert "1 card in" in play.text()


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_no_line_is_wider_than_the_terminal(tmp_path: Path, columns: int) -> None:
    """Twenty cards of the shipped decks: nothing is torn by the terminal's own wrapping."""
    play = Terminal(tmp_path, "quiz", "--seed", "1", "--new", "20", columns=columns, rows=3000)
    play.wait_for("answer › ")
    for _ in range(12):
        play.type("")
    assert "this week" in play.type(":q")
    play.leave()
    widest = max(len(line) for line in unstyled(play.raw).splitlines())
    assert widest <= columns


def test_colour_only_where_it_is_wanted(deck: str, tmp_path: Path) -> None:
    """On a terminal words are coloured; NO_COLOR and --no-color leave the words."""

    def first_verdict(*options: str, **more: str) -> str:
        play = Terminal(tmp_path / f"{options}{more}", "quiz", deck, *options, "--seed", "3", **more)
        play.wait_for("Enter › ")
        play.type("")
        play.type("3")
        play.type("1")
        play.type("1")
        play.child.close(force=True)
        return play.raw

    coloured = first_verdict()
    assert "\x1b[1;34m" in coloured or "38;5;208" in coloured
    for plain in (first_verdict(NO_COLOR="1"), first_verdict("--no-color")):
        assert "38;5;" not in plain
        assert "[1;34m" not in plain
        assert "right" in plain


def test_a_hint_ladder(tmp_path: Path) -> None:
    """Formula, formula with numbers, first number, the solution, and then no more."""
    play = Terminal(tmp_path, "quiz", "lstm.cell-state", "--seed", "3")
    play.wait_for("› ")
    assert "cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ" in play.type("h")
    assert "⎡" in play.type("h")
    assert "The first number of" in play.type("h")
    assert "lstm.cell-state@" in play.type("h")
    assert "last hint" in play.type("h")


@pytest.mark.parametrize(
    ("arguments", "early"), [(("gru",), {"numpy", "sympy", "fsrs", "yaml"}), (("rnn.scalar-step",), {"sympy", "fsrs"})]
)
def test_nothing_heavy_before_the_first_card(tmp_path: Path, arguments: tuple[str, ...], early: set[str]) -> None:
    """No numpy, sympy or fsrs in sys.modules when a text card is on the screen; the deck cache is warm."""
    piped(tmp_path, "quiz", *arguments, typed="")
    spy = tmp_path / "spy"
    spy.mkdir()
    (spy / "sitecustomize.py").write_text(
        "import sys, builtins\n"
        "def spying(prompt=''):\n"
        "    print('MODULES', *sorted(m for m in sys.modules if '.' not in m))\n"
        "    raise EOFError\n"
        "builtins.input = spying\n"
    )
    play = Terminal(tmp_path, "quiz", *arguments, columns=4000, PYTHONPATH=str(spy))
    play.finish()
    (line,) = [line for line in play.text().splitlines() if line.startswith("MODULES")]
    loaded = set(line.split())
    assert "rich" in loaded
    assert not loaded & early
