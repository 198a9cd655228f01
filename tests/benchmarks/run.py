"""The figures that the project watches, as ratios taken in one run: python tests/benchmarks/run.py

Ratios, because machines differ: every figure is measured next to what it is compared with, in turn. What is not
installed is reported as skipped. Nothing here is a test.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import engine

from studyrnn.questions.base import Exercise

ROUNDS = 15
FOR_EACH = 0.2  # seconds for the questions of one exercise
TEXT_CARD = """deck: timing
title: Timing
cards:
  - id: one
    topic: gru
    question: 'What does $z_t$ do in $h_t = (1 - z_t) \\odot n_t + z_t \\odot h_{t-1}$?'
    answer: It keeps the old state.
"""
EXERCISE = "deck: timing\ntitle: Timing\ncards:\n  - {exercise: gru.hidden-state}\n"


def until(argv: list[str], marker: bytes, environment: dict[str, str]) -> float:
    """Seconds from the start of a program on a pseudo-terminal until `marker` is on the screen."""
    import pexpect

    started = time.perf_counter()
    child = pexpect.spawn(argv[0], argv[1:], env=environment, dimensions=(40, 80), timeout=20)
    child.expect_exact(marker)
    seconds = time.perf_counter() - started
    child.terminate(force=True)
    return seconds


def bare(environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], env=environment, check=True)
    return time.perf_counter() - started


def first_question(deck: str, marker: str) -> float:
    """The median of first question over bare Python, taken in pairs; the deck cache is warm."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **engine.as_installed(),
            "XDG_DATA_HOME": folder, "XDG_CACHE_HOME": folder, "TERM": "xterm", "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        path = Path(folder, "timing.yaml")
        path.write_text(deck, encoding="utf-8")
        argv = [str(Path(sys.executable).with_name("studyrnn")), "quiz", str(path)]
        until(argv, marker.encode(), environment)
        return statistics.median(until(argv, marker.encode(), environment) / bare(environment) for _ in range(ROUNDS))


def questions_a_second() -> float:
    """What generate --format jsonl does for one exercise, with key, slips and steps: the median over all of levels 1
    to 3, each prepared by a few questions first."""
    from studyrnn.exercises import all_exercises
    from studyrnn.exporters.jsonl import line
    from studyrnn.questions.drawing import draw

    def speed(exercise: Exercise) -> float:
        for index in range(10):
            line(draw(exercise, 1, index))
        started, count = time.perf_counter(), 0
        while time.perf_counter() - started < FOR_EACH:
            line(draw(exercise, 2, count))
            count += 1
        return count / (time.perf_counter() - started)

    return statistics.median(speed(exercise) for exercise in all_exercises() if exercise.level <= 3)


def manipulate_matrix_a_second() -> float | None:
    try:
        import reasoning_gym
    except ImportError:
        return None
    count = 4000
    questions = reasoning_gym.create_dataset("manipulate_matrix", size=count, seed=1)
    started = time.perf_counter()
    for index in range(count):
        questions[index]
    return count / (time.perf_counter() - started)


def report(name: str, measure: Callable[[], float | None], unit: str, wanted: str) -> float | None:
    value = measure()
    shown = "skipped: not installed" if value is None else f"{value:,.1f} {unit}"
    print(f"{name:<62} {shown:<28} {wanted}")
    return value


def main() -> None:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    report("first question, text card, over python -c pass", lambda: first_question(TEXT_CARD, "show the"), "x", "<= 9")
    report("first question, exercise, over python -c pass", lambda: first_question(EXERCISE, "show the"), "x", "<= 18")
    ours = report("questions a second, median of levels 1 to 3", questions_a_second, "/s", ">= 2,000")
    theirs = report("reasoning-gym manipulate_matrix, in process", manipulate_matrix_a_second, "/s", "")
    if ours and theirs:
        print(f"{'ratio of the two':<62} {ours / theirs:.2f}")
    report("import of the engine over import numpy", engine.import_over_numpy, "x", "<= 1.3")
    for cell in ("rnn", "lstm", "gru"):
        name = f"{cell}, 4 units, 6 steps, forward + BPTT: torch.nn over ours"
        report(name, lambda cell=cell: engine.against_torch(cell), "x", ">= 2")
    for what, backward in (("forward", False), ("forward + BPTT", True)):
        name = f"10,000 LSTMs of their own, {what}: torch.bmm over ours"
        report(name, lambda backward=backward: engine.many_against_torch(backward), "x", ">= 2")
    import days  # which needs how a program is timed here

    days.main()


if __name__ == "__main__":
    main()
