"""A lattice of what may be tried: its points, their names, and what they cost before anything is simulated."""

import numpy as np
import pytest

import flowsim
from flowsim.config.changes import changed
from flowsim.config.errors import ConfigError
from flowsim.config.validation import validate
from flowsim.experiment.axes import StepAxis
from flowsim.experiment.lattice import Lattice
from flowsim.experiment.recipes import Recipe, build
from flowsim.measures.provided_cost import provided_cost

BEDS = "services.intermediate_care.intermediate_care_beds.beds"
RECOVERY = ["services.active_recovery.stit.caseload", "services.active_recovery.cics.caseload"]
TEAM = "discharge_planning.team.staff"
HOURS = "calendars.discharge_team.to_hour"


def axis(path, steps, **more):
    return validate(StepAxis, {"path": path, **steps, **more})


@pytest.fixture
def city(tiny_city):
    return flowsim.load_config(tiny_city)


def test_the_steps_of_an_axis_end_at_its_bounds_or_below():
    assert axis(BEDS, {"add": {"from": 0, "to": 60, "step": 20}}).values == [0, 20, 40, 60]
    assert axis(BEDS, {"set": {"from": 10, "to": 19, "step": 4}}).values == [10, 14, 18]
    assert axis(BEDS, {"scale": {"from": 0.8, "to": 1.1, "step": 0.1}}).values == [0.8, 0.9, 1, 1.1]


@pytest.mark.parametrize("steps", [{"from": 0, "to": 5, "step": 10}, {"from": 5, "to": 0, "step": 1}])
def test_an_axis_without_room_is_refused(steps):
    with pytest.raises(ConfigError, match="needs room for two or more"):
        axis(BEDS, {"add": steps})


def test_a_point_is_a_scenario_with_its_levels():
    two = Lattice(
        (axis(BEDS, {"add": {"from": 0, "to": 20, "step": 10}}, name="beds"),),
        (Recipe("early", "Early planning"),),
    )
    assert (two.shape, two.size, two.lowest, two.highest) == ((3, 2), 6, (0, 0), (2, 1))
    recipe = two.recipe((1, 1))
    assert (recipe.name, recipe.title) == ("beds=+10+early", "beds +10, Early planning")
    assert recipe.levels == {"beds": 10, "early": 1}
    assert len({two.recipe(point).name for point in two.points()}) == 6


def test_the_price_of_every_point_is_that_of_its_city(city):
    lattice = Lattice(
        (
            axis(BEDS, {"add": {"from": 0, "to": 20, "step": 10}}),
            axis(RECOVERY, {"add": {"from": 0, "to": 8, "step": 4}}),
        )
    )
    costs = lattice.provided_costs(city)
    by_itself = [provided_cost(build(city, lattice.recipe(p)).config) - provided_cost(city) for p in lattice.points()]
    np.testing.assert_allclose(costs.ravel(), by_itself, atol=0.01)
    assert costs[0, 0] == 0
    assert (np.diff(costs, axis=0) > 0).all()
    assert (np.diff(costs, axis=1) > 0).all()


def test_prices_that_do_not_add_up_are_reckoned_point_by_point(city):
    """More staff for longer hours cost more than the one and the other."""
    priced = changed(city, {"costs.pools.discharge_team": {"gbp": 30, "per": "open_hour"}})
    lattice = Lattice(
        (axis(TEAM, {"add": {"from": 0, "to": 4, "step": 2}}), axis(HOURS, {"add": {"from": 0, "to": 2, "step": 1}}))
    )
    costs = lattice.provided_costs(priced)
    by_itself = [
        provided_cost(build(priced, lattice.recipe(p)).config) - provided_cost(priced) for p in lattice.points()
    ]
    np.testing.assert_allclose(costs.ravel(), by_itself, atol=0.01)
    assert costs[2, 2] > costs[2, 0] + costs[0, 2] + 100
