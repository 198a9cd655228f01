"""Losses as named equations, and what is computed from them over a sequence."""

from __future__ import annotations

from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.calculus import gradient
from studyrnn.engine.equations import Program
from studyrnn.engine.shapes import array, distribution, from_0_to_1, shown
from studyrnn.errors import ArgumentError, known

# The loss of one step from its outputs y (m, ...) and a target of the same shape. Cross-entropy: y are logits and the
# target is one-hot; binary: each logit by itself, targets 0 or 1 (or between).
LOSSES = {
    "half-squared": Program.parse({"L": "total(half_square(y - target))"}),
    "mse": Program.parse({"L": "mean_square(y - target)"}),
    "cross-entropy": Program.parse({"p": "softmax(y)", "L": "cross_entropy(y, target)"}),
    "binary-cross-entropy": Program.parse({"L": "total(binary_cross_entropy(y, target))"}),
}
REDUCTIONS = ("sum", "mean")  # over the steps that have a loss


# -- losses of given outputs -----------------------------------------------------------------------------------------
# The outputs are one step, a vector (m,), or the list of T steps, (T, m): `run.over_time("y")` fits as it is. Traces
# have y and target, what the loss is made of (error, or p), L_1 ... L_T, and L.

SURPRISE = Program.parse({"L": "-log(p)"})  # of a true token that was given the probability p


def half_squared(y: Any, target: Any, reduce: str = "sum") -> dict[str, Any]:
    """L_t = 1/2 sum_k (y_k - target_k)^2, summed over the steps or their mean. Bishop 2006, equation 1.2.

    y and target (m,) or (T, m). Returns the trace with error (y - target). Raises ArgumentError where their shapes
    differ, UnknownName for a reduction other than "sum" and "mean".
    """
    return _over_steps("half-squared", y, target, reduce, error="y - target")


def mse(y: Any, target: Any, reduce: str = "mean") -> dict[str, Any]:
    """L_t = (1/m) sum_k (y_k - target_k)^2; their mean over the steps is the mean squared error of steps and entries.

    Of a sequence of numbers, (T, 1), this is (1/T) sum_t (y_t - target_t)^2. Arguments, result and errors are those of
    `half_squared`.
    """
    return _over_steps("mse", y, target, reduce, error="y - target")


def softmax_cross_entropy(y: Any, target: Any, reduce: str = "sum") -> dict[str, Any]:
    """L_t = -sum_k target_k ln p_k with p = softmax(y). Goodfellow et al. 2016, section 6.2.2.3.

    y are logits (m,) or (T, m); each target is a distribution, mostly one-hot (`sequences.one_hot`). Returns the trace
    with p. Raises ArgumentError where shapes differ or a target is no distribution; UnknownName as above.
    """
    return _over_steps("cross-entropy", y, target, reduce)


def binary_cross_entropy(y: Any, target: Any, reduce: str = "sum") -> dict[str, Any]:
    """L_t = sum_k -target_k ln p_k - (1 - target_k) ln(1 - p_k) with p = sigmoid(y). Goodfellow et al. 2016, 6.2.2.2.

    y are logits (m,) or (T, m), each for itself; targets lie from 0 to 1. Returns the trace with p. Raises
    ArgumentError where shapes differ or a target lies outside 0 to 1; UnknownName as above.
    """
    return _over_steps("binary-cross-entropy", y, target, reduce, p="sigmoid(y)")


def output_gradient(loss: str, y: Any, target: Any, reduce: str = "sum") -> Array:
    """dL/dy of one of LOSSES, in the shape of y: y - target, softmax(y) - target, ...; with "mean" divided by T.

    Raises like the function of that loss, and UnknownName for another loss.
    """
    program = LOSSES[known("loss", loss, LOSSES)]
    known("reduction", reduce, REDUCTIONS)
    columns = _columns(loss, y, target)
    dy: Array = gradient(program, {"L": "1"}, ["y"]).run(program.run(columns, NUMPY), NUMPY)["dy"].T
    return dy / len(dy) if reduce == "mean" and dy.ndim == 2 else dy


def _over_steps(loss: str, y: Any, target: Any, reduce: str, **parts: str) -> dict[str, Any]:
    """parts: equations of what the loss is made of, beyond those that come with it."""
    trace = (Program.parse(parts) + LOSSES[loss]).run(_columns(loss, y, target), NUMPY)
    steps = np.atleast_1d(trace.pop("L"))
    return {name: value.T for name, value in trace.items()} | _reduced(steps, reduce)


def _columns(loss: str, y: Any, target: Any) -> dict[str, Array]:
    """What is one of many is a column in the language of equations; here it is a step."""
    y = array("y", y)
    if y.ndim not in {1, 2} or not y.size:
        raise ArgumentError(f"y has shape {shown(y.shape)}; it needs (m) for one step or (T, m) for T steps")
    target = array("target", target, y.shape)
    if loss == "cross-entropy":
        distribution("target", target.T)
    elif loss == "binary-cross-entropy":
        from_0_to_1("target", target)
    return {"y": y.T, "target": target.T}


def _reduced(steps: Array, reduce: str) -> dict[str, Any]:
    known("reduction", reduce, REDUCTIONS)
    losses: dict[str, Any] = {f"L_{t}": float(step) for t, step in enumerate(steps, start=1)}
    return losses | {"L": float(np.mean(steps) if reduce == "mean" else np.sum(steps))}


# -- probabilities of sequences --------------------------------------------------------------------------------------


def sequence_probability(conditionals: Any) -> dict[str, float]:
    """P(w_1, ..., w_T) = prod_t P(w_t | w_1, ..., w_{t-1}), by the chain rule of probability.

    conditionals (T,): what was given to each token that did come, 0 to 1. Returns the trace: product_1 ... product_T
    (the probability of the first t tokens) and probability. Raises ArgumentError for a number outside 0 to 1.
    """
    products = np.cumprod(from_0_to_1("conditionals", _listed("conditionals", conditionals)))
    trace = {f"product_{t}": float(product) for t, product in enumerate(products, start=1)}
    return trace | {"probability": float(products[-1])}


def negative_log_likelihood(probabilities: Any, reduce: str = "sum") -> dict[str, Any]:
    """L_t = -ln p_t, where p_t is the probability given to what came at step t; their sum is -ln P(sequence).

    probabilities (T,), above 0 and at most 1. Returns the trace: p (the same), L_1 ... L_T, L. Raises ArgumentError for
    a number outside, and for 0: what came had been ruled out, and its loss would be infinite. UnknownName for a
    reduction other than "sum" and "mean".
    """
    p = from_0_to_1("probabilities", _listed("probabilities", probabilities))
    if not p.all():
        raise ArgumentError(f"probabilities holds 0 at {int(np.argmin(p)) + 1}: -ln 0 is infinite; it needs more")
    return {"p": p} | _reduced(SURPRISE.run({"p": p}, NUMPY)["L"], reduce)


def perplexity(probabilities: Any = None, log_probabilities: Any = None) -> dict[str, Any]:
    """exp of the MEAN negative log-likelihood of the true tokens: the geometric mean of 1/p_t (Jelinek et al. 1977).

    Give the probabilities (T,) of the tokens that came, or their natural logarithms (T,). Returns the trace: p, where
    it was given, L_1 ... L_T, L (the mean), perplexity; guessing evenly among m tokens has perplexity m. Raises
    ArgumentError for both or none of the arguments, a logarithm above 0, and like `negative_log_likelihood`.
    """
    if (probabilities is None) == (log_probabilities is None):
        raise ArgumentError("give either probabilities or log_probabilities, those of the tokens that came")
    if log_probabilities is None:
        trace = negative_log_likelihood(probabilities, "mean")
    else:
        logs = _listed("log_probabilities", log_probabilities)
        if (logs > 0).any():
            raise ArgumentError("log_probabilities has an entry above 0; the logarithm of a probability is 0 or less")
        trace = _reduced(-logs, "mean")
    return trace | {"perplexity": float(np.exp(trace["L"]))}


def _listed(name: str, values: Any) -> Array:
    found = array(name, values, (None,))
    if not found.size:
        raise ArgumentError(f"{name} is empty; it needs one number for each step")
    return found
