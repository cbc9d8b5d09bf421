"""Looks, one queue for several pools, surge in steps and paces, together and worked by hand."""

from dataclasses import replace

import numpy as np
import pytest
from small_networks import LEAVE, journey, network, people, starts, units

from flowsim.engine.standstill import Standstill
from flowsim.model.calendar import Calendar
from flowsim.model.cohort import Cohort
from flowsim.model.network import Activity, AnyOf, Branch, Look, Network, Surge, Switch
from flowsim.model.pace import Pace

UNTIL = 100.0
EITHER = AnyOf(("east", "west"))


def sites(look, *more, pools=("east", "west"), surge=(), calendars=None, paces=None, **others) -> Network:
    """People ask for a bed on either site or on one, or decide after some days by what they see."""

    def bed(site):
        return Activity(site, site, "leave", pool=site, holds="place", duration="stay", **others.get(site, {}))

    return network(
        Activity("decide", "home", look, duration="decides_after"),
        Activity("ask", "home", EITHER),
        *(bed(site) for site in ("east", "west")),
        Activity("home", "home", None),
        *more,
        LEAVE,
        pools=[units(name, 1, surge=surge if name == "west" else ()) for name in pools],
        entries=("decide", "ask", "east", "west", *(a.name for a in more)),
        calendars=calendars or {},
        paces=paces or {},
    )


DECIDE, ASK, EAST, WEST, MORE = range(5)


def come(*arrivals, entry=DECIDE, decides_after=0, **columns) -> Cohort:
    """The people, by where each comes in."""
    return people(
        *arrivals,
        entry=np.zeros(len(arrivals), int) + entry,
        decides_after=np.zeros(len(arrivals)) + decides_after,
        **columns,
    )


def did(net, log, spell):
    """What a person did after deciding."""
    return journey(net, log, spell)[1][0]


@pytest.mark.parametrize("site", ["east", "west"])
def test_who_waits_for_either_is_seen_to_wait_for_each_and_no_longer_once_served(engine, site):
    """Spell 2 waits for either from 1 on, and has the bed in the east at 5."""
    net = sites(Look(site, "home", "leave", waiting_above=0))
    cohort = come(0, 0, 1, 0, 0, 0, entry=[EAST, WEST, ASK, 0, 0, 0], stay=[5, 50, 90, 0, 0, 0],
                    decides_after=[0, 0, 0, 0.5, 2, 6])  # fmt: skip
    log = engine(net, cohort, UNTIL)
    assert starts(net, log, "east")[2] == 5
    assert [did(net, log, spell) for spell in (3, 4, 5)] == ["leave", "home", "leave"]


@pytest.mark.parametrize(("site", "at_eleven"), [("east", "leave"), ("west", "home")])
def test_a_bed_is_not_free_if_somebody_waits_for_it_who_may_go_elsewhere(engine, site, at_eleven):
    """Both sites open at 10. Until then one person waits for the bed on either; then the bed in the east is theirs."""
    closed = {"calendar": "hours"}
    hours = {"hours": Calendar.from_intervals([10.0], [90.0])}
    net = sites(Look(site, "home", "leave"), calendars=hours, east=closed, west=closed)
    log = engine(net, come(1, 0, 0, 0, entry=[ASK, 0, 0, 0], stay=[50, 0, 0, 0], decides_after=[0, 0.5, 2, 11]), UNTIL)
    assert starts(net, log, "east") == {0: 10}
    assert [did(net, log, spell) for spell in (1, 2, 3)] == ["home", "leave", at_eleven]


@pytest.mark.parametrize("pools", [("east", "west", "desk"), ("west", "east", "desk")], ids="-".join)
def test_who_looks_after_a_pass_sees_the_queue_without_those_whom_another_pool_served_in_it(engine, pools):
    """At 5 the east has room for spell 2, who waits for either, and spell 3 comes to the desk and looks at the west."""
    holds_desk = Activity("holds_desk", "office", "leave", pool="desk", duration="stay")
    at_desk = Activity("at_desk", "office", Look("west", "home", "leave", waiting_above=0), pool="desk")
    net = sites("leave", holds_desk, at_desk, pools=pools)
    cohort = come(0, 0, 1, 2, 0, entry=[EAST, WEST, ASK, MORE + 1, MORE], stay=[5, 50, 90, 0, 5])
    log = engine(net, cohort, UNTIL)
    assert starts(net, log, "east")[2] == 5
    assert journey(net, log, 3) == [("at_desk", 2, 5, 5), ("leave", 5, 5, 5)]


def test_a_look_may_lead_to_either_of_two_places(engine):
    """Of three pools, who sees nothing free in the north waits for either of the others."""
    north = Activity("north", "north", "leave", pool="north", holds="place", duration="stay")
    look = Switch("flag", (Branch("u", "p", Look("north", "north", EITHER), "home"), Look("west", EITHER, "home")))
    net = sites(look, north, pools=("east", "west", "north"))
    # At 1 the north is free, and from then on it is not: the east, the west, and the first of these to fall free.
    cohort = come(*[0] * 6, decides_after=[1, 2, 3, 4, 5, 6], stay=[50, 6, 7, 5, 5, 5], u=np.zeros(6),
                    p=[1, 1, 1, 1, 0, 1], flag=[0, 0, 0, 0, 0, 1])  # fmt: skip
    log = engine(net, cohort, UNTIL)
    assert [did(net, log, spell) for spell in range(6)] == ["north", "east", "west", "east", "home", "home"]
    assert journey(net, log, 3)[1] == ("east", 4, 8, 13)


def test_each_step_of_a_surge_that_is_open_counts(engine):
    """When two wait one step opens, when three do another: of two beds each, one more than those who wait need."""
    steps = (Surge(above=1, until=0, units=1), Surge(above=2, until=0, units=3))
    for asked, seen in (([2, 2], "home"), ([2, 2, 2], "west")):
        net = sites(Look("west", "west", "home"), surge=steps)
        n = len(asked)
        cohort = come(0, *asked, 0, 0, entry=[*[WEST] * (n + 1), DECIDE, DECIDE], stay=np.full(n + 3, 50),
                        decides_after=[*[0] * (n + 1), 3, 4])  # fmt: skip
        log = engine(net, cohort, UNTIL)
        # One bed and one more are taken by two, of whom one waits on; five beds are taken by four.
        assert [did(net, log, spell) for spell in (n + 1, n + 2)] == [seen, "home"]


def test_a_stay_has_the_pace_of_the_place_where_it_is(engine):
    paces = {"fast": Pace(((0.0, 1.0), (4.0, 2.0)))}
    net = sites("leave", west={"pace": "fast"}, paces=paces)
    log = engine(net, come(0, 0, entry=[ASK, ASK], stay=[6, 6]), UNTIL)
    assert journey(net, log, 0)[1] == ("east", 0, 0, 6)
    assert journey(net, log, 1)[1] == ("west", 0, 0, 5)


def test_a_circle_into_which_people_came_by_a_look_stands_still(engine):
    """Each on a site sees nothing free on the other, and waits for either of the others."""

    def bed(site, *others):
        look = Look(others[0], "leave", AnyOf(tuple(f"on_{other}" for other in others)))
        return Activity(site, site, look, pool=site, holds="place", duration="stay")

    def onwards(site):
        return Activity(f"on_{site}", f"on_{site}", "leave", pool=site, holds="place", duration="stay")

    names = ("east", "north", "west")
    beds = [bed(name, *(other for other in names if other != name)) for name in names]
    net = network(*beds, *map(onwards, names), LEAVE, pools=[units(name, 1) for name in names], entries=names)
    cohort = come(0, 0, 0, entry=[0, 1, 2], stay=[1, 1, 1])
    with pytest.raises(Standstill, match=r"1 person holds west and waits for east .* or north .*"):
        engine(net, cohort, UNTIL)
    assert not np.isnan(engine(net, come(0, 0, entry=[0, 1], stay=[1, 1]), UNTIL).ended).any()


def test_what_could_be_repeated_for_ever_by_a_look_at_a_shared_queue_is_refused(engine):
    net = sites("leave")
    again = Activity("east", "east", Look("west", "home", Switch("flag", ("ask", "home"))), pool="east", holds="place")
    net = replace(net, activities=tuple(again if a.name == "east" else a for a in net.activities))
    with pytest.raises(ValueError, match=r"without time passing: (ask -> east -> ask|east -> ask -> east)"):
        engine(net, come(0, entry=[ASK], stay=[1.0], flag=[0]), UNTIL)
