"""An exercise made of equations, prepared once for all its draws; and what can be worked out of one draw."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, cached_property
from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY
from studyrnn.engine.calculus import tidy
from studyrnn.engine.cells import parameter_shape
from studyrnn.engine.equations import Apply, Expression, Name, Number, Program, names_in, substitute
from studyrnn.engine.latex import latex, literal
from studyrnn.engine.symbols import symbol
from studyrnn.engine.worked import to_four, worked
from studyrnn.grading.scoring import distance, entries_of, number_of
from studyrnn.model import Given, Question, SlipValue, Step, Value
from studyrnn.questions.base import Exercise, Slip, Variant
from studyrnn.questions.forms import NUMBERS, Design, Draft, Formula, Numbers, Parts, plain
from studyrnn.questions.sources import GATE, TENTHS, Fixed, Range, Source

_NO_FRACTION = 1e-10  # further from the nearest fraction than rounding explains
POINTS = 6  # at which formulas are compared
_CONSTANTS = {"pi": (math.pi, r"\pi")}
_POINTS = Range(-0.95, 0.95, 0.01)


@dataclass(frozen=True)
class SlipPlan:
    slip: Slip
    program: Program
    again: Program  # the part of it that has to be worked out anew
    parts_at: str  # the first equation that differs
    affected: frozenset[str]  # the equations that differ, and all that follow from them


@dataclass(frozen=True)
class Plan:
    exercise: Exercise
    variant: Variant
    program: Program
    inputs: tuple[str, ...]  # what is drawn, in reading order
    hidden: frozenset[str]  # of these, what the learner is not told: the variables of a formula
    sources: Mapping[str, Source]
    shapes: Mapping[str, tuple[int, ...]]
    slips: tuple[SlipPlan, ...]
    symbols: Mapping[str, str]

    def draw(self, chance: random.Random) -> dict[str, Value]:
        return {name: self.sources[name].draw(chance, self.shapes[name]) for name in self.inputs}

    def run(self, values: Mapping[str, Value]) -> dict[str, Any]:
        return self.program.run({name: np.asarray(value) for name, value in values.items()}, NUMPY)

    def run_slip(self, plan: SlipPlan, trace: Mapping[str, Any]) -> dict[str, Any]:
        unchanged = {name: value for name, value in trace.items() if name not in plan.affected}
        return plan.again.run(unchanged, NUMPY)


@cache
def plan(exercise: Exercise, which: int) -> Plan:
    """Raises ValueError for an exercise whose equations do not hold what it asks for (a programming error)."""
    variant = exercise.variants[which]
    assert isinstance(variant, Variant)
    whole = _numbers_only(variant.program) if isinstance(exercise.form, Formula) else variant.program
    parts = exercise.form.names if isinstance(exercise.form, Parts) else ()
    program = whole.needed([*parts, exercise.asks], exercise.given)
    if exercise.asks not in program.equations:
        raise ValueError(f"{exercise.id}: no equation for {exercise.asks}")
    unneeded = [name for name in variant.also if name not in program.inputs]
    inputs = tuple(sorted([*program.inputs, *unneeded], key=_place))
    free = frozenset(exercise.form.variables) if isinstance(exercise.form, Formula) else frozenset()
    own = {**exercise.symbols, **variant.symbols}
    symbols = {name: own.get(name) or _usual_symbol(name) for name in [*inputs, *program.equations]}
    return Plan(
        exercise=exercise,
        variant=variant,
        program=program,
        inputs=inputs,
        hidden=free | _CONSTANTS.keys() | set(exercise.hides),
        sources={name: _source(exercise, variant, name, name in free) for name in inputs},
        shapes={name: (POINTS,) if name in free else _shape(exercise, variant, name) for name in inputs},
        slips=tuple(_slip_plan(exercise, program, slip) for slip in variant.slips),
        symbols=symbols,
    )


def _slip_plan(exercise: Exercise, program: Program, slip: Slip) -> SlipPlan:
    wrong = program.rewrite(slip.equations, slip.names)
    if isinstance(exercise.form, Formula):
        wrong = _numbers_only(wrong)
    changed = [name for name, rhs in wrong.equations.items() if rhs != program.equations[name]]
    if not changed:
        raise ValueError(f"{exercise.id}: the slip {slip.id} changes nothing")
    affected = set(changed)
    for name, rhs in wrong.equations.items():
        if names_in(rhs) & affected:
            affected.add(name)
    again = Program({name: rhs for name, rhs in wrong.equations.items() if name in affected})
    return SlipPlan(slip, wrong, again, changed[0], frozenset(affected))


def _numbers_only(program: Program) -> Program:
    """The same with every product one of numbers, so that it can be run on many points at once."""

    def plainly(expression: Expression) -> Expression:
        if not isinstance(expression, Apply):
            return expression
        args = tuple(map(plainly, expression.args))
        if expression.op in {"transpose", "total", "mean"}:
            return args[0]
        return Apply("mul" if expression.op in {"matvec", "outer", "dot"} else expression.op, args)

    return Program({name: plainly(rhs) for name, rhs in program.equations.items()})


_GATES = "ifgorzn"


def _place(name: str) -> tuple[int, int]:
    """Inputs, then states, then gates and all else, then weights: W_x before W_h before b. Else as they are used."""
    for place, prefix in enumerate(("W_x", "W_h", "W_", "b_"), start=3):
        if name.startswith(prefix):
            return (place, 0)
    if name == "x" or name.startswith("x_"):
        return (0, 0)
    if name in _GATES:
        return (2, _GATES.index(name))
    return (1, 0) if name.endswith("_") or name[-1].isdigit() else (2, len(_GATES))


def _by_step(names: Sequence[str]) -> list[str]:
    """What differs in its step alone stands together and in order, whichever step is needed first."""
    parts = {name: re.search(r"_(\d+)", name) for name in names}
    stems = {name: name.replace(match[0], "", 1) if match else name for name, match in parts.items()}
    first = {stem: place for place, stem in reversed(list(enumerate(stems.values())))}
    return sorted(names, key=lambda name: (first[stems[name]], int(match[1]) if (match := parts[name]) else 0))


def _usual_symbol(name: str) -> str:
    return _CONSTANTS[name][1] if name in _CONSTANTS else symbol(name)


def _source(exercise: Exercise, variant: Variant, name: str, free: bool) -> Source:
    own = variant.ranges.get(name) or exercise.ranges.get(name)
    if own is not None:
        return own
    if name in _CONSTANTS:
        return Fixed(_CONSTANTS[name][0])
    if free:
        return _POINTS
    return GATE if name in {"i", "f", "o", "r", "z"} else TENTHS


def _shape(exercise: Exercise, variant: Variant, name: str) -> tuple[int, ...]:
    own = variant.shapes.get(name, exercise.shapes.get(name))
    if own is not None:
        return own
    if exercise.scalar or name in _CONSTANTS:
        return ()
    base = re.sub(r"(_\d+|_)$", "", name.partition("__")[0])  # x_2 is an x, h_ and h_0 are an h
    return parameter_shape("y" if base == "target" else base, exercise.d, exercise.n, exercise.m)


# -- what can be worked out of one draw ------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class EquationWork:
    """The values of one draw, with everything that follows from them when it is asked for."""

    plan: Plan
    trace: Mapping[str, Any]  # all values by name, as NumPy's

    @cached_property
    def shown(self) -> dict[str, Value]:
        return {name: plain(value) for name, value in self.trace.items()}

    def given(self) -> tuple[Given, ...]:
        plan = self.plan
        return tuple(
            Given(public(name), plan.symbols[name], value := self.shown[name], plan.sources[name].tex(value))
            for name in _by_step(plan.inputs)
            if name not in plan.hidden
        )

    def steps(self) -> tuple[Step, ...]:
        if isinstance(self.plan.exercise.form, Formula | Design):
            return ()  # a formula has no numbers; a design is one of many
        return self._all_steps

    @cached_property
    def _all_steps(self) -> tuple[Step, ...]:
        return self._worked(self.plan.program, self.shown)

    def lines(self, slip: str) -> tuple[Step, ...]:
        wrong = self._slip(slip)
        trace = self.plan.run_slip(wrong, self.trace)
        program = Program({name: tidy(rhs) for name, rhs in wrong.program.equations.items()})
        return self._worked(program, {name: plain(value) for name, value in trace.items()})

    def _worked(self, program: Program, shown: Mapping[str, Value]) -> tuple[Step, ...]:
        return worked(
            program,
            shown,
            self.plan.exercise.scalar,
            symbols=self.plan.symbols,
            written=self._written(shown),
            write=self._write,
        )

    @property
    def _write(self) -> Callable[[Any], str]:
        """How what has been worked out is written: to 4 decimals, or exactly where exact answers are asked for."""
        form = self.plan.exercise.form
        precision = form.precision if isinstance(form, Numbers) else ""
        return {"whole": literal, "fraction": fraction}.get(precision, to_four)

    def _written(self, shown: Mapping[str, Value]) -> dict[str, str]:
        """What is not written with decimals: ln 3, pi, and where fractions are asked for every value."""
        plan = self.plan
        written = {name: tex for name in plan.inputs if (tex := plan.sources[name].tex(shown[name]))}
        written |= {name: tex for name, (_, tex) in _CONSTANTS.items() if name in plan.inputs}
        if self._write is not to_four:
            written |= {name: self._write(shown[name]) for name in plan.program.equations}
        return written

    def hints(self) -> tuple[str, ...]:
        """Formula, formula with the numbers, first number. The solution itself is what follows."""
        if isinstance(self.plan.exercise.form, Formula):
            return ("\n".join(f"$${line}$$" for line in self.equations()[:-1]),)
        steps = self.steps()
        if not steps:
            return ()
        first = steps[0]
        formulas = "\n".join(f"${step.symbol} = {step.formula}$" for step in steps)
        entry = self._write(entries_of(first.value)[0])
        what = f"The first number of ${first.symbol}$" if isinstance(first.value, list) else f"${first.symbol}$"
        return (formulas, f"$${first.symbol} = {first.substituted}$$", f"{what} is ${entry}$.")

    def symbols(self, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(self.plan.symbols[name] for name in names)

    # -- formulas and designs

    def equations(self) -> tuple[str, ...]:
        """The equations as LaTeX, without numbers."""
        scalar, symbols = self.plan.exercise.scalar, self.plan.symbols
        lines = self.plan.program.equations.items()
        return tuple(f"{symbols[name]} = {latex(rhs, scalar, symbols.__getitem__)}" for name, rhs in lines)

    def formula(self, variables: Sequence[str], slip: str = "") -> Expression:
        """What is asked for with everything put in that is neither a variable nor computed from one alone."""
        program = self._slip(slip).program if slip else self.plan.program
        known: dict[str, Expression] = {
            name: Number(number_of(plain(self.trace[name]))) for name in self.plan.inputs if name not in variables
        }
        for name, rhs in program.equations.items():
            known[name] = Name(name) if name in variables else substitute(rhs, known)
        return substitute(program.equations[self.plan.exercise.asks], known)

    def design(self, parameters: Sequence[str], slip: str) -> list[float]:
        trace = self.plan.run_slip(self._slip(slip), self.trace)
        return [number_of(plain(trace[name])) for name in parameters]

    def outputs(self, chosen: Mapping[str, float]) -> Value:
        values = {name: self.trace[name] for name in self.plan.inputs} | {
            name: np.asarray(float(value)) for name, value in chosen.items()
        }
        with np.errstate(all="ignore"):
            return plain(self.plan.program.run(values, NUMPY)[self.plan.exercise.asks])

    def _slip(self, slip: str) -> SlipPlan:
        return next(found for found in self.plan.slips if found.slip.id == slip)

    # -- parts

    def part(self, question: Question, name: str, known: Mapping[str, Value]) -> Question:
        """The intermediate `name` as a question, its key worked out from the values of `known` where they stand."""
        plan = self.plan
        here = {**self.trace, **{other: np.asarray(value) for other, value in known.items()}}
        equation = Program({name: plan.program.equations[name]})
        inputs = {other: here[other] for other in equation.inputs}
        trace = equation.run(inputs, NUMPY)
        key = plain(trace[name])
        form = plan.exercise.form if isinstance(plan.exercise.form, Numbers) else NUMBERS
        form = Numbers(form.precision)
        slips = [
            SlipValue(slip.slip.id, value, slip.slip.message, name)
            for slip in plan.slips
            if slip.program.equations[name] != plan.program.equations[name]
            and (value := self._of_one_equation(slip, name, here)) is not None
        ]
        apart = [slip for slip in slips if distance(slip.value, key) >= form.apart(key)]
        work = PartWork(plan, {**inputs, name: trace[name]}, equation, name)
        draft = Draft(plan.symbols[name], key, apart, (), work)
        finished = form.finish(draft, random.Random(0))
        return replace(
            question, asks=name, asks_symbol=draft.symbol, kind=finished.kind, key=finished.key,
            tolerance=finished.tolerance, slips=tuple(finished.slips), task=finished.task, answer=finished.answer,
            work=work, options=(), said="", response=None, parts=(), parts_at="",
        )  # fmt: skip

    def _of_one_equation(self, slip: SlipPlan, name: str, here: Mapping[str, Any]) -> Value | None:
        equation = Program({name: slip.program.equations[name]})
        if not set(equation.inputs) <= here.keys():
            return None
        value = plain(equation.run({other: here[other] for other in equation.inputs}, NUMPY)[name])
        return value if len(entries_of(value)) == len(entries_of(plain(self.trace[name]))) else None


@dataclass(frozen=True, eq=False)
class PartWork(EquationWork):
    """One equation of a longer solution."""

    equation: Program
    name: str

    def steps(self) -> tuple[Step, ...]:
        return self._worked(self.equation, self.shown)

    def _written(self, shown: Mapping[str, Value]) -> dict[str, str]:
        sources = self.plan.sources
        return {name: tex for name in shown if name in sources and (tex := sources[name].tex(shown[name]))}


def fraction(value: Value) -> str:
    """A number that is a fraction, as LaTeX; what is none, like a logarithm, to 4 decimals."""
    if isinstance(value, list):
        return literal(value, 4)
    found = Fraction(float(value)).limit_denominator(10_000)
    if abs(found - Fraction(float(value))) > _NO_FRACTION:
        return literal(value, 4)
    if found.denominator == 1:
        return str(found.numerator)
    sign = "-" if found < 0 else ""
    return rf"{sign}\frac{{{abs(found.numerator)}}}{{{found.denominator}}}"


def public(name: str) -> str:
    """h_ is written h_prev outside the equations."""
    return f"{name}prev" if name.endswith("_") else name
