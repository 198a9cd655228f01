"""Pieces of SVG, and text in them: written safely, measured, wrapped. Pure.

Nothing here knows a font: widths are estimates on the wide side, so that no text is cut off or runs into another.
"""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import combining, east_asian_width
from xml.sax.saxutils import escape, quoteattr

from studyrnn.typeset import flat

INK, QUIET, RULE, GRID, PAPER = "#1a1a1a", "#555555", "#8a8f98", "#e6e8ec", "#ffffff"
SMALL, NORMAL = 11.0, 12.5
LEADING = 1.4  # from one baseline to the next, in sizes of the font

_NARROW = set("iljtfrI.,:;'|!()[]{} /·‖′`-")
_SCRIPTS = set("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₜᵢⱼₖₘₙ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵗⁱʲᵏᵐⁿˡᵀ")
_WIDE = set("mwMW@%—…⊙⇒→←↔∞+=−×÷±<>≤≥≈≠∑∏∂≪≫∈")


# -- elements --------------------------------------------------------------------------------------------------------


def element(name: str, content: str = "", /, **attributes: str | float | None) -> str:
    """<name ...>content</name>. An attribute's _ is written -; what is None is left out. `content` is SVG already."""
    written = "".join(
        f" {key.strip('_').replace('_', '-')}={quoteattr(value if isinstance(value, str) else coordinate(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def coordinate(value: float) -> str:
    """At most two decimals, without a zero too many."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def said(text: str) -> str:
    """What a shape stands for, for who points at it or cannot see it."""
    return f"<title>{escape(text)}</title>" if text else ""


def text(
    x: float,
    y: float,
    content: str,
    size: float = NORMAL,
    anchor: str = "start",
    fill: str = INK,
    weight: str | None = None,
) -> str:
    """One line with its baseline at y. `content` is plain text."""
    if not content:
        return ""
    return element(
        "text",
        escape(content),
        x=x,
        y=y,
        font_size=size,
        text_anchor=None if anchor == "start" else anchor,
        fill=fill,
        font_weight=weight,
    )


def block(x: float, top: float, lines: Sequence[str], size: float, fill: str = INK, weight: str | None = None) -> str:
    """Lines one below the other; the block takes LEADING * size for each."""
    baselines = (top + size * (1.05 + LEADING * index) for index in range(len(lines)))
    return "".join(text(x, y, line, size, fill=fill, weight=weight) for y, line in zip(baselines, lines, strict=True))


def nothing(top: float) -> tuple[str, float]:
    """What stands in the place of a part without numbers."""
    return text(0, top + SMALL, "no numbers", SMALL, fill=QUIET), SMALL * LEADING


def line(x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1, dash: str | None = None) -> str:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width, stroke_dasharray=dash)


# -- text ------------------------------------------------------------------------------------------------------------


def plain_text(markdown: str) -> str:
    """Markdown as one line of Unicode: maths typeset, marks gone, nothing in it that XML would refuse."""
    return " ".join(flat(markdown).split())


def paragraphs(markdown: str, size: float, width: float) -> list[str]:
    """Wrapped lines; a line break in the source is kept, an empty line of it is not."""
    sources = [plain_text(source) for source in markdown.split("\n")]
    return [line for source in sources if source for line in wrapped(source, size, width)]


def width_of(text: str, size: float) -> float:
    return size * sum(map(_em, text))


def _em(character: str) -> float:
    if combining(character):
        return 0.0
    if east_asian_width(character) in {"W", "F"}:
        return 1.05
    if character in _NARROW:
        return 0.42
    if character in _SCRIPTS:
        return 0.48
    if character in _WIDE:
        return 0.9
    return 0.7 if character.isupper() or not character.isascii() else 0.6


def shortened(text: str, size: float, width: float) -> str:
    """The beginning of it and "…", where it is too long; "" where there is room for nothing."""
    if width_of(text, size) <= width:
        return text
    left = width - width_of("…", size)
    if left < 0:
        return ""
    kept = 0
    while left >= 0 and kept < len(text):
        left -= _em(text[kept]) * size
        kept += left >= 0
    return text[:kept].rstrip() + "…"


def wrapped(text: str, size: float, width: float, most: int | None = None) -> list[str]:
    """Lines no wider than that, at most so many: the last of them is shortened. A word too long for one is broken."""
    lines: list[str] = []
    rest = text.split()
    while rest:
        if most is not None and len(lines) == most - 1:
            return [*lines, shortened(" ".join(rest), size, width)]
        taken = _words_that_fit(rest, size, width)
        if not taken:
            cut = _letters_that_fit(rest[0], size, width)
            lines.append(rest[0][:cut])
            rest[0] = rest[0][cut:]
            continue
        lines.append(" ".join(rest[:taken]))
        rest = rest[taken:]
    return lines


def _words_that_fit(words: Sequence[str], size: float, width: float) -> int:
    used = -width_of(" ", size)
    for count, word in enumerate(words):
        used += width_of(" ", size) + width_of(word, size)
        if used > width:
            return count
    return len(words)


def _letters_that_fit(word: str, size: float, width: float) -> int:
    """At least one, or it would never end."""
    used = 0.0
    for count, letter in enumerate(word):
        used += width_of(letter, size)
        if used > width:
            return max(1, count)
    return len(word)


def kept_inside(middle: float, content: str, size: float, width: float) -> float:
    """Where the middle of a line stands, so that it does not leave the width."""
    half = width_of(content, size) / 2
    return max(half, min(width - half, middle))


def below_axis(label: str, middle: float, top: float, width: float) -> tuple[str, float]:
    """What an axis is, under the middle of it; and the height of that."""
    lines = wrapped(label, SMALL, width)
    placed = [kept_inside(middle, words, SMALL, width) for words in lines]
    drawn = (
        text(x, top + SMALL * (1 + LEADING * index), words, SMALL, "middle", QUIET)
        for index, (x, words) in enumerate(zip(placed, lines, strict=True))
    )
    return "".join(drawn), len(lines) * SMALL * LEADING


# -- places ----------------------------------------------------------------------------------------------------------


def apart(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Where things begin that want to begin elsewhere, moved as little as keeps them apart and between low and high.

    Those that crowd each other are pooled and stand around the place that they want on average. Where they do not fit
    at all they begin at low and go beyond high.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    before, shift = 0.0, {}
    for index in order:
        shift[index] = before
        before += sizes[index]
    pools: list[list[float]] = []  # each of places less what stands before them, which must not decrease
    for index in order:
        pools.append([wanted[index] - shift[index]])
        while len(pools) > 1 and _mean(pools[-2]) > _mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    places = [_mean(pool) for pool in pools for _ in pool]
    last = max(low, high - before)
    found = {index: max(low, min(last, place)) + shift[index] for index, place in zip(order, places, strict=True)}
    return [found[index] for index in range(len(wanted))]


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)
