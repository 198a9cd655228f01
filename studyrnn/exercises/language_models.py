"""Probabilities of words and sentences."""

import random

from studyrnn.engine.equations import Program
from studyrnn.grading.scoring import entries_of
from studyrnn.questions import Exercise, Pick, Probabilities, Range, Slip, Teller, Told, Variant

# -- the chain rule over a table -------------------------------------------------------------------------------------

_WORDS = ("birds", "dogs", "people", "cats", "sing", "sleep", "run", "loudly", "here", "again")


def _chain_rule(chance: random.Random) -> Told:
    left = list(_WORDS)
    words = [left.pop(int(chance.random() * len(left))) for _ in range(3)]

    def row() -> list[float]:
        return entries_of(Probabilities().draw(chance, (4,)))

    start, table = row(), [row() for _ in words]
    first = int(chance.random() * 3)
    second = (first + 1 + int(chance.random() * 2)) % 3
    p_first, p_second, p_end = start[first], table[first][second], table[second][3]
    heads = ", ".join(f"*{word}*" for word in words)

    def listed(shares: list[float]) -> str:
        return ", ".join(f"{share:g}" for share in shares)

    rows = "; ".join(f"after *{word}*: {listed(shares)}" for word, shares in zip(words, table, strict=True))
    return Told(
        stem=f"A model that looks at the last word only. Probabilities of the next word, for {heads} and the end, in "
        f"this order. At the start: {listed(start)}; {rows}. What is the probability $p$ of the whole sentence "
        f"*{words[first]} {words[second]}*, with its end?",
        key=p_first * p_second * p_end,
        slips={
            "end-forgotten": p_first * p_second,
            "start-forgotten": p_second * p_end,
            "added": p_first + p_second + p_end,
            "without-conditions": p_first * start[second] * start[3],
            "mean-for-product": (p_first + p_second + p_end) / 3,
        },
        solution=rf"$$p = {p_first:g} \cdot {p_second:g} \cdot {p_end:g} = {p_first * p_second * p_end:.6g}$$ the "
        "first word from the start, the second after the first, the end after the second.",
        hints=("A product of three factors, each from the row of the word before.",),
    )


_CHAIN_SLIPS = {
    "end-forgotten": "The end is missing: without it that is the probability of every sentence that begins so.",
    "start-forgotten": "The first word has a probability too, given the start.",
    "added": "You added. Probabilities of one thing after another multiply.",
    "without-conditions": "You took all factors from the row of the start. Each word is conditioned on the one before.",
    "mean-for-product": "That is the mean of the factors. The chain rule multiplies them.",
}

# -- the next word ---------------------------------------------------------------------------------------------------

_NEXT = Variant(
    program=Program.parse(
        {
            "e_1": "exp(s_1 / tau)",
            "e_2": "exp(s_2 / tau)",
            "e_3": "exp(s_3 / tau)",
            "Z": "e_1 + e_2 + e_3",
            "p": "e_2 / Z",
        }
    ),
    symbols={"Z": "Z", "p": "p", "tau": r"\tau", **{f"{name}_{k}": f"{name}_{k}" for name in "se" for k in (1, 2, 3)}},
    stem=r"A language model with three words gives them the logits $s_1, s_2, s_3$. The next word is drawn from their "
    r"softmax at the temperature $\tau$, which divides the logits. What is the probability $p$ of the second word?",
    slips=(
        Slip(
            "temperature-forgotten",
            r"The temperature is missing: the logits are divided by $\tau$ before they are exponentiated.",
            names={"tau": "1"},
        ),
        Slip(
            "multiplied-temperature",
            r"You multiplied by the temperature. It divides: a high temperature makes the words more alike.",
            equations={f"e_{k}": f"exp(s_{k} * tau)" for k in (1, 2, 3)},
        ),
        Slip("not-normalised", "You did not divide by the sum: probabilities add up to 1.", equations={"p": "e_2"}),
        Slip(
            "odds",
            "You divided by the other two only. The sum below the line has all three terms.",
            equations={"Z": "e_1 + e_3"},
        ),
        Slip(
            "other-word",
            "That is the probability of the first word.",
            equations={"p": "e_1 / Z"},
            always=False,
        ),
    ),
)

# -- how good a model is ---------------------------------------------------------------------------------------------

_PERPLEXITY = Variant(
    program=Program.parse({"H": "-(log(p_1) + log(p_2) + log(p_3) + log(p_4)) / 4", "P": "exp(H)"}),
    symbols={"H": "H", "P": "P", **{f"p_{t}": f"p_{t}" for t in (1, 2, 3, 4)}},
    stem="A language model gave the four words of a text the probabilities $p_1$ to $p_4$, each given the words "
    "before. What is its perplexity $P$ on this text? ($H$ is the mean cross-entropy, with the natural logarithm.)",
    slips=(
        Slip(
            "sum-for-mean",
            "You exponentiated the sum. Perplexity takes the mean over the words, so that length does not matter.",
            equations={"H": "-(log(p_1) + log(p_2) + log(p_3) + log(p_4))"},
        ),
        Slip(
            "mean-probability",
            "You took one over the mean probability. The mean is of the logarithms.",
            equations={"P": "4 / (p_1 + p_2 + p_3 + p_4)"},
        ),
        Slip(
            "entropy-for-perplexity",
            "That is the mean cross-entropy. Perplexity is its exponential.",
            equations={"P": "H"},
        ),
        Slip(
            "other-base",
            "You raised 2 to the power. The logarithm here is the natural one, so the power is one of $e$.",
            equations={"P": "power(2, H)"},
        ),
        Slip("sign", "The minus sign is missing: a perplexity is at least 1.", equations={"P": "exp(-H)"}),
    ),
)

_BITS = Variant(
    program=Program.parse({"L": "-(log(p_1) + log(p_2) + log(p_3))", "H": "L / 3", "b": "H / log(2)"}),
    symbols={"L": "L", "H": "H", "b": "b", **{f"p_{t}": f"p_{t}" for t in (1, 2, 3)}},
    stem="A language model gave the three letters of a text the probabilities $p_1$ to $p_3$, each given those before. "
    "How many bits $b$ a letter is its cross-entropy? ($L$ is the sum in nats, with the natural logarithm.)",
    slips=(
        Slip("nats-for-bits", "Those are nats. A bit is $\\ln 2$ nats: divide by it.", equations={"b": "H"}),
        Slip(
            "multiplied-for-divided",
            "You multiplied by $\\ln 2$. There are more bits than nats: divide.",
            equations={"b": "H * log(2)"},
        ),
        Slip(
            "sum-for-mean",
            "Those are the bits of the whole text. Divide by the number of letters.",
            equations={"H": "L"},
        ),
        Slip(
            "decimal-logarithm",
            "You took decimal logarithms. Bits are logarithms to the base 2.",
            equations={"b": "H / log(10)"},
        ),
        Slip("sign", "The sign is turned round: a cross-entropy is positive.", equations={"b": "-(H / log(2))"}),
    ),
)

_SHARE = Range(0.02, 0.9, 0.01)

EXERCISES = (
    Exercise(
        id="language-models.chain-rule",
        version=1,
        level=1,
        summary="the probability of a sentence from a table of next words",
        task="Compute $p$ (give 3 decimals).",
        variants=(Teller(_chain_rule, tuple(Slip(name, says, always=False) for name, says in _CHAIN_SLIPS.items())),),
        why="A recurrent network conditions on the whole beginning, not on one word; the product stays the same.",
    ),
    Exercise(
        id="language-models.next-word",
        version=1,
        level=2,
        asks="p",
        requires=("activations.softmax",),
        summary="the probability of a word at a temperature",
        scalar=True,
        ranges={"tau": Pick((0.5, 0.8, 1.25, 1.5, 2.0)), **{f"s_{k}": Range(-2.0, 2.0) for k in (1, 2, 3)}},
        variants=(_NEXT,),
        why="A low temperature sharpens the distribution towards the best word, a high one flattens it.",
    ),
    Exercise(
        id="language-models.perplexity",
        version=1,
        level=2,
        asks="P",
        summary="perplexity from the probabilities of the words",
        scalar=True,
        ranges={f"p_{t}": _SHARE for t in (1, 2, 3, 4)},
        variants=(_PERPLEXITY,),
        why="A model that picks among $k$ words blindly has the perplexity $k$.",
    ),
    Exercise(
        id="language-models.bits",
        version=1,
        level=2,
        asks="b",
        summary="cross-entropy in bits a letter",
        scalar=True,
        ranges={f"p_{t}": _SHARE for t in (1, 2, 3)},
        variants=(_BITS,),
    ),
)
