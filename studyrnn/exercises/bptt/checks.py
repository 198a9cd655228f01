"""How many terms there are, in which order they are found, and whether they are right."""

import random

from studyrnn.engine.equations import Program
from studyrnn.questions import WHOLE, Choice, Exercise, Order, Pick, Range, Slip, Teller, Told, Variant
from studyrnn.questions.forms import shuffled

# -- counting terms --------------------------------------------------------------------------------------------------

_TERMS = Variant(
    program=Program.parse({"n": "k - j + 1", "N": "n * (n + 1) / 2"}),
    symbols={"j": "j", "k": "k", "T": "T", "n": "n", "N": "N"},
    also=("T",),
    stem=r"A vanilla RNN runs for $T$ steps and has a loss at each of the steps $j, \ldots, k$ and at no other; its "
    "state is set to a constant just before step $j$. Written out, the gradient of the shared $W_{hh}$ is a double "
    "sum: one term for each loss and each step that it can be followed back to, its own included. How many terms $N$ "
    "are there? ($n$ is the number of losses.)",
    slips=(
        Slip(
            "square",
            "You paired every loss with every step. A loss depends on no step after its own.",
            equations={"N": "n * n"},
        ),
        Slip(
            "own-step-left-out",
            "The term of a loss at its own step is missing: $W_{hh}$ is used there as well.",
            equations={"N": "n * (n - 1) / 2"},
        ),
        Slip(
            "one-term-a-loss",
            "That counts one term for each loss. Each is followed back over all steps before it.",
            equations={"N": "n"},
        ),
        Slip(
            "all-steps",
            "You counted all $T$ steps. Losses stand at the steps from $j$ to $k$ only, and nothing goes back beyond.",
            equations={"n": "T"},
            always=False,
        ),
    ),
    keep=lambda trace: trace["j"] < trace["k"] < trace["T"],
)

# -- a numerical check -----------------------------------------------------------------------------------------------

_CHECK = Variant(
    program=Program.parse(
        {
            "p": "tanh((w + epsilon) * s + b)",
            "q": "tanh((w - epsilon) * s + b)",
            "P": "0.5 * (p - y) * (p - y)",
            "Q": "0.5 * (q - y) * (q - y)",
            "g": "(P - Q) / (2 * epsilon)",
        }
    ),
    stem=r"The gradient of $L = \tfrac{1}{2}(\tanh(w s + b) - y)^2$ along $w$ is to be checked numerically, by a "
    r"central difference with the step $\varepsilon$. ($p, P$ are output and loss at $w + \varepsilon$, $q, Q$ at $w - "
    r"\varepsilon$.)",
    slips=(
        Slip(
            "one-epsilon",
            r"You divided by $\varepsilon$. The two points are $2 \varepsilon$ apart.",
            equations={"g": "(P - Q) / epsilon"},
        ),
        Slip(
            "one-sided",
            r"That is a one-sided difference, from $w$ to $w + \varepsilon$. A central one takes both sides.",
            equations={"g": "(P - 0.5 * (tanh(w * s + b) - y) * (tanh(w * s + b) - y)) / epsilon"},
            always=False,
        ),
        Slip(
            "not-divided",
            r"That is the difference of the losses. Divide by their distance along $w$, $2 \varepsilon$.",
            equations={"g": "P - Q"},
        ),
        Slip(
            "sign",
            r"The sign is turned round: the loss at $w + \varepsilon$ comes first.",
            equations={"g": "(Q - P) / (2 * epsilon)"},
        ),
        Slip(
            "outputs-for-losses",
            "You compared the outputs. The gradient asked for is that of the loss.",
            equations={"g": "(p - q) / (2 * epsilon)"},
        ),
        Slip(
            "bias-moved",
            "You moved the bias as well. One weight at a time, all else stays.",
            equations={"p": "tanh((w + epsilon) * s + b + epsilon)", "q": "tanh((w - epsilon) * s + b - epsilon)"},
            always=False,
        ),
    ),
    keep=lambda trace: abs(float(trace["P"] - trace["Q"])) > 0.05,
)

_NAMES = ("W_{xh}", "W_{hh}", "b_h", "W_{hy}", "b_y")


def _wrong_entry(chance: random.Random) -> Told:
    """One entry is wrong though its two values are close; another one is right though its two values are not."""

    def between(low: float, high: float) -> float:
        return (low + (high - low) * chance.random()) * (1 if chance.random() < 0.5 else -1)

    def pair(true: float, factor: float, name: str) -> tuple[str, float]:
        by_differences = true * (1 + between(0.0002, 0.0006))
        shown = [f"{value:.4g}" for value in (true * factor, by_differences)]
        relative = abs(float(shown[0]) - float(shown[1])) / max(abs(float(value)) for value in shown)
        return rf"${name}$: $\partial L/\partial {name} = {shown[0]}$, by differences ${shown[1]}$", relative

    small = chance.random() < 0.5
    true = between(0.002, 0.004) if small else between(0.02, 0.04)
    factor = (0.5, 2.0, -1.0)[int(chance.random() * 3)] if small else (0.95, 1.05, 1.06)[int(chance.random() * 3)]
    names = [_NAMES[k] for k in shuffled(len(_NAMES), chance)]
    entries = [
        pair(true, factor, f"{names[0]}"),
        pair(between(40, 90), 1.0, f"{names[1]}"),
        pair(between(0.2, 0.9), 1.0, f"{names[2]}"),
        pair(between(0.002, 0.009), 1.0, f"{names[3]}"),
    ]
    relative = ", ".join(f"${name}$: {value:.1g}" for name, (_, value) in zip(names, entries, strict=False))
    return Told(
        stem="A network all of whose weights are single numbers. Its backward pass is checked by central differences "
        r"with $\varepsilon = 0.01$ in float64, so that rounding plays no part and what a difference misses is small "
        "beside the gradient. Of which weight is the gradient of the backward pass wrong?",
        key=0.0,
        slips={"largest-difference": 1.0, "agrees": 2.0, "smallest-gradient": 3.0},
        solution=f"What counts is the difference of the two beside the larger of them: {relative}. A difference that "
        r"falls with $\varepsilon^2$ is that of the method; one of several hundredths and more is a mistake.",
        options=tuple(text for text, _ in entries),
        hints=("Divide each difference by the size of its gradient.",),
    )


_WRONG_ENTRY = (
    Slip(
        "largest-difference",
        "That is the largest difference, of the largest gradient. Beside the gradient itself it is small.",
    ),
    Slip("agrees", "These two agree: their difference is well below a hundredth of them."),
    Slip(
        "smallest-gradient",
        "A small gradient is no mistake. Its two values differ by well below a hundredth of themselves.",
    ),
)

# -- the order of the work -------------------------------------------------------------------------------------------

_WORK = (  # in this order, for an update of W_hh over T steps; each needs the one before
    "Compute the states $h_{a}$ to $h_{T}$, one after the other.",
    r"Compare $h_{T}$ with its target: $\partial L/\partial h_{T}$.",
    r"Multiply by the slopes at step ${T}$: $\partial L/\partial a_{T}$.",
    r"Go one step back: multiply by $W_{hh}^\top$, which gives $\partial L/\partial h_{S}$.",
    "Repeat slopes and matrix down to step ${a}$.",
    r"Add up the terms of the steps ${a}$ to ${T}$: $\partial L/\partial W_{hh}$.",
    r"Take a step of ${eta}$ times this gradient down from $W_{hh}$.",
)

_EXCHANGED = {
    "loss-before-states": (0, "The loss needs the last state, so the forward pass comes first."),
    "slopes-before-loss": (1, "There is nothing to multiply by the slopes before the loss has been differentiated."),
    "matrix-before-slopes": (
        2,
        "Backwards the activation comes first, then the matrix: the reverse of the way forward.",
    ),
    "update-before-sum": (5, "An update with part of the sum would change the weight between its uses."),
}


def _order_of_steps(chance: random.Random) -> Told:
    first = 1 + int(chance.random() * 40)
    length = 4 + int(chance.random() * 40)
    eta = f"{(1 + int(chance.random() * 99)) / 100:g}"
    last = first + length

    def text(of: str) -> str:
        numbers = {"{a}": first, "{T}": last, "{S}": last - 1, "{eta}": eta}
        for mark, number in numbers.items():
            braced = f"{{{number}}}" if mark != "{eta}" else str(number)
            of = of.replace(f"_{mark}", f"_{braced}").replace(mark, str(number))
        return of

    order = [float(k) for k in range(len(_WORK))]
    return Told(
        stem=f"A chunk of a sequence, from step {first} to step {last}, with a loss at its last step only. One update "
        r"of $W_{hh}$ by backpropagation through time is made of these pieces. ($h_t = \tanh(a_t)$, where $a_t$ "
        "contains $W_{hh} h_{t-1}$.)",
        key=order,
        slips={name: [*order[:k], order[k + 1], order[k], *order[k + 2 :]] for name, (k, _) in _EXCHANGED.items()},
        solution="All the way forward first; then back from the loss, through slopes and matrix in turn; the sum when "
        "all terms are there, and the update last.",
        options=tuple(map(text, _WORK)),
        hints=("Nothing can be differentiated before it has been computed.",),
    )


EXERCISES = (
    Exercise(
        id="bptt.paths",
        version=1,
        level=3,
        asks="N",
        form=WHOLE,
        summary="how many terms the gradient of a shared weight has, written out",
        scalar=True,
        ranges={"T": Range(12, 60, 1), "j": Range(1, 30, 1), "k": Range(5, 50, 1)},
        variants=(_TERMS,),
        why="The recursion from the last step to the first finds the same sum in one pass: it adds what later losses "
        "have in common before it goes on.",
    ),
    Exercise(
        id="bptt.gradient-check",
        version=2,
        level=3,
        asks="g",
        summary="a gradient by a central difference",
        scalar=True,
        symbols={
            "w": "w",
            "s": "s",
            "b": "b",
            "y": "y",
            "p": "p",
            "q": "q",
            "P": "P",
            "Q": "Q",
            "g": "g",
            "epsilon": r"\varepsilon",
        },
        ranges={
            "epsilon": Pick((0.4, 0.5, 0.6)),
            "s": Pick(tuple(sign * k / 10 for k in range(5, 21) for sign in (-1, 1))),
            "y": Range(-2.0, 2.0),
        },
        variants=(_CHECK,),
        why="The error of a central difference falls with the square of the step, that of a one-sided one only with "
        "the step itself; with a very small step rounding takes over.",
    ),
    Exercise(
        id="bptt.wrong-entry",
        version=1,
        level=3,
        form=Choice(),
        requires=("bptt.gradient-check",),
        summary="find the wrong gradient in a check by central differences",
        variants=(Teller(_wrong_entry, _WRONG_ENTRY),),
    ),
    Exercise(
        id="bptt.order-of-steps",
        version=1,
        level=3,
        form=Order(),
        summary="put the pieces of one update by backpropagation through time in order",
        variants=(Teller(_order_of_steps, tuple(Slip(name, says) for name, (_, says) in _EXCHANGED.items())),),
    ),
)
