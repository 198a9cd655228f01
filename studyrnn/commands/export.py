"""studyrnn export: the decks for other programs."""

from __future__ import annotations

from pathlib import Path

from studyrnn import decks, exporters
from studyrnn.commands import environment
from studyrnn.errors import UsageError


def run(names: list[str], form: str, output: Path | None, variants: int, split: bool) -> None:
    export = exporters.find(form)
    cards, problems = decks.select(names)
    if problems:
        environment.message("some cards have problems and are left out. For every one: studyrnn check")
    files = export(cards, decks.titles(names), variants, split)
    if output is None:
        if split:
            raise UsageError("--split writes several files: name them with -o FILE")
        environment.write_out([files[""]], None)
        return
    for suffix, text in files.items():
        path = output.with_name(f"{output.stem}{suffix}{output.suffix}")
        environment.write_out([text], path)
        environment.message(f"{path}: {text.count(chr(10)) - _header_lines(text)} notes")


def _header_lines(text: str) -> int:
    return sum(line.startswith("#") for line in text.splitlines())
