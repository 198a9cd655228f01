"""From an exercise and a seed to a question: numbers, key, worked steps, hints, and what each slip would have given."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count as counting
from typing import Any

import numpy as np

from studyrnn.engine.latex import literal
from studyrnn.engine.symbols import symbol
from studyrnn.errors import ArgumentError, DrawError
from studyrnn.grading.scoring import distance, entries_of
from studyrnn.model import Given, Question, SlipValue, Step, Value
from studyrnn.questions.base import Exercise, Slip, Teller, Told, Variant
from studyrnn.questions.forms import Draft, Finished
from studyrnn.questions.planning import EquationWork, Plan, SlipPlan, plan, public

REDRAWS = 500  # the scarcest exercise keeps one draw in fourteen


def draw(exercise: Exercise, seed: int, index: int) -> Question:
    """The same question for the same exercise, version, seed and index, in every process.

    Raises DrawError if no draw tells every slip from the right answer.
    """
    chance = stream(f"{exercise.id}@{exercise.version}:{seed}/{index}")
    which = int(chance.random() * len(exercise.variants))
    variant = exercise.variants[which]
    for _ in range(REDRAWS):
        drawn = _told(exercise, variant, chance) if isinstance(variant, Teller) else _computed(exercise, which, chance)
        finished = exercise.form.finish(drawn.draft, chance) if drawn else None
        if drawn and finished:
            return _question(exercise, variant.convention, drawn, finished, seed, index)
    raise DrawError(f"{exercise.id}: no draw of {REDRAWS} for seed {seed}, index {index} tells its slips apart")


def fixed(exercise: Exercise, given: Mapping[str, Value], convention: Mapping[str, str]) -> Question:
    """The question with these numbers in place of drawn ones: all inputs by the names they have in JSON (h_prev).

    `convention` chooses among the variants that take these inputs. Slips that these numbers cannot show are left out.
    Raises ArgumentError for names, shapes or variants that the exercise does not have.
    """
    which = _which(exercise, given, convention)
    prepared = plan(exercise, which)
    values = {name: given[public(name)] for name in prepared.inputs}
    for name, shape in ((name, np.shape(prepared.draw(random.Random(0))[name])) for name in prepared.inputs):
        if np.ndim(values[name]) != len(shape):
            what = {0: "a number", 1: "a vector", 2: "a matrix"}[len(shape)]
            raise ArgumentError(f"{public(name)}: {exercise.id} takes {what} here")
    drawn = None
    with suppress(ValueError, IndexError):  # shapes that do not fit
        drawn = _worked_out(exercise, prepared, prepared.run(values), lenient=True)
    if drawn is None:
        shapes = ", ".join(f"{public(name)} {np.shape(value)}" for name, value in values.items())
        raise ArgumentError(f"given: these shapes do not fit together: {shapes}")
    finished = exercise.form.finish(drawn.draft, stream(f"{exercise.id} {values}"))
    if finished is None:
        raise ArgumentError(f"given: {exercise.id} makes no question of these numbers")
    return _question(exercise, prepared.variant.convention, drawn, finished, 0, -1)


def _which(exercise: Exercise, given: Mapping[str, Value], convention: Mapping[str, str]) -> int:
    places = [k for k, variant in enumerate(exercise.variants) if isinstance(variant, Variant)]
    if not places:
        raise ArgumentError(f"given: {exercise.id} is told, not computed: its numbers cannot be chosen")
    inputs = {k: sorted(map(public, plan(exercise, k).inputs)) for k in places}
    fitting = [k for k in places if inputs[k] == sorted(given)]
    if not fitting:
        wanted = " or ".join(dict.fromkeys(", ".join(names) for names in inputs.values()))
        raise ArgumentError(f"given: {exercise.id} needs {wanted}")
    found = [k for k in fitting if convention.items() <= exercise.variants[k].convention.items()]
    if len(found) != 1:
        there = ["{" + ", ".join(map(": ".join, exercise.variants[k].convention.items())) + "}" for k in fitting]
        raise ArgumentError(f"variant: has to name one of {', '.join(there)}")
    return found[0]


def series(chosen: Sequence[Exercise], seed: int) -> Iterator[Question]:
    """The exercises in turn, each with its own index: a longer series begins with the shorter one."""
    for index in counting():
        for exercise in chosen:
            yield draw(exercise, seed, index)


def mixed(chosen: Sequence[Exercise], seed: int) -> list[Exercise]:
    """The exercises in an order of chance, no topic twice before every topic has had its turn."""
    chance = stream(f"mix:{seed}")
    by_topic: dict[str, list[tuple[float, Exercise]]] = {}
    for exercise in chosen:
        by_topic.setdefault(exercise.topic, []).append((chance.random(), exercise))
    rounds: list[tuple[int, float, Exercise]] = []
    for exercises in by_topic.values():
        for place, (_, exercise) in enumerate(sorted(exercises, key=lambda pair: pair[0])):
            rounds.append((place, chance.random(), exercise))
    return [exercise for _, _, exercise in sorted(rounds, key=lambda entry: entry[:2])]


def stream(name: str) -> random.Random:
    """Chance that depends on nothing but `name`. Only .random() is used: Python promises that one never changes."""
    return random.Random(int.from_bytes(hashlib.sha256(name.encode()).digest()))


# -- one draw --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Drawn:
    """What one draw gave, its guards passed."""

    draft: Draft
    stem: str
    given: tuple[Given, ...]


def _computed(exercise: Exercise, which: int, chance: random.Random) -> _Drawn | None:
    """None where the draw has to be thrown away."""
    prepared = plan(exercise, which)
    trace = prepared.run(prepared.draw(chance))
    if prepared.variant.keep is not None and not prepared.variant.keep(trace):
        return None
    key = exercise.form.observe(trace, exercise.asks)
    if not exercise.form.exact and _hard_to_give(key, exercise.form.apart(key)):
        return None
    return _worked_out(exercise, prepared, trace)


def _worked_out(exercise: Exercise, prepared: Plan, trace: Mapping[str, Any], lenient: bool = False) -> _Drawn | None:
    """`lenient`: slips that cannot be told apart are left out, and none has to be left."""
    key = exercise.form.observe(trace, exercise.asks)
    found = ((slip.slip, _value(exercise, prepared, slip, trace), slip.parts_at) for slip in prepared.slips)
    slips = _told_apart(key, found, exercise.form.apart(key), lenient)
    if slips is None or not (slips or lenient):
        return None
    work = EquationWork(prepared, trace)
    draft = Draft(prepared.symbols[exercise.asks], key, slips, (), work, trace)
    return _Drawn(draft, prepared.variant.stem, work.given())


def _value(exercise: Exercise, prepared: Plan, slip: SlipPlan, trace: Mapping[str, Any]) -> Value:
    return exercise.form.observe(prepared.run_slip(slip, trace), exercise.asks)


def _told(exercise: Exercise, variant: Teller, chance: random.Random) -> _Drawn | None:
    told = variant.tell(chance)
    found = ((slip, told.slips[slip.id], "") for slip in variant.slips if slip.id in told.slips)
    apart = 0.5 if told.options else exercise.form.apart(told.key)
    slips = _told_apart(told.key, found, apart)
    if not slips:
        return None
    given = tuple(Given(public(name), exercise.symbols.get(name) or symbol(name), v) for name, v in told.given.items())
    name = exercise.symbols.get(exercise.asks) or symbol(exercise.asks or "answer")
    draft = Draft(name, told.key, slips, told.options, ToldWork(told))
    return _Drawn(draft, told.stem, given)


def _told_apart(
    key: Value, found: Iterable[tuple[Slip, Value, str]], apart: float, lenient: bool = False
) -> list[SlipValue] | None:
    """The slips that can be told from the key and from one another on these numbers; None where one that always has
    to be cannot, unless `lenient`."""
    kept: list[SlipValue] = []
    taken = [key]
    for slip, value, parts_at in found:
        finite = all(abs(entry) < float("inf") for entry in entries_of(value))  # neither infinite nor nan
        if finite and _same_shape(value, key) and all(distance(value, other) >= apart for other in taken):
            kept.append(SlipValue(slip.id, value, slip.message, parts_at))
            taken.append(value)
        elif slip.always and not lenient:
            return None
    return kept


def _same_shape(a: Value, b: Value) -> bool:
    return len(entries_of(a)) == len(entries_of(b))


def _hard_to_give(key: Value, apart: float) -> bool:
    """A key near nought, or one that two honest people could round to different third decimals."""
    entries = entries_of(key)
    return max(map(abs, entries)) < apart or any(abs(abs(entry) * 1000 % 1 - 0.5) < 1e-6 for entry in entries)


def _question(
    exercise: Exercise, convention: Mapping[str, str], drawn: _Drawn, finished: Finished, seed: int, index: int
) -> Question:
    draft = drawn.draft
    return Question(
        exercise=exercise.id,
        version=exercise.version,
        seed=seed,
        index=index,
        topic=exercise.topic,
        level=exercise.level,
        kind=finished.kind,
        stem=drawn.stem,
        given=drawn.given,
        convention=convention,
        asks=exercise.asks,
        asks_symbol=draft.symbol,
        key=finished.key,
        tolerance=finished.tolerance,
        slips=tuple(finished.slips),
        task=exercise.task or finished.task,
        answer=finished.answer,
        work=draft.work,
        options=finished.options,
        said=draft.work.said(finished.said) if isinstance(draft.work, ToldWork) else finished.said,
        response=finished.response,
        parts=finished.parts,
        parts_at=finished.parts_at,
        why=exercise.why,
    )


@dataclass(frozen=True)
class ToldWork:
    """What stands behind a question that was told: its solution in words. It has no intermediates."""

    told: Told

    def said(self, answer: str) -> str:
        key = answer or f"${literal(self.told.key)}$ is right."
        return f"{key}\n{self.told.solution}"

    def steps(self) -> tuple[Step, ...]:
        return ()

    def hints(self) -> tuple[str, ...]:
        return self.told.hints


def full_stem(question: Question) -> str:
    """The stem with its numbers and options as LaTeX, for whoever prints it without us."""
    pieces = [question.stem]
    if question.given:
        shown = (f"${given.symbol} = {given.tex or literal(given.value)}$" for given in question.given)
        pieces.append(", ".join(shown))
    if question.options:
        pieces.append("\n".join(f"{digit}. {option}" for digit, option in enumerate(question.options, 1)))
    return "\n\n".join([*pieces, question.task])
