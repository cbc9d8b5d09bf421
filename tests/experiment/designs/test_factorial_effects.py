"""Factorials: effects that were put in come out, and pairs of changes are called what they are."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from flowsim.experiment.designs.best_next import selection_steps
from flowsim.experiment.designs.factorial import (
    ADD_UP,
    INTERACTION,
    MAIN,
    NEED_EACH_OTHER,
    OVERLAP,
    factorial_effects,
)
from flowsim.experiment.scenario import Scenario

DELAYED, HOME, OCCUPIED = "dtoc_patients_mean", "at_home_91_days_share", "ward_beds_occupancy_mean"


def designed(factors):
    """The scenarios of a 2^k; the baseline is its all-off corner and has no levels."""
    made = [Scenario("baseline", "Baseline", None)]
    for size in range(1, len(factors) + 1):
        for on in itertools.combinations(factors, size):
            made.append(Scenario("+".join(on), " and ".join(on), None, {name: name in on for name in factors}))
    return made


def run(scenarios, world, replications, measure=DELAYED):
    """Replications of `world(levels, replication)`."""
    rows = [(s.name, r, measure, world(s.levels, r)) for s in scenarios for r in range(replications)]
    return pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])


def effect(table, factor, with_factor=""):
    found = table[(table["factor"] == factor) & (table["with_factor"] == with_factor)]
    assert len(found) == 1
    return found.iloc[0]


def test_a_two_by_two_by_hand():
    """Baseline 100, a 90, b 80, both 60.

    With a: (90 + 60) / 2 less (100 + 80) / 2 is -15. With b: (80 + 60) / 2 less (100 + 90) / 2 is -25. Alone they bring
    -10 and -20, together -40: 10 more than the sum. The second replication has 2 more everywhere but 4 more with both.
    """
    values = {"baseline": [100, 102], "a": [90, 92], "b": [80, 82], "a+b": [60, 64]}
    rows = [(name, r, DELAYED, v) for name, of_name in values.items() for r, v in enumerate(of_name)]
    table = factorial_effects(
        pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"]), designed(["a", "b"])
    )
    assert list(table.columns) == [
        *("effect", "factor", "with_factor", "measure", "unit"),
        *("difference", "ci_low", "ci_high", "p_holm", "together"),
    ]  # fmt: skip
    assert table["effect"].tolist() == [MAIN, MAIN, INTERACTION]
    assert table["unit"].tolist() == ["patients"] * 3
    # By replication: a -15 and -14, b -25 and -24, interaction -10 and -8.
    assert table["difference"].tolist() == pytest.approx([-14.5, -24.5, -9])
    half = stats.t.ppf(0.975, 1) * math.sqrt(2) / math.sqrt(2)
    assert effect(table, "a", "b")[["ci_low", "ci_high"]].tolist() == pytest.approx([-9 - half, -9 + half])
    p_of_a, p_of_b = (2 * stats.t.sf(t, 1) for t in (14.5 / 0.5, 24.5 / 0.5))
    assert table["p_holm"][:2].tolist() == pytest.approx([max(p_of_a, 2 * p_of_b), 2 * p_of_b])
    assert table["p_holm"][2] == pytest.approx(2 * stats.t.sf(9, 1))  # the only interaction


def known_world(noise):
    """a -20, b -10, c 0; a and b overlap by 6, b and c need each other for 4 more, a and c add up."""
    rng = np.random.default_rng(2)
    of_patients = rng.normal(0, 30, 100)

    def value(levels, replication):
        a, b, c = (levels.get(name, False) for name in "abc")
        return 130 + of_patients[replication] - 20 * a - 10 * b + 6 * a * b - 4 * b * c + rng.normal(0, noise)

    return value


def test_effects_and_interactions_that_were_put_in_come_out():
    """Noise of sd 0.5 in each run: a contrast of 8 runs has an sd of 0.35, and patients cancel."""
    scenarios = designed(["a", "b", "c"])
    table = factorial_effects(run(scenarios, known_world(0.5), 20), scenarios)
    truth = {
        ("a", ""): -20 + 6 / 2,
        ("b", ""): -10 + 6 / 2 - 4 / 2,
        ("c", ""): -4 / 2,
        ("a", "b"): 6,
        ("a", "c"): 0,
        ("b", "c"): -4,
    }
    assert [(row.factor, row.with_factor) for row in table.itertuples()] == list(truth)
    for (factor, with_factor), size in truth.items():
        row = effect(table, factor, with_factor)
        assert row["difference"] == pytest.approx(size, abs=0.6)  # sd 0.16 for interactions
        assert row["ci_high"] - row["ci_low"] < 1
    assert table["together"].tolist() == ["", "", "", OVERLAP, ADD_UP, NEED_EACH_OTHER]
    assert (table.loc[table["difference"].abs() > 1, "p_holm"] < 1e-4).all()


def test_intervals_of_effects_hold_the_truth_19_times_in_20():
    """2,000 measures of a 2^2 with 6 replications; coverage 95%, standard error 0.5%."""
    scenarios = designed(["a", "b"])
    rng = np.random.default_rng(8)
    worth = {"baseline": 0, "a": -3, "b": -5, "a+b": -6}  # interaction 2
    rows = []
    for i in range(2000):
        shared = rng.normal(100, 20, 6)
        for name, size in worth.items():
            values = shared + size + rng.normal(0, 4, 6)
            rows += [(name, r, f"{i}_occupancy_mean", value) for r, value in enumerate(values)]
    frame = pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])
    table = factorial_effects(frame, scenarios)
    for key, size in {("a", ""): -2, ("b", ""): -4, ("a", "b"): 2}.items():
        rows = table[(table["factor"] == key[0]) & (table["with_factor"] == key[1])]
        assert len(rows) == 2000
        assert ((rows["ci_low"] <= size) & (size <= rows["ci_high"])).mean() == pytest.approx(0.95, abs=0.02)


def pair(corner_values, measure, replications=6):
    """The class of a pair from its four corners (none, a, b, both), with a little noise."""
    scenarios = designed(["a", "b"])
    rng = np.random.default_rng(4)
    size = np.ptp(corner_values)
    of_corner = dict(zip(("baseline", "a", "b", "a+b"), corner_values, strict=True))
    rows = [
        (s.name, r, measure, of_corner[s.name] + rng.normal(0, 0.002 * size))
        for s in scenarios
        for r in range(replications)
    ]
    table = factorial_effects(pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"]), scenarios)
    return effect(table, "a", "b")["together"]


@pytest.mark.parametrize(
    ("corners", "measure", "together"),
    [
        ([100, 90, 80, 70], DELAYED, ADD_UP),
        ([100, 90, 80, 75], DELAYED, OVERLAP),
        ([100, 90, 80, 60], DELAYED, NEED_EACH_OTHER),
        ([0.70, 0.75, 0.76, 0.81], HOME, ADD_UP),
        ([0.70, 0.75, 0.76, 0.78], HOME, OVERLAP),
        ([0.70, 0.75, 0.76, 0.88], HOME, NEED_EACH_OTHER),
        ([100, 100, 100, 80], DELAYED, NEED_EACH_OTHER),
        ([100, 60, 105, 60], DELAYED, NEED_EACH_OTHER),  # one helps, and undoes the harm of the other
        ([100, 110, 120, 125], DELAYED, OVERLAP),  # both do harm, together less than the sum
        ([100, 110, 120, 140], DELAYED, NEED_EACH_OTHER),
        ([0.70, 0.65, 0.64, 0.61], HOME, OVERLAP),
        ([500, 510, 520, 525], OCCUPIED, OVERLAP),  # more is neither better nor worse: what counts is the size
        ([500, 490, 480, 475], OCCUPIED, OVERLAP),
        ([500, 490, 480, 460], OCCUPIED, NEED_EACH_OTHER),
    ],
)
def test_two_changes_add_up_or_overlap_or_need_each_other(corners, measure, together):
    assert pair(corners, measure) == together


def test_an_interaction_that_is_sure_but_small_adds_up():
    """-10 and -20 alone, -29 together: 1 of -9.5, the smaller main effect, is a tenth and more; 0.5 of -9.75 is not."""
    assert pair([100, 90, 80, 70.5], DELAYED, replications=50) == ADD_UP
    assert pair([100, 90, 80, 71], DELAYED, replications=50) == OVERLAP


def test_an_interaction_that_may_be_chance_adds_up():
    """By replication 14 and -6: a mean of 4, a third of the smaller main effect, and an interval from -123 to 131."""
    values = {"baseline": [100, 100], "a": [90, 90], "b": [80, 80], "a+b": [84, 64]}
    rows = [(name, r, DELAYED, v) for name, of_name in values.items() for r, v in enumerate(of_name)]
    frame = pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])
    row = effect(factorial_effects(frame, designed(["a", "b"])), "a", "b")
    assert (row["difference"], row["together"]) == (pytest.approx(4), ADD_UP)


def test_one_replication_has_effects_and_no_interval_and_no_class():
    scenarios = designed(["a", "b"])
    table = factorial_effects(run(scenarios, known_world(0), 1), scenarios)
    assert table["difference"].tolist() == pytest.approx([-17, -7, 6])
    assert table[["ci_low", "ci_high", "p_holm"]].isna().all(axis=None)
    assert table["together"].tolist() == ["", "", ""]


def test_a_replication_counts_if_it_has_all_corners():
    scenarios = designed(["a", "b"])
    rows = run(scenarios, known_world(0.5), 6)
    failed = rows[~((rows["scenario"] == "a+b") & (rows["replication"] == 2))]
    undefined = rows.assign(value=rows["value"].where((rows["scenario"] != "b") | (rows["replication"] != 2)))
    without = factorial_effects(rows[rows["replication"] != 2], scenarios)
    pd.testing.assert_frame_equal(factorial_effects(failed, scenarios), without)
    pd.testing.assert_frame_equal(factorial_effects(undefined, scenarios), without)


def test_a_corner_without_any_result_leaves_no_effect():
    scenarios = designed(["a", "b"])
    rows = run(scenarios, known_world(0.5), 3)
    table = factorial_effects(rows[rows["scenario"] != "a+b"], scenarios)
    assert table["difference"].isna().all()
    assert len(table) == 3


def test_scenarios_named_by_hand_are_no_corner():
    scenarios = designed(["a", "b"])
    rows = run(scenarios, known_world(0.5), 4)
    by_hand = Scenario("by_hand", "By hand", None)
    more = pd.concat([rows, run([by_hand], known_world(9), 4)])
    pd.testing.assert_frame_equal(factorial_effects(more, [*scenarios, by_hand]), factorial_effects(rows, scenarios))


def test_a_factorial_of_one_factor_is_its_difference():
    scenarios = designed(["a"])
    table = factorial_effects(run(scenarios, known_world(0), 3), scenarios)
    assert table["difference"].tolist() == pytest.approx([-20])


def test_steps_say_what_each_brings_on_top_of_the_one_before():
    """Baseline 100 and 104, b 90 and 90, a and b 85 and 87: gains 10 and 14, then 5 and 3."""
    scenarios = designed(["a", "b"])
    values = {"baseline": [100, 104], "a": [95, 99], "b": [90, 90], "a+b": [85, 87]}
    rows = [(name, r, DELAYED, v) for name, of_name in values.items() for r, v in enumerate(of_name)]
    frame = pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])
    steps = selection_steps(frame, scenarios, ["b", "a"], DELAYED, higher=False)
    assert list(steps.columns) == [
        *("step", "scenario", "added", "title", "measure", "mean", "ci_low", "ci_high"),
        *("gain", "gain_ci_low", "gain_ci_high"),
    ]
    assert steps["step"].tolist() == [0, 1, 2]
    assert steps["scenario"].tolist() == ["baseline", "b", "a+b"]
    assert steps["added"].tolist() == ["", "b", "a"]
    assert steps["title"].tolist() == ["Baseline", "b", "a and b"]
    assert steps["mean"].tolist() == [102, 90, 86]
    assert math.isnan(steps["gain"][0])
    assert steps["gain"].tolist()[1:] == [12, 4]
    t = stats.t.ppf(0.975, 1)
    assert (steps["gain_ci_high"] - steps["gain"]).tolist()[1:] == pytest.approx([2 * t, t])
    assert steps["ci_high"][0] == pytest.approx(102 + 2 * t)
    upwards = selection_steps(frame, scenarios, ["b", "a"], DELAYED, higher=True)
    assert upwards["gain"].tolist()[1:] == [-12, -4]
