"""The command line: names and help only. Each command imports what it needs when it runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from studyrnn import __version__
from studyrnn.cli import studying  # first: the order of the imports is that of --help

# isort: split
from studyrnn.cli import looking, working, writing
from studyrnn.cli.app import app
from studyrnn.errors import EXIT_FAILURE, EXIT_INTERRUPTED, Interrupted, StudyError

__all__ = ["app", "looking", "main", "studying", "working", "writing"]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"studyrnn {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        studying.quiz()


@contextmanager
def only(words: list[str]) -> Iterator[None]:
    """Typer builds every command before it looks which one is meant: 10 ms that the first question would wait for."""
    everything = app.registered_commands, app.registered_groups
    wanted = words[0] if words else "quiz"
    commands = [each for each in everything[0] if wanted in {each.name, getattr(each.callback, "__name__", "")}]
    groups = [each for each in everything[1] if each.name == wanted]
    if commands or groups:
        app.registered_commands, app.registered_groups = commands, groups
    try:
        yield
    finally:
        app.registered_commands, app.registered_groups = everything


def main() -> None:
    """Run, and turn whatever a person can cause into a message and an exit code."""
    try:
        with only(sys.argv[1:]):
            app()
    except StudyError as error:
        from studyrnn.markup import visible

        sys.stderr.write(f"studyrnn: {visible(str(error))}\n")
        sys.exit(error.exit_code)
    except OSError as error:
        sys.stderr.write(f"studyrnn: {error.strerror or error}\n")
        sys.exit(EXIT_FAILURE)
    except (Interrupted, KeyboardInterrupt) as stopped:
        sys.stderr.write(f"\nStopped. {stopped}".rstrip() + "\n")
        sys.exit(EXIT_INTERRUPTED)
