"""Backpropagation through a limited number of steps: what is kept, what is lost, what it saves."""

from studyrnn.engine.calculus import gradient
from studyrnn.engine.cells import rnn
from studyrnn.engine.equations import Program
from studyrnn.questions import NOT_ZERO, WHOLE, Exercise, Pick, Range, Slip, Variant

_STEP = rnn().program

_THREE = _STEP.at_step(1) + _STEP.at_step(2) + _STEP.at_step(3)

_BACK = _THREE + gradient(_THREE, seeds={"h_3": "h_3 - target"}, wrt=["W_hh"])

_WEIGHT = Pick(tuple(round(sign * k / 10, 1) for k in range(4, 15) for sign in (-1, 1)))

_TERMS = ("da_3 * h_2", "da_2 * h_1", "da_1 * h_0")

_UNIT = (
    r"A single unit runs for three steps: $$a_t = W_{xh} x_t + W_{hh} h_{t-1} + b_h, \quad h_t = \tanh(a_t)$$ "
    r"Only the last state is compared with a target, $L = \tfrac{1}{2}(h_3 - \text{target})^2$. "
)

_SAME_STATE = "You multiplied by $h_t$. $W_{hh}$ multiplies $h_{t-1}$, so the term of step $t$ takes $h_{t-1}$."

_NO_FACTOR = "On the way from $a_t$ back to $h_{t-1}$ the gradient is multiplied by $W_{hh}$; that factor is missing."

_RANGES = {"target": Range(-2.0, 2.0), "W_hh": _WEIGHT, **{f"x_{t}": NOT_ZERO for t in (1, 2, 3)}, "h_0": NOT_ZERO}


def _kept(steps: int) -> str:
    return " + ".join(_TERMS[:steps])


# -- the gradient that is left ---------------------------------------------------------------------------------------


_TWO_LATEST = Variant(
    program=Program({name: rhs for name, rhs in _BACK.equations.items() if name != "dW_hh"})
    + Program.parse({"dW_hh": _kept(2)}),
    convention={"cut": "window"},
    symbols={"dW_hh": "g"},
    stem=f"{_UNIT}Backpropagation is truncated: only the two latest terms of the gradient along $W_{{hh}}$ are kept, "
    "those of steps 3 and 2. The states themselves are computed over all steps. What is the truncated gradient $g$?",
    slips=(
        Slip(
            "one-step-short",
            "That is the last step's term alone. Two steps are kept here.",
            equations={"dW_hh": _kept(1)},
        ),
        Slip(
            "full-gradient",
            "That is the full gradient: truncation leaves the term of step 1 out.",
            equations={"dW_hh": f"{_kept(2)} + W_hh * da_2 * (1 - h_1 * h_1) * h_0"},
        ),
        Slip("same-step-state", _SAME_STATE, equations={"dW_hh": "da_3 * h_3 + da_2 * h_2"}),
        Slip("no-recurrent-factor", _NO_FACTOR, equations={"dh_2": "da_3"}),
        Slip(
            "states-truncated",
            "You cut the forward pass as well and let step 2 start from $h_0$. Truncation concerns the way back only.",
            equations={"a_2": "W_xh * x_2 + W_hh * h_0 + b_h", "dW_hh": "da_3 * h_2 + da_2 * h_0"},
            always=False,
        ),
    ),
)

_CHUNKED = Variant(
    program=Program.parse(
        {
            "da_4": "(1 - h_4 * h_4) * e_4",
            "dh_3": "e_3 + W_hh * da_4",
            "da_3": "(1 - h_3 * h_3) * dh_3",
            "dh_2": "e_2",
            "da_2": "(1 - h_2 * h_2) * dh_2",
            "dh_1": "e_1 + W_hh * da_2",
            "da_1": "(1 - h_1 * h_1) * dh_1",
            "dW_hh": "da_4 * h_3 + da_3 * h_2 + da_2 * h_1 + da_1 * h_0",
        }
    ),
    convention={"cut": "chunks"},
    symbols={"dW_hh": "g"} | {f"e_{t}": f"e_{t}" for t in (1, 2, 3, 4)},
    ranges={f"h_{t}": Pick(tuple(round(sign * k / 10, 1) for k in range(1, 10) for sign in (-1, 1))) for t in range(5)}
    | {f"e_{t}": NOT_ZERO for t in (1, 2, 3, 4)},
    stem=r"A single unit, $a_t = W_{xh} x_t + W_{hh} h_{t-1} + b_h$, $h_t = \tanh(a_t)$, has run for four steps with a "
    "loss at every step; $e_t$ is the slope of the loss of step $t$ at $h_t$. Backpropagation runs in chunks of two "
    "steps: 1 and 2, then 3 and 4. The state is handed on from chunk to chunk, the gradient is not. The gradients of "
    "both chunks along $W_{hh}$ are added up: $g = ?$",
    slips=(
        Slip(
            "cut-ignored",
            r"You let $\partial L/\partial a_3$ pass on to step 2. Between the chunks nothing goes back: what reaches "
            "$h_2$ is the slope of its own loss.",
            equations={"dh_2": "e_2 + W_hh * da_3"},
        ),
        Slip(
            "every-step-cut",
            "You cut before every step. Within a chunk the gradient does go back, from its second step to its first.",
            equations={"dh_3": "e_3", "dh_1": "e_1"},
        ),
        Slip(
            "state-reset",
            "You let the second chunk start from $h_0$. It starts from $h_2$, which is carried on as a number.",
            equations={"dW_hh": "da_4 * h_3 + da_3 * h_0 + da_2 * h_1 + da_1 * h_0"},
            always=False,
        ),
        Slip(
            "last-chunk-only",
            "Those are the terms of steps 3 and 4. The first chunk has a gradient of its own, which is added.",
            equations={"dW_hh": "da_4 * h_3 + da_3 * h_2"},
        ),
        Slip(
            "same-step-state",
            _SAME_STATE,
            equations={"dW_hh": "da_4 * h_4 + da_3 * h_3 + da_2 * h_2 + da_1 * h_1"},
            always=False,
        ),
        Slip("no-recurrent-factor", _NO_FACTOR, equations={"dh_3": "e_3 + da_4", "dh_1": "e_1 + da_2"}),
    ),
)

# -- what is lost ----------------------------------------------------------------------------------------------------

_BIAS = Variant(
    program=Program({name: rhs for name, rhs in _BACK.equations.items() if name != "dW_hh"})
    + Program.parse({"full": _kept(3), "kept": _kept(1), "B": "full - kept"}),
    symbols={"full": r"\text{full}", "kept": r"\text{kept}", "B": "B"},
    stem=f"{_UNIT}Backpropagation is truncated to a single step: of the gradient along $W_{{hh}}$ only the term of "
    "step 3 is kept. What has been lost, $B$: full gradient less truncated one?",
    slips=(
        Slip(
            "sign",
            "The sign is turned round: the full gradient comes first.",
            equations={"B": "kept - full"},
        ),
        Slip(
            "one-lost-term",
            "A term is missing: steps 2 and 1 are both cut off.",
            equations={"full": _kept(2)},
        ),
        Slip(
            "full-gradient",
            "That is the full gradient. What is asked for is how much of it the truncation loses.",
            equations={"B": "full"},
        ),
        Slip("no-recurrent-factor", _NO_FACTOR, equations={"dh_2": "da_3", "dh_1": "da_2"}),
    ),
    keep=lambda trace: abs(float(trace["B"])) > 0.03,
)

# -- counting --------------------------------------------------------------------------------------------------------

_CHUNKS = Variant(
    program=Program.parse({"c": "T / k", "p": "k * (k + 1) / 2", "N": "c * p"}),
    symbols={"T": "T", "k": "k", "c": "c", "p": "p", "N": "N"},
    convention={"cut": "chunks"},
    stem="A sequence of $T$ steps with a loss at every step is cut into chunks of $k$ steps. Within a chunk each loss "
    "is followed back to the chunk's first step, its own step included; nothing goes back beyond. How many terms $N$ "
    "(a loss, and a step it is followed back to) does the gradient have? ($c$ counts the chunks, $p$ the terms of "
    "one.)",
    slips=(
        Slip(
            "all-terms",
            "Those are the terms without truncation: each loss followed back to step 1.",
            equations={"N": "T * (T + 1) / 2"},
        ),
        Slip(
            "window-for-chunk",
            "You followed each loss back over $k$ steps. A chunk cuts at its start: its first loss has one step only.",
            equations={"N": "T * k"},
        ),
        Slip(
            "own-step-left-out",
            "The term of a loss at its own step is missing.",
            equations={"p": "k * (k - 1) / 2"},
        ),
        Slip("one-chunk", "Those are the terms of one chunk.", equations={"N": "p"}),
    ),
    ranges={"T": Range(120, 30_000, 60), "k": Pick((2.0, 3.0, 4.0, 5.0, 6.0, 10.0, 12.0, 15.0, 20.0, 30.0))},  # k | 60
)

_WINDOW = Variant(
    program=Program.parse({"p": "k * (k + 1) / 2", "N": "p + (T - k) * k"}),
    symbols={"T": "T", "k": "k", "p": "p", "N": "N"},
    convention={"cut": "window"},
    stem="A sequence of $T$ steps has a loss at every step. Each loss is followed back over its $k$ latest steps, its "
    "own included, or to step 1 where there are fewer. How many terms $N$ (a loss, and a step it is followed back to) "
    "does the gradient have? ($p$ counts those of the first $k$ losses.)",
    slips=(
        Slip(
            "all-terms",
            "Those are the terms without truncation: each loss followed back to step 1.",
            equations={"N": "T * (T + 1) / 2"},
        ),
        Slip(
            "start-overlooked",
            "The first losses have fewer than $k$ steps before them: there is nothing to follow before step 1.",
            equations={"N": "T * k"},
        ),
        Slip(
            "own-step-left-out",
            "The term of a loss at its own step is missing.",
            equations={"p": "k * (k - 1) / 2", "N": "p + (T - k) * (k - 1)"},
        ),
    ),
    keep=lambda trace: trace["T"] > trace["k"] + 2,
)

_STORED = Variant(
    program=Program.parse({"full": "T * n * B", "cut": "k * n * B", "D": "full - cut"}),
    symbols={"T": "T", "k": "k", "n": "n", "B": "B", "full": r"\text{full}", "cut": r"\text{cut}", "D": "D"},
    stem="The backward pass of a vanilla RNN needs the states of all steps that it goes back over. The network has $n$ "
    "units and reads a batch of $B$ sequences of $T$ steps. How many stored numbers $D$ does it save to backpropagate "
    "in chunks of $k$ steps, one chunk after the other, in place of the whole sequence? (Count the hidden states only, "
    "without the initial one.)",
    slips=(
        Slip(
            "what-is-left",
            "That is what still has to be stored. How much is saved is asked for.",
            equations={"D": "cut"},
        ),
        Slip(
            "batch-forgotten",
            "Every sequence of the batch has states of its own.",
            equations={"full": "T * n", "cut": "k * n"},
        ),
        Slip(
            "weights-counted",
            "You counted $n^2$ numbers a step. Those are the weights, which are stored once; a state has $n$ entries.",
            equations={"full": "T * n * n * B", "cut": "k * n * n * B"},
        ),
        Slip(
            "one-entry-a-step",
            "A state is not one number: it has $n$ entries.",
            equations={"full": "T * B", "cut": "k * B"},
        ),
    ),
    keep=lambda trace: trace["T"] > 3 * trace["k"],
)

EXERCISES = (
    Exercise(
        id="truncated-bptt.stored",
        version=1,
        level=2,
        asks="D",
        form=WHOLE,
        summary="how much memory truncation saves",
        scalar=True,
        ranges={
            "T": Range(100, 900, 10),
            "k": Range(5, 50, 1),
            "n": Range(16, 256, 16),
            "B": Pick((2.0, 4.0, 8.0, 16.0, 32.0)),
        },
        variants=(_STORED,),
    ),
    Exercise(
        id="truncated-bptt.chunks",
        version=3,
        level=3,
        asks="N",
        form=WHOLE,
        requires=("bptt.paths",),
        summary="how many terms of the gradient truncation keeps",
        scalar=True,
        ranges={"T": Range(12, 3000, 1), "k": Range(2, 60, 1)},
        variants=(_WINDOW, _CHUNKS),
    ),
    Exercise(
        id="truncated-bptt.gradient",
        version=3,
        level=4,
        asks="dW_hh",
        requires=("bptt.scalar",),
        summary="the gradient of the recurrent weight when only the latest steps are followed back, or chunk by chunk",
        scalar=True,
        ranges=_RANGES,
        variants=(_TWO_LATEST, _CHUNKED),
        why="A truncated gradient is no noisy version of the full one: what it leaves out is left out every time.",
    ),
    Exercise(
        id="truncated-bptt.bias",
        version=1,
        level=4,
        asks="B",
        requires=("truncated-bptt.gradient",),
        summary="the part of the gradient that truncation loses",
        scalar=True,
        ranges=_RANGES,
        variants=(_BIAS,),
        why="More sequences average noise away, but not this: truncation biases the gradient towards what is near.",
    ),
)
