"""The command line: names and help only. Each command imports what it needs when it runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studyrnn import __version__
from studyrnn.errors import EXIT_FAILURE, EXIT_INTERRUPTED, Interrupted, StudyError

if TYPE_CHECKING:
    from studyrnn.model import EventKind

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
Plain = Annotated[
    bool, typer.Option("--plain", help="No glyphs, nothing drawn: for screen readers and simple terminals.")
]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour; NO_COLOR does the same.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", dir_okay=False, metavar="FILE", help="Write to FILE.")]


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
        quiz()


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


@app.command()
def generate(
    topic: Annotated[
        list[str] | None, typer.Option(help="Exercises of a topic, like gru; may be given again for another.")
    ] = None,
    exercise: Annotated[str | None, typer.Option(metavar="ID", help="One exercise, like gru.hidden-state.")] = None,
    level: Annotated[
        str | None, typer.Option(metavar="N[-M]", help="Only these levels: 1 (a piece) to 5 (design and proof).")
    ] = None,
    mix: Annotated[
        bool, typer.Option("--mix", help="A sheet from all topics in turn, the answers at the end.")
    ] = False,
    count: Annotated[int, typer.Option(min=1, help="How many questions.")] = 5,
    seed: Seed = None,
    answers: Annotated[bool, typer.Option("--answers/--no-answers", help="With or without worked answers.")] = True,
    replay: Annotated[str | None, typer.Option(metavar="CODE", help="One question by its code.")] = None,
    form: Annotated[str, typer.Option("--format", metavar="text|jsonl", help="For people or for programs.")] = "text",
    output: Output = None,
    plain: Plain = False,
) -> None:
    """Print questions with fresh numbers. Without --seed a random one is drawn, and printed."""
    from studyrnn.commands import generate as command

    command.run(topic or [], exercise, level, mix, count, seed, answers, replay, form, output, plain)


@app.command()
def exercises(
    topic: Annotated[str | None, typer.Option(help="Of one topic, with the slips that are recognised.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, for programs.")] = False,
) -> None:
    """List the exercises: id, level, what each asks."""
    from studyrnn.commands import exercises as command

    command.run(topic, as_json)


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
) -> None:
    """Write decks for another program: CSV for Anki."""
    from studyrnn.commands import export as command

    command.run(names or [], form, output, variants, split)


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


@app.command()
def solve(
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="YAML or JSON; - for standard input.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Only the numbers, at full precision.")] = False,
    steps: Annotated[
        str, typer.Option(metavar="none|short|full", help="Results only, without the numbers put in, or everything.")
    ] = "full",
    example: Annotated[
        str | None, typer.Option(metavar="NAME", help="Print a file to start from: rnn, lstm, gru, bidirectional, ...")
    ] = None,
    output: Output = None,
    plain: Plain = False,
) -> None:
    """Work out your own network, forward and backward.

    Every step is shown with its numbers.
    A file to start from: studyrnn solve --example gru -o mine.yaml
    """
    from studyrnn.commands import solve as command

    command.run(file, as_json, steps, example, output, plain)


@app.command()
def derive(
    what: Annotated[
        str | None, typer.Argument(metavar="[WHAT]", help="bptt, rnn, lstm, gru, tanh, ...; lists them if left out.")
    ] = None,
    cell: Annotated[str | None, typer.Option(metavar="rnn|lstm|gru", help="For bptt; default rnn.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, max=3, help="For bptt; default 2.")] = None,
    wrt: Annotated[
        str | None, typer.Option(metavar="NAME", help="With respect to what: a weight, a bias, x_1, h_0.")
    ] = None,
    activation: Annotated[str | None, typer.Option(metavar="tanh|relu|sigmoid", help="Of a vanilla RNN.")] = None,
    reset: Annotated[
        str | None, typer.Option(metavar="before|after", help="GRU: reset gate before or after the product.")
    ] = None,
    z_keeps: Annotated[
        str | None, typer.Option(metavar="old|new", help="GRU: z weighs the old state or the candidate.")
    ] = None,
    peephole: Annotated[bool, typer.Option("--peephole", help="LSTM with peepholes.")] = False,
    plain: Plain = False,
) -> None:
    """Print a derivation line by line, checked.

    Backpropagation through time, one step of a cell, slopes of activations and losses.
    """
    from studyrnn.commands import derive as command

    convention: dict[str, str | bool | None] = {
        "activation": activation, "reset": reset, "z_keeps": z_keeps, "peephole": peephole,
    }  # fmt: skip
    command.run(what, cell, steps, wrt, convention, plain)


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
    except (Interrupted, KeyboardInterrupt):
        sys.stderr.write("\nStopped. Everything answered is saved.\n")
        sys.exit(EXIT_INTERRUPTED)


if __name__ == "__main__":
    main()
