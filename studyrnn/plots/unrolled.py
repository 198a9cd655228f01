"""A recurrent network folded, as one cell that feeds itself, and unrolled over its steps."""

from __future__ import annotations

from studyrnn.figures.parts import Diagram, Edge, Figure, Node
from studyrnn.figures.strips import NAMED, STATE, Drawn, Rows, Step, joined, rows, strip
from studyrnn.plots.base import Option, Picture

_BESIDE = 16  # columns for the folded network, where the unrolled one stands beside it
_MOST_BESIDE = 3  # steps for which both have room in one line


def draw(steps: int, loss: str) -> Figure:
    with_loss = loss == "yes"
    if steps <= _MOST_BESIDE:
        parts: tuple[Diagram, ...] = (_side_by_side(steps, with_loss),)
    else:
        parts = (_alone(with_loss), _over_time(steps, with_loss))
    return Figure("unrolled", "A recurrent network, folded and unrolled", _seen(steps, with_loss), parts)


# -- what is drawn ---------------------------------------------------------------------------------------------------


def _side_by_side(steps: int, loss: bool) -> Diagram:
    labels = _labels(steps, loss)
    at = rows(labels, top=2, frame=4, total=loss)
    folded, unrolled = _folded(_step("t", loss), at), _unrolled(labels, at, loss, _BESIDE)
    names = (("folded", 3), (f"unrolled over {steps} steps", _BESIDE + 10))
    headings = [Node(text, text, x, 0, "text") for text, x in names]
    return joined([folded, unrolled, Drawn(tuple(headings), (), 0, 1)], words=_words(steps, loss))


def _alone(loss: bool) -> Diagram:
    step = _step("t", loss)
    return joined([_folded(step, rows([step], frame=5))], "Folded", _words_folded(loss))


def _over_time(steps: int, loss: bool) -> Diagram:
    labels = _labels(steps, loss)
    at = rows(labels, total=loss)
    return joined([_unrolled(labels, at, loss)], f"Unrolled over {steps} steps", _words_unrolled(steps, loss))


def _labels(steps: int, loss: bool) -> list[Step]:
    return [_step(str(t), loss) for t in range(1, steps + 1)]


def _step(t: str, loss: bool) -> Step:
    return Step(f"$x_{t}$", f"$h_{t}$", f"$y_{t}$", f"$L_{t}$" if loss else "")


def _unrolled(labels: list[Step], at: Rows, loss: bool, left: int = 0) -> Drawn:
    total = " + ".join(f"L_{t}" for t in range(1, len(labels) + 1))
    return strip(labels, at, "$h_0$", NAMED, left, total=f"$L = {total}$" if loss else "")


def _folded(step: Step, at: Rows) -> Drawn:
    """One column whose state leads back to itself."""
    x = 3
    nodes = [Node("h", step.h, x, at.h, width=7, height=5, accent=STATE)]
    nodes += [Node("x", step.x, x, at.x, "text"), Node("y", step.y, x, at.y, "text")]
    edges = [Edge("x", "h", label=NAMED.xh), Edge("h", "y", label=NAMED.hy)]
    edges += [Edge("h", "h", ((x + 6, at.h - 1), (x + 6, at.h + 1)), NAMED.hh, STATE)]
    if step.L:
        nodes.append(Node("L_t", step.L, x, at.L, "text"))
        edges.append(Edge("y", "L_t"))
    return Drawn(tuple(nodes), tuple(edges), x + 12, at.end)


# -- what is said ----------------------------------------------------------------------------------------------------


def _seen(steps: int, loss: bool) -> str:
    text = (
        "Folded, the state feeds itself through $W_{hh}$, one step later; unrolled, that loop has become a chain of "
        f"{steps} copies, each with the same $W_{{xh}}$, $W_{{hh}}$ and $W_{{hy}}$: a feed-forward network as deep as "
        "the sequence is long."
    )
    if not loss:
        return text
    return (
        f"{text} Backpropagation through time takes every arrow the other way, so the gradient of $L$ by $W_{{hh}}$ is "
        "a sum over all the places where $W_{hh}$ stands."
    )


def _words(steps: int, loss: bool) -> list[str]:
    return [*_words_folded(loss), *_words_unrolled(steps, loss)]


def _words_folded(loss: bool) -> list[str]:
    end = " and from there to the loss $L_t$" if loss else ""
    return [
        f"Folded: $x_t$ leads through $W_{{xh}}$ to the state $h_t$, $h_t$ through $W_{{hy}}$ to the output $y_t${end}"
        ", and $h_t$ leads through $W_{hh}$ back to itself, one step later."
    ]


def _words_unrolled(steps: int, loss: bool) -> list[str]:
    columns = [
        f"Step {t}: $x_{t}$ through $W_{{xh}}$ and $h_{t - 1}$ through $W_{{hh}}$ lead to $h_{t}$; $h_{t}$ through "
        f"$W_{{hy}}$ to $y_{t}${f', and $y_{t}$ to $L_{t}$' if loss else ''}."
        for t in range(1, steps + 1)
    ]
    total = [f"The loss $L$ is the sum of $L_1$ to $L_{steps}$."] if loss else []
    return [f"Unrolled over {steps} steps, with the same weights at every step.", *columns, *total]


PICTURE = Picture(
    "an RNN folded and unrolled over its steps, with the weights that all steps share",
    draw,
    (
        Option("steps", 3, "how many steps are unrolled", 2, 4),
        Option("loss", "yes", "whether the losses stand on top", choices=("yes", "no")),
    ),
)
