"""studyrnn solve: what it prints, to whom, and with which exit code.

Screens are golden files: tests/golden/solve-*.txt. A change there is a change of the screen, to be looked at.
To write them anew: python tests/test_solve_command.py
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from homework import ALL_WRONG, EXAMPLES
from running import PROGRAM, Terminal, environment, piped

from studyrnn import cli
from studyrnn.boxes import columns
from studyrnn.commands.solve import STEPS

GOLDEN = Path(__file__).parent / "golden"
SCREENS: dict[str, tuple[str, list[str], dict[str, str]]] = {
    "solve-rnn": ("rnn", [], {}),
    "solve-truncated-60": ("truncated", ["--steps", "short"], {"COLUMNS": "60"}),
    "solve-gru-none": ("gru", ["--steps", "none"], {}),
    "solve-bidirectional-plain": ("bidirectional", ["--plain"], {"COLUMNS": "60"}),
}


def written(folder: Path, name: str) -> str:
    """An example as a file."""
    path = folder / f"{name}.yaml"
    path.write_text(EXAMPLES[name], "utf-8")
    return str(path)


def shown(name: str, folder: Path) -> str:
    example, arguments, more = SCREENS[name]
    done = piped(folder, "solve", written(folder, example), *arguments, **more)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


class Done(NamedTuple):
    code: int
    out: str
    err: str


Call = Callable[..., Done]


def caller(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs a command within this process: as `piped`, in a tenth of the time."""

    def call(*arguments: str, typed: str = "", **more: str) -> Done:
        for name, value in {"COLUMNS": "80", "TERM": "xterm", **more}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["studyrnn", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return call


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(monkeypatch, capsys)


# -- the screen ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCREENS)
def test_the_screen_is_as_it_was_looked_at(name: str, tmp_path: Path) -> None:
    """The whole output, character by character."""
    assert shown(name, tmp_path) == (GOLDEN / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("more", [[], ["--steps", "none"], ["--plain"]], ids=["full", "none", "plain"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_formula_of_every_example_is_typeset(call: Call, name: str, more: list[str], tmp_path: Path) -> None:
    """None falls back to LaTeX and no line ends in spaces; none is wider than the screen where it can be broken."""
    path = written(tmp_path, name)
    for width in (80, 60):
        lines = call("solve", path, *more, COLUMNS=str(width)).out.split("\n")
        assert [line for line in lines if "$" in line or "\\" in line] == []
        assert [line for line in lines if line != line.rstrip()] == []
        narrow_plain = (
            more == ["--plain"] and width == 60
        )  # a product of two matrices on one line has no place to break
        assert narrow_plain or [line for line in lines if columns(line) > width] == []


def test_plain_is_ascii(call: Call, tmp_path: Path) -> None:
    """For screen readers; a dumb terminal and one without Unicode get the same."""
    path = written(tmp_path, "gru")
    plain = call("solve", path, "--plain").out
    assert plain.isascii()
    assert call("solve", path, TERM="dumb").out == plain
    assert piped(tmp_path, "solve", path, PYTHONIOENCODING="ascii").stdout == plain


def test_steps(call: Call, tmp_path: Path) -> None:
    """Everything by default; short leaves out the numbers put in; none leaves out the working."""
    path = written(tmp_path, "rnn")
    full, short, none = (call("solve", path, "--steps", steps).out for steps in ("full", "short", "none"))
    assert call("solve", path).out == full
    assert "tanh(a₁)" in short
    assert "[−0.1194] − [0.5]" in full
    assert "[−0.1194] − [0.5]" not in short
    assert "tanh" not in none.replace("activation tanh", "")
    assert all("[−0.2966]" in text for text in (full, short, none))


def test_no_colour_either_way(call: Call, tmp_path: Path) -> None:
    """Nothing but text on a pipe and on a terminal, whatever NO_COLOR says."""
    path = written(tmp_path, "truncated")
    text = call("solve", path, "--steps", "none").out
    assert call("solve", path, "--steps", "none", NO_COLOR="1").out == text
    terminal = Terminal(tmp_path, "solve", path, "--steps", "none")
    assert terminal.finish() == 0
    assert terminal.raw.replace("\r\n", "\n") == text


# -- the numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_json_is_one_line_of_numbers(call: Call, name: str, tmp_path: Path) -> None:
    """For programs: nothing else on standard output, every key in its place."""
    done = call("solve", written(tmp_path, name), "--json")
    assert (done.code, done.err, done.out.count("\n")) == (0, "", 1)
    record = json.loads(done.out)
    clipped = {"clipped"} if name == "gru" else set()
    assert record.keys() == {"version", "trace", "outputs", "loss", "gradients"} | clipped
    assert record["version"] == 1
    assert {"layer", "direction", "t"} < record["trace"][0].keys()


def test_json_does_not_depend_on_the_screen(call: Call, tmp_path: Path) -> None:
    path = written(tmp_path, "lstm")
    plain = call("solve", path, "--json").out
    assert call("solve", path, "--json", "--plain", "--steps", "none", COLUMNS="30").out == plain


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_printed_as_it_is_and_can_be_solved(call: Call, name: str, tmp_path: Path) -> None:
    """--example NAME > mine.yaml is where a learner begins; the same from standard input."""
    example = call("solve", "--example", name)
    assert (example.code, example.out, example.err) == (0, EXAMPLES[name], "")
    from_file = call("solve", written(tmp_path, name), "--json")
    assert call("solve", "-", "--json", typed=example.out).out == from_file.out


@pytest.mark.parametrize("more", [["--json"], ["--steps", "short"], ["--steps", "none"]], ids=lambda more: more[-1])
def test_output_goes_to_a_file(call: Call, more: list[str], tmp_path: Path) -> None:
    """The same text as on an 80-column screen, and nothing on standard output."""
    source, target = written(tmp_path, "rnn"), tmp_path / "answers.txt"
    done = call("solve", source, *more, "-o", str(target), COLUMNS="40")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert target.read_text("utf-8") == call("solve", source, *more).out


def test_an_example_goes_to_a_file_as_well(call: Call, tmp_path: Path) -> None:
    target = tmp_path / "mine.yaml"
    assert call("solve", "--example", "lstm", "-o", str(target)).out == ""
    assert target.read_text("utf-8") == EXAMPLES["lstm"]


# -- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["solve"], "give a file, or - for standard input. studyrnn solve --example"),
        (["solve", "nowhere.yaml"], "cannot read nowhere.yaml: No such file or directory"),
        (["solve", "."], "cannot read .: Is a directory"),
        (["solve", "--example", "lsmt"], 'no example is called "lsmt". Did you mean "lstm"?'),
        (["solve", "--example", "x"], "Known: bidirectional, gru, lstm, rnn, truncated"),
        (["solve", "-", "--steps", "ful"], 'no choice for --steps is called "ful". Did you mean "full"?'),
        (["solve", "-"], "1 mistake in standard input\nstandard input:1   the file is empty. A problem begins with"),
        (["solve", "-", "--jsn"], "No such option: --jsn"),
    ],
)
def test_mistakes_of_the_command(call: Call, arguments: list[str], said: str) -> None:
    """On standard error, with what to write instead; exit code 2, nothing on standard output."""
    done = call(*arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_mistakes_of_the_file(call: Call, more: list[str], tmp_path: Path) -> None:
    """All at once, a line each, beginning with file and line."""
    path = tmp_path / "mine.yaml"
    path.write_text(ALL_WRONG, "utf-8")
    done = call("solve", str(path), *more)
    assert (done.code, done.out) == (2, "")
    first, *lines = done.err.rstrip("\n").split("\n")
    assert first == f"studyrnn: 11 mistakes in {path}"
    assert [line.partition("   ")[0] for line in lines] == [f"{path}:{line}" for line in range(2, 13)]


def test_a_failed_file_leaves_the_output_alone(call: Call, tmp_path: Path) -> None:
    """Mistakes are found before anything is written."""
    target = tmp_path / "answers.txt"
    target.write_text("precious", "utf-8")
    grown = "cell: rnn\nactivation: relu\nlayers: [{forward: {W_xh: [[1e200]], W_hh: [[1]], b_h: [0]}}]\n"
    for typed, said in (
        (ALL_WRONG, "11 mistakes"),
        (grown + "x: [[1e200]]\n", "a_1 outgrows what a number can hold; it needs smaller weights or fewer steps"),
    ):
        done = call("solve", "-", "-o", str(target), typed=typed)
        assert (done.code, done.out) == (2, "")
        assert said in done.err
        assert target.read_text("utf-8") == "precious"


def test_a_file_that_cannot_be_written(call: Call, tmp_path: Path) -> None:
    done = call("solve", written(tmp_path, "rnn"), "-o", str(tmp_path / "no" / "such" / "folder"))
    assert (done.code, done.out) == (1, "")
    assert "cannot write" in done.err


def test_a_file_too_large_to_be_worked(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * 2_000_001)
    done = call("solve", str(path))
    assert done.code == 2
    assert done.err == f"studyrnn: {path} has more than 2,000,000 bytes, too many for a problem to be worked\n"


def test_what_a_terminal_would_obey_is_shown_as_codes(call: Call, tmp_path: Path) -> None:
    """Escape sequences in the file and in its name."""
    path = tmp_path / "\x1b[31mred.yaml"
    path.write_text('cell: "\\e[31mrnn"\nlayers: 3\nx: [["\\e]0;title\\a"]]\n', "utf-8")
    done = call("solve", str(path))
    assert done.code == 2
    assert "\\x{1b}[31mred.yaml:1" in done.err
    assert "\\x{1b}]0;title\\x{7} is not a number" in done.err
    assert "\x1b" not in done.err
    assert "\a" not in done.err


def test_a_closed_standard_input(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m studyrnn solve - <&-"],
        capture_output=True, text=True, check=False, env=environment(tmp_path),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "studyrnn: there is no standard input to read; give a file\n"


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    """solve | head: exit code 0, and no word about a broken pipe, though more is to come than a pipe takes at once."""
    path = tmp_path / "long.yaml"
    weights = "{W_xh: [[0.5]], W_hh: [[0.5]], b_h: [0]}"
    path.write_text(f"cell: rnn\nlayers: [forward: {weights}]\nx: {[[1]] * 100}\ntarget: {[[0]] * 100}\n", "utf-8")
    done = subprocess.run(
        ["bash", "-c", f"{' '.join(PROGRAM)} solve '{path}' | head -n 2 >&2; echo ${{PIPESTATUS[0]}}"],
        capture_output=True, encoding="utf-8", check=True, env=environment(tmp_path),
    )  # fmt: skip
    first = "\n RNN (activation tanh), 1 layer, 100 steps. Loss: half-squared, sum over the\n"
    assert (done.stdout, done.stderr) == ("0\n", first)


def test_help_names_what_there_is(call: Call) -> None:
    """The choices of --steps, and some examples that exist."""
    text = call("solve", "--help").out
    assert "|".join(STEPS) in text
    assert all(name in text for name in ("rnn", "lstm", "gru", "bidirectional"))


if __name__ == "__main__":
    for each in SCREENS:
        with tempfile.TemporaryDirectory() as temporary:
            (GOLDEN / f"{each}.txt").write_text(shown(each, Path(temporary)), "utf-8")
    sys.exit(0)
