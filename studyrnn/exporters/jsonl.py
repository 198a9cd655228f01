"""Questions as JSON, one object a line: for other programs."""

from __future__ import annotations

import json
from typing import Any

from studyrnn.model import Question, Value
from studyrnn.questions.drawing import full_stem

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
        record["key"] = _response(question, question.key, question.response)
    record["tolerance"] = question.tolerance
    if answers:
        record |= {
            "hints": list(question.hints),
            "steps": [
                {"name": s.name, "formula": s.formula, "substituted": s.substituted, "value": s.value}
                for s in question.steps
            ],
            "solution": question.said,
            "slips": [
                {"id": s.id, "value": _response(question, s.value, s.response), "message": s.message}
                for s in question.slips
            ],
        }
    record["options"] = list(question.options) or None
    record["parts"] = list(question.parts) or None
    return json.dumps(record, ensure_ascii=False) + "\n"


def _response(question: Question, value: Value, response: Any) -> Any:
    """What is typed: the value itself, the numbers of a design, or a formula as text."""
    if response is None:
        return value
    return response if isinstance(response, list) else question.answer.typed(response)
