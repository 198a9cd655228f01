"""Activations: values, slopes, softmax."""

from studyrnn.exercises.activations import slopes, softmax, values

EXERCISES = (*values.EXERCISES, *slopes.EXERCISES, *softmax.EXERCISES)
