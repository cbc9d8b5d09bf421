"""Goals: what a measure is to reach. In an experiment file they stand under `targets`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, PrivateAttr, model_validator

from flowsim.config.types import Section, Unit
from flowsim.measures.catalogue import limits
from flowsim.measures.confidence import exact_bounds, grouped_bounds, mean_bounds, share_bounds

CERTAINTY = 0.95

Verdict = Literal["enough", "not enough", "undecided"]
ENOUGH: Verdict = "enough"
NOT_ENOUGH: Verdict = "not enough"
UNDECIDED: Verdict = "undecided"


@dataclass(frozen=True)
class GoalVerdict:
    """What some replications say of a goal.

    Attributes
    ----------
    verdict : {"enough", "not enough", "undecided"}
        Whether the goal is met, or missed, with the certainty that is asked for.
    estimate : float
        The mean of the measure, or the share of years in which it meets its limit; NaN without a value.
    low, high : float
        Its one-sided bounds: either holds with that certainty. NaN if there are too few values for a bound.
    """

    verdict: Verdict
    estimate: float
    low: float
    high: float


class Goal(Section):
    """What a measure is to reach: at most or at least a value, on average or in a share of years."""

    at_most: float | None = None
    """The highest value that meets it."""
    at_least: float | None = None
    """The lowest value that meets it."""
    in_share_of_years: Annotated[float, Field(gt=0, lt=1), Unit("share")] | None = None
    """The least share of years that are to meet it; without it, it is the mean over years that is to."""
    certainty: Annotated[float, Field(gt=0.5, lt=1), Unit("share")] = CERTAINTY
    """How sure one must be to say that the goal is met, or missed."""
    source: str = ""
    """Where it comes from."""

    _measure: str = PrivateAttr(default="")

    @model_validator(mode="after")
    def _one_bound(self) -> Goal:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("a target has either at_most or at_least")
        return self

    def __eq__(self, other: object) -> bool:
        """Whether both say the same, of whichever measure."""
        return isinstance(other, Goal) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]

    def of(self, measure: str) -> Goal:
        """Return the same goal, which knows of which measure it is: so it knows which values are possible."""
        goal = self.model_copy()
        goal._measure = measure
        return goal

    @property
    def limit(self) -> float:
        """The value that is just enough."""
        return next(bound for bound in (self.at_most, self.at_least) if bound is not None)

    @property
    def in_words(self) -> str:
        """The goal in words, such as ``at most 50``."""
        often = "" if self.in_share_of_years is None else f" in at least {100 * self.in_share_of_years:.15g}% of years"
        return f"{'at least' if self.at_most is None else 'at most'} {self.limit:.15g}{often}"

    def met_by(self, values: ArrayLike) -> NDArray[np.bool_]:
        """Return which values are within its limit; NaN is not."""
        found = np.asarray(values, dtype=float)
        return np.asarray(found >= self.limit if self.at_most is None else found <= self.limit)

    def meets(self, estimate: float) -> bool:
        """Return whether an estimate, of the mean or of the share of years, meets it; NaN does not."""
        if self.in_share_of_years is not None:
            return bool(estimate >= self.in_share_of_years)
        return bool(self.met_by(estimate))

    def verdict(
        self, values: ArrayLike, certainty: float | None = None, group: NDArray[np.integer] | None = None
    ) -> GoalVerdict:
        """Return what the values of replications say of it.

        The bounds of a mean are those of Student's t, within what is possible; those of a share of days, or of people,
        are right near 0 and 1 (`flowsim.measures.confidence.share_bounds`), if the goal knows of which measure it is
        (`of`; the goals of an experiment do); those of a share of years are exact (C. Clopper and E. Pearson).

        Parameters
        ----------
        values : array_like, shape (replications,)
            One value of each independent replication. NaN is undefined, and left out.
        certainty : float, optional
            Instead of its own: above 0.5 and below 1.
        group : numpy.ndarray of int, shape (replications,), optional
            Of which member of an ensemble each replication is, if those of one member are not independent.

        Returns
        -------
        GoalVerdict
            With its bounds, each of which holds with this certainty.
        """
        found = np.asarray(values, dtype=np.float64)
        there = ~np.isnan(found)
        found, of_group = found[there], None if group is None else group[there]
        sure = self.certainty if certainty is None else certainty
        if found.size == 0:
            return GoalVerdict(UNDECIDED, np.nan, np.nan, np.nan)
        if self.in_share_of_years is not None:
            met = self.met_by(found)
            ends = exact_bounds(met.sum(), met.size, sure) if of_group is None else grouped_bounds(met, of_group, sure)
            return self._judged(float(met.mean()), *ends)
        if of_group is not None:
            found = np.array([found[of_group == one].mean() for one in np.unique(of_group)])
        lowest, highest = limits([self._measure]) if self._measure else ([-np.inf], [np.inf])
        is_share = (lowest[0], highest[0]) == (0.0, 1.0)
        ends = share_bounds(found, sure) if is_share else mean_bounds(found, sure, lowest[0], highest[0])
        return self._judged(float(found.mean()), *ends)

    def _judged(self, estimate: float, low: Any, high: Any) -> GoalVerdict:
        """Return a verdict: it is sure where the bounds on either side say the same."""
        met = [self.meets(float(end)) for end in (low, high)]
        if np.isnan(low) or np.isnan(high) or met[0] != met[1]:
            return GoalVerdict(UNDECIDED, estimate, float(low), float(high))
        return GoalVerdict(ENOUGH if met[0] else NOT_ENOUGH, estimate, float(low), float(high))
