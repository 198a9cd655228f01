"""One card, from its first prompt to its last answer: tries, hints, keys, parts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from studyrnn.errors import Unreadable, UnreadableLine, nearest
from studyrnn.markup import literally
from studyrnn.model import AGAIN, GOOD, HARD, Score, SlipValue, Value
from studyrnn.posing import ExercisePosed, PartPosed, Posed
from studyrnn.terminal import views
from studyrnn.terminal.layout import flat
from studyrnn.terminal.screen import Screen

RIGHT, HELPED, MISSED = "right at once", "with help or at the second try", "missed"


class Leave(Exception):
    """The learner asked to leave: the summary follows."""


@dataclass
class Response:
    """What came of asking one card."""

    score: Score | None = None  # None: revealed unanswered, or for the learner to judge
    typed: str = ""
    tries: int = 0
    hints: int = 0
    slip: SlipValue | None = None  # the last one that was recognised
    value: Any = None  # what was last read
    in_parts: bool = False  # asked part by part: each was resolved when it was over

    @property
    def outcome(self) -> str:
        """Of an answer that a machine judges."""
        if self.score is None or not self.score.right:
            return MISSED
        return HELPED if self.tries > 1 or self.hints else RIGHT

    @property
    def suggested(self) -> int:
        """Right at once is Good; right on the retry, or after a hint, Hard; Easy only when the learner says so."""
        return {RIGHT: GOOD, HELPED: HARD, MISSED: AGAIN}[self.outcome]


class Asking:
    """Puts prompts on the screen until a card is answered, given up or left."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.slips: Counter[str] = Counter()

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
            if self.command(posed, response).strip():
                self.say(views.said, "That was the last try; here is how it goes.")
        return response

    def answer(self, posed: Posed) -> Response:
        """Let the learner type until it is right, given up, or out of tries."""
        response = Response()
        while True:
            typed = self.command(posed, response)
            if response.in_parts or not typed.strip():
                return response  # every part is over; or "I don't know", or: reveal
            response.typed = typed
            try:
                response.value = posed.read(typed)
                score = posed.grade(response.value)
            except Unreadable as error:
                self.refuse(str(error))
                continue
            if score is None:
                return response
            response.score = score
            response.tries += 1
            if score.slip:
                response.slip = score.slip
                self.slips[score.slip.id] += 1
            over = score.right or response.tries >= posed.tries
            self.say(views.verdict, score, note=second_try(response) if score.right else "")
            if over:
                return response
            self.say(views.said, "Once more, or Enter to see the answer.")

    def command(self, posed: Posed, response: Response) -> str:
        """One typed line that is an answer; hints, help and leaving are dealt with here."""
        label = "answer" if posed.tries else "Enter"
        while True:
            self.say(views.keys, valid_keys(posed, response))
            typed = self.screen.ask(label)
            word = typed.strip().lower()
            if word.startswith(":"):
                word = word[1:]
            elif not posed.sheet.exact_keys:
                word = ""
            if word in {"q", "quit"}:
                raise Leave
            if word == "?":
                self.say(views.notice, HELP)
            elif word in {"h", "hint"}:
                self.hint(posed, response)
            elif word == "b" and isinstance(posed, ExercisePosed) and posed.breakable and response.tries:
                self.in_parts(posed, posed.breakable, response)
                return ""
            elif typed.strip().startswith(":"):
                self.refuse(f'there is no key "{literally(word)}". {nearest(word, ["h", "b", "q", "?"])}')
            else:
                return typed

    def hint(self, posed: Posed, response: Response) -> None:
        if response.hints < len(posed.hints):
            self.say(views.notice, posed.hints[response.hints])
            response.hints += 1
        elif response.hints == len(posed.hints) and posed.has_worked_solution:
            self.say(views.solution, posed.solution(None), verdict_shown=False)
            response.hints += 1
        else:
            more = "that was the last hint" if posed.hints else "there are no hints here"
            self.say(views.notice, f"{more}; Enter shows the answer")

    def refuse(self, why: str) -> None:
        """Unreadable: asked again for nothing; on a pipe, where nobody can answer, the end."""
        if not self.screen.interactive:
            raise UnreadableLine(f"line {self.screen.lines_read}: {flat(why, self.screen.plain)}")
        self.say(views.notice, why)

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
        response.in_parts = True
        right = sum(response.score.entries)
        self.say(views.said, f"{right} of {len(names)} parts right.")


HELP = (
    "Type the answer and Enter. An empty line means: I don't know, show me. After the answer Enter accepts the "
    "suggested rating, 1 to 4 give another. h gives hints, at last the solution; b goes through a long question part "
    "by part once a try has failed; q leave, ? this help; where words are typed as an answer, write "
    ":h :b :q :? instead. Everything answered is saved at once."
)


def valid_keys(posed: Posed, response: Response) -> list[tuple[str, str]]:
    colon = "" if posed.sheet.exact_keys else ":"
    pairs = [("Enter", "show the answer")]
    if response.hints < len(posed.hints):
        pairs.insert(0, (f"{colon}h", "hint"))
    elif response.hints == len(posed.hints) and posed.has_worked_solution:
        pairs.insert(0, (f"{colon}h", "solution"))
    if posed.breakable and response.tries:
        pairs.append((f"{colon}b", "part by part"))
    return [*pairs, (f"{colon}?", "help"), (f"{colon}q", "leave")]


def second_try(response: Response) -> str:
    if response.hints:
        return "With a hint: counts as Hard."
    return "At the second try: counts as Hard." if response.tries > 1 else ""
