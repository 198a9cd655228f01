"""Events as JSON Lines, one a line: how logs travel from machine to machine. What is read is not trusted. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from typing import Any

from studyrnn.errors import StoreError, nearest
from studyrnn.model import EVENT_KINDS, Event

LAST_DAY = 3_600_000  # an ordinal near the end of the calendar, with room for the longest interval
_WHOLE = 2**63 - 1
_DEFAULTS = {field.name: field.default for field in fields(Event) if field.default is not MISSING}


def lines(events: Iterable[Event]) -> Iterator[str]:
    """Each event as one line of JSON, without what is as it is by default."""
    for event in events:
        told = {field.name: getattr(event, field.name) for field in fields(Event)}
        kept = {k: v for k, v in told.items() if k not in _DEFAULTS or v != _DEFAULTS[k] or k in {"kind", "id"}}
        yield json.dumps(kept) + "\n"  # in ASCII, which no encoding of standard output spoils


def read(text: Iterable[str], file: str) -> Iterator[Event]:
    """Raises StoreError with file and line for what is no event, and what it would have to be; blank lines are none."""
    for number, line in enumerate(text, 1):
        if line.strip():
            try:
                yield event_of(line)
            except ValueError as error:
                raise StoreError(f"{file}:{number}: {error}. Nothing was imported") from None


def event_of(line: str) -> Event:
    """Raises ValueError that says what is wrong with the line."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("this is no JSON") from None
    if not isinstance(data, dict):
        raise ValueError('this is no event: it has to be an object like {"id": ..., "card": ..., "at": ...}')
    for name, value in data.items():
        if name not in _CHECKS:
            raise ValueError(f'there is no "{name}" in an event. {nearest(name, _CHECKS)}')
        if name != "id" and value == _DEFAULTS.get(name, MISSING) and type(value) is type(_DEFAULTS[name]):
            continue
        if wrong := _CHECKS[name](value):
            raise ValueError(f'"{name}" has to be {wrong}')
    for name in ("id", "card", "at", "day"):
        if name not in data:
            raise ValueError(f'"{name}" is missing')
    if data.get("kind", "review") == "review" and data.get("rating") is None:
        raise ValueError('a review needs a "rating"')
    if data.get("kind") == "undo" and not data.get("of"):
        raise ValueError('an undo needs "of", the id of what it takes back')
    at = datetime.fromisoformat(data["at"]).astimezone(UTC)
    if data["day"] > at.toordinal() + 1:  # earlier days there are: a clock that was set back pushes times on
        raise ValueError(f'"day" is later than the day of "at", which is {at.toordinal()}')
    return Event(**{**data, "at": at.isoformat(timespec="milliseconds")})  # in the one way of writing that sorts


def _whole(low: int, high: int = _WHOLE) -> Callable[[Any], str]:
    def wrong(value: Any) -> str:
        good = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return "" if good else f"a whole number from {low} to {high}"

    return wrong


def _share(value: Any) -> str:
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1  # which NaN is not
    return "" if good else "a number from 0 to 1"


def _text(least: int, most: int) -> Callable[[Any], str]:
    def wrong(value: Any) -> str:
        good = isinstance(value, str) and least <= len(value) <= most and _is_unicode(value)
        return "" if good else f"text of {least} to {most} characters"

    return wrong


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half of a pair, which no file can hold
        return False
    return True


def _time(value: Any) -> str:
    try:
        good = isinstance(value, str) and 1 < datetime.fromisoformat(value).astimezone(UTC).year < 9999
        good = good and datetime.fromisoformat(value).tzinfo is not None
    except (ValueError, OverflowError):
        good = False
    return "" if good else 'a time with its zone, like "2026-11-29T18:30:00.000+00:00"'


def _kind(value: Any) -> str:
    return "" if value in EVENT_KINDS else f"one of {', '.join(EVENT_KINDS)}"


_CHECKS: dict[str, Callable[[Any], str]] = {
    "id": _text(1, 64),
    "kind": _kind,
    "at": _time,
    "day": _whole(1, LAST_DAY),
    "card": _text(1, 1000),
    "of": _text(0, 64),
    "rating": _whole(1, 4),
    "due_day": _whole(1, LAST_DAY + 36500),
    "score": _share,
    "seed": _whole(0),
    "index": _whole(-1),
    "version": _whole(0),
    "response": _text(0, 2000),
    "slip": _text(0, 200),
    "hints": _whole(0),
    "tries": _whole(0),
    "milliseconds": _whole(0),
    "mode": _text(0, 64),
    "predicted": _share,
    "confidence": _whole(1, 3),
    "model": _text(0, 64),
}
