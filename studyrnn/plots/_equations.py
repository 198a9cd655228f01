"""The equations of a cell as sentences, for who cannot see its diagram."""

from __future__ import annotations

from studyrnn.engine.equations import Program
from studyrnn.engine.latex import latex
from studyrnn.engine.symbols import symbol


def told(program: Program) -> tuple[str, ...]:
    return tuple(f"${symbol(name)} = {latex(rhs)}$." for name, rhs in program.equations.items())
