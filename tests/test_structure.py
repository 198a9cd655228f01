"""What keeps the rooms apart beyond import-linter: no clock or environment in the pure rooms, nothing heavy early."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import studyrnn

PACKAGE = Path(studyrnn.__file__).parent
EDGE = {"commands", "terminal", "cli"}  # terminal reads what is typed; store and decks are handed their paths
FORBIDDEN = {
    ("time", "time"), ("time", "monotonic"), ("time", "perf_counter"), ("datetime", "now"), ("datetime", "today"),
    ("date", "today"), ("datetime", "utcnow"), ("os", "environ"), ("os", "getenv"), ("os", "urandom"), ("Path", "home"),
    ("Path", "cwd"), ("random", "random"), ("random", "seed"), ("random", "shuffle"), ("sys", "stdin"),
    ("sys", "stdout"), ("sys", "argv"), ("secrets", "token_hex"),
}  # fmt: skip
PURE = [path for path in sorted(PACKAGE.rglob("*.py")) if path.relative_to(PACKAGE).parts[0] not in EDGE]


def forbidden_uses(tree: ast.AST) -> list[str]:
    found = [
        f"{node.lineno}: {node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in FORBIDDEN
    ]
    names = {"print", "input", "open", "eval", "exec", "__import__", "compile"}
    found += [
        f"{node.lineno}: {node.func.id}()"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    ]
    return found


@pytest.mark.parametrize("path", PURE, ids=[str(path.relative_to(PACKAGE)) for path in PURE])
def test_the_pure_rooms_ask_neither_clock_nor_environment(path: Path) -> None:
    """Time, chance, streams and directories come in as arguments, from commands."""
    assert forbidden_uses(ast.parse(path.read_text("utf-8"))) == []


def test_the_check_above_finds_what_it_looks_for() -> None:
    """It would pass if it looked at nothing."""
    source = "import time\nnow = time.time()\nx = eval('1')\nhome = Path.home()"
    assert len(forbidden_uses(ast.parse(source))) == 3
    assert len(PURE) > 20


def modules_after(code: str) -> set[str]:
    """What a fresh interpreter has imported after `code`."""
    program = f"{code}\nimport sys; print('MODULES', *sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("MODULES ")[2].split())


def test_the_command_line_imports_no_command() -> None:
    """--help costs typer, and nothing of ours but names."""
    loaded = modules_after("import studyrnn.cli")
    ours = {name for name in loaded if name.startswith("studyrnn.")}
    assert {name for name in ours if not name.startswith("studyrnn.cli")} == {"studyrnn.errors"}
    assert not loaded & {"numpy", "sympy", "fsrs", "rich.console", "yaml", "sqlite3"}


@pytest.mark.parametrize(
    "room", ["exercises", "engine.cells", "engine.latex", "grading.reading", "mathtext", "session"]
)
def test_rooms_that_need_no_numbers_import_no_numpy(room: str) -> None:
    """Ids, formulas and typed text are handled before any array is."""
    code = f"import studyrnn.{room}\nfrom studyrnn import exercises\nexercises.all_exercises()"
    assert not modules_after(code) & {"numpy", "sympy", "fsrs", "rich", "yaml"}


PICTURES = ("studyrnn.plots", "studyrnn.figures", "studyrnn.statistics", "studyrnn.terminal.chart", "studyrnn.tracing")


@pytest.mark.parametrize("command", ["quiz", "due", "generate", "show", "solve", "export", "check", "decks", "config"])
def test_no_command_but_those_that_draw_imports_a_picture(command: str) -> None:
    """They cost nothing before they are asked for."""
    module = {"show": "decks"}.get(command, command)
    loaded = modules_after(f"import studyrnn.commands.{module}, studyrnn.posing, studyrnn.exporters.anki")
    assert not [name for name in loaded if name.startswith(PICTURES)]


def test_a_list_of_pictures_opens_none_of_them() -> None:
    """Names are known from the files, so that a deck can be read without NumPy."""
    loaded = modules_after("from studyrnn import plots; plots.check(['lstm-cell']); print(plots.names())")
    assert not loaded & {"numpy", "rich", "studyrnn.plots.lstm_cell"}


@pytest.mark.parametrize("room", ["engine.network", "engine.training", "engine.decoding", "solving", "commands.solve"])
def test_the_engine_imports_no_other_reading_before_it_is_asked_for(room: str) -> None:
    """Numbers are worked out without SymPy and mpmath; derivations bring them in when they check themselves."""
    assert not modules_after(f"import studyrnn.{room}") & {"sympy", "mpmath", "torch", "rich", "typer"}
