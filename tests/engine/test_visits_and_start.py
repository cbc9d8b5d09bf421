"""Pools of visits, and people who are present at the start: worked by hand, on both engines."""

from dataclasses import replace

import numpy as np
import pytest

from flowsim.model.calendar import Calendar
from flowsim.model.cohort import Cohort
from flowsim.model.network import Activity, Death, Network, Place, Pool, Visits

PLACES = (Place("home", "home"), Place("ward", "acute"), Place("away", "elsewhere"), Place("dead", "dead"))
CARE = Activity("care", "home", "leave", "nurses", "place", Visits(first=4, last=1, days="stay"), duration="stay")
LEAVE = Activity("leave", "away", None)


def network(*activities, visits_a_day=((0.0, 6),), pools=(), death=None):
    return Network(
        places=PLACES,
        pools=(Pool("nurses", "visits", capacity=visits_a_day), *pools),
        activities=(*activities, Activity("died", "dead", None)),
        entries=(activities[0].name,),
        death=death,
    )


def starts(log, activity=0):
    return log.started[log.activity == activity].tolist()


def going_on(cohort, *in_service):
    """Return the cohort with these spells in service when they arrive."""
    flags = np.zeros(len(cohort), dtype=bool)
    flags[: len(in_service)] = in_service
    return replace(cohort, in_service=flags)


def test_a_spell_starts_on_the_first_day_from_which_every_day_has_room(engine):
    # Four days of visits: 4, 3, 2, 1. With six a day, the second spell (4 on its first day) fits from day 2 on, when
    # the first uses 2, then 1: 2 + 4 = 6, 1 + 3 = 4. On day 1 it would need 3 + 4 = 7.
    cohort = Cohort.by_hand([0.5, 0.5], stay=[4.0, 4.0])
    assert starts(engine(network(CARE, LEAVE), cohort, 20.0)) == [0.5, 2.0]


def test_a_cut_of_visits_is_not_known_before_its_day_and_keeps_people_waiting_from_then_on(engine):
    # Nine visits on days 0 and 1, two on day 2, six from day 3. The first two book (4, 3, 2, 1) each on day 0, though
    # on day 2 their four visits are too many. The third comes on day 2 and waits: on day 3 it needs 4 of 6 - 1 - 1.
    steps = ((0.0, 9), (2.0, 2), (3.0, 6))
    cohort = Cohort.by_hand([0.0, 0.0, 2.0], stay=[4.0, 4.0, 4.0])
    assert starts(engine(network(CARE, LEAVE, visits_a_day=steps), cohort, 20.0)) == [0.0, 0.0, 3.0]


def test_nobody_overtakes_in_a_queue_for_visits(engine):
    # Four visits a day. The first uses two of them for five days. The second needs all four and waits; the third needs
    # two for a day, for which there is room, and waits behind the second all the same.
    light = Activity("light", "home", "leave", "nurses", "place", Visits(2, 2, "stay"), duration="stay")
    heavy = Activity("heavy", "home", "leave", "nurses", "place", Visits(4, 4, "stay"), duration="stay")
    net = replace(network(light, heavy, LEAVE, visits_a_day=((0.0, 4),)), entries=("light", "heavy"))
    cohort = Cohort.by_hand([0.0, 0.0, 0.0], stay=[5.0, 1.0, 1.0], entry=[0, 1, 0])
    log = engine(net, cohort, 20.0)
    assert starts(log, 0) == [0.0, 6.0]
    assert starts(log, 1) == [5.0]


def test_what_is_left_of_a_booking_is_given_back_on_death(engine):
    cohort = Cohort.by_hand([0.0, 0.0], stay=[4.0, 4.0], death=[0.25, np.inf])
    log = engine(network(CARE, LEAVE, death=Death("death", "died")), cohort, 20.0)
    # The visits of day 0 are made or lost; from day 1 on the nurses are free.
    assert starts(log) == [0.0, 1.0]


def test_whoever_stays_longer_than_booked_goes_on_to_use_the_last_visits(engine):
    # The first is booked for one day but waits at home for a package until day 5: one visit a day. Then the second,
    # who needs all six visits, can start.
    stay = Activity("care", "home", "package", "nurses", "place", Visits(6, 1, "booked"), duration="stay")
    package = Activity("package", "away", None, pool="packages")
    cohort = Cohort.by_hand([0.0, 0.0], booked=[1.0, 1.0], stay=[1.0, 1.0])
    cohort = replace(cohort, vacancies={"packages": np.array([5.0, 9.0])})
    packages = Pool("packages", "vacancies", stock_limit=9)
    log = engine(network(stay, package, pools=(packages,)), cohort, 20.0)
    assert starts(log, 0) == [0.0, 5.0]
    assert starts(log, 1) == [5.0, 9.0]


def test_a_reserved_slot_of_visits_is_kept_while_transport_comes(engine):
    slot = Activity("slot", "ward", "ride", "nurses", "next_place", Visits(6, 6, "booked"))
    ride = Activity("ride", "ward", "care", duration="journey")
    care = Activity("care", "home", "leave", duration="stay")
    cohort = Cohort.by_hand([0.0, 0.0], booked=[2.0, 2.0], journey=[0.5, 0.5], stay=[1.0, 1.0])
    log = engine(network(slot, ride, care, LEAVE), cohort, 20.0)
    assert starts(log, 0) == [0.0, 2.0]
    assert starts(log, 2) == [0.5, 2.5]


def test_whoever_is_in_service_at_the_start_goes_on_without_a_queue_and_beyond_capacity(engine):
    bed = Activity("bed", "ward", "leave", "beds", "place", duration="stay")
    net = Network(PLACES, (Pool("beds", capacity=((0.0, 1),)),), (bed, LEAVE), ("bed",))
    cohort = going_on(Cohort.by_hand([0.0, 0.0, 0.0], stay=[2.0, 3.0, 1.0]), True, True)
    log = engine(net, cohort, 20.0)
    # Two in one bed; the third waits until both have gone.
    assert starts(log) == [0.0, 0.0, 3.0]


def test_whoever_waits_at_the_start_holds_the_bed_in_which_they_wait(engine):
    # Present in a bed, and from there in the queue for a slot: an activity of no length that is going on at the start.
    waits = Activity("waits", "ward", "slot", "beds", "place")
    slot = Activity("slot", "home", "leave", "slots", "place", duration="stay")
    bed = Activity("bed", "ward", "leave", "beds", "place", duration="stay")
    pools = (Pool("beds", capacity=((0.0, 1),)), Pool("slots", capacity=((0.0, 0), (2.0, 1))))
    net = Network(PLACES, pools, (waits, slot, bed, LEAVE), ("waits", "bed"))
    cohort = going_on(Cohort.by_hand([0.0, 0.5], stay=[1.0, 1.0], entry=[0, 1]), True)
    log = engine(net, cohort, 20.0)
    # The bed is free when its occupant has a slot, on day 2.
    assert starts(log, 1) == [2.0]
    assert starts(log, 2) == [2.0]


@pytest.mark.parametrize("calendar", [None, "never"])
def test_a_closed_calendar_does_not_stop_what_is_going_on_at_the_start(engine, calendar):
    care = Activity("care", "home", "leave", duration="stay", calendar=calendar)
    hours = {"never": Calendar.from_intervals([90.0], [91.0])}
    net = Network(PLACES, (), (care, LEAVE), ("care",), calendars=hours)
    log = engine(net, going_on(Cohort.by_hand([0.0], stay=[1.5]), True), 20.0)
    assert starts(log, 1) == [1.5]


@pytest.mark.parametrize(("servers", "load"), [(3, 0.7), (5, 0.8)])
def test_a_queue_started_from_its_stationary_distribution_stays_there(engine, servers, load):
    """M/M/c, started with the number present drawn from Erlang's distribution, 800 times over.

    The mean number present at later moments is that of the stationary distribution, within four standard errors; an
    empty start would be far below at the first of them.
    """
    replications, rng = 800, np.random.default_rng(20161122)
    offered = servers * load
    weights = np.ones(400)
    for n in range(1, 400):
        weights[n] = weights[n - 1] * offered / min(n, servers)
    stationary = weights / weights.sum()
    numbers = np.arange(400)
    mean = float(stationary @ numbers)
    sd = float(np.sqrt(stationary @ (numbers - mean) ** 2))

    # All replications run side by side in one network, each with a pool of its own.
    pools = tuple(Pool(f"servers{r}", capacity=((0.0, servers),)) for r in range(40))
    serve = [Activity(f"serve{r}", "ward", "leave", p.name, "place", duration="time") for r, p in enumerate(pools)]
    net = Network(PLACES, pools, (*serve, LEAVE), tuple(a.name for a in serve))
    moments = np.array([0.25, 1.0, 4.0])
    present_at = np.zeros((replications, moments.size))
    for batch in range(replications // 40):
        arrival, entry, in_service = [], [], []
        for r in range(40):
            there = int(np.searchsorted(np.cumsum(stationary), rng.random()))
            later = np.cumsum(rng.exponential(1 / offered, 60))
            arrival += [0.0] * there + later.tolist()
            in_service += [i < servers for i in range(there)] + [False] * later.size
            entry += [r] * (there + later.size)
        cohort = Cohort.by_hand(arrival, entry=entry, time=rng.exponential(1.0, len(arrival)))
        log = engine(net, going_on(cohort, *in_service), 5.0)
        rows = log.activity < 40
        ends = np.where(np.isnan(log.ended[rows]), np.inf, log.ended[rows])
        for m, moment in enumerate(moments):
            here = (log.requested[rows] <= moment) & (ends > moment)
            present_at[batch * 40 : batch * 40 + 40, m] = np.bincount(log.activity[rows][here], minlength=40)
    assert np.abs(present_at.mean(axis=0) - mean).max() < 4 * sd / np.sqrt(replications)
