"""The state before the first step: zero, different, learned."""

from studyrnn.engine.calculus import gradient
from studyrnn.engine.cells import rnn
from studyrnn.engine.equations import Program
from studyrnn.questions import NOT_ZERO, Exercise, Fixed, Pick, Range, Slip, Variant, no_bias, transposed

_STEP = rnn().program

_RECURRENCE = r"h_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1} + b_h)"

_WEIGHT = Pick(tuple(round(sign * k / 10, 1) for k in range(3, 13) for sign in (-1, 1)))

# -- two runs from two starts ----------------------------------------------------------------------------------------

_TWO_STARTS = Program.parse(
    {
        "p_1": "tanh(W_xh * x_1 + b_h)",
        "p_2": "tanh(W_xh * x_2 + W_hh * p_1 + b_h)",
        "q_1": "tanh(W_xh * x_1 + W_hh * h_0 + b_h)",
        "q_2": "tanh(W_xh * x_2 + W_hh * q_1 + b_h)",
        "D": "q_2 - p_2",
    }
)

# -- learned ---------------------------------------------------------------------------------------------------------

_TWO_STEPS = _STEP.at_step(1) + _STEP.at_step(2)

_LEARNED = (
    _TWO_STEPS
    + Program.parse({"L": "0.5 * (h_2 - target) * (h_2 - target)"})
    + gradient(_TWO_STEPS, seeds={"h_2": "h_2 - target"}, wrt=["h_0"])
)

EXERCISES = (
    Exercise(
        id="initial-state.zero",
        version=1,
        level=1,
        asks="h_1",
        summary="the first state of a network that starts at zero",
        ranges={"h_0": Fixed([0.0, 0.0]), "x_1": NOT_ZERO},
        variants=(
            Variant(
                program=_STEP.at_step(1),
                stem=f"A vanilla RNN with two inputs and two hidden units starts from $h_0 = 0$: $${_RECURRENCE}$$",
                slips=(
                    Slip(
                        "ones-for-zero",
                        "You let $h_0$ be a vector of ones. It is zero, so $W_{hh} h_0$ is zero too.",
                        names={"h_0": "ones(h_0)"},
                    ),
                    Slip(
                        "no-activation",
                        r"That is the pre-activation: $\tanh$ was not applied to it, entry by entry.",
                        equations={"h_1": "a_1"},
                        always=False,
                    ),
                    Slip(
                        "input-for-state",
                        "You let $W_{hh}$ read the input as well. It reads the previous state, which is zero.",
                        names={"h_0": "x_1"},
                    ),
                    no_bias("b_h"),
                    transposed("W_xh"),
                ),
            ),
        ),
        why=r"From a start at zero the first step is a feed-forward layer, $h_1 = \tanh(W_{xh} x_1 + b_h)$: $W_{hh}$ "
        "plays no part in it, and gets no gradient from it.",
    ),
    Exercise(
        id="initial-state.effect",
        version=1,
        level=3,
        asks="D",
        requires=("initial-state.zero",),
        summary="how far two runs are apart after two steps, if one starts at zero and one does not",
        scalar=True,
        symbols={
            "p_1": "p_1",
            "p_2": "p_2",
            "q_1": "q_1",
            "q_2": "q_2",
            "D": "D",
        },
        ranges={"h_0": Pick((-1.0, -0.9, -0.8, -0.7, -0.6, 0.6, 0.7, 0.8, 0.9, 1.0)), "W_hh": _WEIGHT},
        variants=(
            Variant(
                program=_TWO_STARTS,
                stem=f"A single unit, $${_RECURRENCE}$$ runs twice over the same two inputs: once from zero, with the "
                "states $p_1, p_2$, and once from $h_0$, with the states $q_1, q_2$. How far apart do the runs end, "
                "$D = q_2 - p_2$?",
                slips=(
                    Slip(
                        "slopes-forgotten",
                        r"You multiplied $h_0$ by $W_{hh}$ twice. That is the difference of linear units; $\tanh$ "
                        "shrinks it at each step.",
                        equations={"D": "W_hh * W_hh * h_0"},
                    ),
                    Slip(
                        "one-step-short",
                        "That is the difference after one step, $q_1 - p_1$. Two are asked for.",
                        equations={"D": "q_1 - p_1"},
                    ),
                    Slip(
                        "sign",
                        "The sign is turned round: $D$ is the run from $h_0$ less the run from zero.",
                        equations={"D": "p_2 - q_2"},
                    ),
                    Slip(
                        "start-carried",
                        "The second run read $h_0$ again at step 2. It goes on from $q_1$.",
                        equations={"q_2": "tanh(W_xh * x_2 + W_hh * h_0 + b_h)"},
                        always=False,
                    ),
                ),
            ),
        ),
        why=r"Each step multiplies a small difference by $W_{hh}$ and by a slope of $\tanh$, at most 1: where "
        r"$\lvert W_{hh} \rvert < 1$ the start is forgotten.",
    ),
    Exercise(
        id="initial-state.gradient",
        version=1,
        level=4,
        asks="dh_0",
        requires=("bptt.scalar",),
        summary="the gradient of a learned initial state over two steps",
        scalar=True,
        ranges={"target": Range(-2.0, 2.0), "W_hh": _WEIGHT},
        variants=(
            Variant(
                program=_LEARNED,
                convention={"activation": "tanh", "loss": "half-squared"},
                stem=f"A single unit runs for two steps, $${_RECURRENCE}$$ and is trained with "
                r"$$L = \tfrac{1}{2}(h_2 - \text{target})^2$$ Its initial state $h_0$ is a parameter like the others.",
                slips=(
                    Slip(
                        "one-step-only",
                        "A step is missing: from $h_2$ back to $h_0$ there are two, and each multiplies by "
                        r"$W_{hh}$ and a slope of $\tanh$.",
                        equations={"dh_0": "dh_1"},
                    ),
                    Slip(
                        "no-tanh-slope",
                        r"The slope of $\tanh$ is missing: from $h_t$ back to $a_t$ the gradient is multiplied by "
                        "$1 - h_t^2$.",
                        equations={"da_2": "dh_2", "da_1": "dh_1"},
                    ),
                    Slip(
                        "no-recurrent-factor",
                        "The last factor is missing: from $a_1$ back to $h_0$ the gradient is multiplied by $W_{hh}$.",
                        equations={"dh_0": "da_1"},
                    ),
                    Slip(
                        "input-weight",
                        "You went back through $W_{xh}$. That leads to the inputs; the states hang together by "
                        "$W_{hh}$.",
                        names={"W_hh": "W_xh"},
                        always=False,
                    ),
                    Slip(
                        "sign",
                        r"The sign is turned round: the loss grows with $h_2 - \text{target}$, in this order.",
                        equations={"dh_2": "target - h_2"},
                    ),
                ),
                keep=lambda trace: abs(float(trace["dh_0"])) > 0.03,
            ),
        ),
        why="It is the same recursion as for the weights, taken one step further: $h_0$ gets what would go on to a "
        "step before the first.",
    ),
)
