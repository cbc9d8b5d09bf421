"""What a change reaches: the table of paths is held against what the model does with each setting."""

import numpy as np
import pytest
from paths import SHEFFIELD

from flowsim.config.change_scope import CALENDAR, CAPACITY, PATIENT, SUPPLY, WHOLE_RUN, reach
from flowsim.config.changes import with_changes
from flowsim.config.provenance import leaves
from flowsim.model.city_network import build_calendars, build_network
from flowsim.model.draw import draw_cohort
from flowsim.run.load_city import load_config

SHORT = [{"path": "run.warm_up_days", "set": 7}, {"path": "run.horizon_days", "set": 7}]


@pytest.fixture(scope="module")
def city():
    return with_changes(load_config(SHEFFIELD), SHORT)


def numbers(city, kind):
    """Paths of this kind that hold a number."""
    found = leaves(city.model_dump(mode="json", by_alias=True, round_trip=True, exclude={"interventions"}))
    return [p for p, v in found.items() if reach(p) == kind and isinstance(v, float | int) and v is not True]


def network_of(city):
    return build_network(city, calendars=dict.fromkeys(city.calendars))


def test_what_reaches_patients_changes_nothing_of_the_network(city):
    paths = numbers(city, PATIENT)
    assert len(paths) > 150
    scaled = [p for p in paths if not p.endswith((".share", "_share")) and "shares" not in p and "in_seq" not in p]
    scaled = [p for p in scaled if "support_need" not in p and ".ages." not in p]
    other = with_changes(city, [{"path": p, "scale": 0.99} for p in scaled if not p.endswith(".median")])
    assert network_of(other) == network_of(city)


@pytest.mark.parametrize("path", ["ward.beds", "services.active_recovery.stit.caseload", "services.transport.vehicles"])
def test_a_capacity_changes_its_pool_and_no_patient(city, path):
    assert reach(path) == CAPACITY
    other = with_changes(city, [{"path": path, "add": 1}])
    before, after = network_of(city), network_of(other)
    assert before.activities == after.activities
    assert sum(a != b for a, b in zip(before.pools, after.pools, strict=True)) == 1
    assert same_columns(city, other)


def test_starts_a_week_change_vacancies_alone(city):
    path = "services.homecare.homecare.starts_per_week"
    assert reach(path) == SUPPLY
    other = with_changes(city, [{"path": path, "scale": 2}])
    assert network_of(other) == network_of(city)
    assert same_columns(city, other)


def test_a_calendar_changes_no_patient(city):
    assert reach("calendars.brokerage.to_hour") == reach("calendars.brokerage") == CALENDAR
    assert same_columns(city, with_changes(city, [{"path": "calendars.brokerage.to_hour", "set": 19}]))


@pytest.mark.parametrize(
    "path",
    [
        "services.active_recovery.stit.calendar",
        "services.active_recovery.stit.lag",
        "services.active_recovery.stit.surge.units",
        "services.homecare.homecare.surge.starts_per_week",
        "streams.direct.demand_factor",
        "patients.readmissions.reserved_share",
        "discharge_planning.decision_support_tool.reason",
        "services.equipment.reason",
        "costs.delayed_acute_day_gbp",
        "run.seed",
        "nonsense",
    ],
)
def test_everything_else_holds_for_a_whole_run(path):
    assert reach(path) == WHOLE_RUN


def same_columns(one, other):
    drawn = [draw_cohort(c, build_calendars(c), c.run.seed, 0) for c in (one, other)]
    return all(np.array_equal(drawn[0].columns[name], drawn[1].columns[name]) for name in drawn[0].columns)
