"""Reverse mode on named equations: the gradient of a program is another program.

The derivative of each operation is itself written in the language of equations, so the list that computes a
gradient is also the worked solution that shows it. A gradient is named after what it belongs to: `dh` is dL/dh.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studyrnn.engine.equations import Apply, Expression, Name, Number, Program, parse, substitute

# For y = op(a, b) with g = dL/dy: what reaches a, and what reaches b. None: nothing is ever asked of it.
_RULES: dict[str, tuple[str | None, ...]] = {
    "add": ("g", "g"),
    "sub": ("g", "-g"),
    "mul": ("g * b", "g * a"),
    "neg": ("-g",),
    "matvec": ("outer(g, b)", "a.T @ g"),
    "tanh": ("g * (1 - y * y)",),
    "sigmoid": ("g * y * (1 - y)",),
    "relu": ("g * step(y)",),
    "total": ("g * ones(a)",),
    "half_square": ("g * a",),
    "cross_entropy": ("g * (softmax(a) - b)", None),  # through the softmax, of the logits a; b is one-hot
}
_PARSED = {op: tuple(None if rule is None else parse(rule) for rule in rules) for op, rules in _RULES.items()}


def gradient(program: Program, seeds: Mapping[str, str], wrt: Sequence[str]) -> Program:
    """The equations of backpropagation through `program`.

    seeds   what arrives from outside, by name: {"L": "1"}, or {"h": "seed_h"} with a value supplied at run time
    wrt     the inputs whose gradients are asked for; each gets an equation (0 where nothing reaches it)

    Both sides of + - * have the same shape. Raises ValueError where an equation stands in `wrt` (its gradient has an
    equation already) and for an operation without a rule.
    Run the result on the trace of `program`. An activation's argument that has no name of its own gets one:
    `dn_in` is the gradient before the tanh that gives n.
    """
    if defined := set(wrt) & set(program.equations):
        raise ValueError(f"not inputs: {sorted(defined)}")
    reached: dict[str, list[Expression]] = {name: [parse(seed)] for name, seed in seeds.items()}
    backward: dict[str, Expression] = {}

    def spread(expression: Expression, g: Expression, y: Expression, owner: str) -> None:
        if isinstance(expression, Name):
            reached.setdefault(expression.id, []).append(g)
        elif isinstance(expression, Apply):
            if expression.op not in _PARSED:
                raise ValueError(f"there is no derivative rule for {expression.op}")
            for rule, arg in zip(_PARSED[expression.op], expression.args, strict=True):
                if rule is None or isinstance(arg, Number):
                    continue
                parts = dict(zip("ab", expression.args, strict=False)) | {"g": g, "y": y}
                passed = tidy(substitute(rule, parts))
                if isinstance(arg, Apply) and isinstance(passed, Apply) and passed.op != "neg":
                    passed = _named(backward, f"{owner}_in", passed)
                spread(arg, passed, arg, owner)

    for name in reversed(program.equations):
        if name in reached:
            g = sum_of(reached.pop(name))
            if not isinstance(g, Number):
                g = _named(backward, f"d{name}", g)
            spread(program.equations[name], g, Name(name), f"d{name}")
    for name in wrt:
        backward[f"d{name}"] = sum_of(reached.get(name, [Number(0)]))
    return Program(backward)


def _named(equations: dict[str, Expression], name: str, expression: Expression) -> Name:
    while name in equations:
        name += "_"
    equations[name] = expression
    return Name(name)


def sum_of(terms: list[Expression]) -> Expression:
    total = terms[0]
    for term in terms[1:]:
        total = Apply("add", (total, term))
    return tidy(total)


def tidy(expression: Expression) -> Expression:
    """Drop what a person would not write: 1 * a, -(-a), a + -b."""
    if not isinstance(expression, Apply):
        return expression
    args = tuple(tidy(arg) for arg in expression.args)
    match expression.op, args:
        case ("mul", (Number(value=1), other)) | ("mul", (other, Number(value=1))):
            return other
        case "neg", (Apply(op="neg", args=(inner,)),):
            return inner
        case "add", (left, Apply(op="neg", args=(inner,))):
            return Apply("sub", (left, inner))
    return Apply(expression.op, args)
