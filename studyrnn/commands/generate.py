"""studyrnn generate: questions with fresh numbers, for a sheet or for another program."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from studyrnn import decks, exercises
from studyrnn.commands import environment
from studyrnn.errors import UnknownName, UsageError, nearest
from studyrnn.model import Question
from studyrnn.questions.base import Exercise
from studyrnn.questions.drawing import mixed, series

FORMATS = ("text", "jsonl")
WIDTH = 78  # a sheet of paper, whatever the terminal


def run(
    topics: Sequence[str],
    exercise: str | None,
    level: str | None,
    mix: bool,
    count: int,
    seed: int | None,
    answers: bool,
    code: str | None,
    form: str,
    output: Path | None,
    plain: bool,
) -> None:
    if form not in FORMATS:
        raise UsageError(f'--format: there is no "{form}". {nearest(form, FORMATS)}')
    if code is not None:
        if topics or exercise or level or mix or seed is not None:
            raise UsageError("--replay names everything already: leave out the other choices")
        questions = iter([exercises.replay(code)])
    else:
        chosen = choose(topics, exercise, level)
        if seed is None:
            seed = environment.random_seed()
            environment.message(f"seed {seed}")
        questions = islice(series(mixed(chosen, seed) if mix else chosen, seed), count)
    if form == "jsonl":
        from studyrnn.exporters.jsonl import line

        pieces: Iterator[str] = (line(question, answers) for question in questions)
    else:
        drawn = pictures() if answers else {}
        pieces = sheets(questions, answers, mix, plain or environment.wants_plain(), output is not None, drawn)
    environment.write_out(pieces, output)


def choose(topics: Sequence[str] = (), exercise: str | None = None, level: str | None = None) -> list[Exercise]:
    """Raises UnknownName, with the nearest names, and UsageError where nothing is left."""
    if exercise is not None:
        found = exercises.find(exercise)
        if topics and found.topic not in topics:
            raise UsageError(f"{exercise} belongs to the topic {found.topic}, not to {', '.join(topics)}")
        if level is not None:
            raise UsageError(f"{exercise} has one level, {found.level}: leave out --level")
        return [found]
    for topic in topics:
        if not exercises.of_topic(topic):
            raise UnknownName("topic with exercises", topic, exercises.topics())
    chosen = [found for topic in dict.fromkeys(topics) for found in exercises.of_topic(topic)]
    if not topics:
        chosen = sorted(exercises.all_exercises(), key=lambda exercise: exercise.level)  # easy ones first
    low, high = levels(level) if level is not None else (1, 5)
    within = [found for found in chosen if low <= found.level <= high]
    if not within:
        there = sorted({found.level for found in chosen})
        raise UsageError(f"--level {level}: there is none. Levels there are: {', '.join(map(str, there))}")
    return within


def levels(text: str) -> tuple[int, int]:
    """ "3" or "2-4". Raises UsageError."""
    match = re.fullmatch(r"\s*([1-5])\s*(?:[-–]\s*([1-5])\s*)?", text)
    if not match:
        raise UsageError(f'--level: I cannot read "{text}". Levels go from 1 to 5: write 3, or 2-4')
    low, high = int(match[1]), int(match[2] or match[1])
    if low > high:
        raise UsageError(f"--level: {low}-{high} holds nothing; write {high}-{low}")
    return low, high


def pictures() -> dict[str, str]:
    """The picture of each exercise, as the decks name it."""
    found = decks.collection(environment.deck_directory(), environment.cache_directory())
    return {card.exercise: card.plot for each in reversed(found) for card in each.deck.cards if card.exercise}


def sheets(
    questions: Iterator[Question], answers: bool, answers_last: bool, plain: bool, to_file: bool,
    pictures: Mapping[str, str] | None = None,
) -> Iterator[str]:  # fmt: skip
    """One question after the other; the worked answers below each, or all of them at the end."""
    import sys

    from studyrnn.terminal.screen import speaks_unicode

    plain = plain or not (to_file or speaks_unicode(sys.stdout))

    def worked(question: Question) -> list[str]:
        return answer_lines(question, plain, (pictures or {}).get(question.exercise, ""))

    asked: list[Question] = []
    for number, question in enumerate(questions, 1):
        lines = question_lines(number, question, plain)
        if answers and not answers_last:
            lines += worked(question)
        asked.append(question)
        yield "\n".join([*([""] if number > 1 else []), *lines, ""])
    if answers and answers_last:
        yield "\n\nAnswers\n"
        for number, question in enumerate(asked, 1):
            yield "\n".join(["", f"{number}. {question.replay}", *worked(question), ""])


def question_lines(number: int, question: Question, plain: bool) -> list[str]:
    from studyrnn.posing import ExercisePosed
    from studyrnn.terminal import views

    sheet = ExercisePosed(question).sheet
    blocks = views.numbered(number, sheet.heading, question.replay, WIDTH, plain)
    blocks += views.sheet(sheet, WIDTH, plain)
    return [block.plain.rstrip() for block in blocks]


def answer_lines(question: Question, plain: bool, picture: str = "") -> list[str]:
    from studyrnn.posing import ExercisePosed
    from studyrnn.terminal import views

    worked = replace(ExercisePosed(question, picture).solution(None), replay="")  # it stands above already
    blocks = views.solution(worked, WIDTH, plain, verdict_shown=False)[1:]
    return [block.plain.rstrip() for block in blocks]
