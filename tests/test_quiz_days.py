"""Over days: what is due comes first, nothing is asked that is not, and the log says what was predicted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from running import piped
from test_quiz_pipe import DECK

from studyrnn.model import AGAIN, GOOD, Event
from studyrnn.scheduling import MODEL, Scheduler, recall, study_day
from studyrnn.store import Store

TODAY = study_day(datetime.now().astimezone())


@pytest.fixture
def deck(tmp_path: Path) -> str:
    path = tmp_path / "seven.yaml"
    path.write_text(DECK, "utf-8")
    return str(path)


def answered(folder: Path, card: str, *history: tuple[int, int]) -> None:
    """Put (days ago, rating) into the log as the quiz would have on those days."""
    with Store(folder / "data" / "studyrnn" / "reviews.db") as store:
        memory = None
        for ago, rating in history:
            day = TODAY - ago
            memory = Scheduler().review(memory, card, rating, day)
            store.append(
                Event(
                    card=card,
                    at=f"{date.fromordinal(day)}T10:00:00.000+00:00",
                    day=day,
                    rating=rating,
                    due_day=memory.due_day,
                    model=MODEL,
                )
            )


def log(folder: Path) -> list[Event]:
    with Store(folder / "data" / "studyrnn" / "reviews.db") as store:
        return store.events()


def test_due_cards_come_before_new_ones(deck: str, tmp_path: Path) -> None:
    """The longest overdue first; what was learned yesterday and is not due stays away."""
    answered(tmp_path, "seven/number", (3, GOOD))
    answered(tmp_path, "seven/order", (5, AGAIN))
    answered(tmp_path, "seven/typed", (1, GOOD))
    done = piped(tmp_path, "quiz", deck, "--new", "1", typed="\n" * 6)
    assert "1 of 3 · 2 due, 1 new" in done.stdout
    assert [review.card for review in log(tmp_path)][3:] == ["seven/order", "seven/number", "seven/open"]


def test_a_review_is_logged_with_what_was_predicted(deck: str, tmp_path: Path) -> None:
    """Recall before the answer, the due day after it and the model that set it, as a replay of the log gives them."""
    answered(tmp_path, "seven/open", (12, GOOD), (10, GOOD))
    piped(tmp_path, "quiz", deck, "--new", "0", "--seed", "4", typed="my thoughts\n3\n")
    assert len(log(tmp_path)) == 2  # not due yet: eleven days
    answered(tmp_path, "lstm.cell-state", (4, GOOD))
    piped(tmp_path, "quiz", deck, "--new", "0", "--seed", "4", typed="\n\n")
    review = log(tmp_path)[-1]
    memory = Scheduler().replay("lstm.cell-state", [(TODAY - 4, GOOD)])
    assert review.predicted == recall(memory, TODAY)
    after = Scheduler().review(memory, "lstm.cell-state", AGAIN, TODAY)
    assert replace(review, at="", id="", milliseconds=0) == Event(
        card="lstm.cell-state", at="", day=TODAY, rating=AGAIN, due_day=after.due_day, score=0.0, seed=4, index=1,
        version=1, mode="quiz", predicted=review.predicted, model=MODEL,
    )  # fmt: skip


def test_an_exercise_draws_new_numbers_at_every_review(deck: str, tmp_path: Path) -> None:
    """The same seed, another index."""
    answered(tmp_path, "lstm.cell-state", (4, GOOD))
    assert "lstm.cell-state@1:4/1" in piped(tmp_path, "quiz", deck, "--new", "0", "--seed", "4", typed="\n\n").stdout


def test_nothing_due_says_what_comes_next(deck: str, tmp_path: Path) -> None:
    """And how to go on nevertheless."""
    answered(tmp_path, "seven/open", (0, GOOD))
    done = piped(tmp_path, "quiz", deck, "--new", "1")
    assert done.returncode == 0
    assert "Nothing is due today. Next: 1 card in 2 days." in done.stdout
    assert "New today: 1 of 1. For more, add --new 11." in done.stdout


def test_a_second_answer_on_one_day_does_not_move_the_due_day(deck: str, tmp_path: Path) -> None:
    """Missed, repeated and right: logged, but only the miss counts."""
    answered(tmp_path, "seven/open", (0, AGAIN))
    piped(tmp_path, "quiz", deck, "--new", "0", typed="\n4\n")
    first, second = log(tmp_path)
    assert (second.mode, second.rating, second.due_day) == ("repeat", 4, first.due_day)
    assert "Nothing is due today" in piped(tmp_path, "quiz", deck, "--new", "0").stdout


def test_what_was_answered_under_a_clock_that_was_ahead_waits_for_its_day(deck: str, tmp_path: Path) -> None:
    """It is told once, the card goes on from what was answered before, and the log stays in order."""
    answered(tmp_path, "seven/open", (5, GOOD), (-398, GOOD))
    done = piped(tmp_path, "quiz", deck, "--new", "0", typed="\n3\n")
    ahead = date.fromordinal(TODAY + 398).isoformat()
    assert f"1 card has an answer dated after tomorrow, up to {ahead}" in " ".join(done.stdout.split())
    memory = Scheduler().replay("seven/open", [(TODAY - 5, GOOD), (TODAY, GOOD)])
    assert memory is not None
    assert f"good: next in {memory.due_day - TODAY} d" in done.stdout
    with Store(tmp_path / "data" / "studyrnn" / "reviews.db") as store:
        assert store.verify() == []
        assert store.state("seven/open", TODAY).memory == memory


def test_a_limit_that_is_reached_is_not_told_as_nothing_due(deck: str, tmp_path: Path) -> None:
    for card in ("open", "choice", "typed"):
        answered(tmp_path, f"seven/{card}", (5, GOOD))
    (tmp_path / "config" / "studyrnn").mkdir(parents=True)
    (tmp_path / "config" / "studyrnn" / "config.toml").write_text("reviews = 1\nnew = 0\n", "utf-8")
    piped(tmp_path, "quiz", deck, typed="\n3\n")
    assert "Today's share is done; 2 cards wait for tomorrow" in piped(tmp_path, "quiz", deck).stdout
    assert piped(tmp_path, "due", deck).stdout == "done for today; 2 for tomorrow\n"
