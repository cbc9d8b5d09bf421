"""Ranges of settings that nobody knows: from the provenance of Sheffield, and from the cities that fit as well."""

import pytest

from flowsim.config.changes import changed
from flowsim.config.shipped import city_file
from flowsim.experiment.ensemble_file import load_ensemble
from flowsim.experiment.range_sources import (
    NOT_KNOWN,
    UncertainSetting,
    ranges_in_file,
    ranges_of_ensemble,
    ranges_of_provenance,
)
from flowsim.run.load_city import load_config


@pytest.fixture(scope="module")
def sheffield():
    return load_config(city_file("sheffield_2016_17"))


def test_an_assumption_without_a_range_moves_20_per_cent_either_way(sheffield):
    found = ranges_of_provenance(sheffield, ["services.", "ward."], False, ())
    assert len(found) > 5
    assert {its.why for its in found} == {NOT_KNOWN}
    assert all(its.low == pytest.approx(0.8) and 1 < its.high <= 1.2 for its in found)
    paths = [path for its in found for path in its.paths]
    assert len(set(paths)) == len(paths)
    assert all(path.startswith(("services.", "ward.")) for path in paths)


def test_the_parts_of_a_distribution_move_together(sheffield):
    together = [its.paths for its in ranges_of_provenance(sheffield, [], False, ()) if len(its.paths) > 1]
    assert together
    assert all(len({path.rpartition(".")[0] for path in paths}) == 1 for paths in together)


def test_no_shipped_number_has_a_range_yet(sheffield):
    assert ranges_of_provenance(sheffield, [], True, ()) == []


def test_the_cities_that_fit_give_the_range_of_what_they_differ_in(sheffield):
    file = sheffield.file.with_name("sheffield_2016_17.ensemble.yaml")
    members = [changed(sheffield, own.settings) for own in load_ensemble(file, sheffield).members[:3]]
    found = ranges_of_ensemble(sheffield, members, ())
    assert found
    assert all(its.low < its.high for its in found)


def test_a_range_of_the_provenance_is_taken_as_it_is(tiny_city):
    """With a path that has no ends in the experiment, and for all that have one."""
    entries = 'streams.direct.spells_per_day: {kind: assumption, range: [0.5, 2], note: "as other cities"}\n'
    tiny_city.with_name("provenance.yaml").write_text(entries, encoding="utf-8")
    city = load_config(tiny_city)
    (direct,) = ranges_of_provenance(city, [], True, ())
    assert (direct.low, direct.high, direct.is_factor, direct.why) == (0.5, 2, False, "as other cities")
    (named,) = ranges_in_file([UncertainSetting(path="streams.direct.spells_per_day")], city, ())
    assert (named.low, named.high, named.is_factor, named.why) == (0.5, 2, False, "as other cities")
    (other,) = ranges_in_file([UncertainSetting(path="discharge_planning.team.staff")], city, ())
    assert (other.low, other.high, other.is_factor) == (pytest.approx(0.8), pytest.approx(1.2), True)
