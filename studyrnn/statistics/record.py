"""A learner's history, read once for all figures: what was answered, what counts, and where it belongs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypeVar

from studyrnn.history import in_order
from studyrnn.model import AGAIN, Card, CardState, Event
from studyrnn.topics import TOPICS

LONGEST = 30 * 60  # seconds: whoever took longer was away
ELSEWHERE = "(not in these decks)"  # where cards belong that no deck has any more

Item = TypeVar("Item")


@dataclass(frozen=True)
class History:
    """What a learner did, and what there is to do.

    events    the log, in any order; what is dated after tomorrow comes from a clock that was wrong and is left out
    states    what it amounts to on `today`, by the present id of each card
    cards     of the decks that are looked at, none twice
    since     the first study day whose answers are counted; None: all are
    desired   the recall that is aimed at when a card comes back
    renamed   former id of a card -> its present one
    """

    events: Sequence[Event]
    states: Mapping[str, CardState]
    today: int
    cards: Sequence[Card] = ()
    since: int | None = None
    desired: float = 0.9
    renamed: Mapping[str, str] = field(default_factory=dict)


class Record:
    """An *answer* is any review event that stands, a repeat within the day or a crammed one, too. A *review* is what
    FSRS is fed with: the first answer to a card on a study day, not crammed. A *return* is the review of a card that
    was not new, so that it shows what was remembered."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.today, self.since = history.today, history.since
        self.cards = {card.id: card for card in history.cards}
        former = {old: self.cards.get(new) for old, new in history.renamed.items()}
        self._named: dict[str, Card | None] = {**self.cards, **former}

    @cached_property
    def _standing(self) -> list[Event]:
        """Every event that was not taken back, in order."""
        last = self.today + 1
        return [event for event in in_order(self.history.events) if event.day <= last]

    @cached_property
    def days(self) -> set[int]:
        """The study days with an answer up to today, whatever `since` says: a streak began when it began."""
        return {event.day for event in self._standing if event.kind == "review" and event.day <= self.today}

    @cached_property
    def answers(self) -> list[Event]:
        first = self.since or 0
        return [event for event in self._standing if event.kind == "review" and event.day >= first]

    @property
    def reviews(self) -> list[Event]:
        return self._fed[0]

    @property
    def returns(self) -> list[Event]:
        return self._fed[1]

    @cached_property
    def returns_by_topic(self) -> dict[str, list[Event]]:
        return grouped(map(self.topic, self.returns), self.returns)

    @cached_property
    def _fed(self) -> tuple[list[Event], list[Event]]:
        """The reviews, and those of cards that were not new; as in `history.replay`, forgotten on purpose is new."""
        first, last = self.since or 0, dict[str, int]()
        reviews, returns = list[Event](), list[Event]()
        for event in self._standing:
            card = self.card(event)
            if event.kind == "forget":
                last.pop(card, None)
            elif event.kind == "review" and event.rating is not None and event.mode != "cram":
                before = last.get(card, 0)
                if event.day <= before:
                    continue
                last[card] = event.day
                if event.day >= first:
                    reviews.append(event)
                    if before:
                        returns.append(event)
        return reviews, returns

    def card(self, event: Event) -> str:
        """Its present id."""
        return self.history.renamed.get(event.card, event.card)

    def topic(self, event: Event) -> str:
        card = self._named.get(event.card)
        return card.topic if card else ELSEWHERE

    def kind(self, event: Event) -> str:
        card = self._named.get(event.card)
        return card.kind if card else ELSEWHERE

    def exercise(self, event: Event) -> str:
        """The id of its exercise; of a card that is none, or gone, its own."""
        card = self._named.get(event.card)
        return (card and card.exercise) or self.card(event)

    def nothing(self) -> str:
        """Why there are no answers to look at, and what would bring some."""
        if self.since is not None and self.days:
            return f"Nothing was answered since {date.fromordinal(self.since).isoformat()}: an earlier day shows more."
        return "Nothing was answered yet: `studyrnn quiz` begins."


def was_recalled(event: Event) -> bool:
    return event.rating is not None and event.rating > AGAIN


def seconds(event: Event) -> float:
    return min(event.milliseconds / 1000, LONGEST)


def grouped(keys: Iterable[str], items: Iterable[Item]) -> dict[str, list[Item]]:
    """Items by their keys: topics in the order of the course, other keys after them in alphabetical order."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for key, item in zip(keys, items, strict=True):
        groups[key].append(item)
    place = {name: number for number, name in enumerate(TOPICS)}
    return {name: groups[name] for name in sorted(groups, key=lambda name: (place.get(name, len(place)), name))}
