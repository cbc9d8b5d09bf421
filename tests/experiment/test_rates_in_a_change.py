"""A scenario or an intervention that gives a stream other daily rates, from a CSV file."""

import datetime as dt

import numpy as np
import pytest
from asking import NOTHING, put_interventions, put_question

import flowsim
from flowsim.config.errors import ConfigError
from flowsim.experiment.load_experiment import load_experiment
from flowsim.model.arrivals import cumulative_rate

STREAM = "streams.gp_referral.daily_rates"


def put_rates(path, rate, days=56):
    first = dt.date(2016, 10, 1)
    lines = [f"{first + dt.timedelta(days=i)},{rate}" for i in range(days)]
    path.write_text("date,spells\n" + "\n".join(lines), encoding="utf-8")


def expected_by_day(city):
    run = city.run
    return np.diff(cumulative_rate(city.streams["gp_referral"], run.start_date, run.days, frozenset())[::24])


def config_of(experiment, name):
    return next(scenario.config for scenario in experiment.wanted(NOTHING) if scenario.name == name)


def test_a_scenario_changes_the_rates_by_a_file_relative_to_its_own(tiny_city):
    folder = tiny_city.parent / "deeper"
    folder.mkdir()
    put_rates(folder / "four.csv", 4)
    put_interventions(tiny_city)
    path = folder / "question.yaml"
    path.write_text(
        f"name: Q\nbase: ../tiny.yaml\nmeasures: [cost_total]\nscenarios: [{{name: four, changes: [{{path: {STREAM}, "
        "set: four.csv}]}]\n",
        encoding="utf-8",
    )
    four = config_of(load_experiment(path), "four")
    assert expected_by_day(four) == pytest.approx([4.0] * 147)
    assert flowsim.simulate(four).measures["non_elective_admissions"] > 0


def test_a_later_change_in_the_same_scenario_acts_on_top(tiny_city):
    put_rates(tiny_city.with_name("four.csv"), 4)
    four, rate = f"{{path: {STREAM}, set: four.csv}}", "path: streams.gp_referral.spells_per_day"
    text = (
        f"scenarios: [{{name: a, changes: [{four}, {{{rate}, set: null}}]}}, "
        f"{{name: b, changes: [{four}, {{{rate}, set: 3}}]}}]\n"
    )
    experiment = load_experiment(put_question(tiny_city, text))
    assert expected_by_day(config_of(experiment, "a")) == pytest.approx([4.0] * 147)
    assert config_of(experiment, "b").streams["gp_referral"].daily_rates is None


def test_an_intervention_changes_the_rates_by_a_file_relative_to_its_own(tiny_city):
    path = put_question(tiny_city, "scenarios: [{name: one, interventions: [four]}]\n")
    folder = put_interventions(tiny_city, four=("Four", f"{{path: {STREAM}, set: four.csv}}"))
    put_rates(folder / "four.csv", 4)
    deployed = config_of(load_experiment(path), "one").interventions["four"]
    assert set(deployed.intervention.changes[0].set.values()) == {4.0}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("set: fuor.csv", "scenarios.0.changes.0.set: 'fuor.csv' is not allowed: there is no file {folder}/fuor.csv"),
        (
            "scale: 1.1",
            f"scenarios.0.changes.0: {STREAM}: scale needs a number to work on, and this setting is a table: set it to "
            "the name of a CSV file, or change demand_factor",
        ),
        (
            "set: short.csv",
            f"scenarios.0.changes.0: {STREAM}: there is no rate for 2016-10-21 and 35 more, the last of them 2016-11-2",
        ),
        ("set: 4", f"scenarios.0.changes.0: {STREAM}: 4 is not allowed: must be a group of settings"),
    ],
)
def test_rates_that_cannot_be_are_refused_in_plain_words(tiny_city, change, message):
    put_rates(tiny_city.with_name("short.csv"), 4, days=20)
    path = put_question(tiny_city, f"scenarios:\n  - {{name: one, changes: [{{path: {STREAM}, {change}}}]}}\n")
    with pytest.raises(ConfigError) as caught:
        load_experiment(path)
    assert str(caught.value).startswith(f"{path}, line 5: {message.format(folder=path.parent)}")
    assert len(caught.value.problems) == 1


def test_a_bad_line_of_the_file_is_named_beside_all_else(tiny_city):
    tiny_city.with_name("bad.csv").write_text("date,spells\n2016-10-01,1,200\n", encoding="utf-8")
    text = (
        f"scenarios:\n  - {{name: one, changes: [{{path: {STREAM}, set: bad.csv}}]}}\n"
        "  - {name: two, interventions: [more_bets]}\n"
    )
    path = put_question(tiny_city, text)
    with pytest.raises(ConfigError) as caught:
        load_experiment(path)
    assert [problem.file for problem in caught.value.problems] == [str(tiny_city.with_name("bad.csv")), str(path)]
    assert "did you mean more_beds" in str(caught.value)
