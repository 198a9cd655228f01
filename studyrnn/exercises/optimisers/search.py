"""How long a step may be, and a search without gradients."""

import random
from collections.abc import Mapping
from typing import Any

from studyrnn.engine.equations import Program
from studyrnn.exercises.optimisers.shared import perhaps, slip
from studyrnn.questions import Choice, Exercise, Pick, Range, Slip, Teller, Told, Variant

# -- how far a step may go -------------------------------------------------------------------------------------------

_FATES = (
    (r"The distance to $c$ shrinks; $w$ stays on one side of it.", "That needs a factor $q$ between 0 and 1."),
    (r"The distance to $c$ shrinks; $w$ changes sides at every step.", "That needs a factor $q$ between $-1$ and 0."),
    (r"The distance to $c$ grows; $w$ stays on one side of it.", "That needs a factor $q$ above 1."),
    (r"The distance to $c$ grows; $w$ changes sides at every step.", "That needs a factor $q$ below $-1$."),
)


def _fate(trace: Mapping[str, Any]) -> int:
    q = float(trace["q"])
    return 2 * (abs(q) > 1) + (q < 0)


def _quadratic(loss: str, slope: str, *slips: Slip) -> Variant:
    return Variant(
        program=Program.parse({"slope": slope, "q": "1 - eta * slope"}),
        convention={"loss": loss},
        stem=rf"The loss of one weight is $$L = {loss}$$ and gradient descent starts at $w_0 \ne c$. One step "
        r"multiplies $w - c$ by a factor $q$. What happens as the steps go on?",
        slips=(
            *slips,
            perhaps("sign", q="1 + eta * slope"),
            perhaps("no-rate", q="1 - slope"),
            perhaps("no-curvature", q="1 - eta"),
            perhaps("no-one", q="-(eta * slope)"),
        ),
        also=("c", "w_0"),
        keep=lambda trace: min(abs(abs(float(trace["q"])) - edge) for edge in (0, 1)) > 0.03,
    )


# -- without gradients -----------------------------------------------------------------------------------------------

_PEOPLE, _GENES = 4, 4


def _generation(chance: random.Random) -> Told:
    def tenths(low: int, high: int) -> float:
        return (low + int(chance.random() * (high - low + 1))) / 10

    people = [[tenths(-20, 20) for _ in range(_GENES)] for _ in range(_PEOPLE)]
    losses: list[float] = []
    while len(losses) < _PEOPLE:
        loss = tenths(1, 90)
        losses += [loss] if loss not in losses else []
    mutation = [tenths(-5, 5) if chance.random() < 0.5 else 0.0 for _ in range(_GENES)]
    cut = 1 + int(chance.random() * (_GENES - 1))
    ranked = sorted(range(_PEOPLE), key=losses.__getitem__)

    def child(first: int, second: int, cut: int = cut, mutated: bool = True) -> list[float]:
        born = people[first][:cut] + people[second][cut:]
        return [round(gene + change * mutated, 6) for gene, change in zip(born, mutation, strict=True)]

    best, next_best = ranked[:2]
    means = [(a + b) / 2 + c for a, b, c in zip(people[best], people[next_best], mutation, strict=True)]
    return Told(
        stem="A genetic algorithm searches for weights. Four individuals stand in the rows of $P$, with the losses "
        r"$\ell$. The two fittest, those with the smallest loss, become parents: a child takes its first $k$ entries "
        "from the fittest and the others from the second fittest. Then the mutation $u$ is added to it.",
        key=child(best, next_best),
        slips={
            "worst-selected": child(ranked[-1], ranked[-2]),
            "first-selected": child(0, 1),
            "no-mutation": child(best, next_best, mutated=False),
            "other-child": child(next_best, best),
            "averaged-parents": [round(entry, 6) for entry in means],
            "cut-from-the-end": child(best, next_best, _GENES - cut),
        },
        given={"P": people, "losses": losses, "k": float(cut), "u": mutation},
        solution=f"The parents are row {best + 1} and row {next_best + 1}. The child has {cut} of its entries from "
        f"row {best + 1} and {_GENES - cut} from row {next_best + 1}; $u$ is added at last.",
        hints=("Rank the rows by their losses first.", "The smallest loss is the fittest."),
    )


EXERCISES = (
    Exercise(
        id="optimisers.learning-rate",
        version=1,
        scalar=True,
        level=2,
        asks="q",
        form=Choice(options=_FATES, pick=_fate),
        requires=("optimisers.sgd",),
        summary="what gradient descent does on a parabola: the learning rate against the curvature",
        symbols={"slope": "L''", "q": "q", "a": "a", "c": "c"},
        ranges={
            "a": Pick((0.4, 0.7, 1.2, 1.5, 2.4, 3.0, 3.5, 4.5, 6.0, 8.0, -0.6, -1.4, -3.0)),
            "eta": Pick((0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.2)),
            "c": Range(-3.0, 3.0),
            "w_0": Range(3.5, 6.0),
        },
        why=r"Steps come nearer only while $\eta$ is below 2 divided by the curvature. With many weights the largest "
        "curvature sets that limit, and the smallest one the pace.",
        variants=(
            _quadratic(r"\tfrac{1}{2} a (w - c)^2", "a", perhaps("extra-two", slope="2 * a")),
            _quadratic("a (w - c)^2", "2 * a", perhaps("no-two", slope="a")),
        ),
    ),
    Exercise(
        id="optimisers.genetic-generation",
        version=1,
        level=2,
        asks="child",
        task="Type the four entries of the child.",
        symbols={"P": "P", "losses": r"\ell", "k": "k", "u": "u"},
        summary="selection, crossover and mutation in a genetic algorithm",
        why="No gradient is needed, but nothing promises the global optimum either, and the trials that are needed "
        "grow fast with the number of weights.",
        variants=(
            Teller(
                _generation,
                slips=(
                    slip("worst-selected"),
                    perhaps("first-selected"),
                    slip("no-mutation"),
                    slip("other-child"),
                    slip("averaged-parents"),
                    perhaps("cut-from-the-end"),
                ),
            ),
        ),
    ),
)
