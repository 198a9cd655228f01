"""studyrnn plot, as a person or a script uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import Terminal, piped

from studyrnn import plots
from studyrnn.errors import StudyError


def test_without_a_name_every_picture_is_listed(tmp_path: Path) -> None:
    done = piped(tmp_path, "plot")
    listed = done.stdout.split("\n\n")[0].split("\n")
    assert [line.split()[0] for line in listed if not line.startswith(" ")] == plots.names()
    assert "studyrnn plot attention --help" in done.stdout


def test_the_list_for_programs(tmp_path: Path) -> None:
    record = json.loads(piped(tmp_path, "plot", "--json").stdout)
    assert [picture["name"] for picture in record["pictures"]] == plots.names()
    (powers,) = [picture for picture in record["pictures"] if picture["name"] == "powers"]
    assert [option["name"] for option in powers["options"]] == ["steps", "w"]


def test_a_file_without_a_picture_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who adds one and forgets its last line."""
    (tmp_path / "empty_one.py").write_text("X = 1\n", "utf-8")
    monkeypatch.setattr(plots, "__path__", [*plots.__path__, str(tmp_path)])
    with pytest.raises(StudyError, match=r"empty_one\.py defines no PICTURE"):
        plots.find("empty-one")


def test_each_picture_has_a_help_of_its_own(tmp_path: Path) -> None:
    """Its options with what they have to be and are by default; without a name the command's."""
    for words in (("powers", "--help"), ("-h", "powers")):
        told = piped(tmp_path, "plot", *words).stdout
        assert "--steps 20\n      the largest k: a whole number from 2 to 100" in told
    assert "[NAME] [--OPTION VALUE]..." in piped(tmp_path, "plot", "--help").stdout


def test_a_picture_is_drawn_with_its_numbers_beside_it(tmp_path: Path) -> None:
    """What is typed as an option changes it; a negative number is no option."""
    shown = piped(tmp_path, "plot", "powers", "--w", "-0.5", "--steps", "4")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Powers of one recurrent weight" in shown.stdout
    assert "0.0625" in shown.stdout
    plain = piped(tmp_path, "plot", "powers", "--plain")
    assert plain.stdout.isascii()


def test_numbers_alone_for_programs(tmp_path: Path) -> None:
    record = json.loads(piped(tmp_path, "plot", "powers", "--json", "--w", "0.5", "--steps", "3").stdout)
    (figure,) = record["figures"]
    assert record["version"] == 1
    assert figure["name"] == "powers"
    own = next(s for s in figure["parts"][0]["series"] if "0.5" in s["name"])
    assert own["values"] == [0.5, 0.25, 0.125]


def test_svg_to_a_file_or_to_standard_output(tmp_path: Path) -> None:
    file = tmp_path / "powers.svg"
    done = piped(tmp_path, "plot", "powers", "--svg", str(file))
    assert (done.stdout, done.stderr) == ("", f"{file} written\n")
    assert piped(tmp_path, "plot", "powers", "--svg", "-").stdout == file.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("powrs",), 'no picture is called "powrs". Did you mean "powers"?'),
        (("powers", "--stpes", "3"), 'there is no option --stpes here. Did you mean "steps"?'),
        (("powers", "--steps", "x"), '--steps: "x" has to be a whole number from 2 to 100'),
        (("--svg", "x.svg"), "name a picture first. `studyrnn plot` lists them all"),
        (("powers", "--jsonn"), 'there is no option --jsonn here. Did you mean "json"?'),
        (("--steps", "3"), "name a picture first. `studyrnn plot` lists them all"),
        (("powers", "--svg", "no/such/folder.svg"), "cannot write no/such/folder.svg"),
    ],
)
def test_what_cannot_be_drawn_is_told(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = piped(tmp_path, "plot", *words)
    assert done.returncode in {1, 2}
    assert told in done.stderr
    assert done.stdout == ""


def test_who_waits_sees_how_far_it_is(tmp_path: Path) -> None:
    """A bar on standard error in a terminal, gone when the picture shows; none in plain text, none in a pipe."""
    play = Terminal(tmp_path, "plot", "forecast")
    assert play.finish() == 0
    assert "━" in play.raw
    assert "━" not in play.text()
    plain = Terminal(tmp_path, "plot", "forecast", "--plain")
    assert plain.finish() == 0
    assert "━" not in plain.raw
    assert piped(tmp_path, "plot", "forecast").stderr == ""
