"""Small histories by hand, and their figures taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from studyrnn.figures.parts import Bars, Figure, Heatmap, Lines
from studyrnn.history import replay
from studyrnn.model import GOOD, Card, Event
from studyrnn.statistics import History, figures

TODAY = date(2026, 11, 29).toordinal()  # a Sunday
CARDS = (
    Card("rnn/a", "open", "rnn", "rnn"),
    Card("rnn/b", "choice", "rnn", "state-space"),
    Card("gru.hidden-state", "exercise", "gru", "gru", exercise="gru.hidden-state"),
    Card("gru/c", "exercise", "gru", "gru", exercise="gru.update-gate"),
)


def at(second: int) -> str:
    return f"2026-11-21T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000+00:00"


def review(card: str, second: int, day: int, rating: int = GOOD, **more: object) -> Event:
    return Event(card, at(second), TODAY + day, id=f"e{second}", rating=rating, **more)  # type: ignore[arg-type]


def history(events: Sequence[Event], cards: Sequence[Card] = CARDS, **more: object) -> History:
    return History(events, replay(events, until=TODAY + 1), TODAY, cards, **more)  # type: ignore[arg-type]


def drawn(name: str, events: Sequence[Event], **more: object) -> Figure:
    (figure,) = figures(history(events, **more), [name])  # type: ignore[arg-type]
    return figure


def facts(figure: Figure) -> dict[str, float | int | str]:
    return {fact.label: fact.value for fact in figure.facts}


def bars(figure: Figure, title: str) -> dict[str, tuple[float, str]]:
    """Value and note of each bar, of the part whose title begins so."""
    (part,) = [part for part in figure.parts if isinstance(part, Bars) and part.title.startswith(title)]
    return {bar.label: (bar.value, bar.note) for bar in part.bars}


def heatmap(figure: Figure) -> Heatmap:
    (part,) = [part for part in figure.parts if isinstance(part, Heatmap)]
    return part


def lines(figure: Figure) -> Lines:
    (part,) = [part for part in figure.parts if isinstance(part, Lines)]
    return part
