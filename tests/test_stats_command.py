"""studyrnn stats, as a person or a script uses it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pytest
from running import Run
from test_quiz_days import TODAY, answered

from studyrnn import statistics
from studyrnn.model import AGAIN, GOOD


def test_an_overview_and_what_else_there_is(run: Run, tmp_path: Path) -> None:
    """Without a name; the log is the one that the quiz writes to."""
    answered(tmp_path, "seven/open", (5, GOOD), (2, AGAIN))
    shown = run("stats").stdout
    assert "Answers by day" in shown
    assert "True retention" in shown
    assert "Also: studyrnn stats calibration, topics, slips, time, unseen; or all" in " ".join(shown.split())
    assert "Predicted recall" not in shown


def test_figures_by_name_in_the_order_they_are_asked_for(run: Run, tmp_path: Path) -> None:
    answered(tmp_path, "seven/open", (5, GOOD), (2, AGAIN))
    shown = run("stats", "unseen", "reviews").stdout
    assert 0 < shown.index("never") < shown.index("Answers by day")
    assert "Also:" not in shown
    assert all(figure in json.loads(run("stats", "--json").stdout)["figures"][k]["name"]
               for k, figure in enumerate(statistics.names()))  # fmt: skip
    assert run("stats", "all").stdout.count("Answers by day") == 1


def test_numbers_for_programs_since_a_day(run: Run, tmp_path: Path) -> None:
    answered(tmp_path, "seven/open", (5, GOOD), (2, AGAIN))

    def answers(*more: str) -> int:
        (figure,) = json.loads(run("stats", "reviews", "--json", *more).stdout)["figures"]
        found: int = figure["facts"]["answers"]
        return found

    assert answers() == 2
    assert answers("--since", date.fromordinal(TODAY - 3).isoformat()) == 1


def test_a_file_for_each_figure(run: Run, tmp_path: Path) -> None:
    answered(tmp_path, "seven/open", (5, GOOD), (2, AGAIN))
    folder = tmp_path / "new" / "figures"
    done = run("stats", "--svg", str(folder))
    assert done.stdout == ""
    assert sorted(path.stem for path in folder.iterdir()) == sorted(statistics.names())
    for path in folder.iterdir():
        assert ET.fromstring(path.read_text("utf-8")).tag.endswith("svg")


def test_looking_makes_no_log(run: Run, tmp_path: Path) -> None:
    """One that was mistyped is told; the usual one may not be there yet."""
    file = tmp_path / "typo.db"
    done = run("stats", "--db", str(file))
    assert (done.returncode, f"there is no review log {file}" in done.stderr) == (1, True)
    run("stats")
    assert not file.exists()
    assert not (tmp_path / "data" / "studyrnn" / "reviews.db").exists()


@pytest.mark.parametrize("plain", [(), ("--plain",)])
def test_before_the_first_answer(run: Run, plain: tuple[str, ...]) -> None:
    """Every figure says what is missing, and how it comes about."""
    done = run("stats", "all", *plain)
    assert (done.returncode, done.stderr) == (0, "")
    assert "studyrnn quiz" in done.stdout
    assert "nan" not in done.stdout.lower().split()
    if plain:
        assert done.stdout.isascii()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("all", "retension"), 'no figure is called "retension". Did you mean "retention"?'),
        (("retension",), 'no figure is called "retension". Did you mean "retention"?'),
        (("--since", "yesterday"), '--since: "yesterday" is not a date. Write it like'),
        (("--since", "2999-01-01"), "--since: that day has not come yet"),
    ],
)
def test_what_cannot_be_shown_is_told(run: Run, words: tuple[str, ...], told: str) -> None:
    done = run("stats", *words)
    assert done.returncode == 2
    assert told in done.stderr
