"""Shapes that published figures have: discharges and stock by day of the week, and long stays in occupied beds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.stays import Floats, Stays
from flowsim.measures.window import Window, mean, ratio

MONDAY, SATURDAY, SUNDAY = 0, 5, 6
WEEKDAYS = range(SATURDAY)
_DAYS_PER_WEEK = 7


def ward_discharges(stays: Stays, window: Window) -> NDArray[np.int64]:
    """Count, on each day of the window, those who leave hospital alive and had been admitted to a ward."""
    return window.events(stays.discharged[~np.isnan(stays.admitted)])


def days_of(
    window: Window, is_holiday: NDArray[np.bool_], weekdays: Sequence[int], on_holidays: bool = False
) -> NDArray[np.bool_]:
    """Whether each day of the window is one of these weekdays (Monday 0), and a bank holiday or not."""
    chosen: NDArray[np.bool_] = np.isin(window.weekdays, weekdays) & (is_holiday == on_holidays)
    return chosen


def relative_to_a_weekday(
    counts: NDArray[np.int64], window: Window, is_holiday: NDArray[np.bool_], which: NDArray[np.bool_]
) -> float:
    """Return the mean count of some days over that of weekdays that are no bank holidays; NaN if there is none."""
    ordinary = days_of(window, is_holiday, WEEKDAYS)
    return ratio(mean(counts[which]), mean(counts[ordinary])) if which.any() and ordinary.any() else np.nan


def flatness(counts: NDArray[np.int64], window: Window) -> float:
    """Return the mean of the lowest day of the week over that of the highest: 1 is flat; NaN without a whole week."""
    if window.horizon < _DAYS_PER_WEEK:
        return np.nan
    days = np.bincount(window.weekdays, minlength=_DAYS_PER_WEEK)
    means = np.bincount(window.weekdays, counts, _DAYS_PER_WEEK) / days
    return ratio(means.min(), means.max())


def on_ward_since(stays: Stays) -> Floats:
    """Return since when each spell is in a ward bed (days): from entering hospital, if it comes ready for transfer."""
    comes_ready = np.isnan(stays.admitted) & ~np.isnan(stays.optimised)
    return np.where(comes_ready, stays.entered, stays.admitted)


def long_stays(stays: Stays, window: Window, days: float) -> int:
    """Count people in ward beds who entered hospital at least `days` days before, summed over the midnights."""
    return int(window.midnights(np.maximum(on_ward_since(stays), stays.entered + days), stays.left).sum())
