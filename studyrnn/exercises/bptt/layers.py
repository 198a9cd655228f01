"""Whole layers over several steps, and the order of the work."""

from studyrnn.questions import Exercise

EXERCISES: tuple[Exercise, ...] = ()
