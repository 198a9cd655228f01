"""Equations as formulas: symbols, numbers, parentheses, product signs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyrnn.engine.calculus import gradient
from studyrnn.engine.cells import Cell, gru, lstm, rnn
from studyrnn.engine.equations import parse
from studyrnn.engine.latex import Sheet, latex, literal, number
from studyrnn.engine.symbols import symbol
from studyrnn.mathtext import one_line


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("z", "z_t"),
        ("h_", "h_{t-1}"),
        ("h_2", "h_2"),
        ("h_10", "h_{10}"),
        ("W_xz", "W_{xz}"),
        ("b_h", "b_h"),
        ("b_hn", "b_{hn}"),
        ("L", "L"),
        ("d", "d_t"),
        ("target", r"\text{target}"),
        ("threshold", r"\theta"),
        ("norm", r"\lVert g \rVert"),
        ("grad", "g"),
        ("grad_clipped", r"\tilde{g}"),
        ("dh", r"\partial L/\partial h_t"),
        ("dh_", r"\partial L/\partial h_{t-1}"),
        ("dW_hh", r"\partial L/\partial W_{hh}"),
        ("da_2", r"\partial L/\partial a_2"),
        ("dn_in", r"\delta_{n}"),
    ],
)
def test_symbols(name: str, expected: str) -> None:
    """Each kind of name has the symbol that a textbook writes."""
    assert symbol(name) == expected


@pytest.mark.parametrize("cell", [rnn(), lstm(), gru("before"), gru("after")], ids=["rnn", "lstm", "gru", "gru-after"])
def test_different_names_have_different_symbols(cell: Cell) -> None:
    """No two quantities of a cell and of its gradient look the same in a worked solution."""
    previous = [f"{name}_" for name in cell.states]
    seeds = {name: f"seed_{name}" for name in cell.states}
    backward = gradient(cell.program, seeds, [*cell.parameters, "x", *previous])
    names = [*cell.program.inputs, *cell.program.equations, *backward.equations]
    shared: dict[str, list[str]] = {}
    for name in names:
        shared.setdefault(symbol(name), []).append(name)
    assert {text: found for text, found in shared.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (0.5, None, "0.5"),
        (1.0, None, "1"),
        (3, None, "3"),
        (0.1 + 0.2, None, "0.3"),
        (-0.4, None, "-0.4"),
        (0.0, None, "0"),
        (-0.0, None, "0"),
        (0.5, 4, "0.5000"),
        (-0.44, 4, "-0.4400"),
        (2 / 3, 4, "0.6667"),
        (-0.0, 4, "0.0000"),
        (-0.00001, 4, "0.0000"),
        (-0.00005001, 4, "-0.0001"),
        (-0.4, 0, "0"),
    ],
)
def test_numbers(value: float, decimals: int | None, expected: str) -> None:
    """As few digits as a number has or a fixed count, and never a negative zero."""
    assert number(value, decimals) == expected


def test_literals() -> None:
    """A number, a column and a matrix; entries of one matrix have as many decimals as the longest of them."""
    assert literal(-0.3) == "-0.3"
    assert literal(-0.3, 4) == "-0.3000"
    assert literal([0.5, -1.0]) == r"\begin{bmatrix} 0.5 \\ -1.0 \end{bmatrix}"
    assert literal([1.0, 2.0]) == r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}"
    assert literal([-0.0, 0.25]) == r"\begin{bmatrix} 0.00 \\ 0.25 \end{bmatrix}"
    assert literal([[1.0, 0.25], [-0.5, 2.0]]) == r"\begin{bmatrix} 1.00 & 0.25 \\ -0.50 & 2.00 \end{bmatrix}"
    assert literal([0.5, -0.00001], 4) == r"\begin{bmatrix} 0.5000 \\ 0.0000 \end{bmatrix}"


def test_a_small_entry_is_not_lost() -> None:
    """A vector with an entry below 1e-4 still shows that entry."""
    assert literal([0.00001, 1.0]) == r"\begin{bmatrix} 0.00001 \\ 1.00000 \end{bmatrix}"


@pytest.mark.parametrize(
    ("text", "vector", "scalar"),
    [
        ("W_hh @ h_", "W_{hh} h_{t-1}", r"W_{hh} \cdot h_{t-1}"),
        ("f * c_", r"f_t \odot c_{t-1}", r"f_t \cdot c_{t-1}"),
        ("outer(da, h_)", r"\partial L/\partial a_t h_{t-1}^\top", r"\partial L/\partial a_t \cdot h_{t-1}"),
        ("x.T", r"x_t^\top", "x_t"),
        ("2 * a", r"2 \cdot a_t", r"2 \cdot a_t"),
        ("c / q * grad", r"\frac{c_t}{q} \odot g", r"\frac{c_t}{q} \cdot g"),
        ("1 / q * grad", r"\frac{1}{q} \cdot g", r"\frac{1}{q} \cdot g"),
        ("dot(a, h) * grad", r"a_t^\top h_t \cdot g", r"a_t^\top h_t \cdot g"),
    ],
)
def test_product_signs(text: str, vector: str, scalar: str) -> None:
    """Entry by entry is a circled dot, matrix times vector stands side by side, numbers take a dot."""
    assert latex(parse(text), numbers={"q"}) == vector
    assert latex(parse(text), scalar=True) == scalar


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a - (b - c)", "a_t - (b_t - c_t)"),
        ("a - b - c", "a_t - b_t - c_t"),
        ("(a + b) * c", r"(a_t + b_t) \odot c_t"),
        ("a * -b", r"a_t \odot (-b_t)"),
        ("-(a + b)", "-(a_t + b_t)"),
        ("-a + b", "-a_t + b_t"),
        ("a + -b", "a_t + (-b_t)"),
        ("h * h", "h_t^2"),
        ("W_hn @ (r * h_)", r"W_{hn} (r_t \odot h_{t-1})"),
        ("half_square(y - target)", r"\tfrac{1}{2} (y_t - \text{target})^2"),
        ("minimum(1, threshold / norm) * grad", r"\min(1, \frac{\theta}{\lVert g \rVert}) \cdot g"),
        ("sqrt(dot(grad, grad))", r"\sqrt{g^\top g}"),
        ("cross_entropy(y, target)", r"-\text{target}^\top \ln(\operatorname{softmax}(y_t))"),
    ],
)
def test_parentheses(text: str, expected: str) -> None:
    """Parentheses stand where the reading would change without them, and only there."""
    assert latex(parse(text), numbers={"threshold", "norm"}) == expected


def test_a_transposed_matrix_needs_no_parentheses() -> None:
    """A transposed matrix times a vector is written as in every textbook."""
    assert latex(parse("W_hh.T @ da")) == r"W_{hh}^\top \partial L/\partial a_t"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("z", r"\sigma(W_{xz} x_t + W_{hz} h_{t-1} + b_z)"),
        ("n", r"\tanh(W_{xn} x_t + W_{hn} (r_t \odot h_{t-1}) + b_n)"),
        ("h", r"(1 - z_t) \odot n_t + z_t \odot h_{t-1}"),
    ],
)
def test_a_gru_reads_as_in_the_paper(name: str, expected: str) -> None:
    """The cell's own equations, exactly."""
    assert latex(gru("before", "old").program.equations[name]) == expected


def test_negative_numbers_in_products_get_parentheses() -> None:
    """A negative number stands alone only where it opens the formula; in a product or square it never does."""
    values = {"a": -0.2, "b": -0.7, "h": -0.5, "c": 0.5}

    def written(text: str) -> str:
        return Sheet(parse(text), scalar=True).filled({name: literal(value) for name, value in values.items()})

    assert written("a * b") == r"(-0.2) \cdot (-0.7)"
    assert written("a @ c") == r"(-0.2) \cdot 0.5"
    assert written("c * a") == r"0.5 \cdot (-0.2)"
    assert written("a + b") == "-0.2 + (-0.7)"
    assert written("a - b") == "-0.2 - (-0.7)"
    assert written("-a") == "-(-0.2)"
    assert written("c * (1 - h * h)") == r"0.5 \cdot (1 - (-0.5)^2)"
    assert written("tanh(a)") == r"\tanh(-0.2)"
    assert written("a / b") == r"\frac{-0.2}{-0.7}"
    assert written("a.T @ c") == r"(-0.2) \cdot 0.5"


def test_a_rounded_zero_gets_no_sign() -> None:
    """What rounding leaves of a computed zero is 0.0000, without minus or parentheses."""
    assert literal(-1e-13, 4) == "0.0000"
    assert literal([[1.0, -1e-7]], 4) == r"\begin{bmatrix} 1.0000 & 0.0000 \end{bmatrix}"


def test_what_is_small_as_a_whole_is_not_shown_as_zero() -> None:
    """The gradient of a far step is small, and not nothing."""
    assert literal(-0.00002341, 4) == "-0.000023"
    assert literal([0.00002, 1e-17], 4) == r"\begin{bmatrix} 0.00002 \\ 0.00000 \end{bmatrix}"
    assert literal(2e-11, 4) == r"2 \cdot 10^{-11}"


def test_matrices_are_put_in_as_matrices() -> None:
    """Given numbers as given, computed ones with the decimals asked for."""
    values = {"z": literal([0.25, 0.5]), "h_": literal([1.0, -0.4]), "n": literal([1 / 3, -2 / 3], 4)}
    assert Sheet(parse("(1 - z) * n")).filled(values) == (
        r"(1 - \begin{bmatrix} 0.25 \\ 0.50 \end{bmatrix}) \odot \begin{bmatrix} 0.3333 \\ -0.6667 \end{bmatrix}"
    )
    assert Sheet(parse("W @ h_")).filled({**values, "W": literal([[1.0, 0.5]])}) == (
        r"\begin{bmatrix} 1.0 & 0.5 \end{bmatrix} \begin{bmatrix} 1.0 \\ -0.4 \end{bmatrix}"
    )


def texts() -> st.SearchStrategy[str]:
    """How values are written: numbers of either sign, powers of ten, fractions, logarithms, matrices."""
    numbers = st.floats(-3, 3).map(lambda value: number(round(value, 1)))
    odd = st.sampled_from([r"2 \cdot 10^{-11}", r"\frac{3}{4}", r"-\frac{1}{2}", r"\ln 3", r"-\ln 3", "0.0000"])
    vectors = st.lists(st.integers(-9, 9).map(float), min_size=1, max_size=3).map(literal)
    return numbers | odd | vectors


@given(st.data())
def test_a_sheet_filled_in_is_the_formula_written_with_these_texts(data: st.DataObject) -> None:
    """Walking the formula once for each kind of text gives what walking it every time gives."""
    sheet = Sheet(parse("a * (b - c * c) / -a + tanh(W.T @ b) - concat(a, c)"), data.draw(st.booleans()))
    for _ in range(4):
        texts_of = {name: data.draw(texts()) for name in sheet.names}
        expected = latex(sheet.expression, sheet.scalar, texts_of.__getitem__)
        assert sheet.filled(texts_of) == expected


@pytest.mark.parametrize("cell", [rnn(), rnn("relu"), lstm(), gru("before"), gru("after", "new")])
def test_every_formula_of_a_cell_can_be_typeset(cell: Cell) -> None:
    """Forward and backward equations of each cell stay within what the terminal can draw."""
    seeds = {name: f"seed_{name}" for name in cell.states}
    backward = gradient(cell.program, seeds, [*cell.parameters, "x", *[f"{name}_" for name in cell.states]])
    for program in (cell.program, backward):
        for name, rhs in program.equations.items():
            for ascii_only in (False, True):
                assert one_line(f"{symbol(name)} = {latex(rhs)}", ascii_only)
