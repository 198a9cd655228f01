"""The schema and the loader agree: what one takes the other takes, key by key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from running import piped

from studyrnn import decks
from studyrnn.deckfile import CARD_KEYS, DECK_KEYS, read
from studyrnn.deckschema import schema
from studyrnn.model import CARD_KINDS, CardKind

VALIDATOR = jsonschema.Draft202012Validator(schema())
LEAST: dict[CardKind, dict[str, Any]] = {  # a card of each kind with all that it must have
    "open": {"id": "a", "question": "Q", "answer": "A"},
    "choice": {"id": "a", "question": "Q", "options": [{"right": "x"}, {"wrong": "y", "because": "z"}]},
    "cloze": {"id": "a", "cloze": "a {{gap}}"},
    "typed": {"id": "a", "question": "Q", "accept": ["x"]},
    "number": {"id": "a", "question": "Q", "number": 0.5},
    "order": {"id": "a", "question": "Q", "order": ["x", "y"]},
    "exercise": {"exercise": "gru.mix"},
}
MORE: dict[str, Any] = {
    "topic": "gru", "why": "W", "points": ["p"], "tolerance": 0, "unit": "u", "source": ["s"], "refs": ["r"],
    "requires": ["gru.mix"], "formerly": ["o"], "plot": "gru-cell",
}  # fmt: skip


def both(folder: Path, deck: dict[str, Any]) -> tuple[bool, bool]:
    """What the schema and the loader say of a deck."""
    path = folder / "gru.yaml"
    path.write_text(yaml.safe_dump(deck), "utf-8")
    return VALIDATOR.is_valid(deck), not read(path).problems


def deck(card: Any, **header: Any) -> dict[str, Any]:
    return {"deck": "gru", "title": "T", "cards": [card], **header}


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", decks.shipped_files(), ids=lambda path: path.stem)
def test_the_shipped_decks_keep_to_it(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(path.read_text("utf-8")))] == []


def test_it_knows_the_keys_that_the_loader_knows() -> None:
    """All of them, of the deck and of each kind of card, and no others."""
    assert tuple(schema()["properties"]) == DECK_KEYS
    assert {kind: tuple(schema()["$defs"][kind]["properties"]) for kind in CARD_KINDS} == CARD_KEYS


@pytest.mark.parametrize("kind", CARD_KINDS)
def test_a_card_with_the_least_it_must_have_and_with_everything(tmp_path: Path, kind: CardKind) -> None:
    """Both take it, and both refuse it without any one of the keys it must have."""
    least = LEAST[kind]
    whole = least | {key: value for key, value in MORE.items() if key in CARD_KEYS[kind] and kind != "exercise"}
    assert both(tmp_path, deck(least)) == both(tmp_path, deck(whole)) == (True, True)
    for key in least:
        assert both(tmp_path, deck({k: v for k, v in least.items() if k != key})) == (False, False)


EVERY = MORE | {key: value for card in LEAST.values() for key, value in card.items()} | {
    "given": {"f": 1}, "variant": {"a": "b"}, "anwser": "A",
}  # fmt: skip
ELSEWHERE = [(kind, key) for kind in CARD_KINDS for key in EVERY if key not in CARD_KEYS[kind]]


@pytest.mark.parametrize(("kind", "key"), ELSEWHERE)
def test_a_key_of_another_kind_of_card_is_refused_by_both(tmp_path: Path, kind: CardKind, key: str) -> None:
    assert both(tmp_path, deck(LEAST[kind] | {key: EVERY[key]})) == (False, False)


WRONG: list[dict[str, Any]] = [
    {"id": "Two Gates"}, {"id": ""}, {"topic": "gur"}, {"points": []}, {"points": "p"}, {"source": [1]}, {"why": 3},
    {"plot": "gru-sell"}, {"question": ""}, {"answer": None}, {"requires": "x"},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_wrong_value_is_refused_by_both(tmp_path: Path, wrong: dict[str, Any]) -> None:
    assert both(tmp_path, deck(LEAST["open"] | wrong)) == (False, False)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("choice", {"options": [{"right": "x"}]}),
        ("choice", {"options": [{"right": "x", "wrong": "y"}, {"right": "z"}]}),
        ("choice", {"options": [{"right": "x"}, {"wrong": "y", "becuase": "z"}]}),
        ("choice", {"options": [{"right": str(k)} for k in range(10)]}),
        ("cloze", {"cloze": "no gap"}),
        ("order", {"order": ["x"]}),
        ("order", {"order": [str(k) for k in "abcdefghij"]}),
        ("number", {"number": "1,5"}),
        ("number", {"tolerance": -1}),
        ("exercise", {"id": "a"}),
        ("exercise", {"given": {"f": 1}}),
    ],
)
def test_a_wrong_value_of_a_kind_is_refused_by_both(tmp_path: Path, kind: CardKind, wrong: dict[str, Any]) -> None:
    assert both(tmp_path, deck(LEAST[kind] | wrong)) == (False, False)


@pytest.mark.parametrize(
    ("header", "good"),
    [
        ({"chapter": 3, "requires": ["rnn"], "covers": ["s000-c01"]}, True),
        ({"further-reading": [{"title": "A", "url": "https://a.org", "source": ["s"]}, {"title": "B"}]}, True),
        ({"chapter": 0}, False),
        ({"chapter": 1.5}, False),
        ({"requires": []}, False),
        ({"further-reading": [{"url": "https://a.org"}]}, False),
        ({"further-reading": [{"title": "A", "url": "a.org"}]}, False),
        ({"cards": []}, False),
        ({"title": ""}, False),
        ({"extra": 1}, False),
    ],
)
def test_a_header_is_taken_or_refused_by_both(tmp_path: Path, header: dict[str, Any], good: bool) -> None:
    assert both(tmp_path, deck(LEAST["open"], **header)) == (good, good)


def test_the_command_prints_it(tmp_path: Path) -> None:
    assert json.loads(piped(tmp_path, "schema").stdout) == schema()
