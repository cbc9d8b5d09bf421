"""Harm of delay as a curve in a city: what it adds to need, return and death, and what is refused."""

import numpy as np
import pytest

import flowsim
from flowsim.config.errors import ConfigError
from flowsim.measures.outcomes import OUTCOMES, outcome_at
from flowsim.measures.stays import Blocks, Stays

HARM = "routes.harm_of_delay"
DELAY = [{"path": "services.homecare.homecare.starts_per_week", "set": 2}]


@pytest.fixture(scope="module")
def city(tmp_path_factory, tiny_text):
    path = tmp_path_factory.mktemp("harm") / "tiny.yaml"
    path.write_text(tiny_text, encoding="utf-8")
    return flowsim.load_config(path).with_changes(DELAY)


def sets(**values):
    return [{"path": f"{HARM}.{name}", "set": value} for name, value in values.items()]


def curve(*pieces):
    return [{"from_day": day, "per_day": share} for day, share in pieces]


def dies_early(share_per_day, days=10):
    return sets(death=curve((0, share_per_day)), death_after_days={"distribution": "fixed", "value": days})


def test_a_curve_of_one_piece_is_the_share_of_each_day(city):
    straight = city.with_changes(sets(care_home_per_day=0.01, homecare_per_day=0.02))
    as_curve = city.with_changes(
        sets(care_home_per_day=0, homecare_per_day=0, care_home=curve((0, 0.01)), homecare=curve((0, 0.02)))
    )
    assert flowsim.simulate(straight).log.equals(flowsim.simulate(as_curve).log)


def test_harm_of_the_first_days_only_reaches_those_with_a_short_delay(city):
    """With the same harm in all, the first week's share does more where most delays are short."""
    first, later = (
        flowsim.simulate(city.with_changes(sets(care_home_per_day=0, care_home=curve(*pieces))))
        for pieces in (((0, 0.1), (3, 0.0)), ((30, 0.1),))
    )
    nobody = flowsim.simulate(city.with_changes(sets(care_home_per_day=0)))
    admissions = [run.measures["care_home_admissions_65plus"] for run in (first, later, nobody)]
    assert admissions[0] > admissions[1] >= admissions[2]


def test_a_return_has_a_curve_too(city):
    more = city.with_changes(sets(readmission=curve((0, 0.2))))
    share = [flowsim.simulate(its).measures["readmission_30_day_share"] for its in (city, more)]
    assert share[1] > share[0]


def test_delay_brings_death_forward_in_the_log_and_on_day_91(city):
    """All who were delayed for a day die on the tenth day after hospital, unless they die or return before."""
    before, after = (flowsim.simulate(its) for its in (city, city.with_changes(dies_early(1.0))))
    died = [(run.log.activity == run.network.activity_index("died")).sum() for run in (before, after)]
    assert died[1] > died[0]
    assert after.measures["day_91_dead_share"] > before.measures["day_91_dead_share"]
    stays = Stays.from_log(after.network, after.cohort, after.log)
    child = after.cohort.child
    came_back = (child >= 0) & ~np.isnan(stays.first_request[child])
    spells = np.flatnonzero((stays.discharged - stays.ready >= 1.0) & ~came_back)
    blocks = Blocks.from_log(after.network, after.log)
    for days, is_dead in ((9.9, False), (10.0, True)):
        at = stays.discharged[spells] + days
        outcome = outcome_at(after.network, after.cohort, blocks, stays, spells, at)
        natural = stays.first_request[spells] + after.cohort.columns["death_after"][spells] <= at
        assert np.array_equal(outcome == OUTCOMES.index("dead"), natural | is_dead)
    left_before = np.isin(spells, after.log.spell[after.log.activity == after.network.activity_index("home_as_before")])
    assert left_before.any()  # also those who had left the network by then
    assert after.measures["at_home_91_days_share"] < before.measures["at_home_91_days_share"]
    assert "harm_death_days" not in before.cohort.columns


def test_without_harm_of_death_who_dies_is_as_before(city):
    before, none = (flowsim.simulate(its) for its in (city, city.with_changes(dies_early(0.0))))
    assert none.log.equals(before.log)
    late = flowsim.simulate(city.with_changes(dies_early(1.0, days=10_000)))
    assert late.log.equals(before.log)


def test_both_engines_do_the_same_harm(city):
    changes = dies_early(0.02) + sets(readmission=curve((0, 0.01), (3, 0.001)))
    one, other = (flowsim.simulate(city.with_changes(changes), engine=engine) for engine in ("simpy", "compiled"))
    assert one.log.equals(other.log)
    assert np.isfinite(one.cohort.columns["harm_death_days"]).all()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (sets(care_home=curve((0, 0.1))), "where care_home is a curve, care_home_per_day must be 0"),
        (sets(homecare_per_day=0, homecare=curve((3, 0.1), (3, 0.2))), "from_day must rise from piece to piece"),
        (sets(death=curve((0, 0.1))), "death and death_after_days go together"),
        (sets(homecare_per_day=0, homecare=[]), "homecare"),
        (
            [*sets(readmission=curve((0, 0.1))), {"path": "patients.readmissions.per_delayed_day", "set": 0.1}],
            "where readmission is a curve, patients.readmissions.per_delayed_day must be 0",
        ),
    ],
)
def test_harm_that_is_said_twice_or_out_of_order_is_refused(city, changes, says):
    with pytest.raises(ConfigError, match=says):
        city.with_changes(changes)
