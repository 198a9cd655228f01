"""The review log loses nothing and never changes what was written."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyrnn.errors import StoreError
from studyrnn.model import Review
from studyrnn.store import Seen, Store


def review(card: str, day: int, rating: int = 3, due: int | None = None) -> Review:
    return Review(card=card, at="2026-11-21T10:00:00.000+00:00", day=day, rating=rating, due_day=due or day + rating)


def test_what_was_written_is_read_back_after_reopening(tmp_path: Path) -> None:
    """Every field of a review survives."""
    path = tmp_path / "deep" / "reviews.db"
    written = Review(
        card="gru.hidden-state", at="2026-11-21T10:00:00.000+00:00", day=739941, rating=2, due_day=739943, score=0.5,
        seed=7, index=3, version=1, response="0.1 −0.2\n", slip="z-flipped", hints=1, tries=2, milliseconds=81234,
        mode="quiz", predicted=0.87, model="fsrs-6", id="abc",
    )  # fmt: skip
    with Store(path) as store:
        store.append(written)
    with Store(path) as store:
        assert store.reviews() == [written]


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
        assert len(store.reviews()) == 1


def test_only_the_first_review_of_a_study_day_counts(tmp_path: Path) -> None:
    """Repeats within a day are logged but do not reach the schedule; days of a clock that was put back are left out."""
    with Store(tmp_path / "reviews.db") as store:
        for day, rating in [(10, 1), (10, 3), (99, 3), (11, 1), (15, 4)]:
            store.append(review("a", day, rating))
        store.append(review("b", 12, 2))
        assert store.history("a") == [(10, 1), (11, 1), (15, 4)]
        assert store.history("never") == []


def test_seen_tells_the_last_answer_and_due_day(tmp_path: Path) -> None:
    """What planning needs comes from the log itself, without replaying it."""
    with Store(tmp_path / "reviews.db") as store:
        store.append(review("a", 10, 1, due=11))
        store.append(review("a", 10, 3, due=11))
        store.append(review("b", 9, 3, due=14))
        assert store.seen() == {"a": Seen(2, 10, 10, 11, 3), "b": Seen(1, 9, 9, 14, 3)}


def test_a_killed_process_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """kill -9 straight after append returns: the review is there."""
    path = tmp_path / "reviews.db"
    program = f"""
import sys, time
from pathlib import Path
from studyrnn.model import Review
from studyrnn.store import Store
store = Store(Path({str(path)!r}))
for n in range(5):
    store.append(Review(card=f"card-{{n}}", at="t", day=n, rating=3, due_day=n + 2))
    print(n, flush=True)
time.sleep(60)
"""
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    while child.stdout.readline().strip() != "4":
        pass
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    with Store(path) as store:
        assert [r.card for r in store.reviews()] == [f"card-{n}" for n in range(5)]


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


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 30), st.integers(1, 4)), max_size=30))
def test_seen_agrees_with_a_walk_through_the_log(answers: list[tuple[str, int, int]]) -> None:
    """The query and a plain loop over all events tell the same."""
    with Store(Path(":memory:")) as store:
        for card, day, rating in answers:
            store.append(review(card, day, rating))
        expected = {}
        for card in {card for card, _, _ in answers}:
            mine = [(day, rating) for c, day, rating in answers if c == card]
            days = [day for day, _ in mine]
            expected[card] = Seen(len(mine), min(days), days[-1], mine[-1][0] + mine[-1][1], mine[-1][1])
        assert store.seen() == expected


def test_two_processes_may_open_a_new_log_at_once(tmp_path: Path) -> None:
    """Nobody finds it locked, half made, or made twice."""
    for trial in range(5):
        path = tmp_path / f"{trial}.db"
        program = f"from pathlib import Path; from studyrnn.store import Store; Store(Path({str(path)!r})).close()"
        both = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True) for _ in range(3)]
        for process in both:
            assert process.communicate()[1] == ""
        with Store(path) as store:
            assert store.reviews() == []


def test_a_renamed_card_has_both_histories(tmp_path: Path) -> None:
    """What was answered under the old id and under the new one, in the order in which it was answered."""
    path = tmp_path / "reviews.db"
    with Store(path) as store:
        for card, day in [("old", 1), ("new", 3), ("old", 5), ("else", 6)]:
            store.append(review(card, day))
    with Store(path, {"old": "new"}) as store:
        assert store.history("new") == [(1, 3), (3, 3), (5, 3)]
        assert store.seen()["new"] == Seen(reviews=3, first_day=1, last_day=5, due_day=8, last_rating=3)
        assert set(store.seen()) == {"new", "else"}
    with Store(path) as store:
        assert set(store.seen()) == {"old", "new", "else"}
