"""LSTM: the cell state and what is read out of it."""

from studyrnn.exercises.lstm import backward, design, gates, states

EXERCISES = (
    *gates.EXERCISES,
    *states.EXERCISES,
    *backward.EXERCISES,
    *design.EXERCISES,
)
