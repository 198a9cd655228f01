"""What an exercise is and how questions are made of it.

base       the contract: Exercise, Variant, Slip; Teller for what no equation says
sources    where numbers come from: tenths, ln k, open or shut gates, probabilities, one-hot vectors
forms      how an answer is given: numbers, a choice, an order, the wrong line, a formula, a design, parts
slips      slips that many exercises share
planning   an exercise prepared for its draws; steps, hints, parts of one draw
drawing    a seed -> a question
quality    what has to hold for the questions of every exercise
"""

from studyrnn.questions.base import Exercise, Slip, Teller, Told, Variant
from studyrnn.questions.forms import FRACTION, NUMBERS, WHOLE, Choice, Design, Formula, Order, Parts, WrongLine
from studyrnn.questions.slips import mean_for_sum, no_bias, perhaps, sign, slip, sum_for_mean, transposed
from studyrnn.questions.sources import (
    BITS,
    COUNTS,
    GATE,
    NOT_ZERO,
    SATURATED,
    TENTHS,
    Fixed,
    Logs,
    OneHot,
    Pick,
    Probabilities,
    Range,
    all_cases,
)

__all__ = [
    "BITS", "COUNTS", "FRACTION", "GATE", "NOT_ZERO", "NUMBERS", "SATURATED", "TENTHS", "WHOLE", "Choice", "Design",
    "Exercise", "Fixed", "Formula", "Logs", "OneHot", "Order", "Parts", "Pick", "Probabilities", "Range", "Slip",
    "Teller", "Told", "Variant", "WrongLine", "all_cases", "mean_for_sum", "no_bias", "perhaps", "sign", "slip",
    "sum_for_mean", "transposed",
]  # fmt: skip
