"""studyrnn exercises: what there is to practise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap
from typing import Any

from studyrnn import exercises
from studyrnn.commands import environment
from studyrnn.errors import UnknownName
from studyrnn.questions.base import Exercise
from studyrnn.topics import TOPICS

FORMAT = 1
_WIDTH = 100


def run(topic: str | None, as_json: bool) -> None:
    if topic is not None and topic not in exercises.topics():
        raise UnknownName("topic with exercises", topic, exercises.topics())
    chosen = exercises.all_exercises() if topic is None else list(exercises.of_topic(topic))
    if as_json:
        listed = {"version": FORMAT, "exercises": [record(exercise) for exercise in chosen]}
        environment.write_out([json.dumps(listed, ensure_ascii=False, indent=2) + "\n"], None)
        return
    environment.write_out((f"{line}\n" for line in _lines(chosen, detailed=topic is not None)), None)


def record(exercise: Exercise) -> dict[str, Any]:
    return {
        "id": exercise.id,
        "topic": exercise.topic,
        "level": exercise.level,
        "asks": exercise.summary,
        "slips": list(exercise.slips),
        "requires": list(exercise.requires),
    }


def _lines(chosen: Sequence[Exercise], detailed: bool) -> Iterator[str]:
    """One line each; of a single topic also the slips that are recognised, and what comes first."""
    widest = max(len(exercise.id) for exercise in chosen)
    for topic, group in groupby(chosen, key=lambda exercise: exercise.topic):
        yield f"{topic}: {TOPICS[topic]}"
        for exercise in group:
            yield from _filled(f"  {exercise.level}  {exercise.id:<{widest}}  ", exercise.summary)
            if detailed:
                yield from _filled("     recognises  ", ", ".join(exercise.slips))
            if detailed and exercise.requires:
                yield from _filled("     after       ", ", ".join(exercise.requires))
        yield ""
    count = "1 exercise" if len(chosen) == 1 else f"{len(chosen)} exercises"
    yield f"{count}; the number in front is the level, from 1 (a piece) to 5 (design and proof)."
    yield f"To see one: studyrnn generate --exercise {chosen[0].id} --count 1"


def _filled(label: str, text: str) -> list[str]:
    return wrap(text, _WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_on_hyphens=False)
