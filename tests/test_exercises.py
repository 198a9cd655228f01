"""What has to hold for the questions of every exercise, on many seeds.

The digests in golden/exercises.json pin the questions of each version. After raising an exercise's version:

    python tests/test_exercises.py

writes the digests anew; it refuses where questions changed and the version did not.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studyrnn.commands.generate import choose
from studyrnn.engine.arrays import NUMPY
from studyrnn.errors import ReplayError, UnknownName
from studyrnn.exercises import all_exercises, find
from studyrnn.exercises.base import Exercise
from studyrnn.exercises.drawing import draw, full_stem, replay, task
from studyrnn.exporters.jsonl import line
from studyrnn.grading.scoring import entries_of, right_entries
from studyrnn.markup import formulas
from studyrnn.mathtext import one_line
from studyrnn.model import Question, Value

GOLDEN = Path(__file__).parent / "golden" / "exercises.json"
EACH = 5  # questions of a seed
APART = 20  # tolerances
HONEST = 0.999
IDS = [exercise.id for exercise in all_exercises()]

every_exercise = pytest.mark.parametrize("exercise", all_exercises(), ids=IDS)


@cache
def question(exercise_id: str, seed: int, index: int) -> Question:
    return draw(find(exercise_id), seed, index)


def drawn(exercise: Exercise, seeds: Iterable[int]) -> Iterator[Question]:
    return (question(exercise.id, seed, index) for seed in seeds for index in range(EACH))


def given_of(q: Question) -> dict[str, Any]:
    return {given.name: given.value for given in q.given}


def distance(a: Value, b: Value) -> float:
    return max(abs(p - q) for p, q in zip(entries_of(a), entries_of(b), strict=True))


# -- keys and slips --------------------------------------------------------------------------------------------------


@every_exercise
def test_the_key_is_right(exercise: Exercise, seeds: range) -> None:
    """The key scores full marks, entry by entry, also when given to 3 decimals."""
    for q in drawn(exercise, seeds):
        assert all(right_entries(q.key, q.key, q.tolerance)), q.replay
        assert all(right_entries(np.round(q.key, 3).tolist(), q.key, q.tolerance)), q.replay


@every_exercise
def test_slips_are_told_apart(exercise: Exercise, seeds: range) -> None:
    """No slip's value is right, and each is 20 tolerances away from the key and from every other slip."""
    for q in drawn(exercise, seeds):
        values = [q.key, *(slip.value for slip in q.slips)]
        for place, value in enumerate(values):
            assert np.shape(value) == np.shape(q.key), q.replay
            assert place == 0 or not all(right_entries(value, q.key, q.tolerance)), q.replay
            for other in values[:place]:
                assert distance(value, other) >= APART * q.tolerance, q.replay


@every_exercise
def test_slip_messages_tell_no_numbers(exercise: Exercise, seeds: range) -> None:
    """A slip's message is the same on all numbers, and has no decimal number in it."""
    messages: dict[tuple[str, str], str] = {}
    for q in drawn(exercise, seeds):
        for slip in q.slips:
            assert messages.setdefault((str(q.convention), slip.id), slip.message) == slip.message, q.replay
    assert messages
    for message in messages.values():
        assert message
        assert not re.search(r"\d[.,]\d|[.,]\d", message), message


@every_exercise
def test_every_declared_slip_is_met(exercise: Exercise, seeds: range) -> None:
    """Each slip of each variant occurs in some question: none is lost to the guards everywhere."""
    met = {(str(dict(q.convention)), slip.id) for q in drawn(exercise, seeds) for slip in q.slips}
    assert met == {(str(dict(v.convention)), slip.id) for v in exercise.variants for slip in v.slips}


# -- what is shown ---------------------------------------------------------------------------------------------------


@every_exercise
def test_questions_are_complete(exercise: Exercise, seeds: range) -> None:
    """Each has a slip, a step and a hint; the last step is the key; a slip parts from the way at a step."""
    for q in drawn(exercise, seeds):
        assert q.slips, q.replay
        assert q.steps, q.replay
        assert q.hints, q.replay
        assert q.steps[-1].name == q.asks, q.replay
        assert q.steps[-1].value == q.key, q.replay
        assert {slip.parts_at for slip in q.slips} <= {step.name for step in q.steps}, q.replay
        assert q.topic == exercise.topic, q.replay


def texts_of(q: Question) -> Iterator[str]:
    yield from (q.stem, full_stem(q), task(q), *q.hints, *(slip.message for slip in q.slips))


@every_exercise
def test_every_formula_can_be_typeset(exercise: Exercise, seeds: range) -> None:
    """Formulas of stems, messages, hints and steps are within what the terminal can draw; no template is left over."""
    found: set[str] = set()
    for q in drawn(exercise, seeds):
        for text in texts_of(q):
            found.update(formulas(text))
            assert not re.search(r"\{\{|\bNone\b|\bnan\b|\binf\b", text), q.replay
        for step in q.steps:
            found |= {step.symbol, step.formula, step.substituted}
        found |= {q.asks_symbol, *(given.symbol for given in q.given)}
    for formula in found:
        assert one_line(formula)
        assert one_line(formula, ascii_only=True).isascii()


@every_exercise
def test_questions_differ(exercise: Exercise, seeds: range) -> None:
    """At least 95 % of the questions are distinct."""
    asked = [json.dumps([dict(q.convention), given_of(q)]) for q in drawn(exercise, seeds)]
    assert len(set(asked)) >= 0.95 * len(asked)


# -- is the key right? -----------------------------------------------------------------------------------------------

Given = dict[str, Any]


def times(W: list[list[float]], v: list[float]) -> list[float]:
    return [sum(w * entry for w, entry in zip(row, v, strict=True)) for row in W]


def plus(*vectors: list[float]) -> list[float]:
    return [sum(entries) for entries in zip(*vectors, strict=True)]


def logistic(a: float) -> float:
    return 1 / (1 + math.exp(-a))


SQUASH: dict[str, Callable[[float], float]] = {"tanh": math.tanh, "sigmoid": logistic, "relu": lambda a: max(a, 0.0)}


def rnn_pre_activation(g: Given, _: Any) -> list[float]:
    return plus(times(g["W_xh"], g["x"]), times(g["W_hh"], g["h_prev"]), g["b_h"])


def rnn_hidden_state(g: Given, convention: Any) -> list[float]:
    return [SQUASH[convention["activation"]](a) for a in rnn_pre_activation(g, convention)]


def lstm_cell_state(g: Given, _: Any) -> list[float]:
    return [f * c + i * n for f, c, i, n in zip(g["f"], g["c_prev"], g["i"], g["g"], strict=True)]


def lstm_hidden_state(g: Given, convention: Any) -> list[float]:
    return [o * math.tanh(c) for o, c in zip(g["o"], lstm_cell_state(g, convention), strict=True)]


def gru_update_gate(g: Given, _: Any) -> list[float]:
    return [logistic(a) for a in plus(times(g["W_xz"], g["x"]), times(g["W_hz"], g["h_prev"]), g["b_z"])]


def gru_hidden_state(g: Given, convention: Any) -> list[float]:
    assert convention == {"reset": "before", "z_keeps": "old"}
    kept = [r * h for r, h in zip(g["r"], g["h_prev"], strict=True)]
    n = [math.tanh(a) for a in plus(times(g["W_xn"], g["x"]), times(g["W_hn"], kept), g["b_n"])]
    return [(1 - z) * new + z * old for z, new, old in zip(g["z"], n, g["h_prev"], strict=True)]


def remedies_clip_norm(g: Given, _: Any) -> list[float]:
    norm = math.sqrt(sum(entry**2 for entry in g["grad"]))
    return [entry * g["threshold"] / norm if norm > g["threshold"] else entry for entry in g["grad"]]


def bptt_loss(g: Given) -> float:
    h = g["h_0"]
    for x in (g["x_1"], g["x_2"]):
        h = math.tanh(g["W_xh"] * x + g["W_hh"] * h + g["b_h"])
    return 0.5 * (h - g["target"]) ** 2


def bptt_scalar(g: Given, _: Any) -> float:
    """Forwards, not backwards: dh_t/dW = (1 - h_t^2) (h_{t-1} + W dh_{t-1}/dW)."""
    h, slope = g["h_0"], 0.0
    for x in (g["x_1"], g["x_2"]):
        previous, h = h, math.tanh(g["W_xh"] * x + g["W_hh"] * h + g["b_h"])
        slope = (1 - h**2) * (previous + g["W_hh"] * slope)
    return (h - g["target"]) * slope


BY_HAND: dict[str, Callable[[Given, Any], Any]] = {
    "rnn.pre-activation": rnn_pre_activation,
    "rnn.hidden-state": rnn_hidden_state,
    "lstm.cell-state": lstm_cell_state,
    "lstm.hidden-state": lstm_hidden_state,
    "gru.update-gate": gru_update_gate,
    "gru.hidden-state": gru_hidden_state,
    "remedies.clip-norm": remedies_clip_norm,
    "bptt.scalar": bptt_scalar,
}


@every_exercise
def test_the_key_is_what_plain_python_finds(exercise: Exercise, seeds: range) -> None:
    """A recomputation that shares nothing with the engine gets the key from what the stem gives, to 1e-9."""
    for q in drawn(exercise, seeds):
        assert exercise.id in BY_HAND, f"add a second way to compute the key of {exercise.id} to BY_HAND"
        mine = BY_HAND[exercise.id](given_of(q), q.convention)
        assert distance(mine, q.key) <= 1e-9, q.replay


def test_the_bptt_key_is_the_slope_of_the_loss(seeds: range) -> None:
    """bptt.scalar's key equals a central difference of the loss along W_hh."""
    for q in drawn(find("bptt.scalar"), seeds):
        g, step = given_of(q), 1e-5
        above, below = ({**g, "W_hh": g["W_hh"] + sign * step} for sign in (1, -1))
        assert (bptt_loss(above) - bptt_loss(below)) / (2 * step) == pytest.approx(q.key, abs=1e-8), q.replay


def to_four(operation: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: np.round(operation(*args), 4)


ON_PAPER = {name: operation if name == "number" else to_four(operation) for name, operation in NUMPY.items()}


@every_exercise
def test_honest_students_are_right(exercise: Exercise, seeds: range) -> None:
    """Who rounds every intermediate result to 4 decimals and reports 3 is right in at least 99.9 % of questions."""
    right = []
    for q in drawn(exercise, seeds):
        variant = next(v for v in exercise.variants if dict(v.convention) == dict(q.convention))
        program = variant.program.needed([exercise.asks], exercise.given)
        known = {name.removesuffix("prev"): np.array(value) for name, value in given_of(q).items()}
        reported = np.round(program.run(known, ON_PAPER)[exercise.asks], 3)
        right.append(all(right_entries(reported.tolist(), q.key, q.tolerance)))
    assert sum(right) >= HONEST * len(right)


# -- the same questions everywhere -----------------------------------------------------------------------------------


def generated(*options: str, hash_seed: str = "random") -> bytes:
    """What `studyrnn generate --format jsonl` prints, in a process of its own."""
    command = [sys.executable, "-m", "studyrnn.cli", "generate", "--format", "jsonl", *options]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.run(command, env=environment, check=True, capture_output=True).stdout


def test_the_same_bytes_in_every_process() -> None:
    """Hash seed, repetition and process do not matter: not one byte of all exercises' questions differs."""
    count = 3 * len(IDS)
    options = ("--seed", "11", "--count", str(count))
    first = generated(*options, hash_seed="0")
    assert first == generated(*options, hash_seed="1")
    assert first == generated(*options, hash_seed="0")
    here = "".join(line(draw(exercise, 11, index)) for index in range(3) for exercise in choose(None, None))
    assert first.decode() == here
    assert first.count(b"\n") == count


@pytest.mark.parametrize("chosen", [[], *(["--exercise", name] for name in IDS)], ids=["all", *IDS])
def test_a_longer_series_begins_with_the_shorter_one(chosen: list[str]) -> None:
    """--count 5 prints the questions of --count 2 first."""
    short = generated(*chosen, "--seed", "3", "--count", "2")
    long = generated(*chosen, "--seed", "3", "--count", "5")
    assert long.startswith(short)
    assert (short.count(b"\n"), long.count(b"\n")) == (2, 5)


@every_exercise
def test_a_replay_code_gives_the_question_back(exercise: Exercise, seeds: range) -> None:
    """The printed code names everything that the question depends on; blanks around it do no harm."""
    for q in drawn(exercise, seeds):
        assert replay(q.replay) == q
    assert replay(f"  {q.replay}\n") == q


def test_every_printed_replay_code_can_be_replayed() -> None:
    """Also for the largest seed that generate takes."""
    q = draw(find("gru.hidden-state"), 2**63 - 1, 0)
    assert json.loads(generated("--exercise", q.exercise, "--seed", str(q.seed), "--count", "1"))["replay"] == q.replay
    assert replay(q.replay) == q


@every_exercise
def test_another_version_is_refused(exercise: Exercise) -> None:
    """A code of an older or newer version draws other numbers, so it is refused and the message says why."""
    for version in (exercise.version - 1, exercise.version + 1):
        with pytest.raises(ReplayError, match=rf"version {version} of {exercise.id}.*version {exercise.version}"):
            replay(f"{exercise.id}@{version}:7/0")


@pytest.mark.parametrize(
    "code",
    [
        "", "gru", "gru.hidden-state", "gru.hidden-state@1", "gru.hidden-state@1:7", "gru.hidden-state@1:7/",
        "gru.hidden-state@1:-7/0", "gru.hidden-state@1:7/0/0", "gru.hidden-state@1:7/0x", "gru.hidden-state@x:7/0",
        "gru.hidden-state@1:7.5/0", "gru hidden-state@1:7/0", "@1:7/0", "gru.hidden-state@1:7/0\ngru.x@1:7/0",
    ],
)  # fmt: skip
def test_malformed_codes_are_refused(code: str) -> None:
    """What is no replay code is refused with an example of one."""
    with pytest.raises(ReplayError, match=r"is no replay code.*gru\.hidden-state@1:7/0"):
        replay(code)


def test_a_code_of_an_unknown_exercise_is_refused() -> None:
    """A misspelt id is named, with the nearest that exists."""
    with pytest.raises(UnknownName, match=r'no exercise is called "gru\.hiden-state".*"gru\.hidden-state"'):
        replay("gru.hiden-state@1:7/0")


def test_listing_the_exercises_imports_no_numpy() -> None:
    """Ids, topics and levels of all exercises can be read before NumPy or SymPy is loaded."""
    code = (
        "import sys, studyrnn.exercises as e; found = [(x.id, x.topic, x.level) for x in e.all_exercises()]; "
        "print(len(found), {'numpy', 'sympy'} & set(sys.modules))"
    )
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert output.split() == [str(len(IDS)), "set()"]


# -- a change of questions is a new version --------------------------------------------------------------------------


def six_decimals(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6) + 0.0
    if isinstance(value, dict):
        return {key: six_decimals(entry) for key, entry in value.items()}
    return [six_decimals(entry) for entry in value] if isinstance(value, list) else value


def fingerprint(exercise: Exercise) -> dict[str, Any]:
    """The version, and a digest of the questions of seed 7, index 0 to 19, as other programs get them."""
    records = [six_decimals(json.loads(line(draw(exercise, 7, index)))) for index in range(20)]
    text = "\n".join(json.dumps(record, sort_keys=True) for record in records)
    return {"version": exercise.version, "sha256": hashlib.sha256(text.encode()).hexdigest()}


@every_exercise
def test_changed_questions_are_a_new_version(exercise: Exercise) -> None:
    """The questions are those that golden/exercises.json knows of this version (see the top of this file)."""
    assert fingerprint(exercise) == json.loads(GOLDEN.read_text())[exercise.id]


def test_the_golden_file_knows_every_exercise() -> None:
    """No entry is missing, and none is left of an exercise that has gone."""
    assert sorted(json.loads(GOLDEN.read_text())) == sorted(IDS)


def write_golden() -> None:
    old = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    new = {exercise.id: fingerprint(exercise) for exercise in all_exercises()}
    unraised = [name for name in new.keys() & old.keys() if new[name] != old[name]]
    unraised = sorted(name for name in unraised if new[name]["version"] <= old[name]["version"])
    if unraised:
        sys.exit(f"other questions, but no higher version: {', '.join(unraised)}")
    GOLDEN.write_text(json.dumps(new, indent=2) + "\n")


if __name__ == "__main__":
    write_golden()
