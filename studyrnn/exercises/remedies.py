"""Remedies for exploding gradients."""

from studyrnn.engine.equations import Program
from studyrnn.exercises.base import Exercise, Range, Slip, Variant

_CLIP = Program.parse(
    {
        "norm": "sqrt(dot(grad, grad))",
        "grad_clipped": "minimum(1, threshold / norm) * grad",
    }
)

EXERCISES = (
    Exercise(
        id="remedies.clip-norm",
        version=1,
        level=2,
        asks="grad_clipped",
        summary="a gradient clipped by its norm",
        shapes={"grad": (3,), "threshold": ()},
        ranges={"grad": Range(-4.0, 4.0), "threshold": Range(1.0, 5.0, 1.0)},
        variants=(
            Variant(
                program=_CLIP,
                convention={"norm": "Euclidean"},
                stem=r"A gradient $g$ is clipped by its Euclidean norm at the threshold $\theta$: "
                r"$$\tilde{g} = \min(1, \theta / \lVert g \rVert) \cdot g$$",
                slips=(
                    Slip(
                        "by-value",
                        r"That is clipping by value, each entry to $[-\theta, \theta]$: it turns the gradient's "
                        "direction. Clipping by norm scales all entries by the same factor.",
                        equations={"grad_clipped": "clamp(grad, threshold)"},
                        always=False,
                    ),
                    Slip(
                        "unclipped",
                        r"The gradient is unchanged, but its norm exceeds $\theta$: scale it by "
                        r"$\theta / \lVert g \rVert$.",
                        equations={"grad_clipped": "grad"},
                        always=False,
                    ),
                    Slip(
                        "always-scaled",
                        r"The norm does not exceed $\theta$, so nothing is scaled: clipping never enlarges a gradient.",
                        equations={"grad_clipped": "threshold / norm * grad"},
                        always=False,
                    ),
                    Slip(
                        "squared-norm",
                        "You divided by the squared norm: the root of the sum of squares is missing.",
                        equations={"norm": "dot(grad, grad)"},
                        always=False,
                    ),
                    Slip(
                        "unit-norm",
                        r"You divided by the norm alone. The factor is $\min(1, \theta / \lVert g \rVert)$: "
                        r"$\theta$ is the numerator, and the factor is capped at 1.",
                        equations={"grad_clipped": "grad / norm"},
                        always=False,
                    ),
                ),
            ),
        ),
    ),
)
