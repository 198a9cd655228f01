"""Layer and batch normalisation as named equations."""

from __future__ import annotations

from studyrnn.errors import UnknownName

NORMS = ("layer", "batch")
EPSILON = 1e-5  # PyTorch's default


def normalisation(of: str, kind: str, epsilon: float = EPSILON) -> dict[str, str]:
    """The equations that bring `of` to mean 0 and variance 1, then scale and shift it: mu, var, {of}_hat, {of}_norm.

    "layer": over the entries of one example (Ba et al. 2016); "batch": each entry over the examples of a batch, which
    are the last axis (Ioffe & Szegedy 2015, with the statistics of this batch). Variances divide by the count, not by
    the count less one. gain and shift have the shape of `of`. Raises UnknownName for another kind.
    """
    if kind not in NORMS:
        raise UnknownName("normalisation", kind, NORMS)
    mean = "mean" if kind == "layer" else "batch_mean"
    return {
        "mu": f"{mean}({of})",
        "var": f"{mean}(({of} - mu) * ({of} - mu))",
        f"{of}_hat": f"({of} - mu) / sqrt(var + {float(epsilon)!r})",
        f"{of}_norm": f"gain * {of}_hat + shift",
    }
