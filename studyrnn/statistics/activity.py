"""When a learner studied, and how long answers took."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from math import nan

from studyrnn.figures.parts import Axis, Bar, Bars, Fact, Figure, Heatmap, Lines, Part, Series
from studyrnn.model import Event
from studyrnn.scheduling import streak
from studyrnn.statistics.measures import longest_streak, median, nine_tenths
from studyrnn.statistics.record import LONGEST, Record, grouped, seconds
from studyrnn.wording import many

WEEKS = 26  # that are shown, where no day is named since which
MOST_WEEKS = 52
DAYS = 28  # of which the time of each is shown
TOPICS_SHOWN = 12
ENOUGH = 5  # answers, before a topic's median says anything
BESIDE = "≤ holds for 9 in 10 of n answers"  # what stands beside a median
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


# -- reviews ---------------------------------------------------------------------------------------------------------


def reviews(record: Record) -> Figure:
    answers = record.answers
    if not answers:
        return Figure("reviews", "Answers by day", record.nothing(), ())
    on = Counter(answer.day for answer in answers)
    first, last = _shown(record)
    facts = (
        Fact("answers", len(answers)),
        Fact("days studied", len(on)),
        Fact("streak now, in days", streak(record.days, record.today)),
        Fact("longest streak ever, in days", longest_streak(record.days)),
        Fact("time in all, in minutes", _minutes(answers)),
        Fact("first day shown", date.fromordinal(first).isoformat()),
    )
    return Figure("reviews", "Answers by day", _see_reviews(on, first, last), (_calendar(on, first, last),), facts)


def _shown(record: Record) -> tuple[int, int]:
    """The first and the last day of the calendar. Tomorrow may have begun for answers from further east."""
    days = [answer.day for answer in record.answers]  # in ascending order
    first, weeks = (days[0], WEEKS) if record.since is None else (record.since, MOST_WEEKS)
    return max(first, _monday(record.today) - 7 * (weeks - 1)), max(record.today, days[-1])


def _monday(day: int) -> int:
    return day - (day - 1) % 7  # day 1 of the calendar was a Monday


def _calendar(on: Counter[int], first: int, last: int) -> Heatmap:
    mondays = range(_monday(first), last + 1, 7)
    values = tuple(
        tuple(float(on[monday + k]) if first <= monday + k <= last else nan for monday in mondays) for k in range(7)
    )
    return Heatmap(WEEKDAYS, _months(mondays), values, low=0, x_label="weeks", scale="answers", decimals=0)


def _months(mondays: Iterable[int]) -> tuple[str, ...]:
    """The month over its first Monday, and over the first column unless the second begins another."""
    months = [MONTHS[date.fromordinal(monday).month - 1] for monday in mondays]
    labels = [month if month != before else "" for before, month in zip(["", *months], months, strict=False)]
    return ("" if any(labels[1:2]) else labels[0], *labels[1:])


def _see_reviews(on: Counter[int], first: int, last: int) -> str:
    shown = sum(day in on for day in range(first, last + 1))
    answers = sum(count for day, count in on.items() if day >= first)
    begin = "A column is a week, from Monday to Sunday; each cell tells how many answers were given on that day"
    if not shown:
        return f"{begin}. On these {many(last - first + 1, 'day')} there was none: the answers are older."
    return (
        f"{begin}, repeats and crammed ones among them. You studied on {shown} of these "
        f"{many(last - first + 1, 'day')}, with {many(round(answers / shown), 'answer')} on such a day on average."
    )


def _minutes(answers: Iterable[Event]) -> float:
    return round(sum(seconds(answer) for answer in answers) / 60, 1)


# -- time ------------------------------------------------------------------------------------------------------------


def time(record: Record) -> Figure:
    timed = [answer for answer in record.answers if answer.milliseconds > 0]
    if not timed:
        without = "No answer has a time: `studyrnn quiz` takes it." if record.answers else record.nothing()
        return Figure("time", "Time for an answer", without, ())
    taken = [seconds(answer) for answer in timed]
    ordered = sorted(taken)
    facts = (
        Fact("answers with a time", len(timed)),
        Fact("median, in seconds", round(median(ordered), 1)),
        Fact("90th percentile, in seconds", round(nine_tenths(ordered), 1)),
        Fact("time in all, in minutes", round(sum(taken) / 60, 1)),
        Fact("time on a day of study, in minutes", round(sum(taken) / 60 / len({answer.day for answer in timed}), 1)),
    )
    by_topic = grouped(map(record.topic, timed), taken)
    by_kind = grouped(map(record.kind, timed), taken)
    parts: list[Part] = [*_slowest_topics(by_topic), _kinds(by_kind), *_each_day(record, timed, taken)]
    see = (
        "Half of the answers took no longer than the median, nine in ten no longer than the 90th percentile. The time "
        "runs from the question to the end of the answer, with hints and second tries; what took more than "
        f"{LONGEST // 60} minutes counts as {LONGEST // 60}."
    )
    return Figure("time", "Time for an answer", see, tuple(parts), facts)


def _slowest_topics(by_topic: Mapping[str, list[float]]) -> list[Bars]:
    bars = [_median_bar(name, taken) for name, taken in by_topic.items() if len(taken) >= ENOUGH]
    slowest = tuple(sorted(bars, key=lambda bar: -bar.value)[:TOPICS_SHOWN])
    title = f"Median by topic, slowest first, from {ENOUGH} answers on; {BESIDE}"
    return [Bars(slowest, Axis("seconds"), title, decimals=0)] if slowest else []


def _kinds(by_kind: Mapping[str, list[float]]) -> Bars:
    bars = tuple(_median_bar(name, taken) for name, taken in by_kind.items())
    return Bars(bars, Axis("seconds"), f"Median by kind of card; {BESIDE}", decimals=0)


def _median_bar(name: str, taken: list[float]) -> Bar:
    ordered = sorted(taken)
    return Bar(name, median(ordered), f"≤ {nine_tenths(ordered):.0f} s, n {len(ordered)}")


def _each_day(record: Record, timed: list[Event], taken: list[float]) -> list[Lines]:
    first = max(record.today - DAYS + 1, timed[0].day)
    days = range(first, record.today + 1)
    on: dict[int, float] = defaultdict(float)
    for answer, each in zip(timed, taken, strict=True):
        on[answer.day] += each
    minutes = Series("minutes", tuple(on[day] / 60 for day in days))
    if len(days) < 2 or not any(minutes.values):
        return []
    x = tuple(float(day - record.today) for day in days)
    return [Lines(x, (minutes,), Axis("days from today"), Axis("minutes", low=0), title="Time on each day")]
