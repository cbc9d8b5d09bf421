"""The pages of searches, and of what one more is worth, from the file to the folder."""

import json
import re
import sys

import pytest
from asking import put_question
from outlines import figures_in_outline  # noqa: F401

import flowsim
from flowsim.cli import main
from flowsim.config.errors import ConfigError
from flowsim.experiment import holding_back
from flowsim.workflow.run_marginal import run_marginal

TEAM_PATH = "discharge_planning.team.staff"
TEAM = "{name: team, path: discharge_planning.team.staff, set: {from: 1, to: 3, step: 1}}"
WARD = "{name: ward, path: ward.beds, set: {from: 10, to: 90, step: 20}}"
BEDS = "{name: beds, path: ward.beds, add: {from: 0, to: 20, step: 10}}"
GRID_BEDS = "{path: ward.beds, add: [0, 10]}"
STARTS = "{name: starts, path: services.homecare.homecare.starts_per_week, add: {from: 0, to: 4, step: 2}}"
STEP_DOWN = (
    "{name: step_down, path: services.intermediate_care.intermediate_care_beds.beds, add: {from: 0, to: 4, step: 2}}"
)


def page_of(tiny_city, text):
    out = tiny_city.parent / "out"
    flowsim.run_experiment(put_question(tiny_city, text), workers=1, out=out)
    return (out / "report.html").read_text(encoding="utf-8"), json.loads((out / "answer.json").read_text())


@pytest.mark.parametrize(
    ("axes", "goal", "says"),
    [
        (f"[{TEAM}]", "{at_most: 500}", "The least that is enough"),
        (f"[{TEAM}, {BEDS}]", "{at_most: 500}", "The least that is enough"),
        (f"[{TEAM}, {BEDS}, {STARTS}]", "{at_most: 0.001}", "Not with these alone"),
    ],
)
def test_the_page_of_a_sizing_says_what_is_enough_or_that_nothing_is(tiny_city, axes, goal, says):
    design = f"design: {{kind: sizing, axes: {axes}, objective: least_units, runs: 100}}\n"
    page, answer = page_of(tiny_city, f"replications: 2\ntargets: {{dtoc_patients_mean: {goal}}}\n{design}")
    assert (answer["verdict"] == "enough") == (says == "The least that is enough")
    assert says.lower() in page.lower()


@pytest.mark.parametrize("design", ["kind: budget, budget_gbp: 400000, runs: 60", "kind: least_total_cost, runs: 60"])
def test_the_page_of_a_search_for_the_best_names_its_mix(tiny_city, design):
    page, answer = page_of(tiny_city, f"design: {{{design}, axes: [{STEP_DOWN}, {STARTS}]}}\n")
    assert answer["runs"] <= 60
    assert (
        "as far as the simulation can tell" in page
        or "clearly better than every other" in page
        or "Total cost is least with" in page
    )


def test_the_command_says_what_one_more_is_worth(tiny_city, monkeypatch, capsys):
    out = tiny_city.parent / "worth"
    command = ["flowsim", "marginal", str(tiny_city), "--no-knee", "--workers", "1", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (0, None)
    assert str(out) in capsys.readouterr().out
    assert "delayed day" in (out / "report.html").read_text(encoding="utf-8")
    assert (out / "marginal.csv").exists()


def test_a_run_says_what_holds_the_city_back(tiny_city, monkeypatch):
    monkeypatch.setattr(holding_back, "_PEOPLE_AT_LEAST", 0.0)
    out = tiny_city.parent / "run"
    flowsim.run_city(tiny_city, replications=5, workers=1, out=out)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "What holds you back" in page
    assert "flowsim marginal asks this of every service" in page


def test_the_page_says_how_certain_each_goal_is_and_how_often_all_are_met(tiny_city):
    goals = (
        "seasons: {autumn: {from_date: 2016-10-20, to_date: 2016-11-10}}\n"
        "targets:\n"
        "  dtoc_patients_mean: {at_most: 400}\n"
        "  dtoc_patients_p90@autumn: {at_most: 500, in_share_of_years: 0.6}\n"
        "  excess_days: {at_most: 0.5, certainty: 0.9}\n"
    )
    out = tiny_city.parent / "out"
    text = f"replications: 5\n{goals}design: {{kind: grid, axes: [{GRID_BEDS}]}}\n"
    results = flowsim.run_experiment(put_question(tiny_city, text), workers=1, out=out)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert set(results.goals["verdict"]) == {"enough", "not enough", "undecided"}
    for says in ("It is 95% certain that the goal is met", "Of the 2 other goals it meets", "All 3 goals at once"):
        assert says in page


@pytest.mark.parametrize(
    ("goals", "says"),
    [
        ("{dtoc_patients_mean: {at_most: 7, in_share_of_years: 0.6}}", "in at least 60%"),
        ("{dtoc_patients_mean: {at_most: 7}}", "It is not 95% certain whether the goal is met"),
        ("{dtoc_patients_mean: {at_most: 0.01}, excess_days: {at_most: 0.5}}", "It misses the other goal"),
        ("{at_home_91_days_share: {at_least: 0.999}}", "points on average"),
    ],
)
def test_a_goal_that_is_missed_or_not_decided_is_said_so(tiny_city, goals, says):
    out = tiny_city.parent / "out"
    text = f"replications: 4\ntargets: {goals}\ndesign: {{kind: grid, axes: [{GRID_BEDS}]}}\n"
    flowsim.run_experiment(put_question(tiny_city, text), workers=1, out=out)
    assert says in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("winter", "must be an experiment and one of its scenarios"),
        ("question.yaml:more_bed", "did you mean more_beds?"),
        ("question.yaml:more_beds", "the experiment is about another city"),
    ],
)
def test_a_start_that_is_not_there_is_refused(tiny_city, at, says, monkeypatch):
    monkeypatch.chdir(tiny_city.parent)
    put_question(tiny_city, "replications: 2\nscenarios: [{name: more_beds, interventions: [more_beds]}]\n")
    other = tiny_city.with_name("other.yaml")
    other.write_text(tiny_city.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(says)):
        run_marginal(other, workers=1, at=at)


def test_where_a_scenario_is_in_place_one_more_is_worth_what_it_adds_there(tiny_city):
    path = put_question(tiny_city, "replications: 2\nscenarios: [{name: more_beds, interventions: [more_beds]}]\n")
    out = tiny_city.parent / "worth"
    results = run_marginal(tiny_city, 2, workers=1, out=out, at=f"{path}:more_beds", knee=False)
    assert results.scenarios[0].config.interventions.keys() == {"more_beds"}
    assert "where “More beds” is in place" in (out / "report.html").read_text(encoding="utf-8")


def test_a_sizing_with_an_intervention_says_with_what_nothing_is_enough(tiny_city):
    design = (
        f"design: {{kind: sizing, axes: [{WARD}, {TEAM}], of: [early_planning], objective: least_units, runs: 80}}\n"
    )
    page, answer = page_of(tiny_city, f"replications: 2\ntargets: {{dtoc_patients_mean: {{at_most: 4}}}}\n{design}")
    assert (answer["verdict"], answer["least"], answer["points"]) == ("not enough", None, 30)
    assert answer["runs"] <= 80
    assert "not with these alone" in page.lower()


def test_a_sizing_whose_runs_are_spent_says_what_is_not_decided(tiny_city):
    design = f"design: {{kind: sizing, axes: [{TEAM}], objective: least_units, runs: 24}}\n"
    goal = "{at_most: 6.5, in_share_of_years: 0.5}"
    page, answer = page_of(tiny_city, f"replications: 2\ntargets: {{dtoc_patients_mean: {goal}}}\n{design}")
    assert answer["verdict"] == "undecided"
    assert answer["runs"] <= 24
    assert "undecided" in page or "not decided" in page


def test_a_budget_of_interventions_names_what_the_mixes_share(tiny_city):
    design = f"kind: budget, budget_gbp: 3000000, runs: 90, of: [early_planning, larger_team], axes: [{STEP_DOWN}]"
    page, answer = page_of(tiny_city, f"design: {{{design}}}\n")
    assert set(answer["best"]["levels"]) == {"step_down", "early_planning", "larger_team"}
    assert [mix["levels"] for mix in answer["as_good"]]
    assert "The best mixes for the sum" in page


def test_the_page_of_a_sobol_analysis_says_what_explains_most(tiny_city):
    of = f"of: [{{name: staff, path: {TEAM_PATH}, scale: [0.1, 1]}}, {{path: ward.beds, from: 20, to: 40}}]"
    scenarios = "scenarios: [{name: a, interventions: [larger_team]}, {name: b, interventions: [early_planning]}]\n"
    page, answer = page_of(tiny_city, f"{scenarios}design: {{kind: sensitivity, method: sobol, samples: 4, {of}}}\n")
    assert answer["method"] == "sobol"
    assert answer["cities"] == 4 * (2 + 2)
    assert "of the variance" in page or "explain" in page


def test_more_beds_that_make_a_goal_worse_are_noticed(tiny_city):
    """More ward beds let more people in, so nothing may be concluded from one size to another."""
    ward = "{name: ward, path: ward.beds, set: {from: 4, to: 54, step: 25}}"
    design = f"design: {{kind: sizing, axes: [{ward}], objective: least_units, runs: 100}}\n"
    page, answer = page_of(tiny_city, f"replications: 4\ntargets: {{dtoc_patients_mean: {{at_most: 2}}}}\n{design}")
    assert answer["not_monotone"] == ["ward"]
    assert any("makes a goal worse" in note for note in answer["notes"])
    assert "makes a goal worse" in page
