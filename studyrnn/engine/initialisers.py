"""How weights and initial states begin.

Every random value comes from `chance`. A weight has the shape (n_out, n_in): rows are where it leads, so the fan-in is
the number of columns. What the schemes prescribe is a variance, never a standard deviation: N(0, 1/n) has deviation
1 / sqrt(n).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.equations import Program
from studyrnn.engine.gradient_flow import spectral_norm, spectral_radius
from studyrnn.engine.network import Network
from studyrnn.engine.shapes import array, parts, real, shown, whole
from studyrnn.engine.specification import sized
from studyrnn.errors import ArgumentError, known

Shape2 = tuple[int, int]

_LIMIT = {"sigma": "sqrt(variance)", "limit": "sqrt(3 * variance)"}  # uniform on +-limit has this variance
VARIANCES = {
    "glorot": Program.parse({"variance": "2 / (n_in + n_out)", **_LIMIT}),
    "he": Program.parse({"variance": "2 / n_in", **_LIMIT}),
    "fan-in": Program.parse({"variance": "1 / n_in", **_LIMIT}),
    "pytorch": Program.parse({"variance": "1 / (3 * n)", **_LIMIT}),  # n hidden units
}
KINDS = ("uniform", "normal")


# -- weights ---------------------------------------------------------------------------------------------------------


def spread(scheme: str, n_in: int, n_out: int, n: int | None = None) -> dict[str, float]:
    """The variance that a scheme prescribes, sigma of the normal and the limit of the uniform distribution.

    scheme "glorot", "he", "fan-in" or "pytorch", which asks for the number n of hidden units (None: n_out). Raises
    UnknownName for another, ArgumentError unless the numbers are whole and at least 1.
    """
    program = VARIANCES[known("scheme with a variance", scheme, VARIANCES)]
    sizes = _sizes({"n_in": n_in, "n_out": n_out, "n": n_out if n is None else n})
    trace = program.run({name: np.float64(size) for name, size in sizes.items()}, NUMPY)
    return {name: float(trace[name]) for name in program.equations}


def glorot(shape: Shape2, chance: np.random.Generator, kind: str = "uniform") -> Array:
    """Variance 2 / (n_in + n_out); uniform: on +-sqrt(6 / (n_in + n_out)). Glorot & Bengio 2010, equations 12 and 16.

    Also called Xavier initialisation; it is for weights, not for states. Raises ArgumentError for a size below 1,
    UnknownName for a kind other than "uniform" and "normal".
    """
    return _drawn("glorot", shape, chance, kind)


def he(shape: Shape2, chance: np.random.Generator, kind: str = "normal") -> Array:
    """Variance 2 / n_in, for layers with ReLU. He et al. 2015, equation 10. Raises like `glorot`."""
    return _drawn("he", shape, chance, kind)


def fan_in(shape: Shape2, chance: np.random.Generator, kind: str = "normal") -> Array:
    """Variance 1 / n_in. LeCun et al. 1998, section 4.6; of a square W_hh the same as Glorot. Raises like `glorot`."""
    return _drawn("fan-in", shape, chance, kind)


def _drawn(scheme: str, shape: Shape2, chance: np.random.Generator, kind: str, n: int | None = None) -> Array:
    n_out, n_in = shape
    found = spread(scheme, n_in, n_out, n)
    if known("kind of distribution", kind, KINDS) == "uniform":
        return chance.uniform(-found["limit"], found["limit"], shape)
    return chance.normal(0.0, found["sigma"], shape)


def orthogonal(shape: Shape2, chance: np.random.Generator, scale: float = 1.0) -> Array:
    """A random matrix with orthonormal rows or columns, whichever are fewer, times scale. Saxe et al. 2014.

    All singular values equal scale, so a square one neither lengthens nor shortens a vector. It is the Q of a normal
    matrix with the signs that make the diagonal of R positive: only then is every rotation equally likely (Mezzadri
    2007). Raises ArgumentError for a size below 1, and a scale that is no finite number.
    """
    n_out, n_in = shape
    _sizes({"n_out": n_out, "n_in": n_in})
    factor = real("scale", scale)
    q, r = np.linalg.qr(chance.normal(size=(max(shape), min(shape))))
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
    return np.asarray(factor * (q if n_out >= n_in else q.T))


def identity(shape: Shape2, scale: float = 1.0) -> Array:
    """The identity times scale: of the recurrent matrix of a ReLU network (IRNN, Le et al. 2015), with zero biases.

    A unit with a positive sum then keeps its state, Jacobian 1, and one below zero passes nothing back. Raises
    ArgumentError unless square, and for a scale that is no finite number.
    """
    n_out, n_in = shape
    _sizes({"n_out": n_out, "n_in": n_in})
    if n_out != n_in:
        raise ArgumentError(f"shape is {shown(shape)}; only a recurrent matrix, which is square, can be the identity")
    return real("scale", scale) * np.eye(n_out)


def pytorch(shape: Shape2, chance: np.random.Generator, n: int | None = None) -> Array:
    """Uniform on +-1 / sqrt(n) with n the number of hidden units (None: the rows), whatever the fan-in.

    PyTorch's RNN, LSTM and GRU; it draws the biases in the same way. The variance is 1 / (3 n). Raises ArgumentError
    for a size below 1.
    """
    return _drawn("pytorch", shape, chance, "uniform", n)


Scheme = Callable[[Shape2, int, np.random.Generator], Array]

SCHEMES: dict[str, Scheme] = {  # from the shape and the number of hidden units
    "glorot": lambda shape, n, chance: glorot(shape, chance),
    "glorot-normal": lambda shape, n, chance: glorot(shape, chance, "normal"),
    "he": lambda shape, n, chance: he(shape, chance),
    "fan-in": lambda shape, n, chance: fan_in(shape, chance),
    "orthogonal": lambda shape, n, chance: orthogonal(shape, chance),
    "identity": lambda shape, n, chance: identity(shape),
    "pytorch": lambda shape, n, chance: pytorch(shape, chance, n),
}


def initialise(
    network: Network,
    sizes: Sequence[int],
    scheme: str,
    chance: np.random.Generator,
    recurrent: str = "",
    forget_bias: float = 0.0,
) -> dict[str, Array]:
    """First values for all parameters of a network, by name.

    sizes        from the bottom up: d inputs, the units n of each layer, and m outputs where the network has outputs
    scheme       one of SCHEMES, for every weight
    recurrent    another for those from state to state, W_h* (and A): "orthogonal" as in Keras, "identity" for an IRNN
    forget_bias  b_f of an LSTM (1: Jozefowicz et al. 2015; of two biases a gate the first); all other biases are zero

    Peephole weights and shifts begin at zero, gains at one. Raises ArgumentError for sizes that are too few, too many
    or no whole numbers from 1, and a bias that is no finite number; UnknownName for a scheme that is none.
    """
    counts = _letters(network, sizes)
    for name in (scheme, recurrent or scheme):
        known("scheme", name, SCHEMES)
    first_bias = real("forget_bias", forget_bias)
    values = {}
    for name in network.parameters:
        letters = [parts(size) for size in network.shapes[name]]
        shape = tuple(sum(counts[letter] for letter in size) for size in letters)
        if len(shape) == 2:
            to_hidden = letters[0][0].startswith("n")
            chosen = recurrent if recurrent and _is_recurrent(name) else scheme
            values[name] = SCHEMES[chosen]((shape[0], shape[1]), shape[0] if to_hidden else shape[1], chance)
        else:
            values[name] = np.full(shape, _constant(name, first_bias))
    return values


def _is_recurrent(name: str) -> bool:
    base = _base(name)
    return base == "A" or (base.startswith("W_h") and base != "W_hy")


def _constant(name: str, forget_bias: float) -> float:
    return {"b_f": forget_bias, "gain": 1.0}.get(_base(name), 0.0)


def _base(name: str) -> str:
    """Without its place: W_hh of W_hh__2."""
    return name.partition("__")[0]


def _letters(network: Network, sizes: Sequence[int]) -> dict[str, int]:
    """How much each letter in the shapes of the network's parameters stands for."""
    used = {part for name in network.parameters for size in network.shapes[name] for part in parts(size)}
    outputs = any(letter.startswith("m") for letter in used)
    needed = ["d", *(f"n of layer {number + 1}" for number in range(len(network.layers))), *(["m"] if outputs else [])]
    if len(sizes) != len(needed):
        raise ArgumentError(f"sizes has {len(sizes)} numbers; this network needs {len(needed)}: {', '.join(needed)}")
    _sizes(dict(zip(needed, sizes, strict=True)))
    found = {letter: sizes[0] if letter.startswith("d") else sizes[-1] for letter in used if letter[0] in "dm"}
    return found | {sized("n", place.suffix): sizes[place.layer + 1] for place in network.places}


def _sizes(sizes: Mapping[str, int]) -> dict[str, int]:
    return {name: whole(name, size, 1) for name, size in sizes.items()}


def report(W: Any) -> dict[str, float]:
    """What can be read off a weight matrix W (m, n): variance of its entries, Frobenius norm, spectral norm, and where
    it is square the spectral radius.

    A recurrence without activation forgets exactly if the radius is below 1. Large draws of N(0, 1/n) have a radius
    around 1 and a spectral norm around 2 (Geman 1980, 1986). Raises ArgumentError where W is no matrix with entries.
    """
    found = array("W", W, (None, None))
    values = {"spectral_norm": spectral_norm(found)}
    values |= {"frobenius_norm": float(np.linalg.norm(found)), "variance": float(np.var(found))}
    return values | ({"spectral_radius": spectral_radius(found)} if found.shape[0] == found.shape[1] else {})


# -- initial states --------------------------------------------------------------------------------------------------


def initial_states(
    network: Network, sizes: Sequence[int], deviation: float = 0.0, chance: np.random.Generator | None = None
) -> dict[str, Array]:
    """A vector for each initial state of the network, by name (h_0, c_0): zeros, or normal noise of this deviation.

    Noise keeps a network from relying on one start (Zimmermann et al. 2012). A learned start is a vector that is
    trained like a weight: its gradient is dh_0 in `Run.backward`, and `training.fit` learns it when it is among the
    parameters. sizes as for `initialise`. Raises ArgumentError for sizes that do not fit, a deviation that is negative
    or no finite number, and noise without chance.
    """
    sigma = real("deviation", deviation, least=0)
    if sigma and chance is None:
        raise ArgumentError("noise needs chance, a numpy.random.Generator with a seed of its own")
    counts = _letters(network, sizes)
    shapes = {name: (sum(counts[part] for part in parts(network.shapes[name][0])),) for name in network.initial}
    if not sigma or chance is None:
        return {name: np.zeros(shape) for name, shape in shapes.items()}
    return {name: chance.normal(0.0, sigma, shape) for name, shape in shapes.items()}


def initial_state_network(state: str = "h_0", W: str = "W_0", b: str = "b_0", v: str = "v") -> Program:
    """A second network for an initial state: h_0 = tanh(W_0 v + b_0) from a vector v that is known before step 1.

    W_0 (n, k), b_0 (n), v (k), like what an image or another sequence was encoded to. Joined in front of a network,
    `initial_state_network() + network.program`, it takes the place of the input h_0, and the gradient of the whole
    reaches W_0 through dh_0. For an initial cell state or another layer give other names.
    """
    return Program.parse({state: f"tanh({W} @ {v} + {b})"})
