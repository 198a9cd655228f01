"""Encoder and decoder: one sequence is read into a vector, another is written from it. And: outputs that are fed back.

Two networks joined into one program: the decoder's initial states are the encoder's last states, one vector for the
whole source (Sutskever et al. 2014; Cho et al. 2014 also give it to the decoder at every step). Trained with all target
tokens given (teacher forcing), used with its own choices fed back. It is supervised: the loss is the cross-entropy of
the target tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from studyrnn.engine.arrays import NUMPY, Array, softmax
from studyrnn.engine.calculus import gradient
from studyrnn.engine.equations import Name, Program
from studyrnn.engine.network import Network, Run, shared
from studyrnn.engine.shapes import Shape, array
from studyrnn.errors import ArgumentError


@dataclass(frozen=True)
class EncoderDecoder:
    """Two networks as one: what the encoder ends with is what the decoder begins with.

    Both have as many layers, each with the same states, and names of their own: Network(..., name="enc") and
    Network(..., name="dec"). The encoder needs neither output nor loss. Raises ArgumentError where they do not join.
    """

    encoder: Network
    decoder: Network

    def __post_init__(self) -> None:
        cells = [[layer.cell.states for layer in network.layers] for network in (self.encoder, self.decoder)]
        problems = {
            "encoder and decoder need names, two different ones, like Network(..., name='enc')": not self.encoder.name
            or not self.decoder.name
            or self.encoder.name == self.decoder.name,
            "the encoder has a loss; only the decoder's outputs are compared with targets": bool(self.encoder.loss),
            "encoder and decoder need as many layers, each with the same states": cells[0] != cells[1],
            "a layer reads backwards: its last state belongs to the first step, and the decoder writes forwards": any(
                layer.reverse for network in (self.encoder, self.decoder) for layer in network.layers
            ),
        }
        for problem, holds in problems.items():
            if holds:
                raise ArgumentError(problem)

    @cached_property
    def handed_over(self) -> dict[str, str]:
        """Each initial state of the decoder, and the last state of the encoder that it is: h_0__dec from h_3__enc."""
        pairs: dict[str, str] = {}
        for number, layer in enumerate(self.encoder.layers):
            source, target = self.encoder.place(number, ""), self.decoder.place(number, "")
            pairs |= {f"{s}_0{target}": f"{s}_{self.encoder.steps}{source}" for s in layer.cell.states}
        return pairs

    @cached_property
    def program(self) -> Program:
        between = Program({name: Name(last) for name, last in self.handed_over.items()})
        return self.encoder.program + between + self.decoder.program

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """The shape of every input, in letters; those of the states that are handed over are the same in both."""
        same = {}
        for name, last in self.handed_over.items():
            first = f"{last.split('_')[0]}_0{last[last.index('__') :]}"
            same[str(self.decoder.shapes[name][0])] = str(self.encoder.shapes[first][0])
        theirs = {
            name: tuple(same.get(size, size) if isinstance(size, str) else size for size in shape)
            for name, shape in self.decoder.shapes.items()
            if name not in self.handed_over
        }
        return self.encoder.shapes | theirs

    @property
    def parameters(self) -> list[str]:
        return [*self.encoder.parameters, *self.decoder.parameters]

    def forward(self, values: Mapping[str, Any]) -> dict[str, Array]:
        """Every intermediate by name: x_1__enc, h_1__enc ..., h_0__dec, ..., y_1__dec ..., L__dec.

        values   all parameters and inputs; the encoder's initial states may be left out: zeros. One example or a batch,
                 as for `Network.forward`

        Raises ArgumentError where a value is missing, unknown or does not fit.
        """
        source, target = self._runs(values)
        return source.trace | target.trace

    def gradients(self, values: Mapping[str, Any]) -> dict[str, Array]:
        """The trace of `forward` with the gradients of the decoder's loss in it, by name (dW_hh__enc, dh_0__dec).

        Those of the parameters are summed over a batch. Nothing flows back through a choice. Raises ArgumentError like
        `forward`, and where the decoder has no loss.
        """
        if not self.decoder.loss:
            raise ArgumentError("the decoder has no loss, so there is nothing to differentiate")
        source, target = self._runs(values)
        walked = self._backward.run(source.trace | target.trace, NUMPY)
        if source.batch is not None:
            given = {**source.values, **target.values}
            for name in (*self.parameters, *self.encoder.initial):
                walked[f"d{name}"] = shared(walked[f"d{name}"], np.shape(given[name]))
        return walked

    @cached_property
    def _backward(self) -> Program:
        wrt = (*self.parameters, *self.encoder.initial)
        numbers = [*self.encoder.numbers, *self.decoder.numbers]
        return gradient(self.program, {f"L{self.decoder.suffix}": "1"}, wrt, numbers)

    def _runs(self, values: Mapping[str, Any]) -> tuple[Run, Run]:
        if given := [name for name in self.handed_over if name in values]:
            raise ArgumentError(f"{given[0]} is what the encoder ends with, {self.handed_over[given[0]]}; leave it out")
        source = self.encoder.forward({name: value for name, value in values.items() if name in self.encoder.shapes})
        states = {name: source[last] for name, last in self.handed_over.items()}
        others = {name: value for name, value in values.items() if name not in self.encoder.shapes}
        target = self.decoder.forward({**others, **states})
        if source.batch != target.batch:
            raise ArgumentError("the encoder's inputs are one example and the decoder's a batch; give as many to both")
        return source, target


def greedy_decode(model: EncoderDecoder, values: Mapping[str, Any], end: int, most: int) -> dict[str, Any]:
    """Write a sequence token by token: the likeliest one each time, which is the next input, until the end symbol.

    model    how many steps its decoder has, and what feeds them, does not matter here
    values   one example: all parameters, the encoder's inputs, and the decoder's first, x_1 one-hot (m) for the start
    end      the number of the end symbol, from 0
    most     steps after which to stop anyway

    Returns the trace: tokens (numbers, the end symbol included where it came), probabilities (at each step, (m)),
    token_probabilities (of the tokens chosen), log_probability (of the whole sequence), ended. The likeliest token each
    time need not make the likeliest sequence. Raises ArgumentError for most < 1, an end that is no token, and values
    that do not fit.
    """
    if most < 1:
        raise ArgumentError(f"most is {most}; it has to be 1 or more")
    decoder = replace(model.decoder, steps=most, loss="", targets=None, feed=("given", *["choice"] * (most - 1)))
    trace = EncoderDecoder(model.encoder, decoder).forward(values)
    names = [decoder.top(t) for t in range(1, most + 1)]
    logits = [array(name, trace[name], (None,)) for name in names]
    if not 0 <= end < len(logits[0]):
        raise ArgumentError(f"end is {end}; the tokens are numbered 0 to {len(logits[0]) - 1}")
    tokens = [int(np.argmax(y)) for y in logits]
    length = tokens.index(end) + 1 if end in tokens else most
    probabilities = [softmax(y) for y in logits[:length]]
    chosen = [float(p[token]) for p, token in zip(probabilities, tokens, strict=False)]
    return {
        "tokens": tokens[:length],
        "probabilities": probabilities,
        "token_probabilities": chosen,
        "log_probability": float(np.sum(np.log(chosen))),
        "ended": end in tokens,
    }


def exposure(network: Network, parameters: Mapping[str, Any], series: Any, given: int) -> dict[str, Any]:
    """Forecasts of a series one step ahead, with the truth put in (teacher forcing) and running free; and their errors.

    network      whose outputs are forecasts of its next input: T steps, m outputs and as many inputs
    parameters   by name, initial states with them if they are not zero
    series       (m, T + 1), or (m, T + 1, B): columns 1 to T are inputs, 2 to T + 1 what they should have given
    given        the first steps that see the truth in both; after them the free run sees its own outputs

    Returns the trace: forced and free, the outputs (T, m[, B]); forced_error and free_error (T), the mean squared error
    of each step over entries and examples. Both are the same up to step `given`; what comes after shows the exposure
    bias, errors that feed on themselves (Bengio et al. 2015). Raises ArgumentError where series or given do not fit.
    """
    steps = network.steps
    if not 1 <= given <= steps:
        raise ArgumentError(f"given is {given}; it has to be between 1 and the network's {steps} steps")
    found = array("series", series, (None, steps + 1) if np.ndim(series) < 3 else (None, steps + 1, None))
    suffix = network.suffix
    trace: dict[str, Any] = {}
    for kind, seen in (("forced", steps), ("free", given)):
        feed = ("given",) * seen + ("output",) * (steps - seen)
        inputs = {f"x_{t}{suffix}": found[:, t - 1] for t in range(1, seen + 1)}
        run = replace(network, loss="", targets=None, feed=feed).forward({**parameters, **inputs})
        trace[kind] = np.array([array("an output", y, found[:, 0].shape) for y in run.over_time("y", suffix)])
    for kind in ("forced", "free"):
        errors = trace[kind] - np.moveaxis(found[:, 1:], 1, 0)
        trace[f"{kind}_error"] = np.mean(errors * errors, axis=tuple(range(1, errors.ndim)))
    return trace
