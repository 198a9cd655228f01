"""Connectionist temporal classification: paths that collapse to a labelling."""

import math
import random
from itertools import groupby

from studyrnn.engine.equations import Program
from studyrnn.questions import WHOLE, Choice, Exercise, Range, Slip, Teller, Told, Variant

# Two frames, one label: the paths that collapse to it are label label, label blank, blank label.
_TWO_FRAMES = Program.parse(
    {
        "both": "a_1 * a_2",
        "early": "a_1 * (1 - a_2)",
        "late": "(1 - a_1) * a_2",
        "P": "both + early + late",
        "L": "-log(P)",
    }
)


def _collapse(chance: random.Random) -> Told:
    """A path over a, b and the blank; options are what people who forget a rule make of it."""
    while True:
        path = [int(chance.random() * 3) for _ in range(8)]
        letters = [k for k in path if k]
        right = [k for k in _runs(path) if k]
        blanks_first, repeats_kept, each_once = _runs(letters), letters, list(dict.fromkeys(letters))
        wrong = {"blanks-first": blanks_first, "repeats-kept": repeats_kept, "each-once": each_once}
        distinct = {tuple(right), *map(tuple, wrong.values())}
        if len(distinct) == 4 and right:
            break
    written = " ".join("-ab"[k] for k in path)
    texts = tuple("".join("-ab"[k] for k in labels) for labels in (right, *wrong.values()))
    return Told(
        stem=f"CTC reads a path of one symbol a frame, where - is the blank: `{written}`. To which labelling does it "
        "collapse?",
        key=0.0,
        slips={name: float(place) for place, name in enumerate(wrong, 1)},
        solution="First runs of the same symbol become one, then the blanks go: a blank between two equal letters "
        "keeps them apart.",
        options=texts,
        hints=("Merge runs of the same symbol first; take the blanks out afterwards.",),
    )


def _runs(symbols: list[int]) -> list[int]:
    return [symbol for symbol, _ in groupby(symbols)]


def _count(chance: random.Random) -> Told:
    """How many paths of T frames collapse to one letter, or to two; two equal ones need a blank in between."""
    frames = 4 + int(chance.random() * 57)
    first, second = (_LETTERS[int(chance.random() * len(_LETTERS))] for _ in range(2))
    two = chance.random() < 0.7
    top, size = (frames + 2 - (first == second), 4) if two else (frames + 1, 2)
    way = f"{'four' if two else 'two'} places among {top} say where each letter begins and ends"
    return Told(
        stem=f"A CTC network labels {frames} frames. How many paths of letters and blanks collapse to the labelling "
        f"`{first + second if two else first}`?",
        key=float(math.comb(top, size)),
        slips={
            "no-blanks": float(frames - 1 if two else 1),
            "placed-once": float(math.comb(frames, 2) if two else frames),
            "powers": float((3 if two else 2) ** frames),
        },
        solution=f"A letter may last several frames, and blanks may stand before, between and behind: {way}. "
        + ("Two equal letters need a blank between them, which costs a place." if two and first == second else ""),
    )


_LETTERS = "abcdefghiklmnoprstu"

EXERCISES = (
    Exercise(
        id="losses.ctc-collapse",
        version=1,
        level=2,
        form=Choice(),
        summary="to which labelling a path of letters and blanks collapses",
        variants=(
            Teller(
                _collapse,
                slips=(
                    Slip(
                        "blanks-first",
                        "You took the blanks out first. Then letters that a blank kept apart run together.",
                    ),
                    Slip("repeats-kept", "Runs of the same letter without a blank in between are one letter."),
                    Slip("each-once", "A letter may come again: only runs of it are merged."),
                ),
            ),
        ),
    ),
    Exercise(
        id="losses.ctc-count",
        version=1,
        level=3,
        form=WHOLE,
        requires=("losses.ctc-collapse",),
        task="How many? (a whole number)",
        summary="how many paths collapse to a short labelling",
        variants=(
            Teller(
                _count,
                slips=(
                    Slip(
                        "no-blanks", "You left the blanks out: they may stand before, between and behind the letters."
                    ),
                    Slip(
                        "placed-once",
                        "You gave each letter a single frame: a run of the same letter counts as one too.",
                    ),
                    Slip("powers", "Those are all paths of these symbols, whatever they collapse to.", always=False),
                ),
            ),
        ),
    ),
    Exercise(
        id="losses.ctc-probability",
        version=1,
        level=4,
        asks="L",
        requires=("losses.ctc-collapse",),
        summary="the CTC loss of one letter over two frames",
        scalar=True,
        symbols={
            "a_1": "p_1(a)",
            "a_2": "p_2(a)",
            "P": "P",
            "both": "P_{aa}",
            "early": r"P_{a-}",
            "late": r"P_{-a}",
        },
        ranges={"a_1": Range(0.02, 0.98, 0.005), "a_2": Range(0.02, 0.98, 0.005)},
        variants=(
            Variant(
                program=_TWO_FRAMES,
                stem="Two frames, and two symbols: the letter a and the blank. $p_t(a)$ is the probability of the "
                "letter in frame $t$, the rest is the blank's. The CTC loss of the labelling `a` is $$L = -\\ln P$$ "
                "with the probability $P$ of all paths that collapse to it.",
                slips=(
                    Slip(
                        "one-path",
                        "That is the path that has the letter in both frames. Others collapse to it as well.",
                        equations={"P": "both"},
                    ),
                    Slip(
                        "no-repeat",
                        "The path with the letter twice is missing: it collapses to one letter.",
                        equations={"P": "early + late"},
                    ),
                    Slip(
                        "probability-itself",
                        "That is $P$: the loss is its negative logarithm.",
                        equations={"L": "P"},
                    ),
                    Slip(
                        "best-path",
                        "You took the likeliest of the paths. Their probabilities are added.",
                        equations={"P": "-minimum(-both, -early)"},
                        always=False,
                    ),
                ),
            ),
        ),
    ),
)
