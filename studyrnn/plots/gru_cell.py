"""One step of a GRU: what is kept of the old state, what is written, and where the reset gate stands."""

from __future__ import annotations

from studyrnn.engine.cells import gru
from studyrnn.figures.parts import Diagram, Edge, Figure, Node
from studyrnn.plots._equations import told
from studyrnn.plots.base import Option, Picture

STATE, GATE, CANDIDATE = 2, 3, 4  # accents
_DOWN, _Z, _R, _BEFORE, _W, _AFTER, _N = 8, 14, 23, 30, 39, 35, 50  # columns
_TOP, _ONE_MINUS, _MIX, _GATES, _PRODUCT, _H, _X = 0, 2, 4, 8, 11, 14, 16  # lines


def draw(reset: str, z_keeps: str) -> Figure:
    before, old = reset == "before", z_keeps == "old"
    nodes = (*_nodes(_BEFORE if before else _AFTER), _weight(before), _one_minus(old))
    edges = (*_gates_read(), *_reset(before), *_mix(old))
    words = (*_words(old), *told(gru(reset, z_keeps).program))
    part = Diagram(nodes, edges, 58, _X + 1, words=words)
    return Figure("gru-cell", "The cell of a GRU, one step", _seen(before, old), (part,))


def _seen(before: bool, old: bool) -> str:
    keeps, writes = ("z_t", "1 - z_t") if old else ("1 - z_t", "z_t")
    place = "before its product with $W_{hn}$" if before else "after its product with $W_{hn}$"
    return (
        f"The hidden state runs along the top. The old state is multiplied by ${keeps}$ and the candidate $n_t$ by "
        f"${writes}$: one gate weighs both, entry by entry, and where ${keeps}$ is near 1 the state and its gradient "
        "pass almost unchanged. The reset gate $r_t$ stands beside this line: it weighs what the candidate sees of "
        f"$h_{{t-1}}$, here {place}."
    )


def _words(old: bool) -> tuple[str, ...]:
    return (
        "The cell takes $x_t$ and the hidden state $h_{t-1}$, and hands on $h_t$. Two gates lie between 0 and 1: "
        f"update $z_t$, which multiplies the {'old state' if old else 'candidate'}, and reset $r_t$; $n_t$ is the "
        "candidate.",
    )


def _nodes(reset: int) -> list[Node]:
    gates = {"z": (_Z, r"\sigma"), "r": (_R, r"\sigma"), "n": (_N, r"\tanh")}
    boxes = [
        Node(name, f"${name}_t$\n${way}$", x, _GATES, width=7, accent=CANDIDATE if name == "n" else GATE)
        for name, (x, way) in gates.items()
    ]
    ends = [("h_", "$h_{t-1}$", 3, _TOP, STATE), ("x", "$x_t$", 3, _X, 0), ("h'", "$h_t$", 56, _TOP, STATE)]
    operations = [("old", r"$\odot$", _Z, _TOP), ("h", "$+$", _N, _TOP), ("new", r"$\odot$", _N, _MIX)]
    operations += [("reset", r"$\odot$", reset, _GATES)]
    return [
        *boxes,
        *(Node(name, label, x, y, "text", accent=accent) for name, label, x, y, accent in ends),
        *(Node(name, label, x, y, "round") for name, label, x, y in operations),
    ]


def _weight(before: bool) -> Node:
    return Node("W_hn", "$W_{hn}$", *((_W, _GATES) if before else (_AFTER, _PRODUCT)))


def _one_minus(old: bool) -> Node:
    return Node("1-z", "$1 - z_t$", *(((_Z + _N) // 2, _MIX) if old else (_Z, _ONE_MINUS)), "round")


def _gates_read() -> list[Edge]:
    """Both gates read the input and the old state; the candidate reads the input."""
    edges = [Edge("x", name, ((x, _X),)) for name, x in (("z", _Z + 1), ("r", _R + 1), ("n", _N))]
    down = ((_DOWN, _TOP), (_DOWN, _H))
    return edges + [Edge("h_", name, (*down, (x - 1, _H)), accent=STATE) for name, x in (("z", _Z), ("r", _R))]


def _reset(before: bool) -> list[Edge]:
    """The reset gate on what the candidate reads of the old state: before its product with W_hn, or after it."""
    read = ((_DOWN, _TOP), (_DOWN, _H), (_BEFORE if before else _AFTER, _H))
    if before:
        return [
            Edge("h_", "reset", read, accent=STATE), Edge("r", "reset"), Edge("reset", "W_hn"), Edge("W_hn", "n"),
        ]  # fmt: skip
    return [Edge("h_", "W_hn", read, accent=STATE), Edge("W_hn", "reset"), Edge("r", "reset"), Edge("reset", "n")]


def _mix(old: bool) -> list[Edge]:
    """z weighs one of the two, 1 - z the other."""
    level = ((_Z, _MIX),)
    straight, turned = ("old", "1-z") if old else ("1-z", "new")
    return [
        Edge("h_", "old", accent=STATE),
        Edge("old", "h", accent=STATE),
        Edge("z", straight),
        Edge("z", turned, level),
        Edge("1-z", "new" if old else "old"),
        Edge("n", "new"),
        Edge("new", "h"),
        Edge("h", "h'", accent=STATE),
    ]


PICTURE = Picture(
    "a GRU cell: what z keeps and writes, and what r lets the candidate see",
    draw,
    (
        Option(
            "reset", "before", "where r stands: before the product with W_hn, or after it", choices=("before", "after")
        ),
        Option("z-keeps", "old", "which state z multiplies", choices=("old", "new")),
    ),
)
