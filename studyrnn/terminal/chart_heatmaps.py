"""Heatmaps: cells in up to five shades, with their numbers where they are few, and what the shades mean."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import floor, isfinite, isinf, isnan, log10, nan
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text

from studyrnn.figures.palette import COLOURS
from studyrnn.figures.parts import Heatmap
from studyrnn.terminal.chart_base import (
    GAP,
    QUIET,
    folded,
    inline,
    number,
    numbers,
    padded,
    quiet,
    shortened,
    trimmed,
    widest,
)
from studyrnn.terminal.screen import MARGIN

_BLUE = COLOURS[0]
_SHADES, _PLAIN_SHADES = "·░▒▓█", ".:+*#"
_FEW = 100  # cells: their numbers are written as well
_WIDEST_CELL = 8
_EVERY = (1, 2, 3, 4, 5, 10, 20, 50)  # so many columns have a label each time


class _Classes(NamedTuple):
    """Up to five, from low to high."""

    starts: tuple[float, ...]  # of each
    names: tuple[str, ...]  # what numbers are in it
    glyphs: str

    def glyph(self, value: float, plain: bool) -> str:
        """A number that is not there is blank, and no number is."""
        if isnan(value):
            return " "
        return ("!" if plain else "∞") if isinf(value) else self.glyphs[max(0, bisect_right(self.starts, value) - 1)]


def _classes(part: Heatmap, finite: Sequence[float], plain: bool) -> _Classes:
    least, largest = min(finite), max(finite)
    low, high = (least if part.low is None else part.low, largest if part.high is None else part.high)
    low, high = (low, high) if _wide(low, high) else (least, largest)
    if not _wide(low, high):
        return _Classes((low,), (numbers([low], plain)[0],), (_PLAIN_SHADES if plain else _SHADES)[2 * (low != 0)])
    if all(value == round(value) and abs(value) < 1e6 for value in (*finite, low, high)):
        starts: list[float] = list(_whole_starts(int(low), int(high)))
        firsts = numbers(starts, plain)
        lasts = numbers([*(start - 1 for start in starts[1:]), high], plain)
    else:
        starts, texts = _even_starts(low, high, plain)
        firsts, lasts = texts[:-1], texts[1:]
    return _named(starts, firsts, lasts, (least < low, largest > high), plain)


def _wide(low: float, high: float) -> bool:
    """Far enough apart for classes in between."""
    return high / 5 - low / 5 > max(1e-300, 1e-12 * max(abs(low), abs(high)))


def _whole_starts(low: int, high: int) -> list[int]:
    """Each number by itself where they are few; 0 by itself: nothing is not a little of something."""
    if high - low < 5:
        return list(range(low, high + 1))
    if low == 0:
        return [0, *(1 + floor(high * k / 4 + 0.5) for k in range(4))]
    return [low + floor((high - low + 1) * k / 5 + 0.5) for k in range(5)]


def _even_starts(low: float, high: float, plain: bool) -> tuple[list[float], list[str]]:
    """Five equal classes that begin where their names say, at rounded numbers; and the names, with that of the end."""
    step = high / 5 - low / 5
    starts = [low, *(low + k * step for k in range(1, 5))]
    decimals = -floor(log10(step) + 1e-9)
    if decimals > 6 or max(abs(low), abs(high)) >= 1e6:  # too long to be written out: to three digits
        return starts, [number(value, plain) for value in (*starts, high)]
    decimals += any(abs(value - round(value, decimals)) > 1e-9 * step for value in (*starts, high))
    rounded = [low, *(round(value, decimals) for value in starts[1:])]
    return rounded, [number(value, plain, max(0, decimals)) for value in (*rounded, high)]


def _named(
    starts: Sequence[float], firsts: Sequence[str], lasts: Sequence[str], beyond: tuple[bool, bool], plain: bool
) -> _Classes:
    between = " to " if firsts[0][0] in "-−" else "-" if plain else "–"
    names = [first if first == last else first + between + last for first, last in zip(firsts, lasts, strict=True)]
    if beyond[0]:
        names[0] = f"up to {lasts[0]}"
    if beyond[1]:
        names[-1] = f"{firsts[-1]} or more"
    shades = _PLAIN_SHADES if plain else _SHADES
    glyphs = "".join(shades[round(k * 4 / (len(names) - 1))] for k in range(len(names)))
    return _Classes(tuple(starts), tuple(names), glyphs)


class _Layout(NamedTuple):
    """What stands in the cells, and how."""

    cells: Sequence[Sequence[str]]
    wide: Sequence[int]  # the columns that each takes
    right: bool  # numbers and their labels stand to the right in their cell, shades to the left
    left_out: int = 0  # columns of the heatmap that have no room


def heatmap(part: Heatmap, width: int, plain: bool) -> list[Text]:
    """Numbers with a shade where they are few, else shades; of too many columns the last ones."""
    labels = [inline(label, plain) for label in part.columns]
    names = [shortened(inline(name, plain), width * 2 // 5, plain) for name in part.rows]
    grid = _grid(part)
    labels += [""] * (max(map(len, grid), default=0) - len(labels))
    finite = [value for row in grid for value in row if isfinite(value)]
    if not finite:
        return quiet("There are no numbers to draw.", width)
    left = widest(names) + GAP if any(names) else 0
    classes, room = _classes(part, finite, plain), width - left
    layout = _with_numbers(part, grid, classes, labels, room, plain) or _shades(grid, classes, labels, room, plain)
    labels = labels[layout.left_out :]
    numbered = [str(k) for k in range(layout.left_out + 1, layout.left_out + len(labels) + 1)]
    head, complete = _heads(labels, layout, room)
    head = head if complete else _heads(numbered, layout, room)[0]
    shown = [*_directions(part, width, plain), *([Text(" " * (MARGIN + left) + head, QUIET)] if head else [])]
    for name, row in zip([*names, *[""] * len(grid)], layout.cells, strict=False):
        shown.append(trimmed(Text(" " * MARGIN + padded(name, left)).append_text(_row(row, layout))))
    if layout.left_out:
        columns = "column is" if layout.left_out == 1 else f"{layout.left_out} columns are"
        shown += quiet(f"The first {columns} left out: there is no room.", width)
    pairs = zip(numbered, labels, strict=True)
    shown += [] if complete else quiet(f"Columns: {', '.join(f'{k} {label}' for k, label in pairs)}", width)
    return [*shown, *_key(part, grid, classes, layout, width, plain)]


def _grid(part: Heatmap) -> list[list[float]]:
    """Every row as long as the others, and one for each label."""
    count = max([len(part.columns), *map(len, part.values)])
    rows = [*part.values, *[()] * (len(part.rows) - len(part.values))]
    return [[*row, *[nan] * (count - len(row))] for row in rows]


def _row(cells: Sequence[str], layout: _Layout) -> Text:
    line = Text()
    for cell, wide in zip(cells, layout.wide, strict=True):
        shade = 1 if layout.right else len(cell)
        line.append(" " * (wide - cell_len(cell)) if layout.right else "")
        line.append(cell[:shade], _shade_style(cell[0])).append(cell[shade:])
        line.append("" if layout.right else " " * (wide - len(cell)))
    return line


def _shade_style(glyph: str) -> str:
    return QUIET if glyph in {_SHADES[0], _PLAIN_SHADES[0]} else _BLUE


def _directions(part: Heatmap, width: int, plain: bool) -> list[Text]:
    signs = ("down: ", "across: ") if plain else ("↓ ", "→ ")
    pairs = zip(signs, (part.y_label, part.x_label), strict=True)
    text = "   ".join(sign + inline(label, plain) for sign, label in pairs if label)
    return [Text(" " * MARGIN + row, QUIET) for row in _kept(text, width) if row]


def _with_numbers(
    part: Heatmap,
    grid: Sequence[Sequence[float]],
    classes: _Classes,
    labels: Sequence[str],
    room: int,
    plain: bool,
) -> _Layout | None:
    """Each number behind its shade, if possible below its label; None where cells are many or wide."""
    flat, count = [value for row in grid for value in row], len(labels)
    if len(flat) > _FEW:
        return None
    texts = numbers(flat, plain, part.decimals)
    glyphs, long = [classes.glyph(value, plain) for value in flat], widest(texts)
    counted = not plain and not part.decimals and all(value == round(value) for value in flat if isfinite(value))
    for heads in (labels, [""] * count):
        for gap in (GAP, 1) if counted else (GAP,):  # ▒ 32, or where there is less room ▒32
            cells = [
                glyph + padded(text, long + gap - 1, right=True) for glyph, text in zip(glyphs, texts, strict=True)
            ]
            wide = [max(widest(cells), cell_len(head)) + gap for head in heads]
            if sum(wide) <= room:
                return _Layout([cells[k : k + count] for k in range(0, len(cells), count)], wide, right=True)
    return None


def _shades(
    grid: Sequence[Sequence[float]], classes: _Classes, labels: Sequence[str], room: int, plain: bool
) -> _Layout:
    count = len(labels)
    wide = min(max(2, widest(labels) + 1), _WIDEST_CELL)
    if wide * count > room:
        wide = 2 if 2 * count <= room else 1
    left_out = max(0, count - room)
    glyphs = [[classes.glyph(value, plain) for value in row[left_out:]] for row in grid]
    cells = [[glyph * (1 if plain or glyph == _SHADES[0] else wide) for glyph in row] for row in glyphs]
    return _Layout(cells, [wide] * (count - left_out), right=False, left_out=left_out)


def _heads(labels: Sequence[str], layout: _Layout, room: int) -> tuple[str, bool]:
    """The line above the cells, and whether it says enough: every label there is, or every second, fifth ... of numbers
    that count the columns. Where only some columns have labels, those that have room."""
    counting = all(label.isdigit() for label in labels)
    ends = list(accumulate(layout.wide))
    for step in _EVERY if counting else (1,):
        line, complete = "", True
        for k in range(0, len(labels), step):
            start = ends[k] - (cell_len(labels[k]) if layout.right else layout.wide[k])
            if labels[k] and start >= cell_len(line) + bool(line) and start + cell_len(labels[k]) <= room:
                line = padded(line, start) + labels[k]
            else:
                complete = complete and not labels[k]
        if complete:
            break
    return line, complete or counting or not all(labels)


def _key(
    part: Heatmap,
    grid: Sequence[Sequence[float]],
    classes: _Classes,
    layout: _Layout,
    width: int,
    plain: bool,
) -> list[Text]:
    """What the shades mean; what is shaded on a line of its own where not all has room on one."""
    values = [value for row in grid for value in row]
    pairs = list(zip(classes.glyphs, classes.names, strict=True))
    pairs += [("!" if plain else "∞", "infinite")] if any(map(isinf, values)) else []
    items = [Text().append(glyph, _shade_style(glyph)).append(f" {name}", QUIET) for glyph, name in pairs]
    items += [Text("blank: no number", QUIET)] if any(map(isnan, values)) and not layout.right else []
    label = inline(part.scale, plain)
    shown, alone = [Text()], cell_len(label) + sum(item.cell_len + GAP for item in items) > width
    shown += [Text(" " * MARGIN + row, QUIET) for row in _kept(label, width) if row]
    for item in items:
        if len(shown) == 1 or alone or shown[-1].cell_len + GAP + item.cell_len > width + MARGIN:
            shown.append(Text(" " * MARGIN).append_text(item))
        else:
            shown[-1] = Text().append_text(shown[-1]).append(" " * GAP).append_text(item)
        alone = False
    return shown if len(shown) > 1 else []


def _kept(text: str, width: int) -> list[str]:
    """With its spaces, where it fits."""
    return [text] if cell_len(text) <= width else folded(text, width)
