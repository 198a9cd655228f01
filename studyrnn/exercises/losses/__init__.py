"""Losses: of one step, of a sequence, of a labelling; and their slopes at the output."""

from studyrnn.exercises.losses import ctc, slopes, steps

EXERCISES = (
    *steps.EXERCISES,
    *slopes.EXERCISES,
    *ctc.EXERCISES,
)
