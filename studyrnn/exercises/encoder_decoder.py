"""From one sequence to another by way of a vector."""

import random

from studyrnn.engine.equations import Program
from studyrnn.questions import NOT_ZERO, Exercise, Order, Range, Slip, Teller, Told, Variant

_WEIGHTS = {"u": "u", "v": "v", "b": "b", "c": "c"}

_INPUTS = {f"x_{t}": NOT_ZERO for t in (1, 2, 3)}

# -- the encoder -----------------------------------------------------------------------------------------------------

_CONTEXT = Variant(
    program=Program.parse(
        {"h_1": "tanh(u * x_1 + b)", "h_2": "tanh(u * x_2 + v * h_1 + b)", "c": "tanh(u * x_3 + v * h_2 + b)"}
    ),
    stem=r"An encoder with a single unit reads three values, $$h_t = \tanh(u\, x_t + v\, h_{t-1} + b), \quad h_0 = 0$$ "
    "Its last state is the context $c$ that it hands to the decoder.",
    slips=(
        Slip(
            "mean-of-states",
            "You took the mean of the states. The context here is the last one alone.",
            equations={"c": "(h_1 + h_2 + tanh(u * x_3 + v * h_2 + b)) / 3"},
            always=False,
        ),
        Slip("one-step-short", "That is the state after two values. There are three.", equations={"c": "h_2"}),
        Slip(
            "last-input-only",
            "The last input alone does not make the context: step 3 goes on from $h_2$.",
            equations={"c": "tanh(u * x_3 + b)"},
        ),
        Slip(
            "read-backward",
            "You read the values from the last to the first. Here the encoder reads forward.",
            equations={"h_1": "tanh(u * x_3 + b)", "c": "tanh(u * x_1 + v * h_2 + b)"},
            always=False,
        ),
        Slip("no-bias", "The bias $b$ is missing.", names={"b": "0 * b"}),
    ),
)

# -- the decoder -----------------------------------------------------------------------------------------------------

_GREEDY = Variant(
    program=Program.parse(
        {
            "s_1": "tanh(v * c)",
            "y_1": "w * s_1",
            "k_1": "step(y_1)",
            "s_2": "tanh(u * k_1 + v * s_1)",
            "y_2": "w * s_2",
        }
    ),
    symbols={"w": "w", **{f"{name}_{t}": f"{name}_{t}" for name in "syk" for t in (1, 2)}},
    stem="A decoder with a single unit writes tokens that are 0 or 1. It starts from the context $c$ and from token 0: "
    r"$$s_t = \tanh(u\, k_{t-1} + v\, s_{t-1}), \quad y_t = w\, s_t, \quad s_0 = c, \quad k_0 = 0$$ Greedy decoding "
    "takes the better token, $k_t = 1$ where $y_t > 0$ and $k_t = 0$ else, and reads it at the next step. What is the "
    "score $y_2$ of the second step?",
    slips=(
        Slip(
            "score-for-token",
            "You fed the score $y_1$ back. What the decoder reads is the token chosen by it, 0 or 1.",
            equations={"k_1": "y_1"},
        ),
        Slip(
            "wrong-token",
            "You fed the other token back: 1 is chosen where the score is positive.",
            equations={"k_1": "1 - step(y_1)"},
        ),
        Slip(
            "context-again",
            "The second step started from the context again. It goes on from $s_1$.",
            equations={"s_2": "tanh(u * k_1 + v * c)"},
        ),
        Slip("one-step-short", "That is the score of the first step.", equations={"y_2": "y_1"}),
        Slip("state-for-score", "That is the state. The score is $w\\, s_2$.", equations={"y_2": "s_2"}, always=False),
    ),
    keep=lambda trace: abs(float(trace["y_1"])) > 0.03,
)

_TOKEN_LOSS = Variant(
    program=Program.parse(
        {
            "L_1": "log(exp(a_1) + exp(b_1) + exp(c_1)) - a_1",
            "L_2": "log(exp(a_2) + exp(b_2) + exp(c_2)) - b_2",
            "L": "L_1 + L_2",
        }
    ),
    symbols={f"{name}_{t}": f"{name}_{t}" for name in ("a", "b", "c", "L") for t in (1, 2)} | {"L": "L"},
    stem="A translation has two words. At step $t$ the decoder gives the words *A*, *B*, *C* the logits $a_t, b_t, "
    "c_t$; the right translation is *A B*. The loss of a step is minus the natural logarithm of the right word's "
    r"softmax probability, $$L_1 = -\ln \frac{e^{a_1}}{e^{a_1} + e^{b_1} + e^{c_1}}$$ and likewise at step 2. What is "
    "the loss $L = L_1 + L_2$ of the translation?",
    slips=(
        Slip(
            "mean-for-sum",
            "That is the mean over the words. Here the losses are added.",
            equations={"L": "(L_1 + L_2) / 2"},
        ),
        Slip(
            "same-word-twice",
            "At step 2 you took the probability of *A*. The right word there is *B*.",
            equations={"L_2": "log(exp(a_2) + exp(b_2) + exp(c_2)) - a_2"},
            always=False,
        ),
        Slip("first-word-only", "The loss of the second word is missing.", equations={"L": "L_1"}),
        Slip(
            "sign",
            "The sign is turned round: a probability is below 1, so minus its logarithm is positive.",
            equations={"L": "-(L_1 + L_2)"},
        ),
        Slip(
            "best-word",
            "You took the loss against word *C*.",
            equations={
                "L_1": "log(exp(a_1) + exp(b_1) + exp(c_1)) - c_1",
                "L_2": "log(exp(a_2) + exp(b_2) + exp(c_2)) - c_2",
            },
            always=False,
        ),
    ),
)

# -- an autoencoder --------------------------------------------------------------------------------------------------

_AUTOENCODER = Variant(
    program=Program.parse({"z": "dot(w, x)", "y": "v * z", "E": "mean_square(y - x)"}),
    symbols={"w": "w", "v": "v", "x": "x", "z": "z", "y": r"\hat{x}", "E": "E"},
    shapes={"w": (2,), "v": (2,), "x": (2,), "z": (), "y": (2,), "E": ()},
    stem=r"A linear autoencoder squeezes two numbers into one and puts them back: $$z = w^\top x, \quad \hat{x} = v "
    r"z$$ Its reconstruction error $E$ is the mean of the squared differences between $\hat{x}$ and $x$.",
    slips=(
        Slip(
            "sum-for-mean",
            "That is the sum of the squares. $E$ is their mean: divide by the number of entries.",
            equations={"E": "total((y - x) * (y - x))"},
        ),
        Slip(
            "encoder-for-decoder",
            "You decoded with the encoder's weights $w$. The decoder has its own, $v$.",
            equations={"y": "w * z"},
        ),
        Slip(
            "not-squared",
            "You forgot to square the differences.",
            equations={"E": "mean(y - x)"},
            always=False,
        ),
        Slip(
            "root",
            "You took the root. The mean square is asked for.",
            equations={"E": "sqrt(mean_square(y - x))"},
        ),
        Slip(
            "output-for-error",
            "You squared the reconstruction. The error is its difference from the input.",
            equations={"E": "mean_square(y)"},
        ),
    ),
)

# -- the order of the work -------------------------------------------------------------------------------------------

_LANGUAGES = ("German", "French", "Spanish", "Polish", "Danish", "Dutch", "Czech", "Greek", "Welsh", "Finnish")

_EXCHANGED = {
    "writes-before-reading": (0, "Nothing is written before the whole sentence has been read."),
    "context-before-encoder": (1, "The context is what the encoder ends with: it cannot be handed on before that."),
    "word-before-scores": (3, "A word can be chosen only from scores that have been computed."),
    "state-before-word": (4, "The next step reads the word chosen at this one: first the word, then the new state."),
}


def _order(chance: random.Random) -> Told:
    source = int(chance.random() * len(_LANGUAGES))
    target = (source + 1 + int(chance.random() * (len(_LANGUAGES) - 1))) % len(_LANGUAGES)
    words, vocabulary = 4 + int(chance.random() * 30), 1000 * (2 + int(chance.random() * 48))
    pieces = (
        f"The encoder reads words 1 to {words}, one after the other.",
        "Its last state becomes the first state of the decoder.",
        "The decoder reads the start token and updates its state.",
        f"It gives each of {vocabulary} words a score.",
        "The word with the best score is written.",
        "That word is read as the next input, and the state updated.",
        "The end token is written, and decoding stops.",
    )
    order = [float(k) for k in range(len(pieces))]
    return Told(
        stem=f"An encoder-decoder without attention translates a sentence of {words} words from {_LANGUAGES[source]} "
        f"to {_LANGUAGES[target]}, greedily, one word at a time. Its parts in the order in which they first happen:",
        key=order,
        slips={name: [*order[:k], order[k + 1], order[k], *order[k + 2 :]] for name, (k, _) in _EXCHANGED.items()},
        solution="Read everything, hand over the state, start; then scores, a word, and the word back in; the end "
        "last.",
        options=pieces,
        hints=("Reading comes first, and a word is chosen before it can be read.",),
    )


EXERCISES = (
    Exercise(
        id="encoder-decoder.context",
        version=1,
        level=2,
        asks="c",
        requires=("rnn.scalar-step",),
        summary="the vector that an encoder hands to its decoder",
        scalar=True,
        symbols=_WEIGHTS,
        ranges={**_INPUTS, "u": NOT_ZERO, "v": NOT_ZERO},
        variants=(_CONTEXT,),
        why="However long the sentence, the context has the same size: that is the bottleneck which attention removes.",
    ),
    Exercise(
        id="encoder-decoder.order",
        version=1,
        level=2,
        form=Order(),
        summary="put the steps of a translation in order",
        variants=(Teller(_order, tuple(Slip(name, says) for name, (_, says) in _EXCHANGED.items())),),
    ),
    Exercise(
        id="encoder-decoder.greedy",
        version=1,
        level=3,
        asks="y_2",
        requires=("encoder-decoder.context",),
        summary="two steps of a greedy decoder",
        scalar=True,
        symbols=_WEIGHTS,
        ranges=dict.fromkeys(("u", "v", "w", "c"), NOT_ZERO),
        variants=(_GREEDY,),
    ),
    Exercise(
        id="encoder-decoder.loss",
        version=2,
        level=3,
        asks="L",
        requires=("activations.softmax",),
        summary="the loss of a translation of two words",
        scalar=True,
        ranges={f"{name}_{t}": Range(-2.0, 2.0) for name in "abc" for t in (1, 2)},
        variants=(_TOKEN_LOSS,),
    ),
    Exercise(
        id="encoder-decoder.autoencoder",
        version=1,
        level=2,
        asks="E",
        summary="the reconstruction error of a linear autoencoder",
        ranges={"x": Range(-2.0, 2.0), "w": NOT_ZERO, "v": NOT_ZERO},
        variants=(_AUTOENCODER,),
    ),
)
