"""Waits count everybody who asked: those who were served, who still wait, who gave up, and who died."""

import numpy as np
import pytest
from hand_worked import CITY, NAN, counted, effective_city, journeys, people, window

from flowsim.config.city_schema import FOLLOW_UP_DAYS
from flowsim.measures.waits import Waits, nearest_rank

ASKED = [
    (0, "ward_treatment", 0.5, 4.0, NAN),  # asked before the days that count
    (1, "ward_treatment", 1.0, 3.0, NAN),  # waited for two days
    (2, "ward_treatment", 9.0, 13.0, NAN),  # four days, and got it afterwards
    (3, "ward_treatment", 2.0, NAN, NAN),  # waits to the end
    (4, "ward_treatment", 3.0, NAN, 8.0),  # died, or gave up, after five
    (4, "died", 8.0, 8.0, 8.0),
    (5, "ward_treatment", 10.0, 10.0, NAN),  # asked afterwards
    (6, "ward_treatment", 4.0, 104.0, NAN),  # served, but after more than 91 days
]


def of_the_ward(name, rows, until=400.0):
    log = journeys(rows, until)
    return counted(f"ward_beds_{name}", effective_city(9, warm_up=1), people(9), log)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("wait_days_mean", (2 + 4 + 91 + 5 + 91) / 5),
        ("never_served_share", 3 / 5),
        ("wait_days_p50", 91),  # 2, 4 and three that count as longer than any
        ("wait_days_p90", 91),
        # Within days 1 to 10, whenever they asked: 3 and 2 and 1 and 8 and 5 and 6 days.
        ("waiting_mean", (3 + 2 + 1 + 8 + 5 + 6) / 9),
    ],
)
def test_every_request_of_the_days_that_count_has_its_wait(name, value):
    assert of_the_ward(name, ASKED) == pytest.approx(value)


def test_a_queue_in_which_nobody_is_served_has_no_wait_of_nothing():
    rows = [(i, "ward_treatment", 2.0 + i, NAN, NAN) for i in range(4)]
    assert of_the_ward("wait_days_mean", rows) == FOLLOW_UP_DAYS
    assert of_the_ward("never_served_share", rows) == 1
    assert of_the_ward("wait_days_p50", rows) == FOLLOW_UP_DAYS
    assert of_the_ward("waiting_mean", rows) == pytest.approx((8 + 7 + 6 + 5) / 9)


def test_those_who_give_up_at_once_waited_for_nothing_and_were_never_served():
    rows = [(i, "ward_treatment", 2.0, NAN, 2.0) for i in range(3)]
    assert of_the_ward("wait_days_mean", rows) == 0
    assert of_the_ward("never_served_share", rows) == 1
    assert of_the_ward("wait_days_p50", rows) == FOLLOW_UP_DAYS


def test_without_a_request_there_is_no_wait():
    for name in ("wait_days_mean", "wait_days_p50", "wait_days_p90", "never_served_share"):
        assert np.isnan(of_the_ward(name, []))
    assert of_the_ward("waiting_mean", []) == 0


def test_a_mean_does_not_fall_because_those_who_waited_longest_die_before_they_are_served():
    """Survivors alone waited for one day each; the others waited for 30 days, and died."""
    rows = [(i, "ward_treatment", 1.0, 2.0, NAN) for i in range(5)]
    rows += [(i, "ward_treatment", 1.0, NAN, 31.0) for i in range(5, 8)]
    assert of_the_ward("wait_days_mean", rows) == pytest.approx((5 * 1 + 3 * 30) / 8)


def test_percentiles_are_those_of_a_plain_sort():
    rng = np.random.default_rng(3)
    for size in (1, 2, 9, 10, 11, 200):
        values = np.where(rng.random(size) < 0.4, 0.0, rng.exponential(5, size))
        positive = values[values > 0]
        for share in (0.5, 0.9):
            plain = sorted(values)[int(np.ceil(share * size)) - 1]
            assert nearest_rank(positive, share, zeros=size - positive.size) == plain
            assert (values <= plain).mean() >= share
    assert np.isnan(nearest_rank(np.empty(0), 0.5))


def test_littles_law_joins_the_number_waiting_and_the_wait():
    """With nobody waiting at either edge: mean number = requests a day x mean wait, reneging included."""
    rng = np.random.default_rng(8)
    rows = []
    for spell in range(300):
        asked = float(rng.uniform(1, 60))
        waits = float(rng.exponential(4))
        served = asked + waits if rng.random() < 0.7 else NAN
        rows.append((spell, "ward_treatment", asked, served, asked + waits))
    found = Waits.from_log(CITY, journeys(rows), window(150, warm_up=0))
    ward = CITY.pool_index("ward_beds")
    assert found.mean_waiting(ward) == pytest.approx(300 / 150 * found.mean_days(ward))


def test_the_kernel_counts_as_a_plain_walk_does():
    rng = np.random.default_rng(4)
    names = ["ward_treatment", "assessment", "step_down_stay", "transport", "home"]
    rows = []
    for spell in range(500):
        asked = float(rng.integers(0, 60))
        started = asked + float(rng.integers(0, 120)) * (rng.random() < 0.7)
        ended = started + float(rng.integers(0, 9))
        fate = rng.random()
        if fate < 0.2:
            started = NAN
        if fate < 0.1 or fate > 0.9:
            ended = NAN
        rows.append((spell, names[rng.integers(len(names))], asked, started, ended))
    days = window(30, warm_up=10)
    found = Waits.from_log(CITY, journeys(rows, until=131.0), days)
    for i, pool in enumerate(CITY.pools):
        waits, served, waiting = [], [], 0.0
        for _, name, asked, started, ended in rows:
            if CITY.activities[CITY.activity_index(name)].pool != pool.name:
                continue
            gone = started if started == started else (ended if ended == ended else 131.0)
            waiting += max(0.0, min(gone, 40.0) - max(asked, 10.0))
            if 10 <= asked < 40:
                waits.append(min(gone - asked, FOLLOW_UP_DAYS))
                served.append(gone - asked if started == started and gone - asked <= FOLLOW_UP_DAYS else np.inf)
        assert found.requests[i] == len(waits)
        assert found.mean_waiting(i) == pytest.approx(waiting / 30)
        if waits:
            assert found.mean_days(i) == pytest.approx(np.mean(waits))
            assert found.unserved_share(i) == pytest.approx(np.isinf(served).mean())
            expected = sorted(served)[int(np.ceil(0.9 * len(served))) - 1]
            assert found.percentile(i, 0.9) == min(expected, FOLLOW_UP_DAYS)
