"""What is asked next. Pure: knows no clock, no terminal, no disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple

from studyrnn.errors import known
from studyrnn.model import AGAIN, HARD, NEW, Card, CardState
from studyrnn.scheduling import recall

RETURNS_AFTER = 4  # cards between a miss and its return
SURE_RETURNS_AFTER = 1  # of one that the learner was sure of: it comes back first
WEAK_RECALL = 0.8
_WINDOW = 8  # how far ahead a card may be fetched so that topics alternate

States = Mapping[str, CardState]


class Wishes(NamedTuple):
    """What a learner asks of one session."""

    new_a_day: int = 10
    reviews_a_day: int = 200
    limit: int | None = None
    ahead: bool = False  # everything that was chosen, due or not
    cram: bool = False  # everything that was chosen, and the schedule is not touched
    exam_day: int | None = None  # everything once more before it
    done_for_exam: Collection[str] = ()


_ORDINARY = Wishes()


class Plan(NamedTuple):
    """Today's cards: first those missed earlier today, then those to be reviewed, then new ones."""

    missed: tuple[Card, ...] = ()
    due: tuple[Card, ...] = ()
    new: tuple[Card, ...] = ()

    @property
    def cards(self) -> tuple[Card, ...]:
        return self.missed + self.due + self.new


# -- choosing --------------------------------------------------------------------------------------------------------


def plan(cards: Sequence[Card], states: States, today: int, wishes: Wishes = _ORDINARY) -> Plan:
    """Choose from `cards`; what was done today counts towards the numbers a day."""
    seen, new = list[Card](), list[Card]()
    for card in cards:
        state = states.get(card.id, NEW)
        if not state.suspended:
            (new if state.is_new else seen).append(card)
    if wishes.cram:
        return _cut(Plan((), (*_weakest_first(seen, states, today), *new)), wishes.limit)
    answered = [card for card in seen if states[card.id].last_day == today]
    missed = [card for card in answered if states[card.id].last_rating == AGAIN]
    again = {card.id for card in missed}
    due = [card for card in seen if card.id not in again and (wishes.ahead or _is_due(states[card.id], today))]
    due.sort(key=lambda card: states[card.id].due_day)
    within = {card.id for card in cards}
    everything_now = wishes.ahead or wishes.exam_day == today + 1
    ready = [card for card in new if everything_now or _has_what_it_requires(card, states, within)]
    begun = begun_on(today, states)
    reviewed = sum(state.last_day == today for state in states.values()) - begun
    due_limit, new_limit = max(0, wishes.reviews_a_day - reviewed), max(0, wishes.new_a_day - begun)
    if wishes.exam_day is not None:
        left_new = len(new) - len(ready)
        due, ready, due_limit, new_limit = _for_exam(due, seen, ready, left_new, states, today, wishes)
    if not everything_now:
        due, ready = _without_siblings(due, ready, answered)
    due, ready = alternating(due[:due_limit]), ready[:new_limit]  # what is new keeps the order of its chapter
    return _cut(Plan(tuple(missed), tuple(due), tuple(ready)), wishes.limit)


def _cut(chosen: Plan, limit: int | None) -> Plan:
    """What was missed has precedence over what is due, and that over what is new."""
    if limit is None:
        return chosen
    missed = chosen.missed[:limit]
    due = chosen.due[: limit - len(missed)]
    return Plan(missed, due, chosen.new[: limit - len(missed) - len(due)])


def _is_due(state: CardState, today: int) -> bool:
    return state.last_day < today and state.due_day <= today


def _has_what_it_requires(card: Card, states: States, within: Collection[str]) -> bool:
    """Its requirements among the cards that are studied have been answered, and not missed the last time."""
    asked = [states.get(name, NEW) for name in card.requires if name in within]
    return all(not state.is_new and state.last_rating > AGAIN for state in asked)


def _for_exam(
    due: list[Card], seen: list[Card], new: list[Card], later: int, states: States, today: int, wishes: Wishes
) -> tuple[list[Card], list[Card], int, int]:
    """What is due, and today's share of everything that has not had its turn for this exam.

    later   how many new cards still wait for what they require
    """
    assert wishes.exam_day is not None
    at_hand = {card.id for card in due}
    rested = [card for card in seen if card.id not in at_hand and states[card.id].last_day != today]
    ahead = _weakest_first(rested, states, wishes.exam_day)
    left = [card for card in [*due, *ahead, *new] if card.id not in wishes.done_for_exam]
    done = sum(card.id in wishes.done_for_exam and states[card.id].last_day == today for card in seen)
    share = ceil((len(left) + later + done) / max(1, wishes.exam_day - today)) - done
    chosen = {card.id for card in left[: max(share, 0)]}
    reviews = due + [card for card in ahead if card.id in chosen]
    fresh = [card for card in new if card.id in chosen]
    return reviews, fresh, len(reviews), len(fresh)


def _weakest_first(cards: Iterable[Card], states: States, day: int) -> list[Card]:
    def strength(card: Card) -> float:
        memory = states[card.id].memory
        return recall(memory, day) if memory else 0.0

    return sorted(cards, key=strength)


def _without_siblings(due: list[Card], new: list[Card], answered: Sequence[Card]) -> tuple[list[Card], list[Card]]:
    """Cards that give one another away are asked on different days: what is due before what is new."""
    taken = {name for card in answered for name in family(card)}
    own = {card.id for card in answered}
    kept: list[list[Card]] = []
    for group in (due, new):
        kept.append([])
        for card in group:
            names = family(card)
            if card.id in own or not names & taken:
                kept[-1].append(card)
                taken |= names
    return kept[0], kept[1]


def family(card: Card) -> set[str]:
    """What a card shares with its siblings: itself, its exercise, and those it names."""
    return {card.id, *card.siblings, *([card.exercise] if card.exercise else ())}


def alternating(cards: Sequence[Card]) -> list[Card]:
    """Nearly in the same order, but with the topic changing from card to card where one near by allows it."""
    left, order = list(cards), list[Card]()
    while left:
        last = order[-1].topic if order else ""
        place = next((k for k, card in enumerate(left[:_WINDOW]) if card.topic != last), 0)
        order.append(left.pop(place))
    return order


# -- selections ------------------------------------------------------------------------------------------------------


def is_weak(state: CardState, today: int) -> bool:
    """Missed or hard the last time, lapsed more than once, or likely to be forgotten by now."""
    memory = state.memory
    return memory is not None and (
        state.last_rating <= HARD or memory.lapses > 1 or recall(memory, today) < WEAK_RECALL
    )


def narrowed(
    cards: Sequence[Card], states: States, today: int, tags: Collection[str], flagged: bool, weak: bool, leech: bool
) -> list[Card]:
    """The cards that have every tag and every property that is asked for. Raises UnknownName for a tag of none."""
    tags_of = {card.id: {*card.tags, card.topic, card.kind, card.deck} for card in cards} if tags else {}
    for tag in tags:
        known("tag of these cards", tag, sorted(set[str]().union(*tags_of.values())))

    def fits(card: Card) -> bool:
        state = states.get(card.id, NEW)
        return (
            set(tags) <= tags_of.get(card.id, set())
            and (not flagged or state.flagged)
            and (not weak or is_weak(state, today))
            and (not leech or state.is_leech)
        )

    return [card for card in cards if fits(card)]


def is_new(card: Card, states: States) -> bool:
    """Never answered, and not suspended."""
    state = states.get(card.id, NEW)
    return state.is_new and not state.suspended


def waiting(cards: Sequence[Card], states: States, today: int) -> int:
    """How many cards are due, whatever the limits of a day say."""
    known = (states.get(card.id, NEW) for card in cards)
    return sum(not state.is_new and not state.suspended and _is_due(state, today) for state in known)


def begun_on(day: int, states: States) -> int:
    """How many cards were answered for the first time on a day."""
    return sum(state.first_day == day for state in states.values())


def counts(chosen: Plan) -> str:
    """ "3 due, 1 new", leaving out what there is none of."""
    parts = [(len(chosen.missed), "to repeat"), (len(chosen.due), "due"), (len(chosen.new), "new")]
    return ", ".join(f"{count} {what}" for count, what in parts if count)


def next_due(states: States, cards: Sequence[Card], today: int) -> dict[int, int]:
    """How many of `cards` fall due on each day after today."""
    counts: dict[int, int] = {}
    for card in cards:
        state = states.get(card.id, NEW)
        if not state.is_new and not state.suspended and state.due_day > today:
            counts[state.due_day] = counts.get(state.due_day, 0) + 1
    return dict(sorted(counts.items()))


# -- the queue -------------------------------------------------------------------------------------------------------


@dataclass
class Session:
    """The queue of one sitting. A miss comes back after a few cards until it is right once."""

    queue: deque[Card]
    missed_return: bool = True
    asked: int = 0
    _before: list[tuple[tuple[Card, ...], int]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.asked + len(self.queue)

    def current(self) -> Card | None:
        return self.queue[0] if self.queue else None

    def rated(self, rating: int, sure: bool = False) -> None:
        """The current card was rated; on to the next one."""
        self._remember()
        card = self.queue.popleft()
        self.asked += 1
        if rating == AGAIN and self.missed_return:
            self.queue.insert(min(SURE_RETURNS_AFTER if sure else RETURNS_AFTER, len(self.queue)), card)

    def skip(self) -> None:
        """The current card goes to the end."""
        self._remember()
        self.queue.rotate(-1)

    def drop(self) -> None:
        """The current card is not asked any more."""
        self._remember()
        self.queue.popleft()

    def undo(self) -> bool:
        """Back to where it was before the last of these; whether there was one."""
        if not self._before:
            return False
        cards, self.asked = self._before.pop()
        self.queue = deque(cards)
        return True

    def replace(self, change: Callable[[Card], Card]) -> None:
        """Cards that were edited take the place of what they were, wherever they wait."""
        self.queue = deque(map(change, self.queue))
        self._before = [(tuple(map(change, cards)), asked) for cards, asked in self._before]

    def _remember(self) -> None:
        self._before.append((tuple(self.queue), self.asked))
