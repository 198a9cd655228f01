"""What a figure is made of: numbers and words, without a size, a colour or a glyph.

Five parts are enough for every picture: bars, lines, heatmap, matrix, diagram. Each is drawn in the terminal and as
SVG, and told as JSON; a new picture needs none of that, only parts. Texts are Markdown with `$...$` maths; NaN is a
number that is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple


class Axis(NamedTuple):
    label: str = ""
    log: bool = False  # base 10; what is not positive is not drawn
    low: float | None = None  # None: as far as the numbers reach
    high: float | None = None


_AS_IT_COMES = Axis()


class Series(NamedTuple):
    name: str
    values: tuple[float, ...]  # one for each x


class Mark(NamedTuple):
    """A straight line to compare with: a threshold, the end of a window."""

    label: str
    at: float
    across: bool = True  # False: upright, at this x


@dataclass(frozen=True)
class Lines:
    """One curve for each series, over a common x."""

    x: tuple[float, ...]
    series: tuple[Series, ...]
    x_axis: Axis = _AS_IT_COMES
    y_axis: Axis = _AS_IT_COMES
    marks: tuple[Mark, ...] = ()
    title: str = ""
    told_at: tuple[float, ...] = ()  # the x whose numbers stand below; (): five of them, evenly spread


class Bar(NamedTuple):
    label: str
    value: float
    note: str = ""  # beside the number


@dataclass(frozen=True)
class Bars:
    """One bar for each label, with its number."""

    bars: tuple[Bar, ...]
    axis: Axis = _AS_IT_COMES
    title: str = ""
    decimals: int | None = None  # of the numbers; None: three significant digits
    percent: bool = False  # shares, told as 93 %


@dataclass(frozen=True)
class Heatmap:
    """Many cells, shaded from low to high; told are the scale, and the numbers where there are few."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]  # labels; "" for a column that needs none
    values: tuple[tuple[float, ...], ...]  # a row of the heatmap each
    low: float | None = None
    high: float | None = None
    x_label: str = ""
    y_label: str = ""
    title: str = ""
    scale: str = ""  # what is shaded: "reviews"
    decimals: int | None = None


@dataclass(frozen=True)
class Matrix:
    """A few numbers in their places, each shaded by its size."""

    symbol: str  # LaTeX, shown before it: J_3
    values: tuple[tuple[float, ...], ...]
    rows: tuple[str, ...] = ()  # labels, where they have some
    columns: tuple[str, ...] = ()
    title: str = ""
    decimals: int = 2
    largest: float | None = None  # what is shaded most, in absolute size; None: the largest that is there


class Node(NamedTuple):
    """A place in a diagram: its middle at column x and line y of a grid of characters, from the top left.

    box     a rectangle, `width` columns and `height` lines with its frame
    round   the same, with rounded corners: an operation such as a sum or a product
    text    its label alone
    """

    name: str
    label: str  # Markdown; several lines with \n
    x: int
    y: int
    shape: Literal["box", "round", "text"] = "box"
    width: int = 0  # 0: as its label needs
    height: int = 0
    accent: int = 0  # 0: like the others; 1, 2, ...: a colour of its own, for what belongs together


class Edge(NamedTuple):
    """An arrow from node to node, straight or with corners. Ends are names of nodes or places of the grid."""

    start: str | tuple[int, int]
    end: str | tuple[int, int]
    via: tuple[tuple[int, int], ...] = ()  # corners, in order: each leg is level or upright
    label: str = ""  # beside its middle
    accent: int = 0
    dashed: bool = False
    arrow: bool = True  # False: a line without a head


@dataclass(frozen=True)
class Diagram:
    """Boxes and arrows on a grid of characters, so that one drawing serves the terminal and SVG."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: int  # columns, at most 58: a terminal of 60 has room for it
    height: int
    title: str = ""
    words: tuple[str, ...] = ()  # the same as sentences, for who cannot see it


Part = Lines | Bars | Heatmap | Matrix | Diagram


class Fact(NamedTuple):
    """A number that stands beside the shapes."""

    label: str
    value: float | int | str


@dataclass(frozen=True)
class Figure:
    """Parts one below the other, and what there is to see in them."""

    name: str
    title: str
    see: str  # Markdown: what to look at, and what it means
    parts: tuple[Part, ...]
    facts: tuple[Fact, ...] = ()
