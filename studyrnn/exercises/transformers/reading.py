"""Scores, weights and what is read by them, with and without a causal mask."""

from collections.abc import Mapping
from typing import Any

from studyrnn.engine.equations import Program
from studyrnn.questions import Exercise, Fixed, Parts, Pick, Range, Slip, Variant, perhaps, slip

_WORDS = {2: "two", 3: "three", 4: "four"}
_WIDE = Range(-2.0, 2.0)
_SYMBOLS = {
    **{name: name for name in ("q", "K", "V", "Q", "u", "s", "S", "e", "w", "A", "y", "m", "d_k")},
    "scale": r"\sqrt{d_k}",
    "total": r"\text{total}",
}
_NOT_SCALED = r"You left out the division by $\sqrt{d_k}$, the root of the number of entries of a key."
_NO_ROOT = r"You divided by $d_k$. It is the root, $\sqrt{d_k}$, that the products are divided by."
_ROWS = "The keys are the rows of $K$, the values the rows of $V$"

# -- scores and weights ----------------------------------------------------------------------------------------------


def _one_query(keys: int, width: int) -> Variant:
    return Variant(
        program=Program.parse({"scale": "sqrt(d_k)", "u": "K @ q", "S": "u / scale"}),
        convention={"queries": "one"},
        symbols={"S": "s", "u": "K q"},
        shapes={"q": (width,), "K": (keys, width), "d_k": ()},
        ranges={"d_k": Fixed(float(width))},
        stem=f"One query $q$ meets the keys of {_WORDS[keys]} tokens, of $d_k$ entries each. The keys are the rows of "
        r"$K$, and the scores are $$s = \frac{K q}{\sqrt{d_k}}$$",
        slips=(
            slip("not-scaled", _NOT_SCALED, S="u"),
            slip("no-root", _NO_ROOT, scale="d_k"),
            slip(
                "multiplied",
                r"You multiplied by $\sqrt{d_k}$. Products of long vectors are large: they are divided by it.",
                S="u * scale",
            ),
            slip("transposed-k", "You took the columns of $K$. Each of its rows is a key.", u="K.T @ q")
            if keys == width
            else perhaps(
                "scaled-by-tokens",
                "You divided by the root of the number of keys. What counts is the number of entries of one key.",
                scale="sqrt(size(u))",
            ),
        ),
    )


_ALL_QUERIES = Variant(
    program=Program.parse({"scale": "sqrt(d_k)", "u": "Q @ K.T", "S": "u / scale"}),
    convention={"queries": "all"},
    symbols={"u": r"Q K^\top"},
    shapes={"Q": (2, 2), "K": (2, 2), "d_k": ()},
    ranges={"d_k": Fixed(2.0)},
    stem="Self-attention over two tokens. The queries are the rows of $Q$, the keys the rows of $K$, of $d_k$ entries "
    r"each, and row $i$ of the scores belongs to query $i$: $$S = \frac{Q K^\top}{\sqrt{d_k}}$$",
    slips=(
        slip("not-scaled", _NOT_SCALED, S="u"),
        slip("no-root", _NO_ROOT, scale="d_k"),
        slip(
            "queries-and-keys-exchanged",
            r"That is $K Q^\top$: the rows belong to the queries, the columns to the keys.",
            u="K @ Q.T",
        ),
        slip("not-transposed", "That is $Q K$. Each entry is the product of a row of $Q$ and a row of $K$.", u="Q @ K"),
    ),
)

_SHARES = {"e": "exp(s)", "total": "total(e)", "w": "e / total"}
_NOT_NORMALISED = slip("not-normalised", "The exponentials were not divided by their sum.", w="e")
_NO_EXPONENTIAL = perhaps(
    "no-exponential",
    "You divided the scores by their sum. Take exponentials first: only they are never negative.",
    w="s / total(s)",
)


def _has_a_sum(trace: Mapping[str, Any]) -> bool:
    """The scores can be divided by their sum, as one slip does."""
    return bool(abs(sum(trace["s"].tolist())) > 0.05)


def _from_scores(keys: int) -> Variant:
    return Variant(
        program=Program.parse(_SHARES),
        convention={"from": "scores"},
        ranges={"s": _WIDE},
        shapes={"s": (keys,)},
        keep=_has_a_sum,
        stem=f"The scores of {_WORDS[keys]} keys for one query, already divided by $\\sqrt{{d_k}}$, are $s$. The "
        r"attention weights are $$w = \operatorname{softmax}(s), \quad w_j = \frac{e^{s_j}}{\sum_k e^{s_k}}$$",
        slips=(
            _NOT_NORMALISED,
            _NO_EXPONENTIAL,
            slip("sigmoids", "That is a sigmoid of each score: a softmax lets the keys compete.", w="sigmoid(s)"),
            perhaps(
                "largest-only",
                "All weight went to the largest score. A softmax only favours it.",
                w="one_hot_max(s)",
            ),
        ),
    )


_FROM_PRODUCTS = Variant(
    program=Program.parse({"scale": "sqrt(d_k)", "s": "u / scale", **_SHARES}),
    convention={"from": "products"},
    ranges={"u": Range(-4.0, 4.0), "d_k": Pick((4.0, 9.0, 16.0))},
    shapes={"u": (3,), "d_k": ()},
    keep=_has_a_sum,
    stem="A query and three keys have $d_k$ entries each; the products of the keys with the query, not yet scaled, are "
    r"$u$. The attention weights are $$w = \operatorname{softmax}(s), \quad s = \frac{u}{\sqrt{d_k}}$$",
    slips=(
        perhaps("not-scaled", _NOT_SCALED, s="u"),
        perhaps("no-root", _NO_ROOT, s="u / d_k"),
        perhaps(
            "scaled-afterwards",
            r"You divided the weights by $\sqrt{d_k}$, so that they no longer add up to 1. The products are divided, "
            "before the softmax.",
            s="u",
            w="e / (total * scale)",
        ),
        _NOT_NORMALISED,
        _NO_EXPONENTIAL,
    ),
)

# -- attention -------------------------------------------------------------------------------------------------------


def _attention(keys: int, width: int) -> Variant:
    """With keys and values of two entries each somebody may take one for the other; two by two, rows for columns."""
    mixed_up = (
        perhaps(
            "keys-mixed",
            "You averaged the keys. Keys only decide the weights; it is the values that are averaged.",
            y="K.T @ w",
        ),
        perhaps(
            "values-scored", "You compared the query with the values. Scores come from the keys.", s="V @ q / scale"
        ),
    )
    transposed = perhaps(
        "transposed-v", r"That is $V w$: the weights belong to the rows of $V$, so it is $V^\top w$.", y="V @ w"
    )
    return Variant(
        program=Program.parse({"scale": "sqrt(d_k)", "s": "K @ q / scale", "w": "softmax(s)", "y": "V.T @ w"}),
        convention={"keys": str(keys)},
        shapes={"q": (width,), "K": (keys, width), "V": (keys, 2), "d_k": ()},
        ranges={"V": _WIDE, "q": _WIDE, "K": _WIDE, "d_k": Fixed(float(width))},
        stem=f"Scaled dot-product attention of one query $q$ to {_WORDS[keys]} tokens. {_ROWS}; a key has $d_k$ "
        r"entries. $$s = \frac{K q}{\sqrt{d_k}}, \quad w = \operatorname{softmax}(s), \quad y = V^\top w$$",
        slips=(
            perhaps("not-scaled", _NOT_SCALED, s="K @ q"),
            perhaps(
                "no-softmax",
                "You mixed the values with the scores themselves. The weights are their softmax, which adds up to 1.",
                w="s",
            ),
            perhaps(
                "largest-only",
                "You took the value of the best key alone. Attention averages all values, by their weights.",
                w="one_hot_max(s)",
            ),
            perhaps(
                "equal-weights",
                "You took the plain mean of the values: the softmax of the scores says how much each counts.",
                w="softmax(s - s)",
            ),
            *(mixed_up if width == 2 else ()),
            *((transposed,) if keys == 2 else ()),
        ),
    )


def _causal(tokens: int, t: int) -> Variant:
    places = range(1, tokens + 1)
    return Variant(
        program=Program.parse(
            {"scale": "sqrt(d_k)", "s": "K @ q / scale", "e": "m * exp(s)"}
            | {"total": "total(e)", "w": "e / total", "y": "V.T @ w"}
        ),
        convention={"tokens": str(tokens), "position": str(t)},
        also=("own",),
        symbols={"q": f"q_{t}", "y": f"y_{t}"},
        shapes={"q": (2,), "K": (tokens, 2), "V": (tokens, 2), "m": (tokens,), "own": (tokens,), "d_k": ()},
        ranges={
            "m": Fixed([float(k <= t) for k in places]),
            "own": Fixed([float(k == t) for k in places]),
            "d_k": Fixed(2.0),
            "V": _WIDE,
        },
        stem=f"Causal self-attention over {_WORDS[tokens]} tokens. {_ROWS}, in the order of the tokens; a key has "
        f"$d_k$ entries. Token {t} has the query $q_{t}$. A mask lets it look at itself and at earlier tokens only: "
        "before the softmax all other scores are set to $-\\infty$, so that their exponentials are 0. "
        rf"$$s = \frac{{K q_{t}}}{{\sqrt{{d_k}}}}, \quad w = \operatorname{{softmax}}(s + \text{{mask}}), \quad "
        rf"y_{t} = V^\top w$$ (The solution writes $m$ for a vector with 1 where token {t} may look, else 0.)",
        slips=(
            Slip(
                "no-mask", "You let the token look at later ones too. The mask shuts them out.", names={"m": "ones(m)"}
            ),
            perhaps(
                "masked-afterwards",
                "You set the later weights to 0 after the softmax, so that the rest no longer adds up to 1. The sum in "
                "the softmax runs over what may be seen.",
                total="total(exp(s))",
            ),
            perhaps(
                "masked-with-zero",
                r"You set the masked scores to 0. That still gives a weight, as $e^0 = 1$; $-\infty$ gives none.",
                e="exp(m * s)",
            ),
            slip(
                "itself-masked",
                "You shut the token itself out. A causal mask lets each token look at itself as well.",
                e="(m - own) * exp(s)",
            ),
            perhaps("not-scaled", _NOT_SCALED, s="K @ q"),
        ),
    )


EXERCISES = (
    Exercise(
        id="transformers.scores",
        version=1,
        level=1,
        asks="S",
        summary="the scaled products of queries and keys",
        symbols=_SYMBOLS,
        ranges={"q": _WIDE, "K": _WIDE, "Q": _WIDE},
        variants=(_one_query(2, 2), _one_query(3, 2), _one_query(3, 4), _ALL_QUERIES),
        why=r"Products of long vectors spread like $\sqrt{d_k}$; divided by it, they keep the softmax from saturating.",
    ),
    Exercise(
        id="transformers.weights",
        version=1,
        level=1,
        asks="w",
        requires=("transformers.scores",),
        summary="the softmax of the scores: how much a query attends to each key",
        symbols=_SYMBOLS,
        variants=(_from_scores(2), _from_scores(3), _FROM_PRODUCTS),
        why="Attention weights are computed anew for every input; they are no parameters.",
    ),
    Exercise(
        id="transformers.attention",
        version=1,
        level=2,
        asks="y",
        form=Parts(names=("s", "w", "y")),
        requires=("transformers.scores", "transformers.weights"),
        summary="scaled dot-product attention of one query: scores, weights, weighted mean of the values",
        symbols=_SYMBOLS,
        variants=(_attention(2, 2), _attention(3, 2), _attention(2, 4)),
    ),
    Exercise(
        id="transformers.causal",
        version=1,
        level=3,
        asks="y",
        requires=("transformers.attention",),
        summary="attention with a causal mask: what the second or third token gets",
        symbols=_SYMBOLS,
        hides=("m", "own"),
        variants=(_causal(3, 2), _causal(4, 2), _causal(4, 3)),
        why="What a token gets does not depend on later tokens: a causal Transformer can be trained on all of them at "
        "once and still write from left to right.",
    ),
)
