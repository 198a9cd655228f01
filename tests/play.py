"""Play studyrnn on another day, by hand or from a test:

    python tests/play.py 2 --db /tmp/play.db quiz gru     # the day after tomorrow
    python tests/play.py -1.5 --db /tmp/play.db due       # a day and a half ago

The clock is an argument of the commands, never an option: nobody moves it by mistake. Everything else is as ever.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from functools import partial

from studyrnn import cli
from studyrnn.commands import due, marks, quiz, reschedule, stats
from studyrnn.commands.environment import Clock


class MovedClock(Clock):
    """The real one, some days away."""

    def __init__(self, days: float) -> None:
        self.away = timedelta(days=days)

    def utc(self) -> str:
        return (datetime.fromisoformat(super().utc()) + self.away).isoformat(timespec="milliseconds")

    def local(self) -> datetime:
        return super().local() + self.away


def main() -> None:
    days, words = float(sys.argv[1]), sys.argv[2:]
    if words[:1] == ["--db"]:
        os.environ["STUDYRNN_DB"], words = words[1], words[2:]
    for module in (due, marks, quiz, reschedule, stats):
        module.run = partial(module.run, clock=MovedClock(days))  # type: ignore[attr-defined]
    sys.argv = ["studyrnn", *words]
    cli.main()


if __name__ == "__main__":
    main()
