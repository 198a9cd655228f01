"""Paths past the steps: residual and skip connections, leaky units."""

import random
from dataclasses import replace
from functools import partial

from studyrnn.engine.equations import Program
from studyrnn.exercises.remedies.shared import perhaps, slip
from studyrnn.questions import WHOLE, Exercise, Pick, Range, Teller, Told, Variant, no_bias

_WEIGHTS = Pick(tuple(sign * tenths / 10 for sign in (1, -1) for tenths in range(2, 21)))

_LETTERS = {name: name for name in "FTdknsvwx"}


def _residual(activation: str) -> Variant:
    name, slope = (r"\tanh", "1 - s * s") if activation == "tanh" else (r"\sigma", "s * (1 - s)")
    return Variant(
        program=Program.parse(
            {
                "s": f"{activation}(w * x)",
                "y": "x + v * s",
                "L": "y",
                "slope": slope,
                "F": "v * slope * w",
                "dx": "1 + F",
            }
        ),
        convention={"activation": activation},
        stem=rf"A residual block, all quantities numbers: $$y = x + F(x), \quad F(x) = v \cdot {name}(w x)$$ "
        f"How does $y$ depend on $x$? Write $s = {name}(w x)$.",
        slips=(
            slip("no-identity", dx="F"),
            perhaps("identity-only", dx="1"),
            perhaps("inner-weight", F="v * slope"),
            perhaps("no-slope", F="v * w"),
            perhaps("multiplied", F="s * slope * w"),
        ),
    )


def _shortest(chance: random.Random) -> Told:
    while True:
        d, steps = 3 + int(chance.random() * 28), 20 + int(chance.random() * 480)
        jumps, rest = divmod(steps, d)
        if jumps >= 2 and rest >= 2:
            break
    return Told(
        stem="A recurrent network whose state reads the state before, $h_{t-1}$, and over a skip connection "
        "$h_{t-d}$ as well. A gradient goes from $h_T$ back to $h_0$. How many connections has its shortest path?",
        key=float(jumps + rest),
        slips={
            "all-steps": float(steps),
            "floor": float(jumps),
            "ceiling": float(jumps + 1),
            "once": float(steps - d + 1),
        },
        given={"T": float(steps), "d": float(d)},
        solution=f"${jumps}$ jumps over ${d}$ steps go ${jumps * d}$ steps back; ${rest}$ single steps remain: "
        f"${jumps} + {rest} = {jumps + rest}$.",
        hints=("As many jumps as fit, then single steps.",),
    )


_scalar = partial(Exercise, version=1, scalar=True)

EXERCISES = (
    _scalar(
        id="remedies.residual",
        level=3,
        asks="dx",
        summary="the derivative of a residual block: one path straight, one through the layer",
        symbols={**_LETTERS, "y": "y", "F": "F'(x)", "slope": r"\phi'(w x)", "dx": r"\partial y/\partial x"},
        ranges={"w": _WEIGHTS, "v": _WEIGHTS, "x": Range(-1.5, 1.5)},
        variants=(_residual("tanh"), _residual("sigmoid")),
    ),
    _scalar(
        id="remedies.residual-chain",
        version=2,
        level=3,
        asks="q",
        requires=("remedies.residual",),
        summary="the derivative through several residual blocks",
        symbols={**_LETTERS, "F": "F'", "q": "q", **{f"F_{j}": f"F'_{j}" for j in (1, 2, 3)}}
        | {f"q_{j}": f"q_{j}" for j in (1, 2, 3)},
        ranges={f"F_{j}": Range(-0.9, 0.9) for j in (1, 2, 3)} | {"F": Range(-0.25, 0.25, 0.001), "k": Range(3, 30, 1)},
        why="The 1 keeps one path open through all blocks. It is no bound: factors slightly above 1 still grow like a "
        "power, and a block whose own derivative is $-1$ stops everything.",
        variants=(
            Variant(
                program=Program.parse({**{f"q_{j}": f"1 + F_{j}" for j in (1, 2, 3)}, "q": "q_3 * q_2 * q_1"}),
                convention={"blocks": "different"},
                stem="Three residual blocks in a row, $x_j = x_{j-1} + F_j(x_{j-1})$, all quantities numbers. At the "
                "values that went through, the layers have the derivatives $F'_1, F'_2, F'_3$. What is the derivative "
                "$q$ of $x_3$ by $x_0$?",
                slips=(
                    slip("no-identity", q="F_3 * F_2 * F_1"),
                    slip("only-short-paths", q="1 + F_1 + F_2 + F_3"),
                    slip("one-identity", q="1 + F_3 * F_2 * F_1"),
                ),
            ),
            Variant(
                program=Program.parse({"q": "power(1 + F, k)"}),
                convention={"blocks": "equal"},
                stem="$k$ residual blocks in a row, $x_j = x_{j-1} + F(x_{j-1})$, all quantities numbers. At all "
                "values that went through, $F$ has the same derivative $F'$. What is the derivative $q$ of $x_k$ by "
                "$x_0$?",
                slips=(
                    slip("no-identity", q="power(F, k)"),
                    slip("only-short-paths", q="1 + k * F"),
                    slip("one-identity", q="1 + power(F, k)"),
                ),
            ),
        ),
    ),
    Exercise(
        id="remedies.leaky",
        version=1,
        level=2,
        asks="h",
        summary="one step of a leaky unit, which keeps a share of its old state",
        shapes={"alpha": ()},
        symbols={"n": r"\tilde{h}_t"},
        ranges={"alpha": Pick((0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8))},
        variants=(
            Variant(
                program=Program.parse(
                    {
                        "a": "W_xh @ x + W_hh @ h_ + b_h",
                        "n": "tanh(a)",
                        "h": "(1 - alpha) * h_ + alpha * n",
                    }
                ),
                stem="A layer of leaky units: each keeps the share $1 - \\alpha$ of its old state. "
                r"$$\tilde{h}_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1} + b_h), \quad "
                r"h_t = (1 - \alpha) h_{t-1} + \alpha \tilde{h}_t$$",
                slips=(
                    slip("flipped", h="alpha * h_ + (1 - alpha) * n"),
                    slip("no-carry", h="alpha * n"),
                    slip("undamped", h="h_ + alpha * n"),
                    perhaps("no-activation", n="a"),
                    replace(no_bias("b_h"), always=False),
                ),
            ),
        ),
    ),
    _scalar(
        id="remedies.leaky-slope",
        version=2,
        level=3,
        asks="J",
        requires=("remedies.leaky",),
        summary="how the state of a leaky unit depends on the state before",
        symbols={**_LETTERS, "n": r"\tilde{h}_t", "J": r"\partial h_t/\partial h_{t-1}"},
        ranges={"alpha": Pick(tuple(k / 50 for k in range(2, 48) if k != 25)), "w": _WEIGHTS, "n": Range(-0.9, 0.9)},
        why=r"With a small $\alpha$ the factor stays near 1, and a gradient lives about $1/\alpha$ steps.",
        variants=(
            Variant(
                program=Program.parse({"s": "1 - n * n", "J": "(1 - alpha) + alpha * w * s"}),
                stem=r"A leaky unit: $$\tilde{h}_t = \tanh(w h_{t-1} + u x_t + b), \quad "
                r"h_t = (1 - \alpha) h_{t-1} + \alpha \tilde{h}_t$$ How does $h_t$ depend on $h_{t-1}$? ($s$ is the "
                r"slope of $\tanh$.)",
                slips=(
                    slip("no-carry", J="alpha * w * s"),
                    perhaps("no-slope", s="1"),
                    slip("flipped", J="alpha + (1 - alpha) * w * s"),
                    slip("undamped", J="1 + alpha * w * s"),
                    perhaps("multiplied", J="(1 - alpha) * (alpha * w * s)"),
                ),
            ),
        ),
    ),
    _scalar(
        id="remedies.skip-path",
        level=2,
        asks="k",
        form=WHOLE,
        summary="the shortest path of a gradient where a connection jumps over several steps",
        symbols=_LETTERS,
        why="A gradient that crosses fewer connections is multiplied by fewer factors.",
        variants=(Teller(_shortest, tuple(map(slip, ("all-steps", "floor", "ceiling", "once")))),),
    ),
)
