"""Places and names: what every quantity of a network is called, and which names a network may have itself."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.cells import gru, jordan, lstm, rnn
from studyrnn.engine.network import Layer, Network, Place
from studyrnn.engine.specification import NO_NAMES, Specification, sized, stepped
from studyrnn.engine.symbols import direction_of, layer_of, step_of, symbol
from studyrnn.errors import ArgumentError

ONE, BOTH = Layer(rnn()), Layer(rnn(), reverse=lstm())


def test_names_are_put_together_from_symbol_step_and_place() -> None:
    """And the letters of sizes from letter and place."""
    assert stepped("h", 3) == "h_3"
    assert stepped("h_new", 12, "__2r") == "h_new_12__2r"
    assert [sized("n", suffix) for suffix in ("", "__2r", "__enc")] == ["n", "n2r", "nenc"]
    spec = Specification((ONE,), 2, loss="mse", targets=(2,), name="enc")
    assert (spec.at("x", 2), spec.losses, spec.total) == ("x_2__enc", ["L_2__enc"], "L__enc")


@pytest.mark.parametrize(
    ("layers", "name", "suffixes"),
    [
        ((ONE,), "", [""]),
        ((BOTH,), "", ["__f", "__r"]),
        ((ONE, BOTH), "", ["__1", "__2f", "__2r"]),
        ((ONE,), "enc", ["__enc"]),
        ((BOTH,), "enc", ["__enc1f", "__enc1r"]),
        ((BOTH, ONE), "enc", ["__enc1f", "__enc1r", "__enc2"]),
    ],
)
def test_what_stands_behind_the_names(layers: tuple[Layer, ...], name: str, suffixes: list[str]) -> None:
    """Only what is needed to tell them apart; a direction always has a number before it where there is a name."""
    places = Specification(layers, 3, name=name).places
    assert [place.suffix for place in places] == suffixes


def test_each_place_knows_its_steps() -> None:
    """Forward from 0 to T; in reverse from behind the end to 1. Its states are those of its own cell."""
    network = Network((Layer(jordan()), BOTH), 3, output=False)
    assert network.places == (
        Place(0, "", network.layers[0].cell, "__1", 0, 3),
        Place(1, "f", BOTH.cell, "__2f", 0, 3),
        Place(1, "r", BOTH.cells[1][1], "__2r", 4, 1),
    )
    assert [list(place.steps) for place in network.places] == [[1, 2, 3], [1, 2, 3], [3, 2, 1]]
    assert [place.pace for place in network.places] == [1, 1, -1]
    assert [place.states(place.start) for place in network.places] == [["y_0__1"], ["h_0__2f"], ["h_4__2r", "c_4__2r"]]
    assert [name for place in network.places for name in place.states(place.start)] == network.initial
    assert network.places_of(1) == list(network.places[1:])
    assert network.places[2].at("i", 2) == "i_2__2r"


letters = st.text(string.ascii_letters, min_size=1, max_size=4) | st.sampled_from(["for", "enc", "rf", "d", "inr", "F"])


@settings(deadline=None, max_examples=60)
@given(
    name=letters.filter(lambda name: name not in NO_NAMES),
    layers=st.lists(st.sampled_from([ONE, BOTH, Layer(gru("after"), residual=True)]), min_size=1, max_size=2),
)
def test_every_name_keeps_its_step_layer_and_direction(name: str, layers: list[Layer]) -> None:
    """Whatever the network is called: nothing in its name is read as a direction, a layer or the mark of a gradient."""
    network = Network(tuple(layers), 2, loss="half-squared", name=name)
    backward = network.backward().equations
    numbered = len(layers) > 1
    for place in network.places:
        layer = place.layer + 1 if numbered or place.direction else None
        for quantity in (*place.cell.program.equations, *place.cell.states):
            for each in (place.at(quantity, 2), f"d{place.at(quantity, 2)}"):
                assert (step_of(each), layer_of(each), direction_of(each)) == (2, layer, place.direction)
        for parameter in place.cell.parameters:
            each = f"{parameter}{place.suffix}"
            assert (step_of(each), layer_of(each), direction_of(each)) == (None, layer, place.direction)
    for each in (network.at("y", 1), network.at("target", 1), network.total):
        assert (layer_of(each), direction_of(each)) == (None, "")
    names = {*network.shapes, *network.program.equations, *backward}
    shown = {symbol(each) for each in names}
    assert len(shown) == len(names)
    assert all(rf"\text{{{name}}}" in each for each in shown)


@pytest.mark.parametrize("name", ["enc2", "my net", "enc_dec", "é", "f", "r", "in", "clipped", "-", "enc\n"])
def test_names_that_would_be_misread(name: str) -> None:
    """Digits are layers, underscores part the names; f and r are directions, and two words are gradients'."""
    with pytest.raises(ArgumentError, match="it needs letters from a to z, and not one of f, r, in, clipped alone"):
        Specification((ONE,), 1, name=name)
