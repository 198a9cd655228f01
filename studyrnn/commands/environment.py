"""What the outside world says: time, chance, directories, the wishes of the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from studyrnn.errors import StudyError


def now_utc() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def now_local() -> datetime:
    return datetime.now().astimezone()


def random_seed() -> int:
    """Nine digits: short enough to copy from a replay code."""
    return int.from_bytes(os.urandom(8)) % 1_000_000_000


def data_directory() -> Path:
    """Where the review log lies: $XDG_DATA_HOME/studyrnn, by default ~/.local/share/studyrnn."""
    return _xdg("XDG_DATA_HOME", ".local/share")


def log_file() -> Path:
    return data_directory() / "reviews.db"


def deck_directory() -> Path:
    """Where a learner's own decks lie: every deck there is studied with the shipped ones."""
    return data_directory() / "decks"


def cache_directory() -> Path:
    return _xdg("XDG_CACHE_HOME", ".cache")


def _xdg(variable: str, fallback: str) -> Path:
    named = os.environ.get(variable, "")
    base = Path(named) if named.startswith("/") else Path.home() / fallback
    return base / "studyrnn"


def wants_plain() -> bool:
    return os.environ.get("TERM") == "dumb"


def wants_no_color() -> bool:
    return bool(os.environ.get("NO_COLOR"))


def write_out(pieces: Iterable[str], output: Path | None) -> None:
    """To the file, or to standard output. A reader that has seen enough (| head) is no error."""
    try:
        if output is not None:
            with output.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(pieces)
            return
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace", newline="\n")
        sys.stdout.writelines(pieces)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing is left to be flushed at the end
    except OSError as error:
        raise StudyError(f"cannot write {output or 'to standard output'}: {error.strerror}") from None


def message(text: str) -> None:
    """To standard error: standard output is for data."""
    sys.stderr.write(f"{text}\n")
