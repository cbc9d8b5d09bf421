"""Where values come from, through everything that a configuration extends."""

import pytest

from flowsim.config.errors import ConfigError
from flowsim.config.value_sources import DEFAULT, NOT_GIVEN, Source, Sources

BASE = "beds: 10\nstaff: 5\nname: Base\nrates: {2016-10-01: 1}\n"
SAID = (
    "beds: {kind: published, reference: 'Return of 2016'}\nstaff: {kind: assumption, note: a guess}\n"
    "name: {kind: assumption}\nrates.2016-10-01: {kind: calibrated}\n"
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "city.yaml").write_text(BASE)
    (tmp_path / "base" / "provenance.yaml").write_text(SAID)
    return tmp_path


def test_a_value_has_the_source_that_the_file_beside_it_says(folder):
    sources = Sources(folder / "base" / "city.yaml")
    assert sources.of("beds") == Source("published", "Return of 2016")
    assert sources.of("staff") == Source("assumption", note="a guess")
    assert sources.of("rates") == Source("calibrated")
    assert sources.of("surge") == Source(DEFAULT)


def test_what_is_inherited_keeps_its_source_and_what_differs_is_marked(folder):
    path = folder / "variant.yaml"
    path.write_text("extends: base/city.yaml\nbeds: 12\nstaff: 5.0\nlater: 1\n")
    sources = Sources(path)
    assert sources.of("beds") == Source(NOT_GIVEN, changed_here=True, before=10)
    assert sources.of("staff") == Source("assumption", note="a guess")
    assert sources.of("later") == Source(NOT_GIVEN, changed_here=True)


def test_a_variant_may_say_where_its_own_values_come_from(folder):
    (folder / "variant.yaml").write_text("extends: base/city.yaml\nbeds: 12\n")
    (folder / "provenance.yaml").write_text(
        "beds: {kind: seed, reference: 'Plan of 2017'}\nstaff: {kind: calibrated}\n"
    )
    sources = Sources(folder / "variant.yaml")
    assert sources.of("beds") == Source("seed", "Plan of 2017", changed_here=True, before=10)
    assert sources.of("staff").kind == "assumption"  # it is inherited


def test_the_provenance_of_the_base_does_not_speak_of_changed_values_beside_it(folder):
    (folder / "base" / "more.yaml").write_text("extends: city.yaml\nbeds: 12\n")
    assert Sources(folder / "base" / "more.yaml").of("beds") == Source(NOT_GIVEN, changed_here=True, before=10)


def test_a_change_on_the_way_is_not_marked_again(folder):
    (folder / "more.yaml").write_text("extends: base/city.yaml\nbeds: 12\n")
    (folder / "most.yaml").write_text("extends: [more.yaml]\nname: Most\n")
    sources = Sources(folder / "most.yaml")
    assert sources.of("beds") == Source(NOT_GIVEN)
    assert sources.of("name").changed_here


def test_a_city_without_provenance_uses_no_file(folder):
    (folder / "alone.yaml").write_text(BASE)
    sources = Sources(folder / "alone.yaml")
    assert sources.files == []
    assert sources.of("beds") == Source(NOT_GIVEN)


def test_an_unsound_provenance_file_is_refused(folder):
    (folder / "base" / "provenance.yaml").write_text("beds: {kind: guess}\n")
    with pytest.raises(ConfigError, match=r"beds\.kind"):
        Sources(folder / "base" / "city.yaml")


def test_an_entry_that_begins_with_the_name_of_a_file_is_about_its_own_value(folder):
    (folder / "base" / "more.yaml").write_text("extends: city.yaml\nbeds: 12\n")
    said = SAID + "more/beds: {kind: seed, reference: 'Plan of 2017'}\n"
    (folder / "base" / "provenance.yaml").write_text(said)
    assert Sources(folder / "base" / "more.yaml").of("beds") == Source("seed", "Plan of 2017", "", True, 10)
    assert Sources(folder / "base" / "city.yaml").of("beds") == Source("published", "Return of 2016")
