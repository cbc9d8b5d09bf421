"""Whom interventions reach, when, and what they come to: people, days, capacities and starts a week."""

import datetime as dt

import numpy as np
import pytest
from from_config import calendars_of, cohort_of, network_of

from flowsim.config.changes import changed, with_changes
from flowsim.config.errors import ConfigError
from flowsim.model.effective_city import effective_city
from flowsim.run.load_city import load_config
from flowsim.run.simulate import simulate

EARLY = {"path": "discharge_planning.early_planning.coverage", "set": 1}
START = dt.date(2016, 10, 1)


def intervention(*changes):
    return {
        "title": "T",
        "what": "w",
        "mechanism": "m",
        "changes": list(changes),
        "cost": {"source": "assumption"},
        "evidence": [{"says": "nothing", "source": "assumption"}],
    }


@pytest.fixture
def city(tiny_city):
    return load_config(tiny_city)


def put(city, **places):
    """Put interventions in place: name = (changes, how)."""
    made = {name: {"intervention": intervention(*changes), **how} for name, (changes, how) in places.items()}
    return changed(city, {"interventions": made})


def ward_capacity(city):
    return next(pool.capacity for pool in network_of(city).pools if pool.name == "ward_beds")


def early(city):
    return cohort_of(city).columns["early_planning"] == 1


def test_nobody_reached_is_the_baseline_to_the_last_bit(city):
    everything = [
        EARLY,
        {"path": "calendars.discharge_team.days", "set": ["sat", "sun"]},
        {"path": "ward.beds", "scale": 0.1},
        {"path": "services.homecare.homecare.starts_per_week", "scale": 0.1},
    ]
    unreached = put(city, x=(everything, {"coverage": 0}))
    never = put(city, x=(everything, {"from_date": START + dt.timedelta(days=9999)}))
    base = simulate(city)
    long_over = put(city, x=(everything, {"to_date": START - dt.timedelta(days=1)}))
    for other in (simulate(unreached), simulate(never), simulate(long_over)):
        assert other.log.equals(base.log)
        assert other.measures == pytest.approx(base.measures, nan_ok=True, abs=0, rel=0)


def test_full_coverage_is_the_change_itself(city):
    changes = [EARLY, {"path": "ward.beds", "add": -600}, {"path": "calendars.brokerage.to_hour", "set": 20}]
    assert simulate(put(city, x=(changes, {}))).log.equals(simulate(with_changes(city, changes)).log)


def test_a_higher_coverage_only_adds_people_and_comes_to_its_share(city):
    full = early(put(city, x=([EARLY], {})))
    some = [early(put(city, x=([EARLY], {"coverage": c}))) for c in (0.2, 0.6)]
    assert (some[0] <= some[1]).all() and (some[1] <= full).all()
    assert some[1].sum() / full.sum() == pytest.approx(0.6, abs=0.05)
    assert some[0].sum() / full.sum() == pytest.approx(0.2, abs=0.05)


def test_a_person_is_reached_in_every_spell_or_in_none(city):
    drawn = cohort_of(put(city, x=([EARLY], {"coverage": 0.5})))
    parents = np.flatnonzero(drawn.child >= 0)
    children = drawn.child[parents]
    stay = drawn.columns["stay_until_optimised"]
    in_hospital = (stay[parents] > 0) & (stay[children] > 0)
    is_early = drawn.columns["early_planning"]
    assert in_hospital.sum() > 50
    assert (is_early[parents] == is_early[children])[in_hospital].all()


def test_two_interventions_reach_people_independently_and_both_act(city):
    longer = {"path": "ward.need_factor.none", "scale": 2}
    drawn = cohort_of(put(city, x=([EARLY], {"coverage": 0.5}), y=([longer], {"coverage": 0.5})))
    base = cohort_of(city).columns["stay_until_optimised"]
    stays = drawn.columns["stay_until_optimised"]
    is_early = drawn.columns["early_planning"][base > 0] == 1
    is_longer = stays[base > 0] > base[base > 0] * 1.5
    joint = np.mean(is_early & is_longer)
    assert joint == pytest.approx(is_early.mean() * is_longer.mean(), abs=0.03)
    swapped = cohort_of(put(city, y=([longer], {"coverage": 0.5}), x=([EARLY], {"coverage": 0.5})))
    assert all(np.array_equal(drawn.columns[name], swapped.columns[name]) for name in drawn.columns)


def test_the_order_counts_only_where_changes_do_not_commute(city):
    add, scale = {"path": "ward.beds", "add": 10}, {"path": "ward.beds", "scale": 1.1}
    one = put(city, a=([add], {}), s=([scale], {}))
    other = put(city, s=([scale], {}), a=([add], {}))
    assert [ward_capacity(c)[0][1] for c in (one, other)] == [743, 742]


def test_reach_grows_with_the_ramp(city):
    ramped = put(city, x=([EARLY], {"coverage": 0.8, "from_date": START + dt.timedelta(days=20), "ramp_days": 20}))
    is_early, arrival = early(ramped), cohort_of(city).arrival
    full = early(put(city, x=([EARLY], {})))
    reached = [(is_early & (arrival >= a) & (arrival < b)).sum() for a, b in ((0, 20), (25, 35), (40, 90))]
    possible = [(full & (arrival >= a) & (arrival < b)).sum() for a, b in ((0, 20), (25, 35), (40, 90))]
    assert reached[0] == 0
    assert reached[1] / possible[1] == pytest.approx(0.4, abs=0.12)
    assert reached[2] / possible[2] == pytest.approx(0.8, abs=0.08)


def test_a_capacity_comes_to_its_share_in_steps_from_its_date(city):
    ten = {"path": "ward.beds", "add": 10}
    half = put(city, x=([ten], {"coverage": 0.5, "from_date": START + dt.timedelta(days=30), "ramp_days": 5}))
    assert ward_capacity(half) == ((0.0, 665), (31.0, 666), (32.0, 667), (33.0, 668), (34.0, 669), (35.0, 670))


def test_an_intervention_acts_on_top_of_dated_capacities(city):
    dated = with_changes(city, [{"path": "ward.beds", "set": 100, "from_date": "2016-10-11"}])
    more = put(dated, x=([{"path": "ward.beds", "add": 10}], {}))
    assert ward_capacity(more) == ((0.0, 675), (10.0, 110))


def test_a_calendar_holds_on_its_share_of_days_of_each_weekday(tiny_city):
    city = changed(load_config(tiny_city), {"run.horizon_days": 3650, "run.warm_up_days": 0})
    every_day = {"path": "calendars.discharge_team.days", "set": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
    opens = {}
    for share in (0.25, 0.6, 1.0):
        calendar = calendars_of(put(city, x=([every_day], {"coverage": share})))["discharge_team"]
        opens[share] = np.floor(calendar.opens).astype(int)
    saturdays = {share: days[(START.weekday() + days) % 7 == 5] for share, days in opens.items()}
    assert len(saturdays[0.25]) / len(saturdays[1.0]) == pytest.approx(0.25, abs=0.02)
    assert len(saturdays[0.6]) / len(saturdays[1.0]) == pytest.approx(0.6, abs=0.02)
    assert set(saturdays[0.25]) <= set(saturdays[0.6]) <= set(saturdays[1.0])


def test_vacancies_follow_a_rate_that_changes(tiny_city):
    city = changed(load_config(tiny_city), {"run.horizon_days": 1400, "run.warm_up_days": 0})
    path = "services.homecare.homecare.starts_per_week"
    double = put(city, x=([{"path": path, "scale": 2}], {"from_date": START + dt.timedelta(days=700)}))
    before, after = (cohort_of(c).vacancies["homecare"] for c in (city, double))
    assert np.array_equal(before[before < 700], after[after < 700])
    assert (after > 700).sum() / (before > 700).sum() == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("how", [{"coverage": 0.5}, {"from_date": "2016-11-01"}])
def test_what_holds_for_a_whole_run_cannot_come_to_a_part(city, how):
    with pytest.raises(ConfigError, match=r"adults holds for a whole run"):
        put(city, x=([{"path": "population.adults", "add": 1}], how))


def test_a_ramp_needs_a_date(city):
    with pytest.raises(ConfigError, match="ramp_days needs a from_date"):
        put(city, x=([EARLY], {"ramp_days": 5}))


def test_a_change_of_no_setting_is_refused(city):
    with pytest.raises(ConfigError, match=r"did you mean .*early_planning"):
        simulate(put(city, x=([{"path": "discharge_planning.early_planing.coverage", "set": 1}], {})))


@pytest.mark.parametrize("how", [{"coverage": 0}, {"from_date": "2099-01-01"}])
def test_a_change_of_no_setting_is_refused_even_if_nobody_is_exposed_to_it(city, how):
    nowhere = {"path": "services.homecare.homecar.starts_per_week", "scale": 2}
    with pytest.raises(ConfigError, match=r"did you mean services\.homecare\.homecare"):
        simulate(put(city, x=([nowhere], how)))


def test_runs_of_one_city_share_what_was_made_of_it_and_those_of_another_do_not(city):
    half, again, most = (put(city, x=([EARLY], {"coverage": c})) for c in (0.5, 0.5, 0.9))
    assert effective_city(half) is effective_city(again)
    assert effective_city(half) is not effective_city(most)


def test_a_capacity_alone_leaves_the_city_as_everybody_meets_it(city):
    more = put(city, x=([{"path": "ward.beds", "add": 10}], {}))
    assert effective_city(more).effective == city


def test_a_configuration_that_is_written_out_and_read_again_runs_the_same(city):
    placed = put(city, x=([EARLY, {"path": "ward.beds", "scale": 1.1}], {"coverage": 0.5, "from_date": "2016-10-20"}))
    again = type(city).model_validate_json(placed.model_dump_json(round_trip=True, by_alias=True))
    assert simulate(again).log.equals(simulate(placed).log)


def test_a_closed_service_buys_no_vacancies_in_a_surge_and_those_of_other_days_stay_the_same(tiny_city):
    surge = {"starts_per_week": 20, "opens_above": 1, "closes_at": 0}
    city = changed(load_config(tiny_city), {"services.homecare.homecare.surge": surge})
    path, since = "services.homecare.homecare.starts_per_week", START + dt.timedelta(days=30)
    closed = put(city, x=([{"path": path, "scale": 0}], {"from_date": since}))
    before, after = cohort_of(city), cohort_of(closed)
    bought = before.surge_vacancies["homecare"]
    assert (bought >= 30).any()
    assert np.array_equal(after.surge_vacancies["homecare"], bought[bought < 30])
    assert after.vacancies["homecare"].max() < 30


def test_a_pool_that_is_closed_for_the_whole_run_is_refused_with_its_setting(city):
    with pytest.raises(ConfigError, match=r"^ward\.beds: 0 is not allowed: it is 0 on every day of the run"):
        network_of(put(city, x=([{"path": "ward.beds", "add": -700}], {})))
