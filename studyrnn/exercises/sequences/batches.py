"""Sequences in bulk: the shape of a batch, and how many steps a task reads and writes."""

import random
from collections.abc import Mapping
from typing import Any

from studyrnn.engine.equations import Program
from studyrnn.questions import WHOLE, Choice, Exercise, Pick, Range, Slip, Teller, Told, Variant, slip

# -- shapes ----------------------------------------------------------------------------------------------------------


def _three(a: str, b: str, c: str) -> str:
    return f"concat(concat({a}, {b}), {c})"


_NOT_BATCH_FIRST = "You put time first. Here the batch comes first: one block an example."
_NOT_TIME_FIRST = "You put the batch first. Here time does: one block a step."
_FLAT = "The features of a step come last, behind batch and time."


def _batch(stem: str, time_first: bool, **equations: str) -> Variant:
    right, other = (("T", "N"), ("N", "T")) if time_first else (("N", "T"), ("T", "N"))
    return Variant(
        program=Program.parse({**equations, "shape": _three(*right, "d")}),
        convention={"layout": "time first" if time_first else "batch first"},
        stem=f"{stem} Which shape has the array? Three numbers, in order.",
        keep=_different,
        slips=(
            slip(
                "batch-first" if time_first else "time-first",
                _NOT_TIME_FIRST if time_first else _NOT_BATCH_FIRST,
                shape=_three(*other, "d"),
            ),
            slip("features-in-the-middle", _FLAT, shape=_three(right[0], "d", right[1])),
            slip("features-first", _FLAT, shape=_three("d", *right)),
            *(
                slip(
                    "seconds-for-steps",
                    "You took the seconds for steps. There are $r$ steps in each second.",
                    T="s",
                )
                for _ in equations
            ),
        ),
    )


def _different(trace: Mapping[str, Any]) -> bool:
    sizes = [float(trace[name]) for name in ("N", "T", "d", "n", "s") if name in trace]
    return len(set(sizes)) == len(sizes)


def _states(stem: str, time_first: bool) -> Variant:
    right, other = (("T", "N"), ("N", "T")) if time_first else (("N", "T"), ("T", "N"))
    return Variant(
        program=Program.parse({"shape": _three(*right, "n")}),
        convention={"layout": "time first" if time_first else "batch first", "of": "states"},
        stem=f"{stem} reads a batch of $N$ sequences, $T$ steps each, $d$ numbers a step. Which shape has the array of "
        "all its hidden states? Three numbers, in order.",
        also=("d",),
        keep=_different,
        slips=(
            slip(
                "input-size",
                "You kept the $d$ numbers of the input. A state has $n$ entries.",
                shape=_three(*right, "d"),
            ),
            slip(
                "batch-first" if time_first else "time-first",
                _NOT_TIME_FIRST if time_first else _NOT_BATCH_FIRST,
                shape=_three(*other, "n"),
            ),
            slip("features-in-the-middle", _FLAT, shape=_three(right[0], "n", right[1])),
            slip(
                "one-step-only",
                "You left out time: that is one state an example. All of them are asked for.",
                shape=_three("1" if time_first else "N", "N" if time_first else "1", "n"),
            ),
        ),
    )


_SHAPES = (
    _batch(r"A batch of $N$ sequences, each of $T$ steps with $d$ numbers, is stacked batch first.", False),
    _batch(
        r"PyTorch's recurrent layers take a batch time first, unless told otherwise. It has $N$ sequences of $T$ steps "
        "with $d$ numbers each.",
        True,
    ),
    _batch(
        r"$N$ recordings of $s$ seconds from $d$ sensors, each read $r$ times a second, become a batch, batch first.",
        False,
        T="r * s",
    ),
    _states("Arrays have the layout batch first. An RNN layer with $n$ units", False),
    _states("PyTorch's RNN layer, in its default layout (time first) and with $n$ units,", True),
)

# -- kinds of tasks --------------------------------------------------------------------------------------------------

_ONE_MANY, _MANY_ONE, _ALIGNED, _CODED = "one-to-many", "many-to-one", "aligned", "encoder-decoder"
_OPTIONS = {
    _ONE_MANY: "One-to-many.",
    _MANY_ONE: "Many-to-one.",
    _ALIGNED: "Many-to-many, an output at each step of the input.",
    _CODED: "Many-to-many, by an encoder and a decoder.",
}
_WRONG = {
    _ONE_MANY: "One-to-many reads a single input and writes a sequence. Here what is read is a sequence, or what is "
    "written is not.",
    _MANY_ONE: "Many-to-one ends in a single output. Here a whole sequence is wanted.",
    _ALIGNED: "That takes an output for each step of the input, at that step. Here outputs and inputs do not pair up.",
    _CODED: "An encoder and a decoder read a whole sequence first and then write another, of a length of its own. Here "
    "one of the two is no sequence, or the outputs belong to the inputs one by one.",
}
_TASKS = (
    (_ONE_MANY, "It gets one photograph of {a} x {a} pixels and writes a caption of up to {k} words."),
    (_ONE_MANY, "It gets the name of one of {k} styles and composes a tune of {T} notes."),
    (
        _ONE_MANY,
        "It gets one vector of {k} numbers that describes a product, and writes an advertisement of {T} words.",
    ),
    (_ONE_MANY, "It gets the picture of one of {k} buildings and writes directions of {T} words how to get there."),
    (_ONE_MANY, "It gets one start position of a robot arm with {k} joints and puts out its next {T} positions."),
    (_MANY_ONE, "It reads a review of {T} words and gives it one of {k} grades."),
    (
        _MANY_ONE,
        "It reads {T} hours of power consumption in one of {k} houses and forecasts the next hour alone.",
    ),
    (_MANY_ONE, "It hears a recording of {T} frames and says which of {k} people speaks."),
    (_MANY_ONE, "It reads a letter of {L} words and says for which of {k} departments it is."),
    (_MANY_ONE, "It reads {T} strokes of a pen and says which of {k} characters they make."),
    (_MANY_ONE, "It watches {T} frames of a video and says which of {k} sports is played."),
    (_ALIGNED, "It reads a sentence of {T} words and gives each word one of {k} word classes."),
    (_ALIGNED, "It watches a video and says for each of its {T} frames, as it comes, which of {k} gestures is seen."),
    (
        _ALIGNED,
        "It reads a text of {L} characters and gives after each one a probability to all {k} that may come next.",
    ),
    (_ALIGNED, "It reads {T} minutes of a heartbeat and marks each minute with one of {k} states."),
    (
        _ALIGNED,
        "It reads {T} sensor readings and gives, at each, the estimated positions of {k} valves at that moment.",
    ),
    (_CODED, "It reads a sentence of {T} words in one of {k} languages and writes it in English."),
    (_CODED, "It reads an article of {L} words and writes a summary of at most {k} words."),
    (_CODED, "It reads a question of {T} words and writes an answer of up to {k} words."),
    (_CODED, "It reads a tune of {T} notes and writes a review of it in up to {k} words."),
    (_CODED, "It reads {T} lines of a program and writes what they do in up to {k} words."),
)
_WHY = {
    _ONE_MANY: "One thing is read, and a sequence is written.",
    _MANY_ONE: "A sequence is read, and there is one answer to all of it.",
    _ALIGNED: "Each step of the input has an output of its own, given at that step.",
    _CODED: "The output is a sequence with a length of its own, and its beginning may depend on the end of the input.",
}


def _kind(chance: random.Random) -> Told:
    kind = list(_OPTIONS)[int(chance.random() * len(_OPTIONS))]
    among = [task for of, task in _TASKS if of == kind]
    task = among[int(chance.random() * len(among))]
    T, k = 5 + int(chance.random() * 60), 3 + int(chance.random() * 40)
    pixels, long = 32 * (1 + int(chance.random() * 9)), 10 * T
    places = [kind, *(other for other in _OPTIONS if other != kind)]
    return Told(
        stem=f"A recurrent network. {task.format(T=T, k=k, a=pixels, L=long)} Which kind of task is that?",
        key=0.0,
        slips={other: float(place) for place, other in enumerate(places) if place},
        solution=_WHY[kind],
        options=tuple(_OPTIONS[other] for other in places),
        hints=("What is read: one thing, or a sequence? What is written, and when?",),
    )


EXERCISES = (
    Exercise(
        id="sequences.shape",
        version=1,
        level=1,
        asks="shape",
        form=WHOLE,
        scalar=True,
        summary="the shape of a batch of sequences, batch first or time first",
        task="Type the three numbers.",
        symbols={name: name for name in ("N", "T", "d", "n", "s", "r")} | {"shape": r"\text{shape}"},
        ranges={
            "N": Pick((4.0, 8.0, 16.0, 32.0, 64.0, 128.0)),
            "T": Range(5, 90, 1),
            "d": Range(2, 30, 1),
            "n": Range(10, 120, 10),
            "s": Range(2, 60, 1),
            "r": Pick((10.0, 20.0, 25.0, 50.0, 100.0)),
        },
        variants=_SHAPES,
        why="The order is a convention, and both are in use: Keras has the batch first, PyTorch time, unless "
        "it is told `batch_first`.",
    ),
    Exercise(
        id="sequences.kinds",
        version=2,
        level=1,
        form=Choice(),
        summary="one-to-many, many-to-one, many-to-many step by step, or encoder and decoder",
        variants=(Teller(_kind, tuple(Slip(name, says, always=False) for name, says in _WRONG.items())),),
    ),
)
