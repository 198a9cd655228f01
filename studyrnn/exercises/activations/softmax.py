"""Softmax: values, what leaves them unchanged, and a slope taken back through them."""

import random

from studyrnn.engine.equations import Program
from studyrnn.engine.latex import literal
from studyrnn.questions import Choice, Exercise, Fixed, OneHot, Pick, Range, Slip, Teller, Told, Variant, perhaps, slip

_SOFTMAX = r"p_k = \frac{e^{y_k}}{\sum_j e^{y_j}}"
_NOT_NORMALISED = slip("not-normalised", "The exponentials were not divided by their sum.", p="e")
_RATIO = perhaps(
    "no-exponential",
    "You divided by the sum without taking exponentials first: negative logits would give negative shares.",
    p="y / total(y)",
)
_SHARES = {"S": "total(e)", "p": "e / S"}


def _sigmoids(of: str) -> Slip:
    return slip("sigmoids", "That is a sigmoid for each entry: softmax lets them compete.", p=f"sigmoid({of})")


def _large(c: float) -> Variant:
    return Variant(
        program=Program.parse({"u": "y - c", "e": "exp(u)", **_SHARES}),
        convention={"kind": "large"},
        ranges={"y": Range(c - 2, c + 2), "c": Fixed(c)},
        stem="Three logits, so large that a computer cannot hold their exponentials. A softmax does not change when "
        f"the same number $c$ is taken off all of them, so take it off first. $$p = \\operatorname{{softmax}}(y), "
        f"\\quad {_SOFTMAX}$$",
        slips=(
            _NOT_NORMALISED,
            _sigmoids("u"),
            slip(
                "divided", "You divided by $c$. It is a common difference that does not matter, no factor.", u="y / c"
            ),
            slip("sign", "You took the logits off $c$: the largest logit has to keep the largest share.", u="c - y"),
        ),
    )


_KINDS = {
    "scaled": "All logits are multiplied by the same number: that stretches their differences.",
    "one-shifted": "Only one logit is moved: its differences from the others change.",
    "negated": "All signs are turned round: what was largest is smallest now.",
    "graded": "Each logit is moved by another amount: their differences change.",
    "rescaled": "The logits are divided: their differences shrink, and the shares move towards each other.",
}


def _shift(chance: random.Random) -> Told:
    def tenths(low: int, high: int) -> float:
        return round((low + int(chance.random() * (high - low + 1))) / 10, 1)

    y = [tenths(-20, 20) for _ in range(3)]
    while len(set(y)) < 3:
        y = [tenths(-20, 20) for _ in range(3)]
    c = tenths(5, 30) * (1 if chance.random() < 0.5 else -1)
    place = int(chance.random() * 3)
    moved = {
        "scaled": [2 * entry for entry in y],
        "one-shifted": [entry + c * (k == place) for k, entry in enumerate(y)],
        "negated": [-entry for entry in y],
        "graded": [entry + c * k for k, entry in enumerate(y)],
        "rescaled": [entry / 2 for entry in y],
    }
    wrong = list(moved)
    for _ in range(2):
        wrong.pop(int(chance.random() * len(wrong)))
    vectors = [[entry + c for entry in y], *(moved[name] for name in wrong)]
    return Told(
        stem="Three logits $y$ are put through a softmax. Which of these logits give the same probabilities?",
        key=0.0,
        slips={name: float(k) for k, name in enumerate(wrong, 1)},
        solution=rf"It is $y$ with ${literal(c)}$ added to every entry. The factor $e^c$ stands in the numerator and "
        r"in every term of the denominator, and cancels: only the differences of the logits count.",
        given={"y": y},
        options=tuple(f"${literal([round(entry, 2) + 0.0 for entry in vector])}$" for vector in vectors),
        hints=("What happens to $e^{y_k + c}$ in numerator and denominator?", "Compare the differences of the logits."),
    )


def _pulled_back(one_class: bool) -> Variant:
    g, at = ("k", "q") if one_class else ("g", "L")
    return Variant(
        program=Program.parse({"p": "softmax(y)", "L": f"dot({g}, p)", "dy": f"p * ({g} - L)"}),
        convention={"seed": "one-class" if one_class else "any"},
        ranges={"k": OneHot(), "g": Range(-2.0, 2.0)},
        symbols={"L": at, "dy": rf"\partial {at}/\partial y"},
        stem=(
            r"A softmax of three logits, $p = \operatorname{softmax}(y)$. How does the probability of one class depend "
            "on all three logits? The vector $k$ is one-hot and says which class is meant: $q = k^\\top p$. The "
            r"Jacobian of the softmax is $\operatorname{diag}(p) - p p^\top$, so that "
            r"$$\frac{\partial q}{\partial y} = p \odot (k - q)$$"
            if one_class
            else r"A softmax of three logits, $p = \operatorname{softmax}(y)$, followed by $L = g^\top p$, so that $g$ "
            "is the slope of $L$ at $p$. Take it back through the softmax, whose Jacobian is "
            r"$$\frac{\partial p}{\partial y} = \operatorname{diag}(p) - p p^\top$$"
        ),
        slips=(
            slip(
                "own-logit-only",
                "You took $p (1 - p)$ entry by entry, as for sigmoids. In a softmax every logit moves every share.",
                dy=f"p * (1 - p) * {g}",
            ),
            slip(
                "diagonal-only",
                r"That is $\operatorname{diag}(p)$ alone: the part $- p p^\top$ is missing.",
                dy=f"p * {g}",
            ),
            slip("sign", f"The sign is turned round: ${at}$ is taken off ${g}$, in this order.", dy=f"p * (L - {g})"),
            slip(
                "with-cross-entropy",
                r"That belongs to softmax and cross-entropy together. Here there is the softmax alone.",
                dy=f"p - {g}",
            ),
        ),
    )


EXERCISES = (
    Exercise(
        id="activations.softmax",
        version=1,
        level=2,
        asks="p",
        requires=("activations.sigmoid",),
        summary="logits to probabilities; also with a temperature, and with logits too large for exponentials",
        symbols={"y": "y", "e": "e", "S": "S", "p": "p", "u": "u", "c": "c", "tau": r"\tau"},
        shapes={"y": (3,), "tau": (), "c": ()},
        ranges={"y": Range(-2.0, 2.0), "tau": Pick((0.5, 2.0, 4.0))},
        variants=(
            Variant(
                program=Program.parse({"e": "exp(y)", **_SHARES}),
                convention={"kind": "plain"},
                stem=r"The logits of three classes, and their softmax "
                rf"$$p = \operatorname{{softmax}}(y), \quad {_SOFTMAX}$$",
                keep=lambda trace: abs(float(sum(trace["y"]))) > 0.3,
                slips=(
                    _NOT_NORMALISED,
                    _RATIO,
                    _sigmoids("y"),
                    slip(
                        "exponent-sign",
                        "You took $e^{-y}$, as in a sigmoid. In a softmax the exponent is the logit as it is.",
                        e="exp(-y)",
                    ),
                    slip(
                        "winner-takes-all",
                        "You gave the largest logit everything. A softmax leaves every class a share.",
                        p="one_hot_max(y)",
                    ),
                ),
            ),
            Variant(
                program=Program.parse({"u": "y / tau", "e": "exp(u)", **_SHARES}),
                convention={"kind": "temperature"},
                stem=r"The logits of three words, sampled with temperature $\tau$: "
                r"$$p = \operatorname{softmax}(y / \tau), \quad p_k = \frac{e^{y_k/\tau}}{\sum_j e^{y_j/\tau}}$$",
                slips=(
                    _NOT_NORMALISED,
                    slip("no-temperature", r"The logits were not divided by $\tau$.", u="y"),
                    slip(
                        "multiplied",
                        r"You multiplied by $\tau$. A high temperature brings the shares together, so it divides.",
                        u="tau * y",
                    ),
                    slip(
                        "divided-afterwards",
                        r"You divided the probabilities by $\tau$; then they do not add up to 1. Divide the logits.",
                        u="y",
                        p="e / S / tau",
                    ),
                ),
            ),
            _large(800.0),
            _large(1000.0),
            _large(1200.0),
        ),
    ),
    Exercise(
        id="activations.softmax-shift",
        version=1,
        level=2,
        form=Choice(),
        requires=("activations.softmax",),
        summary="what may be done to logits without changing their softmax",
        symbols={"y": "y"},
        variants=(Teller(_shift, tuple(Slip(name, says) for name, says in _KINDS.items())),),
        why="That is why the largest logit may be taken off before exponentials are worked out: none overflows then.",
    ),
    Exercise(
        id="activations.softmax-jacobian",
        version=1,
        level=3,
        asks="dy",
        requires=("activations.softmax",),
        summary="a slope taken back through a softmax: every logit moves every probability",
        symbols={"y": "y", "p": "p", "g": "g", "k": "k"},
        shapes={"y": (3,), "g": (3,), "k": (3,)},
        ranges={"y": Range(-2.0, 2.0)},
        variants=(_pulled_back(True), _pulled_back(False)),
        why="The entries add up to 0: what one class gains, the others lose.",
    ),
)
