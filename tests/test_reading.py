"""What a person may type for a number, a vector or a matrix, and how the rest is refused."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.errors import Unreadable
from studyrnn.grading.reading import LONGEST, number, read_value, shape_of, shown
from studyrnn.grading.scoring import entries_of
from studyrnn.model import Value

FUNCTIONS = "Functions: sqrt, exp, ln, log, tanh, sigmoid, sigma, relu, abs, sin, cos"
HOW = "Type it like `0.5` or `2/3` or `tanh(0.6)`"
ONE, TWO, SQUARE = (), (2,), (2, 2)
AS_TWO = "$h_t$ has 2 entries. Type them like `0.235 -0.411` or `[0.235, -0.411]`"
AS_SQUARE = "$h_t$ has 2 rows of 2. Type them like `0.235 -0.411; 0.235 -0.411`"


def read(text: str, shape: tuple[int, ...] = ()) -> Value:
    return read_value(text, shape, "$h_t$")


def refusal(text: str, shape: tuple[int, ...] = ()) -> str:
    with pytest.raises(Unreadable) as caught:
        read(text, shape)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("  0.5  ", 0.5),
        ("+0.5", 0.5),
        ("-0.3", -0.3),
        ("1e-3", 1e-3),
        ("1e+3", 1000.0),
        ("2/3", 2 / 3),
        ("-2/3", -2 / 3),
        ("2^3", 8.0),
        ("2**-1", 0.5),
        ("1 - 0.75", 0.25),
        ("(1+2)*3", 9.0),
        ("2 * 3", 6.0),
        ("2·3", 6.0),
        ("2×3", 6.0),
        ("6÷4", 1.5),
        ("sqrt(2)", math.sqrt(2)),
        ("√2", math.sqrt(2)),
        ("exp(-1)", math.exp(-1)),
        ("e^-1", math.e**-1),
        ("tanh(0.6)", math.tanh(0.6)),
        ("TANH(0.6)", math.tanh(0.6)),
        ("tanh 0.6", math.tanh(0.6)),
        ("ln 2", math.log(2)),
        ("ln(2)", math.log(2)),
        ("-ln 2", -math.log(2)),
        ("ln 2 * 3", math.log(2) * 3),
        ("log(2)", math.log(2)),
        ("sigmoid(0)", 0.5),
        ("relu(-1)", 0.0),
        ("abs(-1)", 1.0),
        ("sin 1", math.sin(1)),
        ("cos(0)", 1.0),
        ("pi/2", math.pi / 2),
        ("π", math.pi),
        ("[0.5]", 0.5),
        ("(0.5)", 0.5),
        ("((0.5))", 0.5),
        ("{0.5}", 0.5),
        ("0.5;", 0.5),
        ("$0.5$", 0.5),
        (r"\sqrt{2}", math.sqrt(2)),
        (r"\tanh(0.6)", math.tanh(0.6)),
        (r"\ln 2", math.log(2)),
        (r"\sigma(0)", 0.5),
        ("h_t = 0.5", 0.5),
        ("h_t=0.5", 0.5),
        ("hₜ = 0.5", 0.5),
        ("x ≈ 0.5", 0.5),
        ("∂L/∂W_{hh} = 0.5", 0.5),
    ],
)
def test_a_number_is_read_in_every_form(text: str, value: float) -> None:
    """Decimals, fractions, powers, functions, other signs, brackets, LaTeX and a repeated name all mean the number."""
    assert read(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("minus", "−–—‒﹣－-")
def test_every_minus_sign_is_a_minus(minus: str) -> None:
    """A minus pasted from a formula, a dash and a full-width sign count as the key on the keyboard."""
    assert read(f"{minus}0.3") == -0.3
    assert read(f"1{minus}2") == -1
    assert read(f"0.5 {minus}0.3", TWO) == [0.5, -0.3]


@pytest.mark.parametrize(
    "text",
    [
        "0.235 -0.411",
        "  0.235    -0.411 ",
        "0.235\t-0.411",
        "0.235\u00a0-0.411",
        "0.235, -0.411",
        "0.235,-0.411",
        "0.235 , -0.411,",
        "0.235; -0.411",
        "0.235\n-0.411",
        "0.235 \r\n -0.411",
        "[0.235, -0.411]",
        "[0.235 -0.411]",
        "[0.235; -0.411]",
        "(0.235, -0.411)",
        "{0.235, -0.411}",
        "[[0.235], [-0.411]]",
        "[[0.235, -0.411]]",
        "[0.235, -0.411",
        "(0.235) (-0.411)",
        "h_t = 0.235 -0.411",
        "hₜ = [0.235, -0.411]",
        r"\left[ 0.235, -0.411 \right]",
        r"\begin{bmatrix} 0.235 \\ -0.411 \end{bmatrix}",
        r"\begin{bmatrix}0.235\\-0.411\\\end{bmatrix}",
        r"\begin{pmatrix} 0.235 & -0.411 \end{pmatrix}",
        r"$\begin{bmatrix} 0.235 \\ -0.411 \end{bmatrix}$",
        r"h_t = \begin{bmatrix} 0.235 \\ -0.411 \end{bmatrix}",
        "47/200 -411/1000",
    ],
)
def test_a_vector_is_read_in_every_form(text: str) -> None:
    """Spaces, commas, semicolons, lines, brackets and LaTeX give the same two entries, as a row or as a column."""
    assert read(text, TWO) == [0.235, -0.411]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 -2", [1, -2]),
        ("- 1 2", [-1, 2]),
        ("tanh(0.6) 2/3", [math.tanh(0.6), 2 / 3]),
        ("sqrt(2), exp(-1)", [math.sqrt(2), math.exp(-1)]),
        ("ln 2 ln 3", [math.log(2), math.log(3)]),
        ("sqrt 2 3", [math.sqrt(2), 3]),
        ("2 / 3 1", [2 / 3, 1]),
        ("1e-3 2e-3", [1e-3, 2e-3]),
        ("(1 + 2) (3 + 4)", [3, 7]),
    ],
)
def test_spaces_part_entries_but_not_expressions(text: str, value: list[float]) -> None:
    """`1 -2` is two numbers, `2 / 3` and `ln 2` are one."""
    assert read(text, TWO) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "1 2; 3 4",
        "1 2;3 4;",
        "1, 2; 3, 4",
        "1 2\n3 4",
        "[[1,2],[3,4]]",
        "[[1, 2], [3, 4]]",
        "[1, 2], [3, 4]",
        "[1 2] [3 4]",
        "[[1 2]\n [3 4]]",
        "[1 2; 3 4]",
        "((1, 2), (3, 4))",
        "{{1, 2}, {3, 4}}",
        "W_hh = [[1,2],[3,4]]",
        r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}",
        r"$\begin{bmatrix}1&2\\3&4\end{bmatrix}$",
    ],
)
def test_a_matrix_is_read_in_every_form(text: str) -> None:
    """Rows stand on lines, after semicolons or in brackets of their own."""
    assert read(text, SQUARE) == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("text", "shape", "message"),
    [
        ("", ONE, "nothing was typed"),
        (" \n ", TWO, "nothing was typed"),
        ("[]", TWO, "nothing was typed"),
        ("h_t = ", ONE, "nothing was typed"),
        ("1,,2", TWO, "a number is missing there"),
        ("1 2", ONE, "I read 2 numbers where one is asked for"),
        ("1", TWO, f"I read 1 number, {AS_TWO}"),
        ("1 2 3", TWO, f"I read 3 numbers, {AS_TWO}"),
        ("1 2; 3 4", TWO, f"I read 4 numbers, {AS_TWO}"),
        ("1", SQUARE, f"I read 1 number, {AS_SQUARE}"),
        ("1 2; 3", SQUARE, f"I read 3 numbers, {AS_SQUARE}"),
        ("1; 2; 3; 4", SQUARE, f"I read 4 numbers, {AS_SQUARE}"),
        ("1 2 3 4", SQUARE, "I read 4 numbers in one row; part the rows with ;  like `0.235 -0.411; 0.235 -0.411`"),
    ],
)
def test_the_wrong_count_says_how_many_there_are_and_how_to_type_them(
    text: str, shape: tuple[int, ...], message: str
) -> None:
    """A blank or a wrong shape is named, with an example of the right one."""
    assert refusal(text, shape) == message


@pytest.mark.parametrize(
    ("text", "shape", "message"),
    [
        ("0,5", ONE, '"0,5": decimals take a point here. Type `0.5`'),
        ("−0,5", ONE, '"-0,5": decimals take a point here. Type `-0.5`'),
        ("0,5", TWO, '"0,5" could be one number or two. Type `0.5` for one, or `0, 5` for two'),
        ("0,5 0,3", TWO, '"0,5 0,3": decimals take a point here. Type `0.5 0.3`'),
        ("0,5; -0,3", TWO, '"0,5; -0,3": decimals take a point here. Type `0.5; -0.3`'),
        ("14,256", ONE, '"14,256": type it without the comma, `14256` or `14.256`'),
        ("0,256", ONE, '"0,256": decimals take a point here. Type `0.256`'),
        ("-1,234,567", ONE, '"-1,234,567": type it without the comma, `-1234567`'),
    ],
)
def test_a_decimal_comma_is_explained_never_guessed(text: str, shape: tuple[int, ...], message: str) -> None:
    """Half the world types 0,5: the message shows what to type instead."""
    assert refusal(text, shape) == message


def test_a_comma_in_brackets_parts_entries() -> None:
    """Whoever types brackets has said what the comma means."""
    assert read("[0,5]", TWO) == read("(0,5)", TWO) == [0, 5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1e999", '"1e999" is not a finite number'),
        ("-1e999", '"-1e999" is not a finite number'),
        ("1e308*10", r'"1e308\*10" is not a finite number'),
        ("1e400-1e400", '"1e400-1e400" is not a finite number'),
        ("9^9^9", '"9^9^9" is too large'),
        ("9**9**9**9", r'"9\*\*9\*\*9\*\*9" is too large'),
        ("exp(1000)", '"exp(1000)" is too large'),
        ("1/0", '"1/0" divides by zero'),
        ("1/(1-1)", '"1/(1-1)" divides by zero'),
        ("0^-1", '"0^-1" divides by zero'),
        ("(-8)^(1/3)", '"(-8)^(1/3)" is not a real number'),
        ("nan", f'I do not know "nan". {FUNCTIONS}'),
        ("-inf", f'I do not know "inf". {FUNCTIONS}'),
        ("x", f'I do not know "x". {FUNCTIONS}'),
        ("tan(1)", f'I do not know "tan". {FUNCTIONS}'),
        ("__import__('os')", f'I do not know "__import__". {FUNCTIONS}'),
        ("open('/etc/passwd')", f'I do not know "open". {FUNCTIONS}'),
        ("1" * 201, f'"{"1" * 39}…" is too long for a number'),
        ("(" * 150 + "1" + ")" * 150, f'"{"(" * 39}…" is too long for a number'),
        ("1 " * 1001, f"that is too long: at most {LONGEST} characters"),
    ],
)
def test_what_is_no_finite_number_is_refused_with_its_reason(text: str, message: str) -> None:
    """Overflow, division by zero, complex roots, unknown names and endless input each get their own words."""
    assert refusal(text) == message


NO_ARITHMETIC = """
(1).real os.system('x') 'a' "a" b'1' lambda:1 1<2 1==1 True None 1j (1,2)[0] [1][0] (1for(x)in(y)) 0x10 1_000 2x
05 -05 - 1//2 7%2 1@2 1<<3 ~1 (a:=1) ... 0.5.5 ½ 2² 1\0001
"""


@pytest.mark.parametrize("text", NO_ARITHMETIC.split())
def test_anything_but_arithmetic_is_unreadable(text: str) -> None:
    """Python that is no arithmetic is never run, and what people mistype is quoted with an example of a number."""
    with pytest.raises(Unreadable) as caught:
        number(text)
    assert str(caught.value) == f'I cannot read "{shown(text)}" as a number. {HOW}'


@pytest.mark.parametrize(("opened", "closed"), [("(", ")"), ("-", ""), ("abs(", ")"), ("1+", "")])
def test_nesting_as_deep_as_the_length_allows_is_harmless(opened: str, closed: str) -> None:
    """No typed expression reaches Python's recursion limit."""
    deep = 196 // len(opened + closed)
    assert math.isfinite(number(opened * deep + "1" + closed * deep))


def test_typed_text_in_a_message_cannot_command_the_terminal() -> None:
    """Escape sequences are shown as codes, long text is cut."""
    assert shown(" \x1b[31mx\u202e ") == r"\x{1b}[31mx\x{202e}"
    assert shown("y" * 41) == "y" * 39 + "…"
    assert "\x1b" not in refusal("0.5 \x1b[31m")


def test_the_shape_of_a_value() -> None:
    """() for a number, (n,) for a vector, (m, n) for a matrix."""
    assert shape_of(0.5) == ()
    assert shape_of([1.0, 2.0]) == (2,)
    assert shape_of([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]) == (2, 3)


finite = st.floats(allow_nan=False, allow_infinity=False)
vectors = st.lists(finite, min_size=1, max_size=9)
matrices = st.integers(1, 4).flatmap(
    lambda columns: st.lists(st.lists(finite, min_size=columns, max_size=columns), min_size=2, max_size=4)
)


def _latex(rows: list[list[float]]) -> str:
    return r"\begin{bmatrix} " + r" \\ ".join(" & ".join(map(repr, row)) for row in rows) + r" \end{bmatrix}"


VECTOR_FORMS: list[Callable[[list[float]], str]] = [
    lambda v: " ".join(map(repr, v)),
    lambda v: ", ".join(map(repr, v)),
    lambda v: "; ".join(map(repr, v)),
    lambda v: "\n".join(map(repr, v)),
    str,
    lambda v: f"h_t = {v}",
    lambda v: f"({', '.join(map(repr, v))})",
    lambda v: f"[{' '.join(map(repr, v))}]",
    lambda v: str([[entry] for entry in v]),
    lambda v: str(v).replace("-", "−"),
    lambda v: _latex([[entry] for entry in v]),
    lambda v: f"${_latex([v])}$",
]
MATRIX_FORMS: list[Callable[[list[list[float]]], str]] = [
    str,
    lambda m: f"W_hh = {m}",
    lambda m: str(m).replace("-", "−"),
    lambda m: "; ".join(" ".join(map(repr, row)) for row in m),
    lambda m: "\n".join(", ".join(map(repr, row)) for row in m),
    lambda m: "\n".join(f"[{' '.join(map(repr, row))}]" for row in m),
    lambda m: f"[{'; '.join(' '.join(map(repr, row)) for row in m)}]",
    _latex,
]


@given(vectors, st.sampled_from(VECTOR_FORMS))
def test_every_vector_survives_being_typed(vector: list[float], form: Callable[[list[float]], str]) -> None:
    """read_value(format(vector)) is the vector, whichever form, to the last bit."""
    assert read(form(vector), (len(vector),)) == vector


@given(matrices, st.sampled_from(MATRIX_FORMS))
def test_every_matrix_survives_being_typed(matrix: list[list[float]], form: Callable[[list[list[float]]], str]) -> None:
    """read_value(format(matrix)) is the matrix, whichever form, to the last bit."""
    assert read(form(matrix), shape_of(matrix)) == matrix


@given(finite)
def test_every_number_survives_being_typed(value: float) -> None:
    """As it is printed, bare, in brackets, after a name, between dollar signs."""
    for text in (repr(value), f"[{value}]", f"y = {value}", f"${value}$"):
        assert read(text) == value


WORDS = r"1 0.5 - + * / ^ ** ( ) [ ] { } , ; e e9 pi ln sqrt exp nan inf 0,5 = \\ & \ ' 9 x if else lambda . $ − ²"
pieces = st.sampled_from([*WORDS.split(), " ", "\n", "\0", "h_t = ", "__class__", r"\begin{bmatrix}", r"\end{bmatrix}"])
typed = st.one_of(
    st.text(),
    st.lists(pieces, max_size=25).map("".join),
    st.text("0123456789.,;+-*/()[] e\n", max_size=60),
)


@settings(max_examples=300, deadline=None)
@given(typed, st.sampled_from([(), (1,), (2,), (3,), (1, 1), (2, 2), (2, 3)]))
def test_arbitrary_text_is_read_as_finite_numbers_in_shape_or_refused(text: str, shape: tuple[int, ...]) -> None:
    """Nothing but Unreadable is ever raised, its message is safe to print, and no value is infinite or misshapen."""
    try:
        value = read(text, shape)
    except Unreadable as refused:
        assert str(refused)
        assert str(refused).isprintable()
    else:
        assert shape_of(value) == shape
        assert all(math.isfinite(entry) for entry in entries_of(value))
