"""One card, from its first prompt to its last answer: tries, hints, keys, parts, the scratch line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from studyrnn.errors import StudyError, Unreadable, UnreadableLine, nearest
from studyrnn.markup import literally
from studyrnn.model import AGAIN, GOOD, HARD, Card, Event, Score, SlipValue, Solution, Value
from studyrnn.posing import ExercisePosed, PartPosed, Posed
from studyrnn.scheduling import MODEL
from studyrnn.terminal import views
from studyrnn.terminal.screen import Screen
from studyrnn.typeset import flat

RIGHT, HELPED, MISSED = "right at once", "with help or at the second try", "missed"
SURE = 3
CONFIDENCE = {"1": 1, "2": 2, "3": SURE}


class Command(Exception):
    """A key that ends the asking of this card: q leave, u undo, s skip, x suspend; e, where it was changed."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


KEYS = {"u": "undo", "s": "skip", "f": "flag", "x": "suspend", "e": "edit", "r": "redraw", "?": "keys", "q": "leave"}
_ENDING = {"q", "u", "s", "x"}
_WORDS = {"quit": "q", "hint": "h", "undo": "u", "skip": "s", "flag": "f", "suspend": "x", "edit": "e", "help": "?"}


@dataclass
class Response:
    """What came of asking one card."""

    score: Score | None = None  # None: revealed unanswered, or for the learner to judge
    typed: str = ""
    tries: int = 0
    hints: int = 0
    slip: SlipValue | None = None  # the last one that was recognised
    slips: list[str] = field(default_factory=list)  # the ids of all of them
    value: Any = None  # what was last read
    in_parts: bool = False  # asked part by part: each was resolved when it was over
    solution_shown: bool = False  # as the last hint: what is copied from it is not known
    confidence: int | None = None

    @property
    def outcome(self) -> str:
        """Of an answer that a machine judges."""
        if self.score is None or not self.score.right or self.solution_shown:
            return MISSED
        return HELPED if self.tries > 1 or self.hints else RIGHT

    @property
    def suggested(self) -> int:
        """Right at once is Good; right on the retry, or after a hint, Hard; Easy only when the learner says so."""
        return {RIGHT: GOOD, HELPED: HARD, MISSED: AGAIN}[self.outcome]


class Asking:
    """Puts prompts on the screen until a card is answered, given up or left.

    actions      what the keys f, e and r do, which belong to the session
    hindrance    why a key that ends a card cannot be obeyed now; "" where it can
    confidence   whether the learner says how sure they are before an answer is shown
    """

    def __init__(
        self, screen: Screen, actions: Mapping[str, Callable[[], None]], hindrance: Callable[[str], str],
        confidence: bool = False,
    ) -> None:  # fmt: skip
        self.screen, self.actions, self.hindrance, self.confidence = screen, actions, hindrance, confidence

    def say(self, view: Any, *data: Any, **more: Any) -> None:
        self.screen.show(*view(*data, width=self.screen.width, plain=self.screen.plain, **more))

    def ask(self, posed: Posed) -> Response:
        """Let the learner answer: as a whole, or where it is meant so, part by part."""
        if isinstance(posed, ExercisePosed) and posed.question.parts:
            response = Response()
            self.in_parts(posed, posed.question.parts, response)
            return response
        response = self.answer(posed)
        missed = response.score is not None and not response.score.right and not response.in_parts
        if missed and posed.breakable and self.screen.interactive:
            self.say(views.said, "Enter shows the answer, `b` goes through it part by part.")
            if self.line(posed, response).strip():
                self.say(views.said, "That was the last try; here is how it goes.")
        return response

    def answer(self, posed: Posed) -> Response:
        """Let the learner type until it is right, given up, or out of tries."""
        response = Response()
        while True:
            typed = self.line(posed, response)
            if response.in_parts or not typed.strip():
                if not posed.tries:  # for the learner to judge; who leaves an answer blank is not sure of it
                    self.be_sure(response)
                return response
            try:
                response.value = posed.read(typed)
                score = posed.grade(response.value)
            except Unreadable as error:
                self.refuse(str(error))
                continue
            response.typed = typed
            self.be_sure(response)
            if score is None:
                return response
            response.score = score
            response.tries += 1
            if score.slip:
                response.slip = score.slip
                response.slips.append(score.slip.id)
            over = score.right or response.tries >= posed.tries
            self.say(views.verdict, score, note=second_try(response) if score.right else "")
            if over:
                return response
            self.say(views.said, "Once more, or Enter to see the answer.")

    def be_sure(self, response: Response) -> None:
        """How sure the learner is, once and before anything is told."""
        if not self.confidence or response.confidence is not None or response.in_parts:
            return
        self.say(views.keys, [("1", "a guess"), ("2", "fairly sure"), ("3", "sure")])
        while (word := self.screen.ask("how sure").strip()) not in CONFIDENCE:
            if word.lower().removeprefix(":") in {"q", "quit"}:
                raise Command("q")
            self.refuse("type 1, 2 or 3")
        response.confidence = CONFIDENCE[word]

    # -- keys --------------------------------------------------------------------------------------------------------

    def line(self, posed: Posed, response: Response) -> str:
        """One typed line that is an answer; keys and the scratch line are dealt with here. Raises Command."""
        label = "answer" if posed.tries else "Enter"
        while True:
            self.say(views.keys, self.valid_keys(posed, response))
            typed = self.screen.ask(label)
            if typed.strip().startswith("="):
                self.scratch(typed)
                continue
            word = self.key(typed, posed.sheet.exact_keys)
            if word in {"h", "hint"}:
                self.hint(posed, response)
            elif word == "b" and isinstance(posed, ExercisePosed) and posed.breakable and response.tries:
                self.in_parts(posed, posed.breakable, response)
                return ""
            elif word == "b":
                later = "part by part comes once a try has failed"
                self.refuse(later if posed.breakable else "there are no parts to go through")
            elif word and self.act(word):
                if word == "r" and isinstance(posed, PartPosed):
                    self.say(views.said, posed.question.task)  # below the whole question, which the session draws
            elif word in {"w", "k", "p"}:
                self.refuse("that key is for the rating, once the answer is shown")
            elif typed.strip().startswith(":"):
                self.refuse(f'there is no key "{literally(word)}". {nearest(word, ["h", *KEYS])}')
            else:
                return typed

    def key(self, typed: str, exact: bool) -> str:
        """The key that was typed; "" where it is an answer. Where letters may be an answer a colon marks a key."""
        word = typed.strip().lower()
        if word.startswith(":"):
            word = word[1:].strip()
        elif not exact and word != "?":
            return ""
        return _WORDS.get(word, word)

    def act(self, word: str) -> bool:
        """Do what a key says that is valid everywhere; whether it was one. Raises Command where it ends the card."""
        if word in _ENDING:
            if not (why := self.hindrance(word)):
                raise Command(word)
            self.refuse(why)
        elif word == "?":
            self.say(views.notice, HELP)
        elif word in self.actions:
            self.actions[word]()
        else:
            return False
        return True

    def valid_keys(self, posed: Posed, response: Response) -> list[tuple[str, str]]:
        colon = "" if posed.sheet.exact_keys else ":"
        pairs = [("Enter", "show the answer")]
        if response.hints < len(posed.hints):
            pairs.insert(0, (f"{colon}h", "hint"))
        elif response.hints == len(posed.hints) and posed.has_worked_solution:
            pairs.insert(0, (f"{colon}h", "solution"))
        if posed.breakable and response.tries:
            pairs.append((f"{colon}b", "part by part"))
        return [*pairs, (f"{colon}?", "keys"), (f"{colon}q", "leave")]

    def scratch(self, typed: str) -> None:
        """=0.3*0.5+tanh(0.2): worked out and shown, nothing counted."""
        from studyrnn.grading.reading import number

        try:
            value = number(typed.strip()[1:])
        except Unreadable as error:
            self.refuse(str(error))
        else:
            self.say(views.said, f"= {value:.6g}")

    def hint(self, posed: Posed, response: Response) -> None:
        if response.hints < len(posed.hints):
            response.hints += 1
            self.say(views.said, f"Hint {response.hints} of {len(posed.hints)}. {posed.hints[response.hints - 1]}")
        elif response.hints == len(posed.hints) and posed.has_worked_solution:
            self.say(views.solution, posed.solution(None), verdict_shown=False)
            response.hints += 1
            response.solution_shown = True
        else:
            more = "that was the last hint" if posed.hints else "there are no hints here"
            self.say(views.notice, f"{more}; Enter shows the answer")

    def picture(self, asked: str) -> None:
        """Draw what a card names as its picture."""
        if not asked:
            self.say(views.said, "This card names no picture.")
            return
        from studyrnn import plots
        from studyrnn.terminal.charts import figure
        from studyrnn.terminal.progress import watching

        try:
            with watching(asked, self.screen.interactive and not self.screen.plain) as watch:
                drawn = plots.drawn(asked.split(), watch)
        except StudyError as error:  # the deck was checked; what it names may have gone since
            self.refuse(literally(str(error)))
        else:
            self.say(figure, drawn)

    def refuse(self, why: str) -> None:
        """Unreadable: asked again for nothing; on a pipe, where nobody can answer, the end."""
        if not self.screen.interactive:
            raise UnreadableLine(f"line {self.screen.lines_read}: {flat(why, self.screen.plain)}")
        self.say(views.notice, why)

    # -- what is shown when it is over -------------------------------------------------------------------------------

    def resolve(self, solved: Solution, response: Response) -> None:
        """The solution: whole, or after a miss one step for each Enter."""
        right = response.score is not None and response.score.right
        if right or len(solved.steps) < 2 or not self.screen.interactive:
            self.say(views.solution, solved, verdict_shown=response.score is not None)
            return
        parts = views.in_steps(solved)
        one_by_one = True
        for number, part in enumerate(parts):
            if number and one_by_one:
                self.say(views.keys, [("Enter", "next step"), ("a", "all")])
                one_by_one = not self.screen.ask("step").strip()
            self.say(views.solution, part, verdict_shown=number == 0 and response.score is not None)

    # -- part by part ------------------------------------------------------------------------------------------------

    def in_parts(self, posed: ExercisePosed, names: tuple[str, ...], response: Response) -> None:
        """One intermediate after the other. A wrong one is shown worked; who went on from it is not wrong again."""
        question = posed.question
        own: dict[str, Value] = {}  # the learner's wrong values, from which later parts may go on
        answers = []
        for number, name in enumerate(names, 1):
            part = PartPosed(question, name, own)
            self.say(views.said, f"Part {number} of {len(names)}. {part.question.task}")
            answer = self.answer(part)
            answers.append(answer)
            if answer.score is None or not answer.score.right:
                self.say(views.solution, part.solution(answer.slip), verdict_shown=answer.score is not None)
                own |= part.carried_on(answer.value)
        marks = [answer.score.value if answer.score else 0.0 for answer in answers]
        response.score = Score(sum(marks) / len(marks), tuple(mark >= 1 for mark in marks))
        response.tries += max(answer.tries for answer in answers)
        response.hints += sum(answer.hints for answer in answers)
        response.typed = " | ".join(answer.typed for answer in answers)
        response.slip = next((answer.slip for answer in reversed(answers) if answer.slip), response.slip)
        response.confidence = next((answer.confidence for answer in answers if answer.confidence), None)
        response.slips += [slip for answer in answers for slip in answer.slips]
        response.solution_shown = any(answer.solution_shown for answer in answers)
        response.in_parts = True
        right = sum(response.score.entries)
        self.say(views.said, f"{right} of {len(names)} parts right.")


HELP = (
    "Type the answer and Enter; an empty line means: I don't know, show me. After the answer Enter accepts the rating "
    "that is suggested, 1 to 4 give another.\n"
    "h hint, at last the solution · b part by part, where a try has failed · =0.3*tanh(0.5) works something out\n"
    "u undo the last answer of this session · s skip for now · f flag · x suspend: not asked again until `unsuspend`\n"
    "e edit the card in $EDITOR · r draw the card again · q leave: what was graded keeps its suggested rating\n"
    "When rating: k, of a new card, I knew this already · p the picture that explains it, where there is one · "
    "w where it comes from · u take it back and answer again\n"
    "Where words are typed as an answer, write :h :u :q and so on. Everything answered is saved at once."
)


def answered(card: Card, posed: Posed, response: Response) -> Event:
    """What was typed and what came of it; when, and what follows for the schedule, is added by who logs it."""
    return Event(
        card.id,
        at="",
        day=0,
        score=response.score.value if response.score else (0.0 if posed.tries else None),
        response=response.typed[:2000],
        slip=response.slip.id if response.slip else "",
        hints=response.hints,
        tries=response.tries,
        confidence=response.confidence,
        model=MODEL,
    )


def second_try(response: Response) -> str:
    if response.solution_shown:
        return "From the solution: counts as missed."
    if response.hints:
        return "With a hint: counts as Hard."
    return "At the second try: counts as Hard." if response.tries > 1 else ""
