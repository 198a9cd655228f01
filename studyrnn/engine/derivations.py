"""Derivations, line by line: backpropagation through time of any cell, and the slopes that everybody needs once.

A line is an equation in the language of equations, and is checked before it is shown: a chain of equal lines against
what SymPy finds by itself, backpropagation against central differences; at random numbers, to 15 digits or more.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studyrnn.engine.calculus import gradient
from studyrnn.engine.cells import Cell
from studyrnn.engine.equations import Expression, Program, evaluate, names_in, parse, substitute
from studyrnn.engine.latex import latex
from studyrnn.engine.network import Layer, Network
from studyrnn.engine.symbols import symbol
from studyrnn.errors import ArgumentError, known

MOST_STEPS = 3
_LONGEST = 300  # characters of a formula that can still be read


@dataclass(frozen=True)
class Line:
    left: str  # LaTeX; "" continues the line above
    right: str
    reason: str = ""


@dataclass(frozen=True)
class Derivation:
    title: str
    sections: tuple[tuple[str, tuple[Line, ...]], ...]  # a heading, and the lines below it


@dataclass(frozen=True)
class _Slope:
    """The derivative of a function: definitions, and equal lines for the gradient of one input."""

    title: str
    definitions: Mapping[str, str]  # the last is what is differentiated; a vector gets the gradient that arrives there
    of: str
    chain: tuple[tuple[str, str], ...]  # (right-hand side, reason)
    first: tuple[tuple[str, str, str], ...] = ()  # gradients of intermediates that the chain uses: name, value, reason


_SLOPES = {
    "tanh": _Slope(
        r"The slope of the hyperbolic tangent, $y_t = \tanh(x_t)$",
        {"u": "exp(x) - exp(-x)", "v": "exp(x) + exp(-x)", "y": "u / v"},
        "x",
        (
            ("dy * (v * v - u * u) / (v * v)", r"quotient rule; the slope of $u_t$ is $v_t$, that of $v_t$ is $u_t$"),
            ("dy * (1 - u / v * (u / v))", "each term divided"),
            ("dy * (1 - y * y)", "the quotient is the output itself"),
        ),
    ),
    "sigmoid": _Slope(
        r"The slope of the logistic sigmoid, $y_t = \sigma(x_t)$",
        {"u": "exp(-x)", "y": "1 / (1 + u)"},
        "x",
        (
            ("dy * u / ((1 + u) * (1 + u))", r"chain rule; the slope of $u_t$ is $-u_t$"),
            ("dy * (1 / (1 + u)) * (u / (1 + u))", "one factor is the output"),
            ("dy * y * (1 - y)", "the other is what it lacks to 1"),
        ),
    ),
    "relu": _Slope(
        "The slope of the rectified linear unit",
        {"y": "relu(x)"},
        "x",
        (
            (
                "dy * step(x)",
                "1 where the input is positive, 0 where it is negative; at 0 there is none, and 0 is taken",
            ),
        ),
    ),
    "softmax": _Slope(
        r"Back through the softmax, $y_t = \operatorname{softmax}(x_t)$",
        {"e": "exp(x)", "s": "total(e)", "y": "e / s"},
        "x",
        (
            ("e * (dy / s - dot(dy, e) / (s * s))", "each exponential is its own slope"),
            ("y * (dy - dot(dy, y))", "divided through by the sum"),
        ),
        (("de", "dy / s - dot(dy, e) / (s * s)", "$e_t$ is in the numerator once, and in the sum under every entry"),),
    ),
    "cross-entropy": _Slope(
        "Softmax and cross-entropy together",
        {"p": "softmax(y)", "L": "-dot(target, log(p))"},
        "y",
        (
            ("p * (dp - dot(dp, p))", "back through the softmax"),
            ("p * (-(target / p) + total(target))", "the products with $p_t$ cancel"),
            ("p * total(target) - target", "multiplied out"),
            ("p - target", "the targets add up to 1"),
        ),
        (("dp", "-(target / p)", "the slope of the logarithm"),),
    ),
    "binary-cross-entropy": _Slope(
        "Sigmoid and binary cross-entropy together",
        {"p": "sigmoid(y)", "L": "-total(target * log(p) + (1 - target) * log(1 - p))"},
        "y",
        (
            ("dp * p * (1 - p)", "back through the sigmoid"),
            ("-(target * (1 - p)) + (1 - target) * p", "the denominators cancel"),
            ("p - target", "the products cancel"),
        ),
        (("dp", "(1 - target) / (1 - p) - target / p", "the slope of each logarithm"),),
    ),
    "half-squared": _Slope(
        "The half squared error",
        {"e": "y - target", "L": "total(half_square(e))"},
        "y",
        (("y - target", "the half cancels the 2 of the square"),),
    ),
    "mse": _Slope(
        "The mean squared error",
        {"e": "y - target", "L": "mean(e * e)"},
        "y",
        (("2 * e / size(y)", "the 2 of the square stays, and so does the count"),),
    ),
}
SLOPES = tuple(_SLOPES)


def slope_of(name: str) -> Derivation:
    """The derivation called `name`, one of SLOPES. Raises UnknownName for another."""
    slope = _SLOPES[known("derivation", name, SLOPES)]
    definitions = Program.parse(slope.definitions)
    _check_by_sympy(slope, definitions)
    wanted = symbol(f"d{slope.of}")
    chain = [Line("" if k else wanted, latex(parse(text)), reason) for k, (text, reason) in enumerate(slope.chain)]
    before = [Line(symbol(left), latex(parse(text)), reason) for left, text, reason in slope.first]
    defined = [Line(symbol(name), latex(rhs)) for name, rhs in definitions.equations.items()]
    sections = (("Given", tuple(defined)), ("Backwards", (*before, *chain)))
    return Derivation(slope.title, sections)


def through_time(cell: Cell, steps: int, wrt: str) -> Derivation:
    """Backpropagation through `steps` steps of one layer of `cell`, to `wrt` (a weight, a bias, x_1, h_0 ...).

    The loss is half the squared error of h_t, summed over the steps. Raises ArgumentError for more than 3 steps or
    fewer than 1, UnknownName for a name that the network does not have.
    """
    if not 1 <= steps <= MOST_STEPS:
        raise ArgumentError(f"steps is {steps}; derivations are written out for 1 to {MOST_STEPS} steps")
    network = Network((Layer(cell),), steps, output=False, loss="half-squared")
    known("input or weight", wrt, [*network.parameters, *network.initial, *network.xs])
    backward = network.backward([wrt])
    forward = network.program
    _check_by_differences(forward, backward, wrt)
    numbers = {*network.numbers, *network.losses, "L"}

    def written(rhs: Expression) -> str:
        return latex(rhs, numbers=numbers)

    lines = [Line(symbol(name), written(rhs), _readers(forward, name)) for name, rhs in backward.equations.items()]
    sections = [
        ("Forward", tuple(Line(symbol(name), written(rhs)) for name, rhs in forward.equations.items())),
        ("Backwards", tuple(lines)),
    ]
    closed = _closed(backward, f"d{wrt}")
    if len(latex(closed)) <= _LONGEST:
        sections.append(("Put together", (Line(symbol(f"d{wrt}"), latex(closed)),)))
    title = f"Backpropagation through time, {steps} step{'s' * (steps > 1)}. The loss sees $h_t$ itself"
    return Derivation(title, tuple(sections))


def one_step(cell: Cell, wrt: str = "") -> Derivation:
    """Back through one step of `cell`, to all its inputs and weights, or to `wrt` alone.

    What arrives at the states, from the loss and from later steps, is called later_h, later_c. Raises UnknownName for
    a name that the cell does not have.
    """
    everything = [*cell.parameters, "x", *(f"{state}_" for state in cell.states)]
    asked = [known("input or weight", wrt, everything)] if wrt else everything
    backward = gradient(cell.program, {state: f"later_{state}" for state in cell.states}, asked)
    arriving = Program.parse({"L": " + ".join(f"total(later_{state} * {state})" for state in cell.states)})
    for name in asked:
        _check_by_differences(cell.program + arriving, backward, name)
    sections = (
        ("Forward", tuple(Line(symbol(name), latex(rhs)) for name, rhs in cell.program.equations.items())),
        ("Backwards", tuple(Line(symbol(name), latex(rhs)) for name, rhs in backward.equations.items())),
    )
    later = ", ".join(f"${symbol(f'later_{state}')}$" for state in cell.states)
    return Derivation(f"Back through one step. {later}: what arrives from the loss and from later steps", sections)


def _readers(forward: Program, gradient_name: str) -> str:
    """Why a gradient has the terms it has: one for every equation that reads the quantity."""
    name = gradient_name[1:]
    readers = [symbol(other) for other, rhs in forward.equations.items() if name in names_in(rhs)]
    if len(readers) < 2 or name == "L":
        return ""
    return "used in " + ", ".join(f"${reader}$" for reader in readers) + ": one term from each"


def _closed(backward: Program, wanted: str) -> Expression:
    """The last gradient in terms of forward quantities alone."""
    closed: dict[str, Expression] = {}
    for name, rhs in backward.equations.items():
        closed[name] = substitute(rhs, closed)
    return closed[wanted]


# -- checking --------------------------------------------------------------------------------------------------------
# A line that is wrong is a mistake in this file, never a learner's: AssertionError.


def _check_by_sympy(known: _Slope, definitions: Program) -> None:
    """SymPy differentiates the definitions, written out for vectors of three."""
    from studyrnn.engine.exact import EXACT, at, slope, symbols
    from studyrnn.engine.precise import PRECISE, precise_decimal

    result = list(definitions.equations)[-1]
    arriving = Program({}) if result == "L" else Program({"L": parse(f"dot(d{result}, {result})")})
    program = definitions + arriving
    numbers = {name: _drawn(name, k) for k, name in enumerate(program.inputs)}
    signs = {name: symbols(name, 3) for name in numbers}
    pairs = [pair for name in numbers for pair in zip(signs[name], numbers[name], strict=True)]
    found = at(slope(program.run(signs, EXACT)["L"], signs[known.of]), pairs)
    helpers = Program.parse({left: text for left, text, _ in known.first})
    trace = (program + helpers).run({name: precise_decimal(value) for name, value in numbers.items()}, PRECISE)
    for left in helpers.equations:
        _check_intermediate(program, trace, left.removeprefix("d"))
    for text, _ in known.chain:
        line = evaluate(parse(text), trace, PRECISE)
        if max(abs(mine - theirs) for mine, theirs in zip(line, precise_decimal(found), strict=True)) > 1e-20:
            raise AssertionError(f"{text} is not the derivative by {known.of}")


def _check_intermediate(program: Program, trace: Mapping[str, Any], name: str) -> None:
    """Its gradient against central differences: its value, given, stands in for its equation."""
    from studyrnn.engine.precise import PRECISE, context

    given, step = {part: trace[part] for part in program.inputs}, context.mpf("1e-10")

    def loss(entry: int, shift: Any) -> Any:
        value = [part + shift if k == entry else part for k, part in enumerate(trace[name])]
        return program.run({**given, name: value}, PRECISE)["L"]

    for entry, found in enumerate(trace[f"d{name}"]):
        if abs(found - (loss(entry, step) - loss(entry, -step)) / (2 * step)) > 1e-15:
            raise AssertionError(f"the line for d{name} is not the derivative by {name}")


def _drawn(name: str, seed: int) -> list[float]:
    """Three decimals each; a target is a distribution."""
    chance = random.Random(seed)
    return [0.2, 0.5, 0.3] if name == "target" else [round(2 * chance.random() - 1, 3) for _ in range(3)]


def _check_by_differences(forward: Program, backward: Program, wrt: str) -> None:
    """Central differences of 30 digits along a random direction, in a network that has two of everything."""
    from studyrnn.engine.precise import PRECISE, context, precise_decimal

    chance = random.Random(wrt)

    def drawn(name: str) -> Any:
        rows = [[round(2 * chance.random() - 1, 3) for _ in range(2)] for _ in range(2)]
        return precise_decimal(rows if name.startswith("W_") else rows[0])

    values = {name: drawn(name) for name in forward.inputs}
    direction, step = drawn(wrt), context.mpf("1e-10")

    def loss(shift: Any) -> Any:
        shifted = PRECISE["add"](values[wrt], PRECISE["mul"](direction, shift))
        return forward.run({**values, wrt: shifted}, PRECISE)["L"]

    found = backward.run(forward.run(values, PRECISE), PRECISE)[f"d{wrt}"]
    slope = PRECISE["total"](PRECISE["total"](PRECISE["mul"](found, direction)))
    if abs(slope - (loss(step) - loss(-step)) / (2 * step)) > 1e-15:
        raise AssertionError(f"the derivative by {wrt} is not the slope of the loss")
