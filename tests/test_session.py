"""What is asked next: pure, so every case is a table."""

from __future__ import annotations

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from studyrnn.model import AGAIN, GOOD, Card
from studyrnn.session import RETURNS_AFTER, Session, next_due, plan
from studyrnn.store import Seen

TODAY = 100


def cards(*ids: str) -> list[Card]:
    return [Card(card_id, "open", "deck", "gru") for card_id in ids]


def seen(first: int, last: int, due: int, rating: int = GOOD) -> Seen:
    return Seen(1, first, last, due, rating)


def ids(chosen: tuple[Card, ...]) -> list[str]:
    return [card.id for card in chosen]


def test_due_cards_come_first_longest_overdue_at_the_head() -> None:
    """Then new ones, in deck order; what is not due stays away."""
    history = {"a": seen(1, 90, 99), "b": seen(1, 90, 95), "c": seen(1, 90, 101)}
    chosen = plan(cards("n1", "a", "b", "c", "n2"), history, TODAY, new_a_day=10)
    assert ids(chosen.cards) == ["b", "a", "n1", "n2"]


def test_new_cards_begun_today_count_towards_the_daily_number() -> None:
    """Ten a day are ten a day, however often the quiz is started."""
    history = {"x": seen(TODAY, TODAY, 102), "y": seen(TODAY, TODAY, 102), "z": seen(50, TODAY, 120)}
    chosen = plan(cards("x", "y", "z", "n1", "n2", "n3"), history, TODAY, new_a_day=3)
    assert ids(chosen.new) == ["n1"]
    assert plan(cards("n1"), history, TODAY, new_a_day=1).cards == ()


def test_what_was_missed_today_goes_on_after_an_interruption() -> None:
    """It is due tomorrow by the schedule, but the session was not over with it."""
    history = {"a": seen(1, TODAY, 101, AGAIN), "b": seen(1, TODAY, 103), "c": seen(1, 90, 99)}
    chosen = plan(cards("a", "b", "c"), history, TODAY, new_a_day=0)
    assert ids(chosen.cards) == ["a", "c"]


@given(st.integers(0, 6), st.integers(0, 6))
def test_a_limit_is_a_limit(limit: int, new: int) -> None:
    """Never more cards than asked for, and the due ones have precedence."""
    history = {"a": seen(1, 90, 99), "b": seen(1, TODAY, 101, AGAIN), "c": seen(1, 80, 90)}
    chosen = plan(cards("a", "b", "c", "n1", "n2", "n3"), history, TODAY, new, limit)
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


def test_a_card_answered_under_a_wrong_clock_is_not_lost() -> None:
    """Its last answer lies in the future: it is asked now, and the log goes on from there."""
    assert ids(plan(cards("a"), {"a": seen(500, 500, 600)}, TODAY, 0).cards) == ["a"]
