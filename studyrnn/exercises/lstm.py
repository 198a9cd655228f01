"""LSTM: the cell state and what is read out of it."""

from studyrnn.engine.cells import lstm
from studyrnn.exercises.base import Exercise, Range, Slip, Variant

_PROGRAM = lstm().program
_CELL = r"$$c_t = f_t \odot c_{t-1} + i_t \odot g_t$$"
_WIDE = Range(-2.0, 2.0)  # a cell state is not bounded by 1; a small one would hide a missing tanh

_CELL_SLIPS = (
    Slip(
        "f-and-i-exchanged",
        "The forget and the input gate changed places: $f_t$ scales the old cell state $c_{t-1}$, "
        "$i_t$ scales the candidate $g_t$.",
        names={"f": "i", "i": "f"},
    ),
    Slip(
        "forget-inverted",
        "You scaled $c_{t-1}$ by $1 - f_t$. Despite its name, a forget gate of 1 keeps everything and 0 erases.",
        names={"f": "1 - f"},
    ),
    Slip(
        "no-carry",
        r"The carried part $f_t \odot c_{t-1}$ is missing: the new cell state is the old one, scaled, "
        "plus what is written.",
        equations={"c": "i * g"},
    ),
)

EXERCISES = (
    Exercise(
        id="lstm.cell-state",
        version=1,
        level=2,
        asks="c",
        given=("f", "i", "g"),
        summary="the new cell state from the gates and the candidate",
        ranges={"c_": _WIDE},
        variants=(
            Variant(
                program=_PROGRAM,
                stem=f"An LSTM layer with two units. Its cell state is {_CELL}",
                slips=(
                    *_CELL_SLIPS,
                    Slip(
                        "coupled-gates",
                        "You wrote with $1 - f_t$ in place of $i_t$. Here the two gates are separate; "
                        "only in a coupled variant do they add up to 1.",
                        names={"i": "1 - f"},
                    ),
                    Slip(
                        "no-input-gate",
                        "The candidate $g_t$ went in unscaled: the input gate $i_t$ decides, entry by entry, "
                        "how much of it is written.",
                        equations={"c": "f * c_ + g"},
                    ),
                    Slip(
                        "no-forget-gate",
                        r"$c_{t-1}$ went in unscaled: it is multiplied by the forget gate, $f_t \odot c_{t-1}$.",
                        equations={"c": "c_ + i * g"},
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="lstm.hidden-state",
        version=1,
        level=2,
        asks="h",
        given=("f", "i", "g", "o"),
        summary="cell state, then hidden state, from the gates and the candidate",
        ranges={"c_": _WIDE},
        variants=(
            Variant(
                program=_PROGRAM,
                stem=f"An LSTM layer with two units: {_CELL} $$h_t = o_t \\odot \\tanh(c_t)$$",
                slips=(
                    *_CELL_SLIPS,
                    Slip(
                        "no-tanh",
                        r"The cell state went out as it is: $h_t = o_t \odot \tanh(c_t)$ squashes it first.",
                        equations={"h": "o * c"},
                    ),
                    Slip(
                        "no-output-gate",
                        r"That is $\tanh(c_t)$: the output gate $o_t$ still has to scale it, entry by entry.",
                        equations={"h": "tanh(c)"},
                    ),
                    Slip(
                        "old-cell",
                        "You read out $c_{t-1}$. The hidden state is read from the new cell state $c_t$.",
                        equations={"h": "o * tanh(c_)"},
                    ),
                    Slip(
                        "sigmoid-for-tanh",
                        r"That is $\sigma(c_t)$ where $\tanh(c_t)$ is meant: gates take a sigmoid, "
                        r"what passes through them takes $\tanh$.",
                        equations={"h": "o * sigmoid(c)"},
                    ),
                ),
            ),
        ),
    ),
)
