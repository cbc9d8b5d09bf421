import numpy as np
import pytest
from hand_worked import CITY, window

from flowsim.config.community_schema import DailyCost
from flowsim.measures.cost import pools_cost

IN_USE = np.array([0.0, 0.0, 20.0, 0.0, 0.0, 0.0, 0.0])
STARTS = np.array([0, 0, 0, 0, 0, 0, 3])


@pytest.mark.parametrize(
    ("pool", "per", "gbp_a_year"),
    [
        ("ward_beds", "used_day", 20 * 365 * 100),
        ("ward_beds", "capacity_day", 20 * 365 * 100),
        ("step_down", "capacity_day", 4 * 365 * 100),
        ("nursing", "start", 3 * 365 / 10 * 100),
        ("a pool that this city lacks", "start", 0),
    ],
)
def test_a_pool_costs_by_use_by_capacity_or_by_start(pool, per, gbp_a_year):
    prices = {pool: DailyCost(gbp=100, per=per)}
    assert pools_cost(CITY, prices, IN_USE, STARTS, window(10, warm_up=15)) == pytest.approx(gbp_a_year)
