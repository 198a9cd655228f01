"""Cells as SVG: heatmaps and matrices, shaded from near white to dark blue, with their numbers in them."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isinf, isnan, nan, radians, sin
from typing import NamedTuple
from xml.sax.saxutils import escape

from studyrnn.figures.parts import Heatmap, Matrix
from studyrnn.figures.scales import Scale, number_text, ordered
from studyrnn.figures.svg_text import (
    INK,
    LEADING,
    NORMAL,
    PAPER,
    QUIET,
    SMALL,
    block,
    coordinate,
    element,
    kept_inside,
    nothing,
    plain_text,
    said,
    shortened,
    text,
    width_of,
    wrapped,
)

# Blues of one hue, each darker than the one before, in equal steps between them.
_SHADES = ((0xF5, 0xF9, 0xFE), (0xC9, 0xDD, 0xF0), (0x73, 0xB2, 0xD8), (0x21, 0x71, 0xB5), (0x08, 0x30, 0x6B))
_SIDE, _LEAST = 40.0, 12.0  # of a cell: the largest, and the smallest with a gap around it
_TALLEST = 560.0  # a heatmap
_LABELS_AT_MOST = 0.28  # of the width
_TILT, _HEAD_AT_MOST = 45, 130.0  # degrees, of labels that are wider than a column; and how long they may be
_COLUMN_AT_MOST = 90.0
_FEW = 120  # cells with numbers in them
_TOLD_CELLS = 1500  # beyond that a cell does not say its number: the file would grow large
_LEGEND = 16  # steps
_NO_NUMBER = 100.0  # room for what an empty frame is
_BRACKET = 12.0


# -- shades ----------------------------------------------------------------------------------------------------------


def shade(share: float) -> str:
    """From near white at 0 to dark blue at 1."""
    place = min(1.0, max(0.0, share)) * (len(_SHADES) - 1)
    index = min(int(place), len(_SHADES) - 2)
    mixed = (round(a + (place - index) * (b - a)) for a, b in zip(_SHADES[index], _SHADES[index + 1], strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def on_shade(colour: str) -> str:
    """Black or white, whichever is read better on it: one of them always has a contrast above 4.5."""
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """Of two colours, from 1 to 21, as the Web Content Accessibility Guidelines (2.1) define it."""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _ends(values: Sequence[float], low: float | None = None, high: float | None = None) -> Scale:
    """What near white and dark blue stand for: what is said, else the extremes; at equal ends one of them is zero."""
    there = [value for value in values if isfinite(value)]
    least = low if low is not None and isfinite(low) else min(there, default=0.0)
    most = high if high is not None and isfinite(high) else max(there, default=0.0)
    if least == most:
        least, most = min(least, 0.0), max(most, 0.0)
    return Scale(*ordered(least, most))


def _share(value: float, ends: Scale) -> float:
    """From 0 to 1; NaN for a number that is not there."""
    if isinf(value):
        return 1.0 if value > 0 else 0.0
    return value if isnan(value) else min(1.0, max(0.0, ends.place(value)))


# -- a grid of cells -------------------------------------------------------------------------------------------------


class _Grid(NamedTuple):
    left: float
    top: float
    wide: float  # a cell
    high: float
    size: float  # of the font in them; 0: numbers do not fit

    def middle(self, row: float, column: float) -> tuple[float, float]:
        return self.left + (column + 0.5) * self.wide, self.top + (row + 0.5) * self.high


def _cell(grid: _Grid, row: int, column: int, share: float, number: str, name: str) -> str:
    """One cell; an empty frame where there is no number."""
    gap = 1.0 if min(grid.wide, grid.high) >= _LEAST else 0.0
    x, y = grid.left + column * grid.wide + gap, grid.top + row * grid.high + gap
    drawn = _filled(x, y, grid.wide - 2 * gap, grid.high - 2 * gap, share, name)
    if not grid.size:
        return drawn
    x, y = grid.middle(row, column)
    return drawn + text(x, y + grid.size * 0.36, number, grid.size, "middle", on_shade(_colour(share)))


def _colour(share: float) -> str:
    return PAPER if isnan(share) else shade(share)


def _filled(x: float, y: float, wide: float, high: float, share: float, name: str = "") -> str:
    edge = {"stroke": "#c9ced6", "stroke_dasharray": "2 2"} if isnan(share) else {"stroke": "#d5dce5"}
    look = {"fill": _colour(share)} | (edge | {"stroke_width": "0.5"} if min(wide, high) >= _LEAST - 2 else {})
    return element("rect", said(name), x=x, y=y, width=wide, height=high, **look)


def _font(numbers: Sequence[str], wide: float, high: float) -> float:
    """The largest of two sizes that every number fits in; 0 where the smaller is too large."""
    longest = max((width_of(number, 1) for number in numbers), default=0)
    return next((size for size in (SMALL, 9.0) if longest * size + 5 <= wide and size + 3 <= high), 0.0)


def _label(labels: Sequence[str], index: int) -> str:
    return plain_text(labels[index]) if index < len(labels) else ""


def _named(row: str, column: str, number: str) -> str:
    """What a cell says to who points at it."""
    place = ", ".join(name for name in (row, column) if name)
    return f"{place}: {number}" if place else number


# -- labels of rows and columns --------------------------------------------------------------------------------------


class _Heads(NamedTuple):
    """Labels over the columns: level, or tilted where they are wider than their columns."""

    texts: tuple[str, ...]
    tilted: bool

    @property
    def height(self) -> float:
        if not any(self.texts):
            return 0.0
        return self.reach + SMALL if self.tilted else SMALL * LEADING

    @property
    def reach(self) -> float:
        """How far a tilted label goes up, and to the right."""
        return max(width_of(words, SMALL) for words in self.texts) * sin(radians(_TILT)) if self.tilted else 0.0


def _heads(labels: Sequence[str], columns: int, left: float, wide: float, width: float) -> _Heads:
    texts = tuple(shortened(_label(labels, index), SMALL, _HEAD_AT_MOST) for index in range(columns))
    middles = [left + (index + 0.5) * wide for index in range(columns)]
    places = [_place(kept_inside(x, words, SMALL, width), words) for x, words in zip(middles, texts, strict=True)]
    legible = _legible(texts, places)
    if legible == texts or wide < SMALL * LEADING or all(words.isdecimal() for words in texts if words):
        return _Heads(legible, False)
    return _Heads(texts, True)


def _place(middle: float, words: str) -> tuple[float, float]:
    """From where to where a level label stands, with a gap behind it."""
    half = width_of(words, SMALL) / 2
    return (middle - half, middle + half + 4)


def _legible(texts: Sequence[str], places: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    """As many of them as do not run into each other: every second, fifth, tenth ... where all have a label."""
    if not all(texts):
        return _apart(texts, places)
    steps = (digit * 10**power for power in range(len(str(len(texts)))) for digit in (1, 2, 5))
    thinned = (tuple("" if index % every else words for index, words in enumerate(texts)) for every in steps)
    return next((some for some in thinned if _apart(some, places) == some), ("",) * len(texts))


def _apart(texts: Sequence[str], places: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    """Without those that would run into the one before."""
    kept, free = [], -1e9
    for words, (start, end) in zip(texts, places, strict=True):
        fits = bool(words) and start >= free
        kept.append(words if fits else "")
        free = end if fits else free
    return tuple(kept)


def _drawn_heads(heads: _Heads, grid: _Grid, width: float) -> str:
    drawn, y = "", grid.top - 5
    for index, words in enumerate(heads.texts):
        x = grid.middle(0, index)[0]
        if not heads.tilted:
            drawn += text(kept_inside(x, words, SMALL, width), y, words, SMALL, "middle", QUIET)
        elif words:
            turn = f"rotate(-{_TILT} {coordinate(x)} {coordinate(y)})"
            drawn += element("text", escape(words), x=x, y=y, font_size=SMALL, fill=QUIET, transform=turn)
    return drawn


def _drawn_rows(names: Sequence[str], grid: _Grid, right: float) -> str:
    middles = [grid.middle(row, 0)[1] for row in range(len(names))]
    shown = _legible(names, [(y - SMALL / 2, y + SMALL / 2) for y in middles])
    placed = zip(middles, shown, strict=True)
    return "".join(text(right, y + SMALL * 0.35, words, SMALL, "end", QUIET) for y, words in placed)


def _row_names(labels: Sequence[str], rows: int, width: float) -> list[str]:
    return [shortened(_label(labels, row), SMALL, _LABELS_AT_MOST * width) for row in range(rows)]


def _longest(names: Sequence[str]) -> float:
    return max((width_of(name, SMALL) for name in names), default=0.0)


def _widest_cell(numbers: Sequence[str], labels: Sequence[str]) -> float:
    """With room for its number, and for a short label."""
    label = _longest([plain_text(label) for label in labels]) + 10
    return max(_longest(numbers) + 14, label if label <= _COLUMN_AT_MOST else 0)


# -- heatmap ---------------------------------------------------------------------------------------------------------


def heatmap(part: Heatmap, top: float, width: float) -> tuple[str, float]:
    """The elements, and the height that they take below `top`."""
    rows, columns = len(part.values), max(map(len, part.values), default=0)
    if not columns:
        return nothing(top)
    flat = [value for row in part.values for value in row]
    ends = _ends(flat, part.low, part.high)
    names = _row_names(part.rows, rows, width)
    axes, used = _axes(part, top, width)
    left = _longest(names) + (8 if any(names) else 0)
    heads, grid = _laid_out(part, flat, rows, columns, left, width)
    grid = grid._replace(top=top + used + heads.height)
    told = len(flat) <= _TOLD_CELLS
    drawn = axes + _drawn_heads(heads, grid, width) + _drawn_rows(names, grid, left - 8)
    for i, row in enumerate(part.values):
        for j, value in enumerate(row):
            number = number_text(value, part.decimals)
            name = _named(_label(part.rows, i), _label(part.columns, j), number) if told else ""
            drawn += _cell(grid, i, j, _share(value, ends), number, name)
    bottom = grid.top + rows * grid.high
    drawn += _legend(part, ends, any(map(isnan, flat)), grid.left, bottom + 10, width)
    return drawn, bottom - top + 10 + SMALL * LEADING


def _axes(part: Heatmap, top: float, width: float) -> tuple[str, float]:
    """What the rows and the columns are, above them."""
    below = f"{plain_text(part.y_label)} ↓" if part.y_label else ""
    beside = f"{plain_text(part.x_label)} →" if part.x_label else ""
    words = wrapped(", ".join(label for label in (below, beside) if label), SMALL, width)
    return block(0, top, words, SMALL, QUIET), len(words) * SMALL * LEADING + (6 if words else 0)


def _laid_out(
    part: Heatmap, flat: Sequence[float], rows: int, columns: int, left: float, width: float
) -> tuple[_Heads, _Grid]:
    """Cells as large as there is room for; numbers in them where there are few."""
    numbers = [number_text(value, part.decimals) for value in flat]
    few = len(flat) <= _FEW
    most = max(_SIDE, _widest_cell(numbers, part.columns) if few else 0)
    wide = min(most, (width - left) / columns)
    heads = _heads(part.columns, columns, left, wide, width)
    wide = min(most, (width - left - heads.reach) / columns)
    high = min(_SIDE, _TALLEST / rows, max(wide, 18.0), 30.0 if few else _SIDE)
    return heads, _Grid(left, 0, wide, high, _font(numbers, wide, high) if few else 0)


def _legend(part: Heatmap, ends: Scale, gaps: bool, left: float, top: float, width: float) -> str:
    """The scale from its low to its high end, in words and shades; and what an empty frame is."""
    low, high = (number_text(end, part.decimals) for end in (ends.low, ends.high))
    x, y, step = left + width_of(low, SMALL) + 6, top + SMALL, 9.0
    drawn = text(x - 6, y, low, SMALL, "end", QUIET)
    for index in range(_LEGEND):
        drawn += _filled(x + index * step, top + 2, step, SMALL - 1, index / (_LEGEND - 1))
    x += _LEGEND * step + 6
    after = shortened(f"{high} {plain_text(part.scale)}".strip(), SMALL, width - x - _NO_NUMBER)
    drawn += text(x, y, after, SMALL, fill=QUIET)
    if not gaps:
        return drawn
    x += width_of(after, SMALL) + 16
    return drawn + _filled(x, top + 1, SMALL, SMALL, nan) + text(x + SMALL + 6, y, "no number", SMALL, fill=QUIET)


# -- matrix ----------------------------------------------------------------------------------------------------------


def matrix(part: Matrix, top: float, width: float) -> tuple[str, float]:
    """The elements, and the height that they take below `top`."""
    rows, columns = len(part.values), max(map(len, part.values), default=0)
    symbol = shortened(f"{plain_text(f'${part.symbol}$')} =" if part.symbol else "", NORMAL, _LABELS_AT_MOST * width)
    if not columns:
        return text(0, top + SMALL, f"{symbol} [ ]", NORMAL), SMALL * LEADING
    names = _row_names(part.rows, rows, width)
    start = width_of(symbol, NORMAL) + (10 if symbol else 0)
    left = start + _longest(names) + (8 if any(names) else 0) + _BRACKET
    heads, grid = _matrix_grid(part, columns, left, width)
    grid = grid._replace(top=top + heads.height + 2)
    ends = _ends([abs(value) for row in part.values for value in row], 0.0, part.largest)
    drawn = text(start - 6, grid.middle((rows - 1) / 2, 0)[1] + NORMAL * 0.35, symbol, NORMAL, "end")
    drawn += _drawn_heads(heads, grid, width) + _drawn_rows(names, grid, left - _BRACKET - 6)
    for i, row in enumerate(part.values):
        for j, value in enumerate(row):
            number = number_text(value, part.decimals)
            name = _named(_label(part.rows, i), _label(part.columns, j), number)
            drawn += _cell(grid, i, j, _share(abs(value), ends), number, name)
    return drawn + _brackets(grid, rows, columns), heads.height + rows * grid.high + 4


def _matrix_grid(part: Matrix, columns: int, left: float, width: float) -> tuple[_Heads, _Grid]:
    numbers = [number_text(value, part.decimals) for row in part.values for value in row]
    most = max(48.0, _widest_cell(numbers, part.columns))
    wide = min(most, (width - left - _BRACKET) / columns)
    heads = _heads(part.columns, columns, left, wide, width)
    wide = min(most, (width - left - max(_BRACKET, heads.reach)) / columns)
    high = min(30.0, max(wide, 18.0))
    return heads, _Grid(left, 0, wide, high, _font(numbers, wide, high))


def _brackets(grid: _Grid, rows: int, columns: int) -> str:
    top, bottom = grid.top - 1, grid.top + rows * grid.high + 1
    left, right = grid.left - 3, grid.left + columns * grid.wide + 3
    drawn = ""
    for x, inwards in ((left, 5), (right, -5)):
        corners = [(x + inwards, top), (x, top), (x, bottom), (x + inwards, bottom)]
        points = " ".join(f"{coordinate(a)},{coordinate(b)}" for a, b in corners)
        drawn += element("polyline", points=points, fill="none", stroke=INK, stroke_width=1.2)
    return drawn
