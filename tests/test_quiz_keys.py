"""The quiz on a real terminal, key by key: what each does at each prompt, and how a session is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from sittings import FIVE, LETTERS, editor, kinds, log, start, state, type_all

from studyrnn.model import EASY, GOOD, CardState

# -- undo ------------------------------------------------------------------------------------------------------------


def test_u_takes_the_last_answer_back(tmp_path: Path) -> None:
    """The card is asked again and is what it was; the log keeps the answer, and that it was taken back."""
    play = start(tmp_path)
    type_all(play, "", "1")
    shown = play.type("u")
    assert "Taken back" in shown
    assert "1 of 5" in shown
    assert "First?" in shown
    review, undo = log(tmp_path)
    assert (undo.kind, undo.card, undo.of) == ("undo", "five/one", review.id)
    assert state(tmp_path, "five/one") == CardState()


def test_several_undos_back_to_the_first_card(tmp_path: Path) -> None:
    """The last one first; then there is nothing left, which is said."""
    play = start(tmp_path)
    assert "Third?" in type_all(play, "", "3", "", "3")
    assert "Second?" in play.type("u")
    assert "First?" in play.type("u")
    shown = play.type("u")
    assert "there is nothing to undo" in shown
    assert shown.rstrip().endswith("Enter ›")
    assert kinds(tmp_path) == ["review one", "review two", "undo two", "undo one"]


def test_what_was_answered_anew_can_be_undone_again(tmp_path: Path) -> None:
    play = start(tmp_path)
    type_all(play, "", "1", "u", "", "4")
    assert "1 of 5" in play.type("u")
    first, undo, second, again = log(tmp_path)
    assert [undo.of, again.of] == [first.id, second.id]
    assert state(tmp_path, "five/one") == CardState()


def test_u_when_rating_is_the_same_card_once_more(tmp_path: Path) -> None:
    """Nothing was logged, so nothing has to be taken back."""
    play = start(tmp_path, "--limit", "1")
    play.type("")
    shown = play.type("u")
    assert "First?" in shown
    assert "1 of 1" in shown
    assert log(tmp_path) == []
    assert "there is nothing to undo" in play.type("u")


def test_a_miss_stays_one_when_its_repetition_is_undone(tmp_path: Path) -> None:
    """The summary counts the first asking of each."""
    play = start(tmp_path, "--limit", "2")
    type_all(play, "", "1", "", "1")
    assert "Second?" in type_all(play, "", "3")
    assert "First?" in play.type("u")
    play.type("q", "\0never")
    assert "0 right at once, 2 missed" in play.text()


# -- skip, suspend, flag ---------------------------------------------------------------------------------------------


def test_s_puts_a_card_at_the_end(tmp_path: Path) -> None:
    """And `u` brings it to the front again."""
    play = start(tmp_path, "--limit", "2")
    assert "Second?" in play.type("s")
    assert "First?" in play.type("u")
    play.type("s")
    assert "First?" in type_all(play, "", "3")
    assert kinds(tmp_path) == ["review two"]


def test_x_suspends_a_card(tmp_path: Path) -> None:
    """It is asked no more, today or later, unless `u` takes that back."""
    play = start(tmp_path, "--limit", "2")
    shown = play.type("x")
    assert "studyrnn unsuspend five/one" in shown
    assert "Second?" in shown
    assert "First?" in play.type("u")
    assert not state(tmp_path, "five/one").suspended
    play.type("x")
    play.type("q", "\0never")
    assert kinds(tmp_path) == ["suspend one", "undo one", "suspend one"]
    assert "Second?" in start(tmp_path).text()


@pytest.mark.parametrize(("limit", "next_one"), [("1", "u undo"), ("2", "Second?")])
def test_x_when_rating_suspends_that_card_only(tmp_path: Path, limit: str, next_one: str) -> None:
    """Also one that was graded already; the card after it is not lost."""
    play = start(tmp_path, "--limit", limit, deck=FIVE.replace("answer: Alpha.", "number: 1"))
    play.type("1")
    assert next_one in play.type("x")
    assert kinds(tmp_path) == ["suspend one"]


def test_f_flags_and_unflags(tmp_path: Path) -> None:
    """At the question and when rating; `--flagged` asks what is flagged and nothing else."""
    play = start(tmp_path)
    type_all(play, "s")
    assert "Flagged: studyrnn quiz --flagged" in play.type("f")
    assert "No longer flagged." in play.type("f")
    play.type("")
    assert "Flagged" in play.type("f")
    assert kinds(tmp_path) == ["flag two", "unflag two", "flag two"]
    shown = start(tmp_path, "--flagged").text()
    assert "1 of 1" in shown
    assert "Second?" in shown


# -- edit ------------------------------------------------------------------------------------------------------------


def test_e_edits_the_card_at_its_line(tmp_path: Path) -> None:
    """The session goes on; the card comes again as it is now, with the history that it had."""
    first_to_foremost = "p.write_text(t.replace('First?', 'Foremost?'))"
    play = start(tmp_path, "--limit", "1", EDITOR=editor(tmp_path, first_to_foremost))
    assert "First?" in type_all(play, "", "1")
    changed = play.type("e")
    assert "Changed." in changed
    assert "Foremost?" in changed
    plus_line, file = (tmp_path / "called").read_text("utf-8").splitlines()
    assert FIVE.splitlines()[int(plus_line.removeprefix("+")) - 1].startswith("  - {id: one,")
    assert file == str(tmp_path / "five.yaml")
    assert "the only card left" in play.type("s")
    type_all(play, "", "3")
    assert [(event.card, event.mode) for event in log(tmp_path)] == [("five/one", "quiz"), ("five/one", "repeat")]


def test_e_when_rating(tmp_path: Path) -> None:
    """`u` asks the changed card at once; what went wrong comes again, from the menu, as it is now too."""
    play = start(tmp_path, "--limit", "1", EDITOR=editor(tmp_path, "p.write_text(t.replace('First?', 'Foremost?'))"))
    play.type("")
    assert "u asks it again" in play.type("e")
    assert "Foremost?" in play.type("u")
    type_all(play, "", "1", "", "3")
    assert "Foremost?" in play.type("m")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("p.write_text(t.replace('{id: one', '{id: [one'))", "five.yaml:4 not YAML"),
        ("p.write_text(t.replace('question: First', 'qestion: First'))", 'Did you mean "question"?'),
        ("p.unlink()", "No such file"),
        ("sys.exit(1)", "Enter ›"),
    ],
)
def test_what_the_editor_broke_is_told(tmp_path: Path, change: str, message: str) -> None:
    """The card stays as it was, and the quiz goes on with it."""
    play = start(tmp_path, EDITOR=editor(tmp_path, change))
    assert message in " ".join(play.type("e").split())
    assert "Alpha." in play.type("")
    assert "Second?" in play.type("3")
    assert "Traceback" not in play.raw


def test_an_editor_that_does_not_exist(tmp_path: Path) -> None:
    play = start(tmp_path, EDITOR="/nowhere/ed")
    assert "cannot start the editor /nowhere/ed" in play.type("e")
    assert "Alpha." in play.type("")


# -- keys that only show something -----------------------------------------------------------------------------------


def test_r_draws_the_card_again(tmp_path: Path) -> None:
    """On an empty screen; when rating with the answer, for which the rating is asked."""
    play = start(tmp_path)
    play.type("?")
    play.type("r")
    assert play.text().count("First?") == 1
    assert "undo the last answer" not in play.text()
    type_all(play, "", "w", "r")
    shown = play.text()
    assert "First?" in shown
    assert "Alpha." in shown
    assert "1 again" in shown
    assert "Document" not in shown


def test_question_mark_lists_the_keys(tmp_path: Path) -> None:
    """At a question and when rating; each key that has an effect is there."""
    play = start(tmp_path)
    told = " ".join(play.type("?").split())
    for key in ("h hint", "b part by part", "u undo", "s skip", "f flag", "x suspend", "e edit", "r draw", "q leave"):
        assert key in told
    play.type("")
    assert "u undo" in play.type("?")


def test_w_tells_where_a_card_comes_from(tmp_path: Path) -> None:
    """A question of a document with its text, other sources in their own words, none where there is none."""
    play = start(tmp_path)
    play.type("")
    shown = " ".join(play.type("w").split())
    assert "Document 000, question 13: Do the layers of an unrolled network have their own weights?" in shown
    assert "· my own notes" in shown
    type_all(play, "3", "")
    assert "names no source" in play.type("w")


def test_p_draws_the_picture_that_explains_a_card(tmp_path: Path) -> None:
    """When rating, where there is one; before the answer it might tell too much."""
    deck = (
        "deck: drawn\ntitle: Drawn\ncards:\n"
        "  - {id: a, topic: gru, question: How far?, answer: Far., plot: powers --w 0.9 --steps 6}\n"
        "  - {id: b, topic: gru, question: And here?, answer: No., why: Without a picture.}\n"
    )
    play = start(tmp_path, deck=deck)
    assert "once the answer is shown" in play.type("p")
    assert "Picture: studyrnn" not in (shown := play.type(""))
    assert "p picture" in shown
    drawn = play.type("p")
    assert "Powers of one recurrent weight" in drawn
    assert "0.531" in drawn  # 0.9^6
    assert "p picture" in drawn
    play.type("3")
    assert "p picture" not in play.type("")
    assert "names no picture" in play.type("p")
    play.type("q", "\0never")
    assert play.finish() == 0


def test_q_leaves_with_the_summary(tmp_path: Path) -> None:
    play = start(tmp_path)
    type_all(play, "", "3")
    play.type("q", "\0never")
    assert "1 card in" in play.text()
    assert play.finish() == 0


def test_letters_are_answers_where_letters_are_typed(tmp_path: Path) -> None:
    """`s` and `q` are neither skipped nor left by."""
    play = start(tmp_path, deck=LETTERS)
    assert "✓ right" in play.type("s")
    play.type("")
    assert "✗ wrong" in play.type("s")
    assert "✓ right" in play.type("q")
    play.type("")
    assert [(event.card, event.response) for event in log(tmp_path)] == [("letters/s", "s"), ("letters/q", "q")]


def test_a_key_without_its_colon_costs_no_try(tmp_path: Path) -> None:
    """A single letter, where no answer is one, was meant as a key."""
    deck = "deck: words\ntitle: Words\ncards:\n  - {id: a, topic: gru, question: Which gate?, accept: [update]}\n"
    play = start(tmp_path, deck=deck)
    for _ in range(3):
        assert "as a key write it with a colon, :q" in " ".join(play.type("q").split())
    assert "right" in play.type("update")
    play.type("")
    assert play.leave() == 0
    assert log(tmp_path)[0].tries == 1


def test_a_colon_makes_a_key_where_letters_are_typed(tmp_path: Path) -> None:
    """:h, :s and :q; one that does not exist costs no try."""
    play = start(tmp_path, deck=LETTERS)
    assert "there are no hints here" in play.type(":h")
    assert 'there is no key "zz"' in play.type(":zz")
    assert "a query?" in play.type(":s")
    assert "a state?" in play.type(":undo")
    assert "✓ right" in play.type("s")
    play.type("")
    play.type(":q", "\0never")
    assert play.finish() == 0
    assert [(event.card, event.tries) for event in log(tmp_path)] == [("letters/s", 1)]


def test_a_scratch_line_costs_nothing(tmp_path: Path) -> None:
    """Worked out, or refused with a reason; the answer after it is the first try."""
    play = start(tmp_path, deck=FIVE.replace("answer: Alpha.", "number: 1"))
    assert "= 0.347375" in play.type("=0.3*0.5+tanh(0.2)")
    assert 'I do not know "nonsense"' in play.type("=nonsense")
    assert "divides by zero" in play.type("=1/0")
    type_all(play, "1", "")
    (event,) = log(tmp_path)
    assert (event.tries, event.rating) == (1, GOOD)


def test_k_says_that_a_new_card_was_known(tmp_path: Path) -> None:
    """Easy; not offered, and not understood, where the card was missed."""
    play = start(tmp_path)
    assert "k I knew this already" in play.type("")
    play.type("k")
    type_all(play, "s")
    assert "k I knew" not in type_all(play, "4", "4")
    assert "type 1 again" in play.type("k")
    assert [event.rating for event in log(tmp_path)] == [EASY]
