"""What must be paid: capacity that is provided, used or not, and the hours of those who work."""

import math

import pytest
from hand_worked import CITY, effective_city, journeys, people

import flowsim
from flowsim.config.changes import changed
from flowsim.config.cost_schema import PoolPrice
from flowsim.config.errors import ConfigError
from flowsim.measures.all_measures import measure
from flowsim.measures.cost import PoolCosts
from flowsim.measures.run_facts import RunFacts
from flowsim.model.effective_city import effective_city as effective

TEAM = "discharge_planning.team.staff"
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
IDLE = {  # far more than a tiny city can use
    "front_door.mau.beds": 30,
    "front_door.amu.beds": 90,
    "ward.beds": 900,
    TEAM: 40,
    "services.transport.vehicles": 30,
    "services.active_recovery.stit.caseload": 200,
    "services.active_recovery.cics.caseload": 200,
    "services.intermediate_care.intermediate_care_beds.beds": 300,
    "services.homecare.homecare.starts_per_week": 200,
    "services.residential.residential_homes.starts_per_week": 60,
    "services.nursing.nursing_homes.starts_per_week": 60,
}


def paid(config):
    return flowsim.simulate(config).measures["cost_paid"]


def costs_of(run, config):
    return RunFacts(effective(config), run.network, run.cohort, run.log).pool_costs


def in_place(changes, **how):
    made = {"title": "T", "what": "w", "mechanism": "m", "changes": changes, "cost": {"source": "assumption"},
            "evidence": [{"says": "nothing", "source": "assumption"}]}  # fmt: skip
    return {"interventions": {"made": {"intervention": made, **how}}}


@pytest.fixture
def city(tiny_city):
    return flowsim.load_config(tiny_city)


@pytest.mark.parametrize("path", IDLE)
def test_capacity_that_stands_idle_is_paid_for(city, path):
    more = changed(city, {path: IDLE[path]})
    before, after = flowsim.simulate(city).measures, flowsim.simulate(more).measures
    assert after["dtoc_delayed_days"] == pytest.approx(before["dtoc_delayed_days"], rel=0.2)
    assert after["cost_paid"] > before["cost_paid"] + 1000


@pytest.mark.parametrize(
    ("prices", "gbp_a_year"),
    [
        ({"ward_beds": ("used_day", 20)}, 6.5 * 5 * 20),  # one person, 6.5 days of the 73
        ({"ward_beds": ("capacity_day", 20)}, (20 * 10 + 53 * 30) * 5 * 20),  # 10 beds, and 30 from day 20 on
        ({"reablement": ("start", 700)}, 1 * 5 * 700),
        ({"nursing": ("offered_start", 700)}, 7 * 365 / 7 * 700),  # seven a week are agreed, and nobody needs one
        ({"nursing": ("start", 700)}, 0.0),
        ({"a_pool_that_this_network_lacks": ("start", 1)}, 0.0),
    ],
)
def test_a_pool_costs_what_its_price_says(prices, gbp_a_year):
    prices = {name: PoolPrice(gbp=gbp, per=per) for name, (per, gbp) in prices.items()}
    rows = [
        (0, "amu_assessment", 1.25, 1.25, 2.0),
        (0, "ward_treatment", 2.0, 3.0, 6.0),
        (0, "reserve_slot", 6.0, 9.5, 9.5),
        (0, "reablement_stay", 9.5, 9.5, 30.0),
        (0, "home", 30.0, 30.0, 30.0),
    ]
    city = effective_city(horizon=73, prices=prices)
    found = measure(city, CITY, people(1, age_band=[2]), journeys(rows)).values
    assert found["cost_paid"] == pytest.approx(gbp_a_year)


def test_staff_cost_the_hours_in_which_their_calendar_is_open(city):
    only = {"costs.pools": {"discharge_team": {"gbp": 10, "per": "open_hour"}}, "costs.calendars": {}}
    five_days = changed(city, only)
    # 15 October to 25 November 2016: six weeks of 5 x 8 hours, without a bank holiday; 25 members
    assert paid(five_days) == pytest.approx(6 * 5 * 8 * 25 * 10 * 365 / 42)
    seven_days = changed(five_days, {"calendars.discharge_team.days": WEEK})
    assert paid(seven_days) == pytest.approx(6 * 7 * 8 * 25 * 10 * 365 / 42)
    longer = changed(five_days, {"calendars.discharge_team.to_hour": 18.5})
    assert paid(longer) == pytest.approx(6 * 5 * 10 * 25 * 10 * 365 / 42, rel=1e-5)  # times are on a grid
    with_ten_more = changed(five_days, {TEAM: 35})
    assert paid(with_ten_more) == pytest.approx(6 * 5 * 8 * 35 * 10 * 365 / 42)


def test_an_hour_of_a_priced_calendar_costs_those_on_duty(city):
    only = {"costs.pools": {}, "costs.calendars": {"brokerage": {"gbp": 100}}}
    weekdays = changed(city, only)
    assert paid(weekdays) == pytest.approx(6 * 5 * 8 * 100 * 365 / 42)
    with_saturdays = changed(weekdays, {"calendars.brokerage.days": WEEK[:6]})
    assert paid(with_saturdays) == pytest.approx(6 * 6 * 8 * 100 * 365 / 42)


def test_saturday_work_is_never_free_in_the_shipped_city(city):
    for name, hours in city.calendars.items():
        longer = {f"calendars.{name}.from_hour": hours.from_hour - 1}
        assert paid(changed(city, longer)) > paid(city) + 5_000, name


def test_half_a_coverage_of_longer_hours_costs_half(city):
    year = changed(city, {"run.horizon_days": 364})

    def with_coverage(coverage):
        weekends = in_place([{"path": "calendars.brokerage.days", "set": WEEK}], coverage=coverage)
        return paid(changed(year, weekends)) - paid(year)

    assert with_coverage(0.5) == pytest.approx(with_coverage(1.0) / 2, rel=0.05)  # 52 of 104 days or so


def test_capacity_from_a_date_on_is_paid_from_that_date_on(city):
    only = changed(city, {"costs.pools": {"ward_beds": {"gbp": 10, "per": "capacity_day"}}, "costs.calendars": {}})
    # half of the 42 days that count, from 15 October on
    hundred = in_place([{"path": "ward.beds", "add": 100}], from_date="2016-11-05")
    assert paid(changed(only, hundred)) == pytest.approx((665 + 100 / 2) * 10 * 365)
    starts = changed(city, {"costs.pools": {"homecare": {"gbp": 10, "per": "offered_start"}}, "costs.calendars": {}})
    more = in_place([{"path": "services.homecare.homecare.starts_per_week", "add": 7}], from_date="2016-11-05")
    assert paid(changed(starts, more)) - paid(starts) == pytest.approx(7 / 2 * 365 / 7 * 10)


def test_surge_is_paid_while_it_is_used_and_not_twice(city):
    price = {"costs.pools": {"ward_beds": {"gbp": 1, "per": "capacity_day"}}, "costs.calendars": {}}
    few = changed(city, {**price, "ward.beds": 8, "ward.surge": {"units": 20, "opens_above": 1, "closes_at": 0}})
    run = flowsim.simulate(few)
    facts = RunFacts(effective(few), run.network, run.cohort, run.log)
    ward = run.network.pool_index("ward_beds")
    moments = [facts.window.start + 0.01 * i for i in range(4200)]
    of_ward = facts.holdings.pool == ward
    taken, released = facts.holdings.taken[of_ward], facts.holdings.released[of_ward]
    in_surge = sum(max(0, int(((taken <= t) & (released > t)).sum()) - 8) for t in moments) / 4200
    assert in_surge > 0.5
    assert run.measures["cost_paid"] == pytest.approx((8 + in_surge) * 365, rel=0.01)


SPOT = {"starts_per_week": 14, "opens_above": 2, "closes_at": 0}
GROWING = [{"starts_per_week": 5, "opens_above": n, "closes_at": n - 2} for n in (2, 4, 6)]


@pytest.mark.parametrize("spot", [SPOT, GROWING], ids=["one step", "steps"])
def test_spot_purchase_is_paid_when_it_is_used(city, spot):
    price = {"costs.pools": {"homecare": {"gbp": 1, "per": "offered_start"}}, "costs.calendars": {}}
    scarce = changed(
        city,
        {**price, "services.homecare.homecare.starts_per_week": 1.0, "services.homecare.homecare.surge": spot},
    )
    run = flowsim.simulate(scarce)
    spot_starts = run.measures["cost_paid"] - 365 / 7
    assert spot_starts > 10
    # With one start a week none stays unused, so all other starts are spot purchases.
    facts = RunFacts(effective(scarce), run.network, run.cohort, run.log)
    arrived = facts.window.contains(run.cohort.vacancies["homecare"]).sum()
    homecare = facts.starts[run.network.pool_index("homecare")]
    assert spot_starts == pytest.approx((homecare - arrived) * 365 / 42)


def test_visits_are_paid_by_the_visit_and_extra_ones_when_they_are_made(city):
    visits = {"per_day": 12, "first": 4, "last": 1}
    price = {"costs.pools": {"cics": {"gbp": 1, "per": "capacity_day"}}, "costs.calendars": {}}
    service = "services.active_recovery.cics"
    fixed = changed(city, {**price, f"{service}.caseload": None, f"{service}.visits": visits, f"{service}.surge": None})
    # All visits there are, and at most a few more for people who stay longer than they were booked for.
    assert 12 * 365 <= paid(fixed) < 12 * 365 * 1.005
    surge = {"units": 8, "opens_above": 0, "closes_at": 0}
    with_surge = changed(fixed, {f"{service}.surge": surge, f"{service}.visits.per_day": 4})
    run = flowsim.simulate(with_surge)
    used = run.measures["cics_utilisation"]
    assert used > 1.0
    assert run.measures["cost_paid"] == pytest.approx(4 * used * 365, rel=0.2)
    assert run.measures["cost_paid"] >= 4 * max(used, 1.0) * 365


def test_who_pays_adds_up_to_what_is_paid(city):
    found = flowsim.simulate(city).measures
    assert found["cost_paid_nhs"] + found["cost_paid_social_care"] == pytest.approx(found["cost_paid"], rel=1e-12)
    assert found["cost_paid_nhs"] > found["cost_paid_social_care"] > 0


def test_who_pays_is_as_the_price_says_and_unknown_if_it_does_not(city):
    price = {"gbp": 1, "per": "capacity_day"}
    quarter = changed(city, {"costs.pools": {"ward_beds": {**price, "nhs_share": 0.25}}, "costs.calendars": {}})
    found = flowsim.simulate(quarter).measures
    assert (found["cost_paid_nhs"], found["cost_paid_social_care"]) == pytest.approx((665 * 365 / 4, 665 * 365 * 3 / 4))
    unsaid = flowsim.simulate(changed(quarter, {"costs.pools": {"ward_beds": price}})).measures
    assert math.isnan(unsaid["cost_paid_nhs"]) and math.isnan(unsaid["cost_paid_social_care"])
    assert unsaid["cost_paid"] == found["cost_paid"]


@pytest.mark.parametrize(
    ("pool", "per", "says"),
    [
        ("homecare", "capacity_day", "its price is per start, or per offered_start (used or not)"),
        ("stit", "offered_start", "only homecare and care homes offer starts"),
        ("ward_beds", "open_hour", "only staff and vehicles work by the hour (discharge_team, transport)"),
    ],
)
def test_a_price_that_cannot_be_is_refused(city, pool, per, says):
    with pytest.raises(ConfigError, match=r"costs\.pools\." + pool) as refused:
        changed(city, {f"costs.pools.{pool}.per": per})
    assert says in str(refused.value)


def test_the_price_of_hours_needs_a_calendar_of_that_name(city):
    with pytest.raises(ConfigError, match="there is no calendar called brokrage; did you mean brokerage"):
        changed(city, {"costs.calendars": {"brokrage": {"gbp": 1}}})


def test_a_pool_has_one_number_of_units_for_each_form_of_price(city):
    run = flowsim.simulate(city)
    costs = costs_of(run, city)
    assert isinstance(costs, PoolCosts)
    (stit,) = (pool for pool in city.pools if pool.name == "stit")
    index = run.network.pool_index("stit")
    assert costs.units_paid_for(stit, index, "capacity_day") == pytest.approx(94 * 365)
    in_use = run.measures["stit_occupancy_mean"]
    assert costs.units_paid_for(stit, index, "used_day") == pytest.approx(in_use * 365)
