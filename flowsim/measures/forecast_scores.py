"""How good a forecast was: its scores against what came, and the simple forecasts that it must beat.

A forecast is an ensemble: some equally likely values of each month (or year), of shape (members, times). What came has
the shape (times,). All scores are in the unit of the values, and lower is better.

Two libraries have these scores. `properscoring` has had no release since 2015. `scoringrules` is kept well, but of what
it has we need two formulas of a line each, and its interface still changes from version to version: it is not worth one
more package whose oldest and newest version must be tried. The tests work both formulas by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]

COVERAGE = 0.95
MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class ForecastScore:
    """The score of a forecast over some times.

    Attributes
    ----------
    crps : float
        Mean of `crps`.
    interval_score : float
        Mean of `interval_score` of the central range.
    coverage : float
        Share of times at which what came lay in that range.
    bias : float
        Mean of the forecast less what came: above 0, it was too high.
    rmse : float
        Root of the mean squared difference of the ensemble's mean.
    """

    crps: float
    interval_score: float
    coverage: float
    bias: float
    rmse: float


def score_forecast(ensemble: ArrayLike, observed: ArrayLike, coverage: float = COVERAGE) -> ForecastScore:
    """Return the scores of an ensemble against what came; times at which nothing is known (NaN) do not count.

    Raises
    ------
    ValueError
        If the shapes do not fit, there are fewer than two members, or nothing is known of any time.
    """
    members, came = _checked(ensemble, observed)
    known = np.isfinite(came) & np.isfinite(members).all(axis=0)
    if not known.any():
        raise ValueError("there is no time of which both the forecast and what came are known")
    members, came = members[:, known], came[known]
    low, high = central_range(members, coverage)
    off = members.mean(axis=0) - came
    return ForecastScore(
        crps=float(crps(members, came).mean()),
        interval_score=float(interval_score(low, high, came, coverage).mean()),
        coverage=float(((came >= low) & (came <= high)).mean()),
        bias=float(off.mean()),
        rmse=float(np.sqrt((off**2).mean())),
    )


def crps(ensemble: ArrayLike, observed: ArrayLike) -> Floats:
    """Return the fair continuous ranked probability score of an ensemble at each time; shape (times,).

    For a single value it is the absolute error, for a distribution F it is E|X - y| - E|X - X'|/2, with X and X' drawn
    from F and y what came (T. Gneiting and A. E. Raftery, Strictly proper scoring rules, prediction, and estimation,
    Journal of the American Statistical Association 102, 2007, equation 21). It is fair: the second term leaves out the
    pairs of a member with itself, so that the expected score does not depend on the number of members (C. A. T. Ferro,
    Fair scores for ensemble forecasts, Quarterly Journal of the Royal Meteorological Society 140, 2014). A fair score
    of one time may be below 0.

    Raises
    ------
    ValueError
        If the shapes do not fit, or there are fewer than two members.
    """
    members, came = _checked(ensemble, observed)
    count = members.shape[0]
    ordered = np.sort(members, axis=0)
    # The sum of |x_i - x_j| over all pairs i < j, from the ordered members: the k-th is above k and below the others.
    weights = 2.0 * np.arange(count)[:, None] - (count - 1)
    pairs = (weights * ordered).sum(axis=0)
    found: Floats = np.abs(members - came).mean(axis=0) - pairs / (count * (count - 1))
    return found


def interval_score(low: ArrayLike, high: ArrayLike, observed: ArrayLike, coverage: float = COVERAGE) -> Floats:
    """Return the score of a central range at each time; shape (times,).

    It is the width of the range, and 2 / (1 - coverage) for each unit by which what came lies outside (Gneiting and
    Raftery, 2007, equation 43).

    Raises
    ------
    ValueError
        If the coverage is not between 0 and 1, or a range ends below its beginning.
    """
    if not 0 < coverage < 1:
        raise ValueError(f"the coverage must be between 0 and 1, not {coverage:g}")
    lowest, highest, came = (np.asarray(values, dtype=np.float64) for values in (low, high, observed))
    if (lowest > highest).any():
        raise ValueError("a range must not end below its beginning")
    outside = np.maximum(lowest - came, 0.0) + np.maximum(came - highest, 0.0)
    found: Floats = highest - lowest + 2.0 / (1.0 - coverage) * outside
    return found


def central_range(ensemble: ArrayLike, coverage: float = COVERAGE) -> tuple[Floats, Floats]:
    """Return the quantiles of an ensemble between which a share of its members lies; each of shape (times,)."""
    members = np.asarray(ensemble, dtype=np.float64)
    low, high = np.quantile(members, [(1 - coverage) / 2, (1 + coverage) / 2], axis=0)
    return low, high


def naive_forecast(past: ArrayLike, times: int, members: int = 999) -> Floats:
    """Return the naive forecast: every time to come is like the last one that is known.

    Its errors grow with the distance as those of a random walk: the standard deviation h times ahead is s times the
    square root of h, with s the root mean square of the past differences from one time to the next (R. J. Hyndman and
    G. Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, sections 5.2 and 5.5).

    Parameters
    ----------
    past : array_like
        What came before, one value for each time, without a gap; at its start values may be unknown (NaN).
    times : int
        How many times are forecast.
    members : int
        How many values stand for the distribution: its quantiles in equal steps, so that nothing is drawn.

    Returns
    -------
    numpy.ndarray of float, shape (members, times)
        An ensemble.

    Raises
    ------
    ValueError
        If fewer than two values are known.
    """
    return _like_before(past, 1, times, members)


def seasonal_naive_forecast(past: ArrayLike, times: int, members: int = 999, season: int = MONTHS_PER_YEAR) -> Floats:
    """Return the seasonal naive forecast: every month to come is like the same month a year before.

    The standard deviation in the k-th year ahead is s times the square root of k, with s the root mean square of the
    past differences from the same month a year before (Hyndman and Athanasopoulos, 3rd edition, sections 5.2 and 5.5).
    Parameters, returns and errors are those of `naive_forecast`; `season` is the number of months in a season.
    At least one difference over a season must be known.
    """
    return _like_before(past, season, times, members)


def naive_total(past: ArrayLike, times: int, season: int = 1, members: int = 999) -> Floats:
    """Return the naive forecast of the sum over the times to come, such as of the year; shape (members, 1).

    Its centre is the sum of `naive_forecast`, or with a season of 12 that of `seasonal_naive_forecast`. The errors of
    months are not independent, so the spread is not put together from theirs: it is the root mean square of the errors
    that the same forecast of the same number of times would have had from every earlier time on. Unknown times (NaN)
    are left out with every sum that they are in.

    Raises
    ------
    ValueError
        If the last season is not known, or no earlier forecast can be judged.
    """
    values = np.asarray(past, dtype=np.float64)
    origins = range(season, values.size - times + 1)
    errors = [values[at : at + times].sum() - _total(values[:at], season, times) for at in origins]
    known = [error for error in errors if np.isfinite(error)]
    centre = _total(values, season, times) if values.size >= season else np.nan
    if not known or not np.isfinite(centre):
        raise ValueError(
            f"a forecast of {times} times needs the last {season} times, and at least one earlier forecast of as many "
            "that can be judged; some are not known"
        )
    spread = float(np.sqrt(np.square(known).mean()))
    found: Floats = np.maximum(centre + _quantiles(members)[:, None] * spread, 0.0)
    return found


def _like_before(past: ArrayLike, season: int, times: int, members: int) -> Floats:
    values, spread = _known(past, season)
    centre = np.array([_centre(values, season, ahead) for ahead in range(times)])
    years = np.arange(times) // season + 1
    ensemble = centre + _quantiles(members)[:, None] * spread * np.sqrt(years)
    found: Floats = np.maximum(ensemble, 0.0)  # counts
    return found


def _known(past: ArrayLike, season: int) -> tuple[Floats, float]:
    """Return the past, and the root mean square of its differences over a season."""
    values = np.asarray(past, dtype=np.float64)
    off = values[season:] - values[:-season]
    off = off[np.isfinite(off)]
    if off.size == 0 or not np.isfinite(values[-season:]).all():
        raise ValueError(
            f"a forecast needs the last {season} times, and at least one difference over {season}; some are not known"
        )
    return values, float(np.sqrt((off**2).mean()))


def _centre(values: Floats, season: int, ahead: int) -> float:
    """Return the value of the same place in the last known season."""
    return float(values[len(values) - season + ahead % season])


def _total(values: Floats, season: int, times: int) -> float:
    return sum(_centre(values, season, ahead) for ahead in range(times))


def _quantiles(members: int) -> Floats:
    """Return values of the standard normal distribution in equal steps of probability."""
    found: Floats = ndtri((np.arange(members) + 0.5) / members)
    return found


def _checked(ensemble: ArrayLike, observed: ArrayLike) -> tuple[Floats, Floats]:
    members, came = np.asarray(ensemble, dtype=np.float64), np.asarray(observed, dtype=np.float64)
    if members.ndim != 2 or came.shape != members.shape[1:]:
        raise ValueError(f"an ensemble of shape {members.shape} does not fit what came, of shape {came.shape}")
    if members.shape[0] < 2:
        raise ValueError("an ensemble needs two members or more")
    return members, came
