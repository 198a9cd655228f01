"""studyrnn due: what there is to study today, in one line; fast enough for a shell prompt."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from studyrnn import decks
from studyrnn.commands import environment
from studyrnn.commands.environment import Clock
from studyrnn.scheduling import streak, study_day
from studyrnn.session import Plan, Wishes, counts, next_due, plan, waiting
from studyrnn.store import Store
from studyrnn.wording import days_ahead

FORMAT = 1


def run(names: list[str], as_json: bool, db: Path | None, clock: Clock | None = None) -> None:
    """Print what `studyrnn quiz` with the same names would ask."""
    loaded = decks.chosen(names, environment.deck_directory(), environment.cache_directory())
    cards = decks.pick(names, loaded)
    settings = environment.settings()
    today = study_day((clock or Clock()).local(), settings.cut_off)
    with Store(environment.log_file(db), decks.renamed(loaded)) as store:
        states, days = store.states(today), store.days_studied(today)
    chosen = plan(cards, states, today, Wishes(settings.new, settings.reviews))
    ahead = next_due(states, cards, today)
    line = _line(chosen, ahead, today, waiting(cards, states, today))
    text = json.dumps(_record(chosen, ahead, today, streak(days, today))) if as_json else line
    environment.write_out([text + "\n"], None)


def _record(chosen: Plan, ahead: dict[int, int], today: int, days: int) -> dict[str, Any]:
    following = next(iter(ahead), None)
    return {
        "version": FORMAT,
        "day": date.fromordinal(today).isoformat(),
        "missed": len(chosen.missed),
        "due": len(chosen.due),
        "new": len(chosen.new),
        "total": len(chosen.cards),
        "tomorrow": ahead.get(today + 1, 0),
        "week": sum(count for day, count in ahead.items() if day <= today + 7),
        "next": None if following is None else date.fromordinal(following).isoformat(),
        "streak": days,
    }


def _line(chosen: Plan, ahead: dict[int, int], today: int, left: int) -> str:
    if left and not chosen.cards:
        return f"done for today; {left} for tomorrow"
    if chosen.cards or not ahead:
        return counts(chosen) or "nothing due"
    day, count = next(iter(ahead.items()))
    return f"nothing due; {count} {days_ahead(day - today)}"
