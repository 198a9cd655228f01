"""A layer over two steps, and losses at every step."""

from studyrnn.engine.calculus import gradient
from studyrnn.engine.equations import Program
from studyrnn.exercises.bptt.shared import LAST_STEP, NO_SLOPE, NO_TRANSPOSE, RECURRENCE, SAME_STATE, SIGN, TWO, WIDE
from studyrnn.questions import NOT_ZERO, Exercise, Range, Slip, Variant

# -- a layer of two units --------------------------------------------------------------------------------------------

_LAYER = TWO + Program.parse({"L": "total(half_square(h_2 - target))"})


def _layer(of: str, last_term: str, *own: Slip) -> Variant:
    """The gradient along one of the weights of a layer; `last_term` is what the last step alone gives."""
    return Variant(
        program=_LAYER + gradient(TWO, seeds={"h_2": "h_2 - target"}, wrt=[of]),
        convention={"activation": "tanh", "loss": "half-squared"},
        stem=f"A layer of two units runs for two steps: $${RECURRENCE}$$ Only the last state is compared with a "
        r"target: $$L = \tfrac{1}{2} \lVert h_2 - \text{target} \rVert^2$$ The initial state is a constant.",
        slips=(
            Slip("last-step-only", LAST_STEP, equations={f"d{of}": last_term}),
            Slip("no-transpose", NO_TRANSPOSE, equations={"dh_1": "W_hh @ da_2"}),
            Slip("no-tanh-slope", NO_SLOPE, equations={"da_2": "dh_2", "da_1": "dh_1"}, always=False),
            Slip("sign", SIGN, equations={"dh_2": "target - h_2"}),
            *own,
        ),
    )


_RECURRENT = _layer(
    "W_hh",
    "outer(da_2, h_1)",
    Slip(
        "outer-transposed",
        r"The outer product is the wrong way round: rows belong to the units that read, $\delta\, h_{t-1}^\top$.",
        equations={"dW_hh": "outer(h_1, da_2) + outer(h_0, da_1)"},
    ),
    Slip("same-step-state", SAME_STATE, equations={"dW_hh": "outer(da_2, h_2) + outer(da_1, h_1)"}),
)

_INPUT = _layer(
    "W_xh",
    "outer(da_2, x_2)",
    Slip(
        "outer-transposed",
        r"The outer product is the wrong way round: rows belong to the units that read, $\delta\, x_t^\top$.",
        equations={"dW_xh": "outer(x_2, da_2) + outer(x_1, da_1)"},
    ),
    Slip(
        "state-for-input",
        "You multiplied by the states: that is the gradient of $W_{hh}$. $W_{xh}$ multiplies $x_t$.",
        equations={"dW_xh": "outer(da_2, h_1) + outer(da_1, h_0)"},
    ),
)

_BIAS = _layer(
    "b_h",
    "da_2",
    Slip(
        "mean-for-sum",
        "You took the mean of the two steps. The bias is used at both, and what its uses get is added up.",
        equations={"db_h": "(da_2 + da_1) / 2"},
    ),
    Slip(
        "state-multiplied",
        r"A bias stands alone in $a_t$: the slope along it is 1, and no state multiplies the gradient.",
        equations={"db_h": "da_2 * h_1 + da_1 * h_0"},
    ),
)

# -- one step of the recursion ---------------------------------------------------------------------------------------

_RECURSION = Variant(
    program=Program.parse({"e": "h - target", "back": "W_hh.T @ da_next", "dh": "e + back", "da": "dh * (1 - h * h)"}),
    symbols={"da_next": r"\delta_{t+1}", "da": r"\delta_t", "e": "e_t", "back": "b_t", "target": r"\text{target}_t"},
    convention={"activation": "tanh", "loss": "half-squared"},
    stem=r"A layer of two units with a loss at every step, $$h_t = \tanh(a_t), \quad L = \tfrac{1}{2} \sum_t \lVert "
    r"h_t - \text{target}_t \rVert^2$$ Write $\delta_t$ for $\partial L/\partial a_t$. The next step's $\delta_{t+1}$ "
    "is known already; what comes back from it to $h_t$ is called $b_t$.",
    slips=(
        Slip(
            "own-loss-forgotten",
            "The loss of this step itself is missing: $h_t$ counts at its own step and through the next.",
            equations={"dh": "back"},
        ),
        Slip(
            "later-losses-forgotten",
            "That is this step's loss alone. Through the next step $h_t$ has a part in all later losses.",
            equations={"dh": "e"},
        ),
        Slip("no-transpose", NO_TRANSPOSE, equations={"back": "W_hh @ da_next"}),
        Slip(
            "slope-on-one-part",
            "The slope multiplies both parts: what comes from this step's loss has to pass the activation too.",
            equations={"da": "e + back * (1 - h * h)"},
        ),
        Slip("no-tanh-slope", NO_SLOPE, equations={"da": "dh"}),
    ),
)

# -- losses at both steps --------------------------------------------------------------------------------------------

_BOTH = (
    TWO
    + Program.parse({"L": "0.5 * (h_1 - target_1) * (h_1 - target_1) + 0.5 * (h_2 - target_2) * (h_2 - target_2)"})
    + gradient(TWO, seeds={"h_1": "h_1 - target_1", "h_2": "h_2 - target_2"}, wrt=["W_hh"])
)


_TWO_LOSSES = Variant(
    program=_BOTH,
    convention={"activation": "tanh", "loss": "half-squared"},
    stem=f"A single unit runs for two steps: $${RECURRENCE}$$ Both states are compared with targets: "
    r"$$L = \tfrac{1}{2}(h_1 - \text{target}_1)^2 + \tfrac{1}{2}(h_2 - \text{target}_2)^2$$ "
    "The initial state $h_0$ is a constant.",
    slips=(
        Slip(
            "later-loss-only",
            "The loss of step 1 was not followed: $h_1$ has a gradient of its own there.",
            equations={"dh_1": "W_hh.T @ da_2"},
        ),
        Slip(
            "losses-apart",
            "You let each loss see its own step only. Through $h_1$ the loss of step 2 reaches step 1 as well.",
            equations={"dh_1": "h_1 - target_1"},
        ),
        Slip("last-step-only", LAST_STEP, equations={"dW_hh": "outer(da_2, h_1)"}),
        Slip("no-tanh-slope", NO_SLOPE, equations={"da_2": "dh_2", "da_1": "dh_1"}),
        Slip("same-step-state", SAME_STATE, equations={"dW_hh": "outer(da_2, h_2) + outer(da_1, h_1)"}),
    ),
)


EXERCISES = (
    Exercise(
        id="bptt.delta-recursion",
        version=2,
        level=4,
        asks="da",
        requires=("bptt.local-gradient",),
        summary="one step of the recursion: this step's loss, and what comes back from the next",
        ranges={"h": Range(-0.9, 0.9), "target": Range(-1.5, 1.5), "da_next": NOT_ZERO, "W_hh": NOT_ZERO},
        shapes={"da_next": (2,)},
        variants=(_RECURSION,),
    ),
    Exercise(
        id="bptt.matrices",
        version=2,
        level=4,
        asks="dW_hh",
        requires=("bptt.scalar", "bptt.local-gradient"),
        summary="the gradient of the recurrent matrix of a layer over two steps",
        ranges={"target": WIDE, "W_hh": NOT_ZERO},
        variants=(_RECURRENT,),
    ),
    Exercise(
        id="bptt.input-matrix",
        version=1,
        level=4,
        asks="dW_xh",
        requires=("bptt.matrices",),
        summary="the gradient of the input matrix of a layer over two steps",
        ranges={"target": WIDE, "W_hh": NOT_ZERO},
        variants=(_INPUT,),
    ),
    Exercise(
        id="bptt.bias",
        version=1,
        level=4,
        asks="db_h",
        requires=("bptt.matrices",),
        summary="the gradient of the bias of a layer over two steps",
        ranges={"target": Range(-1.0, 1.0), "W_hh": NOT_ZERO},
        variants=(_BIAS,),
        why="The gradients at the pre-activations hold everything: times the state before they give $W_{hh}$'s, times "
        "the input $W_{xh}$'s, and by themselves the bias's.",
    ),
    Exercise(
        id="bptt.two-losses",
        version=2,
        level=4,
        asks="dW_hh",
        requires=("bptt.scalar", "bptt.delta-recursion"),
        summary="the gradient of the recurrent weight when both steps have a loss",
        scalar=True,
        symbols={"target_1": r"\text{target}_1", "target_2": r"\text{target}_2"},
        ranges={"target_1": WIDE, "target_2": WIDE, "W_hh": NOT_ZERO},
        variants=(_TWO_LOSSES,),
    ),
)
