"""The quiz on a pipe: one line a prompt, a blank line reveals, what cannot be read ends it and says where."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from running import PROGRAM, environment, piped

from studyrnn.exercises import find
from studyrnn.questions.drawing import draw
from studyrnn.store import Store

DECK = """deck: seven
title: One of each kind
cards:
  - id: open
    topic: gru
    question: What does $z_t$ keep?
    answer: The old state.
    points: [the old state, entry by entry]
    why: In this convention.
  - id: choice
    topic: gru
    question: Which keeps?
    options:
      - {right: update}
      - {wrong: reset, because: It acts inside the candidate.}
      - {wrong: output, because: A GRU has none.}
  - id: both
    topic: gru
    question: Which are gates?
    options: [{right: update}, {right: reset}, {wrong: candidate, because: It is content.}]
  - id: cloze
    topic: gru
    cloze: 'The {{update}} gate is {{$z_t$}}.'
  - id: typed
    topic: teacher-forcing
    question: Feeding the truth is called?
    accept: [teacher forcing]
  - id: number
    topic: gru
    question: Two units, how many entries has $h_t$?
    number: 2
    unit: entries
  - id: order
    topic: gru
    question: Put in order.
    order: [gates, candidate, state]
  - exercise: lstm.cell-state
"""


@pytest.fixture
def deck(tmp_path: Path) -> str:
    path = tmp_path / "seven.yaml"
    path.write_text(DECK, "utf-8")
    return str(path)


def reviews(folder: Path) -> list[tuple[str, int, float | None]]:
    with Store(folder / "data" / "studyrnn" / "reviews.db") as store:
        return [(r.card.removeprefix("seven/"), r.rating, r.score) for r in store.events()]


def test_blank_lines_reveal_every_kind(deck: str, tmp_path: Path) -> None:
    """Two blank lines a card: shown, and rated as suggested: Again where a machine could have judged."""
    done = piped(tmp_path, "quiz", deck, "--seed", "1", typed="\n" * 16)
    assert done.returncode == 0, done.stderr
    assert [rating for _, rating, _ in reviews(tmp_path)] == [3, 1, 1, 3, 1, 1, 1, 1]
    assert "8 cards in" in done.stdout
    assert "\x1b" not in done.stdout
    for shown in (
        "The old state.",
        "update",
        "The update gate is zₜ.",
        "teacher forcing",
        "2 entries",
        "cₜ = fₜ ⊙ cₜ₋₁",
    ):
        assert shown in done.stdout


def test_end_of_input_gives_the_summary(deck: str, tmp_path: Path) -> None:
    """Also in the middle of a card; what was rated is saved, what was not is not."""
    done = piped(tmp_path, "quiz", deck, typed="\n\n\n")
    assert done.returncode == 0
    assert "1 card in" in done.stdout
    assert reviews(tmp_path) == [("open", 3, None)]
    assert piped(tmp_path, "quiz", deck, typed="").returncode == 0


@pytest.mark.parametrize(
    ("typed", "line", "reason"),
    [
        ("\n7\n", 2, "type 1 again, 2 hard"),
        ("\n\n9\n", 3, "type digits from 1 to 3"),
        ("\n\n1 2\n", 3, "choose one"),
        ("\n\n\n\n\n\n\n\n\n\nzwei\n", 11, 'I do not know "zwei"'),
        ("\n\n\n\n\n\n\n\n\n\n\n\n1 2\n", 13, "type each digit from 1 to 3 once"),
        ("\n\n:nonsense\n", 3, 'no key "nonsense"'),
    ],
)
def test_an_unreadable_line_ends_with_its_number(deck: str, tmp_path: Path, typed: str, line: int, reason: str) -> None:
    """Exit 2 and which line; what was answered before it is saved."""
    done = piped(tmp_path, "quiz", deck, typed=typed)
    assert done.returncode == 2
    assert done.stderr.startswith(f"studyrnn: line {line}: ")
    assert reason in done.stderr
    assert len(reviews(tmp_path)) == (line - 1) // 2


TYPED = """deck: typed
title: Typed
cards:
  - {id: term, topic: teacher-forcing, question: Feeding the truth is called?, accept: [teacher forcing]}
  - {id: count, topic: gru, question: How many?, number: 24, unit: weights}
  - exercise: lstm.cell-state
"""


@pytest.mark.parametrize(
    ("term", "count", "exercise", "ratings"),
    [
        (["Teacher-Forcing."], ["24 weights"], ["{key}"], [3, 3, 3]),
        (["force", "teacher forcing"], ["-24", "24.0"], ["{slip}", "{key}"], [2, 2, 2]),
        (["force", "forced"], ["240", ""], ["{slip}", "{slip}"], [1, 1, 1]),
        (["force", "the teacher forcing"], [":h", "24"], ["h", "{key}"], [2, 3, 2]),
    ],
)
def test_ratings_follow_from_tries_and_hints(
    tmp_path: Path, term: list[str], count: list[str], exercise: list[str], ratings: list[int]
) -> None:
    """Right at once is Good, at the second try or after a hint Hard, else Again; Enter accepts."""
    path = tmp_path / "typed.yaml"
    path.write_text(TYPED, "utf-8")
    question = draw(find("lstm.cell-state"), 5, 0)
    words = {"key": question.key, "slip": question.slips[0].value}
    lines = [*term, "", *count, "", *(line.format(**words) for line in exercise), ""]
    done = piped(tmp_path, "quiz", str(path), "--seed", "5", typed="\n".join(lines) + "\n")
    assert done.returncode == 0, done.stderr
    assert [rating for _, rating, _ in reviews(tmp_path)] == ratings


def test_a_slip_is_told_in_symbols_first_and_worked_afterwards(tmp_path: Path) -> None:
    """Before the retry its message and no number of the key; after it the step where the slip happened."""
    path = tmp_path / "typed.yaml"
    path.write_text(TYPED, "utf-8")
    question = draw(find("lstm.cell-state"), 5, 0)
    assert isinstance(question.key, list)
    slip = question.slips[0]
    done = piped(tmp_path, "quiz", str(path), "--seed", "5", typed=f"\n\n\n\n{slip.value}\n{slip.value}\n\n")
    before, _, after = done.stdout.partition("Once more, or Enter")
    told = " ".join(before.rpartition("answer ›")[2].split())
    assert "changed places" in told
    assert not [entry for entry in question.key if f"{entry:.2f}".lstrip("-") in told]
    assert "← here the slip happened" in after
    assert all(f"{entry:.4f}".lstrip("-") in after for entry in question.key)


def test_a_limit_and_new_cards_a_day(deck: str, tmp_path: Path) -> None:
    """Three new ones a day, however often the quiz is started."""
    first = piped(tmp_path, "quiz", deck, "--new", "3", "--limit", "2", typed="\n" * 20)
    assert "1 of 2" in first.stdout
    assert len(reviews(tmp_path)) == 2
    piped(tmp_path, "quiz", deck, "--new", "3", typed="\n" * 20)
    assert len({card for card, _, _ in reviews(tmp_path)}) == 3
    last = piped(tmp_path, "quiz", deck, "--new", "3", typed="4\n" * 20)
    assert len({card for card, _, _ in reviews(tmp_path)}) == 3
    assert last.returncode in {0, 2}


def test_the_same_seed_shows_the_same_session(deck: str, tmp_path: Path) -> None:
    """Numbers and the order of options follow from the seed."""
    outputs = {piped(tmp_path / name, "quiz", deck, "--seed", "9", typed="\n" * 16).stdout for name in "ab"}
    assert len(outputs) == 1
    assert outputs != {piped(tmp_path / "c", "quiz", deck, "--seed", "10", typed="\n" * 16).stdout}


def test_plain_draws_nothing(deck: str, tmp_path: Path) -> None:
    """For screen readers: ASCII throughout, questions counted in words; TERM=dumb asks for the same."""
    plain = piped(tmp_path / "a", "quiz", deck, "--plain", "--seed", "1", typed="\n" * 16)
    assert plain.stdout.isascii()
    assert "Question 1 of 8. GRU." in plain.stdout
    dumb = piped(tmp_path / "b", "quiz", deck, "--seed", "1", typed="\n" * 16, TERM="dumb")
    assert dumb.stdout == plain.stdout


def test_a_pipe_that_is_not_utf8_gets_ascii(deck: str, tmp_path: Path) -> None:
    """cp1252 has no subscripts: plain text instead of an error."""
    done = piped(tmp_path, "quiz", deck, "--seed", "1", typed="\n" * 16, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "Question 1 of 8" in done.stdout


def test_typed_escape_sequences_are_shown_not_obeyed(deck: str, tmp_path: Path) -> None:
    """Neither what is typed nor what an error quotes reaches the terminal as a command."""
    done = piped(tmp_path, "quiz", deck, typed="\n\n\x1b[2J\x07\n")
    assert done.returncode == 2
    assert "\x1b" not in done.stdout + done.stderr
    assert "\x07" not in done.stdout + done.stderr


def test_bad_cards_are_left_out_and_said_so(tmp_path: Path) -> None:
    """The good ones are asked; where to look for the others is told."""
    path = tmp_path / "half.yaml"
    path.write_text(DECK.replace("deck: seven", "deck: half").replace("number: 2", "nmber: 2"), "utf-8")
    done = piped(tmp_path, "quiz", str(path), typed="\n" * 14)
    assert done.returncode == 0
    assert "studyrnn check" in done.stdout
    assert "7 cards in" in done.stdout


@pytest.mark.parametrize("leaving", ["q\n", ""])
def test_leaving_at_the_rating_keeps_what_was_graded(tmp_path: Path, leaving: str) -> None:
    """The answer was given and judged: it is logged with the suggested rating, whether by q or by the end of input."""
    path = tmp_path / "typed.yaml"
    path.write_text(TYPED, "utf-8")
    done = piped(tmp_path, "quiz", str(path), typed=f"teacher forcing\n{leaving}")
    assert done.returncode == 0
    assert reviews(tmp_path) == [("typed/term", 3, 1.0)]
    assert "1 card in" in done.stdout


def test_bytes_that_are_no_text_are_an_answer_like_any_other(deck: str, tmp_path: Path) -> None:
    """Another encoding ends neither in a traceback nor in a log that cannot be written."""
    done = subprocess.run(
        [*PROGRAM, "quiz", deck], input=b"\xff\xfe\n3\n", capture_output=True, env=environment(tmp_path), check=False
    )
    assert done.returncode == 0, done.stderr
    assert reviews(tmp_path) == [("open", 3, None)]
