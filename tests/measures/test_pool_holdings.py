import numpy as np
import pytest
from hand_worked import CITY, NAN, journeys

from flowsim.measures.flow import Holdings, pool_usage
from flowsim.measures.stays import Blocks
from flowsim.model.network import Activity, Network, Place, Pool


def in_use(pool, rows, end=128.0, until=400.0):
    """Unit days of a pool in use from day 0 on."""
    return pool_usage(CITY, journeys(rows, until), pool, 0.0, end)[0] * end


def test_a_bed_is_held_until_the_next_place_is_entered():
    rows = [
        (0, "ward_treatment", 2.0, 3.0, 6.0),
        (0, "assessment", 6.0, 7.0, 9.0),
        (0, "step_down_stay", 9.0, 15.0, 20.0),
        (0, "home", 20.0, 20.0, 20.0),
    ]
    assert in_use("ward_beds", rows) == 12.0  # from 3 to 15: blocked while nobody takes the patient
    assert in_use("step_down", rows) == 5.0


def test_staff_are_held_until_the_activity_ends():
    rows = [(0, "ward_treatment", 2.0, 3.0, 6.0), (0, "assessment", 6.0, 7.0, 9.0), (0, "transport", 9.0, NAN, NAN)]
    assert in_use("discharge_team", rows) == 2.0


def test_a_unit_for_the_next_place_is_held_from_the_reservation_until_that_place_is_left():
    rows = [
        (0, "ward_treatment", 2.0, 3.0, 6.0),
        (0, "reserve_slot", 6.0, 8.0, 8.0),
        (0, "transport", 8.0, 9.0, 9.5),
        (0, "reablement_stay", 9.5, 9.5, 20.0),
        (0, "wait_for_homecare", 20.0, 26.0, 26.0),  # in the same place: the slot stays blocked
        (0, "home", 26.0, 27.0, 27.0),
    ]
    assert in_use("reablement", rows) == 19.0  # from 8 to 27
    assert in_use("ward_beds", rows) == 6.5


def test_a_reserved_unit_is_released_by_death_before_the_next_place():
    rows = [
        (0, "ward_treatment", 2.0, 3.0, 6.0),
        (0, "reserve_slot", 6.0, 8.0, 8.0),
        (0, "transport", 8.0, NAN, 11.0),
        (0, "died", 11.0, 11.0, 11.0),
    ]
    assert in_use("reablement", rows) == 3.0
    assert in_use("ward_beds", rows) == 8.0


def test_what_is_held_at_the_end_of_the_run_is_held_until_then():
    rows = [(0, "ward_treatment", 2.0, 3.0, 6.0), (0, "reserve_slot", 6.0, 8.0, 8.0), (0, "transport", 8.0, NAN, NAN)]
    assert in_use("ward_beds", rows, until=12.0) == 9.0  # reserving a slot does not release the bed
    assert in_use("reablement", rows, until=12.0) == 4.0


def test_an_exit_in_a_place_of_the_same_name_releases():
    network = Network(
        (Place("ward", "acute"),),
        (Pool("beds", capacity=((0.0, 1),)),),
        (Activity("stay", "ward", "out", pool="beds", holds="place"), Activity("out", "ward", None)),
        ("stay",),
    )
    log = journeys([(0, "stay", 1.0, 1.0, 3.0), (0, "out", 3.0, 4.0, 4.0)], network=network)
    assert pool_usage(network, log, "beds", 0.0, 10.0)[0] == pytest.approx(0.3)


def test_another_bed_in_the_same_place_releases_the_first():
    rows = [
        (0, "ward_treatment", 1.0, 1.0, 3.0),
        (0, "ward_treatment", 3.0, 5.0, 8.0),
        (0, "simple_discharge", 8.0, 8.0, 8.0),
    ]
    assert in_use("ward_beds", rows) == 7.0  # never two at once


def test_what_counts_is_what_is_taken_in_the_time():
    rows = [
        (0, "ward_treatment", 0.5, 4.0, NAN),
        (1, "ward_treatment", 1.0, 3.0, NAN),
        (2, "ward_treatment", 9.0, 13.0, NAN),
        (3, "ward_treatment", 2.0, NAN, NAN),
        (4, "ward_treatment", 10.0, 10.0, NAN),
    ]
    used, starts = pool_usage(CITY, journeys(rows), "ward_beds", 1.0, 10.0)
    assert starts == 2
    assert used == pytest.approx((6 + 7) / 9)


def _twin(network, log):
    """The rule for holding units, spell by spell and row by row: (row, when released) of every unit taken."""
    released = {}
    for spell in np.unique(log.spell):
        place = held = reserved = None
        rows = np.flatnonzero(log.spell == spell).tolist()
        for row in rows:
            activity = network.activities[log.activity[row]]
            now = log.started[row]
            if np.isnan(now):
                continue
            if activity.place != place or activity.next is None:
                if held is not None:
                    released[held] = now
                if activity.next is None and reserved is not None:
                    released[reserved], reserved = now, None
                place, held, reserved = activity.place, reserved, None
            if activity.pool is None:
                continue
            if activity.next is None:
                released[row] = now
            elif activity.holds == "activity":
                released[row] = log.until if np.isnan(log.ended[row]) else log.ended[row]
            elif activity.holds == "place":
                if held is not None:
                    released[held] = now
                held = row
            else:
                if reserved is not None:
                    released[reserved] = now
                reserved = row
        end = log.until if np.isnan(log.ended[rows[-1]]) else log.ended[rows[-1]]
        released |= {row: end for row in (held, reserved) if row is not None}
    return [released[row] for row in sorted(released)]


def test_holdings_agree_with_a_plain_walk_through_random_journeys():
    rng = np.random.default_rng(11)
    places = tuple(Place(f"place {i}", "home") for i in range(3))
    holds = ("activity", "place", "next_place")
    going = [
        Activity(f"{place.name} {pool} {how}", place.name, "out", pool=pool, holds=how)
        for place in places
        for pool in (None, "beds", "slots")
        for how in holds
    ]
    network = Network(
        places,
        (Pool("beds", capacity=((0.0, 1),)), Pool("slots", capacity=((0.0, 1),))),
        (*going, Activity("out", "place 0", None)),
        (going[0].name,),
    )
    rows = []
    for spell in range(400):
        now = float(rng.integers(0, 20))
        for _ in range(rng.integers(1, 9)):
            name = going[rng.integers(len(going))].name
            started = now + float(rng.integers(0, 3))
            ended = started + float(rng.integers(0, 3))
            fate = rng.random()
            if fate < 0.15:
                started = NAN
            rows.append((spell, name, now, started, ended))
            now = ended
        if fate < 0.5:
            rows.append((spell, "out", now, now, now))
        elif fate < 0.7:
            rows[-1] = (*rows[-1][:4], NAN)
    log = journeys(rows, until=60.0, network=network)
    holdings = Holdings.from_log(network, log, Blocks.from_log(network, log))
    assert holdings.released.tolist() == _twin(network, log)
