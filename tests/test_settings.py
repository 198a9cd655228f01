"""The config file: shown, refused, and obeyed by the quiz."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as anyhow
from hypothesis import strategies as st
from running import Run, configure, planned
from test_quiz_days import TODAY, answered, log

from studyrnn import settings
from studyrnn.errors import UsageError
from studyrnn.model import EASY, GOOD
from studyrnn.scheduling import Scheduler

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
