"""What a network reads in training, and what it reads when it is on its own."""

import random

from studyrnn.engine.equations import Program
from studyrnn.questions import Choice, Exercise, Pick, Range, Slip, Teller, Told, Variant

_MODEL = (
    "A single unit forecasts a series one step ahead. It reads a value and puts out its forecast of the next: "
    r"$$h_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1} + b_h), \quad y_t = W_{hy} h_t + b_y$$ "
)

_NAMES = {"s_1": "s_1", "s_2": "s_2"}

_FIRST = {"h_1": "tanh(W_xh * s_1 + W_hh * h_0 + b_h)"}

_LAST = {"y_2": "W_hy * h_2 + b_y"}


def _second(read: str, h: str = "h_1") -> str:
    return f"tanh(W_xh * {read} + W_hh * {h} + b_h)"


_STALE = "At step 2 you started from $h_0$ again. The state goes on from $h_1$, forced or not."

_FORCED = Variant(
    program=Program.parse({**_FIRST, "h_2": _second("s_2"), **_LAST}),
    convention={"feeds": "truth"},
    stem=f"{_MODEL} The series begins with $s_1, s_2$. With teacher forcing, what does it forecast after step 2?",
    slips=(
        Slip(
            "fed-its-forecast",
            "You fed it its own forecast $y_1$ at step 2. With teacher forcing it reads the true value $s_2$.",
            equations={"h_2": _second("(W_hy * h_1 + b_y)")},
        ),
        Slip("stale-state", _STALE, equations={"h_2": _second("s_2", "h_0")}),
        Slip(
            "same-input",
            "You fed $s_1$ again at step 2. Each step reads the value of its own time.",
            equations={"h_2": _second("s_1")},
        ),
        Slip(
            "one-step-short",
            "That is the forecast of step 1. Step 2 is asked for.",
            equations={"y_2": "W_hy * h_1 + b_y"},
        ),
        Slip("no-output-bias", "The bias $b_y$ is missing.", equations={"y_2": "W_hy * h_2"}),
    ),
)

_FREE = Variant(
    program=Program.parse({**_FIRST, "y_1": "W_hy * h_1 + b_y", "h_2": _second("y_1"), **_LAST}),
    convention={"feeds": "forecast"},
    also=("s_2",),
    stem=f"{_MODEL} It reads $s_1$ and then runs freely: from step 2 on it reads its own last forecast. What does it "
    "forecast at step 2? (The true second value, $s_2$, became known later.)",
    slips=(
        Slip(
            "fed-the-truth",
            "You fed it the true value $s_2$ at step 2. That is teacher forcing; running freely it reads $y_1$.",
            equations={"h_2": _second("s_2")},
        ),
        Slip(
            "fed-its-state",
            "You fed it its state $h_1$ as the input. What it reads is its forecast, $y_1 = W_{hy} h_1 + b_y$.",
            equations={"h_2": _second("h_1")},
        ),
        Slip("stale-state", _STALE, equations={"h_2": _second("y_1", "h_0")}),
        Slip(
            "one-step-short",
            "That is the forecast of step 1. Step 2 is asked for.",
            equations={"y_2": "y_1"},
        ),
        Slip("no-output-bias", "The bias $b_y$ is missing at step 2.", equations={"y_2": "W_hy * h_2"}),
    ),
)

_DRIFT = Variant(
    program=Program.parse({"p": "power(w, k) * s_1", "q": "power(v, k) * s_1", "e": "q - p"}),
    stem=r"A series follows $s_{t+1} = w\, s_t$. A model has learned $y_{t+1} = v\, y_t$, with a slightly wrong "
    "weight. It is given $s_1$ and runs freely for $k$ steps, each forecast made from the one before. What is its "
    "error $e$ at the end, forecast less truth? ($p$ is the truth, $q$ the forecast.)",
    slips=(
        Slip(
            "forced-error",
            "That is the error with teacher forcing, where the last true value is read. Running freely, every step "
            "starts from a forecast that is wrong already.",
            equations={"e": "(v - w) * power(w, k - 1) * s_1"},
        ),
        Slip(
            "first-error-only",
            "That is the error of the first step. It is carried on, and each step adds to it.",
            equations={"e": "(v - w) * s_1"},
        ),
        Slip(
            "first-error-times-k",
            "You added the first error $k$ times. Errors do not add up like that: each is multiplied by $v$ on its "
            "way.",
            equations={"e": "k * (v - w) * s_1"},
        ),
        Slip(
            "power-of-difference",
            "You raised $v - w$ to the power. The powers come first, then the difference.",
            equations={"e": "power(v - w, k) * s_1"},
        ),
        Slip("sign", "The sign is turned round: the forecast comes first.", equations={"e": "p - q"}),
    ),
    keep=lambda trace: 0.015 < abs(float(trace["v"] - trace["w"])) < 0.095,
)

# -- which word is read ----------------------------------------------------------------------------------------------

_SUBJECTS = ("they", "we", "people", "children", "students", "friends", "birds", "guests")
_VERBS = ("found", "saw", "watched", "followed", "liked", "drew", "missed", "heard")
_ARTICLES = ("the", "a", "this", "that", "our", "some", "your", "each")
_ADJECTIVES = ("small", "old", "quiet", "red", "new", "strange", "cold", "bright")
_NOUNS = ("house", "river", "song", "garden", "train", "window", "bridge", "fire")
_WORDS = (_SUBJECTS, _VERBS, _ARTICLES, _ADJECTIVES, _NOUNS)
_WAYS = {
    "forced": "It is being trained with teacher forcing.",
    "free": "Training is over, and it writes on its own.",
}
_SLIPS = {
    "own-word": "With teacher forcing it does not read its own word, right or wrong, but the one of the target.",
    "target-word": "When it is used there is no target to read: it goes on from the word it has written itself.",
    "word-of-this-step": "That is the word which this step is to write: to read it would give the answer away.",
    "prediction-of-this-step": "That word does not exist yet: it is what this step puts out.",
    "one-too-early": "That is one word too early: the word directly before is read; earlier ones are in the state.",
}


def _which_input(chance: random.Random) -> Told:
    def two(words: tuple[str, ...]) -> tuple[str, str]:
        first = int(chance.random() * len(words))
        second = int(chance.random() * (len(words) - 1))
        return words[first], words[second + (second >= first)]

    pairs = [two(words) for words in _WORDS]
    target, written = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    step = 3 + int(chance.random() * 3)  # the word that is due, counted from 1
    way = "forced" if chance.random() < 0.5 else "free"
    read, other = (target, written) if way == "forced" else (written, target)
    last = step - 2
    options = (read[last], other[last], target[last + 1], written[last + 1], read[last - 1])
    names = ("own-word" if way == "forced" else "target-word", "word-of-this-step", "prediction-of-this-step")
    return Told(
        stem=f"A decoder writes a sentence word by word. Target: *{' '.join(target)}*. At each step the most probable "
        f"word was: *{' '.join(written)}*. {_WAYS[way]} Which word does it read as its input at step {step}?",
        key=0.0,
        slips={name: float(place) for place, name in enumerate((*names, "one-too-early"), 1)},
        solution="At each step it reads the word before: "
        + ("of the target, whatever it put out itself." if way == "forced" else "the one it has written itself."),
        options=tuple(f"*{word}*" for word in options),
        hints=("Is there a target to read from, and which word stands just before?",),
    )


EXERCISES = (
    Exercise(
        id="teacher-forcing.which-input",
        version=1,
        level=1,
        form=Choice(),
        summary="which word a decoder reads next, in training and when it is used",
        variants=(Teller(_which_input, tuple(Slip(name, says, always=False) for name, says in _SLIPS.items())),),
    ),
    Exercise(
        id="teacher-forcing.forced",
        version=2,
        level=2,
        asks="y_2",
        requires=("rnn.output",),
        summary="a forecast of the second step with teacher forcing",
        scalar=True,
        symbols=_NAMES,
        variants=(_FORCED,),
    ),
    Exercise(
        id="teacher-forcing.free-running",
        version=2,
        level=3,
        asks="y_2",
        requires=("teacher-forcing.forced",),
        summary="a forecast of the second step of a network that reads its own output",
        scalar=True,
        symbols=_NAMES,
        variants=(_FREE,),
    ),
    Exercise(
        id="teacher-forcing.error",
        version=1,
        level=3,
        asks="e",
        requires=("teacher-forcing.free-running",),
        summary="how the error of a free-running forecast grows",
        scalar=True,
        symbols={"w": "w", "v": "v", "k": "k", "p": "p", "q": "q", "e": "e", **_NAMES},
        ranges={
            "w": Range(0.8, 1.2, 0.01),
            "v": Range(0.8, 1.2, 0.01),
            "k": Range(3, 8, 1),
            "s_1": Pick(tuple(k / 2 for k in range(2, 17))),
        },
        variants=(_DRIFT,),
        why="In training with teacher forcing a model never sees its own errors; used freely, it reads them at every "
        "step. That gap is called exposure bias.",
    ),
)
