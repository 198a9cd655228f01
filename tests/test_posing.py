"""How each kind of card is put, read, graded and resolved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyrnn import topics
from studyrnn.errors import Unreadable
from studyrnn.exercises import find
from studyrnn.grading.scoring import entries_of
from studyrnn.model import Card, CardKind, Option, Sheet, Solution
from studyrnn.posing import Posed, normalised, pose
from studyrnn.questions.drawing import draw

WHY, SOURCE = "because it is so", ("s1", "s2")


def in_order(count: int) -> list[int]:
    return list(range(count))


def card(kind: CardKind, **fields: object) -> Card:
    return Card(
        **{
            "id": f"d/{kind}",
            "kind": kind,
            "deck": "d",
            "topic": "gru",
            "question": "Q?",
            "why": WHY,
            "source": SOURCE,
            **fields,
        }
    )  # type: ignore[arg-type]


def refusal(posed: Posed, text: str) -> str:
    with pytest.raises(Unreadable) as caught:
        posed.read(text)
    return str(caught.value)


# -- cards that only the learner can judge ---------------------------------------------------------------------------


def test_an_open_card_is_thought_about_and_revealed() -> None:
    """Nothing is typed: no tries, and the answer comes with its points, reason and source."""
    posed = pose(card("open", answer="A.", points=("p", "q")), in_order)
    assert posed.sheet == Sheet("GRU", "Q?", task="(think, then Enter)", exact_keys=True)
    assert (posed.tries, posed.hints) == (0, ())
    assert posed.solution(None) == Solution("A.", points=("p", "q"), why=WHY)


def test_a_cloze_hides_all_gaps_and_fills_them_at_the_end() -> None:
    """One gap never gives another away; maths comes back as maths, the rest in bold."""
    posed = pose(card("cloze", question="a {{b}} and {{$z_{t}$}}, $x$"), in_order)
    assert posed.sheet == Sheet("GRU", "a [...] and [...], $x$", task="(think, then Enter)", exact_keys=True)
    assert posed.tries == 0
    assert posed.solution(None) == Solution("a **b** and $z_{t}$, $x$", why=WHY)


@pytest.mark.parametrize("kind", ["open", "cloze"])
def test_what_only_the_learner_can_judge_is_never_graded(kind: CardKind) -> None:
    """Whatever somebody likes to type is taken as it is, and has no score."""
    posed = pose(card(kind), in_order)
    assert posed.read("my thoughts") == "my thoughts"
    assert posed.grade("my thoughts") is None


# -- choices ---------------------------------------------------------------------------------------------------------

ONE = card("choice", options=(Option("A", False, "not A"), Option("B", True, "for B"), Option("C", False)))
SEVERAL = card(
    "choice", options=(Option("A", True), Option("B", False, "not B"), Option("C", True), Option("D", False, "not D"))
)


def test_one_of_several_options_is_chosen_by_its_digit() -> None:
    """The right one is 1, any other is 0, and a wrong one says why it is wrong."""
    posed = pose(ONE, in_order)
    assert posed.sheet == Sheet("GRU", "Q?", choices=("A", "B", "C"), exact_keys=True)
    assert posed.tries == 1
    right, wrong, silent = (posed.grade(posed.read(digit)) for digit in "213")
    assert (right.value, right.message) == (1.0, "")
    assert (wrong.value, wrong.message) == (0.0, "1: not A")
    assert (silent.value, silent.message) == (0.0, "")
    assert posed.solution(None) == Solution("2 is right: B for B", why=WHY)


def test_options_stand_in_the_given_order() -> None:
    """Digits mean what is shown, in the grading, in the reasons and in the solution."""
    posed = pose(ONE, lambda _: [1, 2, 0])
    assert posed.sheet.choices == ("B", "C", "A")
    assert posed.grade(posed.read("1")).right
    assert posed.grade(posed.read("3")).message == "3: not A"
    assert posed.solution(None).answer == "1 is right: B for B"


@given(st.permutations([0, 1, 2, 3]))
def test_the_right_options_stay_right_in_every_order(order: list[int]) -> None:
    """Whatever the permutation: choosing what is right is right, and the solution lists just that."""
    posed = pose(SEVERAL, lambda _: order)
    digits = [str(place) for place, text in enumerate(posed.sheet.choices, 1) if text in "AC"]
    assert posed.grade(posed.read(" ".join(digits))).right
    assert posed.solution(None).listed == tuple((digit, posed.sheet.choices[int(digit) - 1]) for digit in digits)


@pytest.mark.parametrize(
    ("typed", "share", "entries", "told"),
    [
        ("1 3", 1.0, (True, True, True, True), ""),
        ("31", 1.0, (True, True, True, True), ""),
        ("1", 0.5, (True, True, False, True), "That is not all of them."),
        ("1,2,3", 0.5, (True, False, True, True), "2: not B"),
        ("1 4", 0.0, (True, True, False, False), "4: not D"),
        ("1 2 3 4", 0.0, (True, False, True, False), "2: not B\n4: not D"),
        ("24", 0.0, (False, False, False, False), "2: not B\n4: not D"),
    ],
)
def test_choosing_all_that_apply_is_scored_by_what_was_chosen(
    typed: str, share: float, entries: tuple[bool, ...], told: str
) -> None:
    """A wrong choice takes back a right one; all wrong ones explain themselves."""
    posed = pose(SEVERAL, in_order)
    score = posed.grade(posed.read(typed))
    assert (score.value, score.entries, score.message) == (share, entries, told)


def test_choosing_all_says_so_and_lists_what_was_right() -> None:
    """The task is another one where more than one option is right."""
    posed = pose(SEVERAL, in_order)
    assert posed.sheet.task == "(all that apply: their digits, with or without spaces)"
    assert posed.solution(None) == Solution("Right answers:", (("1", "A"), ("3", "C")), why=WHY)


@pytest.mark.parametrize("typed", ["", " ", "0", "4", "10", "a", "１", "²", "-1", "1-2", "1.5"])
def test_what_is_no_digit_of_an_option_is_asked_again(typed: str) -> None:
    """With the digits that there are."""
    assert refusal(pose(ONE, in_order), typed) == "type digits from 1 to 3"


def test_two_digits_where_one_is_right_are_asked_again() -> None:
    """Nobody loses a try by choosing too many."""
    assert refusal(pose(ONE, in_order), "1 2") == "choose one: a single digit"


# -- typed terms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("Reset Gate", "reset gate"),
        ("  reset   gate ", "reset gate"),
        ("reset-gate", "reset gate"),
        ("reset gate.", "reset gate"),
        ('"reset gate"', "reset gate"),
        ("the reset gate", "reset gate"),
        ("A reset gate", "reset gate"),
        ("an LSTM", "lstm"),
        ("a", "a"),
        ("r_t", "r t"),
        ("Übergang", "ubergang"),
        ("cafe\u0301", "cafe"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("ﬁne", "fine"),
        ("hₜ", "ht"),
        ("", ""),
        ("!?", ""),
    ],
)
def test_what_counts_in_a_typed_term(text: str, counts: str) -> None:
    """Letters and digits: neither case nor hyphens, punctuation, accents or a leading article."""
    assert normalised(text) == counts


@given(st.text())
def test_normalising_is_settled_in_letters_digits_and_single_spaces(text: str) -> None:
    """Whatever is typed, what counts of it is letters, digits, arithmetic and no space too many."""
    counts = normalised(text)
    assert all(character.isalnum() or character in " +=*/^<>" for character in counts)
    assert counts == " ".join(counts.split())


@pytest.mark.parametrize(
    ("one", "other"), [("T-1", "T+1"), ("-1", "1"), ("W x + b", "W x − b"), ("h_{t-1}", "h_{t+1}")]
)
def test_a_sign_counts(one: str, other: str) -> None:
    """A hyphen between letters does not, a minus does."""
    assert normalised(one) != normalised(other)
    assert normalised("teacher-forcing") == normalised("Teacher forcing")
    assert normalised("T − 1") == normalised("T-1")


TERM = card("typed", accept=("reset gate", "r_t"))


@pytest.mark.parametrize(
    ("typed", "right", "told"),
    [
        ("reset gate", True, ""),
        ("The Reset-Gate!", True, ""),
        ("R_t", True, ""),
        ("resetgate", False, "Close: look at the spelling."),
        ("rest gate", False, "Close: look at the spelling."),
        ("update gate", False, ""),
        ("reset", False, ""),
        ("xx", False, ""),
    ],
)
def test_a_typed_term_is_right_wrong_or_close(typed: str, right: bool, told: str) -> None:
    """Every accepted form is right; a slip of the keyboard is told from another word, without the word."""
    posed = pose(TERM, in_order)
    score = posed.grade(posed.read(typed))
    assert (score.right, score.entries, score.message) == (right, (right,), told)


def test_a_typed_card_has_two_tries_and_shows_every_accepted_form() -> None:
    """Letters are answers here, so single letters are no commands."""
    posed = pose(TERM, in_order)
    assert posed.sheet == Sheet("GRU", "Q?", exact_keys=False)
    assert posed.tries == 2
    assert posed.solution(None) == Solution("reset gate   (also: r_t)", why=WHY)
    assert pose(card("typed", accept=("bptt",)), in_order).solution(None).answer == "bptt"


@pytest.mark.parametrize("typed", ["q", " H "])
def test_a_letter_where_none_is_accepted_was_meant_as_a_key(typed: str) -> None:
    """It costs no try; where some answer is a letter, it is one. In "r_t" two count."""
    told = f"one letter is no answer here; as a key write it with a colon, `:{typed.strip()}`"
    assert refusal(pose(TERM, in_order), typed) == told
    assert pose(card("typed", accept=("q", "query")), in_order).read("q") == "q"
    assert pose(TERM, in_order).read("4") == "4"


# -- numbers ---------------------------------------------------------------------------------------------------------

STEPS = card("number", number=24.0, tolerance=0.5, unit="steps")


@pytest.mark.parametrize("typed", ["24", "24 steps", "24steps", " 24 STEPS ", "48/2", "n = 24"])
def test_a_number_is_read_with_or_without_its_unit(typed: str) -> None:
    """And as an expression, as everywhere."""
    assert pose(STEPS, in_order).read(typed) == 24


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "nothing was typed"),
        ("steps", "nothing was typed"),
        ("1 2", "I read 2 numbers where one is asked for"),
        ("24,5 steps", '"24,5": decimals take a point here. Type `24.5`'),
    ],
)
def test_what_is_no_number_is_asked_again(typed: str, told: str) -> None:
    """The refusals are those of every number."""
    assert refusal(pose(STEPS, in_order), typed) == told


def test_a_number_has_two_tries_and_its_own_tolerance() -> None:
    """The unit is asked for unless the question names it, and stands in the answer."""
    posed = pose(STEPS, in_order)
    assert posed.sheet == Sheet("GRU", "Q?", task="(in steps)", exact_keys=True)
    assert posed.tries == 2
    assert posed.grade(24.5).right
    assert posed.grade(-24.0).message == "The sign is turned round."
    assert posed.solution(None) == Solution("$24$ steps", why=WHY)
    assert pose(card("number", question="How many steps?", number=3.0, unit="steps"), in_order).sheet.task == ""
    assert pose(card("number", number=0.1 + 0.2), in_order).solution(None).answer == "$0.3$"
    assert pose(card("number", number=-4.0), in_order).solution(None).answer == "$-4$"


# -- orders ----------------------------------------------------------------------------------------------------------

ORDER = card("order", order=("first", "second", "third"))


def test_an_order_is_typed_as_digits() -> None:
    """Entries stand in the given order; the digits that put them right are listed at the end."""
    posed = pose(ORDER, lambda _: [2, 0, 1])
    assert posed.sheet.choices == ("third", "first", "second")
    assert posed.sheet.task.startswith("Type the digits in the right order")
    assert (posed.sheet.exact_keys, posed.tries) == (True, 2)
    assert posed.grade(posed.read("2 3 1")).right
    listed = (("2", "first"), ("3", "second"), ("1", "third"))
    assert posed.solution(None) == Solution("In order:", listed, why=WHY)


@pytest.mark.parametrize("typed", ["231", "2,3,1", "2 > 3 > 1", " 2;3;1. "])
def test_an_order_is_read_however_it_is_written(typed: str) -> None:
    """Bare, with commas, with signs between."""
    assert pose(ORDER, lambda _: [2, 0, 1]).read(typed) == [2, 3, 1]


def test_an_order_tells_which_places_are_wrong_and_not_what_belongs_there() -> None:
    """Every place counts for itself."""
    posed = pose(ORDER, lambda _: [2, 0, 1])
    score = posed.grade(posed.read("2 1 3"))
    assert (score.value, score.entries) == (pytest.approx(1 / 3), (True, False, False))
    assert score.message == "Not yet in place: 2, 3."


@pytest.mark.parametrize(
    ("typed", "told"),
    [("", "type digits from 1 to 3"), ("1 2 4", "type digits from 1 to 3"), ("1 1 2", "type each digit once")],
)
def test_what_is_no_digit_of_an_entry_is_asked_again(typed: str, told: str) -> None:
    """Letters, digits beyond the entries and repeated ones cost nothing."""
    assert refusal(pose(ORDER, in_order), typed) == told


def test_an_order_with_entries_left_out_is_asked_again() -> None:
    """Each of them is needed once."""
    assert refusal(pose(ORDER, in_order), "1 2").startswith("type each digit from 1 to 3 once")


@given(st.integers(2, 9).flatmap(lambda count: st.permutations(range(count))))
def test_an_order_is_never_shown_sorted_and_can_always_be_solved(order: list[int]) -> None:
    """Typing 1 2 3 ... is never right, even where chance put the entries in order; the listed digits always are."""
    entries = tuple(f"entry {k}" for k in range(len(order)))
    posed = pose(card("order", order=entries), lambda _: list(order))
    assert sorted(posed.sheet.choices) == list(entries)
    assert posed.sheet.choices != entries
    assert not posed.grade(list(range(1, len(order) + 1))).right
    assert posed.grade(posed.read("".join(digit for digit, _ in posed.solution(None).listed))).right


# -- exercises -------------------------------------------------------------------------------------------------------

QUESTION = draw(find("gru.hidden-state"), 7, 0)
EXERCISE = pose(card("exercise"), in_order, QUESTION)


def test_an_exercise_is_put_with_its_numbers_hints_and_task() -> None:
    """All from the drawn question, none from the card."""
    task = "Compute $h_t$ (carry 4 decimals, give 3)."
    assert EXERCISE.sheet == Sheet("GRU · level 3", QUESTION.stem, QUESTION.given, (), task, exact_keys=True)
    assert (EXERCISE.tries, EXERCISE.hints) == (2, QUESTION.hints)


def test_an_exercise_reads_the_shape_of_its_answer_and_grades_it() -> None:
    """What is missing is called by its symbol; slips are recognised."""
    typed = ", ".join(f"{entry:.3f}" for entry in entries_of(QUESTION.key))
    assert EXERCISE.grade(EXERCISE.read(f"[{typed}]")).right
    assert refusal(EXERCISE, "1").startswith("I read 1 number, $h_t$ has 2 entries.")
    slip = QUESTION.slips[0]
    assert EXERCISE.grade(slip.value).slip == slip


def test_an_exercise_is_solved_step_by_step() -> None:
    """The replay code is given, and the step where the recognised slip leaves the right way."""
    slip = QUESTION.slips[-1]
    assert EXERCISE.solution(None) == Solution("", steps=QUESTION.steps, replay="gru.hidden-state@1:7/0")
    assert EXERCISE.solution(slip).parts_at == slip.parts_at
    assert slip.parts_at in {step.name for step in QUESTION.steps}


@pytest.mark.parametrize(
    ("topic", "title"),
    [
        ("gru", "GRU"),
        ("bptt", "BPTT"),
        ("gradients", "Gradients"),
        ("teacher-forcing", "Teacher forcing"),
        ("truncated-bptt", "Truncated BPTT"),
        ("deep-rnn", "Deep RNN"),
        ("encoder-decoder", "Encoder-decoder"),
        ("long-term-dependencies", "Long-term dependencies"),
    ],
)
def test_a_topic_as_a_title(topic: str, title: str) -> None:
    """Abbreviations in capitals, the rest as a sentence begins."""
    assert topics.title(topic) == title
