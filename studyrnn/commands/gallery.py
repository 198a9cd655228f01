"""Figures as people and programs get them: on the screen, as numbers, as SVG."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from studyrnn.commands import environment
from studyrnn.errors import StudyError
from studyrnn.figures.numbers import told
from studyrnn.figures.parts import Figure

FORMAT = 1


def show(figures: Sequence[Figure], plain: bool, no_color: bool, last: str = "") -> None:
    """One below the other, as wide as the terminal is, and a last line in words."""
    from studyrnn.terminal import views
    from studyrnn.terminal.charts import figure
    from studyrnn.terminal.screen import Screen

    screen = Screen(plain or environment.wants_plain(), no_color or environment.wants_no_color())
    for each in figures:
        screen.show(*figure(each, screen.width, screen.plain))
    if last:
        screen.show(*views.said(last, screen.width, screen.plain))


def numbers(figures: Sequence[Figure]) -> str:
    record = {"version": FORMAT, "figures": [told(each) for each in figures]}
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def write_svg(each: Figure, file: Path) -> None:
    from studyrnn.figures.svg import svg

    environment.write_out([svg(each)], None if str(file) == "-" else file)
    if str(file) != "-":
        environment.message(f"{file} written")


def write_all(figures: Sequence[Figure], folder: Path) -> None:
    """Each as NAME.svg. Raises StudyError where the folder cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudyError(f"cannot make the folder {folder}: {error.strerror}") from None
    for each in figures:
        write_svg(each, folder / f"{each.name}.svg")
