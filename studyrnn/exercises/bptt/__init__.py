"""Backpropagation through time, by hand."""

from studyrnn.exercises.bptt import layers, local, single_unit

EXERCISES = (
    *local.EXERCISES,
    *single_unit.EXERCISES,
    *layers.EXERCISES,
)
