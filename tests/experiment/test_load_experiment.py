"""From an experiment file to scenarios: what is put in place, what is changed, and what stays as it is."""

import datetime as dt
import pickle

import pytest
from asking import NOTHING, put_interventions, put_question
from paths import EXPERIMENTS

import flowsim
from flowsim.config.changes import changed
from flowsim.config.file_kinds import is_experiment
from flowsim.experiment.goals import Goal
from flowsim.experiment.load_experiment import experiment_from, load_experiment
from flowsim.experiment.precision import Precision
from flowsim.measures.catalogue import measure_names
from flowsim.measures.provision import open_time
from flowsim.measures.window import Window
from flowsim.model.city_network import build_calendars
from flowsim.model.effective_city import effective_city

SHIPPED = sorted(EXPERIMENTS.glob("*.yaml"))
BY_HAND = """
question: What if?
targets: {dtoc_patients_mean: {at_most: 50, source: the plan}}
scenarios:
  - name: both
    title: Beds and planning
    interventions: [more_beds, {name: early_planning, maturity: mature, from_date: 2016-10-20, ramp_days: 9}]
  - name: half_and_fewer
    interventions: [{name: early_planning, coverage: 0.5}]
    changes: [{path: ward.beds, add: -10}, {path: ward.beds, scale: 0.2}]
"""


def scenarios(experiment):
    return {scenario.name: scenario for scenario in experiment.wanted(NOTHING)}


def test_scenarios_named_by_hand(tiny_city):
    experiment = load_experiment(put_question(tiny_city, BY_HAND))
    found = scenarios(experiment)
    assert list(found) == ["baseline", "both", "half_and_fewer"]
    assert (found["both"].title, found["half_and_fewer"].title) == ("Beds and planning", "Half and fewer")
    assert found["both"].intervention_names == ("more_beds", "early_planning")
    assert found["both"].levels == {}
    beds, planning = found["both"].config.interventions.values()
    assert (beds.coverage, beds.from_date, beds.everywhere) == (1, None, True)
    assert (planning.coverage, planning.from_date, planning.ramp_days) == (0.8, dt.date(2016, 10, 20), 9)
    assert found["both"].config.ward == experiment.base.ward
    assert found["half_and_fewer"].config.interventions["early_planning"].coverage == 0.5
    assert found["half_and_fewer"].config.ward.beds == (experiment.base.ward.beds - 10) * 0.2


def test_the_baseline_is_the_base_as_it_is(tiny_city):
    experiment = load_experiment(put_question(tiny_city, BY_HAND))
    city = flowsim.load_config(tiny_city)
    with_limit = city.with_changes([{"path": "outcomes.delayed_over", "set": [50]}])  # the goal wants it measured
    assert scenarios(experiment)["baseline"].config == experiment.base == with_limit
    assert experiment.replications == experiment.replications_wanted(NOTHING) == city.run.replications
    assert experiment.goals == {"dtoc_patients_mean": Goal(at_most=50, source="the plan")}
    assert (experiment.name, experiment.question, experiment.baseline) == ("A question", "What if?", "baseline")
    assert experiment.measures == ("dtoc_patients_mean", "cost_total")
    assert experiment.design is None


def test_changes_of_the_base_hold_in_every_scenario(tiny_city):
    text = "seed: 11\nchanges: [{path: run.horizon_days, set: 28}, {path: ward.beds, set: 400}]\n" + BY_HAND
    experiment = load_experiment(put_question(tiny_city, text))
    assert {s.config.run.horizon_days for s in scenarios(experiment).values()} == {28}
    assert {s.config.run.seed for s in scenarios(experiment).values()} == {11}
    assert [s.config.ward.beds for s in scenarios(experiment).values()] == [400, 400, 78]


def test_seed_and_replications_of_the_command_win(tiny_city):
    experiment = load_experiment(put_question(tiny_city, "seed: 1\nreplications: 3\n"), replications=9, seed=4)
    assert (experiment.replications, experiment.base.run.seed) == (9, 4)
    with pytest.raises(flowsim.ConfigError, match="replications: 0 is not allowed: must be 1 or more"):
        load_experiment(experiment.path, replications=0)


def test_the_same_said_in_python(tiny_city):
    put_interventions(tiny_city)
    spec = {
        "name": "A question",
        "base": "tiny.yaml",
        "measures": ["dtoc_patients_mean"],
        "replications": {"measure": "cost_total", "half_width": 3, "at_most": 20},
        "scenarios": [{"name": "x", "interventions": [{"name": "more_beds", "from_date": dt.date(2016, 11, 1)}]}],
    }
    experiment = experiment_from(spec, tiny_city.parent)
    assert scenarios(experiment)["x"].config.interventions["more_beds"].from_date == dt.date(2016, 11, 1)
    assert experiment.replications == Precision(measure="cost_total", half_width=3, at_least=10, at_most=20)
    assert experiment.path is None
    with pytest.raises(flowsim.ConfigError) as caught:
        experiment_from(spec | {"measures": ["dtoc_patiens_mean"]}, tiny_city.parent)
    assert str(caught.value) == (
        "measures.0: 'dtoc_patiens_mean' is not allowed: there is no measure of this name; "
        "did you mean dtoc_patients_mean?"
    )


def test_an_experiment_extends_another_and_finds_the_base_of_that(tiny_city):
    first = put_question(tiny_city, BY_HAND)
    folder = tiny_city.parent / "deeper"
    folder.mkdir()
    (folder / "second.yaml").write_text("extends: ../question.yaml\nname: Again\n")
    second = load_experiment(folder / "second.yaml")
    assert second.name == "Again"
    assert list(scenarios(second)) == list(scenarios(load_experiment(first)))


def test_what_is_put_in_place_survives_being_written_and_read(tiny_city):
    """The store and every run read the configuration back."""
    both = scenarios(load_experiment(put_question(tiny_city, BY_HAND)))["both"].config
    again = changed(both, {"run.seed": 99})
    assert again.interventions == both.interventions


def test_an_experiment_can_go_to_another_process(tiny_city):
    factors, axes = "of: [more_beds, larger_team]", "axes: [{path: ward.beds, set: [1, 2]}]"
    asked = (
        "",
        f"design: {{kind: best_next, {factors}, measure: cost_total}}\n",
        f"design: {{kind: factorial, {factors}}}\n",
        f"design: {{kind: grid, {axes}}}\n",
        "replications: {measure: cost_total, half_width: 2, at_most: 19}\ntargets: {cost_total: {at_most: 3}}\n",
    )
    for text in asked:
        experiment = load_experiment(put_question(tiny_city, text))
        again = pickle.loads(pickle.dumps(experiment))
        assert list(scenarios(again)) == list(scenarios(experiment))
        assert (again.design, again.goals, again.replications) == (
            experiment.design,
            experiment.goals,
            experiment.replications,
        )


def test_a_city_is_no_experiment(tiny_city):
    assert is_experiment(put_question(tiny_city, ""))
    assert not is_experiment(tiny_city)


def test_names_of_measures_are_those_of_a_run(tiny_city):
    city = flowsim.load_config(tiny_city)
    assert sorted(measure_names(city)) == sorted(flowsim.simulate(city).measures)


def test_a_scenario_of_every_part_can_be_simulated(tiny_city):
    both = scenarios(load_experiment(put_question(tiny_city, BY_HAND)))["both"].config
    assert flowsim.simulate(both).measures["cost_interventions"] > 0


MOST_SCENARIOS = {
    "high_impact_changes": 23, "home_on_day_91": 6, "hicm_factorial": 256, "ibcf": 48, "step_down_sizing": 21,
    "which_order": 61, "winter": 8, "plan_community": 12, "how_much_is_enough": 67, "what_would_change_the_answer": 525,
}  # fmt: skip


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_experiments_are_sound_and_have_as_many_scenarios_as_they_should(path):
    experiment = load_experiment(path)
    assert experiment.plan.most == MOST_SCENARIOS[path.stem]
    assert experiment.wanted(NOTHING)


def test_what_a_mix_costs_is_the_sum_of_its_prices():
    """The arithmetic of ibcf.yaml, with the prices of the city and of its interventions, for what is provided."""
    (path,) = (path for path in SHIPPED if path.stem == "ibcf")
    experiment = load_experiment(path)
    prices = experiment.base.costs

    def paid(config):
        city = effective_city(config)
        run, total = config.run, 0.0
        counted = slice(run.warm_up_days, run.warm_up_days + run.horizon_days)
        calendars = build_calendars(city)
        window = Window(run.start_date, run.warm_up_days, run.horizon_days)
        hours = {name: 24 * open_time(calendar, window) for name, calendar in calendars.items()}
        for place in config.interventions.values():
            total += place.intervention.cost.one_off_gbp + place.intervention.cost.per_year_gbp
        for pool in city.pools:
            price = prices.pools[pool.name]
            if price.per == "offered_start":
                total += city.starts_per_week(pool)[counted].mean() * 365 / 7 * price.gbp
            elif price.per == "open_hour":
                total += pool.size * hours[pool.calendar] * price.gbp
            else:
                units = city.units_by_day(pool)[counted].mean()
                total += units * 365 * price.gbp
        return total + sum(hours[name] * price.gbp for name, price in prices.calendars.items())

    plan = experiment.plan
    before = paid(experiment.base)
    for mix, about in (
        ((13, 0, 0, 0), 12.2e6),
        ((0, 10, 0, 0), 11.3e6),
        ((0, 0, 0, 1), 3.64e6),
        ((2, 1, 13, 1), 12.4e6),
    ):
        spent = paid(plan.scenario(plan.candidates.index(mix)).config) - before
        assert spent == pytest.approx(plan.costs[mix], rel=0.015)
        assert spent == pytest.approx(about, rel=0.01)
    assert max(plan.costs[mix] for mix in plan.candidates) <= 12.5e6 < plan.costs.max()


@pytest.mark.parametrize(
    ("goals", "measures", "limits"),
    [
        ("dtoc_patients_mean: {at_most: 30}", "cost_total", [30]),
        ("dtoc_patients_mean: {at_most: 30.5}", "cost_total", [30]),
        ("dtoc_days_over_25_share: {at_most: 0.05}", "cost_total", [25]),
        ("cost_total: {at_most: 3}", "dtoc_days_over_40_share", [40]),
        ("dtoc_patients_mean: {at_least: 3}", "cost_total", []),
    ],
)
def test_the_share_of_days_above_a_goal_is_measured_in_every_scenario(tiny_city, goals, measures, limits):
    text = f"targets: {{{goals}}}\nscenarios: [{{name: few, changes: [{{path: ward.beds, add: -1}}]}}]\n"
    head = f"name: A question\nbase: tiny.yaml\nmeasures: [{measures}]\n"
    experiment = load_experiment(put_question(tiny_city, text, head))
    assert [s.config.outcomes.delayed_over for s in experiment.wanted(NOTHING)] == [limits, limits]


def test_a_measure_of_days_over_no_number_is_not_known(tiny_city):
    with pytest.raises(flowsim.ConfigError, match="there is no measure of this name"):
        load_experiment(put_question(tiny_city, "targets: {dtoc_days_over_many_share: {at_most: 0.05}}\n"))
