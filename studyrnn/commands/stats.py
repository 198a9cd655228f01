"""studyrnn stats: what the history says, as figures."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from studyrnn import decks, statistics
from studyrnn.commands import environment, gallery
from studyrnn.commands.environment import Clock
from studyrnn.errors import StoreError, UsageError, known
from studyrnn.scheduling import study_day
from studyrnn.statistics import History
from studyrnn.store import Store

OVERVIEW = ("reviews", "forecast", "retention")
EVERYTHING = "all"


def run(
    names: list[str], since: str | None, as_json: bool, svg: Path | None, db: Path | None, plain: bool, no_color: bool,
    clock: Clock | None = None,
) -> None:  # fmt: skip
    """Raises UsageError for a figure that does not exist."""
    local = (clock or Clock()).local()
    first = environment.day_of(since, "--since") if since is not None else None
    chosen = _chosen(names, overview=not as_json and svg is None)
    figures = statistics.figures(_history(local, first, db), chosen)
    if as_json:
        environment.write_out([gallery.numbers(figures)], None)
    if svg is not None:
        gallery.write_all(figures, svg)
    elif not as_json:
        others = ", ".join(name for name in statistics.names() if name not in OVERVIEW)
        gallery.show(figures, plain, no_color, "" if names else f"Also: studyrnn stats {others}; or all")


def _chosen(names: list[str], overview: bool) -> tuple[str, ...]:
    """Raises UnknownName for one that there is not, also beside `all`."""
    every = statistics.names()
    if not names:
        return OVERVIEW if overview else every
    chosen = [known("figure", name, (*every, EVERYTHING)) for name in names]
    return every if EVERYTHING in chosen else tuple(dict.fromkeys(chosen))


def _history(local: datetime, since: int | None, db: Path | None) -> History:
    """The log beside the decks that are there now."""
    loaded = decks.collection(environment.deck_directory(), environment.cache_directory())
    cards = decks.pick([], loaded)
    settings, renamed = environment.settings(), decks.renamed(loaded)
    today = study_day(local, settings.cut_off)
    if since is not None and since > today:
        raise UsageError("--since: that day has not come yet")
    file = environment.log_file(db)
    if not file.exists():
        if db is not None:
            raise StoreError(f"there is no review log {db}. The first answer of `studyrnn quiz` makes one")
        return History((), {}, today, cards, since, settings.retention, renamed)
    with Store(file, renamed) as store:
        return History(store.events(), store.states(today), today, cards, since, settings.retention, renamed)
