"""Weights as frameworks store them: all gates stacked in one array, each framework in its own order.

| layout  | arrays                                     | shape       | order of gates          | biases               |
|---------|--------------------------------------------|-------------|-------------------------|----------------------|
| pytorch | weight_ih, weight_hh, bias_ih, bias_hh     | (g n, d)    | i f g o; r z n          | two                  |
| keras   | kernel, recurrent_kernel, bias             | (d, g n)    | i f g o (its c); z r n  | one; GRU after: two  |
| cs231n  | Wx, Wh, b                                  | (d, g n)    | i f o g                 | one                  |
| equinox | weight_ih, weight_hh, bias, and GRU bias_n | (g n, d)    | i f g o; r z n          | one; GRU: two for n  |

g is the number of gates, n of units, d of inputs. A bias that one side has twice and the other once is the sum of the
two; split up again, the second is zero. What no choice of weights can express is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from studyrnn.engine.arrays import Array
from studyrnn.engine.cells import Cell, dimensions
from studyrnn.engine.network import Network, Place
from studyrnn.engine.shapes import array, fitted, shown
from studyrnn.errors import ArgumentError, known


@dataclass(frozen=True)
class Layout:
    """How a framework stores the weights of one layer."""

    framework: str
    weights: tuple[str, str]  # of the input, of the state
    biases: tuple[str, ...]
    gates: Mapping[str, str]  # their order from the top (or the left), by the name of the cell
    by_rows: bool  # gates stacked on each other, for W @ x; else side by side, for x @ W
    activations: tuple[str, ...]
    resets: tuple[str, ...]  # of its GRU: before or after the product

    def names(self, cell: Cell) -> tuple[str, ...]:
        biases = [name for name in self.biases if name != "bias_n" or cell.name == "gru"]
        return (*self.weights, *biases)


LAYOUTS = {
    "pytorch": Layout(
        framework="PyTorch",
        weights=("weight_ih", "weight_hh"),
        biases=("bias_ih", "bias_hh"),
        gates={"rnn": "h", "lstm": "ifgo", "gru": "rzn"},
        by_rows=True,
        activations=("tanh", "relu"),
        resets=("after",),
    ),
    "keras": Layout(
        framework="Keras",
        weights=("kernel", "recurrent_kernel"),
        biases=("bias",),
        gates={"rnn": "h", "lstm": "ifgo", "gru": "zrn"},
        by_rows=False,
        activations=("tanh", "relu", "sigmoid"),
        resets=("before", "after"),
    ),
    "cs231n": Layout(
        framework="CS231n",
        weights=("Wx", "Wh"),
        biases=("b",),
        gates={"rnn": "h", "lstm": "ifog"},
        by_rows=False,
        activations=("tanh",),
        resets=(),
    ),
    "equinox": Layout(
        framework="Equinox",
        weights=("weight_ih", "weight_hh"),
        biases=("bias", "bias_n"),
        gates={"lstm": "ifgo", "gru": "rzn"},
        by_rows=True,
        activations=("tanh",),
        resets=("after",),
    ),
}


# -- one layer -------------------------------------------------------------------------------------------------------


def read(cell: Cell, arrays: Mapping[str, Any], layout: str = "pytorch") -> dict[str, Array]:
    """The parameters of `cell` (W_xi, W_hi, b_i ...) from the arrays of a framework.

    arrays  by the framework's names, of the shapes in the table above; all biases may be left out (a layer without
            bias): zeros
    layout  one of LAYOUTS

    Where the cell's z keeps the new state (Chung et al. 2014) the weights of z change sign: sigmoid(-a) is
    1 - sigmoid(a). Raises UnknownName for another layout; ArgumentError for arrays that are missing, unknown or of
    another shape, and where the framework has no such cell.
    """
    chosen = _layout(cell, layout)
    _same_names(arrays, chosen.names(cell), optional=set(chosen.biases))
    n = _units(chosen, arrays[chosen.weights[1]])
    rows = len(cell.gates) * n
    W_x, W_h = (_by_rows(chosen, name, arrays[name], rows) for name in chosen.weights)
    first, second = _biases(chosen, cell, arrays, n)
    found: dict[str, Array] = {}
    for gate in cell.gates:
        block = _block(chosen, cell, gate, n)
        found[f"W_x{gate}"] = _signed(cell, gate, W_x[block])
        found[f"W_h{gate}"] = _signed(cell, gate, W_h[block])
        if f"b_h{gate}" in cell.parameters:
            found[f"b_{gate}"] = _signed(cell, gate, first[block])
            found[f"b_h{gate}"] = _signed(cell, gate, second[block])
        else:
            found[f"b_{gate}"] = _signed(cell, gate, first[block] + second[block])
    return {name: found[name] for name in cell.parameters}


def write(cell: Cell, parameters: Mapping[str, Any], layout: str = "pytorch") -> dict[str, Array]:
    """The arrays of a framework from the parameters of `cell`: the inverse of `read`.

    parameters  by our names: W_xi (n, d), W_hi (n, n), b_i (n) ..., without a batch axis
    layout      one of LAYOUTS

    A cell with one bias a gate fills the first of two, the second is zero. Raises UnknownName for another layout;
    ArgumentError for parameters that are missing, unknown or of another shape, and where the framework has no such
    cell.
    """
    chosen = _layout(cell, layout)
    ours, batch = fitted(parameters, {name: dimensions(name) for name in cell.parameters})
    if batch is not None:
        raise ArgumentError(f"the parameters are those of {batch} examples; a framework's layer has one set for all")
    n = len(ours[f"W_h{cell.gates[0]}"])
    W_x, W_h, first, second = (
        np.concatenate(
            [_signed(cell, gate, ours.get(f"{kind}{gate}", np.zeros(n))) for gate in chosen.gates[cell.name]]
        )
        for kind in ("W_x", "W_h", "b_", "b_h")
    )
    weights = (W_x, W_h) if chosen.by_rows else (W_x.T, W_h.T)
    return {**dict(zip(chosen.weights, weights, strict=True)), **_stored_biases(chosen, cell, first, second)}


# -- a stack of layers -----------------------------------------------------------------------------------------------


def read_stack(network: Network, state_dict: Mapping[str, Any]) -> dict[str, Array]:
    """The parameters of the layers of `network` from the state dict of PyTorch's RNN, LSTM or GRU.

    state_dict  weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, then _l1 and so on, and ..._reverse for the
                direction that reads backwards

    Returns them under the names that the network gives them: W_xi of a single layer, W_xi__2 of the second,
    W_xi__2r of its reversed direction. An output layer is none of these: W_hy and b_y are weight and bias of
    PyTorch's Linear as they are. Raises ArgumentError like `read`, and for layers with a residual or skip connection
    or a norm: PyTorch's stack has none.
    """
    places = _places(network)
    names = {suffix: LAYOUTS["pytorch"].names(place.cell) for suffix, place in places.items()}
    everything = tuple(f"{name}{suffix}" for suffix in places for name in names[suffix])
    _same_names(state_dict, everything, optional={name for name in everything if name.startswith("bias")})
    found: dict[str, Array] = {}
    for suffix, place in places.items():
        own = {name: state_dict[f"{name}{suffix}"] for name in names[suffix] if f"{name}{suffix}" in state_dict}
        with _blaming(suffix):
            layer = read(place.cell, own)
        found |= {f"{name}{place.suffix}": value for name, value in layer.items()}
    return found


def write_stack(network: Network, parameters: Mapping[str, Any]) -> dict[str, Array]:
    """The state dict of PyTorch's RNN, LSTM or GRU from the parameters of the layers of `network`.

    The inverse of `read_stack`; parameters of an output layer are left out. Raises ArgumentError like `write` and
    `read_stack`.
    """
    stored: dict[str, Array] = {}
    for suffix, place in _places(network).items():
        ours = {name: f"{name}{place.suffix}" for name in place.cell.parameters}
        with _blaming(suffix):
            arrays = write(place.cell, {name: parameters[full] for name, full in ours.items() if full in parameters})
        stored |= {f"{name}{suffix}": value for name, value in arrays.items()}
    return stored


def _places(network: Network) -> dict[str, Place]:
    """Each layer and direction by PyTorch's suffix."""
    for number, layer in enumerate(network.layers, start=1):
        extras = {"a residual connection": layer.residual, "a skip connection": layer.skip, "a norm": layer.norm}
        for what, there in extras.items():
            if there:
                raise ArgumentError(f"layer {number} has {what}; PyTorch's stacked layers have none")
    return {f"_l{place.layer}" + "_reverse" * (place.direction == "r"): place for place in network.places}


@contextmanager
def _blaming(suffix: str) -> Iterator[None]:
    """What is wrong is told with the layer that it stands in."""
    try:
        yield
    except ArgumentError as error:
        raise ArgumentError(f"layer{suffix}: {error}") from None


# -- gates and biases ------------------------------------------------------------------------------------------------


def _layout(cell: Cell, name: str) -> Layout:
    """The layout, once it is clear that the framework has such a cell."""
    layout = LAYOUTS[known("layout", name, LAYOUTS)]
    convention, framework = cell.convention, layout.framework
    if cell.name not in layout.gates:
        raise ArgumentError(f"{framework} has no {cell.name} cell; it has {', '.join(layout.gates)}")
    if extra := [part for part in cell.parameters if not part.startswith(("W_x", "W_h", "b_"))]:
        raise ArgumentError(f"{framework} has no place for {', '.join(extra)}; use the cell without peepholes or norm")
    if (activation := convention.get("activation", "tanh")) not in layout.activations:
        raise ArgumentError(f"{framework} has no cell with {activation}; it knows {', '.join(layout.activations)}")
    if cell.name == "gru" and convention["reset"] not in layout.resets:
        raise ArgumentError(
            f"the reset gate of this GRU comes before the product, W_hn (r * h_); that of {framework} comes after it, "
            'r * (W_hn h_ + b_hn). These are different models, and no weights make them equal: use gru("after")'
        )
    return layout


def _same_names(given: Mapping[str, Any], names: tuple[str, ...], optional: set[str]) -> None:
    """Biases are all there or none of them is."""
    needed = [name for name in names if name not in optional or optional & set(given)]
    if missing := [name for name in needed if name not in given]:
        raise ArgumentError(f"no value for {', '.join(missing)}")
    if unknown := [name for name in given if name not in names]:
        raise ArgumentError(f"nothing here is called {', '.join(unknown)}; known: {', '.join(names)}")


def _units(layout: Layout, value: Any) -> int:
    """How many units there are is what the weights of the state say."""
    return int(array(layout.weights[1], value, (None, None)).shape[1 if layout.by_rows else 0])


def _by_rows(layout: Layout, name: str, value: Any, rows: int) -> Array:
    found = array(name, value, (rows, None) if layout.by_rows else (None, rows))
    return found if layout.by_rows else found.T


def _block(layout: Layout, cell: Cell, gate: str, n: int) -> slice:
    start = layout.gates[cell.name].index(gate) * n
    return slice(start, start + n)


def _signed(cell: Cell, gate: str, value: Array) -> Array:
    """A copy, negated for a z that keeps the new state: every framework's z keeps the old one."""
    return 0.0 - value if gate == "z" and cell.convention["z_keeps"] == "new" else value.copy()


def _biases(layout: Layout, cell: Cell, arrays: Mapping[str, Any], n: int) -> tuple[Array, Array]:
    """The stacked biases (g n) that go with the input and with the state; zeros where the layout has only the first."""
    rows = len(cell.gates) * n
    none = np.zeros(rows)
    if not any(name in arrays for name in layout.biases):
        return none, none
    if layout.framework == "PyTorch":
        return array("bias_ih", arrays["bias_ih"], (rows,)), array("bias_hh", arrays["bias_hh"], (rows,))
    if layout.framework == "Keras" and cell.name == "gru":
        return _keras_gru_biases(cell, arrays["bias"], rows)
    (name, *apart) = layout.biases
    second = none
    if apart and cell.name == "gru":
        second[_block(layout, cell, "n", n)] = array(apart[0], arrays[apart[0]], (n,))
    return array(name, arrays[name], (rows,)), second


def _keras_gru_biases(cell: Cell, value: Any, rows: int) -> tuple[Array, Array]:
    after = cell.convention["reset"] == "after"
    bias = array("bias", value)
    if bias.ndim == (1 if after else 2):
        theirs, ours = ("before", "after") if after else ("after", "before")
        raise ArgumentError(
            f"bias has shape {shown(bias.shape)}, so this layer has reset_after={not after}: it resets {theirs} the "
            f'product, and the cell {ours} it. These are different models: read it as gru("{theirs}")'
        )
    if after:
        first, second = array("bias", bias, (2, rows))
        return first, second
    return array("bias", bias, (rows,)), np.zeros(rows)


def _stored_biases(layout: Layout, cell: Cell, first: Array, second: Array) -> dict[str, Array]:
    """The arrays of the layout from the stacked biases that go with the input and with the state."""
    if layout.framework == "PyTorch":
        return {"bias_ih": first, "bias_hh": second}
    if layout.framework == "Keras" and cell.convention.get("reset") == "after":
        return {"bias": np.stack([first, second])}
    (name, *apart) = layout.biases
    if apart and cell.name == "gru":
        block = _block(layout, cell, "n", len(first) // len(cell.gates))
        summed = first + second
        summed[block] = first[block]
        return {name: summed, apart[0]: second[block]}
    return {name: first + second}
