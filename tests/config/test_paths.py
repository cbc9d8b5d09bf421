"""Dotted paths: names of settings, and places in lists."""

import pytest
from paths import SHEFFIELD

from flowsim.config.paths import list_around, numbers_in, put, value_at
from flowsim.config.setting_labels import path_label
from flowsim.config.value_sources import Sources

DATA = {"surge": [{"units": 4, "open": True}, {"units": 6}], "beds": 3}


def test_numbers_in_lists_have_paths_that_lead_to_them():
    numbers = numbers_in(DATA)
    assert numbers == {"surge.0.units": 4, "surge.1.units": 6, "beds": 3}
    assert all(value_at(DATA, path) == number for path, number in numbers.items())


@pytest.mark.parametrize("path", ["surge.2", "surge.-1", "surge.units", "surge.0.unit", "beds.0", "", "surge.²"])
def test_a_path_that_leads_nowhere_has_no_value_and_takes_none(path):
    with pytest.raises(KeyError):
        value_at(DATA, path)
    with pytest.raises(KeyError):
        put({**DATA}, path, 1)


def test_an_entry_of_a_list_has_the_source_of_its_list_and_is_counted_from_one_in_words():
    path = "streams.direct.weekdays.0"
    assert list_around(path) == "streams.direct.weekdays"
    sources = Sources(SHEFFIELD)
    assert sources.of(path) == sources.of(list_around(path)) and sources.of(path).kind != "default"
    assert path_label("services.homecare.x.surge.0.units", {"x": "Homecare"}) == "Homecare: surge 1, units"
