"""The exercises, one file a topic. Ids, topics and levels can be read without importing NumPy.

Adding an exercise is adding an `Exercise(...)` to its topic's file; a new topic is a new file, found by its name. What
an exercise is stands in `studyrnn/questions/base.py`.
"""

from __future__ import annotations

import importlib
import pkgutil
import re

from studyrnn.errors import ReplayError, UnknownName
from studyrnn.model import Card, Question
from studyrnn.questions.base import Exercise


def topics() -> list[str]:
    """The topics that have exercises, in alphabetical order."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__))


def of_topic(topic: str) -> tuple[Exercise, ...]:
    """The exercises of a topic, in the order of its file; none for a topic without exercises."""
    if topic not in topics():
        return ()
    module = importlib.import_module(f"{__name__}.{topic.replace('-', '_')}")
    exercises: tuple[Exercise, ...] = module.EXERCISES
    return exercises


def all_exercises() -> list[Exercise]:
    return [exercise for topic in topics() for exercise in of_topic(topic)]


def find(exercise_id: str) -> Exercise:
    """Raises UnknownName, with the nearest ids, where there is no such exercise."""
    for exercise in of_topic(exercise_id.partition(".")[0]):
        if exercise.id == exercise_id:
            return exercise
    known = [exercise.id for exercise in all_exercises()]
    raise UnknownName("exercise", exercise_id, known, "`studyrnn exercises` lists them all.")


def question(card: Card, seed: int, index: int) -> Question:
    """What an exercise card asks: numbers drawn anew, or its own."""
    from studyrnn.questions.drawing import draw, fixed

    exercise = find(card.exercise)
    return fixed(exercise, card.given, card.variant) if card.given else draw(exercise, seed, index)


def replay(code: str) -> Question:
    """The question that a replay code such as gru.hidden-state@1:7/0 names.

    Raises ReplayError for a code that is malformed or of another version, UnknownName for another exercise.
    """
    from studyrnn.questions.drawing import draw

    match = re.fullmatch(r"([a-z-]+\.[a-z0-9-]+)@([0-9]{1,9}):([0-9]{1,19})/([0-9]{1,9})", code.strip())
    if not match:
        raise ReplayError(f'"{code}" is no replay code. They look like gru.hidden-state@1:7/0')
    exercise = find(match[1])
    if int(match[2]) != exercise.version:
        raise ReplayError(
            f"{code} was drawn by version {match[2]} of {exercise.id}; this is version {exercise.version}, "
            "which draws other questions. The old one can be seen with the release that printed it."
        )
    return draw(exercise, int(match[3]), int(match[4]))
