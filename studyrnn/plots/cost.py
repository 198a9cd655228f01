"""What a layer costs over the length of a sequence: multiplications, steps that wait, numbers that are kept."""

from __future__ import annotations

from collections.abc import Callable

from studyrnn.engine.counting import (
    attention_cost,
    attention_memory,
    forward_cost,
    inference_memory,
    orders,
    stored_names,
    stored_values,
)
from studyrnn.figures.parts import Axis, Fact, Figure, Lines, Mark, Series
from studyrnn.plots._networks import listed
from studyrnn.plots.base import Option, Picture

_PER = {"token": "for each token", "sequence": "for all tokens"}
_CELLS = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}  # from few multiplications to many


def draw(d: int, units: int, longest: int, per: str, cell: str, k2: int) -> Figure:
    crossings = {name: overtakes(forward_cost(name, d, units, 1)["total"], d) for name in _CELLS}
    lengths = _lengths(longest)
    waits = orders(longest, d, units)
    return Figure(
        "cost",
        "What a recurrent layer costs, and what self-attention",
        _see(crossings, longest, cell, k2),
        (_work(lengths, d, units, per, crossings), _memory(lengths, d, units, cell, k2)),
        (
            *(
                Fact(f"multiplications: attention above the {_CELLS[name]} from $T =$", T)
                for name, T in crossings.items()
            ),
            Fact("attention: $T^2$ part above projections from $T =$", quadratic_from(d)),
            Fact(f"keys and values above the {_CELLS[cell]} state from $T =$", outgrows(cell, d, units)),
            Fact(f"steps one after the other for $T = {longest}$, recurrent", waits["recurrent_sequential"]),
            Fact(f"steps one after the other for $T = {longest}$, attention", waits["attention_sequential"]),
        ),
    )


def overtakes(step: int, d: int) -> int:
    """The first T at which attention takes more multiplications than T recurrent steps of so many.

    T (p + q T) > T step, where one token costs p for its projections and q for each token that it looks at.
    """
    one = attention_cost(1, d)
    return max(1, (step - one["projections"]) // (one["scores"] + one["mixing"]) + 1)


def quadratic_from(d: int) -> int:
    """The first T at which scores and mixing take more multiplications than the projections."""
    one = attention_cost(1, d)
    return one["projections"] // (one["scores"] + one["mixing"]) + 1


def attention_training(T: int, d: int) -> int:
    """The numbers that backpropagation keeps of self-attention with one head, for one example.

    Queries, keys, values and the mixed values, T d each, and the weights, T^2. The scores before the softmax are not
    needed, for it has its slope in the result; each further head has T^2 weights more.
    """
    return 2 * attention_memory(T, d)["total"] + T * T


def outgrows(cell: str, d: int, n: int) -> int:
    """The first T at which the cached keys and values are more numbers than the state of a recurrent layer."""
    return inference_memory(cell, n)["total"] // attention_memory(1, d)["total"] + 1


def _lengths(longest: int) -> tuple[int, ...]:
    """1, 2, 4, 8 ... and the longest."""
    return (*(2**k for k in range((longest - 1).bit_length())), longest)


def _series(name: str, lengths: tuple[int, ...], count: Callable[[int], float]) -> Series:
    return Series(name, tuple(float(count(T)) for T in lengths))


def _work(lengths: tuple[int, ...], d: int, n: int, per: str, crossings: dict[str, int]) -> Lines:
    def spread(total: int, T: int) -> float:
        return total / T if per == "token" else total

    def recurrent(cell: str) -> Series:
        return _series(_CELLS[cell], lengths, lambda T: spread(forward_cost(cell, d, n, T)["total"], T))

    attention = _series("attention", lengths, lambda T: spread(attention_cost(T, d)["total"], T))
    passed = {T: f"attention above {_CELLS[cell]}" for cell, T in crossings.items() if 1 < T <= lengths[-1]}
    return Lines(
        x=tuple(map(float, lengths)),
        series=(*map(recurrent, _CELLS), attention),
        x_axis=Axis("steps or tokens $T$", log=True),
        y_axis=Axis("multiplications", log=True),
        marks=tuple(Mark(label, float(T), across=False) for T, label in passed.items()),
        title=f"Multiplications of one layer forward, {_PER[per]}: matrix products alone, attention without mask",
    )


def _memory(lengths: tuple[int, ...], d: int, n: int, cell: str, k2: int) -> Lines:
    name = _CELLS[cell]
    return Lines(
        x=tuple(map(float, lengths)),
        series=(
            _series(f"{name}, training, full", lengths, lambda T: stored_values(cell, n, T)["total"]),
            _series(f"{name}, training, $k_2 = {k2}$", lengths, lambda T: stored_values(cell, n, T, k2)["total"]),
            _series(f"{name}, inference", lengths, lambda T: inference_memory(cell, n)["total"]),
            _series("attention, training", lengths, lambda T: attention_training(T, d)),
            _series("attention, inference", lengths, lambda T: attention_memory(T, d)["total"]),
        ),
        x_axis=Axis("steps or tokens $T$", log=True),
        y_axis=Axis("numbers kept", log=True),
        title="Numbers that one layer keeps",
    )


def _see(crossings: dict[str, int], longest: int, cell: str, k2: int) -> str:
    more = listed([f"the {_CELLS[name]} from $T = {T}$" for name, T in crossings.items()])
    kept = listed([f"${name}$" for name in stored_names(cell)])
    return (
        "For each token a recurrent layer does the same number of multiplications, attention more the more tokens "
        f"there are (over all of them in the end like $T^2$, not like $T$), and more than {more} on. But where all its "
        f"tokens are known, they need not wait for one another, while {longest} recurrent steps come one after the "
        f"other. Training keeps {kept} of every step of the {_CELLS[cell]} (of {k2} at most if truncated); of "
        "attention it keeps queries, keys, values, mixed values and, for one head, $T^2$ weights. At inference the "
        f"state of the {_CELLS[cell]} keeps its size, and the keys and values of attention grow with $T$."
    )


PICTURE = Picture(
    "multiplications and memory over the length: RNN, GRU, LSTM and self-attention",
    draw,
    (
        Option("d", 256, "entries of an input, and of a token of attention", 1, 8192),
        Option("units", 256, "hidden units of the recurrent layers", 1, 8192),
        Option("longest", 4096, "steps or tokens at most", 8, 10**6),
        Option("per", "token", "whether multiplications are told for one token or for all", choices=tuple(_PER)),
        Option("cell", "lstm", "whose memory is drawn", choices=tuple(_CELLS)),
        Option("k2", 32, "steps that truncated backpropagation goes back", 1, 10**6),
    ),
)
