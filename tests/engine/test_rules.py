"""The rules of both engines on small worlds: what is held, who is served, and what one instant means.

Pools and queues are here; surge is in `test_rules_of_surge.py`, waiting for any of several places in
`test_rules_of_shared_queues.py`, calendars and branches are in `test_rules_of_the_journey.py`, death and readmission in
`test_rules_of_death_and_return.py`. Every time is a number of days that a person can follow on paper.
"""

import numpy as np
import pytest
from small_networks import LEAVE, journey, network, people, starts, units

from flowsim.model.calendar import Calendar
from flowsim.model.network import Activity, Pool, Visits

UNTIL = 1_000.0

# -- What is held, and for how long --------------------------------------------------------------------------------


def ward_then_care(**care):
    return network(
        Activity("treat", "ward", "care", pool="beds", holds="place", duration="treatment"),
        Activity("care", "community", "leave", pool="slots", holds="place", duration="stay", **care),
        LEAVE,
        pools=[units("beds", 1), units("slots", 1)],
    )


def test_a_bed_is_held_while_its_occupant_waits(engine):
    net = ward_then_care()
    log = engine(net, people(0, 0.5, 1.5, treatment=[1, 1, 1], stay=[5, 5, 5]), UNTIL)
    # Spell 0 is on the ward until 1 and in care until 6; spell 1 has finished treatment at 2, and blocks until 6.
    assert journey(net, log, 1) == [("treat", 0.5, 1, 2), ("care", 2, 6, 11), ("leave", 11, 11, 11)]
    # A blocked bed is not free: spell 2 has it only when spell 1 has left it, at that very instant.
    assert journey(net, log, 2) == [("treat", 1.5, 6, 7), ("care", 7, 11, 16), ("leave", 16, 16, 16)]


def test_a_unit_kept_for_the_next_place_is_taken_there_and_held_until_that_place_is_left(engine):
    net = network(
        Activity("treat", "ward", "slot", pool="beds", holds="place", duration="treatment"),
        Activity("slot", "ward", "transport", pool="slots", holds="next_place"),
        Activity("transport", "ward", "recover", duration="journey"),
        Activity("recover", "home", "wait_for_homecare", duration="stay"),
        Activity("wait_for_homecare", "home", "leave", duration="homecare"),
        LEAVE,
        pools=[units("beds", 2), units("slots", 1)],
    )
    cohort = people(0, 0, 0, treatment=[1, 2, 4], journey=[2, 2, 2], stay=[4, 4, 4], homecare=[3, 3, 3])
    log = engine(net, cohort, UNTIL)
    assert journey(net, log, 0) == [
        ("treat", 0, 0, 1),
        ("slot", 1, 1, 1),
        ("transport", 1, 1, 3),
        ("recover", 3, 3, 7),
        ("wait_for_homecare", 7, 7, 10),
        ("leave", 10, 10, 10),
    ]
    # The only slot is bespoken from 1, is used from 3, and is blocked from 7 to 10.
    assert starts(net, log, "slot") == {0: 1, 1: 10, 2: 19}
    # The bed is given back at the start of recovery, not when the slot is found or transport comes.
    assert starts(net, log, "treat") == {0: 0, 1: 0, 2: 3}


def test_another_unit_for_the_same_place_takes_the_first_ones_stead(engine):
    net = network(
        Activity("side_room", "ward", "bay", pool="side_rooms", holds="place", duration="first"),
        Activity("bay", "ward", "leave", pool="bays", holds="place", duration="second"),
        LEAVE,
        pools=[units("side_rooms", 1), units("bays", 1)],
    )
    log = engine(net, people(0, 0, first=[1, 1], second=[3, 3]), UNTIL)
    assert starts(net, log, "side_room") == {0: 0, 1: 1}  # free again when the bay is entered, on the same ward
    assert starts(net, log, "bay") == {0: 1, 1: 4}


def test_another_reservation_takes_the_first_ones_stead(engine):
    net = network(
        Activity("plan_a", "ward", "plan_b", pool="slots_a", holds="next_place", duration="wait"),
        Activity("plan_b", "ward", "stay", pool="slots_b", holds="next_place"),
        Activity("stay", "home", "leave", duration="stay"),
        LEAVE,
        pools=[units("slots_a", 1), units("slots_b", 1)],
    )
    log = engine(net, people(0, 0, wait=[2, 2], stay=[5, 5]), UNTIL)
    assert starts(net, log, "plan_a") == {0: 0, 1: 2}  # given back when slot b is reserved
    assert starts(net, log, "plan_b") == {0: 2, 1: 7}  # held until home is left


@pytest.mark.parametrize("exit_place", ["ward", "outside"])
def test_a_reservation_that_is_never_used_is_given_back_at_the_exit(engine, exit_place):
    net = network(
        Activity("reserve", "ward", "think", pool="slots", holds="next_place"),
        Activity("think", "ward", "leave", duration="thought"),
        Activity("leave", exit_place, None),
        pools=[units("slots", 1)],
    )
    log = engine(net, people(0, 0, thought=[3, 3]), UNTIL)
    assert starts(net, log, "reserve") == {0: 0, 1: 3}


def test_staff_are_free_when_the_activity_ends_though_the_patient_stays(engine):
    net = network(
        Activity("assess", "ward", "care", pool="staff", duration="assessment"),
        Activity("care", "community", "leave", pool="slots", holds="place", duration="stay"),
        LEAVE,
        pools=[units("staff", 1), units("slots", 1)],
    )
    log = engine(net, people(0, 0, 0, assessment=[2, 2, 2], stay=[9, 9, 9]), UNTIL)
    assert starts(net, log, "assess") == {0: 0, 1: 2, 2: 4}
    assert starts(net, log, "care") == {0: 2, 1: 11, 2: 20}


def test_staff_stay_busy_when_the_activity_begins_a_new_place(engine):
    net = network(
        Activity("visit", "home", "leave", pool="staff", duration="hours"),
        LEAVE,
        pools=[units("staff", 2)],
    )
    log = engine(net, people(0, 0, 0, hours=[3, 4, 1]), UNTIL)
    assert starts(net, log, "visit") == {0: 0, 1: 0, 2: 3}


# -- Who is served -------------------------------------------------------------------------------------------------


def one_bed(bed=None, **activity):
    serve = Activity("serve", "ward", "leave", pool="bed", holds="place", duration="stay", **activity)
    return network(serve, Activity("elsewhere", "home", None), LEAVE, pools=[bed or units("bed", 1)])


def test_a_queue_is_served_by_priority_then_time_joined_then_spell(engine):
    net = one_bed(priority="priority")
    cohort = people(0, 1, 4, 3, 2, 3, stay=np.full(6, 10), priority=[0.0, 1, 0, 0, 1, 0])
    order = starts(net, engine(net, cohort, UNTIL), "serve")
    assert order == {0: 0, 3: 10, 5: 20, 2: 30, 1: 40, 4: 50}


def test_a_tie_is_served_by_spell_whoever_reached_the_queue_by_whatever_way(engine):
    """Spell 3 arrives, 2 comes from an activity, 1 from one in another queue, 0 after nothing at all: all at 5."""
    net = network(
        Activity("serve", "ward", "leave", pool="bed", holds="place", duration="stay"),
        Activity("walk", "road", "serve", duration="walk"),
        Activity("desk", "road", "serve", pool="clerk", duration="walk"),
        Activity("nothing", "road", "serve"),
        LEAVE,
        pools=[units("bed", 1), units("clerk", 1)],
        entries=("nothing", "desk", "walk", "serve"),
    )
    cohort = people(5, 2, 1, 5, 0, walk=[0, 3, 4, 0, 0], stay=[10, 10, 10, 10, 5], entry=[0, 1, 2, 3, 3])
    assert starts(net, engine(net, cohort, UNTIL), "serve") == {4: 0, 0: 5, 1: 15, 2: 25, 3: 35}


def test_one_queue_for_a_pool_whatever_it_is_needed_for(engine):
    net = network(
        Activity("short", "ward", "leave", pool="staff", duration="work"),
        Activity("long", "ward", "leave", pool="staff", duration="work"),
        LEAVE,
        pools=[units("staff", 1)],
        entries=("short", "long"),
    )
    log = engine(net, people(0, 1, 2, 3, work=[5, 5, 5, 5], entry=[0, 1, 0, 1]), UNTIL)
    assert starts(net, log, "short") == {0: 0, 2: 10}
    assert starts(net, log, "long") == {1: 5, 3: 15}


def test_who_waits_too_long_goes_elsewhere(engine):
    net = one_bed(patience="patience", otherwise="elsewhere")
    log = engine(net, people(0, 1, 2, stay=[10, 10, 10], patience=[3, 3, np.inf]), UNTIL)
    assert journey(net, log, 1) == [("serve", 1, None, 4), ("elsewhere", 4, 4, 4)]
    # Whoever has gone is not served any more, and whoever has all the patience in the world never goes.
    assert journey(net, log, 2) == [("serve", 2, 10, 20), ("leave", 20, 20, 20)]


def test_patience_comes_first_in_the_instant(engine):
    net = one_bed(patience="patience", otherwise="elsewhere")
    log = engine(net, people(0, 2, 2, stay=[10, 10, 10], patience=[1, 8, 8.125]), UNTIL)
    assert journey(net, log, 1) == [("serve", 2, None, 10), ("elsewhere", 10, 10, 10)]
    assert journey(net, log, 2)[0] == ("serve", 2, 10, 20)


def test_without_patience_a_person_is_served_at_once_or_goes_elsewhere(engine):
    net = one_bed(patience="patience", otherwise="elsewhere")
    # Spell 0 finds the bed free. Spell 1 finds it taken until 4; spell 2 comes at the very instant at which it falls
    # free. Spells 3 and 4 come together when it is free again: the second of them is too late.
    log = engine(net, people(3, 3.5, 4, 6, 6, stay=[1, 1, 1, 1, 1], patience=np.zeros(5)), UNTIL)
    assert journey(net, log, 0) == [("serve", 3, 3, 4), ("leave", 4, 4, 4)]
    assert journey(net, log, 1) == [("serve", 3.5, None, 3.5), ("elsewhere", 3.5, 3.5, 3.5)]
    assert starts(net, log, "serve") == {0: 3, 1: None, 2: 4, 3: 6, 4: None}


def test_without_patience_a_closed_calendar_is_reason_enough_to_go_elsewhere(engine):
    mornings = {"mornings": Calendar.from_intervals([0.25, 1.25], [0.5, 1.5])}
    serve = Activity("serve", "ward", "leave", pool="bed", duration="stay", calendar="mornings", patience="patience",
                     otherwise="elsewhere")  # fmt: skip
    net = network(serve, Activity("elsewhere", "home", None), LEAVE, pools=[units("bed", 1)], calendars=mornings)
    log = engine(net, people(0, 0.25, 0.5, 1.25, stay=np.full(4, 0.25), patience=np.zeros(4)), UNTIL)
    assert starts(net, log, "serve") == {0: None, 1: 0.25, 2: None, 3: 1.25}


def test_without_patience_a_bed_that_falls_free_later_in_the_same_instant_is_soon_enough(engine):
    net = network(
        Activity("amu", "amu", "ward", pool="amu_bed", holds="place", duration="a", patience="patience",
                 otherwise="elsewhere"),
        Activity("ward", "ward", "leave", pool="ward_bed", holds="place", duration="b"),
        Activity("elsewhere", "home", None),
        LEAVE,
        pools=[units("amu_bed", 1), units("ward_bed", 1)],
    )  # fmt: skip
    # At 3 spell 0 leaves the ward; only when spell 1 has moved up there is its bed on AMU free for spell 2.
    cohort = people(0, 1, 3, a=[1, 1, 1], b=[2, 9, 1], patience=np.zeros(3))
    assert starts(net, engine(net, cohort, UNTIL), "amu") == {0: 0, 1: 1, 2: 3}


def test_all_without_patience_leave_together_and_what_they_ask_for_then_is_settled_too(engine):
    """Spell 1 needs three visits a day and does not fit; spell 2 needs one, but is behind it. Both go elsewhere."""
    visits = {"large": Visits(3, 3, "stay"), "small": Visits(1, 1, "stay")}
    net = network(
        *(Activity(name, "home", "leave", "nurses", "place", its, duration="stay", patience="patience",
                   otherwise="ward") for name, its in visits.items()),
        Activity("ward", "ward", "leave", pool="bed", duration="stay", patience="patience", otherwise="given_up"),
        Activity("given_up", "outside", None),
        LEAVE,
        pools=[Pool("nurses", "visits", capacity=((0.0, 4),)), units("bed", 1)],
        entries=("large", "small"),
    )  # fmt: skip
    log = engine(net, people(0, 1, 1, stay=[9, 2, 2], patience=np.zeros(3), entry=[0, 0, 1]), UNTIL)
    assert journey(net, log, 1) == [("large", 1, None, 1), ("ward", 1, 1, 3), ("leave", 3, 3, 3)]
    assert journey(net, log, 2) == [("small", 1, None, 1), ("ward", 1, None, 1), ("given_up", 1, 1, 1)]


def test_patience_starts_anew_in_every_queue(engine):
    """Spell 1 gives up one queue at 4 and joins another of the same pool, where it waits for five more days."""
    net = network(
        Activity("first", "ward", "leave", pool="bed", duration="stay", patience="patience", otherwise="again"),
        Activity("again", "ward", "leave", pool="bed", duration="stay", patience="more", otherwise="given_up"),
        Activity("given_up", "home", None),
        LEAVE,
        pools=[units("bed", 1)],
    )
    log = engine(net, people(0, 1, 2, stay=[20, 1, 1], patience=[3, 3, 30], more=[5, 5, 5]), UNTIL)
    assert journey(net, log, 1) == [("first", 1, None, 4), ("again", 4, None, 9), ("given_up", 9, 9, 9)]
    assert journey(net, log, 2)[0] == ("first", 2, 20, 21)


def test_waiting_long_enough_escalates_the_priority(engine):
    net = one_bed(priority="priority", escalates_after=4.0, escalates_to=-1.0)
    # At 10 spell 1 has waited nine days: it has overtaken spell 2, which has better priority but has waited for 3.
    cohort = people(0, 1, 7, 8, stay=[10, 10, 10, 10], priority=[0.0, 2, 0, 0])
    assert starts(net, engine(net, cohort, UNTIL), "serve") == {0: 0, 1: 10, 2: 20, 3: 30}


def test_the_escalated_are_served_by_time_joined_and_escalation_counts_in_its_own_instant(engine):
    net = one_bed(priority="priority", escalates_after=4.0, escalates_to=1.0)
    # At 10 all have escalated but spell 4, and spell 3 does so at that very instant; spell 2 falls from 0 to 1.
    cohort = people(0, 5, 3, 6, 7, stay=np.full(5, 10), priority=[0.0, 2, 0, 2, 2])
    assert starts(net, engine(net, cohort, 25.0), "serve") == {0: 0, 2: 10, 1: 20, 3: None, 4: None}
    cohort = people(0, 6, 7, stay=np.full(3, 10), priority=[0.0, 2, 1.5])
    assert starts(net, engine(net, cohort, 15.0), "serve") == {0: 0, 1: 10, 2: None}


# -- How much there is ---------------------------------------------------------------------------------------------


def test_a_cut_ejects_nobody_and_a_rise_starts_the_queue(engine):
    net = one_bed(units("bed", 3, (2.0, 1), (20.0, 3)))
    log = engine(net, people(0, 0, 0, 1, 1, 1, stay=[5, 6, 7, 20, 1, 1]), UNTIL)
    # Three lie in bed at the cut and stay until 5, 6 and 7; only at 7 is the number in bed below the one that is left.
    assert [journey(net, log, spell)[0][3] for spell in range(3)] == [5, 6, 7]
    # At 20 there are three beds again: two more start at that instant.
    assert starts(net, log, "serve") == {0: 0, 1: 0, 2: 0, 3: 7, 4: 20, 5: 20}


def vacancy(limit=10):
    serve = Activity("serve", "home", "leave", pool="homecare", duration="stay", holds="place")
    return network(serve, LEAVE, pools=[Pool("homecare", "vacancies", stock_limit=limit)])


def test_a_vacancy_is_consumed(engine):
    net = vacancy()
    cohort = people(0, 1, 2, stay=[1, 1, 1], vacancies={"homecare": [3, 3.5, 50]})
    assert starts(net, engine(net, cohort, UNTIL), "serve") == {0: 3, 1: 3.5, 2: 50}


def test_vacancies_wait_for_people_up_to_the_limit_and_lapse_beyond(engine):
    net = vacancy(limit=2)
    cohort = people(5, 5, 5, 5, stay=[1, 1, 1, 1], vacancies={"homecare": [1, 2, 3, 4, 6]})
    assert starts(net, engine(net, cohort, UNTIL), "serve") == {0: 5, 1: 5, 2: 6, 3: None}


# -- One instant ---------------------------------------------------------------------------------------------------


def test_a_chain_of_beds_moves_up_within_the_instant(engine):
    net = network(
        Activity("amu", "amu", "ward", pool="amu_beds", holds="place", duration="a"),
        Activity("ward", "ward", "home", pool="ward_beds", holds="place", duration="b"),
        Activity("home", "home", "leave", pool="slots", holds="place", duration="c"),
        LEAVE,
        pools=[units("amu_beds", 1), units("ward_beds", 1), units("slots", 1)],
    )
    log = engine(net, people(0, 0, 0, 0, a=[1, 1, 1, 1], b=[1, 1, 1, 1], c=[8, 8, 8, 8]), UNTIL)
    # Spell 0 leaves the slot at 10: one goes home, one moves up to the ward, one comes to AMU, all at 10.
    assert starts(net, log, "home") == {0: 2, 1: 10, 2: 18, 3: 26}
    assert starts(net, log, "ward") == {0: 1, 1: 2, 2: 10, 3: 18}
    assert starts(net, log, "amu") == {0: 0, 1: 1, 2: 2, 3: 10}


def test_what_takes_no_time_settles_within_the_instant(engine):
    holds = ("place", "activity")
    steps = [
        Activity(f"step_{i}", f"place_{i % 3}", f"step_{i + 1}", pool=f"pool_{i % 2}", holds=holds[i % 2])
        for i in range(20)
    ]
    net = network(*steps, Activity("step_20", "outside", None), pools=[units("pool_0", 1), units("pool_1", 1)])
    log = engine(net, people(1, 1, 1), UNTIL)
    assert len(log) == 3 * 21
    for times in (log.requested, log.started, log.ended):
        assert np.all(times == 1)


def test_who_joins_in_a_later_round_comes_too_late_for_an_earlier_one(engine):
    """At 5 desk and bed fall free together. Spell 1 is first for the desk, and then would be first for the bed.

    But the pass that gives it the desk gives the bed to spell 3, who is waiting for it; spell 1 asks for it a round
    later. Somebody whose walk takes no time at all needs no pool, asks in the first round, and comes in time.
    """
    net = network(
        Activity("desk", "road", "bed", pool="desks", duration="at_desk"),
        Activity("bed", "ward", "leave", pool="beds", holds="place", duration="stay", priority="priority"),
        Activity("walk", "road", "stairs", duration="at_desk"),
        Activity("stairs", "road", "bed"),
        LEAVE,
        pools=[units("desks", 1), units("beds", 1)],
        entries=("desk", "bed", "walk"),
    )
    two_desks = {"at_desk": [5, 0, 0, 0], "stay": [1, 1, 5, 1], "priority": [9.0, 0, 5, 5]}
    log = engine(net, people(0, 1, 0, 2, **two_desks, entry=[0, 0, 1, 1]), UNTIL)
    assert starts(net, log, "desk") == {0: 0, 1: 5}
    assert starts(net, log, "bed") == {2: 0, 3: 5, 1: 6, 0: 7}
    log = engine(net, people(0, 1, 0, 2, **two_desks | {"at_desk": [5, 4, 0, 0]}, entry=[0, 2, 1, 1]), UNTIL)
    assert starts(net, log, "bed") == {2: 0, 1: 5, 3: 6, 0: 7}


def test_the_log_is_in_order_of_spells_and_of_their_journeys(engine):
    net = ward_then_care()
    log = engine(net, people(3, 0, treatment=[0, 0], stay=[0, 0]), UNTIL)
    assert log.spell.tolist() == [0, 0, 0, 1, 1, 1]
    assert [net.activities[a].name for a in log.activity] == ["treat", "care", "leave"] * 2


# -- The run as a whole --------------------------------------------------------------------------------------------


def test_what_goes_on_at_the_end_of_the_run_has_no_end(engine):
    net = ward_then_care()
    log = engine(net, people(0, 0, 0, 4, treatment=[1, 1, 1, 1], stay=[9, 9, 9, 9]), 4.0)
    assert journey(net, log, 0) == [("treat", 0, 0, 1), ("care", 1, 1, None)]
    assert journey(net, log, 1) == [("treat", 0, 1, 2), ("care", 2, None, None)]
    assert journey(net, log, 2) == [("treat", 0, None, None)]
    assert journey(net, log, 3) == []  # comes at the end of the run, which is not part of it
    assert log.until == 4.0


def test_what_falls_on_the_end_of_the_run_does_not_happen(engine):
    net = ward_then_care()
    log = engine(net, people(0, treatment=[4], stay=[1]), 4.0)
    assert journey(net, log, 0) == [("treat", 0, 0, None)]


def test_a_longer_run_begins_like_a_shorter_one(engine):
    rng = np.random.default_rng(1)
    net = ward_then_care()
    cohort = people(*np.sort(rng.uniform(0, 100, 80)), treatment=rng.exponential(1, 80), stay=rng.exponential(1, 80))
    short, long = engine(net, cohort, 50.0), engine(net, cohort, UNTIL)
    for spell in range(80):
        for row, row_of_long in zip(journey(net, short, spell), journey(net, long, spell), strict=False):
            known = [x if x is None or isinstance(x, str) or x < 50 else None for x in row_of_long]
            assert list(row) == known


def test_nobody_comes_nothing_happens(engine):
    assert len(engine(ward_then_care(), people(treatment=[], stay=[]), UNTIL)) == 0


def test_the_same_people_have_the_same_journeys_and_stay_as_they_were(engine):
    rng = np.random.default_rng(2)
    net = ward_then_care()
    cohort = people(*rng.uniform(0, 100, 80), treatment=rng.exponential(1, 80), stay=rng.exponential(1, 80))
    before = {name: column.copy() for name, column in cohort.columns.items()}
    assert engine(net, cohort, UNTIL).equals(engine(net, cohort, UNTIL))
    assert all(np.array_equal(cohort.columns[name], column) for name, column in before.items())


def test_a_column_that_the_cohort_lacks_is_named(engine):
    with pytest.raises(KeyError, match="stay"):
        engine(ward_then_care(), people(0, treatment=[1]), UNTIL)
