"""What is done with a sequence: shifting, joining, summing, and comparing it with itself one step later."""

import random

from studyrnn.engine.equations import Program
from studyrnn.questions import WHOLE, Exercise, Parts, Pick, Range, Slip, Teller, Told, Variant, slip, sum_for_mean


def _written(values: list[float]) -> str:
    return f"({', '.join(f'{value:g}' for value in values)})"


def _digits(chance: random.Random, count: int) -> list[float]:
    """Different ones, so that a value out of its place shows."""
    left = list(range(1, 10))
    return [float(left.pop(int(chance.random() * len(left)))) for _ in range(count)]


# -- shifts ----------------------------------------------------------------------------------------------------------


def _moved(x: list[float], by: int, ends: list[float]) -> list[float]:
    """y_t = x_{t+by}; where there is none, the entry of `ends` for before, or for after x."""
    before, after = ends
    places = range(by, by + len(x))
    return [before if k < 0 else after if k >= len(x) else x[k] for k in places]


def _shift(chance: random.Random, way: int) -> Told:
    T, k = 5 + int(chance.random() * 3), 1 + int(chance.random() * 3)
    x = _digits(chance, T)
    by = way * k
    name, formula = ("advance", f"x_{{t+{k}}}") if way > 0 else ("delay", f"x_{{t-{k}}}")
    return Told(
        stem=f"A sequence of {T} steps, numbered from 1: $x = {_written(x)}$. Its {name} by {k} is the sequence "
        f"$y_t = {formula}$, again with the steps 1 to {T}; where $x$ has no such step, $y_t$ is 0.",
        key=_moved(x, by, [0.0, 0.0]),
        slips={
            "wrong-way": _moved(x, -by, [0.0, 0.0]),
            "wrapped-round": x[by:] + x[:by],
            "end-repeated": _moved(x, by, [x[0], x[-1]]),
            "one-step-short": _moved(x, by - way, [0.0, 0.0]),
            "one-step-too-far": _moved(x, by + way, [0.0, 0.0]),
        },
        solution=f"Put in $t = 1$: $y_1 = x_{{{1 + by}}}$, and so on up to $y_{{{T}}} = x_{{{T + by}}}$. Steps below 1 "
        f"or above {T} do not exist, and give 0.",
        hints=("Put in $t = 1$: which step of $x$ is $y_1$?",),
    )


def _delay(chance: random.Random) -> Told:
    return _shift(chance, -1)


def _advance(chance: random.Random) -> Told:
    return _shift(chance, 1)


def _join(chance: random.Random) -> Told:
    S, T = 3 + int(chance.random() * 3), 3 + int(chance.random() * 3)
    x, y = _digits(chance, S), _digits(chance, T)
    z = x + y
    k = S + 1 + int(chance.random() * (T - 1))  # in the second part, and not its last
    once = list(dict.fromkeys(z))
    j = k - S - 1
    return Told(
        stem=f"Two sequences, $x = {_written(x)}$ and $y = {_written(y)}$. Joined, $x$ first, they are the sequence "
        f"$z$; its steps are numbered from 1. Give two numbers: how many steps $z$ has, and $z_{{{k}}}$.",
        key=[float(S + T), z[k - 1]],
        slips={
            "other-order": [float(S + T), (y + x)[k - 1]],
            "counted-from-nought": [float(S + T), z[k]],
            "set-for-sequence": [float(len(once)), once[min(k, len(once)) - 1]],
            "pair-for-sequence": [2.0, z[k - 1]],
        },
        solution=f"${_written(z)}$ has {S} + {T} steps. Step {k} is number {j + 1} of $y$, since the first {S} are "
        "those of $x$.",
        hints=("Write $z$ out.",),
    )


_SHIFT_SLIPS = (
    Slip("wrong-way", "The shift goes the other way: put in $t = 1$ and see which step of $x$ the formula names."),
    Slip(
        "wrapped-round",
        "You let what falls off at one end come back at the other. Here nothing comes back: zeros fill the gap.",
    ),
    Slip(
        "end-repeated",
        "You filled the gap with the value at the edge. The question fills it with zeros.",
    ),
    Slip("one-step-short", "You shifted by one step too few.", always=False),
    Slip("one-step-too-far", "You shifted by one step too many.", always=False),
)
_JOIN_SLIPS = (
    Slip("other-order", "You put $y$ first. The order matters: $x$ comes first here.", always=False),
    Slip("counted-from-nought", "You counted the steps from 0. They are numbered from 1.", always=False),
    Slip(
        "set-for-sequence",
        "You counted equal values once only, as in a set. In a sequence every step stays, whatever stands there.",
        always=False,
    ),
    Slip(
        "pair-for-sequence",
        "You took $z$ for the pair of the two. Joined, it is one sequence with all steps of both.",
        always=False,
    ),
)

# -- sums and means --------------------------------------------------------------------------------------------------


def _summed(steps: int, entries: int, *slips: Slip) -> Variant:
    names = [f"x_{t}" for t in range(1, steps + 1)]
    return Variant(
        program=Program.parse({"total": " + ".join(names), "mean": f"total / {steps}"}),
        stem=f"A sequence of {steps} steps, each a vector of {entries} entries. Aggregated over time, it has the sum "
        rf"and the mean $$s = \sum_{{t=1}}^{{{steps}}} x_t, \quad \bar{{x}} = \frac{{1}}{{{steps}}} s$$",
        convention={"steps": str(steps)},
        shapes=dict.fromkeys(names, (entries,)),
        slips=(
            sum_for_mean("mean", "total"),
            slip("last-step-only", "That is the last step alone: the sum goes over all of them.", total=names[-1]),
            *slips,
        ),
    )


def _each_summed(*names: str) -> str:
    first, *rest = (f"total({name})" for name in names)
    for name in rest:
        first = f"concat({first}, {name})"
    return first


# -- autocorrelation -------------------------------------------------------------------------------------------------


def _sum(template: str, *steps: int) -> str:
    return " + ".join(template.format(t=t, u=t + 1) for t in steps)


def _correlated(T: int) -> Variant:
    every, pairs = range(1, T + 1), range(1, T)
    spread = _sum("e_{t} * e_{t}", *every)
    return Variant(
        program=Program.parse(
            {
                "m": f"({_sum('x_{t}', *every)}) / {T}",
                **{f"e_{t}": f"x_{t} - m" for t in every},
                "covered": _sum("e_{t} * e_{u}", *pairs),
                "spread": spread,
                "r": "covered / spread",
            }
        ),
        convention={"steps": str(T)},
        stem=f"A sequence of {T} numbers with the mean $m$. How much do neighbours go together? Compute the "
        rf"autocorrelation at lag 1, $$r = \frac{{\sum_{{t=1}}^{{{T - 1}}} e_t e_{{t+1}}}}"
        rf"{{\sum_{{t=1}}^{{{T}}} e_t^2}}, \quad e_t = x_t - m$$",
        slips=(
            slip(
                "mean-kept",
                "You multiplied the values themselves: the mean is taken off them first.",
                **{f"e_{t}": f"x_{t}" for t in every},
            ),
            slip(
                "wrapped-round",
                "You let the last step meet the first. They are no neighbours: the sum above has one term less.",
                covered=f"{_sum('e_{t} * e_{u}', *pairs)} + e_{T} * e_1",
            ),
            slip(
                "last-square-missing",
                "The sum of squares below has a term for every step; you left the last one out.",
                spread=_sum("e_{t} * e_{t}", *pairs),
            ),
            Slip(
                "lag-two",
                "You multiplied steps that are two apart. At lag 1 each step meets the next one.",
                {"covered": " + ".join(f"e_{t} * e_{t + 2}" for t in range(1, T - 1))},
                always=False,
            ),
            Slip(
                "means-for-sums",
                "You divided each sum by its number of terms. Here the sums themselves are divided by one another.",
                {"r": f"(covered / {T - 1}) / (spread / {T})"},
                always=False,
            ),
        ),
    )


EXERCISES = (
    Exercise(
        id="sequences.shift",
        version=1,
        level=1,
        form=WHOLE,
        summary="a sequence advanced, delayed, or joined to another",
        task="Type the numbers in their order.",
        variants=(
            Teller(_advance, _SHIFT_SLIPS, convention={"kind": "advance"}),
            Teller(_delay, _SHIFT_SLIPS, convention={"kind": "delay"}),
            Teller(_join, _JOIN_SLIPS, convention={"kind": "join"}),
        ),
        why="$x_{t+k}$ with $k > 0$ brings the future forward, an advance; $x_{t-k}$ is a delay. Who forecasts the "
        "next step has the input, advanced by 1, as targets.",
    ),
    Exercise(
        id="sequences.mean-and-sum",
        version=1,
        level=1,
        asks="mean",
        form=Parts(names=("total", "mean")),
        summary="the sum and the mean of a sequence of vectors over its steps",
        symbols={"total": "s", "mean": r"\bar{x}"},
        variants=(
            _summed(
                3,
                3,
                slip(
                    "over-entries",
                    "You added the entries of each vector. The sum goes over the steps, entry by entry.",
                    total=_each_summed("x_1", "x_2", "x_3"),
                ),
            ),
            _summed(
                4,
                2,
                slip(
                    "divided-by-entries",
                    "You divided by the number of entries of a vector. The mean is over the steps.",
                    mean="total / 2",
                ),
                slip(
                    "last-divided",
                    "Only the last vector was divided: the whole sum is.",
                    mean="x_1 + x_2 + x_3 + x_4 / 4",
                ),
            ),
        ),
        why="Sum and mean have as many entries as one step, however many steps there are; and both forget the order.",
    ),
    Exercise(
        id="sequences.autocorrelation",
        version=1,
        level=2,
        asks="r",
        requires=("sequences.mean-and-sum", "sequences.shift"),
        summary="how much neighbouring steps of a sequence go together: the autocorrelation at lag 1",
        scalar=True,
        symbols={
            "m": "m",
            "r": "r",
            "covered": r"\text{products}",
            "spread": r"\text{squares}",
        },
        ranges={
            "x_1": Pick((-9.0, -7.0, -5.0, -3.0, -1.0, 1.0, 3.0, 5.0, 7.0, 9.0)),  # odd, then even: never are all alike
            "x_2": Range(-8, 8, 2),
            **{f"x_{t}": Range(-9, 9, 1) for t in (3, 4, 5)},
        },
        variants=(_correlated(4), _correlated(5)),
        why="Steps of one sequence are seldom independent draws: that is what a recurrent network can use, and why a "
        "sequence is not cut into shuffled steps.",
    ),
)
