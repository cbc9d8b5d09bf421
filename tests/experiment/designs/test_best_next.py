"""In which order: each step adds what helps most, given what is there already."""

import math

import numpy as np
import pytest
from asking import NOTHING, put_question, table

from flowsim.experiment.load_experiment import load_experiment
from flowsim.experiment.runner import simulate_experiment
from flowsim.run.stores import DiskStore

OF = "[more_beds, early_planning, larger_team]"
FIRST = ["baseline", "more_beds", "early_planning", "larger_team"]
SECOND = ["early_planning+more_beds", "early_planning+larger_team"]
STEP_1 = {"baseline": [100, 100], "more_beds": [90, 94], "early_planning": [80, 90], "larger_team": [95, 99]}
STEP_2 = {"early_planning+more_beds": [82, 88], "early_planning+larger_team": [70, 90]}
STEP_3 = {"early_planning+larger_team+more_beds": [99, 99]}


def question(tiny_city, more="", replications=2, text=""):
    design = f"design: {{kind: best_next, of: {OF}, measure: dtoc_patients_mean{more}}}\n"
    return load_experiment(put_question(tiny_city, f"replications: {replications}\n{text}{design}"))


def measured(experiment, world):
    """All runs that an experiment wants of a world, from scenario to a value for each replication; and how many."""
    values = NOTHING
    while True:
        runs = experiment.wanted_runs(values)
        found = table({s.name: world(s.name)[: len(runs.numbers_of(s.name))] for s in runs.scenarios})
        if len(found) == len(values):
            return runs, values
        values = found


def names(experiment, values):
    return [scenario.name for scenario in experiment.wanted(values)]


def path(experiment, values):
    return experiment.plan.search.path(values, experiment.replications_wanted(values))


def test_step_by_step_the_best_is_added(tiny_city):
    experiment = question(tiny_city)
    assert names(experiment, NOTHING) == FIRST
    assert names(experiment, table(STEP_1)) == [*FIRST, *SECOND]
    assert names(experiment, table(STEP_1 | STEP_2)) == [*FIRST, *SECOND, *STEP_3]
    everything = table(STEP_1 | STEP_2 | STEP_3)
    assert names(experiment, everything) == [*FIRST, *SECOND, *STEP_3]
    assert path(experiment, table(STEP_1)) == ("early_planning",)
    # The last step does harm, and is made all the same, so that people see it.
    assert path(experiment, everything) == ("early_planning", "larger_team", "more_beds")
    assert experiment.plan.most == 7


def test_a_set_of_factors_is_one_scenario_whatever_the_order(tiny_city):
    experiment = question(tiny_city)
    otherwise = STEP_1 | {"early_planning": [100, 100]}
    more_beds_first = {s.name: s for s in experiment.wanted(table(otherwise))}
    early_planning_first = {s.name: s for s in experiment.wanted(table(STEP_1))}
    assert more_beds_first["early_planning+more_beds"] == early_planning_first["early_planning+more_beds"]
    assert more_beds_first["early_planning+more_beds"].intervention_names == ("more_beds", "early_planning")
    assert more_beds_first["early_planning+more_beds"].levels == {
        "more_beds": True, "early_planning": True, "larger_team": False,
    }  # fmt: skip


def test_a_step_waits_until_all_that_it_compares_is_known(tiny_city):
    experiment = question(tiny_city)
    assert names(experiment, table(STEP_1 | {"larger_team": [95]})) == FIRST
    assert names(experiment, table({name: STEP_1[name] for name in FIRST[:-1]})) == FIRST


def test_it_ends_after_its_steps(tiny_city):
    experiment = question(tiny_city, ", steps: 1")
    assert names(experiment, table(STEP_1 | STEP_2)) == FIRST
    assert path(experiment, table(STEP_1 | STEP_2)) == ("early_planning",)
    assert experiment.plan.most == 4


def test_higher_is_better_where_the_file_or_the_measure_says_so(tiny_city):
    assert path(question(tiny_city, ", better: higher"), table(STEP_1)) == ("larger_team",)
    assert path(question(tiny_city, ", better: lower"), table(STEP_1)) == ("early_planning",)
    at_home = "design: {kind: best_next, of: " + OF + ", measure: at_home_91_days_share}\n"
    experiment = load_experiment(put_question(tiny_city, f"replications: 2\n{at_home}"))
    assert path(experiment, table(STEP_1, "at_home_91_days_share")) == ("larger_team",)


def test_only_replications_that_all_have_decide(tiny_city):
    """Early planning looks best over what it has; where both have a value, more beds are better."""
    values = table(STEP_1 | {"more_beds": [90, math.nan], "early_planning": [91, 10]})
    assert path(question(tiny_city), values) == ("more_beds",)


def test_a_factor_that_is_never_measured_is_passed_over(tiny_city):
    values = table(STEP_1 | {"early_planning": [math.nan, math.nan]})
    assert path(question(tiny_city), values) == ("more_beds",)
    nothing = table({name: [math.nan, math.nan] for name in FIRST})
    assert names(question(tiny_city), nothing) == FIRST


def test_of_equals_the_one_named_first_is_taken(tiny_city):
    values = table({name: [50, 50] for name in FIRST})
    assert path(question(tiny_city), values) == ("more_beds",)


def test_more_replications_than_wanted_decide_nothing(tiny_city):
    values = table({**STEP_1, "larger_team": [95, 99, -1000]})
    assert path(question(tiny_city), values) == ("early_planning",)


def test_it_goes_on_from_scenarios_by_hand(tiny_city):
    by_hand = "scenarios: [{name: mine, interventions: [more_people]}]\n"
    assert names(question(tiny_city, text=by_hand), NOTHING) == ["baseline", "mine", *FIRST[1:]]


def test_all_steps_are_found_again_on_disk(tiny_city, tmp_path):
    text = "design: {kind: best_next, of: [more_beds, larger_team], measure: dtoc_patients_mean}\n"
    experiment = load_experiment(put_question(tiny_city, text), replications=1)
    store = DiskStore(tmp_path / "tasks")
    first = simulate_experiment(experiment, store)
    again = simulate_experiment(experiment, store)
    everything = ["baseline", "more_beds", "larger_team", "larger_team+more_beds"]
    assert [scenario.name for scenario in first.scenarios] == everything
    assert [scenario.name for scenario in again.scenarios] == everything
    assert (first.made, again.made) == (4 + 3, 0)  # the baseline and both steps once more, on other patients
    assert again.values.equals(first.values)


def test_what_was_chosen_runs_again_with_patients_that_did_not_choose_it(tiny_city):
    experiment = question(tiny_city, replications=2)
    runs, values = measured(experiment, lambda name: [*(STEP_1 | STEP_2 | STEP_3)[name], 50, 60])
    assert runs.chosen == {"early_planning", "early_planning+larger_team", "early_planning+larger_team+more_beds"}
    assert {name for name in values["scenario"].unique() if len(runs.numbers_of(name)) == 4} == {
        "baseline", *runs.chosen,
    }  # fmt: skip
    assert runs.held_out(values)["value"].unique().tolist() == [50, 60]
    assert runs.reported(values).groupby("scenario")["replication"].min().to_dict() == {
        **dict.fromkeys(["baseline", "more_beds", "larger_team", "early_planning+more_beds"], 0),
        **dict.fromkeys(runs.chosen, 2),
    }


def test_replications_that_chose_nothing_do_not_change_the_choice(tiny_city):
    """The numbers that report are far better for more beds, and the order of the steps stays."""
    experiment = question(tiny_city, replications=2)
    everything = STEP_1 | STEP_2 | STEP_3
    runs, values = measured(experiment, lambda name: [*everything[name], *([1, 1] if "beds" in name else [500, 500])])
    assert experiment.plan.search.path(values[values["replication"] < 2], 2)[0] == "early_planning"
    assert experiment.wanted_runs(values) == runs
    assert experiment.wanted_runs(values.iloc[:-1]).chosen == runs.chosen  # after an interruption


def test_the_gain_of_a_choice_is_not_overstated(tiny_city):
    """The winner's curse: of three factors that do nothing, the one chosen seems to help, where it was chosen."""
    rng = np.random.default_rng(12)
    experiment = question(tiny_city, ", steps: 1", replications=5)
    chose, apart = [], []
    for _ in range(150):
        noise = {}
        runs, values = measured(
            experiment, lambda name, noise=noise: noise.setdefault(name, 100 + rng.standard_normal(10))
        )
        (best,) = runs.chosen
        wide = values.pivot(index="replication", columns="scenario", values="value")
        gain = wide["baseline"] - wide[best]
        chose.append(gain[:5].mean())
        apart.append(gain[5:].mean())
    standard_error = np.sqrt(2 / 5 / 150)
    assert np.mean(chose) == pytest.approx(0.846 * np.sqrt(1 / 5), abs=3 * standard_error)  # the most of three
    assert abs(np.mean(apart)) < 3 * standard_error
