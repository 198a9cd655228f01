"""LaTeX as terminal text: on one line, in two dimensions, broken at the width, and refused where it is not known."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.boxes import (
    BIN,
    CLOSE,
    FUNC,
    OPEN,
    ORD,
    PUNCT,
    REL,
    Box,
    broken,
    columns,
    side_by_side,
    stacked_fraction,
    tall_matrix,
)
from studyrnn.mathtext import MathError, display, known_commands, one_line

COLUMN = r"\begin{bmatrix} 0.5 \\ -0.3 \end{bmatrix}"
SQUARE = r"\begin{bmatrix} 1 & -2 \\ 30 & 4 \end{bmatrix}"
GRU = r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}"


@pytest.mark.parametrize(
    ("tex", "unicode", "ascii_"),
    [
        (GRU, "hₜ = (1 − zₜ) ⊙ nₜ + zₜ ⊙ hₜ₋₁", "h_t = (1 - z_t) * n_t + z_t * h_(t-1)"),
        (r"\tanh(W_{xh} x_t + b_h)", "tanh(W_xh xₜ + b_h)", "tanh(W_xh x_t + b_h)"),
        (r"\sigma(W_{xz} x_t)", "σ(W_xz xₜ)", "sigma(W_xz x_t)"),
        (r"\tilde{c}", "c\u0303", "c_~"),
        (r"\hat{y}_t", "y\u0302ₜ", "y_^_t"),
        (r"\frac{1}{2}", "1/2", "1/2"),
        (r"\frac{a+b}{c}", "(a + b)/c", "(a + b)/c"),
        (r"\frac{v}{w} g", "(v/w) g", "(v/w) g"),
        (r"\frac{1}{2} + \frac{3}{4}", "1/2 + 3/4", "1/2 + 3/4"),
        (r"\frac{1}{1 + e^{-x}}", "1/(1 + e^(−x))", "1/(1 + e^(-x))"),
        (r"\tfrac{1}{2}(h_2 - \text{target})^2", "½(h₂ − target)²", "(1/2)(h_2 - target)^2"),
        (r"\frac{1}{2} (a - b)", "(1/2) (a − b)", "(1/2) (a - b)"),
        (r"\partial L/\partial W_{hh}", "∂L/∂W_hh", "dL/dW_hh"),
        (r"\frac{\partial L}{\partial W}", "∂L/∂W", "dL/dW"),
        (SQUARE, "[1, −2; 30, 4]", "[1, -2; 30, 4]"),
        (COLUMN, "[0.5, −0.3]", "[0.5, -0.3]"),
        (r"\sqrt{2}", "√2", "sqrt(2)"),
        (r"\sqrt{x + 1}", "√(x + 1)", "sqrt(x + 1)"),
        (r"\lVert g \rVert", "‖g‖", "||g||"),
        (r"\min(1, \theta / \lVert g \rVert) \cdot g", "min(1, θ / ‖g‖) · g", "min(1, theta / ||g||) * g"),
        (r"W_{hh}^\top \delta_t", "W_hhᵀ δₜ", "W_hh^T delta_t"),
        (r"\sum_{t=1}^{T} L_t", "∑ₜ₌₁^T Lₜ", "sum_(t=1)^T L_t"),
        (r"w^{-1}", "w⁻¹", "w^(-1)"),
        (r"x^{T-1}", "x^(T−1)", "x^(T-1)"),
        (r"\sqrt{g^\top g}", "√(gᵀ g)", "sqrt(g^T g)"),
        (r"x_{i,j}", "x_(i,j)", "x_(i,j)"),
        (r"x_f, x_c, b_z", "x_f, x_c, b_z", "x_f, x_c, b_z"),
        (r"\operatorname{ReLU}(-x)", "ReLU(−x)", "ReLU(-x)"),
        (r"2 \ln 2", "2 ln 2", "2 ln 2"),
        (r"\tanh'(a)", "tanh′(a)", "tanh'(a)"),
        (r"\lambda_{\max} \le 1", "λ_max ≤ 1", "lambda_max <= 1"),
        (r"x_1, \dots, x_T", "x₁, …, x_T", "x_1, ..., x_T"),
        (r"x \in \mathbb{R}^n", "x ∈ ℝⁿ", "x in R^n"),
        (r"a = -b", "a = −b", "a = -b"),
        (r"a - -b", "a − −b", "a - -b"),
        (r"\left( \frac{a}{b} \right)^2", "(a/b)²", "(a/b)^2"),
        (r"50\%", "50%", "50%"),
        (r"a \to b \quad 3 \times 4", "a → b   3 × 4", "a -> b   3 x 4"),
        ("", "", ""),
    ],
)
def test_a_formula_on_one_line(tex: str, unicode: str, ascii_: str) -> None:
    """As a typesetter would space it; with parentheses where a fraction lies down; in ASCII for plain output."""
    assert one_line(tex) == unicode
    assert one_line(tex, ascii_only=True) == ascii_


REFERENCE = (
    r"h_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1} + b_h)",
    r"\hat{y}_t = \frac{e^{o_t}}{\sum_{j=1}^{V} e^{o_{t,j}}}",
    r"L = -\frac{1}{T} \sum_{t=1}^{T} \ln p_t",
    r"\frac{\partial L}{\partial W_{hh}} = \sum_{t=1}^{T} \delta_t h_{t-1}^\top",
    r"\delta_t = (W_{hh}^\top \delta_{t+1} + W_{hy}^\top e_t) \odot (1 - h_t^2)",
    r"\frac{\partial h_T}{\partial h_k} = \prod_{t=k+1}^{T} \operatorname{diag}(1 - h_t^2) W_{hh}",
    r"c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t",
    r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}",
    r"g \gets g \cdot \min\left(1, \frac{\theta}{\lVert g \rVert}\right)",
    r"A = \operatorname{softmax}\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V",
    r"\sigma'(a) = \sigma(a) (1 - \sigma(a)), \quad \sigma(a) = \frac{1}{1 + e^{-a}}",
    r"\begin{bmatrix} 0.5 & -1 \\ 2 & 0 \end{bmatrix} \begin{bmatrix} 1 \\ -0.3 \end{bmatrix}"
    r" = \begin{bmatrix} 0.8 \\ 2 \end{bmatrix}",
)
GOLDEN = Path(__file__).with_name("golden") / "formulas.txt"


def reference_sheet() -> str:
    """Each reference formula as LaTeX, on one line, in ASCII, and as a display."""
    sheet = ["\n".join([tex, one_line(tex), one_line(tex, ascii_only=True), *display(tex, 60)]) for tex in REFERENCE]
    return "\n\n".join(sheet) + "\n"


def test_the_reference_formulas_are_as_they_were_looked_at() -> None:
    """The twelve that the field cannot do without, character by character."""
    assert reference_sheet() == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize(
    ("tex", "lines"),
    [
        (f"h_t = {COLUMN}", ["     ⎡ 0.5⎤", "hₜ = ⎢    ⎥", "     ⎣−0.3⎦"]),
        (rf"{SQUARE} x_t + {COLUMN}", ["⎡ 1  −2⎤      ⎡ 0.5⎤", "⎢      ⎥ xₜ + ⎢    ⎥", "⎣30   4⎦      ⎣−0.3⎦"]),
        (r"\begin{bmatrix} 1 \\ 2 \\ 3 \end{bmatrix}", ["⎡1⎤", "⎢2⎥", "⎣3⎦"]),
        (r"\begin{bmatrix} 1 & 2 \end{bmatrix}", ["[1  2]"]),
        (rf"{SQUARE}^\top x", ["⎡ 1  −2⎤ᵀ", "⎢      ⎥  x", "⎣30   4⎦"]),
        (r"\sigma(a) = \frac{1}{1 + e^{-a}}", ["           1", "σ(a) = ──────────", "       1 + e^(−a)"]),
        (r"\frac{a + b}{c} + 1", ["a + b", "───── + 1", "  c"]),
        (r"\left( \frac{a}{b} \right)^2", ["⎛a⎞²", "⎜─⎟", "⎝b⎠"]),
        (r"\tfrac{1}{2} \frac{a}{b}", ["  a", "½ ─", "  b"]),
        (r"\tfrac{3}{4} x", ["(3/4) x"]),
        (r"\lVert \frac{a}{b} \rVert", ["‖a‖", "‖─‖", "‖b‖"]),
        (r"\sqrt{\frac{a}{b}}", [" ⎛a⎞", "√⎜─⎟", " ⎝b⎠"]),
        (rf"\tanh({COLUMN})", ["    ⎛⎡ 0.5⎤⎞", "tanh⎜⎢    ⎥⎟", "    ⎝⎣−0.3⎦⎠"]),
        (r"\hat{y} \frac{\hat{y}}{2}", ["  y\u0302", "y\u0302 ─", "  2"]),
        (GRU, ["hₜ = (1 − zₜ) ⊙ nₜ + zₜ ⊙ hₜ₋₁"]),
        ("", [""]),
    ],
)
def test_a_formula_in_two_dimensions(tex: str, lines: list[str]) -> None:
    """Matrices and fractions stand on the baseline, brackets grow around them, columns align to the right."""
    assert display(tex) == lines


@pytest.mark.parametrize(
    ("tex", "width", "lines"),
    [
        (GRU, 30, ["hₜ = (1 − zₜ) ⊙ nₜ + zₜ ⊙ hₜ₋₁"]),
        (GRU, 29, ["hₜ = (1 − zₜ) ⊙ nₜ + zₜ", "   ⊙ hₜ₋₁"]),
        (GRU, 20, ["hₜ = (1 − zₜ) ⊙ nₜ", "   + zₜ ⊙ hₜ₋₁"]),
        (r"a = b = c = d", 8, ["a = b", "   = c", "   = d"]),
        (
            rf"h_t = {COLUMN} + {COLUMN}",
            15,
            ["     ⎡ 0.5⎤", "hₜ = ⎢    ⎥", "     ⎣−0.3⎦", "     ⎡ 0.5⎤", "   + ⎢    ⎥", "     ⎣−0.3⎦"],
        ),
        (
            rf"\tanh({COLUMN} + {COLUMN})",
            15,
            ["    ⎛⎡ 0.5⎤", "tanh⎜⎢    ⎥", "    ⎝⎣−0.3⎦", "     ⎡ 0.5⎤⎞", "   + ⎢    ⎥⎟", "     ⎣−0.3⎦⎠"],
        ),
        ("abcdefgh", 3, ["abcdefgh"]),
    ],
)
def test_a_wide_formula_breaks_before_an_operator(tex: str, width: int, lines: list[str]) -> None:
    """The rest is indented and begins with its operator; brackets keep their height; a single piece is left whole."""
    assert display(tex, width) == lines


def test_a_display_in_ascii_draws_nothing() -> None:
    """Plain output has matrices as rows and fractions with a stroke, broken at the width all the same."""
    assert display(rf"h_t = {SQUARE} \frac{{1}}{{2}}", 80, ascii_only=True) == ["h_t = [1, -2; 30, 4] (1/2)"]
    assert display(GRU, 20, ascii_only=True) == ["h_t = (1 - z_t)", "   * n_t + z_t", "   * h_(t-1)"]


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"\frak{L}", r"I cannot typeset \frak"),
        (r"a + \foo b", r"I cannot typeset \foo"),
        (r"\operatorname*{arg}", r"I cannot typeset \operatorname*"),
        (r"\begin{pmatrix} 1 \end{pmatrix}", r"I cannot typeset \begin{pmatrix}; matrices are \begin{bmatrix}"),
        (r"\begin{bmatrix} 1 & 2", r"a \begin{bmatrix} is never closed"),
        (r"\begin bmatrix", r"\begin and \end need a name in braces"),
        (r"\begin{bmatrix", "a { is never closed"),
        ("a → b", "I cannot typeset the character '→'"),
        ("ü", "I cannot typeset the character 'ü'"),
        ("a # b", "I cannot typeset the character '#'"),
        ("\x1b", "I cannot typeset the character '\\x1b'"),
        ("a $ b", "I cannot typeset the character '$'"),
        (r"\text{a_b}", r"\text{...} takes plain text only"),
        (r"\text{open", r"\text{...} takes plain text only"),
        (r"\mathrm x", r"\mathrm needs braces"),
        (r"\frac{a}", "something is missing at the end"),
        ("x_", "something is missing at the end"),
        ("_t", '"_" has nothing to hang on'),
        ("^2", '"^" has nothing to hang on'),
        ("{a", "a { is never closed"),
        ("a}", '"}" without its beginning'),
        ("a & b", '"&" without its beginning'),
        (r"a \\ b", r'"\\" without its beginning'),
        ("{" * 41 + "}" * 41, "nested more than 60 deep"),
        ("x" + "_{x" * 100 + "}" * 100, "nested more than 60 deep"),
    ],
)
def test_what_is_not_known_is_refused_by_name(tex: str, message: str) -> None:
    """The message names the command or the character, the same for one line and for a display."""
    for render in (one_line, display):
        with pytest.raises(MathError) as caught:
            render(tex)
        assert str(caught.value) == message


STRUCTURES = {
    r"\frac": r"\frac{a}{b}",
    r"\tfrac": r"\tfrac{a}{b}",
    r"\begin{bmatrix}": SQUARE,
    r"\end{bmatrix}": COLUMN,
    r"\left": r"\left( a",
    r"\right": r"\right)",
}


@pytest.mark.parametrize("command", known_commands())
def test_every_command_that_is_listed_renders(command: str) -> None:
    """What `check --maths` names works, and its plain form is ASCII."""
    tex = STRUCTURES.get(command, command + "{x}")
    assert one_line(tex).isprintable()
    assert one_line(tex, ascii_only=True).isascii()
    assert all(line.isprintable() for line in display(tex))


# -- any text at all -------------------------------------------------------------------------------------------------

TOKENS = (
    r"a x W 0.5 12 + - = ( ) [ ] { } _ ^ , | ' ~ & \\ \frac \sqrt \hat \sum \text \text{ab} \left \right \odot \foo \ "
)
tokens = st.sampled_from([*TOKENS.split(), " ", "_{", "^{", "}", r"\frac{", r"\begin{bmatrix}", r"\end{bmatrix}", "ü"])


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.text("\\{}_^&ab1+- "), st.lists(tokens, max_size=30).map("".join)), st.booleans())
def test_any_text_is_typeset_or_refused(tex: str, ascii_only: bool) -> None:
    """MathError and nothing else, or one line without a control character."""
    try:
        line = one_line(tex, ascii_only)
    except MathError as refused:
        assert str(refused)
    else:
        assert not any(unicodedata.category(character) == "Cc" for character in line)


names = st.sampled_from(
    ["x_t", "h_{t-1}", "W_{hh}", "0.25", "b", r"\sigma", r"\hat{y}", "e^{-a}", COLUMN, r"\text{loss}"]
)


def _larger(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(smaller, st.sampled_from([" + ", " - ", r" \odot ", " = ", " ", ", "]), smaller).map("".join),
        st.tuples(smaller, smaller).map(lambda pair: rf"\frac{{{pair[0]}}}{{{pair[1]}}}"),
        smaller.map(lambda inner: rf"\tanh({inner})"),
        smaller.map(lambda inner: rf"\left[ {inner} \right]^2"),
        smaller.map(lambda inner: rf"\sqrt{{{inner}}}"),
    )


formulas = st.recursive(names, _larger, max_leaves=8)


@settings(deadline=None)
@given(formulas, st.integers(1, 60))
def test_a_display_keeps_to_the_width_wherever_its_pieces_do(tex: str, width: int) -> None:
    """Where the formula broken before every operator fits, it also fits broken as seldom as possible."""
    narrowest = max(columns(line) for line in display(tex, 1))
    for allowed in (width, narrowest):
        lines = display(tex, allowed)
        assert allowed < narrowest or all(columns(line) <= allowed for line in lines)
        assert all(line == line.rstrip() and line.isprintable() for line in lines)


@given(formulas)
def test_a_formula_in_ascii_is_ascii(tex: str) -> None:
    """On one line and as a display, which is that line where there is room."""
    line = one_line(tex, ascii_only=True)
    assert line.isascii()
    assert display(tex, 10_000, ascii_only=True) == [line]


KINDS = [ORD, BIN, REL, OPEN, CLOSE, PUNCT, FUNC]
leaves = st.builds(
    lambda text, kind: Box((text,), kind=kind),
    st.sampled_from(["x", "y\u0302", "c\u0303ₜ", "12", "(", "[", "‖", ")", ""]),
    st.sampled_from(KINDS),
)
boxes = st.recursive(
    leaves,
    lambda smaller: st.one_of(
        st.lists(smaller, min_size=1, max_size=4).map(side_by_side),
        st.builds(stacked_fraction, smaller, smaller),
        st.integers(1, 3).flatmap(
            lambda width: st.lists(st.lists(leaves, min_size=width, max_size=width), min_size=1, max_size=4).map(
                tall_matrix
            )
        ),
    ),
    max_leaves=10,
)


@given(st.lists(boxes, min_size=1, max_size=6), st.integers(1, 40))
def test_a_box_is_a_rectangle(row: list[Box], width: int) -> None:
    """However boxes are put together or broken, all lines of one are equally wide and its baseline is one of them."""
    for box in [*row, side_by_side(row), *broken(row, width)]:
        assert {columns(line) for line in box.lines} == {box.width}
        assert 0 <= box.base < len(box.lines)
        assert box.above + 1 + box.below == len(box.lines)


if __name__ == "__main__":
    GOLDEN.write_text(reference_sheet(), "utf-8")
