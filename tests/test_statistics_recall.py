"""What was remembered and what was predicted of it, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, log, sqrt

import pytest
from histories import TODAY, at, bars, drawn, facts, lines, review

from studyrnn.model import AGAIN, GOOD, HARD, Event

# -- retention -------------------------------------------------------------------------------------------------------

RETENTION = [
    review("rnn/a", 1, -20), review("rnn/b", 2, -20, AGAIN),  # new: they show nothing
    review("rnn/a", 3, -10, AGAIN, predicted=0.9), review("rnn/a", 4, -10, GOOD, mode="repeat", predicted=1.0),
    review("rnn/b", 5, -10, HARD, predicted=0.8), review("rnn/b", 6, -9, AGAIN, mode="cram", predicted=0.9),
    review("rnn/a", 7, -4, GOOD, predicted=0.6), review("rnn/b", 8, -4, AGAIN, predicted=0.5),
    Event("rnn/b", at(9), TODAY - 4, "undo", of="e8"), review("rnn/a", 10, 1, GOOD, predicted=0.95),
    review("rnn/b", 11, 2, AGAIN, predicted=0.5),  # the clock was wrong
]  # fmt: skip


def test_true_retention() -> None:
    """Of four reviews that count one was missed."""
    figure = drawn("retention", RETENTION)
    told = facts(figure)
    assert (told["reviews"], told["recalled"], told["retention"], told["desired"]) == (4, 3, 0.75, 0.9)
    assert told["predicted"] == pytest.approx((0.9 + 0.8 + 0.6 + 0.95) / 4)
    part = lines(figure)
    happened, predicted = (dict(zip(part.x, series.values, strict=True)) for series in part.series)
    assert part.x == tuple(range(-10, 1))
    assert {day: value for day, value in happened.items() if not isnan(value)} == {-10: 0.5, -4: 1.0, 0: 1.0}
    assert {day: value for day, value in predicted.items() if not isnan(value)} == pytest.approx(
        {-10: 0.85, -4: 0.6, 0: 0.95}
    )
    assert part.told_at == (-10, -4, 0)
    assert "3 of 4 reviews were rated above Again: 75 %, with a 95 % interval of 30–95 %." in figure.see
    assert "The schedule aims at 90 %, which lies within it. On average 81 % was predicted" in figure.see
    assert "predicted" not in drawn("retention", [replace(event, predicted=None) for event in RETENTION]).see


def test_retention_since_a_day() -> None:
    """The day is counted itself; whether a card is new depends on all that was before."""
    told = [facts(drawn("retention", RETENTION, since=TODAY + day)).get("reviews") for day in (-11, -10, -9, -3, 1, 2)]
    assert told == [4, 4, 2, 1, 1, None]
    assert "since 2026-12-01" in drawn("retention", RETENTION, since=TODAY + 2).see


@pytest.mark.parametrize(("missed", "word"), [(0, "below"), (3, "within"), (20, "above")])
def test_retention_beside_what_is_desired(missed: int, word: str) -> None:
    """Of 40 reviews: 40, 37 or 20 recalled, where 9 in 10 are desired."""
    events = [review("rnn/a", k, k - 40, AGAIN if 0 < k <= missed else GOOD) for k in range(41)]
    assert f"The schedule aims at 90 %, which lies {word} it." in drawn("retention", events).see


def test_retention_of_a_longer_time_is_told_by_the_week() -> None:
    """Each of seven days, the last of them ending today."""
    days = (-40, -35, -30, -29, -7, -6, 0)
    events = [review("rnn/a", k, day, AGAIN if day in {-30, -6} else GOOD) for k, day in enumerate(days, 1)]
    part = lines(drawn("retention", events))
    happened = dict(zip(part.x, part.series[0].values, strict=True))
    assert {week: value for week, value in happened.items() if not isnan(value)} == {
        -5: 1.0, -4: 0.5, -1: 1.0, 0: 0.5,
    }  # fmt: skip
    assert [series.name for series in part.series] == ["happened"]  # nothing was predicted


def test_what_was_forgotten_on_purpose_is_new_again() -> None:
    """Also where it is answered once more on the same day, as the replay of the log has it."""
    events = [review("rnn/a", 1, -9), Event("rnn/a", at(2), TODAY - 5, "forget", id="f"), review("rnn/a", 3, -5, AGAIN)]
    assert drawn("retention", events).facts == ()
    assert facts(drawn("retention", [*events, review("rnn/a", 4, -3)]))["reviews"] == 1


def test_a_card_with_another_name_carries_its_history_on() -> None:
    events = [review("rnn/old", 1, -9), review("rnn/old", 2, -7), review("rnn/a", 3, -5)]
    told = bars(drawn("topics", events, renamed={"rnn/old": "rnn/a"}), "Retention by topic")
    assert told == {"rnn": (1.0, "n 2, 34–100 %")}
    assert drawn("topics", [events[0], events[2]]).facts == ()


# -- calibration -----------------------------------------------------------------------------------------------------

FOUR = [
    *(review(card, k, -9) for k, card in enumerate(("rnn/a", "rnn/b", "gru.hidden-state", "gru/c"), 1)),
    review("rnn/a", 5, -1, GOOD, predicted=0.9), review("rnn/b", 6, -1, AGAIN, predicted=0.8),
    review("gru.hidden-state", 7, -1, HARD, predicted=0.6), review("gru/c", 8, -1, GOOD, predicted=0.95),
]  # fmt: skip


def test_the_losses_of_four_reviews() -> None:
    """By hand: -(ln 0.9 + ln 0.2 + ln 0.6 + ln 0.95) / 4, against 3/4 always, and against 1/2, 2/3, 2/4, 3/5."""
    figure = drawn("calibration", FOUR)
    losses = {name: value for name, (value, _) in bars(figure, "Log loss").items()}
    assert losses == pytest.approx({"predicted": 0.569229, "constant": 0.562335, "moving average": 0.748933}, abs=1e-6)
    scores = {name: value for name, (value, _) in bars(figure, "Brier").items()}
    brier = {"predicted": 0.203125, "constant": 0.1875, "moving average": (1 / 4 + 4 / 9 + 1 / 4 + 4 / 25) / 4}
    assert scores == pytest.approx(brier)
    told = facts(figure)
    assert told["log loss of the constant minus that of predicted"] == pytest.approx(0.562335 - 0.569229, abs=1e-6)
    entropies = [-(p * log(p) + (1 - p) * log(1 - p)) for p in (0.9, 0.8, 0.6, 0.95)]
    assert told["log loss expected if every prediction were true"] == pytest.approx(sum(entropies) / 4)
    assert "fewer than 100 reviews are too few" in figure.see
    assert "81.2 % was predicted and 75.0 % was recalled, which is within chance" in figure.see
    assert told["log loss of the average minus that of predicted"] == pytest.approx(0.748933 - 0.569229, abs=1e-6)


def test_reviews_without_a_prediction_are_counted() -> None:
    """They are reviews elsewhere, and the numbers of two figures differ by them."""
    events = [*FOUR, review("gru/c", 9, 0), review("rnn/a", 10, 0)]
    figure, told = drawn("calibration", events), facts(drawn("calibration", events))
    assert (told["reviews with a prediction"], told["reviews without one, left out"]) == (4, 2)
    assert told["mean predicted"] == pytest.approx((0.9 + 0.8 + 0.6 + 0.95) / 4)
    assert "4 of 6 reviews had a prediction; the others are left out. A review is" in figure.see
    assert facts(drawn("retention", events))["reviews"] == 6
    assert "4 of 4 reviews had a prediction. A review is" in drawn("calibration", FOUR).see


def test_the_bins_of_four_reviews() -> None:
    """A prediction on an edge belongs to the bin above it."""
    figure = drawn("calibration", FOUR)
    assert bars(figure, "Recalled") == {
        "60–70 % (60 %)": (1.0, "n 1, 21–100 %"), "80–85 % (80 %)": (0.0, "n 1, 0–79 %"),
        "90–95 % (90 %)": (1.0, "n 1, 21–100 %"), "95–100 % (95 %)": (1.0, "n 1, 21–100 %"),
    }  # fmt: skip
    expected = sqrt((0.4**2 + 0.8**2 + 0.1**2 + 0.05**2) / 4)
    assert facts(figure)["predicted minus recalled by bin, root mean square"] == pytest.approx(expected)


def test_the_distance_in_the_bins_counts_every_review() -> None:
    """Three of four are in one bin: sqrt((3 (1 - 0.9)^2 + (0 - 0.6)^2) / 4)."""
    outcomes = [(GOOD, 0.9), (GOOD, 0.9), (GOOD, 0.9), (AGAIN, 0.6)]
    events = [review("rnn/a", 1, -9)]
    events += [review("rnn/a", k, k - 9, rating, predicted=p) for k, (rating, p) in enumerate(outcomes, 2)]
    told = facts(drawn("calibration", events))
    assert told["predicted minus recalled by bin, root mean square"] == pytest.approx(sqrt((3 * 0.1**2 + 0.6**2) / 4))


def test_how_sure_the_learner_was() -> None:
    """Of new cards too; only where it was asked."""
    events = [
        review("rnn/a", 1, -9, confidence=3), review("rnn/b", 2, -9, AGAIN, confidence=3),
        review("gru/c", 3, -9, AGAIN, confidence=1), review("gru.hidden-state", 4, -9),
    ]  # fmt: skip
    assert bars(drawn("calibration", events), "Rated above Again, by how sure") == {
        "a guess": (0.0, "n 1, 0–79 %"), "sure": (0.5, "n 2, 9–91 %"),
    }  # fmt: skip


# -- topics ----------------------------------------------------------------------------------------------------------


def test_the_weakest_topics() -> None:
    """From five reviews on, the lowest retention first; a score counts where a machine gave one."""
    ratings = {"rnn/a": [GOOD, GOOD, GOOD, GOOD, AGAIN], "gru/c": [AGAIN, AGAIN, GOOD, AGAIN, GOOD], "rnn/b": [AGAIN]}
    events = [review(card, k, -30) for k, card in enumerate(ratings, 1)]
    for card, given_ratings in ratings.items():
        score = {} if card == "rnn/a" else {"score": 0.25}
        for k, rating in enumerate(given_ratings):
            events.append(review(card, len(events) + 1, k - 20, rating, **score))
    figure = drawn("topics", events)
    assert bars(figure, "Retention by topic, lowest first; those with fewer than 5 reviews last") == {
        "gru": (0.4, "n 5, 12–77 %"), "rnn": (0.8, "n 5, 38–96 %"), "state-space": (0.0, "n 1, 0–79 %"),
    }  # fmt: skip
    assert list(bars(figure, "Retention")) == ["gru", "rnn", "state-space"]
    assert bars(figure, "Lapses") == {"gru": (3, "on 1 card"), "rnn": (1, "on 1 card")}
    assert bars(figure, "Mean score") == {"gru": (0.25, "of 5 answers")}
    told = facts(figure)
    assert (told["topics with 5 reviews or more"], told["topics with fewer"], told["lapses"]) == (2, 1, 5)
    chance = "a difference that chance can explain: one of 2 topics is always the lowest"
    assert f"Lowest is gru: 2 of 5 recalled, 40 %, against 67 % elsewhere, {chance}" in figure.see


def test_of_two_topics_with_the_same_retention_the_one_with_more_reviews_comes_first() -> None:
    events = [review("rnn/a", 1, -40), review("gru/c", 2, -40)]
    events += [review("rnn/a", 10 + k, k - 30, AGAIN if k == 0 else GOOD) for k in range(5)]
    events += [review("gru/c", 20 + k, k - 30, AGAIN if k < 2 else GOOD) for k in range(10)]
    assert list(bars(drawn("topics", events), "Retention")) == ["gru", "rnn"]


def test_a_topic_that_is_weak_beyond_chance_is_called_so() -> None:
    """2 of 30 against 30 of 30."""
    events = [review("rnn/a", 1, -40), review("gru/c", 2, -40)]
    for k in range(30):
        events += [review("rnn/a", 10 + k, k - 35), review("gru/c", 50 + k, k - 35, GOOD if k < 2 else AGAIN)]
    assert "a larger difference than chance explains, even in the lowest of 2 topics" in drawn("topics", events).see
    assert facts(drawn("topics", events))["leeches: cards with 8 lapses or more"] == 1
    assert "Nothing was missed" in drawn("topics", [event for event in events if event.card == "rnn/a"]).see
    few = drawn("topics", events[:6])
    assert "No topic has 5 reviews yet" in few.see
    assert [part.title.partition(";")[0] for part in few.parts] == ["Retention by topic, lowest first"]


def test_cards_that_are_in_no_deck_any_more_come_last() -> None:
    """However low their retention is: they are no topic that could be studied."""
    events = [review("gone", 1, -40), review("rnn/a", 2, -40), review("gru/c", 3, -40), review("gru/c", 4, -30)]
    for k in range(9):
        events += [review("gone", 10 + k, k - 30, AGAIN), review("rnn/a", 30 + k, k - 30, AGAIN if k == 0 else GOOD)]
    figure = drawn("topics", events)
    assert list(bars(figure, "Retention by topic")) == ["rnn", "gru", "(not in these decks)"]
    assert bars(figure, "Lapses").keys() == {"rnn"}
    assert (facts(figure)["topics with 5 reviews or more"], facts(figure)["topics with fewer"]) == (1, 1)
