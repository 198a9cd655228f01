"""What the figures measure with: shares and their intervals, losses of predictions, percentiles, days in a row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from math import ceil, erfc, log, sqrt
from typing import NamedTuple

from studyrnn.scheduling import streak

UNLIKELY = 0.05  # what is less likely by chance is not put down to it
NORMAL = 1.959963984540054  # the 97.5 % point of the normal distribution: 95 % lie within plus and minus
CLIP = 0.001  # in a log loss probabilities lie between this and 1 - this, so that no single review costs more than 6.91


class Share(NamedTuple):
    """So many of so many."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        return self.hits / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % score interval (Wilson 1927): every p from which the share lies less than 1.96 standard errors.

        The standard error is that of p, sqrt(p (1 - p) / of), so that also 0 of 5 and 5 of 5 have an interval.
        """
        spread = NORMAL**2 / self.of
        middle = (self.value + spread / 2) / (1 + spread)
        half = sqrt(spread * (self.value * (1 - self.value) + spread / 4)) / (1 + spread)
        low = 0.0 if self.hits == 0 else middle - half  # exactly, in spite of rounding
        return low, 1.0 if self.hits == self.of else middle + half

    def __str__(self) -> str:
        return f"{self.hits} of {self.of}"


def share(outcomes: Collection[bool]) -> Share:
    return Share(sum(outcomes), len(outcomes))


def chance(one: Share, other: Share) -> float:
    """How likely a difference at least this large is between two samples of one and the same population.

    The two-sided test of two proportions with a pooled standard error, which takes the difference as normal.
    """
    together = (one.hits + other.hits) / (one.of + other.of)
    error = sqrt(together * (1 - together) * (1 / one.of + 1 / other.of))
    return erfc(abs(one.value - other.value) / (sqrt(2) * error)) if error else 1.0


def percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def between(interval: tuple[float, float]) -> str:
    """ "77–98 %"."""
    low, high = interval
    return f"{100 * low:.0f}–{100 * high:.0f} %"


def mean(values: Collection[float]) -> float:
    return sum(values) / len(values)


# -- predictions -----------------------------------------------------------------------------------------------------


def log_losses(predicted: Iterable[float], outcomes: Iterable[bool]) -> list[float]:
    """-ln of the probability that was given to what happened, clipped at CLIP and 1 - CLIP."""
    given = [p if happened else 1 - p for p, happened in zip(predicted, outcomes, strict=True)]
    return [-log(p) for p in _clipped(given)]


def _clipped(probabilities: Iterable[float]) -> list[float]:
    high = 1 - CLIP
    return [CLIP if p < CLIP else high if p > high else p for p in probabilities]


def expected_log_loss(predicted: Iterable[float]) -> float:
    """The log loss to be expected where each prediction is the true probability: their mean entropy, clipped alike."""
    return -mean([p * log(p) + (1 - p) * log(1 - p) for p in _clipped(predicted)])


def brier(predicted: Iterable[float], outcomes: Iterable[bool]) -> float:
    """The mean of (p - outcome)^2, an outcome being 1 or 0."""
    off = [p - happened for p, happened in zip(predicted, outcomes, strict=True)]
    return mean([each * each for each in off])


def moving_average(outcomes: Sequence[bool], window: int) -> list[float]:
    """A prediction for each outcome from the ones just before it, at most `window`: (right + 1) / (n + 2).

    That is their mean with one right and one wrong added (Laplace's rule of succession), so that it is 1/2 where there
    are none, and never 0 or 1.
    """
    found, right = [], 0
    for place, happened in enumerate(outcomes):
        found.append((right + 1) / (min(place, window) + 2))
        right += happened - (outcomes[place - window] if place >= window else False)
    return found


def surprise(predicted: Collection[float], outcomes: Collection[bool]) -> float:
    """How many standard deviations more were right than predicted, were the predictions true; 0 where none can be."""
    variance = sum(p * (1 - p) for p in predicted)
    return (sum(outcomes) - sum(predicted)) / sqrt(variance) if variance > 0 else 0.0


def ahead(losses: Sequence[float], rival: Sequence[float]) -> int:
    """1 where losses are below a rival's on the same reviews, at least two; -1 where above, 0 where chance explains it.

    That is where the mean difference is less than 1.96 times its standard error.
    """
    gaps = [theirs - ours for ours, theirs in zip(losses, rival, strict=True)]
    middle = mean(gaps)
    variance = sum([(gap - middle) ** 2 for gap in gaps]) / (len(gaps) - 1)
    error = sqrt(variance / len(gaps))
    return (middle > NORMAL * error) - (middle < -NORMAL * error)


# -- order -----------------------------------------------------------------------------------------------------------


def median(ordered: Sequence[float]) -> float:
    """Of values in ascending order, at least one; of an even number of them the mean of the middle two."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def nine_tenths(ordered: Sequence[float]) -> float:
    """The 90th percentile of values in ascending order: the smallest that at least 90 % of them do not exceed."""
    return ordered[ceil(9 * len(ordered) / 10) - 1]


# -- days ------------------------------------------------------------------------------------------------------------


def longest_streak(days: Collection[int]) -> int:
    return max((streak(days, day) for day in days if day + 1 not in days), default=0)
