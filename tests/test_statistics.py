"""What a history says, against numbers worked out by hand and against other ways to count."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from math import isnan

import pytest
from histories import CARDS, TODAY, at, bars, drawn, facts, heatmap, history, lines, review

from studyrnn import session
from studyrnn.errors import UnknownName
from studyrnn.model import GOOD, Card, CardState, Event, MemoryState
from studyrnn.statistics import History, figures, names

# -- each figure, by hand --------------------------------------------------------------------------------------------


def test_the_calendar_of_a_fortnight() -> None:
    """Ten days ago was a Thursday. Repeats and crammed answers count, what was taken back does not, nor the future."""
    events = [
        review("rnn/a", 1, -10, milliseconds=30_000), review("rnn/a", 2, -10, mode="repeat", milliseconds=90_000),
        review("rnn/b", 3, -1, mode="cram", milliseconds=7_200_000), review("rnn/b", 4, 0), review("rnn/a", 5, 0),
        Event("rnn/a", at(6), TODAY, "undo", of="e5"), review("rnn/a", 7, 2),
    ]  # fmt: skip
    figure = drawn("reviews", events)
    part = heatmap(figure)
    told = dict(zip(part.rows, part.values, strict=True))
    assert part.columns == ("Nov", "")
    assert told["Thu"] == (2, 0)
    assert (told["Sat"], told["Sun"]) == ((0, 1), (0, 1))
    assert isnan(told["Mon"][0])  # before the first answer
    assert told["Mon"][1] == 0
    assert facts(figure) == {
        "answers": 4, "days studied": 3, "streak now, in days": 2, "longest streak ever, in days": 2,
        "time in all, in minutes": 32.0, "first day shown": "2026-11-19",
    }  # fmt: skip
    assert "3 of these 11 days, with 1 answer on such a day" in figure.see


def test_the_calendar_shows_half_a_year_and_since_a_day_up_to_a_year() -> None:
    old = [review("rnn/a", 1, -700), review("rnn/a", 2, -500), review("rnn/a", 3, -3)]
    assert len(heatmap(drawn("reviews", old)).columns) == 26
    assert len(heatmap(drawn("reviews", old, since=TODAY - 600)).columns) == 52
    assert facts(drawn("reviews", old, since=TODAY - 600))["answers"] == 2
    assert len(heatmap(drawn("reviews", old, since=TODAY - 7)).columns) == 2
    assert "none: the answers are older" in drawn("reviews", old[:1]).see
    assert heatmap(drawn("reviews", [review("rnn/a", 1, -30)])).columns[:3] == ("", "Nov", "")  # room for one name
    wednesday = figures(History(old, {}, TODAY + 3), ["reviews"])[0]
    assert [isnan(row[-1]) for row in heatmap(wednesday).values] == [False] * 3 + [True] * 4  # days to come


def test_the_forecast_of_a_fortnight() -> None:
    """Overdue is due today; what was answered today is not due today again; suspended and vanished cards are not."""

    def due(day: int, last: int = -5, **more: object) -> CardState:
        memory = MemoryState(3.0, 5.0, TODAY + last, TODAY + day, 2, 0)
        return CardState(2, TODAY - 9, TODAY + last, GOOD, TODAY + day, memory)._replace(**more)

    cards = [Card(name, "open", "d", "rnn") for name in "abcdefgh"]
    states = {
        "a": due(-3), "b": due(0), "c": due(1), "d": due(13), "e": due(14), "f": due(-3, suspended=True),
        "g": due(0, last=0), "gone": due(0),
    }  # fmt: skip
    (figure,) = figures(History((), states, TODAY, cards), ["forecast"])
    told = bars(figure, "Cards that fall due")
    assert len(told) == 14
    assert told["today"] == (2, "1 of them overdue")
    assert told["tomorrow"] == (2, "")
    assert told["Sat 12 Dec"] == (1, "")
    assert sum(value for value, _ in told.values()) == 5
    assert facts(figure) == {"due today": 2, "of them overdue": 1, "due within 14 days": 5, "due later": 1}
    assert session.waiting(cards, states, TODAY) == told["today"][0]
    assert "fullest day is today, with 2. Each is counted once" in figure.see


def test_a_forecast_with_nothing_near() -> None:
    far = {"a": CardState(1, TODAY, TODAY, GOOD, TODAY + 40, MemoryState(40.0, 5.0, TODAY, TODAY + 40, 1, 0))}
    cards = [Card("a", "open", "d", "rnn")]
    assert "the next is due in 40 days" in figures(History((), far, TODAY, cards), ["forecast"])[0].see
    suspended = {"a": far["a"]._replace(suspended=True)}
    assert "unsuspend" in figures(History((), suspended, TODAY, cards), ["forecast"])[0].see


def test_slips_of_the_last_thirty_days_and_the_thirty_before() -> None:
    """The last thirty end today. One name in two exercises is two slips."""
    made = [(0, "sign"), (-29, "sign"), (-30, "sign"), (-59, "no-bias"), (-60, "no-bias"), (-1, ""), (-45, "")]
    events = [review("gru.hidden-state", k, day, version=1, slip=slip) for k, (day, slip) in enumerate(made, 1)]
    events += [review("gru/c", 20, -2, version=1, slip="sign"), review("rnn/a", 21, -2)]
    figure = drawn("slips", events)
    first, second, third = bars(figure, "Times in the last 30 days")
    assert (first, second, third) == ("gru.hidden-state: sign", "gru.update-gate: sign", "gru.hidden-state: no-bias")
    often_before = [review("gru/c", k, k - 60, version=1, slip="no-bias") for k in range(25, 30)]
    assert bars(drawn("slips", [*events, *often_before]), "Times") == {
        "gru.hidden-state: sign": (2, "1 before"), "gru.update-gate: sign": (1, "0 before"),
        "gru.update-gate: no-bias": (0, "5 before"), "gru.hidden-state: no-bias": (0, "1 before"),
    }  # fmt: skip
    assert bars(figure, "Times in the last 30 days") == {
        "gru.hidden-state: sign": (2, "1 before"), "gru.update-gate: sign": (1, "0 before"),
        "gru.hidden-state: no-bias": (0, "1 before"),
    }  # fmt: skip
    assert list(facts(figure).values()) == [6, 8, 3, 4, 2, 3]
    assert "recognised in 3 of 4 answers to exercises, about as often as in the 30 days before: 2 of 3." in figure.see
    assert "Only answers since" in drawn("slips", events, since=TODAY - 40).see
    assert "Only answers since" not in drawn("slips", events, since=TODAY - 59).see


@pytest.mark.parametrize(("recent", "before", "word"), [(2, 20, "less"), (20, 2, "more")])
def test_slips_become_fewer_or_more(recent: int, before: int, word: str) -> None:
    """Of 30 answers in both times."""
    events = [
        review("gru/c", k, day, version=1, slip="sign" if day % 30 < (before if day < -29 else recent) else "")
        for k, day in enumerate(range(-59, 1), 1)
    ]
    assert f"{word} often than" in drawn("slips", events).see


def test_slips_that_are_old_or_new_or_none() -> None:
    old = [review("gru/c", 1, -90, version=1, slip="sign")]
    assert bars(drawn("slips", old), "Times in all") == {"gru.update-gate: sign": (1, "")}
    assert "these slips are older" in drawn("slips", old).see
    before = drawn("slips", [replace(old[0], day=TODAY - 40)])
    assert "No exercise was answered in the last 30 days" in before.see
    assert bars(before, "Times in the 30 days before the last 30") == {"gru.update-gate: sign": (1, "")}
    assert "none in the 30 days before" in drawn("slips", [replace(old[0], day=TODAY)]).see
    assert "none was answered yet" in drawn("slips", [review("rnn/a", 1, 0)]).see
    assert "In 1 answer to exercises no slip" in drawn("slips", [review("gru/c", 1, 0, version=1)]).see


def test_the_time_of_answers() -> None:
    """1 to 10 s, and one who went away for hours: 30 minutes; what has no time is left out."""
    events = [review("rnn/a", k, -1, mode="repeat", milliseconds=1000 * k) for k in range(1, 11)]
    events += [review("rnn/b", 11, 0, milliseconds=9_000_000), review("rnn/b", 12, 0)]
    figure = drawn("time", events)
    told = facts(figure)
    assert (told["answers with a time"], told["median, in seconds"], told["90th percentile, in seconds"]) == (11, 6, 10)
    assert told["time in all, in minutes"] == round((55 + 1800) / 60, 1)
    assert told["time on a day of study, in minutes"] == round((55 + 1800) / 120, 1)
    assert bars(figure, "Median by topic") == {"rnn": (5.5, "≤ 9 s, n 10")}
    kinds = {"open": (5.5, "≤ 9 s, n 10"), "choice": (1800, "≤ 1800 s, n 1")}
    assert bars(figure, "Median by kind") == kinds
    assert (lines(figure).x, lines(figure).series[0].values) == ((-1, 0), pytest.approx((55 / 60, 30)))


def test_what_was_never_seen() -> None:
    """By deck; of a single deck by topic. Crammed is seen; taken back is not."""
    events = [review("rnn/a", 1, 0, mode="cram"), review("gru/c", 2, 0), Event("gru/c", at(3), TODAY, "undo", of="e2")]
    figure = drawn("unseen", events)
    assert bars(figure, "Cards never answered, by deck") == {
        "rnn": (1, "of 2 (0 ex.)"),
        "gru": (2, "of 2 (2 ex.)"),
    }
    assert facts(figure) == {
        "cards": 4, "never answered": 3, "exercises among them": 2, "suspended among them": 0,
    }  # fmt: skip
    assert '3 of 4 cards were never answered. The next come from the deck "rnn": `studyrnn quiz rnn`.' in figure.see
    by_topic = drawn("unseen", events, cards=CARDS[:2])
    assert bars(by_topic, "Cards never answered, by topic").keys() == {"state-space"}
    assert 'The next come from the topic "state-space": `studyrnn quiz state-space`.' in by_topic.see
    assert "Every card has been answered" in drawn("unseen", events, cards=CARDS[:1]).see
    suspended = [Event("gru/c", at(1), TODAY, "suspend")]
    assert "All of them are suspended" in drawn("unseen", suspended, cards=CARDS[3:]).see


# -- nothing, or little ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_a_history_without_answers_says_what_would_bring_some(name: str) -> None:
    """Nothing is drawn but what can be: the cards that were never seen."""
    figure = drawn(name, [])
    assert "studyrnn quiz" in figure.see
    assert figure.parts == () or name == "unseen"
    later = drawn(name, [review("rnn/a", 1, -5)], since=TODAY - 2)
    assert "since 2026-11-27" in later.see or name in {"forecast", "unseen"}
    assert drawn(name, [], since=TODAY - 2) == figure


def test_a_first_day_says_that_nothing_has_come_back() -> None:
    for name in ("retention", "topics", "calibration"):
        assert "No card has come back yet" in drawn(name, [review("rnn/a", 1, 0)]).see
    both = [review("rnn/a", 1, -1), review("rnn/a", 2, 0)]
    assert "No review has a prediction" in drawn("calibration", both).see


def test_a_figure_that_is_not_there() -> None:
    with pytest.raises(UnknownName, match='no figure is called "retension"'):
        figures(history([]), ["reviews", "retension"])
    assert [figure.name for figure in figures(history([]), ["time", "reviews"])] == ["time", "reviews"]
    assert len(names()) == 8


# -- where it stands -------------------------------------------------------------------------------------------------


def test_statistics_load_nothing_heavy() -> None:
    """`studyrnn stats` waits for no numbers library, and for no scheduler."""
    program = (
        "from studyrnn.statistics import History, figures, names\nfigures(History((), {}, 739000), names())\n"
        "import sys; print(*sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"numpy", "fsrs", "rich", "sqlite3", "yaml", "statistics"} & set(done.stdout.split())
