"""The network as a linear dynamical system."""

from studyrnn.engine.cells import state_space
from studyrnn.engine.equations import Program
from studyrnn.questions import NOT_ZERO, Exercise, Slip, Variant, transposed

_CELL = state_space().program

_SYSTEM = r"h_t = A h_{t-1} + B x_t, \quad y_t = C h_t + D x_t"

_MATRICES = {"A": "A", "B": "B", "C": "C", "D": "D"}

_EXCHANGED = Slip(
    "exchanged-matrices",
    "$A$ and $B$ changed places: $A$ takes the state on, $B$ lets the input in.",
    names={"A": "B", "B": "A"},
)
_NO_FEED_THROUGH = Slip(
    "no-feed-through",
    "The input's own way to the output is missing, $D x_t$.",
    names={"D": "0 * D"},
)
_ACTIVATED = Slip(
    "activated",
    r"You put the state through $\tanh$. A linear system has no activation.",
    equations={"h": "tanh(A @ h_ + B @ x)"},
    always=False,
)

# -- several steps of a single unit ----------------------------------------------------------------------------------

_SCALAR = Program.parse(
    {
        "h_1": "A * h_0 + B * x_1",
        "h_2": "A * h_1 + B * x_2",
        "h_3": "A * h_2 + B * x_3",
        "y_3": "C * h_3",
    }
)

EXERCISES = (
    Exercise(
        id="state-space.step",
        version=1,
        level=2,
        asks="y",
        summary="one step of a linear state-space model, and its output",
        symbols=_MATRICES,
        ranges=dict.fromkeys(("x", "h_"), NOT_ZERO),
        variants=(
            Variant(
                program=_CELL,
                stem=f"A linear state-space model with two inputs, two state variables and two outputs: $${_SYSTEM}$$",
                slips=(
                    _EXCHANGED,
                    _NO_FEED_THROUGH,
                    Slip(
                        "old-state-read",
                        "You read the old state. In this form the output is made of the new one, $h_t$.",
                        equations={"y": "C @ h_ + D @ x"},
                    ),
                    transposed("A"),
                    transposed("C"),
                    _ACTIVATED,
                ),
            ),
        ),
    ),
    Exercise(
        id="state-space.simulate",
        version=1,
        level=2,
        asks="y_3",
        requires=("state-space.step",),
        summary="three steps of a linear system with one state variable",
        scalar=True,
        symbols=_MATRICES,
        ranges=dict.fromkeys(("x_1", "x_2", "x_3", "h_0", "A", "B", "C"), NOT_ZERO),
        variants=(
            Variant(
                program=_SCALAR,
                stem="A linear system with a single state variable, run for three steps: $$h_t = A h_{t-1} + B x_t, "
                r"\quad y_t = C h_t$$",
                slips=(
                    Slip(
                        "inputs-only",
                        "That takes the inputs one by one and adds them up: an input from earlier has been multiplied "
                        "by $A$ at each step since.",
                        equations={"h_2": "h_1 + B * x_2", "h_3": "h_2 + B * x_3"},
                        always=False,
                    ),
                    Slip(
                        "stale-state",
                        "You started from $h_0$ again at the last step. It goes on from $h_2$.",
                        equations={"h_3": "A * h_0 + B * x_3"},
                    ),
                    Slip("state-for-output", "That is the state. The output is $C h_3$.", equations={"y_3": "h_3"}),
                    Slip(
                        "exchanged-factors",
                        "$A$ and $B$ changed places: $A$ takes the state on, $B$ lets the input in.",
                        names={"A": "B", "B": "A"},
                        always=False,
                    ),
                    Slip(
                        "activated",
                        r"You put the states through $\tanh$. A linear system has no activation.",
                        equations={
                            "h_1": "tanh(A * h_0 + B * x_1)",
                            "h_2": "tanh(A * h_1 + B * x_2)",
                            "h_3": "tanh(A * h_2 + B * x_3)",
                        },
                        always=False,
                    ),
                ),
            ),
        ),
        why="Written out, $h_3 = A^3 h_0 + A^2 B x_1 + A B x_2 + B x_3$: an input counts $A^k$ after $k$ steps.",
    ),
    Exercise(
        id="state-space.as-rnn",
        version=1,
        level=3,
        asks="h",
        requires=("state-space.step", "rnn.hidden-state"),
        summary="a state-space model whose input comes a step later, run as an RNN",
        variants=(
            Variant(
                program=Program.parse({"h": "A @ h_ + B @ u"}),
                also=("x",),
                symbols={**_MATRICES, "u": "u_{t-1}", "x": "u_t", "h_": "s_{t-1}", "h": "h_t"},
                shapes={"u": (2,)},
                ranges={"x": NOT_ZERO, "u": NOT_ZERO, "h_": NOT_ZERO},
                stem="In control a linear system is often written $$s_{t+1} = A s_t + B u_t$$ It is an RNN without "
                "activation and bias, $$h_t = W_{hh} h_{t-1} + W_{xh} x_t$$ if $h_t$ is to be $s_t$. Find the weights "
                "and the input that the RNN has to read at step $t$, and work out its state.",
                slips=(
                    Slip(
                        "input-of-this-step",
                        "You read $u_t$. In the form with $s_{t+1}$ on the left the input $u_t$ acts on the next "
                        "state: at step $t$ the RNN reads $u_{t-1}$.",
                        names={"u": "x"},
                    ),
                    Slip(
                        "exchanged-matrices",
                        "$A$ and $B$ changed places: $W_{hh} = A$ and $W_{xh} = B$.",
                        names={"A": "B", "B": "A"},
                    ),
                    transposed("A"),
                    Slip(
                        "activated",
                        r"You put the state through $\tanh$. A linear system is an RNN with the identity.",
                        equations={"h": "tanh(A @ h_ + B @ u)"},
                        always=False,
                    ),
                ),
            ),
        ),
    ),
)
