"""A gradient on its way through units with one weight each."""

import math
import random
from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from typing import Any

from studyrnn.engine.equations import Program
from studyrnn.exercises.gradients.shared import (
    PLAIN,
    SAYS,
    SLOPES,
    STEPS,
    TEX,
    other_slope,
    perhaps,
    scalar,
    slip,
    slopes,
)
from studyrnn.questions import GATE, WHOLE, Choice, Exercise, Order, Pick, Range, Slip, Teller, Told, Variant

_WEIGHTS = Pick(tuple(sign * tenths / 10 for sign in (1, -1) for tenths in range(4, 17) if tenths != 10))

_WIDE = Pick(tuple(sign * tenths / 10 for sign in (1, -1) for tenths in range(2, 31)))

_FATES = (
    ("It vanishes.", "To vanish without changing its sign it needs a factor between 0 and 1."),
    ("It explodes.", "To explode without changing its sign it needs a factor above 1."),
    ("It vanishes, changing its sign at every step.", "That needs a factor between $-1$ and 0."),
    ("It explodes, changing its sign at every step.", "That needs a factor below $-1$."),
    ("It keeps its size and its sign.", "That needs a factor of exactly 1."),
    ("It keeps its size, changing its sign at every step.", "That needs a factor of exactly $-1$."),
)


def _fate(trace: Mapping[str, Any]) -> int:
    factor = float(trace["q"])
    if math.isclose(abs(factor), 1):
        return 4 + (factor < 0)
    return (abs(factor) > 1) + 2 * (factor < 0)


def _fate_variant(activation: str, **ranges: Any) -> Variant:
    """Without an activation the slope is given, and on the edge the factor is 1 or -1."""
    edge = activation == "edge"
    name = TEX.get(activation, r"\phi")
    where = f"At every step the slope of ${name}$ is $s$."
    if activation in TEX:
        where = f"Its inputs hold the state at $h$, where the slope of ${name}$ is called $s$."
    return Variant(
        program=Program.parse(({"s": SLOPES[activation]} if activation in TEX else {}) | {"q": "w * s"}),
        convention={"unit": activation},
        stem=rf"A scalar RNN, $h_t = {name}(w h_{{t-1}} + \dots)$. {where} A gradient $g$ is carried back from the "
        "last step over many steps. What becomes of it?",
        also=("g",),
        ranges=ranges,
        keep=lambda trace: (abs(abs(float(trace["q"])) - 1) < 1e-9) if edge else abs(abs(float(trace["q"])) - 1) > 0.05,
        slips=(
            Slip("slope-forgotten", SAYS["slope-forgotten"], names={"s": "1"}, always=False),
            Slip("sign-forgotten", SAYS["sign-forgotten"], names={"w": "abs(w)"}, always=False),
            perhaps("divided-going-back", q="1 / (w * s)"),
            perhaps("weight-forgotten", q="s"),
            *([perhaps("state-for-slope", s="h")] if activation in TEX else []),
        ),
    )


def _units(trace: Mapping[str, Any]) -> list[str]:
    name = "h" if "h" in trace else "s"
    units = zip(trace["w"].tolist(), trace[name].tolist(), strict=True)
    return [f"$w = {w:g}, \\quad {name} = {value:g}$" for w, value in units]


def _order_variant(slope: str, stem: str, *slips: Slip) -> Variant:
    return Variant(
        program=Program.parse(({"s": slope} if slope else {}) | {"q": "abs(w * s)"}),
        stem=stem,
        keep=lambda trace: all(b - a > 0.04 for a, b in pairwise(sorted(trace["q"].tolist()))),
        slips=(perhaps("slope-forgotten", q="abs(w)"), perhaps("with-sign", q="w * s"), *slips),
    )


def _until(explodes: bool, chance: random.Random) -> Told:
    from studyrnn.engine.gradient_flow import first_step_beyond

    low, high = (1.1, 3.0) if explodes else (0.3, 0.93)
    limits = (5.0, 10.0, 20.0, 50.0, 100.0, 1000.0) if explodes else (0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001)
    while True:
        w = (-1 if chance.random() < 0.4 else 1) * (10 + int(chance.random() * 61)) / 20
        s = (4 + int(chance.random() * 17)) / 20
        threshold = limits[int(chance.random() * len(limits))]
        size = round(abs(w * s), 4)
        crossing = math.log(threshold) / math.log(size) if low <= size <= high else 0.0
        if 2 <= crossing <= 40 and 0.03 < crossing % 1 < 0.97:
            break
    key = first_step_beyond(size, threshold) or 0
    slips = {
        "one-early": key - 1,
        "linear": math.ceil(abs(1 - threshold) / abs(1 - size) - 1e-9),
        "no-logarithm": math.ceil(abs(math.log(threshold)) / size),
    }
    if (abs(w) > 1) == explodes and abs(w) != 1:
        slips["slope-forgotten"] = first_step_beyond(w, threshold) or 0
    word, sign = ("above", ">") if explodes else ("below", "<")
    turned = "" if explodes else " (Both logarithms are negative: to divide by one turns the inequality round.)"
    return Told(
        stem="A scalar RNN has the recurrent weight $w$; at every step its activation has the slope $s$. A gradient of "
        rf"1 is carried back. After how many steps $k$ is its absolute value {word} $\theta$ for the first time?",
        key=float(key),
        slips={name: float(value) for name, value in slips.items()},
        given={"w": w, "s": s, "threshold": threshold},
        solution=rf"$\lvert w s \rvert = {size:g}$, and ${size:g}^k {sign} {threshold:g}$ as soon as "
        rf"$k > \ln {threshold:g} / \ln {size:g} = {crossing:.2f}$.{turned}",
        hints=(
            r"After $k$ steps $\lvert w s \rvert^k$ is left.",
            r"Solve $\lvert w s \rvert^k = \theta$ for $k$ with logarithms, then round up.",
        ),
    )


def _product_variant(activation: str, **ranges: Any) -> Variant:
    equations = slopes(activation, 1, 2, 3) | {f"J_{t}": f"w * s_{t}" for t in (1, 2, 3)}
    return Variant(
        program=Program.parse(equations | {"P": "J_3 * J_2 * J_1"}),
        convention={"activation": activation},
        stem=rf"A scalar RNN, $h_t = {TEX[activation]}(w h_{{t-1}} + u x_t + b)$, has gone through the states "
        "$h_1, h_2, h_3$. How much does the last one depend on the first, $h_0$? Write $s_t$ for the slope of the "
        "activation at step $t$.",
        ranges=ranges,
        slips=(
            slip("slope-forgotten", J_1="w", J_2="w", J_3="w"),
            slip("weight-once", P="w * s_3 * s_2 * s_1"),
            slip("sum-for-product", P="J_3 + J_2 + J_1"),
            other_slope(activation, 1, 2, 3),
        ),
    )


EXERCISES = (
    scalar(
        id="gradients.power",
        level=2,
        asks="g_s",
        summary="how much of a gradient is left some steps further back: a power of the recurrent weight",
        symbols={**PLAIN, "g_T": r"\partial L/\partial h_T", "g_s": r"\partial L/\partial h_s", "factor": "q"},
        ranges={"w": _WEIGHTS, "T": Range(5, 12, 1), "s": Range(1, 8, 1), "g_T": Range(-2.0, 2.0)},
        why="Whether a gradient lives or dies is decided by a power: sizes below 1 fade, sizes above 1 run away.",
        variants=(
            Variant(
                program=Program.parse({"factor": "power(w, T - s)", "g_s": "factor * g_T"}),
                stem="A linear scalar RNN, $h_t = w h_{t-1} + u x_t$, whose loss $L$ depends on the last state $h_T$ "
                "alone. What arrives at the earlier state $h_s$?",
                keep=lambda trace: 2 <= float(trace["T"]) - float(trace["s"]) <= 6,
                slips=(
                    slip("product-for-power", factor="w * (T - s)"),
                    slip("one-step-more", factor="power(w, T - s + 1)"),
                    slip("from-the-start", factor="power(w, T)"),
                    perhaps("sign-lost", factor="power(abs(w), T - s)"),
                ),
            ),
        ),
    ),
    scalar(
        id="gradients.steps-until",
        level=3,
        form=WHOLE,
        asks="k",
        requires=("gradients.power",),
        summary="after how many steps a gradient has fallen below a threshold, or risen above it",
        symbols=PLAIN,
        variants=tuple(
            Teller(
                partial(_until, explodes),
                slips=(slip("one-early"), *map(perhaps, ("linear", "no-logarithm", "slope-forgotten"))),
                convention={"fate": "explodes" if explodes else "vanishes"},
            )
            for explodes in (False, True)
        ),
    ),
    scalar(
        id="gradients.fate",
        level=3,
        form=Choice(_FATES, _fate),
        asks="q",
        requires=("gradients.power",),
        summary="does a gradient vanish, explode or oscillate, from the recurrent weight and the slope",
        symbols=PLAIN,
        ranges={"w": _WIDE, "s": Range(0.2, 1.0), "h": Range(-0.9, 0.9), "g": Range(-9.0, 9.0)},
        variants=(
            _fate_variant("any"),
            _fate_variant("tanh"),
            _fate_variant("sigmoid", w=Pick(tuple(5 * w for w in _WIDE.among)), h=GATE),
            _fate_variant("edge", w=Pick((1, -1, 1.25, -1.25, 2, -2, 2.5, -2.5)), s=Pick((1, 0.8, 0.5, 0.4))),
        ),
    ),
    Exercise(
        id="gradients.fastest-to-vanish",
        version=1,
        level=3,
        form=Order(_units, "Order them by what is left of the gradient after many steps, the least first."),
        asks="q",
        requires=("gradients.power",),
        summary="order four recurrent units by how fast a gradient vanishes in them",
        symbols=PLAIN,
        shapes=dict.fromkeys("whs", (4,)),
        ranges={"w": Range(-2.0, 2.0), "s": Range(0.1, 1.0), "h": Range(-0.9, 0.9)},
        variants=(
            _order_variant("", "Four scalar RNNs, each with its recurrent weight $w$ and its activation's slope $s$."),
            _order_variant(
                SLOPES["tanh"],
                r"Four scalar RNNs with tanh, $h_t = \tanh(w h_{t-1} + \dots)$, each with its recurrent weight $w$ and "
                "the state $h$ at which it rests.",
                perhaps("state-for-slope", s="h"),
            ),
        ),
    ),
    scalar(
        id="gradients.product",
        level=3,
        asks="P",
        requires=("gradients.power",),
        summary="the dependence of a state on one three steps before: weights times slopes",
        symbols={**PLAIN, **STEPS, "P": r"\partial h_3/\partial h_0"},
        why="The factor of a step is weight times slope. Saturated units make it small even where the weight is large.",
        variants=(
            _product_variant("tanh", w=_WEIGHTS, **{f"h_{t}": Range(-0.9, 0.9) for t in (1, 2, 3)}),
            _product_variant("sigmoid", w=Range(-8.0, 8.0, 0.5), **{f"h_{t}": GATE for t in (1, 2, 3)}),
        ),
    ),
    scalar(
        id="gradients.mean-misleads",
        version=2,
        level=3,
        asks="q",
        requires=("gradients.power",),
        summary="the average of the factors does not tell what their product does",
        symbols={**PLAIN, "pair": "p"},
        ranges={f"q_{t}": Range(0.2, 3.0) for t in (1, 2, 3)}
        | {"u": Range(0.2, 0.98, 0.01), "v": Range(1.02, 3.0, 0.01), "m": Range(2, 5, 1)},
        why="Factors multiply, so a gradient follows their geometric mean, which the arithmetic mean never falls "
        "below: a factor and its reciprocal in turn leave a gradient as it is, though their average exceeds 1.",
        variants=(
            Variant(
                program=Program.parse({"P": "q_1 * q_2 * q_3", "q": "power(P, 1 / 3)"}),
                convention={"asked": "factor"},
                stem="Over three steps a gradient is multiplied by $q_1$, $q_2$ and $q_3$. Which factor $q$, the same "
                "at each of three steps, would have changed it as much? ($P$ is the product of all three.)",
                slips=(
                    slip("arithmetic-mean", q="(q_1 + q_2 + q_3) / 3"),
                    slip("root-forgotten", q="P"),
                    slip("square-root", q="sqrt(P)"),
                    slip("divided", q="P / 3"),
                ),
            ),
            Variant(
                program=Program.parse({"pair": "u * v", "q": "power(pair, m)"}),
                convention={"asked": "product"},
                stem="Over $2 m$ steps a gradient is multiplied in turn by $u$ and by $v$. By which number $q$ has it "
                "been multiplied in the end? ($p$ is what two steps make of it.)",
                keep=lambda trace: 0.02 < float(trace["q"]) < 60,
                slips=(
                    slip("arithmetic-mean", q="power((u + v) / 2, 2 * m)"),
                    perhaps("pairs-for-steps", q="power(pair, 2 * m)"),
                    slip("product-for-power", q="pair * m"),
                ),
            ),
        ),
    ),
)
