"""Capacity and utilisation of pools, counted by hand: beds, staff, visits, vacancies."""

from dataclasses import replace

import numpy as np
import pytest
from hand_worked import NAN, counted, effective_city, journeys
from small_networks import LEAVE, network, people, units

import flowsim
from flowsim.config.changes import changed
from flowsim.engine import compiled_engine
from flowsim.engine.rules import booked_days, visits_on
from flowsim.measures.catalogue import CAPACITY, UTILISATION
from flowsim.measures.flow import Holdings, mean_capacity
from flowsim.measures.pool_use import time_at_work
from flowsim.measures.provision import open_time
from flowsim.measures.stays import Blocks
from flowsim.measures.window import Window
from flowsim.model.calendar import Calendar
from flowsim.model.network import Activity, Pool, Surge, Visits

TEN_DAYS = effective_city(10)


def use(pool, net, log, config=TEN_DAYS, cohort=None):
    """Capacity and utilisation of a pool."""
    cohort = people(0.0, 0.0, 0.0, 0.0, 0.0) if cohort is None else cohort
    return tuple(counted(measure.of(pool), config, cohort, log, net) for measure in (CAPACITY, UTILISATION))


# -- beds --------------------------------------------------------------------------------------------------------------

BEDS = network(
    Activity("stay", "ward", "leave", pool="beds", holds="place", duration="days"),
    LEAVE,
    pools=[units("beds", 2, (4.0, 4), surge=Surge(above=0, until=0, units=9))],
)


def test_capacity_is_averaged_over_the_window_alone():
    beds = units("beds", 10, (20.0, 30))
    start = effective_city(1).config.run.start_date
    assert mean_capacity(beds, Window(start, 15, 10)) == 20
    assert mean_capacity(beds, Window(start, 25, 10)) == 30


def test_beds_are_used_around_the_clock_of_a_capacity_that_changes():
    """Two beds until day 4 and four from then on are 32 bed days of ten days; surge is not among them."""
    log = journeys([(0, "stay", 0.0, 0.0, 7.5), (0, "leave", 7.5, 7.5, 7.5), (1, "stay", 1.0, 8.0, NAN)], network=BEDS)
    assert use("beds", BEDS, log) == (3.2, pytest.approx((7.5 + 2.0) / 32))


def test_what_is_in_use_outside_the_window_does_not_count():
    log = journeys([(0, "stay", 0.0, 0.0, 7.5), (0, "leave", 7.5, 7.5, 7.5)], network=BEDS)
    assert use("beds", BEDS, log, effective_city(horizon=2, warm_up=6)) == (4.0, pytest.approx(1.5 / 8))


def test_people_left_from_before_a_cut_take_a_pool_above_its_capacity():
    cut = replace(BEDS, pools=(units("beds", 2, (4.0, 1)),))
    log = journeys([(0, "stay", 0.0, 0.0, 10.0), (1, "stay", 0.0, 0.0, 10.0)], network=cut)
    assert use("beds", cut, log, effective_city(horizon=5, warm_up=5)) == (1.0, 2.0)


def test_a_pool_that_is_closed_throughout_has_no_utilisation():
    closed = replace(BEDS, pools=(units("beds", 2, (4.0, 0)),))
    capacity, share = use("beds", closed, journeys([], network=closed), effective_city(horizon=3, warm_up=5))
    assert capacity == 0
    assert np.isnan(share)


# -- staff -------------------------------------------------------------------------------------------------------------

# Open on days 0 to 3 from 6:00 to 18:00.
HALF_DAYS = Calendar.from_intervals([0.25, 1.25, 2.25, 3.25], [0.75, 1.75, 2.75, 3.75])


def team(*pools):
    return network(
        Activity("assess", "ward", "leave", pool="team", duration="days", clock="working", calendar="hours"),
        LEAVE,
        pools=pools or [units("team", 2)],
        calendars={"hours": HALF_DAYS},
    )


def test_staff_are_at_work_in_the_hours_of_their_calendar():
    """Two people have four half days each: one assessment lasts from noon to noon, the other falls into a night."""
    net = team()
    log = journeys([(0, "assess", 0.5, 0.5, 1.5), (1, "assess", 2.0, 2.875, 3.125)], network=net)
    assert use("team", net, log, effective_city(4)) == (2.0, pytest.approx(0.5 / 4))


def test_staff_time_follows_dated_changes_in_the_open_hours():
    """From noon of day 1 there are four: 0.75 open days of two people, and 1.25 of four."""
    net = team(units("team", 2, (1.5, 4)))
    log = journeys([(0, "assess", 0.0, 0.25, 3.75)], network=net)
    capacity, share = use("team", net, log, effective_city(4))
    assert capacity == pytest.approx((1.5 * 2 + 2.5 * 4) / 4)
    assert share == pytest.approx(2.0 / (0.75 * 2 + 1.25 * 4))


def test_only_work_in_the_window_counts():
    net = team()
    log = journeys([(0, "assess", 0.0, 0.25, 3.75), (1, "assess", 0.0, 0.25, 0.75)], network=net)
    assert use("team", net, log, effective_city(horizon=2, warm_up=1)) == (2.0, 0.5)


def test_staff_whose_calendar_is_closed_throughout_have_no_utilisation():
    net = team()
    assert np.isnan(use("team", net, journeys([], network=net), effective_city(horizon=5, warm_up=10))[1])


def test_a_pool_that_works_by_two_calendars_counts_around_the_clock():
    net = network(
        Activity("assess", "ward", "write", pool="team", duration="days", calendar="hours"),
        Activity("write", "ward", "leave", pool="team", duration="days"),
        LEAVE,
        pools=[units("team", 2)],
        calendars={"hours": HALF_DAYS},
    )
    log = journeys([(0, "assess", 0.5, 0.5, 1.5), (0, "write", 1.5, 1.5, 3.5)], network=net)
    assert use("team", net, log, effective_city(4))[1] == pytest.approx(3.0 / 8)


def test_beds_count_around_the_clock_even_if_people_come_by_one_calendar():
    net = network(
        Activity("stay", "ward", "leave", pool="beds", holds="place", duration="days", calendar="hours"),
        LEAVE,
        pools=[units("beds", 2)],
        calendars={"hours": HALF_DAYS},
    )
    log = journeys([(0, "stay", 0.5, 0.5, 1.25), (0, "leave", 1.25, 1.25, 1.25)], network=net)
    assert use("beds", net, log, effective_city(4))[1] == pytest.approx(0.75 / 8)


def test_time_at_work_is_the_open_time_of_each_holding_however_they_follow_each_other():
    """Against the calendar's own arithmetic, with holdings in random order, over nights and outside of the hours."""
    rng = np.random.default_rng(5)
    days = np.repeat(np.arange(60.0), 2) + np.tile([0.25, 0.6], 60)
    hours = Calendar.from_intervals(days, days + 0.25)
    taken = np.floor(rng.uniform(-1, 62, 4000) * 2**20) / 2**20
    released = taken + np.floor(rng.exponential(0.7, 4000) * 2**20) / 2**20
    pool = rng.integers(0, 3, 4000)
    window = Window(effective_city(1).config.run.start_date, 10, 40)
    held = [np.clip(times[pool == 1], window.start, window.end) for times in (taken, released)]
    expected = np.sum(hours.work_before(held[1]) - hours.work_before(held[0]))
    holdings = Holdings(np.arange(4000), pool, taken, released)
    assert time_at_work(holdings, 1, hours, window) == expected  # to the last bit: times are on a grid
    assert open_time(hours, window) == pytest.approx(20.0)


# -- visits ------------------------------------------------------------------------------------------------------------

VISITS = network(
    Activity("care", "home", "wait", pool="carers", holds="place", visits=Visits(4, 1, "stay"), duration="stay"),
    Activity("wait", "home", "leave", duration="delay"),
    LEAVE,
    pools=[Pool("carers", "visits", ((0.0, 5), (6.0, 10)))],
)
# Days 2 to 5 have 4, 3, 2 and 1 visits. Who stays on until day 8.5 has one more on each of days 6, 7 and 8.
FOUR_DAYS_AND_ON = [
    (0, "care", 2.0, 2.25, 6.0),
    (0, "wait", 6.0, 6.0, 8.5),
    (0, "leave", 8.5, 8.5, 8.5),
]


def visits(rows, config=TEN_DAYS):
    return use("carers", VISITS, journeys(rows, network=VISITS), config, people(0.0, 0.0, stay=[3.75, 3.75]))


def test_visits_fall_and_go_on_for_those_who_stay_longer():
    assert visits(FOUR_DAYS_AND_ON) == (7.0, pytest.approx((4 + 3 + 2 + 1 + 3) / 70))


def test_visits_of_the_window_count_whenever_they_were_booked():
    """On days 4 to 6: two and one of the booking, and one more; and there are 5, 5 and 10."""
    assert visits(FOUR_DAYS_AND_ON, effective_city(horizon=3, warm_up=4)) == (
        pytest.approx(20 / 3),
        pytest.approx(4 / 20),
    )


def test_visits_are_given_back_from_the_day_after_somebody_goes():
    """Who dies on day 3 has had 4 visits, and the 3 of that day."""
    rows = [(0, "care", 2.0, 2.25, 3.5), (0, "leave", 3.5, 3.5, 3.5)]
    assert visits(rows)[1] == pytest.approx(7 / 70)


def test_a_run_of_a_city_counts_visits_as_a_plain_walk_through_its_log_does(tiny_city):
    path = tiny_city.with_name("visits.yaml")
    path.write_text(
        f"extends: {tiny_city.name}\n"
        "services: {active_recovery: {cics: {caseload: null, visits: {per_day: 14, first: 4, last: 1}}}}\n"
    )
    run = flowsim.simulate(flowsim.load_config(path))
    log, first = run.log, run.config.run.warm_up_days
    pool = run.network.pool_index("cics")
    (profile,) = {a.visits for a in run.network.activities if a.pool == "cics"}
    holdings = Holdings.from_log(run.network, log, Blocks.from_log(run.network, log))
    made = np.zeros(run.config.run.days + 400)
    for row, taken, released in zip(holdings.row, holdings.taken, holdings.released, strict=True):
        if run.network.activities[log.activity[row]].pool == "cics":
            since, days = int(taken), booked_days(run.cohort.columns[profile.days][log.spell[row]])
            for day in range(since, int(np.ceil(released)) + 1):
                if day < since + days and day <= np.floor(released):
                    made[day] += visits_on(day - since, days, profile.first, profile.last)
                elif since + days <= day < released:
                    made[day] += profile.last
    counted_days = made[first : first + run.config.run.horizon_days]
    assert counted_days.sum() > 100
    assert run.network.pools[pool].kind == "visits"
    assert run.measures["cics_capacity_mean"] == 14
    assert run.measures["cics_utilisation"] == pytest.approx(counted_days.mean() / 14)


# -- vacancies ---------------------------------------------------------------------------------------------------------

CARE = network(
    Activity("start", "home", None, pool="homecare"),
    pools=[Pool("homecare", "vacancies", stock_limit=5, surge=(Surge(above=0, until=0),))],
)


def test_starts_are_held_against_the_vacancies_that_arrive_in_the_window():
    """Vacancies of days 3, 5 and 12.9 are in the ten days from day 3 on; a vacancy that nobody takes counts too."""
    cohort = people(*[0.0] * 3, vacancies={"homecare": [1.0, 3.0, 5.0, 12.9, 13.0]})
    log = journeys(
        [(0, "start", 0.0, 2.0, 2.0), (1, "start", 0.0, 3.0, 3.0), (2, "start", 0.0, 13.0, 13.0)], network=CARE
    )
    found = use("homecare", CARE, log, effective_city(horizon=10, warm_up=3), cohort)
    assert found == (pytest.approx(3 / 10 * 7), pytest.approx(1 / 3))


def test_spot_purchase_takes_homecare_above_what_is_offered():
    cohort = people(*[0.0] * 5, vacancies={"homecare": [1.0]}, surge_vacancies={"homecare": [2.0, 3.0, 4.0]})
    log = compiled_engine.run(CARE, cohort, 10.0)
    assert np.count_nonzero(~np.isnan(log.started)) == 4
    assert use("homecare", CARE, log, TEN_DAYS, cohort) == (pytest.approx(0.7), 4.0)


def test_nothing_is_offered_where_no_vacancy_arrives():
    capacity, share = use("homecare", CARE, journeys([], network=CARE), TEN_DAYS, people())
    assert capacity == 0
    assert np.isnan(share)


# -- in a city ---------------------------------------------------------------------------------------------------------


def test_dated_capacities_of_a_city_reach_the_measure(tiny_city):
    """From day 35, the middle of the 42 days that count after 14, there are ten beds fewer."""
    city = changed(flowsim.load_config(tiny_city), {"ward.beds": 50})
    city = city.with_changes([{"path": "ward.beds", "set": 40, "from_date": "2016-11-05"}])
    measures = flowsim.simulate(city).measures
    assert measures["ward_beds_capacity_mean"] == 45
    assert measures["ward_beds_utilisation"] == pytest.approx(measures["ward_beds_occupancy_mean"] / 45)
