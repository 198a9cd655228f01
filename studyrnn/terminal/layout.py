"""Markdown with maths, and numbers, as lines of text that fit a width."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from studyrnn.boxes import Box, columns, side_by_side
from studyrnn.markup import spans, visible
from studyrnn.mathtext import MathError, display
from studyrnn.model import Given
from studyrnn.terminal.screen import MARGIN
from studyrnn.typeset import formula

_STYLES = {"bold": "bold", "italic": "italic", "code": "bold"}


def paragraphs(text: str, width: int, plain: bool, indent: int = MARGIN) -> list[Text]:
    """Markdown as wrapped lines. A line break in the source is kept; displayed maths stands on lines of its own."""
    lines: list[Text] = []
    for source in visible(text).strip().split("\n"):
        lines += _wrapped(source, width, plain, indent) if source.strip() else [Text()]
    return lines


def _wrapped(source: str, width: int, plain: bool, indent: int) -> list[Text]:
    lines: list[Text] = []
    words: list[Text] = []

    def flush() -> None:
        lines.extend(_filled(words, width, indent))
        words.clear()

    glue = False  # the next piece continues the last word
    for kind, piece in spans(source):
        if kind == "display":
            flush()
            lines.extend(Text(" " * (indent + 2) + line) for line in formula_lines(piece, width - 2, plain))
            glue = False
            continue
        text = formula(piece, plain) if kind == "inline" else piece
        # A formula, or something to type, is one word and not torn apart; unless it is longer than a line.
        whole = kind in {"inline", "code"} and cell_len(text) <= width
        parts = [text] if whole else text.split()
        glue = glue and not (kind == "text" and text[:1].isspace())
        for part in parts:
            styled = Text(part, style=_STYLES.get(kind, ""))
            if glue and words:
                words[-1] = words[-1] + styled
            else:
                words.append(styled)
            glue = False
        glue = not (kind == "text" and text[-1:].isspace())
    flush()
    return lines


def _filled(words: list[Text], width: int, indent: int) -> list[Text]:
    lines: list[Text] = []
    for word in words:
        if lines and lines[-1].cell_len - indent + 1 + word.cell_len <= width:
            lines[-1].append(" ").append_text(word)
        else:
            lines.append(Text(" " * indent).append_text(word))
    return lines


def formula_lines(tex: str, width: int, plain: bool) -> list[str]:
    try:
        return display(tex, width, ascii_only=plain)
    except MathError:
        return [f"${tex}$"]


def given_lines(given: tuple[Given, ...], width: int, plain: bool, decimals: int | None = None) -> list[str]:
    """The numbers of a question: matrices side by side as far as they fit; in plain text one a line."""
    from studyrnn.engine.latex import literal as written

    if plain:
        return [" " * MARGIN + formula(f"{g.symbol} = {g.tex or written(g.value, decimals)}", plain) for g in given]
    rows: list[list[Box]] = [[]]
    for item in given:
        box = _as_box(formula_lines(f"{item.symbol} = {item.tex or written(item.value, decimals)}", width, plain))
        if rows[-1] and _in_a_row([*rows[-1], box]).width > width:
            rows.append([])
        rows[-1].append(box)
    lines: list[str] = []
    for row in rows:
        lines += ["", *_in_a_row(row).lines]
    return [(" " * MARGIN + line).rstrip() for line in lines[1:]]


def _in_a_row(boxes: list[Box]) -> Box:
    return side_by_side([piece for box in boxes for piece in (Box((" " * 3,)), box)][1:])


def _as_box(lines: list[str]) -> Box:
    width = max(map(columns, lines))
    padded = tuple(line + " " * (width - columns(line)) for line in lines)
    return Box(padded, len(lines) // 2)
