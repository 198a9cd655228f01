"""Slopes of activations from what they put out; ReLU; saturated units."""

from collections.abc import Mapping
from typing import Any

from studyrnn.engine.equations import Program
from studyrnn.questions import WHOLE, Exercise, Pick, Range, Variant, perhaps, slip

_TWICE = r"You put the output into the activation once more. $h$ is $\phi(a)$ already."
_SIGMOID_SLOPE = r"$h (1 - h)$ is the slope of the sigmoid; that of $\tanh$ is $1 - h^2$."
_TANH_SLOPE = r"$1 - h^2$ is the slope of $\tanh$; that of the sigmoid is $h (1 - h)$."

_ENDS = tuple(round(sign * k / 50, 2) for k in range(40, 50) for sign in (-1, 1))
_TANH_OUTPUTS = (*(round(k / 50, 2) for k in range(-39, 40)), *_ENDS, *_ENDS)  # the ends more often than the middle


def _saturated(activation: str) -> Variant:
    tanh = activation == "tanh"
    middle = "0" if tanh else "0.5"
    return Variant(
        program=Program.parse({"s": "1 - h * h" if tanh else "h * (1 - h)", "N": "total(step(theta - s))"}),
        convention={"activation": activation},
        ranges={
            "h": Pick(_TANH_OUTPUTS if tanh else tuple((1 + h) / 2 for h in _TANH_OUTPUTS)),
            "theta": Pick((0.2, 0.3, 0.4)) if tanh else Pick((0.06, 0.08, 0.1)),
        },
        stem=rf"The outputs $h$ of six {'tanh' if tanh else 'sigmoid'} units. Let a unit count as saturated where its "
        r"slope $s = \phi'(a)$ lies below $\theta$. How many are? ($\operatorname{step}$ is 1 above 0, else 0.) "
        rf"$$N = \operatorname{{sum}}(\operatorname{{step}}(\theta - s)), "
        rf"\quad \phi'(a) = {'1 - h^2' if tanh else 'h (1 - h)'}$$",
        keep=_clear,
        slips=(
            slip(
                "upper-end-only",
                "You counted the upper end alone. The curve is as flat at its lower end.",
                N=f"total(step(theta - s) * step(h - {middle}))",
            ),
            slip(
                "not-saturated",
                r"Those are the units that are not saturated: it is a slope *below* $\theta$ that counts.",
                N="total(step(s - theta))",
            ),
            perhaps(
                "output-for-slope",
                r"You compared the output with $\theta$. A small output does not make a flat curve: the slope does.",
                N=f"total(step(theta - abs(h - {middle})))" if tanh else "total(step(theta - h))",
            ),
            perhaps(
                "other-slope",
                _SIGMOID_SLOPE if tanh else _TANH_SLOPE,
                s="h * (1 - h)" if tanh else "1 - h * h",
            ),
        ),
    )


def _clear(trace: Mapping[str, Any]) -> bool:
    """No unit so close to the threshold that rounding decides."""
    return bool(min(abs(trace["s"] - trace["theta"])) > 0.002)


_RELU = r"\operatorname{ReLU}(a) = \max(0, a)"


EXERCISES = (
    Exercise(
        id="activations.slope-from-output",
        version=1,
        level=1,
        asks="s",
        requires=("activations.sigmoid", "activations.tanh"),
        summary="the slope of a sigmoid or tanh from its output, without the pre-activation",
        symbols={"h": "h", "s": r"\phi'(a)"},
        shapes={"h": (2,)},
        variants=(
            Variant(
                program=Program.parse({"s": "1 - h * h"}),
                convention={"activation": "tanh"},
                ranges={"h": Range(-0.95, 0.95, 0.01)},
                stem=r"Two tanh units have put out $h = \phi(a)$, with $\phi = \tanh$. Of their pre-activations "
                "$a$ nothing has been kept: find the slopes from the outputs.",
                slips=(
                    slip("sigmoid-slope", _SIGMOID_SLOPE, s="h * (1 - h)"),
                    slip("first-power", "The output is squared: the slope is $1 - h^2$.", s="1 - h"),
                    slip("activated-twice", _TWICE, s="1 - tanh(h) * tanh(h)"),
                    slip("output-itself", "That is the square of the output: it is taken off 1.", s="h * h"),
                ),
            ),
            Variant(
                program=Program.parse({"s": "h * (1 - h)"}),
                convention={"activation": "sigmoid"},
                ranges={"h": Range(0.02, 0.98, 0.01)},
                stem=r"Two sigmoid units have put out $h = \phi(a)$, with $\phi = \sigma$. Of their pre-activations "
                "$a$ nothing has been kept: find the slopes from the outputs.",
                slips=(
                    slip("tanh-slope", _TANH_SLOPE, s="1 - h * h"),
                    slip("first-power", "One factor is missing: the slope is $h (1 - h)$.", s="1 - h"),
                    slip("activated-twice", _TWICE, s="sigmoid(h) * (1 - sigmoid(h))"),
                    slip("plus", "Both factors belong together as $h - h^2$, not $h + h^2$.", s="h * (1 + h)"),
                ),
            ),
        ),
        why="That is why a forward pass keeps the outputs: the backward pass needs nothing else for these slopes.",
    ),
    Exercise(
        id="activations.relu",
        version=1,
        level=1,
        asks="v",
        task="Give the four numbers.",
        summary="ReLU forwards, and what it lets through backwards",
        symbols={"a": "a", "g": r"\partial L/\partial h"},
        shapes={"a": (4,), "g": (4,)},
        ranges={"a": Range(-3.0, 3.0), "g": Range(-2.0, 2.0)},
        variants=(
            Variant(
                program=Program.parse({"v": "relu(a)"}),
                convention={"kind": "forward"},
                symbols={"v": "h"},
                stem=rf"Four units have the pre-activations $a$, and $h = \operatorname{{ReLU}}(a)$: $${_RELU}$$",
                slips=(
                    slip("absolute", "You turned negative entries positive. ReLU makes them 0.", v="abs(a)"),
                    slip("identity", "Negative entries do not pass: ReLU makes them 0.", v="a"),
                    slip(
                        "lower-half", "You kept the negative entries. ReLU keeps the positive ones.", v="minimum(a, 0)"
                    ),
                    slip("slope", "That is the slope, 1 or 0. ReLU itself gives $a$ where $a > 0$.", v="step(a)"),
                    perhaps("capped", "Nothing is cut off above: ReLU has no upper bound.", v="minimum(relu(a), 1)"),
                ),
            ),
            Variant(
                program=Program.parse({"s": "step(a)", "v": "g * s"}),
                convention={"kind": "backward"},
                symbols={"s": r"\phi'(a)", "v": r"\partial L/\partial a"},
                keep=lambda trace: bool(min(abs(trace["a"])) > 0),
                stem=rf"Four units have the pre-activations $a$, and $h = \phi(a)$ with $${_RELU}$$ The slope of the "
                r"loss at the outputs is known. Take it back to the pre-activations: the slope of ReLU is "
                r"$\operatorname{step}(a)$, 1 for $a > 0$ and 0 for $a < 0$.",
                slips=(
                    slip(
                        "passes-all",
                        "Units that are off let nothing through: their slope is 0.",
                        s="step(a) + step(-a)",
                    ),
                    slip(
                        "gradient-rectified",
                        r"You put the gradient itself through ReLU. It is the sign of $a$ that decides what passes.",
                        v="relu(g)",
                    ),
                    slip("output-for-slope", "You multiplied by the output. The slope is 1 or 0.", s="relu(a)"),
                    slip(
                        "mirrored",
                        "You gave units that are off the slope $-1$, as for an absolute value. It is 0.",
                        s="step(a) - step(-a)",
                    ),
                ),
            ),
        ),
        why="A unit that is on passes the gradient unchanged; the weights can still shrink or enlarge it. A unit that "
        "is off for every input learns no more.",
    ),
    Exercise(
        id="activations.saturation",
        version=1,
        level=2,
        form=WHOLE,
        asks="N",
        requires=("activations.slope-from-output",),
        summary="which units are saturated: where the curve is flat, at both ends",
        symbols={"h": "h", "s": "s", "theta": r"\theta", "N": "N"},
        shapes={"h": (6,), "theta": ()},
        variants=(_saturated("tanh"), _saturated("sigmoid")),
        why="A saturated unit passes hardly any gradient. For a gate that is also what remembering needs: fully open, "
        "or fully shut.",
    ),
)
