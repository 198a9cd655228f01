"""The way back through a cell."""

from studyrnn.engine.calculus import gradient
from studyrnn.engine.equations import Program
from studyrnn.exercises.lstm.shared import SCALAR_STEP
from studyrnn.questions import GATE, Exercise, Parts, Range, Slip, Variant

_SCALAR_LOSS = SCALAR_STEP + Program.parse({"L": "0.5 * (h - target) * (h - target)"})
_HALF_SQUARE = SCALAR_STEP + Program.parse({"L": "half_square(h - target)"})  # its gradient is one difference

_PATHS = Program.parse({"h": "o * tanh(c)", "c_next": "f_next * c", "L": "p * h + q * c_next"})

_BACKWARD = _SCALAR_LOSS + Program.parse(
    {
        "dh": "h - target",
        "do": "dh * tanh(c)",
        "dc": "dh * o * (1 - tanh(c) * tanh(c))",
        "di": "dc * g",
        "dg": "dc * i",
        "df": "dc * c_",
        "dc_": "dc * f",
    }
)

EXERCISES = (
    Exercise(
        id="lstm.gradient-path",
        version=1,
        level=3,
        asks="r",
        summary="the direct path from the last cell back to the first: the product of the forget gates",
        scalar=True,
        symbols={"r": r"\text{path}", **{f"f_{t}": f"f_{t}" for t in (1, 2, 3)}},
        ranges={
            **{f"f_{t}": Range(0.5, 0.95, 0.05) for t in (1, 2, 3)},
            **{f"{g}_{t}": GATE for g in "io" for t in (1, 2, 3)},
        },
        variants=(
            Variant(
                program=Program.parse({"r": "f_1 * f_2 * f_3"}),
                also=("i_1", "i_2", "i_3", "o_1", "o_2", "o_3"),
                stem="A single LSTM unit over three steps, $c_t = f_t c_{t-1} + i_t g_t$. On the direct path, the "
                r"gates held fixed, the gradient at $c_3$ arrives at $c_0$ multiplied by $\text{path}$.",
                slips=(
                    Slip(
                        "input-gates",
                        "Those are the input gates: they scale the candidate, not the old cell.",
                        names={f"f_{t}": f"i_{t}" for t in (1, 2, 3)},
                    ),
                    Slip(
                        "output-gates",
                        "Those are the output gates: they stand between the cell and $h_t$.",
                        names={f"f_{t}": f"o_{t}" for t in (1, 2, 3)},
                    ),
                    Slip(
                        "added",
                        "You added the gates. A path multiplies its factors.",
                        equations={"r": "f_1 + f_2 + f_3"},
                    ),
                    Slip(
                        "off-by-one-step",
                        "A factor is missing: from $c_3$ to $c_0$ there are three steps.",
                        equations={"r": "f_2 * f_3"},
                    ),
                    Slip(
                        "with-tanh",
                        "The direct path has no $\\tanh$ in it, so no slope either.",
                        equations={"r": "f_1 * f_2 * f_3 * (1 - f_3 * f_3)"},
                        always=False,
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="lstm.forget-gradient",
        version=2,
        level=4,
        asks="da_f",
        requires=("lstm.gradient-path",),
        summary="the gradient at the pre-activation of the forget gate",
        scalar=True,
        symbols={"a_f": "a_f", "da_f": r"\partial L/\partial a_f"},
        ranges={"a_f": Range(-2.0, 2.0), "target": Range(-2.0, 2.0), "c_": Range(-2.0, 2.0)},
        variants=(
            Variant(
                program=(_FORGET := Program.parse({"f": "sigmoid(a_f)"}) + _HALF_SQUARE)
                + gradient(_FORGET, seeds={"L": "1"}, wrt=["a_f"]),
                convention={"loss": "half-squared"},
                stem=r"A single LSTM unit, $f_t = \sigma(a_f)$; the other gates are given. $$c_t = f_t c_{t-1} + i_t "
                r"g_t, \quad h_t = o_t \tanh(c_t), \quad L = \tfrac{1}{2}(h_t - \text{target})^2$$",
                slips=(
                    Slip(
                        "no-sigmoid-slope",
                        r"The slope $f_t (1 - f_t)$ of the sigmoid is missing.",
                        equations={"da_f": "df"},
                    ),
                    Slip(
                        "half-sigmoid-slope",
                        r"The slope of the sigmoid is $f_t (1 - f_t)$, not $1 - f_t$.",
                        equations={"da_f": "df * (1 - f)"},
                    ),
                    Slip("no-tanh-slope", r"The slope of $\tanh(c_t)$ is missing.", equations={"dc": "dh * o"}),
                    Slip(
                        "wrong-partner",
                        "The forget gate multiplies $c_{t-1}$, not the candidate.",
                        equations={"df": "dc * g"},
                    ),
                    Slip(
                        "sign",
                        r"The sign is turned round: the loss grows with $h_t - \text{target}$.",
                        equations={"dh": "target - h"},
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="lstm.cell-gradient",
        version=1,
        level=4,
        asks="dc",
        requires=("lstm.gradient-path",),
        summary="two paths lead back into a cell state: the gradient there is their sum",
        scalar=True,
        symbols={
            "p": r"\partial L/\partial h_t",
            "q": r"\partial L/\partial c_{t+1}",
            "c": "c_t",
            "f_next": "f_{t+1}",
            "dh": r"\partial L/\partial h_t",
            "dc": r"\partial L/\partial c_t",
            "dc_next": r"\partial L/\partial c_{t+1}",
            "o": "o_t",
        },
        ranges={"f_next": GATE, "c": Range(-2.0, 2.0), "p": Range(-2.0, 2.0), "q": Range(-2.0, 2.0)},
        variants=(
            Variant(
                program=_PATHS + Program.parse({"dc": "p * o * (1 - tanh(c) * tanh(c)) + q * f_next"}),
                stem=r"A single LSTM unit, $h_t = o_t \tanh(c_t)$ and $c_{t+1} = f_{t+1} c_t + i_{t+1} g_{t+1}$. What "
                "has come back so far is given: the gradient at $h_t$, and that at $c_{t+1}$. The gates are held "
                "fixed.",
                slips=(
                    Slip(
                        "hidden-path-only",
                        "The path through $c_{t+1}$ is missing.",
                        equations={"dc": "p * o * (1 - tanh(c) * tanh(c))"},
                    ),
                    Slip("cell-path-only", "The path through $h_t$ is missing.", equations={"dc": "q * f_next"}),
                    Slip(
                        "no-tanh-slope",
                        r"The slope of $\tanh(c_t)$ is missing on the path through $h_t$.",
                        equations={"dc": "p * o + q * f_next"},
                        always=False,
                    ),
                    Slip(
                        "slope-of-pre-activation",
                        r"The slope of $\tanh$ is $1 - \tanh(c_t)^2$, not $1 - c_t^2$.",
                        equations={"dc": "p * o * (1 - c * c) + q * f_next"},
                        always=False,
                    ),
                    Slip(
                        "no-forget-factor",
                        "From $c_{t+1}$ back to $c_t$ the gradient is multiplied by $f_{t+1}$.",
                        equations={"dc": "p * o * (1 - tanh(c) * tanh(c)) + q"},
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="lstm.backward-step",
        version=1,
        level=4,
        asks="dc_",
        form=Parts(names=("dh", "do", "dc", "di", "dg", "df", "dc_")),
        requires=("lstm.cell-gradient", "lstm.forget-gradient"),
        summary="one step backwards: what arrives at the gates, the candidate and the old cell",
        scalar=True,
        ranges={"c_": Range(-2.0, 2.0), "target": Range(-2.0, 2.0)},
        variants=(
            Variant(
                program=_BACKWARD,
                convention={"loss": "half-squared"},
                stem=r"A single LSTM unit, $$c_t = f_t c_{t-1} + i_t g_t, \quad h_t = o_t \tanh(c_t), \quad "
                r"L = \tfrac{1}{2}(h_t - \text{target})^2$$ Go forward once, then backwards: to the gates and the "
                "candidate themselves, not to their pre-activations, and to the old cell.",
                slips=(
                    Slip("no-tanh-slope", r"The slope $1 - \tanh(c_t)^2$ is missing.", equations={"dc": "dh * o"}),
                    Slip(
                        "sign",
                        r"The sign is turned round: it is $h_t - \text{target}$.",
                        equations={"dh": "target - h"},
                    ),
                    Slip(
                        "no-forget-factor",
                        "From $c_t$ back to $c_{t-1}$ the gradient is multiplied by $f_t$.",
                        equations={"dc_": "dc"},
                    ),
                    Slip(
                        "no-output-gate",
                        "Between $h_t$ and $c_t$ stands the output gate.",
                        equations={"dc": "dh * (1 - tanh(c) * tanh(c))"},
                    ),
                ),
            ),
        ),
    ),
)
