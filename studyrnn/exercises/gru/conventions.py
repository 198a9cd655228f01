"""Which way z goes, where the reset gate acts, and which gate does what."""

import random
from dataclasses import replace

from studyrnn.engine.cells import gru
from studyrnn.engine.equations import Program
from studyrnn.exercises.gru.shared import NO_RESET
from studyrnn.questions import Choice, Exercise, Slip, Teller, Told, Variant

_AFTER = gru(reset="after", z_keeps="old")

_BEFORE = "tanh(W_xn @ x + W_hn @ (r * h_) + b_n)"
_BEHIND = "tanh(W_xn @ x + r * (W_hn @ h_) + b_n)"
_MIXES = {"old": "(1 - z) * n + z * h_", "new": "z * n + (1 - z) * h_"}
_KEEPS = {
    "old": "$z_t$ is the share of the old state, $1 - z_t$ that of the candidate",
    "new": "$z_t$ is the share of the candidate, $1 - z_t$ that of the old state",
}
_WHOSE = {  # who counts like that
    ("before", "old"): "the final version of the paper by Cho et al. and Keras with `reset_after` switched off",
    ("after", "old"): "PyTorch and, unless told otherwise, Keras",
    ("before", "new"): "the comparison of gated units by Chung et al.",
}


def _convention(reset: str, keeps: str) -> Variant:
    """A step in one convention, from words; the others are the slips."""
    here, there = (_BEFORE, _BEHIND) if reset == "before" else (_BEHIND, _BEFORE)
    other = _MIXES["new" if keeps == "old" else "old"]
    placed = "scales $h_{t-1}$ before" if reset == "before" else "scales what comes out after"
    return Variant(
        program=Program.parse({"n": here, "h": _MIXES[keeps]}),
        convention={"reset": reset, "z_keeps": keeps},
        stem=f"A GRU layer with two units, counted as in {_WHOSE[reset, keeps]}: the reset gate {placed} the product "
        f"with $W_{{hn}}$, and {_KEEPS[keeps]}. The candidate takes $\\tanh$ and has the bias $b_n$ alone; the gates "
        "are given.",
        slips=(
            Slip(
                "z-flipped",
                "That is the other convention for $z_t$: read which of the two states it is the share of.",
                equations={"h": other},
            ),
            Slip(
                "other-reset",
                r"That is the other place of the reset gate: $W_{hn} (r_t \odot h_{t-1})$ and "
                r"$r_t \odot (W_{hn} h_{t-1})$ differ, since the matrix mixes the units.",
                equations={"n": there},
            ),
            Slip(
                "both-conventions",
                "Both conventions are the other ones: that of $z_t$ and the place of the reset gate.",
                equations={"n": there, "h": other},
            ),
            Slip(
                "no-reset", "The reset gate is missing from the candidate.", equations={"n": here.replace("r * ", "")}
            ),
        ),
    )


# -- which gate ------------------------------------------------------------------------------------------------------

# What is wanted of a unit, and what that asks of a gate: to keep the old state or to replace it (update gate), to hide
# it from the candidate or to show it (reset gate).
_TASKS = (
    ("its value is to stay the same over the next forty steps", "keep"),
    ("a filler word is to leave its state untouched", "keep"),
    ("the gradient is to travel back through it over many steps almost undiminished", "keep"),
    ("a missing reading is to be skipped, so that the old value stands", "keep"),
    ("its value is to be the candidate alone, whatever that candidate is made of", "replace"),
    ("nothing of the old state is to be carried over directly", "replace"),
    ("the step is to end in the candidate itself, with no old state mixed in", "replace"),
    ("the candidate is to be made from the input alone, however much of it is let in", "hide"),
    ("a new sentence begins, and the proposal for the new state is not to look at the old one", "hide"),
    ("the term with the weights $W_{hn}$ is to vanish from the candidate", "hide"),
    ("the candidate is to see all of the old state, as in a vanilla RNN", "show"),
    ("the proposal for the new state is to build on the old one in full", "show"),
)

_PLACES = (
    "reads reviews",
    "labels frames of speech",
    "translates",
    "follows a melody",
    "parses code",
    "watches a sensor",
    "predicts the weather",
    "reads handwriting",
    "forecasts sales",
    "tracks brackets",
)

_ENDS = {
    "keep": "The update gate mixes: the old state has to have the whole share.",
    "replace": "The update gate mixes: the candidate has to have the whole share.",
    "hide": "The reset gate scales the old state inside the candidate: at 0 nothing of it is seen there.",
    "show": "The reset gate scales the old state inside the candidate: at 1 all of it is seen there.",
}

_MIXED = {
    "old": r"$h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}$",
    "new": r"$h_t = z_t \odot n_t + (1 - z_t) \odot h_{t-1}$",
}


def _which_gate(keeps: str) -> Teller:
    def tell(chance: random.Random) -> Told:
        wanted, end = _TASKS[int(chance.random() * len(_TASKS))]
        place = _PLACES[int(chance.random() * len(_PLACES))]
        units = 2 + int(chance.random() * 400)
        if end in ("keep", "replace"):
            right = ("update", int((end == "keep") == (keeps == "old")))
        else:
            right = ("reset", int(end == "show"))
        gate, at = right
        other = "reset" if gate == "update" else "update"
        slips = {"z-flipped" if gate == "update" else "inverted": 1.0, f"{other}-near-0": 2.0, f"{other}-near-1": 3.0}
        options = ((gate, at), (gate, 1 - at), (other, 0), (other, 1))
        symbol = {"update": "$z_t$", "reset": "$r_t$"}
        return Told(
            stem=f"A GRU of {units} units {place}. Its reset gate scales $h_{{t-1}}$ before the product with "
            f"$W_{{hn}}$, and {_MIXED[keeps]}. In one of its units, {wanted}. Which entry of a gate has to see to it?",
            key=0.0,
            slips=slips,
            solution=f"{_ENDS[end]} Here that is {symbol[gate]} near {at}.",
            options=tuple(f"{symbol[name]} of the {name} gate, near {value}" for name, value in options),
        )

    return Teller(
        tell,
        convention={"reset": "before", "z_keeps": keeps},
        slips=(
            Slip("z-flipped", "The right gate at the wrong end: look in the mix which state $z_t$ is multiplied by."),
            Slip("inverted", "The right gate at the wrong end: $r_t = 0$ hides the old state from the candidate."),
            Slip("reset-near-0", "A shut reset gate changes the candidate: it does not say how much of it is let in."),
            Slip("reset-near-1", "An open reset gate shows the candidate the old state: it carries nothing over."),
            Slip(
                "update-near-0", "The update gate mixes candidate and old state: what a candidate sees is up to $r_t$."
            ),
            Slip(
                "update-near-1", "The update gate mixes when the candidate is ready: what it is made of is up to $r_t$."
            ),
        ),
    )


EXERCISES = (
    Exercise(
        id="gru.conventions",
        version=1,
        level=3,
        asks="h",
        requires=("gru.hidden-state",),
        summary="the new state in the convention of a paper or a library, from its description",
        variants=tuple(_convention(*whose) for whose in _WHOSE),
        why="Which way $z_t$ goes is a matter of naming: negate the weights and the bias of the update gate, and the "
        "models agree. Where the reset gate acts is not: those are different models.",
    ),
    Exercise(
        id="gru.reset-after-bias",
        version=1,
        level=3,
        asks="n",
        given=("r",),
        requires=("gru.candidate",),
        summary="the candidate when the reset gate comes after the product, with a bias of its own",
        variants=(
            Variant(
                program=_AFTER.program,
                convention=_AFTER.convention,
                stem="A GRU layer with two inputs and two units, as PyTorch has it: the reset gate acts after the "
                "product and scales its bias $b_{hn}$ too. "
                r"$$n_t = \tanh(W_{xn} x_t + b_n + r_t \odot (W_{hn} h_{t-1} + b_{hn}))$$ "
                "The reset gate is given. (That $z_t$ keeps the old state does not matter yet.)",
                slips=(
                    Slip(
                        "bias-not-reset",
                        "$b_{hn}$ stands inside the bracket: the reset gate scales it together with the product.",
                        equations={"n": "tanh(W_xn @ x + b_n + r * (W_hn @ h_) + b_hn)"},
                    ),
                    Slip(
                        "reset-before",
                        r"You reset $h_{t-1}$ before the product. Here $W_{hn} h_{t-1} + b_{hn}$ comes first, "
                        "then the gate.",
                        equations={"n": "tanh(W_xn @ x + b_n + W_hn @ (r * h_) + b_hn)"},
                    ),
                    Slip(
                        "all-reset",
                        "You scaled $b_n$ as well: it goes with the input, which the reset gate leaves alone.",
                        equations={"n": "tanh(W_xn @ x + r * (W_hn @ h_ + b_hn + b_n))"},
                    ),
                    Slip(
                        "no-recurrent-bias",
                        "The bias $b_{hn}$ is missing: this convention has two biases in the candidate.",
                        names={"b_hn": "0"},
                    ),
                    replace(
                        NO_RESET,
                        message="The reset gate is missing: it scales all that comes from the old state, the product "
                        "and $b_{hn}$.",
                    ),
                ),
            ),
        ),
        why="Because the reset gate scales it, $b_{hn}$ cannot be merged with $b_n$: a GRU with the reset after the "
        "product has one bias vector more.",
    ),
    Exercise(
        id="gru.which-gate",
        version=1,
        level=3,
        form=Choice(),
        requires=("gru.candidate", "gru.mix"),
        summary="which gate does what is wanted of a unit, and at which end",
        variants=tuple(_which_gate(keeps) for keeps in _MIXED),
    ),
)
