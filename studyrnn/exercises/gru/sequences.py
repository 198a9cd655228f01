"""Several steps, forward and backward; designs."""

from studyrnn.engine.equations import Program
from studyrnn.questions import GATE, Design, Exercise, Range, Slip, Variant, all_cases

_CONVENTION = {"reset": "before", "z_keeps": "old"}

_STEP = Program.parse({"n": "tanh(W_xn * x + W_hn * (r * h_) + b_n)", "h": "(1 - z) * n + z * h_"})
_TWO_STEPS = _STEP.at_step(1, each_step="rz") + _STEP.at_step(2, each_step="rz")

_UNIT = (
    r"$$n_t = \tanh(W_{xn} x_t + W_{hn} (r_t h_{t-1}) + b_n), \quad h_t = (1 - z_t) n_t + z_t h_{t-1}$$ "
    "(The reset gate acts before the product; $z_t$ keeps the old state.)"
)


def _mix_at(t: int, text: str) -> str:
    return text.format(n=f"n_{t}", z=f"z_{t}", old=f"h_{t - 1}")


# -- the way back ----------------------------------------------------------------------------------------------------

_GATE_LOSS = Program.parse({"z": "sigmoid(a_z)", "h": "(1 - z) * n + z * h_", "L": "0.5 * (h - target) * (h - target)"})
_GATE_BACK = Program.parse({"dh": "h - target", "dz": "dh * (h_ - n)", "da_z": "dz * z * (1 - z)"})

_MIX = Program.parse({"h": "(1 - z) * n + z * h_"})
_MIXES = sum((_MIX.at_step(t, each_step="zn") for t in (1, 2, 3)), Program({})) + Program.parse({"L": "h_3"})
_ONE_STEP = _STEP.at_step(1, each_step="rz") + Program.parse({"L": "h_1"})
_SLOPE = Program.parse({"dn_1": "1 - z_1", "dn_1_in": "dn_1 * (1 - n_1 * n_1)", "dh_0": "z_1 + dn_1_in * W_hn * r_1"})

_DIRECT = (
    Variant(
        program=_MIXES + Program.parse({"dh_0": "z_1 * z_2 * z_3"}),
        convention=_CONVENTION,
        symbols={"dh_0": r"\partial h_3/\partial h_0"},
        also=("n_1", "n_2", "n_3"),
        stem="A single GRU unit over three steps, $z_t$ keeping the old state: $$h_t = (1 - z_t) n_t + z_t h_{t-1}$$ "
        "Gates and candidates are held fixed, wherever the reset gate acts, so that only the direct path is left. How "
        "much does $h_3$ move with $h_0$?",
        slips=(
            Slip(
                "z-flipped",
                "You multiplied the shares $1 - z_t$ of the candidates. The old state has the share $z_t$.",
                names={f"z_{t}": f"1 - z_{t}" for t in (1, 2, 3)},
            ),
            Slip("added", "You added the gates. A path multiplies its factors.", equations={"dh_0": "z_1 + z_2 + z_3"}),
            Slip(
                "off-by-one-step",
                "A factor is missing: from $h_3$ to $h_0$ there are three steps.",
                equations={"dh_0": "z_2 * z_3"},
            ),
            Slip(
                "with-tanh",
                r"The direct path has no $\tanh$ in it, so none of its slopes $1 - n_t^2$ either.",
                equations={"dh_0": "z_1 * (1 - n_1 * n_1) * (z_2 * (1 - n_2 * n_2)) * (z_3 * (1 - n_3 * n_3))"},
                always=False,
            ),
        ),
    ),
    Variant(
        program=_ONE_STEP + _SLOPE,
        convention=_CONVENTION,
        symbols={
            "dh_0": r"\partial h_1/\partial h_0",
            "dn_1": r"\partial h_1/\partial n_1",
            "dn_1_in": r"\delta_n",
        },
        stem=f"A single GRU unit at its first step. {_UNIT} Both gates are held fixed, the candidate is not: two paths "
        "lead from $h_0$ to $h_1$. How much does $h_1$ move with $h_0$?",
        slips=(
            Slip(
                "direct-path-only",
                "The path through the candidate is missing: $n_1$ reads $h_0$ too.",
                equations={"dh_0": "z_1"},
            ),
            Slip(
                "no-direct-path",
                "The direct path is missing: $z_1$ carries $h_0$ over without any weight.",
                equations={"dh_0": "dn_1_in * W_hn * r_1"},
            ),
            Slip(
                "no-tanh-slope",
                r"The slope $1 - n_1^2$ of the $\tanh$ is missing on the path through the candidate.",
                equations={"dn_1_in": "dn_1"},
                always=False,
            ),
            Slip(
                "no-reset",
                "The reset gate is missing: the candidate reads $r_1 h_0$, so its path has the factor $r_1$.",
                equations={"dh_0": "z_1 + dn_1_in * W_hn"},
            ),
            Slip(
                "z-flipped",
                "$z_1$ and $1 - z_1$ changed places: $z_1$ is the share of the old state.",
                equations={"dn_1": "z_1", "dh_0": "1 - z_1 + dn_1_in * W_hn * r_1"},
            ),
        ),
        keep=lambda trace: abs(float(trace["W_hn"])) > 0.25,
    ),
)

# -- designs ---------------------------------------------------------------------------------------------------------

# What is wanted of the state, and biases that do it whatever the inputs: of the update gate, of the reset gate.
_WANTED = {
    "keep": ("is still $h_0$, whatever the inputs", "4 * s", "0"),
    "replace": ("is the latest input alone, $h_2 = x_2$", "-(4 * s)", "-(4 * u)"),
    "add": ("is the sum of all, $h_2 = h_0 + x_1 + x_2$", "-(4 * s)", "4 * u"),
}


def _design(kind: str) -> Variant:
    wanted, update, reset = _WANTED[kind]
    steps = {
        name: text
        for t in (1, 2)
        for name, text in {
            f"z_{t}": f"sigmoid(s * x_{t} + 3 * b_z)",
            f"r_{t}": f"sigmoid(u * x_{t} + 3 * b_r)",
            f"n_{t}": f"x_{t} + r_{t} * h_{t - 1}",
            f"h_{t}": f"(1 - z_{t}) * n_{t} + z_{t} * h_{t - 1}",
        }.items()
    }
    turned = (
        ()
        if kind == "keep"
        else (
            Slip(
                "reset-inverted",
                "The reset gate is the wrong way round: open it shows the candidate the old state, shut it hides it.",
                equations={"b_r": f"-({reset})"},
            ),
        )
    )
    return Variant(
        program=Program.parse({"b_z": update, "b_r": reset, **steps}),
        convention={**_CONVENTION, "wanted": kind},
        stem="A single GRU unit whose candidate has lost its $\\tanh$. "
        r"$$z_t = \sigma(s x_t + 3 b_z), \quad r_t = \sigma(u x_t + 3 b_r)$$ "
        r"$$n_t = x_t + r_t h_{t-1}, \quad h_t = (1 - z_t) n_t + z_t h_{t-1}$$ (The reset gate scales the old state "
        "inside the candidate; $z_t$ keeps the old state.) The start $h_0$ and both inputs are $1$ or $-1$. Choose the "
        f"biases so that after two steps the state {wanted}, in all eight cases, within 0.05.",
        slips=(
            Slip(
                "z-flipped",
                "The update gate is the wrong way round: open it keeps the old state, shut it takes the candidate.",
                equations={"b_z": f"-({update})"},
            ),
            *turned,
            Slip(
                "too-weak",
                "The biases are too weak: an input can still turn the gates.",
                equations={"b_z": "0", "b_r": "0"},
            ),
        ),
    )


EXERCISES = (
    Exercise(
        id="gru.unroll",
        version=2,
        level=3,
        asks="h_2",
        requires=("gru.hidden-state",),
        summary="two steps of a single GRU unit, gates given",
        scalar=True,
        ranges={f"{gate}_{t}": GATE for gate in "rz" for t in (1, 2)},
        variants=(
            Variant(
                program=_TWO_STEPS,
                convention=_CONVENTION,
                stem=f"A single GRU unit over two steps, its gates given. {_UNIT}",
                slips=(
                    Slip(
                        "stale-state",
                        "At step 2 you read $h_0$ again: the state of step 1 is carried on.",
                        equations={
                            "n_2": "tanh(W_xn * x_2 + W_hn * (r_2 * h_0) + b_n)",
                            "h_2": "(1 - z_2) * n_2 + z_2 * h_0",
                        },
                    ),
                    Slip(
                        "stale-carry",
                        "The candidate of step 2 read $h_1$, but what you carried over was $h_0$.",
                        equations={"h_2": "(1 - z_2) * n_2 + z_2 * h_0"},
                    ),
                    Slip(
                        "z-flipped",
                        "$z_t$ and $1 - z_t$ changed places: in this convention $z_t$ keeps the old state.",
                        equations={f"h_{t}": _mix_at(t, "{z} * {n} + (1 - {z}) * {old}") for t in (1, 2)},
                    ),
                    Slip(
                        "no-reset",
                        "The reset gate is missing from the candidates: they read $r_t h_{t-1}$.",
                        names={"r_1": "1", "r_2": "1"},
                        always=False,
                    ),
                    Slip(
                        "no-carry",
                        "The carried parts $z_t h_{t-1}$ are missing.",
                        equations={f"h_{t}": _mix_at(t, "(1 - {z}) * {n}") for t in (1, 2)},
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="gru.backward-z",
        version=1,
        level=4,
        asks="da_z",
        requires=("gru.mix", "activations.slope-from-output"),
        summary="the gradient at the pre-activation of the update gate",
        scalar=True,
        symbols={"a_z": "a_z", "da_z": r"\partial L/\partial a_z", "target": r"\text{target}"},
        ranges={"a_z": Range(-2.0, 2.0)},
        variants=(
            Variant(
                program=_GATE_LOSS + _GATE_BACK,
                convention={**_CONVENTION, "loss": "half-squared"},
                stem="A single GRU unit, its candidate given (the reset gate has acted before the product); $z_t$ "
                r"keeps the old state. $$z_t = \sigma(a_z), \quad h_t = (1 - z_t) n_t + z_t h_{t-1}, \quad "
                r"L = \tfrac{1}{2}(h_t - \text{target})^2$$",
                keep=lambda trace: abs(float((trace["h"] - trace["target"]) * (trace["h_"] - trace["n"]))) > 0.3,
                slips=(
                    Slip(
                        "no-sigmoid-slope",
                        r"The slope $z_t (1 - z_t)$ of the sigmoid is missing.",
                        equations={"da_z": "dz"},
                    ),
                    Slip(
                        "half-sigmoid-slope",
                        r"The slope of the sigmoid is $z_t (1 - z_t)$, not $1 - z_t$.",
                        equations={"da_z": "dz * (1 - z)"},
                    ),
                    Slip(
                        "carried-part-only",
                        r"$z_t$ stands in both terms of the mix: that of the candidate gives $-n_t$.",
                        equations={"dz": "dh * h_"},
                        always=False,
                    ),
                    Slip(
                        "added",
                        "The candidate's share is $1 - z_t$: its slope along $z_t$ is $-n_t$, with a minus.",
                        equations={"dz": "dh * (h_ + n)"},
                        always=False,
                    ),
                    Slip(
                        "sign",
                        r"The sign is turned round: with $h_t - \text{target}$ and $h_{t-1} - n_t$ the gradient has "
                        "the sign of their product.",
                        equations={"dz": "dh * (n - h_)"},
                    ),
                ),
            ),
        ),
        why="Where candidate and old state agree, the update gate gets no gradient: how they are mixed does not "
        "matter.",
    ),
    Exercise(
        id="gru.direct-path",
        version=1,
        level=4,
        asks="dh_0",
        requires=("gru.unroll",),
        summary="how a state moves with an earlier one when the gates are held fixed",
        scalar=True,
        ranges={
            **{f"z_{t}": Range(0.3, 0.95, 0.05) for t in (1, 2, 3)},
            "r_1": Range(0.2, 0.8),
        },
        variants=_DIRECT,
        why="The direct path has neither weights nor slopes in it: a gate near 1 lets the gradient through almost "
        "undiminished.",
    ),
    Exercise(
        id="gru.design-keep",
        version=1,
        level=5,
        asks="h_2",
        form=Design(("b_z", "b_r")),
        requires=("gru.saturated",),
        summary="choose the biases of two gates so that the state is kept, replaced or added to",
        scalar=True,
        symbols={"s": "s", "u": "u", "b_z": "b_z", "b_r": "b_r"},
        hides=("h_0", "x_1", "x_2"),
        shapes=dict.fromkeys(("h_0", "x_1", "x_2"), (8,)),
        ranges={
            "s": Range(1.0, 8.0, 0.1),
            "u": Range(1.0, 8.0, 0.1),
            **all_cases("h_0", "x_1", "x_2", low=-1.0, high=1.0),
        },
        variants=tuple(_design(kind) for kind in _WANTED),
    ),
)
