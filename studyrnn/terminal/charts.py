"""Figures on the terminal: their parts one below the other, then the facts, then what there is to see.

Shapes are never alone: every chart has its numbers beside it. Colour only underlines what can be seen without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, nan

from rich.cells import cell_len
from rich.text import Text

from studyrnn.figures.palette import COLOURS
from studyrnn.figures.parts import Bars, Diagram, Fact, Figure, Heatmap, Lines, Matrix, Part
from studyrnn.terminal.chart_base import (
    GAP,
    QUIET,
    fitted,
    folded,
    in_blocks,
    inline,
    number,
    numbers,
    padded,
    quiet,
    shortened,
    table,
    trimmed,
    widest,
    words,
)
from studyrnn.terminal.screen import MARGIN
from studyrnn.typeset import formula


def figure(shown: Figure, width: int, plain: bool) -> list[Text]:
    lines = [Text(), *words(shown.title, width, plain, "bold")]
    for each in shown.parts:
        lines += [Text(), *part(each, width, plain)]
    if shown.facts:
        lines += [Text(), *facts(shown.facts, width, plain)]
    if shown.see:
        lines += [Text(), *words(shown.see, width, plain)]
    return [*lines, Text()]


def part(shown: Part, width: int, plain: bool) -> list[Text]:
    """A part under its title; a diagram brings its own."""
    title = "" if isinstance(shown, Diagram) else shown.title
    above = [*words(title, width, plain, "bold"), Text()] if title else []
    return [*above, *fitted(_drawn(shown, width, plain), width)]


def _drawn(shown: Part, width: int, plain: bool) -> list[Text]:
    from studyrnn.terminal import chart_bars, chart_heatmaps, chart_lines

    if isinstance(shown, Lines):
        return chart_lines.lines(shown, width, plain)
    if isinstance(shown, Bars):
        return chart_bars.bars(shown, width, plain)
    if isinstance(shown, Heatmap):
        return chart_heatmaps.heatmap(shown, width, plain)
    if isinstance(shown, Matrix):
        return matrix(shown, width, plain)
    from studyrnn.terminal.diagrams import diagram

    return diagram(shown, width, plain)


def facts(told: tuple[Fact, ...], width: int, plain: bool) -> list[Text]:
    """Each label with its number, one below the other; numbers in a column where labels leave them room."""
    labels = [inline(fact.label, plain) for fact in told]
    values = [_fact(fact.value, plain) for fact in told]
    left = min(widest(labels), max(width * 3 // 5, width - GAP - widest(values)))
    lines = []
    for label, value in zip(labels, values, strict=True):
        rows = folded(label, left)
        room = width - left - GAP
        texts = folded(value, room)
        lines += [Text(" " * MARGIN + row) for row in rows[:-1]]
        lines.append(Text(" " * MARGIN + padded(rows[-1], left + GAP)).append(texts[0]))
        lines += [Text(" " * (MARGIN + left + GAP) + text) for text in texts[1:]]
    return lines


def _fact(value: float | int | str, plain: bool) -> str:
    if isinstance(value, str):
        return inline(value, plain)
    return number(value, plain, 0 if isinstance(value, int) else None)


# -- matrices --------------------------------------------------------------------------------------------------------


def matrix(part: Matrix, width: int, plain: bool) -> list[Text]:
    """In brackets behind its symbol; as a table where that is too wide, and in plain text where rows have labels."""
    count = max(map(len, part.values), default=0)
    grid = [[*row, *[nan] * (count - len(row))] for row in part.values]
    if not count:
        return quiet("There are no numbers to show.", width)
    names, heads = ([inline(label, plain) for label in labels] for labels in (part.rows, part.columns))
    names, heads = names[: len(grid)], heads[:count]
    flat = [value for row in grid for value in row]
    texts = numbers(flat, plain, part.decimals)
    largest = part.largest or max((abs(value) for value in flat if isfinite(value)), default=0)
    cells = [Text().append(text, _weight(value, largest)) for text, value in zip(texts, flat, strict=True)]
    rows = [cells[k : k + count] for k in range(0, len(cells), count)]
    if not plain:
        shown = _bracketed(formula(part.symbol, plain), rows, names, heads)
    else:
        shown = [] if names or heads else [_flat(formula(part.symbol, plain), rows)]
    if shown and max(line.cell_len for line in shown) <= width + MARGIN:
        return shown
    return _tabled(formula(part.symbol, plain), rows, names, heads, width, plain)


def _weight(value: float, largest: float) -> str:
    """Large ones stand out, blue above 0 and orange below; small ones stand back."""
    if not isfinite(value) or largest == 0:
        return ""
    size, colour = abs(value) / largest, COLOURS[value < 0]
    return f"bold {colour}" if size > 2 / 3 else colour if size > 1 / 3 else QUIET if size < 1 / 20 else ""


def _flat(symbol: str, rows: Sequence[Sequence[Text]]) -> Text:
    line = Text(f"{' ' * MARGIN}{symbol} = [")
    for k, row in enumerate(rows):
        line.append("; " if k else "").append_text(Text(", ").join(row))
    return line.append("]")


def _bracketed(symbol: str, rows: Sequence[Sequence[Text]], names: Sequence[str], heads: Sequence[str]) -> list[Text]:
    """As formulas are set: of an even number of rows the symbol stands between the two in the middle."""
    wide = [max(cell.cell_len for cell in column) for column in zip(*rows, strict=True)]
    wide = [max(least, cell_len(head)) for least, head in zip(wide, [*heads, *[""] * len(wide)], strict=False)]
    named = [*names, *[""] * (len(rows) - len(names))]
    lines = list(zip(named, rows, strict=True))
    if len(lines) % 2 == 0:
        lines.insert(len(lines) // 2, ("", [Text()] * len(wide)))
    marks = ["⎡⎤", *["⎢⎥"] * (len(lines) - 2), "⎣⎦"] if len(lines) > 1 else ["[]"]
    indent = " " * (MARGIN + cell_len(symbol) + 3)
    shown = []
    for k, ((name, row), mark) in enumerate(zip(lines, marks, strict=True)):
        line = Text(f"{' ' * MARGIN}{symbol} = " if k == len(lines) // 2 else indent).append(mark[0])
        for at, (cell, columns) in enumerate(zip(row, wide, strict=True)):
            line.append(" " * (columns - cell.cell_len + GAP * (at > 0))).append_text(cell)
        shown.append(trimmed(line.append(mark[1]).append(f"  {name}", QUIET)))
    above = (" " * GAP).join(padded(head, columns, right=True) for head, columns in zip(heads, wide, strict=False))
    return [Text(f"{indent} {above}", QUIET), *shown] if any(heads) else shown


def _tabled(
    symbol: str, rows: Sequence[Sequence[Text]], names: Sequence[str], heads: Sequence[str], width: int, plain: bool
) -> list[Text]:
    """Each row beside its name or number, in blocks of as many columns as there is room for."""
    numbered = [f"row {k}" for k in range(1, len(rows) + 1)]
    above = [Text(head) for head in heads or map(str, range(1, len(rows[0]) + 1))]
    above += [Text()] * (len(rows[0]) - len(above))
    labels = ["" if heads else "column", *([*names, *numbered[len(names) :]])]
    left = min(widest(labels), width * 2 // 5)
    widths = [max(cell.cell_len for cell in column) + GAP for column in zip(above, *rows, strict=True)]
    shown = [Text(f"{' ' * MARGIN}{symbol} =")]
    for some in in_blocks(widths, width - left):
        cut = [Text(shortened(label, left, plain)) for label in labels]
        shown += [Text()] if len(shown) > 1 else []
        shown += table(cut, [above[some], *(row[some] for row in rows)], widths[some])
    return shown
