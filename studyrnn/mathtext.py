"""LaTeX formulas as terminal text: the subset that decks and exercises use, and a clear refusal of the rest.

    one_line(r"h_{t-1} \\odot r_t")          'hₜ₋₁ ⊙ rₜ'
    one_line(r"h_{t-1} \\odot r_t", ascii_only=True)   'h_(t-1) * r_t'
    display(tex, width)                      lines of text, matrices and fractions drawn in two dimensions

A formula is parsed into a row of boxes (`boxes.py` puts them together). Unicode has no subscript f, c, g or z, and
mixing Wₓₕ with W_xz reads badly: names of weights are written W_xh.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from studyrnn.boxes import (
    BIN,
    CLOSE,
    FUNC,
    OPEN,
    ORD,
    PREFIX,
    PUNCT,
    REL,
    SPACE,
    Box,
    broken,
    columns,
    flat_matrix,
    fractions_in_parentheses,
    in_parentheses,
    one_thing,
    pad,
    side_by_side,
    stacked_fraction,
    tall_matrix,
)  # fmt: skip


class MathError(ValueError):
    """The formula leaves the subset. The message names the command or character."""


# command: (Unicode, ASCII, kind)

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_SYMBOLS: dict[str, tuple[str, str, str]] = {
    **{name: (letter, name, ORD) for name, letter in _GREEK.items()},
    **{name: (name, name, FUNC) for name in ("tanh", "exp", "ln", "log", "max", "min", "sin", "cos", "arg")},
    "odot": ("⊙", "*", BIN), "cdot": ("·", "*", BIN), "times": ("×", "x", BIN), "pm": ("±", "+-", BIN),
    "circ": ("∘", "o", BIN), "oplus": ("⊕", "(+)", BIN),
    "le": ("≤", "<=", REL), "leq": ("≤", "<=", REL), "ge": ("≥", ">=", REL), "geq": ("≥", ">=", REL),
    "ne": ("≠", "!=", REL), "neq": ("≠", "!=", REL), "approx": ("≈", "~=", REL), "to": ("→", "->", REL),
    "rightarrow": ("→", ">", ORD), "leftarrow": ("←", "<", ORD), "gets": ("←", "<-", REL),
    "in": ("∈", "in", REL), "ll": ("≪", "<<", REL), "gg": ("≫", ">>", REL), "propto": ("∝", "~", REL),
    "sim": ("∼", "~", REL), "equiv": ("≡", "==", REL), "Rightarrow": ("⇒", "=>", REL), "mid": ("|", "|", REL),
    "sum": ("∑", "sum", FUNC), "prod": ("∏", "prod", FUNC),
    "partial": ("∂", "d", PREFIX), "infty": ("∞", "inf", ORD),
    "top": ("ᵀ", "T", ORD), "prime": ("′", "'", CLOSE), "ell": ("ℓ", "l", ORD), "nabla": ("∇", "grad", FUNC),
    "dots": ("…", "...", ORD), "ldots": ("…", "...", ORD), "cdots": ("⋯", "...", ORD),
    "lVert": ("‖", "||", OPEN), "rVert": ("‖", "||", CLOSE), "lvert": ("|", "|", OPEN), "rvert": ("|", "|", CLOSE),
    "{": ("{", "{", OPEN), "}": ("}", "}", CLOSE), "%": ("%", "%", ORD),
    ",": ("", "", SPACE), "!": ("", "", SPACE), ";": (" ", " ", SPACE), " ": (" ", " ", SPACE),
    "quad": ("  ", "  ", SPACE), "qquad": ("    ", "    ", SPACE),
}  # fmt: skip
_CHARACTERS = {
    "+": ("+", "+", BIN), "-": ("−", "-", BIN), "*": ("∗", "*", BIN), "/": ("/", "/", ORD),
    "=": ("=", "=", REL), "<": ("<", "<", REL), ">": (">", ">", REL), ":": (":", ":", REL),
    "(": ("(", "(", OPEN), "[": ("[", "[", OPEN), ")": (")", ")", CLOSE), "]": ("]", "]", CLOSE),
    ",": (",", ",", PUNCT), ";": (";", ";", PUNCT), ".": (".", ".", ORD), "!": ("!", "!", ORD),
    "'": ("′", "'", CLOSE), "|": ("|", "|", ORD), "?": ("?", "?", ORD), "~": (" ", " ", SPACE),
}  # fmt: skip
_ACCENTS = {"tilde": "\u0303", "hat": "\u0302", "bar": "\u0304"}
_ACCENT_WORDS = {"tilde": "~", "hat": "^", "bar": "-"}
_ALPHABETS = {"text", "mathrm", "operatorname", "mathbb", "mathbf", "mathcal"}
_BLACKBOARD = {"R": "ℝ", "N": "ℕ", "E": "𝔼"}
_SUB = dict(zip("0123456789+−=()tijkmn", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₜᵢⱼₖₘₙ", strict=True))
_SUP = dict(zip("0123456789+−=()tijkmnlᵀ", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵗⁱʲᵏᵐⁿˡᵀ", strict=True))  # ᵀ is the transpose, never T steps


def known_commands() -> list[str]:
    structural = ["frac", "tfrac", "sqrt", "left", "right", "begin{bmatrix}", "end{bmatrix}"]
    names = [*_SYMBOLS, *_ACCENTS, *_ALPHABETS, *structural]
    return sorted("\\" + name for name in names)


def one_line(tex: str, ascii_only: bool = False, longest: int | None = None) -> str:
    """The formula on one line; fractions get parentheses, matrices become [a, b; c, d].

    longest   how many characters may be typeset, where the formula comes from a file of somebody else

    Raises MathError.
    """
    if longest is not None and len(tex) > longest:
        raise MathError(f"a formula of more than {longest} characters")
    row = _Parser(tex, ascii_only, flat=True).formula()
    return "".join(side_by_side(row).lines)


def display(tex: str, width: int = 80, ascii_only: bool = False) -> list[str]:
    """The formula in two dimensions, broken before an operator where it exceeds `width`. Raises MathError."""
    row = _Parser(tex, ascii_only, flat=ascii_only).formula()
    return [line.rstrip() for box in broken(row, width) for line in box.lines]


# -- reading ---------------------------------------------------------------------------------------------------------

_DIGITS = set("0123456789")
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)
_DEEPEST = 60


class _Parser:
    def __init__(self, tex: str, ascii_only: bool, flat: bool) -> None:
        self.tex, self.ascii, self.flat = tex, ascii_only, flat
        self.tokens = _TOKEN.findall(tex)
        self.position = 0
        self.depth = 0

    def formula(self) -> list[Box]:
        row = self.row(())
        if self.position < len(self.tokens):
            raise MathError(f'"{self.tokens[self.position]}" without its beginning')
        return row

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.position += 1
        return token

    def row(self, stops: tuple[str, ...]) -> list[Box]:
        """Atoms up to one of `stops`, which is left where it is."""
        atoms: list[Box] = []
        spaced = False
        while (token := self.peek()) and token not in stops:
            if token.isspace():
                self.take()
                spaced = True
            elif token in {"_", "^"}:
                if not atoms:
                    raise MathError(f'"{token}" has nothing to hang on')
                atoms[-1] = self.scripts(atoms[-1])
            elif token in {"}", "&", r"\\"}:
                break
            else:
                for atom in self.atom():
                    atoms.append(replace(atom, spaced=atom.spaced or spaced))
                    spaced = False
        return fractions_in_parentheses(atoms)

    def group(self) -> list[Box]:
        """What a command or a script applies to: {...}, or a single letter, digit or command."""
        while self.peek().isspace():
            self.take()
        if self.peek() in _DIGITS:
            return [Box((self.take(),))]
        if self.peek() != "{":
            return self.atom()
        self.take()
        with self.nested():
            row = self.row(("}",))
        if self.take() != "}":
            raise MathError("a { is never closed")
        return row

    def flat_group(self) -> list[Box]:
        with self.on_one_line():
            return self.group()

    def atom(self) -> list[Box]:
        with self.nested():
            return self.atom_within()

    @contextmanager
    def nested(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise MathError(f"nested more than {_DEEPEST} deep")
        yield
        self.depth -= 1

    @contextmanager
    def on_one_line(self) -> Iterator[None]:
        """Inside a script, an entry of a matrix or a small fraction nothing may be drawn in two dimensions."""
        outside, self.flat = self.flat, True
        yield
        self.flat = outside

    def atom_within(self) -> list[Box]:
        token = self.take()
        if not token:
            raise MathError("something is missing at the end")
        if token == "{":
            self.position -= 1
            return self.group()
        if token.startswith("\\"):
            return self.command(token[1:])
        if token.isascii() and token.isalnum():
            return [self.run_of(token)]
        if token in _CHARACTERS:
            return [self.symbol(_CHARACTERS[token])]
        raise MathError(f"I cannot typeset the character {token!r}")

    def run_of(self, first: str) -> Box:
        """Digits of one number belong together; letters stand alone."""
        text = first
        while first.isdigit() and (self.peek().isdigit() or (self.peek() == "." and self.digit_follows())):
            text += self.take()
        return Box((text,))

    def digit_follows(self) -> bool:
        return self.position + 1 < len(self.tokens) and self.tokens[self.position + 1].isdigit()

    def symbol(self, entry: tuple[str, str, str]) -> Box:
        return Box((entry[1] if self.ascii else entry[0],), kind=entry[2])

    def command(self, name: str) -> list[Box]:
        special: dict[str, Callable[[], list[Box]]] = {
            "frac": self.fraction, "tfrac": self.small_fraction, "sqrt": self.root, "begin": self.matrix,
            "left": self.delimiter, "right": self.delimiter,
        }  # fmt: skip
        if name in special:
            return special[name]()
        if name in _SYMBOLS:
            return [self.symbol(_SYMBOLS[name])]
        if name in _ACCENTS:
            inner = side_by_side(self.flat_group())
            mark = f"_{_ACCENT_WORDS[name]}" if self.ascii else _ACCENTS[name]
            return [replace(inner, lines=tuple(line + mark for line in inner.lines))]
        if name in _ALPHABETS:
            return [self.word(name)]
        raise MathError(f"I cannot typeset \\{name}")

    def word(self, alphabet: str) -> Box:
        """\\text{...} and its like: the letters as they stand, spaces kept."""
        if self.take() != "{":
            raise MathError(f"\\{alphabet} needs braces")
        text = ""
        while (token := self.take()) != "}":
            if not token or token.startswith(("\\", "{", "_", "^")) or not token.isprintable():
                raise MathError(f"\\{alphabet}{{...}} takes plain text only")
            text += token
        if alphabet == "mathbb" and not self.ascii:
            text = "".join(_BLACKBOARD.get(letter, letter) for letter in text)
        return Box((text,), kind=FUNC if alphabet == "operatorname" else ORD)

    def delimiter(self) -> list[Box]:
        """\\left( and \\right): brackets grow by themselves, so only the bracket is kept."""
        if self.peek() == ".":
            self.take()
            return []
        return self.atom()

    def fraction(self) -> list[Box]:
        over, under = self.halves()
        if self.flat:
            return [self.flat_fraction(over, under)]
        return [stacked_fraction(side_by_side(over), side_by_side(under))]

    def halves(self) -> tuple[list[Box], list[Box]]:
        over, under = self.group(), self.group()
        if not over or not under:
            raise MathError("a fraction lacks one of its halves")
        return over, under

    def small_fraction(self) -> list[Box]:
        """\\tfrac stays on the line: one half is a sign of its own."""
        with self.on_one_line():
            fraction = self.flat_fraction(*self.halves())
        return [Box(("½",)) if fraction.lines == ("1/2",) and not self.ascii else fraction]

    def flat_fraction(self, over: list[Box], under: list[Box]) -> Box:
        return Box((f"{one_thing(over)}/{one_thing(under)}",), fraction=True)

    def root(self) -> list[Box]:
        if self.peek() == "[":
            raise MathError("I cannot typeset \\sqrt[...]; write a power")
        inside = self.group()
        if not self.ascii and len(inside) == 1 and inside[0].lines[0].isdigit():
            return [Box((f"√{inside[0].lines[0]}",))]
        brackets = [Box(("(",), kind=OPEN), *inside, Box((")",), kind=CLOSE)]
        return [Box(("sqrt" if self.ascii else "√",), kind=FUNC), *brackets]

    def matrix(self) -> list[Box]:
        name = "".join(self.environment())
        if name != "bmatrix":
            raise MathError(f"I cannot typeset \\begin{{{name}}}; matrices are \\begin{{bmatrix}}")
        rows: list[list[Box]] = [[]]
        token = "&"
        while token != r"\end":
            with self.on_one_line():
                rows[-1].append(side_by_side(self.row((r"\end",))))
            token = self.take()
            if token == r"\\":
                rows.append([])
            elif token not in {"&", r"\end"}:
                raise MathError("a \\begin{bmatrix} is never closed")
        if "".join(self.environment()) != name:
            raise MathError("a \\begin{bmatrix} is closed as something else")
        if len({len(row) for row in rows}) > 1:
            raise MathError("the rows of a matrix differ in length")
        if self.flat:
            return [Box((flat_matrix(rows),))]
        return [tall_matrix(rows)]

    def environment(self) -> list[str]:
        name: list[str] = []
        if self.take() != "{":
            raise MathError("\\begin and \\end need a name in braces")
        while (token := self.take()) != "}":
            if not token:
                raise MathError("a { is never closed")
            name.append(token)
        return name

    def scripts(self, base: Box) -> Box:
        mark = self.take()
        base = in_parentheses(base) if base.fraction else base
        atoms = self.flat_group()
        if self.peek() == mark:
            raise MathError(f"two {mark} after one symbol")
        script = side_by_side(atoms).lines[0]
        table = {} if self.ascii else (_SUB if mark == "_" else _SUP)
        compact = script.replace(" ", "")
        names_a_route = mark == "_" and base.lines[0] in {"W", "b"} and compact.isalpha()
        if not names_a_route and all(character in table for character in compact):
            text = "".join(table[character] for character in compact)
            open_ended = False
        else:
            # W_hh is a name; but x^(ab), so that nobody takes it for x^a b, and e^(y_t), which is not (e^y)_t.
            word = len(compact) == 1 or (compact.isascii() and compact.isalnum())
            single = len(atoms) == 1 and not atoms[0].fraction and (mark == "_" or word)
            plain = single or (mark == "_" and compact.isalnum() and " " not in script)
            bracketed = compact.startswith("(") and compact.endswith(")")
            text = mark + (compact if plain or bracketed else f"({compact})")
            open_ended = plain
        at = 0 if mark == "^" else len(base.lines) - 1
        lines = [line + (text if index == at else "") for index, line in enumerate(base.lines)]
        width = max(map(columns, lines))
        return replace(base, lines=tuple(pad(line, width) for line in lines), open_ended=open_ended)
