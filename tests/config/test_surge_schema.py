"""Surge in one step or in several: how it is written, and what is refused."""

import pytest
from from_config import cohort_of, network_of

from flowsim.config.changes import changed
from flowsim.config.errors import ConfigError
from flowsim.model.network import Surge
from flowsim.report.settings_table import settings_known, settings_of
from flowsim.run.load_city import load_config

BEDS = [{"units": 4, "opens_above": 3, "closes_at": 2}, {"units": 6, "opens_above": 9, "closes_at": 5}]
STARTS = [{"starts_per_week": n, "opens_above": 10 * n, "closes_at": 5} for n in (2, 3, 4)]
HOMECARE = "services.homecare.homecare.surge"


@pytest.fixture
def city(tiny_city):
    return load_config(tiny_city)


def refusal(city, path, value):
    with pytest.raises(ConfigError) as refused:
        changed(city, {path: value})
    (problem,) = refused.value.problems
    return problem.path, problem.message


def test_a_list_of_steps_is_a_surge_of_as_many_steps(city):
    stepped = changed(city, {"ward.surge": BEDS, HOMECARE: STARTS})
    pools = {pool.name: pool for pool in network_of(stepped).pools}
    assert pools["ward_beds"].surge == (Surge(3, 2, 4), Surge(9, 5, 6))
    assert [(step.above, step.units) for step in pools["homecare"].surge] == [(20, 0), (30, 0), (40, 0)]
    assert {pool.name: pool.surge_size for pool in stepped.pools}["homecare"] == 2 + 3 + 4


def test_a_list_of_one_step_is_that_step(city):
    (first, _) = BEDS
    one_step = network_of(changed(city, {"ward.surge": first})).pools
    assert network_of(changed(city, {"ward.surge": [first]})).pools == one_step


def test_a_further_step_of_spot_purchase_moves_none_of_the_vacancies_before_it(city):
    one, three = (cohort_of(changed(city, {HOMECARE: surge})) for surge in (STARTS[0], STARTS))
    steps, times = three.surge_vacancy_steps["homecare"], three.surge_vacancies["homecare"]
    assert (times[steps == 0] == one.surge_vacancies["homecare"]).all()
    assert [(steps == step).sum() > 0 for step in range(4)] == [True, True, True, False]
    assert (times[1:] >= times[:-1]).all()
    assert len(set(times[steps == 1]) & set(times[steps == 2])) == 0  # not the same points twice
    assert "homecare" not in one.surge_vacancy_steps


@pytest.mark.parametrize(
    ("value", "path", "message"),
    [
        ([BEDS[1], BEDS[0]], "", "step 2 opens above 3 people waiting, but the step before it above 9: each step must"),
        ([BEDS[0], BEDS[0]], "", "step 2 opens above 3 people waiting, but the step before it above 3"),
        ([], "", "must have 1 or more items, this has 0"),
        (5, "", "must be a group of settings (name: value)"),
        ([BEDS[0], 5], ".1", "must be a group of settings (name: value)"),
        ([{**BEDS[0], "units": 0}], ".0.units", "must be 1 or more"),
        ({**BEDS[0], "units": 0}, ".units", "must be 1 or more"),
        ([{**BEDS[0], "closes_at": 4}], ".0", "closes_at (4) must not exceed opens_above (3)"),
        ({**BEDS[0], "closes_at": 4}, "", "closes_at (4) must not exceed opens_above (3)"),
        ([{"units": 2, "opens_above": 1}], ".0.closes_at", "this setting is missing"),
        ([{**BEDS[0], "opens_abov": 1}], ".0.opens_abov", "there is no such setting; did you mean opens_above?"),
        ({**BEDS[0], "opens_abov": 1}, ".opens_abov", "there is no such setting; did you mean opens_above?"),
    ],
)
def test_a_surge_that_cannot_be_is_refused_where_it_is_wrong(city, value, path, message):
    where, why = refusal(city, "ward.surge", value)
    assert where == f"ward.surge{path}"
    assert why.startswith(message)


def test_the_settings_of_a_step_are_known_and_a_list_of_steps_is_shown_as_one_setting(city):
    known = {setting.path for setting in settings_known(type(city))}
    assert {"ward.surge.units", "services.homecare.*.surge.starts_per_week"} <= known
    shown = {setting.path: setting.value for setting in settings_of(changed(city, {"ward.surge": BEDS}))}
    assert shown["ward.surge"] == BEDS
