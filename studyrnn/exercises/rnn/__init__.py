"""Vanilla recurrent network: one step forward."""

from studyrnn.exercises.rnn import design, pieces, sequences, steps

EXERCISES = (
    *pieces.EXERCISES,
    *steps.EXERCISES,
    *sequences.EXERCISES,
    *design.EXERCISES,
)
