"""Diagrams say what the engine computes: their lines are read back from the characters, and held against equations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from drawn_lines import ALL, NAMES, connections, parts

from studyrnn import plots
from studyrnn.engine.cells import gru, lstm, rnn
from studyrnn.engine.decoding import EncoderDecoder
from studyrnn.engine.equations import Apply, Expression, Name, Number, Program, names_in
from studyrnn.engine.network import Layer, Network
from studyrnn.engine.symbols import symbol
from studyrnn.figures.parts import Diagram, Edge, Node

Pairs = set[tuple[str, str]]
every_picture = pytest.mark.parametrize(("name", "way"), ALL, ids=NAMES)

CELLS = {
    **{f"rnn-cell-{a}": ("rnn-cell", {"activation": a}, rnn(a)) for a in ("tanh", "relu", "sigmoid")},
    **{f"lstm-cell-{p}": ("lstm-cell", {"peephole": p}, lstm(peephole=p == "yes")) for p in ("yes", "no")},
    **{
        f"gru-cell-{r}-{z}": ("gru-cell", {"reset": r, "z-keeps": z}, gru(r, z))
        for r in ("before", "after")
        for z in ("old", "new")
    },
}
every_cell = pytest.mark.parametrize(("name", "way", "cell"), CELLS.values(), ids=CELLS)


def cell_diagram(name: str, way: Mapping[str, str]) -> Diagram:
    (part,) = parts(name, dict(way))
    return part


@every_picture
@pytest.mark.parametrize("plain", [False, True])
def test_the_characters_show_the_edges_and_no_others(name: str, way: dict[str, str], plain: bool) -> None:
    """Following lines through corners, junctions and crossings leads from every start to its end, and nowhere else."""
    for part in parts(name, way):
        assert connections(part, plain) == {(edge.start, edge.end) for edge in part.edges}


# -- cells -----------------------------------------------------------------------------------------------------------


def uses(name: str, pairs: Pairs, quantities: Iterable[str]) -> set[str]:
    """The quantities that lead to this one, through operations and weights; weights that are drawn are named, too."""
    found: set[str] = set()
    for start, end in pairs:
        if end == name:
            found |= {start} if start in quantities else set()
            if start not in quantities or start.startswith("W_"):
                found |= uses(start, pairs, quantities)
    return found


@every_cell
def test_a_cell_connects_what_its_equations_use(name: str, way: dict[str, str], cell: Any) -> None:
    """For each quantity of the program: the names in its equation are what arrows lead to it from."""
    part = cell_diagram(name, way)
    drawn = {node.name for node in part.nodes}
    known = {*cell.program.inputs, *cell.program.equations}
    for quantity, rhs in cell.program.equations.items():
        missing = names_in(rhs) - drawn
        assert missing <= set(cell.parameters)
        assert uses(quantity, connections(part), known) == names_in(rhs) - missing


Tree = Any  # a name, or an operation with its arguments; those of a sum or a product in alphabetical order


def both(op: str, arguments: list[Tree]) -> Tree:
    """A sum or product of what is drawn: of one thing it is that thing."""
    kept = [argument for argument in arguments if argument is not None]
    flat = [each for a in kept for each in (a[1:] if isinstance(a, tuple) and a[0] == op else [a])]
    return flat[0] if len(flat) == 1 else (op, *sorted(flat, key=str))


def of_engine(rhs: Expression, drawn: set[str]) -> Tree:
    """An equation without the weights that the diagram leaves out."""
    match rhs:
        case Name(id=name):
            return name if name in drawn else None
        case Apply(op="matvec", args=(Name(id=W), argument)):
            inner = of_engine(argument, drawn)
            return (W, inner) if W in drawn else inner
        case Apply(op="add" | "mul" as op, args=args):
            return both(op, [of_engine(arg, drawn) for arg in args])
        case Apply(op="sub", args=(Number(value=1), argument)):
            return ("1-", of_engine(argument, drawn))
        case Apply(op="tanh" | "sigmoid" | "relu" as op, args=(argument,)):
            return (op, of_engine(argument, drawn))
    raise AssertionError(rhs)


FUNCTIONS = {r"$\tanh$": "tanh", r"$\sigma$": "sigmoid", r"$\operatorname{ReLU}$": "relu"}


def of_diagram(node: Node, part: Diagram, known: Iterable[str], root: bool = True) -> Tree:
    """What comes out of a node, worked out from the labels and the lines that lead into it."""
    if not root and node.name in known and not node.name.startswith("W_"):
        return node.name
    nodes = {each.name: each for each in part.nodes}
    before = [nodes[start] for start, end in sorted(connections(part)) if end == node.name]
    inside = [of_diagram(each, part, known, root=False) for each in before]
    last = node.label.split("\n")[-1]
    if last in FUNCTIONS:
        return (FUNCTIONS[last], both("add", inside))
    if node.label in {"$+$", r"$\odot$"}:
        return both("add" if node.label == "$+$" else "mul", inside)
    (only,) = inside
    if node.label == "$1 - z_t$":
        assert only == "z"
        return ("1-", only)
    assert node.label == f"${symbol(node.name)}$"
    return (node.name, only)


@every_cell
def test_a_cell_computes_what_its_equations_say(name: str, way: dict[str, str], cell: Any) -> None:
    """Read as operations, the diagram is the equation of each quantity, apart from weights that are not drawn."""
    part = cell_diagram(name, way)
    drawn = {node.name for node in part.nodes}
    known = {*cell.program.inputs, *cell.program.equations}
    nodes = {node.name: node for node in part.nodes}
    for quantity, rhs in cell.program.equations.items():
        assert of_diagram(nodes[quantity], part, known) == of_engine(rhs, drawn)


@every_cell
def test_what_a_cell_hands_on_is_named(name: str, way: dict[str, str], cell: Any) -> None:
    """Every text is the symbol of the quantity that it is, or that leads to it: inputs, and the states at the end."""
    part = cell_diagram(name, way)
    before = {end: start for start, end in connections(part)}
    texts = [node for node in part.nodes if node.shape == "text"]
    for node in texts:
        assert node.label == f"${symbol(before.get(node.name, node.name))}$"
    assert {before[node.name] for node in texts if node.name in before} == set(cell.states)
    assert {node.name for node in texts if node.name not in before} <= set(cell.program.inputs)


# -- networks over time ----------------------------------------------------------------------------------------------


def contracted(program: Program, drawn: set[str]) -> Pairs:
    """Which drawn quantity is computed from which, through those that are not drawn."""

    def sources(name: str) -> set[str]:
        names = names_in(program.equations[name])
        inner = [sources(n) for n in names if n not in drawn and n in program.equations]
        return (names & drawn).union(*inner)

    assert drawn <= {*program.equations, *program.inputs}
    return {(source, name) for name in drawn & set(program.equations) for source in sources(name)}


def without_operations(pairs: Pairs, operations: set[str]) -> Pairs:
    """Arrows into an operation go on to where it leads."""
    for name in operations:
        starts = {start for start, end in pairs if end == name}
        ends = {end for start, end in pairs if start == name}
        pairs = {pair for pair in pairs if name not in pair} | {(start, end) for start in starts for end in ends}
    return pairs


def agrees(part: Diagram, program: Program, others: Iterable[str] = ()) -> None:
    """`others`: names in the diagram that belong to no quantity."""
    names = {node.name for node in part.nodes} - set(others)
    operations = {name for name in names if name.startswith("choice")}
    headings = {node.name for node in part.nodes if node.label == node.name}
    pairs = {pair for pair in connections(part) if not set(pair) & set(others)}
    assert without_operations(pairs, operations) == contracted(program, names - operations - headings)


FOLDED = {"x", "h", "y", "L_t"}


@pytest.mark.parametrize("loss", ["yes", "no"])
@pytest.mark.parametrize("steps", [2, 3, 4])
def test_the_unrolled_network_depends_as_its_program_does(steps: int, loss: str) -> None:
    network = Network((Layer(rnn()),), steps, loss="cross-entropy" if loss == "yes" else "")
    agrees(parts("unrolled", {"steps": str(steps), "loss": loss})[-1], network.program, FOLDED)


@pytest.mark.parametrize("steps", [2, 3, 4])
def test_weights_stand_on_the_arrows_that_they_are_used_on(steps: int) -> None:
    """Every product with a matrix in the program is an arrow with its symbol, and no other arrow has a label."""
    program = Network((Layer(rnn()),), steps, loss="cross-entropy").program
    part = parts("unrolled", {"steps": str(steps)})[-1]
    products = {
        (vector, {"a": f"h_{name[2:]}"}.get(name[0], name), f"${symbol(W)}$")
        for name, rhs in program.equations.items()
        for W, vector in matvecs(rhs)
    }
    labelled = {
        (edge.start, edge.end, edge.label) for edge in part.edges if edge.label and not {edge.start, edge.end} & FOLDED
    }
    assert labelled == products
    assert len(products) == 3 * steps


def matvecs(rhs: Expression) -> list[tuple[str, str]]:
    if not isinstance(rhs, Apply):
        return []
    here = [(rhs.args[0].id, rhs.args[1].id)] if rhs.op == "matvec" else []  # type: ignore[union-attr]
    return here + [found for arg in rhs.args for found in matvecs(arg)]


@pytest.mark.parametrize("steps", [3, 4])
def test_the_folded_network_is_one_step_of_it(steps: int) -> None:
    """Each arrow of it is an arrow of step 2, with the same weights; the loop leads from the step before."""
    found = parts("unrolled", {"steps": str(steps)})
    folded = {pair for pair in connections(found[0]) if set(pair) <= FOLDED}
    once = {(start, end) for start, end in connections(found[-1]) if end in {"h_2", "y_2", "L_2"}}
    renamed = {"x_2": "x", "h_2": "h", "y_2": "y", "L_2": "L_t", "h_1": "h"}
    assert folded == {(renamed[start], renamed[end]) for start, end in once}
    labels = {(edge.start, edge.end): edge.label for part in found for edge in part.edges}
    assert all(labels[renamed[start], renamed[end]] == labels[start, end] for start, end in once)


@pytest.mark.parametrize("steps", [2, 3])
def test_the_bidirectional_network_depends_as_its_program_does(steps: int) -> None:
    (part,) = parts("bidirectional", {"steps": str(steps)})
    agrees(part, Network((Layer(rnn(), reverse=rnn()),), steps).program)


@pytest.mark.parametrize("feed", ["choice", "target"])
@pytest.mark.parametrize("source", [2, 3])
@pytest.mark.parametrize("target", [2, 3])
def test_encoder_and_decoder_depend_as_their_program_does(source: int, target: int, feed: str) -> None:
    (part,) = parts("encoder-decoder", {"source": str(source), "target": str(target), "feed": feed})
    encoder = Network((Layer(rnn()),), source, output=False, name="enc")
    fed, forced = ("given", *["choice"] * (target - 1)), feed == "target"
    decoder = Network((Layer(rnn()),), target, name="dec", loss="cross-entropy", feed=fed, forced=forced)
    agrees(part, EncoderDecoder(encoder, decoder).program)


DECODER = {
    **{f"h_{t}__dec": f"$s_{t}$" for t in range(4)},
    **{f"x_{t + 1}__dec": rf"$\text{{word}}_{t}$" if t else "start" for t in range(3)},
}


@every_picture
def test_labels_are_the_symbols_of_what_they_name(name: str, way: dict[str, str]) -> None:
    """A quantity is called as everywhere else, but for those of a decoder that its encoder has as well: h_t is s_t, and
    x_t the word before."""
    for part in parts(name, way):
        for node in part.nodes:
            if node.name[-1].isdigit() or "__" in node.name:
                shown = f"${symbol(node.name.removesuffix('__enc').removesuffix('__dec'))}$"
                assert node.label in {DECODER.get(node.name, shown), "choice"}


@pytest.mark.parametrize("way", [way for name, way in ALL if name == "encoder-decoder"], ids=str)
def test_no_two_quantities_of_encoder_and_decoder_are_called_alike(way: dict[str, str]) -> None:
    """Neither in the diagram nor in the sentences: what is said of step 1 is said of one network."""
    (part,) = parts("encoder-decoder", way)
    labels = [node.label for node in part.nodes if node.label != "choice"]
    assert len(set(labels)) == len(labels)
    assert len(set(part.words)) == len(part.words)
    decoder = [words for words in part.words if words.startswith("Decoder")]
    assert len(decoder) == int(way["target"])
    assert not any("$h_" in words or "$x_" in words for words in decoder)


# -- what the captions claim -----------------------------------------------------------------------------------------


def reached(pairs: Pairs, start: str) -> set[str]:
    found = {start}
    while more := {end for begin, end in pairs if begin in found} - found:
        found |= more
    return found


@pytest.mark.parametrize("peephole", ["yes", "no"])
def test_the_cell_state_is_touched_by_one_product_and_one_sum(peephole: str) -> None:
    """The straight way from c_{t-1} to c_t, followed arrow by arrow on the top line."""
    part = cell_diagram("lstm-cell", {"peephole": peephole})
    nodes = {node.name: node for node in part.nodes}
    top = [edge for edge in part.edges if not edge.via and {nodes[str(e)].y for e in (edge.start, edge.end)} == {0}]
    way = [("c_", "f*c_"), ("f*c_", "c"), ("c", "c'")]
    assert [(edge.start, edge.end) for edge in top] == way
    assert [nodes[name].label for name in ("f*c_", "c")] == [r"$\odot$", "$+$"]
    assert {start for start, end in connections(part) if end == "f*c_"} == {"c_", "f"}


def test_an_rnn_cell_has_one_way_from_state_to_state() -> None:
    """Without W_hh, or without the activation, nothing of the old state arrives."""
    pairs = connections(cell_diagram("rnn-cell", {}))
    assert "h'" in reached(pairs, "h_")
    for node in ("W_hh", "h"):
        assert "h'" not in reached({pair for pair in pairs if node not in pair}, "h_")


def test_each_bidirectional_output_sees_the_whole_sequence() -> None:
    """While the first forward state has read the first input alone, and the directions do not read each other."""
    (part,) = parts("bidirectional", {})
    pairs = connections(part)
    inputs = {t: reached(pairs, f"x_{t}") for t in (1, 2, 3)}
    assert all(f"y_{k}" in inputs[t] for t in (1, 2, 3) for k in (1, 2, 3))
    assert [t for t in inputs if "h_1__f" in inputs[t]] == [1]
    assert [t for t in inputs if "h_1__r" in inputs[t]] == [1, 2, 3]
    assert not any(start.endswith("__f") and end.endswith("__r") for start, end in pairs)


@pytest.mark.parametrize("feed", ["choice", "target"])
def test_the_context_is_the_only_way_to_the_decoder(feed: str) -> None:
    (part,) = parts("encoder-decoder", {"feed": feed})
    pairs = connections(part)
    assert {f"y_{t}__dec" for t in (1, 2, 3)} <= reached(pairs, "x_1__enc")
    assert not any(name.endswith("__dec") for name in reached(pairs - {("h_3__enc", "h_0__dec")}, "x_1__enc"))


@pytest.mark.parametrize(("reset", "place"), [("before", "before its product"), ("after", "after its product")])
@pytest.mark.parametrize(("keeps", "kept"), [("old", "$z_t$"), ("new", "$1 - z_t$")])
def test_the_caption_of_the_gru_follows_its_options(reset: str, place: str, keeps: str, kept: str) -> None:
    see = plots.find("gru-cell").figure({"reset": reset, "z-keeps": keeps}).see
    assert place in see
    assert f"The old state is multiplied by {kept}" in see


def test_the_checks_above_see_a_wrong_diagram() -> None:
    """An arrow more, or one less, in an LSTM is found; they would pass if they looked at nothing."""
    part = cell_diagram("lstm-cell", {})
    cell = lstm()
    less = Diagram(part.nodes, part.edges[1:], part.width, part.height)
    more = Diagram(part.nodes, (*part.edges, Edge("f", "i")), part.width, part.height)
    known = {*cell.program.inputs, *cell.program.equations}
    assert uses("f", connections(less), known) == {"h_"}
    assert uses("i", connections(more), known) == {"h_", "x", "f"}
