"""Any file at all: a deck or a list of problems, never an error, and no bad card hides a good one."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_deckfile import good, loaded
from test_quiz_pipe import DECK

from studyrnn import decks
from studyrnn.deckcache import load

anyhow = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
marks = st.text("deckcards:-[]{}'\"|>&*!%@ \n\t#?")


def survives(folder: Path, text: str | bytes) -> None:
    found = loaded(folder, text)
    assert found.problems or found.deck.cards
    assert [problem.line for problem in found.problems] == sorted(problem.line for problem in found.problems)
    assert all(problem.line >= 1 for problem in found.problems)
    assert not any(unicodedata.category(character) == "Cc" for problem in found.problems for character in str(problem))


@anyhow
@given(raw=st.one_of(st.binary(), st.text().map(str.encode), marks.map(str.encode)))
def test_any_bytes_are_a_deck_or_have_problems(tmp_path: Path, raw: bytes) -> None:
    """Nothing is raised whatever the file holds, and what is wrong is told without control characters."""
    survives(tmp_path, raw)


KEYS = """id question answer options cloze accept number order exercise topic why source points right wrong because
tolerance unit other"""
keys = st.sampled_from(KEYS.split())
traps = st.sampled_from(
    [r"$\frac{1}{2}$", "$x", r"$\foo$", "{{gap}}", "{{$x_{t}$}}", "12:30", "gru", "gru.hidden-state"]
)
text = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=20)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), text, traps)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=8,
)
named: dict[str, st.SearchStrategy[Any]] = {"id": scalars, "question": scalars}
cards = st.one_of(
    st.fixed_dictionaries(named, optional={"answer": scalars, "why": values, "topic": values}),
    st.fixed_dictionaries({**named, "options": values}),
    st.dictionaries(keys, values, max_size=5),
    values,
)


@anyhow
@given(title=scalars, content=st.lists(cards, max_size=6))
def test_any_structure_is_a_deck_or_has_problems(tmp_path: Path, title: Any, content: list[Any]) -> None:
    """Well-formed YAML (JSON is some) that is no deck, or half of one, is never more than a list of problems."""
    survives(tmp_path, json.dumps({"deck": "gru", "title": title, "cards": content}, indent=1))


@anyhow
@given(content=st.lists(cards, max_size=5))
def test_bad_cards_never_hide_good_ones(tmp_path: Path, content: list[Any]) -> None:
    """Between any others, a good card is always read."""
    kept = {"id": "kept-card", "question": "Q", "answer": "A"}
    found = loaded(tmp_path, json.dumps({"deck": "gru", "title": "T", "cards": [*content, kept, *content]}, indent=1))
    assert "gru/kept-card" in good(found)


whole_deck = DECK.encode()
damage = st.lists(
    st.tuples(st.integers(0, len(whole_deck)), st.integers(0, 40), st.binary(max_size=6) | marks.map(str.encode)),
    max_size=3,
)


def spoilt(places: list[tuple[int, int, bytes]]) -> bytes:
    raw = whole_deck
    for start, length, put in places:
        raw = raw[:start] + put + raw[start + length :]
    return raw


@anyhow
@given(raw=st.binary(max_size=200) | damage.map(spoilt))
def test_a_deck_damaged_anywhere_is_loaded_as_far_as_it_is_good(raw: bytes) -> None:
    """Parsed or from the cache, the same; and what is left of it can be chosen from."""
    with TemporaryDirectory() as folder:
        path, cache = Path(folder) / "seven.yaml", Path(folder) / "cache"
        path.write_bytes(raw)
        parsed, again = load(path, cache), load(path, cache)
        assert parsed == again == load(path)
        assert parsed.problems or parsed.deck.cards
        assert decks.pick([str(path)], [parsed]) == list({card.id: card for card in parsed.deck.cards}.values())
