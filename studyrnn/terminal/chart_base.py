"""What charts are made of in the terminal: written numbers, labels, lines that fit, tables, and fields of dots."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, isfinite

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.text import Text

from studyrnn.figures.palette import COLOURS
from studyrnn.figures.scales import Scale, number_text, number_texts, significant
from studyrnn.terminal.layout import paragraphs
from studyrnn.terminal.screen import MARGIN
from studyrnn.typeset import flat

QUIET = "dim"
GAP = 2  # between columns of a table

# -- numbers ---------------------------------------------------------------------------------------------------------

_LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


def number(value: float, plain: bool, decimals: int | None = None, percent: bool = False) -> str:
    """One that stands by itself."""
    return written(number_text(value, decimals, percent), plain)


def numbers(values: Sequence[float], plain: bool, decimals: int | None = None) -> list[str]:
    """Numbers that stand together: whole ones without decimals, others with three digits, zeros at the end included.
    A fixed count of decimals is not kept to where all would round to zero."""
    there = [abs(value) for value in values if isfinite(value)]
    if decimals is not None and any(there) and not any(round(value, decimals) for value in there):
        decimals = None
    texts = number_texts(values) if decimals is None else [number_text(value, decimals) for value in values]
    return [written(text, plain) for text in texts]


def told_apart(values: Sequence[float], plain: bool) -> list[str]:
    """Numbers that name something: as short as they can be, with as many digits as tell them apart."""
    texts = [number(value, plain) for value in values]
    for digits in range(4, 18):
        if len(set(texts)) == len(set(values)):
            break
        texts = [written(significant(value, digits), plain) for value in values]
    return texts


def written(text: str, plain: bool) -> str:
    """A number as the terminal's formulas have it: 2·10⁻³, in plain text 2e-3."""
    if not plain:
        return text
    text = re.sub("(?:^|(?<=−))10(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])", "1e", text)
    return text.replace("·10", "e").replace("∞", "inf").replace("–", "none").translate(_LOWERED)


# -- words -----------------------------------------------------------------------------------------------------------

_GLUE = "\u2800"  # looks like a space, and is none to who splits a text into words
_PLAIN = str.maketrans({"–": "-", "−": "-", "×": "x", "≤": "<=", "≥": ">="})


def inline(text: str, plain: bool) -> str:
    """A label: Markdown on one line."""
    line = " ".join(flat(text, plain).split())
    return line.translate(_PLAIN) if plain else line


def folded(text: str, width: int) -> list[str]:
    """In lines of at most so many columns, broken between words where that can be done."""
    rows = [""]
    for word in _glued(text).split():
        if rows[-1] and cell_len(rows[-1]) + 1 + cell_len(word) <= width:
            rows[-1] += f" {word}"
        else:
            rows += _cut(word, width)
    return [row.replace(_GLUE, " ") for row in rows[1:] or rows]


def _cut(word: str, width: int) -> list[str]:
    """A word that is wider than a line goes on behind one of its stops, else behind a hyphen, else anywhere."""
    if cell_len(word) <= width:
        return [word]
    pieces = next((some for marks in (".:/", "-") if len(some := _behind(marks, word)) > 1), [])
    if not pieces:
        return chop_cells(word, width)
    rows = [""]
    for piece in pieces:
        if cell_len(rows[-1] + piece) <= width:
            rows[-1] += piece
        else:
            rows += _cut(piece, width)
    return [row for row in rows if row]


def _behind(marks: str, word: str) -> list[str]:
    return re.findall(rf"(?s).+?(?:[{marks}]+|$)", word)


def _glued(text: str) -> str:
    """With "90 %" as one word. (A no-break space is split at, too.)"""
    return re.sub(r"(?<=\d) (?=%)", _GLUE, text)


def fitted(lines: Iterable[Text], width: int) -> list[Text]:
    """The same lines; one that a word or a formula makes too wide for the screen goes on in the next."""
    found: list[Text] = []
    for line in map(trimmed, lines):
        ends = [0]
        for piece in chop_cells(line.plain[MARGIN:], width) if line.cell_len > width + MARGIN else []:
            ends.append(ends[-1] + len(piece))
        pieces = line[MARGIN:].divide(ends[1:-1]) if len(ends) > 1 else [line]
        found += [trimmed(Text(" " * MARGIN).append_text(piece)) for piece in pieces] if len(pieces) > 1 else [line]
    return found


def words(text: str, width: int, plain: bool, style: str = "") -> list[Text]:
    text = _glued(text.translate(_PLAIN) if plain else text)
    lines = fitted(paragraphs(text, width, plain), width)
    for line in lines:
        line.plain = line.plain.replace(_GLUE, " ").rstrip()
        line.stylize(style)
    return lines


def quiet(text: str, width: int, indent: int = 0) -> list[Text]:
    """A remark in the margin of a chart: its text is final."""
    room = max(8, width - indent)
    return [Text(" " * (MARGIN + width - room) + row, style=QUIET) for row in folded(text, room) if row]


def shortened(text: str, width: int, plain: bool) -> str:
    end = "..." if plain else "…"
    return text if cell_len(text) <= width else set_cell_size(text, width - len(end)).rstrip() + end


def padded(text: str, width: int, right: bool = False) -> str:
    """Filled with spaces, on the left where it is to stand on the right."""
    spaces = " " * (width - cell_len(text))
    return spaces + text if right else text + spaces


def widest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)


def trimmed(line: Text) -> Text:
    """Without spaces at its end: they would be copied along."""
    line.rstrip()
    return line


# -- tables ----------------------------------------------------------------------------------------------------------


def in_blocks(widths: Sequence[int], width: int) -> list[slice]:
    """The columns of a table in as many blocks as are needed."""
    found, start = [], 0
    for k in range(1, len(widths) + 1):
        if k == len(widths) or sum(widths[start : k + 1]) > width:
            found.append(slice(start, k))
            start = k
    return found


def table(labels: Sequence[Text], rows: Sequence[Sequence[Text]], widths: Sequence[int]) -> list[Text]:
    """Numbers to the right of their labels; the first row says what the columns are."""
    left = max(label.cell_len for label in labels)
    shown = []
    for k, (label, row) in enumerate(zip(labels, rows, strict=True)):
        line = Text(" " * MARGIN).append_text(label).append(" " * (left - label.cell_len))
        for cell, wide in zip(row, widths, strict=True):
            line.append(" " * (wide - cell.cell_len)).append_text(cell)
        line.stylize("" if k else QUIET)
        shown.append(trimmed(line))
    return shown


def place(along: Scale, value: float) -> float:
    """On a scale, from 0 to 1. Its ends are rounded: what lies beyond one by less than can be seen lies on it."""
    found = along.place(value)
    return float(round(found)) if min(abs(found), abs(found - 1)) < 1e-9 else found


# -- dots ------------------------------------------------------------------------------------------------------------

Point = tuple[float, float]  # across and down a field, 0 to 1
Stroke = tuple[Point, Point]
Cell = tuple[int, int]  # column and row of a field

_BRAILLE = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # the dots of a cell, by column and row


def colour(curve: int) -> str:
    return COLOURS[curve % len(COLOURS)]


@dataclass
class Field:
    """Cells of 2 by 4 dots, in plain text of one. Scales end in the middle of the outermost cells: a tick and the dot
    of its number share a row."""

    columns: int
    rows: int
    plain: bool
    dots: dict[Cell, dict[int, int]] = field(default_factory=dict)  # which of its dots each curve has in a cell
    letters: dict[Cell, tuple[str, str]] = field(default_factory=dict)  # written over them, each with its style

    def draw(self, curve: int, stroke: Stroke) -> None:
        (x, y), (to_x, to_y) = map(self.dot, stroke)
        steps = max(1, ceil(max(abs(to_x - x), abs(to_y - y))))
        for k in range(steps + 1):
            self.put(curve, floor(x + (to_x - x) * k / steps + 0.5), floor(y + (to_y - y) * k / steps + 0.5))

    def dot(self, point: Point) -> Point:
        """Counted in dots from the top left, not yet rounded."""
        wide, high = (1, 1) if self.plain else (2, 4)
        return (
            point[0] * (self.columns - 1) * wide + (wide - 1) / 2,
            point[1] * (self.rows - 1) * high + (high - 1) / 2,
        )

    def put(self, curve: int, x: int, y: int) -> None:
        wide, high = (1, 1) if self.plain else (2, 4)
        cell = (x // wide, y // high)
        curves = self.dots.setdefault(cell, {})
        curves[curve] = curves.get(curve, 0) | _BRAILLE[x % wide][y % high]

    def level(self, down: float) -> str:
        """A cell with all its dots on one level: the nearest."""
        row = floor(self.dot((0, down))[1] + 0.5) % 4
        return "-" if self.plain else chr(0x2800 + _BRAILLE[0][row] + _BRAILLE[1][row])

    def cell(self, point: Point) -> Cell:
        return floor(point[0] * (self.columns - 1) + 0.5), floor(point[1] * (self.rows - 1) + 0.5)

    def free(self, cell: Cell, length: int = 1) -> bool:
        """Nothing stands in the `length` cells from here on, all of them in the field."""
        column, row = cell
        cells = [(k, row) for k in range(column, column + length)]
        inside = column >= 0 and column + length <= self.columns and 0 <= row < self.rows
        return inside and not any(cell in self.dots or cell in self.letters for cell in cells)

    def write(self, cell: Cell, text: str, style: str) -> None:
        for k, letter in enumerate(text):
            self.letters[cell[0] + k, cell[1]] = (letter, style)

    def line(self, row: int, keys: Sequence[str]) -> Text:
        shown = Text()
        for column in range(self.columns):
            shown.append(*self._glyph((column, row), keys))
        return shown

    def _glyph(self, cell: Cell, keys: Sequence[str]) -> tuple[str, str]:
        """Curves that share a cell take turns in showing their colour or character."""
        if cell in self.letters:
            return self.letters[cell]
        curves = sorted(self.dots.get(cell, {}))
        if not curves:
            return " ", ""
        curve = curves[cell[0] % len(curves)]
        if self.plain:
            return keys[curve], ""
        bits = 0
        for each in self.dots[cell].values():
            bits |= each
        return chr(0x2800 + bits), colour(curve)
