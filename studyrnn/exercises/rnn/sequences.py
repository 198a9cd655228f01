"""Several steps: states, outputs, padding."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studyrnn.engine.cells import rnn
from studyrnn.engine.equations import Program
from studyrnn.questions import NOT_ZERO, Choice, Exercise, Fixed, Slip, Variant, WrongLine, no_bias, transposed

_STATE = r"h_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1} + b_h)"

_OUTPUT = Program.parse({"y": "W_hy @ h + b_y"})

_READ_OUT = rnn().program + _OUTPUT

_TWO_STEPS = rnn().program.at_step(1) + rnn().program.at_step(2)

_ONE_UNIT = "A vanilla RNN with one input and one unit"


def _step(t: int, x: str = "", h: str = "") -> str:
    return f"W_xh @ {x or f'x_{t}'} + W_hh @ {h or f'h_{t - 1}'} + b_h"


_STALE_STATE = Slip(
    "stale-state",
    "You started from $h_0$ again at step 2. Every step goes on from the state of the one before, here $h_1$.",
    equations={"a_2": _step(2, h="h_0")},
)

_SAME_INPUT = Slip(
    "same-input",
    "You read $x_1$ again at step 2. Each step reads its own input.",
    equations={"a_2": _step(2, x="x_1")},
)

_PRE_ACTIVATION_CARRIED = Slip(
    "pre-activation-carried",
    r"You carried $a_1$ on. What step 2 reads is the state $h_1 = \tanh(a_1)$.",
    equations={"a_2": _step(2, h="a_1")},
    always=False,
)

_NO_BIAS_LATER = Slip(
    "no-bias-later",
    "The bias is missing at step 2: it is added at every step.",
    equations={"a_2": "W_xh @ x_2 + W_hh @ h_1"},
)

_OLD_STATE = Slip(
    "old-state",
    "You read $h_{t-1}$. The output is made of the new state $h_t$.",
    equations={"y": "W_hy @ h_ + b_y"},
)


# -- a step, and its output ------------------------------------------------------------------------------------------

_SCALAR_STEP = Variant(
    program=rnn().program,
    convention={"activation": "tanh"},
    stem=rf"{_ONE_UNIT}: $${_STATE}$$",
    slips=(
        Slip("no-activation", r"That is the pre-activation: $\tanh$ was not applied to it.", equations={"h": "a"}),
        Slip("wrong-activation", r"That is $\sigma$ where the unit has $\tanh$.", equations={"h": "sigmoid(a)"}),
        no_bias("b_h"),
        Slip(
            "activated-terms",
            r"You took $\tanh$ of each term. The terms are added first, then comes one $\tanh$.",
            equations={"h": "tanh(W_xh @ x) + tanh(W_hh @ h_) + tanh(b_h)"},
            always=False,
        ),
        Slip(
            "exchanged-weights",
            "$W_{xh}$ and $W_{hh}$ changed places: the first letter of the index is where a weight comes from.",
            names={"W_xh": "W_hh", "W_hh": "W_xh"},
        ),
        Slip("no-recurrence", "The term $W_{hh} h_{t-1}$ is missing.", names={"h_": "0 * h_"}),
    ),
    keep=lambda trace: abs(float(trace["a"])) > 0.1,
)

_LINEAR_OUTPUT = Variant(
    program=_READ_OUT,
    convention={"output": "linear"},
    stem=rf"A vanilla RNN with two inputs, two hidden units and two linear outputs: $${_STATE}, \quad "
    r"y_t = W_{hy} h_t + b_y$$",
    slips=(
        _OLD_STATE,
        Slip("no-output-bias", "The bias $b_y$ is missing: the output ends with $+\\,b_y$.", names={"b_y": "0"}),
        transposed("W_hy"),
        Slip(
            "activated-output",
            r"You put the output through $\tanh$ too. It is linear here.",
            equations={"y": "tanh(W_hy @ h + b_y)"},
            always=False,
        ),
        Slip(
            "no-activation",
            r"The output read the pre-activation: $h_t = \tanh(a_t)$ comes first.",
            equations={"h": "a"},
            always=False,
        ),
    ),
)


def _best(trace: Mapping[str, Any]) -> int:
    scores = [float(score) for score in trace["y"]]
    return scores.index(max(scores))


def _clear(trace: Mapping[str, Any]) -> bool:
    first, second, *_ = sorted((float(score) for score in trace["y"]), reverse=True)
    return first - second > 0.05


_LOWER = "Its logit is not the largest, so neither is its probability: the softmax keeps the order."

_NEXT_TOKEN = Variant(
    program=_READ_OUT,
    stem=rf"A language model with two hidden units and a vocabulary of four words: $${_STATE}, \quad "
    r"y_t = W_{hy} h_t + b_y, \quad p_t = \operatorname{softmax}(y_t)$$ "
    "The entries of $p_t$ belong to the words *we*, *read*, *old*, *books*, in this order. "
    "Which word does it predict as the next?",
    keep=_clear,
    slips=(
        replace(_OLD_STATE, always=False),
        Slip(
            "no-output-bias",
            "The bias $b_y$ was left out: without it another word wins.",
            names={"b_y": "0 * b_y"},
            always=False,
        ),
        Slip(
            "smallest-logit",
            "That word has the smallest logit, so it is the least probable.",
            equations={"y": "-(W_hy @ h + b_y)"},
            always=False,
        ),
        Slip(
            "bias-alone",
            "You compared the biases alone: the state counts too.",
            equations={"y": "b_y + 0 * (W_hy @ h)"},
            always=False,
        ),
    ),
)

# -- padding ---------------------------------------------------------------------------------------------------------


def _padded(length: int) -> Variant:
    real = {f"h_{t}": f"tanh(W_xh * x_{t} + W_hh * h_{t - 1} + b_h)" for t in range(1, length + 1)}
    kept = {f"h_{t}": f"h_{t - 1}" for t in range(length + 1, 4)}
    padded = {f"x_{t}": Fixed(0.0) for t in range(length + 1, 4)}
    word, steps = ("one", "steps 2 and 3 are") if length == 1 else ("two", "step 3 is")
    ran_on = {f"h_{t}": f"tanh(W_xh * x_{t} + W_hh * h_{t - 1} + b_h)" for t in range(length + 1, 4)}
    return Variant(
        program=Program.parse(real | kept),
        convention={"length": str(length)},
        also=tuple(padded),
        ranges=padded,
        stem=f"{_ONE_UNIT}, $${_STATE}$$ reads a batch of sequences that are padded with zeros to three steps. This "
        f"one has {word} real input{'s' if length > 1 else ''}; {steps} padding. A mask sees to it that a padded step "
        "leaves the state as it is.",
        slips=(
            Slip(
                "runs-on",
                "You went on computing over the padding. An input of zero does not leave the state alone: $W_{hh}$, "
                r"the bias and $\tanh$ still change it. A masked step copies it.",
                equations=ran_on,
            ),
            Slip(
                "state-cleared",
                "You set the state to zero where the input is padding. Masking keeps the last state.",
                equations={f"h_{length + 1}": f"0 * h_{length}"},
            ),
            Slip(
                "stops-too-early",
                "You stopped a step too early: the last real input still has to be read.",
                equations={f"h_{length}": f"h_{length - 1}"},
            ),
            no_bias("b_h"),
        ),
    )


EXERCISES = (
    Exercise(
        id="rnn.scalar-step",
        version=1,
        level=1,
        asks="h",
        summary="one step of a single unit",
        scalar=True,
        ranges={"x": NOT_ZERO, "h_": NOT_ZERO},
        variants=(_SCALAR_STEP,),
    ),
    Exercise(
        id="rnn.output",
        version=1,
        level=2,
        asks="y",
        requires=("rnn.hidden-state",),
        summary="the output that belongs to a step: state first, then the read-out",
        variants=(_LINEAR_OUTPUT,),
    ),
    Exercise(
        id="rnn.next-token",
        version=1,
        level=3,
        asks="y",
        form=Choice(
            options=tuple((word, _LOWER) for word in ("*we*", "*read*", "*old*", "*books*")),
            pick=_best,
        ),
        requires=("rnn.output",),
        summary="the word that a tiny language model predicts",
        m=4,
        variants=(_NEXT_TOKEN,),
        why="The word with the largest logit has the largest probability: for the best word no softmax is needed.",
    ),
    Exercise(
        id="rnn.unroll",
        version=1,
        level=3,
        asks="h_2",
        requires=("rnn.hidden-state",),
        summary="two steps of a vanilla RNN",
        ranges={"x_1": NOT_ZERO, "x_2": NOT_ZERO},
        variants=(
            Variant(
                program=_TWO_STEPS,
                convention={"activation": "tanh"},
                stem=rf"A vanilla RNN with two inputs and two hidden units, run for two steps: $${_STATE}$$",
                slips=(_STALE_STATE, _SAME_INPUT, _PRE_ACTIVATION_CARRIED, _NO_BIAS_LATER, transposed("W_hh")),
            ),
        ),
    ),
    Exercise(
        id="rnn.padding",
        version=1,
        level=3,
        asks="h_3",
        requires=("rnn.unroll",),
        summary="the last state of a padded sequence: masked steps copy the state",
        scalar=True,
        ranges={f"x_{t}": NOT_ZERO for t in (1, 2)},
        variants=(_padded(2), _padded(1)),
    ),
    Exercise(
        id="rnn.wrong-line",
        version=1,
        level=3,
        asks="y_2",
        form=WrongLine(),
        requires=("rnn.unroll", "rnn.output"),
        summary="find the wrong line of two worked steps",
        variants=(
            Variant(
                program=rnn().program.at_step(1) + _READ_OUT.at_step(2),
                stem=rf"A vanilla RNN with two inputs, two hidden units and two linear outputs, run for two steps: "
                rf"$${_STATE}, \quad y_t = W_{{hy}} h_t + b_y$$",
                slips=(
                    _STALE_STATE,
                    _SAME_INPUT,
                    _NO_BIAS_LATER,
                    Slip(
                        "wrong-activation",
                        r"That line has $\sigma$ where the layer has $\tanh$.",
                        equations={"h_1": "sigmoid(a_1)"},
                    ),
                    Slip(
                        "previous-state-read",
                        "The output of step 2 reads $h_1$. It is made of $h_2$.",
                        equations={"y_2": "W_hy @ h_1 + b_y"},
                    ),
                    Slip(
                        "no-output-bias",
                        "The bias $b_y$ is missing.",
                        equations={"y_2": "W_hy @ h_2"},
                    ),
                ),
            ),
        ),
    ),
)
