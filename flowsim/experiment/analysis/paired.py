"""Replications side by side: the values of an experiment as one array, and what differences between them are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr

from flowsim.measures.statistics import half_width, interval

_ROUNDING = 1e-12  # relative: what is smaller comes from sums of floats, not from the city
_KEYS = ["scenario", "replication", "measure"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cube:
    """All values of an experiment.

    Attributes
    ----------
    scenarios, measures : list of str
        In the order in which they come.
    values : numpy.ndarray of float, shape (scenarios, measures, replications)
        NaN is undefined, or missing because the run failed. The same index of the last axis is the same replication,
        and so the same patients.
    counted : numpy.ndarray of bool, shape (scenarios, measures)
        Whether the scenario has the measure at all, be it undefined.
    """

    scenarios: list[str]
    measures: list[str]
    values: Floats
    counted: NDArray[np.bool_]

    def of(self, scenarios: Sequence[str]) -> Floats:
        """Return the values of some scenarios in that order; NaN of those that have none."""
        nothing = np.full((1, *self.values.shape[1:]), np.nan)
        index = [self.scenarios.index(name) if name in self.scenarios else -1 for name in scenarios]
        return np.concatenate([self.values, nothing])[index]


def distinct(replications: pd.DataFrame) -> pd.DataFrame:
    """Return replications without rows that stand there twice.

    Raises
    ------
    ValueError
        If a scenario, replication and measure has two different values.
    """
    once = replications.drop_duplicates([*_KEYS, "value"])
    twice = once[once.duplicated(_KEYS)]
    if len(twice):
        raise ValueError(f"two different values of one replication: {twice.iloc[0].to_dict()}")
    return once


def cube(replications: pd.DataFrame) -> Cube:
    """Put replications (``scenario``, ``replication``, ``measure``, ``value``; no row twice) side by side."""
    codes, names = zip(*(pd.factorize(replications[key]) for key in _KEYS), strict=True)
    scenario, replication, measure = codes
    scenarios, numbers, measures = names
    values = np.full((len(scenarios), len(measures), len(numbers)), np.nan)
    values[scenario, measure, replication] = replications["value"].to_numpy(dtype=float)
    counted = np.zeros(values.shape[:2], dtype=bool)
    counted[scenario, measure] = True
    return Cube(list(scenarios), list(measures), values, counted)


@dataclass(frozen=True)
class Estimate:
    """Means over replications with 95% intervals; arrays of one shape.

    Attributes
    ----------
    mean, low, high : numpy.ndarray of float
        The mean and its interval, by Student's t; NaN where there are no values, or fewer than two. See `within` for
        intervals that stay within what is possible.
    sd : numpy.ndarray of float
        Standard deviation of the values.
    p_value : numpy.ndarray of float
        Of the mean being 0, two-sided. Without any variance it is 1 if the mean is 0 and else 0.
    n : numpy.ndarray of int
        How many values there were.
    """

    mean: Floats
    low: Floats
    high: Floats
    sd: Floats
    p_value: Floats
    n: NDArray[np.int_]

    @property
    def half_width(self) -> Floats:
        """Half of the width of the interval before anything was cut off; NaN where there is none."""
        return half_width(self.sd, self.n)

    def within(self, lowest: ArrayLike, highest: ArrayLike) -> Estimate:
        """Return the same with intervals cut off at what is possible; see `flowsim.measures.statistics`."""
        low, high = interval(self.mean, self.half_width, lowest, highest)
        return replace(self, low=low, high=high)


def paired_difference(ours: Floats, theirs: Floats, lowest: ArrayLike, highest: ArrayLike) -> Estimate:
    """Estimate `ours` minus `theirs`, replication by replication.

    The interval goes no further than the measure can: of a share from -1 to 1, and never so far that `ours` would be
    less than the lowest possible value even if `theirs` were at the upper end of its own 95% interval (or above the
    highest if it were at the lower end).

    Parameters
    ----------
    ours, theirs : numpy.ndarray of float, shape (..., replications)
        NaN is undefined or missing; a replication counts where both are there.
    lowest, highest : array_like, shape (...)
        The lowest and the highest possible value of the measure; infinite if there is none.
    """
    differences = ours - theirs
    found = estimate(differences, np.maximum(moments(np.abs(ours))[0], moments(np.abs(theirs))[0]))
    mean, variance, n = moments(np.where(np.isnan(differences), np.nan, theirs))
    low, high = interval(mean, half_width(np.sqrt(variance), n), lowest, highest)
    return found.within(np.asarray(lowest) - high, np.asarray(highest) - low)


def estimate(differences: Floats, scale: ArrayLike) -> Estimate:
    """Estimate the mean of differences over their last axis (replications); NaN is left out.

    Parameters
    ----------
    differences : numpy.ndarray of float, shape (..., replications)
        One each replication.
    scale : array_like, shape (...)
        How large the values are that were subtracted, so that rounding is not taken for a difference.
    """
    mean, variance, n = moments(differences)
    sd = np.sqrt(variance)
    rounding = _ROUNDING * np.asarray(scale, dtype=float)
    mean = np.where(np.abs(mean) <= rounding, 0.0, mean)
    sd = np.where(sd <= rounding, 0.0, sd)
    half = half_width(sd, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(mean) / (sd / np.sqrt(n))
        by_t = 2 * stdtr(np.maximum(n - 1, 1), -t)
    p_value = np.where(sd == 0, np.where(mean == 0, 1.0, 0.0), np.where(n > 1, by_t, np.nan))
    return Estimate(mean, mean - half, mean + half, sd, p_value, n)


def moments(values: Floats) -> tuple[Floats, Floats, NDArray[np.int_]]:
    """Return mean, variance (n - 1 in the denominator) and number of values over the last axis; NaN is left out."""
    n = (~np.isnan(values)).sum(axis=-1)
    mean = np.where(n > 0, np.nansum(values, axis=-1) / np.maximum(n, 1), np.nan)
    squares = np.nansum((values - mean[..., None]) ** 2, axis=-1)
    return mean, np.where(n > 1, squares / np.maximum(n - 1, 1), np.nan), n


def holm(p_values: ArrayLike) -> Floats:
    """Adjust the p-values of one family of comparisons by Holm's step-down method; NaN is no member and stays.

    Source: S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6,
    1979.
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)[: np.count_nonzero(~np.isnan(p))]  # NaN sorts last
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(order.size, 0, -1)))
    return adjusted


def holm_by_column(p_values: Floats) -> Floats:
    """Adjust every column of a table of p-values by itself; see `holm`."""
    return np.apply_along_axis(holm, 0, p_values) if p_values.size else p_values
