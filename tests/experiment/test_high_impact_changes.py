"""The eight High Impact Changes, on the log: each acts where it acts in life.

The city is one in which nobody waits for capacity, so that the log shows the direct effect alone; and the rows are
those of first spells.
"""

import numpy as np
import pandas as pd
import pytest
from in_place import differ, first_spells, plentiful, put_in_place, same_rows

import flowsim

TICK = 2.0**-20
HOMES = ("residential_homes", "nursing_homes")


@pytest.fixture(scope="module")
def city():
    return plentiful()


@pytest.fixture(scope="module")
def before(city):
    return flowsim.simulate(city)


def table(run):
    """Return the log of first spells, with names, and times in days."""
    events = run.events().drop(columns=["asked", "started", "ended"])[first_spells(run)]
    return events.rename(columns={"asked_day": "requested", "started_day": "started", "ended_day": "ended"})


def rows_of(run, *activities):
    """Return the rows of some activities, one a spell, by spell."""
    rows = table(run)
    return rows[rows["activity"].isin(activities)].set_index("spell")


def spells_of(run, *activities):
    return set(rows_of(run, *activities).index)


def in_both(before, after, *activities):
    """Return the rows of some activities in both runs, side by side, of people whose stay took its course."""
    cut_short = spells_of(before, "died", "readmitted") | spells_of(after, "died", "readmitted")
    ours, theirs = (rows_of(run, *activities).dropna(subset="ended") for run in (before, after))
    both = ours.merge(theirs, left_index=True, right_index=True, suffixes=("_before", "_after"))
    return both[~both.index.isin(cut_short)]


def weekday(city, moments):
    return (city.run.start_date.weekday() + np.floor(moments)) % 7


def test_1_early_planning_assesses_from_48_hours_on_beside_the_treatment(city, before):
    after = flowsim.simulate(put_in_place(city, "early_discharge_planning"))
    stay = pd.Series(after.cohort.columns["stay_until_optimised"])
    admitted = rows_of(after, "ward_treatment")["started"]
    referred = rows_of(after, "early_planning_referral")["requested"]
    assert len(referred) > 500
    assert (referred == admitted[referred.index] + np.minimum(stay[referred.index], 2.0)).all()
    # Treatment takes as long as it did, and planning beside it adds nothing unless it takes longer.
    planned = rows_of(after, "planned_treatment").dropna(subset="ended")
    planned = planned[~planned.index.isin(spells_of(after, "died"))]
    optimised = admitted[planned.index] + stay[planned.index]
    assert (planned["ended"] == np.maximum(optimised, planned["requested"])).all()
    long = planned[stay[planned.index] > 14.0]
    assert len(long) > 50
    assert (long["requested"] < admitted[long.index] + stay[long.index]).all()
    nobody = ("planning_referral", "assessment_1", "complex_decision")
    assert not spells_of(after, *nobody)
    assert spells_of(after, "early_assessment_1") >= spells_of(before, "assessment_1")
    # A simple discharge is decided as before; what assessments still take after treatment is a delay.
    pd.testing.assert_frame_equal(
        rows_of(before, "simple_decision")[["requested", "ended"]],
        rows_of(after, "simple_decision")[["requested", "ended"]],
    )
    codes = {a.name: a.reason for a in after.network.activities}
    assert codes["early_planning_referral"] == codes["early_assessment_1"] == codes["assessment_1"]
    # The same people are allocated the same pathways.
    for activity in ("pathway_allocated", "stit_referral", "cics_referral"):
        assert spells_of(after, activity) >= spells_of(before, activity)


def test_2_monitoring_flow_shortens_the_lag_before_a_decision_and_a_referral(city, before):
    after = flowsim.simulate(put_in_place(city, "monitoring_patient_flow"))
    for activity, factor in (("complex_decision", 0.5), ("simple_decision", 0.67)):
        both = in_both(before, after, activity)
        assert len(both) > 500
        assert (both["requested_after"] == both["requested_before"]).all()  # medically optimised at the same moment
        assert (both["ended_after"] <= both["ended_before"]).all()
        work = [run.cohort.columns[activity][both.index] for run in (before, after)]
        assert work[1] == pytest.approx(work[0] * factor, abs=2 * TICK)
    referral = in_both(before, after, "planning_referral")
    assert (referral["ended_after"] <= referral["ended_before"]).all()
    for activity in ("mau_assessment", "amu_assessment", "ward_treatment"):
        pd.testing.assert_frame_equal(rows_of(before, activity), rows_of(after, activity))


def test_3_with_joint_teams_nobody_has_a_second_assessment(city, before):
    after = flowsim.simulate(put_in_place(city, "discharge_teams"))
    several = spells_of(before, "assessment_2")
    assert len(several) > 200
    assert spells_of(before, "assessment_3")
    assert not spells_of(after, "assessment_2", "assessment_3")
    pd.testing.assert_frame_equal(rows_of(before, "assessment_1"), rows_of(after, "assessment_1"))
    single = np.ones(len(before.cohort), dtype=bool)
    single[list(several)] = False
    assert same_rows(before, after, single & ~differ(before.cohort, after.cohort))
    allocated = in_both(before, after, "pathway_allocated")
    sooner = allocated["started_after"] < allocated["started_before"]
    assert sooner[allocated.index.isin(several)].mean() > 0.9
    assert not sooner[~allocated.index.isin(several)].any()


def test_4_home_first_moves_people_from_the_ward_to_active_recovery(city, before):
    after = flowsim.simulate(put_in_place(city, "home_first"))
    ward_based = ["decision_support_tool", "homecare_equipment", "transport_after_assessment"]
    ward_based += [f"ward_{name}_assessment" for name in ("homecare", *HOMES)]
    recovery = ("stit_referral", "cics_referral")
    assert spells_of(after, *ward_based) < spells_of(before, *ward_based)
    assert len(spells_of(after, *ward_based)) < 0.6 * len(spells_of(before, *ward_based))
    assert spells_of(after, *recovery) > spells_of(before, *recovery)
    assert not spells_of(after, *recovery) & spells_of(after, "assessment_2")
    # 85% of decision support tools are completed outside hospital, and 15% were.
    tools = [len(spells_of(run, "decision_support_tool")) for run in (before, after)]
    assert tools[1] < 0.25 * tools[0]
    # Nobody is sent farther from home than before.
    assert (after.cohort.columns["route"] <= before.cohort.columns["route"]).all()
    assert spells_of(after, "complex_decision") == spells_of(before, "complex_decision")


def test_4_home_first_finds_less_need_than_the_ward_would_have(city, before):
    after = flowsim.simulate(put_in_place(city, "home_first"))
    moved = before.cohort.columns["route"] != after.cohort.columns["route"]
    for outcome in ("care_home", "homecare"):
        expected = [run.cohort.columns[f"{outcome}_probability"][moved].mean() for run in (before, after)]
        assert expected[1] < 0.75 * expected[0], outcome


def test_5_seven_day_services_start_people_at_weekends(city, before):
    after = flowsim.simulate(put_in_place(city, "seven_day_services"))
    sunday = 6
    opened = {
        "assessment_1": {5, 6},
        "stit_slot": {sunday},
        "cics_slot": {sunday},
        "intermediate_care_beds_bed": {5, 6},
        "ward_homecare_vacancy": {5, 6},
        "ward_residential_homes_vacancy": {5, 6},
        "ward_nursing_homes_vacancy": {5, 6},
    }
    for activity, days in opened.items():
        started = [weekday(city, rows_of(run, activity)["started"].dropna()) for run in (before, after)]
        assert not set(started[0]) & days, activity
        assert set(started[1]) >= days, activity
        on_those_days = started[1].isin(days).mean()
        assert on_those_days == pytest.approx(len(days) / 7, abs=0.12), activity
    # Ward rounds and transport were open already, and whoever needs no more than these is untouched.
    columns = before.cohort.columns
    simple = (columns["complex"] == 0) & (columns["care_home_reassessed"] == 0) & (columns["entry"] <= 2)
    assert same_rows(before, after, simple)
    decided = in_both(before, after, "complex_decision")
    assert (decided["requested_after"] == decided["requested_before"]).all()
    assert (decided["ended_after"] <= decided["ended_before"]).all()


def test_6_trusted_assessors_do_away_with_the_providers_own_assessment(city, before):
    after = flowsim.simulate(put_in_place(city, "trusted_assessors"))
    reassessed = [spells_of(run, "care_home_reassessment") for run in (before, after)]
    assert reassessed[1] < reassessed[0]
    assert len(reassessed[1]) / len(reassessed[0]) == pytest.approx(0.2, abs=0.1)
    spared = reassessed[0] - reassessed[1]
    assert spared <= spells_of(after, "transport_to_care_home") | spells_of(after, "died")
    lags = [f"ward_{home}_assessment" for home in HOMES] + ["stit_referral", "cics_referral"]
    for activity in lags:
        both = in_both(before, after, activity)
        assert len(both) > 20
        assert (both["requested_after"] == both["requested_before"]).all(), activity
        assert (both["ended_after"] <= both["ended_before"]).all(), activity
        assert (both["ended_after"] < both["ended_before"]).mean() > 0.9, activity
    # Homecare sends nobody to assess, and the discharge team assesses as it did.
    for activity in ("ward_homecare_assessment", "assessment_1"):
        pd.testing.assert_frame_equal(rows_of(before, activity), rows_of(after, activity))


def test_7_focus_on_choice_halves_the_time_a_family_takes(city, before):
    after = flowsim.simulate(put_in_place(city, "focus_on_choice"))
    for activity in (*(f"ward_{home}_choice" for home in HOMES), "hindered_by_family_choice"):
        both = in_both(before, after, activity)
        assert len(both) > 5
        assert (both["requested_after"] == both["requested_before"]).all(), activity
        took = [both[f"ended_{when}"] - both[f"started_{when}"] for when in ("before", "after")]
        assert took[1].to_numpy() == pytest.approx(took[0].to_numpy() / 2, abs=2 * TICK), activity
    # As many choose as before, and other hindrances last as long as they did.
    for home in HOMES:
        assert spells_of(before, f"ward_{home}_choice") == spells_of(after, f"ward_{home}_choice")
    for other in ("hindered_by_equipment", "hindered_by_housing"):
        pd.testing.assert_frame_equal(rows_of(before, other), rows_of(after, other))


def test_8_health_in_care_homes_spares_residents_a_stay_and_speeds_their_return(city, before):
    after = flowsim.simulate(put_in_place(city, "health_in_care_homes"))
    resident = after.cohort.columns["care_home_resident"] == 1
    avoided = np.array(sorted(spells_of(after, "cared_for_where_they_live")))
    assert resident[avoided].all()
    came = (resident & (before.cohort.columns["entry"] <= 2) & (before.cohort.parent < 0)).sum()
    assert len(avoided) / came == pytest.approx(0.2, abs=0.05)
    assert table(after).groupby("spell").size()[avoided].max() == 1
    both = in_both(before, after, "care_home_reassessment")
    assert len(both) > 20
    assert (both["requested_after"] == both["requested_before"]).all()
    assert (both["ended_after"] < both["ended_before"]).mean() > 0.9
    children = before.cohort.child[before.cohort.child >= 0]
    no_return_avoided = np.ones(len(resident), dtype=bool)
    no_return_avoided[before.cohort.parent[children[resident[children]]]] = False
    assert same_rows(before, after, ~resident & no_return_avoided)
