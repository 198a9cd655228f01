"""What has to hold for the questions of every exercise: `studyrnn check --exercises`, and the tests.

Each check yields what is wrong, with the replay code of a question that shows it.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.equations import Program
from studyrnn.engine.latex import literal
from studyrnn.errors import DrawError, Unreadable
from studyrnn.grading.diagnosis import grade
from studyrnn.grading.scoring import distance, entries_of, right_entries
from studyrnn.markup import formulas
from studyrnn.mathtext import MathError, one_line
from studyrnn.model import Question, Value
from studyrnn.questions.base import Exercise
from studyrnn.questions.drawing import draw, full_stem
from studyrnn.questions.forms import Numbers, place_of, plain
from studyrnn.questions.planning import EquationWork

HONEST = 0.999  # the share of honest students who have to be right
DISTINCT = 0.95
ENOUGH = 100  # questions in which every slip should turn up
DECIMALS = 4  # that an honest student carries
STEP = "1e-10"  # of the central differences, worked out with 30 digits
_DIGITS = {"choice", "line", "order"}


def findings(exercise: Exercise, seeds: Sequence[int], each: int = 5) -> list[str]:
    """Everything that is wrong with the questions of `seeds`, `each` of every seed."""
    try:
        questions = [draw(exercise, seed, index) for seed in seeds for index in range(each)]
    except DrawError as error:
        return [str(error)]
    return [f"{exercise.id}: {problem}" for check in CHECKS for problem in check(exercise, questions)]


# -- reading and grading ---------------------------------------------------------------------------------------------


def key_is_right(exercise: Exercise, questions: Sequence[Question]) -> Iterator[str]:
    """The key scores full marks in every form in which it may be typed."""
    for q in questions:
        for text in typed_forms(q):
            try:
                score = grade(q.answer.read(text), q)
            except Unreadable as error:
                yield f"{q.replay}: the key typed as {text!r} cannot be read: {error}"
                continue
            if not score.right:
                yield f"{q.replay}: the key typed as {text!r} is called wrong: {score.message}"


def typed_forms(q: Question) -> list[str]:
    """The key as different people would type it."""
    text = q.answer.typed(q.right_response)
    if q.kind in _DIGITS or q.kind == "formula":
        return [text, f"  {text}\n"]
    if q.kind == "design":
        return [text, f"[{', '.join(text.split())}]"]
    forms = [text, f"{q.asks or 'h'} = {text}"]
    rounded = q.key if q.tolerance < 1e-3 else plain(np.round(q.key, 3))
    forms += [q.answer.typed(rounded), literal(rounded)] if q.kind != "fraction" else [text.replace("/", " / ")]
    if q.kind == "fraction" and "/" in text:
        sign, top, bottom = ("-" if text.startswith("-") else ""), *text.lstrip("-").split("/")
        forms.append(rf"{sign}\frac{{{top}}}{{{bottom}}}")
    if isinstance(q.key, list):
        forms += [str(rounded), text.replace("-", "\u2212"), json.dumps(rounded).replace(",", ", ")]
    return forms


def slips_are_recognised(exercise: Exercise, questions: Sequence[Question]) -> Iterator[str]:
    """What a slip gives is wrong, is explained by that slip, and says no number."""
    for q in questions:
        for slip in q.slips:
            response = slip.value if slip.response is None else slip.response
            try:
                score = grade(q.answer.read(q.answer.typed(response)), q)
            except Unreadable as error:
                yield f"{q.replay}: what {slip.id} gives cannot be typed: {error}"
                continue
            if score.right or score.value >= 1:
                yield f"{q.replay}: what {slip.id} gives is called right"
            elif score.slip is None or score.slip.id != slip.id or not score.message.endswith(slip.message):
                yield f"{q.replay}: what {slip.id} gives is called {score.slip.id if score.slip else 'unknown'}"
            if q.kind not in _DIGITS | {"formula"} and re.search(r"\d?\.\d", score.message):
                yield f"{q.replay}: the message of {slip.id} tells a number: {score.message}"


def every_slip_is_met(exercise: Exercise, questions: Sequence[Question]) -> Iterator[str]:
    """No slip is lost to the guards in all questions; every question has one."""
    if any(not q.slips for q in questions):
        yield f"{next(q.replay for q in questions if not q.slips)}: no slip"
    if all(q.kind == "line" for q in questions):
        met = {q.said.partition(" is wrong. ")[2] for q in questions}
        missing = [slip for slip, message in exercise.slips.items() if message not in met]
    else:
        seen = {slip.id for q in questions for slip in q.slips}
        missing = [slip for slip in exercise.slips if slip not in seen]
    if missing and len(questions) >= ENOUGH:
        yield f"never met: {', '.join(missing)}"


def nonsense_is_refused(exercise: Exercise, questions: Sequence[Question]) -> Iterator[str]:
    """What nobody can read costs nothing."""
    for text in ("", "   ", "what?", "0.5.5", "nan", "1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7", "__import__('os')", "9" * 3000):
        for q in questions[:5]:
            try:
                q.answer.read(text)
            except Unreadable:
                continue
            yield f"{q.replay}: {text[:20]!r} is read as an answer"


# -- what is shown ---------------------------------------------------------------------------------------------------


def questions_differ(exercise: Exercise, questions: Sequence[Question]) -> Iterator[str]:
    asked = {json.dumps([q.stem, q.options, [[g.name, g.value] for g in q.given]]) for q in questions}
    if len(asked) < DISTINCT * len(questions):
        yield f"only {len(asked)} of {len(questions)} questions are distinct"


def texts_can_be_shown(exercise: Exercise, questions: Sequence[Question]) -> Iterator[str]:
    """Every formula can be typeset, and no template is left over."""
    shown: set[str] = set()
    for q in questions:
        for text in (full_stem(q), q.said, q.why, *q.hints, *(slip.message for slip in q.slips)):
            if re.search(r"\{\{|\bNone\b|\bnan\b|\binf\b|\bTrue\b|\bFalse\b", text):
                yield f"{q.replay}: a left-over in {text!r}"
            shown.update(formulas(text))
        for step in q.steps:
            shown |= {step.symbol, step.formula, step.substituted} | ({step.tex} if step.tex else set())
        shown |= {q.asks_symbol, *(given.symbol for given in q.given)}
    for formula in sorted(shown):
        try:
            fine = one_line(formula) and one_line(formula, ascii_only=True).isascii()
        except MathError as error:
            yield f"cannot be typeset: {formula!r}: {error}"
            continue
        if not fine:
            yield f"cannot be typeset: {formula!r}"


def questions_are_complete(exercise: Exercise, questions: Sequence[Question]) -> Iterator[str]:
    """The last step is the key; a slip parts from the way at a step."""
    for q in questions:
        if not (q.steps or q.said):
            yield f"{q.replay}: no solution"
        names = {step.name for step in q.steps}
        if q.kind in {"number", "vector", "matrix", "integer", "fraction"} and q.steps:
            if q.steps[-1].name != q.asks or q.steps[-1].value != q.key:
                yield f"{q.replay}: the last step is not the key"
            if not {slip.parts_at for slip in q.slips} <= names:
                yield f"{q.replay}: a slip parts from the way at no step"


def key_positions_are_uniform(exercise: Exercise, questions: Sequence[Question]) -> Iterator[str]:
    """Of a choice: no position is right far more or far less often than another."""
    for count in {len(q.options) for q in questions if q.kind == "choice"}:
        places = Counter(place_of(q.key) for q in questions if len(q.options) == count)
        total = sum(places.values())
        expected, spread = total / count, math.sqrt(total / count * (1 - 1 / count))
        for place in range(1, count + 1):
            if abs(places[place] - expected) > 5 * spread + 1:
                yield f"option {place} of {count} is right {places[place]} times in {total}"


# -- is the key right? -----------------------------------------------------------------------------------------------


def computed(questions: Sequence[Question]) -> Iterator[tuple[Question, EquationWork]]:
    for q in questions:
        if isinstance(q.work, EquationWork):
            yield q, q.work


def values_of(work: EquationWork) -> dict[str, Any]:
    return {name: work.trace[name].tolist() for name in work.plan.inputs}


def key_agrees_with_thirty_digits(exercise: Exercise, questions: Sequence[Question]) -> Iterator[str]:
    """The equations worked out with 30 digits give what NumPy gave, to 1e-9."""
    from studyrnn.engine.precise import run_precise

    for q, work in computed(questions):
        precise = run_precise(work.plan.program, values_of(work))
        for name in work.plan.program.equations:
            mine, theirs = plain(work.trace[name]), plain(precise[name])
            scale = max(1.0, *map(abs, entries_of(theirs)))
            if distance(mine, theirs) > 1e-9 * scale:
                yield f"{q.replay}: {name} is {mine}, with 30 digits {theirs}"


def gradients_are_slopes(exercise: Exercise, questions: Sequence[Question]) -> Iterator[str]:
    """What is called dX is the slope of the loss L along X: a central difference with 30 digits agrees to 1e-8."""
    for q, work in computed(questions):
        whole = work.plan.variant.program
        name = q.asks.removeprefix("d")
        if name == q.asks or "L" not in whole.equations or not isinstance(exercise.form, Numbers):
            continue
        free = dict.fromkeys(whole.needed(["L"]).inputs, 0.5)  # what the key does not depend on may have any value
        measured = slopes(whole, free | values_of(work), "L", name, work.trace)
        if distance(measured, q.key) > 1e-8 * max(1.0, *map(abs, entries_of(q.key))):
            yield f"{q.replay}: {q.asks} is {q.key}, the slope of L along {name} is {measured}"


def slopes(program: Program, values: Mapping[str, Any], loss: str, name: str, trace: Mapping[str, Any]) -> Value:
    """The slope of `loss` along each entry of `name`, an input or an intermediate."""
    from studyrnn.engine.precise import PRECISE, context, precise_number

    forward = program.needed([loss])
    step = context.mpf(STEP)
    known = {key: precise_number(value) for key, value in values.items() if key in forward.inputs}
    start = known.get(name) or forward.run(known, PRECISE)[name]

    def along(entry: Sequence[int]) -> float:
        both = [forward.run({**known, name: moved(start, entry, sign * step)}, PRECISE)[loss] for sign in (1, -1)]
        return float((both[0] - both[1]) / (2 * step))

    if not isinstance(start, list):
        return along(())
    if not isinstance(start[0], list):
        return [along((k,)) for k in range(len(start))]
    return [[along((i, j)) for j in range(len(start[0]))] for i in range(len(start))]


def moved(value: Any, entry: Sequence[int], by: Any) -> Any:
    if not entry:
        return value + by
    return [moved(part, entry[1:], by) if k == entry[0] else part for k, part in enumerate(value)]


def honest_students_are_right(exercise: Exercise, questions: Sequence[Question]) -> Iterator[str]:
    """Who rounds every intermediate result to 4 decimals and reports 3 is right in at least 99.9 % of questions."""
    right = []
    for q, work in computed(questions):
        if q.kind in {"number", "vector", "matrix"} and not exercise.form.exact:
            known = {name: np.array(value) for name, value in values_of(work).items()}
            reported = np.round(work.plan.program.run(known, ON_PAPER)[exercise.asks], 3)
            right.append(all(right_entries(plain(reported), q.key, q.tolerance)))
    if sum(right) < HONEST * len(right):
        yield f"only {sum(right)} of {len(right)} honest students are right"


def _to_four(operation: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: np.round(operation(*args), DECIMALS)


ON_PAPER = {name: operation if name == "number" else _to_four(operation) for name, operation in NUMPY.items()}


def draws_repeat(exercise: Exercise, questions: Sequence[Question]) -> Iterator[str]:
    for q in questions[:20]:
        if draw(exercise, q.seed, q.index) != q:
            yield f"{q.replay}: drawn again, it is another question"


CHECKS: tuple[Callable[[Exercise, Sequence[Question]], Iterator[str]], ...] = (
    key_is_right,
    slips_are_recognised,
    every_slip_is_met,
    nonsense_is_refused,
    questions_differ,
    texts_can_be_shown,
    questions_are_complete,
    key_positions_are_uniform,
    key_agrees_with_thirty_digits,
    gradients_are_slopes,
    honest_students_are_right,
    draws_repeat,
)
