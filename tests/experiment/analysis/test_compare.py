"""Differences from the baseline: paired, with honest intervals, whatever is missing."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from flowsim.experiment.analysis.compare import compare, widest_half_width
from flowsim.experiment.analysis.goals_met import goals_met
from flowsim.experiment.analysis.paired import distinct, estimate, holm, paired_difference
from flowsim.experiment.goals import Goal

DELAYED, HOME = "dtoc_patients_mean", "at_home_91_days_share"


def table(measure=DELAYED, **scenarios):
    """Replications from lists of values; None is a run that failed."""
    rows = [
        (scenario, number, measure, value)
        for scenario, values in scenarios.items()
        for number, value in enumerate(values)
        if value is not None
    ]
    return pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])


def only(frame, **where):
    for column, value in where.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_differences_are_paired_by_replication():
    """By hand: differences -10, -12, -14; mean -12, sd 2, t(2; 0.975) = 4.302653, half-width 2 / sqrt(3) x 4.302653.

    Both scenarios vary far more than their difference: variances 400 and 324 against 4.
    """
    comparison, ranking = compare(table(baseline=[100, 120, 140], more=[90, 108, 126]), "baseline")
    row = only(comparison, scenario="more")
    assert list(comparison.columns) == [
        *("scenario", "baseline", "measure", "unit", "difference", "ci_low", "ci_high", "relative"),
    ]  # fmt: skip
    assert (row["baseline"], row["measure"], row["unit"]) == ("baseline", DELAYED, "patients")
    assert row["difference"] == pytest.approx(-12)
    assert row["ci_low"] == pytest.approx(-12 - 4.968276, abs=1e-6)
    assert row["ci_high"] == pytest.approx(-12 + 4.968276, abs=1e-6)
    assert row["relative"] == pytest.approx(-0.1)
    row = only(ranking, scenario="more")
    assert row["pairing_gain"] == pytest.approx(math.sqrt((400 + 324) / 4))
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(12 / (2 / math.sqrt(3)), 2))
    assert row["p_holm"] == row["p_value"]  # nothing else is compared
    assert row["replications"] == 3


def test_the_order_of_rows_does_not_matter():
    rows = table(baseline=[100, 120, 140], more=[90, 108, 126])
    shuffled = rows.iloc[[4, 0, 5, 2, 3, 1]]
    for ours, theirs in zip(compare(rows, "baseline"), compare(shuffled, "baseline"), strict=True):
        pd.testing.assert_frame_equal(ours, theirs)


def test_p_values_are_those_of_the_paired_t_test():
    rng = np.random.default_rng(5)
    before, after = rng.normal(100, 10, 12), rng.normal(95, 10, 12)
    _, ranking = compare(table(baseline=before, changed=after), "baseline")
    assert ranking["p_value"][0] == pytest.approx(stats.ttest_rel(after, before).pvalue)


def test_a_failed_run_leaves_the_other_pairs():
    comparison, ranking = compare(table(baseline=[100, 120, 140], more=[90, None, 126]), "baseline")
    assert comparison["difference"][0] == pytest.approx(-12)
    assert comparison["relative"][0] == pytest.approx(-12 / 120)  # the mean of 100 and 140
    assert ranking["replications"][0] == 2
    assert ranking["pairing_gain"][0] == pytest.approx(math.sqrt((800 + 648) / 8))  # of the same two replications


def test_an_undefined_measure_leaves_the_other_pairs():
    comparison, ranking = compare(table(baseline=[100, np.nan, 140, 120], more=[90, 108, 126, np.nan]), "baseline")
    assert comparison["difference"][0] == pytest.approx(-12)
    assert ranking["pairing_gain"][0] == pytest.approx(math.sqrt((800 + 648) / 8))  # of 100 and 140, 90 and 126
    failed = compare(table(baseline=[100, None, 140, 120], more=[90, 108, 126, None]), "baseline")
    for ours, theirs in zip((comparison, ranking), failed, strict=True):
        pd.testing.assert_frame_equal(ours, theirs)


def test_one_replication_has_a_difference_and_no_interval():
    comparison, ranking = compare(table(baseline=[100], more=[90]), "baseline")
    assert comparison["difference"][0] == -10
    assert comparison[["ci_low", "ci_high"]].isna().all(axis=None)
    assert ranking[["p_value", "p_holm", "pairing_gain"]].isna().all(axis=None)


def test_no_common_replication_is_no_difference():
    comparison, ranking = compare(table(baseline=[100, None], more=[None, 90]), "baseline")
    assert comparison[["difference", "ci_low", "ci_high", "relative"]].isna().all(axis=None)
    assert ranking["replications"][0] == 0


def test_a_baseline_without_results_compares_with_nothing():
    comparison, _ = compare(table(more=[90, 91]), "baseline")
    assert comparison["difference"].isna().all()


def test_only_a_baseline_is_an_empty_comparison():
    comparison, ranking = compare(table(baseline=[90, 91]), "baseline")
    assert comparison.empty
    assert ranking.empty


def test_what_never_varies_is_certain_and_has_no_gain():
    rows = table(baseline=[0.3, 0.4, 1.1], same=[0.3, 0.4, 1.1], shifted=[0.2, 0.3, 1.0])
    comparison, ranking = compare(rows, "baseline")
    assert only(comparison, scenario="same")[["difference", "ci_low", "ci_high", "relative"]].tolist() == [0, 0, 0, 0]
    assert only(ranking, scenario="same")["p_value"] == 1
    shifted = only(comparison, scenario="shifted")
    assert shifted["difference"] == pytest.approx(-0.1)
    assert shifted["ci_low"] == shifted["ci_high"] == shifted["difference"]
    assert only(ranking, scenario="shifted")["p_value"] == 0  # although in floats 0.3 - 0.2 is not 1.1 - 1.0
    assert ranking["pairing_gain"].isna().all()


def test_a_baseline_of_nothing_has_no_relative_difference():
    comparison, _ = compare(table(baseline=[0, 0, 0], more=[1, 2, 3]), "baseline")
    assert comparison["difference"][0] == 2
    assert comparison["relative"].isna().all()


def test_holm_as_in_a_worked_example():
    """Four p-values 0.01, 0.04, 0.03, 0.005: 4 x 0.005, 3 x 0.01, 2 x 0.03, and 0.04 may not be below 0.06."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == pytest.approx([1, 1])
    assert holm([]).size == 0


def test_what_has_no_p_value_does_not_count_in_holm():
    np.testing.assert_allclose(holm([0.01, np.nan, 0.04]), [0.02, np.nan, 0.04])


def test_holm_adjusts_over_scenarios_within_a_measure():
    rng = np.random.default_rng(3)
    values = {name: rng.normal(100, 5, 8) for name in ("baseline", "a", "b", "c")}
    one = table(**values)
    two = table("dtoc_delayed_days", **{name: 365 * v for name, v in values.items()})
    _, alone = compare(one, "baseline")
    _, both = compare(pd.concat([one, two]), "baseline")
    of_one = both[both["measure"] == DELAYED].reset_index(drop=True)
    pd.testing.assert_frame_equal(of_one, alone)
    assert alone["p_holm"].tolist() == pytest.approx(list(holm(alone["p_value"])))
    assert (alone["p_holm"] > alone["p_value"]).any()


def test_the_ranking_begins_with_the_best_whichever_way_is_better():
    delayed = table(baseline=[100, 101], fewer=[80, 82], more=[120, 119], fewest=[50, 51])
    home = table(HOME, baseline=[0.70, 0.71], fewer=[0.80, 0.79], more=[0.60, 0.61], fewest=[0.72, 0.74])
    _, ranking = compare(pd.concat([delayed, home]), "baseline", [HOME, DELAYED])
    assert list(ranking["measure"].unique()) == [HOME, DELAYED]
    assert ranking[ranking["measure"] == HOME]["scenario"].tolist() == ["fewer", "fewest", "more"]
    assert ranking[ranking["measure"] == DELAYED]["scenario"].tolist() == ["fewest", "fewer", "more"]
    assert ranking["rank"].tolist() == [1, 2, 3, 1, 2, 3]


def test_nothing_is_best_where_more_is_neither_better_nor_worse():
    _, ranking = compare(table("ward_beds_occupancy_mean", baseline=[1, 2], a=[3, 4], b=[0, 1]), "baseline")
    assert ranking["scenario"].tolist() == ["a", "b"]
    assert ranking["rank"].isna().all()


def test_a_value_that_stands_twice_counts_once_and_two_values_are_refused():
    rows = table(baseline=[100, 120], more=[90, np.nan])
    assert len(distinct(pd.concat([rows, rows]))) == 4
    with pytest.raises(ValueError, match="two different values"):
        distinct(pd.concat([rows, table(baseline=[100, 121])]))


def test_intervals_hold_the_truth_19_times_in_20():
    """2,000 experiments of 8 replications with strongly correlated sides; coverage 95%, standard error 0.5%."""
    rng = np.random.default_rng(11)
    shared = rng.normal(100, 20, (2000, 8))
    before, after = shared + rng.normal(0, 3, (2000, 8)), shared - 5 + rng.normal(0, 3, (2000, 8))
    of_each = [table(f"{i}_occupancy_mean", baseline=before[i], changed=after[i]) for i in range(2000)]
    comparison, _ = compare(pd.concat(of_each), "baseline")
    assert len(comparison) == 2000
    assert comparison["ci_low"].le(-5).mul(comparison["ci_high"].ge(-5)).mean() == pytest.approx(0.95, abs=0.02)
    # With patients of their own the half-widths would be some 20, and hardly any would exclude 0.
    assert comparison["ci_high"].lt(0).mean() > 0.75


def test_a_goal_is_met_in_a_share_of_replications_and_by_the_mean_or_not():
    rows = pd.concat([table(baseline=[40, 60, 53, 55], more=[45, 50, np.nan, 49]), table(HOME, baseline=[0.8] * 4)])
    found = goals_met(rows, {DELAYED: Goal(at_most=50), HOME: Goal(at_least=0.8)})
    shown = found[["scenario", "measure", "goal", "share_met", "replications", "mean_meets"]]
    assert shown.to_numpy().tolist() == [
        ["baseline", DELAYED, "at most 50", 0.25, 4, False],
        ["baseline", HOME, "at least 0.8", 1, 4, True],
        ["more", DELAYED, "at most 50", 1, 3, True],
    ]


def test_a_share_of_years_has_its_exact_interval():
    """Clopper and Pearson: 10 of 10 is compatible with 69%, 0 of 10 with 31%, and 5 of 10 with 19 to 81%."""
    values = {"all": [1.0] * 10, "none": [9.0] * 10, "half": [1.0] * 5 + [9.0] * 5}
    found = goals_met(table(**values), {DELAYED: Goal(at_most=5)}).set_index("scenario")
    assert found.loc["all", ["ci_low", "ci_high"]].tolist() == pytest.approx([0.692, 1], abs=5e-4)
    assert found.loc["none", ["ci_low", "ci_high"]].tolist() == pytest.approx([0, 0.308], abs=5e-4)
    by_scipy = stats.binomtest(5, 10).proportion_ci(method="exact")
    assert found.loc["half", ["ci_low", "ci_high"]].tolist() == pytest.approx([by_scipy.low, by_scipy.high])


def test_years_of_one_member_of_an_ensemble_are_not_independent():
    """Ten members that always or never meet it, four years each: the 40 years say as much as ten do."""
    alike = np.tile([1.0, 9.0] * 5, 4)  # replication r is one of member r modulo 10
    goals = {DELAYED: Goal(at_most=5)}
    of_members = goals_met(table(same=alike, always=[1.0] * 40), goals, members=10).set_index("scenario")
    of_years = goals_met(table(same=alike), goals).iloc[0]
    ten = goals_met(table(same=alike[:10]), goals).iloc[0]
    wide = of_members.loc["same"]
    assert wide["ci_high"] - wide["ci_low"] > 1.5 * (of_years["ci_high"] - of_years["ci_low"])
    assert wide[["ci_low", "ci_high"]].tolist() == pytest.approx(ten[["ci_low", "ci_high"]].tolist(), abs=0.05)
    assert wide["ci_low"] < ten["ci_low"] and ten["ci_high"] < wide["ci_high"]  # with the members' degrees of freedom
    assert of_members.loc["always", ["ci_low", "ci_high"]].tolist() == pytest.approx([0.692, 1], abs=5e-4)
    mixed = np.repeat([1.0, 9.0] * 2, 10)  # every member meets it in half of its years: they differ in nothing
    assert goals_met(table(same=mixed), goals, members=10).iloc[0]["ci_low"] == pytest.approx(of_years["ci_low"])


def test_no_interval_of_a_difference_leaves_what_is_possible():
    shares = table(HOME, baseline=[0.97, 0.60, 0.99, 0.98], worse=[0.01, 0.55, 0.02, 0.03])
    people = table(baseline=[1.0, 9.0, 2.0], fewer=[0.0, 0.1, 0.2])
    comparison, _ = compare(pd.concat([shares, people]), "baseline")
    share, count = only(comparison, measure=HOME), only(comparison, measure=DELAYED)
    differences = np.array([0.96, 0.05, 0.97, 0.95])
    assert -differences.mean() - stats.t.ppf(0.975, 3) * differences.std(ddof=1) / 2 < -1
    assert share["ci_low"] == pytest.approx(-1)
    assert share["ci_low"] <= share["difference"] <= share["ci_high"]
    upper_end = 4 + stats.t.ppf(0.975, 2) * np.std([1, 9, 2], ddof=1) / math.sqrt(3)
    assert count["ci_low"] >= -upper_end  # fewer than nobody are delayed nowhere


@pytest.mark.parametrize("left", [0.0, 0.05, 0.5])
def test_an_interval_that_is_cut_off_holds_the_truth_as_often(left):
    """20,000 experiments of ten skewed replications that leave nothing, a little or half of what there was."""
    rng = np.random.default_rng(6)
    before = rng.gamma(4, 1, (20_000, 10))
    after = left * rng.gamma(2, 0.5, before.shape) * before
    truth = 4 * left - 4
    free, cut = estimate(after - before, 0.0), paired_difference(after, before, 0.0, np.inf)
    held = [((e.low <= truth) & (truth <= e.high)).mean() for e in (free, cut)]
    assert held[1] == pytest.approx(held[0], abs=0.002)
    assert held[1] > 0.92
    assert (cut.low >= free.low).all()
    assert (cut.high <= free.high).all()


def test_a_goal_of_an_undefined_measure_is_not_met():
    row = only(goals_met(table(baseline=[np.nan, np.nan]), {DELAYED: Goal(at_most=21203)}), goal="at most 21203")
    assert math.isnan(row["share_met"])
    assert not row["mean_meets"]


def test_the_least_sure_answer_is_that_of_the_widest_difference():
    rows = table(baseline=[100, 120, 140], steady=[90, 110.5, 130], moody=[90, 108, 126])
    assert widest_half_width(rows, "baseline", DELAYED) == pytest.approx(4.968276, abs=1e-6)
    of_mean = widest_half_width(rows[rows["scenario"] == "baseline"], "baseline", DELAYED)
    assert of_mean == pytest.approx(20 / math.sqrt(3) * stats.t.ppf(0.975, 2))


@pytest.mark.parametrize("more", [[90], [90, np.nan], [None, None, 80]])
def test_without_an_interval_nothing_is_sure(more):
    assert widest_half_width(table(baseline=[100, 120, 140], more=more), "baseline", DELAYED) == math.inf
    assert widest_half_width(table(baseline=[100]), "baseline", HOME) == math.inf
