"""The deck format as a JSON Schema: editors complete and check decks with it while they are written.

It says what each key is; what only the loader can see (formulas, repeated ids, gaps) is left to `studyrnn check`.
"""

from __future__ import annotations

from typing import Any

from studyrnn import plots
from studyrnn.deckfile import CARD_KEYS, DECK_KEYS, NAME
from studyrnn.model import CARD_KINDS, CardKind
from studyrnn.topics import TOPICS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAME = f"^{NAME.pattern}$"
_NEEDED: dict[CardKind, tuple[str, ...]] = {
    "open": ("id", "question", "answer"),
    "choice": ("id", "question", "options"),
    "cloze": ("id", "cloze"),
    "typed": ("id", "question", "accept"),
    "number": ("id", "question", "number"),
    "order": ("id", "question", "order"),
    "exercise": ("exercise",),
}


def schema() -> dict[str, Any]:
    properties = {name: _DECK[name] for name in DECK_KEYS}
    return {
        "$schema": _DIALECT,
        "title": "A deck of studyrnn",
        **_mapping(properties, ("deck", "title", "cards")),
        "$defs": {kind: _card(kind) for kind in CARD_KINDS},
    }


def _card(kind: CardKind) -> dict[str, Any]:
    properties = {name: _CARD[name] for name in CARD_KEYS[kind]}
    more = {"dependentRequired": {"given": ["id"], "id": ["given"]}} if kind == "exercise" else {}
    return {"description": _KINDS[kind], **_mapping(properties, _NEEDED[kind]), **more}


def _mapping(properties: dict[str, Any], needed: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(needed), "additionalProperties": False}


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "description": description, **more}


def _texts(description: str, least: int = 1, most: int | None = None) -> dict[str, Any]:
    items: dict[str, Any] = {"type": "string", "minLength": 1}
    bounds = {"minItems": least} | ({} if most is None else {"maxItems": most})
    return {"type": "array", "items": items, **bounds, "description": description}


def _number(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "number", "description": description, **more}


_MARKDOWN = "Markdown with $maths$, $$displayed maths$$, **bold**, *italic*, `code`"

_KINDS: dict[CardKind, str] = {
    "open": "a question that the learner answers in thought, and rates",
    "choice": "one right option, or several",
    "cloze": "a text with {{gaps}}",
    "typed": "a term to be typed",
    "number": "a number to be typed",
    "order": "entries to be put in order",
    "exercise": "fresh numbers at every review",
}

_OPTION = {
    "type": "object",
    "properties": {
        "right": _text(f"A right option. {_MARKDOWN}"),
        "wrong": _text(f"A wrong option, that somebody may believe. {_MARKDOWN}"),
        "because": _text("Why it is right, or wrong: shown to who chose it"),
    },
    "oneOf": [{"required": ["right"]}, {"required": ["wrong"]}],
    "additionalProperties": False,
}

_READING = _mapping(
    {
        "title": _text("What it is called"),
        "url": _text("Where it stands", pattern=r"^https?://\S+$"),
        "source": _texts("Ids of sources that point to it"),
    },
    ("title",),
)

_CARD: dict[str, dict[str, Any]] = {
    "id": _text("Never changes, so that the text may: the schedule hangs on it", pattern=_NAME),
    "topic": {"enum": list(TOPICS), "description": "May be left out in a deck that is called after its topic"},
    "question": _text(_MARKDOWN),
    "answer": _text(_MARKDOWN),
    "points": _texts("What a full answer names, to tick off"),
    "options": {"type": "array", "items": _OPTION, "minItems": 2, "maxItems": 9},
    "cloze": _text(f"A text with {{{{gaps}}}}. {_MARKDOWN}", pattern=r"\{\{"),
    "accept": _texts("Every spelling that counts, the best one first; case and hyphens do not"),
    "number": _number("The right number"),
    "tolerance": _number("How far off is still right; 0 where it has to be exact", minimum=0),
    "unit": _text("What is counted"),
    "order": _texts("The entries in the right order", least=2, most=9),
    "exercise": _text("Its id, like gru.hidden-state: studyrnn exercises lists them"),
    "given": {
        "type": "object",
        "additionalProperties": {"anyOf": [{"type": "number"}, {"type": "array"}]},
        "description": "The numbers of an exercise, where they are not to be drawn anew: all its inputs by name",
    },
    "variant": {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "With given: which variant of the exercise, like {activation: tanh}",
    },
    "why": _text("What makes the answer right, shown with it"),
    "plot": _text(
        "The picture that explains it, as after studyrnn plot: lstm-cell, or powers --w 0.9",
        pattern=rf"(^|\s)({'|'.join(plots.names())})(\s|$)",
    ),
    "source": _texts("Where the question comes from: ids of sources, or words of your own"),
    "refs": _texts("Where a claim can be looked up: author, year, title"),
    "requires": _texts("Cards that should come first: id, deck/id, or the id of an exercise"),
    "siblings": _texts("Cards that give this one away, or the other way round: not asked on the same day"),
    "tags": _texts("Words to select by: studyrnn quiz --tag"),
    "formerly": _texts("Ids that this card had before: it carries their history on"),
}

_DECK: dict[str, dict[str, Any]] = {
    "deck": _text("Its name, that of the file", pattern=_NAME),
    "title": _text("What it is called on the screen"),
    "chapter": {"type": "integer", "minimum": 1, "description": "Its place among the decks"},
    "requires": _texts("Decks that should come first"),
    "covers": _texts("Sources that are headings only, so that no card answers them"),
    "further-reading": {"type": "array", "items": _READING, "minItems": 1},
    "cards": {"type": "array", "minItems": 1, "items": {"oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in CARD_KINDS]}},
}
