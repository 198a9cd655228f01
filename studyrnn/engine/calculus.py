"""Reverse mode on named equations: the gradient of a program is another program.

The derivative of each operation is itself written in the language of equations, so the list that computes a
gradient is also the worked solution that shows it. A gradient is named after what it belongs to: `dh` is dL/dh.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from studyrnn.engine.equations import Apply, Expression, Name, Number, Program, names_in, parse, substitute

# For y = op(a, b) with g = dL/dy: what reaches a, and what reaches b. None: nothing does (a choice, a count).
_RULES: dict[str, tuple[str | None, ...]] = {
    "add": ("g", "g"),
    "sub": ("g", "-g"),
    "mul": ("g * b", "g * a"),
    "div": ("g / b", "-(g * y / b)"),
    "neg": ("-g",),
    "matvec": ("outer(g, b)", "a.T @ g"),
    "outer": ("g @ b", "g.T @ a"),
    "transpose": ("g.T",),
    "dot": ("g * b", "g * a"),
    "diag": ("total(g * diag(ones(a)))",),  # the diagonal of g
    "tanh": ("g * (1 - y * y)",),
    "sigmoid": ("g * y * (1 - y)",),
    "relu": ("g * step(y)",),
    "exp": ("g * y",),
    "log": ("g / a",),
    "sqrt": ("g / (2 * y)",),
    "abs": ("g * (step(a) - step(-a))",),
    "power": ("g * b * power(a, b - 1)", None),
    "minimum": ("g * step(b - a)", "g * step(a - b)"),
    "total": ("g * ones(a)",),
    "mean": ("g * ones(a) / size(a)",),
    "batch_total": ("g * ones(a)",),
    "batch_mean": ("g * ones(a) / batch_size(a)",),
    "concat": ("first(g, a)", "last(g, b)"),
    "softmax": ("y * (g - dot(g, y))",),
    "half_square": ("g * a",),
    "mean_square": ("g * 2 * a / size(a)",),
    "cross_entropy": ("g * (softmax(a) - b)", None),  # through the softmax, of the logits a; b adds up to 1
    "binary_cross_entropy": ("g * (sigmoid(a) - b)", None),
    "one_hot_max": (None,),
    "size": (None,),
    "batch_size": (None,),
    "ones": (None,),
    "step": (None,),
}
_PARSED = {op: tuple(None if rule is None else parse(rule) for rule in rules) for op, rules in _RULES.items()}

# An operand that is one number for all entries of the result, or for all examples, is used many times: what comes back
# to it is summed over them.
_SUMMED = {"entries": "total", "examples": "batch_total"}
_ONE_FOR_ALL = {
    **dict.fromkeys(("total", "mean", "mean_square", "dot", "cross_entropy"), frozenset({"entries"})),
    **dict.fromkeys(("batch_total", "batch_mean"), frozenset({"examples"})),
    **dict.fromkeys(("size", "batch_size"), frozenset({"entries", "examples"})),
}
_TARGETS = {"cross_entropy", "binary_cross_entropy"}  # their second argument is given, never computed
_ACTIVATIONS = {"tanh", "sigmoid", "relu"}
_ENTRY_BY_ENTRY = {"add", "sub", "mul", "div", "minimum", "binary_cross_entropy"}
_FULL: frozenset[str] = frozenset()
_EVERYTHING = frozenset(_SUMMED)


def gradient(
    program: Program,
    seeds: Mapping[str, str],
    wrt: Sequence[str],
    numbers: Iterable[str] = (),
    stop: Iterable[str] = (),
) -> Program:
    """The equations of backpropagation through `program`.

    seeds    what arrives from outside, by name: {"L": "1"}, or {"h": "seed_h"} with a value supplied at run time
    wrt      the inputs whose gradients are asked for; each gets an equation (0 times itself where nothing reaches it)
    numbers  the inputs that are single numbers among vectors
    stop     names that nothing flows back through: their values are taken as given (truncation)

    Raises ValueError where an equation stands in `wrt` (its gradient has an equation already) and for an operation
    without a rule. Run the result on the trace of `program`. An activation's argument that has no name of its own gets
    one: `dn_in` is the gradient before the tanh that gives n.
    """
    if defined := set(wrt) & set(program.equations):
        raise ValueError(f"not inputs: {sorted(defined)}")
    known = {*program.equations, *program.inputs, *wrt}
    if unknown := set(seeds) - known:
        raise ValueError(f"nothing is called {sorted(unknown)}")
    backward = _Walk(program, wrt, numbers).up({name: parse(seed) for name, seed in seeds.items()}, set(stop))
    if clash := known & set(backward):
        raise ValueError(f"{sorted(clash)} would be a gradient and a quantity: rename the quantity")
    return Program(backward)


class _Walk:
    """From the last equation up to the first: what has arrived at a quantity by then is all that will."""

    def __init__(self, program: Program, wrt: Sequence[str], numbers: Iterable[str]) -> None:
        self.program = program
        self.wrt = wrt
        self.kinds = _kinds(program, numbers)
        self.relevant = _relevant(program, wrt)
        self.names: dict[Expression, Name] = {
            rhs: Name(name) for name, rhs in program.equations.items() if isinstance(rhs, Apply)
        }
        self.reached: dict[str, list[Expression]] = {}
        self.backward: dict[str, Expression] = {}

    def up(self, seeds: Mapping[str, Expression], stop: set[str]) -> dict[str, Expression]:
        self.reached = {name: [seed] for name, seed in seeds.items()}
        for name in reversed(self.program.equations):
            if name in self.reached and name not in stop:
                g = sum_of(self.reached.pop(name))
                if not isinstance(g, Number):
                    g = _named(self.backward, f"d{name}", g)
                    self.kinds[g.id] = self.kinds[name]
                self.spread(self.program.equations[name], g, Name(name), f"d{name}")
        for name in self.wrt:
            terms = self.reached.get(name) if name not in stop else None
            self.backward[f"d{name}"] = sum_of(terms or [Apply("mul", (Number(0), Name(name)))])
        return self.backward

    def spread(self, expression: Expression, g: Expression, y: Expression, owner: str) -> None:
        """Pass g = dL/dy on to what y = expression reads."""
        if isinstance(expression, Name):
            self.reached.setdefault(expression.id, []).append(g)
        elif isinstance(expression, Apply):
            for rule, arg in zip(_rules_for(expression), expression.args, strict=True):
                if self.leads(arg) and self.flows(expression, rule, arg):
                    assert rule is not None
                    self.spread(arg, self.passed(expression, rule, arg, g, y, owner), arg, owner)

    def passed(
        self, expression: Apply, rule: Expression, arg: Expression, g: Expression, y: Expression, owner: str
    ) -> Expression:
        """What reaches one argument; under a name of its own where that is used again."""
        parts = dict(zip("ab", expression.args, strict=False)) | {"g": g, "y": y}
        passed = _by_name(tidy(substitute(rule, parts)), self.names)
        if expression.op in _ENTRY_BY_ENTRY:
            for axis in sorted(_kind(arg, self.kinds) - _kind(expression, self.kinds)):
                passed = Apply(_SUMMED[axis], (passed,))
        if isinstance(passed, Apply) and passed.op not in {"neg", "ones"} and self.used_again(expression, arg):
            passed = _named(self.backward, f"{owner}_in", passed)
            self.kinds[passed.id] = _kind(arg, self.kinds)
        return passed

    def flows(self, expression: Apply, rule: Expression | None, arg: Expression) -> bool:
        """Whether anything flows back to `arg`. Raises ValueError where it would, and no rule says what."""
        if rule is None and expression.op in _TARGETS:
            raise ValueError(f"a target that depends on {sorted(self.wrt)} has no derivative rule")
        shared = "examples" in _kind(arg, self.kinds)
        if rule is not None and shared and expression.op not in _ENTRY_BY_ENTRY and len(expression.args) > 1:
            raise ValueError(f"{expression.op} of what is one value for the whole batch has no derivative rule")
        return rule is not None

    def leads(self, expression: Expression) -> bool:
        return not self.relevant.isdisjoint(names_in(expression))

    def used_again(self, expression: Apply, arg: Expression) -> bool:
        """Whether the gradient of an argument without a name goes on into several operands, or is one that people
        name: that before an activation."""
        if not isinstance(arg, Apply):
            return False
        return expression.op in _ACTIVATIONS or sum(self.leads(inner) for inner in arg.args) > 1


def _relevant(program: Program, wrt: Sequence[str]) -> set[str]:
    """`wrt` and everything that depends on it."""
    found = set(wrt)
    for name, expression in program.equations.items():
        if not found.isdisjoint(names_in(expression)):
            found.add(name)
    return found


def _rules_for(expression: Apply) -> tuple[Expression | None, ...]:
    if expression.op not in _PARSED:
        raise ValueError(f"there is no derivative rule for {expression.op}")
    rules = _PARSED[expression.op]
    return rules if len(rules) == len(expression.args) else rules[:1] * len(expression.args)  # a sum of many


def _kinds(program: Program, numbers: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each name: over what it is one value for all ("entries", "examples")."""
    kinds = dict.fromkeys(numbers, frozenset({"entries"}))
    for name, expression in program.equations.items():
        kinds[name] = _kind(expression, kinds)
    return kinds


def _kind(expression: Expression, kinds: Mapping[str, frozenset[str]]) -> frozenset[str]:
    if isinstance(expression, Name):
        return kinds.get(expression.id, _FULL)
    if isinstance(expression, Number):
        return _EVERYTHING
    inner = [_kind(arg, kinds) for arg in expression.args]
    if expression.op in _ONE_FOR_ALL:
        return _ONE_FOR_ALL[expression.op] | frozenset.intersection(*inner)
    if len(inner) == 1 or expression.op in _ENTRY_BY_ENTRY:
        return frozenset.intersection(*inner)
    return _FULL


def _by_name(expression: Expression, names: Mapping[Expression, Name]) -> Expression:
    """What the program has a name for already is called by it: p, where p = softmax(y)."""
    if expression in names:
        return names[expression]
    if isinstance(expression, Apply):
        return Apply(expression.op, tuple(_by_name(arg, names) for arg in expression.args))
    return expression


def _named(equations: dict[str, Expression], name: str, expression: Expression) -> Name:
    while name in equations:
        name += "_"
    equations[name] = expression
    return Name(name)


def sum_of(terms: list[Expression]) -> Expression:
    if len(terms) > 2 and not any(isinstance(term, Apply) and term.op == "neg" for term in terms):
        return Apply("add", tuple(tidy(term) for term in terms))
    total = terms[0]
    for term in terms[1:]:
        total = Apply("add", (total, term))
    return tidy(total)


def _of_the_shape_of(expression: Expression, like: Expression) -> bool:
    if expression == like:
        return True
    if isinstance(like, Apply) and like.op in {"half_square", "neg", "tanh", "sigmoid", "exp", "log"}:
        return _of_the_shape_of(expression, like.args[0])
    return False


def tidy(expression: Expression) -> Expression:
    """Drop what a person would not write: 1 * a, -(-a), a + 0, a + -b, and ones before a vector."""
    if not isinstance(expression, Apply):
        return expression
    args = tuple(tidy(arg) for arg in expression.args)
    match expression.op, args:
        case ("mul", (Number(value=1), other)) | ("mul", (other, Number(value=1))):
            return other
        case "mul", (Apply(op="ones", args=(like,)), other) if _of_the_shape_of(other, like):
            return other
        case "neg", (Apply(op="neg", args=(inner,)),):
            return inner
        case ("add", (Number(value=0), other)) | ("add", (other, Number(value=0))):
            return other
        case "add", (left, Apply(op="neg", args=(inner,))):
            return Apply("sub", (left, inner))
    return Apply(expression.op, args)
