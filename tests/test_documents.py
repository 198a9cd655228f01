"""The five documents: each item in one line, and a card for each that asks or claims something."""

from __future__ import annotations

import re
from collections import Counter

from studyrnn import decks
from studyrnn.documents import items, place, told

COUNTS = {"000": 65, "001": 49, "002": 40, "003": 66, "004": 213}  # of what each document asks or teaches


def test_every_item_says_in_one_line_what_it_asks() -> None:
    """433 of them, in the order of the documents; what is wrong there in one or two sentences."""
    assert Counter(name[1:4] for name in items()) == COUNTS
    assert list(items()) == sorted(items(), key=lambda name: name[:4])
    for name, item in items().items():
        assert re.fullmatch(r"s00\d-[qnfc]\d\d+", name)
        assert 8 <= len(item.asks) <= 120, name
        assert len(item.wrong) <= 220, name
        assert not re.search(r"[$\n`]", item.asks + item.wrong), name


def test_every_item_is_answered_by_a_card_or_is_a_heading() -> None:
    """In the source of a card, or in the header of a deck: a heading, or something to read elsewhere."""
    loaded = decks.collection()
    answered = {name for each in loaded for card in each.deck.cards for name in card.source}
    covered = {name for each in loaded for name in each.deck.covers}
    linked = {name for each in loaded for reading in each.deck.reading for name in reading.source}
    assert sorted(items().keys() - answered - covered - linked) == []
    assert sorted((answered | covered | linked) - items().keys()) == []
    assert all(name[5] == "c" or name == "s004-n101" for name in covered | linked), "only headings and links need none"


def test_a_source_is_told_with_what_it_gets_wrong() -> None:
    assert place("s000-q13") == "Document 000, question 13"
    assert place("s004-f05") == "Document 004, flashcard 5"
    assert place("my notes") == "my notes"
    right, wrong, own = told(["s000-q01", "s000-q13", "my *notes*"])
    assert right == f"Document 000, question 1: {items()['s000-q01'].asks}"
    assert wrong == f"Document 000, question 13: {items()['s000-q13'].asks} **But:** {items()['s000-q13'].wrong}"
    assert own == r"my \*notes\*"
