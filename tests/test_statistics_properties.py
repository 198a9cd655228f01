"""What holds of any history, and of a learner who forgets as predicted."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from math import isfinite, isnan, log, sqrt

import pytest
from histories import CARDS, TODAY, at, bars, facts, heatmap, review
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.figures.parts import Bars, Figure, Heatmap, Lines
from studyrnn.history import replay
from studyrnn.model import AGAIN, GOOD, CardState, Event
from studyrnn.statistics import History, figures, names

# -- any history -----------------------------------------------------------------------------------------------------

KINDS = st.sampled_from(["review"] * 8 + ["suspend", "unsuspend", "flag", "forget", "reschedule", "undo"])
EVENTS = st.builds(
    Event,
    card=st.sampled_from(["rnn/a", "rnn/b", "gru.hidden-state", "gru/c", "gone", "rnn/old"]),
    at=st.integers(0, 80_000).map(at),
    day=st.one_of(st.integers(TODAY - 12, TODAY + 3), st.integers(TODAY - 900, TODAY), st.integers(1, 3_600_000)),
    kind=KINDS,
    rating=st.one_of(st.none(), st.integers(1, 4)),
    due_day=st.one_of(st.none(), st.integers(TODAY - 20, TODAY + 30)),
    score=st.one_of(st.none(), st.floats(0, 1)),
    version=st.one_of(st.none(), st.just(1)),
    slip=st.sampled_from(["", "", "sign", "no-bias"]),
    milliseconds=st.one_of(st.just(0), st.integers(0, 2**63 - 1), st.integers(1000, 90_000)),
    mode=st.sampled_from(["quiz", "quiz", "repeat", "cram", "exam 2026-12-24"]),
    predicted=st.one_of(st.none(), st.floats(0, 1)),
    confidence=st.one_of(st.none(), st.integers(1, 3)),
)
RENAMED = {"rnn/old": "rnn/a"}
SINCE = st.one_of(st.none(), st.integers(TODAY - 1000, TODAY + 5), st.integers(1, TODAY))


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Each event with its id; an undo takes one of the others back."""
    events = [replace(event, id=f"e{k}") for k, event in enumerate(draw(st.lists(EVENTS, max_size=40)))]
    picks = draw(st.lists(st.integers(0, 39), min_size=len(events), max_size=len(events)))
    taken = [events[pick % len(events)] for pick in picks]
    return [
        replace(event, of=other.id, card=other.card) if event.kind == "undo" else event
        for event, other in zip(events, taken, strict=True)
    ]


def all_of(events: Sequence[Event], since: int | None = None) -> dict[str, Figure]:
    states = replay(events, RENAMED, TODAY + 1)
    made = figures(History(events, states, TODAY, CARDS, since, renamed=RENAMED), names())
    return {figure.name: figure for figure in made}


def numbers(figure: Figure) -> list[float]:
    """Every number that has to be there; a curve and a calendar may have gaps."""
    found = [float(fact.value) for fact in figure.facts if not isinstance(fact.value, str)]
    for part in figure.parts:
        if isinstance(part, Bars):
            found += [bar.value for bar in part.bars]
        elif isinstance(part, Lines):
            found += [*part.x, *part.told_at, *(mark.at for mark in part.marks)]
            found += [value for series in part.series for value in series.values if not isnan(value)]
            assert all(any(not isnan(value) for value in series.values) for series in part.series)
        else:
            assert isinstance(part, Heatmap)
            found += [value for row in part.values for value in row if not isnan(value)]
    return found


@settings(max_examples=150, deadline=None)
@given(logs(), SINCE)
def test_no_history_breaks_a_figure(events: list[Event], since: int | None) -> None:
    """Every figure says something, every number is one, no part is empty."""
    for figure in all_of(events, since).values():
        assert figure.see.endswith((".", "tells when."))
        assert "nan" not in figure.see.split()
        assert all(isfinite(number) for number in numbers(figure))
        for part in figure.parts:
            assert not isinstance(part, Bars) or part.bars
            assert not isinstance(part, Lines) or (len(part.x) > 1 and set(part.told_at) <= set(part.x))
            assert not isinstance(part, Heatmap) or len({len(row) for row in part.values} | {len(part.columns)}) == 1


@settings(max_examples=60, deadline=None)
@given(logs(), SINCE, st.randoms(use_true_random=False))
def test_the_order_of_the_log_does_not_matter(events: list[Event], since: int | None, chances: random.Random) -> None:
    """Logs of two machines come together in any order. As text, for a gap in a curve is not equal to itself."""
    shuffled = list(events)
    chances.shuffle(shuffled)
    assert repr(all_of(shuffled, since)) == repr(all_of(events, since))


@settings(max_examples=60, deadline=None)
@given(logs(), SINCE)
def test_what_was_crammed_or_taken_back_shows_in_nothing_that_was_remembered(
    events: list[Event], since: int | None
) -> None:
    """Nor does what is dated after tomorrow."""
    more = [replace(event, id=f"{event.id}-crammed", mode="cram") for event in events if event.kind == "review"]
    more += [replace(event, id=f"{event.id}-back", rating=AGAIN) for event in events if event.kind == "review"]
    more += [replace(e, id=f"{e.id}-undo", kind="undo", of=e.id, at=at(0)) for e in more if e.id.endswith("-back")]
    more += [replace(event, id=f"{event.id}-future", day=TODAY + 2 + event.day % 100) for event in events]
    more = [event for event in more if event.kind != "undo" or event.id.endswith("-undo")]
    before, after = all_of(events, since), all_of([*events, *more], since)
    for name in ("retention", "calibration", "topics"):
        assert repr(after[name].parts) == repr(before[name].parts)
        assert after[name].facts == before[name].facts


def of_notes(figure: Figure, title: str) -> list[int]:
    """67 % with the note "n 3, 21–94 %" makes 2 of 3."""
    if not any(isinstance(part, Bars) and part.title.startswith(title) for part in figure.parts):
        return [0, 0]
    told = [(value, int(note.removeprefix("n ").split(",")[0])) for value, note in bars(figure, title).values()]
    return [sum(round(value * n) for value, n in told), sum(n for _, n in told)]


@settings(max_examples=80, deadline=None)
@given(logs(), SINCE)
def test_counts_add_up(events: list[Event], since: int | None) -> None:
    """The parts of each figure to its facts, and the facts to a count that is made from the log another way."""
    made = all_of(events, since)
    back = {event.of for event in events if event.kind == "undo"}
    answers = [e for e in events if e.kind == "review" and e.id not in back and (since or 1) <= e.day <= TODAY + 1]
    assert facts(made["reviews"]).get("answers", 0) == len(answers)
    assert facts(made["slips"]).get("slips in all", 0) == sum(bool(event.slip) for event in answers)
    timed = [event for event in answers if event.milliseconds]
    assert facts(made["time"]).get("answers with a time", 0) == len(timed)
    if answers:
        part = heatmap(made["reviews"])
        shown = date.fromisoformat(str(facts(made["reviews"])["first day shown"])).toordinal()
        assert sum(v for row in part.values for v in row if not isnan(v)) == sum(e.day >= shown for e in answers)
    told = facts(made["retention"])
    assert of_notes(made["topics"], "Retention by topic") == [told.get("recalled", 0), told.get("reviews", 0)]
    assert facts(made["topics"]).get("lapses", 0) == told.get("reviews", 0) - told.get("recalled", 0)
    if predicted := facts(made["calibration"]).get("reviews with a prediction"):
        assert of_notes(made["calibration"], "Recalled")[1] == predicted
        assert predicted + facts(made["calibration"])["reviews without one, left out"] == told["reviews"]
    if fallen := facts(made["forecast"]):
        states = replay(events, RENAMED, TODAY + 1)
        studied = [states.get(card.id, CardState()) for card in CARDS]
        assert fallen["due within 14 days"] + fallen["due later"] == sum(
            not state.is_new and not state.suspended for state in studied
        )


@settings(max_examples=80, deadline=None)
@given(logs())
def test_reviews_and_lapses_are_those_that_fsrs_was_fed_with(events: list[Event]) -> None:
    """Where nothing was forgotten on purpose: the sums over the states that the log replays to."""
    kept = [event for event in events if event.kind != "forget"]
    memories = [state.memory for state in replay(kept, RENAMED, TODAY + 1).values() if state.memory]
    told = facts(all_of(kept)["retention"])
    assert told.get("reviews", 0) == sum(memory.reviews - 1 for memory in memories)
    assert told.get("reviews", 0) - told.get("recalled", 0) == sum(memory.lapses for memory in memories)


# -- a learner who forgets as predicted ------------------------------------------------------------------------------


def learner(seed: int, worse: float = 0.0, cards: int = 60, days: int = 50) -> list[Event]:
    """Each card every day, recalled with the probability that was predicted, less `worse`."""
    chances = random.Random(seed)
    events = [review(f"c{card}", card, -days) for card in range(cards)]
    for day in range(1, days):
        for card in range(cards):
            predicted = chances.choice([0.55, 0.7, 0.82, 0.88, 0.93, 0.97])
            rating = GOOD if chances.random() < predicted - worse else AGAIN
            events.append(review(f"c{card}", day * cards + card, day - days, rating, predicted=predicted))
    return events


def calibrated(events: list[Event]) -> Figure:
    return figures(History(events, {}, TODAY), ["calibration"])[0]


@pytest.mark.parametrize("seed", range(5))
def test_outcomes_as_predicted_give_the_loss_that_is_expected(seed: int) -> None:
    """Within 3.5 standard errors, which follow from the variance of each single loss; and every bin within four."""
    figure = calibrated(learner(seed))
    n = 60 * 49
    told = facts(figure)
    levels = (0.55, 0.7, 0.82, 0.88, 0.93, 0.97)
    variance = sum(p * (1 - p) * log(p / (1 - p)) ** 2 for p in levels) / 6
    loss = bars(figure, "Log loss")["predicted"][0]
    expected = told["log loss expected if every prediction were true"]
    assert loss == pytest.approx(expected, abs=3.5 * sqrt(variance / n))
    assert told["reviews with a prediction"] == n
    for p, (label, (happened, _)) in zip(levels, bars(figure, "Recalled").items(), strict=True):
        assert label.endswith(f" ({100 * p:.0f} %)")
        assert happened == pytest.approx(p, abs=4 * sqrt(p * (1 - p) / (n / 6)))
    assert "they do better than the constant and do better than the moving average" in figure.see


def test_outcomes_that_are_worse_than_predicted_are_called_so() -> None:
    """And in 200 learners who forget as predicted chance is called chance in about 95 of 100."""
    assert "was recalled, significantly less: if every" in calibrated(learner(1, worse=0.05)).see
    assert "was recalled, significantly more: if every" in calibrated(learner(1, worse=-0.03)).see
    within = sum("which is within chance" in calibrated(learner(seed, cards=10, days=40)).see for seed in range(200))
    assert 180 <= within <= 200
