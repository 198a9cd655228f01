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


_SUBSCRIPTS = set("_₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₜᵢⱼₖₘₙ")


@dataclass(frozen=True)
class Box:
    lines: tuple[str, ...]
    base: int = 0  # index of the line that sits on the baseline
    kind: str = ORD
    spaced: bool = False  # the source had a space before it
    fraction: bool = False  # needs parentheses under a script and, on one line, beside anything but an operator
    open_ended: bool = False  # ends in a plain script, W_hh: a letter straight after it would read as part of it

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

    before = ""
    for atom in row:
        kind = _kind_after(before, atom)
        if kind in {BIN, REL} and chunk:
            flush()
        chunk.append(atom)
        before = kind
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
    open_ended = False
    for atom in row:
        kind = _kind_after(before, atom)
        if placed and (_gap(before, kind, atom) or (open_ended and kind in {ORD, FUNC, PREFIX})):
            placed.append(Box((" ",)))
        placed.append(atom)
        before, open_ended = kind, atom.open_ended
    return placed


def _kind_after(before: str, atom: Box) -> str:
    """An operator with nothing to its left to operate on is a sign; a space leaves everything as it was."""
    if atom.kind == BIN and before in {"", BIN, REL, OPEN, PUNCT, FUNC, "sign"}:
        return "sign"
    return before if atom.kind == SPACE else atom.kind


def _gap(before: str, kind: str, atom: Box) -> bool:
    if before in {"sign", OPEN, PREFIX} or kind in {CLOSE, PUNCT} or atom.kind == SPACE:
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
    script = text[1:]
    at = len(lines) - 1 if script[:1] in _SUBSCRIPTS else 0
    lines[at] += script
    width = max(map(columns, lines))
    return replace(bracket, lines=tuple(pad(line, width) for line in lines), base=above)


def stacked_fraction(over: Box, under: Box) -> Box:
    """The bar reaches beyond a fraction within the fraction: otherwise a/(b/c) and (a/b)/c would look the same."""
    width = max(over.width, under.width) + 2 * (len(over.lines) + len(under.lines) > 2)

    def centred(line: str) -> str:
        left = (width - columns(line)) // 2
        return pad(" " * left + line, width)

    lines = [*map(centred, over.lines), "─" * width, *map(centred, under.lines)]
    return Box(tuple(lines), len(over.lines), fraction=True)


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


def one_thing(row: list[Box]) -> str:
    """Half of a fraction on one line: in parentheses unless it is one number, one symbol, or bracketed as a whole."""
    text = side_by_side(row).lines[0]
    symbols = [box for box in row if box.kind not in {PREFIX, SPACE}]
    bracketed = len(row) == 3 and (row[0].kind, row[2].kind) == (OPEN, CLOSE)
    return text if bracketed or (len(symbols) == 1 and not symbols[0].fraction) else f"({text})"


def in_parentheses(box: Box) -> Box:
    inside = replace(box, fraction=False)
    return replace(side_by_side([Box(("(",), kind=OPEN), inside, Box((")",), kind=CLOSE)]), spaced=box.spaced)


def fractions_in_parentheses(row: list[Box]) -> list[Box]:
    """On one line, v/w g would read as v/(w g)."""
    joins = {ORD, OPEN, CLOSE, FUNC, PREFIX}
    kinds = ["", *(box.kind for box in row), ""]
    return [
        in_parentheses(box)
        if box.fraction and len(box.lines) == 1 and (kinds[k] in joins - {OPEN} or kinds[k + 2] in joins - {CLOSE})
        else box
        for k, box in enumerate(row)
    ]


def flat_matrix(rows: list[list[Box]]) -> str:
    cells = [["".join(cell.lines) for cell in row] for row in rows]
    if all(len(row) == 1 for row in cells):
        return "[" + ", ".join(row[0] for row in cells) + "]"
    return "[" + "; ".join(", ".join(row) for row in cells) + "]"
