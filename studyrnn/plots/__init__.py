"""The pictures of the field, one file a picture, found by its name: `gradient-flow` stands in `gradient_flow.py`.

A picture is a `Picture(...)` called `PICTURE`: its options, and a function that makes a figure of them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence

from studyrnn.errors import StudyError, UnknownName, UsageError
from studyrnn.figures.parts import Figure
from studyrnn.plots.base import Chosen, Picture, Watch, unwatched

_NOT_PICTURES = {"base"}


def names() -> list[str]:
    """Every picture, in alphabetical order."""
    found = {module.name for module in pkgutil.iter_modules(__path__)} - _NOT_PICTURES
    return sorted(name.replace("_", "-") for name in found if not name.startswith("_"))


def find(name: str) -> Picture:
    """Raises UnknownName, with the nearest names, where there is no such picture."""
    if name not in names():
        raise UnknownName("picture", name, names(), "`studyrnn plot` lists them all.")
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    picture = getattr(module, "PICTURE", None)
    if not isinstance(picture, Picture):
        raise StudyError(f"{module.__file__} defines no PICTURE = Picture(...)")
    return picture


def asked(words: Sequence[str]) -> tuple[str, Chosen]:
    """ "powers --w 0.9", in words: the name and the options as they were typed; "" where there is no name.

    Raises UsageError for a second name.
    """
    found: list[str] = []
    chosen: dict[str, str | None] = {}
    left = list(words)
    while left:
        word = left.pop(0)
        if not word.startswith("--"):
            found.append(word)
            continue
        option, equals, value = word[2:].partition("=")
        chosen[option] = value if equals else left.pop(0) if left else None
    if len(found) > 1:
        raise UsageError(f'one picture at a time: "{found[1]}" is one too many. An option begins with --')
    return (found[0] if found else ""), chosen


def drawn(words: Sequence[str], watch: Watch = unwatched) -> Figure:
    """The figure of a picture with its options. Raises UsageError for what there is not."""
    name, chosen = asked(words)
    return find(name).figure(chosen, watch)


def check(words: Sequence[str]) -> None:
    """The same without drawing. Raises UsageError."""
    name, chosen = asked(words)
    if name not in names() or chosen:  # a name alone is known without opening its file
        find(name).values(chosen)
