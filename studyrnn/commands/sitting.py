"""What the quiz says before and after a sitting. Pure: states and a day in, sentences out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from studyrnn.commands.asking import HELPED, MISSED, RIGHT
from studyrnn.markup import literally
from studyrnn.model import NEW, Card, CardState, Problem
from studyrnn.scheduling import streak
from studyrnn.session import Plan, States, Wishes, begun_on, is_new, next_due, plan, waiting
from studyrnn.wording import days_ahead, many

LONG = 30_000  # milliseconds from which on the slowest card is worth a line
MANY_NEW = 10  # more new cards, where a learner asks for more
AHEAD = 20  # cards at once, where a learner studies ahead

Outcomes = Mapping[str, tuple[str, int]]  # card id -> how its first asking went, and how many milliseconds it took


def warnings(problems: Sequence[Problem], gone: int, ahead: Collection[int]) -> list[str]:
    """What is wrong with the decks, in a line each, and with the clock; how decks are mended is for `studyrnn check`.

    ahead   the days of answers that are dated after tomorrow, one for each card
    """
    lines = []
    if ahead:
        cards, last = many(len(ahead), "card has", "cards have"), date.fromordinal(max(ahead)).isoformat()
        lines.append(
            f"{cards} an answer dated after tomorrow, up to {last}: a clock was wrong then, or is now. It counts "
            "when that day has come."
        )
    lines += [f"{many(gone, 'card')} with a history left the decks. See `studyrnn check`"] if gone else []
    lines += [literally(str(problem)) for problem in problems if problem.warning]
    errors = [problem for problem in problems if not problem.warning]
    if errors:
        files = literally(", ".join(dict.fromkeys(problem.file for problem in errors)))
        left_out = f"{many(len(errors), 'problem')} in {files}: what has one is left out."
        lines.append(f"{left_out} See `studyrnn check {files}`")
    return lines


def greeting(chosen: Plan, states: States, studied: Collection[int], today: int) -> str:
    """One line: the streak, and what of today is done and saved."""
    days = streak(studied, today)
    answered = sum(state.last_day == today for state in states.values())
    parts = [f"{days} days in a row"] if days > 1 else []
    if chosen.cards and answered:
        parts.append(f"{answered} answered earlier today, all saved. {len(chosen.cards)} to go.")
    return " · ".join(parts)


def nothing_due(cards: Sequence[Card], states: States, today: int, new_a_day: int, ask: bool) -> str:
    """When the next card is due, and how there would be new ones; `ask`: the quiz itself will offer them."""
    text = "Nothing is due today."
    ahead = next_due(states, cards, today)
    if left := waiting(cards, states, today):
        waiting_cards = many(left, "card waits", "cards wait")
        text = f"Today's share is done; {waiting_cards} for tomorrow, by the limit of a day or beside a sibling."
    elif ahead:
        day, count = next(iter(ahead.items()))
        text += f" Next: {many(count, 'card')} {days_ahead(day - today)}."
    if any(is_new(card, states) for card in cards):
        begun = begun_on(today, states)
        text += f"\nNew today: {begun} of {new_a_day}."
        text += "" if ask else f" For more, add `--new {begun + MANY_NEW}`."
    return text


def more(
    cards: Sequence[Card], states: States, today: int, wishes: Wishes, wrong: Collection[str]
) -> dict[str, tuple[str, Plan]]:
    """Key -> what else there is to do, and the plan for it; only where there is something to ask.

    wrong   the cards that went wrong, and were not asked again since
    """

    def state(card: Card) -> CardState:
        return states.get(card.id, NEW)

    unlimited = wishes._replace(limit=None)
    again = Plan(missed=tuple(card for card in cards if card.id in wrong and not state(card).suspended))
    everything = wishes.ahead or wishes.cram or wishes.limit is None
    due = Plan() if everything else plan(cards, states, today, unlimited)._replace(new=())
    more_new = unlimited._replace(new_a_day=begun_on(today, states) + MANY_NEW)
    new = plan(cards, states, today, more_new)._replace(due=())
    later = [card for card in cards if state(card).due_day > today]
    ahead = plan(later, states, today, wishes._replace(ahead=True, limit=AHEAD))._replace(new=())
    return {
        **({"m": (f"again the {len(again.missed)} that went wrong", again)} if again.missed else {}),
        **({"d": (f"{len(due.cards)} more that are due", due)} if due.cards else {}),
        **({"n": (many(len(new.new), "new one"), new)} if new.new else {}),
        **({"a": ("study ahead", ahead)} if ahead.cards else {}),
    }


def summed_up(
    outcomes: Outcomes, slips: Sequence[tuple[str, int]], ahead: Mapping[int, int], today: int
) -> tuple[str, dict[str, list[str]], str]:
    """How a sitting went, what to look at again, and what is coming."""
    tally = [outcome for outcome, _ in outcomes.values()]
    first = f"{many(len(tally), 'card')} in {took(sum(spent for _, spent in outcomes.values()))}"
    if tally:
        shown = [outcome for outcome in (RIGHT, HELPED, MISSED) if outcome in tally or outcome != HELPED]
        first += " · " + ", ".join(f"{tally.count(outcome)} {outcome}" for outcome in shown)
    slowest, (_, longest) = max(outcomes.items(), key=lambda entry: entry[1][1], default=("", ("", 0)))
    lists = {
        "slowest": [f"{slowest}   {took(longest)}"] if longest >= LONG else [],
        "missed": [card for card, (outcome, _) in outcomes.items() if outcome == MISSED],
        "slips": [f"{slip} ×{count}" for slip, count in slips],
    }
    week = sum(count for day, count in ahead.items() if day <= today + 7)
    last = f"tomorrow {ahead.get(today + 1, 0)} due · this week {week}"
    return first, {name: entries for name, entries in lists.items() if entries}, last


def took(milliseconds: float) -> str:
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds >= 600 else f"{int(seconds // 60)} min {int(seconds % 60)} s"
