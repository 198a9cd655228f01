"""What a network costs: multiplications, stored values, terms of a gradient."""

import random
from functools import partial

from studyrnn.engine.equations import Program
from studyrnn.questions import WHOLE, Choice, Exercise, Range, Slip, Teller, Told, Variant

_counted = partial(
    Exercise,
    version=1,
    form=WHOLE,
    scalar=True,
    symbols={
        "d": "d", "n": "n", "m": "m", "T": "T", "k": "k", "C": "C", "S": "S", "N": "N", "step": r"C_{\text{step}}",
        "readout": r"C_{\text{output}}", "scores": r"C_{\text{scores}}", "mixing": r"C_{\text{mix}}",
        "attention": r"C_{\text{attention}}", "recurrent": r"C_{\text{rnn}}", "cache": r"S_{\text{cache}}",
        "state": r"S_{\text{state}}",
    },
    ranges={"d": Range(2, 130, 1), "n": Range(2, 260, 1), "m": Range(2, 40, 1), "T": Range(5, 200, 1)},
)  # fmt: skip


def _variant(equations: dict[str, str], stem: str, *slips: Slip, also: tuple[str, ...] = (), kind: str = "") -> Variant:
    program = Program.parse(equations)
    return Variant(
        program=program,
        stem=stem,
        slips=slips,
        also=also,
        convention={"kind": kind} if kind else {},
        keep=lambda trace: "d" not in trace or "n" not in trace or float(trace["d"]) != float(trace["n"]),
    )


def _instead(name: str, rhs: str, slip: str, message: str, always: bool = True) -> Slip:
    return Slip(slip, message, equations={name: rhs}, always=always)


_STEP = "n * d + n * n"
_NO_RECURRENCE = "The product $W_{hh} h_{t-1}$ is missing: it costs $n^2$ multiplications."

_GROWTH = (
    # what, how it grows with T: 0 not at all, 1 in proportion, 2 with the square
    ("the number of weights of a vanilla RNN", 0),
    ("the number of weights of an LSTM layer", 0),
    ("the numbers that a vanilla RNN keeps for its next step at inference", 0),
    ("the numbers that an LSTM keeps for its next step at inference", 0),
    ("the multiplications of one forward pass of a vanilla RNN", 1),
    ("the multiplications of one forward pass of a GRU layer", 1),
    ("the hidden states stored for full backpropagation through time", 1),
    ("the steps that a vanilla RNN has to take one after the other", 1),
    ("the keys and values that a causal self-attention layer caches", 1),
    ("the backward steps of backpropagation through time, done recursively", 1),
    ("the attention scores of a self-attention layer without a mask", 2),
    ("the multiplications of all the attention scores of a self-attention layer", 2),
    ("the weights of a self-attention layer", 0),
    ("the input weights of a network that reads the whole sequence at once", 1),
    ("the states stored for backpropagation truncated to a fixed window", 0),
)
_TIMES = {0: "stays the same", 1: "grows {factor}-fold", 2: "grows {square}-fold"}


def _growth(chance: random.Random) -> Told:
    what, power = _GROWTH[int(chance.random() * len(_GROWTH))]
    factor = 2 + int(chance.random() * 9)
    length = 10 * (1 + int(chance.random() * 40))
    texts = [_TIMES[p].format(factor=factor, square=factor**2) for p in (0, 1, 2)]
    order = [power, *(p for p in (0, 1, 2) if p != power)]
    names = {0: "grows-not", 1: "in-proportion", 2: "with-the-square"}
    return Told(
        stem=f"Sequences of {length} steps become {factor} times as long, {length * factor} steps. All sizes of the "
        f"network stay as they are (only a network that reads everything at once has to be widened). What becomes of "
        f"{what}?",
        key=0.0,
        slips={names[p]: float(place) for place, p in enumerate(order) if place},
        solution=("It does not depend on $T$.", "It is proportional to $T$.", "It is proportional to $T^2$.")[power],
        options=tuple(f"It {texts[p]}." for p in order),
    )


EXERCISES = (
    _counted(
        id="complexity.step-cost",
        level=2,
        asks="C",
        summary="the multiplications of one step of a vanilla RNN layer",
        variants=(
            _variant(
                {"C": _STEP},
                "A vanilla RNN layer with $d$ inputs and $n$ units. How many multiplications do the two matrix "
                "products of one step take?",
                _instead("C", "n * d", "no-recurrence", _NO_RECURRENCE),
                _instead("C", "n + d", "sizes-added", "Each of the $n$ units multiplies every one of its inputs."),
                _instead("C", "n * d + n * n + n", "bias-multiplied", "A bias is added, not multiplied."),
                _instead("C", "n * d * n", "one-product", "The two products are added, not multiplied."),
            ),
        ),
    ),
    _counted(
        id="complexity.sequence-cost",
        level=2,
        asks="C",
        requires=("complexity.step-cost",),
        summary="the multiplications of a whole sequence with an output at every step",
        variants=(
            _variant(
                {"step": _STEP, "readout": "m * n", "C": "T * (step + readout)"},
                "A vanilla RNN with $d$ inputs, $n$ units and $m$ outputs at each of $T$ steps. How many "
                "multiplications do the matrix products of the forward pass take?",
                _instead("C", "step + readout", "one-step", "That is one step: there are $T$ of them."),
                _instead("C", "T * step", "no-output-layer", r"$W_{hy} h_t$ is missing: $m n$ multiplications a step."),
                _instead("C", "T * step + readout", "output-once", "There is an output at every step, not only one."),
                _instead("step", "n * d", "no-recurrence", _NO_RECURRENCE),
            ),
        ),
    ),
    _counted(
        id="complexity.stored-values",
        level=2,
        asks="S",
        summary="how many state values are kept, in training and at inference",
        variants=tuple(
            _variant(
                {"S": rhs},
                f"{cell} with $n$ units reads a sequence of $T$ steps. How many numbers of its state have to be kept "
                f"{when}? (Inputs, weights and gates left out.)",
                _instead("S", other, "training-and-inference", "That is what the other case keeps: " + hint),
                _instead("S", wrong, "one-number-a-step", "A state is a vector of $n$ numbers, not one."),
                _instead("S", both, "states-of-the-cell", states),
                also=("T",),
                kind=kind,
            )
            for kind, cell, when, rhs, other, wrong, both, states, hint in (
                (
                    "rnn training",
                    "A vanilla RNN",
                    "for full backpropagation through time ($h_1$ to $h_T$)",
                    "n * T",
                    "n",
                    "T",
                    "2 * n * T",
                    "A vanilla RNN has one state vector a step.",
                    "training looks back at every step.",
                ),
                (
                    "rnn inference",
                    "A vanilla RNN",
                    "from one step to the next at inference",
                    "n",
                    "n * T",
                    "1",
                    "2 * n",
                    "A vanilla RNN has one state vector.",
                    "at inference the old states are not needed again.",
                ),
                (
                    "lstm training",
                    "An LSTM",
                    "for full backpropagation through time ($h_1$ to $h_T$ and $c_1$ to $c_T$)",
                    "2 * n * T",
                    "2 * n",
                    "2 * T",
                    "n * T",
                    "An LSTM has two state vectors, $h$ and $c$.",
                    "training looks back at every step.",
                ),
                (
                    "lstm inference",
                    "An LSTM",
                    "from one step to the next at inference",
                    "2 * n",
                    "2 * n * T",
                    "2",
                    "n",
                    "An LSTM has two state vectors, $h$ and $c$.",
                    "at inference the old states are not needed again.",
                ),
            )
        ),
    ),
    _counted(
        id="complexity.gradient-terms",
        level=3,
        asks="N",
        ranges={"T": Range(3, 3000, 1), "k": Range(2, 60, 1)},
        summary="how many terms a gradient through time has when the chain rule is written out",
        variants=(
            _variant(
                {"N": "T * (T + 1) / 2"},
                "A scalar RNN of $T$ steps with a loss $L_t$ at every step. Written out, the gradient of the shared "
                r"weight has a term for every pair of a loss $L_t$ and a step $s \le t$ at which the weight was used. "
                "How many terms are there?",
                _instead(
                    "N",
                    "T",
                    "recursive",
                    "So many backward steps does the recursion take. Written out, $L_t$ has $t$ terms.",
                ),
                _instead(
                    "N", "T * T", "all-pairs", r"Only steps $s \le t$ count: a loss does not depend on later steps."
                ),
                _instead(
                    "N", "T * (T - 1) / 2", "own-step-missing", "The step of the loss itself counts too, $s = t$."
                ),
                kind="full",
            ),
            Variant(
                program=Program.parse({"N": "k * (k + 1) / 2 + (T - k) * k"}),
                stem="A scalar RNN of $T$ steps with a loss $L_t$ at every step. Of each loss only the terms of the "
                "$k$ latest steps are kept, $t - k + 1$ to $t$ (fewer at the beginning). How many terms of the "
                "gradient of the shared weight are there?",
                convention={"kind": "truncated"},
                keep=lambda trace: float(trace["k"]) < float(trace["T"]),
                slips=(
                    _instead(
                        "N", "T * k", "beginning-forgotten", "The first losses have fewer than $k$ steps behind them."
                    ),
                    _instead("N", "T * (T + 1) / 2", "not-truncated", "Those are all terms, without the truncation."),
                    _instead(
                        "N", "k * (k + 1) / 2", "one-window", "Those are the terms of the first $k$ losses alone."
                    ),
                ),
            ),
        ),
    ),
    _counted(
        id="complexity.attention-cost",
        level=3,
        asks="C",
        requires=("complexity.step-cost",),
        symbols={"d": "d", "T": "T", "C": "C", "scores": r"C_{\text{scores}}", "mixing": r"C_{\text{values}}"},
        ranges={"d": Range(2, 130, 1), "T": Range(5, 400, 1)},
        summary="the multiplications of scores and values in self-attention",
        variants=(
            _variant(
                {"scores": "T * T * d", "mixing": "T * T * d", "C": "scores + mixing"},
                r"Self-attention over $T$ tokens, one head, with keys, queries and values of width $d$. How many "
                r"multiplications do $Q K^\top$ and the product of the weights with $V$ take together? (No mask, "
                "projections left out.)",
                _instead("C", "scores", "values-forgotten", "That is $Q K^\\top$ alone; the values are mixed as well."),
                _instead("scores", "T * d", "one-query", "Every one of the $T$ queries meets all $T$ keys."),
                _instead(
                    "C", "2 * T * d * d", "recurrent-cost", r"That is how projections or a recurrence grow: $T d^2$."
                ),
            ),
        ),
    ),
    _counted(
        id="complexity.cache-against-state",
        level=3,
        asks="N",
        symbols={
            "d": "d",
            "n": "n",
            "T": "T",
            "cache": r"S_{\text{cache}}",
            "state": r"S_{\text{state}}",
            "N": r"\text{difference}",
        },
        summary="the numbers a cached attention layer keeps against those of a recurrent layer",
        variants=tuple(
            _variant(
                {"cache": "2 * T * d", "state": state, "N": "cache - state"},
                "After $T$ tokens a causal self-attention layer of width $d$ has cached the key and the value of each. "
                f"{cell} with $n$ units keeps its state. How many more numbers does the attention layer keep? "
                "(Negative where it keeps fewer.)",
                _instead("cache", "T * d", "keys-alone", "Keys and values are cached: two vectors a token."),
                _instead("cache", "2 * d", "one-token", "The cache grows with every token: there are $T$ of them."),
                _instead("state", f"T * ({state})", "all-states", "A recurrent layer keeps only the latest state."),
                _instead("state", "n" if state != "n" else "2 * n", "states-of-the-cell", states),
                kind=kind,
            )
            for kind, cell, state, states in (
                ("rnn", "A vanilla RNN", "n", "A vanilla RNN has one state vector, $h$."),
                ("lstm", "An LSTM", "2 * n", "An LSTM has two state vectors, $h$ and $c$."),
            )
        ),
    ),
    Exercise(
        id="complexity.growth",
        version=1,
        level=2,
        form=Choice(),
        summary="what grows with the length of the sequence, and how fast",
        variants=(
            Teller(
                _growth,
                slips=(
                    Slip("grows-not", "It does depend on the length: look at what there is for each step."),
                    Slip(
                        "in-proportion",
                        "Proportion to $T$ is what you get where there is one such thing for each step.",
                    ),
                    Slip("with-the-square", "The square of $T$ comes from pairs of steps; there are no pairs here."),
                ),
            ),
        ),
    ),
)
