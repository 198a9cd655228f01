"""Reading an SVG document: its shapes, where its texts are, and what the marks of its axes say."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from fractions import Fraction
from math import isfinite, log10
from typing import NamedTuple

from studyrnn.figures.parts import (
    Figure,
    Part,
)
from studyrnn.figures.svg import svg
from studyrnn.figures.svg_text import width_of

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*parts: Part) -> ET.Element:
    return ET.fromstring(svg(Figure("name", "Title", "What to see.", parts)))


def found(root: ET.Element, tag: str) -> list[ET.Element]:
    return list(root.iter(SVG + tag))


def number(element: ET.Element, key: str) -> float:
    return float(element.get(key, "0"))


def words(element: ET.Element) -> str:
    return "".join(element.itertext())


def said(element: ET.Element) -> str:
    title = element.find(SVG + "title")
    return "" if title is None else title.text or ""


# -- where texts are -------------------------------------------------------------------------------------------------


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float
    text: str


def box(element: ET.Element) -> Box:
    """Around a text, by the estimate that all layout goes by."""
    size, x, y = (number(element, key) for key in ("font-size", "x", "y"))
    wide = width_of(words(element), size) + sum(number(part, "dx") for part in element)
    left = x - wide * {"end": 1.0, "middle": 0.5}.get(element.get("text-anchor", ""), 0.0)
    if turn := element.get("transform"):
        assert re.fullmatch(r"rotate\(-45 [-\d.]+ [-\d.]+\)", turn)
        return Box(x, y - wide * 0.7072 - size / 2, x + wide * 0.7072, y + size / 2, words(element))
    return Box(left, y - 0.75 * size, left + wide, y + 0.2 * size, words(element))


def overlap(one: Box, other: Box) -> bool:
    return (
        min(one.right, other.right) - max(one.left, other.left) > 0.5
        and min(one.bottom, other.bottom) - max(one.top, other.top) > 0.5
    )


def corners(root: ET.Element) -> Iterator[tuple[float, float]]:
    """Every coordinate of every shape and text."""
    for rect in found(root, "rect"):
        x, y, wide, high = (number(rect, key) for key in ("x", "y", "width", "height"))
        assert wide >= 0 <= high
        yield from ((x, y), (x + wide, y + high))
    for line in found(root, "line"):
        yield from ((number(line, "x1"), number(line, "y1")), (number(line, "x2"), number(line, "y2")))
    for circle in found(root, "circle"):
        yield number(circle, "cx"), number(circle, "cy")
    for path in found(root, "path"):
        yield from (point for piece in pieces(path) for point in piece)
    for polyline in found(root, "polyline"):
        for point in polyline.get("points", "").split():
            x, y = point.split(",")
            yield float(x), float(y)
    for text in found(root, "text"):
        left, top, right, bottom, _ = box(text)
        yield from ((left, top), (right, bottom))


def pieces(path: ET.Element) -> list[list[tuple[float, float]]]:
    """The points of a path, a list for each stroke of the pen."""
    strokes = []
    for stroke in path.get("d", "").split("M")[1:]:
        points = []
        for kind, point in re.findall(r"([LH]?)([^LH]+)", stroke):
            x, *y = map(float, point.split())
            points.append((x, points[-1][1] if kind == "H" else y[0]))
        strokes.append(points)
    return strokes


def inside(root: ET.Element) -> None:
    left, top, wide, high = map(float, root.get("viewBox", "").split())
    for x, y in corners(root):
        assert isfinite(x) and isfinite(y)
        assert left - 0.01 <= x <= left + wide + 0.01 and top - 0.01 <= y <= top + high + 0.01, (x, y)


# -- what the axes say ----------------------------------------------------------------------------------------------


def value_of(text: str) -> float:
    """The number that a mark of an axis is labelled with."""
    plain = text.replace("−", "-").removesuffix(" %")
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    if power := re.fullmatch(r"(?:(.+)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", plain):
        return float(power[1] or 1) * 10.0 ** int(power[2].translate(raised))
    return float(plain)


class Ruler(NamedTuple):
    """Two marks of an axis as they are in the document."""

    at: tuple[float, float]
    values: tuple[float, float]
    log: bool = False

    def place(self, value: float) -> float:
        first, last, wanted = (Fraction(log10(v) if self.log else v) for v in (*self.values, value))
        return self.at[0] + float((wanted - first) / (last - first)) * (self.at[1] - self.at[0])


def rulers(root: ET.Element, log_x: bool = False, log_y: bool = False) -> tuple[Ruler, Ruler]:
    """The axes of the first chart, read from grid lines and the texts at their ends."""
    grid = [line for line in found(root, "line") if line.get("stroke") == "#e6e8ec"]
    texts = [(text, number(text, "x"), number(text, "y")) for text in found(root, "text")]
    xs, ys = {}, {}
    for line in grid:
        x1, y1, x2, y2 = (number(line, key) for key in ("x1", "y1", "x2", "y2"))
        for text, x, y in texts:
            if x1 == x2 == x and text.get("text-anchor") == "middle" and 0 < y - y2 < 20:
                xs[x] = value_of(words(text))
            if y1 == y2 and text.get("text-anchor") == "end" and abs(y - y1) < 5 and 0 < x1 - x < 10:
                ys[y1] = value_of(words(text))
    assert len(xs) > 1
    ends = [(min(marks), max(marks)) if marks else (0.0, 1.0) for marks in (xs, ys)]
    (left, right), (top, bottom) = ends
    across = Ruler((left, right), (xs[left], xs[right]), log_x)
    return across, Ruler((top, bottom), (ys.get(top, 1.0), ys.get(bottom, 0.0)), log_y)
