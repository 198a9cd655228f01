"""The review log: an append-only list of events in SQLite. Memory states are replayed from it.

Every answer is committed, and flushed to the disk, before the next card shows: Ctrl-C, kill -9 and a flat battery lose
nothing that was answered.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path

from studyrnn.errors import StoreError
from studyrnn.model import Review

_APPLICATION_ID = 0x53524E4E  # "SRNN": what kind of SQLite file this is
_VERSION = 1
_SCHEMA = (
    """CREATE TABLE events (
    number       INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    kind         TEXT NOT NULL,
    at           TEXT NOT NULL,
    day          INTEGER NOT NULL,
    card         TEXT NOT NULL,
    rating       INTEGER CHECK (rating BETWEEN 1 AND 4),
    due_day      INTEGER,
    score        REAL,
    seed         INTEGER,
    "index"      INTEGER,
    version      INTEGER,
    response     TEXT,
    slip         TEXT,
    hints        INTEGER,
    tries        INTEGER,
    milliseconds INTEGER,
    mode         TEXT,
    predicted    REAL,
    model        TEXT
)""",
    """CREATE INDEX events_of_card ON events (card, number)""",
    """CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
)


@dataclass(frozen=True)
class Seen:
    """What the log knows of a card without replaying it."""

    reviews: int  # every answer ever given, repeats within a day included
    first_day: int
    last_day: int
    due_day: int
    last_rating: int


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
            self._prepare()

    def _prepare(self) -> None:
        run = self._connection.execute
        if self._is_new():
            run("BEGIN IMMEDIATE")  # another process may be about to do the same: only one gets here
            if self._is_new():
                for statement in _SCHEMA:
                    run(statement)
                run(f"PRAGMA application_id = {_APPLICATION_ID}")
                run(f"PRAGMA user_version = {_VERSION}")
            run("COMMIT")
        version = run("PRAGMA user_version").fetchone()[0]
        if run("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
            raise StoreError(f"{self.path} is a database of something else: name another file with --db")
        if version > _VERSION:
            raise StoreError(f"{self.path} was written by a newer studyrnn (log version {version}): update studyrnn")
        with suppress(sqlite3.OperationalError):  # held by a process that is setting the same
            run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")

    def _is_new(self) -> bool:
        run = self._connection.execute
        return not any(
            run(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id", "schema_version")
        )

    @contextmanager
    def _trouble(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"cannot {doing} the review log {self.path}: {error}") from None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def append(self, review: Review) -> None:
        """Write one review; it is on the disk when this returns."""
        values = {field.name: getattr(review, field.name) for field in fields(Review)}
        values |= {"kind": "review", "id": review.id or uuid.uuid4().hex}
        columns = ", ".join(f'"{name}"' for name in values)
        places = ", ".join(f":{name}" for name in values)
        with self._trouble("write to"):
            self._connection.execute(f"INSERT INTO events ({columns}) VALUES ({places})", values)

    def seen(self) -> dict[str, Seen]:
        """Every card that was ever answered."""
        query = """
            SELECT last.card, every.count, every.first_day, last.day, last.due_day, last.rating
            FROM events AS last
            JOIN (SELECT count(*) AS count, min(day) AS first_day, max(number) AS number
                  FROM events WHERE kind = 'review' GROUP BY card) AS every USING (number)
            ORDER BY number
        """
        with self._trouble("read"):
            rows = self._connection.execute(query).fetchall()
        found: dict[str, Seen] = {}
        for name, *values in rows:
            card, history = self.renamed.get(name, name), Seen(*values)
            if before := found.get(card):  # answered under both names: the latest answer stands
                reviews, first_day = before.reviews + history.reviews, min(before.first_day, history.first_day)
                history = replace(history, reviews=reviews, first_day=first_day)
            found[card] = history
        return found

    def history(self, card: str) -> list[tuple[int, int]]:
        """(study day, rating) of the reviews that count: the first on each study day, in order.

        Where an earlier day follows a later one the clock was wrong before, and the later days are left out.
        """
        names = [card, *(old for old, new in self.renamed.items() if new == card)]
        places = ", ".join("?" * len(names))
        query = f"SELECT day, rating FROM events WHERE kind = 'review' AND card IN ({places}) ORDER BY number"
        with self._trouble("read"):
            rows = self._connection.execute(query, names).fetchall()
        counted: list[tuple[int, int]] = []
        for day, rating in rows:
            while counted and day < counted[-1][0]:
                counted.pop()
            if not counted or day > counted[-1][0]:
                counted.append((day, rating))
        return counted

    def reviews(self) -> list[Review]:
        """The whole log, oldest first."""
        names = [field.name for field in fields(Review)]
        columns = ", ".join(f'"{name}"' for name in names)
        with self._trouble("read"):
            rows = self._connection.execute(
                f"SELECT {columns} FROM events WHERE kind = 'review' ORDER BY number"
            ).fetchall()
        return [Review(**dict(zip(names, row, strict=True))) for row in rows]
