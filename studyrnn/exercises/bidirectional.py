"""Reading a sequence from both ends."""

from studyrnn.engine.equations import Program
from studyrnn.questions import NOT_ZERO, WHOLE, Exercise, Range, Slip, Variant

_NAMES = {
    "u": "u",
    "v": "v",
    "p": "p",
    "q": "q",
    **{f"f_{t}": rf"h_{t}^{{\rightarrow}}" for t in range(4)},
    **{f"r_{t}": rf"h_{t}^{{\leftarrow}}" for t in range(1, 5)},
}

_INPUTS = {f"x_{t}": NOT_ZERO for t in (1, 2, 3)}

_WEIGHTS = dict.fromkeys(("u", "v", "p", "q"), NOT_ZERO)

_BACKWARD = {"r_3": "tanh(p * x_3)", "r_2": "tanh(p * x_2 + q * r_3)", "r_1": "tanh(p * x_1 + q * r_2)"}

_STEM_BACK = r"$$h_t^{\leftarrow} = \tanh(p\, x_t + q\, h_{t+1}^{\leftarrow}),$$ from zero behind the last step."


def _forward(t: int) -> dict[str, str]:
    return {f"f_{k}": f"tanh(u * x_{k}" + (f" + v * f_{k - 1})" if k > 1 else ")") for k in range(1, t + 1)}


_JOINED = Variant(
    program=Program.parse({**_forward(2), "r_3": _BACKWARD["r_3"], "r_2": _BACKWARD["r_2"], "y": "a * f_2 + c * r_2"}),
    symbols={"a": "a", "c": "c", "y": "y_2"},
    stem="A bidirectional layer with one unit in each direction reads three inputs. Forward, "
    r"$$h_t^{\rightarrow} = \tanh(u\, x_t + v\, h_{t-1}^{\rightarrow}),$$ starting from zero; backward, "
    rf"{_STEM_BACK} The output joins the two states of a step: $$y_t = a\, h_t^{{\rightarrow}} + c\, "
    r"h_t^{\leftarrow}$$",
    slips=(
        Slip(
            "both-forward",
            "Your backward direction read from the front. It begins at the last input and goes to the first.",
            equations={"r_3": "tanh(p * x_1)", "r_2": "tanh(p * x_2 + q * r_3)"},
        ),
        Slip("forward-only", "The backward state is missing from the output.", equations={"y": "a * f_2"}),
        Slip(
            "weights-shared",
            "You used the forward weights backward as well. Each direction has its own.",
            equations={"r_3": "tanh(u * x_3)", "r_2": "tanh(u * x_2 + v * r_3)"},
        ),
        Slip(
            "end-states",
            "You joined the state at the end of the backward pass, that of step 1. Both belong to step 2.",
            equations={"y": "a * f_2 + c * tanh(p * x_1 + q * r_2)"},
            always=False,
        ),
    ),
)

_STATE = Variant(
    program=Program.parse(_BACKWARD),
    stem=f"The backward direction of a bidirectional layer with one unit reads three inputs: {_STEM_BACK}",
    slips=(
        Slip(
            "read-forward",
            "You read from the front, so that the last input came last. The backward direction begins with $x_3$.",
            equations={"r_3": "tanh(p * x_1)", "r_1": "tanh(p * x_3 + q * r_2)"},
        ),
        Slip(
            "own-input-only",
            "That is the state of a first step. Before $x_1$ the backward direction has read $x_3$ and $x_2$.",
            equations={"r_1": "tanh(p * x_1)"},
        ),
        Slip(
            "one-step-short",
            "That is the state of step 2. One step further back there is $x_1$.",
            equations={"r_1": "r_2"},
        ),
        Slip(
            "exchanged-weights",
            "$p$ and $q$ changed places: $p$ goes with the input, $q$ with the state.",
            names={"p": "q", "q": "p"},
        ),
        Slip(
            "pre-activations-carried",
            r"$\tanh$ is missing at the steps on the way.",
            equations={"r_3": "p * x_3", "r_2": "p * x_2 + q * r_3"},
            always=False,
        ),
    ),
)

_SHAPES = Variant(
    program=Program.parse({"P_1": "2 * (n * d + n * n + n)", "P_2": "2 * (k * (2 * n) + k * k + k)", "P": "P_1 + P_2"}),
    symbols={"d": "d", "n": "n", "k": "k", "P": "P", "P_1": "P_1", "P_2": "P_2"},
    stem="Two stacked bidirectional layers of a vanilla RNN. Inputs have $d$ entries; the first layer has $n$ units in "
    "each direction, the second $k$. A layer hands on its two states of a step joined, one below the other. Each "
    "direction has its own $W_{xh}$, $W_{hh}$ and one bias $b_h$. How many trained numbers $P$ are there in both "
    "layers?",
    slips=(
        Slip(
            "one-direction",
            "You counted one direction. Each has weights of its own.",
            equations={"P_1": "n * d + n * n + n", "P_2": "k * (2 * n) + k * k + k"},
        ),
        Slip(
            "states-added",
            "The second layer reads both directions joined, $2n$ entries, not $n$.",
            equations={"P_2": "2 * (k * n + k * k + k)"},
        ),
        Slip(
            "second-reads-input",
            "The second layer reads the states of the first, not the inputs.",
            equations={"P_2": "2 * (k * d + k * k + k)"},
        ),
        Slip(
            "directions-connected",
            "The recurrent matrices do not mix the directions: each is as wide as its own direction.",
            equations={"P_1": "2 * (n * d + n * (2 * n) + n)", "P_2": "2 * (k * (2 * n) + k * (2 * k) + k)"},
        ),
        Slip(
            "no-bias",
            "The biases are missing.",
            equations={"P_1": "2 * (n * d + n * n)", "P_2": "2 * (2 * k * n + k * k)"},
        ),
    ),
    keep=lambda trace: trace["d"] != trace["n"] and trace["d"] != 2 * trace["n"],
)

EXERCISES = (
    Exercise(
        id="bidirectional.backward-state",
        version=3,
        level=2,
        asks="r_1",
        summary="the state of the backward direction at the first step",
        scalar=True,
        symbols=_NAMES,
        ranges={**_INPUTS, **_WEIGHTS},
        variants=(_STATE,),
    ),
    Exercise(
        id="bidirectional.concat",
        version=2,
        level=3,
        asks="y",
        requires=("bidirectional.backward-state",),
        summary="an output in the middle of a sequence, from both directions",
        scalar=True,
        symbols=_NAMES,
        ranges={**_INPUTS, **_WEIGHTS, "a": NOT_ZERO, "c": NOT_ZERO},
        variants=(_JOINED,),
        why="The output of step 2 depends on all three inputs: the forward state has read the first two, the backward "
        "state the last two. So a bidirectional layer cannot run before its input has ended.",
    ),
    Exercise(
        id="bidirectional.shapes",
        version=1,
        level=3,
        asks="P",
        form=WHOLE,
        requires=("parameter-sharing.rnn-count",),
        summary="the weights of two stacked bidirectional layers",
        scalar=True,
        ranges={"d": Range(5, 60, 1), "n": Range(4, 40, 1), "k": Range(3, 20, 1)},
        variants=(_SHAPES,),
    ),
)
