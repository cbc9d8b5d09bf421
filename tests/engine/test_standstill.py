"""People who wait for each other in a circle that nothing can open: an error that names it, in both engines alike."""

import numpy as np
import pytest
from small_networks import LEAVE, network, people, starts, units

from flowsim.engine.standstill import Standstill
from flowsim.model.calendar import Calendar
from flowsim.model.network import Activity, Death, Pool, Readmission, Surge, Visits

UNTIL = 100.0


def two_ways(*pools, entries=("ward", "home_care"), **of_ward):
    """From the ward some go to care at home, and from there some to the ward: each holds on to where they are."""
    return network(
        Activity("ward", "ward", "to_home", pool="beds", holds="place", duration="stay", **of_ward),
        Activity("to_home", "home", "leave", pool="slots", holds="place", duration="stay"),
        Activity("home_care", "home", "to_ward", pool="slots", holds="place", duration="stay"),
        Activity("to_ward", "ward", "leave", pool="beds", holds="place", duration="stay", patience="patience",
                 otherwise="given_up", priority="priority", escalates_after=50.0),
        Activity("given_up", "outside", None),
        Activity("died", "outside", None),
        LEAVE,
        pools=pools or (units("beds", 1), units("slots", 1)),
        entries=entries,
        death=Death("death", "died"),
        readmission=Readmission("u", "p", "gap", "time_of_day", "died"),
    )  # fmt: skip


def crossing(*arrivals, entry, **columns):
    n = len(arrivals)
    columns = {"stay": np.ones(n), "patience": np.full(n, np.inf), "death": np.full(n, np.inf)} | columns
    columns |= dict.fromkeys(("u", "gap", "time_of_day", "priority"), np.ones(n)) | {"p": np.full(n, 2.0)}
    return people(*arrivals, entry=entry, **columns)


def test_a_standstill_names_the_circle_and_since_when(engine):
    with pytest.raises(Standstill) as error:
        engine(two_ways(), crossing(0, 0.25, entry=[0, 1]), UNTIL)
    assert str(error.value) == (
        "a standstill: since day 1.25 people have waited for each other in a circle that nothing can open any more: "
        "1 person holds beds and waits for slots (to start to_home); "
        "1 person holds slots and waits for beds (to start to_ward)"
    )


def test_it_is_a_standstill_although_others_come_and_wait_behind_it_or_go_elsewhere(engine):
    net = network(*two_ways().activities, pools=(*two_ways().pools, units("desks", 1)), entries=("ward", "home_care"),
                  death=Death("death", "died"))  # fmt: skip
    with pytest.raises(Standstill, match=r"since day 1 .*: 1 person holds beds .*; 1 person holds slots"):
        engine(net, crossing(0, 0, 5, 99, entry=[0, 1, 0, 1]), UNTIL)


def test_a_circle_of_one_who_holds_what_they_ask_for_again_is_a_standstill(engine):
    net = network(
        Activity("first", "a", "second", pool="beds", holds="place", duration="stay"),
        Activity("second", "b", "leave", pool="beds", holds="place", duration="stay"),
        LEAVE,
        pools=[units("beds", 1)],
    )
    with pytest.raises(Standstill, match=r"since day 3 .*: 1 person holds beds and waits for beds"):
        engine(net, people(2, stay=[1]), UNTIL)
    # With two beds it is one only when two people do it at a time.
    assert len(engine(network(*net.activities, pools=[units("beds", 2)]), people(2, 3, stay=[1, 1]), UNTIL)) == 6
    with pytest.raises(Standstill, match="2 people hold beds and wait for beds"):
        engine(network(*net.activities, pools=[units("beds", 2)]), people(2, 2, stay=[1, 1]), UNTIL)


def test_a_circle_of_three_pools_is_named_whole_and_who_waits_for_it_is_not_part_of_it(engine):
    steps = [
        Activity(f"in_{p}", f"place_{p}", f"to_{q}", pool=p, holds="place", duration="stay")
        for p, q in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"))
    ]
    waits = [Activity(f"to_{p}", f"later_{p}", "leave", pool=p, holds="place") for p in "abc"]
    net = network(*steps, *waits, LEAVE, pools=[units(p, 1) for p in "abcd"], entries=("in_a", "in_b", "in_c", "in_d"))
    with pytest.raises(Standstill) as error:
        engine(net, people(0, 0.25, 0.5, 0.75, stay=np.ones(4), entry=[0, 1, 2, 3]), UNTIL)
    assert "since day 1.5 " in str(error.value)
    assert str(error.value).partition("any more: ")[2] == (
        "1 person holds a and waits for b (to start to_b); 1 person holds b and waits for c (to start to_c); "
        "1 person holds c and waits for a (to start to_a)"
    )


@pytest.mark.parametrize(
    ("way_out", "change"),
    [
        ("patience, even beyond the run", {"patience": [np.inf, 500.0]}),
        ("death, even beyond the run", {"death": [500.0, np.inf]}),
        ("a stay that is not over", {"stay": [1.0, 500.0]}),
    ],
)
def test_who_can_still_leave_opens_the_circle(engine, way_out, change):
    log = engine(two_ways(), crossing(0, 0, entry=[0, 1], **change), UNTIL)
    assert starts(two_ways(), log, "to_home") == {0: None}


@pytest.mark.parametrize(
    ("way_out", "beds"),
    [
        ("a later capacity", units("beds", 1, (UNTIL + 9, 2))),
        ("a surge that is yet to open", units("beds", 1, surge=Surge(above=1, until=0, units=1))),
    ],
)
def test_what_may_still_be_had_opens_the_circle(engine, way_out, beds):
    net = two_ways(beds, units("slots", 1))
    cohort = crossing(0, 0, UNTIL, entry=[0, 1, 0])  # a third will come: then two wait
    assert starts(net, engine(net, cohort, UNTIL), "to_home") == {0: None}


def test_a_surge_that_nobody_can_open_opens_no_circle(engine):
    net = two_ways(units("beds", 1, surge=Surge(above=1, until=0, units=1)), units("slots", 1))
    with pytest.raises(Standstill):
        engine(net, crossing(0, 0, entry=[0, 1]), UNTIL)


def test_a_person_who_will_be_readmitted_opens_the_circle(engine):
    net = two_ways(stamp="discharged")
    back = {"gap": [500.0] * 3, "time_of_day": [0.5] * 3, "u": [0.5] * 3, "p": [1.0] * 3}
    cohort = people(0, 0, None, child={0: 2}, entry=[0, 1, 0], stay=np.ones(3), patience=np.full(3, np.inf),
                    death=np.full(3, np.inf), priority=np.zeros(3), **back)  # fmt: skip
    assert starts(net, engine(net, cohort, UNTIL), "to_home") == {0: None}
    cohort.columns["p"][:] = 0.25
    with pytest.raises(Standstill):
        engine(net, cohort, UNTIL)


def test_a_pool_that_is_closed_for_good_starves_people_but_is_no_circle(engine):
    net = two_ways(units("beds", 1), units("slots", 1, (0.5, 0)))
    log = engine(net, crossing(0, 0.25, entry=[0, 0]), UNTIL)
    assert starts(net, log, "ward") == {0: 0, 1: None}
    assert starts(net, log, "to_home") == {0: None}
    # One who held a slot before it closed, and waits for that bed, makes it a circle.
    with pytest.raises(Standstill):
        engine(net, crossing(0, 0, entry=[0, 1]), UNTIL)


def test_waiting_for_vacancies_or_for_hours_is_no_circle(engine):
    never_again = {"hours": Calendar.from_intervals([0.0], [0.5])}
    net = network(
        Activity("ward", "ward", "home", pool="beds", holds="place", duration="stay"),
        Activity("home", "home", "again", pool="homecare", holds="place"),
        Activity("again", "ward", "leave", pool="beds", calendar="hours"),
        LEAVE,
        pools=[units("beds", 1), Pool("homecare", "vacancies", stock_limit=1)],
        calendars=never_again,
    )
    assert starts(net, engine(net, people(0, 1, stay=[1, 1]), UNTIL), "home") == {0: None}
    log = engine(net, people(0, 1, stay=[1, 1], vacancies={"homecare": [1, 2]}), UNTIL)
    assert starts(net, log, "again") == {0: None, 1: None}


def test_visits_that_go_on_while_people_wait_can_close_a_circle(engine):
    """A booking of a day is over, but the one who waits for a bed keeps its last day's visit, which spell 0 lacks."""
    net = network(
        Activity("ward", "ward", "to_home", pool="beds", holds="place", duration="stay"),
        Activity("to_home", "home", "leave", "nurses", "place", Visits(3, 1, "stay"), duration="stay"),
        Activity("home_care", "home", "to_ward", "nurses", "place", Visits(2, 1, "stay"), duration="stay"),
        Activity("to_ward", "ward", "leave", pool="beds", holds="place", duration="stay"),
        LEAVE,
        pools=[units("beds", 1), Pool("nurses", "visits", capacity=((0.0, 3),))],
        entries=("ward", "home_care"),
    )
    with pytest.raises(Standstill, match="1 person holds nurses and waits for beds"):
        engine(net, people(0, 0, stay=[1, 1], entry=[0, 1]), UNTIL)
    enough = network(*net.activities, pools=[units("beds", 1), Pool("nurses", "visits", capacity=((0.0, 4),))],
                     entries=("ward", "home_care"))  # fmt: skip
    assert starts(enough, engine(enough, people(0, 0, stay=[1, 1], entry=[0, 1]), UNTIL), "to_home") == {0: 1}


def test_two_people_who_pass_each_other_with_room_to_spare_are_no_standstill(engine):
    net = two_ways(units("beds", 2), units("slots", 1))
    log = engine(net, crossing(0, 0, entry=[0, 1]), UNTIL)
    assert starts(net, log, "to_home") == {0: 1}
