"""Forecasts, and what fits which task at which cost."""

import random

from studyrnn.engine.equations import Program
from studyrnn.questions import NOT_ZERO, WHOLE, Choice, Exercise, Pick, Range, Slip, Teller, Told, Variant

# -- forecasts -------------------------------------------------------------------------------------------------------

_FORECAST = Variant(
    program=Program.parse(
        {
            "x": "(s - m) / d",
            "h": "tanh(u * x + v * h_ + b)",
            "y": "w * h + c",
            "f": "m + d * y",
        }
    ),
    symbols={**{name: name for name in "smduvbwcf"}, "x": "x_t", "y": "y_t"},
    stem="A single unit forecasts tomorrow's sales. Sales are fed in standardised, with the mean $m$ and the standard "
    r"deviation $d$ of the training data, and its output is on that scale too: $$x_t = \frac{s - m}{d}, \quad h_t = "
    r"\tanh(u\, x_t + v\, h_{t-1} + b), \quad y_t = w\, h_t + c$$ Today $s$ were sold. What is the forecast $f$, in "
    "units sold?",
    slips=(
        Slip(
            "not-scaled-back",
            "That is the output on the standardised scale: multiply by $d$ and add $m$.",
            equations={"f": "y"},
        ),
        Slip(
            "mean-not-added",
            "The mean has not been added back.",
            equations={"f": "d * y"},
        ),
        Slip(
            "mean-not-subtracted",
            "The mean was not taken off before dividing by $d$.",
            equations={"x": "s / d"},
            always=False,
        ),
        Slip(
            "no-memory",
            "The previous state is missing: the unit remembers earlier days.",
            equations={"h": "tanh(u * x + b)"},
        ),
        Slip(
            "last-value",
            "That is today's value: the baseline, not the network's forecast.",
            equations={"f": "s"},
            always=False,
        ),
    ),
)

_BASELINE = Variant(
    program=Program.parse(
        {
            "M": "((f_2 - s_2) * (f_2 - s_2) + (f_3 - s_3) * (f_3 - s_3) + (f_4 - s_4) * (f_4 - s_4)) / 3",
            "B": "((s_1 - s_2) * (s_1 - s_2) + (s_2 - s_3) * (s_2 - s_3) + (s_3 - s_4) * (s_3 - s_4)) / 3",
            "R": "1 - M / B",
        }
    ),
    symbols={"M": "M", "B": "B", "R": "R", **{f"{name}_{t}": f"{name}_{t}" for name in "sf" for t in (1, 2, 3, 4)}},
    stem=r"A series $s_1, \ldots, s_4$, and a network's forecasts $f_2, f_3, f_4$ of its last three values, each made "
    "one step ahead. $M$ is the network's mean squared error, $B$ that of the baseline which repeats the last value. "
    "By which share $R = 1 - M / B$ does the network cut the error?",
    slips=(
        Slip(
            "ratio-turned-round",
            "You divided the baseline's error by the network's. The share is of the baseline.",
            equations={"R": "1 - B / M"},
        ),
        Slip("share-left", "That is the share of the error that is left.", equations={"R": "M / B"}),
        Slip(
            "mean-baseline",
            "You compared with a forecast of zero. The baseline repeats the value before.",
            equations={"B": "(s_2 * s_2 + s_3 * s_3 + s_4 * s_4) / 3"},
            always=False,
        ),
        Slip(
            "difference", "That is the difference of the errors. Divide it by the baseline's.", equations={"R": "B - M"}
        ),
    ),
    keep=lambda trace: 0.1 < float(trace["M"]) < 4 * float(trace["B"]) and float(trace["B"]) > 0.2,
)

# -- which architecture ----------------------------------------------------------------------------------------------

_ONE_WAY = "a recurrent network that reads forward, with an output at every step"
_BOTH_WAYS = "a bidirectional network with an output at every step"
_AT_THE_END = "a recurrent network with one output, after the last step"
_PAIR = "an encoder, and a decoder that writes until its end token"
_FROM_VECTOR = "a decoder alone, started from a vector"

_CASES = {  # what fits, why, and tasks
    _ONE_WAY: (
        "An output is due at every step, at once: what comes later cannot be waited for.",
        "Subtitles from {n} words have to appear while a live broadcast is spoken, {k} ms after each word.",
        "A pump is to be stopped as soon as one of its {k} sensors turns odd, {n} readings a minute.",
    ),
    _BOTH_WAYS: (
        "The input is there as a whole, every step needs an answer, and what follows helps as well.",
        "Each of the {n} letters of a finished scan is to be recognised; {k} neighbours on both sides help.",
        "Each word of stored sentences of up to {n} words gets one of {k} tags; the words after it matter.",
    ),
    _AT_THE_END: (
        "One answer for the whole sequence.",
        "Films are to be put into {k} classes by reviews of up to {n} words.",
        "A recording of {n} frames belongs to one of {k} speakers.",
    ),
    _PAIR: (
        "Output and input differ in length: first read, then write.",
        "Questions of up to {n} words are to be turned into queries of another length, from {k} symbols.",
        "Articles of up to {n} words are to be summed up in a sentence, with {k} words of vocabulary.",
    ),
    _FROM_VECTOR: (
        "There is no input sequence: only the output is one.",
        "Photographs, each given as {n} features, are to get a caption from {k} words.",
        "A melody of up to {n} notes out of {k} is to be made up from a mood, given as a vector.",
    ),
}

_UNFIT = {
    _ONE_WAY: ("forward-only", "It gives an output at every step of the input, knowing nothing of what follows."),
    _BOTH_WAYS: ("bidirectional", "Its backward direction starts at the end, so it needs the whole input first."),
    _AT_THE_END: ("single-output", "It gives one output for the whole sequence."),
    _PAIR: ("encoder-decoder", "It reads one sequence to its end, then writes another of a length of its own."),
    _FROM_VECTOR: ("decoder-alone", "It reads no input sequence: it writes one from a vector."),
}


def _which(chance: random.Random) -> Told:
    right = tuple(_CASES)[int(chance.random() * len(_CASES))]
    why, *tasks = _CASES[right]
    task = tasks[int(chance.random() * len(tasks))]
    others = [kind for kind in _UNFIT if kind != right]
    del others[int(chance.random() * len(others))]
    n, k = 20 + int(chance.random() * 480), 3 + int(chance.random() * 60)
    return Told(
        stem=f"{task.format(n=n, k=k)} What fits?",
        key=0.0,
        slips={_UNFIT[kind][0]: float(place) for place, kind in enumerate(others, 1)},
        solution=why,
        options=(right, *others),
        hints=("What is there when an answer is due, and how many answers are there?",),
    )


# -- what it costs while it runs -------------------------------------------------------------------------------------

_STREAMING = Variant(
    program=Program.parse({"N": "n * d + n * n + m * n", "F": "N * r"}),
    symbols={"d": "d", "n": "n", "m": "m", "r": "r", "N": "N", "F": "F", "T": "T"},
    also=("T",),
    stem="A vanilla RNN listens to a stream: $r$ steps a second, inputs with $d$ entries, $n$ hidden units, $m$ "
    "outputs at every step. It has been running for $T$ seconds. How many multiplications a second, $F$, do its matrix "
    "products take now? ($N$ is their number in one step.)",
    slips=(
        Slip(
            "outputs-forgotten",
            "The product with $W_{hy}$ is missing.",
            {"N": "n * d + n * n"},
        ),
        Slip("recurrence-forgotten", "The product with $W_{hh}$ is missing.", {"N": "n * d + m * n"}),
        Slip(
            "grows-with-time",
            "You multiplied by the time it has run. The state sums up the past: a step costs the same for ever.",
            {"F": "N * r * T"},
        ),
        Slip("one-step", "That is one step. There are $r$ in a second.", {"F": "N"}),
    ),
)

EXERCISES = (
    Exercise(
        id="applications.which-architecture",
        version=1,
        level=2,
        form=Choice(),
        summary="which network fits a task",
        variants=(Teller(_which, tuple(Slip(name, says, always=False) for name, says in _UNFIT.values())),),
    ),
    Exercise(
        id="applications.forecast",
        version=1,
        level=3,
        asks="f",
        requires=("rnn.scalar-step",),
        summary="a forecast by a trained unit, scaled in and out",
        scalar=True,
        ranges={
            "s": Range(20, 90, 1),
            "m": Range(30, 70, 1),
            "d": Pick((5.0, 8.0, 10.0, 12.0, 16.0, 20.0)),
            "u": NOT_ZERO,
            "v": NOT_ZERO,
            "w": NOT_ZERO,
            "h_": NOT_ZERO,
        },
        variants=(_FORECAST,),
    ),
    Exercise(
        id="applications.baseline",
        version=2,
        level=2,
        asks="R",
        summary="a forecast measured against the last value",
        scalar=True,
        ranges={f"{name}_{t}": Range(-3.0, 3.0) for name in "sf" for t in (1, 2, 3, 4)},
        variants=(_BASELINE,),
        why="A negative share means that the network does worse than repeating the last value.",
    ),
    Exercise(
        id="applications.streaming-cost",
        version=1,
        level=2,
        asks="F",
        form=WHOLE,
        summary="what a network costs a second while it listens",
        scalar=True,
        ranges={
            "d": Range(8, 128, 4),
            "n": Range(16, 256, 8),
            "m": Range(2, 40, 1),
            "r": Pick((10.0, 20.0, 25.0, 50.0, 100.0)),
            "T": Range(10, 600, 10),
        },
        variants=(_STREAMING,),
    ),
)
