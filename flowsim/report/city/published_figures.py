"""What was simulated beside what was published: how far apart they are, and what to call it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from flowsim.measures.statistics import CLOSE, FAIR, off_target
from flowsim.report.labels import DASH, number, percent_change

AMBITION = "ambition"
SYMBOLS = {"met": "●", "near": "○", "far": "◆", "unknown": DASH}


@dataclass(frozen=True)
class Comparison:
    """A measure and its target.

    Attributes
    ----------
    measure, unit : str
        As in the summary.
    mean, ci_low, ci_high : float
        What was simulated, and its confidence interval (NaN if there is none).
    low, high : float
        The target: a range, or a value if both are the same.
    source : str
        Where the target comes from.
    """

    measure: str
    unit: str
    mean: float
    ci_low: float
    ci_high: float
    low: float
    high: float
    source: str

    @property
    def is_range(self) -> bool:
        """Whether the target is a range."""
        return self.low != self.high

    @property
    def is_ambition(self) -> bool:
        """Whether the target is what the city aims at and not what it had: its source says so."""
        return AMBITION in self.source.lower()

    def relative(self, value: float) -> float:
        """Return how far a value is from the target, or from the middle of a range, as a share of it: to be drawn."""
        middle = (self.low + self.high) / 2
        return (value - middle) / abs(middle) if middle else math.nan

    @property
    def grade(self) -> str:
        """How good it is: ``met`` (within 5%, or in range), ``near`` (within 20%), ``far`` or ``unknown``."""
        if not math.isfinite(self.mean):
            return "unknown"
        if self.is_ambition:
            return "met" if self.mean <= self.high else "far"
        off = abs(off_target(self.mean, self.low, self.high))
        close, fair = (0.0, 0.0) if self.is_range else (CLOSE, FAIR)
        if off <= close:
            return "met"
        return "near" if off <= fair else "far"

    @property
    def verdict(self) -> str:
        """The grade in words."""
        grade = self.grade
        if grade == "unknown":
            return "not measured"
        if self.is_ambition:
            return "ambition met" if grade == "met" else "above the ambition"
        if self.is_range:
            return "in range" if grade == "met" else "out of range"
        return {"met": "within 5%", "near": "within 20%", "far": "outside 20%"}[grade]

    @property
    def difference(self) -> str:
        """How far it is from the target, in print: in per cent of a value, in its unit from the end of a range."""
        if not self.is_range:
            return percent_change(off_target(self.mean, self.low, self.high))
        if self.grade != "far":
            return "none" if self.grade == "met" else DASH
        below = self.mean < self.low
        gap = self.low - self.mean if below else self.mean - self.high
        text = f"{100 * gap:.1f} points" if self.unit == "share" else number(gap, self.unit)
        return f"{text} {'below' if below else 'above'}"

    @property
    def target(self) -> str:
        """The target in print."""
        low, high = number(self.low, self.unit), number(self.high, self.unit)
        return f"{low} to {high}" if self.is_range else low


def comparisons(summary: pd.DataFrame) -> list[Comparison]:
    """Return the rows of a summary that have a target, in its order."""
    rows = summary[summary["target_low"].notna() & summary["target_high"].notna()]
    return [
        Comparison(
            row.measure,
            row.unit,
            row.mean,
            row.ci_low,
            row.ci_high,
            row.target_low,
            row.target_high,
            row.target_source if isinstance(row.target_source, str) else "",
        )
        for row in rows.itertuples()
    ]


def score(rows: Iterable[Comparison]) -> str:
    """Say in words how many targets are met; ambitions do not count."""
    grades = [row.grade for row in rows if not row.is_ambition]
    if not grades:
        return ""
    said = {
        "met": "within 5% or in its range",
        "near": "within 20%",
        "far": "further away",
        "unknown": "not measured",
    }
    if set(grades) == {"met"}:
        return f"The simulation has every one of the {len(grades)} published figures {said['met']}."
    parts = [f"{grades.count(grade)} {words}" for grade, words in said.items() if grade in grades]
    listed = " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)
    return f"Of {len(grades)} published figures the simulation has {listed}."
