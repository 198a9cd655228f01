"""studyrnn log: verify, rebuild, export, import. The history, looked after and carried from machine to machine."""

from __future__ import annotations

import sys
from pathlib import Path

from studyrnn import eventlines
from studyrnn.commands import environment
from studyrnn.errors import EXIT_DONE, EXIT_FAILURE, StoreError, UsageError
from studyrnn.markup import visible
from studyrnn.store import Store
from studyrnn.wording import many

_OURS = ("", "-wal", "-shm")  # what SQLite keeps beside each other
SHOWN = 10  # of the findings, before they are counted only


def verify(db: Path | None) -> int:
    """Whether the file is whole, and what is kept of each card is what its events give; 1 where not."""
    file = _existing(db)
    with Store(file) as store:
        damaged = store.damage()
        wrong = damaged or store.verify()
        events, cards = (0, 0) if damaged else (store.count(), len(store.states()))
    lines = [visible(finding) for finding in wrong[:SHOWN]]
    if len(wrong) > SHOWN:
        lines.append(f"... and {len(wrong) - SHOWN} more")
    if wrong and damaged:
        lines.append(
            "The file itself is damaged. Save what can be read into a new one: `studyrnn log export -o saved.jsonl`, "
            "move the damaged file away, `studyrnn log import saved.jsonl`."
        )
    elif wrong:
        lines.append("The events are what counts: `studyrnn log rebuild` works the states out again from them.")
    else:
        lines.append(f"{file}: {many(events, 'event')}, {many(cards, 'card')}, all in order")
    environment.write_out((f"{line}\n" for line in lines), None)
    return EXIT_FAILURE if wrong else EXIT_DONE


def rebuild(db: Path | None) -> None:
    with Store(_existing(db)) as store:
        cards, events = store.rebuild(), store.count()
    environment.write_out([f"{many(cards, 'card')} worked out again from {many(events, 'event')}\n"], None)


def export(output: Path | None, db: Path | None) -> None:
    file = _existing(db)
    if output is not None and output.resolve() in {file.resolve().with_name(file.name + end) for end in _OURS}:
        raise UsageError(f"-o {output} belongs to the review log itself: name another file")
    with Store(file) as store:
        environment.write_out(eventlines.lines(store.events()), output)
    if output is not None:
        environment.message(f"{output} written")


def _existing(db: Path | None) -> Path:
    """A log that was mistyped is not made, and then found to be in order."""
    file = environment.log_file(db)
    if not file.exists():
        raise StoreError(f"there is no review log {file}. The first answer of `studyrnn quiz` makes one")
    return file


def import_(file: str, db: Path | None) -> None:
    """Everything or nothing. Raises StoreError with the line that is no event."""
    try:
        text = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        read = text.decode("utf-8-sig").split("\n")
    except OSError as error:
        raise StoreError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise StoreError(f"{file} is no text in UTF-8. `studyrnn log export` writes what can be imported") from None
    events = list(eventlines.read(read, "standard input" if file == "-" else file))
    with Store(environment.log_file(db)) as store:
        added = store.merge(events)
    known = len(events) - added
    environment.write_out([f"{many(added, 'event')} added, {known} known already\n"], None)
