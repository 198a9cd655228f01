"""Batch and layer normalisation: over which numbers, by which statistics, and what flows back."""

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

from studyrnn.engine.equations import Program
from studyrnn.engine.normalisation import normalisation
from studyrnn.questions import Exercise, Parts, Pick, Range, Slip, Teller, Told, Variant

_SAYS = {
    "no-root": "The root is missing: divide by the standard deviation, not by the variance.",
    "count-less-one": "You divided by the count less one. Normalisation takes the mean of the squares.",
    "not-centred": r"The mean was not taken off: the numerator is $x - \mu$.",
    "not-scaled": "The standard deviation is missing: only the mean was taken off.",
    "gain-and-shift-exchanged": r"$\gamma$ and $\beta$ changed places: $\gamma$ multiplies, $\beta$ is added.",
    "no-gain-and-shift": r"That is $\hat{x}$ itself: $\gamma$ and $\beta$ come after it.",
    "shift-first": r"$\beta$ was added before $\gamma$ multiplied: $\gamma \hat{x} + \beta$.",
    "no-activation": r"$\tanh$ is missing: it comes after the normalisation.",
    "activation-first": r"You normalised $\tanh(a)$. The sums are normalised, and $\tanh$ comes after that.",
    "shares-flipped": r"$\alpha$ and $1 - \alpha$ changed places: look at which of them goes with the old value.",
    "batch-statistics": "Those are the statistics of the batch. At inference the running ones are used.",
    "old-statistics": "Those are the running statistics from before the batch: it has moved them.",
    "variance-of-batch": "Look at how the variance of the batch is divided: by the count, or by the count less one.",
    "other-axis": "That is along the other axis. Batch normalisation compares one unit over the examples, layer "
    "normalisation one example over its units.",
    "all-entries": "You took mean and variance over the whole matrix: they belong to one column or to one row.",
    "statistics-constant": r"$\mu$ and $s$ depend on every entry too: that path is missing.",
    "mean-constant": r"$\mu$ was taken as constant: through it, the mean of $v$ is taken off.",
    "deviation-constant": r"$s$ was taken as constant: through it, a part along $\hat{a}$ is taken off.",
    "sign": "The paths through the statistics take something away: their signs are turned round.",
}


def _slip(name: str, names: Mapping[str, str] | None = None, **equations: str) -> Slip:
    return Slip(name, _SAYS[name], equations, names or {})


def _perhaps(name: str, names: Mapping[str, str] | None = None, **equations: str) -> Slip:
    return Slip(name, _SAYS[name], equations, names or {}, always=False)


def _spread(name: str, least: float = 0.15) -> Any:
    return lambda trace: float(trace[name]) > least


_EXCHANGED = {"gain": "shift", "shift": "gain"}
_GAINS = Pick((0.4, 0.5, 0.6, 0.7, 0.8, 1.2, 1.4, 1.5, 1.6, 1.8, 2.0))
_SHIFTS = Pick(tuple(sign * tenths / 10 for sign in (1, -1) for tenths in range(2, 11)))

# -- which entries belong together -----------------------------------------------------------------------------------


def _normalised(x: float, among: Sequence[float], kind: str = "") -> float:
    mean = math.fsum(among) / len(among)
    squares = math.fsum((entry - mean) ** 2 for entry in among)
    variance = squares / (len(among) - (kind == "count-less-one"))
    centred = x if kind == "not-centred" else x - mean
    return centred / (variance if kind == "no-root" else math.sqrt(variance))


def _which_axis(chance: random.Random) -> Told:
    batch = chance.random() < 0.5
    rows, columns = 3 + int(chance.random() * 2), 3 + int(chance.random() * 2)
    while True:
        A = [[(int(chance.random() * 41) - 20) / 10 for _ in range(columns)] for _ in range(rows)]
        if all(max(line) - min(line) > 1 for line in [*A, *zip(*A, strict=True)]):
            break
    i, j = int(chance.random() * rows), int(chance.random() * columns)
    x, row, column = A[i][j], A[i], [line[j] for line in A]
    right, other = (column, row) if batch else (row, column)
    mean = math.fsum(right) / len(right)
    where = f"column {j + 1}: unit {j + 1} in every example" if batch else f"row {i + 1}: every unit of example {i + 1}"
    return Told(
        stem=f"The sums of a layer at one step stand in $A$: a row for each example of a batch, a column for each "
        f"unit. They go through **{'batch' if batch else 'layer'} normalisation** (variance divided by the count; "
        r"$\epsilon$ left out, $\gamma = 1$, $\beta = 0$). What becomes of the sum of "
        f"unit {j + 1} in example {i + 1}?",
        key=round(_normalised(x, right), 4),
        slips={
            "other-axis": _normalised(x, other),
            "all-entries": _normalised(x, [entry for line in A for entry in line]),
            **{kind: _normalised(x, right, kind) for kind in ("count-less-one", "no-root", "not-centred")},
            "not-scaled": x - mean,
        },
        given={"A": A},
        solution=f"What belongs together is {where}. Its mean is ${mean:.4f}$, its standard deviation "
        f"${math.sqrt(math.fsum((entry - mean) ** 2 for entry in right) / len(right)):.4f}$.",
        hints=("Is it a row or a column of $A$ that is brought to mean 0 and variance 1?",),
    )


# -- statistics that are kept ----------------------------------------------------------------------------------------


def _running(old: str, new: str, count: str, other: str, stem: str, words: str) -> Variant:
    def kept(first: str, second: str) -> dict[str, str]:
        return {"M_1": f"{first} * M_0 + {second} * mu", "V_1": f"{first} * V_0 + {second} * var"}

    squares = "total((x - mu) * (x - mu))"
    return Variant(
        program=Program.parse(
            {
                "mu": "mean(x)",
                "var": f"{squares} / {count}",
                **kept(old, new),
                "y": "(u - M_1) / sqrt(V_1 + 1e-05)",
            }
        ),
        convention={"alpha": "share of the new" if new == "alpha" else "share of the old", "variance": words},
        stem="In training, batch normalisation normalises by the statistics of each batch and keeps running ones for "
        rf"later: $${stem}$$ Here $\mu$ is the mean and $\sigma^2$ the variance of the batch, squares divided by "
        f"{words}. The running ones of a unit stand at $M_0$ and $V_0$; the last batch has the sums $x$. Then, at "
        r"inference, the unit has the sum $u$: which $y$ does it become? ($\epsilon = 0.00001$, $\gamma = 1$, "
        r"$\beta = 0$.)",
        slips=(
            _slip("batch-statistics", y="(u - mu) / sqrt(var + 1e-05)"),
            _perhaps("old-statistics", y="(u - M_0) / sqrt(V_0 + 1e-05)"),
            Slip("shares-flipped", _SAYS["shares-flipped"], kept(new, old), always=False),
            _perhaps("variance-of-batch", var=f"{squares} / {other}"),
            _perhaps("no-root", y="(u - M_1) / V_1"),
            _perhaps("not-centred", y="u / sqrt(V_1 + 1e-05)"),
        ),
        keep=_spread("var"),
    )


_RUNNING = (
    _running(
        "(1 - alpha)",
        "alpha",
        "(size(x) - 1)",
        "size(x)",
        r"M_1 = (1 - \alpha) M_0 + \alpha \mu, \quad V_1 = (1 - \alpha) V_0 + \alpha \sigma^2",
        "the count less one",
    ),
    _running(
        "alpha",
        "(1 - alpha)",
        "size(x)",
        "(size(x) - 1)",
        r"M_1 = \alpha M_0 + (1 - \alpha) \mu, \quad V_1 = \alpha V_0 + (1 - \alpha) \sigma^2",
        "the count",
    ),
)

_LAYER = Program.parse(normalisation("a", "layer"))

EXERCISES = (
    Exercise(
        id="normalisation.batch-norm",
        version=1,
        level=2,
        asks="x_norm",
        summary="one unit over a batch: mean, variance, then scale and shift",
        shapes={"x": (4,), "gain": (), "shift": ()},
        symbols={"x": "x", "var": r"\sigma^2", "x_hat": r"\hat{x}", "x_norm": "y"},
        ranges={"x": Range(-3.0, 3.0), "gain": _GAINS, "shift": _SHIFTS},
        why=r"Afterwards the batch has mean $\beta$ and standard deviation $|\gamma|$, whatever came in.",
        variants=(
            Variant(
                program=Program.parse(normalisation("x", "layer")),
                stem="Batch normalisation of one unit in training: $x$ are its sums in the four examples of a batch. "
                r"$$\mu = \operatorname{mean}(x), \quad \sigma^2 = \operatorname{mean}((x - \mu)^2), \quad "
                r"\hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + 0.00001}}, \quad y = \gamma \hat{x} + \beta$$",
                slips=(
                    _perhaps("no-root", x_hat="(x - mu) / (var + 1e-05)"),
                    _slip("count-less-one", var="total((x - mu) * (x - mu)) / (size(x) - 1)"),
                    _perhaps("not-centred", x_hat="x / sqrt(var + 1e-05)"),
                    _perhaps("gain-and-shift-exchanged", names=_EXCHANGED),
                    _perhaps("no-gain-and-shift", x_norm="x_hat"),
                    _perhaps("shift-first", x_norm="gain * (x_hat + shift)"),
                ),
                keep=_spread("var"),
            ),
        ),
    ),
    Exercise(
        id="normalisation.layer-norm",
        version=1,
        level=2,
        asks="h",
        summary="one step of a recurrent layer whose sums are normalised over its units",
        shapes={"a": (4,), "gain": (4,), "shift": (4,)},
        symbols={"var": r"\sigma^2", "a_hat": r"\hat{a}_t", "a_norm": r"\bar{a}_t"},
        ranges={"a": Range(-3.0, 3.0), "gain": _GAINS, "shift": _SHIFTS},
        why="No other example and no other step has a say: that is why layer normalisation suits recurrent networks, "
        "at any length and any batch size.",
        variants=(
            Variant(
                program=_LAYER + Program.parse({"h": "tanh(a_norm)"}),
                stem="A recurrent layer of four units normalises its sums $a_t$ before the activation: "
                r"$$\mu = \operatorname{mean}(a_t), \quad \sigma^2 = \operatorname{mean}((a_t - \mu)^2), \quad "
                r"\hat{a}_t = \frac{a_t - \mu}{\sqrt{\sigma^2 + 0.00001}}$$ "
                r"$$h_t = \tanh(\gamma \odot \hat{a}_t + \beta)$$",
                slips=(
                    _perhaps("no-root", a_hat="(a - mu) / (var + 1e-05)"),
                    _slip("count-less-one", var="total((a - mu) * (a - mu)) / (size(a) - 1)"),
                    _perhaps("not-centred", a_hat="a / sqrt(var + 1e-05)"),
                    _slip("no-gain-and-shift", a_norm="a_hat"),
                    _slip("no-activation", h="a_norm"),
                    _perhaps("activation-first", names={"a": "tanh(a)"}, h="a_norm"),
                ),
                keep=_spread("var"),
            ),
        ),
    ),
    Exercise(
        id="normalisation.which-axis",
        version=1,
        level=2,
        asks="y",
        symbols={"A": "A", "y": "y"},
        requires=("normalisation.batch-norm",),
        summary="batch or layer normalisation: a column or a row of the same matrix",
        why="Batch normalisation ties the examples of a batch together, layer normalisation the units of one example.",
        variants=(
            Teller(
                _which_axis,
                slips=(
                    _slip("other-axis"),
                    *map(_perhaps, ("all-entries", "count-less-one", "no-root", "not-centred", "not-scaled")),
                ),
            ),
        ),
    ),
    Exercise(
        id="normalisation.statistics",
        version=1,
        level=3,
        asks="y",
        form=Parts(names=("mu", "var", "M_1", "V_1", "y")),
        requires=("normalisation.batch-norm",),
        summary="running statistics: how a batch moves them, and that inference uses them",
        shapes={"x": (4,)} | dict.fromkeys(("M_0", "V_0", "M_1", "V_1", "u", "y", "alpha"), ()),
        symbols={"x": "x", "y": "y", "u": "u", "var": r"\sigma^2"},
        ranges={"x": Range(-3.0, 3.0), "M_0": Range(-1.0, 1.0), "V_0": Range(0.5, 2.0), "u": Range(-3.0, 3.0)}
        | {"alpha": Pick((0.1, 0.2, 0.3, 0.4))},
        why="A single value has no statistics of its own, and an answer must not depend on who else is in the batch. "
        "In a recurrent network the statistics differ from step to step, which makes running ones awkward.",
        variants=_RUNNING,
    ),
    Exercise(
        id="normalisation.backward",
        version=1,
        level=4,
        asks="da",
        requires=("normalisation.layer-norm",),
        summary="the gradient through layer normalisation, statistics included",
        shapes={"a": (4,), "v": (4,)},
        symbols={"a": "a", "v": "v", "s": "s", "var": r"\sigma^2", "a_hat": r"\hat{a}", "da": r"\partial L/\partial a"}
        | {"b": r"\bar{v}", "p": "p"},
        ranges={"a": Range(-3.0, 3.0), "v": Pick(tuple(k / 10 for k in range(-20, 21) if abs(k) > 1))},
        why=r"Moving or stretching all sums together changes nothing that comes out, but for the small $\epsilon$: so "
        r"the gradient adds up to 0 and has no part along $\hat{a}$.",
        variants=(
            Variant(
                program=Program.parse(
                    {
                        "mu": "mean(a)",
                        "var": "mean((a - mu) * (a - mu))",
                        "s": "sqrt(var + 1e-05)",
                        "a_hat": "(a - mu) / s",
                        "L": "dot(v, a_hat)",
                        "b": "mean(v)",
                        "p": "mean(v * a_hat)",
                        "da": "(v - b - p * a_hat) / s",
                    }
                ),
                stem="Four sums are normalised over the layer, without gain and shift: "
                r"$$\hat{a} = \frac{a - \mu}{s}, \quad \mu = \operatorname{mean}(a), \quad "
                r"s = \sqrt{\operatorname{mean}((a - \mu)^2) + 0.00001}$$ "
                r"What comes back to $\hat{a}$ is $v = \partial L/\partial \hat{a}$. Which gradient reaches $a$?",
                slips=(
                    _slip("statistics-constant", da="v / s"),
                    _perhaps("mean-constant", da="(v - p * a_hat) / s"),
                    _perhaps("deviation-constant", da="(v - b) / s"),
                    _perhaps("sign", da="(v + b + p * a_hat) / s"),
                    _perhaps("no-root", s="var"),
                ),
                keep=_spread("var", 0.3),
            ),
        ),
    ),
)
