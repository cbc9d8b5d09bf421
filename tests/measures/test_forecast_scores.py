"""Scores of a forecast and the simple forecasts it must beat, worked by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from flowsim.measures.forecast_scores import (
    central_range,
    crps,
    interval_score,
    naive_forecast,
    naive_total,
    score_forecast,
    seasonal_naive_forecast,
)


def test_the_crps_of_two_members_by_hand():
    # Members 1 and 3, and 4 came: mean |x - y| is (3 + 1) / 2 = 2, and the mean difference of the pair is 2, half: 1.
    assert_allclose(crps([[1.0], [3.0]], [4.0]), [1.0])
    # Members 0, 2 and 7, and 2 came: (2 + 0 + 5) / 3 less half of (2 + 7 + 5) / 3.
    assert_allclose(crps([[7.0], [0.0], [2.0]], [2.0]), [7 / 3 - 14 / 6])


def test_members_that_agree_are_scored_by_their_error():
    assert_allclose(crps(np.full((5, 2), 10.0), [7.0, 12.0]), [3.0, 2.0])


def test_the_expected_score_does_not_depend_on_how_many_members_there_are():
    rng = np.random.default_rng(1)
    came = rng.normal(size=20_000)
    few, many = (float(crps(rng.normal(size=(n, came.size)), came).mean()) for n in (2, 40))
    assert abs(few - many) < 0.02
    assert abs(many - 1 / np.sqrt(np.pi)) < 0.02  # the score of the true distribution: E|X - X'| / 2


def test_the_true_distribution_scores_better_than_a_narrow_or_a_wide_one():
    rng = np.random.default_rng(2)
    came = rng.normal(size=4_000)
    members = rng.normal(size=(50, came.size))
    true, narrow, wide = (float(crps(width * members, came).mean()) for width in (1.0, 0.3, 3.0))
    assert true < min(narrow, wide)


def test_a_range_pays_for_its_width_and_for_what_lies_outside():
    # Width 20; of a 95% range each unit outside costs 2 / 0.05 = 40.
    assert_allclose(interval_score([10.0] * 3, [30.0] * 3, [20.0, 9.0, 32.0]), [20.0, 60.0, 100.0])
    assert_allclose(interval_score(0.0, 1.0, 2.0, coverage=0.5), 5.0)


@pytest.mark.parametrize(
    ("low", "high", "coverage", "message"),
    [(2.0, 1.0, 0.95, "must not end below"), (0.0, 1.0, 1.0, "between 0 and 1, not 1"), (0.0, 1.0, 95, "not 95")],
)
def test_a_range_that_is_none_is_refused(low, high, coverage, message):
    with pytest.raises(ValueError, match=message):
        interval_score(low, high, 0.5, coverage)


def test_a_forecast_is_scored_over_the_times_that_are_known():
    ensemble = np.array([[0.0, 10.0, 5.0], [4.0, 20.0, 5.0]])
    found = score_forecast(ensemble, [3.0, 21.0, np.nan], coverage=0.5)
    assert_allclose(central_range(ensemble, 0.5), [[1.0, 12.5, 5.0], [3.0, 17.5, 5.0]])
    assert found.bias == pytest.approx((2 - 3 + 15 - 21) / 2)
    assert found.rmse == pytest.approx(np.sqrt((1 + 36) / 2))
    assert found.coverage == 0.5
    assert found.crps == pytest.approx((2 - 2 + 6 - 5) / 2)
    assert found.interval_score == pytest.approx((2 + 5 + 4 * 3.5) / 2)


@pytest.mark.parametrize(
    ("ensemble", "came", "message"),
    [
        ([[1.0, 2.0]], [1.0, 2.0], "two members or more"),
        ([[1.0], [2.0]], [1.0, 2.0], "does not fit"),
        ([1.0, 2.0], [1.0, 2.0], "does not fit"),
        ([[1.0], [2.0]], [np.nan], "no time of which both"),
    ],
)
def test_what_cannot_be_scored_is_refused(ensemble, came, message):
    with pytest.raises(ValueError, match=message):
        score_forecast(ensemble, came)


def test_the_naive_forecast_is_the_last_value_with_errors_of_a_random_walk():
    # Differences 2, -1 and 2: their root mean square is the root of 3.
    found = naive_forecast([100.0, 102.0, 101.0, 103.0], 4)
    assert_allclose(found.mean(axis=0), [103.0] * 4)
    assert_allclose(found.std(axis=0), np.sqrt(3 * np.arange(1, 5)), rtol=0.01)
    assert (np.diff(found, axis=0) > 0).all()  # quantiles in order


def test_the_seasonal_naive_forecast_is_the_same_month_a_year_before():
    past = [110.0, 120.0, 130.0, 113.0, 116.0, 130.0]  # two years of three seasons: differences 3, -4, 0
    found = seasonal_naive_forecast(past, 5, season=3)
    assert_allclose(found.mean(axis=0), [113.0, 116.0, 130.0, 113.0, 116.0], rtol=1e-9)
    s = np.sqrt(25 / 3)
    assert_allclose(found.std(axis=0), [s, s, s, s * np.sqrt(2), s * np.sqrt(2)], rtol=0.01)


def test_a_total_has_the_errors_that_earlier_totals_would_have_had():
    # Twos of 100, 102, 101, 103: twice 100 against 203, twice 102 against 204, so errors of 3 and 0.
    total = naive_total([100.0, 102.0, 101.0, 103.0], times=2)
    assert total.shape == (999, 1)
    assert total.mean() == pytest.approx(206.0)
    assert total.std() == pytest.approx(np.sqrt(9 / 2), rel=0.01)
    # Years of three seasons: 390 after 300, 420 after 390, and two forecasts made within a year.
    past = [100.0, 100.0, 100.0, 145.0, 120.0, 125.0, 165.0, 130.0, 125.0]
    years = naive_total(past, times=3, season=3)
    by_hand = [sum(past[at : at + 3]) - sum(past[at - 3 : at]) for at in (3, 4, 5, 6)]
    assert by_hand == [90.0, 65.0, 55.0, 30.0]
    assert years.mean() == pytest.approx(420.0)
    assert years.std() == pytest.approx(np.sqrt(np.square(by_hand).mean()), rel=0.01)


def test_a_total_leaves_out_what_is_not_known():
    assert naive_total([100.0, np.nan, 100.0, 104.0, 101.0], times=1).std() == pytest.approx(np.sqrt(25 / 2), rel=0.01)
    with pytest.raises(ValueError, match="at least one earlier forecast"):
        naive_total([100.0] * 12, times=12, season=12)


def test_counts_are_never_below_0():
    assert naive_forecast([0.0, 50.0, 1.0], 12).min() == 0.0


def test_a_gap_long_ago_is_left_out_and_one_in_the_last_season_refused():
    assert_allclose(naive_forecast([np.nan, 5.0, 7.0], 1).std(), 2.0, rtol=0.01)
    with pytest.raises(ValueError, match="needs the last 1 times"):
        naive_forecast([5.0, 7.0, np.nan], 1)
    with pytest.raises(ValueError, match="at least one difference over 12"):
        seasonal_naive_forecast([5.0] * 12, 1)
