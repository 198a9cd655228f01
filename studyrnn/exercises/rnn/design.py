"""Weights that make a network do something."""

from studyrnn.engine.equations import Program
from studyrnn.questions import Design, Exercise, Fixed, Range, Slip, Variant, all_cases

_STEPS = (1, 2, 3)

_HIDDEN = ("x_1", "x_2", "x_3")

_THREE_INPUTS = all_cases(*_HIDDEN, low=0.0, high=1.0)  # on or off

_ALL_CASES = "It has to work for all eight sequences of three inputs."

# -- a threshold unit that remembers ---------------------------------------------------------------------------------

_LATCHES = {  # what is wanted, h_0, and the weights that do it
    "any": ("1 if any of the three inputs was on", "0", "1 / s", "1 / v", "-0.5"),
    "all": ("1 if all three inputs were on", "1", "1 / s", "1 / v", "-1.5"),
    "last": ("1 if the last input was on, whatever came before", "0", "1 / s", "0", "-0.5"),
}

_LATCHED = Slip(
    "latched",
    "The unit holds on to its own state: with $u$ as strong as that, what was on stays on.",
    equations={"u": "1 / v"},
)
_FORGETS = Slip(
    "forgets",
    "The unit forgets: with such a weak $u$ the state does not count, only the last input does.",
    equations={"u": "0"},
)
_ONE_IS_ENOUGH = Slip(
    "one-is-enough",
    "An input or the state alone brings the unit on. It must need both: $b$ has to hold it down against one.",
    equations={"b": "-0.5"},
)
_ALWAYS_ON = Slip(
    "always-on",
    "The unit is always on: without input and state $b$ alone must not exceed 0.",
    equations={"b": "0.5"},
)
_ALWAYS_OFF = Slip(
    "always-off",
    "The unit never comes on: its largest sum, with input and state both on, does not exceed 0.",
    equations={"b": "-2.5"},
)
_LATCH_SLIPS = {
    "any": (_FORGETS, _ALWAYS_ON),
    "all": (_ONE_IS_ENOUGH,),
    "last": (_LATCHED, _ALWAYS_ON),
}


def _latch(kind: str) -> Variant:
    wanted, start, w, u, b = _LATCHES[kind]
    return Variant(
        program=Program.parse(
            {"w": w, "u": u, "b": b} | {f"h_{t}": f"step(w * (s * x_{t}) + u * (v * h_{t - 1}) + b)" for t in _STEPS}
        ),
        convention={"wanted": kind},
        ranges={"h_0": Fixed(float(start))},
        stem=r"A single unit with a hard threshold: $$h_t = \operatorname{step}(w\, s\, x_t + u\, v\, h_{t-1} + b)$$ "
        r"where $\operatorname{step}(a) = 1$ for $a > 0$, else 0. An input is on ($x_t = 1$) or off ($x_t = 0$); the "
        f"state begins with $h_0 = {start}$. After three inputs $h_3$ is to be {wanted}, and 0 if not. {_ALL_CASES}",
        slips=(*_LATCH_SLIPS[kind], _ALWAYS_OFF),
    )


# -- a linear unit that counts ---------------------------------------------------------------------------------------

_COUNTERS = {  # what is wanted of h_3, and the weights that do it
    "up": ("$h_0$, and $v$ more for every input that was on", "v / s", "1", "0"),
    "down": ("$h_0$, and $v$ less for every input that was on", "-(v / s)", "1", "0"),
    "off": ("$h_0$, and $v$ more for every input that was off", "-(v / s)", "1", "v"),
    "clock": ("$h_0$, and $v$ more for every step, whatever the inputs", "0", "1", "v"),
}


def _counter(kind: str) -> Variant:
    wanted, w, u, b = _COUNTERS[kind]
    return Variant(
        program=Program.parse(
            {"w": w, "u": u, "b": b} | {f"h_{t}": f"w * (s * x_{t}) + u * h_{t - 1} + b" for t in _STEPS}
        ),
        convention={"wanted": kind},
        stem=r"A single linear unit: $$h_t = w\, s\, x_t + u\, h_{t-1} + b$$ An input is on ($x_t = 1$) or off "
        f"($x_t = 0$). After three inputs $h_3$ is to be {wanted}, within 0.05. {_ALL_CASES}",
        slips=(
            Slip(
                "leaks",
                "The count leaks away: with $u$ below 1 what was counted earlier shrinks at every step.",
                equations={"u": "0.5"},
            ),
            Slip(
                "not-carried",
                "Nothing is carried: with $u = 0$ the unit knows the last step only.",
                equations={"u": "0"},
            ),
            Slip(
                "drifts",
                "The bias counts too: it is added at every step, on or off.",
                equations={"b": f"{b} + 1"},
            ),
            Slip(
                "scale-forgotten",
                "The inputs come in multiplied by $s$: a step of $v$ needs a weight that takes $s$ back out.",
                equations={"w": w.replace(" / s", "")},
                always=False,
            )
            if kind != "clock"
            else Slip("input-counted", "Inputs must not count here: $w$ has to be 0.", equations={"w": "v / s"}),
        ),
    )


# -- parity ----------------------------------------------------------------------------------------------------------

_PARITY = Program.parse(
    {"b_p": "-(s / 2)", "b_q": "-(3 * u / 2)", "v": "-r"}
    | {
        name: text
        for t in _STEPS
        for name, text in {
            f"p_{t}": f"step(s * (x_{t} + h_{t - 1}) + b_p)",
            f"q_{t}": f"step(u * (x_{t} + h_{t - 1}) + b_q)",
            f"h_{t}": f"step(r * p_{t} + v * q_{t})",
        }.items()
    }
)


EXERCISES = (
    Exercise(
        id="rnn.design-latch",
        version=1,
        level=5,
        asks="h_3",
        form=Design(("w", "u", "b")),
        requires=("rnn.hidden-state",),
        summary="choose the weights of a single unit so that it remembers any, all or the last of its inputs",
        symbols={"w": "w", "u": "u", "b": "b", "s": "s", "v": "v"},
        scalar=True,
        hides=(*_HIDDEN, "h_0"),
        ranges={"s": Range(0.2, 9.9), "v": Range(0.2, 9.9), **_THREE_INPUTS},
        shapes=dict.fromkeys(_HIDDEN, (8,)),
        variants=tuple(map(_latch, _LATCHES)),
    ),
    Exercise(
        id="rnn.design-counter",
        version=1,
        level=5,
        asks="h_3",
        form=Design(("w", "u", "b")),
        requires=("rnn.hidden-state",),
        summary="choose the weights of a linear unit so that it counts",
        symbols={"w": "w", "u": "u", "b": "b", "s": "s", "v": "v"},
        scalar=True,
        hides=_HIDDEN,
        ranges={"s": Range(2.0, 9.9), "v": Range(0.5, 5.0), "h_0": Range(-5.0, 5.0), **_THREE_INPUTS},
        shapes=dict.fromkeys(_HIDDEN, (8,)),
        variants=tuple(map(_counter, _COUNTERS)),
        why="A linear unit with $u = 1$ is a perfect integrator: nothing fades, and nothing bounds it either.",
    ),
    Exercise(
        id="rnn.design-parity",
        version=1,
        level=5,
        asks="h_3",
        form=Design(("b_p", "b_q", "v")),
        requires=("rnn.design-latch",),
        summary="choose thresholds and a weight so that the state is the parity of the inputs",
        symbols={"b_p": "b_p", "b_q": "b_q", "v": "v", "s": "s", "u": "u", "r": "r"},
        scalar=True,
        hides=(*_HIDDEN, "h_0"),
        ranges={"s": Range(0.5, 9.9), "u": Range(0.5, 9.9), "r": Range(0.5, 9.9), "h_0": Fixed(0.0), **_THREE_INPUTS},
        shapes=dict.fromkeys(_HIDDEN, (8,)),
        variants=(
            Variant(
                program=_PARITY,
                stem=r"Two hidden units with hard thresholds and a state that is 0 or 1: $$p_t = \operatorname{step}(s "
                r"(x_t + h_{t-1}) + b_p), \quad q_t = \operatorname{step}(u (x_t + h_{t-1}) + b_q), \quad h_t = "
                r"\operatorname{step}(r p_t + v q_t)$$ where $\operatorname{step}(a) = 1$ for $a > 0$, else 0; $h_0 = "
                "0$. After three inputs of 0 or 1, $h_3$ is to be 1 if the number of ones is odd, and 0 if it is even. "
                f"{_ALL_CASES}",
                slips=(
                    Slip(
                        "any-for-odd",
                        "That remembers whether there was a one at all: $q_t$, which is on when both are, has to "
                        "switch the state off again, with a $v$ of at most $-r$.",
                        equations={"v": "0"},
                    ),
                    Slip(
                        "same-threshold",
                        "Both units come on at a single one. $q_t$ must wait until input and state are both on.",
                        equations={"b_q": "-(u / 2)"},
                    ),
                    Slip(
                        "always-on",
                        "With that $b_p$ the unit $p_t$ is on even without input and state.",
                        equations={"b_p": "s / 2"},
                    ),
                ),
            ),
        ),
        why="Parity is no threshold of the sum, so one threshold unit cannot do it; two can, and the state needs one "
        "bit.",
    ),
)
