"""One step back: slopes and Jacobians."""

from studyrnn.questions import Exercise

EXERCISES: tuple[Exercise, ...] = ()
