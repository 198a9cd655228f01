"""kill -9 at any moment: what was acknowledged is in the log, and the log is whole."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studyrnn.store import Store

# Answers cards without end; now and then flags one, and takes the answer before it back. Says each id that is written.
STUDYING = """
import random, sys
from pathlib import Path
from studyrnn.model import Event
from studyrnn.scheduling import Scheduler
from studyrnn.store import Store
chance, scheduler, day = random.Random(int(sys.argv[2])), Scheduler(), 739000
with Store(Path(sys.argv[1])) as store:
    while True:
        day += chance.random() < 0.3
        card, rating = f"deck/{chance.randrange(20)}", chance.choice([1, 2, 3, 3, 4])
        memory = scheduler.review(store.state(card).memory, card, rating, day)
        review = Event(card, "2026-11-21T10:00:00.000+00:00", day, rating=rating, due_day=memory.due_day)
        written = [store.append(review)]
        print(written[0].id, flush=True)
        if chance.random() < 0.2:
            for kind, of in [("flag", ""), ("undo", written[0].id)]:
                print(store.append(Event(card, "2026-11-21T10:00:00.000+00:00", day, kind, of=of)).id, flush=True)
"""


def acknowledged(path: Path, seed: int, delay: float, begun: bool) -> list[str]:
    """Study for `delay` seconds, from the first answer on or from the start, and be killed; the ids that were told."""
    command = [sys.executable, "-c", STUDYING, str(path), str(seed)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child.stdout:
        first = child.stdout.readline() if begun else ""
        time.sleep(delay)
        child.kill()
        said = first + child.stdout.read()
    assert child.wait() == -signal.SIGKILL
    return said.splitlines()


def test_no_moment_of_a_kill_loses_an_answer(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """8 random moments, or 200 with --full, some of them while a log is made or opened. After each the log goes on."""
    chance, before = random.Random(8), list[str]()
    for seed in range(200 if pytestconfig.getoption("--full") else 8):
        path, begun = tmp_path / f"{seed // 4}.db", seed % 4 > 1
        said = acknowledged(path, seed, chance.uniform(0, 0.2), begun)
        with Store(path) as store:
            written = [event.id for event in store.events()]
            assert store.verify() == []
        before = before if seed % 4 else []
        assert written[: len(before)] == before
        fresh = written[len(before) :]
        assert len(fresh) >= begun
        assert fresh[: len(said)] == said
        assert len(fresh) <= len(said) + 1  # one may be on the disk that nobody has heard of yet
        before = written
