"""Surge: extra capacity while many wait, in one step or in several, worked by hand."""

from dataclasses import replace

import numpy as np
from small_networks import LEAVE, network, people, starts, units

from flowsim.model.network import Activity, Pool, Surge, Visits

UNTIL = 1_000.0


def one_bed(bed=None, **activity):
    serve = Activity("serve", "ward", "leave", pool="bed", holds="place", duration="stay", **activity)
    return network(serve, Activity("elsewhere", "home", None), LEAVE, pools=[bed or units("bed", 1)])


def test_a_surge_opens_above_one_number_waiting_and_closes_at_another(engine):
    net = one_bed(units("bed", 1, surge=Surge(above=2, until=1, units=1)))
    log = engine(net, people(0, 1, 2, 3, stay=np.full(4, 10)), UNTIL)
    # Two wait at 2: not above two. Three do at 3: a second bed opens, and spell 1 has it.
    # At 10 two wait, which is above one: still open, so spell 2 has the bed of spell 0.
    # At 13 one waits: closed, and the bed of spell 1 is gone. Spell 3 has the first bed, at 20.
    assert starts(net, log, "serve") == {0: 0, 1: 3, 2: 10, 3: 20}


def test_a_closed_pool_has_no_surge(engine):
    net = one_bed(units("bed", 1, (2.0, 0), (9.0, 1), surge=Surge(above=0, until=0, units=1)))
    # Spell 1 has the surge bed at 1. From 2 to 9 the ward is closed, and with it the surge: spell 2 waits, although at
    # 3 both beds are empty. At 9 it opens, with one bed and one more because two wait.
    log = engine(net, people(0, 1, 2, 2.5, stay=[2, 2, 1, 1]), UNTIL)
    assert starts(net, log, "serve") == {0: 0, 1: 1, 2: 9, 3: 9}


def test_a_pool_that_is_closed_from_the_start_has_no_surge_until_it_opens(engine):
    net = one_bed(units("bed", 0, (5.0, 1), surge=Surge(above=0, until=0, units=3)))
    assert starts(net, engine(net, people(0, 1, stay=[1, 1]), UNTIL), "serve") == {0: 5, 1: 5}


def test_visits_of_a_surge_are_made_on_no_day_on_which_the_service_is_closed(engine):
    care = Activity("care", "home", "leave", "nurses", "place", Visits(1, 1, "stay"), duration="stay")
    surge = (Surge(above=0, until=0, units=2),)
    pool = Pool("nurses", "visits", capacity=((0.0, 1), (3.0, 0), (6.0, 1)), surge=surge)
    net = network(care, LEAVE, pools=[pool])
    # Spells 1 and 2 book the surge on day 1: nobody knows of the closure yet. Spell 3 comes while it is closed.
    log = engine(net, people(0, 1, 1, 4, stay=[3, 2, 3, 1]), UNTIL)
    assert starts(net, log, "care") == {0: 0, 1: 1, 2: 1, 3: 6}


def test_a_surge_that_changes_on_a_date_opens_then_and_ejects_nobody_when_it_ends(engine):
    later = ((2.0, (Surge(above=0, until=0, units=2),)), (6.0, ()))
    net = one_bed(replace(units("bed", 1), surge_changes=later))
    log = engine(net, people(0, 1, 1, 4, 5, stay=[10, 3, 10, 1, 1]), UNTIL)
    # From 2 on two more beds while anybody waits: spells 1 and 2 start. Spell 1 leaves at 5, when spells 3 and 4 wait:
    # spell 3 has that bed. At 6 it leaves, and the surge is over: spell 4 waits for both others, in one bed, until 12.
    assert starts(net, log, "serve") == {0: 0, 1: 2, 2: 2, 3: 5, 4: 12}


def test_each_step_of_a_surge_opens_and_closes_by_itself(engine):
    net = one_bed(units("bed", 1, surge=(Surge(above=1, until=1, units=1), Surge(above=3, until=0, units=2))))
    # One waits at 1. Two do at 2: the first step opens, spell 1 has its bed, and spell 2 waits alone again. At 3 two
    # wait, and both beds are taken. From 4 on, four and more wait: the second step brings two more beds, for spells 2
    # and 3. Spell 0 leaves at 10: three wait, and all four beds are open still, for spell 4. At 11 two wait, above one
    # and above none: spell 5 has the bed of spell 1. At 12 one waits: the first step closes, the second does not, so
    # that there are three beds, and with the two that leave only two are taken: spell 6 starts.
    cohort = people(0, 1, 2, 3, 4, 4, 4, stay=[10, 9, 8, 8, 20, 20, 20])
    assert starts(net, engine(net, cohort, UNTIL), "serve") == {0: 0, 1: 2, 2: 4, 3: 4, 4: 10, 5: 11, 6: 12}


def test_a_step_that_closes_ejects_nobody_and_the_others_stay_open(engine):
    net = one_bed(units("bed", 1, surge=(Surge(above=0, until=0, units=1), Surge(above=1, until=1, units=1))))
    # At 1 two wait: both steps are open, and both start. Spell 3 waits from 2 on; the second step is closed by then. At
    # 3 spell 0 leaves, but the two that stay fill what is open. At 5 spell 1 leaves.
    log = engine(net, people(0, 1, 1, 2, stay=[3, 4, 20, 1]), UNTIL)
    assert starts(net, log, "serve") == {0: 0, 1: 1, 2: 1, 3: 5}


def test_a_changed_surge_keeps_the_steps_open_that_stand_in_the_place_of_open_ones(engine):
    later = ((2.0, (Surge(above=9, until=0, units=1), Surge(above=9, until=0, units=5))),)
    net = one_bed(replace(units("bed", 1, surge=Surge(above=1, until=1, units=1)), surge_changes=later))
    # At 1 two wait: spell 1 has the surge bed. At 2 it stays open, as one waits and it closes at none; the second step,
    # which nobody has opened, would need ten. Spell 2 has the bed of spell 1 at 6.
    log = engine(net, people(0, 1, 1, stay=[10, 5, 1]), UNTIL)
    assert starts(net, log, "serve") == {0: 0, 1: 1, 2: 6}


def vacancy(*surge):
    serve = Activity("serve", "home", "leave", pool="homecare", duration="stay", holds="place")
    return network(serve, LEAVE, pools=[Pool("homecare", "vacancies", stock_limit=10, surge=surge)])


def test_surge_vacancies_count_only_in_a_surge(engine):
    net = vacancy(Surge(above=1, until=0))
    # One waits at 1: no surge, and the vacancy lapses. Two wait from 2 on: it is open at 5 and, with one left, at 8.
    # When the pool is looked at again, at 11, nobody waits: closed. That ordinary vacancy stands until spell 2 comes
    # at 12; the surge vacancy of 14, when one waits, lapses like the first.
    cohort = people(
        0, 2, 12, 13, stay=[1, 1, 1, 1], vacancies={"homecare": [11, 20]}, surge_vacancies={"homecare": [1, 5, 8, 14]}
    )
    assert starts(net, engine(net, cohort, UNTIL), "serve") == {0: 5, 1: 8, 2: 12, 3: 20}


def test_the_vacancies_of_each_step_of_a_surge_count_while_that_step_is_open(engine):
    net = vacancy(Surge(above=0, until=0), Surge(above=1, until=1))
    # One waits from 0 on: of the vacancies at 1, only that of the first step counts. Two wait from 2 on: at 3 both
    # steps are open, and both start. Spell 3 waits alone from 5 on: the second step closes, so that its vacancy at 6
    # lapses.
    cohort = people(
        0, 2, 2, 5, stay=np.ones(4), surge_vacancies={"homecare": [1, 1, 3, 3, 6, 7]},
        surge_vacancy_steps={"homecare": [1, 0, 0, 1, 1, 0]},
    )  # fmt: skip
    assert starts(net, engine(net, cohort, UNTIL), "serve") == {0: 1, 1: 3, 2: 3, 3: 7}
