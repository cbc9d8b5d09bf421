"""Inverse transforms: from a uniform to a value, one for each kind of distribution.

One uniform makes one value, so that a changed parameter moves a patient's value and never reshuffles the patients.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from flowsim.config.types import (
    AGE_BANDS,
    ByAge,
    Distribution,
    Empirical,
    Exponential,
    Fixed,
    Gamma,
    Lognormal,
    Weibull,
)

Array = NDArray[np.float64]


def inverse(distribution: Distribution, u: Array) -> Array:
    """Return the quantiles of a distribution at the uniforms `u`, in the unit of its parameters."""
    if isinstance(distribution, Fixed):
        return np.full(u.shape, distribution.value)
    if isinstance(distribution, Exponential):
        return -distribution.mean * np.log1p(-u)
    if isinstance(distribution, Lognormal):
        mu, sigma = lognormal_parameters(distribution)
        return np.exp(mu + sigma * ndtri(u))
    if isinstance(distribution, Gamma):
        shape = (distribution.mean / distribution.sd) ** 2
        return gammaincinv(shape, u) * (distribution.mean / shape)
    if isinstance(distribution, Weibull):
        return distribution.scale * (-np.log1p(-u)) ** (1.0 / distribution.shape)
    return _empirical(distribution, u)


def lognormal_parameters(distribution: Lognormal) -> tuple[float, float]:
    """Return the mean and sd of the logarithm, from mean and sd or from mean and median.

    With mean m and sd s, sigma**2 = ln(1 + (s / m)**2) and mu = ln(m) - sigma**2 / 2; with median d, mu = ln(d) and
    sigma**2 = 2 ln(m / d).
    """
    mean = distribution.mean
    if distribution.median is not None:
        return math.log(distribution.median), math.sqrt(2.0 * math.log(mean / distribution.median))
    variance = math.log1p((distribution.sd / mean) ** 2)
    return math.log(mean) - variance / 2.0, math.sqrt(variance)


def inverse_by_age(distributions: ByAge[Distribution], age_band: NDArray[np.int32], u: Array) -> Array:
    """Return quantiles where each spell's distribution is that of its age band (index in `AGE_BANDS`)."""
    values = np.empty(u.shape)
    for index, band in enumerate(AGE_BANDS):
        of_band = age_band == index
        values[of_band] = inverse(distributions[band], u[of_band])
    return values


def choose(shares: list[float] | Array, u: Array) -> NDArray[np.int32]:
    """Return which of several categories each uniform falls in, given their shares (which sum to 1)."""
    edges = np.cumsum(shares)[:-1]
    return np.searchsorted(edges, u, side="right").astype(np.int32)


def _empirical(distribution: Empirical, u: Array) -> Array:
    order = np.argsort(distribution.values, kind="stable")
    values = np.asarray(distribution.values)[order]
    weights = np.ones(values.size) if distribution.weights is None else np.asarray(distribution.weights)[order]
    return values[choose(weights / weights.sum(), u)]
