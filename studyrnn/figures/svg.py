"""A figure as one SVG document that needs nothing else: no style sheet, no script, no font, no names that could clash.

It may stand in a page by itself or inside a card. x is 0 at the left edge of the text, so that parts are drawn without
knowing the margin.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from studyrnn.figures.parts import Bars, Diagram, Fact, Figure, Heatmap, Lines, Matrix, Part
from studyrnn.figures.scales import number_text
from studyrnn.figures.svg_charts import bars
from studyrnn.figures.svg_lines import lines
from studyrnn.figures.svg_shades import heatmap, matrix
from studyrnn.figures.svg_tables import pairs
from studyrnn.figures.svg_text import (
    INK,
    LEADING,
    NORMAL,
    PAPER,
    block,
    coordinate,
    element,
    paragraphs,
    plain_text,
    said,
)

WIDTH, MARGIN = 720.0, 28.0
INNER = WIDTH - 2 * MARGIN
_FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_TITLE, _PART_TITLE = 18.0, 13.5
_BETWEEN = 22.0


def svg(figure: Figure) -> str:
    """The document: title, parts one below the other, facts, and what there is to see."""
    body, y = _words(figure.title, _TITLE, MARGIN - 4, weight="bold")
    y += _BETWEEN / 2
    for part in figure.parts:
        drawn, y = _with_title(part, y)
        body, y = body + drawn, y + _BETWEEN
    facts, used = pairs([(plain_text(fact.label), _told(fact)) for fact in figure.facts], y, INNER)
    y += used + (_BETWEEN / 2 if used else 0)
    see, y = _words(figure.see, NORMAL, y)
    return _document(figure, body + facts + see, y + MARGIN - 4)


def _words(markdown: str, size: float, top: float, fill: str = INK, weight: str | None = None) -> tuple[str, float]:
    """Wrapped text, and where it ends."""
    words = paragraphs(markdown, size, INNER * (0.92 if weight else 1))  # bold letters are wider
    return block(0, top, words, size, fill, weight), top + len(words) * size * LEADING


def _with_title(part: Part, top: float) -> tuple[str, float]:
    title, y = _words(part.title, _PART_TITLE, top, weight="600")
    drawn, used = _drawn(part, y + (8 if title else 0))
    return title + element("g", drawn), y + (8 if title else 0) + used


def _drawn(part: Part, top: float) -> tuple[str, float]:
    if isinstance(part, Lines):
        return lines(part, top, INNER)
    if isinstance(part, Bars):
        return bars(part, top, INNER)
    if isinstance(part, Heatmap):
        return heatmap(part, top, INNER)
    if isinstance(part, Matrix):
        return matrix(part, top, INNER)
    from studyrnn.figures.svg_diagrams import diagram

    return diagram(part, top, INNER)


def _told(fact: Fact) -> str:
    return plain_text(fact.value) if isinstance(fact.value, str) else number_text(fact.value)


def _document(figure: Figure, body: str, height: float) -> str:
    described = [figure.see, *(words for part in figure.parts if isinstance(part, Diagram) for words in part.words)]
    paper = element("rect", x=-MARGIN, y=0, width=WIDTH, height=height, fill=PAPER)
    return element(
        "svg",
        said(plain_text(figure.title or figure.name))
        + element("desc", escape(plain_text(" ".join(described))))
        + paper
        + body,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"{coordinate(-MARGIN)} 0 {coordinate(WIDTH)} {coordinate(height)}",
        width=WIDTH,
        height=height,
        style="max-width:100%;height:auto",
        role="img",
        font_family=_FONTS,
    )
