"""studyrnn reschedule: give every card the due day that today's settings would have given it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from studyrnn import decks
from studyrnn.commands import environment
from studyrnn.commands.environment import Clock
from studyrnn.model import Event
from studyrnn.scheduling import Scheduler, study_day
from studyrnn.store import Store
from studyrnn.wording import many

_SPANS = (("today", 0), ("tomorrow", 1), ("in 2 to 7 days", 7), ("in 8 to 30 days", 30), ("later", 10**7))


def run(names: list[str], dry_run: bool, db: Path | None, clock: Clock | None = None) -> None:
    """Never called by anything but its command: a schedule moves only when a learner asks."""
    loaded = decks.chosen(names, environment.deck_directory(), environment.cache_directory())
    cards = {card.id for card in decks.pick(names, loaded)}
    clock, settings = clock or Clock(), environment.settings()
    today = study_day(clock.local(), settings.cut_off)
    scheduler = Scheduler(settings.retention, settings.maximum_interval, settings.fuzz)
    with Store(environment.log_file(db), decks.renamed(loaded)) as store:
        known = {card: state for card, state in store.states(today).items() if card in cards and state.memory}
        before = {card: state.due_day for card, state in known.items()}
        after = {card: scheduler.due_day(state.memory, card) for card, state in known.items() if state.memory}
        moved = {card: day for card, day in after.items() if day != before[card]}
        if not dry_run:
            store.append_all(Event(card, clock.utc(), today, "reschedule", due_day=day) for card, day in moved.items())
    lines = [*_table(before.values(), after.values(), today), "", _told(before, moved, dry_run)]
    environment.write_out((f"{line}\n" for line in lines), None)


def _table(before: Iterable[int], after: Iterable[int], today: int) -> Iterable[str]:
    now, then = _spans(before, today), _spans(after, today)
    yield f"{'due':<16}{'now':>6}{'then':>7}"
    for (span, _), old, new in zip(_SPANS, now, then, strict=True):
        yield f"{span:<16}{old:>6}{new:>7}"


def _spans(days: Iterable[int], today: int) -> list[int]:
    counts = [0] * len(_SPANS)
    for day in days:
        counts[next(place for place, (_, most) in enumerate(_SPANS) if day - today <= most)] += 1
    return counts


def _told(before: dict[str, int], moved: dict[str, int], dry_run: bool) -> str:
    earlier = sum(day < before[card] for card, day in moved.items())
    text = f"{many(len(before), 'card')} with a history: {earlier} earlier, {len(moved) - earlier} later"
    text += f", {len(before) - len(moved)} as before."
    if not moved:
        return text
    return text + (" Nothing was changed: run it without --dry-run to move them." if dry_run else " Done.")
