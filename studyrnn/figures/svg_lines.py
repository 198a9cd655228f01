"""Curves as SVG: each with a colour and a dash of its own, its name at its right end, and its numbers in a table."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, isfinite, nan
from typing import NamedTuple

from studyrnn.figures.palette import COLOURS
from studyrnn.figures.parts import Lines, Mark
from studyrnn.figures.scales import Scale, Tick, number_text, number_texts, scale, ticks, told_places
from studyrnn.figures.svg_tables import table
from studyrnn.figures.svg_text import (
    GRID,
    INK,
    LEADING,
    QUIET,
    RULE,
    SMALL,
    apart,
    below_axis,
    block,
    coordinate,
    element,
    line,
    nothing,
    plain_text,
    said,
    shortened,
    text,
    width_of,
    wrapped,
)

DASHES = (None, "8 4", "2 3", "10 3 2 3", "14 5", "5 2 1 2 1 2")
_HEIGHT = 250.0
_SWATCH, _GAP = 26.0, 8.0
_CLEAR = 4.0
_NAMES_AT_MOST = 0.3  # of the width
_FEW = 16  # points that are shown one by one, not only as a curve

Point = tuple[float, float]


class Frame(NamedTuple):
    """Where the curves are drawn, in SVG's coordinates, and what its edges stand for."""

    left: float
    right: float
    top: float
    bottom: float
    x: Scale
    y: Scale

    def at(self, point: Point) -> Point:
        """Coordinates of a place in the square from 0 to 1."""
        return (self.left + point[0] * (self.right - self.left), self.bottom - point[1] * (self.bottom - self.top))


class Curve(NamedTuple):
    """A series, or a level mark, and how it looks."""

    name: str
    runs: tuple[tuple[Point, ...], ...]  # unbroken pieces, cut at the edges of the square from 0 to 1
    dots: tuple[Point, ...]  # points that are shown one by one
    colour: str
    dash: str | None
    width: float = 2.0


def lines(part: Lines, top: float, width: float) -> tuple[str, float]:
    """The elements, and the height that they take below `top`."""
    if not part.x or not part.series:
        return nothing(top)
    x, y = _scales(part)
    curves = [*_curves(part, x, y), *_levels(part, y)]
    names = [wrapped(curve.name, SMALL, _NAMES_AT_MOST * width - _SWATCH - _GAP, most=2) for curve in curves]
    upright = [mark for mark in part.marks if not mark.across and 0 <= x.place(mark.at) <= 1]
    x_ticks, y_ticks = ticks(x, 8, whole=_whole(part.x)), ticks(y)
    frame = _frame(x, y, y_ticks, names, top, width)
    label = wrapped(plain_text(part.y_axis.label), SMALL, width)
    flags = _flags(upright, frame, width)
    used = len(label) * SMALL * LEADING + 10 + _above(flags)
    frame = frame._replace(top=top + used, bottom=top + used + max(_HEIGHT, sum(map(_height, names))))
    drawn = [block(0, top, label, SMALL, QUIET), _grid(frame, x_ticks, y_ticks)]
    drawn += [_upright(flag, frame) for flag in flags]
    drawn += [_drawn(curve, frame) for curve in curves]
    drawn.append(_named(curves, names, frame))
    below, more = _below(part, x, y, frame, width)
    return "".join([*drawn, below]), frame.bottom - top + more


# -- what is drawn ---------------------------------------------------------------------------------------------------


def _scales(part: Lines) -> tuple[Scale, Scale]:
    levels = [mark.at for mark in part.marks if mark.across]
    values = [value for series in part.series for value in series.values]
    return scale(part.x_axis, part.x, rounded=part.x_axis.log), scale(part.y_axis, [*values, *levels])


def _whole(numbers: Sequence[float]) -> bool:
    return all(not isfinite(number) or number == int(number) for number in numbers)


def _curves(part: Lines, x: Scale, y: Scale) -> list[Curve]:
    drawn = []
    for index, series in enumerate(part.series):
        points = [(x.place(at), y.place(value)) for at, value in zip(part.x, series.values, strict=False)]
        turn = index // len(COLOURS)  # after all colours the same ones come again with other dashes
        dash = DASHES[(index + turn) % len(DASHES)]
        whole = tuple(runs(points))
        colour = COLOURS[index % len(COLOURS)]
        drawn.append(Curve(plain_text(series.name), whole, _dots(points, whole), colour, dash))
    return drawn


def _dots(points: Sequence[Point], whole: Sequence[Sequence[Point]]) -> tuple[Point, ...]:
    """Every point where there are few; else those that no line leads to, which would not show."""
    if len(points) <= _FEW:
        return tuple(point for point in points if _is_there(point) and _inside(point))
    return tuple(run[0] for run in whole if len(run) == 1)


def _levels(part: Lines, y: Scale) -> list[Curve]:
    """Marks across, as curves: so their names stand with the others and do not run into them."""
    places = [(mark, y.place(mark.at)) for mark in part.marks if mark.across]
    return [
        Curve(plain_text(mark.label), (((0.0, place), (1.0, place)),), (), QUIET, "4 3", 1.2)
        for mark, place in places
        if 0 <= place <= 1
    ]


def runs(points: Sequence[Point]) -> list[tuple[Point, ...]]:
    """The curve through the points, cut at the edges of the square from 0 to 1; a point without a place is a gap."""
    found: list[list[Point]] = []
    for index, point in enumerate(points):
        before = points[index - 1] if index and _is_there(points[index - 1]) else None
        if not _is_there(point):
            continue
        if before is None:
            found += [[point]] if _inside(point) else []
        elif piece := cut(before, point):
            if found and found[-1][-1] == piece[0]:
                found[-1].append(piece[1])
            else:
                found.append(list(piece))
    return [tuple(run) for run in found]


def _is_there(point: Point) -> bool:
    return isfinite(point[0]) and isfinite(point[1])


def _inside(point: Point) -> bool:
    return 0 <= point[0] <= 1 and 0 <= point[1] <= 1


def cut(start: Point, end: Point) -> tuple[Point, Point] | None:
    """The part of a straight line that lies in the square from 0 to 1 (Liang and Barsky 1984); None where none does."""
    first, last = 0.0, 1.0
    for before, after in zip(start, end, strict=True):
        step = after - before
        for room, pace in ((before, -step), (1 - before, step)):  # to the edge at 0, to the edge at 1
            if pace == 0:
                if room < 0:
                    return None
            elif pace < 0:
                first = max(first, room / pace)
            else:
                last = min(last, room / pace)
    if first > last:
        return None
    return _between(start, end, first), _between(start, end, last)


def _between(start: Point, end: Point, share: float) -> Point:
    """Exactly an end at 0 and 1, and never a hair outside the square."""
    if share in {0.0, 1.0}:
        return end if share else start
    x, y = (min(1.0, max(0.0, a + share * (b - a))) for a, b in zip(start, end, strict=True))
    return (x, y)


# -- the frame -------------------------------------------------------------------------------------------------------


def _frame(
    x: Scale, y: Scale, y_ticks: Sequence[Tick], names: Sequence[Sequence[str]], top: float, width: float
) -> Frame:
    """Numbers of the y axis to the left, names to the right; its upper and lower edge are not known yet."""
    numbers = max((width_of(tick.text, SMALL) for tick in y_ticks), default=0)
    longest = max((width_of(name, SMALL) for lines in names for name in lines), default=0)
    return Frame(numbers + 10, width - longest - _SWATCH - 2 * _GAP, top, top, x, y)


class _Flag(NamedTuple):
    """The name of an upright mark, above the frame to the right of its line."""

    name: str
    x: float  # of the line
    start: float
    row: int  # from the frame up


def _flags(upright: Sequence[Mark], frame: Frame, width: float) -> list[_Flag]:
    """From the right to the left, each in the lowest row that has room: so no line runs through a name."""
    flags: list[_Flag] = []
    starts: list[float] = []  # of the leftmost name in each row
    for mark in sorted(upright, key=lambda mark: mark.at, reverse=True):
        name, x = shortened(plain_text(mark.label), SMALL, width), frame.at((frame.x.place(mark.at), 0))[0]
        start = max(0.0, min(x + 5, width - width_of(name, SMALL)))
        end = start + width_of(name, SMALL) + _GAP
        row = next((row for row, taken in enumerate(starts) if end <= taken), len(starts))
        starts[row : row + 1] = [start]
        flags.append(_Flag(name, x, start, row))
    return flags


def _above(flags: Sequence[_Flag]) -> float:
    """The height that they take; the lowest stays clear of a name beside the upper edge of the frame."""
    return max((flag.row + 1 for flag in flags), default=0) * SMALL * LEADING + (_CLEAR if flags else 0)


def _upright(flag: _Flag, frame: Frame) -> str:
    """Its line reaches up beside its name, or to below it where there was no room beside it."""
    bottom = frame.top - _CLEAR - flag.row * SMALL * LEADING
    top = bottom - SMALL if flag.start > flag.x else bottom
    stroke = line(flag.x, top, flag.x, frame.bottom, QUIET, 1.2, "4 3")
    return stroke + text(flag.start, bottom - 4, flag.name, SMALL, fill=QUIET)


def _grid(frame: Frame, x_ticks: Sequence[Tick], y_ticks: Sequence[Tick]) -> str:
    drawn = ""
    for tick in y_ticks:
        y = frame.at((0, tick.place))[1]
        drawn += line(frame.left, y, frame.right, y, GRID)
        drawn += text(frame.left - 6, y + SMALL * 0.35, tick.text, SMALL, "end", QUIET)
    for tick, label in zip(x_ticks, _legible(x_ticks, frame), strict=True):
        x = frame.at((tick.place, 0))[0]
        drawn += line(x, frame.top, x, frame.bottom, GRID) + line(x, frame.bottom, x, frame.bottom + 4, RULE)
        drawn += text(x, frame.bottom + 5 + SMALL, label, SMALL, "middle", QUIET)
    zero = frame.y.place(0)
    for place in {0.0, zero if 0 < zero < 1 else 0.0}:
        y = frame.at((0, place))[1]
        drawn += line(frame.left, y, frame.right, y, RULE)
    return drawn


def _legible(marked: Sequence[Tick], frame: Frame) -> list[str]:
    """The numbers of the x axis, without those that would run into the one before."""
    texts, free = [], -1e9
    for tick in marked:
        middle, half = frame.at((tick.place, 0))[0], width_of(tick.text, SMALL) / 2
        fits = middle - half >= max(free, 0)
        texts.append(tick.text if fits else "")
        free = middle + half + 6 if fits else free
    return texts


# -- curves and their names ------------------------------------------------------------------------------------------


def _drawn(curve: Curve, frame: Frame) -> str:
    path = "".join(_path([frame.at(point) for point in run]) for run in curve.runs if len(run) > 1)
    drawn = _stroke(path, curve) if path else ""
    for x, y in map(frame.at, curve.dots):
        drawn += element("circle", said(curve.name), cx=x, cy=y, r=2.6, fill=curve.colour)
    return drawn


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{coordinate(x)} {coordinate(y)}" for x, y in points)


def _stroke(path: str, curve: Curve) -> str:
    return element(
        "path",
        said(curve.name),
        d=path,
        fill="none",
        stroke=curve.colour,
        stroke_width=curve.width,
        stroke_dasharray=curve.dash,
        stroke_linejoin="round",
    )


def _height(name: Sequence[str]) -> float:
    return max(1, len(name)) * SMALL * LEADING


def _named(curves: Sequence[Curve], names: Sequence[Sequence[str]], frame: Frame) -> str:
    """Beside the last point of each, or as near to it as the names leave room; with a piece of the curve before it."""
    heights = [_height(name) for name in names]
    ends = [frame.at(curve.runs[-1][-1]) if curve.runs else (frame.left, frame.bottom) for curve in curves]
    wanted = [y - height / 2 for (_, y), height in zip(ends, heights, strict=True)]
    tops = apart(wanted, heights, frame.top - SMALL * LEADING / 2, frame.bottom + SMALL * LEADING / 2)
    drawn, start = "", frame.right + _GAP
    for curve, name, end, top, height in zip(curves, names, ends, tops, heights, strict=True):
        middle = top + height / 2
        if curve.runs and hypot(end[0] - frame.right, end[1] - middle) > 1 and end[0] > frame.right - 1:
            drawn += line(end[0] + 1, end[1], start, middle, RULE, 0.75)
        swatch = f"M{coordinate(start)} {coordinate(middle)}H{coordinate(start + _SWATCH)}"
        drawn += _stroke(swatch, curve) if curve.runs else ""
        drawn += block(start + _SWATCH + _GAP, top, name, SMALL, INK if curve.runs else QUIET)
    return drawn


# -- below the frame -------------------------------------------------------------------------------------------------


def _below(part: Lines, x: Scale, y: Scale, frame: Frame, width: float) -> tuple[str, float]:
    """What the x axis is, what does not show, and the numbers."""
    used = 8 + SMALL * LEADING
    label = plain_text(part.x_axis.label)
    drawn, height = below_axis(label, (frame.left + frame.right) / 2, frame.bottom + used, width)
    used += height
    unseen = wrapped(_unseen(part, x, y), SMALL, width)
    drawn += block(0, frame.bottom + used + 4, unseen, SMALL, QUIET)
    used += len(unseen) * SMALL * LEADING + 10
    numbers, height = _numbers(part, frame.bottom + used, width)
    return drawn + numbers, used + height


def _unseen(part: Lines, x: Scale, y: Scale) -> str:
    """Marks beyond the edges, and series of which nothing is drawn."""
    unseen = [
        f"{plain_text(mark.label)} ({number_text(mark.at)})"
        for mark in part.marks
        if not 0 <= (y if mark.across else x).place(mark.at) <= 1
    ]
    unseen += [curve.name for curve in _curves(part, x, y) if not curve.runs]
    return f"Not in the picture: {', '.join(unseen)}." if unseen else ""


def _numbers(part: Lines, top: float, width: float) -> tuple[str, float]:
    """A row for each series, a column for each x that is told."""
    places = told_places(part.x, part.told_at)
    if not places or not part.series:
        return "", 0
    over = plain_text(part.x_axis.label) or "x"
    names = [over, *(plain_text(series.name) for series in part.series)]
    rows = [[number_text(part.x[at]) for at in places]]
    for series in part.series:
        rows.append(number_texts([series.values[at] if at < len(series.values) else nan for at in places]))
    return table(names, list(zip(*rows, strict=True)), top, width)
