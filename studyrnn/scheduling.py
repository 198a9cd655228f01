"""(memory state, rating, study day) -> memory state: FSRS-6, fed with study days.

The library floors elapsed time to whole days, so 21:00 and 20:00 the next evening would count as the same day.
Learners count sleeps: it is given study days (ordinals; a day ends at 04:00 local time) as midnight-UTC datetimes.
Its learning steps are off: FSRS predicts same-day repetition worse than a constant, and repeats within a day belong to
the session.
Its fuzz is off, because it is unseeded; ours follows from the card and the number of its reviews.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from studyrnn.model import AGAIN, MemoryState

if TYPE_CHECKING:
    import fsrs

MODEL = "fsrs-6"
CUT_OFF = timedelta(hours=4)
_EPOCH = datetime(1, 1, 1, tzinfo=UTC)

# The published FSRS-6 defaults, spelt out so that a new release of the library changes nobody's schedule.
PARAMETERS = (
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796,
    1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
)  # fmt: skip
_DECAY = -PARAMETERS[20]
_FACTOR = 0.9 ** (1 / _DECAY) - 1


def study_day(local: datetime, cut_off: timedelta = CUT_OFF) -> int:
    """The ordinal of the study day that a local time belongs to: 03:59 is still yesterday."""
    return (local.replace(tzinfo=None) - cut_off).toordinal()  # as the clock shows it, whatever summer time does


def streak(days: Collection[int], today: int) -> int:
    """Study days in a row, today or yesterday the last of them."""
    last = today if today in days else today - 1
    length = 0
    while last - length in days:
        length += 1
    return length


def recall(memory: MemoryState, day: int) -> float:
    """The probability of recall on study day `day`, by FSRS-6's forgetting curve: R(S) = 0.9 after S days."""
    return float((1 + _FACTOR * max(0, day - memory.last_day) / memory.stability) ** _DECAY)


@dataclass(frozen=True)
class Scheduler:
    desired_retention: float = 0.9
    maximum_interval: int = 36500  # days
    fuzz: bool = True

    def review(self, memory: MemoryState | None, card_id: str, rating: int, day: int) -> MemoryState:
        """The memory state after a review on study day `day`. A second review on one study day changes nothing."""
        if memory is not None and day <= memory.last_day:
            return memory
        before = (memory.stability, memory.difficulty, memory.last_day) if memory else None
        stability, difficulty = _reviewed(before, rating, day)
        reviews = memory.reviews + 1 if memory else 1
        return MemoryState(
            stability=stability,
            difficulty=difficulty,
            last_day=day,
            due_day=day + self._fuzzed(self.interval(stability), card_id, reviews),
            reviews=reviews,
            lapses=(memory.lapses if memory else 0) + (memory is not None and rating == AGAIN),
        )

    def interval(self, stability: float) -> int:
        """Whole days until recall falls to what is desired: the forgetting curve solved for the time, at least 1."""
        days = float(stability * (self.desired_retention ** (1 / _DECAY) - 1) / _FACTOR)
        return min(max(round(days), 1), self.maximum_interval)

    def due_day(self, memory: MemoryState, card_id: str) -> int:
        """When a card would be due, had its last review been scheduled by this."""
        return memory.last_day + self._fuzzed(self.interval(memory.stability), card_id, memory.reviews)

    def replay(self, card_id: str, history: Iterable[tuple[int, int]]) -> MemoryState | None:
        """The memory state that a history of (study day, rating) leads to; None for no history."""
        memory: MemoryState | None = None
        for day, rating in history:
            memory = self.review(memory, card_id, rating, day)
        return memory

    def _fuzzed(self, interval: int, card_id: str, reviews: int) -> int:
        """Spread what was learned together: by up to 15 % below a week, 10 % below 20 days, 5 % above."""
        if not self.fuzz or interval < 3:
            return interval
        import hashlib  # 4 ms, of which the first question needs none

        share = 0.15 if interval < 7 else 0.10 if interval < 20 else 0.05
        digest = hashlib.sha256(f"{card_id} {reviews}".encode()).digest()
        chance = int.from_bytes(digest[:4]) / 2**31 - 1  # the same for every rating: Good never overtakes Easy
        return min(interval + round(chance * share * interval), self.maximum_interval)


@lru_cache(maxsize=16)  # the quiz asks for all four ratings, and the log again for the one that was given
def _reviewed(before: tuple[float, float, int] | None, rating: int, day: int) -> tuple[float, float]:
    """Stability and difficulty after a review, from those before it and the day they date from; None: a new card."""
    import fsrs

    # Without an id and a due date the library reads the clock, and sleeps.
    card = fsrs.Card(card_id=0, due=_EPOCH)
    if before is not None:
        stability, difficulty, last_day = before
        card = fsrs.Card(0, fsrs.State.Review, None, stability, difficulty, _EPOCH, _midnight(last_day))
    card, _ = _library().review_card(card, fsrs.Rating(rating), _midnight(day))
    assert card.stability is not None
    assert card.difficulty is not None
    return card.stability, card.difficulty


@cache
def _library() -> fsrs.Scheduler:
    """Only its memory is used: intervals are worked out here, whatever is desired."""
    import fsrs

    return fsrs.Scheduler(parameters=PARAMETERS, learning_steps=(), relearning_steps=(), enable_fuzzing=False)


def _midnight(day: int) -> datetime:
    return _EPOCH + timedelta(days=day - 1)
