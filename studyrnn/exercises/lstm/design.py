"""Biases that make a cell do something."""

from studyrnn.engine.equations import Program
from studyrnn.exercises.lstm.shared import FORGOT
from studyrnn.questions import Design, Exercise, Range, Slip, Variant, all_cases

# Biases that open (+) or shut (-) the gates, whatever the inputs: what they make of the cell.
_WANTED = {
    "keep": ("keeps $c_0$ unchanged, whatever the inputs", "4 * s", "-(4 * u)"),
    "replace": ("holds the latest input alone, $c_2 = x_2$", "-(4 * s)", "4 * u"),
    "add": ("adds up everything, $c_2 = c_0 + x_1 + x_2$", "4 * s", "4 * u"),
}


def _design(kind: str) -> Variant:
    wanted, forget, write = _WANTED[kind]
    steps = {
        name: text
        for t in (1, 2)
        for name, text in {
            f"f_{t}": f"sigmoid(s * x_{t} + 3 * b_f)",
            f"i_{t}": f"sigmoid(u * x_{t} + 3 * b_i)",
            f"c_{t}": f"f_{t} * c_{t - 1} + i_{t} * x_{t}",
        }.items()
    }
    return Variant(
        program=Program.parse({"b_f": forget, "b_i": write, **steps}),
        convention={"wanted": kind},
        stem=r"A single LSTM unit whose candidate is the input itself. $$f_t = \sigma(s x_t + 3 b_f), \quad i_t = "
        r"\sigma(u x_t + 3 b_i), \quad c_t = f_t c_{t-1} + i_t x_t$$ The start $c_0$ and both inputs are $1$ or $-1$. "
        f"Choose the biases so that after two steps the cell {wanted}, in all eight cases, within 0.05.",
        slips=(
            Slip("forget-inverted", FORGOT, equations={"b_f": f"-({forget})"}),
            Slip(
                "input-inverted",
                "The input gate is the wrong way round: open it writes the candidate, shut it writes nothing.",
                equations={"b_i": f"-({write})"},
            ),
            Slip(
                "too-weak",
                "The biases are too weak: an input can still turn the gates.",
                equations={"b_f": "0", "b_i": "0"},
            ),
        ),
    )


EXERCISES = (
    Exercise(
        id="lstm.design-keep",
        version=1,
        level=5,
        asks="c_2",
        form=Design(("b_f", "b_i")),
        requires=("lstm.saturated",),
        summary="choose the biases of two gates so that the cell keeps, replaces or adds",
        scalar=True,
        symbols={"s": "s", "u": "u", "b_f": "b_f", "b_i": "b_i"},
        hides=("c_0", "x_1", "x_2"),
        shapes=dict.fromkeys(("c_0", "x_1", "x_2"), (8,)),
        ranges={
            "s": Range(0.5, 8.0, 0.1),
            "u": Range(0.5, 8.0, 0.1),
            **all_cases("c_0", "x_1", "x_2", low=-1.0, high=1.0),
        },
        variants=tuple(_design(kind) for kind in _WANTED),
    ),
)
