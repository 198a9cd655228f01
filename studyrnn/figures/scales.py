"""Where numbers lie on an axis, which of them are marked on it, and how a number is written beside a shape. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import ceil, floor, isfinite, isinf, isnan, log10, nan
from sys import float_info
from typing import NamedTuple

from studyrnn.figures.parts import Axis

LARGEST = float_info.max
_FAR = 1e6  # lengths of an axis: what lies further out is drawn as if it lay there, for it is cut off all the same
_NEARLY = Fraction(1, 10**9)  # of a step: 0.1 is a multiple of a tenth, whatever the float 0.1 is
_FLAT = 1e-9  # of the largest number: a smaller range is rounding, not a shape
_POSITIONAL = range(-3, 6)  # powers of ten that are written out: 0.00123 and 123456, but 1.23·10⁻⁴
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

ABSENT = "–"  # what stands for a number that is not there


class Scale(NamedTuple):
    """The two ends of an axis; on a logarithmic one they are exponents of ten."""

    low: float
    high: float
    log: bool = False

    def place(self, value: float) -> float:
        """0 at the low end, 1 at the high end, beyond them outside; NaN for what has no place on this axis."""
        if not isfinite(value) or (self.log and value <= 0):
            return nan
        share = _share(log10(value) if self.log else value, self.low, self.high)
        return max(-_FAR, min(_FAR, share))


class Tick(NamedTuple):
    place: float  # from 0 to 1
    text: str


# -- ends of an axis -------------------------------------------------------------------------------------------------


def scale(axis: Axis, values: Iterable[float], rounded: bool = True) -> Scale:
    """The axis as far as it says, else as far as the values reach.

    rounded   up to the next mark; a logarithmic axis to whole decades
    """
    drawn = [value for value in values if isfinite(value) and (value > 0 or not axis.log)]
    low, high = (_end(limit, axis.log) for limit in (axis.low, axis.high))
    if axis.log:
        drawn = [log10(value) for value in drawn]
    reach = _reach(drawn, axis.log)
    ends = ordered(reach[0] if low is None else low, reach[1] if high is None else high, low is not None)
    if rounded:
        wide = _whole_decades(*ends) if axis.log else _whole_steps(*ends)
        ends = (wide[0] if low is None else ends[0], wide[1] if high is None else ends[1])
    return Scale(*ends, axis.log)


def _end(limit: float | None, log: bool) -> float | None:
    if limit is None or not isfinite(limit) or (log and limit <= 0):
        return None
    return log10(limit) if log else float(limit)


def _reach(drawn: Sequence[float], log: bool) -> tuple[float, float]:
    if not drawn:
        return (0.0, 1.0)
    low, high = min(drawn), max(drawn)
    if high - low > _FLAT * max(abs(low), abs(high)):
        return low, high
    room = 0.5 if log else abs(low) / 2 or 1.0
    return max(-LARGEST, low - room), min(LARGEST, high + room)


def ordered(low: float, high: float, low_is_given: bool = True) -> tuple[float, float]:
    """The ends as they are; where one is given and every number lies beyond it, room on its other side."""
    if low < high:
        return low, high
    if low_is_given:
        return (low, low + max(1.0, abs(low))) if low < LARGEST / 2 else (low / 2, low)
    return (high - max(1.0, abs(high)), high) if high > -LARGEST / 2 else (high, high / 2)


def _whole_decades(low: float, high: float) -> tuple[float, float]:
    first, last = floor(low + float(_NEARLY)), ceil(high - float(_NEARLY))
    return float(first), float(max(last, first + 1))


def _whole_steps(low: float, high: float) -> tuple[float, float]:
    step = _step(low, high, 5)
    first, last = floor(Fraction(low) / step + _NEARLY) * step, ceil(Fraction(high) / step - _NEARLY) * step
    if max(abs(first), abs(last)) > Fraction(LARGEST):
        return low, high
    return float(first), float(last)


def _share(value: float, low: float, high: float) -> float:
    if isinf(high - low) or isinf(value - low):
        value, low, high = value / 4, low / 4, high / 4
    return (value - low) / (high - low)


# -- marks of an axis ------------------------------------------------------------------------------------------------


def ticks(axis: Scale, most: int = 6, whole: bool = False, percent: bool = False) -> list[Tick]:
    """About `most` round numbers on the axis, in steps of 1, 2 or 5 times a power of ten; of decades where it is log.

    whole     nothing between whole numbers is marked, for there is nothing
    percent   shares, written as per cent
    """
    if axis.log and axis.high - axis.low >= 1:
        return _decades(axis, most)
    if axis.log:
        low, high = 10**axis.low, 10**axis.high
        marked = [(number, _written(number, low, high, most)) for number in _multiples(low, high, most)]
        return [Tick(_on_axis(axis, float(number)), text) for number, text in marked]
    step = max(_step(axis.low, axis.high, most), Fraction(1 if whole else 0))
    numbers = _multiples_of(step, axis.low, axis.high)
    texts = _texts(numbers, step, percent)
    return [Tick(_on_axis(axis, float(number)), text) for number, text in zip(numbers, texts, strict=True)]


def _decades(axis: Scale, most: int) -> list[Tick]:
    step = max(Fraction(1), _step(axis.low, axis.high, most))
    exponents = [int(number) for number in _multiples_of(step, axis.low, axis.high)]
    return [Tick(min(1.0, max(0.0, _share(e, axis.low, axis.high))), power_of_ten(e)) for e in exponents]


def _multiples(low: float, high: float, most: int) -> list[Fraction]:
    return _multiples_of(_step(low, high, most), low, high)


def _written(number: Fraction, low: float, high: float, most: int) -> str:
    return _texts([number], _step(low, high, most), percent=False)[0]


def _on_axis(axis: Scale, value: float) -> float:
    return min(1.0, max(0.0, axis.place(value)))


def _multiples_of(step: Fraction, low: float, high: float) -> list[Fraction]:
    """Each a float of its own: where the step is finer than floats are, there are fewer."""
    first, last = ceil(Fraction(low) / step - _NEARLY), floor(Fraction(high) / step + _NEARLY)
    numbers = [number * step for number in range(first, last + 1) if abs(number * step) <= Fraction(LARGEST)]
    return list({float(number): number for number in reversed(numbers)}.values())[::-1]


def _step(low: float, high: float, most: int) -> Fraction:
    """The smallest of 1, 2 and 5 times a power of ten that fits at most `most` times."""
    least = (Fraction(high) - Fraction(low)) / most
    power = Fraction(10) ** _exponent(least)
    return next(digit * power for digit in (1, 2, 5, 10) if digit * power >= least * (1 - _NEARLY))


def _exponent(number: Fraction) -> int:
    """The power of ten of a positive number, which may be beyond every float."""
    guess = len(str(number.numerator)) - len(str(number.denominator))
    return guess if Fraction(10) ** guess <= number else guess - 1


def _texts(numbers: Sequence[Fraction], step: Fraction, percent: bool) -> list[str]:
    """All with as many decimals as the step has; all in powers of ten where the largest is far from 1."""
    if percent:
        numbers, step = [100 * number for number in numbers], 100 * step
    largest = max(map(abs, numbers), default=Fraction(0))
    finest = _exponent(step)
    unit = " %" if percent else ""
    if not largest or _exponent(largest) in _POSITIONAL:
        return [_signed(_fixed(number, max(0, -finest))) + unit for number in numbers]
    return [_scientific(number, max(0, _exponent(abs(number)) - finest) if number else 0) + unit for number in numbers]


def _fixed(number: Fraction, decimals: int) -> str:
    """Exact rounding of an exact number: no float between."""
    units = round(number * 10**decimals)
    digits = str(abs(units)).rjust(decimals + 1, "0")
    cut = len(digits) - decimals
    return ("-" if units < 0 else "") + digits[:cut] + ("." + digits[cut:] if decimals else "")


def _scientific(number: Fraction, decimals: int) -> str:
    if not number:
        return "0"
    exponent = _exponent(abs(number))
    mantissa = _fixed(number / Fraction(10) ** exponent, decimals)
    return f"{_signed(_bare(mantissa))}·{power_of_ten(exponent)}"


# -- numbers as text -------------------------------------------------------------------------------------------------


def power_of_ten(exponent: int) -> str:
    """10⁻³."""
    return "10" + str(exponent).translate(_RAISED)


def number_text(value: float, decimals: int | None = None, percent: bool = False) -> str:
    """Three significant digits, or so many decimals; whole numbers below a million as they are; NaN is a dash."""
    if isnan(value):
        return ABSENT
    if isinf(value):
        return "∞" if value > 0 else "−∞"
    if percent:
        return f"{_percent(value, decimals)} %"
    if decimals is not None and abs(value) < 10**6:
        return _signed(f"{value:.{decimals}f}")
    if value == int(value) and abs(value) < 10**6:
        return _signed(str(int(value)))
    return _digits(value, 3, _bare)


def number_texts(values: Sequence[float]) -> list[str]:
    """Numbers that stand together: whole ones as they are, others all with three digits, zeros at the end included."""
    if all(value == round(value) for value in values if isfinite(value)):
        return [number_text(value) for value in values]
    return [significant(value) for value in values]


def significant(value: float, digits: int = 3) -> str:
    """So many digits that count, zeros at the end included."""
    return _digits(value, digits, str) if isfinite(value) and value else number_text(value)


def _percent(value: float, decimals: int | None) -> str:
    """Whole per cent, unless that would call a little nothing or nearly everything all."""
    hundred = min(100 * value, LARGEST) if value > 0 else max(100 * value, -LARGEST)
    if decimals is None:
        decimals = 1 if hundred not in {0, 100} and round(hundred) in {0, 100} else 0
    return number_text(hundred, decimals)


def _digits(value: float, digits: int, kept: Callable[[str], str]) -> str:
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    power = int(exponent)
    if power in _POSITIONAL or 0 <= power < digits:
        return _signed(kept(f"{value:.{max(0, digits - 1 - power)}f}"))
    return f"{_signed(kept(mantissa))}·{power_of_ten(power)}"


def _bare(text: str) -> str:
    """Without zeros at the end."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _signed(text: str) -> str:
    """With a true minus; zero has no sign."""
    return text.replace("-", "−") if text.strip("-0.") else text.replace("-", "")


# -- which numbers are told ------------------------------------------------------------------------------------------


def told_places(x: Sequence[float], told_at: Sequence[float] = (), count: int = 5) -> list[int]:
    """Indices of the x whose numbers stand below a chart: the nearest to each of `told_at`, or evenly spread ones."""
    there = [index for index, value in enumerate(x) if isfinite(value)]
    if not there:
        return []
    if told_at:
        nearest = [min(there, key=lambda index: abs(x[index] - at)) for at in told_at if isfinite(at)]
    else:
        nearest = [there[round(part * (len(there) - 1) / (count - 1))] for part in range(count)]
    return list(dict.fromkeys(nearest))
