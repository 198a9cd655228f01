"""Commands around decks: list, show, check, export."""

from __future__ import annotations

from typing import Annotated

import typer

from studyrnn.cli.app import Names, NoColor, Output, Plain, app


@app.command()
def export(
    names: Names = None,
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="The format, like anki; a wrong one lists them.")
    ] = "anki",
    output: Output = None,
    variants: Annotated[int, typer.Option(min=1, max=100, help="Fixed variants of each exercise.")] = 3,
    split: Annotated[
        bool, typer.Option("--split", help="One file for each note type: for Anki in other languages.")
    ] = False,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="With or without the pictures that explain cards.")
    ] = True,
) -> None:
    """Write decks for another program: CSV for Anki."""
    from studyrnn.commands import export as command

    command.run(names or [], form, output, variants, split, pictures)


@app.command()
def decks(as_json: Annotated[bool, typer.Option("--json", help="Everything, for programs.")] = False) -> None:
    """List the decks: chapter, name, cards, exercises."""
    from studyrnn.commands import decks as command

    command.run(as_json)


@app.command()
def show(
    card: Annotated[str, typer.Argument(metavar="CARD", help="Its id, like gru/parameter-count or gru.mix.")],
    plain: Plain = False,
    no_color: NoColor = False,
) -> None:
    """Preview one card, both sides."""
    from studyrnn.commands import decks as command

    command.show(card, plain, no_color)


@app.command()
def schema() -> None:
    """Print a JSON Schema of the deck format, for editors.

    With it they complete and check YAML while it is written.
    """
    from studyrnn.commands import decks as command

    command.schema()


@app.command()
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Files, folders or names of decks; all shipped ones if none."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    maths: Annotated[bool, typer.Option("--maths", help="List the maths that decks may use.")] = False,
    check_exercises: Annotated[
        bool,
        typer.Option("--exercises", help="Check exercises instead, all or those named: ids or topics."),
    ] = False,
    seeds: Annotated[int, typer.Option(min=1, help="With --exercises: how many seeds, five questions each.")] = 200,
) -> None:
    """Find every problem of a deck, with its file and line.

    Warnings say what makes a card hard to learn from.

    Exit code 1 where there is a problem, with --strict also where there is a warning.
    """
    from studyrnn.commands import check as command

    if maths:
        command.maths()
        return
    if check_exercises:
        raise typer.Exit(command.exercises(names or [], seeds, as_json))
    raise typer.Exit(command.run(names or [], strict, as_json))
