"""The Markdown of cards: **bold**, *italic*, `code`, $maths$, $$displayed maths$$, and {{gaps}} of a cloze.

A backslash before $, * or ` takes it for itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_PAIRED = r"(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})+"

MATHS = re.compile(r"\$\$(?P<display>.+?)\$\$|\$(?P<inline>.+?)\$", re.DOTALL)
# In a gap braces pair up, so that {{$\frac{1}{1+e^{-x}}$}} is one gap.
_GAP_OR_MATHS = re.compile(r"\{\{(?P<gap>" + _PAIRED + r")\}\}|" + MATHS.pattern, re.DOTALL)
_SPAN = re.compile(
    MATHS.pattern
    + r"|\*\*(?P<bold>.+?)\*\*|(?<![\w*])\*(?P<italic>[^*\s](?:[^*]*[^*\s])?)\*(?![\w*])|`(?P<code>[^`]+)`",
    re.DOTALL,
)
_ESCAPED = {r"\$": "\ufdd0", r"\*": "\ufdd1", r"\`": "\ufdd2"}  # noncharacters stand for them while marks are found
_RESTORED = {ord(stand_in): escaped[1] for escaped, stand_in in _ESCAPED.items()}


class Span(NamedTuple):
    kind: str  # text, display, inline, bold, italic or code
    text: str


def spans(text: str) -> Iterator[Span]:
    """The pieces of a text, in order."""
    text = _set_aside(text)
    position = 0
    for match in _SPAN.finditer(text):
        if match.start() > position:
            yield Span("text", text[position : match.start()].translate(_RESTORED))
        assert match.lastgroup is not None
        yield Span(match.lastgroup, match[match.lastgroup].translate(_RESTORED))
        position = match.end()
    if position < len(text):
        yield Span("text", text[position:].translate(_RESTORED))


def _set_aside(text: str) -> str:
    for escaped, stand_in in _ESCAPED.items():
        text = text.replace(escaped, stand_in)
    return text


def literally(text: str) -> str:
    """Typed text, to be put into Markdown: none of it is a mark, nothing of it is obeyed."""
    return re.sub(r"([$*`])", r"\\\1", visible(text))


def formulas(text: str) -> list[str]:
    """The formulas in a text. Raises ValueError where a $ has no partner."""
    text = _set_aside(text)
    if "$" in MATHS.sub("", text):
        raise ValueError("a $ has no partner. Maths is $...$; write a dollar sign as \\$")
    return [match["display"] or match["inline"] for match in MATHS.finditer(text)]


def gaps(text: str) -> list[str]:
    """What a cloze hides, in order. Braces inside maths are maths: $x_{{b}}$ has no gap."""
    return [match["gap"] for match in _GAP_OR_MATHS.finditer(text) if match["gap"]]


def replace_gaps(text: str, put: Callable[[str], str]) -> str:
    """The text with put(gap) for each gap."""
    return _GAP_OR_MATHS.sub(lambda match: put(match["gap"]) if match["gap"] else match[0], text)


def left_of_gaps(text: str) -> str:
    """What remains when gaps and formulas are taken away."""
    return _GAP_OR_MATHS.sub("", text)


def hide_gaps(text: str) -> str:
    return replace_gaps(text, lambda _: "[...]")


def fill_gaps(text: str) -> str:
    """The whole text, what was hidden in bold."""
    return replace_gaps(text, lambda gap: gap if "$" in gap else f"**{gap}**")


def visible(text: str) -> str:
    """Without anything that a terminal would obey, or that turns the order of letters: shown as codes instead."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{{{ord(c):x}}}" for c in text)
