"""Anki's CSV: what its importer takes without losing anything.

Every field is quoted (a row that begins with a bare # is dropped), there is no title row (#columns beside #notetype
maps fields by name), the guid follows from the card's id and note type, so that both sides may be edited without losing
the schedule. Line breaks become <br>, formulas \\(...\\).
"""

from __future__ import annotations

import base64
import csv
import hashlib
import html
import io
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count as counting

from studyrnn.documents import told
from studyrnn.markup import literally, replace_gaps, spans
from studyrnn.model import Card, CardKind, Question

BASIC, CLOZE = "Basic", "Cloze"
_PLACE = "\ue010"  # where a gap stood, while the text around it is turned into HTML
_COLLECTION = "studyrnn"


@dataclass(frozen=True)
class Note:
    """Anki's unit: one row of the file."""

    identity: str
    notetype: str
    deck: str
    front: str
    back: str
    tags: str

    @property
    def guid(self) -> str:
        """A changed note type makes a new note; anything else keeps its own."""
        digest = hashlib.sha256(f"studyrnn {self.identity} {self.notetype}".encode()).digest()
        return base64.b32encode(digest[:10]).decode().lower()


def export(cards: Sequence[Card], titles: Mapping[str, str], variants: int, split: bool) -> dict[str, str]:
    """The files, by suffix. `split`: one for each note type, so that no file needs a note type column."""
    notes = [note for card in cards for note in notes_of(card, titles, variants)]
    by_type = {name: [note for note in notes if note.notetype == name] for name in (BASIC, CLOZE)}
    if split:
        return {f"-{name.lower()}": _of_one_type(name, chosen) for name, chosen in by_type.items() if chosen}
    if not by_type[CLOZE]:
        return {"": _of_one_type(BASIC, by_type[BASIC])}
    return {"": _with_type_column(notes)}


def _of_one_type(notetype: str, notes: Iterable[Note]) -> str:
    """Survives profiles in other languages, where no note type is called Basic: #notetype falls back to theirs."""
    header = ["#separator:Comma", "#html:true", f"#notetype:{notetype}", "#deck column:2", "#tags column:5"]
    rows = [[note.guid, note.deck, note.front, note.back, note.tags] for note in notes]
    return _file([*header, "#guid column:1"], rows)


def _with_type_column(notes: Iterable[Note]) -> str:
    header = ["#separator:Comma", "#html:true", "#notetype column:2", "#deck column:3", "#tags column:6"]
    rows = [[note.guid, note.notetype, note.deck, note.front, note.back, note.tags] for note in notes]
    return _file([*header, "#guid column:1"], rows)


def _file(header: list[str], rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    settings = [*header, "#if matches:update current", "#match scope:notetype"]
    return "\n".join(settings) + "\n" + text.getvalue()


# -- notes -----------------------------------------------------------------------------------------------------------


def notes_of(card: Card, titles: Mapping[str, str], variants: int) -> list[Note]:
    deck = f"{_COLLECTION}::{titles.get(card.deck, card.deck).replace('::', ':').replace(chr(34), chr(39))}"
    own = ["-".join(tag.split()) for tag in card.tags]  # a space would end the tag
    tags = " ".join([f"studyrnn::{card.topic}", f"studyrnn::{card.kind}", *own])
    if card.kind == "exercise":
        return _exercise_notes(card, deck, tags, variants)
    notetype = CLOZE if card.kind == "cloze" else BASIC
    front, back = _SIDES[card.kind](card)
    more = [f"Why: {card.why}"] if card.why else []
    back = "<br><br>".join(part for part in (back, *map(to_html, [*more, *_origin(card)]), _picture(card.plot)) if part)
    return [Note(card.id, notetype, deck, front, back, tags)]


def _origin(card: Card) -> list[str]:
    """Where a claim can be looked up; where the question comes from, and what is wrong there."""
    parts = [f"See: {'; '.join(map(literally, card.refs))}"] if card.refs else []
    return parts + (["Source:\n" + "\n".join(told(card.source))] if card.source else [])


@cache
def _picture(asked: str) -> str:
    """Drawn into the field itself, for a CSV carries no files; "" for no picture."""
    if not asked:
        return ""
    from studyrnn import plots
    from studyrnn.figures.svg import svg

    return svg(plots.drawn(asked.split())).replace("\n", "")


def _exercise_notes(card: Card, deck: str, tags: str, variants: int) -> list[Note]:
    """A flashcard cannot draw numbers: a few fixed variants stand in, each a note of its own."""
    from studyrnn.exercises import question
    from studyrnn.questions.drawing import full_stem

    questions = [question(card, 0, index) for index in range(1 if card.given else variants)]
    identities = [card.id if card.given else f"{card.id}#{q.index}" for q in questions]
    picture = [_picture(card.plot)] if card.plot else []
    backs = ["<br><br>".join([*map(to_html, [_worked(q), *_origin(card)]), *picture]) for q in questions]
    return [
        Note(identity, BASIC, deck, to_html(full_stem(q)), back, tags)
        for identity, q, back in zip(identities, questions, backs, strict=True)
    ]


def _worked(question: Question) -> str:
    from studyrnn.engine.latex import literal
    from studyrnn.grading.scoring import ABSOLUTE

    decimals = question.kind in {"number", "vector", "matrix"} and question.tolerance >= ABSOLUTE
    lines = [question.said] if question.said else []
    if not question.said:
        key = literal(question.key, 3) if decimals else question.steps[-1].tex or literal(question.key)
        lines.append(f"$${question.asks_symbol} = {key}$$")
    for step in question.steps:
        value = step.tex or literal(step.value, 4)
        lines.append(f"$${step.symbol} = {step.formula} = {step.substituted} = {value}$$")
    if question.why:
        lines.append(f"Why: {question.why}")
    if decimals:
        lines.append(f"Right within {question.tolerance:.3g} in each entry.")
    return "\n".join([*lines, f"`{question.replay}`"] if question.replay else lines)


def _open(card: Card) -> tuple[str, str]:
    points = "".join(f"<li>{to_html(point)}</li>" for point in card.points)
    return to_html(card.question), to_html(card.answer) + (f"<ul>{points}</ul>" if points else "")


def _choice(card: Card) -> tuple[str, str]:
    options = _shuffled(card)
    listed = "".join(f"<li>{to_html(card.options[k].text)}</li>" for k in options)
    lines = []
    for letter, k in zip("ABCDEFGHI", options, strict=False):
        option = card.options[k]
        side = "right" if option.right else "wrong"
        because = f" ({to_html(option.because)})" if option.because else ""
        lines.append((not option.right, f"<b>{letter}</b> {side}: {to_html(option.text)}{because}"))
    back = "<br>".join(line for _, line in sorted(lines, key=lambda entry: entry[0]))
    return f'{to_html(card.question)}<ol type="A">{listed}</ol>', back


def _cloze(card: Card) -> tuple[str, str]:
    """Gap by gap: the gaps are parted out first, so that their braces are not escaped with the text around them."""
    numbers = counting(1)
    hidden: list[str] = []

    def put(gap: str) -> str:
        hidden.append(f"{{{{c{next(numbers)}::{to_html(gap, inside_cloze=True)}}}}}")
        return _PLACE

    around = to_html(replace_gaps(card.question, put), inside_cloze=True).split(_PLACE)
    return "".join(piece for pair in zip(around, [*hidden, ""], strict=True) for piece in pair), ""


def _typed(card: Card) -> tuple[str, str]:
    first, *others = card.accept
    also = f" (also: {', '.join(others)})" if others else ""
    return to_html(card.question), f"<b>{to_html(first)}</b>{to_html(also)}"


def _number(card: Card) -> tuple[str, str]:
    unit = f" {card.unit}" if card.unit else ""
    asked = f"{card.question} {card.asked_unit}".strip()
    within = f" (right within {card.tolerance:g})" if card.tolerance else ""
    return to_html(asked), to_html(f"**{card.shown_number}**{unit}{within}")


def _order(card: Card) -> tuple[str, str]:
    shuffled = "".join(f"<li>{to_html(card.order[k])}</li>" for k in _shuffled(card))
    right = "".join(f"<li>{to_html(entry)}</li>" for entry in card.order)
    return f"{to_html(card.question)}<ul>{shuffled}</ul>", f"<ol>{right}</ol>"


_SIDES: dict[CardKind, Callable[[Card], tuple[str, str]]] = {
    "open": _open,
    "choice": _choice,
    "cloze": _cloze,
    "typed": _typed,
    "number": _number,
    "order": _order,
}


def _shuffled(card: Card) -> list[int]:
    """An order that depends on the card alone: exported again, nothing moves."""
    chance = random.Random(f"anki {card.id}")
    count = len(card.options) or len(card.order)
    order = sorted(range(count), key=lambda _: chance.random())
    return order if order != sorted(order) or card.options else order[1:] + order[:1]


# -- text ------------------------------------------------------------------------------------------------------------

_TAGS = {"bold": "b", "italic": "i", "code": "code"}


def to_html(text: str, inside_cloze: bool = False) -> str:
    """Markdown and maths as Anki shows them. Inside a cloze }} would end it and :: begin a hint: both are parted."""
    pieces = []
    for kind, piece in spans(text):
        if kind in {"inline", "display"}:
            tex = re.sub(r"\}(?=\})", "} ", piece) if inside_cloze else piece
            opening, closing = (r"\(", r"\)") if kind == "inline" else (r"\[", r"\]")
            escaped = opening + html.escape(tex.strip(), quote=False).replace("\n", " ") + closing
        else:
            escaped = html.escape(piece, quote=False).replace("\n", "<br>")
            escaped = f"<{_TAGS[kind]}>{escaped}</{_TAGS[kind]}>" if kind in _TAGS else escaped
            if inside_cloze:
                escaped = escaped.replace("{", "&#123;").replace("}", "&#125;")
        pieces.append(escaped.replace("::", "&#58;&#58;") if inside_cloze else escaped)
    return "".join(pieces)
