"""Commands that compute: exercises, a network of one's own, derivations."""

from __future__ import annotations

from typing import Annotated

import typer

from studyrnn.cli.app import Output, Plain, Seed, app


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
