"""One queue for several pools: who waits for any of several places, worked by hand."""

from dataclasses import replace

import numpy as np
import pytest
from small_networks import LEAVE, journey, network, people, starts, units

from flowsim.engine.standstill import Standstill
from flowsim.model.calendar import Calendar
from flowsim.model.network import Activity, AnyOf, Branch, Death, Network, Pool, Surge, Switch, Visits

UNTIL = 100.0
EITHER = AnyOf(("east", "west"))


def sites(east=None, west=None, of_east=None, of_west=None, ask=EITHER, **more) -> Network:
    """Two sites for which people ask together, and for which some ask alone."""
    return network(
        Activity("ask", "home", ask),
        Activity("ask_east", "home", "east"),
        Activity("ask_west", "home", "west"),
        Activity("east", "east", "leave", pool="east_beds", holds="place", duration="stay", **of_east or {}),
        Activity("west", "west", "leave", pool="west_beds", holds="place", duration="stay", **of_west or {}),
        Activity("elsewhere", "outside", None),
        LEAVE,
        pools=[east or units("east_beds", 1), west or units("west_beds", 1)],
        entries=("ask", "ask_east", "ask_west"),
        **more,
    )


def test_a_person_gets_the_first_bed_on_whichever_site_and_has_one_row_for_it(engine):
    log = engine(sites(), people(0, 0, 1, 1, stay=[5, 3, 4, 1]), UNTIL)
    # East comes first where both are free. The bed in the west is free at 3, that in the east at 5.
    assert journey(sites(), log, 0)[1:] == [("east", 0, 0, 5), ("leave", 5, 5, 5)]
    assert journey(sites(), log, 1)[1:] == [("west", 0, 0, 3), ("leave", 3, 3, 3)]
    assert journey(sites(), log, 2)[1:] == [("west", 1, 3, 7), ("leave", 7, 7, 7)]
    assert journey(sites(), log, 3)[1:] == [("east", 1, 5, 6), ("leave", 6, 6, 6)]


def test_of_two_queues_of_their_own_one_is_long_while_a_bed_on_the_other_site_is_empty(engine):
    cohort = people(0, 0, 0, stay=[10, 10, 10])
    tied = engine(sites(ask=Switch("site", ("east", "west"))), people(0, 0, 0, stay=[10, 10, 10], site=[0, 0, 0]), 9.0)
    assert np.isnan(tied.started).sum() == 2
    assert np.isnan(engine(sites(), cohort, 9.0).started).sum() == 1


def test_they_queue_with_those_who_ask_for_one_site_by_the_time_they_joined(engine):
    # All beds are taken until 5 (east) and 10 (west). Spell 2 asks for the east alone, and joined before spell 3.
    cohort = people(0, 0, 1, 2, 3, entry=[1, 2, 1, 0, 2], stay=[5, 10, 4, 1, 1])
    net = sites()
    log = engine(net, cohort, UNTIL)
    assert starts(net, log, "east") == {0: 0, 2: 5, 3: 9}
    assert starts(net, log, "west") == {1: 0, 4: 10}


def test_who_still_waits_or_waits_in_vain_is_in_the_row_of_the_place_that_is_named_first(engine):
    net = sites(ask=AnyOf(("west", "east")), death=Death("death", "elsewhere"))
    cohort = people(0, 0, 0, 0, stay=np.full(4, 20), death=[50, 50, 3, 50])
    log = engine(net, cohort, 10.0)
    assert journey(net, log, 2)[1:] == [("west", 0, None, 3), ("elsewhere", 3, 3, 3)]
    assert journey(net, log, 3)[1:] == [("west", 0, None, None)]


def test_patience_and_what_follows_are_those_of_the_place_that_is_named_first(engine):
    patient = {"patience": "patience", "otherwise": "elsewhere"}
    hasty = {"patience": "none", "otherwise": "leave"}
    net = sites(of_east=patient, of_west=hasty)
    cohort = people(0, 0, 0, 1, stay=[5, 5, 5, 5], patience=[9, 9, 4, 6], none=[0, 0, 0, 0])
    log = engine(net, cohort, UNTIL)
    assert journey(net, log, 2)[1:] == [("east", 0, None, 4), ("elsewhere", 4, 4, 4)]
    assert journey(net, log, 3)[1:] == [("east", 1, 5, 10), ("leave", 10, 10, 10)]


def test_without_patience_a_place_on_any_site_is_good_enough(engine):
    net = sites(of_east={"patience": "none", "otherwise": "elsewhere"})
    log = engine(net, people(0, 0, 0, stay=[5, 5, 5], none=[0, 0, 0]), UNTIL)
    assert [journey(net, log, spell)[1][0] for spell in range(3)] == ["east", "west", "east"]
    assert journey(net, log, 2)[1:] == [("east", 0, None, 0), ("elsewhere", 0, 0, 0)]


def test_who_escalates_goes_ahead_in_every_queue(engine):
    of_east = {"priority": "priority", "escalates_after": 2.0, "escalates_to": -1.0}
    net = sites(of_east=of_east, of_west={"priority": "priority"})
    # Spell 3 asks for the west at 1, with a better priority than spell 2, which waits for either from 1.5; but that is
    # past all others from 3.5 on.
    cohort = people(0, 0, 1.5, 1, entry=[1, 2, 0, 2], stay=[10, 4, 1, 1], priority=[0.0, 0, 1, 0])
    log = engine(net, cohort, UNTIL)
    assert starts(net, log, "west") == {1: 0, 2: 4, 3: 5}


def test_a_site_that_is_closed_now_does_not_keep_anybody_from_the_other(engine):
    hours = {"days": Calendar.from_intervals([3.0, 13.0], [4.0, 14.0])}
    net = sites(of_east={"calendar": "days"}, calendars=hours)
    log = engine(net, people(0, 0, 0.5, stay=[6, 1, 1]), UNTIL)
    assert starts(net, log, "west") == {0: 0, 2: 6}
    assert starts(net, log, "east") == {1: 3}


def test_a_vacancy_anywhere_is_taken_and_counts_once(engine):
    of = [Pool(name, "vacancies", stock_limit=5) for name in ("east_beds", "west_beds")]
    net = sites(*of)
    cohort = people(0, 0, 3, stay=[1, 1, 1], vacancies={"east_beds": [2, 2.5], "west_beds": [1, 4]})
    log = engine(net, cohort, UNTIL)
    assert starts(net, log, "west") == {0: 1}
    assert starts(net, log, "east") == {1: 2, 2: 3}  # that of 2.5 stood unused; that of 4 is left


def test_who_waits_for_either_counts_in_the_surge_of_both_and_no_longer_once_served(engine):
    net = sites(west=units("west_beds", 1, surge=Surge(above=1, until=0, units=5)))
    # All three wait for either. At 0 the first has the bed in the east, so that two wait in the west: its surge opens.
    log = engine(net, people(0, 0, 0, stay=[9, 9, 9]), UNTIL)
    assert starts(net, log, "west") == {1: 0, 2: 0}
    # Two who wait: the first has the bed in the east, and the other alone opens nothing. Spell 2 waits for either from
    # 1 on, alone; with spell 3 there are two.
    log = engine(net, people(0, 0, 1, 2, stay=[9, 9, 9, 9]), UNTIL)
    assert starts(net, log, "west") == {1: 0, 2: 2, 3: 2}


def test_when_the_first_in_a_queue_goes_to_the_other_site_the_next_is_looked_at(engine):
    """In the west, spell 2 does not fit into the day's visits and stops spell 3 (one visit) until it is gone."""
    of_west = {"visits": Visits(3, 3, "days")}
    small = Activity("small", "west", "leave", pool="west_beds", holds="place", visits=Visits(1, 1, "days"),
                     duration="stay")  # fmt: skip
    base = sites(of_west=of_west, west=Pool("west_beds", "visits", capacity=((0.0, 4),)))
    net = network(*base.activities, small, pools=base.pools, entries=("ask_east", "ask_west", "ask", "small"))
    cohort = people(0, 0, 1, 2, entry=[0, 1, 2, 3], stay=[5.25, 20, 1, 1], days=[20, 20, 20, 1])
    log = engine(net, cohort, UNTIL)  # at 5.25, and not at the midnight at which a pool of visits is looked at anyway
    assert journey(net, log, 2)[1:] == [("east", 1, 5.25, 6.25), ("leave", 6.25, 6.25, 6.25)]
    assert journey(net, log, 3) == [("small", 2, 5.25, 6.25), ("leave", 6.25, 6.25, 6.25)]


def test_three_sites_and_a_branch_on_the_way_to_them(engine):
    def at(name):
        return Activity(name, name, "leave", pool=f"{name}_beds", holds="place", duration="stay")

    ask = Branch("u", "p", Switch("flag", ("c", AnyOf(("c", "a", "b")))), AnyOf(("b", "c")))
    pools = [units(f"{name}_beds", 1) for name in "abc"]
    net = network(Activity("ask", "home", ask), at("a"), at("b"), at("c"), LEAVE, pools=pools)
    cohort = people(*[0] * 5, stay=np.full(5, 2), u=np.zeros(5), p=[1.0, 1, 1, 0, 0], flag=[1, 1, 0, 1, 1])
    log = engine(net, cohort, UNTIL)
    assert starts(net, log, "a") == {0: 0}
    assert starts(net, log, "b") == {1: 0, 3: 2}  # of the beds that fall free at 2, that in b comes first
    assert starts(net, log, "c") == {2: 0, 4: 2}


def test_a_circle_is_closed_only_if_none_of_the_places_can_fall_free(engine):
    def net(wards):
        def at(name, then):
            return Activity(name, name, then, pool=name, holds="place", duration="stay")

        return network(
            at("ward", AnyOf(("east", "west"))), at("east", "back"), at("west", "back" if wards == 2 else "leave"),
            Activity("back", "back", "leave", pool="ward", holds="place", duration="stay"), LEAVE,
            pools=[units(name, 1) for name in ("ward", "east", "west")], entries=("ward", "east", "west"),
        )  # fmt: skip

    cohort = people(0, 0, 0, entry=[0, 1, 2], stay=[1, 1, 1])
    with pytest.raises(Standstill) as error:
        engine(net(2), cohort, UNTIL)
    assert str(error.value).endswith(
        "1 person holds ward and waits for east or west; 1 person holds east and waits for ward (to start back); "
        "1 person holds west and waits for ward (to start back)"
    )
    assert not np.isnan(engine(net(1), cohort, UNTIL).ended).any()


@pytest.mark.parametrize(
    "several", [("east",), ("east", "east"), ("east", "leave"), ("east", "also_east")], ids=" ".join
)
def test_what_is_not_several_places_with_a_pool_each_is_refused(several):
    ask, *others = sites().activities
    also = Activity("also_east", "east", "leave", pool="east_beds")
    with pytest.raises(ValueError, match=r"activity 'ask': any of \(east.*\) must be several, each with its own pool"):
        network(replace(ask, next=AnyOf(several)), *others, also, pools=sites().pools)


def test_an_unknown_place_among_several_is_named():
    with pytest.raises(ValueError, match="activity 'ask': unknown next activity 'north'"):
        sites(ask=AnyOf(("east", "north")))
