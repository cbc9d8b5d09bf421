"""Means and their intervals, with targets."""

import math

import numpy as np
import pandas as pd
import pytest

from flowsim.config.city_schema import Target
from flowsim.measures.statistics import summarise


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
