"""Curves: dots of braille in a field with ticks, and below it the name of each curve with some of its numbers.

Without colour a letter at its end tells a curve; in plain text each is drawn with a character of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import floor, isfinite, isinf, isnan, nan
from string import ascii_letters

from rich.cells import cell_len
from rich.text import Text

from studyrnn.figures.parts import Lines, Mark
from studyrnn.figures.scales import Scale, Tick, number_text, scale, ticks, told_places
from studyrnn.terminal.chart_base import (
    GAP,
    QUIET,
    Cell,
    Field,
    Point,
    Stroke,
    colour,
    folded,
    in_blocks,
    inline,
    number,
    numbers,
    padded,
    place,
    quiet,
    table,
    told_apart,
    trimmed,
    widest,
    written,
)
from studyrnn.terminal.screen import MARGIN

_CHARACTERS = "*ox+#@%&=~"  # of curves in plain text
_NARROW = 40
_SIDE_BY_SIDE = 6  # letters of curves that end in one row


def lines(part: Lines, width: int, plain: bool) -> list[Text]:
    shown = quiet(inline(part.y_axis.label, plain), width)
    levels = [mark.at for mark in part.marks if mark.across]
    across = scale(part.x_axis, part.x, rounded=part.x_axis.log)
    down = scale(part.y_axis, [*levels, *(value for one in part.series for value in one.values)])
    curves = [list(_strokes(part.x, one.values, across, down)) for one in part.series]
    unnamed: Sequence[Mark] = part.marks
    if any(curves):
        plotted, unnamed = _plot(part, curves, (across, down), width, plain)
        shown += plotted
    else:
        shown += quiet("There are no numbers to draw.", width)
    numbers_told = _table(part, width, plain)
    shown += [Text(), *numbers_told] if numbers_told else []
    shown += [line for mark in unnamed for line in _mark_told(mark, width, plain)]
    return [*shown, *quiet(_not_drawn(part, across, down), width)]


def _strokes(x: Sequence[float], y: Sequence[float], across: Scale, down: Scale) -> Iterator[Stroke]:
    """A curve in straight pieces, cut where the field ends, broken where a number has no place."""
    points = [(place(across, at), 1 - place(down, value)) for at, value in zip(x, y, strict=False)]
    placed = [not (isnan(point[0]) or isnan(point[1])) for point in points]
    for k, point in enumerate(points):
        if not placed[k]:
            continue
        if k and placed[k - 1]:
            stroke = _clipped(points[k - 1], point)
        else:  # the beginning of a piece; a piece of one point is a dot
            stroke = None if k + 1 < len(points) and placed[k + 1] else _clipped(point, point)
        if stroke:
            yield stroke


def _clipped(start: Point, end: Point) -> Stroke | None:
    """What of it lies in the field."""
    first, last = 0.0, 1.0
    for a, b in zip(start, end, strict=True):
        if a == b and not 0 <= a <= 1:
            return None
        if a != b:
            enters, leaves = sorted(((0 - a) / (b - a), (1 - a) / (b - a)))
            first, last = max(first, enters), min(last, leaves)
    if first > last:
        return None
    (x, y), (dx, dy) = start, (end[0] - start[0], end[1] - start[1])
    return (x + first * dx, y + first * dy), (end if last == 1 else (x + last * dx, y + last * dy))


def _keys(count: int, plain: bool) -> list[str]:
    """What tells each curve; a single one needs nothing but in plain text a character to be drawn with."""
    if not plain:
        return [""] if count == 1 else [ascii_letters[k % len(ascii_letters)] for k in range(count)]
    characters = _CHARACTERS + ascii_letters.replace("o", "").replace("x", "")
    return [characters[k % len(characters)] for k in range(count)]


# -- the plot --------------------------------------------------------------------------------------------------------


def _plot(
    part: Lines, curves: Sequence[Sequence[Stroke]], scales: tuple[Scale, Scale], width: int, plain: bool
) -> tuple[list[Text], list[Mark]]:
    """The field between its axes, and the marks that found no room for their labels."""
    across, down = scales
    upright, keys = _upright(part, down, plain), _keys(len(curves), plain)
    rows = _rows(upright, 8 if width < _NARROW else 12) + 1
    ends = {} if plain or len(curves) == 1 else _ends(curves, rows)
    beside = 1 + min(_SIDE_BY_SIDE, max(map(len, ends.values()))) if ends else 0
    shown: list[Text] = []
    left = widest(tick.text for tick in upright)
    if 2 * left > width - beside:  # they would leave no room for what they tell
        shown = quiet(f"upright axis: from {upright[0].text} to {upright[-1].text}", width)
        upright, left = [], 0
    columns, below = _level(part, across, width - left - 2 - beside, left + 2, width, plain)
    area = Field(columns, rows, plain)
    for k, strokes in enumerate(curves):
        for stroke in strokes:
            area.draw(k, stroke)
    _letter(area, curves, ends, keys)
    unnamed = [mark for mark in part.marks if not _marked(area, mark, across, down, plain)]
    for row, line in enumerate(_edged(area, upright, left, keys)):
        for curve in ends.get(row, [])[:_SIDE_BY_SIDE]:
            line.append(keys[curve], f"bold {colour(curve)}")
        shown.append(trimmed(line))
    return [*shown, *below], unnamed


def _edged(area: Field, upright: Sequence[Tick], left: int, keys: Sequence[str]) -> Iterator[Text]:
    """The rows of the field behind its upright axis."""
    texts = {area.cell((0, 1 - tick.place))[1]: tick.text for tick in upright}
    ticked, bare = ("+", "|") if area.plain else ("┤", "│")
    for row in range(area.rows):
        edge = f"{padded(texts.get(row, ''), left, right=True)} {ticked if row in texts else bare}"
        yield Text(" " * MARGIN).append(edge, QUIET).append_text(area.line(row, keys)).append(" ")


def _upright(part: Lines, down: Scale, plain: bool) -> list[Tick]:
    """From the bottom up; the two ends where no round number lies between them."""
    marked = ticks(down, 6, _whole(value for one in part.series for value in one.values))
    if len(marked) < 2:
        marked = [Tick(0, number_text(down.low)), Tick(1, number_text(down.high))]
    return [tick._replace(text=written(tick.text, plain)) for tick in marked]


def _whole(values: Iterable[float]) -> bool:
    return all(not isfinite(value) or value == round(value) for value in values)


def _rows(upright: Sequence[Tick], wanted: int) -> int:
    """About so many from the lowest to the highest; if it can be, every tick in the middle of one."""
    near = sorted(range(wanted * 2 // 3, wanted + 4), key=lambda rows: abs(rows - wanted))
    return next((rows for rows in near if _even(upright, rows)), wanted)


def _even(marked: Sequence[Tick], steps: int) -> bool:
    return all(abs(tick.place * steps - round(tick.place * steps)) < 1e-6 for tick in marked)


def _ends(curves: Sequence[Sequence[Stroke]], rows: int) -> dict[int, list[int]]:
    """By row, the curves that reach the right end of the field there."""
    found: dict[int, list[int]] = {}
    for k, strokes in enumerate(curves):
        if strokes and strokes[-1][1][0] == 1:
            found.setdefault(floor(strokes[-1][1][1] * (rows - 1) + 0.5), []).append(k)
    return found


def _letter(
    area: Field, curves: Sequence[Sequence[Stroke]], ends: Mapping[int, Sequence[int]], keys: Sequence[str]
) -> None:
    """A letter where a curve stops early; another on a curve that ends together with others, where it runs alone."""
    if area.plain or len(curves) == 1:
        return
    ended = {curve for row in ends.values() for curve in row}
    alone = {row[0] for row in ends.values() if len(row) == 1}
    for k, strokes in enumerate(curves):
        if strokes and k not in ended:
            column, row = area.cell(strokes[-1][1])
            around = [(column + dx, row + dy) for dx in (1, 2, 0, -1) for dy in (0, -1, 1)]
            free = next(filter(area.free, around), None)
        else:
            free = None if k in alone else _apart(area, k)
        if free:
            area.write(free, keys[k], f"bold {colour(k)}")


def _apart(area: Field, curve: int) -> Cell | None:
    """Where the curve is level and others are as far as can be, near the middle; None: it shares every cell."""
    found: list[tuple[int, float, Cell]] = []
    for column in range(1, area.columns - 1):
        rows = [row for row in range(area.rows) if curve in area.dots.get((column, row), {})]
        near = range(column - 1, column + 2)
        others = [row for at in near for row in range(area.rows) if set(area.dots.get((at, row), {})) - {curve}]
        distance = min((abs(row - other) for row in rows for other in others), default=area.rows)
        if len(rows) == 1 and distance > 0:
            found.append((min(distance, 3), -abs(column - area.columns / 2), (column, rows[0])))
    return max(found)[2] if found else None


def _marked(area: Field, mark: Mark, across: Scale, down: Scale, plain: bool) -> bool:
    """Draw it as a dashed line behind the curves; whether its label found a place on it."""
    at = 1 - place(down, mark.at) if mark.across else place(across, mark.at)
    if not 0 <= at <= 1:
        return False
    text = inline(mark.label, plain)
    room = cell_len(text) + 2
    column, row = area.cell((at, at))
    if mark.across:
        clear = [(k, row) for k in range(area.columns - room - 4, 3, -1) if area.free((k - 4, row), room + 8)]
        places = clear + [(k, row) for k in range(area.columns - room - 1, 0, -1)]
    else:
        places = [(side, k) for k in range(area.rows) for side in (column + 1, column - room)]
    free = next((cell for cell in places if room == len(text) + 2 and area.free(cell, room)), None)
    if free:
        area.write(free, f" {text} ", QUIET)
    _dashed(area, at, mark.across)
    return free is not None


def _dashed(area: Field, at: float, across: bool) -> None:
    """Across it is drawn in dots, as exactly as the curves are."""
    column, row = area.cell((at, at))
    if across:
        glyph, cells = area.level(at), [(k, row) for k in range(0, area.columns, 2)]
    else:
        glyph, cells = ":" if area.plain else "┊", [(column, k) for k in range(area.rows)]
    for cell in filter(area.free, cells):
        area.write(cell, glyph, QUIET)


def _level(part: Lines, across: Scale, room: int, left: int, width: int, plain: bool) -> tuple[int, list[Text]]:
    """The level axis: how many columns it is long, and its lines. It has as many ticks as there is room for their
    numbers, and is a few columns shorter than it could be where they then lie evenly."""
    for most in sorted({max(5, room // 8), 5, 4, 3, 2, 1}, reverse=True):
        marked = ticks(across, most, _whole(part.x))
        columns = next((k for k in range(room, room * 5 // 6, -1) if _even(marked, k - 1)), room)
        places = [floor(tick.place * (columns - 1) + 0.5) for tick in marked]
        texts = [written(tick.text, plain) for tick in marked]
        told = _spread(texts, [MARGIN + left + place for place in places], width)
        if told:
            break
    line, tick = ("-", "+") if plain else ("─", "┬")
    axis = ("+" if plain else "└") + "".join(tick if k in places and told else line for k in range(columns))
    shown = [Text(" " * (MARGIN + left - 1) + axis, QUIET)]
    shown += [Text(told, QUIET)] if told else quiet(_reach(part.x, plain), width)
    return columns, [*shown, *_centred(inline(part.x_axis.label, plain), columns, left, width)]


def _reach(x: Sequence[float], plain: bool) -> str:
    there = [value for value in x if isfinite(value)]
    return f"level axis: from {number(min(there), plain)} to {number(max(there), plain)}"


def _spread(labels: Sequence[str], middles: Sequence[int], width: int) -> str:
    """Each label around its middle, all on the screen; empty where they would touch."""
    line = ""
    for label, middle in zip(labels, middles, strict=True):
        start = max(MARGIN, min(middle - (len(label) - 1) // 2, MARGIN + width - len(label)))
        if line and start < len(line) + GAP:
            return ""
        line = line.ljust(start) + label
    return line


def _centred(text: str, columns: int, left: int, width: int) -> list[Text]:
    """Under the field where it has the room."""
    if not text or cell_len(text) > columns:
        return quiet(text, width)
    return [Text(" " * (MARGIN + left + (columns - cell_len(text)) // 2) + text, QUIET)]


# -- the numbers -----------------------------------------------------------------------------------------------------


def _table(part: Lines, width: int, plain: bool) -> list[Text]:
    """Each curve's letter and name, and its numbers where they are told; names above where they are too long."""
    told, keys = told_places(part.x, part.told_at), _keys(len(part.series), plain)
    names = [_name(key, one.name, k, plain) for k, (key, one) in enumerate(zip(keys, part.series, strict=True))]
    legend = [line for name, key in zip(names, keys, strict=True) for line in _legend(name, len(key), width)]
    if not told or not names:
        return legend
    corner = Text(inline(part.x_axis.label, plain) or "x")
    texts = numbers([_value(one.values, k) for one in part.series for k in told], plain)
    rows = [list(map(Text, told_apart([part.x[k] for k in told], plain)))]
    rows += [list(map(Text, texts[k : k + len(told)])) for k in range(0, len(texts), len(told))]
    widths = [max(text.cell_len for text in column) + GAP for column in zip(*rows, strict=True)]
    if max(label.cell_len for label in [corner, *names]) + sum(widths) <= width:
        return table([corner, *names], rows, widths)
    shown = [*legend, Text(), *quiet(corner.plain, width)]
    short = [Text(), *(name[: len(key)] for name, key in zip(names, keys, strict=True))]
    for some in in_blocks(widths, width - widest(keys)):
        shown += table(short, [row[some] for row in rows], widths[some])
    return shown


def _value(values: Sequence[float], place: int) -> float:
    return values[place] if place < len(values) else nan


def _name(key: str, name: str, curve: int, plain: bool) -> Text:
    shown = Text().append(key, "" if plain else f"bold {colour(curve)}")
    return shown.append(f"  {inline(name, plain)}" if key else inline(name, plain))


def _legend(name: Text, key: int, width: int) -> list[Text]:
    """A name on lines of its own, beside its letter."""
    indent = key + 2 if key else 0
    first, *rest = folded(name.plain[key:], width - indent)
    shown = [Text(" " * MARGIN).append_text(name[:key]).append(" " * (indent - key) + first)]
    return [*shown, *(Text(" " * (MARGIN + indent) + line) for line in rest)]


def _mark_told(mark: Mark, width: int, plain: bool) -> list[Text]:
    """A mark whose label found no place on its line."""
    glyph = ("-" if mark.across else ":") if plain else ("╌" if mark.across else "┊")
    return quiet(f"{glyph} {inline(mark.label, plain)}: {number(mark.at, plain)}", width)


def _not_drawn(part: Lines, across: Scale, down: Scale) -> str:
    """How many numbers have no place in the field, and why. NaN is no number."""
    reasons = [
        reason
        for one in part.series
        for x, y in zip(part.x, one.values, strict=False)
        if not isnan(x) and not isnan(y) and (reason := _reason(x, across) or _reason(y, down))
    ]
    counts = [f"{count} {reason}" for reason, count in Counter(reasons).items()]
    return f"Not drawn: {', '.join(counts)}." if counts else ""


def _reason(value: float, along: Scale) -> str:
    if isinf(value):
        return "infinite"
    at = place(along, value)
    if isnan(at):
        return "not above 0"
    return "" if 0 <= at <= 1 else "beyond the axis"
