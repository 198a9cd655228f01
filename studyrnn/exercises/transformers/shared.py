"""Slips as most exercises of this topic write them."""

from studyrnn.questions import Slip


def slip(name: str, says: str, **equations: str) -> Slip:
    return Slip(name, says, equations)


def perhaps(name: str, says: str, **equations: str) -> Slip:
    return Slip(name, says, equations, always=False)
