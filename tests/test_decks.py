"""Choosing cards by deck, topic or file; the decks that come along; the cache that never matters but for speed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from studyrnn import decks
from studyrnn.boxes import columns
from studyrnn.errors import DeckError, UnknownName
from studyrnn.exercises import all_exercises
from studyrnn.markup import formulas
from studyrnn.mathtext import display, one_line
from studyrnn.model import CARD_KINDS, Card
from studyrnn.topics import TOPICS

MINE = "deck: mine\ntitle: Mine\ncards:\n  - {id: one, topic: gru, question: Q, answer: A}\n"
SHIPPED = decks.select([])[0]


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, "utf-8")
    return path


def ids(*names: str) -> list[str]:
    return [card.id for card in decks.select(names)[0]]


# -- choosing --------------------------------------------------------------------------------------------------------


def test_no_name_means_every_shipped_card_in_deck_order() -> None:
    """Deck after deck, each in the order of its file."""
    loaded = sorted(map(decks.load, decks.shipped_files()), key=lambda each: each.deck.chapter)
    assert [each.deck.chapter for each in loaded] == list(range(1, len(loaded) + 1))
    assert ids() == [card.id for each in loaded for card in each.deck.cards]


def test_a_deck_is_chosen_by_its_name() -> None:
    """All of its cards, whatever their topics, and no others."""
    chosen, problems = decks.select(["words"])
    assert {card.deck for card in chosen} == {"words"}
    assert {"embeddings", "sentiment", "language-models"} == {card.topic for card in chosen}
    assert [card for card in SHIPPED if card.deck == "words"] == chosen
    assert problems == []


def test_a_card_is_chosen_by_its_id() -> None:
    """One card, or one exercise to be practised."""
    assert ids("gru.mix") == ["gru.mix"]
    assert ids("gru/parameter-count", "lstm/parameter-count") == ["lstm/parameter-count", "gru/parameter-count"]


def test_a_topic_is_chosen_from_whatever_deck_holds_it() -> None:
    """There is no deck called embeddings, but cards on it, exercises among them."""
    chosen, _ = decks.select(["embeddings"])
    assert {card.topic for card in chosen} == {"embeddings"}
    assert {"embeddings.mean", "words/look-up-as-a-product"} <= {card.id for card in chosen}


def test_a_name_that_is_a_deck_and_a_topic_means_both() -> None:
    """Whoever asks for lstm gets what the deck holds and what other decks have on it."""
    assert ids("lstm") == [card.id for card in SHIPPED if "lstm" in {card.deck, card.topic}]


def test_several_names_add_up_and_no_card_comes_twice() -> None:
    """In deck order, whatever the order of the names and however often they stand there."""
    meant = {"gru", "gradients", "bptt"}
    expected = [card.id for card in SHIPPED if meant & {card.deck, card.topic}]
    assert ids("gru", "gradients", "bptt") == ids("bptt", "gru", "gru", "gradients") == expected


def test_a_file_is_chosen_by_its_path(mine: Path) -> None:
    """On its own it brings no shipped card; beside a name it stands first."""
    assert ids(str(mine)) == ["mine/one"]
    assert ids("gru", str(mine)) == ["mine/one", *ids("gru")]
    assert decks.titles([str(mine)])["mine"] == "Mine"


def test_ones_own_copy_of_a_shipped_card_takes_its_place(tmp_path: Path) -> None:
    """It may have been edited, so the copy is what is asked, and it is asked once."""
    name = next(card.id for card in SHIPPED if card.id.startswith("gru/")).removeprefix("gru/")
    copy = tmp_path / "gru.yaml"
    copy.write_text(f"deck: gru\ntitle: T\ncards:\n  - {{id: {name}, question: Edited, answer: A}}\n", "utf-8")
    chosen, _ = decks.select([str(copy), "gru"])
    assert sorted(card.id for card in chosen) == sorted(ids("gru"))
    assert [card.question for card in chosen if card.id == f"gru/{name}"] == ["Edited"]


def test_the_problems_of_a_file_come_with_its_good_cards(mine: Path) -> None:
    """A mistake does not keep a learner from the rest."""
    mine.write_text(MINE + "  - {id: two, topic: gru, question: Q, anwser: A}\n", "utf-8")
    chosen, problems = decks.select([str(mine)])
    assert [card.id for card in chosen] == ["mine/one"]
    assert [(problem.line, problem.card) for problem in problems] == [(5, "two")]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gur", 'no deck, topic or card is called "gur". Did you mean "gru"?'),
        ("GRU", 'no deck, topic or card is called "GRU". Did you mean "gru"?'),
        ("forcing", 'no deck, topic or card is called "forcing". Did you mean "teacher-forcing"?'),
        ("xyzzy", 'no deck, topic or card is called "xyzzy". Known: sequences, without-recurrence, rnn, '),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(name: str, told: str) -> None:
    """Or with all there are, where none resembles it; the other names do not help."""
    with pytest.raises(UnknownName) as caught:
        decks.select(["gru", name])
    assert str(caught.value).startswith(told)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """The message names the path."""
    with pytest.raises(DeckError, match=r"cannot read .*nowhere\.yaml: No such file or directory"):
        decks.select([str(tmp_path / "nowhere.yaml")])


@pytest.mark.parametrize(
    ("name", "is_path"),
    [
        ("a.yaml", True),
        ("b/a.yml", True),
        ("mine/", True),
        (".", True),
        ("gru", False),
        ("yaml", False),
        ("gru/a", False),
    ],
)
def test_a_path_is_told_by_its_ending(name: str, is_path: bool) -> None:
    """So a deck's name is never looked for in the current directory."""
    assert decks.is_path(name) == is_path


# -- what comes along ------------------------------------------------------------------------------------------------


def test_the_shipped_decks_have_no_problems() -> None:
    """None at all; three to four hundred cards of text, in every kind there is."""
    assert decks.select([])[1] == []
    assert 300 <= sum(card.kind != "exercise" for card in SHIPPED) <= 400
    assert {card.kind for card in SHIPPED} == set(CARD_KINDS)


def test_what_a_card_requires_comes_before_it() -> None:
    """In the order of the chapters, so that nobody has to wait for a later one."""
    place = {card.id: number for number, card in enumerate(SHIPPED)}
    late = [(card.id, other) for card in SHIPPED for other in card.requires if place[other] > place[card.id]]
    assert late == []


def test_the_right_option_is_rarely_the_longest() -> None:
    """Who always takes the longest does hardly better than chance; every number of options occurs, most have four."""
    choices = [card for card in SHIPPED if card.kind == "choice" and sum(o.right for o in card.options) == 1]
    longest = [card for card in choices if max(card.options, key=lambda option: len(option.text)).right]
    assert len(longest) < 0.33 * len(choices)
    assert {len(card.options) for card in SHIPPED if card.kind == "choice"} <= {3, 4, 5}


def test_every_exercise_is_listed_once() -> None:
    """An exercise that no deck lists would never be asked."""
    listed = [card.id for card in SHIPPED if card.kind == "exercise" and not card.given]
    assert sorted(listed) == sorted(exercise.id for exercise in all_exercises())


def test_every_shipped_card_has_a_known_topic_and_an_id_of_its_own() -> None:
    """Ids hold the deck's name; those of exercises are their own."""
    assert len({card.id for card in SHIPPED}) == len(SHIPPED)
    assert {card.topic for card in SHIPPED} <= set(TOPICS)
    assert all(card.id.startswith(f"{card.deck}/") for card in SHIPPED if card.kind != "exercise" or card.given)
    titles = decks.titles()
    assert all(titles[card.deck] for card in SHIPPED)


def texts(card: Card) -> Iterator[str]:
    yield from (card.question, card.answer, card.why, *card.points, *card.order, *card.accept)
    for option in card.options:
        yield from (option.text, option.because)


@pytest.mark.parametrize("card", SHIPPED, ids=lambda card: card.id)
def test_every_formula_of_a_shipped_card_can_be_shown(card: Card) -> None:
    """On one line, in ASCII, and as a display that keeps to a terminal of 60 or of 100 columns."""
    for text in texts(card):
        for tex in formulas(text):
            assert one_line(tex).isprintable()
            assert one_line(tex, ascii_only=True).isascii()
            for width in (60, 100):
                assert all(columns(line) <= width for line in display(tex, width))


# -- the cache -------------------------------------------------------------------------------------------------------


def kept_file(folder: Path) -> Path:
    (kept,) = folder.iterdir()
    return kept


def test_a_cached_deck_equals_the_parsed_one(tmp_path: Path) -> None:
    """Every shipped deck, card by card, every field with its type."""
    for path in decks.shipped_files():
        cache = tmp_path / path.stem
        parsed = decks.load(path)
        assert decks.load(path, cache) == decks.load(path, cache) == parsed
        assert set(parsed.lines) == {"", *(card.id for card in parsed.deck.cards)}
        assert kept_file(cache).suffix == ".json"
    assert decks.select([], tmp_path) == decks.select([], tmp_path) == decks.select([])


def test_the_cache_is_what_is_read_the_second_time(mine: Path, tmp_path: Path) -> None:
    """Otherwise it would only cost time."""
    cache = tmp_path / "deep" / "cache"
    decks.load(mine, cache)
    kept = kept_file(cache)
    kept.write_text(kept.read_text("utf-8").replace('"Mine"', '"From the cache"'), "utf-8")
    assert decks.load(mine, cache).deck.title == "From the cache"
    assert decks.load(mine).deck.title == "Mine"


def test_a_changed_file_is_read_anew(mine: Path, tmp_path: Path) -> None:
    """Also where only its time has changed and its size has not."""
    cache = tmp_path / "cache"
    decks.load(mine, cache)
    mine.write_text(MINE.replace("Mine", "Changed"), "utf-8")
    assert decks.load(mine, cache).deck.title == "Changed"
    before = mine.stat()
    mine.write_text(MINE.replace("Mine", "Renewed"), "utf-8")
    os.utime(mine, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert decks.load(mine, cache).deck.title == "Renewed"
    assert len(list(cache.iterdir())) == 1


def test_a_deck_with_problems_is_never_cached(mine: Path, tmp_path: Path) -> None:
    """They have to be told every time."""
    mine.write_text(MINE + "extra: 1\n", "utf-8")
    cache = tmp_path / "cache"
    for _ in range(2):
        assert len(decks.load(mine, cache).problems) == 1
    assert not cache.exists()


@pytest.mark.parametrize(
    "content",
    ["", "null", "[]", "{}", "1", '"text"', "{", "\xff\xfe", "\0", '{"stamp": null}', '{"stamp": [1], "cards": []}'],
)
def test_a_damaged_cache_is_ignored_and_mended(mine: Path, tmp_path: Path, content: str) -> None:
    """Whatever stands in it: the deck is parsed, and the next time the cache is good again."""
    cache = tmp_path / "cache"
    loaded = decks.load(mine, cache)
    good = kept_file(cache).read_text("utf-8")
    kept_file(cache).write_text(content, "latin-1")
    assert decks.load(mine, cache) == loaded
    assert kept_file(cache).read_text("utf-8") == good


@pytest.mark.parametrize("field", ["deck", "lines", "stamp"])
def test_a_cache_that_lacks_something_is_ignored(mine: Path, tmp_path: Path, field: str) -> None:
    """Half a file is no file."""
    cache = tmp_path / "cache"
    loaded = decks.load(mine, cache)
    data = json.loads(kept_file(cache).read_text("utf-8"))
    del data[field]
    kept_file(cache).write_text(json.dumps(data), "utf-8")
    assert decks.load(mine, cache) == loaded


@pytest.mark.parametrize("change", [{"surprise": 1}, {"options": [1]}, {"options": [{"text": "x"}]}, {"points": 1}])
def test_a_cached_card_of_another_form_is_ignored(mine: Path, tmp_path: Path, change: dict[str, object]) -> None:
    """One that an older or a newer release wrote."""
    cache = tmp_path / "cache"
    loaded = decks.load(mine, cache)
    data = json.loads(kept_file(cache).read_text("utf-8"))
    data["deck"]["cards"][0] |= change
    kept_file(cache).write_text(json.dumps(data), "utf-8")
    assert decks.load(mine, cache) == loaded


def test_the_cache_of_another_file_is_ignored(mine: Path, tmp_path: Path) -> None:
    """Two decks of one name in two folders are two decks, even if they agree in size and time."""
    other = tmp_path / "other" / "mine.yaml"
    other.parent.mkdir()
    other.write_text(MINE.replace("Mine", "Else"), "utf-8")
    os.utime(other, ns=(0, mine.stat().st_mtime_ns))
    decks.load(other, tmp_path / "a")
    decks.load(mine, tmp_path / "b")
    kept_file(tmp_path / "b").write_bytes(kept_file(tmp_path / "a").read_bytes())
    assert decks.load(mine, tmp_path / "b").deck.title == "Mine"


def test_a_cache_that_cannot_be_written_does_no_harm(mine: Path, tmp_path: Path) -> None:
    """A folder without write permission, or a folder in the file's place, costs time only and leaves nothing."""
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert decks.load(mine, locked) == decks.load(mine)
    cache = tmp_path / "cache"
    decks.load(mine, cache)
    kept = kept_file(cache)
    kept.unlink()
    kept.mkdir()
    assert decks.load(mine, cache) == decks.load(mine)
    assert list(cache.iterdir()) == [kept]


def test_a_card_that_is_still_there_keeps_its_own_history(tmp_path: Path) -> None:
    """Whatever another card, or the card itself, says that it was called before."""
    text = "deck: two\ntitle: T\ncards:\n" + "".join(
        f"  - {{id: {name}, topic: gru, question: Q {name}?, answer: A, formerly: [{former}]}}\n"
        for name, former in [("one", "one"), ("two", "one"), ("three", "gone")]
    )
    path = tmp_path / "two.yaml"
    path.write_text(text, "utf-8")
    loaded = [decks.load(path)]
    assert decks.renamed(loaded) == {"two/gone": "two/three"}
