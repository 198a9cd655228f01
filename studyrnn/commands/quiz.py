"""studyrnn quiz: what is due, then what is new."""

from __future__ import annotations

import random
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from studyrnn import decks
from studyrnn.commands import environment
from studyrnn.commands.asking import HELPED, MISSED, RIGHT, Asking, Leave, Response
from studyrnn.documents import told
from studyrnn.errors import Interrupted
from studyrnn.markup import literally
from studyrnn.model import AGAIN, GOOD, RATING_NAMES, Card, Problem, Review
from studyrnn.posing import Posed, pose
from studyrnn.scheduling import MODEL, Scheduler, study_day
from studyrnn.session import Plan, Session, next_due, plan
from studyrnn.store import Seen, Store
from studyrnn.terminal import views
from studyrnn.terminal.screen import EndOfInput, Screen


def run(
    names: list[str], limit: int | None, new: int, seed: int | None, db: Path | None, plain: bool, no_color: bool
) -> None:
    own, cache = environment.deck_directory(), environment.cache_directory()
    loaded = decks.chosen(names, own, cache)
    cards, problems = decks.pick(names, loaded), decks.troubles(loaded)
    screen = Screen(plain or environment.wants_plain(), no_color or environment.wants_no_color())
    with Store(db or environment.log_file(), decks.renamed(loaded)) as store:
        quiz = Quiz(screen, store, cards, environment.random_seed() if seed is None else seed)
        quiz.run(limit, new, problems, len(decks.vanished(quiz.seen, loaded)))


class Quiz:
    def __init__(self, screen: Screen, store: Store, cards: list[Card], seed: int) -> None:
        self.screen, self.store, self.cards, self.seed = screen, store, cards, seed
        self.scheduler = Scheduler()
        self.seen: dict[str, Seen] = store.seen()
        self.started = time.monotonic()
        self.asking = Asking(screen)
        self.outcomes: dict[str, str] = {}  # card id -> how its first asking went

        self.say, self.refuse = self.asking.say, self.asking.refuse

    # -- the session -------------------------------------------------------------------------------------------------

    def run(self, limit: int | None, new: int, problems: list[Problem], gone: int = 0) -> None:
        today = self.today()
        chosen = plan(self.cards, self.seen, today, new, limit)
        session = Session(deque(chosen.cards), missed_return=self.screen.interactive)
        if gone:
            self.say(views.notice, f"{many(gone, 'card')} with a history left the decks. See `studyrnn check`")
        self.greet(chosen, today, new, problems)
        try:
            while (card := session.current()) is not None:
                session.rated(self.ask(card, session, counts(chosen)))
        except (EndOfInput, Leave):
            pass
        except KeyboardInterrupt:
            raise Interrupted from None
        if chosen.cards:
            self.summary()

    def greet(self, chosen: Plan, today: int, new: int, problems: list[Problem]) -> None:
        errors = [problem for problem in problems if not problem.warning]
        for problem in problems:
            if problem.warning:
                self.say(views.notice, literally(str(problem)))
        if errors:
            files = ", ".join(dict.fromkeys(problem.file for problem in errors))
            told = f"{many(len(errors), 'problem')} in {literally(files)}: what has one is left out."
            self.say(views.notice, f"{told} See `studyrnn check {literally(files)}`")
        answered = sum(seen.last_day == today for seen in self.seen.values())
        if chosen.cards and answered:
            self.say(views.said, f"{answered} answered earlier today, all saved. {len(chosen.cards)} to go.")
        if not chosen.cards:
            self.say(views.said, f"Nothing is due today.{self.upcoming(today)}")
            if any(card.id not in self.seen for card in self.cards):
                begun = sum(seen.first_day == today for seen in self.seen.values())
                self.say(views.said, f"New today: {begun} of {new}. For more, add `--new {begun + 10}`.")

    def upcoming(self, today: int) -> str:
        ahead = next_due(self.seen, self.cards, today)
        if not ahead:
            return ""
        day, count = next(iter(ahead.items()))
        when = "tomorrow" if day == today + 1 else f"in {day - today} days"
        return f" Next: {many(count, 'card')} {when}."

    def summary(self) -> None:
        minutes = (time.monotonic() - self.started) / 60
        taken = f"{minutes:.0f} min" if minutes >= 1 else f"{minutes * 60:.0f} s"
        today = self.today()
        ahead = next_due(self.seen, self.cards, today)
        first = f"{many(len(self.outcomes), 'card')} in {taken}"
        tally = Counter(self.outcomes.values())
        if tally:
            shown = [outcome for outcome in (RIGHT, HELPED, MISSED) if tally[outcome] or outcome != HELPED]
            first += " · " + ", ".join(f"{tally[outcome]} {outcome}" for outcome in shown)
        missed = [card_id for card_id, outcome in self.outcomes.items() if outcome == MISSED]
        slips = [f"{slip} ×{n}" for slip, n in self.asking.slips.most_common(3)]
        week = sum(count for day, count in ahead.items() if day <= today + 7)
        last = f"tomorrow {ahead.get(today + 1, 0)} due · this week {week}"
        self.say(views.summary, first, {"missed": missed, "slips": slips}, last)

    # -- one card ----------------------------------------------------------------------------------------------------

    def ask(self, card: Card, session: Session, described: str) -> int:
        """Put the card, show how it went, have it rated and log it. Returns the rating."""
        before = self.seen.get(card.id)
        index = before.reviews if before else 0
        question = None
        if card.kind == "exercise":
            from studyrnn.exercises import question as asked

            question = asked(card, self.seed, index)
        posed = pose(card, self.permutation(card.id, index), question)
        self.say(views.header, session.asked + 1, session.total, described, posed.sheet.heading)
        self.say(views.sheet, posed.sheet)
        began = time.monotonic()
        response = self.asking.ask(posed)
        milliseconds = round((time.monotonic() - began) * 1000)
        solved = posed.solution(response.slip)
        if response.in_parts:
            solved = replace(solved, answer="", steps=())  # each part was resolved when it was over
        self.say(views.solution, solved, verdict_shown=response.score is not None)
        return self.rate(card, index, posed, response, milliseconds, question.version if question else None)

    def permutation(self, card_id: str, index: int) -> Callable[[int], list[int]]:
        """The order of options: another at every review, the same for the same seed."""

        def order(count: int) -> list[int]:
            chance = random.Random(f"{self.seed} {card_id} {index}")
            return sorted(range(count), key=lambda _: chance.random())

        return order

    def rate(
        self, card: Card, index: int, posed: Posed, response: Response, milliseconds: int, version: int | None
    ) -> int:
        today = self.today()
        history = self.store.history(card.id)
        memory = self.scheduler.replay(card.id, history)
        after = {rating: self.scheduler.review(memory, card.id, rating, today) for rating in RATING_NAMES}
        suggested = response.suggested if posed.tries else GOOD
        leaving: BaseException | None = None
        try:
            rating = self.rating({r: state.due_day - today for r, state in after.items()}, suggested, card.source)
        except (Leave, EndOfInput, KeyboardInterrupt) as error:
            if response.score is None:
                raise  # nothing was answered yet
            leaving, rating = error, suggested
        review = Review(
            card=card.id,
            at=environment.now_utc(),
            day=today,
            rating=rating,
            due_day=after[rating].due_day,
            score=response.score.value if response.score else (0.0 if posed.tries else None),
            seed=self.seed,
            index=index,
            version=version,
            response=response.typed[:2000],
            slip=response.slip.id if response.slip else "",
            hints=response.hints,
            tries=response.tries,
            milliseconds=milliseconds,
            mode="quiz" if not history or history[-1][0] < today else "repeat",
            predicted=self.scheduler.recall(memory, today),
            model=MODEL,
        )
        self.store.append(review)
        self.note(review)
        self_rated = MISSED if rating == AGAIN else RIGHT
        self.outcomes.setdefault(card.id, response.outcome if posed.tries else self_rated)
        if leaving is not None:
            raise leaving
        again_today = rating == AGAIN and self.screen.interactive
        when = "once more in this session" if again_today else f"next in {views.days(review.due_day - today)}"
        self.say(views.quiet, f"{RATING_NAMES[rating]}: {when}")
        return rating

    def note(self, review: Review) -> None:
        """Keep what we know of the log in step with it."""
        old = self.seen.get(review.card)
        first, count = (old.first_day, old.reviews) if old else (review.day, 0)
        self.seen[review.card] = Seen(count + 1, first, review.day, review.due_day, review.rating)

    def rating(self, intervals: dict[int, int], suggested: int, source: tuple[str, ...]) -> int:
        self.say(views.ratings, intervals, suggested, bool(source))
        while True:
            word = self.screen.ask("rating").strip().lower().removeprefix(":")
            if not word:
                return suggested
            for rating, name in RATING_NAMES.items():
                if word in {str(rating), name}:
                    return rating
            if word in {"q", "quit"}:
                raise Leave
            if word == "w":
                self.say(views.sources, told(source))
                continue
            self.refuse("type 1 again, 2 hard, 3 good or 4 easy; Enter takes the suggested one")

    def today(self) -> int:
        return study_day(environment.now_local())


def many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def counts(chosen: Plan) -> str:
    """ "3 due, 1 new", leaving out what there is none of."""
    parts = [(len(chosen.missed), "to repeat"), (len(chosen.due), "due"), (len(chosen.new), "new")]
    return ", ".join(f"{count} {what}" for count, what in parts if count)
