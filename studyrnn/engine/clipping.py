"""Gradient clipping: gradients that are too large are made smaller before the weights move.

A gradient is a dict of tensors by name (numbers, vectors or matrices), {"W_hh": ..., "b_h": ...}; under "clipped" in a
trace stand the tensors to go on with. Scaling by a norm keeps the direction, clipping each entry turns it. Clipping is
a remedy for exploding gradients only: it never enlarges one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.equations import Program
from studyrnn.engine.shapes import array, real
from studyrnn.errors import ArgumentError

PYTORCH_EPSILON = 1e-6  # what PyTorch adds to the norm that it divides by
_OURS = {"norm", "factor", "threshold", "epsilon"}


def global_norm_program(names: Iterable[str], epsilon: bool = False) -> Program:
    """norm over the entries of all tensors, factor = min(1, threshold / norm), {name}_clipped = factor name.

    Pascanu, Mikolov & Bengio 2013, algorithm 1. With epsilon the denominator is norm + epsilon, as in PyTorch. Raises
    ArgumentError for a name that is none.
    """
    tensors = _identifiers(names)
    squares = " + ".join(f"total(total({name} * {name}))" for name in tensors)
    denominator = "(norm + epsilon)" if epsilon else "norm"
    equations = {"norm": f"sqrt({squares})", "factor": f"minimum(1, threshold / {denominator})"}
    return Program.parse(equations | {f"{name}_clipped": f"factor * {name}" for name in tensors})


def each_norm_program(names: Iterable[str]) -> Program:
    """The same for each tensor by itself: norm_{name}, factor_{name}, {name}_clipped."""
    equations = {}
    for name in _identifiers(names):
        equations[f"norm_{name}"] = f"sqrt(total(total({name} * {name})))"
        equations[f"factor_{name}"] = f"minimum(1, threshold / norm_{name})"
        equations[f"{name}_clipped"] = f"factor_{name} * {name}"
    return Program.parse(equations)


def value_program(names: Iterable[str]) -> Program:
    """{name}_clipped: every entry brought into [-threshold, threshold]."""
    return Program.parse({f"{name}_clipped": f"clamp({name}, threshold)" for name in _identifiers(names)})


def by_global_norm(gradients: Mapping[str, Any], threshold: float, epsilon: float = 0.0) -> dict[str, Any]:
    """Scale all tensors by one factor, so that their Euclidean norm together is at most the threshold.

    epsilon   added to the norm in the denominator: 0 as in Pascanu et al. 2013, PYTORCH_EPSILON as in PyTorch, where
              the result then stays just below the threshold

    Returns the trace of `global_norm_program`, then clipped. Raises ArgumentError where there is no tensor, one has
    more than two axes or is not finite, threshold is not above 0, epsilon is negative, or the norm overflows.
    """
    return _by_norm(_tensors(gradients), threshold, epsilon, {})


def by_largest_entry(gradients: Mapping[str, Any], threshold: float, epsilon: float = 0.0) -> dict[str, Any]:
    """Scale all tensors by one factor, so that no entry is larger than the threshold: the norm is the largest |entry|.

    PyTorch's clip_grad_norm_ with norm_type=inf (and epsilon = PYTORCH_EPSILON). Returns the trace and raises
    ArgumentError like `by_global_norm`.
    """
    tensors = _tensors(gradients)
    largest = max(float(np.max(np.abs(tensor), initial=0.0)) for tensor in tensors.values())
    return _by_norm(tensors, threshold, epsilon, {"norm": largest})


def by_each_norm(gradients: Mapping[str, Any], threshold: float) -> dict[str, Any]:
    """Scale each tensor so that its own Euclidean norm is at most the threshold (Keras clipnorm).

    The direction of each tensor is kept, that of the whole gradient is not. Returns the trace of
    `each_norm_program`, then clipped. Raises ArgumentError like `by_global_norm`.
    """
    tensors = _tensors(gradients)
    return _clipped(each_norm_program(tensors), tensors, {"threshold": real("threshold", threshold, above=0)})


def by_value(gradients: Mapping[str, Any], threshold: float) -> dict[str, Any]:
    """Bring each entry into [-threshold, threshold], whatever the others are (Keras clipvalue).

    Graves 2013 clipped other derivatives in this way: those of the loss with respect to the inputs of the LSTM layers,
    at every step of the backward pass, not those with respect to the weights. Returns the trace of `value_program`,
    then clipped. Raises ArgumentError like `by_global_norm`.
    """
    tensors = _tensors(gradients)
    return _clipped(value_program(tensors), tensors, {"threshold": real("threshold", threshold, above=0)})


def _by_norm(
    tensors: Mapping[str, Array], threshold: float, epsilon: float, norm: Mapping[str, float]
) -> dict[str, Any]:
    """One factor for all; `norm` by name where it is not the Euclidean one."""
    values = {"threshold": real("threshold", threshold, above=0), **norm}
    if epsilon := real("epsilon", epsilon, least=0):
        values["epsilon"] = epsilon
    return _clipped(global_norm_program(tensors, epsilon > 0), tensors, values)


def _clipped(program: Program, tensors: Mapping[str, Array], values: Mapping[str, float]) -> dict[str, Any]:
    if taken := tensors.keys() & {*program.equations, *values}:
        raise ArgumentError(f"{min(taken)} is what clipping calls a value of its own; give that tensor another name")
    given = {**tensors, **{name: np.array(value) for name, value in values.items()}}
    with np.errstate(over="ignore", divide="ignore"):  # of a zero gradient: min(1, threshold / 0) is 1
        trace = program.run(given, NUMPY)
    for name in program.equations:
        if not np.isfinite(trace[name]).all():
            raise ArgumentError(f"{name} is too large for a number: the squares of these gradients overflow")
    return trace | {"clipped": {name: trace[f"{name}_clipped"] for name in tensors}}


def _tensors(gradients: Mapping[str, Any]) -> dict[str, Array]:
    tensors = {name: array(name, value) for name, value in gradients.items()}
    if not tensors:
        raise ArgumentError("there are no gradients to clip; give at least one tensor by name")
    for name, tensor in tensors.items():
        if tensor.ndim > 2:
            raise ArgumentError(f"{name} has {tensor.ndim} axes; a gradient is a number, a vector or a matrix")
    return tensors


def _identifiers(names: Iterable[str]) -> list[str]:
    identifiers = list(names)
    for name in identifiers:
        if not name.isidentifier() or name in _OURS:
            raise ArgumentError(f"{name!r} is no name for a tensor; use letters, digits and underscores, like W_hh")
    return identifiers
