"""Counts and days in words. Pure."""

from __future__ import annotations


def many(count: int, one: str, several: str = "") -> str:
    """1 card, 2 cards; what has another plural names it: 2 entries."""
    return f"{count} {one if count == 1 else several or f'{one}s'}"


def days_ahead(days: int) -> str:
    """From today on, at least 1."""
    return "tomorrow" if days == 1 else f"in {days} days"
