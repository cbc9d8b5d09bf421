"""Hours by day of the week in calendars, also over midnight, and hours of their own on bank holidays."""

import datetime as dt

import numpy as np
import pytest
from from_config import calendars_of, cohort_of

import flowsim
from flowsim.config.changes import changed, with_changes
from flowsim.config.errors import ConfigError

START = dt.date(2016, 10, 1)  # a Saturday
BOXING_DAY = dt.date(2016, 12, 26)  # a Monday
ROUNDS = "calendars.ward_rounds"


@pytest.fixture
def city(tiny_city):
    return changed(flowsim.load_config(tiny_city), {"run.horizon_days": 90})


def hours(city, name, date):
    """When a calendar opens and closes on a date: hours from its midnight, of all its intervals that touch the day."""
    calendar, day = calendars_of(city)[name], (date - START).days
    shown = [(a, b) for a, b in zip(calendar.opens, calendar.closes, strict=True) if b > day and a < day + 1]
    return [(round((a - day) * 24, 3), round((b - day) * 24, 3)) for a, b in shown]


def test_saturdays_and_sundays_have_hours_of_their_own(city):
    other = changed(city, {f"{ROUNDS}.hours_by_day": {"sat": [9, 13], "sun": [10, 12.5]}})
    assert [hours(other, "ward_rounds", START + dt.timedelta(days=n)) for n in range(3)] == [
        [(9, 13)],
        [(10, 12.5)],
        [(8, 18)],
    ]
    # An ordinary week, by which starts a week are spread over open time.
    assert calendars_of(other)["ward_rounds"].ordinary_week[0] * 24 == pytest.approx(5 * 10 + 4 + 2.5)


def test_the_hours_of_one_day_may_end_on_the_next(city):
    friday = START + dt.timedelta(days=6)
    night = changed(city, {f"{ROUNDS}.hours_by_day": {"fri": [20, 4], "sat": [3, 13]}})
    assert hours(night, "ward_rounds", friday) == [(20, 37)]  # the night ends within the hours of Saturday
    assert hours(night, "ward_rounds", START) == [(0, 13)]  # that of the Friday before the run too
    alone = changed(city, {f"{ROUNDS}.hours_by_day": {"fri": [20, 4]}})
    assert hours(alone, "ward_rounds", START) == [(0, 4), (8, 18)]


def test_a_bank_holiday_may_have_hours_of_its_own(city):
    other = changed(city, {f"{ROUNDS}.open_on_bank_holidays": [10, 12]})
    assert hours(other, "ward_rounds", BOXING_DAY) == [(10, 12)]
    assert hours(other, "ward_rounds", BOXING_DAY + dt.timedelta(days=7)) == [(10, 12)]  # 2 January
    assert hours(other, "ward_rounds", BOXING_DAY + dt.timedelta(days=14)) == [(8, 18)]


def test_on_a_bank_holiday_that_is_none_of_its_days_it_stays_closed(city):
    weekdays = changed(city, {"calendars.mdt_meetings.open_on_bank_holidays": [10, 12]})
    assert hours(weekdays, "mdt_meetings", BOXING_DAY) == [(10, 12)]
    assert hours(weekdays, "mdt_meetings", dt.date(2016, 12, 25)) == []  # a Sunday


def test_the_same_hours_said_by_day_are_the_same_city_to_the_last_bit(city):
    days = city.calendars["transport"].days
    said = changed(city, {"calendars.transport.hours_by_day": {day: [9, 20] for day in days}})
    odd = changed(city, {"calendars.brokerage.from_hour": 8.3, "calendars.brokerage.to_hour": 17.1})
    odd_said = changed(odd, {"calendars.brokerage.hours_by_day": {"wed": [8.3, 17.1]}})
    for one, other in ((city, said), (odd, odd_said)):
        assert flowsim.simulate(one).log.equals(flowsim.simulate(other).log)


def test_the_engines_agree_about_short_weekends(city):
    short = changed(city, {f"{ROUNDS}.hours_by_day": {"sat": [9, 12], "sun": [22, 3]}})
    assert flowsim.simulate(short).log.equals(flowsim.simulate(short, engine="simpy").log)


def test_hours_by_day_can_change_on_a_date(city):
    change = {"path": f"{ROUNDS}.hours_by_day", "set": {"sat": [9, 13]}, "from_date": "2016-11-01"}
    later = with_changes(city, [change])
    assert hours(later, "ward_rounds", dt.date(2016, 10, 29)) == [(8, 18)]
    assert hours(later, "ward_rounds", dt.date(2016, 11, 5)) == [(9, 13)]
    assert hours(later, "ward_rounds", dt.date(2016, 11, 6)) == [(8, 18)]


def test_an_hour_of_a_priced_calendar_is_an_hour_that_it_is_open(city):
    only = {"costs.pools": {}, "costs.calendars": {"transport": {"gbp": 10, "nhs_share": 1}}, "run.horizon_days": 70}
    short = changed(city, only | {"calendars.transport.hours_by_day": {"sun": [9, 10]}})
    paid = [flowsim.simulate(its).measures["cost_paid"] for its in (changed(city, only), short)]
    assert paid[0] - paid[1] == pytest.approx(10 * 10 * 10 * 365 / 70, rel=1e-5)  # ten Sundays, ten hours less on each


def test_short_hours_do_not_change_who_comes(city):
    short = changed(city, {f"{ROUNDS}.hours_by_day": {"sat": [9, 12]}})
    assert np.array_equal(cohort_of(short).arrival, cohort_of(city).arrival, equal_nan=True)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("hours_by_day", {"sat": [9, 13]}, "hours_by_day has hours for sat, which is not one of its days"),
        ("hours_by_day", {"mon": [9, 9]}, "from 9 to 9 is no time at all"),
        ("hours_by_day", {"mon": [9]}, "must have 2 or more items"),
        ("hours_by_day", {"mon": [9, 25]}, "25 is not allowed: must be 24 or less"),
        ("open_on_bank_holidays", "maybe", "must be a list or true or false"),
        ("open_on_bank_holidays", [24, 3], "from 24 to 3 is no time at all"),
    ],
)
def test_hours_that_cannot_be_are_refused(city, path, value, says):
    with pytest.raises(ConfigError, match=says):
        changed(city, {f"calendars.mdt_meetings.{path}": value})
