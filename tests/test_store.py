"""The review log loses nothing and never changes what was written."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from studyrnn import eventlines, logschema
from studyrnn.errors import StoreError
from studyrnn.history import replay
from studyrnn.model import CardState, Event
from studyrnn.scheduling import Scheduler
from studyrnn.store import Store

AT = "2026-11-21T10:00:00.000+00:00"


def review(card: str, day: int, rating: int = 3, due: int | None = None, at: str = AT) -> Event:
    return Event(card, at, day, rating=rating, due_day=due or day + rating)


def test_what_was_written_is_read_back_after_reopening(tmp_path: Path) -> None:
    """Every field of a review survives."""
    path = tmp_path / "deep" / "reviews.db"
    written = Event(
        card="gru.hidden-state", at="2026-11-21T10:00:00.000+00:00", day=739941, rating=2, due_day=739943, score=0.5,
        seed=7, index=3, version=1, response="0.1 −0.2\n", slip="z-flipped", hints=1, tries=2, milliseconds=81234,
        mode="quiz", predicted=0.87, model="fsrs-6", id="abc",
    )  # fmt: skip
    with Store(path) as store:
        store.append(written)
    with Store(path) as store:
        assert store.events() == [written]


def test_the_log_is_written_ahead_and_flushed(tmp_path: Path) -> None:
    """WAL and synchronous=FULL: what a power cut must not take."""
    with Store(tmp_path / "reviews.db") as store:
        assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize("statement", ["UPDATE events SET rating = 4", "DELETE FROM events"])
def test_the_log_is_append_only(tmp_path: Path, statement: str) -> None:
    """Neither a bug nor a hand at the database changes what was answered."""
    with Store(tmp_path / "reviews.db") as store:
        store.append(review("a", 1))
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            store._connection.execute(statement)
        assert len(store.events()) == 1


def test_times_grow_whatever_the_clock_says(tmp_path: Path) -> None:
    """A clock that was set back, or stands still: each event is later than the one before, and they stay in order."""
    clock = ["2026-11-21T10:00:00.000+00:00", "2026-11-21T10:00:00.000+00:00", "2020-01-01T00:00:00.000+00:00"]
    with Store(tmp_path / "reviews.db") as store:
        for at in clock:
            store.append(review("a", 1, at=at))
        times = [event.at for event in store.events()]
    assert times == [f"2026-11-21T10:00:00.00{k}+00:00" for k in range(3)]


def test_times_are_not_pushed_out_of_the_calendar(tmp_path: Path) -> None:
    """One absurd time in an import must not make the log one that nobody can import again."""
    with Store(tmp_path / "reviews.db") as store, Store(tmp_path / "other.db") as other:
        store.merge([replace(review("a", 3_600_000, at="9998-12-31T23:59:59.999+00:00"), id="absurd")])
        store.append(review("b", 739941))
        assert store.events()[-1].at == AT
        assert other.merge(eventlines.read(eventlines.lines(store.events()), "log")) == 2


def test_the_states_say_what_planning_needs(tmp_path: Path) -> None:
    """Answers, days and due days of each card, without a replay; one card gives the same."""
    with Store(tmp_path / "reviews.db") as store:
        store.append(review("a", 10, 1, due=11))
        store.append(review("a", 10, 3, due=15))
        store.append(review("b", 9, 3, due=14))
        a, b = store.states()["a"], store.states()["b"]
        assert (a.answers, a.first_day, a.last_day, a.last_rating, a.due_day) == (2, 10, 10, 3, 11)
        assert (b.answers, b.first_day, b.last_day, b.last_rating, b.due_day) == (1, 9, 9, 3, 14)
        assert (store.state("a"), store.state("never")) == (a, CardState())


def test_the_days_and_the_modes_of_the_log(tmp_path: Path) -> None:
    """For the streak, and for what had its turn before an exam."""
    with Store(tmp_path / "reviews.db", {"old": "new"}) as store:
        for card, day, mode in [("a", 10, "quiz"), ("old", 11, "exam 2026-12-01"), ("b", 12, "exam 2026-12-01")]:
            store.append(Event(card, AT, day, rating=3, due_day=day + 2, mode=mode))
        store.append(Event("c", AT, 13, "flag"))
        assert store.days_studied(12) == {10, 11, 12}
        assert store.answered_in("exam 2026-12-01") == {"new", "b"}


def test_a_clock_that_ran_years_ahead_spoils_neither_machine(tmp_path: Path) -> None:
    """One machine answers under 2030, is set right and studies on; another studies all the while. Put together, every
    real answer of both counts, in the order of its day; what is dated 2030 waits."""
    first, later, wrong = (date.fromisoformat(day).toordinal() for day in ("2026-12-01", "2026-12-13", "2030-01-01"))
    with Store(tmp_path / "one.db") as one, Store(tmp_path / "two.db") as two:
        one.append(review("other", wrong, at="2030-01-01T10:00:00.000+00:00"))
        one.append(Event("mark", "2030-01-01T10:01:00.000+00:00", wrong, "suspend"))
        one.append(review("a", first, 3, at="2026-12-01T10:00:00.000+00:00"))
        one.append(Event("mark", "2026-12-02T10:00:00.000+00:00", first + 1, "unsuspend"))
        for day, rating in ((first, 1), (first + 2, 3), (later, 4)):
            two.append(review("a", day, rating, at=f"{date.fromordinal(day)}T18:00:00.000+00:00"))
        two.append(Event("a", "2026-12-14T18:00:00.000+00:00", later + 1, "suspend"))
        one.merge(two.events())
        two.merge(one.events())
        for store in (one, two):
            assert store.verify() == []
            states = store.states(later + 1)
            assert states["a"].memory == Scheduler().replay("a", [(first, 1), (first + 2, 3), (later, 4)])._replace(
                due_day=later + 4
            )
            assert states["a"].suspended
            assert (states["other"], states["mark"]) == (CardState(), CardState())
            assert store.state("other", later + 1) == CardState()
            assert store.dated_ahead(later + 1) == {"other": wrong, "mark": wrong}
            assert store.days_studied(later + 1) == {first, first + 2, later}
            assert store.states(wrong)["other"].due_day == wrong + 3
            assert store.states(wrong - 1) == store.states(), "the day after may have begun already further east"
            assert store.dated_ahead(wrong) == {}


def test_a_killed_process_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """kill -9 straight after append returns: the review is there."""
    path = tmp_path / "reviews.db"
    program = f"""
import sys, time
from pathlib import Path
from studyrnn.model import Event
from studyrnn.store import Store
store = Store(Path({str(path)!r}))
for n in range(5):
    store.append(Event(card=f"card-{{n}}", at="2026-11-21", day=n + 1, rating=3, due_day=n + 2))
    print(n, flush=True)
time.sleep(60)
"""
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert [child.stdout.readline().strip() for _ in range(5)] == list("01234")
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    with Store(path) as store:
        assert [r.card for r in store.events()] == [f"card-{n}" for n in range(5)]


def test_a_foreign_database_is_left_alone(tmp_path: Path) -> None:
    """--db with the file of another program: refused, and not touched."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="something else"):
        Store(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes, not a database at all\n" * 100)
    with pytest.raises(StoreError, match="cannot open the review log"):
        Store(path)


def test_a_newer_log_is_refused(tmp_path: Path) -> None:
    """An old release must not write into a log whose shape it does not know."""
    path = tmp_path / "reviews.db"
    Store(path).close()
    with sqlite3.connect(path) as later:
        later.execute("PRAGMA user_version = 99")
    later.close()
    with pytest.raises(StoreError, match="newer studyrnn"):
        Store(path)


def test_two_processes_may_open_a_new_log_at_once(tmp_path: Path) -> None:
    """Nobody finds it locked, half made, or made twice."""
    for trial in range(5):
        path = tmp_path / f"{trial}.db"
        program = f"from pathlib import Path; from studyrnn.store import Store; Store(Path({str(path)!r})).close()"
        both = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True) for _ in range(3)]
        for process in both:
            assert process.communicate()[1] == ""
        with Store(path) as store:
            assert store.events() == []


def test_a_renamed_card_has_both_histories(tmp_path: Path) -> None:
    """What was answered under the old id and under the new one, in the order in which it was answered."""
    path = tmp_path / "reviews.db"
    with Store(path) as store:
        for card, day in [("old", 1), ("new", 3), ("old", 5), ("else", 6)]:
            store.append(review(card, day))
    with Store(path, {"old": "new"}) as store:
        state = store.states()["new"]
        assert state == store.state("new")
        assert (state.answers, state.first_day, state.last_day, state.due_day) == (3, 1, 5, 8)
        assert state.memory is not None
        assert state.memory.reviews == 3
        assert set(store.states()) == {"new", "else"}
        store.append(review("new", 9))
        assert store.state("new") == store.states()["new"]
        assert store.state("new").answers == 4
        assert store.verify() == []
    with Store(path) as store:
        assert set(store.states()) == {"old", "new", "else"}


def test_a_card_that_had_two_names_before_has_all_three_histories(tmp_path: Path) -> None:
    """As `state` and a replay of the events give them."""
    path, renamed = tmp_path / "reviews.db", {"a": "new", "b": "new"}
    with Store(path, renamed) as store:
        for card, day in [("a", 1), ("b", 3), ("new", 6)]:
            store.append(review(card, day))
        assert store.states() == {"new": store.state("new")} == replay(store.events(), renamed)
        assert store.state("new").answers == 3


def test_what_was_taken_back_counts_neither_for_a_day_nor_for_an_exam(tmp_path: Path) -> None:
    with Store(tmp_path / "reviews.db") as store:
        event = store.append(replace(review("a", 5), mode="exam 2027-02-12"))
        assert (store.days_studied(6), store.answered_in("exam 2027-02-12")) == ({5}, {"a"})
        store.append(Event("a", AT, 5, "undo", of=event.id))
        assert (store.days_studied(6), store.answered_in("exam 2027-02-12")) == (set(), set())


def test_a_migration_that_is_interrupted_has_not_happened(tmp_path: Path) -> None:
    """The next start does it again, states and all."""
    path = tmp_path / "reviews.db"
    with sqlite3.connect(path) as old:
        old.executescript(FIRST_VERSION)
    old.close()

    def interrupted() -> None:
        raise KeyboardInterrupt

    connection = sqlite3.connect(path, isolation_level=None)
    with pytest.raises(KeyboardInterrupt):
        logschema.prepare(connection, path, interrupted)
    connection.close()
    with Store(path) as store:
        assert store.states()["gru.mix"].due_day == 20
        assert store.verify() == []


def test_a_log_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """A copy is put beside it first; every event is there, and the states follow from them."""
    path = tmp_path / "reviews.db"
    with sqlite3.connect(path) as old:
        old.executescript(FIRST_VERSION)
    old.close()
    with Store(path) as store:
        first, second = store.events()
        assert (first.card, first.kind, first.rating, first.due_day, first.of, first.confidence) == (
            "gru.mix", "review", 3, 12, "", None,
        )  # fmt: skip
        assert store.states()["gru.mix"].due_day == 20
        assert store.verify() == []
        store.append(Event("gru.mix", AT, 21, "undo", of=second.id))
        assert store.states()["gru.mix"].due_day == 12
    with sqlite3.connect(tmp_path / "reviews.db.version-1") as copy:
        assert copy.execute("SELECT count(*) FROM events").fetchone() == (2,)
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
    copy.close()


FIRST_VERSION = """
CREATE TABLE events (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, at TEXT NOT NULL, day INTEGER NOT NULL,
    card TEXT NOT NULL, rating INTEGER CHECK (rating BETWEEN 1 AND 4), due_day INTEGER, score REAL, seed INTEGER,
    "index" INTEGER, version INTEGER, response TEXT, slip TEXT, hints INTEGER, tries INTEGER, milliseconds INTEGER,
    mode TEXT, predicted REAL, model TEXT
);
CREATE INDEX events_of_card ON events (card, number);
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
INSERT INTO events VALUES
    (1, 'one', 'review', '2026-11-21T10:00:00.000+00:00', 10, 'gru.mix', 3, 12, 1.0, 7, 0, 1, '', '', 0, 1, 10, 'quiz',
     NULL, 'fsrs-6'),
    (2, 'two', 'review', '2026-11-23T10:00:00.000+00:00', 12, 'gru.mix', 3, 20, 1.0, 7, 1, 1, '', '', 0, 1, 10, 'quiz',
     0.9, 'fsrs-6');
PRAGMA application_id = 1397902926;
PRAGMA user_version = 1;
"""


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda path: path.chmod(0o400), "no permission"),
        (lambda path: path.write_bytes(path.read_bytes()[:100] + b"x" * 4000), "damaged"),
    ],
)
def test_trouble_with_the_file_is_told_with_what_to_do(tmp_path: Path, damage: Any, told: str) -> None:
    """And the file is left as it is."""
    path = tmp_path / "reviews.db"
    with Store(path) as store:
        store.append(review("a", 1))
    damage(path)
    before = path.read_bytes()
    if os.geteuid() == 0 and told == "no permission":
        pytest.skip("root may write everything")
    with pytest.raises(StoreError, match=told), Store(path) as store:
        store.append(review("a", 2))
    assert path.read_bytes() == before


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """The database may not grow: the answer is refused, what was there stays, and later it goes on."""
    path = tmp_path / "reviews.db"
    with Store(path) as store:
        store.append(review("a", 1))
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="the disk is full"):
            store.append(Event("b", AT, 1, rating=3, due_day=2, response="x" * 100_000))
        assert [event.card for event in store.events()] == ["a"]
        store._connection.execute("PRAGMA max_page_count = 100000")
        store.append(review("b", 1))
        assert store.verify() == []


def test_two_sessions_write_to_one_log(tmp_path: Path) -> None:
    """Each sees what the other wrote; the states fit both."""
    path = tmp_path / "reviews.db"
    with Store(path) as one, Store(path) as two:
        for day in range(1, 20, 2):
            one.append(review("a", day))
            two.append(review("a", day + 1))
            two.append(review("b", day))
        assert one.states() == two.states()
        assert one.state("a").answers == 20
        assert one.verify() == []
