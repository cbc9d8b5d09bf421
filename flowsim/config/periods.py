"""Periods of published figures: a month, a quarter or a financial year.

They are written as in the returns: ``2016-10`` (a month), ``2016/17 Q3`` (October to December 2016) and ``2016/17``
(April 2016 to March 2017).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

ALLOWED = "a month (2016-10), a quarter (2016/17 Q3: October to December 2016) or a financial year (2016/17)"
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"(\d{4})/(\d{2})(?: Q([1-4]))?")
_APRIL, _MONTHS = 4, 12


@dataclass(frozen=True, order=True)
class Period:
    """Some whole months of the calendar.

    Attributes
    ----------
    first, last : datetime.date
        The first and the last day.
    label : str
        As it is written: ``2016-10``, ``2016/17 Q3``, ``2016/17``.
    """

    first: dt.date
    last: dt.date
    label: str

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def months(self) -> list[str]:
        """Its months, as YYYY-MM."""
        count = _month_number(self.last) - _month_number(self.first) + 1
        return [_label(_month_number(self.first) + i) for i in range(count)]


def parse_period(text: str) -> Period:
    """Return the period that a text names.

    Raises
    ------
    ValueError
        If it is none of the three.
    """
    month, year = _MONTH.fullmatch(text), _YEAR.fullmatch(text)
    if month:
        return _period(int(month[1]) * _MONTHS + int(month[2]) - 1, 1, text)
    if year and (int(year[1]) + 1) % 100 == int(year[2]):
        april = int(year[1]) * _MONTHS + _APRIL - 1
        return _period(april, _MONTHS, text) if year[3] is None else _period(april + 3 * (int(year[3]) - 1), 3, text)
    raise ValueError(f"must be {ALLOWED}")


def financial_years(first: dt.date, last: dt.date) -> list[Period]:
    """Return the financial years that lie in full between two days, both included."""
    years = range(first.year, last.year + 1)
    found = [parse_period(f"{year}/{(year + 1) % 100:02d}") for year in years]
    return [its for its in found if first <= its.first and its.last <= last]


def next_month(month: str) -> str:
    """Return the month after one, both as YYYY-MM."""
    return _label(_month_number(parse_period(month).first) + 1)


def financial_year_of(month: str) -> str:
    """Return the financial year of a month: 2016/17 of 2016-10."""
    first = parse_period(month).first
    april = first.year if first.month >= _APRIL else first.year - 1
    return f"{april}/{(april + 1) % 100:02d}"


def quarter_of(month: str) -> str:
    """Return the quarter of a month: 2016/17 Q3 of 2016-10."""
    return f"{financial_year_of(month)} Q{(parse_period(month).first.month - _APRIL) % _MONTHS // 3 + 1}"


def _period(month: int, months: int, label: str) -> Period:
    last = _first_of(month + months) - dt.timedelta(days=1)
    return Period(_first_of(month), last, label)


def _month_number(day: dt.date) -> int:
    return day.year * _MONTHS + day.month - 1


def _first_of(month: int) -> dt.date:
    return dt.date(month // _MONTHS, month % _MONTHS + 1, 1)


def _label(month: int) -> str:
    return f"{month // _MONTHS:04d}-{month % _MONTHS + 1:02d}"
