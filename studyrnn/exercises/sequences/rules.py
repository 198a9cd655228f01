"""Sequences that follow a rule: the next element, the n-th one, a sampled wave."""

from studyrnn.engine.equations import Program
from studyrnn.questions import WHOLE, Exercise, Pick, Range, Variant, perhaps, slip

_FROM_NOUGHT = "You counted the steps from 0. The first one has the number 1."
_SHORT = "You stopped one step early: count the steps from the first given one."
_FAR = "You went one step too far: count the steps from the first given one."
_FACTOR = Pick((-5.0, -4.0, -3.0, -2.0, 2.0, 3.0, 4.0, 5.0))

_LINEAR = Variant(
    program=Program.parse({"value": "a * t + b"}),
    convention={"rule": "linear"},
    stem="A deterministic sequence with the rule $$x_t = a \\, t + b, \\quad t = 1, 2, 3, \\ldots$$ What is its "
    "element number $t$?",
    symbols={"value": "x_t", "t": "t"},
    ranges={"a": Range(2, 9, 1), "b": Range(-20, 20, 1), "t": Range(5, 40, 1)},
    slips=(
        slip("counted-from-nought", _FROM_NOUGHT, value="a * (t - 1) + b"),
        slip("bracket", "You multiplied $b$ by $t$ too. Only $a$ is.", value="(a + b) * t"),
        perhaps("swapped", "$a$ and $b$ changed places.", value="b * t + a"),
    ),
)

_QUADRATIC = Variant(
    program=Program.parse({"square": "t * t", "value": "a * square + b * t"}),
    convention={"rule": "quadratic"},
    stem="A deterministic sequence with the rule $$x_t = a \\, t^2 + b \\, t, \\quad t = 1, 2, 3, \\ldots$$ What is "
    "its element number $t$?",
    symbols={"value": "x_t", "t": "t"},
    ranges={"a": Range(2, 9, 1), "b": Range(-20, 20, 1), "t": Range(3, 25, 1)},
    slips=(
        perhaps("counted-from-nought", _FROM_NOUGHT, value="a * (t - 1) * (t - 1) + b * (t - 1)"),
        slip("doubled-for-squared", "$t^2$ is $t$ times $t$, not twice $t$.", square="2 * t"),
        perhaps("factor-squared", "You squared $a$ as well: only $t$ is.", value="(a * t) * (a * t) + b * t"),
        perhaps("no-second-term", r"The term $b \, t$ is missing.", value="a * square"),
    ),
)

_RECURSIVE = Variant(
    program=Program.parse({"x_2": "a * x_1 + b", "x_3": "a * x_2 + b", "value": "a * x_3 + b"}),
    convention={"rule": "recursive"},
    stem="A deterministic sequence: every element follows from the one before it, $$x_t = a \\, x_{t-1} + b$$ With "
    "the first element $x_1$ given, what is $x_4$?",
    symbols={"value": "x_4"},
    ranges={"a": _FACTOR, "b": Range(-9, 9, 1), "x_1": Range(-15, 15, 1)},
    keep=lambda trace: float(trace["x_1"]) != 0 != float(trace["b"]),
    slips=(
        slip("one-step-short", _SHORT, value="x_3"),
        perhaps("one-step-too-far", _FAR, value="a * (a * x_3 + b) + b"),
        slip(
            "added-once",
            "You added $b$ at the last step only. The rule adds it at every one.",
            x_2="a * x_1",
            x_3="a * x_2",
        ),
        perhaps(
            "straight-line",
            "You put the step number into the rule. It asks for the element before.",
            value="a * 4 + b",
        ),
    ),
)

_TWO_BACK = Variant(
    program=Program.parse({"x_3": "a * x_2 + b * x_1", "x_4": "a * x_3 + b * x_2", "value": "a * x_4 + b * x_3"}),
    convention={"rule": "two-back"},
    stem="A deterministic sequence: every element follows from the two before it, "
    "$$x_t = a \\, x_{t-1} + b \\, x_{t-2}$$ With the first two given, what is $x_5$?",
    symbols={"value": "x_5"},
    ranges={
        "a": Pick((-2.0, -1.0, 1.0, 2.0)),
        "b": Pick((-2.0, -1.0, 1.0, 2.0)),
        **dict.fromkeys(("x_1", "x_2"), Range(-15, 15, 1)),
    },
    slips=(
        perhaps("one-step-short", _SHORT, value="x_4"),
        perhaps(
            "swapped",
            "$a$ and $b$ changed places: $a$ belongs to the element just before.",
            x_3="b * x_2 + a * x_1",
            x_4="b * x_3 + a * x_2",
            value="b * x_4 + a * x_3",
        ),
        perhaps(
            "first-kept",
            "You used $x_1$ at every step. The two elements before move on with $t$.",
            x_4="a * x_3 + b * x_1",
            value="a * x_4 + b * x_1",
        ),
        perhaps(
            "newest-only",
            r"You left out $b \, x_{t-2}$: two elements are needed.",
            x_3="a * x_2",
            x_4="a * x_3",
            value="a * x_4",
        ),
    ),
)

# -- a sampled wave --------------------------------------------------------------------------------------------------


def _sampled(time: str, other: str, stem: str, step: str, says: str, **ranges: Range | Pick) -> Variant:
    return Variant(
        program=Program.parse({"time": time, "angle": "2 * pi * nu * time", "x": "A * sin(angle)"}),
        convention={"spacing": step},
        stem=stem,
        ranges=ranges,
        keep=lambda trace: abs(float(trace["x"])) > 0.1,
        slips=(
            perhaps("no-two-pi", r"The factor $2\pi$ is missing: one period is a full turn.", angle="nu * time"),
            perhaps(
                "degrees",
                "Your calculator took the angle for degrees. It is in radians.",
                x="A * sin(angle * pi / 180)",
            ),
            perhaps(
                "counted-from-one",
                "You counted the samples from 1: sample 0 is at time 0.",
                time=time.replace("k", "(k - 1)"),
            ),
            perhaps("spacing-inverted", says, time=other),
            perhaps("no-amplitude", "The amplitude $A$ is missing.", x="sin(angle)"),
        ),
    )


_WAVE = r"$$x_k = A \sin(2 \pi \nu t_k), \quad k = 0, 1, 2, \ldots$$"

EXERCISES = (
    Exercise(
        id="sequences.rule",
        version=2,
        level=1,
        asks="value",
        form=WHOLE,
        scalar=True,
        summary="an element of a sequence that follows a rule, closed or recursive",
        symbols={"a": "a", "b": "b"},
        variants=(_LINEAR, _QUADRATIC, _RECURSIVE, _TWO_BACK),
        why="The rule alone does not fix a recursive sequence: it takes as many first elements as the rule looks back.",
    ),
    Exercise(
        id="sequences.sine",
        version=1,
        level=2,
        asks="x",
        requires=("sequences.rule",),
        summary="a sample of a sine wave: a signal in continuous time made a sequence",
        scalar=True,
        symbols={
            "k": "k",
            "x": "x_k",
            "time": "t_k",
            "angle": r"\text{angle}_k",
            "A": "A",
            "r": "r",
            "delta": r"\Delta t",
        },
        ranges={"A": Range(0.5, 4, 0.1), "k": Range(1, 9, 1)},
        variants=(
            _sampled(
                "k * delta",
                "k / delta",
                rf"A sine wave with $\nu$ periods a second is sampled every $\Delta t$ seconds, $t_k = k \, \Delta t$: "
                f"{_WAVE} Compute sample number $k$ (angle in radians).",
                "step",
                r"You divided by $\Delta t$. Sample $k$ is $k$ of these times after the first.",
                nu=Pick((0.4, 0.5, 0.8, 1.0, 1.2, 1.5, 1.8, 2.0, 2.2, 2.5)),
                delta=Pick((0.02, 0.05, 0.08, 0.1, 0.12, 0.15)),
            ),
            _sampled(
                "k / r",
                "k * r",
                rf"A sine wave with $\nu$ periods a second is sampled $r$ times a second, at $t_k = k / r$: "
                f"{_WAVE} Compute sample number $k$ (angle in radians).",
                "rate",
                "You multiplied by $r$. With $r$ samples a second, two of them lie one $r$-th of a second apart.",
                nu=Range(1, 6, 1),
                r=Pick((16.0, 20.0, 25.0, 40.0, 50.0)),
            ),
        ),
        why=r"The wave is a function of continuous time; its samples are a sequence. They tell it from slower waves "
        r"only with more than two samples a period.",
    ),
)
