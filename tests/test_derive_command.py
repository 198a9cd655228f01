"""studyrnn derive: what it prints, and which options go together.

Screens are golden files: tests/golden/derive-*.txt. To write them anew: python tests/test_derive_command.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest
from running import Terminal, piped
from test_solve_command import Call, caller

from studyrnn.boxes import columns
from studyrnn.commands.derive import CELLS, KNOWN, derivation
from studyrnn.engine.cells import gru, lstm, rnn
from studyrnn.engine.derivations import SLOPES, one_step, slope_of, through_time
from studyrnn.errors import UnknownName, UsageError

GOLDEN = Path(__file__).parent / "golden"
SCREENS: dict[str, tuple[list[str], dict[str, str]]] = {
    "derive-bptt-60": (["bptt"], {"COLUMNS": "60"}),
    "derive-softmax": (["softmax"], {}),
    "derive-gru-plain": (["gru", "--reset", "after", "--wrt", "W_hn", "--plain"], {}),
}


def shown(name: str, folder: Path) -> str:
    arguments, more = SCREENS[name]
    done = piped(folder, "derive", *arguments, **more)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(monkeypatch, capsys)


@pytest.mark.parametrize("name", SCREENS)
def test_the_screen_is_as_it_was_looked_at(name: str, tmp_path: Path) -> None:
    """The whole output, character by character."""
    assert shown(name, tmp_path) == (GOLDEN / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("what", [[name] for name in KNOWN] + [["bptt", "--cell", cell] for cell in ("lstm", "gru")])
def test_every_derivation_is_typeset(call: Call, what: list[str]) -> None:
    """None falls back to LaTeX, and none is wider than the screen."""
    done = call("derive", *what)
    assert (done.code, done.err) == (0, "")
    assert [line for line in done.out.split("\n") if "$" in line or "\\" in line or columns(line) > 80] == []


def test_without_a_name_they_are_listed(call: Call) -> None:
    """Every one that there is, with the command to type."""
    text = call("derive").out
    assert [name for name in KNOWN if name not in text] == []
    first = text.split("\n")[0].split()
    assert first[:2] == ["studyrnn", "derive"]
    assert call(*first[1:]).out.startswith("\n Backpropagation through time, 2 steps. The loss sees hₜ itself\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tanhh"], 'no derivation is called "tanhh". Did you mean "tanh"?'),
        (["qqq"], "Known: bptt, rnn, lstm, gru, tanh, sigmoid,"),
        (["bptt", "--cell", "grt"], 'no cell is called "grt". Did you mean "gru"?'),
        (["bptt", "--cell", "gru", "--wrt", "W_zx"], 'no input or weight is called "W_zx". Did you mean "W_xz"'),
        (["bptt", "--steps", "1", "--wrt", "x_2"], 'no input or weight is called "x_2". Did you mean "x_1"?'),
        (["lstm", "--wrt", "W_xr"], 'no input or weight is called "W_xr". Did you mean'),
        (["bptt", "--steps", "4"], "4 is not in the range 1<=x<=3"),
        (["bptt", "--steps", "0"], "0 is not in the range 1<=x<=3"),
        (["bptt", "--reset", "after"], "--reset does not go with rnn"),
        (["bptt", "--cell", "lstm", "--activation", "relu"], "--activation does not go with lstm"),
        (["gru", "--peephole"], "--peephole does not go with gru"),
        (["rnn", "--z-keeps", "new"], "--z-keeps does not go with rnn"),
        (["gru", "--z-keeps", "nwe"], 'no convention of z is called "nwe". Did you mean "new"?'),
        (["gru", "--reset", "befor"], 'no place of the reset gate is called "befor". Did you mean "before"?'),
        (["rnn", "--activation", "sin"], 'no activation is called "sin". Known: tanh, relu, sigmoid'),
        (["gru", "--cell", "gru"], "--cell is for bptt; gru shows one step of this cell"),
        (["gru", "--steps", "2"], "--steps is for bptt; gru shows one step of this cell"),
        (["tanh", "--steps", "2"], "--steps is for bptt, rnn, lstm and gru; tanh has no choice"),
        (["mse", "--wrt", "y"], "--wrt is for bptt, rnn, lstm and gru; mse has no choice"),
        (["softmax", "--peephole"], "--peephole is for bptt, rnn, lstm and gru; softmax has no choice"),
    ],
)
def test_mistakes(call: Call, arguments: list[str], said: str) -> None:
    """On standard error, with what to write instead; exit code 2, nothing on standard output."""
    done = call("derive", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


def test_every_option_has_its_effect() -> None:
    """The same derivation as from the engine; without options two steps, tanh, and the weight that people ask for."""
    assert derivation("bptt", None, None, None, {}) == through_time(rnn(), 2, "W_hh")
    assert derivation("bptt", "lstm", None, None, {}) == through_time(lstm(), 2, "W_hf")
    assert derivation("bptt", "gru", None, None, {}) == through_time(gru(), 2, "W_hz")
    assert derivation("bptt", "lstm", 1, "p_o", {"peephole": True}) == through_time(lstm(peephole=True), 1, "p_o")
    assert derivation("bptt", None, 3, "x_2", {"activation": "relu"}) == through_time(rnn("relu"), 3, "x_2")
    assert derivation("gru", None, None, None, {"reset": "after", "z_keeps": "new"}) == one_step(gru("after", "new"))
    assert derivation("rnn", None, None, "b_h", {}) == one_step(rnn(), "b_h")


@pytest.mark.parametrize("name", SLOPES)
def test_slopes_take_no_options(name: str) -> None:
    assert derivation(name, None, None, None, {}) == slope_of(name)
    with pytest.raises(UsageError, match=f"--reset is for bptt, rnn, lstm and gru; {name} has no choice"):
        derivation(name, None, None, None, {"reset": "after"})


@pytest.mark.parametrize("cell", CELLS)
def test_what_no_cell_has(cell: str) -> None:
    with pytest.raises(UnknownName, match=r'no input or weight is called "W_hy"\.'):
        derivation("bptt", cell, None, "W_hy", {})


def test_plain_is_ascii(call: Call, tmp_path: Path) -> None:
    """For screen readers; a dumb terminal and one without Unicode get the same."""
    plain = call("derive", "lstm", "--plain").out
    assert plain.isascii()
    assert call("derive", "lstm", TERM="dumb").out == plain
    assert piped(tmp_path, "derive", "lstm", PYTHONIOENCODING="ascii").stdout == plain


def test_no_colour_either_way(call: Call, tmp_path: Path) -> None:
    """Nothing but text on a pipe and on a terminal, whatever NO_COLOR says."""
    text = call("derive", "tanh").out
    assert call("derive", "tanh", NO_COLOR="1").out == text
    terminal = Terminal(tmp_path, "derive", "tanh")
    assert terminal.finish() == 0
    assert terminal.raw.replace("\r\n", "\n") == text


if __name__ == "__main__":
    for each in SCREENS:
        with tempfile.TemporaryDirectory() as temporary:
            (GOLDEN / f"{each}.txt").write_text(shown(each, Path(temporary)), "utf-8")
    sys.exit(0)
