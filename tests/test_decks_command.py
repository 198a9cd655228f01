"""studyrnn decks and show; decks of one's own; cards that got another id or are gone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import Terminal, piped

from studyrnn import decks
from studyrnn.deckcache import load
from studyrnn.errors import DeckError
from studyrnn.model import CARD_KINDS

CARD = "{{id: {}, topic: gru, question: What is {}?, answer: A, why: W}}"


def own(folder: Path, name: str = "mine", *cards: str, header: str = "") -> Path:
    """A deck in the learner's own folder, as `running.environment` places it."""
    path = folder / "data" / "studyrnn" / "decks" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    listed = "".join(f"  - {card}\n" for card in cards or (CARD.format("one", "one"),))
    path.write_text(f"deck: {name}\ntitle: A deck\n{header}cards:\n{listed}", "utf-8")
    return path


# -- the list --------------------------------------------------------------------------------------------------------


def test_the_decks_are_listed_chapter_by_chapter_one_s_own_last(tmp_path: Path) -> None:
    """For people a line each; for programs with the cards of each kind and topic."""
    own(tmp_path, "aaa")
    record = json.loads(piped(tmp_path, "decks", "--json").stdout)
    assert record["version"] == 1
    assert [deck["deck"] for deck in record["decks"]] == [each.deck.name for each in decks.collection()] + ["aaa"]
    chapters = [deck["chapter"] for deck in record["decks"] if deck["chapter"]]
    assert chapters == sorted(chapters)
    for deck in record["decks"]:
        assert sum(deck["kinds"].values()) == sum(deck["topics"].values()) == deck["cards"]
    lines = piped(tmp_path, "decks").stdout.splitlines()
    assert lines[len(record["decks"]) - 1].split() == ["aaa", "1", "cards", "0", "exercises", "A", "deck"]
    assert lines[-1] == f"Your own decks lie in {tmp_path}/data/studyrnn/decks"


# -- one card --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CARD_KINDS)
def test_a_card_is_shown_with_both_sides(tmp_path: Path, kind: str) -> None:
    """Of every kind: what is asked, what is right, and why."""
    card = next(card for each in decks.collection() for card in each.deck.cards if (card.kind == kind and card.why)
                or card.kind == kind == "exercise")  # fmt: skip
    shown = piped(tmp_path, "show", card.id, "--plain").stdout
    assert shown.splitlines()[0].endswith(card.id)
    assert ("Why: " in shown) or kind == "exercise"
    assert len(shown.splitlines()) > 5


def test_a_card_is_found_by_its_own_part_of_the_id(tmp_path: Path) -> None:
    """Where only one deck has it; else, and where there is none, the nearest are told."""
    own(tmp_path, "mine", CARD.format("one-of-its-kind", "it"))
    own(tmp_path, "mine-too", CARD.format("twice", "it"))
    own(tmp_path, "mine-three", CARD.format("twice", "it"))
    assert "mine/one-of-its-kind" in piped(tmp_path, "show", "one-of-its-kind").stdout
    twice = piped(tmp_path, "show", "twice")
    assert (twice.returncode, twice.stderr) == (
        2, 'studyrnn: no card is called "twice". Did you mean "mine-too/twice" or "mine-three/twice"?\n',
    )  # fmt: skip
    assert piped(tmp_path, "show", "xyzzy").stderr == (
        'studyrnn: no card is called "xyzzy". studyrnn decks lists the decks\n'
    )


# -- decks of one's own ----------------------------------------------------------------------------------------------


def test_the_own_folder_is_studied_with_the_shipped_decks(tmp_path: Path) -> None:
    """By name and by topic, checked and exported like them."""
    own(tmp_path, "mine", CARD.format("one", "one"))
    assert "What is one?" in piped(tmp_path, "quiz", "mine", typed="\n\n").stdout
    assert "What is one?" in piped(tmp_path, "export", "mine").stdout
    assert piped(tmp_path, "check", "mine").stdout == "No problems in 1 file, 1 card is fine\n"


def test_a_folder_is_chosen_by_its_path(tmp_path: Path) -> None:
    """All its decks; told from the name of a deck by its slash. An empty one is an error."""
    folder = own(tmp_path, "b", CARD.format("one", "one")).parent
    own(tmp_path, "a", CARD.format("two", "two"))
    cards, problems = decks.select([f"{folder}/"])
    assert [card.id for card in cards] == ["a/two", "b/one"]
    assert problems == []
    (tmp_path / "empty").mkdir()
    with pytest.raises(DeckError, match=r"empty holds no \.yaml file"):
        decks.select([f"{tmp_path}/empty/"])


def test_a_copy_takes_the_place_of_a_shipped_card_and_is_told(tmp_path: Path) -> None:
    """Two decks of one name are reported, with what to do."""
    name = next(card.id for card in decks.select(["gru"])[0] if card.id.startswith("gru/"))
    path = own(tmp_path, "gru", CARD.format(name.removeprefix("gru/"), "mine"))
    cards, problems = decks.select([], own=path.parent)
    assert [card.question for card in cards if card.id == name] == ["What is mine?"]
    (problem,) = problems
    assert problem.warning
    assert problem.message.startswith('another deck is called "gru" too, ')
    assert "Give one of the two files, and its deck:, another name" in problem.message
    assert 'another deck is called "gru" too' in piped(tmp_path, "quiz", typed="").stdout


# -- another id ------------------------------------------------------------------------------------------------------


def test_a_card_carries_the_history_of_its_former_id_on(tmp_path: Path) -> None:
    """Answered under the old id it is not new under the new one."""
    path = own(tmp_path, "mine", CARD.format("old", "it"))
    assert "1 new" in piped(tmp_path, "quiz", "mine", typed="\n3\n").stdout
    path.write_text(path.read_text("utf-8").replace("id: old", "id: new, formerly: [old]"), "utf-8")
    done = piped(tmp_path, "quiz", "mine", typed="\n3\n").stdout
    assert "Nothing is due today. Next: 1 card in 2 days." in done
    assert piped(tmp_path, "check", "mine").stdout == "No problems in 1 file, 1 card is fine\n"


def test_a_card_that_is_gone_and_has_a_history_is_told(tmp_path: Path) -> None:
    """The quiz says that there is one, check which, and what to write. With a mistake in the deck nobody can tell."""
    path = own(tmp_path, "mine", CARD.format("old", "it"), CARD.format("other", "that"))
    piped(tmp_path, "quiz", "mine", typed="\n3\n")
    path.write_text(path.read_text("utf-8").replace("id: old", "id: new"), "utf-8")
    assert "1 card with a history left the decks. See studyrnn check" in piped(tmp_path, "quiz", "mine").stdout
    told = f'{path}:1   warning: card "old": this card has a history and is gone. Where another took its place, write '
    assert piped(tmp_path, "check", "mine").stdout.startswith(f"{told}there:  formerly: [old]\n")
    path.write_text(path.read_text("utf-8").replace("answer: A", "anwser: A", 1), "utf-8")
    assert "left the decks" not in piped(tmp_path, "quiz", "mine").stdout


def test_an_edited_text_keeps_its_history(tmp_path: Path) -> None:
    path = own(tmp_path, "mine", CARD.format("one", "it"))
    piped(tmp_path, "quiz", "mine", typed="\n3\n")
    path.write_text(path.read_text("utf-8").replace("What is it?", "What was it then?"), "utf-8")
    assert load(path).deck.cards[0].question == "What was it then?"
    assert "Nothing is due today" in piped(tmp_path, "quiz", "mine").stdout


@pytest.mark.parametrize(
    ("columns", "title"), [(60, ""), (84, "The recurrent network, …"), (120, "The recurrent network, forwards")]
)
def test_the_list_fits_the_terminal(tmp_path: Path, columns: int, title: str) -> None:
    """Titles are shortened, or left out, before a line is broken."""
    play = Terminal(tmp_path, "decks", columns=columns)
    assert play.finish() == 0
    lines = play.text().split("\n")
    assert lines[2].split() == ["3", "rnn", "24", "cards", "19", "exercises", *title.split()]
