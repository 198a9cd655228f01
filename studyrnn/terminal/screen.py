"""Where text goes out and typed lines come in: a terminal, or a pipe."""

from __future__ import annotations

import contextlib
import importlib
import sys
from typing import TextIO

from rich.console import Console, RenderableType

from studyrnn.markup import visible

MARGIN = 1
WIDEST = 100  # beyond it lines are hard to read


class EndOfInput(Exception):
    """Ctrl-D, or the end of a pipe."""


class Screen:
    """`plain`: no glyphs, nothing drawn. Without a terminal on standard input, lines are read from the pipe."""

    def __init__(self, plain: bool, no_color: bool) -> None:
        self.interactive = sys.stdin is not None and sys.stdin.isatty()
        self.plain = plain or not speaks_unicode(sys.stdout)
        for stream in (sys.stdin, sys.stdout):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        self._console = Console(highlight=False, markup=False, emoji=False, no_color=no_color or None)
        self.lines_read = 0
        if self.interactive:
            with contextlib.suppress(ImportError):
                importlib.import_module("readline")  # gives input() its line editing, where there is one

    @property
    def width(self) -> int:
        """Columns for text, margin taken off. Asked anew each time: windows are resized."""
        return max(20, min(self._console.width, WIDEST) - 2 * MARGIN)

    def show(self, *blocks: RenderableType | str) -> None:
        for block in blocks:
            self._console.print(block, soft_wrap=True)

    def clear(self) -> None:
        self._console.clear()

    def ask(self, label: str) -> str:
        """One typed line, without its line end. Raises EndOfInput."""
        prompt = f"{' ' * MARGIN}{label} {'>' if self.plain else '›'} "
        if self.interactive:
            try:
                return _whole(input(prompt))
            except EOFError:
                self.show("")
                raise EndOfInput from None
        line = sys.stdin.readline() if sys.stdin is not None else ""
        if not line:
            raise EndOfInput
        self.lines_read += 1
        line = _whole(line.rstrip("\r\n"))
        self.show(f"{prompt}{visible(line)}")
        return line


def _whole(line: str) -> str:
    """What was typed in another encoding arrives as lone surrogates, which can be neither printed nor stored."""
    return line.encode("utf-8", errors="replace").decode("utf-8")


def speaks_unicode(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "").startswith("utf")
