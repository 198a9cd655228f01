"""What has to hold for the questions of every exercise, on many seeds.

The digests in golden/exercises.json pin the questions of each version. After raising an exercise's version:

    python tests/test_exercises.py

writes the digests anew; it refuses where questions changed and the version did not.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import second_ways

from studyrnn.commands.generate import choose
from studyrnn.engine.latex import literal
from studyrnn.errors import ReplayError, UnknownName
from studyrnn.exercises import all_exercises, find, replay
from studyrnn.exporters.jsonl import line
from studyrnn.grading.scoring import distance, entries_of
from studyrnn.model import Question
from studyrnn.questions.base import Exercise
from studyrnn.questions.drawing import draw
from studyrnn.questions.quality import CHECKS, every_slip_is_met, key_positions_are_uniform, questions_differ
from studyrnn.topics import TOPICS

GOLDEN = Path(__file__).parent / "golden" / "exercises.json"
EACH = 5  # questions of a seed
APART = 20  # tolerances
MANY = 20  # seeds, for what says something of many questions together
OF_MANY = {every_slip_is_met, key_positions_are_uniform, questions_differ}
IDS = [exercise.id for exercise in all_exercises()]

every_exercise = pytest.mark.parametrize("exercise", all_exercises(), ids=IDS)


@cache
def question(exercise_id: str, seed: int, index: int) -> Question:
    return draw(find(exercise_id), seed, index)


def drawn(exercise: Exercise, seeds: Iterable[int]) -> list[Question]:
    return [question(exercise.id, seed, index) for seed in seeds for index in range(EACH)]


def given_of(q: Question) -> dict[str, Any]:
    return {given.name: given.value for given in q.given}


# -- quality ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@every_exercise
def test_quality(exercise: Exercise, check: Callable[..., Iterator[str]], seeds: range) -> None:
    """What `studyrnn check --exercises` looks at holds for every exercise."""
    sample = range(max(len(seeds), MANY)) if check in OF_MANY else seeds
    assert list(check(exercise, drawn(exercise, sample))) == []


@every_exercise
def test_slips_are_told_apart(exercise: Exercise, seeds: range) -> None:
    """No slip amounts to what is right, and no two to the same; where decimals are asked for, 20 tolerances apart."""
    for q in drawn(exercise, seeds):
        values = [q.key, *(slip.value for slip in q.slips)]
        least = 1e-6 if exercise.form.exact else APART * q.tolerance
        for place, value in enumerate(values):
            assert np.shape(value) == np.shape(q.key), q.replay
            for other in values[:place]:
                assert distance(value, other) >= least, q.replay


@every_exercise
def test_slip_messages_are_the_same_on_all_numbers(exercise: Exercise, seeds: range) -> None:
    for q in drawn(exercise, seeds):
        for slip in q.slips:
            assert slip.message, q.replay
            assert q.kind in {"choice", "line"} or slip.message in exercise_messages(exercise), q.replay


@cache
def exercise_messages(exercise: Exercise) -> set[str]:
    return {slip.message for variant in exercise.variants for slip in variant.slips}


def test_requirements_exist_and_have_no_cycles() -> None:
    """What should be mastered first is an exercise, and no exercise leads back to itself."""
    requires = {exercise.id: set(exercise.requires) for exercise in all_exercises()}
    assert set().union(*requires.values()) <= set(requires)
    TopologicalSorter(requires).prepare()


def test_ids_are_unique_and_levels_are_levels() -> None:
    assert len(set(IDS)) == len(IDS)
    assert {exercise.level for exercise in all_exercises()} <= set(range(1, 6))
    assert all(exercise.topic in TOPICS for exercise in all_exercises())


# -- is the key right? -----------------------------------------------------------------------------------------------

BY_HAND = second_ways()


@every_exercise
def test_the_key_is_what_plain_python_finds(exercise: Exercise, seeds: range) -> None:
    """A recomputation that shares nothing with the engine gets the key from what the stem gives, to 1e-9."""
    for q in drawn(exercise, seeds):
        assert exercise.id in BY_HAND, f"add a second way to compute the key of {exercise.id} to tests/by_hand"
        agrees(q, BY_HAND[exercise.id](given_of(q), q))


def agrees(q: Question, second: Any) -> None:
    match q.kind:
        case "choice":
            text = second if isinstance(second, str) else f"${literal(second, 3)}$"
            assert q.options[round(float(q.key)) - 1] == text, q.replay  # type: ignore[arg-type]
        case "order":
            assert [q.options[round(entry) - 1] for entry in entries_of(q.key)] == second, q.replay
        case "line":
            right = [literal(value, 4) for value in second.values()]
            shown = [option.rpartition("= ")[2].rstrip("$") for option in q.options]
            first = next(k for k, pair in enumerate(zip(right, shown, strict=True), 1) if pair[0] != pair[1])
            assert first == q.key, q.replay
        case "design":  # what the design that is shown reaches, as near as is asked for
            assert distance(second, q.key) <= q.tolerance, q.replay
        case _:
            scale = max(1.0, *map(abs, entries_of(q.key)))
            assert distance(second, q.key) <= 1e-9 * scale, q.replay


# -- the same questions everywhere -----------------------------------------------------------------------------------


def generated(*options: str, hash_seed: str = "random") -> bytes:
    """What `studyrnn generate --format jsonl` prints, in a process of its own."""
    command = [sys.executable, "-m", "studyrnn", "generate", "--format", "jsonl", *options]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.run(command, env=environment, check=True, capture_output=True).stdout


def test_the_same_bytes_in_every_process() -> None:
    """Hash seed, repetition and process do not matter: not one byte of all exercises' questions differs."""
    count = 3 * len(IDS)
    options = ("--seed", "11", "--count", str(count))
    first = generated(*options, hash_seed="0")
    assert first == generated(*options, hash_seed="1")
    assert first == generated(*options, hash_seed="0")
    here = "".join(line(draw(exercise, 11, index)) for index in range(3) for exercise in choose())
    assert first.decode() == here
    assert first.count(b"\n") == count


@pytest.mark.parametrize("chosen", [[], ["--mix"], ["--topic", "gru"], ["--exercise", "gru.hidden-state"]])
def test_a_longer_series_begins_with_the_shorter_one(chosen: list[str]) -> None:
    """--count 5 prints the questions of --count 2 first."""
    short = generated(*chosen, "--seed", "3", "--count", "2")
    long = generated(*chosen, "--seed", "3", "--count", "5")
    assert long.startswith(short)
    assert (short.count(b"\n"), long.count(b"\n")) == (2, 5)


@every_exercise
def test_a_replay_code_gives_the_question_back(exercise: Exercise, seeds: range) -> None:
    """The printed code names everything that the question depends on; blanks around it do no harm."""
    for q in drawn(exercise, seeds)[:20]:
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


def asked(q: Question) -> Any:
    record = json.loads(line(q))
    names = ("stem", "given", "convention", "asks", "key", "tolerance", "options", "parts")
    kept = {name: record[name] for name in names}
    return six_decimals({**kept, "slips": {slip["id"]: slip["value"] for slip in record["slips"]}})


def fingerprint(exercise: Exercise) -> dict[str, Any]:
    """The version, and a digest of the questions of seed 7, index 0 to 19: what is asked and given, what is right,
    what each slip gives. Hints, steps and messages may be worded better without a new version."""
    text = "\n".join(json.dumps(asked(draw(exercise, 7, index)), sort_keys=True) for index in range(20))
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
