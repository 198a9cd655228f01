"""What can be read but is hard to learn from: each check finds what it is there for, and nothing in what is good."""

from __future__ import annotations

from typing import Any

import pytest

from studyrnn.deckquality import Decks, findings
from studyrnn.model import Card, Deck, Loaded, Option, Problem, Reading

SOURCES = ["s000-q01", "s000-q02"]
GOOD: dict[str, Any] = {
    "question": "What does an RNN carry on?",
    "answer": "Its state.",
    "why": "Nothing else is handed on.",
}
ALIKE = (
    Option("the state of the step before", True, "so"),
    Option("the output of the step before", False, "no"),
    Option("the weights of the step before", False, "no"),
)


def card(name: str = "a", kind: Any = "open", **fields: Any) -> Card:
    return Card(name if "/" in name else f"mine/{name}", kind, "mine", "rnn", **{**GOOD, **fields})


def found(*cards: Card, height: int = 1, others: tuple[Loaded, ...] = (), **header: Any) -> list[Problem]:
    mine = Loaded(Deck("mine", "Mine", cards, **header), (), "mine.yaml", {c.id: 10 + k for k, c in enumerate(cards)})
    return findings([mine], Decks([mine, *others], SOURCES, lambda _: height))


def told(*cards: Card, **more: Any) -> list[str]:
    return [problem.message for problem in found(*cards, **more)]


def test_a_good_deck_has_no_findings() -> None:
    """Of every kind, with references that lead somewhere."""
    cards = (
        card(source=("s000-q01", "my own notes, page 3"), requires=("mine/b", "gru.mix")),
        card("b", "choice", question="Which is carried on?", options=ALIKE, answer=""),
        card("c", "number", question="How many gates has a GRU?", answer="", number=2.0),
    )
    others = (_exercises(), Loaded(Deck("rnn", "RNN", ()), ()))
    reading = (Reading("A book", "", ("s000-q02",)),)
    assert told(*cards, others=others, requires=("rnn",), covers=("s000-q02",), reading=reading) == []


def _exercises() -> Loaded:
    return Loaded(Deck("practice", "P", (Card("gru.mix", "exercise", "practice", "gru"),)), ())


def test_a_finding_names_file_line_and_card() -> None:
    (problem,) = found(card(), card("b", question="Why?", source=("s000-q03",)))
    assert (problem.file, problem.line, problem.card, problem.warning) == ("mine.yaml", 11, "b", False)
    assert problem.message.startswith('there is no source "s000-q03". Did you mean "s000-q')


ERRORS = [
    ((card(requires=("mine/x",)),), {}, 'requires: there is no card "mine/x". '),
    ((card(requires=("mine/a",)),), {}, "requires: these cards need one another: mine/a"),
    ((card(), card("b", question="Why?", formerly=("mine/a",))), {},
     'formerly: "mine/a" is still a card. Only an id that is gone hands its history on'),
    ((card(), card("b", question="Why?", formerly=("mine/z",)), card("c", question="How?", formerly=("mine/z",))), {},
     'formerly: "mine/z" cannot hand its history to mine/c as well'),
    ((card(),), {"requires": ("rmn",)}, 'requires: no deck is called "rmn". '),
    ((card(),), {"requires": ("mine",)}, "requires: these decks need one another: mine"),
    ((card(),), {"covers": ("s000-c99",)}, 'there is no source "s000-c99". '),
    ((card(),), {"reading": (Reading("A", "", ("s009-c01",)),)}, 'there is no source "s009-c01". '),
]  # fmt: skip


@pytest.mark.parametrize(("cards", "header", "message"), ERRORS)
def test_a_wrong_reference_is_an_error(cards: tuple[Card, ...], header: dict[str, Any], message: str) -> None:
    """And a circle of them as well."""
    errors = [problem.message for problem in found(*cards, **header) if not problem.warning]
    assert errors
    assert errors[0].startswith(message)


def test_every_card_of_a_circle_is_told() -> None:
    needs = {"a": "mine/b", "b": "mine/c", "c": "mine/a", "d": "mine/a"}
    chain = [card(name, question=f"Why {name * 9}?", requires=(other,)) for name, other in needs.items()]
    assert [problem.card for problem in found(*chain)] == ["a", "b", "c"]


LONG = "the state of the step before, which is everything that the network knows of the past"
WARNINGS = [
    (card(why=""), "says no why"),
    (card("a", "choice", options=ALIKE, answer="", why=""), "says no why"),
    (card("a", "choice", options=(Option(LONG, True, "so"), *ALIKE[1:]), answer=""), "the longest by far"),
    (card("a", "choice", options=(Option("the state", True, "so"), *ALIKE[1:]), answer=""), "the shortest by far"),
    (card("a", "choice", options=(*ALIKE, Option("the time of the step", False)), answer=""), "has no because"),
    (card("a", "choice", options=(*ALIKE, Option("all of the above", False, "no")), answer=""), "nothing of its own"),
]


@pytest.mark.parametrize(("bad", "message"), WARNINGS)
def test_what_makes_a_card_hard_to_learn_from_is_a_warning(bad: Card, message: str) -> None:
    (problem,) = found(bad)
    assert problem.warning
    assert message in problem.message


def test_lengths_are_those_on_the_screen_and_short_options_may_differ() -> None:
    """A formula counts as it is shown; of a few characters nobody reads anything into the length."""
    formulas = (
        Option(r"$\operatorname{diag}(f_t)$", True),
        Option("$W_{hh}$", False, "n"),
        Option("$o_t$", False, "n"),
    )
    assert told(card("a", "choice", options=formulas, answer="")) == []


def test_points_may_stand_for_a_why_and_points_alone_do_not_make_a_page() -> None:
    assert told(card(why="", points=("a state",))) == []


def test_a_back_that_is_longer_than_a_screen() -> None:
    """What is shown after the answer, all of it together."""
    (message,) = told(card(points=("one", "two")), height=6)
    assert message == "its back takes 24 lines, more than a screen of 22: make two cards of it"
    assert told(card(points=("one",)), height=6) == []


def test_questions_that_are_nearly_the_same() -> None:
    """Told once for the two, wherever the other one stands; a word that matters makes another question."""
    again = card("b", question="What does an RNN carry  on ?")
    other = Loaded(Deck("their", "T", (Card("atheir/x", "open", "their", "rnn", **GOOD),)), ())
    assert told(card(), again) == ['asks nearly the same as "mine/a"']
    assert told(card(), others=(other,)) == ['asks nearly the same as "atheir/x"']
    assert told(card(), card("b", question="What does an LSTM carry on besides its hidden state?")) == []
