"""A surrogate: what the points of a lattice that were not tried are likely to give, judged by those that were.

It is a Gaussian process (C. Rasmussen and C. Williams, Gaussian Processes for Machine Learning, 2006, chapter 2): a
straight line along each axis, and around it a smooth surface with a Matern 5/2 covariance, seen with noise of known
variance. The length over which the surface bends is chosen for each axis by the likelihood, from a fixed ladder.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky
from scipy.special import ndtr

Floats = NDArray[np.float64]

_LENGTHS = (0.25, 0.5, 1.0, 2.0, 4.0)  # in widths of the lattice
_SURFACES = (0.3, 1.0)  # its standard deviation, in that of the values
_LINE_VARIANCE = 4.0  # of a slope and of the level, in variances of the values: they are hardly known beforehand
_JITTER = 1e-6
_ROUND_NUMBER = 2.5066282746310002  # square root of 2 pi


@dataclass(frozen=True)
class Surrogate:
    """A fitted surface; less is better.

    Attributes
    ----------
    at : numpy.ndarray of float, shape (tried, axes)
        The points that were tried, each axis from 0 to 1.
    lengths : numpy.ndarray of float, shape (axes,)
        Over which length the surface bends.
    surface : float
        Its standard deviation, in that of the values.
    """

    at: Floats
    lengths: Floats
    surface: float
    _centre: float
    _scale: float
    _factor: Floats
    _weights: Floats

    @classmethod
    def fit(cls, at: Floats, values: Floats, noise: Floats) -> Surrogate:
        """Fit the surface to what was seen.

        Parameters
        ----------
        at : numpy.ndarray of float, shape (tried, axes)
            Points, each axis from 0 to 1.
        values, noise : numpy.ndarray of float, shape (tried,)
            What was seen there, and the variance of its error.
        """
        centre, scale = float(values.mean()), float(values.std()) or 1.0
        seen, error = (values - centre) / scale, noise / scale**2 + _JITTER
        apart = (at[:, None, :] - at[None, :, :]) ** 2
        line = _LINE_VARIANCE * (1.0 + at @ at.T)
        best, lengths, surface = -np.inf, np.ones(at.shape[1]), 1.0
        for sd in _SURFACES:
            for length in _LENGTHS:
                found = _likelihood(apart, np.full(at.shape[1], length), sd, line, seen, error)
                if found > best:
                    best, lengths, surface = found, np.full(at.shape[1], length), sd
        for axis in range(at.shape[1] if at.shape[1] > 1 else 0):
            for length in _LENGTHS:
                trial = lengths.copy()
                trial[axis] = length
                found = _likelihood(apart, trial, surface, line, seen, error)
                if found > best:
                    best, lengths = found, trial
        factor = cholesky(line + _matern(apart, lengths, surface) + np.diag(error), lower=True)
        return cls(at, lengths, surface, centre, scale, factor, cho_solve((factor, True), seen))

    def _with(self, points: Floats, others: Floats) -> Floats:
        apart = (points[:, None, :] - others[None, :, :]) ** 2
        return _LINE_VARIANCE * (1.0 + points @ others.T) + _matern(apart, self.lengths, self.surface)

    def mean(self, points: Floats) -> Floats:
        """Return what is expected at some points."""
        return self._centre + self._scale * (self._with(points, self.at) @ self._weights)

    def covariance(self, points: Floats, point: Floats) -> Floats:
        """Return the covariance of what is not known at some points with what is not known at one."""
        theirs = self._with(self.at, point[None, :])
        known = self._with(points, self.at) @ cho_solve((self._factor, True), theirs)
        result: Floats = self._scale**2 * (self._with(points, point[None, :]) - known)[:, 0]
        return result

    def variance(self, points: Floats) -> Floats:
        """Return the variance of what is not known at some points."""
        cross = self._with(self.at, points)
        own = _LINE_VARIANCE * (1.0 + (points**2).sum(axis=1)) + self.surface**2
        left = own - (cross * cho_solve((self._factor, True), cross)).sum(axis=0)
        result: Floats = self._scale**2 * np.maximum(left, 0.0)
        return result


def expected_gain(mean: Floats, variance: Floats, best: float) -> Floats:
    """Return by how much a point is expected to be below the best so far, counting 0 where it is not.

    Source: D. Jones, M. Schonlau and W. Welch, Efficient global optimization of expensive black-box functions, Journal
    of Global Optimization 13, 1998 (expected improvement).
    """
    sd = np.sqrt(np.maximum(variance, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (best - mean) / sd
        gain = (best - mean) * ndtr(z) + sd * np.exp(-0.5 * z**2) / _ROUND_NUMBER
    return np.where(sd > 0, gain, np.maximum(best - mean, 0.0))


def _matern(apart: Floats, lengths: Floats, surface: float) -> Floats:
    """Return the Matern 5/2 covariance of points whose squared distances along each axis are `apart`."""
    distance = np.sqrt(5.0 * (apart @ lengths**-2.0))
    covariance: Floats = surface**2 * (1.0 + distance + distance**2 / 3.0) * np.exp(-distance)
    return covariance


def _likelihood(apart: Floats, lengths: Floats, surface: float, line: Floats, seen: Floats, error: Floats) -> float:
    factor = cholesky(line + _matern(apart, lengths, surface) + np.diag(error), lower=True)
    return float(-0.5 * seen @ cho_solve((factor, True), seen) - np.log(np.diag(factor)).sum())
