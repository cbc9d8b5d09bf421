"""What targets say about parameters, from the Jacobian at the best fit: how sure each is, and what cannot be told.

Positions run from 0 (low bound) to 1 (high bound). What is known of a parameter beforehand is that it lies between its
bounds, anywhere alike: variance 1/12. A target is known up to its tolerance, taken for two standard deviations, and the
mean of finitely many replications up to their chance. With V the sum of both covariances and J the Jacobian,

    covariance of the parameters = (J' V^-1 J + 12 I)^-1,

the linear Gaussian posterior (A. Tarantola, Inverse Problem Theory, 2005, section 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PRIOR_SD = 1 / np.sqrt(12)
TOLERANCE_SDS = 2.0
TOLD_APART = 0.5  # share of the width between the bounds that may remain of a parameter that the targets determine
NAMED = 0.35  # least loading with which a parameter is named in a direction; their squares sum to 1

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Knowledge:
    """What the targets say.

    Attributes
    ----------
    doubt : numpy.ndarray of float, shape (targets, targets)
        Covariance of the targets: what their tolerances leave open, and chance.
    covariance : numpy.ndarray of float, shape (parameters, parameters)
        Of the positions, given the targets.
    remaining : numpy.ndarray of float, shape (parameters,)
        Standard deviation of each position relative to that before: 1 says that nothing was learnt.
    directions : numpy.ndarray of float, shape (directions, parameters)
        Orthogonal combinations of positions, unit vectors, the best known first.
    told : numpy.ndarray of float, shape (directions,)
        How much more the targets say about each direction than the bounds: the ratio of standard deviations. Below 1
        the bounds say more, and the direction is not identified.
    """

    doubt: Floats
    covariance: Floats
    remaining: Floats
    directions: Floats
    told: Floats

    @property
    def sd(self) -> Floats:
        """Standard deviation of each position, given the targets."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def correlation(self) -> Floats:
        """Of the positions, given the targets."""
        return self.covariance / np.outer(self.sd, self.sd)


def knowledge(jacobian: Floats, tolerances: Floats, values: Floats) -> Knowledge:
    """Return what the targets say about the parameters.

    Parameters
    ----------
    jacobian : numpy.ndarray of float, shape (targets, parameters)
        Derivative of each measure by each position.
    tolerances : numpy.ndarray of float, shape (targets,)
        How far from each target still matches.
    values : numpy.ndarray of float, shape (replications, targets)
        The measures of single replications at the best fit.
    """
    chance = np.atleast_2d(np.cov(values, rowvar=False)) / len(values)
    doubt = np.diag((tolerances / TOLERANCE_SDS) ** 2) + chance
    scaled = np.linalg.solve(np.linalg.cholesky(doubt), jacobian) * PRIOR_SD
    covariance = np.linalg.inv(scaled.T @ scaled + np.eye(jacobian.shape[1])) * PRIOR_SD**2
    _, told, directions = np.linalg.svd(scaled, full_matrices=False)
    return Knowledge(doubt, covariance, np.sqrt(np.diag(covariance)) / PRIOR_SD, directions, told)
