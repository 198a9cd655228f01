"""Events -> what is known of each card. Pure: the same events give the same states, in whatever order they came in.

The due day is what the log says it was set to, under whatever settings; stability and difficulty follow from the days
and ratings. Only the first review of a study day counts, and none that was crammed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from studyrnn.model import NEW, CardState, Event, MemoryState
from studyrnn.scheduling import Scheduler

_SCHEDULER = Scheduler(fuzz=False)  # only its memory is used, which no setting changes


def replay(events: Iterable[Event], renamed: Mapping[str, str] | None = None) -> dict[str, CardState]:
    """The state of every card. `renamed`: former id -> the id that carries its history on."""
    by_card: dict[str, list[Event]] = {}
    for event in in_order(events):
        by_card.setdefault((renamed or {}).get(event.card, event.card), []).append(event)
    return {card: state_of(mine) for card, mine in by_card.items() if mine}


def in_order(events: Iterable[Event]) -> list[Event]:
    """By time, then by id, so that every machine has the same order; without what was undone."""
    events = sorted(events, key=lambda event: (event.at, event.id))
    undone = {(event.card, event.of) for event in events if event.kind == "undo"}
    return [event for event in events if event.kind != "undo" and (event.card, event.id) not in undone]


def state_of(events: Iterable[Event]) -> CardState:
    """The state after the events of one card, in order and without what was undone."""
    done: list[Event] = []
    state = NEW
    for event in events:
        after = after_event(state, event)
        if after is None:  # the clock was wrong before: what was answered on later days is left out
            done = [earlier for earlier in done if not _counts(earlier) or earlier.day <= event.day]
            after = (after_event(_again(done), event) or state)._replace(answers=state.answers + 1)
        done.append(event)
        state = after
    return state


def _again(events: Iterable[Event]) -> CardState:
    state = NEW
    for event in events:
        state = after_event(state, event) or state
    return state


def _counts(event: Event) -> bool:
    return event.kind == "review" and event.mode != "cram"


def after_event(state: CardState, event: Event) -> CardState | None:
    """The state after one more event; None where its day lies before one that was counted already."""
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


def _after_review(state: CardState, event: Event) -> CardState | None:
    if event.rating is None or event.mode == "cram":
        return state._replace(answers=state.answers + 1)
    memory = state.memory
    if memory is not None and event.day < memory.last_day:
        return None
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
