"""How many parameters, multiplications and stored numbers: everything about a network that is counted, not computed.

Sizes: d inputs, n units, m outputs, T steps. The sum stands last in a trace, as "total". Where there are several
layers or directions, names carry the place as in `network`: __2 is layer 2, __2r its reversed direction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from math import prod

from studyrnn.engine.calculus import gradient
from studyrnn.engine.cells import Cell, gru, lstm, parameter_shape, rnn
from studyrnn.engine.equations import Apply, Expression, Number, names_in
from studyrnn.engine.shapes import whole
from studyrnn.errors import ArgumentError, known

Counts = dict[str, int]

# The cells of each convention; what they count is read off their equations.
_ONE: dict[str, Callable[[], Cell]] = {
    "rnn": rnn,
    "lstm": lstm,
    "lstm-peephole": lambda: lstm(peephole=True),
    "gru": gru,
}
_TWO: dict[str, Callable[[], Cell]] = {
    "rnn": lambda: rnn(biases=2),
    "lstm": lambda: lstm(biases=2),
    "lstm-peephole": lambda: lstm(peephole=True, biases=2),
    "gru": lambda: gru("after", biases=2),
}
CELLS = tuple(_ONE)
CONVENTIONS: dict[str, dict[str, Callable[[], Cell]]] = {
    "one-bias": _ONE,
    "pytorch": _TWO,
    "keras": _ONE | {"gru": _TWO["gru"]},
    "keras-v1": _ONE,
    "flax": _ONE | {"gru": lambda: gru("after")},
}


def _cell(cell: str, convention: str = "one-bias") -> Cell:
    cells = CONVENTIONS[known("convention", convention, CONVENTIONS)]
    return cells[known("cell", cell, cells)]()


# -- parameters ------------------------------------------------------------------------------------------------------


def parameter_count(
    cell: str, d: int, n: int, layers: int = 1, bidirectional: bool = False, convention: str = "one-bias"
) -> Counts:
    """The parameters of a recurrent network without its output layer.

    cell        one of CELLS; every layer has n units a direction, and reads d inputs (layer 1) or what the layer below
                hands up: n, or 2 n where it has two directions
    convention  "one-bias"  one bias a gate, as in textbooks; GRU with the reset before the product (Cho et al. 2014)
                "pytorch"   two biases a gate (only one is needed)
                "keras"     one; in a GRU two, as reset_after is True by default
                "keras-v1"  one everywhere: a GRU with reset_after=False
                "flax"      one, and in a GRU n more: b_hn, inside the reset. Equinox has the same

    Returns the trace: for each layer and direction inputs (how many it reads), input_weights, recurrent_weights,
    peepholes where there are any, and biases; then total. One layer and direction with one bias: rnn n (d + n + 1),
    lstm 4 n (d + n + 1), gru 3 n (d + n + 1). Raises UnknownName for another cell or convention, ArgumentError for
    sizes below 1.
    """
    one = _cell(cell, convention)
    d, n, layers = whole("d", d, 1), whole("n", n, 1), whole("layers", layers, 1)
    directions = ("f", "r") if bidirectional else ("",)
    trace: Counts = {}
    total = 0
    for number in range(1, layers + 1):
        inputs = d if number == 1 else n * len(directions)
        for direction in directions:
            place = f"{number if layers > 1 else ''}{direction}"
            suffix = f"__{place}" if place else ""
            parts = _parts(one, inputs, n)
            total += sum(parts.values())
            trace |= {f"{name}{suffix}": count for name, count in {"inputs": inputs, **parts}.items()}
    return trace | {"total": total}


def _parts(cell: Cell, d: int, n: int) -> Counts:
    kinds = {"W_x": "input_weights", "W_h": "recurrent_weights", "p_": "peepholes", "b_": "biases"}
    counts = dict.fromkeys(kinds.values(), 0)
    for name in cell.parameters:
        kind = next(kind for start, kind in kinds.items() if name.startswith(start))
        counts[kind] += prod(parameter_shape(name, d, n))
    return {name: count for name, count in counts.items() if count or name != "peepholes"}


def output_count(n: int, m: int, bias: bool = True) -> Counts:
    """y = W_hy h + b_y: weights m n, biases m, total. n is what it reads: 2 n units of a bidirectional layer.

    Raises ArgumentError for sizes below 1.
    """
    return feedforward_count((n, m), bias)


def embedding_count(words: int, d: int) -> Counts:
    """A table of embeddings: d numbers for each word. Raises ArgumentError for sizes below 1."""
    return {"total": whole("words", words, 1) * whole("d", d, 1)}


def feedforward_count(sizes: Sequence[int], bias: bool = True) -> Counts:
    """Layers from each size to the next: weights__l and biases__l of layer l (without __l where there is one), total.

    (d, n, m) has n (d + 1) + m (n + 1). On a window of k inputs or on a whole sequence at once the first size is k d:
    every position has weights of its own, which is what recurrence saves. Raises ArgumentError where there are fewer
    than two sizes, or one is below 1.
    """
    found = [whole(f"sizes[{place}]", size, 1) for place, size in enumerate(sizes)]
    if len(found) < 2:
        raise ArgumentError(f"sizes is {found}; it needs two or more: inputs, units of each layer, outputs")
    trace: Counts = {}
    for layer, (below, above) in enumerate(pairwise(found), start=1):
        suffix = f"__{layer}" if len(found) > 2 else ""
        trace[f"weights{suffix}"] = below * above
        if bias:
            trace[f"biases{suffix}"] = above
    return trace | {"total": sum(trace.values())}


def transformer_count(d: int, width: int | None = None) -> Counts:
    """The weights of a Transformer block without biases and normalisation (Vaswani et al. 2017, section 3).

    W_q, W_k, W_v and W_o, d^2 each (all heads together), attention (their sum, 4 d^2), feedforward 2 d width, total.
    With the usual width 4 d, the default, that is 12 d^2. Raises ArgumentError for sizes below 1.
    """
    d = whole("d", d, 1)
    projections = dict.fromkeys(("W_q", "W_k", "W_v", "W_o"), d * d)
    feedforward = 2 * d * whole("width", 4 * d if width is None else width, 1)
    attention = sum(projections.values())
    return {**projections, "attention": attention, "feedforward": feedforward, "total": attention + feedforward}


# -- multiplications -------------------------------------------------------------------------------------------------


def step_cost(cell: str, d: int, n: int, m: int = 0, elementwise: bool = False) -> Counts:
    """The multiplications of one step forward; each goes with an addition, hence multiply-adds.

    inputs (n d a gate), recurrent (n n a gate), outputs (m n, where m > 0 and y_t is read out), elementwise (gate times
    vector, entry by entry: n each), total. It is usual to count the matrix products alone; `elementwise` adds the
    others to the total. Activations are not counted. Raises UnknownName for a cell not in CELLS, ArgumentError for
    sizes below 1.
    """
    program = _cell(cell).program
    d, n, m = whole("d", d, 1), whole("n", n, 1), whole("m", m, 0)
    products, entrywise = {"x": 0, "h": 0}, 0
    for expression in program.equations.values():
        for product in _products(expression):
            if product.op == "mul":
                entrywise += n
            else:
                (weight,) = names_in(product.args[0])
                products[weight[2]] += prod(parameter_shape(weight, d, n))  # W_xh goes with x, W_hh with h
    trace = {"inputs": products["x"], "recurrent": products["h"]} | ({"outputs": m * n} if m else {})
    counted = sum(trace.values()) + (entrywise if elementwise else 0)
    return {**trace, "elementwise": entrywise, "total": counted}


def _products(expression: Expression) -> list[Apply]:
    """The multiplications in an expression, of a matrix or entry by entry."""
    if not isinstance(expression, Apply):
        return []
    inner = [product for arg in expression.args for product in _products(arg)]
    counts = expression.op == "matvec" or (
        expression.op == "mul" and not any(isinstance(arg, Number) for arg in expression.args)
    )
    return [*inner, expression] if counts else inner


def forward_cost(cell: str, d: int, n: int, T: int, m: int = 0, elementwise: bool = False) -> Counts:
    """T steps forward: step (the total of `step_cost`) and total, T times as much: linear in T, whatever the length.

    Raises like `step_cost`, and ArgumentError for T below 1.
    """
    step = step_cost(cell, d, n, m, elementwise)["total"]
    return {"step": step, "total": whole("T", T, 1) * step}


def attention_cost(T: int, d: int) -> Counts:
    """The multiply-adds of one self-attention layer over T tokens of d entries, all heads together.

    projections (queries, keys, values and output: 4 T d^2), scores (Q K^T: T^2 d), mixing (weights times V: T^2 d),
    total. Without a mask; a causal one leaves about half of scores and mixing. Raises ArgumentError for sizes below 1.
    """
    T, d = whole("T", T, 1), whole("d", d, 1)
    trace = {"projections": 4 * T * d * d, "scores": T * T * d, "mixing": T * T * d}
    return trace | {"total": sum(trace.values())}


def attention_step_cost(t: int, d: int) -> Counts:
    """The multiply-adds of one more token, the t-th, with the keys and values of all before kept: grows with t.

    projections 4 d^2, scores t d, mixing t d, total. Raises ArgumentError for sizes below 1.
    """
    t, d = whole("t", t, 1), whole("d", d, 1)
    trace = {"projections": 4 * d * d, "scores": t * d, "mixing": t * d}
    return trace | {"total": sum(trace.values())}


def orders(T: int, d: int, n: int) -> Counts:
    """The leading terms for one layer, as in Vaswani et al. 2017, table 1 (there n = d).

    attention_work T^2 d, recurrent_work T n^2; attention_sequential 1, recurrent_sequential T (steps that have to wait
    for each other); attention_path 1, recurrent_path T (the longest way between two positions). No total. Attention is
    less work where T d < n^2. Raises ArgumentError for sizes below 1.
    """
    T, d, n = whole("T", T, 1), whole("d", d, 1), whole("n", n, 1)
    return {
        "attention_work": T * T * d,
        "recurrent_work": T * n * n,
        "attention_sequential": 1,
        "recurrent_sequential": T,
        "attention_path": 1,
        "recurrent_path": T,
    }


# -- backpropagation through time, and memory ------------------------------------------------------------------------


def chain_rule_terms(T: int, k2: int | None = None) -> Counts:
    """The terms of dL/dW when every loss is expanded by itself, against the steps of the recursion.

    L_t depends on W through steps 1 to t: terms_t = t chains, or min(t, k2) where each loss goes back k2 steps at
    most. Returns terms_1 ... terms_T, recursion (T: one step back for each step) and total, which is T (T + 1) / 2
    without truncation. The growth is that of the expansion; backpropagation itself shares the work. Raises
    ArgumentError for T or k2 below 1.
    """
    T = whole("T", T, 1)
    reach = T if k2 is None else whole("k2", k2, 1)
    terms = {f"terms_{t}": min(t, reach) for t in range(1, T + 1)}
    return {**terms, "recursion": T, "total": sum(terms.values())}


@cache
def stored_names(cell: str) -> tuple[str, ...]:
    """What a backward step reads of the forward pass, found in the equations of the gradient: h of a vanilla RNN; i, f,
    g, o, c, h of an LSTM. (An a_t that was activated is not needed: tanh and sigmoid have their slope in the result.)

    Raises UnknownName for a cell not in CELLS.
    """
    one = _cell(cell)
    seeds = {state: f"seed_{state}" for state in one.states}
    previous = [f"{state}_" for state in one.states]
    read = gradient(one.program, seeds, [*one.parameters, *previous]).inputs
    needed = {name.removesuffix("_") for name in read}  # h_ is the h of the step before
    return tuple(name for name in one.program.equations if name in needed)


def stored_values(cell: str, n: int, T: int, k2: int | None = None) -> Counts:
    """The numbers that backpropagation through time keeps from the forward pass for one example and layer: O(T n).

    Each of `stored_names` by its name (n, for one step), step (their sum), steps (T, or k2 where truncation goes back
    no further), total. Inputs and initial states are not counted. Raises UnknownName for a cell not in CELLS,
    ArgumentError for sizes below 1.
    """
    names = stored_names(cell)
    n, T = whole("n", n, 1), whole("T", T, 1)
    kept = T if k2 is None else min(T, whole("k2", k2, 1))
    step = n * len(names)
    return {**dict.fromkeys(names, n), "step": step, "steps": kept, "total": kept * step}


def inference_memory(cell: str, n: int, layers: int = 1) -> Counts:
    """The numbers to keep from one step to the next once the network is trained: h, in an LSTM c too; independent of T.

    h (and c) of all layers by name, total. Raises like `stored_values`.
    """
    states = _cell(cell).states
    size = whole("n", n, 1) * whole("layers", layers, 1)
    return {**dict.fromkeys(states, size), "total": size * len(states)}


def attention_memory(T: int, d: int, layers: int = 1) -> Counts:
    """The keys and values of T tokens that causal attention keeps for the next one: keys, values, total 2 T d a layer.

    Raises ArgumentError for sizes below 1.
    """
    size = whole("T", T, 1) * whole("d", d, 1) * whole("layers", layers, 1)
    return {"keys": size, "values": size, "total": 2 * size}
