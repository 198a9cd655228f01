"""Encoder and decoder: one sequence is read into a vector, another is written from it. And: outputs that are fed back.

Two networks joined into one program: the decoder's initial states are the encoder's last states, one vector for the
whole source (Sutskever et al. 2014; Cho et al. 2014 also give it to the decoder at every step). Trained with all target
tokens given (teacher forcing), used with its own choices fed back. It is supervised: the loss is the cross-entropy of
the target tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from studyrnn.engine.arrays import softmax
from studyrnn.engine.equations import Name, Program
from studyrnn.engine.network import Differentiable, Network, Place, Run
from studyrnn.engine.shapes import Shape, array, parts, whole
from studyrnn.errors import ArgumentError


@dataclass(frozen=True)
class EncoderDecoder(Differentiable):
    """Two networks as one: what the encoder ends with is what the decoder begins with.

    Both have as many layers, each with the same states, and names of their own: Network(..., name="enc") and
    Network(..., name="dec"). The encoder needs neither output nor loss. Raises ArgumentError where they do not join.
    """

    encoder: Network
    decoder: Network

    def __post_init__(self) -> None:
        for problem in _contradictions(self.encoder, self.decoder):
            raise ArgumentError(problem)

    @property
    def joints(self) -> list[tuple[Place, Place]]:
        """Where they meet: each layer of the encoder, and that of the decoder which begins with its last states."""
        return list(zip(self.encoder.places, self.decoder.places, strict=True))

    @cached_property
    def handed_over(self) -> dict[str, str]:
        """Each initial state of the decoder, and the last state of the encoder that it is: h_0__dec from h_3__enc."""
        return {
            name: last
            for source, target in self.joints
            for name, last in zip(target.states(target.start), source.states(source.last), strict=True)
        }

    @cached_property
    def program(self) -> Program:
        between = Program({name: Name(last) for name, last in self.handed_over.items()})
        return self.encoder.program + between + self.decoder.program

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """The shape of every input, in letters; those of the states that are handed over are the same in both."""
        same: dict[str, str] = {}
        for source, target in self.joints:
            for name, first in zip(target.states(target.start), source.states(source.start), strict=True):
                same |= zip(parts(self.decoder.shapes[name][0]), parts(self.encoder.shapes[first][0]), strict=True)
        theirs: dict[str, Shape] = {}
        for name, shape in self.decoder.shapes.items():
            if name not in self.handed_over:
                theirs[name] = tuple(same.get(size, size) if isinstance(size, str) else size for size in shape)
        return {**self.encoder.shapes, **theirs}

    @property
    def parameters(self) -> list[str]:
        return [*self.encoder.parameters, *self.decoder.parameters]

    @property
    def initial(self) -> list[str]:
        """The initial states of the encoder; those of the decoder are no inputs."""
        return self.encoder.initial

    @property
    def xs(self) -> list[str]:
        return [*self.encoder.xs, *self.decoder.xs]

    @property
    def losses(self) -> list[str]:
        """The names of the losses of single steps, which are the decoder's."""
        return self.decoder.losses

    @property
    def total(self) -> str:
        return self.decoder.total

    def forward(self, values: Mapping[str, Any]) -> Run[EncoderDecoder]:
        """Every intermediate by name: x_1__enc, h_1__enc ..., h_0__dec, ..., y_1__dec ..., L__dec.

        values   all parameters and inputs; the encoder's initial states may be left out: zeros. One example or a batch,
                 as for `Network.forward`

        Raises ArgumentError where a value is missing, unknown or does not fit.
        """
        if given := [name for name in self.handed_over if name in values]:
            raise ArgumentError(f"{given[0]} is what the encoder ends with, {self.handed_over[given[0]]}; leave it out")
        source = self.encoder.forward({name: value for name, value in values.items() if name in self.encoder.shapes})
        states = {name: source[last] for name, last in self.handed_over.items()}
        others = {name: value for name, value in values.items() if name not in self.encoder.shapes}
        target = self.decoder.forward({**others, **states})
        if source.batch != target.batch:
            raise ArgumentError("the encoder's inputs are one example and the decoder's a batch; give as many to both")
        return Run(self, source.trace | target.trace, {**source.values, **others}, source.batch)


def _contradictions(encoder: Network, decoder: Network) -> Iterator[str]:
    if not encoder.name or not decoder.name or encoder.name == decoder.name:
        yield "encoder and decoder need names, two different ones, like Network(..., name='enc')"
    if encoder.loss:
        yield "the encoder has a loss; only the decoder's outputs are compared with targets"
    states = [[layer.cell.states for layer in network.layers] for network in (encoder, decoder)]
    if states[0] != states[1]:
        yield "encoder and decoder need as many layers, each with the same states"
    if any(layer.reverse for layer in (*encoder.layers, *decoder.layers)):
        yield "a layer reads backwards: its last state belongs to the first step, and the decoder writes forwards"


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
    whole("most", most, 1)
    decoder = replace(model.decoder, steps=most, loss="", targets=None, feed=("given", *["choice"] * (most - 1)))
    run = EncoderDecoder(model.encoder, decoder).forward(values)
    names = [decoder.top(t) for t in range(1, most + 1)]
    logits = [array(name, run[name], (None,)) for name in names]
    whole("end", end, 0, len(logits[0]) - 1)
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
    series       (T + 1, m), or (T + 1, m, B): steps 1 to T are inputs, 2 to T + 1 what they should have given
    given        the first steps that see the truth in both; after them the free run sees its own outputs

    Returns the trace: forced and free, the outputs (T, m[, B]); forced_error and free_error (T), the mean squared error
    of each step over entries and examples. Both are the same up to step `given`; what comes after shows errors that
    feed on themselves (Bengio et al. 2015 describe the effect; exposure bias is Ranzato et al. 2016's word for it).
    Raises ArgumentError where series or given do not fit.
    """
    steps = network.steps
    whole("given", given, 1, steps)
    found = array("series", series, (steps + 1, None) if np.ndim(series) < 3 else (steps + 1, None, None))
    trace: dict[str, Any] = {}
    for kind, seen in (("forced", steps), ("free", given)):
        feed = ("given",) * seen + ("output",) * (steps - seen)
        inputs = {network.at("x", t): found[t - 1] for t in range(1, seen + 1)}
        run = replace(network, loss="", targets=None, feed=feed).forward({**parameters, **inputs})
        trace[kind] = np.array([array("an output", y, found[0].shape) for y in run.over_time("y", network.suffix)])
    for kind in ("forced", "free"):
        errors = trace[kind] - found[1:]
        trace[f"{kind}_error"] = np.mean(errors * errors, axis=tuple(range(1, errors.ndim)))
    return trace
