"""How a change acts: what stands on each field is held against what the model does with the setting."""

from dataclasses import replace

import numpy as np
import pytest
from from_config import cohort_of, network_of
from paths import CONFIGS, SHEFFIELD

from flowsim.config.changes import with_changes
from flowsim.config.city_schema import CityConfig, change_scope
from flowsim.config.provenance import leaves
from flowsim.config.schema_tree import ANY, Node, tree_of
from flowsim.config.types import CALENDAR, CAPACITY, DEMAND, PACE, PATIENT, SUPPLY, SURGE, WHOLE_RUN
from flowsim.run.load_city import load_config

# What each setting of a city acts on, with all below it: decided once, and so written down here a second time. What is
# not in the list holds for a whole run.
SCOPES = {
    CAPACITY: """
        front_door.mau.beds front_door.amu.beds ward.beds discharge_planning.team.staff services.transport.vehicles
        services.discharge_lounge.places services.interim_placement.beds
        services.active_recovery.*.caseload services.active_recovery.*.visits.per_day
        services.intermediate_care.*.beds
    """,
    SUPPLY: """
        services.homecare.*.starts_per_week services.residential.*.starts_per_week services.nursing.*.starts_per_week
    """,
    SURGE: """
        ward.surge services.active_recovery.*.surge services.intermediate_care.*.surge
        services.homecare.*.surge services.residential.*.surge services.nursing.*.surge
    """,
    DEMAND: """
        streams.*.enabled streams.*.spells_per_day streams.*.daily_rates streams.*.demand_factor
        streams.*.hours streams.*.weekdays streams.*.months
    """,
    CALENDAR: """
        calendars.*
        front_door.mau.by_month front_door.amu.by_month ward.by_month discharge_planning.team.by_month
        services.active_recovery.*.by_month services.intermediate_care.*.by_month services.homecare.*.by_month
        services.residential.*.by_month services.nursing.*.by_month services.transport.by_month
        services.discharge_lounge.by_month services.interim_placement.by_month
        discharge_planning.team.by_weekday services.transport.by_weekday
    """,
    PACE: """
        ward.stay_factor services.active_recovery.*.stay_factor services.intermediate_care.*.stay_factor
    """,
    PATIENT: """
        streams.*.ages streams.*.conveyance admission_avoidance.*.share
        patients.care_home_residents patients.support_need patients.death_after_days patients.council_supported_share
        patients.readmissions.probability patients.readmissions.gap_days
        front_door.mau.assessment_hours front_door.mau.same_day front_door.amu.assessment_hours front_door.amu.same_day
        ward.stay_until_optimised_days ward.long_stayers ward.need_factor
        discharge_planning.simple_decision.working_hours discharge_planning.complex_decision.working_hours
        discharge_planning.early_planning
        discharge_planning.assessments.referral_working_hours
        discharge_planning.assessments.assessment_working_hours discharge_planning.assessments.in_sequence
        discharge_planning.decision_support_tool.share
        discharge_planning.decision_support_tool.completed_outside_hospital_share
        discharge_planning.decision_support_tool.working_hours discharge_planning.decision_support_tool.funding_days
        discharge_planning.hindrances.*.share discharge_planning.hindrances.*.days
        routes.shares routes.outcomes routes.looks_first.share
        services.active_recovery.*.share services.active_recovery.*.lag.working_hours
        services.active_recovery.*.stay_days services.active_recovery.*.plan_b_after_days
        services.active_recovery.*.programme services.intermediate_care.*.programme
        services.intermediate_care.*.share services.intermediate_care.*.lag.working_hours
        services.intermediate_care.*.step_down_stay_days services.intermediate_care.*.step_up_stay_days
        services.intermediate_care.*.step_up_patience_days
        services.intermediate_care.*.gives_up.after_days services.intermediate_care.*.gives_up.instead
        services.homecare.*.share services.homecare.*.lag.working_hours
        services.homecare.*.choice_share services.homecare.*.choice_days
        services.residential.*.share services.residential.*.lag.working_hours
        services.residential.*.choice_share services.residential.*.choice_days
        services.nursing.*.share services.nursing.*.lag.working_hours
        services.nursing.*.choice_share services.nursing.*.choice_days
        services.homecare.*.gives_up.after_days services.homecare.*.gives_up.instead
        services.residential.*.gives_up.after_days services.residential.*.gives_up.instead
        services.nursing.*.gives_up.after_days services.nursing.*.gives_up.instead
        services.nursing_share
        services.care_home_return.share_reassessed services.care_home_return.lag.working_hours
        services.equipment.needed_share services.equipment.urgent_share services.equipment.urgent_days
        services.equipment.routine_days services.transport.journey_hours
    """,
}
CITIES = [SHEFFIELD, *sorted((CONFIGS / "examples").glob("*.yaml"))]
SHORT = [{"path": "run.warm_up_days", "set": 7}, {"path": "run.horizon_days", "set": 7}]


@pytest.fixture(scope="module")
def city():
    return with_changes(load_config(SHEFFIELD), SHORT)


def numbers(city, scope):
    """Paths of this scope that hold a number."""
    found = leaves(city.model_dump(mode="json", by_alias=True, round_trip=True, exclude={"interventions"}))
    return [p for p, v in found.items() if change_scope(p) is scope and isinstance(v, float | int) and v is not True]


def written_down(path):
    """The scope of a path by the list above."""
    keys = path.split(".")
    for scope, patterns in SCOPES.items():
        for pattern in patterns.split():
            names = pattern.split(".")
            if len(names) <= len(keys) and all(n in (ANY, k) for n, k in zip(names, keys, strict=False)):
                return scope
    return WHOLE_RUN


def groups_and_settings(path):
    """The path of a setting, and of every group around it."""
    keys = path.split(".")
    return [".".join(keys[:i]) for i in range(1, len(keys) + 1)]


def every_path(node: Node):
    """Every path below a node, groups too; of a mapping, that of any entry."""
    for form in (node, *node.members):
        for name in form.fields or (ANY,):
            inner = form.below(name)
            if inner is not None:
                yield ".".join(inner.path)
                yield from every_path(inner)


@pytest.mark.parametrize("file", CITIES, ids=lambda path: path.stem)
def test_every_setting_of_a_shipped_city_acts_as_is_written_down(file):
    city = load_config(file).model_dump(mode="json", by_alias=True, round_trip=True)
    paths = {path for leaf in leaves(city) for path in groups_and_settings(leaf)}
    assert len(paths) > 500
    assert {path: change_scope(path) for path in paths} == {path: written_down(path) for path in paths}


def test_every_setting_that_the_schema_knows_acts_as_is_written_down():
    paths = set(every_path(tree_of(CityConfig)))
    assert len(paths) > 400
    assert {path: change_scope(path) for path in paths} == {path: written_down(path) for path in paths}
    used = {scope: {path for path in paths if written_down(path) is scope} for scope in SCOPES}
    assert all(used.values())


def test_a_group_has_one_scope_unless_it_holds_for_a_whole_run():
    """Or else a change of the group as a whole would change more than its scope allows."""
    for path in every_path(tree_of(CityConfig)):
        above, _, _ = path.rpartition(".")
        assert change_scope(path) is change_scope(above) or change_scope(above) is WHOLE_RUN, path


def network_but_for_calendars(city):
    network = network_of(city)
    return replace(network, calendars=dict.fromkeys(network.calendars))


def test_what_reaches_patients_changes_nothing_of_the_network(city):
    paths = numbers(city, PATIENT)
    assert len(paths) > 150
    scaled = [p for p in paths if not p.endswith((".share", "_share")) and "shares" not in p and "in_seq" not in p]
    scaled = [p for p in scaled if "support_need" not in p and ".instead." not in p and ".ages." not in p]
    other = with_changes(city, [{"path": p, "scale": 0.99} for p in scaled if not p.endswith(".median")])
    assert network_but_for_calendars(other) == network_but_for_calendars(city)


@pytest.mark.parametrize("path", ["ward.beds", "services.active_recovery.stit.caseload", "services.transport.vehicles"])
def test_a_capacity_changes_its_pool_and_no_patient(city, path):
    assert change_scope(path) == CAPACITY
    other = with_changes(city, [{"path": path, "add": 1}])
    before, after = network_but_for_calendars(city), network_but_for_calendars(other)
    assert before.activities == after.activities
    assert sum(a != b for a, b in zip(before.pools, after.pools, strict=True)) == 1
    assert same_columns(city, other)


def test_starts_a_week_change_vacancies_alone(city):
    path = "services.homecare.homecare.starts_per_week"
    assert change_scope(path) == SUPPLY
    other = with_changes(city, [{"path": path, "scale": 2}])
    assert network_but_for_calendars(other) == network_but_for_calendars(city)
    assert same_columns(city, other)


def test_a_calendar_changes_no_patient(city):
    assert change_scope("calendars.brokerage.to_hour") == change_scope("calendars.brokerage") == CALENDAR
    assert same_columns(city, with_changes(city, [{"path": "calendars.brokerage.to_hour", "set": 19}]))


@pytest.mark.parametrize(
    "path",
    [
        "services.active_recovery.stit.calendar",
        "services.active_recovery.stit.lag",
        "services.active_recovery.stit.visits.first",
        "services.homecare.homecare.unused_limit",
        "streams.direct.entry",
        "patients.readmissions.reserved_share",
        "patients.frailty.death",
        "discharge_planning.decision_support_tool.reason",
        "services.equipment.reason",
        "costs.delayed_acute_day_gbp",
        "run.seed",
        "nonsense",
    ],
)
def test_everything_else_holds_for_a_whole_run(path):
    assert change_scope(path) == WHOLE_RUN


def same_columns(one, other):
    drawn = [cohort_of(c) for c in (one, other)]
    return all(np.array_equal(drawn[0].columns[name], drawn[1].columns[name]) for name in drawn[0].columns)
