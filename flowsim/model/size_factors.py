"""By how much the size of a pool is multiplied on each day: its profile of the year and of the week."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from flowsim.config.size_over_time import MONTHS, Seasonal

Array = NDArray[np.float64]


def factors_by_day(sized: Seasonal, first: dt.date, days: int) -> Array:
    """Return the factor on a size on each of a number of days.

    Parameters
    ----------
    sized : Seasonal
        The group of settings that the size is in.
    first : datetime.date
        The first day.
    days : int
        How many days.
    """
    months = (np.datetime64(first, "D") + np.arange(days)).astype("datetime64[M]").astype(np.int64) % 12
    by_month = np.array([(sized.by_month or {}).get(month, 1.0) for month in MONTHS])
    return by_month[months]


def season_begins(sized: Seasonal, first: dt.date, days: int) -> list[int]:
    """Return the days on which the factor of a month is another than on the day before, counted from the first day."""
    factor = factors_by_day(Seasonal(by_month=sized.by_month), first, days)
    return [int(day) + 1 for day in np.flatnonzero(factor[1:] != factor[:-1])]
