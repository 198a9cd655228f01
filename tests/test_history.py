"""Events and what they amount to: the same on every machine, in whatever order and however often they arrive."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.history import replay
from studyrnn.model import AGAIN, GOOD, CardState, Event
from studyrnn.scheduling import Scheduler
from studyrnn.store import Store


def at(second: int) -> str:
    return f"2026-11-21T10:{second // 60:02}:{second % 60:02}.000+00:00"


def review(card: str, second: int, day: int, rating: int = GOOD, due: int = 0, **more: object) -> Event:
    due = due or day + rating
    return Event(card, at(second), day, id=f"e{second}", rating=rating, due_day=due, **more)  # type: ignore[arg-type]


def state(*events: Event) -> CardState:
    return replay(events).get("a", CardState())


# -- what each event does --------------------------------------------------------------------------------------------


def test_the_due_day_is_what_the_log_says() -> None:
    """Under whatever settings it was set; stability and difficulty follow from days and ratings."""
    found = state(review("a", 1, 10, due=12), review("a", 2, 12, due=77))
    memory = Scheduler().review(Scheduler().review(None, "a", GOOD, 10), "a", GOOD, 12)
    assert found.memory == memory._replace(due_day=77)
    assert (found.due_day, found.answers, found.first_day, found.last_day) == (77, 2, 10, 12)


def test_only_the_first_review_of_a_day_counts() -> None:
    """The miss is what is remembered; that it was right later is known, too."""
    found = state(review("a", 1, 10, AGAIN, due=11), review("a", 2, 10, GOOD, due=13))
    assert (found.due_day, found.last_rating, found.answers) == (11, GOOD, 2)
    assert found.memory == state(review("a", 1, 10, AGAIN, due=11)).memory


def test_cramming_changes_nothing_but_the_numbers_drawn() -> None:
    before = state(review("a", 1, 10))
    assert state(review("a", 1, 10), review("a", 2, 11, AGAIN, mode="cram")) == before._replace(answers=2)
    assert state(review("a", 1, 10, mode="cram")) == CardState(answers=1)


def test_days_come_in_their_order_whatever_the_times_say() -> None:
    """After a clock that ran ahead every time is pushed past it; the days are what they were."""
    found = state(review("a", 9, 10), review("a", 1, 12))
    assert found == state(review("a", 1, 10), review("a", 9, 12))


def test_what_is_dated_later_waits_for_its_day() -> None:
    """Nothing is lost: neither what was logged under a wrong clock, nor what came after it."""
    events = [review("a", 1, 10), review("a", 2, 99), review("a", 3, 12)]
    assert replay(events, until=12) == replay([events[0], events[2]])
    assert replay(events, until=98) == replay([events[0], events[2]])
    assert replay(events, until=99) == replay([events[0], events[2], replace(events[1], at=at(4))])


def test_undo_takes_one_event_back() -> None:
    """Whatever it was; the card is as it was before."""
    first, second = review("a", 1, 10), review("a", 2, 12)
    assert state(first, second, Event("a", at(3), 12, "undo", of="e2")) == state(first)
    suspended = Event("a", at(2), 12, "suspend", id="e2")
    assert state(first, suspended).suspended
    assert state(first, suspended, Event("a", at(3), 12, "undo", of="e2")) == state(first)


def test_suspending_flagging_and_back() -> None:
    events = [Event("a", at(k), 1, kind) for k, kind in enumerate(("suspend", "flag", "unsuspend", "unflag"))]  # type: ignore[arg-type]
    marks = [(state(*events[:k]).suspended, state(*events[:k]).flagged) for k in range(1, 5)]
    assert marks == [(True, False), (True, True), (False, True), (False, False)]


def test_forgetting_makes_a_card_new() -> None:
    """It draws other numbers than before, and its flag stays."""
    found = state(review("a", 1, 10), Event("a", at(2), 11, "flag"), Event("a", at(3), 11, "forget"))
    assert found == CardState(answers=1, flagged=True)
    again = state(review("a", 1, 10), Event("a", at(2), 11, "forget"), review("a", 3, 20))
    assert again == state(review("a", 3, 20))._replace(answers=2)


def test_rescheduling_moves_the_due_day_alone() -> None:
    found = state(review("a", 1, 10, due=12), Event("a", at(2), 11, "reschedule", due_day=30))
    assert found.due_day == 30
    before = state(review("a", 1, 10, due=12)).memory
    assert before is not None
    assert found.memory == before._replace(due_day=30)
    assert state(Event("a", at(2), 11, "reschedule", due_day=30)) == CardState()


def test_a_leech_has_lapsed_eight_times() -> None:
    events = [review("a", k, k + 1, GOOD if k == 0 else AGAIN) for k in range(9)]
    assert [state(*events[:n]).is_leech for n in (8, 9)] == [False, True]


# -- many events -----------------------------------------------------------------------------------------------------

KINDS = st.sampled_from(["review"] * 6 + ["suspend", "unsuspend", "flag", "unflag", "forget", "reschedule", "undo"])
Steps = list[tuple[str, str, int, int, int, bool]]
STEPS = st.lists(
    st.tuples(KINDS, st.sampled_from("abc"), st.integers(-3, 9), st.integers(1, 4), st.integers(0, 40), st.booleans()),
    max_size=40,
)


def events_of(steps: Steps) -> list[Event]:
    """A plausible log: the day moves on and sometimes back, some events are undone, some are crammed."""
    day, found = 100, list[Event]()
    for second, (kind, card, days, rating, pick, crammed) in enumerate(steps):
        day = max(1, day + days)
        if kind == "undo":
            earlier = [event for event in found if event.kind != "undo"]
            if not earlier:
                continue
            undone = earlier[pick % len(earlier)]
            found.append(Event(undone.card, at(second), day, "undo", id=f"e{second}", of=undone.id))
            continue
        rated = kind == "review"
        found.append(
            Event(
                card, at(second), day, kind, id=f"e{second}",  # type: ignore[arg-type]
                rating=rating if rated else None, mode="cram" if crammed and rated else "quiz",
                due_day=day + rating if kind in {"review", "reschedule"} else None,
            )
        )  # fmt: skip
    return found


def known_on(today: int, events: list[Event]) -> dict[str, CardState]:
    """By leaving out what is dated after tomorrow, and what was ever known of each card beside it."""
    undone = {event.of for event in events}
    counted = [event for event in events if event.day <= today + 1 and event.id not in undone and event.kind != "undo"]
    known = {event.card for event in events if event.id not in undone and event.kind != "undo"}
    return {card: CardState() for card in known} | replay(counted)


@given(STEPS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(steps: Steps, chance: random.Random) -> None:
    events = events_of(steps)
    shuffled = events[:]
    chance.shuffle(shuffled)
    assert replay(shuffled) == replay(events)


@settings(deadline=None)
@given(STEPS)
def test_writing_one_by_one_gives_what_a_replay_gives(steps: Steps) -> None:
    """The cache is exact after every event, whatever it was."""
    with Store(Path(":memory:")) as store:
        for event in events_of(steps):
            store.append(event)
            assert store.state(event.card) == replay(store.events()).get(event.card, CardState())
            assert store.states(100) == known_on(100, store.events())
        assert store.verify() == []
        kept = store.states()
        store.rebuild()
        assert store.states() == kept


@settings(deadline=None)
@given(STEPS, STEPS, st.integers(0, 40), st.randoms(use_true_random=False))
def test_two_machines_that_exchange_logs_agree(
    ours: Steps,
    theirs: Steps,
    part: int,
    chance: random.Random,
) -> None:
    """In any order, any number of times, and halfway through."""
    with Store(Path(":memory:")) as one, Store(Path(":memory:")) as two:
        for event in events_of(ours):
            one.append(replace(event, id=f"one-{event.id}", of=event.of and f"one-{event.of}"))
        for number, event in enumerate(events_of(theirs)):
            two.append(replace(event, id=f"two-{event.id}", of=event.of and f"two-{event.of}"))
            if number == part:
                one.merge(two.events())
        mixed = [*one.events(), *two.events()]
        chance.shuffle(mixed)
        one.merge(mixed)
        two.merge(reversed(mixed))
        assert two.merge(mixed) == 0
        assert {event.id for event in one.events()} == {event.id for event in two.events()}
        assert one.states() == two.states() == replay(one.events())
        assert one.verify() == two.verify() == []


def test_a_damaged_cache_is_found_and_mended(tmp_path: Path) -> None:
    with Store(tmp_path / "reviews.db") as store:
        for second, card in enumerate("abc"):
            store.append(review(card, second, 10))
        store._connection.execute("UPDATE states SET due_day = 999 WHERE card = 'b'")
        assert store.verify() == ["b: the state that is kept is not what its events give"]
        assert store.rebuild() == 3
        assert store.verify() == []


@pytest.mark.parametrize("rating", [1, 2, 3, 4])
def test_parity_with_fsrs_when_its_days_are_ours(rating: int) -> None:
    """Random histories on whole days: stability and difficulty are those of the library, to the last digit."""
    chance = random.Random(rating)
    import fsrs

    from studyrnn.scheduling import PARAMETERS, _midnight

    library = fsrs.Scheduler(
        parameters=PARAMETERS, learning_steps=(), relearning_steps=(), enable_fuzzing=False, desired_retention=0.9
    )
    card, day, events = fsrs.Card(card_id=0, due=_midnight(1)), 50, list[Event]()
    for second in range(25):
        given_rating = rating if second == 0 else chance.choice([1, 2, 3, 3, 3, 4])
        card, _ = library.review_card(card, fsrs.Rating(given_rating), _midnight(day))
        events.append(review("a", second, day, given_rating))
        memory = state(*events).memory
        assert memory is not None
        assert (memory.stability, memory.difficulty) == (card.stability, card.difficulty)
        day += chance.randint(1, 30)
