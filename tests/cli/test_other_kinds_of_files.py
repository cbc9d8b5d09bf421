"""A file that is given to the wrong command is called what it is, with what to do with it."""

import pytest
from asking import put_interventions, put_question

ONE = "scenarios: [{name: one, interventions: [more_beds]}]\n"
TARGETS = """
parameters: [{path: ward.beds, low: 600, high: 700, why: invented}]
targets: [{measure: dtoc_patients_mean, value: 3, tolerance: {relative: 0.1}, source: invented}]
replications: 2
"""
ENSEMBLE = (
    "made: {city: tiny.yaml}\nmembers: [{name: a, settings: {ward.beds: 640}}, {name: b, settings: {ward.beds: 650}}]\n"
)
FILES = {
    "city": ("a city", "to simulate it: flowsim run {path}"),
    "experiment": ("an experiment", "to run it: flowsim experiment {path}"),
    "intervention": ("an intervention", "to try it, name it in a scenario of an experiment"),
    "targets": ("a targets file", "to calibrate a city to it: flowsim calibrate CITY --targets {path}"),
    "ensemble": ("an ensemble", "to use it, name it as the `ensemble` of an experiment"),
    "maturity": ("a file of levels of maturity", "an experiment uses it where an intervention has a `maturity`"),
    "provenance": ("a file of where values come from", "flowsim document reads it with the city next to it"),
}


@pytest.fixture
def files(tiny_city):
    """One file of each kind."""
    folder = put_interventions(tiny_city)
    found = {
        "city": tiny_city,
        "experiment": put_question(tiny_city, ONE),
        "intervention": folder / "more_beds.yaml",
        "maturity": folder / "maturity.yaml",
    }
    texts = {"targets": TARGETS, "ensemble": ENSEMBLE, "provenance": "run.seed: {kind: assumption}\n"}
    for name, text in texts.items():
        found[name] = tiny_city.with_name(f"{name}.yaml")
        found[name].write_text(text, encoding="utf-8")
    return found


def refused(said, path, kind, wanted):
    what, advice = FILES[kind]
    assert said == (2, "", f"{path}: this is {what}, not {wanted}; {advice.format(path=path)}\n")


@pytest.mark.parametrize("kind", sorted(FILES.keys() - {"city"}))
@pytest.mark.parametrize("command", ["run", "document"])
def test_where_a_city_is_wanted(flowsim_says, files, command, kind):
    refused(flowsim_says(command, files[kind]), files[kind], kind, "a city")


@pytest.mark.parametrize("command", ["calibrate", "ensemble"])
@pytest.mark.parametrize("kind", ["experiment", "intervention"])
def test_where_a_city_to_calibrate_is_wanted(flowsim_says, files, command, kind):
    refused(flowsim_says(command, files[kind], "--targets", files["targets"]), files[kind], kind, "a city")


@pytest.mark.parametrize("kind", sorted(FILES.keys() - {"experiment"}))
def test_where_an_experiment_is_wanted(flowsim_says, files, kind):
    refused(flowsim_says("experiment", files[kind]), files[kind], kind, "an experiment")


@pytest.mark.parametrize("command", ["calibrate", "ensemble"])
@pytest.mark.parametrize("kind", ["city", "experiment", "ensemble"])
def test_where_targets_are_wanted(flowsim_says, files, command, kind):
    said = flowsim_says(command, files["city"], "--targets", files[kind])
    refused(said, files[kind], kind, "a targets file")


def test_a_city_and_targets_that_are_both_something_else_are_both_named(flowsim_says, files):
    code, _, said = flowsim_says("calibrate", files["experiment"], "--targets", files["city"])
    assert code == 2
    assert [line.split(": ")[0] for line in said.splitlines()] == [str(files["city"]), str(files["experiment"])]


def test_where_an_ensemble_is_wanted(flowsim_says, files):
    files["experiment"].write_text(f"{files['experiment'].read_text()}ensemble: tiny.yaml\nreplications: 4\n")
    code, _, said = flowsim_says("check", files["experiment"])
    assert code == 2
    assert "tiny.yaml: this is a city, not an ensemble" in said


@pytest.mark.parametrize("kind", ["targets", "ensemble", "maturity", "provenance"])
def test_what_cannot_be_checked_is_called_what_it_is(flowsim_says, files, kind):
    refused(flowsim_says("check", files[kind]), files[kind], kind, "a city")


def test_an_intervention_can_be_checked(flowsim_says, files):
    code, out, _ = flowsim_says("check", files["intervention"])
    assert (code, out) == (0, f"{files['intervention']} is sound: More beds. It fits tiny.yaml.\n")


def test_a_draft_can_be_checked(flowsim_says, files):
    draft = files["intervention"].with_name("draft.yaml")
    draft.write_text("changes: [{path: ward.beds, add: 1}]\n", encoding="utf-8")
    said = "is sound: Draft. It fits tiny.yaml. It does not say: what, mechanism, cost, evidence.\n"
    assert flowsim_says("check", draft) == (0, f"{draft} {said}", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: A lounge\n", ", line 1: changes: this setting is missing"),
        ("", ": the file is empty"),
        (
            "changes: [{path: ward.bets, add: 1}, {path: ward.surg, set: null}]\n",
            ", line 1: changes.0: ward.bets: there is no such setting; did you mean ward.beds?",
        ),
        ("changes: [{path: ward.beds, add: 90%}]\n", ", line 1: changes.0.add: '90%' is not allowed: must be a number"),
    ],
)
def test_what_is_wrong_with_an_intervention_is_told_by_check(flowsim_says, files, text, message):
    draft = files["intervention"].with_name("draft.yaml")
    draft.write_text(text, encoding="utf-8")
    code, out, said = flowsim_says("check", draft)
    assert (code, out) == (2, "")
    assert said.startswith(f"{draft}{message}")
