"""How much is enough: a tiny city from the file to the answer, and questions that make no sense."""

import pytest
from asking import NOTHING, put_question

from flowsim.config.errors import ConfigError
from flowsim.experiment.designs.sizing import SIZES
from flowsim.experiment.load_experiment import load_experiment
from flowsim.experiment.results import experiment_results
from flowsim.experiment.runner import simulate_experiment
from flowsim.run.stores import DiskStore

BEDS = "{name: beds, path: ward.beds, add: {from: 0, to: 30, step: 10}}"
TEAM = "{name: team, path: discharge_planning.team.staff, set: {from: 1, to: 5, step: 1}}"


def question(tiny_city, design="", text="", goal="{at_most: 8.5}", axes=f"[{TEAM}]", replications="replications: 3"):
    text = f"{replications}\ntargets: {{dtoc_patients_mean: {goal}}}\n{text}" if goal else f"{replications}\n{text}"
    return put_question(tiny_city, f"{text}design: {{kind: sizing, axes: {axes}, objective: least_units{design}}}\n")


def test_a_tiny_city_is_told_how_large_its_team_must_be(tiny_city):
    experiment = load_experiment(question(tiny_city, ", runs: 120"))
    runs = simulate_experiment(experiment, DiskStore(tiny_city.parent / "tasks"))
    results = experiment_results(experiment, runs.scenarios, runs.values, NOTHING, NOTHING, runs.failures, {})
    answer, table = results.answer, results.design_tables[SIZES]
    assert list(table)[:7] == ["team", "value", "ci_low", "ci_high", "cost", "verdict", "replications"]
    assert set(table["verdict"]) <= {"enough", "not enough", "undecided"}
    assert answer["verdict"] == "enough"
    assert answer["least_low"]["team"] <= answer["least"]["team"] == answer["least_high"]["team"]
    chosen = table.set_index("scenario").loc[answer["scenario"]]
    assert (chosen["basis"], chosen["replications"], chosen["verdict"]) == ("confirmed", 3, "enough")
    smaller = table[(table["team"] < answer["least_low"]["team"])]
    assert (smaller["verdict"] == "not enough").all()
    assert answer["runs"] <= 120


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"goal": ""}, "a sizing needs a goal"),
        ({"axes": "[]"}, "nothing to size"),
        ({"axes": "[{name: team, path: ward.beds, set: {from: 1, to: 2, step: 5}}]"}, "room for two or more"),
        ({"axes": "[{name: team, path: name, set: {from: 1, to: 5, step: 1}}]"}, "design.axes.0"),
        ({"design": ", certainty: 95"}, "certainty"),
        ({"design": ", runs: 12"}, "12 runs are too few"),
        ({"design": ", goals: [dtoc_patients]"}, "dtoc_patients_mean"),
        ({"replications": "replications: {measure: dtoc_patients_mean, half_width: 1, at_most: 20}"}, "give a number"),
        ({"replications": "replications: 1"}, "2 replications or more"),
        ({"text": "scenarios: [{name: team=3, changes: [{path: ward.beds, add: 1}]}]\n"}, "choose another name"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(tiny_city, asked, says):
    with pytest.raises(ConfigError, match=says):
        load_experiment(question(tiny_city, **asked))


def test_what_has_no_price_cannot_be_cheapest(tiny_city):
    free = "{name: early, path: discharge_planning.early_planning.coverage, set: {from: 0, to: 1, step: 0.25}}"
    text = f"targets: {{dtoc_patients_mean: {{at_most: 8}}}}\ndesign: {{kind: sizing, axes: [{BEDS}, {free}]}}\n"
    with pytest.raises(ConfigError, match="early has no price"):
        load_experiment(put_question(tiny_city, f"replications: 3\n{text}"))
