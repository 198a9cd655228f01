"""What the names of the equations stand for on paper: W_xh__2 is W_{xh}^{(2)}, dh_3 is dL/dh_3."""

from __future__ import annotations

import re

_WORDS = {
    "threshold": r"\theta",
    "norm": r"\lVert g \rVert",
    "grad": "g",
    "grad_clipped": r"\tilde{g}",
    "gain": r"\gamma",
    "shift": r"\beta",
    "q": "q",
    "weight_decay": r"\lambda",
}
_GREEK = {"alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "lambda", "mu", "nu", "rho", "sigma", "tau"}
_ACCENTS = {"hat": r"\hat", "norm": r"\bar", "new": r"\tilde", "kept": r"\tilde"}
_ARROWS = {"f": r"\rightarrow", "r": r"\leftarrow", "": ""}
_NAME = re.compile(
    r"(?P<letter>[A-Za-z]+)(?P<index>\d*)(?:_(?P<accent>hat|norm|new|kept))?(?:_(?P<route>[A-Za-z]+))?"
    r"(?P<step>(?:_\d+)+|_)?"
    r"(?:__(?:(?P<alone>[fr])|(?P<network>[A-Za-z]*)(?:(?P<layer>\d+)(?P<direction>[fr]?))?))?"
)


def symbol(name: str) -> str:
    """The symbol of a name: h_ -> h_{t-1}, W_xz -> W_{xz}, h_2 -> h_2, dW_hh -> dL/dW_hh, h_3__2 -> h_3^{(2)}."""
    if name in _WORDS:
        return _WORDS[name]
    if name.endswith("_clipped"):
        return rf"\operatorname{{clip}}({symbol(name.removesuffix('_clipped'))})"
    if name.startswith("d") and len(name) > 1 and name not in _GREEK:
        if match := re.fullmatch(r"(\w+?)_in(_*)", name[1:]):  # before an activation; further in, with a prime
            owner = match[1] if len(match[1]) == 1 else symbol(match[1])
            return rf"\delta_{{{owner}}}" + "'" * len(match[2])
        return rf"\partial L/\partial {symbol(name[1:])}"
    match = _NAME.fullmatch(name)
    if match is None:
        return rf"\text{{{name.replace('_', ' ')}}}"
    steps = ["t-1"] if match["step"] == "_" else (match["step"] or "").split("_")
    below = ",".join(part for part in (match["index"], match["route"] or "", *steps) if part)
    if not below and re.fullmatch("[a-z]", name):
        below = "t"
    return _letter(match["letter"], match["accent"]) + _script("_", below) + _script("^", _place(match))


def _letter(letter: str, accent: str | None) -> str:
    if letter in _WORDS:
        letter = _WORDS[letter]
    elif letter in _GREEK:
        letter = f"\\{letter}"
    elif len(letter) > 1:
        letter = rf"\text{{{letter}}}"
    return f"{_ACCENTS[accent]}{{{letter}}}" if accent else letter


def _place(match: re.Match[str]) -> str:
    """The network, layer and direction that a name belongs to: enc, (2), (2 ->)."""
    network = rf"\text{{{match['network']}}}" if match["network"] else ""
    arrow = _ARROWS[_direction(match)]
    return network + (f"({match['layer']}{arrow})" if match["layer"] else arrow)


def _script(mark: str, text: str) -> str:
    if not text:
        return ""
    return f"{mark}{text}" if len(text) == 1 else f"{mark}{{{text}}}"


def step_of(name: str) -> int | None:
    """The step that a name belongs to, of a gradient that of its quantity: 3 for h_3__2r and for dn_3_in."""
    match = _parts(name)
    step = (match["step"] or "").strip("_") if match else ""
    return int(step) if step.isdigit() else None


def layer_of(name: str) -> int | None:
    """The layer that a name belongs to, of a gradient that of its quantity; None where there is but one."""
    match = _parts(name)
    return int(match["layer"]) if match and match["layer"] else None


def direction_of(name: str) -> str:
    """f or r where a name belongs to one direction of a bidirectional layer, else nothing."""
    match = _parts(name)
    return _direction(match) if match else ""


def _direction(match: re.Match[str]) -> str:
    return match["alone"] or match["direction"] or ""


def _parts(name: str) -> re.Match[str] | None:
    return _NAME.fullmatch(re.sub(r"_in_*$", "", name[1:]) if name.startswith("d") else name)
