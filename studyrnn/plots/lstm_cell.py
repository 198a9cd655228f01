"""One step of an LSTM: the cell state that runs along the top, and the gates that let it through, in and out."""

from __future__ import annotations

from studyrnn.engine.cells import lstm
from studyrnn.figures.parts import Diagram, Edge, Figure, Node
from studyrnn.plots._equations import told
from studyrnn.plots.base import Option, Picture

CELL, STATE, GATE, CANDIDATE = 1, 2, 3, 4  # accents
_F, _I, _G, _O, _OUT = 14, 23, 35, 43, 50  # columns
_TOP, _PEEP, _WRITE, _GATES, _H, _X = 0, 4, 5, 8, 13, 15  # lines

_SEE = (
    r"The cell state runs along the top. From $c_{t-1}$ to $c_t$ it is touched twice only: by a product with the "
    r"forget gate $f_t$ and by a sum with $i_t \odot g_t$, what is written. On this line a gradient is multiplied by "
    "$f_t$, entry by entry, and by no weight matrix, so where $f_t$ stays near 1 it survives many steps."
)
_SEE_PEEPHOLES = (
    " Dashed are the peepholes: $i_t$ and $f_t$ also see the old cell state, $o_t$ the new one; gradients take these "
    "ways, too, beside the line on top."
)
_WORDS = (
    "The cell takes $x_t$, the hidden state $h_{t-1}$ and the cell state $c_{t-1}$, and hands on $c_t$ and $h_t$. "
    "Three gates lie between 0 and 1 (input $i_t$, forget $f_t$, output $o_t$); $g_t$ is the candidate. Each of these "
    "four has weights of its own.",
)


def draw(peephole: str) -> Figure:
    seen = peephole == "yes"
    edges = (*_gates_read(), *_paths(), *(_peepholes() if seen else ()))
    part = Diagram(_nodes(), edges, 58, _X + 1, words=(*_WORDS, *told(lstm(peephole=seen).program)))
    return Figure("lstm-cell", "The cell of an LSTM, one step", _SEE + (_SEE_PEEPHOLES if seen else ""), (part,))


def _nodes() -> tuple[Node, ...]:
    """An operation has the name of what comes out of it, where that has one: the sum is c, the last product h."""
    gates = {"f": (_F, r"\sigma"), "i": (_I, r"\sigma"), "g": (_G, r"\tanh"), "o": (_O, r"\sigma")}
    boxes = [
        Node(name, f"${name}_t$\n${way}$", x, _GATES, width=7, accent=CANDIDATE if name == "g" else GATE)
        for name, (x, way) in gates.items()
    ]
    ends = [("c_", "$c_{t-1}$", 3, _TOP, CELL), ("h_", "$h_{t-1}$", 3, _H, STATE), ("x", "$x_t$", 3, _X, 0)]
    ends += [("c'", "$c_t$", 56, _TOP, CELL), ("h'", "$h_t$", 56, _WRITE, STATE)]
    operations = [("f*c_", r"$\odot$", _F, _TOP), ("c", "$+$", (_I + _G) // 2, _TOP)]
    operations += [("i*g", r"$\odot$", (_I + _G) // 2, _WRITE), ("tanh", r"$\tanh$", _OUT, _TOP + 2)]
    operations += [("h", r"$\odot$", _OUT, _WRITE)]
    return (
        *boxes,
        *(Node(name, label, x, y, "text", accent=accent) for name, label, x, y, accent in ends),
        *(Node(name, label, x, y, "round") for name, label, x, y in operations),
    )


def _gates_read() -> list[Edge]:
    """Every gate, and the candidate, reads the input and the hidden state."""
    columns = {"f": _F, "i": _I, "g": _G, "o": _O}
    edges = [Edge("x", gate, ((x + 1, _X),)) for gate, x in columns.items()]
    return edges + [Edge("h_", gate, ((x - 1, _H),), accent=STATE) for gate, x in columns.items()]


def _paths() -> list[Edge]:
    return [
        Edge("c_", "f*c_", accent=CELL),
        Edge("f", "f*c_"),
        Edge("f*c_", "c", accent=CELL),
        Edge("i", "i*g", ((_I, _WRITE),)),
        Edge("g", "i*g", ((_G, _WRITE),)),
        Edge("i*g", "c"),
        Edge("c", "c'", accent=CELL),
        Edge("c", "tanh", ((_OUT, _TOP),), accent=CELL),
        Edge("tanh", "h"),
        Edge("o", "h", ((_O, _WRITE),)),
        Edge("h", "h'", accent=STATE),
    ]


def _peepholes() -> list[Edge]:
    """i and f also see the old cell state, o the new one."""
    down = ((_F - 4, _TOP), (_F - 4, _PEEP))
    old = [Edge("c_", gate, (*down, (x - 2, _PEEP)), accent=CELL, dashed=True) for gate, x in (("f", _F), ("i", _I))]
    return [*old, Edge("c", "o", ((_O - 2, _TOP),), accent=CELL, dashed=True)]


PICTURE = Picture(
    "an LSTM cell: the gates, and the cell state that runs along the top",
    draw,
    (Option("peephole", "no", "whether the gates also see the cell state", choices=("no", "yes")),),
)
