"""What carries no cost is named, in words."""

import json

import pytest
from paths import CONFIGS, SHEFFIELD_V01

import flowsim
from flowsim.config.changes import changed
from flowsim.config.intervention_schema import load_interventions
from flowsim.experiment.load_experiment import load_experiment
from flowsim.experiment.uncosted import _paths_changed, uncosted, uncosted_changes
from flowsim.workflow.run_experiment import run_experiment

SIX_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat"]
BEDS = "services.intermediate_care.intermediate_care_beds"


@pytest.fixture(scope="module")
def city():
    return flowsim.load_config(SHEFFIELD_V01)


def named(city, values):
    return uncosted(city, changed(city, values))


def deployed(changes, **cost):
    intervention = {"title": "Something new", "what": "w", "mechanism": "m", "changes": changes, **cost,
                    "evidence": [{"says": "nothing", "source": "assumption"}]}  # fmt: skip
    return {"interventions": {"new": {"intervention": intervention}}}


@pytest.mark.parametrize(
    ("values", "in_words"),
    [
        ({"services.equipment.routine_days.mean": 1.0, "services.equipment.routine_days.sd": 0.5},
         ["Equipment: routine days (there is no price for it)"]),
        ({"services.nursing_share": 0.4}, ["Nursing share (there is no price for it)"]),
        ({"discharge_planning.early_planning.coverage": 1.0},
         ["Discharge planning: early planning, coverage (there is no price for it)"]),
        ({"routes.harm_of_delay.care_home_per_day": 0.0},
         ["Routes: harm of delay, care home per day (there is no price for it)"]),
        ({"streams.direct.spells_per_day": 10.0},
         ["Streams: direct, spells per day (taken as given, without a cost)"]),
        ({f"{BEDS}.step_down_stay_days.mean": 31.0},
         ["Intermediate care beds: step down stay days (there is no price for it)"]),
        ({f"{BEDS}.calendar": "ward_rounds"}, ["Intermediate care beds: calendar (there is no price for it)"]),
    ],
)  # fmt: skip
def test_a_plain_change_without_a_price_is_named(city, values, in_words):
    assert named(city, values) == in_words


@pytest.mark.parametrize(
    "values",
    [
        {"ward.beds": 700, "front_door.mau.beds": 30},
        {"discharge_planning.team.staff": 30, "discharge_planning.team.calendar": "ward_rounds"},
        {"services.homecare.homecare.starts_per_week": 80.0},
        {"services.homecare.homecare.by_month": {"dec": 0.8}, "discharge_planning.team.by_month": {"jan": 1.2}},
        {f"{BEDS}.beds": 150, f"{BEDS}.surge.units": 20},
        {"services.active_recovery.stit.caseload": None,
         "services.active_recovery.stit.visits": {"per_day": 200, "first": 4, "last": 1}},
        *({f"calendars.{name}.open_on_bank_holidays": True} for name in ("brokerage", "discharge_team")),
        {"calendars.mdt_meetings.days": SIX_DAYS, "calendars.transport.to_hour": 22},
        {"admission_avoidance.virtual_ward.share": 0.1},
        {"run.horizon_days": 100, "name": "Another", "costs.delayed_acute_day_gbp": 400},
    ],
)  # fmt: skip
def test_what_has_a_price_or_is_no_action_is_not_named(city, values):
    assert named(city, values) == []


def test_capacity_without_a_price_or_paid_by_use_alone_is_named(city):
    by_use = changed(city, {"costs.pools.ward_beds.per": "used_day"})
    why = "paid for only when used: what stands idle costs nothing"
    assert named(by_use, {"ward.beds": 889}) == [f"Ward beds ({why})"]
    no_price = changed(city, {"costs.pools": {}, "costs.calendars": {}})
    assert named(no_price, {"ward.beds": 889, "calendars.brokerage.days": SIX_DAYS}) == [
        "Calendars: brokerage (there is no price for it)",
        "Ward beds (there is no price for it)",
    ]
    assert named(no_price, {"ward.surge.units": 90}) == ["Ward: surge, units (there is no price for it)"]


def test_an_intervention_without_a_cost_is_named_and_one_with_a_cost_is_not(city):
    quicker = [{"path": "services.equipment.urgent_share", "set": 0.9}]
    assert named(city, deployed(quicker)) == ["Something new (no cost is given)"]
    assert named(city, deployed(quicker, cost={"source": "assumption", "per_year_gbp": 1})) == []
    in_place = changed(city, deployed(quicker))
    assert named(in_place, {"ward.beds": 700}) == []


def test_the_cost_of_an_intervention_does_not_cover_the_capacity_and_hours_that_it_adds(city):
    free = changed(city, {"costs.pools": {}, "costs.calendars": {}})
    longer = deployed(
        [{"path": "calendars.brokerage.to_hour", "set": 20}], cost={"source": "assumption", "per_year_gbp": 1}
    )
    assert named(free, longer) == ["Calendars: brokerage (there is no price for it)"]
    assert named(city, longer) == []
    more = deployed([{"path": "ward.beds", "add": 24}], cost={"source": "assumption", "per_year_gbp": 1})
    assert named(free, more) == ["Ward beds (there is no price for it)"]
    assert named(city, more) == []


def test_dated_changes_are_looked_into():
    before = {"changes": [{"path": "a", "set": 1}], "history": {"old": {"changes": [{"path": "b", "add": 1}]}}}
    after = {
        "changes": [{"path": "a", "set": 1}, {"path": "c", "set": 2, "from_date": "2017-01-01"}],
        "history": {**before["history"], "new": {"changes": [{"path": "d", "scale": 2}]}},
    }
    assert list(_paths_changed(before, after)) == ["c", "d"]


def test_an_experiment_names_them_by_scenario_and_so_does_its_manifest(tiny_question):
    path = tiny_question(
        1,
        also="  - {name: quick, title: Quick, changes: [{path: services.equipment.needed_share, set: 0.1},"
        " {path: ward.beds, set: 70}]}\n",
    )
    expected = {
        "fewer_people": ["Streams: emergency department, demand factor (taken as given, without a cost)"],
        "quick": ["Equipment: needed share (there is no price for it)"],
    }
    assert uncosted_changes(load_experiment(path)) == expected
    run_experiment(path, workers=1, out=path.parent / "out", report=False)
    scenarios = json.loads((path.parent / "out" / "manifest.json").read_text())["scenarios"]
    assert {name: its["uncosted"] for name, its in scenarios.items() if its["uncosted"]} == expected
    assert scenarios["fewer_beds"]["uncosted"] == []


def test_no_shipped_intervention_is_free_by_omission(city):
    for name, intervention in load_interventions(CONFIGS / "interventions").items():
        in_place = changed(city, {"interventions": {name: {"intervention": intervention.model_dump()}}})
        assert uncosted(city, in_place) == [], name
