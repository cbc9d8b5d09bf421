"""How likely points are enough that were not tried: a surrogate of each goal's measure over the lattice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from flowsim.experiment.goals import Goal
from flowsim.experiment.search.contest import levels
from flowsim.experiment.search.goal_looks import GoalLooks
from flowsim.experiment.search.surrogate import Floats, Surrogate

_CLIP = 0.005
_ERROR_AT_LEAST = 1e-4


@dataclass(frozen=True)
class GoalSurface:
    """The margin by which each goal is met at each point: its expected value, and how sure that is.

    Attributes
    ----------
    margin, sd : numpy.ndarray of float, shape (goals, points)
        Above 0 is met.
    spread : numpy.ndarray of float, shape (goals,)
        Standard deviation of the margin in one replication.
    """

    margin: Floats
    sd: Floats
    spread: Floats

    @classmethod
    def fit(cls, points: NDArray[np.int_], values: Mapping[int, Floats], looks: GoalLooks) -> GoalSurface:
        """Fit the surface of each goal to what was tried.

        Parameters
        ----------
        points : numpy.ndarray of int, shape (points, axes)
            The lattice.
        values : mapping of int to numpy.ndarray of float, shape (goals, replications)
            Of the points that were tried, by row.
        looks : GoalLooks
            The goals.
        """
        at = points / np.maximum(points.max(axis=0), 1)
        rows = np.array(list(values))
        most = max(found.shape[1] for found in values.values())
        margins, sds, spreads = [], [], []
        for number, goal in enumerate(looks.goals):
            table = np.full((len(rows), most), np.nan)
            for i, found in enumerate(values.values()):
                table[i, : found.shape[1]] = found[number]
            there = ~np.isnan(table).all(axis=1)
            level, error = levels(table[there])
            margin, slope = _margin(goal, level)
            n = (~np.isnan(table[there])).sum(axis=1)
            error = np.maximum(error * slope**2, (_ERROR_AT_LEAST * (np.ptp(margin) or 1.0)) ** 2)
            surface = Surrogate.fit(at[rows[there]], margin, error)
            margins.append(surface.mean(at))
            sds.append(np.sqrt(surface.variance(at)))
            spreads.append(float(np.sqrt(np.median(error * n))))
        return cls(np.array(margins), np.array(sds), np.array(spreads))

    def likely_enough(self, rows: NDArray[np.int_]) -> NDArray[np.bool_]:
        """Return which points are more likely enough than not."""
        return np.asarray((self.margin[:, rows] > 0.0).all(axis=0))

    def chances(self, rows: NDArray[np.int_], sizes: NDArray[np.int_], critical: float) -> tuple[Floats, Floats]:
        """Return how likely looks will find points enough, and not enough.

        Parameters
        ----------
        rows, sizes : numpy.ndarray of int
            The points, and with how many replications they are looked at.
        critical : float
            How many standard errors a mean must be away from the limit.
        """
        error = self.spread[:, None] / np.sqrt(sizes)
        total = np.hypot(self.sd[:, rows], error)
        enough = ndtr((self.margin[:, rows] - critical * error) / total).min(axis=0)
        not_enough = ndtr((-self.margin[:, rows] - critical * error) / total).max(axis=0)
        return enough, not_enough


def _margin(goal: Goal, level: Floats) -> tuple[Floats, Floats]:
    """Return by how much means meet a goal, on a scale on which they are nearly straight, and the slope of that scale.

    A share is seen on the scale of log odds, and what is above 0 on that of logarithms: close to a floor, a step more
    gains less and less.
    """
    sign = 1.0 if goal.at_least is None else -1.0
    if (level >= 0.0).all() and (level <= 1.0).all() and 0.0 <= goal.limit <= 1.0:
        inside, limit = np.clip(level, _CLIP, 1.0 - _CLIP), float(np.clip(goal.limit, _CLIP, 1.0 - _CLIP))
        odds, at_limit = np.log(inside / (1.0 - inside)), np.log(limit / (1.0 - limit))
        return sign * (at_limit - odds), 1.0 / (inside * (1.0 - inside))
    if (level > 0.0).all() and goal.limit > 0.0:
        return sign * (np.log(goal.limit) - np.log(level)), 1.0 / level
    return sign * (goal.limit - level), np.ones_like(level)
