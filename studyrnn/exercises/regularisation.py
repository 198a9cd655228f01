"""Dropout and what it does to a memory; overfitting, and when to stop."""

import random
from collections.abc import Sequence

from studyrnn.engine.equations import Program
from studyrnn.questions import BITS, WHOLE, Choice, Exercise, Pick, Range, Slip, Teller, Told, Variant

_SAYS = {
    "not-rescaled": "What is kept is divided by $q$ here, so that the sum keeps its mean.",
    "multiplied-by-keep": "What is kept was multiplied by $q$. Inverted dropout divides by it.",
    "mask-flipped": "The mask was read the wrong way round: 1 keeps, 0 drops.",
    "drop-for-keep": "You divided by $1 - q$. $q$ is the probability of keeping.",
    "state-dropped": "The old state went through the mask as well. Here only the input does.",
    "mask-at-inference": "Nothing is dropped at inference, so there is nothing to make up for.",
    "keep-at-inference": "Training kept the mean already, by dividing by $q$: at inference $x_t$ is used as it is.",
    "no-keep-at-inference": "In training the share $q$ of the inputs came through: at inference scale them by $q$.",
    "inverted-at-inference": "You divided by $q$. Without a mask all inputs come through: scale them down, by $q$.",
    "one-mask": "That would be one mask for all steps. Here every step draws its own.",
    "fresh-masks": "The mask is drawn once and held: who is kept at the first step is kept at all of them.",
    "dropped-rate": "$1 - q$ is the probability of being dropped. Kept each time: $q$ for every step.",
    "those-dropped": "Those are the units that were dropped at some step. Asked are the others.",
    "kept-once": "That counts who is kept at one step at least. Asked is: at all of them.",
    "times-steps": "Probabilities of independent steps are multiplied, not added: take a power.",
    "one-step": "That is the variance after one step. It grows with each.",
    "variances-added": "The factors are multiplied, so variances do not add: the mean square is a power.",
    "mean-square": "That is the mean of the square. The variance has the square of the mean taken off.",
    "not-squared": "The variance of a multiple has the square of the factor: $c_0^2$.",
    "not-inverted": "That is the variance without the division by $q$, which scales up what is kept at each step.",
    "lowest-training": "It has the lowest training loss, but does worse on what it has not seen.",
    "lowest-test": "The test losses were looked at. Who chooses by them has no data left for an honest measure.",
    "smallest-gap": "Its losses lie nearest together, but they are high: it underfits.",
    "called-overfitting": "Overfitting needs a training loss that goes on falling while the validation loss rises.",
    "called-underfitting": "Underfitting shows where the training loss stays high, too.",
    "called-learning": "Both losses would have to go on falling.",
    "called-diverging": "Then the training loss would go up, too.",
    "against-the-last": "You compared with the epoch before. What counts is the lowest loss so far.",
    "one-too-late": "One epoch too many: the epoch that fills the patience is the last.",
    "last-weights": "The weights of the last epoch are worse: those of the lowest loss are kept.",
    "not-in-a-row": "The count starts anew at each new lowest loss: the epochs have to come in a row.",
    "lowest-of-all": "Training has stopped by then: a later, lower loss is never seen.",
    "at-first-rise": "It does not stop at the first rise: the patience says how many epochs may pass.",
}


def _slip(name: str, **equations: str) -> Slip:
    return Slip(name, _SAYS[name], equations)


def _perhaps(name: str, **equations: str) -> Slip:
    return Slip(name, _SAYS[name], equations, always=False)


def _whole(chance: random.Random, low: int, high: int) -> int:
    return low + int(chance.random() * (high - low + 1))


# -- dropout ---------------------------------------------------------------------------------------------------------


def _dropout(when: str, kept: str, stem: str, *slips: Slip, also: tuple[str, ...] = ()) -> Variant:
    return Variant(
        program=Program.parse({"x_kept": kept, "a": "W_xh @ x_kept + W_hh @ h_", "h": "tanh(a)"}),
        convention={"dropout": when},
        stem=r"A vanilla RNN without bias has dropout on its input alone: "
        r"$$h_t = \tanh(W_{xh} \tilde{x}_t + W_{hh} h_{t-1})$$ " + stem,
        slips=slips,
        also=also,
        keep=(lambda trace: 0 < sum(trace["m"]) < len(trace["m"])) if "m" in kept else None,
    )


_DROPOUT = (
    _dropout(
        "inverted, training",
        "m * x / q",
        r"Inverted dropout, in training: each entry is kept with probability $q$, and divided by $q$ where it is. The "
        "mask of this step is $m_t$.",
        _slip("not-rescaled", x_kept="m * x"),
        _perhaps("multiplied-by-keep", x_kept="m * x * q"),
        _slip("mask-flipped", x_kept="(1 - m) * x / q"),
        _perhaps("drop-for-keep", x_kept="m * x / (1 - q)"),
        _perhaps("state-dropped", a="W_xh @ x_kept + W_hh @ (m * h_ / q)"),
    ),
    _dropout(
        "inverted, inference",
        "x",
        "Inverted dropout: in training each entry is kept with probability $q$, and divided by $q$ where it is. This "
        "is inference.",
        _slip("keep-at-inference", x_kept="q * x"),
        _perhaps("mask-at-inference", x_kept="x / q"),
        also=("q",),
    ),
    _dropout(
        "original, inference",
        "q * x",
        "Dropout in its original form: in training each entry is kept with probability $q$, and not rescaled. This is "
        "inference.",
        _slip("no-keep-at-inference", x_kept="x"),
        _perhaps("inverted-at-inference", x_kept="x / q"),
        _perhaps("drop-for-keep", x_kept="(1 - q) * x"),
    ),
)

_STEPS = r"In a layer of $n$ units, dropout on the recurrent path keeps each unit with probability $q$: "
_ASKED = "How many units $r$ are kept at all of $T$ steps, on average?"

_SURVIVAL = (
    Variant(
        program=Program.parse({"s": "power(q, T)", "r": "n * s"}),
        convention={"mask": "fresh"},
        stem=f"{_STEPS}a fresh mask is drawn at every step. {_ASKED}",
        slips=(
            _slip("one-mask", s="q"),
            _perhaps("dropped-rate", s="power(1 - q, T)"),
            _perhaps("those-dropped", r="n * (1 - s)"),
            _perhaps("kept-once", s="1 - power(1 - q, T)"),
            _perhaps("times-steps", s="T * q"),
        ),
        keep=lambda trace: float(trace["s"]) > 0.08,
    ),
    Variant(
        program=Program.parse({"r": "n * q"}),
        convention={"mask": "held"},
        stem=f"{_STEPS}one mask is drawn before the first step and held over the sequence. {_ASKED}",
        also=("T",),
        slips=(
            _slip("fresh-masks", r="n * power(q, T)"),
            _perhaps("dropped-rate", r="n * (1 - q)"),
            _perhaps("times-steps", r="n * (T * q)"),
        ),
    ),
    Variant(
        program=Program.parse({"s": "power(q, T)", "r": "(1 / s - 1) * (c_0 * c_0)"}),
        convention={"mask": "fresh, variance"},
        stem=r"A memory cell that holds $c_0$ is to carry it over $T$ steps, but each step multiplies it by $m_t / q$: "
        "inverted dropout with a fresh mask, $m_t = 1$ with probability $q$, else 0. With probability $s$ it gets "
        "through all steps, and on average $c_0$ is left. What is the variance $r$ of what is left?",
        slips=(
            _slip("mean-square", r="c_0 * c_0 / s"),
            _perhaps("one-step", s="q"),
            _perhaps("variances-added", r="T * (1 / q - 1) * (c_0 * c_0)"),
            _perhaps("not-squared", r="(1 / s - 1) * c_0"),
            _perhaps("not-inverted", r="s * (1 - s) * (c_0 * c_0)"),
        ),
        ranges={"q": Range(0.6, 0.97, 0.01), "T": Range(2, 12, 1), "c_0": Range(0.4, 3.0)},
        keep=lambda trace: float(trace["s"]) > 0.1,
    ),
)

# -- overfitting -----------------------------------------------------------------------------------------------------


def _hundredths(*values: int) -> list[float]:
    return [value / 100 for value in values]


def _choose(chance: random.Random) -> Told:
    """Four networks: the smallest underfits, the largest overfits; of the two between, the test losses disagree."""
    sizes = [_whole(chance, 2, 9)]
    while len(sizes) < 4:
        sizes.append(sizes[-1] * 2 + _whole(chance, -1, 3))
    train = [_whole(chance, 90, 130)]
    while len(train) < 4:
        train.append(train[-1] - _whole(chance, 14, 20))
    key = 1 + int(chance.random() * 2)
    low = train[1] + _whole(chance, 5, 8)
    validation = [train[0] + _whole(chance, 1, 3), 0, 0, train[3] + _whole(chance, 55, 75)]
    validation[key], validation[3 - key] = low, low + _whole(chance, 2, 5)
    test = [loss + _whole(chance, 0, 2) for loss in validation]
    test[3 - key] = test[key] - _whole(chance, 1, 3)
    return Told(
        stem="Four networks, each with its number of units $n$, have been trained on the same training set. Their "
        "losses on the training, the validation and the test set are listed in this order. Which network do you "
        "choose?",
        key=float(key),
        slips={"lowest-training": 3.0, "lowest-test": 3.0 - key, "smallest-gap": 0.0},
        options=tuple(f"the one with $n = {size}$" for size in sizes),
        given={
            "n": [float(size) for size in sizes],
            "train": _hundredths(*train),
            "validation": _hundredths(*validation),
            "test": _hundredths(*test),
        },
        solution=f"The validation loss is lowest at $n = {sizes[key]}$. The test set only measures what was chosen.",
        hints=("Which of the three sets is there for choosing?",),
    )


_STATES = (
    "It overfits: it learns what is special to the training set.",
    "It underfits: it has too few units, or is held back.",
    "Neither yet: both losses are still going down. Go on.",
    "It diverges: its steps are too long. Lower the learning rate.",
)
_CALLED = ("called-overfitting", "called-underfitting", "called-learning", "called-diverging")
_EPOCHS = 6


def _curve(chance: random.Random, start: int, moves: Sequence[tuple[int, int]]) -> list[int]:
    curve = [start]
    for low, high in moves:
        curve.append(max(2, curve[-1] + _whole(chance, low, high)))
    return curve


def _diagnose(chance: random.Random) -> Told:
    case = int(chance.random() * 4)
    falls, rises, flat, blows = (-16, -8), (7, 14), (-2, 2), (15, 60)
    early = [blows if case == 3 else falls] * 2
    late = {0: ((-9, -5), rises), 1: (flat, flat), 2: (falls, falls), 3: (blows, blows)}[case]
    start = _whole(chance, 95, 130)
    train = _curve(chance, start, [*early, *[late[0]] * (_EPOCHS - 3)])
    validation = _curve(chance, start + _whole(chance, 2, 6), [*early, *[late[1]] * (_EPOCHS - 3)])
    reasons = (
        "The training loss goes on falling while the validation loss rises: what is learned now is special to the "
        "training set.",
        "Both losses have stopped falling, close together, far above the $0.1$ that the task allows: the network does "
        "not even learn the training set.",
        "Both losses still fall, side by side.",
        "The training loss itself goes up: the steps are too long.",
    )
    return Told(
        stem=rf"A network with {_whole(chance, 4, 200)} units has been trained for {_EPOCHS} epochs; here are its "
        "losses after each, on the training and on the validation set. The noise in the data allows a loss of about "
        "$0.1$. What do they say?",
        key=float(case),
        slips={name: float(place) for place, name in enumerate(_CALLED) if place != case},
        options=_STATES,
        given={"train": _hundredths(*train), "validation": _hundredths(*validation)},
        solution=reasons[case],
        hints=("Look at the last four epochs: which way does each of the losses go?",),
    )


# -- when to stop ----------------------------------------------------------------------------------------------------


def _stop(losses: Sequence[int], patience: int, against_last: bool = False, in_a_row: bool = True) -> tuple[int, int]:
    """The epoch after which training stops, and that of the lowest loss by then; 0, 0 where it does not stop."""
    best = waited = 0
    for epoch, loss in enumerate(losses):
        if not epoch or loss < losses[epoch - 1 if against_last else best]:
            waited = waited if not in_a_row else 0
        else:
            waited += 1
        best = epoch if loss < losses[best] else best
        if waited == patience:
            return epoch + 1, best + 1
    return 0, 0


def _early(chance: random.Random) -> Told:
    epochs, patience = 12, _whole(chance, 2, 4)
    while True:
        losses = [_whole(chance, 80, 120)]
        while len(losses) < epochs:
            losses.append(losses[-1] + _whole(chance, -12, 10))
        stop, best = _stop(losses, patience)
        if 3 < stop < epochs and best > 1 and min(losses) > 5 and len(set(losses)) == epochs:
            break
    first_rise = next(k for k in range(1, epochs) if losses[k] > losses[k - 1])
    last = _stop(losses, patience, against_last=True)
    total = _stop(losses, patience, in_a_row=False)
    lowest = min(range(epochs), key=losses.__getitem__) + 1
    pairs = {
        "last-weights": (stop, stop),
        "one-too-late": (stop + 1, best),
        "against-the-last": last,
        "not-in-a-row": total,
        "lowest-of-all": (stop, lowest),
        "at-first-rise": (first_rise + 1, first_rise),
    }
    return Told(
        stem=r"If nothing stopped the training, the validation losses after twelve epochs would be $\ell$, one for "
        "each. Early stopping has the patience $p$: training ends as soon as $p$ epochs in a row have brought no "
        "new lowest validation loss, and the weights of the lowest one so far are kept. After which epoch does it "
        "end, and of which epoch are the weights?",
        key=[float(stop), float(best)],
        slips={name: [float(a), float(b)] for name, (a, b) in pairs.items() if a},
        given={"losses": _hundredths(*losses), "p": float(patience)},
        solution=f"The loss of epoch {best} is the lowest so far, and the {patience} epochs after it, up to epoch "
        f"{stop}, bring none below it.",
        hints=("Go through the epochs and note the lowest loss so far.", "The count starts anew at each new lowest."),
    )


_LOSSES = {"train": r"L_{\text{train}}", "validation": r"L_{\text{validation}}", "test": r"L_{\text{test}}"}

EXERCISES = (
    Exercise(
        id="regularisation.dropout-mask",
        version=1,
        level=2,
        asks="h",
        requires=("rnn.hidden-state",),
        summary="a recurrent step with dropout on its input, in training and at inference",
        shapes={"m": (2,), "q": ()},
        symbols={"q": "q", "x_kept": r"\tilde{x}_t"},
        ranges={
            "m": BITS,
            "q": Pick((0.4, 0.5, 0.6, 0.7, 0.8)),
            "x": Pick(tuple(sign * tenths / 10 for sign in (1, -1) for tenths in range(3, 16))),
        },
        why="The mask stays off the recurrent path here: a fresh mask at every step would cut through the memory.",
        variants=_DROPOUT,
    ),
    Exercise(
        id="regularisation.recurrent-survival",
        version=1,
        level=3,
        asks="r",
        scalar=True,
        requires=("regularisation.dropout-mask",),
        summary="what dropout on the recurrent path leaves of a memory after many steps",
        symbols={name: name for name in "nqrsT"},
        ranges={"q": Range(0.5, 0.98, 0.01), "T": Range(2, 30, 1), "n": Range(10, 300, 5)},
        why="A mask that is held over the sequence, or zoneout, which keeps an old value instead of setting it to 0, "
        "regularises the recurrent path without wiping it out.",
        variants=_SURVIVAL,
    ),
    Exercise(
        id="regularisation.overfit",
        version=1,
        level=2,
        form=Choice(),
        symbols={"n": "n", **_LOSSES},
        summary="training, validation and test losses: what they say, and which of them chooses",
        why="The training set is there for learning, the validation set for choosing, the test set for one last look.",
        variants=(
            Teller(_choose, tuple(map(_slip, ("lowest-training", "lowest-test", "smallest-gap"))), {"asked": "choice"}),
            Teller(_diagnose, tuple(map(_perhaps, _CALLED)), {"asked": "diagnosis"}),
        ),
    ),
    Exercise(
        id="regularisation.early-stopping",
        version=1,
        level=2,
        asks="epochs",
        form=WHOLE,
        task="Type two numbers: the epoch after which training ends, then that of the weights.",
        symbols={"losses": r"\ell", "p": "p"},
        requires=("regularisation.overfit",),
        summary="patience: when training ends, and which weights are kept",
        variants=(
            Teller(
                _early,
                slips=(
                    _slip("last-weights"),
                    *map(
                        _perhaps,
                        ("one-too-late", "against-the-last", "not-in-a-row", "lowest-of-all", "at-first-rise"),
                    ),
                ),
            ),
        ),
    ),
)
