"""What days of study cost with ten thousand cards: an answer and the queue next to Anki's, whole commands next to those
of a small collection: python tests/benchmarks/days.py

Taken in turn in one run; medians. Both logs lie on one disk, and an answer is flushed to it before the next card shows.
Anki schedules by FSRS too, from the same memory states.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import engine
from run import until

from studyrnn.commands.environment import Clock
from studyrnn.model import AGAIN, GOOD, RATING_NAMES, Card, CardState, Event
from studyrnn.posing import Posed, pose
from studyrnn.scheduling import MODEL, Scheduler, recall, study_day
from studyrnn.session import Wishes, plan
from studyrnn.store import Store

CARDS, FEW = 10_000, 400  # the small collection is one deck, and so many cards has each deck of the large one
REVIEWED = (200, 180, 150, 120, 95, 75, 55, 40, 30, 20)  # days ago, of each card; and up to 19 days before
ANSWERS, WARM_UP, ROUNDS = 300, 20, 15
NO_LIMIT = 9999  # reviews a day
CLOCK = Clock()
TODAY = study_day(CLOCK.local())
RIGHT = "the update gate"
Pairs = list[tuple[float, float]] | None  # seconds; None: something is not installed


def main() -> None:
    with tempfile.TemporaryDirectory(dir=disk()) as folder:
        answers, queues, trees = against_anki(Path(folder))
        told("answering one of 10,000 cards: ours over Anki's", answers, "<= 1")
        told("queue, 3,000 of 10,000 cards due: ours over Anki's", queues, "<= 1")
        told("the same: ours over Anki's tree of what is due", trees, "")
        due, quiz = commands(Path(folder))
        told("studyrnn due: 10,000 cards over 400", due, "<= 3")
        told("studyrnn quiz, first prompt: 10,000 cards over 400", quiz, "<= 3")


def told(what: str, pairs: Pairs, wanted: str) -> None:
    shown = "skipped: not installed"
    if pairs:
        first, second = (1000 * statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(first / second for first, second in pairs)
        shown = f"{ratio:.2f} x ({first:.3g} : {second:.3g} ms)"
    print(f"{what:<62} {shown:<28} {wanted}", flush=True)


def disk() -> str:
    """Where temporary files lie on a disk: in memory nothing has to be flushed."""
    usual = tempfile.gettempdir()
    system = subprocess.run(["stat", "-f", "-c", "%T", usual], capture_output=True, text=True, check=False).stdout
    if system.strip() not in {"tmpfs", "ramfs"}:
        return usual
    print(f"{usual} is kept in memory: /var/tmp is taken")
    return "/var/tmp"


def seconds(action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


# -- the same past for both ------------------------------------------------------------------------------------------


def history(card: str, k: int) -> Iterator[Event]:
    """The reviews of card number k. In the end three of ten are due, the others in the next two months."""
    due_day = TODAY - k % 10 if k % 10 < 3 else TODAY + 1 + k % 60
    for index, ago in enumerate(REVIEWED):
        day = TODAY - ago - k % 20
        at = f"{date.fromordinal(day)}T10:{k // 1000:02}:00.{k % 1000:03}+00:00"  # no two at one time
        rating = AGAIN if (k + index) % 7 == 0 else GOOD
        last = index == len(REVIEWED) - 1
        yield event(card, at, day, rating, due_day if last else day + 10, index, 0.9, f"{k:016x}{index:016x}")


def event(card: str, at: str, day: int, rating: int, due_day: int, index: int, predicted: Any, id: str = "") -> Event:
    """As the quiz logs an answer."""
    return Event(
        card, at, day, id=id, rating=rating, due_day=due_day, score=1.0, seed=1, index=index, response=RIGHT, tries=1,
        milliseconds=5000, mode="quiz", predicted=predicted, model=MODEL,
    )  # fmt: skip


def fill(log: Path, cards: Iterable[str]) -> None:
    with Store(log) as store:
        store.merge(each for k, card in enumerate(cards) for each in history(card, k))


class Ours:
    def __init__(self, folder: Path) -> None:
        self.log, topics = folder / "reviews.db", ("gru", "lstm", "rnn")
        self.cards = [Card(f"timing/{k}", "typed", "timing", topics[k % 3], accept=(RIGHT,)) for k in range(CARDS)]
        self.scheduler = Scheduler()
        fill(self.log, (card.id for card in self.cards))
        self.store, self.states = Store(self.log), dict[str, CardState]()

    def reopen(self) -> None:
        self.store.close()
        self.store, self.states = Store(self.log), {}

    def plan(self) -> None:
        self.states = self.store.states(TODAY)
        self.waiting = plan(self.cards, self.states, TODAY, Wishes(reviews_a_day=NO_LIMIT)).due

    def answer(self, number: int) -> float:
        posed = pose(self.waiting[number], lambda count: list(range(count)))
        return seconds(lambda: self.rated(self.waiting[number], posed))

    def rated(self, card: Card, posed: Posed) -> None:
        """What the quiz does between an answer and the next card, without what it shows."""
        state = self.states[card.id]
        posed.grade(posed.read(RIGHT))
        after = {rating: self.scheduler.review(state.memory, card.id, rating, TODAY) for rating in RATING_NAMES}
        predicted = recall(state.memory, TODAY) if state.memory else None
        new = event(card.id, CLOCK.utc(), TODAY, GOOD, after[GOOD].due_day, state.answers, predicted)
        _, self.states[card.id] = self.store.answered(new)


class Anki:
    """A collection with the same cards, the same reviews and the same memory states."""

    def __init__(self, folder: Path, ours: Ours) -> None:
        from anki.collection import Collection

        self.open = lambda: Collection(str(folder / "collection.anki2"))
        self.col = self.open()
        self.col.set_config("fsrs", True)
        deck = self.col.decks.id("timing")
        limits = self.col.decks.config_dict_for_deck_id(deck)
        limits["rev"]["perDay"] = NO_LIMIT
        self.col.decks.update_config(limits)
        self.add_cards(deck)
        self.add_past(ours)
        self.col.decks.select(deck)

    def reopen(self) -> None:
        self.col.close()
        self.col = self.open()

    def add_cards(self, deck: int) -> None:
        from anki.collection import AddNoteRequest

        requests = []
        for k in range(CARDS):
            note = self.col.new_note(self.col.models.by_name("Basic"))
            note.fields = [f"{k}?", RIGHT]
            requests.append(AddNoteRequest(note, deck))
        self.col.add_notes(requests)

    def add_past(self, ours: Ours) -> None:
        states, ids = ours.store.states(), self.col.db.list("select id from cards order by id")
        cards, reviews = [], []
        for k, (mine, theirs) in enumerate(zip(ours.cards, ids, strict=True)):
            state = states[mine.id]
            data = json.dumps({"s": state.memory.stability, "d": state.memory.difficulty, "dr": 0.9})
            due = self.col.sched.today + state.due_day - TODAY
            cards.append((state.due_day - state.last_day, due, state.answers, state.memory.lapses, data, theirs))
            for each in history(mine.id, k):
                reviews.append((round(datetime.fromisoformat(each.at).timestamp() * 1000), theirs, each.rating))
        self.col.db.executemany(
            "update cards set type=2, queue=2, factor=2500, ivl=?, due=?, reps=?, lapses=?, data=? where id=?", cards
        )
        self.col.db.executemany("insert into revlog values (?, ?, -1, ?, 10, 10, 2500, 5000, 1)", reviews)

    def rated(self) -> None:
        """What Anki's reviewer does: the next card, its four intervals, the answer."""
        from anki.cards import Card
        from anki.scheduler.v3 import CardAnswer

        queued = self.col.sched.get_queued_cards().cards[0]
        self.col.sched.describe_next_states(queued.states)
        card = Card(self.col, backend_card=queued.card)
        card.start_timer()
        answer = self.col.sched.build_answer(card=card, states=queued.states, rating=CardAnswer.GOOD)
        self.col.sched.answer_card(answer)


def against_anki(folder: Path) -> tuple[Pairs, Pairs, Pairs]:
    """An answer of ours and of Anki's; our queue and Anki's, after opening; our queue and Anki's tree of decks."""
    try:
        import anki.collection  # noqa: F401
    except ImportError:
        return None, None, None
    ours = Ours(folder)
    theirs = Anki(folder, ours)
    queues, trees = [], []
    for _ in range(ROUNDS):
        ours.reopen(), theirs.reopen()
        queues.append((seconds(ours.plan), seconds(theirs.col.sched.get_queued_cards)))
        trees.append((queues[-1][0], seconds(theirs.col.sched.deck_due_tree)))
    answers = [(ours.answer(number), seconds(theirs.rated)) for number in range(WARM_UP + ANSWERS)]
    ours.store.close(), theirs.col.close()
    return answers[WARM_UP:], queues, trees


# -- whole commands --------------------------------------------------------------------------------------------------


def home(folder: Path, count: int) -> dict[str, str]:
    """The environment of somebody with `count` text cards, each with its history; the shipped decks come along."""
    own = folder / str(count) / "studyrnn" / "decks"
    own.mkdir(parents=True)
    question = "What is left of $h_{t-1}$ in network %d where $z_t$ is near one, and what comes from the candidate?"
    about = {"topic": "gru", "answer": "Nearly all of it: the gate weighs the two, entry by entry.", "points": [RIGHT]}
    for number in range(count // FEW):
        cards = [{"id": f"card-{k}", "question": question % k, **about, "why": RIGHT} for k in range(FEW)]
        text = f"deck: timing-{number}\ntitle: Timing\ncards: {json.dumps(cards)}\n"
        (own / f"timing-{number}.yaml").write_text(text, encoding="utf-8")
    fill(own.parent / "reviews.db", (f"timing-{k // FEW}/card-{k % FEW}" for k in range(count)))
    places = dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), str(own.parents[1]))
    return {**engine.as_installed(), **places, "STUDYRNN_DB": "", "TERM": "xterm", "LC_ALL": "C.UTF-8"}


def commands(folder: Path) -> tuple[Pairs, Pairs]:
    """Whole processes with warm caches, of both collections: due, and quiz until its first prompt."""
    program = str(Path(sys.executable).with_name("studyrnn"))
    homes = home(folder, CARDS), home(folder, FEW)

    def due(environment: dict[str, str]) -> float:
        return seconds(lambda: subprocess.run([program, "due"], env=environment, check=True, capture_output=True))

    def quiz(environment: dict[str, str]) -> float:
        return until([program, "quiz"], b"show the", environment)

    rounds = [tuple(map(due, homes)) for _ in range(1 + ROUNDS)]
    try:
        return rounds[1:], [tuple(map(quiz, homes)) for _ in range(ROUNDS)]  # in the first the decks were parsed
    except ImportError:
        return rounds[1:], None


if __name__ == "__main__":
    main()
