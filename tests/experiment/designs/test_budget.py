"""The best mix for a sum: what it may buy, what it finds, and what is wrong with a question."""

import json

import numpy as np
import pandas as pd
import pytest
from asking import NOTHING, put_question

import flowsim
from flowsim.config.errors import ConfigError
from flowsim.experiment.load_experiment import load_experiment
from flowsim.report.experiment.answer import answer
from flowsim.report.experiment.designs.budget import BudgetReport
from flowsim.report.experiment.results_view import View

BEDS = "{name: beds, path: services.intermediate_care.intermediate_care_beds.beds, add: {from: 0, to: 40, step: 10}}"
STARTS = "{name: starts, path: services.homecare.homecare.starts_per_week, add: {from: 0, to: 30, step: 10}}"
SUM = 2_300_000


def question(tiny_city, of="[early_planning]", budget=SUM, runs=150, more="", axes=f"[{BEDS}, {STARTS}]"):
    design = f"kind: budget, budget_gbp: {budget}, axes: {axes}, of: {of}, runs: {runs}{more}"
    return load_experiment(put_question(tiny_city, f"design: {{{design}}}\n"))


def delayed(scenario):
    """A world in which starts help most, and early planning makes them help more."""
    levels = {"beds": 0, "starts": 0, "early_planning": 0, **scenario.levels}
    planned = 1 + levels["early_planning"]
    return 30 - 0.1 * levels["beds"] - 10 * (1 - np.exp(-0.05 * planned * levels["starts"]))


def searched(experiment, known=NOTHING, rounds=99):
    """Make the runs that an experiment wants of that world, round by round."""
    for _ in range(rounds):
        wanted, rows = experiment.wanted_runs(known), []
        for scenario in wanted.scenarios:
            for number in wanted.numbers_of(scenario.name):
                chance = np.random.default_rng([number, len(scenario.name)]).normal(0, 0.2)
                patients = np.random.default_rng(number).normal(0, 3)
                rows.append((scenario.name, number, "dtoc_patients_mean", delayed(scenario) + patients + chance))
        found = pd.DataFrame(rows, columns=NOTHING.columns)
        if len(found) == len(known):
            break
        known = found
    return wanted, known


def test_no_mix_that_is_tried_costs_more_than_the_sum(tiny_city):
    experiment = question(tiny_city)
    plan, (wanted, known) = experiment.plan, searched(experiment)
    tried = [plan.costs[plan.point(s.name)] for s in wanted.scenarios if s.levels]
    assert max(tried) <= SUM < plan.costs[plan.lattice.highest]
    assert len(known) <= 150
    best = max((c for c in plan.candidates), key=lambda c: 30 - delayed(plan.scenario(plan.candidates.index(c))))
    assert plan.lattice.recipe(best).name in wanted.chosen
    # What confirms decides nothing, be it upside down.
    confirms = known["replication"] >= wanted.replications
    upside_down = known.assign(value=known["value"].where(~confirms, 1e6))
    assert confirms.any()
    assert question(tiny_city).wanted_runs(upside_down).chosen == wanted.chosen


def test_a_search_that_was_interrupted_goes_on_as_if_it_had_not_been(tiny_city):
    """Half of what it had made in two rounds is known, in another order: the same runs are wanted in the end."""
    whole, known = searched(question(tiny_city))
    _, part = searched(question(tiny_city), rounds=2)
    wanted, again = searched(question(tiny_city), part.sample(frac=0.5, random_state=1))
    assert [s.name for s in wanted.scenarios] == [s.name for s in whole.scenarios]
    assert (wanted.searched, wanted.chosen, wanted.apart) == (whole.searched, whole.chosen, whole.apart)
    assert len(again) == len(known)


def test_a_tiny_city_from_the_question_to_the_answer(tiny_city, tmp_path):
    spec = {
        "name": "A sum", "base": str(tiny_city), "measures": ["dtoc_patients_mean", "cost_paid"],
        "design": {
            "kind": "budget", "budget_gbp": 1_300_000, "runs": 40,
            "axes": [{"name": "beds", "path": "ward.beds", "add": {"from": 0, "to": 20, "step": 5}}],
        },
    }  # fmt: skip
    found = flowsim.run_experiment(spec, workers=1, out=tmp_path / "out", report=False)
    written = json.loads((tmp_path / "out" / "answer.json").read_text(encoding="utf-8"))
    rows = pd.read_csv(tmp_path / "out" / "budget.csv")
    assert written["best"]["scenario"] == rows["scenario"][0]
    assert rows["verdict"][0] == "best"
    assert (rows["cost"] <= 1_300_000).all()
    assert written["left_over"] == pytest.approx(1_300_000 - written["best"]["cost"])
    runs = pd.read_parquet(tmp_path / "out" / "replications.parquet").groupby(["scenario", "replication"]).ngroups
    assert written["runs"] == runs <= 40
    view = View(found)
    assert answer(view).headline.startswith("For £1.3 million the best mix found is ")
    (figure,) = BudgetReport().figures(view)
    assert "The best mix" in figure.picture.svg(narrow=True)


FREE = "{name: free, changes: [{path: streams.emergency_department.demand_factor, set: 0.9}]}"


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"budget": 900}, "nothing here costs that little: the cheapest is .*, for 1,000 GBP in the year"),
        ({"axes": "[]", "of": "null"}, "a budget buys something"),
        ({"of": f"[{FREE}]"}, "design.of.0: .*free has no price that could count against the budget"),
        ({"more": ", certainty: 95"}, "design.certainty: 95"),
        ({"runs": 20}, "design.runs: .*20 runs are too few: a first look and its confirmation take"),
        ({"more": ", measure: ward_beds_occupancy_mean"}, "is neither better nor worse when it rises"),
        ({"budget": -1}, "design.budget_gbp: -1"),
    ],
    ids=["too little", "nothing to buy", "no price", "certainty 95", "too few runs", "no direction", "negative"],
)
def test_a_bad_question_is_refused_with_its_place(tiny_city, how, says):
    with pytest.raises(ConfigError, match=says) as caught:
        question(tiny_city, **how)
    assert "line " in str(caught.value)
