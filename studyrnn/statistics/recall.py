"""How much was remembered: true retention over time, and by topic, the weakest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from math import floor, isnan, nan
from typing import NamedTuple

from studyrnn.figures.parts import Axis, Bar, Bars, Fact, Figure, Lines, Mark, Series
from studyrnn.model import LEECH, NEW, Event
from studyrnn.statistics.measures import UNLIKELY, Share, between, chance, mean, percent, share
from studyrnn.statistics.record import ELSEWHERE, Record, was_recalled
from studyrnn.wording import many

ENOUGH = 5  # reviews, before a topic is called weak
WEAKEST = 8  # topics whose lapses and scores are shown
DAYWISE = 28  # days; a longer history is told by the week
MOST_WEEKS = 104
TOLD = 5  # numbers that stand below a curve
COUNTED = "the first answer to a card on a day, not crammed, where the card was not new"
BESIDE = "n reviews, 95 % interval"  # what stands beside a share
NONE_BACK = (
    "No card has come back yet: what is remembered shows from the second day of a card on. `studyrnn due` tells when."
)


def recalled(reviews: Sequence[Event]) -> Share:
    return share(list(map(was_recalled, reviews)))


def none_counted(record: Record) -> str:
    """Why there is nothing remembered to tell of."""
    if record.answers and record.since is not None:
        return f"No card has come back since {date.fromordinal(record.since).isoformat()}."
    return NONE_BACK if record.answers else record.nothing()


# -- retention -------------------------------------------------------------------------------------------------------


def retention(record: Record) -> Figure:
    returns = record.returns
    if not returns:
        return Figure("retention", "True retention", none_counted(record), ())
    whole = recalled(returns)
    predicted = [review.predicted for review in returns if review.predicted is not None]
    low, high = whole.interval
    facts = (
        Fact("reviews", whole.of),
        Fact("recalled", whole.hits),
        Fact("retention", whole.value),
        Fact("95 % interval, from", low),
        Fact("95 % interval, to", high),
        Fact("desired", record.history.desired),
        *([Fact("predicted", mean(predicted))] if predicted else []),
    )
    see = _see_retention(whole, record.history.desired, predicted)
    return Figure("retention", "True retention", see, tuple(_over_time(record)), facts)


def _see_retention(whole: Share, desired: float, predicted: Sequence[float]) -> str:
    low, high = whole.interval
    place = "above" if desired > high else "below" if desired < low else "within"
    return (
        f"{whole} reviews were rated above Again: {percent(whole.value)}, with a 95 % interval of "
        f"{between(whole.interval)}. The schedule aims at {percent(desired)}, which lies {place} it."
        f"{_foreseen(predicted)} A review is {COUNTED}."
    )


def _foreseen(predicted: Sequence[float]) -> str:
    if not predicted:
        return ""
    return (
        f" On average {percent(mean(predicted))} was predicted: the longer after its due day a card is answered, the "
        "lower its prediction."
    )


def _over_time(record: Record) -> list[Lines]:
    """By day or by week, where there is more than one."""
    days = record.today - record.returns[0].day < DAYWISE
    periods = _periods(record, 1 if days else 7)
    if len(periods) < 2:
        return []
    x = range(min(periods), 1)
    happened = _each(x, periods, lambda reviews: recalled(reviews).value)
    foreseen = _each(x, periods, _mean_predicted)
    desired = record.history.desired
    lowest = min(value for value in (*happened, *foreseen, desired) if not isnan(value))
    return [
        Lines(
            tuple(map(float, x)),
            (Series("happened", happened), *([] if all(map(isnan, foreseen)) else [Series("predicted", foreseen)])),
            Axis("days from today" if days else "weeks from today (0: the last 7 days)"),
            Axis("share recalled", low=min(floor(10 * lowest) / 10, 0.9), high=1.0),
            (Mark("desired", desired),),
            f"Retention by {'day' if days else 'week'}",
            _spread(sorted(periods)),
        )
    ]


def _periods(record: Record, length: int) -> dict[int, list[Event]]:
    """The reviews by the days or weeks since then, as 0, -1, -2, ...; what is dated tomorrow belongs to 0."""
    periods: dict[int, list[Event]] = defaultdict(list)
    for review in record.returns:
        periods[-(max(0, record.today - review.day) // length)].append(review)
    return {period: reviews for period, reviews in periods.items() if period > -MOST_WEEKS}


def _each(x: range, periods: dict[int, list[Event]], value: Callable[[Sequence[Event]], float]) -> tuple[float, ...]:
    return tuple(value(periods[period]) if period in periods else nan for period in x)


def _mean_predicted(reviews: Sequence[Event]) -> float:
    predicted = [review.predicted for review in reviews if review.predicted is not None]
    return mean(predicted) if predicted else nan


def _spread(periods: Sequence[int]) -> tuple[float, ...]:
    """Five of them, evenly spread, the first and the last among them."""
    last = len(periods) - 1
    return tuple(float(periods[k]) for k in sorted({round(last * i / (TOLD - 1)) for i in range(TOLD)}))


def shares(bars: tuple[Bar, ...], title: str, label: str) -> Bars:
    return Bars(bars, Axis(label, low=0, high=1), title, percent=True)


def share_bar(name: str, told: Share) -> Bar:
    """Beside it "n 50, 76–94 %": short, so that it has room."""
    return Bar(name, told.value, f"n {told.of}, {between(told.interval)}")


# -- topics ----------------------------------------------------------------------------------------------------------


class Topic(NamedTuple):
    name: str
    reviews: Sequence[Event]
    recalled: Share

    @property
    def is_ranked(self) -> bool:
        return len(self.reviews) >= ENOUGH and self.name != ELSEWHERE


def topics(record: Record) -> Figure:
    returns = record.returns
    if not returns:
        return Figure("topics", "Topics, weakest first", none_counted(record), ())
    known = sorted((Topic(name, each, recalled(each)) for name, each in record.returns_by_topic.items()), key=_rank)
    ranked = [topic for topic in known if topic.is_ranked]
    whole = recalled(returns)
    facts = (
        Fact("reviews", whole.of),
        Fact("lapses", whole.of - whole.hits),
        Fact(f"topics with {ENOUGH} reviews or more", len(ranked)),
        Fact("topics with fewer", sum(topic.name != ELSEWHERE for topic in known) - len(ranked)),
        Fact(
            f"leeches: cards with {LEECH} lapses or more",
            sum(record.history.states.get(card, NEW).is_leech for card in record.cards),
        ),
    )
    see = _see_topics(ranked[0], whole, len(ranked)) if ranked else _NONE_RANKED
    parts = (_by_topic(known), *_weakest(record, ranked[:WEAKEST]))
    return Figure("topics", "Topics, weakest first", see, parts, facts)


def _rank(topic: Topic) -> tuple[bool, bool, float, int]:
    """The lowest first, those with few reviews behind them, and last what belongs to no topic any more."""
    return not topic.is_ranked, topic.name == ELSEWHERE, topic.recalled.value, -topic.recalled.of


_NONE_RANKED = (
    f"No topic has {ENOUGH} reviews yet, and fewer tell nothing. A review is {COUNTED}: every day with `studyrnn quiz` "
    "brings some."
)


def _by_topic(known: Sequence[Topic]) -> Bars:
    bars = tuple(share_bar(topic.name, topic.recalled) for topic in known)
    some = sum(topic.is_ranked for topic in known)
    few = f"; those with fewer than {ENOUGH} reviews last" if 0 < some < len(known) else ""
    return shares(bars, f"Retention by topic, lowest first{few}; {BESIDE}", "share recalled")


def _weakest(record: Record, shown: Sequence[Topic]) -> list[Bars]:
    """Of those with the lowest retention, what else is known."""
    if not shown:
        return []
    lapses = tuple(_lapse_bar(record, topic) for topic in shown)
    scores = tuple(bar for topic in shown for bar in _score_bar(topic))
    which = f" of the {len(shown)} with the lowest retention" if len(shown) > 1 else ""
    missed = Bars(lapses, Axis("lapses"), f"Lapses{which}: reviews rated Again", decimals=0)
    marked = shares(scores, f"Mean score{which}, where a machine marks", "mean score")
    return [missed, marked] if scores else [missed]


def _lapse_bar(record: Record, topic: Topic) -> Bar:
    missed = [record.card(review) for review in topic.reviews if not was_recalled(review)]
    return Bar(topic.name, len(missed), f"on {many(len(set(missed)), 'card')}" if missed else "")


def _score_bar(topic: Topic) -> list[Bar]:
    scores = [review.score for review in topic.reviews if review.score is not None]
    return [Bar(topic.name, mean(scores), f"of {many(len(scores), 'answer')}")] if scores else []


def _see_topics(lowest: Topic, whole: Share, topics: int) -> str:
    told = lowest.recalled
    if told.hits == told.of:
        return f"Nothing was missed in any topic with {ENOUGH} reviews or more."
    rest = Share(whole.hits - told.hits, whole.of - told.of)
    return (
        f"Lowest is {lowest.name}: {told} recalled, {percent(told.value)}{_beside(told, rest, topics)}. "
        f"`studyrnn quiz {lowest.name} --weak` asks its weak cards."
    )


def _beside(lowest: Share, rest: Share, topics: int) -> str:
    """One of many topics is the lowest in any case: chance is asked as often as there are topics (Bonferroni)."""
    if topics == 1:
        return ""
    elsewhere = f", against {percent(rest.value)} elsewhere"
    if topics * chance(lowest, rest) < UNLIKELY and lowest.value < rest.value:
        return f"{elsewhere}: a larger difference than chance explains, even in the lowest of {topics} topics"
    return f"{elsewhere}, a difference that chance can explain: one of {topics} topics is always the lowest"
