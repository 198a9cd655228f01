"""The log looked after and carried from machine to machine, as a person or a script does it."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest
from running import Run, state
from test_quiz_days import TODAY, answered, log

from studyrnn.model import AGAIN, GOOD, Event
from studyrnn.scheduling import Scheduler
from studyrnn.store import Store


def test_two_logs_that_were_exchanged_agree(run: Run, tmp_path: Path) -> None:
    """Through files and pipes, twice, in either order."""
    answered(tmp_path, "seven/open", (5, GOOD), (2, AGAIN))
    run("quiz", "seven/typed", "--seed", "7", typed="teacher forcing\n\n")
    run("flag", "seven/typed")
    other = ("--db", str(tmp_path / "other.db"))
    run("quiz", "seven/open", *other, typed="\n\n")
    ours, theirs = str(tmp_path / "ours.jsonl"), str(tmp_path / "theirs.jsonl")
    written = run("log", "export", "-o", ours)
    assert (written.stdout, written.stderr) == ("", f"{ours} written\n")
    assert Path(ours).read_text("utf-8") == run("log", "export").stdout
    run("log", "export", "-o", theirs, *other)
    count = len(log(tmp_path))
    assert run("log", "import", ours, *other).stdout == f"{count} events added, 0 known already\n"
    assert run("log", "import", ours, *other).stdout == f"0 events added, {count} known already\n"
    text = Path(theirs).read_text("utf-8")
    assert run("log", "import", "-", typed=text).stdout == "1 event added, 0 known already\n"
    assert run("log", "import", "-", typed=text).stdout == "0 events added, 1 known already\n"
    with Store(tmp_path / "other.db") as one, Store(tmp_path / "data" / "studyrnn" / "reviews.db") as two:
        assert one.states() == two.states()
        assert sorted(one.events(), key=lambda event: event.id) == sorted(two.events(), key=lambda event: event.id)
        assert one.verify() == two.verify() == []
    for which in ((), other):
        done = run("log", "verify", *which)
        assert (done.returncode, f"{count + 1} events, 2 cards, all in order" in done.stdout) == (0, True)


def test_what_is_exported_survives_a_terminal_in_another_encoding(run: Run, tmp_path: Path) -> None:
    with Store(tmp_path / "reviews.db") as store:
        at = f"{date.fromordinal(TODAY)}T10:00:00.000+00:00"
        store.append(Event("seven/open", at, TODAY, rating=3, response="−0.5 → é"))
        exported = run("log", "export", "--db", str(store.path), PYTHONIOENCODING="latin-1").stdout
        assert run("log", "import", "-", typed=exported).returncode == 0
        assert log(tmp_path) == store.events()


def test_a_damaged_cache_is_found_and_mended(run: Run, tmp_path: Path) -> None:
    """Verify says which card, with exit code 1; rebuild works it out again from the events."""
    answered(tmp_path, "seven/open", (5, GOOD))
    answered(tmp_path, "seven/order", (5, GOOD))
    before = state(tmp_path, "seven/open")
    with sqlite3.connect(tmp_path / "data" / "studyrnn" / "reviews.db") as hand:
        hand.execute("UPDATE states SET due_day = 999 WHERE card = 'seven/open'")
    hand.close()
    found = run("log", "verify")
    assert found.returncode == 1
    assert found.stdout.startswith("seven/open: the state that is kept is not what its events give\n")
    assert "`studyrnn log rebuild`" in found.stdout
    assert run("log", "rebuild").stdout == "2 cards worked out again from 2 events\n"
    assert state(tmp_path, "seven/open") == before
    assert run("log", "verify").returncode == 0


def test_a_damaged_file_is_told_from_a_damaged_cache(run: Run, tmp_path: Path) -> None:
    """A rebuild would not mend it: what can be read goes into a new file."""
    answered(tmp_path, "seven/open", (5, GOOD))
    with sqlite3.connect(tmp_path / "data" / "studyrnn" / "reviews.db") as hand:
        hand.execute("PRAGMA writable_schema = 1")
        hand.execute("UPDATE sqlite_schema SET sql = replace(sql, '(at)', '(day)') WHERE name = 'events_in_order'")
    hand.close()
    found = run("log", "verify")
    assert found.returncode == 1
    assert "index" in found.stdout
    assert "`studyrnn log export -o saved.jsonl`" in found.stdout
    assert "rebuild" not in found.stdout


@pytest.mark.parametrize("end", ["", "-wal", "-shm"])
def test_an_export_writes_over_no_part_of_the_log(run: Run, tmp_path: Path, end: str) -> None:
    answered(tmp_path, "seven/open", (5, GOOD))
    file = tmp_path / "data" / "studyrnn" / f"reviews.db{end}"
    refused = run("log", "export", "-o", str(file))
    assert (refused.returncode, "belongs to the review log itself" in refused.stderr) == (2, True)
    assert run("log", "verify").returncode == 0


def test_a_folder_that_was_mistyped_is_not_made(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "no-such" / "reviews.db"
    for refused in (run("due", "--db", str(file)), run("due", STUDYRNN_DB=str(file))):
        assert (refused.returncode, f"there is no folder {file.parent}" in refused.stderr) == (2, True)
    assert not file.parent.exists()


def test_many_findings_are_counted_and_their_names_command_no_terminal(run: Run, tmp_path: Path) -> None:
    for number in range(12):
        answered(tmp_path, f"\x1b[31m{number:02}", (5, GOOD))
    with sqlite3.connect(tmp_path / "data" / "studyrnn" / "reviews.db") as hand:
        hand.execute("DELETE FROM states")
    hand.close()
    told = run("log", "verify").stdout
    assert "\x1b" not in told
    assert told.count("not what its events give") == 10
    assert "... and 2 more\n" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"id": "x"}', ':2: "card" is missing. Nothing was imported'),
        ("not json", ":2: this is no JSON. Nothing was imported"),
    ],
)
def test_a_bad_line_imports_nothing(run: Run, tmp_path: Path, text: str, told: str) -> None:
    """Not even the good ones before and after it."""
    good = '{"id": "%s", "card": "seven/open", "at": "2026-11-21T10:00:00Z", "day": 739941, "rating": 3}\n'
    lines = good % "one" + text + "\n" + good % "two"
    file = tmp_path / "log.jsonl"
    file.write_text(lines, "utf-8")
    done = run("log", "import", str(file))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"studyrnn: {file}{told}\n")
    assert f"studyrnn: standard input{told}" in run("log", "import", "-", typed=lines).stderr
    assert log(tmp_path) == []


def test_a_file_that_is_no_log_is_said(run: Run, tmp_path: Path) -> None:
    """One that is not there, and one that is no text."""
    missing, binary = tmp_path / "none.jsonl", tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\0")
    done = run("log", "import", str(missing))
    assert (done.returncode, done.stderr) == (1, f"studyrnn: cannot read {missing}: No such file or directory\n")
    done = run("log", "import", str(binary))
    assert (done.returncode, f"studyrnn: {binary} is no text in UTF-8" in done.stderr) == (1, True)


@pytest.mark.parametrize("command", ["verify", "rebuild", "export"])
def test_a_log_that_is_not_there_is_said_and_not_made(run: Run, tmp_path: Path, command: str) -> None:
    path = tmp_path / "mistyped.db"
    done = run("log", command, "--db", str(path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"studyrnn: there is no review log {path}.")
    assert not path.exists()


def test_export_says_where_it_cannot_write(run: Run, tmp_path: Path) -> None:
    answered(tmp_path, "seven/open", (5, GOOD))
    done = run("log", "export", "-o", str(tmp_path / "no" / "folder.jsonl"))
    assert done.returncode == 1
    assert done.stderr == f"studyrnn: cannot write {tmp_path / 'no' / 'folder.jsonl'}: No such file or directory\n"


def test_export_never_writes_over_the_log(run: Run, tmp_path: Path) -> None:
    """Whatever the file is called."""
    answered(tmp_path, "seven/open", (5, GOOD))
    other = tmp_path / "other-name"
    other.symlink_to(tmp_path / "data" / "studyrnn" / "reviews.db")
    done = run("log", "export", "-o", str(other))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"studyrnn: -o {other} belongs to the review log itself: name another file\n"
    assert len(log(tmp_path)) == 1


COMMANDS = [
    ("due", "seven/open"), ("reschedule",), ("suspend", "seven/open"), ("unsuspend", "seven/open"),
    ("flag", "seven/open"), ("unflag", "seven/open"), ("forget", "seven/open"), ("log", "verify"), ("log", "rebuild"),
    ("log", "export"), ("log", "import", "-"),
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_uses_the_log_that_is_named(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    """By --db, or else by $STUDYRNN_DB; the one in the data directory is not even made."""
    usual, named = tmp_path / "data" / "studyrnn" / "reviews.db", tmp_path / "named.db"
    with Store(named) as store:
        memory = Scheduler().review(None, "seven/open", GOOD, TODAY)
        at = "2026-11-21T10:00:00.000+00:00"
        store.append(Event("seven/open", at, TODAY, rating=GOOD, due_day=memory.due_day, id="e1"))
    other = str(tmp_path / "other.db")
    first = run(*command, STUDYRNN_DB=str(named))
    assert first.returncode == 0, first.stderr
    again = run(*command, "--db", str(named), STUDYRNN_DB=other)
    assert again.returncode == 0, again.stderr
    assert not usual.exists()
    assert not Path(other).exists()
