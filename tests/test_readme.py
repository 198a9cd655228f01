"""The README tells the truth: its examples are run, its deck is checked, its commands are the ones that CI runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from studyrnn.deckfile import CARD_KEYS, DECK_KEYS, read
from studyrnn.engine.cells import Cell
from studyrnn.engine.equations import Program
from studyrnn.engine.network import Layer, Network
from studyrnn.engine.precise import PRECISE, context, precise_decimal
from studyrnn.errors import UsageError
from studyrnn.figures.svg import svg
from studyrnn.model import CARD_KINDS
from studyrnn.terminal.charts import figure

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"```console\n\$ (studyrnn .*?)\n(.*?)```", README, re.DOTALL)
PROMPT = re.compile(r"^ (?:answer|rating|Enter) › ?(.*)$", re.MULTILINE)


def run_as_printed(command: str, shown: str, folder: Path) -> str:
    """Run a line of `studyrnn ...` commands, as a shell does; what the example shows behind a prompt is typed."""
    typed = "".join(f"{line}\n" for line in PROMPT.findall(shown))
    homes = dict.fromkeys(("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(folder))
    environment = {**os.environ, **homes, "PYTHONUTF8": "1"}
    done = subprocess.run(
        command.replace("studyrnn", f"{shlex.quote(sys.executable)} -m studyrnn"),
        shell=True,
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env=environment,
        cwd=folder,
        check=True,
    )
    return done.stdout


def comparable(text: str) -> str:
    """Without what no two runs share: seconds taken, folders, spaces at line ends."""
    text = re.sub(r"# \S*/studyrnn/config", "# ~/.config/studyrnn/config", text)  # wherever it is
    lines = re.sub(r"in \d+ s\b", "in N s", text).strip("\n").split("\n")
    return "\n".join(line.rstrip() for line in lines)


@pytest.mark.parametrize(("command", "shown"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_examples_print_what_the_readme_shows(command: str, shown: str, tmp_path: Path) -> None:
    """Each console example, run as printed, prints what stands below it."""
    assert comparable(run_as_printed(command, shown, tmp_path)) == comparable(shown)


def test_there_are_examples_of_the_main_commands() -> None:
    """A README without examples would pass the test above."""
    assert {command.split()[1] for command, _ in EXAMPLES} >= {"quiz", "generate", "export", "solve", "derive"}


def test_the_deck_has_every_kind_and_no_problems(tmp_path: Path) -> None:
    """The whole deck on one screen is a valid deck with a card of each kind."""
    (deck,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "my-deck.yaml"
    path.write_text(deck, "utf-8")
    loaded = read(path)
    assert [str(problem) for problem in loaded.problems] == []
    assert {card.kind for card in loaded.deck.cards} == set(CARD_KINDS)


def test_the_page_on_the_format_shows_every_kind_and_key(tmp_path: Path) -> None:
    """Its deck is one without problems or warnings, and no key goes unmentioned."""
    page = (ROOT / "decks" / "README.md").read_text("utf-8")
    path = tmp_path / "my-deck.yaml"
    path.write_text(re.findall(r"```yaml\n(deck: .*?)```", page, re.DOTALL)[0], "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "studyrnn", "check", "--strict", str(path)],
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.stdout == "No problems in 1 file, 8 cards are fine\n"
    assert {card.kind for card in read(path).deck.cards} == set(CARD_KINDS)
    for key in {*DECK_KEYS, *(key for keys in CARD_KEYS.values() for key in keys)}:
        assert re.search(rf"\b{key}:|`{key}`", page), key


def test_both_commands_stand_in_the_first_screen() -> None:
    """One command to study, one to work on it, before anything has to be scrolled."""
    first_screen = "\n".join(README.split("\n")[:24])
    assert "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/studyrnn quiz" in first_screen
    assert "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest" in first_screen


def test_the_cell_that_the_readme_adds_is_one() -> None:
    """The function as printed gives a cell whose unrolled loss and gradient agree with differences of 30 digits."""
    (text,) = re.findall(r"```python\n(def minimal.*?)```", README, re.DOTALL)
    found: dict[str, Any] = {"Cell": Cell, "Program": Program}
    exec(text, found)
    network = Network((Layer(found["minimal_gated_unit"]()),), 2, loss="mse")
    values = {name: precise_decimal(0.1 * k - 1) for k, name in enumerate(network.shapes)}
    step = context.mpf("1e-10")
    above, below = (
        network.program.run({**values, "W_hn": values["W_hn"] + shift}, PRECISE)["L"] for shift in (step, -step)
    )
    gradient = network.backward(["W_hn"]).run(network.program.run(values, PRECISE), PRECISE)["dW_hn"]
    assert abs(gradient - (above - below) / (2 * step)) < 1e-15
    assert gradient != 0


def test_the_picture_that_the_readme_adds_is_one() -> None:
    """The file as printed draws everywhere, with its option and its limits."""
    (text,) = re.findall(r"```python\n(from studyrnn.figures.*?)```", README, re.DOTALL)
    found: dict[str, Any] = {}
    exec(text, found)
    drawn = found["PICTURE"].figure({"steps": "20"})
    assert "400" in "\n".join(line.plain for line in figure(drawn, 58, False))
    assert ET.fromstring(svg(drawn)).tag.endswith("svg")
    with pytest.raises(UsageError, match="a whole number from 1 to 100"):
        found["PICTURE"].figure({"steps": "101"})
