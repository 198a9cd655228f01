"""Bars, in eighths of a cell: each beside its label, its number and its note."""

from __future__ import annotations

from math import inf, isfinite, isinf, isnan
from typing import NamedTuple

from rich.text import Text

from studyrnn.figures.palette import COLOURS
from studyrnn.figures.parts import Bars
from studyrnn.figures.scales import Scale, number_text, power_of_ten, scale
from studyrnn.terminal.chart_base import (
    GAP,
    QUIET,
    folded,
    inline,
    number,
    numbers,
    padded,
    place,
    quiet,
    trimmed,
    widest,
    written,
)
from studyrnn.terminal.screen import MARGIN

_BLUE, _ORANGE = COLOURS[:2]
_EIGHTHS = " ▏▎▍▌▋▊▉"
_TOO_SHORT, _SHORT, _LONGEST = 3, 10, 60  # columns: for no bars, for notes below them, for as long as they need be


def bars(part: Bars, width: int, plain: bool) -> list[Text]:
    if not part.bars:
        return quiet("There are no numbers to draw.", width)
    values = [bar.value for bar in part.bars]
    shares = [number(value, plain, part.decimals, percent=True) for value in values]
    texts = shares if part.percent else numbers(values, plain, part.decimals)
    labels = [folded(inline(bar.label, plain), max(6, width * 2 // 5)) for bar in part.bars]
    notes = [inline(bar.note, plain) for bar in part.bars]
    left = widest(row for label in labels for row in label)
    rest = width - left - widest(texts) - 2 * GAP
    noted = widest(notes) + GAP if any(notes) else 0
    beside = not noted or rest - noted >= _SHORT
    ruler = _ruler(part, max(0, min(_LONGEST, rest - noted if beside else rest)))
    measured = [label for label in (inline(part.axis.label, plain), _measured(part, ruler, plain)) if label]
    shown = quiet(", ".join(measured), width)
    for value, text, label, note in zip(values, texts, labels, notes, strict=True):
        first, *more = label
        line = Text(" " * MARGIN + padded(first, left + GAP)).append_text(_bar(ruler, value, plain))
        line.append(" " * GAP * ruler.drawn + padded(text, widest(texts), right=True))
        shown.append(trimmed(line.append(" " * GAP + note if beside else "", QUIET)))
        shown += [Text(" " * MARGIN + row) for row in more]
        shown += [] if beside else quiet(note, width, left + GAP)
    return shown


class _Ruler(NamedTuple):
    """Where bars begin, and how long they are: to the left only where something is negative."""

    scale: Scale
    start: float = 0  # a place on the scale
    left: int = 0  # cells
    right: int = 0

    @property
    def drawn(self) -> bool:
        return self.left + self.right > 0

    def cells(self, value: float) -> float:
        """How long a bar is, negative to the left; infinite where it is cut."""
        if not self.drawn:
            return 0
        if isinf(value):
            return value
        if isnan(at := place(self.scale, value)):
            return 0
        if not 0 <= at <= 1:
            return inf if at > 1 else -inf
        sides = ((self.start, self.left), (1 - self.start, self.right))
        return (at - self.start) / max(length / cells for length, cells in sides if cells)


def _ruler(part: Bars, columns: int) -> _Ruler:
    axis = part.axis
    values = [bar.value for bar in part.bars if isfinite(bar.value)]
    if axis.log:
        positive = [value for value in values if value > 0]
        below = [0.99 * min(positive)] if positive else []  # the shortest has a length, too
        measured = scale(axis, [*positive, *below])
        return _Ruler(measured, right=columns if positive and columns >= _TOO_SHORT else 0)
    whole = [1.0] if part.percent or not any(values) else []  # of a share; and something to measure nothing with
    measured = scale(axis, [0, *values, *whole], rounded=False)
    start = max(0.0, min(1.0, place(measured, 0)))
    if columns < _TOO_SHORT:
        return _Ruler(measured)
    if start == 0:
        return _Ruler(measured, start, 0, columns)
    left = min(columns - 1 - (start < 1), max(1, round((columns - 1) * start)))
    return _Ruler(measured, start, left, columns - 1 - left)


def _bar(ruler: _Ruler, value: float, plain: bool) -> Text:
    """Blue to the right, orange to the left. Nothing grows to the left by eighths: then both sides grow by halves."""
    cells, shown = ruler.cells(value), Text()
    if ruler.left:
        shown.append(padded(_leftward(-cells, ruler.left, plain), ruler.left, right=True), _ORANGE)
        shown.append("|" if plain else "│", QUIET)
    return shown.append(padded(_rightward(cells, ruler.right, plain, 2 if ruler.left else 8), ruler.right), _BLUE)


def _rightward(cells: float, room: int, plain: bool, pieces: int) -> str:
    """To the nearest piece of a cell; what is not nothing is at least one. A tip where it is cut."""
    if cells <= 0 or room == 0:
        return ""
    if cells == inf:
        return ("#" if plain else "█") * (room - 1) + (">" if plain else "▸")
    if plain:
        return "#" * max(1, round(cells))
    full, rest = divmod(max(1, round(cells * pieces)), pieces)
    return "█" * full + _EIGHTHS[rest * 8 // pieces].strip()


def _leftward(cells: float, room: int, plain: bool) -> str:
    grown = _rightward(cells, room, plain, 2)[::-1]
    return grown.replace("▌", "▐").replace("▸", "◂").replace(">", "<")


def _measured(part: Bars, ruler: _Ruler, plain: bool) -> str:
    """Where bars begin unless at 0; that some are cut, or lie beyond the axis."""
    notes = []
    low = ruler.scale.low
    if ruler.scale.log and ruler.drawn:
        start = power_of_ten(round(low)) if low == round(low) else number_text(10**low)
        notes.append(f"log scale from {written(start, plain)}")
    elif low > 0 and ruler.drawn:
        notes.append(f"bars begin at {number(low, plain)}")
    lengths = [ruler.cells(bar.value) for bar in part.bars]
    if inf in lengths or (ruler.left and -inf in lengths):
        notes.append(f"{'< >' if plain else '◂ ▸'} goes on")
    outside = sum(bar.value <= 0 if ruler.scale.log else bar.value < low for bar in part.bars)
    if outside and ruler.drawn and not ruler.left:
        notes.append(f"{outside} not drawn")
    return ", ".join(notes)
