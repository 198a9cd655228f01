"""Events -> what is known of each card. Pure: the same events give the same states, in whatever order they came in.

The due day is what the log says it was set to, under whatever settings; stability and difficulty follow from the days
and ratings. Only the first review of a study day counts, and none that was crammed. What is dated after tomorrow was
logged under a clock that was wrong: it counts when its day has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from studyrnn.model import NEW, CardState, Event, MemoryState
from studyrnn.scheduling import Scheduler

_SCHEDULER = Scheduler(fuzz=False)  # only its memory is used, which no setting changes


def replay(
    events: Iterable[Event], renamed: Mapping[str, str] | None = None, until: int | None = None
) -> dict[str, CardState]:
    """The state of every card on the study day `until`; None: with everything that the log holds.

    renamed   former id -> the id that carries its history on
    """
    by_card: dict[str, CardState] = {}
    for event in in_order(events):
        if until is None or event.day <= until:
            card = (renamed or {}).get(event.card, event.card)
            by_card[card] = after_event(by_card.get(card, NEW), event)
    return by_card


def in_order(events: Iterable[Event]) -> list[Event]:
    """By study day, and within a day by time, so that every machine has the same order; without what was undone.

    The day comes first: a clock that ran years ahead pushes the times of all that is logged after it, but not the days.
    """
    events = sorted(events, key=lambda event: (event.day, event.at, event.id))
    undone = {(event.card, event.of) for event in events if event.kind == "undo"}
    return [event for event in events if event.kind != "undo" and (event.card, event.id) not in undone]


def after_event(state: CardState, event: Event) -> CardState:
    """The state after one more event, which is the last in order."""
    match event.kind:
        case "review":
            return _after_review(state, event)
        case "suspend" | "unsuspend":
            return state._replace(suspended=event.kind == "suspend")
        case "flag" | "unflag":
            return state._replace(flagged=event.kind == "flag")
        case "forget":
            return CardState(answers=state.answers, flagged=state.flagged, suspended=state.suspended)
        case "reschedule" if state.memory is not None and event.due_day is not None:
            return _due(state, event.due_day)
    return state


def _after_review(state: CardState, event: Event) -> CardState:
    if event.rating is None or event.mode == "cram":
        return state._replace(answers=state.answers + 1)
    memory = state.memory
    after = _SCHEDULER.review(memory, event.card, event.rating, event.day)
    seen = state._replace(
        answers=state.answers + 1,
        first_day=state.first_day or event.day,
        last_day=event.day,
        last_rating=event.rating,
        memory=after,
    )
    counted = memory is None or event.day > memory.last_day
    return _due(seen, after.due_day if event.due_day is None else event.due_day) if counted else seen


def _due(state: CardState, day: int) -> CardState:
    assert isinstance(state.memory, MemoryState)
    return state._replace(due_day=day, memory=state.memory._replace(due_day=day))
