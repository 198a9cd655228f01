"""studyrnn check: every problem of every deck, each with what to write instead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from studyrnn import decks
from studyrnn.commands import environment
from studyrnn.deckfile import read
from studyrnn.deckquality import Decks, findings
from studyrnn.documents import items
from studyrnn.errors import EXIT_DONE, EXIT_FAILURE, DeckError, UsageError
from studyrnn.markup import visible
from studyrnn.model import Loaded, Problem
from studyrnn.terminal.layout import paragraphs
from studyrnn.wording import many

FORMAT = 1
SCREEN_WIDTH = 78


def run(names: list[str], strict: bool, as_json: bool) -> int:
    """Print what is wrong and return the exit code: 1 where anything is, warnings counting if `strict`."""
    own, cache = environment.deck_directory(), environment.cache_directory()
    loaded, unreadable = [], 0
    for path in _files(names):
        try:
            loaded.append(read(path))
        except DeckError as error:
            environment.message(f"studyrnn: {visible(str(error))}")
            unreadable += 1
    around = [*loaded, *(each for each in decks.collection(own, cache) if each.file not in {e.file for e in loaded})]
    known = Decks(around, items(), lambda text: len(paragraphs(text, SCREEN_WIDTH, plain=False)))
    found = [*(problem for each in loaded for problem in each.problems), *findings(loaded, known)]
    found += decks.same_names(loaded) + _gone(loaded)
    problems = sorted(found, key=lambda problem: (problem.file, problem.line, problem.warning))
    good = sum(len(each.deck.cards) for each in loaded)
    if as_json:
        text = json.dumps(_record(problems, len(loaded), good), ensure_ascii=False, indent=2) + "\n"
    else:
        text = "".join(f"{problem}\n" for problem in problems) + _closing(problems, len(loaded), good)
    if loaded:
        environment.write_out([text], None)
    failed = unreadable or any(strict or not problem.warning for problem in problems)
    return EXIT_FAILURE if failed else EXIT_DONE


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
            yield f"{_problems(wrong)} in {many(len(chosen), 'exercise')}\n"

    environment.write_out(lines(), None)
    return EXIT_FAILURE if wrong else EXIT_DONE


def maths() -> None:
    """Print what may stand between dollar signs."""
    from studyrnn.mathtext import known_commands, one_line

    lines = ["Letters, digits, + - = < > ( ) [ ] , . / | ' ! : ; with _ and ^, and these commands:", ""]
    lines += [f"  {'  '.join(known_commands()[k : k + 8])}" for k in range(0, len(known_commands()), 8)]
    sample = r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}"
    environment.write_out(["\n".join([*lines, "", f"  ${sample}$", f"  {one_line(sample)}", ""])], None)


def _files(names: list[str]) -> list[Path]:
    """Files, folders and names of decks; what is none of them is taken for a file, and found missing."""
    if not names:
        return decks.shipped_files()
    own = {path.stem: path for path in [*decks.shipped_files(), *decks.files_in(environment.deck_directory())]}
    files: list[Path] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            found = decks.files_in(path)
            if not found:
                raise UsageError(f"{path} holds no .yaml file")
            files += found
        else:
            files.append(path if path.exists() else own.get(name, path))
    return files


def _gone(loaded: list[Loaded]) -> list[Problem]:
    """Cards that were answered and are in their deck no longer."""
    from studyrnn.store import Store

    if not environment.log_file().exists():
        return []
    with Store(environment.log_file(), decks.renamed(loaded)) as store:
        names = decks.vanished(store.states(), loaded)
    files = {each.deck.name: each.file for each in loaded}
    told = "this card has a history and is gone. Where another took its place, write there:  formerly: [{}]"
    return [
        Problem(files[deck], 1, card, told.format(card), warning=True)
        for deck, _, card in (name.partition("/") for name in names)
    ]


def _closing(problems: list[Problem], files: int, good: int) -> str:
    errors = sum(not problem.warning for problem in problems)
    warnings = len(problems) - errors
    found = _problems(errors) + (f" and {many(warnings, 'warning')}" if warnings else "")
    return f"{found} in {many(files, 'file')}, {many(good, 'card is', 'cards are')} fine\n"


def _problems(count: int) -> str:
    return many(count, "problem") if count else "No problems"


def _record(problems: list[Problem], files: int, good: int) -> dict[str, object]:
    listed = [
        {"file": p.file, "line": p.line, "card": p.card, "message": p.message, "warning": p.warning} for p in problems
    ]
    return {"version": FORMAT, "files": files, "cards": good, "problems": listed}
