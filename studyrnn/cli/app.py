"""The application, and the arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Study recurrent neural networks: cards, and exercises with fresh numbers that are computed, worked and "
    "diagnosed. Without a command: studyrnn quiz.",
    add_completion=False,
    rich_markup_mode=None,  # boxes cost start-up time and ignore NO_COLOR
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]...", help="Decks, topics, cards, YAML files, folders/; all if none."),
]
Limit = Annotated[int | None, typer.Option(min=1, help="At most this many cards.")]
New = Annotated[int | None, typer.Option(min=0, help="New cards a day; 10, or as configured.")]
Seed = Annotated[int | None, typer.Option(min=0, max=2**63 - 1, help="The same seed draws the same numbers.")]
Database = Annotated[
    Path | None,
    typer.Option("--db", dir_okay=False, help="The review log; default: $STUDYRNN_DB, or in your data directory."),
]
Plain = Annotated[bool, typer.Option("--plain", help="ASCII alone, for simple terminals and screen readers.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour; NO_COLOR does the same.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", dir_okay=False, metavar="FILE", help="Write to FILE.")]
