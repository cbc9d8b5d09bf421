"""The measures of a period of a run are those of a run of which only that period counts."""

from dataclasses import replace

import numpy as np
import pytest
from hand_worked import CITY, effective_city, journeys, people

import flowsim
from flowsim.config.errors import ConfigError
from flowsim.config.periods import parse_period
from flowsim.measures import catalogue
from flowsim.measures.by_period import measures_by_period
from flowsim.measures.run_facts import RunFacts

BEDS = "services.intermediate_care.intermediate_care_beds"


@pytest.fixture(scope="module")
def city(tmp_path_factory, tiny_text):
    """A tiny city from October 2016 to January 2017, whose ward is cut in December."""
    path = tmp_path_factory.mktemp("periods") / "city.yaml"
    path.write_text(tiny_text)
    changes = [
        {"path": "run.warm_up_days", "set": 0},
        {"path": "run.horizon_days", "set": 123},
        {"path": "ward.beds", "set": 30, "from_date": "2016-12-01"},
        {"path": f"{BEDS}.in_the_return", "set": True},
        {"path": "outcomes.delayed_over", "set": [3]},
    ]
    return flowsim.load_config(path).with_changes(changes)


@pytest.fixture(scope="module")
def run(city):
    return flowsim.simulate(city)


@pytest.mark.parametrize("label", ["2016-10", "2016/17 Q3", "2017-01"])
def test_a_period_of_a_run_is_a_run_of_which_that_period_counts(city, run, label):
    period = parse_period(label)
    counted = [
        {"path": "run.warm_up_days", "set": (period.first - city.run.start_date).days},
        {"path": "run.horizon_days", "set": period.days},
    ]
    own = flowsim.simulate(city.with_changes(counted)).measures
    found = run.by_period([label])
    assert list(found) == [label] and list(found[label]) == list(own)
    different = [n for n in own if not np.array_equal(own[n], found[label][n], equal_nan=True)]
    assert different == []
    assert found[label]["dtoc_delayed_days"] != run.measures["dtoc_delayed_days"] > 0


def test_a_month_of_the_return_is_in_the_measures_of_that_month(run):
    for period, measures in run.by_period(["2016-11", "2016-12"]).items():
        days = run.sitrep[run.sitrep["month"] == period].groupby("bed_type")["delayed_days"].sum()
        length = parse_period(period).days
        assert measures["dtoc_delayed_days"] == pytest.approx(days.sum() * 365 / length)
        assert measures["dtoc_non_acute_patients_mean"] == pytest.approx(days["non_acute"] / length)


def test_only_the_named_measures_are_counted(run, monkeypatch):
    names = ["dtoc_days_over_3_share", "ward_beds_waiting_mean", "dtoc_patients_package_at_home"]
    expected = {name: run.by_period(["2016-12"])["2016-12"][name] for name in names}
    slow = replace(catalogue.find("excess_days")[0], name="slow", count=lambda facts: 1 / 0)
    monkeypatch.setattr(catalogue, "_added", [slow])
    assert run.by_period(["2016-12"], names)["2016-12"] == expected
    with pytest.raises(ZeroDivisionError):
        run.by_period(["2016-12"])


def test_a_year_that_is_a_leap_year_is_scaled_to_365_days():
    """1 April 2019 is day 912: the year has 366 days; day 1,247 is the first of March."""
    log = journeys(
        [
            (0, "ward_treatment", 1200.0, 1200.0, 1240.0),
            (0, "assessment", 1240.0, 1240.0, 1250.0),  # midnights 1,240 to 1,249
            (0, "simple_discharge", 1250.0, 1250.0, 1250.0),
        ],
        until=1500.0,
    )
    facts = RunFacts(effective_city(1278), CITY, people(1), log)
    found = measures_by_period(facts, [parse_period("2019/20"), parse_period("2020-03")], ["dtoc_delayed_days"])
    assert found == {
        "2019/20": {"dtoc_delayed_days": pytest.approx(10 * 365 / 366)},
        "2020-03": {"dtoc_delayed_days": pytest.approx(2 * 365 / 31)},
    }


def test_who_leaves_hospital_in_a_period_is_followed_into_the_next():
    """Discharged on 31 October, dead on day 90: in a care home in November, and dead on day 91."""
    log = journeys(
        [
            (0, "ward_treatment", 1.0, 1.0, 30.5),
            (0, "reablement_stay", 30.5, 30.5, 45.0),
            (0, "enter_nursing_home", 45.0, 45.0, 45.0),
        ]
    )
    cohort = people(1, age_band=[2], death_after=[119.5])
    facts = RunFacts(effective_city(120), CITY, cohort, log)
    found = measures_by_period(facts, [parse_period("2016-10"), parse_period("2016-11")])
    assert found["2016-10"]["day_91_dead_share"] == 1
    assert np.isnan(found["2016-11"]["day_91_dead_share"])  # nobody was discharged in it


def test_what_is_no_period_of_the_run_is_refused_all_at_once(run):
    with pytest.raises(ConfigError) as caught:
        run.by_period(["2016-12", "2016/17", "2016-13", "2017-02"], ["dtoc_patients_meen"])
    assert str(caught.value).splitlines() == [
        "periods: '2016/17' is not allowed: must lie within the days that count, from 2016-10-01 to 2017-01-31",
        "periods: '2016-13' is not allowed: must be a month (2016-10), a quarter (2016/17 Q3: October to December "
        "2016) or a financial year (2016/17)",
        "periods: '2017-02' is not allowed: must lie within the days that count, from 2016-10-01 to 2017-01-31",
        "names: 'dtoc_patients_meen' is not allowed: there is no measure of this name; did you mean "
        "dtoc_patients_mean?",
    ]
    with pytest.raises(KeyError, match="no_such"):
        measures_by_period(run.facts, [parse_period("2016-12")], ["no_such"])
