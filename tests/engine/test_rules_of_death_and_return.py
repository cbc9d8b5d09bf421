"""The rules of both engines on small worlds: death interrupts everything, and people who leave may come back."""

from dataclasses import replace

import numpy as np
from small_networks import LEAVE, journey, network, people, starts, units

from flowsim.model.calendar import Calendar
from flowsim.model.harm import Harm
from flowsim.model.network import Activity, Death, Place, Readmission, Switch

UNTIL = 200.0

# -- Death ---------------------------------------------------------------------------------------------------------


def mortal(**treat):
    return network(
        Activity("treat", "ward", "slot", pool="beds", holds="place", duration="treatment", **treat),
        Activity("slot", "ward", "transport", pool="slots", holds="next_place"),
        Activity("transport", "ward", "recover", pool="cars", duration="journey"),
        Activity("recover", "home", "leave", duration="stay"),
        LEAVE,
        Activity("died", "dead", None),
        pools=[units("beds", 1), units("slots", 1), units("cars", 1)],
        death=Death("death_after", "died"),
    )


def lives(*death_after, arrivals=None):
    n = len(death_after)
    columns = {"treatment": np.full(n, 2), "journey": np.full(n, 2), "stay": np.full(n, 20)}
    return people(*(arrivals or [0] * n), **columns, death_after=death_after)


def test_death_interrupts_treatment_and_frees_the_bed(engine):
    net = mortal()
    log = engine(net, lives(1, np.inf), UNTIL)
    assert journey(net, log, 0) == [("treat", 0, 0, 1), ("died", 1, 1, 1)]
    assert starts(net, log, "treat") == {0: 0, 1: 1}


def test_death_in_a_queue_leaves_the_queue(engine):
    net = mortal()
    log = engine(net, lives(np.inf, 0.5, np.inf), 3.0)
    assert journey(net, log, 1) == [("treat", 0, None, 0.5), ("died", 0.5, 0.5, 0.5)]
    # Spell 0 leaves the bed at 4, so nobody else has started by 3.
    assert starts(net, log, "treat") == {0: 0, 1: None, 2: None}


def test_death_while_waiting_in_bed_frees_the_bed(engine):
    net = mortal()
    log = engine(net, lives(np.inf, 7, np.inf), UNTIL)
    # Spell 0 has the slot from 2 to 24. Spell 1 has its bed from 4, waits for the slot from 6 and dies at 7.
    assert journey(net, log, 1)[1:] == [("slot", 6, None, 7), ("died", 7, 7, 7)]
    assert starts(net, log, "treat") == {0: 0, 1: 4, 2: 7}
    assert starts(net, log, "slot") == {0: 2, 1: None, 2: 24}


def test_death_on_the_way_frees_the_bed_the_slot_and_the_car(engine):
    net = mortal()
    log = engine(net, lives(3, np.inf), UNTIL)
    assert journey(net, log, 0)[2:] == [("transport", 2, 2, 3), ("died", 3, 3, 3)]
    assert starts(net, log, "treat")[1] == 3
    assert starts(net, log, "slot")[1] == 5
    log = engine(net, lives(3, np.inf, arrivals=[0, 1]), UNTIL)
    assert starts(net, log, "transport") == {0: 2, 1: 5}


def test_death_at_home_frees_the_slot(engine):
    net = mortal()
    log = engine(net, lives(9, np.inf), UNTIL)
    assert journey(net, log, 0)[3:] == [("recover", 4, 4, 9), ("died", 9, 9, 9)]
    assert starts(net, log, "slot")[1] == 9


def test_death_comes_first_in_the_instant(engine):
    net = mortal()
    log = engine(net, lives(2, np.inf), UNTIL)
    assert journey(net, log, 0) == [("treat", 0, 0, 2), ("died", 2, 2, 2)]
    # A person who dies as a bed falls free for them does not have it.
    log = engine(net, lives(1, 1, np.inf), UNTIL)
    assert starts(net, log, "treat") == {0: 0, 1: None, 2: 1}


def test_death_after_the_exit_changes_nothing(engine):
    net = mortal()
    log = engine(net, lives(24, 25), UNTIL)
    assert journey(net, log, 0)[-1] == ("died", 24, 24, 24)
    log = engine(net, lives(24.5, np.inf), UNTIL)
    assert journey(net, log, 0)[-1] == ("leave", 24, 24, 24)


def test_death_interrupts_the_wait_for_opening_time(engine):
    act = Activity("act", "ward", "leave", calendar="office")
    died = Activity("died", "dead", None)
    office = Calendar.from_intervals([0, 7], [5, 12])
    net = network(act, LEAVE, died, calendars={"office": office}, death=Death("death_after", "died"))
    log = engine(net, people(5, death_after=[1]), UNTIL)
    assert journey(net, log, 0) == [("act", 5, None, 6), ("died", 6, 6, 6)]


# -- Readmission ---------------------------------------------------------------------------------------------------


def returning(per_delayed_day=0.0, recovery="slots"):
    return network(
        Activity("treat", "ward", "wait", duration="treatment", stamp="ready"),
        Activity("wait", "ward", "recover", duration="delay"),
        Activity("recover", "home", "leave", pool=recovery, holds="place", duration="stay", stamp="discharged"),
        LEAVE,
        Activity("died", "dead", None),
        Activity("readmitted", "elsewhere", None),
        pools=[units("slots", 1)],
        death=Death("death_after", "died"),
        readmission=Readmission("u", "p", "gap", "time", "readmitted", Harm.per_day(per_delayed_day)),
    )


def family(n=2, **columns):
    """Return spell 0 and its reserved children, each the child of the one before; discharged at 2.75 each."""
    given = {
        "treatment": np.full(n, 2.75),
        "delay": np.zeros(n),
        "stay": np.full(n, 1.0),
        "u": np.full(n, 0.25),
        "p": np.full(n, 0.5),
        "gap": np.full(n, 3.0),
        "time": np.full(n, 0.5),
        "death_after": np.full(n, np.inf),
    } | columns
    return people(0, *[None] * (n - 1), child={i: i + 1 for i in range(n - 1)}, **given)


def test_a_readmission_comes_on_its_day_and_hour(engine):
    net = returning()
    log = engine(net, family(time=[0.9, 0.125]), UNTIL)
    # Discharged on day 2, three days later is day 5; the time of day is that of the child spell.
    assert journey(net, log, 0)[-1] == ("leave", 3.75, 3.75, 3.75)
    assert journey(net, log, 1) == [
        ("treat", 5.125, 5.125, 7.875),
        ("wait", 7.875, 7.875, 7.875),
        ("recover", 7.875, 7.875, 8.875),
        ("leave", 8.875, 8.875, 8.875),
    ]


def test_a_readmission_pulls_the_person_out_of_a_community_service(engine):
    net = returning()
    cohort = family(stay=[10, 1])
    log = engine(net, cohort, UNTIL)
    assert journey(net, log, 0)[-2:] == [("recover", 2.75, 2.75, 5.5), ("readmitted", 5.5, 5.5, 5.5)]
    assert journey(net, log, 1)[0] == ("treat", 5.5, 5.5, 8.25)
    # The slot is free for the next one at that instant.
    waits = people(0, None, 3, child={0: 1}, **_columns(cohort, treatment=[2.75, 2.75, 0], stay=[10, 1, 1]))
    assert starts(net, engine(net, waits, UNTIL), "recover") == {0: 2.75, 2: 5.5, 1: 8.25}


def _columns(cohort, **changed):
    """Return the columns of a family of two for three spells."""
    old = {name: [*column, column[-1]] for name, column in cohort.columns.items()}
    return old | changed


def test_a_readmission_pulls_the_person_out_of_a_queue(engine):
    """Discharged at 2.75 to home, where a slot is waited for."""
    net = network(
        Activity("treat", "ward", "home", duration="treatment"),
        Activity("home", "home", "recover", stamp="discharged"),
        Activity("recover", "home", "leave", pool="slots", holds="place", duration="stay"),
        LEAVE,
        Activity("readmitted", "elsewhere", None),
        pools=[units("slots", 1)],
        readmission=Readmission("u", "p", "gap", "time", "readmitted"),
    )
    cohort = people(0, None, 0, child={0: 1}, **_columns(family(), treatment=[2.75, 2.75, 0], stay=[1, 1, 50]))
    log = engine(net, cohort, UNTIL)
    assert journey(net, log, 0)[2:] == [("recover", 2.75, None, 5.5), ("readmitted", 5.5, 5.5, 5.5)]
    assert starts(net, log, "recover") == {0: None, 1: 50, 2: 0}


def test_no_readmission_above_the_probability_or_without_a_reserved_spell(engine):
    net = returning()
    assert journey(net, engine(net, family(u=[0.5, 0]), UNTIL), 1) == []
    assert len(engine(net, family(n=1), UNTIL)) == 4


def test_each_delayed_day_makes_readmission_likelier(engine):
    """Ready at 0 and discharged at 4.75: with 0.125 for each of these days, 0.25 becomes 0.84."""
    columns = {"delay": [2, 0], "u": [0.8, 0.9], "p": [0.25, 0]}
    assert journey(returning(), engine(returning(), family(**columns), UNTIL), 1) == []
    net = returning(per_delayed_day=0.125)
    assert journey(net, engine(net, family(**columns), UNTIL), 1)[0][1] == 7.5


def test_a_readmitted_person_can_come_back_again(engine):
    net = returning()
    log = engine(net, family(n=3, p=[0.5, 0.5, 0.5]), UNTIL)
    # 5.5 + 2.75 = 8.25, day 8, three days on at noon: 11.5.
    assert [journey(net, log, spell)[0][1] for spell in range(3)] == [0, 5.5, 11.5]


def test_death_before_readmission_prevents_it(engine):
    net = returning()
    for stay in (1, 10):  # whether the person is still in the network then or not
        for death in (5, 5.5):
            log = engine(net, family(stay=[stay, 1], death_after=[death, np.inf]), UNTIL)
            assert journey(net, log, 1) == []
        log = engine(net, family(stay=[stay, 1], death_after=[5.75, np.inf]), UNTIL)
        assert journey(net, log, 1)[0][1] == 5.5
    # In the network death is seen; in a spell of one's own the clock of death starts anew.
    log = engine(net, family(stay=[10, 9], death_after=[6, 4]), UNTIL)
    assert journey(net, log, 0)[-1][0] == "readmitted"
    assert journey(net, log, 1)[-1] == ("died", 9.5, 9.5, 9.5)


def test_only_the_first_discharge_decides_on_readmission(engine):
    net = network(
        Activity("out", "home", "in_between", duration="stay", stamp="discharged"),
        Activity("in_between", "home", "out_again", duration="stay"),
        Activity("out_again", "home", "leave", duration="stay", stamp="discharged"),
        LEAVE,
        Activity("readmitted", "elsewhere", None),
        readmission=Readmission("u", "p", "gap", "time", "readmitted"),
    )
    log = engine(net, family(gap=[20, 20]), UNTIL)
    assert journey(net, log, 1)[0][1] == 20.5  # discharged on day 0; the second time, on day 2, has no effect
    assert np.sum(log.spell == 1) == 4


def test_who_would_be_readmitted_after_the_run_is_not(engine):
    net = returning()
    assert journey(net, engine(net, family(), 5.5), 1) == []
    assert journey(net, engine(net, family(), 5.75), 1) == [("treat", 5.5, 5.5, None)]


def moves(*, stay):
    """Return a world in which people move to a care home, where they are looked after for a while if `stay` is set."""
    net = network(
        Activity("treat", "ward", Switch("resident", ("move", "back")), duration="treatment"),
        Activity("move", "care_home", "stay" if stay else None, stamp="discharged"),
        *([Activity("stay", "care_home", "leave", duration="stay"), LEAVE] if stay else []),
        Activity("back", "care_home", None, stamp="discharged"),
        Activity("readmitted", "elsewhere", None),
        readmission=Readmission("u", "p", "gap", "time", "readmitted", resident="resident"),
    )
    kinds = {"care_home": "care_home", "elsewhere": "elsewhere"}
    return replace(net, places=tuple(Place(p.name, kinds.get(p.name, "acute")) for p in net.places))


def test_people_who_have_moved_into_a_care_home_go_back_there(engine):
    cohort = family(n=3, resident=[0, 0, 0], stay=[9, 9, 9])
    for net in (moves(stay=False), moves(stay=True)):  # whether they have left the network by then or not
        log = engine(net, cohort, UNTIL)
        ways = [[name for name, *_ in journey(net, log, spell)] for spell in range(3)]
        assert ways[0][:2] == ["treat", "move"]
        assert ways[1:] == [["treat", "back"]] * 2
    assert not cohort.columns["resident"].any(), "the cohort is not the engine's to change"


def test_people_who_have_not_moved_into_a_care_home_are_as_the_cohort_says(engine):
    net = moves(stay=False)
    at_home = replace(net, places=tuple(replace(place, kind="home") for place in net.places))
    log = engine(at_home, family(n=3, resident=[0, 0, 1]), UNTIL)
    assert [journey(net, log, spell)[1][0] for spell in range(3)] == ["move", "move", "back"]
