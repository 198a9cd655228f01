"""Vanishing and exploding gradients: powers, products of slopes, Jacobians."""

from studyrnn.exercises.gradients import arguments, matrices, numbers

EXERCISES = (
    *numbers.EXERCISES,
    *matrices.EXERCISES,
    *arguments.EXERCISES,
)
