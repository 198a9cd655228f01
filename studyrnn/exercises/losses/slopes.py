"""The slope of a loss at the output, and at the weights of the output layer."""

from studyrnn.engine.calculus import gradient
from studyrnn.engine.equations import Program
from studyrnn.exercises.losses.shared import SYMBOLS
from studyrnn.questions import Exercise, OneHot, Range, Slip, Variant, mean_for_sum


def _squared_slope(mean: bool) -> Variant:
    loss = "mean_square(y - target)" if mean else "total(half_square(y - target))"
    program = Program.parse({"L": loss, "dy": "2 * (y - target) / 3" if mean else "y - target"})
    formula = r"L = \tfrac{1}{3} \sum_k" if mean else r"L = \tfrac{1}{2} \sum_k"
    return Variant(
        program=program,
        convention={"loss": "mse" if mean else "half-squared"},
        stem=rf"A network puts out $y$, three numbers. Its loss is $${formula} (y_k - \text{{target}}_k)^2$$",
        slips=(
            Slip(
                "factor",
                "Look at the factors: the 2 of the square and the factor in front of the sum multiply.",
                equations={"dy": "2 * (y - target)"},
            ),
            Slip(
                "sign",
                r"The sign is turned round: the loss grows with $y - \text{target}$, in this order.",
                equations={"dy": "2 * (target - y) / 3" if mean else "target - y"},
            ),
            Slip(
                "loss-itself",
                "You squared the differences: that belongs to the loss, not to its slope.",
                equations={"dy": "(y - target) * (y - target)"},
            ),
        ),
    )


_OUTPUT = Program.parse(
    {
        "y_1": "W_hy @ h_1",
        "y_2": "W_hy @ h_2",
        "L": "total(half_square(y_1 - target_1)) + total(half_square(y_2 - target_2))",
    }
)

EXERCISES = (
    Exercise(
        id="losses.squared-error-gradient",
        version=1,
        level=2,
        asks="dy",
        requires=("losses.squared-error",),
        summary="the slope of a squared error at the output",
        symbols={"y": "y", "target": r"\text{target}", "dy": r"\partial L/\partial y"},
        shapes={"y": (3,), "target": (3,)},
        ranges={"y": Range(-2.0, 2.0), "target": Range(-2.0, 2.0)},
        variants=(_squared_slope(False), _squared_slope(True)),
    ),
    Exercise(
        id="losses.softmax-gradient",
        version=1,
        level=3,
        asks="dy",
        requires=("losses.from-logits",),
        summary="the slope of softmax and cross-entropy at the logits",
        symbols={**SYMBOLS, "dy": r"\partial L/\partial y"},
        shapes={"y": (3,), "target": (3,)},
        ranges={"y": Range(-2.0, 2.0), "target": OneHot()},
        variants=(
            Variant(
                program=Program.parse({"p": "softmax(y)", "L": "cross_entropy(y, target)", "dy": "p - target"}),
                stem="A softmax layer with cross-entropy: $p = \\operatorname{softmax}(y)$ and "
                r"$$L = -\sum_k \text{target}_k \ln p_k.$$ The slope of $L$ at the logits $y$ is asked for.",
                slips=(
                    Slip(
                        "sign", r"The sign is turned round: it is $p - \text{target}$.", equations={"dy": "target - p"}
                    ),
                    Slip(
                        "no-target", "That is $p$ itself: the target is still to be taken off.", equations={"dy": "p"}
                    ),
                    Slip(
                        "slope-at-p",
                        r"That is $-\text{target} / p$, the slope at $p$. It goes on through the softmax.",
                        equations={"dy": "-(target / p)"},
                    ),
                    Slip(
                        "logits-themselves",
                        r"You took the target from the logits: the softmax comes first.",
                        equations={"dy": "y - target"},
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="losses.output-weight-gradient",
        version=2,
        level=3,
        asks="dW_hy",
        requires=("losses.squared-error-gradient",),
        summary="the gradient of the output weights over two steps",
        m=1,
        n=3,
        variants=(
            Variant(
                program=_OUTPUT + gradient(_OUTPUT, seeds={"L": "1"}, wrt=["W_hy"]),
                convention={"loss": "half-squared"},
                stem="An output layer is used at two steps, $y_t = W_{hy} h_t$, one output. Half squared loss, "
                r"summed over the steps: $$L = \tfrac{1}{2} \sum_t (y_t - \text{target}_t)^2$$",
                slips=(
                    Slip(
                        "last-step-only",
                        "That is the last step's term alone. The same matrix was used at step 1: the terms add up.",
                        equations={"dW_hy": "outer(dy_2, h_2)"},
                    ),
                    Slip(
                        "sign",
                        r"The sign is turned round: the loss grows with $y - \text{target}$.",
                        equations={"dW_hy": "-(outer(dy_1, h_1) + outer(dy_2, h_2))"},
                    ),
                    Slip(
                        "steps-mixed",
                        "You paired the error of one step with the state of the other. Each goes with its own.",
                        equations={"dW_hy": "outer(dy_1, h_2) + outer(dy_2, h_1)"},
                    ),
                    mean_for_sum("dW_hy", "(outer(dy_1, h_1) + outer(dy_2, h_2)) / 2"),
                ),
            ),
        ),
    ),
)
