"""The loss of one step and of a sequence."""

from studyrnn.engine.equations import Program
from studyrnn.exercises.losses.shared import SYMBOLS
from studyrnn.questions import BITS, Exercise, OneHot, Probabilities, Range, Slip, Variant, mean_for_sum, sum_for_mean

_CE = r"$$L = -\sum_k \text{target}_k \ln p_k$$ (natural logarithm)"


def _squared(mean: bool) -> Variant:
    rhs = "dot(e, e) / 3" if mean else "0.5 * dot(e, e)"
    formula = r"\tfrac{1}{3} \sum_k" if mean else r"\tfrac{1}{2} \sum_k"
    other = "0.5 * dot(e, e)" if mean else "dot(e, e) / 3"
    return Variant(
        program=Program.parse({"e": "y - target", "L": rhs}),
        convention={"loss": "mse" if mean else "half-squared"},
        stem="A network puts out $y$, three numbers, where the target was wanted. "
        + ("The loss is the mean squared error, " if mean else "The loss is half the squared error, ")
        + rf"$$L = {formula} (y_k - \text{{target}}_k)^2$$",
        slips=(
            Slip(
                "no-factor",
                "That is the sum of the squares alone: the factor in front of it is missing.",
                equations={"L": "dot(e, e)"},
            ),
            Slip(
                "other-factor",
                "That is the other of the two usual losses: look at the factor in front of the sum.",
                equations={"L": other},
            ),
            Slip(
                "not-squared",
                "You added the absolute differences. Each is squared first.",
                equations={"L": rhs.replace("dot(e, e)", "total(abs(e))")},
            ),
            Slip(
                "squared-sum",
                "You squared the sum of the differences. Square each, then add.",
                equations={"L": rhs.replace("dot(e, e)", "(total(e) * total(e))")},
            ),
        ),
    )


def _sequence(mean: bool) -> Variant:
    total = "L_1 + L_2 + L_3"
    word = "mean" if mean else "sum"
    other = sum_for_mean("L", total) if mean else mean_for_sum("L", f"({total}) / 3")
    return Variant(
        program=Program.parse(
            {
                **{f"L_{t}": f"-log(dot(target_{t}, p_{t}))" for t in (1, 2, 3)},
                "L": f"({total}) / 3" if mean else total,
            }
        ),
        convention={"reduce": word},
        stem="Three steps of a sequence. At each the network gives three classes the probabilities $p_t$; the target "
        "is one-hot. The loss of a step is the cross-entropy $L_t$ (natural logarithm), that of the sequence the "
        f"**{word}** over the steps.",
        slips=(
            other,
            Slip("last-step-only", "That is the loss of the last step alone.", equations={"L": "L_3"}),
            Slip(
                "log-of-sum",
                "You added the probabilities and took one logarithm. Each step has its own.",
                equations={"L": "-log(dot(target_1, p_1) + dot(target_2, p_2) + dot(target_3, p_3))"},
                always=False,
            ),
            Slip(
                "probability-itself",
                "You averaged probabilities: the loss of a step is the negative logarithm of one.",
                equations={f"L_{t}": f"dot(target_{t}, p_{t})" for t in (1, 2, 3)},
            ),
        ),
    )


_BINARY = Program.parse({"p": "sigmoid(y)", "L": "-total(target * log(p) + (1 - target) * log(1 - p))"})

_LOGITS = Program.parse({"p": "softmax(y)", "L": "-log(dot(target, p))"})

EXERCISES = (
    Exercise(
        id="losses.cross-entropy-step",
        version=1,
        level=1,
        asks="L",
        summary="the cross-entropy of one step from probabilities and a one-hot target",
        symbols=SYMBOLS,
        shapes={"p": (3,), "target": (3,)},
        ranges={"p": Probabilities(100), "target": OneHot()},
        variants=(
            Variant(
                program=Program.parse({"q": "dot(target, p)", "L": "-log(q)"}),
                stem=f"A softmax gives three classes the probabilities $p$; the target is one-hot. {_CE}",
                slips=(
                    Slip(
                        "sign",
                        "The sign is missing: logarithms of probabilities are negative.",
                        equations={"L": "log(q)"},
                    ),
                    Slip(
                        "base-ten",
                        "That is the logarithm to base 10; the natural one is meant.",
                        equations={"L": "-log(q) / log(10)"},
                    ),
                    Slip(
                        "probability-itself",
                        "That is the probability that was missed, $1 - p$, not its logarithm.",
                        equations={"L": "1 - q"},
                    ),
                    Slip(
                        "all-classes",
                        "You added over all classes. Only the right one counts: the other targets are 0.",
                        equations={"L": "-total(log(p))"},
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="losses.from-logits",
        version=1,
        level=2,
        asks="L",
        requires=("losses.cross-entropy-step",),
        summary="softmax, then cross-entropy, from the logits of one step",
        symbols=SYMBOLS,
        shapes={"y": (3,), "target": (3,)},
        ranges={"y": Range(-2.0, 2.0), "target": OneHot()},
        variants=(
            Variant(
                program=_LOGITS,
                stem=f"The logits of three classes, and the one-hot target. $p = \\operatorname{{softmax}}(y)$, {_CE}",
                slips=(
                    Slip(
                        "no-softmax",
                        "You divided the logits by their sum. Softmax takes the exponential of each first.",
                        equations={"p": "exp(y) / exp(total(y))"},
                    ),
                    Slip(
                        "not-normalised",
                        "The exponentials were not divided by their sum.",
                        equations={"p": "exp(y)"},
                    ),
                    Slip(
                        "sigmoids",
                        "That is a sigmoid for each class: softmax lets them compete.",
                        equations={"p": "sigmoid(y)"},
                    ),
                    Slip(
                        "base-ten",
                        "That is the logarithm to base 10; the natural one is meant.",
                        equations={"L": "-log(dot(target, p)) / log(10)"},
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="losses.sequence",
        version=2,
        level=2,
        asks="L",
        requires=("losses.cross-entropy-step",),
        summary="the loss of a sequence from the probabilities of its steps: sum or mean, as stated",
        symbols={f"p_{t}": f"p_{t}" for t in (1, 2, 3)},
        shapes={f"{name}_{t}": (3,) for t in (1, 2, 3) for name in ("p", "target")},
        ranges={f"p_{t}": Probabilities(10) for t in (1, 2, 3)} | {f"target_{t}": OneHot() for t in (1, 2, 3)},
        variants=(_sequence(False), _sequence(True)),
    ),
    Exercise(
        id="losses.squared-error",
        version=1,
        level=1,
        asks="L",
        summary="half the squared error, or the mean squared error, of one output",
        symbols={"y": "y", "target": r"\text{target}", "e": "e"},
        shapes={"y": (3,), "target": (3,)},
        ranges={"y": Range(-2.0, 2.0), "target": Range(-2.0, 2.0)},
        variants=(_squared(False), _squared(True)),
    ),
    Exercise(
        id="losses.binary-cross-entropy",
        version=1,
        level=2,
        asks="L",
        requires=("losses.cross-entropy-step",),
        summary="the loss of two yes-or-no outputs from their logits",
        symbols=SYMBOLS,
        shapes={"y": (2,), "target": (2,)},
        ranges={"y": Range(-3.0, 3.0), "target": BITS},
        variants=(
            Variant(
                program=_BINARY,
                stem=r"Two outputs, each for a yes or a no: $p_k = \sigma(y_k)$ and "
                r"$$L = -\sum_k (\text{target}_k \ln p_k + (1 - \text{target}_k) \ln(1 - p_k))$$",
                slips=(
                    Slip(
                        "other-class",
                        r"You took the logarithm that belongs to the other target: for target 1 it is $\ln p$.",
                        equations={"L": "-total((1 - target) * log(p) + target * log(1 - p))"},
                    ),
                    Slip(
                        "sign",
                        "The sign is missing: a loss of this kind is never negative.",
                        equations={"L": "total(target * log(p) + (1 - target) * log(1 - p))"},
                    ),
                    Slip(
                        "no-logarithm",
                        "The logarithm is missing.",
                        equations={"L": "total(target * (1 - p) + (1 - target) * p)"},
                    ),
                    Slip(
                        "both-terms",
                        "Only one of the two terms of an output counts, that of its target; the other is multiplied "
                        "by 0.",
                        equations={"L": "-total(log(p) + log(1 - p))"},
                    ),
                ),
            ),
        ),
    ),
)
