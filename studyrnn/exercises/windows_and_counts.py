"""Windows and bags of words: what came before recurrence, and what it cannot see."""

import random

from studyrnn.questions import WHOLE, Exercise, Slip, Teller, Told


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
                    Slip(
                        "counted-from-nought",
                        "That is the next window: window 1 begins at the first value.",
                        always=False,
                    ),
                    Slip(
                        "target-in-window",
                        "The target is the value after the window; you gave the last one inside it.",
                        always=False,
                    ),
                    Slip(
                        "no-overlap",
                        "Your windows lie end to end. They slide by one step, so that neighbours overlap.",
                        always=False,
                    ),
                ),
            ),
        ),
    ),
)
