"""Means and their intervals, with targets."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from flowsim.config.city_schema import Target
from flowsim.measures.confidence import exact_bounds
from flowsim.measures.statistics import half_width, interval, summarise


def table(**measures):
    rows = [("baseline", i, name, v) for name, values in measures.items() for i, v in enumerate(values)]
    return pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])


def test_mean_and_interval_are_those_of_student():
    row = summarise(table(excess_days=[10.0, 12.0, 17.0]), {}).iloc[0]
    sd = math.sqrt((9 + 1 + 16) / 2)
    assert (row["scenario"], row["measure"], row["unit"], row["replications"]) == ("baseline", "excess_days", "days", 3)
    assert row["mean"] == 13
    assert row["sd"] == pytest.approx(sd)
    assert row["ci_high"] - 13 == pytest.approx(4.302652729911275 * sd / math.sqrt(3))
    assert row["ci_low"] - 13 == pytest.approx(13 - row["ci_high"])


def test_one_replication_has_no_interval_and_undefined_values_are_left_out():
    summary = summarise(
        table(excess_days=[4.0], dtoc_delayed_days=[np.nan, 1.0, 3.0], boarding_hours_mean=[np.nan]), {}
    ).set_index("measure")
    assert list(summary.index) == ["excess_days", "dtoc_delayed_days", "boarding_hours_mean"]
    assert list(summary["replications"]) == [1, 2, 0]
    assert summary["mean"].to_list()[:2] == [4.0, 2.0]
    assert summary[["ci_low", "ci_high", "sd"]].isna().any(axis=1).to_list() == [True, False, True]
    assert np.isnan(summary.loc["boarding_hours_mean", "mean"])


def test_targets_stand_beside():
    targets = {"excess_days": Target(value=5, source="a"), "boarding_hours_mean": Target(low=1, high=2, source="b")}
    summary = summarise(table(excess_days=[4.0], boarding_hours_mean=[3.0], cost_total=[1.0]), targets)
    assert summary["target_low"].fillna(-1).to_list() == [5, 1, -1]
    assert summary["target_high"].fillna(-1).to_list() == [5, 2, -1]
    assert summary["target_source"].to_list() == ["a", "b", ""]
    without = summarise(table(cost_total=[1.0]), {})
    assert without["target_source"].to_list() == [""]
    assert without["target_low"].isna().all()


def test_no_interval_of_a_mean_leaves_what_is_possible():
    values = table(
        at_home_91_days_share=[1.0, 1.0, 0.8],
        dtoc_patients_mean=[0.0, 0.0, 5.0],
        stit_wait_days_mean=[91.0, 91.0, 60.0],
        cost_total=[10.0, 12.0, 17.0],
    )
    found = summarise(values, {}).set_index("measure")
    assert found.loc["at_home_91_days_share", "ci_high"] == 1
    assert found.loc["dtoc_patients_mean", "ci_low"] == 0
    assert found.loc["stit_wait_days_mean", "ci_high"] == 91
    free = found.loc["cost_total"]
    assert free["mean"] - free["ci_low"] == pytest.approx(free["ci_high"] - free["mean"])


def test_rounding_puts_no_mean_outside_of_its_interval():
    low, high = interval([0.0, 1.0 + 1e-15, np.nan], [0.0, 0.1, 0.1], 0.0, 1.0)
    assert low.tolist()[:2] == pytest.approx([0, 0.9])
    assert high.tolist()[:2] == [0, 1.0 + 1e-15]
    assert np.isnan(low[2])


@pytest.mark.parametrize(("shape", "covered"), [(1, 0.90), (2, 0.92), (4, 0.935), (10, 0.945)])
def test_intervals_of_few_skewed_values_hold_the_truth_nearly_19_times_in_20(shape, covered):
    """20,000 means of ten values of a gamma distribution; its skewness is 2 / sqrt(shape). Standard error 0.2%."""
    values = np.random.default_rng(1).gamma(shape, 1, (20_000, 10))
    low, high = interval(values.mean(axis=1), half_width(values.std(axis=1, ddof=1), 10), 0.0, np.inf)
    assert ((low <= shape) & (shape <= high)).mean() == pytest.approx(covered, abs=0.008)


def test_the_exact_interval_of_a_share_holds_the_truth_at_least_19_times_in_20():
    n = 10
    ends = np.array([exact_bounds(met, n, 0.95, sides=2) for met in range(n + 1)])
    for truth in (0.02, 0.3, 0.5, 0.69, 0.95):
        chance = stats.binom.pmf(range(n + 1), n, truth)
        assert chance[(ends[:, 0] <= truth) & (truth <= ends[:, 1])].sum() >= 0.95
    assert np.isnan(exact_bounds(0, 0, 0.95)).all()


def test_a_measure_without_any_value_says_why():
    found = summarise(table(stit_wait_days_mean=[np.nan, np.nan], excess_days=[np.nan, 1.0]), {})
    assert found["why_empty"].to_list() == ["nobody asked for it in the days that count", ""]
