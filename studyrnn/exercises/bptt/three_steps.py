"""A single unit over three steps."""

from studyrnn.engine.calculus import gradient
from studyrnn.engine.equations import Program
from studyrnn.exercises.bptt.shared import LAST_STEP, RECURRENCE, SAME_STATE, SIGN, THREE, WIDE
from studyrnn.questions import NOT_ZERO, Exercise, Parts, Slip, Variant, WrongLine

# -- a single unit over three steps ----------------------------------------------------------------------------------

_LONG = (
    THREE
    + Program.parse({"L": "0.5 * (h_3 - target) * (h_3 - target)"})
    + gradient(THREE, seeds={"h_3": "h_3 - target"}, wrt=["W_hh"])
)

_LONG_STEM = (
    f"A single unit runs for three steps: $${RECURRENCE}$$ Only the last state is compared with a target: "
    r"$$L = \tfrac{1}{2}(h_3 - \text{target})^2$$ The initial state $h_0$ is a constant."
)

_LONG_SLIPS = (
    Slip("last-step-only", LAST_STEP, equations={"dW_hh": "outer(da_3, h_2)"}),
    Slip(
        "first-step-missing",
        "The term of step 1 is missing: $W_{hh}$ was used there too, on $h_0$.",
        equations={"dW_hh": "outer(da_3, h_2) + outer(da_2, h_1)"},
        always=False,
    ),
    Slip(
        "no-recurrent-factor",
        "On the way from $a_t$ back to $h_{t-1}$ the gradient is multiplied by $W_{hh}$; that factor is missing.",
        equations={"dh_2": "da_3", "dh_1": "da_2"},
    ),
    Slip(
        "same-step-state",
        SAME_STATE,
        equations={"dW_hh": "outer(da_3, h_3) + outer(da_2, h_2) + outer(da_1, h_1)"},
    ),
    Slip("sign", SIGN, equations={"dh_3": "target - h_3"}),
)

_WRONG_LINES = (
    Slip(
        "no-recurrent-factor",
        "On the way from $a_3$ back to $h_2$ the gradient is multiplied by $W_{hh}$.",
        equations={"dh_2": "da_3"},
    ),
    Slip(
        "slope-of-pre-activation",
        r"The slope of $\tanh$ is $1 - h_3^2$, of the output; that line has $1 - a_3^2$.",
        equations={"da_3": "dh_3 * (1 - a_3 * a_3)"},
    ),
    Slip("no-tanh-slope", "The slope $1 - h_2^2$ is missing.", equations={"da_2": "dh_2"}),
    Slip(
        "stale-gradient",
        r"That line goes on from $\partial L/\partial a_3$. The way to $h_1$ leads through $a_2$.",
        equations={"dh_1": "da_3 * W_hh"},
    ),
    Slip("last-step-only", "The terms of steps 1 and 2 are missing.", equations={"dW_hh": "outer(da_3, h_2)"}),
    Slip("sign", r"The loss grows with $h_3 - \text{target}$, in this order.", equations={"dh_3": "target - h_3"}),
)

# -- the sum, its terms given ----------------------------------------------------------------------------------------

_SUM = Variant(
    program=Program.parse({"dW_hh": "da_3 * h_2 + da_2 * h_1 + da_1 * h_0"}),
    symbols={"da_1": r"\delta_1", "da_2": r"\delta_2", "da_3": r"\delta_3"},
    also=("h_3",),
    stem="A single unit, $a_t = W_{xh} x_t + W_{hh} h_{t-1} + b_h$, has run for three steps, and the gradient has come "
    r"back to all pre-activations, $\delta_t = \partial L/\partial a_t$. The three steps share the one weight "
    "$W_{hh}$.",
    slips=(
        Slip("last-step-only", LAST_STEP, equations={"dW_hh": "da_3 * h_2"}),
        Slip(
            "mean-for-sum",
            "That is the mean over the steps. The weight has one gradient: the sum over its uses.",
            equations={"dW_hh": "(da_3 * h_2 + da_2 * h_1 + da_1 * h_0) / 3"},
        ),
        Slip("same-step-state", SAME_STATE, equations={"dW_hh": "da_3 * h_3 + da_2 * h_2 + da_1 * h_1"}),
        Slip(
            "sums-multiplied",
            "You multiplied the sums. Each step's gradient goes with that step's own previous state.",
            equations={"dW_hh": "(da_3 + da_2 + da_1) * (h_2 + h_1 + h_0)"},
            always=False,
        ),
        Slip(
            "bias-gradient",
            "That is the gradient of the bias $b_h$, which is added as it is. $W_{hh}$ multiplies $h_{t-1}$.",
            equations={"dW_hh": "da_3 + da_2 + da_1"},
        ),
    ),
)

EXERCISES = (
    Exercise(
        id="bptt.sum-over-steps",
        version=2,
        level=3,
        asks="dW_hh",
        summary="the gradient of a shared weight from the gradients of all steps",
        scalar=True,
        ranges={f"{name}_{t}": NOT_ZERO for name in ("h", "da") for t in range(4)},
        variants=(_SUM,),
    ),
    Exercise(
        id="bptt.three-steps",
        version=1,
        level=4,
        asks="dW_hh",
        form=Parts(names=("h_1", "h_2", "h_3", "da_3", "da_2", "da_1", "dW_hh")),
        requires=("bptt.scalar", "bptt.sum-over-steps"),
        summary="forward and back over three steps, one quantity after the other",
        scalar=True,
        ranges={"target": WIDE, "W_hh": NOT_ZERO},
        variants=(
            Variant(
                program=_LONG,
                convention={"activation": "tanh", "loss": "half-squared"},
                stem=_LONG_STEM,
                slips=_LONG_SLIPS,
            ),
        ),
    ),
    Exercise(
        id="bptt.wrong-line",
        version=1,
        level=4,
        asks="dW_hh",
        form=WrongLine(),
        requires=("bptt.three-steps",),
        summary="find the wrong line of a worked backward pass over three steps",
        scalar=True,
        ranges={"target": WIDE, "W_hh": NOT_ZERO},
        variants=(
            Variant(
                program=_LONG,
                convention={"activation": "tanh", "loss": "half-squared"},
                stem=_LONG_STEM,
                slips=_WRONG_LINES,
            ),
        ),
    ),
)
