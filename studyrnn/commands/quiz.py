"""studyrnn quiz: what is due, then what is new; or what was chosen otherwise."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from studyrnn import decks
from studyrnn.commands import environment, sitting
from studyrnn.commands.asking import MISSED, RIGHT, SURE, Asking, Command, Response, answered
from studyrnn.commands.environment import Clock
from studyrnn.deckcache import load
from studyrnn.documents import told
from studyrnn.errors import Interrupted, StudyError, UsageError
from studyrnn.markup import literally
from studyrnn.model import (
    AGAIN,
    EASY,
    GOOD,
    NEW,
    RATING_NAMES,
    Card,
    CardState,
    Event,
    Loaded,
    Problem,
    Question,
    Solution,
)
from studyrnn.posing import Posed, pose
from studyrnn.scheduling import Scheduler, recall, study_day
from studyrnn.session import Plan, Session, Wishes, counts, narrowed, next_due, plan
from studyrnn.settings import Settings
from studyrnn.store import Store
from studyrnn.terminal import views
from studyrnn.terminal.screen import EndOfInput, Screen
from studyrnn.wording import many


class Options(NamedTuple):
    """What a learner asks of this run; None: as the settings have it."""

    limit: int | None = None
    new: int | None = None
    tags: Sequence[str] = ()
    flagged: bool = False
    weak: bool = False
    leech: bool = False
    minutes: float | None = None
    cram: bool = False
    exam: str | None = None
    confidence: bool | None = None
    seed: int | None = None
    db: Path | None = None
    plain: bool = False
    no_color: bool = False

    @property
    def narrows(self) -> bool:
        return bool(self.tags) or self.flagged or self.weak or self.leech


def run(names: list[str], options: Options, clock: Clock | None = None) -> None:
    own, cache = environment.deck_directory(), environment.cache_directory()
    loaded = decks.chosen(names, own, cache)
    cards = decks.pick(names, loaded)
    settings = environment.settings().overridden(new=options.new, confidence=options.confidence)
    screen = Screen(options.plain or environment.wants_plain(), options.no_color or environment.wants_no_color())
    with Store(environment.log_file(options.db), decks.renamed(loaded)) as store:
        quiz = Quiz(screen, store, cards, settings, options, loaded, clock or Clock())
        quiz.run(decks.troubles(loaded), len(decks.vanished(quiz.states, loaded)))


class Quiz:
    def __init__(
        self, screen: Screen, store: Store, cards: list[Card], settings: Settings, options: Options,
        loaded: Sequence[Loaded], clock: Clock,
    ) -> None:  # fmt: skip
        self.screen, self.store, self.settings, self.options, self.clock = screen, store, settings, options, clock
        self.seed = environment.random_seed() if options.seed is None else options.seed
        self.states = store.states(self.today())
        self.scheduler = Scheduler(settings.retention, settings.maximum_interval, settings.fuzz)
        self.places = {
            card.id: (each.file, each.lines.get(card.id, 1))
            for each in reversed(decks.by_rank(loaded))
            for card in each.deck.cards
        }
        actions = {"f": self.flag, "e": self.edit, "r": self.redraw}
        self.asking = Asking(screen, actions if screen.interactive else {}, self.hindrance, settings.confidence)
        self.say, self.refuse = self.asking.say, self.asking.refuse
        self.exam_day = self.day_of_exam()
        self.exam_mode = f"exam {date.fromordinal(self.exam_day).isoformat()}" if self.exam_day else ""
        self.cards = cards
        if options.narrows:
            chosen = (options.tags, options.flagged, options.weak, options.leech)
            self.cards = narrowed(cards, self.states, self.today(), *chosen)
        self.session = Session(deque(), missed_return=screen.interactive)
        self.described = ""
        self.card: Card | None = None
        self.posed: Posed | None = None
        self.solved: Solution | None = None  # as soon as it was shown
        self.repeated: set[str] = set()  # missed, and asked again since
        self.outcomes: dict[str, tuple[str, int]] = {}  # card id -> how its first asking went, and how long it took
        self.slips: Counter[str] = Counter()
        # To be undone: what was logged, and both tallies as they were before.
        self.done: list[tuple[Event | None, dict[str, tuple[str, int]], Counter[str]]] = []

    # -- the session -------------------------------------------------------------------------------------------------

    def run(self, problems: list[Problem], gone: int = 0) -> None:
        for line in sitting.warnings(problems, gone, self.store.dated_ahead(self.today()).values()):
            self.say(views.notice, line)
        try:
            chosen = plan(self.cards, self.states, self.today(), self.wishes())
            self.greet(chosen)
            self.begin(chosen)
            going_on = True
            while going_on:
                left = self.sit()
                if self.outcomes:
                    self.summary()
                going_on = self.screen.interactive and not left and self.offer()
        except EndOfInput:
            if self.outcomes:
                self.summary()
        except KeyboardInterrupt:
            raise Interrupted("Everything answered is saved.") from None

    def wishes(self) -> Wishes:
        options, settings = self.options, self.settings
        done = self.store.answered_in(self.exam_mode) if self.exam_day else ()
        ahead = options.narrows and not options.cram
        return Wishes(settings.new, settings.reviews, options.limit, ahead, options.cram, self.exam_day, done)

    def day_of_exam(self) -> int | None:
        """Raises UsageError."""
        if self.options.exam is None:
            return None
        if self.options.cram:
            raise UsageError("--exam plans and --cram does not: choose one of the two")
        day = environment.day_of(self.options.exam, "--exam")
        if day <= self.today():
            raise UsageError(f"--exam {self.options.exam} is not in the future")
        return day

    def begin(self, chosen: Plan) -> None:
        self.session = Session(deque(chosen.cards), missed_return=self.screen.interactive)
        self.described, self.done = "cram" if self.options.cram else counts(chosen), []

    def sit(self) -> bool:
        """Ask what was planned, until it is done, left or out of time; whether it was left."""
        began = self.clock.seconds()
        while (card := self.session.current()) is not None:
            if self.options.minutes is not None and self.clock.seconds() - began >= 60 * self.options.minutes:
                left = many(len(self.session.queue), "card")
                self.say(views.said, f"{self.options.minutes:g} minutes are over; {left} left.")
                return True
            try:
                self.ask(card)
            except Command as command:
                if command.key == "q":
                    return True
                self.obey(command.key, card)
        return False

    def obey(self, key: str, card: Card) -> None:
        if key == "s":
            self.session.skip()
            self.undoable(None)
        elif key == "x":
            self.session.drop()
            self.undoable(self.log(Event(card.id, "", 0, "suspend")))
            self.say(views.said, f"Suspended. `studyrnn unsuspend {card.id}` brings it back.")
        elif key == "u":
            self.undo()

    def hindrance(self, key: str) -> str:
        if key == "u" and not self.done:
            return "there is nothing to undo in this session"
        return "this is the only card left" if key == "s" and len(self.session.queue) < 2 else ""

    def undoable(self, event: Event | None) -> None:
        self.done.append((event, dict(self.outcomes), self.slips.copy()))

    def undo(self) -> None:
        self.session.undo()
        event, self.outcomes, self.slips = self.done.pop()
        if event is not None:
            self.log(Event(event.card, "", 0, "undo", of=event.id))
            self.say(views.said, "Taken back: here it is again.")

    def log(self, event: Event) -> Event:
        """Write an event, now and today, and keep what we know of the card in step with it."""
        event = replace(event, at=self.clock.utc(), day=event.day or self.today())
        event, self.states[event.card] = self.store.answered(event)
        return event

    # -- one card ----------------------------------------------------------------------------------------------------

    def ask(self, card: Card) -> None:
        """Put the card, show how it went, have it rated and log it. Raises Command."""
        index = self.state(card).answers
        question = self.question(card, index)
        self.card, self.posed, self.solved = card, pose(card, self.permutation(card.id, index), question), None
        self.show()
        began = self.clock.seconds()
        response = self.asking.ask(self.posed)
        milliseconds = round((self.clock.seconds() - began) * 1000)
        self.solved = solved = replace(self.posed.solution(response.slip), plot="")  # which has a key here
        if response.in_parts:
            solved = replace(solved, answer="", steps=())  # each part was resolved when it was over
        self.asking.resolve(solved, response)
        self.rate(card, self.posed, response, milliseconds, question)

    def state(self, card: Card) -> CardState:
        return self.states.get(card.id, NEW)

    def question(self, card: Card, index: int) -> Question | None:
        if card.kind != "exercise":
            return None
        from studyrnn.exercises import question

        return question(card, self.seed, index)

    def show(self) -> None:
        assert self.posed is not None
        sheet = self.posed.sheet
        self.say(views.header, self.session.asked + 1, self.session.total, self.described, sheet.heading)
        self.say(views.sheet, sheet)

    def permutation(self, card_id: str, index: int) -> Callable[[int], list[int]]:
        """The order of options: another at every review, the same for the same seed."""

        def order(count: int) -> list[int]:
            chance = random.Random(f"{self.seed} {card_id} {index}")
            return sorted(range(count), key=lambda _: chance.random())

        return order

    def rate(self, card: Card, posed: Posed, response: Response, milliseconds: int, question: Question | None) -> None:
        state, today = self.state(card), self.today()
        memory = state.memory
        after = {r: self.scheduler.review(memory, card.id, r, today) for r in RATING_NAMES}
        suggested = response.suggested if posed.tries else GOOD
        leaving: BaseException | None = None
        try:
            intervals = {} if self.options.cram else {r: then.due_day - today for r, then in after.items()}
            rating = self.rating(card, intervals, suggested)
        except (Command, EndOfInput, KeyboardInterrupt) as error:
            key = error.key if isinstance(error, Command) else "q"
            if key == "u":
                self.say(views.said, "Taken back: here it is again.")
                return
            if response.score is None or key == "x":
                raise  # nothing was answered yet, or it is to be asked no more
            leaving, rating = error, suggested
        event = answered(card, posed, response)
        self.undoable(self.log(replace(
            event, day=today, rating=rating, due_day=after[rating].due_day, seed=self.seed, index=state.answers,
            version=question.version if question else None, milliseconds=milliseconds, mode=self.mode(state, today),
            predicted=recall(memory, today) if memory else None,
        )))  # fmt: skip
        self.slips.update(response.slips)
        self_rated = MISSED if rating == AGAIN else RIGHT
        self.outcomes.setdefault(card.id, (response.outcome if posed.tries else self_rated, milliseconds))
        self.session.rated(rating, sure=response.confidence == SURE)
        if leaving is not None:
            raise leaving
        self.say(views.quiet, f"{RATING_NAMES[rating]}: {self.comes_back(rating, self.state(card), today)}")

    def mode(self, state: CardState, today: int) -> str:
        if self.options.cram:
            return "cram"
        if self.exam_day:
            return self.exam_mode
        return "repeat" if state.last_day >= today else "quiz"

    def comes_back(self, rating: int, state: CardState, today: int) -> str:
        if rating == AGAIN and self.screen.interactive:
            leech = " · missed often: rewrite it, or split it in two (`e`)" if state.is_leech else ""
            return f"once more in this session{leech}"
        return "the schedule stays as it is" if self.options.cram else f"next in {views.days(state.due_day - today)}"

    def rating(self, card: Card, intervals: dict[int, int], suggested: int) -> int:
        known = self.state(card).is_new and suggested == GOOD and bool(intervals)
        while True:
            keys = [("p", "picture")] if card.plot else []
            keys += [("w", "where this comes from")] if card.source else []
            self.say(views.ratings, intervals, suggested, keys, known)
            word = self.screen.ask("rating").strip().lower().removeprefix(":")
            if not word:
                return suggested
            if word == "k" and known:
                return EASY
            for rating, name in RATING_NAMES.items():
                if word in {str(rating), name}:
                    return rating
            if word in {"u", "undo"}:
                raise Command("u")
            if word == "w":
                self.say(views.sources, told(card.source))
            elif word == "p":
                self.asking.picture(card.plot)
            elif word in {"s", "skip"} or not self.asking.act({"quit": "q"}.get(word, word)):
                self.refuse("type 1 again, 2 hard, 3 good or 4 easy; Enter takes the suggested one")

    # -- keys that leave the card where it is ------------------------------------------------------------------------

    def flag(self) -> None:
        assert self.card is not None
        flagged = not self.state(self.card).flagged
        self.log(Event(self.card.id, "", 0, "flag" if flagged else "unflag"))
        self.say(views.said, "Flagged: `studyrnn quiz --flagged` asks it." if flagged else "No longer flagged.")

    def redraw(self) -> None:
        self.screen.clear()
        self.show()
        if self.solved is not None:
            self.say(views.solution, self.solved, verdict_shown=False)

    def edit(self) -> None:
        """Open the card's file at its line. A card that was changed is asked anew. Raises Command for that."""
        assert self.card is not None
        file, line = self.places[self.card.id]
        try:
            environment.edit(Path(file), line)
            loaded = load(Path(file), environment.cache_directory())
        except StudyError as error:
            self.refuse(literally(str(error)))
            return
        for problem in loaded.problems:
            self.say(views.notice, literally(str(problem)))
        lines = {card: line for card, line in loaded.lines.items() if self.places.get(card, (file, 0))[0] == file}
        changed = {card.id: card for card in loaded.deck.cards if card.id in lines}  # not what another file overrides
        self.session.replace(lambda card: changed.get(card.id, card))
        self.cards = [changed.get(card.id, card) for card in self.cards]
        self.places |= {card: (file, place) for card, place in lines.items() if card}
        if changed.get(self.card.id, self.card) != self.card:
            self.say(views.said, "Changed." if self.solved is None else "Changed: `u` asks it again, as it is now.")
            if Path(file).parent == decks.shipped_directory():
                own = literally(str(environment.deck_directory()))
                self.say(views.said, f"An update of studyrnn writes over its own decks; a copy in {own} is kept.")
            if self.solved is None:
                raise Command("e")

    # -- before and after --------------------------------------------------------------------------------------------

    def greet(self, chosen: Plan) -> None:
        today = self.today()
        if line := sitting.greeting(chosen, self.states, self.store.days_studied(today), today):
            self.say(views.said, line)
        if not chosen.cards:
            nothing = sitting.nothing_due(self.cards, self.states, today, self.settings.new, self.screen.interactive)
            self.say(views.said, "No card is like that." if not self.cards else nothing)

    def offer(self) -> bool:
        """What else there is to do; whether there is something, and it was wanted."""
        today, wishes = self.today(), self.wishes()
        wrong = {card for card, (outcome, _) in self.outcomes.items() if outcome == MISSED} - self.repeated
        plans = sitting.more(self.cards, self.states, today, wishes, wrong)
        pairs = [(key, what) for key, (what, _) in plans.items()] + ([("u", "undo")] if self.done else [])
        if not pairs:
            return False
        self.say(views.keys, [*pairs, ("Enter", "leave")])
        with suppress(EndOfInput):
            while (word := self.screen.ask("more").strip().lower().removeprefix(":")) not in {"", "q", "quit"}:
                if word in plans:
                    self.repeated |= {card.id for card in plans[word][1].missed}
                    self.begin(plans[word][1])
                    return True
                if word == "u" and self.done:
                    self.undo()
                    return True
                self.refuse("type one of these keys, or Enter to leave")
        return False

    def summary(self) -> None:
        today = self.today()
        ahead = next_due(self.states, self.cards, today)
        self.say(views.summary, *sitting.summed_up(self.outcomes, self.slips.most_common(3), ahead, today))

    def today(self) -> int:
        return study_day(self.clock.local(), self.settings.cut_off)
