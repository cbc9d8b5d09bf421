"""What was simulated and what was published: how far apart they are, in print."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from flowsim.measures.verdict import Grade, grade, is_ambition, off_target, verdict
from flowsim.report.labels import DASH, number, percent_change


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
        return is_ambition(self.source)

    def relative(self, value: float) -> float:
        """Return how far a value is from the target, or from the middle of a range, as a share of it: to be drawn."""
        middle = (self.low + self.high) / 2
        return (value - middle) / abs(middle) if middle else math.nan

    @property
    def grade(self) -> Grade:
        """How good it is: see `flowsim.measures.verdict.grade`."""
        return grade(self.mean, self.low, self.high, self.source)

    @property
    def verdict(self) -> str:
        """The grade in words."""
        return verdict(self.mean, self.low, self.high, self.source)

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
    words: dict[Grade, str] = {
        "met": "within 5% or in its range",
        "near": "within 20%",
        "far": "further away",
        "unknown": "not measured",
    }
    if set(grades) == {"met"}:
        return f"The simulation has every one of the {len(grades)} published figures {words['met']}."
    parts = [f"{grades.count(each)} {text}" for each, text in words.items() if each in grades]
    listed = " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)
    return f"Of {len(grades)} published figures the simulation has {listed}."
