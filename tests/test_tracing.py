"""A network unrolled and walked through: the numbers stand where they belong, and are the right ones."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len
from running import Terminal, piped

from studyrnn.figures.parts import Diagram
from studyrnn.problems import read
from studyrnn.solving import Solved
from studyrnn.terminal.diagrams import diagram
from studyrnn.tracing import WIDTH, Frame, finished, frames

EXAMPLES = ("bidirectional", "gru", "lstm", "rnn", "truncated")
X = [np.array([1.0, 2.0]), np.array([2.0, 1.0])]
W_XH, W_HH = np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([[0.5, 0.6], [0.7, 0.8]])
W_HY, B, TARGET = np.array([[1.0, -1.0]]), 0.1, 0.5


@cache
def solved(example: str) -> Solved:
    return of((files("studyrnn") / "examples" / f"{example}.yaml").read_text("utf-8"))


def of(text: str) -> Solved:
    homework, problems = read(text.encode(), "here")
    assert homework is not None, problems
    return Solved(homework)


def labels(shown: Diagram) -> dict[str, list[float]]:
    """What stands below each symbol of a diagram, as numbers; nothing where nothing is known yet."""
    found: dict[str, list[float]] = {}
    for node in shown.nodes:
        for symbol, numbers in re.findall(r"\$(.+?)\$\n([^$]*)", node.label):
            found[symbol] = [float(n.replace("−", "-")) for n in re.findall(r"[−-]?\d+\.\d+", numbers)]
    return found


def test_the_numbers_of_a_network_worked_by_hand() -> None:
    """Forward as the equations say; backward by central differences of a loop that shares nothing with the engine."""

    def run(
        h_0: np.ndarray, at: int = 0, moved: np.ndarray | None = None
    ) -> tuple[list[np.ndarray], np.ndarray, float]:
        h, states = h_0, []
        for t, x in enumerate(X, 1):
            h = np.tanh(W_XH @ x + W_HH @ h + B)
            h = h if moved is None or t != at else h + moved
            states.append(h)
        y = W_HY @ h
        return states, y, float((y[0] - TARGET) ** 2 / 2)

    forward, backward = finished(solved("rnn")).parts
    assert isinstance(forward, Diagram)
    assert isinstance(backward, Diagram)
    states, y, loss = run(np.zeros(2))
    found = labels(forward)
    for t, h in enumerate(states, 1):
        assert found[f"h_{t}"] == pytest.approx(h, abs=0.005)
        assert found[f"x_{t}"] == X[t - 1].tolist()
    assert found["y_2"] == pytest.approx(y, abs=0.005)
    assert found["L_2"] == pytest.approx([loss], abs=0.005)
    found, small = labels(backward), 1e-5
    for t in (1, 2):
        slopes = [
            (run(np.zeros(2), t, small * e)[2] - run(np.zeros(2), t, -small * e)[2]) / (2 * small) for e in np.eye(2)
        ]
        assert found[rf"\partial L/\partial h_{t}"] == pytest.approx(slopes, abs=0.0051)
    start = [(run(small * e)[2] - run(-small * e)[2]) / (2 * small) for e in np.eye(2)]
    assert found[r"\partial L/\partial h_0"] == pytest.approx(start, abs=0.0051)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_number_is_that_of_the_solution(example: str) -> None:
    """States of every layer and direction, outputs, losses; and each is shown somewhere."""
    answer = solved(example)
    network, found = answer.network, dict[str, list[float]]()
    for part in finished(answer).parts:
        assert isinstance(part, Diagram)
        found |= labels(part)
    from studyrnn.engine.symbols import symbol

    names = [name for place in network.places for t in place.steps for name in place.states(t)]
    names += [network.top(t) for t in range(1, network.steps + 1)] + network.losses
    for name in names:
        assert found[symbol(name)] == pytest.approx(np.atleast_1d(answer.run[name]), abs=0.00501), name
    if not answer.homework.truncate:
        for name in names:
            gradient = answer.chunks[0].trace.get(f"d{name}")
            if gradient is not None and name not in network.losses and np.any(gradient):
                assert found[symbol(f"d{name}")] == pytest.approx(np.atleast_1d(gradient), abs=0.00501), name


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_number_shows_when_it_was_worked_out_and_not_before(example: str) -> None:
    """Frame by frame: what stands in the diagram is given, or was worked out in this frame or one before."""
    from studyrnn.engine.symbols import symbol

    answer = solved(example)
    known = {symbol(name) for name in answer.homework.values}
    shown = list(frames(answer))
    worked = [step.symbol for frame in shown for step in frame.steps]
    assert worked == [step.symbol for section in answer.sections() for step in section.steps]
    for frame in shown:
        known |= {step.symbol for step in frame.steps}
        if frame.diagram is not None:
            found = labels(frame.diagram)
            filled = {name for name, numbers in found.items() if any(numbers)}  # zero: no loss reaches it
            assert filled <= known
            assert filled & {step.symbol for step in frame.steps} or frame.heading in {"Loss"}, frame.heading


def drawn_frames() -> list[tuple[str, Frame]]:
    return [(example, frame) for example in EXAMPLES for frame in frames(solved(example))]


def test_every_frame_fits_sixty_columns() -> None:
    for example, frame in drawn_frames():
        if frame.diagram is not None:
            assert frame.diagram.width <= WIDTH
            for plain in (False, True):
                assert max(len(line.plain) for line in diagram(frame.diagram, 58, plain)) <= 59, (
                    example,
                    frame.heading,
                )


LONG = """cell: rnn
layers: [{{forward: {{W_xh: [[0.5]], W_hh: [[0.5]], b_h: [0.0]}}}}]
x: {xs}
target: {targets}
loss: half-squared
ask: [trace, gradients]
"""


def test_a_long_sequence_shows_the_columns_around_the_step() -> None:
    """And the finished picture goes through all of them, in as many diagrams as they need."""
    answer = of(LONG.format(xs=[[0.1 * t] for t in range(1, 13)], targets=[[0.0]] * 12))
    for frame in frames(answer):
        if match := re.fullmatch(r"(?:Step|Back through step) (\d+)", frame.heading):
            assert frame.diagram is not None
            assert any(
                f"h_{match[1]}$" in node.label or f"h_{{{match[1]}}}$" in node.label for node in frame.diagram.nodes
            )
            assert [node.label.split("\n")[0] for node in frame.diagram.nodes if node.accent == 1] != []
    shown = [name for part in finished(answer).parts if isinstance(part, Diagram) for name in labels(part)]
    assert {f"h_{t}" if t < 10 else f"h_{{{t}}}" for t in range(1, 13)} <= set(shown)


def test_a_network_of_many_units_shows_the_first_and_the_last() -> None:
    rows = [[0.1] for _ in range(9)]
    weights = f"W_xh: {rows}, W_hh: {[[0.0] * 9] * 9}, b_h: {[0.01 * k for k in range(9)]}"
    answer = of(f"cell: rnn\nlayers: [{{forward: {{{weights}}}}}]\nx: [[1]]\nask: [trace]\n")
    _, frame = frames(answer)
    assert frame.diagram is not None
    (label,) = [node.label for node in frame.diagram.nodes if node.name == "h_1"]
    assert label.count("\n") == 6
    assert "⋮" in label


# -- the command -----------------------------------------------------------------------------------------------------


def test_enter_goes_on_and_b_goes_back(tmp_path: Path) -> None:
    """What is typed otherwise is told what may be; q leaves."""
    play = Terminal(tmp_path, "trace", "rnn")
    assert "1 of 7" in play.wait_for("step ›")
    assert "2 of 7" in play.type("", "step ›")
    assert "1 of 7" in play.type("b", "step ›")
    assert "press Enter for the next step" in play.type("x", "step ›")
    assert "2 of 7" in play.type("", "step ›")
    shown = play.type("a", "\0never")
    assert "3 of 7" in shown
    assert "7 of 7" in shown
    assert play.finish() == 0
    leaving = Terminal(tmp_path, "trace", "gru")
    leaving.wait_for("step ›")
    leaving.type("q", "\0never")
    assert leaving.finish() == 0


def test_everything_at_once_where_nobody_can_press_enter(tmp_path: Path) -> None:
    """From a pipe, a file or an example; forward only where there is no loss."""
    example = piped(tmp_path, "solve", "--example", "gru").stdout
    path = tmp_path / "mine.yaml"
    path.write_text(example, "utf-8")
    by_file, by_pipe, by_name = (
        piped(tmp_path, "trace", what, typed=typed).stdout
        for what, typed in ((str(path), ""), ("-", example), ("gru", ""))
    )
    assert by_file == by_pipe == by_name
    assert "Back through step 1" in by_file
    forward = re.sub(r"(?m)^(loss|classes|reduce|ask|clip):.*$", "", example)
    shown = piped(tmp_path, "trace", "-", typed=forward).stdout
    assert "Step 1" in shown
    assert "Back" not in shown


@pytest.mark.parametrize(
    ("steps", "numbers", "equations"), [("none", False, False), ("short", False, True), ("full", True, True)]
)
def test_as_much_above_the_picture_as_is_asked_for(tmp_path: Path, steps: str, numbers: bool, equations: bool) -> None:
    shown = piped(tmp_path, "trace", "rnn", "--steps", steps).stdout
    assert ("a₁ = W_xh x₁" in shown) == equations
    assert (shown.count("⎡0.1  0.2⎤") > 1) == numbers  # once it is given
    assert "target₂ = [0.5]" in shown


def test_svg_and_plain_text(tmp_path: Path) -> None:
    file = tmp_path / "trace.svg"
    done = piped(tmp_path, "trace", "lstm", "--svg", str(file))
    assert done.stderr == f"{file} written\n"
    assert file.read_text("utf-8").startswith("<svg ")
    assert piped(tmp_path, "trace", "lstm", "--plain").stdout.isascii()


def test_the_picture_comes_last_and_fits_a_small_terminal(tmp_path: Path) -> None:
    """Of 24 lines: the whole unrolled network and the keys are there when one is awaited."""
    play = Terminal(tmp_path, "trace", "rnn", rows=24)
    play.wait_for("step ›")
    play.type("", "step ›")
    shown = play.text()
    assert all(sign in shown for sign in ("L₂", "y₁", "h₀", "x₁", "Enter next"))


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("steps", ["short", "full"])
def test_a_walk_fits_sixty_columns(tmp_path: Path, example: str, steps: str) -> None:
    """Headings and all."""
    lines = piped(tmp_path, "trace", example, "--steps", steps, COLUMNS="60").stdout.split("\n")
    assert max(map(cell_len, lines)) <= 60


def test_a_truncated_window_shows_its_own_steps_and_losses_only() -> None:
    """What was cut off has no column, and no arrow leads to it."""
    titles = [frame.diagram.title for frame in frames(solved("truncated")) if frame.diagram is not None]
    assert "Gradients, of the losses of this window: steps 3 to 4" in titles
    for frame in frames(solved("truncated")):
        if frame.diagram is not None and "steps 3 to 4" in frame.diagram.title:
            shown = " ".join(node.label for node in frame.diagram.nodes)
            assert "h_2" in shown
            assert not any(f"{name}$" in shown for name in ("h_1", "x_1", "L_1", "L_2", "h_0"))


def test_a_gradient_that_no_loss_reaches_is_zero() -> None:
    """y_1 of the example has no target: nothing stays unknown to the end."""
    *_, last = frames(solved("rnn"))
    assert last.diagram is not None
    assert labels(last.diagram)[r"\partial L/\partial y_1"] == [0.0]
    assert "·" not in " ".join(node.label for node in last.diagram.nodes)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("",), 'no example is called ""'),
        (("truncate",), 'no example is called "truncate". Did you mean "truncated"?'),
        (("xyz",), "There are bidirectional, gru, lstm, rnn, truncated; or name a file"),
        (("no-such-file.yaml",), "cannot read no-such-file.yaml"),
        (("rnn", "--steps", "half"), 'no choice for --steps is called "half"'),
        (("rnn", "--svg", "no/folder/x.svg"), "cannot write no/folder/x.svg"),
    ],
)
def test_what_cannot_be_traced_is_told(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = piped(tmp_path, "trace", *words)
    assert done.returncode in {1, 2}
    assert told in done.stderr
