"""Windows laid out one by one, words counted with a Counter."""

from __future__ import annotations

import re
from collections import Counter

from by_hand import Given
from studyrnn.model import Question


def sliding_window(_: Given, q: Question) -> list[float]:
    series = [float(entry) for entry in re.findall(r"\d+", q.stem.partition("Windows")[0])]
    asked = int(re.search(r"window number (\d+)", q.stem)[1])  # type: ignore[index]
    return [entry for place, entry in enumerate(series, 1) if asked <= place <= asked + 3]


def window_count(g: Given, q: Question) -> float:
    beyond = {"label": 0, "next": 1, "horizon": round(g.get("s", 0))}[q.convention["target"]]
    T, k = round(g["T"]), round(g["k"])
    return float(sum(1 for start in range(1, T + 1) if start + k - 1 + beyond <= T))


def emphasised(text: str) -> list[str]:
    return re.findall(r"\*([^*]+)\*", text)


def bag_of_words(_: Given, q: Question) -> list[float]:
    *vocabulary, text = emphasised(q.stem)
    counts = Counter(text.split())
    return [float(counts[word]) for word in vocabulary]


def same_counts(_: Given, q: Question) -> str:
    wanted = Counter(emphasised(q.stem)[0].split())
    (right,) = [option for option in q.options if Counter(emphasised(option)[0].split()) == wanted]
    return right


def reach(g: Given, _: Question) -> float:
    return float(len(range(round(g["u"]), round(g["v"]) + 1)))


def one_hot_window_size(g: Given, q: Question) -> float:
    entries = g["V"] * (g["k"] if q.convention["input"] == "concatenated" else 1)
    return g["n"] * (entries + 1)


BY_HAND = {
    "windows-and-counts.sliding-window": sliding_window,
    "windows-and-counts.window-count": window_count,
    "windows-and-counts.bag-of-words": bag_of_words,
    "windows-and-counts.same-counts": same_counts,
    "windows-and-counts.reach": reach,
    "windows-and-counts.one-hot-window-size": one_hot_window_size,
}
