"""Optimisers: one step from the weights and their gradient to the next weights, entry by entry, as named equations.

w is the weight after the step, w_ before it, grad the gradient at w_; what an optimiser keeps from step to step is
named likewise (v and v_). The powers beta1^t and beta2^t of Adam are kept too, so that no equation needs the number
of the step.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.equations import Program
from studyrnn.engine.shapes import array, real, whole
from studyrnn.errors import ArgumentError, known

Kept = dict[str, dict[str, Array]]  # what an optimiser keeps: for each parameter, by the name of the quantity

_MOMENTS = {"m": 0.0, "v": 0.0, "beta1_power": 1.0, "beta2_power": 1.0}  # what Adam keeps, before step 1
STEP_BOUND = Program.parse({"bound": "eta / sqrt(1 - rho)"})


@dataclass(frozen=True)
class Optimiser:
    """program: from w_, grad and what is kept; start: what is kept before step 1; settings: eta and the rest."""

    name: str
    program: Program
    start: Mapping[str, float]
    settings: Mapping[str, float]


def sgd(eta: float, weight_decay: float = 0.0) -> Optimiser:
    """Gradient descent, w = w_ - eta grad; with weight decay w = w_ - eta (grad + weight_decay w_).

    Goodfellow et al. 2016, algorithm 8.1. Raises ArgumentError unless eta > 0 and weight_decay >= 0.
    """
    settings = {"eta": real("eta", eta, above=0)}
    if not weight_decay:
        return Optimiser("sgd", Program.parse({"w": "w_ - eta * grad"}), {}, settings)
    settings["weight_decay"] = real("weight_decay", weight_decay, least=0)
    return Optimiser("sgd", Program.parse({"w": "w_ - eta * (grad + weight_decay * w_)"}), {}, settings)


def momentum(eta: float, mu: float) -> Optimiser:
    """Polyak 1964 in PyTorch's form: v = mu v_ + grad, w = w_ - eta v.

    The textbook form (Goodfellow et al. 2016, algorithm 8.2) keeps -eta v in place of v: the same weights as long as
    eta does not change. Raises ArgumentError unless eta > 0 and 0 <= mu < 1.
    """
    equations = {"v": "mu * v_ + grad", "w": "w_ - eta * v"}
    return Optimiser("momentum", Program.parse(equations), {"v": 0.0}, _momentum_settings(eta, mu))


def nesterov(eta: float, mu: float) -> Optimiser:
    """Nesterov momentum in PyTorch's form: v = mu v_ + grad, w = w_ - eta (grad + mu v).

    Sutskever et al. 2013, rewritten so that the gradient is taken at w_ itself. Raises ArgumentError like `momentum`.
    """
    equations = {"v": "mu * v_ + grad", "w": "w_ - eta * (grad + mu * v)"}
    return Optimiser("nesterov", Program.parse(equations), {"v": 0.0}, _momentum_settings(eta, mu))


def adagrad(eta: float, epsilon: float = 1e-10) -> Optimiser:
    """Duchi et al. 2011: v = v_ + grad^2, w = w_ - eta grad / (sqrt(v) + epsilon).

    Raises ArgumentError unless eta > 0 and epsilon > 0.
    """
    equations = {"v": "v_ + grad * grad", "w": "w_ - eta * grad / (sqrt(v) + epsilon)"}
    settings = {"eta": real("eta", eta, above=0), "epsilon": real("epsilon", epsilon, above=0)}
    return Optimiser("adagrad", Program.parse(equations), {"v": 0.0}, settings)


def rmsprop(
    eta: float,
    rho: float = 0.9,
    epsilon: float = 1e-8,
    place: str = "outside",
    mu: float = 0.0,
    centred: bool = False,
) -> Optimiser:
    """Hinton's lecture 6e (Tieleman & Hinton 2012): v = rho v_ + (1 - rho) grad^2, a step of eta grad / sqrt(v).

    v is a moving average of the squared gradient of each parameter; the root is taken of the average.

    place    of epsilon: "outside" the root, sqrt(v) + epsilon (PyTorch), or "inside", sqrt(v + epsilon) (Keras)
    mu       above 0: the scaled gradients gather momentum, u = mu u_ + grad / root, w = w_ - eta u (PyTorch)
    centred  the root of the variance, v less the square of the average gradient (Graves 2013, equations 38 to 40)

    Raises ArgumentError unless eta > 0, 0 <= rho < 1, 0 <= mu < 1 and epsilon > 0, UnknownName for another place.
    """
    average = "s" if centred else "v"
    roots = {"outside": f"(sqrt({average}) + epsilon)", "inside": f"sqrt({average} + epsilon)"}
    root = roots[known("place of epsilon", place, roots)]
    equations = {"v": "rho * v_ + (1 - rho) * (grad * grad)"}
    if centred:
        equations |= {"g": "rho * g_ + (1 - rho) * grad", "s": "v - g * g"}
    if mu:
        equations |= {"u": f"mu * u_ + grad / {root}", "w": "w_ - eta * u"}
    else:
        equations |= {"w": f"w_ - eta * grad / {root}"}
    start = {"v": 0.0} | ({"g": 0.0} if centred else {}) | ({"u": 0.0} if mu else {})
    settings = {
        "eta": real("eta", eta, above=0),
        "rho": real("rho", rho, least=0, below=1),
        "epsilon": real("epsilon", epsilon, above=0),
    }
    settings |= {"mu": real("mu", mu, least=0, below=1)} if mu else {}
    return Optimiser("rmsprop", Program.parse(equations), start, settings)


def largest_step(eta: float, rho: float) -> float:
    """No step of RMSProp changes a weight by more than eta / sqrt(1 - rho).

    v is at least (1 - rho) grad^2, so |grad| / sqrt(v) is at most 1 / sqrt(1 - rho). A first step comes near it, since
    v starts at 0. Raises ArgumentError unless eta > 0 and 0 <= rho < 1.
    """
    values = {"eta": real("eta", eta, above=0), "rho": real("rho", rho, least=0, below=1)}
    return float(STEP_BOUND.run(values, NUMPY)["bound"])


def adam(
    eta: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    place: str = "corrected",
    amsgrad: bool = False,
) -> Optimiser:
    """Kingma & Ba 2015, algorithm 1: moving averages of grad and grad^2, both corrected for their start at 0.

    place   of epsilon: beside the root of the "corrected" average (the algorithm, PyTorch), or of the "uncorrected" one
            (their section 2, Keras: epsilon hat)
    amsgrad the largest average of grad^2 so far takes the place of the present one (Reddi et al. 2018; PyTorch's order:
            first the largest, then the correction)

    Raises ArgumentError unless eta > 0, 0 <= beta1, beta2 < 1 and epsilon > 0, UnknownName for another place.
    """
    equations = _moments(place)
    start = dict(_MOMENTS)
    if amsgrad:
        largest = {"v_max": "-minimum(-v_max_, -v)"}
        read = {name: re.sub(r"\bv\b", "v_max", text) for name, text in equations.items() if name not in {"m", "v"}}
        equations = {"m": equations["m"], "v": equations["v"], **largest, **read}
        start["v_max"] = 0.0
    settings = _adam_settings(eta, beta1, beta2, epsilon)
    return Optimiser("adam", Program.parse(equations), start, settings)


def adamw(
    eta: float, weight_decay: float = 0.01, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
) -> Optimiser:
    """Adam with the weight decay apart from the gradient: w_ is first shrunk by the factor 1 - eta weight_decay.

    Loshchilov & Hutter 2019, algorithm 2, with weight_decay times eta as in PyTorch. Raises ArgumentError like `adam`,
    and unless weight_decay >= 0.
    """
    equations = _moments("corrected")
    equations["w"] = "(1 - eta * weight_decay) * w_ - eta * m_hat / (sqrt(v_hat) + epsilon)"
    settings = _adam_settings(eta, beta1, beta2, epsilon)
    settings["weight_decay"] = real("weight_decay", weight_decay, least=0)
    return Optimiser("adamw", Program.parse(equations), _MOMENTS, settings)


def _moments(place: str) -> dict[str, str]:
    steps = {
        "corrected": {
            "m_hat": "m / (1 - beta1_power)",
            "v_hat": "v / (1 - beta2_power)",
            "w": "w_ - eta * m_hat / (sqrt(v_hat) + epsilon)",
        },
        "uncorrected": {
            "eta_hat": "eta * sqrt(1 - beta2_power) / (1 - beta1_power)",
            "w": "w_ - eta_hat * m / (sqrt(v) + epsilon)",
        },
    }
    return {
        "m": "beta1 * m_ + (1 - beta1) * grad",
        "v": "beta2 * v_ + (1 - beta2) * (grad * grad)",
        "beta1_power": "beta1_power_ * beta1",
        "beta2_power": "beta2_power_ * beta2",
        **steps[known("place of epsilon", place, steps)],
    }


# -- taking steps ----------------------------------------------------------------------------------------------------


def begin(optimiser: Optimiser, parameters: Mapping[str, Any]) -> Kept:
    """What the optimiser keeps before its first step, for each parameter by name: numbers that hold for all entries."""
    return {name: {kept: np.array(value) for kept, value in optimiser.start.items()} for name in parameters}


def step(
    optimiser: Optimiser, parameters: Mapping[str, Any], gradients: Mapping[str, Any], kept: Kept
) -> tuple[dict[str, Array], Kept, dict[str, dict[str, Array]]]:
    """One step for all parameters at once: the new parameters, what is kept for the next step, and the trace of each.

    parameters and gradients are arrays of any shapes under the same names (W_hh, not dW_hh); kept is what `begin` or
    the step before returned. The arguments are left as they are. Raises ArgumentError where a gradient or what is kept
    for a parameter is missing, or has another shape.
    """
    if missing := [name for name in parameters if name not in gradients or name not in kept]:
        raise ArgumentError(f"no gradient, or nothing kept, for {', '.join(missing)}; begin() makes what is kept")
    if unknown := [name for name in gradients if name not in parameters]:
        raise ArgumentError(
            f"a gradient for {', '.join(unknown)}, which is no parameter; known: {', '.join(parameters)}"
        )
    traces = {}
    for name, value in parameters.items():
        w = array(name, value)
        before = {f"{quantity}_": array(quantity, entry) for quantity, entry in kept[name].items()}
        values = {"w_": w, "grad": array(f"the gradient of {name}", gradients[name], w.shape), **before}
        traces[name] = optimiser.program.run({**values, **_numbers(optimiser)}, NUMPY)
    moved = {name: trace["w"] for name, trace in traces.items()}
    after = {name: {quantity: trace[quantity] for quantity in optimiser.start} for name, trace in traces.items()}
    return moved, after, traces


def over_steps(optimiser: Optimiser, steps: int) -> Program:
    """The equations of several steps of one parameter: from w_0, v_0 ... and grad_1, grad_2 ... to w_1, w_2 ...

    Raises ArgumentError for fewer than one step.
    """
    numbers = range(1, whole("steps", steps, 1) + 1)
    return reduce(add, [optimiser.program.at_step(t, each_step=("grad",)) for t in numbers])


def trajectory(optimiser: Optimiser, w: Any, gradients: Sequence[Any]) -> dict[str, Array]:
    """The steps of one parameter under the given gradients: every intermediate by name and step, w_1, v_1, w_2 ...

    w has any shape, each gradient the same. Raises ArgumentError where they differ, or there is no gradient.
    """
    start = array("w", w)
    if not len(gradients):
        raise ArgumentError("gradients is empty; it needs one for each step")
    program = over_steps(optimiser, len(gradients))
    values = {"w_0": start} | {f"{name}_0": np.array(value) for name, value in optimiser.start.items()}
    values |= {f"grad_{t}": array(f"gradient {t}", g, start.shape) for t, g in enumerate(gradients, start=1)}
    return program.run({**values, **_numbers(optimiser)}, NUMPY)


def _numbers(optimiser: Optimiser) -> dict[str, Array]:
    return {name: np.array(value) for name, value in optimiser.settings.items()}


# -- settings --------------------------------------------------------------------------------------------------------


def _momentum_settings(eta: float, mu: float) -> dict[str, float]:
    return {"eta": real("eta", eta, above=0), "mu": real("mu", mu, least=0, below=1)}


def _adam_settings(eta: float, beta1: float, beta2: float, epsilon: float) -> dict[str, float]:
    averages = {"beta1": real("beta1", beta1, least=0, below=1), "beta2": real("beta2", beta2, least=0, below=1)}
    return {"eta": real("eta", eta, above=0), **averages, "epsilon": real("epsilon", epsilon, above=0)}
