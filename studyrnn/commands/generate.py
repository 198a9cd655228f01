"""studyrnn generate: questions with fresh numbers, for a sheet or for another program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count as counting
from itertools import islice
from pathlib import Path

from studyrnn import exercises
from studyrnn.commands import environment
from studyrnn.errors import UnknownName, UsageError, nearest
from studyrnn.exercises.base import Exercise
from studyrnn.exercises.drawing import draw, replay
from studyrnn.model import Question

FORMATS = ("text", "jsonl")


def run(
    topic: str | None,
    exercise: str | None,
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
        if topic or exercise or seed is not None:
            raise UsageError("--replay names everything already: leave out --topic, --exercise and --seed")
        questions = iter([replay(code)])
    else:
        chosen = choose(topic, exercise)
        if seed is None:
            seed = environment.random_seed()
            environment.message(f"seed {seed}")
        questions = islice(series(chosen, seed), count)
    if form == "jsonl":
        from studyrnn.exporters.jsonl import line

        pieces: Iterator[str] = (line(question, answers) for question in questions)
    else:
        pieces = sheets(questions, answers, plain or environment.wants_plain(), to_file=output is not None)
    environment.write_out(pieces, output)


def choose(topic: str | None, exercise: str | None) -> list[Exercise]:
    """Raises UnknownName, with the nearest names."""
    if exercise is not None:
        found = exercises.find(exercise)
        if topic is not None and found.topic != topic:
            raise UsageError(f"{exercise} belongs to the topic {found.topic}, not to {topic}")
        return [found]
    if topic is None:
        return sorted(exercises.all_exercises(), key=lambda exercise: exercise.level)  # easy ones first
    chosen = list(exercises.of_topic(topic))
    if not chosen:
        raise UnknownName("topic with exercises", topic, exercises.topics())
    return chosen


def series(chosen: list[Exercise], seed: int) -> Iterator[Question]:
    """The exercises in turn, each with its own index: a longer series begins with the shorter one."""
    for index in counting():
        for exercise in chosen:
            yield draw(exercise, seed, index)


def sheets(questions: Iterator[Question], answers: bool, plain: bool, to_file: bool) -> Iterator[str]:
    import sys

    from studyrnn.terminal.screen import speaks_unicode

    plain = plain or not (to_file or speaks_unicode(sys.stdout))
    width = 78  # a sheet of paper, whatever the terminal
    for number, question in enumerate(questions, 1):
        lines = question_lines(number, question, answers, width, plain)
        yield "\n".join([*([""] if number > 1 else []), *lines, ""])


def question_lines(number: int, question: Question, answers: bool, width: int, plain: bool) -> list[str]:
    """One question, numbered; below it, if asked for, its worked solution."""
    from studyrnn.posing import ExercisePosed
    from studyrnn.terminal import views

    posed = ExercisePosed(question)
    blocks = views.numbered(number, posed.sheet.heading, question.replay, width, plain)
    blocks += views.sheet(posed.sheet, width, plain)
    if answers:
        worked = replace(posed.solution(None), replay="")  # it stands in the first line
        blocks += views.solution(worked, width, plain, verdict_shown=False)[1:]
    return [block.plain.rstrip() for block in blocks]
