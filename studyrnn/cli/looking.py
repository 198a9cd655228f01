"""Commands that draw: what the history says, what the networks do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studyrnn.cli.app import Database, NoColor, Plain, app

Numbers = Annotated[bool, typer.Option("--json", help="Everything as numbers, for programs.")]

Drawing = Annotated[
    Path | None,
    typer.Option(metavar="FILE", dir_okay=False, allow_dash=True, help="Write it to FILE; - is standard output."),
]


@app.command()
def stats(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...", help="reviews, forecast, retention, calibration, topics, slips, time, unseen; all."
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Count only what was answered from that day on.")
    ] = None,
    as_json: Numbers = False,
    svg: Annotated[
        Path | None, typer.Option(metavar="DIR", file_okay=False, help="Write each figure into DIR as NAME.svg.")
    ] = None,
    db: Database = None,
    plain: Plain = False,
    no_color: NoColor = False,
) -> None:
    """Look at your history: what is known, what goes wrong.

    Without a name an overview; with --json or --svg everything.
    """
    from studyrnn.commands import stats as command

    command.run(names or [], since, as_json, svg, db, plain, no_color)


@app.command(
    context_settings={"ignore_unknown_options": True},  # each picture has options of its own
    add_help_option=False,  # and a help
)
def plot(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME] [--OPTION VALUE]...", help="A picture, and its own options."),
    ] = None,
    as_json: Numbers = False,
    svg: Drawing = None,
    plain: Plain = False,
    no_color: NoColor = False,
) -> None:
    """Draw a picture of the field: gradients, gates, networks.

    It is computed as you ask. Without a name: the list. The options of one: studyrnn plot gradient-flow --help
    """
    from studyrnn.commands import plot as command

    command.run(words or [], as_json, svg, plain, no_color, context.get_help)


@app.command()
def trace(
    what: Annotated[
        str, typer.Argument(metavar="[FILE]", help="A problem file as for solve, or an example: rnn, lstm, gru, ...")
    ] = "rnn",
    steps: Annotated[
        str, typer.Option(metavar="none|short|full", help="The equations: none, their results, or all numbers.")
    ] = "short",
    svg: Drawing = None,
    plain: Plain = False,
    no_color: NoColor = False,
) -> None:
    """Walk through a network unrolled, the numbers in place.

    Forward step by step, then backward; Enter goes on.
    """
    from studyrnn.commands import trace as command

    command.run(what, steps, svg, plain, no_color)
