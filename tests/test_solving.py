"""Solved homework: numbers from paper, clipping, what is asked for, worked steps and summaries."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from homework import EXAMPLES, accepted
from hypothesis import given, settings
from hypothesis import strategies as st
from solutions import TWO_LAYERS, File, at, numbers_in, record_of, solved

from studyrnn.errors import ArgumentError
from studyrnn.solving import Solved

# -- numbers from paper ----------------------------------------------------------------------------------------------

STUDY: File = {
    "cell": "rnn",
    "layers": [
        {
            "forward": {"W_xh": [[0.1, 0.2], [0.3, 0.4]], "W_hh": [[0.5, 0.6], [0.7, 0.8]], "b_h": [0.1, 0.1]},
            "h0": [0, 0],
        }
    ],
    "x": [[1, 2]],
}  # fmt: skip


@pytest.mark.parametrize(
    ("activation", "h"),
    [
        ("tanh", [0.537049566998, 0.833654607012]),
        ("sigmoid", [0.645656306226, 0.768524783499]),
        ("relu", [0.6, 1.2]),
    ],
)
def test_the_exercise_of_the_study_notes(activation: str, h: list[float]) -> None:
    """W_x x = [0.5, 1.1], W_h h = 0, plus the bias [0.6, 1.2], and the activation of that."""
    (entry,) = record_of(STUDY | {"activation": activation})["trace"]
    assert (entry["layer"], entry["direction"], entry["t"]) == (0, "forward", 1)
    np.testing.assert_allclose(entry["a"], [0.6, 1.2], rtol=1e-15)
    np.testing.assert_allclose(entry["h"], h, rtol=0, atol=5e-13)


def test_the_products_of_the_study_notes() -> None:
    """Without the bias W_x x alone; with the input 0 and a state of ones the rows of W_h added up."""
    forward = STUDY["layers"][0]["forward"]
    no_bias = STUDY | {"layers": [{"forward": forward | {"b_h": [0, 0]}, "h0": [0, 0]}], "activation": "relu"}
    np.testing.assert_allclose(record_of(no_bias)["trace"][0]["a"], [0.5, 1.1], rtol=1e-15)
    only_state = no_bias | {"layers": [no_bias["layers"][0] | {"h0": [1, 1]}], "x": [[0, 0]]}
    np.testing.assert_allclose(record_of(only_state)["trace"][0]["a"], [1.1, 1.5], rtol=1e-15)


ONE_UNIT: File = {
    "cell": "rnn",
    "activation": "relu",
    "layers": [{"forward": {"W_xh": [[0.5]], "W_hh": [[2]], "b_h": [1]}, "h0": [3]}],
    "x": [[4], [2]],
    "target": [[10], [15]],
}


def test_one_unit_with_a_pencil() -> None:
    """Without an output layer the loss sees h: h = 9, 20; dL/dh_2 = 5, dL/dh_1 = 2 * 5 - 1 = 9."""
    record = record_of(ONE_UNIT)
    assert [entry["h"] for entry in record["trace"]] == [[9], [20]]
    assert record["outputs"] == {"y": [[9], [20]]}
    assert record["loss"] == {"total": 13, "per_step": [0.5, 12.5]}
    assert record["gradients"] == {
        "layers": [{"forward": {"W_xh": [[5 * 2 + 9 * 4]], "W_hh": [[5 * 9 + 9 * 3]], "b_h": [14]}, "h0": [18]}],
        "x": [[4.5], [2.5]],
    }


@pytest.mark.parametrize(
    ("k1", "k2", "W_xh", "W_hh", "b_h", "h0", "x"),
    [  # the loss of step 1 gives dL/dh_1 = -1, that of step 2 gives 5, and 10 where it goes back to step 1
        (1, 1, -1 * 4 + 5 * 2, -1 * 3 + 5 * 9, 4, -2, [-0.5, 2.5]),
        (1, 2, 46, 72, 14, 18, [4.5, 2.5]),
        (2, 2, 46, 72, 14, 18, [4.5, 2.5]),
        (2, 1, 5 * 2, 5 * 9, 5, 0, [0, 2.5]),
    ],
)
def test_windows_with_a_pencil(
    k1: int, k2: int, W_xh: float, W_hh: float, b_h: float, h0: float, x: list[float]
) -> None:
    """Where a window begins the state is taken as given; what no window reaches has the gradient 0."""
    record = record_of(ONE_UNIT | {"truncate": {"k1": k1, "k2": k2}})
    assert record["gradients"] == {
        "layers": [{"forward": {"W_xh": [[W_xh]], "W_hh": [[W_hh]], "b_h": [b_h]}, "h0": [h0]}],
        "x": [[entry] for entry in x],
    }
    assert record["loss"] == {"total": 13, "per_step": [0.5, 12.5]}


def test_no_window_has_a_loss() -> None:
    """Longer steps than windows can leave nothing to go back: zeros, in the shapes of the file."""
    record = record_of(ONE_UNIT | {"truncate": {"k1": 2, "k2": 1}, "target": [[10], None], "clip": {"norm": 1}})
    zeros = {"W_xh": [[0]], "W_hh": [[0]], "b_h": [0]}
    assert record["gradients"] == {"layers": [{"forward": zeros, "h0": [0]}], "x": [[0], [0]]}
    assert record["clipped"] == {"layers": [{"forward": zeros}], "norm": 0}


def test_sum_mean_and_mean_squared_error() -> None:
    """Two steps, two outputs: mean is half the sum; mse the double of half squares, over four entries."""
    file = {**TWO_LAYERS, "target": [[0.3, 0], [0.5, 0.5], [0.8, -0.4]]}
    total = record_of(file | {"reduce": "sum"})
    mean = record_of(file | {"reduce": "mean"})
    squared = record_of({key: value for key, value in file.items() if key != "reduce"} | {"loss": "mse"})
    for path in numbers_in(total["gradients"]):
        assert math.isclose(at(mean["gradients"], path) * 3, at(total["gradients"], path), rel_tol=1e-12, abs_tol=1e-15)
        assert math.isclose(
            at(squared["gradients"], path) * 3, at(total["gradients"], path), rel_tol=1e-12, abs_tol=1e-15
        )
    assert mean["loss"]["per_step"] == total["loss"]["per_step"]
    np.testing.assert_allclose(squared["loss"]["per_step"], total["loss"]["per_step"], rtol=1e-14)
    assert math.isclose(sum(total["loss"]["per_step"]), total["loss"]["total"], rel_tol=1e-15)
    assert math.isclose(3 * mean["loss"]["total"], total["loss"]["total"], rel_tol=1e-15)
    assert math.isclose(3 * squared["loss"]["total"], total["loss"]["total"], rel_tol=1e-14)


def test_steps_without_a_target() -> None:
    """null has no loss; the gradients of all targets are the sum of those of each alone."""
    base = {key: value for key, value in TWO_LAYERS.items() if key != "reduce"}
    both, first, last = (
        record_of(base | {"target": target})
        for target in ([[0.3, 0], None, [0.8, -0.4]], [[0.3, 0], None, None], [None, None, [0.8, -0.4]])
    )
    assert [record["loss"]["per_step"][1] for record in (both, first, last)] == [None, None, None]
    assert first["loss"]["per_step"][2] is None
    assert math.isclose(both["loss"]["total"], first["loss"]["total"] + last["loss"]["total"], rel_tol=1e-15)
    for path in numbers_in(both["gradients"]):
        alone = at(first["gradients"], path) + at(last["gradients"], path)
        assert math.isclose(at(both["gradients"], path), alone, rel_tol=1e-12, abs_tol=1e-15)
    assert first["gradients"]["x"][1] == first["gradients"]["x"][2] == [0, 0]


# -- clipping --------------------------------------------------------------------------------------------------------


def trained(gradients: File) -> list[tuple[tuple[Any, ...], float]]:
    """Weights and biases with their places: initial states and inputs are not clipped."""
    parts = {"layers": gradients["layers"], "output": gradients["output"]}
    return [(path, at(parts, path)) for path in numbers_in(parts) if str(path[2])[:2] not in {"h0", "c0"}]


@pytest.mark.parametrize("threshold", [0.05, 0.5, 1000])
def test_clipping_by_norm(threshold: float) -> None:
    """All weights and biases together: the same direction, at most the threshold long."""
    record = record_of(TWO_LAYERS | {"clip": {"norm": threshold}})
    entries = trained(record["gradients"])
    norm = math.sqrt(math.fsum(value**2 for _, value in entries))
    assert math.isclose(record["clipped"]["norm"], norm, rel_tol=1e-14)
    factor = min(1.0, threshold / norm)
    assert (factor < 1) == (threshold == 0.05)
    clipped = {key: value for key, value in record["clipped"].items() if key != "norm"}
    assert len(list(numbers_in(clipped))) == len(entries)
    for path, value in entries:
        assert math.isclose(at(clipped, path), factor * value, rel_tol=1e-14)
    assert record["gradients"] == record_of(TWO_LAYERS)["gradients"]


@pytest.mark.parametrize("threshold", [0.001, 0.02])
def test_clipping_by_value(threshold: float) -> None:
    """Each entry for itself; the norm is that before clipping."""
    record = record_of(TWO_LAYERS | {"clip": {"value": threshold}})
    entries = trained(record["gradients"])
    assert math.isclose(record["clipped"]["norm"], math.sqrt(math.fsum(v**2 for _, v in entries)), rel_tol=1e-14)
    for path, value in entries:
        assert at(record["clipped"], path) == max(-threshold, min(threshold, value))


# -- what is asked for, and how it is written ------------------------------------------------------------------------


@settings(deadline=None, max_examples=20)
@given(st.sets(st.sampled_from(["trace", "outputs", "loss", "gradients"]), min_size=1))
def test_only_what_is_asked_for(ask: set[str]) -> None:
    record = record_of(ONE_UNIT | {"ask": sorted(ask), "clip": {"norm": 1}})
    assert record.keys() == {"version"} | ask | ({"clipped"} if "gradients" in ask else set())
    whole = record_of(ONE_UNIT | {"clip": {"norm": 1}})
    assert all(record[key] == whole[key] for key in record)


@pytest.mark.parametrize("name", EXAMPLES)
def test_numbers_keep_every_digit(name: str) -> None:
    """Read again from JSON they are the very floats of the engine."""
    answers = Solved(accepted(EXAMPLES[name]))
    record = json.loads(json.dumps(answers.record()))
    assert record == answers.record()
    assert record["version"] == 1
    assert record["loss"]["total"] == float(answers.run["L"])
    for place in answers.network.places:
        found = record["gradients"]["layers"][place.layer]["reverse" if place.direction == "r" else "forward"]
        assert list(found) == place.cell.parameters
        assert all(value == answers.gradients[f"{name}{place.suffix}"].tolist() for name, value in found.items())


def test_numbers_that_grow_too_large_are_refused() -> None:
    """Forward, backward, and in the norm: never an infinity, never a warning."""
    grown = {"W_xh": [[1e200]], "W_hh": [[1e200]], "b_h": [0]}
    file: File = {**ONE_UNIT, "layers": [{"forward": grown}]}
    with pytest.raises(ArgumentError, match="L_1 outgrows what a number can hold; it needs smaller weights"):
        solved(file)
    back = {**ONE_UNIT, "layers": [{"forward": {"W_xh": [[1e-60]], "W_hh": [[0]], "b_h": [0]}}], "x": [[1e200], [0]]}
    with pytest.raises(ArgumentError, match="dL/dW_xh outgrows"):
        solved(back)
    np.testing.assert_allclose(solved(back | {"ask": ["trace"]}).record()["trace"][0]["h"], [1e140])
    large = {**back, "layers": [{"forward": {"W_xh": [[1]], "W_hh": [[0]], "b_h": [0]}}], "x": [[1e100], [0]]}
    with pytest.raises(ArgumentError, match="norm is too large for a number"):
        solved(large | {"clip": {"norm": 1}})
    clipped = record_of(large | {"clip": {"value": 1}})["clipped"]
    assert clipped["layers"][0]["forward"]["W_xh"] == [[1]]
    assert math.isclose(clipped["norm"], 1e200)


# -- worked steps ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_steps_are_the_whole_computation(name: str) -> None:
    """Each equation once, in an order in which everything is known when it is needed, ending at the same numbers."""
    answers = Solved(accepted(EXAMPLES[name]))
    shown: dict[str, Any] = {}
    for section in answers.sections():
        shown |= {step.name: step.value for step in section.steps}
    forward = answers.network.program.equations
    assert list(shown)[: len(forward)] == list(forward)

    def written(value: Any) -> Any:
        """Where everything is a single number there are no brackets, but in the sum over the windows."""
        return value.item() if name == "truncated" else value.tolist()

    assert {name: shown[name] for name in forward} == {name: written(answers.run[name]) for name in forward}
    for weight in answers.network.parameters:
        assert shown[f"d{weight}"] == answers.gradients[weight].tolist()


def headings(file: File) -> list[str]:
    return [section.heading for section in solved(file).sections()]


def test_headings_follow_the_work() -> None:
    """Forward step by step, the loss, back step by step, the gradients."""
    assert headings(ONE_UNIT) == [
        "Step 1", "Step 2", "Loss", "Back through step 2", "Back through step 1", "Gradients",
    ]  # fmt: skip
    assert headings(ONE_UNIT | {"ask": ["trace"]}) == ["Step 1", "Step 2"]
    assert headings(ONE_UNIT | {"ask": ["loss"]}) == ["Step 1", "Step 2", "Loss"]
    assert headings({key: value for key, value in ONE_UNIT.items() if key != "target"}) == ["Step 1", "Step 2"]


def test_a_mean_goes_back_through_its_count_first() -> None:
    """With a name for what each loss gets of it; a mean of one loss is that loss."""
    mean = headings(ONE_UNIT | {"reduce": "mean"})
    assert mean[2:6] == ["Loss", "Backwards", "Back from the loss", "Back through step 2"]
    alone = {**ONE_UNIT, "reduce": "mean", "target": [None, [15]]}
    assert headings(alone)[2:4] == ["Loss", "Back through step 2"]
    (total,) = [step for section in solved(alone).sections() for step in section.steps if step.name == "L"]
    assert (total.formula, total.value) == ("L_2", 12.5)


def test_what_is_not_drawn_on_paper_is_explained() -> None:
    """Where a delta occurs what it is, and what clipping does; with a heading of its own and no steps under it."""
    with_delta = ONE_UNIT | {"reduce": "mean"}
    notes = {section.heading: section.note for section in solved(with_delta | {"clip": {"norm": 1}}).sections()}
    assert {heading for heading, note in notes.items() if note} == {"Backwards", "Clipping"}
    assert notes["Backwards"] == r"$\delta_q$ is the gradient by what stands inside the function that gives $q$."
    assert r"$\theta$" in notes["Clipping"]
    assert not any(section.note for section in solved(ONE_UNIT).sections())
    by_value = list(solved(ONE_UNIT | {"clip": {"value": 1}}).sections())[-1]
    assert by_value.note.startswith("Every entry of the gradients")
    (first, *_) = [part for part in solved(TWO_LAYERS | {"truncate": {"k1": 1, "k2": 1}}).sections() if part.note]
    assert (first.heading, first.steps) == ("Loss of step 1, back to step 1", ())


def test_single_numbers_have_no_brackets() -> None:
    """h_2 = relu(0.5 * 2 + 2 * 9 + 1) = relu(20): each product by itself before they are added up."""
    steps = {step.name: step for section in solved(ONE_UNIT).sections() for step in section.steps}
    assert steps["a_2"].substituted == r"0.5 \cdot 2 + 2 \cdot 9.0000 + 1"
    assert steps["a_2"].terms == "1.0000 + 18.0000 + 1"
    assert (steps["a_2"].value, steps["h_2"].value, steps["h_2"].terms) == (20, 20, "")
    vectors = {step.name: step for section in solved(STUDY).sections() for step in section.steps}
    assert r"\begin{bmatrix}" in vectors["a_1"].substituted


def test_headings_of_windows_and_of_clipping() -> None:
    """Each window by itself, then their sum."""
    file = ONE_UNIT | {"truncate": {"k1": 1, "k2": 2}, "clip": {"norm": 1}}
    assert headings(file)[3:] == [
        "Loss of step 1, back to step 1", "Back through step 1", "Gradients",
        "Loss of step 2, back to step 1", "Back through step 2", "Back through step 1", "Gradients",
        "All windows together", "Clipping",
    ]  # fmt: skip
    assert headings(ONE_UNIT | {"truncate": {"k1": 2, "k2": 2}})[3] == "Losses of steps 1 to 2, back to step 1"


def test_headings_of_layers_that_read_backwards() -> None:
    """Layer by layer, and every heading says which layer and direction it belongs to."""
    cell = {"W_xh": [[1]], "W_hh": [[1]], "b_h": [0]}
    upper = cell | {"W_xh": [[1, 1]]}
    file = ONE_UNIT | {"layers": [{"forward": cell, "reverse": cell}, {"forward": upper}], "x": [[1], [2]]}
    found = headings(file)
    assert found[:9] == [
        "Step 1, layer 1, forward", "Step 2, layer 1, forward", "Step 2, layer 1, reverse", "Step 1, layer 1, reverse",
        "Both directions, stacked, layer 1", "Step 1, layer 2", "Step 2, layer 2", "Step 1", "Step 2",
    ]  # fmt: skip
    assert len(found) == len(set(found))


def test_the_sum_over_windows_is_shown_with_its_parts() -> None:
    """Of everything that more than one window has a part in: dL/dx_1 is -0.5 in the first and 5 in the second."""
    *_, sums = solved(ONE_UNIT | {"truncate": {"k1": 1, "k2": 2}}).sections()
    assert sums.heading == "All windows together"
    found = {step.name: step for step in sums.steps}
    assert list(found) == ["dW_xh", "dW_hh", "db_h", "dh_0", "dx_1"]
    assert found["dx_1"].formula == (
        r"\partial L/\partial x_1 \text{of window 1} + \partial L/\partial x_1 \text{of window 2}"
    )
    assert found["dx_1"].substituted == r"\begin{bmatrix} -0.5000 \end{bmatrix} + \begin{bmatrix} 5.0000 \end{bmatrix}"
    assert found["dx_1"].value == [4.5]


def test_the_norm_is_shown_tensor_by_tensor() -> None:
    """One square for each gradient, in place of every entry: 46, 72 and 14 squared."""
    steps = {
        step.name: step for section in solved(ONE_UNIT | {"clip": {"norm": 1}}).sections() for step in section.steps
    }
    assert steps["norm"].substituted == r"\sqrt{2116.0000 + 5184.0000 + 196.0000}"
    assert steps["norm"].formula.count(r"\rVert^2") == 3
    assert math.isclose(steps["norm"].value, math.sqrt(7496), rel_tol=1e-15)


def test_many_windows() -> None:
    """As many as there are steps: with W_hh = 0 none has to reach further back, and each adds 0.5."""
    weights = {"W_xh": [[0.5]], "W_hh": [[0]], "b_h": [0]}
    file = {**ONE_UNIT, "activation": "relu", "layers": [{"forward": weights}], "x": [[1]] * 30, "target": [[0]] * 30}
    truncated = solved(file | {"truncate": {"k1": 1, "k2": 1}})
    assert truncated.record()["gradients"] == record_of(file)["gradients"]
    assert truncated.gradients["b_h"].tolist() == [15]
    sums = list(truncated.sections())[-1]
    assert sums.heading == "All windows together"
    assert {step.name: step.formula.count("window") for step in sums.steps} == dict.fromkeys(
        ["dW_xh", "dW_hh", "db_h"], 30
    )


# -- summaries -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("rnn", "RNN (activation tanh), 1 layer, 2 steps. Loss: half-squared, sum over the steps"),
        ("lstm", "LSTM, 2 layers, 2 steps. Loss: mse"),
        (
            "gru",
            "GRU (reset before, z keeps old), 1 layer, 2 steps. Loss: cross-entropy, sum over the steps. "
            "Clipped by norm at 0.5",
        ),
        (
            "bidirectional",
            "RNN (activation tanh), 1 layer, bidirectional, 3 steps. Loss: half-squared, sum over the steps",
        ),
        (
            "truncated",
            "RNN (activation tanh), 1 layer, 4 steps. Loss: half-squared, sum over the steps. "
            "Truncated: every 2 steps, 3 steps back",
        ),
    ],
)
def test_the_summary_says_which_network_it_is_and_what_is_done_with_it(name: str, said: str) -> None:
    assert Solved(accepted(EXAMPLES[name])).summary() == said


def test_the_numbers_of_the_file_are_listed() -> None:
    """Each once, under the name that it has in the equations; initial states that are left out are zeros."""
    given = {value.name: (value.symbol, value.value) for value in solved(ONE_UNIT).given()}
    assert list(given) == ["x_1", "x_2", "W_xh", "W_hh", "b_h", "h_0", "target_1", "target_2"]
    assert given["W_xh"] == ("W_{xh}", [[0.5]])
    assert given["h_0"] == ("h_0", [3])
    forward = ONE_UNIT["layers"][0]["forward"]
    without = {value.name: value.value for value in solved(ONE_UNIT | {"layers": [{"forward": forward}]}).given()}
    assert without["h_0"] == [0]


def test_one_step_is_singular() -> None:
    assert solved(STUDY).summary() == "RNN (activation tanh), 1 layer, 1 step"


def test_results_without_their_working() -> None:
    """Under a heading each: states, outputs, losses, gradients, and what clipping leaves of them."""
    groups = solved(ONE_UNIT | {"clip": {"norm": 1}}).results()
    assert {heading: [value.name for value in values] for heading, values in groups.items()} == {
        "States": ["h_1", "h_2"],
        "Loss": ["L_1", "L_2", "L"],
        "Gradients": ["dW_xh", "dW_hh", "db_h", "dh_0", "dx_1", "dx_2"],
        "Clipped": ["dW_xh_clipped", "dW_hh_clipped", "db_h_clipped"],
    }
    assert [value.value for value in groups["Loss"]] == [0.5, 12.5, 13]
    assert groups["Gradients"][0].value == [[46]]


def test_outputs_stand_beside_the_states_where_they_are_others() -> None:
    """Not the states once more; y of an output layer, and probabilities at every step, with a target or without."""

    def outputs(file: File) -> list[str] | None:
        groups = solved(file).results()
        return [value.name for value in groups["Outputs"]] if "Outputs" in groups else None

    assert outputs(ONE_UNIT) is None
    assert outputs(ONE_UNIT | {"ask": ["outputs"]}) == ["h_1", "h_2"]
    assert outputs(TWO_LAYERS) == ["y_1", "y_2", "y_3"]
    chosen = {key: value for key, value in TWO_LAYERS.items() if key != "target"} | {"classes": [None, 1, None]}
    assert outputs(chosen) == ["y_1", "y_2", "y_3", "p_1", "p_2", "p_3"]
    two_units = chosen | {"layers": chosen["layers"][:1]}
    assert outputs({key: value for key, value in two_units.items() if key != "output"}) == ["p_1", "p_2", "p_3"]
