"""Backpropagation through time, by hand."""

from studyrnn.exercises.bptt import checks, layers, local, single_unit, three_steps

EXERCISES = (
    *local.EXERCISES,
    *single_unit.EXERCISES,
    *layers.EXERCISES,
    *three_steps.EXERCISES,
    *checks.EXERCISES,
)
