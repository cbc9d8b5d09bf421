"""Which months of the monthly return are whole: a run may begin or end within one."""

from __future__ import annotations

import calendar
import datetime as dt

from flowsim.config.city_schema import CityConfig


def first_of_month(month: object) -> dt.date:
    """Return the first day of a month that is written as in the return ("2016-04", or with a day)."""
    year, number = str(month).split("-")[:2]
    return dt.date(int(year), int(number), 1)


def days_that_count(config: CityConfig, month: dt.date) -> tuple[int, int]:
    """Return how many days of a month count in a run, and how many days the month has."""
    first = config.run.start_date + dt.timedelta(days=config.run.warm_up_days)
    after = first + dt.timedelta(days=config.run.horizon_days)
    days = calendar.monthrange(month.year, month.month)[1]
    end = month + dt.timedelta(days=days)
    return max(0, (min(after, end) - max(first, month)).days), days
