"""What makes a deck hard to learn from, though it can be read: links that lead nowhere, keys that give themselves away.

Each check yields the problems of one card among all decks; what an author has to mend is an error, what is only to be
looked at a warning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from studyrnn.errors import nearest
from studyrnn.markup import MATHS
from studyrnn.mathtext import one_line
from studyrnn.model import Card, Deck, Loaded, Problem

SCREEN = 22  # lines of 80 columns that the back of a card may take
ALIKE = 0.9  # of two questions: the share of their text that agrees
LONGEST_KEY = 1.2  # the right option over the longest wrong one
SHORTEST_KEY = 0.5  # the right option over the shortest wrong one
_SOURCE = re.compile(r"s\d{3}-[a-z]\d+")  # an id of studyrnn/sources.yaml; anything else is the author's own
_LAZY = re.compile(r"\b(all|none|both|neither|any) of (the|these|those) (above|others?|options?|answers?)\b", re.I)


@dataclass(frozen=True)
class Decks:
    """Everything that a card may refer to."""

    loaded: Sequence[Loaded]
    sources: Collection[str]
    height: Callable[[str], int]  # how many lines a text takes on a screen

    @cached_property
    def cards(self) -> dict[str, Card]:
        return {card.id: card for each in self.loaded for card in each.deck.cards}

    @cached_property
    def names(self) -> set[str]:
        return {each.deck.name for each in self.loaded}

    @cached_property
    def words(self) -> dict[str, frozenset[str]]:
        return {card.id: frozenset(_words(card.question)) for card in self.cards.values() if card.kind != "exercise"}

    @cached_property
    def card_cycle(self) -> tuple[str, ...]:
        return _cycle({card.id: card.requires for card in self.cards.values()})

    @cached_property
    def deck_cycle(self) -> tuple[str, ...]:
        return _cycle({each.deck.name: each.deck.requires for each in self.loaded})


def findings(checked: Sequence[Loaded], decks: Decks) -> list[Problem]:
    """Of the decks `checked`, in the order of their lines; all of `decks` is what they may refer to."""
    found = []
    for each in checked:
        for message in _of_deck(each.deck, decks):
            found.append(Problem(each.file, each.lines.get("", 1), "", message))
        for card in each.deck.cards:
            line, name = each.lines.get(card.id, 1), card.id.removeprefix(f"{each.deck.name}/")
            found += [Problem(each.file, line, name, text) for check in ERRORS for text in check(card, decks)]
            found += [Problem(each.file, line, name, text, True) for check in WARNINGS for text in check(card, decks)]
    return found


def _of_deck(deck: Deck, decks: Decks) -> Iterator[str]:
    for name in deck.requires:
        if name not in decks.names:
            yield f'requires: no deck is called "{name}". {nearest(name, sorted(decks.names))}'
    if deck.name in decks.deck_cycle:
        yield f"requires: these decks need one another: {', '.join(decks.deck_cycle)}"
    for name in [*deck.covers, *(name for reading in deck.reading for name in reading.source)]:
        yield from _unknown_source(name, decks)


def _unknown_source(name: str, decks: Decks) -> Iterator[str]:
    if _SOURCE.fullmatch(name) and name not in decks.sources:
        yield f'there is no source "{name}". {nearest(name, decks.sources)}'


# -- errors ----------------------------------------------------------------------------------------------------------


def sources_exist(card: Card, decks: Decks) -> Iterator[str]:
    for name in card.source:
        yield from _unknown_source(name, decks)


def requirements_exist(card: Card, decks: Decks) -> Iterator[str]:
    for key, names in (("requires", card.requires), ("siblings", card.siblings)):
        for name in names:
            if name not in decks.cards:
                yield f'{key}: there is no card "{name}". {nearest(name, decks.cards)}'
    if card.id in decks.card_cycle:
        yield f"requires: these cards need one another: {', '.join(decks.card_cycle)}"


def former_ids_are_free(card: Card, decks: Decks) -> Iterator[str]:
    for name in card.formerly:
        if name in decks.cards:
            yield f'formerly: "{name}" is still a card. Only an id that is gone hands its history on'
        others = [other.id for other in decks.cards.values() if name in other.formerly and other.id != card.id]
        if others:
            yield f'formerly: "{name}" cannot hand its history to {others[0]} as well'


# -- warnings --------------------------------------------------------------------------------------------------------


def says_why(card: Card, _: Decks) -> Iterator[str]:
    """An open answer may explain itself; whoever chose, typed or ordered wants to know why."""
    if card.kind != "exercise" and not card.why and not (card.kind == "open" and card.points):
        yield "says no why"


def fits_a_screen(card: Card, decks: Decks) -> Iterator[str]:
    back = [card.answer, *card.points, *card.order, *(option.because for option in card.options), card.why]
    lines = sum(decks.height(text) for text in back if text)
    if lines > SCREEN:
        yield f"its back takes {lines} lines, more than a screen of {SCREEN}: make two cards of it"


def questions_differ(card: Card, decks: Decks) -> Iterator[str]:
    mine = decks.words.get(card.id, frozenset())
    for other_id, words in decks.words.items():
        if other_id == card.id or other_id > card.id or len(mine & words) < 0.8 * len(mine | words):
            continue
        other = decks.cards[other_id]
        if SequenceMatcher(None, card.question, other.question, autojunk=False).ratio() > ALIKE:
            yield f'asks nearly the same as "{other_id}"'


def options_look_alike(card: Card, _: Decks) -> Iterator[str]:
    """Neither the longest nor the shortest by far: whoever knows nothing would choose it."""
    right = [len(_shown(option.text)) for option in card.options if option.right]
    wrong = [len(_shown(option.text)) for option in card.options if not option.right]
    if len(right) != 1 or not wrong or max(*right, *wrong) < 20:
        return
    if right[0] > LONGEST_KEY * max(wrong):
        yield "the right option is the longest by far, which gives it away"
    if right[0] < SHORTEST_KEY * min(wrong):
        yield "the right option is the shortest by far, which gives it away"


def wrong_options_explain_themselves(card: Card, _: Decks) -> Iterator[str]:
    for option in card.options:
        if not option.right and not option.because:
            yield f'the wrong option "{_shown(option.text)[:40]}" has no because'
        if _LAZY.search(option.text):
            yield f'the option "{_shown(option.text)[:40]}" says nothing of its own'


Check = Callable[[Card, Decks], Iterator[str]]
ERRORS: tuple[Check, ...] = (sources_exist, requirements_exist, former_ids_are_free)
WARNINGS: tuple[Check, ...] = (
    says_why, fits_a_screen, questions_differ, options_look_alike, wrong_options_explain_themselves,
)  # fmt: skip


# -- text ------------------------------------------------------------------------------------------------------------


def _shown(text: str) -> str:
    """Formulas as they stand on the screen."""
    return MATHS.sub(lambda match: one_line(match["display"] or match["inline"]), text)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _shown(text).lower())


def _cycle(needs: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Names that need one another, each the one after it; empty where none do."""
    known = {name: [other for other in others if other in needs] for name, others in needs.items()}
    try:
        TopologicalSorter(known).prepare()
    except CycleError as error:
        return tuple(dict.fromkeys(reversed(error.args[1])))
    return ()
