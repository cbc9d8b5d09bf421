"""A pace, worked by hand: a change of it reaches those who are there, and time stays on its grid."""

import numpy as np
import pytest
from small_networks import LEAVE, journey, network, people, starts, units

from flowsim.model import pace
from flowsim.model.calendar import Calendar
from flowsim.model.clock import TICK
from flowsim.model.network import Activity, Pool, Visits
from flowsim.model.pace import Pace, paced_delay, paced_delays

UNTIL = 60.0
TWICE_AS_FAST = Pace(((0.0, 1.0), (4.0, 2.0)))


def treated(its=TWICE_AS_FAST, **treat):
    treat = Activity("treat", "ward", "leave", pool="beds", holds="place", duration="stay", pace="ward", **treat)
    return network(treat, LEAVE, pools=[units("beds", 1)], paces={"ward": its})


def test_a_change_reaches_those_who_are_there_and_those_who_come(engine):
    """Of six days four have passed when it is twice as fast: the other two take one. A newcomer's six take three."""
    net = treated()
    log = engine(net, people(0, 1, 10, stay=[6, 6, 6]), UNTIL)
    assert [journey(net, log, spell)[0] for spell in range(3)] == [
        ("treat", 0, 0, 5),
        ("treat", 1, 5, 8),
        ("treat", 10, 10, 13),
    ]


def test_until_it_changes_nothing_does(engine):
    stay = [0.3, 1.7, 2.0]
    log = engine(treated(), people(0, 0, 0, stay=stay), UNTIL)
    even = engine(treated(Pace()), people(0, 0, 0, stay=stay), UNTIL)
    assert (log.ended[log.ended <= 4.0] == even.ended[even.ended <= 4.0]).all()
    assert journey(treated(), log, 2)[0] == ("treat", 0, 2, 4)


def test_a_slower_pace_makes_stays_longer(engine):
    """From 2 to 6 it goes at half speed: two of five days have passed, two take four, the last one takes one."""
    net = treated(Pace(((0.0, 1.0), (2.0, 0.5), (6.0, 1.0))))
    log = engine(net, people(0, stay=[5]), UNTIL)
    assert journey(net, log, 0)[0] == ("treat", 0, 0, 7)


def test_a_stay_that_counts_from_admission_does_so_at_its_pace(engine):
    """Ten days from 1: three have passed at 4, and seven take three and a half, whatever is between."""
    net = network(
        Activity("board", "amu", "treat", duration="boarding"),
        Activity("treat", "ward", "rest", duration="planning", stamp="admitted"),
        Activity("rest", "ward", "leave", duration="stay", clock="since_admission", pace="ward"),
        LEAVE,
        paces={"ward": TWICE_AS_FAST},
    )
    log = engine(net, people(0, 0, boarding=[1, 1], planning=[2, 20], stay=[10, 10]), UNTIL)
    assert journey(net, log, 0)[2] == ("rest", 3, 3, 7.5)
    assert journey(net, log, 1)[2] == ("rest", 21, 21, 21)


def test_a_faster_pace_frees_beds_for_those_who_wait(engine):
    stays = people(*[0] * 4, stay=[6, 6, 6, 6])
    assert starts(treated(), engine(treated(), stays, UNTIL), "treat") == {0: 0, 1: 5, 2: 8, 3: 11}


@pytest.mark.parametrize("speed", [0.7, 1.3, 3.0, 1.0 / 0.9])
def test_what_ends_lies_on_the_grid_of_time(speed):
    times, speeds = np.array([0.0, 2.5]), np.array([1.0, speed])
    for days in (TICK, 0.7 // TICK * TICK, 3.0, 41.3 // TICK * TICK):
        ends = 1.25 + paced_delay(1.25, days, times, speeds)
        assert ends / TICK == round(ends / TICK)
        assert ends > 1.25
    assert pace.TICKS_A_DAY * TICK == 1


def test_many_delays_are_each_that_of_one():
    starts_at, days = np.array([0.0, 3.0, np.nan, 9.0]), np.array([6.0, 6.0, 6.0, 0.0])
    delays = paced_delays(starts_at, days, np.array([0.0, 4.0]), np.array([1.0, 2.0]))
    assert delays.tolist() == [5.0, 3.5, 6.0, 0.0]


@pytest.mark.parametrize("steps", [(), ((1.0, 1.0),), ((0.0, 1.0), (0.0, 2.0)), ((0.0, 0.0),)])
def test_a_pace_that_has_no_beginning_no_order_or_no_end_is_refused(steps):
    with pytest.raises(ValueError, match="pace"):
        Pace(steps)


def test_what_has_no_pace_is_refused():
    hours = {"hours": Calendar.from_intervals([0.0], [1.0])}
    with pytest.raises(ValueError, match="unknown pace 'ward'"):
        network(Activity("a", "ward", "leave", pace="ward"), LEAVE)
    nurses = Pool("nurses", "visits", capacity=((0.0, 1),))
    for its in ({"clock": "working", "calendar": "hours"}, {"visits": Visits(1, 1, "stay"), "pool": "nurses"}):
        a = Activity("a", "ward", "leave", pace="ward", duration="stay", **its)
        with pytest.raises(ValueError, match="neither working time nor what books visits has a pace"):
            network(a, LEAVE, pools=[nurses], calendars=hours, paces={"ward": Pace()})
