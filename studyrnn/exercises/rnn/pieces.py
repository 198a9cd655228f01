"""Products, shapes, and what a task reads of the outputs."""

import random

from studyrnn.engine.equations import Program
from studyrnn.questions import NOT_ZERO, Choice, Exercise, Slip, Teller, Told, Variant, transposed

_LOST_SIGNS = "The signs of the vector were lost on the way: a negative entry turns its whole term round."


def _product(weights: str, vector: str, other: str, says: str) -> Variant:
    tex, of = rf"W_{{{weights[2:]}}}", "x_t" if vector == "x" else "h_{t-1}"
    return Variant(
        program=Program.parse({"a": f"{weights} @ {vector}"}),
        convention={"of": "input" if vector == "x" else "state"},
        symbols={"a": f"{tex} {of}"},
        also=(other, "b_h"),
        stem=f"A vanilla RNN with two inputs and two hidden units. One of the two products in its pre-activation is "
        f"${tex} {of}$.",
        slips=(
            transposed(weights),
            Slip("other-matrix", says, equations={"a": f"{other} @ {vector}"}),
            Slip(
                "with-bias",
                "You went on and added the bias $b_h$. The product alone is asked for.",
                equations={"a": f"{weights} @ {vector} + b_h"},
            ),
            Slip("lost-signs", _LOST_SIGNS, names={vector: f"abs({vector})"}, always=False),
        ),
    )


# -- products entry by entry, and products that add up ---------------------------------------------------------------

_ELEMENTWISE = Variant(
    program=Program.parse({"p": "r * h_"}),
    convention={"product": "elementwise"},
    symbols={"p": r"r_t \odot h_{t-1}"},
    stem=r"A gate acts on a state entry by entry: $r_t \odot h_{t-1}$ is the elementwise (Hadamard) product.",
    slips=(
        Slip("added", "You added the entries. The gate multiplies, entry by entry.", equations={"p": "r + h_"}),
        Slip(
            "summed-first",
            r"You multiplied every entry by the sum of the state. $\odot$ takes the two entries in the same place.",
            equations={"p": "r * total(h_)"},
        ),
        Slip(
            "gate-inverted",
            "You multiplied by $1 - r_t$: what the gate holds back, not what it lets through.",
            equations={"p": "(1 - r) * h_"},
        ),
    ),
)

_DOT = Variant(
    program=Program.parse({"p": "dot(w, h_)"}),
    convention={"product": "dot"},
    symbols={"p": r"w^\top h_{t-1}", "w": "w"},
    stem=r"One row of a weight matrix, written as a column $w$, times a state: the dot product $w^\top h_{t-1}$.",
    slips=(
        Slip(
            "sum-times-sum",
            "You added first and multiplied then. Multiply entry by entry, then add up the products.",
            equations={"p": "total(w) * total(h_)"},
        ),
        Slip(
            "mean-for-sum",
            "That is the mean of the products. A dot product is their sum.",
            equations={"p": "mean(w * h_)"},
        ),
        Slip(
            "lost-signs", "The signs were lost: terms with one negative factor are subtracted.", names={"w": "abs(w)"}
        ),
    ),
)

# -- shapes ----------------------------------------------------------------------------------------------------------

_ARRAYS = (
    # symbol, its shape, and the shapes that are taken for it
    ("W_{xh}", "nd", {"transposed": "dn", "square": "nn", "with-time": "nT", "output-size": "md"}),
    ("W_{hh}", "nn", {"input-size": "nd", "with-time": "nT", "output-size": "mn", "vector-for-matrix": "n"}),
    ("W_{hy}", "mn", {"transposed": "nm", "input-size": "md", "with-time": "mT", "square": "nn"}),
    ("b_h", "n", {"input-size": "d", "with-time": "nT", "output-size": "m", "square": "nn"}),
    ("b_y", "m", {"hidden-size": "n", "with-time": "mT", "input-size": "d", "one-number": ""}),
    ("h_t", "n", {"input-size": "d", "with-time": "nT", "output-size": "m", "one-number": ""}),
)
_SHAPES = {
    "transposed": "Rows and columns changed places: a weight matrix has as many rows as what it leads to has entries.",
    "square": "Only $W_{hh}$ leads from units to units, and is square.",
    "with-time": "The number of steps is in no shape here: the same weights serve every step, and $h_t$ is one state.",
    "output-size": "That has to do with the outputs $y_t$; only $W_{hy}$ and $b_y$ lead to them.",
    "input-size": "Inputs are read by $W_{xh}$ alone: no other array has their size.",
    "hidden-size": "$b_y$ is added to the outputs, so it has one entry for each of them, not for each unit.",
    "vector-for-matrix": "Every unit reads every unit: one weight for each pair.",
    "one-number": "One number for all entries would not do: each entry has its own.",
}
_READS = (
    "reads {d} numbers a step and has {n} hidden units and {m} outputs",
    "has {n} hidden units, {m} outputs and inputs with {d} entries",
    "turns inputs of {d} entries into outputs of {m}, by way of {n} hidden units",
)


def _shape(chance: random.Random) -> Told:
    def below(count: int) -> int:
        return int(chance.random() * count)

    sizes = {"d": 0, "n": 0, "m": 0, "T": 0}
    while len(set(sizes.values())) < 4:
        sizes = {"d": 2 + below(60), "n": 3 + below(60), "m": 2 + below(9), "T": 5 + below(90)}
    tex, shape, taken = _ARRAYS[below(len(_ARRAYS))]
    others = list(taken)
    others.pop(below(len(others)))
    return Told(
        stem=f"A vanilla RNN {_READS[below(len(_READS))].format(**sizes)}. It is run over {sizes['T']} steps: "
        r"$$h_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1} + b_h), \quad y_t = W_{hy} h_t + b_y$$ "
        f"What shape has ${tex}$?",
        key=0.0,
        slips={name: float(place) for place, name in enumerate(others, 1)},
        solution="A weight matrix has as many rows as what it leads to has entries, and as many columns as what it "
        "comes from has. A bias has one entry for each entry of what it is added to. The steps change no shape.",
        options=tuple(_written(text, sizes) for text in (shape, *(taken[name] for name in others))),
        hints=("Rows: where it leads. Columns: where it comes from.",),
    )


def _written(shape: str, sizes: dict[str, int]) -> str:
    if not shape:
        return "a single number"
    return rf"${sizes[shape[0]]}$" if len(shape) == 1 else rf"${sizes[shape[0]]} \times {sizes[shape[1]]}$"


# -- what a task reads -----------------------------------------------------------------------------------------------

_LAST, _EVERY, _AFTER, _FIRST = "y_T only", "y_1 to y_T", "after y_T", "y_1 only"
_JOBS = (
    # the job, which outputs are trained, why
    ("gives a review of {T} words one of {k} grades", _LAST, "One answer for the whole text: nothing is due before."),
    ("says in which of {k} languages a text of {T} letters is", _LAST, "One answer for the whole text."),
    ("tells from {T} sensor readings which of {k} machines is about to fail", _LAST, "One answer for all readings."),
    ("gives each word of a {T}-word sentence one of {k} word classes", _EVERY, "Each word has an answer of its own."),
    ("forecasts at each of {T} hours which of {k} prices comes next", _EVERY, "Each hour has a forecast of its own."),
    ("marks in each of {T} video frames which of {k} gestures is seen", _EVERY, "Each frame has an answer of its own."),
    ("translates a sentence of {T} words with a vocabulary of {k} words", _AFTER, "The whole has to be read first."),
    (
        "answers a question of {T} words in a sentence, with a vocabulary of {k} words",
        _AFTER,
        "Read first, write then.",
    ),
    ("sums up a text of {T} words in a few words, chosen from {k}", _AFTER, "The whole has to be read first."),
)
_OPTIONS = {
    _LAST: "the output at step {T} alone",
    _EVERY: "the outputs at all steps from 1 to {T}",
    _AFTER: "one output for each word it writes, once all {T} inputs are read",
    _FIRST: "the output at step 1 alone",
}
_SLIPS = {
    _LAST: ("last-only", "A single output is not enough: the task wants several answers."),
    _EVERY: ("every-step", "Answers at every step of the input would come before the input they depend on."),
    _AFTER: ("after-the-input", "Nothing has to be written after the input: the answer belongs to the steps read."),
    _FIRST: ("first-only", "After step 1 the network has read a single input: it cannot know the rest."),
}


def _task_kind(chance: random.Random) -> Told:
    job, right, why = _JOBS[int(chance.random() * len(_JOBS))]
    T, k = 5 + int(chance.random() * 80), 3 + int(chance.random() * 60)
    places = [right, *(kind for kind in _OPTIONS if kind != right)]
    return Told(
        stem=f"A vanilla RNN that reads in one direction {job.format(T=T, k=k)}. Which outputs does its loss compare "
        "with targets?",
        key=0.0,
        slips={_SLIPS[kind][0]: float(place) for place, kind in enumerate(places) if place},
        solution=f"{why} So the loss reads {_OPTIONS[right].format(T=T)}.",
        options=tuple(_OPTIONS[kind].format(T=T) for kind in places),
        hints=("How many answers does the task want, and how much has to be read before each?",),
    )


EXERCISES = (
    Exercise(
        id="rnn.matrix-vector",
        version=1,
        level=1,
        asks="a",
        summary="a matrix times a vector: one of the two products in a pre-activation",
        ranges={"x": NOT_ZERO, "h_": NOT_ZERO},
        variants=(
            _product("W_xh", "x", "W_hh", "That is $W_{hh} x_t$: inputs are read by $W_{xh}$."),
            _product("W_hh", "h_", "W_xh", "That is $W_{xh} h_{t-1}$: the previous state is read by $W_{hh}$."),
        ),
    ),
    Exercise(
        id="rnn.hadamard",
        version=1,
        level=1,
        asks="p",
        summary="a product entry by entry, or one that adds up to a number",
        n=3,
        shapes={"w": (3,)},
        ranges={"h_": NOT_ZERO, "w": NOT_ZERO},
        variants=(_ELEMENTWISE, _DOT),
    ),
    Exercise(
        id="rnn.shapes",
        version=1,
        level=1,
        form=Choice(),
        summary="the shape of an array of a vanilla RNN",
        variants=(Teller(_shape, tuple(Slip(name, says, always=False) for name, says in _SHAPES.items())),),
    ),
    Exercise(
        id="rnn.task-kind",
        version=2,
        level=2,
        form=Choice(),
        summary="which outputs a task trains: the last, all, or those after the input",
        variants=(Teller(_task_kind, tuple(Slip(name, says, always=False) for name, says in _SLIPS.values())),),
    ),
)
