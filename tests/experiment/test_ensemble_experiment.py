"""An experiment over an ensemble: every scenario meets every member, and two sources of uncertainty are separated."""

import numpy as np
import pandas as pd
import pytest

import flowsim
from flowsim.config.changes import changed
from flowsim.config.errors import ConfigError
from flowsim.experiment.analysis.parameter_uncertainty import by_member, uncertainty_components
from flowsim.experiment.load_experiment import load_experiment

RATE = "streams.emergency_department.spells_per_day"
MADE = "made: {city: tiny.yaml, targets: t.yaml, seed: 1, replications: 2, drawn: 9, waves: 1, flowsim: '1'}\n"
MEMBERS = [{RATE: 4}, {RATE: 5}, {RATE: 6.5}]
QUESTION = """
name: A question
base: tiny.yaml
ensemble: tiny.ensemble.yaml
measures: [non_elective_admissions, excess_days]
"""
SCENARIO = "scenarios: [{name: more, changes: [{path: streams.emergency_department.spells_per_day, scale: 1.2}]}]\n"


@pytest.fixture
def question(tiny_city):
    """Return a maker of experiment files about the tiny city and an ensemble of three."""
    rows = "".join(f"- {{name: m{i}, settings: {{{RATE}: {its[RATE]}}}}}\n" for i, its in enumerate(MEMBERS))
    tiny_city.with_name("tiny.ensemble.yaml").write_text(MADE + "members:\n" + rows, encoding="utf-8")

    def make(text):
        path = tiny_city.with_name("question.yaml")
        path.write_text(QUESTION + SCENARIO + text, encoding="utf-8")
        return path

    return make


def test_members_take_turns_and_a_scenario_changes_each_of_them(question, tiny_city, tmp_path):
    results = flowsim.run_experiment(question("replications: 6\n"), workers=1, out=tmp_path / "out")
    city = flowsim.load_config(tiny_city)
    rows = results.replications.set_index(["scenario", "replication", "measure"])["value"]
    for replication in range(6):
        rate = MEMBERS[replication % 3][RATE]
        for scenario, factor in (("baseline", 1.0), ("more", 1.2)):
            alone = flowsim.simulate(changed(city, {RATE: round(rate * factor, 9)}), replication=replication)
            assert rows[scenario, replication, "excess_days"] == alone.measures["excess_days"]
    assert [member["settings"] for member in results.manifest["experiment"]["members"]] == MEMBERS
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "versions of the city that all match the published figures" in page
    assert "Baseline" in page[page.index(">Uncertainty<") : page.index(">Assumptions<")]
    assert "does not cover doubt" not in page
    table = pd.read_csv(tmp_path / "out" / "uncertainty.csv")
    row = table[(table["measure"] == "non_elective_admissions") & (table["of"] == "value")].iloc[0]
    assert row["sd_parameter"] > 200  # rates of 4, 5 and 6.5 a day alone are 460 admissions a year apart
    assert row["share_parameter"] > 0.5


def test_without_an_ensemble_nothing_changes(question, tiny_city, tmp_path):
    path = question("replications: 2\n")
    path.write_text(path.read_text().replace("ensemble: tiny.ensemble.yaml\n", ""), encoding="utf-8")
    results = flowsim.run_experiment(path, workers=1, out=tmp_path / "out")
    assert results.uncertainty is None
    assert not (tmp_path / "out" / "uncertainty.csv").exists()
    assert ">Uncertainty<" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_an_interval_counts_members_and_not_replications(question, tmp_path):
    """Student's t over three means of members; six replications as if they were independent give another one."""
    results = flowsim.run_experiment(question("replications: 6\n"), workers=1, out=tmp_path / "out")
    values = results.replications
    wanted = values[(values["scenario"] == "baseline") & (values["measure"] == "non_elective_admissions")]
    means = wanted["value"].groupby(wanted["replication"] % 3).mean()
    row = results.summary[
        (results.summary["scenario"] == "baseline") & (results.summary["measure"] == "non_elective_admissions")
    ].iloc[0]
    half = 4.302653 * means.std(ddof=1) / np.sqrt(3)  # t with 2 degrees of freedom
    assert row["mean"] == pytest.approx(wanted["value"].mean())
    assert row["ci_high"] - row["mean"] == pytest.approx(half, rel=1e-6)


@pytest.mark.parametrize(("sd_parameter", "sd_stochastic"), [(3.0, 1.0), (0.0, 2.0), (1.0, 4.0)])
def test_the_two_are_told_apart(sd_parameter, sd_stochastic):
    """4,000 members with four replications each: standard deviations within 5%, or 0.3 where there is none."""
    random = np.random.default_rng(1)
    members, replications = 4000, 16000
    number = np.arange(replications)
    own = random.normal(0, sd_parameter, members)[number % members]
    values = 10 + own + random.normal(0, sd_stochastic, replications)
    columns = {"scenario": "baseline", "replication": number, "measure": "excess_days", "value": values}
    row = uncertainty_components(pd.DataFrame(columns).sample(frac=1, random_state=2), "baseline", members).iloc[0]
    assert row["sd_stochastic"] == pytest.approx(sd_stochastic, rel=0.05)
    assert row["sd_parameter"] == pytest.approx(sd_parameter, rel=0.05, abs=0.3)
    expected = sd_parameter**2 / (sd_parameter**2 + sd_stochastic**2 / 4)
    assert row["share_parameter"] == pytest.approx(expected, abs=0.05)


def test_chance_that_hits_both_sides_is_not_in_a_difference():
    random = np.random.default_rng(1)
    number = np.arange(40)
    base = random.normal(100, 10, 40)
    gain = np.linspace(1, 5, 10)[number % 10]  # by member alone
    frames = [
        pd.DataFrame({"scenario": name, "replication": number, "measure": "excess_days", "value": value})
        for name, value in (("baseline", base), ("better", base - gain))
    ]
    told = uncertainty_components(pd.concat(frames), "baseline", 10).set_index(["scenario", "of"])
    assert told.loc[("better", "difference"), "sd_stochastic"] == pytest.approx(0, abs=1e-9)
    assert told.loc[("better", "difference"), "sd_parameter"] == pytest.approx(np.linspace(1, 5, 10).std(ddof=1))
    assert told.loc[("better", "difference"), "share_parameter"] == pytest.approx(1)
    assert told.loc[("baseline", "value"), "sd_stochastic"] > 5


def test_with_one_replication_a_member_they_cannot_be_told_apart():
    values = pd.DataFrame(
        {"scenario": "baseline", "replication": [0, 1, 2], "measure": "excess_days", "value": [1.0, 2, 3]}
    )
    row = uncertainty_components(values, "baseline", 3).iloc[0]
    assert row["mean"] == 2
    assert np.isnan(row["sd_parameter"])
    assert np.isnan(row["share_parameter"])


def test_a_member_with_a_missing_value_has_no_mean():
    values = pd.DataFrame(
        {"scenario": "baseline", "replication": range(4), "measure": "excess_days", "value": [1.0, 2, np.nan, 4]}
    )
    assert by_member(values, 2)["value"].tolist() == pytest.approx([np.nan, 3], nan_ok=True)


def test_so_many_members_are_taken_that_each_has_two_replications(question):
    assert len(load_experiment(question("replications: 6\n")).members) == 3
    assert len(load_experiment(question("replications: 4\n")).members) == 2
    assert len(load_experiment(question("replications: 9\n")).members) == 3
    assert len(load_experiment(question("replications: 3\nmembers: 3\n")).members) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("replications: 7\n", "replications: 7 is not allowed: must be a multiple of 2"),
        ("replications: 8\nmembers: 3\n", "replications: 8 is not allowed: must be a multiple of 3"),
        ("replications: 8\nmembers: 4\n", "members: 4 is not allowed: the ensemble has only 3 members"),
        ("replications: 8\nmembers: 1\n", "members: 1 is not allowed: must be 2 or more"),
        (
            "replications: {measure: excess_days, half_width: 2, at_most: 9}\n",
            "replications: with an ensemble, give a number of replications",
        ),
    ],
)
def test_wrong_numbers_of_members_are_refused(question, text, says):
    with pytest.raises(ConfigError) as error:
        load_experiment(question(text))
    assert says in str(error.value)


def test_an_ensemble_that_is_not_there_or_members_without_one_are_refused(question, tiny_city):
    path = question("replications: 6\n")
    tiny_city.with_name("tiny.ensemble.yaml").unlink()
    with pytest.raises(ConfigError, match=r"line 4: ensemble: .*there is no file"):
        load_experiment(path)
    path.write_text(path.read_text().replace("ensemble: tiny.ensemble.yaml", "members: 2"), encoding="utf-8")
    with pytest.raises(ConfigError, match="members: 2 is not allowed: members need an ensemble"):
        load_experiment(path)


def test_a_member_of_another_city_is_refused(question, tiny_city):
    path = question("replications: 6\n")
    file = tiny_city.with_name("tiny.ensemble.yaml")
    file.write_text(file.read_text().replace("emergency_department", "emergency", 1), encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"line 3: members.0.settings.streams.emergency.spells_per_day: there is no such setting"
    ):
        load_experiment(path)
