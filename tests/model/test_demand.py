"""Who comes when: expected numbers by hour, weekday, month and bank holiday; thinning and adding."""

import datetime as dt
import math

import numpy as np
import pytest

from flowsim.config.demand_schema import Stream
from flowsim.model.arrivals import arrivals, cumulative_rate, poisson
from flowsim.model.calendar import bank_holidays
from flowsim.model.clock import TICK
from flowsim.model.streams import Streams

ALL_EQUAL = {"hours": [1] * 24, "weekdays": [1] * 7, "months": [1] * 12}
YEAR = dt.date(2015, 1, 1)
NONE = frozenset()
STANDARD_ERRORS = 4


def stream(per_day=10.0, factor=1.0, **profiles) -> Stream:
    given = {"entry": "amu", "counts_as": "non_elective", "spells_per_day": per_day, "demand_factor": factor}
    return Stream.model_validate(given | {"ages": {"18-64": 1.0}} | ALL_EQUAL | profiles)


def by_day(of: Stream, start=YEAR, days=365, holidays=NONE) -> np.ndarray:
    """Return the expected number of arrivals of each day."""
    return np.diff(cumulative_rate(of, start, days, holidays)).reshape(days, 24).sum(axis=1)


# -- Expected numbers ----------------------------------------------------------------------------------------------


def test_flat_profiles_are_a_constant_rate():
    expected = cumulative_rate(stream(12.0), YEAR, 30, NONE)
    assert expected == pytest.approx(np.arange(30 * 24 + 1) * 0.5)


def test_a_day_has_its_hours_in_proportion_to_their_weights():
    weights = [0] * 8 + [3, 1] + [0] * 14
    expected = np.diff(cumulative_rate(stream(8.0, hours=weights), YEAR, 2, NONE))
    assert expected == pytest.approx([*([0] * 8), 6, 2, *([0] * 14)] * 2)


def test_only_the_proportions_of_weights_count():
    weights = {"hours": list(range(24)), "weekdays": [7, 6, 5, 4, 3, 2, 1], "months": list(range(1, 13))}
    larger = {name: [10 * x for x in values] for name, values in weights.items()}
    assert by_day(stream(**weights)) == pytest.approx(by_day(stream(**larger)))


def test_a_week_has_its_days_in_proportion_to_their_weights():
    weights = [1.25, 1.15, 1.1, 1.1, 1.2, 0.6, 0.6]
    monday = dt.date(2016, 2, 1)
    assert by_day(stream(weekdays=weights), monday, 7) == pytest.approx(np.array(weights) * 10)
    assert by_day(stream(weekdays=weights), monday, 7).sum() == pytest.approx(70)


def test_months_share_out_the_year_and_do_not_change_its_total():
    winter = [2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]
    expected = by_day(stream(months=winter))
    assert expected.sum() == pytest.approx(3650)
    assert expected[0] == pytest.approx(2 * expected[100])
    assert expected[:59] == pytest.approx(expected[0])
    assert expected[59:334] == pytest.approx(expected[100])
    assert expected[334:] == pytest.approx(expected[0])


def test_a_bank_holiday_is_a_sunday():
    holidays = bank_holidays("GB", "ENG", dt.date(2016, 3, 1), 31)
    weights = {"weekdays": [1.25, 1.15, 1.1, 1.1, 1.2, 0.6, 0.5], "hours": [0] * 9 + [1] * 8 + [0] * 7}
    march = by_day(stream(**weights), dt.date(2016, 3, 1), 31, holidays)
    good_friday, easter_sunday, easter_monday, next_monday = march[24], march[26], march[27], march[20]
    assert [good_friday, easter_monday] == pytest.approx([easter_sunday] * 2)
    assert next_monday == pytest.approx(2.5 * easter_monday)
    ordinary = by_day(stream(**weights), dt.date(2016, 3, 1), 31)
    assert np.flatnonzero(~np.isclose(march, ordinary)).tolist() == [24, 27]


# -- Arrivals ------------------------------------------------------------------------------------------------------


def test_arrivals_come_when_they_are_expected():
    """Poisson: with an expected number m the standard error of a count is sqrt(m)."""
    weights = {
        "hours": [0, 0, 0, 0, 0, 1, 4, 9, 16, 25, 9, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0],
        "weekdays": [1.25, 1.15, 1.1, 1.1, 1.2, 0.6, 0.6],
        "months": [2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2],
    }
    cumulative = cumulative_rate(stream(200.0, **weights), YEAR, 365, NONE)
    times = poisson(cumulative, Streams(1, 0), "arrivals")
    assert np.all(np.diff(times) >= 0)
    assert np.array_equal(np.rint(times / TICK) * TICK, times)
    expected = np.diff(cumulative)
    found = np.histogram(times * 24, bins=np.arange(365 * 24 + 1))[0]
    assert np.all(found[expected == 0] == 0)
    assert abs(found.sum() - expected.sum()) < STANDARD_ERRORS * math.sqrt(expected.sum())
    hour, day = np.arange(365 * 24) % 24, np.arange(365 * 24) // 24
    month = np.array([(YEAR + dt.timedelta(days=int(d))).month for d in day])
    for group in (hour, (day + YEAR.weekday()) % 7, month):
        for value in np.unique(group):
            e, f = expected[group == value].sum(), found[group == value].sum()
            assert abs(f - e) <= STANDARD_ERRORS * math.sqrt(e), value
    # Independent counts: the variance of (found - expected) / sqrt(expected) is 1, with a standard error of
    # sqrt((2 + 1 / m) / n), at most sqrt(3 / n) where m is 1 or more.
    enough = expected >= 1
    z = (found[enough] - expected[enough]) / np.sqrt(expected[enough])
    assert abs(np.mean(z**2) - 1) < STANDARD_ERRORS * math.sqrt(3 / enough.sum())


def test_a_longer_horizon_keeps_earlier_arrivals():
    weights = {"hours": [0, 0, 1, 2, 0, 3] * 4, "weekdays": [3, 1, 1, 1, 1, 0, 0]}
    times = [
        poisson(cumulative_rate(stream(**weights), YEAR, days, NONE), Streams(1, 0), "arrivals") for days in (50, 365)
    ]
    assert times[0].size > 300
    assert np.array_equal(times[0], times[1][times[1] < 50])


def test_no_demand_no_arrivals():
    assert poisson(cumulative_rate(stream(0.0), YEAR, 50, NONE), Streams(1, 0), "arrivals").size == 0


def people(factor: float, seed=1) -> set[float]:
    """Return the arrival times of those who come at some demand."""
    of = stream(40.0, factor)
    copies = arrivals("a", of, cumulative_rate(of, YEAR, 100, NONE), Streams(seed, 0))
    return {time for _, times, remains, _ in copies for time in times[remains].tolist()}


@pytest.mark.parametrize(("less", "more"), [(0.3, 0.7), (0.7, 1.0), (1.0, 1.4), (1.4, 1.9), (1.9, 2.0), (0.5, 3.5)])
def test_less_demand_is_the_same_people_thinned_and_more_only_adds(less, more):
    assert people(less) < people(more)


@pytest.mark.parametrize("factor", [0.0, 0.5, 0.9, 1.0, 1.2, 2.0, 3.3])
def test_demand_is_scaled_by_the_factor(factor):
    expected = 4_000 * factor
    assert abs(len(people(factor)) - expected) <= STANDARD_ERRORS * math.sqrt(expected)


def test_who_is_thinned_does_not_depend_on_when_they_come():
    """Half the demand is half of every month: a count of n is binomial, with a standard error of sqrt(n) / 2."""
    everybody = np.array(sorted(people(1.0)))
    remaining = np.isin(everybody, list(people(0.5)))
    for part in np.array_split(remaining, 10):
        assert abs(part.sum() - part.size / 2) < STANDARD_ERRORS * math.sqrt(part.size) / 2


def test_thinned_arrivals_are_returned_too_so_that_nobodys_draws_move():
    cumulative = cumulative_rate(stream(40.0), YEAR, 100, NONE)
    ((name, times, remains, _),) = arrivals("a", stream(40.0, 0.4), cumulative, Streams(1, 0))
    ((_, base, everybody, _),) = arrivals("a", stream(40.0), cumulative, Streams(1, 0))
    assert name == "a"
    assert np.array_equal(times, base)
    assert everybody.all() and 0 < remains.sum() < base.size


def test_two_streams_are_independent():
    cumulative = cumulative_rate(stream(40.0), YEAR, 365, NONE)
    counts = [
        np.histogram(poisson(cumulative, Streams(1, 0), f"arrival/{name}"), bins=np.arange(366))[0] for name in "ab"
    ]
    assert abs(np.corrcoef(counts)[0, 1]) < STANDARD_ERRORS / math.sqrt(365)
