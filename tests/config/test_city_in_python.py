"""A city in Python: changed without its file, and shown in one line."""

import pickle

import pytest

import flowsim
from flowsim.config.changes import changed


@pytest.fixture
def city(tiny_city):
    return flowsim.load_config(tiny_city)


def test_changes_make_a_new_city_and_leave_the_old_one(city):
    beds = city.ward.beds
    larger = city.with_changes([{"path": "ward.beds", "add": 10}, {"path": "ward.beds", "scale": 2}])
    assert (city.ward.beds, larger.ward.beds) == (beds, 2 * (beds + 10))
    assert larger == changed(city, {"ward.beds": 2 * (beds + 10)})
    assert larger.with_changes([{"path": "ward.beds", "set": beds}]) == city


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path": "ward.bedz", "set": 3}, r"ward\.bedz: there is no such setting; did you mean ward\.beds\?"),
        ({"path": "ward.beds", "set": 0}, r"ward\.beds: 0 is not allowed: must be 1 or more"),
        ({"path": "ward.beds"}, "change 1: a change has a path and one of set, scale and add"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(city, change, message):
    with pytest.raises(flowsim.ConfigError, match=message):
        city.with_changes([change])


def test_a_city_knows_its_file_through_changes_and_is_equal_without_it(city, tiny_city):
    larger = city.with_changes([{"path": "ward.beds", "add": 1}])
    assert city.file == larger.file == pickle.loads(pickle.dumps(city)).file == tiny_city
    same = changed(larger, {"ward.beds": city.ward.beds})
    assert same.file is None
    assert same == city
    assert larger != city
