"""Events far apart: what is left of the first, and what helps."""

import random

from studyrnn.engine.equations import Program
from studyrnn.questions import WHOLE, Choice, Exercise, Range, Slip, Teller, Told, Variant

# -- what a filler leaves --------------------------------------------------------------------------------------------

_FILLER = Variant(
    program=Program.parse({"J": "s * w", "P": "power(J, k)", "Q": "power(f, k)", "R": "Q / P"}),
    symbols={"J": "J", "P": "P", "Q": "Q", "R": "R", "s": "s", "w": "w", "k": "k", "f": "f"},
    stem="Between a subject and its verb stand $k$ words. In a vanilla unit each step multiplies the gradient by $J = "
    r"s\, w$, a slope of $\tanh$ times the recurrent weight; on the direct path of an LSTM cell each step multiplies "
    "it by a forget gate $f$. How many times as much, $R$, comes back over the $k$ words through the cell as through "
    "the unit?",
    slips=(
        Slip(
            "slope-forgotten",
            r"The slope of $\tanh$ is missing: every step of the vanilla unit passes its activation.",
            equations={"J": "w"},
        ),
        Slip(
            "times-k",
            "You multiplied the ratio of one step by $k$. Factors of $k$ steps make a power.",
            equations={"R": "k * f / J"},
        ),
        Slip(
            "one-step",
            "That is the ratio of one step. It is raised to the power of the steps.",
            equations={"R": "f / J"},
        ),
        Slip("ratio-turned-round", "That is the unit against the cell.", equations={"R": "P / Q"}),
    ),
    keep=lambda trace: 1.3 < float(trace["R"]) < 5 and float(trace["P"]) > 0.2,
)

# -- how far it reaches ----------------------------------------------------------------------------------------------


def _reach(chance: random.Random) -> Told:
    hundredths, thousandths = 50 + int(chance.random() * 48), 5 + int(chance.random() * 296)
    factor, share = hundredths / 100, thousandths / 1000
    what = ("recurrent factor $J$", "forget gate $f$")[int(chance.random() * 2)]
    letter = what[-2]
    steps = 1
    while hundredths**steps * 1000 >= thousandths * 100**steps:  # whole numbers: nothing is rounded
        steps += 1
    by_share = round((1 - share) / (1 - factor))
    return Told(
        stem=f"At every step a gradient is multiplied by a constant {what} of {factor:g}. After how many steps is less "
        f"than {share:g} of it left for the first time?",
        key=float(steps),
        slips={
            "one-step-short": float(steps - 1),
            "linear-loss": float(by_share),
            "one-step-late": float(steps + 1),
        },
        solution=rf"$${letter}^k < {share:g}$$ holds where $k > \ln {share:g} / \ln {factor:g}$, and the first whole "
        f"number above that is {steps}.",
        hints=("Powers of the factor: take logarithms.",),
    )


# -- what helps ------------------------------------------------------------------------------------------------------

_HELPS = (
    # the case, what helps, what does not and why, why
    (
        "A tanh RNN of {n} units has to link a bracket to its partner {k} characters on. The gradient that arrives "
        "there is a hundred-thousandth of the one that set out.",
        "an LSTM or a GRU in its place",
        {
            "clipping-for-vanishing": "clipping its gradient",
            "truncation": "truncating its gradient to {short} steps",
            "more-units": "four times as many units",
        },
        "The gradient vanishes. A gated cell has a path on which it is multiplied by gates near 1.",
    ),
    (
        "An LSTM of {n} units is trained with backpropagation truncated to {short} steps. What it has to link lies {k} "
        "steps apart, and it does not learn it.",
        "truncating later, beyond {k} steps",
        {
            "clipping-for-vanishing": "clipping its gradient",
            "forget-bias": "forget gates that start wider open",
            "more-units": "four times as many units",
        },
        "No gradient goes further back than the truncation lets it, however good the cell.",
    ),
    (
        "The answer depends on one word, {k} words back. A stack of {n}-unit layers passes it from state to state over "
        "all of them; the text is there as a whole.",
        "attention over the states of all words",
        {
            "clipping-for-vanishing": "clipping its gradient",
            "more-layers": "a few more such layers",
            "dropout": "dropout between its layers",
        },
        "Attention reads the word in one step, however far back it is.",
    ),
    (
        "A linear unit among {n} has the recurrent weight 1.3. Over {k} steps its gradient grows beyond all bounds, "
        "and training breaks down.",
        "clipping the norm of the gradient",
        {
            "longer-truncation": "following the gradient further back",
            "larger-start": "larger weights to start with",
            "dropout": "dropout on its inputs",
        },
        "The gradient explodes: an upper bound on its norm keeps the update in check.",
    ),
    (
        "In a new LSTM with {n} units all forget gates stand at one half. Of what a cell holds less than a thousandth "
        "is left after ten steps; {k} steps are needed.",
        "forget gates whose biases start at 1 or above",
        {
            "clipping-for-vanishing": "clipping its gradient",
            "shut-gates": "forget gates whose biases start at -2",
            "more-units": "four times as many units",
        },
        "A gate near 1 keeps the cell; from there training can learn when to forget.",
    ),
)

_WRONG = {
    "clipping-for-vanishing": "Clipping makes a gradient shorter. It brings nothing back that has vanished or was "
    "never sent.",
    "truncation": "Truncation cuts the gradient off altogether before it gets there.",
    "more-units": "More units are more weights, not a shorter way: each step still multiplies by its factor.",
    "forget-bias": "The gates can be as open as they like: beyond the truncation no gradient comes back.",
    "more-layers": "More layers leave the way through time as long as it was.",
    "dropout": "Dropout works against overfitting. It changes no factor along the way.",
    "longer-truncation": "Further back the product of factors only grows.",
    "larger-start": "Larger weights make larger factors.",
    "shut-gates": "A negative bias shuts the gates: the cell would forget at once.",
}


def _which_help(chance: random.Random) -> Told:
    case, right, wrong, why = _HELPS[int(chance.random() * len(_HELPS))]
    short = 5 + int(chance.random() * 26)
    numbers = {"n": 16 * (1 + int(chance.random() * 60)), "k": short + 20 + int(chance.random() * 150), "short": short}
    return Told(
        stem=f"{case.format(**numbers)} What helps?",
        key=0.0,
        slips={name: float(place) for place, name in enumerate(wrong, 1)},
        solution=why,
        options=tuple(text.format(**numbers) for text in (right, *wrong.values())),
        hints=("What happens to the gradient on its way back: does it fade, grow, stop, or go a long way round?",),
    )


EXERCISES = (
    Exercise(
        id="long-term-dependencies.reach",
        version=1,
        level=2,
        form=WHOLE,
        requires=("gradients.power",),
        summary="after how many steps next to nothing is left of a gradient",
        task="Give the number of steps.",
        variants=(
            Teller(
                _reach,
                slips=(
                    Slip("one-step-short", "At that step more than the share is still left.", always=False),
                    Slip("one-step-late", "It falls below the share one step earlier already.", always=False),
                    Slip(
                        "linear-loss",
                        "You took the same amount off at each step. Each step multiplies what is left.",
                        always=False,
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="long-term-dependencies.filler",
        version=2,
        level=3,
        asks="R",
        requires=("gradients.power", "lstm.gradient-path"),
        summary="a vanilla unit against an LSTM cell over a filler of k words",
        scalar=True,
        ranges={
            "s": Range(0.7, 0.98, 0.01),
            "w": Range(0.8, 1.0, 0.01),
            "f": Range(0.85, 0.99, 0.01),
            "k": Range(3, 9, 1),
        },
        variants=(_FILLER,),
    ),
    Exercise(
        id="long-term-dependencies.which-help",
        version=1,
        level=3,
        form=Choice(),
        requires=("remedies.which-remedy",),
        summary="what helps to link events far apart",
        variants=(Teller(_which_help, tuple(Slip(name, says, always=False) for name, says in _WRONG.items())),),
    ),
)
