"""Periods are written as in the returns, and cover whole months."""

import datetime as dt

import pytest

from flowsim.config.periods import financial_years, parse_period


@pytest.mark.parametrize(
    ("text", "first", "last", "months"),
    [
        ("2016-02", dt.date(2016, 2, 1), dt.date(2016, 2, 29), 1),
        ("2016-12", dt.date(2016, 12, 1), dt.date(2016, 12, 31), 1),
        ("2016/17", dt.date(2016, 4, 1), dt.date(2017, 3, 31), 12),
        ("2016/17 Q3", dt.date(2016, 10, 1), dt.date(2016, 12, 31), 3),
        ("2016/17 Q4", dt.date(2017, 1, 1), dt.date(2017, 3, 31), 3),
        ("1999/00", dt.date(1999, 4, 1), dt.date(2000, 3, 31), 12),
    ],
)
def test_a_period_is_whole_months(text, first, last, months):
    period = parse_period(text)
    assert (period.first, period.last, period.label, len(period.months)) == (first, last, text, months)
    assert period.days == (last - first).days + 1


def test_the_months_of_a_quarter_that_goes_over_new_year():
    assert parse_period("2016/17 Q4").months == ["2017-01", "2017-02", "2017-03"]


@pytest.mark.parametrize("text", ["2016", "2016/18", "2016-13", "2016/17 Q5", "16/17", "2016-1", "2016/2017"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError, match="a financial year"):
        parse_period(text)


def test_only_financial_years_that_lie_in_full_between_two_days():
    years = financial_years(dt.date(2014, 4, 1), dt.date(2018, 3, 30))
    assert [its.label for its in years] == ["2014/15", "2015/16", "2016/17"]
