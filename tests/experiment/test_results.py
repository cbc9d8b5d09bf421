"""An experiment's results: every table from the same replications, whatever is missing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from experiment_fixture import ensemble as made_ensemble
from paths import SHEFFIELD_V01

from flowsim.config.city_schema import CityConfig
from flowsim.config.load import load
from flowsim.experiment.designs.best_next import BestNext, StepwisePlan
from flowsim.experiment.designs.factorial import Factorial
from flowsim.experiment.experiment import Experiment
from flowsim.experiment.failed_runs import Failure
from flowsim.experiment.goals import Goal
from flowsim.experiment.results import daily_bands, experiment_results, table_names
from flowsim.experiment.scenario import Scenario
from flowsim.experiment.scenario_plans import FixedPlan

DELAYED = "dtoc_delayed_days"
NOTHING = pd.DataFrame()


@pytest.fixture(scope="module")
def experiment():
    base = load(SHEFFIELD_V01, CityConfig)
    scenarios = tuple(made(base, on) for on in ((), ("a",), ("b",), ("a", "b")))
    goals = {DELAYED: Goal(at_most=50)}
    return Experiment("Name", "Question?", None, base, "baseline", (DELAYED,), goals, 2, FixedPlan(scenarios))


def made(base, on):
    levels = {name: name in on for name in "ab"} if on else {}
    return Scenario("+".join(on) or "baseline", "+".join(on).upper(), base, levels)


def values(**scenarios):
    rows = [(name, r, DELAYED, v) for name, of_name in scenarios.items() for r, v in enumerate(of_name)]
    return pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])


def analysed(experiment, found, failures=()):
    known = pd.concat(
        [found, pd.DataFrame([(f.scenario, f.replication, DELAYED, np.nan) for f in failures], columns=found.columns)]
    )
    return experiment_results(experiment, experiment.wanted(known), found, NOTHING, NOTHING, failures, {"seed": 1})


def test_every_table_is_in_the_order_of_the_experiment(experiment):
    found = values(b=[60, 62], a=[80, 83], baseline=[100, 104], dropped=[1, 2], **{"a+b": [40, 45]})
    results = analysed(experiment, found)
    order = ["baseline", "a", "b", "a+b"]
    assert [scenario.name for scenario in results.scenarios] == order
    for table in (results.replications, results.summary, results.goals):
        assert list(table["scenario"].unique()) == order
    assert results.comparison["scenario"].tolist() == order[1:]
    assert results.comparison["difference"].tolist() == [-20.5, -41, -59.5]
    assert results.ranking["scenario"].tolist() == ["a+b", "b", "a"]
    assert results.goals["mean_meets"].tolist() == [False, False, False, True]
    assert results.summary.set_index("scenario").loc["b", "target_low"] == experiment.base.targets[DELAYED].value
    assert results.design_tables == {}
    assert results.manifest == {"seed": 1}


def test_a_scenario_that_failed_wholly_is_left_out_and_named(experiment):
    failures = [Failure("b", 0, "why"), Failure("b", 1, "why")]
    results = analysed(experiment, values(baseline=[100, 104], a=[80, 83], **{"a+b": [40, 45]}), failures)
    assert [scenario.name for scenario in results.scenarios] == ["baseline", "a", "a+b"]
    assert set(results.comparison["scenario"]) == {"a", "a+b"}
    assert results.failures == failures


def test_a_factorial_has_effects_even_if_a_corner_failed(experiment):
    factorial = replace(experiment, design=Factorial(kind="factorial", of=["a", "b"]))
    whole = values(baseline=[100, 104], a=[80, 83], b=[60, 62], **{"a+b": [40, 45]})
    assert analysed(factorial, whole).design_tables["effects"]["difference"].tolist() == pytest.approx([-19.5, -40, 2])
    failed = whole[whole["scenario"] != "b"]
    effects = analysed(factorial, failed, [Failure("b", 0, "why")]).design_tables["effects"]
    assert effects["difference"].isna().all()


def test_best_next_has_the_steps_that_its_design_took(experiment):
    def build(on):
        return made(experiment.base, tuple(sorted(on)))

    design = BestNext(kind="best_next", of=["a", "b"], measure=DELAYED)
    stepwise = replace(experiment, design=design, plan=StepwisePlan((build(()),), design.search, build))
    chose = {"baseline": [100, 104], "a": [80, 83], "b": [60, 62], "a+b": [40, 45]}
    apart = {"baseline": [90, 94], "b": [70, 72], "a+b": [60, 69]}
    both = {name: of_name + apart.get(name, []) for name, of_name in chose.items()}
    results = analysed(stepwise, values(**both))
    steps = results.design_tables["steps"]
    assert steps["added"].tolist() == ["", "b", "a"]
    assert steps["mean"].tolist() == [92, 71, 64.5]  # of the replications that chose nothing
    assert steps["gain"].tolist()[1:] == [21, 6.5]
    one_failed = values(**{**both, "b": [60]})  # and so it has none that chose nothing
    results = analysed(stepwise, one_failed, [Failure("b", number, "why") for number in (1, 2, 3)])
    assert results.design_tables["steps"]["added"].tolist() == ["", "b", "a"]
    assert results.design_tables["steps"]["gain"].isna().all()


def test_a_chosen_scenario_is_reported_from_replications_that_did_not_choose_it(experiment):
    def build(on):
        return made(experiment.base, tuple(sorted(on)))

    design = BestNext(kind="best_next", of=["a", "b"], measure=DELAYED, steps=1)
    stepwise = replace(experiment, design=design, plan=StepwisePlan((build(()),), design.search, build))
    found = values(baseline=[100, 104, 90, 96], a=[80, 83], b=[60, 62, 70, 70])
    results = analysed(stepwise, found)
    means = results.summary.set_index("scenario")["mean"]
    assert means.to_dict() == {"baseline": 97.5, "a": 81.5, "b": 70}
    differences = results.comparison.set_index("scenario")["difference"]
    assert differences.to_dict() == {"a": -20.5, "b": -23}  # each with the same patients as the baseline
    assert results.goals.set_index("scenario")["replications"].to_dict() == {"baseline": 4, "a": 2, "b": 2}
    assert len(results.replications) == len(found)


def test_with_an_ensemble_a_chosen_scenario_is_compared_on_the_same_patients(experiment):
    def build(on):
        return made(experiment.base, tuple(sorted(on)))

    design = BestNext(kind="best_next", of=["a", "b"], measure=DELAYED, steps=1)
    stepwise = replace(
        experiment,
        design=design,
        plan=StepwisePlan((build(()),), design.search, build),
        ensemble=made_ensemble("a", "b"),
        replications=4,
    )
    base = [100, 200, 104, 204, 300, 500, 306, 506]  # members take turns; the last four chose nothing
    found = values(baseline=base, a=[v - 10 for v in base[:4]], b=[v - 20 for v in base])
    results = analysed(stepwise, found)
    row = results.comparison.set_index("scenario").loc["b"]
    assert row["difference"] == row["ci_low"] == row["ci_high"] == -20
    uncertainty = results.uncertainty.set_index(["scenario", "of"])["mean"]
    assert uncertainty["b", "difference"] == -20
    assert uncertainty["b", "value"] == (300 + 500 + 306 + 506) / 4 - 20
    assert uncertainty["a", "value"] == (100 + 200 + 104 + 204) / 4 - 10


def test_a_design_names_its_tables(experiment):
    class Surprising(Factorial):
        """With a table that it does not name."""

        def tables(self, runs):
            return {"surprise": pd.DataFrame()}

    surprising = replace(experiment, design=Surprising(kind="factorial", of=["a", "b"]))
    whole = values(baseline=[100, 104], a=[80, 83], b=[60, 62], **{"a+b": [40, 45]})
    with pytest.raises(ValueError, match="the design factorial does not name the table surprise in table_names"):
        analysed(surprising, whole)


def test_the_folder_has_a_file_for_each_table(experiment):
    whole = values(baseline=[100, 104], a=[80, 83], b=[60, 62], **{"a+b": [40, 45]})
    general = {"summary", "comparison", "ranking", "goals", "dtoc_sitrep"}
    assert set(analysed(experiment, whole).tables()) == general
    factorial = replace(experiment, design=Factorial(kind="factorial", of=["a", "b"]))
    assert set(analysed(factorial, whole).tables()) == {*general, "effects"}
    assert table_names() >= {*general, "uncertainty", "effects", "steps"}


def test_bands_are_quantiles_of_each_day_over_replications():
    """Of 0, 1, ..., 20 the 5% quantile is 1 and the 95% quantile 19; days and measures keep their order."""
    dates = pd.to_datetime(["2016-04-01", "2016-04-02"])
    parts = [
        pd.DataFrame({"replication": r, "date": date, "measure": measure, "value": size + r}, index=[0])
        for r in np.random.default_rng(1).permutation(21)
        for measure, size in (("delayed", 100.0), ("b", 0.0), ("a", 50.0))
        for date in dates
    ]
    bands = daily_bands(pd.concat(parts))
    assert list(bands.columns) == ["date", "measure", "mean", "low", "high"]
    assert bands["measure"].tolist() == ["delayed", "delayed", "b", "b", "a", "a"]
    assert bands["date"].tolist() == [*dates] * 3
    assert bands["mean"].tolist() == pytest.approx([110, 110, 10, 10, 60, 60])
    assert (bands["mean"] - bands["low"]).tolist() == pytest.approx([9] * 6)
    assert (bands["high"] - bands["mean"]).tolist() == pytest.approx([9] * 6)
