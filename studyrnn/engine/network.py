"""A network over a sequence is one program: every layer, direction and step written out, with output layer and loss.

Forward it is run, backward `calculus.gradient` turns it round: backpropagation through time is what the chain rule
makes of it, whatever the cells. How its parts are called is said in `specification`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import count, takewhile
from typing import Any, Generic, TypeVar

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.calculus import gradient
from studyrnn.engine.equations import Apply, Name, Number, Program, substitute
from studyrnn.engine.shapes import Shape, Size, array, distribution, fitted, from_0_to_1, parts
from studyrnn.engine.specification import FEEDS, Layer, Place, Specification, stepped
from studyrnn.engine.unrolling import Unrolled, unrolled
from studyrnn.errors import ArgumentError, known

__all__ = ["FEEDS", "Differentiable", "Layer", "Network", "Place", "Run", "backpropagated", "shared", "unreached"]


class Differentiable(ABC):
    """What has a loss and can be gone through backwards: a network, or several joined into one."""

    @property
    @abstractmethod
    def program(self) -> Program: ...

    @property
    @abstractmethod
    def shapes(self) -> Mapping[str, Shape]:
        """The shape of every input, in letters: d inputs, n units (n1, n2 ... of the layers), m outputs."""

    @property
    @abstractmethod
    def parameters(self) -> list[str]: ...

    @property
    @abstractmethod
    def initial(self) -> list[str]:
        """The initial states: h_0, c_0; of a reversed direction those behind the last step."""

    @property
    @abstractmethod
    def xs(self) -> list[str]:
        """The inputs x_t that are given."""

    @property
    @abstractmethod
    def losses(self) -> list[str]:
        """The names of the losses of single steps: L_1, L_2, ..."""

    @property
    @abstractmethod
    def total(self) -> str:
        """The name of the loss of the whole sequence: L."""

    @property
    def numbers(self) -> list[str]:
        """The inputs that are single numbers."""
        return [name for name, shape in self.shapes.items() if shape == ()]

    def backward(
        self, wrt: Iterable[str] | None = None, stop: Iterable[str] = (), of: Iterable[str] | None = None
    ) -> Program:
        """The equations of backpropagation from the loss.

        wrt    the inputs whose gradients are asked for; None: all parameters, initial states and x_t
        stop   names that nothing flows back through
        of     the losses of single steps to start from, like L_2; None: all that have a part in L

        Raises ArgumentError where there is no loss, UnknownName for a name that is none.
        """
        names = None if wrt is None else tuple(wrt)
        return _backward(self, names, tuple(stop), None if of is None else tuple(of))


@dataclass(frozen=True)
class Network(Specification, Differentiable):
    """A specification with its equations, ready to be run. Its fields are those of `Specification`."""

    # -- its equations and its names ---------------------------------------------------------------------------------

    @cached_property
    def _unrolled(self) -> Unrolled:
        return unrolled(self)

    @cached_property
    def _seen(self) -> dict[Any, int | None]:
        return {}

    @property
    def program(self) -> Program:
        return self._unrolled.program

    @property
    def shapes(self) -> Mapping[str, Shape]:
        return self._unrolled.shapes

    @property
    def parameters(self) -> list[str]:
        return list(self._unrolled.parameters)

    @property
    def initial(self) -> list[str]:
        return list(self._unrolled.initial)

    @property
    def xs(self) -> list[str]:
        return list(self._unrolled.xs)

    @property
    def masks(self) -> list[str]:
        """The masks of dropout, m_1, m_2 ... or m."""
        return [name for name in self._unrolled.masks if self.shapes[name]]

    def top(self, t: int) -> str:
        """The name of what the loss of step t sees: y_t, or without an output layer what the top layer hands up."""
        return self._unrolled.tops[t]

    # -- running it on numbers ---------------------------------------------------------------------------------------

    def forward(self, values: Mapping[str, Any]) -> Run[Network]:
        """Every intermediate by name. Raises ArgumentError where the values do not fit (`shapes.fitted`).

        values   one example: x_t (d), h_0 (n) ...; a batch: the examples are the last axis, x_t (d, B), and each
                 weight is shared (n, d) or each example's own (n, d, B). Initial states may be left out: zeros.
        """
        written = self._unrolled
        if any(name not in values for name in written.initial):
            values = {**self._zeros(values), **values}
        arrays, batch = fitted(values, written.shapes, self._seen)
        _refuse(self, arrays, batch)
        if batch is not None:  # what the examples share is used by each of them, and its gradients are their sum
            for name, shape in written.shapes.items():
                if len(shape) == 1 and arrays[name].shape[-1] != batch and name not in written.parameters:
                    arrays[name] = np.broadcast_to(arrays[name], (len(arrays[name]), batch))
        return Run(self, written.program.run(arrays, NUMPY), values, batch)

    def _zeros(self, values: Mapping[str, Any]) -> dict[str, Array]:
        missing = [name for name in self.initial if name not in values]
        zeros: dict[str, Array] = {}
        for name in missing:
            letter = self.shapes[name][0]
            like = next(p for p in self.parameters if letter in self.shapes[p])
            if like in values:
                sizes = dict(zip(self.shapes[like], array(like, values[like]).shape, strict=False))
                zeros[name] = np.zeros(sizes.get(letter, 0))  # 0: `like` has too few axes, which `fitted` will say
        return zeros


def _refuse(network: Network, arrays: Mapping[str, Array], batch: int | None) -> None:
    """Raises ArgumentError for what `fitted` cannot see and NumPy would work out in its own way."""
    written = network._unrolled
    if batch is None and written.needs_batch:
        raise ArgumentError("batch normalisation needs a batch: give the examples as the last axis, x_1 (d, B)")
    for name in written.masks:
        if not np.isin(arrays[name], (0, 1)).all():
            raise ArgumentError(f"{name} has entries other than 0 and 1; it is a mask")
    q = f"q{network.suffix}"
    if q in arrays and not (arrays[q].min() > 0 and arrays[q].max() <= 1):
        raise ArgumentError(f"{q} is {arrays[q]}; a keep probability is above 0 and at most 1")
    if network.loss in {"cross-entropy", "binary-cross-entropy"}:
        _refuse_targets(network, arrays)
    if network.skips_padding and network.loss and network.takes_mean:
        real = np.sum([arrays[network.at("k", t)] for t in network.target_steps], axis=0)
        if not np.min(real) > 0:
            raise ArgumentError("every step of an example is padding, so there is nothing to take the mean of")
    _refuse_sums(written, arrays)


def _refuse_targets(network: Network, arrays: Mapping[str, Array]) -> None:
    """Probabilities they have to be; what stands at a padded step does not matter."""
    for t in network.target_steps:
        name = network.at("target", t)
        target = arrays[name]
        if network.skips_padding:
            target = np.where(arrays[network.at("k", t)] > 0, target, 1 / len(target))
        if network.loss == "cross-entropy":
            distribution(name, target)
        else:
            from_0_to_1(name, target)


def _refuse_sums(written: Unrolled, arrays: Mapping[str, Array]) -> None:
    """What a residual connection adds has as many entries."""
    if not written.added:
        return
    counts: dict[Size, int] = {}
    for name, shape in written.shapes.items():
        counts |= zip(shape, arrays[name].shape, strict=False)
    for names, sizes in written.added.items():
        below, above = (sum(counts[part] for part in parts(size)) for size in sizes)
        if below != above:
            raise ArgumentError(
                f"{names[0]} has {below} entries and {names[1]} has {above}: "
                "a residual connection adds them, so they need as many"
            )


Model = TypeVar("Model", bound=Differentiable)


@dataclass(frozen=True)
class Run(Generic[Model]):
    """A network, or several joined into one, that has been run forward."""

    network: Model
    trace: dict[str, Array]
    values: Mapping[str, Any]  # as they were given
    batch: int | None  # None: one example

    def __getitem__(self, name: str) -> Array:
        return self.trace[name]

    @property
    def loss(self) -> Array:
        return self.trace[self.network.total]

    def over_time(self, name: str, place: str = "") -> list[Array]:
        """name_1, ..., name_T."""
        steps = (stepped(name, t, place) for t in count(1))
        return [self.trace[step] for step in takewhile(self.trace.__contains__, steps)]

    def backward(
        self, wrt: Iterable[str] | None = None, stop: Iterable[str] = (), of: Iterable[str] | None = None
    ) -> dict[str, Array]:
        """The trace with every gradient in it by name (`dh_2`, `dW_hh`), of the loss summed over the batch.

        A gradient of what is shared by a batch is summed over it, and has the shape of what was given. The arguments
        are those of `Network.backward`.
        """
        return backpropagated(self.network.backward(wrt, stop, of), self.trace, self.values, self.batch)


# -- the way back ----------------------------------------------------------------------------------------------------


@cache
def _backward(
    network: Differentiable, wrt: tuple[str, ...] | None, stop: tuple[str, ...], of: tuple[str, ...] | None
) -> Program:
    if not network.losses:
        raise ArgumentError("this network has no loss, so there is nothing to differentiate")
    inputs, equations = list(network.shapes), list(network.program.equations)
    for what, asked, names in (
        ("loss of a step", of, network.losses),
        ("input", wrt, inputs),
        ("quantity", stop, inputs + equations),
    ):
        if unknown := set(asked or ()) - set(names):
            known(what, min(unknown), names)
    program, total = network.program, network.total
    if of is not None:  # the same total without the other steps
        others = {name: Number(0) for name in network.losses if name not in of}
        program = Program({**program.equations, total: substitute(program.equations[total], others)})
    asked_for = (*network.parameters, *network.initial, *network.xs) if wrt is None else wrt
    return gradient(program, {total: "1"}, asked_for, network.numbers, stop)


def unreached(program: Program) -> set[str]:
    """The gradients of a backward program that no loss reaches: `gradient` writes them as 0 times what they are of."""
    return {
        name
        for name, rhs in program.equations.items()
        if rhs == Apply("mul", (Number(0), Name(name.removeprefix("d"))))
    }


def backpropagated(
    program: Program, trace: Mapping[str, Array], values: Mapping[str, Any], batch: int | None
) -> dict[str, Array]:
    """A backward program run on the trace of the forward one; gradients have the shapes of the values as given."""
    walked = program.run(trace, NUMPY)
    if batch is not None:
        for name, value in values.items():
            if f"d{name}" in walked:
                walked[f"d{name}"] = shared(walked[f"d{name}"], np.shape(value))
    return walked


def shared(d: Array, shape: tuple[int, ...]) -> Array:
    """Sum a gradient over the batch where its parameter, of `shape`, was one for all: one weight, many uses."""
    return np.asarray(np.sum(d, axis=-1)) if d.ndim > len(shape) else d
