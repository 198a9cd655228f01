"""Commands of a learner: the quiz, the schedule, the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studyrnn.cli.app import Database, Limit, Names, New, NoColor, Output, Plain, Seed, app

if TYPE_CHECKING:
    from studyrnn.model import EventKind


@app.command()
def quiz(
    names: Names = None,
    limit: Limit = None,
    new: New = None,
    minutes: Annotated[float | None, typer.Option(min=0.1, help="Stop after this many minutes.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only cards with this tag, topic or kind.")] = None,
    flagged: Annotated[bool, typer.Option("--flagged", help="Only cards that you flagged.")] = False,
    weak: Annotated[bool, typer.Option("--weak", help="Only cards that are hard for you.")] = False,
    leech: Annotated[bool, typer.Option("--leech", help="Only cards missed eight times and more.")] = False,
    cram: Annotated[
        bool, typer.Option("--cram", help="Everything, the weakest first; the schedule is not touched.")
    ] = False,
    exam: Annotated[
        str | None, typer.Option(metavar="DATE", help="Everything once more before a date, spread over the days.")
    ] = None,
    confidence: Annotated[
        bool | None, typer.Option("--confidence/--no-confidence", help="Ask how sure you are before telling.")
    ] = None,
    seed: Seed = None,
    db: Database = None,
    plain: Plain = False,
    no_color: NoColor = False,
) -> None:
    """Study what is due, then new cards. Every answer is saved at once.

    In a terminal the last line names the keys most needed; ? lists them all. On a pipe each line answers one prompt,
    and a blank line shows the answer.
    """
    from studyrnn.commands import quiz as command

    options = command.Options(
        limit=limit, new=new, tags=tag or (), flagged=flagged, weak=weak, leech=leech, minutes=minutes, cram=cram,
        exam=exam, confidence=confidence, seed=seed, db=db, plain=plain, no_color=no_color,
    )  # fmt: skip
    command.run(names or [], options)


@app.command()
def due(
    names: Names = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, for programs.")] = False,
    db: Database = None,
) -> None:
    """Say in one line what there is to study today."""
    from studyrnn.commands import due as command

    command.run(names or [], as_json, db)


Marked = Annotated[list[str], typer.Argument(metavar="CARD...", help="Cards by id; or decks or topics.")]


def _mark(kind: EventKind, what: str) -> None:
    def mark(cards: Marked, db: Database = None) -> None:
        from studyrnn.commands import marks

        marks.run(kind, cards, db)

    app.command(name=kind, help=what)(mark)


_mark("suspend", "Ask cards no more, until unsuspend.")
_mark("unsuspend", "Ask suspended cards again.")
_mark("flag", "Mark cards, for quiz --flagged.")
_mark("unflag", "Take the mark off again.")


@app.command()
def forget(
    cards: Annotated[list[str], typer.Argument(metavar="CARD...", help="Cards by id.")], db: Database = None
) -> None:
    """Make cards new again. What was answered stays in the log."""
    from studyrnn.commands import marks

    marks.run("forget", cards, db)


@app.command()
def config(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show every setting, its value and where that comes from."""
    from studyrnn.commands import config as command

    command.run(as_json)


@app.command()
def reschedule(
    names: Names = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    db: Database = None,
) -> None:
    """Apply changed settings to what is scheduled already.

    A setting holds from the next answer on; this moves every due day to where it would have put it.
    """
    from studyrnn.commands import reschedule as command

    command.run(names or [], dry_run, db)


log = typer.Typer(help="Look after the history: verify, rebuild, export, import.", no_args_is_help=True)
app.add_typer(log, name="log")


@log.command()
def verify(db: Database = None) -> None:
    """Check that the log is whole and its replay agrees.

    Exit code 1 where it is not.
    """
    from studyrnn.commands import log as command

    raise typer.Exit(command.verify(db))


@log.command()
def rebuild(db: Database = None) -> None:
    """Work out the state of each card again, from the events."""
    from studyrnn.commands import log as command

    command.rebuild(db)


@log.command(name="export")
def export_log(output: Output = None, db: Database = None) -> None:
    """Write every event as JSON Lines."""
    from studyrnn.commands import log as command

    command.export(output, db)


@log.command(name="import")
def import_log(
    file: Annotated[str, typer.Argument(metavar="FILE", help="From log export; - for standard input.")],
    db: Database = None,
) -> None:
    """Add the events of another log.

    Two machines that exchange their logs, in any order and any number of times, agree.
    """
    from studyrnn.commands import log as command

    command.import_(file, db)
