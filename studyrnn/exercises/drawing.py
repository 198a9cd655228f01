"""From an exercise and a seed to a question: numbers, key, worked steps, hints, and what each slip would have given."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.cells import parameter_shape
from studyrnn.engine.equations import Program, names_in
from studyrnn.engine.latex import literal, number
from studyrnn.engine.symbols import symbol
from studyrnn.engine.worked import worked
from studyrnn.errors import DrawError, ReplayError
from studyrnn.exercises import find
from studyrnn.exercises.base import GATE, INPUTS, TENTHS, UNITS, Exercise, Range, Slip, Variant
from studyrnn.grading.scoring import entries_of, tolerance_of
from studyrnn.model import AnswerKind, Given, Question, SlipValue, Step, Value

APART = 20  # tolerances between the key and every slip, and between any two slips
REDRAWS = 500  # the scarcest exercise keeps one draw in five
PRECISION = "carry 4 decimals, give 3"


def draw(exercise: Exercise, seed: int, index: int) -> Question:
    """The same question for the same exercise, version, seed and index, in every process.

    Raises DrawError if no draw tells every slip from the right answer.
    """
    chance = stream(f"{exercise.id}@{exercise.version}:{seed}/{index}")
    which = int(chance.random() * len(exercise.variants))
    plan = _plan(exercise, which)
    for _ in range(REDRAWS):
        values = {name: _numbers(chance, plan.ranges[name], plan.shapes[name]) for name in plan.inputs}
        trace = plan.program.run({name: np.asarray(value) for name, value in values.items()}, NUMPY)
        key = plain(trace[exercise.asks])
        tolerance = tolerance_of(key)
        slips = _slip_values(plan, exercise.asks, trace)
        apart = _guarded(plan, key, slips, tolerance)
        if apart is not None:
            return _question(exercise, plan, seed, index, values, trace, apart)
    raise DrawError(f"{exercise.id}: no draw of {REDRAWS} for seed {seed}, index {index} tells its slips apart")


def replay(code: str) -> Question:
    """The question that a replay code such as gru.hidden-state@1:7/0 names.

    Raises ReplayError for a code that is malformed or of another version, UnknownName for another exercise.
    """
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


def stream(name: str) -> random.Random:
    """Chance that depends on nothing but `name`. Only .random() is used: Python promises that one never changes."""
    return random.Random(int.from_bytes(hashlib.sha256(name.encode()).digest()))


def _numbers(chance: random.Random, span: Range, shape: tuple[int, ...]) -> Value:
    if shape:
        return [_numbers(chance, span, shape[1:]) for _ in range(shape[0])]  # type: ignore[return-value]
    count = round((span.high - span.low) / span.step) + 1
    # Whole steps first, so that 0.3 is drawn as 0.3 and not as 0.30000000000000004.
    steps = round(span.low / span.step) + int(chance.random() * count)
    return round(steps * span.step, 6)


def plain(value: Any) -> Value:
    """A NumPy value as floats and lists, rounded to 12 decimals: what is printed is the same on every machine."""
    return _rounded(value.tolist() if isinstance(value, np.ndarray | np.generic) else float(value))


def _rounded(value: Value) -> Value:
    if not isinstance(value, list):
        return round(value, 12) + 0.0  # no negative zero
    return [_rounded(entry) for entry in value]  # type: ignore[return-value]


# -- what can be prepared once for all draws of a variant ------------------------------------------------------------


@dataclass(frozen=True)
class _SlipPlan:
    slip: Slip
    program: Program
    parts_at: str  # the first equation that differs
    affected: frozenset[str]  # the equations that differ, and all that follow from them


@dataclass(frozen=True)
class _Plan:
    variant: Variant
    program: Program
    inputs: list[str]
    ranges: dict[str, Range]
    shapes: dict[str, tuple[int, ...]]
    slips: list[_SlipPlan]
    symbols: dict[str, str]


@cache
def _plan(exercise: Exercise, which: int) -> _Plan:
    variant = exercise.variants[which]
    program = variant.program.needed([exercise.asks], exercise.given)
    inputs = sorted(program.inputs, key=_reading_order)
    return _Plan(
        variant=variant,
        program=program,
        inputs=inputs,
        ranges={name: exercise.ranges.get(name, _usual_range(name)) for name in inputs},
        shapes={name: _shape(exercise, name) for name in inputs},
        slips=[_slip_plan(program, slip) for slip in variant.slips],
        symbols={name: symbol(name) for name in [*inputs, *program.equations]},
    )


def _slip_plan(program: Program, slip: Slip) -> _SlipPlan:
    wrong = program.rewrite(slip.equations, slip.names)
    changed = [name for name, rhs in wrong.equations.items() if rhs != program.equations[name]]
    affected = set(changed)
    for name, rhs in wrong.equations.items():
        if names_in(rhs) & affected:
            affected.add(name)
    return _SlipPlan(slip, wrong, changed[0], frozenset(affected))


_GATES = "ifgorzn"


def _reading_order(name: str) -> tuple[int, str]:
    """Inputs, then states, then gates and other intermediates, then weights: W_x before W_h before b."""
    for place, prefix in enumerate(("W_x", "W_h", "W_", "b_"), start=3):
        if name.startswith(prefix):
            return (place, name)
    if name == "x" or name.startswith("x_"):
        return (0, name)
    if name in _GATES:
        return (2, str(_GATES.index(name)))
    return (1 if name.endswith("_") or name[-1].isdigit() else 2, name)


def _usual_range(name: str) -> Range:
    return GATE if name in {"i", "f", "o", "r", "z"} else TENTHS


def _shape(exercise: Exercise, name: str) -> tuple[int, ...]:
    if exercise.scalar:
        return ()
    if name in exercise.shapes:
        return exercise.shapes[name]
    return (INPUTS,) if name == "x" else parameter_shape(name, INPUTS, UNITS)


# -- guards ----------------------------------------------------------------------------------------------------------


def _slip_values(plan: _Plan, asks: str, trace: Mapping[str, Any]) -> list[Value]:
    found = []
    for slip in plan.slips:
        unchanged = {name: value for name, value in trace.items() if name not in slip.affected}
        found.append(plain(slip.program.run(unchanged, NUMPY)[asks]))
    return found


def _guarded(plan: _Plan, key: Value, slips: list[Value], tolerance: float) -> list[tuple[_SlipPlan, Value]] | None:
    """The slips that can be told apart on these numbers, or None where the draw has to be thrown away."""
    entries = entries_of(key)
    if max(map(abs, entries)) < APART * tolerance or any(_is_tie(entry) for entry in entries):
        return None
    kept: list[tuple[_SlipPlan, Value]] = []
    taken = [entries]
    for slip, value in zip(plan.slips, slips, strict=True):
        mine = entries_of(value)
        if all(_distance(mine, other) >= APART * tolerance for other in taken):
            kept.append((slip, value))
            taken.append(mine)
        elif slip.slip.always:
            return None
    return kept or None


def _distance(a: list[float], b: list[float]) -> float:
    return max(abs(p - q) for p, q in zip(a, b, strict=True))


def _is_tie(entry: float) -> bool:
    """Two honest people could round it to different third decimals."""
    return abs(abs(entry) * 1000 % 1 - 0.5) < 1e-6


# -- putting the question together -----------------------------------------------------------------------------------


def _question(
    exercise: Exercise,
    plan: _Plan,
    seed: int,
    index: int,
    values: dict[str, Value],
    trace: dict[str, Any],
    slips: list[tuple[_SlipPlan, Value]],
) -> Question:
    shown = {name: values[name] if name in values else plain(value) for name, value in trace.items()}
    key = shown[exercise.asks]
    steps = worked(plan.program, shown, exercise.scalar)
    return Question(
        exercise=exercise.id,
        version=exercise.version,
        seed=seed,
        index=index,
        topic=exercise.topic,
        level=exercise.level,
        kind=_kind(key),
        stem=plan.variant.stem,
        given=tuple(Given(_public(name), plan.symbols[name], values[name]) for name in plan.inputs),
        convention=plan.variant.convention,
        asks=exercise.asks,
        asks_symbol=plan.symbols[exercise.asks],
        key=key,
        tolerance=tolerance_of(key),
        hints=_hints(steps),
        steps=steps,
        slips=tuple(SlipValue(p.slip.id, value, p.slip.message, p.parts_at) for p, value in slips),
    )


def _kind(key: Value) -> AnswerKind:
    if not isinstance(key, list):
        return "number"
    return "matrix" if isinstance(key[0], list) else "vector"


def _public(name: str) -> str:
    """h_ is written h_prev outside the equations."""
    return f"{name}prev" if name.endswith("_") else name


def _hints(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Formula, formula with the numbers, first number. The solution itself is what follows."""
    first = steps[0]
    formulas = "\n".join(f"${step.symbol} = {step.formula}$" for step in steps)
    entry = number(entries_of(first.value)[0], 4)
    what = f"The first number of ${first.symbol}$" if isinstance(first.value, list) else f"${first.symbol}$"
    return (
        formulas,
        f"$${first.symbol} = {first.substituted}$$",
        f"{what} is ${entry}$.",
    )


def task(question: Question) -> str:
    """The last line of the stem: what to compute, how precisely."""
    return f"Compute ${question.asks_symbol}$ ({PRECISION})."


def full_stem(question: Question) -> str:
    """The stem with its numbers as LaTeX, for whoever prints it without us."""
    numbers = ", ".join(f"${given.symbol} = {literal(given.value)}$" for given in question.given)
    return f"{question.stem}\n\n{numbers}\n\n{task(question)}"
