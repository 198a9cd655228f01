"""Symbols shared by the exercises on losses."""

SYMBOLS = {"p": "p", "target": r"\text{target}", "q": "q", "y": "y", "m": "m"}
