"""Cell state and hidden state, over one step and over several."""

from studyrnn.engine.cells import lstm
from studyrnn.engine.equations import Program
from studyrnn.exercises.lstm.shared import FORGOT, SCALAR_STEP
from studyrnn.questions import GATE, SATURATED, WHOLE, Exercise, Parts, Pick, Range, Slip, Variant, WrongLine, no_bias

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

_FULL = (
    "An LSTM layer with two inputs and two units, without peepholes. "
    r"$$i_t = \sigma(W_{xi} x_t + W_{hi} h_{t-1} + b_i), \quad f_t = \sigma(W_{xf} x_t + W_{hf} h_{t-1} + b_f)$$ "
    r"$$g_t = \tanh(W_{xg} x_t + W_{hg} h_{t-1} + b_g), \quad o_t = \sigma(W_{xo} x_t + W_{ho} h_{t-1} + b_o)$$ "
    r"$$c_t = f_t \odot c_{t-1} + i_t \odot g_t, \quad h_t = o_t \odot \tanh(c_t)$$"
)

_FULL_SLIPS = (
    Slip(
        "f-and-i-exchanged",
        "The gates changed places: $f_t$ scales the old cell, $i_t$ the candidate.",
        equations={"c": "i * c_ + f * g"},
    ),
    Slip(
        "sigmoid-candidate",
        r"That is a sigmoid where the candidate needs $\tanh$: gates take the sigmoid, content takes $\tanh$.",
        equations={"g": "sigmoid(W_xg @ x + W_hg @ h_ + b_g)"},
    ),
    Slip("no-tanh", r"The $\tanh$ around $c_t$ is missing.", equations={"h": "o * c"}, always=False),
    Slip(
        "tanh-for-sigmoid",
        r"That is $\tanh$ where the output gate needs a sigmoid.",
        equations={"o": "tanh(W_xo @ x + W_ho @ h_ + b_o)"},
        always=False,
    ),
    no_bias("b_f"),
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
    Exercise(
        id="lstm.saturated",
        version=1,
        level=2,
        form=WHOLE,
        asks="c",
        summary="the new cell state when every gate is open or shut altogether",
        n=3,
        symbols={"a_i": "a_i", "a_f": "a_f"},
        shapes={"a_i": (3,), "a_f": (3,)},
        ranges={"a_i": SATURATED, "a_f": SATURATED, "g": Pick((-1.0, 1.0)), "c_": Range(-9, 9, 1)},
        given=("g",),
        variants=(
            Variant(
                program=Program.parse({"i": "step(a_i)", "f": "step(a_f)", "g": "a_i", "c": "f * c_ + i * g"}),
                stem="An LSTM layer with three units. The pre-activations $a_i$ and $a_f$ of its gates are so large "
                r"that $\sigma$ is 0 or 1, and the candidate $g_t$ is saturated too. $$i_t = \sigma(a_i), \quad f_t = "
                r"\sigma(a_f), \quad c_t = f_t \odot c_{t-1} + i_t \odot g_t$$",
                slips=(
                    Slip("forget-inverted", FORGOT, equations={"c": "(1 - f) * c_ + i * g"}),
                    Slip(
                        "f-and-i-exchanged",
                        "The gates changed places: $f_t$ scales the old cell, $i_t$ the candidate.",
                        equations={"c": "i * c_ + f * g"},
                        always=False,
                    ),
                    Slip(
                        "coupled-gates",
                        "You took $1 - f_t$ for the input gate. That is a coupled variant; here $i_t$ is its own gate.",
                        names={"i": "1 - f"},
                        always=False,
                    ),
                    Slip(
                        "no-carry",
                        r"The carried part $f_t \odot c_{t-1}$ is missing.",
                        equations={"c": "i * g"},
                        always=False,
                    ),
                    Slip(
                        "no-forget-gate",
                        "The old cell came through whole: $f_t$ is missing.",
                        equations={"c": "c_ + i * g"},
                        always=False,
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="lstm.full-step",
        version=1,
        level=3,
        asks="h",
        form=Parts(names=("i", "f", "g", "o", "c", "h")),
        requires=("lstm.forget-gate", "lstm.candidate", "lstm.cell-state", "lstm.hidden-state"),
        summary="a whole step: gates, candidate, cell state, hidden state, one after the other",
        variants=(Variant(program=lstm().program, stem=_FULL, slips=_FULL_SLIPS),),
    ),
    Exercise(
        id="lstm.wrong-line",
        version=1,
        level=3,
        asks="h",
        form=WrongLine(),
        requires=("lstm.full-step",),
        summary="find the wrong line of a worked step",
        variants=(Variant(program=lstm().program, stem=_FULL, slips=_FULL_SLIPS),),
    ),
    Exercise(
        id="lstm.unroll",
        version=2,
        level=3,
        asks="h_2",
        requires=("lstm.hidden-state",),
        summary="two steps of a single LSTM unit, gates given",
        scalar=True,
        ranges={f"{gate}_{t}": GATE for gate in "ifo" for t in (1, 2)} | {"c_0": Range(-2.0, 2.0)},
        variants=(
            Variant(
                program=SCALAR_STEP.at_step(1, each_step="ifgo") + SCALAR_STEP.at_step(2, each_step="ifgo"),
                also=("o_1",),
                stem="A single LSTM unit over two steps, its gates and candidates given. $$c_t = f_t c_{t-1} + i_t "
                r"g_t, \quad h_t = o_t \tanh(c_t)$$",
                slips=(
                    Slip(
                        "stale-cell",
                        "At step 2 you started from $c_0$ again: the cell of step 1 is carried on.",
                        equations={"c_2": "f_2 * c_0 + i_2 * g_2"},
                    ),
                    Slip(
                        "cell-not-carried",
                        "The carried part is missing at step 2: $f_2 c_1$.",
                        equations={"c_2": "i_2 * g_2"},
                    ),
                    Slip(
                        "hidden-carried",
                        "You carried $h_1$ on in place of $c_1$: the cell has a path of its own.",
                        equations={"c_2": "f_2 * (o_1 * tanh(c_1)) + i_2 * g_2"},
                    ),
                    Slip(
                        "no-tanh", r"The $\tanh$ around $c_2$ is missing.", equations={"h_2": "o_2 * c_2"}, always=False
                    ),
                    Slip(
                        "f-and-i-exchanged",
                        "The gates changed places: $f_t$ scales the old cell, $i_t$ the candidate.",
                        equations={"c_1": "i_1 * c_0 + f_1 * g_1", "c_2": "i_2 * c_1 + f_2 * g_2"},
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="lstm.memory-left",
        version=1,
        level=3,
        asks="r",
        requires=("lstm.cell-state",),
        summary="what a constant forget gate leaves of the cell after k steps",
        scalar=True,
        symbols={"r": "c_k", "f": "f", "k": "k", "c_0": "c_0"},
        ranges={"f": Range(0.5, 0.99, 0.01), "k": Range(3, 20, 1), "c_0": Range(0.5, 3.0)},
        variants=(
            Variant(
                program=Program.parse({"r": "power(f, k) * c_0"}),
                stem="A forget gate that stays at $f$, an input gate that stays shut. After $k$ steps the cell holds "
                "$c_k$.",
                slips=(
                    Slip(
                        "times-k",
                        "You multiplied by $k$. The gate acts $k$ times: $f^k$.",
                        equations={"r": "f * k * c_0"},
                    ),
                    Slip(
                        "off-by-one-step",
                        "That is one step too few.",
                        equations={"r": "power(f, k - 1) * c_0"},
                        always=False,
                    ),
                    Slip("forget-inverted", FORGOT, equations={"r": "power(1 - f, k) * c_0"}),
                    Slip(
                        "linear-loss",
                        "You took $1 - f$ off $k$ times. Each step multiplies.",
                        equations={"r": "(1 - k * (1 - f)) * c_0"},
                    ),
                ),
            ),
        ),
        why="With $f = 0.5$ half is lost at every step; with $f$ near 1 the memory lasts about $1 / (1 - f)$ steps.",
    ),
)
