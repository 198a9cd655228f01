"""Gradients measured: what the equations of backpropagation are compared with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

STEP = 1e-5


def central(function: Callable[[Any], float], at: Any) -> Any:
    """The slopes of a function of one array by central differences, entry by entry, in the shape of the array."""
    slopes = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        step = np.zeros_like(at)
        step[place] = STEP
        slopes[place] = (function(at + step) - function(at - step)) / (2 * STEP)
    return slopes


def slopes(loss: Callable[[], float], array: Any) -> Any:
    """The same for a loss that reads `array`, which is moved in place and put back."""

    def moved(at: Any) -> float:
        kept = array.copy()
        array[...] = at
        value = loss()
        array[...] = kept
        return value

    return central(moved, array.copy())
