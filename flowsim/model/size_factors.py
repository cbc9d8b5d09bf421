"""How many units of a pool there are on each day: by the profile of its year and its week, and by its decimals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from flowsim.config.size_over_time import MONTHS, Seasonal, Staffed
from flowsim.config.types import WEEKDAYS

Array = NDArray[np.float64]


_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
_EXACT = 9  # decimals of a size: 100 times 1.15 is 115


def even_spread(days: int) -> Array:
    """Return a number from 0 to 1 for each day: those below a share are that share of the days, evenly spread.

    Multiples of the golden ratio spread any share of the days, over each day of the week too, and a larger share only
    adds days.
    """
    fractions: Array = np.modf((np.arange(days) + 1.0) * _GOLDEN)[0]
    return fractions


def whole_units(sizes: Array, in_parts: bool) -> NDArray[np.int64]:
    """Return the units that are there on each day.

    Parameters
    ----------
    sizes : numpy.ndarray of float
        Size on each day.
    in_parts : bool
        Whether the decimals of a size are the share of the days on which there is one more; otherwise it is rounded.
    """
    if in_parts:
        sizes = np.round(sizes, _EXACT)
        more = even_spread(sizes.size) < sizes - np.floor(sizes)
        return (np.floor(sizes) + more).astype(np.int64)
    return np.floor(sizes + 0.5).astype(np.int64)


def factors_by_day(sized: Seasonal, first: dt.date, days: int, holidays: Collection[dt.date]) -> Array:
    """Return the factor on a size on each of a number of days.

    Parameters
    ----------
    sized : Seasonal
        The group of settings that the size is in.
    first : datetime.date
        The first day.
    days : int
        How many days.
    holidays : collection of datetime.date
        The bank holidays.
    """
    factors = _by_month(sized, first, days)
    if isinstance(sized, Staffed):
        weekday = (first.weekday() + np.arange(days)) % len(WEEKDAYS)
        on_day = np.array([(sized.by_weekday or {}).get(day, 1.0) for day in WEEKDAYS])[weekday]
        if sized.on_bank_holidays is not None:
            on_day[[day for date in holidays if 0 <= (day := (date - first).days) < days]] = sized.on_bank_holidays
        factors = factors * on_day
    return factors


def season_begins(sized: Seasonal, first: dt.date, days: int) -> list[int]:
    """Return the days on which the factor of a month is another than on the day before, counted from the first day."""
    factor = _by_month(sized, first, days)
    return [int(day) + 1 for day in np.flatnonzero(factor[1:] != factor[:-1])]


def _by_month(sized: Seasonal, first: dt.date, days: int) -> Array:
    months = (np.datetime64(first, "D") + np.arange(days)).astype("datetime64[M]").astype(np.int64) % len(MONTHS)
    factors: Array = np.array([(sized.by_month or {}).get(month, 1.0) for month in MONTHS])[months]
    return factors
