"""The JSON schemas accept every shipped file and mark what a person gets wrong while typing."""

import json

import pytest
from jsonschema import Draft202012Validator
from paths import CONFIGS, HISTORY, SHEFFIELD

from flowsim.config.intervention_schema import MATURITY_FILE
from flowsim.config.load import read_yaml
from flowsim.report.document.editor_schema import editor_schemas

CITIES = [HISTORY, SHEFFIELD, *sorted((CONFIGS / "examples").glob("*.yaml"))]


@pytest.fixture(scope="module")
def check():
    texts = editor_schemas()

    def errors(kind, data):
        schema = json.loads(texts[f"{kind}.schema.json"])
        Draft202012Validator.check_schema(schema)
        return [error.json_path for error in Draft202012Validator(schema).iter_errors(data)]

    return errors


@pytest.mark.parametrize("path", CITIES, ids=lambda path: path.stem)
def test_shipped_cities_fit(check, path):
    assert check("city", read_yaml(path)[0]) == []


def test_shipped_interventions_fit(check):
    files = [path for path in (CONFIGS / "interventions").glob("*.yaml") if path.name != MATURITY_FILE]
    assert files
    for path in files:
        assert check("intervention", read_yaml(path)[0]) == [], path.name


def test_shipped_experiments_fit(check):
    for path in (CONFIGS.parent / "experiments").rglob("*.yaml"):
        assert check("experiment", read_yaml(path)[0]) == [], path.name


def test_an_experiment_needs_a_base_and_knows_its_designs(check):
    experiment = {"name": "Beds", "base": "city.yaml", "measures": ["excess_days"]}
    assert check("experiment", experiment) == []
    assert check("experiment", {**experiment, "design": {"kind": "factorial", "of": ["home_first"]}}) == []
    assert check("experiment", {**experiment, "design": {"kind": "guess", "of": ["home_first"]}}) == ["$.design"]
    assert check("experiment", {"name": "Beds", "measures": ["excess_days"]}) == ["$"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"ward": {"bedz": 3}}, "$.ward"),
        ({"ward": {"beds": 0}}, "$.ward.beds"),
        ({"ward": {"beds": None}}, "$.ward.beds"),
        ({"services": {"homecare": {"homecare": {"share": 2}}}}, "$.services.homecare.homecare.share"),
        ({"streams": {"direct": {"entry": "roof"}}}, "$.streams.direct.entry"),
        ({"ward": {"stay_until_optimised_days": {"85+": {"distribution": "normal"}}}}, "$.ward"),
        ({"bed": 3}, "$"),
    ],
)
def test_what_cannot_be_is_marked_where_it_stands(check, changes, where):
    marked = check("city", {"extends": "base.yaml", **changes})
    assert len(marked) == 1
    assert marked[0].startswith(where)


@pytest.mark.parametrize(
    "changes",
    [
        {"ward": {"stay_until_optimised_days": {"85+": {"mean": 7}}}},
        {"targets": {"excess_days": None}, "streams": {"elective": None}},
        {"streams": {"direct": {"spells_per_day": None, "daily_rates": "rates.csv"}}},
        {"streams": {"direct": {"daily_rates": {"2016-10-01": 2}}}},
        {"services": {"active_recovery": {"stit": {"surge": None, "caseload": None}}}, "initial_state": None},
        {"services": {"homecare": {"homecare": {"choice_share": None}}}},
    ],
)
def test_a_file_that_extends_another_may_say_a_part_only(check, changes):
    assert check("city", {"extends": ["a.yaml", "b.yaml"], **changes}) == []


def test_a_file_that_extends_no_other_must_be_whole(check):
    whole, _ = read_yaml(HISTORY)
    del whole["ward"]
    assert check("city", whole) == ["$"]


def test_editors_can_show_meaning_and_unit():
    city = json.loads(editor_schemas()["city.schema.json"])
    beds = city["$defs"]["Ward"]["properties"]["beds"]
    assert beds["unit"] == "beds"
    assert beds["description"].startswith("Beds of the core hospital")
