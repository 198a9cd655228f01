"""Stacked layers: what each reads, and what has to be known before what."""

import random

from studyrnn.engine.cells import rnn
from studyrnn.engine.equations import Program
from studyrnn.questions import NOT_ZERO, Choice, Exercise, Slip, Teller, Told, Variant

_LAYERS = (
    r"$$h_t^{(1)} = \tanh(W_{xh}^{(1)} x_t + W_{hh}^{(1)} h_{t-1}^{(1)} + b_h^{(1)})$$ "
    r"$$h_t^{(2)} = \tanh(W_{xh}^{(2)} h_t^{(1)} + W_{hh}^{(2)} h_{t-1}^{(2)} + b_h^{(2)})$$"
)

# -- one step of the second layer ------------------------------------------------------------------------------------

_SECOND = Variant(
    program=Program.parse({"a__2": "W_xh__2 @ h__1 + W_hh__2 @ h_old__2 + b_h__2", "h__2": "tanh(a__2)"}),
    also=("x", "h_old__1"),
    symbols={
        "a__2": "a_t^{(2)}",
        "h__1": "h_t^{(1)}",
        "h__2": "h_t^{(2)}",
        "h_old__1": "h_{t-1}^{(1)}",
        "h_old__2": "h_{t-1}^{(2)}",
    },
    shapes=dict.fromkeys(("h__1", "h_old__1", "h_old__2"), (2,)),
    ranges=dict.fromkeys(("x", "h__1", "h_old__1", "h_old__2"), NOT_ZERO),
    stem=f"Two stacked layers of a vanilla RNN with two inputs and two units each: {_LAYERS} The first layer has done "
    "its step.",
    slips=(
        Slip(
            "reads-the-input",
            "The second layer read $x_t$. It reads the state of the layer below, $h_t^{(1)}$.",
            names={"h__1": "x"},
        ),
        Slip(
            "old-state-below",
            "The second layer read the old state of the first. It reads the one of this step, $h_t^{(1)}$.",
            names={"h__1": "h_old__1"},
        ),
        Slip(
            "state-of-the-other-layer",
            "You carried on the old state of layer 1. Each layer goes on from its own, here $h_{t-1}^{(2)}$.",
            names={"h_old__2": "h_old__1"},
        ),
        Slip(
            "no-activation",
            r"That is the pre-activation: $\tanh$ was not applied to it.",
            equations={"h__2": "a__2"},
            always=False,
        ),
        Slip("no-bias", "The bias $b_h^{(2)}$ is missing.", names={"b_h__2": "0"}),
    ),
)

# -- both layers, two steps ------------------------------------------------------------------------------------------

_STEP = rnn().program


def _layer(t: int, layer: int) -> Program:
    step = _STEP.at_step(t, place=f"__{layer}")
    return step if layer == 1 else step.renamed({f"x_{t}__2": f"h_{t}__1"})


_TWO_BY_TWO = Program(
    {name: rhs for t in (1, 2) for layer in (1, 2) for name, rhs in _layer(t, layer).equations.items()}
)

_BOTH = Variant(
    program=_TWO_BY_TWO,
    stem=f"Two stacked layers of a vanilla RNN, one unit each, over two steps: {_LAYERS}",
    slips=(
        Slip(
            "reads-the-input",
            "The second layer read the inputs. It reads the states of the layer below.",
            equations={f"a_{t}__2": f"W_xh__2 * x_{t}__1 + W_hh__2 * h_{t - 1}__2 + b_h__2" for t in (1, 2)},
            always=False,
        ),
        Slip(
            "stale-state",
            "At step 2 a layer started from its initial state again. Each goes on from its own state of step 1.",
            equations={
                "a_2__1": "W_xh__1 * x_2__1 + W_hh__1 * h_0__1 + b_h__1",
                "a_2__2": "W_xh__2 * h_2__1 + W_hh__2 * h_0__2 + b_h__2",
            },
        ),
        Slip(
            "one-step-late",
            "At step 2 the second layer read $h_1^{(1)}$. It reads the state of the same step, $h_2^{(1)}$.",
            equations={"a_2__2": "W_xh__2 * h_1__1 + W_hh__2 * h_1__2 + b_h__2"},
        ),
        Slip(
            "state-of-the-other-layer",
            "At step 2 the second layer went on from the state of the first. Each layer has its own recurrence.",
            equations={"a_2__2": "W_xh__2 * h_2__1 + W_hh__2 * h_1__1 + b_h__2"},
        ),
        Slip("first-layer-only", "That is the state of the first layer.", equations={"h_2__2": "h_2__1"}),
    ),
)

# -- what has to be known before what --------------------------------------------------------------------------------


def _order(chance: random.Random) -> Told:
    layers, steps = 3 + int(chance.random() * 5), 4 + int(chance.random() * 40)
    layer, step = 2 + int(chance.random() * (layers - 1)), 2 + int(chance.random() * (steps - 2))

    def state(at: int, of: int) -> str:
        return f"$h_{{{at}}}^{{({of})}}$"

    def pair(first: tuple[int, int], second: tuple[int, int]) -> str:
        return f"{state(*first)} and {state(*second)}"

    below, before = (step, layer - 1), (step - 1, layer)
    options = {
        "": pair(below, before),
        "diagonal": pair((step - 1, layer - 1), before),
        "later-step": pair(below, (step + 1, layer)),
        "layer-above": pair((step, layer + 1), before) if layer < layers else pair((step - 1, layer - 1), (step, 1)),
    }
    return Told(
        stem=f"A stack of {layers} recurrent layers reads {steps} steps. Which two states are used directly to compute "
        f"{state(step, layer)}, that of layer {layer} at step {step}?",
        key=0.0,
        slips={name: float(place) for place, name in enumerate(options) if name},
        solution="A layer reads what the layer below has found at the same step, and goes on from its own state of the "
        "step before.",
        options=tuple(options.values()),
        hints=("One is its input, the other its memory.",),
    )


EXERCISES = (
    Exercise(
        id="deep-rnn.order",
        version=1,
        level=1,
        form=Choice(),
        summary="which states a state of a stack is computed from",
        variants=(
            Teller(
                _order,
                slips=(
                    Slip("diagonal", "The layer below counts at the same step, not at the step before."),
                    Slip("later-step", "A state never depends on a later step: the stack reads forward."),
                    Slip("layer-above", "Only the layer directly below counts, at the same step; none further off."),
                ),
            ),
        ),
    ),
    Exercise(
        id="deep-rnn.second-layer",
        version=2,
        level=2,
        asks="h__2",
        requires=("rnn.hidden-state",),
        summary="one step of the second of two stacked layers",
        variants=(_SECOND,),
    ),
    Exercise(
        id="deep-rnn.two-layers",
        version=1,
        level=3,
        asks="h_2__2",
        requires=("deep-rnn.second-layer", "rnn.unroll"),
        summary="two stacked layers over two steps",
        scalar=True,
        ranges={"x_1__1": NOT_ZERO, "x_2__1": NOT_ZERO, "W_xh__2": NOT_ZERO, "W_hh__2": NOT_ZERO},
        symbols={"x_1__1": "x_1", "x_2__1": "x_2"},
        variants=(_BOTH,),
    ),
)
