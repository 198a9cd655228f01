"""Parsed decks, kept: parsing YAML takes longer than everything else before the first question."""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from studyrnn import __version__
from studyrnn.errors import DeckError
from studyrnn.model import Card, Deck, Loaded, Option, Reading

FORMAT = 4
_LISTS = {field.name for field in fields(Card) if str(field.type).startswith("tuple")}
_ALWAYS = ("id", "kind", "deck", "topic")


def load(path: Path, cache: Path | None = None) -> Loaded:
    """One deck. `cache` is a directory for parsed decks; a file that changed, or had problems, is parsed anew."""
    try:
        stat = path.stat()
    except OSError as error:
        raise DeckError(f"cannot read {path}: {error.strerror}") from None
    stamp = [FORMAT, _code_version(), str(path.resolve()), stat.st_mtime_ns, stat.st_size]
    kept = _cache_file(cache, path) if cache else None
    if kept and (found := _from_cache(kept, stamp, path)):
        return found
    from studyrnn.deckfile import read

    loaded = replace(read(path), file=str(path))
    if kept and not loaded.problems:
        _to_cache(kept, stamp, loaded)
    return loaded


def _code_version() -> str:
    """Changes with every release, and with every edit of the reader in a checkout."""
    readers = [Path(__file__).with_name(name) for name in ("deckfile.py", "yamlfile.py", "model.py")]
    return f"{__version__} {max(path.stat().st_mtime_ns for path in readers)}"


def _cache_file(cache: Path, path: Path) -> Path:
    digest = zlib.crc32(os.fsencode(path.resolve()))  # two with the same one only parse in turn: see the stamp
    return cache / f"{path.stem}-{digest:08x}.json"


def _from_cache(kept: Path, stamp: list[Any], path: Path) -> Loaded | None:
    try:
        data = json.loads(kept.read_text("utf-8"))
        if data["stamp"] != stamp:
            return None
        deck = data["deck"]
        deck["cards"] = tuple(_card(entry) for entry in deck["cards"])
        deck["reading"] = tuple(Reading(title, url, tuple(source)) for title, url, source in deck["reading"])
        deck |= {name: tuple(deck[name]) for name in ("requires", "covers")}
        return Loaded(Deck(**deck), (), str(path), data["lines"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None  # no cache, or one that somebody touched: parse


def _card(entry: dict[str, Any]) -> Card:
    for name in _LISTS.intersection(entry):
        entry[name] = tuple(entry[name])
    if "options" in entry:
        entry["options"] = tuple(Option(*option) for option in entry["options"])
    return Card(**entry)


def _without_blanks(card: dict[str, Any]) -> dict[str, Any]:
    """Most fields of a card are empty: a cache without them is read in half the time."""
    return {name: value for name, value in card.items() if value or name in _ALWAYS}


def _to_cache(kept: Path, stamp: list[Any], loaded: Loaded) -> None:
    deck = asdict(loaded.deck)
    deck["cards"] = [_without_blanks(card) for card in deck["cards"]]
    data = {"stamp": stamp, "deck": deck, "lines": loaded.lines}
    temporary = kept.with_suffix(f".{os.getpid()}")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(data), "utf-8")
        temporary.replace(kept)
    except OSError:
        with contextlib.suppress(OSError):  # a cache that cannot be written only costs time
            temporary.unlink(missing_ok=True)
