"""A single unit over a few steps."""

from studyrnn.engine.calculus import gradient
from studyrnn.exercises.bptt.shared import RECURRENCE, TWO
from studyrnn.questions import Exercise, Formula, Range, Slip, Variant

_SCALAR = TWO + gradient(TWO, seeds={"h_2": "h_2 - target"}, wrt=["W_hh"])

_STEM = (
    f"A vanilla RNN with one input and one unit, run for two steps: $${RECURRENCE}$$ Only the last state is compared "
    r"with a target: $$L = \tfrac{1}{2}(h_2 - \text{target})^2$$ The initial state $h_0$ is a constant."
)

EXERCISES = (
    Exercise(
        id="bptt.scalar",
        version=1,
        level=4,
        asks="dW_hh",
        summary="the gradient of the recurrent weight over two steps, all quantities numbers",
        scalar=True,
        ranges={"x_1": Range(-2.0, 2.0), "x_2": Range(-2.0, 2.0), "target": Range(-2.0, 2.0)},
        variants=(
            Variant(
                program=_SCALAR,
                convention={"activation": "tanh", "loss": "half-squared"},
                stem=_STEM,
                slips=(
                    Slip(
                        "last-step-only",
                        "That is the last step's term alone. The same $W_{hh}$ was used at step 1 too, "
                        "and $h_1$ depends on it: the terms of all steps add up.",
                        equations={"dW_hh": "outer(da_2, h_1)"},
                    ),
                    Slip(
                        "no-tanh-slope",
                        r"The slope of $\tanh$ is missing: from $h_t$ back to $a_t$ the gradient is multiplied by "
                        "$1 - h_t^2$.",
                        equations={"da_2": "dh_2", "da_1": "dh_1"},
                    ),
                    Slip(
                        "slope-of-pre-activation",
                        r"You took $1 - a_t^2$ for the slope of $\tanh$. It is $1 - \tanh(a_t)^2 = 1 - h_t^2$.",
                        equations={"da_2": "dh_2 * (1 - a_2 * a_2)", "da_1": "dh_1 * (1 - a_1 * a_1)"},
                    ),
                    Slip(
                        "same-step-state",
                        "You multiplied by $h_t$, the state that the step produced. $W_{hh}$ multiplies $h_{t-1}$, "
                        "so its gradient takes $h_{t-1}$.",
                        equations={"dW_hh": "outer(da_2, h_2) + outer(da_1, h_1)"},
                    ),
                    Slip(
                        "no-recurrent-factor",
                        "On the way from $a_2$ back to $h_1$ the gradient is multiplied by $W_{hh}$; "
                        "that factor is missing.",
                        equations={"dh_1": "da_2"},
                    ),
                    Slip(
                        "sign",
                        r"The sign is turned round: the loss grows with $h_2 - \text{target}$, in this order.",
                        equations={"dh_2": "target - h_2"},
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="bptt.symbolic",
        version=1,
        level=4,
        asks="dW_hh",
        form=Formula(("W_hh", "h_0", "h_1", "h_2")),
        requires=("bptt.scalar",),
        summary="the gradient of the recurrent weight over two steps as a formula",
        scalar=True,
        variants=(
            Variant(
                program=_SCALAR,
                stem=_STEM,
                slips=(
                    Slip(
                        "last-step-only",
                        "That is the last step's term alone: $W_{hh}$ was used at step 1 too.",
                        equations={"dW_hh": "outer(da_2, h_1)"},
                    ),
                    Slip(
                        "no-recurrent-factor",
                        "On the way from $a_2$ back to $h_1$ the gradient is multiplied by $W_{hh}$.",
                        equations={"dh_1": "da_2"},
                    ),
                ),
            ),
        ),
    ),
)
