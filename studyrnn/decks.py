"""Finding decks, and choosing cards from them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from studyrnn.deckcache import load
from studyrnn.errors import DeckError, UnknownName
from studyrnn.markup import visible
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
    """The cards that `names` stand for, and what is wrong with the decks among which they choose."""
    names = list(names)
    loaded = chosen(names, own, cache)
    return pick(names, loaded), troubles(loaded)


def pick(names: Sequence[str], loaded: Sequence[Loaded]) -> list[Card]:
    """The cards that `names` stand for, in deck order, none twice; all of them where no name is given.

    A name is a deck, a topic (a name that is both means both), a card, a YAML file or a folder of them. An exercise
    belongs to its own topic as well as to the decks that list it. Of two cards with one id a learner's own takes the
    place of the shipped one. Raises UnknownName, with the nearest names.
    """
    words = {name for name in names if not is_path(name)}
    named = {str(path) for name in names if is_path(name) for path in _files(Path(name))}
    whole = [card for each in loaded if each.file in named for card in each.deck.cards]  # every card of a named file
    rest = [card for each in loaded if each.file not in named for card in each.deck.cards]
    for word in words:
        if not any(word in {card.deck, card.topic, card.id} for card in rest):
            _refuse(word, rest)
    wanted = [card for card in rest if not names or words & {card.deck, card.topic, card.id}]
    taken: dict[str, Card] = {}
    for card in (card for each in by_rank(loaded) for card in each.deck.cards):
        taken.setdefault(card.id, card)
    return list({card.id: taken[card.id] for card in [*whole, *wanted]}.values())


def _refuse(word: str, cards: Sequence[Card]) -> NoReturn:
    folder = f'For the folder write "{word}/"' if Path(word).is_dir() else ""
    known = dict.fromkeys([*(card.deck for card in cards), *sorted({card.topic for card in cards})])
    raise UnknownName("deck, topic or card", word, known, lists=folder)


def by_rank(loaded: Sequence[Loaded]) -> list[Loaded]:
    """What is named on the command line comes first there; after it a learner's own decks, then the shipped ones."""
    return sorted(loaded, key=lambda each: Path(each.file).parent == shipped_directory())


def troubles(loaded: Sequence[Loaded]) -> list[Problem]:
    return [*(problem for each in loaded for problem in each.problems), *same_names(loaded)]


def same_names(loaded: Sequence[Loaded]) -> list[Problem]:
    """Two decks of one name: of their cards with the same id only the first is asked."""
    first: dict[str, Loaded] = {}
    found = []
    for each in by_rank(loaded):
        other = first.setdefault(each.deck.name, each)
        if other is not each and other.file != each.file:
            told = (
                f'another deck is called "{each.deck.name}" too, {visible(each.file)}: of cards with the same id only '
                "those of this one are asked. Give one of the two files, and its deck:, another name"
            )
            found.append(Problem(visible(other.file), 1, "", told, warning=True))
    return found


def renamed(loaded: Iterable[Loaded]) -> dict[str, str]:
    """Former id -> the id of the card that carries its history on. A card that is still there keeps its own."""
    cards = [card for each in loaded for card in each.deck.cards]
    present = {card.id for card in cards}
    return {old: card.id for card in cards for old in card.formerly if old not in present}


def vanished(answered: Iterable[str], loaded: Sequence[Loaded]) -> list[str]:
    """Ids with a history that are gone from their decks. A deck with problems is given the benefit of the doubt."""
    there = {card.id for each in loaded for card in each.deck.cards}
    whole = {each.deck.name for each in loaded} - {each.deck.name for each in loaded if each.problems}
    return [name for name in answered if name not in there and name.partition("/")[0] in whole]


def titles(names: Iterable[str] = (), cache: Path | None = None, own: Path | None = None) -> dict[str, str]:
    """Deck name -> title, of everything that `names` may choose from."""
    return {each.deck.name: each.deck.title for each in reversed([*chosen(names, own, cache), *collection(own, cache)])}


def is_path(name: str) -> bool:
    """A file, or a folder written with a slash at its end: told from the name of a deck or a card by how it is
    written, never by what lies about."""
    return name.endswith((*_ENDINGS, "/", os.sep)) or name in {".", ".."} or Path(name).is_absolute()


def _files(path: Path) -> list[Path]:
    """Raises DeckError for a folder without decks."""
    if not path.is_dir():
        return [path]
    found = files_in(path)
    if not found:
        raise DeckError(f"{path} holds no .yaml file")
    return found
