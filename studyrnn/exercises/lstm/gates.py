"""Gates and candidate."""

import random

from studyrnn.engine.cells import lstm
from studyrnn.engine.equations import Program
from studyrnn.questions import FRACTION, Choice, Exercise, Logs, Slip, Teller, Told, Variant, no_bias, transposed
from studyrnn.questions.forms import shuffled

_GATE_WORDS = {"i": "input", "f": "forget", "o": "output"}


def _gate_variant(gate: str) -> Variant:
    pre = f"W_x{gate} @ x + W_h{gate} @ h_ + b_{gate}"
    return Variant(
        program=lstm().program.needed([gate]),
        convention={"gate": gate},
        also=("c_",),
        stem=f"An LSTM layer with two inputs and two units, without peepholes. Its {_GATE_WORDS[gate]} gate is "
        rf"$${gate}_t = \sigma(W_{{x{gate}}} x_t + W_{{h{gate}}} h_{{t-1}} + b_{gate})$$",
        slips=(
            Slip(
                "reads-the-cell",
                "You let the gate read $c_{t-1}$. Without peepholes the gates read $x_t$ and $h_{t-1}$.",
                equations={gate: f"sigmoid(W_x{gate} @ x + W_h{gate} @ c_ + b_{gate})"},
            ),
            Slip(
                "tanh-for-sigmoid",
                r"That is $\tanh$ where the gate needs a sigmoid: a gate lies between 0 and 1.",
                equations={gate: f"tanh({pre})"},
            ),
            Slip(
                "no-sigmoid", r"That is the sum before the gate: $\sigma$ is still to be taken.", equations={gate: pre}
            ),
            no_bias(f"b_{gate}"),
            transposed(f"W_h{gate}"),
            transposed(f"W_x{gate}"),
        ),
    )


_TASKS = (
    # what is wanted of the cell, and the gate that decides it
    ("what stands in the cell is to be emptied at the end of each sentence", "forget"),
    ("a count is to be kept unchanged over a thousand steps", "forget"),
    ("the old content is to fade by a tenth at every step", "forget"),
    ("a word without meaning is to leave no trace in the cell", "input"),
    ("only the word after a cue is to be written into the cell", "input"),
    ("the candidate of this step is to be added at half strength", "input"),
    ("the cell holds what is needed later, and the layer above is not to see it yet", "output"),
    ("the next step's gates are not to be disturbed by what the cell stores", "output"),
    ("the layer is to pass its content on only when the question has been read", "output"),
)

_GATES = ("forget", "input", "output")

_ROLES = {
    "forget": "The forget gate scales $c_{t-1}$: it decides what stays.",
    "input": "The input gate scales the candidate: it decides what is written.",
    "output": "The output gate scales $\\tanh(c_t)$: it decides what is shown as $h_t$.",
}

_PLACES = (
    "reading reviews",
    "labelling frames of speech",
    "translating",
    "following a melody",
    "parsing code",
    "watching a sensor",
    "predicting the weather",
    "reading handwriting",
    "summing numbers",
    "tracking brackets",
)


def _which_gate(chance: random.Random) -> Told:
    wanted, gate = _TASKS[int(chance.random() * len(_TASKS))]
    place = _PLACES[int(chance.random() * len(_PLACES))]
    units = 2 + int(chance.random() * 400)
    order = [gate, *(other for other in _GATES if other != gate)]
    return Told(
        stem=f"An LSTM of {units} units is used for {place}. In one of its units, {wanted}. Which gate has to see to "
        f"it?",
        key=0.0,
        slips={f"{other}-gate": float(k) for k, other in enumerate(order) if k},
        solution=_ROLES[gate],
        options=tuple(f"the {other} gate" for other in order),
    )


_FIXED = (
    # what is done to a gate, and what the layer can no longer do
    ("the forget gate is fixed at 1", "forget"),
    ("the input gate is fixed at 1", "input"),
    ("the output gate is fixed at 1", "output"),
    ("the input gate is replaced by $1 - f_t$", "coupled"),
    ("the forget gate is fixed at 0", "carry"),
)

_LOST = {
    "forget": "let go of what a cell has stored",
    "input": "leave an input out of a cell altogether",
    "output": "keep what a cell stores from being seen",
    "coupled": "keep a cell whole and add to it in the same step",
    "carry": "hand a cell on from one step to the next",
}

_STILL = {
    "forget": "Letting go takes a forget gate near 0, which is still possible here.",
    "input": "Leaving an input out takes an input gate near 0, which is still possible here.",
    "output": "Hiding a cell takes an output gate near 0, which is still possible here.",
    "coupled": "Keeping and adding takes a forget gate and an input gate near 1 at once, which is still possible here.",
    "carry": "Handing a cell on takes a forget gate above 0, which is still possible here.",
}

_REASONS = {
    "forget": "With $f_t = 1$ everything that was ever written stays in the sum $c_t$.",
    "input": "With $i_t = 1$ every candidate is written in full.",
    "output": r"With $o_t = 1$ the state is $\tanh(c_t)$: gates and the layer above always see the cell.",
    "coupled": "With $i_t = 1 - f_t$ what is written takes the place of what was there: the two shares add up to 1.",
    "carry": "With $f_t = 0$ nothing of $c_{t-1}$ is left in $c_t$; only $h_{t-1}$, through the weights, remembers.",
}

_ALSO_LOST = {"carry": {"coupled"}}  # what is not handed on cannot be kept and added to either


def _gate_removed(chance: random.Random) -> Told:
    change, lost = _FIXED[int(chance.random() * len(_FIXED))]
    others = [ability for ability in _LOST if ability != lost and ability not in _ALSO_LOST.get(lost, ())]
    chosen = [others[k] for k in sorted(shuffled(len(others), chance)[:3])]
    place = _PLACES[int(chance.random() * len(_PLACES))]
    units = 2 + int(chance.random() * 400)
    return Told(
        stem=f"In an LSTM of {units} units for {place} {change} at all steps; the rest stays as it is. What can the "
        "layer no longer do?",
        key=0.0,
        slips={ability: float(k) for k, ability in enumerate(chosen, 1)},
        solution=_REASONS[lost],
        options=(_LOST[lost], *(_LOST[ability] for ability in chosen)),
    )


EXERCISES = (
    *(
        Exercise(
            id=f"lstm.{_GATE_WORDS[gate]}-gate",
            version=1,
            level=2,
            asks=gate,
            summary=f"the {_GATE_WORDS[gate]} gate from the input and the previous state",
            variants=(_gate_variant(gate),),
        )
        for gate in "ifo"
    ),
    Exercise(
        id="lstm.candidate",
        version=1,
        level=2,
        asks="g",
        summary="the candidate from the input and the previous state",
        variants=(
            Variant(
                program=lstm().program,
                also=("c_",),
                stem="An LSTM layer with two inputs and two units. Its candidate is "
                r"$$g_t = \tanh(W_{xg} x_t + W_{hg} h_{t-1} + b_g)$$",
                slips=(
                    Slip(
                        "sigmoid-candidate",
                        r"That is a sigmoid where the candidate needs $\tanh$: it may be negative.",
                        equations={"g": "sigmoid(W_xg @ x + W_hg @ h_ + b_g)"},
                    ),
                    Slip("linear-candidate", r"The $\tanh$ is missing.", equations={"g": "W_xg @ x + W_hg @ h_ + b_g"}),
                    Slip(
                        "reads-the-cell",
                        "You let the candidate read $c_{t-1}$. It reads $x_t$ and $h_{t-1}$.",
                        equations={"g": "tanh(W_xg @ x + W_hg @ c_ + b_g)"},
                    ),
                    no_bias("b_g"),
                    transposed("W_hg"),
                ),
            ),
        ),
    ),
    Exercise(
        id="lstm.exact-gate",
        version=1,
        level=2,
        form=FRACTION,
        asks="f",
        summary="a gate whose pre-activation is a sum of logarithms, exactly, as a fraction",
        scalar=True,
        symbols={"u": "W_{xf} x_t", "v": "W_{hf} h_{t-1}", "b_f": "b_f"},
        ranges={"u": Logs(20), "v": Logs(20), "b_f": Logs(12)},
        variants=(
            Variant(
                program=Program.parse({"f": "sigmoid(u + v + b_f)"}),
                stem="The forget gate of a single LSTM unit, $$f_t = \\sigma(W_{xf} x_t + W_{hf} h_{t-1} + b_f)$$ The "
                "three terms of its pre-activation are logarithms of whole numbers or their negatives. "
                r"(Remember: $\sigma(\ln k) = k / (k + 1)$.)",
                keep=lambda trace: abs(float(trace["u"] + trace["v"] + trace["b_f"])) > 0.1,
                slips=(
                    Slip(
                        "inverted",
                        r"That is $1 - f_t$: look at the sign in the exponent.",
                        equations={"f": "1 - sigmoid(u + v + b_f)"},
                    ),
                    Slip("no-bias", "The bias $b_f$ is missing.", equations={"f": "sigmoid(u + v)"}),
                    Slip(
                        "exponential",
                        r"That is $e^a$: the sigmoid sets it against $1 + e^a$.",
                        equations={"f": "exp(u + v + b_f)"},
                    ),
                    Slip(
                        "gates-added",
                        "You took a sigmoid of each term. The terms are added first.",
                        equations={"f": "sigmoid(u) * sigmoid(v) * sigmoid(b_f)"},
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="lstm.gate-removed",
        version=1,
        level=3,
        form=Choice(),
        requires=("lstm.which-gate",),
        summary="what a layer can no longer do when one of its gates is removed or tied to another",
        variants=(Teller(_gate_removed, tuple(Slip(ability, says) for ability, says in _STILL.items())),),
    ),
    Exercise(
        id="lstm.which-gate",
        version=1,
        level=3,
        form=Choice(),
        summary="which gate does what is wanted of a unit",
        variants=(
            Teller(
                _which_gate,
                slips=(
                    Slip("forget-gate", "The forget gate scales the old cell: it neither writes nor shows anything."),
                    Slip("input-gate", "The input gate scales the candidate: it neither keeps nor shows anything."),
                    Slip("output-gate", "The output gate scales what is shown: the cell itself does not change by it."),
                ),
            ),
        ),
    ),
)
