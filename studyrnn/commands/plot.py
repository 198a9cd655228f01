"""studyrnn plot: a picture of the field, computed as it is asked for."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from studyrnn import plots
from studyrnn.commands import environment
from studyrnn.errors import UsageError
from studyrnn.plots.base import Picture
from studyrnn.terminal.screen import WIDEST, speaks_unicode
from studyrnn.typeset import flat

FORMAT = 1
_HELP = {"-h", "--help"}


def run(
    words: Sequence[str], as_json: bool, svg: Path | None, plain: bool, no_color: bool, general_help: Callable[[], str]
) -> None:
    """Raises UsageError for a picture or an option that does not exist."""
    flat_text = plain or environment.wants_plain() or not speaks_unicode(sys.stdout)
    wants_help = bool(_HELP & set(words))
    name, chosen = plots.asked([word for word in words if word not in _HELP])
    if not name:
        if (chosen or svg is not None) and not wants_help:
            raise UsageError("name a picture first. `studyrnn plot` lists them all")
        listing = [_record()] if as_json else (f"{line}\n" for line in _listing(flat_text))
        environment.write_out([general_help() + "\n"] if wants_help else listing, None)
        return
    picture = plots.find(name)
    if wants_help:
        environment.write_out((f"{line}\n" for line in _told(name, picture, flat_text)), None)
        return
    from studyrnn.commands import gallery
    from studyrnn.terminal.progress import watching

    with watching(name, picture.watched and sys.stderr.isatty() and not plain) as watch:
        figure = picture.figure(chosen, watch)
    if as_json:
        environment.write_out([gallery.numbers([figure])], None)
    if svg is not None:
        gallery.write_svg(figure, svg)
    elif not as_json:
        gallery.show([figure], plain, no_color)


def _record() -> str:
    """Every picture with its options, for programs."""
    pictures = [(name, plots.find(name)) for name in plots.names()]
    listed = [
        {"name": name, "shows": picture.summary, "options": [option._asdict() for option in picture.options]}
        for name, picture in pictures
    ]
    return json.dumps({"version": FORMAT, "pictures": listed}, ensure_ascii=False, indent=2) + "\n"


def _listing(plain: bool) -> Iterator[str]:
    names = plots.names()
    width = max(map(len, names)) + 2
    for name in names:
        summary = flat(plots.find(name).summary, plain)
        yield textwrap.fill(f"{name:<{width}}{summary}", _columns(), subsequent_indent=" " * width)
    yield ""
    yield f"Draw one: studyrnn plot {names[0]}. Its options: studyrnn plot {names[0]} --help"


def _columns() -> int:
    return min(environment.columns() or WIDEST, WIDEST)


def _told(name: str, picture: Picture, plain: bool) -> Iterator[str]:
    """The help of one picture: every option with what it has to be, and what it is by default."""
    yield f"Usage: studyrnn plot {name} [--OPTION VALUE]... [--svg FILE] [--json]"
    yield ""
    summary = flat(picture.summary[:1].upper() + picture.summary[1:], plain)
    yield textwrap.fill(f"  {summary}.", _columns(), subsequent_indent="  ")
    if picture.options:
        yield ""
    for option in picture.options:
        yield f"  --{option.name} {option.default}"
        what = f"      {flat(option.what, plain)}: {option.wanted}"
        yield textwrap.fill(what, _columns(), subsequent_indent="      ")
