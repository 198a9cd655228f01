"""A gradient on its way through a layer: Jacobians, eigenvalues, bounds."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studyrnn.engine.equations import Program
from studyrnn.exercises.gradients.shared import PLAIN, STEPS, perhaps, scalar, slip
from studyrnn.model import Value
from studyrnn.questions import Choice, Exercise, Fixed, Pick, Range, Slip, Variant

_W = r"W_{hh} = \begin{bmatrix} a & b \\ c & d \end{bmatrix}"

_SIGMA = "(sqrt((a + d) * (a + d) + (b - c) * (b - c)) + sqrt((a - d) * (a - d) + (b + c) * (b + c))) / 2"

_SIGMA_TEX = (
    r"$$\sigma_{\max} = \tfrac{1}{2} \left( \sqrt{(a + d)^2 + (b - c)^2} + \sqrt{(a - d)^2 + (b + c)^2} \right)$$"
)

_EIGEN = {"tau": "a + d", "delta": "a * d - b * c", "D": "tau * tau - 4 * delta"}

_REAL = _EIGEN | {"rho": "(abs(tau) + sqrt(D)) / 2"}

_COMPLEX = _EIGEN | {"re": "tau / 2", "im": "sqrt(-D) / 2", "rho": "sqrt(re * re + im * im)"}

_ROWS = "-minimum(-(abs(a) + abs(b)), -(abs(c) + abs(d)))"

_LARGEST = "-minimum(minimum(-abs(a), -abs(b)), minimum(-abs(c), -abs(d)))"

_ENTRIES = {
    **PLAIN, "tau": r"\tau", "delta": r"\Delta", "D": "D", "re": r"\operatorname{Re} \lambda",
    "im": r"\operatorname{Im} \lambda", "rho": r"\rho", "sigma": r"\sigma_{\max}", "gamma": r"\gamma",
    "fate": r"(\rho, \sigma_{\max})", "bound": "B", "factor": "q",
}  # fmt: skip

_UP, _DOWN, _FAR_UP, _FAR_DOWN = Range(0.1, 0.9), Range(-0.9, -0.1), Range(0.5, 0.9), Range(-0.9, -0.5)

_UNEQUAL = Pick(tuple(k / 20 for k in range(-23, 24, 2)))  # to any number of tenths

# b and c of one sign make the eigenvalues real; far apart they make them complex where a and d are near each other.
_REAL_ENTRIES = ({"b": _UP, "c": _UP}, {"b": _DOWN, "c": _DOWN})

_COMPLEX_ENTRIES = (
    {"a": _UP, "d": _UP, "b": _FAR_UP, "c": _FAR_DOWN},
    {"a": _DOWN, "d": _DOWN, "b": _FAR_DOWN, "c": _FAR_UP},
)


def _radius_variant(kind: str, entries: Mapping[str, Range]) -> Variant:
    own = {
        "real": (
            slip("half-forgotten", rho="abs(tau) + sqrt(D)"),
            perhaps("not-absolute", rho="(tau + sqrt(D)) / 2"),
            perhaps("diagonal", rho="-minimum(-abs(a), -abs(d))"),
        ),
        "complex": (
            slip("real-part", rho="abs(re)"),
            slip("modulus-squared", rho="re * re + im * im"),
            slip("parts-added", rho="abs(re) + im"),
        ),
    }
    return Variant(
        program=Program.parse(_REAL if kind == "real" else _COMPLEX),
        convention={"eigenvalues": kind},
        stem=rf"The recurrent matrix of a network with two units is $${_W}$$ What is its spectral radius $\rho$, the "
        r"largest absolute value of an eigenvalue? With $\tau = a + d$ and $\Delta = a d - b c$ the eigenvalues solve "
        r"$\lambda^2 - \tau \lambda + \Delta = 0$; write $D = \tau^2 - 4 \Delta$.",
        ranges=entries,
        slips=(
            perhaps("norm-for-radius", rho=_SIGMA),
            perhaps("row-sum", rho=_ROWS),
            *own[kind],
        ),
    )


_MATRIX_FATES = (
    ("It shrinks at every step.", r"For that $\sigma_{\max}$ has to be below 1."),
    ("It may grow at first, but vanishes in the end.", r"That needs $\rho$ below 1 and $\sigma_{\max}$ above it."),
    ("It explodes, except perhaps in special directions.", r"For that $\rho$ has to exceed 1."),
)


def _matrix_fate(trace: Mapping[str, Any]) -> int:
    return 2 if float(trace["rho"]) > 1 else int(float(trace["sigma"]) > 1)


def _matrix_variant(kind: str, **ranges: Any) -> Variant:
    radius = _COMPLEX if kind == "complex" else _REAL
    return Variant(
        program=Program.parse(radius | {"sigma": _SIGMA, "fate": "concat(rho, sigma)"}),
        convention={"eigenvalues": kind},
        stem=rf"A linear recurrence, $h_t = W_{{hh}} h_{{t-1}} + W_{{xh}} x_t$, with two units and $${_W}$$ "
        r"Each step back multiplies a gradient by $W_{hh}^\top$. What becomes of its length over many steps? "
        r"$\rho$ is the spectral radius of $W_{hh}$, and its largest singular value is " + _SIGMA_TEX,
        ranges=ranges,
        keep=lambda trace: all(abs(float(trace[name]) - 1) > 0.04 for name in ("rho", "sigma")),
        slips=(
            perhaps("norm-for-radius", rho=_SIGMA),
            perhaps("radius-for-norm", sigma="rho"),
            perhaps("frobenius", sigma="sqrt(a * a + b * b + c * c + d * d)"),
            perhaps("row-sum", rho=_ROWS, sigma=_ROWS),
            perhaps("diagonal", rho="-minimum(-abs(a), -abs(d))"),
            perhaps("largest-entry", rho=_LARGEST, sigma=_LARGEST),
        ),
    )


def _bound_variant(activation: str, **ranges: Any) -> Variant:
    return Variant(
        program=Program.parse({"sigma": _SIGMA, "factor": "sigma * gamma", "bound": "power(factor, T)"}),
        convention={"activation": activation},
        stem=rf"A vanilla RNN with {activation} and two units, $${_W}$$ At none of the steps does a slope of the "
        r"activation exceed $\gamma$. How large can $\lVert \partial h_T/\partial h_0 \rVert$ be at most, by the bound "
        r"$B = (\sigma_{\max} \cdot \gamma)^T$? The largest singular value of $W_{hh}$ is " + _SIGMA_TEX,
        ranges=ranges,
        slips=(
            perhaps("radius-for-norm", sigma="(abs(a + d) + sqrt((a - d) * (a - d) + 4 * b * c)) / 2"),
            slip("slope-forgotten", factor="sigma"),
            slip("slope-once", bound="power(sigma, T) * gamma"),
            slip("product-for-power", bound="factor * T"),
            perhaps("frobenius", sigma="sqrt(a * a + b * b + c * c + d * d)"),
        ),
    )


@dataclass(frozen=True)
class _Diagonal:
    """A diagonal matrix of slopes, in tenths."""

    def draw(self, chance: random.Random, shape: tuple[int, ...]) -> Value:
        size = range(shape[0])
        entries = [(1 + int(chance.random() * 9)) / 10 for _ in size]
        return [[entries[row] if row == column else 0.0 for column in size] for row in size]

    def tex(self, value: Value) -> str:
        return ""


EXERCISES = (
    scalar(
        id="gradients.spectral-radius",
        level=4,
        asks="rho",
        requires=("gradients.power",),
        summary="the spectral radius of a two-by-two recurrent matrix, with real or complex eigenvalues",
        symbols=_ENTRIES,
        ranges={name: Range(-0.9, 0.9) for name in "abcd"},
        variants=(
            *(_radius_variant("real", entries) for entries in _REAL_ENTRIES),
            *(_radius_variant("complex", entries) for entries in _COMPLEX_ENTRIES),
        ),
    ),
    scalar(
        id="gradients.matrix-fate",
        level=4,
        form=Choice(_MATRIX_FATES, _matrix_fate),
        asks="fate",
        requires=("gradients.spectral-radius", "gradients.fate"),
        summary="does a gradient vanish or explode in a linear network, from the matrix",
        symbols=_ENTRIES,
        ranges={"a": Range(-1.2, 1.2), "d": Range(-1.2, 1.2)},
        why="In the long run the powers of a matrix follow its spectral radius; its largest singular value only says "
        "what one step can do.",
        variants=(
            _matrix_variant("triangular", d=_UNEQUAL, b=Range(-1.5, 1.5), c=Fixed(0.0)),
            _matrix_variant("real", a=Range(-0.8, 0.8), d=Range(-0.8, 0.8), **_REAL_ENTRIES[0]),
            _matrix_variant("complex", a=_UP, d=_UP, b=Range(0.5, 1.1), c=Range(-1.1, -0.5)),
        ),
    ),
    Exercise(
        id="gradients.jacobian-product",
        version=1,
        level=4,
        asks="P",
        requires=("gradients.product",),
        summary="the Jacobian over two steps of a vanilla network: a product of matrices, in order",
        symbols={**STEPS, "P": r"\partial h_2/\partial h_0"},
        shapes={"D_1": (2, 2), "D_2": (2, 2)},
        ranges={"D_1": _Diagonal(), "D_2": _Diagonal()},
        variants=(
            Variant(
                program=Program.parse({"J_1": "D_1 @ W_hh", "J_2": "D_2 @ W_hh", "P": "J_2 @ J_1"}),
                stem=r"A vanilla RNN, $h_t = \phi(W_{hh} h_{t-1} + W_{xh} x_t + b_h)$, with two units. The slopes of "
                r"$\phi$ at step $t$ stand on the diagonal of $D_t$. How does $h_2$ depend on $h_0$? (Row $i$, column "
                "$j$: entry $i$ of the later state by entry $j$ of the earlier one.)",
                slips=(
                    slip("wrong-order", P="J_1 @ J_2"),
                    slip("slopes-behind", J_1="W_hh @ D_1", J_2="W_hh @ D_2"),
                    slip("slope-forgotten", P="W_hh @ W_hh"),
                    Slip(
                        "transposed-w-hh",
                        r"That is $W_{hh}^\top$ in place of $W_{hh}$: gradients are carried by the transpose, the "
                        "Jacobian has the matrix itself.",
                        names={"W_hh": "W_hh.T"},
                    ),
                    slip("entry-by-entry", P="J_2 * J_1"),
                ),
            ),
        ),
    ),
    scalar(
        id="gradients.norm-bound",
        level=4,
        asks="bound",
        requires=("gradients.product",),
        summary="how large a Jacobian over some steps can be at most: norm times slope, to the power of the steps",
        symbols=_ENTRIES,
        ranges={"a": Range(-0.9, 0.9), "d": Range(-0.9, 0.9), "T": Range(2, 5, 1), "gamma": Range(0.5, 1.0)},
        why="Below 1 the bound is enough for vanishing. Above 1 it decides nothing: the gradient may explode, but need "
        "not.",
        variants=(
            *(_bound_variant("tanh", **entries) for entries in _REAL_ENTRIES),
            _bound_variant(
                "sigmoid",
                gamma=Range(0.1, 0.25, 0.05),
                **{name: Range(0.5, 5.0) for name in "bc"},
                **{name: Range(-4.0, 4.0) for name in "ad"},
            ),
        ),
    ),
)
