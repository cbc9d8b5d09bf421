"""Inverse transforms: from a uniform to a value, one for each kind of distribution.

One uniform makes one value, so that a changed parameter moves a patient's value and never reshuffles the patients.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainccinv, gammaincinv, gammaln, ndtr, ndtri

from flowsim.config.types import (
    Distribution,
    Empirical,
    Exponential,
    Fixed,
    Gamma,
    Lognormal,
    Weibull,
)
from flowsim.model.compiled import compiled

Array = NDArray[np.float64]

# The table of a gamma distribution: even steps of the standard normal quantile, beyond the last uniforms below 0 and 1.
_STEPS, _WIDEST = 2048, 8.5
# Of a lower shape the least quantiles are too near 0 for a double, and of a higher one the slopes lose digits.
_LEAST_SHAPE, _MOST_SHAPE = 0.1, 1e4


def inverse(distribution: Distribution, u: Array) -> Array:
    """Return the quantiles of a distribution at the uniforms `u`, in the unit of its parameters."""
    if isinstance(distribution, Fixed):
        return np.full(u.shape, distribution.value)
    if isinstance(distribution, Exponential):
        return -distribution.mean * np.log1p(-u)
    if isinstance(distribution, Lognormal):
        mu, sigma = lognormal_parameters(distribution)
        logarithm: Array = mu + sigma * ndtri(u)
        return np.exp(logarithm)
    if isinstance(distribution, Gamma):
        shape = (distribution.mean / distribution.sd) ** 2
        return _gamma(shape, u) * (distribution.mean / shape)
    if isinstance(distribution, Weibull):
        return distribution.scale * (-np.log1p(-u)) ** (1.0 / distribution.shape)
    return _empirical(distribution, u)


def lognormal_parameters(distribution: Lognormal) -> tuple[float, float]:
    """Return the mean and sd of the logarithm, from mean and sd or from mean and median.

    With mean m and sd s, sigma**2 = ln(1 + (s / m)**2) and mu = ln(m) - sigma**2 / 2; with median d, mu = ln(d) and
    sigma**2 = 2 ln(m / d).
    """
    mean = distribution.mean
    if distribution.sd is not None:
        variance = math.log1p((distribution.sd / mean) ** 2)
        return math.log(mean) - variance / 2.0, math.sqrt(variance)
    assert distribution.median is not None  # the schema takes one of the two
    return math.log(distribution.median), math.sqrt(2.0 * math.log(mean / distribution.median))


def inverse_by(
    distributions: Sequence[Distribution | None], which: NDArray[np.int32] | NDArray[np.bool_], u: Array
) -> Array:
    """Return quantiles where each uniform has the distribution that `which` points at; None gives 0."""
    values = np.zeros(u.shape)
    for index, distribution in enumerate(distributions):
        if distribution is not None:
            of = np.flatnonzero(which == index)
            values[of] = inverse(distribution, u[of])
    return values


def choose(shares: Sequence[float] | Array, u: Array) -> NDArray[np.int32]:
    """Return which of several categories each uniform falls in, given their shares (which sum to 1)."""
    chosen = np.zeros(u.shape, dtype=np.int32)
    for edge in np.cumsum(shares)[:-1]:
        chosen += u >= edge
    return chosen


def choose_by(shares: Array, row: NDArray[np.int32], u: Array) -> NDArray[np.int32]:
    """Return which category each uniform falls in by the shares of its own `row` of a table."""
    chosen = np.zeros(u.shape, dtype=np.int32)
    for edge in np.cumsum(shares, axis=1).T[:-1]:
        chosen += u >= edge.take(row)
    return chosen


def _gamma(shape: float, u: Array) -> Array:
    """Return quantiles of the gamma distribution of that shape and scale 1.

    scipy's inverse takes 400 ns a value, which was two fifths of the time of a whole cohort. The logarithm of the
    quantile is a smooth function of the normal quantile at the same uniform, so a cubic between the entries of a table
    gives the same number but for a share of 3e-11 in the most skewed case (5e-13 where the sd is below the mean): times
    are rounded to a millionth of a day.
    """
    if not _LEAST_SHAPE <= shape <= _MOST_SHAPE:
        values: Array = gammaincinv(shape, u)
        return values
    return np.exp(_between(_gamma_table(shape), (ndtri(u) + _WIDEST) * (_STEPS / (2.0 * _WIDEST))))


@compiled
def _between(cubics: Array, steps: Array) -> Array:
    """Return the value of piecewise cubics, one for each unit step from 0; beyond the ends it is that at the end."""
    values = np.empty(steps.size)
    for i, unbounded in enumerate(steps):
        step = min(max(unbounded, 0.0), float(len(cubics)))
        interval = min(int(step), len(cubics) - 1)
        t = step - interval
        c = cubics[interval]
        values[i] = c[0] + t * (c[1] + t * (c[2] + t * c[3]))
    return values


@lru_cache(maxsize=256)
def _gamma_table(shape: float) -> Array:
    """Return the cubic of each interval: the one with the values and the slopes of both ends (Hermite)."""
    z = np.linspace(-_WIDEST, _WIDEST, _STEPS + 1)
    tail = ndtr(-np.abs(z))
    x = np.where(z < 0.0, gammaincinv(shape, tail), gammainccinv(shape, tail))
    values = np.log(x)
    log_densities = -z * z / 2.0 - math.log(2.0 * math.pi) / 2.0, shape * values - x - gammaln(shape)  # of z and ln x
    slopes = np.exp(log_densities[0] - log_densities[1]) * (2.0 * _WIDEST / _STEPS)
    rise, start, end = np.diff(values), slopes[:-1], slopes[1:]
    return np.stack([values[:-1], start, 3.0 * rise - 2.0 * start - end, start + end - 2.0 * rise], axis=1)


def _empirical(distribution: Empirical, u: Array) -> Array:
    order = np.argsort(distribution.values, kind="stable")
    values = np.asarray(distribution.values)[order]
    weights = np.ones(values.size) if distribution.weights is None else np.asarray(distribution.weights)[order]
    return values[np.searchsorted(np.cumsum(weights / weights.sum())[:-1], u, side="right")]
