"""What every picture keeps to, whatever it shows: its options, its words, and that it can be drawn everywhere."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from functools import cache
from typing import Any

import pytest

from studyrnn import plots
from studyrnn.errors import StudyError
from studyrnn.figures.numbers import told
from studyrnn.figures.parts import Figure
from studyrnn.figures.svg import svg
from studyrnn.markup import spans
from studyrnn.mathtext import one_line
from studyrnn.plots.base import Option, Picture
from studyrnn.terminal.charts import figure

NAMES = plots.names()
WANTED = {
    "gradient-flow", "powers", "forget-path", "saturation", "truncation-bias", "clipping", "h0-forgetting",
    "teacher-forcing", "jacobian-spectrum", "rmsprop", "overfitting", "forecast", "far-cue", "batchnorm", "attention",
    "cost", "unrolled", "rnn-cell", "lstm-cell", "gru-cell", "bidirectional", "encoder-decoder",
}  # fmt: skip


@cache
def drawn(name: str) -> Figure:
    return plots.drawn([name])


def test_all_pictures_are_there() -> None:
    assert sorted(WANTED) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_says_what_it_is(name: str) -> None:
    """Its summary fits the list, its options their limits, its caption is a sentence, and its maths can be typeset."""
    picture = plots.find(name)
    assert picture.summary[0].islower() or picture.summary.split()[0].isupper() or picture.summary.startswith("an ")
    assert not picture.summary.endswith(".")
    for option in picture.options:
        assert option.read(str(option.default)) == option.default, option
    shown = drawn(name)
    assert (shown.name, shown.see[-1], bool(shown.parts)) == (name, ".", True)
    texts = [picture.summary, shown.title, shown.see, *(fact.label for fact in shown.facts)]
    for text in texts:
        for kind, piece in spans(text):
            if kind == "inline":
                one_line(piece)


@pytest.mark.parametrize("plain", [False, True], ids=["drawn", "plain"])
@pytest.mark.parametrize("width", [58, 98])
@pytest.mark.parametrize("name", NAMES)
def test_a_picture_fits_the_terminal(name: str, width: int, plain: bool) -> None:
    """At 60 and at 100 columns; in plain text every sign can be typed."""
    lines = [line.plain for line in figure(drawn(name), width, plain)]
    assert max(map(len, lines)) <= width + 1
    assert any(line.strip() for line in lines)
    if plain:
        assert all(line.isascii() for line in lines), [line for line in lines if not line.isascii()]


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_travels(name: str) -> None:
    """As SVG that any program can read, and as JSON without NaN."""
    root = ET.fromstring(svg(drawn(name)))
    assert root.tag.endswith("svg")
    json.loads(json.dumps(told(drawn(name)), allow_nan=False))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_options_give_the_same_picture(name: str) -> None:
    """Chance comes from a seed."""
    assert json.dumps(told(plots.drawn([name]))) == json.dumps(told(drawn(name)))


# -- options ---------------------------------------------------------------------------------------------------------


def echo(**chosen: Any) -> Figure:
    return Figure("echo", "Echo", repr(chosen), ())


ECHO = Picture(
    "what was chosen",
    echo,
    (
        Option("steps", 10, "time steps", 1, 50),
        Option("w", 0.5, "the weight", -2, 2),
        Option("cell-kind", "rnn", "which cell", choices=("rnn", "gru")),
    ),
)


def test_options_are_read_by_what_they_are_by_default() -> None:
    chosen = {"steps": "7", "w": "−1.5", "cell-kind": "gru"}
    assert ECHO.figure(chosen).see == "{'steps': 7, 'w': -1.5, 'cell_kind': 'gru'}"
    assert Option("k", 1, "a whole number", -9, 9).read("−5") == -5
    assert ECHO.figure({}).see == "{'steps': 10, 'w': 0.5, 'cell_kind': 'rnn'}"


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("steps", "2.5", '--steps: "2.5" has to be a whole number from 1 to 50'),
        ("steps", "0", "--steps: 0 has to be a whole number from 1 to 50"),
        ("w", "nan", "--w: nan has to be a number from -2 to 2"),
        ("w", "inf", "--w: inf has to be a number from -2 to 2"),
        ("w", "half", '--w: "half" has to be a number from -2 to 2'),
        ("cell-kind", "lstm", '--cell-kind: "lstm" is not one of rnn, gru'),
        ("setps", "1", 'there is no option --setps here. Did you mean "steps"?'),
    ],
)
def test_an_option_that_cannot_be_is_refused(name: str, typed: str, told: str) -> None:
    with pytest.raises(StudyError) as refused:
        ECHO.figure({name: typed})
    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("powrs", 'no picture is called "powrs". Did you mean "powers"?'),
        ("powers cost", '"cost" is one too many'),
        ("powers --steps", "--steps needs a value: a whole number from 2 to 100"),
        ("powers --jsonn", 'no option --jsonn here. Did you mean "json"?'),
        ("powers --steps 1000", "has to be a whole number"),
        ("--steps 3", 'no picture is called ""'),
    ],
)
def test_what_names_no_picture_is_refused_without_drawing(words: str, told: str) -> None:
    """As a deck or a command line has it."""
    with pytest.raises(StudyError, match=told.replace("?", r"\?").replace(".", r"\.")):
        plots.check(words.split())


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (Option("name", "abc", "free text"), "--name has to be a number, or to have choices"),
        (Option("ok", True, "a switch"), "--ok has to be a number"),
        (Option("svg", 1, "a number"), "--svg is an option of every picture already"),
    ],
)
def test_an_option_that_could_not_be_read_is_no_option(option: Option, told: str) -> None:
    """Whoever writes a picture hears it at once."""
    with pytest.raises(ValueError, match=told):
        Picture("a picture", echo, (option,))


def test_a_picture_with_options_is_accepted_in_either_spelling() -> None:
    for words in ("powers", "powers --w 0.9", "powers --w=0.9", "--w 0.9 powers"):
        plots.check(words.split())
    assert plots.asked(["--w", "-0.5", "powers", "--steps=4"]) == ("powers", {"w": "-0.5", "steps": "4"})
