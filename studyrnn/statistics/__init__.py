"""What a learner's history says: named figures, each made of the log alone.

A new figure is a function that takes a Record, and a name for it below. `History` says what is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from studyrnn.errors import UnknownName
from studyrnn.figures.parts import Figure
from studyrnn.statistics.activity import reviews, time
from studyrnn.statistics.ahead import forecast, unseen
from studyrnn.statistics.mistakes import slips
from studyrnn.statistics.predictions import calibration
from studyrnn.statistics.recall import retention, topics
from studyrnn.statistics.record import History, Record

__all__ = ["History", "figures", "names"]

_GALLERY: dict[str, Callable[[Record], Figure]] = {
    "reviews": reviews,
    "forecast": forecast,
    "retention": retention,
    "calibration": calibration,
    "topics": topics,
    "slips": slips,
    "time": time,
    "unseen": unseen,
}


def names() -> tuple[str, ...]:
    """Every figure, in the order in which they are shown."""
    return tuple(_GALLERY)


def figures(history: History, chosen: Sequence[str]) -> list[Figure]:
    """The figures of these names, in this order. Raises UnknownName, with the nearest names, before any is made."""
    for name in chosen:
        if name not in _GALLERY:
            raise UnknownName("figure", name, _GALLERY)
    record = Record(history)
    return [_GALLERY[name](record) for name in chosen]
