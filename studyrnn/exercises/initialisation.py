"""How weights and biases start, and what the first forward pass makes of that."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from studyrnn.engine.equations import Program
from studyrnn.questions import Exercise, Parts, Pick, Range, Slip, Variant

_SAYS = {
    "variance-for-deviation": r"That is the variance. The standard deviation $\sigma$ is its root.",
    "deviation-for-limit": r"That is the standard deviation. A uniform distribution on $[-a, a]$ has the variance "
    "$a^2 / 3$, so its limit lies further out.",
    "limit-for-deviation": r"That is the limit of a uniform distribution with this variance. Asked is $\sigma$.",
    "whole-width": r"The interval is $2a$ wide, and its variance $(2a)^2 / 12 = a^2 / 3$.",
    "fan-in-alone": r"Glorot's variance looks at both sides: it has $d + n$ below the line.",
    "fan-out": r"That is the other size: a unit adds up $d$ terms, one for every input.",
    "factor-of-glorot": "The 2 above the line is missing: with $n$ on both sides, $2 / (n + n)$ is $1/n$.",
    "no-relu-factor": "ReLU sets half of the sums to 0, which the factor 2 makes up for.",
    "one-term": r"A sum of independent terms has the sum of their variances: there are as many as there are inputs.",
    "deviations-multiplied": r"$\sigma$ was not squared: variances add, standard deviations do not.",
    "mean-ignored": r"The mean counts too: what a weight is multiplied with has the mean square $\bar{x}^2 + s^2$.",
    "squared-count": r"The number of terms was squared. For independent terms the variance grows with their number.",
    "no-recurrence": "The recurrent part is missing: the sum has terms from $h_{t-1}$ as well.",
    "no-input": "The part of the input is missing: the sum has terms from $x_t$ as well.",
    "variances-averaged": "The two parts were averaged. Variances of independent parts are added.",
    "times-steps": "The factors of the steps are multiplied, not added: take a power.",
    "one-step": "That is one step only. Every step multiplies by the same factor.",
    "deviation-asked": "That is the standard deviation. The variance is its square.",
    "no-activation": "ReLU is missing: what is below 0 becomes 0.",
    "tanh": r"That is $\tanh$. An IRNN has ReLU.",
    "no-carry": r"$W_{hh}$ starts as the identity, not as 0: the old state is added as it is.",
    "mixed-units": r"Every unit got the whole old state. The identity gives each unit its own old value alone.",
    "relu-of-input": "ReLU comes after the sum with the old state, not before it.",
    "no-gate": "Where the sum is below 0, ReLU has slope 0 and passes nothing back.",
    "gate-of-gradient": "ReLU was applied to the gradient. Its slope depends on $a$, not on what comes back.",
    "tanh-slope": r"That is the slope of $\tanh$. ReLU has the slopes 0 and 1.",
    "gate-flipped": "The slopes are exchanged: 1 where the sum is above 0, else 0.",
    "times-k": "The gate multiplies the cell anew at every step: the share is a power of $f$.",
    "forgotten-share": "That is what is lost. Asked is the share that is left.",
    "forget-inverted": "The forget gate is the share that is kept, not the one that goes.",
    "bias-as-gate": r"The bias goes through $\sigma$ before it multiplies anything.",
    "one-gate": "That is the gate. The cell meets it at every step.",
    "gate-for-bias": r"That is the gate itself. Asked is the bias: the sum that $\sigma$ takes.",
    "logarithm-alone": r"The inverse of $\sigma$ is $\ln(f / (1 - f))$; $\ln f$ alone is below 0.",
    "per-step-share": "The share is left after all $k$ steps; of one step it is the $k$-th root.",
    "share-over-k": "The share was divided by the steps. Factors multiply: take the $k$-th root.",
    "sign": "The sign is turned round: a bias above 0 opens the gate.",
}


def _slip(name: str, **equations: str) -> Slip:
    return Slip(name, _SAYS[name], equations)


def _perhaps(name: str, **equations: str) -> Slip:
    return Slip(name, _SAYS[name], equations, always=False)


def _differ(trace: Mapping[str, Any]) -> bool:
    return abs(float(trace["d"]) - float(trace["n"])) > 2


# -- weights ---------------------------------------------------------------------------------------------------------

_LAYER = r"The matrix $W_{xh}$ of $n$ units with $d$ inputs, $n \times d$, starts with the variance that "
_GLOROT = r"Glorot and Bengio (Xavier) prescribe, $$v = \frac{2}{d + n}$$ "
_HE = r"He prescribes for layers with ReLU, $$v = \frac{2}{d}$$ "
_FAN_IN = r"keeps every sum at the mean square of the inputs, $$v = \frac{1}{d}$$ "


def _scheme(kind: str, variance: str, stem: str, uniform: bool, *slips: Slip) -> Variant:
    rhs, other = ("sqrt(3 * v)", "sqrt(v)") if uniform else ("sqrt(v)", "sqrt(3 * v)")
    asked = (
        r"Its entries are drawn evenly from $[-a, a]$ around 0. How large is $a$?"
        if uniform
        else r"Its entries are drawn from a normal distribution with mean 0. What is its standard deviation $\sigma$?"
    )
    return Variant(
        program=Program.parse({"v": variance, "s": rhs}),
        convention={"scheme": kind, "distribution": "uniform" if uniform else "normal"},
        stem=_LAYER + stem + asked,
        symbols={"s": "a" if uniform else r"\sigma"},
        slips=(
            _slip("deviation-for-limit" if uniform else "limit-for-deviation", s=other),
            *([_perhaps("whole-width", s="sqrt(12 * v)")] if uniform else []),
            _perhaps("variance-for-deviation", s="v"),
            *slips,
        ),
        also=("d", "n"),
        keep=_differ,
    )


_SCHEMES = tuple(
    _scheme(kind, variance, stem, uniform, *slips)
    for uniform in (True, False)
    for kind, variance, stem, slips in (
        (
            "Glorot",
            "2 / (d + n)",
            _GLOROT,
            (_perhaps("factor-of-glorot", v="1 / (d + n)"), _perhaps("fan-in-alone", v="2 / d")),
        ),
        ("He", "2 / d", _HE, (_perhaps("no-relu-factor", v="1 / d"), _perhaps("fan-out", v="2 / n"))),
        ("fan-in", "1 / d", _FAN_IN, (_perhaps("fan-out", v="1 / n"),)),
    )
)

# -- what the sums become --------------------------------------------------------------------------------------------

_INDEPENDENT = "Take all weights as independent of each other and of what they are multiplied with, with mean 0"

_VARIANCES = (
    Variant(
        program=Program.parse({"square": "mean * mean + s * s", "v": "n * (sigma * sigma) * square"}),
        convention={"layer": "one sum"},
        stem=rf"A unit adds up $n$ inputs, $a = \sum_j w_j x_j$. {_INDEPENDENT} and standard deviation $\sigma$. The "
        r"inputs have the mean $\bar{x}$ and the standard deviation $s$. What is the variance $v$ of $a$?",
        slips=(
            _slip("one-term", v="sigma * sigma * square"),
            _perhaps("deviations-multiplied", v="n * sigma * square"),
            _perhaps("mean-ignored", square="s * s"),
            _perhaps("squared-count", v="n * n * (sigma * sigma) * square"),
            _perhaps("deviation-asked", v="sqrt(n * (sigma * sigma) * square)"),
        ),
    ),
    Variant(
        program=Program.parse(
            {"input": "d * (sigma * sigma) * p", "recurrent": "n * (tau * tau) * q", "v": "input + recurrent"}
        ),
        convention={"layer": "recurrent"},
        stem=r"A unit of a recurrent layer adds up $a_t = \sum_j w_j x_{t,j} + \sum_k u_k h_{t-1,k}$ over $d$ inputs "
        rf"and $n$ old states, bias 0. {_INDEPENDENT}, the $w_j$ with standard deviation $\sigma$, the $u_k$ with "
        r"$\tau$. The mean of $x_{t,j}^2$ is $p$, that of $h_{t-1,k}^2$ is $q$. What is the variance $v$ of $a_t$?",
        slips=(
            _slip("no-recurrence", v="input"),
            _slip("no-input", v="recurrent"),
            _perhaps("one-term", input="sigma * sigma * p", recurrent="tau * tau * q"),
            _perhaps("deviations-multiplied", input="d * sigma * p", recurrent="n * tau * q"),
            _perhaps("variances-averaged", v="(input + recurrent) / 2"),
        ),
    ),
    Variant(
        program=Program.parse({"r": "n * (sigma * sigma)", "v": "power(r, k) * q"}),
        convention={"layer": "k linear layers"},
        stem=rf"A signal passes $k$ linear layers of $n$ units, $h_j = W_j h_{{j-1}}$. {_INDEPENDENT} and standard "
        r"deviation $\sigma$. The entries of $h_0$ have the mean square $q$; each layer multiplies it by $r$. What is "
        "the variance $v$ of an entry of $h_k$?",
        slips=(
            _slip("one-step", v="r * q"),
            _perhaps("times-steps", v="k * r * q"),
            _perhaps("deviations-multiplied", r="n * sigma"),
            _perhaps("one-term", r="sigma * sigma"),
        ),
        ranges={"sigma": Pick((0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)), "n": Range(4, 16, 1), "k": Range(2, 5, 1)},
        keep=lambda trace: 0.4 < float(trace["r"]) < 2.5,
    ),
    Variant(
        program=Program.parse({"r": "n * (sigma * sigma) / 2", "v": "power(r, k) * q"}),
        convention={"layer": "k layers with ReLU"},
        stem=r"A signal passes $k$ layers of $n$ units with ReLU, $a_j = W_j \operatorname{ReLU}(a_{j-1})$. "
        rf"{_INDEPENDENT} and standard deviation $\sigma$. The entries of $a_0$ have the mean square $q$. They and "
        "all weights are distributed symmetrically around 0, so that ReLU halves a mean square; each layer multiplies "
        "it by $r$. What is the variance $v$ of an entry of $a_k$?",
        slips=(
            _slip("no-relu-factor", r="n * (sigma * sigma)"),
            _slip("one-step", v="r * q"),
            _perhaps("times-steps", v="k * r * q"),
            _perhaps("deviations-multiplied", r="n * sigma / 2"),
        ),
        ranges={"sigma": Pick((0.25, 0.3, 0.35, 0.4, 0.45, 0.5)), "n": Range(6, 24, 1), "k": Range(2, 4, 1)},
        keep=lambda trace: 0.4 < float(trace["r"]) < 2.5,
    ),
)

# -- identity and bias -----------------------------------------------------------------------------------------------

_IRNN = (
    r"A recurrent layer with ReLU starts as an IRNN: $W_{hh}$ is the identity and the bias is 0, so that "
    r"$$a_t = W_{xh} x_t + h_{t-1}, \quad h_t = \operatorname{ReLU}(a_t)$$ "
)
_STEP = Program.parse({"a": "W_xh @ x + h_", "h": "relu(a)"})


def _clear(trace: Mapping[str, Any]) -> bool:
    """One unit at least is on and one off, none on the edge."""
    sums = [float(entry) for entry in trace["a"]]
    return min(map(abs, sums)) > 0.05 and min(sums) < 0 < max(sums)


_GATES = r"An LSTM starts with small weights, so that its forget gates stand at $f = \sigma(b_f)$. "

_FORGET = (
    Variant(
        program=Program.parse({"f": "sigmoid(b_f)", "p": "power(f, k)", "q": "p * c_0"}),
        convention={"asked": "cell"},
        stem=_GATES + "A cell holds $c_0$, and for $k$ steps nothing is written into it. What is left of it?",
        symbols={"q": "c_k"},
        slips=(
            _slip("one-gate", p="f"),
            _perhaps("forgotten-share", p="1 - power(f, k)"),
            _perhaps("forget-inverted", p="power(1 - f, k)"),
            _perhaps("times-k", p="k * f"),
            _perhaps("bias-as-gate", f="b_f"),
        ),
        ranges={"k": Range(2, 12, 1), "b_f": Range(0.5, 4.0), "c_0": Range(1.0, 6.0)},
    ),
    Variant(
        program=Program.parse({"p": "c_k / c_0", "f": "power(p, 1 / k)", "q": "log(f / (1 - f))"}),
        convention={"asked": "bias"},
        stem=_GATES + "A cell holds $c_0$, and for $k$ steps nothing is written into it. After them $c_k$ is to be "
        "left. Which bias $b_f$ does that?",
        symbols={"q": "b_f"},
        slips=(
            _slip("per-step-share", f="p"),
            _slip("gate-for-bias", q="f"),
            _perhaps("share-over-k", f="p / k"),
            _perhaps("logarithm-alone", q="log(f)"),
            _slip("sign", q="log((1 - f) / f)"),
        ),
        ranges={"k": Range(2, 9, 1), "c_0": Range(3.0, 9.0), "c_k": Range(0.3, 2.9)},
        keep=lambda trace: float(trace["p"]) > 0.1 and 0.35 < float(trace["f"]) < 0.8,
    ),
)

_scalar = partial(Exercise, version=1, scalar=True)

EXERCISES = (
    _scalar(
        id="initialisation.xavier-limit",
        level=2,
        asks="s",
        summary="from the variance that a scheme prescribes to the distribution that is drawn from",
        symbols={"d": "d", "n": "n", "v": "v"},
        ranges={"d": Range(2, 150, 1), "n": Range(2, 150, 1)},
        why=r"Schemes prescribe a variance: $1/n$ means a standard deviation of $1/\sqrt{n}$. Of a square $W_{hh}$ "
        "Glorot's variance is $1/n$, too.",
        variants=_SCHEMES,
    ),
    _scalar(
        id="initialisation.preactivation-variance",
        level=3,
        asks="v",
        requires=("initialisation.xavier-limit",),
        summary="the variance of a sum of weighted inputs, and what many layers make of it",
        symbols={name: name for name in "dnkpqrsv"}
        | {"mean": r"\bar{x}", "square": r"\mathbb{E}[x^2]", "input": r"v_x", "recurrent": r"v_h"},
        ranges={
            "n": Range(3, 40, 1),
            "d": Range(2, 20, 1),
            "sigma": Range(0.1, 0.6, 0.05),
            "tau": Range(0.1, 0.6, 0.05),
            "s": Range(0.4, 1.5),
            "mean": Pick((-1.0, -0.8, -0.6, -0.5, 0.5, 0.6, 0.8, 1.0)),
            "p": Range(0.3, 2.0),
            "q": Range(0.2, 1.0),
        },
        why="The start only sets the scale: a factor of 1 for each layer, or step, keeps the signal in range. Where "
        r"$\tanh$ bends, slopes below 1 still shrink what goes back.",
        variants=_VARIANCES,
    ),
    Exercise(
        id="initialisation.irnn-step",
        version=1,
        level=2,
        asks="h",
        n=3,
        requires=("rnn.hidden-state",),
        summary="the first step of a ReLU network whose recurrent matrix is the identity",
        ranges={"h_": Range(0.1, 1.2), "W_xh": Pick(tuple(k / 10 for k in range(-15, 16) if k))},
        why="With no input, a state that is not negative is copied for ever: the identity neither grows nor fades.",
        variants=(
            Variant(
                program=_STEP,
                stem=_IRNN + "Make one step.",
                slips=(
                    _slip("no-activation", h="a"),
                    _slip("tanh", h="tanh(a)"),
                    _slip("no-carry", a="W_xh @ x"),
                    _slip("mixed-units", a="W_xh @ x + total(h_)"),
                    _perhaps("relu-of-input", h="relu(W_xh @ x) + h_"),
                ),
                keep=_clear,
            ),
        ),
    ),
    Exercise(
        id="initialisation.irnn-gradient",
        version=1,
        level=3,
        asks="dh_",
        n=3,
        form=Parts(names=("a", "s", "dh_")),
        requires=("initialisation.irnn-step",),
        summary="what an IRNN passes back through one step: all of it, or nothing",
        shapes={"v": (3,)},
        symbols={"v": "v"},
        ranges={"h_": Range(0.1, 1.2), "W_xh": Pick(tuple(k / 10 for k in range(-15, 16) if k))}
        | {"v": Pick(tuple(k / 10 for k in range(-20, 21) if abs(k) > 2))},
        why="The Jacobian is the identity only while all sums are above 0. A unit below 0 passes nothing back.",
        variants=(
            Variant(
                program=_STEP + Program.parse({"L": "dot(v, h)", "s": "step(a)", "dh_": "s * v"}),
                stem=_IRNN + r"The loss reads the new state, $L = v^\top h_t$. Which gradient reaches $h_{t-1}$? "
                r"($s_t$ are the slopes of ReLU at $a_t$: 1 above 0, else 0.)",
                slips=(
                    _slip("no-gate", dh_="v"),
                    _perhaps("tanh-slope", s="1 - tanh(a) * tanh(a)"),
                    _slip("gate-flipped", s="1 - step(a)"),
                    _perhaps("gate-of-gradient", dh_="relu(v)"),
                ),
                keep=_clear,
            ),
        ),
    ),
    _scalar(
        id="initialisation.forget-bias",
        level=2,
        asks="q",
        summary="the bias of a forget gate and how long a cell remembers",
        symbols={"k": "k", "f": "f", "p": "p", "c_k": "c_k"},
        why=r"With a bias of 0 half of the cell is gone after one step; a bias of 1 is usual, and $\ln(T - 1)$ suits "
        "a memory of $T$ steps.",
        variants=_FORGET,
    ),
)
