"""Do these numbers fit these equations? Every shape is checked against all others before anything is computed."""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.errors import ArgumentError

Size = str | tuple[str, ...]  # a letter, like "n", or the letters of two vectors stacked on each other
Shape = tuple[Size, ...]


def array(name: str, value: Any, shape: tuple[int | None, ...] | None = None) -> Array:
    """`value` as a float64 array. Raises ArgumentError where it is none, is not finite, or has another shape.

    shape   the sizes it has to have, None where any will do
    """
    try:
        found = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ArgumentError(f"{name} is not an array of numbers with rows of equal length") from None
    if not np.isfinite(found).all():
        place = tuple(int(k) + 1 for k in np.argwhere(~np.isfinite(found))[0])
        where = f" at {place if len(place) > 1 else place[0]}" if place else ""
        raise ArgumentError(f"{name} holds {found[~np.isfinite(found)][0]}{where}: it needs finite numbers")
    if shape is not None and not _agrees(found.shape, shape):
        raise ArgumentError(f"{name} has shape {shown(found.shape)}; it needs {shown(shape)}")
    return found


TOLERANCE = 1e-9  # by which probabilities may miss 1


def distribution(name: str, value: Any, shape: tuple[int | None, ...] | None = None) -> Array:
    """`value` as probabilities along axis 0: not negative, each column adds up to 1. Raises ArgumentError otherwise."""
    found = array(name, value, shape)
    if not found.ndim or not found.size:
        wrong = f"has shape {shown(found.shape)}"
    elif found.min() < 0:
        wrong = f"holds {found.min():g}"
    elif (off := np.abs(found.sum(axis=0) - 1)).max() > TOLERANCE:
        wrong = f"adds up to {np.ravel(found.sum(axis=0))[off.argmax()]:.7g}"
    else:
        return found
    raise ArgumentError(f"{name} {wrong}; a distribution has entries from 0 that add up to 1, like [0, 1, 0]")


def from_0_to_1(name: str, value: Any, shape: tuple[int | None, ...] | None = None) -> Array:
    """`value` as probabilities, each from 0 to 1 and for itself. Raises ArgumentError otherwise."""
    found = array(name, value, shape)
    outside = found[(found < 0) | (found > 1)]
    if outside.size:
        raise ArgumentError(f"{name} holds {outside[0]:g}: it needs probabilities from 0 to 1, not their logarithms")
    return found


def parts(size: Size) -> tuple[str, ...]:
    """The letters of a size."""
    return (size,) if isinstance(size, str) else size


def _agrees(found: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(found) == len(wanted) and all(need in (None, size) for size, need in zip(found, wanted, strict=True))


def shown(shape: tuple[int | None, ...]) -> str:
    """(2, 3), (2) or (): a number."""
    return "(" + ", ".join("any" if size is None else str(size) for size in shape) + ")"


def real(
    name: str,
    value: Any,
    above: float | None = None,
    least: float | None = None,
    below: float | None = None,
    most: float | None = None,
) -> float:
    """`value` as a float within its bounds: above and below without the bound itself, least and most with it.

    Raises ArgumentError where it is no finite number, or out of bounds.
    """
    number = float(array(name, value, ()))
    compared = {
        "above": (above, operator.gt),
        "from": (least, operator.ge),
        "below": (below, operator.lt),
        "to": (most, operator.le),
    }
    bounds = {word: (bound, holds) for word, (bound, holds) in compared.items() if bound is not None}
    if not all(holds(number, bound) for bound, holds in bounds.values()):
        wanted = " ".join(f"{word} {bound:g}" for word, (bound, _) in bounds.items())
        raise ArgumentError(f"{name} is {value!r}; it needs a number {wanted}")
    return number


def whole(name: str, value: Any, least: int | None = None, most: int | None = None) -> int:
    """`value` as an int. Raises ArgumentError where it is no whole number, below `least` or above `most`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise ArgumentError(f"{name} is {value!r}; it needs a whole number") from None
    if (least is not None and number < least) or (most is not None and number > most):
        bounds = (("from", least), ("to", most))
        wanted = (
            f"of {least} or more" if most is None else " ".join(f"{word} {b}" for word, b in bounds if b is not None)
        )
        raise ArgumentError(f"{name} is {number}; it needs a whole number {wanted}")
    return number


def numbered(name: str, values: Iterable[Any], count: int | None = None) -> list[int]:
    """Classes, states or places in a list, numbered from 0.

    Raises ArgumentError for no list, and for an entry that is no whole number, below 0, or not below `count`.
    """
    if not isinstance(values, Iterable):
        raise ArgumentError(f"{name} is {values!r}; it needs a list of whole numbers")
    most = None if count is None else count - 1
    return [whole(f"{name}[{place}]", value, 0, most) for place, value in enumerate(values)]


def sequence(name: str, value: Any) -> Array:
    """`value` as an array (T,) or (T, d), T >= 1. Raises ArgumentError where it is neither."""
    found = array(name, value)
    if found.ndim not in {1, 2} or not found.size:
        raise ArgumentError(
            f"{name} has shape {shown(found.shape)}; a sequence needs (T) for numbers or (T, d) for vectors, T >= 1"
        )
    return found


def fitted(
    values: Mapping[str, Any], shapes: Mapping[str, Shape], seen: dict[Any, int | None] | None = None
) -> tuple[dict[str, Array], int | None]:
    """The values as arrays that fit each other, and the size of the batch (None: a single example).

    shapes   of one example, by name, in letters; the first value with a letter says how much it is. A value may have
             the batch as one axis more; those that have not are shared by all examples, and get an axis of one
             where they are vectors, so that NumPy spreads them
    seen     shapes that were found to fit before, and their batch: they need not be compared at every draw

    Raises ArgumentError for a name that is missing or unknown, for a value that is no array of finite numbers, and for
    shapes that do not fit: the message names the value, its shape and the shape it needs.
    """
    if not shapes.keys() <= values.keys():
        raise ArgumentError(f"no value for {', '.join(name for name in shapes if name not in values)}")
    if len(values) > len(shapes):
        unknown = [name for name in values if name not in shapes]
        raise ArgumentError(f"nothing here is called {', '.join(unknown)}; known: {', '.join(shapes)}")
    arrays = {name: values[name] for name in shapes}
    if not _are_finite_arrays(arrays.values()):
        arrays = {name: array(name, value) for name, value in arrays.items()}
    found = tuple([value.shape for value in arrays.values()])
    seen = {} if seen is None else seen
    if found not in seen:
        seen[found] = _batch(shapes, found)
    batch = seen[found]
    if batch is not None:
        for name, shape in shapes.items():
            if arrays[name].ndim == len(shape) == 1:
                arrays[name] = arrays[name][:, None]
    return arrays, batch


_FLOAT64 = np.dtype(np.float64)
_SMALL = 5000  # entries of all together


def _are_finite_arrays(values: Collection[Any]) -> bool:
    """Small ones all in one go, which takes a tenth of the time of one by one."""
    size = 0
    for value in values:
        if type(value) is not np.ndarray or value.dtype is not _FLOAT64:
            return False
        size += value.size
    # Not a sum that is nan or not: NumPy warns where it overflows.
    if size > _SMALL:
        return all(np.isfinite(value).all() for value in values)
    return size == 0 or bool(np.isfinite(np.concatenate(tuple(values), axis=None)).all())


def _batch(shapes: Mapping[str, Shape], found: tuple[tuple[int, ...], ...]) -> int | None:
    """The size of the batch, if all shapes fit."""
    sizes: dict[str, tuple[int, str]] = {}
    for (name, shape), size in zip(shapes.items(), found, strict=True):
        _fit(name, size, shape, sizes)
    return sizes.get("batch", (None, ""))[0]


def _fit(name: str, found: tuple[int, ...], shape: Shape, sizes: dict[str, tuple[int, str]]) -> None:
    letters: Shape = (*shape, "batch") if len(found) == len(shape) + 1 else shape
    wanted: list[int | None] = []
    reasons: list[str] = []
    for place, size in enumerate(letters):
        known = parts(size)
        if any(part not in sizes for part in known):
            if len(found) == len(letters) and len(known) == 1:
                sizes[known[0]] = (found[place], name)
            wanted.append(None)
            continue
        wanted.append(sum(sizes[part][0] for part in known))
        reasons += [f"{sizes[part][1]} has {part} = {sizes[part][0]}" for part in known]
    if not _agrees(found, tuple(wanted)):
        because = f" ({'; '.join(dict.fromkeys(reasons))})" if reasons else ""
        raise ArgumentError(f"{name} has shape {shown(found)}; it needs {shown(tuple(wanted))}{because}")
