"""The Markdown of cards: **bold**, *italic*, `code`, $maths$, $$displayed maths$$, and {{gaps}} of a cloze."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_PAIRED = r"(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})+"
GAP = re.compile(r"\{\{(" + _PAIRED + r")\}\}")
"""A gap; braces inside it pair up, so that {{$\\frac{1}{1+e^{-x}}$}} is one gap."""

MATHS = re.compile(r"\$\$(?P<display>.+?)\$\$|\$(?P<inline>.+?)\$", re.DOTALL)
_SPAN = re.compile(
    MATHS.pattern
    + r"|\*\*(?P<bold>.+?)\*\*|(?<![\w*])\*(?P<italic>[^*\s](?:[^*]*[^*\s])?)\*(?![\w*])|`(?P<code>[^`]+)`",
    re.DOTALL,
)
_DOLLAR = "\ue000"  # stands for \$ while maths is looked for


class Span(NamedTuple):
    kind: str  # text, display, inline, bold, italic or code
    text: str


def spans(text: str) -> Iterator[Span]:
    """The pieces of a text, in order."""
    text = text.replace(r"\$", _DOLLAR)
    position = 0
    for match in _SPAN.finditer(text):
        if match.start() > position:
            yield Span("text", text[position : match.start()].replace(_DOLLAR, "$"))
        assert match.lastgroup is not None
        yield Span(match.lastgroup, match[match.lastgroup].replace(_DOLLAR, "$"))
        position = match.end()
    if position < len(text):
        yield Span("text", text[position:].replace(_DOLLAR, "$"))


def formulas(text: str) -> list[str]:
    """The formulas in a text. Raises ValueError where a $ has no partner."""
    text = text.replace(r"\$", _DOLLAR)
    if "$" in MATHS.sub("", text):
        raise ValueError("a $ has no partner. Maths is $...$; write a dollar sign as \\$")
    return [match["display"] or match["inline"] for match in MATHS.finditer(text)]


def hide_gaps(text: str, shown: str = "[...]") -> str:
    return GAP.sub(lambda _: shown, text)


def fill_gaps(text: str) -> str:
    """The whole text, what was hidden in bold."""
    return GAP.sub(lambda match: match[1] if "$" in match[1] else f"**{match[1]}**", text)
