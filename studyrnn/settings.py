"""What a learner may set, once for all commands: a config.toml, and options that override it for one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any

from studyrnn.errors import UsageError, nearest


def _between(low: float, high: float, kind: type = int) -> Callable[[Any], str]:
    def wrong(value: Any) -> str:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and (kind is float or isinstance(value, int)) and low <= value <= high:
            return ""
        return f"a {'whole ' if kind is int else ''}number from {low:g} to {high:g}"

    return wrong


def _truth(value: Any) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _clock(value: Any) -> str:
    try:
        hours, _, minutes = str(value).partition(":")
        good = isinstance(value, str) and 0 <= int(hours) <= 12 and 0 <= int(minutes) <= 59
    except ValueError:
        good = False
    return "" if good else 'a time of the night or morning, like "04:00"'


def _setting(default: Any, what: str, check: Callable[[Any], str]) -> Any:
    return field(default=default, metadata={"what": what, "check": check})


@dataclass(frozen=True)
class Settings:
    retention: float = _setting(0.9, "the recall to be aimed at when a card comes back", _between(0.7, 0.99, float))
    maximum_interval: int = _setting(36500, "days after which a card comes back at the latest", _between(1, 36500))
    fuzz: bool = _setting(True, "spread what was learned together over a few days", _truth)
    new: int = _setting(10, "new cards a day", _between(0, 9999))
    reviews: int = _setting(200, "reviews a day at the most", _between(0, 99999))
    day_ends: str = _setting("04:00", "when a study day ends", _clock)
    confidence: bool = _setting(False, "ask how sure you are before an answer is shown", _truth)
    came_from: Mapping[str, str] = field(default_factory=dict, compare=False)  # the name of a setting -> its source

    @property
    def cut_off(self) -> timedelta:
        hours, _, minutes = self.day_ends.partition(":")
        return timedelta(hours=int(hours), minutes=int(minutes))

    def overridden(self, **options: Any) -> Settings:
        """With the options that were given; those that are None were not."""
        given = {name: value for name, value in options.items() if value is not None}
        for name, value in given.items():
            if wrong := _METADATA[name]["check"](value):
                raise UsageError(f"--{_public(name)}: has to be {wrong}")
        return replace(self, **given, came_from={**self.came_from, **dict.fromkeys(given, "option")})

    def listed(self) -> list[tuple[str, Any, str, str]]:
        """Name, value, where it comes from, what it is."""
        return [
            (_public(name), getattr(self, name), self.came_from.get(name, "default"), meta["what"])
            for name, meta in _METADATA.items()
        ]


_METADATA = {setting.name: setting.metadata for setting in fields(Settings) if setting.metadata}


def _public(name: str) -> str:
    return name.replace("_", "-")


def read(text: str, file: str) -> Settings:
    """Raises UsageError for what is no TOML, an unknown name or a value that cannot be."""
    import tomllib  # only where there is a file to read

    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also for a number of 5000 digits, and for lists in lists in lists
        raise UsageError(f"{file}: {str(error)[:1].lower()}{str(error)[1:]}") from None
    known = {_public(name): name for name in _METADATA}
    found: dict[str, Any] = {}
    for key, value in data.items():
        if key not in known:
            raise UsageError(f'{file}: there is no setting "{key}". {nearest(key, known)}')
        name = known[key]
        if wrong := _METADATA[name]["check"](value):
            raise UsageError(f"{file}: {key} has to be {wrong}")
        found[name] = value
    return Settings(**found, came_from=dict.fromkeys(found, file))
