"""A look at a pool, worked by hand on both engines: what is free, how many wait, and when that is seen."""

from dataclasses import replace

import numpy as np
import pytest
from small_networks import LEAVE, journey, network, people, units

from flowsim.model.calendar import Calendar
from flowsim.model.network import Activity, Look, Pool, Surge, Visits, targets

UNTIL = 50.0


def looking(pool, look=None, *more, entries=None, **bed):
    """People decide after some days, and take a bed or go home by what they see."""
    decide = Activity("decide", "ward", look or Look("beds", "bed", "home"), duration="decides_after")
    bed = Activity("bed", "unit", "leave", pool="beds", holds="place", duration="stay", **bed)
    home = Activity("home", "home", None)
    return network(decide, bed, home, LEAVE, *more, pools=pool if isinstance(pool, list) else [pool], entries=entries)


def seen(engine, net, cohort):
    """What each person did after deciding."""
    log = engine(net, cohort, UNTIL)
    return [journey(net, log, spell)[1][0] for spell in range(len(cohort))]


def test_a_person_goes_where_something_is_free(engine):
    """The first takes the bed from 1 to 5; the second sees it taken at 2; the fourth sees it free at 6."""
    net = looking(units("beds", 1))
    cohort = people(0, 0, 0, 0, decides_after=[1, 2, 5, 6], stay=np.full(4, 4))
    # The third looks as the bed falls free: what they see is the beginning of the round, when it was taken.
    assert seen(engine, net, cohort) == ["bed", "home", "home", "bed"]


def test_all_who_look_in_one_round_see_the_same(engine):
    net = looking(units("beds", 1))
    cohort = people(0, 0, 0, decides_after=[1, 1, 1], stay=[4, 4, 4])
    assert seen(engine, net, cohort) == ["bed"] * 3
    log = engine(net, cohort, UNTIL)
    assert [journey(net, log, spell)[1][2] for spell in range(3)] == [1, 5, 9]  # and so two of them wait


def test_a_later_round_of_the_same_instant_sees_what_the_pass_before_it_left(engine):
    """At 5 the bed and the desk fall free. Who is served at the desk then looks a round later, and sees the bed."""
    holds_desk = Activity("holds_desk", "office", "home", pool="desk", duration="decides_after")
    at_desk = Activity("at_desk", "office", Look("beds", "bed", "home"), pool="desk")
    entries = ("decide", "holds_desk", "at_desk")
    net = looking([units("beds", 1), units("desk", 1)], None, holds_desk, at_desk, entries=entries)
    cohort = people(0, 0, 2, 0, decides_after=[1, 5, 0, 5], stay=np.full(4, 4), entry=[0, 1, 2, 0])
    log = engine(net, cohort, UNTIL)
    assert journey(net, log, 2) == [("at_desk", 2, 5, 5), ("bed", 5, 5, 9), ("leave", 9, 9, 9)]
    assert journey(net, log, 3)[1][0] == "home"  # who looks in the first round does not see it


def test_those_who_wait_come_before_those_who_look(engine):
    """The unit opens at 3. At 2 one person waits: of one bed none is left for another, of two beds one is."""
    hours = {"hours": Calendar.from_intervals([3.0], [40.0])}
    cohort = people(0, 0, decides_after=[1, 2], stay=[4, 4])
    for beds, then in ((1, "home"), (2, "bed")):
        net = replace(looking(units("beds", beds)), calendars=hours)
        net = replace(net, activities=tuple(replace(a, calendar="hours") if a.pool else a for a in net.activities))
        assert seen(engine, net, cohort) == ["bed", then]


def test_a_person_goes_by_how_many_wait(engine):
    """From 1 on the bed is taken; by 4 one waits, by 5 two: only then do more than one wait."""
    net = looking(units("beds", 1), Look("beds", "home", "bed", waiting_above=1))
    cohort = people(*[0] * 5, decides_after=[1, 2, 3, 4, 5], stay=np.full(5, 40))
    assert seen(engine, net, cohort) == ["bed", "bed", "bed", "home", "home"]


def test_people_who_are_there_at_the_start_are_seen_from_the_next_round_on(engine):
    """Who looks in the first round sees an empty house, and joins the queue; who looks later sees who was there."""
    net = looking(units("beds", 1), entries=("decide", "bed"))
    for decides_after, does in ((0, "bed"), (0.5, "home")):
        cohort = people(0, 0, decides_after=[decides_after, 0], stay=[4, 4], entry=[0, 1])
        cohort = replace(cohort, in_service=np.array([False, True]))
        log = engine(net, cohort, UNTIL)
        assert journey(net, log, 0)[1][0] == does


def test_a_surge_that_is_open_counts(engine):
    """Two people wait at 2, so that three more beds open; they take two of these, and the first who looks the third."""
    for surge, seen_at_3 in ((Surge(above=1, until=0, units=3), "bed"), ((), "home")):
        net = looking(units("beds", 1, surge=surge), entries=("decide", "bed"))
        cohort = people(1, 2, 2, 0, 0, decides_after=[0, 0, 0, 3, 4], stay=np.full(5, 40), entry=[1, 1, 1, 0, 0])
        log = engine(net, cohort, UNTIL)
        assert [journey(net, log, spell)[1][0] for spell in (3, 4)] == [seen_at_3, "home"]


def test_a_closed_pool_has_nothing_free(engine):
    net = looking(units("beds", 1, (2, 0), (6, 1)))
    cohort = people(0, 0, 0, 0, decides_after=[1.5, 3, 6, 7], stay=np.full(4, 0.25))
    assert seen(engine, net, cohort) == ["bed", "home", "home", "bed"]


def test_a_vacancy_is_free_until_it_is_taken(engine):
    home_care = Pool("beds", "vacancies", stock_limit=3)
    net = looking(home_care)
    cohort = people(*[0] * 4, decides_after=[1, 3, 4, 6], stay=np.ones(4), vacancies={"beds": [2.0, 5.0]})
    assert seen(engine, net, cohort) == ["home", "bed", "home", "bed"]


def test_visits_are_free_while_one_is_left_today(engine):
    """Two visits a day. The first person books two on the day and one on the next: room again from midnight on."""
    nurses = Pool("beds", "visits", capacity=((0.0, 2),))
    net = looking(nurses, visits=Visits(2, 1, "stay"))
    cohort = people(*[0] * 4, decides_after=[1.25, 1.5, 2, 2.5], stay=np.full(4, 2))
    # Who looks at midnight itself sees the day before.
    assert seen(engine, net, cohort) == ["bed", "home", "home", "bed"]


def test_visits_that_nobody_books_are_free_on_the_days_that_have_some(engine):
    nurses = Pool("nurses", "visits", capacity=((0.0, 2), (3.0, 0), (6.0, 1)))
    net = looking([units("beds", 9), nurses], Look("nurses", "bed", "home"))
    cohort = people(*[0] * 4, decides_after=[0, 1.5, 4, 6.5], stay=np.ones(4))
    assert seen(engine, net, cohort) == ["bed", "bed", "home", "bed"]


def test_a_look_leads_two_ways_and_at_a_pool_that_exists():
    assert list(targets(Look("beds", "bed", Look("desk", "home", "leave")))) == ["bed", "home", "leave"]
    with pytest.raises(ValueError, match="'decide': it looks at an unknown pool 'desk'"):
        looking(units("beds", 1), Look("beds", "bed", Look("desk", "bed", "home")))
