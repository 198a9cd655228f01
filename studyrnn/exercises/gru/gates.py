"""Gates, candidate and mix of one step."""

from studyrnn.engine.cells import gru
from studyrnn.engine.equations import Program
from studyrnn.exercises.gru.shared import NO_RESET
from studyrnn.questions import FRACTION, SATURATED, WHOLE, Exercise, Logs, Pick, Slip, Variant, no_bias, transposed

_CELL = gru(reset="before", z_keeps="old")

_MIX = r"$$h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}$$"
_CANDIDATE = r"$$n_t = \tanh(W_{xn} x_t + W_{hn} (r_t \odot h_{t-1}) + b_n)$$"

_FLIPPED = Slip(
    "z-flipped",
    "$z_t$ and $1 - z_t$ changed places: in this convention $z_t$ keeps the old state.",
    equations={"h": "z * n + (1 - z) * h_"},
)
_NO_CARRY = Slip(
    "no-carry",
    r"That is the candidate's share alone: $z_t \odot h_{t-1}$ is missing.",
    equations={"h": "(1 - z) * n"},
)
_RESET_INVERTED = Slip(
    "reset-inverted",
    "You scaled by $1 - r_t$. Despite its name, a reset gate of 1 lets the old state through and 0 hides it.",
    names={"r": "1 - r"},
)

_RESET_PRE = "W_xr @ x + W_hr @ h_ + b_r"

_SHUT_OR_OPEN = Program.parse(
    {"r": "sigmoid(a_r)", "z": "sigmoid(a_z)", "n": "tanh(100 * (x + r * h_))", "h": "(1 - z) * n + z * h_"}
)

EXERCISES = (
    Exercise(
        id="gru.mix",
        version=1,
        level=1,
        asks="h",
        given=("z", "n"),
        summary="the new state from the update gate, the candidate and the old state",
        variants=(
            Variant(
                program=_CELL.program,
                convention=_CELL.convention,
                stem="A GRU layer with two units, its gate and candidate worked out already (the reset gate has acted "
                f"before the product). $z_t$ keeps the old state: {_MIX}",
                slips=(
                    _FLIPPED,
                    _NO_CARRY,
                    Slip(
                        "no-candidate",
                        r"That is the carried part alone: $(1 - z_t) \odot n_t$ is missing.",
                        equations={"h": "z * h_"},
                    ),
                    Slip(
                        "candidate-unscaled",
                        "The candidate went in whole: its share is what the old state leaves, $1 - z_t$.",
                        equations={"h": "n + z * h_"},
                    ),
                    Slip(
                        "same-share",
                        "You gave both states the share $z_t$. The two shares add up to 1.",
                        equations={"h": "z * n + z * h_"},
                    ),
                ),
            ),
        ),
        why="Every entry of $h_t$ lies between those of $n_t$ and $h_{t-1}$: a quick check of any answer.",
    ),
    Exercise(
        id="gru.reset-gate",
        version=1,
        level=2,
        asks="r",
        summary="the reset gate from the input and the previous state",
        variants=(
            Variant(
                program=_CELL.program,
                convention=_CELL.convention,
                stem="A GRU layer with two inputs and two units. Its reset gate is "
                r"$$r_t = \sigma(W_{xr} x_t + W_{hr} h_{t-1} + b_r)$$ "
                r"(Convention: it acts before the product, $W_{hn}(r_t \odot h_{t-1})$, "
                "and $z_t$ keeps the old state; neither changes $r_t$ itself.)",
                slips=(
                    Slip(
                        "tanh-for-sigmoid",
                        r"That is $\tanh$ where the gate needs a sigmoid: a gate lies between 0 and 1.",
                        equations={"r": f"tanh({_RESET_PRE})"},
                    ),
                    Slip(
                        "no-sigmoid",
                        r"That is the sum before the gate: $\sigma$ was not applied to it, entry by entry.",
                        equations={"r": _RESET_PRE},
                    ),
                    Slip(
                        "inverted",
                        "That is $1 - r_t$: a sign in the exponent changed.",
                        equations={"r": f"1 - sigmoid({_RESET_PRE})"},
                    ),
                    no_bias("b_r"),
                    transposed("W_hr"),
                    transposed("W_xr"),
                ),
            ),
        ),
    ),
    Exercise(
        id="gru.candidate",
        version=1,
        level=2,
        asks="n",
        given=("r",),
        requires=("gru.reset-gate",),
        summary="the candidate from the reset gate, the input and the previous state",
        variants=(
            Variant(
                program=_CELL.program,
                convention=_CELL.convention,
                stem="A GRU layer with two inputs and two units, its reset gate worked out already. It acts before the "
                f"product: {_CANDIDATE} (That $z_t$ keeps the old state does not matter yet.)",
                slips=(
                    NO_RESET,
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
                    _RESET_INVERTED,
                    no_bias("b_n"),
                ),
            ),
        ),
    ),
    Exercise(
        id="gru.exact",
        version=1,
        level=2,
        form=FRACTION,
        asks="h",
        requires=("gru.mix",),
        summary="a new state whose update gate is the sigmoid of logarithms, exactly, as a fraction",
        scalar=True,
        symbols={"u": "u_t", "b_z": "b_z"},
        ranges={"u": Logs(), "b_z": Logs()},
        variants=(
            Variant(
                program=Program.parse({"z": "sigmoid(u + b_z)", "h": "(1 - z) * n + z * h_"}),
                convention=_CELL.convention,
                stem="A single GRU unit, its candidate worked out already (the reset gate has acted before the "
                "product). What the update gate takes from input and state is $u_t$, a logarithm like its bias, and "
                r"$z_t$ keeps the old state. $$z_t = \sigma(u_t + b_z), \quad h_t = (1 - z_t) n_t + z_t h_{t-1}$$ "
                r"(Remember: $\sigma(\ln k) = k / (k + 1)$.)",
                keep=lambda trace: abs(float(trace["u"] + trace["b_z"])) > 0.1,
                slips=(
                    _FLIPPED,
                    Slip("no-carry", "The carried part $z_t h_{t-1}$ is missing.", equations={"h": "(1 - z) * n"}),
                    Slip(
                        "no-bias",
                        "The bias $b_z$ is missing: the logarithms are added before the sigmoid.",
                        equations={"z": "sigmoid(u)"},
                    ),
                    Slip(
                        "exponential",
                        r"You took $e^a$ for the gate: the sigmoid sets it against $1 + e^a$.",
                        equations={"z": "exp(u + b_z)"},
                    ),
                ),
            ),
        ),
        why="With $k = e^a$, where $a$ is the pre-activation of the gate, $h_t = (n_t + k h_{t-1}) / (1 + k)$: an "
        "average that counts the old state $k$ times.",
    ),
    Exercise(
        id="gru.saturated",
        version=1,
        level=2,
        form=WHOLE,
        asks="h",
        requires=("gru.mix",),
        summary="the new state when every gate is open or shut altogether",
        d=3,
        n=3,
        symbols={"a_r": "a_r", "a_z": "a_z"},
        shapes={"a_r": (3,), "a_z": (3,)},
        ranges={
            "a_r": SATURATED,
            "a_z": SATURATED,
            "x": Pick((-1.0, 0.0, 1.0)),
            "h_": Pick((-1.0, 0.0, 1.0)),
        },
        variants=(
            Variant(
                program=_SHUT_OR_OPEN,
                convention=_CELL.convention,
                stem="A GRU layer with three units. The pre-activations $a_r$ and $a_z$ of its gates are so large that "
                r"$\sigma$ is 0 or 1 within rounding, and the candidate is saturated too, unless its bracket is 0. "
                r"The reset gate acts before the weights of the candidate, and $z_t$ keeps the old state. "
                r"$$r_t = \sigma(a_r), \quad z_t = \sigma(a_z)$$ "
                rf"$$n_t = \tanh(100 (x_t + r_t \odot h_{{t-1}}))$$ {_MIX}",
                slips=(
                    _FLIPPED,
                    Slip(NO_RESET.id, NO_RESET.message, names=NO_RESET.names, always=False),
                    Slip(_RESET_INVERTED.id, _RESET_INVERTED.message, names=_RESET_INVERTED.names, always=False),
                    Slip(_NO_CARRY.id, _NO_CARRY.message, equations=_NO_CARRY.equations, always=False),
                    Slip(
                        "gates-exchanged",
                        "The gates changed places: $r_t$ acts inside the candidate, $z_t$ mixes.",
                        names={"r": "z", "z": "r"},
                        always=False,
                    ),
                ),
            ),
        ),
    ),
)
