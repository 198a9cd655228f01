"""A bidirectional RNN: one direction reads from the first input, the other from the last, and each output sees both."""

from __future__ import annotations

from studyrnn.figures.parts import Diagram, Edge, Figure, Node
from studyrnn.plots.base import Option, Picture

FORWARD, BACKWARD = 1, 2  # accents
_PITCH, _FIRST = 13, 15
_Y, _JOIN, _R, _F, _X = 0, 5, 9, 13, 18  # lines


def draw(steps: int) -> Figure:
    times = range(1, steps + 1)
    nodes = [node for t in times for node in _column(t)]
    edges = [edge for t in times for edge in _upward(t)]
    end = _FIRST + (steps - 1) * _PITCH + 3
    nodes += [Node("h_0__f", r"$h_0^{\rightarrow}$", 2, _F, "text", accent=FORWARD)]
    nodes += [Node(f"h_{steps + 1}__r", rf"$h_{steps + 1}^{{\leftarrow}}$", end + 10, _R, "text", accent=BACKWARD)]
    for t in times:
        edges.append(Edge(f"h_{t - 1}__f", f"h_{t}__f", accent=FORWARD))
        edges.append(Edge(f"h_{t + 1}__r", f"h_{t}__r", accent=BACKWARD))
    part = Diagram(tuple(nodes), tuple(edges), end + 13, _X + 1, words=_words(steps))
    return Figure("bidirectional", "A bidirectional network, unrolled", _seen(steps), (part,))


def _seen(steps: int) -> str:
    return (
        rf"Follow the arrows into $u_1$: $h_1^{{\rightarrow}}$ has read $x_1$ alone, but $h_1^{{\leftarrow}}$ has read "
        f"all inputs from $x_{steps}$ down to $x_1$. So each $u_t$, the two states of a step stacked, knows the whole "
        f"sequence, and $y_1$ has to wait for $x_{steps}$. The directions have weights of their own, and neither reads "
        "the other."
    )


def _words(steps: int) -> tuple[str, ...]:
    forward, backward = r"h_{%s}^{\rightarrow}", r"h_{%s}^{\leftarrow}"
    told = [
        f"Step {t}: $x_{t}$ and ${forward % (t - 1)}$ lead to ${forward % t}$; $x_{t}$ and ${backward % (t + 1)}$ "
        f"lead to ${backward % t}$; both together are $u_{t}$, which leads through $W_{{hy}}$ to $y_{t}$."
        for t in range(1, steps + 1)
    ]
    initial = f"${forward % 0}$ and ${backward % (steps + 1)}$ are the initial states of the two directions."
    return (
        "One direction reads from the first input to the last, the other from the last to the first.",
        *told,
        initial,
    )


def _column(t: int) -> list[Node]:
    x = _FIRST + (t - 1) * _PITCH
    return [
        Node(f"x_{t}", f"$x_{t}$", x, _X, "text"),
        Node(f"h_{t}__f", rf"$h_{t}^{{\rightarrow}}$", x - 3, _F, accent=FORWARD, width=9),
        Node(f"h_{t}__r", rf"$h_{t}^{{\leftarrow}}$", x + 3, _R, accent=BACKWARD, width=9),
        Node(f"u_{t}", f"$u_{t}$", x, _JOIN, "round", width=9),
        Node(f"y_{t}", f"$y_{t}$", x, _Y, "text"),
    ]


def _upward(t: int) -> list[Edge]:
    x = _FIRST + (t - 1) * _PITCH
    return [
        Edge(f"x_{t}", f"h_{t}__f", ((x, _X - 2), (x - 3, _X - 2))),
        Edge(f"x_{t}", f"h_{t}__r", ((x, _X - 2), (x + 3, _X - 2))),
        Edge(f"h_{t}__f", f"u_{t}"),
        Edge(f"h_{t}__r", f"u_{t}"),
        Edge(f"u_{t}", f"y_{t}", label="$W_{hy}$"),
    ]


PICTURE = Picture(
    "a bidirectional RNN: both directions, and what each output sees",
    draw,
    (Option("steps", 3, "how many steps are unrolled", 2, 3),),
)
