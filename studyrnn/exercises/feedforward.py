"""Networks without recurrence: forward pass, shapes, and a window of a series as their input."""

import random

from studyrnn.engine.equations import Program
from studyrnn.questions import NOT_ZERO, Choice, Exercise, Slip, Teller, Told, Variant, no_bias, slip, transposed

_TEX = {"tanh": r"\tanh", "sigmoid": r"\sigma", "relu": r"\operatorname{ReLU}"}
_INSTEAD = {"tanh": "sigmoid", "sigmoid": "tanh", "relu": "tanh"}


def _forward(activation: str) -> Variant:
    right, wrong = _TEX[activation], _TEX[_INSTEAD[activation]]
    smooth = activation != "relu"  # a unit that is off hides what was wrong before it
    return Variant(
        program=Program.parse({"a": "W_xh @ x + b_h", "h": f"{activation}(a)", "y": "W_hy @ h + b_y"}),
        convention={"activation": activation},
        stem="A feed-forward network with two inputs, two hidden units and two linear outputs: "
        f"$$h = {right}(W_{{xh}} x + b_h), \\quad y = W_{{hy}} h + b_y$$",
        slips=(
            no_bias("b_h"),
            Slip("no-output-bias", "The bias $b_y$ is missing: the output ends with $+\\,b_y$.", names={"b_y": "0"}),
            transposed("W_xh", always=smooth),
            transposed("W_hy", always=smooth),
            slip("no-activation", f"${right}$ is missing: without it two layers are no more than one.", h="a"),
            slip(
                "wrong-activation",
                f"That is ${wrong}$ where the hidden layer has ${right}$.",
                h=f"{_INSTEAD[activation]}(a)",
            ),
            Slip(
                "activated-output",
                f"You put the output through ${right}$ too. It is linear here.",
                equations={"y": f"{activation}(W_hy @ h + b_y)"},
                always=smooth,
            ),
        ),
    )


# -- shapes ----------------------------------------------------------------------------------------------------------

_TASKS = (
    "A network reads {d} sensor values, has {n} hidden units and tells {m} states of a machine apart",
    "A network reads {d} measurements of a patient, has {n} hidden units and tells {m} diagnoses apart",
    "A network reads {d} pixels of a small image, has {n} hidden units and tells {m} kinds of object apart",
    "A network reads {d} word counts of a text, has {n} hidden units and tells {m} subjects apart",
    "A network reads the last {d} values of a series, has {n} hidden units and forecasts the next {m}",
)
_ARRAYS = (
    # symbol, its shape, and the shapes that are taken for it
    ("W_{xh}", "nd", {"transposed": "dn", "other-layer": "mn", "with-examples": "nB", "layer-skipped": "md"}),
    ("W_{hy}", "mn", {"transposed": "nm", "other-layer": "nd", "with-examples": "mB", "layer-skipped": "md"}),
    ("b_h", "n", {"source-size": "d", "other-layer": "m", "with-examples": "nB", "matrix-for-bias": "nd"}),
    ("b_y", "m", {"source-size": "n", "other-layer": "n", "with-examples": "mB", "matrix-for-bias": "mn"}),
    ("X", "dB", {"transposed": "Bd", "one-example": "d", "other-array": "nB"}),
    ("H", "nB", {"transposed": "Bn", "one-example": "n", "other-array": "dB", "weights-for-states": "nd"}),
    ("Y", "mB", {"transposed": "Bm", "one-example": "m", "other-array": "nB", "weights-for-states": "mn"}),
)
_SHAPES = {
    "transposed": "Rows and columns changed places: with columns for examples, the rows of a weight matrix belong to "
    "what it leads to, those of a batch to the entries of one example.",
    "other-layer": "That is the shape in the other layer: first come the inputs and the hidden units, then the hidden "
    "units and the outputs.",
    "with-examples": "Weights and biases do not depend on the number of examples: all share them.",
    "layer-skipped": "That would lead from the inputs straight to the outputs, past the hidden layer.",
    "source-size": "A bias is added to what the layer puts out, so it has one entry for each of its units, not of "
    "its inputs.",
    "matrix-for-bias": "That is the shape of the weights. A bias has one entry a unit.",
    "one-example": "That is one example: a batch has a column for each.",
    "other-array": "That is another layer's array: look at which layer's values it holds.",
    "weights-for-states": "That is the shape of the weights that lead to it.",
}


def _shape(chance: random.Random) -> Told:
    def below(count: int) -> int:
        return int(chance.random() * count)

    sizes = {"d": 0, "n": 0, "m": 0, "B": 0}
    while len(set(sizes.values())) < 4:
        sizes = {"d": 3 + below(60), "n": 3 + below(60), "m": 2 + below(9), "B": 8 + below(90)}
    symbol, shape, taken = _ARRAYS[below(len(_ARRAYS))]
    options: list[str] = [_written(shape, sizes)]
    slips: dict[str, float] = {}
    others = list(taken)
    while others and len(options) < 4:
        name = others.pop(below(len(others)))
        text = _written(taken[name], sizes)
        if text not in options:
            slips[name] = float(len(options))
            options.append(text)
    return Told(
        stem=f"{_TASKS[below(len(_TASKS))].format(**sizes)}. It is trained on {sizes['B']} examples at once, one a "
        "column: $$H = \\phi(W_{xh} X + b_h), \\quad Y = W_{hy} H + b_y$$ where a bias is added to every column. "
        f"What shape has ${symbol}$?",
        key=0.0,
        slips=slips,
        solution="$X$ has a row for each input, $H$ for each hidden unit, $Y$ for each output, and all three a column "
        "for each example. A weight matrix has as many rows as what it leads to has entries, and as many columns as "
        "what it comes from; a bias has one entry for each row.",
        options=tuple(options),
        hints=("How many rows must the result of its layer have?", "In a product the inner sizes agree."),
    )


def _written(shape: str, sizes: dict[str, int]) -> str:
    if len(shape) == 1:
        return f"A vector of {sizes[shape]}."
    return rf"${sizes[shape[0]]} \times {sizes[shape[1]]}$."


# -- a window of a series --------------------------------------------------------------------------------------------


def _window(*places: int) -> str:
    a, b, c = (f"s_{k}" for k in places)
    return f"concat(concat({a}, {b}), {c})"


def _forecast(activation: str) -> Variant:
    right = _TEX[activation]
    return Variant(
        program=Program.parse(
            {"x": _window(1, 2, 3), "a": "W @ x + b", "h": f"{activation}(a)", "y": "dot(v, h) + c", "e": "y - s_4"}
        ),
        convention={"activation": activation},
        stem="Four values of a series. A feed-forward network forecasts each value from a window of the three before "
        f"it, the oldest on top: $$x = [s_1; s_2; s_3], \\quad h = {right}(W x + b), \\quad y = v^\\top h + c$$ By "
        "how much does its forecast of $s_4$ miss, $e = y - s_4$?",
        slips=(
            slip(
                "target-in-window",
                "Your window ends with $s_4$, the value to be forecast. Only what comes before it goes in.",
                x=_window(2, 3, 4),
            ),
            slip("reversed", "You put the newest value on top. In this window the oldest is.", x=_window(3, 2, 1)),
            Slip("no-bias", "The bias $b$ of the hidden layer is missing.", names={"b": "0"}),
            slip("no-activation", f"${right}$ is missing: the hidden layer is not linear.", h="a"),
            slip("forecast-itself", "That is the forecast $y$: the true value is still to be taken off.", e="y"),
            slip("sign", "The sign is turned round: the true value is taken off the forecast.", e="s_4 - y"),
        ),
    )


EXERCISES = (
    Exercise(
        id="feedforward.forward",
        version=1,
        level=2,
        asks="y",
        summary="a forward pass through one hidden layer, with tanh, sigmoid or ReLU",
        symbols={"x": "x", "a": "a", "h": "h", "y": "y"},
        variants=tuple(_forward(activation) for activation in _TEX),
    ),
    Exercise(
        id="feedforward.shapes",
        version=1,
        level=2,
        form=Choice(),
        summary="the shape of a weight matrix, a bias or a batch in a network with one hidden layer",
        variants=(Teller(_shape, tuple(Slip(name, says) for name, says in _SHAPES.items())),),
        why="No shape of a weight depends on how many examples there are; but the first matrix does depend on how long "
        "the input is.",
    ),
    Exercise(
        id="feedforward.window-network",
        version=1,
        level=3,
        asks="e",
        requires=("feedforward.forward",),
        summary="the error of a forecast from a window of a series, by a network without memory",
        symbols={"x": "x", "a": "a", "h": "h", "y": "y", "W": "W", "v": "v", "b": "b", "c": "c", "e": "e"},
        shapes={"W": (2, 3), "b": (2,), "v": (2,), "c": (), **{f"s_{k}": () for k in range(1, 5)}},
        ranges=dict.fromkeys(("s_4", "v"), NOT_ZERO),
        variants=(_forecast("tanh"), _forecast("sigmoid")),
        why="Values before the window make no difference to the forecast, however much they would tell.",
    ),
)
