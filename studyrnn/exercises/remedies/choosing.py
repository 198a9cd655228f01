"""What helps against which symptom."""

import random
from collections.abc import Mapping
from typing import Any

from studyrnn.exercises.remedies.shared import perhaps
from studyrnn.questions import Choice, Exercise, Teller, Told

_CLIP_NORM = "Clip the norm of the whole gradient."

_SCENES: tuple[tuple[str, str, Mapping[str, str], str], ...] = (  # stem, right option, wrong ones, why
    (
        r"A vanilla RNN of {n} units reads a sentence and labels it. The norm of $\partial L/\partial h_t$ is {near} "
        "at the last step, but {far} at the word that decides, which stands {k} steps earlier.",
        "Replace the cell by an LSTM or a GRU.",
        {
            "clipping-for-vanishing": _CLIP_NORM,
            "smaller-steps": "Lower the learning rate.",
            "regularising": "Put dropout on the inputs.",
        },
        "The gradient vanishes along time: a gated cell state is multiplied by a gate near 1 at each step.",
    ),
    (
        "The norm of the gradient in four updates in a row: {near}, {near2}, {large}, {near}. After the third the loss "
        "of a network of {n} units was far higher than before.",
        _CLIP_NORM,
        {
            "skips-against-explosion": "Add skip connections over several steps.",
            "larger-start": "Start again with larger recurrent weights.",
            "regularising": "Put dropout on the inputs.",
        },
        "A gradient that explodes once in a while wrecks the weights in one update; clipping bounds that update.",
    ),
    (
        "Now and then a gradient explodes (norm {large} where {near} is usual, {n} units). The update may become "
        "shorter then, but has to keep its direction.",
        _CLIP_NORM,
        {
            "entries-clipped": "Clip each entry of the gradient.",
            "tensors-clipped": "Clip each matrix's gradient by its own norm.",
            "entries-rescaled": "Divide each entry by its root mean square.",
        },
        "One factor for all entries shortens the update and leaves its direction as it is.",
    ),
    (
        "A stack of {layers} recurrent layers of {n} units. Along time a gradient keeps its size, but its norm falls "
        "from {near} at the top layer to {far} at the bottom one.",
        "Add each layer's input to its output.",
        {
            "time-for-depth": "Start the forget gates' biases at 1.",
            "time-truncated": "Truncate backpropagation through time.",
            "clipping-for-vanishing": _CLIP_NORM,
        },
        "A residual connection around each layer is a path from top to bottom on which nothing is multiplied.",
    ),
    (
        "Sequences of {long} steps, {n} units. The states that the backward pass needs do not fit into memory; what "
        "decides the output lies at most {k} steps back.",
        "Truncate backpropagation through time.",
        {
            "gates-for-storage": "Replace the cell by an LSTM.",
            "clipping-for-storage": _CLIP_NORM,
            "skips-for-storage": "Add each layer's input to its output.",
        },
        "Going back a limited number of steps needs the states of these steps only.",
    ),
    (
        "An LSTM of {n} units has just been set up. Its forget gates all stand near one half, so that after {k} steps "
        "next to nothing of a cell state is left, nor of its gradient.",
        "Start the forget gates' biases at 1 or above.",
        {
            "zero-bias": "Start the forget gates' biases at 0.",
            "gate-tanh": "Give the forget gates a tanh.",
            "input-gate": "Start the input gates' biases at 1 or above.",
        },
        r"The gates then start at $\sigma(1)$ or above: the cell keeps most of what stands in it.",
    ),
    (
        r"At the start of training nearly all pre-activations of a tanh layer of {n} units lie beyond $\pm {beyond}$. "
        "The gradient of the layer below has the norm {far}, and nothing is learned.",
        "Start with smaller weights, or normalise the sums.",
        {
            "larger-start": "Start with larger weights.",
            "clipping-for-vanishing": _CLIP_NORM,
            "longer-training": "Train for many more epochs.",
        },
        r"Saturated units have next to no slope; sums near 0 have slopes near 1, the largest of $\tanh$.",
    ),
)


def _which(chance: random.Random) -> Told:
    stem, right, wrong, why = _SCENES[int(chance.random() * len(_SCENES))]

    def whole(low: int, high: int) -> int:
        return low + int(chance.random() * (high - low + 1))

    numbers: dict[str, Any] = {
        "n": 8 * whole(2, 60),
        "near": whole(5, 30) / 10,
        "near2": whole(5, 30) / 10,
        "far": f"0.000{whole(1, 99):02d}",
        "large": whole(90, 900),
        "k": whole(30, 90),
        "layers": whole(6, 16),
        "long": 1000 * whole(20, 90),
        "beyond": whole(4, 9),
    }
    return Told(
        stem=f"{stem.format(**numbers)} Which remedy fits best?",
        key=0.0,
        slips={name: float(place) for place, name in enumerate(wrong, 1)},
        solution=why,
        options=(right, *wrong.values()),
        hints=("Is the gradient too large, or too small, or is something else the matter?",),
    )


_WRONG = tuple(dict.fromkeys(name for _, _, wrong, _ in _SCENES for name in wrong))

EXERCISES = (
    Exercise(
        id="remedies.which-remedy",
        version=1,
        level=3,
        form=Choice(),
        requires=("remedies.clip-norm",),
        summary="which remedy fits: too large or too small, along time or through the layers",
        variants=(Teller(_which, tuple(map(perhaps, _WRONG))),),
    ),
)
