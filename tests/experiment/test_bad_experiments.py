"""Whatever is wrong with an experiment ends in exit code 2 and a message that says where, what, and what is meant."""

import re

import pytest
from asking import HEAD, put_interventions, put_question
from typer.testing import CliRunner

from flowsim.cli.program import app
from flowsim.config.errors import ConfigError
from flowsim.experiment.load_experiment import load_experiment

ONE = "scenarios: [{name: one, interventions: [more_beds]}]\n"
CASES = {
    "unknown intervention": (
        "scenarios:\n  - name: one\n    interventions: [more_bed]\n",
        "line 6: scenarios.0.interventions.0: there is no intervention called more_bed; did you mean more_beds?",
    ),
    "unknown intervention in a design": (
        "design: {kind: factorial, of: [more_beds, zzz]}\n",
        "line 4: design.of.1: there is no intervention called zzz "
        "(there are: early_planning, larger_team, more_beds, more_people)",
    ),
    "unknown path in a scenario": (
        "scenarios:\n  - name: one\n    changes:\n      - {path: ward.beds, add: 1}\n"
        "      - {path: ward.bds, add: 1}\n",
        "line 8: scenarios.0.changes.1: ward.bds: there is no such setting; did you mean ward.beds?",
    ),
    "unknown path in the changes of the base": (
        "changes:\n  - {path: wards.beds, set: 1}\n",
        "line 5: changes.0: wards.beds: there is no such setting; did you mean ward.beds?",
    ),
    "unknown path of an axis": (
        "design:\n  kind: grid\n  axes:\n    - {path: ward.bets, set: [1, 2]}\n",
        "line 7: design.axes.0: ward.bets: there is no such setting; did you mean ward.beds?",
    ),
    "unknown target": (
        "targets: {dtoc_patients_men: {at_most: 50}}\n",
        "line 4: targets.dtoc_patients_men: there is no measure of this name; did you mean dtoc_patients_mean?",
    ),
    "unknown measure of a precision": (
        "replications: {measure: cost_totl, half_width: 2, at_most: 19}\n",
        "line 4: replications.measure: 'cost_totl' is not allowed: there is no measure of this name; "
        "did you mean cost_total?",
    ),
    "unknown measure of best_next": (
        "design: {kind: best_next, of: [more_beds], measure: exces_days}\n",
        "line 4: design.measure: 'exces_days' is not allowed: there is no measure of this name; "
        "did you mean excess_days?",
    ),
    "a measure of which more is neither better nor worse": (
        "design: {kind: best_next, of: [more_beds], measure: ward_beds_occupancy_mean}\n",
        "line 4: design: ward_beds_occupancy_mean is neither better nor worse when it rises: set better to lower or "
        "higher",
    ),
    "an empty design": (
        "design: {kind: one_at_a_time, of: []}\n",
        "line 4: design.of: [] is not allowed: must have 1 or more items, this has 0",
    ),
    "a design without axes": (
        "design: {kind: grid, axes: []}\n",
        "line 4: design.axes: [] is not allowed: must have 1 or more items, this has 0",
    ),
    "an axis without values": (
        "design: {kind: grid, axes: [{path: ward.beds, set: []}]}\n",
        "line 4: design.axes.0.set: [] is not allowed: must have 1 or more items, this has 0",
    ),
    "a scenario that changes nothing": (
        "scenarios:\n  - {name: one}\n",
        "line 5: scenarios.0: one changes nothing: it needs interventions or changes",
    ),
    "a factor that changes nothing": (
        "design: {kind: factorial, of: [more_beds, {name: two}]}\n",
        "line 4: design.of.1: two changes nothing: it needs interventions or changes",
    ),
    "a grid of a million": (
        f"design: {{kind: grid, axes: [{{path: ward.beds, set: {list(range(1, 1001))}}}, "
        f"{{path: discharge_planning.team.staff, set: {list(range(1, 1001))}}}]}}\n",
        "line 4: design: this makes 1,000,000 scenarios; no more than 1,000 are allowed unless scenarios_at_most is "
        "higher",
    ),
    "a factorial beyond what it says itself": (
        "design: {kind: factorial, of: [more_beds, larger_team], scenarios_at_most: 3}\n",
        "line 4: design: this makes 4 scenarios; no more than 3 are allowed unless scenarios_at_most is higher",
    ),
    "coverage 1.2": (
        "scenarios:\n  - name: one\n    interventions:\n      - {name: more_beds, coverage: 1.2}\n",
        "line 7: scenarios.0.interventions.0.coverage: 1.2 is not allowed: must be 1 or less",
    ),
    "unknown level of maturity": (
        "scenarios:\n  - name: one\n    interventions:\n      - {name: more_beds, maturity: matur}\n",
        "line 7: scenarios.0.interventions.0.maturity: there is no level of maturity called matur; "
        "did you mean mature?",
    ),
    "coverage and maturity": (
        "scenarios:\n  - name: one\n    interventions:\n      - {name: more_beds, maturity: mature, coverage: 1}\n",
        "line 7: scenarios.0.interventions.0: more_beds has either a coverage or a maturity, not both",
    ),
    "a ramp without a date": (
        "scenarios:\n  - name: one\n    interventions:\n      - {name: more_beds, ramp_days: 7}\n",
        "line 7: scenarios.0.interventions.0: ramp_days needs a from_date from which it counts",
    ),
    "a change of a whole run that reaches only some": (
        "scenarios:\n  - name: one\n    interventions: [{name: more_people, coverage: 0.5}]\n",
        "line 6: scenarios.0.interventions.0: more_people: population.adults holds for a whole run, so an "
        "intervention that changes it must have coverage 1 and no from_date",
    ),
    "two scenarios of one name": (
        f"{ONE[:-2]}, {{name: one, changes: [{{path: ward.beds, add: 1}}]}}]\n",
        "line 4: scenarios.1: another scenario is already called one; choose another name",
    ),
    "a scenario called like the baseline": (
        "scenarios: [{name: baseline, interventions: [more_beds]}]\n",
        "line 4: scenarios.0: the city as it is is already called baseline; choose another name",
    ),
    "a scenario called like one of the design": (
        "scenarios: [{name: more_beds, interventions: [more_beds]}]\ndesign: {kind: factorial, of: [more_beds]}\n",
        "line 5: design.of.0: another scenario is already called more_beds; choose another name",
    ),
    "a scenario called like a step": (
        "scenarios: [{name: larger_team+more_beds, interventions: [more_beds]}]\n"
        "design: {kind: best_next, of: [more_beds, larger_team], measure: cost_total}\n",
        "line 4: scenarios.0: a step of the design is also called larger_team+more_beds; choose another name",
    ),
    "a name that cannot be one": (
        "scenarios: [{name: 'one, two', interventions: [more_beds]}]\n",
        "line 4: scenarios.0.name: 'one, two' is not allowed: a name must hold only letters, digits and _ + - = .",
    ),
    "a factor twice": (
        "design: {kind: one_at_a_time, of: [more_beds, larger_team, more_beds]}\n",
        "line 4: design.of.2: the factor more_beds is named twice",
    ),
    "an intervention twice": (
        "scenarios: [{name: one, interventions: [more_beds, {name: more_beds, coverage: 0.5}]}]\n",
        "line 4: scenarios.0.interventions.1: more_beds is named twice",
    ),
    "a value twice": (
        "design: {kind: grid, axes: [{path: ward.beds, set: [600, 600]}]}\n",
        "line 4: design.axes.0.set: [600, 600] is not allowed: 600 is given twice",
    ),
    "two axes of one name": (
        "design: {kind: grid, axes: [{path: ward.beds, add: [1]}, {path: front_door.mau.beds, add: [1]}]}\n",
        "line 4: design.axes.1: two axes are called beds; give one of them a name",
    ),
    "an unsound change": (
        "scenarios:\n  - name: one\n    changes:\n      - {path: ward.beds, set: -5}\n",
        "line 7: scenarios.0.changes.0: ward.beds: -5 is not allowed: must be 1 or more",
    ),
    "an unsound value of an axis": (
        "design:\n  kind: grid\n  axes:\n    - {path: ward.beds, set: [5, -5]}\n    - {path: run.seed, set: [1, 2]}\n",
        "line 7: design.axes.0: ward.beds: -5 is not allowed: must be 1 or more",
    ),
    "an unsound end of a range": (
        "design:\n  kind: latin_hypercube\n  samples: 4\n  axes:\n"
        "    - {path: services.nursing_share, from: 0, to: 2}\n",
        "line 8: design.axes.0: services.nursing_share: 2 is not allowed: must be 1 or less",
    ),
    "a range that falls": (
        "design: {kind: latin_hypercube, samples: 4, axes: [{path: ward.beds, from: 9, to: 3}]}\n",
        "line 4: design.axes.0: from (9) must be below to (3)",
    ),
    "changes that are unsound together": (
        "scenarios:\n  - name: one\n    interventions: [larger_team]\n"
        "    changes: [{path: discharge_planning.team.staff, set: 900000}]\n",
        "line 5: scenarios.0: one, with everything at full effect: discharge_planning.team.staff: 1800000 is not "
        "allowed: must be 1000000 or less",
    ),
    "a baseline that is no scenario": (
        f"{ONE}baseline: won\n",
        "line 5: baseline: there is no scenario called won (there are: baseline, one)",
    ),
    "a misspelt key": (
        "scenarois: []\n",
        "line 4: scenarois: there is no such setting; did you mean scenarios?",
    ),
    "an unknown design": (
        "design: {kind: factrial, of: [more_beds]}\n",
        "line 4: design.kind: 'factrial' is not allowed: must be one of 'best_next', 'budget', "
        "'factorial', 'grid', 'latin_hypercube', 'least_total_cost', 'marginal', 'one_at_a_time', 'sensitivity', "
        "'sizing'; did you mean factorial?",
    ),
    "a design without a kind": (
        "design: {of: [more_beds]}\n",
        "line 4: design.kind: this setting is missing; it must be one of 'best_next', 'budget', 'factorial', ",
    ),
    "a setting that another kind of design has": (
        "design: {kind: factorial, of: [more_beds], samples: 4}\n",
        "line 4: design.samples: there is no such setting (allowed here: kind, scenarios_at_most, of)",
    ),
    "a change without an operation": (
        "scenarios: [{name: one, changes: [{path: ward.beds}]}]\n",
        "line 4: scenarios.0.changes.0: a change has a path and exactly one of set, scale and add",
    ),
    "a target with two ends": (
        "targets: {cost_total: {at_most: 3, at_least: 1}}\n",
        "line 4: targets.cost_total: a target has either at_most or at_least",
    ),
    "a precision that ends before it begins": (
        "replications: {measure: cost_total, half_width: 2, at_least: 12, at_most: 11}\n",
        "line 4: replications: at_most (11) must not be below at_least (12)",
    ),
    "a precision that begins with fewer than ten": (
        "replications: {measure: cost_total, half_width: 2, at_least: 5, at_most: 40}\n",
        "line 4: replications.at_least: 5 is not allowed: must be 10 or more: stopping as soon as intervals are "
        "narrow, after fewer replications, makes them too narrow too often",
    ),
    "a scenario that counts fewer days than the others": (
        "scenarios:\n  - name: short\n    changes:\n      - {path: ward.beds, add: 1}\n"
        "      - {path: run.horizon_days, set: 36}\n",
        "line 8: scenarios.0.changes.1: short counts 36 days from 2016-10-15 and the other scenarios 42 days from "
        "2016-10-15, so they cannot be compared; make the change to run in the experiment's own changes, where "
        "it holds for every scenario",
    ),
    "a grid along which other days are counted": (
        "design:\n  kind: grid\n  axes:\n    - {path: run.warm_up_days, set: [14, 20]}\n",
        "line 7: design.axes.0: warm_up_days=20 counts 42 days from 2016-10-21 and the other scenarios 42 days from "
        "2016-10-15, so they cannot be compared; make the change to run in the experiment's own changes, where "
        "it holds for every scenario",
    ),
}


def refused(path, message):
    done = CliRunner().invoke(app, ["check", str(path)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(message)
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("text", "message"), CASES.values(), ids=CASES)
def test_what_is_wrong_in_an_experiment(tiny_city, text, message):
    path = put_question(tiny_city, text)
    refused(path, f"{path}, {message}")


def test_a_measure_that_does_not_exist(tiny_city):
    path = put_question(tiny_city, ONE, HEAD.replace("cost_total", "cost_totl"))
    refused(
        path,
        f"{path}, line 3: measures.1: 'cost_totl' is not allowed: there is no measure of this name; "
        "did you mean cost_total?",
    )


def test_a_measure_named_twice(tiny_city):
    path = put_question(tiny_city, ONE, HEAD.replace("cost_total", "dtoc_patients_mean"))
    refused(path, f"{path}, line 3: measures.1: dtoc_patients_mean is named twice")


def test_a_base_that_is_missing(tiny_city):
    path = put_question(tiny_city, ONE, HEAD.replace("tiny.yaml", "tny.yaml"))
    refused(path, f"{path}, line 2: base: 'tny.yaml' is not allowed: there is no file {path.parent / 'tny.yaml'}")


def test_a_base_that_is_not_sound(tiny_city):
    tiny_city.write_text(tiny_city.read_text() + "ward: {beds: 0}\n")
    line = len(tiny_city.read_text().splitlines())
    refused(put_question(tiny_city, ONE), f"{tiny_city}, line {line}: ward.beds: 0 is not allowed: must be 1 or more")


def test_no_interventions_beside_the_base(tiny_city):
    path = tiny_city.parent / "question.yaml"
    path.write_text(HEAD + ONE)
    refused(path, f"{tiny_city.parent / 'interventions'}: there is no such folder of interventions")


def test_no_levels_of_maturity_beside_the_base(tiny_city):
    path = put_question(tiny_city, "scenarios: [{name: a, interventions: [{name: more_beds, maturity: mature}]}]\n")
    (tiny_city.parent / "interventions" / "maturity.yaml").unlink()
    refused(path, f"{tiny_city.parent / 'interventions' / 'maturity.yaml'}: there is no such file")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("{path: ward.bed, add: 1}", "ward.bed: there is no such setting; did you mean ward.beds?"),
        ("{path: ward.beds, add: -5000}", "ward.beds: -4335 is not allowed: must be 1 or more"),
        ("{path: routes.shares.some.home, set: 1}", "routes.shares.some: shares must sum to 1, these sum to 1.75"),
    ],
)
def test_an_intervention_that_does_not_fit_the_city(tiny_city, change, message):
    path = put_question(tiny_city, "design: {kind: factorial, of: [more_beds, unfit]}\n")
    folder = put_interventions(tiny_city, unfit=("Unfit", change))
    refused(path, f"{folder / 'unfit.yaml'}, line 5: changes.0: {message}")


def test_all_that_is_wrong_is_told_at_once(tiny_city):
    path = put_question(
        tiny_city,
        "targets: {cost_totl: {at_most: 1}}\n"
        "baseline: nobody\n"
        "changes: [{path: ward.bds, set: 1}]\n"
        "scenarios:\n"
        "  - {name: one, interventions: [more_bets]}\n"
        "  - {name: one, changes: [{path: ward.beds, set: 0}]}\n"
        "design: {kind: factorial, of: [larger_tem, more_beds]}\n",
    )
    folder = put_interventions(tiny_city, more_beds=("More beds", "{path: wrd.beds, add: 1}"))
    with pytest.raises(ConfigError) as caught:
        load_experiment(path)
    told = sorted((problem.file, problem.line, problem.path) for problem in caught.value.problems)
    assert told == [
        (str(folder / "more_beds.yaml"), 5, "changes.0"),
        (str(path), 4, "targets.cost_totl"),
        (str(path), 5, "baseline"),
        (str(path), 6, "changes.0"),
        (str(path), 8, "scenarios.0.interventions.0"),
        (str(path), 9, "scenarios.1"),
        (str(path), 9, "scenarios.1.changes.0"),
        (str(path), 10, "design.of.0"),
    ]


def test_a_wrong_value_hides_no_wrong_name_behind_it(tiny_city):
    path = put_question(
        tiny_city,
        "targets: {cost_totl: {at_most: '1,000'}}\n"
        "scenarios:\n"
        "  - {name: one, interventions: [{name: more_bets, coverage: 90%}]}\n"
        "  - {name: two, interventions: [{name: larger_tem, from_date: 01/11/2016}], "
        "changes: [{path: ward.bds, add: 1}]}\n"
        "  - {name: three, changes: [{path: ward.beds, scale: 10%}]}\n"
        "  - {name: four, intervention: [more_bats]}\n",
    )
    with pytest.raises(ConfigError) as caught:
        load_experiment(path)
    told = sorted((problem.line, problem.path, problem.message) for problem in caught.value.problems)
    assert [(line, place) for line, place, _ in told] == [
        (4, "targets.cost_totl"),
        (4, "targets.cost_totl.at_most"),
        (6, "scenarios.0.interventions.0"),
        (6, "scenarios.0.interventions.0.coverage"),
        (7, "scenarios.1.changes.0"),
        (7, "scenarios.1.interventions.0"),
        (7, "scenarios.1.interventions.0.from_date"),
        (8, "scenarios.2.changes.0.scale"),
        (9, "scenarios.3.intervention"),
        (9, "scenarios.3.interventions.0"),
    ]
    assert told[3][2] == "must be a number: write 0.9"
    assert told[6][2] == "must be a date such as 2016-04-01: write 2016-11-01"
    assert told[7][2] == "must be a number: 10% of it is 0.1, and 10% more is 1.1"


def test_what_was_found_before_a_broken_intervention_is_told_too(tiny_city):
    text = "scenarios: [{name: one, interventions: [broken, more_bets]}]\ntargets: {cost_totl: {at_most: 1}}\n"
    path = put_question(tiny_city, text)
    folder = put_interventions(tiny_city, broken=("Broken", "{path: ward.beds}"))
    with pytest.raises(ConfigError) as caught:
        load_experiment(path)
    assert [problem.file for problem in caught.value.problems] == [
        str(path),
        str(folder / "broken.yaml"),
        str(path),
    ]


def test_a_sound_experiment_says_what_it_would_run(tiny_city):
    text = "replications: 3\ndesign: {kind: factorial, of: [more_beds, larger_team, early_planning]}\n"
    path = put_question(tiny_city, text)
    done = CliRunner().invoke(app, ["check", str(path)])
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[:2] == [f"{path} is sound: A question.", "Scenarios: 8, with 3 replications of each."]
    assert re.match(r"Runs: 24, which take about \d+ seconds? on .* core", lines[2])
    assert lines[3:5] == ["  baseline", "  more_beds"]
    assert [line for line in lines[3 + 8 :] if not line.startswith("WARNING: ")] == []


def test_an_experiment_of_unknown_length_says_how_long_it_can_get(tiny_city):
    text = (
        "replications: {measure: cost_total, half_width: 1, at_most: 40}\n"
        f"scenarios: [{', '.join(f'{{name: s{i}, changes: [{{path: ward.beds, add: {i}}}]}}' for i in range(1, 21))}]\n"
        "design: {kind: best_next, of: [more_beds, larger_team], measure: cost_total}\n"
    )
    done = CliRunner().invoke(app, ["check", str(put_question(tiny_city, text))])
    lines = done.stdout.splitlines()
    assert lines[1] == "Scenarios: up to 24, with 10 to 40 replications of each."
    assert lines[2].startswith("Runs: up to 1,080, which take about ")
    assert lines[23] == "  and 4 more"
