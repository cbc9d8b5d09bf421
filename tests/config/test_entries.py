"""The ways into the model: one table, whose numbers stand in every cohort."""

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


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.in_configuration], ids=lambda entry: entry.name)
def test_what_the_table_says_of_an_entry_is_what_is_drawn_for_it(city, entry):
    none = {f"streams.{name}.enabled": name == STREAM for name in city.streams}
    cohort = cohort_of(changed(city, {**none, f"streams.{STREAM}.entry": entry.name, "admission_avoidance": {}}))
    first = cohort.columns["entry"] == entry_number(entry.name)
    assert first.any()
    drawn = {name: bool(cohort.columns[name][first].any()) for name in ("journey", "same_day", "care_home_uniform")}
    assert drawn["same_day"] == entry.comes_to_hospital  # for whoever may come to the AMU later
    assert drawn["journey"] == entry.comes_to_hospital
    assert drawn["care_home_uniform"] == (entry.comes_to_hospital or entry.asks_for_care)
    assert bool((cohort.child >= 0).any()) == entry.can_return


def test_an_entry_that_is_for_no_stream_cannot_be_asked_for(city):
    with pytest.raises(ConfigError, match="must be 'mau', 'amu', 'ward', 'step_up'"):
        changed(city, {f"streams.{STREAM}.entry": "avoided"})
