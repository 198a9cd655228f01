"""From a gradient to the next weights: gradient descent and its relatives, and one search without gradients."""

from studyrnn.exercises.optimisers import search, steps

EXERCISES = (
    *steps.EXERCISES,
    *search.EXERCISES,
)
