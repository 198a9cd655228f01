"""GRU: its gates and its new state. Reset before the product, z keeps the old state; every stem says so."""

from studyrnn.exercises.gru import conventions, gates, sequences, states

EXERCISES = (
    *gates.EXERCISES,
    *states.EXERCISES,
    *conventions.EXERCISES,
    *sequences.EXERCISES,
)
