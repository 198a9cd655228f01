"""Connectionist temporal classification: the loss of a labelling whose places in time nobody knows.

A network reads T steps and gives logits over m classes at each; the labelling has L <= T labels. A path is one class a
step; it stands for the labelling that remains when repeats are merged and blanks are dropped. The probability of a
labelling is the sum over all its paths, found by dynamic programming (Graves, Fernandez, Gomez & Schmidhuber 2006,
section 4).

Layout: steps by classes, (T, m), row t is y_t: `run.over_time("y")` fits as it is. Classes are numbered from 0, and the
blank is one of them (0 unless said otherwise). Steps t and places s in the extended labelling are numbered from 1 where
they are part of a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studyrnn.engine.arrays import Array, log_softmax
from studyrnn.engine.equations import Program
from studyrnn.engine.shapes import array, numbered, shown, whole
from studyrnn.errors import ArgumentError

BLANK = 0
MOST_PATHS = 1_000_000  # that `alignments` is willing to look through


# -- labellings and paths --------------------------------------------------------------------------------------------


def extended(labels: Sequence[int], blank: int = BLANK) -> list[int]:
    """The labelling with a blank before, between and after its labels: 2 L + 1 places. Graves et al. 2006, section 4.1.

    Raises ArgumentError for labels that are no class numbers, or are the blank.
    """
    return [blank, *(part for label in _labelling(labels, blank) for part in (label, blank))]


def repeats(labels: Sequence[int]) -> int:
    """How many labels equal the one before: between those a path needs a blank.

    Raises ArgumentError for labels that are no class numbers.
    """
    return sum(a == b for a, b in pairwise(numbered("labels", labels)))


def feasible(labels: Sequence[int], T: int) -> bool:
    """Whether any path of T steps stands for the labelling: T >= L + repeats.

    Raises ArgumentError for labels that are no class numbers, and for a T that is no whole number.
    """
    return repeats(labels) + len(labels) <= whole("T", T)


def collapse(path: Sequence[int], blank: int = BLANK) -> list[int]:
    """The labelling that a path stands for: repeats merged first, blanks dropped then (the map B of Graves et al.).

    Raises ArgumentError for a path or a blank that is no class number.
    """
    return _collapse(numbered("path", path), whole("blank", blank, 0))


def _collapse(path: Iterable[int], blank: int) -> list[int]:
    return [label for label, _ in groupby(path) if label != blank]


def alignments(labels: Sequence[int], T: int, blank: int = BLANK) -> list[tuple[int, ...]]:
    """All paths of T steps that stand for the labelling, in lexicographic order: found by trying every path.

    Only the blank and the labels themselves can occur in them. Raises ArgumentError for labels that are no class
    numbers, for T < 1, and where more than a million paths would have to be tried.
    """
    wanted = _labelling(labels, blank)
    classes = sorted({blank, *wanted})
    T = whole("T", T, 1)
    if len(classes) ** T > MOST_PATHS:
        raise ArgumentError(
            f"T is {T}: {len(classes)}^{T} paths are too many to try; take a shorter sequence, or ctc() for the sum"
        )
    return [path for path in product(classes, repeat=T) if _collapse(path, blank) == wanted]


def best_path(logits: Any, blank: int = BLANK) -> dict[str, Any]:
    """Greedy decoding: the likeliest class at every step, then collapsed. Graves et al. 2006, section 3.2.

    logits (T, m). Returns the trace: path (T classes; the first of equals), path_probability, labels. The labelling
    need not be the likeliest one: that has to count all its paths. Raises ArgumentError where logits are no (T, m).
    """
    log_probabilities = log_softmax(_logits(logits, blank).T).T
    path = np.argmax(log_probabilities, axis=1).tolist()
    probability = float(np.exp(np.max(log_probabilities, axis=1).sum()))
    return {"path": path, "path_probability": probability, "labels": _collapse(path, blank)}


# -- the loss --------------------------------------------------------------------------------------------------------


def ctc(logits: Any, labels: Sequence[int], blank: int = BLANK) -> dict[str, Any]:
    """The loss -ln P(labels | logits) and its gradient on the logits. Graves et al. 2006, sections 4.1 and 4.2.

    logits (T, m); labels: L class numbers without the blank, L = 0 allowed. Returns the trace:

    extended           the labelling with blanks, S = 2 L + 1 class numbers
    log_probabilities  (T, m), the log-softmax of the logits over the classes
    log_alpha, alpha   (T, S): the probability of having come to place s at step t, steps 1 to t counted
    log_beta, beta     (T, S): the probability of going from place s at step t to the end, steps t to T counted. As in
                       the paper step t counts in both, so P = sum over s of alpha beta / probability, at every t
    log_likelihood, likelihood, loss   ln P, P and -ln P
    posterior          (T, m): the probability of class k at step t, given that the path stands for the labelling
    gradient           (T, m): dloss/dlogits = softmax - posterior

    Work is done with logarithms, so long sequences do not underflow (alpha, beta and the likelihood, which are for
    reading, may). Where the labelling does not fit into T steps, the likelihood is 0 and the loss infinite whatever
    the logits; posterior and gradient are zeros then: no change of the logits helps. Raises ArgumentError where
    logits are no (T, m) of finite numbers, and for labels or a blank that are no classes of theirs.
    """
    y = _logits(logits, blank)
    places = np.array(extended(numbered("labels", labels, y.shape[1]), blank), dtype=np.intp)
    log_probabilities = log_softmax(y.T).T
    emitted = log_probabilities[:, places]
    log_alpha = _log_forward(emitted, places)
    log_beta = _log_forward(emitted[::-1, ::-1], places[::-1])[::-1, ::-1]  # the same, from the other end
    log_likelihood = float(np.logaddexp.reduce(log_alpha[-1, -2:]))
    posterior = np.zeros_like(y)
    gradient = np.zeros_like(y)
    if np.isfinite(log_likelihood):
        np.add.at(posterior.T, places, np.exp(log_alpha + log_beta - emitted - log_likelihood).T)
        gradient = np.exp(log_probabilities) - posterior
    return {
        "extended": places.tolist(),
        "log_probabilities": log_probabilities,
        "log_alpha": log_alpha,
        "alpha": np.exp(log_alpha),
        "log_beta": log_beta,
        "beta": np.exp(log_beta),
        "log_likelihood": log_likelihood,
        "likelihood": float(np.exp(log_likelihood)),
        "loss": 0.0 - log_likelihood,
        "posterior": posterior,
        "gradient": gradient,
    }


def mean_ctc_loss(logits: Sequence[Any], labels: Sequence[Sequence[int]], blank: int = BLANK) -> float:
    """The mean over examples of each loss divided by the length of its labelling, PyTorch's reduction "mean".

    logits: one (T, m) for each example, T may differ; a labelling without labels counts as one of length 1, as in
    PyTorch. Raises ArgumentError where there is no example or not a labelling for each, and like `ctc`.
    """
    if not len(logits) or len(logits) != len(labels):
        raise ArgumentError(f"there are {len(logits)} logits and {len(labels)} labels; it needs one of each an example")
    losses = [ctc(y, some, blank)["loss"] / max(1, len(some)) for y, some in zip(logits, labels, strict=True)]
    return float(sum(losses) / len(losses))


def _log_forward(emitted: Array, places: NDArray[np.intp]) -> Array:
    """ln alpha (T, S) from the log-probability of each place at each step. Graves et al. 2006, equations 5 to 7.

    A place is come to from itself, from the one before, and, past the blank between two different labels, from the
    one before that.
    """
    log_alpha = np.full(emitted.shape, -np.inf)
    log_alpha[0, :2] = emitted[0, :2]
    from_two_back = places[2:] != places[:-2]  # two places back from a blank there is a blank
    for t in range(1, len(emitted)):
        before = log_alpha[t - 1]
        reached = before.copy()
        reached[1:] = np.logaddexp(reached[1:], before[:-1])
        reached[2:] = np.logaddexp(reached[2:], np.where(from_two_back, before[:-2], -np.inf))
        log_alpha[t] = reached + emitted[t]
    return log_alpha


# -- the forward recursion as named equations ------------------------------------------------------------------------


def forward_program(labels: Sequence[int], T: int, blank: int = BLANK) -> Program:
    """The forward recursion with every variable by name, for sequences short enough to be worked by hand.

    Inputs: p_t_k, the probability of class k at step t (p_1_0 is the blank at step 1), single numbers. Equations:
    alpha_t_s for step t and place s of the extended labelling, those that some path from the start comes to; then P,
    their sum over the last two places, and L = -log(P). `needed(["L"])` leaves out what can no longer come to the end.
    Graves et al. 2006, equations 5 to 8. Raises ArgumentError for labels that are no class numbers and where the
    labelling does not fit into T steps: no equation gives P = 0.
    """
    places, T = extended(labels, blank), whole("T", T, 1)
    if not feasible(labels, T):
        raise ArgumentError(f"T is {T}; these labels need at least {len(labels) + repeats(labels)} steps")
    equations: dict[str, str] = {}
    for t in range(1, T + 1):
        for s, label in enumerate(places, start=1):
            if t == 1 and s <= 2:
                equations[f"alpha_1_{s}"] = f"p_1_{label}"
            sources = [f"alpha_{t - 1}_{source}" for source in _sources(places, s)]
            if known := [source for source in sources if source in equations]:
                together = " + ".join(known)
                equations[f"alpha_{t}_{s}"] = f"({together}) * p_{t}_{label}"
    ends = [f"alpha_{T}_{s}" for s in (len(places) - 1, len(places)) if f"alpha_{T}_{s}" in equations]
    return Program.parse({**equations, "P": " + ".join(ends), "L": "-log(P)"})


def _sources(places: Sequence[int], s: int) -> list[int]:
    """The places, from 1, that place s is come to from; 0 and less are none."""
    past_a_blank = s > 2 and places[s - 1] != places[s - 3]
    return [s, s - 1, s - 2] if past_a_blank else [s, s - 1]


# -- arguments -------------------------------------------------------------------------------------------------------


def _logits(logits: Any, blank: int) -> Array:
    y = array("logits", logits, (None, None))
    if 0 in y.shape:
        raise ArgumentError(f"logits has shape {shown(y.shape)}; it needs a row for each step, a column for each class")
    whole("blank", blank, 0, y.shape[1] - 1)
    return y


def _labelling(labels: Sequence[int], blank: int) -> list[int]:
    found = numbered("labels", labels)
    if whole("blank", blank, 0) in found:
        raise ArgumentError(f"labels holds {blank}, the blank: a labelling has none, they are put in between")
    return found
