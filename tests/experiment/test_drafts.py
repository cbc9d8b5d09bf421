"""Drafts of interventions: they stop nobody who does not use them, and run without a cost or evidence."""

import math

import pytest
from asking import NOTHING, put_interventions, put_question

import flowsim
from flowsim.config.errors import ConfigError
from flowsim.experiment.load_experiment import load_experiment

OWN = """
interventions:
  discharge_lounge:
    changes: [{path: discharge_planning.team.staff, add: 2}]
scenarios:
  - {name: lounge, interventions: [discharge_lounge]}
  - {name: both, interventions: [{name: discharge_lounge, coverage: 0.5}, more_beds]}
"""


def scenarios(path):
    return {scenario.name: scenario for scenario in load_experiment(path).wanted(NOTHING)}


def put_draft(tiny_city, text, name="draft"):
    (put_interventions(tiny_city) / f"{name}.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "draft", ["", "title: a lounge\n", "title: [\n", "changes: [{path: ward.bds, add: 1}]\n", "a: 1"]
)
def test_an_unfinished_intervention_stops_nobody_who_does_not_use_it(tiny_city, draft):
    path = put_question(tiny_city, "scenarios: [{name: one, interventions: [more_beds]}]\n")
    put_draft(tiny_city, draft)
    assert list(scenarios(path)) == ["baseline", "one"]


def test_an_unfinished_intervention_stops_who_uses_it_with_its_own_line(tiny_city):
    path = put_question(tiny_city, "scenarios: [{name: one, interventions: [draft, more_bets]}]\n")
    put_draft(tiny_city, "title: A lounge\nchanges: [{path: ward.beds, ad: 1}]\n")
    with pytest.raises(ConfigError) as caught:
        load_experiment(path)
    draft = tiny_city.parent / "interventions" / "draft.yaml"
    assert [(problem.file, problem.line) for problem in caught.value.problems] == [
        (str(draft), 2),
        (str(path), 4),
    ]


def test_an_intervention_may_stand_in_the_experiment(tiny_city):
    found = scenarios(put_question(tiny_city, OWN))
    lounge = found["lounge"].config.interventions["discharge_lounge"]
    assert lounge.intervention.title == "Discharge lounge"
    assert (lounge.intervention.cost, lounge.intervention.evidence) == (None, [])
    assert list(found["both"].config.interventions) == ["discharge_lounge", "more_beds"]
    assert found["both"].config.interventions["discharge_lounge"].coverage == 0.5


def test_an_experiment_with_its_own_interventions_needs_no_folder_of_them(tiny_city):
    path = tiny_city.with_name("own.yaml")
    text = OWN.replace(", more_beds", "")
    path.write_text(f"name: Own\nbase: tiny.yaml\nmeasures: [cost_total]\n{text}", encoding="utf-8")
    assert list(scenarios(path)) == ["baseline", "lounge", "both"]


def test_an_intervention_of_the_experiment_comes_before_one_of_the_folder_and_this_is_said(tiny_city):
    text = (
        "interventions: {more_beds: {changes: [{path: ward.beds, add: 77}]}}\n"
        "scenarios: [{name: one, interventions: [more_beds]}]\n"
    )
    path = put_question(tiny_city, text)
    experiment = load_experiment(path)
    (_, one) = experiment.wanted(NOTHING)
    assert one.config.interventions["more_beds"].intervention.changes[0].add == 77
    file = tiny_city.parent / "interventions" / "more_beds.yaml"
    assert experiment.notices == (f"interventions.more_beds: this experiment's own is used, not that of {file}.",)


def test_an_intervention_of_the_experiment_that_does_not_fit_is_named_where_it_stands(tiny_city):
    path = put_question(tiny_city, OWN.replace("discharge_planning.team.staff", "discharge_planning.team.stff"))
    with pytest.raises(ConfigError) as caught:
        load_experiment(path)
    assert str(caught.value) == (
        f"{path}, line 7: interventions.discharge_lounge.changes.0: discharge_planning.team.stff: there is no such "
        "setting; did you mean discharge_planning.team.staff?"
    )


def test_a_draft_without_a_cost_is_run_and_the_results_know_it(tiny_city):
    one = scenarios(put_question(tiny_city, OWN))["lounge"].config
    assert one.interventions["discharge_lounge"].intervention.cost is None
    run = flowsim.simulate(one)
    assert run.measures["cost_interventions"] == 0.0
    assert math.isfinite(run.measures["cost_total"])


def test_an_experiment_in_python_may_have_interventions_of_its_own(tiny_city, tmp_path, monkeypatch):
    monkeypatch.chdir(tiny_city.parent)
    spec = {
        "name": "In Python",
        "base": "tiny.yaml",
        "measures": ["dtoc_patients_mean"],
        "replications": 1,
        "interventions": {"lounge": {"changes": [{"path": "ward.beds", "add": 5}]}},
        "scenarios": [{"name": "one", "interventions": ["lounge"]}],
    }
    results = flowsim.run_experiment(spec, workers=1, out=tmp_path / "out", report=True)
    assert set(results.summary["scenario"]) == {"baseline", "one"}
    assert "not known" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
