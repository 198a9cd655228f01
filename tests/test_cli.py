"""The command line: help that is true, errors that help, exit codes that scripts can rely on."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from running import piped

from studyrnn import __version__
from studyrnn.decks import shipped_files
from studyrnn.exercises import all_exercises


def test_version_and_help(tmp_path: Path) -> None:
    assert piped(tmp_path, "--version").stdout == f"studyrnn {__version__}\n"
    shown = piped(tmp_path, "--help").stdout
    assert [word for word in ("quiz", "generate", "export", "check") if f"  {word}" not in shown] == []
    for command in ("quiz", "generate", "export", "check"):
        assert piped(tmp_path, command, "--help").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["quiz", "gur"], 2, 'no deck, topic or card is called "gur". Did you mean "gru"?'),
        (["quiz", "nowhere.yaml"], 1, "cannot read nowhere.yaml: No such file or directory"),
        (["quiz", "--limit", "0"], 2, "0 is not in the range"),
        (["quiz", "--new", "many"], 2, "'many' is not a valid int"),
        (["generate", "--topic", "gur"], 2, 'no topic with exercises is called "gur". Did you mean "gru"?'),
        (["generate", "--exercise", "gru.hidden"], 2, 'Did you mean "gru.hidden-state"'),
        (["generate", "--topic", "lstm", "--exercise", "gru.hidden-state"], 2, "belongs to the topic gru"),
        (["generate", "--replay", "gru.hidden-state@999:7/0"], 2, "was drawn by version 999 of gru.hidden-state"),
        (["generate", "--replay", "gru.hidden-state"], 2, "is no replay code"),
        (["generate", "--replay", "gru.hidden-state@1:7/0", "--seed", "3"], 2, "names everything already"),
        (["generate", "--format", "json"], 2, 'Did you mean "jsonl"?'),
        (["generate", "--topic", "gru", "-o", "no/such/folder/x.txt"], 1, "cannot write no/such/folder/x.txt"),
        (["export", "--format", "ankii"], 2, 'no export format is called "ankii". Did you mean "anki"?'),
        (["export", "--split"], 2, "name them with -o FILE"),
        (["check", "nowhere.yaml"], 1, "cannot read nowhere.yaml"),
        (["chekc"], 2, "Did you mean 'check'"),
    ],
)
def test_mistakes_are_told_and_mended(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    """On standard error, with what to write instead; never a traceback, nothing on standard output."""
    done = piped(tmp_path, *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_without_a_command_the_quiz_begins(tmp_path: Path) -> None:
    assert "1 of 10 · 10 new" in piped(tmp_path).stdout


def test_generate_is_reproducible_and_prints_its_seed(tmp_path: Path) -> None:
    """Without --seed the one that was drawn is told, and draws the same again."""
    first = piped(tmp_path, "generate", "--topic", "gru", "--count", "3")
    match = re.fullmatch(r"seed (\d+)\n", first.stderr)
    assert match
    assert piped(tmp_path, "generate", "--topic", "gru", "--count", "3", "--seed", match[1]).stdout == first.stdout
    code = first.stdout.split("\n")[0].split()[-1]
    replayed = piped(tmp_path, "generate", "--replay", code).stdout
    assert first.stdout.startswith(replayed)


def test_generate_without_answers_shows_none(tmp_path: Path) -> None:
    """The sheet to hand out holds no key, in text and in JSON."""
    text = piped(tmp_path, "generate", "--exercise", "gru.hidden-state", "--count", "1", "--seed", "7").stdout
    sheet = piped(
        tmp_path, "generate", "--exercise", "gru.hidden-state", "--count", "1", "--seed", "7", "--no-answers"
    ).stdout
    assert text.startswith(sheet.rstrip("\n"))
    assert "0.8625" in text
    assert "0.8625" not in sheet
    (line,) = piped(
        tmp_path,
        "generate",
        "--exercise",
        "gru.hidden-state",
        "--count",
        "1",
        "--seed",
        "7",
        "--no-answers",
        "--format",
        "jsonl",
    ).stdout.splitlines()
    assert not {"key", "steps", "slips", "hints"} & json.loads(line).keys()


KEYS = {"vector": list, "matrix": list, "order": list, "design": list, "formula": str}


def test_jsonl_holds_what_the_format_promises(tmp_path: Path) -> None:
    """One object a line for every exercise, with all its fields and their types."""
    done = piped(tmp_path, "generate", "--count", str(2 * len(all_exercises())), "--seed", "3", "--format", "jsonl")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert {record["exercise"] for record in records} == {exercise.id for exercise in all_exercises()}
    for record in records:
        assert list(record) == [
            "version", "exercise", "exercise_version", "seed", "index", "replay", "topic", "level", "kind", "stem",
            "given", "convention", "asks", "key", "tolerance", "hints", "steps", "solution",
            "slips", "options", "parts",
        ]  # fmt: skip
        assert record["version"] == 1
        assert record["replay"] == f"{record['exercise']}@{record['exercise_version']}:3/{record['index']}"
        assert record["exercise"].startswith(record["topic"] + ".")
        assert isinstance(record["key"], KEYS.get(record["kind"], float)), record["replay"]
        assert record["steps"] or record["solution"], record["replay"]
        for step in record["steps"]:
            assert {"name", "formula", "substituted", "value"} == step.keys()
        assert {"id", "value", "message"} == record["slips"][0].keys()
        assert bool(record["options"]) == (record["kind"] in {"choice", "order", "line"}), record["replay"]
        assert not [name for name in record["given"] if name.endswith("_")]


def test_output_goes_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "sheet.txt"
    shown = piped(tmp_path, "generate", "--topic", "lstm", "--count", "2", "--seed", "1").stdout
    done = piped(tmp_path, "generate", "--topic", "lstm", "--count", "2", "--seed", "1", "-o", str(path))
    assert (done.stdout, path.read_text("utf-8")) == ("", shown)


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    """generate | head: no traceback."""
    command = f"{sys.executable} -m studyrnn generate --count 2000 --seed 1 | head -n 1; echo ${{PIPESTATUS[0]}}"
    import subprocess

    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


BROKEN = """deck: mine
title: Mine
cards:
  - id: forget-gate
    topic: lstm
    question: Which?
    options: [{wrong: a}, {wrong: b}]
  - id: bptt-sum
    topic: bptt
    question: What?
    anwser: x
  - {id: fine, topic: gru, question: q, answer: a}
"""


def test_check_reports_all_problems(tmp_path: Path) -> None:
    """Every one with file, line and remedy; exit 1; the same as JSON."""
    path = tmp_path / "mine.yaml"
    path.write_text(BROKEN, "utf-8")
    done = piped(tmp_path, "check", str(path))
    assert done.returncode == 1
    assert done.stdout == (
        f'{path}:7   card "forget-gate": no right option. Mark one with  right:  instead of  wrong:\n'
        f'{path}:11   card "bptt-sum": unknown key "anwser". Did you mean "answer"?\n'
        f'{path}:12   warning: card "fine": says no why\n'
        "2 problems and 1 warning in 1 file, 1 card is fine\n"
    )
    record = json.loads(piped(tmp_path, "check", "--json", str(tmp_path)).stdout)
    assert (record["version"], record["files"], record["cards"]) == (1, 1, 1)
    assert [(problem["line"], problem["warning"]) for problem in record["problems"]] == [
        (7, False), (11, False), (12, True),
    ]  # fmt: skip


def test_check_fails_on_warnings_where_it_is_to_be_strict(tmp_path: Path) -> None:
    """Without --strict a warning is told and no more."""
    path = tmp_path / "mine.yaml"
    path.write_text("deck: mine\ntitle: Mine\ncards:\n  - {id: a, topic: gru, question: q, answer: b}\n", "utf-8")
    lenient, strict = piped(tmp_path, "check", str(path)), piped(tmp_path, "check", "--strict", str(path))
    assert (lenient.returncode, strict.returncode) == (0, 1)
    assert lenient.stdout == strict.stdout
    assert "No problems and 1 warning in 1 file" in strict.stdout


def test_check_without_a_path_checks_the_shipped_decks(tmp_path: Path) -> None:
    done = piped(tmp_path, "check")
    assert done.returncode == 0
    assert done.stdout.startswith(f"No problems in {len(shipped_files())} files")
    assert piped(tmp_path, "check", "gru").stdout.startswith("No problems in 1 file")
    assert r"\odot" in piped(tmp_path, "check", "--maths").stdout


def test_export_to_files_and_to_standard_output(tmp_path: Path) -> None:
    """What it wrote is told on standard error; --split names one file for each note type."""
    whole = piped(tmp_path, "export", "gru").stdout
    path = tmp_path / "gru.csv"
    done = piped(tmp_path, "export", "gru", "-o", str(path))
    assert path.read_text("utf-8") == whole
    assert done.stderr == f"{path} written\n"
    piped(tmp_path, "export", "gru", "--split", "-o", str(path))
    assert sorted(file.name for file in tmp_path.glob("gru-*.csv")) == ["gru-basic.csv", "gru-cloze.csv"]
    more = piped(tmp_path, "export", "gru", "--variants", "5").stdout
    assert more.count("<code>gru.") * 3 == whole.count("<code>gru.") * 5 > 0
    assert "<svg " in whole
    assert "<svg " not in piped(tmp_path, "export", "gru", "--no-pictures").stdout


def test_exercises_are_listed_for_people_and_programs(tmp_path: Path) -> None:
    """Every exercise, with what it asks, its slips and what it requires; a topic narrows the list down."""
    record = json.loads(piped(tmp_path, "exercises", "--json").stdout)
    assert record["version"] == 1
    assert [entry["id"] for entry in record["exercises"]] == [exercise.id for exercise in all_exercises()]
    for entry in record["exercises"]:
        assert list(entry) == ["id", "topic", "level", "asks", "slips", "requires"]
        assert entry["asks"]
        assert entry["slips"]
    listed = piped(tmp_path, "exercises", "--topic", "gru").stdout
    assert "gru.mix" in listed
    assert "lstm.unroll" not in listed
    wrong = piped(tmp_path, "exercises", "--topic", "gur")
    assert wrong.returncode == 2
    assert 'Did you mean "gru"' in wrong.stderr


def test_a_mixed_sheet_keeps_to_its_levels_and_ends_with_the_answers(tmp_path: Path) -> None:
    """Questions first, then all answers; no topic comes twice before every other had its turn."""
    sheet = piped(tmp_path, "generate", "--mix", "--count", "20", "--level", "2-4", "--seed", "7").stdout
    questions, _, answers = sheet.partition("\nAnswers\n")
    topics = [line.partition(". ")[2].partition(" · ") for line in questions.split("\n") if " · level " in line]
    assert len(topics) == 20
    assert len({topic for topic, _, _ in topics}) == 20
    assert {rest.split()[1] for _, _, rest in topics} <= {"2", "3", "4"}
    assert answers.count("@") == 20
    assert piped(tmp_path, "generate", "--mix", "--count", "20", "--level", "2-4", "--seed", "7").stdout == sheet


@pytest.mark.parametrize("level", ["0", "6", "4-2", "x", "2-", ""])
def test_levels_that_are_none_are_refused(tmp_path: Path, level: str) -> None:
    done = piped(tmp_path, "generate", "--level", level)
    assert done.returncode == 2
    assert "--level" in done.stderr
    assert "Traceback" not in done.stderr


def test_exercises_can_be_checked(tmp_path: Path) -> None:
    done = piped(tmp_path, "check", "--exercises", "initial-state.zero", "lstm.exact-gate", "--seeds", "3")
    assert done.returncode == 0
    assert "No problems in 2 exercises" in done.stdout
    assert piped(tmp_path, "check", "--exercises", "lstm.exact-gat").returncode == 2
