"""Bars as SVG: their lengths from zero, their numbers at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isnan
from typing import NamedTuple
from xml.sax.saxutils import escape

from studyrnn.figures.palette import COLOURS
from studyrnn.figures.parts import Bar, Bars
from studyrnn.figures.scales import Scale, number_text, scale, ticks
from studyrnn.figures.svg_text import (
    GRID,
    INK,
    LEADING,
    QUIET,
    RULE,
    SMALL,
    below_axis,
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

_COLOUR, _NEGATIVE = COLOURS[:2]
_ROW, _THICK = 24.0, 14.0
_LABELS_AT_MOST = 0.32  # of the width
_NOTES_AT_MOST = 0.17
_GAP = 6.0


class _Places(NamedTuple):
    """What stands where, from left to right: labels, which end at `label`, then bars between `left` and `right`."""

    label: float
    left: float
    right: float
    scale: Scale

    def at(self, place: float) -> float:
        return self.left + min(1.0, max(0.0, place)) * (self.right - self.left)

    @property
    def zero(self) -> float:
        """Where bars begin. On a logarithmic axis there is no zero: they begin at its low end."""
        return self.at(0.0 if self.scale.log else self.scale.place(0.0))

    def end(self, value: float) -> float:
        """Where the bar of a value ends; one that leaves the axis ends at its edge."""
        if isfinite(value):
            place = self.scale.place(value)
            return self.zero if isnan(place) else self.at(place)
        return self.zero if isnan(value) else self.at(1.0 if value > 0 else 0.0)


def bars(part: Bars, top: float, width: float) -> tuple[str, float]:
    """The elements, and the height that they take below `top`."""
    if not part.bars:
        return nothing(top)
    labels = [wrapped(plain_text(bar.label), SMALL, _LABELS_AT_MOST * width, most=2) for bar in part.bars]
    sides = [_beside(bar, part, width) for bar in part.bars]
    places = _places(part, labels, sides, width)
    heights = [max(_ROW, len(label) * SMALL * LEADING + 6) for label in labels]
    bottom = top + sum(heights) + 4
    drawn, y = _axis(part, places, top, bottom), top + 2
    for bar, label, side, height in zip(part.bars, labels, sides, heights, strict=True):
        drawn += _label(label, places.label, y + height / 2) + _bar(bar, side, places, y + height / 2)
        y += height
    drawn += line(places.zero, top, places.zero, bottom, RULE)
    below, used = below_axis(
        plain_text(part.axis.label), (places.left + places.right) / 2, bottom + 8 + SMALL * LEADING, width
    )
    return drawn + below, bottom - top + 8 + SMALL * LEADING + used


class _Side(NamedTuple):
    """What stands at the end of a bar."""

    number: str
    note: str

    @property
    def width(self) -> float:
        return width_of(self.number, SMALL) + (width_of(self.note, SMALL) + _GAP if self.note else 0) + _GAP


def _beside(bar: Bar, part: Bars, width: float) -> _Side:
    note = shortened(plain_text(bar.note), SMALL, _NOTES_AT_MOST * width)
    return _Side(number_text(bar.value, part.decimals, part.percent), note)


def _places(part: Bars, labels: Sequence[Sequence[str]], sides: Sequence[_Side], width: float) -> _Places:
    """Room for the labels, and for numbers beyond the longest bar of either direction."""
    longest = max((width_of(words, SMALL) for label in labels for words in label), default=0)
    before = max((side.width for bar, side in zip(part.bars, sides, strict=True) if bar.value < 0), default=0)
    after = max((side.width for bar, side in zip(part.bars, sides, strict=True) if not bar.value < 0), default=0)
    return _Places(longest, longest + 10 + before, width - max(after, 12), _scale(part))


def _scale(part: Bars) -> Scale:
    """From zero on; a logarithmic one begins below the smallest, so that its bar has a length."""
    values = [bar.value for bar in part.bars]
    if not part.axis.log:
        return scale(part.axis, [0.0, *values])
    positive = [value for value in values if value > 0 and isfinite(value)]
    return scale(part.axis, [*positive, *(value / 2 for value in positive)])


def _axis(part: Bars, places: _Places, top: float, bottom: float) -> str:
    whole = all(not isfinite(bar.value) or bar.value == int(bar.value) for bar in part.bars) and not part.percent
    drawn, free = "", 0.0
    for tick in ticks(places.scale, 6, whole, part.percent):
        x, half = places.at(tick.place), width_of(tick.text, SMALL) / 2
        drawn += line(x, top, x, bottom, GRID)
        if x - half >= free:
            drawn += text(x, bottom + 4 + SMALL, tick.text, SMALL, "middle", QUIET)
            free = x + half + _GAP
    return drawn


def _label(label: Sequence[str], end: float, middle: float) -> str:
    """Its lines, around the middle of the bar."""
    first = middle + SMALL * 0.35 - (len(label) - 1) * SMALL * LEADING / 2
    return "".join(text(end, first + index * SMALL * LEADING, words, SMALL, "end") for index, words in enumerate(label))


def _bar(bar: Bar, side: _Side, places: _Places, middle: float) -> str:
    start, end = places.zero, places.end(bar.value)
    name = said(f"{plain_text(bar.label)}: {side.number}")
    shape = {"x": min(start, end), "y": middle - _THICK / 2, "width": abs(end - start), "height": _THICK}
    drawn = element("rect", name, **shape, fill=_NEGATIVE if bar.value < 0 else _COLOUR) if start != end else ""
    return drawn + _number(side, bar.value < 0, end, middle + SMALL * 0.35)


def _number(side: _Side, negative: bool, end: float, y: float) -> str:
    """At the end of the bar, with its note further out."""
    number, note = ({"fill": INK}, escape(side.number)), ({"fill": QUIET}, escape(side.note))
    (first, before), (second, after) = (note, number) if negative else (number, note)
    if not side.note:
        return text(end - _GAP if negative else end + _GAP, y, side.number, SMALL, "end" if negative else "start")
    words = element("tspan", before, **first) + element("tspan", after, dx=_GAP, **second)
    x, anchor = (end - _GAP, "end") if negative else (end + _GAP, None)
    return element("text", words, x=x, y=y, font_size=SMALL, text_anchor=anchor)
