"""A figure told as numbers, for programs: what JSON can hold, nothing rounded. A number that is not there is null."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Any

from studyrnn.figures.parts import Axis, Bars, Diagram, Edge, Fact, Figure, Heatmap, Lines, Mark, Matrix, Part

VERSION = 1


def told(figure: Figure) -> dict[str, Any]:
    """Everything that the figure says, as dicts, lists, text and numbers; NaN and infinities are None.

    version   grows when a key changes its name or meaning, not when one is added
    """
    return {
        "version": VERSION,
        "name": figure.name,
        "title": figure.title,
        "see": figure.see,
        "parts": [_part(part) for part in figure.parts],
        "facts": _facts(figure.facts),
    }


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Lines):
        return _lines(part)
    if isinstance(part, Bars):
        return _bars(part)
    if isinstance(part, Heatmap):
        return _heatmap(part)
    if isinstance(part, Matrix):
        return _matrix(part)
    return _diagram(part)


def _lines(part: Lines) -> dict[str, Any]:
    return {
        "kind": "lines",
        "title": part.title,
        "x": _numbers(part.x),
        **_axis("x_", part.x_axis),
        **_axis("y_", part.y_axis),
        "series": [{"name": series.name, "values": _numbers(series.values)} for series in part.series],
        "marks": [_mark(mark) for mark in part.marks],
        "told_at": _numbers(part.told_at),
    }


def _mark(mark: Mark) -> dict[str, Any]:
    return {"label": mark.label, "axis": "y" if mark.across else "x", "at": _number(mark.at)}


def _bars(part: Bars) -> dict[str, Any]:
    return {
        "kind": "bars",
        "title": part.title,
        **_axis("", part.axis),
        "bars": [{"label": bar.label, "value": _number(bar.value), "note": bar.note} for bar in part.bars],
        "decimals": part.decimals,
        "percent": part.percent,
    }


def _heatmap(part: Heatmap) -> dict[str, Any]:
    return {
        "kind": "heatmap",
        "title": part.title,
        "rows": list(part.rows),
        "columns": list(part.columns),
        "values": [_numbers(row) for row in part.values],
        "low": _limit(part.low),
        "high": _limit(part.high),
        "x_label": part.x_label,
        "y_label": part.y_label,
        "scale": part.scale,
        "decimals": part.decimals,
    }


def _matrix(part: Matrix) -> dict[str, Any]:
    return {
        "kind": "matrix",
        "title": part.title,
        "symbol": part.symbol,
        "rows": list(part.rows),
        "columns": list(part.columns),
        "values": [_numbers(row) for row in part.values],
        "decimals": part.decimals,
        "largest": _limit(part.largest),
    }


def _diagram(part: Diagram) -> dict[str, Any]:
    return {
        "kind": "diagram",
        "title": part.title,
        "width": part.width,
        "height": part.height,
        "nodes": [dict(node._asdict()) for node in part.nodes],
        "edges": [_edge(edge) for edge in part.edges],
        "words": list(part.words),
    }


def _edge(edge: Edge) -> dict[str, Any]:
    """Places of the grid are [column, line]; names of nodes stay names."""
    ends = {key: end if isinstance(end, str) else list(end) for key, end in (("start", edge.start), ("end", edge.end))}
    return {**edge._asdict(), **ends, "via": [list(corner) for corner in edge.via]}


def _axis(prefix: str, axis: Axis) -> dict[str, Any]:
    return {
        f"{prefix}label": axis.label,
        f"{prefix}log": axis.log,
        f"{prefix}low": _limit(axis.low),
        f"{prefix}high": _limit(axis.high),
    }


def _facts(facts: Iterable[Fact]) -> dict[str, Any]:
    """By label; one that comes again is numbered, so that none is lost."""
    found: dict[str, Any] = {}
    for fact in facts:
        label, count = fact.label, 1
        while label in found:
            count += 1
            label = f"{fact.label} ({count})"
        found[label] = fact.value if isinstance(fact.value, str) else _number(fact.value)
    return found


def _numbers(values: Iterable[float]) -> list[float | int | None]:
    return [_number(value) for value in values]


def _limit(value: float | None) -> float | int | None:
    return None if value is None else _number(value)


def _number(value: float) -> float | int | None:
    """A plain Python number, whichever library it comes from; whole numbers stay whole."""
    if isinstance(value, int):
        return value
    if hasattr(value, "__index__"):
        return int(value)
    return float(value) if isfinite(value) else None
