"""Running studyrnn as a person or a script would: as its own process, on a pipe or on a real terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pexpect
import pyte

from studyrnn.model import CardState
from studyrnn.store import Store

PROMPTS = ("answer › ", "rating › ", "Enter › ", "step › ", "sure › ", "more › ")
PROGRAM = [sys.executable, "-m", "studyrnn"]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """A home of its own; nothing of the machine that runs the tests shows through."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "PYTHONPATH", "VIRTUAL_ENV"}}
    own = {f"XDG_{kind.upper()}_HOME": str(folder / kind) for kind in ("data", "cache", "config")}
    return {**kept, **own, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", **more}


def piped(folder: Path, *arguments: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run to the end with `typed` on standard input."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        input=typed,
        capture_output=True,
        encoding="utf-8",
        env=environment(folder, **more),
        check=False,
    )


def unstyled(text: str) -> str:
    """Without colours and other escape sequences."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


Run = Callable[..., subprocess.CompletedProcess[str]]  # a command in the home of the fixture `run`


def configure(folder: Path, text: str) -> str:
    path = folder / "config" / "studyrnn" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return str(path)


def state(folder: Path, card: str) -> CardState:
    with Store(folder / "data" / "studyrnn" / "reviews.db") as store:
        return store.state(card)


def planned(shown: str) -> str:
    """What the first line of a quiz says it will ask: "2 due, 1 new"."""
    found = re.search(r"^ 1 of \d+ · (.+?)(  |$)", shown, re.MULTILINE)
    return found.group(1) if found else ""


class Terminal:
    """A program on a pseudo-terminal, and the screen it draws."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        columns: int = 80,
        rows: int = 300,
        program: Sequence[str] = PROGRAM,
        **more: str,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self.raw = ""
        self.child = pexpect.spawn(
            program[0],
            [*program[1:], *arguments],
            env=environment(folder, **more),
            dimensions=(rows, columns),
            encoding="utf-8",
        )

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def wait_for(self, *markers: str, seconds: float = 20) -> str:
        """Read until one of `markers` stands in what came since the last call; returns that part."""
        fresh = ""
        deadline = time.monotonic() + seconds
        while not any(marker in fresh for marker in markers):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited for {markers}, the screen shows:\n{self.text()}")
            try:
                fresh += self._take()
            except pexpect.EOF:
                break
        return fresh

    def _take(self) -> str:
        try:
            piece: str = self.child.read_nonblocking(65536, timeout=0.2)
        except pexpect.TIMEOUT:
            return ""
        self.raw += piece
        self._stream.feed(piece)
        return unstyled(piece)

    def type(self, line: str, *markers: str) -> str:
        """Type a line and wait for the next prompt, or for what `markers` say."""
        self.child.send(line + "\r")
        return self.wait_for(*(markers or PROMPTS))

    def leave(self) -> int | None:
        """Nothing more, where the quiz offers more; the exit code."""
        self.type("", "\0never")
        return self.finish()

    def interrupt(self) -> None:
        """Ctrl-C, as soon as a person could: readline begins to listen a moment after it has shown the prompt."""
        time.sleep(0.3)
        self.child.sendintr()

    def finish(self) -> int | None:
        """Read to the end; the exit code, or the negative number of the signal that ended it."""
        self.wait_for("\0never")
        self.child.close()
        signal = self.child.signalstatus
        code: int | None = self.child.exitstatus if signal is None else -signal
        return code
