import datetime as dt
import math

import numpy as np
import pytest
from hand_worked import NAN, window


def present(begin, end, horizon=10, warm_up=0):
    return window(horizon, warm_up).midnights(np.array([begin]), np.array([end]))[0].tolist()


def test_coming_and_going_between_two_midnights_counts_nothing():
    assert sum(present(3.1, 3.9)) == 0


def test_a_midnight_is_counted_in_the_day_that_it_closes():
    assert np.flatnonzero(present(3.1, 4.1)).tolist() == [3]


def test_a_midnight_is_counted_once_when_somebody_moves_on_at_midnight():
    assert np.flatnonzero(present(2.5, 4.0)).tolist() == [2]
    assert np.flatnonzero(present(4.0, 5.5)).tolist() == [3, 4]


@pytest.mark.parametrize(("begin", "end"), [(0.5, 1.0), (4.5, 4.5), (5.0, 4.0), (NAN, 4.0), (4.0, NAN), (15.5, 20.0)])
def test_what_holds_no_midnight_of_the_window_counts_nothing(begin, end):
    assert sum(present(begin, end)) == 0


def test_the_midnight_that_opens_the_window_is_outside_and_the_one_that_closes_it_is_inside():
    assert np.flatnonzero(present(0.0, 99.0, horizon=3, warm_up=5)).tolist() == [0, 1, 2]
    assert sum(present(4.5, 5.5, horizon=3, warm_up=5)) == 0
    assert present(7.5, 8.5, horizon=3, warm_up=5) == [0, 0, 1]


def test_counts_agree_with_walking_through_the_midnights():
    rng = np.random.default_rng(3)
    begins = np.round(rng.uniform(-5, 25, 300) * 2) / 2  # halves, so that many fall on midnight itself
    ends = begins + np.round(rng.exponential(4, 300) * 2) / 2
    group = rng.integers(0, 4, 300)
    counted = window(12, 6).midnights(begins, ends, group, 4)
    for g in range(4):
        for day in range(12):
            midnight = 6 + day + 1
            assert counted[g, day] == sum(
                a <= midnight < b for a, b, h in zip(begins, ends, group, strict=True) if h == g
            )


def test_an_interval_holds_as_many_midnights_as_the_formula_says():
    for begin, end in [(1.5, 6.25), (2.0, 6.0), (2.0, 6.5)]:
        assert sum(present(begin, end)) == math.ceil(end) - math.ceil(begin)


def test_events_fall_on_the_day_in_which_they_happen():
    moments = np.array([4.99, 5.0, 5.5, 7.999, 8.0, NAN])
    assert window(3, 5).events(moments).tolist() == [2, 0, 1]


def test_last_thursdays_of_october_and_november_2016():
    assert window(61).last_thursdays().tolist() == [26, 54]  # 27 October, 24 November


def test_a_month_that_ends_on_a_thursday_has_its_snapshot_on_its_last_day():
    assert window(31, start_date=dt.date(2017, 8, 1)).last_thursdays().tolist() == [30]


def test_month_of_the_year_of_a_moment():
    assert window(400).months_of_year(np.array([0.0, 30.99, 31.0, 92.0])).tolist() == [10, 10, 11, 1]
