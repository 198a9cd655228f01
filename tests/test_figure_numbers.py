"""Figures told as numbers: real JSON that holds all that the figure holds."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf, isfinite, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyrnn.figures.numbers import told
from studyrnn.figures.parts import (
    Axis,
    Bar,
    Bars,
    Diagram,
    Edge,
    Fact,
    Figure,
    Heatmap,
    Lines,
    Mark,
    Matrix,
    Node,
    Part,
    Series,
)

LINES = Lines(
    (0.0, 1.0, 2.0),
    (Series("$h_t$", (1.0, nan, 3.5)), Series("b", (inf, -inf, 0.0))),
    Axis("step", low=0.0),
    Axis("norm", log=True, high=10.0),
    (Mark("threshold", 0.5), Mark("window", 1.0, across=False)),
    "curves",
    (2.0,),
)
BARS = Bars((Bar("a", 0.93, "41 of 44"), Bar("b", nan)), Axis("share", low=0.0, high=1.0), "bars", 1, percent=True)
HEATMAP = Heatmap(("Mon", "Tue"), ("Jun", ""), ((0.0, 1.0), (nan, 3.0)), 0.0, None, "week", "day", "map", "reviews", 0)
MATRIX = Matrix("J_3", ((0.1, -0.2),), ("r",), ("c", "d"), "matrix", 3, 1.0)
DIAGRAM = Diagram(
    (Node("x", "$x_t$", 3, 4, "text"), Node("h", "$h_t$", 9, 4, "round", 5, 3, 1)),
    (Edge("x", "h", label="$W_{xh}$"), Edge((1, 2), "h", ((5, 2),), accent=2, dashed=True, arrow=False)),
    20,
    9,
    "diagram",
    ("x_t leads to h_t.",),
)
EVERY = (LINES, BARS, HEATMAP, MATRIX, DIAGRAM)


def figure(*parts: Part, facts: tuple[Fact, ...] = ()) -> Figure:
    return Figure("name", "title", "see", parts, facts)


def part(of: Part) -> dict[str, Any]:
    found: dict[str, Any] = told(figure(of))["parts"][0]
    return found


def test_the_whole_of_a_chart() -> None:
    """Every key of the lines part, with null for what is no number."""
    assert part(LINES) == {
        "kind": "lines",
        "title": "curves",
        "x": [0.0, 1.0, 2.0],
        "x_label": "step",
        "x_log": False,
        "x_low": 0.0,
        "x_high": None,
        "y_label": "norm",
        "y_log": True,
        "y_low": None,
        "y_high": 10.0,
        "series": [{"name": "$h_t$", "values": [1.0, None, 3.5]}, {"name": "b", "values": [None, None, 0.0]}],
        "marks": [{"label": "threshold", "axis": "y", "at": 0.5}, {"label": "window", "axis": "x", "at": 1.0}],
        "told_at": [2.0],
    }


def test_the_whole_of_the_other_parts() -> None:
    """Bars, cells, matrices and diagrams: their labels, numbers and limits by name."""
    assert part(BARS) == {
        "kind": "bars",
        "title": "bars",
        "label": "share",
        "log": False,
        "low": 0.0,
        "high": 1.0,
        "bars": [{"label": "a", "value": 0.93, "note": "41 of 44"}, {"label": "b", "value": None, "note": ""}],
        "decimals": 1,
        "percent": True,
    }
    assert part(HEATMAP) == {
        "kind": "heatmap",
        "title": "map",
        "rows": ["Mon", "Tue"],
        "columns": ["Jun", ""],
        "values": [[0.0, 1.0], [None, 3.0]],
        "low": 0.0,
        "high": None,
        "x_label": "week",
        "y_label": "day",
        "scale": "reviews",
        "decimals": 0,
    }
    assert part(MATRIX) == {
        "kind": "matrix",
        "title": "matrix",
        "symbol": "J_3",
        "rows": ["r"],
        "columns": ["c", "d"],
        "values": [[0.1, -0.2]],
        "decimals": 3,
        "largest": 1.0,
    }
    drawn = part(DIAGRAM)
    assert drawn["nodes"][1] == {
        "name": "h", "label": "$h_t$", "x": 9, "y": 4, "shape": "round", "width": 5, "height": 3, "accent": 1,
    }  # fmt: skip
    assert drawn["edges"][1] == {
        "start": [1, 2], "end": "h", "via": [[5, 2]], "label": "", "accent": 2, "dashed": True, "arrow": False,
    }  # fmt: skip
    assert [drawn[key] for key in ("kind", "width", "height", "words")] == ["diagram", 20, 9, ["x_t leads to h_t."]]


def test_the_figure_itself() -> None:
    """Version, name, texts as they were written, parts in order, facts by label."""
    found = told(figure(*EVERY, facts=(Fact("seed", 7), Fact("loss", nan), Fact("cell", "LSTM"))))
    assert list(found) == ["version", "name", "title", "see", "parts", "facts"]
    assert [found[key] for key in ("version", "name", "title", "see")] == [1, "name", "title", "see"]
    assert [one["kind"] for one in found["parts"]] == ["lines", "bars", "heatmap", "matrix", "diagram"]
    assert found["facts"] == {"seed": 7, "loss": None, "cell": "LSTM"}


def changes(one: Part) -> list[Part]:
    """The same part with one field changed at a time: to that of another part, or to something else."""
    numbers: dict[str, Any] = {
        "decimals": 5,
        "percent": False,
        "low": -7.0,
        "high": 77.0,
        "largest": None,
        "width": 58,
        "height": 60,
    }
    texts: dict[str, Any] = dict.fromkeys(("title", "scale", "symbol", "x_label", "y_label"), "other")
    rest: dict[str, Any] = {
        "x": (9.0, 8.0, 7.0),
        "series": (Series("other", (1.0, 2.0, 3.0)),),
        "x_axis": Axis("other"),
        "y_axis": Axis("other"),
        "axis": Axis("other"),
        "marks": (Mark("threshold", 0.5, across=False),),
        "told_at": (),
        "bars": (Bar("other", 1.0),),
        "rows": ("other",),
        "columns": ("other",),
        "values": ((9.0, 9.0),),
        "nodes": (Node("y", "y", 0, 0),),
        "edges": (),
        "words": (),
    }
    every = {**numbers, **texts, **rest}
    return [replace(one, **{key: every[key]}) for key in one.__dataclass_fields__]


@pytest.mark.parametrize("one", EVERY, ids=lambda one: type(one).__name__)
def test_no_field_of_a_part_is_kept_back(one: Part) -> None:
    """Whatever is changed in a part, what is told of it changes."""
    assert all(part(changed) != part(one) for changed in changes(one))


def test_facts_of_one_label_are_all_told() -> None:
    """The second and third are numbered, also where such a label is taken already."""
    found = told(figure(facts=(Fact("w", 1), Fact("w (2)", 2), Fact("w", 3), Fact("w", 4))))["facts"]
    assert found == {"w": 1, "w (2)": 2, "w (3)": 3, "w (4)": 4}


def test_numbers_of_numpy_become_plain_ones() -> None:
    """Its floats and whole numbers are told like Python's, none as text and none refused by JSON."""
    facts = (Fact("steps", np.int64(5)), Fact("norm", np.float32(0.5)), Fact("loss", np.float64(nan)))
    drawn = Lines(tuple(np.arange(2)), (Series("s", tuple(np.array([0.25, inf]))),))
    found = told(figure(drawn, facts=facts))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["facts"] == {"steps": 5, "norm": 0.5, "loss": None}
    assert type(found["facts"]["steps"]) is int and type(found["facts"]["norm"]) is float
    assert found["parts"][0]["x"] == [0, 1] and found["parts"][0]["series"][0]["values"] == [0.25, None]


@given(values=st.lists(st.floats(), max_size=20), text=st.text())
def test_any_figure_is_json_and_reads_back_the_same(values: list[float], text: str) -> None:
    """Strict JSON, to the last bit of every finite number."""
    one = Lines(tuple(values), (Series(text, tuple(values)),), Axis(text), title=text)
    found = told(Figure(text, text, text, (one,), (Fact(text, sum(values)),)))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    told_values = found["parts"][0]["series"][0]["values"]
    assert [told for told in told_values if told is not None] == list(filter(isfinite, values))
