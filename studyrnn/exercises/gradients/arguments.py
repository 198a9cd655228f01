"""Formulas, and the steps of a proof."""

import random

from studyrnn.engine.equations import Program
from studyrnn.exercises.gradients.shared import STEPS, TEX, other_slope, scalar, slip, slopes
from studyrnn.questions import Exercise, Formula, Order, Teller, Told, Variant


def _formula_variant(activation: str, skip: bool = False) -> Variant:
    name, last = TEX[activation], " + W_skip * h_0" if skip else ""
    steps = {
        "h_1": f"{activation}(W_hh * h_0 + W_xh * x_1 + b_h)",
        "h_2": f"{activation}(W_hh * h_1 + W_xh * x_2{last} + b_h)",
        **slopes(activation, 1, 2),
        "J_1": "W_hh * s_1",
    }
    end = {"P": "s_2 * (W_hh * J_1 + W_skip)"} if skip else {"J_2": "W_hh * s_2", "P": "J_2 * J_1"}
    reads = r", whose second step also reads $h_0$ through a skip connection $W_{\text{skip}}$" if skip else ""
    more = r" + W_{\text{skip}} h_0" if skip else ""
    return Variant(
        program=Program.parse(steps | end),
        convention={"activation": activation},
        stem=f"A scalar RNN{reads}: $$h_1 = {name}(W_{{hh}} h_0 + W_{{xh}} x_1 + b_h), \\quad "
        f"h_2 = {name}(W_{{hh}} h_1 + W_{{xh}} x_2{more} + b_h)$$ "
        "How does $h_2$ depend on $h_0$? (Weights and inputs are held fixed.)",
        slips=(
            slip("slope-forgotten", s_1="1", s_2="1"),
            slip("one-slope", s_1="1"),
            slip("input-weight", J_1="W_xh * s_1"),
            slip("one-path", P="s_2 * W_hh * J_1") if skip else slip("last-step-only", P="J_2"),
            other_slope(activation, 1, 2),
        ),
    )


_JACOBIAN = r"\partial h_T/\partial h_0"

_STEP = r"Differentiate this step: $\partial h_t/\partial h_{t-1} ="

_CHAIN = rf"By the chain rule ${_JACOBIAN}$ is the product of $T$ such factors, so the bound for one gives"

_FADES = rf"goes to 0 as $T$ grows, and with it ${_JACOBIAN}$."

_LOSS = (
    rf"The last result carries over to the loss: $\partial L/\partial h_0 = \partial L/\partial h_T \cdot {_JACOBIAN}$,"
)

_BOUNDED = rf"{_LOSS} as long as $\partial L/\partial h_T$ stays bounded."

_CLAIMS = (  # claim; offset and scale of the number; the steps, each of which speaks of the one before
    (
        r"in the scalar RNN $h_t = \tanh(w h_{t-1} + b_t)$ with $\lvert w \rvert = <size>$ the gradient vanishes.",
        (0, 1),
        r"Write one step as $h_t = \tanh(a_t)$ with $a_t = w h_{t-1} + b_t$.",
        rf"{_STEP} w (1 - h_t^2)$.",
        r"In that derivative $0 < 1 - h_t^2 \le 1$, so its size is at most $\lvert w \rvert$.",
        rf"{_CHAIN} $\lvert {_JACOBIAN} \rvert \le \lvert w \rvert^T$.",
        rf"As $\lvert w \rvert = <size>$, this power {_FADES}",
        _BOUNDED,
    ),
    (
        r"in the scalar RNN $h_t = \sigma(w h_{t-1} + b_t)$ with $\lvert w \rvert = <size>$ the gradient vanishes.",
        (0, 4),
        r"Write one step as $h_t = \sigma(a_t)$ with $a_t = w h_{t-1} + b_t$.",
        rf"{_STEP} w h_t (1 - h_t)$.",
        r"In that derivative $0 < h_t (1 - h_t) \le 1/4$, so its size is at most $\lvert w \rvert / 4$.",
        rf"{_CHAIN} $\lvert {_JACOBIAN} \rvert \le (\lvert w \rvert / 4)^T$.",
        rf"As $\lvert w \rvert = <size>$, this power {_FADES}",
        _BOUNDED,
    ),
    (
        r"in the linear unit $h_t = w h_{t-1} + b_t$ with $\lvert w \rvert = <size>$ the gradient explodes.",
        (1, 1),
        r"Write one step as $h_t = w h_{t-1} + b_t$, where $b_t$ does not depend on $h_{t-1}$.",
        rf"{_STEP} w$.",
        r"The size of that derivative is $\lvert w \rvert$, whatever the state is.",
        rf"By the chain rule ${_JACOBIAN}$ is the product of $T$ such factors, so its size is $\lvert w \rvert^T$.",
        r"As $\lvert w \rvert = <size>$, this power grows beyond all bounds with $T$.",
        rf"{_LOSS} as long as $\partial L/\partial h_T$ does not shrink.",
    ),
    (
        "where no forget gate of an LSTM cell exceeds $<size>$, the gradient along its cell state vanishes. (The gates "
        "are held fixed, and the cell state is called $h_t$ here.)",
        (0, 1),
        "Write one step of the cell as $h_t = f_t h_{t-1} + i_t g_t$.",
        rf"{_STEP} f_t$.",
        "That derivative lies between 0 and $<size>$.",
        rf"{_CHAIN} $0 \le {_JACOBIAN} \le <size>^T$.",
        rf"This power {_FADES}",
        _BOUNDED,
    ),
    (
        r"in $h_t = \tanh(W h_{t-1} + b_t)$ with many units and $\sigma_{\max}(W) = <size>$ the gradient vanishes.",
        (0, 1),
        r"Write one step as $h_t = \tanh(a_t)$ with $a_t = W h_{t-1} + b_t$.",
        rf"{_STEP} D_t W$ with the slopes on the diagonal of $D_t$.",
        r"In that Jacobian $\lVert D_t \rVert \le 1$, so its norm is at most $\sigma_{\max}(W)$.",
        rf"{_CHAIN} $\lVert {_JACOBIAN} \rVert \le \sigma_{{\max}}(W)^T$.",
        rf"As $\sigma_{{\max}}(W) = <size>$, this power {_FADES}",
        r"The last result carries over to the loss: the length of $\partial L/\partial h_0$ is at most "
        rf"$\lVert {_JACOBIAN} \rVert \cdot \lVert \partial L/\partial h_T \rVert$.",
    ),
)

_EXCHANGED = {"bound-before-slope": 1, "product-first": 2, "limit-first": 3, "loss-first": 4}  # with the step behind it


def _argument(chance: random.Random) -> Told:
    claim, (offset, scale), *steps = _CLAIMS[int(chance.random() * len(_CLAIMS))]
    size = f"{offset + scale * (4 + int(chance.random() * 11)) / 20:g}"
    order = [float(k) for k in range(len(steps))]
    return Told(
        stem=f"An argument in six steps. Claim: {claim.replace('<size>', size)}",
        key=order,
        slips={name: [*order[:k], order[k + 1], order[k], *order[k + 2 :]] for name, k in _EXCHANGED.items()},
        solution="Each step goes on from what the one above it has found: one step, its slope, the size of that slope, "
        "the product over all steps, its limit, the loss.",
        options=tuple(step.replace("<size>", size) for step in steps),
        hints=("Begin with a single step. The limit comes after the product.",),
    )


EXERCISES = (
    scalar(
        id="gradients.formula",
        level=4,
        asks="P",
        form=Formula(("W_hh", "h_1", "h_2")),
        requires=("gradients.product",),
        summary="the dependence of a state on one two steps before, as a formula",
        symbols={**STEPS, "P": r"\partial h_2/\partial h_0"},
        variants=(_formula_variant("tanh"), _formula_variant("sigmoid")),
    ),
    scalar(
        id="gradients.skip-formula",
        level=5,
        asks="P",
        form=Formula(("W_hh", "W_skip", "h_1", "h_2")),
        requires=("gradients.formula",),
        summary="the dependence of a state on one two steps before, along two paths, as a formula",
        symbols={**STEPS, "P": r"\partial h_2/\partial h_0"},
        why="A skip connection adds a shorter path: its term is there even when the long path has died away.",
        variants=(_formula_variant("tanh", skip=True), _formula_variant("sigmoid", skip=True)),
    ),
    Exercise(
        id="gradients.vanishing-argument",
        version=1,
        level=5,
        form=Order(task="Put the steps in order: type the digits, the first one first."),
        requires=("gradients.fate",),
        summary="put the steps of a proof in order: why a gradient vanishes, or explodes",
        variants=(Teller(_argument, tuple(map(slip, _EXCHANGED))),),
    ),
)
