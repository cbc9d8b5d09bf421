"""The days that count, and how midnights and events are counted in them.

**The midnight rule.** Midnight is counted in the day that it closes: the midnight at time k (days, an integer) closes
day k - 1. A person who is somewhere during [a, b) is there at every midnight k with a <= k < b, so the interval holds
``ceil(b) - ceil(a)`` of them: coming and going between two midnights counts nothing, and moving on at midnight itself
counts in the new place alone. The midnights of a window of days [first, last) are those k with first < k <= last. This
is how NHS England counts delayed days and the snapshot at midnight (24:00) of the last Thursday of a month (monthly
delayed-transfer situation report, definitions and guidance v1.09, 2015).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.config.periods import Period
from flowsim.model.compiled import compiled

DAYS_PER_YEAR = 365.0
IN_A_YEAR = "Counted over the days that count, and scaled to a year of 365 days."
_THURSDAY_TO_MONDAY = 3  # numpy's day 0, 1 January 1970, was a Thursday, and Monday is weekday 0
_THURSDAY = 3

Times = NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """The days that count: after the warm-up, for as long as the horizon.

    Attributes
    ----------
    start_date : datetime.date
        The date of day 0, from whose midnight all times run.
    warm_up : int
        The first day that counts (days).
    horizon : int
        How many days count.
    """

    start_date: dt.date
    warm_up: int
    horizon: int

    @property
    def start(self) -> float:
        """When the window begins (days)."""
        return float(self.warm_up)

    @property
    def end(self) -> float:
        """When the window ends (days); this moment is outside."""
        return float(self.warm_up + self.horizon)

    @property
    def first_date(self) -> dt.date:
        """The date of the first day that counts."""
        return self.start_date + dt.timedelta(days=self.warm_up)

    @property
    def per_year(self) -> float:
        """What a count over the window is multiplied with to become one of a year of 365 days."""
        return DAYS_PER_YEAR / self.horizon

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The date of every day of the window."""
        return np.datetime64(self.start_date, "D") + np.arange(self.warm_up, self.warm_up + self.horizon)

    @property
    def months(self) -> NDArray[np.datetime64]:
        """The calendar months of which at least a day is in the window."""
        return np.unique(self.dates.astype("datetime64[M]"))

    def contains(self, moments: Times) -> NDArray[np.bool_]:
        """Whether each moment (days) is in the window; NaN is not."""
        return (moments >= self.start) & (moments < self.end)

    def months_of_year(self, moments: Times) -> NDArray[np.int64]:
        """Return the month of the year, 1 to 12, in which each moment (days) falls."""
        dates = np.datetime64(self.start_date, "D") + np.floor(moments).astype(np.int64)
        return dates.astype("datetime64[M]").astype(np.int64) % 12 + 1

    @property
    def weekdays(self) -> NDArray[np.int64]:
        """The weekday of every day of the window, Monday 0 to Sunday 6."""
        return (self.dates.astype(np.int64) + _THURSDAY_TO_MONDAY) % 7

    def last_thursdays(self) -> NDArray[np.int64]:
        """Return which days of the window (0 for its first) are the last Thursday of their month."""
        dates = self.dates
        is_last = dates.astype("datetime64[M]") != (dates + np.timedelta64(7, "D")).astype("datetime64[M]")
        return np.flatnonzero((self.weekdays == _THURSDAY) & is_last)

    def midnights(
        self, begins: Times, ends: Times, group: NDArray[np.integer] | None = None, groups: int = 1
    ) -> NDArray[np.int64]:
        """Count those present at the midnight that closes each day of the window.

        Parameters
        ----------
        begins, ends : numpy.ndarray
            Intervals [begin, end) in days. One that is empty, or of which an end is NaN, counts nothing.
        group : numpy.ndarray of int, optional
            To which group each interval belongs, 0 to `groups` - 1; all to group 0 if not given.
        groups : int
            How many groups there are.

        Returns
        -------
        numpy.ndarray of int, shape (groups, horizon)
            Intervals that contain the midnight, by group and day.
        """
        of_group = np.zeros(1, dtype=np.int64) if group is None else group
        return _midnights(begins, ends, of_group, groups, self.start + 1.0, self.horizon)

    def events(self, moments: Times) -> NDArray[np.int64]:
        """Count the moments (days) that fall on each day of the window; shape (horizon,)."""
        inside = moments[self.contains(moments)]
        return np.bincount((inside - self.start).astype(np.int64), minlength=self.horizon)


@compiled
def _midnights(
    begins: Times, ends: Times, group: NDArray[np.integer], groups: int, first: float, days: int
) -> NDArray[np.int64]:
    """Count the intervals that contain each of `days` midnights from the first, by group (one entry: all in it)."""
    last = first + days
    present = np.zeros((groups, days + 1), dtype=np.int64)  # at first, how many more than at the midnight before
    for i in range(begins.size):
        if ends[i] > begins[i] and ends[i] > first and begins[i] < last:
            row = group[i] if group.size > 1 else group[0]
            present[row, int(np.ceil(max(begins[i], first)) - first)] += 1
            present[row, int(np.ceil(min(ends[i], last)) - first)] -= 1
    for row in range(groups):
        for day in range(1, days + 1):
            present[row, day] += present[row, day - 1]
    return present[:, :-1]


def window_of(period: Period, counted: Window) -> Window:
    """Return the days of a period as a window of a run whose days that count are `counted`.

    Raises
    ------
    ValueError
        If it has a day that does not count.
    """
    first, last = counted.first_date, counted.first_date + dt.timedelta(days=counted.horizon - 1)
    if not first <= period.first <= period.last <= last:
        raise ValueError(f"must lie within the days that count, from {first} to {last}")
    return Window(counted.start_date, (period.first - counted.start_date).days, period.days)


def mean(values: NDArray[Any]) -> float:
    """Return the mean, or NaN of nothing."""
    return float(values.mean()) if values.size else np.nan


def ratio(part: float, whole: float) -> float:
    """Return part / whole, or NaN if the whole is 0."""
    return float(part / whole) if whole else np.nan
