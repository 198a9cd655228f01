"""Whether what was predicted before each answer is what happened, and whether simpler predictions do as well."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from studyrnn.figures.parts import Axis, Bar, Bars, Fact, Figure
from studyrnn.statistics.measures import (
    CLIP,
    NORMAL,
    Share,
    ahead,
    between,
    brier,
    expected_log_loss,
    log_losses,
    mean,
    moving_average,
    percent,
    share,
    surprise,
)
from studyrnn.statistics.recall import BESIDE, COUNTED, none_counted, recalled, share_bar, shares
from studyrnn.statistics.record import Record, was_recalled
from studyrnn.wording import many

WINDOW = 50  # outcomes that the moving average looks back on
FEW = 100  # reviews, below which nothing is said about who predicts better
EDGES = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)  # of the bins; what lies on an edge belongs above it
SURENESS = {1: "a guess", 2: "fairly sure", 3: "sure"}


class Rival(NamedTuple):
    """A way to predict the same outcomes."""

    name: str
    predicted: Sequence[float]
    note: str = ""


class Bin(NamedTuple):
    """What was predicted within certain edges, and what came of it."""

    label: str
    predicted: float  # on average
    recalled: Share


def calibration(record: Record) -> Figure:
    reviews = [review for review in record.returns if review.predicted is not None]
    title = "Predicted recall and what happened"
    if not reviews:
        without = "No review has a prediction: `studyrnn quiz` logs one before each answer."
        return Figure("calibration", title, without if record.returns else none_counted(record), _sureness(record))
    predicted = [float(review.predicted or 0.0) for review in reviews]
    outcomes = list(map(was_recalled, reviews))
    rivals, bins = _rivals(predicted, outcomes), _bins(predicted, outcomes)
    losses = [log_losses(rival.predicted, outcomes) for rival in rivals]
    facts = (
        Fact("reviews with a prediction", len(reviews)),
        Fact("reviews without one, left out", len(record.returns) - len(reviews)),
        Fact("mean predicted", mean(predicted)),
        Fact("share recalled", mean(outcomes)),
        Fact("log loss expected if every prediction were true", expected_log_loss(predicted)),
        Fact("log loss of the constant minus that of predicted", mean(losses[1]) - mean(losses[0])),
        Fact("log loss of the average minus that of predicted", mean(losses[2]) - mean(losses[0])),
        Fact("predicted minus recalled by bin, root mean square", _distance(bins)),
    )
    parts = (*_comparison(rivals, losses, outcomes), _reliability(bins), *_sureness(record))
    see = _see(predicted, outcomes, losses) + _counted(record, len(reviews))
    return Figure("calibration", title, see, parts, facts)


# -- against rivals --------------------------------------------------------------------------------------------------


def _rivals(predicted: Sequence[float], outcomes: Sequence[bool]) -> tuple[Rival, Rival, Rival]:
    """The constant is the best there is, and known only afterwards; the moving average sees earlier outcomes only."""
    always = mean(outcomes)
    return (
        Rival("predicted", predicted),
        Rival("constant", [always] * len(outcomes), f"always {percent(always)}"),
        Rival("moving average", moving_average(outcomes, WINDOW), f"of the last {WINDOW}"),
    )


def _comparison(
    rivals: Sequence[Rival], losses: Sequence[Sequence[float]], outcomes: Sequence[bool]
) -> tuple[Bars, Bars]:
    log_bars = tuple(Bar(rival.name, mean(loss), rival.note) for rival, loss in zip(rivals, losses, strict=True))
    brier_bars = tuple(Bar(rival.name, brier(rival.predicted, outcomes), rival.note) for rival in rivals)
    clipped = f"Log loss, lower is better; probabilities are clipped to {CLIP} and {1 - CLIP}"
    squared = "Brier score of the predicted recall $p$, lower is better"
    return (
        Bars(log_bars, Axis(r"mean of $-\ln p$, $p$ the probability given to what happened", low=0), clipped, 3),
        Bars(brier_bars, Axis("mean of $(p - y)^2$; recalled: $y = 1$, forgotten: $y = 0$", low=0), squared, 3),
    )


def _see(predicted: Sequence[float], outcomes: Sequence[bool], losses: Sequence[Sequence[float]]) -> str:
    return (
        f"On average {100 * mean(predicted):.1f} % was predicted and {100 * mean(outcomes):.1f} % was recalled, "
        f"{_significance(surprise(predicted, outcomes))}. Log loss compares the predictions with a constant, the share "
        "recalled over these same reviews, which nobody knows beforehand, and with a moving average of the "
        f"{WINDOW} outcomes before each: {_verdict(losses)}."
    )


def _significance(off: float) -> str:
    if abs(off) <= NORMAL:
        return "which is within chance"
    return (
        f"significantly {'more' if off > 0 else 'less'}: if every prediction were true, chance would bring such a "
        "difference in fewer than 1 of 20 histories"
    )


def _counted(record: Record, predicted: int) -> str:
    reviews = len(record.returns)
    others = "; the others are left out" if predicted < reviews else ""
    return f" {predicted} of {many(reviews, 'review')} had a prediction{others}. A review is {COUNTED}."


def _verdict(losses: Sequence[Sequence[float]]) -> str:
    if len(losses[0]) < FEW:
        return f"fewer than {FEW} reviews are too few to tell them apart"
    words = {1: "do better than", 0: "cannot be told from", -1: "do worse than"}
    constant, moving = (words[ahead(losses[0], rival)] for rival in losses[1:])
    return f"they {constant} the constant and {moving} the moving average"


# -- bins ------------------------------------------------------------------------------------------------------------


def _bins(predicted: Sequence[float], outcomes: Sequence[bool]) -> list[Bin]:
    """Those with reviews in them, in ascending order."""
    inside: dict[int, list[tuple[float, bool]]] = {}
    for p, happened in zip(predicted, outcomes, strict=True):
        inside.setdefault(bisect_right(EDGES, p), []).append((p, happened))
    return [
        Bin(_label(place), mean([p for p, _ in pairs]), share([happened for _, happened in pairs]))
        for place, pairs in sorted(inside.items())
    ]


def _label(place: int) -> str:
    if place == 0:
        return f"below {percent(EDGES[0])}"
    return between((EDGES[place - 1], EDGES[place] if place < len(EDGES) else 1))


def _distance(bins: Sequence[Bin]) -> float:
    """Between what was predicted and what happened, in the root mean square over all reviews."""
    squares = sum(each.recalled.of * (each.recalled.value - each.predicted) ** 2 for each in bins)
    return sqrt(squares / sum(each.recalled.of for each in bins))


def _reliability(bins: Sequence[Bin]) -> Bars:
    bars = tuple(share_bar(f"{each.label} ({percent(each.predicted)})", each.recalled) for each in bins)
    return shares(bars, f"Recalled, by what was predicted (and its mean); {BESIDE}", "share recalled")


# -- how sure the learner was ----------------------------------------------------------------------------------------


def _sureness(record: Record) -> tuple[Bars, ...]:
    """Of new cards as well, where the learner said how sure."""
    asked = [review for review in record.reviews if review.confidence is not None]
    told = {word: [each for each in asked if each.confidence == level] for level, word in SURENESS.items()}
    bars = tuple(share_bar(word, recalled(reviews)) for word, reviews in told.items() if reviews)
    title = f"Rated above Again, by how sure you were, new cards too; {BESIDE}"
    return (shares(bars, title, "share"),) if bars else ()
