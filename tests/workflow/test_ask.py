"""A question that is answered in memory."""

from pathlib import Path

import pandas as pd
import pytest
from asking import put_interventions

import flowsim
from flowsim.run import tasks

BEDS = [{"path": "ward.beds", "set": 30}]
SCENARIOS = {"fewer_beds": {"changes": BEDS}, "planning": {"interventions": ["early_planning"]}}
TABLES = ("summary", "comparison", "ranking", "replications", "daily", "sitrep")


@pytest.fixture
def city(tiny_city):
    put_interventions(tiny_city)
    return flowsim.load_config(tiny_city)


@pytest.fixture
def nothing_written(tmp_path, monkeypatch):
    """Fail if anything is written, here or in the folder of the city."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    before = set(tmp_path.rglob("*"))
    yield
    assert set(tmp_path.rglob("*")) == before


def mean(results, scenario, measure="dtoc_patients_mean"):
    summary = results.summary
    return summary[(summary["scenario"] == scenario) & (summary["measure"] == measure)]["mean"].item()


def test_it_answers_as_an_experiment_of_the_same_words_does(tiny_city, tmp_path):
    put_interventions(tiny_city)
    spec = {
        "name": "The same",
        "base": str(tiny_city),
        "measures": ["cost_total", "dtoc_patients_mean"],
        "scenarios": [{"name": name, **what} for name, what in SCENARIOS.items()],
    }
    on_disk = flowsim.run_experiment(spec, workers=1, out=tmp_path / "out", replications=2, seed=5, report=False)
    asked = flowsim.ask(tiny_city, SCENARIOS, replications=2, seed=5, measures=["cost_total", "dtoc_patients_mean"])
    assert type(asked) is type(on_disk)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(asked, name), getattr(on_disk, name), check_exact=True)
    assert asked.manifest["scenarios"] == on_disk.manifest["scenarios"]


def test_nothing_is_written_or_shown(city, nothing_written, capfd):
    results = flowsim.ask(city, SCENARIOS, replications=1)
    assert capfd.readouterr() == ("", "")
    assert [scenario.name for scenario in results.scenarios] == ["baseline", *SCENARIOS]
    assert set(results.comparison["scenario"]) == set(SCENARIOS)


def test_a_path_its_text_and_its_city_are_the_same_question(tiny_city):
    put_interventions(tiny_city)
    ways = (tiny_city, str(tiny_city), flowsim.load_config(tiny_city))
    means = [mean(flowsim.ask(way, ["early_planning"], replications=1), "early_planning") for way in ways]
    assert means[0] == means[1] == means[2]


def test_a_text_is_an_intervention_for_everybody_and_a_list_may_hold_both(city):
    full = {"name": "full", "interventions": [{"name": "early_planning", "coverage": 1.0}]}
    results = flowsim.ask(city, ["early_planning", full], replications=1)
    assert mean(results, "early_planning") == mean(results, "full") != mean(results, "baseline")


def test_a_changed_city_is_the_baseline_and_keeps_the_interventions_next_to_its_file(city):
    put_interventions(Path(city.file), only_here=("Only here", "{path: ward.beds, set: 30}"))
    changed = city.with_changes([{"path": "discharge_planning.team.staff", "set": 2}])
    results = flowsim.ask(changed, ["only_here"], replications=1)
    assert results.experiment.base == changed
    assert mean(results, "baseline") == flowsim.simulate(changed).measures["dtoc_patients_mean"]
    assert mean(results, "only_here") == mean(flowsim.ask(changed, {"x": {"changes": BEDS}}, replications=1), "x")


def test_a_city_without_a_folder_of_interventions_has_those_that_are_shipped(tiny_city):
    results = flowsim.ask(flowsim.load_config(tiny_city), ["discharge_teams"], replications=1)
    assert results.scenarios[1].config.interventions["discharge_teams"].intervention.high_impact_change == 3


def test_a_shipped_city_is_asked_by_its_name():
    short = [
        {"path": "run.start_date", "set": "2017-03-01"},
        {"path": "run.warm_up_days", "set": 0},
        {"path": "run.horizon_days", "set": 7},
    ]
    with pytest.raises(flowsim.ConfigError, match="short counts 7 days from 2017-03-01 and the other scenarios 365"):
        flowsim.ask("sheffield_2016_17", {"short": {"changes": short}}, replications=1, measures=["cost_total"])
    results = flowsim.ask("sheffield_2016_17", [], replications=1, measures=["cost_total"])
    assert results.manifest["experiment"]["name"] == "Sheffield 2016/17"
    assert results.manifest["window"] == {"from": "2016-04-01", "to": "2017-03-31", "days": 365}


def test_two_workers_give_the_same_bits(city):
    one, two = (flowsim.ask(city, SCENARIOS, replications=2, workers=workers) for workers in (1, 2))
    pd.testing.assert_frame_equal(one.replications, two.replications, check_exact=True)


def test_as_many_replications_as_the_city_says_or_as_a_precision_takes(city):
    assert flowsim.ask(city, []).replications["replication"].nunique() == city.run.replications
    precise = {"measure": "dtoc_patients_mean", "half_width": 1e-9, "at_most": 11}
    found = flowsim.ask(city, [], replications=precise)
    assert found.replications["replication"].nunique() == 11
    assert not found.precision.reached
    assert found.manifest["precision"]["reached"] is False


def test_progress_is_told_if_it_is_wanted(city):
    seen = []
    flowsim.ask(city, [], replications=2, progress=lambda done, of: seen.append((done, of)))
    assert seen[0] == (0, 2)
    assert seen[-1] == (2, 2)


@pytest.mark.parametrize(
    ("scenarios", "message"),
    [
        (["home_frist"], "scenarios.0.interventions.0: there is no intervention called home_frist"),
        ({"a": {"interventions": ["nothing"]}}, "scenarios.a.interventions.0: there is no intervention called nothing"),
        ({"a": {"changes": [{"path": "ward.bedz", "set": 3}]}}, "scenarios.a.changes.0: ward.bedz: there is no such"),
        ({"a": {"change": BEDS}}, "scenarios.a.change: there is no such setting; did you mean changes?"),
        ({"a": {}}, "scenarios.a: a changes nothing: it needs interventions or changes"),
        ({"a": ["home_first"]}, 'scenarios.a: ["home_first"] is not allowed: must be a group of settings, such as'),
        ("home_first", "scenarios: 'home_first' is not allowed: must be a list or a mapping of scenarios, such as"),
        ({"two words": {"changes": BEDS}}, "scenarios.two words.name: 'two words' is not allowed: a name must hold"),
    ],
)
def test_what_is_wrong_with_a_scenario_is_said_with_its_path(city, scenarios, message):
    with pytest.raises(flowsim.ConfigError) as caught:
        flowsim.ask(city, scenarios, replications=1)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"measures": ["dtoc_patient_mean"]}, "measures.0: 'dtoc_patient_mean' is not allowed: there is no measure"),
        ({"replications": 0}, "replications: 0 is not allowed: must be 1 or more"),
        ({"seed": -1}, "seed: -1 is not allowed: must be 0 or more"),
        ({"engine": "steam"}, "engine: 'steam' is not allowed: must be one of compiled, simpy"),
    ],
)
def test_what_is_wrong_with_the_rest_is_said_too(city, arguments, message):
    with pytest.raises(flowsim.ConfigError) as caught:
        flowsim.ask(city, [], **arguments)
    assert str(caught.value).startswith(message)


def test_a_city_that_is_not_there_is_said(tmp_path):
    with pytest.raises(flowsim.ConfigError, match=r"none\.yaml: there is no such file"):
        flowsim.ask(tmp_path / "none.yaml", [])
    message = r"sheffield: there is no such file, and flowsim comes with no city of this name \(it has: sheffield_20"
    with pytest.raises(flowsim.ConfigError, match=message):
        flowsim.ask("sheffield", [])


def test_an_interrupt_promises_nothing(city, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(tasks, "simulate", stop)
    with pytest.raises(KeyboardInterrupt) as caught:
        flowsim.ask(city, [], replications=1)
    assert str(caught.value) == ""
