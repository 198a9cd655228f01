"""What a learner sees: pure functions from data to Rich renderables.

Colour only underlines what the words already say. No boxes, no right borders: everything can be copied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rich.cells import cell_len
from rich.text import Text

from studyrnn.model import EASY, RATING_NAMES, Given, Score, Sheet, Solution, Step
from studyrnn.terminal.layout import formula_lines, given_lines, paragraphs
from studyrnn.terminal.screen import MARGIN
from studyrnn.typeset import formula

RIGHT, WRONG, QUIET = "bold blue", "bold dark_orange", "dim"
_INDENT = 11  # where the text after a verdict begins


def header(
    position: int, total: int, counts: str, heading: str, width: int, plain: bool, what: str = "Question"
) -> list[Text]:
    if plain:
        return [Text(), Text(f"{what} {position} of {total}. {heading.replace(' · ', ', ')}.")]
    left = f" {position} of {total} · {counts}" if counts else f" {position} of {total}"
    gap = width + MARGIN - len(left) - len(heading)
    if gap < 2:
        return [Text(), Text(left, style=QUIET), *quiet(heading, width, plain)]
    return [Text(), Text(left + " " * gap + heading, style=QUIET)]


def numbered(number: int, heading: str, replay: str, width: int, plain: bool) -> list[Text]:
    """The first line of a question on a sheet."""
    left = f"{number}. {heading.replace(' · ', ', ') if plain else heading}"
    return [Text(left + " " * max(2, width + MARGIN - len(left) - len(replay)) + replay)]


def sheet(asked: Sheet, width: int, plain: bool) -> list[Text]:
    """The stem, its numbers, the choices and what to type."""
    lines = [Text(), *paragraphs(asked.text, width, plain)]
    if asked.given:
        lines += [Text(), *map(Text, given_lines(asked.given, width, plain))]
    if asked.choices:
        lines.append(Text())
    for digit, choice in enumerate(asked.choices, 1):
        lines += _hanging(f"   {digit}  ", choice, width, plain)
    if asked.task:
        lines += [Text(), *paragraphs(asked.task, width, plain)]
    return [*lines, Text()]


def _hanging(label: str, text: str, width: int, plain: bool) -> list[Text]:
    first, *rest = paragraphs(text, width - len(label), plain, indent=len(label)) or [Text(" " * len(label))]
    first = Text(label).append_text(first[len(label) :])
    return [first, *rest]


def verdict(score: Score, width: int, plain: bool, note: str = "") -> list[Text]:
    """Right, partly right or wrong, in words; then what went wrong."""
    if score.right:
        word, mark, style = "right", "✓", RIGHT
    elif score.value > 0:
        word, mark, style = "partly", "◐", WRONG
    else:
        word, mark, style = "wrong", "✗", WRONG
    message = "\n".join(part for part in (score.message, note) if part)
    if plain:
        label = f"{word.capitalize()}. "
        return _hanging(label, message, width, plain) if message else [Text(label.strip())]
    label = f" {mark} {word}".ljust(_INDENT)
    lines = _hanging(label, message, width, plain)
    lines[0].stylize(style, 1, 1 + len(f"{mark} {word}"))
    return lines


def notice(text: str, width: int, plain: bool) -> list[Text]:
    """A kind word in between: an answer that could not be read, a hint, a key that does nothing here."""
    return _hanging("" if plain else " ? ", text, width, plain)


def solution(solved: Solution, width: int, plain: bool, verdict_shown: bool) -> list[Text]:
    lines: list[Text] = [Text()]
    if solved.answer:
        indent = _INDENT if verdict_shown and not plain and not solved.listed else MARGIN
        lines += paragraphs(solved.answer, width - indent, plain, indent=indent)
    for label, text in solved.listed:
        lines += _hanging(f"   {label}  ", text, width, plain)
    for point in solved.points:
        lines += _hanging("   - " if plain else "   [ ] ", point, width, plain)
    for number, step in enumerate(solved.steps):
        lines += [Text()] if number or solved.answer else []
        lines += _worked(step, step.name == solved.parts_at, width, plain)
    if solved.why:
        lines += [Text(), *paragraphs(f"Why: {solved.why}", width, plain)]
    if solved.refs:
        lines += [Text(), *quiet(f"See: {'; '.join(solved.refs)}", width, plain)]
    if solved.plot:
        lines += [Text(), *quiet(f"Picture: studyrnn plot {solved.plot}", width, plain)]
    if solved.replay:
        lines += [Text(), Text(f" {solved.replay}", style=QUIET)]
    return [*lines, Text()]


def in_steps(solved: Solution) -> list[Solution]:
    """The same, one step at a time: what comes before the steps with the first, what comes after with the last."""
    last = len(solved.steps) - 1
    return [
        replace(
            solved,
            answer=solved.answer if k == 0 else "",
            listed=solved.listed if k == 0 else (),
            points=solved.points if k == 0 else (),
            steps=(step,),
            why=solved.why if k == last else "",
            refs=solved.refs if k == last else (),
            plot=solved.plot if k == last else "",
            replay=solved.replay if k == last else "",
        )
        for k, step in enumerate(solved.steps)
    ]


def section(
    heading: str, steps: Sequence[Step], width: int, plain: bool, short: bool = False, note: str = ""
) -> list[Text]:
    """Worked steps under a heading; short: without the lines that have the numbers put in."""
    return [*headline(heading), *worked_steps(steps, width, plain, short, note)]


def worked_steps(steps: Sequence[Step], width: int, plain: bool, short: bool = False, note: str = "") -> list[Text]:
    lines = [Text(), *paragraphs(note, width, plain)] if note else []
    for step in steps:
        lines += [Text(), *_worked(step, False, width, plain, short)]
    return lines


def given(heading: str, values: Sequence[Given], width: int, plain: bool) -> list[Text]:
    above = [*headline(heading), Text()] if heading else [Text()]
    return [*above, *map(Text, given_lines(tuple(values), width, plain))]


def results(groups: Mapping[str, Sequence[Given]], width: int, plain: bool) -> list[Text]:
    """Values without their working, side by side as far as they fit."""
    lines: list[Text] = []
    for heading, values in groups.items():
        lines += [Text(), *headline(heading), Text(), *map(Text, given_lines(tuple(values), width, plain, decimals=4))]
    return lines


def _worked(step: Step, parts_here: bool, width: int, plain: bool, short: bool = False) -> list[Text]:
    from studyrnn.engine.latex import literal

    indent = " " * (MARGIN + cell_len(formula(step.symbol, plain)) + 1)  # = below =
    lines = _equation(step.symbol, step.formula, width, plain)
    if parts_here:
        _mark(lines, "<- here the slip happened" if plain else "← here the slip happened", width)
    # An empty symbol on the left: the sign of equality stands where a continued line begins.
    value = step.tex or literal(step.value, 4)
    working = [] if short else [tex for tex in (step.substituted, step.terms) if tex and tex != value]
    for tex in [*working, value]:
        lines += [Text(indent + line) for line in formula_lines(f"= {tex}", width - len(indent), plain)]
    return lines


def _mark(lines: list[Text], mark: str, width: int) -> None:
    """Beside the line that the equation stands on; below everything where that line has no room."""
    base = max(range(len(lines)), key=lambda k: not lines[k].plain.startswith("  "))
    rest = max(line.cell_len for line in lines)
    if rest + 4 + len(mark) <= width + MARGIN:
        lines[base].append(" " * (rest - lines[base].cell_len + 4) + mark, style=WRONG)
    else:
        lines.append(Text(" " * (MARGIN + 4) + mark, style=WRONG))


def _equation(left: str, right: str, width: int, plain: bool) -> list[Text]:
    """`left = right`; where it is too long for a line, it goes on behind the sign of equality."""
    name = " " * MARGIN + formula(left, plain) + " "
    indent = " " * cell_len(name)
    lines = formula_lines(f"= {right}", width - len(indent), plain)
    base = next((k for k, line in enumerate(lines) if line.startswith("=")), 0)
    return [Text((name if k == base else indent) + line) for k, line in enumerate(lines)]


def derivation(
    title: str, sections: Sequence[tuple[str, Sequence[tuple[str, str, str]]]], width: int, plain: bool
) -> list[Text]:
    """Lines of a derivation under their headings: left side, right side, why. An empty left side continues a chain."""
    lines = [Text(), *paragraphs(title, width, plain)]
    for heading, equations in sections:
        lines += [Text(), *headline(heading)]
        indent = MARGIN
        for left, right, reason in equations:
            if left:
                indent = MARGIN + cell_len(formula(left, plain)) + 1
                lines += _equation(left, right, width, plain)
            else:
                lines += [Text(" " * indent + line) for line in formula_lines(f"= {right}", width - indent, plain)]
            if reason:
                lines += quiet(reason, width, plain, indent + 4)
    return [*lines, Text()]


def headline(text: str) -> list[Text]:
    return [Text(" " * MARGIN + text, style="bold")]


def ratings(
    intervals: Mapping[int, int],
    suggested: int,
    more_keys: Sequence[tuple[str, str]],
    known: bool,
    width: int,
    plain: bool,
) -> list[Text]:
    """The four ratings with the days until the card returns, what Enter does, and what else can be asked for."""

    def one(rating: int) -> str:
        return f"{rating} {RATING_NAMES[rating]}" + (f" {days(intervals[rating])}" if intervals else "")

    more = [f"Enter: {suggested} {RATING_NAMES[suggested]}"]
    more += [f"k I knew this already, {days(intervals[EASY])}"] if known else []
    more += [f"{key} {what}" for key, what in (*more_keys, ("u", "once more"), ("?", "keys"))]
    return [*_in_a_row(list(map(one, RATING_NAMES)), width, plain), *_in_a_row(more, width, plain)]


def sources(lines: Sequence[str], width: int, plain: bool) -> list[Text]:
    """Where a card comes from, one source after the other."""
    shown = [line for text in lines for line in _hanging(" - " if plain else " · ", text, width, plain)]
    return [*shown, Text()] if shown else said("This card names no source.", width, plain)


def days(count: int) -> str:
    if count < 31:
        return f"{count} d"
    return f"{count / 30.4:.1f} mo" if count < 365 else f"{count / 365.25:.1f} y"


def keys(pairs: Sequence[tuple[str, str]], width: int, plain: bool) -> list[Text]:
    """The keys that are valid now."""
    return _in_a_row([f"{key} {what}" for key, what in pairs], width, plain)


def _in_a_row(items: Sequence[str], width: int, plain: bool) -> list[Text]:
    """One after the other, broken only between two."""
    between = ", " if plain else " · "
    rows = [items[0]]
    for item in items[1:]:
        if cell_len(rows[-1] + between + item) <= width - MARGIN:
            rows[-1] += between + item
        else:
            rows[-1] += between.rstrip()
            rows.append(item)
    return [line for row in rows for line in quiet(row, width, plain)]


def quiet(text: str, width: int, plain: bool, indent: int = MARGIN) -> list[Text]:
    lines = paragraphs(text, width - indent + MARGIN, plain, indent)
    for line in lines:
        line.stylize(QUIET)
    return lines


def said(text: str, width: int, plain: bool) -> list[Text]:
    return paragraphs(text, width, plain)


def summary(first: str, lists: Mapping[str, Sequence[str]], last: str, width: int, plain: bool) -> list[Text]:
    """The end of a session: what was done, what went wrong, what is coming."""
    first, last = (line.replace(" · ", ", ") if plain else line for line in (first, last))
    lines = [Text(), *paragraphs(first, width, plain)]
    for name, entries in lists.items():
        for number, entry in enumerate(entries):
            label = name if number == 0 else ""
            lines += _hanging(f" {label:<9}", entry.replace("×", "x") if plain else entry, width, plain)
    return [*lines, *paragraphs(last, width, plain)]
