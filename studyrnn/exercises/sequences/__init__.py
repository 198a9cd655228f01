"""Sequences as such: shifted, summed, sampled, drawn by chance, stacked to batches, mapped to one another."""

from studyrnn.exercises.sequences import batches, chains, operations, rules

EXERCISES = (
    *operations.EXERCISES,
    *rules.EXERCISES,
    *chains.EXERCISES,
    *batches.EXERCISES,
)
