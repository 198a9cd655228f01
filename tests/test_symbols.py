"""Names of equations as symbols on paper."""

from __future__ import annotations

import pytest

from studyrnn.engine.cells import gru, lstm, rnn
from studyrnn.engine.network import Layer, Network
from studyrnn.engine.symbols import direction_of, layer_of, step_of, symbol
from studyrnn.mathtext import one_line


@pytest.mark.parametrize(
    ("name", "tex", "shown"),
    [
        ("h", "h_t", "hₜ"),
        ("h_", "h_{t-1}", "hₜ₋₁"),
        ("h_3", "h_3", "h₃"),
        ("h_12", "h_{12}", "h₁₂"),
        ("L", "L", "L"),
        ("L_2", "L_2", "L₂"),
        ("W_xz", "W_{xz}", "W_xz"),
        ("b_hn", "b_{hn}", "b_hn"),
        ("W_xh__2", "W_{xh}^{(2)}", "W_xh⁽²⁾"),
        ("h_3__2", "h_3^{(2)}", "h₃⁽²⁾"),
        ("h_3__f", r"h_3^{\rightarrow}", "h₃^→"),
        ("h_3__2r", r"h_3^{(2\leftarrow)}", "h₃^(2←)"),
        ("target_2", r"\text{target}_2", "target₂"),
        ("target", r"\text{target}", "target"),
        ("mu_3", r"\mu_3", "μ₃"),
        ("epsilon", r"\epsilon", "ε"),
        ("threshold", r"\theta", "θ"),
        ("norm", r"\lVert g \rVert", "‖g‖"),
        ("gain__2", r"\gamma^{(2)}", "γ⁽²⁾"),
        ("h_new_3", r"\tilde{h}_3", "h̃₃"),
        ("v_hat_3__2", r"\hat{v}_3^{(2)}", "v̂₃⁽²⁾"),
        ("dh_3", r"\partial L/\partial h_3", "∂L/∂h₃"),
        ("dW_hh__1r", r"\partial L/\partial W_{hh}^{(1\leftarrow)}", "∂L/∂W_hh^(1←)"),
        ("dL_2", r"\partial L/\partial L_2", "∂L/∂L₂"),
        ("dn_3_in", r"\delta_{n_3}", "δ_n₃"),
        ("dn_3_in_", r"\delta_{n_3}'", "δ_n₃′"),
        ("dn_in", r"\delta_{n}", "δₙ"),
        ("dW_xz_clipped", r"\operatorname{clip}(\partial L/\partial W_{xz})", "clip(∂L/∂W_xz)"),
        ("x_kept_3__2", r"\tilde{x}_3^{(2)}", "x̃₃⁽²⁾"),
        ("some thing", r"\text{some thing}", "some thing"),
    ],
)
def test_symbols(name: str, tex: str, shown: str) -> None:
    """As LaTeX, and as a terminal shows it."""
    assert symbol(name) == tex
    assert one_line(tex) == shown


@pytest.mark.parametrize(
    ("name", "step", "layer", "direction"),
    [
        ("h_3", 3, None, ""),
        ("h_12__2", 12, 2, ""),
        ("h_3__2r", 3, 2, "r"),
        ("h_3__f", 3, None, "f"),
        ("dh_3__2r", 3, 2, "r"),
        ("dn_3_in", 3, None, ""),
        ("dn_3__2f_in_", 3, 2, "f"),
        ("L_4", 4, None, ""),
        ("dL_4", 4, None, ""),
        ("L", None, None, ""),
        ("dL_in", None, None, ""),
        ("W_hh__2r", None, 2, "r"),
        ("dW_hh", None, None, ""),
        ("h", None, None, ""),
        ("h_", None, None, ""),
        ("no name", None, None, ""),
    ],
)
def test_where_a_name_belongs(name: str, step: int | None, layer: int | None, direction: str) -> None:
    assert (step_of(name), layer_of(name), direction_of(name)) == (step, layer, direction)


NETWORKS = {
    "rnn": Network((Layer(rnn()),), 3, loss="half-squared"),
    "mse": Network((Layer(rnn()),), 2, loss="mse"),
    "lstm": Network((Layer(lstm(peephole=True)), Layer(lstm())), 3, loss="cross-entropy"),
    "gru": Network((Layer(gru("after", "new")),) * 2, 12, output=False, loss="half-squared", reduce="mean"),
    "bidirectional": Network((Layer(gru(), gru()), Layer(rnn(), rnn())), 3, loss="cross-entropy"),
    "deep": Network((Layer(rnn(), residual=True, dropout="fresh", norm="layer"),) * 2, 2, loss="mse"),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_all_names_of_a_network_have_symbols_of_their_own(name: str) -> None:
    """Forward and backward: every symbol can be typeset, also in ASCII, and no two names share one."""
    network = NETWORKS[name]
    names = [*network.shapes, *network.program.equations, *network.backward().equations]
    for ascii_only in (False, True):
        shown = {each: one_line(symbol(each), ascii_only=ascii_only) for each in names}
        assert len(set(shown.values())) == len(set(names))


def test_steps_layers_and_directions_of_a_network() -> None:
    """What belongs to step 2 in the reversed direction of layer 2 says so, forward and backward."""
    network = NETWORKS["bidirectional"]
    place = (2, 2, "r")
    found = {
        each
        for each in (*network.program.equations, *network.backward().equations)
        if (step_of(each), layer_of(each), direction_of(each)) == place
    }
    assert found == {"a_2__2r", "h_2__2r", "dh_2__2r", "da_2__2r"}
