"""The recurrent cells as named equations. Adding one is adding one function.

Symbols: x is the input (d entries), h the hidden state and c the cell state (n entries), h_ and c_ those of the
previous step; weights are named source-destination, W_xz (n, d), W_hz (n, n), b_z (n); columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from studyrnn.engine.equations import Program

ACTIVATIONS = ("tanh", "relu", "sigmoid")


@dataclass(frozen=True)
class Cell:
    name: str
    program: Program
    states: tuple[str, ...]  # what the next step needs, the output state h first
    convention: Mapping[str, str]

    @cached_property
    def parameters(self) -> list[str]:
        return [name for name in self.program.inputs if name != "x" and not name.endswith("_")]

    def shapes(self, d: int, n: int) -> dict[str, tuple[int, ...]]:
        """The shape of each parameter for d inputs and n units."""
        return {name: parameter_shape(name, d, n) for name in self.parameters}


def parameter_shape(name: str, d: int, n: int) -> tuple[int, ...]:
    if name.startswith("W_x"):
        return (n, d)
    return (n, n) if name.startswith("W_h") else (n,)


def _gate(gate: str, squash: str) -> str:
    return f"{squash}(W_x{gate} @ x + W_h{gate} @ h_ + b_{gate})"


def rnn(activation: str = "tanh") -> Cell:
    """Vanilla (Elman 1990) recurrence: a = W_xh x + W_hh h_ + b_h, h = activation(a).

    Raises ValueError for an activation other than tanh, relu, sigmoid.
    """
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation {activation!r}: choose from {', '.join(ACTIVATIONS)}")
    equations = {"a": "W_xh @ x + W_hh @ h_ + b_h", "h": f"{activation}(a)"}
    return Cell("rnn", Program.parse(equations), ("h",), {"activation": activation})


def lstm() -> Cell:
    """Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000; candidate g, no peepholes."""
    equations = {gate: _gate(gate, "tanh" if gate == "g" else "sigmoid") for gate in "ifgo"}
    equations |= {"c": "f * c_ + i * g", "h": "o * tanh(c)"}
    return Cell("lstm", Program.parse(equations), ("h", "c"), {})


def gru(reset: str = "before", z_keeps: str = "old") -> Cell:
    """Cho et al. 2014, in the four forms that are in use.

    reset    "before" the product, W_hn (r * h_) (the paper, d2l), or "after" it, r * (W_hn h_ + b_hn) (cuDNN,
             PyTorch, Keras since 2.x by default), which has one bias more
    z_keeps  "old": h = (1 - z) n + z h_ (PyTorch, Keras, d2l), or "new": h = z n + (1 - z) h_ (Chung et al. 2014)

    Raises ValueError for any other word.
    """
    candidate = {
        "before": "tanh(W_xn @ x + W_hn @ (r * h_) + b_n)",
        "after": "tanh(W_xn @ x + b_n + r * (W_hn @ h_ + b_hn))",
    }
    mix = {"old": "(1 - z) * n + z * h_", "new": "z * n + (1 - z) * h_"}
    if reset not in candidate or z_keeps not in mix:
        raise ValueError(f"reset {reset!r}, z_keeps {z_keeps!r}: choose before or after, old or new")
    equations = {
        "r": _gate("r", "sigmoid"),
        "z": _gate("z", "sigmoid"),
        "n": candidate[reset],
        "h": mix[z_keeps],
    }
    return Cell("gru", Program.parse(equations), ("h",), {"reset": reset, "z_keeps": z_keeps})
