"""One file a format. A module here with `export(cards, titles, variants, split)` is a format of `studyrnn export`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence

from studyrnn.errors import UnknownName
from studyrnn.model import Card

Export = Callable[[Sequence[Card], Mapping[str, str], int, bool], dict[str, str]]
"""cards, deck titles, variants of an exercise, one file a note type? -> contents by suffix ("" for the only file)"""


def formats() -> dict[str, Export]:
    modules = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
    return {m.__name__.rpartition(".")[2]: m.export for m in modules if hasattr(m, "export")}


def find(name: str) -> Export:
    """Raises UnknownName, with the formats there are."""
    known = formats()
    if name not in known:
        raise UnknownName("export format", name, known)
    return known[name]
