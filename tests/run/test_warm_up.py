"""Whether a warm-up is long enough: the same patients, begun as written and begun empty half-way through it."""

import pytest

import flowsim
from flowsim.config.changes import changed
from flowsim.engine.standstill import Standstill
from flowsim.run import warm_up as module
from flowsim.run.warm_up import WarmUp, warm_up
from flowsim.workflow.check import check

SLOW = {  # a queue for nursing homes that takes a year to build up
    "services.nursing.nursing_homes.starts_per_week": 0.4,
    "services.nursing_share": 1,
    "streams.care_home_from_own_home.spells_per_day": 0.02,
}


@pytest.fixture
def city(tiny_city):
    return changed(flowsim.load_config(tiny_city), {"run.horizon_days": 91})


def test_a_year_is_enough_for_a_city_without_queues(city):
    found = warm_up(changed(city, {"run.warm_up_days": 366}))
    assert found.is_enough and found.delayed > 1
    assert (found.days, found.begun_empty, found.compared) == (366, 183, 91)
    assert "366 days" in found.in_words and "hardly matters" in found.in_words


def test_two_weeks_are_too_short(city):
    found = warm_up(city)
    assert found.difference < -0.02 and not found.is_enough
    assert "fewer people delayed in the first 91 days" in found.in_words and "366 days or more" in found.in_words


def test_a_queue_that_takes_long_to_build_up_needs_longer(city):
    slow = changed(city, {**SLOW, "run.warm_up_days": 240})
    assert warm_up(changed(city, {"run.warm_up_days": 240})).is_enough
    assert not warm_up(slow).is_enough


def test_without_a_warm_up_it_says_so(city):
    found = warm_up(changed(city, {"run.warm_up_days": 0}))
    assert not found.is_enough and found.in_words.startswith("Counting begins at once")


def test_who_was_there_at_the_start_is_not_there_in_the_second_run(city):
    full = {"people_like": "emergency_department", "in_service": {"ward_beds": 60}}
    found = warm_up(changed(city, {"initial_state": full, "run.warm_up_days": 4, "run.horizon_days": 14}))
    without = warm_up(changed(city, {"run.warm_up_days": 4, "run.horizon_days": 14}))
    assert found.delayed > without.delayed
    assert found.delayed_from_empty < found.delayed


def test_a_year_is_compared_at_most(city):
    found = warm_up(changed(city, {"run.warm_up_days": 40, "run.horizon_days": 500}))
    assert found.compared == 365 and "in the first year that counts" in found.in_words


@pytest.mark.parametrize(("delayed", "empty", "enough"), [(100, 98.1, True), (100, 97.9, False), (100, 103, False)])
def test_one_in_fifty_is_the_limit(delayed, empty, enough):
    assert WarmUp(366, 183, 365, delayed, empty).is_enough is enough
    assert WarmUp(366, 183, 365, 0, 0).is_enough


def test_nothing_is_known_of_a_city_that_comes_to_a_standstill(city, monkeypatch):
    def stops(*_):
        raise Standstill(["a circle"])

    monkeypatch.setitem(module.ENGINES, module.DEFAULT_ENGINE, stops)
    assert warm_up(city) is None


def test_check_warns_of_a_history_with_a_short_warm_up(tiny_city):
    past = """
history:
  beds: {title: Beds, source: invented, changes: [{path: ward.beds, add: -1, from_date: 2017-05-01}]}
"""
    found = []
    for days in (200, 366):
        path = tiny_city.with_name(f"past_{days}.yaml")
        path.write_text(
            f"extends: {tiny_city.name}\nrun: {{warm_up_days: {days}, horizon_days: 365}}\n{past}", encoding="utf-8"
        )
        found.append(check(path))
    assert [any("has a history" in text for text in its.warnings) for its in found] == [True, False]
    assert found[1].warm_up.is_enough
