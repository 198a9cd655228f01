from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from by_hand import Given, logistic, plus, times
from studyrnn.model import Question


def gate(g: Given, name: str) -> list[float]:
    return [
        logistic(a) for a in plus(times(g[f"W_x{name}"], g["x"]), times(g[f"W_h{name}"], g["h_prev"]), g[f"b_{name}"])
    ]


def update_gate(g: Given, _: Question) -> list[float]:
    return gate(g, "z")


def hidden_state(g: Given, q: Question) -> list[float]:
    assert q.convention == {"reset": "before", "z_keeps": "old"}
    kept = [r * h for r, h in zip(g["r"], g["h_prev"], strict=True)]
    n = [math.tanh(a) for a in plus(times(g["W_xn"], g["x"]), times(g["W_hn"], kept), g["b_n"])]
    return [(1 - z) * new + z * old for z, new, old in zip(g["z"], n, g["h_prev"], strict=True)]


def full_step(g: Given, q: Question) -> list[float]:
    return hidden_state({**g, "r": gate(g, "r"), "z": gate(g, "z")}, q)


def wrong_line(g: Given, q: Question) -> dict[str, list[float]]:
    gates = {"r": gate(g, "r"), "z": gate(g, "z")}
    kept = [r * h for r, h in zip(gates["r"], g["h_prev"], strict=True)]
    n = [math.tanh(a) for a in plus(times(g["W_xn"], g["x"]), times(g["W_hn"], kept), g["b_n"])]
    return {**gates, "n": n, "h": full_step(g, q)}


def reset_gate(g: Given, _: Question) -> list[float]:
    return gate(g, "r")


def matrix_entries(g: Given, k: int) -> tuple[float, list[float]]:
    """What the input brings to the candidate of unit k, and what each old state brings, before any reset."""
    fed = sum(w * x for w, x in zip(g["W_xn"][k], g["x"], strict=True)) + g["b_n"][k]
    return fed, [w * h for w, h in zip(g["W_hn"][k], g["h_prev"], strict=True)]


def candidate(g: Given, q: Question) -> list[float]:
    """Unit by unit: reset before the product goes with the unit that is read, after it with the unit that reads."""
    found = []
    for k in range(len(g["b_n"])):
        fed, seen = matrix_entries(g, k)
        if q.convention["reset"] == "before":
            found.append(math.tanh(fed + sum(r * term for r, term in zip(g["r"], seen, strict=True))))
        else:
            found.append(math.tanh(fed + g["r"][k] * (sum(seen) + g.get("b_hn", [0.0, 0.0])[k])))
    return found


def mix(g: Given, q: Question) -> list[float]:
    """From the candidate towards the old state, or from the old state towards the candidate, by z of the way."""
    pairs = {"old": (g["n"], g["h_prev"]), "new": (g["h_prev"], g["n"])}[q.convention["z_keeps"]]
    return [a + z * (b - a) for z, a, b in zip(g["z"], *pairs, strict=True)]


def conventions(g: Given, q: Question) -> list[float]:
    assert ("before the product" in q.stem) == (q.convention["reset"] == "before")
    assert ("$z_t$ is the share of the old state" in q.stem) == (q.convention["z_keeps"] == "old")
    return mix({**g, "n": candidate(g, q)}, q)


def exact(g: Given, _: Question) -> float:
    """An average in which the old state counts k times, k the product of the whole numbers or their reciprocals."""
    k = math.prod(Fraction(math.exp(g[name])).limit_denominator(99) for name in ("u", "b_z"))
    n, old = (Fraction(g[name]).limit_denominator(10) for name in ("n", "h_prev"))
    return float((n + k * old) / (1 + k))


def saturated(g: Given, _: Question) -> list[float]:
    found = []
    for a_r, a_z, x, h in zip(g["a_r"], g["a_z"], g["x"], g["h_prev"], strict=True):
        total = x + h if a_r > 0 else x
        found.append(h if a_z > 0 else float((total > 0) - (total < 0)))
    return found


def scalar_step(g: Given, t: int, h: float) -> float:
    n = math.tanh(g["W_xn"] * g[f"x_{t}"] + g["W_hn"] * g[f"r_{t}"] * h + g["b_n"])
    return n + g[f"z_{t}"] * (h - n)


def unroll(g: Given, _: Question) -> float:
    return scalar_step(g, 2, scalar_step(g, 1, g["h_0"]))


def slope(f: Callable[[float], float], at: float) -> float:
    return (f(at + 1e-5) - f(at - 1e-5)) / 2e-5


def backward_z(g: Given, _: Question) -> float:
    return slope(lambda a: (g["n"] + logistic(a) * (g["h_prev"] - g["n"]) - g["target"]) ** 2 / 2, g["a_z"])


def direct_path(g: Given, _: Question) -> float:
    """By moving the start: through fixed candidates, or through the whole step."""

    def end(h: float) -> float:
        if "W_hn" in g:
            return scalar_step(g, 1, h)
        for t in (1, 2, 3):
            h = (1 - g[f"z_{t}"]) * g[f"n_{t}"] + g[f"z_{t}"] * h
        return h

    return slope(end, g.get("h_0", 0.0))


def design_keep(g: Given, q: Question) -> list[float]:
    starts = [(1 - k // 4 % 2 * 2, 1 - k // 2 % 2 * 2, 1 - k % 2 * 2) for k in range(7, -1, -1)]
    place = {"is still": slice(0, 1), "latest input": slice(2, 3), "sum of all": slice(0, 3)}
    (wanted,) = [where for words, where in place.items() if words in q.stem]
    return [float(sum(start[wanted])) for start in starts]


ENDS = {
    "keep": ("stay the same", "untouched", "travel back", "skipped"),
    "replace": ("candidate alone", "carried over directly", "end in the candidate"),
    "hide": ("input alone", "not to look at", "to vanish"),
    "show": ("to see all", "build on the old one"),
}


def which_gate(_: Given, q: Question) -> str:
    (end,) = [end for end, words in ENDS.items() if any(word in q.stem for word in words)]
    if end in ("hide", "show"):
        return f"$r_t$ of the reset gate, near {int(end == 'show')}"
    share_of_old = 1 if r"z_t \odot h_{t-1}$" in q.stem else 0
    return f"$z_t$ of the update gate, near {share_of_old if end == 'keep' else 1 - share_of_old}"


BY_HAND = {
    "gru.update-gate": update_gate,
    "gru.hidden-state": hidden_state,
    "gru.full-step": full_step,
    "gru.wrong-line": wrong_line,
    "gru.reset-gate": reset_gate,
    "gru.candidate": candidate,
    "gru.mix": mix,
    "gru.exact": exact,
    "gru.saturated": saturated,
    "gru.conventions": conventions,
    "gru.reset-after-bias": candidate,
    "gru.which-gate": which_gate,
    "gru.unroll": unroll,
    "gru.backward-z": backward_z,
    "gru.direct-path": direct_path,
    "gru.design-keep": design_keep,
}
