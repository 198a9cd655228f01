"""One step back: slopes and Jacobians."""

from studyrnn.engine.equations import Program
from studyrnn.questions import NOT_ZERO, Exercise, Formula, Range, Slip, Variant

_TEX = {"tanh": r"\tanh", "sigmoid": r"\sigma"}

_SLOPES = {"tanh": "(1 - h * h)", "sigmoid": "(h * (1 - h))"}

_OTHER = {"tanh": "sigmoid", "sigmoid": "tanh"}

_SLOPE_TEX = {"tanh": "$1 - h_t^2$", "sigmoid": "$h_t (1 - h_t)$"}


def _local(activation: str) -> Variant:
    tex, slope = _TEX[activation], _SLOPES[activation]
    return Variant(
        program=Program.parse({"h": f"{activation}(a)", "L": "dot(dh, h)", "s": slope, "da": "dh * s"}),
        convention={"activation": activation},
        symbols={"s": rf"{tex}'(a_t)"},
        stem=f"A layer of two units, $h_t = {tex}(a_t)$, entry by entry. The gradient has come back as far as $h_t$; "
        "one local step leads on to the pre-activation $a_t$.",
        slips=(
            Slip(
                "no-slope",
                f"You handed the gradient on as it is. The slope of ${tex}$ comes in, {_SLOPE_TEX[activation]}.",
                equations={"da": "dh"},
            ),
            Slip(
                "slope-of-pre-activation",
                "You put the pre-activation into the slope. That form of the slope wants the output $h_t$.",
                equations={"s": slope.replace("h", "a")},
                always=False,
            ),
            Slip(
                "other-slope",
                f"That is the slope of ${_TEX[_OTHER[activation]]}$. For ${tex}$ it is {_SLOPE_TEX[activation]}.",
                equations={"s": _SLOPES[_OTHER[activation]]},
            ),
            Slip(
                "forward-again",
                "You applied the activation to the gradient. Going back, the gradient is multiplied by a slope.",
                equations={"da": f"{activation}(dh)"},
                always=False,
            ),
        ),
    )


# -- from state to state ---------------------------------------------------------------------------------------------


def _jacobian(activation: str) -> Variant:
    tex = _TEX[activation]
    return Variant(
        program=Program.parse({"s": _SLOPES[activation], "J": "diag(s) @ W_hh"}),
        convention={"activation": activation},
        symbols={"s": rf"{tex}'(a_t)"},
        ranges={"h": Range(-0.9, 0.9) if activation == "tanh" else Range(0.1, 0.9)},
        stem=f"A layer of two units, $h_t = {tex}(W_{{hh}} h_{{t-1}} + W_{{xh}} x_t + b_h)$. Its state $h_t$ is known. "
        r"The Jacobian $J = \partial h_t / \partial h_{t-1}$ has in row $i$, column $j$ the slope of entry $i$ of "
        "$h_t$ along entry $j$ of $h_{t-1}$.",
        slips=(
            Slip(
                "factors-exchanged",
                r"You scaled the columns, $W_{hh} \operatorname{diag}(s)$. The slope belongs to the unit that is "
                "computed, so it scales a row.",
                equations={"J": "W_hh @ diag(s)"},
            ),
            Slip(
                "transposed",
                "That is the transpose: row $i$ belongs to entry $i$ of the new state.",
                equations={"J": "W_hh.T @ diag(s)"},
            ),
            Slip(
                "no-slope",
                f"That is $W_{{hh}}$ alone. Each row is scaled by the slope of its unit, {_SLOPE_TEX[activation]}.",
                equations={"J": "W_hh"},
            ),
            Slip(
                "other-slope",
                f"That is the slope of ${_TEX[_OTHER[activation]]}$. For ${tex}$ it is {_SLOPE_TEX[activation]}.",
                equations={"s": _SLOPES[_OTHER[activation]]},
            ),
        ),
    )


# -- as a formula ----------------------------------------------------------------------------------------------------


def _symbolic(activation: str) -> Variant:
    tex, slope = _TEX[activation], _SLOPES[activation].replace("h", "n")
    slope_tex = _SLOPE_TEX[activation].replace("h_t", "n_t")
    return Variant(
        program=Program.parse({"da": f"dh * beta * {slope}", "dh_": "alpha * dh + W_hh * da"}),
        convention={"activation": activation},
        stem=rf"A single unit that keeps part of its state, $$n_t = {tex}(a_t), \quad a_t = W_{{hh}} h_{{t-1}} + "
        r"W_{xh} x_t + b_h, \quad h_t = \alpha h_{t-1} + \beta n_t$$ The gradient has come back to $h_t$; there it is "
        "called `dh`. How much of it reaches $h_{t-1}$ through this step?",
        slips=(
            Slip(
                "no-slope",
                f"The slope of ${tex}$ is missing, {slope_tex}.",
                equations={"da": "dh * beta"},
            ),
            Slip(
                "no-recurrent-factor",
                "From $a_t$ back to $h_{t-1}$ the gradient is multiplied by $W_{hh}$.",
                equations={"dh_": "alpha * dh + da"},
            ),
            Slip(
                "no-direct-path",
                r"The direct path is missing: $\alpha h_{t-1}$ carries the old state over without any weight.",
                equations={"dh_": "W_hh * da"},
            ),
            Slip(
                "other-slope",
                f"That is the slope of ${_TEX[_OTHER[activation]]}$. For ${tex}$ it is {slope_tex}.",
                equations={"da": f"dh * beta * {_SLOPES[_OTHER[activation]].replace('h', 'n')}"},
            ),
        ),
    )


EXERCISES = (
    Exercise(
        id="bptt.local-gradient",
        version=1,
        level=3,
        asks="da",
        summary="the gradient one local step back, from a state to its pre-activation",
        ranges={"a": Range(-1.5, 1.5), "dh": NOT_ZERO},
        variants=tuple(map(_local, _TEX)),
    ),
    Exercise(
        id="bptt.jacobian",
        version=2,
        level=4,
        asks="J",
        requires=("bptt.local-gradient",),
        summary="the Jacobian of a state along the state before",
        symbols={"J": "J"},
        shapes={"J": (2, 2)},
        ranges={"W_hh": NOT_ZERO},
        variants=tuple(map(_jacobian, _TEX)),
        why="Row $i$ of $W_{hh}$ is scaled by the slope of unit $i$. The Jacobian takes small changes forward; its "
        "transpose takes gradients back.",
    ),
    Exercise(
        id="bptt.symbolic-local",
        version=1,
        level=4,
        asks="dh_",
        form=Formula(("dh", "n", "W_hh")),
        requires=("bptt.local-gradient",),
        summary="the gradient one whole step back through a unit that keeps part of its state, as a formula",
        scalar=True,
        symbols={"alpha": r"\alpha", "beta": r"\beta", "dh": "dh", "n": "n_t"},
        ranges={"alpha": Range(0.05, 0.95, 0.01), "beta": Range(0.05, 0.95, 0.01)},
        variants=tuple(map(_symbolic, _TEX)),
    ),
)
