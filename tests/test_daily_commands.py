"""What stands around a quiz: due, config, reschedule, the marks and the log, each as a person or a script runs them."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as anyhow
from hypothesis import strategies as st
from running import piped
from test_quiz_days import TODAY, answered, log
from test_quiz_pipe import DECK

from studyrnn import settings
from studyrnn.errors import UsageError
from studyrnn.model import AGAIN, EASY, GOOD, HARD, CardState, Event
from studyrnn.scheduling import Scheduler
from studyrnn.store import Store

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def run(tmp_path: Path, cache: str) -> Run:
    """Run a command in a home whose own decks are one of each kind of card."""
    path = tmp_path / "data" / "studyrnn" / "decks" / "seven.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(DECK, "utf-8")

    def ran(*arguments: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return piped(tmp_path, *arguments, typed=typed, **{"XDG_CACHE_HOME": cache, **more})

    return ran


def configure(folder: Path, text: str) -> str:
    path = folder / "config" / "studyrnn" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return str(path)


def state(folder: Path, card: str) -> CardState:
    with Store(folder / "data" / "studyrnn" / "reviews.db") as store:
        return store.state(card)


def planned(shown: str) -> str:
    """What the first line of a quiz says it will ask: "2 due, 1 new"."""
    found = re.search(r"^ 1 of \d+ · (.+?)(  |$)", shown, re.MULTILINE)
    return found.group(1) if found else ""


# -- due -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names", [(), ("seven",), ("teacher-forcing", "seven/order"), ("data/studyrnn/decks/seven.yaml",)]
)
def test_due_says_what_the_quiz_would_ask(run: Run, tmp_path: Path, names: tuple[str, ...]) -> None:
    """In words and for programs, of everything or of what is named."""
    answered(tmp_path, "seven/open", (3, GOOD))
    answered(tmp_path, "seven/order", (5, AGAIN), (0, AGAIN))
    answered(tmp_path, "seven/typed", (1, GOOD))
    answered(tmp_path, "seven/number", (1, AGAIN))
    names = tuple(str(tmp_path / name) if name.endswith("yaml") else name for name in names)
    asked = planned(run("quiz", *names).stdout)
    told = run("due", *names)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == f"{asked}\n"
    found = json.loads(run("due", *names, "--json").stdout)
    parts = [(found["missed"], "to repeat"), (found["due"], "due"), (found["new"], "new")]
    assert ", ".join(f"{count} {what}" for count, what in parts if count) == asked
    assert found["total"] == found["missed"] + found["due"] + found["new"] > 0
    assert found["missed"] == 1
    assert found["day"] == date.fromordinal(TODAY).isoformat()


def test_due_says_what_is_coming_where_nothing_is_due(run: Run, tmp_path: Path) -> None:
    configure(tmp_path, "new = 0\n")
    assert run("due").stdout == "nothing due\n"
    answered(tmp_path, "seven/open", (0, GOOD))
    answered(tmp_path, "seven/typed", (1, EASY), (0, EASY))
    assert run("due").stdout == "nothing due; 1 in 2 days\n"
    found = json.loads(run("due", "--json").stdout)
    assert (found["total"], found["tomorrow"], found["week"], found["streak"]) == (0, 0, 1, 2)
    assert found["next"] == date.fromordinal(TODAY + 2).isoformat()
    answered(tmp_path, "seven/order", (0, HARD))
    assert run("due").stdout == "nothing due; 1 tomorrow\n"


def test_due_refuses_what_it_does_not_know(run: Run) -> None:
    done = run("due", "svn")
    assert (done.returncode, done.stdout) == (2, "")
    assert 'no deck, topic or card is called "svn"' in done.stderr


# -- config ----------------------------------------------------------------------------------------------------------


def test_config_shows_every_setting_as_a_file_that_would_set_it(run: Run, tmp_path: Path) -> None:
    """By default, and again from the file that was made of it."""
    first = run("config")
    assert first.returncode == 0
    assert "no such file yet" in first.stdout
    assert tomllib.loads(first.stdout) == {
        "retention": 0.9, "maximum-interval": 36500, "fuzz": True, "new": 10, "reviews": 200, "day-ends": "04:00",
        "confidence": False,
    }  # fmt: skip
    path = configure(tmp_path, first.stdout)
    again = run("config").stdout
    assert tomllib.loads(again) == tomllib.loads(first.stdout)
    assert again.startswith(f"# {path}\n")
    assert again.count("# set here:") == 7


def test_config_says_where_a_value_comes_from(run: Run, tmp_path: Path) -> None:
    path = configure(tmp_path, 'new = 3\nretention = 0.85\nday-ends = "02:30"\n')
    told = run("config").stdout
    assert tomllib.loads(told)["retention"] == 0.85
    assert re.search(r"^new = 3 +# set here: new cards a day$", told, re.MULTILINE)
    assert re.search(r"^reviews = 200 +# default: ", told, re.MULTILINE)
    found = json.loads(run("config", "--json").stdout)
    assert found["file"] == path
    assert found["settings"]["day-ends"] == {"value": "02:30", "from": path, "what": "when a study day ends"}
    assert found["settings"]["fuzz"]["from"] == "default"
    assert {name: entry["value"] for name, entry in found["settings"].items()} == tomllib.loads(told)


@pytest.mark.parametrize("command", ["config", "quiz", "due"])
def test_a_config_that_cannot_be_meant_is_named_by_every_command(run: Run, tmp_path: Path, command: str) -> None:
    """Exit 2, before anything is asked or shown."""
    path = configure(tmp_path, "neww = 3\n")
    done = run(command)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f'studyrnn: {path}: there is no setting "neww". Did you mean "new"?\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("new = 1.5", "f: new has to be a whole number from 0 to 9999"),
        ("new = true", "f: new has to be a whole number from 0 to 9999"),
        ("new = -1", "f: new has to be a whole number from 0 to 9999"),
        ("[new]\na = 1", "f: new has to be a whole number from 0 to 9999"),
        ("retention = 0.5", "f: retention has to be a number from 0.7 to 0.99"),
        ("retention = nan", "f: retention has to be a number from 0.7 to 0.99"),
        ("maximum-interval = 0", "f: maximum-interval has to be a whole number from 1 to 36500"),
        ("maximum_interval = 9", 'f: there is no setting "maximum_interval". Did you mean "maximum-interval"?'),
        ('fuzz = "yes"', "f: fuzz has to be true or false"),
        ("confidence = 1", "f: confidence has to be true or false"),
        ('day-ends = "25:00"', 'f: day-ends has to be a time of the night or morning, like "04:00"'),
        ("day-ends = 04:00:00", 'f: day-ends has to be a time of the night or morning, like "04:00"'),
        ("day-ends = 4", 'f: day-ends has to be a time of the night or morning, like "04:00"'),
        ("new = 1\nnew = 2", "f: cannot overwrite a value"),
        ("new == 1", "f: invalid value (at line 1, column 6)"),
        ("new = " + "1" * 5000, "f: exceeds the limit"),
        ("new = " + "[" * 100_000, "f: maximum recursion depth exceeded"),
    ],
)
def test_a_wrong_setting_is_told_with_what_it_has_to_be(text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings.read(text, "f")
    assert str(caught.value).startswith(told)


def test_a_config_that_is_no_text_is_refused(run: Run, tmp_path: Path) -> None:
    path = Path(configure(tmp_path, ""))
    path.write_bytes(b"\xff\xfe\0")
    done = run("config")
    assert done.returncode == 2
    assert done.stderr == f"studyrnn: {path} is no text in UTF-8\n"


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "retention": st.floats(0.7, 0.99),
    "maximum-interval": st.integers(1, 36500),
    "fuzz": st.booleans(),
    "new": st.integers(0, 9999),
    "reviews": st.integers(0, 99999),
    "day-ends": st.builds("{:02}:{:02}".format, st.integers(0, 12), st.integers(0, 59)),
    "confidence": st.booleans(),
}
anything = st.one_of(st.booleans(), st.integers(), st.floats(), st.text(st.characters(exclude_categories=["Cs"])))


def toml(values: dict[str, Any]) -> str:
    spelt = {name: json.dumps(value).replace("NaN", "nan").replace("Infinity", "inf") for name, value in values.items()}
    return "".join(f"{name} = {value}\n" for name, value in spelt.items())


@given(st.fixed_dictionaries({}, optional=VALUES))
def test_every_setting_is_read_as_it_was_written(values: dict[str, Any]) -> None:
    found = settings.read(toml(values), "f")
    listed = {name: (value, source) for name, value, source, _ in found.listed()}
    standard = {name: (value, source) for name, value, source, _ in settings.Settings().listed()}
    assert listed == standard | {name: (value, "f") for name, value in values.items()}
    assert timedelta(0) <= found.cut_off < timedelta(hours=13)


@anyhow(deadline=None)
@given(st.text() | st.dictionaries(st.sampled_from(list(VALUES)), anything, max_size=3).map(toml))
def test_any_text_is_a_config_or_refused_with_its_file(text: str) -> None:
    """And what was accepted can be used: a scheduler takes it, a day ends by it."""
    try:
        found = settings.read(text, "config.toml")
    except UsageError as refused:
        assert str(refused).startswith("config.toml: ")
    else:
        scheduler = Scheduler(found.retention, found.maximum_interval, found.fuzz)
        assert scheduler.review(None, "a", EASY, 739_000).due_day > 739_000
        assert timedelta(0) <= found.cut_off < timedelta(hours=13)


# -- what the quiz takes from the settings ---------------------------------------------------------------------------


def test_the_quiz_obeys_the_numbers_a_day_and_options_override_them(run: Run, tmp_path: Path) -> None:
    for card in ("seven/open", "seven/number", "seven/order"):
        answered(tmp_path, card, (9, GOOD))
    configure(tmp_path, "new = 2\nreviews = 1\n")
    assert planned(run("quiz", "seven").stdout) == "1 due, 2 new"
    assert run("due", "seven").stdout == "1 due, 2 new\n"
    assert planned(run("quiz", "seven", "--new", "3").stdout) == "1 due, 3 new"
    assert planned(run("quiz", "seven", "--new", "0").stdout) == "1 due"


def test_the_quiz_schedules_as_it_is_set(run: Run, tmp_path: Path) -> None:
    """The longest interval and the recall that is aimed at decide when a card comes back."""
    configure(tmp_path, "maximum-interval = 5\n")
    run("quiz", "seven/open", typed="\n4\n")
    configure(tmp_path, "retention = 0.7\nfuzz = false\n")
    run("quiz", "seven/typed", typed="\n4\n")
    first, second = log(tmp_path)
    assert first.due_day == TODAY + 5
    assert second.due_day == Scheduler(0.7, fuzz=False).review(None, "seven/typed", EASY, TODAY).due_day > TODAY + 20


def test_the_quiz_asks_how_sure_a_learner_is_where_that_is_set(run: Run, tmp_path: Path) -> None:
    configure(tmp_path, "confidence = true\n")
    run("quiz", "seven/typed", typed="teacher forcing\n2\n\n")
    run("quiz", "seven/number", "--no-confidence", typed="2\n\n")
    configure(tmp_path, "")
    run("quiz", "seven/order", "--confidence", typed="1 2 3\n3\n\n")
    assert [(event.card, event.confidence) for event in log(tmp_path)] == [
        ("seven/typed", 2), ("seven/number", None), ("seven/order", 3),
    ]  # fmt: skip


def test_a_study_day_ends_when_it_is_set_to(run: Run, tmp_path: Path) -> None:
    """At two in the morning it is still yesterday, unless a day ends at one."""
    now = datetime.now(UTC)
    offset = now.hour - 2  # a zone where it is two o'clock
    here = (now - timedelta(hours=offset)).date()
    zone = f"XXX{offset:+d}"
    assert json.loads(run("due", "--json", TZ=zone).stdout)["day"] == (here - timedelta(days=1)).isoformat()
    configure(tmp_path, 'day-ends = "01:00"\n')
    assert json.loads(run("due", "--json", TZ=zone).stdout)["day"] == here.isoformat()
    run("quiz", "seven/open", typed="\n\n", TZ=zone)
    run("flag", "seven/open", TZ=zone)
    assert [event.day for event in log(tmp_path)] == [here.toordinal()] * 2


# -- reschedule ------------------------------------------------------------------------------------------------------


def test_reschedule_moves_what_was_scheduled_to_where_the_settings_put_it(run: Run, tmp_path: Path) -> None:
    """Not with --dry-run; once, and the second time there is nothing left to move."""
    histories = {
        "seven/open": [(60, GOOD), (58, GOOD), (40, GOOD)],
        "seven/order": [(30, EASY), (20, GOOD)],
        "seven/number": [(1, AGAIN)],
        "left/long-ago": [(60, GOOD), (58, GOOD), (40, GOOD)],
    }
    for card, history in histories.items():
        answered(tmp_path, card, *history)
    before = {card: state(tmp_path, card) for card in histories}
    assert "3 cards with a history: 0 earlier, 0 later, 3 as before." in run("reschedule").stdout
    configure(tmp_path, "retention = 0.97\n")
    dry = run("reschedule", "--dry-run")
    assert "3 cards with a history: 2 earlier, 0 later, 1 as before. Nothing was changed" in dry.stdout
    assert {card: state(tmp_path, card) for card in histories} == before
    done = run("reschedule")
    assert dry.stdout.partition(" Nothing")[0] + " Done.\n" == done.stdout
    for card in ("seven/open", "seven/order"):
        after, memory = state(tmp_path, card), before[card].memory
        assert memory is not None
        assert after.due_day == Scheduler(0.97).due_day(memory, card) < before[card].due_day
        assert after.memory is not None
        assert (after.memory.stability, after.memory.reviews) == (memory.stability, memory.reviews)
    for card in ("seven/number", "left/long-ago"):
        assert state(tmp_path, card) == before[card]
    assert [event.kind for event in log(tmp_path)][-2:] == ["reschedule", "reschedule"]
    assert "0 earlier, 0 later, 3 as before.\n" in run("reschedule").stdout
    assert run("log", "verify").returncode == 0
    configure(tmp_path, "")
    assert "1 card with a history: 0 earlier, 1 later" in run("reschedule", "seven/open").stdout
    assert state(tmp_path, "seven/open") == before["seven/open"]


# -- marks -----------------------------------------------------------------------------------------------------------


def test_suspended_cards_are_not_asked_until_they_are_unsuspended(run: Run, tmp_path: Path) -> None:
    done = run("suspend", "seven/open", "seven/open", "seven/typed")
    assert done.stdout == "".join(
        f"{card} suspended: not asked until `studyrnn unsuspend`\n" for card in ("seven/open", "seven/typed")
    )
    assert planned(run("quiz", "seven").stdout) == "6 new"
    assert run("due", "seven").stdout == "6 new\n"
    assert run("suspend", "seven/open").stdout == "seven/open was suspended already\n"
    assert run("unsuspend", "seven/open").stdout == "seven/open no longer suspended\n"
    assert run("unsuspend", "seven/open").stdout == "seven/open was not suspended\n"
    assert run("due", "seven").stdout == "7 new\n"
    assert [(event.card, event.kind, event.day) for event in log(tmp_path)] == [
        ("seven/open", "suspend", TODAY), ("seven/typed", "suspend", TODAY), ("seven/open", "unsuspend", TODAY),
    ]  # fmt: skip


def test_flagged_cards_are_those_that_quiz_flagged_asks(run: Run, tmp_path: Path) -> None:
    assert run("flag", "seven/open").stdout == "seven/open flagged: `studyrnn quiz --flagged` asks it\n"
    assert planned(run("quiz", "--flagged").stdout) == "1 new"
    assert run("flag", "seven/open").stdout == "seven/open was flagged already\n"
    assert run("unflag", "seven/open", "lstm.cell-state").stdout == (
        "seven/open no longer flagged\nlstm.cell-state was not flagged\n"
    )
    assert planned(run("quiz", "--flagged").stdout) == ""
    assert [event.kind for event in log(tmp_path)] == ["flag", "unflag"]


def test_a_forgotten_card_is_new_and_its_answers_stay(run: Run, tmp_path: Path) -> None:
    answered(tmp_path, "seven/open", (5, GOOD), (2, AGAIN))
    assert run("due", "seven/open").stdout == "1 due\n"
    assert run("forget", "seven/open").stdout == "seven/open forgotten: new again; its answers stay in the log\n"
    assert run("due", "seven/open").stdout == "1 new\n"
    assert run("forget", "seven/open").stdout == "seven/open is new: there is nothing to forget\n"
    assert [event.kind for event in log(tmp_path)] == ["review", "review", "forget"]
    assert state(tmp_path, "seven/open") == CardState(answers=2)


def test_a_deck_a_topic_or_a_file_stands_for_its_cards(run: Run, tmp_path: Path) -> None:
    """Only for its own; many are counted, not listed."""
    run("suspend", "seven/open")
    assert run("suspend", "seven").stdout == ("7 cards suspended: not asked until `studyrnn unsuspend`; 1 as before\n")
    assert run("suspend", "seven").stdout == "8 cards: nothing to change\n"
    assert len(log(tmp_path)) == 8
    file = tmp_path / "more.yaml"
    file.write_text(DECK.replace("deck: seven", "deck: more"), "utf-8")
    assert run("flag", str(file), "more/open").stdout == "8 cards flagged: `studyrnn quiz --flagged` asks it\n"
    assert {event.card for event in log(tmp_path)[8:]} == {
        f"more/{name}" for name in ("open", "choice", "both", "cloze", "typed", "number", "order")
    } | {"lstm.cell-state"}
    assert run("flag", "more/cloze").stdout == "more/cloze was flagged already\n"


def test_a_card_that_has_left_its_deck_can_still_be_marked(run: Run, tmp_path: Path) -> None:
    answered(tmp_path, "gone/card", (5, GOOD))
    for command in ("suspend", "unsuspend", "flag", "unflag", "forget"):
        assert run(command, "gone/card").stdout.startswith("gone/card ")
    assert [event.kind for event in log(tmp_path)] == ["review", "suspend", "unsuspend", "flag", "unflag", "forget"]


@pytest.mark.parametrize(
    ("command", "name", "told"),
    [
        ("suspend", "seven/opne", 'no deck, topic or card is called "seven/opne". Did you mean "seven/open"'),
        ("unflag", "sevne", 'no deck, topic or card is called "sevne". Did you mean "seven"'),
        ("flag", "zzzz", 'no deck, topic or card is called "zzzz". `studyrnn decks` lists the decks'),
        ("forget", "seven/opne", 'no card is called "seven/opne". Did you mean "seven/open"'),
        ("forget", "lstm.cell-stat", 'no card is called "lstm.cell-stat". Did you mean "lstm.cell-state"'),
        ("forget", "seven", 'no card is called "seven". Did you mean "seven/'),
    ],
)
def test_an_unknown_name_marks_nothing(run: Run, tmp_path: Path, command: str, name: str, told: str) -> None:
    """The nearest are named; what stood before it is not marked either."""
    answered(tmp_path, "seven/open", (5, GOOD))
    done = run(command, "seven/open", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert len(log(tmp_path)) == 1


# -- log -------------------------------------------------------------------------------------------------------------


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
        store.append(Event("seven/open", "2026-11-21T10:00:00.000+00:00", TODAY, rating=3, response="−0.5 → é"))
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
    assert done.stderr == f"studyrnn: -o {other} is the review log itself: name another file\n"
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
