"""YAML as nodes: with their lines, what YAML made of the text, and every problem noted, none hiding the others.

Nodes are composed, never constructed into objects: nothing in a file can run, and "no", 12:30 or a form feed where a
text is meant is seen for what it is.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from studyrnn.errors import nearest
from studyrnn.markup import formulas, visible
from studyrnn.mathtext import MathError, one_line
from studyrnn.model import Problem

_LONGEST_FORMULA = 1000  # characters


class BadNode(Exception):
    """This part of the file is unusable; the problem has been noted."""


class YamlReader:
    """Reads nodes of one file; what is wrong is collected in `problems`, under the name in `card_id`."""

    what = "deck"  # for messages
    begins = "deck:  title:  cards:"

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.card_id = ""

    def problem(self, node: Any, message: str) -> None:
        line = node if isinstance(node, int) else node.start_mark.line + 1
        self.problems.append(Problem(self.file, line, self.card_id, message))

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
            why = error.problem or error.context or ""
            if "nesting" in why:  # newer parsers have a limit of their own, and read ahead to it
                self.too_deep(mark.line + 1 if mark else 1)
                return None
            advice = ""
            if "escape" in why:
                advice = ". In double quotes a backslash begins an escape: use single quotes"
            elif "\\t" in why or "tab" in why or "cannot start any token" in why:
                advice = ". Indent with spaces; quote text that begins with a sign"
            elif "mapping values" in why:
                advice = ". Text with a colon and a space in it needs quotes"
            self.problem(mark.line + 1 if mark else 1, f"not YAML: {why}{advice}")
            return None
        except yaml.YAMLError as error:
            position = getattr(error, "position", 0)
            self.problem(text[:position].count("\n") + 1, f"not YAML: {getattr(error, 'reason', error)}")
            return None
        if root is None:
            self.problem(1, f"the file is empty. A {self.what} begins with  {self.begins}")
        return root

    def harmless(self, text: str, loader: Any) -> bool:
        """No anchors or aliases (a few lines of them unfold to gigabytes), no tags, no absurd nesting."""
        import yaml

        depth = 0
        for event in yaml.parse(text, Loader=loader):
            line: int = event.start_mark.line + 1  # type: ignore[union-attr]
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                self.problem(line, "anchors (&) and aliases (*) are not used here: write the text out, or quote it")
                return False
            if tag := getattr(event, "tag", None):
                self.problem(line, f"tags are not used here: remove {quoted(tag)}, or quote the text")
                return False
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > 20:
                self.too_deep(line)
                return False
        return True

    def too_deep(self, line: int) -> None:
        self.problem(line, f"nested more than 20 deep: this is no {self.what}")

    def mapping(self, node: Any, known: Iterable[str], what: str) -> dict[str, Any]:
        """The values of a mapping by key. Repeated and unknown keys are problems; the known ones are still read."""
        if type(node).__name__ != "MappingNode":
            self.problem(node, f"{what} must be a mapping of  key: value")
            raise BadNode
        values: dict[str, Any] = {}
        known = list(known)
        for key, value in node.value:
            name = key.value
            if not isinstance(name, str):
                self.problem(key, "a key must be a word, not a list or a mapping. Quote text that holds { or [")
            elif name in values:
                self.problem(key, f'the key "{name}" stands here twice')
            elif name not in known:
                self.problem(key, f'unknown key "{quoted(name)}". {nearest(name, known)}')
            else:
                values[name] = value
        return values

    def sequence(self, owner: Any, keys: Mapping[str, Any], key: str) -> list[Any]:
        node = keys.get(key)
        if node is None:
            self.problem(owner, f"{key}: is missing")
            raise BadNode
        if type(node).__name__ != "SequenceNode" or not node.value:
            self.problem(node, f"{key}: must be a list with at least one entry")
            raise BadNode
        return list(node.value)

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
        control = next((c for c in value if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c != "\n"), None)
        if control is not None:
            self.problem(
                node,
                f"{key}: contains the control character {control!r}. In double quotes YAML turns \\f, \\t and \\b into "
                "such characters: use single quotes, or a block that begins with |",
            )
            return ""
        if not value.strip():
            self.problem(node, f"{key}: is empty")
        if r"\(" in value or r"\[" in value:
            self.problem(node, f"{key}: maths stands between dollar signs, $...$ or $$...$$")
        self.maths(node, key, value)
        return value.strip()

    def maths(self, node: Any, key: str, text: str) -> None:
        try:
            for tex in formulas(text):
                one_line(tex, longest=_LONGEST_FORMULA)
        except MathError as error:
            self.problem(node, f'{key}: {error} in "${quoted(tex)}$". Known: studyrnn check --maths')
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
            found = float(value) if isinstance(value, str) and value.isascii() and "_" not in value else math.nan
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            shown = value if isinstance(value, str) else "that"
            self.problem(node, f"{key}: {quoted(shown)} is not a number. Write it like 24, 0.5 or 1e-3")
            return 0.0
        return found


def quoted(text: str) -> str:
    """Text of a file inside a message: on one line, not too long, with nothing in it that a terminal would obey."""
    return visible(text).replace("\n", "\\n")[:200]
