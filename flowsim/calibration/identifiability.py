"""Identifiability: what the targets say about the parameters, from the Jacobian at the best fit.

Positions run from 0 (low bound) to 1 (high bound). The prior of a parameter is uniform between its bounds: variance
1/12. The covariance of the targets has two parts: their tolerances, each taken as two standard deviations, and the
stochastic uncertainty of a mean over finitely many replications. With V their sum and J the Jacobian,

    covariance of the parameters = (J' V^-1 J + 12 I)^-1,

the linear Gaussian posterior (A. Tarantola, Inverse Problem Theory, 2005, section 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PRIOR_SD = 1 / np.sqrt(12)
TOLERANCE_SDS = 2.0
IDENTIFIED = 0.5  # a parameter is identified if less than this share of its prior standard deviation remains
NAMED = 0.35  # least loading with which a parameter is named in a direction; their squares sum to 1

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Posterior:
    """What is known about the parameters, given the targets.

    Attributes
    ----------
    target_covariance : numpy.ndarray of float, shape (targets, targets)
        Of the targets: their tolerances, and stochastic uncertainty.
    covariance : numpy.ndarray of float, shape (parameters, parameters)
        Of the positions, given the targets.
    remaining_uncertainty : numpy.ndarray of float, shape (parameters,)
        Standard deviation of each position, relative to that of the prior: 1 says that nothing was learnt.
    directions : numpy.ndarray of float, shape (directions, parameters)
        Orthogonal combinations of positions, unit vectors, the best identified first.
    information : numpy.ndarray of float, shape (directions,)
        How much more the targets say about each direction than the prior: the ratio of standard deviations. Below 1
        the direction is not identified.
    """

    target_covariance: Floats
    covariance: Floats
    remaining_uncertainty: Floats
    directions: Floats
    information: Floats

    @property
    def sd(self) -> Floats:
        """Standard deviation of each position, shape (parameters,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def correlation(self) -> Floats:
        """Correlation of the positions, shape (parameters, parameters)."""
        return self.covariance / np.outer(self.sd, self.sd)

    @property
    def identified(self) -> NDArray[np.bool_]:
        """Whether the targets identify each parameter."""
        return self.remaining_uncertainty < IDENTIFIED


def posterior(jacobian: Floats, tolerances: Floats, values: Floats) -> Posterior:
    """Return the posterior of the parameters.

    Parameters
    ----------
    jacobian : numpy.ndarray of float, shape (targets, parameters)
        Derivative of each measure by each position.
    tolerances : numpy.ndarray of float, shape (targets,)
        Of the targets, in the units of their measures.
    values : numpy.ndarray of float, shape (replications, targets)
        The measures of single replications at the best fit.
    """
    stochastic = np.atleast_2d(np.cov(values, rowvar=False)) / len(values)
    target_covariance = np.diag((tolerances / TOLERANCE_SDS) ** 2) + stochastic
    scaled = np.linalg.solve(np.linalg.cholesky(target_covariance), jacobian) * PRIOR_SD
    covariance = np.linalg.inv(scaled.T @ scaled + np.eye(jacobian.shape[1])) * PRIOR_SD**2
    _, information, directions = np.linalg.svd(scaled, full_matrices=False)
    remaining = np.sqrt(np.diag(covariance)) / PRIOR_SD
    return Posterior(target_covariance, covariance, remaining, directions, information)
