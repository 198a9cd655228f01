"""A deck file: what is good in it is read, and every mistake is reported by line with what to write instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studyrnn.deckfile import read
from studyrnn.errors import DeckError
from studyrnn.exercises import question
from studyrnn.model import Card, Deck, Loaded, Option, Reading
from studyrnn.topics import TOPICS

COLON = "Text with a colon and a space in it needs quotes"
HEAD = "deck: gru\ntitle: Gates\ncards:\n"  # cards begin on line 4
GOOD = "  - {id: good, question: Q, answer: A}\n"


def loaded(folder: Path, text: str | bytes, name: str = "gru") -> Loaded:
    path = folder / f"{name}.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path)


def problems(found: Loaded) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.card, problem.message) for problem in found.problems]


def good(found: Loaded) -> list[str]:
    return [card.id for card in found.deck.cards]


AS_NUMBER = "Write it like 24, 0.5 or 1e-3"
MATHS = "Known: studyrnn check --maths"
MAPPING = "must be a mapping of  key: value"
NO_ANCHORS = "anchors (&) and aliases (*) are not used here: write the text out, or quote it"

ONE_MISTAKE = r"""
{id: a, question: Q, anwser: A}
    unknown key "anwser". Did you mean "answer"?
{id: a, question: Q, answer: A, answer: B}
    the key "answer" stands here twice
{question: Q, answer: A}
    id: is missing. Give it one that says what the card asks, like  weights-are-shared
{id: Two Gates, question: Q, answer: A}
    id "Two Gates": lower-case words joined by hyphens, like  weights-are-shared
{id: no, question: Q, answer: A}
    id: YAML reads no as a truth value. Put it in quotes: 'no'
{id: good, question: Q, answer: A}
    this id stands on line 4 already: every card needs its own
{id: a, answer: A}
    question: is missing
{id: a, question: Q}
    one of answer, options, cloze, accept, number, order, exercise says what kind of card it is; this one @
    has none of these
{id: a, question: Q, answer: A, accept: [b]}
    one of answer, options, cloze, accept, number, order, exercise says what kind of card it is; this one @
    has accept and answer
{id: a, question: Q, answer: A, topic: gur}
    unknown topic "gur". Did you mean "gru"?
{id: a, question: Q, answer: A, points: p}
    points: must be a list of at least 1 entry
{id: a, question: Q, answer: A, source: []}
    source: must be a list of at least 1 entry
just text
    a card must be a mapping of  key: value
{id: a, question: Q, answer: no}
    answer: YAML reads no as a truth value. Put it in quotes: 'no'
{id: a, question: Q, answer: 12:30}
    answer: YAML reads 12:30 as a number. Put it in quotes: '12:30'
{id: a, question: Q, answer: ~}
    answer: YAML reads ~ as nothing. Put it in quotes: '~'
{id: a, question: Q, answer: }
    answer: YAML reads an empty value as nothing. Put it in quotes: '...'
{id: a, question: Q, answer: 2020-01-01}
    answer: YAML reads 2020-01-01 as a timestamp. Put it in quotes: '2020-01-01'
{id: a, question: Q, answer: ''}
    answer: is empty
{id: a, cloze: {{gap}}}
    cloze: must be text. If it begins with a brace or a bracket, put it in single quotes
{id: a, question: Q, answer: "$\frac{1}{2}$"}
    answer: contains the control character '\x0c'. In double quotes YAML turns \f, \t and \b into @
    such characters: use single quotes, or a block that begins with |
{id: a, question: Q, answer: "a\x9bb"}
    answer: contains the control character '\x9b'. In double quotes YAML turns \f, \t and \b into @
    such characters: use single quotes, or a block that begins with |
{id: a, question: Q, answer: '$\frak{L}$'}
    answer: I cannot typeset \frak in "$\frak{L}$". Known: studyrnn check --maths
{id: a, question: Q, answer: '$x$ and $x_$'}
    answer: something is missing at the end in "$x_$". Known: studyrnn check --maths
{id: a, question: costs $5, answer: A}
    question: a $ has no partner. Maths is $...$; write a dollar sign as \$
{id: a, question: Q, options: [{wrong: x}, {wrong: y}]}
    no right option. Mark one with  right:  instead of  wrong:
{id: a, question: Q, options: [{right: x}]}
    a choice needs at least two options
{id: a, question: Q, options: []}
    options: must be a list with at least one entry
{id: a, question: Q, options: [{right: x}, {wrong: x}]}
    two options say the same
{id: a, question: Q, options: [{right: x, wrong: y}, {wrong: z}]}
    an option is either  right: text  or  wrong: text
{id: a, question: Q, options: [{right: x}, y]}
    an option must be a mapping of  key: value
{id: a, question: Q, options: [{right: x}, {wrong: y, becuase: z}]}
    unknown key "becuase". Did you mean "because"?
{id: a, question: Q, options: [{right: 'a'}, {wrong: b}, {wrong: c}, {wrong: d}, {wrong: e}, {wrong: f}, {wrong: g}, @
    {wrong: h}, {wrong: i}, {wrong: j}]}
    at most nine options: they are chosen by one digit
{id: a, cloze: no gap}
    cloze: has no gap. Write what is to be hidden as {{gap}}
{id: a, cloze: 'one {{gap'}
    cloze: a gap is not closed. Gaps are {{...}}, not inside one another
{id: a, cloze: 'one {{out {{in}} out}}'}
    cloze: a gap is not closed. Gaps are {{...}}, not inside one another
{id: a, accept: ['+'], question: Q}
    accept: an answer needs a letter or a digit; nothing else is compared
{id: a, cloze: 'one {{gap}} and {{another'}
    cloze: a gap is not closed. Gaps are {{...}}, not inside one another
{id: a, cloze: 'one {{gap}} and }}'}
    cloze: a gap is not closed. Gaps are {{...}}, not inside one another
{id: a, question: Q, accept: []}
    accept: must be a list of at least 1 entry
{id: a, question: Q, order: [x]}
    order: must be a list of at least 2 entries
{id: a, question: Q, order: [x, z, x]}
    order: two entries say the same, so their order cannot be told
{id: a, question: Q, order: [a, b, c, d, e, f, g, h, i, j]}
    order: at most nine entries: they are typed as digits
{id: a, question: Q, number: 1, tolerance: -1}
    tolerance: cannot be negative
{id: a, question: Q, number: 1, unit: 5}
    unit: YAML reads 5 as a number. Put it in quotes: '5'
{id: a, question: Q, number: [1]}
    number: that is not a number. Write it like 24, 0.5 or 1e-3
{id: a, question: Q, answer: A, plot: lstm-cel}
    plot: no picture is called "lstm-cel". Did you mean "lstm-cell"?
{id: a, question: Q, answer: A, plot: powers --stesp 3}
    plot: there is no option --stesp here. Did you mean "steps"?
{id: a, question: Q, answer: A, plot: powers --steps 1000}
    plot: --steps: 1000 has to be a whole number from 2 to 100
exercise: gru.hidden-sate
    no exercise is called "gru.hidden-sate". @
    Did you mean "gru.hidden-state" or "rnn.hidden-state" or "lstm.hidden-state"?
{exercise: gru.hidden-state, id: a}
    id: and variant: go with  given:  only; drawn anew, an exercise is scheduled as itself
"""


def mistakes() -> list[tuple[str, str]]:
    """Each card with its message; a line that ends with @ goes on."""
    lines = [line for line in ONE_MISTAKE.replace("@\n    ", "").splitlines() if line]
    return [(card, message.strip()) for card, message in zip(lines[::2], lines[1::2], strict=True)]


@pytest.mark.parametrize(("card", "message"), mistakes())
def test_a_mistake_is_named_on_its_line_and_hides_nothing(tmp_path: Path, card: str, message: str) -> None:
    """One problem, at the line of the card that has it; the cards before and after it are there."""
    found = loaded(tmp_path, f"{HEAD}{GOOD}  - {card}\n  - {{id: other, question: Q, answer: A}}\n")
    assert [(line, told) for line, _, told in problems(found)] == [(5, message)]
    assert good(found) == ["gru/good", "gru/other"]


@pytest.mark.parametrize("number", ["24", "0.5", ".5", "-4", "+3", "1e-3", "'24'"])
def test_numbers_are_read(tmp_path: Path, number: str) -> None:
    """Also those that YAML would take for texts."""
    found = loaded(tmp_path, f"{HEAD}  - {{id: a, question: Q, number: {number}, tolerance: {number.strip('-')}}}\n")
    assert found.problems == ()
    assert found.deck.cards[0].number == float(number.strip("'"))


@pytest.mark.parametrize("number", ["abc", "nan", ".nan", ".inf", "1e999", "1_000", "12:30", "0x10", "2/3", "~", "no"])
def test_what_is_no_plain_number_is_refused(tmp_path: Path, number: str) -> None:
    """Base 60, underscores, infinities and fractions are not guessed at."""
    found = loaded(tmp_path, f"{HEAD}  - id: a\n    question: Q\n    number: {number}\n")
    assert problems(found) == [(6, "a", f"number: {number} is not a number. {AS_NUMBER}")]


BOMB = "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: [*c, *c, *c]\n"
FILES: dict[str, tuple[str | bytes, int, str]] = {
    "empty": ("", 1, "the file is empty. A deck begins with  deck:  title:  cards:"),
    "comment": ("# nothing\n", 1, "the file is empty. A deck begins with  deck:  title:  cards:"),
    "list": ("- a\n- b\n", 1, f"the deck {MAPPING}"),
    "Latin-1": (b"deck: gru\ntitle: caf\xe9\n", 2, "this is not UTF-8: save the file as UTF-8"),
    "UTF-16": ("deck: gru".encode("utf-16"), 1, "this is not UTF-8: save the file as UTF-8"),
    "NUL": (b"deck: gru\n\0", 2, "not YAML: control characters are not allowed"),
    "tab": (
        f"{HEAD}  - id: a\n\tquestion: Q\n",
        5,
        "not YAML: found a tab character that violates indentation. "
        "Indent with spaces; quote text that begins with a sign",
    ),
    "colon": (
        f"{HEAD}  - id: a\n    question: a: b\n",
        5,
        f"not YAML: mapping values are not allowed in this context. {COLON}",
    ),
    "escape": (
        f'{HEAD}  - id: a\n    question: "\\odot"\n',
        5,
        "not YAML: found unknown escape character. In double quotes a backslash begins an escape: use single quotes",
    ),
    "two documents": (f"{HEAD}{GOOD}---\n{HEAD}", 5, "not YAML: but found another document"),
    "anchor": (f"{HEAD}  - &a {{id: a}}\n", 4, NO_ANCHORS),
    "alias": (f"{HEAD}  - *a\n", 4, NO_ANCHORS),
    "bomb": (BOMB, 1, NO_ANCHORS),
    "tag": (f"{HEAD}  - !new {{id: a}}\n", 4, "tags are not used here: remove !new, or quote the text"),
    "deep": (f"{HEAD}  - {'[' * 9999}", 4, "nested more than 20 deep: this is no deck"),
    "deep mappings": ("{a: " * 21, 1, "nested more than 20 deep: this is no deck"),
}


@pytest.mark.parametrize(("text", "line", "message"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_deck_is_refused(tmp_path: Path, text: str | bytes, line: int, message: str) -> None:
    """Whatever stands in it, one problem says where and why, nothing is run and nothing is unfolded."""
    found = loaded(tmp_path, text)
    assert problems(found) == [(line, "", message)]
    assert found.deck.cards == ()


HEADERS = {
    "deck: lstm\ntitle: T\ncards:\n" + GOOD: [(1, 'deck "lstm" lies in a file called "gru": make them agree')],
    "deck: gru\ncards:\n" + GOOD: [(1, "title: is missing")],
    "cards:\n" + GOOD: [(1, "deck: is missing"), (1, "title: is missing")],
    "deck: gru\ntitle: no\ncards:\n" + GOOD: [(2, "title: YAML reads no as a truth value. Put it in quotes: 'no'")],
    "deck: gru\ntitle: T\ntitel: T\ncards:\n" + GOOD: [(3, 'unknown key "titel". Did you mean "title"?')],
    "deck: gru\ntitle: T\n": [(1, "cards: is missing")],
    "deck: gru\ntitle: T\ncard:\n" + GOOD: [(1, "cards: is missing"), (3, 'unknown key "card". Did you mean "cards"?')],
    HEAD: [(3, "cards: must be a list with at least one entry")],
    "deck: gru\ntitle: T\ncards: {a: b}\n": [(3, "cards: must be a list with at least one entry")],
}


@pytest.mark.parametrize(("text", "expected"), HEADERS.items())
def test_mistakes_above_the_cards_are_the_decks_own(tmp_path: Path, text: str, expected: list[tuple[int, str]]) -> None:
    """No card is blamed for them, and the cards are read all the same."""
    found = loaded(tmp_path, text)
    assert problems(found) == [(line, "", message) for line, message in expected]
    assert good(found) == (["gru/good"] if "\ncards:\n  -" in "\n" + text else [])
    assert found.deck.name == "gru"


def test_every_problem_is_reported_in_the_order_of_lines(tmp_path: Path) -> None:
    """Never only the first: one reading is enough to mend a deck."""
    text = r"""deck: gru
title: no
cards:
  - id: gates
    question: 'Which $\frak{z}$?'
    options:
      - wrong: '$\foo$'
        becuase: it is
      - wrong: 12:30
  - {id: good, question: Q, answer: A}
  - id: gates
    qestion: Q
    answer: A
  - exercise: gru.state
  - id: four
    question: Q
    number: 1,5
    tolerance: -1
    topic: bppt
extra: 1
"""
    found = loaded(tmp_path, text)
    expected = [
        (2, "", "title: YAML reads no as a truth value. Put it in quotes: 'no'"),
        (5, "gates", rf'question: I cannot typeset \frak in "$\frak{{z}}$". {MATHS}'),
        (7, "gates", rf'wrong: I cannot typeset \foo in "$\foo$". {MATHS}'),
        (7, "gates", "no right option. Mark one with  right:  instead of  wrong:"),
        (8, "gates", 'unknown key "becuase". Did you mean "because"?'),
        (9, "gates", "wrong: YAML reads 12:30 as a number. Put it in quotes: '12:30'"),
        (11, "gates", "this id stands on line 4 already: every card needs its own"),
        (11, "gates", "question: is missing"),
        (12, "gates", 'unknown key "qestion". Did you mean "question"?'),
        (14, "gru.state", 'no exercise is called "gru.state". Did you mean '),
        (17, "four", f"number: 1,5 is not a number. {AS_NUMBER}"),
        (18, "four", "tolerance: cannot be negative"),
        (19, "four", 'unknown topic "bppt". Did you mean "bptt"'),
        (20, "", 'unknown key "extra". Known: '),
    ]
    for (line, card, told), (at, blamed, message) in zip(problems(found), expected, strict=True):
        assert (line, card) == (at, blamed)
        assert told.startswith(message)
    assert good(found) == ["gru/good"]


def test_an_unknown_name_that_resembles_none_is_answered_with_all(tmp_path: Path) -> None:
    """The known topics in their order, the known keys in any."""
    found = loaded(tmp_path, f"{HEAD}  - id: a\n    question: Q\n    answer: A\n    topic: xyzzy\n    xyzzy: 1\n")
    topic, key = (message for _, _, message in problems(found))
    assert topic == f'unknown topic "xyzzy". Known: {", ".join(TOPICS)}'
    assert str(found.problems[1]) == f'{tmp_path / "gru.yaml"}:8   card "a": {key}'
    assert key.startswith('unknown key "xyzzy". Known: ')
    known = sorted(key.partition("Known: ")[2].split(", "))
    assert known == [
        "answer", "formerly", "id", "plot", "points", "question", "refs", "requires", "siblings", "source", "tags",
        "topic", "why",
    ]  # fmt: skip


def test_a_card_needs_a_topic_where_the_deck_is_not_called_after_one(tmp_path: Path) -> None:
    """A card that names its own is read; an exercise brings its own."""
    own = "  - {id: own, question: Q, answer: A, topic: bptt}\n  - exercise: rnn.hidden-state\n"
    found = loaded(tmp_path, f"{HEAD.replace('gru', 'mine')}{GOOD}{own}", name="mine")
    assert problems(found) == [(4, "good", f"topic: is missing. One of: {', '.join(TOPICS)}")]
    assert [(card.id, card.topic) for card in found.deck.cards] == [("mine/own", "bptt"), ("rnn.hidden-state", "rnn")]


def test_an_exercise_is_listed_once(tmp_path: Path) -> None:
    """It is scheduled under its own id, so a second mention would be the same card."""
    found = loaded(tmp_path, f"{HEAD}  - exercise: gru.hidden-state\n  - exercise: gru.hidden-state\n")
    assert problems(found) == [(5, "gru.hidden-state", "this exercise stands on line 4 already")]
    assert good(found) == ["gru.hidden-state"]


def test_each_kind_of_card_is_read_whole(tmp_path: Path) -> None:
    """Every key lands in its field; quotes and blocks keep backslashes; CRLF and a byte order mark do not matter."""
    text = r"""deck: mine
title: 'Mine: all kinds'
cards:
  - {id: open, topic: gru, question: Q, answer: A, points: [p, q], why: W, source: [s1, s2], refs: [R 2000],
     requires: [order, bptt/sum, gru.mix], formerly: [old]}
  - id: choice
    topic: gru
    question: '$\frac{1}{2}$?'
    options:
      - {right: '1', because: so}
      - {wrong: 'no'}
  - id: cloze
    topic: gru
    cloze: |
      the gate {{$\frac{1}{1+e^{-x}}$}} and
      {{so on}}
  - {id: typed, topic: gru, question: Q, accept: [a b, 'c']}
  - {id: number, topic: gru, question: Q, number: 1e-3, tolerance: .5, unit: ms}
  - {id: order, topic: gru, question: Q, order: [first, second]}
"""
    found = loaded(tmp_path, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), name="mine")

    def card(kind: Any, **fields: Any) -> Card:
        return Card(f"mine/{kind}", kind, "mine", "gru", **{"question": "Q", **fields})

    assert found.problems == ()
    assert (found.deck.name, found.deck.title) == ("mine", "Mine: all kinds")
    assert found.deck.cards == (
        card(
            "open",
            answer="A",
            points=("p", "q"),
            why="W",
            source=("s1", "s2"),
            refs=("R 2000",),
            requires=("mine/order", "bptt/sum", "gru.mix"),
            formerly=("mine/old",),
        ),
        card("choice", question=r"$\frac{1}{2}$?", options=(Option("1", True, "so"), Option("no", False))),
        card("cloze", question="the gate {{$\\frac{1}{1+e^{-x}}$}} and\n{{so on}}"),
        card("typed", accept=("a b", "c")),
        card("number", number=1e-3, tolerance=0.5, unit="ms"),
        card("order", order=("first", "second")),
    )


def test_the_header_of_a_deck_is_read_whole(tmp_path: Path) -> None:
    """Its place, what comes before it, what it covers, and what to read besides."""
    text = (
        "deck: gru\ntitle: T\nchapter: 14\nrequires: [lstm]\ncovers: [s001-c01]\nfurther-reading:\n"
        "  - {title: A book, url: 'https://example.org/a', source: [s003-c30]}\n  - {title: A talk}\ncards:\n"
    )
    found = loaded(tmp_path, text + GOOD)
    assert problems(found) == []
    reading = (Reading("A book", "https://example.org/a", ("s003-c30",)), Reading("A talk"))
    assert found.deck == Deck("gru", "T", found.deck.cards, 14, ("lstm",), ("s001-c01",), reading)
    assert found.lines == {"": 1, "gru/good": 10}


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("chapter: 0", "chapter: a whole number from 1 on, the place among the decks"),
        ("chapter: 1.5", "chapter: a whole number from 1 on, the place among the decks"),
        ("chapter: first", f"chapter: first is not a number. {AS_NUMBER}"),
        ("requires: lstm", "requires: must be a list of at least 1 entry"),
        ("further-reading: [{url: 'https://a'}]", "title: is missing"),
        ("further-reading: [{title: A, url: a b}]", "url: begins with https:// and has no blanks"),
        ("further-reading: [A]", f"an entry of further-reading {MAPPING}"),
    ],
)
def test_a_mistake_in_the_header_is_named(tmp_path: Path, header: str, message: str) -> None:
    """And hides no card."""
    found = loaded(tmp_path, HEAD.replace("cards:", f"{header}\ncards:") + GOOD)
    assert message in [message for _, _, message in problems(found)]
    assert good(found) == ["gru/good"]


NUMBERS = "W_xh: [[0.1, 0.2], [0.3, 0.4]], x: [1, 2], W_hh: [[0.5, 0.6], [0.7, 0.8]], h_prev: [0, 0], b_h: [0.1, 0.1]"


def test_an_exercise_may_bring_its_own_numbers(tmp_path: Path) -> None:
    """It is then a card like any other, under its own id."""
    text = f"  - {{id: own, exercise: rnn.hidden-state, variant: {{activation: tanh}}, given: {{{NUMBERS}}}}}\n"
    found = loaded(tmp_path, HEAD + text)
    assert problems(found) == []
    (card,) = found.deck.cards
    assert (card.id, card.kind, card.topic, card.exercise) == ("gru/own", "exercise", "rnn", "rnn.hidden-state")
    assert card.given["W_hh"] == [[0.5, 0.6], [0.7, 0.8]]
    q = question(card, 1, 5)
    assert q == question(card, 2, 6)
    assert q.key == pytest.approx([0.537049566998, 0.833654607012])  # tanh(3/5), tanh(6/5)
    assert q.replay == ""


@pytest.mark.parametrize(
    ("card", "message"),
    [
        (f"exercise: rnn.hidden-state, given: {{{NUMBERS}}}", "variant: has to name one of {activation: tanh}, @"),
        ("exercise: rnn.hidden-state, given: {x: [1, 2]}", "given: rnn.hidden-state needs W_hh, W_xh, b_h, h_prev, x"),
        ("exercise: rnn.pre-activation, given: {" + NUMBERS.replace("[1, 2]", "[1, 2, 3]") + "}",
         "given: these shapes do not fit together: @"),
        ("exercise: rnn.pre-activation, given: {" + NUMBERS.replace("[1, 2]", "3") + "}",
         "x: rnn.pre-activation takes a vector here"),
        ("exercise: rnn.pre-activation, given: {" + NUMBERS.replace("[1, 2]", "[1, [2]]") + "}",
         "x: a vector is written like [0.1, -0.2], a matrix like [[0.1, 0.2], [0.3, 0.4]]"),
        ("exercise: rnn.pre-activation, given: {" + NUMBERS.replace("[1, 2]", "[1, two]") + "}",
         f"x: two is not a number. {AS_NUMBER}"),
        ("exercise: lstm.which-gate, given: {f: 1}",
         "given: lstm.which-gate is told, not computed: its numbers cannot be chosen"),
        ("exercise: rnn.pre-activation, given: 3", "given: must be a mapping of  name: value"),
    ],
)  # fmt: skip
def test_numbers_that_do_not_fit_an_exercise_are_refused(tmp_path: Path, card: str, message: str) -> None:
    """With the names, the shapes or the variants that it takes."""
    found = loaded(tmp_path, f"{HEAD}{GOOD}  - {{id: own, {card}}}\n")
    assert any(told.startswith(message.removesuffix("@")) for _, _, told in problems(found)), problems(found)
    assert good(found) == ["gru/good"]


def test_a_file_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    """There is no line to report: the message names the file."""
    with pytest.raises(DeckError, match=r"cannot read .*missing\.yaml: No such file or directory"):
        read(tmp_path / "missing.yaml")
    with pytest.raises(DeckError, match=r"gru\.yaml has more than 2,000,000 bytes"):
        loaded(tmp_path, b"#" * 2_000_001)
