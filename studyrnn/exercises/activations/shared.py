"""Slips as short as they come."""

from studyrnn.questions import Slip


def slip(name: str, says: str, **equations: str) -> Slip:
    return Slip(name, says, equations)


def perhaps(name: str, says: str, **equations: str) -> Slip:
    return Slip(name, says, equations, always=False)
