"""Attention in place of recurrence: scores, weights, causal masks, paths and parameters."""

from studyrnn.exercises.transformers import counting, reading

EXERCISES = (*reading.EXERCISES, *counting.EXERCISES)
