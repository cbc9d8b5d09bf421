"""Sizes that are others in some months of every year."""

import datetime as dt

import numpy as np
import pytest
from from_config import cohort_of, network_of

import flowsim
from flowsim.config.changes import changed, with_changes
from flowsim.config.errors import ConfigError
from flowsim.config.size_over_time import MONTHS
from flowsim.model.effective_city import effective_city
from flowsim.run.offered_load import offered_load

HOMECARE = "services.homecare.homecare"
START = dt.date(2016, 10, 1)


@pytest.fixture
def city(tiny_city):
    return flowsim.load_config(tiny_city)


@pytest.fixture
def two_years(city):
    return changed(city, {"run.warm_up_days": 31, "run.horizon_days": 608})


def beds(city):
    return network_of(city).pools[network_of(city).pool_index("ward_beds")].capacity


def starts(city):
    """Homecare starts a week on the first of each month of a run."""
    effective = effective_city(city)
    by_day = effective.starts_per_week(next(pool for pool in effective.pools if pool.name == "homecare"))
    dates = [START + dt.timedelta(days=day) for day in range(by_day.size)]
    return {f"{date:%Y-%m}": by_day[day] for day, date in enumerate(dates) if date.day == 1}


def day(*date):
    return float((dt.date(*date) - START).days)


def test_beds_that_close_in_december_close_in_every_december(two_years):
    dips = changed(two_years, {"ward.beds": 101, "ward.by_month": {"dec": 0.9}})
    assert beds(dips) == (
        (0.0, 101),
        (day(2016, 12, 1), 91),  # 90.9
        (day(2017, 1, 1), 101),
        (day(2017, 12, 1), 91),
        (day(2018, 1, 1), 101),
    )


def test_starts_stay_fractions_and_no_other_month_makes_up_for_a_low_one(two_years):
    winter = changed(two_years, {f"{HOMECARE}.starts_per_week": 7, f"{HOMECARE}.by_month": {"dec": 0.8, "jan": 0.9}})
    expected = {month: {"12": 5.6, "01": 6.3}.get(month[-2:], 7.0) for month in starts(two_years)}
    assert starts(winter) == pytest.approx(expected)
    many = cohort_of(changed(winter, {f"{HOMECARE}.starts_per_week": 700})).vacancies["homecare"]
    in_december = np.count_nonzero((many >= day(2017, 12, 1)) & (many < day(2018, 1, 1)))
    assert in_december == pytest.approx(560 / 5 * 19, rel=0.05)  # working days, without Christmas and Boxing Day


def test_the_season_multiplies_what_dated_changes_leave(two_years):
    city = changed(two_years, {"ward.beds": 100, "ward.by_month": {"jan": 0.5}})
    cut = with_changes(city, [{"path": "ward.beds", "set": 60, "from_date": "2017-06-01"}])
    assert [units for _, units in beds(cut)] == [100, 50, 100, 60, 30, 60]


def test_a_season_can_change_on_a_date(two_years):
    city = changed(two_years, {"ward.beds": 100, "ward.by_month": {"jan": 0.5}})
    mended = with_changes(city, [{"path": "ward.by_month.jan", "set": 0.8, "from_date": "2017-12-01"}])
    assert [units for _, units in beds(mended)] == [100, 50, 100, 80, 100]
    half_january = {"path": "ward.by_month", "set": {"jan": 0.7}, "from_date": "2017-01-11", "to_date": "2017-01-20"}
    assert [units for _, units in beds(with_changes(two_years, [{"path": "ward.beds", "set": 100}, half_january]))] == [
        100,
        70,
        100,
    ]


def test_factors_of_1_are_the_city_without_them_to_the_last_bit(city):
    same = changed(city, {"ward.by_month": {"oct": 1, "jun": 0.1}, f"{HOMECARE}.by_month": {"nov": 1, "aug": 0.1}})
    assert flowsim.simulate(same).log.equals(flowsim.simulate(city).log)


def test_what_must_be_paid_follows_the_season(city):
    """The tiny city's run counts from 15 October to 25 November: 17 of its 42 days are in October."""
    fewer = changed(city, {"ward.beds": 600, "ward.by_month": {"nov": 0.5}})
    run = flowsim.simulate(fewer)
    assert run.measures["ward_beds_capacity_mean"] == pytest.approx(600 * (17 + 25 * 0.5) / 42)
    before = flowsim.simulate(changed(fewer, {"ward.by_month": None})).measures["cost_paid"]
    gbp = fewer.costs.pools["ward_beds"].gbp * 365
    assert before - run.measures["cost_paid"] == pytest.approx(gbp * 600 * 0.5 * 25 / 42, rel=0.02)


def test_offered_load_is_that_of_the_month_with_the_least(two_years):
    dips = changed(two_years, {"run.horizon_days": 120, f"{HOMECARE}.by_month": {"dec": 0.25}})
    load = next(load for load in offered_load(dips) if load.pool == "homecare")
    assert (load.first, load.last) == (dt.date(2016, 12, 1), dt.date(2016, 12, 31))
    assert load.capacity == pytest.approx(0.25 * two_years.services.homecare["homecare"].starts_per_week)
    others = {load.pool: load.first for load in offered_load(dips) if load.pool != "homecare"}
    assert set(others.values()) == {None}  # what has no season is looked at as a whole


@pytest.mark.parametrize(
    ("months", "says"),
    [
        ({"dez": 0.5}, "dec"),
        ({"dec": -1}, "must be 0 or more"),
        ([1] * 12, "must be a group of settings"),
        ({}, "must have 1 or more items"),
    ],
)
def test_a_season_that_cannot_be_is_refused(city, months, says):
    with pytest.raises(ConfigError, match=rf"ward\.by_month.*{says}"):
        changed(city, {"ward.by_month": months})


def test_a_service_that_is_closed_in_all_months_of_a_run_is_refused(city):
    with pytest.raises(ConfigError, match=r"ward\.beds.*0 on every day"):
        network_of(changed(city, {"ward.by_month": dict.fromkeys(MONTHS, 0)}))
