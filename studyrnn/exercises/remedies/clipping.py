"""Clipping a gradient."""

from studyrnn.engine.equations import Program
from studyrnn.exercises.remedies.shared import perhaps, slip
from studyrnn.questions import Exercise, Pick, Range, Slip, Variant

_NONZERO = Pick(tuple(sign * tenths / 10 for sign in (1, -1) for tenths in range(1, 41)))

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
    Exercise(
        id="remedies.clip-value",
        version=1,
        level=2,
        asks="grad_clipped",
        summary="a gradient clipped by value, entry by entry",
        shapes={"grad": (4,), "threshold": ()},
        ranges={"grad": _NONZERO, "threshold": Range(0.5, 3.0, 0.5)},
        why="Clipping by value bounds every entry, but turns the direction; clipping by norm keeps it. Both only ever "
        "make a gradient smaller: they are no remedy for one that vanishes.",
        variants=(
            Variant(
                program=Program.parse({"grad_clipped": "clamp(grad, threshold)"}),
                stem=r"A gradient $g$ is clipped by value: each entry is brought into $[-\theta, \theta]$. The clipped "
                r"gradient is called $\tilde{g}$.",
                slips=(
                    slip("by-norm", grad_clipped="minimum(1, threshold / sqrt(dot(grad, grad))) * grad"),
                    perhaps("zeroed", grad_clipped="grad * step(threshold + 0.0001 - abs(grad))"),
                    perhaps("one-sided", grad_clipped="minimum(grad, threshold)"),
                    slip("unclipped", grad_clipped="grad"),
                ),
            ),
        ),
    ),
    Exercise(
        id="remedies.global-norm",
        version=1,
        level=3,
        asks="clipped",
        requires=("remedies.clip-norm",),
        summary="one of two gradients, clipped by the norm of both together",
        shapes={"g_1": (3,), "g_2": (2,), "threshold": ()},
        symbols={"norm": r"\lVert (g_1, g_2) \rVert", "factor": "q", "clipped": r"\tilde{g}_2"},
        ranges={"g_1": _NONZERO, "g_2": _NONZERO, "threshold": Range(1.0, 6.0, 0.5)},
        why="One factor for all gradients keeps the direction of the whole step.",
        variants=(
            Variant(
                program=Program.parse(
                    {
                        "norm": "sqrt(dot(g_1, g_1) + dot(g_2, g_2))",
                        "factor": "minimum(1, threshold / norm)",
                        "clipped": "factor * g_2",
                    }
                ),
                convention={"norm": "Euclidean, over all gradients"},
                stem=r"The gradients $g_1$ and $g_2$ of two weights are clipped by their joint Euclidean norm at the "
                r"threshold $\theta$: both are multiplied by $q = \min(1, \theta / \lVert (g_1, g_2) \rVert)$. "
                "What becomes of $g_2$?",
                slips=(
                    perhaps("own-norm", norm="sqrt(dot(g_2, g_2))"),
                    perhaps("norms-added", norm="sqrt(dot(g_1, g_1)) + sqrt(dot(g_2, g_2))"),
                    perhaps("by-value", clipped="clamp(g_2, threshold)"),
                    perhaps("squared-norm", norm="dot(g_1, g_1) + dot(g_2, g_2)"),
                    perhaps("not-scaled", clipped="g_2"),
                    perhaps("always-scaled", factor="threshold / norm"),
                ),
            ),
        ),
    ),
)
