"""Windows and bags of words: what came before recurrence, and what it cannot see."""

import random

from studyrnn.engine.equations import Program
from studyrnn.questions import WHOLE, Choice, Exercise, Range, Slip, Teller, Told, Variant, perhaps

# -- windows of a series ---------------------------------------------------------------------------------------------


def _windows(chance: random.Random) -> Told:
    length, width = 6 + int(chance.random() * 3), 3
    series = [float(1 + int(chance.random() * 9)) for _ in range(length)]
    place = 1 + int(chance.random() * (length - width - 1))
    window = series[place : place + width]
    written = ", ".join(f"{entry:g}" for entry in series)
    return Told(
        stem=f"A series: {written}. Windows of width {width} slide over it one step at a time; the target of each is "
        f"the value that follows it. Give window number {place + 1}, and behind it its target: four numbers.",
        key=[*window, series[place + width]],
        slips={
            "counted-from-nought": [*series[place + 1 : place + width + 1], series[min(place + width + 1, length - 1)]],
            "target-in-window": [*window, window[-1]],
            "no-overlap": (series * 3)[place * width : place * width + width + 1],
        },
        solution=f"Window {place + 1} begins at value {place + 1} of the series.",
    )


def _count(kind: str, stem: str, rhs: str, *slips: Slip) -> Variant:
    return Variant(program=Program.parse({"N": rhs}), convention={"target": kind}, stem=stem, slips=slips)


_COUNTS = (
    _count(
        "next",
        "A series of $T$ values is cut into windows of $k$ values, one beginning at every value while there is room. "
        "The target of a window is the value that comes next, which has to belong to the series too. How many pairs "
        "$N$ of a window and its target are there?",
        "T - k",
        Slip("windows-without-target", "The last window has no next value: it has no target.", {"N": "T - k + 1"}),
        Slip("one-too-few", "That is one too few: the last value is a target as well.", {"N": "T - k - 1"}),
        Slip("one-a-value", "Not every value can begin a window: there has to be room for the rest.", {"N": "T"}),
    ),
    _count(
        "label",
        "A series of $T$ values is cut into windows of $k$ values, one beginning at every value while there is room. "
        "Each window is labelled by itself, so it needs no value beyond its end. How many windows $N$ are there?",
        "T - k + 1",
        Slip("next-value-wanted", "You left room for a next value. Here none is needed.", {"N": "T - k"}),
        Slip("one-a-value", "Not every value can begin a window: there has to be room for the rest.", {"N": "T"}),
    ),
    _count(
        "horizon",
        "A series of $T$ values is cut into windows of $k$ values, one beginning at every value while there is room. "
        "The target of a window is the value $s$ steps after its last one, which has to belong to the series too. How "
        "many pairs $N$ of a window and its target are there?",
        "T - k - s + 1",
        Slip("horizon-forgotten", "The last windows have no target: it would lie beyond the end.", {"N": "T - k + 1"}),
        Slip(
            "one-too-few",
            "That is one too few: with $s = 1$ the target would be the next value, and there are $T - k$ pairs.",
            {"N": "T - k - s"},
        ),
        Slip("one-a-value", "Not every value can begin a window: there has to be room for the rest.", {"N": "T"}),
    ),
)

# -- bags of words ---------------------------------------------------------------------------------------------------

_WORDS = ("the", "dog", "sees", "a", "cat", "and", "bird", "not", "old", "man", "finds", "big", "no", "house", "likes")


def _some(chance: random.Random, count: int) -> list[str]:
    left = list(_WORDS)
    return [left.pop(int(chance.random() * len(left))) for _ in range(count)]


def _bag(chance: random.Random) -> Told:
    vocabulary = _some(chance, 5)
    known = vocabulary[:4]
    sentence = [vocabulary[int(chance.random() * 5)] for _ in range(7)]
    counts = [float(sentence.count(word)) for word in known]
    from_the_end = counts[::-1]
    return Told(
        stem=f"Vocabulary, in this order: {', '.join(f'*{word}*' for word in known)}. A word outside it is not "
        f"counted. Text: *{' '.join(sentence)}*. Give the bag-of-words vector of the text: four counts.",
        key=counts,
        slips={
            "presence-for-count": [min(count, 1.0) for count in counts],
            "reversed": from_the_end,
            "order-of-the-text": [float(sentence.count(word)) for word in _in_order_of(sentence, known)],
        },
        solution="One entry for each word of the vocabulary, in its order: how often the word stands in the text.",
        hints=("The order of the entries is that of the vocabulary, not that of the text.",),
    )


def _in_order_of(sentence: list[str], known: list[str]) -> list[str]:
    met = [word for word in dict.fromkeys(sentence) if word in known]
    return met + [word for word in known if word not in met]


def _same_counts(chance: random.Random) -> Told:
    text = _some(chance, 6)
    again = text[int(chance.random() * 6)]
    text.append(again)
    spare = next(word for word in _WORDS if word not in text)

    def mixed(words: list[str]) -> list[str]:
        words = list(words)
        for last in range(len(words) - 1, 0, -1):
            other = int(chance.random() * (last + 1))
            words[last], words[other] = words[other], words[last]
        return words

    right = mixed(text)
    if right == text:
        right = text[::-1]
    other = next(word for word in text if word != again)
    exchanged = [spare if word == other else word for word in text]
    once = list(dict.fromkeys(text))
    twice = [*once, other]
    wrong = {
        "one-word-exchanged": mixed(exchanged),
        "repetition-dropped": mixed(once),
        "other-word-twice": mixed(twice),
    }
    texts = (right, *wrong.values())
    return Told(
        stem=f"Which text has the same bag-of-words vector as *{' '.join(text)}*?",
        key=0.0,
        slips={name: float(place) for place, name in enumerate(wrong, 1)},
        solution="A bag of words keeps how often each word stands in a text and forgets where: every new order of the "
        "same words has the same vector.",
        options=tuple(f"*{' '.join(words)}*" for words in texts),
        hints=("Count how often each word stands in the text.",),
    )


# -- how far a window sees -------------------------------------------------------------------------------------------

_REACH = Variant(
    program=Program.parse({"k": "v - u + 1"}),
    symbols={"u": "u", "v": "v", "k": "k", "T": "T"},
    also=("T",),
    stem="A text has $T$ words. At word $v$ something has to be decided that depends on word $u$, further up. How many "
    "words must a sliding window that ends with word $v$ hold at least, so that the network sees both? (Its width is "
    "$k$.)",
    slips=(
        Slip("fence-posts", "That is the distance. A window that holds both ends has one word more.", {"k": "v - u"}),
        Slip("between-only", "Those are the words in between, without the two ends.", {"k": "v - u - 1"}),
        Slip("whole-text", "That would show it the whole text. Nothing before word $u$ is needed.", {"k": "T"}),
        Slip("from-the-start", "You counted from the start of the text. The window may begin at word $u$.", {"k": "v"}),
    ),
    keep=lambda trace: trace["u"] < trace["v"] < trace["T"] and trace["u"] > 2,
)

_ONE_HOT = (
    Variant(
        program=Program.parse({"d": "k * V", "P": "d * n + n"}),
        symbols={"k": "k", "V": "V", "n": "n", "d": "d", "P": "P"},
        convention={"input": "concatenated"},
        stem="A network reads the $k$ latest words at once: their one-hot vectors over a vocabulary of $V$ words, one "
        "after the other in a single vector of $d$ entries. Its hidden layer has $n$ units with biases. How many "
        "trained numbers $P$ has that layer?",
        slips=(
            Slip("added-vectors", "You added the vectors up. Joined, they take the places of all words.", {"d": "V"}),
            Slip("no-bias", "The biases are missing, one a unit.", {"P": "d * n"}),
            Slip(
                "one-a-word",
                "You gave each word one entry. A one-hot vector has one a word of the vocabulary.",
                {"d": "k"},
            ),
            Slip("bias-per-weight", "A bias belongs to a unit, not to an input.", {"P": "d * n + d"}),
        ),
    ),
    Variant(
        program=Program.parse({"d": "V", "P": "d * n + n"}),
        symbols={"k": "k", "V": "V", "n": "n", "d": "d", "P": "P"},
        convention={"input": "counted"},
        also=("k",),
        stem="A network reads a text of $k$ words as a bag of words: one count for each of the $V$ words of the "
        "vocabulary, $d$ entries. Its hidden layer has $n$ units with biases. How many trained numbers $P$ has that "
        "layer?",
        slips=(
            Slip(
                "joined-for-counted",
                "You joined a vector for every word. Counts have one entry a word of the vocabulary, however long the "
                "text is.",
                {"d": "k * V"},
            ),
            Slip("no-bias", "The biases are missing, one a unit.", {"P": "d * n"}),
            Slip("one-a-word", "You gave each word of the text one entry.", {"d": "k"}),
        ),
    ),
)

EXERCISES = (
    Exercise(
        id="windows-and-counts.sliding-window",
        version=1,
        level=1,
        form=WHOLE,
        summary="one window of a series and its target",
        task="Type four numbers: the window, then its target.",
        variants=(
            Teller(
                _windows,
                slips=(
                    perhaps("counted-from-nought", "That is the next window: window 1 begins at the first value."),
                    perhaps(
                        "target-in-window", "The target is the value after the window; you gave the last one inside it."
                    ),
                    perhaps(
                        "no-overlap", "Your windows lie end to end. They slide by one step, so that neighbours overlap."
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="windows-and-counts.window-count",
        version=1,
        level=1,
        asks="N",
        form=WHOLE,
        summary="how many windows a series gives",
        scalar=True,
        symbols={"T": "T", "k": "k", "s": "s", "N": "N"},
        ranges={"k": Range(3, 30, 1), "s": Range(2, 9, 1), "T": Range(50, 3000, 1)},
        variants=_COUNTS,
    ),
    Exercise(
        id="windows-and-counts.bag-of-words",
        version=1,
        level=1,
        form=WHOLE,
        summary="the vector of counts of a text",
        task="Type four whole numbers.",
        variants=(
            Teller(
                _bag,
                slips=(
                    perhaps("presence-for-count", "You marked which words occur. A bag of words counts how often."),
                    perhaps("reversed", "Those are the counts from back to front."),
                    perhaps(
                        "order-of-the-text",
                        "Those are the counts in the order of the text. The vocabulary sets the order.",
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        id="windows-and-counts.same-counts",
        version=1,
        level=2,
        form=Choice(),
        requires=("windows-and-counts.bag-of-words",),
        summary="which text a bag of words cannot tell from another",
        variants=(
            Teller(
                _same_counts,
                slips=(
                    Slip("one-word-exchanged", "One word is another there: two entries of the vector differ."),
                    Slip("repetition-dropped", "A word that stands twice in the text stands once there."),
                    Slip("other-word-twice", "The same words, but another one stands twice there."),
                ),
            ),
        ),
        why="Two texts that say the opposite can have the same counts: order is what a bag of words throws away.",
    ),
    Exercise(
        id="windows-and-counts.reach",
        version=1,
        level=1,
        asks="k",
        form=WHOLE,
        summary="how wide a window has to be to reach back to a word",
        scalar=True,
        ranges={"u": Range(3, 60, 1), "v": Range(10, 90, 1), "T": Range(40, 120, 1)},
        variants=(_REACH,),
        why="A window has a fixed reach; what decides may lie further back. A recurrent state has no such limit, "
        "though it may forget.",
    ),
    Exercise(
        id="windows-and-counts.one-hot-window-size",
        version=1,
        level=2,
        asks="P",
        form=WHOLE,
        summary="the size of the first layer of a network that reads words",
        scalar=True,
        ranges={"k": Range(3, 12, 1), "V": Range(500, 9500, 50), "n": Range(10, 90, 5)},
        variants=_ONE_HOT,
    ),
)
