"""studyrnn check: every problem of every deck, each with what to write instead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from studyrnn import decks
from studyrnn.commands import environment
from studyrnn.deckfile import read
from studyrnn.errors import EXIT_DONE, EXIT_FAILURE, DeckError, UsageError
from studyrnn.markup import visible
from studyrnn.model import Problem

FORMAT = 1


def run(paths: list[Path], as_json: bool) -> int:
    """Print what is wrong and return the exit code: 1 where anything is."""
    files = _files(paths) if paths else decks.shipped_files()
    loaded, unreadable = [], 0
    for path in files:
        try:
            loaded.append(read(path))
        except DeckError as error:
            environment.message(f"studyrnn: {visible(str(error))}")
            unreadable += 1
    problems = [problem for each in loaded for problem in each.problems]
    good = sum(len(each.deck.cards) for each in loaded)
    if as_json:
        text = json.dumps(_record(problems, len(loaded), good), ensure_ascii=False, indent=2) + "\n"
    else:
        text = "".join(f"{problem}\n" for problem in problems) + _closing(problems, len(loaded), good)
    if loaded:
        environment.write_out([text], None)
    return EXIT_FAILURE if problems or unreadable else EXIT_DONE


def exercises(names: list[str], seeds: int, as_json: bool) -> int:
    """Check the questions of exercises, telling one after the other how it went; 1 where anything is wrong.

    Raises UnknownName for what is neither an exercise nor a topic.
    """
    from studyrnn.exercises import all_exercises, find, of_topic
    from studyrnn.questions.quality import findings

    chosen = [found for name in names for found in (of_topic(name) or [find(name)])] or all_exercises()
    wrong = 0

    def lines() -> Iterator[str]:
        nonlocal wrong
        for exercise in chosen:
            problems = findings(exercise, range(seeds))
            wrong += len(problems)
            if as_json:
                yield json.dumps({"version": FORMAT, "exercise": exercise.id, "problems": problems}) + "\n"
            else:
                yield f"{exercise.id}: fine\n" if not problems else "".join(f"{problem}\n" for problem in problems)
        if not as_json:
            many = "1 exercise" if len(chosen) == 1 else f"{len(chosen)} exercises"
            yield f"{wrong or 'No'} problem{'' if wrong == 1 else 's'} in {many}\n"

    environment.write_out(lines(), None)
    return EXIT_FAILURE if wrong else EXIT_DONE


def maths() -> None:
    """Print what may stand between dollar signs."""
    from studyrnn.mathtext import known_commands, one_line

    lines = ["Letters, digits, + - = < > ( ) [ ] , . / | ' ! : ; with _ and ^, and these commands:", ""]
    lines += [f"  {'  '.join(known_commands()[k : k + 8])}" for k in range(0, len(known_commands()), 8)]
    sample = r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}"
    environment.write_out(["\n".join([*lines, "", f"  ${sample}$", f"  {one_line(sample)}", ""])], None)


def _files(paths: list[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = sorted([*path.glob("*.yaml"), *path.glob("*.yml")])
            if not found:
                raise UsageError(f"{path} holds no .yaml file")
            files += found
        else:
            shipped = {file.stem: file for file in decks.shipped_files()}
            files.append(path if path.exists() else shipped.get(str(path), path))
    return files


def _closing(problems: list[Problem], files: int, good: int) -> str:
    where = "1 file" if files == 1 else f"{files} files"
    cards = "1 card is" if good == 1 else f"{good} cards are"
    if not problems:
        return f"No problems in {where}, {cards} fine\n"
    many = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return f"{many} in {where}, {cards} fine\n"


def _record(problems: list[Problem], files: int, good: int) -> dict[str, object]:
    listed = [{"file": p.file, "line": p.line, "card": p.card, "message": p.message} for p in problems]
    return {"version": FORMAT, "files": files, "cards": good, "problems": listed}
