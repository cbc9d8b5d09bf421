"""What would turn a recommendation: how each scenario moves with each setting, and where another one is best.

How an outcome moves with the settings is described by a surrogate: the sum of a parabola (or a straight line, where
there are few runs) in each setting, fitted by least squares to the sampled cities, within blocks of cities that have
the same patients. It starts from what was found for the city itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowsim.experiment.analysis.paired import Floats

_STEPS = 200  # along a range
_ROWS_A_TERM = 3  # as many rows as that for each number that is fitted, or no parabolas


@dataclass(frozen=True)
class Surrogate:
    """How an outcome moves with each setting.

    Attributes
    ----------
    slope, bend : numpy.ndarray of float, shape (settings,)
        Of the parabola in each setting.
    r2 : float
        Share of the variance between cities that have the same patients that it explains; NaN if there is none.
    """

    slope: Floats
    bend: Floats
    r2: float

    def change(self, setting: int, start: float, to: Floats) -> Floats:
        """Return how the outcome changes if a setting moves from one share of the way along its range to others."""
        slope, bend = float(self.slope[setting]), float(self.bend[setting])
        return np.asarray(slope * (to - start) + bend * (to**2 - start**2), dtype=float)


def fit(points: Floats, outcomes: Floats, size: int) -> Surrogate:
    """Fit how an outcome moves with each setting.

    Parameters
    ----------
    points : numpy.ndarray of float, shape (rows, settings)
        Shares of the way along each range.
    outcomes : numpy.ndarray of float, shape (rows,)
        NaN is missing.
    size : int
        How many rows in a row have the same patients.
    """
    there = np.isfinite(outcomes)
    settings, block = points.shape[1], (np.arange(len(points)) // size)[there]
    free = there.sum() - np.unique(block).size
    terms = np.hstack([points, points**2]) if free >= _ROWS_A_TERM * 2 * settings else points
    x, y = _within(terms[there], block), _within(outcomes[there, None], block)[:, 0]
    found: Floats = np.zeros(2 * settings)
    if len(y):
        found[: terms.shape[1]] = np.linalg.lstsq(x, y, rcond=None)[0]
    total = float(y @ y)
    left = y - x @ found[: terms.shape[1]]
    r2 = 1 - float(left @ left) / total if total > 0 else np.nan
    return Surrogate(found[:settings], found[settings:], r2)


def _within(values: Floats, block: NDArray[np.int_]) -> Floats:
    """Return values less the mean of their block."""
    found = values.copy()
    for one in np.unique(block):
        found[block == one] -= found[block == one].mean(axis=0)
    return found


@dataclass(frozen=True)
class Turn:
    """Where along the range of a setting another scenario is best, next to where the city itself is."""

    share: float
    scenario: int


def first_turn(
    level: Floats, surrogates: Sequence[Surrogate], setting: int, start: float, sign: int, recommended: int
) -> Turn | None:
    """Return where a scenario stops being best as one setting moves away from what it is; None if nowhere.

    Parameters
    ----------
    level : numpy.ndarray of float, shape (scenarios,)
        The outcome of each scenario of the city itself.
    surrogates : sequence of Surrogate
        How each of them moves.
    setting : int
        Which setting moves, from 0 to 1; the others stay.
    start : float
        Where the city itself is.
    sign : int
        1 if more of the outcome is better, -1 if less is.
    recommended : int
        The scenario in question.
    """
    along = np.linspace(0.0, 1.0, _STEPS + 1)
    at = np.array([now + its.change(setting, start, along) for now, its in zip(level, surrogates, strict=True)])
    best = np.argmax(sign * at, axis=0)
    turned = np.flatnonzero((best != recommended) & (sign * (at[best, np.arange(len(along))] - at[recommended]) > 0))
    if not turned.size:
        return None
    nearest = turned[np.argmin(np.abs(along[turned] - start))]
    return Turn(float(along[nearest]), int(best[nearest]))
