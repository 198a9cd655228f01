"""Sequences drawn by chance: one step of a Markov chain, and the probability of a path."""

from studyrnn.engine.equations import Program
from studyrnn.questions import Exercise, OneHot, Probabilities, Variant, perhaps, slip

_TABLE = (
    "$P$ has a row for the state a step comes from and a column for the state it goes to, so that each row adds up to 1"
)
_TRANSPOSED = "transposed-P"
_COLUMNS = "You read $P$ the other way: its rows are where a step comes from, and it is the rows that add up to 1."
_WORDS = {2: "two", 3: "three"}
_SYMBOLS = {"P": "P", "p_0": "p_0", "p_1": "p_1", "q": "p_1"}

_ONE_STEP = {"q": "P.T @ p_0"}
_TWO_STEPS = {"p_1": "P.T @ p_0", "q": "P.T @ p_1"}


def _one_step(states: int) -> Variant:
    return Variant(
        program=Program.parse(_ONE_STEP),
        convention={"states": str(states), "steps": "1"},
        stem=f"A Markov chain with {_WORDS[states]} states. {_TABLE}. $p_0$ says how likely each state is now. How "
        r"likely is each one step later, $$p_1 = P^\top p_0$$ (with distributions as rows, $p_0 P$)?",
        shapes={"P": (states, states), "p_0": (states,)},
        ranges={"P": Probabilities(20), "p_0": Probabilities(20)},
        slips=(
            slip(_TRANSPOSED, _COLUMNS, q="P @ p_0"),
            perhaps(
                "likeliest-only",
                "You went on from the likeliest state alone. Every state counts, as much as it is likely.",
                q="P.T @ one_hot_max(p_0)",
            ),
            perhaps("one-step-too-far", "That is one step further: $P$ was applied twice.", q="P.T @ (P.T @ p_0)"),
        ),
    )


_TWO = Variant(
    program=Program.parse(_TWO_STEPS),
    convention={"states": "3", "steps": "2"},
    stem=f"A Markov chain with three states. {_TABLE}. The present state is known: $p_0$ has a one at its place. How "
    r"likely is each state two steps later, $$p_2 = P^\top p_1, \quad p_1 = P^\top p_0 \text{ ?}$$",
    symbols={"q": "p_2"},
    shapes={"P": (3, 3), "p_0": (3,)},
    ranges={"P": Probabilities(10), "p_0": OneHot()},
    slips=(
        slip(_TRANSPOSED, _COLUMNS, p_1="P @ p_0", q="P @ p_1"),
        perhaps("one-step-short", "That is one step later. Two are asked for.", q="p_1"),
        perhaps(
            "entries-squared",
            "You squared the entries of $P$. Two steps may lead over any state between: rows times columns.",
            q="(P * P).T @ p_0",
        ),
        perhaps(
            "likeliest-only",
            "You went on from the likeliest state alone. Every state counts, as much as it is likely.",
            q="P.T @ one_hot_max(p_1)",
        ),
    ),
)

# -- a path ----------------------------------------------------------------------------------------------------------

_PATH_SYMBOLS = {
    "P": "P", "p_0": "p_0", "s_1": "s_1", "s_2": "s_2", "s_3": "s_3",
    "start": r"\text{start}", "first": r"\text{move}_1", "second": r"\text{move}_2", "q": r"\text{probability}",
}  # fmt: skip


def _path(states: int, known: bool) -> Variant:
    """Along one-hot codes; `known`: the path begins in a state that is certain."""
    moves = {"first": "dot(s_1, P @ s_2)", "second": "dot(s_2, P @ s_3)"}
    start = {} if known else {"start": "dot(p_0, s_1)"}
    product = "first * second" if known else "start * first * second"
    codes = {f"s_{t}": OneHot() for t in (1, 2, 3)}
    begins = (
        "It stands in the first state of the path for certain."
        if known
        else "$p_0$ is the distribution of the first state."
    )
    formula = r"(s_1^\top P s_2) \, (s_2^\top P s_3)"
    if not known:
        formula = r"(p_0^\top s_1) \, " + formula
    return Variant(
        program=Program.parse(start | moves | {"q": product}),
        convention={"states": str(states), "start": "known" if known else "drawn"},
        stem=f"A Markov chain with {_WORDS[states]} states. {_TABLE}. {begins} How likely is it to run along the path "
        "of three states with the one-hot codes $s_1$, $s_2$, $s_3$? $$\\text{probability} = "
        rf"{formula}$$ ($s^\top P s'$ picks one entry of $P$.)",
        shapes={"P": (states, states), "p_0": (states,), **dict.fromkeys(codes, (states,))},
        ranges={"P": Probabilities(10), "p_0": Probabilities(10), **codes},
        slips=(
            perhaps(_TRANSPOSED, _COLUMNS, first="dot(s_2, P @ s_1)", second="dot(s_3, P @ s_2)"),
            slip(
                "sum-for-product",
                "You added the factors. All of it has to happen, one after the other: they are multiplied.",
                q=product.replace("*", "+"),
            ),
            perhaps("last-move-missing", "The last move is missing: a path of three states has two.", q=product[:-9]),
            perhaps(
                "jump",
                "Your second move starts from the first state again. It starts from where the first one led.",
                second="dot(s_1, P @ s_3)",
            ),
            *(
                ()
                if known
                else (
                    perhaps(
                        "no-start",
                        "The probability of the first state is missing: the chain has to begin there.",
                        q="first * second",
                    ),
                    perhaps(
                        "start-at-every-step",
                        "You let $p_0$ draw every state anew. After the first one, $P$ says what comes next.",
                        first="dot(p_0, s_2)",
                        second="dot(p_0, s_3)",
                    ),
                )
            ),
        ),
    )


EXERCISES = (
    Exercise(
        id="sequences.markov-step",
        version=1,
        level=2,
        asks="q",
        summary="how likely each state of a Markov chain is one or two steps later",
        symbols=_SYMBOLS,
        variants=(
            _one_step(2),
            _one_step(3),
            _TWO,
        ),
        why="Once the present state is known, how the chain got there tells nothing more: that is the Markov property.",
    ),
    Exercise(
        id="sequences.markov-path",
        version=1,
        level=2,
        asks="q",
        requires=("sequences.markov-step",),
        summary="the probability of a path through the states of a Markov chain",
        symbols=_PATH_SYMBOLS,
        variants=(_path(2, known=False), _path(3, known=False), _path(3, known=True)),
        why="The chain rule of probability has one factor a step. By the Markov property each looks back one step.",
    ),
)
