"""The walker of a schema: from a model down to each setting, whatever stands between."""

import datetime as dt
from typing import Annotated, Literal

import pytest
from pydantic import Field

from flowsim.config.schema_tree import ANY, rewritten, tree_of
from flowsim.config.types import ByAge, Days, Section, Unit


class Bed(Section):
    """A bed."""

    units: int
    """How many."""
    hours: Annotated[float, Unit("hours")] = 1.0
    """How long."""


class House(Section):
    beds: Annotated[Bed, Unit("beds")] | None = None
    """Its beds."""
    stay: ByAge[Days]
    """How long people stay."""
    either: float | Bed | list[float] = 1.0
    """A number, a bed or a list."""
    rates: dict[dt.date, float] = Field(default_factory=dict)
    """By day."""
    rooms: list[Bed] = Field(default_factory=list)
    """Rooms."""
    kind: Literal["large", "small"] = "small"
    """Size."""


@pytest.fixture
def house():
    return tree_of(House)


def test_a_setting_is_found_through_references_options_names_and_varieties(house):
    assert house.at("beds.units").meaning == "How many."
    assert house.at("stay.85+.mean").schema["exclusiveMinimum"] == 0
    assert house.at("stay.85+.shape").path == ("stay", "85+", "shape")
    assert house.at("either.units").schema["type"] == "integer"


@pytest.mark.parametrize("path", ["bed", "beds.unit", "stay.85+.meen", "kind.large", "rooms.units", ""])
def test_what_is_no_setting_is_not_found(house, path):
    assert house.at(path) is None


def test_the_nearest_unit_counts(house):
    assert house.at("beds.units").unit == "beds"
    assert house.at("beds.hours").unit == "hours"
    assert house.at("stay.85+.mean").unit == "days"
    assert house.at("kind").unit == ""


def test_an_entry_means_what_its_mapping_means_and_a_field_what_its_docstring_says(house):
    assert house.at("stay.85+").meaning == "How long people stay."
    assert house.at("stay").below(ANY).path == ("stay", ANY)
    assert house.at("stay.85+.mean").meaning == "Mean."


def test_forms_and_varieties_are_told_apart(house):
    assert [form.schema["type"] for form in house.at("either").members] == ["number", "object", "array"]
    assert house.at("beds").members == ()
    stay = house.at("stay.85+")
    assert "gamma" in stay.varieties and stay.variety_field == "distribution"
    assert stay.form("gamma").fields == ("distribution", "mean", "sd")
    assert house.at("either").form("Bed").fields == ("units", "hours")


def test_a_table_of_days_is_known_as_one_and_a_list_has_items(house):
    assert house.at("rates").is_by_date and not house.at("stay").is_by_date
    assert house.at("rooms").item.fields == ("units", "hours")
    assert house.at("rooms.2.hours").path == ("rooms", "2", "hours") and house.at("rooms.2.hours").unit == "hours"
    assert house.at("either.0").schema["type"] == "number"
    assert house.at("kind").item is None


def test_a_schema_is_rewritten_everywhere_and_left_as_it_was():
    before = House.model_json_schema()
    untitled = rewritten(before, lambda node: {key: value for key, value in node.items() if key != "title"})
    assert '"title"' not in str(untitled).replace("'", '"')
    assert before == House.model_json_schema()
