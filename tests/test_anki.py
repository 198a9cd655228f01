"""The exported CSV goes through the real Anki: every card arrives, edits update, nothing is mangled."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from anki.collection import Collection, ImportCsvRequest
from anki.import_export_pb2 import ImportResponse

from studyrnn import decks
from studyrnn.exporters import anki
from studyrnn.model import Card, Option

AWKWARD = [
    Card("odd/hash", "open", "odd", "gru", question="# not a comment\nsecond line", answer="a < b & c > d"),
    Card("odd/quotes", "open", "odd", "rnn", question='He said "h_t", then \'c_t\'; a,b;c\tend', answer="**b** `x<y`"),
    Card("odd/maths", "open", "odd", "gru", question=r"$\frac{a}{b} < c$ and $$x & y$$", answer="cost \\$5 & more"),
    Card(
        "odd/cloze", "cloze", "odd", "gru",
        question=r"{{$\frac{1}{1+e^{-x}}$}} and {{a::b}} and $W_{x_{t}}$", why="v<w",
    ),
    Card("odd/html", "open", "odd", "gru", question="<b>not bold</b> &amp; {{c1::no cloze}}", answer="<script>"),
    Card(
        "odd/choice", "choice", "odd", "gru", question="Which?",
        options=(Option("left <", True), Option("right >", False, "it isn't & never was"), Option("up", False)),
    ),
    Card("odd/order", "order", "odd", "gru", question="Order", order=("one", "two", "three")),
    Card("odd/typed", "typed", "odd", "gru", question="Name", accept=("teacher forcing", "forcing")),
    Card("odd/number", "number", "odd", "gru", question="How many?", number=24, unit="weights"),
    Card("gru.hidden-state", "exercise", "odd", "gru", exercise="gru.hidden-state"),
]  # fmt: skip
TITLES = {"odd": "Odd :: things"}


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    opened = Collection(str(tmp_path / "collection.anki2"))
    yield opened
    opened.close()


def import_file(collection: Collection, path: Path) -> ImportResponse.Log:
    metadata = collection.get_csv_metadata(path=str(path), delimiter=None)
    return collection.import_csv(ImportCsvRequest(path=str(path), metadata=metadata)).log


def export(folder: Path, cards: list[Card], split: bool = False) -> list[Path]:
    paths = []
    for suffix, text in anki.export(cards, TITLES | decks.titles(), 3, split).items():
        path = folder / f"deck{suffix}.csv"
        path.write_text(text, "utf-8", newline="\n")
        paths.append(path)
    return paths


def fields_by_guid(collection: Collection) -> dict[str, list[str]]:
    return {collection.get_note(n).guid: collection.get_note(n).fields for n in collection.find_notes("")}


def test_a_picture_is_drawn_into_the_field(collection: Collection, tmp_path: Path) -> None:
    """Of a text, a cloze and an exercise: Anki keeps it as it was written, and makes no second cloze of it."""
    cards = [
        Card("odd/open", "open", "odd", "gru", question="Q", answer="A", plot="gru-cell"),
        Card("odd/gap", "cloze", "odd", "gru", question="one {{gap}}", plot="powers --w 0.9 --steps 5"),
        Card("lstm.cell-state", "exercise", "odd", "lstm", exercise="lstm.cell-state", plot="lstm-cell"),
    ]
    (path,) = export(tmp_path, cards)
    log = import_file(collection, path)
    assert len(log.new) == 1 + 1 + 3
    for fields in fields_by_guid(collection).values():
        (drawn,) = re.findall(r"<svg .*</svg>", fields[1])
        root = ET.fromstring(drawn)
        assert root.tag.endswith("svg")
        assert "{{" not in drawn
        assert not re.search(r"<(script|style|image|foreignObject)|\bon\w+=|href=|url\(", drawn)
    (gap,) = collection.find_notes('"note:Cloze"')
    assert len(collection.get_note(gap).cards()) == 1


def test_every_shipped_card_arrives_in_its_deck_with_its_tags(collection: Collection, tmp_path: Path) -> None:
    """A note for each card and for each variant of each exercise; nothing is lost without a word."""
    cards, _ = decks.select([])
    (path,) = export(tmp_path, cards)
    log = import_file(collection, path)
    titles = decks.titles()
    notes = [note for card in cards for note in anki.notes_of(card, titles, 3)]
    assert len(log.new) == len(notes) == sum(3 if c.kind == "exercise" and not c.given else 1 for c in cards)
    expected = {note.guid: note for note in notes}
    for note_id in collection.find_notes(""):
        note = collection.get_note(note_id)
        wanted = expected.pop(note.guid)
        assert note.fields[:2] == [wanted.front, wanted.back]
        assert sorted(note.tags) == sorted(wanted.tags.split())
        assert note.note_type()["name"] == wanted.notetype
        assert {collection.decks.name(card.did) for card in note.cards()} == {wanted.deck}
        assert len(note.cards()) == (len(set(re.findall(r"{{c(\d)", wanted.front))) or 1)
    assert not expected


def test_importing_again_changes_nothing_and_an_edit_updates(collection: Collection, tmp_path: Path) -> None:
    """The same file twice: nothing new. Question and answer edited: the same note, its schedule kept."""
    import_file(collection, *export(tmp_path, AWKWARD))
    count = collection.card_count()
    again = import_file(collection, *export(tmp_path, AWKWARD))
    assert (len(again.new), len(again.updated)) == (0, 0)
    guid = anki.notes_of(AWKWARD[0], TITLES, 3)[0].guid
    (note_id,) = [n for n in collection.find_notes("") if collection.get_note(n).guid == guid]
    (card,) = collection.get_note(note_id).cards()
    card.ivl, card.type, card.queue, card.due = 42, 2, 2, 100
    collection.update_card(card)
    edited = [replace(AWKWARD[0], question="quite new", answer="both sides"), *AWKWARD[1:]]
    log = import_file(collection, *export(tmp_path, edited))
    assert (len(log.new), len(log.updated)) == (0, 1)
    assert fields_by_guid(collection)[guid] == ["quite new", "both sides"]
    assert collection.get_card(card.id).ivl == 42
    assert collection.card_count() == count
    more = [*edited, Card("odd/later", "open", "odd", "gru", question="new row", answer="a")]
    assert len(import_file(collection, *export(tmp_path, more)).new) == 1


def test_awkward_text_arrives_as_it_was_written(collection: Collection, tmp_path: Path) -> None:
    """<, &, quotes, newlines, a leading #, }} in maths: intact, none taken for markup."""
    log = import_file(collection, *export(tmp_path, AWKWARD))
    assert len(log.new) == len(AWKWARD) + 2
    found = fields_by_guid(collection)

    def shown(card: Card) -> tuple[str, str]:
        front, back = found[anki.notes_of(card, TITLES, 3)[0].guid]
        return tuple(html.unescape(side.replace("<br>", "\n")) for side in (front, back))  # type: ignore[return-value]

    hashed, quotes, maths, cloze, markup = (shown(card) for card in AWKWARD[:5])
    assert hashed == ("# not a comment\nsecond line", "a < b & c > d")
    assert quotes[0] == "He said \"h_t\", then 'c_t'; a,b;c\tend"
    assert quotes[1] == "<b>b</b> <code>x<y</code>"
    assert maths == (r"\(\frac{a}{b} < c\) and \[x & y\]", "cost $5 & more")
    assert markup == ("<b>not bold</b> &amp; {{c1::no cloze}}", "<script>")
    assert cloze[0] == r"{{c1::\(\frac{1}{1+e^{-x} }\)}} and {{c2::a::b}} and \(W_{x_{t} }\)"
    assert cloze[1] == "Why: v<w"


def test_a_cloze_hides_its_gaps_and_nothing_else(collection: Collection, tmp_path: Path) -> None:
    """Anki's own rendering: braces in maths end no gap, :: makes no hint."""
    import_file(collection, *export(tmp_path, AWKWARD))
    guid = anki.notes_of(AWKWARD[3], TITLES, 3)[0].guid
    (note,) = [collection.get_note(n) for n in collection.find_notes("") if collection.get_note(n).guid == guid]
    first, second = note.cards()
    asked = re.sub(r"<style>.*?</style>", "", first.question(), flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", "", asked)).strip()
    assert text == r"[...] and a::b and \(W_{x_{t} }\)"
    assert r"\(\frac{1}{1+e^{-x} }\)" in html.unescape(re.sub(r"<[^>]+>", "", second.question()))


def test_split_files_need_no_note_type_column(collection: Collection, tmp_path: Path) -> None:
    """In a profile in another language no note type is called Basic: the header falls back, a column would not."""
    for model in collection.models.all():
        if model["name"] == "Basic":
            model["name"] = "Einfach"
            collection.models.update_dict(model)
    basic, cloze = export(tmp_path, AWKWARD, split=True)
    assert (basic.name, cloze.name) == ("deck-basic.csv", "deck-cloze.csv")
    assert "#notetype column" not in basic.read_text("utf-8")
    assert len(import_file(collection, basic).new) == len(AWKWARD) + 1
    assert len(import_file(collection, cloze).new) == 1


def test_decks_without_cloze_cards_need_no_column_either(tmp_path: Path) -> None:
    (path,) = export(tmp_path, [AWKWARD[0]])
    assert path.read_text("utf-8").split("\n")[2] == "#notetype:Basic"


def test_guids_depend_on_the_id_and_note_type_alone() -> None:
    """They may never change: written down here."""
    notes = [note for card in AWKWARD for note in anki.notes_of(card, TITLES, 3)]
    assert len({note.guid for note in notes}) == len(notes)
    assert anki.notes_of(AWKWARD[0], TITLES, 3)[0].guid == "2nxmdtcrrcgwx2ti"


def test_the_file_is_utf8_lf_without_title_row(tmp_path: Path) -> None:
    """As the importer reads it on every version: no BOM, LF, every field quoted."""
    (path,) = export(tmp_path, AWKWARD)
    raw = path.read_bytes()
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")
    rows = [line for line in raw.decode().split("\n")[8:] if line]
    assert len(rows) == len(AWKWARD) + 2
    assert all(row.startswith('"') and row.endswith('"') for row in rows)


def test_tags_of_an_authors_own_arrive(collection: Collection, tmp_path: Path) -> None:
    """One of several words stays one tag."""
    card = Card("odd/tagged", "open", "odd", "gru", question="Q", answer="A", tags=("midterm", "week 3"))
    import_file(collection, *export(tmp_path, [card]))
    (note,) = collection.find_notes("")
    assert sorted(collection.get_note(note).tags) == ["midterm", "studyrnn::gru", "studyrnn::open", "week-3"]
