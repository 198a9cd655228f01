"""Words as numbers: vocabularies, counts, one-hot codes, and embeddings with their averages and angles.

Words are numbered from 0. A table of embeddings E (d, V) has a COLUMN for each of its V words, so that E times a
one-hot code is the word's vector x_t (d,), as every other W x here. (Frameworks store the transpose, a row a word.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from studyrnn.engine import sequences
from studyrnn.engine.arrays import NUMPY, Array
from studyrnn.engine.equations import Program
from studyrnn.engine.shapes import array, numbered, whole
from studyrnn.errors import ArgumentError, known

Sentence = str | Sequence[str]  # a text, or its words
UNKNOWN = ("refuse", "skip", "count")  # what to do with a word outside the vocabulary

LOOK_UP = Program.parse({"x": "E @ code"})
COSINE = Program.parse(
    {
        "product": "dot(u, v)",
        "length_u": "sqrt(dot(u, u))",
        "length_v": "sqrt(dot(v, v))",
        "cosine": "product / (length_u * length_v)",
    }
)


def words(sentence: Sentence) -> list[str]:
    """The words of a text: runs of letters and digits, apostrophes inside them kept, in lower case. "The movie, isn't
    it?" has four. A list of words is taken as it is.
    """
    if isinstance(sentence, str):
        return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", sentence.lower())
    return list(sentence)


def vocabulary(sentences: Iterable[Sentence]) -> list[str]:
    """Every word once, in the order of its first appearance; its place in the list is its number, from 0."""
    if isinstance(sentences, str):
        raise ArgumentError("sentences is one text; it needs a list of them")
    return list(dict.fromkeys(word for sentence in sentences for word in words(sentence)))


def one_hot(word: str, vocabulary: Sequence[str]) -> Array:
    """(V,): one at the place of the word, zero elsewhere. Raises UnknownName for a word outside the vocabulary."""
    every = _once_each(vocabulary)
    place = every.index(known("word", word, every))
    code: Array = sequences.one_hot([place], len(every))[0]
    return code


def bag_of_words(sentence: Sentence, vocabulary: Sequence[str], unknown: str = "refuse") -> Array:
    """How often each word of the vocabulary occurs in the sentence; their order is lost. Harris 1954.

    unknown   a word outside the vocabulary is an error ("refuse"), left out ("skip"), or counted with all others of
              its kind in one more entry at the end ("count")

    Returns (V,), or (V + 1,) with "count". Raises UnknownName for such a word under "refuse", and for another rule;
    ArgumentError where the vocabulary is empty or names a word twice.
    """
    known("rule for unknown words", unknown, UNKNOWN)
    place = {word: number for number, word in enumerate(_once_each(vocabulary))}
    counts = np.zeros(len(place) + 1)
    for word in words(sentence):
        if unknown == "refuse":
            known("word", word, place)
        counts[place.get(word, -1)] += 1
    return counts if unknown == "count" else counts[:-1]


def _once_each(vocabulary: Sequence[str]) -> list[str]:
    every = list(vocabulary)
    if not every or len(set(every)) < len(every):
        raise ArgumentError("vocabulary is empty or names a word twice; it needs every word once")
    return every


def look_up(E: Any, index: int) -> dict[str, Array]:
    """The vector of word `index`: E times its one-hot code, which is column `index` of E.

    E (d, V). Returns the trace of LOOK_UP: E, code (V,), x (d,). Raises ArgumentError where E is no matrix or has no
    such column.
    """
    E = array("E", E, (None, None))
    index = whole("index", index, 0, E.shape[1] - 1)
    return LOOK_UP.run({"E": E, "code": sequences.one_hot([index], E.shape[1])[0]}, NUMPY)


def mean_embedding(E: Any, indices: Sequence[int]) -> dict[str, Array]:
    """(1/T) sum_t x_t over the words of a text: a baseline for what needs no order, such as much of sentiment.

    E (d, V), indices: T >= 1 words. Returns the trace: x_1 ... x_T (d,), which an RNN would read one by one, total
    (d,), mean (d,). Raises ArgumentError where there is no word, or one that E has no column for.
    """
    E = array("E", E, (None, None))
    places = numbered("indices", indices, E.shape[1])
    if not places:
        raise ArgumentError("indices is empty; a mean needs at least one word")
    vectors = [E[:, place] for place in places]
    averaged = sequences.mean(vectors)
    return {f"x_{t}": x for t, x in enumerate(vectors, start=1)} | {name: averaged[name] for name in ("total", "mean")}


def cosine(u: Any, v: Any) -> dict[str, Array]:
    """The cosine of the angle between two vectors: u^T v / (|u| |v|), from -1 (opposite) to 1 (same direction).

    u, v (d,). Returns the trace of COSINE: product, length_u, length_v, cosine. Raises ArgumentError where their sizes
    differ, and for a zero vector, which has no direction.
    """
    u = array("u", u, (None,))
    v = array("v", v, u.shape)
    for name, vector in (("u", u), ("v", v)):
        if not vector.any():
            raise ArgumentError(f"{name} is the zero vector: it has no direction, so no angle to another")
    return COSINE.run({"u": u, "v": v}, NUMPY)
