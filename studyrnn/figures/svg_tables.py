"""Numbers in a table, as SVG: thin rules above and below, as in a book."""

from __future__ import annotations

from collections.abc import Sequence

from studyrnn.figures.svg_text import INK, LEADING, QUIET, RULE, SMALL, block, line, shortened, text, width_of, wrapped

_STEP = SMALL * 1.6  # from row to row
_AIRY = 58.0  # a column, where there is room


def table(names: Sequence[str], columns: Sequence[Sequence[str]], top: float, width: float) -> tuple[str, float]:
    """Names of the rows, then the columns; the first row is the head. As many tables as the columns need."""
    names = [shortened(name, SMALL, 0.4 * width) for name in names]
    first = max(width_of(name, SMALL) for name in names) + 6
    least = max(width_of(number, SMALL) for column in columns for number in column) + 14
    fitting = max(1, int((width - first) / least))
    wide = max(least, min(_AIRY, (width - first) / min(fitting, len(columns))))
    drawn, used = "", 0.0
    for start in range(0, len(columns), fitting):
        drawn += _rows(names, columns[start : start + fitting], first, wide, top + used)
        used += len(names) * _STEP + 22
    return drawn, used - 14


def _rows(names: Sequence[str], columns: Sequence[Sequence[str]], first: float, wide: float, top: float) -> str:
    end, bottom = first + wide * len(columns), top + _STEP * len(names) + 7
    drawn = line(0, top, end, top, RULE) + line(0, top + _STEP + 2, end, top + _STEP + 2, RULE, 0.5)
    for row, name in enumerate(names):
        y, fill = top + _STEP * (row + 0.7) + (5 if row else 1), INK if row else QUIET
        drawn += text(0, y, name, SMALL, fill=fill)
        for index, column in enumerate(columns):
            drawn += text(first + wide * (index + 1), y, column[row], SMALL, "end", fill)
    return drawn + line(0, bottom, end, bottom, RULE)


def pairs(facts: Sequence[tuple[str, str]], top: float, width: float) -> tuple[str, float]:
    """What it is, and beside it what it is like: two columns of text, each wrapped."""
    first = min(0.5 * width, max((width_of(label, SMALL) for label, _ in facts), default=0) + 1) + 18
    drawn, used = "", 0.0
    for label, value in facts:
        left, right = wrapped(label, SMALL, first - 18), wrapped(value, SMALL, width - first)
        drawn += block(0, top + used, left, SMALL, QUIET) + block(first, top + used, right, SMALL)
        used += max(len(left), len(right), 1) * SMALL * LEADING + 2
    return drawn, used
