"""One step of a vanilla RNN, with its weights as boxes that a vector goes through."""

from __future__ import annotations

from studyrnn.engine.cells import rnn
from studyrnn.figures.parts import Diagram, Edge, Figure, Node
from studyrnn.plots._equations import told
from studyrnn.plots.base import Option, Picture

STATE = 2  # the accent of what the cell hands on
_W_HH, _SUM, _PHI = 15, 27, 42  # columns
_BIAS, _LINE, _W_XH, _X = 0, 4, 8, 12  # lines
_SIGNS = {"tanh": r"\tanh", "relu": r"\operatorname{ReLU}", "sigmoid": r"\sigma"}


def draw(activation: str) -> Figure:
    words = (*_WORDS, *told(rnn(activation).program))
    part = Diagram(_nodes(activation), _edges(), 58, _X + 1, words=words)
    return Figure("rnn-cell", "The cell of a vanilla RNN, one step", _seen(activation), (part,))


def _seen(activation: str) -> str:
    sign = _SIGNS[activation]
    return (
        f"There is one way from $h_{{t-1}}$ to $h_t$, and it leads through the matrix $W_{{hh}}$ and through ${sign}$. "
        rf"So at every step back a gradient is multiplied by the slope of ${sign}$ at $a_t$ and by $W_{{hh}}^\top$: "
        "over many steps the same matrix again and again. Compare `lstm-cell`, where a second way leads past it."
    )


_WORDS = (
    "The cell takes $x_t$ and the hidden state $h_{t-1}$, and hands on $h_t$. $a_t$ is the sum before the activation.",
)


def _nodes(activation: str) -> tuple[Node, ...]:
    return (
        Node("h_", "$h_{t-1}$", 3, _LINE, "text", accent=STATE),
        Node("W_hh", "$W_{hh}$", _W_HH, _LINE),
        Node("b_h", "$b_h$", _SUM, _BIAS, "text"),
        Node("a", "$+$", _SUM, _LINE, "round"),
        Node("W_xh", "$W_{xh}$", _SUM, _W_XH),
        Node("x", "$x_t$", _SUM, _X, "text"),
        Node("h", f"${_SIGNS[activation]}$", _PHI, _LINE, "round", height=3, width=9),
        Node("h'", "$h_t$", 56, _LINE, "text", accent=STATE),
    )


def _edges() -> tuple[Edge, ...]:
    return (
        Edge("h_", "W_hh", accent=STATE),
        Edge("W_hh", "a"),
        Edge("x", "W_xh"),
        Edge("W_xh", "a"),
        Edge("b_h", "a"),
        Edge("a", "h", label="$a_t$"),
        Edge("h", "h'", accent=STATE),
    )


PICTURE = Picture(
    "the cell of a vanilla RNN: two products, a sum and an activation",
    draw,
    (Option("activation", "tanh", "what is applied to the sum", choices=("tanh", "relu", "sigmoid")),),
)
