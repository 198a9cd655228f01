"""What people see, as golden files: tests/golden/*.txt. A change there is a change of the screen, to be looked at.

To write them anew: python tests/test_views.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest
from running import piped
from test_quiz_pipe import DECK

from studyrnn.model import Solution, Step
from studyrnn.terminal.views import solution

GOLDEN = Path(__file__).parent / "golden"
SESSION = "\n" * 16
SCREENS: dict[str, tuple[list[str], str, dict[str, str]]] = {
    "quiz-80": (["quiz", "DECK", "--seed", "3"], SESSION, {}),
    "quiz-60": (["quiz", "DECK", "--seed", "3"], SESSION, {"COLUMNS": "60"}),
    "quiz-plain": (["quiz", "DECK", "--seed", "3", "--plain"], SESSION, {}),
    "generate-gru": (["generate", "--exercise", "gru.hidden-state", "--seed", "3", "--count", "2"], "", {}),
    "generate-bptt": (["generate", "--exercise", "bptt.scalar", "--seed", "3", "--count", "2"], "", {}),
    "generate-clip": (["generate", "--exercise", "remedies.clip-norm", "--seed", "3", "--count", "2"], "", {}),
    "generate-plain": (["generate", "--exercise", "gru.hidden-state", "--seed", "3", "--plain"], "", {}),
    "export": (["export", "DECK", "--variants", "1"], "", {}),
}


def shown(name: str, folder: Path) -> str:
    deck = folder / "seven.yaml"
    deck.write_text(DECK, "utf-8")
    arguments, typed, more = SCREENS[name]
    done = piped(folder, *(str(deck) if word == "DECK" else word for word in arguments), typed=typed, **more)
    assert done.returncode == 0, done.stderr
    return "\n".join(line.rstrip() for line in done.stdout.replace("cards in 1 s", "cards in 0 s").split("\n"))


@pytest.mark.parametrize("name", SCREENS)
def test_the_screen_is_as_it_was_looked_at(name: str, tmp_path: Path) -> None:
    """The whole output of a command, character by character."""
    assert shown(name, tmp_path) == (GOLDEN / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", ["quiz-60", "quiz-80", "generate-gru", "generate-bptt"])
def test_nothing_is_wider_than_its_screen(name: str) -> None:
    width = 60 if name == "quiz-60" else 80
    assert max(len(line) for line in (GOLDEN / f"{name}.txt").read_text("utf-8").split("\n")) <= width


@pytest.mark.parametrize(("width", "beside"), [(60, True), (24, False)])
def test_the_slip_is_marked_beside_the_line_an_equation_stands_on(width: int, beside: bool) -> None:
    """Not beside a denominator; where the line has no room, below."""
    solved = Solution("", steps=(Step("b", "b", r"\frac{a}{c}", "", 0.5),), parts_at="b")
    lines = [line.plain for line in solution(solved, width, plain=False, verdict_shown=True)]
    (marked,) = [line for line in lines if "here the slip happened" in line]
    assert marked.startswith(" b = ─ ") == beside


if __name__ == "__main__":
    for each in SCREENS:
        with tempfile.TemporaryDirectory() as temporary:
            (GOLDEN / f"{each}.txt").write_text(shown(each, Path(temporary)), "utf-8")
    sys.exit(0)
