"""One step forward."""

from studyrnn.engine.cells import rnn
from studyrnn.questions import Exercise, Slip, Variant, no_bias, transposed

_SIZE = "A vanilla RNN with two inputs and two hidden units"

_SHARED = (
    no_bias("b_h"),
    transposed("W_hh"),
    transposed("W_xh"),
    Slip(
        "exchanged-weights",
        "$W_{xh}$ and $W_{hh}$ changed places: the first letter of the index is where a weight comes from, "
        "so $W_{xh}$ goes with $x_t$ and $W_{hh}$ with $h_{t-1}$.",
        names={"W_xh": "W_hh", "W_hh": "W_xh"},
    ),
    Slip(
        "no-recurrence",
        "The term $W_{hh} h_{t-1}$ is missing: without the previous state this is a feed-forward layer.",
        names={"h_": "0 * h_"},
    ),
)

_NAMES = {"tanh": r"\tanh", "sigmoid": r"\sigma", "relu": r"\operatorname{ReLU}"}

_INSTEAD = {"tanh": "sigmoid", "sigmoid": "tanh", "relu": "tanh"}


def _hidden_state(activation: str) -> Variant:
    right, wrong = _NAMES[activation], _NAMES[_INSTEAD[activation]]
    return Variant(
        program=rnn(activation).program,
        convention={"activation": activation},
        stem=f"{_SIZE}: $$h_t = {right}(W_{{xh}} x_t + W_{{hh}} h_{{t-1}} + b_h)$$",
        slips=(
            Slip(
                "no-activation",
                f"That is the pre-activation: ${right}$ was not applied to it, entry by entry.",
                equations={"h": "a"},
            ),
            Slip(
                "wrong-activation",
                f"That is ${wrong}$ where this layer has ${right}$.",
                equations={"h": f"{_INSTEAD[activation]}(a)"},
            ),
            *_SHARED,
        ),
    )


EXERCISES = (
    Exercise(
        id="rnn.pre-activation",
        version=1,
        level=1,
        asks="a",
        summary="the sum that goes into the activation of a vanilla RNN",
        variants=(
            Variant(
                program=rnn().program,
                convention={"activation": "tanh"},
                stem=rf"{_SIZE}, $h_t = \tanh(a_t)$. Its pre-activation is "
                "$$a_t = W_{xh} x_t + W_{hh} h_{t-1} + b_h$$",
                slips=(
                    Slip(
                        "activated",
                        r"That is $h_t = \tanh(a_t)$ already: the pre-activation is what $\tanh$ is applied to.",
                        equations={"a": "tanh(W_xh @ x + W_hh @ h_ + b_h)"},
                    ),
                    *_SHARED,
                ),
            ),
        ),
    ),
    Exercise(
        id="rnn.hidden-state",
        version=1,
        level=2,
        asks="h",
        summary="one step of a vanilla RNN with tanh, sigmoid or ReLU",
        variants=tuple(_hidden_state(activation) for activation in ("tanh", "sigmoid", "relu")),
    ),
)
