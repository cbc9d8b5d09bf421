"""Differences between scenarios: how large and how clear they are, in numbers and in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from flowsim.report.figures.figure_data import Estimate, Row
from flowsim.report.labels import DASH, MINUS, number, people

_COUNTED = ("patients", "people", "spells", "days", "days per 100,000", "patients per 100,000")
_PEOPLE = ("patients", "people", "spells")
_THOUSANDS = 10_000
_POINTS, _MILLION = " points", " million"
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Difference:
    """How a scenario differs from another one in a measure.

    Attributes
    ----------
    value, low, high : float
        Mean of the paired differences, and its 95% interval (NaN if there is none).
    p_holm : float
        Probability of such a difference if there were none, adjusted for the number of scenarios that are compared.
    gain : float
        How many times narrower the interval is than it would be if each scenario had patients of its own.
    better : int
        1 if more of the measure is better, -1 if less is, 0 if it depends.
    """

    value: float
    low: float
    high: float
    p_holm: float
    gain: float
    better: int

    @property
    def has_interval(self) -> bool:
        """Whether there is an interval: it takes two replications."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def is_nothing(self) -> bool:
        """Whether the runs are equal in it, all of them: the change does not reach this measure at all."""
        return self.value == 0 and not (self.low < 0 or self.high > 0)

    @property
    def clear(self) -> bool:
        """Whether it is clear of chance: its interval excludes 0, also after adjusting for multiple comparisons."""
        if not self.has_interval:
            return False
        return not self.low <= 0 <= self.high and not self.p_holm >= SIGNIFICANT

    @property
    def grade(self) -> str:
        """``better``, ``worse``, ``other`` (clear, but neither), ``unclear``, or ``unknown`` (no interval)."""
        if not self.has_interval:
            return "unknown"
        if not self.clear:
            return "unclear"
        if not self.better:
            return "other"
        return "better" if self.value * self.better > 0 else "worse"


def difference_row(label: str, difference: Difference) -> Row:
    """Return a difference as a row of a figure."""
    return Row(label, Estimate(difference.value, difference.low, difference.high), difference.grade)


def amount(value: float, unit: str) -> str:
    """Return the size of a measure or a difference without its sign; shares are per cent."""
    size = abs(value) if math.isfinite(value) else value
    if unit == "gbp" and _THOUSANDS <= size < 1e6:
        size = round(size, -3)
    return people(size) if unit in _PEOPLE else number(size, unit)


def amount_interval(low: float, high: float, unit: str) -> str:
    """Return the interval of a measure in print, with no more digits than its mean; a dash if there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return DASH
    return _between(*(f"{MINUS if end < 0 else ''}{amount(end, unit)}" for end in (low, high)))


def signed(value: float, unit: str) -> str:
    """Return a difference in print, with its sign; that of a share is in percentage points.

    A difference that rounds to nothing has no sign.
    """
    text = _size(value, unit)
    if text == DASH or _rounds_to_nothing(value, unit):
        return text
    return f"{MINUS if value < 0 else '+'}{text}"


def signed_interval(low: float, high: float, unit: str) -> str:
    """Return the interval of a difference in print; a dash if there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return DASH
    return _between(signed(low, unit), signed(high, unit))


def more_or_less(value: float, unit: str) -> str:
    """Return a difference in words: "68 fewer", "£1.2 million more", "0.5 points higher"."""
    if not math.isfinite(value):
        return DASH
    if _rounds_to_nothing(value, unit):
        return "no difference"
    return f"{_size(value, unit)} {_word(value, unit)}"


def interval_in_words(low: float, high: float, unit: str) -> str:
    """Return the interval of a difference in words: "60 to 76 fewer", "3 fewer to 5 more"; a dash if there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return DASH
    is_nothing = [_rounds_to_nothing(end, unit) for end in (low, high)]
    if all(is_nothing):
        return "no difference"
    if any(is_nothing) or (low < 0) == (high < 0):
        near, far = (_size(end, unit) for end in sorted((low, high), key=abs))
        word = _word(high if is_nothing[0] else low, unit)
        return f"{far if near == far else _between(near, far)} {word}"
    return f"{_size(low, unit)} {_word(low, unit)} to {_size(high, unit)} {_word(high, unit)}"


def _between(low: str, high: str) -> str:
    """Return both ends; a word that both end in stands once."""
    for word in (_POINTS, _MILLION):
        if low.endswith(word) and high.endswith(word):
            return f"{low.removesuffix(word)} to {high}"
    return f"{low} to {high}"


def _rounds_to_nothing(value: float, unit: str) -> bool:
    """Whether a difference is nothing in print."""
    return not any(digit in _size(value, unit) for digit in "123456789")


def _size(value: float, unit: str) -> str:
    if unit == "share" and math.isfinite(value):
        return f"{abs(100 * value):.1f}{_POINTS}"
    return amount(value, unit)


def _word(value: float, unit: str) -> str:
    if unit in _COUNTED:
        return "fewer" if value < 0 else "more"
    if unit == "gbp":
        return "less" if value < 0 else "more"
    return "lower" if value < 0 else "higher"
