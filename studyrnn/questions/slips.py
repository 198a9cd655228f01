"""Slips that many exercises share. What can go wrong with any numbers at all is recognised in `grading.diagnosis`."""

from __future__ import annotations

from studyrnn.engine.symbols import symbol
from studyrnn.questions.base import Slip


def slip(name: str, says: str, **equations: str) -> Slip:
    """A slip in a line: its equations by name."""
    return Slip(name, says, equations)


def perhaps(name: str, says: str, **equations: str) -> Slip:
    """The same, where some numbers cannot show it."""
    return Slip(name, says, equations, always=False)


def no_bias(name: str) -> Slip:
    tex = symbol(name)
    return Slip(
        "no-bias",
        f"The bias ${tex}$ is missing: the pre-activation ends with $+\\,{tex}$.",
        names={name: "0"},
    )


def transposed(name: str, always: bool = True) -> Slip:
    tex = symbol(name)
    return Slip(
        f"transposed-{name.replace('_', '-').lower().strip('-')}",
        f"That is ${tex}^\\top$ in place of ${tex}$: take its rows, not its columns, times the vector.",
        names={name: f"{name}.T"},
        always=always,
    )


def sign(name: str, rhs: str, why: str) -> Slip:
    """The right-hand side of `name` with its sign turned round."""
    return Slip("sign", f"The sign is turned round: {why}", equations={name: f"-({rhs})"})


def sum_for_mean(name: str, rhs: str) -> Slip:
    return Slip(
        "sum-for-mean",
        f"That is the sum. ${symbol(name)}$ is the mean here: divide by the number of terms.",
        equations={name: rhs},
    )


def mean_for_sum(name: str, rhs: str) -> Slip:
    return Slip(
        "mean-for-sum",
        f"That is the mean. ${symbol(name)}$ is the sum here: it is not divided by the number of terms.",
        equations={name: rhs},
    )
