"""Every scenario meets the same patients: a change moves the values that it is about, and nothing else."""

import numpy as np
import pytest

import flowsim
from flowsim.config.changes import changed, with_changes

MORE, LESS = {"scale": 1.5}, {"scale": 0.5}


@pytest.fixture
def city(tiny_city):
    return flowsim.load_config(tiny_city)


def cohort_of(city, **how):
    return flowsim.simulate(city, **how).cohort


def same(one, other):
    return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=True)


def moved(before, after):
    """Names of all that differs between two cohorts; see `moved` of the cohort's own tests for who counts."""
    assert before.columns.keys() == after.columns.keys()
    assert same(before.child, after.child)
    same_stay = before.columns["same_day"] == after.columns["same_day"]
    same_way = same_stay & (before.columns["nursing"] == after.columns["nursing"])
    of_whom = {"same_day": slice(None), "nursing": same_stay}
    names = {
        name
        for name in before.columns
        if not same(*(c.columns[name][of_whom.get(name, same_way)] for c in (before, after)))
    }
    if not same(before.arrival, after.arrival):
        names.add("arrival")
    for what in ("vacancies", "surge_vacancies"):
        ours, theirs = getattr(before, what), getattr(after, what)
        names |= {f"{what} of {pool}" for pool in ours if not same(ours[pool], theirs[pool])}
    return names


def test_a_changed_capacity_changes_nobody(city):
    capacities = {
        "front_door.mau.beds": 1,
        "front_door.amu.beds": 2,
        "ward.beds": 20,
        "discharge_planning.team.staff": 1,
        "services.active_recovery.stit.caseload": 3,
        "services.active_recovery.stit.surge": None,
        "services.intermediate_care.intermediate_care_beds.beds": 2,
        "services.transport.vehicles": 1,
    }
    before, after = flowsim.simulate(city), flowsim.simulate(changed(city, capacities))
    assert moved(before.cohort, after.cohort) == set()
    assert not before.log.equals(after.log)


@pytest.mark.parametrize(
    ("path", "change", "columns"),
    [
        ("ward.stay_until_optimised_days.85+.mean", MORE, {"stay_until_optimised", "treatment"}),
        ("front_door.amu.assessment_hours.mean", MORE, {"assessment"}),
        ("front_door.amu.same_day.early", LESS, {"same_day"}),
        ("discharge_planning.complex_decision.working_hours.mean", MORE, {"complex_decision"}),
        ("discharge_planning.early_planning.coverage", {"set": 0.5}, {"early_planning", "treatment"}),
        ("services.active_recovery.stit.stay_days.mean", MORE, {"active_recovery_stay"}),
        ("services.transport.journey_hours.mean", MORE, {"journey"}),
        ("services.nursing_share", LESS, {"nursing"}),
        ("services.homecare.homecare.starts_per_week", LESS, {"vacancies of homecare"}),
        ("routes.outcomes.assessed_in_hospital.care_home", LESS, {"care_home_probability"}),
        ("patients.readmissions.probability.85+", LESS, {"readmission_probability"}),
        ("patients.death_after_days.85+.scale", LESS, {"death_after"}),
    ],
)
def test_a_changed_parameter_moves_only_what_it_is_about(city, path, change, columns):
    assert moved(cohort_of(city), cohort_of(with_changes(city, [{"path": path, **change}]))) == columns


def test_less_demand_leaves_those_who_remain_as_they_were(city):
    before = cohort_of(city)
    after = cohort_of(changed(city, {"streams.emergency_department.demand_factor": 0.6}))
    before_at = {at: row for row, at in enumerate(before.arrival.tolist()) if not np.isnan(at)}
    after_at = {at: row for row, at in enumerate(after.arrival.tolist()) if not np.isnan(at)}
    assert 0.5 * len(before_at) < len(after_at) < 0.9 * len(before_at)
    assert after_at.keys() < before_at.keys()
    rows = [before_at[at] for at in after_at], list(after_at.values())
    for name in before.columns:
        assert same(before.columns[name][rows[0]], after.columns[name][rows[1]]), name


def test_another_seed_or_replication_brings_other_patients(city):
    first = cohort_of(city).arrival
    assert not same(first, cohort_of(city, replication=1).arrival)
    assert not same(first, cohort_of(city, seed=8).arrival)
    assert same(first, cohort_of(city, seed=city.run.seed, replication=0).arrival)
