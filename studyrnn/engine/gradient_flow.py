"""How gradients grow and shrink on their way through time: powers, Jacobians, their products, and norms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import floor, log
from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.calculus import gradient
from studyrnn.engine.cells import Cell
from studyrnn.engine.equations import Apply, Expression, Program
from studyrnn.engine.network import Network, Place, Run
from studyrnn.engine.shapes import array, real, shown, whole
from studyrnn.engine.specification import stepped
from studyrnn.errors import ArgumentError, known

# -- one unit: powers of a number ------------------------------------------------------------------------------------


class Behaviour(StrEnum):
    """What becomes of w^k as k grows. Only |w| decides between growing and vanishing; the sign makes it alternate."""

    EXPLODES = "explodes"
    CONSTANT = "constant"
    VANISHES = "vanishes"
    ZERO = "zero at once"
    VANISHES_ALTERNATING = "vanishes with alternating sign"
    ALTERNATES = "alternates between -1 and 1"
    EXPLODES_ALTERNATING = "explodes with alternating sign"


def classify(w: float) -> Behaviour:
    """The behaviour of w^k for growing k: w > 1, w = 1, 0 < w < 1, w = 0, -1 < w < 0, w = -1, w < -1.

    Raises ArgumentError where w is no finite number.
    """
    value = real("w", w)
    if value == 0:
        return Behaviour.ZERO
    if abs(value) == 1:
        return Behaviour.CONSTANT if value > 0 else Behaviour.ALTERNATES
    if abs(value) < 1:
        return Behaviour.VANISHES if value > 0 else Behaviour.VANISHES_ALTERNATING
    return Behaviour.EXPLODES if value > 0 else Behaviour.EXPLODES_ALTERNATING


def power_program(steps: int) -> Program:
    """p_1 = W, p_2 = W p_1, ... up to p_steps: the factor of a gradient that went back through so many linear units.

    Raises ArgumentError unless steps is a whole number from 1.
    """
    last = whole("steps", steps, 1)
    return Program.parse({"p_1": "W"} | {f"p_{k}": f"W * p_{k - 1}" for k in range(2, last + 1)})


def powers(w: float, steps: int) -> dict[str, Array]:
    """w^1, ..., w^steps as p_1, ..., p_steps; infinite beyond the largest float.

    Raises ArgumentError where w is no finite number, and like `power_program`.
    """
    program = power_program(steps)
    with np.errstate(over="ignore"):
        trace = program.run({"W": np.float64(real("w", w))}, NUMPY)
    return {name: trace[name] for name in program.equations}


def first_step_beyond(w: float, threshold: float) -> int | None:
    """The first k >= 1 with |w|^k < threshold where |w| < 1, with |w|^k > threshold where |w| > 1; None if |w| = 1.

    A power that equals the threshold is not beyond it. Raises ArgumentError unless threshold > 0 and w is finite.
    """
    size, limit = abs(real("w", w)), real("threshold", threshold, above=0)
    if size == 1:
        return None
    if size == 0:
        return 1
    crossing = log(limit) / log(size)  # |w|^crossing = threshold
    nearest = round(crossing)
    on_it = abs(crossing - nearest) <= 1e-12 * max(1.0, abs(crossing))  # equal but for rounding, like 0.7^2 and 0.49
    return max(1, (nearest if on_it else floor(crossing)) + 1)


# -- Jacobians -------------------------------------------------------------------------------------------------------


def derivative(program: Program, trace: Mapping[str, Any], of: Sequence[str], by: Sequence[str]) -> Array:
    """The Jacobian of some vectors of a computation by others, each stacked in order: (entries of `of`, of `by`).

    All paths count that lead from `by` to `of`, except those from one name in `by` through another: these are held
    fixed. The gradient of `program` is run once, with every unit vector of `of` as an example of a batch.

    trace   the values of one example (no batch axis), inputs and equations, as `Program.run` returns them

    Raises ArgumentError for a name without a value, for one that is no vector, and for batch normalisation, where an
    example by itself has no derivative.
    """
    for name in (*of, *by):
        if name not in trace:
            raise ArgumentError(f"nothing here is called {name}; known: {', '.join(trace)}")
        array(name, trace[name], (None,))
    part = program.needed(of, given=by)
    given = {name: trace[name] for name in (*by, *part.inputs, *part.equations)}
    if any(map(_mixes_examples, part.equations.values())):
        raise ArgumentError("batch normalisation mixes the examples, so one example by itself has no Jacobian")
    numbers = [name for name in part.inputs if np.ndim(given[name]) == 0]
    backward = gradient(part, {name: f"seed_{name}" for name in of}, list(by), numbers)
    sizes = [len(trace[name]) for name in of]
    seeds = np.split(np.eye(sum(sizes)), np.cumsum(sizes)[:-1])
    values = {name: _column(value) for name, value in given.items()}
    walked = backward.run({**values, **{f"seed_{name}": seed for name, seed in zip(of, seeds, strict=True)}}, NUMPY)
    columns = [np.broadcast_to(walked[f"d{name}"], (len(trace[name]), sum(sizes))) for name in by]
    return np.concatenate(columns).T


def _column(value: Any) -> Array:
    found: Array = np.asarray(value, dtype=np.float64)
    return found[:, None] if found.ndim == 1 else found


def _mixes_examples(expression: Expression) -> bool:
    if not isinstance(expression, Apply):
        return False
    return expression.op.startswith("batch_") or any(map(_mixes_examples, expression.args))


def cell_jacobian(cell: Cell, values: Mapping[str, Any]) -> Array:
    """The Jacobian of one step of a cell: its states by those before, stacked as in cell.states; (n, n) for h alone.

    values   one example: the parameters, x, and the previous states (h_, c_)

    For a vanilla RNN it is diag(phi'(a)) W_hh, for tanh diag(1 - h^2) W_hh: in our notation one factor of the product
    W_rec^T diag(sigma'(x_{i-1})) of Pascanu et al. 2013, equation 5, whose x is the sum before the activation. Raises
    ArgumentError like `derivative`.
    """
    given = {name: array(name, values[name]) for name in cell.program.inputs if name in values}
    return derivative(cell.program, cell.program.run(given, NUMPY), cell.states, [f"{s}_" for s in cell.states])


def jacobian(run: Run[Network], t: int, place: str = "") -> Array:
    """The Jacobian of the states of a layer at step t by those of the step before, J_t = dh_t/dh_{t-1} (n, n).

    Of an LSTM: d(h_t, c_t)/d(h_{t-1}, c_{t-1}), (2 n, 2 n), h above c. In a reversed direction the one before is t + 1.

    run     of one example
    place   what stands behind the names of the layer: "" of a network of one layer, "__2" of the second of several

    Skip connections, padding and outputs that are fed back count. Raises UnknownName where no layer has this place,
    ArgumentError for a step that is none, and for a run of a batch.
    """
    there = _one_example(run, place)
    whole("t", t, 1, run.network.steps)
    return derivative(run.network.program, run.trace, there.states(t), there.states(t - there.pace))


def jacobians(run: Run[Network], place: str = "") -> list[Array]:
    """The Jacobians in the order in which the layer reads: J_1 to J_T, of a reversed direction J_T to J_1."""
    return [jacobian(run, t, place) for t in _one_example(run, place).steps]


def products(matrices: Sequence[Any]) -> dict[str, Any]:
    """The products P_t = J_t ... J_1 of square matrices (n, n), with the spectral norm of each: P_1, norm_1, P_2, ...

    P_t is dh_t/dh_0 where the J_t are the `jacobians` of a recurrence, and no connection skips a step. Raises
    ArgumentError where there is none, or they are not square and of one size.
    """
    if not len(matrices):
        raise ArgumentError("there are no matrices to multiply")
    n = np.shape(matrices[0])[0] if np.ndim(matrices[0]) else 0
    trace: dict[str, Any] = {}
    product = np.eye(n)
    for t, matrix in enumerate(matrices, start=1):
        product = array(f"matrix {t}", matrix, (n, n)) @ product
        trace |= {f"P_{t}": product, f"norm_{t}": spectral_norm(product)}
    return trace


# -- the size of a matrix --------------------------------------------------------------------------------------------


def spectral_radius(W: Any) -> float:
    """The largest |eigenvalue| of W (n, n): W^k vanishes exactly if it is below 1. Raises ArgumentError if not square.

    Horn & Johnson 2013, theorem 5.6.12. The powers may grow before they vanish, see `spectral_norm`.
    """
    found = array("W", W, (None, None))
    if found.shape[0] != found.shape[1] or not found.size:
        raise ArgumentError(f"W has shape {shown(found.shape)}; only a square matrix has eigenvalues")
    return float(np.max(np.abs(np.linalg.eigvals(found))))


def spectral_norm(W: Any) -> float:
    """The largest singular value of W (m, n): how much W can lengthen a vector. Raises ArgumentError if no matrix."""
    found = array("W", W, (None, None))
    if not found.size:
        raise ArgumentError(f"W has shape {shown(found.shape)}; it needs at least one entry")
    return float(np.linalg.norm(found, 2))


SLOPES = {  # of each activation, from its value
    "tanh": Program.parse({"slope": "1 - h * h"}),
    "sigmoid": Program.parse({"slope": "h * (1 - h)"}),
    "relu": Program.parse({"slope": "step(h)"}),
}


def step_bound(W_hh: Any, h: Any, activation: str = "tanh") -> dict[str, Any]:
    """How much one step of a vanilla RNN can enlarge a gradient at most: sigma_max(W_hh) times the largest slope.

    W_hh (n, n), h (n) the state after the step. Returns slope (n), sigma_max, bound. Below 1 at every step it is
    sufficient for vanishing; above 1 is only necessary for exploding (Pascanu et al. 2013, section 2.1). Raises
    UnknownName for an activation that is none, ArgumentError for shapes that do not fit.
    """
    W = array("W_hh", W_hh, (None, None))
    slope = SLOPES[known("activation", activation, SLOPES)].run({"h": array("h", h, W.shape[:1])}, NUMPY)["slope"]
    sigma_max = spectral_norm(W)
    return {"slope": slope, "sigma_max": sigma_max, "bound": sigma_max * float(np.max(slope))}


# -- a whole run -----------------------------------------------------------------------------------------------------


def gradient_norms(run: Run[Network], place: str = "") -> dict[str, Array]:
    """The Euclidean norm of dL/dh_t at t = 1, ..., T, for each state of a layer (h; h and c): (T), of a batch (T, B).

    Zero where no loss depends on the state. Raises UnknownName where no layer has this place, ArgumentError where there
    is no loss.
    """
    there = _place(run, place)
    walked = run.backward(run.network.initial)
    found = {}
    for state in there.cell.states:
        names = [there.at(state, t) for t in range(1, run.network.steps + 1)]
        gradients = [walked.get(f"d{name}", np.zeros_like(run[name])) for name in names]
        found[state] = np.array([np.linalg.norm(gradient, axis=0) for gradient in gradients])
    return found


def direct_path_program(steps: int, place: str = "") -> Program:
    """carry_t = f_t carry_{t-1}: what reaches c_0 from c_t along the cell state alone, entry by entry.

    place   what stands behind the names of the layer

    Hochreiter & Schmidhuber 1997 had f = 1, the constant error carousel; the forget gate is Gers et al. 2000. Raises
    ArgumentError unless steps is a whole number from 1.
    """
    equations = {}
    for t in range(1, whole("steps", steps, 1) + 1):
        before = f" * {stepped('carry', t - 1, place)}" if t > 1 else ""
        equations[stepped("carry", t, place)] = stepped("f", t, place) + before
    return Program.parse(equations)


def lstm_paths(run: Run[Network], place: str = "") -> dict[str, Array]:
    """How an LSTM's states depend on the first ones, for t = 1, ..., T: the direct path apart from all paths together.

    carry_t    (n): the product of the forget gates f_1 ... f_t, which is dc_t/dc_0 along the cell state alone
    cell_t     (n, n): the full dc_t/dc_0 (h_0 fixed), with the paths through h and the gates
    state_t    (2 n, 2 n): the full d(h_t, c_t)/d(h_0, c_0)

    run of one example. Raises UnknownName where no layer has this place, ArgumentError where it is no LSTM that reads
    forwards, where steps may be padding (they carry the cell state past the gates), and for a run of a batch.
    """
    there = _one_example(run, place)
    if there.cell.states != ("h", "c") or there.pace < 0 or run.network.masked:
        raise ArgumentError("only an LSTM that reads forwards, without padding, has forget gates to follow")
    direct = direct_path_program(run.network.steps, place).run(run.trace, NUMPY)
    trace: dict[str, Array] = {}
    for t in there.steps:
        full = derivative(run.network.program, run.trace, there.states(t), there.states(there.start))
        n = len(full) // 2
        trace |= {f"carry_{t}": direct[there.at("carry", t)], f"cell_{t}": full[n:, n:], f"state_{t}": full}
    return trace


def _place(run: Run[Network], suffix: str) -> Place:
    places = {place.suffix: place for place in run.network.places}
    return places[known("place of a layer", suffix, places)]


def _one_example(run: Run[Network], suffix: str) -> Place:
    if run.batch is not None:
        raise ArgumentError("this run has a batch of examples; a Jacobian belongs to one: run a single example")
    return _place(run, suffix)
