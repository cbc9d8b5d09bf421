"""Offered load against what can be reckoned by hand."""

import datetime as dt

import pytest

import flowsim
from flowsim.config.changes import changed
from flowsim.run.offered_load import PoolLoad, offered_load

NOBODY = {f"streams.{name}.enabled": False for name in ("gp_referral", "emergency_department", "step_up", "direct")}


@pytest.fixture
def city(tiny_city):
    return flowsim.load_config(tiny_city)


def loads(city):
    return {load.pool: load for load in offered_load(city)}


def test_beds_are_asked_for_around_the_clock_whatever_there_is(city):
    city = changed(
        city,
        {
            "run.horizon_days": 140,
            "streams.gp_referral.spells_per_day": 12,
            "front_door.mau.assessment_hours": {"distribution": "fixed", "value": 12},
            "front_door.mau.beds": 1,
        },
    )
    mau = loads(city)["mau_beds"]
    assert (mau.kind, mau.capacity, mau.surge) == ("places", 1, 0)
    assert mau.offered == pytest.approx(12 * 0.5, rel=0.1)
    assert mau.share == mau.offered
    assert mau.remark == "WARNING: exceeds capacity"


def test_staff_are_asked_for_while_they_work(city):
    """Everybody who is discharged is driven home, which takes four hours, at some time of the 22 when it is done."""
    driven = city.model_dump(mode="json")["calendars"]
    driven["transport"] |= {"from_hour": 1, "to_hour": 23}
    driven["transport"]["days"] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    city = changed(
        city,
        {
            **NOBODY,
            "streams.direct.enabled": True,
            "streams.direct.spells_per_day": 11,
            "streams.direct.ages": {"18-64": 1},
            "patients.readmissions.probability": dict.fromkeys(("18-64", "65-74", "75-84", "85+"), 0),
            "services.transport.journey_hours": {"distribution": "fixed", "value": 4},
            "calendars": driven,
            "run.horizon_days": 140,
        },
    )
    transport = loads(city)["transport"]
    assert transport.kind == "staff"
    assert transport.offered == pytest.approx(11 * 4 / 22, rel=0.1)


def test_long_term_care_is_asked_for_by_the_week(city):
    city = changed(
        city,
        {
            **NOBODY,
            "run.horizon_days": 140,
            "streams.care_home_from_own_home.enabled": False,
            "streams.homecare_from_own_home.spells_per_day": 6,
            "services.homecare.homecare.starts_per_week": 36,
            "services.homecare.homecare.surge": {"starts_per_week": 20, "opens_above": 9, "closes_at": 3},
        },
    )
    homecare = loads(city)["homecare"]
    assert (homecare.kind, homecare.capacity, homecare.surge) == ("starts a week", 36, 20)
    assert homecare.offered == pytest.approx(42, rel=0.1)
    assert homecare.remark == "note: needs the surge"


def test_remarks():
    assert PoolLoad("p", "places", 9.0, 10.0, 0.0).remark == ""
    assert PoolLoad("p", "places", 11.0, 10.0, 2.0).remark == "note: needs the surge"
    assert PoolLoad("p", "places", 13.0, 10.0, 2.0).remark == "WARNING: exceeds capacity and surge"
    way_out = PoolLoad("p", "places", 13.0, 10.0, 2.0, has_way_out=True)
    assert way_out.remark == "note: exceeds capacity, people leave the queue"


def test_a_city_whose_history_gives_daily_rates_is_looked_at_within_the_days_that_have_them(tiny_city):
    first = dt.date(2016, 10, 1)
    lines = [f"{first + dt.timedelta(days=i)},30" for i in range(56)]
    tiny_city.with_name("rates.csv").write_text("date,spells\n" + "\n".join(lines), encoding="utf-8")
    variant = tiny_city.with_name("variant.yaml")
    variant.write_text(
        f"extends: {tiny_city.name}\nhistory: {{busier: {{source: invented, changes: [{{path: "
        "streams.gp_referral.daily_rates, set: rates.csv, from_date: 2016-10-20}]}}\n",
        encoding="utf-8",
    )
    before, after = (loads(flowsim.load_config(file))["mau_beds"].offered for file in (tiny_city, variant))
    assert after > 2 * before
