from __future__ import annotations

import math
from fractions import Fraction

from by_hand import Given, hadamard, logistic, plus, times
from studyrnn.model import Question


def pre(g: Given, gate: str) -> list[float]:
    return plus(times(g[f"W_x{gate}"], g["x"]), times(g[f"W_h{gate}"], g["h_prev"]), g[f"b_{gate}"])


def gate(g: Given, q: Question) -> list[float]:
    return [logistic(a) for a in pre(g, {"input": "i", "forget": "f", "output": "o"}[q.exercise[5:-5]])]


def candidate(g: Given, _: Question) -> list[float]:
    return [math.tanh(a) for a in pre(g, "g")]


def cell_state(g: Given, _: Question) -> list[float]:
    return [f * c + i * n for f, c, i, n in zip(g["f"], g["c_prev"], g["i"], g["g"], strict=True)]


def hidden_state(g: Given, q: Question) -> list[float]:
    return [o * math.tanh(c) for o, c in zip(g["o"], cell_state(g, q), strict=True)]


def lines(g: Given, q: Question) -> dict[str, list[float]]:
    found = {name: candidate(g, q) if name == "g" else [logistic(a) for a in pre(g, name)] for name in "ifgo"}
    found["c"] = cell_state({**g, **found}, q)
    return {**found, "h": hadamard(found["o"], [math.tanh(c) for c in found["c"]])}


def full_step(g: Given, q: Question) -> list[float]:
    return lines(g, q)["h"]


def exact_gate(g: Given, _: Question) -> float:
    """Each term is the logarithm of a whole number or of its reciprocal: multiply these, with no logarithm left."""
    odds = math.prod(Fraction(math.exp(g[name])).limit_denominator(99) for name in ("u", "v", "b_f"))
    return float(odds / (1 + odds))


def saturated(g: Given, _: Question) -> list[float]:
    rows = zip(g["a_f"], g["a_i"], g["c_prev"], g["g"], strict=True)
    return [(c if forget > 0 else 0) + (new if write > 0 else 0) for forget, write, c, new in rows]


def unroll(g: Given, _: Question) -> float:
    """What the start and each candidate have left at step 2, added up."""
    c = g["f_2"] * g["f_1"] * g["c_0"] + g["f_2"] * g["i_1"] * g["g_1"] + g["i_2"] * g["g_2"]
    return g["o_2"] * math.tanh(c)


def memory_left(g: Given, _: Question) -> float:
    left = g["c_0"]
    for _step in range(round(g["k"])):
        left *= g["f"]
    return left


def gradient_path(g: Given, _: Question) -> float:
    """From c_3 to c_0, by moving c_0: candidates play no part."""
    c = {"up": 1.0, "down": -1.0}
    for t in (1, 2, 3):
        c = {name: g[f"f_{t}"] * value + g[f"i_{t}"] for name, value in c.items()}
    return (c["up"] - c["down"]) / 2


def slope(f: object, at: float) -> float:
    return (f(at + 1e-5) - f(at - 1e-5)) / 2e-5  # type: ignore[operator]


def loss(g: Given) -> float:
    h = g["o"] * math.tanh(g["f"] * g["c_prev"] + g["i"] * g["g"])
    return (h - g["target"]) ** 2 / 2


def forget_gradient(g: Given, _: Question) -> float:
    return slope(lambda a: loss({**g, "f": logistic(a)}), g["a_f"])


def cell_gradient(g: Given, _: Question) -> float:
    return slope(lambda c: g["p"] * g["o"] * math.tanh(c) + g["q"] * g["f_next"] * c, g["c"])


def backward_step(g: Given, _: Question) -> float:
    def from_gates(c: float) -> float:
        return loss({**g, **{name: g[name] for name in "ifo"}, "c_prev": c})

    return slope(from_gates, g["c_prev"])


def design_keep(g: Given, q: Question) -> list[float]:
    starts = [(1 - k // 4 % 2 * 2, 1 - k // 2 % 2 * 2, 1 - k % 2 * 2) for k in range(7, -1, -1)]
    wanted = {
        "keep": lambda c, first, second: c,
        "replace": lambda c, first, second: second,
        "add": lambda c, first, second: c + first + second,
    }[q.convention["wanted"]]
    return [float(wanted(*start)) for start in starts]


KEYWORDS = {
    "forget": ("emptied", "kept unchanged", "fade"),
    "input": ("no trace", "written into", "half strength"),
    "output": ("not to see it", "disturbed by what the cell stores", "pass its content on"),
}


def which_gate(_: Given, q: Question) -> str:
    (found,) = [gate for gate, words in KEYWORDS.items() if any(word in q.stem for word in words)]
    return f"the {found} gate"


LOST = {
    "forget gate is fixed at 1": "let go",
    "input gate is fixed at 1": "leave an input out",
    "output gate is fixed at 1": "from being seen",
    "replaced by $1 - f_t$": "in the same step",
    "forget gate is fixed at 0": "hand a cell on",
}


def gate_removed(_: Given, q: Question) -> str:
    (words,) = [words for change, words in LOST.items() if change in q.stem]
    return next(text for text in q.options if words in text)


BY_HAND = {
    "lstm.gate-removed": gate_removed,
    "lstm.cell-state": cell_state,
    "lstm.hidden-state": hidden_state,
    "lstm.input-gate": gate,
    "lstm.forget-gate": gate,
    "lstm.output-gate": gate,
    "lstm.candidate": candidate,
    "lstm.exact-gate": exact_gate,
    "lstm.saturated": saturated,
    "lstm.full-step": full_step,
    "lstm.wrong-line": lines,
    "lstm.unroll": unroll,
    "lstm.memory-left": memory_left,
    "lstm.gradient-path": gradient_path,
    "lstm.forget-gradient": forget_gradient,
    "lstm.cell-gradient": cell_gradient,
    "lstm.backward-step": backward_step,
    "lstm.design-keep": design_keep,
    "lstm.which-gate": which_gate,
}
