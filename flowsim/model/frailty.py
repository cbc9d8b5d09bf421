"""Frailty: one number of a person, on which what becomes of them hangs.

It is the rank of the person among people of the same age: the share of them who are less frail. What hangs on it keeps
its own distribution over all people, and is only dealt out otherwise: a uniform that decides something is replaced by
another one that is associated with the rank. So the shares and means of the configuration need no second calibration.

The association is R. L. Plackett's (A class of bivariate distributions, JASA 60, 1965): wherever one cuts the people
into the frailer and the less frail, and the uniforms into low and high, the odds ratio of the four numbers is the same.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BELOW_ONE = np.nextafter(1.0, 0.0)


def low_for_the_frail(u: Array, frailty: Array, odds_ratio: float) -> Array:
    """Return uniforms that are the lower, the frailer the person is.

    Parameters
    ----------
    u : numpy.ndarray of float64
        Uniforms that do not depend on frailty.
    frailty : numpy.ndarray of float64
        The rank of each person, uniform over all people.
    odds_ratio : float
        How many times the odds of a low uniform the frailer have, wherever one cuts; with 1, the uniforms as they are.

    Returns
    -------
    numpy.ndarray of float64
        Uniform over all people: the conditional quantile at `u` (M. E. Johnson, Multivariate Statistical Simulation,
        1987, section 10.2), which takes nothing but a square root, the same on every machine.
    """
    if odds_ratio == 1.0:
        return u
    psi, other = odds_ratio, (odds_ratio - 1.0) ** 2
    a = u * (1.0 - u)
    level = psi + (4.0 * other) * a * frailty * (1.0 - frailty)
    sums = 2.0 * a * ((1.0 - frailty) * (psi * psi) + frailty) + psi * (1.0 - 2.0 * a)
    low = (sums - (1.0 - 2.0 * u) * (math.sqrt(psi) * np.sqrt(level))) / (2.0 * (psi + other * a))
    uniforms: Array = np.clip(low, 0.0, BELOW_ONE)
    return uniforms
