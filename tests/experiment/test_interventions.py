"""The shipped interventions: each moves what its mechanism touches and nothing else directly."""

import numpy as np
import pytest
from from_config import cohort_of, network_of
from in_place import (
    EIGHT,
    FOLDER,
    INTERVENTIONS,
    among_the_same_people,
    differ,
    drawn,
    plentiful,
    put_in_place,
    same_rows,
    sheffield,
)

import flowsim
from flowsim.config.changes import changed
from flowsim.config.city_schema import change_scope
from flowsim.config.errors import ConfigError
from flowsim.config.intervention_schema import load_maturity
from flowsim.config.types import WHOLE_RUN

RETURNS = {"readmission_uniform", "avoided_return"}  # of somebody whose readmission a service avoids
MOVED = {
    "early_discharge_planning": {"early_planning", "treatment"},
    "monitoring_patient_flow": {"complex_decision", "simple_decision", "planning_referral"},
    "discharge_teams": {"assessments", "assessment_2", "assessment_3"},
    "home_first": {
        *("route", "planning_referral", "assessments", "assessment_2", "assessment_3"),
        *("decision_support_tool", "decision_support_tool_outside", "decision_support_tool_work", "funding"),
        *("active_recovery", "active_recovery_lag", "active_recovery_stay", "plan_b_after"),
        *("intermediate_care_lag", "step_down_stay", "care_home_probability", "homecare_probability"),
        *("bed_patience", "instead_of_bed"),
    },
    "seven_day_services": {
        f"{kind} of {pool}"
        for kind in ("vacancies", "surge_vacancies")
        for pool in ("homecare", "residential_homes", "nursing_homes")
    },
    "trusted_assessors": {"care_home_reassessed", "residential_lag", "nursing_lag", "active_recovery_lag"},
    "focus_on_choice": {"residential_choice", "nursing_choice", "hindrance_days"},
    "health_in_care_homes": {"care_home_return_lag", *RETURNS},
    "self_conveyance": {"arrival", "arrival_time", "same_day"},
    "weekend_gp_collaborative": RETURNS,
    "community_iv": RETURNS,
    "virtual_ward": RETURNS,
    "rapid_response": RETURNS,
    "nursing_in_care_homes": RETURNS,
    "planned_discharge_dates": {"simple_decision"},
    "more_active_recovery": set(),
    "more_intermediate_care_beds": set(),
    "more_homecare": {"homecare_lag", "vacancies of homecare"},
    "faster_equipment": {"equipment_days", "hindrance_days"},
    "intermediate_care_reprofiled": {
        *("step_down_stay", "step_up_stay", "care_home_probability", "homecare_probability"),
        *RETURNS,
    },
    "one_active_recovery": set(),
    "interim_placement": {f"{kind}_{what}" for kind in ("residential", "nursing") for what in ("patience", "instead")},
    "hospital_first": set(),
    "case_management": RETURNS,
    "end_of_life": {
        *("decision_support_tool", "decision_support_tool_outside"),
        *RETURNS,
    },
    "falls_response": RETURNS,
    "carers_support": {"care_home_probability", *RETURNS},
    "frequent_attenders": RETURNS,
}
FOR_WHO_WAITS = {"interim_placement"}  # it is asked for after days of waiting, which is chance where nobody need wait
POOLS = {
    "intermediate_care_reprofiled": {"intermediate_care_beds", "care_home_beds"},
    "interim_placement": {"interim_placement"},
    "one_active_recovery": {"stit", "cics"},
    "planned_discharge_dates": {"transport"},
    "more_active_recovery": {"stit", "cics"},
    "more_intermediate_care_beds": {"intermediate_care_beds"},
}
CALENDARS = {
    "seven_day_services": {
        *("mdt_meetings", "discharge_team", "active_recovery", "intermediate_care", "brokerage", "care_homes"),
        "discharge_team with bank holidays",
    }
}
WHOLE = {"one_active_recovery", "hospital_first"}  # rules of a queue: they hold for everybody and a whole run
DEMAND = {"intermediate_care_reprofiled": ("step_up", 1.3), "carers_support": ("care_home_from_own_home", 0.95)}
AVOIDING = [name for name in INTERVENTIONS if MOVED[name] >= RETURNS]


@pytest.fixture(scope="module")
def city():
    return plentiful()


@pytest.fixture(scope="module")
def real():
    return drawn(sheffield())


@pytest.fixture(scope="module")
def before(city):
    return flowsim.simulate(city)


def moved(before, after):
    """Names of all that differs between two cohorts, of those who come to hospital in the second as in the first.

    Whoever goes home the same day in one of them only needs other things in the other.
    """
    stay = after.columns["avoided"] == 0
    same_way = stay & (before.columns["same_day"] == after.columns["same_day"])
    names = {
        name
        for name, column in before.columns.items()
        if (column != after.columns[name])[stay if name == "same_day" else same_way].any()
    }
    if not np.array_equal(before.arrival, after.arrival, equal_nan=True):
        names.add("arrival")
    for what in ("vacancies", "surge_vacancies"):
        ours, theirs = getattr(before, what), getattr(after, what)
        names |= {f"{what} of {pool}" for pool in ours if not np.array_equal(ours[pool], theirs[pool])}
    return names


def test_there_are_the_eight_changes_in_order_and_twenty_more():
    assert [INTERVENTIONS[name].high_impact_change for name in EIGHT] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert INTERVENTIONS.keys() == MOVED.keys()
    assert len(INTERVENTIONS) == 28


def test_maturity_rises_from_nothing_to_everybody():
    levels = load_maturity(FOLDER)
    assert list(levels) == ["not_yet_established", "plans_in_place", "established", "mature", "exemplary"]
    assert list(levels.values()) == sorted(levels.values())
    assert (levels["not_yet_established"], levels["exemplary"]) == (0.0, 1.0)


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_each_but_the_rules_of_a_queue_can_reach_a_part_and_names_the_source_of_all_it_says(name):
    made = INTERVENTIONS[name]
    assert any(change_scope(change.path) is WHOLE_RUN for change in made.changes) == (name in WHOLE)
    assert all(evidence.source.strip() for evidence in made.evidence)
    assert made.cost.source.strip()


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_each_moves_the_columns_of_its_mechanism_and_no_others(real, name):
    cohort = drawn(among_the_same_people(sheffield(), name))
    assert np.array_equal(real.child, cohort.child)
    assert moved(real, cohort) == MOVED[name]
    assert (cohort.columns["avoided"] > 0).any() == (name in AVOIDING)


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_each_leaves_the_network_as_it_was_but_for_its_own_pools_and_calendars(city, before, name):
    after = put_in_place(city, name)
    ours, theirs = before.network, network_of(after)
    assert (ours.activities == theirs.activities) == (name not in WHOLE)
    assert ours.places == theirs.places
    assert {p.name for p, q in zip(ours.pools, theirs.pools, strict=True) if p != q} == POOLS.get(name, set())
    changed_hours = {
        calendar
        for calendar, hours in ours.calendars.items()
        if not np.array_equal(hours.opens, theirs.calendars[calendar].opens)
        or not np.array_equal(hours.closes, theirs.calendars[calendar].closes)
    }
    assert changed_hours == CALENDARS.get(name, set())


@pytest.mark.parametrize("coverage", [0.5, 1.0])
@pytest.mark.parametrize("name", sorted(INTERVENTIONS.keys() - CALENDARS.keys() - WHOLE))
def test_where_nobody_waits_the_log_changes_only_for_those_whose_columns_do(city, before, name, coverage):
    after = flowsim.simulate(among_the_same_people(city, name, coverage))
    touched = differ(before.cohort, after.cohort)
    assert same_rows(before, after, ~touched)
    if name in FOR_WHO_WAITS:
        return
    if MOVED[name] - {"vacancies of homecare"}:
        assert not same_rows(before, after, touched)
    else:
        assert not touched.any()


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_a_coverage_of_nothing_is_the_baseline_to_the_last_bit(city, before, name):
    nobody = flowsim.simulate(put_in_place(city, name, coverage=0.0))
    assert nobody.log.equals(before.log)
    assert nobody.measures == pytest.approx(before.measures, rel=0, abs=0, nan_ok=True)


@pytest.mark.parametrize("coverage", [0.5, 1.0])
def test_the_order_of_the_eight_does_not_matter(city, coverage):
    runs = [
        flowsim.simulate(put_in_place(city, *order, coverage=coverage)) for order in (EIGHT, EIGHT[::-1], sorted(EIGHT))
    ]
    assert runs[0].log.equals(runs[1].log)
    assert runs[0].log.equals(runs[2].log)


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_rule_of_a_queue_cannot_hold_for_a_part(name):
    half = {"intervention": INTERVENTIONS[name].model_dump(mode="json"), "coverage": 0.5}
    with pytest.raises(
        ConfigError, match="holds for a whole run, so an intervention that changes it must have coverage 1"
    ):
        changed(sheffield(), {"interventions": {name: half}})


def test_one_list_for_active_recovery_buys_more_at_twice_its_length_and_no_more_of_it():
    def steps(city):
        services = city.services.active_recovery.values()
        return [(step.units, step.opens_above, step.closes_at) for its in services for step in its.surge]

    apart = sheffield()
    made = [change.plain for change in INTERVENTIONS["one_active_recovery"].changes]
    together = apart.with_changes(made)
    assert steps(together) == [(units, 2 * opens, 2 * closes) for units, opens, closes in steps(apart)]
    assert set(together.services.shared_queues) - {"active_recovery"} == set(apart.services.shared_queues)


@pytest.mark.parametrize("name", DEMAND)
def test_some_change_how_many_people_come_by_one_stream(name):
    stream, factor = DEMAND[name]
    before, after = (cohort_of(its).columns["stream"] for its in (sheffield(), put_in_place(sheffield(), name)))
    number = list(sheffield().streams).index(stream)
    assert np.count_nonzero(after != number) == np.count_nonzero(before != number)
    assert np.count_nonzero(after == number) / np.count_nonzero(before == number) == pytest.approx(factor, abs=0.1)


@pytest.mark.parametrize("name", sorted(INTERVENTIONS.keys() - CALENDARS.keys() - POOLS.keys() - WHOLE))
def test_a_higher_coverage_adds_people_and_leaves_those_who_were_reached(city, before, name):
    half, most, all_ = (drawn(among_the_same_people(city, name, c)) for c in (0.5, 0.8, 1.0))
    in_half, in_most = (differ(before.cohort, reached) for reached in (half, most))
    assert in_half.any()
    assert np.all(in_half <= in_most)
    for name_of, column in half.columns.items():
        assert np.array_equal(column[in_half], all_.columns[name_of][in_half], equal_nan=True), name_of
