"""Comparison with the best: how far each of several points is from the best of the others, all at once.

Intervals are the constrained ones of multiple comparisons with the best (J. Hsu, Simultaneous confidence intervals for
all distances from the best, Annals of Statistics 9, 1981; Constrained simultaneous confidence intervals for multiple
comparisons with the best, Annals of Statistics 12, 1984). All points have the same patients in a replication, so they
are made from paired differences, as B. Nelson and F. Matejcik do (Using common random numbers for indifference-zone
selection and multiple comparisons in simulation, Management Science 41, 1995). Those authors assume that all
differences have one variance (sphericity). Points of a lattice that lie near each other differ by much less than
others, so here each difference has its own variance, and the certainty is shared among them (Bonferroni). That assumes
no more than Student's t does: that differences between replications are independent and about normal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from flowsim.experiment.analysis.paired import Floats, moments


@dataclass(frozen=True)
class WithTheBest:
    """How each point compares with the best of the others.

    Attributes
    ----------
    lead : numpy.ndarray of float, shape (points,)
        Mean minus the mean of the best of the others: positive where a point is better.
    low, high : numpy.ndarray of float, shape (points,)
        The interval of the lead. With the certainty that was asked for, all of them hold at once. They include 0: a
        point whose `high` is 0 is not the best; one whose `low` is 0 is the best, if it is the only one.
    may_be_best : numpy.ndarray of bool, shape (points,)
        The points that cannot be told from the best. With that certainty the best is one of them.
    """

    lead: Floats
    low: Floats
    high: Floats
    may_be_best: NDArray[np.bool_]


def with_the_best(values: Floats, higher: bool, certainty: float) -> WithTheBest:
    """Compare each point with the best of the others.

    Parameters
    ----------
    values : numpy.ndarray of float, shape (..., points, replications)
        The same place of the last axis has the same patients. NaN is missing: a difference counts where both are there.
        Repetitions may stand before the last two axes.
    higher : bool
        Whether more is better.
    certainty : float
        That all intervals hold at once; from 0 to 1.
    """
    better = values if higher else -values
    points = better.shape[-2]
    lead, half = np.zeros((*better.shape[:-2], points, points)), np.zeros((*better.shape[:-2], points, points))
    share = (1.0 - certainty) / max(1, points - 1)
    for i in range(points):
        mean, variance, n = moments(better[..., i : i + 1, :] - better)
        with np.errstate(invalid="ignore", divide="ignore"):
            width = stdtrit(np.maximum(n - 1, 1), 1.0 - share) * np.sqrt(variance / n)
        lead[..., i, :] = np.where(n > 0, mean, 0.0)
        half[..., i, :] = np.where(n > 1, width, np.inf)
    itself = np.eye(points, dtype=bool)
    most = np.where(itself, np.inf, lead + half).min(axis=-1)
    may_be = most > 0
    # A point that ties with all others in every replication may be best too.
    may_be |= np.where(itself, np.inf, lead).min(axis=-1) >= 0
    against = may_be[..., None, :] & ~itself
    least = np.where(against, lead - half, np.inf).min(axis=-1)
    alone = may_be & (may_be.sum(axis=-1, keepdims=True) == 1)
    low = np.where(alone, 0.0, np.minimum(least, 0.0))
    return WithTheBest(np.where(itself, np.inf, lead).min(axis=-1), low, np.maximum(most, 0.0), may_be)
