"""Word vectors: looked up, averaged, compared, counted."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from studyrnn.engine.equations import Program
from studyrnn.questions import NOT_ZERO, WHOLE, Choice, Exercise, OneHot, Range, Variant, perhaps, slip, sum_for_mean

_TEXTS = ("film, was, good", "the, plot, drags", "not, a, word", "rain, then, sun", "open, the, gate")


def _looked_up(words: str, rows: bool) -> Variant:
    table, across, line = ("E.T", "E", "row") if rows else ("E", "E.T", "column")
    other = "column" if rows else "row"
    formula = r"E^\top \text{code}" if rows else r"E \, \text{code}"
    here = "Here it has one row a word, as frameworks store it" if rows else "Here it has one column a word"
    return Variant(
        program=Program.parse({"x": f"{table} @ code"}),
        convention={"table": f"{line}s"},
        stem=f"Three words, numbered in this order: {words}. $E$ is a table of their vectors. {here}, so that the "
        f"vector of a word follows from its one-hot code as $$x_t = {formula}$$",
        slips=(
            slip(
                f"{other}-for-{line}",
                f"You took a {other} of $E$. In this table every {line} is a word.",
                x=f"{across} @ code",
            ),
            slip(
                "all-words",
                f"You added up all the {line}s. The zeros of the code leave only one of them.",
                x=f"{table} @ ones(code)",
            ),
            slip(
                "entry-by-entry",
                "You multiplied by the code once more, entry by entry. The code picks a whole vector, not one entry "
                "of it.",
                x=f"code * ({table} @ code)",
            ),
        ),
    )


_WORDS = {f"k_{t}": OneHot() for t in (1, 2, 3)}


def _nearest(trace: Mapping[str, Any]) -> int:
    return int(trace["c"].argmax())


def _clear(trace: Mapping[str, Any]) -> bool:
    """No second word in almost the same direction."""
    _, second, first = sorted(trace["c"].tolist())
    return bool(first - second > 0.02)


def _every(rhs: str) -> dict[str, str]:
    return {f"c_{k}": rhs.format(v=f"v_{k}") for k in (1, 2, 3)}


_WIDER = "The angle between $u$ and ${v}$ is wider than that to another word: compare the cosines."

_counted = partial(
    Variant,
    keep=lambda trace: len({float(trace[name]) for name in ("d", "n", "V")}) == 3,
)
_CELL = "n * d + n * n + n"
_TABLE_PER_STEP = slip(
    "table-per-step", "You counted the table once for every step. All steps look up in the same one.", table="T * V * d"
)
_CODES_READ = slip(
    "cell-reads-codes",
    "You let the cell read one-hot codes. It reads the vectors from the table, $d$ numbers each.",
    cell="n * V + n * n + n",
)
_NO_BIAS = slip(
    "no-bias", "The bias of the cell is missing: one number for each of the $n$ units.", cell="n * d + n * n"
)

EXERCISES = (
    Exercise(
        id="embeddings.one-hot-column",
        version=1,
        level=1,
        asks="x",
        summary="a one-hot code times a table: the vector of one word, in either layout of the table",
        symbols={"E": "E", "code": r"\text{code}"},
        shapes={"E": (3, 3), "code": (3,), "x": (3,)},
        ranges={"code": OneHot()},
        variants=tuple(_looked_up(words, rows) for words in _TEXTS for rows in (False, True)),
        why="Nobody multiplies by a one-hot code in earnest: its product with a matrix is a look-up.",
    ),
    Exercise(
        id="embeddings.mean",
        version=1,
        level=1,
        asks="mean",
        requires=("embeddings.one-hot-column",),
        summary="the average of a text's word vectors, from the vectors or from the table",
        symbols={"mean": r"\bar{x}", "E": "E", "b": "b", "total": r"\text{total}"},
        shapes={"E": (2, 4), **dict.fromkeys(_WORDS, (4,))},
        ranges=_WORDS,
        variants=(
            Variant(
                program=Program.parse({"total": "x_1 + x_2 + x_3", "mean": "total / 3"}),
                convention={"from": "vectors"},
                stem="A text of three words, as word vectors $x_1$, $x_2$, $x_3$. It is summed up by their mean "
                r"$$\bar{x} = \frac{1}{3} (x_1 + x_2 + x_3)$$",
                slips=(
                    sum_for_mean("mean", "total"),
                    slip("last-word-only", "That is the last word alone.", mean="x_3"),
                    slip(
                        "last-divided",
                        "Only the last vector was divided by 3: the whole sum is.",
                        mean="x_1 + x_2 + x_3 / 3",
                    ),
                    slip(
                        "divided-by-entries",
                        "You divided by the number of entries. It is the words that count.",
                        mean="total / 2",
                    ),
                ),
            ),
            Variant(
                program=Program.parse({"b": "k_1 + k_2 + k_3", "total": "E @ b", "mean": "total / 3"}),
                convention={"from": "table"},
                stem="A text of three words from a vocabulary of four, as one-hot codes $k_1$, $k_2$, $k_3$. The "
                "table $E$ has one column a word of the vocabulary. The text is summed up by the mean of its word "
                r"vectors, $$\bar{x} = \frac{1}{3} (E k_1 + E k_2 + E k_3)$$ or, with the counts "
                r"$b = k_1 + k_2 + k_3$, $\bar{x} = \frac{1}{3} E b$.",
                slips=(
                    sum_for_mean("mean", "total"),
                    slip(
                        "divided-by-vocabulary",
                        "You divided by the size of the vocabulary. The text has three words.",
                        mean="total / 4",
                    ),
                    perhaps(
                        "each-word-once",
                        "You counted a word that occurs twice or more only once. Every occurrence counts.",
                        b="step(k_1 + k_2 + k_3)",
                        mean="total / total(b)",
                    ),
                    perhaps("last-word-only", "That is the last word alone.", mean="E @ k_3"),
                ),
            ),
        ),
        why="The mean does not change when the words change places: what order says is lost.",
    ),
    Exercise(
        id="embeddings.cosine",
        version=1,
        level=2,
        asks="cosine",
        summary="the cosine of the angle between two word vectors",
        symbols={
            "u": "u",
            "v": "v",
            "product": r"u^\top v",
            "length_u": r"\lVert u \rVert",
            "length_v": r"\lVert v \rVert",
            "cosine": r"\text{cosine}",
        },
        shapes={"u": (3,), "v": (3,)},
        ranges={"u": NOT_ZERO, "v": NOT_ZERO},
        variants=(
            Variant(
                program=Program.parse(
                    {
                        "product": "dot(u, v)",
                        "length_u": "sqrt(dot(u, u))",
                        "length_v": "sqrt(dot(v, v))",
                        "cosine": "product / (length_u * length_v)",
                    }
                ),
                stem="How alike are two words? Their vectors are $u$ and $v$, and the cosine of the angle between them "
                r"is $$\text{cosine} = \frac{u^\top v}{\lVert u \rVert \, \lVert v \rVert}, \quad "
                r"\lVert u \rVert = \sqrt{u^\top u}$$",
                slips=(
                    slip(
                        "no-lengths",
                        r"That is the product $u^\top v$: it is still to be divided by both lengths.",
                        cosine="product",
                    ),
                    slip(
                        "no-roots",
                        "You divided by the squares of the lengths: a length is the root of the sum of squares.",
                        length_u="dot(u, u)",
                        length_v="dot(v, v)",
                    ),
                    slip(
                        "one-length", "You divided by one length only: both belong there.", cosine="product / length_u"
                    ),
                    slip(
                        "lengths-added",
                        "You added the lengths. They are multiplied.",
                        cosine="product / (length_u + length_v)",
                    ),
                    slip(
                        "distance",
                        "That is the distance between the two points. The cosine is about directions.",
                        cosine="sqrt(dot(u - v, u - v))",
                    ),
                ),
            ),
        ),
        why="The cosine does not change when a vector is made longer: only directions are compared.",
    ),
    Exercise(
        id="embeddings.nearest",
        version=1,
        level=3,
        asks="c",
        form=Choice(
            options=tuple((f"The word with the vector $v_{k}$.", _WIDER.format(v=f"v_{k}")) for k in (1, 2, 3)),
            pick=_nearest,
        ),
        requires=("embeddings.cosine",),
        summary="the most similar of three words by cosine, where product and distance say otherwise",
        symbols={"u": "u", "length": r"\lVert u \rVert", "c": "c"},
        shapes={"u": (2,), **{f"v_{k}": (2,) for k in (1, 2, 3)}},
        ranges={"u": NOT_ZERO, **{f"v_{k}": NOT_ZERO for k in (1, 2, 3)}},
        variants=(
            Variant(
                program=Program.parse(
                    {
                        "length": "sqrt(dot(u, u))",
                        **_every("dot(u, {v}) / (length * sqrt(dot({v}, {v})))"),
                        "c": "concat(concat(c_1, c_2), c_3)",
                    }
                ),
                stem="The vector of a word is $u$. Which of three other words is the most similar to it, judged by the "
                r"cosine $$c_k = \frac{u^\top v_k}{\lVert u \rVert \, \lVert v_k \rVert} \text{ ?}$$",
                keep=_clear,
                slips=(
                    perhaps(
                        "largest-product",
                        r"You compared the products $u^\top v_k$. A long vector has a large one, wherever it points.",
                        **_every("dot(u, {v})"),
                    ),
                    perhaps(
                        "shortest-distance",
                        "You compared distances. A vector of another length may point in the same direction.",
                        **_every("-sqrt(dot(u - {v}, u - {v}))"),
                    ),
                    perhaps(
                        "opposite",
                        "You took no account of the sign: a cosine near $-1$ is the opposite direction.",
                        **_every("abs(dot(u, {v}) / (length * sqrt(dot({v}, {v}))))"),
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="embeddings.parameters",
        version=1,
        level=2,
        form=WHOLE,
        asks="P",
        scalar=True,
        requires=("embeddings.one-hot-column",),
        summary="the trained numbers of a table of word vectors and of what reads it",
        symbols={
            "V": "V",
            "d": "d",
            "n": "n",
            "T": "T",
            "P": "P",
            "table": r"P_{\text{table}}",
            "cell": r"P_{\text{rnn}}",
            "output": r"P_{\text{output}}",
            "direct": r"P_{\text{direct}}",
            "through": r"P_{\text{through}}",
        },
        ranges={
            "V": Range(500, 20000, 500),
            "d": Range(10, 120, 10),
            "n": Range(8, 200, 8),
            "T": Range(5, 40, 1),
        },
        variants=(
            _counted(
                program=Program.parse({"table": "V * d", "cell": _CELL, "P": "table + cell"}),
                convention={"kind": "reader"},
                also=("T",),
                stem="A text of $T$ words is read by a vanilla RNN with $n$ units and one bias vector. The vectors of "
                "the words, $d$ numbers each, come from a trained table for a vocabulary of $V$ words. How many "
                "numbers are trained? (There is no output layer.)",
                slips=(
                    _TABLE_PER_STEP,
                    _CODES_READ,
                    _NO_BIAS,
                    slip("no-table", "The table is missing: its vectors are trained too.", P="cell"),
                ),
            ),
            _counted(
                program=Program.parse(
                    {"table": "V * d", "cell": _CELL, "output": "V * n + V", "P": "table + cell + output"}
                ),
                convention={"kind": "language-model"},
                also=("T",),
                stem="A language model reads $T$ words one by one: a trained table with $d$ numbers for each of $V$ "
                "words, a vanilla RNN with $n$ units and one bias vector, and an output layer with biases that gives a "
                "logit to every word of the vocabulary. How many numbers are trained?",
                slips=(
                    _TABLE_PER_STEP,
                    _CODES_READ,
                    slip(
                        "no-output-layer",
                        "The output layer is missing: it has a row of $n$ weights and a bias for each word.",
                        P="table + cell",
                    ),
                    slip(
                        "output-of-size-d",
                        "The output layer reads the state, $n$ numbers, not a word vector.",
                        output="V * d + V",
                    ),
                    slip("no-output-bias", "The biases of the output layer are missing: one a word.", output="V * n"),
                ),
            ),
            _counted(
                program=Program.parse({"direct": "n * V", "through": "V * d + n * d", "P": "direct - through"}),
                convention={"kind": "difference"},
                symbols={"P": r"\text{difference}"},
                stem="An RNN with $n$ units may read one-hot codes of $V$ words directly, by $W_{xh}$. Or it reads "
                "them through a table with $d$ numbers a word, and $W_{xh}$ is small. How many trained numbers more "
                "does the direct way need, up to the pre-activation? (Negative where it needs fewer. What is the same "
                "in both, $W_{hh}$ and the biases, does not matter.)",
                slips=(
                    slip(
                        "table-alone",
                        "The table is not all: $W_{xh}$, from $d$ numbers to $n$ units, is there too.",
                        through="V * d",
                    ),
                    slip("sign", "The difference is taken the other way round.", P="through - direct"),
                    slip("table-free", "You left the table out. It is trained, so it counts.", through="n * d"),
                    slip(
                        "square-table",
                        "A table has $d$ numbers for each word, not one for every pair of words.",
                        through="V * V + n * d",
                    ),
                ),
            ),
        ),
    ),
)
