"""studyrnn derive: a derivation, line by line."""

from __future__ import annotations

from collections.abc import Callable

from studyrnn.commands import environment
from studyrnn.engine.cells import Cell, gru, lstm, rnn
from studyrnn.engine.derivations import SLOPES, Derivation, one_step, slope_of, through_time
from studyrnn.errors import UsageError, known

CELLS = ("rnn", "lstm", "gru")
KNOWN = ("bptt", *CELLS, *SLOPES)


def run(
    what: str | None,
    cell: str | None,
    steps: int | None,
    wrt: str | None,
    convention: dict[str, str | bool | None],
    plain: bool,
) -> None:
    if what is None:
        environment.write_out([LISTING], None)
        return
    found = derivation(
        known("derivation", what, KNOWN), cell, steps, wrt, {key: value for key, value in convention.items() if value}
    )
    environment.write_out(shown(found, plain or environment.wants_plain()), None)


LISTING = f"""\
studyrnn derive bptt --cell rnn --steps 2 --wrt W_hh
    backpropagation through time of one layer: rnn, lstm or gru, 1 to 3 steps, to any weight, bias, x_1 or h_0
studyrnn derive rnn | lstm | gru
    back through one step of a cell, to everything it reads
studyrnn derive {" | ".join(SLOPES)}
    the slope of an activation or a loss
"""


def derivation(
    what: str, cell: str | None, steps: int | None, wrt: str | None, convention: dict[str, str | bool | None]
) -> Derivation:
    """Raises UsageError where an option does not go with what is derived."""
    if what in SLOPES:
        given = {"--cell": cell, "--steps": steps, "--wrt": wrt, **{f"--{key}": True for key in convention}}
        if used := [option for option, value in given.items() if value]:
            raise UsageError(f"{used[0]} is for bptt, rnn, lstm and gru; {what} has no choice")
        return slope_of(what)
    if what != "bptt":
        if cell or steps:
            raise UsageError(f"--{'cell' if cell else 'steps'} is for bptt; {what} shows one step of this cell")
        return one_step(built(what, convention), wrt or "")
    name = known("cell", cell or "rnn", CELLS)
    return through_time(
        built(name, convention), steps or 2, wrt or {"rnn": "W_hh", "lstm": "W_hf", "gru": "W_hz"}[name]
    )


def built(name: str, convention: dict[str, str | bool | None]) -> Cell:
    """The cell with its convention. Raises UsageError for an option of another cell."""
    makers: dict[str, tuple[Callable[..., Cell], set[str]]] = {
        "rnn": (rnn, {"activation"}),
        "lstm": (lstm, {"peephole"}),
        "gru": (gru, {"reset", "z_keeps"}),
    }
    make, options = makers[name]
    if other := sorted(set(convention) - options):
        raise UsageError(f"--{other[0].replace('_', '-')} does not go with {name}")
    return make(**convention)


def shown(found: Derivation, plain: bool) -> list[str]:
    import sys

    from studyrnn.terminal import views
    from studyrnn.terminal.screen import Screen, speaks_unicode

    plain = plain or not speaks_unicode(sys.stdout)
    sections = [
        (heading, [(line.left, line.right, line.reason) for line in lines]) for heading, lines in found.sections
    ]
    blocks = views.derivation(found.title, sections, Screen(plain, True).width, plain)
    return ["\n".join([*(block.plain.rstrip() for block in blocks), ""])]
