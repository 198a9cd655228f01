"""Windows cut out of the series that the stem shows."""

from __future__ import annotations

import re

from by_hand import Given
from studyrnn.model import Question


def _sliding_window(given: Given, q: Question) -> list[float]:
    series = [float(entry) for entry in re.findall(r"\d+", q.stem.partition("Windows")[0])]
    asked = int(re.search(r"window number (\d+)", q.stem)[1])  # type: ignore[index]
    return [entry for place, entry in enumerate(series, 1) if asked <= place <= asked + 3]


BY_HAND = {"windows-and-counts.sliding-window": _sliding_window}
