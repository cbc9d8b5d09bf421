"""Goals: on means, on shares of days, on the share of years and on seasons; enough, not enough, or not yet certain."""

import numpy as np
import pandas as pd
import pytest
from asking import NOTHING, put_question

import flowsim
from flowsim.experiment.analysis.goals_met import all_goals_met, goals_met
from flowsim.experiment.goals import Goal
from flowsim.experiment.load_experiment import load_experiment
from flowsim.measures.dtoc import days_over, percentile

OVER, MEAN, HOME = "dtoc_days_over_60_share", "dtoc_patients_mean", "at_home_91_days_share"


@pytest.mark.parametrize(
    ("goal", "values", "verdict"),
    [
        (Goal(at_most=50), [40, 41, 42], "enough"),
        (Goal(at_most=50), [60, 61, 62], "not enough"),
        (Goal(at_most=50), [45, 49, 53], "undecided"),
        (Goal(at_least=50), [60, 61, 62], "enough"),
        (Goal(at_least=50), [40, 41, 42], "not enough"),
        (Goal(at_most=50), [40], "undecided"),
        (Goal(at_most=50), [np.nan, np.nan], "undecided"),
        (Goal(at_most=50, certainty=0.6), [45, 49, 53], "enough"),
        (Goal(at_most=50, in_share_of_years=0.9), [40] * 29, "enough"),  # 0.9 ** 29 is below 5%
        (Goal(at_most=50, in_share_of_years=0.9), [40] * 28, "undecided"),
        (Goal(at_most=50, in_share_of_years=0.9), [40] * 5 + [60] * 5, "not enough"),
        (Goal(at_most=0.05).of(OVER), [0.0] * 59, "enough"),
        (Goal(at_most=0.05).of(OVER), [0.0] * 58, "undecided"),
        (Goal(at_most=0.05).of(OVER), [0.0, 0.01, 0.02, 0.01] * 5, "enough"),
        (Goal(at_most=0.05).of(OVER), [0.1, 0.2, 0.2, 0.3] * 5, "not enough"),
    ],
)
def test_a_goal_is_met_or_missed_where_its_bounds_say_so(goal, values, verdict):
    assert goal.verdict(np.array(values, dtype=float)).verdict == verdict


def test_a_goal_is_judged_with_the_certainty_that_somebody_asks_for():
    goal = Goal(at_most=50)
    assert [goal.verdict([45, 49, 53], certainty).verdict for certainty in (0.6, 0.95)] == ["enough", "undecided"]
    found = Goal(at_most=50, in_share_of_years=0.5).verdict([40] * 10, 0.9)
    assert (found.estimate, found.low, found.high) == (1, pytest.approx(0.1**0.1), 1)


def test_years_of_one_member_are_one_value():
    """Ten years of each of two cities are not twenty years."""
    values, member = np.repeat([40.0, 58.0], 10), np.repeat([0, 1], 10)
    assert Goal(at_most=55).verdict(values).verdict == "enough"
    assert Goal(at_most=55).verdict(values, group=member).verdict == "undecided"


def test_all_goals_at_once_are_met_in_the_years_that_meet_each():
    values = {MEAN: [40, 60, 40, 60], HOME: [0.9, 0.9, 0.7, np.nan]}
    rows = pd.DataFrame(
        [("baseline", i, name, value) for name, its in values.items() for i, value in enumerate(its)],
        columns=["scenario", "replication", "measure", "value"],
    )
    goals = {MEAN: Goal(at_most=50, certainty=0.9), HOME: Goal(at_least=0.8)}
    together = all_goals_met(rows, goals).iloc[0]
    assert (together["goals"], together["share_met"], together["replications"]) == (2, pytest.approx(1 / 3), 3)
    assert all_goals_met(rows, {MEAN: goals[MEAN]}).empty
    assert goals_met(rows, goals)[["certainty", "verdict", "estimate"]].to_numpy().tolist() == [
        [0.9, "undecided", 50],
        [0.95, "undecided", pytest.approx(2.5 / 3)],
    ]


QUESTION = """
seasons: {autumn: {from_date: 2016-10-20, to_date: 2016-10-26}}
targets:
  dtoc_patients_p75@autumn: {at_most: 3, in_share_of_years: 0.9}
  dtoc_days_over_2_share@autumn: {at_most: 0.25}
"""


def test_what_a_goal_names_is_counted_of_its_season_alone(tiny_city):
    """The measures of a season are those of its days; the city need not name them."""
    experiment = load_experiment(put_question(tiny_city, QUESTION))
    run = flowsim.simulate(experiment.base)
    days = run.daily[run.daily["measure"] == "delayed"].set_index("date")["value"].loc["2016-10-20":"2016-10-26"]
    assert len(days) == 7
    assert run.measures["dtoc_days_over_2_share@autumn"] == (days > 2).mean()
    assert run.measures["dtoc_patients_p75@autumn"] == np.sort(days)[5]  # 6 of 7 days are the first to be 75%
    assert [name for name in run.measures if "@" in name] == list(experiment.goals)
    assert all(s.config.run.seasons for s in experiment.wanted(NOTHING))
    assert any("takes 29" in notice for notice in experiment.notices)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ("dtoc_days_over_2_share@autmn: {at_most: 0.1}", "did you mean dtoc_days_over_2_share@autumn?"),
        ("dtoc_patients_meen@autumn: {at_most: 1}", "did you mean dtoc_patients_mean@autumn?"),
        ("dtoc_patients_p100: {at_most: 1}", "there is no measure of this name"),
        (
            "dtoc_days_over_2_share: {at_most: 1.2}",
            "1.2 is not allowed: must be between 0 and 1",
        ),
        ("dtoc_patients_mean: {at_most: -1}", "must be 0 or more"),
        ("dtoc_patients_mean: {at_most: 1, in_share_of_years: 1.2}", "in_share_of_years: 1.2 is not allowed"),
        ("dtoc_patients_mean: {at_most: 1, certainty: 95}", "certainty: 95 is not allowed: must be less than 1"),
        ("dtoc_patients_p90: {at_most: 2}\n  dtoc_patients_p80: {at_least: 3}", "contradict each other"),
        ("dtoc_days_over_3_share: {at_least: 0.2}\n  dtoc_days_over_2_share: {at_most: 0.1}", "contradict each other"),
        ("dtoc_patients_mean@late: {at_most: 1}", "must lie within the days that count"),
    ],
)
def test_a_goal_that_no_city_can_meet_is_refused(tiny_city, targets, message):
    seasons = QUESTION.partition("targets")[0].replace("}}", "}, late: {from_date: 2016-10-20, to_date: 2018-10-26}}")
    with pytest.raises(flowsim.ConfigError, match=r"line \d+") as raised:
        load_experiment(put_question(tiny_city, f"{seasons}targets:\n  {targets}\n"))
    assert message in str(raised.value)


def test_goals_of_seasons_may_differ(tiny_city):
    text = QUESTION + "  dtoc_days_over_3_share: {at_least: 0.3}\n"
    assert len(load_experiment(put_question(tiny_city, text)).goals) == 3


def test_a_percentile_is_not_exceeded_where_few_enough_days_are_above():
    for days in (np.arange(20), np.array([3, 1, 2]), np.array([5] * 19 + [9])):
        for percent in (1, 50, 75, 95, 99):
            found = percentile(days, percent)
            assert days_over(days, found) <= 1 - percent / 100 + 1e-12
            assert days_over(days, found - 1) > 1 - percent / 100 - 1e-12
