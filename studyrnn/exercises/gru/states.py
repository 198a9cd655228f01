"""The gates and the new state of one step."""

from studyrnn.engine.cells import gru
from studyrnn.questions import Exercise, Parts, Slip, Variant, WrongLine, no_bias, transposed

_CELL = gru(reset="before", z_keeps="old")

_STEP = (
    "A GRU layer with two inputs and two units. "
    r"$$r_t = \sigma(W_{xr} x_t + W_{hr} h_{t-1} + b_r)$$ $$z_t = \sigma(W_{xz} x_t + W_{hz} h_{t-1} + b_z)$$ "
    r"The reset gate acts before the product, $$n_t = \tanh(W_{xn} x_t + W_{hn} (r_t \odot h_{t-1}) + b_n)$$ "
    r"and $z_t$ keeps the old state, $$h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}$$"
)

_STEP_SLIPS = (
    Slip(
        "z-flipped",
        "$z_t$ and $1 - z_t$ changed places: in this convention $z_t$ keeps the old state.",
        equations={"h": "z * n + (1 - z) * h_"},
    ),
    Slip(
        "reset-after",
        r"The reset gate came after the product, $r_t \odot (W_{hn} h_{t-1})$. Here it scales $h_{t-1}$ first.",
        equations={"n": "tanh(W_xn @ x + r * (W_hn @ h_) + b_n)"},
        always=False,
    ),
    Slip(
        "tanh-for-sigmoid",
        r"That is $\tanh$ where the reset gate needs a sigmoid.",
        equations={"r": "tanh(W_xr @ x + W_hr @ h_ + b_r)"},
        always=False,
    ),
    no_bias("b_z"),
)

EXERCISES = (
    Exercise(
        id="gru.update-gate",
        version=1,
        level=2,
        asks="z",
        summary="the update gate from the input and the previous state",
        variants=(
            Variant(
                program=_CELL.program,
                convention=_CELL.convention,
                stem="A GRU layer with two inputs and two units. Its update gate is "
                r"$$z_t = \sigma(W_{xz} x_t + W_{hz} h_{t-1} + b_z)$$ "
                r"(Convention: the reset gate acts before the product, $W_{hn}(r_t \odot h_{t-1})$, "
                "and $z_t$ keeps the old state; neither changes $z_t$ itself.)",
                slips=(
                    Slip(
                        "tanh-for-sigmoid",
                        r"That is $\tanh$ where the gate needs a sigmoid: a gate lies between 0 and 1. "
                        r"Only the candidate takes $\tanh$.",
                        equations={"z": "tanh(W_xz @ x + W_hz @ h_ + b_z)"},
                    ),
                    Slip(
                        "no-sigmoid",
                        r"That is the sum before the gate: $\sigma$ was not applied to it, entry by entry.",
                        equations={"z": "W_xz @ x + W_hz @ h_ + b_z"},
                    ),
                    Slip(
                        "inverted",
                        "That is $1 - z_t$: a sign in the exponent changed, or the share of the candidate "
                        "was taken for the gate.",
                        equations={"z": "1 - sigmoid(W_xz @ x + W_hz @ h_ + b_z)"},
                    ),
                    no_bias("b_z"),
                    transposed("W_hz"),
                    transposed("W_xz"),
                ),
            ),
        ),
    ),
    Exercise(
        id="gru.hidden-state",
        version=1,
        level=3,
        asks="h",
        given=("r", "z"),
        summary="candidate, then new state, from the gates, the input and the previous state",
        variants=(
            Variant(
                program=_CELL.program,
                convention=_CELL.convention,
                stem="A GRU layer with two inputs and two units. The reset gate acts before the product, "
                r"$$n_t = \tanh(W_{xn} x_t + W_{hn} (r_t \odot h_{t-1}) + b_n)$$ and $z_t$ keeps the old state, "
                r"$$h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}$$",
                slips=(
                    Slip(
                        "z-flipped",
                        "That is what you get when $z_t$ and $1 - z_t$ change places: you let $z_t$ weigh the "
                        "candidate. In this convention $z_t$ keeps the old state.",
                        names={"z": "1 - z"},
                    ),
                    Slip(
                        "no-reset",
                        r"The reset gate is missing from the candidate: it reads $r_t \odot h_{t-1}$, "
                        "not $h_{t-1}$ itself.",
                        names={"r": "1"},
                    ),
                    Slip(
                        "reset-after",
                        r"You reset after the product, $r_t \odot (W_{hn} h_{t-1})$. Here the reset gate scales "
                        "$h_{t-1}$ first, then comes the matrix.",
                        equations={"n": "tanh(W_xn @ x + r * (W_hn @ h_) + b_n)"},
                    ),
                    Slip(
                        "sigmoid-candidate",
                        r"That is a sigmoid where the candidate needs $\tanh$: gates take the sigmoid, content takes "
                        r"$\tanh$.",
                        equations={"n": "sigmoid(W_xn @ x + W_hn @ (r * h_) + b_n)"},
                    ),
                    Slip(
                        "linear-candidate",
                        r"The candidate is missing its $\tanh$.",
                        equations={"n": "W_xn @ x + W_hn @ (r * h_) + b_n"},
                        always=False,
                    ),
                    Slip(
                        "no-carry",
                        r"That is the candidate's share alone: $z_t \odot h_{t-1}$ is missing.",
                        equations={"h": "(1 - z) * n"},
                    ),
                    no_bias("b_n"),
                ),
            ),
        ),
    ),
    Exercise(
        id="gru.full-step",
        version=1,
        level=3,
        asks="h",
        form=Parts(names=("r", "z", "n", "h")),
        requires=("gru.update-gate", "gru.hidden-state"),
        summary="a whole step: both gates, the candidate, the new state, one after the other",
        variants=(Variant(program=_CELL.program, convention=_CELL.convention, stem=_STEP, slips=_STEP_SLIPS),),
    ),
    Exercise(
        id="gru.wrong-line",
        version=1,
        level=3,
        asks="h",
        form=WrongLine(),
        requires=("gru.full-step",),
        summary="find the wrong line of a worked step",
        variants=(Variant(program=_CELL.program, convention=_CELL.convention, stem=_STEP, slips=_STEP_SLIPS),),
    ),
)
