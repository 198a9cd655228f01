"""Questions as JSON, one object a line: for other programs."""

from __future__ import annotations

import json

from studyrnn.exercises.drawing import full_stem
from studyrnn.model import Question

FORMAT = 1


def line(question: Question, answers: bool = True) -> str:
    """One line with its line end. Without answers: no key, hints, steps or slips."""
    record: dict[str, object] = {
        "version": FORMAT,
        "exercise": question.exercise,
        "exercise_version": question.version,
        "seed": question.seed,
        "index": question.index,
        "replay": question.replay,
        "topic": question.topic,
        "level": question.level,
        "kind": question.kind,
        "stem": full_stem(question),
        "given": {given.name: given.value for given in question.given},
        "convention": dict(question.convention),
        "asks": question.asks,
    }
    if answers:
        record["key"] = question.key
    record["tolerance"] = question.tolerance
    if answers:
        record |= {
            "hints": list(question.hints),
            "steps": [
                {"name": s.name, "formula": s.formula, "substituted": s.substituted, "value": s.value}
                for s in question.steps
            ],
            "slips": [{"id": s.id, "value": s.value, "message": s.message} for s in question.slips],
        }
    record["options"] = None
    return json.dumps(record, ensure_ascii=False) + "\n"
