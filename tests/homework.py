"""Homework files: the shipped examples, a whole one, and what becomes of a text."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from studyrnn.engine.network import Network
from studyrnn.problems import Homework, read

EXAMPLES = {
    entry.name.removesuffix(".yaml"): entry.read_text("utf-8")
    for entry in (files("studyrnn") / "examples").iterdir()
    if entry.name.endswith(".yaml")
}

# A network of 3 inputs, 2 units and 1 output; one tensor a line, so that every mistake has a line of its own.
WHOLE = """\
cell: rnn
activation: relu
layers:
  - forward:
      W_xh: [[1, 2, 3], [4, 5, 6]]
      W_hh: [[7, 8], [9, 10]]
      b_h: [11, 12]
    h0: [13, 14]
output:
  W_hy: [[15, 16]]
  b_y: [17]
x: [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
target: [null, [18]]
loss: half-squared
reduce: mean
truncate: {k1: 1, k2: 2}
clip: {norm: 1.5}
ask: [loss, gradients]
"""


def read_text(text: str) -> tuple[Homework | None, list[tuple[int, str]]]:
    homework, problems = read(text.encode(), "mine.yaml")
    return homework, [(problem.line, problem.message) for problem in problems]


def accepted(text: str) -> Homework:
    homework, problems = read_text(text)
    assert problems == []
    assert homework is not None
    return homework


def refused(text: str) -> list[tuple[int, str]]:
    homework, problems = read_text(text)
    assert homework is None
    assert problems
    return problems


def changed(line: str, new: str, text: str = WHOLE) -> str:
    """The file with another line in place of the one that begins like this."""
    lines = text.split("\n")
    (place,) = [k for k, old in enumerate(lines) if old.strip().startswith(line)]
    lines[place] = new
    return "\n".join(lines)


def described(network: Network) -> tuple[Any, ...]:
    """A network by its equations: cells that are built twice are two objects."""
    return network.program.equations, network.shapes, network.steps, network.output, network.loss, network.target_steps


def tensors_of(form: dict[str, Any], d: int, n: int, first: float = 1.0) -> dict[str, Any]:
    """Every tensor of one direction, each number another one."""
    names = {f"W_x{gate}": (n, d) for gate in GATES[form["cell"]]} | {
        f"W_h{gate}": (n, n) for gate in GATES[form["cell"]]
    }
    shapes: dict[str, tuple[int, ...]] = {**names, **{f"b_{gate}": (n,) for gate in GATES[form["cell"]]}}
    convention = form.get("convention", {})
    if convention.get("peephole"):
        shapes |= {"p_i": (n,), "p_f": (n,), "p_o": (n,)}
    if convention.get("reset") == "after":
        shapes |= {"b_hn": (n,)}
    found: dict[str, Any] = {}
    for name, shape in shapes.items():
        rows = [[round((first := first + 1) / 100, 2) for _ in range(shape[-1])] for _ in range(shape[0])]
        found[name] = rows if len(shape) == 2 else rows[0]
    return found


ALL_WRONG = """\
cell: gru
convention: 3
layers: 4
output: 5
x: [[1], [1, 2]]
target: 7
loss: mze
reduce: x
truncate: 4
clip: 5
ask: 6
more: 7
"""


GATES = {"rnn": "h", "lstm": "ifgo", "gru": "rzn"}
