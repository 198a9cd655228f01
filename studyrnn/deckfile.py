"""One YAML file -> a deck, with every problem reported by file and line and none hiding the good cards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studyrnn.errors import ArgumentError, DeckError, UnknownName, UsageError, nearest
from studyrnn.markup import gaps, left_of_gaps
from studyrnn.model import Card, CardKind, Deck, Loaded, Option, Reading
from studyrnn.topics import TOPICS
from studyrnn.yamlfile import BadNode, YamlReader, quoted

if TYPE_CHECKING:
    from studyrnn.questions.base import Exercise

_LARGEST = 2_000_000  # bytes

_KIND_OF_KEY: dict[str, CardKind] = {
    "answer": "open",
    "options": "choice",
    "cloze": "cloze",
    "accept": "typed",
    "number": "number",
    "order": "order",
    "exercise": "exercise",
}
_ABOUT = ("source", "refs", "requires", "siblings", "tags")  # lists of texts that any card may have
_EVERY = ("id", "topic", "why", "plot", *_ABOUT, "formerly")  # what any card may have but an exercise
DECK_KEYS = ("deck", "title", "chapter", "requires", "covers", "further-reading", "cards")
CARD_KEYS: dict[CardKind, tuple[str, ...]] = {
    "open": ("question", "answer", "points", *_EVERY),
    "choice": ("question", "options", *_EVERY),
    "cloze": ("cloze", *_EVERY),
    "typed": ("question", "accept", *_EVERY),
    "number": ("question", "number", "tolerance", "unit", *_EVERY),
    "order": ("question", "order", *_EVERY),
    "exercise": ("exercise", "plot", *_ABOUT, "id", "given", "variant", "formerly"),
}
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read(path: Path) -> Loaded:
    """Parse one file without the cache. Raises DeckError where it cannot be opened or is no YAML at all."""
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        raise DeckError(f"cannot read {path}: {error.strerror}") from None
    if len(raw) > _LARGEST:
        raise DeckError(f"{path} has more than {_LARGEST:,} bytes, too many for a deck")
    return _DeckReader(quoted(str(path)), path.stem).deck(raw)


class _DeckReader(YamlReader):
    def __init__(self, file: str, stem: str) -> None:
        super().__init__(file)
        self.stem = stem
        self.ids: dict[str, int] = {}
        self.lines: dict[str, int] = {"": 1}

    def deck(self, raw: bytes) -> Loaded:
        root = self.compose(raw)
        cards: list[Card] = []
        title, fields = self.stem, dict[str, Any]()
        if root is not None:
            try:
                keys = self.mapping(root, DECK_KEYS, "the deck")
                name = self.header(root, keys, "deck")
                title = self.header(root, keys, "title")
                if name != self.stem:
                    self.problem(
                        keys.get("deck", root),
                        f'deck "{name}" lies in a file called "{self.stem}": make them agree',
                    )
                fields = self.deck_fields(keys)
                for node in self.sequence(root, keys, "cards"):
                    card = self.one_card(node)
                    if card is not None:
                        cards.append(card)
                        self.lines[card.id] = node.start_mark.line + 1
            except BadNode:
                pass
        self.problems.sort(key=lambda problem: problem.line)
        deck = Deck(self.stem, title, tuple(cards), **fields)
        return Loaded(deck, tuple(self.problems), self.file, self.lines)

    def deck_fields(self, keys: Mapping[str, Any]) -> dict[str, Any]:
        fields: dict[str, Any] = {name: self.texts(keys[name], name) for name in ("requires", "covers") if name in keys}
        if "chapter" in keys:
            chapter = self.number(keys["chapter"], "chapter")
            if chapter < 1 or chapter != int(chapter):
                self.problem(keys["chapter"], "chapter: a whole number from 1 on, the place among the decks")
            fields["chapter"] = int(chapter)
        if "further-reading" in keys:
            entries = self.sequence(keys["further-reading"], keys, "further-reading")
            fields["reading"] = tuple(reading for node in entries if (reading := self.reading(node)) is not None)
        return fields

    def reading(self, node: Any) -> Reading | None:
        """None where it cannot be read; the problem has been noted."""
        try:
            keys = self.mapping(node, ("title", "url", "source"), "an entry of further-reading")
        except BadNode:
            return None
        if "title" not in keys:
            self.problem(node, "title: is missing")
            return None
        url = self.text(keys["url"], "url") if "url" in keys else ""
        if url and not re.fullmatch(r"https?://\S+", url):
            self.problem(keys["url"], "url: begins with https:// and has no blanks")
        source = self.texts(keys["source"], "source") if "source" in keys else ()
        return Reading(self.text(keys["title"], "title"), url, source)

    def header(self, root: Any, keys: Mapping[str, Any], key: str) -> str:
        if key not in keys:
            self.problem(root, f"{key}: is missing")
            return self.stem
        text = self.text(keys[key], key) or self.stem
        if "\n" in text:
            self.problem(keys[key], f"{key}: must stand on one line")
        return " ".join(text.split())

    # -- cards -------------------------------------------------------------------------------------------------------

    def one_card(self, node: Any) -> Card | None:
        before = len(self.problems)
        self.card_id = _peek_id(node)
        try:
            card = self.card(node)
        except BadNode:
            card = None
        finally:
            self.card_id = ""
        return card if len(self.problems) == before else None

    def card(self, node: Any) -> Card:
        kind = self.kind(node)
        keys = self.mapping(node, CARD_KEYS[kind], "a card")
        about: dict[str, Any] = {key: self.texts(keys[key], key) for key in (*_ABOUT, "formerly") if key in keys}
        about |= {
            key: tuple(map(self.full_id, about[key])) for key in ("requires", "siblings", "formerly") if key in about
        }
        if "plot" in keys:
            about["plot"] = self.plot(keys["plot"])
        if kind == "exercise":
            return self.exercise(keys, about)
        card_id = self.identity(node, keys)
        if kind != "cloze" and "question" not in keys:
            self.problem(node, "question: is missing")
        fields: dict[str, Any] = {}
        readers: dict[CardKind, Callable[[Any, dict[str, Any]], dict[str, Any]]] = {
            "open": self.open_fields,
            "choice": self.choice_fields,
            "cloze": self.cloze_fields,
            "typed": self.typed_fields,
            "number": self.number_fields,
            "order": lambda _, found: {"order": self.order_entries(found["order"])},
        }
        if "question" in keys:
            fields["question"] = self.text(keys["question"], "question")
        fields |= readers[kind](node, keys)
        if "why" in keys:
            fields["why"] = self.text(keys["why"], "why")
        return Card(self.full_id(card_id), kind, self.stem, self.topic(node, keys), **fields, **about)

    def plot(self, node: Any) -> str:
        from studyrnn import plots

        text = " ".join(self.text(node, "plot").split())
        try:
            plots.check(text.split())
        except UsageError as error:
            self.problem(node, f"plot: {quoted(str(error))}")
        return text

    def full_id(self, name: str) -> str:
        """A card of this deck is meant by its short id; another deck's by deck/card; an exercise by topic.name."""
        return name if "/" in name or "." in name else f"{self.stem}/{name}"

    def kind(self, node: Any) -> CardKind:
        if type(node).__name__ != "MappingNode":
            self.problem(node, "a card must be a mapping of  key: value")
            raise BadNode
        found = [key.value for key, _ in node.value if isinstance(key.value, str) and key.value in _KIND_OF_KEY]
        if len(set(found)) != 1:
            every = ", ".join(_KIND_OF_KEY)
            has = f"has {' and '.join(sorted(set(found)))}" if found else "has none of these"
            before = len(self.problems)
            self.mapping(node, dict.fromkeys(key for keys in CARD_KEYS.values() for key in keys), "a card")
            if len(self.problems) > before:  # a mistyped key is the reason, and has been named
                raise BadNode
            self.problem(node, f"one of {every} says what kind of card it is; this one {has}")
            raise BadNode
        return _KIND_OF_KEY[found[0]]

    def identity(self, node: Any, keys: Mapping[str, Any]) -> str:
        if "id" not in keys:
            self.problem(node, "id: is missing. Give it one that says what the card asks, like  weights-are-shared")
            return ""
        text = self.text(keys["id"], "id")
        if text and not NAME.fullmatch(text):
            self.problem(
                keys["id"],
                f'id "{quoted(text)}": lower-case words joined by hyphens, like  weights-are-shared',
            )
        if text in self.ids:
            self.problem(keys["id"], f"this id stands on line {self.ids[text]} already: every card needs its own")
        elif text:
            self.ids[text] = keys["id"].start_mark.line + 1
        return text

    def topic(self, node: Any, keys: Mapping[str, Any]) -> str:
        """A card without a topic belongs to the deck's own, where the deck is called after one."""
        if "topic" in keys:
            text = self.text(keys["topic"], "topic")
            if text and text not in TOPICS:
                self.problem(keys["topic"], f'unknown topic "{quoted(text)}". {nearest(text, TOPICS)}')
            return text
        if self.stem not in TOPICS:
            self.problem(node, f"topic: is missing. One of: {', '.join(TOPICS)}")
        return self.stem

    def exercise(self, keys: dict[str, Any], about: dict[str, Any]) -> Card:
        from studyrnn import exercises

        node = keys["exercise"]
        name = self.text(node, "exercise")
        if not name:
            raise BadNode
        try:
            found = exercises.find(quoted(name))
        except UnknownName as error:
            self.problem(node, str(error))
            raise BadNode from None
        fields: dict[str, Any] = {"question": found.summary, "exercise": found.id, **about}
        if "given" in keys:
            return self.with_given(keys, found, fields)
        if "id" in keys or "variant" in keys:
            self.problem(node, "id: and variant: go with  given:  only; drawn anew, an exercise is scheduled as itself")
        if name in self.ids:
            self.problem(node, f"this exercise stands on line {self.ids[name]} already")
        self.ids[name] = node.start_mark.line + 1
        fields["requires"] = tuple(dict.fromkeys([*found.requires, *about.get("requires", ())]))
        return Card(found.id, "exercise", self.stem, found.topic, **fields)

    def with_given(self, keys: dict[str, Any], exercise: Exercise, fields: dict[str, Any]) -> Card:
        """An exercise with numbers of its own: a card like any other, with its own id."""
        from studyrnn.questions.drawing import fixed

        card_id = self.identity(keys["exercise"], keys)
        fields["given"] = self.values(keys["given"], "given", self.tensor)
        if "variant" in keys:
            fields["variant"] = self.values(keys["variant"], "variant", self.text)
        card = Card(self.full_id(card_id), "exercise", self.stem, exercise.topic, **fields)
        try:
            fixed(exercise, card.given, card.variant)
        except ArgumentError as error:
            self.problem(keys["given"], str(error))
        return card

    def values(self, node: Any, what: str, read: Callable[[Any, str], Any]) -> dict[str, Any]:
        if type(node).__name__ != "MappingNode" or not node.value:
            self.problem(node, f"{what}: must be a mapping of  name: value")
            raise BadNode
        names = [key.value for key, _ in node.value if isinstance(key.value, str)]
        return {name: read(value, name) for name, value in self.mapping(node, names, what).items()}

    def tensor(self, node: Any, name: str) -> Any:
        """A number, a list of numbers, or a list of rows of equal length."""
        if type(node).__name__ != "SequenceNode":
            return self.number(node, name)
        found = [self.tensor(entry, name) for entry in node.value]
        lengths = {len(row) if isinstance(row, list) else 0 for row in found}
        if len(lengths) != 1 or any(isinstance(cell, list) for row in found if isinstance(row, list) for cell in row):
            self.problem(node, f"{name}: a vector is written like [0.1, -0.2], a matrix like [[0.1, 0.2], [0.3, 0.4]]")
            raise BadNode
        return found

    def open_fields(self, _node: Any, keys: dict[str, Any]) -> dict[str, Any]:
        points = self.texts(keys["points"], "points") if "points" in keys else ()
        return {"answer": self.text(keys["answer"], "answer"), "points": points}

    def choice_fields(self, node: Any, keys: dict[str, Any]) -> dict[str, Any]:
        read = [self.option(entry) for entry in self.sequence(node, keys, "options")]
        options = tuple(option for option in read if option is not None)
        whole = len(options) == len(read)  # otherwise what is missing may be in the options that were not read
        if whole and not any(option.right for option in options):
            self.problem(keys["options"], "no right option. Mark one with  right:  instead of  wrong:")
        if len(read) < 2:
            self.problem(keys["options"], "a choice needs at least two options")
        if len(read) > 9:
            self.problem(keys["options"], "at most nine options: they are chosen by one digit")
        if _repeats(option.text for option in options):
            self.problem(keys["options"], "two options say the same")
        return {"options": options}

    def option(self, node: Any) -> Option | None:
        """None where it cannot be read; the problem has been noted."""
        try:
            keys = self.mapping(node, ("right", "wrong", "because"), "an option")
        except BadNode:
            return None
        if ("right" in keys) == ("wrong" in keys):
            self.problem(node, "an option is either  right: text  or  wrong: text")
            return None
        side = "right" if "right" in keys else "wrong"
        because = self.text(keys["because"], "because") if "because" in keys else ""
        return Option(self.text(keys[side], side), side == "right", because)

    def typed_fields(self, _node: Any, keys: dict[str, Any]) -> dict[str, Any]:
        accept = self.texts(keys["accept"], "accept")
        if any(text and not any(map(str.isalnum, text)) for text in accept):
            self.problem(keys["accept"], "accept: an answer needs a letter or a digit; nothing else is compared")
        return {"accept": accept}

    def cloze_fields(self, _node: Any, keys: dict[str, Any]) -> dict[str, Any]:
        text = self.text(keys["cloze"], "cloze")
        left = left_of_gaps(text)
        if "{{" in left or "}}" in left or any(_is_no_gap(gap) for gap in gaps(text)):
            self.problem(keys["cloze"], "cloze: a gap is not closed. Gaps are {{...}}, not inside one another")
        elif any(re.match(r"c\d+::", gap) for gap in gaps(text)):
            self.problem(keys["cloze"], "cloze: gaps are numbered by themselves: write {{gap}} instead of {{c1::gap}}")
        elif text and not gaps(text):
            self.problem(keys["cloze"], "cloze: has no gap. Write what is to be hidden as {{gap}}")
        return {"question": text}

    def number_fields(self, _node: Any, keys: dict[str, Any]) -> dict[str, Any]:
        fields: dict[str, Any] = {"number": self.number(keys["number"], "number")}
        if "tolerance" in keys:
            fields["tolerance"] = self.number(keys["tolerance"], "tolerance")
            if fields["tolerance"] < 0:
                self.problem(keys["tolerance"], "tolerance: cannot be negative")
        if "unit" in keys:
            fields["unit"] = self.text(keys["unit"], "unit")
        return fields

    def order_entries(self, node: Any) -> tuple[str, ...]:
        entries = self.texts(node, "order", least=2)
        if _repeats(entries):
            self.problem(node, "order: two entries say the same, so their order cannot be told")
        if len(entries) > 9:
            self.problem(node, "order: at most nine entries: they are typed as digits")
        return entries


def _peek_id(node: Any) -> str:
    """What to call a card in messages, whatever else is wrong with it."""
    if type(node).__name__ == "MappingNode":
        for key, value in node.value:
            if key.value in ("id", "exercise") and isinstance(value.value, str):
                return quoted(value.value)
    return ""


def _is_no_gap(gap: str) -> bool:
    """Blank, or with another gap inside; doubled braces in its maths are maths."""
    return not gap.strip() or bool(gaps(gap)) or "{{" in left_of_gaps(gap)


def _repeats(texts: Iterable[str]) -> bool:
    """Whether two say the same; what could not be read says nothing."""
    said = [text for text in texts if text]
    return len(set(said)) < len(said)
