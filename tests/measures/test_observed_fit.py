"""The published return next to the simulated one, worked by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from flowsim.config.observed_schema import ObservedSeries
from flowsim.measures.observed import observed_fit, prediction_range

DAYS = {"2016-02": 29, "2016-03": 31, "2016-04": 30, "2016-05": 31}


def observed(flags=(), **by_month):
    """Return a published series: days of A and of E in each month, 2016_02=(10, 20)."""
    months = [
        {
            "month": name.strip("_").replace("_", "-"),
            "reasons": {"A": a, "E": e},
            "total": a + e,
            "acute": a,
            "non_acute": e,
            "flag": "under-recorded" if name.strip("_").replace("_", "-") in flags else "",
        }
        for name, (a, e) in by_month.items()
    ]
    return ObservedSeries(monthly_return=months, source="invented")


def sitrep(by_month, days=DAYS, beds=False):
    """Return a simulated return with days of A (for the NHS, in acute beds) and of E (for both, in others)."""
    rows = [
        (month, code, who, bed, float(value), days[month])
        for month, values in by_month.items()
        for (code, who, bed), value in zip((("A", "nhs", "acute"), ("E", "both", "non_acute")), values, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["month", "reason", "organisation", "bed_type", "delayed_days", "days_in_month"])
    return table if beds else table.drop(columns="bed_type")


PUBLISHED = observed(_2016_02=(29, 58), _2016_03=(31, 93), _2016_04=(30, 30))
RUNS = [
    sitrep({"2016-02": (29, 58), "2016-03": (31, 62), "2016-04": (60, 90)}),
    sitrep({"2016-02": (29, 116), "2016-03": (31, 124), "2016-04": (60, 90)}),
]


def row(table, series, **where):
    found = table[table["series"] == series]
    for column, value in where.items():
        found = found[found[column] == value]
    (only,) = found.to_dict("records")
    return only


def test_a_published_month_is_compared_with_the_range_of_one_more_simulated_month():
    fit = observed_fit(RUNS, PUBLISHED)
    march = row(fit.months, "total", month="2016-03")
    assert (march["published"], march["simulated"], march["days"]) == (124.0, 124.0, 31)
    # 93 and 155: s is 62 / root 2, and t for one degree of freedom is 12.706: so half of the range is that.
    half = 12.7062047 * 62 / math.sqrt(2) * math.sqrt(1.5)
    assert march["high"] == pytest.approx(124 + half)
    assert march["low"] == 0.0  # nobody is delayed for fewer than no days
    assert march["covered"]
    april = row(fit.months, "E", month="2016-04")
    assert (april["published"], april["low"], april["high"]) == (30.0, 90.0, 90.0)
    assert not april["covered"]


def test_the_range_holds_one_more_of_its_kind_19_times_in_20():
    rng = np.random.default_rng(4)
    runs, one_more = rng.normal(100, 10, (6, 20_000)), rng.normal(100, 10, 20_000)
    _, low, high = prediction_range(runs)
    assert ((one_more >= low) & (one_more <= high)).mean() == pytest.approx(0.95, abs=0.006)


def test_reasons_are_put_in_the_groups_of_the_return():
    fit = observed_fit(RUNS, PUBLISHED)
    assert row(fit.months, "A+B", month="2016-02")["published"] == 29
    assert row(fit.months, "E", month="2016-02")["simulated"] == 87
    assert row(fit.months, "C", month="2016-02")["simulated"] == 0


def test_beds_and_organisations_are_compared_where_both_have_them():
    without = observed_fit(RUNS, PUBLISHED).months
    assert not set(without["series"]) & {"acute", "non_acute", "nhs"}  # not simulated, or not published
    runs = [sitrep({"2016-02": (29, 58)}, beds=True)] * 2
    fit = observed_fit(runs, PUBLISHED)
    assert row(fit.months, "acute", month="2016-02")["published"] == 29
    assert row(fit.months, "non_acute", month="2016-02")["simulated"] == 58
    acute_alone = [run[run["bed_type"] == "acute"] for run in runs]
    assert "non_acute" not in set(observed_fit(acute_alone, PUBLISHED).months["series"])


def test_bias_rmse_and_correlation_are_of_people_a_day():
    scores = row(observed_fit(RUNS, PUBLISHED).scores, "E")
    # Published 2, 3 and 1 people a day, simulated 3, 3 and 3: they never vary.
    assert scores["months"] == 3
    assert scores["bias"] == pytest.approx(1.0)
    assert scores["rmse"] == pytest.approx(math.sqrt(5 / 3))
    assert math.isnan(scores["correlation"])
    assert scores["coverage"] == pytest.approx(2 / 3)
    total = row(observed_fit(RUNS, PUBLISHED).scores, "total")
    assert total["correlation"] == pytest.approx(stats.pearsonr([3, 4, 2], [4, 4, 5]).statistic)


def test_a_flagged_month_is_shown_and_not_scored():
    flagged = observed(flags=["2016-04"], _2016_02=(29, 58), _2016_03=(31, 93), _2016_04=(30, 30))
    fit = observed_fit(RUNS, flagged)
    assert row(fit.months, "E", month="2016-04")["flagged"] == "under-recorded"
    assert row(fit.scores, "E")["bias"] == pytest.approx(0.5)
    assert row(fit.scores, "E")["months"] == 2
    assert set(fit.years["year"]) == {"2015/16"}  # no month of 2016/17 is left


def test_a_financial_year_is_the_sum_of_its_months_and_its_range_that_of_the_sum():
    fit = observed_fit(RUNS, PUBLISHED)
    year = row(fit.years, "total", year="2015/16")
    assert (year["months"], year["days"]) == (2, 60)
    assert (year["published"], year["simulated"]) == (211.0, (180 + 300) / 2)
    assert year["high"] == pytest.approx(240 + 12.7062047 * 120 / math.sqrt(2) * math.sqrt(1.5))
    assert row(fit.years, "total", year="2016/17")["months"] == 1


def test_a_month_that_is_partly_simulated_or_not_published_is_not_compared():
    run = sitrep({"2016-02": (1, 1), "2016-03": (1, 1), "2016-05": (1, 1)}, days={**DAYS, "2016-02": 28})
    fit = observed_fit([run, run], PUBLISHED)
    assert set(fit.months["month"]) == {"2016-03"}


def test_nothing_is_compared_where_nothing_is_published_or_no_whole_month_simulated():
    assert observed_fit(RUNS, None) is None
    assert observed_fit([sitrep({"2016-02": (1, 1)}, days={"2016-02": 28})], PUBLISHED) is None


def test_one_replication_has_no_range_and_so_covers_nothing():
    fit = observed_fit(RUNS[:1], PUBLISHED)
    assert fit.months["low"].isna().all()
    assert fit.months["covered"].isna().all()
    assert math.isnan(row(fit.scores, "total")["coverage"])
    assert_allclose(row(fit.scores, "total")["bias"], (0 - 1 + 3) / 3)
