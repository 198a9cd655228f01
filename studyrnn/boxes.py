"""Boxes of characters: how formulas are put together, side by side and in two dimensions.

Every piece of a formula is a box of one or more lines with a baseline; its kind decides the spaces around it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

ORD, BIN, REL, OPEN, CLOSE = "ordinary", "operator", "relation", "opening", "closing"
PUNCT, FUNC, PREFIX, SPACE = "punctuation", "function", "prefix", "space"

_TALL = {
    "(": ("⎛", "⎜", "⎝"), ")": ("⎞", "⎟", "⎠"), "[": ("⎡", "⎢", "⎣"), "]": ("⎤", "⎥", "⎦"),
    "|": ("│", "│", "│"), "‖": ("‖", "‖", "‖"),
}  # fmt: skip


@dataclass(frozen=True)
class Box:
    lines: tuple[str, ...]
    base: int = 0  # index of the line that sits on the baseline
    kind: str = ORD
    spaced: bool = False  # the source had a space before it
    fraction: bool = False  # a/b on one line: needs parentheses beside anything but an operator

    @property
    def above(self) -> int:
        return self.base

    @property
    def below(self) -> int:
        return len(self.lines) - 1 - self.base

    @property
    def width(self) -> int:
        return max(map(columns, self.lines))


def columns(text: str) -> int:
    """How many terminal columns the text takes."""
    return sum(not unicodedata.combining(character) for character in text)


def pad(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def broken(row: list[Box], width: int) -> list[Box]:
    """The row in as many pieces as needed; pieces after the first are indented and begin with an operator."""
    row = _tall_brackets(row)  # before breaking, while each bracket still has its partner
    pieces: list[list[Box]] = [[]]
    chunk: list[Box] = []

    def flush() -> None:
        indent = 4 if len(pieces) > 1 else 0
        together = pieces[-1] + chunk
        if pieces[-1] and side_by_side(together).width + indent > width:
            pieces.append(list(chunk))
        else:
            pieces[-1] = together
        chunk.clear()

    for atom in row:
        if atom.kind in {BIN, REL} and chunk:
            flush()
        chunk.append(atom)
    flush()
    first, *rest = pieces
    later = [side_by_side(piece, before=ORD) for piece in rest]
    return [
        side_by_side(first),
        *(replace(box, lines=tuple("   " + line for line in box.lines)) for box in later),
    ]


def side_by_side(row: list[Box], before: str = "") -> Box:
    """One box of many. `before` is what stands to the left: an operator after it is not a sign."""
    atoms = _with_spaces(_tall_brackets(row), before)
    if not atoms:
        return Box(("",))
    above, below = max(box.above for box in atoms), max(box.below for box in atoms)
    lines = []
    for level in range(-above, below + 1):
        parts = []
        for box in atoms:
            index = box.base + level
            parts.append(pad(box.lines[index] if 0 <= index < len(box.lines) else "", box.width))
        lines.append("".join(parts))
    return Box(tuple(lines), above)


def _with_spaces(row: list[Box], before: str) -> list[Box]:
    """Spaces as a typesetter would put them: around operators and relations, after commas, none after a sign.

    `before` is the kind of the atom to the left, "sign" after a minus that is no operator.
    """
    placed: list[Box] = []
    for atom in row:
        kind = atom.kind
        if kind == BIN and before in {"", BIN, REL, OPEN, PUNCT, FUNC, "sign"}:
            kind = "sign"
        if placed and _gap(before, kind, atom):
            placed.append(Box((" ",)))
        placed.append(atom)
        before = kind if kind != SPACE else before
    return placed


def _gap(before: str, kind: str, atom: Box) -> bool:
    if before in {"sign", OPEN, PREFIX} or kind in {CLOSE, PUNCT, SPACE}:
        return False
    if kind in {BIN, REL} or before in {BIN, REL, PUNCT}:
        return True
    if before == FUNC:
        return kind != OPEN
    if len(atom.lines) > 1 and before == ORD and kind != OPEN:
        return True
    return atom.spaced or kind == FUNC


def _tall_brackets(row: list[Box]) -> list[Box]:
    """Let brackets grow around what is taller than a line."""
    row = list(row)
    opened: list[int] = []
    for index, box in enumerate(row):
        if box.kind == OPEN:
            opened.append(index)
        elif box.kind == CLOSE and opened:
            start = opened.pop()
            inside = row[start + 1 : index]
            above = max((item.above for item in inside), default=0)
            below = max((item.below for item in inside), default=0)
            if above + below:
                row[start] = _stretched(row[start], above, below)
                row[index] = _stretched(box, above, below)
    return row


def _stretched(bracket: Box, above: int, below: int) -> Box:
    text = bracket.lines[bracket.base]
    glyphs = _TALL.get(text[:1])
    if glyphs is None or len(bracket.lines) > 1:
        return bracket
    top, middle, bottom = glyphs
    height = above + below + 1
    lines = [top, *[middle] * (height - 2), bottom] if height > 1 else [text]
    trailing = text[1:]
    return replace(bracket, lines=(lines[0] + trailing, *lines[1:]), base=above)


def stacked_fraction(over: Box, under: Box) -> Box:
    width = max(over.width, under.width)

    def centred(line: str) -> str:
        left = (width - columns(line)) // 2
        return pad(" " * left + line, width)

    lines = [*map(centred, over.lines), "─" * width, *map(centred, under.lines)]
    return Box(tuple(lines), len(over.lines))


def tall_matrix(rows: list[list[Box]]) -> Box:
    """Entries right-aligned, two spaces between columns; a two-row matrix gets a middle line for its baseline."""
    widths = [max(row[k].width for row in rows) for k in range(max(map(len, rows)))]
    texts = []
    for row in rows:
        cells = [" " * (width - cell.width) + "".join(cell.lines) for cell, width in zip(row, widths, strict=False)]
        texts.append("  ".join(cells))
    if len(texts) == 1:
        return Box((f"[{texts[0]}]",))
    if len(texts) % 2 == 0:
        texts.insert(len(texts) // 2, "")
    width = max(map(columns, texts))
    marks = ["⎡⎤", *["⎢⎥"] * (len(texts) - 2), "⎣⎦"]
    lines = [f"{mark[0]}{pad(text, width)}{mark[1]}" for mark, text in zip(marks, texts, strict=True)]
    return Box(tuple(lines), len(texts) // 2)


def one_thing(box: Box) -> str:
    """The text of a fraction's half, in parentheses unless it is one number or one symbol."""
    text = box.lines[0]
    simple = not any(character in text.strip() for character in " +−-/·*⊙")
    return text if simple else f"({text})"


def in_parentheses(box: Box) -> Box:
    return replace(box, lines=(f"({box.lines[0]})",), fraction=False)


def fractions_in_parentheses(row: list[Box]) -> list[Box]:
    """On one line, v/w g would read as v/(w g)."""
    joins = {ORD, OPEN, CLOSE, FUNC, PREFIX}
    kinds = ["", *(box.kind for box in row), ""]
    return [
        in_parentheses(box) if box.fraction and (kinds[k] in joins - {OPEN} or kinds[k + 2] in joins - {CLOSE}) else box
        for k, box in enumerate(row)
    ]


def flat_matrix(rows: list[list[Box]]) -> str:
    cells = [["".join(cell.lines) for cell in row] for row in rows]
    if all(len(row) == 1 for row in cells):
        return "[" + ", ".join(row[0] for row in cells) + "]"
    return "[" + "; ".join(", ".join(row) for row in cells) + "]"
