"""Frailty: one number of a person, on which what becomes of them hangs.

It is the rank of the person among people of the same age: the share of them who are less frail. What hangs on it keeps
its own distribution over all people, and is only dealt out otherwise: a uniform that decides something is replaced by
another one that is correlated with the rank (a Gaussian copula; R. B. Nelsen, An Introduction to Copulas, 2006). So the
shares and means of the configuration need no second calibration.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]

BELOW_ONE = np.nextafter(1.0, 0.0)


def low_for_the_frail(u: Array, frailty: Array, correlation: float) -> Array:
    """Return uniforms that are the lower, the frailer the person is.

    Parameters
    ----------
    u : numpy.ndarray of float64
        Uniforms that do not depend on frailty.
    frailty : numpy.ndarray of float64
        The rank of each person, uniform over all people.
    correlation : float
        From 0 (the uniforms as they are) to below 1 (frailty alone decides): of the normal quantiles of the two.

    Returns
    -------
    numpy.ndarray of float64
        Uniform over all people.
    """
    if correlation == 0.0:
        return u
    normal = math.sqrt(1.0 - correlation**2) * ndtri(u) - correlation * ndtri(frailty)
    uniforms: Array = np.minimum(ndtr(normal), BELOW_ONE)
    return uniforms
