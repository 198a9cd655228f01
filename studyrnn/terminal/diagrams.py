"""Boxes and arrows in characters: a canvas on which lines that meet become one glyph.

A junction is a glyph of its own (├ ┬ ┴ ┤ ┼; + in plain text). Where two lines only cross, the upright one passes and
the level one is interrupted: ─│─, and -|- in plain text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rich.text import Text

from studyrnn.boxes import columns
from studyrnn.figures.layout import EAST, LEVEL, NORTH, SOUTH, UPRIGHT, WEST, Frame, Layout, Place, Placed, laid_out
from studyrnn.figures.palette import COLOURS
from studyrnn.figures.parts import Diagram
from studyrnn.terminal.layout import paragraphs
from studyrnn.terminal.screen import MARGIN

ACCENTS = ("", *COLOURS)

_LINES = {
    NORTH: "│", SOUTH: "│", UPRIGHT: "│", EAST: "─", WEST: "─", LEVEL: "─",
    NORTH | EAST: "╰", NORTH | WEST: "╯", SOUTH | EAST: "╭", SOUTH | WEST: "╮",
    UPRIGHT | EAST: "├", UPRIGHT | WEST: "┤", LEVEL | SOUTH: "┬", LEVEL | NORTH: "┴", LEVEL | UPRIGHT: "┼",
}  # fmt: skip
_DASHED = {"│": "┆", "─": "┄"}
_PLAIN = {"│": "|", "─": "-", "┆": ":", "┄": "."}
_HEADS = {SOUTH: "▲", NORTH: "▼", EAST: "◀", WEST: "▶"}  # by the arm that the line comes in by
_PLAIN_HEADS = {SOUTH: "^", NORTH: "v", EAST: "<", WEST: ">"}
_CORNERS = {"box": "┌┐└┘", "round": "╭╮╰╯"}


def diagram(part: Diagram, width: int, plain: bool) -> list[Text]:
    """Its title and its lines, left-aligned; plain: in ASCII, and followed by the same as sentences.

    Where it is wider than `width`, the sentences stand for it: a torn drawing says nothing.
    """
    lines = paragraphs(f"**{part.title}**", width, plain) if part.title else []
    fits = part.width <= width
    if fits:
        lines += [*([Text()] if lines else []), *_drawn(laid_out(part, plain), plain)]
    if plain or not fits:
        lines += [*([Text()] if lines else []), *_said(part, width, plain)]
    return lines


def _said(part: Diagram, width: int, plain: bool) -> list[Text]:
    """One column less: a full stop behind a formula that fills a line would stand outside."""
    return [line for said in part.words for line in paragraphs(said, width - 1, plain)]


class Glyph(NamedTuple):
    character: str
    accent: int = 0


def _drawn(layout: Layout, plain: bool) -> list[Text]:
    canvas = dict(_glyphs(layout, plain))
    return [_line(canvas, layout.diagram.width, y) for y in range(layout.diagram.height)]


def _line(canvas: dict[Place, Glyph], width: int, y: int) -> Text:
    line = Text(" " * MARGIN)
    for x in range(width):
        glyph = canvas.get((x, y), Glyph(" "))
        line.append(glyph.character, style=ACCENTS[glyph.accent] or None)
    line.rstrip()
    return line


def _glyphs(layout: Layout, plain: bool) -> Iterator[tuple[Place, Glyph]]:
    """What stands where; later ones lie above earlier ones."""
    for cell, strokes in layout.strokes.items():
        top = strokes[0]  # the upright line, where two cross
        yield cell, Glyph(_glyph(top.arms, top.dashed, plain), top.accent)
    for cell, route in layout.heads.items():
        yield cell, Glyph((_PLAIN_HEADS if plain else _HEADS)[route.arms[-1]], route.edge.accent)
    for placed in layout.nodes.values():
        yield from _node(layout, placed, plain)
    for route in layout.routes:
        if route.label:
            yield from _text(route.label.text, route.label.place, route.edge.accent)


def _glyph(arms: int, dashed: bool, plain: bool) -> str:
    glyph = _LINES[arms]
    glyph = _DASHED.get(glyph, glyph) if dashed else glyph
    return _PLAIN.get(glyph, "+") if plain else glyph


def _node(layout: Layout, placed: Placed, plain: bool) -> Iterator[tuple[Place, Glyph]]:
    frame, accent = placed.frame, placed.node.accent
    if placed.drawn:
        yield from _frame(layout, placed, plain)
    elif placed.node.shape == "round":
        yield (frame.left, frame.top), Glyph("(", accent)
        yield (frame.right, frame.top), Glyph(")", accent)
    spare = frame.bottom - frame.top + 1 - len(placed.lines)
    for number, line in enumerate(placed.lines):
        left = placed.node.x - (columns(line) - 1) // 2
        yield from _text(line, (left, frame.top + spare // 2 + number), accent)


def _frame(layout: Layout, placed: Placed, plain: bool) -> Iterator[tuple[Place, Glyph]]:
    """Its sides, with an arm where a line leaves."""
    frame = placed.frame
    for x, y in frame.cells():
        arms = _side(frame, (x, y))
        if arms:
            leaving = sum(stroke.arms for stroke in layout.strokes.get((x, y), ()))
            yield (x, y), Glyph(_glyph(arms | leaving, False, plain), placed.node.accent)
    corners = "++++" if plain else _CORNERS[placed.node.shape]
    places = ((x, y) for y in (frame.top, frame.bottom) for x in (frame.left, frame.right))
    yield from ((place, Glyph(corner, placed.node.accent)) for place, corner in zip(places, corners, strict=True))


def _side(frame: Frame, place: Place) -> int:
    if place[1] in {frame.top, frame.bottom}:
        return LEVEL
    return UPRIGHT if place[0] in {frame.left, frame.right} else 0


def _text(text: str, place: Place, accent: int) -> Iterator[tuple[Place, Glyph]]:
    """A combining mark shares the cell of its letter."""
    x, y = place
    letters: list[str] = []
    for character in text:
        if letters and not columns(character):
            letters[-1] += character
        else:
            letters.append(character)
    yield from (((x + k, y), Glyph(letter, accent)) for k, letter in enumerate(letters))
