"""The recurrent cells as named equations. Adding one is adding one function.

Symbols: x is the input (d entries), h the hidden state and c the cell state (n entries), y the output (m entries); h_,
c_ and y_ are those of the previous step; weights are named source-destination, W_xz (n, d), W_hz (n, n), b_z (n);
columns. With two biases a gate, as in PyTorch, b_z goes with the input and b_hz with the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from studyrnn.engine.equations import Program
from studyrnn.engine.normalisation import normalisation
from studyrnn.errors import ArgumentError, known

ACTIVATIONS = ("tanh", "relu", "sigmoid")


@dataclass(frozen=True)
class Cell:
    name: str
    program: Program
    states: tuple[str, ...]  # what the next step needs
    convention: Mapping[str, str] = field(hash=False)
    output: str = "h"  # what a layer above, or an output layer, reads

    @cached_property
    def parameters(self) -> list[str]:
        return [name for name in self.program.inputs if name != "x" and not name.endswith("_")]

    @cached_property
    def gates(self) -> list[str]:
        """What each block of weights belongs to: h of a vanilla RNN, i f g o, r z n."""
        return [name[-1] for name in self.parameters if name.startswith("W_x")]

    def shapes(self, d: int, n: int, m: int = 0) -> dict[str, tuple[int, ...]]:
        """The shape of each parameter for d inputs, n units and, where the cell has outputs, m of them."""
        return {name: parameter_shape(name, d, n, m) for name in self.parameters}


def dimensions(name: str) -> tuple[str, ...]:
    """The letters of a shape: W_xh -> (n, d), W_hy -> (m, n), b_y -> (m), h -> (n). Rows are where it leads."""
    if name in {"A", "B", "C", "D"}:
        return {"A": ("n", "n"), "B": ("n", "d"), "C": ("m", "n"), "D": ("m", "d")}[name]
    letters = {"x": "d", "y": "m"}
    to = letters.get(name[-1], "n")
    return (to, letters.get(name[2], "n")) if name.startswith("W_") else (to,)


def parameter_shape(name: str, d: int, n: int, m: int = 0) -> tuple[int, ...]:
    sizes = {"d": d, "n": n, "m": m}
    return tuple(sizes[letter] for letter in dimensions(name))


def _preactivation(gate: str, biases: int) -> str:
    if biases not in (1, 2):
        raise ArgumentError(f"biases is {biases}; a gate has 1, or 2 as in PyTorch")
    second = f" + b_h{gate}" if biases == 2 else ""
    return f"W_x{gate} @ x + W_h{gate} @ h_ + b_{gate}{second}"


def rnn(activation: str = "tanh", biases: int = 1, norm: str = "") -> Cell:
    """Vanilla (Elman 1990) recurrence: a = W_xh x + W_hh h_ + b_h, h = activation(a).

    norm "layer" or "batch" normalises a before the activation, with a gain and a shift in place of the bias (Ba et al.
    2016, equation 4; Ioffe & Szegedy 2015). Raises UnknownName for an activation other than tanh, relu, sigmoid,
    ArgumentError for other than 1 or 2 biases.
    """
    if norm and biases != 1:
        raise ArgumentError("a normalised cell has a shift in place of its bias; leave biases at 1")
    known("activation", activation, ACTIVATIONS)
    if norm:
        equations = {"a": "W_xh @ x + W_hh @ h_", **normalisation("a", norm), "h": f"{activation}(a_norm)"}
    else:
        equations = {"a": _preactivation("h", biases), "h": f"{activation}(a)"}
    convention = {"activation": activation} | ({"norm": norm} if norm else {})
    return Cell("rnn", Program.parse(equations), ("h",), convention)


def lstm(peephole: bool = False, biases: int = 1) -> Cell:
    """Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000; candidate g.

    With peepholes (Gers & Schmidhuber 2000) i and f also see c_, and o sees the new c, entry by entry: p_i, p_f, p_o.
    """

    def gate(name: str) -> str:
        seen = f" + p_{name} * {'c' if name == 'o' else 'c_'}" if peephole and name != "g" else ""
        return f"{'tanh' if name == 'g' else 'sigmoid'}({_preactivation(name, biases)}{seen})"

    order = "ifgco" if peephole else "ifgoc"
    equations = {name: "f * c_ + i * g" if name == "c" else gate(name) for name in order}
    equations["h"] = "o * tanh(c)"
    return Cell("lstm", Program.parse(equations), ("h", "c"), {"peephole": "yes"} if peephole else {})


def gru(reset: str = "before", z_keeps: str = "old", biases: int = 1) -> Cell:
    """Cho et al. 2014, in the four forms that are in use.

    reset    "before" the product, W_hn (r * h_) (the paper in its final version, d2l), or "after" it,
             r * (W_hn h_ + b_hn) (cuDNN, PyTorch; TensorFlow 2 and Keras 3 by default), which has one bias more
    z_keeps  "old": h = (1 - z) n + z h_ (PyTorch, Keras, d2l), or "new": h = z n + (1 - z) h_ (Chung et al. 2014)

    Raises UnknownName for any other word.
    """
    second = " + b_hn" if biases == 2 else ""
    candidate = {
        "before": f"tanh(W_xn @ x + W_hn @ (r * h_) + b_n{second})",
        "after": "tanh(W_xn @ x + b_n + r * (W_hn @ h_ + b_hn))",
    }
    mix = {"old": "(1 - z) * n + z * h_", "new": "z * n + (1 - z) * h_"}
    known("place of the reset gate", reset, candidate)
    known("convention of z", z_keeps, mix)
    equations = {
        "r": f"sigmoid({_preactivation('r', biases)})",
        "z": f"sigmoid({_preactivation('z', biases)})",
        "n": candidate[reset],
        "h": mix[z_keeps],
    }
    return Cell("gru", Program.parse(equations), ("h",), {"reset": reset, "z_keeps": z_keeps})


def jordan(activation: str = "tanh") -> Cell:
    """Jordan 1986: the previous output feeds back, not the hidden state. Goodfellow et al. 2016, section 10.2.

    a = W_xh x + W_yh y_ + b_h, h = activation(a), y = W_hy h + b_y. Raises UnknownName for another activation.
    """
    known("activation", activation, ACTIVATIONS)
    equations = {"a": "W_xh @ x + W_yh @ y_ + b_h", "h": f"{activation}(a)", "y": "W_hy @ h + b_y"}
    return Cell("jordan", Program.parse(equations), ("y",), {"activation": activation}, output="y")


def state_space() -> Cell:
    """The linear state-space model in discrete time, h = A h_ + B x, y = C h + D x: an RNN without an activation.

    A (n, n), B (n, d), C (m, n), D (m, d). The output reads the new state, as in Gu et al. 2022 (S4, discrete form);
    control theory (Kailath 1980) lets y_k read the state before the input of step k.
    """
    equations = {"h": "A @ h_ + B @ x", "y": "C @ h + D @ x"}
    return Cell("state-space", Program.parse(equations), ("h",), {}, output="y")
