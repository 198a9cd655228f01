"""What is asked next. Pure: knows no clock, no terminal, no disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from studyrnn.model import AGAIN, Card

RETURNS_AFTER = 4  # cards between a miss and its return


class History(Protocol):
    """What planning needs to know of a card that was answered before."""

    @property
    def first_day(self) -> int: ...
    @property
    def last_day(self) -> int: ...
    @property
    def due_day(self) -> int: ...
    @property
    def last_rating(self) -> int: ...


@dataclass(frozen=True)
class Plan:
    """Today's cards: first those missed earlier today, then those due (longest overdue first), then new ones."""

    missed: tuple[Card, ...]
    due: tuple[Card, ...]
    new: tuple[Card, ...]

    @property
    def cards(self) -> tuple[Card, ...]:
        return self.missed + self.due + self.new


def plan(
    cards: Sequence[Card], seen: Mapping[str, History], today: int, new_a_day: int, limit: int | None = None
) -> Plan:
    """Choose from `cards`; new ones already begun today count towards `new_a_day`."""
    missed = [c for c in cards if c.id in seen and seen[c.id].last_day == today and seen[c.id].last_rating == AGAIN]
    due = [c for c in cards if c.id in seen and _is_due(seen[c.id], today)]
    due.sort(key=lambda card: seen[card.id].due_day)
    begun = sum(history.first_day == today for history in seen.values())
    new = [card for card in cards if card.id not in seen][: max(0, new_a_day - begun)]
    most = len(cards) if limit is None else limit
    missed = missed[:most]
    due = due[: most - len(missed)]
    return Plan(tuple(missed), tuple(due), tuple(new[: most - len(missed) - len(due)]))


def _is_due(history: History, today: int) -> bool:
    """Also where the last answer lies in the future: the clock was wrong then, and the card must not be lost."""
    return history.last_day > today or (history.last_day < today and history.due_day <= today)


def next_due(seen: Mapping[str, History], cards: Sequence[Card], today: int) -> dict[int, int]:
    """How many of `cards` fall due on each day after today."""
    counts: dict[int, int] = {}
    for card in cards:
        if card.id in seen and seen[card.id].due_day > today:
            counts[seen[card.id].due_day] = counts.get(seen[card.id].due_day, 0) + 1
    return dict(sorted(counts.items()))


@dataclass
class Session:
    """The queue of one sitting. A miss comes back after a few cards until it is right once."""

    queue: deque[Card]
    missed_return: bool = True
    asked: int = 0

    @property
    def total(self) -> int:
        return self.asked + len(self.queue)

    def current(self) -> Card | None:
        return self.queue[0] if self.queue else None

    def rated(self, rating: int) -> None:
        """The current card was rated; on to the next one."""
        card = self.queue.popleft()
        self.asked += 1
        if rating == AGAIN and self.missed_return:
            self.queue.insert(min(RETURNS_AFTER, len(self.queue)), card)
