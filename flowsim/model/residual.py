"""What remains of a stay at a random moment.

A random moment is more likely to fall into a long stay than into a short one: such a stay has the length-biased
distribution, with density proportional to t f(t), and the moment lies anywhere in it. Both facts together give the
remaining time of the people who are present when a run begins (the equilibrium distribution of renewal theory, D. R.
Cox, Renewal Theory, 1962, chapter 5).
"""

from __future__ import annotations

from math import gamma

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from flowsim.config.types import Distribution, Empirical, Exponential, Fixed, Gamma, Lognormal
from flowsim.model.distributions import choose, lognormal_parameters

Array = NDArray[np.float64]


def remaining(distribution: Distribution, u: Array, moment: Array) -> Array:
    """Return remaining times of stays with this distribution, in the unit of its parameters.

    Parameters
    ----------
    distribution : Distribution
        Of the whole stay.
    u : numpy.ndarray
        Uniforms that decide the length of the stay.
    moment : numpy.ndarray
        Uniforms that decide which share of it is left.
    """
    return moment * _length_biased(distribution, u)


def mean(distribution: Distribution) -> float:
    """Return the mean of a distribution."""
    if isinstance(distribution, Fixed):
        return distribution.value
    if isinstance(distribution, Exponential | Lognormal | Gamma):
        return distribution.mean
    if isinstance(distribution, Empirical):
        return float(np.average(distribution.values, weights=distribution.weights))
    # Weibull: the scale times gamma(1 + 1 / shape).
    return distribution.scale * gamma(1.0 + 1.0 / distribution.shape)


def _length_biased(distribution: Distribution, u: Array) -> Array:
    if isinstance(distribution, Fixed):
        return np.full(u.shape, distribution.value)
    if isinstance(distribution, Exponential):
        erlang: Array = gammaincinv(2.0, u)
        return erlang * distribution.mean
    if isinstance(distribution, Lognormal):
        mu, sigma = lognormal_parameters(distribution)
        logarithm: Array = mu + sigma**2 + sigma * ndtri(u)
        return np.exp(logarithm)
    if isinstance(distribution, Gamma):
        shape = (distribution.mean / distribution.sd) ** 2
        scaled: Array = gammaincinv(shape + 1.0, u)
        return scaled * (distribution.mean / shape)
    if isinstance(distribution, Empirical):
        values = np.asarray(distribution.values)
        weights = np.ones(values.size) if distribution.weights is None else np.asarray(distribution.weights)
        biased = weights * values
        if biased.sum() == 0:
            return np.zeros(u.shape)
        return values[choose(biased / biased.sum(), u)]
    # Weibull: (t / scale) ** shape is gamma distributed with shape 1 + 1 / shape under t f(t).
    power: Array = gammaincinv(1.0 + 1.0 / distribution.shape, u)
    return distribution.scale * power ** (1.0 / distribution.shape)
