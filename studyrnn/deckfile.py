"""One YAML file -> a deck, with every problem reported by file and line and none hiding the good cards.

The YAML is composed into nodes, never constructed into objects: nodes know their line, show what YAML made of the
text ("no" is a boolean, 12:30 a number), and cannot run anything.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from studyrnn.errors import DeckError, UnknownName, nearest
from studyrnn.markup import GAP, MATHS, formulas
from studyrnn.model import Card, CardKind, Deck, Loaded, Option, Problem
from studyrnn.topics import TOPICS

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
_COMMON = {"id", "topic", "question", "why", "source"}
_KEYS: dict[CardKind, set[str]] = {
    "open": _COMMON | {"answer", "points"},
    "choice": _COMMON | {"options"},
    "cloze": _COMMON - {"question"} | {"cloze"},
    "typed": _COMMON | {"accept"},
    "number": _COMMON | {"number", "tolerance", "unit"},
    "order": _COMMON | {"order"},
    "exercise": {"exercise"},
}
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read(path: Path) -> Loaded:
    """Parse one file without the cache. Raises DeckError where it cannot be opened or is no YAML at all."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DeckError(f"cannot read {path}: {error.strerror}") from None
    if len(raw) > _LARGEST:
        raise DeckError(f"{path} has {len(raw):,} bytes; a deck has at most {_LARGEST:,}")
    return _Reader(path.name if path.parent == Path() else str(path), path.stem).deck(raw)


class _Bad(Exception):
    """This part of the deck is unusable; the problem has been noted."""


class _Reader:
    def __init__(self, file: str, stem: str) -> None:
        self.file, self.stem = file, stem
        self.problems: list[Problem] = []
        self.card_id = ""
        self.ids: dict[str, int] = {}

    def problem(self, node: Any, message: str) -> None:
        line = node if isinstance(node, int) else node.start_mark.line + 1
        self.problems.append(Problem(self.file, line, self.card_id, message))

    def deck(self, raw: bytes) -> Loaded:
        root = self.compose(raw)
        cards: list[Card] = []
        name, title = self.stem, self.stem
        if root is not None:
            try:
                keys = self.mapping(root, {"deck", "title", "cards"}, "the deck")
                name = self.header(root, keys, "deck")
                title = self.header(root, keys, "title")
                if name != self.stem:
                    self.problem(
                        keys.get("deck", root),
                        f'deck "{name}" lies in a file called "{self.stem}": make them agree',
                    )
                    name = self.stem
                for node in self.sequence(root, keys, "cards"):
                    card = self.one_card(node)
                    if card is not None:
                        cards.append(card)
            except _Bad:
                pass
        self.problems.sort(key=lambda problem: problem.line)
        return Loaded(Deck(name, title, tuple(cards)), tuple(self.problems))

    def compose(self, raw: bytes) -> Any:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            text = raw.decode("utf-8")
            if not self.harmless(text, loader):
                return None
            root = yaml.compose(text, Loader=loader)
        except UnicodeDecodeError as error:
            self.problem(raw[: error.start].count(b"\n") + 1, "this is not UTF-8: save the file as UTF-8")
            return None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.problem(mark.line + 1 if mark else 1, f"not YAML: {error.problem or error.context}")
            return None
        except yaml.YAMLError as error:
            position = getattr(error, "position", 0)
            self.problem(text[:position].count("\n") + 1, f"not YAML: {getattr(error, 'reason', error)}")
            return None
        if root is None:
            self.problem(1, "the file is empty. A deck begins with  deck:  title:  cards:")
        return root

    def harmless(self, text: str, loader: Any) -> bool:
        """No anchors or aliases (a few lines of them unfold to gigabytes), no tags, no absurd nesting."""
        import yaml

        depth = 0
        for event in yaml.parse(text, Loader=loader):
            line: int = event.start_mark.line + 1  # type: ignore[union-attr]
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                self.problem(line, "anchors (&) and aliases (*) are not used in decks: write the text out, or quote it")
                return False
            if tag := getattr(event, "tag", None):
                self.problem(line, f"tags are not used in decks: remove {_visible(tag)}, or quote the text")
                return False
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > 20:
                self.problem(line, "nested more than 20 deep: this is no deck")
                return False
        return True

    # -- nodes -------------------------------------------------------------------------------------------------------

    def mapping(self, node: Any, known: Iterable[str], what: str) -> dict[str, Any]:
        """The values of a mapping by key. Repeated and unknown keys are problems; the known ones are still read."""
        if type(node).__name__ != "MappingNode":
            self.problem(node, f"{what} must be a mapping of  key: value")
            raise _Bad
        values: dict[str, Any] = {}
        known = list(known)
        for key, value in node.value:
            name = str(getattr(key, "value", "?"))
            if name in values:
                self.problem(key, f'the key "{name}" stands here twice')
            elif name not in known:
                self.problem(key, f'unknown key "{_visible(name)}". {nearest(name, known)}')
            else:
                values[name] = value
        return values

    def sequence(self, owner: Any, keys: Mapping[str, Any], key: str) -> list[Any]:
        node = keys.get(key)
        if node is None:
            self.problem(owner, f"{key}: is missing")
            raise _Bad
        if type(node).__name__ != "SequenceNode" or not node.value:
            self.problem(node, f"{key}: must be a list with at least one entry")
            raise _Bad
        return list(node.value)

    def header(self, root: Any, keys: Mapping[str, Any], key: str) -> str:
        if key not in keys:
            self.problem(root, f"{key}: is missing")
            return self.stem
        return self.text(keys[key], key) or self.stem

    def text(self, node: Any, key: str) -> str:
        """A text, checked for what YAML does to texts and for maths that cannot be shown."""
        value = getattr(node, "value", None)
        if not isinstance(value, str):
            self.problem(node, f"{key}: must be text. If it begins with a brace or a bracket, put it in single quotes")
            return ""
        kind = node.tag.rpartition(":")[2]
        if kind != "str":
            read_as = {"bool": "a truth value", "null": "nothing", "int": "a number", "float": "a number"}
            self.problem(
                node, f"{key}: YAML reads {value or 'an empty value'} as {read_as.get(kind, f'a {kind}')}. "
                f"Put it in quotes: '{value or '...'}'",
            )  # fmt: skip
            return ""
        control = next((c for c in value if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160), None)
        if control is not None:
            self.problem(
                node,
                f"{key}: contains the control character {control!r}. In double quotes YAML turns \\f, \\t and \\b into "
                "such characters: use single quotes, or a block that begins with |",
            )
            return ""
        if not value.strip():
            self.problem(node, f"{key}: is empty")
        self.maths(node, key, value)
        return value.strip()

    def maths(self, node: Any, key: str, text: str) -> None:
        from studyrnn.mathtext import MathError, one_line

        try:
            for tex in formulas(text):
                one_line(tex)
        except MathError as error:
            self.problem(node, f'{key}: {error} in "${_visible(tex)}$". Known: studyrnn check --maths')
        except ValueError as error:
            self.problem(node, f"{key}: {error}")

    def texts(self, node: Any, key: str, least: int = 1) -> tuple[str, ...]:
        if type(node).__name__ != "SequenceNode" or len(node.value) < least:
            self.problem(node, f"{key}: must be a list of at least {least} entr{'y' if least == 1 else 'ies'}")
            return ()
        return tuple(self.text(entry, key) for entry in node.value)

    def number(self, node: Any, key: str) -> float:
        value = getattr(node, "value", None)
        try:
            found = float(value) if isinstance(value, str) and "_" not in value and ":" not in value else math.nan
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            shown = value if isinstance(value, str) else "that"
            self.problem(node, f"{key}: {_visible(shown)} is not a number. Write it like 24, 0.5 or 1e-3")
            return 0.0
        return found

    # -- cards -------------------------------------------------------------------------------------------------------

    def one_card(self, node: Any) -> Card | None:
        before = len(self.problems)
        self.card_id = _peek_id(node)
        try:
            card = self.card(node)
        except _Bad:
            card = None
        finally:
            self.card_id = ""
        return card if len(self.problems) == before else None

    def card(self, node: Any) -> Card:
        kind = self.kind(node)
        keys = self.mapping(node, _KEYS[kind], "a card")
        if kind == "exercise":
            return self.exercise(keys["exercise"])
        card_id = self.identity(node, keys)
        if kind != "cloze" and "question" not in keys:
            self.problem(node, "question: is missing")
            raise _Bad
        fields: dict[str, Any] = {}
        readers: dict[CardKind, Callable[[Any, dict[str, Any]], dict[str, Any]]] = {
            "open": self.open_fields,
            "choice": self.choice_fields,
            "cloze": self.cloze_fields,
            "typed": lambda _, found: {"accept": self.texts(found["accept"], "accept")},
            "number": self.number_fields,
            "order": lambda _, found: {"order": self.order_entries(found["order"])},
        }
        if "question" in keys:
            fields["question"] = self.text(keys["question"], "question")
        fields |= readers[kind](node, keys)
        if "why" in keys:
            fields["why"] = self.text(keys["why"], "why")
        if "source" in keys:
            fields["source"] = self.texts(keys["source"], "source")
        return Card(f"{self.stem}/{card_id}", kind, self.stem, self.topic(node, keys), **fields)

    def kind(self, node: Any) -> CardKind:
        if type(node).__name__ != "MappingNode":
            self.problem(node, "a card must be a mapping of  key: value")
            raise _Bad
        found = [key.value for key, _ in node.value if key.value in _KIND_OF_KEY]
        if len(set(found)) != 1:
            every = ", ".join(_KIND_OF_KEY)
            has = f"has {' and '.join(sorted(set(found)))}" if found else "has none of these"
            before = len(self.problems)
            self.mapping(node, set().union(*_KEYS.values()), "a card")
            if len(self.problems) > before:  # a mistyped key is the reason, and has been named
                raise _Bad
            self.problem(node, f"one of {every} says what kind of card it is; this one {has}")
            raise _Bad
        return _KIND_OF_KEY[found[0]]

    def identity(self, node: Any, keys: Mapping[str, Any]) -> str:
        if "id" not in keys:
            self.problem(node, "id: is missing. Give it one that says what the card asks, like  weights-are-shared")
            raise _Bad
        text = self.text(keys["id"], "id")
        if text and not _KEBAB.fullmatch(text):
            self.problem(
                keys["id"],
                f'id "{_visible(text)}": lower-case words joined by hyphens, like  weights-are-shared',
            )
        line = keys["id"].start_mark.line + 1
        if self.ids.setdefault(text, line) != line:
            self.problem(keys["id"], f"this id stands on line {self.ids[text]} already: every card needs its own")
        return text

    def topic(self, node: Any, keys: Mapping[str, Any]) -> str:
        """A card without a topic belongs to the deck's own, where the deck is called after one."""
        if "topic" in keys:
            text = self.text(keys["topic"], "topic")
            if text and text not in TOPICS:
                self.problem(keys["topic"], f'unknown topic "{_visible(text)}". {nearest(text, TOPICS)}')
            return text
        if self.stem not in TOPICS:
            self.problem(node, f"topic: is missing. One of: {', '.join(TOPICS)}")
        return self.stem

    def exercise(self, node: Any) -> Card:
        from studyrnn import exercises

        name = self.text(node, "exercise")
        try:
            found = exercises.find(name)
        except UnknownName as error:
            self.problem(node, str(error))
            raise _Bad from None
        if self.ids.setdefault(name, node.start_mark.line + 1) != node.start_mark.line + 1:
            self.problem(node, f"this exercise stands on line {self.ids[name]} already")
        return Card(found.id, "exercise", self.stem, found.topic, question=found.summary)

    def open_fields(self, _node: Any, keys: dict[str, Any]) -> dict[str, Any]:
        points = self.texts(keys["points"], "points") if "points" in keys else ()
        return {"answer": self.text(keys["answer"], "answer"), "points": points}

    def choice_fields(self, node: Any, keys: dict[str, Any]) -> dict[str, Any]:
        options = tuple(self.option(entry) for entry in self.sequence(node, keys, "options"))
        if not any(option.right for option in options):
            self.problem(keys["options"], "no right option. Mark one with  right:  instead of  wrong:")
        if len(options) < 2:
            self.problem(keys["options"], "a choice needs at least two options")
        if len(options) > 9:
            self.problem(keys["options"], "at most nine options: they are chosen by one digit")
        if len({option.text for option in options}) < len(options):
            self.problem(keys["options"], "two options say the same")
        return {"options": options}

    def option(self, node: Any) -> Option:
        keys = self.mapping(node, {"right", "wrong", "because"}, "an option")
        if ("right" in keys) == ("wrong" in keys):
            self.problem(node, "an option is either  right: text  or  wrong: text")
            raise _Bad
        side = "right" if "right" in keys else "wrong"
        because = self.text(keys["because"], "because") if "because" in keys else ""
        return Option(self.text(keys[side], side), side == "right", because)

    def cloze_fields(self, _node: Any, keys: dict[str, Any]) -> dict[str, Any]:
        text = self.text(keys["cloze"], "cloze")
        left = GAP.sub("", text)
        if text and not GAP.search(text):
            self.problem(keys["cloze"], "cloze: has no gap. Write what is to be hidden as {{gap}}")
        elif re.search(r"\{\{(?!\{)", MATHS.sub("", left)) or "}}" in MATHS.sub("", left):
            self.problem(keys["cloze"], "cloze: a gap is not closed. Gaps are {{...}}, not inside one another")
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
        if len(set(entries)) < len(entries):
            self.problem(node, "order: two entries say the same, so their order cannot be told")
        if len(entries) > 9:
            self.problem(node, "order: at most nine entries: they are typed as digits")
        return entries


def _peek_id(node: Any) -> str:
    """What to call a card in messages, whatever else is wrong with it."""
    if type(node).__name__ == "MappingNode":
        for key, value in node.value:
            if getattr(key, "value", "") in {"id", "exercise"} and isinstance(value.value, str):
                return _visible(value.value)
    return ""


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)[:200]
