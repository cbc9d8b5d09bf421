"""Services that meet a need where people live: whom they can reach, and what does not happen then."""

import numpy as np
import pytest
from from_config import cohort_of

from flowsim.config.changes import changed
from flowsim.config.types import AGE_BANDS
from flowsim.run.load_city import load_config
from flowsim.run.simulate import simulate

SATURDAY = 5


def with_schemes(city, **schemes):
    made = {}
    for name, scheme in schemes.items():
        made[name] = {"streams": ["emergency_department"], "gbp_each": 100, "share": 1.0, **scheme}
    return changed(city, {"admission_avoidance": made})


def drawn(city):
    return cohort_of(city)


@pytest.fixture
def city(tiny_city):
    return load_config(tiny_city)


def test_only_those_of_its_streams_ages_residence_and_weekdays_are_reached(city):
    base = drawn(city)
    ages, residents = base.columns["age_band"], base.columns["care_home_resident"] == 1
    first = base.parent < 0
    from_ed = base.columns["stream"] == list(city.streams).index("emergency_department")
    everyone = drawn(with_schemes(city, x={})).columns["avoided"] == 1
    assert (everyone[first] == from_ed[first]).all()
    old = drawn(with_schemes(city, x={"ages": ["85+"]})).columns["avoided"] == 1
    assert (old == (everyone & (ages == AGE_BANDS.index("85+")))).all()
    homes = drawn(with_schemes(city, x={"residence": "care_home"})).columns["avoided"] == 1
    assert (homes == (everyone & residents)).all() and homes.any()
    saturdays = drawn(with_schemes(city, x={"weekdays": ["sat"]})).columns["avoided"] == 1
    weekday = (city.run.start_date.weekday() + np.floor(base.arrival[first]).astype(int)) % 7
    assert (saturdays[first] == (everyone[first] & (weekday == SATURDAY))).all()
    # People who come back have no date yet: a seventh of them.
    assert saturdays[~first].mean() == pytest.approx(1 / 7, abs=0.05)


def test_whoever_is_reached_never_comes_to_hospital_and_is_no_admission(city):
    run = simulate(with_schemes(city, x={"ages": ["75-84", "85+"]}))
    avoided = np.flatnonzero(run.cohort.columns["avoided"] == 1)
    exit_only = run.network.activity_index("cared_for_where_they_live")
    rows = np.isin(run.log.spell, avoided)
    assert rows.any() and (run.log.activity[rows] == exit_only).all()
    base = simulate(city)
    assert run.measures["admissions_avoided"] > 0
    assert run.measures["non_elective_admissions"] < base.measures["non_elective_admissions"]
    assert not run.cohort.columns["non_elective"][avoided].any()
    assert run.measures["cost_interventions"] == pytest.approx(100 * run.measures["admissions_avoided"])
    assert len(run.cohort) == len(base.cohort)


def test_an_avoided_readmission_leaves_the_person_where_they_are(city):
    run = simulate(with_schemes(city, x={}))
    child_avoided = run.cohort.child[(run.cohort.child >= 0)]
    returned = run.network.activity_index("readmitted")
    assert (run.cohort.columns["avoided"][child_avoided] == 1).mean() > 0.9
    assert not np.isin(child_avoided[run.cohort.columns["avoided"][child_avoided] == 1], run.log.spell).any()
    assert (run.log.activity == returned).sum() == 0


def test_the_first_service_that_meets_a_need_counts(city):
    both = drawn(with_schemes(city, x={"share": 0.5}, y={})).columns["avoided"]
    assert set(np.unique(both)) == {0, 1, 2}
    assert (drawn(with_schemes(city, x={"share": 0.5})).columns["avoided"] == (both == 1)).all()


def test_a_service_for_the_last_weeks_reaches_only_those_who_die_in_them(city):
    everyone, last = (drawn(with_schemes(city, x=its)).columns for its in ({}, {"dies_within_days": 30}))
    dying = everyone["death_after"] <= 30.0
    assert ((last["avoided"] == 1) == ((everyone["avoided"] == 1) & dying)).all()
    assert (last["avoided"] == 1).any()


def test_a_share_of_nothing_changes_nothing(city):
    idle = simulate(with_schemes(city, x={"share": 0.0}))
    assert idle.log.equals(simulate(city).log)
