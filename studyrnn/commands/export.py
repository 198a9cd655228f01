"""studyrnn export: the decks for other programs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from studyrnn import decks, exporters
from studyrnn.commands import environment
from studyrnn.errors import UsageError


def run(names: list[str], form: str, output: Path | None, variants: int, split: bool, pictures: bool) -> None:
    export = exporters.find(form)
    if split and output is None:
        raise UsageError("--split writes several files: name them with -o FILE")
    cache, own = environment.cache_directory(), environment.deck_directory()
    cards, problems = decks.select(names, cache, own)
    if where := " ".join(dict.fromkeys(problem.file for problem in problems if not problem.warning)):
        environment.message(f"what has a problem is left out. See: studyrnn check {where}")
    for problem in problems:
        if problem.warning:
            environment.message(str(problem))
    if not pictures:
        cards = [replace(card, plot="") for card in cards]
    files = export(cards, decks.titles(names, cache, own), variants, split)
    if output is None:
        environment.write_out([files[""]], None)
        return
    for suffix, text in files.items():
        path = output.with_name(f"{output.stem}{suffix}{output.suffix}")
        environment.write_out([text], path)
        environment.message(f"{path} written")
