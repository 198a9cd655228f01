"""What is asked next: pure, so every case is a table."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyrnn.errors import UnknownName
from studyrnn.model import AGAIN, EASY, GOOD, HARD, Card, CardState, MemoryState
from studyrnn.session import (
    RETURNS_AFTER,
    Session,
    Wishes,
    alternating,
    is_weak,
    narrowed,
    next_due,
    plan,
)

TODAY = 100


def cards(*ids: str) -> list[Card]:
    return [Card(card_id, "open", "deck", "gru") for card_id in ids]


def seen(first: int, last: int, due: int, rating: int = GOOD, stability: float = 10, lapses: int = 0) -> CardState:
    return CardState(1, first, last, rating, due, MemoryState(stability, 5, last, due, 1, lapses))


def ids(chosen: tuple[Card, ...]) -> list[str]:
    return [card.id for card in chosen]


def test_due_cards_come_first_longest_overdue_at_the_head() -> None:
    """Then new ones, in deck order; what is not due stays away."""
    history = {"a": seen(1, 90, 99), "b": seen(1, 90, 95), "c": seen(1, 90, 101)}
    chosen = plan(cards("n1", "a", "b", "c", "n2"), history, TODAY)
    assert ids(chosen.cards) == ["b", "a", "n1", "n2"]


def test_new_cards_begun_today_count_towards_the_daily_number() -> None:
    """Ten a day are ten a day, however often the quiz is started."""
    history = {"x": seen(TODAY, TODAY, 102), "y": seen(TODAY, TODAY, 102), "z": seen(50, TODAY, 120)}
    chosen = plan(cards("x", "y", "z", "n1", "n2", "n3"), history, TODAY, Wishes(new_a_day=3))
    assert ids(chosen.new) == ["n1"]
    assert plan(cards("n1"), history, TODAY, Wishes(new_a_day=1)).cards == ()


def test_what_was_missed_today_goes_on_after_an_interruption() -> None:
    """It is due tomorrow by the schedule, but the session was not over with it."""
    history = {"a": seen(1, TODAY, 101, AGAIN), "b": seen(1, TODAY, 103), "c": seen(1, 90, 99)}
    chosen = plan(cards("a", "b", "c"), history, TODAY, Wishes(new_a_day=0))
    assert ids(chosen.cards) == ["a", "c"]


@given(st.integers(0, 6), st.integers(0, 6))
def test_a_limit_is_a_limit(limit: int, new: int) -> None:
    """Never more cards than asked for, and the due ones have precedence."""
    history = {"a": seen(1, 90, 99), "b": seen(1, TODAY, 101, AGAIN), "c": seen(1, 80, 90)}
    chosen = plan(cards("a", "b", "c", "n1", "n2", "n3"), history, TODAY, Wishes(new, limit=limit))
    assert len(chosen.cards) == min(limit, 3 + min(new, 3))
    assert ids(chosen.cards) == (["b", "c", "a", "n1", "n2", "n3"])[: len(chosen.cards)]


def test_a_miss_returns_after_a_few_cards_until_it_is_right_once() -> None:
    session = Session(deque(cards(*"abcdefgh")))
    order = []
    for rating in [AGAIN] + [GOOD] * 4 + [AGAIN] + [GOOD] * 20:
        card = session.current()
        if card is None:
            break
        order.append(card.id)
        session.rated(rating)
    assert "".join(order) == "abcdeafgha"
    assert RETURNS_AFTER == 4
    assert session.asked == session.total == 10


def test_on_a_pipe_nothing_returns() -> None:
    """A script answers a known number of questions."""
    session = Session(deque(cards("a", "b")), missed_return=False)
    session.rated(AGAIN)
    session.rated(AGAIN)
    assert session.current() is None


def test_next_due_counts_days_after_today() -> None:
    history = {"a": seen(1, 90, 101), "b": seen(1, 90, 101), "c": seen(1, 90, 105), "d": seen(1, 90, 100)}
    assert next_due(history, cards(*"abcde"), TODAY) == {101: 2, 105: 1}


def test_a_card_answered_tomorrow_is_not_asked_today() -> None:
    """By somebody who flies west over the date line: it was answered this morning."""
    assert ids(plan(cards("a"), {"a": seen(90, TODAY + 1, TODAY)}, TODAY, Wishes(0)).cards) == []


# -- what a learner may ask for --------------------------------------------------------------------------------------


def card(name: str, topic: str = "gru", **more: object) -> Card:
    return Card(name, "open", "deck", topic, **more)  # type: ignore[arg-type]


def test_a_suspended_card_is_not_asked_at_all() -> None:
    """Neither when it is due nor when it is new, nor when everything is."""
    history = {"a": CardState(1, 1, 90, GOOD, 95, MemoryState(5, 5, 90, 95, 1, 0), suspended=True),
               "n": CardState(suspended=True)}  # fmt: skip
    for wishes in (Wishes(), Wishes(ahead=True), Wishes(cram=True)):
        assert plan(cards("a", "n"), history, TODAY, wishes).cards == ()
    assert next_due({"a": CardState(1, 1, 90, GOOD, 105, history["a"].memory, suspended=True)}, cards("a"), TODAY) == {}


def test_reviews_of_today_count_towards_the_daily_limit() -> None:
    """New cards are counted by themselves, and what was missed today always comes back."""
    history = {"a": seen(1, 90, 95), "b": seen(1, 90, 96), "done": seen(1, TODAY, 120), "new": seen(TODAY, TODAY, 102)}
    history["missed"] = seen(1, TODAY, 101, AGAIN)
    chosen = plan(cards("a", "b", "missed"), history, TODAY, Wishes(reviews_a_day=3))
    assert ids(chosen.cards) == ["missed", "a"]


def test_a_new_card_waits_for_what_it_requires() -> None:
    """Answered, and not missed the last time; a requirement that is not studied does not count."""
    needy = [card("n", requires=("a", "b", "elsewhere")), *cards("a", "b")]
    for rating, ready in ((AGAIN, False), (HARD, True), (GOOD, True)):
        history = {"a": seen(1, 90, 200), "b": seen(1, 90, 200, rating)}
        assert ("n" in ids(plan(needy, history, TODAY).new)) == ready
    assert ids(plan(needy, {}, TODAY).new) == ["a", "b"]
    assert ids(plan(needy[:1], {}, TODAY).new) == ["n"]
    assert ids(plan(needy, {"n": seen(1, 90, 95)}, TODAY, Wishes(0)).due) == ["n"], "what was begun goes on"


def test_siblings_come_on_different_days() -> None:
    """Cards of one exercise, and cards that name one another: what is due before what is new, today's answers count."""
    same = [card("a", exercise="gru.mix"), card("b", exercise="gru.mix"), card("c", siblings=("a",)), card("d")]
    assert ids(plan(same, {}, TODAY).new) == ["a", "d"]
    assert ids(plan(same, {"b": seen(1, 90, 95)}, TODAY).cards) == ["b", "c", "d"]
    assert ids(plan(same, {"a": seen(1, TODAY, 120)}, TODAY).cards) == ["d"]
    assert ids(plan(same, {"a": seen(1, TODAY, 101, AGAIN)}, TODAY).missed) == ["a"]


def test_topics_alternate_where_they_can() -> None:
    """In nearly the same order; nothing is lost or doubled."""
    mixed = [card(f"{topic}{k}", topic) for topic in ("gru", "lstm") for k in range(3)]
    assert [c.id for c in alternating(mixed)] == ["gru0", "lstm0", "gru1", "lstm1", "gru2", "lstm2"]
    assert alternating(mixed[:3]) == mixed[:3]


@given(st.lists(st.sampled_from(["gru", "lstm", "rnn"]), max_size=30))
def test_alternating_keeps_every_card(topics: list[str]) -> None:
    given_cards = [card(str(k), topic) for k, topic in enumerate(topics)]
    assert sorted(c.id for c in alternating(given_cards)) == sorted(c.id for c in given_cards)


def test_cramming_takes_everything_the_weakest_first() -> None:
    """Due or not; what was never seen comes last."""
    history = {"strong": seen(1, 99, 200, stability=100), "weak": seen(1, 90, 120, stability=1)}
    assert ids(plan(cards("new", "strong", "weak"), history, TODAY, Wishes(cram=True)).cards) == [
        "weak",
        "strong",
        "new",
    ]


def test_everything_once_more_before_an_exam() -> None:
    """Spread over the days that are left; what had its turn for this exam is done, what is due comes anyway."""
    history = {name: seen(1, 95, 200, stability=float(k + 1)) for k, name in enumerate("abcdefgh")}
    history["due"] = seen(1, 80, 99)
    everything = cards("due", "n1", *"abcdefgh")
    first = plan(everything, history, TODAY, Wishes(exam_day=TODAY + 5))
    assert ids(first.cards) == ["due", "a"]
    later = plan(everything, history, TODAY, Wishes(exam_day=TODAY + 1, done_for_exam={*"abcd", "due"}))
    assert sorted(ids(later.due)) == ["due", "e", "f", "g", "h"]
    assert ids(later.new) == ["n1"]


def test_an_exam_asks_nothing_twice_on_a_day_and_no_more_than_a_days_share() -> None:
    """What was answered today rests until tomorrow; a second sitting adds nothing."""
    history = {name: seen(1, 90, 200) for name in "abcdefghij"}
    everything = cards(*history, "today", "missed")
    history |= {"today": seen(1, TODAY, 200), "missed": seen(1, TODAY, TODAY + 1, AGAIN)}
    wishes = Wishes(exam_day=TODAY + 5)
    first = plan(everything, history, TODAY, wishes)
    assert ids(first.missed) == ["missed"]
    assert len(first.due) == 2
    assert not {"today", "missed"} & set(ids(first.due))
    done = set(ids(first.due))
    history |= {name: seen(1, TODAY, 200) for name in done}
    assert plan(everything, history, TODAY, wishes._replace(done_for_exam=done)).due == ()


def test_on_the_last_day_before_an_exam_nothing_waits_for_what_it_requires() -> None:
    chain = [card("a"), card("b", requires=("a",)), card("c", requires=("b",))]
    assert ids(plan(chain, {}, TODAY, Wishes(exam_day=TODAY + 1)).new) == ["a", "b", "c"]
    assert ids(plan(chain, {}, TODAY, Wishes(exam_day=TODAY + 9)).new) == ["a"]


def test_an_exam_is_over_when_its_days_are() -> None:
    """Played day by day: everything has had its turn on the last one, about as many each day."""
    history = {name: seen(1, 95, 300) for name in "abcdefghijk"}
    done: set[str] = set()
    loads = []
    for day in range(TODAY, TODAY + 4):
        chosen = plan(cards(*history), history, day, Wishes(exam_day=TODAY + 4, done_for_exam=done))
        done |= set(ids(chosen.cards))
        history |= {name: seen(1, day, 300) for name in ids(chosen.cards)}
        loads.append(len(chosen.cards))
    assert done == set(history)
    assert max(loads) <= 3


def test_siblings_come_on_one_day_where_everything_is_asked_for() -> None:
    """On the last day before an exam, and where cards were chosen whether due or not."""
    pair = [card("a", siblings=("b",)), card("b")]
    history = {"a": seen(1, 90, 95), "b": seen(1, 90, 95)}
    assert len(plan(pair, history, TODAY).cards) == 1
    for wishes in (Wishes(exam_day=TODAY + 1), Wishes(ahead=True), Wishes(cram=True)):
        assert len(plan(pair, history, TODAY, wishes).cards) == 2


def test_selections() -> None:
    """By tags, which are also topic, kind and deck; flagged; weak; leeches: all that is asked for at once."""
    history = {
        "plain": seen(1, 95, 200, EASY, stability=50),
        "flag": CardState(1, 1, 95, EASY, 200, MemoryState(50, 5, 95, 200, 1, 0), flagged=True),
        "hard": seen(1, 95, 200, HARD, stability=50),
        "forgotten": seen(1, 20, 25, stability=2),
        "leech": seen(1, 95, 200, EASY, stability=50, lapses=8),
    }
    every = [card(name, tags=("exam",) if name == "hard" else ()) for name in (*history, "new")]

    def chosen(*tags: str, flagged: bool = False, weak: bool = False, leech: bool = False) -> list[str]:
        return [c.id for c in narrowed(every, history, TODAY, tags, flagged, weak, leech)]

    assert chosen() == chosen("gru", "open") == [*history, "new"]
    assert chosen("exam") == ["hard"]
    with pytest.raises(UnknownName, match=r'tag of these cards is called "exma"\. Did you mean "exam"'):
        chosen("exma")
    assert chosen(flagged=True) == ["flag"]
    assert chosen(weak=True) == ["hard", "forgotten", "leech"]
    assert chosen(leech=True) == ["leech"]
    assert not is_weak(CardState(), TODAY)


def test_undo_goes_back_step_by_step() -> None:
    """A rating, a skip, a card that was dropped: the queue is as it was."""
    session = Session(deque(cards(*"abcd")))
    states = []
    for act in (lambda: session.rated(AGAIN), session.skip, session.drop, lambda: session.rated(GOOD)):
        states.append((list(session.queue), session.asked))
        act()
    for before in reversed(states):
        assert session.undo()
        assert (list(session.queue), session.asked) == before
    assert not session.undo()


def test_what_one_was_sure_of_and_missed_comes_back_first() -> None:
    session = Session(deque(cards(*"abcdef")))
    session.rated(AGAIN, sure=True)
    assert [c.id for c in session.queue] == ["b", "a", "c", "d", "e", "f"]


def test_an_edited_card_takes_its_place_wherever_it_waits() -> None:
    session = Session(deque(cards(*"ab")))
    session.rated(GOOD)
    session.replace(lambda old: card(old.id, "lstm"))
    assert session.undo()
    assert {c.topic for c in session.queue} == {"lstm"}
