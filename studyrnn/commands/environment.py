"""What the outside world says: time, chance, directories, the wishes of the terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from studyrnn.errors import StudyError, UsageError
from studyrnn.settings import Settings, read


class Clock:
    """What time it is. An argument of what needs it, so that days can be played through in an hour."""

    def utc(self) -> str:
        return datetime.now(UTC).isoformat(timespec="milliseconds")

    def local(self) -> datetime:
        return datetime.now().astimezone()

    def seconds(self) -> float:
        """That pass at an even pace, from an arbitrary start."""
        return time.monotonic()


def day_of(text: str, argument: str) -> int:
    """The ordinal of a date like 2026-12-24. Raises UsageError."""
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        raise UsageError(f'{argument}: "{text}" is not a date. Write it like 2026-12-24') from None


def random_seed() -> int:
    """Nine digits: short enough to copy from a replay code."""
    return int.from_bytes(os.urandom(8)) % 1_000_000_000


def data_directory() -> Path:
    """Where the review log lies: $XDG_DATA_HOME/studyrnn, by default ~/.local/share/studyrnn."""
    return _xdg("XDG_DATA_HOME", ".local/share")


def log_file(named: Path | None = None) -> Path:
    """The review log: as named, or $STUDYRNN_DB, or in the data directory. Raises UsageError for a folder that was
    mistyped: only our own is made."""
    fallback = os.environ.get("STUDYRNN_DB", "")
    chosen = named or (Path(fallback) if fallback else None)
    if chosen is not None and not chosen.parent.is_dir():
        raise UsageError(f"{'--db' if named else '$STUDYRNN_DB'} {chosen}: there is no folder {chosen.parent}")
    return chosen or data_directory() / "reviews.db"


def config_file() -> Path:
    return _xdg("XDG_CONFIG_HOME", ".config") / "config.toml"


def settings() -> Settings:
    """From the config file, where there is one. Raises UsageError for what it cannot mean."""
    try:
        text = config_file().read_text("utf-8")
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise UsageError(f"cannot read {config_file()}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{config_file()} is no text in UTF-8") from None
    return read(text, str(config_file()))


def edit(file: Path, line: int) -> None:
    """Open a file at a line in the learner's editor, and wait for it."""
    import shlex
    import signal
    import subprocess

    named = os.environ.get("VISUAL", "").strip() or os.environ.get("EDITOR", "").strip() or "vi"
    before = signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C there is meant for the editor, not for us
    try:
        subprocess.run([*shlex.split(named), f"+{line}", str(file)], check=False)
    except OSError as error:
        raise UsageError(f"cannot start the editor {named}: {error.strerror}. Set EDITOR") from None
    except ValueError as error:
        raise UsageError(f"EDITOR is {named}: {str(error).lower()}") from None
    finally:
        signal.signal(signal.SIGINT, before)


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


def columns() -> int | None:
    """How wide the terminal is; None: standard output is none, and nothing needs to fit."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout is not None and sys.stdout.isatty() else None


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
