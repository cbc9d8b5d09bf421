"""Bounds hold as often as they say: for means, for shares near 0 and 1, and for shares of days that come in clumps."""

import numpy as np
import pytest
from scipy import stats

from flowsim.measures.confidence import exact_bounds, mean_bounds, share_bounds

DAYS, WORLDS = 90, 4000


def years(share, alike, n):
    """Shares of days of n years in many worlds; days of a year are correlated by `alike` (0: independent)."""
    rng = np.random.default_rng(1)
    if not alike:
        return rng.binomial(DAYS, share, (WORLDS, n)) / DAYS
    spread = 1 / alike - 1
    return rng.binomial(DAYS, rng.beta(share * spread, (1 - share) * spread, (WORLDS, n))) / DAYS


@pytest.mark.parametrize("n", [10, 30])
@pytest.mark.parametrize("alike", [0, 0.05, 0.2, 0.5])
@pytest.mark.parametrize("share", [0.005, 0.05, 0.3, 0.97])
def test_bounds_of_a_share_of_days_hold_whether_or_not_the_days_of_a_year_are_alike(share, alike, n):
    """Of the bounds on either side 95% hold; where a few years have all of the days, at least 93%."""
    low, high = share_bounds(years(share, alike, n), 0.95)
    assert (low <= share).mean() > 0.93
    assert (share <= high).mean() > 0.93


@pytest.mark.parametrize("n", [10, 30])
def test_bounds_of_a_mean_do_not_do_for_a_share_near_0(n):
    """Which is why there are others: in three of four worlds with clumps Student's t is too sure at one end."""
    found = years(0.02, 0.5, n)
    assert (mean_bounds(found, 0.95, 0.0, 1.0)[1] >= 0.02).mean() < 0.7


@pytest.mark.parametrize("share", [0.02, 0.2, 0.9])
def test_independent_days_are_worth_nearly_as_many_trials(share):
    """The bound is little further away than that of all days as independent trials."""
    found = years(share, 0, 30)
    exact = exact_bounds(found.sum(axis=1) * DAYS, 30 * DAYS, 0.95)[1]
    assert (share_bounds(found, 0.95)[1] - share).mean() < 1.2 * (exact - share).mean()


def test_years_that_are_all_the_same_say_what_their_number_permits():
    low, high = share_bounds(np.zeros(10), 0.95)
    assert (low, high) == (0, pytest.approx(1 - 0.05**0.1))  # a share of 26% misses ten years in a row once in twenty
    assert share_bounds(np.ones(10), 0.95) == (pytest.approx(0.05**0.1), 1)
    assert share_bounds(np.full(10, 0.5), 0.95)[0] == pytest.approx(stats.beta.ppf(0.05, 5, 6))


def test_two_sides_share_the_doubt_and_one_side_has_all_of_it():
    values = [0.1, 0.3, 0.2, 0.4]
    for of in (mean_bounds, share_bounds):
        one, two = of(values, 0.95), of(values, 0.90, sides=2)
        assert np.allclose(one, two)
    assert np.allclose(exact_bounds(7, 10, 0.95), exact_bounds(7, 10, 0.90, sides=2))
    low, high = stats.binomtest(7, 10).proportion_ci(0.90, method="exact")
    assert np.allclose(exact_bounds(7, 10, 0.95), (low, high))


def test_the_bound_of_a_mean_is_students_t_within_what_is_possible():
    low, high = mean_bounds([1.0, 2.0, 3.0], 0.95)
    assert np.allclose((low, high), (2 - 2.919986 / 3**0.5, 2 + 2.919986 / 3**0.5))
    assert mean_bounds([1.0, 2.0, 3.0], 0.95, lowest=1.5)[0] == 1.5
    assert np.isnan(mean_bounds([1.0], 0.95)).all()
    assert np.isnan(share_bounds([], 0.95)).all()
