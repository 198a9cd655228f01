"""Where the decks' questions come from: five documents, each item by its id, in one line, with what it gets wrong.

`s004-q05` is document 004, question 5. The lines stand in sources.yaml, so that nobody needs the documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from studyrnn.markup import literally

_FILE = Path(__file__).with_name("sources.yaml")
_KINDS = {"q": "question", "n": "note", "f": "flashcard", "c": "heading"}


class Item(NamedTuple):
    asks: str  # what it asks or states
    wrong: str = ""  # what it gets wrong, and what is right


@cache
def items() -> Mapping[str, Item]:
    """Every item of the documents by its id."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load(_FILE.read_text("utf-8"), Loader=loader)
    return {name: Item(entry["asks"], entry.get("wrong", "")) for name, entry in data.items()}


def place(name: str) -> str:
    """s000-q13 -> Document 000, question 13; any other source is its own name."""
    match = re.fullmatch(r"s(\d{3})-([qnfc])0*(\d+)", name)
    return f"Document {match[1]}, {_KINDS[match[2]]} {match[3]}" if match else name


def told(names: Iterable[str]) -> list[str]:
    """Each source with what it asks and what it gets wrong, as Markdown."""
    lines = []
    for name in names:
        item = items().get(name)
        if item is None:
            lines.append(literally(name))
        else:
            beware = f" **But:** {literally(item.wrong)}" if item.wrong else ""
            lines.append(f"{place(name)}: {literally(item.asks)}{beware}")
    return lines
