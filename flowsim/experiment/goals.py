"""Goals: what a measure is to reach. In an experiment file they stand under `targets`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator

from scipy.special import stdtrit

from flowsim.config.types import Section


@dataclass(frozen=True)
class GoalVerdict:
    """Stand-in of the branch of goals."""

    verdict: str
    estimate: float
    low: float
    high: float


class Goal(Section):
    """What a measure is to reach: at most or at least a value."""

    at_most: float | None = None
    """The highest value that meets it."""
    at_least: float | None = None
    """The lowest value that meets it."""
    source: str = ""
    """Where it comes from."""

    @model_validator(mode="after")
    def _one_bound(self) -> Goal:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("a target has either at_most or at_least")
        return self

    @property
    def limit(self) -> float:
        """The value that is just enough."""
        return next(bound for bound in (self.at_most, self.at_least) if bound is not None)

    @property
    def in_words(self) -> str:
        """The goal in words, such as ``at most 50``."""
        return f"{'at least' if self.at_most is None else 'at most'} {self.limit:.15g}"

    def met_by(self, values: ArrayLike) -> NDArray[np.bool_]:
        """Return which values meet it; NaN does not."""
        found = np.asarray(values, dtype=float)
        return np.asarray(found >= self.limit if self.at_most is None else found <= self.limit)

    def verdict(self, values: ArrayLike, certainty: float) -> GoalVerdict:
        """Stand-in of the branch of goals: Student's t, one-sided."""
        found = np.asarray(values, dtype=float)
        found = found[~np.isnan(found)]
        if found.size < 2:
            return GoalVerdict("undecided", float("nan"), float("nan"), float("nan"))
        mean = float(found.mean())
        half = float(stdtrit(found.size - 1, certainty) * found.std(ddof=1) / np.sqrt(found.size))
        low, high = mean - half, mean + half
        worst, best = (low, high) if self.at_most is None else (high, low)
        word = "enough" if self.met_by(worst) else "undecided" if self.met_by(best) else "not enough"
        return GoalVerdict(word, mean, low, high)
