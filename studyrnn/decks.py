"""Finding decks, choosing cards from them, and keeping parsed decks so that the first question comes at once."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from studyrnn import __version__
from studyrnn.errors import DeckError, UnknownName
from studyrnn.model import Card, Deck, Loaded, Option, Problem

FORMAT = 1


# -- finding decks ---------------------------------------------------------------------------------------------------


def shipped_directory() -> Path:
    """Where the decks of the package lie: beside it in the wheel, at the top of a checkout."""
    package = Path(__file__).parent
    for place in (package / "shipped", package.parent / "decks"):
        if place.is_dir():
            return place
    raise DeckError("the shipped decks are missing: install studyrnn again")


def shipped_files() -> list[Path]:
    return sorted(shipped_directory().glob("*.yaml"))


def select(names: Iterable[str], cache: Path | None = None) -> tuple[list[Card], list[Problem]]:
    """The cards that `names` stand for, in deck order, none twice; all shipped decks where no name is given.

    A name is a deck, a topic (a name that is both means both) or the path of a YAML file. An exercise belongs to
    its own topic as well as to the decks that list it. Raises UnknownName, with the nearest names, and DeckError for
    a file that cannot be read.
    """
    names = list(names)
    paths = [Path(name) for name in names if is_path(name)]
    words = [name for name in names if not is_path(name)]
    own = [load(path, cache) for path in paths]
    shipped = [load(path, cache) for path in shipped_files()] if words or not paths else []
    every = [card for loaded in shipped for card in loaded.deck.cards]
    decks, topics = [loaded.deck.name for loaded in shipped], {card.topic for card in every}
    for word in words:
        if word not in decks and word not in topics:
            raise UnknownName("deck or topic", word, dict.fromkeys([*decks, *sorted(topics)]))
    chosen = [card for loaded in own for card in loaded.deck.cards]
    chosen += [card for card in every if not words or card.deck in words or card.topic in words]
    problems = [problem for loaded in [*own, *shipped] for problem in loaded.problems]
    first: dict[str, Card] = {}
    for card in chosen:
        first.setdefault(card.id, card)
    return list(first.values()), problems


def titles(names: Iterable[str] = (), cache: Path | None = None) -> dict[str, str]:
    """Deck name -> title, of the shipped decks and of the files among `names`."""
    paths = [*shipped_files(), *(Path(name) for name in names if is_path(name))]
    return {loaded.deck.name: loaded.deck.title for loaded in (load(path, cache) for path in paths)}


def is_path(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


# -- the cache: parsing YAML takes longer than everything else before the first question -----------------------------


def load(path: Path, cache: Path | None = None) -> Loaded:
    """One deck. `cache` is a directory for parsed decks; a file that changed, or had problems, is parsed anew."""
    try:
        stat = path.stat()
    except OSError as error:
        raise DeckError(f"cannot read {path}: {error.strerror}") from None
    stamp = [FORMAT, _code_version(), str(path.resolve()), stat.st_mtime_ns, stat.st_size]
    kept = _cache_file(cache, path) if cache else None
    if kept and (found := _from_cache(kept, stamp)):
        return Loaded(found, ())
    from studyrnn.deckfile import read

    loaded = read(path)
    if kept and not loaded.problems:
        _to_cache(kept, stamp, loaded.deck)
    return loaded


def _code_version() -> str:
    """Changes with every release, and with every edit of the reader in a checkout."""
    readers = [Path(__file__).with_name(name) for name in ("deckfile.py", "yamlfile.py")]
    return f"{__version__} {max(path.stat().st_mtime_ns for path in readers)}"


def _cache_file(cache: Path, path: Path) -> Path:
    import hashlib

    digest = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]
    return cache / f"{path.stem}-{digest}.json"


def _from_cache(kept: Path, stamp: list[Any]) -> Deck | None:
    try:
        data = json.loads(kept.read_text("utf-8"))
        if data["stamp"] != stamp:
            return None
        cards = tuple(_card_from_json(entry) for entry in data["cards"])
        return Deck(data["name"], data["title"], cards)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None  # no cache, or one that somebody touched: parse


def _card_from_json(entry: dict[str, Any]) -> Card:
    for name in ("points", "accept", "order", "source"):
        entry[name] = tuple(entry[name])
    entry["options"] = tuple(Option(**option) for option in entry["options"])
    return Card(**entry)


def _to_cache(kept: Path, stamp: list[Any], deck: Deck) -> None:
    data = {"stamp": stamp, "name": deck.name, "title": deck.title, "cards": [asdict(c) for c in deck.cards]}
    temporary = kept.with_suffix(f".{os.getpid()}")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(data), "utf-8")
        temporary.replace(kept)
    except OSError:
        with contextlib.suppress(OSError):  # a cache that cannot be written only costs time
            temporary.unlink(missing_ok=True)
