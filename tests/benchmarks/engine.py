"""How fast the engine is, next to PyTorch on one thread, each pair taken in turn in one run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

STEPS, UNITS = 6, 4
MANY, CHUNK = 10_000, 2_000  # exercises; as many at once as stay in the cache
ROUNDS = 15


def seconds(action: Callable[[], Any], repeat: int) -> float:
    started = time.perf_counter()
    for _ in range(repeat):
        action()
    return (time.perf_counter() - started) / repeat


def ratio(ours: Callable[[], Any], theirs: Callable[[], Any], repeat: int) -> float:
    """How many times as long theirs takes: the median of pairs, after a warm-up."""
    ours(), theirs()
    return statistics.median(seconds(theirs, repeat) / seconds(ours, repeat) for _ in range(ROUNDS))


def against_torch(cell_name: str) -> float | None:
    """One exercise: forward with the full trace, a loss on every h_t, gradients of all weights and initial states."""
    if (torch := _torch()) is None:
        return None
    import numpy as np

    from studyrnn.engine import cells
    from studyrnn.engine.network import Layer, Network

    network = Network((Layer(getattr(cells, cell_name)()),), STEPS, output=False, loss="half-squared")
    chance = np.random.default_rng(1)
    values = {name: chance.normal(size=(UNITS,) * len(shape)) for name, shape in network.shapes.items()}
    wrt = [*network.parameters, *network.initial]

    layer = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell_name](UNITS, UNITS)
    x, target = torch.randn(STEPS, 1, UNITS), torch.randn(STEPS, 1, UNITS)
    states = [torch.randn(1, 1, UNITS, requires_grad=True) for _ in network.initial]

    def theirs() -> None:
        layer.zero_grad(set_to_none=True)
        for state in states:
            state.grad = None
        out, _ = layer(x, tuple(states) if len(states) > 1 else states[0])
        (0.5 * ((out - target) ** 2).sum()).backward()

    return ratio(lambda: network.forward(values).backward(wrt), theirs, 100)


def many_against_torch(backward: bool) -> float | None:
    """10,000 LSTM exercises, each with weights of its own, against torch.bmm on gates stacked in one matrix."""
    if (torch := _torch()) is None:
        return None
    import numpy as np

    from studyrnn.engine.cells import lstm
    from studyrnn.engine.network import Layer, Network

    network = Network((Layer(lstm()),), STEPS, output=False, loss="half-squared")
    chance = np.random.default_rng(1)
    values = {name: chance.normal(size=(UNITS,) * len(shape) + (MANY,)) for name, shape in network.shapes.items()}
    chunks = [
        {name: np.ascontiguousarray(value[..., k : k + CHUNK]) for name, value in values.items()}
        for k in range(0, MANY, CHUNK)
    ]
    wrt = [*network.parameters, *network.initial]

    def ours() -> None:
        for chunk in chunks:
            run = network.forward(chunk)
            if backward:
                run.backward(wrt)

    W_x, W_h = (torch.randn(MANY, 4 * UNITS, UNITS, requires_grad=backward) for _ in "xh")
    b = torch.randn(MANY, 4 * UNITS, 1, requires_grad=backward)
    xs, targets = torch.randn(STEPS, MANY, UNITS, 1), torch.randn(STEPS, MANY, UNITS, 1)
    h_0, c_0 = (torch.randn(MANY, UNITS, 1, requires_grad=backward) for _ in "hc")

    def theirs() -> None:
        for tensor in (W_x, W_h, b, h_0, c_0):
            tensor.grad = None
        h, c, loss = h_0, c_0, 0.0
        for x, target in zip(xs, targets, strict=True):
            i, f, g, o = (torch.bmm(W_x, x) + torch.bmm(W_h, h) + b).chunk(4, dim=1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            loss = loss + 0.5 * ((h - target) ** 2).sum()
        if backward:
            loss.backward()

    return ratio(ours, theirs, 1)


def as_installed() -> dict[str, str]:
    """The environment, with compiled modules kept between runs: an installed program has them."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def import_over_numpy() -> float:
    """A process that imports the engine over one that imports NumPy."""

    environment = as_installed()

    def process(code: str) -> float:
        return seconds(lambda: subprocess.run([sys.executable, "-c", code], env=environment, check=True), 1)

    ours, numpy = "import studyrnn.engine.network", "import numpy"
    process(ours)
    return statistics.median(process(ours) / process(numpy) for _ in range(ROUNDS))


def _torch() -> Any:
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    return torch
