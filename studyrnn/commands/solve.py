"""studyrnn solve: a learner's own network, worked forward and backward."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from studyrnn.commands import environment
from studyrnn.errors import UsageError, known
from studyrnn.problems import Homework, read

if TYPE_CHECKING:
    from studyrnn.solving import Solved

STEPS = ("none", "short", "full")
_LARGEST = 2_000_000  # bytes


def run(file: str | None, as_json: bool, steps: str, example: str | None, output: Path | None, plain: bool) -> None:
    if example is not None:
        environment.write_out([example_text(example)], output)
        return
    if file is None:
        raise UsageError(f"give a file, or - for standard input. studyrnn solve --example {examples()[0]} prints one")
    known("choice for --steps", steps, STEPS)
    homework = homework_of(file)
    from studyrnn.solving import Solved

    solved = Solved(homework)  # refused before a file is opened for writing
    if as_json:
        environment.write_out([json.dumps(solved.record()) + "\n"], output)
        return
    environment.write_out(_worked(solved, steps, plain or environment.wants_plain(), output is not None), output)


def examples() -> list[str]:
    found = files("studyrnn") / "examples"
    return sorted(entry.name.removesuffix(".yaml") for entry in found.iterdir() if entry.name.endswith(".yaml"))


def example_text(name: str) -> str:
    known("example", name, examples())
    return (files("studyrnn") / "examples" / f"{name}.yaml").read_text("utf-8")


def homework_of(file: str) -> Homework:
    """From a file, or from standard input for -. Raises UsageError with every mistake, a line each."""
    shown = "standard input" if file == "-" else file
    try:
        raw = _typed() if file == "-" else _bytes(Path(file))
    except OSError as error:
        raise UsageError(f"cannot read {shown}: {error.strerror}") from None
    return homework_in(raw, shown)


def homework_in(raw: bytes, shown: str) -> Homework:
    if len(raw) > _LARGEST:
        raise UsageError(f"{shown} has more than {_LARGEST:,} bytes, too many for a problem to be worked")
    homework, problems = read(raw, shown)
    if homework is None:
        mistakes = f"{len(problems)} mistake{'s' * (len(problems) > 1)}"
        raise UsageError("\n".join([f"{mistakes} in {shown}", *map(str, problems)]))
    return homework


def _typed() -> bytes:
    if sys.stdin is None:
        raise UsageError("there is no standard input to read; give a file")
    return sys.stdin.buffer.read(_LARGEST + 1)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(_LARGEST + 1)


def _worked(solved: Solved, steps: str, plain: bool, to_file: bool) -> Iterator[str]:
    from studyrnn.terminal import views
    from studyrnn.terminal.screen import Screen, speaks_unicode

    plain = plain or not (to_file or speaks_unicode(sys.stdout))
    width = 78 if to_file else Screen(plain, True).width
    blocks = views.said(solved.summary(), width, plain)
    yield "\n".join(["", *(block.plain.rstrip() for block in blocks), ""])
    if steps == "none":
        blocks = views.results(solved.results(), width, plain)
        yield "\n".join([*(block.plain.rstrip() for block in blocks), "", ""])
        return
    blocks = views.given("Given", solved.given(), width, plain)
    yield "\n".join(["", *(block.plain.rstrip() for block in blocks), ""])
    for section in solved.sections():
        blocks = views.section(section.heading, section.steps, width, plain, steps == "short", section.note)
        yield "\n".join(["", *(block.plain.rstrip() for block in blocks), ""])
