"""The review log: an append-only list of events in SQLite, and beside it what they amount to, card by card.

Every event is committed, and flushed to the disk, before the next card shows: Ctrl-C, kill -9 and a flat battery lose
nothing that was answered. The states are a cache: replaying the events gives them exactly.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any

from studyrnn import logschema
from studyrnn.errors import StoreError
from studyrnn.history import after_event, replay
from studyrnn.model import NEW, CardState, Event, MemoryState

_EVENT = [field.name for field in fields(Event)]
_EVENT_COLUMNS = ", ".join(f'"{name}"' for name in _EVENT)
_VALUES = attrgetter(*_EVENT)  # of one event, in this order
_INSERT = f"INSERT OR IGNORE INTO events ({_EVENT_COLUMNS}) VALUES ({', '.join('?' * len(_EVENT))})"
_STATE_COLUMNS = (
    "answers, first_day, last_day, last_rating, due_day, stability, difficulty, counted_day, counted, lapses, "
    "suspended, flagged"
)
_UPSERT = f"INSERT OR REPLACE INTO states (card, {_STATE_COLUMNS}) VALUES ({', '.join('?' * 13)})"

_LAST_PUSHED = "9990"  # the year

# A review that was not taken back; the few undos are looked up once, not for every event.
_STANDS = """kind = 'review' AND (card, id) NOT IN (SELECT card, "of" FROM events WHERE kind = 'undo')"""


class Store:
    """Open with `Store(path)`; close it, or use it in a `with`. Raises StoreError for what the disk refuses.

    renamed   cards that have another id now: what was logged under the old one counts for the new one
    """

    def __init__(self, path: Path, renamed: Mapping[str, str] | None = None) -> None:
        self.path = path
        self.renamed = dict(renamed or {})
        with self._trouble("open"):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=10, isolation_level=None)
            logschema.prepare(self._connection, path, self._replay_all)

    @contextmanager
    def _trouble(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(_told(doing, self.path, error)) from None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything or nothing; on the disk when it is over."""
        with self._trouble("write to"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk has rolled it back already
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    # -- writing -----------------------------------------------------------------------------------------------------

    def append(self, event: Event) -> Event:
        """Write one event; it is on the disk when this returns. Returns it with its id and its time, which is later
        than that of every event before it, whatever the clock says."""
        return self.append_all([event])[0]

    def append_all(self, events: Iterable[Event]) -> list[Event]:
        """The same for several: all of them, or none."""
        with self._transaction():
            return self._write(events)

    def answered(self, event: Event) -> tuple[Event, CardState]:
        """`append`, and what is known of its card on its day from then on."""
        with self._transaction():  # read in the same one, where it costs nothing
            (written,) = self._write([event])
            return written, self.state(written.card, written.day)

    def _write(self, events: Iterable[Event]) -> list[Event]:
        (last,) = self._connection.execute("SELECT max(at) FROM events").fetchone()
        written = []
        for new in events:
            at = _after(last, new.at)
            event = replace(new, id=new.id or _fresh_id(at), at=at)
            last = event.at
            if self._connection.execute(_INSERT, _VALUES(event)).rowcount:
                self._note(event)
            written.append(event)
        return written

    def merge(self, events: Iterable[Event]) -> int:
        """Add events of another log; how many of them were new. In any order, any number of times."""
        added, cards = 0, set[str]()
        with self._transaction() as connection:
            for event in events:
                if connection.execute(_INSERT, _VALUES(event)).rowcount:
                    added += 1
                    cards.add(event.card)
            for card in cards:
                self._replay(card)
        return added

    def rebuild(self) -> int:
        """Replay the whole log; how many cards it knows."""
        with self._transaction():
            return self._replay_all()

    def _replay_all(self) -> int:
        states = replay(self._events("ORDER BY number"))
        self._connection.execute("DELETE FROM states")
        self._connection.executemany(_UPSERT, (_row(card, state) for card, state in states.items()))
        return len(states)

    def _note(self, event: Event) -> None:
        """Keep the states in step with one new event, the latest of its day."""
        (last,) = self._connection.execute("SELECT max(day) FROM events WHERE card = ?", (event.card,)).fetchone()
        if event.kind == "undo" or event.day < last:
            self._replay(event.card)
        else:
            before = self._states("WHERE card = ?", event.card).get(event.card, NEW)
            self._connection.execute(_UPSERT, _row(event.card, after_event(before, event)))

    def _replay(self, card: str) -> None:
        self._connection.execute("DELETE FROM states WHERE card = ?", (card,))
        found = replay(self._events("WHERE card = ?", card))
        self._connection.executemany(_UPSERT, (_row(name, state) for name, state in found.items()))

    # -- reading -----------------------------------------------------------------------------------------------------

    def states(self, today: int | None = None) -> dict[str, CardState]:
        """What is known of every card, by its present id, on a study day and the next: it may have begun further east.
        None: with all that is dated later."""
        with self._trouble("read"):
            kept = self._states()
            names: dict[str, list[str]] = {}  # the present id -> all under which it was answered
            for name in kept:
                names.setdefault(self.renamed.get(name, name), []).append(name)
            ahead = self.dated_ahead(today)
            return {
                card: kept[under[0]] if len(under) == 1 and under[0] not in ahead else self._together(under, today)
                for card, under in names.items()
            }

    def state(self, card: str, today: int | None = None) -> CardState:
        """The same of one card."""
        names = [card, *(old for old, new in self.renamed.items() if new == card)]
        with self._trouble("read"):
            if len(names) > 1 or card in self.dated_ahead(today):
                return self._together(names, today)
            return self._states("WHERE card = ?", card).get(card, NEW)

    def _together(self, names: Sequence[str], today: int | None) -> CardState:
        """The state of a card, under all the names it was answered under."""
        events = self._events(f"WHERE card IN ({', '.join('?' * len(names))})", *names)
        renamed = dict.fromkeys(names, names[0])
        return replay(events, renamed, None if today is None else today + 1).get(names[0], NEW)

    def dated_ahead(self, today: int | None) -> dict[str, int]:
        """Cards with something dated after tomorrow, and the latest such day: it was logged under a clock that was
        ahead, or this one is behind."""
        if today is None:
            return {}
        query = "SELECT card, max(day) FROM events INDEXED BY events_in_order WHERE at > ? AND day > ? GROUP BY card"
        with self._trouble("read"):
            return dict(self._connection.execute(query, (date.fromordinal(today + 1).isoformat(), today + 1)))

    def days_studied(self, today: int) -> set[int]:
        """The study days with a review, of the last thousand."""
        query = f"SELECT DISTINCT day FROM events WHERE day BETWEEN ? AND ? AND {_STANDS}"
        with self._trouble("read"):
            return {day for (day,) in self._connection.execute(query, (today - 1000, today))}

    def answered_in(self, mode: str) -> set[str]:
        """The cards that were answered in a mode, by their present ids."""
        query = f"SELECT DISTINCT card FROM events WHERE mode = ? AND {_STANDS}"
        with self._trouble("read"):
            return {self.renamed.get(card, card) for (card,) in self._connection.execute(query, (mode,))}

    def events(self) -> list[Event]:
        """The whole log, as it was written."""
        with self._trouble("read"):
            return list(self._events("ORDER BY number"))

    def count(self) -> int:
        """How many events there are."""
        with self._trouble("read"):
            return int(self._connection.execute("SELECT count(*) FROM events").fetchone()[0])

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the file itself. Empty: nothing."""
        with self._trouble("read"):
            return [row[0] for row in self._connection.execute("PRAGMA integrity_check") if row[0] != "ok"]

    def verify(self) -> list[str]:
        """The cards whose state is not what their events give. Empty: none."""
        with self._trouble("read"):
            kept, replayed = self._states(), replay(self._events("ORDER BY number"))
        wrong = sorted(card for card in kept.keys() | replayed.keys() if kept.get(card) != replayed.get(card))
        return [f"{card}: the state that is kept is not what its events give" for card in wrong]

    def _events(self, condition: str = "", *values: str) -> Iterator[Event]:
        rows = self._connection.execute(f"SELECT {_EVENT_COLUMNS} FROM events {condition}", values)
        return (Event(*row) for row in rows.fetchall())

    def _states(self, condition: str = "", *values: str) -> dict[str, CardState]:
        rows = self._connection.execute(f"SELECT card, {_STATE_COLUMNS} FROM states {condition}", values)
        return {row[0]: _state(row[1:]) for row in rows.fetchall()}


def _row(card: str, state: CardState) -> tuple[Any, ...]:
    memory = state.memory
    kept = (
        (memory.stability, memory.difficulty, memory.last_day, memory.reviews, memory.lapses) if memory else [None] * 5
    )
    return (
        card, state.answers, state.first_day, state.last_day, state.last_rating, state.due_day, *kept,
        state.suspended, state.flagged,
    )  # fmt: skip


def _state(row: tuple[Any, ...]) -> CardState:
    answers, first, last, rating, due, stability, difficulty, counted_day, counted, lapses, suspended, flagged = row
    memory = None if counted is None else MemoryState(stability, difficulty, counted_day, due, counted, lapses)
    return CardState(answers, first, last, rating, due, memory, bool(suspended), bool(flagged))


def _fresh_id(at: str) -> str:
    """Unique, and growing with time: an index that is added to at its end is written in one place."""
    return f"{round(datetime.fromisoformat(at).timestamp() * 1000):012x}{uuid.uuid4().hex[:20]}"


def _after(last: str | None, at: str) -> str:
    """A time later than the last one: a clock that was set back does not disturb the order of the log. Near the end of
    the calendar, where only a wrong clock can be, nothing is pushed on: the log must stay one that can be imported."""
    if last is None or at > last or last >= _LAST_PUSHED:
        return at
    return (datetime.fromisoformat(last) + timedelta(milliseconds=1)).isoformat(timespec="milliseconds")


def _told(doing: str, path: Path, error: Exception) -> str:
    """What went wrong, what became of the data, and what to do next."""
    text = str(error)
    if isinstance(error, PermissionError) or "readonly" in text or "unable to open" in text:
        why = "no permission. Name another file with --db, or mend its rights"
    elif "full" in text:
        why = "the disk is full. Nothing was lost; make room and go on"
    elif "locked" in text:
        why = "another program holds it. Nothing was lost; close that one and go on"
    elif "malformed" in text or "not a database" in text:
        why = f"it is damaged, or no log ({text}). It was left as it is; name another file with --db"
    else:
        why = text
    return f"cannot {doing} the review log {path}: {why}"
