"""Vectors and matrices in YAML: read with their lines, and compared with the shapes they need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from studyrnn.errors import nearest
from studyrnn.yamlfile import BadNode, YamlReader, quoted

Tensor = list[Any]
"""A list of numbers, or a list of rows of equal length; empty where the file has none that can be read."""


class TensorReader(YamlReader):
    def word(self, node: Any, key: str, known: tuple[str, ...]) -> str:
        """One of the known words, or "" and a problem."""
        value = getattr(node, "value", None)
        if isinstance(value, str) and value in known:
            return value
        shown = f'"{quoted(value)}"' if isinstance(value, str) else "a list or a mapping"
        near = nearest(value, known) if isinstance(value, str) else f"Known: {', '.join(known)}"
        self.problem(node, f"{key}: there is no {shown} here. {near}")
        return ""

    def mapping(self, node: Any, known: Iterable[str], what: str) -> dict[str, Any]:
        """As in every file; what is no mapping is told its keys."""
        known = list(known)
        if type(node).__name__ != "MappingNode":
            self.problem(node, f"{what} must be a mapping of  key: value  with the keys {', '.join(known)}")
            raise BadNode
        return super().mapping(node, known, what)

    def tensor(self, node: Any, what: str, shape: tuple[int, ...] = (0,)) -> Tensor:
        """A list of numbers, or a list of rows of equal length; [] and a problem where it is neither.

        shape   the sizes it needs, 0 where one is not known; another shape is a problem
        """
        rows = entries(node)
        lengths = [len(entries(row)) for row in rows]
        odd = next((k for k, length in enumerate(lengths) if length != lengths[0]), 0)
        found: Tensor = []
        wrong = ""
        if not rows:
            wrong = "is no list of numbers"
        elif not any(map(is_list, rows)):
            found = [self.number(row, what) for row in rows]
        elif not all(map(is_list, rows)):
            wrong = "numbers and rows are mixed"
        elif 0 in lengths:
            wrong = f"row {lengths.index(0) + 1} is empty"
        elif odd:
            wrong = f"row {odd + 1} has {lengths[odd]} numbers and row 1 has {lengths[0]}"
        else:
            found = [[self.number(entry, what) for entry in row.value] for row in rows]
        if found and 0 not in shape and shape_of(found) != shape:
            wrong = f"has shape {_shown(shape_of(found))}"
        if wrong:
            self.problem(rows[odd] if odd else node, f"{what}: {wrong}; {_needed(shape)}")
        return found

    def steps(self, node: Any, key: str) -> list[Tensor]:
        """One row a step, all of the same size."""
        if not any(map(is_list, entries(node))):
            self.problem(node, f"{key}: one row a step, like [[0.5, -1], [0.2, 0.3]]; a single step is [[0.5, -1]]")
            return []
        return self.tensor(node, key)

    def per_step(self, node: Any, key: str, steps: int) -> list[Any]:
        found = entries(node)
        if not found:
            self.problem(node, f"{key}: must be a list with one entry a step; null where a step has no loss")
        elif all(map(is_null, found)):
            self.problem(node, f"{key}: every step is null, so there is no loss; give one step its {key}")
        elif steps and len(found) != steps:
            self.problem(
                node, f"{key}: has {len(found)} entries for {steps} steps of x; write null where there is none"
            )
        return found


def is_list(node: Any) -> bool:
    return type(node).__name__ == "SequenceNode"


def entries(node: Any) -> list[Any]:
    """The nodes of a list; none of what is no list."""
    return list(node.value) if is_list(node) else []


def shape_of(tensor: Tensor) -> tuple[int, ...]:
    return (len(tensor), len(tensor[0])) if tensor and isinstance(tensor[0], list) else (len(tensor),)


def _shown(shape: tuple[int, ...]) -> str:
    return "(" + ", ".join(map(str, shape)) + ")"


def _needed(shape: tuple[int, ...]) -> str:
    if 0 in shape:
        return "a vector is written like [0.1, -0.2], a matrix like [[0.1, 0.2], [0.3, 0.4]]"
    return f"it needs {_shown(shape)}{wanted(shape)}"


def wanted(shape: tuple[int, ...]) -> str:
    """', 2 rows of 3, like [[0.1, -0.2, 0.3], ...]', as far as the sizes are known."""
    if 0 in shape:
        return ""
    rows, columns = min(shape[0], 3) if len(shape) == 2 else 1, min(shape[-1], 6)
    numbers = [f"{(-1) ** k * (k % 9 + 1) / 10:g}" for k in range(rows * columns)]
    ending = ", ...]" if shape[-1] > columns else "]"
    lines = ["[" + ", ".join(numbers[k * columns : (k + 1) * columns]) + ending for k in range(rows)]
    if len(shape) == 1:
        return f", a list of {shape[0]}, like {lines[0]}"
    more = ", ..." if shape[0] > rows else ""
    return f", {shape[0]} row{'s' * (shape[0] > 1)} of {shape[1]}, like [{', '.join(lines)}{more}]"


def is_null(node: Any) -> bool:
    return bool(node.tag.endswith(":null"))
