"""The exercises, one file a topic. Ids, topics and levels can be read without importing NumPy.

Adding an exercise is adding an `Exercise(...)` to its topic's file; a new topic is a new file, found by its name.
"""

from __future__ import annotations

import importlib
import pkgutil

from studyrnn.errors import UnknownName
from studyrnn.exercises.base import Exercise

_NOT_TOPICS = {"base", "drawing"}


def topics() -> list[str]:
    """The topics that have exercises, in alphabetical order."""
    names = [module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__)]
    return sorted(name for name in names if name not in _NOT_TOPICS)


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
    raise UnknownName("exercise", exercise_id, [exercise.id for exercise in all_exercises()])
