"""studyrnn trace: a network unrolled and walked through, forward and backward, the numbers in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from studyrnn.commands import environment
from studyrnn.commands.solve import STEPS, example_text, examples, homework_in, homework_of
from studyrnn.errors import Interrupted, UnknownName, known
from studyrnn.problems import ASKS, Homework
from studyrnn.terminal import views
from studyrnn.terminal.screen import EndOfInput, Screen

if TYPE_CHECKING:
    from studyrnn.tracing import Frame


def run(what: str, steps: str, svg: Path | None, plain: bool, no_color: bool) -> None:
    """Raises UsageError for what is neither an example nor a problem file."""
    known("choice for --steps", steps, STEPS)
    from studyrnn import tracing
    from studyrnn.solving import Solved

    solved = Solved(_everything(_homework(what)))
    if svg is not None:
        from studyrnn.commands import gallery

        gallery.write_svg(tracing.finished(solved), svg)
        return
    screen = Screen(plain or environment.wants_plain(), no_color or environment.wants_no_color())
    unknown = "*" if screen.plain else "·"
    hint = f"In the picture {unknown} stands for what is not known yet."
    hint += "" if steps == "full" else " With `--steps full` each equation has its numbers put in."
    screen.show(*views.said(f"{solved.summary()}.\n{hint}", screen.width, screen.plain))
    try:
        _walk(screen, list(tracing.frames(solved, screen.width)), steps)
    except EndOfInput:
        return
    except KeyboardInterrupt:
        raise Interrupted from None


def _homework(what: str) -> Homework:
    """An example by its name, or a file; a word that is neither was meant as one of the examples."""
    if what in examples():
        return homework_in(example_text(what).encode(), what)
    if not what or (what != "-" and not Path(what).exists() and not {"/", "."} & set(what)):
        raise UnknownName("example", what, examples(), lists=f"There are {', '.join(examples())}; or name a file")
    return homework_of(what)


def _everything(homework: Homework) -> Homework:
    """Forward, and where there is a loss, back, whatever the file asks for."""
    ask = ASKS if homework.network.loss else ASKS[:2]
    return replace(homework, ask=ask)


def _walk(screen: Screen, frames: Sequence[Frame], steps: str) -> None:
    """One frame for each Enter; all at once where nobody can press it."""
    at, waits = 0, screen.interactive
    while at < len(frames):
        _show(screen, frames[at], at + 1, len(frames), steps)
        at += 1
        if not waits or at == len(frames):
            continue
        word = ""
        while word not in {"b", "a", "q"}:
            keys = [("Enter", "next"), *([("b", "back")] if at > 1 else []), ("a", "all the rest"), ("q", "leave")]
            screen.show(*views.keys(keys, screen.width, screen.plain))
            word = screen.ask("step").strip().lower().removeprefix(":")
            if not word:
                break
            if word == "b":
                at = max(0, at - 2)
            elif word == "a":
                waits = False
            elif word == "q":
                return
            else:
                screen.show(
                    *views.notice("press Enter for the next step, or type b, a or q", screen.width, screen.plain)
                )


def _show(screen: Screen, frame: Frame, number: int, total: int, steps: str) -> None:
    """The equations, and last the picture: it has to be on the screen when a key is awaited."""
    from studyrnn.terminal.diagrams import diagram

    width, plain = screen.width, screen.plain
    screen.show(*views.header(number, total, "", frame.heading, width, plain, "Frame"))
    if frame.given:
        screen.show(*views.given("", frame.given, width, plain))
    if steps != "none":
        screen.show(*views.worked_steps(frame.steps, width, plain, steps == "short", frame.note))
    if frame.diagram is not None:
        screen.show("", *diagram(frame.diagram, width, plain))
    screen.show("")
