"""The ways into the model: one table, whose numbers stand in every cohort."""

import numpy as np
import pytest
from from_config import cohort_of, network_of

from flowsim.config.changes import changed
from flowsim.config.entries import ENTRIES, entry_number
from flowsim.config.errors import ConfigError
from flowsim.run.load_city import load_config

NAMES = ["mau", "amu", "ward", "step_up", "ready", "care_home", "homecare", "elsewhere", "avoided"]
STREAM = "emergency_department"


@pytest.fixture
def city(tiny_city):
    return load_config(tiny_city)


def test_entries_keep_their_numbers():
    assert [entry.name for entry in ENTRIES] == NAMES
    assert [entry_number(name) for name in NAMES] == list(range(9))


def test_a_network_is_entered_by_the_first_activity_of_each(city):
    assert network_of(city).entries == tuple(entry.first_activity for entry in ENTRIES)


def first_spells(city, name):
    """The columns of those who come by one entry alone, and whether any of them has a readmission reserved."""
    only = {f"streams.{stream}.enabled": stream == STREAM for stream in city.streams}
    cohort = cohort_of(changed(city, {**only, f"streams.{STREAM}.entry": name}))
    first = (cohort.columns["entry"] == entry_number(name)) & ~np.isnan(cohort.arrival)
    assert first.any()
    return {column: values[first] for column, values in cohort.columns.items()}, bool((cohort.child >= 0).any())


@pytest.mark.parametrize("name", NAMES[:-1])
def test_what_is_drawn_for_people_follows_from_their_entry(city, name):
    drawn, can_return = first_spells(city, name)
    in_hospital = name in ("mau", "amu", "ward", "step_up", "ready")
    assert (drawn["assessment"] > 0).all() == (drawn["assessment"] > 0).any() == in_hospital
    assert (drawn["journey"] > 0).any() == in_hospital
    asks = name in ("step_up", "care_home", "homecare")
    assert (drawn["care_home_uniform"] > 0).all() == asks
    assert (drawn["care_home_uniform"] > 0).any() == (in_hospital or asks)
    assert can_return == (name != "elsewhere")


@pytest.mark.parametrize(("name", "leaves"), [("mau", True), ("amu", True), ("ward", False), ("ready", False)])
def test_only_who_begins_at_the_front_door_goes_home_from_it(city, name, leaves):
    drawn, _ = first_spells(city, name)
    same_day = drawn["same_day"] == 1
    assert same_day.any()
    assert (drawn["journey"][same_day] == 0).all() == leaves


def test_an_entry_that_is_for_no_stream_cannot_be_asked_for(city):
    with pytest.raises(ConfigError, match="must be 'mau', 'amu', 'ward', 'step_up'"):
        changed(city, {f"streams.{STREAM}.entry": "avoided"})
