"""Typed text -> numbers. What cannot be read is refused with a message and costs nothing.

Each number may be an expression: 0.5, .5, 2/3, 1e-3, sqrt(2), exp(-1), tanh(0.6), ln 2, 2^3, -0.3 with any minus sign.
Vectors and matrices: `1 2`, `[1, 2]`, `1 2; 3 4`, `[[1,2],[3,4]]`, rows on lines, a LaTeX bmatrix. Nothing
that is typed is ever run: expressions are parsed and only the nodes listed here are worked out.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable

from studyrnn.errors import Unreadable
from studyrnn.markup import literally
from studyrnn.model import Value
from studyrnn.wording import many

LONGEST = 2000  # characters of an answer
_LONGEST_NUMBER = 200

_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "ln": math.log,
    "log": math.log,
    "tanh": math.tanh,
    "sigmoid": lambda a: 0.5 * math.tanh(0.5 * a) + 0.5,
    "sigma": lambda a: 0.5 * math.tanh(0.5 * a) + 0.5,
    "relu": lambda a: max(a, 0.0),
    "abs": abs,
    "sin": math.sin,
    "cos": math.cos,
}
_CONSTANTS = {"e": math.e, "pi": math.pi}
_LIKE_MINUS = dict.fromkeys(map(ord, "−–—‒﹣－"), "-")
_OTHER_SIGNS = {
    ord("σ"): " sigma",
    ord("·"): "*",
    ord("×"): "*",
    ord("÷"): "/",
    ord("π"): " pi ",
    ord("√"): " sqrt ",
    ord("\u00a0"): " ",
}
SIGNS = _LIKE_MINUS | _OTHER_SIGNS
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+")  # 14,256


_BARE_ARGUMENT = re.compile(rf"\b({'|'.join(_FUNCTIONS)})\s+([-+]?[\d.]+)", re.IGNORECASE)  # ln 2


def read_value(text: str, shape: tuple[int, ...], name: str = "the answer") -> Value:
    """`text` as numbers in `shape`: () a number, (n,) a vector, (m, n) a matrix. `name` is what it is called.

    Raises Unreadable with a message that names the place and shows how to type it.
    """
    if not text.strip():
        raise Unreadable("nothing was typed")
    _explain_decimal_comma(text, shape)
    rows = _rows(_clean(text))
    values = [[number(cell) for cell in row] for row in rows]
    return _shaped(values, shape, name)


def number(text: str) -> float:
    """One number or expression. Raises Unreadable."""
    source = text.strip().replace("^", "**")
    if not source:
        raise Unreadable("a number is missing there")
    if len(source) > _LONGEST_NUMBER:
        raise Unreadable(f'"{shown(text)}" is too long for a number')
    if re.search(r"\d(?![eE][-+]?\d)[A-Za-z_]", source):  # 0x10, 1_000, 2x: Python would read some of them
        raise Unreadable(f'I cannot read "{shown(text)}" as a number. Type it like `0.5` or `2/3` or `tanh(0.6)`')
    source = _BARE_ARGUMENT.sub(r"\1(\2)", source)
    try:
        value = _value(ast.parse(source, mode="eval").body, text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unreadable(
            f'I cannot read "{shown(text)}" as a number. Type it like `0.5` or `2/3` or `tanh(0.6)`'
        ) from None
    except ZeroDivisionError:
        raise Unreadable(f'"{shown(text)}" divides by zero') from None
    except OverflowError:
        raise Unreadable(f'"{shown(text)}" is too large') from None
    if not math.isfinite(value):
        raise Unreadable(f'"{shown(text)}" is not a finite number')
    return value


def _value(node: ast.expr, text: str) -> float:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, text)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand, text)
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(op, _value(left, text), _value(right, text), text)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name.lower() in _FUNCTIONS:
            try:
                return _FUNCTIONS[name.lower()](_value(argument, text))
            except ValueError:
                raise Unreadable(f'"{shown(text)}" is not defined: look at what {name} is taken of') from None
        case ast.Call(func=ast.Name(id=name)) | ast.Name(id=name) if name.lower() in _FUNCTIONS:
            raise Unreadable(f"{shown(name)} takes one number, like `{shown(name)}(0.5)`")
        case ast.Name(id=name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)):
            raise Unreadable(f'I do not know "{shown(name)}". Functions: {", ".join(_FUNCTIONS)}')
    raise ValueError


def _combined(op: ast.operator, left: float, right: float, text: str) -> float:
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right
        case ast.Pow():
            power: float | complex = left**right  # floats: a huge power overflows at once instead of growing
            if isinstance(power, complex):
                raise Unreadable(f'"{shown(text)}" is not a real number')
            return power
    raise ValueError


# -- rows and cells --------------------------------------------------------------------------------------------------


def _clean(text: str) -> str:
    if len(text) > LONGEST:
        raise Unreadable(f"that is too long: at most {LONGEST} characters")
    text = text.translate(SIGNS).strip().strip("$").strip()
    before, sign, after = text.partition("=" if "=" in text else "≈")
    if sign and len(before) <= 40 and re.search(r"[A-Za-z∂∇]", before):  # "h_t = ..."
        text = after
    text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
    text = re.sub(rf"\\?({'|'.join(_FUNCTIONS)})\{{([^{{}}]*)\}}", r"\1(\2)", text)
    text = re.sub(r"^(?:np\.|numpy\.|torch\.)?(?:array|tensor)\((.*)\)$", r"\1", text, flags=re.DOTALL)
    text = re.sub(r"\\begin\{[bp]?matrix\}", "[", text)
    text = re.sub(r"\\end\{[bp]?matrix\}", "]", text)
    text = text.replace("\\\\", ";").replace("&", ",").replace("\\left", "").replace("\\right", "")
    return re.sub(r"\\([a-z]+)", r"\1", text).strip()


def _rows(text: str) -> list[list[str]]:
    """The cells, row by row."""
    text = _square(text.replace("{", "[").replace("}", "]"))
    if text.count("[") + text.count("]") == 1:
        text = text.replace("[", "").replace("]", "")  # [1, 2 can only mean one thing
    innermost = re.findall(r"\[([^\[\]]*)\]", text)
    outside = re.sub(r"[\[\],;\s]", "", re.sub(r"\[[^\[\]]*\]", "", text)) if innermost else ""
    if outside or (not innermost and re.search(r"[\[\]]", text)):
        raise Unreadable(f'I cannot read "{shown(text)}": each [ needs its ]')
    lines = [line for piece in innermost or [text] for line in re.split(r"[;\n]", piece) if line.strip()]
    if not lines:
        raise Unreadable("nothing was typed")
    return [_cells(line) for line in lines]


def _square(text: str) -> str:
    """(1, 2) is a list, (1 + 2) is arithmetic: a pair of parentheses with a comma or semicolon in it, and no function
    before it, becomes a pair of brackets; so does one around brackets."""
    opened: list[int] = []
    lists: set[int] = set()
    characters = list(text)
    for position, character in enumerate(text):
        if character == "(":
            opened.append(position)
        elif character in ",;[" and opened:
            lists.add(opened[-1])
        elif character == ")" and opened:
            start = opened.pop()
            after_function = start > 0 and text[start - 1].isalpha()
            if start in lists and not after_function:
                characters[start], characters[position] = "[", "]"
                if opened:
                    lists.add(opened[-1])
    return "".join(characters)


def _cells(line: str) -> list[str]:
    pieces = _split_outside_parentheses(line, ",")
    if len(pieces) > 1:
        if not pieces[-1].strip():
            pieces.pop()  # a comma at the end
        return pieces
    return _by_spaces(line)


def _split_outside_parentheses(text: str, separator: str) -> list[str]:
    pieces, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == separator and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += character
    return pieces


def _by_spaces(line: str) -> list[str]:
    """Split where spaces part numbers: `1 -2` is two, `1 - 2` and `ln 2` are one."""
    words = [word for word in _split_outside_parentheses(re.sub(r"\s+", " ", line), " ") if word]
    cells: list[str] = []
    for word in words:
        joins = bool(cells) and (
            cells[-1][-1] in "+-*/^" or word in {"+", "-", "*", "/", "^"} or word[0] in "*/^)"
            or cells[-1].split(" ")[-1].lstrip("+-").lower() in _FUNCTIONS
        )  # fmt: skip
        if joins:
            cells[-1] += f" {word}"
        else:
            cells.append(word)
    return cells


def _explain_decimal_comma(text: str, shape: tuple[int, ...]) -> None:
    """0,5 may be one number or two: never guess. In the rows of a matrix, 1,2; 3,4, it is two."""
    text = text.translate(_LIKE_MINUS)
    words = [word for word in re.split(r"[\s;]+", text) if word]
    if len(words) == 1 and text.count(",") == 2 * math.prod(shape) - 1 > 1 and re.fullmatch(r"[-+\d,]+", words[0]):
        raise Unreadable("decimals take a point here, like `0.5, 0.3`")  # 0,5,0,3
    if not shape and len(words) == 1 and _THOUSANDS.fullmatch(words[0]):
        whole = words[0].replace(",", "")
        either = f"`{whole}` or `{words[0].replace(',', '.')}`" if words[0].count(",") == 1 else f"`{whole}`"
        raise Unreadable(f'"{shown(text)}": type it without the comma, {either}')
    if len(shape) == 2 or not words or not all(_DECIMAL_COMMA.fullmatch(word) for word in words):
        return
    as_points = text.strip().replace(",", ".")
    if len(words) > 1 or not shape:
        raise Unreadable(f'"{shown(text)}": decimals take a point here. Type `{shown(as_points)}`')
    as_two = words[0].replace(",", ", ")
    raise Unreadable(f'"{words[0]}" could be one number or two. Type `{as_points}` for one, or `{as_two}` for two')


def _shaped(values: list[list[float]], shape: tuple[int, ...], name: str) -> Value:
    entries = [entry for row in values for entry in row]
    if not shape:
        if len(entries) != 1:
            raise Unreadable(f"I read {len(entries)} numbers where one is asked for")
        return entries[0]
    if len(shape) == 1:
        if len(entries) != shape[0] or (len(values) > 1 and len(values) != shape[0]):
            raise Unreadable(_count_message(len(entries), shape, name))
        return entries
    rows, columns = shape
    if len(values) == rows and all(len(row) == columns for row in values):
        return values
    if len(entries) == rows * columns and len(values) == 1:
        raise Unreadable(f"I read {len(entries)} numbers in one row; part the rows with ;  like `{_example(shape)}`")
    raise Unreadable(_count_message(len(entries), shape, name))


def _count_message(count: int, shape: tuple[int, ...], name: str) -> str:
    entries, rows = many(shape[0], "entry", "entries"), many(shape[0], "row")
    has = f"{name} has {entries}" if len(shape) == 1 else f"{name} has {rows} of {shape[1]}"
    numbers = many(count, "number")
    example = _example(shape)
    bracketed = f" or `[{example.replace(' ', ', ')}]`" if len(shape) == 1 else ""
    return f"I read {numbers}, {has}. Type them like `{example}`{bracketed}"


def _example(shape: tuple[int, ...]) -> str:
    samples = ["0.235", "-0.411", "0.5", "0.12", "-0.3"]
    row = " ".join((samples * 3)[: shape[-1]])
    return row if len(shape) == 1 else "; ".join([row] * shape[0])


def shown(text: str) -> str:
    """Typed text inside a message: short, and nothing in it that a terminal would obey."""
    text = " ".join(text.split())
    return literally(text if len(text) <= 40 else text[:39] + "…")


def digits(text: str, most: int) -> list[int]:
    """`2`, `1 3`, `1,3` and `13` as numbers from 1 to `most`, none twice. Raises Unreadable."""
    compact = re.sub(r"[\s,;.>]+", "", text)
    if not re.fullmatch(r"[1-9]+", compact) or max(map(int, compact)) > most:
        raise Unreadable(f"type digits from 1 to {most}")
    if len(set(compact)) < len(compact):
        raise Unreadable("type each digit once")
    return [int(digit) for digit in compact]


def shape_of(value: Value) -> tuple[int, ...]:
    if not isinstance(value, list):
        return ()
    return (len(value), len(value[0])) if isinstance(value[0], list) else (len(value),)
