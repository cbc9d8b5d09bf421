"""Which assumption would turn the recommendation: sampled cities, run as they are and with every scenario."""

import numpy as np
import pytest
from asking import HEAD, NOTHING, put_question
from typer.testing import CliRunner

from flowsim.cli.program import app
from flowsim.config.errors import ConfigError
from flowsim.experiment.daily_series import summarise_daily
from flowsim.experiment.load_experiment import load_experiment
from flowsim.experiment.results import experiment_results
from flowsim.experiment.runner import simulate_experiment
from flowsim.experiment.sampled_ranges import sampled_changes
from flowsim.report.experiment.experiment_report import experiment_report
from flowsim.run.stores import MemoryStore

TEAM, BEDS = "discharge_planning.team.staff", "ward.beds"
NAMED = "scenarios:\n  - {name: beds, interventions: [more_beds]}\n  - {name: team, interventions: [larger_team]}\n"
OF = f"of: [{{name: staff, path: {TEAM}, scale: [0.1, 1]}}, {{path: {BEDS}, from: 20, to: 40}}]"
DESIGN = f"design: {{kind: sensitivity, trajectories: 2, {OF}}}\n"


def question(tiny_city, text=NAMED + DESIGN, head=HEAD):
    return load_experiment(put_question(tiny_city, f"replications: 2\n{text}", head))


def test_the_same_file_gives_the_same_cities(tiny_city):
    one, other = (question(tiny_city).plan for _ in range(2))
    assert np.array_equal(one.sampled.points, other.sampled.points)
    assert [s.config for s in one.scenarios] == [s.config for s in other.scenarios]


def test_each_city_is_run_with_every_scenario_on_the_same_patients(tiny_city):
    experiment = question(tiny_city)
    wanted = experiment.wanted_runs(NOTHING)
    assert len(wanted.scenarios) == 3 + 2 * 3 * 3
    numbers = {s.name: wanted.numbers_of(s.name) for s in wanted.scenarios}
    assert numbers["baseline"] == numbers["team"] == [0, 1]
    assert {tuple(numbers[f"city_{i}{its}"]) for i in (1, 2, 3) for its in ("", "+beds", "+team")} == {(0,)}
    assert numbers["city_4"] == [1]
    made = {s.name: s.config for s in wanted.scenarios}
    assert all(made[f"city_{i}"].ward.beds == made[f"city_{i}+team"].ward.beds for i in range(1, 7))
    assert all(type(made[f"city_{i}"].ward.beds) is int for i in range(1, 7))


def test_a_sampled_city_is_the_one_that_its_changes_make(tiny_city):
    experiment = question(tiny_city)
    sampled = experiment.plan.sampled
    for point in sampled.points:
        changes = sampled_changes(experiment.base, sampled.ranges, sampled.values(point))
        assert changes.made_quickly(experiment.base) == changes.made(experiment.base)


def test_a_factor_acts_on_top_of_the_history_and_a_value_below_it(tiny_city):
    past = "history: {cut: {from_date: 2016-10-20, source: invented, changes: [{path: ward.beds, set: 25}]}}\n"
    tiny_city.write_text(tiny_city.read_text(encoding="utf-8") + past, encoding="utf-8")
    of = f"of: [{{path: {BEDS}, scale: [0.5, 0.9]}}, {{name: cut, path: history.cut.{BEDS}, from: 20, to: 30}}]"
    experiment = question(tiny_city, f"{NAMED}design: {{kind: sensitivity, trajectories: 2, {of}}}\n")
    sampled = experiment.plan.sampled
    changes = sampled_changes(experiment.base, sampled.ranges, [0.5, 22])
    made = changes.made_quickly(experiment.base)
    assert made == changes.made(experiment.base)
    assert made.history["cut"].changes[0].set == 22
    assert made.changes[-1].plain == {"path": BEDS, "scale": 0.5}


def test_the_answer_says_what_would_turn_it(tiny_city):
    """With a tenth of the team, doubling it helps; beds do not matter here."""
    experiment = question(tiny_city)
    finished = simulate_experiment(experiment, MemoryStore())
    results = experiment_results(
        experiment, finished.scenarios, finished.values, *summarise_daily(finished), finished.failures, {}
    )
    assert set(results.summary["scenario"]) == {"baseline", "beds", "team"}
    table = results.design_tables["sensitivity"]
    gain = table[(table["scenario"] == "team") & (table["against"] == "baseline")].set_index("setting")
    assert gain.loc["staff", "mu_star"] > 10 * gain.loc[BEDS, "mu_star"]
    assert gain.loc["staff", "at_from"] < gain.loc["staff", "now"] < 0.5
    samples = results.design_tables["sensitivity_samples"]
    assert len(samples) == results.answer["cities"] == 6
    stays = (samples["best"] == results.answer["recommended"]).mean()
    assert results.answer["stays_best"] == pytest.approx(stays)
    page = experiment_report(results)
    assert "best in" in page
    assert "What could turn it" in page or "by itself, within its range" in page
    assert "How far each assumption moves the answer" in page


def test_the_level_alone_needs_no_scenario(tiny_city):
    plan = question(tiny_city, DESIGN).plan
    assert len(plan.scenarios) == 1 + 6


BAD = {
    "unknown path": (
        "design: {kind: sensitivity, of: [{path: ward.bets, scale: [0.8, 1.2]}]}\n",
        "line 8: design.of.0: ward.bets: there is no such setting; did you mean ward.beds?",
    ),
    "from above to": (
        "design: {kind: sensitivity, of: [{path: ward.beds, from: 40, to: 20}]}\n",
        "from (40) must be below to (20)",
    ),
    "outside its bounds": (
        "design: {kind: sensitivity, of: [{path: patients.council_supported_share, from: 0.5, to: 1.2}]}\n",
        "line 8: design.of.0: patients.council_supported_share: 1.2 is not allowed: must be 1 or less",
    ),
    "too many runs": (
        f"design: {{kind: sensitivity, trajectories: 200, {OF}}}\n",
        "2 settings make 600 cities, and 1,800 runs of 3 scenarios each; no more than 1,000 are allowed unless "
        "scenarios_at_most is higher: vary fewer settings, or set trajectories lower than 200",
    ),
    "no power of two": (
        f"design: {{kind: sensitivity, method: sobol, samples: 30, {OF}}}\n",
        "line 8: design.samples: 30 is not allowed: must be a power of 2, such as 16 or 32",
    ),
    "no provenance": (
        "design: {kind: sensitivity}\n",
        "line 8: design.of: no provenance file next to the city gives a range; give a list of settings with their "
        "ranges, or assumptions",
    ),
    "no ensemble": (
        "design: {kind: sensitivity, of: ensemble}\n",
        "line 8: design.of: there is no ensemble whose members differ in a number; name one with ensemble",
    ),
    "varied twice": (
        "design: {kind: sensitivity, of: [{path: ward.beds, scale: [0.8, 1]}, {path: ward.beds, scale: [0.8, 1]}]}\n",
        "line 8: design.of.1: ward.beds is varied twice",
    ),
}


@pytest.mark.parametrize(("design", "message"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_said_before_any_run(tiny_city, design, message):
    with pytest.raises(ConfigError) as wrong:
        question(tiny_city, NAMED + design)
    assert message in str(wrong.value)


def test_the_command_line_ends_with_2(tiny_city):
    path = put_question(tiny_city, NAMED + BAD["unknown path"][0])
    assert CliRunner().invoke(app, ["check", str(path)]).exit_code == 2
