"""Finding decks, and choosing cards from them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from studyrnn.deckcache import load
from studyrnn.errors import DeckError, UnknownName
from studyrnn.model import Card, Loaded, Problem

_ENDINGS = (".yaml", ".yml")


def shipped_directory() -> Path:
    """Where the decks of the package lie: beside it in the wheel, at the top of a checkout."""
    package = Path(__file__).parent
    for place in (package / "shipped", package.parent / "decks"):
        if place.is_dir():
            return place
    raise DeckError("the shipped decks are missing: install studyrnn again")


def shipped_files() -> list[Path]:
    return files_in(shipped_directory())


def files_in(folder: Path) -> list[Path]:
    """The deck files of a folder, by name; none where there is no such folder."""
    return sorted(path for ending in _ENDINGS for path in folder.glob(f"*{ending}"))


def collection(own: Path | None = None, cache: Path | None = None) -> list[Loaded]:
    """Every deck of the learner's own folder and of the package, chapter by chapter."""
    files = [*(files_in(own) if own else ()), *shipped_files()]
    return sorted((load(path, cache) for path in files), key=_place)


def _place(loaded: Loaded) -> tuple[float, str]:
    return loaded.deck.chapter or float("inf"), loaded.deck.name


def chosen(names: Iterable[str], own: Path | None = None, cache: Path | None = None) -> list[Loaded]:
    """The decks among which `names` choose: the files and folders that are named, then the collection, unless only
    files and folders are."""
    names = list(names)
    paths = [path for name in names if is_path(name) for path in _files(Path(name))]
    collected = collection(own, cache) if not names or not all(map(is_path, names)) else []
    return [*(load(path, cache) for path in paths), *collected]


def select(
    names: Iterable[str], cache: Path | None = None, own: Path | None = None
) -> tuple[list[Card], list[Problem]]:
    """The cards that `names` stand for, in deck order, none twice; all of the collection where no name is given.

    A name is a deck, a topic (a name that is both means both), a YAML file or a folder of them. An exercise belongs to
    its own topic as well as to the decks that list it. Of two cards with one id a learner's own takes the place of the
    shipped one. Raises UnknownName, with the nearest names, and DeckError for a file that cannot be
    read.
    """
    names = list(names)
    loaded = chosen(names, own, cache)
    words = [name for name in names if not is_path(name)]
    named = {path for name in names if is_path(name) for path in map(str, _files(Path(name)))}
    whole = [each for each in loaded if each.file in named]  # every card of a file that is named
    rest = [each for each in loaded if each.file not in named]
    every = [card for each in rest for card in each.deck.cards]
    decks, topics = dict.fromkeys(each.deck.name for each in rest), {card.topic for card in every}
    for word in words:
        if word not in decks and word not in topics:
            raise UnknownName("deck or topic", word, dict.fromkeys([*decks, *sorted(topics)]))
    cards = [card for each in whole for card in each.deck.cards]
    cards += [card for card in every if not words or card.deck in words or card.topic in words]
    by_rank = sorted(loaded, key=lambda each: (each.file not in named, _is_shipped(each)))
    taken: dict[str, Card] = {}
    for card in (card for each in by_rank for card in each.deck.cards):
        taken.setdefault(card.id, card)
    problems = [problem for each in loaded for problem in each.problems]
    return list({card.id: taken[card.id] for card in cards}.values()), [*problems, *same_names(by_rank)]


def _is_shipped(loaded: Loaded) -> bool:
    return Path(loaded.file).parent == shipped_directory()


def same_names(loaded: Sequence[Loaded]) -> list[Problem]:
    """Two decks of one name: of their cards with the same id only the first is asked."""
    first: dict[str, Loaded] = {}
    found = []
    for each in loaded:
        other = first.setdefault(each.deck.name, each)
        if other is not each and other.file != each.file:
            found.append(
                Problem(
                    other.file, 1, "",
                    f'another deck is called "{each.deck.name}" too, {each.file}: of cards with the same id only those '
                    "of this one are asked. Give one of the two files, and its deck:, another name",
                    warning=True,
                )
            )  # fmt: skip
    return found


def renamed(loaded: Iterable[Loaded]) -> dict[str, str]:
    """Former id -> the id of the card that carries its history on."""
    return {old: card.id for each in loaded for card in each.deck.cards for old in card.formerly}


def vanished(answered: Iterable[str], loaded: Sequence[Loaded]) -> list[str]:
    """Ids with a history that are gone from their decks. A deck with problems is given the benefit of the doubt."""
    there = {card.id for each in loaded for card in each.deck.cards}
    whole = {each.deck.name for each in loaded} - {each.deck.name for each in loaded if each.problems}
    return [name for name in answered if name not in there and name.partition("/")[0] in whole]


def titles(names: Iterable[str] = (), cache: Path | None = None, own: Path | None = None) -> dict[str, str]:
    """Deck name -> title, of everything that `names` may choose from."""
    return {each.deck.name: each.deck.title for each in reversed([*chosen(names, own, cache), *collection(own, cache)])}


def is_path(name: str) -> bool:
    """A file, or a folder: told from a deck's name by its ending or a slash, never by what lies about."""
    return name.endswith(_ENDINGS) or "/" in name or os.sep in name or name in {".", ".."}


def _files(path: Path) -> list[Path]:
    """Raises DeckError for a folder without decks."""
    if not path.is_dir():
        return [path]
    found = files_in(path)
    if not found:
        raise DeckError(f"{path} holds no .yaml file")
    return found
