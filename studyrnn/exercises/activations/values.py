"""What sigmoid and tanh put out: with decimals, and exactly."""

from studyrnn.engine.equations import Program
from studyrnn.questions import FRACTION, Exercise, Logs, Range, Slip, Variant, perhaps, slip

_SIGMOID = r"\sigma(a) = \frac{1}{1 + e^{-a}}"
_TANH = r"\tanh(a) = \frac{e^a - e^{-a}}{e^a + e^{-a}}"

_GATES = {
    "f_t": "the forget gate of an LSTM",
    "i_t": "the input gate of an LSTM",
    "o_t": "the output gate of an LSTM",
    "r_t": "the reset gate of a GRU",
}
_STATES = {
    "h_t": "the state of a vanilla RNN",
    "g_t": "the candidate of an LSTM",
    r"\tilde{h}_t": "the candidate of a GRU",
}


def _sigmoid(symbol: str, gate: str) -> Variant:
    return Variant(
        program=Program.parse({"u": "exp(-a)", "s": "1 / (1 + u)"}),
        symbols={"s": symbol},
        stem=f"Two entries of {gate}, with the pre-activations $a$. Entry by entry "
        rf"$${symbol} = \sigma(a), \quad {_SIGMOID}$$",
        slips=(
            slip(
                "exponent-sign",
                r"That is $\sigma(-a) = 1 - \sigma(a)$: the exponent is $-a$, so that a large $a$ opens the gate.",
                u="exp(a)",
            ),
            slip("not-inverted", r"That is $1 + e^{-a}$: the sigmoid is one over it.", s="1 + u"),
            slip("no-one", r"The 1 in the denominator is missing: that is $e^a$, which has no upper bound.", s="1 / u"),
            slip("tanh", r"That is $\tanh(a)$: the sigmoid lies between 0 and 1.", s="tanh(a)"),
            slip(
                "threshold",
                "You rounded the gate to open or shut. A sigmoid takes every value between 0 and 1.",
                s="step(a)",
            ),
        ),
    )


def _tanh(symbol: str, state: str) -> Variant:
    return Variant(
        program=Program.parse({"u": "exp(a)", "v": "exp(-a)", "h": "(u - v) / (u + v)"}),
        convention={"by": "definition"},
        symbols={"h": symbol},
        stem=f"Two entries of {state}, with the pre-activations $a$. Entry by entry "
        rf"$${symbol} = \tanh(a), \quad {_TANH}$$",
        slips=(
            slip("no-denominator", r"You halved $e^a - e^{-a}$: it is divided by $e^a + e^{-a}$.", h="(u - v) / 2"),
            slip("numerator", r"That is $e^a$ over the denominator: the numerator is $e^a - e^{-a}$.", h="u / (u + v)"),
            slip("sigmoid", r"That is $\sigma(a)$: tanh lies between $-1$ and 1.", h="sigmoid(a)"),
            slip("sign", r"The sign is turned round: $\tanh(a)$ has the sign of $a$.", h="(v - u) / (u + v)"),
            perhaps(
                "cut-off",
                r"You cut $a$ off at $-1$ and 1. $\tanh$ bends towards them, and always lies between 0 and $a$.",
                h="clamp(a, 1)",
            ),
        ),
    )


def _tanh_by_sigmoid(symbol: str, state: str) -> Variant:
    return Variant(
        program=Program.parse({"s": "sigmoid(2 * a)", "h": "2 * s - 1"}),
        convention={"by": "sigmoid"},
        symbols={"h": symbol, "s": r"\sigma(2 a)"},
        stem=f"Two entries of {state}, with the pre-activations $a$ and ${symbol} = \\tanh(a)$. There is only a "
        r"sigmoid at hand, but $$\tanh(a) = 2 \sigma(2 a) - 1$$",
        slips=(
            slip(
                "half-argument",
                r"You took $\sigma(a)$: that gives $\tanh(a/2)$. The argument of the sigmoid is $2 a$.",
                s="sigmoid(a)",
            ),
            slip("not-stretched", r"That is $\sigma(2 a)$: it is still to be doubled, and 1 taken off.", h="s"),
            slip("bracket", "You took 1 off before doubling. Double first, then take 1 off.", h="2 * (s - 1)"),
            slip("sign", r"The sign is turned round: $\tanh(a)$ has the sign of $a$.", h="1 - 2 * s"),
        ),
    )


_LOGS_ADDED = slip(
    "logarithms-added",
    "You added the numbers behind the logarithms. A sum of logarithms is the logarithm of the product: "
    "$e^{u + v} = e^u e^v$.",
    k="exp(u) + exp(v)",
)


def _exact(activation: str, unit: str) -> Variant:
    if activation == "sigmoid":
        rhs, formula = "k / (1 + k)", r"\sigma(a) = \frac{e^a}{1 + e^a}"
        slips: tuple[Slip, ...] = (
            slip("no-one", r"That is $e^a$: the sigmoid sets it against $1 + e^a$.", s="k"),
            slip("inverted", r"That is $1 - \sigma(a) = \sigma(-a)$: the numerator is $e^a$.", s="1 / (1 + k)"),
            slip("tanh", r"That is $\tanh(a)$: the sigmoid lies between 0 and 1.", s="(k * k - 1) / (k * k + 1)"),
            _LOGS_ADDED,
        )
    else:
        rhs, formula = "(k * k - 1) / (k * k + 1)", r"\tanh(a) = \frac{(e^a)^2 - 1}{(e^a)^2 + 1}"
        slips = (
            slip("sigmoid", r"That is $\sigma(a)$: tanh lies between $-1$ and 1.", s="k / (1 + k)"),
            slip(
                "half-argument",
                r"$e^a$ was not squared: that is $\tanh(a/2)$, or $2\sigma(a) - 1$.",
                s="(k - 1) / (k + 1)",
            ),
            slip("sign", r"The sign is turned round: $\tanh$ has the sign of $a$.", s="(1 - k * k) / (k * k + 1)"),
        )
    return Variant(
        program=Program.parse({"k": "exp(u + v)", "s": rhs}),
        convention={"activation": activation},
        stem=f"The pre-activation of {unit} is $a = u + v$, where $u$ comes from the input and $v$ from the state. "
        rf"Both are logarithms of whole numbers, or their negatives. $$\phi(a) = {formula}$$",
        keep=lambda trace: 1 / 99.5 < float(trace["k"]) < 99.5,
        slips=slips,
    )


EXERCISES = (
    Exercise(
        id="activations.sigmoid",
        version=1,
        level=1,
        asks="s",
        summary="the sigmoid of two numbers: how far a gate is open",
        symbols={"a": "a", "u": "u"},
        shapes={"a": (2,)},
        ranges={"a": Range(-4.0, 4.0, 0.05)},
        variants=tuple(_sigmoid(*gate) for gate in _GATES.items()),
    ),
    Exercise(
        id="activations.tanh",
        version=1,
        level=1,
        asks="h",
        summary="the hyperbolic tangent of two numbers, by its definition or by way of a sigmoid",
        symbols={"a": "a", "u": "u", "v": "v"},
        shapes={"a": (2,)},
        ranges={"a": Range(-2.5, 2.5, 0.05)},
        variants=tuple(make(*state) for make in (_tanh, _tanh_by_sigmoid) for state in _STATES.items()),
    ),
    Exercise(
        id="activations.exact-values",
        version=1,
        scalar=True,
        level=1,
        form=FRACTION,
        asks="s",
        requires=("activations.sigmoid", "activations.tanh"),
        summary="a sigmoid or tanh at a sum of logarithms, exactly, as a fraction",
        symbols={"u": "u", "v": "v", "k": "e^a", "s": r"\phi(a)"},
        ranges={"u": Logs(40), "v": Logs(40)},
        variants=(
            *(_exact("sigmoid", unit) for unit in _GATES.values()),
            *(_exact("tanh", unit) for unit in _STATES.values()),
        ),
    ),
)
