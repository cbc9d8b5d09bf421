"""Every setting says what it means and in which unit; what the schema says is what the dictionary shows."""

import datetime as dt
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from flowsim.config.city_schema import CityConfig
from flowsim.config.types import ByAge, Days, Section, Unit, Waiting
from flowsim.report.document.editor_schema import FILES
from flowsim.report.settings_table import Setting, settings_known, settings_of


class Surge(Section):
    units: Annotated[int, Field(ge=1)]
    """Extra units."""
    opens_above: Waiting
    """When it opens."""


class Small(Section):
    stay: ByAge[Days]
    """How long people stay."""
    surge: Annotated[Surge, Unit("beds")] | None = None
    """When many wait."""
    rates: dict[dt.date, Annotated[float, Field(gt=0), Unit("spells a day")]] | None = None
    """Rates."""
    per: Literal["day", "start"] = "day"
    """What is priced."""
    weights: Annotated[list[Annotated[float, Unit("weight")]], Field(min_length=2, max_length=2)]
    """Weights."""


class Silent(BaseModel):
    said: Annotated[int, Unit("beds"), Field(description="How many.")]
    without_unit: Annotated[int, Field(description="How many.")]
    without_meaning: Annotated[int, Unit("beds")]


def lacking(model):
    return [setting.path for setting in settings_known(model) if not (setting.meaning and setting.unit)]


def test_every_setting_of_a_city_has_a_meaning_and_a_unit():
    assert not lacking(CityConfig), "write a docstring below the field, and its unit as Annotated[..., Unit(...)]"


@pytest.mark.parametrize("model", FILES.values(), ids=FILES)
def test_every_setting_of_every_kind_of_file_has_a_meaning(model):
    assert not [setting.path for setting in settings_known(model) if not setting.meaning]


def test_every_group_of_settings_has_a_meaning():
    schema = CityConfig.model_json_schema()
    for group in [schema, *schema["$defs"].values()]:
        for name, field in group.get("properties", {}).items():
            # A field that says the same as its group is described there.
            of_group = schema["$defs"].get(field.get("$ref", "").removeprefix("#/$defs/"), {})
            assert field.get("description", of_group.get("description")), f"{group['title']}.{name}"


def test_a_setting_without_meaning_or_unit_would_be_found():
    assert lacking(Silent) == ["without_unit", "without_meaning"]


@pytest.fixture
def small():
    stay = {"distribution": "lognormal", "mean": 3, "sd": 2}
    return Small(
        stay=dict.fromkeys(("18-64", "65-74", "75-84", "85+"), stay),
        surge={"units": 4, "opens_above": 2},
        rates={"2016-10-01": 1.5, "2016-10-02": 2},
        weights=[1, 2],
    )


def test_the_parameter_of_a_distribution_means_what_the_distribution_means_in_its_unit(small):
    found = {setting.path: setting for setting in settings_of(small)}
    assert found["stay.85+.mean"] == Setting("stay.85+.mean", "How long people stay: mean.", "days", "above 0", 3.0)
    assert found["stay.85+.distribution"].unit == "choice"
    assert "stay.85+.median" not in found  # it is not given


def test_what_has_no_unit_of_its_own_has_that_of_its_group(small):
    found = {setting.path: setting for setting in settings_of(small)}
    assert found["surge.units"].unit == "beds"
    assert found["surge.opens_above"].unit == "people waiting"


def test_a_table_of_days_is_one_setting(small):
    found = {setting.path: setting for setting in settings_of(small)}
    assert found["rates"].unit == "spells a day"
    assert found["rates"].allowed == "above 0, for each date"
    assert found["rates"].value == {"2016-10-01": 1.5, "2016-10-02": 2.0}


def test_what_is_allowed_is_said_in_words(small):
    allowed = {setting.path: setting.allowed for setting in settings_of(small)}
    assert allowed["surge.units"] == "whole number, 1 or more"
    assert allowed["per"] == "day, start"
    assert allowed["weights"] == "2 values, each any number"
    known = {setting.path: setting.allowed for setting in settings_known(CityConfig)}
    assert known["services.active_recovery.*.share"] == "0 to 1"
    assert known["run.start_date"] == "a date"
    assert known["patients.death_after_days.*.shape"] == "above 0.05, up to 20"
