"""Decision support tools: how soon they are completed, and where."""

import numpy as np
import pytest
from hand_worked import NAN, counted, effective_city, journeys, people

import flowsim
from flowsim.model.network import Activity, Network, Place

TOOLS = Network(
    (Place("ward", "acute"), Place("dead", "dead")),
    (),
    (
        *(Activity(name, "ward", "died") for name in ("planning_referral", "early_planning_referral")),
        *(Activity(name, "ward", "died") for name in ("decision_support_tool", "funding", "pathway_allocated")),
        Activity("died", "dead", None),
    ),
    ("planning_referral",),
)
IN_TIME, OUTSIDE = "decision_support_tools_28_days_share", "decision_support_tools_outside_share"


def tool(spell, referred, completed, referral="planning_referral"):
    return [
        (spell, referral, referred, referred, referred + 1),
        (spell, "decision_support_tool", referred + 1, referred + 1, completed),
        (spell, "funding", completed, completed, completed + 4),
        (spell, "pathway_allocated", completed + 4, completed + 4, completed + 4),
    ]


def test_a_tool_counts_when_it_is_completed_and_is_timed_from_the_referral():
    rows = [
        *tool(0, 2.0, 30.0),  # 28 days
        *tool(1, 2.0, 30.5),
        *tool(2, 10.0, 20.0, referral="early_planning_referral"),
        *tool(3, 1.0, 70.0),  # after the days that count
        (4, "planning_referral", 2.0, 2.0, 3.0),
        (4, "decision_support_tool", 3.0, 3.0, 12.0),  # dies before it is completed
        (4, "died", 12.0, 12.0, 12.0),
        *tool(5, 5.0, 9.0)[2:],  # was never referred
    ]
    log = journeys(rows, network=TOOLS)
    assert counted(IN_TIME, effective_city(60), people(6), log, TOOLS) == pytest.approx(2 / 3)
    assert np.isnan(counted(IN_TIME, effective_city(60), people(6), journeys([], network=TOOLS), TOOLS))


def test_the_share_outside_is_of_those_who_need_the_tool():
    rows = [(spell, "pathway_allocated", 5.0 + 20 * spell, 5.0 + 20 * spell, NAN) for spell in range(4)]
    cohort = people(4, decision_support_tool=[1, 0, 0, 0], decision_support_tool_outside=[0, 1, 0, 1])
    log = journeys(rows, network=TOOLS)
    assert counted(OUTSIDE, effective_city(60), cohort, log, TOOLS) == 1 / 2  # the last is allocated on day 65
    assert np.isnan(counted(OUTSIDE, effective_city(4), cohort, log, TOOLS))


def test_home_first_moves_tools_out_of_hospital(tiny_city):
    path = "discharge_planning.decision_support_tool.completed_outside_hospital_share"
    city = flowsim.load_config(tiny_city).with_changes(
        [{"path": "discharge_planning.decision_support_tool.share", "set": 0.5}]
    )
    runs = [flowsim.simulate(city.with_changes([{"path": path, "set": share}])) for share in (0, 0.5, 1)]
    found = [run.measures[OUTSIDE] for run in runs]
    tools = ("decision_support_tool", "decision_support_tool_outside")
    need = [sum(run.cohort.columns[name] for name in tools) for run in runs]
    assert np.array_equal(need[0], need[1]) and np.array_equal(need[0], need[2])  # the same people need it
    assert (found[0], found[2]) == (0, 1) and 0 < found[1] < 1
    assert np.isnan(runs[2].measures[IN_TIME]) and 0 < runs[0].measures[IN_TIME] <= 1
