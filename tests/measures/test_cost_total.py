"""The cost of delayed days: each counts once, for every patient, and however the bed is paid for."""

import numpy as np
import pytest
from hand_worked import CITY, effective_city, journeys, people

import flowsim
from flowsim.config.changes import changed
from flowsim.config.cost_schema import PoolPrice
from flowsim.measures.all_measures import measure

ADMITTED = [  # one day on the ward before they are ready, and then `delayed` midnights
    (0, "ward_treatment", 3.0, 3.0, 4.5),
    (0, "reserve_slot", 4.5, 9.5, 9.5),
    (0, "reablement_stay", 9.5, 9.5, 30.0),
    (0, "home", 30.0, 30.0, 30.0),
]
READY = [  # comes ready for transfer, and holds no bed of a pool
    (0, "ready_for_transfer", 4.5, 4.5, 4.5),
    (0, "reserve_slot", 4.5, 9.5, 9.5),
    (0, "reablement_stay", 9.5, 9.5, 30.0),
    (0, "home", 30.0, 30.0, 30.0),
]
DELAYED = 5 * 5  # midnights 5 to 9, and 73 days are a fifth of a year
FREE = {"nursing": PoolPrice(gbp=0, per="start")}
BY_USE = {"ward_beds": PoolPrice(gbp=100, per="used_day")}
BY_CAPACITY = {"ward_beds": PoolPrice(gbp=100, per="capacity_day")}
CAPACITY = (20 * 10 + 53 * 30) * 5


def found(rows, prices):
    return measure(effective_city(horizon=73, prices=prices), CITY, people(1, age_band=[2]), journeys(rows)).values


@pytest.mark.parametrize(
    ("rows", "prices", "gbp_paid", "gbp_in_all"),
    [
        # Without a price of a bed, only the delayed days cost.
        (ADMITTED, FREE, 0, DELAYED * 300),
        (READY, FREE, 0, DELAYED * 300),
        # Beds by use: 6.5 days, of which the five delayed ones cost 300 instead of 100.
        (ADMITTED, BY_USE, 6.5 * 5 * 100, 6.5 * 5 * 100 + DELAYED * (300 - 100)),
        (READY, BY_USE, 0, DELAYED * 300),
        # Beds by capacity are paid for in either case.
        (ADMITTED, BY_CAPACITY, CAPACITY * 100, CAPACITY * 100 + DELAYED * 300),
        (READY, BY_CAPACITY, CAPACITY * 100, CAPACITY * 100 + DELAYED * 300),
    ],
)
def test_each_delayed_day_counts_once_whoever_it_is_of(rows, prices, gbp_paid, gbp_in_all):
    values = found(rows, prices)
    assert values["dtoc_delayed_days"] == DELAYED
    assert values["cost_acute_delay"] == pytest.approx(DELAYED * 300)
    assert values["cost_paid"] == pytest.approx(gbp_paid)
    assert values["cost_total"] == pytest.approx(gbp_in_all)


@pytest.mark.parametrize("prices", [FREE, BY_USE, BY_CAPACITY])
@pytest.mark.parametrize("rows", [ADMITTED, READY])
def test_one_delayed_day_less_is_one_price_less(rows, prices):
    """The day moves from delayed to not in hospital; a bed by use is then free, and costs nothing."""
    sooner = [tuple(8.5 if value == 9.5 else value for value in row) for row in rows]
    before, after = found(rows, prices), found(sooner, prices)
    assert before["dtoc_delayed_days"] - after["dtoc_delayed_days"] == 5
    assert before["cost_total"] - after["cost_total"] == pytest.approx(5 * 300)


def test_bed_days_are_those_in_hospital_with_or_without_a_bed_of_a_pool():
    assert found(ADMITTED, FREE)["hospital_bed_days"] == pytest.approx(6.5 * 5)
    assert found(READY, FREE)["hospital_bed_days"] == pytest.approx(5 * 5)
    assert found(READY, FREE)["hospital_bed_days_worth"] == pytest.approx(5 * 5 * 300)


def test_bed_days_of_a_city_are_the_beds_in_use(tiny_city):
    values = flowsim.simulate(flowsim.load_config(tiny_city)).measures
    in_use = sum(values[f"{unit}_beds_occupancy_mean"] for unit in ("mau", "amu", "ward"))
    assert values["hospital_bed_days"] == pytest.approx(in_use * 365)


def test_freed_bed_days_are_no_money_unless_beds_close(tiny_city):
    city = flowsim.load_config(tiny_city)
    quicker = changed(city, {"services.equipment.needed_share": 0.0})
    before, after = flowsim.simulate(city).measures, flowsim.simulate(quicker).measures
    freed = before["hospital_bed_days"] - after["hospital_bed_days"]
    assert freed > 10
    assert after["cost_paid"] == before["cost_paid"]
    worth = before["hospital_bed_days_worth"] - after["hospital_bed_days_worth"]
    assert worth == pytest.approx(freed * city.costs.delayed_acute_day_gbp)
    closed = flowsim.simulate(changed(quicker, {"ward.beds": city.ward.beds - 1})).measures
    assert before["cost_paid"] - closed["cost_paid"] == pytest.approx(365 * 346)


def test_the_dearest_capacity_is_not_the_cheapest_where_people_come_ready_for_transfer():
    """A sizing run over `entry: ready`: beds are worth their delayed days up to a point, and not beyond it."""
    city = flowsim.load_config("step_down_only")
    path = "services.intermediate_care.intermediate_care_beds.beds"
    totals = {beds: flowsim.simulate(changed(city, {path: beds})).measures for beds in (30, 46, 60, 120)}
    assert totals[30]["cost_acute_delay"] > totals[46]["cost_acute_delay"]
    cost = {beds: values["cost_total"] for beds, values in totals.items()}
    parts = {beds: values["cost_paid"] + values["cost_acute_delay"] for beds, values in totals.items()}
    assert cost == pytest.approx(parts)
    assert np.argmin(list(cost.values())) != 3
    assert cost[120] - cost[60] > 50 * 164 * 365
