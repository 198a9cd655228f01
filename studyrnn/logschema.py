"""The file of the review log: its tables, and how an older one is brought up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from studyrnn.errors import StoreError

APPLICATION_ID = 0x53524E4E  # "SRNN": what kind of SQLite file this is
VERSION = 2
CACHE = 32_000  # KiB: the indexes of a long log, so that an answer need not read what it changes

_EVENTS = """CREATE TABLE events (
    number       INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    kind         TEXT NOT NULL,
    at           TEXT NOT NULL,
    day          INTEGER NOT NULL,
    card         TEXT NOT NULL,
    "of"         TEXT NOT NULL DEFAULT '',
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
    confidence   INTEGER,
    model        TEXT
)"""
_STATES = """CREATE TABLE states (
    card         TEXT PRIMARY KEY,
    answers      INTEGER NOT NULL,
    first_day    INTEGER NOT NULL,
    last_day     INTEGER NOT NULL,
    last_rating  INTEGER NOT NULL,
    due_day      INTEGER NOT NULL,
    stability    REAL,
    difficulty   REAL,
    counted_day  INTEGER,
    counted      INTEGER,
    lapses       INTEGER,
    suspended    INTEGER NOT NULL,
    flagged      INTEGER NOT NULL
) WITHOUT ROWID"""
_REST = (
    "CREATE INDEX events_of_card ON events (card, number)",
    "CREATE INDEX events_in_order ON events (at)",
    """CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
)
# From the version before: what each step runs. The states are replayed afterwards.
_STEPS = {
    2: (
        """ALTER TABLE events ADD COLUMN "of" TEXT NOT NULL DEFAULT ''""",
        "ALTER TABLE events ADD COLUMN confidence INTEGER",
        "CREATE INDEX events_in_order ON events (at)",
        _STATES,
    )
}


def prepare(connection: sqlite3.Connection, path: Path, replay: Callable[[], object]) -> None:
    """Make the tables, or bring them up to date; `replay` fills the states, as a part of it.

    Raises StoreError for the file of something else, or of a newer release; both are left untouched.
    """
    run = connection.execute
    if _is_new(connection):
        run("BEGIN IMMEDIATE")  # another process may be about to do the same: only one gets here
        if _is_new(connection):
            for statement in (_EVENTS, _STATES, *_REST):
                run(statement)
            run(f"PRAGMA application_id = {APPLICATION_ID}")
            run(f"PRAGMA user_version = {VERSION}")
        run("COMMIT")
    if run("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StoreError(f"{path} is a database of something else: name another file with --db")
    version = run("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise StoreError(f"{path} was written by a newer studyrnn (log version {version}): update studyrnn")
    if version < VERSION:
        _migrate(connection, path, version, replay)
    with suppress(sqlite3.OperationalError):  # held by a process that is setting the same
        run("PRAGMA journal_mode = WAL")
    run("PRAGMA synchronous = FULL")
    run(f"PRAGMA cache_size = {-CACHE}")


def _is_new(connection: sqlite3.Connection) -> bool:
    names = ("user_version", "application_id", "schema_version")
    return not any(connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names)


def _migrate(connection: sqlite3.Connection, path: Path, version: int, replay: Callable[[], object]) -> None:
    """Step by step, after a copy was put beside the file; all of it or nothing, whenever it is interrupted."""
    backup = path.with_name(f"{path.name}.version-{version}")
    with closing(sqlite3.connect(backup)) as copy:
        connection.backup(copy)
    run = connection.execute
    run("BEGIN IMMEDIATE")
    if run("PRAGMA user_version").fetchone()[0] == version:  # nobody else was faster
        for step in range(version + 1, VERSION + 1):
            for statement in _STEPS[step]:
                run(statement)
        replay()
        run(f"PRAGMA user_version = {VERSION}")
    run("COMMIT")
