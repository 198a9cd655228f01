"""Which mistakes were recognised, how often, and whether they become fewer."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import NamedTuple

from studyrnn.figures.parts import Axis, Bar, Bars, Fact, Figure
from studyrnn.model import Event
from studyrnn.statistics.measures import UNLIKELY, Share, chance
from studyrnn.statistics.record import Record
from studyrnn.wording import many

DAYS = 30  # that are compared with as many before
SHOWN = 10
TITLE = "Slips that were recognised"

Slip = tuple[str, str]
"""The id of the exercise, and that of the slip in it: "sign" is not the same mistake everywhere."""


class Window(NamedTuple):
    """Some days: how often each slip was made, in how many answers to exercises."""

    made: Counter[Slip]
    answers: int

    @property
    def share(self) -> Share:
        return Share(self.made.total(), self.answers)


def slips(record: Record) -> Figure:
    if not record.answers:
        return Figure("slips", TITLE, record.nothing(), ())
    asked = [answer for answer in record.answers if answer.slip or answer.version is not None]
    ever = _window(record, asked)
    if not ever.made:
        return Figure("slips", TITLE, _see_none(ever.answers), ())
    recent = _window(record, [answer for answer in asked if _age(record, answer) < DAYS])
    before = _window(record, [answer for answer in asked if DAYS <= _age(record, answer) < 2 * DAYS])
    facts = (
        Fact("slips in all", ever.made.total()),
        Fact("answers to exercises in all", ever.answers),
        Fact(f"slips in the last {DAYS} days", recent.made.total()),
        Fact(f"answers to exercises in the last {DAYS} days", recent.answers),
        Fact(f"slips in the {DAYS} days before", before.made.total()),
        Fact(f"answers to exercises in the {DAYS} days before", before.answers),
    )
    part = _compared(recent, before) if recent.made or before.made else _counted(ever, "Times in all")
    return Figure("slips", TITLE, _see(recent, before) + _cut(record), (part,), facts)


def _age(record: Record, answer: Event) -> int:
    """Days since it was given; below 0 where it is dated tomorrow."""
    return record.today - answer.day


def _window(record: Record, asked: list[Event]) -> Window:
    made = Counter((record.exercise(answer), answer.slip) for answer in asked if answer.slip)
    return Window(made, len(asked))


def _compared(recent: Window, before: Window) -> Bars:
    """The most frequent of late first; those that became rare stand behind them, where there is room."""
    if not recent.made:
        return _counted(before, f"Times in the {DAYS} days before the last {DAYS}")
    both = sorted(recent.made | before.made, key=lambda slip: (-recent.made[slip], -before.made[slip], slip))
    bars = tuple(
        Bar(_label(slip), recent.made[slip], f"{before.made[slip]} before" if before.answers else "")
        for slip in both[:SHOWN]
    )
    title = f"Times in the last {DAYS} days, and in the {DAYS} before" if before.answers else f"The last {DAYS} days"
    return Bars(bars, Axis("times"), title, decimals=0)


def _counted(window: Window, title: str) -> Bars:
    ranked = sorted(window.made, key=lambda slip: (-window.made[slip], slip))[:SHOWN]
    return Bars(tuple(Bar(_label(slip), window.made[slip]) for slip in ranked), Axis("times"), title, decimals=0)


def _label(slip: Slip) -> str:
    exercise, name = slip
    return f"{exercise}: {name}"


def _see_none(answers: int) -> str:
    if not answers:
        return "Slips are recognised in exercises, and none was answered yet: `studyrnn quiz rnn` brings some."
    return f"In {many(answers, 'answer')} to exercises no slip was recognised."


def _see(recent: Window, before: Window) -> str:
    if not recent.answers and not before.answers:
        return f"No exercise was answered in the last {2 * DAYS} days; these slips are older."
    if not before.answers:
        return (
            f"In the last {DAYS} days a slip was recognised in {recent.share} answers to exercises; there are none in "
            f"the {DAYS} days before to compare them with."
        )
    if not recent.answers:
        return (
            f"No exercise was answered in the last {DAYS} days; in the {DAYS} before a slip was recognised in "
            f"{before.share} answers."
        )
    if chance(recent.share, before.share) >= UNLIKELY:
        trend = "about as often as"
    else:
        trend = "more often than" if recent.share.value > before.share.value else "less often than"
    return (
        f"In the last {DAYS} days a slip was recognised in {recent.share} answers to exercises, {trend} in the "
        f"{DAYS} days before: {before.share}."
    )


def _cut(record: Record) -> str:
    if record.since is None or record.since <= record.today - 2 * DAYS + 1:
        return ""
    return f" Only answers since {date.fromordinal(record.since).isoformat()} are counted."
