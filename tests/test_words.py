"""Vocabularies, counts, and embeddings as columns of a table."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyrnn.engine.cells import rnn
from studyrnn.engine.exact import EXACT, exact_number
from studyrnn.engine.network import Layer, Network
from studyrnn.engine.precise import run_precise
from studyrnn.engine.words import (
    COSINE,
    LOOK_UP,
    bag_of_words,
    cosine,
    look_up,
    mean_embedding,
    one_hot,
    vocabulary,
    words,
)
from studyrnn.errors import ArgumentError, UnknownName

REVIEW = "The movie was great,"
VECTORS = [[0.2, 0.3, -0.1], [-0.1, 0.2, 0.4], [0.3, -0.2, 0.1], [0.1, 0.4, -0.2]]  # the, movie, was, great
E = np.array(VECTORS).T  # a column a word


# -- words and counts ------------------------------------------------------------------------------------------------


def test_words_of_a_text() -> None:
    """Lower case, without punctuation, apostrophes inside kept; a list of words stays as it is."""
    assert words(REVIEW) == ["the", "movie", "was", "great"]
    assert words("It isn't 'good' - 2 stars_out of 10!") == ["it", "isn't", "good", "2", "stars", "out", "of", "10"]
    assert words("Größe, naïve") == ["größe", "naïve"]
    assert words(["The", "movie,"]) == ["The", "movie,"]
    assert words("...") == []


def test_the_vocabulary_is_in_order_of_first_appearance() -> None:
    """Every word once."""
    assert vocabulary([REVIEW, "great was the plot"]) == ["the", "movie", "was", "great", "plot"]
    assert vocabulary([]) == []
    with pytest.raises(ArgumentError, match="sentences is one text; it needs a list"):
        vocabulary(REVIEW)


def test_one_hot_codes() -> None:
    """A one at the word's place; a word that is not there is refused, with a near one named."""
    known = vocabulary([REVIEW])
    assert one_hot("was", known).tolist() == [0, 0, 1, 0]
    with pytest.raises(UnknownName, match=r'no word is called "grate". Did you mean "great"'):
        one_hot("grate", known)


def test_two_meanings_with_one_bag() -> None:
    """Order is lost: opposite sentences have equal counts."""
    good, bad = "the food was good, not bad at all", "the food was bad, not good at all"
    known = vocabulary([good, bad])
    assert bag_of_words(good, known).tolist() == bag_of_words(bad, known).tolist() == [1] * 8
    assert bag_of_words("the the food", known).tolist() == [2, 1, 0, 0, 0, 0, 0, 0]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from("abcdef"), max_size=20))
def test_counts_against_pythons_own(sentence: list[str]) -> None:
    """Each entry is the Counter's; words outside are left out, or counted together at the end."""
    known = ["d", "a", "b"]
    counted = Counter(sentence)
    inside = [counted[word] for word in known]
    assert bag_of_words(sentence, known, unknown="skip").tolist() == inside
    together = bag_of_words(sentence, known, unknown="count").tolist()
    assert together == [*inside, sum(counted.values()) - sum(inside)]


def test_a_bag_is_the_sum_of_one_hot_codes() -> None:
    """As the sentence's words are read one by one."""
    known = vocabulary([REVIEW])
    sentence = "the movie the great movie the"
    assert bag_of_words(sentence, known).tolist() == sum(one_hot(word, known) for word in words(sentence)).tolist()


def test_unknown_words_and_bad_vocabularies_are_refused() -> None:
    """By default a word outside is an error; so is a rule or a vocabulary that makes no sense."""
    with pytest.raises(UnknownName, match='no word is called "film"'):
        bag_of_words("the film", vocabulary([REVIEW]))
    with pytest.raises(UnknownName, match=r'no rule for unknown words is called "ignore". Known: refuse, skip, count'):
        bag_of_words("the", ["the"], unknown="ignore")
    with pytest.raises(ArgumentError, match="vocabulary is empty or names a word twice"):
        bag_of_words("the", ["the", "the"])
    with pytest.raises(ArgumentError, match="vocabulary is empty"):
        one_hot("the", [])


# -- embeddings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", range(4))
def test_looking_up_is_multiplying_by_the_one_hot_code(index: int) -> None:
    """Column `index`, not row; the same from the code of the word."""
    trace = look_up(E, index)
    assert trace["x"].tolist() == VECTORS[index]
    code = one_hot(words(REVIEW)[index], vocabulary([REVIEW]))
    assert trace["code"].tolist() == code.tolist()
    assert (E @ code).tolist() == VECTORS[index]
    exact = LOOK_UP.run({"E": exact_number(E.tolist()), "code": exact_number(code.tolist())}, EXACT)
    assert [float(entry) for entry in exact["x"]] == VECTORS[index]


def test_the_mean_of_the_review() -> None:
    """[1/8, 7/40, 1/20], the vectors themselves by step, and the order does not matter."""
    trace = mean_embedding(E, [0, 1, 2, 3])
    assert [trace[f"x_{t}"].tolist() for t in range(1, 5)] == VECTORS
    assert trace["total"] == pytest.approx([0.5, 0.7, 0.2])
    assert trace["mean"] == pytest.approx([float(Fraction(1, 8)), float(Fraction(7, 40)), float(Fraction(1, 20))])
    assert list(trace)[-1] == "mean"
    assert mean_embedding(E, [3, 1, 0, 2])["mean"] == pytest.approx(trace["mean"])
    assert mean_embedding(E, [3, 3, 0])["mean"] == pytest.approx((2 * E[:, 3] + E[:, 0]) / 3)


def test_the_vectors_fit_a_network_as_they_are() -> None:
    """x_1 ... x_4 of the trace are the inputs of four steps with W_xh (2, 3)."""
    trace = mean_embedding(E, [0, 1, 2, 3])
    weights = {"W_xh": np.ones((2, 3)), "W_hh": np.zeros((2, 2)), "b_h": np.zeros(2)}
    run = Network((Layer(rnn()),), 4, output=False).forward(
        weights | {name: x for name, x in trace.items() if name.startswith("x_")}
    )
    assert run["h_4"] == pytest.approx([math.tanh(0.3)] * 2)


def test_a_table_without_the_column_is_refused() -> None:
    """Negative numbers are not columns from the end."""
    with pytest.raises(ArgumentError, match="index is 4; it needs a whole number from 0 to 3"):
        look_up(E, 4)
    with pytest.raises(ArgumentError, match=r"indices\[1\] is -1"):
        mean_embedding(E, [0, -1])
    with pytest.raises(ArgumentError, match="indices is empty"):
        mean_embedding(E, [])
    with pytest.raises(ArgumentError, match=r"E has shape \(3\); it needs \(any, any\)"):
        look_up([1, 2, 3], 0)


# -- cosine ----------------------------------------------------------------------------------------------------------


def test_cosine_by_hand() -> None:
    """(3, 4) and (4, 3): 24 / (5 * 5)."""
    trace = cosine([3, 4], [4, 3])
    assert [float(trace[name]) for name in ("product", "length_u", "length_v", "cosine")] == [24, 5, 5, 0.96]
    assert cosine([1, 0], [0, 2])["cosine"] == 0
    assert cosine([1, 2], [-2, -4])["cosine"] == pytest.approx(-1)


def test_cosine_of_two_words_against_thirty_digits_and_by_hand() -> None:
    """the and movie: (-0.02 + 0.06 - 0.04) = 0; the and great: (0.02 + 0.12 + 0.02) / sqrt(0.14 * 0.21)."""
    assert cosine(VECTORS[0], VECTORS[1])["cosine"] == pytest.approx(0, abs=1e-15)
    found = cosine(VECTORS[0], VECTORS[3])["cosine"]
    assert found == pytest.approx(0.16 / math.sqrt(0.14 * 0.21), rel=1e-14)
    precise = run_precise(COSINE, {"u": VECTORS[0], "v": VECTORS[3]})["cosine"]
    assert found == pytest.approx(float(precise), rel=1e-14)


@settings(deadline=None, max_examples=50)
@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0.1, 10))
def test_cosine_is_that_of_the_angle_between(alpha: float, beta: float, scale: float) -> None:
    """In the plane, for vectors given by their angles; lengths do not matter."""
    u: list[Any] = [math.cos(alpha), math.sin(alpha)]
    v = [scale * math.cos(beta), scale * math.sin(beta)]
    assert cosine(u, v)["cosine"] == pytest.approx(math.cos(alpha - beta), abs=1e-12)


def test_cosine_refuses_zero_and_other_sizes() -> None:
    """Which of the two is named."""
    with pytest.raises(ArgumentError, match="v is the zero vector: it has no direction"):
        cosine([1, 2], [0, 0])
    with pytest.raises(ArgumentError, match="u is the zero vector"):
        cosine([0, 0], [1, 2])
    with pytest.raises(ArgumentError, match=r"v has shape \(3\); it needs \(2\)"):
        cosine([1, 2], [1, 2, 3])
