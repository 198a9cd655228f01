"""A review of a few words, from its vectors to a probability and its loss."""

from studyrnn.engine.equations import Program
from studyrnn.questions import NOT_ZERO, Exercise, Pick, Range, Slip, Variant

_WIDE = Range(-2.0, 2.0)

_TEX = {"w": "w", "b": "b", "p": "p", "a": "a"}

_NO_SIGMOID = Slip(
    "no-sigmoid",
    r"That is the score. $\sigma$ turns it into a probability, between 0 and 1.",
    equations={"p": "a"},
)
_NEGATIVE_CLASS = Slip(
    "negative-class",
    "That is the probability of a negative review, $1 - p$.",
    equations={"p": "1 - sigmoid(a)"},
)
_TANH = Slip(
    "tanh-for-sigmoid",
    r"That is $\tanh$, which may be negative. A probability needs $\sigma$.",
    equations={"p": "tanh(a)"},
)

_UNIT = r"$$h_t = \tanh(u x_t + v h_{t-1} + c), \quad h_0 = 0$$"

EXERCISES = (
    Exercise(
        id="sentiment.probability",
        version=1,
        level=1,
        asks="p",
        summary="the probability that a review is positive, from the last state",
        symbols={**_TEX, "h": "h_T"},
        shapes={"w": (2,), "b": (), "a": (), "p": ()},
        ranges={"w": _WIDE, "h": Range(-0.9, 0.9)},
        variants=(
            Variant(
                program=Program.parse({"a": "dot(w, h) + b", "p": "sigmoid(a)"}),
                stem="A network with two units has read a review; its last state is $h_T$. The probability that the "
                r"review is positive is $$p = \sigma(w^\top h_T + b)$$",
                slips=(
                    _NO_SIGMOID,
                    _NEGATIVE_CLASS,
                    _TANH,
                    Slip("no-bias", "The bias $b$ is missing.", names={"b": "0 * b"}),
                ),
                keep=lambda trace: abs(float(trace["a"])) > 0.1,
            ),
        ),
    ),
    Exercise(
        id="sentiment.read-out",
        version=1,
        level=3,
        asks="p",
        requires=("sentiment.probability", "rnn.unroll"),
        summary="a review of two words, read by a single unit, to a probability",
        scalar=True,
        symbols={**_TEX, "u": "u", "v": "v", "c": "c"},
        ranges={"x_1": NOT_ZERO, "x_2": NOT_ZERO, "u": _WIDE, "v": NOT_ZERO, "w": _WIDE},
        variants=(
            Variant(
                program=Program.parse(
                    {
                        "h_1": "tanh(u * x_1 + c)",
                        "h_2": "tanh(u * x_2 + v * h_1 + c)",
                        "a": "w * h_2 + b",
                        "p": "sigmoid(a)",
                    }
                ),
                stem=f"A review has two words, with the values $x_1$ and $x_2$. A single unit reads them, {_UNIT} and "
                r"its last state gives the probability that the review is positive, $p = \sigma(w h_2 + b)$.",
                slips=(
                    Slip(
                        "last-word-only",
                        "The first word was forgotten: step 2 goes on from $h_1$.",
                        equations={"h_2": "tanh(u * x_2 + c)"},
                    ),
                    Slip(
                        "words-exchanged",
                        "You read the words in the wrong order.",
                        equations={"h_1": "tanh(u * x_2 + c)", "h_2": "tanh(u * x_1 + v * h_1 + c)"},
                        always=False,
                    ),
                    Slip(
                        "mean-state",
                        "You read out the mean of the states. Here the last one counts.",
                        equations={"a": "w * (h_1 + h_2) / 2 + b"},
                        always=False,
                    ),
                    _NO_SIGMOID,
                    _NEGATIVE_CLASS,
                ),
                keep=lambda trace: abs(float(trace["a"])) > 0.1,
            ),
        ),
    ),
    Exercise(
        id="sentiment.order-free",
        version=1,
        level=2,
        asks="p",
        requires=("sentiment.probability",),
        summary="the baseline that does not see the order: the mean of the word vectors",
        symbols={**_TEX, "e": r"\bar{x}"},
        shapes={"w": (2,), "b": (), "a": (), "p": (), "e": (2,)},
        ranges={"w": _WIDE},
        variants=(
            Variant(
                program=Program.parse({"e": "(x_1 + x_2 + x_3) / 3", "a": "dot(w, e) + b", "p": "sigmoid(a)"}),
                stem=r"A review of three words, as vectors. A baseline takes their mean $\bar{x}$ and gives the "
                r"probability that the review is positive, $$p = \sigma(w^\top \bar{x} + b)$$",
                slips=(
                    Slip(
                        "sum-for-mean",
                        "You took the sum of the vectors. The mean is divided by their number.",
                        equations={"e": "x_1 + x_2 + x_3"},
                    ),
                    Slip(
                        "last-word-only",
                        "You took the last word alone. The mean is over all three.",
                        equations={"e": "x_3"},
                    ),
                    Slip(
                        "mean-of-probabilities",
                        "You averaged the probabilities of the single words. The vectors are averaged, before the "
                        "sigmoid.",
                        equations={
                            "p": "(sigmoid(dot(w, x_1) + b) + sigmoid(dot(w, x_2) + b) + sigmoid(dot(w, x_3) + b)) / 3"
                        },
                        always=False,
                    ),
                    _NO_SIGMOID,
                    _NEGATIVE_CLASS,
                ),
                keep=lambda trace: abs(float(trace["a"])) > 0.1,
            ),
        ),
        why="The mean is the same for every order of the words: *not good, but cheap* and *not cheap, but good* look "
        "alike to it.",
    ),
    Exercise(
        id="sentiment.loss",
        version=2,
        level=2,
        asks="L",
        requires=("sentiment.probability",),
        summary="the binary cross-entropy of a review's probability",
        scalar=True,
        symbols={**_TEX, "h": "h_T", "y": "y", "L": "L"},
        ranges={"w": _WIDE, "h": Range(-0.9, 0.9), "y": Pick((0.0, 1.0))},
        variants=(
            Variant(
                program=Program.parse(
                    {"a": "w * h + b", "p": "sigmoid(a)", "L": "-(y * log(p) + (1 - y) * log(1 - p))"}
                ),
                stem=r"A single unit has read a review; its last state is $h_T$, and $p = \sigma(w h_T + b)$ is the "
                "probability that the review is positive. The label is $y$ (1: positive, 0: negative). "
                r"$$L = -(y \ln p + (1 - y) \ln (1 - p))$$",
                slips=(
                    Slip(
                        "other-label",
                        "That is the loss of the other label: where $y = 1$ only $\\ln p$ counts, else only $\\ln (1 "
                        "- p)$.",
                        equations={"L": "-((1 - y) * log(p) + y * log(1 - p))"},
                    ),
                    Slip(
                        "sign",
                        "The minus sign is missing: a loss is positive.",
                        equations={"L": "y * log(p) + (1 - y) * log(1 - p)"},
                    ),
                    Slip(
                        "both-terms",
                        "You added both terms. The label switches one of them off.",
                        equations={"L": "-(log(p) + log(1 - p))"},
                    ),
                    Slip(
                        "squared-error",
                        r"You used the squared error. The loss here is the cross-entropy.",
                        equations={"L": "(p - y) * (p - y)"},
                    ),
                ),
                keep=lambda trace: abs(float(trace["a"])) > 0.15,
            ),
        ),
    ),
)
