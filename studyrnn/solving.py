"""A learner's own problem, solved: every intermediate forward and backward, as worked steps and as plain data."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.calculus import sum_of
from studyrnn.engine.clipping import by_global_norm, by_value, global_norm_program, value_program
from studyrnn.engine.equations import Name, Program
from studyrnn.engine.latex import literal
from studyrnn.engine.network import unreached
from studyrnn.engine.symbols import direction_of, layer_of, step_of, symbol
from studyrnn.engine.training import Chunk, Truncated, truncated, untruncated
from studyrnn.engine.worked import worked
from studyrnn.errors import ArgumentError
from studyrnn.mathtext import one_line
from studyrnn.model import Given, Step
from studyrnn.problems import DIRECTIONS, Homework, direction_word

FORMAT = 1
GRADIENTS, TOGETHER, CLIPPING = "Gradients", "All windows together", "Clipping"  # headings of what belongs to no step


@dataclass(frozen=True)
class Section:
    """Worked steps under one heading, and what has to be said before them."""

    heading: str
    steps: tuple[Step, ...] = ()
    note: str = ""  # Markdown


class Solved:
    """The homework and its answers; what is not asked for is not worked out.

    Raises ArgumentError where a quantity outgrows what a number can hold.
    """

    def __init__(self, homework: Homework) -> None:
        self.homework = homework
        self.network = homework.network
        values = {name: np.array(value, dtype=np.float64) for name, value in homework.values.items()}
        with np.errstate(all="ignore"):  # what became infinite is told in our own words
            self.run = self.network.forward(values)
            _refuse_infinite(self.run.trace)
            if "gradients" in homework.ask:
                for chunk in self.chunks:
                    _refuse_infinite(chunk.trace)
        self.clipped = self._clip() if homework.clip is not None and "gradients" in homework.ask else {}

    @cached_property
    def _backpropagated(self) -> Truncated:
        """In one chunk, or in as many as truncation makes."""
        cut = self.homework.truncate
        return untruncated(self.run) if cut is None else truncated(self.run, *cut)

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        return self._backpropagated.chunks

    @property
    def gradients(self) -> Mapping[str, Array]:
        """By the name of what they belong to: the sum over all chunks."""
        return self._backpropagated.gradients

    def _clip(self) -> dict[str, Any]:
        """The trace of clipping the gradients of weights and biases, together."""
        assert self.homework.clip is not None
        kind, threshold = self.homework.clip
        trained = {f"d{name}": self.gradients[name] for name in self.network.parameters}
        return by_global_norm(trained, threshold) if kind == "norm" else by_value(trained, threshold)

    # -- results without their working -------------------------------------------------------------------------------

    def summary(self) -> str:
        """What network this is, and what is done with it, in a line or two."""
        network, homework = self.network, self.homework
        cell = network.layers[0].cell
        convention = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in cell.convention.items())
        layers = len(network.layers)
        parts = [
            f"{cell.name.upper()}{f' ({convention})' if convention else ''}",
            f"{layers} layer{'s' * (layers > 1)}",
            "bidirectional" if network.layers[0].reverse else "",
            f"{network.steps} step{'s' * (network.steps > 1)}",
        ]
        text = ", ".join(filter(None, parts))
        if network.loss:
            over = "" if network.loss == "mse" else f", {network.reduce} over the steps"
            text += f". Loss: {network.loss}{over}"
        if homework.truncate:
            text += ". Truncated: every {} steps, {} steps back".format(*homework.truncate)
        if homework.clip:
            text += ". Clipped by {} at {:g}".format(*homework.clip)
        return text

    def given(self) -> list[Given]:
        """The numbers of the file, under the names that they have in the equations."""
        return [_given(name, value) for name, value in self.homework.values.items()]

    def results(self) -> dict[str, list[Given]]:
        """The values that were asked for, under a heading each."""
        ask, run, network = self.homework.ask, self.run, self.network
        steps = range(1, network.steps + 1)
        found: dict[str, list[str]] = {}
        if "trace" in ask:
            found["States"] = [name for place in network.places for t in steps for name in place.states(t)]
        if "outputs" in ask:
            states_again = not network.output and "trace" in ask
            names = [] if states_again else [network.top(t) for t in steps]
            found["Outputs"] = names + [p for t in steps if (p := network.at("p", t)) in run.trace]
        if "loss" in ask:
            found["Loss"] = [*network.losses, network.total]
        groups = {heading: [_given(name, run[name]) for name in names] for heading, names in found.items() if names}
        if "gradients" in ask:
            groups["Gradients"] = [_given(f"d{name}", value) for name, value in self.gradients.items()]
            if self.clipped:
                clipped = self.clipped["clipped"].items()
                groups["Clipped"] = [_given(f"{name}_clipped", value) for name, value in clipped]
        return groups

    # -- worked steps ------------------------------------------------------------------------------------------------

    def sections(self) -> Iterator[Section]:
        """Forward step by step; where they are asked for the loss, the way back and the gradients."""
        ask = self.homework.ask
        forward = self.network.program
        if not {"loss", "gradients"} & set(ask):
            forward = Program({name: rhs for name, rhs in forward.equations.items() if not name.startswith("L")})
        yield from self._by_step(forward, self.run.trace, back=False)
        if "gradients" not in ask:
            return
        for chunk in self.chunks:
            reached = _reached(chunk.backward)
            note = _deltas(reached)
            if note or self.homework.truncate:
                yield Section(_which(chunk) if self.homework.truncate else "Backwards", note=note)
            yield from self._by_step(reached, chunk.trace, back=True)
        if len(self.chunks) > 1:
            yield Section(TOGETHER, tuple(self._sums()))
        if self.homework.clip:
            yield Section(CLIPPING, self._clipping(), _CLIPPING[self.homework.clip[0]])

    def _by_step(self, program: Program, trace: Mapping[str, Any], back: bool) -> Iterator[Section]:
        """The worked steps, with a heading where the step of the network changes."""
        shown = _plain(trace)
        scalar = all(np.size(value) == 1 for value in trace.values())
        if scalar:  # no brackets around single numbers
            shown = {name: np.asarray(value).item() for name, value in trace.items()}
        steps = worked(program, shown, scalar, {*self.network.program.equations, *program.equations})
        for heading, group in groupby(steps, lambda step: self._heading(step.name, back)):
            yield Section(heading, tuple(group))

    def _heading(self, name: str, back: bool) -> str:
        """What an equation stands under. Where a layer reads backwards, everything goes layer by layer."""
        if back and name.removeprefix("d") in self.gradients:
            return GRADIENTS
        if step_of(name) is None:
            return "Back from the loss" if back else "Loss"
        if name.removeprefix("d").startswith("u_"):
            heading = "Back to both directions" if back else "Both directions, stacked"
        else:
            heading = f"{'Back through step' if back else 'Step'} {step_of(name)}"
        if any(layer.reverse for layer in self.network.layers):
            heading += f", layer {layer_of(name)}" if layer_of(name) else ""
            heading += {"": "", "f": ", forward", "r": ", reverse"}[direction_of(name)]
        return heading

    def _sums(self) -> Iterator[Step]:
        """What more than one window has a part in."""
        reached = [_reached(chunk.backward).equations for chunk in self.chunks]
        for name in self.gradients:
            found = [k for k, equations in enumerate(reached) if f"d{name}" in equations]
            if len(found) > 1:
                parts = {f"d{name}_{k}": self.chunks[k].trace[f"d{name}"] for k in found}
                program = Program({f"d{name}": sum_of([Name(part) for part in parts])})
                shown = _plain({**parts, f"d{name}": self.gradients[name]})
                (step,) = worked(program, shown, computed=shown)
                formula = " + ".join(f"{step.symbol} \\text{{of window {k + 1}}}" for k in found)
                yield Step(step.name, step.symbol, formula, step.substituted, step.value)

    def _clipping(self) -> tuple[Step, ...]:
        assert self.homework.clip is not None
        kind, threshold = self.homework.clip
        names = [f"d{name}" for name in self.network.parameters]
        program = global_norm_program(names) if kind == "norm" else value_program(names)
        tensors = {f"d{name}": self.gradients[name] for name in self.network.parameters}
        given = {**tensors, "threshold": np.array(threshold)}
        trace = {**given, **{name: value for name, value in self.clipped.items() if name != "clipped"}}
        steps = worked(program, _plain(trace), computed={**tensors, **program.equations})
        return (_norm_by_tensor(steps[0], tensors), *steps[1:]) if kind == "norm" else steps

    # -- plain data --------------------------------------------------------------------------------------------------

    def record(self) -> dict[str, Any]:
        """What `--json` prints; numbers at full precision."""
        record: dict[str, Any] = {"version": FORMAT}
        parts = {"trace": self._trace, "outputs": self._outputs, "loss": self._loss}
        for name, part in parts.items():
            if name in self.homework.ask:
                record[name] = part()
        if "gradients" in self.homework.ask:
            record["gradients"] = self._mirrored(self.gradients)
            if self.clipped:
                record["clipped"] = self._clipped_record()
        return record

    def _trace(self) -> list[dict[str, Any]]:
        """One entry a layer, direction and step: every named value of the cell."""
        entries = []
        for place in self.network.places:
            for t in range(1, self.network.steps + 1):
                values = {name: self.run[place.at(name, t)].tolist() for name in place.cell.program.equations}
                entries.append({"layer": place.layer, "direction": direction_word(place), "t": t, **values})
        return entries

    def _outputs(self) -> dict[str, Any]:
        network, steps = self.network, range(1, self.network.steps + 1)
        outputs = {"y": [self.run[network.top(t)].tolist() for t in steps]}
        if network.loss == "cross-entropy":
            outputs["p"] = [self.run[network.at("p", t)].tolist() for t in steps]
        return outputs

    def _loss(self) -> dict[str, Any]:
        per_step = [self.run.trace.get(self.network.at("L", t)) for t in range(1, self.network.steps + 1)]
        return {
            "total": float(self.run.loss),
            "per_step": [None if value is None else float(value) for value in per_step],
        }

    def _clipped_record(self) -> dict[str, Any]:
        tensors = {name[1:]: value for name, value in self.clipped["clipped"].items()}
        entries = [entry for name in tensors for entry in self.gradients[name].flat]
        return {**self._mirrored(tensors), "norm": math.hypot(*entries)}

    def _mirrored(self, tensors: Mapping[str, Array]) -> dict[str, Any]:
        """In the shape of the file: what stands at layers / 0 / forward / W_hh there, stands there here."""
        layers: list[dict[str, Any]] = [{} for _ in self.network.layers]
        for place in self.network.places:
            direction, layer = direction_word(place), layers[place.layer]
            named = {name: f"{name}{place.suffix}" for name in place.cell.parameters}
            layer[direction] = {name: tensors[full].tolist() for name, full in named.items() if full in tensors}
            for state in place.cell.states:
                if (name := place.at(state, place.start)) in tensors:
                    layer[f"{state}0{DIRECTIONS[direction]}"] = tensors[name].tolist()
        record: dict[str, Any] = {"layers": layers}
        if self.network.output:
            record["output"] = {name: tensors[name].tolist() for name in ("W_hy", "b_y")}
        if all(x in tensors for x in self.network.xs):
            record["x"] = [tensors[x].tolist() for x in self.network.xs]
        return record


def _refuse_infinite(trace: Mapping[str, Array]) -> None:
    for name, value in trace.items():
        if not np.isfinite(value).all():
            quantity = one_line(symbol(name), ascii_only=True)
            raise ArgumentError(f"{quantity} outgrows what a number can hold; it needs smaller weights or fewer steps")


def _norm_by_tensor(norm: Step, tensors: Mapping[str, Array]) -> Step:
    """One term for each tensor in place of all its entries."""
    formula = " + ".join(rf"\lVert {symbol(name)} \rVert^2" for name in tensors)
    numbers = " + ".join(literal(float(np.sum(tensor**2)), 4) for tensor in tensors.values())
    return Step(norm.name, norm.symbol, rf"\sqrt{{{formula}}}", rf"\sqrt{{{numbers}}}", norm.value)


_DELTA = r"$\delta_q$ is the gradient by what stands inside the function that gives $q$."
_DELTA_TWICE = rf"{_DELTA[:-1]}; $\delta_q'$, one product further in."
_CLIPPING = {
    "norm": r"All gradients of weights and biases, as one vector $g$, are scaled when its norm is above $\theta$.",
    "value": r"Every entry of the gradients of weights and biases is brought between $-\theta$ and $\theta$.",
}


def _deltas(backward: Program) -> str:
    """What the gradients are that have no name of their own; "" where there are none."""
    if any(re.search(r"_in_+$", name) for name in backward.equations):
        return _DELTA_TWICE
    return _DELTA if any(name.endswith("_in") for name in backward.equations) else ""


def _which(chunk: Chunk) -> str:
    """The heading of a chunk where there can be several."""
    losses = chunk.losses
    which = f"Losses of steps {losses[0]} to" if len(losses) > 1 else "Loss of step"
    return f"{which} {losses[-1]}, back to step {chunk.first}"


def _reached(program: Program) -> Program:
    """Nothing has to be shown for what no loss reaches."""
    zeros = unreached(program)
    return Program({name: rhs for name, rhs in program.equations.items() if name not in zeros})


def _given(name: str, value: Any) -> Given:
    return Given(name, symbol(name), np.asarray(value).tolist())


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: np.asarray(value).tolist() for name, value in values.items()}
