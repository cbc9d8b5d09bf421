"""A run of years: its history reaches demand, lags and the ways out of a queue, and its holidays are the real ones."""

import datetime as dt

import numpy as np
import pytest

import flowsim
from flowsim.config.changes import changed
from flowsim.model.calendar import bank_holidays

ED = "streams.emergency_department"
STIT = "services.active_recovery.stit"
TURN = "2018-01-01"
FIXED = {"distribution": "fixed", "value": 30}
CHANGES = {
    "demand": {"path": f"{ED}.spells_per_day", "scale": 0.5},
    "lag": {"path": f"{STIT}.lag.working_hours", "set": {"distribution": "fixed", "value": 60}},
    "way out": {"path": f"{STIT}.plan_b_after_days", "set": {"distribution": "fixed", "value": 1}},
    "stay": {"path": f"{STIT}.stay_days", "set": {"distribution": "fixed", "value": 10}},
}


@pytest.fixture
def city(tiny_city):
    """Two years from October 2016, with lags and stays that are always the same, and too few slots."""
    return changed(
        flowsim.load_config(tiny_city),
        {
            "run.warm_up_days": 92,
            "run.horizon_days": 730,
            f"{STIT}.share": 1,
            "services.active_recovery.cics.share": 0,
            f"{STIT}.caseload": 8,
            f"{STIT}.surge": None,
            f"{STIT}.lag.working_hours": FIXED,
            f"{STIT}.plan_b_after_days": {"distribution": "fixed", "value": 50},
            f"{STIT}.stay_days": {"distribution": "fixed", "value": 30},
        },
    )


def with_history(city, kind):
    past = {"title": kind, "source": "invented", "changes": [{**CHANGES[kind], "from_date": TURN}]}
    return changed(city, {"history": {"past": past}})


def of_activity(run, name):
    """When each request of an activity was made, and how long it then took until it was over (days)."""
    rows = run.events().query("activity == @name")
    return rows["asked_day"].to_numpy(), (rows["ended_day"] - rows["asked_day"]).to_numpy()


def a_day(run, moments):
    """How many of some moments there are a day, before the date and from it on."""
    turn, end = day(run, TURN), run.config.run.days
    return np.count_nonzero(moments < turn) / turn, np.count_nonzero(moments >= turn) / (end - turn)


def day(run, date):
    return (dt.date.fromisoformat(date) - run.config.run.start_date).days


@pytest.mark.parametrize("kind", CHANGES)
def test_before_its_date_a_history_changes_nothing_and_after_it_something(city, kind):
    without, run = flowsim.simulate(city), flowsim.simulate(with_history(city, kind))
    turn = day(run, TURN)

    def begun(its, after):
        chosen = (its.log.started >= turn) if after else (its.log.started < turn)
        return np.c_[its.log.activity, its.log.started][chosen]

    assert np.array_equal(begun(without, False), begun(run, False))
    assert not np.array_equal(begun(without, True), begun(run, True))


def test_half_the_demand_is_half_the_arrivals(city):
    run = flowsim.simulate(with_history(city, "demand"))
    stream = list(city.streams).index("emergency_department")
    rows = run.events().drop_duplicates("spell").query("spell == person")
    asked = rows["asked_day"].to_numpy()[run.cohort.columns["stream"][rows["spell"]] == stream]
    before, after = a_day(run, asked)
    assert after / before == pytest.approx(0.5, rel=0.1)


def test_a_lag_is_another_for_those_who_come_after_the_date(city):
    run = flowsim.simulate(with_history(city, "lag"))
    asked, took = of_activity(run, "stit_referral")
    early, late = took[asked < day(run, TURN)], took[asked > day(run, "2018-03-01")]
    # 60 working hours instead of 30, of eight hours on five days of the week.
    assert np.nanmean(late) / np.nanmean(early) == pytest.approx(2, rel=0.15)


def test_people_turn_away_from_a_queue_sooner_after_the_date(city):
    run = flowsim.simulate(with_history(city, "way out"))
    gave_up = run.events().query("activity == 'stit_slot' and outcome == 'gave up'")
    asked, waited = gave_up["asked_day"], gave_up["ended_day"] - gave_up["asked_day"]
    assert waited[asked < day(run, TURN)].median() == pytest.approx(50, abs=1e-4)
    assert waited[asked > day(run, "2018-03-01")].median() == pytest.approx(1, abs=1e-4)


def test_the_monthly_return_has_every_month_of_four_years(city):
    run = flowsim.simulate(changed(city, {"run.start_date": "2013-03-01", "run.warm_up_days": 396,
                                          "run.horizon_days": 1461}))  # fmt: skip
    months = sorted(set(run.sitrep["month"].astype(str).str[:7]))
    assert (len(months), months[0], months[-1]) == (48, "2014-04", "2018-03")
    days = run.daily[run.daily["measure"] == "delayed"]["value"]
    assert run.measures["dtoc_delayed_days"] == pytest.approx(days.sum() * 365 / 1461)  # of a year, not of four


def test_the_bank_holidays_of_five_years_are_those_of_england():
    """On weekdays, from the government's list (gov.uk/bank-holidays and its earlier versions)."""
    listed = """
        2013-03-29 2013-04-01 2013-05-06 2013-05-27 2013-08-26 2013-12-25 2013-12-26
        2014-01-01 2014-04-18 2014-04-21 2014-05-05 2014-05-26 2014-08-25 2014-12-25 2014-12-26
        2015-01-01 2015-04-03 2015-04-06 2015-05-04 2015-05-25 2015-08-31 2015-12-25 2015-12-28
        2016-01-01 2016-03-25 2016-03-28 2016-05-02 2016-05-30 2016-08-29 2016-12-26 2016-12-27
        2017-01-02 2017-04-14 2017-04-17 2017-05-01 2017-05-29 2017-08-28 2017-12-25 2017-12-26
        2018-01-01 2018-03-30
    """
    start, end = dt.date(2013, 3, 1), dt.date(2018, 3, 31)
    found = bank_holidays("GB", "ENG", start, (end - start).days)
    on_weekdays = [str(date) for date in sorted(found) if date.weekday() < 5 and start <= date <= end]
    assert on_weekdays == listed.split()
