"""Bounds of means and shares that hold with a given certainty, from the values of independent replications.

**The unit is the replication.** Days of one simulated year are alike, so a share of days is not a number of independent
trials. Each year gives one share; how much these differ says how many independent trials they are worth (the effective
number), and the exact bounds of that many trials are right near 0 and 1, where Student's t is not. Where all years are
the same, they say nothing of how they differ, and the bounds are those of as many trials as there are years: a mean of
values from 0 to 1 never varies more than that.

**One side or two.** A goal has one limit, so it is met with 95% certainty if a bound that is wrong in 5% of cases on
its side meets it (``sides=1``). An interval that is wrong in 5% of cases, both sides together, has ``sides=2``.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri, stdtrit

Floats = NDArray[np.float64]
Sides = Literal[1, 2]


def exact_bounds(met: ArrayLike, n: ArrayLike, certainty: float, sides: Sides = 1) -> tuple[Floats, Floats]:
    """Return the exact bounds of a share: `met` of `n` independent trials.

    Source: C. Clopper and E. Pearson, The use of confidence or fiducial limits illustrated in the case of the binomial,
    Biometrika 26, 1934. Ten of ten is compatible with 69%, with two sides at 95%. NaN without trials.

    Parameters
    ----------
    met, n : array_like
        How many trials were met, of how many; no whole numbers for an effective number of trials.
    certainty : float
        How often the bounds hold, above 0.5 and below 1.
    sides : {1, 2}
        Whether each bound holds so often, or both together.

    Returns
    -------
    low, high : numpy.ndarray of float
    """
    met, n = np.broadcast_arrays(np.asarray(met, dtype=np.float64), np.asarray(n, dtype=np.float64))
    tail = (1 - certainty) / sides
    there, some, not_all = n > 0, np.maximum(met, 1e-300), np.maximum(n - met, 1e-300)
    low = np.where(met > 0, betaincinv(some, n - met + 1, tail), 0.0)
    high = np.where(met < n, betaincinv(met + 1, not_all, 1 - tail), 1.0)
    return np.where(there, low, np.nan), np.where(there, high, np.nan)


def mean_bounds(
    values: ArrayLike, certainty: float, lowest: float = -np.inf, highest: float = np.inf, sides: Sides = 1
) -> tuple[Floats, Floats]:
    """Return the bounds of a mean by Student's t, within what is possible; NaN with fewer than two values.

    Parameters
    ----------
    values : array_like, shape (..., replications)
        Of independent replications.
    certainty, sides
        As in `exact_bounds`.
    lowest, highest : float
        What is possible.

    Returns
    -------
    low, high : numpy.ndarray of float, shape (...)
    """
    values = np.asarray(values, dtype=np.float64)
    n = values.shape[-1]
    mean = values.mean(axis=-1) if n else np.full(values.shape[:-1], np.nan)
    if n < 2:
        return np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    half = stdtrit(n - 1, 1 - (1 - certainty) / sides) * values.std(axis=-1, ddof=1) / np.sqrt(n)
    return np.minimum(np.maximum(mean - half, lowest), mean), np.maximum(np.minimum(mean + half, highest), mean)


def share_bounds(values: ArrayLike, certainty: float, sides: Sides = 1) -> tuple[Floats, Floats]:
    """Return the bounds of the mean of shares, such as the share of days above a level in each of some years.

    They are the exact bounds of the effective number of trials, see `_worth`. The degrees of freedom are one less than
    the number of years over which the days above the level (or those below it, if these are fewer years) are spread,
    counted as L. Kish counts unequal weights (Survey Sampling, 1965): where one bad winter has nearly all of them, the
    spread is known from one winter.

    Parameters
    ----------
    values : array_like, shape (..., replications)
        Shares, 0 to 1, of independent replications.
    certainty, sides
        As in `exact_bounds`.

    Returns
    -------
    low, high : numpy.ndarray of float, shape (...)
        NaN without a value.
    """
    values = np.asarray(values, dtype=np.float64)
    n = values.shape[-1]
    if n == 0:
        return np.full(values.shape[:-1], np.nan), np.full(values.shape[:-1], np.nan)
    share, worth = values.mean(axis=-1), np.full(values.shape[:-1], float(n))
    if n > 1:
        variance, point = values.var(axis=-1, ddof=1) / n, 1 - (1 - certainty) / sides
        degrees = np.clip(np.minimum(_spread_over(values), _spread_over(1 - values)) - 1, 1, n - 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            effective = _worth(share, variance, float(ndtri(point)), stdtrit(degrees, point))
        worth = np.where((share > 0) & (share < 1) & (variance > 0), np.maximum(effective, n), worth)
    return exact_bounds(share * worth, worth, certainty, sides)


def grouped_bounds(
    met: NDArray[np.bool_], group: NDArray[np.integer], certainty: float, sides: Sides = 1
) -> tuple[float, float]:
    """Return the bounds of the share of trials that are met, where those of a group are not independent.

    They are the exact bounds of the effective number of trials, see `_worth`; where all are met or none, which says
    nothing about it, it is the number of groups.

    Parameters
    ----------
    met : numpy.ndarray of bool
        Whether each trial is met.
    group : numpy.ndarray of int
        Of each trial: the member of an ensemble whose year it is, say.
    certainty, sides
        As in `exact_bounds`.
    """
    n = float(met.size)
    if n == 0:
        return np.nan, np.nan
    share, point = float(met.mean()), 1 - (1 - certainty) / sides
    shares = np.array([met[group == one].mean() for one in np.unique(group)])
    worth = float(shares.size)
    if 0 < share < 1 and shares.size > 1:
        variance = shares.var(ddof=1) / shares.size
        points = stdtrit([n - 1, shares.size - 1], point)
        worth = min(n, float(_worth(share, variance, *points))) if variance > 0 else n
    low, high = exact_bounds(share * worth, worth, certainty, sides)
    return float(low), float(high)


def _worth(share: Any, variance: Any, as_sure: float, point: Any) -> Any:
    """Return how many independent trials a share is worth, of which the mean has this variance.

    Source: E. Korn and B. Graubard, Confidence intervals for proportions with small expected number of positive counts
    estimated from survey data, Survey Methodology 24, 1998.

    Parameters
    ----------
    share, variance : float or numpy.ndarray
        A mean of shares, and its variance.
    as_sure, point : float or numpy.ndarray
        The points of the distributions of a mean of independent trials, and of this one with its degrees of freedom.
    """
    return share * (1 - share) / variance * (as_sure / point) ** 2


def _spread_over(values: Floats) -> Floats:
    """Return over how many values their sum is spread: all of them if they are equal, 1 if one has it all."""
    squares = (values**2).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(squares > 0, values.sum(axis=-1) ** 2 / squares, np.inf)
    return found
