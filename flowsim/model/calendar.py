"""Working hours on real dates: when a team or a service is open, and how working time runs.

A calendar is two sorted arrays, when it opens and when it closes, in days from midnight of the start date. It is open
from an opening up to, and not including, the closing. Engines call the functions on arrays below; people call
the methods of `Calendar`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

import holidays
import numpy as np
from numpy.typing import NDArray

from flowsim.model.clock import HOURS_PER_DAY, to_grid
from flowsim.model.compiled import compiled

Array = NDArray[np.float64]
Hours = tuple[float, float]
NO_OTHERS: Mapping[dt.date, Hours | None] = MappingProxyType({})
_CLOSED = (np.nan, np.nan)


@compiled
def _opened(now: float, opens: Array) -> int:
    """Return the index of the last opening at or before `now`, or -1."""
    low, high = 0, opens.size
    while low < high:
        middle = (low + high) // 2
        if opens[middle] <= now:
            low = middle + 1
        else:
            high = middle
    return low - 1


@compiled
def next_opening(now: float, opens: Array, closes: Array) -> float:
    """Return `now` if the calendar is open, else the next opening (days); infinity if it never opens again."""
    i = _opened(now, opens)
    if i >= 0 and now < closes[i]:
        return now
    return opens[i + 1] if i + 1 < opens.size else np.inf


@compiled
def end_of_work(start: float, work: float, opens: Array, closes: Array, worked: Array) -> float:
    """Return when `work` days of open time have passed from `start`: "add this much working time".

    Parameters
    ----------
    start : float
        When the work starts (days); if the calendar is closed then, the work begins at the next opening.
    work : float
        Open time that it takes (days, so that eight hours are 1/3).
    opens, closes, worked : numpy.ndarray
        Openings, closings, and the open time before each opening (`Calendar.worked`).

    Returns
    -------
    float
        The earliest moment by which this much open time has passed; infinity past the end of the calendar.
    """
    if work <= 0.0:
        return next_opening(start, opens, closes)
    i = _opened(start, opens)
    done = 0.0 if i < 0 else worked[i] + min(start, closes[i]) - opens[i]
    target = done + work
    i = max(i, 0)
    while i < opens.size:  # most work ends within a few days of its start
        end: float = opens[i] + (target - worked[i])
        if end <= closes[i]:
            return end
        i += 1
    return np.inf


@compiled
def working_delay(now: float, work: float, opens: Array, closes: Array, worked: Array) -> float:
    """Return how many days from `now` it takes until `work` days of open time have passed (see `end_of_work`)."""
    return end_of_work(now, work, opens, closes, worked) - now


@dataclass(frozen=True)
class Calendar:
    """When something is open.

    Attributes
    ----------
    opens, closes : numpy.ndarray
        Openings and closings in days, sorted; intervals that touch are one.
    worked : numpy.ndarray
        Open time (days) before each opening.
    ordinary_week : numpy.ndarray of float
        Open time (days) of a week without holidays: for each day, if all weeks were like its own; or one value for all.
    """

    opens: Array
    closes: Array
    worked: Array
    ordinary_week: Array = field(default_factory=lambda: np.array([7.0]))

    @classmethod
    def from_intervals(cls, opens: Iterable[float], closes: Iterable[float]) -> Calendar:
        """Build a calendar from sorted intervals (days), joining those that touch.

        Raises
        ------
        ValueError
            If there is no interval, one is empty, or one starts before the one before it has ended.
        """
        starts, ends = to_grid(list(opens)), to_grid(list(closes))
        if starts.size == 0:
            raise ValueError("a calendar that is never open")
        if np.any(ends <= starts) or np.any(starts[1:] < ends[:-1]):
            raise ValueError("calendar intervals must be sorted, non-empty and must not overlap")
        joins = starts[1:] == ends[:-1]
        starts, ends = starts[np.r_[True, ~joins]], ends[np.r_[~joins, True]]
        return cls(starts, ends, np.r_[0.0, np.cumsum(ends - starts)[:-1]])

    def is_open(self, now: float) -> bool:
        """Whether it is open at `now` (days)."""
        return self.next_opening(now) == now

    def next_opening(self, now: float) -> float:
        """Return `now` if it is open, else the next opening (days); infinity if there is none."""
        return float(next_opening(now, self.opens, self.closes))

    def end_of_work(self, start: float, work: float) -> float:
        """Return when `work` days of open time have passed from `start` (days)."""
        return float(end_of_work(start, work, self.opens, self.closes, self.worked))

    def work_before(self, moment: float | Array) -> Array:
        """Return the open time (days) before each `moment` (days)."""
        i = np.searchsorted(self.opens, moment, side="right") - 1
        done = self.worked[i] + np.minimum(moment, self.closes[i]) - self.opens[i]
        return np.where(i < 0, 0.0, done)

    def moment_of_work(self, work: Array) -> Array:
        """Return the moments (days) at which this much open time (days) has passed since time 0."""
        j = np.clip(np.searchsorted(self.worked, work, side="right") - 1, 0, self.opens.size - 1)
        return self.opens[j] + (work - self.worked[j])


@lru_cache(maxsize=64)
def bank_holidays(country: str, subdivision: str | None, first: dt.date, days: int) -> frozenset[dt.date]:
    """Return the public holidays of a country (or a part of it) from `first` on, for a number of days."""
    years = range(first.year, (first + dt.timedelta(days=days)).year + 1)
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=years))


def working_hours(
    start_date: dt.date,
    days: int,
    weekdays: Collection[int],
    from_hour: float,
    to_hour: float,
    closed_on: Collection[dt.date] = (),
) -> Calendar:
    """Return the calendar of a team that works certain hours on certain days of the week.

    Parameters
    ----------
    start_date : datetime.date
        Day 0.
    days : int
        How many days the calendar covers.
    weekdays : collection of int
        Days of the week on which it is open, Monday 0 to Sunday 6.
    from_hour, to_hour : float
        Hours from midnight of the day on which it opens; `to_hour` may be above 24, and is then on the next day.
    closed_on : collection of datetime.date
        Dates on which it stays closed (bank holidays).
    """
    week = dict.fromkeys(weekdays, (from_hour, to_hour))
    return working_days(start_date, days, week, dict.fromkeys(closed_on)).calendar()


@dataclass(frozen=True)
class WorkingDays:
    """The hours of each day, so that some days can have the hours of another calendar.

    Attributes
    ----------
    opens, closes : numpy.ndarray of float, shape (days,)
        In days from day 0; NaN where it stays closed. A night closes on the next day.
    ordinary_week : numpy.ndarray of float, shape (days,)
        Open time (days) of a week without holidays, if all weeks were like that of this day.
    night_before_ends : float
        When the night ends that began on the day before day 0; 0 if there was none.
    """

    opens: Array
    closes: Array
    ordinary_week: Array
    night_before_ends: float = 0.0

    def replaced(self, rows: NDArray[np.intp], other: WorkingDays) -> WorkingDays:
        """Return the same with the hours of another on some days."""
        mixed = []
        for name in ("opens", "closes", "ordinary_week"):
            values = getattr(self, name).copy()
            values[rows] = getattr(other, name)[rows]
            mixed.append(values)
        first = other if 0 in rows else self  # the day before the run is taken as the first of it
        opens, closes, ordinary_week = mixed
        return WorkingDays(opens, closes, ordinary_week, first.night_before_ends)

    def calendar(self) -> Calendar:
        """Return the calendar with these hours."""
        at = np.flatnonzero(~np.isnan(self.opens))
        opens, closes = self.opens[at], self.closes[at]
        if self.night_before_ends > 0:
            opens, closes = np.r_[0.0, opens], np.r_[self.night_before_ends, closes]
        # A night may end within the next day's hours, where these are others.
        ends = np.maximum.accumulate(closes)
        begins = np.maximum(opens, np.r_[-np.inf, ends[:-1]])
        some = ends > begins
        return replace(Calendar.from_intervals(begins[some], ends[some]), ordinary_week=self.ordinary_week)


def working_days(
    start_date: dt.date, days: int, week: Mapping[int, Hours], other_days: Mapping[dt.date, Hours | None] = NO_OTHERS
) -> WorkingDays:
    """Return the hours of each day of a team.

    Parameters
    ----------
    start_date : datetime.date
        Day 0.
    days : int
        How many days the calendar covers.
    week : mapping of int to (float, float)
        Days of the week on which it is open (Monday 0 to Sunday 6), with the hours from midnight at which it opens and
        closes; what closes above 24 does so on the next day.
    other_days : mapping of datetime.date to (float, float) or None
        Dates (bank holidays) that have hours of their own; None where it stays closed.
    """

    def hours_on(date: dt.date) -> Hours | None:
        return other_days[date] if date in other_days else week.get(date.weekday())

    weekday = (start_date.weekday() + np.arange(days)) % 7
    opens, closes = (np.array([week.get(day, _CLOSED)[end] for day in range(7)])[weekday] for end in (0, 1))
    for date, hours in other_days.items():
        if 0 <= (day := (date - start_date).days) < days:
            opens[day], closes[day] = hours or _CLOSED
    midnight = np.arange(days, dtype=np.float64)
    ordinary_week = math.fsum(to_hour - from_hour for from_hour, to_hour in week.values()) / HOURS_PER_DAY
    _, night_ends = hours_on(start_date - dt.timedelta(days=1)) or (0.0, 0.0)
    return WorkingDays(
        midnight + opens / HOURS_PER_DAY,
        midnight + closes / HOURS_PER_DAY,
        np.full(days, ordinary_week),
        max(0.0, night_ends / HOURS_PER_DAY - 1.0),
    )
