"""In which cities of an ensemble a change helps: means, intervals and signs, worked by hand."""

import numpy as np
import pandas as pd
import pytest

from flowsim.experiment.analysis.across_cities import across_cities

MEASURE = "dtoc_patients_mean"  # less is better


def replications(values):
    rows = [(name, r, MEASURE, float(v)) for name, by_run in values.items() for r, v in enumerate(by_run)]
    return pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])


def found(values, cities=("a", "b")):
    return across_cities(replications(values), "baseline", cities, [MEASURE]).set_index("city")


def test_replications_take_turns_and_each_city_has_its_own_difference():
    table = found({"baseline": [100, 200, 100, 200], "more": [90, 203, 88, 207]})
    assert table["difference"].to_dict() == {"a": -11, "b": 5}
    assert table["helps"].to_dict() == {"a": True, "b": False}


def test_the_interval_is_students_t_with_the_chance_of_all_cities():
    """Deviations of 1, 1, 2, 2 around the two means: a variance of 10 / 2; t with 2 degrees is 4.302653."""
    table = found({"baseline": [100, 200, 100, 200], "more": [90, 203, 88, 207]})
    half = 4.302653 * np.sqrt(10 / 2) / np.sqrt(2)
    assert table.loc["a", "ci_high"] == pytest.approx(-11 + half)
    assert table["clear"].to_dict() == {"a": True, "b": False}


def test_with_one_replication_a_city_nothing_is_clear():
    table = found({"baseline": [100, 200], "more": [50, 250]})
    assert table["difference"].tolist() == [-50, 50]
    assert table["ci_low"].isna().all()
    assert not table["clear"].any()


def test_a_city_without_a_run_has_no_difference():
    table = found({"baseline": [100, np.nan, 100, np.nan], "more": [90, 200, 92, 200]})
    assert np.isnan(table.loc["b", "difference"])
    assert table.loc["b", "helps"] is None
