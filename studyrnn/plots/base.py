"""What a picture is: a name, options with their limits, and a function that draws it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from studyrnn.errors import UsageError, nearest
from studyrnn.figures.parts import Figure

Value = int | float | str
Chosen = Mapping[str, str | None]
"""Options as they were typed; None: without a value."""
Watch = Callable[[int, int], None]
"""Told how far it is: steps done, of how many."""


TAKEN = ("json", "svg", "plain", "no-color", "help")  # what `studyrnn plot` itself takes


def unwatched(done: int, steps: int) -> None:
    """Nobody looks."""


class Option(NamedTuple):
    """`--name value`. What it is by default says what it has to be: a whole number, a number, or one of `choices`."""

    name: str
    default: Value
    what: str  # for the help: lower case, no full stop
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def read(self, text: str) -> Value:
        """Raises UsageError that says what it has to be."""
        if self.choices:
            if text not in self.choices:
                raise UsageError(f'--{self.name}: "{text}" is not one of {", ".join(self.choices)}')
            return text
        try:
            typed = text.replace("−", "-")
            value = int(typed) if isinstance(self.default, int) else float(typed)
        except ValueError:
            raise UsageError(f'--{self.name}: "{text}" has to be {self.wanted}') from None
        if not (self.low is None or value >= self.low) or not (self.high is None or value <= self.high):
            raise UsageError(f"--{self.name}: {text} has to be {self.wanted}")
        return value

    @property
    def wanted(self) -> str:
        """ "a whole number from 1 to 200"."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        limits = [f"from {self.low:.10g}"] if self.low is not None else []
        limits += [f"to {self.high:.10g}"] if self.high is not None else []
        return " ".join(["a whole number" if isinstance(self.default, int) else "a number", *limits])


@dataclass(frozen=True)
class Picture:
    summary: str  # what it shows, in one line, for the list: lower case, no full stop
    draw: Callable[..., Figure]  # takes each option by its name (- is _), and `watch` where it is watched
    options: tuple[Option, ...] = ()
    watched: bool = False  # it takes a moment: `watch` is told how far it is

    def __post_init__(self) -> None:
        """Raises ValueError for an option that could not be read."""
        for option in self.options:
            if isinstance(option.default, bool) or (isinstance(option.default, str) and not option.choices):
                raise ValueError(f"--{option.name} has to be a number, or to have choices")
            if option.name in TAKEN:
                raise ValueError(f"--{option.name} is an option of every picture already")

    def figure(self, chosen: Chosen, watch: Watch = unwatched) -> Figure:
        """`chosen`: options as they were typed. Raises UsageError for one that is unknown or out of its limits."""
        values = {name.replace("-", "_"): value for name, value in self.values(chosen).items()}
        return self.draw(**values, **({"watch": watch} if self.watched else {}))

    def values(self, chosen: Chosen) -> dict[str, Value]:
        """Every option with its value. Raises UsageError."""
        known = {option.name: option for option in self.options}
        values = {name: option.default for name, option in known.items()}
        for name, typed in chosen.items():
            if name not in known:
                raise UsageError(f"there is no option --{name} here. {nearest(name, [*known, *TAKEN])}")
            if typed is None:
                raise UsageError(f"--{name} needs a value: {known[name].wanted}")
            values[name] = known[name].read(typed)
        return values
