"""What must be paid for what is provided is known without simulating anything."""

import pytest

import flowsim
from flowsim.config.changes import changed
from flowsim.measures.provided_cost import provided_cost

BEDS = "services.intermediate_care.intermediate_care_beds.beds"
STIT = "services.active_recovery.stit.caseload"
TEAM = "discharge_planning.team.staff"


@pytest.fixture
def city(tiny_city):
    return flowsim.load_config(tiny_city)


@pytest.mark.parametrize(("path", "add"), [(BEDS, 50), (STIT, 100), (TEAM, 10)])
def test_capacity_that_will_stand_idle_costs_what_a_run_says_it_costs(city, path, add):
    ample = changed(city, {path: 300})
    more = changed(city, {path: 300 + add})
    paid = [flowsim.simulate(config).measures["cost_paid"] for config in (ample, more)]
    assert provided_cost(more) - provided_cost(ample) == pytest.approx(paid[1] - paid[0], rel=1e-9)
    assert paid[1] > paid[0]


def test_it_is_a_part_of_what_must_be_paid(city):
    assert 0 < provided_cost(city) <= flowsim.simulate(city).measures["cost_paid"]


def test_what_is_paid_by_use_costs_nothing_before_it_is_used(city):
    beds = {"gbp": 100, "per": "used_day"}
    by_use = changed(city, {"costs.pools.intermediate_care_beds": beds})
    assert provided_cost(changed(by_use, {BEDS: 900})) == provided_cost(by_use) < provided_cost(city)
