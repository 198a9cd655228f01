"""What is still to be done: what falls due, and what was never seen."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Literal

from studyrnn.figures.parts import Axis, Bar, Bars, Fact, Figure
from studyrnn.model import NEW, Card
from studyrnn.statistics.activity import MONTHS, WEEKDAYS
from studyrnn.statistics.record import Record
from studyrnn.wording import many

DAYS = 14


# -- forecast --------------------------------------------------------------------------------------------------------


def forecast(record: Record) -> Figure:
    due = _due_days(record)
    if not due:
        return Figure("forecast", "What falls due", _nothing_due(record), ())
    today = record.today
    on = Counter(max(day, today) for day in due)
    overdue = sum(day < today for day in due)
    bars = tuple(
        Bar(_day(day, today), on[day], f"{overdue} of them overdue" if day == today and overdue else "")
        for day in range(today, today + DAYS)
    )
    within = sum(on[day] for day in range(today, today + DAYS))
    facts = (
        Fact("due today", on[today]),
        Fact("of them overdue", overdue),
        Fact(f"due within {DAYS} days", within),
        Fact("due later", len(due) - within),
    )
    part = Bars(bars, Axis("cards"), f"Cards that fall due on each of {DAYS} days", decimals=0)
    return Figure("forecast", "What falls due", _see_forecast(on, today, within), (part,), facts)


def _due_days(record: Record) -> list[int]:
    """When each card is asked that was answered before and is not suspended; today's answers never today again."""
    known = (record.history.states.get(card, NEW) for card in record.cards)
    studied = (state for state in known if not state.is_new and not state.suspended)
    tomorrow = record.today + 1
    return [max(state.due_day, tomorrow if state.last_day >= record.today else 0) for state in studied]


def _day(day: int, today: int) -> str:
    if day - today < 2:
        return "tomorrow" if day > today else "today"
    when = date.fromordinal(day)
    return f"{WEEKDAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]}"


def _see_forecast(on: Counter[int], today: int, within: int) -> str:
    left_out = "new and suspended cards are not in it"
    if not within:
        return f"Nothing falls due within {DAYS} days; the next is due in {min(on) - today} days; {left_out}."
    busiest = max(range(today, today + DAYS), key=lambda day: on[day])
    return (
        f"{many(within, 'card')} of those that were answered before {'falls' if within == 1 else 'fall'} due within "
        f"{DAYS} days; the fullest day is {_day(busiest, today)}, with {on[busiest]}. Each is "
        f"counted once, though an answer may bring it back within these days; {left_out}."
    )


def _nothing_due(record: Record) -> str:
    if any(not record.history.states.get(card, NEW).is_new for card in record.cards):
        return "Every card that was answered is suspended: `studyrnn unsuspend` brings one back."
    return "No card has a day to come back on yet: the first answer in `studyrnn quiz` gives it one."


# -- unseen ----------------------------------------------------------------------------------------------------------


def unseen(record: Record) -> Figure:
    title, states = "What was never seen", record.history.states
    cards = list(record.cards.values())
    fresh = [card for card in cards if not states.get(card.id, NEW).answers]
    waiting = [card for card in fresh if not states.get(card.id, NEW).suspended]
    facts = (
        Fact("cards", len(cards)),
        Fact("never answered", len(fresh)),
        Fact("exercises among them", sum(map(_is_exercise, fresh))),
        Fact("suspended among them", len(fresh) - len(waiting)),
    )
    if not fresh:
        see = "Every card has been answered at least once." if cards else "There are no cards in these decks."
        return Figure("unseen", title, see, (), facts)
    place: Literal["deck", "topic"] = "topic" if len({card.deck for card in cards}) == 1 else "deck"
    following = getattr(waiting[0], place) if waiting else ""
    told = (
        f'The next come from the {place} "{following}": `studyrnn quiz {following}`.'
        if waiting
        else "All of them are suspended."
    )
    was = "was" if len(fresh) == 1 else "were"
    see = f"{len(fresh)} of {many(len(cards), 'card')} {was} never answered. {told}"
    return Figure("unseen", title, see, (_left(cards, fresh, place),), facts)


def _left(cards: list[Card], fresh: list[Card], place: Literal["deck", "topic"]) -> Bars:
    """How many are left of each deck or topic that is not through yet, in the order in which new cards are asked."""
    all_cards: Counter[str] = Counter(getattr(card, place) for card in cards)
    exercises = Counter(getattr(card, place) for card in fresh if _is_exercise(card))
    bars = tuple(
        Bar(name, count, f"of {all_cards[name]} ({exercises[name]} ex.)")
        for name, count in Counter(getattr(card, place) for card in fresh).items()
    )
    return Bars(bars, Axis("cards"), f"Cards never answered, by {place} (ex.: exercises among them)", decimals=0)


def _is_exercise(card: Card) -> bool:
    return card.kind == "exercise"
