"""Events on lines: what was written is read back, what is damaged is refused with its line and its reason."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn import eventlines
from studyrnn.errors import StoreError
from studyrnn.eventlines import LAST_DAY, event_of, lines, read
from studyrnn.history import replay
from studyrnn.model import EVENT_KINDS, Event
from studyrnn.store import Store

GOOD: dict[str, Any] = {
    "id": "e1",
    "card": "gru.mix",
    "at": "2026-11-21T10:00:00.000+00:00",
    "day": 739941,
    "rating": 3,
}


def line(**changed: Any) -> str:
    """A good line with some entries changed; those that are None are left out."""
    return json.dumps({name: value for name, value in {**GOOD, **changed}.items() if value is not None})


# -- there and back --------------------------------------------------------------------------------------------------

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
whole = st.integers(0, 2**63 - 1)
days = st.integers(1, LAST_DAY)
shares = st.floats(0, 1)
times = st.datetimes(datetime(2, 1, 2), datetime(9998, 12, 30)).map(
    lambda moment: moment.replace(tzinfo=UTC).isoformat(timespec="milliseconds")
)


def dated(event: Event) -> Event:
    """Not later than the day of its time."""
    return replace(event, day=min(event.day, datetime.fromisoformat(event.at).toordinal() + 1))


events = st.builds(
    Event,
    card=text.filter(bool),
    at=times,
    day=days,
    kind=st.sampled_from(EVENT_KINDS),
    id=text.filter(bool),
    of=text.filter(bool),
    rating=st.integers(1, 4),
    due_day=st.none() | days,
    score=st.none() | shares,
    seed=st.none() | whole,
    index=st.none() | whole | st.just(-1),
    version=st.none() | whole,
    response=text,
    slip=text,
    hints=whole,
    tries=whole,
    milliseconds=whole,
    mode=st.sampled_from(["", "quiz", "repeat", "cram", "exam 2026-12-24"]),
    predicted=st.none() | shares,
    confidence=st.none() | st.integers(1, 3),
    model=text,
).map(dated)


@given(st.lists(events, max_size=5))
def test_every_event_is_read_back_as_it_was(written: list[Event]) -> None:
    """Each on a line of its own, in ASCII, whatever stands in it."""
    told = list(lines(written))
    assert all(one.endswith("\n") and one.count("\n") == 1 and one.isascii() for one in told)
    assert list(read(told, "log.jsonl")) == written
    assert list(read("".join(told).split("\n"), "log.jsonl")) == written


@given(st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1)), st.integers(-23 * 60, 23 * 60))
def test_a_time_in_another_zone_becomes_utc(moment: datetime, minutes: int) -> None:
    """In the one way of writing it that sorts, to the millisecond."""
    local = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert event_of(line(at=local.isoformat(), day=1)).at == local.astimezone(UTC).isoformat(timespec="milliseconds")


def test_a_day_may_be_one_ahead_or_long_past() -> None:
    """East of Greenwich tomorrow has begun; after a clock was set back, times are pushed on and days are not."""
    assert [event_of(line(day=day)).day for day in (1, 739940, 739942)] == [1, 739940, 739942]


def test_a_time_is_normalised() -> None:
    for at in ("2026-11-21T11:30:00+01:30", "2026-11-21 10:00:00Z", "20261121T100000.000999+0000"):
        assert event_of(line(at=at)).at == "2026-11-21T10:00:00.000+00:00"


def test_blank_lines_are_no_events() -> None:
    assert [event.id for event in read(["", line(), "  \n", line(id="e2") + "\r\n", "\n"], "log")] == ["e1", "e2"]


def test_what_is_as_it_is_by_default_may_be_spelt_out() -> None:
    """Every field, as another program might write it."""
    plain = event_of(line())
    spelt = {name: getattr(plain, name) for name in eventlines._CHECKS}
    assert event_of(json.dumps(spelt)) == plain


# -- damage ----------------------------------------------------------------------------------------------------------

WHOLE = f"a whole number from 0 to {2**63 - 1}"
ZONE = 'a time with its zone, like "2026-11-29T18:30:00.000+00:00"'


@pytest.mark.parametrize(
    ("damaged", "told"),
    [
        ("not json", "this is no JSON"),
        ("{", "this is no JSON"),
        ("[" * 100_000, "this is no JSON"),
        ('{"id": "a"} {"id": "b"}', "this is no JSON"),
        (f'{{"day": {"9" * 5000}}}', "this is no JSON"),
        ("[]", "this is no event: it has to be an object like"),
        ("3", "this is no event"),
        ("null", "this is no event"),
        (line(raiting=3), 'there is no "raiting" in an event. Did you mean "rating"?'),
        (line(id=None), '"id" is missing'),
        (line(card=None), '"card" is missing'),
        (line(at=None), '"at" is missing'),
        (line(day=None), '"day" is missing'),
        (line(rating=None), 'a review needs a "rating"'),
        (line(kind="undo"), 'an undo needs "of", the id of what it takes back'),
        (line(kind="undo", of=""), 'an undo needs "of"'),
        (line(kind="edit"), '"kind" has to be one of review, undo, suspend'),
        (line(kind=[]), '"kind" has to be one of review'),
        (line(id=""), '"id" has to be text of 1 to 64 characters'),
        (line(id=7), '"id" has to be text'),
        (line(card="x" * 1001), '"card" has to be text of 1 to 1000 characters'),
        (line(card=["gru.mix"]), '"card" has to be text'),
        (line(day=0), f'"day" has to be a whole number from 1 to {LAST_DAY}'),
        (line(day=LAST_DAY + 1), '"day" has to be a whole number'),
        (line(day=1.5), '"day" has to be a whole number'),
        (line(day="739941"), '"day" has to be a whole number'),
        (line(day=True), '"day" has to be a whole number'),
        (line(day=10**400), '"day" has to be a whole number'),
        (line(due_day=10**7), '"due_day" has to be a whole number from 1 to 3636500'),
        (line(rating=5), '"rating" has to be a whole number from 1 to 4'),
        (line(rating=True), '"rating" has to be a whole number'),
        (line(hints=False), f'"hints" has to be {WHOLE}'),
        (line(hints=0.0), f'"hints" has to be {WHOLE}'),
        (line(seed=-1), f'"seed" has to be {WHOLE}'),
        (line(milliseconds=2**63), f'"milliseconds" has to be {WHOLE}'),
        (line(confidence=0), '"confidence" has to be a whole number from 1 to 3'),
        (line(score=float("nan")), '"score" has to be a number from 0 to 1'),
        (line(score=float("inf")), '"score" has to be a number from 0 to 1'),
        (line(score=True), '"score" has to be a number from 0 to 1'),
        (line(score="1"), '"score" has to be a number from 0 to 1'),
        (line(score=10**400), '"score" has to be a number from 0 to 1'),
        (line(predicted=-0.1), '"predicted" has to be a number from 0 to 1'),
        (line(response="\ud800"), '"response" has to be text of 0 to 2000 characters'),
        (line(response="x" * 2001), '"response" has to be text of 0 to 2000 characters'),
        (line(response=[]), '"response" has to be text'),
        ('{"\\ud800": 1}', "in an event. Known: id, kind, at"),
        (line(at="yesterday"), f'"at" has to be {ZONE}'),
        (line(at="2026-11-21"), f'"at" has to be {ZONE}'),
        (line(at="2026-11-21T10:00:00"), f'"at" has to be {ZONE}'),
        (line(at="0001-01-01T00:00:00+14:00"), f'"at" has to be {ZONE}'),
        (line(at="9999-12-31T23:59:59-14:00"), f'"at" has to be {ZONE}'),
        (line(at=1764000000), f'"at" has to be {ZONE}'),
        (line(day=739943), '"day" is later than the day of "at", which is 739941'),
    ],
)
def test_damage_is_named_with_file_and_line(damaged: str, told: str) -> None:
    """And what would have to stand there; nothing else is ever raised."""
    with pytest.raises(StoreError) as caught:
        list(read([line(), "", damaged], "log.jsonl"))
    message = str(caught.value)
    assert message.startswith("log.jsonl:3: ")
    assert told in message
    assert message.endswith(". Nothing was imported")


# -- anything at all -------------------------------------------------------------------------------------------------

odd = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.text(st.characters(categories=["Cs"])),
    st.sampled_from([0, 1, 3, -1, LAST_DAY, 10**7, 2**63, 10**400, "", "undo", "e1", GOOD["at"], "0002-01-01T00:00Z"]),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(), st.integers(), max_size=2),
)  # fmt: skip
names = st.sampled_from(sorted(eventlines._CHECKS))
objects = st.one_of(
    st.dictionaries(names | st.text(), odd),
    st.recursive(odd, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5),
)
damaged = st.tuples(events, st.dictionaries(names, odd, max_size=2)).map(
    lambda pair: {**json.loads(next(lines([pair[0]]))), **pair[1]}
)
related = st.builds(  # events that have to do with one another
    line,
    id=st.sampled_from(["e1", "e2", "e3"]),
    of=st.sampled_from(["e1", "e2"]),
    kind=st.sampled_from(EVENT_KINDS),
    day=st.integers(1, 5) | days,
    rating=st.integers(1, 4),
    due_day=st.none() | days,
    mode=st.sampled_from(["quiz", "cram"]),
)
anything = st.text() | objects.map(json.dumps) | damaged.map(json.dumps) | related


@settings(deadline=None, max_examples=200)
@given(st.lists(anything, max_size=6))
def test_any_line_is_refused_or_becomes_an_event_that_the_log_takes(told: list[str]) -> None:
    """What passes is stored, replayed and scheduled: the states fit, it travels on, and life goes on."""
    taken = []
    for one in told:
        try:
            taken.append(event_of(one))
        except ValueError as refused:
            assert str(refused)
    with Store(Path(":memory:")) as store:
        assert store.merge(taken) == len({event.id for event in taken})
        assert store.merge(taken) == 0
        assert store.verify() == []
        assert store.states() == replay(store.events())
        assert list(read(lines(store.events()), "again")) == store.events()
        for card in store.states():
            store.append(Event(card, "2026-11-21T10:00:00.000+00:00", 739941, rating=3, due_day=739943))
        assert store.verify() == []


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, LAST_DAY), st.integers(1, 4)), min_size=1, max_size=20))
def test_a_history_of_any_length_can_be_imported(history: list[tuple[int, int]]) -> None:
    """From the first day to the last that is let in, without a due day of its own: the calendar holds it."""
    at = "9998-12-30T10:00:00.000+00:00"
    told = [line(id=f"e{k}", at=at, day=day, rating=rating) for k, (day, rating) in enumerate(sorted(history))]
    with Store(Path(":memory:")) as store:
        assert store.merge(read(told, "log")) == len(told)
        assert store.verify() == []
        datetime.fromordinal(store.state("gru.mix").due_day)
