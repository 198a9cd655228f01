"""Encoder and decoder: one sequence is read into a vector, from which another is written."""

from __future__ import annotations

from studyrnn.figures.parts import Diagram, Edge, Figure, Node
from studyrnn.plots.base import Option, Picture

ENCODER, DECODER = 1, 2  # accents
_INITIAL, _FIRST, _PITCH = 6, 18, 15  # columns
_Y, _DEC, _DEC_X, _TARGET = 0, 4, 8, 11  # lines


def draw(source: int, target: int, feed: str) -> Figure:
    forced = feed == "target"
    context = (_TARGET if forced else _DEC_X) + 3
    nodes = [*_encoder(source, context + 3), *_decoder(target), *(_targets(target) if forced else _choices(target))]
    edges = [*_read(source), _handed_over(source, context), *_written(target)]
    edges += [edge for t in range(1, target) for edge in (_given(t) if forced else _fed_back(t))]
    words = _words(source, target, forced)
    part = Diagram(tuple(nodes), tuple(edges), 58, context + 8, words=words)
    return Figure("encoder-decoder", "An encoder and a decoder, unrolled", _seen(source, forced), (part,))


def _seen(source: int, forced: bool) -> str:
    read = (
        "This is teacher forcing, used in training: after the first, each input of the decoder is the target of the "
        "step before, whatever the decoder would have said."
        if forced
        else "Dashed: from $y_t$ the likeliest word is chosen and is the next input, so one wrong choice reaches all "
        "later steps; no gradient flows through a choice."
    )
    return (
        "One line leads from the encoder to the decoder: whatever the source says has to pass through the context, the "
        f"encoder's last state $h_{source}$, which is the decoder's initial state $s_0$ and as large for five words as "
        "for fifty. "
        f"{read} The two networks have weights of their own."
    )


def _words(source: int, target: int, forced: bool) -> tuple[str, ...]:
    encoder = [f"Encoder, step {t}: $h_{t - 1}$ and $x_{t}$ lead to $h_{t}$." for t in range(1, source + 1)]
    decoder = [
        f"Decoder, step {t}: $s_{t - 1}$ and {_read_at(t, 'the start symbol')} lead to $s_{t}$, and that to $y_{t}$."
        for t in range(1, target + 1)
    ]
    kind = r"the target of step {}" if forced else "the word chosen by $y_{}$"
    fed = [f"{_read_at(t + 1)} is {kind.format(t)}." for t in range(1, target)]
    joint = f"The encoder's last state $h_{source}$ is the context: the decoder's initial state $s_0$."
    return (*encoder, joint, *decoder, *fed)


def _read_at(t: int, first: str = "start") -> str:
    """The input of the decoder: the word before."""
    return rf"$\text{{word}}_{t - 1}$" if t > 1 else first


def _at(t: int) -> int:
    return _FIRST + (t - 1) * _PITCH


def _encoder(steps: int, line: int) -> list[Node]:
    nodes = [Node("h_0__enc", "$h_0$", _INITIAL, line, "text", accent=ENCODER)]
    nodes.append(Node("encoder", "encoder", 4, line + 4, "text", accent=ENCODER))
    for t in range(1, steps + 1):
        nodes.append(Node(f"h_{t}__enc", f"$h_{t}$", _at(t), line, width=7, accent=ENCODER))
        nodes.append(Node(f"x_{t}__enc", f"$x_{t}$", _at(t), line + 4, "text"))
    return nodes


def _decoder(steps: int) -> list[Node]:
    nodes = [Node("h_0__dec", "$s_0$", _INITIAL, _DEC, "text", accent=DECODER)]
    nodes.append(Node("decoder", "decoder", 4, _Y, "text", accent=DECODER))
    for t in range(1, steps + 1):
        nodes.append(Node(f"y_{t}__dec", f"$y_{t}$", _at(t), _Y, "text"))
        nodes.append(Node(f"h_{t}__dec", f"$s_{t}$", _at(t), _DEC, width=7, accent=DECODER))
        nodes.append(Node(f"x_{t}__dec", _read_at(t), _at(t), _DEC_X, "text"))
    return nodes


def _choices(steps: int) -> list[Node]:
    return [Node(f"choice_{t}", "choice", _at(t) + 8, _Y, "round") for t in range(1, steps)]


def _targets(steps: int) -> list[Node]:
    return [Node(f"target_{t}__dec", rf"$\text{{target}}_{t}$", _at(t + 1), _TARGET, "text") for t in range(1, steps)]


def _read(steps: int) -> list[Edge]:
    times = range(1, steps + 1)
    edges = [Edge(f"h_{t - 1}__enc", f"h_{t}__enc", accent=ENCODER) for t in times]
    return edges + [Edge(f"x_{t}__enc", f"h_{t}__enc") for t in times]


def _written(steps: int) -> list[Edge]:
    times = range(1, steps + 1)
    edges = [Edge(f"h_{t - 1}__dec", f"h_{t}__dec", accent=DECODER) for t in times]
    edges += [Edge(f"x_{t}__dec", f"h_{t}__dec") for t in times]
    return edges + [Edge(f"h_{t}__dec", f"y_{t}__dec") for t in times]


def _handed_over(steps: int, line: int) -> Edge:
    right = _at(steps) + 7
    via = ((right, line + 3), (right, line), (_INITIAL, line))
    return Edge(f"h_{steps}__enc", "h_0__dec", via, label="context", accent=ENCODER)


def _fed_back(t: int) -> list[Edge]:
    chosen, middle = f"choice_{t}", _at(t) + 8
    return [
        Edge(f"y_{t}__dec", chosen, dashed=True),
        Edge(chosen, f"x_{t + 1}__dec", ((middle, _DEC_X),), dashed=True),
    ]


def _given(t: int) -> list[Edge]:
    return [Edge(f"target_{t}__dec", f"x_{t + 1}__dec")]


PICTURE = Picture(
    "an encoder-decoder: the one vector between them, and what the decoder reads",
    draw,
    (
        Option("source", 3, "how many steps the encoder reads", 2, 3),
        Option("target", 3, "how many steps the decoder writes", 2, 3),
        Option(
            "feed", "choice", "what the decoder reads: its own choices, or the targets", choices=("choice", "target")
        ),
    ),
)
