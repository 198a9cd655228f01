"""studyrnn suspend, unsuspend, flag, unflag, forget: what a learner does to cards outside a quiz."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from studyrnn import decks
from studyrnn.commands import environment
from studyrnn.commands.environment import Clock
from studyrnn.errors import UnknownName
from studyrnn.markup import visible
from studyrnn.model import NEW, CardState, Event, EventKind, Loaded
from studyrnn.scheduling import study_day
from studyrnn.store import Store
from studyrnn.wording import many

_DONE: Mapping[str, str] = {
    "suspend": "suspended: not asked until `studyrnn unsuspend`",
    "unsuspend": "no longer suspended",
    "flag": "flagged: `studyrnn quiz --flagged` asks it",
    "unflag": "no longer flagged",
    "forget": "forgotten: new again; its answers stay in the log",
}
_ALREADY: Mapping[str, str] = {
    "suspend": "was suspended already",
    "unsuspend": "was not suspended",
    "flag": "was flagged already",
    "unflag": "was not flagged",
    "forget": "is new: there is nothing to forget",
}


def run(kind: EventKind, names: list[str], db: Path | None, clock: Clock | None = None) -> None:
    """Write one event for each card that it changes. Raises UnknownName, before anything is written."""
    loaded = decks.chosen(names, environment.deck_directory(), environment.cache_directory())
    clock, settings = clock or Clock(), environment.settings()
    today = study_day(clock.local(), settings.cut_off)
    with Store(environment.log_file(db), decks.renamed(loaded)) as store:
        states = store.states(today)
        cards = list(dict.fromkeys(card for name in names for card in _cards(name, kind, loaded, states)))
        changed = [card for card in cards if _changes(kind, states.get(card, NEW))]
        store.append_all(Event(card, clock.utc(), today, kind) for card in changed)
    environment.write_out((f"{line}\n" for line in _told(kind, cards, set(changed))), None)


def _cards(name: str, kind: EventKind, loaded: list[Loaded], states: Mapping[str, CardState]) -> list[str]:
    """The ids that a name stands for: a card, also one that has left its deck; a deck, a topic or a file, unless cards
    are to be forgotten: that many should not go by a slip of the hand."""
    known = [card for each in loaded for card in each.deck.cards]
    ids = {card.id for card in known} | states.keys()
    if name in ids:
        return [name]
    groups = {group for card in known for group in (card.deck, card.topic)} if kind != "forget" else set[str]()
    if name in groups or (decks.is_path(name) and kind != "forget"):
        return [card.id for card in decks.pick([name], loaded)]
    what = "deck, topic or card" if groups else "card"
    raise UnknownName(what, name, [*sorted(groups), *sorted(ids)], lists="`studyrnn decks` lists the decks")


def _changes(kind: EventKind, state: CardState) -> bool:
    return {
        "suspend": not state.suspended,
        "unsuspend": state.suspended,
        "flag": not state.flagged,
        "unflag": state.flagged,
    }.get(kind, not state.is_new)


def _told(kind: EventKind, cards: list[str], changed: set[str]) -> list[str]:
    if len(cards) <= 5:
        return [f"{visible(card)} {(_DONE if card in changed else _ALREADY)[kind]}" for card in cards]
    same = len(cards) - len(changed)
    if not changed:
        return [f"{many(same, 'card')}: nothing to change"]
    return [f"{many(len(changed), 'card')} {_DONE[kind]}" + (f"; {same} as before" if same else "")]
