"""Markdown and maths on one line of text, for a label, a message or a list; where it cannot be typeset, as written."""

from __future__ import annotations

from studyrnn.markup import spans, visible
from studyrnn.mathtext import MathError, one_line


def formula(tex: str, ascii_only: bool = False) -> str:
    """One line; a formula that cannot be typeset is shown as it was written."""
    try:
        return one_line(tex, ascii_only=ascii_only)
    except MathError:
        return f"${tex}$"


def flat(markdown: str, ascii_only: bool = False) -> str:
    """Markdown as one unstyled line; nothing in it is obeyed by a terminal, or refused by XML."""
    pieces = spans(visible(markdown))
    return "".join(formula(piece, ascii_only) if kind in {"inline", "display"} else piece for kind, piece in pieces)
