"""Bank holidays: a part of a country where the whole has none of its own, and years that are known."""

import datetime as dt

import pytest

import flowsim
from flowsim.config.bank_holidays import wrong_holidays
from flowsim.config.errors import ConfigError
from flowsim.model.calendar import bank_holidays


def with_holidays(tiny_city, text):
    variant = tiny_city.with_name("variant.yaml")
    variant.write_text(f"extends: {tiny_city.name}\n{text}", encoding="utf-8")
    return variant


def test_a_kingdom_without_a_part_is_refused_with_its_parts(tiny_city):
    """The United Kingdom as a whole keeps neither Easter Monday nor the late summer holiday; each part has more."""
    assert dt.date(2016, 3, 28) not in bank_holidays("GB", None, dt.date(2016, 1, 1), 366)
    with pytest.raises(ConfigError) as caught:
        flowsim.load_config(with_holidays(tiny_city, "bank_holidays: {subdivision: null}\n"))
    assert str(caught.value).endswith(
        "bank_holidays: every part of GB has bank holidays of its own; name the part: subdivision: ENG (there are ENG, "
        "NIR, SCT, WLS)"
    )


def test_a_country_whose_holidays_some_part_has_alone_needs_no_part():
    assert wrong_holidays("FR", None, 2016, 2018) == []
    assert wrong_holidays("NL", None, 2016, 2018) == []
    assert wrong_holidays("GB", "SCT", 2016, 2018) == []


def test_years_beyond_the_known_ones_are_refused_instead_of_having_no_holidays(tiny_city):
    assert bank_holidays("GB", "ENG", dt.date(2101, 1, 1), 364) == frozenset()
    with pytest.raises(ConfigError) as caught:
        flowsim.load_config(with_holidays(tiny_city, "run: {start_date: 2100-11-01}\n"))
    assert str(caught.value) == (
        f"{tiny_city.with_name('variant.yaml')}, line 2: run: the bank holidays of GB are known from 1872 to 2100, and "
        "the run needs those of 2100 to 2101: choose another start_date"
    )
    flowsim.load_config(with_holidays(tiny_city, "run: {start_date: 2100-06-01}\n"))
