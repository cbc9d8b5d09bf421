"""The ratio of two paired means, such as pounds for a delayed day saved, with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from flowsim.measures.statistics import CONFIDENCE


@dataclass(frozen=True)
class Ratio:
    """A ratio of means; NaN ends are no interval."""

    value: float
    low: float
    high: float


def ratio_of_means(over: NDArray[np.float64], under: NDArray[np.float64]) -> Ratio:
    """Return the ratio of the means of two paired samples, with its 95% interval by Fieller's theorem.

    The interval holds every ratio r for which the mean of ``over - r * under`` is not clear of 0 by Student's t. There
    is none where the mean of `under` is itself not clear of 0: the ratio could then be anything.

    Source: E. Fieller, Some problems in interval estimation, Journal of the Royal Statistical Society B 16, 1954.

    Parameters
    ----------
    over, under : numpy.ndarray of float, shape (replications,)
        A replication counts where both are there (no NaN).
    """
    both = ~np.isnan(over + under)
    a, b = over[both], under[both]
    n = a.size
    if n == 0 or b.mean() == 0:
        return Ratio(math.nan, math.nan, math.nan)
    value = float(a.mean() / b.mean())
    if n < 2:
        return Ratio(value, math.nan, math.nan)
    t2 = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2)) ** 2 / n
    spread = np.cov(a, b)
    first = float(b.mean() ** 2 - t2 * spread[1, 1])
    middle = float(a.mean() * b.mean() - t2 * spread[0, 1])
    last = float(a.mean() ** 2 - t2 * spread[0, 0])
    root = middle**2 - first * last
    if first <= 0:
        return Ratio(value, math.nan, math.nan)
    half = math.sqrt(max(root, 0.0))
    return Ratio(value, (middle - half) / first, (middle + half) / first)
