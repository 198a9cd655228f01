"""studyrnn decks: what there is to study. studyrnn show: one card, both sides. studyrnn schema: the format."""

from __future__ import annotations

import json
import random
import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import Any

from studyrnn import decks
from studyrnn.commands import environment
from studyrnn.errors import UnknownName
from studyrnn.model import CARD_KINDS, Card, Loaded

FORMAT = 1
SHORTEST_TITLE = 20  # columns that a title needs to say something


def run(as_json: bool) -> None:
    found = decks.collection(environment.deck_directory(), environment.cache_directory())
    if as_json:
        record = {"version": FORMAT, "decks": [_record(each) for each in found]}
        environment.write_out([json.dumps(record, ensure_ascii=False, indent=2) + "\n"], None)
    else:
        environment.write_out((f"{line}\n" for line in _lines(found, environment.columns())), None)


def _record(loaded: Loaded) -> dict[str, Any]:
    deck = loaded.deck
    return {
        "deck": deck.name, "title": deck.title, "chapter": deck.chapter or None, "file": loaded.file,
        "requires": list(deck.requires), "cards": len(deck.cards), "kinds": _kinds(deck.cards),
        "topics": dict(Counter(card.topic for card in deck.cards)), "problems": len(loaded.problems),
        "further-reading": [
            {"title": reading.title} | ({"url": reading.url} if reading.url else {}) for reading in deck.reading
        ],
    }  # fmt: skip


def _kinds(cards: tuple[Card, ...]) -> dict[str, int]:
    counts = Counter(card.kind for card in cards)
    return {kind: counts[kind] for kind in CARD_KINDS if counts[kind]}


def _lines(found: list[Loaded], columns: int | None) -> Iterator[str]:
    """A line for each deck; titles as far as a narrow terminal has room for them."""
    width = max(len(each.deck.name) for each in found)
    for each in found:
        line = _line(each, width)
        room = None if columns is None else columns - len(line) - 2
        title = (
            each.deck.title
            if room is None
            else textwrap.shorten(each.deck.title, max(room, 1), placeholder=" …", break_on_hyphens=False)
        )
        yield line if room is not None and room < SHORTEST_TITLE else f"{line}  {title}"
    cards = [card for each in found for card in each.deck.cards]
    kinds = ", ".join(f"{count} {kind}" for kind, count in _kinds(tuple(cards)).items())
    yield ""
    yield f"{len(found)} decks, {len(cards)} cards: {kinds}."
    yield f"Your own decks lie in {environment.deck_directory()}"


def _line(loaded: Loaded, width: int) -> str:
    deck = loaded.deck
    exercises = sum(card.kind == "exercise" for card in deck.cards)
    texts = len(deck.cards) - exercises
    return f"{deck.chapter or '':>3}  {deck.name:<{width}}  {texts:>3} cards  {exercises:>3} exercises"


def show(name: str, plain: bool, no_color: bool) -> None:
    """One card as the quiz puts it, then its back. Raises UnknownName."""
    from studyrnn.posing import pose
    from studyrnn.terminal import views
    from studyrnn.terminal.screen import Screen

    card = _card(name)
    question = None
    if card.kind == "exercise":
        from studyrnn.exercises import question as asked

        question = asked(card, environment.random_seed(), 0)
    posed = pose(card, lambda count: random.Random(card.id).sample(range(count), count), question)
    screen = Screen(plain or environment.wants_plain(), no_color or environment.wants_no_color())
    width, flat = screen.width, screen.plain
    screen.show(*views.numbered(1, posed.sheet.heading, card.id, width, flat), *views.sheet(posed.sheet, width, flat))
    screen.show(*views.solution(posed.solution(None), width, flat, verdict_shown=False))


def _card(name: str) -> Card:
    """By its id, deck/card or topic.exercise, or by the card's own part of it where only one card has it."""
    found = decks.collection(environment.deck_directory(), environment.cache_directory())
    cards = {card.id: card for each in reversed(found) for card in each.deck.cards}
    short = [card for card in cards.values() if card.id.rpartition("/")[2] == name]
    if name in cards:
        return cards[name]
    if len(short) == 1:
        return short[0]
    raise UnknownName("card", name, [card.id for card in short] or cards, lists="studyrnn decks lists the decks")


def schema() -> None:
    from studyrnn.deckschema import schema as build

    environment.write_out([json.dumps(build(), ensure_ascii=False, indent=2) + "\n"], None)
